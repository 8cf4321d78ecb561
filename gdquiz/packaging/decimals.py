"""Numbers as learning platforms take them: plain decimals with a tolerance, never a fraction or an exponent.

A key accepts the numbers from ``low`` to ``high``.  A platform is told the middle of that interval and half its width.
Platforms compare binary floating point numbers, in which an end of the interval may come to lie outside by one unit
of the last bit; so the half width is made larger by one part in a million, far less than any answer can be off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from gdquiz.authoring.exam import NumberKey

SLACK = Fraction(1, 10**6)
"""How much wider than half the interval the tolerance is, as a part of it."""
LEAST_PLACES, MOST_PLACES = 3, 12
"""Decimals that an exact answer without an end is asked for; wrong answers lie at least ten units of the last away."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The numbers from ``middle - half`` to ``middle + half``; ``places`` is set where decimals must be asked for."""

    middle: Fraction
    half: Fraction
    places: int | None = None

    @property
    def tolerance(self) -> Fraction:
        return self.half * (1 + SLACK)

    @property
    def low(self) -> Fraction:
        return self.middle - self.tolerance

    @property
    def high(self) -> Fraction:
        return self.middle + self.tolerance


@lru_cache(maxsize=16384)
def exact(value: str) -> Fraction:
    """A number of an exam: ``-3/5``, ``7``, ``0.25``."""
    return Fraction(value)


def accepted(key: NumberKey, digits: int | None, wrong: Iterable[Fraction] = ()) -> Accepted:
    """What a platform accepts for a key.

    An exact answer that no decimal ends with (1/3) is asked for with so many decimals that every foreseen wrong answer
    stays at least ten units of the last one away; one unit is accepted on either side.
    """
    low, high = exact(key.low), exact(key.high)
    middle = (low + high) / 2
    if low != high or digits is not None or terminates(middle):
        return Accepted(middle, (high - low) / 2)
    nearest = min((abs(value - middle) for value in wrong if value != middle), default=Fraction(1))
    places = next(p for p in range(LEAST_PLACES, MOST_PLACES + 1) if nearest * 10**p >= 10 or p == MOST_PLACES)
    return Accepted(rounded(middle, places), Fraction(1, 10**places), places)


def terminates(value: Fraction) -> bool:
    """Whether the decimal of a number ends within ``MOST_PLACES`` places."""
    return 10**MOST_PLACES % value.denominator == 0


def rounded(value: Fraction, places: int) -> Fraction:
    """A number rounded half away from zero to so many decimals."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, 10**places)


@lru_cache(maxsize=16384)
def written(value: Fraction, places: int = 15) -> str:
    """A plain decimal, exact if it ends within so many places and rounded otherwise: ``-3.4``, ``0.000001``."""
    value = rounded(value, places)
    sign = "-" if value < 0 else ""
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    whole, ended = digits[:-places], digits[-places:].rstrip("0")
    return f"{sign}{whole}.{ended}" if ended else sign + whole
