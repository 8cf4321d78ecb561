"""Exact columns against Python's fractions, and what happens where a number does not fit or does not exist."""

from __future__ import annotations

from fractions import Fraction
from operator import add, ge, gt, le, lt, mul, sub, truediv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdquiz.numbers.exact import Rationals, where

fractions = st.fractions(min_value=-10_000, max_value=10_000, max_denominator=10_000)
columns = st.lists(fractions, min_size=1, max_size=8)


def listed(column: Rationals) -> list[Fraction | None]:
    return [column.fraction(row) if column.valid[row] else None for row in range(len(column))]


@given(columns, columns)
@pytest.mark.parametrize("operation", [add, sub, mul])
def test_arithmetic_is_that_of_fractions(operation, left, right):
    size = min(len(left), len(right))
    result = operation(Rationals.of(left[:size]), Rationals.of(right[:size]))
    assert listed(result) == [operation(a, b) for a, b in zip(left[:size], right[:size], strict=True)]


@given(columns, columns)
def test_division_is_that_of_fractions_and_has_no_value_by_zero(left, right):
    size = min(len(left), len(right))
    result = truediv(Rationals.of(left[:size]), Rationals.of(right[:size]))
    assert listed(result) == [a / b if b else None for a, b in zip(left[:size], right[:size], strict=True)]


@given(columns, fractions)
@pytest.mark.parametrize("comparison", [lt, le, gt, ge])
def test_comparisons_are_those_of_fractions(comparison, left, right):
    assert comparison(Rationals.of(left), Rationals.constant(right)).tolist() == [comparison(a, right) for a in left]


@given(st.lists(st.fractions(min_value=-9, max_value=9, max_denominator=9), min_size=1), st.integers(-4, 6))
def test_whole_powers_are_those_of_fractions(values, exponent):
    expected = [None if value == 0 and exponent <= 0 else value**exponent for value in values]
    assert listed(Rationals.of(values) ** exponent) == expected


def test_close_numbers_are_told_apart_exactly():
    # both are 0.333... in floats; their difference is 1/(3 * 3000000000000001)
    a, b = Fraction(1, 3), Fraction(1000000000000000, 3000000000000001)
    assert float(a) == pytest.approx(float(b), rel=1e-15)
    assert (Rationals.of([a]) > Rationals.of([b])).tolist() == [True]
    assert (Rationals.of([a]) <= Rationals.of([b])).tolist() == [False]
    assert not Rationals.of([a]).equals(Rationals.of([b])).any()


def test_a_result_that_does_not_fit_is_invalid_and_stays_so():
    large = Rationals.of([Fraction(2**40), Fraction(3)])
    product = large * large  # 2^80 does not fit, 9 does
    assert product.valid.tolist() == [False, True]
    assert listed(product - product) == [None, Fraction(0)]
    assert np.isnan(product.floats()[0])
    with pytest.raises(ValueError, match="row 0 has no exact value"):
        product.fraction(0)


def test_a_value_that_does_not_fit_can_not_be_put_in():
    with pytest.raises(OverflowError, match="more than 62 bits"):
        Rationals.of([2**62])


def test_comparing_an_invalid_row_is_never_true():
    broken = Rationals.of([1, 1]) / Rationals.of([0, 1])
    assert (broken < 5).tolist() == [False, True]
    assert (broken >= 5).tolist() == [False, False]


@given(st.fractions(min_value=0, max_value=3000, max_denominator=300))
def test_roots_of_squares_are_exact_and_of_others_are_floats(value):
    assert listed(Rationals.of([value * value]).sqrt()) == [value]
    assert Rationals.of([value * value, 2]).sqrt().tolist() == pytest.approx([float(value), 2**0.5], rel=1e-15)
    assert Rationals.of([value * value]).is_square().all()
    if value > 0:
        assert not Rationals.of([2 * value * value]).is_square().any()


def test_exact_beside_floats_gives_floats():
    column = Rationals.of([Fraction(1, 2), Fraction(3, 4)])
    for result, expected in (
        (column + np.array([1.0, 1.0]), [1.5, 1.75]),
        (np.array([1.0, 1.0]) - column, [0.5, 0.25]),
        (column * 2.0, [1.0, 1.5]),
        (np.array([3.0, 3.0]) / column, [6.0, 4.0]),
    ):
        assert isinstance(result, np.ndarray)
        assert result.tolist() == expected


def test_rows_are_chosen_taken_and_broadcast():
    column = Rationals.of([1, 2, 3])
    chosen = where(np.array([True, False, True]), column, -column)
    assert listed(chosen) == [1, -2, 3]
    assert listed(chosen.take(np.array([False, True, True]))) == [-2, 3]
    assert listed(Rationals.constant(Fraction(1, 7)).broadcast(2)) == [Fraction(1, 7)] * 2
