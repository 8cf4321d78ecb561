"""Variants that stood in earlier exams, found again among the rows of today's populations.

A row is found by its number as long as the item is what it was.  Where the item has changed since, or its rows are
numbered otherwise, a row is the same variant if the slots that both have hold the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gdquiz.assembly.questions import QuestionWriter
from gdquiz.banks.entries import Listed
from gdquiz.exam.frozen import Exam, Question
from gdquiz.populations.variants import Variants

Slots = Mapping[str, str]


def rows_of(
    exams: Iterable[Exam], models: Sequence[Listed], solve: Callable[[Any], Variants]
) -> dict[str, frozenset[int]]:
    """Of each item that occurs in one of the exams, the rows that stand there."""
    asked: dict[str, list[tuple[str, Question]]] = {}
    for exam in exams:
        for form in exam.forms:
            for question in form.questions:
                wording = exam.wordings[question.wording]
                asked.setdefault(wording.item, []).append((wording.version, question))
    return {model.id: frozenset(_rows(model, asked[model.id], solve(model))) for model in models if model.id in asked}


def _rows(model: Listed, asked: Iterable[tuple[str, Question]], variants: Variants) -> Iterator[int]:
    if not variants.size:
        return
    writer = QuestionWriter(variants)
    lost: list[Slots] = []
    for version, question in asked:
        if version == model.version and is_variant(writer, question):
            yield question.row
        else:
            lost.append(question.slots)
    if lost:
        for row in range(variants.size):
            slots = writer.slots(row)
            if any(_alike(slots, other) for other in lost):
                yield row


def is_variant(writer: QuestionWriter, question: Question) -> bool:
    """Whether a question is the variant of its row still."""
    return 0 <= question.row < writer.size and _alike(writer.slots(question.row), question.slots)


def _alike(slots: Slots, others: Slots) -> bool:
    """Whether all slots that both have hold the same, but for listed values (``v0@a``), whose order is drawn."""
    common = [name for name in slots if name in others and "@" not in name]
    return all(slots[name] == others[name] for name in common) and (bool(common) or not slots or not others)
