"""Long float runs, reduced to what is needed for judging them.

A limit shows only after thousands of steps, which no one wants to keep for a whole population.  ``observe`` steps all
rows at once, keeps the first few points (those a question shows) and the last window, and notes on the way how the
loss moved.  Everything is mirrored for ascent by working with the *height*: the loss for descent, minus the loss for
ascent, so that the right way is always down.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz.descent.stepping import Field, Point, Rule, Solver, descent, heavy_ball, iterate, nesterov
from gdquiz.numbers.certainty import UNSURE, Answers, Floats, Mask
from gdquiz.numbers.exact import Rationals
from gdquiz.theorems.certificates import Certificate

WINDOW = 50
"""The last iterates from which a limit is read."""

QUARTERS = 4
"""The last half of the run is cut into this many equal stretches, whose ranges are compared."""

FAR = 1e8
"""A point this many times as far out as the start (at least 1) has left for good."""

CHUNK = 8192
"""So many rows at a time are noted on: few enough to stay in the cache of a processor."""

SAME = 1e-12
"""Two losses closer than this, relative to the larger one (at least 1), count as equal in floats."""

Polish = Callable[[int, Sequence[float]], tuple[Sequence[Any], Any]]
"""(row, point) -> (critical point found by Newton's method at high precision, norm of the gradient there)."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the family of the loss guarantees, beyond what a run can show; every entry may be left unknown.

    ``bounded_below``: the loss has a lower bound (for ascent: an upper bound); ``attained``: its infimum is a value of
    it; ``convex`` (for ascent: concave); each one answer or one per row.  ``best``: the certified infimum
    (supremum) of the loss, shape (rows,).  ``critical_values``: the losses at all critical points, shape (rows, m),
    NaN for missing ones.  ``barriers``: in one variable, the points that separate basins (maxima; for ascent minima),
    shape (rows, m), NaN for missing ones.  ``target``: the optimum that crossings refer to, shape (rows, d); left
    out, it is the limit of the run.  ``stationary``: the exact answer to whether the gradient at the start is zero.
    """

    bounded_below: Answers | np.int8 = UNSURE
    attained: Answers | np.int8 = UNSURE
    convex: Answers | np.int8 = UNSURE
    best: Floats | None = None
    critical_values: Floats | None = None
    barriers: Floats | None = None
    target: Floats | None = None
    stationary: Answers | None = None


@dataclass(frozen=True, slots=True)
class Trajectory:
    """A long run of many rows in a short form; the heights are losses, with their sign changed for ascent.

    Shown: ``points`` (rows, K+1, d), ``heights`` (rows, K+1).  The end: ``tail`` (rows, up to 51, d), ``slopes`` (the
    full gradients there, same shape), ``final_height``.  On the way: ``start_slope`` (rows, d), ``middle_height``,
    ``middle_norm`` at half time; ``streak``, the number of strictly rising (positive) or falling (negative) steps in
    a row up to the end or the escape; ``kept``, the number of points before it; ``escaped``, left for infinity or out
    of the range of floats (``overflowed``); ``wrong``, ``wrong_late``, ``right_late``, steps that moved the height up
    / up in the last half / down in the last half by more than rounding; ``low``, ``high`` (rows, 4, d), the range of
    each quarter of the last half.
    """

    solver: Solver
    steps: int
    points: Floats
    heights: Floats
    tail: Floats
    slopes: Floats
    start_slope: Floats
    final_height: Floats
    middle_height: Floats
    middle_norm: Floats
    streak: NDArray[np.int64]
    kept: NDArray[np.int64]
    escaped: Mask
    overflowed: Mask
    wrong: NDArray[np.int64]
    wrong_late: NDArray[np.int64]
    right_late: NDArray[np.int64]
    low: Floats
    high: Floats
    knowledge: Knowledge = field(default_factory=Knowledge)
    exact: Certificate | None = None
    polish: Polish | None = None

    @property
    def rows(self) -> int:
        return int(self.points.shape[0])

    @property
    def shown(self) -> int:
        """The number of steps whose events are judged."""
        return int(self.points.shape[1]) - 1

    @property
    def dimensions(self) -> int:
        return int(self.points.shape[2])


def observe(
    solver: Solver,
    start: Point,
    *,
    steps: int = 2000,
    shown: int = 12,
    knowledge: Knowledge | None = None,
    exact: Certificate | None = None,
    polish: Polish | None = None,
) -> Trajectory:
    """Run float columns (or plain floats) for ``steps`` updates and keep what judging needs.

    ``shown`` is the number of first steps whose points and events are kept.  Rows that escape are frozen.  Raises
    ValueError when fewer steps are run than shown.
    """
    if steps < shown:
        raise ValueError(f"{shown} steps cannot be shown of a run of {steps}")
    rows = _rows(solver, start)
    sign = -1.0 if solver.ascend else 1.0
    cuts = [slice(low, min(low + CHUNK, rows)) for low in range(0, rows, CHUNK)]
    tallies = [_Tally(cut.stop - cut.start, len(start), steps) for cut in cuts]
    points, heights = [], []
    tail: deque[tuple[Point, Floats]] = deque(maxlen=WINDOW + 1)
    with np.errstate(all="ignore"):
        for step, point in enumerate(iterate(solver, start, steps)):
            place = _table(point, rows)
            height = sign * _column(solver.field.loss(point), rows)
            tail.append((point, place))
            if step <= shown:
                points.append(place)
                heights.append(height)
            for cut, tally in zip(cuts, tallies, strict=True):
                tally.add(step, place[cut], height[cut])
            if step >= shown and all(tally.escaped.all() for tally in tallies):
                break
        slopes = [_table(full_gradient(solver.field, point), rows) for point, _ in tail]
        start_slope = _table(full_gradient(solver.field, start), rows)
    return Trajectory(
        solver=solver,
        steps=steps,
        points=np.stack(points, axis=1),
        heights=np.stack(heights, axis=1),
        tail=np.stack([place for _, place in tail], axis=1),
        slopes=np.stack(slopes, axis=1),
        start_slope=start_slope,
        **{name: np.concatenate([getattr(tally, name) for tally in tallies]) for name in _NOTED},
        knowledge=knowledge or Knowledge(),
        exact=exact,
        polish=polish,
    )


_NOTED = (
    "final_height",
    "middle_height",
    "middle_norm",
    "streak",
    "kept",
    "escaped",
    "overflowed",
    "wrong",
    "wrong_late",
    "right_late",
    "low",
    "high",
)


class _Tally:
    """What is noted on the way about some of the rows, under the names that ``Trajectory`` has for it."""

    def __init__(self, rows: int, dimensions: int, steps: int):
        self.steps = steps
        self.streak = np.zeros(rows, dtype=np.int64)
        self.kept = np.zeros(rows, dtype=np.int64)
        self.wrong, self.wrong_late, self.right_late = (np.zeros(rows, dtype=np.int64) for _ in range(3))
        self.escaped, self.overflowed = np.zeros(rows, dtype=bool), np.zeros(rows, dtype=bool)
        self.low, self.high = (np.full((rows, QUARTERS, dimensions), np.nan) for _ in range(2))
        self.final_height, self.middle_height, self.middle_norm = (np.full(rows, np.nan) for _ in range(3))
        self.radius = np.ones(rows)

    def add(self, step: int, place: Floats, height: Floats) -> None:
        norm = np.sqrt((place * place).sum(axis=1))
        if step == 0:
            self.radius = FAR * np.maximum(1.0, norm)
        finite = np.isfinite(norm) & np.isfinite(height)
        active = ~self.escaped & finite
        if step:
            change = height - self.final_height
            rises, falls = active & (change > 0), active & (change < 0)
            self.streak = np.where(
                rises,
                np.maximum(self.streak, 0) + 1,
                np.where(falls, np.minimum(self.streak, 0) - 1, np.where(active, 0, self.streak)),
            )
            margin = SAME * np.maximum(1.0, np.maximum(np.abs(height), np.abs(self.final_height)))
            wrong = active & (change > margin)
            self.wrong += wrong
            if step > self.steps // 2:
                self.wrong_late += wrong
                self.right_late += active & (change < -margin)
                quarter = (step - self.steps // 2 - 1) * QUARTERS // (self.steps - self.steps // 2)
                inside = np.where(active[:, None], place, np.nan)
                self.low[:, quarter] = np.fmin(self.low[:, quarter], inside)
                self.high[:, quarter] = np.fmax(self.high[:, quarter], inside)
        self.kept += active
        self.overflowed |= ~self.escaped & ~finite
        self.escaped |= ~finite | ((norm > self.radius) & (np.abs(self.streak) >= 5))
        self.final_height = np.where(active, height, self.final_height)
        if step == self.steps // 2:
            self.middle_height, self.middle_norm = self.final_height, norm


def full_gradient(loss: Field, point: Point) -> Point:
    """The gradient of the loss itself, for fields with a stochastic gradient too."""
    return loss.full_gradient(point) if loss.full_gradient is not None else loss.gradient(point, 0)


def hessians(loss: Field, place: Floats) -> Floats | None:
    """The Hessians at points of shape (rows, d) as an array (rows, d, d), or None when the field has none."""
    if loss.hessian is None:
        return None
    rows = len(place)
    with np.errstate(all="ignore"):
        table = loss.hessian(tuple(place.T))
        return np.stack([np.stack([_column(entry, rows) for entry in line], axis=1) for line in table], axis=1)


def transition(solver: Solver, place: Floats, before: Floats) -> Floats | None:
    r"""The derivative of one update, as (rows, n, n) matrices, at x_k = ``place`` with x_{k-1} = ``before``.

    For descent it is :math:`I - \eta H`; the methods with memory are written as maps of a pair of points (heavy ball:
    :math:`(x_k, x_{k-1})`, n = 2d).  None for other rules, for schedules and for fields without a Hessian.
    """
    if isinstance(solver.rate, tuple) or solver.field.full_gradient is not None:
        return None
    known: dict[Rule, bool] = {descent: False, heavy_ball: True, nesterov: True}
    remembers = known.get(solver.rule)
    if remembers is None:
        return None
    rows, d = place.shape
    beta = _column(solver.parameters["beta"], rows)[:, None, None] if remembers else np.zeros((rows, 1, 1))
    ahead = place + beta[:, :, 0] * (place - before) if solver.rule is nesterov else place
    curvature = hessians(solver.field, ahead)
    if curvature is None:
        return None
    rate = _column(solver.rate, rows)[:, None, None] * (-1.0 if solver.ascend else 1.0)
    unit = np.broadcast_to(np.eye(d), (rows, d, d))
    single = unit - rate * curvature
    if not remembers:
        return single
    if solver.rule is heavy_ball:
        upper = np.concatenate([single + beta * unit, -beta * unit], axis=2)
    else:
        upper = np.concatenate([(1 + beta) * single, -beta * single], axis=2)
    return np.concatenate([upper, np.concatenate([unit, np.zeros((rows, d, d))], axis=2)], axis=1)


def _rows(solver: Solver, start: Point) -> int:
    rates = solver.rate if isinstance(solver.rate, tuple) else (solver.rate,)
    with np.errstate(all="ignore"):
        columns = (*start, *rates, *solver.parameters.values(), solver.field.loss(start))
    return max(np.size(column) for column in columns)


def _column(values: Any, rows: int) -> Floats:
    return np.broadcast_to(values.floats() if isinstance(values, Rationals) else np.asarray(values, float), (rows,))


def _table(point: Point, rows: int) -> Floats:
    return np.stack([_column(column, rows) for column in point], axis=1)
