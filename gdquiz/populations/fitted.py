"""The training and held-out losses of an item's fit, as columns: as printed (exact decimals) and before rounding.

What is printed and judged is exact (by degree) or enclosed (by epoch): every digit and every verdict is proved.  A
second route in floats checks it: QR factorisation, and descent step by step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from math import floor
from typing import Any

import numpy as np

from gdquiz.banks.datasets import spec
from gdquiz.banks.domains import number
from gdquiz.banks.names import CURVES, TRAINING
from gdquiz.banks.schema import Fit
from gdquiz.descent import fits
from gdquiz.descent.training import judge_training
from gdquiz.enclosures.trained import Training, trained
from gdquiz.formulas.columns import Column
from gdquiz.numbers.certainty import Floats
from gdquiz.numbers.enclosed import Enclosed
from gdquiz.numbers.exact import Rationals
from gdquiz.populations.world import Provider, World

CLOSE = Fraction(1, 10**4)
"""A loss this near to a rounding boundary, in units of the last printed place, refuses its row."""

LARGEST = 2**50
"""A loss of so many units of the last printed place is too large to be printed."""


Curve = tuple[Enclosed, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The losses of one data set: training and held out, by degree or epoch, each as a curve.

    ``printed`` are both in units of the last printed place, and ``certain`` says whether each last digit of them is;
    ``kind`` is the verdict on a fit by epoch.
    """

    train: Curve
    heldout: Curve
    printed: tuple[tuple[int, ...], tuple[int, ...]]
    certain: bool
    kind: str

    @classmethod
    def of(cls, places: int, train: Curve, heldout: Curve, kind: str) -> Fitted:
        """The losses, printed with so many decimals."""
        unit = 10**places
        certain = all(loss.rounded(unit, CLOSE) is not None for loss in train + heldout)
        one, other = (tuple(floor(loss.middle * unit + Fraction(1, 2)) for loss in curve) for curve in (train, heldout))
        return cls(train, heldout, (one, other), certain, kind)


def data(world: World) -> fits.Data:
    """The data sets of the rows of a world."""
    fit = _fit(world)
    return _drawn(spec(fit), world.model.id, _seeds(world))


def _fit(world: World) -> Fit:
    fit = world.model.source.fit
    assert fit is not None
    return fit


def _seeds(world: World) -> tuple[int, ...]:
    return tuple(world.exact_parameters[_fit(world).seeds].numerator.tolist())


@lru_cache(maxsize=16)
def _drawn(how: fits.DataSpec, item: str, seeds: tuple[int, ...]) -> fits.Data:
    return fits.draw(how, [("data", item, seed) for seed in seeds])


def curves(world: World) -> Mapping[str, tuple[Any, ...]]:
    """The columns ``train``, ``heldout`` (as printed) and ``train_exact``, ``heldout_exact``, by degree or epoch.

    Rows in which a last printed digit is not certain are doubted.
    """
    fit, found = _fit(world), _proved(world)
    world.doubt(np.array([row is None or not row.certain for row in found]))
    unit, count = 10**fit.places, len(fit.degrees or fit.epochs_shown)
    floating = _floating(_written(fit), world.model.id, _seeds(world)) if world.arithmetic == "float" else None
    columns: dict[str, tuple[Any, ...]] = {}
    for place, name in enumerate(("train", "heldout")):
        if floating is not None:
            columns[f"{name}_exact"] = tuple(floating[place].T)
            with np.errstate(invalid="ignore"):
                columns[name] = tuple(np.floor(column * unit + 0.5) / unit for column in floating[place].T)
            continue
        curve = [None if row is None else (row.train, row.heldout)[place] for row in found]
        columns[f"{name}_exact"] = tuple(
            np.array([np.nan if losses is None else float(losses[at].middle) for losses in curve])
            for at in range(count)
        )
        columns[name] = tuple(
            _whole([None if row is None else row.printed[place][at] for row in found]) / unit for at in range(count)
        )
    return columns


def _whole(numbers: list[int | None]) -> Rationals:
    """A column of whole numbers, without a value where there is none or a large one."""
    valid = np.array([number is not None and abs(number) < LARGEST for number in numbers], dtype=bool)
    numerator = np.array([number if fits_in else 0 for number, fits_in in zip(numbers, valid, strict=True)], np.int64)
    return Rationals(numerator, np.ones_like(numerator), valid)


def generalises(kind: str, world: World) -> Column:
    """Whether a fit by epoch is of a kind, row by row; the world doubts the rows in which that is not certain."""
    found = np.array(["undecided" if row is None else row.kind for row in _proved(world)])
    world.doubt(found == "undecided")
    return found == kind


def curve(name: str, world: World) -> Column:
    """One of the ``curves``."""
    return world.once(curves)[name]


PROVIDERS: Mapping[str, Provider] = {name: partial(curve, name) for name in CURVES} | {
    name: partial(generalises, kind) for name, kind in TRAINING.items()
}
"""How a world works out the losses of its fit, and the verdict on them."""


# --- proved ---------------------------------------------------------------------------------------------------------


def _written(fit: Fit) -> str:
    return fit.model_dump_json()


def _proved(world: World) -> list[Fitted | None]:
    """What is proved of the data set of each row; None where nothing is."""
    seeds = _seeds(world)
    different = tuple(dict.fromkeys(seeds))
    by_seed = dict(zip(different, _each(_written(_fit(world)), world.model.id, different), strict=True))
    return [by_seed[seed] for seed in seeds]


@lru_cache(maxsize=16)
def _each(written: str, item: str, seeds: tuple[int, ...]) -> tuple[Fitted | None, ...]:
    """What is proved of data sets; the same for a world and all mistaken ones."""
    fit = Fit.model_validate_json(written)
    sets = _drawn(spec(fit), item, seeds)
    if fit.degrees:
        return tuple(_by_degree(fit, sets, row) for row in range(sets.rows))
    how = Training(fit.degree, number(fit.rate), number(fit.penalty), tuple(fit.epochs_shown))
    found: list[Fitted | None] = []
    for losses in trained(sets, how):
        if losses is None:
            found.append(None)
            continue
        kind = judge_training(losses.train, losses.heldout, fit.places, losses.limit)
        found.append(Fitted.of(fit.places, losses.train, losses.heldout, kind))
    return tuple(found)


def _by_degree(fit: Fit, sets: fits.Data, row: int) -> Fitted:
    curves = fits.exact_degrees(sets, row, max(fit.degrees))
    train, heldout = (tuple(Enclosed.exactly(losses[degree]) for degree in fit.degrees) for losses in curves)
    return Fitted.of(fit.places, train, heldout, "undecided")


# --- the second route -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def _floating(written: str, item: str, seeds: tuple[int, ...]) -> tuple[Floats, Floats]:
    """The losses (rows, degrees or epochs) in floats, training and held out."""
    fit = Fit.model_validate_json(written)
    sets = _drawn(spec(fit), item, seeds)
    if fit.degrees:
        found = fits.fit_degrees(sets, max(fit.degrees))
        return found.train[:, fit.degrees], found.heldout[:, fit.degrees]
    epochs = fits.fit_epochs(sets, fit.degree, float(number(fit.rate)), fit.epochs, float(number(fit.penalty)))
    return epochs.train[:, fit.epochs_shown], epochs.heldout[:, fit.epochs_shown]
