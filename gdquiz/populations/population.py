"""The population of an item: every row enumerated, solved, verified and filtered in one vectorised pass.

A row is one combination of parameter values (in one of the item's cases).  It is refused, with a reason that is
counted, unless all of this holds: the item's own requirements; no number in it is too close to call, undefined or
too large; the exact route and the floating route give the same answers; the derived gradient agrees with finite
differences of the loss; exactly the options that are right are right; and no foreseen wrong answer meets the key or
another one, as printed.  What is left is numbered 0, 1, 2, ... and every variant that can be printed is one of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz import draws
from gdquiz.banks.models import Case, ItemModel
from gdquiz.descent.stepping import Point
from gdquiz.errors import Fault, InputError
from gdquiz.formulas.columns import floats, has_value
from gdquiz.formulas.expressions import Node, names_of
from gdquiz.numbers.exact import Mask, Rationals
from gdquiz.populations import fitted, judged
from gdquiz.populations.asserted import contradictions
from gdquiz.populations.figures import drawable, readable
from gdquiz.populations.keys import OF_WRONG_ANSWERS, solve_part
from gdquiz.populations.printing import Block, variants_of
from gdquiz.populations.routes import (
    DISAGREEMENTS,
    GRADIENT_DISAGREES,
    HESSIAN_DISAGREES,
    NOT_STATIONARY,
    ROUTES_DISAGREE,
    agree,
    at_samples,
    derivative_misses,
)
from gdquiz.populations.typesetting import alike, printable
from gdquiz.populations.variants import Variants
from gdquiz.populations.work import works
from gdquiz.populations.world import Provider, World, term_calculus_of

PROVIDERS: Mapping[str, Provider] = {**judged.PROVIDERS, **fitted.PROVIDERS}
"""How the names of a world are worked out that rest on more than the loss and its run."""

LARGEST = 200_000
"""Rows that are enumerated in one pass at the most."""


@dataclass(frozen=True, eq=False)
class Population:
    """All rows of an item that may be printed, in the order of its cases and then of enumeration."""

    model: ItemModel
    blocks: tuple[Block, ...]
    enumerated: int
    refusals: Mapping[str, int]

    @cached_property
    def size(self) -> int:
        return sum(len(block.passed) for block in self.blocks)

    def locate(self, row: int) -> tuple[Block, int]:
        """The block and the place in its world of a row.  Raises ``IndexError`` outside 0 .. size - 1."""
        if row >= 0:
            for block in self.blocks:
                if row < len(block.passed):
                    return block, int(block.passed[row])
                row -= len(block.passed)
        raise IndexError("no such row in the population")

    @cached_property
    def work(self) -> NDArray[np.float64]:
        """The work of every row (see ``work.py``)."""
        return np.concatenate([block.work[block.passed] for block in self.blocks])

    @cached_property
    def variants(self) -> Variants:
        """What questions are made of (see ``variants.py``)."""
        return variants_of(self.model, self.blocks, self.enumerated, self.refusals)

    @property
    def disagreements(self) -> int:
        """Rows in which two routes to a key did not agree."""
        return sum(count for reason, count in self.refusals.items() if reason.startswith(DISAGREEMENTS))


def populate(model: ItemModel) -> Population:
    """The population of an item.

    Raises ``InputError`` when there are more combinations than can be enumerated, or the loss has no derivatives, or a
    misconception cannot be executed, or an assertion or a second route to a key does not hold in every row.
    """
    refusals: Counter[str] = Counter()
    faults: list[Fault] = []
    try:
        columns = [_enumerate(model, case) for case in model.cases]
        sizes = [max((column.rows for column in table.values()), default=1) for table in columns]
        if sum(sizes) > LARGEST:
            raise InputError(Fault(f"the cases have {sum(sizes):,} combinations together", f"at most {LARGEST:,}"))
        blocks = [_block(model, *table, refusals, faults) for table in zip(model.cases, columns, strict=True)]
        if faults:
            raise InputError(faults)
    except InputError as error:
        raise error.at(file=model.file, line=model.line, item=model.id) from error
    except RecursionError:
        problem = "the definitions of the item rest on one another too deeply"
        raise InputError(Fault(problem, file=model.file, line=model.line, item=model.id)) from None
    return Population(model, tuple(blocks), sum(sizes), dict(refusals.most_common()))


# --- enumeration ---------------------------------------------------------------------------------------------------


def _enumerate(model: ItemModel, case: Case) -> dict[str, Rationals]:
    """Every combination of the parameters' values as columns; with ``draws``, that many different ones by key."""
    names, sizes = list(case.parameters), [len(values) for values in case.parameters.values()]
    total = int(np.prod(sizes, dtype=object)) if sizes else 1
    wanted = model.source.draws
    if wanted is not None and wanted < total:
        if total < 2**62:
            order = draws.Permutation(("population", model.id, case.id), total)
            index = np.array(sorted(order(place) for place in range(wanted)), dtype=np.int64)
        else:
            raise InputError(_too_many(model, names, sizes, total))
    elif total > LARGEST:
        raise InputError(_too_many(model, names, sizes, total))
    else:
        index = np.arange(total, dtype=np.int64)
    columns: dict[str, Rationals] = {}
    for name, size in zip(reversed(names), reversed(sizes), strict=True):
        index, place = np.divmod(index, size)
        columns[name] = Rationals.of(case.parameters[name]).take(place)
    return {name: columns[name] for name in names}


