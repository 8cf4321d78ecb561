"""Critical points of losses of several variables whose kinks lie on planes (lines, for two variables).

The planes cut the space into cells, on each of which the loss is smooth, and into their common edges.  Along an edge
the loss is a smooth loss of fewer variables, so ``critical_points`` finds where it is stationary there.  Across an edge
only one-sided slopes count.  Let the planes through a point be independent: in each cell next to it the slope of the
loss is linear, so that its signs along the rays that lead straight off one plane decide.

- All rise, and the loss has a minimum along the edge: a minimum.  All fall, and a maximum along it: a maximum.
- The loss falls straight through one of the planes: not critical.
- All clear, but some rise and others fall, or the edge says otherwise: neither; told as a saddle.
- A slope of 0, or planes that are not independent: not decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import mpmath
import sympy

from gdquiz.descent.calculus import KINKED, derive, symbolic, symbols_of
from gdquiz.formulas.expressions import Apply, Name, Node, Number, substitute
from gdquiz.formulas.pointwise import exact_value
from gdquiz.landscape.facts import CriticalPoint, Kind, Landscape
from gdquiz.landscape.intervals import FINE, enclose, sign_of, span
from gdquiz.landscape.points import rounded
from gdquiz.landscape.search import DIGITS
from gdquiz.numbers.matrices import solve
from gdquiz.numbers.roots import Value, fraction

MOST_PLANES = 3
_KNOWN = Fraction(1, 10**25)
"""A coordinate that is not exact is known this well, relative to its size (at least 1)."""

Solver = Callable[[Node, tuple[str, ...]], Landscape]
Plane = tuple[Fraction, ...]
"""Coefficients a, b of a x + b y + ... + c = 0 in the order of the variables, then c; the first that is not 0 is 1."""


class Curved(Exception):
    """The kinks do not lie on a few planes."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place in exact numbers, or else to 60 digits, and what the loss is along the edge there."""

    point: tuple[Value, ...]
    kind: Kind | None
    loss: Value


def kinked(loss: Node, variables: tuple[str, ...], critical_points: Solver) -> Landscape:
    """The landscape of the loss.  Raises ``Curved``."""
    planes = _planes(loss, variables)
    if not 0 < len(planes) <= MOST_PLANES:
        raise Curved
    found: list[CriticalPoint] = []
    complete = True
    for count in range(min(len(variables), len(planes)) + 1):
        for active in combinations(planes, count):
            others = [plane for plane in planes if plane not in active]
            for signs in product((-1, 1), repeat=len(others)):
                side = dict(zip(others, signs, strict=True))
                here, whole = _on_edge(loss, variables, active, side, critical_points)
                complete = complete and whole
                found += [point for point in here if not any(_same(point, other) for other in found)]
    points = tuple(sorted(found, key=lambda point: tuple(map(float, point.point))))
    complete = complete and all(point.kind != "not decided" for point in points)
    note = "The loss is smooth on both sides of its kinks: points of each side and of each kink were put together."
    if not complete:
        note += " Not certified: on some of them the points are not all known."
    return Landscape(variables, points, complete, note)


def _planes(loss: Node, variables: tuple[str, ...]) -> list[Plane]:
    found: list[Plane] = []
    for inner in _arguments(loss):
        plane, _ = _plane(inner, variables)
        if plane is not None and plane not in found:
            found.append(plane)
    return found


def _arguments(node: Node) -> list[Node]:
    """What the formula compares with 0.  Raises ``Curved`` for kinks within kinks and for jumps."""
    if not isinstance(node, Apply):
        return []
    inside = [part for argument in node.arguments for part in _arguments(argument)]
    match node:
        case Apply("abs" | "relu", arguments):
            here = list(arguments)
        case Apply("min" | "max", arguments):
            here = [Apply("+", (one, Apply("-", (other,)))) for one, other in combinations(arguments, 2)]
        case Apply("sign" | "step", _):
            raise Curved
        case _:
            return inside
    if inside:
        raise Curved
    return here


