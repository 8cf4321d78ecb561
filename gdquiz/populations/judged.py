"""The verdicts on an item's run: the world of a population, handed to the judge of runs.

A float run, far beyond the steps that a question shows, suggests what becomes of each row; what is said of it is
proved.  Quadratic losses without mixed terms are decided in whole columns, all others row by row by the theorems.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from gdquiz.banks.names import VERDICTS
from gdquiz.descent.exact_run import Given, StatedRun
from gdquiz.formulas.columns import Column, floats, is_exact
from gdquiz.formulas.expressions import Apply, Name, Node, Number
from gdquiz.judging.observation import Knowledge, observe
from gdquiz.judging.verdicts import Prover, Verdicts, judge
from gdquiz.numbers.certainty import UNSURE, YES, certain
from gdquiz.numbers.exact import Rationals
from gdquiz.populations.world import Provider, World
from gdquiz.theorems.certificates import Exact, Quadratic
from gdquiz.theorems.deciding import decide
from gdquiz.theorems.events import FLAGS, with_flags
from gdquiz.theorems.suggestion import Suggestion

STEPS = 2000
"""Updates after which a run's limit is judged."""


def verdicts(world: World) -> Verdicts:
    """The verdict on every row of a world's run, and of its second route too: proofs are about the exact run."""
    if world.arithmetic != "exact":
        return world.exactly.once(verdicts)
    in_floats = world.floating()
    source = world.model.source.run
    assert source is not None
    start = tuple(np.broadcast_to(floats(column), (world.rows,)) for column in in_floats.start)
    trajectory = observe(
        in_floats.solver, start, steps=STEPS, shown=source.steps, knowledge=_knowledge(world), exact=_certificate(world)
    )
    return judge(trajectory, _prover(world))


def _prover(world: World) -> Prover:
    """How a single row of a world is proved: its run, stated by exact numbers, handed to the theorems."""
    text = world.model.source.model_dump_json()
    flags = [axis for name, (axis, _) in VERDICTS.items() if axis in FLAGS and name in text]

    def prove(row: int, hint: Suggestion) -> Exact | None:
        run = _stated(world, row)
        proved = None if run is None else decide(run, hint)
        return proved if run is None or proved is None else with_flags(run, proved, flags)

    return prove


def _stated(world: World, row: int) -> StatedRun | None:
    """The run of a row; None where its numbers are not known, and for what is not one method at one rate."""
    source, model = world.model.source.run, world.model
    assert source is not None and model.rate is not None
    if model.order or (world.wrong is not None and not world.wrong.redefine):
        return None

    def given(node: Node) -> Given:
        column = world(node)
        if is_exact(column) and bool(np.all(column.valid)):
            return column.broadcast(world.rows).fraction(row)
        return _closed(world, node, row)

    try:
        values = tuple(given(Name(name)) for name in world.calculus.parameters)
        start = tuple(map(given, model.start))
        settings = tuple((name, given(node)) for name, node in model.settings.items())
        rate = given(model.rate)
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


def has_verdict(name: str, world: World) -> Column:
    """Whether a verdict holds of a run, row by row; the world doubts the rows in which that is not certain."""
    axis, value = VERDICTS[name]
    found = world.once(verdicts)
    verdict = getattr(found, axis)
    if not value:
        world.doubt(verdict == UNSURE)
        return verdict == YES
    unclear = (found.limit == "undecided") | (verdict == "undecided")
    if axis == "limit" and value != "slow":
        unclear = unclear | (found.limit == "slow")  # it says nothing about where the run goes in the end
    if value == "converged":
        unclear = unclear | (found.limit == "stationary_start")  # a run that never moves has a limit, too
    elif axis == "point":  # a limit with a singular Hessian may be any kind of point
        unclear = unclear | (found.limit == "slow") | (verdict == "degenerate")
        unclear = unclear | ((found.limit == "converged") & (verdict == "none"))
    world.doubt(unclear)
    return verdict == value


PROVIDERS: Mapping[str, Provider] = {name: partial(has_verdict, name) for name in VERDICTS}
"""How a world works out whether a verdict holds of its run."""


def _certificate(world: World) -> Quadratic | None:
    """The exact tier, for plain descent on a quadratic without mixed terms."""
    source, calculus = world.model.source.run, world.calculus
    assert source is not None and world.model.rate is not None
    if source.method != "descent" or not calculus.quadratic or calculus.stationary is None:
        return None
    hessian = world.hessian(world.start)
    size = range(len(hessian))
    mixed = [hessian[i][j] for i in size for j in size if i != j]
    columns: list[Any] = [*(hessian[i][i] for i in size), *world.start, world(world.model.rate)]
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
    if world.model.barriers:
        columns = [np.broadcast_to(floats(world(node)), (world.rows,)) for node in world.model.barriers]
        barriers = np.stack(columns, axis=1)
    if not all(is_exact(part) for part in gradient):
        return Knowledge(barriers=barriers)
    zero = np.ones(world.rows, bool)
    for part in gradient:
        zero &= part.equals(0)
    return Knowledge(stationary=certain(zero), barriers=barriers)
