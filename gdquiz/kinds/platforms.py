"""What a platform asks of a question: its fields, which of their options are right, and where each message belongs.

A part of a question becomes one field or several: a number each, a statement and its reason.  Fields are plain values
without any text, so that questions with equal fields can share a layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from gdquiz.exam.frozen import PartKey

FieldKind = Literal["number", "choice", "choices", "truth", "matching", "ordering", "words"]

AS_IS = "as it is"
AMONG = "as a choice among the right answer and the foreseen wrong ones"
PLACES = "as several choices, one for the place of each thing"
PLAIN = "as it is where its options are plain words, else as several choices, one for each pair"
ONE_TO_ONE = "as it is where its options are plain words that are each used once, else as several choices, one a pair"
POSITIONS = "as a matching of the things with their places"
AS_LETTERS = "as several choices, one for each pair"
AS_ENDS = "as a number for each end"
WORDS = "as an answer in words, which people mark"
LEFT_OUT = "left out"

CARRIAGES: Mapping[str, str] = {
    AS_IS: "the platform has this kind of question",
    AMONG: "a choice; with fewer than two foreseen wrong answers it becomes an answer in words",
    POSITIONS: "each thing is matched with its place, 1 to n",
    AS_LETTERS: "each pair becomes a choice of its own, which lists the options",
    PLAIN: "menus that drop down show no formulas",
    ONE_TO_ONE: "every option belongs to one pair there: an option without a pair, or with two, has no place",
    PLACES: "each thing becomes a choice of its own among the places 1 to n",
    AS_ENDS: "the field tells whether the end belongs to the interval ($\\eta > \\ldots$ or $\\eta \\geq \\ldots$); "
    "an end that there is not is not asked for",
    WORDS: "the key stands in the marking guide",
    LEFT_OUT: "the question is not in the package, and the report names it",
}
"""How a kind of answer can be carried, and what that means."""

FEWEST_WRONG = 2
"""Foreseen wrong answers that a choice among answers needs."""


SHARES = (
    "100", "90", "83.33333", "80", "75", "70", "66.66667", "60", "50", "40", "33.33333", "30", "25", "20", "16.66667",
    "14.28571", "12.5", "11.11111", "10", "5", "0",
)  # fmt: skip
"""The parts of the marks, in percent, that Moodle knows; other platforms take any."""


@dataclass(frozen=True, slots=True)
class Message:
    """Foreseen wrong answers with the same consequence here: ``wrong`` are their places in the key's list.

    ``at`` is the option that is wrongly chosen (for a matching also the prompt), by its place as printed; None where
    the answer is a number.  A message on a whole answer has ``chosen``: the places of all options chosen, in a matching
    one for each prompt, in an ordering in their order.  ``share`` is the part of the marks that such an answer earns.
    """

    wrong: tuple[int, ...]
    at: int | None = None
    prompt: int | None = None
    chosen: tuple[int, ...] = ()
    share: str = "0"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to answer.  ``part`` is the place of its part, ``of`` the number it asks for among several.

    ``right`` are places as printed: of the right options; of the option of each prompt; of the things in right order
    (in a matching made of an ordering: the place that each thing has in the right order); of a statement (0,) where it
    is true and (1,) where it is false.  ``options`` is how many there are, and for a
    choice among formulas ``order`` tells which wrong answer each one is (-1: the key).  ``apart`` are messages that
    belong to no single option or number; ``step`` tells the statement (0) of a truth part from its reason (1).
    """

    part: int
    kind: FieldKind
    of: int = 0
    step: int = 0
    options: int = 0
    right: tuple[int, ...] = ()
    order: tuple[int, ...] = ()
    messages: tuple[Message, ...] = ()
    apart: tuple[Message, ...] = ()
    carried: str = AS_IS


def chosen(key: PartKey, order: tuple[str, ...], *, single: bool) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """At which wrong option each message belongs; a message on several options, or with a credit among several, belongs
    to the combination.

    A combination that has exactly one wrong option is recognised by it.
    """
    at: dict[int, list[int]] = {}
    apart = []
    for number, wrong in enumerate(key.wrong):
        places = [place for place, option in enumerate(order) if option in wrong.options and option not in key.options]
        if len(places) == 1 and (single or (len(wrong.options) == 1 and not wrong.credit)):
            at.setdefault(places[0], []).append(number)
        else:
            apart.append(number)
    messages = tuple(Message(tuple(ns), place, share=credit(key, ns)) for place, ns in sorted(at.items()))
    return messages, alike(key, apart, order)


def alike(key: PartKey, numbers: Iterable[int], order: tuple[str, ...] = ()) -> tuple[Message, ...]:
    """Foreseen wrong answers, those that give the same answer together."""
    groups: dict[object, list[int]] = {}
    for number in numbers:
        wrong = key.wrong[number]
        groups.setdefault((wrong.options, wrong.values, wrong.formula), []).append(number)
    return tuple(
        Message(
            tuple(group),
            chosen=tuple(order.index(option) for option in key.wrong[group[0]].options if option in order),
            share=credit(key, group),
        )
        for group in groups.values()
    )


def credit(key: PartKey, numbers: Iterable[int]) -> str:
    """The part of the marks that foreseen wrong answers earn: the largest known one that is not too much."""
    return known(max(key.wrong[number].credit for number in numbers))


def known(credit: float) -> str:
    """The largest part of the marks that platforms know and that is not more."""
    return next(share for share in SHARES if float(share) <= 100 * credit + 0.001)


def option_field(key: PartKey, order: tuple[str, ...], kind: Literal["choice", "choices"]) -> Field:
    """A choice among the options of a part, of one or of several."""
    messages, apart = chosen(key, order, single=kind == "choice")
    right = tuple(place for place, option in enumerate(order) if option in key.options)
    return Field(0, kind, options=len(order), right=right, messages=messages, apart=apart)


def among_formulas(key: PartKey, carried: str, order: tuple[int, ...]) -> Field:
    """A choice among the right formula (-1) and the foreseen wrong ones in an order; in words where there are few."""
    if carried == WORDS or len(key.wrong) < FEWEST_WRONG:
        return Field(0, "words", apart=alike(key, range(len(key.wrong))))
    messages = tuple(
        Message((number,), place, share=credit(key, (number,))) for place, number in enumerate(order) if number >= 0
    )
    return Field(0, "choice", options=len(order), right=(order.index(-1),), order=order, messages=messages)
