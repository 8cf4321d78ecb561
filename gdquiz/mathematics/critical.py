r"""The critical points of a loss: where they are, of what kind, and whether these are all.

``complete`` is claimed only when an exact argument and an independent second one agree on their number:

- one variable, polynomial: the roots of f' are counted by Sturm's theorem and isolated by continued fractions; the
  kind follows from the exact sign of f' on both sides, that is, from the first derivative that is not zero;
- polynomials in several variables: sums of polynomials of one variable each are put together from these; others are
  counted by the signature of Hermite's trace form (``elimination``) and found by Newton's method from many starts;
- quadratics: linear algebra in fractions;
- other losses: a convex form (``convexity``) with a positive definite Hessian at the point found, or a derivative that
  is a polynomial times something positive, or one that is positive itself.

SymPy's ``solve`` is not used: it loses points, for instance four of the five of x^4 + 2y^4 + 5x^2 + 4y^2 - 10x^2y.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any, Literal

import mpmath
import numpy as np
import sympy

from gdquiz.mathematics import convexity, roots
from gdquiz.mathematics.calculus import (
    KINKED,
    MOST_TERMS,
    Calculus,
    derive,
    functions_of,
    symbols_of,
    terms_bound,
    written,
)
from gdquiz.mathematics.convexity import Shape
from gdquiz.mathematics.elimination import Dimension, count_points
from gdquiz.mathematics.expressions import Apply, Node
from gdquiz.mathematics.matrices import characteristic, inertia, solve
from gdquiz.mathematics.roots import Polynomial, Value
from gdquiz.mathematics.search import DIGITS, Precise, rational_point, stationary_points

Kind = Literal["minimum", "maximum", "saddle", "degenerate"]

SINGULAR = 1e-7
"""Eigenvalues of a Hessian H below this, times max(1, ||H||), count as zero where H is not known exactly."""

MOST_DEGREE = 40
"""Polynomials of one variable whose square-free derivative has a higher degree are not certified."""
MOST_LISTED = 64
"""More critical points than this are not listed."""
_MOST_SINGULAR = 3
"""More points with a singular Hessian than this, found by search, are taken for points of a curve."""


@dataclass(frozen=True, slots=True)
class CriticalPoint:
    """A point where the gradient is zero.

    ``degenerate`` means: neither shown to be an extremum nor to be a saddle by the rules used here; in one variable it
    is an inflection.  ``singular`` says that the Hessian has an eigenvalue 0, so that the second derivatives alone
    say nothing about the kind.  ``curvatures`` are the eigenvalues of the Hessian, ascending.  ``stable_rate`` is
    2/(largest curvature) at a minimum: below it, and near the point, descent converges; None elsewhere.
    """

    point: tuple[Value, ...]
    kind: Kind
    loss: Value
    singular: bool
    curvatures: tuple[float, ...]
    stable_rate: Value | None


@dataclass(frozen=True, slots=True)
class Valley:
    """The critical points of a quadratic with a singular Hessian: ``point`` plus all multiples of ``directions``.

    ``kind`` is what each of them is, in the weak sense: along the directions the loss does not change.
    """

    point: tuple[Fraction, ...]
    directions: tuple[tuple[Fraction, ...], ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Landscape:
    """What is known about a loss without parameters.

    ``points`` are sorted by their coordinates.  ``complete``: these are all critical points, shown in two ways;
    ``note`` says how, or why not.  ``convex`` and ``bounded_below`` are None where it is not known.
    ``global_minima`` are the places in ``points`` of the global minima where these are certified (empty: there is
    none), else None.
    ``largest_stable_rate`` is 2/L for a quadratic without negative curvature, where it holds from every start; None
    for all other losses, for which only the ``stable_rate`` near each minimum exists.
    """

    variables: tuple[str, ...]
    points: tuple[CriticalPoint, ...]
    complete: bool
    note: str
    valley: Valley | None = None
    convex: bool | None = None
    bounded_below: bool | None = None
    global_minima: tuple[int, ...] | None = None
    largest_stable_rate: Value | None = None


@lru_cache(maxsize=1024)
def critical_points(loss: Node, variables: tuple[str, ...]) -> Landscape:
    """The critical points of a loss in which no parameters are left.  Raises ``InputError`` as ``derive`` does."""
    calculus = derive(loss, variables, ())
    polynomial = _polynomial(calculus)
    if polynomial is None:
        return _transcendental(calculus)
    if polynomial.total_degree() <= 2:
        return _quadratic(calculus, polynomial)
    if len(variables) == 1:
        return _univariate(calculus, _coefficients(polynomial))
    separate = _separated(polynomial)
    if separate is not None:
        return _separable(calculus, separate)
    return _algebraic(calculus, polynomial)


# --- quadratics ----------------------------------------------------------------------------------------------------


def _quadratic(calculus: Calculus, polynomial: Any) -> Landscape:
    size = len(calculus.variables)
    hessian = [[_fraction(entry) for entry in row] for row in calculus.symbolic_hessian]
    origin = dict.fromkeys(polynomial.gens, sympy.Integer(0))
    slope = [_fraction(component.xreplace(origin)) for component in calculus.symbolic_gradient]
    positive, negative, zero = inertia(hessian)
    solution, directions = solve(hessian, [-component for component in slope])
    convex = negative == 0
    kind = _kind_of(positive, negative, 0)
    largest = _largest_eigenvalue(hessian)
    rate = Value.of(2 / largest.exact) if largest.exact else _inverse(largest) if float(largest) > 0 else None
    landscape = Landscape(
        calculus.variables, (), True, "", None, convex, convex and solution is not None, None, rate if convex else None
    )
    if solution is None:
        note = "The gradient is an affine function that is zero nowhere (linear algebra in fractions)."
        return replace(landscape, note=note, global_minima=())
    if directions:
        valley = Valley(tuple(solution), directions, kind if size > zero else "degenerate")
        note = f"The Hessian is singular: the critical points form a flat set of dimension {zero}, none is isolated."
        return replace(landscape, complete=False, note=note, valley=valley)
    point = _exact_point(calculus, tuple(solution))
    note = "One point, from linear algebra in fractions; the determinant of the constant Hessian is not zero."
    return replace(landscape, points=(point,), note=note, global_minima=(0,) if convex else ())


# --- one variable --------------------------------------------------------------------------------------------------


def _univariate(calculus: Calculus, coefficients: Polynomial) -> Landscape:
    slope = roots.derivative(coefficients)
    even_up = len(coefficients) % 2 == 1 and coefficients[0] > 0
    landscape = Landscape(calculus.variables, (), False, "", None, None, even_up)
    if not even_up:
        landscape = replace(landscape, global_minima=())
    found = _roots_of(slope)
    if found is None:
        note = (
            f"Found by Newton's method only: the derivative has too high a degree (over {MOST_DEGREE}) to be certified."
        )
        return replace(landscape, points=_searched(calculus, 50.0), note=note, convex=_convexity(calculus))
    points, kinds = _on_line(calculus, slope, found)
    note = "All real roots of the derivative, by Sturm's count and by isolating intervals, which agree."
    landscape = replace(landscape, points=points, complete=found.agreed, note=note, convex=_curved_up(slope))
    if even_up and found.agreed:
        minima = tuple(place for place, kind in enumerate(kinds) if kind == "minimum")
        landscape = replace(landscape, global_minima=roots.smallest(coefficients, found.roots, minima))
    return landscape


def _roots_of(polynomial: Polynomial) -> roots.Roots | None:
    x = sympy.Symbol("x")
    whole = sympy.Poly([sympy.Rational(c.numerator, c.denominator) for c in polynomial], x)
    return roots.real_roots(polynomial) if whole.sqf_part().degree() <= MOST_DEGREE else None


def _on_line(
    calculus: Calculus, slope: Polynomial, found: roots.Roots
) -> tuple[tuple[CriticalPoint, ...], tuple[Kind, ...]]:
    """The critical points of f where f' is ``slope`` times something positive."""
    signs = [roots.sign_at(slope, separator) for separator in found.separators]
    names: dict[tuple[int, int], Kind] = {(-1, 1): "minimum", (1, -1): "maximum"}
    kinds = tuple(names.get((signs[at], signs[at + 1]), "degenerate") for at in range(len(found.roots)))
    double = roots.derivative(slope)
    points = []
    for root, kind in zip(found.roots, kinds, strict=True):
        if root.exact is not None:
            point = _exact_point(calculus, (root.exact,))
        else:
            low, high = roots.enclosure(double, root) if double else (Fraction(0), Fraction(0))
            with mpmath.workdps(DIGITS):
                at = (mpmath.mpf(root.middle.numerator) / root.middle.denominator,)
                point = _precise_point(calculus, at, (root.value,), singular=low <= 0 <= high)
        rate = point.stable_rate
        if rate is None and kind == "minimum" and point.curvatures[0] > 0 and not point.singular:
            rate = Value.near(2 / mpmath.mpf(point.curvatures[0]))
        points.append(replace(point, kind=kind, stable_rate=rate if kind == "minimum" else None))
    return tuple(points), kinds


