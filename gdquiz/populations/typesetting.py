"""What the slots of an item print, row by row: which columns of its world, put into which formulas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from gdquiz.banks.models import Slot
from gdquiz.banks.rewriting import flat
from gdquiz.formulas.columns import Column, Evaluation, floats, has_value, is_exact
from gdquiz.formulas.expressions import Apply, Index, Name, Node, Number, names_of
from gdquiz.numbers.exact import Mask
from gdquiz.populations.setting import INEXACT_PLACES, Numbers, Style, Text
from gdquiz.populations.world import World
from gdquiz.texts.slots import SLOT

Reader = Callable[[Column], Numbers]
"""From a column of a world to the numbers of those rows that are printed."""


def text_of(slot: Slot, world: World, read: Reader) -> Text:
    """What a slot prints in the rows of a world."""
    if slot.style == "text":
        return Text("words", world.case.text[slot.key.strip()])
    node = _expression(slot, world)
    if slot.style == "number":
        return Text("number", slot.format, numbers={"": read(world(node))})
    return formula(node, "plugged" if slot.style == "plugged" else "tidy", _known(slot, node, world), world, read)


def formula(node: Node, style: Style, known: frozenset[str], world: World, read: Reader) -> Text:
    """A formula with the numbers of each row for its ``known`` names (``w[1]`` is a name here)."""
    return Text(style, node=node, numbers={name: read(_column(name, world)) for name in sorted(known)})


def follow(node: Node, open_names: frozenset[str], world: World, read: Reader) -> Text:
    """An expression as it was written, with the numbers of each row for all names but the open ones."""
    node = flat(node)
    return formula(node, "follow", names_of(node) - open_names, world, read)


def printable(slot: Slot, world: World) -> Mask | np.bool_:
    """The rows in which a slot has a value: all its numbers exist, and what is computed divides by none that is 0."""
    if slot.style == "text":
        return np.True_
    node = _expression(slot, world)
    if slot.style == "number":
        return has_value(world(node))
    known = _known(slot, node, world)
    numbers = [_column(name, world) for name in known]
    if slot.style != "plugged":
        numbers += [_evaluated(part, world) for part in _divisions(node) if names_of(part) <= known]
    return np.logical_and.reduce(np.broadcast_arrays(np.ones(world.rows, bool), *map(has_value, numbers)))


def alike(first: str, second: str, slots: Mapping[str, Slot], world: World) -> Mask | np.bool_:
    """The rows in which two texts read the same, as far as the numbers in the same places of both decide it."""
    pairs = list(zip(SLOT.findall(first), SLOT.findall(second), strict=False))
    if SLOT.sub("", first) != SLOT.sub("", second) or SLOT.split(first)[::2] != SLOT.split(second)[::2]:
        return np.False_
    same: Mask | np.bool_ = np.True_
    for a, b in ((slots[one], slots[other]) for one, other in pairs if one != other):
        if a.style != "number" or b.style != "number" or a.format != b.format:
            return np.False_
        assert a.expression is not None and b.expression is not None
        here, there = world(a.expression), world(b.expression)
        if a.format.isdigit() or not (is_exact(here) and is_exact(there)):
            unit = 10.0 ** -(int(a.format) if a.format.isdigit() else INEXACT_PLACES)
            same = same & ~(np.abs(floats(here) - floats(there)) >= unit)
        else:
            same = same & here.equals(there)
    return same


def _expression(slot: Slot, world: World) -> Node:
    assert slot.expression is not None
    if slot.style != "derived":
        return slot.expression
    name = slot.expression.name if isinstance(slot.expression, Name) else ""
    if name == "loss":
        return world.calculus.loss
    return world.calculus.gradient[world.case.variables.index(name.removeprefix("gradient_"))]


def _known(slot: Slot, node: Node, world: World) -> frozenset[str]:
    """The names in whose place a slot has numbers."""
    return names_of(node) - (frozenset() if slot.style == "plugged" else frozenset(world.case.variables))


def _divisions(node: Node) -> Iterator[Node]:
    """One over each divisor of an expression, and each power with a negative exponent."""
    if isinstance(node, Apply):
        if node.function == "/":
            yield Apply("/", (Number(Fraction(1)), node.arguments[1]))
        elif node.function == "^":
            yield node
        for argument in node.arguments:
            yield from _divisions(argument)


def _evaluated(node: Node, world: World) -> Any:
    return Evaluation({name: world[name] for name in names_of(node)})(node)


def _column(name: str, world: World) -> Any:
    if name.endswith("]"):
        series, _, place = name[:-1].partition("[")
        return world(Index(series, Number(Fraction(place))))
    return world[name]
