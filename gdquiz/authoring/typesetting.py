"""The values of an item's slots in one row: numbers, expressions with the numbers in them, and formulas.

What a slot needs is worked out once for an item and case; a row then only looks its numbers up and joins them, and
what was set once for some numbers is not set again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

import numpy as np

from gdquiz.authoring.rewriting import flat
from gdquiz.authoring.template import Slot
from gdquiz.authoring.world import World
from gdquiz.mathematics import notation
from gdquiz.mathematics.columns import Evaluation, floats, has_value, is_exact
from gdquiz.mathematics.exact import Mask
from gdquiz.mathematics.expressions import Apply, Index, Name, Node, Number, names_of, to_text
from gdquiz.mathematics.notation import Mode, plugger, tidier, typesetter
from gdquiz.texts.slots import SLOT

INEXACT_PLACES = 4
"""Decimals of a number in a text that is not rational and whose slot does not say how many."""

Cell = tuple[int, int] | float
"""A number of one row, quick to look up and to compare: numerator and denominator, or a float."""

Setter = Callable[[int], str]
"""From a row of a world to the value of a slot in it."""


def cells(column: Any) -> Callable[[int], Cell]:
    """The function from a row to the column's number in it.  Raises ``ValueError`` where an exact column has none."""
    if not is_exact(column):
        array = floats(column)
        if not array.ndim:
            alone = float(array)
            return lambda row: alone
        return array.item
    if column.numerator.ndim == 0 and bool(column.valid):
        only = (int(column.numerator), int(column.denominator))
        return lambda row: only
    top, bottom, valid = column.numerator.item, column.denominator.item, column.valid
    if bool(np.all(valid)):
        return lambda row: (top(row), bottom(row))

    def read(row: int) -> Cell:
        if not valid.ndim or not valid[row]:
            raise ValueError(f"row {row} has no exact value")
        return top(row), bottom(row)

    return read


@lru_cache(maxsize=65536)
def exact(numerator: int, denominator: int) -> Fraction:
    """The fraction of a cell; made once for each value."""
    return Fraction(numerator, denominator)


def setters(slots: Mapping[str, Slot], world: World) -> dict[str, Setter]:
    """For each slot the function from a row of the world to the slot's value."""
    return {key: _setter(slot, world) for key, slot in slots.items()}


def _setter(slot: Slot, world: World) -> Setter:
    if slot.style == "text":
        words = world.case.text[slot.key.strip()]
        return lambda row: words
    node = _expression(slot, world)
    if slot.style == "number":
        return _number(world(node), slot.format)
    mode = Mode.PLUGGED if slot.style == "plugged" else Mode.TIDY
    return formula(node, mode, _known(slot, node, world), world)


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


def formula(node: Node, mode: Mode, known: frozenset[str], world: World) -> Setter:
    """The function from a row to the LaTeX of an expression with the numbers of that row in it."""
    return set_once(typesetter(node, mode, known), known, world)


def canonical(node: Node, known: frozenset[str], world: World) -> Setter:
    """The function from a row to the text, in gdquiz' own grammar, of a formula with the row's numbers in it."""
    tidy = tidier(node, known)
    return set_once(lambda numbers: to_text(tidy(numbers)), known, world)


def plugged(node: Node, open_names: frozenset[str], world: World) -> Setter:
    """The function from a row to the text, in gdquiz' own grammar, of an expression as it was written, with the
    row's numbers in it for all names but the open ones."""
    node = flat(node)
    known = names_of(node) - open_names
    put_in = plugger(node, known)
    return set_once(lambda numbers: to_text(put_in(numbers)), known, world, decimal=lambda value: f"{value:.12g}")


def set_once(
    typeset: Callable[[Mapping[str, Fraction | str]], str],
    known: frozenset[str],
    world: World,
    decimal: Callable[[float], str] = lambda value: decimal_text(value, INEXACT_PLACES),
) -> Setter:
    """The function from a row to a text that depends on the numbers of some names (``w[1]`` is a name here).

    ``decimal`` writes a number that is not rational.
    """
    names = sorted(known)
    readers = [cells(_column(name, world)) for name in names]
    set_before: dict[tuple[Cell, ...], str] = {}

    def render(row: int) -> str:
        key = tuple([read(row) for read in readers])
        text = set_before.get(key)
        if text is None:
            text = set_before[key] = typeset(
                {name: exact(*cell) if isinstance(cell, tuple) else decimal(cell)
                 for name, cell in zip(names, key, strict=True)}
            )  # fmt: skip
        return text

    return render


def _column(name: str, world: World) -> Any:
    if name.endswith("]"):
        series, _, place = name[:-1].partition("[")
        return world(Index(series, Number(Fraction(place))))
    return world[name]


def _number(column: Any, form: str) -> Setter:
    read = cells(column)

    @cache
    def text(cell: Cell) -> str:
        if not isinstance(cell, tuple):
            decimal = decimal_text(cell, int(form) if form.isdigit() else INEXACT_PLACES)
            return f"({decimal})" if form == "signed" and decimal.startswith("-") else decimal
        value = exact(*cell)
        if form.isdigit():
            return notation.decimal(value, int(form))
        return {"code": notation.code, "plain": notation.plain, "signed": _signed}.get(form, notation.number)(value)

    return lambda row: text(read(row))


def _signed(value: Fraction) -> str:
    text = notation.number(value)
    return f"({text})" if value.denominator == 1 and value < 0 else f"\\left({text}\\right)" if value < 0 else text


def decimal_text(value: float, places: int) -> str:
    """A float in fixed places, rounded as its exact value is (half away from zero), never ``-0.00``."""
    return notation.decimal(Fraction(value), places)
