"""Stepping: exact values derived by hand, one arithmetic against another, and what overflow leaves behind."""

import warnings
from dataclasses import replace
from fractions import Fraction as F
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdquiz.descent.stepping import METHODS, Field, Solver, as_arrays, descent, iterate, method, run, square_root
from gdquiz.numbers.exact import Rationals

HALF_SQUARE = Field(lambda p: p[0] * p[0] / 2, lambda p, k: (p[0],))
BOWL = Field(lambda p: (p[0] * p[0] + 4 * p[1] * p[1]) / 2, lambda p, k: (p[0], 4 * p[1]))


def path(name, start, steps, rate, field=HALF_SQUARE, **parameters):
    solver = Solver(field, rate, method(name).rule, parameters)
    return [point[0] for point in run(solver, (start,), steps).points]


def test_descent_records_start_losses_and_gradients():
    # f = x^2/2, eta = 1/2: x halves; losses 8, 2, 1/2
    record = run(Solver(HALF_SQUARE, F(1, 2), descent), (F(4),), 2)
    assert record.points == ((F(4),), (F(2),), (F(1),))
    assert record.losses == (F(8), F(2), F(1, 2))
    assert record.gradients == ((F(4),), (F(2),), (F(1),))
    assert record.overflowed is False


def test_all_coordinates_move_at_once():
    # f = xy has the gradient (y, x): from (1, 2) with eta = 1 to (-1, 1); one after another would give (-1, 3)
    field = Field(lambda p: p[0] * p[1], lambda p, k: (p[1], p[0]))
    assert run(Solver(field, F(1), descent), (F(1), F(2)), 1).points[1] == (F(-1), F(1))


def test_ascent_flips_the_step_but_not_the_recorded_gradient():
    record = run(Solver(HALF_SQUARE, F(1, 2), descent, ascend=True), (F(4),), 1)
    assert record.points[1] == (F(6),)
    assert record.gradients[0] == (F(4),)


def test_heavy_ball_by_hand():
    # v1 = 8, x1 = 4; v2 = 4 + 4 = 8, x2 = 0; v3 = 4 + 0, x3 = -2: at the minimum the velocity carries on
    assert path("heavy-ball", F(8), 3, F(1, 2), beta=F(1, 2)) == [8, 4, 0, -2]


def test_nesterov_by_hand():
    # y0 = 8, x1 = 4; y1 = 4 + (4 - 8)/2 = 2, x2 = 2 - 1 = 1; y2 = 1 + (1 - 4)/2 = -1/2, x3 = -1/4
    assert path("nesterov", F(8), 3, F(1, 2), beta=F(1, 2)) == [8, 4, 1, F(-1, 4)]


@given(
    curvature=st.fractions(-3, 3, max_denominator=6),
    rate=st.fractions(F(1, 20), 2, max_denominator=20),
    beta=st.fractions(0, 1, max_denominator=8),
    start=st.integers(-9, 9),
)
def test_momentum_methods_satisfy_their_two_term_recurrences(curvature, rate, beta, start):
    field = Field(lambda p: curvature * p[0] * p[0] / 2, lambda p, k: (curvature * p[0],))
    r = 1 - rate * curvature
    heavy = path("heavy-ball", F(start), 4, rate, field, beta=beta)
    looking = path("nesterov", F(start), 4, rate, field, beta=beta)
    for k in range(1, 4):
        assert heavy[k + 1] == (r + beta) * heavy[k] - beta * heavy[k - 1]
        assert looking[k + 1] == r * ((1 + beta) * looking[k] - beta * looking[k - 1])


def test_momentum_zero_is_plain_descent():
    plain = path("descent", F(5), 4, F(1, 3))
    assert path("heavy-ball", F(5), 4, F(1, 3), beta=F(0)) == plain
    assert path("nesterov", F(5), 4, F(1, 3), beta=F(0)) == plain


def test_heavy_ball_under_a_constant_gradient_tends_to_eta_g_over_one_minus_beta():
    # velocities 1, 3/2, 7/4, ... -> 2: the k-th step is eta (1 - beta^k)/(1 - beta)
    slope = Field(lambda p: p[0], lambda p, k: (F(1),))
    xs = path("heavy-ball", F(0), 4, F(1), slope, beta=F(1, 2))
    assert [a - b for a, b in pairwise(xs)] == [1, F(3, 2), F(7, 4), F(15, 8)]


