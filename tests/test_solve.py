"""``gdquiz solve``: reading what is typed, the runs, the verdicts, the text and the JSON."""

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from gdquiz.cli import main
from gdquiz.descent.stepping import METHODS
from gdquiz.errors import InputError
from gdquiz.formulas.expressions import Language, parse
from gdquiz.solving.solution import Solution, solve
from gdquiz.solving.task import Quantity, methods
from gdquiz.solving.telling import EVENTS, WORDS, as_json, as_text, number, pretty

F = Fraction


def solved(loss: str, start: str, rate: str, **more: Any) -> Solution:
    return solve(loss, start.split(), rate, **more)


def verdict(told: Solution) -> tuple[str, str, str]:
    return told.limit, told.point, told.scope


def steps_of(told: Solution, event: str) -> list[int | None]:
    return [found.step for found in told.events if found.event == event]


# --- what becomes of a run -----------------------------------------------------------------------------------------


def test_a_double_well() -> None:
    told = solved("w^4/4 - w^2/2", "w=1/2", "1/10")
    assert verdict(told) == ("converged", "local_min", "global")
    assert told.place == (Quantity.of(F(1)),)
    # x_1 = 1/2 - (1/8 - 1/2)/10 = 43/80; f'' = 3 - 1 = 2 at 1, so that 2/L = 1
    assert told.steps[1].point[0].exact == F(43, 80)
    assert told.stable_rate == Quantity.of(F(1)) and not told.stable_everywhere
    assert told.events == ()


@pytest.mark.parametrize(
    ("rate", "limit", "period"),
    [("9/10", "converged", 0), ("1", "cycle", 2), ("11/10", "diverged_loss_up", 0), ("1/2", "converged", 0)],
)
def test_the_regimes_of_a_quadratic(rate: str, limit: str, period: int) -> None:
    # f = (w - 3)^2, L = 2: the threshold is 2/L = 1 exactly, and 1/L = 1/2 lands in one step
    told = solved("(w-3)^2", "w=0", rate)
    assert (told.limit, told.period) == (limit, period)
    assert told.stable_rate == Quantity.of(F(1)) and told.stable_everywhere
    assert steps_of(told, "overshoot") == (list(range(1, 11)) if rate == "11/10" else [])
    assert steps_of(told, "crossing") == ([] if rate == "1/2" else list(range(1, 11)))
    assert steps_of(told, "one_step") == ([1] if rate == "1/2" else [])


def test_overshoot_and_then_convergence() -> None:
    # f = w^4/4 - w^2/2 from 3/2 with rate 8/5: 3/2 - 8/5*(27/8 - 3/2) = -3/2 (the loss is equal: no overshoot);
    # from 8/5: 8/5 - 8/5*(4.096 - 1.6) = -2.3936, where the loss is 5.34 instead of 0.358
    assert steps_of(solved("w^4/4 - w^2/2", "w=3/2", "8/5", steps=1), "overshoot") == []
    told = solved("w^4/4 - w^2/2", "w=8/5", "8/5", steps=1)
    assert told.steps[1].point[0].exact == F(-1496, 625)
    assert steps_of(told, "overshoot") == [1]
    # a momentum run passes the minimum, climbs a little, and comes back
    told = solved("(w-3)^2", "w=0", "1/10", method="momentum")
    assert verdict(told) == ("converged", "local_min", "global")
    assert steps_of(told, "overshoot") == [4, 5, 6]


def test_saddles() -> None:
    told = solved("x^2-y^2", "x=1 y=0", "1/4")
    assert verdict(told) == ("converged", "saddle", "local_or_unknown")
    assert steps_of(told, "unstable_limit") == [None]
    assert solved("x^2-y^2", "x=1 y=1/100", "1/4").limit == "unbounded_below"


def test_a_ravine() -> None:
    # x^2 + 10y^2: L = 20, so that 1/10 is the threshold: 1 - 20/10 = -1 along y, 1 - 2/10 = 4/5 along x
    assert solved("x^2+10y^2", "x=1 y=1", "1/11").limit == "converged"
    told = solved("x^2+10y^2", "x=1 y=1", "1/10", steps=2)
    assert (told.limit, told.period) == ("cycle", 2)
    assert [x.exact for x in told.steps[2].point] == [F(16, 25), F(1)]


