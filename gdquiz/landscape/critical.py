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

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any

import mpmath
import sympy

from gdquiz.descent.calculus import KINKED, MOST_TERMS, Calculus, derive, functions_of, symbols_of, terms_bound, written
from gdquiz.formulas.expressions import Apply, Node, names_of
from gdquiz.formulas.pointwise import float_value, kink
from gdquiz.landscape import convexity
from gdquiz.landscape.bounds import coercive, falls, zero_set
from gdquiz.landscape.convexity import Shape
from gdquiz.landscape.elimination import Dimension, count_points
from gdquiz.landscape.facts import CriticalPoint, Kind, Landscape, Valley
from gdquiz.landscape.kinks import Curved, kinked
from gdquiz.landscape.line import kinks_on_line, on_line
from gdquiz.landscape.points import exact_point, inverse, kind_of, precise_point, searched
from gdquiz.landscape.search import DIGITS
from gdquiz.landscape.segments import negated
from gdquiz.numbers import roots
from gdquiz.numbers.matrices import characteristic, inertia, solve
from gdquiz.numbers.roots import Polynomial, Value, fraction

MOST_DEGREE = 40
"""Polynomials of one variable whose square-free derivative has a higher degree are not certified."""
MOST_LISTED = 64
"""More critical points than this are not listed."""
_MOST_SINGULAR = 3
"""More points with a singular Hessian than this, found by search, are taken for points of a curve."""


@lru_cache(maxsize=1024)
def critical_points(loss: Node, variables: tuple[str, ...]) -> Landscape:
    """The critical points of a loss in which no parameters are left.  Raises ``InputError`` as ``derive`` does."""
    calculus = derive(loss, variables, ())
    polynomial = _polynomial(calculus)
    if polynomial is None:
        sides = _sides(loss, variables)
        return _transcendental(calculus) if sides is None else _separable(calculus, sides)
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
    hessian = [[fraction(entry) for entry in row] for row in calculus.symbolic_hessian]
    origin = dict.fromkeys(polynomial.gens, sympy.Integer(0))
    slope = [fraction(component.xreplace(origin)) for component in calculus.symbolic_gradient]
    positive, negative, zero = inertia(hessian)
    solution, directions = solve(hessian, [-component for component in slope])
    convex = negative == 0
    kind = kind_of(positive, negative, 0)
    largest = _largest_eigenvalue(hessian)
    rate = Value.of(2 / largest.exact) if largest.exact else inverse(largest) if float(largest) > 0 else None
    landscape = Landscape(
        calculus.variables, (), True, "", None, convex, convex and solution is not None, None, rate if convex else None
    )
    if not landscape.bounded_below:
        landscape = replace(landscape, falls=_steepest(slope) if not positive + negative else falls(polynomial))
    if solution is None:
        note = "The gradient is an affine function that is zero nowhere (linear algebra in fractions)."
        return replace(landscape, note=note, global_minima=())
    if directions:
        valley = Valley(tuple(solution), directions, kind if size > zero else "degenerate")
        note = f"The Hessian is singular: the critical points form a flat set of dimension {zero}, none is isolated."
        return replace(landscape, complete=False, note=note, valley=valley)
    point = exact_point(calculus, tuple(solution))
    note = "One point, from linear algebra in fractions; the determinant of the constant Hessian is not zero."
    return replace(landscape, points=(point,), note=note, global_minima=(0,) if convex else ())


def _steepest(slope: list[Fraction]) -> tuple[Fraction, ...]:
    """Minus a constant gradient."""
    return tuple(-component for component in slope)


# --- one variable --------------------------------------------------------------------------------------------------


def _univariate(calculus: Calculus, coefficients: Polynomial) -> Landscape:
    slope = roots.derivative(coefficients)
    even_up = len(coefficients) % 2 == 1 and coefficients[0] > 0
    landscape = Landscape(calculus.variables, (), False, "", None, None, even_up)
    if not even_up:
        way = Fraction(1 if coefficients[0] < 0 else -1)
        landscape = replace(landscape, global_minima=(), falls=(way,))
    found = _roots_of(slope)
    if found is None:
        note = (
            f"Found by Newton's method only: the derivative has too high a degree (over {MOST_DEGREE}) to be certified."
        )
        return replace(landscape, points=searched(calculus, 50.0), note=note, convex=_convexity(calculus))
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
            point = exact_point(calculus, (root.exact,))
        else:
            low, high = roots.enclosure(double, root) if double else (Fraction(0), Fraction(0))
            with mpmath.workdps(DIGITS):
                at = (mpmath.mpf(root.middle.numerator) / root.middle.denominator,)
                point = precise_point(calculus, at, (root.value,), singular=low <= 0 <= high)
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


