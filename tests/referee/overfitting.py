"""The referee of ``overfitting.toml``: every fit is made again from the data points."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from referee.means import sign
from referee.reading import confirm, given

Row = dict[str, Any]

EPOCHS = (0, 10, 20, 30, 40, 60, 80, 100, 120)


def _points(p: Row, part: str, truth: tuple[Fraction, ...]) -> tuple[Any, Any]:
    """The points of a data set, after a look whether they are a true value plus at most 2 (and half a last digit)."""
    for x, y in zip(p[f"{part}_x"], p[f"{part}_y"], strict=True):
        noise = y - sum(c * x**k for k, c in enumerate(truth))
        confirm(abs(noise) <= Fraction(205, 100), f"the point ({x}, {y}) has too much noise")
    return np.array(p[f"{part}_x"], dtype=float), np.array(p[f"{part}_y"], dtype=float)


def _confirm_table(p: Row, train: list[float], heldout: list[float]) -> None:
    confirm(not set(p["train_x"]) & set(p["heldout_x"]), "a held-out point is a training point too")
    for name, refit in (("train", train), ("heldout", heldout)):
        for k, (printed, value) in enumerate(zip(p[name], refit, strict=True)):
            confirm(abs(float(printed) - value) <= 0.0005 + 1e-6, f"{name}[{k}] is printed {printed}, refitted {value}")


def _by_epoch(p: Row) -> None:
    """Gradient descent from zero on the mean squared error, in powers of x/2, with the rate 0.05."""
    train, heldout = _points(p, "train", (Fraction(1), Fraction(1))), _points(p, "heldout", (Fraction(1), Fraction(1)))
    powers = {name: np.stack([(x / 2) ** k for k in range(7)]) for name, (x, _) in (("t", train), ("h", heldout))}
    weights = np.zeros(7)
    losses: tuple[list[float], list[float]] = ([], [])
    for epoch in range(121):
        if epoch in EPOCHS:
            losses[0].append(float(np.mean((weights @ powers["t"] - train[1]) ** 2)))
            losses[1].append(float(np.mean((weights @ powers["h"] - heldout[1]) ** 2)))
        error = weights @ powers["t"] - train[1]
        weights = weights - 0.05 * np.array([2 * np.mean(error * power) for power in powers["t"]])
    _confirm_table(p, *losses)


def best_epoch(p: Row) -> dict[str, object]:
    _by_epoch(p)
    ranked = sorted(zip(p["heldout"], EPOCHS, strict=True))
    confirm(ranked[0][0] < ranked[1][0], "two epochs have the smallest held-out loss")
    return {"answer": ranked[0][1]}


def what_happens_here(p: Row) -> dict[str, object]:
    _by_epoch(p)
    start, end = (EPOCHS.index(int(given(p, name))) for name in ("from", "to"))
    confirm(end == start + 1, "the two epochs are not neighbours")
    train, heldout = (sign(p[name][end] - p[name][start]) for name in ("train", "heldout"))
    return {"answer": {(-1, -1): "learning", (-1, 1): "overfitting", (1, 1): "rate", (0, 0): "settled"}[train, heldout]}


def best_degree(p: Row) -> dict[str, object]:
    """Least squares by ``numpy.polyfit``."""
    truth = (Fraction(0), Fraction(1), Fraction(1, 2), Fraction(-1, 5))
    train, heldout = _points(p, "train", truth), _points(p, "heldout", truth)
    fits = [np.polyfit(*train, degree) for degree in range(1, 7)]
    _confirm_table(p, *([float(np.mean((np.polyval(c, x) - y) ** 2)) for c in fits] for x, y in (train, heldout)))
    ranked = sorted(zip(p["heldout"], range(1, 7), strict=True))
    confirm(ranked[0][0] < ranked[1][0], "two degrees have the smallest held-out loss")
    best, asked = ranked[0][1], int(given(p, "d"))
    return {"degree": best, "verdict": ("best", "overfits", "underfits")[sign(asked - best)]}


def early_stopping_with_patience(p: Row) -> dict[str, object]:
    """Stop at the first epoch whose last ``patience`` losses hold nothing below all of the earlier ones."""
    losses, patience = [given(p, f"v{k}") for k in range(10)], int(given(p, "p"))
    stop = next(
        k
        for k in range(patience, 10)
        if min(losses[k - patience + 1 : k + 1]) >= min(losses[: k - patience + 1])
    )  # fmt: skip
    return {"answer": (stop, losses.index(min(losses[: stop + 1])))}


def best_epoch_by_formula(p: Row) -> dict[str, object]:
    """The run itself, epoch by epoch in floats, and the smallest of the 81 validation losses."""
    us, vs, half, eta = (float(given(p, name)) for name in ("us", "vs", "s/2", "eta"))
    s = 2 * half
    wanted = float(given(p, "tau*vs"))
    u = v = 0.0
    losses = []
    for _ in range(81):
        losses.append(((u - us) ** 2 + s * (v - wanted) ** 2) / 2)
        u, v = u - eta * (u - us), v - eta * s * (v - vs)
    best = losses.index(min(losses))
    turns = sum(sign(b - a) != sign(c - b) for a, b, c in zip(losses, losses[1:], losses[2:], strict=False))
    confirm(turns == 1, "the validation loss has several turning points")
    return {"answer": best}


def claims_about_two_curves(p: Row) -> dict[str, object]:
    """From the printed table alone."""
    training, validation = ([given(p, f"{row}{k}:3") for k in range(5)] for row in "tv")
    falls = all(after < before for before, after in pairwise(training))
    best, gaps = validation.index(min(validation)), [abs(t - v) for t, v in zip(training, validation, strict=True)]
    closest = gaps.index(min(gaps))
    confirm(0 < best < 4 and closest == 0, "another table than the question needs")
    answers = {
        "rate-too-large": (not falls, "steps-work"),
        "rate-is-fine": (falls, "steps-work"),
        "stop-by-the-test-set": (False, "unseen"),
        "keep-the-test-set-out": (True, "unseen"),
        "smallest-gap": (closest == best, "level-not-gap"),
        "gap-does-not-matter": (closest != best, "level-not-gap"),
        "last-weights": (best == 4, "made-for"),
        "earlier-weights": (best < 4, "made-for"),
    }
    return {"answer": answers[p["case"]]}


def four_pairs_of_curves(p: Row) -> dict[str, object]:
    """Tell each panel by its two curves."""
    found = {}
    for letter, curves in p["series"].items():
        (train, *_), (heldout, *_) = (
            [[y for _, y in piece] for piece in curves[role]] for role in ("train", "heldout")
        )
        if train[-1] > 1.2 * min(train):
            finding = "rate"
        elif heldout[-1] > 1.2 * min(heldout):
            finding = "overfits"
        else:
            finding = "underfits" if train[-1] > train[0] / 4 else "good"
        confirm(finding not in found, f"two panels show {finding}")
        found[finding] = letter.lower()
    return {"answer": tuple(found[finding] for finding in ("underfits", "good", "overfits", "rate"))}


def degree_from_a_figure(p: Row) -> dict[str, object]:
    """The training error is the curve that never rises; the other one is lowest at the degree to choose."""
    curves = {letter: [y for _, y in pieces["series"][0]] for letter, pieces in p["series"].items()}
    rising = [letter for letter, ys in curves.items() if any(b > a for a, b in pairwise(ys))]
    confirm(len(rising) == 1, f"curves that rise somewhere: {rising}")
    heights = curves[rising[0]]
    for drawn, printed in zip(heights, p["heldout"], strict=True):
        confirm(abs(drawn - printed) <= 0.01 * max(heights), "the figure shows other errors than the solution prints")
    return {"name": rising[0].lower(), "degree": 1 + heights.index(min(heights))}


def early_stopping_off_a_figure(p: Row) -> dict[str, object]:
    """Go along the drawn held-out curve, epoch by epoch."""
    (curve,) = p["curves"]["heldout"]
    patience, best, kept, waited = int(given(p, "p")), float("inf"), -1, 0
    for epoch, height in curve:
        if height < best - 1e-3:
            best, kept, waited = height, int(epoch), 0
        else:
            waited += 1
        if waited == patience:
            return {"answer": (int(epoch), kept)}
    raise AssertionError("the training never stops")
