"""What is true in the rows of an item: every name, in every arithmetic, and in the worlds of mistaken students."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from banking import NUMBER, item, items

from gdquiz.banks.names import NAMES
from gdquiz.errors import InputError
from gdquiz.formulas.columns import floats, is_exact
from gdquiz.formulas.expressions import Language, Node, parse, to_text
from gdquiz.numbers.exact import Rationals
from gdquiz.populations.population import PROVIDERS, _enumerate
from gdquiz.populations.world import PRECISION, World, calculus_of, kinks

F = Fraction


def world(model, **values) -> World:
    """The exact world of the first case of an item, in its own rows or in rows of these values."""
    case = model.cases[0]
    columns = _enumerate(model, case)
    if values:
        columns = {name: Rationals.of(values[name]) for name in columns}
    return World(model, case, columns, PROVIDERS)


def listed(column) -> list:
    return [column.fraction(row) for row in range(column.rows)]


def expression(text: str, *names: str) -> Node:
    return parse(text, names=names, language=Language.BANK)


BOWL = item(
    """parameters = { a = [1, 2], b = [1, 3], c = [2], u0 = [1], v0 = [-1, 2] }
loss = { formula = "a*u^2 + b*u*v + c*v^2 - u", variables = ["u", "v"] }
run = { start = ["u0", "v0"], rate = "1/4", steps = 2 }
points = { p = ["1", "a"] }
"""
    + NUMBER
    + 'answer = "u[1]"'
)


# --- names ---------------------------------------------------------------------------------------------------------


def test_every_name_of_a_run() -> None:
    # a = 2, b = 3, c = 2 at (1, 2): f = 2 + 6 + 8 - 1 = 15, gradient (2au + bv - 1, bu + 2cv) = (9, 11);
    # a step of 1/4 leads to (-5/4, -3/4); the Hessian is (4, 3; 3, 4) with eigenvalues 1 and 7;
    # the gradient vanishes where 4u + 3v = 1 and 3u + 4v = 0: u = 4/7, v = -3/7; p = (1, 2) is the start
    here = world(BOWL, a=[2], b=[3], c=[2], u0=[1], v0=[2])
    assert [listed(column) for column in here["u"][:2]] == [[1], [F(-5, 4)]]
    assert [listed(column) for column in here["v"][:2]] == [[2], [F(-3, 4)]]
    assert listed(here["loss"][0]) == [15]
    assert (listed(here["grad_u"][0]), listed(here["grad_v"][0])) == ([9], [11])
    assert [listed(here[f"hess_{pair}"][0]) for pair in ("u_u", "u_v", "v_u", "v_v")] == [[4], [3], [3], [4]]
    assert (listed(here["eig_min"]), listed(here["eig_max"])) == ([1], [7])
    assert (listed(here["minimizer_u"]), listed(here["minimizer_v"])) == ([F(4, 7)], [F(-3, 7)])
    assert [listed(here[name]) for name in ("loss_at_p", "grad_u_at_p", "grad_v_at_p", "hess_u_v_at_p")] == [
        [15],
        [9],
        [11],
        [3],
    ]
    with pytest.raises(KeyError):
        here["w"]


def test_the_table_of_names_tells_only_names_there_are() -> None:
    told = " ".join(names for names, _ in NAMES)
    here = world(BOWL)
    for name in ("eig_min", "eig_max", "minimizer_u", "loss_at_p", "grad_u_at_p", "hess_u_v_at_p"):
        assert name.replace("_u", "_w").replace("_v", "_v") in told
        assert here[name] is not None


@pytest.mark.parametrize(
    "text", ["u[1] + v[2]", "loss[2]", "grad_u[1]*grad_v[2]", "eig_max", "minimizer_u", "hess_u_v_at_p"]
)
def test_the_three_arithmetics_agree(text: str) -> None:
    node = expression(text, "u", "v", "loss", "grad_u", "grad_v", "eig_max", "minimizer_u", "hess_u_v_at_p")
    exact = world(BOWL)
    first, second = floats(exact(node)), floats(exact.floating()(node))
    assert np.broadcast_to(second, (exact.rows,)) == pytest.approx(np.broadcast_to(first, (exact.rows,)), rel=1e-12)
    for row in range(exact.rows):
        (third,) = exact.precisely(row, [node])
        assert isinstance(third, mpmath.mpf)
        assert float(third) == pytest.approx(float(np.broadcast_to(first, (exact.rows,))[row]), rel=1e-12)


def test_the_working_precision_is_left_as_it_was() -> None:
    before = mpmath.mp.dps
    (value,) = world(items("kinds.toml")["irrational"]).precisely(0, [expression("exp(1/3)")])
    assert mpmath.mp.dps == before != PRECISION
    with mpmath.workdps(60):
        assert abs(value - mpmath.exp(mpmath.mpf(1) / 3)) < mpmath.mpf(10) ** -49


def test_eigenvalues_in_three_variables() -> None:
    # (2, -1, 0; -1, 2, -1; 0, -1, 2) has the eigenvalues 2 - sqrt 2, 2, 2 + sqrt 2
    model = item(
        "parameters = { a = [1, 2] }\n"
        'loss = { formula = "a*x^2 + y^2 + z^2 - x*y - y*z", variables = ["x", "y", "z"] }\n'
        'run = { start = ["1", "1", "1"], rate = "1/4", steps = 1 }\n' + NUMBER + 'answer = "eig_max"'
    )
    exact = world(model)
    largest, least = expression("eig_max", "eig_max"), expression("eig_min", "eig_min")
    assert floats(exact["eig_max"])[0] == pytest.approx(2 + 2**0.5, rel=1e-14)
    assert floats(exact["eig_min"])[0] == pytest.approx(2 - 2**0.5, rel=1e-14)
    high, low = exact.precisely(0, [largest, least])
    with mpmath.workdps(50):
        assert abs(high - 2 - mpmath.sqrt(2)) < mpmath.mpf(10) ** -45 > abs(low - 2 + mpmath.sqrt(2))


def test_the_minimizer_of_a_loss_that_is_not_quadratic_is_an_input_error() -> None:
    model = item(
        'parameters = { a = [1, 2] }\nloss = { formula = "a*x^4", variables = ["x"] }\n'
        + NUMBER
        + 'answer = "minimizer_x"'
    )
    with pytest.raises(InputError, match=r"'minimizer_x' does not exist; expected a quadratic loss"):
        world(model)["minimizer_x"]


# --- two routes ----------------------------------------------------------------------------------------------------


def test_the_routes_step_with_different_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exact run is stepped with the formulas, the floating one with the compiled functions: each alone can fail."""
    model = item(
        'parameters = { a = [1, 2] }\nloss = { formula = "a*x^2", variables = ["x"] }\n'
        'run = { start = ["1"], rate = "1/10", steps = 1 }\n' + NUMBER + 'answer = "x[1]"'
    )
    calculus = calculus_of(model.cases[0])
    wrong = lambda *columns: [3 * columns[0] * columns[1]]  # noqa: E731
    monkeypatch.setitem(calculus.__dict__, "gradient_function", wrong)
    exact = world(model)
    assert listed(exact["x"][1]) == [F(8, 10), F(6, 10)]
    assert floats(exact.floating()["x"][1]).tolist() == pytest.approx([0.7, 0.4])


