"""Any loss solved: its derivatives and critical points, a run of descent on it, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from math import isfinite

from markupsafe import Markup

from gdquiz.errors import Fault, InputError
from gdquiz.solving import solution, telling

Value = int | float | Fraction | str
"""A number; a float counts as the decimal that it prints, a text as a formula without names: ``1/3``, ``sqrt(2)``."""


@dataclass(frozen=True, slots=True)
class Solution(solution.Solution):
    """A solution that tells itself: ``str`` and a notebook show what ``gdquiz solve`` prints."""

    def __str__(self) -> str:
        return telling.as_text(self)

    def to_json(self) -> str:
        """The solution as one JSON object, as of ``gdquiz solve --json``."""
        return telling.as_json(self)

    def _repr_html_(self) -> str:
        return str(Markup("<pre>{}</pre>").format(str(self)))


def solve(
    loss: str,
    start: Mapping[str, Value],
    rate: Value,
    *,
    steps: int = 10,
    method: str = "descent",
    parameters: Mapping[str, Value] | None = None,
    ascend: bool = False,
) -> Solution:
    """Derive a loss, run descent on it from a start, and judge the run (docs/solve.md).

    ``start`` has a value for each variable, ``parameters`` those of the method (``beta``, ...).  Raises ``InputError``
    with every fault of what is given.
    """
    given = parameters or {}
    try:
        found = solution.solve(
            loss,
            [f"{name}={_text(value, name)}" for name, value in start.items()],
            _text(rate, "rate"),
            steps=steps,
            method=method,
            parameters={name: _text(value, name) for name, value in given.items()},
            ascend=ascend,
        )
    except InputError as error:
        raise InputError(replace(fault, field=fault.field.removeprefix("--")) for fault in error.faults) from None
    return Solution(**{one.name: getattr(found, one.name) for one in fields(solution.Solution)})


def _text(value: Value, field: str) -> str:
    """A value as the reader of formulas takes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        if not isfinite(value):
            raise InputError(Fault(f"{value} is no number", "a finite number", field=field))
        return str(Fraction(repr(value)))
    return str(Fraction(value))
