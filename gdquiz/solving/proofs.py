"""What can be proved about a single run before, or beside, looking at it.

``knowledge`` turns what is known of the loss (its ``Landscape``) into what the judge of runs may rely on.
``certificate`` finds out whether exact arithmetic decides the run: for quadratics with rational curvatures, for
powers, for absolute values, and for runs of plain descent that land exactly on a critical point or on a point they
have been at before.  For ascent everything is asked of minus the loss.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from gdquiz.descent.calculus import KINKED, Calculus, functions_of, symbols_of
from gdquiz.formulas.expressions import Node
from gdquiz.judging.observation import Knowledge
from gdquiz.landscape.facts import CriticalPoint, Landscape
from gdquiz.numbers.certainty import NO, UNSURE, YES, Answers
from gdquiz.numbers.matrices import characteristic
from gdquiz.numbers.roots import real_roots
from gdquiz.theorems.certificates import Absolute, Certificate, Exact, Power, Quadratic

ExactPoint = tuple[Fraction, ...]

MARGIN = 1e-9
"""A factor nearer to 1 than this does not tell whether a landing is stable."""


def knowledge(landscape: Landscape, calculus: Calculus, start: ExactPoint | None, *, ascend: bool) -> Knowledge:
    """What is certain about every run on this loss, and whether the start is a critical point.

    ``landscape`` is that of the loss for descent, that of minus the loss for ascent.  ``start`` is None where it is not
    rational.
    """
    sign = -1.0 if ascend else 1.0
    best = landscape.lowest
    minima = [point for point in landscape.points if point.kind == "minimum"]
    complete = landscape.complete and not landscape.flats
    line = len(landscape.variables) == 1 and complete
    nowhere = landscape.bounded_below and _nowhere_best(landscape, calculus.loss)
    return Knowledge(
        bounded_below=_answer(landscape.bounded_below),
        attained=YES if best is not None else NO if nowhere else UNSURE,
        convex=_answer(landscape.convex),
        best=None if best is None else np.array([sign * float(best)]),
        critical_values=_row([sign * float(point.loss) for point in landscape.points]) if complete else None,
        barriers=_row([float(p.point[0]) for p in landscape.points if p.kind == "maximum"]) if line else None,
        target=np.array([[float(minima[0].point[0])]]) if line and len(minima) == 1 else None,
        stationary=None if start is None else np.array([_stationary(calculus, start)]),
    )


def _nowhere_best(landscape: Landscape, loss: Node) -> bool:
    """Whether no point is a global minimum: none is critical, nor can a root be zero at the edge of the domain."""
    if landscape.lowest is not None:
        return False
    if landscape.global_minima is not None:
        return True
    empty = not landscape.points and not landscape.flats
    return landscape.complete and empty and functions_of(loss).isdisjoint(KINKED | {"sqrt"})


def _answer(fact: bool | None) -> np.int8:
    return UNSURE if fact is None else YES if fact else NO


def _row(values: list[float]) -> Any:
    return np.array([values or [np.nan]])


def _stationary(calculus: Calculus, start: ExactPoint) -> np.int8:
    """Whether the gradient at a rational point is zero: yes only if it is by the rules of arithmetic."""
    slope = [component.xreplace(_at(calculus, start)) for component in calculus.symbolic_gradient]
    if all(component == 0 for component in slope):
        return YES
    values = np.array([float(part[()]) for part in calculus.gradient_function(*map(float, start))])
    return NO if any(c.is_Rational and c != 0 for c in slope) or np.abs(values).max() > MARGIN else UNSURE


def _at(calculus: Calculus, point: ExactPoint) -> dict[Any, Any]:
    symbols = symbols_of(calculus.variables).values()
    return {symbol: _rational(x) for symbol, x in zip(symbols, point, strict=True)}


# --- certificates --------------------------------------------------------------------------------------------------


def certificate(
    landscape: Landscape, calculus: Calculus, rate: Fraction, run: tuple[ExactPoint, ...], *, ascend: bool
) -> Certificate | None:
    """Exact arithmetic for a run of plain descent at a constant rate, or None where it decides nothing.

    ``run`` are the exact points of its first steps, the start at least; ``landscape`` as for ``knowledge``.
    """
    for found in (
        _quadratic(landscape, calculus, rate, run[0]),
        _power(calculus, rate, run[0], ascend=ascend),
        _absolute(calculus, rate, run[0], ascend=ascend),
        _settled(landscape, calculus, rate, run, ascend=ascend),
    ):
        if found is not None and bool(found.decide(ascend, 0).decided[0]):
            return found
    return None


def _quadratic(landscape: Landscape, calculus: Calculus, rate: Fraction, start: ExactPoint) -> Quadratic | None:
    """The error of the start, split into the eigenspaces of the Hessian.

    The part in one eigenspace is a rational vector although unit eigenvectors are not.  Each of its d components
    stands for a direction of its own: they share the curvature, and the sum of their squares is what enters the loss.
    """
    entries = [entry for row in calculus.symbolic_hessian for entry in row]
    if not calculus.quadratic or not all(entry.is_Rational for entry in entries):
        return None
    rest = _rest_point(landscape)
    if rest is None:
        return None
    hessian = [[_fraction(entry) for entry in row] for row in calculus.symbolic_hessian]
    spectrum = [root.exact for root in real_roots(characteristic(hessian)).roots]
    curvatures = [value for value in spectrum if value is not None]
    if len(curvatures) < len(spectrum):
        return None
    directions: list[tuple[Fraction, Fraction]] = []
    for curvature in curvatures:
        part = [x - at_rest for x, at_rest in zip(start, rest, strict=True)]
        for other in curvatures:
            if other != curvature:  # (H - other I)/(curvature - other) drops what lies in the other eigenspace
                image = [sum(a * x for a, x in zip(row, part, strict=True)) for row in hessian]
                part = [(y - other * x) / (curvature - other) for y, x in zip(image, part, strict=True)]
        directions += [(curvature, component) for component in part]
    return Quadratic(tuple(c for c, _ in directions), tuple(e for _, e in directions), rate)


def _rest_point(landscape: Landscape) -> ExactPoint | None:
    """A rational point at which the gradient of a quadratic is zero."""
    if landscape.valley is not None:
        return landscape.valley.point
    if not landscape.points:
        return None
    coordinates = tuple(value.exact for value in landscape.points[0].point if value.exact is not None)
    return coordinates if len(coordinates) == len(landscape.variables) else None


def _power(calculus: Calculus, rate: Fraction, start: ExactPoint, *, ascend: bool) -> Certificate | None:
    """A loss alpha (x - c)^m + k in one variable."""
    symbol = next(iter(symbols_of(calculus.variables).values()))
    loss = calculus.symbolic_loss
    if len(calculus.variables) > 1 or not loss.is_polynomial(symbol):
        return None
    polynomial = sympy.Poly(loss, symbol)
    degree = polynomial.degree()
    if degree < 4 or degree % 2 or not (polynomial.domain.is_QQ or polynomial.domain.is_ZZ):
        return None
    alpha, second = polynomial.nth(degree), polynomial.nth(degree - 1)
    centre = -second / (degree * alpha)
    if not (polynomial - sympy.Poly(alpha * (symbol - centre) ** degree, symbol)).is_ground:
        return None
    error = start[0] - _fraction(centre)
    return _upright(_fraction(alpha), lambda size: Power(size, degree, error, rate), ascend=ascend)


def _absolute(calculus: Calculus, rate: Fraction, start: ExactPoint, *, ascend: bool) -> Certificate | None:
    """A loss alpha |x - c| + k in one variable."""
    if len(calculus.variables) > 1:
        return None
    symbol = next(iter(symbols_of(calculus.variables).values()))
    _, moving = calculus.symbolic_loss.as_coeff_Add()
    size, core = moving.as_coeff_Mul()
    if core.func.__name__ not in ("Abs", "_Absolute") or not size.is_Rational:
        return None
    inner = core.args[0]
    if not inner.is_polynomial(symbol):
        return None
    polynomial = sympy.Poly(inner, symbol)
    if polynomial.degree() != 1 or not (polynomial.domain.is_QQ or polynomial.domain.is_ZZ):
        return None
    slope, offset = map(_fraction, polynomial.all_coeffs())
    error = start[0] + offset / slope
    return _upright(_fraction(size) * abs(slope), lambda steep: Absolute(steep, error, rate), ascend=ascend)


def _upright(size: Fraction, made: Any, *, ascend: bool) -> Certificate | None:
    """The certificate for a positive coefficient; for ascent with a negative one that of the mirrored run."""
    if size > 0:
        certificate: Certificate = made(size)
        return certificate
    return Mirrored(made(-size)) if ascend else None


@dataclass(frozen=True, slots=True)
class Mirrored:
    """A certificate about descent on minus the loss, which is what ascent on the loss amounts to."""

    inner: Certificate

    def decide(self, ascend: bool, shown: int) -> Exact:
        """What the inner certificate decides in the other direction, with the names of the points exchanged."""
        told = self.inner.decide(not ascend, shown)
        swapped = np.select(
            [told.point == "local_min", told.point == "local_max"], ["local_max", "local_min"], told.point
        )
        return replace(told, point=swapped)


@dataclass(frozen=True, slots=True)
class Settled:
    """A run that exact arithmetic has seen come to rest on a critical point, or return to where it has been.

    ``period`` is 0 for a rest.  ``point`` is the kind of the resting point, ``step`` the first step that ends there.
    """

    step: int
    period: int
    point: str
    best: bool
    unstable: np.int8

    def decide(self, ascend: bool, shown: int) -> Exact:
        """The limit; the events on the way are left to others."""
        rests = self.period == 0

        def single(answer: np.int8) -> Answers:
            return np.array([answer], dtype=np.int8)

        return Exact(
            decided=np.array([True]),
            limit=np.array(["converged" if rests else "cycle"]),
            period=np.array([self.period]),
            point=np.array([self.point if rests else "none"]),
            best=np.array([self.best and rests]),
            one_step=single(YES if rests and self.step == 1 else NO),
            unstable_limit=single(self.unstable if rests else NO),
            oscillating=single(UNSURE if rests and self.step > 2 else NO),
            overshoot=np.full((1, shown), UNSURE),
            crossing=np.full((1, shown), UNSURE),
        )


def _settled(
    landscape: Landscape, calculus: Calculus, rate: Fraction, run: tuple[ExactPoint, ...], *, ascend: bool
) -> Settled | None:
    places: dict[ExactPoint, int] = {}
    for step, point in enumerate(run):
        if point in places:
            period = step - places[point]
            if period > 1:
                return Settled(step, period, "none", False, NO)
            return None if places[point] == 0 else _rest(landscape, places[point], point, rate, ascend=ascend)
        places[point] = step
    return None


def _rest(landscape: Landscape, step: int, point: ExactPoint, rate: Fraction, *, ascend: bool) -> Settled | None:
    for place, found in enumerate(landscape.points):
        if tuple(value.exact for value in found.point) == point:
            best = landscape.global_minima is not None and place in landscape.global_minima
            return Settled(step, 0, kind_name(found, mirror=ascend), best, _unstable(found, float(rate)))
    return None


def kind_name(found: CriticalPoint, *, mirror: bool) -> str:
    """The kind of a critical point in the words of ``judging.rules``; ``mirror`` if it is one of minus the loss."""
    names = {"minimum": "local_min", "maximum": "local_max", "saddle": "saddle"}
    if mirror:
        names = {"minimum": "local_max", "maximum": "local_min", "saddle": "saddle"}
    return names.get(found.kind, "degenerate")


def _unstable(found: CriticalPoint, rate: float) -> np.int8:
    if not found.curvatures:
        return UNSURE
    spread = max(abs(1 - rate * curvature) for curvature in found.curvatures)
    return YES if spread > 1 + MARGIN else NO if spread < 1 - MARGIN else UNSURE


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def _rational(number: Fraction) -> Any:
    return sympy.Rational(number.numerator, number.denominator)
