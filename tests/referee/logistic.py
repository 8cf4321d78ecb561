"""The referee of ``logistic.toml``: the cross-entropy written out and differentiated by mpmath, and a search."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath

from referee.reading import confirm, given

Row = dict[str, Any]


def _precise(value: Fraction) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


def _cross_entropy(z: Any, y: Any) -> Any:
    out = 1 / (1 + mpmath.exp(-z))
    return -y * mpmath.log(out) - (1 - y) * mpmath.log(1 - out)


def gradient_at_zero_weights(p: Row) -> dict[str, object]:
    data = [(_precise(given(p, f"x{k}")), int(given(p, f"y{k}"))) for k in (1, 2, 3, 4)]

    def f(w: Any, b: Any) -> Any:
        return sum(_cross_entropy(w * x + b, y) for x, y in data) / 4

    with mpmath.workdps(40):
        return {"answer": (mpmath.diff(lambda w: f(w, 0), 0), mpmath.diff(lambda b: f(0, b), 0))}


def gradient_with_two_features(p: Row) -> dict[str, object]:
    """Weights are chosen freely; the bias is such that z has the given value."""
    with mpmath.workdps(40):
        x1, x2, eta, m = (_precise(given(p, name)) for name in ("x1", "x2", "eta", "m"))
        y = int(given(p, "y"))
        here = [mpmath.mpf(1) / 3, mpmath.mpf(-2) / 7]
        here.append(mpmath.log(m) - here[0] * x1 - here[1] * x2)

        def f(*point: Any) -> Any:
            return _cross_entropy(point[0] * x1 + point[1] * x2 + point[2], y)

        slopes = [mpmath.diff(lambda t, k=k: f(*here[:k], t, *here[k + 1 :]), here[k]) for k in range(3)]
        after = [value - eta * step for value, step in zip(here, slopes, strict=True)]
        change = (after[0] * x1 + after[1] * x2 + after[2]) - mpmath.log(m)
        return {"gradient": tuple(slopes[:2]), "change": change}


def gradient_of_softmax(p: Row) -> dict[str, object]:
    with mpmath.workdps(40):
        here = [mpmath.log(int(given(p, f"m{k}"))) for k in (1, 2, 3)]
        chosen = int(given(p, "c")) - 1

        def f(*z: Any) -> Any:
            return -mpmath.log(mpmath.exp(z[chosen]) / sum(mpmath.exp(value) for value in z))

        slopes = [mpmath.diff(lambda t, k=k: f(*here[:k], t, *here[k + 1 :]), here[k]) for k in range(3)]
        return {"answer": tuple(slopes)}


def data_that_can_be_separated(p: Row) -> dict[str, object]:
    """Bisect for a zero of the slope of the loss, between -60 and 60; without one, follow the sign of the slope."""
    data = [(float(given(p, f"x{k}")), int(given(p, f"y{k}"))) for k in (1, 2, 3, 4)]

    def slope(w: float) -> float:
        return sum((1 / (1 + math.exp(-w * x)) - y) * x for x, y in data) / 4

    low, high = -60.0, 60.0
    if slope(low) < -1e-3 and slope(high) > 1e-3:
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if slope(middle) < 0 else (low, middle)
        confirm(abs(low) > 1e-6, "the start is stationary")
        return {"weight": "right" if low > 0 else "left", "loss": "positive"}
    confirm(slope(low) * slope(high) >= 0, "the slope has a zero far away")
    up = slope(0.0) < 0
    far = 60.0 if up else -60.0
    confirm(sum(math.log1p(math.exp(-far * x * (2 * y - 1))) for x, y in data) < 1e-9, "the loss does not go to 0")
    return {"weight": "up" if up else "down", "loss": "zero"}


def value_of_the_cross_entropy(p: Row) -> dict[str, object]:
    with mpmath.workdps(40):
        first = _cross_entropy(mpmath.log(int(given(p, "m1"))), int(given(p, "y1")))
        second = _cross_entropy(-mpmath.log(int(given(p, "m2"))), int(given(p, "y2")))
        return {"answer": (first + second) / 2}


def wrong_line_of_cross_entropy(p: Row) -> dict[str, object]:
    """Each printed line on the results of the lines above it; the right derivative by mpmath."""
    a, b, d, e, f, x, m = (given(p, name) for name in ("a", "b", "d", "e", "f", "x", "m"))
    y = int(given(p, "y"))
    right = {
        1: a * (1 + 1 / m) == 1,
        2: b == a - a * a,
        3: d == (-1 / a if y else 1 / (1 - a)),
        4: e == d * b,
        5: f == e * x,
    }
    wrong = [name for name, holds in right.items() if not holds]
    confirm(len(wrong) == 1, f"the wrong lines are {wrong}")
    with mpmath.workdps(40):
        value, factor = mpmath.log(_precise(m)), _precise(x)
        return {"line": wrong[0], "repaired": mpmath.diff(lambda w: _cross_entropy(w * factor, y), value / factor)}
