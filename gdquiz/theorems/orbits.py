"""Theorems on runs whose first points are known exactly: a start without slope, a rest, a return.

The state of a method decides all that follows.  A run whose state comes back, exactly, rests there or repeats what lies
between for ever; no tolerance is involved.  Points on a kink, where there is no gradient, decide nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from gdquiz.descent.calculus import symbols_of
from gdquiz.descent.exact_run import ExactRun, StatedRun
from gdquiz.descent.stepping import Field, Solver, method
from gdquiz.enclosures.balls import AVAILABLE, Machine, Uncertain, ball, precision, programs
from gdquiz.numbers.certainty import NO, UNSURE, YES
from gdquiz.numbers.matrices import inertia
from gdquiz.theorems.attraction import kind_at, proved
from gdquiz.theorems.certificates import Exact

MOST_BITS = 400
"""Fractions longer than this are not followed."""
PROBED = 60
"""So many exact steps are tried."""

_ADAPTIVE = ("adagrad", "rmsprop", "adam")
_NO_FRACTION = (ArithmeticError, ValueError, TypeError, AttributeError)

Fractions = tuple[Fraction, ...]


def begins_at_rest(run: ExactRun) -> Exact | None:
    """A run from a point at which the gradient is exactly zero never moves."""
    if run.method in _ADAPTIVE and not run.settings.get("epsilon"):
        return None  # 0/0
    if not _flat(run, run.start):
        return None
    found = _rest(run, run.start)
    never = {
        name: np.array([NO], dtype=np.int8) for name in ("one_step", "unstable_limit", "oscillating", "basin_jump")
    }
    events = {name: np.full((1, run.shown), NO) for name in ("overshoot", "crossing")}
    told: dict[str, Any] = {"limit": np.array(["stationary_start"]), **never, **events}
    return replace(found, **told)


def comes_back(run: ExactRun) -> Exact | None:
    """A run whose exact state is one that it has been in before: it rests, or repeats what lies between."""
    seen: dict[Any, int] = {}
    for number, state in enumerate(_states(run)):
        if state in seen:
            first, period = seen[state], number - seen[state]
            if period > 1:
                return proved(_stated(run), "cycle", period=period)
            found = _rest(run, state[0])
            lands = YES if first == 1 else NO
            return replace(found, one_step=np.array([lands], dtype=np.int8))
        seen[state] = number
    return None


def _states(run: ExactRun) -> Any:
    """The exact states as far as they are rational, short and off the kinks."""
    code, size = programs(run.calculus), len(run.calculus.variables)

    def slope(point: Fractions, _: int) -> Fractions:
        found = code.slope.on_fractions((*point, *run.values))
        if any(guard == 0 for guard in found[size : size + code.guards]):
            raise ArithmeticError("a kink")
        return tuple(found[:size])

    solver = Solver(Field(lambda point: 0, slope), run.rate, method(run.method).rule, run.settings, run.ascend)
    point: Any = run.start
    memory: Any = ()
    for number in range(PROBED):
        yield point, memory
        try:
            point, memory = solver.rule(solver, point, number, memory)
        except _NO_FRACTION:
            return
        if any(max(x.numerator.bit_length(), x.denominator.bit_length()) > MOST_BITS for x in point):
            return


def _flat(run: ExactRun, point: Fractions) -> bool:
    """Whether the gradient is exactly zero at a point: in fractions, else by the rules of SymPy."""
    code, size = programs(run.calculus), len(run.calculus.variables)
    try:
        found = code.slope.on_fractions((*point, *run.values))
        return not any(found[:size]) and all(found[size : size + code.guards])
    except _NO_FRACTION:
        pass
    if AVAILABLE and not code.guards:
        with precision(128):
            try:
                slope = Machine(_stated(run)).slope(tuple(map(ball, point)))
            except Uncertain:
                return False
            if any(part > 0 or part < 0 for part in slope):
                return False
        names = (*run.calculus.variables, *run.calculus.parameters)
        numbers = [sympy.Rational(x.numerator, x.denominator) for x in (*point, *run.values)]
        at = dict(zip(symbols_of(names).values(), numbers, strict=True))
        return all(component.xreplace(at) == 0 for component in run.calculus.symbolic_gradient)
    return False


def _rest(run: ExactRun, point: Fractions) -> Exact:
    """A run that rests at an exact critical point: its kind, and whether the update drives away from it."""
    stated = _stated(run)
    kind, unstable = "none", UNSURE
    try:
        flat = programs(run.calculus).hessian.on_fractions((*point, *run.values))
        kind, unstable = _by_inertia(
            run, [flat[row * len(point) : (row + 1) * len(point)] for row in range(len(point))]
        )
    except _NO_FRACTION:
        if AVAILABLE:
            with precision(128):
                try:
                    kind = kind_at(Machine(stated), tuple(map(ball, point)))
                except Uncertain:
                    kind = "none"
    found = proved(stated, "converged", point=kind)
    place = np.array([[float(x) for x in point]])
    gap = max(abs(Fraction(float(x)) - x) for x in point)
    return replace(
        found,
        unstable_limit=np.array([unstable], dtype=np.int8),
        place=place,
        within=np.array([float(gap) * (1 + 1e-9)]),
    )


def _by_inertia(run: ExactRun, hessian: Sequence[Sequence[Fraction]]) -> tuple[str, np.int8]:
    """The kind by the signs of the eigenvalues; descent drives away where one is not between 0 and 2 over the rate."""
    up, down, zero = inertia(hessian)
    kind = "saddle" if up and down else "degenerate" if zero else "local_min" if up else "local_max"
    if run.method != "descent" or run.rate <= 0:
        return kind, UNSURE
    bent = [[-entry for entry in row] for row in hessian] if run.ascend else [list(row) for row in hessian]
    edge = [[(2 / run.rate if i == j else 0) - entry for j, entry in enumerate(row)] for i, row in enumerate(bent)]
    away, (inside, beyond, _) = (up if run.ascend else down), inertia(edge)
    if away or beyond:
        return kind, YES
    return kind, NO if not zero and inside == len(hessian) else UNSURE


def _stated(run: ExactRun) -> StatedRun:
    return StatedRun(
        run.calculus, run.values, run.start, run.rate, run.method, tuple(run.settings.items()), run.ascend, run.shown
    )
