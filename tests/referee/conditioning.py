"""The referee of ``conditioning.toml``."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from referee.means import bend, gradient, hessian, vertex
from referee.reading import confirm, formula, given, loss

Row = dict[str, Any]


def condition_number_of_a_matrix(p: Row) -> dict[str, object]:
    off = given(p, "q")
    low, high = np.linalg.eigvalsh(np.array([[given(p, "p"), off], [off, given(p, "r")]], dtype=float))
    confirm(low > 0, "the loss has no minimum")
    return {"answer": high / low}


def best_constant_rate(p: Row) -> dict[str, object]:
    """The lowest crossing of the four straight lines +-(1 - eta lambda) that no other line exceeds."""
    curvatures = [row[k] for k, row in enumerate(hessian(loss(p, "u", "v"), (0, 0)))]
    lines = [(sign, -sign * bent) for sign in (1, -1) for bent in curvatures]

    def worst(eta: Fraction) -> Fraction:
        return max(at_zero + rise * eta for at_zero, rise in lines)

    crossings = [
        Fraction(c - a) / (b - d) for (a, b), (c, d) in combinations(lines, 2) if b != d and (c - a) / (b - d) > 0
    ]
    best = min(crossings, key=worst)
    confirm(all(worst(best * share) > worst(best) for share in (Fraction(99, 100), Fraction(101, 100))), "not the best")
    return {"rate": best, "factor": worst(best)}


def curvature_of_a_scaled_feature(p: Row) -> dict[str, object]:
    """Four examples with the printed means: the squares of the features are all that counts."""
    m1, m2, s = given(p, "m1"), given(p, "m2"), given(p, "s")
    signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    confirm(sum(a * b for a, b in signs) == 0, "the features are not orthogonal")

    def squared(a: Any, b: Any) -> Any:
        # the mean of (a sqrt(m1) s e + b sqrt(m2) e')^2 over the signs; the mixed terms cancel
        return sum(a * a * m1 * s * s * e * e + b * b * m2 * d * d for e, d in signs) / Fraction(4)

    first, second = bend(lambda a: squared(a, 0), Fraction(0)), bend(lambda b: squared(0, b), Fraction(0))
    return {"curvature": first, "condition": max(first / second, second / first)}


def _minimiser(f: Callable[..., Any]) -> tuple[Fraction, Fraction]:
    (a, b), (c, d) = hessian(f, (Fraction(0), Fraction(0)))
    g, h = gradient(f, (Fraction(0), Fraction(0)))
    return (b * h - d * g) / (a * d - b * c), (c * g - a * h) / (a * d - b * c)


def what_scaling_leaves_alone(p: Row) -> dict[str, object]:
    """Fit before and after the change, and compare everything."""
    points = [(given(p, f"x{k}"), given(p, f"y{k}")) for k in (1, 2, 3)]
    amount, scaled = given(p, "amount"), p["slots"]["verb"] == "multiplied by"
    changed = [(x * amount if scaled else x + amount, y) for x, y in points]
    before = loss(p, "w", "b")

    def squared(data: list[tuple[Fraction, Fraction]]) -> Callable[..., Any]:
        return lambda w, b: sum((w * x + b - y) ** 2 for x, y in data) / Fraction(3)

    penalty = before(Fraction(1), Fraction(0)) - squared(points)(Fraction(1), Fraction(0))
    confirm((penalty > 0) == ("penalty" in p["slots"]["form"]), "the penalty is not where the words say")

    def after(w: Any, b: Any) -> Any:
        return squared(changed)(w, b) + penalty * w * w

    fits = [_minimiser(before), _minimiser(after)]
    (w, b), (wn, bn) = fits
    predictions = [[w * x + b for x, _ in points], [wn * x + bn for x, _ in changed]]
    residuals = [sum(t - y for t, (_, y) in zip(row, points, strict=True)) for row in predictions]
    tops = [np.linalg.eigvalsh(np.array(hessian(f, (0, 0)), dtype=float))[1] for f in (before, after)]
    same = {
        "least-loss": before(w, b) == after(wn, bn),
        "predictions": predictions[0] == predictions[1],
        "weight": w == wn,
        "bias": b == bn,
        "rates": abs(tops[0] - tops[1]) < 1e-9,
        "residuals": residuals[0] == residuals[1],
    }
    return {"answer": frozenset(name for name, holds in same.items() if holds)}


def order_by_conditioning(p: Row) -> dict[str, object]:
    """The factor of the best rate, by the crossing of the two lines of each loss."""

    def factor(k: int) -> Fraction:
        f = formula(p["slots"][f"~ p{k}*u^2 + q{k}*v^2"], "u", "v")
        low, high = sorted(row[place] for place, row in enumerate(hessian(f, (0, 0))))
        return 1 - low * Fraction(2) / (low + high)

    speeds = {name: factor(k) for k, name in enumerate("abcd", start=1)}
    confirm(len(set(speeds.values())) == 4, "two runs are equally fast")
    return {"answer": tuple(sorted(speeds, key=lambda name: speeds[name]))}


def claims_about_scaling(p: Row) -> dict[str, object]:
    """Both fits, without a penalty and with one, by the vertex of the loss."""
    s = given(p, "s")
    points = [(given(p, f"x{k}"), given(p, f"y{k}")) for k in (1, 2)]

    def predictions(factor: Any, strength: Any) -> tuple[list[Any], Any, Any]:
        data = [(factor * x, y) for x, y in points]

        def f(w: Any) -> Any:
            return sum((w * x - y) ** 2 for x, y in data) / Fraction(2) + strength * w * w

        best = vertex(f)
        return [best * x for x, _ in data], f(best), bend(f, 0)

    (old, least, curve), (new, least_new, curve_new) = predictions(1, 0), predictions(s, 0)
    confirm(old == new, "the best predictions change")
    charged = predictions(1, Fraction(1, 3))[0] != predictions(s, Fraction(1, 3))[0]
    answers = {
        "least-loss-changes": (least != least_new, "right"),
        "least-loss-stays": (least == least_new, "right"),
        "rate-stays": (curve == curve_new, "right"),
        "rate-changes": (curve != curve_new, "right"),
        "penalty-the-same": (not charged, "right"),
        "penalty-not-the-same": (charged, "right"),
    }
    return {"answer": answers[p["case"]]}
