"""Solve whatever loss an instructor types: derivatives, critical points, the steps of a run and what becomes of it.

``solve`` is text in, a frozen ``Solution`` out; ``telling`` turns that into text or JSON.  Steps are exact as long as
the loss, the start and the rate are rational and the fractions stay short.  The verdict rests on a run
continued far beyond the steps shown, and on exact arithmetic where that decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import pairwise
from math import dist, isfinite
from typing import Any

import mpmath
import numpy as np

from gdquiz.descent.calculus import Calculus, derive
from gdquiz.descent.exact_run import Given, StatedRun
from gdquiz.descent.stepping import Field, Method, Solver, iterate
from gdquiz.errors import Fault, InputError
from gdquiz.formulas.expressions import Node, to_text
from gdquiz.formulas.pointwise import as_float, bits, exact_value, kink, undefined
from gdquiz.judging.observation import Knowledge, Trajectory, observe
from gdquiz.judging.verdicts import Verdicts, judge, sentence
from gdquiz.landscape.convexity import mirrored
from gdquiz.landscape.critical import critical_points
from gdquiz.landscape.facts import Landscape
from gdquiz.landscape.search import DIGITS, polish
from gdquiz.numbers.certainty import UNSURE, YES
from gdquiz.solving.limits import (
    among,
    as_number,
    best_known,
    limit_of,
    on_best_set,
    possible,
    value_of,
    with_limit,
)
from gdquiz.solving.proofs import ExactPoint, certificate, kind_name, knowledge
from gdquiz.solving.task import Quantity, Task, read
from gdquiz.theorems.certificates import Exact
from gdquiz.theorems.deciding import decide
from gdquiz.theorems.events import crossings, overshoots, with_flags
from gdquiz.theorems.suggestion import Suggestion
from gdquiz.theorems.unfinished import plateau as proved_plateau

MOST_BITS = 2_000
"""Fractions longer than this are given up for floats."""
LONG = 2_000
"""A run is judged after at least this many steps."""
PROBED = 60
"""At least this many exact steps are tried, to see whether the run comes to rest or repeats itself."""

STABLE: Mapping[str, Callable[[Any], Any]] = {
    "descent": lambda beta: 1,
    "heavy-ball": lambda beta: 1 + beta,
    "nesterov": lambda beta: (1 + beta) / (1 + 2 * beta),
}
"""The largest stable rate in units of 2/L; from the roots of the characteristic polynomial of one update."""

FLAGS = ("one_step", "oscillating", "basin_jump", "unstable_limit", "plateau")


@dataclass(frozen=True, slots=True)
class Step:
    """The point after ``step`` updates, with the loss and the gradient there."""

    step: int
    point: tuple[Quantity, ...]
    loss: Quantity
    gradient: tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: in the update that ends at the point of that step, or (None) in the run as a whole.

    ``event`` is an event or a flag of ``judging.rules``, or ``kink`` (the point is on a kink of the loss, which has
    no gradient there), ``undefined`` (the loss or its gradient has no value there) or ``overflow``.
    """

    event: str
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    """A loss with its derivatives and critical points, and a run on it with its verdict.

    ``stable_rate`` is the rate below which runs converge: for a quadratic from every start (``stable_everywhere``), for
    other losses near the minimum that the run ends in, or near the only one there is (for ascent: the maximum); None
    where there is no such rate or it is not known.  ``limit``, ``point`` and ``scope`` are values of ``judging.rules``,
    ``period`` the length of a cycle (else 0), ``place`` the limit where there is one.  ``words`` says the verdict in
    sentences.
    """

    task: Task
    gradient: tuple[Node, ...]
    hessian: tuple[tuple[Node, ...], ...]
    landscape: Landscape
    stable_rate: Quantity | None
    stable_everywhere: bool
    steps: tuple[Step, ...]
    limit: str
    point: str
    scope: str
    period: int
    place: tuple[Quantity, ...] | None
    events: tuple[Event, ...]
    words: str

    @property
    def variables(self) -> tuple[str, ...]:
        return self.task.variables

    @property
    def method(self) -> Method:
        return self.task.method

    @property
    def nearest(self) -> tuple[int, ...]:
        """The places in ``landscape.points``, those nearest to the limit (without one: to the start) first."""
        centre = [x.number for x in (self.place or self.task.start)]
        points = [[float(x) for x in found.point] for found in self.landscape.points]
        return tuple(sorted(range(len(points)), key=lambda n: (round(dist(points[n], centre), 9), points[n])))


