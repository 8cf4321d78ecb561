"""The referee of ``newton.toml``: stationary points of exact quadratic approximations."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from referee.means import bend, descend_one, gradient, hessian, slope, vertex
from referee.reading import confirm, given, loss

Row = dict[str, Any]


def _step(f: Any, x: Any) -> Any:
    """The vertex of the parabola that agrees with f at x up to the second derivative."""
    height, steepness, curvature = f(x), slope(f, x), bend(f, x)
    return x + vertex(lambda d: height + steepness * d + curvature * d * d / 2)


def one_newton_step(p: Row) -> dict[str, object]:
    return {"answer": _step(loss(p, "x"), given(p, "x0"))}


def newton_on_a_hilltop(p: Row) -> dict[str, object]:
    f, x = loss(p, "x"), given(p, "x0")
    newton, descent = _step(f, x), descend_one(f, x, given(p, "eta"), 1)[1]
    confirm(slope(f, p["m"]) == slope(f, -p["m"]) == slope(f, Fraction(0)) == 0, "the stationary points are others")

    def downhill(end: Any) -> bool:
        return f(x + (end - x) / 10**9) < f(x)

    found = {(True, True): "both-down", (True, False): "newton-up", (False, True): "descent-up"}
    return {"newton": newton, "directions": found[downhill(descent), downhill(newton)]}


def scaling_the_loss(p: Row) -> dict[str, object]:
    """A parabola with the printed derivatives, times the factor."""

    def scaled(x: Any) -> Any:
        d = x - p["x0"]
        return p["s"] * (7 + p["g"] * d + p["h"] * d * d / 2)

    return {"answer": (descend_one(scaled, p["x0"], p["eta"], 1)[1], _step(scaled, p["x0"]))}


def newton_on_a_bowl(p: Row) -> dict[str, object]:
    """From the start and from other starts: one step, to the same point."""
    f = loss(p, "u", "v")
    ends = []
    for start in ((given(p, "u0"), given(p, "v0")), (Fraction(5), Fraction(-7)), (Fraction(-11), Fraction(2))):
        (a, b), (_, c) = hessian(f, start)
        g, h = gradient(f, start)
        determinant = a * c - b * b
        ends.append((start[0] - (c * g - b * h) / determinant, start[1] - (a * h - b * g) / determinant))
    confirm(ends[0] == ends[1] == ends[2] and gradient(f, ends[0]) == (0, 0), "not one step from every start")
    return {"point": ends[0], "others": "one"}


def claims_about_newton_steps(p: Row) -> dict[str, object]:
    f, start, case = loss(p, "x"), given(p, "x0"), p["case"]
    end = _step(f, start)
    confirm(end == given(p, "x1"), "the printed step is another one")
    confirm(abs(f(end) - given(p, "loss_at_next:3")) <= Fraction(1, 2000), "the printed loss is another one")
    little = (end - start) / 10**6
    uphill = f(start + little) > f(start)
    arrived = slope(f, end) == 0 and bend(f, end) > 0
    same = _step(lambda x: 5 * f(x), start) == end
    answers = {
        "always-downhill": (not uphill, "right"),
        "begins-uphill": (uphill, "right"),
        "one-step-on-a-parabola": (arrived, "right"),
        "many-steps-on-a-parabola": (not arrived, "right"),
        "factor-in-front": (same, "right"),
        "five-times-as-long": (not same, "right"),
    }
    return {"answer": answers[case]}
