"""The referee of ``stochastic.toml``."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import lcm
from typing import Any

from referee.means import descend_one, sign, vertex
from referee.reading import given

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
