"""Guards of the exact and the floating tier, just inside, exactly on and just outside of what they let through."""

from __future__ import annotations

from fractions import Fraction
from operator import ge, gt, le, lt
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdquiz.banks.domains import LARGEST, domain, number
from gdquiz.descent.slipped import slipped_gradient
from gdquiz.errors import InputError
from gdquiz.exam.frozen import NumberKey
from gdquiz.formulas.columns import MARGIN, Evaluation, floats
from gdquiz.formulas.expressions import Language, parse
from gdquiz.kinds.decimals import UNIT, Accepted, accepted, recognised, scaled, shown
from gdquiz.numbers import exact
from gdquiz.numbers.certainty import NO, UNSURE, YES, at_least, at_most
from gdquiz.numbers.enclosed import Enclosed
from gdquiz.numbers.exact import Rationals
from gdquiz.populations import fitted as training

TOP = 2**62
"""Numerators and denominators lie below this."""


def one(value: Fraction | int) -> Rationals:
    return Rationals.of([value])


def value(column: Rationals) -> Fraction | None:
    return column.fraction(0) if column.valid[0] else None


# --- exact columns: numbers near 2^62 --------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [1, -1])
def test_a_value_below_62_bits_fits_and_one_of_62_bits_does_not(sign: int) -> None:
    for inside in (sign * (TOP - 1), Fraction(sign, TOP - 1)):
        assert value(one(inside)) == value(Rationals.constant(inside).broadcast(1)) == inside
    for outside in (sign * TOP, Fraction(sign, TOP), sign * (TOP + 1)):
        assert not Rationals.constant(outside).valid
        with pytest.raises(OverflowError):
            one(outside)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_sum_fits_below_62_bits(sign: int) -> None:
    half = TOP // 2
    inside = one(sign * half) + one(sign * (half - 1024))
    assert value(inside) == sign * (TOP - 1024)
    for a, b in ((half, half), (half, half + 1024), (TOP - 1, TOP - 1), (TOP - 1, 2)):
        assert value(one(sign * a) + one(sign * b)) is None, (a, b)
        assert value(one(sign * a) - one(-sign * b)) is None, (a, b)
    assert value(one(sign * (TOP - 1)) + one(sign * (TOP - 1)) - one(sign * (TOP - 1))) is None  # and it stays so


def test_the_common_denominator_of_a_sum_fits_below_62_bits() -> None:
    """1/a + 1/b with a and b coprime has the denominator ab."""
    a, b = 2**31 - 1, 2**31 - 3
    assert value(one(Fraction(1, a)) + one(Fraction(1, b))) == Fraction(a + b, a * b)
    for a, b in ((2**31, 2**31 + 1), (2**40, 2**40 + 1), (2**33, 3**20 * 5)):
        assert value(one(Fraction(1, a)) + one(Fraction(1, b))) is None, (a, b)
    # exactly on it: 1/(2^31 - 1) has denominators that only the other factor brings to 2^62
    assert value(one(Fraction(1, 2**61)) + one(Fraction(1, 2**60))) == Fraction(3, 2**61)
    # (2^31 - 2^16 + 1)(2^31 + 2^16 + 1) = 2^62 + 1, which as a float is 2^62
    a, b = 2**31 - 2**16 + 1, 2**31 + 2**16 + 1
    assert a * b == TOP + 1 and value(one(Fraction(1, a)) + one(Fraction(1, b))) is None
    third = (2**62 - 1) // 3  # an odd number; 1/third + 1/4 has the denominator 4 third, above 2^62
    assert value(one(Fraction(1, third)) + one(Fraction(1, 4))) is None
    assert value(one(Fraction(1, third)) + one(Fraction(1, 2))) == Fraction(third + 2, 2 * third)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_product_fits_below_62_bits(sign: int) -> None:
    for a, b in ((2**31, 2**31 - 1), (2**61, 1), (3**19, 3**20)):
        assert value(one(sign * a) * one(b)) == sign * a * b
        assert value(one(Fraction(1, sign * a)) * one(Fraction(1, b))) == Fraction(sign, a * b)
    for a, b in ((2**31, 2**31), (2**31, 2**31 + 1), (2**40, 2**40), (TOP - 1, TOP - 1), (3**20, 3**20)):
        assert value(one(sign * a) * one(b)) is None, (a, b)
        assert value(one(Fraction(1, sign * a)) * one(Fraction(1, b))) is None, (a, b)
    assert value(one(Fraction(sign * 2**40, 3)) * one(Fraction(3, 2**40))) == sign  # what cancels takes no room


