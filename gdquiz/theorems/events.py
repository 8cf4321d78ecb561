"""What happens on the way of a run, proved step by step on its enclosed iterates.

An overshoot is a rise of the loss (for ascent a fall), a crossing a change of the side of the optimum.  Neither has a
margin: where balls of 4,096 bits do not tell two losses apart, nothing is said.  A run leaves the basin of its
start, in one variable, if and only if the slope points away from its limit somewhere between the two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from gdquiz.descent.exact_run import StatedRun
from gdquiz.enclosures.balls import (
    AVAILABLE,
    MOST_STEPS,
    PRECISIONS,
    Ball,
    Machine,
    Uncertain,
    arb,
    around,
    ball,
    precision,
    surely,
)
from gdquiz.numbers.certainty import NO, UNSURE, YES, Answers
from gdquiz.theorems.certificates import Exact

CLEAR = 1e-7
"""An alternation counts as long as the iterate is farther from the limit than this."""
ALTERNATING = 0.9
"""Share of the steps that have to cross the limit in a run that oscillates."""
MIXED = 0.75
"""Below this share a run certainly does not oscillate; between the two it is left open."""
MOST_PIECES = 256
"""Into at most so many pieces the way from the start to the limit is cut."""


FLAGS = ("one_step", "oscillating", "basin_jump")
"""Flags that the iterates on the way tell."""


def with_flags(run: StatedRun, proved: Exact, wanted: Sequence[str] = FLAGS) -> Exact:
    """What is proved of a run, with the flags that it leaves open told where the enclosed iterates tell them.

    The update drives away from a saddle: a negative eigenvalue h of the Hessian makes the characteristic polynomial of
    the update negative at 1, where it is the rate times h, so that it has a root above 1.
    """
    plain = run.method in ("descent", "heavy-ball", "nesterov")
    if proved.limit[0] == "converged" and proved.point[0] == "saddle" and plain and proved.unstable_limit[0] == UNSURE:
        proved = replace(proved, unstable_limit=np.array([YES], dtype=np.int8))
    if proved.limit[0] != "converged" or proved.place is None or proved.within is None:
        return proved
    makers: dict[str, Callable[[Machine, Exact], np.int8]] = {
        "one_step": _one_step,
        "oscillating": _oscillating,
        "basin_jump": _basin_jump,
    }
    found: dict[str, Any] = {}
    for name in wanted:
        known = getattr(proved, name)
        if known is None or known[0] == UNSURE:
            answer = surely(run, lambda machine, make=makers[name]: make(machine, proved), UNSURE)  # type: ignore[misc]
            found[name] = np.array([answer], dtype=np.int8)
    return replace(proved, **found)


def overshoots(run: StatedRun) -> Answers:
    """Whether each of the steps shown moves the loss the wrong way, shape (shown,)."""
    return _each(run, run.shown, lambda machine, count: [machine.height(p) for p in _points(machine, count)], _rises)


def crossings(run: StatedRun, target: tuple[Any, float]) -> Answers:
    """Whether each of the steps shown passes the optimum, in one variable; ``target`` is its place and how well known.

    The place is a fraction or a float.
    """

    def errors(machine: Machine, count: int) -> list[Ball]:
        aim = around(ball(target[0]), ball(target[1]))
        return [point[0] - aim for point in _points(machine, count)]

    return _each(run, run.shown, errors, _passes)


def _each(
    run: StatedRun,
    shown: int,
    measured: Callable[[Machine, int], list[Ball]],
    decided: Callable[[Ball, Ball], np.int8],
) -> Answers:
    """An answer for every step from the measures at its two ends, each at the first precision that tells it."""
    answers = np.full(shown, UNSURE)
    for bits in PRECISIONS if AVAILABLE else ():
        with precision(bits):
            try:
                values = measured(Machine(run), shown)
            except Uncertain:
                continue
            for step, (before, after) in enumerate(pairwise(values)):
                if answers[step] == UNSURE:
                    answers[step] = decided(before, after)
        if UNSURE not in answers:
            break
    return answers


def _points(machine: Machine, count: int) -> list[Any]:
    """The first points, up to one that cannot be told."""
    points: list[Any] = []
    try:
        for state in machine.states(min(count, MOST_STEPS)):
            points.append(state[0])
    except Uncertain:
        if not points:
            raise
    return points


def _rises(before: Ball, after: Ball) -> np.int8:
    return YES if after > before else NO if after <= before else UNSURE


def _passes(before: Ball, after: Ball) -> np.int8:
    product = before * after
    return YES if product < 0 else NO if product >= 0 else UNSURE


# --- flags ---------------------------------------------------------------------------------------------------------


def _limit(proved: Exact) -> list[Ball]:
    assert proved.place is not None and proved.within is not None
    return [around(ball(float(x)), ball(float(proved.within[0]))) for x in proved.place[0]]


def _one_step(machine: Machine, proved: Exact) -> np.int8:
    """No where the first update certainly ends elsewhere; only exact arithmetic says yes."""
    if machine.run.shown < 1:
        return UNSURE
    first = _points(machine, 1)[-1]
    return NO if any(not part.overlaps(limit) for part, limit in zip(first, _limit(proved), strict=True)) else UNSURE


def _oscillating(machine: Machine, proved: Exact) -> np.int8:
    """At least 3 steps that are far enough from the limit to tell, most of them across it, all of them nearer to it."""
    if machine.size > 1 or machine.run.shown < 3:
        return UNSURE
    limit, edge = _limit(proved)[0], ball(CLEAR)
    errors = [point[0] - limit for point in _points(machine, machine.run.shown)]
    crosses = count = 0
    for before, after in pairwise(errors):
        if not _decided(abs(before) > edge, abs(before) <= edge) or not _decided(abs(after) > edge, abs(after) <= edge):
            break
        count += 1
        crosses += _decided(before * after < 0, before * after > 0)
        if not _decided(abs(after) < abs(before), abs(after) >= abs(before)):
            return NO
    if count < 3:
        return UNSURE
    share = crosses / count
    return YES if share >= ALTERNATING else NO if share < MIXED else UNSURE


def _decided(yes: bool, no: bool) -> bool:
    if yes == no:
        raise Uncertain("a comparison")
    return yes


def _basin_jump(machine: Machine, proved: Exact) -> np.int8:
    """Whether the slope points away from the limit somewhere between the start and it."""
    wanted = "local_max" if machine.run.ascend else "local_min"
    if machine.size > 1 or proved.point[0] != wanted or proved.alone is None or not proved.alone[0] > 0:
        return UNSURE
    start, limit = machine.start[0], _limit(proved)[0]
    side = 1 if start > limit else -1 if start < limit else 0
    near = limit + side * ball(float(proved.alone[0])) / 2  # up to here there is no other critical point
    if not side or not (start - near) * side > 0:
        return NO
    waiting, pieces = deque([(start, near)]), 0
    while waiting:
        one, other = waiting.popleft()
        pieces += 1
        if pieces > MOST_PIECES:
            return UNSURE
        try:
            if _pull(machine, one.union(other), side) > 0:
                continue
        except Uncertain:
            pass
        middle = arb(((one + other) / 2).mid())
        if _pull(machine, middle, side) < 0:
            return YES
        waiting += [(one, middle), (middle, other)]
    return NO


def _pull(machine: Machine, place: Ball, side: int) -> Ball:
    """How strongly an update leads from a place to the limit, which lies to its left for side +1."""
    return machine.downhill * machine.slope((place,))[0] * side
