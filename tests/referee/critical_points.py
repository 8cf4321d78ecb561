"""The referee of ``critical-points.toml``."""

from __future__ import annotations

import random
from fractions import Fraction
from math import cos, exp, sin
from typing import Any

import numpy as np
from numpy.polynomial import polynomial as poly

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


def when_the_test_is_silent(p: Row) -> dict[str, object]:
    """The Hessian by differences; the nature by exact values of f on lines and parabolas through the point."""
    f, (x, y) = loss(p, "x", "y"), (given(p, "p"), given(p, "q"))
    confirm(gradient(f, (x, y)) == (0, 0), "the point is not stationary")
    (xx, xy), (_, yy) = hessian(f, (x, y))
    det = xx * yy - xy * xy
    test = "saddle" if det < 0 else "nothing" if det == 0 else "minimum" if xx > 0 else "maximum"
    steps = [Fraction(s, n) for n in (10, 50, 1000) for s in (-1, 1)]
    turns = [Fraction(k, 4) for k in range(-28, 29)]
    signs = {sign(f(x + h, y + t * h**power) - f(x, y)) for h in steps for t in turns for power in (1, 2)}
    signs |= {sign(f(x + t * h**power, y + h) - f(x, y)) for h in steps for t in turns for power in (1, 2)}
    if signs >= {-1, 1}:
        return {"test": test, "nature": "neither"}
    confirm(1 in signs, "the point is a maximum")
    return {"test": test, "nature": "level" if 0 in signs else "strict"}


def how_many_stationary_points(p: Row) -> dict[str, object]:
    """Newton's method on both slopes from 1,681 starts; what it finds is sorted out by eye-distance.

    The printed loss is a polynomial, so its values on a grid of 7 x 7 points give its coefficients.
    """
    f = loss(p, "x", "y")
    places = [(a, b) for a in range(-3, 4) for b in range(-3, 4)]
    values = np.array([float(f(Fraction(a), Fraction(b))) for a, b in places])
    powers = poly.polyvander2d(*np.array(places, float).T, [6, 6])
    table = np.round(np.linalg.solve(powers, values).reshape(7, 7), 6)
    first = [poly.polyder(table, axis=axis) for axis in (0, 1)]
    second = [poly.polyder(first[0], axis=0), poly.polyder(first[0], axis=1), poly.polyder(first[1], axis=1)]
    x, y = (axis.ravel() for axis in np.meshgrid(np.linspace(-10.3, 10.1, 41), np.linspace(-10.2, 10.4, 41)))
    with np.errstate(all="ignore"):
        for _ in range(60):
            g, k = (poly.polyval2d(x, y, one) for one in first)
            xx, xy, yy = (poly.polyval2d(x, y, one) for one in second)
            det = xx * yy - xy * xy
            x, y = x - (yy * g - xy * k) / det, y - (xx * k - xy * g) / det
        flat = [np.abs(poly.polyval2d(x, y, one)) < 1e-6 for one in first]
        good = flat[0] & flat[1] & (np.hypot(x, y) < 60)
    found: list[tuple[float, float]] = []
    for point in zip(x[good], y[good], strict=True):
        if all(abs(point[0] - q[0]) + abs(point[1] - q[1]) > 1e-3 for q in found):
            found.append(point)
    return {"answer": len(found)}


