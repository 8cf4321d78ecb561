"""Figures as data: what a drawing of one row shows, in data coordinates; the formats only lay it out.

Curves are sampled from the compiled loss, level lines come from contourpy, paths and losses from the run itself.
Coordinates are rounded to a thousandth of the axis range, so that the last bits of floating point, which differ
between machines, never show.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gdquiz.authoring import exam as frozen
from gdquiz.authoring.series import apart, lines
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
MOST_LEVELS = 40
MOST_DOTS = 20
"""The points of a series are dotted if there are no more than these."""
PLOT = (360.0, 230.0)
"""About how many px a drawing has for its data, across and up, on paper as well."""
GAP = 3.0
"""Level lines that run closer than this many px can not be told apart."""
ANGLE = 15.0
"""Nor can arrows that differ by fewer degrees."""

Role = Literal["start", "iterate", "minimum", "maximum", "point", "arrow", "label"]
Columns = list[NDArray[np.float64]]


def figure(world: World, row: int, slots: Mapping[str, str], kinds: Mapping[str, str]) -> frozen.Figure | None:
    """The figure of an item in one row, or None where the item has none."""
    spec = world.template.source.figure
    if spec is None:
        return None
    draw = {
        "curve": _curve, "contours": _contours, "training": _training, "losses": _losses, "series": _series,
    }[spec.kind]  # fmt: skip
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


# --- rows that can be drawn ----------------------------------------------------------------------------------------


def drawable(world: World) -> Mask:
    """The rows whose figure can be drawn: its ranges are ranges, hold the labelled points, and arrows have a length."""
    spec, layout = world.template.source.figure, world.template.figure
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
    spec, layout = world.template.source.figure, world.template.figure
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
    spec, layout = world.template.source.figure, world.template.figure
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
    spec = world.template.source.figure
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
    calculus, step = world.calculus, world.template.figure["level_step"]
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


# --- numbers of one row --------------------------------------------------------------------------------------------


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
    for key_only, label, (x,) in _points(world, row):
        height = float(_loss(world, row, np.array([x]))[0])
        marks.append(_mark(frame, (x, height), label, "minimum" if key_only else "point", key_only=key_only))
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
    for level in _levels(world, row, low, high):
        for line in generator.lines(level):
            table = np.asarray(line)
            curves.append(frozen.Curve(role="level", points=frame.line(table[:, 0], table[:, 1])))
    marks = []
    for key_only, label, place in _points(world, row):
        marks.append(_mark(frame, place, label, "minimum" if key_only else "point", key_only=key_only))
    drawn, labels, panels = _series_of(world, row, frame)
    curves += drawn
    marks += labels
    if world.template.rate is not None:
        points = _iterates(world, row)
        marks.append(_mark(frame, points[0].tolist(), "" if panels else _labels(world.case.variables, 0), "start"))
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
    names = [notation.symbol(name) for name in world.case.variables]
    return {
        "x_label": spec.x_label or names[0], "y_label": spec.y_label or names[1],
        "curves": tuple(curves), "marks": tuple(marks), "equal_scale": True, "panels": panels, **frame.axes(),
    }  # fmt: skip


def _levels(world: World, row: int, low: float, high: float) -> list[float]:
    """The heights of the level lines between the lowest and the highest place of the frame."""
    written = world.template.figure["level_step"]
    if not written:
        return [low + (high - low) * (k / (LEVELS + 1)) ** 2 for k in range(1, LEVELS + 1)]
    step = _at(world, written[0], row)
    return [k * step for k in range(math.floor(low / step + 1e-9) + 1, math.ceil(high / step - 1e-9))]


def _points(world: World, row: int) -> Iterator[tuple[bool, str, list[float]]]:
    """The labelled points: whether on the key only, the label, and the numbers written."""
    for key_only, name in ((False, "points"), (True, "key_points")):
        for label, nodes in world.template.figure[name].items():
            yield key_only, label, [_at(world, node, row) for node in nodes]


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
            frozen.Curve(role="train", points=frame.line(xs, train), label=_NAMES["train"], dots=True),
            frozen.Curve(role="heldout", points=frame.line(xs, heldout), label=_NAMES["heldout"], dots=True),
        ),
        "marks": _marks(world, row, frame),
        **frame.axes(),
    }


_ROLES: dict[str, Literal["series", "train", "heldout"]] = {
    "run": "series", "curve": "series", "train": "train", "heldout": "heldout"
}  # fmt: skip
_NAMES = {"train": r"\text{training}", "heldout": r"\text{held-out}"}


def _marks(world: World, row: int, frame: _Frame) -> tuple[frozen.Mark, ...]:
    """The labelled points of a figure whose axes are both given by numbers."""
    return tuple(
        _mark(frame, place, label, "minimum" if key_only else "point", key_only=key_only)
        for key_only, label, place in _points(world, row)
    )


def _losses(world: World, row: int) -> dict[str, Any]:
    spec = world.template.source.figure
    assert spec is not None
    losses = [_one(column, row) for column in world.run.losses]
    low, high = min(0.0, *losses), max(losses)
    frame = _Frame((0.0, float(len(losses) - 1)), (low, high + 0.06 * (high - low or 1)))
    return {
        "x_label": spec.x_label or r"\text{step } k", "y_label": spec.y_label or f"{_loss_name(world)}",
        "curves": (frozen.Curve(role="loss", points=frame.line(range(len(losses)), losses)),),
        "marks": _marks(world, row, frame), **frame.axes(),
    }  # fmt: skip


# --- series --------------------------------------------------------------------------------------------------------


def _series(world: World, row: int) -> dict[str, Any]:
    spec = world.template.source.figure
    assert spec is not None
    (left, right), (bottom, top) = ((float(low[row]), float(high[row])) for low, high in _ranges(world))
    frame = _Frame((left, right), (bottom, top))
    curves, labels, panels = _series_of(world, row, frame)
    name = world.case.variables[0] if world.case.variables else "x"
    what = _loss_name(world) if spec.shows == "losses" else f"{notation.symbol(name)}_k"
    return {
        "x_label": spec.x_label or r"\text{step } k", "y_label": spec.y_label or what,
        "curves": curves, "marks": (*_marks(world, row, frame), *labels), "panels": panels, **frame.axes(),
    }  # fmt: skip


def _series_of(
    world: World, row: int, frame: _Frame
) -> tuple[tuple[frozen.Curve, ...], tuple[frozen.Mark, ...], tuple[str, ...]]:
    """The curves of the series, the labels beside them, and the titles of the panels if there are any."""
    spec = world.template.source.figure
    assert spec is not None
    if not spec.series:
        return (), (), ()
    found = world.once(lines)
    labels, across = found.labels(row), [float(step) for step in found.steps]
    curves: list[frozen.Curve] = []
    named: set[str] = set()
    drawn: dict[str, list[Any]] = {label: [] for label in labels}
    for line in found.lines:
        points = [
            tuple(point) if len(point) == 2 else (x, *point) for x, point in zip(across, line.values[row], strict=True)
        ]
        place = labels.index(line.label(row))
        style = 0 if spec.panels or line.look in _NAMES else place
        for piece in _within(points, frame.x_range, frame.y_range):
            label = _NAMES.get(line.look, "") if line.look not in named else ""
            named.add(line.look)
            curves.append(
                frozen.Curve(
                    role=_ROLES[line.look],
                    points=frame.line(*zip(*piece, strict=True)),
                    label=label,
                    style=style,
                    dots=line.look != "curve" and len(across) <= MOST_DOTS,
                    panel=place if spec.panels else None,
                )
            )
        drawn[line.label(row)] += points
    if spec.panels:
        return tuple(curves), (), labels
    named_at_curve = {line.label(row) for line in found.lines if line.look not in _NAMES}  # the legend names the others
    marks = [_beside(frame, label, drawn) for label in labels if label in named_at_curve] if len(labels) > 1 else []
    return tuple(curves), tuple(marks), ()


def _within(points: Sequence[Any], x_range: frozen.Point, y_range: frozen.Point) -> Iterator[list[Any]]:
    """A polyline cut off at the frame: the pieces inside of it, which end on the border where the line leaves."""
    piece: list[Any] = []
    for a, b in pairwise(points):
        if not all(map(math.isfinite, b)):
            break
        enters, leaves = 0.0, 1.0
        for axis, (low, high) in enumerate((x_range, y_range)):
            move = b[axis] - a[axis]
            if move:
                first, last = sorted(((low - a[axis]) / move, (high - a[axis]) / move))
                enters, leaves = max(enters, first), min(leaves, last)
            elif not low <= a[axis] <= high:
                leaves = -1.0
        if enters > leaves:
            continue
        if not piece:
            piece.append(_between(a, b, enters))
        piece.append(_between(a, b, leaves))
        if leaves < 1:
            yield piece
            piece = []
    if piece:
        yield piece


def _between(a: Any, b: Any, share: float) -> Any:
    return a if share == 0 else b if share == 1 else tuple(p + share * (q - p) for p, q in zip(a, b, strict=True))


def _beside(frame: _Frame, label: str, drawn: Mapping[str, Sequence[Any]]) -> frozen.Mark:
    """The label of a series, beside the point of it that lies farthest from all other series."""
    width, height = frame.x_range[1] - frame.x_range[0], frame.y_range[1] - frame.y_range[0]

    def scaled(points: Sequence[Any]) -> NDArray[np.float64]:
        shown = np.array([point for point in points if all(map(math.isfinite, point))])
        return shown / (width / PLOT[0], height / PLOT[1])

    others = np.concatenate([_dense(scaled(points)) for name, points in drawn.items() if name != label])
    best, farthest = drawn[label][0], -1.0
    for point, place in zip(drawn[label], scaled(drawn[label]), strict=False):
        inside = all(low <= x <= high for x, (low, high) in zip(point, (frame.x_range, frame.y_range), strict=True))
        distance = round(float(np.min(np.hypot(*(others - place).T))), 3)
        if inside and distance > farthest:
            best, farthest = point, distance
    return _mark(frame, best, label, "label")


def _dense(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points along a polyline, ten to a segment."""
    shares = np.linspace(0, 1, 10)[:, None]
    return np.concatenate([points[:1], *(a + shares * (b - a) for a, b in pairwise(points))])
