r"""Theorems on enclosed runs that attract: the run comes into a ball from which the limit, or the cycle, is known.

- ``converges``: a point at which the updates contract (``contraction``), and the iterate proved to come into its ball;
- ``cycles``: the same for m updates at once, with the points of the cycle proved apart;
- ``settles``: AdaGrad and RMSProp, whose second moments enter as intervals that they cannot leave: with
  :math:`x'=x-\eta D\nabla f(x)` for any D within those bounds, :math:`x'-x^*=(1-\eta D\bar H)(x-x^*)` where
  :math:`\bar H` lies in the Hessian over the ball;
- ``approaches``: one variable, where T is increasing between a point a at which it does not lead away and the iterate
  b, from which it leads towards a: then the iterates fall (or rise) from b on and stay on one side of a, so that they
  have a limit, and it is a fixed point between a and b.

A limit of descent, heavy ball or Nesterov at which the updates contract is a minimum (for ascent a maximum): were an
eigenvalue h of the Hessian not positive, then the characteristic polynomial of the update, which is
:math:`\eta h\le 0` at 1 and positive far out, would have a root of at least 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any

import numpy as np

from gdquiz.descent.exact_run import StatedRun
from gdquiz.descent.stepping import Point
from gdquiz.enclosures.balls import (
    AVAILABLE,
    MOST_STEPS,
    PRECISIONS,
    Ball,
    Machine,
    State,
    Uncertain,
    arb,
    arb_mat,
    around,
    ball,
    flattened,
    precision,
)
from gdquiz.enclosures.contraction import Trap, adapted, middles, positive_definite, trap
from gdquiz.numbers.certainty import NO, UNSURE, Answers
from gdquiz.theorems.certificates import Exact
from gdquiz.theorems.suggestion import Suggestion

PERIODS = range(2, 9)
REPEATS = 1e-9
"""A run that repeats itself this closely, relative to the length of its steps, is tried as a cycle."""
RESTLESS = ("descent", "heavy-ball", "nesterov")
"""Methods whose steps are all alike, and whose second moments are none."""
SAME = 1e-40
"""A run that repeats itself this closely and is no cycle that attracts is given up."""
CHECKPOINTS = frozenset({4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3000, 4000})
"""Steps after which the limit of an adaptive method is tried."""
NEWTON = 1e-25
"""A step of Newton's method that is shorter is the last one."""
PIECES = 24
"""Into at most so many pieces an interval is cut to show something everywhere on it."""

Attempt = Callable[[Machine, Suggestion], Exact | None]


def at_growing_precision(attempt: Attempt) -> Callable[[StatedRun, Suggestion], Exact | None]:
    """The theorem that tries the same with more and more bits until it is proved or turns out not to apply."""

    @wraps(attempt)
    def theorem(run: StatedRun, hint: Suggestion) -> Exact | None:
        for bits in PRECISIONS if AVAILABLE else ():
            with precision(bits):
                try:
                    return attempt(Machine(run), hint)
                except Uncertain:
                    continue
        return None

    return theorem


# --- limits --------------------------------------------------------------------------------------------------------


@at_growing_precision
def converges(machine: Machine, hint: Suggestion) -> Exact | None:
    """A run that comes into a ball that its updates contract."""
    if machine.run.method not in RESTLESS or hint.limit not in ARRIVING or not hint.places:
        return None
    centre = critical_near(machine, hint.places[0])
    rest = _at_rest(machine, centre)
    distance = max((abs(a - b) for a, b in zip(machine.start, centre, strict=True)), key=lambda x: float(x.mid()))
    radius = arb(distance.abs_upper()) * 2 * len(flattened(rest)) + ball(2.0**-20)
    found = trap(machine, rest, 1, radius)
    if found is None:
        return None
    for number, reached in enumerate(machine.states()):
        state = reached if number else _at_rest(machine, machine.start)
        if found.holds(state):
            return _limit(machine, found)
        if number and flattened(state)[0].rad() > found.radius:
            raise Uncertain("the iterate")
    return None


ARRIVING = ("converged", "slow", "undecided")
"""What a float run suggests that comes nearer and nearer to a limit."""
FARAWAY = ("diverged_loss_up", "unbounded_below", "drift")
"""Where a float run leaves for infinity there is no limit to look for."""


