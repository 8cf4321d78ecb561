"""What an exam can be had as: formats that are typeset and packages for learning platforms, chosen by ``--to``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import click

from gdquiz.cli.progress import with_progress
from gdquiz.errors import Fault, InputError, nearest
from gdquiz.exam.frozen import Exam
from gdquiz.texts.reading import unprintable

DEFAULT_FORMATS = ("markdown", "html", "latex")
DEFAULT_PACKAGES = ("moodle",)
"""Of an exam, and of pools."""
LEFT_OUT = 3
"""The exit code where a question or a format was left out and all else is written."""


class NewPath(click.Path):
    """The path of what is to be written.

    Raises ``InputError`` for an empty one, which would mean ``.``, and for characters that no listing shows.
    """

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        problem = "the name is empty" if not str(value).strip() else ""
        hidden = unprintable(str(value).replace("\n", "\x00").replace("\t", "\x00"))
        if hidden:
            problem = "the name has a line break or another character that cannot be seen"
        if problem:
            raise InputError(Fault(problem, "the name of what to write", field=param.opts[0] if param else ""))
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
    from gdquiz.rendering.formats import FORMATS

    known = [row.name for row in FORMATS]
    if set(names) <= set(known):
        return
    from gdquiz.packaging.targets import TARGETS

    known += [row.name for row in TARGETS]
    unknown = [name for name in dict.fromkeys(names) if name not in known]
    if unknown:
        expected = ", ".join(known)
        raise InputError(Fault(f"unknown format '{name}'", expected, nearest(name, known)) for name in unknown)


def are_named(names: tuple[str, ...]) -> bool:
    """Whether names of students stand in one of these formats; no package for a platform has any."""
    from gdquiz.rendering.formats import FORMATS

    return any(row.name in names for row in FORMATS)


def pages(
    exam: Exam,
    names: tuple[str, ...],
    templates: Path | None,
    notes: list[str],
    lost: list[Fault],
    students: Mapping[str, str],
) -> Iterator[tuple[PurePosixPath, str | bytes | None]]:
    """Every file of an exam in these formats, one at a time; a path that comes again continues its file, and one that
    comes with None is taken back.  ``students`` are their names by their ids.

    ``notes`` gets what there is to tell: where the files are, which format this machine cannot make (that is left out
    unless it is the only one), and what a package changed.  ``lost`` gets every question that a package left out, and
    every format that could not be made of this exam.  Raises ``InputError`` where no format could be made, and for a
    template that cannot be used.
    """
    from gdquiz.packaging.packages import package
    from gdquiz.packaging.targets import TARGETS
    from gdquiz.rendering.formats import left_out
    from gdquiz.rendering.formats import render as render_format
    from gdquiz.rendering.templating import TemplateRefused

    targets = {row.name: row for row in TARGETS}
    told: list[str] = []
    done: list[str] = []
    failed: list[Fault] = []
    names = tuple(dict.fromkeys(names))
    for name in names:
        reason = left_out(name) if name not in targets else ""
        if reason and len(names) > 1:
            told.append(reason)
            continue
        written: dict[PurePosixPath, None] = {}
        try:
            if name in targets:
                made = package(exam, targets[name], told, templates, progress=with_progress, left_out=lost)
            else:
                made = with_progress(
                    render_format(exam, name, templates, names=students), label=name, total=2 * len(exam.forms)
                )
            for page in made:
                written[page.path] = None
                yield page.path, page.text
        except TemplateRefused:
            raise
        except InputError as error:
            yield from ((path, None) for path in written)
            failed += error.faults
            told += (f"{name}: left out: {fault}" for fault in error.faults)
        else:
            done.append(name)
    if failed and not done:
        raise InputError(failed)
    lost += failed
    if any(name not in targets for name in done):
        notes += ["sheets/: what the students get", "keys/: answers, worked solutions and the answer table"]
    notes += told


def tell(out: Path, notes: list[str]) -> None:
    """Print what ``pages`` noted; the paths in it begin with the folder."""
    for note in notes:
        starts = note.startswith(("sheets/", "keys/", "lms/"))
        click.echo(f"{out}/{note}" if starts else note)


def conclude(lost: list[Fault]) -> None:
    """Leave with the exit code that says whether something was left out."""
    if lost:
        click.echo("gdquiz: something was left out, as told above; all else is written", err=True)
        sys.exit(LEFT_OUT)
