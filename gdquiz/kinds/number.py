"""A number: read exactly, and right where it lies between what careful rounding can reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from gdquiz.exam.frozen import PartKey, PartWording
from gdquiz.formulas import notation
from gdquiz.formulas.expressions import terminating
from gdquiz.kinds.decimals import Accepted, accepted, scaled, shown
from gdquiz.kinds.kind import KindOfAnswer
from gdquiz.kinds.marked import ALL, NONE, Given, Marking, judged
from gdquiz.kinds.platforms import AMONG, FEWEST_WRONG, WORDS, Field, Message, alike, known
from gdquiz.responses import numerals
from gdquiz.responses.numerals import Unreadable

ROUNDED = Fraction(1, 1000)
"""How near a number has to be to a value that has more than three decimals where the key leaves no room."""


class Number(KindOfAnswer):
    name = "number"
    title = "a number"
    needed = ("answer",)
    is_open = True

    def states(self, asked: Any) -> tuple[str, ...]:
        return ("value",)

    def expected(self, part: PartWording, key: PartKey) -> str:
        return "a number, such as 1.5, -3/4 or 2e-3"

    def number(self, part: PartWording, key: PartKey, response: str) -> Fraction | None:
        return numerals.read_number(response)

    def mark(self, part: PartWording, key: PartKey, response: str, given: Given) -> Marking:
        number = numerals.read_number(response)
        understood = notation.plain(number)
        if accepts(key, 0, number):
            return Marking(ALL, True, understood)
        other = numerals.other_reading(response)
        if other is not None and accepts(key, 0, other):
            raise Unreadable(
                f"{response.strip()} can be read as {float(number):g} or as {other}; write it without the comma."
            )
        half, feedback = half_width(key, 0), ""
        if key.follow and given.earlier:
            carried = given.computing.carried(key.follow, given.earlier)
            if carried is not None and is_near(number, carried.value, half):
                same = any(abs(carried.value - value) <= half for value in given.earlier.values())
                if not (carried.trivial or same):
                    said = "It follows from your earlier answer."
                    return Marking(ALL, False, understood, followed=True, feedback=said)
                feedback = "It follows from your earlier answer, but that answer leaves nothing to work out here."
        value = Fraction(key.numbers[0].value)
        if not half and is_near(number, value, half):
            feedback = "That is the right number rounded; the exact value is asked for."
        return judged(
            key,
            NONE,
            understood,
            lambda wrong: bool(wrong.values) and is_near(number, Fraction(wrong.values[0]), half),
            feedback,
        )

    def fields(self, part: PartWording, key: PartKey, carried: str, row: tuple[str | int, ...]) -> Iterator[Field]:
        return number_fields(part, key, carried)


KIND = Number()


# --- what all kinds that ask for numbers share -----------------------------------------------------------------------


def half_width(key: PartKey, place: int) -> Fraction:
    """Half of what the key accepts."""
    return (Fraction(key.numbers[place].high) - Fraction(key.numbers[place].low)) / 2


def is_near(number: Fraction, value: Fraction, half: Fraction) -> bool:
    """Whether a number is a value that is not the key, within the room that the key gives.

    Where the key is exact and leaves none, a value of more than three decimals may be rounded all the same.
    """
    if not half and not terminating(value, 3):
        half = ROUNDED
    return abs(number - value) <= half


def accepts(key: PartKey, place: int, number: Fraction) -> bool:
    """Whether a number is the one asked for."""
    return Fraction(key.numbers[place].low) <= number <= Fraction(key.numbers[place].high)


def accepted_of(part: PartWording, key: PartKey, of: int) -> Accepted:
    """What is accepted for one number of a part."""
    values = (wrong.values[of] for wrong in key.wrong if of < len(wrong.values))
    return accepted(key.numbers[of], part.digits, values)


def is_apart(part: PartWording, key: PartKey, of: int, values: Sequence[str]) -> bool:
    """Whether a wrong answer can be told from the key by this number."""
    right = accepted_of(part, key, of)
    return of < len(values) and abs(scaled(values[of]) - right.middle) > 2 * right.half


def number_fields(part: PartWording, key: PartKey, carried: str) -> Iterator[Field]:
    """A field for each number of a key."""
    for of in range(len(key.numbers)):
        if carried in (AMONG, WORDS):
            yield _among_numbers(part, key, of, carried)
            continue
        messages = tuple(
            Message(group, share=_number_credit(part, key, group)) for group in _wrong_numbers(part, key, of)
        )
        placed = {number for message in messages for number in message.wrong}
        apart = alike(key, (n for n in range(len(key.wrong)) if n not in placed)) if len(key.numbers) == 1 else ()
        yield Field(0, "number", of=of, messages=messages, apart=apart)


def _among_numbers(part: PartWording, key: PartKey, of: int, carried: str) -> Field:
    """A choice among the right number and the foreseen wrong ones, in rising order as printed."""
    printed = {shown(accepted_of(part, key, of).middle, part.digits): [-1]}
    for group in _wrong_numbers(part, key, of):
        printed.setdefault(shown(scaled(key.wrong[group[0]].values[of]), part.digits), []).extend(group)
    if carried == WORDS or len(printed) <= FEWEST_WRONG:
        return Field(0, "words", of=of, apart=alike(key, range(len(key.wrong))))
    groups = [printed[number] for number in sorted(printed, key=scaled)]
    right = next(place for place, group in enumerate(groups) if group[0] == -1)
    messages = tuple(
        Message(tuple(group), place, share=_number_credit(part, key, group))
        for place, group in enumerate(groups)
        if place != right
    )
    order = tuple(group[0] for group in groups)
    return Field(0, "choice", of=of, options=len(groups), right=(right,), order=order, messages=messages)


def _wrong_numbers(part: PartWording, key: PartKey, of: int) -> Iterator[tuple[int, ...]]:
    """The foreseen wrong answers that can be told from the key by this number, those with the same number together."""
    groups: dict[str, list[int]] = {}
    for number, wrong in enumerate(key.wrong):
        if is_apart(part, key, of, wrong.values):
            groups.setdefault(wrong.values[of], []).append(number)
    return map(tuple, groups.values())


def _number_credit(part: PartWording, key: PartKey, numbers: Iterable[int]) -> str:
    """What one wrong number among several earns, so that with the right ones the whole slip earns its credit."""
    shares = []
    for number in numbers:
        wrong = key.wrong[number]
        if not wrong.credit:
            continue
        missed = sum(is_apart(part, key, of, wrong.values) for of in range(len(key.numbers)))
        right = len(key.numbers) - missed
        shares.append((wrong.credit * len(key.numbers) - right) / missed)
    return known(max((0.0, *shares)))
