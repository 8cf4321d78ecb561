"""The formats an exam can be had in, and the one function that renders an exam: pages of text, one after another.

Nothing is read but templates and nothing is written: a ``Page`` says where its text belongs, and whoever called
writes it there.  Sheets and keys never share a folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from jinja2 import Environment

from gdquiz.errors import Fault, InputError, nearest
from gdquiz.exam.frozen import Exam
from gdquiz.rendering import html, latex, markdown, pdf, typst
from gdquiz.rendering.blocks import figure_path
from gdquiz.rendering.figures import draw
from gdquiz.rendering.markup import Style
from gdquiz.rendering.papers import TYPESET, Paper, Papers
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
    """All pages of an exam in a format, made one form at a time.

    ``names`` are those of students by their ids; where one is missing its id is printed.
    ``folder`` holds an author's own templates (``markdown/sheet.md.j2``, ...); what it lacks is taken from the ones
    that come with gdquiz.  The same exam and templates give the same bytes everywhere.
    Raises ``InputError`` for an unknown format, a template that is refused, and a text that cannot be set.
    """
    found = find_format(format_name)
    own = () if folder is None else (folder,)
    sandbox = environment((*own, data("templates")), found.style.name)
    drawing = environment((*own, data("templates")), "html") if found.style.name != "latex" else sandbox
    papers = Papers(exam, found.style, sandbox, "tex" if found.name == "pdf" else found.extension, names, drawing)
    if found.style.name in TYPESET:
        return _pdf(papers) if found.name == "pdf" else _documents(papers, found.extension)
    return _pages(papers, found, drawing)


def _name(paper: Paper, extension: str) -> str:
    return f"{paper.name}.{extension}"


def _pages(papers: Papers, found: Format, drawing: Environment) -> Iterator[Page]:
    for paper in papers:
        yield Page(SHEETS / _name(paper, found.extension), paper.sheet)
        yield Page(KEYS / _name(paper, found.extension), paper.key)
        if found.name == "markdown":
            yield from _figures(papers, paper, drawing)
    yield from _gathered(KEYS / f"answer-table.{found.extension}", papers.answers())


def _figures(papers: Papers, paper: Paper, drawing: Environment) -> Iterator[Page]:
    for place in paper.places:
        if place.question.figure is not None:
            for folder, key in ((SHEETS, False), (KEYS, True)):
                svg = draw(place.question.figure, papers.style, drawing, place.question.id, key=key)
                yield Page(folder / figure_path(place), svg)


def _gathered(path: PurePosixPath, texts: Iterator[str]) -> Iterator[Page]:
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


def _documents(papers: Papers, extension: str) -> Iterator[Page]:
    """The papers of a form as a document each, and those of all forms as one."""
    sheet_head, sheet_foot = papers.document(keys=False)
    key_head, key_foot = papers.document(keys=True)
    all_sheets, all_keys = (folder / f"all-forms.{extension}" for folder in (SHEETS, KEYS))
    yield Page(all_sheets, sheet_head)
    yield Page(all_keys, key_head)
    for paper in papers:
        yield Page(SHEETS / _name(paper, extension), sheet_head + paper.sheet + sheet_foot)
        yield Page(KEYS / _name(paper, extension), key_head + paper.key + key_foot)
        yield Page(all_sheets, paper.sheet, continues=True)
        yield Page(all_keys, paper.key, continues=True)
    yield Page(all_sheets, sheet_foot, continues=True)
    yield Page(all_keys, key_foot, continues=True)
    table = KEYS / f"answer-table.{extension}"
    yield Page(table, key_head)
    yield from (Page(page.path, page.text, continues=True) for page in _gathered(table, papers.answers()))
    yield Page(table, key_foot, continues=True)


def _pdf(papers: Papers) -> Iterator[Page]:
    """The LaTeX documents, compiled; those of all forms and the answer table, which come in parts, at the end."""
    if sentence := pdf.missing():
        raise InputError(Fault(sentence))
    whole: dict[PurePosixPath, list[str]] = {}
    for page in _documents(papers, "tex"):
        assert isinstance(page.text, str)
        path = page.path.with_suffix(".pdf")
        if page.path.stem.startswith("form-"):
            yield Page(path, pdf.compiled(page.text, page.path.as_posix()))
        else:
            whole.setdefault(path, []).append(page.text)
    for path, texts in whole.items():
        yield Page(path, pdf.compiled("".join(texts), path.with_suffix(".tex").as_posix()))
