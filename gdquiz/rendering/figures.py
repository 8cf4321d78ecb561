"""Figures laid out: from the data of an exam to what the templates of SVG and pgfplots only have to write down.

SVG measures in px from the top left; pgfplots gets data coordinates and the same places of labels.  A sheet's figure
is laid out from what a sheet may show, so nothing that is for keys only is in its source.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import chain, pairwise
from typing import NamedTuple

from jinja2 import Environment

from gdquiz.exam.frozen import Curve, Figure, Mark, Point
from gdquiz.rendering.markup import Style
from gdquiz.rendering.templating import lay_out, load
from gdquiz.texts import svg
from gdquiz.texts.latex import tex
from gdquiz.texts.slots import HOLE
from gdquiz.texts.spoken import spoken
from gdquiz.texts.typst import inside_string
from gdquiz.words.catalogue import ENGLISH, Catalogue

WIDTH, HEIGHT = 440.0, 290.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 16.0, 14.0, 46.0
LEGEND = 22.0
"""Height of the row of curve names above a drawing."""
COLUMNS = 2
"""Panels stand in so many columns."""
PANEL_WIDTH, PANEL_HEIGHT, PANEL_MOST = 162.0, 120.0, 176.0
"""What a panel has for its data; with equal scales it may be higher, up to the last of the three."""
PANEL_TITLE, PANEL_TICKS, PANEL_SIDE = 20.0, 28.0, 38.0
"""Room above a panel, below it, and between two that stand side by side."""
CM = 0.03
"""On paper a px of a panel is so many cm."""


class TickView(NamedTuple):
    at: str
    text: str


class LineView(NamedTuple):
    """``points`` are tenths of a px for SVG (in the legend where its sample begins), data coordinates for pgfplots.

    ``dots`` are marks on the line: for SVG the path of all of them, for pgfplots their coordinates.
    """

    role: str
    points: str
    label: str
    label_at: str
    dots: str


class MarkView(NamedTuple):
    """``turn`` is the direction of an arrow in degrees.

    ``anchor`` is what SVG calls text-anchor, and for pgfplots the side of the label that touches the mark.
    """

    role: str
    x: str
    y: str
    to_x: str
    to_y: str
    turn: str
    label: str
    label_x: str
    label_y: str
    anchor: str


class PanelView(NamedTuple):
    """One pair of axes with all that is drawn in it; where there is no other, its title is empty.

    ``left``, ``right``, ``top`` and ``bottom`` bound the data in px.  With a title, ``width`` and ``height`` are the
    size of that area, and ``at_x`` and ``at_y`` where its lower left corner is, for pgfplots in cm.  ``x_label`` and
    ``y_label`` are empty within a row or column of panels.
    """

    title: str
    left: str
    right: str
    top: str
    bottom: str
    middle_x: str
    middle_y: str
    at_x: str
    at_y: str
    width: str
    height: str
    x_label: str
    y_label: str
    x_ticks: tuple[TickView, ...]
    y_ticks: tuple[TickView, ...]
    lines: tuple[LineView, ...]
    marks: tuple[MarkView, ...]


class DrawingView(NamedTuple):
    """A figure with every number written out.  ``alone`` is for a file of its own, which has to bring its colours."""

    id: str
    title: str
    width: str
    height: str
    legend_y: str
    x_range: tuple[str, str]
    y_range: tuple[str, str]
    legend: tuple[LineView, ...]
    panels: tuple[PanelView, ...]
    equal_scale: bool
    alone: bool


def draw(
    figure: Figure | None, style: Style, sandbox: Environment, id: str, *, key: bool, words: Catalogue = ENGLISH
) -> str:
    """The figure of a question in the language of a format: SVG (for Typst in a string), or pgfplots for LaTeX.

    ``sandbox`` is that of HTML, or for pgfplots that of LaTeX.
    """
    if figure is None:
        return ""
    shape, values = _shape(_in_language(_lay_out(figure, style, id, key=key), words))
    pattern, order = _cast(sandbox, "latex/figure.tikz.j2" if style.name == "latex" else "html/figure.svg.j2", shape)
    drawing = pattern % tuple([values[number] for number in order])
    return inside_string(drawing) if style.name == "typst" else drawing


def _in_language(view: DrawingView, words: Catalogue) -> DrawingView:
    """The drawing with numbers at its axes as a language writes them."""

    def written(ticks: tuple[TickView, ...]) -> tuple[TickView, ...]:
        return tuple([TickView(at, words.number(text)) for at, text in ticks])

    if words.decimal == ".":
        return view
    panels = (one._replace(x_ticks=written(one.x_ticks), y_ticks=written(one.y_ticks)) for one in view.panels)
    return view._replace(panels=tuple(panels))


def _shape(view: DrawingView) -> tuple[DrawingView, list[str]]:
    """The drawing with a mark for every string that is neither empty nor a role, and the strings that were there."""
    values: list[str] = []

    def mark(text: str) -> str:
        if not text:
            return ""
        values.append(text)
        return f"\ue000{len(values) - 1}\ue001"

    def lines(views: tuple[LineView, ...]) -> tuple[LineView, ...]:
        return tuple([LineView(line[0], *[mark(text) for text in line[1:]]) for line in views])

    def ticks(views: tuple[TickView, ...]) -> tuple[TickView, ...]:
        return tuple([TickView(mark(at), mark(text)) for at, text in views])

    def panel(view: PanelView) -> PanelView:
        return PanelView(
            title=mark(view.title),
            left=mark(view.left),
            right=mark(view.right),
            top=mark(view.top),
            bottom=mark(view.bottom),
            middle_x=mark(view.middle_x),
            middle_y=mark(view.middle_y),
            at_x=mark(view.at_x),
            at_y=mark(view.at_y),
            width=mark(view.width),
            height=mark(view.height),
            x_label=mark(view.x_label),
            y_label=mark(view.y_label),
            x_ticks=ticks(view.x_ticks),
            y_ticks=ticks(view.y_ticks),
            lines=lines(view.lines),
            marks=tuple([MarkView(one[0], *[mark(text) for text in one[1:]]) for one in view.marks]),
        )

    shape = DrawingView(
        id=mark(view.id),
        title=mark(view.title),
        width=mark(view.width),
        height=mark(view.height),
        legend_y=mark(view.legend_y),
        x_range=(mark(view.x_range[0]), mark(view.x_range[1])),
        y_range=(mark(view.y_range[0]), mark(view.y_range[1])),
        legend=lines(view.legend),
        panels=tuple([panel(one) for one in view.panels]),
        equal_scale=view.equal_scale,
        alone=view.alone,
    )
    return shape, values


@lru_cache(maxsize=512)
def _cast(sandbox: Environment, name: str, shape: DrawingView) -> tuple[str, tuple[int, ...]]:
    """The template run for one shape: a pattern with ``%s`` for the strings, and which of them come in what order."""
    parts = HOLE.split(lay_out(load(sandbox, name), figure=shape))
    pattern = "%s".join(part.replace("%", "%%") for part in parts[::2])
    return pattern, tuple(int(number) for number in parts[1::2])


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where data coordinates lie on the drawing."""

    left: float
    right: float
    top: float
    bottom: float
    x0: float
    y0: float
    x_scale: float
    y_scale: float

    def x(self, value: float) -> float:
        return self.left + (value - self.x0) * self.x_scale

    def y(self, value: float) -> float:
        return self.bottom - (value - self.y0) * self.y_scale


