"""Formulas on whole intervals: every value that a formula takes there lies in what is given back.

Interval arithmetic with end points rounded outwards (Moore 1966), by mpmath.  Unlike balls, these intervals may be
half-lines, and may end where a formula has a pole or where its domain ends.  An enclosure proves what it excludes, for
instance that a derivative is zero nowhere on an interval; that it contains a number proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from math import prod
from typing import Any

from mpmath.ctx_iv import MPIntervalContext
from mpmath.libmp import finf, fnan, fninf, mpf_lt, mpf_neg

from gdquiz.formulas.expressions import Apply, Name, Node, Number

Interval = Any
"""An interval of mpmath's, with the precision of its context."""

COARSE, FINE = 90, 270
"""Precisions in bits: for excluding whole intervals, and for single points."""


@cache
def _context(bits: int) -> Any:
    context = MPIntervalContext()
    context.prec = bits
    return context


def span(low: Fraction | None, high: Fraction | None, bits: int = COARSE) -> Interval:
    """The interval from ``low`` to ``high``; None stands for an end at infinity."""
    context = _context(bits)
    left = -context.inf if low is None else context.mpf(low.numerator) / low.denominator
    right = context.inf if high is None else context.mpf(high.numerator) / high.denominator
    return context.mpf([left.a, right.b])


def ends(interval: Interval) -> tuple[Fraction | None, Fraction | None]:
    """The end points, None for infinite ones.  Those of a size beyond all use are moved outwards."""
    low, high = interval._mpi_
    lower, upper = _floor(low), _floor(mpf_neg(high))
    return lower, None if upper is None else -upper


_BEYOND = 6_000


def _floor(number: Any) -> Fraction | None:
    """A number of mpmath's as a fraction that is not larger; None for minus infinity."""
    negative, mantissa, exponent, bits = number
    if not mantissa:
        return None if number in (fninf, fnan) else Fraction(2) ** _BEYOND if number == finf else Fraction(0)
    size = exponent + bits
    if size > _BEYOND:
        return None if negative else Fraction(2) ** _BEYOND
    if size < -_BEYOND:
        return -(Fraction(2) ** -_BEYOND) if negative else Fraction(0)
    whole = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    return -whole if negative else whole


def sign_of(interval: Interval | None) -> int | None:
    """The sign that all numbers of an interval share; None where they do not, or where there are none."""
    if interval is None:
        return None
    low, high = interval.a, interval.b
    return 1 if low > 0 else -1 if high < 0 else 0 if low == 0 and high == 0 else None


def meet(one: Interval, other: Interval) -> Interval | None:
    """What two intervals have in common."""
    (low, high), (least, most) = one._mpi_, other._mpi_
    left, right = least if mpf_lt(low, least) else low, high if mpf_lt(high, most) else most
    return None if mpf_lt(right, left) else one.ctx.make_mpf((left, right))


def enclose(node: Node, box: Mapping[str, Interval]) -> Interval | None:
    """All values of the formula for names from the box, as far as it has any; None where it has none at all.

    The limit of a logarithm at 0 counts as its value there.

    Raises ``KeyError`` for a name that is not in the box and ``ValueError`` for an operation that is not for losses.
    """
    match node:
        case Number(value):
            context = next(iter(box.values())).ctx
            return context.mpf(value.numerator) / value.denominator
        case Name(name):
            return box[name]
        case Apply("^", (base, Number(exponent))) if exponent.denominator == 1:
            inner = enclose(base, box)
            return None if inner is None else _power(inner, int(exponent))
        case Apply("^", (base, Apply("-", (Number(exponent),)))) if exponent.denominator == 1:
            inner = enclose(base, box)
            return None if inner is None else 1 / _power(inner, int(exponent))
        case Apply("*", factors) if len(set(factors)) < len(factors):
            powers = [Apply("^", (part, Number(Fraction(factors.count(part))))) for part in dict.fromkeys(factors)]
            return enclose(powers[0] if len(powers) == 1 else Apply("*", tuple(powers)), box)
        case Apply(function, arguments) if function in _OPERATIONS:
            values = [enclose(argument, box) for argument in arguments]
            return None if any(value is None for value in values) else _OPERATIONS[function](*values)
    raise ValueError(f"no enclosure for {node}")


def _power(base: Interval, exponent: int) -> Interval:
    return base**exponent if exponent >= 0 else 1 / base**-exponent


def _clipped(x: Interval) -> Interval | None:
    """The part that is not negative."""
    return None if x.b < 0 else x if x.a >= 0 else x.ctx.mpf([0, x.b])


def _log(x: Interval) -> Interval | None:
    inside = _clipped(x)
    return None if inside is None else x.ctx.log(inside)


def _root(x: Interval) -> Interval | None:
    inside = _clipped(x)
    return None if inside is None else x.ctx.sqrt(inside)


def _tan(x: Interval) -> Interval:
    return x.ctx.sin(x) / x.ctx.cos(x) if sign_of(x.ctx.cos(x)) is None else x.ctx.tan(x)


def _absolute(x: Interval) -> Interval:
    return x if x.a >= 0 else -x if x.b <= 0 else _largest(x.ctx.mpf(0), _largest(-x, x))


def _sign(x: Interval) -> Interval:
    known = sign_of(x)
    low = -1 if x.a < 0 else 0 if x.a == 0 else 1
    high = 1 if x.b > 0 else 0 if x.b == 0 else -1
    return x.ctx.mpf(known) if known is not None else x.ctx.mpf([low, high])


def _largest(*values: Interval) -> Interval:
    low, high = values[0]._mpi_
    for value in values[1:]:
        least, most = value._mpi_
        low, high = least if mpf_lt(low, least) else low, most if mpf_lt(high, most) else high
    return values[0].ctx.make_mpf((low, high))


_OPERATIONS: Mapping[str, Any] = {
    "+": lambda *terms: sum(terms[1:], terms[0]),
    "*": lambda *factors: prod(factors[1:], start=factors[0]),
    "-": lambda x: -x,
    "/": lambda x, y: x / y,
    "exp": lambda x: x.ctx.exp(x),
    "log": _log,
    "sqrt": _root,
    "sin": lambda x: x.ctx.sin(x),
    "cos": lambda x: x.ctx.cos(x),
    "tan": _tan,
    "tanh": lambda x: 1 - 2 / (x.ctx.exp(2 * x) + 1),
    "sigmoid": lambda x: 1 / (1 + x.ctx.exp(-x)),
    "abs": _absolute,
    "sign": _sign,
    "step": lambda x: (_sign(x) + 1) / 2,
    "relu": lambda x: _largest(x.ctx.mpf(0), x),
    "min": lambda *values: -_largest(*(-value for value in values)),
    "max": _largest,
}
