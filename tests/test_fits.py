"""Fits on drawn data: floats against fractions, descent against closed forms, theorems on nested models."""

from dataclasses import replace
from fractions import Fraction as F

import numpy as np
import pytest

from gdquiz.descent.fits import Data, DataSpec, draw, exact_degrees, fit_degrees, fit_epochs
from gdquiz.descent.stepping import Field, Solver, descent, run
from gdquiz.descent.training import judge_training
from gdquiz.enclosures import trained as enclosing
from gdquiz.enclosures.trained import Training, trained
from gdquiz.numbers.enclosed import Enclosed
from gdquiz.numbers.matrices import solve

SPEC = DataSpec(8, 6, tuple(F(i, 2) for i in range(-8, 9)), (F(1), F(1), F(-1, 4)), noise=15, decimals=1)
PATHS = [("test", seed) for seed in range(12)]


def by_hand(train, heldout=((0, 0),), grid=(-1, 0, 1)):
    spec = DataSpec(len(train), len(heldout), tuple(map(F, range(-9, 10))), (F(0),), 0)
    spec = replace(spec, grid=tuple(map(F, grid)) + tuple(F(1, k) for k in range(3, 3 + len(train) + len(heldout))))
    split = [(tuple(F(point[axis]) for point in part),) for part in (train, heldout) for axis in (0, 1)]
    return Data(spec, *split)


def exact_mse(data, row, degree):
    """Independent: the normal equations in fractions, on x as it is."""
    size = range(degree + 1)
    points = [[x**power for power in size] for x in data.train_x[row]]
    matrix = [[sum((p[i] * p[j] for p in points), F(0)) for j in size] for i in size]
    right = [sum((p[i] * y for p, y in zip(points, data.train_y[row], strict=True)), F(0)) for i in size]
    weights, kernel = solve(matrix, right)
    assert not kernel

    def error(xs, ys):
        fitted = [sum(w * x**power for power, w in enumerate(weights)) for x in xs]
        return sum((f - y) ** 2 for f, y in zip(fitted, ys, strict=True)) / len(xs)

    return error(data.train_x[row], data.train_y[row]), error(data.heldout_x[row], data.heldout_y[row])


def by_epoch(data, row, how):
    """Independent: descent step by step in fractions, and the losses at the epochs shown."""
    z = [[data.spec.scaled(x) ** power for power in range(how.degree + 1)] for x in data.train_x[row]]
    other = [[data.spec.scaled(x) ** power for power in range(how.degree + 1)] for x in data.heldout_x[row]]
    w = [F(0)] * (how.degree + 1)
    losses = []
    for epoch in range(how.shown[-1] + 1):
        parts = ((z, data.train_y[row]), (other, data.heldout_y[row]))
        misses = [[sum(map(F.__mul__, w, p)) - y for p, y in zip(ps, ys, strict=True)] for ps, ys in parts]
        if epoch in how.shown:
            losses.append(tuple(sum(miss * miss for miss in part) / len(part) for part in misses))
        pull = [2 * sum(miss * p[j] for miss, p in zip(misses[0], z, strict=True)) / len(z) for j in range(len(w))]
        w = [a - how.rate * (g + (how.penalty * a if j else 0)) for j, (a, g) in enumerate(zip(w, pull, strict=True))]
    return losses


def test_data_are_drawn_once_and_for_all():
    first, again = draw(SPEC, PATHS), draw(SPEC, PATHS)
    assert first == again
    assert draw(SPEC, PATHS[3:4]).train_y[0] == first.train_y[3]
    assert len(set(first.train_y)) == len(PATHS)


def test_data_keep_to_their_spec():
    data = draw(SPEC, PATHS)
    for row in range(data.rows):
        xs = data.train_x[row] + data.heldout_x[row]
        assert len(set(xs)) == len(xs) == 14
        assert set(xs) <= set(SPEC.grid)
        for x, y in zip(xs, data.train_y[row] + data.heldout_y[row], strict=True):
            assert (10 * y).denominator == 1
            # 1.5 of noise and half a unit of rounding at most
            assert abs(y - (1 + x - x * x / 4)) <= F(3, 2) + F(1, 20)
    train, heldout = data.targets()
    assert train.shape == (12, 8)
    assert heldout.shape == (12, 6)
    features = data.features(3)[0]
    assert features.shape == (12, 8, 4)
    assert np.abs(features).max() <= 1
    assert features[0, :, 1].tolist() == [float(x / 4) for x in data.train_x[0]]  # the grid reaches from -4 to 4