def starts_near_a_ridge(p: Row) -> dict[str, object]:
    """Exact runs of 400 updates; the claims by 200 random starts, none of which leads to the saddle."""
    f, saddle, eta = loss(p, "x", "y"), (given(p, "p"), given(p, "q")), given(p, "eta")
    confirm(gradient(f, saddle) == (0, 0), "the saddle is elsewhere")

    def fate(start: tuple[Any, Any]) -> str:
        x, y = start
        if (x, y) == saddle:
            return "stays"
        across, along = bend(lambda t: f(t, y), x), bend(lambda t: f(x, t), y)
        away = (x - saddle[0]) * (1 - eta * across) ** 400, (y - saddle[1]) * (1 - eta * along) ** 400
        if max(map(abs, away)) < Fraction(1, 100):
            return "saddle"
        confirm(f(saddle[0] + away[0], saddle[1] + away[1]) < -1000, "the run neither arrives nor escapes")
        return "leaves"

    starts = {name: (given(p, f"{name}x"), given(p, f"{name}y")) for name in "abc"}
    fates = tuple(fate(starts[name]) for name in "abc")
    draw = random.Random(5)
    drawn = [
        fate(tuple(s + Fraction(draw.randint(-(10**9), 10**9), 10**9) for s in saddle))  # type: ignore[arg-type]
        for _ in range(200)
    ]
    some_reach_it = "saddle" in fates
    claims = {
        "random-start": ("saddle" in drawn, "no-area"),
        "almost-surely-left": (set(drawn) == {"leaves"}, "no-area"),
        "never-a-saddle": (not some_reach_it, "exact"),
        "sometimes-a-saddle": (some_reach_it, "exact"),
    }
    return {"runs": fates, "claim": claims[p["case"]]}


def claims_about_stationary_points(p: Row) -> dict[str, object]:
    """Each claim tested on a fine grid of the loss that the case is about."""
    a, c, case = float(p["a"]), float(p["c"]), p["case"]
    shapes = {
        "level-in-a-slope": lambda d: a * d**3,
        "top-of-a-hill": lambda d: -a * d**2,
        "zero-without-minimum": lambda d: -a * d**2,
        "convex-and-level": lambda d: a * d**4 + d**2,
        "convex-and-lower-elsewhere": lambda d: a * d**4 + d**2,
        "exactly-one-minimiser": lambda d: a * max(0.0, d - 2) ** 2,
        "several-minimisers": lambda d: a * max(0.0, d - 2) ** 2,
        "bounded-below": lambda d: a * exp(d),
        "no-minimum": lambda d: a * exp(d),
        "not-convex-so-lost": lambda d: a * sin(d),
        "not-convex-and-fine": lambda d: a * sin(d),
    }
    f = shapes[case]
    grid = [k / 50 for k in range(-1000, 1001)]
    for name, place in (("c - 1", -1), ("c + 1", 1)):
        shown = given(p, "loss_at_left:3" if place < 0 else "loss_at_right:3")
        confirm(abs(float(shown) - f(place)) <= 0.000501, f"the printed loss at {name} is another one")
    confirm(abs(float(given(p, "loss_at_here:3")) - f(0)) <= 0.000501, f"the printed loss at {c} is another one")
    values = [f(d) for d in grid]
    local_minimum_here = f(-0.02) >= f(0) and f(0.02) >= f(0)
    least_here = f(0) <= min(values)
    minimisers = sum(value <= min(values) for value in values)
    ever_lower = all(f(d - 1) < f(d) for d in grid) and min(values) > 0
    ends = []
    if case.startswith("not-convex"):
        for start in (-4.4, -2.0, -1.2, 0.3, 1.5, 1.6, 3.0, 5.9):
            d = start
            for _ in range(4000):
                d -= 0.05 / a * a * cos(d)
            ends.append(f(d))
    all_global = bool(ends) and max(ends) < -a + 1e-6
    return {
        "answer": {
            "level-in-a-slope": (local_minimum_here, "around"),
            "top-of-a-hill": (local_minimum_here, "around"),
            "zero-without-minimum": (not local_minimum_here, "around"),
            "convex-and-level": (least_here, "tangent"),
            "convex-and-lower-elsewhere": (not least_here, "tangent"),
            "exactly-one-minimiser": (minimisers == 1, "flat"),
            "several-minimisers": (minimisers > 1, "flat"),
            "bounded-below": (not ever_lower, "not-reached"),
            "no-minimum": (ever_lower, "not-reached"),
            "not-convex-so-lost": (not all_global, "alike"),
            "not-convex-and-fine": (all_global, "alike"),
        }[case]
    }