def _sides(loss: Node, variables: tuple[str, ...]) -> tuple[Node, ...] | None:
    """The parts of a loss that is a sum of functions of one variable each; numbers go to the first."""
    if len(variables) == 1:
        return None
    parts: dict[str, list[Node]] = {name: [] for name in variables}
    for term in _terms(loss):
        names = names_of(term) or {variables[0]}
        if len(names) > 1:
            return None
        parts[next(iter(names))].append(term)
    return tuple(terms[0] if len(terms) == 1 else Apply("+", tuple(terms)) for terms in parts.values())


def _terms(node: Node) -> Iterator[Node]:
    match node:
        case Apply("+", terms):
            for term in terms:
                yield from _terms(term)
        case Apply("-", (inner,)):
            for term in _terms(inner):
                yield negated(term)
        case _:
            yield node


def _separated(polynomial: Any) -> tuple[Node, ...] | None:
    """The parts of a polynomial that is a sum of polynomials of one variable each; the constant goes to the first."""
    size = len(polynomial.gens)
    parts: list[dict[int, Fraction]] = [{} for _ in range(size)]
    for powers, coefficient in polynomial.terms():
        used = [place for place, power in enumerate(powers) if power]
        if len(used) > 1:
            return None
        place = used[0] if used else 0
        parts[place][powers[place]] = fraction(coefficient)
    return tuple(
        written(sympy.Add(*(sympy.Rational(*c.as_integer_ratio()) * symbol**power for power, c in part.items())))
        for symbol, part in zip(polynomial.gens, parts, strict=True)
    )


def _separable(calculus: Calculus, parts: tuple[Node, ...]) -> Landscape:
    sides = [critical_points(part, (name,)) for name, part in zip(calculus.variables, parts, strict=True)]
    convex = all(side.convex for side in sides) if None not in [side.convex for side in sides] else None
    landscape = Landscape(calculus.variables, (), False, "", None, convex, _all([side.bounded_below for side in sides]))
    if landscape.bounded_below is False:
        down = next((at for at, side in enumerate(sides) if side.falls is not None), None)
        ways = None if down is None else tuple((side.falls or (Fraction(0),))[0] for side in sides[down : down + 1])
        falls = None if ways is None else tuple(ways[0] if at == down else Fraction(0) for at in range(len(sides)))
        landscape = replace(landscape, global_minima=(), falls=falls)
    flat = [side.variables[0] for side in sides if side.valley is not None]
    level = [side.variables[0] for side in sides if side.flats]
    count = prod(len(side.points) for side in sides)
    if flat:
        return replace(landscape, note=f"The loss does not depend on {flat[0]}: no critical point is isolated.")
    if level:
        note = f"On an interval the loss does not depend on {level[0]}: the critical points there are not isolated."
        landscape = replace(landscape, note=note)
    if count > MOST_LISTED:
        return replace(landscape, note=f"There are {count} critical points, more than are listed here.")
    points = tuple(_joined(choice) for choice in product(*(side.points for side in sides)))
    landscape = replace(
        landscape,
        points=points,
        complete=all(side.complete for side in sides) and not level,
        note=landscape.note
        or "The loss is a sum of functions of one variable each: the points combine theirs. "
        + next((side.note for side in sides if not side.complete), sides[0].note),
    )
    choices = [None if side.global_flats else side.global_minima for side in sides]
    if landscape.bounded_below and None not in choices:
        best = set(product(*(choice or () for choice in choices)))
        order = list(product(*(range(len(side.points)) for side in sides)))
        landscape = replace(landscape, global_minima=tuple(at for at, choice in enumerate(order) if choice in best))
    return landscape


def _joined(sides: tuple[CriticalPoint, ...]) -> CriticalPoint:
    kinds = {side.kind for side in sides}
    open_: tuple[Kind, ...] = ("not decided", "neither", "degenerate")
    kind: Kind = next(iter(kinds)) if len(kinds) == 1 else next((word for word in open_ if word in kinds), "saddle")
    kinked = any(side.kink for side in sides)
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
        tuple(sorted(side.curvatures[0] for side in sides)) if all(side.curvatures for side in sides) else (),
        min(rates, key=float) if kind == "minimum" and rates and not kinked else None,
        kink=kinked,
    )


