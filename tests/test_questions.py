"""The key of every row of every kind of part, worked out again from its parameters with Python's fractions alone."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import exp

import mpmath
import pytest
from banking import CHOICE, NUMBER, STEP, item, populated, solved

from gdquiz.assembly.questions import QuestionWriter, exact_key, inexact_key
from gdquiz.exam.frozen import NumberKey, PartKey, Question
from gdquiz.exam.rounding import rounding
from gdquiz.exam.wording import fill
from gdquiz.populations.population import populate
from gdquiz.populations.printing import digits_of
from gdquiz.words.catalogue import ENGLISH

F = Fraction
ROWS = {
    "vector": 122, "listed": 47, "several": 42, "claim": 30, "pairs": 29, "order": 8, "slope": 6, "batches": 32,
    "momentum": 16, "irrational": 11, "versions": 8, "kinked": 16, "ends": 32, "drawn": 4, "mapped": 12, "sampled": 50,
}  # fmt: skip


def wrong(key: PartKey, code: str) -> tuple[str, ...] | None:
    """The values, options or formula that a key foresees for a misconception; None where it does not."""
    for answer in key.wrong:
        if answer.misconception == code:
            return answer.values or answer.options or (answer.formula,)
    return None


def texts(*values: Fraction) -> tuple[str, ...]:
    return tuple(map(str, values))


def values(key: PartKey) -> tuple[str, ...]:
    return tuple(number.value for number in key.numbers)


@pytest.mark.parametrize("name", ROWS)
def test_populations_of_the_test_bank_keep_their_size(name: str) -> None:
    assert populated("kinds.toml", name).size == ROWS[name]


# --- numbers -------------------------------------------------------------------------------------------------------


def test_one_step_in_one_variable() -> None:
    # f = (w - a)^2, f' = 2(w - a): w1 = w0 - eta f'; uphill with +; without rate w0 - f'; with the loss w0 - eta f
    seen = 0
    for p, question in solved(populated("small.toml", "small-step")):
        (key,) = question.parts
        slope = 2 * (p["w0"] - p["a"])
        w1 = p["w0"] - p["eta"] * slope
        assert values(key) == texts(w1)
        assert wrong(key, "SIGN") == texts(p["w0"] + p["eta"] * slope)
        assert wrong(key, "NO_ETA") == texts(p["w0"] - slope)
        loss = p["w0"] - p["eta"] * (p["w0"] - p["a"]) ** 2
        expected = None if loss in (w1, p["w0"] + p["eta"] * slope, p["w0"] - slope) else texts(loss)
        assert wrong(key, "LOSS") == expected
        seen += expected is None
    assert seen  # f = f' where w0 - a = 2: there the optional wrong answer is left out


def test_one_step_in_two_variables() -> None:
    # f = a u^2 + b u v + c v^2; one after another: v' with the new u; the cross term forgotten: 2au and 2cv
    for p, question in solved(populated("kinds.toml", "vector")):
        (key,) = question.parts
        a, b, c, u, v, eta = (p[name] for name in ("a", "b", "c", "u0", "v0", "eta"))
        gu, gv = 2 * a * u + b * v, b * u + 2 * c * v
        new = u - eta * gu
        assert values(key) == texts(new, v - eta * gv)
        assert wrong(key, "SIGN") == texts(u + eta * gu, v + eta * gv)
        assert wrong(key, "SEQ") == texts(new, v - eta * (b * new + 2 * c * v))
        assert wrong(key, "SWAP") == texts(u - eta * gv, v - eta * gu)
        assert wrong(key, "CROSS") in (None, texts(u - eta * 2 * a * u, v - eta * 2 * c * v))


def test_labels_of_wrong_answers_have_the_numbers_of_their_own_row() -> None:
    # a label with a slot, v0, that differs from row to row
    for p, question in solved(populated("kinds.toml", "vector")):
        for answer in question.parts[0].wrong:
            assert f"$v_1$ from ${p['v0']}$: " in answer.shown
            assert answer.shown.startswith("$u_{1}$: ")


def test_mini_batches() -> None:
    # terms (w x - y)^2 with x = 1, 2, 3; the mean gradient of examples 1 and 3, then of example 2 alone
    for p, question in solved(populated("kinds.toml", "batches")):
        first, second = question.parts
        x, y, eta, w = (1, 2, 3), (p["y1"], p["y2"], p["y3"]), p["eta"], p["w0"]

        def slope(at: Fraction, *examples: int, x=x, y=y) -> Fraction:
            return sum((2 * x[k] * (x[k] * at - y[k]) for k in examples), F(0)) / len(examples)

        w1 = w - eta * slope(w, 0, 2)
        w2 = w1 - eta * slope(w1, 1)
        assert (values(first), values(second)) == (texts(w1), texts(w2))
        assert wrong(first, "SIGN") == texts(w + eta * slope(w, 0, 2))
        at_start, full = w1 - eta * slope(w, 1), w - eta * slope(w, 0, 1, 2)
        full -= eta * slope(full, 0, 1, 2)
        assert wrong(second, "AT_START") in (None, texts(at_start))
        assert wrong(second, "SAME") in (None, texts(full))


def test_momentum() -> None:
    # v1 = g0, x1 = x0 - eta v1, v2 = beta v1 + g1, x2 = x1 - eta v2 with g = a x
    for p, question in solved(populated("kinds.toml", "momentum")):
        (key,) = question.parts
        a, x, eta, beta = p["a"], p["x0"], p["eta"], p["beta"]
        x1 = x - eta * a * x
        assert values(key) == texts(x1 - eta * (beta * a * x + a * x1))
        assert wrong(key, "PLAIN") == texts(x1 - eta * a * x1)


def test_numbers_that_are_not_rational_come_in_twenty_digits() -> None:
    # f = exp(a w) - b w, f' = a exp(a w) - b; with the inner derivative forgotten, exp(a w) - b
    for p, question in solved(populated("kinds.toml", "irrational")):
        (key,) = question.parts
        a, b, w = p["a"], p["b"], p["w0"]
        with mpmath.workdps(60):
            exact = mpmath.mpf(w.numerator) / w.denominator
            growth = mpmath.exp(int(a) * exact)
            expected = exact - (int(a) * growth - int(b)) / 10
            assert abs(mpmath.mpf(key.numbers[0].value) - expected) < mpmath.mpf(10) ** -18
            units = int(mpmath.nint(expected * 10**4))
        assert F(key.numbers[0].low) == F(units - 1, 10**4)
        assert F(key.numbers[0].high) == F(units + 1, 10**4)
        digits = len(key.numbers[0].value.replace("-", "").replace(".", "").lstrip("0"))
        assert digits == 20
        slip = wrong(key, "NO_INNER")
        if slip is not None:
            assert float(slip[0]) == pytest.approx(float(w) - (exp(a * w) - float(b)) / 10, rel=1e-11)
        assert (slip is None) == (a == 1)


def test_a_wrong_float_that_is_whole_is_printed_as_a_whole_number() -> None:
    # ceil(log(10) a): 2.303, 4.605 and 6.908 rounded up are 3, 5 and 7; log(10) a itself keeps its decimals
    body = f'parameters = {{ a = "1..3" }}\n{NUMBER}answer = "20*a"\n'
    mistakes = '{ misconception = "FLOOR", value = "ceil(log(10)*a)" }, { misconception = "LIN", value = "log(10)*a" }'
    population = populate(item(f"{body}wrong = [{mistakes}]"))
    shown = [[(w.values, w.shown) for w in q.parts[0].wrong] for _, q in solved(population)]
    assert [row[0] for row in shown] == [(("3",), "$3$"), (("5",), "$5$"), (("7",), "$7$")]
    assert [row[1][1] for row in shown] == ["$2.303$", "$4.605$", "$6.908$"]


def test_cases_have_their_own_words_losses_and_domains() -> None:
    population = populated("kinds.toml", "versions")
    found = []
    for p, question in solved(population):
        x, a = p["x0"], p["a"]
        slope = 2 * a * x if question.slots["shape"] == "A bowl" else 4 * a * x**3
        assert values(question.parts[0]) == texts(x - slope / 8)
        found.append((question.slots["shape"], x, a))
    bowls = [("A bowl", x, a) for x in (1, 2) for a in (1, 2, 3)]  # x0 of the item, then a of the case
    assert found == [*bowls, *(("A flat valley", x, F(1, 4)) for x in (-1, 3))]


def test_slopes_at_a_named_point_of_a_loss_with_kinks() -> None:
    # relu(a w - b) + |w - 2| has the slope a [a w > b] + sign(w - 2), and none where a w = b or w = 2
    seen = set()
    for p, question in solved(populated("kinds.toml", "kinked")):
        a, b, w = p["a"], p["b"], p["w0"]
        assert a * w != b and w != 2
        assert values(question.parts[0]) == texts((a if a * w > b else F(0)) + (1 if w > 2 else -1))
        seen.add((a, b, w))
    everything = {(a, b, w) for a in (1, 2) for b in (1, 2, 4) for w in (0, 1, 2, 3)}
    assert everything - seen == {(a, b, w) for a, b, w in everything if a * w == b or w == 2}


def test_keyed_draws_are_different_rows() -> None:
    rows = {tuple(p.values()): question.parts[0] for p, question in solved(populated("kinds.toml", "sampled"))}
    assert len(rows) == 50
    for (a, b, c), key in rows.items():
        assert values(key) == texts(a + b + c)
        assert wrong(key, "SIGN") == texts(a - b - c)


# --- selections ----------------------------------------------------------------------------------------------------


def test_choice_by_condition() -> None:
    for p, question in solved(populated("small.toml", "small-way")):
        slope = 2 * p["a"] * p["x0"] + p["b"]
        (key,) = question.parts
        assert key.options == (("left",) if slope > 0 else ("right",))
        assert wrong(key, "SIGN") == (("right",) if slope > 0 else ("left",))
        assert sorted(key.order) == ["left", "right"]


def test_choice_of_listed_values() -> None:
    # 1/a among 2/a, 1/(2a), -1/a, 1, 3/a and 1/(4a), in rising order; a = 2, 3 make two of them equal
    for p, question in solved(populated("kinds.toml", "listed")):
        (key,) = question.parts
        a = p["a"]
        stated = {"v0": 1 / a, "v1": 2 / a, "v2": 1 / (2 * a), "v3": -1 / a, "v4": F(1), "v5": 3 / a, "v6": 1 / (4 * a)}
        assert key.options == ("v0",)
        assert len(key.order) == 4 and "v0" in key.order
        listed = [stated[name] for name in key.order]
        assert listed == sorted(set(listed))
        assert {answer.options[0]: answer.values[0] for answer in key.wrong} == {
            name: str(stated[name]) for name in key.order if name != "v0"
        }
        assert all(question.slots[f"{name}@answer"] for name in key.order)
        assert {name for name in question.slots if "@" in name} == {f"{name}@answer" for name in key.order}


def test_the_rank_of_a_listed_key_is_spread() -> None:
    ranks: Counter[int] = Counter()
    for path in ("a", "b", "c", "d"):
        for _, question in solved(populated("kinds.toml", "listed"), path):
            ranks[question.parts[0].order.index("v0")] += 1
    # four places, 188 questions: 47 each, and five standard deviations are 30
    assert sorted(ranks) == [0, 1, 2, 3]
    assert all(17 <= count <= 77 for count in ranks.values())


def test_choices_by_condition() -> None:
    for p, question in solved(populated("kinds.toml", "several")):
        (key,) = question.parts
        at_p, at_q = 2 * p["a"] * p["p"] + p["b"], 2 * p["a"] * p["q"] + p["b"]
        right = {
            name
            for name, held in (("p-left", at_p > 0), ("q-left", at_q > 0), ("steeper", abs(at_q) > abs(at_p)))
            if held
        }
        assert set(key.options) == right
        assert 0 < len(right) < 3
        assert wrong(key, "FALLS_OK") is not None  # all of them, which is never right


def test_truth_with_reasons() -> None:
    for p, question in solved(populated("kinds.toml", "claim")):
        (key,) = question.parts
        shrinks = abs(1 - 2 * p["a"] * p["eta"]) < 1
        assert (key.truth, key.options) == (shrinks, ("shrinks",) if shrinks else ("grows",))
        assert wrong(key, "MONO") == (None if shrinks else ("shrinks",))


def test_matching() -> None:
    def regime(factor: Fraction) -> str:
        return "away" if factor < -1 else "zigzag" if factor < 0 else "steady"

    both = 0
    for p, question in solved(populated("kinds.toml", "pairs")):
        (key,) = question.parts
        expected = {name: regime(1 - 2 * p["a"] * p[rate]) for name, rate in (("one", "s"), ("two", "t"))}
        assert dict(zip(key.prompt_order, key.options, strict=True)) == expected
        away = set(expected.values()) == {"away"}
        assert wrong(key, "OSC_DIV") == (None if away else ("away", "away"))
        both += away
    assert both  # the same option may belong to both prompts


def test_ordering() -> None:
    # slopes 3 a x^2 - 3; no two of them of the same size
    for p, question in solved(populated("kinds.toml", "order")):
        (key,) = question.parts
        size = {name: abs(3 * p["a"] * p[x] ** 2 - 3) for name, x in zip("abc", "pqr", strict=True)}
        assert len(set(size.values())) == 3
        assert key.options == tuple(sorted(size, key=lambda name: size[name]))
        assert wrong(key, "HEIGHT") in (None, ("c", "b", "a"))


def test_the_end_of_a_run() -> None:
    # x -> x - eta (2 a x + b) multiplies the distance from -b/(2a) by 1 - 2 a eta
    for p, question in solved(populated("kinds.toml", "ends")):
        factor = abs(1 - 2 * p["a"] * p["eta"])
        expected = "converges" if factor < 1 else "cycles" if factor == 1 else "diverges"
        assert question.parts[0].options == (expected,)


def test_order_and_key_are_those_of_the_path() -> None:
    writer = QuestionWriter(populated("kinds.toml", "order"))
    plain = writer.question(0, number=1, id="x")
    assert plain.parts[0].order == ("a", "b", "c")
    orders = {writer.question(0, number=1, id="x", path=(k,)).parts[0].order for k in range(60)}
    assert len(orders) == 6
    assert {writer.question(0, number=1, id="x", path=(k,)).parts[0].options for k in range(60)} == {
        plain.parts[0].options
    }


# --- formulas ------------------------------------------------------------------------------------------------------


def test_formulas_have_the_values_they_should() -> None:
    # f = (a w - b)^2 + w: f' = 2 a (a w - b) + 1; without the inner derivative 2 (a w - b) + 1; without the factor 2
    # a (a w - b) + 1
    from gdquiz.formulas.columns import evaluate
    from gdquiz.formulas.expressions import Language, parse
    from gdquiz.numbers.exact import Rationals

    def at(formula: str, w: Fraction) -> Fraction:
        node = parse(formula, names=("w",), language=Language.FORMULA)
        return evaluate(node, {"w": Rationals.constant(w)}).fraction(0)

    for p, question in solved(populated("kinds.toml", "slope")):
        a, b = p["a"], p["b"]
        for w in (F(0), F(1), F(-7, 3)):
            given, stated = question.parts
            inner = a * w - b
            assert at(given.formula, w) == 2 * a * inner + 1
            assert at(wrong(given, "NO_INNER")[0], w) == 2 * inner + 1
            assert at(wrong(given, "NO_2")[0], w) == a * inner + 1
            assert at(wrong(given, "CONST")[0], w) == 2 * a * inner
            assert at(stated.formula, w) == w - (2 * a * inner + 1) / 2
        assert p["a"] != 2  # there two slips give the same formula


# --- what is accepted ----------------------------------------------------------------------------------------------


def test_a_key_says_what_is_accepted() -> None:
    # -3/5 to three decimals: everything within a unit of the third place
    assert exact_key(-3, 5, 3) == NumberKey(
        value="-3/5", shown=r"-\frac{3}{5} = -0.6", low="-601/1000", high="-599/1000"
    )
    assert exact_key(1, 3, 2).shown == r"\frac{1}{3} \approx 0.33"
    assert exact_key(7, 1, None) == NumberKey(value="7", shown="7", low="7", high="7")


def test_inexact_keys_keep_twenty_digits() -> None:
    with mpmath.workdps(50):
        key = inexact_key(digits_of(mpmath.sqrt(2)), 3)
    # the square root of 2 is 1.41421356237309504880168872...
    assert key.value == "1.4142135623730950488"
    assert (key.shown, key.low, key.high) == ("1.414", "1.413", "1.415")


@pytest.mark.parametrize(
    ("answer", "digits", "sentence"),
    [
        ("a", "3", "Give a whole number."),
        ("a/7", "3", "Give a fraction, or a decimal rounded to 3 decimal places."),
        ("exp(a)", "1", "Give a decimal rounded to 1 decimal place."),
    ],
)
def test_the_rounding_rule_fits_the_answers(answer: str, digits: str, sentence: str) -> None:
    model = item(f'parameters = {{ a = "1..3" }}\n{NUMBER}answer = "{answer}"\ndigits = {digits}\n')
    assert rounding(populate(model).variants.wording.parts[0], ENGLISH) == sentence


@pytest.mark.parametrize(
    ("answer", "digits", "sentence"),
    [
        ("a", "3", "Give whole numbers."),
        ("a/7", "2", "Give fractions, or decimals rounded to 2 decimal places."),
        ("exp(a)", "1", "Give decimals rounded to 1 decimal place."),
        ("a/7", "'exact'", "Give the exact values, as whole numbers, fractions or terminating decimals."),
    ],
)
def test_the_rounding_rule_of_several_numbers(answer: str, digits: str, sentence: str) -> None:
    answers = f'answers = [{{ label = "p", value = "{answer}" }}, {{ label = "q", value = "a" }}]'
    part = f'[[item.part]]\nkind = "numbers"\nask = "?"\n{answers}\ndigits = {digits}\n'
    model = item(f'parameters = {{ a = "1..3" }}\n{part}')
    assert rounding(populate(model).variants.wording.parts[0], ENGLISH) == sentence


def test_whole_numbers_are_not_accepted_with_room() -> None:
    # with digits = 0 a neighbour, 6 or 8 for 7, would lie within a unit of the last place
    population = populate(item(f'parameters = {{ a = "6..8" }}\n{NUMBER}answer = "a"\ndigits = 0\n'))
    keys = [question.parts[0].numbers[0] for _, question in solved(population)]
    assert [(key.low, key.value, key.high) for key in keys] == [(n, n, n) for n in "678"]


def test_every_wrong_value_is_outside_of_what_is_accepted() -> None:
    for name in ("vector", "batches", "momentum", "irrational", "versions"):
        for _, question in solved(populated("kinds.toml", name)):
            for key in question.parts:
                for answer in key.wrong:
                    pairs = zip(answer.values, key.numbers, strict=True)
                    assert not all(F(number.low) <= F(value) <= F(number.high) for value, number in pairs)


# --- words ---------------------------------------------------------------------------------------------------------


def test_feedback_has_the_numbers_of_the_row() -> None:
    for p, question in solved(populated("small.toml", "small-step")):
        (said,) = (answer.feedback for answer in question.parts[0].wrong if answer.misconception == "NO_ETA")
        slope = 2 * (p["w0"] - p["a"])
        assert said == f"The slope is ${slope}$. What does the rate $\\frac{{1}}{{{p['eta'].denominator}}}$ do with it?"


def test_only_slots_that_are_printed_are_kept() -> None:
    population = populate(
        item(
            f'parameters = {{ a = "1..3", b = [7] }}\n{NUMBER}answer = "a"\n'
            'wrong = [{ misconception = "SIGN", value = "-a", feedback = "not ${{b}}$" }]\n',
            stem="${{a}}$",
        )
    )
    for _, question in solved(population):
        assert list(question.slots) == ["a"]
        assert question.parts[0].wrong[0].feedback == "not $7$"


def test_a_text_is_filled_from_the_slots_of_the_question() -> None:
    population = populated("small.toml", "small-step")
    writer = QuestionWriter(population)
    question = writer.question(0, number=1, id="x")
    # row 0: a = 1, w0 = 3, eta = 1/4: f' = 4 and w1 = 2
    assert fill(writer.wording.solution, question.slots, writer.slot_kinds) == (
        r"The derivative is $f'(w) = 2 w - 2$, so $w_1 = 3 - \frac{1}{4} \cdot 4 = 2$."
    )


def test_a_row_without_a_key_in_a_slot_is_never_reached() -> None:
    # 1/a has no value at a = 0, and the slot is in the stem: the row is refused
    population = populate(item(f'parameters = {{ a = "0..2" }}\n{NUMBER}answer = "a"\n', stem="${{1/a}}$"))
    assert [question.slots["1/a"] for _, question in solved(population)] == ["1", r"\frac{1}{2}"]
    assert population.refusals == {"the slot '{{1/a}}' has no value": 1}


def test_wrong_answers_that_depend_on_a_condition_choose_one_option() -> None:
    model = item(
        f"parameters = {{ a = [-1, 0, 1] }}\n{CHOICE}"
        'option = [{ id = "yes", text = "y", when = "a >= 0" }, { id = "no", text = "n", when = "a < 0" }]\n'
        'wrong = [{ misconception = "SIGN", optional = true, chooses = { yes = "a < 0", no = "a > 0" } }]\n'
    )
    found = {p["a"]: wrong(question.parts[0], "SIGN") for p, question in solved(populate(model))}
    assert found == {-1: ("yes",), 0: None, 1: ("no",)}


def test_a_row_is_the_same_question_however_often_it_is_asked_for() -> None:
    first = [question for _, question in solved(populated("small.toml", "small-step"))]
    again = [question for _, question in solved(populated("small.toml", "small-step"))]
    assert first == again and all(isinstance(question, Question) for question in first)


def test_an_executed_mistake_is_carried_through_every_step() -> None:
    # f = a w^2: uphill w -> w + 2 a w / 10 twice
    model = item(
        f'parameters = {{ a = "1..3", w0 = [1, 2] }}\n{STEP}{NUMBER}answer = "w[2]"\n'
        'wrong = [{ misconception = "SIGN" }]\n'
    )
    for p, question in solved(populate(model)):
        assert wrong(question.parts[0], "SIGN") == texts(p["w0"] * (1 + p["a"] / 5) ** 2)
