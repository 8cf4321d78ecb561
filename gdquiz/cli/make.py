"""``gdquiz make``: an exam from a blueprint, or a quick quiz from options."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import click

from gdquiz.cli import Command
from gdquiz.cli.files import check_target, read_text, write_folder
from gdquiz.cli.loading import load_banks
from gdquiz.cli.outputs import (
    DEFAULT_FORMATS,
    DEFAULT_PACKAGES,
    check_formats,
    formats_option,
    pages,
    tell,
    templates_option,
)
from gdquiz.cli.progress import with_progress
from gdquiz.plurals import counted

TITLE, QUESTIONS = "Gradient descent", 10
"""Of a quick quiz."""
SHORT_SEED = 12
"""Characters; a typed seed with fewer can be guessed."""

EXAMPLE = """
gdquiz make --questions 10 --forms 3 --to html --out quiz
gdquiz make midterm.toml --roster students.csv --to latex --to pdf --out midterm
gdquiz make midterm.toml --pool 50 --to moodle --out pools
"""


@click.command(cls=Command, example=EXAMPLE)
@click.argument("blueprint", required=False, type=click.Path(path_type=Path))
@click.option(
    "--bank",
    "banks",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A bank file; repeat for several.  [default: those of the blueprint, or the shipped ones]",
)
@click.option("--topic", "topics", multiple=True, help="A topic to draw from; repeat for several.")
@click.option("--questions", type=click.IntRange(1, 200), help="Number of questions of a quick quiz.  [default: 10]")
@click.option("--title", help="Title of a quick quiz.")
@click.option("--forms", type=click.IntRange(1, 10_000), help="Number of different forms.  [default: 1]")
@click.option(
    "--pool", type=click.IntRange(1, 10_000), help="Make pools of so many variants of each question, for a platform."
)
@click.option("--roster", type=click.Path(path_type=Path), help="CSV with name and id: a form for each student.")
@click.option("--seed", help="Any text; the same seed gives the same exam.  [default: drawn, and printed]")
@formats_option
@templates_option
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("exam"), show_default=True, help="Folder to write."
)
@click.option("--force", is_flag=True, help="Replace an earlier exam in the folder.")
def make(
    blueprint: Path | None,
    banks: tuple[Path, ...],
    topics: tuple[str, ...],
    questions: int | None,
    title: str | None,
    forms: int | None,
    pool: int | None,
    roster: Path | None,
    seed: str | None,
    formats: tuple[str, ...],
    templates: Path | None,
    out: Path,
    force: bool,
) -> None:
    """Make an exam: exam.json, sheets/ for the students and keys/ for the marker.

    BLUEPRINT is a TOML file that says which questions the exam has (docs/blueprints.md).  Without it the options
    describe a quick quiz.
    """
    from gdquiz.authoring.assembly import assemble
    from gdquiz.authoring.blueprint import quick_blueprint, read_blueprint, read_roster
    from gdquiz.authoring.exam import to_json

    if blueprint is not None and (topics or questions is not None or title is not None):
        raise click.UsageError("--topic, --questions and --title describe a quick quiz; a blueprint says them itself.")
    if roster is not None and forms is not None:
        raise click.UsageError("--roster makes one form for each student, so --forms has nothing to say beside it.")
    if pool is not None and (forms is not None or roster is not None):
        raise click.UsageError("--pool makes variants for a platform to choose from, not --forms or a --roster.")
    check_target(out, force=force)
    check_formats(formats)
    plan = read_blueprint(read_text(blueprint), file=str(blueprint)) if blueprint is not None else None
    students = read_roster(read_text(roster), file=str(roster)) if roster is not None else ()
    home = blueprint.parent if blueprint is not None else Path()
    items = load_banks(banks or [home / name for name in (plan.banks if plan else [])], topics)
    planned = plan.seed if plan else None
    chosen, warning = _seed(seed, planned, str(blueprint))
    if plan is None:
        topics = topics or tuple(dict.fromkeys(item.topic for item in items))
        plan = quick_blueprint(title=title or TITLE, topics=topics, questions=questions or QUESTIONS, seed=chosen)
    plan = plan.model_copy(update={"seed": chosen})
    file = str(blueprint) if blueprint else ""
    exam = assemble(plan, items, pool or forms or plan.forms, students, file=file, progress=with_progress)

    notes: list[str] = []

    def files() -> Iterator[tuple[PurePosixPath, str | bytes]]:
        yield PurePosixPath("exam.json"), to_json(exam)
        yield from pages(exam, formats or (DEFAULT_PACKAGES if pool else DEFAULT_FORMATS), templates, notes)

    write_folder(out, files(), force=force)
    size = f"{counted(len(exam.forms), 'form')} of {counted(len(exam.forms[0].questions), 'question')}"
    click.echo(f"{out}/exam.json: exam {exam.id}, {size}")
    tell(out, notes)
    if warning:
        click.echo(f"gdquiz: {warning}", err=True)
    if seed is None and planned is None:
        click.echo(f"The seed was drawn: --seed {chosen} makes this exam again, in a call that is otherwise the same.")
    for line in exam.report:
        click.echo(line)


def _seed(typed: str | None, planned: str | int | None, file: str) -> tuple[str, str]:
    """The seed, and a warning if it is easily guessed or lies about in a file."""
    if typed is not None and len(typed) >= SHORT_SEED:
        return typed, ""
    if typed is not None:
        size = counted(len(typed), "character")
        return (
            typed,
            f"warning: a seed of {size} can be guessed, and with it the keys; take {SHORT_SEED} or more, or none",
        )
    if planned is not None:
        return str(planned), (
            f"warning: {file}: who reads the seed in this file can make the keys; without one it is drawn and printed"
        )
    return secrets.token_hex(8), ""
