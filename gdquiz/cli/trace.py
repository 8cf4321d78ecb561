"""``gdquiz trace``: from a printed id to the item, the variant, the student and the command that shows it."""

from __future__ import annotations

from pathlib import Path

import click

from gdquiz.cli import Command
from gdquiz.cli.files import MOST_OF_AN_EXAM, read_text


@click.command(cls=Command, example="gdquiz trace exam/exam.json 4XAKZ\ngdquiz trace exam/exam.json s1001")
@click.argument("exam", type=click.Path(path_type=Path))
@click.argument("id")
def trace(exam: Path, id: str) -> None:
    """Tell what the ID of a question, a form or a student stands for in an EXAM: item, version, row, key, whose it is.

    The last line is the command that shows the variant again, as long as the item has the same version.
    """
    from gdquiz.exam.exam_json import from_json
    from gdquiz.grading.tracing import traced

    for line in traced(from_json(read_text(exam, most=MOST_OF_AN_EXAM), file=str(exam)), id):
        click.echo(line)