def _curved_up(slope: Polynomial) -> bool | None:
    """Whether the second derivative is nowhere negative."""
    double = roots.derivative(slope)
    if not double:
        return True
    found = _roots_of(double)
    if found is None or not found.agreed:
        return None
    return all(roots.sign_at(double, separator) > 0 for separator in found.separators)


# --- several variables ---------------------------------------------------------------------------------------------


def _separated(polynomial: Any) -> tuple[Polynomial, ...] | None:
    """The parts of a polynomial that is a sum of polynomials of one variable each; the constant goes to the first."""
    size = len(polynomial.gens)
    parts: list[dict[int, Fraction]] = [{} for _ in range(size)]
    for powers, coefficient in polynomial.terms():
        used = [place for place, power in enumerate(powers) if power]
        if len(used) > 1:
            return None
        place = used[0] if used else 0
        parts[place][powers[place]] = _fraction(coefficient)
    return tuple(tuple(part.get(power, Fraction(0)) for power in range(max(part, default=0), -1, -1)) for part in parts)


def _separable(calculus: Calculus, parts: tuple[Polynomial, ...]) -> Landscape:
    symbols = symbols_of(calculus.variables)
    sides = []
    for name, part in zip(calculus.variables, parts, strict=True):
        terms = [
            sympy.Rational(c.numerator, c.denominator) * symbols[name] ** (len(part) - 1 - place)
            for place, c in enumerate(part)
        ]
        sides.append(critical_points(written(sympy.Add(*terms)), (name,)))
    bounded = all(side.bounded_below for side in sides)
    convex = all(side.convex for side in sides) if None not in [side.convex for side in sides] else None
    landscape = Landscape(calculus.variables, (), False, "", None, convex, bounded)
    if not bounded:
        landscape = replace(landscape, global_minima=())
    flat = [side.variables[0] for side in sides if side.valley is not None]
    count = prod(len(side.points) for side in sides)
    if flat:
        return replace(landscape, note=f"The loss does not depend on {flat[0]}: no critical point is isolated.")
    if count > MOST_LISTED:
        return replace(landscape, note=f"There are {count} critical points, more than are listed here.")
    points = tuple(_joined(choice) for choice in product(*(side.points for side in sides)))
    landscape = replace(
        landscape,
        points=points,
        complete=all(side.complete for side in sides),
        note="The loss is a sum of functions of one variable each: the points combine theirs. "
        + next((side.note for side in sides if not side.complete), sides[0].note),
    )
    choices = [side.global_minima for side in sides]
    if bounded and None not in choices and landscape.complete:
        best = set(product(*(choice or () for choice in choices)))
        order = list(product(*(range(len(side.points)) for side in sides)))
        landscape = replace(landscape, global_minima=tuple(at for at, choice in enumerate(order) if choice in best))
    return landscape


