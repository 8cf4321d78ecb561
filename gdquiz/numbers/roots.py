"""Real roots of polynomials with rational coefficients, isolated, counted twice and refined.

A polynomial is a tuple of Fractions, the highest power first, without leading zeros; the zero polynomial is empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, lcm, log10
from typing import Any

import mpmath
import sympy

Polynomial = tuple[Fraction, ...]

DIGITS = 30
"""Significant digits of the decimals given for irrational values."""
_WORKING = 60
"""Decimal places to which roots are refined."""


@dataclass(frozen=True, slots=True)
class Value:
    """A real number: as a fraction where it is known to be rational, and as a decimal of ``DIGITS`` digits."""

    exact: Fraction | None
    decimal: str

    def __float__(self) -> float:
        return float(self.exact) if self.exact is not None else float(self.decimal)

    @classmethod
    def of(cls, exact: Fraction) -> Value:
        with mpmath.workdps(_WORKING):
            return cls(exact, mpmath.nstr(mpmath.mpf(exact.numerator) / exact.denominator, DIGITS))

    @classmethod
    def near(cls, number: object) -> Value:
        """A number known to more than ``DIGITS`` digits but not known to be rational."""
        with mpmath.workdps(_WORKING):
            return cls(None, mpmath.nstr(mpmath.mpf(number), DIGITS))


@dataclass(frozen=True, slots=True)
class Root:
    """A real root, alone in the closed interval from ``low`` to ``high``; both are equal for a rational root."""

    low: Fraction
    high: Fraction

    @property
    def exact(self) -> Fraction | None:
        return self.low if self.low == self.high else None

    @property
    def middle(self) -> Fraction:
        return (self.low + self.high) / 2

    @property
    def value(self) -> Value:
        if self.exact is not None:
            return Value.of(self.exact)
        with mpmath.workdps(_WORKING):
            return Value.near(mpmath.mpf(self.middle.numerator) / self.middle.denominator)


@dataclass(frozen=True, slots=True)
class Roots:
    """The distinct real roots in ascending order; ``sturm`` is their number by Sturm's theorem.

    ``separators`` are rational numbers, one left of all roots, one between any two neighbours, one right of all.
    """

    roots: tuple[Root, ...]
    separators: tuple[Fraction, ...]
    sturm: int

    @property
    def agreed(self) -> bool:
        return len(self.roots) == self.sturm


def at(polynomial: Polynomial, x: Fraction) -> Fraction:
    """The value of the polynomial (Horner)."""
    value = Fraction(0)
    for coefficient in polynomial:
        value = value * x + coefficient
    return value


def sign_at(polynomial: Polynomial, x: Fraction) -> int:
    """The sign of the polynomial at a rational point, in whole numbers only."""
    shared = lcm(*(coefficient.denominator for coefficient in polynomial)) if polynomial else 1
    value, power = 0, 1
    for coefficient in polynomial:
        value = value * x.numerator + int(coefficient * shared) * power
        power *= x.denominator
    return (value > 0) - (value < 0)


def derivative(polynomial: Polynomial) -> Polynomial:
    degree = len(polynomial) - 1
    return tuple(coefficient * (degree - place) for place, coefficient in enumerate(polynomial[:-1]))


def real_roots(polynomial: Polynomial) -> Roots:
    """The distinct real roots of a polynomial that is not zero.

    Isolated by continued fractions (Vincent, Akritas, Strzebonski) with a change of sign at the ends of every
    interval, counted independently by Sturm's theorem; both act on the square-free part.
    """
    if not polynomial:
        raise ValueError("every number is a root of the zero polynomial")
    x = sympy.Symbol("x")
    whole = sympy.Poly([sympy.Rational(c.numerator, c.denominator) for c in polynomial], x, domain="QQ")
    square_free = whole.sqf_part().clear_denoms()[1]
    _, primitive = square_free.primitive()
    coefficients = tuple(Fraction(int(c)) for c in primitive.all_coeffs())
    if len(coefficients) == 1:
        return Roots((), (Fraction(0),), 0)
    sturm = int(primitive.count_roots())
    intervals = [(fraction(low), fraction(high)) for (low, high), _ in primitive.intervals()]
    roots = tuple(root for low, high in sorted(intervals) if (root := _refined(coefficients, low, high)) is not None)
    ends = [Fraction(0)] if not roots else [roots[0].low - 1]
    ends += [(left.high + right.low) / 2 for left, right in pairwise(roots)]
    ends += [roots[-1].high + 1] if roots else []
    return Roots(roots, tuple(ends), sturm)


def enclosure(polynomial: Polynomial, root: Root) -> tuple[Fraction, Fraction]:
    """Rational bounds for the value of a polynomial at a root (interval Horner)."""
    low = high = Fraction(0)
    for coefficient in polynomial:
        products = (low * root.low, low * root.high, high * root.low, high * root.high)
        low, high = min(products) + coefficient, max(products) + coefficient
    return low, high


def smallest(polynomial: Polynomial, roots: tuple[Root, ...], candidates: tuple[int, ...]) -> tuple[int, ...] | None:
    """Which of the candidates (places in ``roots``) have the smallest value of the polynomial, ties included.

    ``roots`` are those of the derivative.  Enclosures decide; values that they cannot tell apart are shown to be equal
    through the polynomial whose roots are all the critical values, or else the answer is None.
    """
    bounds = {place: enclosure(polynomial, roots[place]) for place in candidates}
    least = min(high for _, high in bounds.values())
    close = tuple(place for place, (low, _) in bounds.items() if low <= least)
    if len(close) == 1 or all(bounds[place] == bounds[close[0]] and len(set(bounds[place])) == 1 for place in close):
        return close
    values = _critical_values(polynomial)
    if values is None or not values.agreed:
        return None
    homes = set()
    for place in close:
        low, high = bounds[place]
        meets = [at for at, value in enumerate(values.roots) if value.low <= high and low <= value.high]
        if len(meets) != 1:
            return None
        homes.update(meets)
    return close if len(homes) == 1 else None


def _critical_values(polynomial: Polynomial) -> Roots | None:
    """The real roots of the resultant of f' and f - t, among which all critical values are."""
    if len(polynomial) > 14:
        return None
    x, t = sympy.symbols("x t")
    f = sympy.Poly([sympy.Rational(c.numerator, c.denominator) for c in polynomial], x)
    shifted = sympy.Poly(f.as_expr() - t, x, t)
    eliminant = sympy.Poly(sympy.Poly(f.diff(x).as_expr(), x, t).resultant(shifted), t)
    return real_roots(tuple(fraction(c) for c in eliminant.all_coeffs()))


