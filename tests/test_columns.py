"""Expressions over columns: exact, floating and precise; and what is noted as doubtful."""

from __future__ import annotations

from fractions import Fraction
from math import exp, log, nan

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdquiz.formulas.columns import Evaluation, evaluate, floats, fraction, has_value, precise, take
from gdquiz.formulas.expressions import Language, parse
from gdquiz.numbers.exact import Rationals

F = Fraction
NAMES = ("a", "b", "c")
numbers = st.fractions(min_value=-50, max_value=50, max_denominator=12)


def read(text: str, *series: str):
    return parse(text, names=(*NAMES, *series), language=Language.BANK)


def listed(column) -> list:
    return [column.fraction(row) if column.valid[row] else None for row in range(column.rows)]


def exact(text: str, **columns) -> tuple[list, list]:
    """The values of an expression over exact columns, and the rows that are doubtful."""
    evaluation = Evaluation({name: Rationals.of(values) for name, values in columns.items()})
    value = evaluation(read(text))
    rows = len(next(iter(columns.values())))
    doubtful = np.broadcast_to(evaluation.doubtful, (rows,)).tolist()
    return (listed(value.broadcast(rows)) if isinstance(value, Rationals) else np.asarray(value).tolist()), doubtful


def floating(text: str, **columns) -> tuple[list, list]:
    evaluation = Evaluation({name: np.array(values, dtype=float) for name, values in columns.items()})
    value = evaluation(read(text))
    rows = len(next(iter(columns.values())))
    return np.broadcast_to(floats(value), (rows,)).tolist(), np.broadcast_to(evaluation.doubtful, (rows,)).tolist()


# --- exact ---------------------------------------------------------------------------------------------------------

SMOOTH = ("a + b*c - 2", "(a - b)^2/3", "a*b*c", "-a^3 + b", "max(a, b, c)", "min(a, -b)", "abs(a) - relu(b)")


@given(numbers, numbers, numbers)
@pytest.mark.parametrize("text", SMOOTH)
def test_exact_floating_and_precise_agree(text, a, b, c):
    node = read(text)
    (first,), _ = exact(text, a=[a], b=[b], c=[c])
    (second,), _ = floating(text, a=[a], b=[b], c=[c])
    third = Evaluation({"a": precise(a), "b": precise(b), "c": precise(c)}, precise)(node)
    assert float(first) == pytest.approx(second, abs=1e-9)
    assert float(first) == pytest.approx(float(third), abs=1e-9)


def test_exact_values_are_those_of_fractions():
    values, doubtful = exact("(a + 1/3)/b - c^-2", a=[F(2, 3), F(1)], b=[F(5), F(-2)], c=[F(2), F(3)])
    assert values == [F(1, 5) - F(1, 4), F(4, 3) / -2 - F(1, 9)]
    assert doubtful == [False, False]


@pytest.mark.parametrize("text", ["max(3, 1/a)", "max(1/a, 3)", "min(-9, 1/a)", "min(1/a, -9)", "max(1, 1/a, 3)"])
def test_an_extreme_of_something_without_a_value_has_none(text):
    # 1/0 must not be left out in silence, whichever side it stands on
    assert exact(text, a=[F(0), F(1)])[0][0] is None
    assert exact(text, a=[F(0), F(1)])[0][1] is not None
    assert not np.isfinite(floating(text, a=[0, 1])[0][0])


def test_the_branch_not_taken_does_no_harm():
    assert exact("if(a == 0, 7, 1/a)", a=[F(0), F(2)])[0] == [7, F(1, 2)]
    value = Evaluation({"a": precise(F(0))}, precise)(read("if(a == 0, exp(1), 1/a)"))
    assert abs(value - mpmath.e) < 1e-15  # 1/0 is worked out beside it, and is no number then


def test_numbers_too_large_for_the_columns_have_no_value():
    assert exact("a + 123456789012345678901234567890", a=[F(1)])[0] == [None]


def test_roots_are_exact_where_every_row_is_a_square():
    assert exact("sqrt(a)", a=[F(4, 9), F(16)])[0] == [F(2, 3), 4]
    mixed = evaluate(read("sqrt(a)"), {"a": Rationals.of([F(4), F(2)])})
    assert not isinstance(mixed, Rationals)
    assert floats(mixed).tolist() == pytest.approx([2, 2**0.5])


# --- comparisons ---------------------------------------------------------------------------------------------------


def test_a_comparison_with_nothing_is_doubtful_and_so_is_its_opposite():
    # 1/a has no value at a = 0: neither "1/a == 3" nor "not 1/a == 3" may be relied on
    for text in ("1/a == 3", "not 1/a == 3", "1/a < 3", "1/a >= 3"):
        assert exact(text, a=[F(0), F(1)])[1] == [True, False]


def test_floats_that_are_almost_equal_are_doubtful():
    # 0.1 + 0.2 is not 0.3 in floats; the margin is 1e-9 of the larger side
    values, doubtful = floating("a + b == c", a=[0.1, 0.1, 0.1], b=[0.2, 0.2, 0.2], c=[0.3, 0.3 + 1e-11, 0.4])
    assert (values, doubtful) == ([True, True, False], [True, True, False])
    assert exact("a + b == c", a=[F(1, 10)], b=[F(1, 5)], c=[F(3, 10)]) == ([True], [False])