def solve(
    loss: str,
    start: Sequence[str],
    rate: str,
    *,
    steps: int = 10,
    method: str = "descent",
    parameters: Mapping[str, str] | None = None,
    ascend: bool = False,
) -> Solution:
    """Solve a loss given as text, from a start given as ``NAME=VALUE`` for each of its variables.

    ``method`` is the name of a row of ``METHODS`` (but ``sgd``) or ``momentum``; ``parameters`` are its parameters as
    text.  Raises ``InputError`` with every fault found.
    """
    task = read(loss, start, rate, steps, method, parameters or {}, ascend)
    calculus = derive(task.loss, task.variables, ())
    _check_start(task, calculus)
    landscape = critical_points(task.loss, task.variables)
    downhill = critical_points(mirrored(task.loss), task.variables) if ascend else landscape
    exact = _exact_run(task, calculus)
    trajectory = _long_run(task, calculus, downhill, exact)
    rows = _steps(task, calculus, exact, trajectory)
    stated = _stated(task, calculus)
    verdicts = _told(judge(trajectory, partial(_proved, stated)), stated, trajectory)
    limit_at = limit_of(verdicts, landscape, exact)
    if limit_at is not None and not possible(landscape, limit_at):
        verdicts, limit_at = _with(verdicts, limit="undecided", point="none", scope="local_or_unknown"), None
    best = on_best_set(verdicts)
    least = None if downhill.curve is None else downhill.curve.loss
    if not ascend:
        downhill = landscape = with_limit(landscape, calculus, limit_at, "minimum" if best else None, least)
    else:
        upside_down = derive(mirrored(task.loss), task.variables, ())
        downhill = with_limit(downhill, upside_down, limit_at, "minimum" if best else None, least)
        most = None if least is None else -least
        landscape = with_limit(landscape, calculus, limit_at, "maximum" if best else None, most)
    place = among(landscape, limit_at)
    verdicts = _sharpened(verdicts, downhill, place)
    broken = _broken_off(task, calculus, rows, trajectory)
    if broken is not None and broken.ends_the_run:
        verdicts = _with(verdicts, limit="undecided", point="none", scope="local_or_unknown")
    limit = str(verdicts.limit[0])
    return Solution(
        task=task,
        gradient=calculus.gradient,
        hessian=calculus.hessian,
        landscape=landscape,
        stable_rate=_stable_rate(task, downhill, place),
        stable_everywhere=downhill.largest_stable_rate is not None,
        steps=rows,
        limit=limit,
        point=str(verdicts.point[0]),
        scope=str(verdicts.scope[0]),
        period=int(verdicts.period[0]) if limit == "cycle" else 0,
        place=place,
        events=_events(task, rows, verdicts, broken),
        words=_words(verdicts, broken),
    )


# --- the start -----------------------------------------------------------------------------------------------------


def _check_start(task: Task, calculus: Calculus) -> None:
    """Refuse a start at which no gradient step can be taken."""
    start = best_known(task.start)
    value = _values_at(task, start)
    where = ", ".join(f"{name}={x}" for name, x in zip(task.variables, start, strict=True))
    again = "choose another start"
    for node, name in ((task.loss, "loss"), *((part, "gradient") for part in calculus.gradient)):
        bad = undefined(node, value)
        if bad is not None:
            problem = f"the {name} has no value at {where}: look at {to_text(bad)}"
            raise InputError(Fault(problem, hint=again, field="--start"))
    sharp = kink(task.loss, value)
    if sharp is not None:
        problem = f"the loss has a kink at {where}, and so no gradient: look at {to_text(sharp)}"
        raise InputError(Fault(problem, hint=again, field="--start"))
    slopes = [value(part) for part in calculus.gradient]
    if not all(isfinite(as_number(x)) for x in (value(task.loss), *slopes)):
        raise InputError(Fault(f"the loss or its gradient is too large at {where}", hint=again, field="--start"))
    if "epsilon" in task.method.parameters and "epsilon" not in task.parameters and 0 in slopes:
        flat = task.variables[slopes.index(0)]
        problem = f"{task.method.title} divides 0 by 0: the derivative with respect to {flat} is 0 at the start"
        raise InputError(Fault(problem, hint="add --epsilon 1/1000", field="--method"))