def _too_many(model: ItemModel, names: list[str], sizes: list[int], total: int) -> Fault:
    product = " x ".join(f"{size} ({name})" for name, size in zip(names, sizes, strict=True))
    return Fault(
        f"the parameters have {total:,} combinations: {product}",
        f"at most {LARGEST:,} in one population",
        f"use smaller domains, or 'draws = {LARGEST // 40}' to take that many fixed combinations",
        model.file, model.line, model.id, "parameters",
    )  # fmt: skip


# --- solving and filtering -----------------------------------------------------------------------------------------


class _Filter:
    """Which rows still pass, and why the others do not; each row is refused once, for the first reason.

    ``keyed`` are the rows with a key, whatever becomes of their wrong answers.
    """

    def __init__(self, rows: int, refusals: Counter[str]):
        self.passing, self.keyed = np.ones(rows, bool), np.ones(rows, bool)
        self.refusals = refusals

    def refuse(self, rows: Mask | np.bool_ | bool, reason: str) -> None:
        if not reason.startswith(OF_WRONG_ANSWERS):
            self.keyed &= ~np.asarray(rows)
        refused = self.passing & rows
        count = int(refused.sum())
        if count:
            self.refusals[reason] += count
            self.passing &= ~refused


def _block(
    model: ItemModel, case: Case, columns: dict[str, Rationals], refusals: Counter[str], faults: list[Fault]
) -> Block:
    """The rows of a case that pass; others are counted as ``refusals``, and what contradicts its author is added to the
    ``faults``."""
    columns = _prefiltered(model, case, columns, refusals)
    world = World(model, case, columns, PROVIDERS)
    rows = _Filter(world.rows, refusals)
    if not world.rows:
        return Block(case, world, np.flatnonzero(rows.passing), (), np.zeros(0))
    for node, because in model.require:
        rows.refuse(~np.broadcast_to(world(node), (world.rows,)), f"requirement: {because}")
    for name in case.define:
        rows.refuse(~has_value(world[name]), f"no value of '{name}': too large, or a division by zero")
    in_floats = world.floating()
    found: list[tuple[Mask, str]] = []
    parts = tuple(solve_part(part, world, in_floats, lambda *refusal: found.append(refusal)) for part in model.parts)
    shown = [(key, printable(slot, world)) for key, slot in model.slots.items()]
    rows.refuse(world.on_kink, "on a kink of the loss")
    for refusal in found:
        rows.refuse(*refusal)
    for part in model.parts:
        options, prompts = ([entry.text for entry in side] for side in (part.source.option, part.source.prompt))
        for a, b in (*combinations(options, 2), *combinations(prompts, 2)):
            rows.refuse(alike(a, b, model.slots, world), f"two options or prompts of '{part.id}' read alike")
    for key, has_one in shown:
        rows.refuse(~has_one, f"the slot '{{{{{key}}}}}' has no value")
    rows.refuse(~drawable(world), "the figure cannot be drawn")
    rows.refuse(~readable(world), "in the figure two things cannot be told apart")
    rows.refuse(world.doubtful, "too close to call")
    _verify(model, world, in_floats, rows)
    faults += contradictions(parts, world, in_floats, rows.keyed)
    return Block(case, world, np.flatnonzero(rows.passing), parts, works(model, world, parts))


