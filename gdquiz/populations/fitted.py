"""The training and held-out losses of an item's fit, as columns: as printed (exact decimals) and before rounding.

The two routes to them: QR factorisation and step-by-step descent on one side, the normal equations and the closed
form of descent on a quadratic on the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

import numpy as np

from gdquiz.banks.datasets import spec
from gdquiz.banks.domains import number
from gdquiz.banks.names import CURVES, TRAINING
from gdquiz.banks.schema import Fit
from gdquiz.descent import fits
from gdquiz.descent.training import TrainingVerdicts, judge_training
from gdquiz.formulas.columns import Column
from gdquiz.numbers.certainty import Floats, Mask
from gdquiz.numbers.exact import Rationals
from gdquiz.populations.world import Provider, World

CLOSE = 1e-4
"""A loss this near to a rounding boundary, in units of the last printed place, refuses its row."""


def data(world: World) -> fits.Data:
    """The data sets of the rows of a world."""
    fit = world.model.source.fit
    assert fit is not None
    return _drawn(spec(fit), world.model.id, _seeds(world))


def _seeds(world: World) -> tuple[int, ...]:
    fit = world.model.source.fit
    assert fit is not None
    return tuple(world.exact_parameters[fit.seeds].numerator.tolist())


@lru_cache(maxsize=16)
def _drawn(how: fits.DataSpec, item: str, seeds: tuple[int, ...]) -> fits.Data:
    return fits.draw(how, [("data", item, seed) for seed in seeds])


def curves(world: World) -> Mapping[str, tuple[Any, ...]]:
    """The columns ``train``, ``heldout`` (as printed) and ``train_exact``, ``heldout_exact``, by degree or epoch."""
    fit = world.model.source.fit
    assert fit is not None
    world.doubt(doubtful(world))
    train, heldout = _losses(world, second_route=world.arithmetic == "float")
    unit = 10**fit.places
    columns: dict[str, tuple[Any, ...]] = {}
    for name, table in (("train", train), ("heldout", heldout)):
        columns[f"{name}_exact"] = tuple(table.T)
        printed = tuple(_printed(column, unit) for column in table.T)
        columns[name] = tuple(column.floats() for column in printed) if world.arithmetic == "float" else printed
    return columns


def doubtful(world: World) -> Mask:
    """Rows in which a loss lies so near a rounding boundary that its last printed digit is not certain."""
    fit = world.model.source.fit
    assert fit is not None
    train, heldout = _losses(world)
    scaled = np.abs(np.concatenate([train, heldout], axis=1)) * 10.0**fit.places
    with np.errstate(invalid="ignore"):
        near = np.abs(scaled - np.floor(scaled) - 0.5) < CLOSE
    return np.asarray((near | ~np.isfinite(scaled)).any(axis=1))


def verdict(world: World) -> TrainingVerdicts:
    """Over-fitting, under-fitting or a good fit, from the losses at the epochs shown."""
    fit = world.model.source.fit
    assert fit is not None
    train, heldout = _losses(world)
    limit = _epoch_fits(fit, data(world)).train_limit if fit.epochs else None
    return judge_training(train, heldout, fit.places, limit)


def generalises(kind: str, world: World) -> Column:
    """Whether a fit by epoch is of a kind, row by row; the world doubts the rows in which that is not certain."""
    found = world.once(verdict).kind
    world.doubt(found == "undecided")
    return found == kind


def curve(name: str, world: World) -> Column:
    """One of the ``curves``."""
    return world.once(curves)[name]


PROVIDERS: Mapping[str, Provider] = {name: partial(curve, name) for name in CURVES} | {
    name: partial(generalises, kind) for name, kind in TRAINING.items()
}
"""How a world works out the losses of its fit, and the verdict on them."""


def _printed(column: Floats, unit: int) -> Rationals:
    finite = np.isfinite(column) & (np.abs(column) * unit < 2**50)
    numerator = np.floor(np.where(finite, column, 0.0) * unit + 0.5).astype(np.int64)
    ones = np.ones_like(numerator)
    return Rationals(numerator, ones, finite) / unit


def _losses(world: World, *, second_route: bool = False) -> tuple[Floats, Floats]:
    fit = world.model.source.fit
    assert fit is not None
    return _fitted(fit.model_dump_json(), world.model.id, _seeds(world), second_route)


@lru_cache(maxsize=16)
def _fitted(written: str, item: str, seeds: tuple[int, ...], second_route: bool) -> tuple[Floats, Floats]:
    """The losses (rows, degrees or epochs), training and held out; the same for a world and all mistaken ones."""
    fit = Fit.model_validate_json(written)
    sets = _drawn(spec(fit), item, seeds)
    if fit.degrees:
        if second_route:
            return _by_normal_equations(fit, sets)
        found = fits.fit_degrees(sets, max(fit.degrees))
        return found.train[:, fit.degrees], found.heldout[:, fit.degrees]
    if second_route:
        return _by_closed_form(fit, sets)
    trained = _epoch_fits(fit, sets)
    return trained.train[:, fit.epochs_shown], trained.heldout[:, fit.epochs_shown]


def _epoch_fits(fit: Fit, sets: fits.Data) -> fits.EpochFits:
    return fits.fit_epochs(sets, fit.degree, float(number(fit.rate)), fit.epochs, float(number(fit.penalty)))


def _errors(features: Floats, weights: Floats, targets: Floats) -> Floats:
    return np.asarray(((np.einsum("rnp,rp->rn", features, weights) - targets) ** 2).mean(axis=1))


def _by_normal_equations(fit: Fit, sets: fits.Data) -> tuple[Floats, Floats]:
    train_y, heldout_y = sets.targets()
    found: list[tuple[Floats, Floats]] = []
    for degree in fit.degrees:
        train, heldout = sets.features(degree)
        square = np.einsum("rni,rnj->rij", train, train)
        weights = np.linalg.solve(square, np.einsum("rni,rn->ri", train, train_y)[:, :, None])[:, :, 0]
        found.append((_errors(train, weights, train_y), _errors(heldout, weights, heldout_y)))
    return np.stack([a for a, _ in found], axis=1), np.stack([b for _, b in found], axis=1)


def _by_closed_form(fit: Fit, sets: fits.Data) -> tuple[Floats, Floats]:
    """On a quadratic, w_k = sum over eigenvectors v of (1 - (1 - rate h)^k) / h (v . b) v for w_0 = 0."""
    train, heldout = sets.features(fit.degree)
    train_y, heldout_y = sets.targets()
    decay = float(number(fit.penalty)) * np.diag(np.arange(fit.degree + 1) > 0)
    hessian = 2 / fit.train * np.einsum("rni,rnj->rij", train, train) + decay
    pull = 2 / fit.train * np.einsum("rni,rn->ri", train, train_y)
    values, vectors = np.linalg.eigh(hessian)
    along = np.einsum("rij,ri->rj", vectors, pull)
    rate = float(number(fit.rate))
    found: list[tuple[Floats, Floats]] = []
    for epoch in fit.epochs_shown:
        with np.errstate(all="ignore"):
            grown = np.where(np.abs(values) > 1e-13, (1 - (1 - rate * values) ** epoch) / values, rate * epoch)
        weights = np.einsum("rij,rj->ri", vectors, grown * along)
        found.append((_errors(train, weights, train_y), _errors(heldout, weights, heldout_y)))
    return np.stack([a for a, _ in found], axis=1), np.stack([b for _, b in found], axis=1)