def test_the_generator_is_pinned():
    # the bits are keyed, so this table is the same on every platform
    data = draw(DataSpec(3, 2, tuple(map(F, range(6))), (F(0), F(2)), noise=1, decimals=0), [("pinned", 1)])
    assert (data.train_x, data.train_y) == (((0, 4, 5),), ((0, 8, 10),))  # 2x without noise, three times
    assert (data.heldout_x, data.heldout_y) == (((2, 3),), ((3, 5),))  # 2x - 1, twice


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"train": 12}, "the grid needs a different point for every training and held-out point"),
        ({"heldout": 0}, "the grid needs a different point for every training and held-out point"),
        ({"grid": (*SPEC.grid, F(0))}, "the points of the grid have to be different"),
        ({"noise": -1}, "noise and decimals cannot be negative, and the polynomial needs a coefficient"),
        ({"coefficients": ()}, "noise and decimals cannot be negative, and the polynomial needs a coefficient"),
    ],
)
def test_impossible_specs_are_refused(change, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        replace(SPEC, **change)


def test_degrees_by_hand():
    # (-1,0) (0,0) (1,3): mean 1, MSE (1+1+4)/3 = 2; line 1 + 3x/2: residuals 1/2, -1, 1/2 -> 1/2; parabola 0
    # held out (2, 5): the fits give 1, 4 and 3x/2 + 3x^2/2 = 9
    data = by_hand(((-1, 0), (0, 0), (1, 3)), ((2, 5),))
    assert exact_degrees(data, 0, 2) == ([2, F(1, 2), 0], [16, 1, 16])
    fits = fit_degrees(data, 2)
    assert fits.train[0] == pytest.approx([2, 0.5, 0], abs=1e-12)
    assert fits.heldout[0] == pytest.approx([16, 1, 16], abs=1e-12)


def test_degrees_against_fractions():
    data = draw(SPEC, PATHS[:4])
    fits = fit_degrees(data, 7)
    for row in range(data.rows):
        exact = exact_degrees(data, row, 7)
        for degree, (train, heldout) in enumerate(zip(*exact, strict=True)):
            assert (train, heldout) == exact_mse(data, row, degree)
            assert fits.train[row, degree] == pytest.approx(float(train), rel=1e-9, abs=1e-12)
            assert fits.heldout[row, degree] == pytest.approx(float(heldout), rel=1e-6)


def test_training_error_never_rises_with_the_degree_and_ends_at_zero():
    fits = fit_degrees(draw(SPEC, PATHS), 7)
    assert (np.diff(fits.train, axis=1) <= 1e-12 * fits.train[:, :1]).all()
    assert fits.train[:, 7].max() < 1e-20  # 8 points, 8 coefficients
    assert (fits.heldout[:, 7] > fits.heldout.min(axis=1)).any()  # and that is not what held-out errors do


def test_too_high_a_degree_is_refused():
    with pytest.raises(ValueError, match=r"^degree 8 has more coefficients than the 8 training points$"):
        fit_degrees(draw(SPEC, PATHS[:1]), 8)
    with pytest.raises(ValueError, match=r"^degree 8 has more coefficients than the 8 training points$"):
        exact_degrees(draw(SPEC, PATHS[:1]), 0, 8)


def test_epochs_by_hand():
    # (-1,-2) (1,2) on the grid -1..1: z = x, Hessian (2/2) diag(2, 2) = 2 I, so eta = 1/4 halves the error a step:
    # slope 0, 1, 3/2; train MSE (2-s)^2 = 4, 1, 1/4; held out at (0, 1): always 1
    fits = fit_epochs(by_hand(((-1, -2), (1, 2)), ((0, 1),)), 1, 0.25, 2)
    assert fits.weights[0].tolist() == [[0, 0], [0, 1], [0, 1.5]]
    assert fits.train[0].tolist() == [4, 1, 0.25]
    assert fits.heldout[0].tolist() == [1, 1, 1]
    (losses,) = trained(by_hand(((-1, -2), (1, 2)), ((0, 1),)), Training(1, F(1, 4), F(0), (0, 1, 2)))
    assert [(a.low <= F(want) <= a.high) for a, want in zip(losses.train, (4, 1, F(1, 4)), strict=True)] == [True] * 3
    assert (losses.limit.low, losses.limit.high) == (0, 0)


def test_the_penalty_shrinks_slopes_but_not_the_bias():
    # values 3 and 5 at -1 and 1: bias 4, slope 1; with lambda = 2 the slope solves 2(s - 1) + 2 s = 0: s = 1/2,
    # training error (1 - 1/2)^2 = 1/4
    fits = fit_epochs(by_hand(((-1, 3), (1, 5)), ((0, 4),)), 1, 0.25, 200, penalty=2.0)
    assert fits.weights[0, -1] == pytest.approx([4, 0.5])
    (losses,) = trained(by_hand(((-1, 3), (1, 5)), ((0, 4),)), Training(1, F(1, 4), F(2), (0, 200)))
    assert losses.limit.low <= F(1, 4) <= losses.limit.high
    assert fits.heldout[0, -1] == pytest.approx(0, abs=1e-12)


def test_epochs_follow_the_eigenvectors():
    # independent: w_k = sum over eigenvectors of (1 - (1 - eta l)^k) <v, pull>/l v
    data = draw(SPEC, PATHS)
    fits = fit_epochs(data, 3, 0.2, 30)
    for row in range(data.rows):
        z = np.array([[float(SPEC.scaled(x)) ** j for j in range(4)] for x in data.train_x[row]])
        y = np.array([float(value) for value in data.train_y[row]])
        values, vectors = np.linalg.eigh(2 / 8 * z.T @ z)
        pull = vectors.T @ (2 / 8 * z.T @ y)
        w = vectors @ ((1 - (1 - 0.2 * values) ** 30) / values * pull)
        assert fits.weights[row, -1] == pytest.approx(w, rel=1e-8)
        assert fits.train[row, -1] == pytest.approx(((z @ w - y) ** 2).mean(), rel=1e-9)


def test_stable_training_falls_towards_least_squares():
    data = draw(SPEC, PATHS)
    fits = fit_epochs(data, 4, 0.2, 60)
    assert (np.diff(fits.train, axis=1) < 0).all()
    for row, losses in enumerate(trained(data, Training(4, F(1, 5), F(0), (0, 60)))):
        assert losses.limit.low <= exact_degrees(data, row, 4)[0][4] <= losses.limit.high < losses.train[1].low


@pytest.mark.parametrize(
    ("degree", "rate", "penalty", "shown"),
    [
        (1, F(1, 10), F(0), (0, 1, 2, 17)),
        (3, F(1, 5), F(1, 2), (5, 20)),
        (6, F(1, 20), F(0), (0, 10, 20, 40)),
        (9, F(1, 20), F(0), (3, 12)),  # more weights than points
        (2, F(3), F(1, 100), (0, 12)),  # the rate is too high
    ],
)
def test_enclosed_losses_hold_the_exact_ones(degree, rate, penalty, shown):
    data, how = draw(SPEC, PATHS[:3]), Training(degree, rate, penalty, shown)
    for row, losses in enumerate(trained(data, how)):
        exact = by_epoch(data, row, how)
        for part, curve in zip(zip(*exact, strict=True), (losses.train, losses.heldout), strict=True):
            for want, got in zip(part, curve, strict=True):
                assert got.low <= want <= got.high
                assert got.high - got.low <= F(1, 2**60) * (1 + want)


def test_5000_epochs_are_enclosed_as_narrowly_as_few():
    # beside it: 5,000 steps in floats, whose errors do not add up, since the rate is stable
    data = draw(SPEC, PATHS[:2])
    stepped = fit_epochs(data, 6, 0.05, 5000)
    for row, losses in enumerate(trained(data, Training(6, F(1, 20), F(0), (0, 4999, 5000)))):
        assert all(loss.high - loss.low < F(1, 2**60) for loss in losses.train + losses.heldout)
        assert losses.train[2].high < losses.train[1].low  # still falling, by about 1e-6
        assert float(losses.train[2].middle) == pytest.approx(stepped.train[row, 5000], rel=1e-9)
        assert float(losses.heldout[2].middle) == pytest.approx(stepped.heldout[row, 5000], rel=1e-9)


def test_without_flint_nothing_is_said(monkeypatch):
    monkeypatch.setattr(enclosing, "AVAILABLE", False)
    assert trained(draw(SPEC, PATHS[:2]), Training(1, F(1, 10), F(0), (0, 1))) == (None, None)


def test_rates_and_penalties_may_differ_by_row():
    data = draw(SPEC, PATHS[:2])
    rates = np.array([0.1, 0.2])
    together = fit_epochs(data, 2, rates, 10, penalty=np.array([0.0, 0.5]))
    for row, penalty in enumerate((0.0, 0.5)):
        alone = fit_epochs(draw(SPEC, PATHS[row : row + 1]), 2, float(rates[row]), 10, penalty)
        assert together.heldout[row] == pytest.approx(alone.heldout[0], rel=1e-12)


def test_too_high_a_rate_shows():
    fits = fit_epochs(draw(SPEC, PATHS[:2]), 2, 3.0, 40)
    assert (fits.train[:, -1] > 1e6 * fits.train[:, 0]).all()


def test_the_two_feature_model_has_its_best_epoch_where_the_closed_form_says():
    # T = ((u-u*)^2 + s (v-v*)^2)/2, V = ((u-u*)^2 + s (v - tau v*)^2)/2 + c from 0: u_k = u*(1 - (1-eta)^k) and
    # v_k = v*(1 - (1 - eta s)^k); u is learnt fast and is true, v is learnt slowly and is mostly noise
    s, eta, tau, goal_u, goal_v, c = F(1, 10), F(1, 4), F(1, 5), F(3), F(4), F(1, 2)
    training = Field(
        lambda p: ((p[0] - goal_u) ** 2 + s * (p[1] - goal_v) ** 2) / 2,
        lambda p, k: (p[0] - goal_u, s * (p[1] - goal_v)),
    )
    record = run(Solver(training, eta, descent), (F(0), F(0)), 40)
    closed = [(goal_u * (1 - (1 - eta) ** k), goal_v * (1 - (1 - eta * s) ** k)) for k in range(41)]
    assert list(record.points) == closed
    heldout = [((u - goal_u) ** 2 + s * (v - tau * goal_v) ** 2) / 2 + c for u, v in closed]
    train, held = ([Enclosed.exactly(loss) for loss in losses] for losses in (record.losses, heldout))
    assert judge_training(train, held, 5, Enclosed.exactly(0)) == "overfit"
    # printed with three decimals the minimum is flat (0.508 twice), so the same curve is refused
    assert judge_training(train, held, 3, Enclosed.exactly(0)) == "undecided"
