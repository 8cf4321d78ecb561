"""The questions of a practice page: an exam's texts as HTML in one table, and its keys, as plain JSON values.

Unlike a sheet, a page holds the answers: a learner who practises may look.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from jinja2 import Environment

from gdquiz.errors import Fault, InputError
from gdquiz.exam.frozen import (
    Exam,
    Misconception,
    OptionText,
    PartKey,
    PartWording,
    Question,
    Text,
    Wording,
    WrongAnswer,
)
from gdquiz.exam.rounding import rounding
from gdquiz.formulas.expressions import Apply, Language, Name, Node, Number, parse
from gdquiz.formulas.notation import symbol
from gdquiz.marking.following import part_name
from gdquiz.practice.mastery import guess
from gdquiz.rendering import html
from gdquiz.rendering.blocks import with_decimal
from gdquiz.rendering.figures import draw
from gdquiz.rendering.fragments import Fragments
from gdquiz.rendering.markup import Pieces, join, set_prose, set_text
from gdquiz.words.catalogue import find


def questions(exam: Exam, sandbox: Environment) -> dict[str, Any]:
    """Items, questions and the table of texts.  A variant that stands on several forms is taken once.

    Raises ``InputError`` for a text that cannot be set.
    """
    texts = Fragments()
    teller = _Teller(exam, sandbox, texts)
    wordings = list(exam.wordings)
    samples = {question.wording: question for form in exam.forms for question in form.questions}
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for form in exam.forms:
        for question in form.questions:
            if (question.wording, question.row) not in found:
                told = teller.question(question)
                found[question.wording, question.row] = {"item": wordings.index(question.wording), **told}
    return {
        "items": [teller.item(exam.wordings[name], samples[name]) for name in wordings],
        "misconceptions": {code: teller.misconception(told) for code, told in exam.misconceptions.items()},
        "questions": list(found.values()),
        "skeletons": list(texts.skeletons),
        "texts": [list(entry) for entry in texts.entries],
    }


def _kept(**fields: Any) -> dict[str, Any]:
    """The fields that hold something."""
    return {name: value for name, value in fields.items() if value not in (None, [], "")}


class _Teller:
    """Tells the questions of one exam; remembers every text it has parsed."""

    def __init__(self, exam: Exam, sandbox: Environment, texts: Fragments):
        self.exam, self.sandbox, self.texts = exam, sandbox, texts
        self.words = find(exam.language)
        self._pieces: dict[tuple[str, Text, bool], Pieces] = {}

    def item(self, wording: Wording, sample: Question) -> dict[str, Any]:
        """``sample`` is any question of the item: all of them print as many options."""
        return _kept(
            id=wording.item,
            title=self.texts.add(set_prose(wording.title, html.STYLE)),
            topic=wording.topic,
            skill=wording.skill,
            tier=wording.tier,
            minutes=wording.minutes,
            guess=guess(wording.parts, sample.parts),
            parts=[
                _kept(
                    id=part.id,
                    kind=part.kind,
                    points=part.points,
                    digits=part.digits,
                    variables=list(part.variables),
                    positive=part.positive or None,
                    names=[self.texts.add(html.STYLE.formula(symbol(name), False)) for name in part.variables],
                )
                for part in wording.parts
            ],
        )

    def misconception(self, told: Misconception) -> dict[str, Any]:
        return _kept(
            title=self.texts.add(set_prose(told.title, html.STYLE)),
            why=self.texts.add(set_prose(told.why, html.STYLE)) if told.why else None,
        )

    def question(self, question: Question) -> dict[str, Any]:
        wording = self.exam.wordings[question.wording]
        names = [part_name(part.id) for part in wording.parts]
        figure = question.figure
        sheet, key = (
            None
            if figure is None
            else self.texts.add_drawing(draw(figure, html.STYLE, self.sandbox, "q", key=key, words=self.words))
            for key in (False, True)
        )
        return _kept(
            row=question.row,
            work=round(question.work, 2),
            stem=self._text(question, wording.stem),
            hints=[self._text(question, hint) for hint in wording.hints],
            solution=self._text(question, wording.solution),
            figure=sheet,
            key_figure=key,
            parts=[
                self._part(question, part, solved, names)
                for part, solved in zip(wording.parts, question.parts, strict=True)
            ],
        )

    def _text(self, question: Question, text: Text, *, tight: bool = False) -> int | None:
        if not text:
            return None
        place = (question.wording, text, tight)
        try:
            if place not in self._pieces:
                kinds = self.exam.slot_kinds.get(question.wording, {})
                self._pieces[place] = set_text(text, kinds, html.STYLE, tight=tight)
            return self.texts.add(join(self._pieces[place], question))
        except InputError as error:
            raise error.at(item=question.wording) from error
        except KeyError as error:
            fault = Fault(f"nothing fills the slot {error}", item=question.wording, field=question.id)
            raise InputError(fault) from error

    def _part(self, question: Question, part: PartWording, solved: PartKey, names: Collection[str]) -> dict[str, Any]:
        return _kept(
            ask=self._text(question, part.ask),
            rounding=self._text(question, rounding(part, self.words), tight=True),
            labels=[] if solved.formula_shown else [self._text(question, one, tight=True) for one in part.labels],
            options=self._options(question, part.options, solved.order),
            prompts=self._options(question, part.prompts, solved.prompt_order),
            shown=[self._formula(solved.formula_shown)]
            if solved.formula_shown
            else [self._formula(with_decimal(number.shown, number.value)) for number in solved.numbers],
            **key_of(solved, names),
            wrong=[
                {**told, **self._wrong(wrong)} for told, wrong in zip(wrong_answers(solved), solved.wrong, strict=True)
            ],
            guide=[{"points": line.points, "text": self._text(question, line.text, tight=True)} for line in part.guide],
            follow_through=self._text(question, part.follow_through, tight=True),
        )

    def _formula(self, latex: str) -> int:
        return self.texts.add(html.STYLE.formula(latex, False))

    def _options(self, question: Question, options: Sequence[OptionText], order: tuple[str, ...]) -> list[Any]:
        known: Mapping[str, OptionText] = {option.id: option for option in options}
        return [
            _kept(
                id=name,
                text=self._text(question, known[name].text, tight=True),
                feedback=self._text(question, known[name].feedback, tight=True),
            )
            for name in order or known
        ]

    def _wrong(self, wrong: WrongAnswer) -> dict[str, Any]:
        return _kept(
            shown=self.texts.add(set_prose(wrong.shown, html.STYLE)) if wrong.shown else None,
            feedback=self.texts.add(set_prose(wrong.feedback, html.STYLE)) if wrong.feedback else None,
        )


# --- what marking needs ----------------------------------------------------------------------------------------------


def key_of(solved: PartKey, names: Collection[str]) -> dict[str, Any]:
    """The key of a part as the page's marking reads it, without texts.

    ``names`` are those of the question's parts in expressions: ids with ``_`` for ``-``.
    """
    return _kept(
        numbers=[{"value": number.value, "low": number.low, "high": number.high} for number in solved.numbers],
        right=list(solved.options),
        truth=solved.truth,
        formula=solved.formula,
        follow=_tree(parse(solved.follow, names=names, language=Language.BANK)) if solved.follow else None,
    )


def wrong_answers(solved: PartKey) -> list[dict[str, Any]]:
    """The foreseen wrong answers of a part in the same way."""
    return [
        _kept(
            code=wrong.misconception,
            values=list(wrong.values),
            options=list(wrong.options),
            formula=wrong.formula,
            credit=wrong.credit or None,
        )
        for wrong in solved.wrong
    ]


def _tree(node: Node) -> Any:
    """An expression as JSON: a number as exact text, ``["name", text]``, or ``[function, arguments ...]``."""
    match node:
        case Number(value):
            return str(value)
        case Name(name):
            return ["name", name]
        case Apply(function, arguments):
            return [function, *map(_tree, arguments)]
    raise TypeError(f"an index has no place here: {node!r}")
