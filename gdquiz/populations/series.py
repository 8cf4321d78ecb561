"""The series of a figure over all rows, and the rows in which a reader could not tell them apart.

A series is a run of the item's loss (with another start, rate or method, or made with a misconception), or a formula
in the step.  Everything is worked out in floats: a drawing needs no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gdquiz.banks.domains import domain
from gdquiz.banks.models import Series
from gdquiz.banks.names import STEP
from gdquiz.descent.stepping import Point, Solver, method, run
from gdquiz.formulas.columns import Evaluation, floats, has_value, is_exact
from gdquiz.formulas.expressions import Node, names_of
from gdquiz.numbers.exact import Mask, Rationals
from gdquiz.populations.drawing import Line, Lines
from gdquiz.populations.world import World

Ranges = Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]]
"""The ends of each axis, row by row."""

APART = 0.04
"""Two series differ at a mark if it is by this share of the axis at least."""
MARKS = 2
"""At so many marks two series have to differ."""


def steps_of(world: World) -> tuple[Fraction, ...]:
    """The values of k."""
    source = world.model.source
    assert source.figure is not None
    if source.figure.steps is not None:
        return domain(source.figure.steps)
    return tuple(Fraction(k) for k in range(source.run.steps + 1 if source.run else 2))


def lines(world: World) -> Lines:
    """The series of the item's figure in the rows of a world."""
    steps, in_floats = steps_of(world), world.floating()
    doubtful = np.zeros(world.rows, bool)
    found = []
    for series in world.model.figure["series"]:
        if series.formula:
            values, unclear = _by_formula(series, world, steps)
            doubtful |= unclear
        else:
            values = _by_running(series, world, in_floats, steps)
        letters = None
        if series.letter is not None:
            place = _column(world, series.letter)
            letters = np.where(np.isin(place, np.arange(26)), place, 0).astype(np.int64)
            doubtful |= letters != place
        found.append(Line(series.source.label or str(series.source.letter), letters, series.source.look, values))
    for a, b in combinations(found, 2):
        if a.letters is not None and b.letters is not None and a.group != b.group:
            doubtful |= a.letters == b.letters
    return Lines(steps, tuple(found), doubtful)


def _by_formula(series: Series, world: World, steps: Sequence[Fraction]) -> tuple[NDArray[np.float64], Mask]:
    doubtful = np.zeros(world.rows, bool)
    table = np.empty((world.rows, len(steps), len(series.formula)))
    for axis, node in enumerate(series.formula):
        known = {name: world[name] for name in names_of(node) - {STEP}}
        for place, step in enumerate(steps):
            evaluation = Evaluation(known | {STEP: Rationals.constant(step)})
            value = evaluation(node)
            if is_exact(value) and not np.all(has_value(value)):  # large powers leave the range of exact numbers
                rounded = {name: _rounded(column) for name, column in known.items()}
                value = Evaluation(rounded | {STEP: np.float64(step)}, np.float64)(node)
            else:
                doubtful |= evaluation.doubtful
            table[:, place, axis] = floats(value)
    return table, doubtful


def _rounded(column: object) -> object:
    return tuple(map(floats, column)) if isinstance(column, tuple) else floats(column)


def _by_running(series: Series, world: World, in_floats: World, steps: Sequence[Fraction]) -> NDArray[np.float64]:
    figure = world.model.source.figure
    assert figure is not None
    solver = _solver(series, world, in_floats)
    start: Point = tuple(_column(world, node) for node in series.start or world.model.start)
    record = run(solver, start, int(max(steps)))
    on_plane = figure.kind == "contours"
    columns = record.points if on_plane or figure.shows == "iterates" else tuple((loss,) for loss in record.losses)
    table = np.empty((world.rows, len(steps), 2 if on_plane else 1))
    for place, step in enumerate(steps):
        for axis, column in enumerate(columns[int(step)]):
            table[:, place, axis] = column
    return table


def _solver(series: Series, world: World, in_floats: World) -> Solver:
    """The solver of the item's run in floats, with what the series changes of it."""
    source, solver = series.source, in_floats.solver
    settings = {name: _column(world, node) for name, node in series.settings.items()}
    if source.method:
        solver = replace(solver, rule=method(source.method).rule, parameters=settings)
    elif settings:
        solver = replace(solver, parameters=dict(solver.parameters) | settings)
    if series.rate is not None:
        solver = replace(solver, rate=_column(world, series.rate))
    mistake = series.misconception.mistake if series.misconception is not None else None
    return solver if mistake is None else mistake(solver)


def _column(world: World, node: Node) -> NDArray[np.float64]:
    return np.broadcast_to(floats(world(node)), (world.rows,))


# --- telling them apart --------------------------------------------------------------------------------------------


def apart(found: Lines, ranges: Ranges) -> Mask:
    """The rows in which every two groups differ by 4 % of an axis, as drawn, at two marks or more."""
    told = ~found.doubtful
    wanted = min(MARKS, len(found.steps) - 1)
    for first, second in combinations(found.groups, 2):
        pairs = list(_alike(found, first, second))
        differing = np.zeros((len(told), len(found.steps)), bool)
        for a, b in pairs:
            for axis, (low, high) in enumerate(ranges):
                bottom, top = low[:, None], high[:, None]
                distance = np.abs(_drawn(a.values[..., axis], bottom, top) - _drawn(b.values[..., axis], bottom, top))
                differing |= distance >= APART * (1 + 1e-9) * (top - bottom)
        if pairs:
            told &= differing.sum(axis=1) >= wanted
    return told


def _alike(found: Lines, first: str, second: str) -> Iterator[tuple[Line, Line]]:
    """The series of two groups that a reader compares: those of the same look, in their order."""
    for look in dict.fromkeys(line.look for line in found.lines):
        mine, others = ([x for x in found.lines if (x.group, x.look) == (group, look)] for group in (first, second))
        yield from zip(mine, others, strict=False)


def _drawn(values: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values as they show: beyond the frame only that they are beyond it."""
    return np.clip(np.where(np.isfinite(values), values, high), low, high)
