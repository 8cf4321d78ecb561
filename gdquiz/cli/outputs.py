"""What an exam can be had as: formats that are typeset and packages for learning platforms, chosen by ``--to``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import click

from gdquiz.authoring.exam import Exam
from gdquiz.cli.progress import with_progress
from gdquiz.errors import Fault, InputError, nearest

DEFAULT_FORMATS = ("markdown", "html", "latex")
DEFAULT_PACKAGES = ("moodle",)
"""Of an exam, and of pools."""


class NewPath(click.Path):
    """The path of what is to be written.  Raises ``InputError`` for an empty one, which would mean ``.``."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not str(value).strip():
            raise InputError(
                Fault("the name is empty", "the name of what to write", field=param.opts[0] if param else "")
            )
        return super().convert(value, param, ctx)


formats_option = click.option(
    "--to", "formats", multiple=True,
    help="A format or platform, see 'gdquiz formats'; repeat for several.  "
    "[default: markdown, html, latex; with --pool moodle]",
)  # fmt: skip
templates_option = click.option(
    "--templates", type=click.Path(path_type=Path, file_okay=False),
    help="Your own template folder; files it lacks come from gdquiz.",
)  # fmt: skip


def check_formats(names: tuple[str, ...]) -> None:
    """Refuse names of no format and no platform before any work is done."""
    from gdquiz.packaging.targets import TARGETS
    from gdquiz.rendering.formats import FORMATS

    known = [row.name for row in FORMATS] + [row.name for row in TARGETS]
    unknown = [name for name in dict.fromkeys(names) if name not in known]
    if unknown:
        expected = ", ".join(known)
        raise InputError(Fault(f"unknown format '{name}'", expected, nearest(name, known)) for name in unknown)


def pages(
    exam: Exam, names: tuple[str, ...], templates: Path | None, notes: list[str]
) -> Iterator[tuple[PurePosixPath, str | bytes]]:
    """Every file of an exam in these formats, one at a time; a path that comes again continues its file.

    ``notes`` gets what there is to tell: where the files are, which format this machine can not make (that is left out
    unless it is the only one), and what a package changed.
    """
    from gdquiz.packaging.packages import package
    from gdquiz.packaging.targets import TARGETS
    from gdquiz.rendering.formats import left_out
    from gdquiz.rendering.formats import render as render_format

    targets = {row.name: row for row in TARGETS}
    told: list[str] = []
    typeset = False
    for name in dict.fromkeys(names):
        if name in targets:
            for page in package(exam, targets[name], told, templates, progress=with_progress):
                yield page.path, page.text
            continue
        reason = left_out(name)
        if reason and len(names) > 1:
            told.append(reason)
            continue
        typeset = True
        rendered = render_format(exam, name, templates)
        for page in with_progress(rendered, label=name, total=2 * len(exam.forms)):
            yield page.path, page.text
    if typeset:
        notes += ["sheets/: what the students get", "keys/: answers, worked solutions and the answer table"]
    notes += told


def tell(out: Path, notes: list[str]) -> None:
    """Print what ``pages`` noted; the paths in it begin with the folder."""
    for note in notes:
        starts = note.startswith(("sheets/", "keys/", "lms/"))
        click.echo(f"{out}/{note}" if starts else note)
