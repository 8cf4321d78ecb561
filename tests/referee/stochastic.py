"""The referee of ``stochastic.toml``."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations, product
from math import lcm
from typing import Any

from referee.means import descend_one, sign, vertex
from referee.reading import confirm, given

Row = dict[str, Any]


def one_epoch_of_sgd(p: Row) -> dict[str, object]:
    """In closed form: w_3 is a weighted mean of the start and the three targets."""
    q = 1 - given(p, "eta")
    targets = [given(p, f"y{k}") for k in (1, 2, 3)]
    return {"answer": q**3 * given(p, "w0") + (1 - q) * sum(q ** (2 - k) * y for k, y in enumerate(targets))}


def two_mini_batches(p: Row) -> dict[str, object]:
    """One step on the mean squared error of each batch, as if it were the whole loss."""
    examples = [(given(p, f"x{k}"), given(p, f"y{k}")) for k in (1, 2, 3, 4)]

    def error(batch: list[tuple[Fraction, Fraction]]) -> Any:
        return lambda w: sum((w * x - y) ** 2 for x, y in batch) / Fraction(len(batch))

    first = descend_one(error(examples[:2]), given(p, "w0"), given(p, "eta"), 1)[1]
    return {"answer": (first, descend_one(error(examples[2:]), first, given(p, "eta"), 1)[1])}


def average_of_mini_batches(p: Row) -> dict[str, object]:
    terms = [given(p, f"g{k}") for k in (1, 2, 3, 4)]
    full = sum(terms) / 4
    pairs = [Fraction(a + b, 2) for a, b in combinations(terms, 2)]
    return {
        "numbers": (full, (terms[0] + terms[1]) / 2, sum(pairs) / 6),
        "signs": sum(sign(pair) != sign(full) for pair in pairs),
    }


def is_this_gradient_unbiased(p: Row) -> dict[str, object]:
    """The mean over equally likely outcomes, so many that the probability is a whole number of them."""
    chance, one, other = given(p, "p"), given(p, "c1"), given(p, "c2")
    size = lcm(chance.denominator, 60)
    outcomes = [one if k < chance * size else other for k in range(size)]
    mean = sum(outcomes) / size
    return {"factor": mean, "verdict": ("unbiased", "long", "short")[sign(mean - 1)]}


def updates_per_epoch(p: Row) -> dict[str, object]:
    """Cut the examples into batches and count them."""
    examples, size, epochs = (int(given(p, name)) for name in ("n", "b", "e"))
    batches = [range(k, min(k + size, examples)) for k in range(0, examples, size)]
    if "smaller" not in p["slots"]["rest"]:
        batches = [batch for batch in batches if len(batch) == size]
    return {"answer": sum(len(batches) for _ in range(epochs))}


def minimum_of_the_mean_loss(p: Row) -> dict[str, object]:
    targets = [given(p, f"y{k}") for k in (1, 2, 3)]
    best = vertex(lambda w: sum((w - y) ** 2 for y in targets) / Fraction(3))
    return {"answer": (given(p, "w") == best, "mean-zero" if given(p, "w") == best else "mean-not-zero")}


def variance_of_a_mini_batch(p: Row) -> dict[str, object]:
    """Every batch that can be drawn, each as likely as the others."""
    slopes, size = [given(p, f"g{k}") for k in (1, 2, 3, 4)], int(given(p, "b"))
    batches = combinations(slopes, size) if "without" in p["slots"]["scheme"] else product(slopes, repeat=size)
    means = [sum(batch) / Fraction(size) for batch in batches]
    centre = sum(means) / len(means)
    confirm(centre == sum(slopes) / 4, "the batches are biased")
    return {"answer": sum((m - centre) ** 2 for m in means) / len(means)}


def stochastic_runs_in_the_long_run(p: Row) -> dict[str, object]:
    """A simulated run of 20,000 random steps; how far the last 500 points lie apart decides."""
    targets = [float(given(p, "y1:signed")), float(given(p, "y2:signed"))]
    w, best, draw = float(given(p, "w")), sum(targets) / 2, random.Random(11)
    falling = p["case"] == "falling-rate"
    first = int(p["k"])
    if falling:  # with the rates 1/k the weight is the mean of k targets: whole numbers of each have to give it
        drawn = first * (given(p, "w") - given(p, "y1:signed")) / (given(p, "y2:signed") - given(p, "y1:signed"))
        confirm(drawn.denominator == 1 and 0 <= drawn <= first, "no draws lead to the printed weight")
    points = []
    for k in range(first + 1, first + 20001):
        w -= (1 / k if falling else float(p["eta"])) * (w - draw.choice(targets))
        points.append(w)
    spread = max(points[-500:]) - min(points[-500:])
    confirm(spread > 0.2 or abs(w - best) < 0.3, "the run is nowhere near the minimiser")
    now, eta = given(p, "w"), given(p, "share")
    return {
        "next": (1 - eta) * now + eta * given(p, "y1:signed"),
        "long-run": "keeps-moving" if spread > 0.2 else "converges",
    }


def claims_about_stochastic_steps(p: Row) -> dict[str, object]:
    targets, w, eta = [given(p, "y1:signed"), given(p, "y2:signed")], given(p, "w"), given(p, "eta")

    def whole(x: Any) -> Any:
        return sum((x - y) ** 2 for y in targets) / Fraction(4)

    confirm(whole(w) == given(p, "full"), "the printed loss is another one")
    slopes = [w - y for y in targets]
    after = [w - eta * g for g in slopes]
    slope_of_all = (whole(w + 1) - whole(w - 1)) / 2
    lowers = all(whole(x) < whole(w) for x in after)
    unbiased = sum(slopes) / 2 == slope_of_all
    one_is_zero = 0 in slopes and slope_of_all != 0
    stays = slope_of_all == 0 and all(x == w for x in after)
    answers = {
        "every-step-lowers": (lowers, "at-the-cost"),
        "a-step-can-raise": (not lowers, "at-the-cost"),
        "right-on-average": (unbiased, "mean-of-slopes"),
        "wrong-on-average": (not unbiased, "mean-of-slopes"),
        "zero-means-stationary": (not one_is_zero, "only-one"),
        "zero-of-one": (one_is_zero, "only-one"),
        "converges-since-convex": (stays, "still-moves"),
        "never-settles": (not stays, "still-moves"),
    }
    return {"answer": answers[p["case"]]}
