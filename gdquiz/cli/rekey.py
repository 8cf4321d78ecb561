"""``gdquiz rekey``: what is decided of questions after the exam, written down in a new exam.json."""

from __future__ import annotations

from datetime import date as calendar
from pathlib import Path

import click

from gdquiz.cli import Command
from gdquiz.cli.files import MOST_OF_AN_EXAM, check_file, read_text, write_text
from gdquiz.cli.outputs import NewPath
from gdquiz.plurals import counted

NAME = "rekeyed.json"

EXAMPLE = """
gdquiz rekey exam/exam.json --accept 4XAKZ=2.5 --why "2.5 follows from the other convention"
gdquiz rekey exam/exam.json --drop learning-rate-unit --never-lower --why "the unit was missing" --pass 50%
"""


@click.command(cls=Command, example=EXAMPLE)
@click.argument("exam", type=click.Path(path_type=Path))
@click.option("--accept", multiple=True, help="QUESTION=VALUE or QUESTION:PART=VALUE: this answer is right, too.")
@click.option("--drop", multiple=True, help="QUESTION: it counts no more, for nobody who has it.")
@click.option("--full-marks", multiple=True, help="QUESTION or QUESTION:PART: all who have it earn all of its points.")
@click.option("--never-lower", is_flag=True, help="Nobody's result gets worse: the better one counts.")
@click.option("--why", required=True, help="The reason; it is written down.")
@click.option("--date", help="The date that is written down.  [default: today]")
@click.option("--pass", "passes", help="Tell what becomes of this pass mark: 50%, or 12 for points.")
@click.option("--out", type=NewPath(), help=f"File to write.  [default: {NAME} beside EXAM]")
@click.option("--force", is_flag=True, help="Replace the file.")
def rekey(
    exam: Path,
    accept: tuple[str, ...],
    drop: tuple[str, ...],
    full_marks: tuple[str, ...],
    never_lower: bool,
    why: str,
    date: str | None,
    passes: str | None,
    out: Path | None,
    force: bool,
) -> None:
    """Decide after an EXAM what else is right, and what does not count; 'gdquiz grade' then marks by the new exam.json.

    QUESTION is the id that is printed with it; the id of an item stands for its questions on all forms.
    """
    from gdquiz.exam.exam_json import from_json, to_json
    from gdquiz.grading.amending import rekeyed, told
    from gdquiz.grading.policy import bound

    if not (accept or drop or full_marks or never_lower):
        raise click.UsageError("say what changes: --accept, --drop, --full-marks or --never-lower.")
    out = out or exam.with_name(NAME)
    check_file(out, force=force)
    least = bound(passes, "--pass") if passes else None
    before = from_json(read_text(exam, most=MOST_OF_AN_EXAM), file=str(exam))
    after = rekeyed(
        before, accept=accept, drop=drop, full_marks=full_marks, never_lower=never_lower,
        date=date or calendar.today().isoformat(), why=why,
    )  # fmt: skip
    from_json(to_json(after), file=str(out))  # a reason that cannot be printed is told, and not written
    write_text(out, to_json(after), force=force)
    click.echo(f"{out}: {counted(len(after.amendments) - len(before.amendments), 'amendment')}, in all "
               f"{len(after.amendments)}")  # fmt: skip
    for line in told(before, after, least):
        click.echo(line)
    if after.never_lower:
        click.echo("Nobody's result gets worse.")
