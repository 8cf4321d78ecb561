"""Items solved once for all tests of a checkout: from the store that ``conftest.py`` names, for what uses populations.

What is about populations themselves, their proofs and the referee solves anew with ``populate``.
"""

from __future__ import annotations

from functools import cache, partial

from gdquiz.assembly import forms
from gdquiz.banks.models import ItemModel
from gdquiz.cli.listing import Listing, Solving
from gdquiz.cli.loading import load_banks
from gdquiz.cli.store import store
from gdquiz.populations.variants import Variants

_FOUND: dict[str, Variants] = {}


def variants_of(model: ItemModel) -> Variants:
    """The variants of an item; an item that is changed in any way is another one."""
    if model.digest not in _FOUND:
        _FOUND[model.digest] = Solving(store())(model)
    return _FOUND[model.digest]


@cache
def shipped_models() -> tuple[ItemModel, ...]:
    """Every item that comes with gdquiz, understood."""
    return load_banks()


@cache
def listing() -> Listing:
    """Every item that comes with gdquiz, as blueprints see it."""
    return Listing(store())


@cache
def shipped_variants(name: str) -> Variants:
    """The variants of an item that comes with gdquiz."""
    found: Variants = listing().solve(next(entry for entry in listing().items if entry.id == name))
    return found


assemble = partial(forms.assemble, solve=variants_of)
extend = partial(forms.extend, solve=variants_of)
