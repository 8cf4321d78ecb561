"""Formulas as people type them, and whether two formulas are the same function.

Two formulas are compared at keyed sample points.  NumPy evaluates both in floats first, over all points at once; that
finds the points where they differ most, and those where a number grows too large for exact work to be cheap.  What
decides is the comparison at the points that floats single out, with 250 digits: more than the 154 that a number of a
formula may have, so that nothing is lost when large numbers cancel.  So ``x + 1e-9`` is not ``x``, and
``(e^x - e^-x)/(e^x + e^-x)`` is ``tanh(x)``.

The domain is that of the first formula, the key: where the key has a value the response needs the same one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz import draws
from gdquiz.errors import InputError
from gdquiz.formulas.columns import Evaluation, precise
from gdquiz.formulas.expressions import Language, Node, parse
from gdquiz.formulas.pointwise import as_float
from gdquiz.responses.numerals import Unreadable, plain

POINTS = 96
"""Sample points that floats look at ..."""
DECIDING = 8
"""... and how many of them decide."""
ENOUGH = 3
"""A key has to have a value at so many of them."""
DIGITS = 250
MARGIN = 30
"""Two values are the same if they agree to so many digits."""
LARGEST = 1e100
"""Points where any part of a formula is larger are left out: exact work would not be cheap there."""
NEAR = 0.02
"""Formulas are near one another if their values are, relatively, everywhere."""

_LEFT_SIDE = re.compile(r"\s*(?:[^\W\d][\w'’′]*\s*(?:\([^()=]*\))?|[d∂][^=]{0,10}/\s*[d∂][^=]{0,10})\s*=(?!=)")


def read_formula(text: str, variables: Collection[str]) -> Node:
    """The formula that a response says, in the variables.  ``f'(w) = 2w - 6`` is its right-hand side.

    Raises ``Unreadable``, with what the grammar says of the text.
    """
    clean = plain(text).replace("\n", " ")
    found = _LEFT_SIDE.match(clean)
    clean = clean[found.end() :] if found else clean
    for name in variables:  # w_1 and w_{1} for a variable w1
        if re.fullmatch(r"[A-Za-z]+[0-9]+", name):
            head, digits = re.match(r"([A-Za-z]+)([0-9]+)", name).groups()  # type: ignore[union-attr]
            clean = re.sub(rf"(?<![A-Za-z_]){head}_(?:{digits}\b|\{{{digits}\}})", name, clean)
    try:
        return parse(clean, names=variables, language=Language.FORMULA)
    except InputError as error:
        said = str(error.faults[0])
        raise Unreadable(f"{said[0].upper()}{said[1:]}.") from None


@lru_cache(maxsize=64)
def sample_points(variables: tuple[str, ...]) -> tuple[tuple[Fraction, ...], ...]:
    """The points at which formulas in these variables are compared, the same on every machine.

    Three scales in turn, up to 1/2, 4 and 32, both signs; the denominator 997 keeps away from what people write.
    """
    points = []
    for number in range(POINTS):
        reach = (499, 3989, 31905)[number % 3]
        drawn = draws.integers(("equivalence", *variables, number), -reach, reach, len(variables))
        points.append(tuple(Fraction(2 * value + 1, 2 * 997) for value in drawn))
    return tuple(points)


class _Watched(Evaluation):
    """An evaluation in floats that remembers where every part stayed small."""

    def __init__(self, environment: Mapping[str, Any]):
        super().__init__(environment, lambda value: np.float64(as_float(value)))
        self.small = np.ones(POINTS, bool)

    def __call__(self, node: Node) -> Any:
        value = super().__call__(node)
        with np.errstate(all="ignore"):
            self.small = self.small & ~(np.abs(value) > LARGEST)
        return value


def _in_floats(node: Node, variables: tuple[str, ...]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    columns = np.array([[float(value) for value in point] for point in sample_points(variables)])
    watched = _Watched({name: columns[:, place] for place, name in enumerate(variables)})
    with np.errstate(all="ignore"):
        values = np.broadcast_to(np.asarray(watched(node), float), (POINTS,))
    return values, watched.small


def _precisely(node: Node, variables: tuple[str, ...], point: Sequence[Fraction]) -> Any:
    """The value at a point as an mpmath number; None where there is none."""
    import mpmath

    try:
        value = precise(Evaluation(dict(zip(variables, map(precise, point), strict=True)), precise)(node))
    except (ArithmeticError, ValueError):
        return None
    return value if mpmath.isfinite(value) else None


def equivalent(key: Node, response: Node, variables: tuple[str, ...]) -> bool | None:
    """Whether the response is the same function as the key, wherever the key has a value.

    None where the sample points cannot tell: the key has a value at too few of them.
    """
    import mpmath

    if key == response:
        return True
    (ours, tame), (theirs, tame_too) = _in_floats(key, variables), _in_floats(response, variables)
    with np.errstate(all="ignore"):
        apart = np.abs(ours - theirs) / np.maximum(1e-300, np.maximum(np.abs(ours), np.abs(theirs)))
    apart = np.where(np.isfinite(theirs), apart, np.inf)  # a value that is missing is the largest difference
    usable = np.flatnonzero(tame & tame_too & np.isfinite(ours))
    worst_first = usable[np.argsort(-np.nan_to_num(apart[usable], nan=0.0), kind="stable")]
    met = 0
    with mpmath.workdps(DIGITS):
        for place in worst_first[:DECIDING].tolist():
            point = sample_points(variables)[place]
            a, b = _precisely(key, variables, point), _precisely(response, variables, point)
            if a is None:
                continue
            if b is None or abs(a - b) > mpmath.mpf(10) ** -MARGIN * max(abs(a), abs(b)):
                return False
            met += 1
    return True if met >= ENOUGH else None


def near(key: Node, response: Node, variables: tuple[str, ...]) -> bool:
    """Whether two formulas differ by little everywhere, as when coefficients were rounded."""
    (ours, tame), (theirs, _) = _in_floats(key, variables), _in_floats(response, variables)
    usable = tame & np.isfinite(ours)
    with np.errstate(all="ignore"):
        close = np.abs(ours - theirs) <= NEAR * np.abs(ours)
    return bool(usable.sum() >= ENOUGH and np.all(close[usable]))
