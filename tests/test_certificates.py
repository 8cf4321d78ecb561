"""Certificates against brute force: the closed forms say what stepping in fractions does."""

from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdquiz.numbers.certainty import NO, UNSURE, YES
from gdquiz.numbers.exact import Rationals
from gdquiz.theorems.certificates import Absolute, Power, Quadratic

small = st.fractions(-3, 3, max_denominator=4)
positive = st.fractions(F(1, 4), 3, max_denominator=4)


def simulate(loss, slope, start, rate, steps, ascend=False):
    """The points of descent in fractions, by a loop of its own."""
    points = [start]
    for _ in range(steps):
        move = [rate * part for part in slope(points[-1])]
        points.append([x + m if ascend else x - m for x, m in zip(points[-1], move, strict=True)])
    return points, [loss(point) for point in points]


def check_events(exact, points, losses, ascend):
    for k in range(exact.overshoot.shape[1]):
        wrong = losses[k + 1] < losses[k] if ascend else losses[k + 1] > losses[k]
        if exact.overshoot[0, k] != UNSURE:
            assert (exact.overshoot[0, k] == YES) == wrong
        crossed = any(a * b < 0 for a, b in zip(points[k], points[k + 1], strict=True))
        if exact.crossing[0, k] != UNSURE:
            assert (exact.crossing[0, k] == YES) == crossed


@settings(max_examples=200)
@given(curvatures=st.tuples(small, small), errors=st.tuples(small, small), rate=positive, ascend=st.booleans())
def test_quadratics(curvatures, errors, rate, ascend):
    exact = Quadratic(curvatures, errors, rate).decide(ascend, 5)
    points, losses = simulate(
        lambda p: sum(c * x * x for c, x in zip(curvatures, p, strict=True)) / 2,
        lambda p: [c * x for c, x in zip(curvatures, p, strict=True)],
        list(errors),
        rate,
        60,
        ascend,
    )
    check_events(exact, points, losses, ascend)
    if not exact.decided[0]:
        return
    # factors have denominators up to 16, so |r| is at most 15/16, or 1, or at least 17/16, and 17/16^60 = 38
    limit = exact.limit[0]
    early, late = (max(map(abs, points[k])) for k in (0, 60))
    assert (limit == "stationary_start") == (points[1] == points[0])
    if limit == "cycle":
        assert [p - q for p, q in zip(points[60], points[59], strict=True)] != [0, 0]
        assert max(abs(p - q) for p, q in zip(points[60], points[58], strict=True)) <= 2 * F(15, 16) ** 58 * early
    if limit == "converged":
        assert max(abs(p - q) for p, q in zip(points[60], points[59], strict=True)) <= 2 * F(15, 16) ** 59 * early
        assert (exact.one_step[0] == YES) == (points[1] == points[2])
    if limit in ("diverged_loss_up", "unbounded_below"):
        assert late > early
    assert limit != "undecided"


def test_regimes_of_a_quadratic_by_eta_times_curvature():
    # s = eta L: 1/2 monotone, 1 at once, 3/2 alternating, 2 cycle, 5/2 divergent, negative curvature: f falls for ever
    column = Quadratic((Rationals.of([1, 1, 1, 1, 1, -1]),), (3,), Rationals.of([F(1, 2), 1, F(3, 2), 2, F(5, 2), 1]))
    exact = column.decide(False, 2)
    assert exact.decided.all()
    assert exact.limit.tolist() == [
        "converged", "converged", "converged", "cycle", "diverged_loss_up", "unbounded_below",
    ]  # fmt: skip
    assert exact.one_step.tolist() == [NO, YES, NO, NO, NO, NO]
    assert exact.oscillating.tolist() == [NO, NO, YES, NO, NO, NO]
    assert exact.crossing[:, 0].tolist() == [NO, NO, YES, YES, YES, NO]
    assert exact.overshoot[:, 1].tolist() == [NO, NO, NO, NO, YES, NO]