def _values_at(task: Task, point: Sequence[Fraction | float]) -> Callable[[Node], Fraction | float]:
    """The function that values formulas at a point: in fractions where possible, else in floats."""
    at = dict(zip(task.variables, point, strict=True))
    return lambda node: value_of(node, at)


# --- the runs ------------------------------------------------------------------------------------------------------


def _exact_run(task: Task, calculus: Calculus) -> tuple[ExactPoint, ...]:
    """The points of the run in fractions, as far as they are rational and short; none if the start is not."""
    if any(x.exact is None for x in (*task.start, task.rate, *task.parameters.values())):
        return ()

    def at(point: Sequence[Fraction]) -> dict[str, Fraction]:
        return dict(zip(task.variables, point, strict=True))

    field = Field(
        lambda point: exact_value(task.loss, at(point)),
        lambda point, _: tuple(exact_value(part, at(point)) for part in calculus.gradient),
    )
    parameters = {name: x.exact for name, x in task.parameters.items()}
    solver = Solver(field, task.rate.exact, task.method.rule, parameters, task.ascend)
    start = tuple(x.exact for x in task.start)
    points: list[ExactPoint] = []
    try:
        for point in iterate(solver, start, max(task.steps, PROBED)):
            if max(map(bits, point)) > MOST_BITS:
                break
            points.append(point)
    except (ArithmeticError, ValueError):
        pass  # a value that is no fraction, or none at all; floats, which go on from the start, tell the rest
    return tuple(points)


def _long_run(task: Task, calculus: Calculus, downhill: Landscape, exact: tuple[ExactPoint, ...]) -> Trajectory:
    field = Field(
        lambda point: calculus.loss_function(*point),
        lambda point, _: tuple(calculus.gradient_function(*point)),
        lambda point: tuple(map(tuple, calculus.hessian_function(*point))),
    )
    parameters = {name: x.number for name, x in task.parameters.items()}
    start = tuple(x.exact for x in task.start if x.exact is not None)
    rational = start if len(start) == len(task.start) else None
    proof = None
    if task.method.name == "descent" and exact and task.rate.exact is not None and not calculus.quadratic:
        proof = certificate(downhill, calculus, task.rate.exact, exact, ascend=task.ascend)
    return observe(
        Solver(field, task.rate.number, task.method.rule, parameters, task.ascend),
        tuple(np.array([x.number]) for x in task.start),
        steps=max(LONG, task.steps),
        shown=task.steps,
        knowledge=knowledge(downhill, calculus, rational, ascend=task.ascend),
        exact=proof,
        polish=lambda _, point: _polished(calculus, point),
    )


def _polished(calculus: Calculus, point: Sequence[float]) -> tuple[Sequence[Any], Any]:
    """The critical point next to a point, to 60 digits, and the size of the gradient there; NaN if there is none."""
    with mpmath.workdps(DIGITS):
        found = polish(calculus, tuple(map(mpmath.mpf, point)))
        if found is None:
            return point, mpmath.nan
        return found[0], mpmath.norm(mpmath.matrix(calculus.precise_gradient(*found[0])))


def _steps(task: Task, calculus: Calculus, exact: tuple[ExactPoint, ...], trajectory: Trajectory) -> tuple[Step, ...]:
    """The table: exact rows as long as there are any, then rows of floats."""
    points = np.array(trajectory.points[0])
    for number, point in enumerate(exact[: len(points)]):
        points[number] = [as_float(x) for x in point]
    losses = calculus.loss_function(*points.T)
    gradients = np.stack(calculus.gradient_function(*points.T), axis=1)
    rows = []
    for number, point in enumerate(points):
        known = exact[number] if number < len(exact) else None
        place = tuple(Quantity(float(x)) for x in point) if known is None else tuple(map(Quantity.of, known))
        slopes = zip(calculus.gradient, gradients[number], strict=True)
        gradient = tuple(_value(task, part, known, slope) for part, slope in slopes)
        rows.append(Step(number, place, _value(task, task.loss, known, losses[number]), gradient))
    return tuple(rows)


