"""Marking: the one table of responses, every shipped key and foreseen wrong answer, and hostile responses."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from answering import typed
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kept import shipped_models, variants_of

from gdquiz.assembly.questions import QuestionWriter
from gdquiz.banks.models import ItemModel
from gdquiz.errors import InputError
from gdquiz.exam.answers import SHAPES
from gdquiz.exam.frozen import NumberKey, PartKey, PartWording, Question, Wording
from gdquiz.formulas.expressions import Language, parse
from gdquiz.kinds.marked import Marking
from gdquiz.marking import following, formulas
from gdquiz.marking.marks import mark, mark_question
from gdquiz.responses import letters, numerals

TABLE = Path(__file__).resolve().parent / "marking_cases.json"
CASES: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
PARTS = {
    name: (PartWording.model_validate(part["wording"]), PartKey.model_validate(part["key"]))
    for name, part in CASES["parts"].items()
}

# --- the table -----------------------------------------------------------------------------------------------------


def case_id(case: dict[str, Any]) -> str:
    return f"{case['part']}: {case['response'][:30]!r}"


@pytest.mark.parametrize("case", CASES["cases"], ids=case_id)
def test_the_table(case: dict[str, Any]) -> None:
    earlier = {part: Fraction(value) for part, value in case.get("earlier", {}).items()}
    marking = mark(*PARTS[case["part"]], case["response"], earlier)
    found = {
        "credit": str(marking.credit),
        "right": marking.right,
        "misconception": marking.misconception,
        "unreadable": bool(marking.unreadable),
        "followed": marking.followed,
        "by_hand": marking.by_hand,
    }
    assert found == {name: case[name] for name in found}, marking
    if marking.unreadable:
        assert marking.unreadable[0].isupper() or marking.unreadable[0] in "'\"0123456789"
        assert marking.unreadable.endswith((".", ")")) and len(marking.unreadable) < 260
        assert marking.unreadable.isprintable()
    else:
        assert marking.understood


def test_the_table_is_broad() -> None:
    kinds = {PARTS[case["part"]][0].kind for case in CASES["cases"]}
    assert kinds == set(SHAPES)
    assert len(CASES["cases"]) > 500
    assert len({(case["part"], case["response"], str(case.get("earlier"))) for case in CASES["cases"]}) == len(
        CASES["cases"]
    )
    assert {case["part"] for case in CASES["cases"]} == set(PARTS) - {"first step"}


def test_the_table_can_be_read_by_other_programs() -> None:
    text = TABLE.read_text(encoding="utf-8")
    assert text.isascii()
    assert (CASES["format"], CASES["version"]) == ("gdquiz-marking-cases", 1)
    fields = {"part", "response", "credit", "right", "misconception", "unreadable", "followed", "by_hand"}
    assert all(set(case) - {"earlier"} == fields for case in CASES["cases"])


# --- what a message says -------------------------------------------------------------------------------------------

SAID = {
    ("one decimal", "1,234.5"): "'1,234.5' seems to have thousands separators; write the number without them, "
    "for example 1250.5.",
    ("one decimal", "1 - 1/4*2"): "'1 - 1/4*2' is a calculation; work it out and give a number such as 1.5 (or 1,5), "
    "-3/4 or 2e-3.",
    ("one decimal", ""): "Nothing was answered; expected a number, such as 1.5, -3/4 or 2e-3.",
    ("a thousand", "1,250"): "1,250 can be read as 1.25 or as 1250; write it without the comma.",
    ("two coordinates", "1,2,3"): "2 numbers are asked for and 3 were found in '1,2,3'; part them by semicolons, "
    "for example 1; 2.",
    ("one of four", "e"): "There is no option E; the options are A to D.",
    ("one of four", "a b"): "One option is asked for and 'a b' names more; expected one letter, A to D.",
    ("a statement with reasons", "true"): "The reason is missing; expected 'true' or 'false' and the letter of a "
    "reason, such as 'true b' (A to C).",
    ("three rates", "1c 2b"): "Each number from 1 to 3 needs one letter; expected a letter for each number from 1 to "
    "3, such as '1b 2a 3c'.",
    ("three in order", "c > a > b"): "An order written with > runs backwards; expected every letter once, in order, "
    "such as 'c b a'.",
    ("a derivative", "18x - 24"): "Unknown name 'x' at column 3; expected one of w.",
    ("a derivative", "18,5w"): "Unexpected ',' at column 3; expected the end (hint: write decimals with a point).",
}


@pytest.mark.parametrize(("part", "response"), SAID)
def test_a_refusal_says_what_was_expected(part: str, response: str) -> None:
    assert mark(*PARTS[part], response).unreadable == SAID[part, response]


# --- shipped items -------------------------------------------------------------------------------------------------


def check_own_answers(wording: Wording, question: Question) -> None:
    keys = list(zip(wording.parts, question.parts, strict=True))
    right = [typed(part, key, key) for part, key in keys]
    for (part, _), marking in zip(keys, mark_question(wording, question, right), strict=True):
        assert marking.by_hand if part.kind == "text" else (marking.right and marking.credit == 1), (part, marking)
    for part, key in keys:
        for wrong in key.wrong:
            marking = mark(part, key, typed(part, key, wrong))
            assert not marking.right and not marking.unreadable, (wrong, marking)
            assert wrong.misconception in marking.misconceptions, (wrong, marking)
            assert marking.feedback and marking.credit < 1


@cache
def shipped() -> dict[str, ItemModel]:
    return {model.id: model for model in shipped_models()}


def check_rows(item: str) -> None:
    population = variants_of(shipped()[item])
    writer, size = QuestionWriter(population), population.size
    for row in sorted({0, size // 3, size // 2, size - 1}):
        check_own_answers(writer.wording, writer.question(row, number=1, id="-", path=("marking", row), drawn=False))


ONE_OF_EACH_KIND = (
    "three-updates",
    "nesterov-steps",
    "two-stationary-points",
    "order-by-conditioning",
    "derivative-slope-direction",
    "what-one-slope-tells",
    "names-of-the-numbers",
    "points-that-move-right",
    "gradient-of-a-quadratic",
)


@pytest.mark.parametrize("item", ONE_OF_EACH_KIND)
def test_keys_and_foreseen_wrong_answers_of_some_items(item: str) -> None:
    check_rows(item)


@pytest.mark.slow
@pytest.mark.parametrize("item", sorted(shipped()))
def test_keys_and_foreseen_wrong_answers_of_every_item(item: str) -> None:
    check_rows(item)


# --- numbers -------------------------------------------------------------------------------------------------------

fractions = st.fractions(max_denominator=10**6).filter(lambda value: abs(value) < 10**12)


@settings(deadline=None)
@given(fractions)
def test_a_fraction_is_read_back_however_it_is_typed(value: Fraction) -> None:
    top, bottom = value.as_integer_ratio()
    for text in (
        f"{top}/{bottom}",
        f" {top} / {bottom} ",
        f"x = {top}/{bottom}",
        f"({top})",
        f"{value}".replace("-", "−"),
    ):
        assert numerals.read_number(text) == (Fraction(top) if text == f"({top})" else value)


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-9999, max_value=9999))
def test_point_and_comma_are_the_same_in_one_number(value: Any) -> None:
    assert numerals.read_number(str(value)) == numerals.read_number(str(value).replace(".", ",")) == Fraction(value)


@settings(deadline=None)
@given(st.lists(fractions, min_size=2, max_size=5))
def test_several_numbers_are_read_back(values: list[Fraction]) -> None:
    labels = [f"w{number}" for number in range(len(values))]
    for text in (
        "; ".join(map(str, values)),
        ", ".join(map(str, values)),
        f"[{' '.join(map(str, values))}]",
        ", ".join(f"{label} = {value}" for label, value in zip(reversed(labels), reversed(values), strict=True)),
    ):
        assert numerals.read_numbers(text, labels) == tuple(values)


@settings(deadline=None)
@given(fractions, st.integers(0, 4), st.sampled_from((Fraction(0), Fraction(1, 10**12), Fraction(-1, 10**12))))
def test_the_ends_of_an_interval_belong_to_it(value: Fraction, digits: int, beyond: Fraction) -> None:
    unit = Fraction(1, 10**digits)
    low, high = value - unit, value + unit
    part = PartWording(id="a", kind="number", ask="?", points=1, digits=digits)
    key = PartKey(numbers=(NumberKey(value=str(value), shown="", low=str(low), high=str(high)),))
    assert mark(part, key, str(high + beyond)).right == (beyond <= 0)
    assert mark(part, key, str(low + beyond)).right == (beyond >= 0)


# --- anything at all -----------------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(PARTS)), st.text(max_size=60))
@example("a derivative", "w^" * 200)
@example("a derivative", "(" * 499)
@example("a derivative", "exp(" * 30 + "w" + ")" * 30)
@example("a derivative", "exp(exp(exp(exp(w*10^100))))")
@example("a derivative", "sin(exp(exp(w^60)))")
@example("one decimal", "9" * 500)
@example("one decimal", "1e" + "9" * 400)
@example("two coordinates", ",;" * 250)
@example("three rates", "1" * 500)
@example("several of four", "a " * 250)
def test_any_text_is_marked_or_refused_with_a_sentence(part: str, response: str) -> None:
    marking = mark(*PARTS[part], response)
    assert 0 <= marking.credit <= 1
    assert bool(marking.unreadable) != bool(marking.understood)
    assert not (marking.unreadable and (marking.credit or marking.right or marking.misconceptions))


LETTERED = st.text(alphabet="abcdABCDtf ,;()<>-=1234.", max_size=12)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from([name for name in sorted(PARTS) if PARTS[name][0].options]), LETTERED)
def test_letters_in_any_order_are_marked_or_refused(part: str, response: str) -> None:
    marking = mark(*PARTS[part], response)
    assert bool(marking.unreadable) != bool(marking.understood)


# --- credit --------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.permutations("abcd"))
def test_the_credit_of_an_order_is_kendalls_tau(order: list[str]) -> None:
    swaps = sum(order[i] > order[j] for j in range(4) for i in range(j))
    marking = mark(*PARTS["four in order"], " ".join(order))
    assert marking.credit == max(Fraction(0), 1 - Fraction(2 * swaps, 6))


@settings(deadline=None)
@given(st.sets(st.sampled_from("abcd"), min_size=1))
def test_all_or_guessed_choices_earn_nothing_on_average(chosen: set[str]) -> None:
    marking = mark(*PARTS["several of four"], " ".join(sorted(chosen)))
    share = Fraction(len(chosen & {"a", "c"}), 2) - Fraction(len(chosen & {"b", "d"}), 2)
    assert marking.credit == max(Fraction(0), share)


def test_several_codes_may_lead_to_one_option() -> None:
    marking = mark(*PARTS["one of four"], "a")
    assert marking.misconceptions == ("SIGN", "MIRROR") and marking.misconception == "SIGN"
    assert marking.feedback == "What to say of SIGN."


def test_the_feedback_of_an_option_is_said_where_no_wrong_answer_was_foreseen() -> None:
    part, key = PARTS["one of four"]
    options = tuple(option.model_copy(update={"feedback": "Not {{a}}."}) for option in part.options)
    marking = mark(part.model_copy(update={"options": options}), key, "d", fill=lambda text: text.replace("{{a}}", "3"))
    assert marking.feedback == "Not 3."


# --- follow-through ------------------------------------------------------------------------------------------------


def test_a_question_is_marked_with_what_follows() -> None:
    (first, first_key), (second, second_key) = PARTS["first step"], PARTS["second step"]
    wording = Wording(
        item="two", version="0", title="", topic="", skill="", outcome="", bloom="apply", tier=1, minutes=1, points=2,
        licence="", population=1, stem="", solution="", parts=(first, second),
    )  # fmt: skip
    question = Question(
        id="-", number=1, wording="two", row=0, points=2, work=1, slots={}, parts=(first_key, second_key)
    )

    def marked(*responses: str) -> list[tuple[Fraction, bool]]:
        return [(marking.credit, marking.followed) for marking in mark_question(wording, question, responses)]

    assert marked("-1", "0") == [(1, False), (1, False)]
    assert marked("3", "-2") == [(0, False), (1, True)]
    assert marked("3", "0") == [(0, False), (1, False)]
    assert marked("what?", "-2") == [(0, False), (0, False)]


def test_a_wrong_value_that_was_chosen_is_carried_on() -> None:
    from gdquiz.marking.marks import given_number

    part, key = PARTS["listed values"]
    assert [given_number(part, key, letter) for letter in "abc?"] == [Fraction(1, 4), None, Fraction(4), None]


@pytest.mark.parametrize(
    ("follow", "earlier", "value", "trivial"),
    [
        ("t - 1/4*(2*3*t + 2)", "0", "-1/2", False),  # 2/4 is left to do
        ("max(abs(1 - 2*1*t), abs(1 - 2*7*t))", "0", "1", True),  # every product is 0
        ("max(abs(1 - 2*1*t), abs(1 - 2*7*t))", "1/2", "6", False),
        ("2*t", "1", "2", True),  # a product with 1
        ("2*t", "-1", "-2", True),
        ("2*t", "3", "6", False),
        ("t^2", "-1", "1", True),
        ("t^2", "2", "4", False),
        ("t/3", "0", "0", True),
        ("3/t", "1", "3", True),
        ("t + 5", "0", "5", True),
        ("t + 5", "1", "6", False),
        ("if(t > 0, 2*3, t^2)", "4", "6", True),  # 2*3 is no work with t
        ("if(t > 0 and not t > 9, t^2, 0)", "4", "16", False),
        ("floor(t/2)", "5", "2", False),
        ("(t + -2)*(t - 2)", "2", "0", False),
        ("exp(t)", "0", "1", True),
    ],
)
def test_what_is_trivial(follow: str, earlier: str, value: str, trivial: bool) -> None:
    result = following.carried(follow, {"t": Fraction(earlier)})
    assert result == following.Carried(Fraction(value), trivial)


@pytest.mark.parametrize("follow", ["1/t", "log(t)", "t^-1", "sqrt(t - 1)", "u + t"])
def test_what_does_not_exist_is_not_carried_on(follow: str) -> None:
    assert following.carried(follow, {"t": Fraction(0)}) is None


def test_roots_and_logarithms_are_carried_on_to_fifty_digits() -> None:
    result = following.carried("sqrt(t)", {"t": Fraction(2)})
    assert result is not None and not result.trivial
    assert abs(result.value**2 - 2) < Fraction(1, 10**48)
    exact = following.carried("sqrt(t)", {"t": Fraction(9, 4)})
    assert exact == following.Carried(Fraction(3, 2), False)


# --- formulas ------------------------------------------------------------------------------------------------------

leaves = st.sampled_from(["x", "y", "2", "1/3", "0.5", "7"])
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda t: f"sin({t})"),
        inner.map(lambda t: f"abs({t})"),
        inner.map(lambda t: f"({t})^2"),
    ),
    max_leaves=8,
)


def own(text: str) -> Any:
    return parse(text, names=("x", "y"), language=Language.FORMULA)


@settings(max_examples=100, deadline=None)
@given(expressions, expressions)
def test_a_formula_is_what_it_is_and_not_what_is_beside_it(one: str, other: str) -> None:
    a = own(one)
    assert formulas.equivalent(a, own(f"({one}) + ({other}) - ({other})"), ("x", "y"))
    assert formulas.equivalent(a, own(f"2*({one})/2"), ("x", "y"))
    assert formulas.equivalent(a, own(f"({one}) + 0.000000000001"), ("x", "y")) is False


def test_too_few_points_are_told() -> None:
    nowhere = own("sqrt(-1 - x^2)")
    assert formulas.equivalent(nowhere, own("x"), ("x", "y")) is None


def test_sample_points_are_keyed_and_stay_between_the_lines() -> None:
    points = formulas.sample_points(("x", "y"))
    assert points[:2] == formulas.sample_points(("x", "y"))[:2]
    assert len(points) == formulas.POINTS and all(abs(value) < 33 for point in points for value in point)
    assert {value.denominator for point in points for value in point} <= {2, 997, 1994}
    assert min(abs(value) for point in points for value in point) > 0


def test_functions_of_the_rooms_are_pure() -> None:
    part, key = PARTS["a derivative"]
    assert mark(part, key, "9w-12") == mark(part, key, "9w-12")
    with pytest.raises(AttributeError):
        Marking().credit = Fraction(1)  # type: ignore[misc]


def test_limits_are_told() -> None:
    with pytest.raises(numerals.Unreadable, match="501 characters; at most 500"):
        letters.read_choice("a" * 501, 4)
    with pytest.raises(InputError):
        following.carried("1 +", {})