large = st.one_of(
    st.integers(TOP - 2**12, TOP - 1),
    st.integers(TOP // 2 - 2**12, TOP // 2 + 2**12),
    st.integers(2**31 - 9, 2**31 + 9),
    st.integers(1, TOP - 1),
)
rationals = st.builds(lambda top, bottom, sign: Fraction(sign * top, bottom), large, large, st.sampled_from([1, -1]))


@given(rationals, rationals)
def test_what_large_numbers_give_is_right_or_nothing(a: Fraction, b: Fraction) -> None:
    for result, expected in ((one(a) + one(b), a + b), (one(a) - one(b), a - b), (one(a) * one(b), a * b)):
        assert value(result) in (None, expected)
    for result, expected in ((one(a) * one(b), a * b), (one(a) / one(b), a / b)):
        room = max(abs(expected.numerator), expected.denominator)
        if room < TOP - 2**12:
            assert value(result) == expected  # a product in lowest terms is refused only where it does not fit


@given(rationals, rationals, st.integers(-2, 2))
def test_large_numbers_are_compared_exactly(a: Fraction, b: Fraction, step: int) -> None:
    near = Fraction(a.numerator + step, a.denominator)
    for other in (b, near):
        if abs(other.numerator) < TOP:
            for compare in (lt, le, gt, ge):
                assert compare(one(a), one(other)).tolist() == [compare(a, other)]


def test_ties_of_large_numbers_are_broken_by_whole_numbers() -> None:
    """n/(n + 1) grows with n; near 2^61 the floats of all of these are 1."""
    for n in (2**61, TOP - 3, 2**40):
        a, b = Fraction(n, n + 1), Fraction(n - 1, n)
        assert float(a) == float(b) or n == 2**40
        assert (one(a) > one(b)).all() and (one(b) < one(a)).all() and not (one(a) <= one(b)).any()
        assert (one(a) >= one(a)).all() and (one(a) <= one(a)).all() and not (one(a) < one(a)).any()
    # here the floats of n1*d2 and n2*d1 differ, but the wrong way round
    n1, d1, n2, d2 = 2308174028735018217, 2329898103816927211, 4142229292234684541, 4181215130837290002
    assert n1 * d2 > n2 * d1 and float(n1) * d2 < float(n2) * d1
    assert (one(Fraction(n1, d1)) > one(Fraction(n2, d2))).all()
    rows = Rationals.of([Fraction(TOP - 2, TOP - 1), Fraction(1, 2), Fraction(TOP - 3, TOP - 2)])
    assert rows.compared(Rationals.constant(Fraction(TOP - 3, TOP - 2))).tolist() == [1, -1, 0]


@pytest.mark.parametrize("root", [1, 2**26 + 1, 2**30 + 1, 2**31 - 1, 94906267, 1_518_500_249])
def test_whole_roots_are_exact_beside_a_square(root: int) -> None:
    """Floats of numbers above 2^53 cannot tell a square from its neighbours."""
    for number_, whole in ((root * root, root), (root * root - 1, root - 1), (root * root + 1, root)):
        found, is_exact = exact._square(np.array([number_], dtype=np.int64))
        assert (found.tolist(), is_exact.tolist()) == ([whole], [number_ in (root * root, 0)])


def test_powers_by_column_are_worked_out_up_to_64() -> None:
    base = Rationals.of([1, 1, -1, -1, 1])
    assert (base ** Rationals.of([64, 65, -64, -65, Fraction(1, 2)])).valid.tolist() == [
        True,
        False,
        True,
        False,
        False,
    ]


# --- comparisons of floats: the margin -------------------------------------------------------------------------------


def compared(text: str, a: float, b: float) -> tuple[bool, bool]:
    """The value of a comparison of two floats, and whether it is doubtful."""
    evaluation = Evaluation({"a": np.array([a]), "b": np.array([b])})
    result = evaluation(parse(text, names=("a", "b"), language=Language.BANK))
    return bool(np.asarray(result)[0]), bool(np.broadcast_to(evaluation.doubtful, (1,))[0])


@pytest.mark.parametrize("size", [1.0, -1.0, 1e6, -1e6, 0.01])
def test_comparisons_keep_a_margin_of_a_billionth_of_the_larger_side(size: float) -> None:
    for off, doubtful in ((0.9, True), (1.1, False)):
        for sign in (1, -1):
            other = size + sign * off * MARGIN * abs(size)
            assert compared("a < b", size, other) == ((not doubtful and other > size), doubtful)
            assert compared("a >= b", size, other) == ((doubtful or other < size), doubtful)
    assert MARGIN == 1e-9


def test_near_zero_the_margin_is_that_of_a_thousandth() -> None:
    for off, doubtful in ((0.9e-12, True), (1.1e-12, False)):
        assert compared("a > b", off, 0.0) == (not doubtful, doubtful)
        assert compared("a < b", -off, 0.0) == (not doubtful, doubtful)


def test_a_difference_of_exactly_the_margin_is_doubtful() -> None:
    step = MARGIN * 1.0  # 1 - (1 - step) need not be step in floats, but 0 - (-1e-12) is: 1e-9 of 1e-3
    assert compared("a > b", MARGIN * 1e-3, 0.0) == (False, True)
    assert compared("a > b", np.nextafter(MARGIN * 1e-3, 1), 0.0) == (True, False) and step == MARGIN


@pytest.mark.parametrize("whole", [0.0, 1.0, -3.0, 1000.0])
def test_rounding_keeps_the_same_margin(whole: float) -> None:
    unit = MARGIN * max(1.0, abs(whole))
    for off, doubtful in ((0.9, True), (1.1, False)):
        for sign in (1, -1):
            evaluation = Evaluation({"a": np.array([whole + sign * off * unit])})
            found = evaluation(parse("floor(a)", names=("a",), language=Language.BANK))
            assert evaluation.doubtful.tolist() == [doubtful]
            assert floats(found).tolist() == [whole if doubtful or sign > 0 else whole - 1]


def test_whole_numbers_of_floats_end_at_53_bits() -> None:
    node = parse("floor(a)", names=("a",), language=Language.BANK)
    column = Evaluation({"a": np.array([2.0**53, 2.0**53 + 2, -(2.0**53), -(2.0**53) - 2])})(node)
    assert column.valid.tolist() == [True, False, True, False]


# --- bounds of rules -------------------------------------------------------------------------------------------------


def test_bounds_include_their_ends() -> None:
    most, least = at_most("most", 1.0, 2.0, "x"), at_least("least", 2.0, 1.0, "x")
    below_1, above_1, below_2, above_2 = (np.nextafter(*at) for at in ((1, 0), (1, 2), (2, 1), (2, 3)))
    values = np.array([0.0, below_1, 1.0, above_1, 1.5, below_2, 2.0, above_2, 3.0, np.nan])
    assert most.judge(values).tolist() == [YES, YES, YES, UNSURE, UNSURE, UNSURE, UNSURE, NO, NO, UNSURE]
    assert least.judge(values).tolist() == [NO, NO, UNSURE, UNSURE, UNSURE, UNSURE, YES, YES, YES, UNSURE]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b", [True, False, False]),
        ("a <= b", [True, True, False]),
        ("a > b", [False, False, True]),
        ("a >= b", [False, True, True]),
        ("a == b", [False, True, False]),
        ("a != b", [True, False, True]),
    ],
)
def test_conditions_on_exact_numbers_include_their_ends_or_not_as_written(text: str, expected: list[bool]) -> None:
    """By the smallest step that a column holds, on either side of b = 1."""
    last = 2**61
    a = Rationals.of([Fraction(last - 1, last), Fraction(1), Fraction(last + 1, last)])
    evaluation = Evaluation({"a": a, "b": Rationals.constant(1)})
    assert evaluation(parse(text, names=("a", "b"), language=Language.BANK)).tolist() == expected
    assert not np.any(evaluation.doubtful)


