"""The variants of an item: all that its questions are made of, and nothing of how it was found out.

A population knows why every number is right; its variants are what is left of it once that is settled: columns of
numbers, formulas to put them into, and which options are right.  They can be kept and read again (``packing``), and
questions are made of them (``wordings``) without the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gdquiz.exam.frozen import Misconception, SlotKind, Wording
from gdquiz.populations.drawing import Drawing
from gdquiz.populations.setting import Numbers, Text


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A wrong answer that a part foresees: the misconception behind it, what it earns, and what is said to it."""

    code: str
    credit: float
    feedback: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What all rows of a part have in common.

    ``lists_values``: the options are the key and ``distractors`` wrong values.  ``places``: decimals asked for by the
    item; ``digits``: those that the wording asks for, None where all keys are whole.
    """

    id: str
    kind: str
    lists_values: bool
    keep_order: bool
    distractors: int
    places: int | None
    digits: int | None
    options: tuple[str, ...]
    prompts: tuple[str, ...]
    labels: tuple[str, ...]
    foreseen: tuple[Foreseen, ...]


@dataclass(frozen=True, eq=False, slots=True)
class WrongAnswers:
    """A foreseen wrong answer in the rows of a case; it is one in those that are ``alive``.  See ``SolvedWrong``."""

    numbers: tuple[Numbers, ...]
    chosen: NDArray[Any] | None
    formula: Text | None
    formula_shown: Text | None
    alive: NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Answers:
    """The keys of a part in the rows of a case.  See ``SolvedPart`` for the shapes.

    ``precise``: for each of the ``numbers`` that is not rational its digits, row by row; otherwise None.
    """

    numbers: tuple[Numbers, ...]
    precise: tuple[Sequence[str] | None, ...]
    chosen: NDArray[Any] | None
    truth: NDArray[np.bool_] | None
    formula: Text | None
    formula_shown: Text | None
    follow: Text | None
    wrong: tuple[WrongAnswers, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """The rows of one case: the parameters, what fills the slots, the keys of each part, the numbers of the figure."""

    size: int
    case: str
    parameters: Mapping[str, Numbers]
    slots: Mapping[str, Text]
    parts: tuple[Answers, ...]
    drawing: Drawing | None


@dataclass(frozen=True, eq=False)
class Variants:
    """All variants of an item, numbered 0, 1, 2, ... through its cases.

    ``misconceptions``: what is told of those that are foreseen.  ``refusals``: how many of the ``enumerated``
    combinations are no variants, by reason.  ``work``: of every row (see ``work.py``).
    """

    wording: Wording
    slot_kinds: dict[str, SlotKind]
    misconceptions: Mapping[str, Misconception]
    enumerated: int
    refusals: Mapping[str, int]
    work: NDArray[np.float64]
    parts: tuple[Asked, ...]
    cases: tuple[Rows, ...]

    @cached_property
    def size(self) -> int:
        return sum(rows.size for rows in self.cases)

    @property
    def variants(self) -> Variants:
        return self

    def locate(self, row: int) -> tuple[int, int]:
        """The number of the case of a row, and the row's place in it.  Raises ``IndexError`` outside 0 .. size - 1."""
        if row >= 0:
            for number, rows in enumerate(self.cases):
                if row < rows.size:
                    return number, row
                row -= rows.size
        raise IndexError("no such row in the population")


class HasVariants(Protocol):
    """What questions can be made of: a population, or its variants themselves."""

    @property
    def variants(self) -> Variants: ...
