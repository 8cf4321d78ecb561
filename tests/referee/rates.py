"""The referee of ``rates.toml``."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise
from math import exp, sqrt
from typing import Any

import numpy as np

from referee.means import bend, descend, descend_one, gradient, hessian, slope, solve_affine, vertex
from referee.reading import confirm, formula, given, loss

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


def behaviour_along_each_axis(p: Row) -> dict[str, object]:
    """Run it from (1, 1, 1) and look at each variable."""
    f, eta = loss(p, "u", "v", "w"), given(p, "eta")
    run = descend(f, (Fraction(1),) * 3, eta, 6)

    def behaviour(values: list[Fraction]) -> str:
        if values[1] == 0:
            return "one-step"
        if abs(values[2]) == abs(values[1]):
            return "two-values"
        if abs(values[2]) > abs(values[1]):
            return "away"
        return "one-side" if values[1] > 0 else "both-sides"

    return {"answer": tuple(behaviour([point[k] for point in run]) for k in range(3))}


def rate_of_a_perpetual_jump(p: Row) -> dict[str, object]:
    """The rate for which a simulated step ends as far on the other side; then the next step leads back."""
    under_the_root = re.fullmatch(r"\\sqrt\{(.*)\}", p["slots"]["~ loss"])
    confirm(under_the_root, "the loss is no root")
    inner = formula(under_the_root[1], "x")
    start, centre = given(p, "x0"), vertex(inner)

    def step(x: float, eta: float) -> float:
        return x - eta * float(slope(inner, Fraction(x))) / (2 * sqrt(inner(Fraction(x))))

    lower, upper = 0.0, 1000.0
    for _ in range(60):
        middle = (lower + upper) / 2
        far = abs(step(float(start), middle) - float(centre)) > abs(start - centre)
        lower, upper = (lower, middle) if far else (middle, upper)
    back = step(step(float(start), upper), upper)
    confirm(abs(back - float(start)) < 1e-6, "the run does not come back")
    return {"answer": upper}


def largest_rate_without_a_rise(p: Row) -> dict[str, object]:
    f, start = loss(p, "x"), given(p, "x0")
    lower, upper = Fraction(0), Fraction(1, 1000)
    while f(start - upper * slope(f, start)) <= f(start):
        upper *= 2
    for _ in range(50):
        middle = (lower + upper) / 2
        rises = f(start - middle * slope(f, start)) > f(start)
        lower, upper = (lower, middle) if rises else (middle, upper)
    return {"answer": float(upper)}


def all_stable_rates(p: Row) -> dict[str, object]:
    """Runs of each variable by itself: how far they are from the minimiser, and on which side."""
    f = loss(p, "u", "v")
    walls = (lambda u: f(u, 0)), (lambda v: f(0, v))
    starts = [vertex(wall) + 1 for wall in walls]

    def away(eta: Any, steps: int) -> list[list[Any]]:
        return [
            [x - vertex(wall) for x in descend_one(wall, start, eta, steps)]
            for wall, start in zip(walls, starts, strict=True)
        ]

    mirrored = min(solve_affine(lambda eta, k=k: away(eta, 1)[k][1], -1) for k in (0, 1))
    landed = min(solve_affine(lambda eta, k=k: away(eta, 1)[k][1], 0) for k in (0, 1))
    for share, nearer in ((Fraction(1, 100), True), (Fraction(99, 100), True), (1, False), (Fraction(101, 100), False)):
        runs = away(share * mirrored, 9)
        confirm(all(abs(run[9]) < abs(run[0]) for run in runs) == nearer, f"at {share} of the bound it is otherwise")
    for share, stays in ((Fraction(1, 100), True), (Fraction(99, 100), True), (1, True), (Fraction(101, 100), False)):
        runs = away(share * landed, 3)
        confirm(all(a * b >= 0 for run in runs for a, b in pairwise(run)) == stays, f"at {share} of the end otherwise")
    return {"converges": (0, mirrored, "()"), "stays": (0, landed, "(]")}


def rates_that_lower_the_loss_at_once(p: Row) -> dict[str, object]:
    """The loss after the step at three rates gives its parabola, whose other crossing with the start is the end."""
    f, start = loss(p, "u", "v"), (given(p, "u0"), given(p, "v0"))

    def change(eta: Fraction) -> Fraction:
        return f(*descend(f, start, eta, 1)[1]) - f(*start)

    once, twice = change(Fraction(1)), change(Fraction(2))
    bend_of, fall = (twice - 2 * once) / 2, (4 * once - twice) / 2  # change(eta) = bend_of * eta^2 + fall * eta
    end = -Fraction(fall) / bend_of if bend_of else None
    confirm(bend_of > 0 and change(end) == 0, "the loss along the step is no parabola")
    confirm(change(end * Fraction(99, 100)) < 0 < change(end * Fraction(101, 100)), "it is lower elsewhere")
    return {"answer": (0, end, "()")}


def claims_about_rates(p: Row) -> dict[str, object]:
    """Runs of the loss of each case, from the start of the question and from others."""
    a, c = float(p["a"]), float(p["c"])
    m, eta, start = float(p.get("m", 1)), float(given(p, "eta")), float(given(p, "x0"))
    kind = {
        "rise-then-converges": "lopsided",
        "bound-on-the-bend": "root",
        "above-the-bound-but-bounded": "root",
        "local-bound-far-away": "quartic",
        "local-bound-close-by": "quartic",
    }.get(p["case"], "parabola")
    functions = {
        "parabola": (lambda d: a / 2 * d * d, lambda d: a * d),
        "lopsided": (lambda d: a * exp(-d) + a * d, lambda d: a - a * exp(-d)),
        "root": (lambda d: a * m * sqrt(d * d + m * m), lambda d: a * m * d / sqrt(d * d + m * m)),
        "quartic": (lambda d: d**4 / 4 + a / 2 * d * d, lambda d: d**3 + a * d),
    }
    value, rise = functions[kind]

    def run(d: float, steps: int = 3000) -> list[float]:
        points = [d]
        for _ in range(steps):
            points.append(points[-1] - eta * rise(points[-1]))
            if abs(points[-1]) > 1e6:
                break
        return points

    here = run(start - c)
    for k in (1, 2):
        confirm(abs(here[k] + c - float(given(p, f"x[{k}]:3"))) <= 0.000501, f"the printed point {k} is another one")
    raised = value(here[1]) > value(here[0])
    ends = [run(d)[-1] for d in (-2.3, -0.9, 0.7, 3.1)]
    away = [abs(d) > 1e6 for d in ends]
    close = [abs(run(d)[-1]) < 1e-3 for d in (-0.01, 0.01)]
    lowers = all(value(d - eta * rise(d)) <= value(d) + 1e-12 for d in np.linspace(-40, 40, 801))
    answers = {
        "rise-then-converges": (not (raised and abs(here[-1]) < 1e-3), "later"),
        "rise-on-a-parabola": (raised and all(away), "factor"),
        "bound-on-the-bend": (lowers, "everywhere"),
        "above-the-bound-but-bounded": (all(away), "local"),
        "local-bound-far-away": (not raised and abs(here[-1]) < 1e-3, "local"),
        "local-bound-close-by": (all(close), "local"),
        "above-one-over-bend": (not all(abs(d) < 1e-3 for d in ends), "factor"),
        "above-the-bound-on-a-parabola": (all(away), "factor"),
    }
    return {"answer": answers[p["case"]]}


def name_what_happened(p: Row) -> dict[str, object]:
    """Two thousand updates in floats, from the formulas of the two losses differentiated by hand."""
    b, c, m, d = float(p["b"]), float(p["c"]), float(p["m"]), float(p["d"])
    eta = float(given(p, "eta"))
    two = p["case"] == "two-valleys"

    def rise(x: float) -> float:
        return b * x * (1 - exp(m * m - x * x)) if two else b * (1 - exp(-x))

    points = [d]
    while len(points) < 2000 and abs(points[-1]) < 1e9:
        points.append(points[-1] - eta * rise(points[-1]))
    for k in range(7):
        confirm(abs(points[k] + c - float(given(p, f"x[{k}]:3"))) <= 0.000501, f"the printed point {k} is another one")
    heights = [given(p, f"loss[{k}]:3") for k in range(7)]
    rises = any(after > before for before, after in pairwise(heights))
    if abs(points[-1]) >= 1e9:
        return {"answer": "away"}
    if abs(points[-1] - points[-2]) > 1e-6:
        confirm(abs(points[-1] - points[-3]) < 1e-9, "no jumping between two points")
        return {"answer": "two-points"}
    goal = m if two else 0
    confirm(abs(abs(points[-1]) - goal) < 1e-6, "the run ends at another place")
    if rises:
        return {"answer": "rises-once"}
    return {"answer": "other-valley" if two and points[-1] * d < 0 else "plain"}


def curves_of_four_rates(p: Row) -> dict[str, object]:
    """Where each rate leads in the first step, and which drawn curve passes through that point."""
    f = loss(p, "x")
    (start,) = {pieces["series"][0][0][1] for pieces in p["series"].values()}
    start = Fraction(start).limit_denominator(100)
    firsts = {letter: pieces["series"][0][1][1] for letter, pieces in p["series"].items()}
    heights = [y for pieces in p["series"].values() for _, y in pieces["series"][0]]
    found = []
    for name in ("e0", "e1", "e2", "e3", "e4"):
        reached = start - given(p, name) * slope(f, start)
        hits = [letter for letter, y in firsts.items() if abs(y - reached) <= (max(heights) - min(heights)) / 200]
        confirm(len(hits) <= 1, "two curves have the same first step")
        found.append(hits[0].lower() if hits else "none")
    return {"answer": tuple(found)}


def name_what_the_points_do(p: Row) -> dict[str, object]:
    """Read the points and the level lines off the figure."""
    points = [y for _, y in p["series"]["x_k"]["series"][0]]
    left, right = (p["series"][rf"\text{{{side} valley}}"]["series"][0][0][1] for side in ("left", "right"))
    home = min((left, right), key=lambda valley: abs(valley - (left if points[0] < 0 else right)))
    confirm(("left" if home == left else "right") == p["slots"]["side"], "the run starts in the other valley")
    if abs(points[-1] - points[-2]) > (right - left) / 10:
        return {"answer": "cycle"}
    end = min((left, right), key=lambda valley: abs(valley - points[-1]))
    confirm(abs(points[-1] - end) <= (right - left) / 40, "the run has not arrived")
    if end != home:
        return {"answer": "jump"}
    sides = [point > end for point in points[:5]]
    return {"answer": "sides" if all(a != b for a, b in pairwise(sides)) else "one-side"}