def _value(task: Task, node: Node, point: ExactPoint | None, number: Any) -> Quantity:
    if point is not None:
        try:
            value = exact_value(node, dict(zip(task.variables, point, strict=True)))
        except ArithmeticError:
            return Quantity(float(number))
        return Quantity.of(value) if bits(value) <= MOST_BITS else Quantity(as_float(value))
    return Quantity(float(number))


# --- the verdict ---------------------------------------------------------------------------------------------------


def _stated(task: Task, calculus: Calculus) -> StatedRun:
    """The run as the theorems take it."""

    def given(x: Quantity) -> Given:
        return x.exact if x.exact is not None else x.formula if x.formula is not None else Fraction(x.number)

    settings = tuple((name, given(x)) for name, x in task.parameters.items())
    start = tuple(map(given, task.start))
    return StatedRun(calculus, (), start, given(task.rate), task.method.name, settings, task.ascend, task.steps)


def _proved(run: StatedRun, _: int, hint: Suggestion) -> Exact | None:
    proved = decide(run, hint)
    return None if proved is None else with_flags(run, proved)


def _told(verdicts: Verdicts, run: StatedRun, trajectory: Trajectory) -> Verdicts:
    """The verdicts with the events of every step, and what a slow run is told about a plateau."""
    overshoot, crossing, plateau = verdicts.overshoot.copy(), verdicts.crossing.copy(), verdicts.plateau
    if UNSURE in overshoot:
        overshoot[0] = np.where(overshoot[0] == UNSURE, overshoots(run), overshoot[0])
    target = _target(verdicts, trajectory.knowledge)
    if UNSURE in crossing and target is not None and len(run.start) == 1:
        crossing[0] = np.where(crossing[0] == UNSURE, crossings(run, target), crossing[0])
    best = trajectory.knowledge.best
    if verdicts.limit[0] == "slow" and best is not None:
        sign = -1.0 if run.ascend else 1.0
        plateau = np.array([proved_plateau(run, sign * float(best[0]))], dtype=np.int8)
    return replace(verdicts, overshoot=overshoot, crossing=crossing, plateau=plateau)


def _target(verdicts: Verdicts, known: Knowledge) -> tuple[float, float] | None:
    """The optimum that crossings refer to, and how well it is known: the only one there is, or else the limit."""
    if known.target is not None:
        place = float(known.target[0, 0])
        return place, 1e-15 * max(1.0, abs(place))
    within = float(verdicts.within[0])
    return (float(verdicts.place[0, 0]), within) if isfinite(within) and np.isfinite(verdicts.place[0, 0]) else None


def _sharpened(verdicts: Verdicts, downhill: Landscape, place: tuple[Quantity, ...] | None) -> Verdicts:
    """The verdict with what is proved of the critical point that is the limit, where the run itself left that open."""
    if verdicts.limit[0] not in ("converged", "stationary_start"):
        return verdicts
    at = _number_of(downhill, place)
    point, scope = str(verdicts.point[0]), str(verdicts.scope[0])
    if at is not None and point in ("none", "degenerate"):
        point = kind_name(downhill.points[at], mirror=verdicts.ascend)
    if at is not None and downhill.global_minima is not None and at in downhill.global_minima:
        scope = "global"
    if downhill.convex:  # every critical point is a global minimum
        scope = "global"
        point = ("local_max" if verdicts.ascend else "local_min") if point in ("none", "degenerate") else point
    return _with(verdicts, limit=str(verdicts.limit[0]), point=point, scope=scope)


def _number_of(landscape: Landscape, place: tuple[Quantity, ...] | None) -> int | None:
    if place is None:
        return None
    here = [x.number for x in place]
    return next((n for n, p in enumerate(landscape.points) if [float(x) for x in p.point] == here), None)


def _with(verdicts: Verdicts, *, limit: str, point: str, scope: str) -> Verdicts:
    return replace(verdicts, limit=np.array([limit]), point=np.array([point]), scope=np.array([scope]))


