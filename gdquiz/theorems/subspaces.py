r"""Runs that never leave a line or plane: judged there, as runs of fewer variables.

An affine subspace V through the start with directions D is invariant under the method if the gradient at each of its
points lies in the span of D.  Descent, heavy ball and Nesterov's method then move within V for ever, and so do the
methods that scale each component by itself if D consists of axes.  Floats suggest V (the span of the first gradients);
that it is invariant is an identity, shown by SymPy with the point of V as an unknown.

With orthogonal directions :math:`d_j` of length :math:`\sqrt{n_j}` and x = b + sum of :math:`t_j d_j/\sqrt{n_j}`, the
run is the same method at the same rate on the loss as a function of t.  Where the roots would be in the way of exact
arithmetic, a loss that is quadratic on V is continued quadratically to the full space instead: the run is the same.
What becomes of it is said by the theorems on single runs; what kind of point the limit is, is asked in the full space.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
import sympy

from gdquiz.descent.calculus import KINKED, derive, functions_of, multiplied_out, symbols_of, terms_bound, written
from gdquiz.descent.exact_run import ExactRun, StatedRun
from gdquiz.errors import InputError
from gdquiz.formulas.expressions import Node, Number, substitute
from gdquiz.formulas.pointwise import as_float, exact_value
from gdquiz.landscape.bounds import zero_set
from gdquiz.landscape.convexity import mirrored
from gdquiz.landscape.critical import critical_points
from gdquiz.numbers.certainty import NO, UNSURE
from gdquiz.numbers.matrices import characteristic, inertia
from gdquiz.theorems.certificates import Exact
from gdquiz.theorems.linear_maps import (
    Count,
    largest_stable_curvature,
    momentum_of,
    off_by_rounding,
    pushes_away,
    resting_point,
)

Vector = tuple[Fraction, ...]
Judge = Callable[[StatedRun], Exact | None]

LONGEST = 1000
"""Directions are looked for among vectors whose entries have denominators up to this."""
ROUNDED = 1e-13
"""Places told in floats are off by less than this, relative to their largest coordinate."""
NEAR = 1e-6
"""A limit this near to one critical point, and to no other, is that point."""
_DECIMALS = 1e-25
"""What is known to 30 digits is known this well, relative to its size."""
FREE = ("descent", "heavy-ball", "nesterov")
"""The methods that move along combinations of gradients."""


def on_subspace(run: ExactRun, judge: Judge) -> Exact | None:
    """What ``judge`` proves of a run within the smallest invariant subspace that is found; None if it is the whole.

    A start at which the gradient is zero is a subspace of its own.
    """
    directions = _suggested(run)
    if directions is None or not _invariant(run, directions):
        return None
    if not directions:
        return _at_rest(run)
    plane = _Plane.through(run.start, directions)
    inner = _within(run, plane)
    told = None if inner is None else judge(inner)
    return None if inner is None or told is None else _in_full(run, plane, inner, told)


# --- finding the subspace ------------------------------------------------------------------------------------------


def _suggested(run: ExactRun) -> tuple[Vector, ...] | None:
    """The span of some gradients near the start, as the rows of its reduced echelon form; None if it is everything."""
    size = len(run.start)
    values = [as_float(value) for value in run.values]
    place = np.array([as_float(x) for x in run.start])
    rows = []
    for _ in range(size + 1):
        slope = np.array([float(part[()]) for part in run.calculus.gradient_function(*place, *values)])
        if not np.isfinite(slope).all():
            return None
        length = float(np.abs(slope).max())
        if length < 1e-12:
            break
        rows.append(slope / length)
        place = place - 0.37 * max(1.0, float(np.abs(place).max())) * slope / length
    reduced = _echelon(np.array(rows).reshape(len(rows), size))
    if len(reduced) == size:
        return None
    found = []
    for row in reduced:
        exact = tuple(Fraction(float(x)).limit_denominator(LONGEST) for x in row)
        if max(abs(float(e) - x) for e, x in zip(exact, row, strict=True)) > 1e-7:
            return None
        found.append(exact)
    axes = all(sum(x != 0 for x in row) == 1 for row in found) and run.settings.get("epsilon", 0) > 0  # not 0/0
    return tuple(found) if run.method in FREE or axes else None


def _echelon(rows: Any) -> list[Any]:
    """The reduced echelon form of float rows, without its zero rows."""
    rows = list(rows)
    found: list[Any] = []
    for column in range(rows[0].size if rows else 0):
        if not rows:
            break
        sizes = [abs(row[column]) for row in rows]
        best = rows[int(np.argmax(sizes))]
        if max(sizes) < 1e-8:
            continue
        rows = [row for row in rows if row is not best]
        best = best / best[column]
        rows = [row - row[column] * best for row in rows]
        found = [row - row[column] * best for row in found] + [best]
    return found


def _invariant(run: ExactRun, directions: tuple[Vector, ...]) -> bool:
    """Whether the gradient at start + sum of t_j d_j is a combination of the directions, identically in t."""
    symbols = [sympy.Symbol(f"t{place}", real=True) for place in range(len(directions))]
    point = [
        _rational(x) + sum((_rational(d[i]) * t for d, t in zip(directions, symbols, strict=True)), sympy.Integer(0))
        for i, x in enumerate(run.start)
    ]
    slope = [part.xreplace(_bound(run, point)) for part in run.calculus.symbolic_gradient]
    pivots = [next(place for place, x in enumerate(row) if x) for row in directions]
    for place, part in enumerate(slope):
        if place not in pivots:  # in echelon form the entries at the pivots are the coefficients
            made = sum((_rational(d[place]) * slope[at] for d, at in zip(directions, pivots, strict=True)), part * 0)
            if not _vanishes(part - made):
                return False
    return True


def _vanishes(expression: Any) -> bool:
    if expression == 0:
        return True
    if multiplied_out(expression) == 0:
        return True
    if not expression.is_rational_function() or terms_bound(expression) > 200:
        return False
    return bool(sympy.cancel(sympy.together(expression)) == 0)


def _bound(run: ExactRun, point: Sequence[Any]) -> dict[Any, Any]:
    symbols = symbols_of((*run.calculus.variables, *run.calculus.parameters)).values()
    return dict(zip(symbols, (*point, *map(_rational, run.values)), strict=True))


def _rational(number: Fraction) -> Any:
    return sympy.Rational(number.numerator, number.denominator)


# --- the run within it ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plane:
    """The points base + sum of t_j d_j with orthogonal directions of whole numbers; the start is at ``start``."""

    base: Vector
    directions: tuple[Vector, ...]
    start: Vector

    @classmethod
    def through(cls, start: Vector, directions: Sequence[Vector]) -> _Plane:
        """Gram and Schmidt; the base is the point of the plane that is nearest to the origin."""
        found: list[Vector] = []
        for direction in directions:
            upright = list(direction)
            for other in found:
                share = _dot(direction, other) / _dot(other, other)
                upright = [x - share * y for x, y in zip(upright, other, strict=True)]
            whole = lcm(*(x.denominator for x in upright))
            found.append(tuple(x * whole for x in upright))
        shares = tuple(_dot(start, direction) / _dot(direction, direction) for direction in found)
        base = list(start)
        for share, direction in zip(shares, found, strict=True):
            base = [x - share * y for x, y in zip(base, direction, strict=True)]
        return cls(tuple(base), tuple(found), shares)

    @property
    def squares(self) -> Vector:
        """n_j, the squared lengths of the directions."""
        return tuple(_dot(direction, direction) for direction in self.directions)

    def point(self, shares: Sequence[Fraction]) -> list[Fraction]:
        total = list(self.base)
        for share, direction in zip(shares, self.directions, strict=True):
            total = [x + share * y for x, y in zip(total, direction, strict=True)]
        return total

    def symbolic(self, shares: Sequence[Any]) -> list[Any]:
        """The point for shares that are SymPy expressions."""
        total = list(map(_rational, self.base))
        for share, direction in zip(shares, self.directions, strict=True):
            total = [x + share * _rational(y) for x, y in zip(total, direction, strict=True)]
        return total


def _dot(left: Sequence[Fraction], right: Sequence[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(left, right, strict=True)), Fraction(0))


def _within(run: ExactRun, plane: _Plane) -> StatedRun | None:
    """The run as one in t, or as one on a quadratic of the full space; None if the loss in t cannot be written."""
    squares = plane.squares
    even = len(set(squares)) == 1
    names = run.calculus.variables[: len(squares)]
    symbols = list(symbols_of(names).values())
    roots = [sympy.Integer(1) if even else sympy.sqrt(_rational(n)) for n in squares]
    loss = run.calculus.symbolic_loss.xreplace(
        _bound(run, plane.symbolic([symbol / root for symbol, root in zip(symbols, roots, strict=True)]))
    )
    polynomial = loss.is_polynomial(*symbols)
    if not even and polynomial and sympy.Poly(loss, *symbols).total_degree() <= 2:
        return _continued(run, plane)
    start = tuple(
        share if even or not share else written(_rational(share) * root)
        for share, root in zip(plane.start, roots, strict=True)
    )
    rate = run.rate / squares[0] if run.method in FREE and even else run.rate
    return _stated(run, multiplied_out(loss) if polynomial else loss, names, start, rate)


def _continued(run: ExactRun, plane: _Plane) -> StatedRun | None:
    """The run on f(projection of x on the plane), whose gradient at points of the plane is that of f."""
    symbols = list(symbols_of(run.calculus.variables).values())
    shares = [
        sum((_rational(x) * symbol for x, symbol in zip(direction, symbols, strict=True)), sympy.Integer(0))
        / _rational(n)
        for direction, n in zip(plane.directions, plane.squares, strict=True)
    ]
    loss = run.calculus.symbolic_loss.xreplace(_bound(run, plane.symbolic(shares)))
    return _stated(run, multiplied_out(loss), run.calculus.variables, run.start, run.rate)


def _stated(
    run: ExactRun, loss: Any, names: tuple[str, ...], start: tuple[Fraction | Node, ...], rate: Fraction
) -> StatedRun | None:
    try:
        calculus = derive(written(loss), names)
    except (ValueError, InputError):
        return None
    settings = tuple(sorted(run.settings.items()))
    return StatedRun(calculus, (), start, rate, run.method, settings, run.ascend, run.shown)


# --- the verdict in the full space ---------------------------------------------------------------------------------


def _in_full(run: ExactRun, plane: _Plane, inner: StatedRun, told: Exact) -> Exact:
    """The verdict within the plane, with the kind of the limit in the full space; what it does not tell stays open."""
    limit = str(told.limit[0])
    settled = limit in ("converged", "stationary_start")
    place = _resting(plane, inner, told) if settled else None
    kind, unstable = ("none", UNSURE) if place is None else _nature(run, place)
    best = False
    if place is not None and kind in ("none", "degenerate"):
        kind, best = on_the_best_set(run, place) or (kind, False)
    open_here = np.array([UNSURE if limit == "converged" else NO], dtype=np.int8)
    return Exact(
        decided=told.decided,
        limit=told.limit,
        period=told.period,
        point=np.array([kind]),
        best=np.array([best]),
        one_step=told.one_step,
        unstable_limit=np.array([unstable if limit == "converged" else NO], dtype=np.int8),
        oscillating=open_here,
        overshoot=told.overshoot,
        crossing=np.full((1, run.shown), UNSURE),
        basin_jump=open_here,
        plateau=told.plateau,
        place=None if place is None else np.array([[as_float(x) for x in place]]),
        within=None
        if place is None
        else np.array([off_by_rounding(place) + _DECIMALS * max(1.0, *map(abs, map(as_float, place)))]),
    )


def _at_rest(run: ExactRun) -> Exact:
    """A run that starts on a critical point."""
    no = np.array([NO], dtype=np.int8)
    nothing = np.full((1, run.shown), NO)
    return Exact(
        decided=np.array([True]),
        limit=np.array(["stationary_start"]),
        period=np.array([0]),
        point=np.array([_nature(run, run.start)[0]]),
        best=np.array([False]),
        one_step=no,
        unstable_limit=no,
        oscillating=no,
        overshoot=nothing,
        crossing=nothing,
        basin_jump=no,
        plateau=no,
        place=np.array([[as_float(x) for x in run.start]]),
        within=np.array([off_by_rounding(run.start)]),
    )


def _resting(plane: _Plane, inner: StatedRun, told: Exact) -> list[Fraction] | None:
    """The limit of the run in the full space, exactly where it is rational, else as a fraction of 30 digits.

    On a quadratic it is known; on another loss it is the only critical point as near to the place told as the limit is,
    if all are known.  None otherwise.
    """
    exact = inner.exact
    known = None if exact is None else resting_point(exact)
    if known is not None:
        return list(known) if len(known) == len(plane.base) else plane.point(known)
    landscape = critical_points(inner.calculus.loss, inner.calculus.variables)
    points = landscape.points if landscape.complete else ()
    if landscape.flats or len(set(plane.squares)) > 1:
        return None
    if told.place is not None and told.within is not None:
        reach = float(told.within[0]) + ROUNDED * max(1.0, float(np.abs(told.place[0]).max()))
        gaps = [np.abs(np.array([float(x) for x in point.point]) - told.place[0]).max() for point in points]
        points = tuple(point for point, gap in zip(points, gaps, strict=True) if gap <= reach)
    if len(points) != 1:
        return None
    return plane.point([Fraction(x.decimal) if x.exact is None else x.exact for x in points[0].point])


def _nature(run: ExactRun, place: Sequence[Fraction]) -> tuple[str, np.int8]:
    """The kind of a critical point (``none`` if it stays open), and whether the update pushes away from it."""
    kind, unstable = "none", UNSURE
    hessian, beta = _hessian(run, place), momentum_of(run)
    if hessian is not None:
        up, down, flat = inertia(hessian)
        if up and down:
            kind = "saddle"
        elif not flat:
            kind = "local_min" if up else "local_max"
        if beta is not None:
            bent = [[-entry if run.ascend else entry for entry in row] for row in hessian]
            bound = largest_stable_curvature(run.rate, beta, ahead=run.method == "nesterov")
            unstable = pushes_away(Count.of(characteristic(bent), bound))
    return (_listed_kind(run, place) if kind == "none" else kind), unstable


def on_the_best_set(run: ExactRun, place: Sequence[Fraction]) -> tuple[str, bool] | None:
    """The kind of a place on the set where an equation holds and the loss is least, or largest, and nowhere else.

    And whether that is what the run looks for.  None where the place is on no such set.
    """
    values = {name: Number(value) for name, value in zip(run.calculus.parameters, run.values, strict=True)}
    loss, variables = substitute(run.calculus.loss, values), run.calculus.variables
    for upside, kind in ((loss, "local_min"), (mirrored(loss), "local_max")):
        curve = zero_set(upside, variables) if len(variables) > 1 else None
        try:
            if curve is not None and exact_value(curve.equation, dict(zip(variables, place, strict=True))) == 0:
                return kind, (kind == "local_max") == run.ascend
        except ArithmeticError:
            continue
    return None


def _listed_kind(run: ExactRun, place: Sequence[Fraction]) -> str:
    """The kind of the critical point near a place, if all are known and no other is near."""
    values = {name: Number(value) for name, value in zip(run.calculus.parameters, run.values, strict=True)}
    landscape = critical_points(substitute(run.calculus.loss, values), run.calculus.variables)
    here = [as_float(x) for x in place]
    found = [point for point in landscape.points if _near([float(x) for x in point.point], here)]
    if len(found) != 1 or not landscape.complete:
        return "none"
    return {"minimum": "local_min", "maximum": "local_max", "saddle": "saddle"}.get(found[0].kind, "none")


def _near(one: Sequence[float], other: Sequence[float]) -> bool:
    return max(abs(x - y) for x, y in zip(one, other, strict=True)) < NEAR * max(1.0, *map(abs, other))


def _hessian(run: ExactRun, place: Sequence[Fraction]) -> list[list[Fraction]] | None:
    """The Hessian at a critical point whose coordinates are known exactly; None where it is not rational."""
    calculus = run.calculus
    at = _bound(run, list(map(_rational, place)))
    if functions_of(calculus.loss) & KINKED or any(part.xreplace(at) != 0 for part in calculus.symbolic_gradient):
        return None
    entries = [[entry.xreplace(at) for entry in row] for row in calculus.symbolic_hessian]
    if not all(entry.is_Rational for row in entries for entry in row):
        return None
    return [[Fraction(int(entry.p), int(entry.q)) for entry in row] for row in entries]
