"""``gdquiz render``: sheets, keys and packages from a frozen exam."""

from __future__ import annotations

from pathlib import Path

import click

from gdquiz.cli import Command
from gdquiz.cli.executors import Workers, workers_option
from gdquiz.cli.files import MOST_OF_AN_EXAM, check_target, read_text, write_folder
from gdquiz.cli.outputs import (
    DEFAULT_FORMATS,
    NewPath,
    Outputs,
    are_named,
    check_formats,
    conclude,
    engine_option,
    formats_option,
    tell,
    templates_option,
)

EXAMPLE = """
gdquiz render exam/exam.json --to html --out web
gdquiz render exam/exam.json --to moodle --out upload
"""


@click.command(cls=Command, example=EXAMPLE)
@click.argument("exam", type=click.Path(path_type=Path))
@formats_option
@engine_option
@templates_option
@click.option(
    "--students", type=click.Path(path_type=Path),
    help="Names of the students, as CSV.  [default: students.csv beside EXAM, if it is there]",
)  # fmt: skip
@click.option("--out", type=NewPath(), default=Path("rendered"), show_default=True, help="Folder to write.")
@click.option("--force", is_flag=True, help="Replace what was rendered into the folder before.")
@workers_option
def render(
    exam: Path,
    formats: tuple[str, ...],
    engine: str,
    templates: Path | None,
    students: Path | None,
    out: Path,
    force: bool,
    workers: Workers,
) -> None:
    """Render a frozen exam again, from its exam.json and the names in students.csv."""
    from gdquiz.cli.students import names_of, students_of
    from gdquiz.exam.exam_json import read

    check_target(out, force=force)
    check_formats(formats)
    reading = read(read_text(exam, most=MOST_OF_AN_EXAM), file=str(exam))
    notes: list[str] = []
    formats = formats or DEFAULT_FORMATS
    named = students is not None or are_named(formats)
    names = names_of(reading.exam, students_of(reading, exam, students, notes)) if named else {}
    outputs = Outputs(formats, templates, workers, engine)
    write_folder(out, outputs.of_exam(reading.exam, names), force=force)
    tell(out, [*notes, *outputs.notes])
    conclude(outputs.lost)