def _plane(node: Node, variables: tuple[str, ...]) -> tuple[Plane | None, int]:
    """The plane on which an affine formula is 0, and its sign on the positive side; None for a number.

    Raises ``Curved``.
    """
    of = list(symbols_of(variables).values())
    expression = sympy.expand(symbolic(node, variables))
    if not expression.is_polynomial(*of):
        raise Curved
    polynomial = sympy.Poly(expression, *of)
    if polynomial.total_degree() > 1 or not (polynomial.domain.is_QQ or polynomial.domain.is_ZZ):
        raise Curved
    slopes = [fraction(polynomial.coeff_monomial(symbol)) for symbol in of]
    constant = fraction(polynomial.coeff_monomial(1))
    lead = next((slope for slope in slopes if slope), None)
    if lead is None:
        return None, (constant > 0) - (constant < 0)
    return tuple(part / lead for part in (*slopes, constant)), 1 if lead > 0 else -1


def _smooth(node: Node, variables: tuple[str, ...], side: Mapping[Plane, int]) -> Node:
    """The formula of the loss on one side of every plane."""
    if not isinstance(node, Apply):
        return node

    def positive(inner: Node) -> bool:
        plane, sign = _plane(inner, variables)
        return (sign if plane is None else sign * side[plane]) > 0

    if node.function not in KINKED:
        return Apply(node.function, tuple(_smooth(argument, variables, side) for argument in node.arguments))
    first, *rest = node.arguments
    if node.function == "abs":
        return first if positive(first) else Apply("-", (first,))
    if node.function == "relu":
        return first if positive(first) else Number(Fraction(0))
    best = first
    for other in rest:
        larger = positive(Apply("+", (other, Apply("-", (best,)))))
        best = other if larger == (node.function == "max") else best
    return best


def _on_edge(
    loss: Node, variables: tuple[str, ...], active: tuple[Plane, ...], side: Mapping[Plane, int], solver: Solver
) -> tuple[list[CriticalPoint], bool]:
    """The critical points on the common edge of the active planes, on the given sides of the others; are these all?"""
    ahead = dict.fromkeys(active, 1)
    branch = _smooth(loss, variables, {**side, **ahead})
    if not active:
        whole = solver(branch, variables)
        known = whole.complete and not whole.flats and whole.curve is None
        places = [_beside(point.point, side) for point in whole.points]
        clear = all(
            place is not None or all(x.exact is not None for x in point.point)
            for point, place in zip(whole.points, places, strict=True)
        )  # a point that may lie on a kink is missing where it is not exactly there
        return [point for point, place in zip(whole.points, places, strict=True) if place], known and clear
    corner, along = _met(active, [-plane[-1] for plane in active])
    if corner is None or len(along) != len(variables) - len(active):
        return [], True  # parallel planes, or planes that are not independent
    spots, known = _spots(branch, variables, (tuple(corner), along), solver)
    found = []
    for spot in spots:
        beside = _beside(spot.point, side)
        if beside is None:
            found.append(CriticalPoint(spot.point, "not decided", spot.loss, False, (), None, kink=True))
        elif beside:
            kind = _across(loss, variables, active, side, spot)
            if kind is not None:
                found.append(CriticalPoint(spot.point, kind, spot.loss, False, (), None, kink=True))
    return found, known


def _met(
    planes: Sequence[Plane], heights: Sequence[Fraction]
) -> tuple[list[Fraction] | None, tuple[tuple[Fraction, ...], ...]]:
    """A point with these products with the normals of planes, and the directions in which these do not change."""
    size = len(planes[0]) - 1
    rows = [list(plane[:-1]) for plane in planes]
    missing = size - len(rows)
    return solve([*rows, *([[Fraction(0)] * size] * missing)], [*heights, *([Fraction(0)] * missing)])


def _spots(
    branch: Node,
    variables: tuple[str, ...],
    edge: tuple[tuple[Fraction, ...], Sequence[Sequence[Fraction]]],
    solver: Solver,
) -> tuple[list[_Spot], bool]:
    """The places at which the loss is stationary along an edge; are these all?"""
    corner, along = edge
    if not along:
        at = dict(zip(variables, corner, strict=True))
        return [_Spot(tuple(map(Value.of, corner)), None, _loss_at(branch, variables, at))], True
    names = tuple(f"t{place}" for place in range(len(along)))
    moved = {}
    for place, name in enumerate(variables):
        terms: list[Node] = [_number(corner[place])]
        terms += [Apply("*", (_number(way[place]), Name(t))) for t, way in zip(names, along, strict=True) if way[place]]
        moved[name] = terms[0] if len(terms) == 1 else Apply("+", tuple(terms))
    below = solver(substitute(branch, moved), names)
    spots = []
    for point in below.points:
        where = tuple(_moved(point.point, corner[n], [way[n] for way in along]) for n in range(len(variables)))
        spots.append(_Spot(where, point.kind, point.loss))
    return spots, below.complete and not below.flats and below.curve is None


