r"""Runs that theory decides: no simulation, no tolerance.

For some losses the update has a closed form, and every question about the run is a comparison of rationals with 0,
1 or 2.  Such a certificate overrules whatever a float run seems to do, so that a rate of exactly 2/L is a cycle and
nothing is "almost" anything.  Rows whose numbers do not fit exactly are left undecided.

Losses in terms of the error e = x - x*:

* ``Quadratic``: :math:`f = \frac12\sum_i\lambda_i e_i^2`; along eigen-directions :math:`e_i\to(1-\eta\lambda_i)e_i`;
* ``Power``: :math:`f = \alpha e^m`, m even and at least 4; :math:`e\to(1-t)e` with :math:`t=\eta\alpha m e^{m-2}`;
* ``Absolute``: :math:`f = \alpha|e|` with the subgradient 0 at the kink; :math:`e\to e-\eta\alpha\,\mathrm{sign}\,e`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gdquiz.numbers.certainty import NO, UNSURE, YES, Answers, Floats, Mask, answers, certain
from gdquiz.numbers.exact import Rationals, where

Exactly = Rationals | Fraction | int
"""A column of exact values, or one value common to all rows."""


@dataclass(frozen=True, slots=True)
class Exact:
    """What a certificate says about every row; it holds only where ``decided``.

    ``limit``, ``point`` (shape (rows,)) are values of the axes of those names, ``best`` marks where the point is
    certainly a global optimum in the direction of the run, ``period`` is the length of a cycle (else 0).
    ``overshoot`` and ``crossing`` have shape (rows, shown) and may be unsure where numbers grow too long.  What not
    every proof tells is None: ``basin_jump``, ``plateau``; ``place``, the limit in floats, shape (rows, d); ``within``
    (rows,), the distance (in the largest coordinate) from it within which the limit certainly lies; ``alone`` (rows,),
    the distance from it within which there is certainly no other critical point.
    """

    decided: Mask
    limit: NDArray[np.str_]
    period: NDArray[np.int64]
    point: NDArray[np.str_]
    best: Mask
    one_step: Answers
    unstable_limit: Answers
    oscillating: Answers
    overshoot: Answers
    crossing: Answers
    basin_jump: Answers | None = None
    plateau: Answers | None = None
    place: Floats | None = None
    within: Floats | None = None
    alone: Floats | None = None


class Certificate(Protocol):
    """Anything that can decide runs of gradient descent at a constant rate exactly."""

    def decide(self, ascend: bool, shown: int) -> Exact:
        """Decide every row, with the events of the first ``shown`` steps."""
        ...


@dataclass(frozen=True, slots=True)
class Quadratic:
    """A quadratic loss by its curvatures and by the offset of the start along each eigen-direction.

    ``curvatures`` and ``errors`` have one entry per direction.  The errors are coordinates in an orthonormal basis
    up to a common positive factor; for a diagonal loss they are simply x_0 - x*.
    """

    curvatures: tuple[Exactly, ...]
    errors: tuple[Exactly, ...]
    rate: Exactly

    def decide(self, ascend: bool, shown: int) -> Exact:
        """Compare every factor 1 - eta lambda with -1, 0 and 1; raises ValueError for unequal numbers of columns."""
        if len(self.curvatures) != len(self.errors):
            raise ValueError("a quadratic needs one error for each curvature")
        columns, rows = _columns((self.rate, *self.curvatures, *self.errors))
        rate, curvatures, errors = columns[0], columns[1 : 1 + len(self.curvatures)], columns[1 + len(self.errors) :]
        bent = [-curvature for curvature in curvatures] if ascend else curvatures
        factors = [1 - rate * curvature for curvature in bent]
        sizes = [abs(factor) for factor in factors]
        moving = [_nonzero(error) & _nonzero(curvature) for error, curvature in zip(errors, bent, strict=True)]
        decided = _all_valid((*columns, *factors)) & (rate > 0)

        grows = _any(m & (s > 1) for m, s in zip(moving, sizes, strict=True))
        keeps = _any(m & s.equals(1) for m, s in zip(moving, sizes, strict=True))
        moves = _any(moving)
        lean = _leading_energy(bent, errors, sizes, moving, rows)
        decided &= ~grows | (lean.valid & _nonzero(lean))
        limit = np.select(
            [~moves, grows & (lean > 0), grows, keeps],
            ["stationary_start", "diverged_loss_up", "unbounded_below", "cycle"],
            "converged",
        )
        settled = ~moves | ~(grows | keeps)
        converged = limit == "converged"
        up, down = _any(c > 0 for c in curvatures), _any(c < 0 for c in curvatures)
        kinds = np.select([~settled, up & down, up, down], ["none", "saddle", "local_min", "local_max"], "degenerate")
        lands = _all(~m | ~_nonzero(f) for m, f in zip(moving, factors, strict=True))
        escapes = _any(s > 1 for s in sizes)
        neutral = _any(s.equals(1) & _nonzero(c) for s, c in zip(sizes, bent, strict=True))
        turns = _any(m & (f < 0) for m, f in zip(moving, factors, strict=True))
        turns_inside = _any(m & (f < 0) & (f > -1) for m, f in zip(moving, factors, strict=True))
        return Exact(
            decided=decided,
            limit=limit,
            period=np.where(limit == "cycle", 2, 0),
            point=kinds,
            best=settled & _all(c >= 0 for c in bent),
            one_step=certain(converged & lands),
            unstable_limit=answers(converged & escapes, ~(converged & (escapes | neutral))),
            oscillating=certain(converged & turns_inside),
            overshoot=_quadratic_overshoot(bent, errors, factors, moving, shown),
            crossing=np.repeat(certain(turns)[:, None], shown, axis=1),
            basin_jump=np.full(rows, NO),
            plateau=np.full(rows, NO),
        )


@dataclass(frozen=True, slots=True)
class Power:
    """The loss alpha e^m in one variable, m even and at least 4, alpha positive, from the error e_0."""

    coefficient: Exactly
    exponent: int
    error: Exactly
    rate: Exactly

    def decide(self, ascend: bool, shown: int) -> Exact:
        """Compare t = eta alpha m e_0^(m-2) with 0, 1 and 2; raises ValueError for another exponent."""
        if self.exponent < 4 or self.exponent % 2:
            raise ValueError(f"the exponent has to be even and at least 4, not {self.exponent}")
        columns, rows = _columns((self.coefficient, self.error, self.rate))
        alpha, error, rate = columns
        t = rate * alpha * self.exponent * error ** (self.exponent - 2)
        decided = _all_valid((*columns, t)) & (rate > 0) & (alpha > 0)
        still = ~_nonzero(error)
        if ascend:
            limit = np.where(still, "stationary_start", "unbounded_below")
            crossing = overshoot = np.full((rows, shown), NO)
        else:
            limit = np.select(
                [still, t < 2, t.equals(2)], ["stationary_start", "converged", "cycle"], "diverged_loss_up"
            )
            crossing = _power_crossing(t, self.exponent, shown)
            overshoot = np.repeat(certain(t > 2)[:, None], shown, axis=1)
        settled = (limit == "converged") | still
        count_yes, count_no = (crossing == YES).sum(axis=1), (crossing == NO).sum(axis=1)
        mostly = answers((count_yes >= 0.9 * shown) & (shown >= 3), (count_no > 0.1 * shown) | (shown < 3))
        return Exact(
            decided=decided,
            limit=limit,
            period=np.where(limit == "cycle", 2, 0),
            point=np.where(settled, "local_min", "none"),
            best=settled & (not ascend),
            one_step=certain((limit == "converged") & t.equals(1)),
            unstable_limit=np.full(rows, NO),
            oscillating=np.where(limit == "converged", mostly, NO),
            overshoot=overshoot,
            crossing=crossing,
            basin_jump=np.full(rows, NO),
            plateau=np.full(rows, NO),
        )


@dataclass(frozen=True, slots=True)
class Absolute:
    """The loss alpha |e| in one variable with alpha positive, from the error e_0."""

    coefficient: Exactly
    error: Exactly
    rate: Exactly

    def decide(self, ascend: bool, shown: int) -> Exact:
        """Divide |e_0| by the constant step length: no remainder lands on the kink, any other remainder cycles."""
        columns, rows = _columns((self.coefficient, self.error, self.rate))
        alpha, error, rate = columns
        step, distance = rate * alpha, abs(error)
        whole = (distance / step).floor()
        rest = distance - whole * step
        decided = _all_valid((*columns, rest)) & (rate > 0) & (alpha > 0)
        still, lands = ~_nonzero(error), ~_nonzero(rest)
        limit = np.select(
            [still, np.full(rows, ascend), lands], ["stationary_start", "unbounded_below", "converged"], "cycle"
        )
        settled = (limit == "converged") | still
        steps = np.arange(shown)
        after = steps[None, :] - np.where(whole.valid, whole.numerator, 0)[:, None]
        jumping = (after >= 0) & (limit == "cycle")[:, None]
        nearer = np.where(after % 2 == 0, (2 * rest < step)[:, None], (2 * rest > step)[:, None])
        return Exact(
            decided=decided,
            limit=limit,
            period=np.where(limit == "cycle", 2, 0),
            point=np.where(settled, "local_min", "none"),
            best=settled & (not ascend),
            one_step=certain((limit == "converged") & distance.equals(step)),
            unstable_limit=np.full(rows, NO),
            oscillating=np.full(rows, NO),
            overshoot=certain(jumping & nearer),
            crossing=certain(jumping),
            basin_jump=np.full(rows, NO),
            plateau=np.full(rows, NO),
        )


def _columns(values: tuple[Exactly, ...]) -> tuple[list[Rationals], int]:
    columns = [value if isinstance(value, Rationals) else Rationals.constant(value) for value in values]
    rows = max(column.rows for column in columns)
    return [column.broadcast(rows) for column in columns], rows


def _nonzero(column: Rationals) -> Mask:
    return np.asarray(column.numerator != 0) & column.valid


def _all_valid(columns: tuple[Rationals, ...]) -> Mask:
    return _all(column.valid for column in columns)


def _any(masks: Iterable[Mask]) -> Mask:
    return reduce(lambda a, b: a | b, masks)


def _all(masks: Iterable[Mask]) -> Mask:
    return reduce(lambda a, b: a & b, masks)


def _leading_energy(
    bent: list[Rationals], errors: list[Rationals], sizes: list[Rationals], moving: list[Mask], rows: int
) -> Rationals:
    """The sum of lambda e^2 over the directions that grow fastest: its sign is that of the loss in the long run."""
    zero = Rationals.constant(0).broadcast(rows)
    top = zero
    for moves, size in zip(moving, sizes, strict=True):
        top = where(moves & (size > top), size, top)
    total = zero
    for curvature, error, size, moves in zip(bent, errors, sizes, moving, strict=True):
        total = total + where(moves & size.equals(top), curvature * error * error, zero)
    return total


def _quadratic_overshoot(
    bent: list[Rationals], errors: list[Rationals], factors: list[Rationals], moving: list[Mask], shown: int
) -> Answers:
    """Whether sum_i lambda_i e_i^2 r_i^(2k) (r_i^2 - 1) is positive, for k = 0 .. shown - 1."""
    squares = [factor * factor for factor in factors]
    growth = [square - 1 for square in squares]
    rising = [m & (b > 0) & (g > 0) for m, b, g in zip(moving, bent, growth, strict=True)]
    falling = [m & ((b < 0) | (g < 0)) for m, b, g in zip(moving, bent, growth, strict=True)]
    weights = [b * e * e * g for b, e, g in zip(bent, errors, growth, strict=True)]
    result = []
    for step in range(shown):
        here = falling if step == 0 else [f & _nonzero(r) for f, r in zip(falling, factors, strict=True)]
        some_rise, some_fall = _any(rising), _any(here)
        total = reduce(lambda a, b: a + b, weights)
        mixed = some_rise & some_fall
        yes = (some_rise & ~some_fall) | (mixed & (total > 0))
        no = ~some_rise | (mixed & (total <= 0))
        result.append(answers(yes, no))
        weights = [weight * square for weight, square in zip(weights, squares, strict=True)]
    return np.stack(result, axis=1) if result else np.full((len(moving[0]), 0), UNSURE)


def _power_crossing(t: Rationals, exponent: int, shown: int) -> Answers:
    """Whether t_k > 1, where t_{k+1} = t_k (1 - t_k)^(m-2); from t_0 >= 2 on always, from t_k <= 1 on never."""
    result = []
    ended = t <= 1
    endless = t >= 2
    for _ in range(shown):
        result.append(answers(endless | (t > 1), ended | (t <= 1)))
        ended = ended | (t <= 1)
        left = 1 - t
        t = t * left ** (exponent - 2)
    return np.stack(result, axis=1) if result else np.full((len(ended), 0), UNSURE)
