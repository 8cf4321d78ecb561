"""The referee of ``regularization.toml``: runs and difference quotients of the whole loss, Lagrange, and simulation."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np

from referee.means import descend_one, root, sign, slope, vertex
from referee.reading import confirm, formula, given, number

Row = dict[str, Any]


def step_with_a_penalty(p: Row) -> dict[str, object]:
    error, strength = formula(p["slots"]["~ (a*w - b)^2"], "w"), given(p, "lambda")
    return {"answer": descend_one(lambda w: error(w) + strength / 2 * w**2, given(p, "w0"), given(p, "eta"), 1)[1]}


def minimiser_with_a_penalty(p: Row) -> dict[str, object]:
    points = [(given(p, f"x{k}"), given(p, f"y{k}")) for k in (1, 2, 3)]
    share = 1 / given(p, "k")

    def whole(strength: Fraction) -> Any:
        return lambda w: sum((w * x - y) ** 2 for x, y in points) / Fraction(2) + strength / 2 * w**2

    def at_the_share(strength: Fraction) -> Fraction:
        """The slope of the whole loss at the wanted share of the free minimiser: linear in the strength."""
        return slope(whole(strength), share * vertex(whole(Fraction(0))))

    zero, one = at_the_share(Fraction(0)), at_the_share(Fraction(1))
    return {"weight": vertex(whole(given(p, "lambda"))), "strength": -zero / (one - zero)}


def decay_read_off_a_log(p: Row) -> dict[str, object]:
    start, later, steps, eta = given(p, "w0"), given(p, "wk"), int(given(p, "k")), given(p, "eta")
    share = later / start
    factor = root(share) if steps == 2 else _cube_root(share)
    strength = (1 - factor) / eta
    confirm(descend_one(lambda w: strength / 2 * w**2, start, eta, steps)[-1] == later, "the run ends elsewhere")
    confirm(0 < factor < 1, "the factor is not between 0 and 1")
    return {"answer": strength}


def _cube_root(value: Fraction) -> Fraction:
    above, below = (round(part ** (1 / 3)) for part in (value.numerator, value.denominator))
    confirm(above**3 == value.numerator and below**3 == value.denominator, "the share is no cube")
    return Fraction(above, below)


def decay_inside_and_outside_of_adam(p: Row) -> dict[str, object]:
    """Adam written out with its moments, for the first step, in floats."""
    w, g, eta, strength = (float(given(p, name)) for name in ("w0", "g", "eta", "lambda"))

    def adam(gradient: float) -> float:
        first, second = 0.1 * gradient, 0.001 * gradient**2
        return float(-eta * (first / (1 - 0.9)) / (second / (1 - 0.999)) ** 0.5)

    return {"answer": (w + adam(g + strength * w), w + adam(g) - eta * strength * w)}


def what_a_stronger_penalty_changes(p: Row) -> dict[str, object]:
    """Fit random problems with both strengths and see what is the same in all of them."""
    old, new = float(given(p, "from")), float(given(p, "to"))
    features = {"A straight line through the origin": 1, "A linear model with twenty features": 20}[p["slots"]["model"]]
    generator = np.random.default_rng(5)
    changes: list[tuple[float, float, float]] = []
    for trial in range(80):
        n = 12 if features == 1 else 24
        truth = generator.normal(size=features) * (0.1 if trial % 2 else 3.0)
        rows = [generator.normal(size=(n, features)) for _ in range(2)]
        noise = 3.0 if trial % 2 else 0.1
        targets = [block @ truth + noise * generator.normal(size=n) for block in rows]
        fits = []
        for strength in (old, new):
            w = np.linalg.solve(
                2 / n * rows[0].T @ rows[0] + strength * np.eye(features), 2 / n * rows[0].T @ targets[0]
            )
            errors = [float(np.mean((block @ w - y) ** 2)) for block, y in zip(rows, targets, strict=True)]
            gradient = 2 / n * rows[0].T @ (rows[0] @ w - targets[0]) + strength * w
            confirm(float(np.abs(gradient).max()) < 1e-9, "the gradient at the minimiser is not zero")
            fits.append((errors[0], float(np.linalg.norm(w)), errors[1]))
        changes.append(tuple(b - a for a, b in zip(*fits, strict=True)))  # type: ignore[arg-type]

    def seen(k: int) -> str:
        signs = {change[k] > 0 for change in changes}
        return "either" if len(signs) == 2 else "rises" if signs == {True} else "falls"

    return {"answer": (seen(0), seen(1), seen(2), "same")}


def degree_that_meets_every_point(p: Row) -> dict[str, object]:
    """Solve for the coefficients on random measurements of the described kind, for one degree after the other."""
    n = int(p["n"])
    draw = random.Random(11)
    x = [Fraction(value) for value in draw.sample(range(-20, 21), n)]
    y = [Fraction(draw.randint(-9, 9)) for _ in range(n)]
    told = p["slots"]["what"]
    if "the same in x and in y" in told:
        x[1], y[1] = x[0], y[0]
    elif "the same x but different y" in told:
        x[1], y[1] = x[0], y[0] + 1
    else:
        confirm("are different" in told, "the measurements are described in another way")
    for degree in range(n + 3):
        if _meets(x, y, degree):
            names = {n - 2: "two-less", n - 1: "one-less", n: "same"}
            printed = {"two-less": "n - 2", "one-less": "n - 1", "same": "n"}
            confirm(given(p, printed[names[degree]]) == degree, "the option prints another degree")
            return {"answer": names[degree]}
    return {"answer": "none"}


def _meets(x: Sequence[Fraction], y: Sequence[Fraction], degree: int) -> bool:
    """Whether the linear equations for the coefficients have a solution: elimination in fractions."""
    rows = [[a**k for k in range(degree + 1)] + [b] for a, b in zip(x, y, strict=True)]
    rank = 0
    for column in range(degree + 1):
        pivot = next((k for k in range(rank, len(rows)) if rows[k][column] != 0), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for k in range(len(rows)):
            if k != rank and rows[k][column] != 0:
                factor = rows[k][column] / rows[rank][column]
                rows[k] = [a - factor * b for a, b in zip(rows[k], rows[rank], strict=True)]
        rank += 1
    return all(any(row[:-1]) or row[-1] == 0 for row in rows)


def parabola_through_three_points(p: Row) -> dict[str, object]:
    points = [(given(p, f"x{k}"), given(p, f"y{k}")) for k in (1, 2, 3)]
    new, measured = given(p, "x4"), given(p, "y4")
    line = formula(p["slots"]["~ slope*x + offset"], "x")
    residuals = [line(x) - y for x, y in points]
    moment = sum(r * x for r, (x, _) in zip(residuals, points, strict=True))
    confirm(sum(residuals) == 0 and moment == 0, "the line is not the least-squares line")

    def parabola(x: Fraction) -> Fraction:
        """Lagrange."""
        total = Fraction(0)
        for k, (a, b) in enumerate(points):
            term = b
            for j, (c, _) in enumerate(points):
                term = term * (x - c) / (a - c) if j != k else term
            total += term
        return total

    training = sum((parabola(x) - y) ** 2 for x, y in points) / Fraction(3)
    errors = (parabola(new) - measured) ** 2, (line(new) - measured) ** 2
    return {"errors": (training, *errors), "choice": "parabola" if errors[0] < errors[1] else "line"}


PROGRAM = {
    4: "loss = validation_loss(model)",
    5: "if loss < best:",
    6: "best, wait, saved = loss, 0, copy(model)",
    8: "wait = wait + 1",
    11: "model = saved",
}
"""The right lines of the program for early stopping."""


def early_stopping_program(p: Row) -> dict[str, object]:
    """The line that differs; its effect by running the program, as printed, on many lists of losses."""
    lines = {line: p["slots"][f"line{line}"] for line in PROGRAM}
    wrong = [line for line, text in lines.items() if text != PROGRAM[line]]
    confirm(len(wrong) == 1, f"the wrong lines are {wrong}")
    patience, epochs = int(number(p["slots"]["patience:code"])), int(number(p["slots"]["epochs:code"]))
    draw = random.Random(3)
    told: set[str] = set()
    training = [Fraction(100, k + 1) for k in range(epochs)]
    for _ in range(60):
        validation = [Fraction(draw.randint(1, 40)) for _ in range(epochs)]
        told |= _compare(_train(PROGRAM, validation, training, patience), _train(lines, validation, training, patience))
    if lines[4] != PROGRAM[4]:
        confirm("longer" in told, "watching the training loss changes nothing")
        return {"line": 4, "effect": "training"}
    if "nothing saved" in told:
        effect = "always"
    elif told == {"last weights"}:
        effect = "last"
    elif "sooner" in told:
        confirm("longer" not in told, "it can also wait longer")
        effect = "sooner"
    else:
        confirm("longer" in told, f"the effects are {told}")
        rising = [Fraction(k) for k in range(1, epochs + 1)]
        effect = "never" if _train(lines, rising, training, patience)[0] == epochs else "longer"
    return {"line": wrong[0], "effect": effect}


def _train(
    lines: dict[int, str], validation: list[Fraction], training: list[Fraction], patience: int
) -> tuple[int, int | None]:
    """The number of epochs that are run, and the epoch whose weights the model has at the end (None: none saved)."""
    best: Fraction | None = None
    wait, saved, ended = 0, None, 0
    for epoch in count(1):
        if epoch > len(validation):
            break
        ended = epoch
        value = (validation if "validation" in lines[4] else training)[epoch - 1]
        below = best is None or value < best
        equal = best is not None and value == best
        improves = {"<": below, "<=": below or equal, ">": not below and not equal}[lines[5].split()[2]]
        if improves:
            names = [name.strip() for name in lines[6].partition("=")[0].split(",")]
            best = value if "best" in names else best
            wait = 0 if "wait" in names else wait
            saved = epoch if "saved" in names else saved
        else:
            wait += 1
            if wait == patience:
                break
    return ended, saved if lines[11] == "model = saved" else ended


def _compare(right: tuple[int, int | None], wrong: tuple[int, int | None]) -> set[str]:
    """What a mistake did in one run."""
    if wrong[1] is None:
        return {"nothing saved"}
    if wrong[0] != right[0]:
        return {"longer" if wrong[0] > right[0] else "sooner"}
    return {"last weights"} if wrong[1] != right[1] else set()


def claims_about_penalties(p: Row) -> dict[str, object]:
    """The table by a search among weights, and the claims by many other data sets."""
    points = [(given(p, f"x{k}"), given(p, f"y{k}")) for k in (1, 2)]
    strengths = [Fraction(0), given(p, "lambda"), given(p, "4*lambda")]

    def fitted(data: Sequence[tuple[Any, Any]], strength: Any) -> Any:
        return vertex(lambda w: sum((w * x - y) ** 2 for x, y in data) / Fraction(2) + strength * w * w / 2)

    def error(data: Sequence[tuple[Any, Any]], w: Any) -> Any:
        return sum((w * x - y) ** 2 for x, y in data) / Fraction(2)

    held_out = [(given(p, "xv"), given(p, "yv"))]
    weights = [fitted(points, strength) for strength in strengths]
    for k, w in enumerate(weights):
        shown = [given(p, f"{name}{k}:3") for name in "wef"]
        for value, printed in zip((w, error(points, w), error(held_out, w)), shown, strict=True):
            confirm(abs(value - printed) <= Fraction(1, 2000), f"row {k} of the table is another one")
    rises = error(held_out, weights[2]) > error(held_out, weights[1])
    draw = random.Random(3)
    never_falls = True
    for _ in range(60):
        data = [(Fraction(draw.randint(-9, 9), 2), Fraction(draw.randint(-9, 9), 2)) for _ in range(3)]
        if any(x for x, _ in data):
            errors = [error(data, fitted(data, strength)) for strength in (Fraction(1, 3), Fraction(1), Fraction(7))]
            never_falls = never_falls and errors == sorted(errors)
    w, eta, strength, g = (Fraction(*pair) for pair in ((3, 2), (1, 10), (1, 2), (-2, 1)))
    descent = w - eta * (g + strength * w) == (1 - eta * strength) * w - eta * g
    adam = w - eta * sign(g + strength * w) == (1 - eta * strength) * w - eta * sign(g)
    nested = error(points, weights[0]) <= error(points, 0)
    answers = {
        "training-error-never-falls": (never_falls, "best-for-its-own"),
        "training-error-may-fall": (not never_falls, "best-for-its-own"),
        "validation-error-always-falls": (not rises, "other-data"),
        "validation-error-may-rise": (rises, "other-data"),
        "decay-is-the-penalty-in-descent": (descent, "rescaled"),
        "decay-is-the-penalty-in-adam": (adam, "rescaled"),
        "richer-never-worse": (nested, "nested"),
        "richer-may-be-worse": (not nested, "nested"),
    }
    return {"answer": answers[p["case"]]}
