"""Two routes to every number: when they agree, and the derivative measured from values of the loss alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdquiz.authoring.world import World
from gdquiz.mathematics.columns import floats, has_value, is_exact
from gdquiz.mathematics.exact import Mask

ROUTES_DISAGREE = "the two routes disagree"
GRADIENT_DISAGREES = "the gradient disagrees with finite differences"
DISAGREEMENTS = (ROUTES_DISAGREE, GRADIENT_DISAGREES)
"""How a reason of refusal begins that points to a fault of the engine, not to an unlucky row."""


def agree(exact: Any, floating: Any) -> Mask:
    """Where two routes give the same number: within 1e-9, relative for large numbers."""
    a, b = floats(exact), floats(floating)
    with np.errstate(invalid="ignore"):
        close = np.abs(a - b) <= 1e-9 * np.maximum(1, np.abs(a))
    return close | (~np.isfinite(b) & ~has_value(exact) if is_exact(exact) else ~np.isfinite(a) & ~np.isfinite(b))


def central_difference(twin: World, point: Any, place: int) -> tuple[Any, Any]:
    """The derivative by one variable from values of the loss alone: central differences with steps h and h/2,

    combined as (4 D(h/2) - D(h)) / 3 (Richardson), and a bound of the rounding noise in it.
    """
    here = np.asarray(floats(point[place]))
    h = 1e-3 * np.maximum(1, np.abs(here))

    def difference(step: Any) -> Any:
        values = []
        for sign in (1, -1):
            moved = tuple(floats(x) + sign * step if k == place else x for k, x in enumerate(point))
            values.append(floats(twin.field.loss(moved)))
        return (values[0] - values[1]) / (2 * step)

    with np.errstate(all="ignore"):
        noise = 1e-13 * np.abs(floats(twin.field.loss(point))) / h
        return (4 * difference(h / 2) - difference(h)) / 3, noise
