"""``gdquiz render``: sheets and keys from a frozen exam, and the options that ``gdquiz make`` shares with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from gdquiz.cli import Command
from gdquiz.cli.files import check_target, read_text, write_folder
from gdquiz.cli.progress import with_progress

if TYPE_CHECKING:
    from gdquiz.authoring.exam import Exam

DEFAULT_FORMATS = ("markdown", "html", "latex")

formats_option = click.option(
    "--to", "formats", multiple=True,
    help="A format, see 'gdquiz formats'; repeat for several.  [default: markdown, html, latex]",
)  # fmt: skip
templates_option = click.option(
    "--templates", type=click.Path(path_type=Path, file_okay=False),
    help="Your own template folder; files it lacks come from gdquiz.",
)  # fmt: skip


@click.command(cls=Command, example="gdquiz render exam/exam.json --to html --out web")
@click.argument("exam", type=click.Path(path_type=Path))
@formats_option
@templates_option
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("rendered"), show_default=True, help="Folder to write."
)
@click.option("--force", is_flag=True, help="Replace what was rendered into the folder before.")
def render(exam: Path, formats: tuple[str, ...], templates: Path | None, out: Path, force: bool) -> None:
    """Render a frozen exam again, from its exam.json alone."""
    from gdquiz.authoring.exam import from_json

    check_target(out, force=force)
    check_formats(formats)
    frozen = from_json(read_text(exam), file=str(exam))
    notes: list[str] = []
    write_folder(out, pages(frozen, formats, templates, notes), force=force)
    click.echo(f"{out}/sheets/: what the students get")
    click.echo(f"{out}/keys/: answers, worked solutions and the answer table")
    for note in notes:
        click.echo(note)


def check_formats(formats: tuple[str, ...]) -> None:
    """Refuse a format that does not exist before any work is done."""
    from gdquiz.rendering.formats import find_format

    for name in formats:
        find_format(name)


def pages(
    exam: Exam, formats: tuple[str, ...], templates: Path | None, notes: list[str]
) -> Iterator[tuple[PurePosixPath, str | bytes]]:
    """Every file of an exam in these formats, one at a time; a path that comes again continues its file.

    A format that this machine can not make is left out with a note, unless it is the only one.
    """
    from gdquiz.rendering.formats import left_out
    from gdquiz.rendering.formats import render as render_format

    wanted = tuple(dict.fromkeys(formats or DEFAULT_FORMATS))
    for name in wanted:
        reason = left_out(name)
        if reason and len(wanted) > 1:
            notes.append(reason)
            continue
        rendered = render_format(exam, name, templates)
        for page in with_progress(rendered, label=name, total=2 * len(exam.forms)):
            yield page.path, page.text