def test_a_cycle_that_floats_would_leave() -> None:
    # x^4/4 from 2 with rate 1/2: 2 - 8/2 = -2 and back
    told = solved("w^4/4", "w=2", "1/2")
    assert (told.limit, told.period, steps_of(told, "overshoot")) == ("cycle", 2, [])


def test_a_landing_on_a_maximum() -> None:
    told = solved("w^4/4 - w^2/2", "w=2", "1/3", steps=2)
    assert verdict(told) == ("converged", "local_max", "local_or_unknown")
    assert told.place == (Quantity.of(F(0)),)
    assert {event.event for event in told.events} == {"one_step", "unstable_limit"}


def test_what_is_proved_of_a_critical_point_is_told() -> None:
    # the second derivative of w^4 at 0 is 0, but the sign of 4w^3 tells a minimum
    told = solved("w^4", "w=1", "1/10")
    assert verdict(told) == ("converged", "local_min", "global")
    assert told.place == (Quantity.of(F(0)),)
    assert verdict(solved("w^4", "w=0", "1/10")) == ("stationary_start", "local_min", "global")


def test_losses_that_are_not_rational() -> None:
    told = solved("exp(-x) + x", "x=2", "1")
    assert verdict(told) == ("converged", "local_min", "global")
    assert told.place == (Quantity.of(F(0)),)  # recognised as exactly 0: f' = 1 - exp(-x)
    assert told.steps[0].point[0].exact == 2 and told.steps[0].loss.exact is None
    assert told.steps[1].point[0].number == pytest.approx(2 - (1 - 0.1353352832366127))
    assert solved("log(1 + exp(-x))", "x=0", "1").limit == "drift"


def test_a_flat_valley() -> None:
    told = solved("(x-y)^2", "x=1 y=0", "1/4", steps=2)
    # both come together at 1/2 in one step: x - 2(x - y)/4
    assert told.place == (Quantity.of(F(1, 2)), Quantity.of(F(1, 2)))
    assert told.scope == "global"
    # on the diagonal x - 1 = y + 2 = t the loss is t^4, and t -> t - 2 t^3/50: the run comes to t = 0, slowly
    assert solved("(x-1)^2*(y+2)^2", "x=3 y=0", "1/50").limit == "converged"


def test_climbing() -> None:
    told = solved("-(w-1)^2", "w=0", "1/4", ascend=True)
    assert verdict(told) == ("converged", "local_max", "global")
    # 0 + (2 - 0)/4 = 1/2; the loss rises from -1 to -1/4, which is the right way
    assert told.steps[1].point[0].exact == F(1, 2)
    assert steps_of(told, "overshoot") == []
    # w^3 - 3w has its maximum at -1 with f'' = -6: 2/6
    told = solved("w^3-3w", "w=-1/2", "1/4", ascend=True)
    assert verdict(told) == ("converged", "local_max", "local_or_unknown")
    assert told.stable_rate == Quantity.of(F(1, 3)) and not told.stable_everywhere
    assert solved("w^2", "w=1", "1/10", ascend=True).limit == "unbounded_below"


@pytest.mark.parametrize(
    ("method", "given_", "rate"),
    [
        ("descent", {}, F(1, 10)),
        ("momentum", {"beta": "1/2"}, F(3, 20)),  # 2(1 + beta)/L
        ("heavy-ball", {}, F(19, 100)),  # beta is 9/10 unless given
        ("nesterov", {"beta": "1/2"}, F(3, 40)),  # 2(1 + beta)/((1 + 2 beta) L)
    ],
)
def test_the_largest_stable_rate_depends_on_the_method(method: str, given_: Mapping[str, str], rate: F) -> None:
    told = solved("x^2+10y^2", "x=1 y=1", "1/50", method=method, parameters=given_)
    assert told.stable_rate == Quantity.of(rate)
    for factor, limit in ((F(99, 100), "converged"), (F(101, 100), "diverged_loss_up")):
        run = solved("x^2+10y^2", "x=1 y=1", str(rate * factor), method=method, parameters=given_)
        assert run.limit == limit