def test_stochastic_steps_use_their_own_gradient_and_record_the_full_one():
    # terms (w-0)^2/2 and (w-4)^2/2 in turn, eta = 1/2, from 8: 8 -> 4 -> 4 -> 2; the mean has the gradient w - 2
    targets = (F(0), F(4))
    field = Field(
        lambda p: sum((p[0] - y) ** 2 for y in targets) / 4,
        lambda p, k: (p[0] - targets[k % 2],),
        full_gradient=lambda p: (p[0] - 2,),
    )
    record = run(Solver(field, F(1, 2), method("sgd").rule), (F(8),), 3)
    assert [point[0] for point in record.points] == [8, 4, 4, 2]
    assert [gradient[0] for gradient in record.gradients] == [6, 2, 2, 0]


def test_first_adam_step_is_eta_times_the_sign():
    # both corrections cancel: m/(1-b1) = g and s/(1-b2) = g^2
    field = Field(lambda p: p[0] * 3 - p[1] * 5, lambda p, k: (F(3), F(-5)))
    parameters = {"beta1": F(1, 2), "beta2": F(15, 16)}
    assert run(Solver(field, F(1, 10), method("adam").rule, parameters), (F(1), F(1)), 1).points[1] == (
        F(9, 10),
        F(11, 10),
    )


def test_adam_is_invariant_under_a_constant_gradient():
    # averages of a constant are the constant once corrected, so every step has length eta
    field = Field(lambda p: 7 * p[0], lambda p, k: (F(7),))
    assert path("adam", F(1), 3, F(1, 10), field, beta1=F(1, 2), beta2=F(3, 4)) == [1, F(9, 10), F(8, 10), F(7, 10)]


def test_first_rmsprop_step_is_eta_over_the_root_of_one_minus_rho():
    field = Field(lambda p: 7 * p[0], lambda p, k: (F(7),))
    for rho, factor in ((F(3, 4), 2), (F(8, 9), 3), (F(15, 16), 4)):
        assert path("rmsprop", F(1), 1, F(1, 10), field, rho=rho) == [1, 1 - F(factor, 10)]


def test_adagrad_step_shrinks_with_the_root_of_the_count():
    # constant gradient 3: after k steps s = 9k, so step k has length eta/sqrt(k); k = 1 and 4 are rational
    field = Field(lambda p: 3 * p[0], lambda p, k: (3.0,))
    xs = path("adagrad", 0.0, 4, 1.0, field)
    assert xs[0] - xs[1] == 1.0
    assert xs[3] - xs[4] == pytest.approx(0.5)


def test_epsilon_stands_outside_of_the_root():
    # g = 3: 1 - 3/(3 + 1) = 1/4; inside it would be 1 - 3/sqrt(10)
    field = Field(lambda p: 3 * p[0], lambda p, k: (F(3),))
    assert path("adagrad", F(1), 1, F(1), field, epsilon=F(1)) == [1, F(1, 4)]


def test_a_schedule_has_a_rate_for_each_step():
    solver = Solver(HALF_SQUARE, (F(1, 2), F(1, 4)), descent)
    assert run(solver, (F(8),), 2).points == ((F(8),), (F(4),), (F(3),))
    with pytest.raises(ValueError, match=r"^the schedule has 2 rates but step 2 was asked for$"):
        run(solver, (F(8),), 3)


def test_a_wrong_rule_can_take_the_place_of_the_right_one():
    def uphill(solver, point, step, memory):
        return tuple(
            x + solver.rate_at(step) * g for x, g in zip(point, solver.slope(point, step), strict=True)
        ), memory

    solver = replace(Solver(HALF_SQUARE, F(1, 2), descent), rule=uphill)
    assert run(solver, (F(4),), 1).points[1] == (F(6),)


