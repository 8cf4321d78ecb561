"""The referee of ``backpropagation.toml``: forward passes and exact differences of the loss, never the chain rule."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from referee.means import descend, hessian, slope
from referee.reading import confirm, given, loss

Row = dict[str, Any]
TINY = Fraction(1, 10**6)


def _relu(z: Any) -> Any:
    return max(z, Fraction(0))


def _difference(f: Any, point: tuple[Fraction, ...], k: int) -> Fraction:
    """The slope along one coordinate; exact while no unit changes its state, for the loss is quadratic there."""
    up = f(*point[:k], point[k] + TINY, *point[k + 1 :])
    down = f(*point[:k], point[k] - TINY, *point[k + 1 :])
    return Fraction(up - down) / (2 * TINY)


def weights_without_a_gradient(p: Row) -> dict[str, object]:
    x1, x2, t = (given(p, name) for name in ("x1", "x2", "t"))
    names = ("a1", "b1", "v1", "a2", "b2", "v2")
    here = tuple(given(p, name) for name in names)

    def f(a1: Any, b1: Any, v1: Any, a2: Any, b2: Any, v2: Any) -> Any:
        return (v1 * _relu(a1 * x1 + b1 * x2) + v2 * _relu(a2 * x1 + b2 * x2) - t) ** 2 / 2

    return {"answer": {name for k, name in enumerate(names) if _difference(f, here, k) == 0}}


def whole_backward_pass(p: Row) -> dict[str, object]:
    x, t, eta = given(p, "x"), given(p, "t"), given(p, "eta")

    def f(w1: Any, w2: Any, v1: Any, v2: Any) -> Any:
        return (v1 * _relu(w1 * x) + v2 * _relu(w2 * x) - t) ** 2 / 2

    here = tuple(given(p, name) for name in ("a0", "c0", "p0", "q0"))
    after = tuple(value - eta * _difference(f, here, k) for k, value in enumerate(here))
    return {"weights": after, "loss": f(*after)}


def hidden_units_that_start_alike(p: Row) -> dict[str, object]:
    """Run for twelve steps in floats and look."""
    x, t, eta = given(p, "x"), given(p, "t"), given(p, "eta")

    def f(w1: Any, w2: Any, v1: Any, v2: Any) -> Any:
        return (v1 * w1 * x + v2 * w2 * x - t) ** 2 / 2

    start = tuple(given(p, name) for name in ("a0", "c0", "p0", "q0"))
    first = descend(f, start, eta, 1)[1]
    w, v = np.array([float(start[0]), float(start[1])]), np.array([float(start[2]), float(start[3])])
    for _ in range(12):
        error = float(x) * v @ w - float(t)
        w, v = w - float(eta) * error * float(x) * v, v - float(eta) * error * float(x) * w
        if max(abs(w).max(), abs(v).max()) > 1e6:
            break
    if np.array_equal(w, [float(start[0]), float(start[1])]) and np.array_equal(v, [float(start[2]), float(start[3])]):
        return {"first": first[:2], "later": "frozen"}
    return {"first": first[:2], "later": "same" if w[0] == w[1] and v[0] == v[1] else "apart"}


def origin_of_a_product_of_weights(p: Row) -> dict[str, object]:
    f = loss(p, "u", "v")
    zero = Fraction(0)
    confirm(slope(lambda u: f(u, zero), zero) == 0 and slope(lambda v: f(zero, v), zero) == 0, "it is not stationary")
    (a, b), (c, d) = hessian(f, (zero, zero))
    confirm(b == c and a == d, "the Hessian has another shape")
    low, high = sorted((a + b, a - b))
    confirm((low - a) * (low - d) == b * c and (high - a) * (high - d) == b * c, "these are no eigenvalues")
    nearby = [f(u, v) - f(zero, zero) for u in (-TINY, zero, TINY) for v in (-TINY, zero, TINY) if u or v]
    kind = "minimum" if min(nearby) > 0 else "maximum" if max(nearby) < 0 else "saddle"
    return {"eigenvalues": (low, high), "kind": kind}


RIGHT = {
    7: "error = o - t",
    8: "grad_v = error * h",
    9: "grad_h = error * v",
    10: "grad_z = grad_h * (z > 0)",
    11: "grad_W = np.outer(grad_z, x)",
    12: "v = v - rate * grad_v",
    13: "W = W - rate * grad_W",
}


def wrong_line_of_a_backward_pass(p: Row) -> dict[str, object]:
    """The line that differs from the right program; and a run of the right program against differences of the loss."""
    wrong = [line for line, text in RIGHT.items() if p["slots"][f"line{line}"] != text]
    confirm(len(wrong) == 1, f"the wrong lines are {wrong}")
    x = tuple(Fraction(p["slots"][f"x{k}:code"]) for k in (1, 2))
    t, eta = Fraction(p["slots"]["t:code"]), Fraction(p["slots"]["eta:code"])
    v = tuple(Fraction(p["slots"][f"v{k}:code"]) for k in (1, 2))
    here = tuple(Fraction(p["slots"][f"{name}:code"]) for name in ("a1", "b1", "a2", "b2"))

    def f(a1: Any, b1: Any, a2: Any, b2: Any) -> Any:
        return (v[0] * _relu(a1 * x[0] + b1 * x[1]) + v[1] * _relu(a2 * x[0] + b2 * x[1]) - t) ** 2 / 2

    W, weights, inputs = np.array(here, dtype=float).reshape(2, 2), np.array(v, float), np.array(x, float)
    z = W @ inputs
    error = weights @ np.maximum(z, 0) - float(t)
    after = W - float(eta) * np.outer(error * weights * (z > 0), inputs)
    exact = here[0] - eta * _difference(f, here, 0)
    confirm(abs(after[0, 0] - float(exact)) < 1e-9, "the right program computes something else")
    return {"line": wrong[0], "weight": exact}
