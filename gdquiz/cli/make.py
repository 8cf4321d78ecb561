"""``gdquiz make``: an exam from a blueprint, or a quick quiz from options."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from gdquiz.assembly.seating import Student
from gdquiz.cli import Command
from gdquiz.cli.executors import Workers, workers_option
from gdquiz.cli.files import MOST_OF_AN_EXAM, check_target, read_bytes, read_text, write_folder
from gdquiz.cli.listing import Listing
from gdquiz.cli.outputs import (
    DEFAULT_FORMATS,
    DEFAULT_PACKAGES,
    NewPath,
    Outputs,
    check_formats,
    conclude,
    engine_option,
    formats_option,
    tell,
    templates_option,
)
from gdquiz.cli.store import Store, cache_option, store
from gdquiz.errors import Fault, InputError
from gdquiz.exam.frozen import Exam
from gdquiz.plurals import counted

if TYPE_CHECKING:
    from gdquiz.assembly.forms import Frame

QUESTIONS = 10
"""Of a quick quiz."""
SHORT_SEED = 12
"""Characters; a typed seed with fewer can be guessed."""

EXAMPLE = """
gdquiz make --questions 10 --forms 3 --to html --out quiz
gdquiz make midterm.toml --roster students.csv --to latex --to pdf --out midterm
gdquiz make midterm.toml --roster retakes.csv --not-in midterm/exam.json --out retake
gdquiz make --extend midterm/exam.json --roster late.csv --out midterm --force
gdquiz make midterm.toml --pool 50 --to moodle --out pools
gdquiz make --topic one-step --questions 5 --language de --out kurztest
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
@click.option("--language", help="Language of the exam, such as de.  [default: the blueprint's, or that of the banks]")
@click.option("--forms", type=click.IntRange(1, 100_000), help="Number of different forms.  [default: 1]")
@click.option(
    "--pool", type=click.IntRange(1, 10_000), help="Make pools of so many variants of each question, for a platform."
)
@click.option(
    "--roster", type=click.Path(path_type=Path),
    help="Names and ids as CSV, or as a learning platform exports them: a form for each student.",
)  # fmt: skip
@click.option("--spare", type=click.IntRange(1, 1000), help="So many forms more, that are nobody's.")
@click.option(
    "--extend", "base", type=click.Path(path_type=Path),
    help="Add forms to this exam.json: for those on the roster who have none, and spare ones.",
)  # fmt: skip
@click.option(
    "--not-in", "earlier", multiple=True, type=click.Path(path_type=Path),
    help="Use no variant of this exam.json; repeat for several.",
)  # fmt: skip
@click.option("--seed", help="Any text; the same seed gives the same exam.  [default: drawn, and printed]")
@formats_option
@engine_option
@templates_option
@click.option("--out", type=NewPath(), default=Path("exam"), show_default=True, help="Folder to write.")
@click.option("--force", is_flag=True, help="Replace an earlier exam in the folder.")
@workers_option
@cache_option
def make(
    blueprint: Path | None,
    banks: tuple[Path, ...],
    topics: tuple[str, ...],
    questions: int | None,
    title: str | None,
    language: str | None,
    forms: int | None,
    pool: int | None,
    roster: Path | None,
    spare: int | None,
    base: Path | None,
    earlier: tuple[Path, ...],
    seed: str | None,
    formats: tuple[str, ...],
    engine: str,
    templates: Path | None,
    out: Path,
    force: bool,
    no_cache: bool,
    workers: Workers,
) -> None:
    """Make an exam: exam.json, sheets/ for the students and keys/ for the marker; with a roster also students.csv.

    BLUEPRINT is a TOML file that says which questions the exam has (docs/blueprints.md).  Without it the options
    describe a quick quiz.
    """
    from gdquiz.assembly.blueprint import quick_blueprint, read_blueprint
    from gdquiz.assembly.forms import begun

    quick = bool(topics) or questions is not None or title is not None
    if base is not None and (quick or forms or pool or seed is not None or earlier):
        raise click.UsageError(
            "--extend adds to an exam as it is; it can be used with its BLUEPRINT, --roster, --spare, --bank and --out."
        )
    if base is not None and roster is None and spare is None:
        raise click.UsageError("--extend needs a --roster, or a number of --spare forms.")
    if blueprint is not None and quick:
        raise click.UsageError("--topic, --questions and --title describe a quick quiz; a blueprint says them itself.")
    if roster is not None and forms is not None:
        raise click.UsageError("--roster makes one form for each student, so --forms cannot be used with it.")
    if pool is not None and (forms is not None or roster is not None):
        raise click.UsageError("--pool makes variants for a platform to choose from, not --forms or a --roster.")
    if spare is not None and roster is None and base is None:
        raise click.UsageError("--spare makes forms beside those of a --roster; without one, say how many --forms.")
    check_target(out, force=force)
    check_formats(formats)
    notes: list[str] = []
    kept = store(no_cache=no_cache)
    if base is not None:
        frame, students = _extended(base, blueprint, banks, _students(roster, notes), spare or 0, notes, kept)
        outputs = Outputs(formats or DEFAULT_FORMATS, templates, workers, engine)
        conclude(_write(frame, students, outputs, out, force, notes))
        return
    plan = read_blueprint(read_text(blueprint), file=str(blueprint)) if blueprint is not None else None
    students = _students(roster, notes)
    others = [_exam(file) for file in earlier]
    home = blueprint.parent if blueprint is not None else Path()
    language = language or (plan.language if plan is not None else None)
    listing = Listing(kept, banks or [home / name for name in (plan.banks if plan else [])], topics, language or "")
    planned = plan.seed if plan else None
    chosen, warning = _seed(seed, planned, str(blueprint))
    if plan is None:
        topics = topics or tuple(dict.fromkeys(item.topic for item in listing.items))
        plan = quick_blueprint(
            title=title or "", topics=topics, questions=questions or QUESTIONS, seed=chosen,
            language=language or listing.language,
        )  # fmt: skip
    plan = plan.model_copy(update={"seed": chosen, "language": language or plan.language})
    frame = begun(
        plan, listing.items, pool or forms or plan.forms, students,
        spare=spare or 0, not_in=others, file=str(blueprint) if blueprint else "", solve=listing.solve,
    )  # fmt: skip
    if seed is None and planned is None:
        notes.append(
            f"The seed was drawn: --seed {chosen} makes this exam again, in a call that is otherwise the same."
        )
    outputs = Outputs(formats or (DEFAULT_PACKAGES if pool else DEFAULT_FORMATS), templates, workers, engine)
    lost = _write(frame, students, outputs, out, force, notes)
    if warning:
        click.echo(f"gdquiz: {warning}", err=True)
    conclude(lost)