def test_precise_numbers_are_compared_to_thirty_digits():
    with mpmath.workdps(50):
        third = mpmath.mpf(1) / 3
        assert Evaluation({"a": third}, precise)(read("3*a == 1"))
        assert not Evaluation({"a": third + mpmath.mpf(10) ** -20}, precise)(read("3*a == 1"))


# --- functions that jump -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["ceil(log(a)/log(2))", "floor(log(a)/log(2))"])
def test_rounding_a_float_beside_a_whole_number_is_doubtful(text):
    # log(8)/log(2) is 3, or 2.9999999999999996: no one can tell from floats
    evaluation = Evaluation({"a": Rationals.of([F(8), F(9)])})
    value = evaluation(read(text))
    assert evaluation.doubtful.tolist() == [True, False]
    assert listed(value) == [3, 4 if "ceil" in text else 3]


def test_rounding_a_float_gives_an_exact_whole_number():
    # log(10) = 2.30..., log(1/2) = -0.69...; 1/0 has no value, and above 2^53 a float may skip the whole number
    assert exact("ceil(log(a)) + 1/2", a=[F(10), F(1, 2)]) == ([F(7, 2), F(1, 2)], [False, False])
    assert exact("floor(log(a))", a=[F(10), F(1, 2), F(0)])[0] == [2, -1, None]
    assert exact("floor(exp(a))", a=[F(3), F(40)])[0] == [20, None]


def test_rounding_is_exact_where_numbers_are():
    assert exact("floor(a)", a=[F(-7, 2), F(3)]) == ([-4, 3], [False, False])
    assert exact("ceil(a)", a=[F(-7, 2), F(3)]) == ([-3, 3], [False, False])
    assert floating("floor(a/b)", a=[0.3], b=[0.1]) == ([3.0], [True])  # 0.3/0.1 is 2.9999999999999996


def test_signs_and_steps_beside_zero_are_doubtful_in_floats():
    assert floating("sign(a - b)", a=[0.3, 1], b=[0.1 + 0.2, 0]) == ([0.0, 1.0], [True, False])
    assert exact("sign(a)", a=[F(0), F(-2)]) == ([0, -1], [False, False])
    assert exact("step(a)", a=[F(0), F(2), F(-2)]) == ([F(1, 2), 1, 0], [True, False, False])


def test_being_a_square_is_a_question_of_exact_numbers():
    assert exact("is_square(a)", a=[F(9, 4), F(2)]) == ([True, False], [False, False])
    assert floating("is_square(a)", a=[4.0]) == ([0.0], [True])


# --- series --------------------------------------------------------------------------------------------------------


def test_an_index_may_differ_from_row_to_row():
    series = tuple(Rationals.of([F(10 * step + row) for row in range(3)]) for step in range(3))
    where = Rationals.of([F(0), F(2), F(1)])
    evaluation = Evaluation({"w": series, "a": where})
    assert listed(evaluation(read("w[a]", "w"))) == [0, 21, 12]
    assert not np.any(evaluation.doubtful)
    twin = Evaluation({"w": tuple(map(floats, series)), "a": floats(where)})
    assert twin(read("w[a]", "w")).tolist() == [0, 21, 12]
    alone = Evaluation({"w": tuple(precise(column.take([1])) for column in series), "a": precise(F(2))}, precise)
    assert alone(read("w[a]", "w")) == 21


@pytest.mark.parametrize("index", [F(-1), F(3), F(1, 2)])
def test_an_index_outside_or_between_is_doubtful(index):
    series = tuple(Rationals.of([F(step)]) for step in range(3))
    for environment in ({"w": series, "a": Rationals.of([index])}, {"w": series, "a": np.array([float(index)])}):
        evaluation = Evaluation(environment)
        evaluation(read("w[a]", "w"))
        assert np.all(evaluation.doubtful)


def test_an_index_of_no_rows_gives_no_rows():
    series = tuple(Rationals.of([]) for _ in range(3))
    assert evaluate(read("w[a]", "w"), {"w": series, "a": Rationals.of([])}).rows == 0


# --- elementary functions ------------------------------------------------------------------------------------------


def test_elementary_functions():
    (value,), _ = floating("exp(a) + log(b) + sigmoid(c)", a=[1], b=[2], c=[-800])
    assert value == pytest.approx(exp(1) + log(2))
    with mpmath.workdps(50):
        third = Evaluation({"a": precise(F(1, 3))}, precise)(read("exp(a) + exp(1)"))
        assert abs(third - mpmath.exp(mpmath.mpf(1) / 3) - mpmath.e) < mpmath.mpf(10) ** -48


def test_what_does_not_exist_is_nan():
    assert np.isnan(floating("log(a)", a=[-1])[0][0])
    assert mpmath.isnan(Evaluation({"a": precise(F(-1))}, precise)(read("log(a) + sqrt(a)")))


def test_helpers():
    column = Rationals.of([F(1, 2), F(3)])
    assert fraction(column, 1) == 3 and fraction(np.array([1.5, 2.5]), 0) == 1.5 and fraction(4.0, 9) == 4.0
    assert has_value(column / Rationals.of([F(1), F(0)])).tolist() == [True, False]
    assert has_value(np.array([1.0, nan])).tolist() == [True, False]
    first, second = take((column, np.array([7.0, 8.0])), np.array([1]))
    assert (listed(first), second.tolist()) == ([3], [8.0])
