"""Curves judged as printed; expected verdicts are read off small tables by hand."""

from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdquiz.descent.training import TRAINING_RULES, clear_minimum, early_stop, judge_training
from gdquiz.numbers.certainty import NO, UNSURE, YES

FALLING = [1.0, 0.8, 0.6, 0.5, 0.4]


def kind(heldout, train=None, places=2, limit=None):
    return judge_training(FALLING if train is None else train, heldout, places, limit).kind[0]


def test_overfitting_has_one_clear_turning_point():
    verdicts = judge_training(FALLING, [1.2, 1.0, 0.9, 1.0, 1.1], 2)
    assert (verdicts.kind[0], verdicts.best_epoch[0], verdicts.turns[0], verdicts.distinct[0]) == ("overfit", 2, 1, YES)


@pytest.mark.parametrize(
    ("why", "heldout", "train"),
    [
        ("two turning points more", [1.2, 0.9, 1.1, 1.0, 1.3], FALLING),
        ("flat minimum", [1.2, 0.9, 0.9, 1.0, 1.1], FALLING),
        ("neighbour only one printed unit above", [1.2, 0.91, 0.90, 0.95, 1.1], FALLING),
        ("rise below 5%", [1.2, 1.0, 0.90, 0.92, 0.94], FALLING),
        ("minimum at the end", [1.2, 1.0, 0.9, 0.8, 0.7], FALLING),
        ("minimum at the start", [0.7, 0.8, 0.9, 1.0, 1.1], FALLING),
        ("training loss rises once", [1.2, 1.0, 0.9, 1.0, 1.1], [1.0, 0.8, 0.85, 0.5, 0.4]),
        ("a value is missing", [1.2, 1.0, 0.9, 1.0, np.nan], FALLING),
    ],
)
def test_anything_less_is_refused(why, heldout, train):
    assert kind(heldout, train) == "undecided", why


def test_the_printed_decimals_decide():
    # 0.904 and 0.896 differ by 8 units of the third decimal but print alike with two
    heldout = [1.2, 0.904, 0.896, 0.96, 1.1]
    assert kind(heldout, places=3) == "overfit"
    assert kind(heldout, places=2) == "undecided"


def test_underfitting_needs_a_known_limit():
    # a share of (0.4 - 0)/(1 - 0) = 40% is left
    heldout = [1.3, 1.1, 0.9, 0.8, 0.7]
    assert kind(heldout, limit=0.0) == "underfit"
    assert kind(heldout) == "undecided"
    assert kind(heldout, limit=0.3) == "undecided"  # 0.1/0.7 = 14%: neither a quarter nor settled


def test_a_good_fit_has_settled():
    train = [1.0, 0.5, 0.42, 0.41, 0.40]
    assert kind([1.1, 0.6, 0.5, 0.49, 0.49], train, limit=0.39) == "good_fit"  # 0.01/0.61 = 1.6% left
    assert kind([1.1, 0.6, 0.5, 0.49, 0.505], train, limit=0.39) == "undecided"  # 3% above the smallest


def test_rows_are_judged_one_by_one():
    verdicts = judge_training([FALLING, FALLING], [[1.2, 1.0, 0.9, 1.0, 1.1], [1.3, 1.1, 0.9, 0.8, 0.7]], 2, [0.0, 0.0])
    assert verdicts.kind.tolist() == ["overfit", "underfit"]
    with pytest.raises(ValueError, match=r"^both curves need the same shape and at least two epochs$"):
        judge_training(FALLING, FALLING[1:], 2)


@given(
    train=st.lists(st.integers(1, 40), min_size=4, max_size=8),
    heldout=st.lists(st.integers(1, 40), min_size=4, max_size=8),
    limit=st.integers(-5, 40),
)
def test_at_most_one_rule_says_yes(train, heldout, limit):
    size = min(len(train), len(heldout))
    curves = [np.array([values[:size]], dtype=float) for values in (train, heldout)]
    from gdquiz.descent.training import Curves, _turns

    printed = curves[1].astype(np.int64)
    case = Curves(*curves, printed, printed.argmin(axis=1), _turns(printed), np.array([float(limit)]))
    assert sum(rule.decide(rule, case)[0] == YES for rule in TRAINING_RULES) <= 1


def test_clear_minimum_wants_five_percent():
    best, clear = clear_minimum([[3.0, 1.0, 1.06], [3.0, 1.0, 1.04], [3.0, 1.0, 1.0]])
    assert best.tolist() == [1, 1, 1]
    assert clear.tolist() == [YES, UNSURE, NO]


def test_early_stopping_by_hand():
    # best 5 at epoch 2; epochs 3, 4 wait twice, epoch 5 improves to 4; epochs 6, 7, 8 do not: stop at 8, restore 5
    values = [9, 7, 5, 6, 5, 4, 4, 5, 6, 1]
    assert early_stop(values, 3) == (8, 5)
    assert early_stop(values, 2) == (4, 2)
    assert early_stop(values, 1) == (3, 2)
    assert early_stop(values, 4) == (None, 9)
    # delta: an improvement has to exceed it, so 4 after 5 is none for delta = 1
    assert early_stop([F(9), F(5), F(4), F(4)], 2, F(1)) == (3, 1)
    for broken in (([1], 0), ([], 2)):
        with pytest.raises(ValueError, match=r"^early stopping needs a patience of at least 1 and at least one value$"):
            early_stop(*broken)


@given(values=st.lists(st.integers(0, 9), min_size=1, max_size=12), patience=st.integers(1, 4), delta=st.integers(0, 2))
def test_early_stopping_against_its_definition(values, patience, delta):
    # independent: mark improvements first, then look for the first run of that many unmarked epochs
    best, improved = values[0], [True]
    for value in values[1:]:
        improved.append(value < best - delta)
        best = value if improved[-1] else best
    stop = next(
        (k for k in range(patience, len(values)) if not any(improved[k - patience + 1 : k + 1])),
        None,
    )
    upto = len(values) - 1 if stop is None else stop
    assert early_stop(values, patience, delta) == (stop, max(k for k in range(upto + 1) if improved[k]))
