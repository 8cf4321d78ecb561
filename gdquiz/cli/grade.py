"""``gdquiz grade``: from responses to marks, parts, pages for students, and what a person has to mark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from gdquiz.cli import Command
from gdquiz.cli.files import MOST_OF_AN_EXAM, check_target, read_bytes, read_text, write_folder
from gdquiz.cli.outputs import NewPath
from gdquiz.cli.progress import with_progress
from gdquiz.errors import Fault, InputError
from gdquiz.grading.policy import ATTEMPTS, Policy, bound, grades, number
from gdquiz.plurals import counted

if TYPE_CHECKING:
    from gdquiz.exam.exam_json import Reading
    from gdquiz.grading.by_hand import Decision
    from gdquiz.grading.grade import Graded
    from gdquiz.grading.responses import Problem

MOST_OF_RESPONSES = 100_000_000
HAND_MARKS = "hand-marks.csv"

EXAMPLE = """
gdquiz grade exam/exam.json responses.csv --pass 50% --out marks
gdquiz grade exam/exam.json responses.csv --marks by-hand.csv --grade A=90% --grade B=70% --out marks --force
gdquiz grade pools/exam.json moodle.csv --fill department.csv --key Number --set Grade=grade --out marks
"""


@click.command(cls=Command, example=EXAMPLE)
@click.argument("exam", type=click.Path(path_type=Path))
@click.argument("responses", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--from", "source", default="", help="What the files are; see docs/grading.md.  [default: by their header]"
)
@click.option(
    "--attempts",
    type=click.Choice(ATTEMPTS),
    default="best",
    show_default=True,
    help="Which of several attempts counts.",
)
@click.option("--best", type=click.IntRange(1, 1000), help="So many questions count, those with the most points.")
@click.option("--pass", "passes", help="What it takes to pass: 50%, or 12 for points.")
@click.option("--grade", "table", multiple=True, help="A grade and what it takes: A=90%; repeat for each.")
@click.option("--round", "step", help="Round the marks of students to multiples of this, halves up: 0.5.")
@click.option("--both-or-nothing", is_flag=True, help="A right verdict with a wrong reason earns nothing.")
@click.option(
    "--marks",
    "hands",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Marks that people gave: by-hand.csv, filled in; repeat for several.",
)
@click.option("--fill", type=click.Path(path_type=Path), help="A department's own CSV file, to be filled in.")
@click.option("--key", help="With --fill: the header of its column with the students' ids.")
@click.option("--set", "columns", multiple=True, help="With --fill: COLUMN=grade, points, percent; repeat for several.")
@click.option("--anonymous", is_flag=True, help="Write codes in the place of the students' ids.")
@click.option("--pages/--no-pages", default=True, show_default=True, help="Write a page for each student.")
@click.option("--out", type=NewPath(), default=Path("marks"), show_default=True, help="Folder to write.")
@click.option("--force", is_flag=True, help="Replace an earlier grading in the folder; marks of people are kept.")
def grade(
    exam: Path,
    responses: tuple[Path, ...],
    source: str,
    attempts: str,
    best: int | None,
    passes: str | None,
    table: tuple[str, ...],
    step: str | None,
    both_or_nothing: bool,
    hands: tuple[Path, ...],
    fill: Path | None,
    key: str | None,
    columns: tuple[str, ...],
    anonymous: bool,
    pages: bool,
    out: Path,
    force: bool,
) -> None:
    """Mark the RESPONSES to an EXAM: marks.csv, parts.csv, by-hand.csv, problems.csv and a page for each student.

    RESPONSES are files of gdquiz or of a learning platform (docs/grading.md).
    """
    from gdquiz.exam.exam_json import read
    from gdquiz.grading.grade import grade as graded_by
    from gdquiz.grading.readers import read_responses

    targets = _targets(fill, key, columns)
    policy = Policy(
        attempts=attempts,  # type: ignore[arg-type]
        best=best or 0,
        passes=bound(passes, "--pass") if passes else None,
        grades=grades(table),
        step=number(step, "--round") if step else number("0", "--round"),
        both_or_nothing=both_or_nothing,
    )
    check_target(out, force=force)
    reading = read(read_text(exam, most=MOST_OF_AN_EXAM), file=str(exam))
    returned = read_responses(
        ((str(file), read_bytes(file, most=MOST_OF_RESPONSES)) for file in responses), reading.exam, source=source
    )
    decisions = _decisions(out, hands)
    graded = graded_by(reading.exam, returned, policy, decisions)
    filled = _filled(fill, graded, key or "", targets) if fill is not None else None
    problems = (*graded.problems, *(filled[1] if filled else ()))
    files = _files(reading, exam, graded, decisions, problems, pages=pages, anonymous=anonymous)
    if fill is not None and filled is not None:
        files = _and_one(files, PurePosixPath(fill.name), filled[0])
    write_folder(out, files, force=force)
    _tell(out, graded, decisions, problems, pages=pages)


def _targets(fill: Path | None, key: str | None, columns: tuple[str, ...]) -> dict[str, str]:
    """What goes to which column of a department's file."""
    if fill is None and (key or columns):
        raise click.UsageError("--key and --set say how to fill a file; name it with --fill.")
    if fill is not None and not (key and columns):
        raise click.UsageError("--fill needs the --key column with the ids, and at least one --set COLUMN=grade.")
    targets: dict[str, str] = {}
    for text in columns:
        name, sign, value = text.rpartition("=")
        if not sign or not name:
            raise InputError(Fault(f"'{text[:60]}' names no column", "such as Grade=grade", field="--set"))
        targets[name] = value.strip()
    return targets


