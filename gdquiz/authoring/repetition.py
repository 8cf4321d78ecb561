"""Variants that stood in earlier exams, found again among the rows of today's populations.

A row is found by its number as long as the item is what it was.  Where the item has changed since, or its rows are
numbered otherwise, a row is the same variant if the slots that both have hold the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from gdquiz.authoring.exam import Exam, Question
from gdquiz.authoring.template import ItemTemplate
from gdquiz.authoring.variants import Variants
from gdquiz.authoring.wordings import Solver

Slots = Mapping[str, str]


def rows_of(
    exams: Iterable[Exam], templates: Sequence[ItemTemplate], solve: Callable[[ItemTemplate], Variants]
) -> dict[str, frozenset[int]]:
    """Of each item that occurs in one of the exams, the rows that stand there."""
    asked: dict[str, list[tuple[str, Question]]] = {}
    for exam in exams:
        for form in exam.forms:
            for question in form.questions:
                wording = exam.wordings[question.wording]
                asked.setdefault(wording.item, []).append((wording.version, question))
    return {
        template.id: frozenset(_rows(template, asked[template.id], solve(template)))
        for template in templates
        if template.id in asked
    }


def _rows(template: ItemTemplate, asked: Iterable[tuple[str, Question]], variants: Variants) -> Iterator[int]:
    if not variants.size:
        return
    solver = Solver(variants)
    lost: list[Slots] = []
    for version, question in asked:
        if version == template.version and is_variant(solver, question):
            yield question.row
        else:
            lost.append(question.slots)
    if lost:
        for row in range(variants.size):
            slots = solver.slots(row)
            if any(_alike(slots, other) for other in lost):
                yield row


def is_variant(solver: Solver, question: Question) -> bool:
    """Whether a question is the variant of its row still."""
    return 0 <= question.row < solver.size and _alike(solver.slots(question.row), question.slots)


def _alike(slots: Slots, others: Slots) -> bool:
    """Whether all slots that both have hold the same, but for listed values (``v0@a``), whose order is drawn."""
    common = [name for name in slots if name in others and "@" not in name]
    return all(slots[name] == others[name] for name in common) and (bool(common) or not slots or not others)
