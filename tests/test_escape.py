"""Runs that leave for infinity, and runs next to them that do not."""

from fractions import Fraction as F

import pytest
from exact_runs import events, run_of, verdict

from gdquiz.descent.calculus import derive
from gdquiz.descent.exact_run import StatedRun
from gdquiz.enclosures.balls import Uncertain, ball, precision
from gdquiz.enclosures.half_lines import bounds, growth, half_line, keeps_sign, without_complements
from gdquiz.formulas.expressions import Language, parse
from gdquiz.theorems.escape import blow_up, leading_form, outward
from gdquiz.theorems.foresight import foreseen
from gdquiz.theorems.suggestion import Suggestion

UP = Suggestion("diverged_loss_up")
OUT = Suggestion("undecided", ((1e9,),))


def stated(loss, start, rate, method="descent", ascend=False, shown=3, **settings):
    run = run_of(loss, start, rate, method, None, ascend, shown)
    pairs = tuple(sorted((name, F(value)) for name, value in settings.items()))
    return StatedRun(run.calculus, (), run.start, run.rate, method, pairs, ascend, shown)


# --- moving outwards for ever ---


@pytest.mark.parametrize(
    ("loss", "start", "expected"),
    [
        ("3*x + 1", "x=3", "unbounded_below"),
        ("-sqrt(1 + x^2)", "x=1", "unbounded_below"),  # f' = -x/sqrt(1 + x^2) tends to -1
        ("-sqrt(1 + x^2)", "x=1/1000000", "unbounded_below"),
        ("-sqrt(1 + x^2)", "x=0", "undecided"),  # at rest
        ("x + 1/x", "x=-3", "unbounded_below"),  # f' = 1 - 1/x^2 >= 8/9 to the left of -3
        ("x + 1/x", "x=-1001/1000", "unbounded_below"),
        ("x + 1/x", "x=-1/2", "undecided"),  # moves to the right, towards the pole at 0
        ("x + 1/x", "x=3", "undecided"),  # has a minimum at 1
        ("x^3", "x=-1", "unbounded_below"),
        ("x^3 - 3*x", "x=-11/10", "unbounded_below"),  # f' = 3 (x^2 - 1) > 0 left of -1
        ("-log(1 + x^2)", "x=1", "unbounded_below"),  # f' ~ -2/x: the integral is infinite
        ("-x*log(x)", "x=1", "unbounded_below"),
        ("x + sin(x)/2", "x=1", "unbounded_below"),  # f' >= 1/2
        ("x + 2*sin(x)", "x=1", "undecided"),  # f' = 1 + 2 cos x has zeros
        ("x^2 - exp(x)", "x=3", "unbounded_below"),  # f'' = 2 - e^x < 0, f'(3) < 0
        ("abs(x) - 3*x", "x=-1", "unbounded_below"),  # f' is -4 or -2
        ("exp(-x)", "x=0", "drift"),
        ("exp(-x) + 1/1000*x", "x=0", "undecided"),  # a minimum at log(1000)
        ("log(1 + exp(-x))", "x=-3", "drift"),
        ("1/(1 + x^2)", "x=1", "drift"),  # f' ~ -2/x^3: the integral is finite
        ("1/(1 + x^2)", "x=-1", "drift"),
        ("-tanh(x)", "x=1", "drift"),
        ("-sigmoid(x)", "x=-1", "drift"),
        ("x*exp(-x)", "x=2", "drift"),
        ("x*exp(-x)", "x=1/2", "unbounded_below"),  # to the left, where f -> -infinity
        ("x*exp(-x)", "x=1", "undecided"),
    ],
)
def test_one_variable_outwards(loss, start, expected):
    told = outward(stated(loss, start, "1/7"), Suggestion("undecided"))
    assert verdict(told) == expected
    if told is not None:
        assert events(told, "overshoot") == events(told, "crossing") == "---"


@pytest.mark.parametrize(
    ("method", "settings"),
    [
        ("heavy-ball", {"beta": "1/2"}),
        ("nesterov", {"beta": "1/2"}),
        ("adagrad", {}),
        ("rmsprop", {"rho": "9/10"}),
        ("adam", {"beta1": "9/10", "beta2": "999/1000"}),
    ],
)
def test_every_method_is_driven_outwards(method, settings):
    assert verdict(outward(stated("-sqrt(1 + x^2)", "x=1", "1/7", method, **settings), OUT)) == "unbounded_below"
    assert verdict(outward(stated("exp(-x)", "x=1", "1/7", method, **settings), OUT)) == "drift"
    assert outward(stated("exp(-x) + x", "x=1", "1/7", method, **settings), OUT) is None