def basin_of_a_minimum(p: Row) -> dict[str, object]:
    """Follow the slope from every half, and see which option names the same starts."""
    f, goal, border, middle = loss(p, "w"), given(p, "target"), given(p, "r2"), given(p, "middle")
    levels = level_places(f, halves(-12, 12))
    confirm(border in levels and goal in levels and len(levels) == 3, "other places of slope zero")
    starts = [Fraction(k, 4) for k in range(-48, 49)]
    reached = {w for w in starts if limit_of_small_steps(f, w, levels) == goal}
    left = goal < border
    low, high = min(goal, border), max(goal, border)
    options = {
        "up-to-the-maximum": {w for w in starts if (w < border) == left and w != border},
        "up-to-the-middle": {w for w in starts if (w < middle) == left and w != middle},
        "with-the-maximum": {w for w in starts if w == border or (w < border) == left},
        "between": {w for w in starts if low <= w <= high},
    }
    (answer,) = (name for name, chosen in options.items() if chosen == reached)
    return {"answer": answer}


def _distances(w: float, levels: list[Any]) -> float:
    """The derivative of the loss, divided by 12."""
    return (w - float(levels[0])) * (w - float(levels[1])) * (w - float(levels[2]))


def step_into_another_valley(p: Row) -> dict[str, object]:
    f, start, eta = loss(p, "w"), given(p, "w0"), given(p, "eta")
    levels = level_places(f, halves(-12, 12))
    first = start - eta * slope(f, start)
    confirm(f(first) < f(start), "the first step raises the loss")
    w = float(first)
    for _ in range(800):
        confirm((w < levels[1]) == (first < levels[1]), "the run changes its valley again")
        w -= float(eta) * 12 * _distances(w, levels)
    (end,) = (name for name, place in zip(("left", "middle", "right"), levels, strict=True) if abs(w - place) < 0.02)
    return {"point": first, "limit": end}


def same_start_two_rates(p: Row) -> dict[str, object]:
    f, start = loss(p, "w"), given(p, "w0")
    levels = level_places(f, halves(-12, 12))

    def end(eta: Any) -> str:
        w = float(start)
        for _ in range(6000):
            w -= float(eta) * 12 * _distances(w, levels)
        (name,) = (n for n, place in zip(("left", "middle", "right"), levels, strict=True) if abs(w - place) < 0.02)
        return name

    ends = (end(given(p, "eta_p")), end(given(p, "eta_q")))
    own = "left" if start < levels[1] else "right"
    small = all(end(Fraction(1, n)) == own for n in (700, 2000))
    claims = {
        "start-alone": (ends[0] == ends[1], "long-step"),
        "rate-too": (ends[0] != ends[1], "long-step"),
        "never-passes": (small, "short-steps"),
        "passes-anyway": (not small, "short-steps"),
    }
    return {"limits": ends, "claim": claims[p["case"]]}


def where_a_run_ends_on_a_graph(p: Row) -> dict[str, object]:
    """Walk downhill along the drawn curve until it turns, and take the mark at that place."""
    (curve,) = p["curves"]["loss"]
    x, y = p["marks"]["x_{0}"]
    at = min(range(len(curve)), key=lambda k: abs(curve[k][0] - x))
    confirm(abs(curve[at][1] - y) < 0.2, "the start does not lie on the curve")
    side = 1 if curve[at + 1][1] < curve[at - 1][1] else -1
    while 0 < at < len(curve) - 1 and curve[at + side][1] < curve[at][1]:
        at += side
    confirm(0 < at < len(curve) - 1, "the run leaves the figure")
    label = min("ABCDE", key=lambda name: abs(p["marks"][name][0] - curve[at][0]))
    confirm(abs(p["marks"][label][0] - curve[at][0]) < 0.1, "no mark where the curve turns")
    return {"answer": label.lower()}
