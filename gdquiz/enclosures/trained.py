r"""Polynomial regression by descent on rational data, enclosed: the losses after so many epochs.

Descent from :math:`w_0=0` on :math:`\frac1n\|\Phi w-y\|^2+\frac\lambda2\sum_{j\ge1}w_j^2` is the linear map
:math:`w\mapsto(1-\eta H)w+\eta p` with :math:`H=\frac2n\Phi^T\Phi+\lambda\,\mathrm{diag}(0,1,\dots,1)` and
:math:`p=\frac2n\Phi^Ty`.  With a 1 below w it is a matrix, and many epochs at once are a power of it, made by
squaring, so that balls stay small however many epochs there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gdquiz.descent.fits import Data, Series
from gdquiz.enclosures.balls import AVAILABLE, PRECISIONS, Ball, arb, arb_mat, ball, precision
from gdquiz.numbers.enclosed import Enclosed

NARROW = 64
"""Losses are enclosed to so many bits below their size (at least 1)."""


@dataclass(frozen=True, slots=True)
class Training:
    """What is trained, and the epochs, in ascending order, after which it is looked at."""

    degree: int
    rate: Fraction
    penalty: Fraction
    shown: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Losses:
    """Mean squared errors, without the penalty, at the epochs shown; ``limit`` is the training error in the end.

    That is the one at the weights of least loss, where training at a stable rate leads.
    """

    train: tuple[Enclosed, ...]
    heldout: tuple[Enclosed, ...]
    limit: Enclosed


def trained(data: Data, how: Training) -> tuple[Losses | None, ...]:
    """The losses of every data set; None where they cannot be enclosed narrowly, and where there is no flint."""
    found: list[Losses | None] = [None] * data.rows
    for bits in PRECISIONS if AVAILABLE else ():
        with precision(bits):
            bench = _Bench(data, how)
            for row in (row for row in range(data.rows) if found[row] is None):
                found[row] = bench.losses(row)
        if None not in found:
            break
    return tuple(found)


class _Bench:
    """What all data sets share at one precision: the powers of the points of the grid, as balls."""

    def __init__(self, data: Data, how: Training):
        self.data, self.how = data, how
        scaled = {x: data.spec.scaled(x) for x in data.spec.grid}
        self.powers = {x: [ball(z**power) for power in range(how.degree + 1)] for x, z in scaled.items()}
        self.rate, self.penalty = ball(how.rate), ball(how.penalty)

    def losses(self, row: int) -> Losses | None:
        data = self.data
        train, targets = self._features(data.train_x[row]), _column(data.train_y[row])
        heldout, others = self._features(data.heldout_x[row]), _column(data.heldout_y[row])
        hessian, pull = self._quadratic(train, targets)
        weights = self._weights(hessian, pull)
        try:
            limit = self._limit(hessian, pull, train, targets)
        except ZeroDivisionError:
            return None
        balls = [_errors(train * weights, targets), _errors(heldout * weights, others), [limit]]
        if not all(_narrow(loss) for part in balls for loss in part):
            return None
        seen, held, (end,) = (tuple(map(_enclosed, part)) for part in balls)
        return Losses(seen, held, end)

    def _features(self, xs: Series) -> Any:
        return arb_mat([self.powers[x] for x in xs])

    def _quadratic(self, train: Any, targets: Any) -> tuple[Any, Any]:
        transposed, share = train.transpose(), arb(2) / train.nrows()
        hessian = transposed * train * share
        for power in range(1, self.how.degree + 1):
            hessian[power, power] += self.penalty
        return hessian, transposed * targets * share

    def _weights(self, hessian: Any, pull: Any) -> Any:
        """The weights at the epochs shown, one column each."""
        size = self.how.degree + 1
        rows = [[(1 if i == j else 0) - self.rate * hessian[i, j] for j in range(size)] for i in range(size)]
        update = arb_mat([*([*row, self.rate * pull[i, 0]] for i, row in enumerate(rows)), [0] * size + [1]])
        state, epoch, leaps = arb_mat(size + 1, 1, [0] * size + [1]), 0, {}
        columns = []
        for shown in self.how.shown:
            leap = shown - epoch
            if leap not in leaps:
                leaps[leap] = update**leap
            state, epoch = leaps[leap] * state, shown
            columns.append([state[power, 0] for power in range(size)])
        return arb_mat(columns).transpose()

    def _limit(self, hessian: Any, pull: Any, train: Any, targets: Any) -> Ball:
        """Without a penalty as many weights as points fit them all, for the points are different."""
        if not self.how.penalty and self.how.degree + 1 >= train.nrows():
            return arb(0)
        return _errors(train * hessian.solve(pull), targets)[0]


def _column(values: Sequence[Fraction]) -> Any:
    return arb_mat([[ball(value)] for value in values])


def _errors(fitted: Any, targets: Any) -> list[Ball]:
    """The mean squared error of each column."""
    count = fitted.nrows()
    wanted = [targets[i, 0] for i in range(count)]
    columns = ([fitted[i, column] - wanted[i] for i in range(count)] for column in range(fitted.ncols()))
    return [sum((miss * miss for miss in misses), arb(0)) / count for misses in columns]


def _narrow(loss: Ball) -> bool:
    return bool(loss.is_finite() and loss.rad() <= arb(2) ** -NARROW * (1 + abs(loss.mid())))


def _enclosed(loss: Ball) -> Enclosed:
    low, high = (_fraction(end) for end in (loss.lower(), loss.upper()))
    return Enclosed(low, high)


def _fraction(end: Ball) -> Fraction:
    mantissa, exponent = end.man_exp()
    power = int(exponent)
    return Fraction(int(mantissa) * 2**power) if power >= 0 else Fraction(int(mantissa), 2**-power)
