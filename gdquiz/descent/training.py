"""Training and held-out curves: over-fitting, under-fitting, a good fit.

Epoch 0 is before training.  A curve is judged as it is printed, rounded to some decimals, so that a learner who reads
the table comes to the same answer.  Losses are exact or enclosed, so that each comparison is proved; where an enclosure
leaves it open, so is the verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gdquiz.numbers.certainty import UNSURE, YES, Answers, Rule, at_least, at_most, both, certain
from gdquiz.numbers.enclosed import Enclosed, smallest

Losses = Sequence[Enclosed]


@dataclass(frozen=True, slots=True)
class Curves:
    """Losses at epochs 0..K, and what is read off them.

    ``printed`` are the held-out losses in units of the last printed digit; ``train_limit`` is the training loss after
    endless training, None where not known.
    """

    train: Losses
    heldout: Losses
    printed: Sequence[int]
    train_limit: Enclosed | None


def _share_left(rule: Rule, case: Curves) -> np.int8:
    """How a rule likes the size of the share of the possible fall of the training loss that is left."""
    if case.train_limit is None:
        return UNSURE
    try:
        share = (case.train[-1] - case.train_limit) / (case.train[0] - case.train_limit)
    except ZeroDivisionError:
        return UNSURE
    return abs(share).meets(rule.bound("left"))


def _rise(rule: Rule, case: Curves) -> np.int8:
    try:
        return (case.heldout[-1] / smallest(case.heldout)).meets(rule.bound("rise"))
    except ZeroDivisionError:
        return UNSURE


def _overfit(rule: Rule, case: Curves) -> Answers:
    falls = [after.below(before) for before, after in pairwise(case.train)]
    lowest = min(case.printed)
    best = case.printed.index(lowest)
    if not 0 < best < len(case.printed) - 1:
        return certain(False)
    clear = rule.judge("margin", min(case.printed[best - 1], case.printed[best + 1]) - lowest)
    unique = certain(case.printed.count(lowest) == 1)
    return both(*falls, clear, unique, certain(turns(case.printed) == 1), _rise(rule, case))


def _underfit(rule: Rule, case: Curves) -> Answers:
    falling = [curve[-1].below(curve[-2]) for curve in (case.train, case.heldout)]
    return both(*falling, _share_left(rule, case))


def _good_fit(rule: Rule, case: Curves) -> Answers:
    return both(_rise(rule, case), _share_left(rule, case))


_SOURCE = "Prechelt, Early Stopping - But When?, in Neural Networks: Tricks of the Trade"

TRAINING_RULES: tuple[Rule, ...] = (
    Rule(
        "generalisation",
        "overfit",
        "The training loss falls in every epoch while the printed held-out loss falls to a unique minimum inside the "
        "run and then rises: exactly one turning point, clear neighbours, a clear rise at the end.",
        "Training beyond the lowest held-out loss fits the training data at the expense of new data: over-fitting.",
        (
            at_least("margin", 2, 2, "neighbours of the minimum above it, in units of the last printed digit"),
            at_least("rise", 1.05, 1.01, "held-out loss at the end in units of the smallest"),
        ),
        _SOURCE,
        _overfit,
    ),
    Rule(
        "generalisation",
        "underfit",
        "Both losses still fall at the end, and at least a quarter of the possible fall of the training loss is left.",
        "Both losses are still falling: the model is not trained enough yet.",
        (at_least("left", 0.25, 0.1, "share of the possible fall of the training loss that is left"),),
        _SOURCE,
        _underfit,
    ),
    Rule(
        "generalisation",
        "good_fit",
        "Both curves have settled: the held-out loss ends at its smallest value or next to it, and the training loss "
        "has nearly reached its limit.",
        "Both losses have settled and the held-out loss has not risen: a good fit.",
        (
            at_most("rise", 1.01, 1.05, "held-out loss at the end in units of the smallest"),
            at_most("left", 0.05, 0.1, "share of the possible fall of the training loss that is left"),
        ),
        _SOURCE,
        _good_fit,
    ),
)
"""The rules of the axis ``generalisation``; a pair of curves for which none says yes is undecided."""


def judge_training(train: Losses, heldout: Losses, places: int, train_limit: Enclosed | None = None) -> str:
    """The value of ``TRAINING_RULES`` for two curves as they look when printed with ``places`` decimals.

    It is ``undecided`` where none is proved, and where the last digit of a held-out loss is not certain.
    ``train_limit`` is the training loss after endless training; without it nothing is called under-fitted or a good
    fit.  Raises ValueError for curves of different length or with fewer than two epochs.
    """
    if len(train) != len(heldout) or len(train) < 2:
        raise ValueError("both curves need the same length and at least two epochs")
    printed = [loss.rounded(10**places) for loss in heldout]
    known = [loss for loss in printed if loss is not None]
    if len(known) < len(printed):
        return "undecided"
    case = Curves(train, heldout, known, train_limit)
    # the three rules exclude each other, so that unsure ones do not matter
    return next((rule.value for rule in TRAINING_RULES if rule.decide(rule, case) == YES), "undecided")


def turns(printed: Sequence[int]) -> int:
    """How often a curve turns between falling and rising, stretches of equal values left aside."""
    ways = [after > before for before, after in pairwise(printed) if after != before]
    return sum(one != other for one, other in pairwise(ways))
