"""The differentiator and its slips."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from gdquiz.descent.calculus import Calculus, derive, symbols_of, terms_bound
from gdquiz.descent.slipped import slipped_gradient
from gdquiz.descent.slips import SLIPS
from gdquiz.errors import InputError
from gdquiz.formulas.expressions import Apply, Language, Name, Node, Number, parse, to_text
from gdquiz.formulas.symbolic import to_sympy


def calculus(loss: str, variables: str, parameters: str = "") -> Calculus:
    return derive(read(loss, variables, parameters), tuple(variables.split()), tuple(parameters.split()))


def read(loss: str, variables: str, parameters: str = "") -> Node:
    return parse(loss, names={*variables.split(), *parameters.split()}, language=Language.BANK)


def texts(nodes: tuple[Node, ...]) -> list[str]:
    return [to_text(node) for node in nodes]


def slipped(slip: str | None, loss: str, variables: str = "w", parameters: str = "a b c d p q k") -> list[str]:
    node = read(loss, variables, parameters)
    return texts(slipped_gradient(node, tuple(variables.split()), tuple(parameters.split()), slip))


def same(first: str, second: str, names: str) -> bool:
    symbols = symbols_of(names.split())
    both = [to_sympy(read(text, names), symbols) for text in (first, second)]
    return bool(sympy.expand(both[0] - both[1]) == 0)


# --- derivatives -----------------------------------------------------------------------------------------------


def test_gradient_keeps_the_form_of_the_chain_rule():
    of = calculus("(a*w-b)^2", "w", "a b")
    assert texts(of.gradient) == ["2*a*(a*w - b)"]
    assert texts(of.expanded) == ["2*a^2*w - 2*a*b"]
    assert texts(of.hessian[0]) == ["2*a^2"]
    assert of.quadratic


def test_terms_of_a_derivative_come_by_falling_powers_of_the_variables():
    # SymPy alone would write -a*c + a*x, and 6*a*p*x^2 before 4*a*x^3, by the powers of the parameters
    assert texts(calculus("a*x^2/2 - a*c*x", "x", "a c").gradient) == ["a*x - a*c"]
    assert texts(calculus("a*x^4 + 2*p*x^3 + b*x^2 + q*x", "x", "a p b q").gradient) == [
        "4*a*x^3 + 6*p*x^2 + 2*b*x + q"
    ]
    assert texts(calculus("c*v^2 + b*u*v + a*u^2 + p*u", "u v", "a b c p").gradient) == [
        "2*a*u + b*v + p",
        "b*u + 2*c*v",
    ]
    assert texts(calculus("p*w + k*exp(w)", "w", "k p").gradient) == ["k*exp(w) + p"]  # not only powers: as it was


def test_quadratic_with_parameters_has_its_stationary_point_as_formulas():
    # a x^2/2 + b x y + c y^2/2 - p x - q y: by Cramer x = (p c - q b)/(a c - b^2), y = (a q - b p)/(a c - b^2)
    of = calculus("a*x^2/2+b*x*y+c*y^2/2-p*x-q*y", "x y", "a b c p q")
    assert texts(of.gradient) == ["a*x + b*y - p", "b*x + c*y - q"]
    assert to_text(of.determinant) == "a*c - b^2"
    assert texts(of.minors) == ["a", "a*c - b^2"]
    assert of.stationary is not None
    values = dict.fromkeys("abcpq", 0) | {"a": 2, "b": 1, "c": 3, "p": 5, "q": 7}
    at = {symbol: values[name] for name, symbol in symbols_of(["a", "b", "c", "p", "q"]).items()}
    point = [to_sympy(node, symbols_of(["a", "b", "c", "p", "q"])).xreplace(at).doit() for node in of.stationary]
    # 2x + y = 5 and x + 3y = 7 give y = 9/5 and x = 8/5
    assert [sympy.nsimplify(value) for value in point] == [sympy.Rational(8, 5), sympy.Rational(9, 5)]


@pytest.mark.parametrize(
    ("loss", "variables", "quadratic"),
    [
        ("(x-1)*(x+1)", "x", True),
        ("(x+y)*(x-y)", "x y", True),
        ("(x-1)^3-(x+2)^3", "x", True),  # the cubes cancel: -9x^2 - 9x - 9
        ("x^3", "x", False),
        ("abs(x)", "x", False),
        ("relu(x)^2", "x", False),
        ("sqrt(x)", "x", False),
        ("3*x+1", "x", True),
    ],
)
def test_quadratic_means_degree_at_most_two(loss, variables, quadratic):
    assert calculus(loss, variables).quadratic is quadratic


def test_a_flat_or_bent_loss_has_no_stationary_formula():
    assert calculus("(x+y)^2", "x y").stationary is None  # determinant 2*2 - 2*2 = 0
    assert calculus("x^4", "x").stationary is None


def test_kinks_have_step_and_sign_as_derivatives():
    of = calculus("relu(a*x-b)^2+abs(x)", "x", "a b")
    assert same(
        texts(of.gradient)[0].replace("relu(a*x - b)", "r").replace("step(a*x - b)", "s").replace("sign(x)", "t"),
        "2*a*s*r+t",
        "a b r s t",
    )
    assert texts(of.hessian[0]) == ["2*a^2*step(a*x - b)"]
    assert of.gradient_function(np.array([2.0, -1.0]), 3.0, 1.0)[0].tolist() == [2 * 3 * 5 + 1, -1]


def test_powers_with_a_symbol_as_exponent_have_a_value_at_zero():
    assert texts(calculus("x^m", "x", "m").gradient) == ["m*x^(m - 1)"]
    assert calculus("x^m", "x", "m").gradient_function(np.array([0.0]), np.array([3.0]))[0].tolist() == [0.0]


def test_sigmoid_stays_itself_and_does_not_overflow():
    of = calculus("sigmoid(a*x)", "x", "a")
    assert texts(of.gradient) == ["a*sigmoid(a*x)*(1 - sigmoid(a*x))"]
    assert of.gradient_function(np.array([-900.0, 0.0, 900.0]), 2.0)[0].tolist() == [0.0, 0.5, 0.0]


def test_functions_broadcast_constants_and_keep_shapes():
    of = calculus("3*x+y^2", "x y")
    rows = np.arange(4.0)
    assert [column.tolist() for column in of.gradient_function(rows, 2)] == [[3.0] * 4, [4.0] * 4]
    assert [[entry.tolist() for entry in row] for row in of.hessian_function(rows, rows)] == [
        [[0.0] * 4, [0.0] * 4],
        [[0.0] * 4, [2.0] * 4],
    ]
    assert of.loss_function(1.0, 2.0).shape == ()


def test_names_can_not_meet_those_of_generated_code():
    # x0, x1, ... are what SymPy calls common subexpressions; lambda is a keyword of Python.
    of = calculus("(x0*x1+1)^2+exp(x0*x1+1)+lambda*x0", "x0 x1", "lambda")
    value = of.gradient_function(np.array([0.5]), np.array([2.0]), np.array([7.0]))
    assert value[0] == pytest.approx(2 * 2 * 2 + 2 * np.exp(2) + 7, rel=1e-15)
    assert value[1] == pytest.approx(0.5 * 2 * 2 + 0.5 * np.exp(2), rel=1e-15)


def test_precise_functions_follow_the_working_precision():
    of = calculus("exp(x)/3", "x")
    with mpmath.workdps(50):
        assert abs(of.precise_gradient(Fraction(1))[0] - mpmath.e / 3) < mpmath.mpf(10) ** -49
        assert abs(of.precise_hessian(1)[0][0] - mpmath.e / 3) < mpmath.mpf(10) ** -49
    assert mpmath.isnan(calculus("log(x)", "x").precise_loss(-1))
    assert mpmath.isnan(calculus("1/x", "x").precise_gradient(0)[0])


@pytest.mark.parametrize(
    ("loss", "variables", "message"),
    [
        (Apply("+", (Name("x"), Name("z"))), ("x",), "the loss uses 'z'; expected a variable or a parameter"),
        (Apply("floor", (Name("x"),)), ("x",), "'floor' has no derivative; expected a loss made of smooth functions"),
        (Name("x"), (), "a loss needs at least one variable"),
        (Name("x"), ("x", "x"), "'x' is named twice among variables and parameters"),
        (
            Apply("/", (Name("x"), Number(Fraction(0)))),
            ("x",),
            "the loss has no real value (hint: look for a division by zero)",
        ),
    ],
)
def test_refusals(loss, variables, message):
    with pytest.raises(InputError) as caught:
        derive(loss, variables)
    assert str(caught.value) == message


def test_deriving_again_gives_the_same_object():
    node = read("(a*w-b)^2", "w", "a b")
    assert derive(node, ("w",), ("a", "b")) is derive(node, ("w",), ("a", "b"))


def test_large_powers_are_not_multiplied_out():
    of = calculus("(x+y+z+1)^64", "x y z")
    assert terms_bound(of.symbolic_gradient[0]) > 10_000
    assert of.expanded == of.gradient
    assert not of.quadratic


LOSSES = [
    ("(a*x-b)^2", "x", "a b"),
    ("exp(a*x^2+b)", "x", "a b"),
    ("log(a*x^2+b)", "x", "a b"),
    ("sigmoid(a*x+b)", "x", "a b"),
    ("sqrt(a*x^2+b)", "x", "a b"),
    ("tanh(a*x)*x+sin(x)*cos(b*x)", "x", "a b"),
    ("tan(x/5)-1/(1+x^2)", "x", ""),
    ("relu(x-4)+relu(4*x)+abs(x-5)", "x", ""),
    ("max(x,y,1/8)*x+min(x*y,y)", "x y", ""),
    ("log(1+exp(-a*x*y))+x^3*y/(1+y^2)", "x y", "a"),
    ("(w*tanh(v*a)-b)^2+w*v^2", "w v", "a b"),
    ("x^y+y^x", "x y", ""),
    ("(x*y*z*w-1)^2+sigmoid(x*w)*z", "w x y z", ""),
]


@pytest.mark.parametrize(("loss", "variables", "parameters"), LOSSES)
def test_derivatives_agree_with_differences(loss, variables, parameters):
    # Central differences of the 50-digit loss with h = 1e-15 have an error of the order h^2 |f'''| = 1e-30.
    of = calculus(loss, variables, parameters)
    count = len(of.variables) + len(of.parameters)
    with mpmath.workdps(50):
        step = mpmath.mpf(10) ** -15
        at = [mpmath.mpf(3 + 2 * place) / (7 - place) for place in range(count)]
        gradient, hessian = of.precise_gradient(*at), of.precise_hessian(*at)
        for i in range(len(of.variables)):
            up, down = ([x + s * step * (place == i) for place, x in enumerate(at)] for s in (1, -1))
            slope = (of.precise_loss(*up) - of.precise_loss(*down)) / (2 * step)
            assert abs(slope - gradient[i]) < 1e-22 * max(1, abs(slope))
            for j, (a, b) in enumerate(zip(of.precise_gradient(*up), of.precise_gradient(*down), strict=True)):
                assert abs((a - b) / (2 * step) - hessian[i][j]) < 1e-22 * max(1, abs(hessian[i][j]))
        floats = of.gradient_function(*map(float, at))
        assert [float(value) for value in floats] == pytest.approx([float(value) for value in gradient], rel=1e-12)


# --- slips --------------------------------------------------------------------------------------------------------

TABLE = [
    # slip, loss, wrong derivative by w
    ("no-inner", "(a*w-b)^2", "2*(a*w-b)"),
    ("no-inner", "exp(a*w)", "exp(a*w)"),
    ("no-inner", "sqrt(a*w^2+c)", "1/(2*sqrt(a*w^2+c))"),
    ("no-inner", "1/(a*w+b)", "-1/(a*w+b)^2"),
    ("no-factor", "(a*w-b)^2", "a*(a*w-b)"),
    ("no-factor", "a*w^3+b*w", "a*w^2+b"),
    ("power-kept", "a*w^4", "4*a*w^4"),
    ("power-kept", "(a*w-b)^2", "2*a*(a*w-b)^2"),
    ("constant-kept", "a*w^2+d*w+k", "2*a*w+d+k"),
    ("constant-kept", "(w^2+k)/2", "w+k/2"),
    ("constant-kept", "(w+k)^2", "2*(w+k)"),  # no constant term on the outside: nothing changes
    ("linear-dropped", "a*w^2/2-p*w", "a*w"),
    ("linear-dropped", "a*w^2+w", "2*a*w"),
    ("product-of-derivatives", "w^2*exp(w)", "2*w*exp(w)"),
    ("product-of-derivatives", "a*w^2", "2*a*w"),  # a constant factor is no product rule
    ("product-of-derivatives", "w^2/exp(w)", "2*w/exp(w)"),
    ("no-mask", "relu(a*w-b)", "a"),
    ("second", "a*w^3", "6*a*w"),
    ("outer-at-x", "(a*w+b)^3", "3*a*w^2"),
    ("outer-at-x", "exp(a*w^2+b)", "2*a*w*exp(w)"),
]


@pytest.mark.parametrize(("slip", "loss", "wrong"), TABLE)
def test_slips_follow_their_formulas(slip, loss, wrong):
    names = "w a b c d p q k"
    symbols = symbols_of(names.split())
    got, expected = (to_sympy(read(text, names), symbols) for text in (slipped(slip, loss)[0], wrong))
    assert sympy.simplify(got - expected) == 0


def test_a_kink_far_away_does_not_hide_a_slip():
    assert slipped("no-mask", "relu(w+1000)") == ["1"]


def test_slips_in_two_variables():
    loss = "a*x^2+b*x*y+c*y^2+d*x+p*y+k"
    names = "x y a b c d p q k"
    for slip, wrong in {
        "cross-dropped": ("2*a*x+d", "2*c*y+p"),
        "constant-kept": ("2*a*x+b*y+d+k", "b*x+2*c*y+p+k"),
        "linear-dropped": ("2*a*x+b*y", "b*x+2*c*y"),
        "power-kept": ("2*a*x^2+b*y+d", "b*x+2*c*y^2+p"),
        "second": ("2*a", "2*c"),
        None: ("2*a*x+b*y+d", "b*x+2*c*y+p"),
    }.items():
        for got, expected in zip(slipped(slip, loss, "x y"), wrong, strict=True):
            assert same(got, expected, names), slip
    # without the inner derivative both partial derivatives of (ax + by + c)^2 are 2(ax + by + c)
    assert all(same(got, "2*(a*x+b*y+c)", names) for got in slipped("no-inner", "(a*x+b*y+c)^2", "x y"))


def test_a_slip_without_effect_gives_the_true_gradient_itself():
    node = read("(x-1)^2", "x")
    for slip in ("no-inner", "no-mask", "cross-dropped", "linear-dropped", "constant-kept", "product-of-derivatives"):
        assert slipped_gradient(node, ("x",), (), slip) == derive(node, ("x",)).gradient
    assert slipped_gradient(node, ("x",), (), "no-factor") != derive(node, ("x",)).gradient


def test_an_unknown_slip_is_refused():
    with pytest.raises(ValueError, match=r"^there is no slip 'sloppy'; there are no-inner, no-factor"):
        slipped_gradient(Name("x"), ("x",), (), "sloppy")


def test_every_slip_has_a_loss_it_changes():
    losses = [loss for slip, loss, _ in TABLE if slip != "constant-kept"] + ["a*w^2+k"]
    changed = {slip for slip in SLIPS for loss in losses if slipped(slip, loss) != slipped(None, loss)}
    cross = slipped("cross-dropped", "x*y", "x y") != slipped(None, "x*y", "x y")
    assert changed | ({"cross-dropped"} if cross else set()) == set(SLIPS)


def trees() -> st.SearchStrategy[Node]:
    leaves = st.sampled_from([Name("x"), Name("y"), Name("a"), Number(Fraction(2)), Number(Fraction(1, 3))])

    def grown(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        two = st.tuples(children, children)
        one = st.tuples(children)
        return st.one_of(
            two.map(lambda pair: Apply("+", pair)),
            two.map(lambda pair: Apply("*", pair)),
            one.map(lambda only: Apply("-", only)),
            st.tuples(children, st.integers(2, 4)).map(lambda p: Apply("^", (p[0], Number(Fraction(p[1]))))),
            one.flatmap(
                lambda only: st.sampled_from(["exp", "sin", "cos", "tanh", "sigmoid", "abs", "relu"]).map(
                    lambda function: Apply(function, only)
                )
            ),
            # kept inside of their domains and off their poles
            one.map(lambda only: Apply("log", (above_one(only[0]),))),
            one.map(lambda only: Apply("sqrt", (above_one(only[0]),))),
            two.map(lambda pair: Apply("/", (pair[0], above_one(pair[1])))),
        )

    return st.recursive(leaves, grown, max_leaves=6)


def above_one(node: Node) -> Node:
    return Apply("+", (Number(Fraction(2)), Apply("sin", (node,))))


@settings(max_examples=150, deadline=None)
@given(trees())
def test_without_a_slip_the_two_differentiators_agree(loss):
    try:
        of = derive(loss, ("x", "y"), ("a",))
    except InputError:
        return  # numbers too large for a formula, as in ((2^4)^4)^4
    mine = slipped_gradient(loss, ("x", "y"), ("a",), None)
    if mine != of.gradient:  # max and min may be spelled differently
        symbols = symbols_of(["x", "y", "a"])
        difference = [to_sympy(a, symbols) - to_sympy(b, symbols) for a, b in zip(mine, of.gradient, strict=True)]
        for point in ((0.3, -1.2, 0.7), (-0.9, 0.4, -1.1)):
            at = dict(zip(symbols.values(), map(sympy.Float, point), strict=True))
            assert all(abs(part.xreplace(at).evalf()) < 1e-9 for part in difference)