# --- domains ---------------------------------------------------------------------------------------------------------


def test_ranges_have_both_ends() -> None:
    assert domain("-1..1 by 1/2") == tuple(Fraction(k, 2) for k in range(-2, 3))
    assert domain("3..3") == (3,)
    assert domain("0..1 by 1") == (0, 1)
    for text, told in (
        ("3..2", "is empty"),
        ("0..1 by 0", "is empty"),
        ("0..1 by -1", "is empty"),
        ("0..1 by 2/3", "meet"),
    ):
        with pytest.raises(InputError, match=told):
            domain(text)


def test_a_domain_has_at_most_its_largest_number_of_values() -> None:
    assert len(domain(f"1..{LARGEST}")) == len(domain(list(range(LARGEST)))) == LARGEST
    for outside in (f"0..{LARGEST}", f"1..{LARGEST + 1}"):
        with pytest.raises(InputError, match=f"{LARGEST + 1} values"):
            domain(outside)
    with pytest.raises(InputError, match=f"{LARGEST + 1} values"):
        domain(list(range(LARGEST + 1)))


def test_numbers_have_at_most_twelve_digits() -> None:
    assert number("9" * 12) == 10**12 - 1 and number(f"1/{'9' * 12}") == Fraction(1, 10**12 - 1)
    for text in ("9" * 13, f"1/{'9' * 13}", "0." + "1" * 13):
        with pytest.raises(InputError):
            number(text)


