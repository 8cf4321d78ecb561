"""Figures as data: what is drawn, in which place, on the sheet or on the key alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from banking import NUMBER, item, populated, solved

from gdquiz.authoring.exam import Figure
from gdquiz.authoring.figures import ticks
from gdquiz.authoring.population import populate


def figures(name: str) -> list[tuple[dict, Figure]]:
    return [(numbers, question.figure) for numbers, question in solved(populated("kinds.toml", name))]


def drawn(figure: str, *, loss: str = "a*x^2", start: str = "1", steps: int = 2, top: str = "") -> list[Figure]:
    template = item(
        f'parameters = {{ a = [1, 2] }}\nloss = {{ formula = "{loss}", variables = ["x"], name = "f" }}\n'
        f'run = {{ start = ["{start}"], rate = "1/8", steps = {steps} }}\n[item.figure]\n{figure}\n'
        f'alt = "A curve."\nkey_alt = "Its path."\n{NUMBER}answer = "x[1]"\n',
        top=top,
    )
    return [question.figure for _, question in solved(populate(template))]


# --- axes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, (0, 0.2, 0.4, 0.6, 0.8, 1)),
        (-2, 2, (-2, -1, 0, 1, 2)),
        (-0.05, 0.13, (-0.05, 0, 0.05, 0.1)),
        (0, 730, (0, 200, 400, 600)),
        (3, 3.0004, (3, 3.0001, 3.0002, 3.0003, 3.0004)),
    ],
)
def test_ticks_are_round_numbers_within_the_range(low: float, high: float, expected: tuple[float, ...]) -> None:
    assert ticks(low, high) == pytest.approx(expected, abs=1e-12)


def test_there_are_always_a_few_ticks() -> None:
    for k in range(1, 400):
        low, high = -k / 7, k * k / 11
        found = ticks(low, high)
        assert 4 <= len(found) <= 11
        assert low - 1e-9 <= found[0] and found[-1] <= high + 1e-9
        assert all(str(value) != "-0.0" for value in found)


# --- curves --------------------------------------------------------------------------------------------------------


def test_a_curve_is_the_loss() -> None:
    # a (x^2 - 1)^2 + x/4, cut off at y = a: the hill in the middle stays inside, the walls at both ends do not
    for numbers, figure in figures("drawn"):
        a = float(numbers["a"])
        for curve in figure.curves:
            if curve.role == "loss":
                for x, y in curve.points:
                    assert y == pytest.approx(a * (x * x - 1) ** 2 + x / 4, abs=2e-2 * a)
                    assert figure.y_range[0] <= y <= figure.y_range[1] + 1e-3
        assert figure.y_range == (-1, a) and figure.x_range == (-2, 2)
        assert (figure.x_label, figure.y_label) == ("x", "f(x)")


def test_a_curve_that_leaves_the_frame_is_drawn_in_pieces() -> None:
    # x^4 - 2 x^2 + 1 above 1/2 near 0 and beyond 1.3: two valleys, with nothing drawn from one to the other
    (figure, _) = drawn(
        'kind = "curve"\nx_range = ["-2", "2"]\ny_range = ["0", "1/2"]\npath = "none"', loss="(x^2 - 1)^2 + 0*a"
    )
    pieces = [curve.points for curve in figure.curves if curve.role == "loss"]
    assert len(pieces) == 2
    assert pieces[0][-1][0] < -0.5 < 0.5 < pieces[1][0][0]
    for piece in pieces:
        assert max(b[0] - a[0] for a, b in pairwise(piece)) == pytest.approx(4 / 96, abs=2e-3)


def test_a_curve_takes_the_height_it_needs() -> None:
    (figure, steeper) = drawn('kind = "curve"\nx_range = ["-1", "2"]')
    # a x^2 from -1 to 2 lies between 0 and 4 a
    assert figure.y_range[0] < 0 and 4 < figure.y_range[1] < 4.5
    assert steeper.y_range[1] > 8


@pytest.mark.parametrize(
    ("path", "start", "iterates"), [("key", False, True), ("sheet", False, False), ("none", False, None)]
)
def test_the_path_is_on_the_sheet_or_on_the_key(path: str, start: bool, iterates: bool | None) -> None:
    (figure, _) = drawn(f'kind = "curve"\nx_range = ["-2", "2"]\npath = "{path}"')
    marks = {mark.label: mark for mark in figure.marks}
    assert marks["x_{0}"].role == "start" and marks["x_{0}"].key_only is start
    later = [mark.key_only for label, mark in marks.items() if label in ("x_{1}", "x_{2}")]
    assert later == ([] if iterates is None else [iterates] * 2)
    paths = [curve.key_only for curve in figure.curves if curve.role == "path"]
    assert paths == ([] if iterates is None else [iterates])


def test_iterates_outside_of_the_frame_are_left_out() -> None:
    (figure, _) = drawn('kind = "curve"\nx_range = ["3/4", "2"]', start="1", steps=3)
    # x -> 3/4 x for a = 1: 1, 0.75, then outside
    assert [mark.label for mark in figure.marks] == ["x_{0}", "x_{1}"]


def test_points_are_where_they_are_said_to_be() -> None:
    for numbers, figure in figures("drawn"):
        (point,) = (mark for mark in figure.marks if mark.label == "A")
        assert (point.x, point.y) == (float(numbers["x0"]), pytest.approx(float(numbers["x0"]) / 4))


def test_the_alternative_text_of_the_sheet_has_its_own_numbers() -> None:
    for numbers, figure in figures("drawn"):
        assert figure.alt == f"A curve with two valleys and the start ${numbers['x0']}$."
        assert figure.key_alt.startswith("The step leads to $") and figure.key_alt != figure.alt


# --- contours ------------------------------------------------------------------------------------------------------


def test_level_lines_are_levels_of_the_loss() -> None:
    for numbers, figure in figures("mapped"):
        a = float(numbers["a"])
        lines = [curve.points for curve in figure.curves if curve.role == "level"]
        assert len(lines) >= 7 and figure.equal_scale
        for line in lines:
            heights = [a * u * u + v * v for u, v in line]
            assert max(heights) - min(heights) < 0.05 * (1 + max(heights))


def test_arrows_start_at_the_start_and_have_their_direction() -> None:
    for numbers, figure in figures("mapped"):
        a, u, v = (float(numbers[name]) for name in ("a", "u0", "v0"))
        found = {mark.label: mark for mark in figure.marks if mark.role == "arrow"}
        for label, direction, key_only in (("d", (-u, -v), False), ("g", (-2 * a * u, -2 * v), True)):
            mark = found[label]
            assert (mark.x, mark.y, mark.key_only) == (u, v, key_only)
            along = (mark.arrow[0] - u, mark.arrow[1] - v)
            assert along[0] * direction[1] == pytest.approx(along[1] * direction[0], abs=0.02)
            assert along[0] * direction[0] + along[1] * direction[1] > 0
            # all arrows are of one length, 0.22 of the frame of 6
            assert (along[0] ** 2 + along[1] ** 2) ** 0.5 == pytest.approx(0.22 * 6, abs=5e-3)


def test_the_path_of_a_run_is_its_points() -> None:
    for numbers, figure in figures("mapped"):
        a, u, v = (float(numbers[name]) for name in ("a", "u0", "v0"))
        (path,) = (curve for curve in figure.curves if curve.role == "path")
        expected = [(u * (1 - a / 4) ** k, v * (3 / 4) ** k) for k in range(3)]
        assert path.key_only
        for point, place in zip(path.points, expected, strict=True):
            assert point == pytest.approx(place, abs=1e-3)


# --- fits and losses -----------------------------------------------------------------------------------------------


def test_training_curves_have_the_printed_losses() -> None:
    for _, question in solved(populated("kinds.toml", "degrees")):
        figure = question.figure
        train, heldout = figure.curves
        assert (train.role, heldout.role) == ("train", "heldout")
        assert [x for x, _ in heldout.points] == [1, 2, 5]
        printed = [question.slots[f"heldout[{k}]"] for k in range(3)]
        for (_, y), text in zip(heldout.points, printed, strict=True):
            top, _, bottom = text.removeprefix("\\frac{").removesuffix("}").partition("}{")
            assert y == pytest.approx(float(top) / float(bottom or 1), abs=2e-3 * figure.y_range[1])


def test_losses_along_a_run() -> None:
    (figure, _) = drawn('kind = "losses"')
    # a = 1: x = 1, 3/4, 9/16 and the loss x^2
    (curve,) = figure.curves
    assert [x for x, _ in curve.points] == [0, 1, 2]
    assert [y for _, y in curve.points] == pytest.approx([1, 0.5625, 0.31640625], abs=1e-3)
    assert figure.y_range[0] == 0


# --- what can not be drawn -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "figure",
    [
        'kind = "curve"\nx_range = ["a", "2"]',  # no range at a = 2
        'kind = "curve"\nx_range = ["0", "3"]\npoints = { P = ["2*a - 5"] }',  # outside at a = 1 and a = 2
        'kind = "curve"\nx_range = ["0", "1/(2 - a)"]',  # no value at a = 2
    ],
)
def test_rows_that_can_not_be_drawn_are_refused(figure: str) -> None:
    template = item(
        'parameters = { a = [1, 2] }\nloss = { formula = "a*x^2", variables = ["x"] }\n[item.figure]\n'
        f'{figure}\nalt = "A curve."\nkey_alt = "Its path."\n{NUMBER}answer = "a"\n'
    )
    assert dict(populate(template).refusals) == {"the figure can not be drawn": 2 if "points" in figure else 1}


def test_a_curve_may_leave_out_where_the_loss_does_not_exist() -> None:
    template = item(
        'parameters = { a = [1, 2] }\nloss = { formula = "a*log(x)", variables = ["x"] }\n'
        '[item.figure]\nkind = "curve"\n'
        f'x_range = ["-1", "4"]\nalt = "A curve."\nkey_alt = "The same."\n{NUMBER}answer = "a"\n'
    )
    for _, question in solved(populate(template)):
        (curve,) = question.figure.curves
        assert curve.points[0][0] > 0
