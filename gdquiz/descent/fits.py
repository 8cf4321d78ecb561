r"""Small real fits for questions on over-fitting: polynomial regression, by degree and by epoch, for many data sets.

A data set is drawn from keyed bits: points of a grid, a true polynomial, bounded noise, values rounded to a few
decimals, so that it can be printed in full and recomputed exactly.  With z the grid scaled to [-1, 1], the model of
degree m is :math:`\hat y = \sum_{j=0}^m w_j z^j`, and the loss is the mean squared error
:math:`\frac1n\sum_i(\hat y_i - y_i)^2`; held-out points are never fitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from math import gcd, lcm

import numpy as np

from gdquiz.descent.stepping import Field, Point, Solver, as_arrays, descent, run
from gdquiz.draws import Path, integers, shuffled
from gdquiz.numbers.certainty import Floats

Series = tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class DataSpec:
    """How a data set is drawn.

    ``train`` and ``heldout`` points are taken from ``grid`` without repetition; y is the polynomial with these
    ``coefficients`` (constant first) plus a whole number of units from -``noise`` to ``noise``, a unit being
    10^-``decimals``, rounded to that many decimals.  Raises ValueError for what cannot be drawn.
    """

    train: int
    heldout: int
    grid: Series
    coefficients: Series
    noise: int
    decimals: int = 1

    def __post_init__(self) -> None:
        if min(self.train, self.heldout) < 1 or self.train + self.heldout > len(set(self.grid)):
            raise ValueError("the grid needs a different point for every training and held-out point")
        if len(set(self.grid)) != len(self.grid):
            raise ValueError("the points of the grid have to be different")
        if min(self.noise, self.decimals) < 0 or not self.coefficients:
            raise ValueError("noise and decimals cannot be negative, and the polynomial needs a coefficient")

    def scaled(self, x: Fraction) -> Fraction:
        """The point on the scale on which the grid reaches from -1 to 1."""
        low, high = min(self.grid), max(self.grid)
        return (2 * x - low - high) / (high - low)


@dataclass(frozen=True, slots=True)
class Data:
    """Data sets of one kind; each entry of the four tuples is one data set, its points in ascending order of x."""

    spec: DataSpec
    train_x: tuple[Series, ...]
    train_y: tuple[Series, ...]
    heldout_x: tuple[Series, ...]
    heldout_y: tuple[Series, ...]

    @property
    def rows(self) -> int:
        return len(self.train_x)

    def targets(self) -> tuple[Floats, Floats]:
        """The values as floats: training (rows, train), held out (rows, heldout)."""
        return _floats(self.train_y), _floats(self.heldout_y)

    def features(self, degree: int) -> tuple[Floats, Floats]:
        """The powers 0..degree of the scaled x, shape (rows, points, degree+1), of training and held-out points."""
        powers = np.arange(degree + 1)
        parts = (self.train_x, self.heldout_x)
        scaled = {x: float(self.spec.scaled(x)) for x in set(chain.from_iterable(chain.from_iterable(parts)))}
        tables = (np.array([[scaled[x] for x in row] for row in part], dtype=float) for part in parts)
        train, heldout = (np.asarray(table[:, :, None] ** powers, dtype=float) for table in tables)
        return train, heldout


@dataclass(frozen=True, slots=True)
class DegreeFits:
    """Mean squared errors of the least-squares fits of degree 0, 1, ..., shape (rows, degrees)."""

    train: Floats
    heldout: Floats


@dataclass(frozen=True, slots=True)
class EpochFits:
    """Gradient descent from w = 0, recorded at epochs 0..E (0 is before training).

    ``train`` and ``heldout`` (rows, E+1) are mean squared errors without the penalty, ``weights`` has the shape
    (rows, E+1, degree+1).
    """

    train: Floats
    heldout: Floats
    weights: Floats


def draw(spec: DataSpec, paths: Sequence[Path]) -> Data:
    """One data set for each path of keyed bits; the same path gives the same data set everywhere."""
    unit = Fraction(1, 10**spec.decimals)
    truth = {x: round(sum(c * x**power for power, c in enumerate(spec.coefficients)) / unit) for x in spec.grid}
    drawn = [_draw_one(spec, truth, path) for path in paths]
    train_x, train_y, heldout_x, heldout_y = (tuple(data[part] for data in drawn) for part in range(4))
    return Data(spec, train_x, train_y, heldout_x, heldout_y)


def fit_degrees(data: Data, highest: int) -> DegreeFits:
    """Least squares for every degree up to ``highest``, by one QR factorisation of the powers for all of them.

    The training error cannot rise with the degree, for the models are nested; that is checked, and ArithmeticError
    raised should rounding break it.  Raises ValueError when a degree has more coefficients than training points.
    """
    if highest + 1 > data.spec.train:
        raise ValueError(f"degree {highest} has more coefficients than the {data.spec.train} training points")
    train, heldout = data.features(highest)
    train_y, heldout_y = data.targets()
    q, r = np.linalg.qr(train)
    inverse = np.linalg.inv(r)
    parts = np.einsum("rnj,rn->rj", q, train_y)
    train_fit = np.cumsum(q * parts[:, None, :], axis=2)
    heldout_fit = np.cumsum(np.einsum("rhi,rij->rhj", heldout, inverse) * parts[:, None, :], axis=2)
    train_mse = ((train_fit - train_y[:, :, None]) ** 2).mean(axis=1)
    heldout_mse = ((heldout_fit - heldout_y[:, :, None]) ** 2).mean(axis=1)
    if (np.diff(train_mse, axis=1) > 1e-12 * train_mse[:, :1]).any():
        raise ArithmeticError("the training error rose with the degree")
    return DegreeFits(train_mse, heldout_mse)


def exact_degrees(data: Data, row: int, highest: int) -> tuple[list[Fraction], list[Fraction]]:
    r"""The exact training and held-out mean squared errors of the fits of degree 0 .. ``highest`` of one data set.

    The fits are sums over polynomials that are orthogonal on the training points, by the recurrence of three terms
    :math:`q_{k+1}=(x-\alpha_k)q_k-\beta_kq_{k-1}` (Forsythe, Generation and use of orthogonal polynomials for
    data-fitting, 1957); x is counted in whole units, so that all are whole numbers but for a common factor.  Raises
    ValueError when a degree has more coefficients than training points.
    """
    count = data.spec.train
    if highest + 1 > count:
        raise ValueError(f"degree {highest} has more coefficients than the {count} training points")
    points = (*data.train_x[row], *data.heldout_x[row])
    unit = lcm(*(x.denominator for x in points))
    xs = [int(x * unit) for x in points]
    ys = (*data.train_y[row], *data.heldout_y[row])
    scale = lcm(*(y.denominator for y in ys))
    misses = [int(y * scale) for y in ys]  # in units of 1/scale
    old, new, norm_of_old = [0] * len(xs), [1] * len(xs), 1
    train, heldout = [], []
    for _ in range(highest + 1):
        norm = sum(q * q for q in new[:count])
        along = sum(q * miss for q, miss in zip(new[:count], misses, strict=False))
        misses, scale = _lowest([norm * miss - along * q for miss, q in zip(misses, new, strict=True)], norm * scale)
        train.append(_mean_square(misses[:count], scale))
        heldout.append(_mean_square(misses[count:], scale))
        turned = sum(x * q * q for x, q in zip(xs, new[:count], strict=False))
        crossed = sum(x * q * p for x, q, p in zip(xs, new[:count], old, strict=False))
        ahead, back, behind = norm * norm_of_old, turned * norm_of_old, crossed * norm
        rest = [(x * ahead - back) * q - behind * p for x, q, p in zip(xs, new, old, strict=True)]
        old, (new, _), norm_of_old = new, _lowest(rest, 0), norm
    return train, heldout


def fit_epochs(data: Data, degree: int, rate: float | Floats, epochs: int, penalty: float | Floats = 0.0) -> EpochFits:
    r"""Gradient descent on :math:`\frac1n\|\Phi w - y\|^2 + \frac\lambda2\sum_{j\ge1}w_j^2` from w = 0.

    ``rate`` and the ``penalty`` :math:`\lambda` are common or one per row, shape (rows,).  Too high a rate is
    allowed and shows: errors grow, up to inf or nan.
    """
    train, heldout = data.features(degree)
    train_y, heldout_y = data.targets()
    width, count = degree + 1, data.spec.train
    decay = np.broadcast_to(np.asarray(penalty, dtype=np.float64), (data.rows,))[:, None] * (np.arange(width) > 0)
    hessian = 2 / count * np.einsum("rni,rnj->rij", train, train) + decay[:, :, None] * np.eye(width)
    pull = 2 / count * np.einsum("rni,rn->ri", train, train_y)

    def weights(point: Point) -> Floats:
        return np.stack([np.broadcast_to(column, (data.rows,)) for column in point], axis=1)

    def loss(point: Point) -> Floats:
        w = weights(point)
        return np.asarray(_errors(train, w[:, None, :], train_y)[:, 0] + (decay * w * w).sum(axis=1) / 2)

    def gradient(point: Point, step: int) -> Point:
        return tuple((np.einsum("rij,rj->ri", hessian, weights(point)) - pull).T)

    start = tuple(np.zeros(data.rows) for _ in range(width))
    record = run(Solver(Field(loss, gradient), rate, descent), start, epochs)
    path = as_arrays(record)[0]
    with np.errstate(all="ignore"):
        return EpochFits(_errors(train, path, train_y), _errors(heldout, path, heldout_y), path)


def _draw_one(spec: DataSpec, truth: Mapping[Fraction, int], path: Path) -> tuple[Series, Series, Series, Series]:
    """One data set; ``truth`` gives the true polynomial at each point of the grid, in units of the last decimal."""
    order = shuffled((*path, "points"), spec.grid)
    train_x = tuple(sorted(order[: spec.train]))
    heldout_x = tuple(sorted(order[spec.train : spec.train + spec.heldout]))
    noise = iter(integers((*path, "noise"), -spec.noise, spec.noise, spec.train + spec.heldout))
    scale = 10**spec.decimals

    def value(x: Fraction) -> Fraction:
        return Fraction(truth[x] + next(noise), scale)

    return train_x, tuple(map(value, train_x)), heldout_x, tuple(map(value, heldout_x))


def _lowest(numbers: list[int], denominator: int) -> tuple[list[int], int]:
    """Whole numbers and their common denominator, divided by what all have in common."""
    common = gcd(denominator, *numbers) or 1
    return [number // common for number in numbers], denominator // common


def _mean_square(misses: Sequence[int], scale: int) -> Fraction:
    return Fraction(sum(miss * miss for miss in misses), len(misses) * scale * scale)


def _errors(features: Floats, weights: Floats, targets: Floats) -> Floats:
    """Mean squared errors, shape (rows, times), of weights (rows, times, p) on features (rows, n, p)."""
    residuals = np.einsum("rtp,rnp->rtn", weights, features) - targets[:, None, :]
    return np.asarray((residuals**2).mean(axis=2))


def _floats(table: tuple[Series, ...]) -> Floats:
    flat = np.fromiter(map(float, chain.from_iterable(table)), dtype=np.float64)
    return flat.reshape(len(table), -1)
