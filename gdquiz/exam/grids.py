"""How many digits a number needs where it is filled in digit by digit, as on an answer sheet with circles.

A field is as wide as the widest number of all variants, keys and foreseen wrong answers alike.  A number with decimals
is rounded half up to so many places first, for what is filled in is the rounded number: 9.996 with 2 decimals is 10.00.
Foreseen wrong answers with more than ``MOST_DIGITS`` digits find no place and do not count, nor do those that are
no fractions in a field for fractions.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from gdquiz.errors import Fault
from gdquiz.exam.answers import SHAPES
from gdquiz.exam.frozen import MOST_DIGITS, Grid, PartKey, PartWording
from gdquiz.plurals import counted

Found = Iterator[tuple[tuple[str | int, ...], Fault]]


def whole_digits(value: Fraction, decimals: int) -> int:
    """The digits before the point of a number that is rounded half up to so many places; at least 1."""
    return len(str(int(abs(value) + Fraction(1, 2 * 10**decimals))))


def of_part(part: PartWording) -> Found:
    """The faults of the grids of a part: none, or one for each number; with digits of one sort."""
    fields = {"one": 1, "labels": len(part.labels)}.get(SHAPES[part.kind].numbers, 0)
    fields = 0 if SHAPES[part.kind].ends else fields
    if part.grid and len(part.grid) != fields:
        yield (
            ("grid",),
            Fault(f"{counted(len(part.grid), 'grid')} for {counted(fields, 'number')}", f"{fields}, or none"),
        )
    for place, grid in enumerate(part.grid):
        fraction = grid.numerator > 0 and grid.denominator > 0 and not grid.whole and not grid.decimals
        decimal = grid.whole > 0 and not grid.numerator and not grid.denominator
        if not fraction and not decimal:
            expected = "digits before the point, or of a numerator and a denominator"
            yield ("grid", place), Fault("the digits are of no number", expected)
        elif decimal and grid.decimals != (part.digits or 0):
            problem = f"{grid.decimals} digits after the point"
            yield ("grid", place, "decimals"), Fault(problem, f"{part.digits or 0}, as the part asks for")


def of_key(part: PartWording, key: PartKey) -> Found:
    """The numbers of a key, and of its foreseen wrong answers, that the grids of the part are too narrow for."""
    if len(part.grid) != len(key.numbers):
        return
    for place, (grid, number) in enumerate(zip(part.grid, key.numbers, strict=True)):
        if not _fits(grid, number.value):
            yield ("numbers", place, "value"), Fault("the number has more digits than its grid", _told(grid))
    for k, wrong in enumerate(key.wrong):
        for place, (grid, value) in enumerate(zip(part.grid, wrong.values, strict=False)):
            if not _fits(grid, value) and not _is_left_out(grid, value):
                yield ("wrong", k, "values", place), Fault("the number has more digits than its grid", _told(grid))


def _told(grid: Grid) -> str:
    sign = "a sign, " if grid.sign else "no sign, "
    if grid.whole:
        return f"{sign}{counted(grid.whole, 'digit')} before the point"
    return f"{sign}{counted(grid.numerator, 'digit')} above the line and {grid.denominator} below it"


@lru_cache(maxsize=4096)
def _fits(grid: Grid, value: str) -> bool:
    number = Fraction(value)
    if number < 0 and not grid.sign:
        return False
    if grid.whole:
        return whole_digits(number, grid.decimals) <= grid.whole
    return len(str(abs(number.numerator))) <= grid.numerator and len(str(number.denominator)) <= grid.denominator


@lru_cache(maxsize=4096)
def _is_left_out(grid: Grid, value: str) -> bool:
    """Whether a wrong answer is one of those that no grid is made for."""
    number = Fraction(value)
    if grid.whole:
        return whole_digits(number, grid.decimals) > MOST_DIGITS
    return (
        "." in value
        or "e" in value.lower()
        or max(len(str(abs(number.numerator))), len(str(number.denominator))) > MOST_DIGITS
    )
