"""``gdquiz practice``: questions in the terminal, one after another, marked and explained."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from secrets import token_hex

import click

from gdquiz.banks.models import ItemModel
from gdquiz.cli import Command, Ended
from gdquiz.cli.executors import Workers, workers_option
from gdquiz.cli.listing import Solving
from gdquiz.cli.loading import bank_option, load_banks
from gdquiz.cli.outputs import NewPath
from gdquiz.cli.page import QUESTIONS, TITLE, check_page, write_page
from gdquiz.cli.store import cache_option, store
from gdquiz.plurals import counted
from gdquiz.practice.record import Record

PLACE = "GDQUIZ_PROGRESS"
"""The environment variable that names the progress file."""
NARROWEST, WIDEST = 40, 100


@click.command(
    cls=Command,
    example="gdquiz practice --topic one-step\n"
    "gdquiz practice --skill one-update --questions 10 --seed monday\n"
    "gdquiz practice --html practice.html --topic rates --topic momentum",
)
@click.option("--topic", "topics", multiple=True, help="Practise this topic; repeat for several.")
@click.option("--skill", "skills", multiple=True, help="Practise this skill; repeat for several.")
@bank_option
@click.option(
    "--html",
    "page",
    type=NewPath(),
    help="Write a page that asks, marks and explains offline, and stop (docs/practice-page.md).",
)
@click.option(
    "--questions",
    type=click.IntRange(1),
    help=f"Stop after so many questions; with --html, how many the page has.  [default for --html: {QUESTIONS}]",
)
@click.option("--title", help="Title of the page.")
@click.option("--seed", default="practice", help="Another seed gives other variants in another order.")
@click.option(
    "--progress",
    "place",
    type=NewPath(),
    envvar=PLACE,
    help=f"Where progress is kept; without it in the file that {PLACE} names, or in your folder for application data.",
)
@click.option("--no-save", is_flag=True, help="Keep nothing of this session.")
@click.option("--reset", is_flag=True, help="Start from zero: set your progress aside, and stop.")
@click.option("--export", type=NewPath(), help="Write your progress to a file (.csv: a table), and stop.")
@click.option(
    "--import",
    "source",
    type=click.Path(path_type=Path),
    help="Add the progress in a file, of a page or of the terminal, to yours, and stop.",
)
@click.option("--force", is_flag=True, help="Let --html or --export replace a file.")
@workers_option
@cache_option
def practice(
    topics: tuple[str, ...],
    skills: tuple[str, ...],
    files: tuple[Path, ...],
    page: Path | None,
    questions: int | None,
    title: str | None,
    seed: str,
    place: Path | None,
    no_save: bool,
    reset: bool,
    export: Path | None,
    source: Path | None,
    force: bool,
    no_cache: bool,
    workers: Workers,
) -> None:
    """Practise in the terminal: questions are marked as you answer them.

    Hints and worked solutions are there for the asking, and what you have mastered decides what comes next. Progress
    is kept in a file of your own and sent nowhere.
    """
    if title is not None and page is None:
        raise click.UsageError("--title is the title of a page; name its file with --html.")
    if workers.chosen and page is None:
        raise click.UsageError("--jobs and --scheduler are for the page of --html; in the terminal nothing waits.")
    solve = Solving(store(no_cache=no_cache))
    place = place or Path(click.get_app_dir("gdquiz")) / "progress.json"
    if reset:
        _reset(place)
    elif export is not None:
        _export(place, export, force=force)
    elif source is not None:
        _import(place, source)
    elif page is not None:
        check_page(page, questions, force=force)
        items = load_banks(files, topics, skills)
        write_page(
            page, items, questions=questions or QUESTIONS, seed=seed, title=title or TITLE, force=force, solve=solve,
            workers=workers,
        )  # fmt: skip
    elif sys.stdin is None:
        from gdquiz.errors import Fault, InputError

        raise InputError(Fault("standard input is closed, and practice reads the answers there"))
    else:
        models = load_banks(files, topics, skills)
        _converse(models, place, solve, save=not no_save, seed=seed, questions=questions)


def _converse(
    models: Sequence[ItemModel], place: Path, solve: Solving, *, save: bool, seed: str, questions: int | None
) -> None:
    from gdquiz.assembly.questions import QuestionWriter
    from gdquiz.cli.keeping import Keeper
    from gdquiz.practice.conversation import Ask, Save, Say, conversation
    from gdquiz.practice.plan import candidates

    by_id = {model.id: model for model in models}

    writer = cache(lambda item: QuestionWriter(solve(by_id[item])))
    width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns)) if sys.stdout.isatty() else 80
    keeper, chosen = Keeper(place, save=save), candidates(models)
    talk = conversation(
        chosen, keeper.record, writer, seed=seed, session=token_hex(8), questions=questions, width=width
    )
    reply: str | Record | None = None
    while True:
        try:
            step = talk.send(reply)
        except StopIteration:
            return
        match step:
            case Say(text):
                click.echo(text)
            case Ask(prompt):
                reply = _line(prompt)
            case Save(question):
                reply = keeper.add(question)


def _line(prompt: str) -> str | None:
    """A line from the keyboard or a pipe; None at the end of either, and when it is interrupted or closed."""
    if sys.stdin is None:
        return None
    try:
        line = input(prompt)
    except Ended:
        raise
    except (EOFError, KeyboardInterrupt):
        click.echo()
        return None
    if not sys.stdin.isatty():
        click.echo()
    return line


# --- progress files ------------------------------------------------------------------------------------------------


def _reset(place: Path) -> None:
    from gdquiz.cli.keeping import check_place, put_aside

    check_place(place)
    if not place.exists():
        click.echo("There is no progress yet.")
        return
    aside = put_aside(place, "old")
    click.echo(f"Progress starts from zero. The old one is kept as {aside}.")


def _import(place: Path, source: Path) -> None:
    """Add the progress in a file to one's own, once both are known to be in order."""
    from gdquiz.cli.files import read_text
    from gdquiz.cli.keeping import merged, read
    from gdquiz.practice.record import from_json, progress_of

    taken = from_json(read_text(source), file=str(source))
    before = progress_of(read(place)).questions
    now = progress_of(merged(place, taken)).questions
    click.echo(f"Added {counted(now - before, 'question')} to your progress, which has {now:,} now.")


def _export(place: Path, target: Path, *, force: bool) -> None:
    from gdquiz.cli.files import write_text
    from gdquiz.cli.keeping import read
    from gdquiz.errors import Fault, InputError
    from gdquiz.practice.progress import to_csv
    from gdquiz.practice.record import progress_of, to_json

    record = read(place)
    if not place.exists():
        raise InputError(Fault("there is no progress yet", hint="practise first", file=str(place)))
    write_text(target, to_csv(progress_of(record)) if target.suffix == ".csv" else to_json(record), force=force)
    click.echo(f"Wrote {target}.")
