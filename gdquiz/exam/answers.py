"""The kinds of answer, and what a part and its key hold for each: the one generic record of ``exam.json``, row by row.

A kind is a row here and the module of its name in ``gdquiz.kinds``.  ``soundness`` holds every part against its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "number", "numbers", "interval", "choice", "choices", "truth", "matching", "ordering", "formula", "text"
]  # fmt: skip
ENDS = ("open", "closed", "infinite")
"""What an end of an interval can be; of an infinite one there is no number."""
INFINITE = ENDS[2]

Count = Literal["none", "one", "labels", "some", "reason", "prompts", "all", "ends"]
"""How many: one; as many as labels or prompts; some options, all of them; one where there are any; two ends."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A row of ``SHAPES``.

    ``options``, ``prompts``, ``labels`` and ``variables`` are how many of these the texts of a part have at least; None
    where it has none.  ``numbers`` and ``chosen`` are how many numbers and options the key has.  ``listed``: the
    options may be the key and wrong values themselves.  ``repeats``: an option may be the answer more than once.
    ``shown``: the key is typeset as a whole.  ``ends``: its numbers are the ends of an interval, told by ``ENDS``.
    """

    options: int | None = None
    prompts: int | None = None
    labels: int | None = None
    variables: int | None = None
    numbers: Count = "none"
    chosen: Count = "none"
    listed: bool = False
    repeats: bool = False
    truth: bool = False
    formula: bool = False
    shown: bool = False
    ends: bool = False
    follow: bool = False


SHAPES: Mapping[Kind, Shape] = {
    "number": Shape(numbers="one", follow=True),
    "numbers": Shape(labels=1, numbers="labels"),
    "interval": Shape(labels=1, variables=1, numbers="labels", chosen="ends", repeats=True, shown=True, ends=True),
    "choice": Shape(options=2, chosen="one", listed=True),
    "choices": Shape(options=2, chosen="some"),
    "truth": Shape(options=0, chosen="reason", truth=True),
    "matching": Shape(options=2, prompts=1, chosen="prompts", repeats=True),
    "ordering": Shape(options=2, chosen="all"),
    "formula": Shape(variables=1, formula=True, shown=True),
    "text": Shape(),
}
