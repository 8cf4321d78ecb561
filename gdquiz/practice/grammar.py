"""The formula grammar as data: what the page's reader of formulas needs of the tables and limits in ``formulas``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gdquiz.formulas import expressions, scanner
from gdquiz.marking.formulas import sample_points

SAMPLE_UNIT = 1994
"""The sample points of ``marking.formulas`` are whole numbers over this."""


def grammar(variables: Iterable[tuple[str, ...]]) -> dict[str, Any]:
    """Functions, Greek letters, limits, and the points at which formulas in each choice of variables are compared."""
    return {
        "functions": {
            row.name: [row.least, row.most] for row in expressions.FUNCTIONS.values() if row.place == "everywhere"
        },
        "greek": dict(scanner.GREEK_FORMS),
        "limits": {
            "open": scanner.MAX_OPEN,
            "length": expressions.MAX_LENGTH,
            "depth": expressions.MAX_DEPTH,
            "nodes": expressions.MAX_NODES,
            "digits": expressions.MAX_DIGITS,
            "power": expressions.MAX_POWER,
            "degree": expressions.MAX_DEGREE,
            "power_bits": expressions.MAX_POWER_BITS,
            "constant_exponent": expressions.MAX_CONSTANT_EXPONENT,
        },
        "samples": {
            " ".join(names): [[int(x * SAMPLE_UNIT) for x in point] for point in sample_points(names)]
            for names in sorted(set(variables))
            if names
        },
    }
