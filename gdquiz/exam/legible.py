"""Whether all texts of an exam are fit to be printed: words, Markdown, formulas and the values of slots.

``gdquiz.texts.fitness`` is the gate; here every text of an exam meets the gate of its kind, with its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from gdquiz.errors import Fault
from gdquiz.exam.frozen import Exam, Figure, PartWording, Question, Wording
from gdquiz.texts import fitness

Steps = tuple[str | int, ...]
Found = Iterator[tuple[Steps, Fault]]
Gate = Callable[[str], tuple[Fault, ...]]


@lru_cache(maxsize=65536)
def words(text: str) -> tuple[Fault, ...]:
    """A title, a name and the like."""
    return tuple(fitness.of_words(text))


@lru_cache(maxsize=65536)
def prose(text: str) -> tuple[Fault, ...]:
    """Markdown."""
    return tuple(fitness.of_prose(text))


@lru_cache(maxsize=65536)
def formula(text: str) -> tuple[Fault, ...]:
    """LaTeX without dollars."""
    return tuple(fitness.of_formula(text))


@lru_cache(maxsize=65536)
def program(text: str) -> tuple[Fault, ...]:
    """Lines of code."""
    return tuple(fitness.of_signs(text.replace("\t", " ")))


def of_exam(exam: Exam) -> Found:
    """What is not fit to be printed in an exam."""
    yield from _each(words, {"title": exam.title, "course": exam.course, "date": exam.date, "gdquiz": exam.gdquiz})
    yield from _each(prose, {"instructions": exam.instructions})
    for place, section in enumerate(exam.sections):
        yield from _each(words, {"title": section.title}, ("sections", place))
        yield from _each(prose, {"instructions": section.instructions}, ("sections", place))
    for code, told in exam.misconceptions.items():
        texts = {"title": told.title, "why": told.why, "say": told.say}
        yield from _each(prose, texts, ("misconceptions", code))
    yield from _each(words, dict(enumerate(exam.report)), ("report",))
    for name, wording in exam.wordings.items():
        yield from ((steps, fault.at(item=name)) for steps, fault in _of_wording(wording, ("wordings", name)))
    for place, form in enumerate(exam.forms):
        if form.student is not None:
            yield from _each(words, {"student": form.student}, ("forms", place))
        for number, question in enumerate(form.questions):
            at: Steps = ("forms", place, "questions", number)
            found = _of_question(question, exam.slot_kinds.get(question.wording, {}), at)
            yield from ((steps, fault.at(item=question.wording)) for steps, fault in found)


def _each(gate: Gate, texts: Mapping[str, str] | Mapping[int, str], at: Steps = ()) -> Found:
    for name, text in texts.items():
        yield from (((*at, name), fault) for fault in gate(text))


def _listed(gate: Gate, texts: Iterable[str], at: Steps) -> Found:
    yield from _each(gate, dict(enumerate(texts)), at)


def _of_wording(wording: Wording, at: Steps) -> Found:
    named = ("title", "topic", "skill", "outcome", "bloom", "licence")
    yield from _each(words, {name: getattr(wording, name) for name in named}, at)
    yield from _each(prose, {"stem": wording.stem, "solution": wording.solution}, at)
    yield from _listed(prose, wording.hints, (*at, "hints"))
    for place, part in enumerate(wording.parts):
        yield from _of_part(part, (*at, "parts", place))


def _of_part(part: PartWording, at: Steps) -> Found:
    named = {"ask": part.ask, "rounding": part.rounding, "follow_through": part.follow_through}
    yield from _each(prose, named, at)
    yield from _listed(prose, part.labels, (*at, "labels"))
    yield from _listed(prose, (line.text for line in part.guide), (*at, "guide"))
    for name, options in (("options", part.options), ("prompts", part.prompts)):
        for place, option in enumerate(options):
            yield from _each(prose, {"text": option.text, "feedback": option.feedback}, (*at, name, place))


_GATES: dict[str, Gate] = {"math": formula, "text": words, "code": program}


def _of_question(question: Question, kinds: Mapping[str, str], at: Steps) -> Found:
    for name, value in question.slots.items():
        yield from _each(_GATES.get(kinds.get(name, ""), words), {name: value}, (*at, "slots"))
    yield from _each(words, {"case": question.case}, at)
    for place, key in enumerate(question.parts):
        here: Steps = (*at, "parts", place)
        yield from _each(formula, {"formula_shown": key.formula_shown}, here)
        for number, one in enumerate(key.numbers):
            yield from _each(formula, {"shown": one.shown}, (*here, "numbers", number))
        for number, wrong in enumerate(key.wrong):
            yield from _each(prose, {"shown": wrong.shown, "feedback": wrong.feedback}, (*here, "wrong", number))
            yield from _each(words, {"misconception": wrong.misconception}, (*here, "wrong", number))
    if question.figure is not None:
        yield from _of_figure(question.figure, (*at, "figure"))


def _of_figure(figure: Figure, at: Steps) -> Found:
    yield from _each(formula, {"x_label": figure.x_label, "y_label": figure.y_label}, at)
    yield from _listed(formula, figure.panels, (*at, "panels"))
    yield from _each(prose, {"alt": figure.alt, "key_alt": figure.key_alt}, at)
    for place, curve in enumerate(figure.curves):
        yield from _each(formula, {"label": curve.label}, (*at, "curves", place))
    for place, mark in enumerate(figure.marks):
        yield from _each(formula, {"label": mark.label}, (*at, "marks", place))