def test_methods_that_divide_by_a_root() -> None:
    told = solved("(w-3)^2", "w=0", "1/10", method="adam", steps=1)
    assert told.steps[1].point[0].exact == F(1, 10)  # the first step of Adam has the length of the rate
    assert told.stable_rate is None
    # AdaGrad: s_1 = 36, x_1 = 0 + 6/10/6 = 1/10; s_2 = 36 + (29/5)^2 = 1741/25 has no rational root
    told = solved("(w-3)^2", "w=0", "1/10", method="adagrad", steps=2)
    assert told.steps[1].point[0].exact == F(1, 10)
    assert told.steps[2].point[0].exact is None
    assert told.steps[2].point[0].number == pytest.approx(0.1 + 0.1 * 5.8 / (1741 / 25) ** 0.5)


def test_leaving_the_domain_is_a_result() -> None:
    # w - log w from 1/2 with rate 10: 21/2, 61/42, then negative
    told = solved("w - log(w)", "w=1/2", "10", steps=5)
    assert verdict(told) == ("undecided", "none", "local_or_unknown")
    assert steps_of(told, "undefined") == [3]
    assert told.words == "The run ends at step 3, where log(w) has no value: nothing can be said of a limit."
    late = solved("sqrt(w)", "w=4", "1", steps=2)  # it happens only after the steps that are shown
    assert late.limit == "undecided" and late.events == ()
    assert "The run ends at step 12" in late.words


def test_overflow_is_told() -> None:
    told = solved("w^4", "w=10", "1", steps=8)
    assert told.limit == "diverged_loss_up"
    (overflow,) = steps_of(told, "overflow")
    assert overflow is not None
    assert json.loads(as_json(told))["steps"][8]["loss"] is None
    assert "too large for floating point" in as_text(told)


def test_a_landing_on_a_kink_is_told() -> None:
    told = solved("abs(w)", "w=1", "1/4", steps=5)
    assert verdict(told) == ("converged", "local_min", "global")
    assert steps_of(told, "kink") == [4, 5]
    assert told.place == (Quantity.of(F(0)),)


def test_exact_numbers_end_where_they_get_long() -> None:
    told = solved("w^4/4 - w^2/2", "w=1/2", "1/10", steps=12)
    exact = [step.point[0].exact is not None for step in told.steps]
    assert exact == sorted(exact, reverse=True) and exact[6] and not exact[12]
    # the float run joins without a jump: x - (x^3 - x)/10
    for before, after in zip(told.steps, told.steps[1:], strict=False):
        x = before.point[0].number
        assert after.point[0].number == pytest.approx(x - (x**3 - x) / 10, rel=1e-12)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 4), st.integers(-4, 4), st.integers(-4, 4), st.integers(1, 40))
def test_quadratics_by_their_theory(alpha: int, best: int, start: int, rate: int) -> None:
    # f = alpha (w - best)^2: the error is multiplied by 1 - 2 alpha eta at every step
    told = solved(f"{alpha}*(w - ({best}))^2", f"w={start}", f"{rate}/10", steps=3)
    factor = 1 - F(2 * alpha * rate, 10)
    assert [step.point[0].exact for step in told.steps] == [best + (start - best) * factor**k for k in range(4)]
    if start == best:
        assert told.limit == "stationary_start"
    else:
        size = abs(factor)
        assert told.limit == ("converged" if size < 1 else "cycle" if size == 1 else "diverged_loss_up")
    assert told.stable_rate == Quantity.of(F(1, alpha))


