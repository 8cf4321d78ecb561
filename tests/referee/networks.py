"""The referee of ``networks.toml``: derivatives by mpmath in 40 digits, or by exact differences."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import mpmath

from referee.means import descend
from referee.reading import confirm, given

Row = dict[str, Any]


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + mpmath.exp(-z))


def _precise(value: Fraction) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


def _step_of_a_unit(p: Row, loss: Any) -> tuple[Any, Any]:
    """The derivative by the weight, and the weight after a step; the bias is such that the unit puts out ``p``."""
    with mpmath.workdps(40):
        w, x, eta, out = (_precise(given(p, slot)) for slot in ("w0", "x", "eta", "p"))
        bias = mpmath.log(out / (1 - out)) - w * x
        derivative = mpmath.diff(lambda t: loss(_sigmoid(t * x + bias)), w)
        return +derivative, w - eta * derivative


def update_of_a_sigmoid_unit(p: Row) -> dict[str, object]:
    y = int(given(p, "y"))
    return {"answer": _step_of_a_unit(p, lambda out: -y * mpmath.log(out) - (1 - y) * mpmath.log(1 - out))}


def squared_error_of_a_sigmoid(p: Row) -> dict[str, object]:
    target = int(given(p, "t"))
    return {"answer": _step_of_a_unit(p, lambda out: (out - target) ** 2 / 2)}


def two_linear_layers(p: Row) -> dict[str, object]:
    x, y = given(p, "x"), given(p, "y")
    start = given(p, "u0"), given(p, "v0")
    return {"answer": descend(lambda u, v: (v * u * x - y) ** 2 / 2, start, given(p, "eta"), 1)[1]}


def relu_network(p: Row) -> dict[str, object]:
    """Differences so small that no unit changes its state."""
    x1, x2, b1, b2, v1, v2, t, eta = (given(p, name) for name in ("x1", "x2", "b1", "b2", "v1", "v2", "t", "eta"))
    start = given(p, "a0"), given(p, "c0")

    def loss(a: Any, c: Any) -> Any:
        return (v1 * max(0, a * x1 + b1 * x2) + v2 * max(0, c * x1 + b2 * x2) - t) ** 2 / 2

    tiny = Fraction(1, 10**4)
    confirm(
        all(abs(w * x1 + b * x2) > tiny * 12 for w, b in zip(start, (b1, b2), strict=True)), "a unit is on its kink"
    )

    def slope(f: Any, x: Any) -> Any:
        return (f(x + tiny) - f(x - tiny)) / (2 * tiny)  # exact, for the loss is quadratic between kinks

    a, c = start
    return {"answer": (a - eta * slope(lambda w: loss(w, c), a), c - eta * slope(lambda w: loss(a, w), c))}


def gradient_through_sigmoids(p: Row) -> dict[str, object]:
    """Differentiate the whole chain; for the trend, chains that are longer by one pair of units each."""
    n, w, u = int(given(p, "n")), int(given(p, "w")), int(given(p, "u"))

    def last(z: Any, units: int) -> Any:
        for k in range(1, units):
            weight = w if k % 2 else u
            z = weight * _sigmoid(z) - mpmath.mpf(weight) / 2  # the bias that keeps z at 0
        return z

    with mpmath.workdps(40):
        derivative = mpmath.diff(lambda z: last(z, n), 0)
        sizes = [abs(mpmath.diff(lambda z, k=k: last(z, k), 0)) for k in (3, 5, 7)]
    ratios = [float(b / a) for a, b in pairwise(sizes)]
    confirm(abs(ratios[0] - ratios[1]) < 1e-9, "the ratios differ")
    trend = "stays" if abs(ratios[0] - 1) < 1e-9 else "vanishes" if ratios[0] < 1 else "explodes"
    return {"derivative": derivative, "trend": trend}


def dead_units(p: Row) -> dict[str, object]:
    inputs = [given(p, f"x{k}") for k in (1, 2, 3)]
    alive = {
        name
        for k, name in enumerate(("first", "second", "third", "fourth"), 1)
        for x in inputs
        if max(0, given(p, f"w{k}") * x + given(p, f"b{k}")) != 0
    }
    return {"answer": {"first", "second", "third", "fourth"} - alive}
