"""The figures of an item over all its rows: which rows can be drawn and read, and the numbers that are drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz.exam.wording import braced
from gdquiz.formulas import notation
from gdquiz.formulas.columns import Column, floats
from gdquiz.formulas.expressions import Node
from gdquiz.numbers.exact import Mask
from gdquiz.populations.drawing import LEVELS, PLOT, Drawing, Labelled, Line, Lines
from gdquiz.populations.series import apart, lines
from gdquiz.populations.world import World

MOST_LEVELS = 40
GAP = 3.0
"""Level lines that run closer than this many px cannot be told apart."""
ANGLE = 15.0
"""Nor can arrows that differ by fewer degrees."""

Columns = list[NDArray[np.float64]]


# --- rows that can be drawn ----------------------------------------------------------------------------------------


def drawable(world: World) -> Mask:
    """The rows whose figure can be drawn: its ranges are ranges, hold the labelled points, and arrows have a length."""
    spec, layout = world.model.source.figure, world.model.figure
    possible = np.ones(world.rows, bool)
    if spec is None:
        return possible
    if spec.kind == "losses":
        for column in world.run.losses:
            possible &= np.isfinite(floats(column))
    ranges = _ranges(world)
    with np.errstate(invalid="ignore", over="ignore"):
        for low, high in ranges:
            possible &= np.isfinite(low) & np.isfinite(high) & (high - low > 1e-9)
        for nodes in (*layout["points"].values(), *layout["key_points"].values()):
            for value, (low, high) in zip(_columns(world, nodes), ranges, strict=False):
                possible &= (low <= value) & (value <= high)
        for nodes in (*layout["arrows"].values(), *layout["key_arrows"].values()):
            length = sum(np.abs(column) for column in _columns(world, nodes))
            possible &= np.isfinite(length) & (length > 0)
        if spec.series:
            for line in (line for line in world.once(lines).lines if line.look != "curve"):
                for axis, (low, high) in enumerate(ranges[2 - line.values.shape[2] :]):
                    start = line.values[:, 0, axis]
                    possible &= (low <= start) & (start <= high)
    return possible


def readable(world: World) -> Mask:
    """The rows whose figure can be read: series differ, arrows are not almost alike, level lines leave gaps."""
    spec, layout = world.model.source.figure, world.model.figure
    clear = np.ones(world.rows, bool)
    if spec is None:
        return clear
    ranges = _ranges(world)
    with np.errstate(all="ignore"):
        if spec.series:
            clear &= apart(world.once(lines), ranges[-1:] if spec.kind == "series" else ranges)
        directions = [_columns(world, nodes) for nodes in layout["arrows"].values()]
        for (a, b), (c, d) in combinations(directions, 2):
            clear &= a * c + b * d < (1 - 1e-9) * math.cos(math.radians(ANGLE)) * np.hypot(a, b) * np.hypot(c, d)
        if spec.kind == "contours":
            clear &= _gaps(world, ranges) > GAP * (1 + 1e-9)
    return clear


def _columns(world: World, nodes: Sequence[Node]) -> Columns:
    return [np.broadcast_to(floats(world(node)), (world.rows,)) for node in nodes]


def _ranges(world: World) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """The ends of the axes that are given, or follow from the series: across, then up."""
    spec, layout = world.model.source.figure, world.model.figure
    assert spec is not None
    given = [layout[name] for name in ("x_range", "y_range")]
    ranges: list[Any] = [tuple(_columns(world, nodes)) for nodes in given if nodes]
    if spec.kind != "series":
        return ranges if spec.kind in ("curve", "contours") else []
    steps = [float(step) for step in world.once(lines).steps]
    across = (np.full(world.rows, min(steps)), np.full(world.rows, max(steps)))
    return [across, ranges[0] if ranges else _reach(world)]


def _reach(world: World) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """From the least to the greatest value of all series, with a margin; losses are seen from zero."""
    spec = world.model.source.figure
    assert spec is not None
    values = np.concatenate([line.values[..., 0] for line in world.once(lines).lines], axis=1)
    low, high = values.min(axis=1), values.max(axis=1)
    margin = 0.06 * np.where(high > low, high - low, 1.0)
    runs = [series for series in spec.series if series.look == "run" and not series.formula]
    if any(series.look in ("train", "heldout") for series in spec.series) or (runs and spec.shows == "losses"):
        return np.minimum(0.0, low), high + margin
    return low - margin, high + margin


def _gaps(world: World, ranges: Any) -> NDArray[np.float64]:
    """The narrowest gap between neighbouring level lines in px, by the slope at the places of a coarse grid."""
    calculus, step = world.calculus, world.model.figure["level_step"]
    numbers = [np.broadcast_to(floats(world[name]), (world.rows,)) for name in calculus.parameters]
    (left, right), (bottom, top) = ranges
    scale = np.minimum(PLOT[0] / (right - left), PLOT[1] / (top - bottom))
    shares = np.linspace(0, 1, 21)
    places = [(left + p * (right - left), bottom + q * (top - bottom)) for p in shares for q in shares]
    heights = [calculus.loss_function(*place, *numbers) for place in places]
    low, high = np.min(heights, axis=0), np.max(heights, axis=0)
    narrowest = np.full(world.rows, np.inf)
    for place, height in zip(places, heights, strict=True):
        slope = np.sqrt(sum(np.square(part) for part in calculus.gradient_function(*place, *numbers)))
        if step:
            rise, between = _columns(world, step)[0], np.ones(world.rows, bool)
        else:
            k = np.floor((LEVELS + 1) * np.sqrt(np.clip((height - low) / (high - low), 0, 1)))
            rise, between = (high - low) * (2 * k + 1) / (LEVELS + 1) ** 2, (k >= 1) & (k < LEVELS)
        narrowest = np.where(between, np.minimum(narrowest, rise / slope * scale), narrowest)
    if step:
        count = (high - low) / _columns(world, step)[0]
        narrowest = np.where((count >= 3) & (count <= MOST_LEVELS), narrowest, 0.0)
    return narrowest


# --- the numbers that are drawn ------------------------------------------------------------------------------------


def drawing(world: World, rows: NDArray[np.intp]) -> Drawing | None:
    """What is drawn in some rows of a world, or None where the item has no figure."""
    spec, layout, model = world.model.source.figure, world.model.figure, world.model
    if spec is None:
        return None
    x_label, y_label = _labels(world)
    numbers: dict[str, Any] = {}
    if spec.kind in ("curve", "contours"):
        numbers["loss"] = world.calculus.loss
        numbers["numbers"] = {name: _taken(world, world[name], rows) for name in world.calculus.parameters}
        numbers["x_range"] = _table(world, layout["x_range"], rows)
        numbers["y_range"] = _table(world, layout["y_range"], rows) if layout["y_range"] else None
        numbers["level_step"] = _table(world, layout["level_step"], rows)[:, 0] if layout["level_step"] else None
        if model.rate is not None:
            numbers["iterates"] = np.stack(
                [np.stack([_taken(world, column, rows) for column in point], axis=1) for point in world.run.points],
                axis=1,
            )
    if spec.kind == "series":
        (left, right), (bottom, top) = _ranges(world)
        numbers["x_range"] = np.stack([left[rows], right[rows]], axis=1)
        numbers["y_range"] = np.stack([bottom[rows], top[rows]], axis=1)
    if spec.kind == "training" and model.source.fit is not None:
        fit = model.source.fit
        numbers["xs"] = tuple(float(x) for x in (fit.degrees or fit.epochs_shown))
        numbers["over_xs"] = {name: _series(world, world[name], rows) for name in ("train", "heldout")}
    if spec.kind == "losses":
        numbers["over_xs"] = {"loss": _series(world, world.run.losses, rows)}
    if spec.series:
        found = world.once(lines)
        taken = (
            Line(line.group, None if line.letters is None else line.letters[rows], line.look, line.values[rows])
            for line in found.lines
        )
        numbers["lines"] = Lines(found.steps, tuple(taken), found.doubtful[rows])
    return Drawing(
        kind=spec.kind, alt=braced(spec.alt.strip()), key_alt=braced(spec.key_alt.strip()),
        x_label=x_label, y_label=y_label,
        variables=world.case.variables, path=spec.path, panels=spec.panels,
        points=_labelled(world, "points", "key_points", rows),
        arrows=_labelled(world, "arrows", "key_arrows", rows) if spec.kind == "contours" else (),
        **numbers,
    )  # fmt: skip


def _labels(world: World) -> tuple[str, str]:
    """What stands at the axes."""
    spec, source = world.model.source.figure, world.model.source
    assert spec is not None
    symbols = [notation.symbol(name) for name in world.case.variables]
    loss = notation.symbol(source.loss.name) if source.loss else "L"
    first = symbols[0] if symbols else "x"
    by_kind = {
        "curve": (first, f"{loss}({first})"),
        "contours": (first, symbols[-1] if symbols else "y"),
        "training": (
            r"\text{degree}" if source.fit is not None and source.fit.degrees else r"\text{epoch}",
            r"\text{mean squared error}",
        ),
        "losses": (r"\text{step } k", loss),
        "series": (
            r"\text{step } k",
            loss if spec.shows == "losses" else f"{first}_k",
        ),
    }
    across, up = by_kind[spec.kind]
    return spec.x_label or across, spec.y_label or up


def _taken(world: World, column: Column, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.broadcast_to(floats(column), (world.rows,))[rows]


def _table(world: World, nodes: Sequence[Node], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """The values of some expressions, (rows, expressions)."""
    return np.stack([_taken(world, world(node), rows) for node in nodes], axis=1)


def _series(world: World, columns: Sequence[Column], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.stack([_taken(world, column, rows) for column in columns], axis=1)


def _labelled(world: World, sheet: str, key: str, rows: NDArray[np.intp]) -> tuple[Labelled, ...]:
    """Points or arrows: those on the sheet, then those on the key only."""
    return tuple(
        Labelled(label, key_only, _table(world, nodes, rows))
        for key_only, name in ((False, sheet), (True, key))
        for label, nodes in world.model.figure[name].items()
    )
