"""Marking one response by the key of its part, and the responses to all parts of a question.

The rules are those of the kinds of answer (``gdquiz.kinds``); docs/marking.md tells them in words and is held to the
same table of cases (tests/marking_cases.json).  A response that cannot be read is never marked wrong: it comes back
with a sentence that says what was expected.  Everything is exact; a credit is a fraction of the part's points.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction

from gdquiz.exam.frozen import PartKey, PartWording, Question, Wording
from gdquiz.formulas.expressions import Node
from gdquiz.kinds.kind import kind_of
from gdquiz.kinds.marked import Carried, Given, Marking
from gdquiz.marking import following, formulas
from gdquiz.responses.numerals import Unreadable

Fill = Callable[[str], str]


class _Computing:
    """What the kinds of answer leave to be computed."""

    def carried(self, follow: str, earlier: Mapping[str, Fraction]) -> Carried | None:
        return following.carried(follow, earlier)

    def read_formula(self, text: str, variables: Collection[str]) -> Node:
        return formulas.read_formula(text, variables)

    def equivalent(self, key: Node, response: Node, variables: tuple[str, ...]) -> bool | None:
        return formulas.equivalent(key, response, variables)

    def near(self, key: Node, response: Node, variables: tuple[str, ...]) -> bool:
        return formulas.near(key, response, variables)


_COMPUTING = _Computing()


def mark(
    part: PartWording,
    key: PartKey,
    response: str,
    earlier: Mapping[str, Fraction] | None = None,
    *,
    fill: Fill = str,
) -> Marking:
    """The marking of a response.

    ``earlier`` holds the numbers that the learner gave for earlier parts, by the ids of these; what follows from them
    is marked by ``key.follow``.  ``fill`` puts the question's values into the feedback of an option.
    """
    if not response.strip():
        return Marking(unreadable=f"Nothing was answered; expected {expected(part, key)}.")
    try:
        return kind_of(part.kind).mark(part, key, response, Given(earlier or {}, fill, _COMPUTING))
    except Unreadable as refusal:
        return Marking(unreadable=str(refusal))


def mark_question(
    wording: Wording, question: Question, responses: Sequence[str], *, fill: Fill = str
) -> tuple[Marking, ...]:
    """The markings of the responses to all parts of a question, each with what follows from the earlier ones."""
    given: dict[str, Fraction] = {}
    markings = []
    for part, key, response in zip(wording.parts, question.parts, responses, strict=True):
        markings.append(mark(part, key, response, given, fill=fill))
        number = given_number(part, key, response)
        if number is not None:
            given[part.id] = number
    return tuple(markings)


def given_number(part: PartWording, key: PartKey, response: str) -> Fraction | None:
    """The number that a response gives, for later parts to follow from; None where it is none or cannot be read."""
    try:
        return kind_of(part.kind).number(part, key, response)
    except Unreadable:
        return None


def expected(part: PartWording, key: PartKey) -> str:
    """What a part expects to be typed, in words."""
    return kind_of(part.kind).expected(part, key)
