"""Checking an item: what is proved of every row, and that each planted fault is found."""

from __future__ import annotations

from collections import Counter

import pytest
from banking import CHOICE, NUMBER, STEP, item, items

from gdquiz.checking import proving
from gdquiz.checking.proving import ItemCheck, check
from gdquiz.exam.frozen import NumberKey, OptionText, PartKey, PartWording, WrongAnswer
from gdquiz.populations.population import populate
from gdquiz.populations.world import calculus_of


def faults(body: str, **texts: str) -> tuple[str, ...]:
    return check(item(body, **texts)).faults


# --- what is right -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bank", ["small.toml", "kinds.toml"])
def test_the_test_banks_are_proved(bank: str) -> None:
    for model in items(bank).values():
        found = check(model)
        assert found.faults == () and found.rows == populate(model).size, model.id


def test_what_a_check_tells() -> None:
    found = check(items("small.toml")["small-step"])
    assert isinstance(found, ItemCheck)
    assert (found.item, found.kinds, found.rows, found.enumerated) == ("small-step", ("number",), 16, 18)
    assert dict(found.refusals) == {"requirement: the start is the minimiser": 2}
    assert 0 < found.work[0] <= found.work[1]


# --- planted faults ------------------------------------------------------------------------------------------------

A = 'parameters = { a = "1..3" }\n'

