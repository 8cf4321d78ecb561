"""The data sets of an item with a fit: how they are drawn."""

from __future__ import annotations

from gdquiz.banks.domains import domain, number
from gdquiz.banks.schema import Fit
from gdquiz.descent.fits import DataSpec


def spec(fit: Fit) -> DataSpec:
    """How the data sets of an item are drawn.  Raises ``InputError`` or ``ValueError`` for what cannot be."""
    return DataSpec(fit.train, fit.heldout, domain(fit.grid), tuple(map(number, fit.truth)), fit.noise, fit.decimals)
