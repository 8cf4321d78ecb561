"""What became of a run, on separate axes: where it ended, at what kind of point, how good it is, what happened before.

"Overshoot", "oscillation" and "divergence" are different things, and none of them follows from another.  Every
verdict is a row of ``RULES``, which states its definition and the theorem that proves it.  A float run only suggests
what is worth proving; certificates over whole columns go first, and the theorems on single runs (``theorems``) do the
rest.  What is not proved is ``undecided``.  For ascent everything is mirrored: the wrong way is down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz.judging.evidence import gather
from gdquiz.judging.observation import Trajectory
from gdquiz.judging.rules import RULES
from gdquiz.numbers.certainty import UNSURE, YES, Answers, Floats, Mask, Rule, choose, first_that_holds
from gdquiz.theorems.certificates import Exact
from gdquiz.theorems.suggestion import Suggestion

ROUNDED = 1e-13
"""Places of exact theorems are floats, off by less than this relative to their largest coordinate."""

PRONOUNCED = 0.05
"""A change of the loss by at least this share of it is worth a question."""


UNDECIDED = "What becomes of this run cannot be decided reliably."
"""What is said where the limit is too close to call."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The verdicts on every row.

    ``limit``, ``point`` and ``scope`` are values of ``RULES`` (or undecided, none, local_or_unknown), shape (rows,);
    ``period`` is the length of a cycle, else 0; the flags are YES, NO or UNSURE, shape (rows,); ``overshoot``,
    ``crossing`` (YES, NO, UNSURE) and ``pronounced`` have shape (rows, K), step k first at index 0.  ``place``
    (rows, d) is the limit in floats (NaN without one), which certainly lies ``within`` that distance of it (rows,),
    infinite where that is not known; no other critical point is nearer to it than ``alone`` (rows,).  ``exact`` marks
    the rows that are proved.
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
    within: Floats
    alone: Floats
    exact: Mask
    ascend: bool


def rules(axis: str) -> tuple[Rule, ...]:
    """The rules of an axis in the order of evaluation."""
    return tuple(rule for rule in RULES if rule.axis == axis)


Prover = Callable[[int, Suggestion], Exact | None]
"""(row, what its float run suggests) -> what is proved of the run of that row, as an ``Exact`` of one row, or None."""


def judge(run: Trajectory, prove: Prover) -> Verdicts:
    """The verdict on every row of a trajectory, as far as it is proved.

    A certificate decides the rows it can, ``prove`` the others; what neither decides is undecided, and its flags and
    events are unsure.  The float run only suggests what may be worth proving.
    """
    hints = suggest(run)
    proved = [None if sure else prove(row, suggestion(run, hints, row)) for row, sure in enumerate(hints.exact)]
    copies: dict[str, Any] = {name: np.array(getattr(hints, name)) for name in _WRITTEN}
    copies |= {name: copies[name].astype("U32") for name in ("limit", "point", "scope")}
    told = replace(hints, **copies)
    for row in np.flatnonzero(~hints.exact):
        _write(told, int(row), proved[row])
    decided = hints.exact | np.array([found is not None for found in proved], dtype=bool)
    resting = np.isin(told.limit, ("converged", "stationary_start"))
    return replace(
        told,
        place=np.where(resting[:, None], told.place, np.nan),
        exact=decided,
    )


_WRITTEN = (
    "limit", "period", "point", "scope", "plateau", "unstable_limit", "one_step", "oscillating", "basin_jump",
    "overshoot", "crossing", "place", "within", "alone",
)  # fmt: skip


def _write(told: Verdicts, row: int, found: Exact | None) -> None:
    """Write what is proved of a row into the arrays of verdicts, or that nothing is."""
    told.limit[row] = "undecided" if found is None else found.limit[0]
    told.period[row] = 0 if found is None else found.period[0]
    told.point[row] = "none" if found is None else found.point[0]
    told.scope[row] = "global" if found is not None and found.best[0] else "local_or_unknown"
    for name in ("plateau", "unstable_limit", "one_step", "oscillating", "basin_jump"):
        answer = None if found is None else getattr(found, name)
        getattr(told, name)[row] = UNSURE if answer is None else answer[0]
    for name in ("overshoot", "crossing"):
        event = None if found is None else getattr(found, name)[0]
        getattr(told, name)[row] = UNSURE if event is None or len(event) != told.overshoot.shape[1] else event
    told.place[row] = np.nan if found is None or found.place is None else found.place[0]
    told.within[row] = np.inf
    if found is not None and found.place is not None:  # an exact theorem gives its place to the last digits of a float
        rounded = ROUNDED * max(1.0, float(np.abs(found.place).max()))
        told.within[row] = rounded if found.within is None else found.within[0]
    told.alone[row] = 0.0 if found is None or found.alone is None else found.alone[0]


def suggestion(run: Trajectory, hints: Verdicts, row: int) -> Suggestion:
    """What the float run of a row suggests: a limit with its place, or the last finite point."""
    place = hints.place[row] if np.isfinite(hints.place[row]).all() else run.tail[row, -1]
    places = (tuple(float(x) for x in place),) if np.isfinite(place).all() else ()
    return Suggestion(str(hints.limit[row]), places)


def suggest(run: Trajectory) -> Verdicts:
    """What a float run makes one expect of every row; a certificate, where it decides, has the last word."""
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
            for name in ("one_step", "unstable_limit", "oscillating", "basin_jump", "plateau"):
                flag = getattr(sure, name)
                told[name] = choose(decided, UNSURE if flag is None else flag, told[name])
            for name in ("overshoot", "crossing"):
                told[name] = choose(decided[:, None], getattr(sure, name), told[name])
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
        within=np.full(rows, np.inf),
        alone=np.zeros(rows),
        exact=decided,
        ascend=run.solver.ascend,
    )


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
