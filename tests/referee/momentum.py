"""The referee of ``momentum.toml``."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from referee.means import bend, sign, slope, solve_affine
from referee.reading import confirm, given, loss

Row = dict[str, Any]


def heavy_ball_steps(p: Row) -> dict[str, object]:
    """Without the velocity: the next point from the last two."""
    f, beta, eta = loss(p, "x"), given(p, "beta"), given(p, "eta")
    points = [given(p, "x0")] * 2
    for _ in range(3):
        points.append((1 + beta) * points[-1] - beta * points[-2] - eta * slope(f, points[-1]))
    return {"answer": tuple(points[2:])}


def _radius(push: float, beta: float) -> float:
    """The spectral radius of one update of the last two distances; ``push`` is rate times curvature."""
    return float(max(abs(np.linalg.eigvals(np.array([[1 + beta - push, -beta], [1.0, 0.0]])))))


def stable_rates_with_momentum(p: Row) -> dict[str, object]:
    """Where the root that leaves the unit circle is at -1."""
    curvature, beta = bend(loss(p, "x"), Fraction(0)), given(p, "beta")
    bound = solve_affine(lambda eta: 1 + (1 + beta - eta * curvature) + beta)
    for share, stable in ((0.01, True), (0.5, True), (0.999, True), (1.001, False), (2, False)):
        confirm((_radius(share * float(bound * curvature), float(beta)) < 1) == stable, f"otherwise at {share}")
    return {"answer": bound}


def stable_rates_of_nesterov(p: Row) -> dict[str, object]:
    """The rate from which the spectral radius of one update of the last two distances is 1, by bisection."""
    curvature, beta = float(bend(loss(p, "x"), Fraction(0))), float(given(p, "beta"))

    def radius(eta: float) -> float:
        left = 1 - eta * curvature
        return float(max(abs(np.linalg.eigvals(np.array([[left * (1 + beta), -left * beta], [1.0, 0.0]])))))

    lower, upper = 0.5 / curvature, 4 / curvature
    confirm(radius(lower) < 1 < radius(upper) and radius(0.001 / curvature) < 1, "other rates are stable")
    for _ in range(60):
        middle = (lower + upper) / 2
        lower, upper = (middle, upper) if radius(middle) < 1 else (lower, middle)
    return {"answer": (0, upper, "()")}


def two_forms_of_momentum(p: Row) -> dict[str, object]:
    """The rate with which the first points agree; then so do the others, on any loss."""
    beta, known = Fraction(p["slots"]["beta:code"]), Fraction(p["slots"]["eta:code"])
    a_known = p["slots"]["known"] == "A"

    def run(weight: Any, eta: Any, steps: int) -> list[Any]:
        x, v = Fraction(5), Fraction(0)
        points = [x]
        for _ in range(steps):
            v = beta * v + weight * (x**2 - 2)
            x = x - eta * v
            points.append(x)
        return points

    weights = (Fraction(1), 1 - beta) if a_known else (1 - beta, Fraction(1))
    target = run(weights[0], known, 1)[1]
    found = solve_affine(lambda eta: run(weights[1], eta, 1)[1], target)
    confirm(run(weights[0], known, 4) == run(weights[1], found, 4), "later points differ")
    return {"rate": found}


def momentum_on_a_long_slope(p: Row) -> dict[str, object]:
    g, beta, eta = given(p, "g"), given(p, "beta"), given(p, "eta")
    x = [Fraction(0)] * 2
    for _ in range(2):
        x.append(x[-1] - eta * g + beta * (x[-1] - x[-2]))
    limit = abs(solve_affine(lambda move: move - (beta * move + eta * g)))
    far = float(eta * abs(g)) * sum(float(beta) ** k for k in range(2000))
    confirm(abs(far - float(limit)) < 1e-9 * float(limit), "the steps tend to another length")
    return {"second": abs(x[3] - x[2]), "limit": limit}


def zero_gradient_with_velocity(p: Row) -> dict[str, object]:
    f, here, before = loss(p, "x"), given(p, "c"), given(p, "before")
    confirm(slope(f, here) == 0, "the slope is not zero")
    after = here - given(p, "eta") * slope(f, here) + given(p, "beta") * (here - before)
    return {"movement": ("stays", "right", "left")[sign(after - here)], "next": after}


def nesterov_steps(p: Row) -> dict[str, object]:
    """The form with a velocity: v_{k+1} = beta v_k - eta f'(x_k + beta v_k)."""
    f, beta, eta = loss(p, "x"), given(p, "beta"), given(p, "eta")
    x, v = given(p, "x0"), Fraction(0)
    looked = []
    for _ in range(2):
        looked.append(x + beta * v)
        v = beta * v - eta * slope(f, looked[-1])
        x = x + v
    return {"ahead": looked[1], "second": x}


def claims_about_momentum(p: Row) -> dict[str, object]:
    """Six further updates, by the printed rule."""
    f, x, v = loss(p, "x"), given(p, "now"), given(p, "v")
    beta, eta, case = given(p, "beta"), given(p, "eta"), p["case"]
    points = [x]
    for _ in range(6):
        v = beta * v + slope(f, points[-1])
        points.append(points[-1] - eta * v)
    moves, rests = points[1] != x, all(point == x for point in points)
    little = (points[1] - x) / 10**6
    uphill = f(x + little) > f(x)
    answers = {
        "stops-at-zero-gradient": (not moves, "velocity-left"),
        "runs-on-at-zero-gradient": (moves, "velocity-left"),
        "rests-for-ever": (rests, "no-push"),
        "velocity-comes-back": (not rests, "no-push"),
        "against-the-slope": (not uphill, "outweighed"),
        "uphill-for-once": (uphill, "outweighed"),
    }
    return {"answer": answers[case]}