def _joined(sides: tuple[CriticalPoint, ...]) -> CriticalPoint:
    kinds = {side.kind for side in sides}
    kind: Kind = next(iter(kinds)) if len(kinds) == 1 else "degenerate" if "degenerate" in kinds else "saddle"
    losses = [side.loss for side in sides]
    exact = [loss.exact for loss in losses if loss.exact is not None]
    with mpmath.workdps(DIGITS):
        loss = (
            Value.of(sum(exact, Fraction(0)))
            if len(exact) == len(losses)
            else Value.near(sum(mpmath.mpf(loss.decimal) for loss in losses))
        )
    rates = [side.stable_rate for side in sides if side.stable_rate is not None]
    return CriticalPoint(
        tuple(side.point[0] for side in sides),
        kind,
        loss,
        any(side.singular for side in sides),
        tuple(sorted(side.curvatures[0] for side in sides)),
        min(rates, key=float) if kind == "minimum" and rates else None,
    )


def _algebraic(calculus: Calculus, polynomial: Any) -> Landscape:
    odd = polynomial.total_degree() % 2 == 1  # and at least 3: neither convex nor bounded along almost every line
    convex = False if odd else _convexity(calculus)
    bounded = True if convexity.nonnegative(calculus.loss) else False if odd else None
    landscape = Landscape(calculus.variables, (), False, "", None, convex, bounded)
    count = count_points(calculus.symbolic_gradient, polynomial.gens)
    found = _searched(calculus, _radius(polynomial))
    if count.dimension is Dimension.INFINITE:
        isolated = tuple(point for point in found if not point.singular)
        note = "Not certified: the critical points may form curves or surfaces; only isolated ones are listed."
        return _with_global(calculus, replace(landscape, points=isolated, note=note))
    if count.dimension is Dimension.UNKNOWN:
        note = "Found by Newton's method from 1,089 starts; the system is too large to be counted exactly."
        return _with_global(calculus, replace(landscape, points=found, note=note))
    if len(found) < count.real:  # some may lie close together near 0, or far out
        found = _searched(calculus, _radius(polynomial), 1.0, 100 * _radius(polynomial))
    complete = len(found) == count.real
    note = (
        "The exact number of real critical points (signature of the trace form) agrees with Newton's method from "
        "1,089 starts."
        if complete
        else f"There are exactly {count.real} critical points, but Newton's method found {len(found)}."
    )
    return _with_global(calculus, replace(landscape, points=found, complete=complete, note=note))