def critical_near(machine: Machine, place: Sequence[float]) -> Sequence[Ball]:
    """The middle of where Newton's method leads from a place; nothing is claimed of it.  Raises ``Uncertain``."""
    point = tuple(ball(float(x)) for x in place)
    if not all(x.is_finite() for x in point):
        raise Uncertain("no place")
    for _ in range(12):
        slope = machine.slope(point)
        try:
            if machine.size == 1:
                move = [slope[0] / machine.hessian(point)[0][0]]
            else:
                solved = arb_mat(machine.hessian(point)).solve(arb_mat([[part] for part in slope]))
                move = [solved[i, 0] for i in range(machine.size)]
        except ZeroDivisionError:
            return point
        if not all(part.is_finite() for part in move):
            return point
        point = tuple(arb((x - part).mid()) for x, part in zip(point, move, strict=True))
        if all(float(abs(part).mid()) <= NEWTON for part in move):
            break
    return point


def _at_rest(machine: Machine, point: Sequence[Ball]) -> State:
    """The state in which a method rests at a point."""
    still = {"descent": (), "heavy-ball": ((arb(0),) * machine.size,), "nesterov": (tuple(point),)}
    return tuple(point), still[machine.run.method]


def _limit(machine: Machine, found: Trap) -> Exact:
    box = found.limit(machine.size)
    alone = min(float((found.radius * width).lower()) for width in found.norm.widths[: machine.size])
    upright = machine.rate > 0
    if machine.run.method not in RESTLESS or not upright:
        kind = kind_at(machine, box)
    else:
        kind = "local_max" if machine.run.ascend else "local_min"
    return proved(machine.run, "converged", point=kind, box=box, alone=alone * 0.99, stable=True)


def kind_at(machine: Machine, box: Sequence[Ball]) -> str:
    """The kind of a critical point in a box by the signs of the Hessian there; ``none`` where they are not certain."""
    try:
        machine.slope(tuple(box))
        rows = machine.hessian(tuple(box))
    except Uncertain:
        return "none"
    if positive_definite(rows):
        return "local_min"
    if positive_definite([[-entry for entry in row] for row in rows]):
        return "local_max"
    return "saddle" if _indefinite(rows) else "none"


def _indefinite(rows: list[list[Ball]]) -> bool:
    """Whether a matrix is regular and has a direction of each sign: the eigenvectors of its middle show them."""
    floats = middles(rows)
    determinant = arb_mat(rows).det()
    if not np.isfinite(floats).all() or not (determinant > 0 or determinant < 0):
        return False
    _, vectors = np.linalg.eigh((floats + floats.T) / 2)
    signs = set()
    for vector in (vectors[:, 0], vectors[:, -1]):
        along = arb_mat([[ball(float(part))] for part in vector])
        bend = (along.transpose() * arb_mat(rows) * along)[0, 0]
        signs |= {1} if bend > 0 else {-1} if bend < 0 else set()
    return signs == {1, -1}


# --- cycles --------------------------------------------------------------------------------------------------------


@at_growing_precision
def cycles(machine: Machine, hint: Suggestion) -> Exact | None:
    """A run that comes into a ball that m updates contract, where the points of the cycle are certainly apart."""
    adaptive = machine.run.method == "rmsprop"
    if machine.run.method not in RESTLESS and not adaptive:
        return None
    if hint.limit != "cycle" and not (adaptive and hint.limit not in FARAWAY):
        return None
    recent: list[Point] = []
    closest = REPEATS
    for state in machine.states(MOST_STEPS):
        recent = [*recent[-PERIODS[-1] :], tuple(part.mid() for part in state[0])]
        period, gap = _repeats(recent)
        if period and gap <= closest:
            found = _cycle_at(machine, state, period)
            if found is not None:
                return proved(machine.run, "cycle", period=period)
            closest = gap * 1e-4
            if closest < SAME:
                return None
        if float(state[0][0].rad()) > 1e-6 * _stride(recent):
            raise Uncertain("the iterate")
    return None


def _stride(recent: list[Point]) -> float:
    """The length of the last step, never 0."""
    return _gap(recent[-1], recent[-2]) or 1e-300 if len(recent) > 1 else float("inf")


def _gap(one: Point, other: Point) -> float:
    return max(abs(float((a - b).mid())) for a, b in zip(one, other, strict=True))


