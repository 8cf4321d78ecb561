"""Figures laid out: where panels, dots and labels stand, and what stands for a drawing in words."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from gdquiz.exam.frozen import Curve, Figure, Mark
from gdquiz.rendering import html, latex
from gdquiz.rendering.figures import draw
from gdquiz.rendering.markup import Style
from gdquiz.rendering.templating import environment
from gdquiz.resources import data
from gdquiz.texts.spoken import spoken

SVG = "{http://www.w3.org/2000/svg}"


def figure(*curves: Curve, marks: tuple[Mark, ...] = (), panels: tuple[str, ...] = ()) -> Figure:
    return Figure(
        x_label="k", y_label="x_k", x_range=(0, 4), y_range=(0, 2), x_ticks=(0, 2, 4), y_ticks=(0, 1, 2), curves=curves,
        marks=marks, alt="From $x_{0} = \\frac{1}{2}$ on.", key_alt="The same.", panels=panels,
    )  # fmt: skip


def drawing(drawn: Figure, style: Style = html.STYLE) -> str:
    return draw(drawn, style, environment((data("templates"),), style.name), "q", key=False)


def svg(drawn: Figure) -> ElementTree.Element:
    return ElementTree.fromstring(drawing(drawn))


def named(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if name in element.get("class", "").split()]


LINE = ((0.0, 1.0), (2.0, 0.5), (4.0, 2.0))


def test_panels_stand_in_two_columns_with_the_same_axes() -> None:
    curves = [Curve(role="series", points=LINE, panel=place) for place in range(3)]
    root = svg(figure(*curves, panels=("A", "B", "C")))
    titles = [(text.text, float(text.get("x", "")), float(text.get("y", ""))) for text in named(root, "f-name")]
    letters = ["".join(text.itertext()) for text in named(root, "f-name")]
    assert letters == ["A", "B", "C"]
    (_, left, above), (_, right, beside), (_, below_x, below) = titles
    assert above == beside < below and left == below_x < right
    assert len(named(root, "f-line")) == len(named(root, "f-axis")) == 3
    # each line has the same place in its panel: its first point is at the left, in the middle of the height
    starts = [line.get("points", "").split(", ")[:2] for line in named(root, "f-line")]
    assert int(starts[1][0]) - int(starts[0][0]) == round(10 * (right - left)) and starts[1][1] == starts[0][1]


def test_what_belongs_to_no_panel_is_in_every_panel() -> None:
    curves = [Curve(role="level", points=LINE), Curve(role="series", points=LINE, panel=1)]
    root = svg(figure(*curves, marks=(Mark(x=1, y=1, role="start"),), panels=("A", "B")))
    assert len(named(root, "f-level")) == 2 and len(named(root, "f-series-0")) == 1 and len(named(root, "f-start")) == 2


def test_dots_have_the_form_of_their_style_and_none_is_where_a_line_was_cut_off() -> None:
    curves = [Curve(role="series", points=LINE, style=style, dots=True) for style in range(4)]
    root = svg(figure(*curves))
    forms = set()
    for style in range(4):
        (dots,) = named(root, f"f-dots-series-{style}")
        path = dots.get("d", "")
        # the last point lies on the upper border, so there are two dots
        assert path.count("M") == 2
        forms.add(re.sub(r"M\d+ \d+", "", path))
    assert len(forms) == 4


def test_a_label_has_no_dot_of_its_own() -> None:
    root = svg(figure(Curve(role="series", points=LINE), marks=(Mark(x=2, y=0.5, label="A", role="label"),)))
    assert ["".join(text.itertext()) for text in named(root, "f-name")] == ["A"]
    assert not list(root.iter(f"{SVG}circle"))


@pytest.mark.parametrize("panels", [(), ("A", "B")])
def test_latex_has_an_axis_for_every_panel(panels: tuple[str, ...]) -> None:
    curves = [Curve(role="series", points=LINE, dots=True, style=1, panel=0 if panels else None)]
    text = drawing(figure(*curves, panels=panels), latex.STYLE)
    assert text.count(r"\begin{axis}") == text.count(r"\end{axis}") == max(1, len(panels))
    assert text.count("title={") == len(panels)
    assert r"\addplot[gd series-1,forget plot] coordinates {(0,1)(2,0.5)(4,2)};" in text
    assert r"\addplot[gd dots series-1,forget plot] coordinates {(0,1)(2,0.5)};" in text


def test_a_description_has_no_latex() -> None:
    (title,) = svg(figure(Curve(role="series", points=LINE))).iter(f"{SVG}title")
    assert title.text == "From x₀ = 1/2 on."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words", "plain words"),
        ("at ($-1$, $\\frac{3}{2}$)\n  and on", "at (−1, 3/2) and on"),
        ("$2 u^{2} - v$ for \\$5", "2u² − v for $5"),
    ],
)
def test_descriptions_are_spoken(text: str, expected: str) -> None:
    assert spoken(text) == expected
