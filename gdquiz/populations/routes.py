"""Two routes to every number: when they agree, and the derivative measured from values of the loss alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from gdquiz.descent.stepping import Point
from gdquiz.formulas.columns import floats, has_value, is_exact
from gdquiz.numbers.exact import Mask
from gdquiz.populations.world import World

SAMPLES = tuple(Fraction(p, q) for p, q in ((3, 7), (-5, 3), (11, 5), (-13, 11), (17, 2)))
"""Points at which formulas are told apart; two different polynomials of the sizes used here do not agree on all."""

ROUTES_DISAGREE = "the two routes disagree"
GRADIENT_DISAGREES = "the gradient disagrees with finite differences"
HESSIAN_DISAGREES = "the second derivatives disagree with finite differences"
NOT_STATIONARY = "the derivatives do not vanish at the minimizer"
DISAGREEMENTS = (ROUTES_DISAGREE, GRADIENT_DISAGREES, HESSIAN_DISAGREES, NOT_STATIONARY)
"""How a reason of refusal begins that points to a fault of the engine, not to an unlucky row."""


def agree(exact: Any, floating: Any) -> Mask:
    """Where two routes give the same number: within 1e-9, relative for large numbers."""
    a, b = floats(exact), floats(floating)
    with np.errstate(invalid="ignore"):
        close = np.abs(a - b) <= 1e-9 * np.maximum(1, np.abs(a))
    return close | (~np.isfinite(b) & ~has_value(exact) if is_exact(exact) else ~np.isfinite(a) & ~np.isfinite(b))


def derivative_misses(derivative: Any, function: Callable[[Point], Any], point: Point, place: int) -> Mask:
    """Where a derivative with respect to one variable is not what the values of the function alone say it is.

    Central differences with steps h and h/2, combined as (4 D(h/2) - D(h)) / 3 (Richardson), have to be within 1e-6,
    relative for large numbers, and the rounding noise in them.
    """
    here = np.asarray(floats(point[place]))
    h = 1e-3 * np.maximum(1, np.abs(here))

    def difference(step: Any) -> Any:
        values = []
        for sign in (1, -1):
            moved = tuple(floats(x) + sign * step if k == place else x for k, x in enumerate(point))
            values.append(floats(function(moved)))
        return (values[0] - values[1]) / (2 * step)

    with np.errstate(all="ignore"):
        noise = 1e-13 * np.abs(floats(function(point))) / h
        measured = (4 * difference(h / 2) - difference(h)) / 3
        return np.asarray(~(np.abs(floats(derivative) - measured) <= 1e-6 * (1 + np.abs(measured)) + noise))


def at_samples(world: World) -> Iterator[tuple[Point, Mask]]:
    """Points to try derivatives at where an item asks for none of its own, and where the loss has no kink near."""
    places = [place + Fraction(1, 97) for place in SAMPLES]
    for start in range(len(places)):
        point = tuple(
            np.full(world.rows, float(places[(start + k) % len(places)])) for k in range(len(world.case.variables))
        )
        with np.errstate(all="ignore"):
            yield point, np.isfinite(floats(world.field.loss(point))) & ~world.near_kink(point, 0.05)