# --- kinks ---------------------------------------------------------------------------------------------------------


def test_kinks_of_a_loss() -> None:
    node = parse("relu(a - w) + abs(w)*max(w, 1, a) + sign(w - 2)", names=("a", "w"), language=Language.FORMULA)
    assert [to_text(kink) for kink in kinks(node)] == ["a - w", "w", "w - 1", "w - a", "1 - a", "w - 2"]


def test_rows_whose_run_meets_a_kink_are_known() -> None:
    # |x| from x0 with steps of 1/2: 3/2 -> 1 -> 1/2 -> 0; 3/4 -> 1/4 -> -1/4 -> 1/4
    model = item(
        'parameters = { x0 = ["3/2", "3/4"] }\nloss = { formula = "abs(x)", variables = ["x"] }\n'
        'run = { start = ["x0"], rate = "1/2", steps = 3 }\n' + NUMBER + 'answer = "x[2]"'
    )
    exact = world(model)
    assert exact.on_kink.tolist() == [True, False]
    assert exact.floating().on_kink.tolist() == [True, False]


def test_named_points_count_only_where_a_derivative_is_asked_for() -> None:
    model = item(
        'parameters = { a = [0, 1] }\nloss = { formula = "abs(x)", variables = ["x"] }\npoints = { p = ["a"] }\n'
        + NUMBER + 'answer = "loss_at_p"'
    )  # fmt: skip
    exact = world(model)
    assert listed(exact["loss_at_p"]) == [0, 1]
    assert exact.on_kink.tolist() == [False, False]
    assert exact["grad_at_p"] is not None
    assert exact.on_kink.tolist() == [True, False]


