"""The measured numbers the rules compare with their bounds, worked out from a trajectory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz.judging.observation import WINDOW, Trajectory, hessians, transition
from gdquiz.numbers.certainty import NO, UNSURE, YES, Answers, Floats, Mask, at_least, at_most, both, choose

PERIODS = range(2, 9)

GAP = at_most(
    "gap", 1e-9, 1e-7, "largest distance of x_k from x_(k-p) over the last 50 steps, in units of max(1, |x_0|)"
)
AMPLITUDE = at_least("amplitude", 1e-6, 1e-7, "longest of the last 50 steps, in units of max(1, |x_0|)")
GRADIENT = at_most("gradient", 1e-9, 1e-7, "largest gradient at the last 51 points, in units of max(1, |g_0|)")
STEP = at_most("step", 1e-10, 1e-8, "longest of the last 50 steps, in units of max(1, |x_0|)")
MOVED = at_most("moved", 1e-6, 1e-5, "how far Newton's method moves the last point, in units of max(1, |x_0|)")
RESIDUAL = at_most("residual", 1e-12, 1e-10, "gradient after Newton's method in floats, in units of max(1, |H|, |x_0|)")
PRECISE = at_most("precise residual", 1e-45, 1e-45, "gradient after Newton's method at 60 digits")
CURVATURE = at_least(
    "curvature", 1e-7, 1e-7, "smallest size of an eigenvalue of the Hessian H, in units of max(1, |H|)"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything measured on a trajectory; arrays have one entry per row unless said otherwise.

    ``long`` is unsure when the run is too short for a limit.  ``gradient``, ``step`` are the sizes ``GRADIENT`` and
    ``STEP`` speak of; ``pattern`` says whether the tail repeats, with ``period`` and ``multiplier`` (spectral
    radius of the derivative of that many updates).  ``certificate`` says whether a critical point was confirmed
    near the last point; ``place`` (rows, d) is that point and ``eigenvalues`` (rows, d) are those of the Hessian
    there; ``spread`` is the spectral radius of one update there.  ``expansion`` is the mean logarithm by which an
    update along the tail separates nearby runs (NaN where not needed).  ``limit`` and ``point`` are filled in once
    decided.
    """

    run: Trajectory
    long: Answers
    gradient: Floats
    last_gradient: Floats
    step: Floats
    pattern: Answers
    period: NDArray[np.int64]
    multiplier: Floats
    certificate: Answers
    place: Floats
    eigenvalues: Floats
    spread: Floats
    expansion: Floats
    limit: NDArray[np.str_]
    point: NDArray[np.str_]

    @property
    def resting(self) -> Mask:
        """Where there is a limit: rows that converged or never moved."""
        return np.asarray(np.isin(self.limit, ("converged", "stationary_start")))


def gather(run: Trajectory) -> Evidence:
    """Measure a trajectory.  Float warnings are off: escaped rows carry inf and nan, which compare as unsure."""
    with np.errstate(all="ignore"):
        scale = np.maximum(1.0, _norm(run.points[:, 0]))
        slope_scale = np.maximum(1.0, _norm(run.start_slope))
        sizes = _norm(run.slopes) / slope_scale[:, None]
        steps = _norm(np.diff(run.tail, axis=1)) / scale[:, None]
        gradient, step = sizes.max(axis=1), steps.max(axis=1, initial=0.0)
        long_enough = run.steps >= 2 * WINDOW
        pattern, period, multiplier = _cycle(run, scale, step)
        candidate: Mask = np.asarray(both(GRADIENT.judge(gradient), STEP.judge(step)) != NO)
        known = run.knowledge.stationary
        stationary: Mask = np.zeros(run.rows, dtype=bool) if known is None else np.asarray(known == YES)
        place, certificate, eigenvalues = _confirm(run, scale, candidate, stationary)
        jacobian = transition(run.solver, place, place)
        spread = np.full(run.rows, np.nan) if jacobian is None else _radius(jacobian)
        expansion = _expansion(run, ~run.escaped & (pattern == NO) & (certificate == NO))
    unknown = np.full(run.rows, "undecided")
    return Evidence(
        run=run,
        long=np.full(run.rows, YES if long_enough else UNSURE),
        gradient=gradient,
        last_gradient=sizes[:, -1],
        step=step,
        pattern=pattern,
        period=period,
        multiplier=multiplier,
        certificate=certificate,
        place=place,
        eigenvalues=eigenvalues,
        spread=spread,
        expansion=expansion,
        limit=unknown,
        point=unknown,
    )