def _decisions(out: Path, hands: tuple[Path, ...]) -> tuple[Decision, ...]:
    """The marks of people: those of the earlier grading in the folder, then those in files."""
    from gdquiz.grading.by_hand import read_decisions

    earlier = out / HAND_MARKS
    files = [*([earlier] if earlier.is_file() else []), *hands]
    found = [one for file in files for one in read_decisions(read_bytes(file, most=MOST_OF_RESPONSES), str(file))]
    return tuple({(one.student, one.question, one.part, one.points, one.person, one.reason, one.date): one
                  for one in found}.values())  # fmt: skip


def _filled(fill: Path, graded: Graded, key: str, targets: dict[str, str]) -> tuple[bytes, tuple[Problem, ...]]:
    from gdquiz.grading.filling import filled

    return filled(read_bytes(fill, most=MOST_OF_RESPONSES), str(fill), graded, key, targets)


def _and_one(
    files: Iterator[tuple[PurePosixPath, str | bytes]], path: PurePosixPath, content: bytes
) -> Iterator[tuple[PurePosixPath, str | bytes]]:
    """The files and one more, whose name is none of theirs."""
    taken = set()
    for name, text in files:
        taken.add(name)
        yield name, text
    yield PurePosixPath(f"filled-{path}") if path in taken else path, content


def _files(
    reading: Reading,
    exam: Path,
    graded: Graded,
    decisions: tuple[Decision, ...],
    problems: tuple[Problem, ...],
    *,
    pages: bool,
    anonymous: bool,
) -> Iterator[tuple[PurePosixPath, str | bytes]]:
    from gdquiz.cli.students import names_of, students_of
    from gdquiz.grading import ledgers
    from gdquiz.grading.anonymous import anonymised
    from gdquiz.grading.pages import pages as pages_of

    names = {} if anonymous or not pages else names_of(reading.exam, students_of(reading, exam, None, []))
    if anonymous:
        graded, decisions, problems = anonymised(graded, decisions, problems)
    yield PurePosixPath("marks.csv"), ledgers.marks(graded)
    yield PurePosixPath("parts.csv"), ledgers.parts(graded)
    yield PurePosixPath("by-hand.csv"), ledgers.by_hand(graded)
    yield PurePosixPath("problems.csv"), ledgers.problems(problems)
    yield PurePosixPath("pass-marks.csv"), ledgers.pass_marks(graded)
    yield PurePosixPath("policy.csv"), ledgers.policy(graded)
    if graded.exam.amendments:
        yield PurePosixPath("changed.csv"), ledgers.changed(graded)
    if decisions:
        yield PurePosixPath(HAND_MARKS), ledgers.hand_marks(decisions, graded)
    if pages:
        for page in with_progress(pages_of(graded, names=names), label="pages", total=len(graded.students)):
            yield page.path, page.text


def _tell(
    out: Path, graded: Graded, decisions: tuple[Decision, ...], problems: tuple[Problem, ...], *, pages: bool
) -> None:
    from gdquiz.grading.by_hand import agreement

    click.echo(f"{out}/marks.csv: {counted(len(graded.students), 'student')} of exam {graded.exam.id}")
    if pages and graded.students:
        click.echo(f"{out}/students/: a page for each")
    for line in (*graded.notes, *agreement(decisions)):
        click.echo(line)
    if problems:
        click.echo(f"{counted(len(problems), 'line')} to look at: {out}/problems.csv")
