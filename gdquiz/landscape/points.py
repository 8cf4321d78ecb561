"""Single critical points: found by search, made exact where they are rational, and told what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from gdquiz.descent.calculus import Calculus, symbols_of
from gdquiz.landscape.facts import CriticalPoint, Kind
from gdquiz.landscape.search import DIGITS, Precise, polish, rational_point, stationary_points
from gdquiz.numbers import roots
from gdquiz.numbers.matrices import characteristic, inertia
from gdquiz.numbers.roots import Value, fraction

SINGULAR = 1e-7
"""Eigenvalues of a Hessian H below this, times max(1, ||H||), count as zero where H is not known exactly."""
NOTHING = mpmath.mpf(10) ** -45
"""A number below this is what rounding at 60 digits leaves of 0."""
_FLAT = 1e-15
"""Such a share of the largest curvature is what rounding leaves of 0 at a point known to half as many digits."""


def searched(calculus: Calculus, *radii: float) -> tuple[CriticalPoint, ...]:
    """The points Newton's method finds, exact where rational coordinates make the gradient exactly zero."""
    found: list[CriticalPoint] = []
    for point in (point for radius in radii for point in stationary_points(calculus, radius)):
        if not mpmath.isfinite(calculus.precise_loss(*point)):
            continue  # a zero of the formula for the gradient outside of the domain of the loss
        made = made_at(calculus, point)
        if not any(_together(made, other) for other in found):
            found.append(made)
    return tuple(sorted(found, key=lambda point: tuple(map(float, point.point))))


def made_at(calculus: Calculus, point: Precise) -> CriticalPoint:
    """The critical point at a place known to some 50 digits, exact where that is possible."""
    exact = _recognized(calculus, point)
    if exact is not None:
        return exact_point(calculus, exact)
    return precise_point(calculus, point, tuple(map(rounded, point)))


def _together(a: CriticalPoint, b: CriticalPoint) -> bool:
    return all(abs(float(x) - float(y)) <= 1e-12 * (1 + abs(float(x))) for x, y in zip(a.point, b.point, strict=True))


def _recognized(calculus: Calculus, point: Precise) -> tuple[Fraction, ...] | None:
    """The same point with rational coordinates, where it has such and they make the gradient exactly zero."""
    for denominator, tolerance in ((10**6, 1e-25), (60, 1e-12)):
        exact = rational_point(calculus, point, denominator, tolerance)
        if exact is not None:
            return exact
    return None


def exact_point(calculus: Calculus, point: tuple[Fraction, ...]) -> CriticalPoint:
    """The critical point at rational coordinates; kind by exact inertia where the Hessian is rational."""
    symbols = symbols_of(calculus.variables).values()
    at = {s: sympy.Rational(x.numerator, x.denominator) for s, x in zip(symbols, point, strict=True)}
    entries = [[entry.xreplace(at) for entry in row] for row in calculus.symbolic_hessian]
    loss = calculus.symbolic_loss.xreplace(at)
    coordinates = tuple(map(Value.of, point))
    with mpmath.workdps(DIGITS):
        precise = tuple(mpmath.mpf(x.numerator) / x.denominator for x in point)
    if not loss.is_Rational or not all(entry.is_Rational for row in entries for entry in row):
        made = precise_point(calculus, precise, coordinates)
        return replace(made, loss=Value.of(fraction(loss))) if loss.is_Rational else made
    hessian = [[fraction(entry) for entry in row] for row in entries]
    positive, negative, zero = inertia(hessian)
    kind = kind_of(positive, negative, zero)
    spectrum = roots.real_roots(characteristic(hessian)).roots
    with mpmath.workdps(DIGITS):
        curvatures = sorted(map(float, mpmath.eigsy(_matrix(hessian), eigvals_only=True)))
    curvatures[negative : negative + zero] = [0.0] * zero
    largest = spectrum[-1].value
    rate = None
    if kind == "minimum":
        rate = Value.of(2 / largest.exact) if largest.exact is not None else inverse(largest)
    return CriticalPoint(coordinates, kind, Value.of(fraction(loss)), zero > 0, tuple(curvatures), rate)


def precise_point(
    calculus: Calculus, at: Precise, coordinates: tuple[Value, ...], singular: bool | None = None
) -> CriticalPoint:
    """A critical point known to some 50 digits; kind by the eigenvalues of the Hessian, with a margin."""
    with mpmath.workdps(DIGITS):
        loss = calculus.precise_loss(*at)
        hessian = mpmath.matrix(calculus.precise_hessian(*at))
        values = sorted(mpmath.eigsy(hessian, eigvals_only=True))
        margin = SINGULAR * max(1, *map(abs, values))
        positive, negative = sum(v > margin for v in values), sum(v < -margin for v in values)
        zero = len(values) - positive - negative
        if singular is None:
            singular = zero > 0
        kind = kind_of(positive, negative, zero)
        rate = Value.near(2 / values[-1]) if kind == "minimum" else None
        told = tuple(0.0 if abs(value) < _FLAT * max(1, *map(abs, values)) else float(value) for value in values)
        return CriticalPoint(coordinates, kind, rounded(loss), singular, told, rate)


def point_near(calculus: Calculus, near: Sequence[float]) -> CriticalPoint | None:
    """The critical point that Newton's method finds next to a point; None if it finds none."""
    with mpmath.workdps(DIGITS):
        found = polish(calculus, tuple(map(mpmath.mpf, near)))
    if found is None or not mpmath.isfinite(calculus.precise_loss(*found[0])):
        return None
    return made_at(calculus, found[0])


def kind_of(positive: int, negative: int, zero: int) -> Kind:
    if zero:
        return "degenerate"
    if positive and negative:
        return "saddle"
    return "minimum" if positive else "maximum" if negative else "degenerate"


def inverse(value: Value) -> Value:
    with mpmath.workdps(DIGITS):
        return Value.near(2 / mpmath.mpf(value.decimal))


def rounded(number: Any) -> Value:
    """A number worked out at 60 digits: what rounding leaves of 0 is told as 0."""
    return Value.near(0 if abs(number) < NOTHING else number)


def _matrix(rows: list[list[Fraction]]) -> Any:
    return mpmath.matrix([[mpmath.mpf(x.numerator) / x.denominator for x in row] for row in rows])