@given(
    starts=st.lists(st.fractions(-8, 8, max_denominator=8), min_size=1, max_size=4),
    rate=st.fractions(F(1, 16), 1, max_denominator=16),
    name=st.sampled_from(["descent", "heavy-ball", "nesterov"]),
)
def test_every_arithmetic_takes_the_same_steps(starts, rate, name):
    rule, beta = method(name).rule, {"beta": F(1, 2)}
    single = [run(Solver(BOWL, rate, rule, beta), (x, x + 1), 3).points for x in starts]
    column = Rationals.of(starts)
    batch = run(Solver(BOWL, rate, rule, beta), (column, column + 1), 3)
    floats = run(
        Solver(BOWL, float(rate), rule, {"beta": 0.5}),
        (np.array(starts, dtype=float), np.array(starts, dtype=float) + 1),
        3,
    )
    for row, points in enumerate(single):
        for k, point in enumerate(points):
            for place, value in enumerate(point):
                assert batch.points[k][place].fraction(row) == value
                assert floats.points[k][place][row] == pytest.approx(float(value), abs=1e-9)
    assert as_arrays(batch)[0] == pytest.approx(as_arrays(floats)[0], abs=1e-9)
    with mpmath.workdps(40):
        number = mpmath.mpf(starts[0].numerator) / starts[0].denominator
        eta, half = mpmath.mpf(rate.numerator) / rate.denominator, {"beta": mpmath.mpf(1) / 2}
        last = run(Solver(BOWL, eta, rule, half), (number, number + 1), 3).points[-1][1]
        expected = mpmath.mpf(single[0][-1][1].numerator) / single[0][-1][1].denominator
        assert abs(last - expected) < mpmath.mpf(10) ** -35


def test_overflow_is_a_result_and_not_a_warning():
    # x^4/4 from 2 with eta = 1: |x| is multiplied by x^2 - 1 >= 3 each time; from 1/2 it shrinks
    field = Field(lambda p: p[0] ** 4 / 4, lambda p, k: (p[0] ** 3,))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        record = run(Solver(field, np.array([1.0, 1.0]), descent), (np.array([2.0, 0.5]),), 12)
    assert record.overflowed.tolist() == [True, False]
    assert not np.isfinite(record.points[-1][0][0])
    assert np.isfinite(record.points[-1][0][1])


def test_exact_overflow_is_recorded_too():
    record = run(Solver(HALF_SQUARE, Rationals.of([F(1, 3), F(1, 2**31)]), descent), (Rationals.of([9, 1]),), 4)
    assert record.overflowed.tolist() == [False, True]
    assert record.points[4][0].fraction(0) == F(16, 9)  # 9 (2/3)^4


def test_as_arrays_has_rows_first_and_spreads_scalars():
    solver = Solver(BOWL, np.array([0.25, 0.125]), descent)
    points, losses, gradients = as_arrays(run(solver, (2.0, 1.0), 2))
    assert points.shape == (2, 3, 2)
    assert losses.shape == (2, 3)
    assert gradients.shape == (2, 3, 2)
    # eta = 1/4: x 2, 3/2, 9/8 and y 1, 0, 0;   eta = 1/8: y 1, 1/2, 1/4
    assert points[0].tolist() == [[2, 1], [1.5, 0], [1.125, 0]]
    assert points[1, :, 1].tolist() == [1, 0.5, 0.25]
    assert losses[:, 0].tolist() == [4, 4]
    assert gradients[0, 1].tolist() == [1.5, 0]
    with pytest.raises(ValueError, match="read-only"):
        points[0, 0, 0] = 1


def test_iterate_yields_the_start_first():
    assert [p[0] for p in iterate(Solver(HALF_SQUARE, F(1), descent), (F(3),), 1)] == [3, 0]


def test_square_roots_stay_exact():
    assert square_root(F(4, 9)) == F(2, 3)
    assert square_root(Rationals.of([F(9, 4), 4])).fraction(0) == F(3, 2)
    assert square_root(Rationals.of([F(9, 4), 2])).tolist() == [1.5, 2**0.5]  # not all are squares
    assert square_root(np.array([9.0]))[0] == 3.0
    assert square_root(mpmath.mpf(16)) == 4
    with pytest.raises(ValueError, match=r"^2 is not the square of a rational number$"):
        square_root(F(2))
    with pytest.raises(ValueError, match=r"^-4 is not the square of a rational number$"):
        square_root(F(-4))


def test_methods_have_distinct_names_and_unknown_ones_are_refused():
    names = [row.name for row in METHODS]
    assert len(set(names)) == len(names)
    assert {"descent", "heavy-ball", "nesterov", "sgd"} <= set(names)
    with pytest.raises(KeyError):
        method("newton")
