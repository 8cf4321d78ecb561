"""The referee of ``diagnosis.toml``: it runs the runs again, tries every remedy, and looks at the printed logs only."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from referee.means import descend, descend_one, gradient, hessian, sign, vertex
from referee.reading import confirm, given, loss

Row = dict[str, Any]


def diagnose_the_log(p: Row) -> dict[str, object]:
    """Only from the log as printed, with all its rounding."""
    rows = range(6)
    weight, height, steepness = ([float(given(p, f"{name}[{k}]:3")) for k in rows] for name in ("w", "loss", "grad"))
    eta, best = float(given(p, "eta")), float(given(p, "best:3"))
    moves = [weight[k + 1] - weight[k] for k in range(5)]
    found = []
    level = max(map(abs, steepness)) < 0.02
    if not level and height[5] > height[0] - 0.001 and all(a * b < 0 for a, b in pairwise(moves)):
        found.append("too-large")
    if height[5] > height[0] and all(a * b > 0 for a, b in zip(moves, steepness, strict=False)):
        found.append("sign")
    if height[5] < height[0] - 0.01 and abs(steepness[5]) > 2 / 3 * abs(steepness[0]):
        found.append("too-small")
    if level and height[5] > best + 0.2:
        found.append("plateau")
    if abs(height[5] - best) < 0.002 and abs(steepness[5]) < 0.03:
        found.append("converged")
    confirm(len(found) == 1, f"the diagnoses {found} fit")
    by_rule = all(abs(moves[k] + eta * steepness[k]) < 0.002 + eta * 0.001 for k in range(5))
    confirm(by_rule == (found != ["sign"]), "the steps are not as the diagnosis says")
    return {"answer": found[0]}


def choose_the_remedy(p: Row) -> dict[str, object]:
    """Make the 20 updates with every change."""
    f, eta = loss(p, "w"), given(p, "eta")
    goal = vertex(f)
    first = given(p, "w[1]:3")
    rule = descend_one(f, p["c"] + p["d0"], eta, 1)[1]
    rate = eta if abs(rule - first) < Fraction(1, 1000) else -eta  # the program turns the step round
    points = descend_one(f, p["c"] + p["d0"], rate, 4)
    confirm(all(abs(points[k] - given(p, f"w[{k}]:3")) <= Fraction(1, 2000) for k in range(5)), "the log is another")
    works = []
    for name, changed in (("smaller", rate / 10), ("larger", 10 * rate), ("go-on", rate), ("turn", -rate)):
        end = descend_one(f, points[4], changed, 20)[-1]
        if abs(end - goal) * 10 <= abs(points[4] - goal):
            works.append(name)
    confirm(len(works) == 1, f"the changes {works} work")
    return {"answer": works[0]}


def rates_that_meet_all_demands(p: Row) -> dict[str, object]:
    """Run with every rate and look whether the demands are met, and for a while longer."""
    f, start, count = loss(p, "u", "v"), (p["u0"], p["v0"]), int(p["n"])
    good = set()
    for name in ("e1", "e2", "e3", "e4", "e5"):
        points = descend(f, start, given(p, name), max(count, 12))
        losses = [f(*point) for point in points]
        falls = all(b < a for a, b in pairwise(losses))
        sides = all(sign(point[k]) == sign(start[k]) for point in points for k in (0, 1))
        near = all(abs(points[count][k]) * 10 <= abs(start[k]) for k in (0, 1))
        if falls and sides and near:
            good.add(name)
    return {"answer": good}


def which_method_made_which_run(p: Row) -> dict[str, object]:
    """Run every method and look for its points among the printed ones."""
    f, start, eta = loss(p, "u", "v"), (p["u0"], p["v0"]), p["eta"]
    plain = descend(f, start, eta, 2)[1:]
    half = Fraction(1, 2)
    coasting = tuple(
        a - eta * g + half * (a - b) for a, b, g in zip(plain[0], start, gradient(f, plain[0]), strict=True)
    )
    one_by_one, here = [], start
    for _ in range(2):
        u = here[0] - eta * gradient(f, here)[0]
        here = u, here[1] - eta * gradient(f, (u, here[1]))[1]
        one_by_one.append(here)
    (a, b), (_, c) = hessian(f, start)
    g, h = gradient(f, start)
    determinant = a * c - b * b
    newton = start[0] - (c * g - b * h) / determinant, start[1] - (a * h - b * g) / determinant
    confirm(gradient(f, newton) == (0, 0), "Newton's step does not end at the minimum")
    options = {
        "plain": _printed(p, "u[1]", "v[1]", "u[2]", "v[2]"),
        "heavy": _printed(p, "u[1]", "v[1]", "hu", "hv"),
        "seq": _printed(p, "su1", "sv1", "su2", "sv2"),
        "zero": (0, 0, 0, 0),
        "up": _printed(p, "au1", "av1", "au2", "av2"),
    }
    confirm(len(set(options.values())) == 5, "two runs are printed alike")
    runs = (*plain[0], *plain[1]), (*plain[0], *coasting), (*one_by_one[0], *one_by_one[1]), (*newton, *newton)
    found = []
    for run in runs:
        near = [
            name for name, points in options.items()
            if all(abs(x - y) <= Fraction(1, 2000) for x, y in zip(run, points, strict=True))
        ]  # fmt: skip
        confirm(len(near) == 1, f"the runs {near} fit")
        found += near
    return {"answer": tuple(found)}


def _printed(p: Row, *names: str) -> tuple[Fraction, ...]:
    return tuple(given(p, f"{name}:3") for name in names)


def order_the_training_loop(p: Row) -> dict[str, object]:
    """What needs what, and where the question puts the clearing; the only order that respects all of it."""
    needs = {("predict", "loss"), ("loss", "gradients"), ("gradients", "update"), ("update", "validate")}
    late = "directly after" in p["slots"]["clearing"]
    needs |= {("update", "clear"), ("clear", "validate")} if late else {("clear", "predict")}
    order: list[str] = []
    waiting = {"clear", "predict", "loss", "gradients", "update", "validate"}
    while waiting:
        ready = [step for step in sorted(waiting) if not any(b == step and a in waiting for a, b in needs)]
        confirm(len(ready) == 1, f"{ready} could come next")
        order += ready
        waiting -= set(ready)
    return {"answer": tuple(order)}


def order_rates_by_speed(p: Row) -> dict[str, object]:
    f = loss(p, "w")
    goal = vertex(f)
    left = {}
    for name in ("e1", "e2", "e3", "e4"):
        end = descend_one(f, goal + 1, given(p, name), 3)[-1]
        left[name] = abs(end - goal)
    confirm(max(left.values()) < 1, "a run does not converge")
    return {"answer": tuple(sorted(left, key=lambda name: left[name]))}


def impossible_triple(p: Row) -> dict[str, object]:
    """A list is possible if some a and eta lead from each point to the next: try the one that makes the first step."""
    c, found = p["c"], []
    for name, letter in (("one-side", "a"), ("alternating", "b"), ("growing", "g"), ("other", "h")):
        x0, x1, x2 = (given(p, f"{letter}{k}") for k in range(3))
        eta = (x0 - x1) / (2 * (x0 - c))  # with a = 1
        if eta <= 0 or descend_one(lambda x: (x - c) ** 2, x0, eta, 2) != [x0, x1, x2]:
            found.append(name)
    confirm(len(found) == 1, f"{found} are impossible")
    return {"answer": found[0]}


def two_rates_for_one_speed(p: Row) -> dict[str, object]:
    """The factor of one update is a straight line in the rate: where it is rho, and where -rho."""
    f, rho = loss(p, "w"), given(p, "rho")
    goal = vertex(f)

    def factor(eta: Fraction) -> Fraction:
        return descend_one(f, goal + 1, eta, 1)[1] - goal

    fall = factor(Fraction(0)) - factor(Fraction(1))
    return {"answer": ((1 - rho) / fall, (1 + rho) / fall)}


def four_paths_on_a_map(p: Row) -> dict[str, object]:
    """Run the four methods and look for the panel with the same points."""
    f = loss(p, "u", "v")
    (start,) = {curves["series"][0][0] for curves in p["series"].values()}

    def gradient(x: list[float]) -> list[float]:
        h = 1e-4
        return [(f(x[0] + h, x[1]) - f(x[0] - h, x[1])) / (2 * h), (f(x[0], x[1] + h) - f(x[0], x[1] - h)) / (2 * h)]

    def descent(rate: float, beta: float) -> list[list[float]]:
        path, velocity = [list(start)], [0.0, 0.0]
        for _ in range(14):
            velocity = [beta * m + g for m, g in zip(velocity, gradient(path[-1]), strict=True)]
            path.append([x - rate * m for x, m in zip(path[-1], velocity, strict=True)])
        return path

    small, large, beta = (float(given(p, name)) for name in ("small", "large", "beta"))
    paths = [descent(small, 0), descent(large, 0), descent(small, beta), [list(start), *[[0.0, 0.0]] * 14]]
    found = []
    for path in paths:
        hits = [
            letter.lower()
            for letter, curves in p["series"].items()
            if len(curves["series"]) == 1
            and len(curves["series"][0]) == 15
            and all(
                abs(a - b) < 0.03
                for x, y in zip(path, curves["series"][0], strict=True)
                for a, b in zip(x, y, strict=True)
            )
        ]
        confirm(len(hits) == 1, f"{len(hits)} panels show this path")
        found += hits
    return {"answer": tuple(found)}
