"""What an exam can be had as: formats that are typeset and packages for learning platforms, chosen by ``--to``."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from gdquiz.cli.executors import Workers
from gdquiz.cli.progress import with_progress
from gdquiz.errors import Fault, InputError, nearest
from gdquiz.exam.frozen import Exam
from gdquiz.texts.reading import unprintable

if TYPE_CHECKING:
    from gdquiz.assembly.forms import Frame
    from gdquiz.cli.batches import Production

File = tuple[PurePosixPath, str | bytes | None]
Files = Iterator[File]

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
engine_option = click.option(
    "--engine", type=click.Choice(["typst", "latex"]), default="typst", show_default=True,
    help="What typesets PDF: Typst, which comes with gdquiz, or an installation of TeX.",
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


class Outputs:
    """The files of an exam in some formats and packages, and what there is to tell of them.

    ``notes``: where the files are, which format this machine cannot make (that is left out unless it is the only one),
    and what a package changed.  ``lost``: every question that a package left out, and every format that could not be
    made of this exam.
    """

    def __init__(self, names: tuple[str, ...], templates: Path | None, workers: Workers, engine: str = "typst"):
        from gdquiz.rendering.formats import FORMATS, left_out

        names = tuple(dict.fromkeys(names))
        known = {row.name for row in FORMATS}
        reasons = {name: left_out(name, engine) for name in names if name in known}
        self._unmade = [reason for reason in reasons.values() if reason and len(names) > 1]
        self._formats = tuple(name for name, reason in reasons.items() if not reason or len(names) == 1)
        self._targets = tuple(name for name in names if name not in known)
        self._templates, self._workers, self._engine = templates, workers, engine
        self.notes: list[str] = []
        self.lost: list[Fault] = []

    def of_exam(self, exam: Exam, students: Mapping[str, str]) -> Files:
        """Every file of an exam that has its forms, one at a time; a path that comes again continues its file, and one
        that comes with None is taken back.  ``students`` are their names by their ids.

        Raises ``InputError`` where no format could be made, and for a template that cannot be used.
        """
        from gdquiz.cli.batches import Production, Work

        head = exam.model_copy(update={"forms": ()})
        work = Work(head, len(exam.forms), self._formats, self._templates, students, engine=self._engine)
        made = Production(work, exam.forms, self._workers)
        yield from made.files()
        yield from self._packages(exam, made)

    def of_frame(self, frame: Frame, students: Mapping[str, str]) -> Generator[File, None, tuple[Exam, int]]:
        """Every file of an exam whose forms are still to be made, ``exam.json`` too, and the exam but for these forms,
        with the number of all forms.

        Raises ``InputError`` as ``of_exam`` does, and for an exam that cannot be extended.
        """
        from gdquiz.cli.batches import Production, Work

        ready = frame.ready()
        total = len(frame.exam.forms) + frame.size
        work = Work(ready.exam, total, self._formats, self._templates, students, ready, self._engine)
        made = Production(work, frame.exam.forms, self._workers)
        yield from made.files()
        exam = frame.finished(made.tally)
        for piece in made.exam_json(exam):
            yield PurePosixPath("exam.json"), piece
        yield from self._packages(made.whole(exam) if self._targets else exam, made)
        return exam, total

    def _packages(self, exam: Exam, made: Production) -> Files:
        from gdquiz.rendering.templating import TemplateRefused

        told = [*self._unmade, *made.notes]
        failed = [(name, error) for name, error in made.failed.items()]
        for name in self._targets:
            from gdquiz.packaging.packages import package
            from gdquiz.packaging.targets import find_target

            written: dict[PurePosixPath, None] = {}
            try:
                target = find_target(name)
                for page in package(exam, target, told, self._templates, progress=with_progress, left_out=self.lost):
                    written[page.path] = None
                    yield page.path, page.text
            except TemplateRefused:
                raise
            except InputError as error:
                yield from ((path, None) for path in written)
                failed.append((name, error))
        faults = [fault for _, error in failed for fault in error.faults]
        if failed and len(failed) == len(self._formats) + len(self._targets):
            raise InputError(faults)
        self.lost += faults
        if len(made.failed) < len(self._formats):
            self.notes += ["sheets/: what the students get", "keys/: answers, worked solutions and the answer table"]
        told += (f"{name}: left out: {fault}" for name, error in failed for fault in error.faults)
        self.notes += told


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
