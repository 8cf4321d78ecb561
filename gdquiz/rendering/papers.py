"""Papers: the sheet and the key of one form after another, and the table of all answers, as text of one format."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from jinja2 import Environment

from gdquiz.exam.frozen import LETTERS, Exam, Form, PartKey, PartWording, Section
from gdquiz.kinds.kind import kind_of
from gdquiz.rendering.blocks import Blocks, Place, form_name, short
from gdquiz.rendering.markup import Pieces, Style, join
from gdquiz.rendering.moulds import Mould
from gdquiz.rendering.templating import lay_out, load, pour
from gdquiz.rendering.views import PaperView, RowView, SectionView, StudentView, TableView
from gdquiz.texts.typst import PRELUDE

FORMS_ABREAST = 6
"""Columns of the answer table; further forms follow in further tables."""
TYPESET = ("latex", "typst")
"""The styles whose papers are bound into documents of several."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One form in one format; ``name`` is that of its files, ``places`` are its questions where they stand."""

    form: Form
    name: str
    places: tuple[Place, ...]
    sheet: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the answer table: the id of a form, and its answers by number of question and letter of part."""

    form: str
    answers: Mapping[tuple[int, str], str]


class Papers:
    """All papers of an exam in one format, made one at a time.

    ``names`` are those of students by their ids; where one is missing its id stands for it.  ``forms`` is the number
    of all forms, if ``exam`` does not hold them.
    """

    def __init__(
        self,
        exam: Exam,
        style: Style,
        sandbox: Environment,
        extension: str,
        names: Mapping[str, str],
        drawing: Environment | None = None,
        *,
        forms: int | None = None,
    ):
        self.exam = exam
        self.forms = len(exam.forms) if forms is None else forms
        self._names = names
        self.style = style
        self.blocks = Blocks(exam, style, sandbox, extension, drawing=drawing)
        self.exam = exam = self.blocks.exam
        self._templates = {
            name: load(sandbox, f"{style.name}/{name}.{extension}.j2")
            for name in ("sheet", "key", "answers", *(("document",) if style.name in TYPESET else ()))
        }
        self._mould = Mould(style.name, self.blocks.also)
        self._moulded: dict[tuple[object, ...], Pieces] = {}
        self._instructions = self.blocks.text("", exam.instructions, place="alone")
        self._sections = [self.blocks.text("", section.instructions, place="alone") for section in exam.sections]

    def of(self, form: Form) -> Paper:
        """The paper of a form."""
        name = form_name(form.number, self.forms)
        places = tuple(Place(question, form, name) for question in form.questions)
        paper = Paper(form, name, places)
        return Paper(form, name, places, self._paper(paper, "sheet"), self._paper(paper, "key"))

    def _paper(self, paper: Paper, name: str) -> str:
        """One form, as sheet or key.  Forms with the same numbers of questions in their sections share a layout."""
        numbers = tuple(place.question.number for place in paper.places)
        shape = (name, paper.form.student is None, numbers)
        pieces = self._moulded.get(shape)
        if pieces is None:
            view = self._view(paper, key=name == "key")
            pieces = self._moulded[shape] = self._mould.cast(self._templates[name], paper=view)
        return join(pieces, paper)  # type: ignore[arg-type]

    def answers(self, columns: Iterable[Column]) -> Iterator[str]:
        """The table of all answers, piece by piece."""
        view = self._view(None, key=True)
        return pour(self._templates["answers"], **self.blocks.also, paper=view, tables=self._tables(columns))

    def document(self, *, keys: bool) -> tuple[str, str]:
        """What stands before and after the papers of a LaTeX or Typst document."""
        view = self._view(None, key=keys)
        whole = lay_out(
            self._templates["document"], **self.blocks.also, paper=view, keys=keys, prelude=PRELUDE, body="\ue000"
        )
        head, _, foot = whole.partition("\ue000")
        return head, foot

    def _view(self, paper: Paper | None, *, key: bool) -> PaperView:
        """What a template sees of a form, or with ``None`` of the exam."""
        exam, words, read = self.exam, self.blocks.words, self._mould.read
        plain_words, names = self.style.words, self._names
        return PaperView(
            title=words(exam.title),
            plain_title=plain(exam.title),
            plain_form=read(lambda paper: plain(paper.form.id)) if paper else "",
            course=words(exam.course),
            date=words(exam.date),
            instructions=self._instructions,
            exam=words(exam.id),
            form=read(lambda paper: plain_words(paper.form.id)) if paper else "",
            number=read(lambda paper: str(paper.form.number)) if paper else "",
            forms=str(self.forms),
            student=StudentView(
                name=read(lambda paper: plain_words(names.get(paper.form.student, paper.form.student))),
                id=read(lambda paper: plain_words(paper.form.student)),
            )
            if paper and paper.form.student
            else None,
            points=self.blocks.points(exam.points),
            questions=plain_words(self.blocks.catalogue.say("paper.questions", count=len(paper.places)))
            if paper
            else "",
            sections=tuple(
                SectionView(words(section.title), instructions, self._set(section, paper, key=key))
                for section, instructions in zip(exam.sections, self._sections, strict=True)
            )
            if paper
            else (),
            gdquiz=words(exam.gdquiz),
        )

    def _set(self, section: Section, paper: Paper, *, key: bool) -> tuple[str, ...]:
        """The questions of a section, as marks."""
        blocks = self.blocks

        def question(at: int) -> str:
            if key:
                return self._mould.read(lambda paper: blocks.solution(paper.places[at]))
            return self._mould.read(lambda paper: blocks.question(paper.places[at], section.space))

        inside = (at for at, place in enumerate(paper.places) if section.first <= place.question.number <= section.last)
        return tuple(question(at) for at in inside)

    # --- the answer table ---

    def _tables(self, columns: Iterable[Column]) -> Iterator[TableView]:
        waiting = iter(columns)
        while abreast := tuple(islice(waiting, FORMS_ABREAST)):
            labels = sorted({label for column in abreast for label in column.answers})
            yield TableView(
                forms=tuple(self.blocks.words(column.form) for column in abreast),
                rows=tuple(
                    RowView(
                        f"{number}{letter and f' ({letter})'}",
                        tuple(column.answers.get((number, letter), "") for column in abreast),
                    )
                    for number, letter in labels
                ),
            )

    def column(self, form: Form) -> Column:
        """The column of a form."""
        answers = {}
        for question in form.questions:
            parts = self.exam.wordings[question.wording].parts
            for at, (part, solved) in enumerate(zip(parts, question.parts, strict=True)):
                letter = LETTERS[at].lower() if len(parts) > 1 else ""
                answers[question.number, letter] = self._cell(part, solved)
        return Column(form.id, answers)

    def _cell(self, part: PartWording, solved: PartKey) -> str:
        kind = kind_of(part.kind)
        if solved.formula_shown:
            return self._mould.safe(self.style.cell(self.style.formula(self.blocks.latex(solved.formula_shown), False)))
        words = self.blocks.catalogue
        if solved.numbers:
            numbers = (words.number(short(number.value, part.digits)) for number in solved.numbers)
            return self.blocks.words(words.between.join(numbers))
        return self.blocks.words(kind.answer(part, solved, words) if kind.lettered else words.say("answers.see_key"))


def plain(title: str) -> str:
    """A title in ASCII letters, digits and plain marks, for the properties of a file."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^A-Za-z0-9 .,:()-]", " ", ascii_only).split())
