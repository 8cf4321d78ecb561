"""The formats an exam can be had in, and the one function that renders an exam: pages of text, one after another.

Nothing is read but templates and nothing is written: a ``Page`` says where its text belongs, and whoever called
writes it there.  Sheets and keys never share a folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from gdquiz.errors import Fault, InputError, nearest
from gdquiz.exam.frozen import Exam, Form
from gdquiz.rendering import html, latex, markdown, pdf, typst
from gdquiz.rendering.blocks import figure_path
from gdquiz.rendering.figures import draw
from gdquiz.rendering.markup import Style
from gdquiz.rendering.papers import TYPESET, Column, Paper, Papers
from gdquiz.rendering.templating import environment
from gdquiz.resources import data

SHEETS, KEYS = PurePosixPath("sheets"), PurePosixPath("keys")


@dataclass(frozen=True, slots=True)
class Format:
    """A row of ``FORMATS``: ``purpose`` tells an instructor what it is for."""

    name: str
    title: str
    extension: str
    purpose: str
    style: Style


FORMATS = (
    Format("markdown", "Markdown", "md", "to read, edit or convert (GitHub, Pandoc)", markdown.STYLE),
    Format(
        "html", "HTML", "html", "to read on a screen or print from a browser; one file each, works offline", html.STYLE
    ),
    Format("latex", "LaTeX", "tex", "to edit and typeset with pdflatex or lualatex (class exam)", latex.STYLE),
    Format("typst", "Typst", "typ", "to edit and typeset with Typst 0.14 or newer", typst.STYLE),
    Format("pdf", "PDF", "pdf", "to print; made of the LaTeX, so it needs a TeX installation", latex.STYLE),
)


@dataclass(frozen=True, slots=True)
class Page:
    """A file, or with ``continues`` the next part of the file that an earlier page began."""

    path: PurePosixPath
    text: str | bytes
    continues: bool = False


def find_format(name: str) -> Format:
    """The format of a name.  Raises ``InputError`` for a name that is none."""
    for row in FORMATS:
        if row.name == name:
            return row
    names = [row.name for row in FORMATS]
    raise InputError(Fault(f"unknown format '{name}'", expected=", ".join(names), hint=nearest(name, names)))


def left_out(format_name: str) -> str:
    """Why a format cannot be made on this machine, as a sentence for the user; empty when it can."""
    return pdf.missing() if find_format(format_name).name == "pdf" else ""


def render(
    exam: Exam,
    format_name: str,
    folder: Traversable | Path | None = None,
    *,
    names: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Page]:
    """All pages of an exam in a format, made one form at a time; see ``Rendering``."""
    made = Rendering(exam, format_name, folder, names=names)
    return _all(made, exam)


def _all(made: Rendering, exam: Exam) -> Iterator[Page]:
    yield from made.begin()
    for form in exam.forms:
        for page in made.pages(form):
            yield from made.bound(page)
    yield from made.end(map(made.column, exam.forms))


class Rendering:
    """An exam in a format, some forms at a time: ``begin``, the ``pages`` of each form, ``end``.

    What pages a form has depends on no other, so that these can be made anywhere, in a process of their own too; what
    is common to all forms is made at the beginning and at the end.

    ``names`` are those of students by their ids; where one is missing its id is printed.
    ``folder`` holds an author's own templates (``markdown/sheet.md.j2``, ...); what it lacks is taken from the ones
    that come with gdquiz.  ``forms`` is the number of all forms, if ``exam`` does not hold them.
    The same exam and templates give the same bytes everywhere.
    Raises ``InputError`` for an unknown format, a template that is refused, and a text that cannot be set.
    """

    def __init__(
        self,
        exam: Exam,
        format_name: str,
        folder: Traversable | Path | None = None,
        *,
        names: Mapping[str, str] = MappingProxyType({}),
        forms: int | None = None,
    ):
        self.format = found = find_format(format_name)
        folders = (*(() if folder is None else (folder,)), data("templates"))
        self._extension = "tex" if found.name == "pdf" else found.extension
        sandbox = environment(folders, found.style.name)
        self._drawing = environment(folders, "html") if found.style.name != "latex" else sandbox
        self._papers = Papers(exam, found.style, sandbox, self._extension, names, self._drawing, forms=forms)
        self._typeset = found.style.name in TYPESET
        if self._typeset:
            self._sheet, self._key = self._papers.document(keys=False), self._papers.document(keys=True)
        self._gathered: dict[PurePosixPath, list[str]] = {}

    def begin(self) -> Iterator[Page]:
        """What comes before all forms."""
        if self.format.name == "pdf" and (sentence := pdf.missing()):
            raise InputError(Fault(sentence))
        if self._typeset:
            yield from self.bound(Page(self._of_all(SHEETS), self._sheet[0]))
            yield from self.bound(Page(self._of_all(KEYS), self._key[0]))

    def pages(self, form: Form) -> Iterator[Page]:
        """The pages of one form; each is to be ``bound``."""
        paper = self._papers.of(form)
        if self._typeset:
            yield self._page(SHEETS / f"{paper.name}.{self._extension}", self._sheet[0] + paper.sheet + self._sheet[1])
            yield self._page(KEYS / f"{paper.name}.{self._extension}", self._key[0] + paper.key + self._key[1])
            yield Page(self._of_all(SHEETS), paper.sheet, continues=True)
            yield Page(self._of_all(KEYS), paper.key, continues=True)
            return
        yield Page(SHEETS / f"{paper.name}.{self._extension}", paper.sheet)
        yield Page(KEYS / f"{paper.name}.{self._extension}", paper.key)
        if self.format.name == "markdown":
            yield from self._figures(paper)

    def column(self, form: Form) -> Column:
        """What the answer table, made at the end, has of a form."""
        return self._papers.column(form)

    def bound(self, page: Page) -> Iterator[Page]:
        """A page of a form as it is written; LaTeX of all forms that is to be a PDF is kept until the end."""
        if self.format.name == "pdf" and isinstance(page.text, str):
            self._gathered.setdefault(page.path, []).append(page.text)
        else:
            yield page

    def end(self, columns: Iterable[Column]) -> Iterator[Page]:
        """What comes after all forms, among it the answer table."""
        table = KEYS / f"answer-table.{self._extension}"
        answers = _in_pages(table, self._papers.answers(columns))
        if not self._typeset:
            yield from answers
            return
        for folder, (_, foot) in ((SHEETS, self._sheet), (KEYS, self._key)):
            yield from self.bound(Page(self._of_all(folder), foot, continues=True))
        yield from self.bound(Page(table, self._key[0]))
        for page in answers:
            yield from self.bound(Page(table, page.text, continues=True))
        yield from self.bound(Page(table, self._key[1], continues=True))
        for path, texts in self._gathered.items():
            yield self._page(path, "".join(texts))

    def _of_all(self, folder: PurePosixPath) -> PurePosixPath:
        """The document that has the papers of all forms."""
        return folder / f"all-forms.{self._extension}"

    def _page(self, path: PurePosixPath, document: str) -> Page:
        """A whole document, compiled where that is the format."""
        if self.format.name != "pdf":
            return Page(path, document)
        return Page(path.with_suffix(".pdf"), pdf.compiled(document, path.as_posix()))

    def _figures(self, paper: Paper) -> Iterator[Page]:
        for place in map(self._papers.blocks.in_language, paper.places):
            if place.question.figure is not None:
                for folder, key in ((SHEETS, False), (KEYS, True)):
                    svg = draw(
                        place.question.figure,
                        self._papers.style,
                        self._drawing,
                        place.question.id,
                        key=key,
                        words=self._papers.blocks.catalogue,
                    )
                    yield Page(folder / figure_path(place), svg)


def _in_pages(path: PurePosixPath, texts: Iterator[str]) -> Iterator[Page]:
    """A long text as pages of some size."""
    continues, size, parts = False, 0, list[str]()
    for text in texts:
        parts.append(text)
        size += len(text)
        if size > 100_000:
            yield Page(path, "".join(parts), continues)
            continues, size, parts = True, 0, []
    if parts or not continues:
        yield Page(path, "".join(parts), continues)
