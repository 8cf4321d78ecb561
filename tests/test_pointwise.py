"""A formula at one point: exact, in floats, and where it has a kink or no value."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdquiz.formulas.expressions import Language, Node, parse, to_text
from gdquiz.formulas.pointwise import Irrational, bits, exact_value, float_value, kink, undefined

F = Fraction


def formula(text: str) -> Node:
    return parse(text, names=("x", "y"), language=Language.FORMULA)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x^2 - y/3", F(1, 4) - F(2, 3)),
        ("-x*y + 2", F(1)),
        ("(x + 1)^-2", F(4, 9)),
        ("sqrt(x*y/4) + abs(-x)", F(1)),
        ("sign(-y) + step(0) + step(x)", F(1, 2)),
        ("relu(x) + relu(-x)", F(1, 2)),
        ("min(x, y, 3) + max(x, y)", F(5, 2)),
    ],
)
def test_exact_values_at_one_half_and_two(text: str, value: Fraction) -> None:
    assert exact_value(formula(text), {"x": F(1, 2), "y": F(2)}) == value


def test_what_is_not_rational_is_refused() -> None:
    for text in ("exp(0)", "sqrt(2)", "sqrt(x - 1)", "log(1)"):
        with pytest.raises(Irrational):
            exact_value(formula(text), {"x": F(1, 2), "y": F(2)})
    with pytest.raises(ZeroDivisionError):
        exact_value(formula("1/(y - 2)"), {"x": F(1, 2), "y": F(2)})


@given(st.fractions(-5, 5, max_denominator=20), st.fractions(-5, 5, max_denominator=20))
def test_floats_agree_with_fractions(x: Fraction, y: Fraction) -> None:
    node = formula("(x - 2y)^3/7 + abs(x)*relu(y) - max(x, y) + x*sign(y)")
    exact = exact_value(node, {"x": x, "y": y})
    assert float_value(node, {"x": float(x), "y": float(y)}) == pytest.approx(float(exact), rel=1e-12, abs=1e-12)


def test_floats_that_end() -> None:
    assert float_value(formula("exp(exp(x))"), {"x": 10.0, "y": 0.0}) == math.inf
    assert math.isnan(float_value(formula("log(x)"), {"x": -1.0, "y": 0.0}))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("abs(x - 1/2) + y", "abs(x - 1/2)"),
        ("relu(y - 4x)", "relu(y - 4*x)"),
        ("max(2, y) + x", "max(2, y)"),
        ("min(x, y) + abs(x)", None),
        ("max(x, y, 1/2)", None),  # the tie is not between the two largest
    ],
)
def test_kinks_at_one_half_and_two(text: str, part: str | None) -> None:
    node = formula(text)
    found = kink(node, lambda inner: exact_value(inner, {"x": F(1, 2), "y": F(2)}))
    assert (found and to_text(found)) == (part and to_text(formula(part)))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("abs(x)^3", None),  # the derivative is 3 x |x|, which is 0 at 0
        ("abs(x)^2 + x", None),
        ("x*abs(x)", None),  # the derivative is 2 |x|
        ("3*relu(x)*abs(2*x)", None),
        ("relu(x)^2", None),
        ("abs(x)", "abs(x)"),
        ("abs(x)^3 + abs(x)", "abs(x)"),
        ("5*abs(x)", "abs(x)"),
        ("(1 + x)*abs(x)", "abs(x)"),  # the other factor is 1 there
        ("sqrt(abs(x))^2", "abs(x)"),  # this is |x| again
        ("x*sign(x)", "sign(x)"),  # and so is this
    ],
)
def test_kinks_that_a_zero_takes_away(text: str, part: str | None) -> None:
    found = kink(formula(text), lambda inner: float_value(inner, {"x": 0.0, "y": 2.0}))
    assert (found and to_text(found)) == part


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("1/(y - 2)", "1/(y - 2)"),
        ("log(2 - y)", "log(2 - y)"),
        ("sqrt(x - 1)", "sqrt(x - 1)"),
        ("(y - 2)^-1", "(y - 2)^(-1)"),
        ("log(x) + sqrt(y) + 1/x + exp(1000y)", None),
    ],
)
def test_where_there_is_no_value(text: str, part: str | None) -> None:
    found = undefined(formula(text), lambda inner: float_value(inner, {"x": 0.5, "y": 2.0}))
    assert (found and to_text(found)) == (part and to_text(formula(part)))


def test_bits_are_those_of_the_longer_part() -> None:
    assert bits(F(5, 8)) == 4
    assert bits(F(-1023)) == 10
