"""How questions, items and exams show themselves in a notebook: HTML by the templates of the catalog and of notebooks.

Templates escape all that is not HTML already, and what is comes from the writers of ``rendering``, so nothing that an
author typed is HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from gdquiz.exam import frozen
from gdquiz.plurals import counted
from gdquiz.rendering import html
from gdquiz.rendering.blocks import Blocks, Place
from gdquiz.rendering.templating import environment, lay_out, load
from gdquiz.resources import data
from gdquiz.version import VERSION
from gdquiz.words.catalogue import ENGLISH

NOBODY = frozen.Form(id="notebook", number=1, questions=())


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question for a notebook's template: ``head`` in words, ``body`` as HTML, empty where there is none."""

    head: str
    about: str
    body: Markup


@dataclass(frozen=True, slots=True)
class Shown:
    """What a notebook's template sees; ``folded`` questions are opened one by one."""

    title: str
    lines: tuple[str, ...]
    questions: tuple[ShownQuestion, ...]
    folded: bool


def question_shown(
    question: frozen.Question,
    wording: frozen.Wording,
    kinds: Mapping[str, frozen.SlotKind],
    misconceptions: Mapping[str, frozen.Misconception],
    lines: tuple[str, ...] = (),
) -> str:
    """A question with its key, below ``lines`` of plain words."""
    exam = _around(question, wording, kinds, misconceptions)
    about = f"{wording.item}, variant {question.row}, {ENGLISH.say('paper.points', count=question.points)}"
    body = _body(_blocks(exam), question)
    return _laid_out(Shown(wording.title, (about, *lines), (ShownQuestion("", "", body),), False))


def words_shown(title: str, *lines: str) -> str:
    """Plain words where there is no question to show."""
    return _laid_out(Shown(title, lines, (), False))


def table_shown(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table of plain words."""
    sandbox = environment((data("templates"),), "html")
    return lay_out(load(sandbox, "notebook/table.html.j2"), head=head, rows=tuple(rows))


def exam_shown(exam: frozen.Exam) -> str:
    """The head of an exam and the questions of its first form, each folded."""
    form = exam.forms[0] if exam.forms else NOBODY
    size = f"{counted(len(exam.forms), 'form')} of {counted(len(form.questions), 'question')}"
    lines = (f"Exam {exam.id}: {size}, {ENGLISH.say('paper.points', count=exam.points)}", f"Form {form.id}:")
    return _laid_out(Shown(exam.title, lines, tuple(_listed(exam, form)), True))


def _listed(exam: frozen.Exam, form: frozen.Form) -> Iterator[ShownQuestion]:
    blocks = _blocks(exam)
    for question in form.questions:
        head = f"{question.number}. {exam.wordings[question.wording].title}"
        about = f"{question.wording}, variant {question.row}, {ENGLISH.say('paper.points', count=question.points)}"
        yield ShownQuestion(head, about, _body(blocks, question))


def _around(
    question: frozen.Question,
    wording: frozen.Wording,
    kinds: Mapping[str, frozen.SlotKind],
    misconceptions: Mapping[str, frozen.Misconception],
) -> frozen.Exam:
    """An exam that holds what a question's texts need, and no form."""
    return frozen.Exam(
        gdquiz=VERSION, id="notebook", title=wording.title, seed="", points=question.points, sections=(), forms=(),
        wordings={wording.item: wording}, slot_kinds={wording.item: dict(kinds)}, misconceptions=dict(misconceptions),
    )  # fmt: skip


def _blocks(exam: frozen.Exam) -> Blocks:
    sandbox = environment((data("templates"),), "html")
    return Blocks(exam, html.STYLE, sandbox, "html", solution="catalog/sample.html.j2")


def _body(blocks: Blocks, question: frozen.Question) -> Markup:
    return Markup(blocks.solution(Place(question, NOBODY)))


def _laid_out(shown: Shown) -> str:
    return lay_out(load(environment((data("templates"),), "html"), "notebook/shown.html.j2"), shown=shown)