# --- mistaken worlds -----------------------------------------------------------------------------------------------

LINE = """parameters = { y1 = [3], y2 = [5], w0 = [1] }
data = { x = ["1", "2"], y = ["y1", "y2"] }
define = { rate = "1/4", twice = "2*rate" }
loss = { formula = "FORMULA", variables = ["w"] }
"""
PLAIN = 'run = { start = ["w0"], rate = "rate", steps = 1 }\n'
STOCHASTIC = 'run = { start = ["w0"], rate = "rate", steps = 2, method = "sgd", order = ORDER }\n'


def step(formula: str, run: str, wrong: str, *, order: str = "[1, 2]", node: str = "w[1]") -> Fraction:
    """What a student with this wrong entry gets on a line through (1, 3) and (2, 5), from w = 1 with the rate 1/4."""
    body = LINE.replace("FORMULA", formula) + run.replace("ORDER", order)
    model = item(f'{body}{NUMBER}answer = "{node}"\nwrong = [{wrong}]\n')
    return listed(world(model).mistaken(model.parts[0].wrong[0])(expression(node, "w")))[0]


def test_a_mistake_is_executed() -> None:
    # terms (w x - y)^2 at w = 1: slopes 2(1 - 3) = -4 and 2*2(2 - 5) = -12, mean -8; 1 + 8/4 = 3; uphill -1
    assert step("mean((w*x - y)^2)", PLAIN, '{ misconception = "SIGN" }') == -1


def test_the_sum_in_place_of_the_mean() -> None:
    # two examples: the sum is twice the mean, 1 + 16/4 = 5
    assert step("mean((w*x - y)^2)", PLAIN, '{ misconception = "SUM" }') == 5


def test_the_sum_over_a_mini_batch_is_as_long_as_the_batch() -> None:
    # one example at a time: the sum is the mean, and the mistake changes nothing: 1 + 4/4 = 2
    assert step("mean((w*x - y)^2)", STOCHASTIC, '{ misconception = "SUM" }') == 2
    # both in each batch: twice the mean, 1 + 16/4 = 5
    assert step("mean((w*x - y)^2)", STOCHASTIC, '{ misconception = "SUM" }', order="[[1, 2], [1, 2]]") == 5


@pytest.mark.parametrize(
    ("formula", "order"),
    [("sum((w*x - y)^2)", "[1, 2]"), ("mean((w*x - y)^2)", "[[1, 2], 1]")],
)
def test_there_is_no_sum_to_take_where_nothing_is_averaged_evenly(formula: str, order: str) -> None:
    with pytest.raises(InputError, match="the misconception SUM cannot be executed on this item: this mistake needs"):
        step(formula, STOCHASTIC, '{ misconception = "SUM" }', order=order)


def test_a_batch_of_a_sum_is_summed_and_of_a_mean_averaged() -> None:
    model = '{ misconception = "SIGN" }'
    # uphill from 1 with both examples: 1 - 16/4 = -3 for the sum, 1 - 8/4 = -1 for the mean
    assert step("sum((w*x - y)^2)", STOCHASTIC, model, order="[[1, 2], 1]") == -3
    assert step("mean((w*x - y)^2)", STOCHASTIC, model, order="[[1, 2], 1]") == -1