PLANTED: dict[str, tuple[str, str]] = {
    "no row": (A + 'require = ["a > 3"]\n' + NUMBER + 'answer = "a"', "no row is left in the population"),
    "two options right": (
        A + CHOICE + 'option = [{ id = "x", text = "x", when = "a > 0" }, { id = "y", text = "y", when = "a > 0" }]',
        "no row is left in the population",
    ),
    "wrong statement": (
        # by the author's rule the loss rises where it falls: no option is right in any row
        A.replace("}", ", w0 = [1] }")
        + STEP
        + CHOICE
        + 'option = [{ id = "x", text = "x", when = "loss[1] > loss[0]" }, { id = "y", text = "y", when = "a > 5" }]',
        "no row is left in the population",
    ),
    "options that read alike": (
        A
        + CHOICE
        + 'option = [{ id = "x", text = "-${{a}}$", when = "a < 9" }, { id = "y", text = "-$1$", when = "a > 9" }]',
        "row 0: part 'answer': two options read '-$1$'",
    ),
    "prompts that read alike": (
        A
        + '[[item.part]]\nkind = "matching"\nask = "?"\noption = [{ id = "x", text = "x" }, { id = "y", text = "y" }]\n'
        'prompt = [{ id = "p", text = "$a$", match = "x" }, { id = "q", text = " $a$ ", match = "y" }]',
        "row 0: part 'answer': two prompts read '$a$'",
    ),
    "wrong answer of no use": (
        A + NUMBER + 'answer = "2*a"\nwrong = [{ misconception = "NO_2", value = "a + a", optional = true }]',
        "part 'answer': the wrong answer of NO_2 is dropped in every row",
    ),
    "case without rows": (
        'require = ["a > 3"]\n[[item.case]]\nid = "high"\nparameters = { a = "4..9" }\n[[item.case]]\nid = "low"\n'
        'parameters = { a = "1..3" }\n' + NUMBER + 'answer = "a"',
        "no row of the case 'low' is left",
    ),
    "too many combinations": (
        'parameters = { a = "1..500", b = "1..500" }\n' + NUMBER + 'answer = "a"',
        "field parameters: the parameters have 250,000 combinations: 500 (a) x 500 (b); expected at most 200,000 in "
        "one population (hint: use smaller domains, or 'draws = 5000' to take that many fixed combinations)",
    ),
    "no such mistake here": (
        A.replace("}", ", w0 = [1] }") + STEP + NUMBER + 'answer = "w[1]"\nwrong = [{ misconception = "PLAIN" }]',
        "the misconception PLAIN cannot be executed on this item: "
        "this mistake needs the parameter 'beta' of the method",
    ),
    "rank": (
        'parameters = { a = "1..60" }\n'
        + CHOICE
        + 'answer = "100 + a"\nwrong = ['
        + ", ".join(f'{{ misconception = "SIGN", value = "{k}*a/99" }}' for k in (1, 2, 3))
        + "]",
        "part 'answer': the key is number 4 by size in 60 of 60 rows",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(name: str) -> None:
    body, fault = PLANTED[name]
    assert fault in faults(body, stem="${{a}}$")


def test_a_disagreement_of_the_routes_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    model = item(A.replace("}", ", w0 = [1] }") + STEP + NUMBER + 'answer = "w[2]"')
    calculus = calculus_of(model.cases[0])
    monkeypatch.setitem(calculus.__dict__, "gradient_function", lambda w, a: [3 * a * w])
    assert check(model).faults == ("3 rows: the two routes disagree", "no row is left in the population")


def test_an_inexact_key_is_held_against_fifty_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    model = item(A + NUMBER + 'answer = "exp(a)"', stem="${{a}}$")
    population = populate(model)
    (block,) = population.blocks
    (solved,) = block.parts
    shifted = solved.numbers[0] * (1 + 1e-8)
    object.__setattr__(solved, "numbers", (shifted,))
    found = list(proving._faults(population, proving._Seen()))
    assert len(found) == 3
    assert found[0].startswith("part 'answer': 2.718281855") and found[0].endswith(
        "2.718281828459045 in high precision"
    )


def test_a_whole_number_that_floats_chose_is_held_against_fifty_digits() -> None:
    # 10^15 (e^a - e^(a - 10^-15)) is e^a but for a share of 10^-15: 148.4 and 403.4.  Floats of this size lie 2.8e-14
    # and 5.7e-14 apart, so their difference is a multiple of that, and the product one of 28.4 or of 56.8.
    rounded = "floor(10^15*(exp(a) - exp(a - 1/10^15)))"
    chosen = f"if({rounded} == 148, 148, if({rounded} == 403, 403, 7))"
    for answer in (rounded, chosen):
        found = faults("parameters = { a = [5, 6] }\n" + NUMBER + f'answer = "{answer}"', stem="${{a}}$")
        assert len(found) == 2
        for fault, right in zip(found, ("148.0", "403.0"), strict=True):
            assert fault.startswith("part 'answer': ") and fault.endswith(f" in floats but {right} in high precision")


def test_a_key_that_rests_on_what_is_not_printed_is_a_fault() -> None:
    # f(a) = a b is asked for without b
    model = item("parameters = { a = [2, 3], b = [5, 7] }\n" + NUMBER + 'answer = "a*b"', stem="${{a}}$ times it")
    assert check(model).faults == (
        "rows 0 and 1 read the same, but their keys differ: what decides is not printed",
        "rows 2 and 3 read the same, but their keys differ: what decides is not printed",
    )
    told = item("parameters = { a = [2, 3], b = [5, 7] }\n" + NUMBER + 'answer = "a*b"', stem="${{a}}$ times ${{b}}$")
    assert check(told).faults == ()


def test_a_choice_that_rests_on_what_is_not_printed_is_a_fault() -> None:
    options = 'option = [{ id = "x", text = "x", when = "a > 2" }, { id = "y", text = "y", when = "a <= 2" }]\n'
    (fault,) = faults("parameters = { a = [2, 3] }\n" + CHOICE + options)
    assert fault == "rows 0 and 1 read the same, but their keys differ: what decides is not printed"
    assert faults("parameters = { a = [2, 3] }\n" + CHOICE + options, stem="${{a}}$") == ()


def test_variants_that_read_alike_are_counted() -> None:
    found = check(item("parameters = { a = [2, 3], b = [5, 7, 8] }\n" + NUMBER + 'answer = "a"', stem="${{a}}$"))
    assert (found.faults, found.rows, found.repeats) == ((), 6, 4)


def test_only_some_faults_of_an_item_are_told_and_the_others_counted() -> None:
    body = 'parameters = { a = "1..40" }\n' + CHOICE
    body += 'option = [{ id = "x", text = " x ", when = "a > 0" }, { id = "y", text = "x", when = "a < 0" }]'
    found = faults(body)
    # the texts differ in the bank, and not in print: every one of the 40 rows has the fault
    assert len(found) == 6
    assert (found[4], found[5]) == ("row 4: part 'answer': two options read 'x'", "and 35 more faults")


# --- one question --------------------------------------------------------------------------------------------------

NUMBERS = PartWording(id="p", kind="number", ask="?", points=1)
PICKED = PartWording(
    id="p", kind="choice", ask="?", points=1, options=(OptionText(id="x", text="x"), OptionText(id="y", text="y"))
)
SEVEN = NumberKey(value="7", shown="7", low="6", high="8")


def wrong(**answer: object) -> WrongAnswer:
    return WrongAnswer(misconception="SIGN", shown="", feedback="", **answer)


@pytest.mark.parametrize(
    ("part", "key", "found"),
    [
        (NUMBERS, PartKey(), ["there is no key"]),
        (NUMBERS, PartKey(numbers=(SEVEN,)), []),
        (
            NUMBERS,
            PartKey(numbers=(SEVEN,), wrong=(wrong(values=("6",)),)),
            ["the wrong answer of SIGN would be accepted"],
        ),
        (NUMBERS, PartKey(numbers=(SEVEN,), wrong=(wrong(values=("59/10",)),)), []),
        (
            NUMBERS,
            PartKey(numbers=(SEVEN.model_copy(update={"low": "15/2"}),)),
            ["the key 7 is outside of what is accepted"],
        ),
        (PICKED, PartKey(order=("x", "y"), options=("z",)), ["a key is not among the options printed"]),
        (
            PICKED,
            PartKey(order=("x", "y"), options=("x",), wrong=(wrong(options=("x",)),)),
            ["the wrong answer of SIGN is the key"],
        ),
        (
            PICKED,
            PartKey(order=("x", "y"), options=("x",), wrong=(wrong(options=("z",)),)),
            ["the wrong answer of SIGN is not among the options printed"],
        ),
        (NUMBERS, PartKey(formula="2*w", wrong=(wrong(formula="2*w"),)), ["the wrong formula of SIGN is the key"]),
    ],
)
def test_faults_of_a_key(part: PartWording, key: PartKey, found: list[str]) -> None:
    assert list(proving._key_faults(part, key)) == found


@pytest.mark.parametrize("value", ["3 - -2", "3 + -x", "-0", "x - -\\frac{1}{2}", "nan", "inf", "None", "{{a}}"])
def test_spoiled_texts_are_known(value: str) -> None:
    assert proving._SPOILED.search(value)


@pytest.mark.parametrize(
    "value", ["3 - 2", "3 - (-2)", "-0.5", "-\\frac{1}{2}", "10^{-0.3}", "\\frac{1}{-2}", "information", "x_{-1}"]
)
def test_sound_texts_are_left_alone(value: str) -> None:
    assert not proving._SPOILED.search(value)


# --- balance -------------------------------------------------------------------------------------------------------


def balance(counts: dict[int, int], width: int, *, listed: bool) -> list[str]:
    return list(proving._balance_faults("p", Counter(counts), width, listed=listed))


def test_an_even_spread_is_no_fault() -> None:
    assert balance({0: 30, 1: 25, 2: 24, 3: 21}, 4, listed=False) == []
    assert balance({0: 50, 1: 30, 2: 20}, 4, listed=True) == []


def test_a_place_that_is_taken_too_often_is_a_fault() -> None:
    # of 100 keys 70 in the first of four places: chi square is (45^2 + 3 * 15^2)/25 = 108, far beyond 31.8
    assert balance({0: 70, 1: 10, 2: 10, 3: 10}, 4, listed=False) == [
        "part 'p': the key's place is unbalanced: [70, 10, 10, 10] of 100 rows"
    ]


def test_a_rank_that_tells_the_key_is_a_fault() -> None:
    assert balance({3: 51, 0: 49}, 4, listed=True) == ["part 'p': the key is number 4 by size in 51 of 100 rows"]
    assert balance({2: 90, 0: 10}, 3, listed=True) == []  # with three options a half is no sign yet


def test_small_populations_are_not_tested_for_balance() -> None:
    assert balance({0: 39}, 4, listed=False) == balance({0: 39}, 4, listed=True) == []


def test_the_critical_value_of_chi_square() -> None:
    """The approximation of Wilson and Hilferty is a little larger than the true quantile so far out."""
    # quantiles of chi square at 1 - 1e-6: 23.93 for 1, 27.63 for 2, 30.66 for 3 degrees of freedom
    for width, quantile in ((2, 23.93), (3, 27.63), (4, 30.66)):
        rows = 100_000
        for factor, expected in ((0.97, 0), (1.2, 1)):
            # one place with e more than its share: chi square e^2/share * width/(width - 1)
            share = rows / width
            extra = (factor * quantile * share * (width - 1) / width) ** 0.5
            counts = {0: round(share + extra)} | {k: round(share - extra / (width - 1)) for k in range(1, width)}
            assert len(balance(counts, width, listed=False)) == expected