# --- what is typed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "start", "rate", "more", "told"),
    [
        ("expp(w)", "w=1", "1", {}, "field LOSS: the loss uses 'expp', which has no start (hint: did you mean 'exp'?)"),
        ("w^2 + v^2", "w=1", "1", {}, "field LOSS: the loss uses 'v', which has no start (hint: add --start v=1)"),
        ("w^2", "", "1", {}, "field LOSS: the loss uses 'w', which has no start (hint: add --start w=1)"),
        ("w^2", "w=1 v=2", "1", {}, "field --start: the loss has no variable 'v'; expected a start for w"),
        (
            "weight^2",
            "wieght=1",
            "1",
            {},
            "field LOSS: the loss uses 'weight', which has no start (hint: did you mean 'wieght'?)",
        ),
        (
            "3",
            "w=1",
            "1",
            {},
            "field LOSS: the loss has no variable (hint: start with something like (w - 3)^2)",
        ),
        ("w^2", "w=1", "fast", {}, "field --rate: unknown name 'fast' at column 1; expected a number, such as 1/10"),
        ("w^2", "w=1", "0", {}, "field --rate: the rate is not positive (hint: --ascend climbs instead of descending)"),
        (
            "w^2",
            "w=1",
            "-1/10",
            {},
            "field --rate: the rate is not positive (hint: --ascend climbs instead of descending)",
        ),
        ("w^2", "w=1", "1/(1-1)", {}, "field --rate: division by zero at column 2; expected a number, such as 1/10"),
        ("w^2", "w=1", "exp(1000)", {}, "field --rate: 'exp(1000)' has no finite value"),
        ("w^2", "w=one", "1", {}, "field --start w: unknown name 'one' at column 1; expected a number, such as 1/10"),
        ("w^2", "w", "1", {}, "field --start: 'w' is no start; expected NAME=VALUE, such as w=1/2"),
        ("w^2", "w=1 w=2", "1", {}, "field --start: 'w' is given twice"),
        ("exp(w)", "w=1 exp=2", "1", {}, "field --start: 'exp' is a function, not a variable"),
        ("a+b+c+d+g", "a=1 b=1 c=1 d=1 g=1", "1", {}, "field --start: 5 variables; expected at most 4"),
        ("w^2", "w=1", "1", {"steps": -1}, "field --steps: -1 steps; expected a number from 0 to 10000"),
        ("w^2", "w=1", "1", {"steps": 10_001}, "field --steps: 10001 steps; expected a number from 0 to 10000"),
        (
            "w^2",
            "w=1",
            "1",
            {"method": "nestorov"},
            "field --method: unknown method 'nestorov'; expected one of descent, heavy-ball, nesterov, adagrad, "
            "rmsprop, adam (hint: did you mean 'nesterov'?)",
        ),
        (
            "w^2",
            "w=1",
            "1",
            {"parameters": {"beta": "1/2"}},
            "field --beta: gradient descent has no such parameter; expected none",
        ),
        (
            "w^2",
            "w=1",
            "1",
            {"method": "momentum", "parameters": {"beta": "1"}},
            "field --beta: 1 is out of range; expected a number from 0 to below 1",
        ),
        (
            "abs(w)",
            "w=0",
            "1",
            {},
            "field --start: the loss has a kink at w=0, and so no gradient: look at abs(w) "
            "(hint: choose another start)",
        ),
        (
            "log(w)",
            "w=-1",
            "1",
            {},
            "field --start: the loss has no value at w=-1: look at log(w) (hint: choose another start)",
        ),
        (
            "sqrt(w)",
            "w=0",
            "1",
            {},
            "field --start: the gradient has no value at w=0: look at 1/(2*sqrt(w)) (hint: choose another start)",
        ),
        (
            "exp(exp(w))",
            "w=10",
            "1",
            {},
            "field --start: the loss or its gradient is too large at w=10 (hint: choose another start)",
        ),
        (
            "x^2+y^2",
            "x=1 y=0",
            "1",
            {"method": "adam"},
            "field --method: Adam divides 0 by 0: the derivative with respect to y is 0 at the start "
            "(hint: add --epsilon 1/1000)",
        ),
    ],
)
def test_refusals(loss: str, start: str, rate: str, more: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as refusal:
        solved(loss, start, rate, **more)
    assert str(refusal.value) == told


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InputError) as refusal:
        solved("w^2 + v", "w=one", "x", method="mumentum", steps=-5)
    assert [fault.field for fault in refusal.value.faults] == ["--start w", "LOSS", "--rate", "--method", "--steps"]


@pytest.mark.parametrize("loss", ["__import__('os')", "w.__class__", "w" * 100_000, "9^9^9*w", "(" * 5000 + "w"])
def test_hostile_losses_are_refused(loss: str) -> None:
    with pytest.raises(InputError):
        solved(loss, "w=1", "1")