def _radius(polynomial: Any) -> float:
    """Within about this distance of 0 the critical points are looked for (after Fujiwara's bound)."""
    degree = polynomial.total_degree()
    sizes: dict[int, float] = {}
    for powers, coefficient in polynomial.terms():
        sizes[sum(powers)] = max(sizes.get(sum(powers), 0.0), abs(float(coefficient)))
    bounds = [(size / sizes[degree]) ** (1 / (degree - at)) for at, size in sizes.items() if 0 < at < degree]
    return min(1e3, max(10.0, 2 * max(bounds, default=1.0)))


# --- losses that are no polynomials --------------------------------------------------------------------------------


def _transcendental(calculus: Calculus) -> Landscape:
    bounded = True if convexity.nonnegative(calculus.loss) else None
    landscape = Landscape(calculus.variables, (), False, "", None, _convexity(calculus), bounded)
    if functions_of(calculus.loss) & KINKED:
        note = (
            "Kinks are not critical points in this sense; points where the loss is smooth were searched, not certified."
        )
        smooth = tuple(point for point in _nearby(calculus) if not point.singular)
        return replace(landscape, points=smooth, note=note)
    if len(calculus.variables) == 1:
        certified = _signed_polynomial(calculus)
        if certified is not None:
            found = _roots_of(certified)
            if found is not None and found.agreed and _defined(calculus, found):
                points, _ = _on_line(calculus, certified, found)
                note = "The derivative is a polynomial times a positive function; its roots were counted in two ways."
                return _with_global(calculus, replace(landscape, points=points, complete=True, note=note))
    for name, component in zip(calculus.variables, calculus.gradient, strict=True):
        for form, text in ((component, "positive"), (Apply("-", (component,)), "negative")):
            if convexity.positive(_positive_form(form)):
                note = f"There is none: the derivative with respect to {name} is {text} everywhere."
                return replace(landscape, complete=True, note=note, global_minima=())
    points = _nearby(calculus)
    note = f"Searched by Newton's method within {_reach(calculus):g} of 0; not certified."
    if sum(point.singular for point in points) > _MOST_SINGULAR:
        points = tuple(point for point in points if not point.singular)
        note += " Critical points with a singular Hessian, perhaps whole curves of them, are left out."
    landscape = replace(landscape, points=points, note=note)
    wanted: Kind = "minimum" if landscape.convex else "maximum"
    if (
        convexity.shape(calculus.loss) in (Shape.CONVEX, Shape.CONCAVE)
        and len(points) == 1
        and points[0].kind == wanted
    ):
        word = "convex" if landscape.convex else "concave"
        note = f"The only one: the loss is {word} by its form, and the Hessian at the point is definite to 30 digits."
        landscape = replace(landscape, complete=True, note=note)
    return _with_global(calculus, landscape)


