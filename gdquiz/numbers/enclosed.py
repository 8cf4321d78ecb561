"""Real numbers between two fractions: what is said of one holds wherever between the two it lies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gdquiz.numbers.certainty import NO, UNSURE, YES, Bound


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A number that lies surely in [``low``, ``high``]; an exact one has both alike."""

    low: Fraction
    high: Fraction

    @classmethod
    def exactly(cls, number: Fraction | int | float) -> Enclosed:
        """The number itself; a finite float is taken as the fraction that it is."""
        return cls(Fraction(number), Fraction(number))

    def __sub__(self, other: Enclosed) -> Enclosed:
        return Enclosed(self.low - other.high, self.high - other.low)

    def __truediv__(self, other: Enclosed) -> Enclosed:
        """The quotient.  Raises ``ZeroDivisionError`` where the divisor is not surely positive."""
        if other.low <= 0:
            raise ZeroDivisionError("the divisor may be zero")
        ends = [end / by for end in (self.low, self.high) for by in (other.low, other.high)]
        return Enclosed(min(ends), max(ends))

    def __abs__(self) -> Enclosed:
        if self.low >= 0:
            return self
        return Enclosed(max(Fraction(0), -self.high), max(-self.low, self.high))

    def below(self, other: Enclosed) -> np.int8:
        """Whether this number is less than another one."""
        return YES if self.high < other.low else NO if self.low >= other.high else UNSURE

    def meets(self, bound: Bound) -> np.int8:
        """The answer of a bound, whose two decimals are taken as they are written."""
        yes, no = Fraction(str(bound.yes)), Fraction(str(bound.no))
        if bound.large:
            return YES if self.low >= yes else NO if self.high < no else UNSURE
        return YES if self.high <= yes else NO if self.low > no else UNSURE

    def rounded(self, unit: int, clear: Fraction = Fraction(0)) -> int | None:
        """The nearest whole number of 1/``unit`` (halves go up), if that is certain; else None.

        With ``clear`` it is also None nearer than that, in these units, to where another number begins.
        """
        half = Fraction(1, 2)
        lowest, highest = _floor(self.low, unit, half - clear), _floor(self.high, unit, half + clear)
        return lowest if lowest == highest else None

    @property
    def middle(self) -> Fraction:
        return (self.low + self.high) / 2


def smallest(numbers: Iterable[Enclosed]) -> Enclosed:
    """The smallest of some numbers."""
    every = list(numbers)
    return Enclosed(min(number.low for number in every), min(number.high for number in every))


def _floor(number: Fraction, unit: int, shift: Fraction) -> int:
    """The whole part of ``number * unit + shift``, without making the fraction."""
    over = number.numerator * unit * shift.denominator + shift.numerator * number.denominator
    return over // (number.denominator * shift.denominator)