def test_variables_come_in_the_order_of_the_loss() -> None:
    assert solved("v*u + w_1^2", "w_1=1 u=1 v=1", "1/10", steps=0).variables == ("v", "u", "w_1")
    assert solved("3ba + a", "a=1 b=1", "1/10", steps=0).variables == ("b", "a")
    assert solved("η₁^2 + theta^2", "theta=1 η₁=2", "1/10", steps=0).variables == ("eta1", "theta")


def test_numbers_are_read_as_formulas() -> None:
    told = solved("w^2", "w=-1/3", "0.05", steps=1)
    assert told.steps[0].point[0].exact == F(-1, 3) and told.task.rate.exact == F(1, 20)
    told = solved("w^2", "w=sqrt(2)", "1/4", steps=1)
    assert told.steps[0].point[0] == Quantity(2**0.5)
    assert told.limit == "converged"


# --- JSON ----------------------------------------------------------------------------------------------------------

KEYS = [
    "loss",
    "variables",
    "gradient",
    "hessian",
    "critical_points",
    "largest_stable_rate",
    "steps",
    "limit",
    "point",
    "scope",
    "events",
    "ascent",
]


def test_json_of_a_run() -> None:
    told = json.loads(as_json(solved("w^4/4 - w^2/2", "w=1/2", "1/10", steps=1)))
    assert list(told) == [*KEYS, "exact"]
    assert told["loss"] == "w^4/4 - w^2/2"
    assert told["gradient"] == {"w": "w^3 - w"} and told["hessian"] == [["3*w^2 - 1"]]
    assert told["critical_points"][1] == {"point": {"w": 0.0}, "kind": "maximum", "exact": {"point": {"w": "0"}}}
    assert told["largest_stable_rate"] == 1.0 and told["exact"] == {"largest_stable_rate": "1"}
    # f(1/2) = 1/64 - 1/8 = -7/64, f'(1/2) = 1/8 - 1/2
    assert told["steps"][0] == {
        "step": 0,
        "point": {"w": 0.5},
        "loss": -0.109375,
        "gradient": {"w": -0.375},
        "exact": {"point": {"w": "1/2"}, "loss": "-7/64", "gradient": {"w": "-3/8"}},
    }
    assert (told["limit"], told["point"], told["scope"]) == ("converged", "local_min", "global")
    assert told["events"] == [] and told["ascent"] is False


def test_json_tells_the_period_of_a_cycle_and_events() -> None:
    told = json.loads(as_json(solved("(w-3)^2", "w=0", "1", steps=2)))
    assert told["period"] == 2
    assert told["events"] == [{"event": "crossing", "step": 1}, {"event": "crossing", "step": 2}]


def test_json_gives_exact_strings_only_where_numbers_are_rational() -> None:
    told = json.loads(as_json(solved("exp(-x) + x", "x=2", "1", steps=1)))
    assert told["steps"][0]["exact"] == {"point": {"x": "2"}}
    assert told["steps"][1]["exact"] == {}


def test_json_of_a_valley_gives_its_directions() -> None:
    told = json.loads(as_json(solved("(x-y)^2", "x=1 y=0", "1/4", steps=0)))
    (row,) = told["critical_points"]
    assert row["kind"] == "minimum" and row["directions"] == [{"x": 1.0, "y": 1.0}]


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(["w^4 - 3w", "exp(w) - 2w", "log(1 + w^2)", "w/(1 + w^2)", "sin(w)^2", "abs(w - 1/7) + w^2"]),
    st.sampled_from(["1/10", "3", "100"]),
    st.booleans(),
)
def test_json_is_strict_and_its_formulas_can_be_read(loss: str, rate: str, ascend: bool) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    told = json.loads(as_json(solved(loss, "w=3", rate, steps=30, ascend=ascend)), parse_constant=refuse)
    assert set(KEYS) <= set(told) <= {*KEYS, "exact", "period"}
    for formula in (told["loss"], told["gradient"]["w"], told["hessian"][0][0]):
        parse(formula, names=("w",), language=Language.FORMULA)
    assert len(told["steps"]) == 31
    for step in told["steps"]:
        for name, text in step["exact"].get("point", {}).items():
            number_ = step["point"][name]
            assert abs(F(text)) > F(10) ** 308 if number_ is None else F(number_) == pytest.approx(F(text), rel=1e-15)


