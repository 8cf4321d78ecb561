"""The outcomes of an item's run: the world of a population, handed to the judge of runs.

The run is continued far beyond the steps that a question shows.  Quadratic losses without mixed terms are decided
exactly; all others in floats, with each limit certified by Newton's method at high precision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from gdquiz.authoring.names import OUTCOMES
from gdquiz.authoring.world import Provider, World
from gdquiz.mathematics.certainty import UNSURE, YES, certain
from gdquiz.mathematics.certificates import Quadratic
from gdquiz.mathematics.columns import Column, floats, fraction, is_exact, precise
from gdquiz.mathematics.descent import Field
from gdquiz.mathematics.exact import Rationals
from gdquiz.mathematics.observation import Knowledge, Polish, newton_polish, observe
from gdquiz.mathematics.outcomes import Verdicts, judge

STEPS = 2000
"""Updates after which a run's limit is judged."""


def verdicts(world: World) -> Verdicts:
    """The verdict on every row of a world's run."""
    twin = world.floating()
    source = world.template.source.run
    assert source is not None
    start = tuple(np.broadcast_to(floats(column), (world.rows,)) for column in twin.start)
    trajectory = observe(
        twin.solver, start, steps=STEPS, shown=source.steps,
        knowledge=_knowledge(world), exact=_certificate(world), polish=_polish(world),
    )  # fmt: skip
    return judge(trajectory)


def outcome(name: str, world: World) -> Column:
    """Whether a run has an outcome, row by row; the world doubts the rows in which that is not certain."""
    axis, value = OUTCOMES[name]
    found = world.once(verdicts)
    verdict = getattr(found, axis)
    if not value:
        world.doubt(verdict == UNSURE)
        return verdict == YES
    unclear = (found.limit == "undecided") | (verdict == "undecided")
    if value == "converged":
        unclear = unclear | (found.limit == "slow")  # it may do so yet
    elif axis == "point":  # a limit with a singular Hessian may be any kind of point
        unclear = unclear | (found.limit == "slow") | (verdict == "degenerate")
        unclear = unclear | ((found.limit == "converged") & (verdict == "none"))
    world.doubt(unclear)
    return verdict == value


PROVIDERS: Mapping[str, Provider] = {name: partial(outcome, name) for name in OUTCOMES}
"""How a world works out whether its run has an outcome."""


def _polish(world: World) -> Polish:
    """Newton's method at high precision, done once for all rows that share a loss and approach the same point."""
    calculus = world.calculus
    columns = [world[name] for name in calculus.parameters]
    found: dict[tuple[Any, ...], tuple[Sequence[Any], Any]] = {}

    def numbers(row: int) -> tuple[Any, ...]:
        return tuple(fraction(column, row) for column in columns)

    def field_of(row: int) -> Field:
        values = [precise(number) for number in numbers(row)]
        return Field(
            lambda point: calculus.precise_loss(*point, *values),
            lambda point, step: tuple(calculus.precise_gradient(*point, *values)),
            lambda point: tuple(map(tuple, calculus.precise_hessian(*point, *values))),
        )

    polish = newton_polish(field_of)

    def once(row: int, point: Sequence[float]) -> tuple[Sequence[Any], Any]:
        if not np.all(np.isfinite(point)):
            return point, np.inf
        key = (numbers(row), tuple(round(float(coordinate), 7) for coordinate in point))
        if key not in found:
            found[key] = polish(row, point)
        return found[key]

    return once


def _certificate(world: World) -> Quadratic | None:
    """The exact tier, for plain descent on a quadratic without mixed terms."""
    source, calculus = world.template.source.run, world.calculus
    assert source is not None and world.template.rate is not None
    if source.method != "descent" or not calculus.quadratic or calculus.stationary is None:
        return None
    hessian = world.hessian(world.start)
    size = range(len(hessian))
    mixed = [hessian[i][j] for i in size for j in size if i != j]
    columns: list[Any] = [*(hessian[i][i] for i in size), *world.start, world(world.template.rate)]
    if not all(is_exact(column) for column in (*columns, *mixed)):
        return None
    if not all(np.all(entry.equals(0)) for entry in mixed):
        return None
    minimizer = tuple(world(node) for node in calculus.stationary)
    errors = tuple(x - best for x, best in zip(world.start, minimizer, strict=True))
    spread = [_spread(column, world.rows) for column in (*columns[: len(hessian)], *errors, columns[-1])]
    count = len(hessian)
    return Quadratic(tuple(spread[:count]), tuple(spread[count : 2 * count]), spread[-1])


def _spread(column: Rationals, rows: int) -> Rationals:
    return column.broadcast(rows)


def _knowledge(world: World) -> Knowledge:
    """What is certain without looking at the run: whether the start is stationary, and where basins meet."""
    gradient = world.derived_gradient(world.start)
    barriers = None
    if world.template.barriers:
        columns = [np.broadcast_to(floats(world(node)), (world.rows,)) for node in world.template.barriers]
        barriers = np.stack(columns, axis=1)
    if not all(is_exact(part) for part in gradient):
        return Knowledge(barriers=barriers)
    zero = np.ones(world.rows, bool)
    for part in gradient:
        zero &= part.equals(0)
    return Knowledge(stationary=certain(zero), barriers=barriers)
