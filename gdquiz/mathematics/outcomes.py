"""What became of a run, on separate axes: where it ended, at what kind of point, how good it is, what happened before.

"Overshoot", "oscillation" and "divergence" are different things, and none of them follows from another.  Every
verdict comes from a row of ``RULES``, which states its definition and its bounds.  Certificates (exact arithmetic)
decide first; a float run decides the rest, and where it is too close to call the verdict is ``undecided``.  For
ascent everything is mirrored: the wrong way is down.  A single run is a batch of one row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gdquiz.mathematics.certainty import UNSURE, YES, Answers, Floats, Mask, Rule, choose, first_that_holds
from gdquiz.mathematics.evidence import GRADIENT, Evidence, gather
from gdquiz.mathematics.observation import Trajectory
from gdquiz.mathematics.outcome_rules import RULES

PRONOUNCED = 0.05
"""A change of the loss by at least this share of it is worth a question."""


UNDECIDED = "What becomes of this run can not be decided reliably."
"""What is said where the limit is too close to call."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The verdicts on every row.

    ``limit``, ``point`` and ``scope`` are values of ``RULES`` (or undecided, none, local_or_unknown), shape (rows,);
    ``period`` is the length of a cycle, else 0; the flags are YES, NO or UNSURE, shape (rows,); ``overshoot``,
    ``crossing`` (YES, NO, UNSURE) and ``pronounced`` have shape (rows, K), step k first at index 0.  ``place``
    (rows, d) is the limit in floats (NaN without one); ``shrink`` and ``steps_left`` are, for slow runs, the factor
    per step of the gradient and the estimate of the steps to come (NaN otherwise).  ``exact`` marks the rows a
    certificate decided.
    """

    limit: NDArray[np.str_]
    period: NDArray[np.int64]
    point: NDArray[np.str_]
    scope: NDArray[np.str_]
    plateau: Answers
    unstable_limit: Answers
    one_step: Answers
    oscillating: Answers
    basin_jump: Answers
    overshoot: Answers
    crossing: Answers
    pronounced: Mask
    place: Floats
    shrink: Floats
    steps_left: Floats
    exact: Mask
    ascend: bool


def rules(axis: str) -> tuple[Rule, ...]:
    """The rules of an axis in the order of evaluation."""
    return tuple(rule for rule in RULES if rule.axis == axis)


def judge(run: Trajectory) -> Verdicts:
    """Judge every row of a trajectory by ``RULES``; a certificate, where it decides, has the last word."""
    rows = run.rows
    with np.errstate(all="ignore"):
        case = gather(run)
        limit = first_that_holds(rules("limit"), case, rows, "undecided")
        sure = None if run.exact is None else run.exact.decide(run.solver.ascend, run.shown)
        decided = np.zeros(rows, dtype=bool) if sure is None else np.broadcast_to(sure.decided, (rows,))
        if sure is not None:
            limit = np.where(decided, sure.limit, limit)
        case = replace(case, limit=limit)
        point = first_that_holds(rules("point"), case, rows, "none")
        if sure is not None:
            point = np.where(decided, sure.point, point)
        case = replace(case, point=point)
        scope = first_that_holds(rules("scope"), case, rows, "local_or_unknown")
        told = {
            rule.value: np.broadcast_to(rule.decide(rule, case), (rows,) if rule.axis == "flag" else (rows, run.shown))
            for rule in (*rules("flag"), *rules("event"))
        }
        period = np.where(limit == "cycle", case.period, 0)
        if sure is not None:
            scope = np.where(decided, np.where(sure.best, "global", "local_or_unknown"), scope)
            period = np.where(decided, sure.period, period)
            for name in ("one_step", "unstable_limit", "oscillating"):
                told[name] = choose(decided, getattr(sure, name), told[name])
            for name in ("overshoot", "crossing"):
                event = getattr(sure, name)
                told[name] = choose(decided[:, None] & (event != UNSURE), event, told[name])
        shrink, left = _pace(case)
        pronounced = np.abs(np.diff(run.heights, axis=1)) >= PRONOUNCED * np.abs(run.heights[:, :-1])
    return Verdicts(
        limit=limit,
        period=period,
        point=point,
        scope=scope,
        plateau=told["plateau"],
        unstable_limit=told["unstable_limit"],
        one_step=told["one_step"],
        oscillating=told["oscillating"],
        basin_jump=told["basin_jump"],
        overshoot=told["overshoot"],
        crossing=told["crossing"],
        pronounced=pronounced,
        place=np.where(case.resting[:, None], case.place, np.nan),
        shrink=shrink,
        steps_left=left,
        exact=decided,
        ascend=run.solver.ascend,
    )


def _pace(case: Evidence) -> tuple[Floats, Floats]:
    """For slow runs: factor per step of the gradient over the tail, and steps until it is small enough."""
    sizes = np.sqrt((case.run.slopes**2).sum(axis=2))
    span = sizes.shape[1] - 1
    slow = (case.limit == "slow") & (span > 0)
    factor = np.where(slow, (sizes[:, -1] / sizes[:, 0]) ** (1 / max(span, 1)), np.nan)
    left = np.log(GRADIENT.yes / case.last_gradient) / np.log(factor)
    return factor, np.where(slow, np.where(factor < 1, np.ceil(left), np.inf), np.nan)


def sentence(verdicts: Verdicts, row: int) -> str:
    """The verdict on one row in plain words; what is unsure is not mentioned."""
    values = [str(verdicts.limit[row]), str(verdicts.point[row]), str(verdicts.scope[row])]
    wording = {(rule.axis, rule.value): rule.sentence for rule in RULES}
    parts = [wording.get((axis, value), "") for axis, value in zip(("limit", "point", "scope"), values, strict=True)]
    if values[0] == "undecided":
        parts = [UNDECIDED]
    parts += [rule.sentence for rule in rules("flag") if getattr(verdicts, rule.value)[row] == YES]
    for rule in rules("event"):
        steps = [str(step + 1) for step in np.flatnonzero(getattr(verdicts, rule.value)[row] == YES)]
        if steps:
            listed = steps[0] if len(steps) == 1 else ", ".join(steps[:-1]) + " and " + steps[-1]
            parts.append(rule.sentence.replace("step {steps}", ("step " if len(steps) == 1 else "steps ") + listed))
    return " ".join(part for part in parts if part).replace("{period}", str(verdicts.period[row]))