def _all(answers: Sequence[bool | None]) -> bool | None:
    """Yes if all are, no if one is not, else not known."""
    return False if False in answers else None if None in answers else True


def _algebraic(calculus: Calculus, polynomial: Any) -> Landscape:
    odd = polynomial.total_degree() % 2 == 1  # and at least 3: neither convex nor bounded along almost every line
    convex = False if odd else _convexity(calculus)
    bounded = True if convexity.nonnegative(calculus.loss) else False if odd else None
    way = None if bounded else falls(polynomial)
    rises = bounded is None and way is None and coercive(polynomial)
    bounded = True if rises else False if way is not None else bounded
    curve = zero_set(calculus.loss, calculus.variables)
    if curve is not None:
        bounded = True
    landscape = Landscape(calculus.variables, (), False, "", None, convex, bounded, falls=way, curve=curve)
    count = count_points(calculus.symbolic_gradient, polynomial.gens)
    found = searched(calculus, _radius(polynomial))
    if count.dimension is Dimension.INFINITE:
        isolated = tuple(point for point in found if not point.singular)
        note = "Not certified: the critical points may form curves or surfaces; only isolated ones are listed."
        if curve is not None:
            note = "The loss is least exactly on that set, which is not isolated. " + note
        return _with_global(calculus, replace(landscape, points=isolated, note=note))
    if count.dimension is Dimension.UNKNOWN:
        note = "Found by Newton's method from 1,089 starts; the system is too large to be counted exactly."
        return _with_global(calculus, replace(landscape, points=found, note=note))
    if len(found) < count.real:  # some may lie close together near 0, or far out
        found = searched(calculus, _radius(polynomial), 1.0, 100 * _radius(polynomial))
    complete = len(found) == count.real
    note = (
        "The exact number of real critical points (signature of the trace form) agrees with Newton's method from "
        "1,089 starts."
        if complete
        else f"There are exactly {count.real} critical points, but Newton's method found {len(found)}."
    )
    landscape = replace(landscape, points=found, complete=complete, note=note)
    return _with_global(calculus, landscape, rises=rises or coercive(polynomial))


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
    if len(calculus.variables) == 1:
        found = on_line(calculus)
        if found is not None:
            return _with_form(calculus, found)
        if functions_of(calculus.loss) & KINKED:
            return _with_global(calculus, _kinked_line(calculus, landscape))
    elif functions_of(calculus.loss) & KINKED:
        return _with_global(calculus, _kinked_space(calculus, landscape))
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


def _with_form(calculus: Calculus, found: Landscape) -> Landscape:
    """What the form of the loss says beyond its enclosures: it is convex, or nowhere negative and 0 somewhere."""
    shape = convexity.shape(calculus.loss)
    if found.convex is None and found.bounded_below is not False:
        found = replace(found, convex=_convexity(calculus))
    if not found.complete and found.within and len(found.points) == 1 and not found.flats:
        wanted, word = ("minimum", "convex") if shape is Shape.CONVEX else ("maximum", "concave")
        if shape in (Shape.CONVEX, Shape.CONCAVE) and found.points[0].kind == wanted:
            note = f"The only one: the loss is {word} by its form, and its slope changes its sign there."
            found = replace(found, complete=True, within=None, note=note)
    if found.global_minima is None:
        return _with_global(calculus, found)
    return found


def _kinked_space(calculus: Calculus, landscape: Landscape) -> Landscape:
    try:
        found = kinked(calculus.loss, calculus.variables, critical_points)
        return replace(found, convex=landscape.convex, bounded_below=landscape.bounded_below)
    except Curved:
        smooth = tuple(point for point in _nearby(calculus) if not point.singular and not _on_kink(calculus, point))
        note = "Points on kinks are not decided; points where the loss is smooth were searched, not certified."
        return replace(landscape, points=smooth, note=note)


def _kinked_line(calculus: Calculus, landscape: Landscape) -> Landscape:
    """A loss of one variable whose smooth points were only searched, with what its kinks are."""
    known = kinks_on_line(calculus)
    if known is None:
        smooth = tuple(point for point in _nearby(calculus) if not point.singular and not _on_kink(calculus, point))
        note = "Points on kinks are not decided; points where the loss is smooth were searched, not certified."
        return replace(landscape, points=smooth, note=note)
    kinks, flats, changes = known
    places = [float(place) for place in changes]
    smooth = tuple(
        point
        for point in _nearby(calculus)
        if all(abs(float(point.point[0]) - place) > 1e-9 * max(1, abs(place)) for place in places)
    )
    points = tuple(sorted((*kinks, *smooth), key=lambda point: float(point.point[0])))
    note = "Kinks by their one-sided slopes; points where the loss is smooth were searched, not certified."
    return replace(landscape, points=points, flats=flats, note=note)