def _prefiltered(
    model: ItemModel, case: Case, columns: dict[str, Rationals], refusals: Counter[str]
) -> dict[str, Rationals]:
    """The rows that meet the requirements on parameters alone; the rest is never run."""
    if not columns:
        return columns
    world = World(model, case, columns, PROVIDERS)
    rows = _Filter(world.rows, refusals)
    for node, because in model.require:
        if _needs(node, case) <= set(columns):
            rows.refuse(~np.broadcast_to(world(node), (world.rows,)), f"requirement: {because}")
    rows.refuse(world.doubtful, "too close to call")
    return {name: column.take(rows.passing) for name, column in columns.items()}


def _needs(node: Node, case: Case) -> set[str]:
    """The names an expression rests on in the end, definitions followed."""
    needs: set[str] = set()
    waiting = list(names_of(node))
    while waiting:
        name = waiting.pop()
        if name in case.define:
            waiting += names_of(case.define[name])
        else:
            needs.add(name)
    return needs


def _verify(model: ItemModel, world: World, in_floats: World, rows: _Filter) -> None:
    """The second route: the run in floats, and the derivatives against finite differences."""
    if world.case.loss is None:
        return
    points = tuple(tuple(map(floats, point)) for point in world.differentiated)
    if model.rate is not None:
        for exact, floating in zip(world.run.points, in_floats.run.points, strict=True):
            for a, b in zip(exact, floating, strict=True):
                rows.refuse(~has_value(a), "a step leaves the range of exact numbers")
                rows.refuse(~agree(a, b), ROUTES_DISAGREE)
        points = (points[0], *points[len(world.run.points) - 1 :])  # the start, the end and the named places
    everywhere = np.ones(world.rows, bool)
    for point, usable in [(point, everywhere) for point in points] or list(at_samples(in_floats)):
        for place, derivative in enumerate(in_floats.derived_gradient(point)):
            rows.refuse(usable & derivative_misses(derivative, in_floats.field.loss, point, place), GRADIENT_DISAGREES)
            if world.has_asked("hess_", "curvature", "eig_"):
                for other, entry in enumerate(in_floats.hessian(point)[place]):
                    slope = partial(_component, in_floats, place)
                    rows.refuse(usable & derivative_misses(entry, slope, point, other), HESSIAN_DISAGREES)
    if model.order:  # the examples one by one make up the whole loss
        every = range(1, 1 + len(next(iter(world.case.data.values()))))
        together = in_floats.over(every, term_calculus_of(world.case).gradient, points[0])
        for whole, summed in zip(in_floats.derived_gradient(points[0]), together, strict=True):
            rows.refuse(~agree(whole, summed), ROUTES_DISAGREE)
    if world.has_asked("minimizer_"):
        place_ = tuple(floats(world[f"minimizer_{name}"]) for name in world.case.variables)
        for derivative in in_floats.derived_gradient(place_):
            rows.refuse(
                ~(np.abs(floats(derivative)) <= 1e-6 * (1 + np.abs(in_floats.field.loss(place_)))), NOT_STATIONARY
            )


def _component(in_floats: World, place: int, point: Point) -> Any:
    return in_floats.derived_gradient(point)[place]
