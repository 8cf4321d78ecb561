"""Theorems on runs that have not arrived, and on runs that never will: slow and drifting ones.

A slow run is a finite statement, shown by enclosing every step: after 2,000 of them the gradient is still there, in
the last 1,000 the loss has fallen and at most 3 times risen, and the run has not moved away from the origin by more
than a twentieth.  It says nothing about a limit.

A run in one variable drifts for ever where the derivative has no zero and every point has one: descent then moves one
way at every step, and were there a limit, the derivative would be zero there.  As the loss falls along the way and is
bounded below, it tends to a value that it never reaches.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gdquiz.descent.calculus import KINKED
from gdquiz.descent.exact_run import StatedRun
from gdquiz.enclosures.balls import TOTAL, Ball, Machine, Uncertain, arb, around, ball, surely
from gdquiz.formulas.expressions import Apply, Node, Number, substitute
from gdquiz.landscape.convexity import mirrored, positive
from gdquiz.landscape.critical import critical_points
from gdquiz.numbers.certainty import NO, UNSURE, YES
from gdquiz.theorems.attraction import at_growing_precision, proved
from gdquiz.theorems.certificates import Exact
from gdquiz.theorems.suggestion import Suggestion

STEPS = 2_000
"""A slow run is one that has not arrived after so many steps."""
WRONG = 3
"""So many steps of the last half may raise the loss of a slow run."""
FALL = Fraction(1, 10**12)
"""By so much, in units of max(1, |f|), the loss of a slow run falls at least in the last half."""
GROWTH = Fraction(105, 100)
"""At most by this factor the iterate of a slow run gets longer in the last half."""
PLATEAU_SLOPE = Fraction(1, 100)
"""On a plateau the gradient is at most so long, in units of max(1, |g_0|)."""
PLATEAU_LEFT = Fraction(1, 10)
"""On a plateau at least this share of the possible fall of the loss is left."""
LEFT = Fraction(1, 10**9)
"""The gradient of a slow run is longer than this, in units of max(1, |g_0|)."""


@at_growing_precision
def lingers(machine: Machine, hint: Suggestion) -> Exact | None:
    """A slow run, by its enclosed iterates."""
    if hint.limit != "slow" or machine.run.method == "adam":
        return None
    last: Ball | None = None
    middle = points = None
    wrong = 0
    for number, state in enumerate(machine.states(STEPS)):
        points = state[0]
        if number < STEPS // 2:
            continue
        height = machine.height(points)
        if last is None:
            middle, first = points, height
        elif _certainly_above(height, last):
            wrong += 1
        last = height
    assert last is not None and middle is not None and points is not None
    slope, start = _square(machine.slope(points)), _square(machine.slope(machine.start))
    scale = start.max(arb(1))
    fall = (first - last) - ball(FALL) * abs(last).max(arb(1))
    growth = ball(GROWTH) * ball(GROWTH) * _square(middle) - _square(points)
    rest = slope - ball(LEFT) * ball(LEFT) * scale
    if wrong > WRONG or any(part < 0 for part in (fall, growth, rest)):
        return None
    if not all(part > 0 for part in (fall, growth, rest)):
        raise Uncertain("a slow run")
    return proved(machine.run, "slow")


def plateau(run: StatedRun, best: float) -> np.int8:
    """Whether a slow run is on a plateau: its gradient is small, yet a tenth or more of the possible fall is left.

    ``best`` is the certified infimum of the loss (for ascent of minus the loss), to the last digit of a float.
    """

    def asked(machine: Machine) -> np.int8:
        last = machine.start
        for state in machine.states(STEPS):
            last = state[0]
        slope, start = _square(machine.slope(last)), _square(machine.slope(machine.start))
        least = around(ball(best), abs(ball(best)) * ball(Fraction(1, 2**50)) + ball(Fraction(1, 2**60)))
        possible = machine.height(machine.start) - least
        left = machine.height(last) - least - ball(PLATEAU_LEFT) * possible
        small = ball(PLATEAU_SLOPE) * ball(PLATEAU_SLOPE) * start.max(arb(1)) - slope
        if small < 0 or left < 0:
            return NO
        if small > 0 and left > 0:
            return YES
        raise Uncertain("a plateau")

    return surely(run, asked, UNSURE)


def _certainly_above(one: Ball, other: Ball) -> bool:
    if one > other:
        return True
    if one <= other:
        return False
    raise Uncertain("a step")


def _square(vector: tuple[Ball, ...]) -> Ball:
    return sum((abs(part) * abs(part) for part in vector), arb(0))


def drifts(run: StatedRun, hint: Suggestion) -> Exact | None:
    """Descent in one variable on a loss that is bounded below and has no critical point."""
    if hint.limit != "drift" or run.method != "descent" or len(run.calculus.variables) > 1:
        return None
    exact = run.exact
    if exact is None or exact.rate <= 0:
        return None
    values: dict[str, Node] = {
        name: Number(value) for name, value in zip(run.calculus.parameters, exact.values, strict=True)
    }
    loss = substitute(run.calculus.loss, values)
    if not _smooth(loss):
        return None
    found = critical_points(mirrored(loss) if run.ascend else loss, run.calculus.variables)
    if not (found.complete and not found.points and found.bounded_below):
        return None
    return proved(run, "drift", overshoot=NO)


def _smooth(node: Node) -> bool:
    """Whether a formula certainly has derivatives everywhere."""
    if not isinstance(node, Apply):
        return True
    if not all(map(_smooth, node.arguments)):
        return False
    match node:
        case Apply("/", (_, below)):
            return positive(below)
        case Apply("^", (_, Number(value))) if value.denominator == 1 and value >= 0:
            return True
        case Apply("^", (base, _)):
            return positive(base)
        case Apply("log" | "sqrt", (inner,)):
            return positive(inner)
    return node.function in TOTAL - KINKED
