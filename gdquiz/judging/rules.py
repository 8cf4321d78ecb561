"""The verdict rules: every verdict on a run with its definition, the theorem that proves it, and what floats suggest.

``decide`` of a rule reads a float run: it suggests which theorem is worth trying, and never decides.  ``RULES`` is
evaluated from top to bottom within an axis, and is also what the documentation prints.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdquiz.judging.evidence import AMPLITUDE, CURVATURE, GAP, GRADIENT, MOVED, PRECISE, RESIDUAL, STEP, Evidence
from gdquiz.judging.observation import Trajectory
from gdquiz.numbers.certainty import (
    NO,
    UNSURE,
    YES,
    Answers,
    Floats,
    Rule,
    answers,
    at_least,
    at_most,
    both,
    certain,
    choose,
    either,
)

GROWTH = at_least("growth", 1.05, 1.02, "|x_K| in units of |x_(K/2)|")
WRONG_LATE = at_most("wrong-way steps", 3, 3, "wrong-way steps in the last half of the run")


# --- limit ---


def _stationary_start(rule: Rule, case: Evidence) -> Answers:
    known = case.run.knowledge.stationary
    if known is not None:
        return known
    zero = rule.judge("gradient", np.sqrt((case.run.start_slope**2).sum(axis=1)))
    return both(zero, np.full(case.run.rows, UNSURE))


def _needed(case: Evidence) -> NDArray[np.int64]:
    """How many steps in a row have to go one way before an escape counts: 5, or 3 up to overflow, or all there are."""
    return np.clip(np.where(case.run.overflowed, 3, 5), 1, np.maximum(case.run.kept - 1, 1))


def _diverged(rule: Rule, case: Evidence) -> Answers:
    run = case.run
    far = rule.judge("distance", _reach(run))
    falling = run.escaped & (run.streak <= -_needed(case))
    return answers(run.escaped & (run.streak >= _needed(case)), (~run.escaped & (far == NO)) | falling)


def _unbounded(rule: Rule, case: Evidence) -> Answers:
    run = case.run
    deep = rule.judge("depth", run.final_height / np.maximum(1.0, np.abs(run.heights[:, 0])))
    falling = choose(run.streak <= -_needed(case), deep, UNSURE)
    contradicted = np.asarray(run.knowledge.bounded_below) == YES
    return choose(run.escaped, choose(contradicted, UNSURE, np.maximum(falling, UNSURE)), NO)


def _cycle(rule: Rule, case: Evidence) -> Answers:
    attracting = np.maximum(rule.judge("multiplier", case.multiplier), UNSURE)
    return both(case.pattern, attracting, case.long)


def _converged(rule: Rule, case: Evidence) -> Answers:
    return both(rule.judge("gradient", case.gradient), rule.judge("step", case.step), case.certificate, case.long)


def _irregular(rule: Rule, case: Evidence) -> Answers:
    run = case.run
    ranges = (run.high - run.low).max(axis=2)
    trend = np.diff(ranges, axis=1)
    even = rule.judge("ranges", ranges.max(axis=1) / ranges.min(axis=1))
    steady = both(even, answers(~((trend > 0).all(axis=1) | (trend < 0).all(axis=1)), False))
    apart = both(rule.judge("expansion", case.expansion), rule.judge("steps", np.full(run.rows, run.steps)))
    turning = certain((run.wrong_late > WRONG_LATE.no) & (run.right_late > WRONG_LATE.no))
    return choose(run.wrong_late <= WRONG_LATE.yes, NO, np.maximum(both(steady, turning, apart), UNSURE))


def _growth(case: Evidence) -> Floats:
    with np.errstate(all="ignore"):
        last = np.sqrt((case.run.tail[:, -1] ** 2).sum(axis=1))
        return np.asarray(np.where(last == 0, 0.0, last / case.run.middle_norm))


def _drift(rule: Rule, case: Evidence) -> Answers:
    knowledge = case.run.knowledge
    unattained = both(np.asarray(knowledge.bounded_below), -np.asarray(knowledge.attained))
    monotone = certain(case.run.wrong == 0)
    return both(monotone, rule.judge("growth", _growth(case)), unattained, case.long)


def _slow(rule: Rule, case: Evidence) -> Answers:
    run = case.run
    fall = (run.middle_height - run.final_height) / np.maximum(1.0, np.abs(run.final_height))
    stays = either(rule.judge("growth", _growth(case)), np.asarray(run.knowledge.attained))
    few = rule.judge("wrong-way steps", run.wrong_late)
    return both(few, rule.judge("fall", fall), stays, case.long)


def _reach(run: Trajectory) -> Floats:
    with np.errstate(all="ignore"):
        last = np.sqrt((run.tail[:, -1] ** 2).sum(axis=1))
        return np.asarray(last / np.maximum(1.0, np.sqrt((run.points[:, 0] ** 2).sum(axis=1))))


# --- point and scope ---


def _relative(case: Evidence) -> tuple[Floats, Floats, Floats]:
    """Least and greatest eigenvalue and smallest size of one, in units of max(1, |H|); NaN without a limit."""
    values = np.where(case.resting[:, None], case.eigenvalues, np.nan)
    size = np.maximum(1.0, np.abs(values).max(axis=1))
    return values.min(axis=1) / size, values.max(axis=1) / size, np.abs(values).min(axis=1) / size


def _local_min(rule: Rule, case: Evidence) -> Answers:
    return rule.judge("curvature", _relative(case)[0])


def _local_max(rule: Rule, case: Evidence) -> Answers:
    return rule.judge("curvature", -_relative(case)[1])


def _saddle(rule: Rule, case: Evidence) -> Answers:
    least, greatest, size = _relative(case)
    return both(certain(least < 0), certain(greatest > 0), rule.judge("curvature", size))


def _degenerate(rule: Rule, case: Evidence) -> Answers:
    return answers(_relative(case)[2] <= rule.bound("curvature").yes, False)


def _global(rule: Rule, case: Evidence) -> Answers:
    run, knowledge = case.run, case.run.knowledge
    convex = np.broadcast_to(np.asarray(knowledge.convex), (run.rows,))
    sign = -1.0 if run.solver.ascend else 1.0
    best, gap = knowledge.best, np.full(run.rows, np.inf)
    if knowledge.critical_values is not None:
        heights = np.sort(sign * knowledge.critical_values, axis=1)
        complete = both(np.asarray(knowledge.bounded_below), np.asarray(knowledge.attained)) == YES
        if best is None:
            best = np.where(complete, sign * heights[:, 0], np.nan)
        above = heights - (sign * best)[:, None]
        gap = np.nanmin(np.where(above > 1e-13, above, np.inf), axis=1)
    reached = np.full(run.rows, UNSURE)
    if best is not None:
        with np.errstate(all="ignore"):
            height = sign * np.asarray(run.solver.field.loss(tuple(case.place.T)))
            excess = np.abs(height - sign * best) / np.maximum(1.0, np.abs(best))
        apart = rule.judge("gap", gap / np.maximum(1.0, np.abs(best)))
        reached = both(rule.judge("excess", excess), np.maximum(apart, UNSURE))
    return both(certain(case.resting), either(choose(convex == YES, YES, UNSURE), reached))


# --- flags ---


def _when(case: Evidence, limits: tuple[str, ...], answer: Answers) -> Answers:
    """The answer for these limits, unsure where the limit is undecided, no for every other limit."""
    return choose(np.isin(case.limit, limits), answer, choose(case.limit == "undecided", UNSURE, NO))


def _plateau(rule: Rule, case: Evidence) -> Answers:
    run = case.run
    flat = rule.judge("gradient", case.last_gradient)
    above = np.full(run.rows, UNSURE)
    if run.knowledge.best is not None:
        best = run.knowledge.best * (-1.0 if run.solver.ascend else 1.0)
        with np.errstate(all="ignore"):
            above = rule.judge("left", (run.final_height - best) / (run.heights[:, 0] - best))
    return _when(case, ("slow",), both(flat, above))


def _unstable(rule: Rule, case: Evidence) -> Answers:
    return _when(case, ("converged",), rule.judge("multiplier", case.spread))


def _one_step(rule: Rule, case: Evidence) -> Answers:
    run = case.run
    if run.shown < 1:
        return np.full(run.rows, UNSURE)
    scale = np.maximum(1.0, np.sqrt((run.points[:, 0] ** 2).sum(axis=1)))
    distance = np.sqrt(((run.points[:, 1] - case.place) ** 2).sum(axis=1)) / scale
    return _when(case, ("converged",), both(rule.judge("distance", distance), np.full(run.rows, UNSURE)))


def _errors(case: Evidence) -> Floats:
    """x_k - x* for the shown points of one variable, shape (rows, K+1); NaN where there is no x*."""
    target = case.run.knowledge.target
    if target is None:
        target = np.where(case.resting[:, None], case.place, np.nan)
    return case.run.points[:, :, 0] - target[:, :1]


def _oscillating(rule: Rule, case: Evidence) -> Answers:
    run = case.run
    if run.dimensions > 1 or run.shown < 3:
        return _when(case, ("converged",), np.full(run.rows, UNSURE))
    errors = _errors(case)
    clear = np.cumprod(np.abs(errors) > rule.bound("error").yes, axis=1).astype(bool)
    clear = clear[:, 1:]
    crosses = (errors[:, 1:] * errors[:, :-1] < 0) & clear
    falling = ~((np.abs(errors[:, 1:]) >= np.abs(errors[:, :-1])) & clear).any(axis=1)
    count = clear.sum(axis=1)
    share = rule.judge("share", crosses.sum(axis=1) / np.maximum(count, 1))
    answer = both(share, certain(falling))
    return _when(case, ("converged",), choose(count >= 3, answer, UNSURE))


def _basin_jump(rule: Rule, case: Evidence) -> Answers:
    run = case.run
    barriers = run.knowledge.barriers
    convex = np.broadcast_to(np.asarray(run.knowledge.convex), (run.rows,)) == YES
    answer = np.full(run.rows, UNSURE)
    if barriers is not None and run.dimensions == 1:
        start, end = run.points[:, :1, 0], case.place[:, :1]
        between = ((barriers - start) * (barriers - end) < 0).any(axis=1)
        near = np.fmin.reduce(np.abs(barriers - start), axis=1) / np.maximum(1.0, np.abs(start[:, 0]))
        clear = choose(np.isnan(near), YES, rule.judge("barrier", near)) == YES
        wanted = "local_max" if run.solver.ascend else "local_min"
        answer = choose(clear & (case.point == wanted), certain(between), UNSURE)
    return _when(case, ("converged",), choose(convex, NO, answer))


# --- events ---


def _overshoot(rule: Rule, case: Evidence) -> Answers:
    heights = case.run.heights
    with np.errstate(all="ignore"):
        before, after = heights[:, :-1], heights[:, 1:]
        scale = np.maximum(1.0, np.maximum(np.abs(before), np.abs(after)))
        change = np.where(np.isinf(after) & np.isfinite(before), np.sign(after), (after - before) / scale)
    return rule.judge("change", change)


def _crossing(rule: Rule, case: Evidence) -> Answers:
    run = case.run
    if run.dimensions > 1:
        return np.full((run.rows, run.shown), UNSURE)
    errors = _errors(case)
    with np.errstate(all="ignore"):
        clear = np.abs(errors) > rule.bound("error").yes
        known = clear[:, 1:] & clear[:, :-1]
        side = np.sign(errors[:, 1:]) * np.sign(errors[:, :-1])
    return answers(known & (side < 0), known & (side > 0))


_FAR = at_least("distance", 1e8, 1e7, "|x_k| in units of max(1, |x_0|), or any overflow of floats")

RULES: tuple[Rule, ...] = (
    Rule(
        "limit",
        "stationary_start",
        "The gradient at the start is exactly zero, so no step moves.",
        "The gradient at the start is zero, so the iterates never move.",
        (at_most("gradient", 0.0, 1e-12, "|g_0|"),),
        "The gradient vanishes in exact arithmetic (`orbits.begins_at_rest`).",
        _stationary_start,
    ),
    Rule(
        "limit",
        "diverged_loss_up",
        "The iterates are unbounded and the loss goes the wrong way without bound.",
        "The iterates run away and the loss moves the wrong way without bound: the run diverges.",
        (_FAR,),
        "Growth of a linear map (`linear_maps`); a gradient that outgrows every step far out, by a bound on half-lines "
        "(`escape.blow_up`) or by the form of the highest degree (`escape.leading_form`).",
        _diverged,
    ),
    Rule(
        "limit",
        "unbounded_below",
        "The loss improves without bound along the run. Not a matter of step size.",
        "The loss improves without bound along the run; there is nothing to converge to, whatever the step size.",
        (at_most("depth", -1e3, -1e2, "loss in units of max(1, |f_0|)"),),
        "Growth of a linear map (`linear_maps`); a slope of one sign all the way out whose integral is infinite "
        "(`escape.outward`); the form of the highest degree (`escape.leading_form`).",
        _unbounded,
    ),
    Rule(
        "limit",
        "cycle",
        "The iterates tend to a cycle of a shortest period p of at least 2, or are on one.",
        "The iterates end up in a cycle of period {period} and never settle.",
        (GAP, AMPLITUDE, at_most("multiplier", 1 - 1e-6, 1 + 1e-6, "spectral radius of the derivative of p updates")),
        "Banach's fixed-point theorem for p updates, in a norm adapted to their derivative, with the points "
        "of the cycle enclosed apart (`attraction.cycles`); an exact return (`orbits.comes_back`); an "
        "eigenvalue of exactly -1 (`linear_maps`).",
        _cycle,
    ),
    Rule(
        "limit",
        "converged",
        "The iterates have a limit.",
        "The iterates converge.",
        (GRADIENT, STEP, MOVED, RESIDUAL, PRECISE),
        "Banach's theorem on a ball that the enclosed run comes into (`attraction.converges`; `settles`, with "
        "bounds on second moments); Jury's test (`linear_maps`); a monotone bounded sequence in one variable "
        "(`attraction.approaches`); the Polyak-Lojasiewicz inequality with a path that stays inside "
        "(`valleys`); an exact rest (`orbits`).",
        _converged,
    ),
    Rule(
        "limit",
        "bounded_irregular",
        "The iterates stay bounded and jump about. It is only what a float run suggests: no theorem proves "
        "it, and it is never a verdict.",
        "The iterates stay bounded but keep jumping without converging or repeating.",
        (
            WRONG_LATE,
            at_most("ranges", 2.0, 4.0, "largest range of the four quarters in units of the smallest"),
            at_least("expansion", 0.05, 0.0, "mean logarithm by which an update of the last 50 separates nearby runs"),
            at_least("steps", 1000, 1000, "number of steps of the run"),
        ),
        "none",
        _irregular,
    ),
    Rule(
        "limit",
        "drift",
        "The loss falls at every step to a bound that it never attains while the iterates keep moving outwards.",
        "The loss keeps improving towards a value it never reaches, and the iterates drift away without a limit.",
        (GROWTH,),
        "In one variable, descent is monotone where the derivative has no zero, and a limit would be one "
        "(`escape.outward`, `unfinished.drifts`).",
        _drift,
    ),
    Rule(
        "limit",
        "slow",
        "After 2,000 updates the gradient is longer than 1e-9 (in units of max(1, |g_0|)); in the last 1,000 "
        "the loss has fallen by 1e-12 at least (in units of max(1, |f|)) and risen in at most 3 steps, and "
        "|x| has grown by 5% at most. It says nothing about a limit.",
        "The loss is still improving, but so slowly that the run is far from done.",
        (
            WRONG_LATE,
            at_least("fall", 1e-12, 0.0, "fall of the loss over the last half"),
            at_most("growth", 1.05, 1.05, GROWTH.measure),
        ),
        "Every one of the 2,000 steps is enclosed (`unfinished.lingers`).",
        _slow,
    ),
    Rule(
        "point",
        "local_min",
        "The limit is a local minimum.",
        "The point is a local minimum.",
        (CURVATURE,),
        "Where the updates contract at a limit of descent, heavy ball or Nesterov, the Hessian is positive "
        "definite (`attraction`); else by the enclosed or exact signs of the Hessian, or the form of the "
        "loss.",
        _local_min,
    ),
    Rule(
        "point",
        "local_max",
        "The limit is a local maximum.",
        "The point is a local maximum.",
        (CURVATURE,),
        "The same for minus the loss.",
        _local_max,
    ),
    Rule(
        "point",
        "saddle",
        "The Hessian at the limit has positive and negative eigenvalues and no others.",
        "The point is a saddle.",
        (CURVATURE,),
        "Sylvester's law of inertia in fractions, or enclosed signs along two directions and of the determinant.",
        _saddle,
    ),
    Rule(
        "point",
        "degenerate",
        "The Hessian at the limit has an eigenvalue 0, so that it does not tell the nature of the point.",
        "The second derivatives do not tell the kind of this point.",
        (CURVATURE,),
        "Sylvester's law of inertia in fractions.",
        _degenerate,
    ),
    Rule(
        "scope",
        "global",
        "No point of the loss is better than the limit.",
        "No point of the loss is better.",
        (
            at_most("excess", 1e-10, 1e-6, "distance of the loss from its certified best value"),
            at_least("gap", 1e-6, 1e-9, "distance of the next critical value from the best one"),
        ),
        "The loss is convex by its form; or the limit is the critical point of the list that is proved to be "
        "the best; or the loss is a sum of squares that tends to its constant (`valleys`).",
        _global,
    ),
    Rule(
        "flag",
        "plateau",
        "A slow run whose gradient is at most 1/100 (in units of max(1, |g_0|)) after 2,000 updates although "
        "a tenth of the possible fall of the loss is left.",
        "It is stuck on a plateau: the gradient is small although the loss is far from its best value.",
        (
            at_most("gradient", 1e-2, 2e-2, "|g_K| in units of max(1, |g_0|)"),
            at_least("left", 0.1, 0.05, "share of the possible improvement that is left"),
        ),
        "Enclosed, against a certified infimum (`unfinished.plateau`).",
        _plateau,
    ),
    Rule(
        "flag",
        "unstable_limit",
        "Converged although the update pushes away from the limit: the spectral radius of its derivative exceeds 1.",
        "Almost every nearby start would leave this point: the run ends there only because of where it began.",
        (at_least("multiplier", 1 + 1e-6, 1 - 1e-6, "spectral radius of the derivative of one update at the limit"),),
        "Inertia of the Hessian and of the rest to 2/rate, in fractions; yes at every saddle, no where the "
        "updates contract.",
        _unstable,
    ),
    Rule(
        "flag",
        "one_step",
        "The first update lands exactly on the limit.",
        "The first update lands exactly on the limit.",
        (at_most("distance", 0.0, 1e-6, "|x_1 - x*| in units of max(1, |x_0|)"),),
        "Exact arithmetic says yes; disjoint enclosures say no.",
        _one_step,
    ),
    Rule(
        "flag",
        "oscillating",
        "Converging while alternating: at least 3 shown steps in a row are farther than 1e-7 from x*, at "
        "least 90% of them cross it (below 75%: no), and the error falls in all of them.",
        "The iterates alternate between the two sides on the way.",
        (at_least("share", 0.9, 0.75, "share of crossing steps"), at_least("error", 1e-7, 1e-7, "|x_k - x*|")),
        "Every error is enclosed (`events`).",
        _oscillating,
    ),
    Rule(
        "flag",
        "basin_jump",
        "In one variable: somewhere between the start and the optimum in which the run ends the slope leads "
        "away from it.",
        "The run leaves the basin it started in and converges in another one.",
        (at_least("barrier", 1e-6, 1e-9, "distance of the start from the nearest separating point"),),
        "An enclosed slope of the wrong sign says yes; enclosures of the right sign all the way say no (`events`).",
        _basin_jump,
    ),
    Rule(
        "event",
        "overshoot",
        "The step moves the loss the wrong way.",
        "The loss goes the wrong way in step {steps}.",
        (at_least("change", 1e-12, 1e-14, "wrong-way change of the loss in units of max(1, |f_k|, |f_(k+1)|)"),),
        "Both losses are enclosed apart, or compared exactly (`events`).",
        _overshoot,
    ),
    Rule(
        "event",
        "crossing",
        "The step passes the optimum: x_k - x* and x_(k+1) - x* have different signs (one variable, or along "
        "an eigen-direction of a quadratic).",
        "The iterates pass the optimum in step {steps}.",
        (at_least("error", 1e-7, 1e-7, "|x_k - x*|"),),
        "Both errors are enclosed (`events`), or followed exactly.",
        _crossing,
    ),
)
"""Every rule, in the order of evaluation within its axis."""