# --- printed losses --------------------------------------------------------------------------------------------------


def fitted(monkeypatch: pytest.MonkeyPatch, train: list[Enclosed], heldout: list[Enclosed]) -> list[bool]:
    """Which data sets with these losses, printed to 3 decimals, are doubted when their curves are asked for."""
    doubts: list[Any] = []
    fit = SimpleNamespace(
        places=3, degrees=[], epochs_shown=[0], seeds="seed", model_dump_json=lambda: f"{train}{heldout}",
    )  # fmt: skip
    world = SimpleNamespace(
        model=SimpleNamespace(source=SimpleNamespace(fit=fit), id="x"),
        exact_parameters={"seed": Rationals.of(range(len(train)))},
        arithmetic="exact",
        doubt=doubts.append,
    )
    each = tuple(training.Fitted.of(3, (a,), (b,), "undecided") for a, b in zip(train, heldout, strict=True))
    monkeypatch.setattr(training, "_each", lambda *_: each)
    training.curves(world)  # type: ignore[arg-type]
    (doubted,) = doubts
    found: list[bool] = doubted.tolist()
    return found


def test_a_loss_beside_a_rounding_boundary_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """12.5 thousandths lie between 0.012 and 0.013; within 1/10,000 of a thousandth of that nothing is printed."""
    off = [Fraction(by, 10**5) for by in (-11, -9, 0, 9, 11, -50_000, 50_000)]
    near = [Enclosed.exactly((Fraction(25, 2) + by) / 1000) for by in off]
    clear = [Enclosed.exactly(Fraction(1, 50))] * len(off)
    expected = [False, True, True, True, False, False, False]
    assert fitted(monkeypatch, near, clear) == fitted(monkeypatch, clear, near) == expected
    # an enclosure that holds the boundary, though its middle lies far from it
    wide = Enclosed(Fraction(12, 1000), Fraction(25, 2000))
    assert fitted(monkeypatch, [wide, clear[0]], [clear[0], wide]) == [True, True]


