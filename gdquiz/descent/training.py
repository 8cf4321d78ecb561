"""Training and held-out curves: over-fitting, under-fitting, a good fit, the best epoch, early stopping.

Epoch 0 is before training.  A curve is judged as it is printed, rounded to some decimals, so that a learner who reads
the table comes to the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz.numbers.certainty import (
    UNSURE,
    YES,
    Answers,
    Floats,
    Rule,
    answers,
    at_least,
    at_most,
    both,
    certain,
    choose,
)


@dataclass(frozen=True, slots=True)
class Curves:
    """Losses at epochs 0..K, shape (rows, K+1), and what is read off them.

    ``printed`` are the held-out losses in units of the last printed digit; ``best`` is the epoch of the smallest one
    (the first, if several tie), ``turns`` how often the printed curve changes between falling and rising.
    ``train_limit`` (rows,) is the training loss after endless training, NaN where not known.
    """

    train: Floats
    heldout: Floats
    printed: NDArray[np.int64]
    best: NDArray[np.int64]
    turns: NDArray[np.int64]
    train_limit: Floats


def _share_left(case: Curves) -> Floats:
    with np.errstate(all="ignore"):
        return np.asarray((case.train[:, -1] - case.train_limit) / (case.train[:, 0] - case.train_limit))


def _rise(case: Curves) -> Floats:
    with np.errstate(all="ignore"):
        return np.asarray(case.heldout[:, -1] / case.heldout.min(axis=1))


def _overfit(rule: Rule, case: Curves) -> Answers:
    falls = certain((np.diff(case.train, axis=1) < 0).all(axis=1))
    last = case.printed.shape[1] - 1
    inside = certain((case.best > 0) & (case.best < last))
    rows = np.arange(len(case.printed))
    before = case.printed[rows, np.maximum(case.best - 1, 0)]
    after = case.printed[rows, np.minimum(case.best + 1, last)]
    lowest = case.printed[rows, case.best]
    clear = rule.judge("margin", np.minimum(before, after) - lowest)
    unique = certain((case.printed == lowest[:, None]).sum(axis=1) == 1)
    return both(falls, inside, clear, unique, certain(case.turns == 1), rule.judge("rise", _rise(case)))


def _underfit(rule: Rule, case: Curves) -> Answers:
    train, heldout = case.train, case.heldout
    falling = certain((train[:, -1] < train[:, -2]) & (heldout[:, -1] < heldout[:, -2]))
    return both(falling, rule.judge("left", _share_left(case)))


def _good_fit(rule: Rule, case: Curves) -> Answers:
    return both(rule.judge("rise", _rise(case)), rule.judge("left", np.abs(_share_left(case))))


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


@dataclass(frozen=True, slots=True)
class TrainingVerdicts:
    """``kind`` (rows,) is a value of ``TRAINING_RULES`` or undecided; ``best_epoch`` (rows,) is the epoch of the
    smallest printed held-out loss, and ``distinct`` says whether it is the only one; ``turns`` counts turning points.
    """

    kind: NDArray[np.str_]
    best_epoch: NDArray[np.int64]
    distinct: Answers
    turns: NDArray[np.int64]


def judge_training(train: Any, heldout: Any, places: int, train_limit: Any = None) -> TrainingVerdicts:
    """Judge curves of shape (rows, K+1) or (K+1,) as they look when printed with ``places`` decimals.

    ``train_limit`` is the training loss after endless training, per row or common; without it nothing is called
    under-fitted or a good fit.  Raises ValueError for curves of different shape or with fewer than two epochs.
    """
    train, heldout = (np.atleast_2d(np.asarray(curve, dtype=np.float64)) for curve in (train, heldout))
    if train.shape != heldout.shape or train.shape[1] < 2:
        raise ValueError("both curves need the same shape and at least two epochs")
    rows = len(train)
    broken = ~(np.isfinite(train) & np.isfinite(heldout)).all(axis=1)
    limit = np.broadcast_to(np.asarray(np.nan if train_limit is None else train_limit, dtype=np.float64), (rows,))
    printed = np.rint(np.where(np.isfinite(heldout), heldout, 0.0) * 10.0**places).astype(np.int64)
    best = printed.argmin(axis=1)
    case = Curves(train, heldout, printed, best, _turns(printed), limit)
    kind = np.where(broken, "undecided", _only_that_holds(case, rows))
    alone = (printed == printed.min(axis=1, keepdims=True)).sum(axis=1) == 1
    return TrainingVerdicts(kind, best, choose(broken, UNSURE, certain(alone)), case.turns)


def _only_that_holds(case: Curves, rows: int) -> NDArray[np.str_]:
    """The value of the only rule that says yes; the three rules exclude each other, so unsure ones do not matter."""
    kinds = np.full(rows, "undecided")
    for rule in TRAINING_RULES:
        kinds = np.where(rule.decide(rule, case) == YES, rule.value, kinds)
    return kinds


def clear_minimum(values: Any, margin: float = 0.05) -> tuple[NDArray[np.int64], Answers]:
    """Where each row of values (rows, n) is smallest, and whether every other value is larger by that share of it.

    Unsure where another value is larger, but by less; no where the minimum is not unique.
    """
    table = np.atleast_2d(np.asarray(values, dtype=np.float64))
    best = table.argmin(axis=1)
    ordered = np.sort(table, axis=1)
    apart = ordered[:, 1] >= (1 + margin) * ordered[:, 0]
    return best, answers(apart & (ordered[:, 1] > ordered[:, 0]), ordered[:, 1] == ordered[:, 0])


def early_stop(values: Sequence[Any], patience: int, delta: Any = 0) -> tuple[int | None, int]:
    """When training stops and which epoch's weights are restored: (k_stop, k_best).

    ``values`` are the held-out losses of epochs 0, 1, ...; an epoch improves when its loss is below the best one so
    far by more than ``delta``; training stops at the ``patience``-th epoch in a row that does not improve.  k_stop is
    None when that never happens.  Raises ValueError for a patience below 1 or without values.
    """
    if patience < 1 or not len(values):
        raise ValueError("early stopping needs a patience of at least 1 and at least one value")
    best, waited = 0, 0
    for epoch in range(1, len(values)):
        if values[epoch] < values[best] - delta:
            best, waited = epoch, 0
            continue
        waited += 1
        if waited == patience:
            return epoch, best
    return None, best


def _turns(printed: NDArray[np.int64]) -> NDArray[np.int64]:
    """How often each row turns between falling and rising, stretches of equal values left aside."""
    turns = np.zeros(len(printed), dtype=np.int64)
    trend = np.zeros(len(printed), dtype=np.int64)
    for change in np.sign(np.diff(printed, axis=1)).T:
        turns += (trend * change) < 0
        trend = np.where(change != 0, change, trend)
    return turns