def _stable_rate(task: Task, downhill: Landscape, place: tuple[Quantity, ...] | None) -> Quantity | None:
    """2/L, or what stands in its place for the method; L is the curvature at the minimum that matters."""
    if task.method.name not in STABLE:
        return None
    rate = downhill.largest_stable_rate
    minima = [point for point in downhill.points if point.stable_rate is not None]
    at = _number_of(downhill, place)
    if rate is None and at is not None:
        rate = downhill.points[at].stable_rate
    elif rate is None and len(minima) == 1 and downhill.complete:
        rate = minima[0].stable_rate
    if rate is None:
        return None
    factor, beta = STABLE[task.method.name], task.parameters.get("beta", Quantity.of(Fraction(0)))
    if rate.exact is None or beta.exact is None:
        return Quantity(float(rate) * factor(beta.number))
    return Quantity.of(rate.exact * factor(beta.exact))


def _events(task: Task, rows: tuple[Step, ...], verdicts: Verdicts, broken: _Break | None) -> tuple[Event, ...]:
    """The certain events of every step, then those of the run; overshoots of exact rows are compared exactly."""
    found = []
    last = rows[-1].step if broken is None else min(broken.step, rows[-1].step)
    for before, after in pairwise(rows[: last + 1]):
        old, new = before.loss.exact, after.loss.exact
        if old is None or new is None:
            wrong = bool(verdicts.overshoot[0, before.step] == YES)
        else:
            wrong = new < old if task.ascend else new > old
        if wrong:
            found.append(Event("overshoot", after.step))
        if verdicts.crossing[0, before.step] == YES:
            found.append(Event("crossing", after.step))
        if kink(task.loss, _values_at(task, best_known(after.point))) is not None:
            found.append(Event("kink", after.step))
    if broken is not None and broken.step == last:
        found.append(Event(broken.event, broken.step))
    for flag in FLAGS:
        if getattr(verdicts, flag)[0] == YES:
            found.append(Event(flag, 1 if flag == "one_step" else None))
    return tuple(found)


def _words(verdicts: Verdicts, broken: _Break | None) -> str:
    if broken is not None and broken.ends_the_run:
        return (
            f"The run ends at step {broken.step}, where {broken.reason} has no value: nothing can be said of a limit."
        )
    quiet = np.full((1, 0), YES)
    words = sentence(replace(verdicts, overshoot=quiet, crossing=quiet), 0)
    if broken is not None:
        words += f" At step {broken.step} the numbers are too large for floating point."
    return words


# --- mishaps -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Break:
    """Where a run cannot go on: at the point after ``step`` updates, ``undefined`` or ``overflow``."""

    event: str
    step: int
    reason: str = ""
    ends_the_run: bool = False


def _broken_off(task: Task, calculus: Calculus, rows: tuple[Step, ...], run: Trajectory) -> _Break | None:
    """The first point at which a number is missing, and why; None if all are finite.

    A run that overflows far out is judged by that.  One that comes to a point where the loss or its gradient has no
    value ends there: ``ends_the_run``.
    """
    steps = [(row.step, [x.number for x in row.point]) for row in rows]
    if run.overflowed[0] and run.kept[0] > rows[-1].step:
        last = int(run.kept[0])
        steps += [(last - back, run.tail[0, -1 - back].tolist()) for back in (1, 0)]
    before: tuple[int, list[float]] | None = None
    for step, point in steps:
        with np.errstate(all="ignore"):
            slopes = [float(part[()]) for part in calculus.gradient_function(*point)]
            fine = all(map(isfinite, (*point, float(calculus.loss_function(*point)[()]), *slopes)))
        if not fine:
            ends = bool(run.overflowed[0]) and step <= run.kept[0]
            if all(map(isfinite, point)):
                value = _values_at(task, point)
                for node in (task.loss, *calculus.gradient):
                    bad = undefined(node, value)
                    if bad is not None:
                        return _Break("undefined", step, to_text(bad), ends)
            elif "epsilon" in task.method.parameters and before is not None and np.isnan(point).any():
                return _Break("undefined", step, "0/0, in the update of the method,", ends)
            return _Break("overflow", step)
        before = (step, point)
    return None