# --- text ----------------------------------------------------------------------------------------------------------


def test_the_text_of_a_run() -> None:
    assert as_text(solved("(w-3)^2", "w=0", "1/2", steps=1)) == (
        "Loss      f(w) = (w - 3)²\n"
        "Gradient  f'(w) = 2·w - 6\n"
        "Hessian   f''(w) = 2\n"
        "\n"
        "Critical points\n"
        "  w   f   kind             curvature   2/L\n"
        "  3   0   global minimum           2     1\n"
        "  These are all.\n"
        "  One point, from linear algebra in fractions; the determinant of the constant Hessian\n"
        "  is not zero.\n"
        "\n"
        "Largest stable rate  1, from every start\n"
        "\n"
        "Gradient descent from w = 0: rate 1/2\n"
        "  step   w   f   f'\n"
        "     0   0   9   -6\n"
        "     1   3   0    0\n"
        "\n"
        "Outcome\n"
        "  limit   converges to w = 3\n"
        "  point   local minimum\n"
        "  scope   global\n"
        "  events  one_step in step 1: the first step lands on the limit\n"
        "\n"
        "  The iterates converge. The point is a local minimum. No point of the loss is better.\n"
        "  The first update lands exactly on the limit.\n"
    )


def test_the_text_of_several_variables() -> None:
    text = as_text(solved("x^2 + x*y + y^2", "x=1 y=2", "1/3", steps=1))
    assert "Gradient  ∂f/∂x = 2·x + y\n          ∂f/∂y = x + 2·y\n" in text
    assert "Hessian   ⎡ 2   1 ⎤\n          ⎣ 1   2 ⎦\n" in text
    assert "     0      1     2     7       4       5\n" in text
    assert "     1   -1/3   1/3   1/9    -1/3     1/3\n" in text


def test_plain_text_is_ascii() -> None:
    text = as_text(solved("sqrt(1 + eta^2) + x^-2", "eta=1 x=2", "1/3", method="momentum"), fancy=False)
    assert text.isascii()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("w^12/4 - 3w", "w¹²/4 - 3·w"),
        ("w^-2", "w⁻²"),
        ("sqrt(eta1*w_2) + beta", "√(η₁·w_2) + β"),
        ("exp(-x1^2)*sigmoid(w)", "exp(-x₁²)·sigmoid(w)"),
        ("2^3 + 0.5^2", "2³ + 0.5²"),
    ],
)
def test_formulas_on_one_line_can_be_read_back(text: str, shown: str) -> None:
    names = ("w", "x", "x1", "w_2", "eta1", "beta")
    node = parse(text, names=names, language=Language.FORMULA)
    assert pretty(node) == shown
    assert parse(shown, names=names, language=Language.FORMULA) == node


def test_decimals_can_be_told_from_exact_numbers() -> None:
    assert number(Quantity.of(F(1))) == "1"
    assert number(Quantity(1.0)) == "1.00000"
    assert number(Quantity.of(F(1, 3))) == "1/3"
    assert number(Quantity.of(F(10**12, 3))) == "3.33333e+11"
    assert number(Quantity(float("nan"))) == "-"


def test_every_value_and_event_has_words() -> None:
    from gdquiz.judging.verdicts import rules

    axes = ("limit", "point", "scope")
    assert {rule.value for axis in axes for rule in rules(axis)} <= set(WORDS)
    assert {rule.value for axis in ("flag", "event") for rule in rules(axis)} <= set(EVENTS)


def test_every_method_runs_and_is_named_in_the_text() -> None:
    for method in methods():
        told = solved("(w-3)^2", "w=0", "1/10", method=method.name)
        # RMSProp without epsilon ends in a two-cycle of width eta; nothing is proved of Adam, which floats see converge
        assert told.limit == {"rmsprop": "cycle", "adam": "undecided", "adagrad": "slow"}.get(
            method.name, "converged"
        ), method.name
        assert method.title in as_text(told).replace("Gradient", "gradient")


def test_the_help_names_every_method() -> None:
    result = CliRunner().invoke(main, ["solve", "--help"])
    assert [row.name for row in METHODS if row.name not in result.stdout] == []