def test_a_redefined_quantity_carries_on_into_what_rests_on_it() -> None:
    # the rate taken for twice the rate: 1 + 8/2 = 5, and 'twice' is then 1
    wrong = '{ misconception = "SIGN", redefine = { rate = "2*rate" } }'
    assert step("mean((w*x - y)^2)", PLAIN, wrong) == 5
    model = item(f'{LINE.replace("FORMULA", "mean((w*x - y)^2)")}{PLAIN}{NUMBER}answer = "twice"\nwrong = [{wrong}]\n')
    mistaken = world(model).mistaken(model.parts[0].wrong[0])
    assert listed(mistaken["twice"]) == [1]


def test_a_redefinition_takes_the_place_of_the_mistake() -> None:
    # SIGN is not executed as well: 1 + 8/4 with the rate as it is
    assert step("mean((w*x - y)^2)", PLAIN, '{ misconception = "SIGN", redefine = { rate = "rate" } }') == 3


def test_doubts_of_a_redefinition_are_doubts_of_its_world() -> None:
    model = item(
        'parameters = { a = [0, 2] }\ndefine = { s = "1" }\n' + NUMBER
        + 'answer = "s"\nwrong = [{ misconception = "SIGN", redefine = { s = "if(1/a == 3, 2, 3)" } }]'
    )  # fmt: skip
    mistaken = world(model).mistaken(model.parts[0].wrong[0])
    assert is_exact(mistaken["s"])
    assert mistaken.doubtful.tolist() == [True, False]


def test_a_mistake_that_can_not_be_executed_names_item_and_line() -> None:
    model = item(
        'parameters = { a = [1, 2] }\nloss = { formula = "a*x^2", variables = ["x"] }\n'
        'run = { start = ["1"], rate = "1/10", steps = 1 }\n' + NUMBER
        + 'answer = "x[1]"\nwrong = [{ misconception = "PLAIN" }]'
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        _ = world(model).mistaken(model.parts[0].wrong[0]).run
    (fault,) = caught.value.faults
    assert (fault.file, fault.item) == ("trial.toml", "one") and fault.line == 5


# --- outcomes ------------------------------------------------------------------------------------------------------


def ended(loss: str, rate: str, start: str, node: str) -> tuple[list[bool], list[bool]]:
    model = item(
        f'parameters = {{ k = [1, 2] }}\nloss = {{ formula = "{loss}", variables = ["x"] }}\n'
        f'run = {{ start = ["{start}"], rate = "{rate}", steps = 2, judge = true }}\n'
        f'[[item.part]]\nkind = "truth"\nask = "?"\ntruth = "{node}"\n'
    )
    here = world(model)
    value = here(model.parts[0].truth)
    return np.broadcast_to(value, (2,)).tolist(), here.doubtful.tolist()


def test_a_limit_is_told_apart() -> None:
    # x^2 with rate k/2: one step to the minimum, then to and fro for ever
    assert ended("x^2", "k/2", "1", "converged") == ([True, False], [False, False])
    assert ended("x^2", "k/2", "1", "cycles") == ([False, True], [False, False])
    assert ended("x^2", "k/2", "1", "reaches_minimum") == ([True, False], [False, False])


def test_a_run_that_is_still_on_its_way_is_not_said_to_stop_short() -> None:
    # x^4 flattens out: after 2000 updates the run is slow and not there yet, which does not say that it never will be
    for name in ("converged", "reaches_minimum", "not converged", "diverged", "cycles"):
        assert ended("x^4", "k/8", "1/2", name)[1] == [True, True]
    assert ended("x^4", "k/8", "1/2", "slow") == ([True, True], [False, False])


def test_a_limit_with_curvature_is_a_minimum() -> None:
    assert ended("(x^2 - 1)^2 * x^2", "k/100", "1/2", "reaches_minimum") == ([True, True], [False, False])
