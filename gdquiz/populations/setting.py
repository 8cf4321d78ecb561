"""The texts of an item's rows, made from columns of numbers: no world and no derivative is needed for them any more.

What a text needs is worked out once for an item and case; a row then only looks its numbers up and joins them, and
what was set once for some numbers is not set again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gdquiz.formulas import notation
from gdquiz.formulas.expressions import Node, to_text
from gdquiz.formulas.notation import Mode, plugger, tidier, typesetter

INEXACT_PLACES = 4
"""Decimals of a number in a text that is not rational and whose slot does not say how many."""

Cell = tuple[int, int] | float
"""A number of one row, quick to look up and to compare: numerator and denominator, or a float."""

Setter = Callable[[int], str]
"""From a row to a text."""

Style = Literal["words", "number", "plugged", "tidy", "canonical", "follow"]


@dataclass(frozen=True, eq=False, slots=True)
class Numbers:
    """A number for each row: fractions ``top / bottom`` in lowest terms, or floats where there is no ``bottom``.

    The arrays have the shape (rows,), or () for one number that stands in all rows.  A row whose bottom is 0 has none.
    """

    top: NDArray[Any]
    bottom: NDArray[Any] | None = None

    @property
    def exact(self) -> bool:
        return self.bottom is not None


@dataclass(frozen=True, eq=False, slots=True)
class Text:
    """A text for each row.

    ``words`` are printed as they are; of a ``number`` they are the format (see ``template.Slot``), and the number is
    called ``""``.  A formula (``node``) is set with ``numbers`` in the place of its names: as it was written
    (``plugged``), or tidied, as LaTeX (``tidy``) or in gdquiz' own grammar (``canonical``); ``follow`` is the first in
    gdquiz' own grammar.
    """

    style: Style
    words: str = ""
    node: Node | None = None
    numbers: Mapping[str, Numbers] = field(default_factory=dict)


def cells(numbers: Numbers) -> Callable[[int], Cell]:
    """The function from a row to its number.  The function raises ``ValueError`` for a row without one."""
    top, bottom = np.asarray(numbers.top), numbers.bottom
    if bottom is None:
        if not top.ndim:
            alone = float(top)
            return lambda row: alone
        return top.item
    if not top.ndim and int(bottom):
        only = (int(top), int(bottom))
        return lambda row: only
    bottom = np.asarray(bottom)
    over, under = top.item, bottom.item
    if bool(np.all(bottom)):
        return lambda row: (over(row), under(row))

    def read(row: int) -> Cell:
        below = under(row) if bottom.ndim else 0
        if not below:
            raise ValueError(f"row {row} has no exact value")
        return over(row), below

    return read


@lru_cache(maxsize=65536)
def exact(numerator: int, denominator: int) -> Fraction:
    """The fraction of a cell; made once for each value."""
    return Fraction(numerator, denominator)


def setter(text: Text) -> Setter:
    """The function from a row to the text in it."""
    if text.style == "words":
        words = text.words
        return lambda row: words
    if text.style == "number":
        return _number(cells(text.numbers[""]), text.words)
    assert text.node is not None
    known = frozenset(text.numbers)
    match text.style:
        case "canonical":
            tidy = tidier(text.node, known)
            return _set_once(lambda values: to_text(tidy(values)), text.numbers)
        case "follow":
            put_in = plugger(text.node, known)
            return _set_once(lambda values: to_text(put_in(values)), text.numbers, lambda value: f"{value:.12g}")
    mode = Mode.PLUGGED if text.style == "plugged" else Mode.TIDY
    return _set_once(typesetter(text.node, mode, known), text.numbers)


def _set_once(
    typeset: Callable[[Mapping[str, Fraction | str]], str],
    numbers: Mapping[str, Numbers],
    decimal: Callable[[float], str] = lambda value: decimal_text(value, INEXACT_PLACES),
) -> Setter:
    """The function from a row to a text that depends on its numbers (``w[1]`` is a name here).

    ``decimal`` writes a number that is not rational.
    """
    names = sorted(numbers)
    readers = [cells(numbers[name]) for name in names]
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


def _number(read: Callable[[int], Cell], form: str) -> Setter:
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
