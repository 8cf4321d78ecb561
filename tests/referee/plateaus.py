"""The referee of ``plateaus.toml``: chains of units differentiated by mpmath in 40 digits, searches, and plain runs."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath

from referee.reading import confirm, given

Row = dict[str, Any]


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + mpmath.exp(-z))


def _precise(value: Fraction) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


def layers_until_the_gradient_is_gone(p: Row) -> dict[str, object]:
    """Differentiate longer and longer chains until the size is below the limit."""
    with mpmath.workdps(40):
        w, limit = _precise(given(p, "w")), 1 / _precise(given(p, "limit"))
        bias = -w * _sigmoid(mpmath.mpf(0))
        one = mpmath.diff(lambda z: w * _sigmoid(z) + bias, 0)
        size, n = mpmath.mpf(1), 0
        while size >= limit:
            size, n = size * abs(one), n + 1
        three = mpmath.diff(lambda z: _chain(z, w, bias, 3), 0)
        confirm(abs(three - one**3) < 1e-20, "the factor of a chain is not the product of its units")
        return {"answer": n}


def _chain(z: Any, w: Any, bias: Any, units: int) -> Any:
    for _ in range(units):
        z = w * _sigmoid(z) + bias
    return z


def saturated_under_two_losses(p: Row) -> dict[str, object]:
    with mpmath.workdps(40):
        x, out, y = _precise(given(p, "x")), _precise(given(p, "p")), int(given(p, "y"))
        w = mpmath.log(out / (1 - out)) / x
        squared = mpmath.diff(lambda t: (_sigmoid(t * x) - y) ** 2 / 2, w)
        entropy = mpmath.diff(lambda t: -y * mpmath.log(_sigmoid(t * x)) - (1 - y) * mpmath.log(1 - _sigmoid(t * x)), w)
        return {"derivatives": (squared, entropy), "ratio": entropy / squared}


def weight_that_keeps_the_gradient(p: Row) -> dict[str, object]:
    """The derivative of the last value is linear in the second weight: differentiate with the weight 1."""
    with mpmath.workdps(40):
        first, second, w1 = (_precise(given(p, name)) for name in ("p1", "p2", "w1"))
        z1, z2 = mpmath.log(first / (1 - first)), mpmath.log(second / (1 - second))
        bias = z2 - w1 * _sigmoid(z1)
        return {"answer": 1 / abs(mpmath.diff(lambda z: _sigmoid(w1 * _sigmoid(z) + bias), z1))}


def three_reasons_for_a_flat_curve(p: Row) -> dict[str, object]:
    """Run again, far beyond the 40 updates, with the same rate and with one that is a thousand times larger."""
    targets, eta, w = [float(given(p, name)) for name in ("t1", "t2")], float(given(p, "eta")), float(given(p, "w0"))

    def loss(v: float) -> float:
        return sum((1 / (1 + math.exp(-v)) - t) ** 2 for t in targets) / 4

    def run(v: float, rate: float, steps: int) -> float:
        for _ in range(steps):
            out = 1 / (1 + math.exp(-v))
            v -= rate * (out - sum(targets) / 2) * out * (1 - out)
        return v

    end = run(w, eta, 40)
    confirm(abs(end - float(given(p, "w[40]:3"))) < 6e-4, "the run ends elsewhere")
    confirm(abs(loss(w) - float(given(p, "loss[0]:5"))) < 6e-6, "the loss at the start is another one")
    confirm(abs(loss(end) - float(given(p, "loss[40]:5"))) < 6e-6, "the loss at the end is another one")
    lowest = min(loss(v / 100) for v in range(-800, 801))
    if loss(end) - lowest < 1e-4:
        return {"answer": "minimum"}
    with_a_usual_rate = run(w, 1.0, 100)
    return {"answer": "rate" if loss(with_a_usual_rate) - lowest < (loss(w) - lowest) / 4 else "plateau"}


def bias_that_wakes_a_unit(p: Row) -> dict[str, object]:
    """Try one whole number after the other."""
    w, b = given(p, "w"), given(p, "b")
    inputs = [given(p, f"x{k}") for k in (1, 2, 3, 4)]
    confirm(all(w * x + b < 0 for x in inputs), "the unit is not dead")
    tries = range(-100, 101)
    first = next(b for b in tries if any(w * x + b > 0 for x in inputs))
    every = next(b for b in tries if all(w * x + b > 0 for x in inputs))
    return {"answer": (first, every)}


def what_a_loss_curve_shows(p: Row) -> dict[str, object]:
    """Tell the curve by its shape alone."""
    (curve,) = p["curves"]["loss"]
    heights = [y for _, y in curve]
    confirm(len(heights) == 61, "the figure does not show 60 updates")
    first, last = heights[0], heights[-1]
    if last > 1.2 * first:
        return {"answer": "too-long"}
    if heights[12] > 0.9 * first and last < first / 10:
        return {"answer": "plateau"}
    if heights[12] < first / 10:
        return {"answer": "arrived"}
    halves = first - heights[30], heights[30] - last
    confirm(max(halves) < 2 * min(halves), "the fall is not even")
    return {"answer": "slow"}
