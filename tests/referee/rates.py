"""The referee of ``rates.toml``."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from referee.means import bend, descend, descend_one, gradient, hessian, solve_affine, vertex
from referee.reading import confirm, given, loss

Row = dict[str, Any]


def regime_of_a_quadratic(p: Row) -> dict[str, object]:
    """Run it and look at the distances from the minimiser, with their signs."""
    f, start, eta = loss(p, "x"), given(p, "x0"), given(p, "eta")
    centre = vertex(f)
    away = [x - centre for x in descend_one(f, start, eta, 12)]
    if away[1] == 0:
        regime = "one-step"
    elif away[2] == away[0]:
        regime = "two-points"
    elif abs(away[12]) > abs(away[1]) > abs(away[0]):
        regime = "diverges"
    else:
        confirm(abs(away[12]) < abs(away[1]) < abs(away[0]), "the run does not approach")
        regime = "one-side" if all(a * b > 0 for a, b in pairwise(away)) else "both-sides"
    return {"factor": away[1] / away[0], "regime": regime}


def largest_rate_in_one_variable(p: Row) -> dict[str, object]:
    """The rate with which the update only mirrors at the minimiser; a little less converges, a little more does not."""
    f = loss(p, "x")
    start = vertex(f) + 1
    largest = solve_affine(lambda eta: descend_one(f, start, eta, 1)[1] - vertex(f), -1)
    for share, closer in ((0.99, True), (1, False), (1.01, False)):
        ends = descend_one(f, float(start), share * float(largest), 20)
        confirm((abs(ends[20] - float(vertex(f))) < 0.9) == closer, f"at {share} of the rate it is otherwise")
    return {"answer": largest}


def largest_rate_in_two_variables(p: Row) -> dict[str, object]:
    f = loss(p, "u", "v")
    low, high = np.linalg.eigvalsh(np.array(hessian(f, (0, 0)), dtype=float))
    confirm(low > 0, "the loss has no minimum")
    return {"curvatures": (float(low), float(high)), "bound": 2 / float(high)}


def overshoot_and_crossing(p: Row) -> dict[str, object]:
    f, start, centre = loss(p, "x"), given(p, "x0"), given(p, "c")
    after = descend_one(f, start, given(p, "eta"), 1)[1]
    confirm(after != centre and f(after) != f(start), "the step neither crosses nor does not")
    return {
        "point": after,
        "crossing": "crosses" if min(start, after) < centre < max(start, after) else "same-side",
        "change": f(after) - f(start),
        "overshoot": "rises" if f(after) > f(start) else "falls",
    }


def threshold_of_a_fourth_power(p: Row) -> dict[str, object]:
    """The bound by bisection on how simulated runs go on; the outcome by a simulated run."""
    f, start, centre = loss(p, "x"), given(p, "x0"), given(p, "c")

    def grows(eta: Any) -> bool | None:
        """Whether the distance has grown after some steps; None where it has not changed."""
        distance = [abs(x - centre) for x in descend_one(f, start, eta, 3)]
        return None if distance[3] == distance[0] else distance[3] > distance[0]

    lower, upper = 0.0, 1.0
    while not grows(upper):
        upper *= 2
    for _ in range(45):
        middle = (lower + upper) / 2
        lower, upper = (lower, middle) if grows(middle) is not False else (middle, upper)
    outcome = {True: "diverges", False: "converges", None: "cycles"}[grows(given(p, "eta"))]
    return {"bound": upper, "outcome": outcome}


def falling_loss_is_no_promise(p: Row) -> dict[str, object]:
    """Run on for 400 updates in floats."""
    f = loss(p, "u", "v")
    curvatures = np.array([hessian(f, (0, 0))[k][k] for k in (0, 1)], dtype=float)
    eta, start = given(p, "eta"), (given(p, "u0"), given(p, "v0"))
    confirm(gradient(f, start) == tuple(c * x for c, x in zip((p["a"], p["c"]), start, strict=True)), "other slopes")
    losses = [f(*point) for point in descend(f, start, eta, 2)]
    for k, value in enumerate(losses):
        confirm(abs(value - given(p, f"loss[{k}]:4")) <= 0.00005, f"the printed loss {k} is not {float(value)}")
    confirm(losses[0] > losses[1] > losses[2], "the printed losses do not fall")
    point = np.array(start, dtype=float)
    for _ in range(400):
        point = point - float(eta) * curvatures * point
    size = np.abs(point).max()
    return {"answer": "diverges" if size > 1e3 else "converges" if size < 1e-3 else "two-points"}


def when_the_loss_turns(p: Row) -> dict[str, object]:
    f, start, eta = loss(p, "u", "v"), (given(p, "u0"), given(p, "v0")), given(p, "eta")
    losses = [f(*point) for point in descend(f, start, eta, 12)]
    rises = [k for k in range(1, 13) if losses[k] > losses[k - 1]]
    confirm(rises == list(range(rises[0], 13)) and bend(lambda v: f(0, v), 0) * eta > 2, "the loss falls again later")
    return {"answer": rises[0]}