def _frames(figure: Figure, top: float) -> tuple[_Frame, ...]:
    """The area for the data in each panel; with equal scales it shrinks in the direction that needs less room."""
    (x0, x1), (y0, y1) = figure.x_range, figure.y_range
    if not figure.panels:
        return (_frame(figure, LEFT, top, WIDTH - LEFT - RIGHT, HEIGHT - top - BOTTOM, 1.15),)
    first = _frame(figure, 0, 0, PANEL_WIDTH, PANEL_MOST if figure.equal_scale else PANEL_HEIGHT, 1.0)
    width, height = first.right, first.bottom
    frames = []
    for place in range(len(figure.panels)):
        row, column = divmod(place, COLUMNS)
        left = LEFT + column * (width + PANEL_SIDE)
        above = top + (row + 1) * PANEL_TITLE + row * (height + PANEL_TICKS)
        frames.append(
            _Frame(
                left, left + width, above, above + height, x0, y0, width / ((x1 - x0) or 1), height / ((y1 - y0) or 1)
            )
        )
    return tuple(frames)


def _frame(figure: Figure, left: float, top: float, width: float, height: float, stretch: float) -> _Frame:
    """The area within a given one; ``stretch`` is by how much an equal scale may exceed the height."""
    (x0, x1), (y0, y1) = figure.x_range, figure.y_range
    x_scale, y_scale = width / ((x1 - x0) or 1), height / ((y1 - y0) or 1)
    if figure.equal_scale:
        x_scale = y_scale = min(x_scale, y_scale * stretch)
        width, height = x_scale * (x1 - x0), y_scale * (y1 - y0)
    return _Frame(left, left + width, top, top + height, x0, y0, x_scale, y_scale)


