"""The referee of ``regression.toml``: difference quotients of the loss as printed, elimination, and plain runs."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from referee.means import descend, hessian, slope
from referee.reading import confirm, given, loss

Row = dict[str, Any]


def _points(p: Row, count: int) -> list[tuple[Fraction, Fraction]]:
    return [(given(p, f"x{k}"), given(p, f"y{k}")) for k in range(1, count + 1)]


def _mean_squared_error(points: list[tuple[Fraction, Fraction]]) -> Any:
    return lambda w, b: sum((w * x + b - y) ** 2 for x, y in points) / Fraction(len(points))


def batch_step_of_a_line(p: Row) -> dict[str, object]:
    f = _mean_squared_error(_points(p, 4))
    return {"answer": descend(f, (given(p, "w0"), given(p, "b0")), given(p, "eta"), 1)[1]}


def sum_in_place_of_the_mean(p: Row) -> dict[str, object]:
    """Take a step of each kind on made-up examples and compare how far they go with the rate 1."""
    n = int(given(p, "n"))
    confirm(p["slots"]["n:code"] == str(n), "the program has another number of examples")
    x = [Fraction(k * k % 7 - 3) for k in range(1, n + 1)]
    y = [Fraction(k % 5 + 1) for k in range(1, n + 1)]
    w = Fraction(2)
    error = [w * a - b for a, b in zip(x, y, strict=True)]
    total = sum((e * a for e, a in zip(error, x, strict=True)), Fraction(0))
    confirm(total != 0, "the made-up examples do not show anything")
    of_the_program = {
        "2 * np.sum(error * x)": 2 * total,
        "np.sum(error * x)": total,
        "np.mean(error * x)": total / n,
    }[p["slots"]["formula"]]
    of_the_book = slope(lambda v: sum((v * a - b) ** 2 for a, b in zip(x, y, strict=True)) / Fraction(n), w)
    return {"answer": given(p, "eta") * of_the_book / of_the_program}


def line_at_the_end_of_the_run(p: Row) -> dict[str, object]:
    """A run in floats of many steps, rounded to the fraction that makes both difference quotients zero."""
    points = _points(p, 3)
    matrix = np.array([[float(x), 1.0] for x, _ in points])
    target = np.array([float(y) for _, y in points])
    steep = float(np.linalg.eigvalsh(matrix.T @ matrix * 2 / 3)[-1])
    flat = float(np.linalg.eigvalsh(matrix.T @ matrix * 2 / 3)[0])
    here = np.zeros(2)
    for _ in range(int(40 * steep / flat) + 50):
        here = here - (1 / steep) * (2 / 3) * matrix.T @ (matrix @ here - target)
    answer = tuple(Fraction(value).limit_denominator(500) for value in here)
    f = _mean_squared_error(points)
    confirm(slope(lambda w: f(w, answer[1]), answer[0]) == 0, "the slope along w is not zero")
    confirm(slope(lambda b: f(answer[0], b), answer[1]) == 0, "the slope along b is not zero")
    return {"answer": answer}


def largest_rate_from_the_data(p: Row) -> dict[str, object]:
    """The Hessian by difference quotients; its eigenvalues by NumPy, and the bound as 2 over the largest of them."""
    x = [given(p, f"x{k}") for k in (1, 2, 3, 4)]
    confirm(sum(x) == 0, "the inputs are not centred")
    f = _mean_squared_error([(a, Fraction(k)) for k, a in enumerate(x)])
    bends = hessian(f, (Fraction(1), Fraction(2)))
    largest = np.linalg.eigvalsh(np.array([[float(value) for value in row] for row in bends]))[-1]
    return {"curvature": bends[0][0], "bound": Fraction(float(2 / largest)).limit_denominator(10**6)}


def two_copies_of_a_feature(p: Row) -> dict[str, object]:
    """Run until the loss is zero to twelve digits; then the nearest fractions, which have the loss 0."""
    f, k = loss(p, "u", "v"), given(p, "k")
    u, v, eta = float(given(p, "u0")), float(given(p, "v0")), float(given(p, "eta"))
    for _ in range(20_000):
        du, dv = (f(u + 1e-3, v) - f(u - 1e-3, v)) / 2e-3, (f(u, v + 1e-3) - f(u, v - 1e-3)) / 2e-3
        u, v = u - eta * du, v - eta * dv
        if f(u, v) < 1e-22:
            break
    end = Fraction(u).limit_denominator(60), Fraction(v).limit_denominator(60)
    confirm(f(*end) == 0, "the run does not end at loss 0")
    confirm((end[1] - given(p, "v0")) == k * (end[0] - given(p, "u0")), "the run leaves its line")
    return {"answer": end}