def _repeats(recent: list[Point]) -> tuple[int, float]:
    """The shortest period with which the last points repeat themselves, and how closely; 0 for none."""
    length = _stride(recent)
    for period in PERIODS:
        if len(recent) <= period:
            break
        gap = _gap(recent[-1], recent[-1 - period]) / length
        if gap <= REPEATS:
            return period, gap
    return 0, float("inf")


def _cycle_at(machine: Machine, state: State, period: int) -> Trap | None:
    after = machine.step(state, 1)
    stride = max(float(abs((a - b).mid())) for a, b in zip(after[0], state[0], strict=True))
    found = trap(machine, state, period, ball(stride / 4), halvings=40)
    if found is None or not found.holds(state):
        return None
    first = found.boxes[0][0]
    apart = (
        any(not a.overlaps(b) for a, b in zip(first, box[0], strict=True))
        for j, box in enumerate(found.boxes[1:], start=1)
        if period % j == 0
    )
    return found if all(apart) else None


# --- adaptive methods ----------------------------------------------------------------------------------------------


@at_growing_precision
def settles(machine: Machine, hint: Suggestion) -> Exact | None:
    """AdaGrad or RMSProp in a ball that every update contracts, whatever the second moments within their bounds."""
    if machine.run.method not in ("adagrad", "rmsprop") or hint.limit in FARAWAY or not hint.places:
        return None
    if machine.run.method == "rmsprop" and not machine.solver.parameters.get("epsilon", arb(0)) > 0:
        return None  # near a limit the squares vanish, and nothing bounds the steps
    centre = critical_near(machine, hint.places[0])
    for number, state in enumerate(machine.states(MOST_STEPS)):
        if number in CHECKPOINTS:
            found = _settled(machine, state, centre)
            if found is not None:
                return found
        if number and float(state[0][0].rad()) > 1e-3 * (1e-12 + float(abs(state[0][0] - centre[0]).mid())):
            raise Uncertain("the iterate")
    return None


def _settled(machine: Machine, state: State, centre: Sequence[Ball]) -> Exact | None:
    point, squares = state[0], state[1][0]
    epsilon = machine.solver.parameters.get("epsilon", arb(0))
    rate = machine.downhill

    def matrix(hessian: list[list[Ball]], moments: Sequence[Ball]) -> list[list[Ball]]:
        weights = [rate / (moment.sqrt() + epsilon) for moment in moments]
        return [
            [(1 if i == j else 0) - weight * entry for j, entry in enumerate(row)]
            for i, (row, weight) in enumerate(zip(hessian, weights, strict=True))
        ]

    kept = [arb(0) if machine.run.method == "rmsprop" else arb(s.mid()) for s in squares]
    try:
        norm = adapted(middles(matrix(machine.hessian(tuple(centre)), kept)))
    except (ZeroDivisionError, ValueError, OverflowError):
        return None
    if norm is None:
        return None
    away = arb(norm.of([a - b for a, b in zip(point, centre, strict=True)]).abs_upper())
    radius = away * 2 + ball(2.0**-60)
    box = tuple(around(c, radius * w) for c, w in zip(centre, norm.widths, strict=True))
    machine.slope(box)
    hessian = machine.hessian(box)
    steep = [
        sum((abs(entry) * width for entry, width in zip(row, norm.widths, strict=True)), arb(0)) * radius * 2
        for row in hessian
    ]
    moments, most = _moments(machine, squares, steep, norm.bound(matrix(hessian, kept)))
    held = norm.bound(matrix(hessian, moments))
    weights = [rate / (moment.sqrt() + epsilon) for moment in moments]
    drift = norm.of([w * g for w, g in zip(weights, machine.slope(tuple(centre)), strict=True)])
    if not held < most:
        return None
    within = arb((drift / (1 - held)).abs_upper())
    if not away + 2 * within <= radius:
        return None
    limit = tuple(around(c, within * w) for c, w in zip(centre, norm.widths, strict=True))
    alone = min(float((radius * width).lower()) for width in norm.widths) * 0.99
    return proved(machine.run, "converged", point=kind_at(machine, limit), box=limit, alone=alone, stable=True)