def _lay_out(figure: Figure, style: Style, id: str, *, key: bool) -> DrawingView:
    curves = [curve for curve in figure.curves if key or not curve.key_only]
    marks = [mark for mark in figure.marks if key or not mark.key_only]
    named = [curve for curve in curves if curve.label]
    top = TOP + (LEGEND if named else 0)
    frames = _frames(figure, top)
    latex = style.name == "latex"
    alt = spoken(figure.key_alt or figure.alt if key else figure.alt)
    legend, at = [], frames[0].left + 4
    for curve in named:
        label = (_label_latex if latex else svg.text)(curve.label)
        legend.append(LineView(_look(curve), f"{10 * at:.0f} {10 * TOP + 40:.0f}", label, _px(at + 34), ""))
        at += 50 + _width(curve.label)
    return DrawingView(
        id=f"{'key-' if key else ''}figure-{_identifier(id)}",
        title=style.words(alt) if latex else escape(alt),
        width=_px(max(*(frame.right + RIGHT for frame in frames), at if named else 0)),
        height=_px(frames[-1].bottom + BOTTOM),
        legend_y=_px(TOP + 4),
        x_range=(_number(figure.x_range[0]), _number(figure.x_range[1])),
        y_range=(_number(figure.y_range[0]), _number(figure.y_range[1])),
        legend=tuple(legend),
        panels=tuple(_panel(figure, place, frames, curves, marks, latex=latex) for place in range(len(frames))),
        equal_scale=figure.equal_scale,
        alone=style.name in ("markdown", "typst"),
    )


def _panel(
    figure: Figure, place: int, frames: Sequence[_Frame], curves: list[Curve], marks: list[Mark], *, latex: bool
) -> PanelView:
    frame, label = frames[place], _label_latex if latex else svg.text
    curves = [curve for curve in curves if curve.panel in (None, place)]
    marks = [mark for mark in marks if mark.panel in (None, place)]
    lowest = place + COLUMNS >= len(frames)
    scale = CM if latex and figure.panels else 1
    return PanelView(
        title=label(figure.panels[place]) if figure.panels else "",
        left=_px(frame.left),
        right=_px(frame.right),
        top=_px(frame.top),
        bottom=_px(frame.bottom),
        middle_x=_px((frame.left + frame.right) / 2),
        middle_y=_px((frame.top + frame.bottom) / 2),
        at_x=_number(frame.left * scale),
        at_y=_number(-frame.bottom * scale),
        width=_number((frame.right - frame.left) * scale),
        height=_number((frame.bottom - frame.top) * scale),
        x_label=label(figure.x_label) if lowest else "",
        y_label=label(figure.y_label) if place % COLUMNS == 0 else "",
        x_ticks=_ticks(figure.x_ticks, frame.x, latex=latex),
        y_ticks=_ticks(figure.y_ticks, frame.y, latex=latex),
        lines=tuple(_line(curve, figure, frame, latex=latex) for curve in curves),
        marks=_marks(marks, curves, frame, latex=latex),
    )


