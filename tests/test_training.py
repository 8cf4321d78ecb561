"""Curves judged as printed; expected verdicts are read off small tables by hand."""

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdquiz.descent.training import TRAINING_RULES, Curves, judge_training, turns
from gdquiz.numbers.certainty import YES
from gdquiz.numbers.enclosed import Enclosed

FALLING = [1.0, 0.8, 0.6, 0.5, 0.4]
TINY = F(1, 10**15)


def exactly(values):
    """Decimals as they are written."""
    return [Enclosed.exactly(F(str(value))) for value in values]


def within(value, by=TINY):
    return Enclosed(F(str(value)) - by, F(str(value)) + by)


def kind(heldout, train=None, places=2, limit=None):
    end = None if limit is None else Enclosed.exactly(F(str(limit)))
    return judge_training(exactly(FALLING if train is None else train), exactly(heldout), places, end)


def test_overfitting_has_one_clear_turning_point():
    assert kind([1.2, 1.0, 0.9, 1.0, 1.1]) == "overfit"


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
        ("training loss rests once", [1.2, 1.0, 0.9, 1.0, 1.1], [1.0, 0.8, 0.8, 0.5, 0.4]),
    ],
)
def test_anything_less_is_refused(why, heldout, train):
    assert kind(heldout, train) == "undecided", why


def test_bounds_are_met_exactly():
    # a rise of 5% and neighbours two units above: just so; the last decimal of a float would not do
    assert kind([1.2, 1.02, 1.00, 1.02, 1.05]) == "overfit"
    assert kind([1.2, 1.02, 1.00, 1.02, "1.0499999999999999999999"]) == "undecided"
    assert kind([1.2, 1.01, 1.00, 1.02, 1.05]) == "undecided"
    # a quarter is left: (0.4 - 0.2)/(1 - 0.2)
    falling = [1.3, 1.1, 0.9, 0.8, 0.7]
    assert kind(falling, limit=0.2) == "underfit"
    assert kind(falling, limit="0.20000000000000000001") == "undecided"
    # settled: 5% are left, and the end lies 1% above the smallest
    train, heldout = [1.0, 0.5, 0.42, 0.41, 0.40], [2.1, 1.2, 1.00, 1.005, 1.01]
    assert kind(heldout, train, limit="0.368421052631578947368") == "undecided"
    assert kind(heldout, train, limit=F(7, 19)) == "good_fit"  # (0.4 - 7/19)/(1 - 7/19) = 0.6/12
    assert kind([*heldout[:4], "1.01000000000000000001"], train, limit=F(7, 19)) == "undecided"


def test_what_an_enclosure_leaves_open_is_undecided():
    heldout = exactly([1.2, 1.0, 0.9, 1.0, 1.1])
    train = [within(value) for value in FALLING]
    assert judge_training(train, [within(value) for value in (1.2, 1.0, 0.9, 1.0, 1.1)], 2) == "overfit"
    # two training losses that may be equal, or fall, or rise
    assert judge_training([*train[:3], within(0.4 + 1e-16), within(0.4)], heldout, 2) == "undecided"
    # a rise that may be 5% or less
    assert judge_training(train, [*exactly([1.2, 1.02, 1.00, 1.02]), within(1.05)], 2) == "undecided"
    # a quarter of the fall, or less, is left
    falling = exactly([1.3, 1.1, 0.9, 0.8, 0.7])
    assert judge_training(train, falling, 2, Enclosed.exactly(0)) == "underfit"
    assert judge_training(train, falling, 2, within(0.2)) == "undecided"
    # a limit that may lie where training begins
    assert judge_training(train, falling, 2, Enclosed(F(0), F(1))) == "undecided"
    # a held-out loss that may be 0
    assert judge_training(train, [*heldout[:2], Enclosed(F(0), TINY), *heldout[3:]], 2) == "undecided"


def test_a_digit_that_is_not_certain_leaves_the_verdict_open():
    curve = exactly([1.2, 1.0, 0.9, 1.0, 1.1])
    train = exactly(FALLING)
    for value, expected in ((F("1.195"), "undecided"), (F("1.195") + 2 * TINY, "overfit")):
        around = Enclosed(value - TINY, value + TINY)
        assert judge_training(train, [around, *curve[1:]], 2) == expected


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
    assert kind([1.1, 0.6, 0.5, 0.49, 0.49], train, limit=0.5) == "undecided"  # the limit lies 20% above the end


def test_curves_have_one_length():
    for heldout in (FALLING[1:], FALLING[:1]):
        with pytest.raises(ValueError, match=r"^both curves need the same length and at least two epochs$"):
            kind(heldout, train=FALLING[:1] if len(heldout) == 1 else FALLING)


@given(
    train=st.lists(st.integers(1, 40), min_size=4, max_size=8),
    heldout=st.lists(st.integers(1, 40), min_size=4, max_size=8),
    limit=st.integers(-5, 40),
)
def test_at_most_one_rule_says_yes(train, heldout, limit):
    size = min(len(train), len(heldout))
    case = Curves(exactly(train[:size]), exactly(heldout[:size]), heldout[:size], Enclosed.exactly(limit))
    assert sum(rule.decide(rule, case) == YES for rule in TRAINING_RULES) <= 1


def test_turning_points_by_hand():
    assert [turns(curve) for curve in ([3, 2, 1], [3, 1, 2], [3, 1, 1, 2], [1, 1], [3, 1, 2, 1, 1, 0, 4])] == [
        0, 1, 1, 0, 3,
    ]  # fmt: skip


def test_enclosed_numbers_by_hand():
    a, b = Enclosed(F(1), F(2)), Enclosed(F(3), F(4))
    assert (b - a, b / a, abs(a - b)) == (Enclosed(F(1), F(3)), Enclosed(F(3, 2), F(4)), Enclosed(F(1), F(3)))
    assert abs(Enclosed(F(-3), F(2))) == Enclosed(F(0), F(3))
    assert abs(Enclosed(F(-2), F(3))) == Enclosed(F(0), F(3))
    assert (a - b) / a == Enclosed(F(-3), F(-1, 2))
    assert [int(x.below(y)) for x, y in ((a, b), (b, a), (a, a), (a, Enclosed(F(2), F(3))))] == [1, -1, 0, 0]
    assert int(Enclosed(F(2), F(3)).below(a)) == -1  # at least 2, which is at most 2
    with pytest.raises(ZeroDivisionError):
        a / Enclosed(F(0), F(1))


def test_rounding_is_proved():
    half = F(25, 2000)  # 12.5 thousandths
    assert Enclosed.exactly(half).rounded(1000) == 13
    assert Enclosed(half - TINY, half).rounded(1000) is None
    assert Enclosed(half, half + TINY).rounded(1000) == 13
    assert Enclosed(half - 2 * TINY, half - TINY).rounded(1000) == 12
    assert Enclosed.exactly(-half).rounded(1000) == -12
    close = F(1, 100)
    for off, expected in ((F(-11, 10**6), 12), (F(-9, 10**6), None), (F(9, 10**6), None), (F(11, 10**6), 13)):
        assert Enclosed.exactly(half + off).rounded(1000, close) == expected
