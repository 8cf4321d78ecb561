"""The referee of ``critical-points.toml``."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from referee.means import bend, gradient, halves, hessian, level_places, limit_of_small_steps, sign, slope
from referee.reading import confirm, given, loss

Row = dict[str, Any]


def _kind(f: Any, point: tuple[Any, ...]) -> str:
    """By the signs of the eigenvalues of the Hessian, found by NumPy."""
    low, high = np.linalg.eigvalsh(np.array(hessian(f, point), dtype=float))
    confirm(min(abs(low), abs(high)) > 1e-9, "the Hessian is singular")
    return "minimum" if low > 0 else "maximum" if high < 0 else "saddle"


def kind_by_hessian(p: Row) -> dict[str, object]:
    f, point = loss(p, "x", "y"), (given(p, "p"), given(p, "q"))
    confirm(gradient(f, point) == (0, 0), "the point is not stationary")
    (xx, xy), (yx, yy) = hessian(f, point)
    return {"determinant": xx * yy - xy * yx, "kind": _kind(f, point)}


def two_stationary_points(p: Row) -> dict[str, object]:
    """Search every point with whole coordinates in a large square."""
    f = loss(p, "x", "y")
    rows = [y for y in range(-8, 9) if slope(lambda t: f(0, t), y) == 0]
    found = [(x, y) for y in rows for x in range(-12, 13) if slope(lambda t, y=y: f(t, y), x) == 0]
    confirm(all(gradient(f, point) == (0, 0) for point in found), "a point is not stationary")
    confirm(len(found) == 2 and found[0][1] == found[1][1], f"the stationary points are {found}")
    (left, y), (right, _) = sorted(found)
    return {"where": (left, right, y), "kinds": tuple(_kind(f, point) for point in sorted(found))}


def silent_second_derivative(p: Row) -> dict[str, object]:
    """Compare the value with values close by on both sides."""
    f, c = loss(p, "x"), given(p, "c")
    confirm(slope(f, c) == bend(f, c) == 0, "a derivative is not zero")
    sides = {sign(f(c + s * Fraction(1, 10**k)) - f(c)) for s in (-1, 1) for k in (3, 4, 5)}
    return {"answer": "minimum" if sides == {1} else "maximum" if sides == {-1} else "neither"}


def where_descent_ends(p: Row) -> dict[str, object]:
    f, start = loss(p, "w"), given(p, "w0")
    levels = level_places(f, halves(-10, 12))
    confirm(levels == [given(p, f"r{k}") for k in (1, 2, 3)], f"the slope is zero at {levels}")
    end = limit_of_small_steps(f, start, levels)
    value, near = f(end), min(f(end + s * Fraction(1, 1000)) for s in (-1, 1))
    meaning = "no-minimum" if near < value else "global" if value == min(map(f, levels)) else "local"
    return {"limit": ("left", "middle", "right")[levels.index(end)], "value": value, "meaning": meaning}


def least_value_of_a_bowl(p: Row) -> dict[str, object]:
    """Newton's step from the origin lands on the minimiser of a quadratic; solved by Cramer's rule."""
    f = loss(p, "u", "v")
    (a, b), (_, c) = hessian(f, (0, 0))
    gu, gv = gradient(f, (0, 0))
    det = a * c - b * b
    confirm(det > 0 and a > 0, "the Hessian is not positive definite")
    u, v = (b * gv - c * gu) / det, (b * gu - a * gv) / det
    least, claim = f(u, v), given(p, "claim")
    return {"minimum": (u, v, least), "report": (claim >= least, "above" if claim >= least else "below")}