def _cycle(run: Trajectory, scale: Floats, step: Floats) -> tuple[Answers, NDArray[np.int64], Floats]:
    """Whether the tail repeats, the shortest period, and the multiplier of the cycle (NaN where not known)."""
    found = np.full(run.rows, NO)
    period = np.zeros(run.rows, dtype=np.int64)
    for candidate in PERIODS:
        if run.tail.shape[1] <= candidate:
            break
        gap = _norm(run.tail[:, candidate:] - run.tail[:, :-candidate]).max(axis=1) / scale
        answer = GAP.judge(gap)
        period = np.where((answer == YES) & (found != YES), candidate, period)
        found = np.maximum(found, answer)
    pattern = both(found, AMPLITUDE.judge(step))
    period = np.where(pattern == YES, period, 0)
    multiplier = np.full(run.rows, np.nan)
    product: Any = None
    for back in range(1, int(period.max(initial=0)) + 1):
        jacobian = transition(run.solver, run.tail[:, -1 - back], run.tail[:, -2 - back])
        if jacobian is None:
            break
        product = jacobian if product is None else product @ jacobian
        complete = period == back
        if complete.any():
            multiplier = np.where(complete, _radius(product), multiplier)
    return pattern, period, multiplier


def _expansion(run: Trajectory, wanted: Mask) -> Floats:
    """Mean logarithm of the spectral radius of the derivative of the updates along the tail."""
    total = np.full(run.rows, np.nan)
    product: Any = None
    if not wanted.any():
        return total
    size = np.zeros(run.rows)
    for place in range(1, run.tail.shape[1] - 1):
        jacobian = transition(run.solver, run.tail[:, place], run.tail[:, place - 1])
        if jacobian is None:
            return total
        product = jacobian if product is None else jacobian @ product
        norm = np.abs(product).max(axis=(1, 2))
        product = product / norm[:, None, None]
        size += np.log(norm)
    if product is None:
        return total
    return np.asarray(np.where(wanted, (size + np.log(_radius(product))) / (run.tail.shape[1] - 2), np.nan))


def _confirm(run: Trajectory, scale: Floats, candidate: Mask, stationary: Mask) -> tuple[Floats, Answers, Floats]:
    """Newton's method from the last point: the critical point, whether it is confirmed, and the curvatures there."""
    place = np.where(stationary[:, None], run.points[:, 0], run.tail[:, -1]).copy()
    place[~np.asarray(candidate | stationary)] = np.nan
    start = place
    nothing = np.full(place.shape, np.nan)
    if not (candidate | stationary).any():
        return place, np.full(run.rows, NO), nothing
    if hessians(run.solver.field, place) is None:
        return place, choose(candidate, UNSURE, NO), nothing
    precise = np.full(run.rows, np.nan)
    if run.polish is not None:
        place = place.copy()
        for row in np.flatnonzero(candidate & ~stationary):
            polished, residual = run.polish(int(row), place[row].tolist())
            place[row] = [float(part) for part in polished]
            precise[row] = float(residual)
    else:
        for _ in range(4):
            values, vectors, slope = _curvature_and_slope(run, place)
            along = np.einsum("rij,ri->rj", vectors, slope)
            along = np.where(np.abs(values) > 0, along / np.where(values == 0, 1.0, values), 0.0)
            change = np.einsum("rij,rj->ri", vectors, along)
            small = (_norm(change) <= MOVED.no * scale) & candidate & ~stationary
            place = np.where(small[:, None], place - change, place)
    values, vectors, slope = _curvature_and_slope(run, place)
    size = np.maximum(1.0, np.abs(values).max(axis=1))
    if run.polish is not None:
        residual_answer = PRECISE.judge(precise)
        near = MOVED.judge(_norm(place - start) / scale)
    else:
        residual_answer = RESIDUAL.judge(_norm(slope) / np.maximum(size, scale))
        along = np.einsum("rij,ri->rj", vectors, slope)
        near = MOVED.judge((_norm(place - start) + _norm(along / values)) / scale)
        near = choose(np.abs(values).min(axis=1) / size > CURVATURE.yes, near, np.minimum(near, UNSURE))
    certificate = choose(candidate, both(residual_answer, near), NO)
    return place, choose(stationary, YES, certificate), values


def _curvature_and_slope(run: Trajectory, place: Floats) -> tuple[Floats, Floats, Floats]:
    """Eigenvalues (ascending) and eigenvectors of the Hessian, and the gradient; NaN where the place is NaN."""
    loss = run.solver.field
    table = hessians(loss, place)
    assert table is not None
    finite = np.asarray(np.isfinite(table).all(axis=(1, 2)))
    values, vectors = np.linalg.eigh(np.where(finite[:, None, None], table, np.eye(run.dimensions)))
    values = np.where(finite[:, None], values, np.nan)
    columns = tuple(place.T)
    parts = loss.full_gradient(columns) if loss.full_gradient is not None else loss.gradient(columns, 0)
    slope = np.stack([np.broadcast_to(np.asarray(part, dtype=np.float64), (run.rows,)) for part in parts], axis=1)
    return values, vectors, slope


def _radius(matrices: Floats) -> Floats:
    """Spectral radius of each matrix, NaN where an entry is not finite."""
    finite = np.asarray(np.isfinite(matrices).all(axis=(1, 2)))
    if matrices.shape[1] == 1:
        radius = np.abs(matrices[:, 0, 0])
    else:
        safe = np.where(finite[:, None, None], matrices, 0.0)
        radius = np.abs(np.linalg.eigvals(safe)).max(axis=1)
    return np.where(finite, radius, np.nan)


def _norm(vectors: Floats) -> Floats:
    return np.asarray(np.sqrt((vectors * vectors).sum(axis=-1)))