def _students(roster: Path | None, notes: list[str]) -> tuple[Student, ...]:
    from gdquiz.assembly.roster import read_roster

    return read_roster(read_bytes(roster), file=str(roster), notes=notes) if roster is not None else ()


def _exam(file: Path) -> Exam:
    from gdquiz.exam.exam_json import from_json

    return from_json(read_text(file, most=MOST_OF_AN_EXAM), file=str(file))


def _extended(
    base: Path,
    blueprint: Path | None,
    banks: Sequence[Path],
    students: tuple[Student, ...],
    spare: int,
    notes: list[str],
    kept: Store,
) -> tuple[Frame, tuple[Student, ...]]:
    """The frame of the forms that are wanted more, and all students; which forms these are goes to ``notes``.

    It says itself what it was made of; a blueprint tells where its banks are.
    """
    from gdquiz.assembly.blueprint import read_blueprint
    from gdquiz.assembly.forms import planned, resumed
    from gdquiz.cli.students import students_of
    from gdquiz.exam.exam_json import read
    from gdquiz.exam.people import canonical

    reading = read(read_text(base, most=MOST_OF_AN_EXAM), file=str(base))
    before = reading.exam
    known = {canonical(one.id): one for one in students} | {
        canonical(one.id): one for one in students_of(reading, base, None, notes)
    }
    plan = planned(before, file=str(base))
    if blueprint is not None:
        given = read_blueprint(read_text(blueprint), file=str(blueprint))
        if given.model_copy(update={"seed": plan.seed, "forms": plan.forms}) != plan:
            problem = f"this is not the blueprint that {base} was made from, or it was changed since"
            raise InputError(Fault(problem, hint="make another exam, with --not-in that one", file=str(blueprint)))
        banks = banks or [blueprint.parent / name for name in given.banks]
    elif plan.banks and not banks:
        problem = f"this exam was made from banks of your own ({', '.join(plan.banks)})"
        raise InputError(Fault(problem, "its BLUEPRINT, or a --bank for each", file=str(base)))
    listing = Listing(kept, banks, language=before.language)
    frame = resumed(before, listing.items, students, spare=spare, file=str(base), solve=listing.solve)
    if not frame.size:
        raise InputError(Fault("everybody on the roster has a form already", hint="--spare adds more", file=str(base)))
    last = len(before.forms) + frame.size
    numbers = f"forms {len(before.forms) + 1} to {last}" if frame.size > 1 else f"form {last}"
    notes.append(f"New: {numbers}; all others are as they were.")
    return frame, tuple(known[canonical(id)] for id in frame.students if canonical(id) in known)


def _write(
    frame: Frame, students: tuple[Student, ...], outputs: Outputs, out: Path, force: bool, notes: Iterable[str]
) -> list[Fault]:
    """Write the exam of a frame and all that is made from it, and tell of it; return what had to be left out."""
    from gdquiz.assembly.seating import in_order
    from gdquiz.assembly.students import NAME, as_csv
    from gdquiz.cli.students import names_by_id

    made: list[tuple[Exam, int]] = []

    def files() -> Iterator[tuple[PurePosixPath, str | bytes | None]]:
        if students:
            yield PurePosixPath(NAME), as_csv(in_order(students))
        made.append((yield from outputs.of_frame(frame, names_by_id(frame.students, students))))

    write_folder(out, files(), force=force)
    ((exam, forms),) = made
    size = f"{counted(forms, 'form')} of {counted(exam.sections[-1].last, 'question')}"
    click.echo(f"{out}/exam.json: exam {exam.id}, {size}")
    if students:
        click.echo(f"{out}/{NAME}: the names of the students, which exam.json does not hold")
    if (out / "exam.json").stat().st_size > MOST_OF_AN_EXAM:
        click.echo(
            f"gdquiz: warning: {out}/exam.json is larger than {MOST_OF_AN_EXAM / 1e9:g} GB, and no command reads it; "
            "make several exams of fewer forms to render or grade them later",
            err=True,
        )
    tell(out, outputs.notes)
    for line in (*notes, *exam.report):
        click.echo(line)
    return outputs.lost


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
