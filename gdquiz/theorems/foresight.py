"""A float run of a single stated run, looked at only to choose what is worth proving."""

from __future__ import annotations

from fractions import Fraction
from math import hypot, isfinite

import numpy as np

from gdquiz.descent.exact_run import Given, StatedRun
from gdquiz.descent.stepping import Field, Solver, iterate, method
from gdquiz.formulas.pointwise import as_float, float_value
from gdquiz.theorems.suggestion import Suggestion

STEPS = 2000
FAR = 1e12
SAME = 1e-7
"""Points nearer to one another than this, in units of the size of the last one (at least 1), count as the same."""
PERIODS = range(1, 9)


def foreseen(run: StatedRun) -> Suggestion:
    """Where a float run seems to go: ``converged``, ``cycle``, one of the ways to infinity, or ``undecided``."""
    values = tuple(map(_number, run.values))
    calculus, sign = run.calculus, -1.0 if run.ascend else 1.0

    def slope(point: tuple[float, ...], _: int) -> tuple[float, ...]:
        return tuple(float(part[()]) for part in calculus.gradient_function(*point, *values))

    field = Field(lambda point: float(calculus.loss_function(*point, *values)[()]), slope)
    settings = {name: _number(number) for name, number in run.settings}
    solver = Solver(field, _number(run.rate), method(run.method).rule, settings, run.ascend)
    tail: list[tuple[float, ...]] = []
    with np.errstate(all="ignore"):
        try:
            for point in iterate(solver, tuple(map(_number, run.start)), STEPS):
                if not all(map(isfinite, point)) or hypot(*point) > FAR * max(1.0, hypot(*map(_number, run.start))):
                    break
                tail = [*tail[-64:], point]
            else:
                return _pattern(tail)
            rises = sign * (field.loss(tail[-1]) - field.loss(tail[0])) > 0
        except (ArithmeticError, ValueError):
            return Suggestion("undecided", tuple(tail[-1:]))
    return Suggestion("diverged_loss_up" if rises else "unbounded_below", tuple(tail[-1:]))


def _pattern(tail: list[tuple[float, ...]]) -> Suggestion:
    last = np.array(tail)
    near = SAME * max(1.0, float(np.abs(last[-1]).max()))
    for period in PERIODS:
        if len(last) > period and float(np.abs(last[-1] - last[-1 - period]).max()) < near:
            return Suggestion("converged" if period == 1 else "cycle", (tail[-1],))
    return Suggestion("undecided", (tail[-1],))


def _number(number: Given) -> float:
    return as_float(number) if isinstance(number, Fraction) else float_value(number, {})