def _number(value: Fraction) -> Node:
    return Apply("-", (Number(-value),)) if value < 0 else Number(value)


def _loss_at(branch: Node, variables: tuple[str, ...], at: Mapping[str, Fraction]) -> Value:
    try:
        return Value.of(exact_value(branch, at))
    except ArithmeticError:
        with mpmath.workdps(DIGITS):
            return rounded(derive(branch, variables, ()).precise_loss(*at.values()))


def _moved(point: Sequence[Value], start: Fraction, ways: Sequence[Fraction]) -> Value:
    used = [(value, way) for value, way in zip(point, ways, strict=True) if way]
    exact = [value.exact * way for value, way in used if value.exact is not None]
    if len(exact) == len(used):
        return Value.of(start + sum(exact, Fraction(0)))
    with mpmath.workdps(DIGITS):
        return rounded(_precise(start) + sum(mpmath.mpf(value.decimal) * _precise(way) for value, way in used))


def _precise(x: Fraction) -> Any:
    return mpmath.mpf(x.numerator) / x.denominator


def _beside(point: Sequence[Value], side: Mapping[Plane, int]) -> bool | None:
    """Whether a point lies on these sides of these planes; None if it lies on one of them, or perhaps does."""
    answer: bool | None = True
    box = [_box(value) for value in point]
    for plane, sign in side.items():
        low = high = plane[-1]
        for part, (least, most) in zip(plane[:-1], box, strict=True):
            ends = (part * least, part * most)
            low, high = low + min(ends), high + max(ends)
        if low > 0 or high < 0:
            if (low > 0) != (sign > 0):
                return False
        else:
            answer = None
    return answer


def _box(value: Value) -> tuple[Fraction, Fraction]:
    """Between which fractions a coordinate lies: it is exact, or known to more than 25 digits."""
    if value.exact is not None:
        return value.exact, value.exact
    near = Fraction(value.decimal)
    width = _KNOWN * max(Fraction(1), abs(near))
    return near - width, near + width


def _across(
    loss: Node, variables: tuple[str, ...], active: tuple[Plane, ...], side: Mapping[Plane, int], spot: _Spot
) -> Kind | None:
    """What the one-sided slopes across the edge make of a place on it; None if it is not critical."""
    signs: list[int] = []
    for place, plane in enumerate(active):
        wanted = [Fraction(other == place) for other in range(len(active))]
        off, _ = _met(active, wanted)
        assert off is not None  # the planes are independent
        pair = []
        for way in (1, -1):
            branch = _smooth(loss, variables, {**side, **dict.fromkeys(active, 1), plane: way})
            pair.append(_slope(branch, variables, spot.point, [way * part for part in off]))
        if pair[0] * pair[1] < 0:
            return None
        signs += pair
    if 0 in signs or spot.kind in ("degenerate", "neither", "not decided"):
        return "not decided"
    if set(signs) == {1} and spot.kind in (None, "minimum"):
        return "minimum"
    if set(signs) == {-1} and spot.kind in (None, "maximum"):
        return "maximum"
    return "saddle"


def _slope(branch: Node, variables: tuple[str, ...], point: Sequence[Value], way: Sequence[Fraction]) -> int:
    """The sign of the slope of a smooth loss at a point in a direction; 0 also where it cannot be told from 0."""
    calculus = derive(branch, variables, ())
    exact = [value.exact for value in point if value.exact is not None]
    if len(exact) == len(point):
        try:
            at = dict(zip(variables, exact, strict=True))
            parts = [exact_value(part, at) for part in calculus.gradient]
            total = sum((a * b for a, b in zip(parts, way, strict=True)), Fraction(0))
            return (total > 0) - (total < 0)
        except ArithmeticError:
            pass
    box = {name: span(*_box(value), FINE) for name, value in zip(variables, point, strict=True)}
    parts_enclosed = [enclose(part, box) for part in calculus.gradient]
    if any(part is None for part in parts_enclosed):
        return 0
    context = next(iter(box.values())).ctx
    height = sum(
        (part * context.mpf(b.numerator) / b.denominator for part, b in zip(parts_enclosed, way, strict=True) if b),
        context.mpf(0),
    )
    return sign_of(height) or 0


def _same(one: CriticalPoint, other: CriticalPoint) -> bool:
    return all(abs(float(a) - float(b)) < 1e-12 for a, b in zip(one.point, other.point, strict=True))
