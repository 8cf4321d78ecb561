"""How many digits the numbers of a part need, over all rows of a population (see ``gdquiz.exam.grids``)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from gdquiz.exam.frozen import MOST_DIGITS, Grid
from gdquiz.exam.grids import whole_digits
from gdquiz.formulas.columns import Column, floats
from gdquiz.numbers.exact import Rationals
from gdquiz.populations.keys import SolvedPart

NEARLY = 1e-10
"""Floating numbers count as larger by this share, for they are printed with fewer digits than they have."""
LARGEST = 10.0 ** (MOST_DIGITS - 1)

Rows = NDArray[np.intp]
Solved = Sequence[tuple[SolvedPart, Rows]]
"""A part in each case of an item, with the rows that passed."""
Chosen = Sequence[tuple[Column, Rows]]


def grids(solved: Solved, decimals: int | None) -> tuple[Grid, ...]:
    """The digits that each number of a part needs: keys and foreseen wrong answers alike, in every row.

    So many ``decimals`` are asked for (0: whole numbers are), or with None fractions.  There are none where a key is
    too large, or no fraction where one is asked for.
    """
    count = len(solved[0][0].numbers) if solved else 0
    found = [_grid(solved, number, decimals) for number in range(count)]
    return tuple(grid for grid in found if grid is not None) if None not in found else ()


def _grid(solved: Solved, number: int, decimals: int | None) -> Grid | None:
    keys = [(part.numbers[number], rows) for part, rows in solved]
    wrong = [(one.numbers[number], rows[one.alive[rows]]) for part, rows in solved for one in part.wrong if one.numbers]
    if decimals is None:
        return None if any(not isinstance(column, Rationals) for column, _ in keys) else _of_fractions([*keys, *wrong])
    numbers = np.concatenate([_values(column, rows) for column, rows in keys])
    if not np.all(np.abs(numbers) < LARGEST):
        return None
    others = np.concatenate([np.zeros(0), *(_values(column, rows) for column, rows in wrong)])
    numbers = np.concatenate([numbers, others[np.abs(others) < LARGEST]])
    widest = float(np.max(np.abs(numbers), initial=0)) * (1 + NEARLY)
    return Grid(sign=bool(np.any(numbers < 0)), whole=whole_digits(Fraction(widest), decimals), decimals=decimals)


def _of_fractions(chosen: Chosen) -> Grid:
    tops, bottoms = zip(*(_fractions(column, rows) for column, rows in chosen), strict=True)
    above, below = np.concatenate(tops), np.concatenate(bottoms)
    return Grid(
        sign=bool(np.any(above < 0)),
        numerator=len(str(int(np.max(np.abs(above), initial=0)))),
        denominator=len(str(int(np.max(below, initial=1)))),
    )


def _values(column: Column, rows: Rows) -> NDArray[np.float64]:
    """The numbers of a column in some of its rows."""
    return np.asarray(np.broadcast_to(floats(column), _shape(column, rows))[rows], dtype=float)


def _shape(column: Column, rows: Rows) -> tuple[int, ...]:
    shape = np.shape(floats(column))
    return shape or (int(np.max(rows, initial=0)) + 1,)


def _fractions(column: Column, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numerators and denominators; of floating numbers only those that are whole, as they are printed."""
    if isinstance(column, Rationals):
        here = column.broadcast(_shape(column, rows)[0]).take(rows)
        return here.numerator[here.valid], here.denominator[here.valid]
    numbers = _values(column, rows)
    whole = np.rint(numbers)
    printed = (np.abs(numbers - whole) <= NEARLY * np.abs(numbers)) & (np.abs(numbers) < 2.0**62)
    return whole[printed].astype(np.int64), np.ones(int(printed.sum()), dtype=np.int64)