def _identifier(text: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in text)


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _number(value: float) -> str:
    text = f"{value:.6g}"
    return text if "e" not in text else f"{value:.12f}".rstrip("0").rstrip(".")


def _ticks(values: Sequence[float], scale: object, *, latex: bool) -> tuple[TickView, ...]:
    assert callable(scale)
    return tuple(
        TickView(_number(value) if latex else _px(scale(value)), _number(value).replace("-", "-" if latex else "−"))
        for value in values
    )


def _line(curve: Curve, figure: Figure, frame: _Frame, *, latex: bool) -> LineView:
    label = _label_latex(curve.label) if latex and curve.label else ""
    dots = ""
    if curve.dots:
        dotted = tuple(point for point in curve.points if curve.role != "series" or _is_inside(point, figure))
        dots = (
            _polyline(dotted, None)
            if latex
            else "".join(_glyph(curve, frame.x(x), frame.y(y), 25 if figure.panels else 40) for x, y in dotted)
        )
    return LineView(_look(curve), _polyline(curve.points, None if latex else frame), label, "", dots)


def _is_inside(point: Point, figure: Figure) -> bool:
    """Whether a point is one of the series, and not where its line was cut off at the border."""
    (left, right), (low, high) = figure.x_range, figure.y_range
    return low < point[1] < high and (left < point[0] < right or not figure.equal_scale)


def _look(curve: Curve) -> str:
    """What a stylesheet knows a curve by."""
    return f"{curve.role}-{curve.style % len(_GLYPHS)}" if curve.role == "series" else curve.role


_GLYPHS = ("m-{0} 0a{0} {0} 0 1 0 {1} 0a{0} {0} 0 1 0-{1} 0z", "m-{0}-{0}h{1}v{1}h-{1}z", "m0-{0}l{1} {2}h-{3}z",
           "m0-{2}l{2} {2}-{2} {2}-{2}-{2}z")  # fmt: skip
"""The dots of the styles: a disc, a square, a triangle, a diamond."""


def _glyph(curve: Curve, x: float, y: float, size: float) -> str:
    """A dot at a place, about as large as a disc of the radius ``size``; all in tenths of a px."""
    look = (1 if curve.role == "heldout" else curve.style) % len(_GLYPHS)
    lengths = ((1, 2), (0.9, 1.8), (1.3, 1.2, 2.2, 2.4), (1, 2, 1.35))[look]
    return f"M{10 * x:.0f} {10 * y:.0f}{_GLYPHS[look].format(*(round(size * length) for length in lengths))}"


@lru_cache(maxsize=256)
def _polyline(points: tuple[Point, ...], frame: _Frame | None) -> str:
    """Points in tenths of a px, or without a frame in data coordinates.  Sheet and key of a form share them."""
    if frame is None:
        return ("(%.5g,%.5g)" * len(points)) % tuple(chain.from_iterable(points))
    x_scale, y_scale = 10 * frame.x_scale, 10 * frame.y_scale
    dx, dy = 10 * frame.left - frame.x0 * x_scale + 0.5, 10 * frame.bottom + frame.y0 * y_scale + 0.5
    return str([int(tenth) for x, y in points for tenth in (dx + x * x_scale, dy - y * y_scale)])[1:-1]


# --- labels ---------------------------------------------------------------------------------------------------------

_SIDES = ((0, -1), (1, -1), (-1, -1), (1, 0), (-1, 0), (0, 1), (1, 1), (-1, 1))
_ANCHORS = {-1: "end", 0: "middle", 1: "start"}
_TOUCHING = {
    (0, -1): "south", (1, -1): "south west", (-1, -1): "south east", (1, 0): "west",
    (-1, 0): "east", (0, 1): "north", (1, 1): "north west", (-1, 1): "north east",
}  # fmt: skip