def fraction(number: Any) -> Fraction:
    """A rational number of SymPy's, whichever type it has for them, as a Fraction."""
    return Fraction(int(number.numerator), int(number.denominator))


def _refined(polynomial: Polynomial, low: Fraction, high: Fraction) -> Root | None:
    """The root in an isolating interval to ``_WORKING`` places; None where the polynomial does not change its sign.

    An end of an interval that is itself a root belongs to another interval; there the slope gives the sign inside.
    """
    if low == high:
        return Root(low, low) if sign_at(polynomial, low) == 0 else None
    slope = derivative(polynomial)
    below = sign_at(polynomial, low) or sign_at(slope, low)
    above = sign_at(polynomial, high) or -sign_at(slope, high)
    if below * above >= 0:
        return None
    # Halving on a dyadic grid inside of the interval keeps the numbers short.
    places = max(0, ceil(_WORKING * 3.33))
    width = Fraction(1, 2**places)
    while high - low > width:
        middle = (low + high) / 2
        digits = 4 + max(0, ceil(-log10(float(high - low)) * 3.33))
        short = Fraction(round(middle * 2**digits), 2**digits)
        middle = short if low < short < high else middle
        sign = sign_at(polynomial, middle)
        if sign == 0:
            return Root(middle, middle)
        low, high = (middle, high) if sign == below else (low, middle)
    guess = ((low + high) / 2).limit_denominator(max(1, min(abs(int(polynomial[0])), 10**25)))
    if low <= guess <= high and sign_at(polynomial, guess) == 0:
        return Root(guess, guess)
    return Root(low, high)
