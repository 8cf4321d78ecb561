"""One run, given by exact numbers alone: what the theorems on runs are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

from gdquiz.descent.calculus import Calculus
from gdquiz.formulas.expressions import Node


@dataclass(frozen=True, slots=True)
class ExactRun:
    """A run of a method at a constant rate from an exact start.

    ``calculus`` is that of the loss's family and ``values`` are the numbers of its parameters, in their order.
    ``method`` names a row of ``METHODS``, ``settings`` are its parameters (a missing ``epsilon`` is 0).  ``ascend``
    steps along the gradient.  ``shown`` is how many of the first steps a question shows.
    """

    calculus: Calculus
    values: tuple[Fraction, ...]
    start: tuple[Fraction, ...]
    rate: Fraction
    method: str = "descent"
    settings: Mapping[str, Fraction] = field(default_factory=lambda: MappingProxyType({}))
    ascend: bool = False
    shown: int = 0


Given = Fraction | Node
"""A number of a run: a fraction, or a closed formula such as ``sqrt(2)/1000``, which can be enclosed."""


@dataclass(frozen=True, slots=True)
class StatedRun:
    """A run as it is stated: like ``ExactRun``, with numbers that need not be rational.

    ``settings`` are pairs of name and number, so that a run can be a key of a memo.
    """

    calculus: Calculus
    values: tuple[Given, ...]
    start: tuple[Given, ...]
    rate: Given
    method: str = "descent"
    settings: tuple[tuple[str, Given], ...] = ()
    ascend: bool = False
    shown: int = 0

    @property
    def exact(self) -> ExactRun | None:
        """The same run in fractions, or None where a number is not rational."""
        numbers = (*self.values, *self.start, self.rate, *(number for _, number in self.settings))
        if not all(isinstance(number, Fraction) for number in numbers):
            return None
        return ExactRun(
            self.calculus,
            tuple(map(Fraction, self.values)),  # type: ignore[arg-type]
            tuple(map(Fraction, self.start)),  # type: ignore[arg-type]
            Fraction(self.rate),  # type: ignore[arg-type]
            self.method,
            MappingProxyType({name: Fraction(number) for name, number in self.settings}),  # type: ignore[arg-type]
            self.ascend,
            self.shown,
        )
