"""The referee of ``several-steps.toml``."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import exp
from typing import Any

from referee.means import bend, descend, descend_one, solve_affine, vertex
from referee.reading import confirm, given, loss

Row = dict[str, Any]


def three_updates(p: Row) -> dict[str, object]:
    """x_k = x* + (1 - eta f'')^k (x_0 - x*), exact for a quadratic."""
    f, start = loss(p, "x"), given(p, "x0")
    centre, factor = vertex(f), 1 - given(p, "eta") * bend(f, 0)
    values = [centre + factor**k * (start - centre) for k in (1, 2, 3)]
    return dict(zip(("first", "second", "third"), values, strict=True))


def two_updates_two_variables(p: Row) -> dict[str, object]:
    start = given(p, "u0"), given(p, "v0")
    _, first, second = descend(loss(p, "u", "v"), start, given(p, "eta"), 2)
    return {"first": first, "second": second}


def closed_form(p: Row) -> dict[str, object]:
    """Here the run itself, step by step."""
    steps = int(given(p, "k"))
    return {"answer": descend_one(loss(p, "x"), given(p, "x0"), given(p, "eta"), steps)[-1]}


def updates_until_close(p: Row) -> dict[str, object]:
    """Run until it is close enough, and count."""
    f, eta, share = loss(p, "x"), given(p, "eta"), given(p, "eps")
    centre, start = vertex(f), given(p, "x0")
    confirm(centre == given(p, "c"), "the minimiser is another one")
    x, count = start, 0
    while abs(x - centre) > share * abs(start - centre):
        x, count = descend_one(f, x, eta, 1)[1], count + 1
    return {"answer": count}


def start_two_updates_ago(p: Row) -> dict[str, object]:
    """Two updates are an affine function of the start; solve for the start."""
    f, eta = loss(p, "x"), given(p, "eta")
    return {"answer": solve_affine(lambda x: descend_one(f, x, eta, 2)[2], given(p, "x[2]"))}


def continue_the_run(p: Row) -> dict[str, object]:
    """The update is the affine map that fixes x* and takes x_0 to x_1."""
    centre, first, second = given(p, "c"), given(p, "x0"), given(p, "x1")
    return {"answer": second + (second - first) * (second - centre) / (first - centre)}


def claims_about_step_lengths(p: Row) -> dict[str, object]:
    points = descend_one(loss(p, "x"), given(p, "x0"), given(p, "eta"), 8)
    lengths = [abs(b - a) for a, b in pairwise(points)]
    changes = [b - a for a, b in pairwise(lengths)]
    shrinks, grows = all(d < 0 for d in changes), all(d > 0 for d in changes)
    confirm(shrinks or grows, "the steps neither shrink nor grow")
    truth = {
        "first-longest-true": lengths[0] == max(lengths) and shrinks,
        "first-longest-false": lengths[0] == max(lengths) and shrinks,
        "equal-steps": len(set(lengths)) == 1,
        "must-lower-rate": not shrinks,
        "by-themselves": shrinks,
        "ever-longer": grows,
    }[p["case"]]
    return {"answer": (truth, "shrinks" if shrinks else "grows")}


def claims_about_steps(p: Row) -> dict[str, object]:
    """Runs in floats with derivatives by hand; what would be changed is changed and run again."""
    a, c, d = float(p["a"]), float(p["c"]), float(p["d"])
    eta, case = float(given(p, "eta")), p["case"]
    hill, lopsided = case in ("first-step-longest", "longer-step-later"), case.startswith("lower-")
    functions: tuple[Callable[[float], float], Callable[[float], float]] = (
        (lambda x: a * (x**4 / 4 - x * x / 2), lambda x: a * (x**3 - x))
        if hill
        else (lambda x: a * (exp(-x) + x), lambda x: a * (1 - exp(-x)))
        if lopsided
        else (lambda x: a / 2 * x * x, lambda x: a * x)
    )
    value, rise = functions

    def run(rate: float, factor: float = 1, steps: int = 400) -> list[float]:
        points = [d]
        for _ in range(steps):
            points.append(points[-1] - rate * factor * rise(points[-1]))
        return points

    here = run(eta)
    for k in (1, 2):
        confirm(abs(here[k] + c - float(given(p, f"x[{k}]:3"))) <= 0.000501, f"the printed point {k} is another one")
    doubled = abs(run(eta, 2)[1] - d) > 1.99 * abs(here[1] - d)
    lengths = [abs(y - x) for x, y in pairwise(here)]
    settled = lengths[-1] < 1e-6
    rates = [k / 20 / a for k in range(1, 40)]
    ever_longer = any(abs(q[2] - q[1]) > abs(q[1] - q[0]) for q in (run(rate, steps=2) for rate in rates))
    lower_yet_farther = value(here[1]) < value(d) and abs(here[1]) > abs(d)
    answers = {
        "loss-doubled": (doubled, "right"),
        "loss-doubled-same-step": (not doubled, "right"),
        "constant-added": (False, "right"),
        "constant-of-no-matter": (True, "right"),
        "first-step-longest": (not (settled and max(lengths) > lengths[0]), "right"),
        "longer-step-later": (settled and max(lengths) > lengths[0], "right"),
        "never-longer-on-a-parabola": (not ever_longer, "right"),
        "longer-on-a-parabola": (ever_longer, "right"),
        "lower-means-closer": (not lower_yet_farther, "right"),
        "lower-and-farther": (lower_yet_farther, "right"),
    }
    return {"answer": answers[case]}