def _nearby(calculus: Calculus) -> tuple[CriticalPoint, ...]:
    reach = _reach(calculus)
    return tuple(point for point in _searched(calculus, reach) if max(abs(float(x)) for x in point.point) <= reach)


def _reach(calculus: Calculus) -> float:
    return 50.0 if len(calculus.variables) == 1 else 20.0


def _positive_form(node: Node) -> Node:
    """``-(-u)`` as ``u``, so that the sign of a product can be read off."""
    match node:
        case Apply("-", (Apply("-", (inner,)),)):
            return inner
    return node


def _defined(calculus: Calculus, found: roots.Roots) -> bool:
    """Whether the loss exists at all of these places."""
    at = np.array([float(root.value) for root in found.roots])
    return bool(np.isfinite(calculus.loss_function(at)).all() and np.isfinite(calculus.gradient_function(at)[0]).all())


def _signed_polynomial(calculus: Calculus) -> Polynomial | None:
    """A polynomial such that f' is it times something positive."""
    slope = calculus.symbolic_gradient[0]
    if terms_bound(slope) > 40:
        return None
    symbol = symbols_of(calculus.variables)[calculus.variables[0]]
    left = sympy.Integer(1)
    for factor in sympy.Mul.make_args(sympy.factor(slope)):
        try:
            sure = convexity.positive(written(factor))
        except ValueError:
            sure = False
        if not sure and not (factor.is_Pow and factor.base.is_positive):
            left *= factor
    if not left.is_polynomial(symbol):
        return None
    polynomial = sympy.Poly(left, symbol)
    if not polynomial.domain.is_QQ and not polynomial.domain.is_ZZ:
        return None
    return None if polynomial.is_zero else _coefficients(polynomial)


# --- points --------------------------------------------------------------------------------------------------------


def _searched(calculus: Calculus, *radii: float) -> tuple[CriticalPoint, ...]:
    """The points Newton's method finds, exact where rational coordinates make the gradient exactly zero."""
    found: list[CriticalPoint] = []
    for point in (point for radius in radii for point in stationary_points(calculus, radius)):
        if not mpmath.isfinite(calculus.precise_loss(*point)):
            continue  # a zero of the formula for the gradient outside of the domain of the loss
        exact = _recognized(calculus, point)
        made = (
            _exact_point(calculus, exact)
            if exact is not None
            else _precise_point(calculus, point, tuple(map(Value.near, point)))
        )
        if not any(_together(made, other) for other in found):
            found.append(made)
    return tuple(sorted(found, key=lambda point: tuple(map(float, point.point))))


def _together(a: CriticalPoint, b: CriticalPoint) -> bool:
    return all(abs(float(x) - float(y)) <= 1e-12 * (1 + abs(float(x))) for x, y in zip(a.point, b.point, strict=True))


def _recognized(calculus: Calculus, point: Precise) -> tuple[Fraction, ...] | None:
    """The same point with rational coordinates, where it has such and they make the gradient exactly zero."""
    for denominator, tolerance in ((10**6, 1e-25), (60, 1e-5)):
        exact = rational_point(calculus, point, denominator, tolerance)
        if exact is not None:
            return exact
    return None


