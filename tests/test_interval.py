"""Intervals: read however people write them, marked end by end, keyed over populations, asked on all targets."""

from __future__ import annotations

import contextlib
import re
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdquiz.assembly.blueprint import Blueprint
from gdquiz.assembly.forms import assemble
from gdquiz.banks.bank import read_bank
from gdquiz.banks.items import models
from gdquiz.errors import InputError
from gdquiz.exam.exam_json import from_json, to_json
from gdquiz.exam.frozen import Exam, PartKey, PartWording
from gdquiz.kinds.interval import KIND, Read, read
from gdquiz.kinds.platforms import AMONG, AS_ENDS
from gdquiz.marking.marks import mark
from gdquiz.packaging.packages import package
from gdquiz.packaging.targets import TARGETS, find_target
from gdquiz.populations.population import populate
from gdquiz.rendering.formats import render
from gdquiz.responses.numerals import Unreadable

EXAMPLE = Path(__file__).resolve().parent.parent / "docs" / "examples" / "interval.toml"
HALF = Fraction(1, 2)


def bank(**changes: str) -> str:
    """The example of the docs with lines of its part changed, by their first word; an empty line is left out."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for name, line in changes.items():
        text, count = re.subn(rf"(?m)^{name} = .*$", lambda _, line=line: line, text)
        assert count == 1, name
    return text


def faults(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        for model in models(read_bank(text, file="b.toml")):
            populate(model)
    return [f"{fault.field}: {fault.problem}" for fault in caught.value.faults]


# --- reading ---------------------------------------------------------------------------------------------------------

NUMBERS = st.fractions(min_value=-50, max_value=50, max_denominator=40)


def spellings(lower: Fraction, upper: Fraction, closed: tuple[bool, bool]) -> list[str]:
    """The same interval as different people write it."""
    below, above = ("<=" if end else "<" for end in closed)
    nice = [sign.replace("<=", "≤") for sign in (below, above)]
    over = [sign.replace("<", ">") for sign in (below, above)]
    openings, closings = "[" if closed[0] else "(]", "]" if closed[1] else ")["
    separators = (",", ", ", ";", " ; ")
    return [
        *(f"{a}{lower}{between}{upper}{b}" for a, b, between in product(openings, closings, separators)),
        *(f"{head}({lower}; {upper})" for head in ("eta in ", "η ∈ ", "x = ") if closed == (False, False)),
        f"{lower} {below} eta {above} {upper}",
        f"{lower}{nice[0]}η{nice[1]}{upper}",
        f"{upper} {over[1]} x {over[0]} {lower}",
        f"eta {over[0]} {lower} and eta {above} {upper}",
        f"x {above} {upper}, x {over[0]} {lower}",
        f"{{x | {lower} {below} x {above} {upper}}}",
        f"{{{lower} {below} x {above} {upper}}}.",
    ]


@given(NUMBERS, NUMBERS, st.tuples(st.booleans(), st.booleans()))
@settings(max_examples=60, deadline=None)
def test_all_spellings_of_an_interval_are_the_same(a: Fraction, b: Fraction, closed: tuple[bool, bool]) -> None:
    lower, upper = min(a, b), max(a, b)
    for text in spellings(lower, upper, closed):
        if lower == upper:
            with pytest.raises(Unreadable, match="is not below the upper one"):
                read(text)
        else:
            assert read(text) == read(text, positive=True) == Read((lower, upper), closed), text
            assert read(str(read(text))) == read(text)


@given(NUMBERS, st.booleans())
@settings(max_examples=60, deadline=None)
def test_one_end_is_enough_and_a_positive_quantity_begins_at_0(end: Fraction, closed: bool) -> None:
    less, more = ("<=", ">=") if closed else ("<", ">")
    for text in (f"x {less} {end}", f"{end} {more} x", f"(-inf, {end}{'])'[not closed]}", f"-∞ < x {less} {end}"):
        assert read(text) == Read((None, end), (False, closed))
    for text in (f"x {more} {end}", f"{end} {less} x", f"{'[('[not closed]}{end}; ∞)", f"{end} {less} x < inf"):
        assert read(text) == Read((end, None), (closed, False))
    if end > 0:
        assert read(f"eta {less} {end}", positive=True) == Read((Fraction(0), end), (False, closed))
    else:
        with pytest.raises(Unreadable, match="leaves no positive number"):
            read(f"eta {less} {end}", positive=True)


@given(st.text(alphabet="()[]{}<>=≤≥,;|: .0123456789/-+∞einfx∈½or", max_size=25))
@settings(max_examples=400, deadline=None)
def test_whatever_is_typed_is_an_interval_or_a_sentence(text: str) -> None:
    try:
        found = read(text)
    except Unreadable as refusal:
        assert str(refusal).endswith(".") and str(refusal).isprintable() and len(str(refusal)) < 260
    else:
        lower, upper = found.ends
        assert lower is None or upper is None or lower < upper
        assert read(str(found)) == found


REFUSED = {
    "(1/2, 0)": "In '(1/2, 0)' the lower end, 1/2, is not below the upper one, 0; write the smaller number first.",
    "from 0 to 1/2": "'from 0 to 1/2' is not understood as an interval; expected an interval such as (1, 3/2] or "
    "1 < x <= 3/2.",
    "(0, 1) or (2, 3)": "'(0, 1) or (2, 3)' is more than one interval; write an interval such as (1, 3/2] or "
    "1 < x <= 3/2.",
    "(0,5,1,5)": "In '(0,5,1,5)' a comma can mean two things; write the ends as in (0.5; 1.5).",
    "x > 1 and x > 2": "'x > 1 and x > 2' has two lower ends; write an interval such as (1, 3/2] or 1 < x <= 3/2.",
    "(inf, 0)": "In '(inf, 0)' infinity stands at the wrong end; write an interval such as (1, 3/2] or 1 < x <= 3/2.",
    "\\left(0, 1\\right)": "'\\left(0, 1\\right)' is LaTeX; write an interval such as (1, 3/2] or 1 < x <= 3/2.",
    "x < 50%": "'50%' is a percentage; write it as a fraction or a decimal, such as 0.05 for 5%.",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_understood_is_told(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(text)
    assert str(caught.value) == REFUSED[text]


@pytest.mark.parametrize("text", ["(" * 500, "x<" * 250, "in " * 166, "(0," + " " * 490 + "1)", "{" + "a " * 240 + "|"])
def test_long_responses_take_no_time(text: str) -> None:
    with contextlib.suppress(Unreadable):
        read(text)


# --- marking ---------------------------------------------------------------------------------------------------------


def part(**changes: object) -> tuple[PartWording, PartKey]:
    wording = {"id": "answer", "kind": "interval", "ask": "?", "points": 2, "variables": ["eta"], "labels": ["a", "b"]}
    ends = [{"value": value, "shown": value, "low": value, "high": value} for value in ("1", "2")]
    key = {"numbers": ends, "options": ["closed", "open"], "formula_shown": "[1, 2)"}
    return PartWording.model_validate(wording | changes), PartKey.model_validate(key)


def test_ends_are_marked_one_by_one() -> None:
    """[1, 2): an end earns 1/2, its number alone 1/4."""
    worth = {"1": {"[": HALF, "(": HALF / 2}, "0": {"[": 0, "(": 0}}
    above = {"2": {")": HALF, "]": HALF / 2}, "3": {")": 0, "]": 0}}
    for lower, upper in product(worth, above):
        for opening, closing in product("[(", ")]"):
            expected = worth[lower][opening] + above[upper][closing]
            marking = mark(*part(), f"{opening}{lower}, {upper}{closing}")
            assert marking.credit == expected and marking.right == (expected == 1)


@pytest.mark.parametrize(
    ("response", "said"),
    [
        ("(1, 2]", "The numbers are right; think again about which ends belong to the interval."),
        ("[1, 5)", "One end is right."),
        ("(1, 5)", ""),
        ("[1, inf)", "One end is right."),
    ],
)
def test_what_is_said_to_an_interval_that_is_partly_right(response: str, said: str) -> None:
    assert mark(*part(), response).feedback == said


# --- in a bank -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"upper": ""}, "part[1].upper: a part of kind 'interval' needs the field 'upper'"),
        ({"variable": ""}, "part[1].variable: a part of kind 'interval' needs the field 'variable'"),
        ({"positive": ""}, "part[1].lower: a part of kind 'interval' needs the field 'lower'"),
        ({"positive": 'lower = "inf"'}, "part[1].lower: the lower end is 'inf'"),
        ({"upper": 'upper = "-inf"'}, "part[1].upper: the upper end is '-inf'"),
        ({"positive": 'lower = "-inf"', "upper": 'upper = "inf"'},
         "part[1].upper: an interval without ends is no answer to find"),
        ({"positive": 'positive = true\nlower = "-inf"'}, "part[1].lower: a positive quantity has a lower end"),
        ({"upper": 'upper = "inf"\nclosed = ["upper"]'},
         "part[1].closed: the upper end is infinite and belongs to no interval"),
        ({"upper": 'answer = "1"\nupper = "2/a"'}, "part[1].answer: a part of kind 'interval' has no field 'answer'"),
        ({"kind": 'kind = "number"\nanswer = "1"'},
         "part[1].positive: a part of kind 'number' has no field 'positive'"),
    ],
)  # fmt: skip
def test_a_part_says_what_an_interval_needs(changes: dict[str, str], told: str) -> None:
    assert told in faults(bank(**changes))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('{ misconception = "ONE_L", value = "1" }',
         "part[1].wrong[1].value: a wrong answer has no field 'value' here"),
        ('{ misconception = "ONE_L", upper = "-inf" }', "part[1].wrong[1].upper: the upper end is '-inf'"),
        ('{ misconception = "ONE_L", upper = "inf", closed = ["upper"] }',
         "part[1].wrong[1].closed: the upper end is infinite and belongs to no interval"),
        ('{ misconception = "ONE_L" }', "part[1].wrong[1]: nothing tells what ONE_L answers"),
    ],
)  # fmt: skip
def test_a_wrong_answer_says_another_interval(wrong: str, told: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace('{ misconception = "ONE_L", upper = "1/a" }', wrong)
    assert told in faults(text)


def refused(text: str) -> dict[str, int]:
    (model,) = models(read_bank(text, file="b.toml"))
    return dict(populate(model).refusals)


def test_intervals_without_room_are_refused() -> None:
    """Of a = 3, 4, 5, 8 with three values of b each, 2/a > 2/5 holds for 3 and 4, and 1/a > 2/5 for none."""
    assert refused(bank(positive='lower = "2/5"')) == {
        "the lower end is not below the upper one": 6,
        "a wrong answer does not exist (ONE_L)": 6,
    }
    assert refused(bank(positive='positive = true\nlower = "4 - a"')) == {  # 1 to 2/3; from 0; from -1 and -4
        "the lower end is not below the upper one": 3,
        "an end of positive numbers is below 0": 6,
    }


def test_wrong_intervals_that_cannot_be_told_from_the_key_are_refused() -> None:
    """1/(a - 3) is nothing for 3; 1/(a/2) is the key; the same numbers with another bracket are another interval."""
    text = EXAMPLE.read_text(encoding="utf-8")
    assert refused(text) == {}
    assert refused(text.replace('upper = "1/a"', 'upper = "1/(a/2)"')) == {"a wrong answer meets the key (ONE_L)": 12}
    assert refused(text.replace('upper = "1/a"', 'upper = "1/(a - 3)"')) == {"a wrong answer does not exist (ONE_L)": 3}
    assert refused(text.replace('upper = "1/a"', 'lower = "3/a"')) == {"a wrong answer does not exist (ONE_L)": 12}
    both = text.replace('closed = ["upper"] }', 'upper = "1/a" }')
    assert refused(both) == {"two wrong answers meet (ONE_L, END_IN)": 12}
    assert refused(text.replace('upper = "1/a"', 'upper = "inf"')) == {}


# --- in an exam ------------------------------------------------------------------------------------------------------


def made(text: str, forms: int = 2) -> Exam:
    items = models(read_bank(text, file="b.toml"))
    sections = [{"slot": [{"item": item.id} for item in items]}]
    plan = Blueprint.model_validate({"title": "Intervals", "seed": "intervals", "section": sections})
    return assemble(plan, items, forms)


@pytest.fixture(scope="module")
def exam() -> Exam:
    return made(EXAMPLE.read_text(encoding="utf-8"))


def test_the_key_tells_both_ends(exam: Exam) -> None:
    (wording,) = exam.wordings.values()
    (asked,) = wording.parts
    assert (asked.variables, asked.positive, asked.grid) == (("eta",), True, ())
    assert asked.labels == (r"$\eta > \ldots$", r"$\eta < \ldots$")
    for form in exam.forms:
        (question,) = form.questions
        (key,) = question.parts
        bound = 2 / Fraction(question.parameters["a"])
        assert [Fraction(number.value) for number in key.numbers] == [0, bound]
        assert key.options == ("open", "open") and not key.formula
        assert {wrong.misconception: (wrong.values, wrong.options) for wrong in key.wrong} == {
            "ONE_L": (("0", str(bound / 2)), ("open", "open")),
            "END_IN": (("0", str(bound)), ("open", "closed")),
        }
    assert from_json(to_json(exam)) == exam


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"options": ("open",)}, "options: a key of the kind 'interval' with 1 options"),
        ({"options": ("open", "shut")}, "options.1: no option 'shut' is printed"),
        ({"options": ("open", "infinite")}, "numbers: 2 numbers for 1 end"),
        ({"formula_shown": ""}, "formula_shown: a key of the kind 'interval' without a formula"),
        ({"formula": "1"}, "formula: a key of the kind 'interval' with a formula"),
    ],
)
def test_an_unsound_key_is_refused(exam: Exam, change: dict[str, object], told: str) -> None:
    form = exam.forms[0]
    question = form.questions[0]
    spoiled = question.model_copy(update={"parts": (question.parts[0].model_copy(update=change),)})
    forms = (form.model_copy(update={"questions": (spoiled,)}), *exam.forms[1:])
    with pytest.raises(InputError) as caught:
        from_json(to_json(exam.model_copy(update={"forms": forms})))
    at = "forms.0.questions.0.parts.0."
    assert at + told in [f"{fault.field}: {fault.problem}" for fault in caught.value.faults]


def test_ends_that_fall_are_refused(exam: Exam) -> None:
    form = exam.forms[0]
    key = form.questions[0].parts[0]
    turned = key.model_copy(update={"numbers": key.numbers[::-1]})
    question = form.questions[0].model_copy(update={"parts": (turned,)})
    forms = (form.model_copy(update={"questions": (question,)}), *exam.forms[1:])
    with pytest.raises(InputError, match="the lower end first"):
        from_json(to_json(exam.model_copy(update={"forms": forms})))


@pytest.mark.parametrize("name", ["markdown", "html", "latex", "typst"])
def test_sheets_ask_for_an_interval_and_keys_show_it(exam: Exam, name: str) -> None:
    pages = {page.path.as_posix(): page.text for page in render(exam, name)}
    sheets = "".join(text for path, text in pages.items() if path.startswith("sheets"))
    keys = "".join(text for path, text in pages.items() if path.startswith("keys/form"))
    assert "at ends that do not belong to it" in " ".join(sheets.split()) and "END" not in sheets
    assert keys.count("counts the bound itself") == (1 if name == "latex" else 2) or name == "latex"
    if name == "markdown":
        shown = exam.forms[0].questions[0].parts[0].formula_shown
        assert f"**Answer:** ${shown}$" in keys and shown not in sheets


def test_rounded_ends_are_accepted_within_a_unit_and_printed_so() -> None:
    made_of = made(bank(digits="digits = 2", parameters="parameters = { a = [3, 7], b = [1] }"))
    key = next(q.parts[0] for form in made_of.forms for q in form.questions if q.parameters["a"] == "7")
    assert [(number.low, number.high) for number in key.numbers] == [("0", "0"), ("7/25", "3/10")]  # 2/7 = 0.2857
    text = "".join(page.text for page in render(made_of, "markdown") if "keys/form" in page.path.as_posix())
    assert r"$\eta < \ldots$ accepted: from $0.28$ to $0.3$" in text


@pytest.mark.parametrize("target", [target.name for target in TARGETS])
def test_platforms_ask_for_the_ends_or_among_intervals(exam: Exam, target: str) -> None:
    carried = find_target(target).kinds["interval"]
    report: list[str] = []
    assert list(package(exam, find_target(target), report))
    assert carried in ("as it is", AS_ENDS, AMONG)
    assert any(f"an interval {carried}" in line for line in report) == (carried != "as it is"), report


def packaged(exam: Exam, target: str) -> str:
    return "".join(page.text for page in package(exam, find_target(target), []) if isinstance(page.text, str))


def test_moodle_asks_for_two_numbers(exam: Exam) -> None:
    text = packaged(exam, "moodle")
    questions = re.findall(r'<question type="multianswer">.*?</question>', text, re.DOTALL)
    assert len(questions) == 2
    for question in questions:
        assert question.count(":NUMERICAL:=") == 2
        assert r"\(\eta &gt; \ldots\): {1:NUMERICAL:=0:0}" in question
        assert r"\(\eta &lt; \ldots\): {1:NUMERICAL:=" in question


def test_an_end_that_there_is_not_is_not_asked_for() -> None:
    made_of = made(bank(positive='lower = "-inf"'))
    key = made_of.forms[0].questions[0].parts[0]
    assert key.options == ("infinite", "open") and len(key.numbers) == 1
    assert key.formula_shown.startswith(r"\left(-\infty, ")
    text = packaged(made_of, "gift")
    assert text.count("{#") == 2 and "&lt; \\\\ldots" in text and "&gt; \\\\ldots" not in text


def test_the_kind_says_nothing_a_bank_has_not(exam: Exam) -> None:
    part_of = next(iter(exam.wordings.values())).parts[0]
    key = exam.forms[0].questions[0].parts[0]
    assert KIND.expected(part_of, key) == (
        "an interval, such as (1, 3/2] or 1 < eta <= 3/2, with inf where there is no end"
    )
    assert KIND.blind(part_of, key, both_or_nothing=False) == 0 and KIND.guess(part_of, key) is None
