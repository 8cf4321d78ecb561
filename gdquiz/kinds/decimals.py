"""Numbers as learning platforms take them: plain decimals with a tolerance, never a fraction or an exponent.

A key accepts the numbers from ``low`` to ``high``.  A platform is told the middle of that interval and half its width.
Platforms compare binary floating point numbers, in which an end of the interval may come to lie outside by one unit
of the last bit; so the half width is made larger by one part in a million, far less than any answer can be off.

Numbers are held as whole multiples of ``10**-PLACES``, which every key with digits is exactly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from gdquiz.exam.frozen import NumberKey
from gdquiz.formulas.notation import rounded

PLACES = 15
UNIT = 10**PLACES
SLACK = 10**6
"""The tolerance is larger than half of the interval by this part of it."""
LEAST_PLACES, MOST_PLACES = 3, 12
"""Decimals that an exact answer without an end is asked for; wrong answers lie at least ten units of the last away."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The numbers from ``middle - half`` to ``middle + half``; ``places`` is set where decimals must be asked for."""

    middle: int
    half: int
    places: int | None = None

    @property
    def tolerance(self) -> int:
        return self.half + self.half // SLACK

    @property
    def low(self) -> int:
        return self.middle - self.tolerance

    @property
    def high(self) -> int:
        return self.middle + self.tolerance


@lru_cache(maxsize=16384)
def scaled(value: str) -> int:
    """A number of an exam (``-3/5``, ``7``, ``0.25``, ``1e-07``) in units of ``10**-PLACES``, rounded half away from
    zero."""
    numerator, denominator = Fraction(value).as_integer_ratio()
    return rounded(numerator * UNIT, denominator)


def accepted(key: NumberKey, digits: int | None, wrong: Iterable[str] = ()) -> Accepted:
    """What a platform accepts for a key.

    An exact answer that no decimal ends with (1/3) is asked for with so many decimals that every foreseen wrong answer
    stays at least ten units of the last one away; one unit is accepted on either side.
    """
    low, high = scaled(key.low), scaled(key.high)
    if digits is not None or low != high or _terminates(key.value):
        return Accepted((low + high) // 2, (high - low) // 2)
    nearest = min((abs(scaled(value) - low) for value in wrong if scaled(value) != low), default=UNIT)
    places = next(p for p in range(LEAST_PLACES, MOST_PLACES + 1) if nearest * 10**p >= 10 * UNIT or p == MOST_PLACES)
    return Accepted(_rounded(low, places), UNIT // 10**places, places)


def recognised(value: str, key: Accepted, others: Iterable[str]) -> int:
    """How far from a foreseen wrong number its message is still said: as far as the key is accepted.

    Where the key is accepted exactly, a wrong number that no decimal ends with is recognised by its rounded decimals,
    so far as the key and ``others`` (the foreseen wrong numbers) stay ten units of the last one away.
    """
    if key.half or _terminates(value):
        return key.tolerance
    number = scaled(value)
    apart = [abs(other - number) for other in (key.middle, *map(scaled, others)) if other != number]
    return next((u for p in range(2, MOST_PLACES + 1) if min(apart) >= 10 * (u := UNIT // 10**p)), 0)


def _terminates(value: str) -> bool:
    """Whether a number is a decimal of at most ``MOST_PLACES`` places."""
    return "/" not in value or 10**MOST_PLACES % Fraction(value).denominator == 0


@lru_cache(maxsize=16384)
def written(number: int) -> str:
    """A number given in units of ``10**-PLACES`` as a plain decimal: ``-3.4``, ``0.000001``."""
    digits = str(abs(number)).rjust(PLACES + 1, "0")
    text = f"{digits[:-PLACES]}.{digits[-PLACES:].rstrip('0')}".rstrip(".")
    return f"-{text}" if number < 0 else text


def shown(number: int, digits: int | None) -> str:
    """A number given in units of ``10**-PLACES``, rounded to the digits asked for, for a list to choose from."""
    return written(_rounded(number, LEAST_PLACES if digits is None else digits))


def _rounded(number: int, places: int) -> int:
    """Rounded half away from zero to so many decimals."""
    unit = UNIT // 10**places
    return rounded(number, unit) * unit