def test_a_loss_too_large_to_be_printed_has_no_value() -> None:
    units = [training.LARGEST - 1, training.LARGEST, 2**70, None]
    column = training._whole(units)
    assert column.valid.tolist() == [True, False, False, False]
    assert column.fraction(0) == training.LARGEST - 1


# --- slips -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slip", "loss", "wrong"),
    [
        ("no-factor", "sqrt(3*w+1)", "3/sqrt(3*w+1)"),
        ("no-factor", "sqrt(w^2+1)", "w/sqrt(w^2+1)"),  # of w^2 the factor 2 is missing, too
        ("no-factor", "5*sqrt(w)", "5/sqrt(w)"),
        ("power-kept", "sqrt(3*w+1)", "3/2*sqrt(3*w+1)"),
        ("no-inner", "sqrt(3*w+1)", "1/(2*sqrt(3*w+1))"),
        (None, "sqrt(3*w+1)", "3/(2*sqrt(3*w+1))"),
    ],
)
def test_slips_of_a_square_root(slip: str | None, loss: str, wrong: str) -> None:
    (found,) = slipped_gradient(parse(loss, names=("w",), language=Language.BANK), ("w",), (), slip)
    at = {"w": np.array([0.25, 1.0, 2.0, 7.5])}
    expected = Evaluation(at)(parse(wrong, names=("w",), language=Language.BANK))
    assert floats(Evaluation(at)(found)).tolist() == pytest.approx(floats(expected).tolist(), rel=1e-12)


# --- decimals of packages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [1, -1])
def test_decimals_are_rounded_half_away_from_zero(sign: int) -> None:
    half = Fraction(1, 2 * UNIT)
    assert scaled(str(sign * half)) == sign
    assert scaled(str(sign * (half - Fraction(1, 10**30)))) == 0
    assert shown(sign * (UNIT // 2000), 3) == ("0.001" if sign > 0 else "-0.001")
    assert shown(sign * (UNIT // 2000 - 1), 3).strip("-") == "0"


def test_a_key_without_an_end_is_asked_for_with_decimals_that_tell_it_apart() -> None:
    """Ten units of the last place are enough to the foreseen wrong answer, and less are not."""
    third = NumberKey(value="1/3", shown="", low="1/3", high="1/3")
    low = scaled("1/3")
    for apart, places in ((10 * UNIT // 1000, 3), (10 * UNIT // 1000 - 1, 4), (10 * UNIT // 10**4, 4), (UNIT, 3)):
        wrong = str(Fraction(low + apart, UNIT))
        assert accepted(third, None, [wrong]).places == places, apart
        assert accepted(third, None, [str(Fraction(low - apart, UNIT))]).places == places, apart
    found = accepted(third, None, ["1/3"])
    assert (found.places, found.middle, found.half) == (3, 333 * UNIT // 1000, UNIT // 1000)
    assert (found.low, found.high) == (found.middle - found.half - found.half // 10**6, found.middle + found.tolerance)


def test_a_foreseen_wrong_number_is_recognised_as_far_as_it_is_alone() -> None:
    key = Accepted(UNIT, 0)
    third = scaled("1/3")
    for apart, expected in ((10 * UNIT // 100, UNIT // 100), (10 * UNIT // 100 - 1, UNIT // 1000)):
        assert recognised("1/3", key, [str(Fraction(third + apart, UNIT))]) == expected
        assert recognised("1/3", key, [str(Fraction(third - apart, UNIT))]) == expected
    assert recognised("0.5", key, ["0.6"]) == 0  # a decimal with an end is typed as it is
    assert recognised("1/3", Accepted(UNIT, 5 * 10**6), []) == 5 * 10**6 + 5
