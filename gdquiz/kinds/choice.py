"""One choice: among options, or among the key and wrong values."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from gdquiz.errors import Fault
from gdquiz.exam.frozen import LETTERS, PartKey, PartWording
from gdquiz.kinds.kind import Found, KindOfAnswer
from gdquiz.kinds.marked import ALL, NONE, Given, Marking, judged
from gdquiz.kinds.options import order_of, printed
from gdquiz.kinds.platforms import Field, option_field
from gdquiz.responses import letters


class Choice(KindOfAnswer):
    name = "choice"
    title = "one choice"
    of_option = "when"
    unfit_reason = "not exactly one option is right"
    lettered = True
    ticks = True

    def needs(self, asked: Any) -> tuple[str, ...]:
        return ("option",) if asked.answer is None else ("answer",)

    def states(self, asked: Any) -> tuple[str, ...]:
        return ("chooses",) if asked.answer is None else ("value",)

    def faults(self, asked: Any) -> Found:
        if asked.answer is not None and len(asked.wrong) < asked.distractors:
            problem = f"{len(asked.wrong)} wrong values"
            yield ("wrong",), Fault(problem, f"at least {asked.distractors} to choose from")
        if asked.answer is None:
            yield from few_options(asked)

    def expected(self, part: PartWording, key: PartKey) -> str:
        return f"one letter, A to {last_letter(part, key)}"

    def number(self, part: PartWording, key: PartKey, response: str) -> Fraction | None:
        """In a choice among values, that of the wrong value chosen."""
        if not any(wrong.values for wrong in key.wrong):
            return None
        order = order_of(part, key)
        chosen = (order[letters.read_choice(response, len(order))],)
        return next((Fraction(wrong.values[0]) for wrong in key.wrong if wrong.options == chosen), None)

    def mark(self, part: PartWording, key: PartKey, response: str, given: Given) -> Marking:
        order = order_of(part, key)
        place = letters.read_choice(response, len(order))
        chosen = order[place]
        if chosen in key.options:
            return Marking(ALL, True, LETTERS[place])
        said = next((option.feedback for option in part.options if option.id == chosen), "")
        told = given.fill(said) if said else ""
        return judged(key, NONE, LETTERS[place], lambda wrong: wrong.options == (chosen,), told)

    def blind(self, part: PartWording, key: PartKey, *, both_or_nothing: bool) -> Fraction:
        return Fraction(1, printed(part, key))

    def guess(self, part: PartWording, key: PartKey) -> float | None:
        return 1 / printed(part, key)

    def fields(self, part: PartWording, key: PartKey, carried: str, row: tuple[str | int, ...]) -> Iterator[Field]:
        yield option_field(key, order_of(part, key), "choice")


KIND = Choice()


def few_options(asked: Any) -> Found:
    """A part that has nothing to choose from."""
    if len(asked.option) < 2:
        yield ("option",), Fault("there is nothing to choose from", "at least two options")


def last_letter(part: PartWording, key: PartKey) -> str:
    """The letter of the last option printed; empty where there is none."""
    count = printed(part, key)
    return LETTERS[count - 1] if count else ""