def _moments(machine: Machine, squares: Sequence[Ball], steep: Sequence[Ball], factor: Ball) -> tuple[list[Ball], Ball]:
    """Bounds that the second moments keep, as long as updates contract by less than the factor that is told as well.

    ``steep`` bounds the derivatives over the ball.  RMSProp averages squares of derivatives with what it has; AdaGrad
    adds them up, which are at most ``steep`` times a power of the factor.
    """
    if machine.run.method == "rmsprop":
        tops = [arb(0).union(s).union(bound * bound) for s, bound in zip(squares, steep, strict=True)]
        return [top.nonnegative_part() for top in tops], arb(1)
    most = (1 + factor) / 2
    if not most < 1:
        return list(squares), arb(0)
    total = 1 - most * most
    return [s.union(s + bound * bound / total) for s, bound in zip(squares, steep, strict=True)], most


# --- one variable --------------------------------------------------------------------------------------------------


@at_growing_precision
def approaches(machine: Machine, hint: Suggestion) -> Exact | None:
    """Descent in one variable whose iterates come nearer to a limit from one side."""
    if machine.run.method != "descent" or machine.size > 1 or hint.limit not in ARRIVING or not hint.places:
        return None
    rate = machine.downhill
    centre = ball(float(hint.places[0][0]))
    if not (centre.is_finite() and machine.rate > 0):
        return None
    for number, state in enumerate(machine.states(64)):
        if number & (number - 1):
            continue
        here = state[0][0]
        side = 1 if here > centre else -1 if here < centre else 0
        if not side:
            return None
        for far in _beyond(machine, rate, centre, side, here):
            if _increasing(machine, rate, far, here):
                middle = (far + here) / 2
                return proved(machine.run, "converged", box=(middle + arb(0, abs(far - here).abs_upper()),))
    return None


def _beyond(machine: Machine, rate: Ball, centre: Ball, side: int, here: Ball) -> Iterator[Ball]:
    """Points on the other side of the limit at which the update does not lead away from the iterate."""
    gap = abs(here - centre)
    if not (rate * machine.slope((here,))[0] * side) > 0:
        return
    for power in (40, 12, 4):
        far = centre - side * gap / 2**power
        if (rate * machine.slope((arb(far.mid()),))[0] * side) <= 0:
            yield arb(far.mid())


def _increasing(machine: Machine, rate: Ball, one: Ball, other: Ball) -> bool:
    """Whether the update is certainly increasing between two points."""
    waiting, pieces = [(one, other)], 0
    while waiting and pieces < PIECES:
        low, high = waiting.pop()
        pieces += 1
        piece = low.union(high)
        try:
            machine.slope((piece,))
            if rate * machine.hessian((piece,))[0][0] < 1:
                continue
        except Uncertain:
            pass
        middle = arb(((low + high) / 2).mid())
        waiting += [(low, middle), (middle, high)]
    return not waiting


# --- results -------------------------------------------------------------------------------------------------------


def proved(
    run: StatedRun,
    limit: str,
    *,
    period: int = 0,
    point: str = "none",
    best: bool = False,
    box: Sequence[Any] | None = None,
    alone: float = 0.0,
    stable: bool = False,
    overshoot: np.int8 = UNSURE,
) -> Exact:
    """What is proved of a run, in the form of certificates; ``box`` holds the limit.  Events are left open.

    ``alone``: no other critical point is nearer to the limit; ``stable``: the update does not drive away from it.
    """
    place = within = None
    if box is not None:
        place = np.array([[float(part.mid()) for part in box]])
        shifts = [abs(part - ball(float(x))) for part, x in zip(box, place[0], strict=True)]
        within = np.array([max(float(arb(shift.abs_upper())) * (1 + 1e-9) for shift in shifts)])

    def single(answer: np.int8) -> Answers:
        return np.array([answer], dtype=np.int8)

    settled = limit == "converged"
    return Exact(
        decided=np.array([True]),
        limit=np.array([limit]),
        period=np.array([period]),
        point=np.array([point]),
        best=np.array([best]),
        one_step=single(UNSURE if settled else NO),
        unstable_limit=single((NO if stable else UNSURE) if settled else NO),
        oscillating=single(UNSURE if settled else NO),
        overshoot=np.full((1, run.shown), overshoot),
        crossing=np.full((1, run.shown), UNSURE),
        basin_jump=single(UNSURE if settled else NO),
        place=place,
        within=within,
        alone=np.array([alone]),
    )
