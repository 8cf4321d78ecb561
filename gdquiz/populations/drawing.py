"""Figures as data: what a drawing of one row shows, in data coordinates; the formats only lay it out.

Curves are sampled from the formula of the loss, level lines come from contourpy, paths and losses from the run itself.
Coordinates are rounded to a thousandth of the axis range, so that the last bits of floating point, which differ
between machines, never show.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gdquiz.exam import frozen
from gdquiz.exam.wording import fill, slots_of
from gdquiz.formulas import notation
from gdquiz.formulas.columns import Evaluation, floats
from gdquiz.formulas.expressions import Node
from gdquiz.numbers.exact import Mask

SAMPLES = 97
"""Points of a curve; the number of grid lines each way for level lines is ``GRID``."""
GRID = 61
LEVELS = 7
MOST_DOTS = 20
"""The points of a series are dotted if there are no more than these."""
PLOT = (360.0, 230.0)
"""About how many px a drawing has for its data, across and up, on paper as well."""

Role = Literal["start", "iterate", "minimum", "maximum", "point", "arrow", "label"]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Line:
    """A series worked out: ``values`` has the shape (rows, steps, 1), or (rows, steps, 2) on a plane.

    Lines of the same ``group`` belong together.  ``letters`` are the places of its letter in the alphabet, row by row;
    where there are none, the group is its label.
    """

    group: str
    letters: NDArray[np.int64] | None
    look: str
    values: Floats

    def label(self, row: int) -> str:
        return self.group if self.letters is None else chr(ord("A") + int(self.letters[row]))


@dataclass(frozen=True, eq=False)
class Lines:
    """All series of a figure over the same ``steps``.  In ``doubtful`` rows it is not clear what is to be drawn."""

    steps: tuple[Fraction, ...]
    lines: tuple[Line, ...]
    doubtful: Mask

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.group for line in self.lines))

    def labels(self, row: int) -> tuple[str, ...]:
        """What the groups are called in a row: letters in the order of the alphabet, else as written."""
        found = dict.fromkeys(line.label(row) for line in self.lines)
        return tuple(found if any(line.letters is None for line in self.lines) else sorted(found))


@dataclass(frozen=True, eq=False, slots=True)
class Labelled:
    """A labelled point, or the direction of a labelled arrow: ``values`` has the shape (rows, d)."""

    label: str
    key_only: bool
    values: Floats


@dataclass(frozen=True, eq=False)
class Drawing:
    """The numbers of an item's figure in all rows of a case.

    ``x_range`` and ``y_range`` are (rows, 2), None where a figure takes what it needs.  Of a curve or level lines
    ``loss`` is the formula, ``numbers`` the values of the names in it beside the ``variables``, (rows,), and
    ``level_step`` (rows,) the distance of the lines where it is given.  ``iterates`` is (rows, steps + 1, d).  What is
    drawn over ``xs``, in this order of names, is in ``over_xs``: (rows, len(xs)).
    """

    kind: str
    alt: str
    key_alt: str
    x_label: str
    y_label: str
    variables: tuple[str, ...]
    path: str = "none"
    panels: bool = False
    x_range: Floats | None = None
    y_range: Floats | None = None
    points: tuple[Labelled, ...] = ()
    arrows: tuple[Labelled, ...] = ()
    loss: Node | None = None
    numbers: Mapping[str, Floats] = field(default_factory=dict)
    level_step: Floats | None = None
    iterates: Floats | None = None
    lines: Lines | None = None
    xs: tuple[float, ...] = ()
    over_xs: Mapping[str, Floats] = field(default_factory=dict)


def figure(drawing: Drawing, row: int, slots: Mapping[str, str], kinds: Mapping[str, str]) -> frozen.Figure:
    """The figure of an item in one row."""
    draw = {
        "curve": _curve, "contours": _contours, "training": _training, "losses": _losses, "series": _series,
    }[drawing.kind]  # fmt: skip
    content = draw(drawing, row)
    return frozen.Figure(
        alt=fill(drawing.alt, _some(slots, drawing.alt), kinds),
        key_alt=fill(drawing.key_alt, _some(slots, drawing.key_alt), kinds),
        x_label=drawing.x_label,
        y_label=drawing.y_label,
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


# --- curves and level lines ------------------------------------------------------------------------------------


def _range(values: Floats | None, row: int) -> tuple[float, float]:
    assert values is not None
    return float(values[row, 0]), float(values[row, 1])


def _loss(drawing: Drawing, row: int, *point: Any) -> Floats:
    """The loss of one row at many points."""
    assert drawing.loss is not None
    known = {name: np.float64(values[row]) for name, values in drawing.numbers.items()}
    places = {name: np.asarray(x, float) for name, x in zip(drawing.variables, point, strict=True)}
    with np.errstate(all="ignore"):
        values = floats(Evaluation(known | places)(drawing.loss))
    return np.asarray(np.broadcast_to(values, np.shape(point[0])))


def _labels(variables: tuple[str, ...], step: int) -> str:
    if len(variables) == 1:
        return f"{notation.symbol(variables[0])}_{{{step}}}"
    return f"x_{{{step}}}" if step else r"\text{start}"


def _curve(drawing: Drawing, row: int) -> dict[str, Any]:
    x_range = _range(drawing.x_range, row)
    xs = np.linspace(*x_range, SAMPLES)
    ys = _loss(drawing, row, xs)
    finite = ys[np.isfinite(ys)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    margin = 0.06 * (high - low or 1)
    y_range = (low - margin, high + margin) if drawing.y_range is None else _range(drawing.y_range, row)
    frame = _Frame(x_range, y_range)
    inside = (ys >= y_range[0]) & (ys <= y_range[1])
    pieces = np.split(np.arange(SAMPLES), np.flatnonzero(np.diff(inside)) + 1)  # a curve may leave the frame and return
    curves = [frozen.Curve(role="loss", points=frame.line(xs[k], ys[k])) for k in pieces if inside[k[0]]]
    marks = []
    for point in drawing.points:
        x = float(point.values[row, 0])
        height = float(_loss(drawing, row, np.array([x]))[0])
        role: Role = "minimum" if point.key_only else "point"
        marks.append(_mark(frame, (x, height), point.label, role, key_only=point.key_only))
    if drawing.iterates is not None:
        points = drawing.iterates[row, :, 0]
        heights = _loss(drawing, row, points)
        shown = [k for k in range(len(points)) if x_range[0] <= points[k] <= x_range[1] and heights[k] <= y_range[1]]
        if drawing.path != "none":
            on_key = drawing.path == "key"
            curves.append(frozen.Curve(role="path", points=frame.line(points[shown], heights[shown]), key_only=on_key))
            for k in shown:
                role = "iterate" if k else "start"
                label = _labels(drawing.variables, k)
                marks.append(_mark(frame, (points[k], heights[k]), label, role, key_only=on_key and k > 0))
        elif 0 in shown:
            marks.append(_mark(frame, (points[0], heights[0]), _labels(drawing.variables, 0), "start"))
    return {"curves": tuple(curves), "marks": tuple(marks), **frame.axes()}


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


def _contours(drawing: Drawing, row: int) -> dict[str, Any]:
    from contourpy import LineType, contour_generator

    x_range, y_range = _range(drawing.x_range, row), _range(drawing.y_range, row)
    frame = _Frame(x_range, y_range)
    xs, ys = np.linspace(*x_range, GRID), np.linspace(*y_range, GRID)
    grid_x, grid_y = np.meshgrid(xs, ys)
    heights = _loss(drawing, row, grid_x, grid_y)
    generator = contour_generator(xs, ys, heights, line_type=LineType.Separate)
    finite = heights[np.isfinite(heights)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    curves = []
    for level in _levels(drawing, row, low, high):
        for line in generator.lines(level):
            table = np.asarray(line)
            curves.append(frozen.Curve(role="level", points=frame.line(table[:, 0], table[:, 1])))
    marks = list(_marks(drawing, row, frame))
    drawn, labels, panels = _series_of(drawing, row, frame)
    curves += drawn
    marks += labels
    if drawing.iterates is not None:
        points = drawing.iterates[row]
        marks.append(_mark(frame, points[0].tolist(), "" if panels else _labels(drawing.variables, 0), "start"))
        if drawing.path != "none":
            on_key = drawing.path == "key"
            curves.append(frozen.Curve(role="path", points=frame.line(*points.T), key_only=on_key))
            for k in range(1, len(points)):
                marks.append(_mark(frame, points[k].tolist(), "", "iterate", key_only=on_key))
        reach = 0.22 * min(x_range[1] - x_range[0], y_range[1] - y_range[0])
        for arrow in drawing.arrows:
            direction = arrow.values[row]
            head = (points[0] + reach * direction / np.linalg.norm(direction)).tolist()
            marks.append(_mark(frame, points[0].tolist(), arrow.label, "arrow", key_only=arrow.key_only, arrow=head))
    return {
        "curves": tuple(curves), "marks": tuple(marks), "equal_scale": True, "panels": panels, **frame.axes(),
    }  # fmt: skip


def _levels(drawing: Drawing, row: int, low: float, high: float) -> list[float]:
    """The heights of the level lines between the lowest and the highest place of the frame."""
    if drawing.level_step is None:
        return [low + (high - low) * (k / (LEVELS + 1)) ** 2 for k in range(1, LEVELS + 1)]
    step = float(drawing.level_step[row])
    return [k * step for k in range(math.floor(low / step + 1e-9) + 1, math.ceil(high / step - 1e-9))]


# --- curves over numbers -------------------------------------------------------------------------------------------

_ROLES: dict[str, Literal["series", "train", "heldout"]] = {
    "run": "series", "curve": "series", "train": "train", "heldout": "heldout"
}  # fmt: skip
_NAMES = {"train": r"\text{training}", "heldout": r"\text{held-out}"}


def _marks(drawing: Drawing, row: int, frame: _Frame) -> tuple[frozen.Mark, ...]:
    """The labelled points of a figure whose axes are both given by numbers."""
    return tuple(
        _mark(
            frame,
            point.values[row].tolist(),
            point.label,
            "minimum" if point.key_only else "point",
            key_only=point.key_only,
        )
        for point in drawing.points
    )


def _training(drawing: Drawing, row: int) -> dict[str, Any]:
    train, heldout = (drawing.over_xs[name][row].tolist() for name in ("train", "heldout"))
    top = max(*train, *heldout) or 1.0
    frame = _Frame((drawing.xs[0], drawing.xs[-1]), (0.0, 1.08 * top))
    return {
        "curves": (
            frozen.Curve(role="train", points=frame.line(drawing.xs, train), label=_NAMES["train"], dots=True),
            frozen.Curve(role="heldout", points=frame.line(drawing.xs, heldout), label=_NAMES["heldout"], dots=True),
        ),
        "marks": _marks(drawing, row, frame),
        **frame.axes(),
    }


def _losses(drawing: Drawing, row: int) -> dict[str, Any]:
    losses = drawing.over_xs["loss"][row].tolist()
    low, high = min(0.0, *losses), max(losses)
    frame = _Frame((0.0, float(len(losses) - 1)), (low, high + 0.06 * (high - low or 1)))
    return {
        "curves": (frozen.Curve(role="loss", points=frame.line(range(len(losses)), losses)),),
        "marks": _marks(drawing, row, frame), **frame.axes(),
    }  # fmt: skip


# --- series --------------------------------------------------------------------------------------------------------


def _series(drawing: Drawing, row: int) -> dict[str, Any]:
    frame = _Frame(_range(drawing.x_range, row), _range(drawing.y_range, row))
    curves, labels, panels = _series_of(drawing, row, frame)
    return {"curves": curves, "marks": (*_marks(drawing, row, frame), *labels), "panels": panels, **frame.axes()}


def _series_of(
    drawing: Drawing, row: int, frame: _Frame
) -> tuple[tuple[frozen.Curve, ...], tuple[frozen.Mark, ...], tuple[str, ...]]:
    """The curves of the series, the labels beside them, and the titles of the panels if there are any."""
    found = drawing.lines
    if found is None:
        return (), (), ()
    labels, across = found.labels(row), [float(step) for step in found.steps]
    curves: list[frozen.Curve] = []
    named: set[str] = set()
    drawn: dict[str, list[Any]] = {label: [] for label in labels}
    for line in found.lines:
        points = [
            tuple(point) if len(point) == 2 else (x, *point) for x, point in zip(across, line.values[row], strict=True)
        ]
        place = labels.index(line.label(row))
        style = 0 if drawing.panels or line.look in _NAMES else place
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
                    panel=place if drawing.panels else None,
                )
            )
        drawn[line.label(row)] += points
    if drawing.panels:
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