def test_ascent_is_mirrored():
    assert verdict(outward(stated("sqrt(1 + x^2)", "x=1", "1/7", ascend=True), OUT)) == "unbounded_below"
    assert verdict(outward(stated("-exp(-x)", "x=1", "1/7", ascend=True), OUT)) == "drift"
    assert outward(stated("-sqrt(1 + x^2)", "x=1", "1/7", ascend=True), OUT) is None


def test_an_escape_may_begin_later():
    # x^3 - 3x from 3/2 with rate 1: x_1 = 3/2 - 3 (9/4 - 1) = -9/4, beyond the maximum at -1: down for ever.
    # f_0 = -9/8, f_1 = -729/64 + 27/4 = -4.64: no step is an overshoot
    told = outward(stated("x^3 - 3*x", "x=3/2", "1"), Suggestion("unbounded_below"))
    assert verdict(told) == "unbounded_below"
    assert events(told, "overshoot") == "---" and events(told, "crossing") == "?--"
    # heavy ball that comes from the right with its velocity to the left turns round before it escapes
    told = outward(stated("x^3 - 3*x", "x=5/4", "1/2", "heavy-ball", beta="9/10"), Suggestion("unbounded_below"))
    assert verdict(told) == "unbounded_below"


# --- blowing up ---


@pytest.mark.parametrize(
    ("loss", "start", "rate", "expected"),
    [
        ("x^4/4 - x^2/2", "x=3", "1", "diverged_loss_up"),
        ("(x - 3)^4/4 + 5/2*(x - 3)^2", "x=0", "2/3", "diverged_loss_up"),
        ("exp(x) + exp(-x)", "x=4", "1", "diverged_loss_up"),
        # f' = 3(x - 5)(1 - e^(4 - (x - 5)^2)): far out the factor is 1 - 3 eta
        ("3/2*((x - 5)^2 + exp(4 - (x - 5)^2))", "x=1", "9/10", "diverged_loss_up"),
        ("3/2*((x - 5)^2 + exp(4 - (x - 5)^2))", "x=1", "2/3", "undecided"),  # -1: neither grows nor shrinks
        ("3/2*((x - 5)^2 + exp(4 - (x - 5)^2))", "x=1", "6/10", "undecided"),
        ("x^2 + abs(x)", "x=2", "5/4", "diverged_loss_up"),
        ("sqrt(1 + x^2)", "x=2", "5", "undecided"),  # bounded steps
        ("exp(x) - x", "x=4", "1", "undecided"),  # comes back from the left
        ("x^3", "x=5", "1", "undecided"),  # leaves to the left, downwards
    ],
)
def test_one_variable_blowing_up(loss, start, rate, expected):
    assert verdict(blow_up(stated(loss, start, rate), UP)) == expected


def test_the_bound_of_heavy_ball_takes_its_memory_into_account():
    # x^2/2 + sqrt(1 + x^2): far out f' = x + 1, s = eta; heavy ball diverges beyond 2(1 + b) = 3, and is shown to do so
    # where eta >= 2 + 2b + 1/1024 > 3; plain descent beyond 2 + 1/1024
    loss = "x^2/2 + sqrt(1 + x^2)"
    assert verdict(blow_up(stated(loss, "x=9", "3.01", "heavy-ball", beta="1/2"), UP)) == "diverged_loss_up"
    assert blow_up(stated(loss, "x=9", "3", "heavy-ball", beta="1/2"), UP) is None
    assert verdict(blow_up(stated(loss, "x=9", "2.01"), UP)) == "diverged_loss_up"
    assert blow_up(stated(loss, "x=9", "2"), UP) is None
    assert verdict(blow_up(stated(loss, "x=9", "2.01", "nesterov", beta="1/2"), UP)) == "diverged_loss_up"


# --- leading forms ---


@pytest.mark.parametrize(
    ("loss", "start", "rate", "ascend", "expected"),
    [
        ("x^4 + y^4", "x=3 y=1", "1", False, "diverged_loss_up"),
        ("x^4 + y^4", "x=3 y=1", "1", True, "unbounded_below"),
        ("-x^4 - y^4", "x=1 y=1/2", "1/1000", False, "unbounded_below"),
        ("x^4 + 3*x^2*y^2 + y^4 + z^4 - x*z^3", "x=3 y=1 z=2", "1", False, "diverged_loss_up"),
        ("(x^2 + y^2 - 1)^2", "x=3 y=1", "1", False, "diverged_loss_up"),
        ("x^4 - 3*x^2*y^2 + y^4", "x=3 y=1", "1", False, "undecided"),  # negative along (1, 1)
        ("(x*y - 1)^2", "x=3 y=4", "1", False, "undecided"),  # zero along the axes
        ("(x - y)^4", "x=3 y=4", "1", False, "undecided"),
        ("x^3 + y^3", "x=3 y=4", "1", False, "undecided"),
    ],
)
def test_polynomials_by_their_leading_form(loss, start, rate, ascend, expected):
    run = stated(loss, start, rate, ascend=ascend)
    assert verdict(leading_form(run, Suggestion("diverged_loss_up"))) == expected


