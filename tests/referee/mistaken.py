"""The referee of foreseen wrong answers: for each misconception a mistaken solver, written from its title alone.

There is one function for each item, named like its id with ``_`` for ``-``.  It gets what a reader is given (see
``referee``) and returns for each part, by the code of each misconception, the number or numbers that a learner with it
answers; a code that stands for several mistakes has a list of answers.  What is not here is not refereed yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations
from math import sqrt
from typing import Any

from referee.means import bend, gradient, hessian, slope, vertex
from referee.reading import given, loss

Row = dict[str, Any]
Mistakes = dict[str, dict[str, Any]]
Point = tuple[Any, ...]
Step = Callable[[Point, int], Point]
"""From a point and the number of steps before it to the next point."""


def _run(start: Point, step: Step, steps: int) -> list[Point]:
    points = [start]
    for k in range(steps):
        points.append(step(points[-1], k))
    return points


def _against(f: Callable[..., Any], rate: Any) -> Step:
    """A right step with that rate; uphill with a negative one."""
    return lambda x, k: tuple(a - rate * g for a, g in zip(x, gradient(f, x), strict=True))


def _step_itself(f: Callable[..., Any], rate: Any) -> Step:
    """The step and not the new point."""
    return lambda x, k: tuple(-rate * g for g in gradient(f, x))


def _always(f: Callable[..., Any], rate: Any, start: Point) -> Step:
    """The first gradient again and again."""
    first = gradient(f, start)
    return lambda x, k: tuple(a - rate * g for a, g in zip(x, first, strict=True))


def _one_after_another(f: Callable[..., Any], rate: Any) -> Step:
    """Each coordinate is updated with the new values of those before it."""

    def step(x: Point, k: int) -> Point:
        here = list(x)
        for place in range(len(here)):
            here[place] -= rate * gradient(f, here)[place]
        return tuple(here)

    return step


def _without_products(f: Callable[..., Any]) -> Callable[..., Any]:
    """A quadratic of two variables without its product of both."""
    mixed = hessian(f, (Fraction(0), Fraction(0)))[0][1]
    return lambda u, v: f(u, v) - mixed * u * v


def _without_linear(f: Callable[..., Any], size: int) -> Callable[..., Any]:
    """A polynomial whose linear terms have no derivative: the slopes at the origin are lost."""
    lost = gradient(f, (Fraction(0),) * size)
    return lambda *x: f(*x) - sum(a * b for a, b in zip(lost, x, strict=True))


# --- one step, several steps ----------------------------------------------------------------------------------------


def one_step_squared_error(p: Row) -> Mistakes:
    f, x, eta = loss(p, "w"), given(p, "w0"), given(p, "eta")
    g = slope(f, x)
    return {
        "answer": {
            "SIGN": x + eta * g,
            "NO_ETA": x - g,
            "NO_X": -eta * g,
            "LOSS": x - eta * f(x),
            "UNIT": x - eta * (1 if g > 0 else -1),
        }
    }


def one_step_two_variables(p: Row) -> Mistakes:
    f, start, eta = loss(p, "u", "v"), (given(p, "u0"), given(p, "v0")), given(p, "eta")
    gu, gv = gradient(f, start)
    u, v = start
    return {
        "answer": {
            "SIGN": (u + eta * gu, v + eta * gv),
            "NO_ETA": (u - gu, v - gv),
            "CROSS": _against(_without_products(f), eta)(start, 0),
            "SEQ": _one_after_another(f, eta)(start, 0),
            "LINEAR": _against(_without_linear(f, 2), eta)(start, 0),
            "SWAP": (u - eta * gv, v - eta * gu),
            "NO_X": (-eta * gu, -eta * gv),
        }
    }


def rate_of_a_step(p: Row) -> Mistakes:
    f, x, after = loss(p, "x"), given(p, "x0"), given(p, "x[1]")
    moved, g = x - after, slope(f, x)
    return {
        "answer": {
            "SIGN": -moved / g,
            "NEWG": abs(moved / slope(f, after)),
            "INV": abs(g / moved),
            "MIXED_UP": abs(after / g),
            "LEN": abs(moved),
            "LOSS": [abs(moved / f(x)) if f(x) else None],
        }
    }


def start_of_a_step(p: Row) -> Mistakes:
    f, eta, after = loss(p, "x"), given(p, "eta"), given(p, "x[1]")
    centre, factor = vertex(f), 1 - eta * bend(f, 0)
    uphill = 1 + eta * bend(f, 0)
    return {
        "answer": {
            "FORWARD": after - eta * slope(f, after),
            "GRAD_AT_X1": after + eta * slope(f, after),
            "SIGN": centre + (after - centre) / uphill,
            "NO_C": after / factor,
        }
    }


def three_updates(p: Row) -> Mistakes:
    f, start, eta = loss(p, "x"), (given(p, "x0"),), given(p, "eta")
    runs = {
        "SIGN": _run(start, _against(f, -eta), 3),
        "NO_ETA": _run(start, _against(f, 1), 3),
        "NO_X": _run(start, _step_itself(f, eta), 3),
        "LINEAR": _run(start, _against(_without_linear(f, 1), eta), 3),
        "STALE": _run(start, _always(f, eta, start), 3),
    }
    parts = ("first", "second", "third")
    return {part: {code: run[k][0] for code, run in runs.items()} for k, part in enumerate(parts, 1)}


def two_updates_two_variables(p: Row) -> Mistakes:
    f, start, eta = loss(p, "u", "v"), (given(p, "u0"), given(p, "v0")), given(p, "eta")
    runs = {
        "SIGN": _run(start, _against(f, -eta), 2),
        "NO_ETA": _run(start, _against(f, 1), 2),
        "CROSS": _run(start, _against(_without_products(f), eta), 2),
        "SEQ": _run(start, _one_after_another(f, eta), 2),
        "SWAP": _run(start, lambda x, k: tuple(a - eta * g for a, g in zip(x, gradient(f, x)[::-1], strict=True)), 2),
        "STALE": _run(start, _always(f, eta, start), 2),
    }
    return {part: {code: run[k] for code, run in runs.items()} for k, part in enumerate(("first", "second"), 1)}


def closed_form(p: Row) -> Mistakes:
    f, start, eta, steps = loss(p, "x"), (given(p, "x0"),), given(p, "eta"), int(given(p, "k"))
    centre, factor = vertex(f), 1 - eta * bend(f, 0)
    distance = start[0] - centre
    for _ in range(steps):
        distance *= abs(factor)
    return {
        "answer": {
            "ABS": centre + distance,
            "LIN": _run(start, _always(f, eta, start), steps)[-1][0],
            "OFF1": _run(start, _against(f, eta), steps - 1)[-1][0],
            "SIGN": _run(start, _against(f, -eta), steps)[-1][0],
            "NO_C": start[0] * factor**steps,
            "ONE_MORE": _run(start, _against(f, eta), steps + 1)[-1][0],
        }
    }


def start_two_updates_ago(p: Row) -> Mistakes:
    f, eta, after = loss(p, "x"), given(p, "eta"), given(p, "x[2]")
    centre, factor = vertex(f), 1 - eta * bend(f, 0)
    return {
        "answer": {
            "ONE_STEP": centre + (after - centre) / factor,
            "FORWARD": _run((after,), _against(f, eta), 2)[-1][0],
            "LIN": centre + (after - centre) / (1 - 2 * eta * bend(f, 0)),
            "NO_C": after / factor**2,
        }
    }


# --- momentum -------------------------------------------------------------------------------------------------------


def _with_velocity(f: Callable[..., Any], x: Any, steps: int, velocity: Callable[..., Any], rate: Any) -> Point:
    """The points after each step against a velocity, which comes from the old one and the slope."""
    points, v = [], Fraction(0)
    for k in range(steps):
        v = velocity(v, slope(f, x), k)
        x -= rate * v
        points.append(x)
    return tuple(points)


def heavy_ball_steps(p: Row) -> Mistakes:
    f, beta, eta, start = loss(p, "x"), given(p, "beta"), given(p, "eta"), given(p, "x0")
    first = slope(f, start)

    def run(velocity: Callable[..., Any], rate: Any = eta) -> Point:
        return _with_velocity(f, start, 3, velocity, rate)

    return {
        "answer": {
            "PLAIN": run(lambda v, g, k: g),
            "EMA": run(lambda v, g, k: beta * v + (1 - beta) * g),
            "SIGN": run(lambda v, g, k: beta * v + g, -eta),
            "LASTONLY": run(lambda v, g, k: beta * v if k else g),
            "STALE": run(lambda v, g, k: beta * v + first),
            "NO_ETA": run(lambda v, g, k: beta * v + g, 1),
        }
    }


def momentum_on_a_long_slope(p: Row) -> Mistakes:
    g, beta, eta = abs(given(p, "g")), given(p, "beta"), given(p, "eta")
    second, limit = beta * g + g, g / (1 - beta)
    return {
        "second": {
            "PLAIN": eta * g,
            "LASTONLY": eta * beta * g,
            "NO_ETA": second,
            "EMA": eta * (beta * (1 - beta) * g + (1 - beta) * g),
        },
        "limit": {"PLAIN": eta * g, "NO_ETA": limit},
    }


def zero_gradient_with_velocity(p: Row) -> Mistakes:
    here, before, beta = given(p, "c"), given(p, "before"), given(p, "beta")
    return {
        "next": {
            "STOPS": here,
            "SIGN_SLIP": here - beta * (here - before),
            "POSBETA": here + beta * before,
        }
    }


# --- losses, over-fitting -------------------------------------------------------------------------------------------


def errors_of_a_line(p: Row) -> Mistakes:
    errors = [p["w"] * x + p["b"] - given(p, f"y{x}") for x in (1, 2, 3, 4)]
    squares, sizes = [e * e for e in errors], [abs(e) for e in errors]
    return {
        "squared": {
            "SUM": sum(squares),
            "SIGNED_MEAN": sum(errors) / Fraction(4),
            "MEAN_ABS": sum(sizes) / Fraction(4),
            "HALF": sum(squares) / Fraction(8),
            "RMSE": sqrt(sum(squares) / 4),
        },
        "absolute": {
            "SUM": sum(sizes),
            "SIGNED_MEAN": sum(errors) / Fraction(4),
            "RMSE": sqrt(sum(squares) / 4),
        },
    }


def which_weight_fits_best(p: Row) -> Mistakes:
    examples = [(x, p[f"y{x}"]) for x in (1, 2, 3)]
    proposals = [given(p, name) for name in ("wa", "wb", "wc")]
    errors = [[w * x - y for x, y in examples] for w in proposals]
    return {
        "losses": {
            "ABS_LOSS": tuple(sum(map(abs, those)) for those in errors),
            "SIGNED_SUM": tuple(sum(those) for those in errors),
            "SUM": tuple(sum(e * e for e in those) / Fraction(3) for those in errors),
        }
    }


def smallest_training_loss(p: Row) -> Mistakes:
    targets = sorted(given(p, f"y{k}") for k in (1, 2, 3, 4))
    mean = sum(targets) / Fraction(4)
    squares, sizes = [(mean - y) ** 2 for y in targets], [abs(mean - y) for y in targets]
    return {
        "place": {"SUM": sum(targets), "ABS_LOSS": (targets[1] + targets[2]) / Fraction(2), "MIXED_UP": 0},
        "value": {
            "MIXED_UP": 0,
            "SUM": sum(squares),
            "MEAN_ABS": sum(sizes) / Fraction(4),
            "HALF": sum(squares) / Fraction(8),
        },
    }


def _stopped(losses: Sequence[Any], patience: int, better: Callable[[Any, Any], bool]) -> tuple[int, int]:
    """Where training stops, at the last epoch at the latest, and the epoch that counts as the best by then."""
    best, kept, waited = losses[0], 0, 0
    for epoch in range(1, len(losses)):
        if better(losses[epoch], best):
            best, kept, waited = losses[epoch], epoch, 0
        else:
            waited += 1
        if waited == patience:
            return epoch, kept
    return len(losses) - 1, kept


def _less(a: Any, b: Any) -> bool:
    return bool(a < b - 1e-3)


def early_stopping_with_patience(p: Row) -> Mistakes:
    losses, patience = [given(p, f"v{k}") for k in range(10)], int(given(p, "p"))
    stop = _stopped(losses, patience, _less)[0]
    return {
        "answer": {
            "RESTORE_LAST": (stop, stop),
            "NON_STRICT": _stopped(losses, patience, lambda a, b: a <= b),
            "OFF_BY_ONE": [_stopped(losses, other, _less) for other in (patience - 1, patience + 1)],
            "LAST": (9, losses.index(min(losses))),
        }
    }


def early_stopping_off_a_figure(p: Row) -> Mistakes:
    (curve,) = p["curves"]["heldout"]
    losses, patience = [height for _, height in curve], int(given(p, "p"))
    stop = _stopped(losses, patience, _less)[0]
    return {
        "answer": {
            "RESTORE_LAST": (stop, stop),
            "OFF_BY_ONE": [_stopped(losses, other, _less) for other in (patience - 1, patience + 1)],
        }
    }


# --- stochastic descent, schedules ----------------------------------------------------------------------------------


def one_epoch_of_sgd(p: Row) -> Mistakes:
    targets, eta, start = [given(p, f"y{k}") for k in (1, 2, 3)], given(p, "eta"), given(p, "w0")

    def run(slopes: Sequence[Callable[[Any], Any]], rate: Any = eta) -> Any:
        w = start
        for g in slopes:
            w -= rate * g(w)
        return w

    each = [lambda w, y=y: w - y for y in targets]
    mean = sum(targets) / Fraction(3)
    return {
        "answer": {
            "SAME": run([lambda w: w - mean] * 3),
            "AT_START": run([lambda w, y=y: start - y for y in targets]),
            "REV": run(each[::-1]),
            "SIGN": run(each, -eta),
            "FIRST_EXAMPLE": run(each[:1] * 3),
            "OFF1": run(each[:2]),
        }
    }


def average_of_mini_batches(p: Row) -> Mistakes:
    terms = [given(p, f"g{k}") for k in (1, 2, 3, 4)]
    pairs = [a + b for a, b in combinations(terms, 2)]
    return {"numbers": {"SUM": (sum(terms), pairs[0], sum(pairs) / Fraction(6))}, "signs": {"ONE_IS_ALL": 0}}


def is_this_gradient_unbiased(p: Row) -> Mistakes:
    one, other = given(p, "c1"), given(p, "c2")
    return {"factor": {"EQUAL_WEIGHTS": (one + other) / 2, "SUM": one + other}}


def variance_of_a_mini_batch(p: Row) -> Mistakes:
    slopes, size = [given(p, f"g{k}") for k in (1, 2, 3, 4)], int(given(p, "b"))
    centre = sum(slopes) / 4
    single = sum((g - centre) ** 2 for g in slopes) / Fraction(4)
    fewer = Fraction(4 - size, 3)
    put_back = "without" not in p["slots"]["scheme"]
    share, other = (Fraction(1), fewer) if put_back else (fewer, Fraction(1))
    return {
        "answer": {
            "NO_AVERAGING": single,
            "SQUARE_OF_B": single / size**2 * share,
            "OTHER_SCHEME": single / size * other,
        }
    }


def stochastic_runs_in_the_long_run(p: Row) -> Mistakes:
    w, eta, y, z = given(p, "w"), given(p, "share"), given(p, "y1:signed"), given(p, "y2:signed")
    return {
        "next": {
            "SIGN": w + eta * (w - y),
            "SAME": w - eta * (w - (y + z) / 2),
            "NO_X": -eta * (w - y),
            "FACTOR": w - 2 * eta * (w - y),
        }
    }


def rate_of_an_epoch(p: Row) -> Mistakes:
    first, d, k, m = given(p, "eta0"), given(p, "d"), int(given(p, "k1")), given(p, "m")
    rates = [first / (1 + d * epoch) for epoch in range(k + 2)]
    right = (m - 1) / d
    return {
        "rate": {"OFF1": rates[k - 1], "ONE_MORE": rates[k + 1], "LIN": first - k * d * first},
        "epoch": {"OFF_BY_ONE": [right - 1, right + 1]},
    }


def stepwise_decay(p: Row) -> Mistakes:
    rates, kept, q = [given(p, "eta0")], int(given(p, "s")), given(p, "q")
    stages = int(given(p, "k")) // kept
    for _ in range(stages + 1):
        rates.append(rates[-1] * q)
    return {"answer": {"OFF_BY_ONE": [rates[stages + 1], rates[stages - 1]]}}


# --- conditioning ---------------------------------------------------------------------------------------------------


def condition_number_of_a_matrix(p: Row) -> Mistakes:
    a, b, c = given(p, "p"), given(p, "q"), given(p, "r")
    spread = sqrt((a - c) ** 2 + 4 * b * b)
    low, high = (float(a + c) - spread) / 2, (float(a + c) + spread) / 2
    return {
        "answer": {
            "KINV": low / high,
            "DIAG": Fraction(max(a, c)) / min(a, c),
            "DET": a * c - b * b,
            "KSQ": sqrt(high / low),
        }
    }


def best_constant_rate(p: Row) -> Mistakes:
    low, high = sorted(row[k] for k, row in enumerate(hessian(loss(p, "u", "v"), (0, 0))))
    return {
        "rate": {
            "L_FROM_COEF": 4 / Fraction(low + high),
            "ONE_L": 1 / Fraction(high),
            "TWO_L": 2 / Fraction(high),
            "INV": Fraction(low + high) / 2,
            "TWO_MU": 2 / Fraction(low),
        },
        "factor": {"ONE_L": 1 - Fraction(low) / high, "MIXED_UP": Fraction(low) / high},
    }


def curvature_of_a_scaled_feature(p: Row) -> Mistakes:
    m1, m2, s = given(p, "m1"), given(p, "m2"), given(p, "s")
    first, second = sorted((m1 * s, m2))
    low, high = sorted((m1 * s * s, m2))
    return {
        "curvature": {"SCALE_S": 2 * m1 * s, "NO_2": m1 * s * s, "INV": 2 * m1 / s / s},
        "condition": {"SCALE_S": second / first, "KINV": low / high},
    }
