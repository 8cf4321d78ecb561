"""The formats an exam can be had in, and the one function that renders an exam: pages of text, one after another.

Nothing is read but templates and nothing is written: a ``Page`` says where its text belongs, and whoever called
writes it there.  Sheets and keys never share a folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from gdquiz.errors import Fault, InputError, nearest
from gdquiz.exam.frozen import Exam, Form
from gdquiz.rendering import fonts, html, latex, markdown, pdf, typesetting, typst
from gdquiz.rendering.blocks import figure_path
from gdquiz.rendering.figures import draw
from gdquiz.rendering.markup import Style
from gdquiz.rendering.papers import TYPESET, Column, Paper, Papers
from gdquiz.rendering.templating import environment
from gdquiz.resources import data

SHEETS, KEYS = PurePosixPath("sheets"), PurePosixPath("keys")
ENGINES = ("typst", "latex")
"""What typesets PDF."""
_SOURCES = {"typst": "typ", "latex": "tex"}


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
    Format(
        "pdf",
        "PDF",
        "pdf",
        "to print; accessible (PDF/UA-1); typeset by Typst, or by TeX with --engine latex",
        typst.STYLE,
    ),
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


def left_out(format_name: str, engine: str = "typst") -> str:
    """Why a format cannot be made on this machine, as a sentence for the user; empty when it can."""
    if find_format(format_name).name != "pdf":
        return ""
    return pdf.missing() if engine == "latex" else typesetting.missing()


def render(
    exam: Exam,
    format_name: str,
    folder: Traversable | Path | None = None,
    *,
    names: Mapping[str, str] = MappingProxyType({}),
    engine: str = "typst",
    notes: list[str] | None = None,
) -> Iterator[Page]:
    """All pages of an exam in a format, made one form at a time; see ``Rendering``.

    What the user should know of the fonts is added to ``notes``.
    """
    made = Rendering(exam, format_name, folder, names=names, engine=engine)
    return _all(made, exam, [] if notes is None else notes)


def _all(made: Rendering, exam: Exam, notes: list[str]) -> Iterator[Page]:
    yield from made.begin()
    notes += made.notes
    for form in exam.forms:
        for page in made.pages(form):
            yield from made.bound(page)
    yield from made.end(map(made.column, exam.forms))


class Rendering:
    """An exam in a format, some forms at a time: ``begin``, the ``pages`` of each form, ``end``.

    What pages a form has depends on no other, so that these can be made anywhere, in a process of their own too; what
    is common to all forms is made at the beginning and at the end.

    ``names`` are those of students by their ids; where one is missing its id is printed.  ``engine`` is one of
    ``ENGINES`` and typesets PDF; ``notes`` is what the user should know of its fonts, once it has begun.
    ``folder`` holds an author's own templates (``markdown/sheet.md.j2``, ...); what it lacks is taken from the ones
    that come with gdquiz.  ``forms`` is the number of all forms, if ``exam`` does not hold them.
    The same exam and templates give the same bytes everywhere; a PDF does for one version of its engine and its fonts.
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
        engine: str = "typst",
    ):
        found = find_format(format_name)
        self.format = found = replace(found, style=latex.STYLE) if (found.name, engine) == ("pdf", "latex") else found
        self.notes: list[str] = []
        self._names = names
        folders = (*(() if folder is None else (folder,)), data("templates"))
        self._extension = _SOURCES.get(found.style.name, found.extension)
        sandbox = environment(folders, found.style.name)
        self._drawing = environment(folders, "html") if found.style.name != "latex" else sandbox
        self._papers = Papers(exam, found.style, sandbox, self._extension, names, self._drawing, forms=forms)
        self._typeset = found.style.name in TYPESET
        if self._typeset:
            self._ends = {SHEETS: self._papers.document(keys=False), KEYS: self._papers.document(keys=True)}
        self._most = typesetting.FORMS if found.style.name == "typst" else self._papers.forms
        self._typesetter = typesetting.Typesetter(self._ends[SHEETS][0]) if found.style.name == "typst" else None
        self._begun: dict[PurePosixPath, None] = {}
        self._gathered: dict[PurePosixPath, list[str]] = {}

    def begin(self) -> Iterator[Page]:
        """What comes before all forms: whether they can be typeset, as far as that is known."""
        if self.format.name == "pdf":
            if sentence := pdf.missing() if self._typesetter is None else typesetting.missing():
                raise InputError(Fault(sentence))
            if self._typesetter is not None:
                self.notes += self._fonts(self._typesetter, fonts.of_all(self._papers.exam, self._names))
        yield from ()

    def _fonts(self, setter: typesetting.Typesetter, characters: set[str], form: Form | None = None) -> list[str]:
        """What to say of the fonts of some characters; those of a form are not known before it is typeset."""
        exam = self._papers.exam.model_copy(update={"forms": (form,)}) if form is not None else self._papers.exam
        foreign, unknown = setter.fonts_of(characters)
        if unknown:
            raise InputError(fonts.faults(unknown, exam, self._names))
        said = "set in fonts of this machine, so that the files may differ on another machine"
        return [f"pdf: {' '.join(foreign)}: {said}"] if foreign else []

    def pages(self, form: Form) -> Iterator[Page]:
        """The pages of one form; each is to be ``bound``."""
        paper = self._papers.of(form)
        for folder, text in ((SHEETS, paper.sheet), (KEYS, paper.key)):
            name = folder / f"{paper.name}.{self._extension}"
            if not self._typeset:
                yield Page(name, text)
                continue
            head, foot = self._ends[folder]
            yield self._page(name, head + text + foot, form)
            yield Page(self._whole(folder, form.number), text, continues=True)
        if self.format.name == "markdown":
            yield from self._figures(paper)

    def column(self, form: Form) -> Column:
        """What the answer table, made at the end, has of a form."""
        return self._papers.column(form)

    def bound(self, page: Page) -> Iterator[Page]:
        """A page of a form as it is written, in a document of several after its head.

        What is to be typeset of several forms is kept until the end.
        """
        pages: tuple[Page, ...] = (page,)
        if page.continues and page.path not in self._begun:
            self._begun[page.path] = None
            pages = (Page(page.path, self._ends[PurePosixPath(page.path.parts[0])][0]), page)
        for one in pages:
            if self.format.name == "pdf" and isinstance(one.text, str):
                self._gathered.setdefault(one.path, []).append(one.text)
            else:
                yield one

    def end(self, columns: Iterable[Column]) -> Iterator[Page]:
        """What comes after all forms, among it the answer table."""
        table = KEYS / f"answer-table.{self._extension}"
        answers = _in_pages(table, self._papers.answers(columns))
        if not self._typeset:
            yield from answers
            return
        for page in answers:
            yield from self.bound(Page(table, page.text, continues=True))
        for path in self._begun:
            yield from self.bound(Page(path, self._ends[PurePosixPath(path.parts[0])][1], continues=True))
        for path, texts in self._gathered.items():
            yield self._page(path, "".join(texts))
        if self._typesetter is not None:
            self._typesetter.end()

    def _whole(self, folder: PurePosixPath, number: int) -> PurePosixPath:
        """The document that has a form among others: one of all forms, or one for each hundred."""
        forms, most = self._papers.forms, self._most
        if forms <= most:
            return folder / f"all-forms.{self._extension}"
        first, width = (number - 1) // most * most + 1, len(str(forms))
        last = min(first + most - 1, forms)
        return folder / f"forms-{first:0{width}d}-to-{last:0{width}d}.{self._extension}"

    def _page(self, path: PurePosixPath, document: str, form: Form | None = None) -> Page:
        """A whole document, typeset where that is the format."""
        if self.format.name != "pdf":
            return Page(path, document)
        if self._typesetter is None:
            return Page(path.with_suffix(".pdf"), pdf.compiled(document, path.as_posix()))
        self._fonts(self._typesetter, fonts.unusual([document]), form)
        return Page(path.with_suffix(".pdf"), self._typesetter.compiled(document, path.as_posix()))

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