def _marks(marks: Sequence[Mark], curves: Sequence[Curve], frame: _Frame, *, latex: bool) -> tuple[MarkView, ...]:
    """Each label on the side of its mark where it meets least of the rest; a label that is written twice is once."""
    taken: list[Point] = [(frame.x(mark.x), frame.y(mark.y)) for mark in marks if mark.role != "arrow"]
    for curve in curves:
        if curve.role != "level":
            taken += [(frame.x(x), frame.y(y)) for x, y in _dense(curve)]
    for mark in marks:
        if mark.arrow:
            (x0, y0), (x1, y1) = (mark.x, mark.y), mark.arrow
            shares = [step / 8 for step in range(9)]
            taken += [(frame.x(x0 + share * (x1 - x0)), frame.y(y0 + share * (y1 - y0))) for share in shares]
    views = []
    for mark in marks:
        x, y = frame.x(mark.x), frame.y(mark.y)
        head = (frame.x(mark.arrow[0]), frame.y(mark.arrow[1])) if mark.arrow else (x, y)
        side = (0, -1)
        at = head
        if mark.label:
            width = _width(mark.label)
            side = _freest(at, width, taken, frame)
            left, top, right, _ = _box(at, side, width)
            taken += [(left + (right - left) * k / 4, top + 3 + 6 * row) for k in range(5) for row in range(3)]
        views.append(
            MarkView(
                role=mark.role,
                x=_number(mark.x) if latex else _px(x),
                y=_number(mark.y) if latex else _px(y),
                to_x=(_number(mark.arrow[0]) if latex else _px(head[0])) if mark.arrow else "",
                to_y=(_number(mark.arrow[1]) if latex else _px(head[1])) if mark.arrow else "",
                turn=_px(math.degrees(math.atan2(head[1] - y, head[0] - x))),
                label=(_label_latex if latex else svg.text)(mark.label) if mark.label else "",
                label_x=_number((mark.arrow or (mark.x, mark.y))[0]) if latex else _px(at[0] + 8 * side[0]),
                label_y=_number((mark.arrow or (mark.x, mark.y))[1])
                if latex
                else _px(at[1] + (-9, 5, 19)[side[1] + 1]),
                anchor=_TOUCHING[side] if latex else _ANCHORS[side[0]],
            )
        )
    return tuple(views)


def _dense(curve: Curve) -> Iterator[Point]:
    """The points of a curve; between those of a series, which lie far apart, a few more."""
    yield from curve.points
    if curve.role == "series" and curve.dots:
        for (x0, y0), (x1, y1) in pairwise(curve.points):
            yield from ((x0 + k / 6 * (x1 - x0), y0 + k / 6 * (y1 - y0)) for k in range(1, 6))


def _box(at: Point, side: tuple[int, int], width: float) -> tuple[float, float, float, float]:
    left = at[0] + {-1: -8 - width, 0: -width / 2, 1: 8}[side[0]]
    top = at[1] + (-23, -9, 5)[side[1] + 1]
    return left, top, left + width, top + 18


def _freest(at: Point, width: float, taken: Sequence[Point], frame: _Frame) -> tuple[int, int]:
    """The first side of a mark where its label meets nothing, else the one where it meets least."""
    best, fewest = _SIDES[0], 10_000
    reach = width + 12
    near = [(x, y) for x, y in taken if -reach <= x - at[0] <= reach and -24 <= y - at[1] <= 24]
    for side in _SIDES:
        left, top, right, bottom = _box(at, side, width)
        outside = left < frame.left or right > frame.right or top < frame.top or bottom > frame.bottom
        met = [1 for x, y in near if left - 2 <= x <= right + 2 and top <= y <= bottom]
        crowding = 100 * outside + len(met)
        if crowding < fewest:
            best, fewest = side, crowding
        if not crowding:
            break
    return best


def _width(latex: str) -> float:
    return 4 + 7.6 * svg.length(latex)


def _label_latex(latex: str) -> str:
    return f"${tex(latex)}$"
