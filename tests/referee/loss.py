"""The referee of ``loss.toml``."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import floor
from statistics import pvariance
from typing import Any

from referee.means import descend_one, slope, vertex
from referee.reading import confirm, given, loss

Row = dict[str, Any]


def errors_of_a_line(p: Row) -> dict[str, object]:
    """Mean square = variance + square of the mean; mean size = the largest signed mean over all choices of signs."""
    targets = [given(p, f"y{x}") for x in (1, 2, 3, 4)]
    errors = [p["w"] * x + p["b"] - y for x, y in zip((1, 2, 3, 4), targets, strict=True)]
    signed = [sum(s * e for s, e in zip(signs, errors, strict=True)) for signs in product((-1, 1), repeat=4)]
    return {"squared": pvariance(errors) + (sum(errors) / 4) ** 2, "absolute": max(signed) / 4}


def which_weight_fits_best(p: Row) -> dict[str, object]:
    """By the expanded parabola 14 w^2 - 2 w sum(xy) + sum(y^2); best is the proposal nearest to its vertex."""
    targets = p["y1"], p["y2"], p["y3"]
    moment = sum(x * y for x, y in zip((1, 2, 3), targets, strict=True))
    proposals = {name: given(p, slot) for name, slot in zip("pqr", ("wa", "wb", "wc"), strict=True)}
    losses = tuple(14 * w * w - 2 * w * moment + sum(y * y for y in targets) for w in proposals.values())
    nearest = min(proposals, key=lambda name: abs(proposals[name] - moment / 14))
    return {"losses": losses, "best": f"proposal-{nearest}"}


def two_losses_two_winners(p: Row) -> dict[str, object]:
    first, second = ([given(p, f"{model}{k}") for k in (1, 2, 3)] for model in "ab")
    measures = (
        lambda errors: pvariance(errors) + (sum(errors) / 3) ** 2,
        lambda errors: sum(max(e, -e) for e in errors),
        lambda errors: max(*errors, -min(errors)),
    )
    for measure in measures:
        confirm(measure(first) != measure(second), "the two models are equal under a measure")
    return {"answer": tuple("model-p" if measure(first) < measure(second) else "model-q" for measure in measures)}


def smallest_training_loss(p: Row) -> dict[str, object]:
    targets = [given(p, f"y{k}") for k in (1, 2, 3, 4)]

    def error(w: Any) -> Any:
        return sum((w - y) ** 2 for y in targets) / Fraction(4)

    best = vertex(error)
    return {"place": best, "value": error(best)}


def names_of_the_numbers(p: Row) -> dict[str, object]:
    """Work out the four numbers and look which of them is printed beside each prompt."""
    f = loss(p, "w")
    start, rate = given(p, "w0"), given(p, "eta")
    meaning = {
        f(start): "cost",
        slope(f, start): "slope",
        rate: "rate",
        descend_one(f, start, rate, 1)[1]: "weight",
    }
    confirm(len(meaning) == 4, "two of the printed numbers are equal")
    return {"answer": tuple(meaning[given(p, slot)] for slot in ("loss[0]", "grad[0]", "eta", "w[1]"))}


def claims_about_a_lower_loss(p: Row) -> dict[str, object]:
    """A claim is settled by the ways in which its quantity can go from day 1 to day 2, found by example."""
    before, after = given(p, "before:2"), given(p, "after:2")
    confirm(before > after, "the loss rises")
    same = {"lower"}
    # errors of day 1: one example bears all of the loss; of day 2: all bear the same.  Squared sizes are compared.
    examples = floor(before / after) + 1
    one_sided, even = before / examples, after
    other_measure = {"lower", "higher" if even > one_sided else "lower"}
    # new data that agree with the predictions of day 1, or with those of day 2
    other_data = {"lower", "higher"}
    possible, reason, claim = {
        "better-fit": (same, "definition", "lower"),
        "worse-fit": (same, "definition", "higher"),
        "lower-cost": (same, "definition", "lower"),
        "new-data-lower": (other_data, "other-data", "lower"),
        "new-data-higher": (other_data, "other-data", "may be higher"),
        "better-in-use": (other_data, "other-data", "lower"),
        "absolute-lower": (other_measure, "other-measure", "lower"),
        "absolute-higher": (other_measure, "other-measure", "may be higher"),
    }[p["case"]]
    return {"answer": ("higher" in possible if claim == "may be higher" else possible == {claim}, reason)}


def claims_about_a_minimum_of_the_loss(p: Row) -> dict[str, object]:
    f = loss(p, "w")
    places = given(p, "p"), given(p, "q")
    for place in places:
        confirm(f(place) < min(f(place - Fraction(1, 100)), f(place + Fraction(1, 100))), "not a minimum")
    high, low = sorted(places, key=f, reverse=True)
    nearby = [f(high + s * Fraction(1, 10**k)) for k in (2, 3, 4, 5) for s in (-1, 1)]
    truth = {
        "small-change-raises": all(value > f(high) for value in nearby),
        "small-change-lowers": any(value < f(high) for value in nearby),
        "nothing-lower-anywhere": f(low) >= f(high),
        "no-error": f(low) == 0,
        "not-finished": slope(f, low) != 0,
        "level-at-both": slope(f, low) == slope(f, high) == 0 and f(low) != f(high),
        "stays-at-the-higher": all(set(descend_one(f, high, eta, 3)) == {high} for eta in (Fraction(1, 9), 1, 50)),
        "new-data-order": False,  # new data may be such that either of the two models fits them without error
        "new-data-open": True,
    }[p["case"]]
    about = {"small": "nearby", "nothing": "nearby", "new": "other-data"}
    return {"answer": (truth, about.get(p["case"].split("-")[0], "level"))}
