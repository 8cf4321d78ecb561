"""The landscape of a loss of one variable that is no polynomial: kinks, transcendental functions, poles.

The line is cut into stretches on which the loss strictly rises, strictly falls or is constant, by *all* zeros of its
derivative and all places where its formula changes (``segments``).  What a place is follows from the stretches on its
two sides, whether it is a kink or not, and no second derivative is asked.  What holds at the ends of the line, at poles
and at the ends of the domain is read off enclosures of half-lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import mpmath
import sympy

from gdquiz.descent.calculus import Calculus, derive, symbols_of
from gdquiz.formulas.expressions import Apply, Node, Number, names_of
from gdquiz.formulas.pointwise import exact_value
from gdquiz.landscape import convexity
from gdquiz.landscape.facts import CriticalPoint, Flat, Kind, Landscape
from gdquiz.landscape.intervals import FINE, Interval, enclose, ends, sign_of, span
from gdquiz.landscape.points import exact_point, precise_point
from gdquiz.landscape.search import DIGITS
from gdquiz.landscape.segments import TAILS, End, Line, Place, Segment, Undecided, between, negated, vanishes
from gdquiz.numbers.roots import Value, fraction

_UNKNOWN = 9
"""The trend of a loss next to an end where its slope cannot be told from 0."""

WINDOWS = (None, Fraction(50), Fraction(5))
"""The line is tried first, then these distances from 0."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """An open interval on which the loss falls (-1), rises (+1) or is constant (0), part of one segment."""

    low: End
    high: End
    trend: int
    segment: Segment


def on_line(calculus: Calculus) -> Landscape | None:
    """All critical points of a loss of one variable on the line, or else in a window; None if neither can be proved."""
    for reach in WINDOWS:
        try:
            return _Analysis(calculus, _window(calculus, reach)).landscape()
        except Undecided:
            continue
    return None


def kinks_on_line(calculus: Calculus) -> tuple[tuple[CriticalPoint, ...], tuple[Flat, ...], tuple[Value, ...]] | None:
    """The kinks of a loss whose smooth points cannot all be found, flats, and all places at which its formula changes.

    None where not even these are found.
    """
    for reach in WINDOWS:
        try:
            found = _Analysis(calculus, _window(calculus, reach), partly=True)
            points = tuple(point for point in map(found.point, range(len(found.joined))) if point is not None)
            return points, found.flats(), found.changes()
        except Undecided:
            continue
    return None


def _window(calculus: Calculus, reach: Fraction | None) -> Line:
    ends = (None, None) if reach is None else (Place.of(-reach), Place.of(reach))
    return Line(calculus.variables[0], *ends)


class _Analysis:
    def __init__(self, calculus: Calculus, line: Line, *, partly: bool = False):
        self.calculus, self.line = calculus, line
        self.variable = line.variable
        self.partly, self.gaps = partly, False
        segments = line.segments(_plain(calculus.loss))
        self.stretches = tuple(stretch for segment in segments for stretch in self._stretches(segment))
        self.joined = tuple(self._joined(left, right) for left, right in pairwise(self.stretches))

    def landscape(self) -> Landscape:
        points = tuple(point for point in map(self.point, range(len(self.joined))) if point is not None)
        flats = self.flats()
        window = None if self.line.low is None else (self.line.low.low, self.line.high.high)  # type: ignore[union-attr]
        known = Landscape(
            self.calculus.variables,
            points,
            complete=window is None,
            note=_note(window, points, flats),
            convex=False if any(point.kind == "maximum" for point in points) else None,
            within=window,
            flats=flats,
        )
        return self._with_bounds(known)

    # --- stretches ---

    def _stretches(self, segment: Segment) -> list[_Stretch]:
        slope = self._slope(segment)
        if vanishes(slope.symbolic_gradient[0]):
            return [_Stretch(segment.low, segment.high, 0, segment)]
        try:
            zeros = self.line.zeros(slope.symbolic_gradient[0], segment.low, segment.high)
        except Undecided:
            if not self.partly:
                raise
            return self._edges(segment)
        stops: list[End] = [segment.low, *zeros, segment.high]
        found = []
        for low, high in pairwise(stops):
            trend = self.line.sign_at(slope.gradient[0], between(low, high))
            if trend == 0:
                raise Undecided("a slope of 0 between its zeros")
            found.append(_Stretch(low, high, trend, segment))
        return found

    def _edges(self, segment: Segment) -> list[_Stretch]:
        """What is known of a segment whose zeros cannot all be found: how the loss behaves close to its ends."""
        self.gaps = True
        slope = self._slope(segment).gradient[0]
        trends = []
        for end in (segment.low, segment.high):
            value = None if end is None else self._value(slope, end)
            trends.append(sign_of(value) if value is not None else None)
        return [
            _Stretch(segment.low, None, trends[0] or _UNKNOWN, segment),
            _Stretch(None, segment.high, trends[1] or _UNKNOWN, segment),
        ]

    def _slope(self, segment: Segment) -> Calculus:
        return derive(segment.node, (self.variable,), ())

    def _joined(self, left: _Stretch, right: _Stretch) -> bool:
        """Whether two stretches meet in a place at which the loss is continuous."""
        if left.high is None or left.high != right.low or _UNKNOWN in (left.trend, right.trend):
            return False
        value = self._value(self.calculus.loss, left.high)
        return value is not None and None not in ends(value)

    def _value(self, node: Node, place: Place) -> Interval | None:
        if not names_of(node):
            return enclose(node, {"": span(place.low, place.high, FINE)})
        return enclose(node, {self.variable: span(place.low, place.high, FINE)})

    # --- points ---

    def point(self, at: int) -> CriticalPoint | None:
        """What the place between stretch ``at`` and the next is; None if it is not critical, or part of a flat."""
        left, right = self.stretches[at], self.stretches[at + 1]
        if not self.joined[at] or 0 in (left.trend, right.trend):
            return None
        place = left.high
        assert place is not None
        kind: Kind = (
            "minimum"
            if (left.trend, right.trend) == (-1, 1)
            else "maximum"
            if (left.trend, right.trend) == (1, -1)
            else "degenerate"
        )
        if left.segment is right.segment:
            return self._smooth(self._slope(left.segment), place, kind)
        slopes = self._one_sided(left, place), self._one_sided(right, place)
        flat = [slope.exact == 0 for slope in slopes]
        if all(flat):
            return self._without_kink(left, right, place, kind)
        if kind == "degenerate" and not any(flat):
            return None
        kind = "neither" if kind == "degenerate" else kind
        return CriticalPoint((place.value,), kind, self._loss(place), False, (), None, kink=True, slopes=slopes)

    def _smooth(self, calculus: Calculus, place: Place, kind: Kind) -> CriticalPoint:
        if place.exact is not None:
            found = exact_point(calculus, (place.exact,))
        else:
            with mpmath.workdps(DIGITS):
                middle = (place.low + place.high) / 2
                at = (mpmath.mpf(middle.numerator) / middle.denominator,)
            found = precise_point(calculus, at, (place.value,))
        rate = None
        if kind == "minimum" and found.curvatures[0] > 0 and not found.singular:
            rate = found.stable_rate or Value.near(2 / mpmath.mpf(found.curvatures[0]))
        return replace(found, kind=kind, loss=self._loss(place), stable_rate=rate)

    def _without_kink(self, left: _Stretch, right: _Stretch, place: Place, kind: Kind) -> CriticalPoint:
        """A place at which the formula changes but the slope is 0 on both sides: a curvature only where both agree."""
        sides = [self._smooth(self._slope(stretch.segment), place, kind) for stretch in (left, right)]
        if sides[0].curvatures == sides[1].curvatures:
            return sides[0]
        return replace(sides[0], curvatures=(), stable_rate=None, singular=False)

    def _one_sided(self, stretch: _Stretch, place: Place) -> Value:
        """The slope on the side of the stretch, exactly where it is rational.  Raises ``Undecided``."""
        slope = self._slope(stretch.segment)
        if place.exact is not None:
            try:
                return Value.of(exact_value(slope.gradient[0], {self.variable: place.exact}))
            except ArithmeticError:
                at = {symbols_of((self.variable,))[self.variable]: sympy.Rational(*place.exact.as_integer_ratio())}
                known = slope.symbolic_gradient[0].xreplace(at)
                if known.is_Rational or vanishes(known):
                    return Value.of(fraction(known) if known.is_Rational else Fraction(0))
        elif self._divides(place.source, slope.symbolic_gradient[0]):
            return Value.of(Fraction(0))
        value = self._value(slope.gradient[0], place)
        if value is None or sign_of(value) is None:
            if value is not None and None in ends(value):
                return Value(None, "inf" if stretch.trend > 0 else "-inf")  # a cusp
            raise Undecided("whether a one-sided slope is 0")
        return _middle(value)

    def _divides(self, polynomial: Any, slope: Any) -> bool:
        """Whether a slope is zero where an irreducible polynomial, given by its coefficients, is zero."""
        symbol = symbols_of((self.variable,))[self.variable]
        if not isinstance(polynomial, tuple) or not slope.is_polynomial(symbol):
            return False
        of = sympy.Poly([sympy.Rational(*c.as_integer_ratio()) for c in polynomial], symbol)
        return bool(sympy.Poly(slope, symbol).rem(of).is_zero)

    def _loss(self, place: Place) -> Value:
        if place.exact is not None:
            try:
                return Value.of(exact_value(self.calculus.loss, {self.variable: place.exact}))
            except ArithmeticError:
                at = {symbols_of((self.variable,))[self.variable]: sympy.Rational(*place.exact.as_integer_ratio())}
                told = self.calculus.symbolic_loss.xreplace(at)
                if told.is_Rational or vanishes(told):
                    return Value.of(fraction(told) if told.is_Rational else Fraction(0))
        value = self._value(self.calculus.loss, place)
        if value is None or None in ends(value):
            raise Undecided("the loss at a critical point")
        return _middle(value)

    def changes(self) -> tuple[Value, ...]:
        """The places at which the formula of the loss changes, or ends."""
        found = {end for stretch in self.stretches for end in (stretch.segment.low, stretch.segment.high)}
        return tuple(end.value for end in found if end is not None and end not in (self.line.low, self.line.high))

    def flats(self) -> tuple[Flat, ...]:
        found = []
        at = 0
        while at < len(self.stretches):
            start = at
            while at < len(self.stretches) and self.stretches[at].trend == 0:
                at += 1
                if at < len(self.stretches) and not self.joined[at - 1]:
                    break
            if at == start:
                at += 1
                continue
            left = self.stretches[start - 1].trend if start and self.joined[start - 1] else 0
            right = self.stretches[at].trend if at < len(self.stretches) and self.joined[at - 1] else 0
            low, high = self.stretches[start].low, self.stretches[at - 1].high
            kind: Kind = "neither" if left == right != 0 else "minimum" if left < 0 or right > 0 else "maximum"
            if left == right == 0:
                kind = "degenerate"
            inside = Place.of(between(low, high))
            found.append(Flat(_told(low), _told(high), kind, self._loss(inside)))
        return tuple(found)

    # --- the whole ---

    def _with_bounds(self, known: Landscape) -> Landscape:
        """Whether the loss has a lower bound, and which minima are global."""
        if self.gaps:
            return known
        falls = self._concave()
        floors: list[Fraction | None] = []
        if falls is None:
            floors, falls = self._floors()
        if falls is not None:
            return replace(known, bounded_below=False, falls=falls, global_minima=())
        if any(floor is None for floor in floors):
            whole = self._half_line_floor(None, None)
            return known if whole is None else replace(known, bounded_below=True)
        bounds = [floor for floor in floors if floor is not None]
        known = replace(known, bounded_below=True)
        if known.complete and not known.flats and not any(point.kind == "minimum" for point in known.points):
            ends_inside = any(not joined for joined in self.joined) or self.stretches[0].low or self.stretches[-1].high
            return known if ends_inside else replace(known, global_minima=())
        best = self._best(known)
        if best is None:
            return known
        height, points, flats = best
        if any(floor < height for floor in bounds):
            return known
        return replace(known, global_minima=points, global_flats=flats)

    def _concave(self) -> tuple[Fraction, ...] | None:
        """A direction in which a loss falls for ever since it is concave on the whole line and not constant."""
        whole = all(self.joined) and self.stretches[0].low is None and self.stretches[-1].high is None
        if not whole or convexity.shape(self.calculus.loss) not in (convexity.Shape.CONCAVE, convexity.Shape.AFFINE):
            return None
        return (Fraction(1 if self.stretches[-1].trend < 0 else -1),)

    def _floors(self) -> tuple[list[Fraction | None], tuple[Fraction, ...] | None]:
        """Lower bounds of the loss at all ends towards which it falls, and a direction in which there is none."""
        floors: list[Fraction | None] = []
        count = len(self.stretches)
        for at, stretch in enumerate(self.stretches):
            for side, open_ in ((-1, at == 0 or not self.joined[at - 1]), (1, at == count - 1 or not self.joined[at])):
                if not open_:
                    continue
                end = stretch.low if side < 0 else stretch.high
                edge = end is not None and end in (self.line.low, self.line.high)
                if stretch.trend == side * -1 and not edge:
                    if end is None:
                        if self._falls_for_ever(stretch, side):
                            return [], (Fraction(side),)
                        floors.append(self._half_line_floor(side, None))
                    else:
                        limit = self._value(self.calculus.loss, end)
                        if limit is not None and limit.b == -limit.ctx.inf:
                            return [], (Fraction(side),)
                        floors.append(self._floor_at(end, side))
                elif edge and end is not None:
                    floors.append(self._half_line_floor(side, abs(end.low)))
        return floors, None

    def _falls_for_ever(self, stretch: _Stretch, side: int) -> bool:
        """Whether the slope towards infinity stays away from 0."""
        slope = self._slope(stretch.segment)
        if slope.symbolic_gradient[0].is_polynomial(symbols_of((self.variable,))[self.variable]):
            return True  # it tends to a number other than 0, or to infinity
        for far in TAILS:
            tail = span(far, None) if side > 0 else span(None, -far)
            value = enclose(slope.gradient[0], {self.variable: tail})
            if value is not None and (value.b < 0 if side > 0 else value.a > 0):
                return True
        return False

    def _half_line_floor(self, side: int | None, start: Fraction | None) -> Fraction | None:
        """A lower bound of the loss far out on one side, from ``start`` on, or (None) on the whole line."""
        best: Fraction | None = None
        pieces: list[list[Interval]]
        if side is None:
            pieces = [[span(None, None)]]
        elif start is None:
            pieces = [[span(far, None) if side > 0 else span(None, -far)] for far in TAILS]
        else:
            marks = [start, *(far for far in TAILS if far > start)]
            cuts = [*pairwise(marks), (marks[-1], None)]
            pieces = [
                [span(low, high) if side > 0 else span(None if high is None else -high, -low) for low, high in cuts],
                [span(start, None) if side > 0 else span(None, -start)],
            ]
        for group in pieces:
            values = [enclose(self.calculus.loss, {self.variable: piece}) for piece in group]
            lows = [ends(value)[0] for value in values if value is not None]
            if lows and None not in lows:
                floor = min(low for low in lows if low is not None)
                best = floor if best is None else max(best, floor)
        return best

    def _floor_at(self, end: Place, side: int) -> Fraction | None:
        """A lower bound of the limit of the loss at an end of its domain that it falls to."""
        reach = Fraction(1, 10**40)
        piece = span(end.low - reach, end.high, FINE) if side > 0 else span(end.low, end.high + reach, FINE)
        value = enclose(self.calculus.loss, {self.variable: piece})
        return None if value is None else ends(value)[0]

    def _best(self, known: Landscape) -> tuple[Fraction, tuple[int, ...], tuple[int, ...]] | None:
        """The smallest value at minima, from above, and the places in points and flats that have it, or None."""
        values = [(point.loss, 0, at) for at, point in enumerate(known.points) if point.kind == "minimum"]
        values += [(flat.loss, 1, at) for at, flat in enumerate(known.flats)]
        if not values:
            return None
        slack = Fraction(1, 10**25)
        bounds = [_bounds(value, slack) for value, _, _ in values]
        least = min(high for _, high in bounds)
        close = [entry for entry, (low, _) in zip(values, bounds, strict=True) if low <= least]
        if (
            len(close) > 1
            and not all(value.exact is not None for value, _, _ in close)
            and not self._mirrored(known, close)
        ):
            return None
        points = tuple(at for _, which, at in close if which == 0)
        return least, points, tuple(at for _, which, at in close if which == 1)

    def _mirrored(self, known: Landscape, close: Sequence[tuple[Value, int, int]]) -> bool:
        """Whether two points have equal losses since the loss is even."""
        symbol = symbols_of((self.variable,))[self.variable]
        loss = self.calculus.symbolic_loss
        if (
            len(close) != 2
            or any(which for _, which, _ in close)
            or not vanishes(loss.xreplace({symbol: -symbol}) - loss)
        ):
            return False
        one, other = (known.points[at].point[0] for _, _, at in close)
        return one.decimal == other.decimal.removeprefix("-") or other.decimal == one.decimal.removeprefix("-")


def _bounds(value: Value, slack: Fraction) -> tuple[Fraction, Fraction]:
    if value.exact is not None:
        return value.exact, value.exact
    near = Fraction(value.decimal)
    width = slack * max(Fraction(1), abs(near))
    return near - width, near + width


def _middle(value: Interval) -> Value:
    low, high = ends(value)
    assert low is not None and high is not None
    middle = (low + high) / 2
    if abs(middle) < Fraction(1, 10**45):
        middle = Fraction(0)
    with mpmath.workdps(DIGITS):
        return Value.near(mpmath.mpf(middle.numerator) / middle.denominator)


def _told(end: End) -> Value | None:
    return None if end is None else end.value


def _note(window: tuple[Fraction, Fraction] | None, points: Sequence[CriticalPoint], flats: Sequence[Flat]) -> str:
    kinks = any(point.kink for point in points)
    what = "zeros of the derivative and all kinks" if kinks or flats else "zeros of the derivative"
    where = "on the whole line" if window is None else f"from {window[0]} to {window[1]}"
    flat = " The loss is constant on an interval: the critical points there are not isolated." if flats else ""
    return f"All {what} {where}, by enclosures: between them the slope is shown to keep its sign.{flat}"


def _plain(node: Node) -> Node:
    """The formula with quotients 1/(1 + exp(-u)) written as sigmoid(u), which has a value at infinity."""
    if not isinstance(node, Apply):
        return node
    arguments = tuple(map(_plain, node.arguments))
    match node.function, arguments:
        case "/", (top, Apply("+", (Number(one), Apply("exp", (inner,))) | (Apply("exp", (inner,)), Number(one)))):
            if one == 1 and top == Apply("exp", (inner,)):
                return Apply("sigmoid", (inner,))
            if one == 1:
                logistic = Apply("sigmoid", (negated(inner),))
                return logistic if top == Number(one) else Apply("*", (top, logistic))
    return Apply(node.function, arguments)
