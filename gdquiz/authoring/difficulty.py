"""How hard a row is: the work it asks for, from the numbers and steps of that very row.

The unit of work is one operation on one-digit whole numbers.  A part costs

    operations * figures,

where ``operations`` counts the arithmetic a solver carries out by hand (those of the answer's own expression with its
definitions, and for every step of the run those of the gradient plus two for each variable), and ``figures`` is the
mean cost of the numbers in play (parameters and answers): 1, plus 1/2 for each digit after the first, plus 1 for a
fraction, plus 1/4 for a minus sign.  A part in words or with options costs at least ``READING`` operations.  The
difficulty is log2(1 + work), so one more point is twice the work.  It compares rows and items; it does not predict
the share of students who succeed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz.authoring.solving import SolvedPart
from gdquiz.authoring.template import ItemTemplate
from gdquiz.authoring.world import World
from gdquiz.mathematics.columns import floats, is_exact
from gdquiz.mathematics.expressions import Apply, Index, Name, Node, Number

EIGENVALUE = 6
"""Operations counted for the roots of the characteristic polynomial of a 2 x 2 matrix."""
READING = 6
"""Operations counted for reading options or writing a sentence."""


def difficulties(template: ItemTemplate, world: World, parts: Iterable[SolvedPart]) -> NDArray[np.float64]:
    """The difficulty of every row, rounded to two decimals."""
    columns = list(world.exact_parameters.values())
    operations = 0.0
    for solved in parts:
        columns += list(solved.numbers)
        nodes = [*solved.part.answers, *solved.part.when.values(), *solved.part.rank.values()]
        if solved.part.truth is not None:
            nodes.append(solved.part.truth)
        if solved.formula is not None:
            nodes.append(solved.formula)
        counted = max((_work(node, template, world, set()) for node in nodes), default=0)
        if solved.part.kind == "numbers":
            seen: set[str] = set()
            counted = sum(_work(node, template, world, seen) for node in solved.part.answers)
        operations += counted + (READING if solved.part.kind not in ("number", "numbers", "formula") else 0)
    figures = (
        np.ones(world.rows) if not columns else np.mean([_figures(column, world.rows) for column in columns], axis=0)
    )
    return np.asarray(np.round(np.log2(1 + operations * figures), 2))


def _figures(column: Any, rows: int) -> NDArray[np.float64]:
    """The cost of working with the number in each row."""
    if not is_exact(column):
        return np.broadcast_to(3.0 + 0.25 * (np.nan_to_num(floats(column)) < 0), (rows,))
    top, bottom = np.abs(column.numerator), column.denominator
    digits = _digits(top) + np.where(bottom > 1, _digits(bottom), 0)
    cost = 1 + 0.5 * (digits - 1) + 1.0 * (bottom > 1) + 0.25 * (column.numerator < 0)
    return np.broadcast_to(cost, (rows,))


def _digits(values: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.searchsorted(10 ** np.arange(1, 19, dtype=np.int64), values, side="right") + 1


def _work(node: Node, template: ItemTemplate, world: World, seen: set[str]) -> float:
    """Operations of an expression, with each definition counted once and every step of the run."""
    match node:
        case Number():
            return 0
        case Name(name):
            if name in world.case.define and name not in seen:
                seen.add(name)
                return _work(world.case.define[name], template, world, seen)
            return _derived(name, world)
        case Index() if template.rate is None:
            return 1  # a printed loss of a fit is read off
        case Index(_, index):
            steps = float(index.value) if isinstance(index, Number) else float(len(world.run.points) - 1)
            return steps * _step(world) + _operations(world.calculus.loss if world.case.loss else node)
        case Apply(function, arguments):
            own = 0 if function in ("and", "or", "not", "if") else max(1, len(arguments) - 1)
            return own + sum(_work(argument, template, world, seen) for argument in arguments)
    raise TypeError(f"not an expression: {node!r}")


def _derived(name: str, world: World) -> float:
    """Operations behind a quantity that the engine derives: a minimizer, an eigenvalue, a derivative at a point."""
    calculus = world.calculus if world.case.loss is not None else None
    if calculus is None:
        return 0
    if name.startswith("minimizer_") and calculus.stationary is not None:
        return _operations(calculus.stationary[world.case.variables.index(name.removeprefix("minimizer_"))])
    if name in ("eig_min", "eig_max"):
        return sum(_operations(node) for row in calculus.hessian for node in row) + EIGENVALUE * (
            len(calculus.hessian) > 1
        )
    head = name.partition("_at_")[0] if "_at_" in name else ""
    if head == "loss":
        return _operations(calculus.loss)
    if head.startswith("grad"):
        return sum(map(_operations, calculus.gradient)) / len(calculus.gradient)
    return max(map(_operations, calculus.hessian[0])) if head else 0


def _step(world: World) -> float:
    return sum(_operations(node) for node in world.calculus.gradient) + 2 * len(world.case.variables)


def _operations(node: Node) -> float:
    if not isinstance(node, Apply):
        return 0
    return max(1, len(node.arguments) - 1) + sum(map(_operations, node.arguments))
