"""The referee of ``projection.toml``: projections found by what makes a point the nearest one."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from referee.means import descend, root, slope
from referee.reading import confirm, formula, given, loss

Row = dict[str, Any]


def projection_onto_a_disc(p: Row) -> dict[str, object]:
    """The point of the circle in the direction of y; no other point of the circle tried is nearer."""
    y, square = (given(p, "y1"), given(p, "y2")), given(p, "r^2")
    radius, distance = root(square), root(y[0] ** 2 + y[1] ** 2)
    found = tuple(radius / distance * c for c in y)
    near = math.dist(found, y)
    for k in range(720):
        angle = math.pi * k / 360
        confirm(math.dist((radius * math.cos(angle), radius * math.sin(angle)), y) >= near - 1e-12, "a nearer point")
    return {"answer": found}


def projected_step_onto_a_box(p: Row) -> dict[str, object]:
    """The nearest of all points of the box on a grid that holds its corners and the step's own coordinates."""
    f, start = loss(p, "u", "v"), (given(p, "u0"), given(p, "v0"))
    end = descend(f, start, given(p, "eta"), 1)[1]
    bounds = (given(p, "l1"), given(p, "h1")), (given(p, "l2"), given(p, "h2"))
    axes = []
    for place, (low, high) in enumerate(bounds):
        grid = {low + (high - low) * Fraction(k, 16) for k in range(17)}
        axes.append(grid | ({end[place]} if low <= end[place] <= high else set()))
    nearest = min(((u, v) for u in axes[0] for v in axes[1]), key=lambda q: (q[0] - end[0]) ** 2 + (q[1] - end[1]) ** 2)
    return {"answer": nearest}


def projection_onto_a_half_plane(p: Row) -> dict[str, object]:
    """On the border line, with the way there perpendicular to it: two linear equations."""
    condition, b = formula(p["slots"]["~ p*x + q*y"], "x", "y"), given(p, "b")
    y = given(p, "y1"), given(p, "y2")
    normal = condition(Fraction(1), Fraction(0)), condition(Fraction(0), Fraction(1))
    along = -normal[1], normal[0]
    # normal . x = b and along . x = along . y, by Cramer's rule
    level = along[0] * y[0] + along[1] * y[1]
    determinant = normal[0] * along[1] - normal[1] * along[0]
    found = (b * along[1] - normal[1] * level) / determinant, (normal[0] * level - b * along[0]) / determinant
    confirm(condition(*found) == b < condition(*y), "the point was allowed, or its projection is not")
    return {"answer": found}


def limit_on_an_interval(p: Row) -> dict[str, object]:
    """The run itself, in floats; its end is a multiple of 1/60."""
    f, low, high = loss(p, "x"), given(p, "low"), given(p, "high")
    x, eta = float(given(p, "x0")), float(given(p, "eta"))
    for _ in range(2000):
        x = min(float(high), max(float(low), x - eta * float(slope(f, x))))
    limit = Fraction(round(60 * x), 60)
    confirm(abs(limit - x) < 1e-9, "the limit is another")
    steepness = slope(f, limit)
    return {"limit": limit, "slope": "zero" if steepness == 0 else "positive" if steepness > 0 else "negative"}
