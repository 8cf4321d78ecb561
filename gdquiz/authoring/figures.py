"""Figures as data: what a drawing of one row shows, in data coordinates; the formats only lay it out.

Curves are sampled from the compiled loss, level lines come from contourpy, paths and losses from the run itself.
Coordinates are rounded to a thousandth of the axis range, so that the last bits of floating point, which differ
between machines, never show.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gdquiz.authoring import exam as frozen
from gdquiz.authoring.wording import fill, slots_of
from gdquiz.authoring.world import World
from gdquiz.mathematics import notation
from gdquiz.mathematics.columns import floats
from gdquiz.mathematics.exact import Mask
from gdquiz.mathematics.expressions import Node

SAMPLES = 97
"""Points of a curve; the number of grid lines each way for level lines is ``GRID``."""
GRID = 61
LEVELS = 7

Role = Literal["start", "iterate", "minimum", "maximum", "point", "arrow"]


def figure(world: World, row: int, slots: Mapping[str, str], kinds: Mapping[str, str]) -> frozen.Figure | None:
    """The figure of an item in one row, or None where the item has none."""
    spec = world.template.source.figure
    if spec is None:
        return None
    draw = {"curve": _curve, "contours": _contours, "training": _training, "losses": _losses}[spec.kind]
    content = draw(world, row)
    return frozen.Figure(
        alt=fill(spec.alt.strip(), _some(slots, spec.alt), kinds),
        key_alt=fill(spec.key_alt.strip(), _some(slots, spec.key_alt), kinds),
        **content,
    )


def _some(slots: Mapping[str, str], text: str) -> dict[str, str]:
    return {name: slots[name] for name in slots_of(text)}


def ticks(low: float, high: float) -> tuple[float, ...]:
    """Round numbers (1, 2 or 5 times a power of ten apart) inside the range: few, but four at the least."""
    power = math.floor(math.log10(high - low))
    steps = [factor * 10.0**exponent for exponent in (power, power - 1) for factor in (5, 2, 1)]
    ends = [(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)) for step in steps]
    step, (first, last) = next(found for found in zip(steps, ends, strict=True) if found[1][1] - found[1][0] >= 3)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return tuple(round(k * step, digits) + 0.0 for k in range(first, last + 1))


class _Frame:
    """The axes of a figure and the rounding that goes with them."""

    def __init__(self, x_range: tuple[float, float], y_range: tuple[float, float]):
        self._x_places, self._y_places = self._places(x_range), self._places(y_range)
        (left, bottom), (right, top) = self.point(x_range[0], y_range[0]), self.point(x_range[1], y_range[1])
        self.x_range, self.y_range = (left, right), (bottom, top)

    @staticmethod
    def _places(ends: tuple[float, float]) -> int:
        return max(0, 3 - math.floor(math.log10(ends[1] - ends[0])))

    def point(self, x: float, y: float) -> frozen.Point:
        return round(float(x), self._x_places) + 0.0, round(float(y), self._y_places) + 0.0

    def line(self, xs: Any, ys: Any) -> tuple[frozen.Point, ...]:
        return tuple(self.point(x, y) for x, y in zip(xs, ys, strict=True))

    def axes(self) -> dict[str, Any]:
        return {
            "x_range": self.x_range, "y_range": self.y_range,
            "x_ticks": ticks(*self.x_range), "y_ticks": ticks(*self.y_range),
        }  # fmt: skip


def drawable(world: World) -> Mask:
    """The rows whose figure can be drawn: its ranges are ranges, hold the labelled points, and arrows have a length."""
    spec, layout = world.template.source.figure, world.template.figure
    possible = np.ones(world.rows, bool)
    if spec is None:
        return possible

    def columns(nodes: Sequence[Node]) -> list[NDArray[np.float64]]:
        return [np.broadcast_to(floats(world(node)), (world.rows,)) for node in nodes]

    if spec.kind == "losses":
        for column in world.run.losses:
            possible &= np.isfinite(floats(column))
    if spec.kind not in ("curve", "contours"):
        return possible
    ranges = [columns(layout[name]) for name in ("x_range", "y_range") if layout[name]]
    with np.errstate(invalid="ignore"):
        for low, high in ranges:
            possible &= np.isfinite(low) & np.isfinite(high) & (high - low > 1e-9)
        for nodes in layout["points"].values():
            for value, (low, high) in zip(columns(nodes), ranges, strict=False):
                possible &= (low <= value) & (value <= high)
        for nodes in (*layout["arrows"].values(), *layout["key_arrows"].values()):
            length = sum(np.abs(column) for column in columns(nodes))
            possible &= np.isfinite(length) & (length > 0)
    return possible


def _at(world: World, node: Any, row: int) -> float:
    column = np.asarray(floats(world(node)))
    return float(column[row] if column.ndim else column)


def _range(world: World, row: int, nodes: Any) -> tuple[float, float]:
    low, high = (_at(world, node, row) for node in nodes)
    return low, high


def _loss(world: World, row: int, *point: Any) -> NDArray[np.float64]:
    """The loss of one row at many points."""
    calculus = world.calculus
    numbers = []
    for name in calculus.parameters:
        column = np.asarray(floats(world[name]))
        numbers.append(float(column[row] if column.ndim else column))
    size = np.size(point[0])
    arguments = [np.ravel(np.asarray(x, float)) for x in point]
    values = calculus.loss_function(*arguments, *(np.full(size, number) for number in numbers))
    return np.asarray(values, float).reshape(np.shape(point[0]))


def _iterates(world: World, row: int) -> NDArray[np.float64]:
    """The points of the run in one row, (steps + 1, d)."""
    return np.array([[_one(column, row) for column in point] for point in world.run.points])


def _one(column: Any, row: int) -> float:
    array = np.asarray(floats(column))
    return float(array[row] if array.ndim else array)


def _labels(variables: tuple[str, ...], step: int) -> str:
    if len(variables) == 1:
        return f"{notation.symbol(variables[0])}_{{{step}}}"
    return f"x_{{{step}}}" if step else r"\text{start}"


def _curve(world: World, row: int) -> dict[str, Any]:
    spec, layout = world.template.source.figure, world.template.figure
    assert spec is not None
    name = world.case.variables[0]
    x_range = _range(world, row, layout["x_range"])
    xs = np.linspace(*x_range, SAMPLES)
    ys = _loss(world, row, xs)
    finite = ys[np.isfinite(ys)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    margin = 0.06 * (high - low or 1)
    y_range = _range(world, row, layout["y_range"]) if layout["y_range"] else (low - margin, high + margin)
    frame = _Frame(x_range, y_range)
    inside = (ys >= y_range[0]) & (ys <= y_range[1])
    pieces = np.split(np.arange(SAMPLES), np.flatnonzero(np.diff(inside)) + 1)  # a curve may leave the frame and return
    curves = [frozen.Curve(role="loss", points=frame.line(xs[k], ys[k])) for k in pieces if inside[k[0]]]
    marks = []
    for label, nodes in layout["points"].items():
        x = _at(world, nodes[0], row)
        marks.append(_mark(frame, (x, float(_loss(world, row, np.array([x]))[0])), label, "point"))
    if world.template.rate is not None:
        points = _iterates(world, row)[:, 0]
        heights = _loss(world, row, points)
        shown = [k for k in range(len(points)) if x_range[0] <= points[k] <= x_range[1] and heights[k] <= y_range[1]]
        if spec.path != "none":
            on_key = spec.path == "key"
            curves.append(frozen.Curve(role="path", points=frame.line(points[shown], heights[shown]), key_only=on_key))
            for k in shown:
                marks.append(_step_mark(frame, world, k, (points[k], heights[k]), key_only=on_key and k > 0))
        elif 0 in shown:
            marks.append(_mark(frame, (points[0], heights[0]), _labels(world.case.variables, 0), "start"))
    return {
        "x_label": spec.x_label or notation.symbol(name),
        "y_label": spec.y_label or f"{_loss_name(world)}({notation.symbol(name)})",
        "curves": tuple(curves), "marks": tuple(marks), **frame.axes(),
    }  # fmt: skip


def _loss_name(world: World) -> str:
    loss = world.template.source.loss
    return notation.symbol(loss.name) if loss else "L"


def _mark(
    frame: _Frame,
    place: Sequence[float],
    label: str,
    role: Role,
    *,
    key_only: bool = False,
    arrow: Sequence[float] | None = None,
) -> frozen.Mark:
    x, y = frame.point(*place)
    head = frame.point(*arrow) if arrow is not None else None
    return frozen.Mark(x=x, y=y, label=label, role=role, key_only=key_only, arrow=head)


def _step_mark(frame: _Frame, world: World, k: int, place: Sequence[float], *, key_only: bool) -> frozen.Mark:
    return _mark(frame, place, _labels(world.case.variables, k), "iterate" if k else "start", key_only=key_only)


def _contours(world: World, row: int) -> dict[str, Any]:
    from contourpy import LineType, contour_generator

    spec, layout = world.template.source.figure, world.template.figure
    assert spec is not None
    x_range, y_range = _range(world, row, layout["x_range"]), _range(world, row, layout["y_range"])
    frame = _Frame(x_range, y_range)
    xs, ys = np.linspace(*x_range, GRID), np.linspace(*y_range, GRID)
    grid_x, grid_y = np.meshgrid(xs, ys)
    heights = _loss(world, row, grid_x, grid_y)
    generator = contour_generator(xs, ys, heights, line_type=LineType.Separate)
    finite = heights[np.isfinite(heights)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    curves = []
    for k in range(1, LEVELS + 1):
        level = low + (high - low) * (k / (LEVELS + 1)) ** 2
        for line in generator.lines(level):
            table = np.asarray(line)
            curves.append(frozen.Curve(role="level", points=frame.line(table[:, 0], table[:, 1])))
    marks = []
    for label, nodes in layout["points"].items():
        marks.append(_mark(frame, [_at(world, node, row) for node in nodes], label, "point"))
    if world.template.rate is not None:
        points = _iterates(world, row)
        marks.append(_mark(frame, points[0].tolist(), _labels(world.case.variables, 0), "start"))
        if spec.path != "none":
            on_key = spec.path == "key"
            curves.append(frozen.Curve(role="path", points=frame.line(*points.T), key_only=on_key))
            for k in range(1, len(points)):
                marks.append(_mark(frame, points[k].tolist(), "", "iterate", key_only=on_key))
        reach = 0.22 * min(x_range[1] - x_range[0], y_range[1] - y_range[0])
        for key_only, arrows in ((False, layout["arrows"]), (True, layout["key_arrows"])):
            for label, nodes in arrows.items():
                direction = np.array([_at(world, node, row) for node in nodes])
                head = points[0] + reach * direction / np.linalg.norm(direction)
                marks.append(_mark(frame, points[0].tolist(), label, "arrow", key_only=key_only, arrow=head.tolist()))
    labels = [notation.symbol(name) for name in world.case.variables]
    return {
        "x_label": spec.x_label or labels[0], "y_label": spec.y_label or labels[1],
        "curves": tuple(curves), "marks": tuple(marks), "equal_scale": True, **frame.axes(),
    }  # fmt: skip


def _training(world: World, row: int) -> dict[str, Any]:
    spec, fit = world.template.source.figure, world.template.source.fit
    assert spec is not None and fit is not None
    xs = [float(x) for x in (fit.degrees or fit.epochs_shown)]
    train = [_one(column, row) for column in world["train"]]
    heldout = [_one(column, row) for column in world["heldout"]]
    top = max(*train, *heldout) or 1.0
    frame = _Frame((xs[0], xs[-1]), (0.0, 1.08 * top))
    return {
        "x_label": spec.x_label or (r"\text{degree}" if fit.degrees else r"\text{epoch}"),
        "y_label": spec.y_label or r"\text{mean squared error}",
        "curves": (
            frozen.Curve(role="train", points=frame.line(xs, train), label=r"\text{training}"),
            frozen.Curve(role="heldout", points=frame.line(xs, heldout), label=r"\text{held-out}"),
        ),
        **frame.axes(),
    }


def _losses(world: World, row: int) -> dict[str, Any]:
    spec = world.template.source.figure
    assert spec is not None
    losses = [_one(column, row) for column in world.run.losses]
    low, high = min(0.0, *losses), max(losses)
    frame = _Frame((0.0, float(len(losses) - 1)), (low, high + 0.06 * (high - low or 1)))
    return {
        "x_label": spec.x_label or r"\text{step } k", "y_label": spec.y_label or f"{_loss_name(world)}",
        "curves": (frozen.Curve(role="loss", points=frame.line(range(len(losses)), losses)),), **frame.axes(),
    }  # fmt: skip
