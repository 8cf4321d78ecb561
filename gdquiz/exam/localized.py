"""An exam as its language writes numbers: with a decimal comma, and semicolons between numbers.

In ``exam.json`` numbers have a point in every language, so that packages and programs can read them; sheets, keys and
pages print what comes out here.  Code, and formulas as they are typed, keep the point.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from gdquiz.exam.frozen import Exam, Figure, Misconception, PartKey, PartWording, Question, Wording
from gdquiz.exam.wording import rewritten
from gdquiz.texts.commas import with_commas
from gdquiz.texts.latex import pieces
from gdquiz.texts.reading import read
from gdquiz.texts.slots import trimmed
from gdquiz.words.catalogue import Catalogue

Change = Callable[[str], str]


def localized(exam: Exam, words: Catalogue) -> Exam:
    """The exam as it is printed in a language, but for its forms; with a decimal point it is itself."""
    if words.decimal == ".":
        return exam
    return _changed(
        exam,
        instructions=prose(exam.instructions),
        sections=tuple(_changed(one, instructions=prose(one.instructions)) for one in exam.sections),
        wordings={name: _wording(one) for name, one in exam.wordings.items()},
        misconceptions={code: _misconception(one) for code, one in exam.misconceptions.items()},
    )


def localized_question(question: Question, kinds: Mapping[str, str], words: Catalogue) -> Question:
    """A question as it is printed in a language; ``kinds`` are those of its slots."""
    if words.decimal == ".":
        return question
    slots = {name: formula(text) if kinds.get(name) == "math" else text for name, text in question.slots.items()}
    figure = None if question.figure is None else _figure(question.figure)
    return _changed(question, slots=slots, parts=tuple(map(_key, question.parts)), figure=figure)


@lru_cache(maxsize=16384)
def prose(text: str) -> str:
    """Markdown, with or without slots, whose formulas have decimal commas."""
    return rewritten(text, with_commas)


@lru_cache(maxsize=65536)
def formula(latex: str) -> str:
    """LaTeX with decimal commas."""
    return trimmed("".join(map(str, pieces(with_commas(read(latex)))))) if latex.strip() else latex


def _changed(value: Any, **fields: Any) -> Any:
    return value.model_copy(update=fields)


def _each(change: Change, texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(change, texts))


def _wording(wording: Wording) -> Wording:
    return _changed(
        wording,
        stem=prose(wording.stem),
        solution=prose(wording.solution),
        hints=_each(prose, wording.hints),
        parts=tuple(map(_part, wording.parts)),
    )


def _part(part: PartWording) -> PartWording:
    return _changed(
        part,
        ask=prose(part.ask),
        follow_through=prose(part.follow_through),
        labels=_each(prose, part.labels),
        options=tuple(_changed(one, text=prose(one.text), feedback=prose(one.feedback)) for one in part.options),
        prompts=tuple(_changed(one, text=prose(one.text)) for one in part.prompts),
        guide=tuple(_changed(line, text=prose(line.text)) for line in part.guide),
    )


def _misconception(told: Misconception) -> Misconception:
    return _changed(told, title=prose(told.title), why=prose(told.why), say=prose(told.say))


def _key(key: PartKey) -> PartKey:
    several = len(key.numbers) > 1
    return _changed(
        key,
        numbers=tuple(_changed(number, shown=formula(number.shown)) for number in key.numbers),
        formula_shown=formula(key.formula_shown),
        wrong=tuple(
            _changed(wrong, shown=_listed(prose(wrong.shown), several=several), feedback=prose(wrong.feedback))
            for wrong in key.wrong
        ),
    )


def _listed(shown: str, *, several: bool) -> str:
    """Numbers with their labels, one after another."""
    return shown.replace("$, ", "$; ") if several else shown


def _figure(figure: Figure) -> Figure:
    return _changed(
        figure,
        x_label=formula(figure.x_label),
        y_label=formula(figure.y_label),
        panels=_each(formula, figure.panels),
        curves=tuple(_changed(one, label=formula(one.label)) if one.label else one for one in figure.curves),
        marks=tuple(_changed(one, label=formula(one.label)) if one.label else one for one in figure.marks),
        alt=prose(figure.alt),
        key_alt=prose(figure.key_alt),
    )