def test_a_run_that_stays_is_never_said_to_leave():
    for loss, start, rate in (("x^4 + y^4", "x=1/2 y=1/3", "1/4"), ("x^4 + y^4 - 100*x^2", "x=7 y=1/3", "1/1000")):
        assert leading_form(stated(loss, start, rate), UP) is None
    assert blow_up(stated("x^4/4 - x^2/2", "x=1/2", "1"), UP) is None


def test_a_family_with_parameters():
    calculus = derive(parse("a*x^4/4 - x^2/2", names=("x", "a"), language=Language.FORMULA), ("x",), ("a",))
    run = StatedRun(calculus, (F(1, 2),), (F(3),), F(1), shown=2)
    assert verdict(leading_form(run, UP)) == verdict(blow_up(run, UP)) == "diverged_loss_up"
    assert foreseen(run).limit == "diverged_loss_up"


# --- half-lines ---


def formula(text):
    return without_complements(parse(text, names=("x",), language=Language.FORMULA))


def sign_beyond(*chain, end, way):
    with precision(128):
        return keeps_sign(list(map(formula, chain)), {}, "x", ball(F(end)), way)


def test_signs_on_half_lines():
    assert sign_beyond("1 - 1/x^2", end="1000001/1000000", way=1) == 1
    assert sign_beyond("1 - 1/x^2", end="999999/1000000", way=1) == 0
    assert sign_beyond("1 - 1/x^2", end="-1000001/1000000", way=-1) == 1
    assert sign_beyond("x^3 - 3x", "3x^2 - 3", end="1.74", way=1) == 1  # the root is sqrt 3 = 1.732...
    assert sign_beyond("x^3 - 3x", "3x^2 - 3", end="1.73", way=1) == 0
    assert sign_beyond("x^3 - 3x", "3x^2 - 3", end="-1.74", way=-1) == -1
    assert sign_beyond("x*exp(-x^2)", end=1, way=1) == 1  # tends to 0, and is never 0
    assert sign_beyond("1 - tanh(x)^2", end=1, way=1) == 1
    assert sign_beyond("sigmoid(x) - 1", end=1, way=1) == -1
    assert sign_beyond("1/x", end=-1, way=1) == 0  # a pole on the way
    assert sign_beyond("log(x)", end="1/2", way=1) == 0
    assert sign_beyond("abs(x - 5)", end=1, way=1) == 0
    assert sign_beyond("sign(x - 5) - 3", end=1, way=1) == -1
    assert sign_beyond("sqrt(x)", end=-1, way=1) == 0


@pytest.mark.parametrize(
    ("text", "way", "integrable"),
    [
        ("1/x", 1, False), ("1/x^2", 1, True), ("1/(x*log(x)^2)", 1, True), ("1/(x*log(x))", 1, False),
        ("x/(1 + x^2)", -1, False), ("x/(1 + x^2)^2", -1, True), ("1/sqrt(x)", 1, False), ("x*exp(-x)", 1, True),
        ("exp(-x)", -1, False), ("1 + exp(-x)", 1, False), ("sigmoid(-x)", 1, True), ("x^2 - x", 1, False),
        ("1/x - 2/x^2", 1, False), ("exp(-x)*(x^2 + 1)", 1, True), ("tanh(x)/x^2", -1, True),
    ],
)  # fmt: skip
def test_integrals_to_infinity(text, way, integrable):
    assert growth(formula(text), {}, "x", way).integrable == integrable


@pytest.mark.parametrize(
    "text", ["x - x", "exp(x) - exp(2x)", "exp(x)*exp(-x)", "sin(x)", "log(-x)", "exp(sqrt(x))", "0*x"]
)
def test_growth_that_is_not_certain(text):
    with pytest.raises(Uncertain):
        growth(formula(text), {}, "x", 1)


def test_bounds_on_a_half_line():
    with precision(128):
        far = half_line("x", ball(F(2)), 1, {})
        assert (bounds(formula("1/(1 + x^2)"), far).low, bounds(formula("1/(1 + x^2)"), far).nonzero) == (0, True)
        assert bounds(formula("cos(x) - 2"), far).high < F(-99, 100).numerator / 100
        with pytest.raises(Uncertain):
            bounds(formula("1/(x - 5)"), far)
        with pytest.raises(Uncertain):
            bounds(formula("tan(x)"), far)
