"""Slips in differentiating, by name; ``slipped`` makes them.

In the formulas a prime is the derivative with respect to the variable in question, c a constant, m an exponent.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slip:
    """A rule of differentiation as a learner may get it wrong: its name, and the right and the wrong formula."""

    name: str
    right: str
    wrong: str


_ROWS = (
    Slip("no-inner", "f(u)' = f'(u) u'", "f(u)' = f'(u) wherever u depends on the variable"),
    Slip("no-factor", "(u^m)' = m u^(m-1) u'", "(u^m)' = u^(m-1) u', and sqrt(u)' = u'/sqrt(u)"),
    Slip("power-kept", "(u^m)' = m u^(m-1) u'", "(u^m)' = m u^m u'"),
    Slip("constant-kept", "c' = 0", "c' = c for a constant term of the loss"),
    Slip("linear-dropped", "(c x)' = c", "(c x)' = 0 for a linear term of the loss"),
    Slip("cross-dropped", "(x y)' = y", "(u v)' = 0 for a product of functions of different variables"),
    Slip("product-of-derivatives", "(u v)' = u'v + u v'", "(u v)' = u'v', and (u/v)' = u'/v'"),
    Slip("no-mask", "relu(u)' = u' where u > 0, else 0", "relu(u)' = u' everywhere"),
    Slip("second", "f'", "f'', and for several variables the diagonal of the Hessian"),
    Slip("outer-at-x", "f(u)' = f'(u) u'", "f(u)' = f'(x) u'"),
)
SLIPS = {slip.name: slip for slip in _ROWS}