def _on_kink(calculus: Calculus, point: CriticalPoint) -> bool:
    """Whether the loss has a kink at a point or within rounding of it."""
    at = {name: float(x) for name, x in zip(calculus.variables, point.point, strict=True)}

    def value(node: Node) -> float:
        number = float_value(node, at)
        return 0.0 if abs(number) < 1e-9 else number

    return kink(calculus.loss, value) is not None


def _nearby(calculus: Calculus) -> tuple[CriticalPoint, ...]:
    reach = _reach(calculus)
    return tuple(point for point in searched(calculus, reach) if max(abs(float(x)) for x in point.point) <= reach)


def _reach(calculus: Calculus) -> float:
    return 50.0 if len(calculus.variables) == 1 else 20.0


def _positive_form(node: Node) -> Node:
    """``-(-u)`` as ``u``, so that the sign of a product can be read off."""
    match node:
        case Apply("-", (Apply("-", (inner,)),)):
            return inner
    return node


# --- facts about the whole loss ------------------------------------------------------------------------------------


def _convexity(calculus: Calculus) -> bool | None:
    of = convexity.shape(calculus.loss)
    if of in (Shape.CONVEX, Shape.AFFINE, Shape.CONSTANT):
        return True
    return False if of is Shape.CONCAVE else None


def _with_global(calculus: Calculus, landscape: Landscape, *, rises: bool = False) -> Landscape:
    """What the points say about the whole: a saddle or maximum refutes convexity; global minima where provable."""
    points = landscape.points
    convex = False if any(point.kind in ("saddle", "maximum") for point in points) else landscape.convex
    landscape = replace(landscape, convex=convex)
    if landscape.bounded_below is False:
        return replace(landscape, global_minima=())
    if landscape.curve is not None:
        least = landscape.curve.loss
        return replace(
            landscape, global_minima=tuple(at for at, point in enumerate(points) if point.loss.exact == least)
        )
    if convex and points:
        everywhere = tuple(at for at, point in enumerate(points) if point.kind == "minimum" or not point.kink)
        return replace(landscape, bounded_below=True, global_minima=everywhere or None)
    if convexity.nonnegative(calculus.loss):
        zeros = tuple(at for at, point in enumerate(points) if point.loss.exact == 0)
        if zeros:
            return replace(landscape, bounded_below=True, global_minima=zeros)
    if rises and landscape.complete:
        return replace(landscape, global_minima=_lowest(points))
    return landscape


def _lowest(points: Sequence[CriticalPoint]) -> tuple[int, ...] | None:
    """The points with the smallest loss; None where decimals leave that open."""
    bounds = [_between(point.loss) for point in points]
    least = min(high for _, high in bounds)
    near = [at for at, (low, _) in enumerate(bounds) if low <= least]
    exact = all(points[at].loss.exact is not None for at in near)
    return tuple(near) if len(near) == 1 or exact else None


def _between(value: Value) -> tuple[Fraction, Fraction]:
    """Between which fractions a loss lies that is exact, or known to more than 25 digits."""
    if value.exact is not None:
        return value.exact, value.exact
    near = Fraction(value.decimal)
    width = Fraction(1, 10**25) * max(Fraction(1), abs(near))
    return near - width, near + width


def _largest_eigenvalue(matrix: list[list[Fraction]]) -> Value:
    return roots.real_roots(characteristic(matrix)).roots[-1].value


def _polynomial(calculus: Calculus) -> Any | None:
    """The loss as a polynomial with rational coefficients, or None if it is none or too large."""
    of = list(symbols_of(calculus.variables).values())
    loss = calculus.symbolic_loss
    if not loss.is_polynomial(*of) or terms_bound(loss) > MOST_TERMS:
        return None
    polynomial = sympy.Poly(loss, *of)
    return polynomial.set_domain("QQ") if polynomial.domain.is_QQ or polynomial.domain.is_ZZ else None


def _coefficients(polynomial: Any) -> Polynomial:
    return tuple(fraction(coefficient) for coefficient in polynomial.all_coeffs())