def _exact_point(calculus: Calculus, point: tuple[Fraction, ...]) -> CriticalPoint:
    """The critical point at rational coordinates; kind by exact inertia where the Hessian is rational."""
    symbols = symbols_of(calculus.variables).values()
    at = {s: sympy.Rational(x.numerator, x.denominator) for s, x in zip(symbols, point, strict=True)}
    entries = [[entry.xreplace(at) for entry in row] for row in calculus.symbolic_hessian]
    loss = calculus.symbolic_loss.xreplace(at)
    coordinates = tuple(map(Value.of, point))
    with mpmath.workdps(DIGITS):
        precise = tuple(mpmath.mpf(x.numerator) / x.denominator for x in point)
    if not loss.is_Rational or not all(entry.is_Rational for row in entries for entry in row):
        made = _precise_point(calculus, precise, coordinates)
        return replace(made, loss=Value.of(_fraction(loss))) if loss.is_Rational else made
    hessian = [[_fraction(entry) for entry in row] for row in entries]
    positive, negative, zero = inertia(hessian)
    kind = _kind_of(positive, negative, zero)
    spectrum = roots.real_roots(characteristic(hessian)).roots
    with mpmath.workdps(DIGITS):
        curvatures = sorted(map(float, mpmath.eigsy(_matrix(hessian), eigvals_only=True)))
    largest = spectrum[-1].value
    rate = None
    if kind == "minimum":
        rate = Value.of(2 / largest.exact) if largest.exact is not None else _inverse(largest)
    return CriticalPoint(coordinates, kind, Value.of(_fraction(loss)), zero > 0, tuple(curvatures), rate)


def _precise_point(
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
        kind = _kind_of(positive, negative, zero)
        rate = Value.near(2 / values[-1]) if kind == "minimum" else None
        return CriticalPoint(coordinates, kind, Value.near(loss), singular, tuple(map(float, values)), rate)


def _kind_of(positive: int, negative: int, zero: int) -> Kind:
    if zero:
        return "degenerate"
    if positive and negative:
        return "saddle"
    return "minimum" if positive else "maximum" if negative else "degenerate"


# --- facts about the whole loss ------------------------------------------------------------------------------------


def _convexity(calculus: Calculus) -> bool | None:
    of = convexity.shape(calculus.loss)
    if of in (Shape.CONVEX, Shape.AFFINE, Shape.CONSTANT):
        return True
    return False if of is Shape.CONCAVE else None


def _with_global(calculus: Calculus, landscape: Landscape) -> Landscape:
    """What the points say about the whole: a saddle or maximum refutes convexity; global minima where provable."""
    points = landscape.points
    convex = False if any(point.kind in ("saddle", "maximum") for point in points) else landscape.convex
    landscape = replace(landscape, convex=convex)
    if landscape.bounded_below is False:
        return replace(landscape, global_minima=())
    if convex and points:
        everywhere = tuple(range(len(points)))
        return replace(landscape, bounded_below=True, global_minima=everywhere)
    if convexity.nonnegative(calculus.loss):
        zeros = tuple(at for at, point in enumerate(points) if point.loss.exact == 0)
        return replace(landscape, global_minima=zeros or None)
    return landscape


def _largest_eigenvalue(matrix: list[list[Fraction]]) -> Value:
    return roots.real_roots(characteristic(matrix)).roots[-1].value


def _inverse(value: Value) -> Value:
    with mpmath.workdps(DIGITS):
        return Value.near(2 / mpmath.mpf(value.decimal))


def _matrix(rows: list[list[Fraction]]) -> Any:
    return mpmath.matrix([[mpmath.mpf(x.numerator) / x.denominator for x in row] for row in rows])


def _polynomial(calculus: Calculus) -> Any | None:
    """The loss as a polynomial with rational coefficients, or None if it is none or too large."""
    of = list(symbols_of(calculus.variables).values())
    loss = calculus.symbolic_loss
    if not loss.is_polynomial(*of) or terms_bound(loss) > MOST_TERMS:
        return None
    polynomial = sympy.Poly(loss, *of)
    return polynomial.set_domain("QQ") if polynomial.domain.is_QQ or polynomial.domain.is_ZZ else None


def _coefficients(polynomial: Any) -> Polynomial:
    return tuple(_fraction(coefficient) for coefficient in polynomial.all_coeffs())


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))
