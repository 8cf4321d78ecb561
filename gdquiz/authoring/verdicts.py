"""The outcomes of an item's run: the world of a population, handed to the judge of runs.

A float run, far beyond the steps that a question shows, suggests what becomes of each row; what is said of it is
proved.  Quadratic losses without mixed terms are decided in whole columns, all others row by row by the theorems.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from gdquiz.authoring.names import OUTCOMES
from gdquiz.authoring.world import Provider, World
from gdquiz.mathematics.certainty import UNSURE, YES, certain
from gdquiz.mathematics.certificates import Exact, Quadratic
from gdquiz.mathematics.columns import Column, floats, is_exact
from gdquiz.mathematics.events import FLAGS, with_flags
from gdquiz.mathematics.exact import Rationals
from gdquiz.mathematics.exact_run import Given, StatedRun
from gdquiz.mathematics.expressions import Apply, Name, Node, Number
from gdquiz.mathematics.observation import Knowledge, observe
from gdquiz.mathematics.outcomes import Prover, Verdicts, judge
from gdquiz.mathematics.suggestion import Suggestion
from gdquiz.mathematics.theorems import decide

STEPS = 2000
"""Updates after which a run's limit is judged."""


def verdicts(world: World) -> Verdicts:
    """The verdict on every row of a world's run, and of its second route too: proofs are about the exact run."""
    if world.arithmetic != "exact":
        return world.exactly.once(verdicts)
    twin = world.floating()
    source = world.template.source.run
    assert source is not None
    start = tuple(np.broadcast_to(floats(column), (world.rows,)) for column in twin.start)
    trajectory = observe(
        twin.solver, start, steps=STEPS, shown=source.steps, knowledge=_knowledge(world), exact=_certificate(world)
    )
    return judge(trajectory, _prover(world))


def _prover(world: World) -> Prover:
    """How a single row of a world is proved: its run, stated by exact numbers, handed to the theorems."""
    text = world.template.source.model_dump_json()
    flags = [axis for name, (axis, _) in OUTCOMES.items() if axis in FLAGS and name in text]

    def prove(row: int, hint: Suggestion) -> Exact | None:
        run = _stated(world, row)
        proved = None if run is None else decide(run, hint)
        return proved if run is None or proved is None else with_flags(run, proved, flags)

    return prove


def _stated(world: World, row: int) -> StatedRun | None:
    """The run of a row; None where its numbers are not known, and for what is not one method at one rate."""
    source, template = world.template.source.run, world.template
    assert source is not None and template.rate is not None
    if template.order or (world.wrong is not None and not world.wrong.redefine):
        return None

    def given(node: Node) -> Given:
        column = world(node)
        if is_exact(column) and bool(np.all(column.valid)):
            return column.broadcast(world.rows).fraction(row)
        return _closed(world, node, row)

    try:
        values = tuple(given(Name(name)) for name in world.calculus.parameters)
        start = tuple(map(given, template.start))
        settings = tuple((name, given(node)) for name, node in template.settings.items())
        rate = given(template.rate)
    except ValueError:
        return None
    return StatedRun(world.calculus, values, start, rate, source.method, settings, source.ascend, source.steps)


def _closed(world: World, node: Node, row: int) -> Node:
    """An expression of a world with the numbers of a row in it.  Raises ``ValueError`` where it names more."""
    match node:
        case Number():
            return node
        case Name(name) if world.wrong is None and name in world.exact_parameters:
            return Number(world.exact_parameters[name].broadcast(world.rows).fraction(row))
        case Name(name) if world.wrong is None and name in world.case.define:
            return _closed(world, world.case.define[name], row)
        case Apply(function, arguments):
            return Apply(function, tuple(_closed(world, argument, row) for argument in arguments))
    raise ValueError("a name that is no number")


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
