"""One run, given by exact numbers alone: what the theorems on runs are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

from gdquiz.mathematics.calculus import Calculus


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
