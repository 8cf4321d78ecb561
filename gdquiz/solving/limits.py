"""The limit of a run as one of the critical points: which one it is, and putting it among them where it is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite
from typing import Any

import mpmath
import numpy as np

from gdquiz.descent.calculus import Calculus
from gdquiz.formulas.expressions import Node
from gdquiz.formulas.pointwise import as_float, exact_value, float_value, kink
from gdquiz.judging.verdicts import Verdicts
from gdquiz.landscape.facts import CriticalPoint, Kind, Landscape
from gdquiz.landscape.points import exact_point, point_near, precise_point
from gdquiz.landscape.search import DIGITS
from gdquiz.numbers.roots import Value
from gdquiz.solving.proofs import ExactPoint
from gdquiz.solving.task import Quantity

ROUNDED = 1e-14
"""Coordinates of critical points are floats when they are compared: off by less than this, relative to the largest."""
NARROW = 1e-7
"""A limit that is not on the list is told in floats where it is known this well, relative to its largest coordinate."""


@dataclass(frozen=True, slots=True)
class Place:
    """The limit of a run, which lies within that distance (in the largest coordinate) of the point told."""

    point: tuple[Quantity, ...]
    within: float

    @property
    def numbers(self) -> list[float]:
        return [x.number for x in self.point]


def limit_of(verdicts: Verdicts, landscape: Landscape, exact: tuple[ExactPoint, ...]) -> Place | None:
    """The limit: exactly where the run rests or the critical point is known, else in floats; None without a limit.

    A critical point of the list is the limit where no other one is so near to the proved limit, or where it is the only
    one of all as near to it as the limit is known.
    """
    if verdicts.limit[0] not in ("converged", "stationary_start"):
        return None
    if verdicts.exact[0] and len(exact) > 1 and exact[-1] == exact[-2]:
        return Place(tuple(map(Quantity.of, exact[-1])), 0.0)
    if len(landscape.points) == 1 and landscape.complete and not landscape.flats:
        return Place(_known(landscape.points[0]), 0.0)
    numbers, within, alone = verdicts.place[0], float(verdicts.within[0]), float(verdicts.alone[0])
    if not np.isfinite(numbers).all():
        return None
    if isfinite(within) and (np.abs(numbers) <= within).any():  # a coordinate that may be 0 is told as 0
        numbers, within = np.where(np.abs(numbers) <= within, 0.0, numbers), 2 * within
    place = Place(tuple(Quantity(float(x)) for x in numbers), within)
    margin = ROUNDED * max(1.0, float(np.abs(numbers).max()))
    sure = [found for found in landscape.points if _gap(found, place) + margin < alone]
    near = _near(landscape, place)
    if len(sure) == 1:
        return Place(_known(sure[0]), 0.0)
    if len(near) == 1 and landscape.complete and isfinite(within):
        return Place(_known(near[0]), 0.0)
    return place if within <= NARROW * max(1.0, float(np.abs(numbers).max())) else None


def _gap(found: CriticalPoint, place: Place) -> float:
    return max(abs(float(a) - b) for a, b in zip(found.point, place.numbers, strict=True))


def _near(landscape: Landscape, place: Place) -> list[CriticalPoint]:
    """The listed points as near to a place as the limit is known; one that is exactly the place stands alone."""
    exact = [x.exact for x in place.point]
    same = [found for found in landscape.points if [x.exact for x in found.point] == exact and None not in exact]
    reach = place.within + ROUNDED * max(1.0, *map(abs, place.numbers))
    return same or [found for found in landscape.points if _gap(found, place) <= reach]


def possible(landscape: Landscape, place: Place) -> bool:
    """Whether the place may be a critical point: where all are known it has to be one of them."""
    elsewhere = bool(landscape.flats) or landscape.valley is not None or landscape.curve is not None
    return not landscape.complete or elsewhere or bool(_near(landscape, place))


def among(landscape: Landscape, place: Place | None) -> tuple[Quantity, ...] | None:
    """The limit as the one critical point that it can be; else as it is."""
    near = [] if place is None else _near(landscape, place)
    return _known(near[0]) if len(near) == 1 else None if place is None else place.point


def on_best_set(verdicts: Verdicts) -> bool:
    """Whether the limit is proved to be a point at which the loss is best."""
    return bool(
        verdicts.scope[0] == "global" and verdicts.point[0] == ("local_max" if verdicts.ascend else "local_min")
    )


def with_limit(
    landscape: Landscape, calculus: Calculus, place: Place | None, kind: Kind | None, best: Fraction | None
) -> Landscape:
    """The landscape with the limit of the run among its points, where that was not found before.

    ``kind`` is what is proved of it, ``best`` the loss on the set of the best points, where that is known.
    """
    if place is None or landscape.valley is not None or _on_flat(landscape, place.point[0].number):
        return landscape
    if _near(landscape, place):
        return landscape
    found = None if kind and best is not None else _limit_found(landscape, calculus, place)
    if found is None and kind is not None:
        found = _on_curve(calculus, place, kind, best)
    if found is None:
        return landscape
    points = sorted((*landscape.points, found), key=lambda point: tuple(map(float, point.point)))
    here = points.index(found)
    minima = landscape.global_minima
    moved = None if minima is None else tuple(n + (n >= here) for n in minima)
    return replace(landscape, points=tuple(points), global_minima=moved)


def _on_curve(calculus: Calculus, place: Place, kind: Kind, best: Fraction | None) -> CriticalPoint:
    """The limit as a point of a curve of minima (or maxima), as well as it is known."""
    where = tuple(Value.near(x.number) if x.exact is None else Value.of(x.exact) for x in place.point)
    with mpmath.workdps(DIGITS):
        found = precise_point(calculus, tuple(map(mpmath.mpf, place.numbers)), where, singular=True)
    loss = Value.near(float(found.loss)) if best is None else Value.of(best)
    return replace(found, kind=kind, loss=loss, stable_rate=None)


def _limit_found(landscape: Landscape, calculus: Calculus, place: Place) -> CriticalPoint | None:
    """The critical point at the limit of the run, which is not on the list."""
    exact = tuple(x.exact for x in place.point if x.exact is not None)
    at = dict(zip(landscape.variables, best_known(place.point), strict=True))
    if kink(calculus.loss, lambda node: value_of(node, at)) is not None:
        loss = value_of(calculus.loss, at)
        value = Value.of(loss) if isinstance(loss, Fraction) else Value.near(loss)
        where = tuple(Value.near(x.number) if x.exact is None else Value.of(x.exact) for x in place.point)
        return CriticalPoint(where, "not decided", value, False, (), None, kink=True)
    if len(exact) == len(place.point) and all(part == 0 for part in _slopes(calculus, exact)):
        return exact_point(calculus, exact)
    found = point_near(calculus, place.numbers)
    reach = place.within + ROUNDED * max(1.0, *map(abs, place.numbers))
    return found if found is not None and _gap(found, place) <= reach else None


def _on_flat(landscape: Landscape, x: float) -> bool:
    return any(
        (flat.low is None or float(flat.low) <= x) and (flat.high is None or x <= float(flat.high))
        for flat in landscape.flats
    )


def _slopes(calculus: Calculus, point: ExactPoint) -> list[Any]:
    at = dict(zip(calculus.variables, point, strict=True))
    try:
        return [exact_value(part, at) for part in calculus.gradient]
    except ArithmeticError:
        return [None]


def _known(found: CriticalPoint) -> tuple[Quantity, ...]:
    return tuple(Quantity(float(x), x.exact) for x in found.point)


def best_known(point: Sequence[Quantity]) -> list[Fraction | float]:
    """The numbers as exactly as they are known."""
    return [x.number if x.exact is None else x.exact for x in point]


def value_of(node: Node, at: Mapping[str, Fraction | float]) -> Fraction | float:
    try:
        return exact_value(node, {name: x for name, x in at.items() if isinstance(x, Fraction)})
    except (ArithmeticError, KeyError):
        return float_value(node, {name: as_number(x) for name, x in at.items()})


def as_number(value: Fraction | float) -> float:
    return as_float(value) if isinstance(value, Fraction) else float(value)
