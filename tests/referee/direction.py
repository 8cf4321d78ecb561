"""The referee of ``direction.toml``."""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from referee.means import sign, slope
from referee.reading import confirm, given, loss

Row = dict[str, Any]


def left_or_right(p: Row) -> dict[str, object]:
    f, start = loss(p, "x"), given(p, "x0")
    tiny = Fraction(1, 10**9)
    lower = sorted((f(start + d * tiny), d) for d in (-1, 0, 1))[0][1]
    return {"answer": "stays" if slope(f, start) == 0 else "left" if lower < 0 else "right"}


def points_that_move_right(p: Row) -> dict[str, object]:
    """Read the figure: the update goes right where the drawn curve falls around the mark."""
    (curve,) = p["curves"]["loss"]
    xs = [x for x, _ in curve]
    falling = set()
    for label in "PQRST":
        x, y = p["marks"][label]
        k = min(max(bisect_left(xs, x), 2), len(xs) - 3)
        left, right = curve[k - 2], curve[k + 2]
        confirm(abs(y - curve[k][1]) <= abs(right[1] - left[1]) + 1e-6, f"{label} does not lie on the curve")
        if right[1] < left[1]:
            falling.add(f"point-{label.lower()}")
    algebra = {f"point-{label.lower()}" for label in "PQRST" if _sign_at(p, p["marks"][label][0]) < 0}
    confirm(algebra == falling, f"drawn: {sorted(falling)}, by the signs of the factors: {sorted(algebra)}")
    return {"answer": falling}


def _sign_at(p: Row, x: float) -> int:
    """The sign of the derivative, whose zeros are r1 < r2 < r3, at x."""
    zeros = (p["r2"] - p["gap1"], p["r2"], p["r2"] + p["gap3"])
    passed = sum(x > zero for zero in zeros)
    return (-1) ** (passed + 1) * (1 if p["case"].startswith("valleys") else -1)


def order_by_first_step(p: Row) -> dict[str, object]:
    def f(x: Any) -> Any:
        return ((p["a"] * x + p["b"]) * x + p["c"]) * x + p["k"]

    places = {name: given(p, f"p{k}") for k, name in enumerate("pqrs", 1)}
    for name, x in places.items():
        confirm(f(x) == given(p, f"loss_at_{name.upper()}"), "the table prints another loss")
        confirm(slope(f, x) == given(p, f"grad_at_{name.upper()}"), "the table prints another slope")
    lengths = {name: abs(slope(f, x)) for name, x in places.items()}
    confirm(len(set(lengths.values())) == 4, "two steps are equally long")
    return {"answer": tuple(f"place-{name}" for name in sorted(places, key=lambda name: lengths[name]))}


def slope_from_readings(p: Row) -> dict[str, object]:
    """The slope in the middle of the parabola through the three printed readings (Newton's divided differences)."""
    x = [given(p, slot) for slot in ("w0 - h:1", "w0:1", "w0 + h:1")]
    y = [given(p, slot) for slot in ("low:2", "mid:2", "high:2")]
    first, second = (y[1] - y[0]) / (x[1] - x[0]), (y[2] - y[1]) / (x[2] - x[1])
    middle = first + (second - first) / (x[2] - x[0]) * (x[1] - x[0])
    return {"slope": middle, "direction": "down" if middle > 0 else "up"}


def derivative_slope_direction(p: Row) -> dict[str, object]:
    f, here = loss(p, "w"), given(p, "w0")
    at_start = slope(f, here)
    return {
        "derivative": lambda w: slope(f, w),
        "slope": at_start,
        "direction": "down" if at_start > 0 else "up",
    }


def what_one_slope_tells(p: Row) -> dict[str, object]:
    """Try each claim on many smooth losses that have the given value and slope at the start."""
    start, value, steep = given(p, "w0"), given(p, "value"), given(p, "slope")

    def member(square: int, cube: int) -> Any:
        return lambda w: value + steep * (w - start) + square * (w - start) ** 2 + cube * (w - start) ** 3

    losses = [member(square, cube) for square in range(-3, 4) for cube in (-2, 0, 2)]
    straight = member(0, 0)
    walks = [straight(start + k * side) for side in (-1, 1) for k in range(1, 50)]
    rates = [Fraction(1, 10**k) for k in (0, 1, 2, 3, 6)]
    moves = {sign(-rate * slope(f, start)) for f in losses for rate in rates}
    tiny = [sign(f(start - rates[-1] * slope(f, start)) - f(start)) for f in losses]
    large = [sign(f(start - 10 * slope(f, start)) - f(start)) for f in losses]
    truth = {
        "left": moves == {-1},
        "right": moves == {1},
        "short-step-lowers": set(tiny) == {-1},
        "short-step-can-raise": 1 in tiny,
        "minimum": len(set(walks)) < len(walks),  # a straight line takes no value twice, so it turns nowhere
        "long-step-may-raise": 1 in large,
    }
    case = p["case"]
    if case in truth:
        return {"answer": (truth[case], "short" if case.startswith("short") else "local")}
    head = case.split("-")[0]
    return {"answer": (truth[head], "local" if head == "minimum" else "rule")}


def order_steps_on_a_curve(p: Row) -> dict[str, object]:
    """The steepness of the drawn curve at each mark, and the product of the factors of the derivative."""
    (curve,) = p["curves"]["loss"]
    xs = [x for x, _ in curve]
    drawn, exact = {}, {}
    zeros = (p["r2"] - p["gap1"], p["r2"], p["r2"] + p["gap3"])
    for label in "ABCD":
        x, y = p["marks"][label]
        k = min(max(bisect_left(xs, x), 3), len(xs) - 3)
        near = np.polynomial.Polynomial.fit(*zip(*curve[k - 3 : k + 3], strict=True), deg=4)
        confirm(abs(near(x) - y) <= 0.05, f"{label} does not lie on the curve")
        drawn[label] = abs(near.deriv()(x))
        exact[label] = abs((x - zeros[0]) * (x - zeros[1]) * (x - zeros[2]))
    order = sorted("ABCD", key=lambda label: exact[label])
    for flat, steep in pairwise(order):
        confirm(drawn[steep] > 1.2 * drawn[flat], f"{flat} and {steep} look equally steep")
    return {"answer": tuple(f"point-{label.lower()}" for label in order)}
