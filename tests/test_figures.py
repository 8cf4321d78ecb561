"""Figures as data: what is drawn, in which place, on the sheet or on the key alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from banking import NUMBER, item, populated, solved

from gdquiz.exam.frozen import Figure
from gdquiz.populations.drawing import ticks
from gdquiz.populations.population import Population, populate


def figures(name: str) -> list[tuple[dict, Figure]]:
    return [(numbers, question.figure) for numbers, question in solved(populated("kinds.toml", name))]


def drawn(figure: str, *, loss: str = "a*x^2", start: str = "1", steps: int = 2, top: str = "") -> list[Figure]:
    model = item(
        f'parameters = {{ a = [1, 2] }}\nloss = {{ formula = "{loss}", variables = ["x"], name = "f" }}\n'
        f'run = {{ start = ["{start}"], rate = "1/8", steps = {steps} }}\n[item.figure]\n{figure}\n'
        f'alt = "A curve."\nkey_alt = "Its path."\n{NUMBER}answer = "x[1]"\n',
        top=top,
    )
    return [question.figure for _, question in solved(populate(model))]


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


# --- what cannot be drawn -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "figure",
    [
        'kind = "curve"\nx_range = ["a", "2"]',  # no range at a = 2
        'kind = "curve"\nx_range = ["0", "3"]\npoints = { P = ["2*a - 5"] }',  # outside at a = 1 and a = 2
        'kind = "curve"\nx_range = ["0", "1/(2 - a)"]',  # no value at a = 2
    ],
)
def test_rows_that_can_not_be_drawn_are_refused(figure: str) -> None:
    model = item(
        'parameters = { a = [1, 2] }\nloss = { formula = "a*x^2", variables = ["x"] }\n[item.figure]\n'
        f'{figure}\nalt = "A curve."\nkey_alt = "Its path."\n{NUMBER}answer = "a"\n'
    )
    assert dict(populate(model).refusals) == {"the figure cannot be drawn": 2 if "points" in figure else 1}


def test_a_curve_may_leave_out_where_the_loss_does_not_exist() -> None:
    model = item(
        'parameters = { a = [1, 2] }\nloss = { formula = "a*log(x)", variables = ["x"] }\n'
        '[item.figure]\nkind = "curve"\n'
        f'x_range = ["-1", "4"]\nalt = "A curve."\nkey_alt = "The same."\n{NUMBER}answer = "a"\n'
    )
    for _, question in solved(populate(model)):
        (curve,) = question.figure.curves
        assert curve.points[0][0] > 0


# --- series --------------------------------------------------------------------------------------------------------


def with_series(series: str, *, head: str = "", top: str = "", loss: str = "x^2/2", steps: int = 3) -> Population:
    """The population of an item whose run starts at 4 with the rate 1/2; ``head`` goes into its figure."""
    return populate(
        item(
            f'parameters = {{ a = [0, 1] }}\nloss = {{ formula = "{loss} + 0*a", variables = ["x"], name = "f" }}\n'
            f'run = {{ start = ["4"], rate = "1/2", steps = {steps} }}\n[item.figure]\nkind = "series"\n{head}\n'
            f'series = [{series}]\nalt = "Curves."\nkey_alt = "The same."\n{NUMBER}answer = "x[1] + a"\n',
            top=top,
        )
    )


def shown(population: Population) -> list[Figure]:
    return [question.figure for _, question in solved(population)]


def test_series_are_runs_with_their_own_rate_start_and_mistake() -> None:
    # x^2/2: a step multiplies x by 1 - rate
    population = with_series(
        '{ label = "A" }, { label = "B", rate = "3/2" }, { label = "C", start = ["-2"] }, '
        '{ label = "D", misconception = "SIGN" }',
        head='shows = "iterates"',
    )
    for figure in shown(population):
        points = [curve.points for curve in figure.curves]
        assert [[y for _, y in line] for line in points] == [
            pytest.approx(expected, abs=0.02)
            for expected in ([4, 2, 1, 0.5], [4, -2, 1, -0.5], [-2, -1, -0.5, -0.25], [4, 6, 9, 13.5])
        ]
        assert all([x for x, _ in line] == [0, 1, 2, 3] for line in points)
        assert [(curve.role, curve.style, curve.dots) for curve in figure.curves] == [
            ("series", style, True) for style in range(4)
        ]
        assert figure.x_range == (0, 3) and (figure.x_label, figure.y_label) == (r"\text{step } k", "x_k")


def test_series_show_losses_from_zero_unless_told_otherwise() -> None:
    (figure, _) = shown(
        with_series('{ label = "A" }, { label = "B", method = "heavy-ball", settings = { beta = "1/2" } }')
    )
    # heavy ball from 4: v = 4, x = 2; v = 2 + 2, x = 0; v = 2 + 0, x = -1
    assert [y for _, y in figure.curves[0].points] == pytest.approx([8, 2, 0.5, 0.125], abs=0.01)
    assert [y for _, y in figure.curves[1].points] == pytest.approx([8, 2, 0, 0.5], abs=0.01)
    assert figure.y_range[0] == 0 and 8 < figure.y_range[1] < 9


def test_letters_go_with_the_row() -> None:
    population = with_series(
        '{ letter = "a", rate = "1/2" }, { letter = "1 - a", rate = "3/2" }', head='shows = "iterates"'
    )
    for place, figure in enumerate(shown(population)):
        beside = [mark.label for mark in figure.marks if mark.role == "label"]
        assert beside == ["A", "B"]
        by_letter = {beside[curve.style]: curve.points[1][1] for curve in figure.curves}
        assert by_letter == ({"A": 2, "B": -2} if place == 0 else {"A": -2, "B": 2})


def test_rows_with_one_letter_twice_or_a_letter_that_is_none_are_refused() -> None:
    reason = "in the figure two things cannot be told apart"
    twice = with_series('{ letter = "0" }, { letter = "a", rate = "3/2" }', head='shows = "iterates"')
    assert (twice.size, dict(twice.refusals)) == (1, {reason: 1})
    half = with_series('{ letter = "a/2" }, { letter = "2", rate = "3/2" }', head='shows = "iterates"')
    assert (half.size, dict(half.refusals)) == (1, {reason: 1})


def test_a_formula_is_drawn_at_the_steps_that_are_listed() -> None:
    head = 'steps = "-1..1 by 1/2"\ny_range = ["-1", "3"]'
    (figure, later) = shown(
        with_series('{ label = "A", formula = ["k^2 + a"] }, { label = "B", formula = ["-k"] }', head=head)
    )
    assert figure.curves[0].points == ((-1, 1), (-0.5, 0.25), (0, 0), (0.5, 0.25), (1, 1))
    assert later.curves[0].points == ((-1, 2), (-0.5, 1.25), (0, 1), (0.5, 1.25), (1, 2))
    assert figure.curves[1].points == ((-1, 1), (-0.5, 0.5), (0, 0), (0.5, -0.5), (1, -1))


def test_a_formula_may_leave_the_range_of_exact_numbers() -> None:
    # (99/100)^100 = 0.366032..., whose exact fraction has a denominator of 200 digits
    head = 'steps = [0, 50, 100]\ny_range = ["-1", "3"]'
    (figure, _) = shown(
        with_series('{ label = "A", formula = ["(99/100)^k"] }, { label = "B", formula = ["2"] }', head=head)
    )
    assert [y for _, y in figure.curves[0].points] == pytest.approx([1, 0.605006, 0.366032], abs=2e-3)


def test_a_line_ends_on_the_border_where_it_leaves_the_frame() -> None:
    # x = 4, -4, 4, ... leaves -2 <= x <= 5 between the steps 0 and 1 at the height -2, three quarters of the way
    series = '{ label = "A", rate = "2" }, { label = "B" }'
    (figure, _) = shown(with_series(series, head='shows = "iterates"\ny_range = ["-2", "5"]'))
    pieces = [curve.points for curve in figure.curves if curve.style == 0]
    assert pieces == [((0, 4), (0.75, -2)), ((1.25, -2), (2, 4), (2.75, -2))]


def test_each_panel_has_its_own_series() -> None:
    series = (
        '{ letter = "a", look = "train", formula = ["1/(1 + k)"] }, '
        '{ letter = "a", look = "heldout", formula = ["1/(2 + k)"] }, '
        '{ letter = "1 - a", look = "train", formula = ["k/3"] }, '
        '{ letter = "1 - a", look = "heldout", formula = ["k/4"] }'
    )
    for place, figure in enumerate(shown(with_series(series, head="panels = true"))):
        assert figure.panels == ("A", "B") and figure.marks == ()
        assert [(curve.role, curve.panel) for curve in figure.curves] == [
            ("train", place), ("heldout", place), ("train", 1 - place), ("heldout", 1 - place)
        ]  # fmt: skip
        # the legend names each look once
        assert [curve.label for curve in figure.curves] == [r"\text{training}", r"\text{held-out}", "", ""]


def test_training_and_held_out_losses_are_named_by_the_legend_alone() -> None:
    series = (
        '{ label = "T", look = "train", formula = ["1/(1 + k)"] }, { label = "H", look = "heldout", formula = ["1"] }'
    )
    for figure in shown(with_series(series)):
        assert figure.marks == ()
        assert [curve.label for curve in figure.curves] == [r"\text{training}", r"\text{held-out}"]


def test_series_that_are_too_much_alike_are_refused() -> None:
    # the axis is 10 high, so two dots have to be 0.4 apart or more
    head = 'steps = "0..4"\ny_range = ["0", "10"]'
    series = '{{ label = "A", formula = ["5"] }}, {{ label = "B", formula = ["5 + if(k >= 3, {}, 0)*a"] }}'
    assert with_series(series.format("39/100"), head=head).size == 0
    assert with_series(series.format("41/100"), head=head).size == 1
    once = '{ label = "A", formula = ["5"] }, { label = "B", formula = ["5 + if(k == 3, 4, 0)*a"] }'
    assert with_series(once, head=head).size == 0
    # a smooth line beside a run with dots looks different anyway
    lines = '{ label = "A", formula = ["5"] }, { label = "B", look = "curve", formula = ["5 + k/100"] }'
    assert with_series(lines, head=head).size == 2


def test_a_series_that_starts_outside_is_refused() -> None:
    population = with_series(
        '{ label = "A" }, { label = "B", start = ["a"] }', head='shows = "iterates"\ny_range = ["1/2", "5"]'
    )
    assert dict(population.refusals) == {"the figure cannot be drawn": 1}


def test_points_of_the_key_are_not_on_the_sheet() -> None:
    head = 'shows = "iterates"\npoints = { P = ["1", "2"] }\nkey_points = { Q = ["2", "1"] }'
    (figure, _) = shown(with_series('{ label = "A" }, { label = "B", rate = "3/2" }', head=head))
    marks = {mark.label: (mark.x, mark.y, mark.key_only) for mark in figure.marks if mark.label in "PQ"}
    assert marks == {"P": (1, 2, False), "Q": (2, 1, True)}


# --- maps that can be read -----------------------------------------------------------------------------------------


def mapped(figure: str, *, parameters: str = "a = [1]", loss: str = "a*u^2 + v^2") -> Population:
    return populate(
        item(
            f'parameters = {{ {parameters} }}\nloss = {{ formula = "{loss}", variables = ["u", "v"] }}\n'
            'run = { start = ["1", "1"], rate = "1/4", steps = 2 }\n[item.figure]\nkind = "contours"\n'
            f'x_range = ["-2", "2"]\ny_range = ["-2", "2"]\n{figure}\nalt = "A map."\nkey_alt = "The same."\n'
            f'{NUMBER}answer = "u[1]"\n'
        )
    )


def test_level_lines_at_equal_steps() -> None:
    (figure,) = shown(mapped('level_step = "3/2"'))
    # between 0 and 8 the multiples of 3/2 are 1.5, 3, ..., 7.5
    heights = {
        round(2 * (u * u + v * v)) / 2 for curve in figure.curves if curve.role == "level" for u, v in curve.points
    }
    assert heights == {1.5, 3, 4.5, 6, 7.5}


def test_level_lines_that_run_too_close_are_refused() -> None:
    reason = "in the figure two things cannot be told apart"
    # in the corner the slope of u^2 + v^2 is 5.66; a plot of 230 px for 4 units has 57.5 px for one,
    # so lines at every s are s/5.66*57.5 px apart: 3 px at s = 0.295
    population = mapped('level_step = "a"', parameters="a = ['29/100', '3/10']", loss="u^2 + v^2 + 0*a")
    assert (population.size, dict(population.refusals)) == (1, {reason: 1})


def test_arrows_that_are_almost_alike_are_refused() -> None:
    # the angle between (1, 0) and (1, a): 15 degrees at a = 0.268
    population = mapped('arrows = { A = ["1", "0"], B = ["1", "a"] }', parameters="a = ['26/100', '27/100', '1']")
    assert dict(population.refusals) == {"in the figure two things cannot be told apart": 1}


def test_paths_on_a_map() -> None:
    series = 'path = "none"\nseries = [{ label = "A" }, { label = "B", misconception = "NEWTON" }]'
    (figure,) = shown(mapped(series))
    # the rate 1/4 halves both coordinates; Newton's method is at the minimum of the bowl at once
    paths = [curve.points for curve in figure.curves if curve.role == "series"]
    assert paths == [((1, 1), (0.5, 0.5), (0.25, 0.25)), ((1, 1), (0, 0), (0, 0))]