def test_equal_growth_is_decided_by_the_energies():
    # eta = 1, curvatures 3 and -1: both factors have size 2; f ~ 4^k (3 a^2 - b^2)/2; equal when b^2 = 3 a^2
    errors = (Rationals.of([1, 1, 0]), Rationals.of([1, 2, 1]))
    assert Quadratic((3, -1), errors, 1).decide(False, 1).limit.tolist() == [
        "diverged_loss_up", "unbounded_below", "unbounded_below",
    ]  # fmt: skip
    # eta = 1/3, curvatures 8 and -2: sizes 5/3 both, and 8 * 1 = 2 * 4: the loss stays 0 while both errors grow
    assert Quadratic((8, -2), (1, 2), F(1, 3)).decide(False, 1).decided.tolist() == [False]


def test_numbers_that_do_not_fit_are_not_decided():
    assert Quadratic((F(1, 2**40),), (1,), F(1, 2**40)).decide(False, 1).decided.tolist() == [False]


def test_a_quadratic_needs_matching_columns():
    with pytest.raises(ValueError, match=r"^a quadratic needs one error for each curvature$"):
        Quadratic((1, 2), (1,), 1).decide(False, 1)


@given(coefficient=positive, exponent=st.sampled_from([4, 6]), error=small, rate=positive, ascend=st.booleans())
def test_powers(coefficient, exponent, error, rate, ascend):
    exact = Power(coefficient, exponent, error, rate).decide(ascend, 3)
    assert exact.decided[0]
    points, losses = simulate(
        lambda p: coefficient * p[0] ** exponent,
        lambda p: [coefficient * exponent * p[0] ** (exponent - 1)],
        [error],
        rate,
        3,
        ascend,
    )
    check_events(exact, points, losses, ascend)
    sizes = [abs(point[0]) for point in points]
    expected = "stationary_start"
    if error and ascend:
        expected = "unbounded_below"
    elif error:
        # |x| falls exactly when t < 2, and t falls with it
        expected = {-1: "converged", 0: "cycle", 1: "diverged_loss_up"}[(sizes[1] > sizes[0]) - (sizes[1] < sizes[0])]
    assert exact.limit[0] == expected
    assert (exact.one_step[0] == YES) == (bool(error) and not ascend and sizes[1] == 0)


def test_the_threshold_of_the_quartic():
    # alpha x^4 from x0 converges below 1/(2 alpha x0^2): alpha = 1/4, x0 = 2 gives 1/2
    rates = Rationals.of([F(499, 1000), F(1, 2), F(501, 1000)])
    exact = Power(F(1, 4), 4, 2, rates).decide(False, 1)
    assert exact.limit.tolist() == ["converged", "cycle", "diverged_loss_up"]
    with pytest.raises(ValueError, match=r"^the exponent has to be even and at least 4, not 3$"):
        Power(1, 3, 1, 1).decide(False, 1)


@given(coefficient=positive, error=small, rate=positive, ascend=st.booleans())
def test_absolute_values(coefficient, error, rate, ascend):
    exact = Absolute(coefficient, error, rate).decide(ascend, 6)
    points, losses = simulate(
        lambda p: coefficient * abs(p[0]),
        lambda p: [coefficient * ((p[0] > 0) - (p[0] < 0))],
        [error],
        rate,
        60,
        ascend,
    )
    check_events(exact, points, losses, ascend)
    # the step is at least 1/16 and the start within 3, so 48 steps are enough to be there
    if not error:
        expected = "stationary_start"
    elif ascend:
        expected = "unbounded_below"
    else:
        expected = "converged" if points[59] == points[60] else "cycle"
        assert points[58] == points[60]
    assert exact.limit[0] == expected


def test_an_absolute_value_by_hand():
    # steps of 3/4 from 1: 1, 1/4, -1/2, 1/4, ...: the loss rises from 1/4 to 1/2 in every second step
    exact = Absolute(1, 1, F(3, 4)).decide(False, 4)
    assert exact.limit[0] == "cycle"
    assert exact.overshoot[0].tolist() == [NO, YES, NO, YES]
    assert exact.crossing[0].tolist() == [NO, YES, YES, YES]
    assert np.array_equal(Absolute(1, 1, 2).decide(False, 2).overshoot[0], [NO, NO])  # 1, -1, 1: equal losses
