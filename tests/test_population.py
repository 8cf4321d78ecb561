"""Populations: every row enumerated and counted, and every reason for which a row may not be printed."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from banking import CHOICE, NUMBER, STEP, item, populated, solved

from gdquiz.banks.models import ItemModel
from gdquiz.errors import InputError
from gdquiz.formulas.expressions import Language, parse
from gdquiz.numbers.exact import Rationals
from gdquiz.populations.population import LARGEST, populate
from gdquiz.populations.routes import agree, derivative_misses
from gdquiz.populations.world import calculus_of, term_calculus_of

F = Fraction
ORDER = '[[item.part]]\nkind = "ordering"\nask = "?"\n'


def rows(model: ItemModel) -> list[tuple[Fraction, ...]]:
    """The parameters of every row that passed."""
    return [tuple(numbers.values()) for numbers, _ in solved(populate(model))]


def refusals(body: str, **texts: str) -> dict[str, int]:
    return dict(populate(item(body, **texts)).refusals)


# --- enumeration ---------------------------------------------------------------------------------------------------


def test_every_combination_comes_once_the_last_parameter_first() -> None:
    model = item("parameters = { a = [3, 1], b = ['1/2', '0.25'], c = \"1..2\" }\n" + NUMBER + 'answer = "a*b*c"')
    assert rows(model) == list(product((3, 1), (F(1, 2), F(1, 4)), (1, 2)))


def test_an_item_without_parameters_has_one_row() -> None:
    assert populate(item(NUMBER + 'answer = "2 + 2"')).size == 1
    population = populate(item(NUMBER + 'answer = "2 + 2"', top='require = ["1 > 2"]'))
    assert (population.size, population.enumerated, dict(population.refusals)) == (0, 1, {"requirement: 1 > 2": 1})


def test_cases_are_numbered_one_after_another() -> None:
    population = populated("kinds.toml", "versions")
    places = [population.locate(row) for row in range(population.size)]
    assert [block.case.id for block, _ in places] == ["bowl"] * 6 + ["flat"] * 2
    for row in (-1, population.size):
        with pytest.raises(IndexError, match="no such row in the population"):
            population.locate(row)


def test_rows_are_refused_once_and_counted() -> None:
    model = item(
        'parameters = { a = "0..9" }\n' + NUMBER + 'answer = "a"',
        top='require = [{ that = "a > 2", because = "small" }, "a != 5", { that = "a != 1", because = "one" }]',
    )
    population = populate(model)
    assert dict(population.refusals) == {"requirement: small": 3, "requirement: a != 5": 1}
    assert (population.enumerated, population.size) == (10, 6)
    assert population.enumerated == population.size + sum(population.refusals.values())


def test_draws_are_different_rows_and_always_the_same() -> None:
    first = rows(item('draws = 50\nparameters = { a = "1..100", b = "1..100" }\n' + NUMBER + 'answer = "a + b"'))
    assert len(set(first)) == 50
    more = rows(item('draws = 200\nparameters = { a = "1..100", b = "1..100" }\n' + NUMBER + 'answer = "a + b"'))
    assert set(first) < set(more)
    assert rows(item('draws = 50\nparameters = { a = "1..5" }\n' + NUMBER + 'answer = "a"')) == [
        (k,) for k in range(1, 6)
    ]


def test_draws_from_more_combinations_than_can_be_listed() -> None:
    names = "abcdefgh"
    domains = ", ".join(f'{name} = "1..100"' for name in names)  # 10^16 combinations
    found = rows(item(f'draws = 30\nparameters = {{ {domains} }}\n{NUMBER}answer = "{" + ".join(names)}"'))
    assert len(set(found)) == 30


def test_too_many_combinations_are_refused_with_the_numbers() -> None:
    model = item('parameters = { a = "1..500", b = "1..401" }\n' + NUMBER + 'answer = "a + b"')
    with pytest.raises(InputError) as caught:
        populate(model)
    assert str(caught.value) == (
        "trial.toml:5, item one, field parameters: the parameters have 200,500 combinations: 500 (a) x 401 (b); "
        "expected at most 200,000 in one population (hint: use smaller domains, or 'draws = 5000' to take that many "
        "fixed combinations)"
    )
    assert populate(item('parameters = { a = "1..500", b = "1..400" }\n' + NUMBER + 'answer = "a + b"')).size == LARGEST


def test_cases_count_together() -> None:
    body = 'parameters = { a = "1..500" }\n' + "".join(
        f'[[item.case]]\nid = "c{k}"\nparameters = {{ b = "1..250" }}\n' for k in range(2)
    )
    with pytest.raises(InputError, match="the cases have 250,000 combinations together; expected at most 200,000"):
        populate(item(body + NUMBER + 'answer = "a + b"'))


def test_an_error_in_solving_has_the_place_of_the_item() -> None:
    model = item(
        'parameters = { a = [1] }\nloss = { formula = "a*w^4", variables = ["w"] }\n'
        + NUMBER
        + 'answer = "minimizer_w"'
    )
    with pytest.raises(InputError, match=r"^trial.toml:5, item one: 'minimizer_w' does not exist"):
        populate(model)


# --- refusals ------------------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[str, dict[str, int]]] = {
    "undefined": (
        'parameters = { a = "0..2" }\n' + NUMBER + 'answer = "1/a"',
        {"an answer is undefined or leaves the range of exact numbers": 1},
    ),
    "overflow": (
        "parameters = { a = [2, 3000] }\n" + NUMBER + 'answer = "a^10 - a^10"',
        {"an answer is undefined or leaves the range of exact numbers": 1},
    ),
    "large": (
        "largest = 5\n" + 'parameters = { a = "4..7" }\n' + NUMBER + 'answer = "-a"',
        {"an answer is larger than 5": 2},
    ),
    "denominator": (
        "denominator = 4\n" + 'parameters = { a = "3..7" }\n' + NUMBER + 'answer = "1/a"',
        {"a denominator is larger than 4": 3},
    ),
    "definition": (
        'parameters = { a = "0..2" }\ndefine = { p = "2/a" }\n' + NUMBER + 'answer = "if(a == 0, 1, p)"',
        {"no value of 'p': too large, or a division by zero": 1},
    ),
    "comparison of nothing": (
        'parameters = { a = "0..2" }\n'
        + CHOICE
        + 'option = [{ id = "x", text = "x", when = "1/a > 3/4" }, { id = "y", text = "y", when = "not 1/a > 3/4" }]',
        {"too close to call": 1},
    ),
    "close floats": (
        'parameters = { a = "1..3" }\n[[item.part]]\nkind = "truth"\nask = "?"\ntruth = "log(a^2) == 2*log(a)"',
        {"too close to call": 3},
    ),
    "floor of a float": (
        "parameters = { a = [8, 9] }\n" + NUMBER + 'answer = "ceil(log(a)/log(2))"',
        {"too close to call": 1},
    ),
    "rounding boundary": (
        # exp(0)/8 = 0.125 to two decimals is 0.12 or 0.13
        "parameters = { a = [0, 1] }\n" + NUMBER + 'digits = 2\nanswer = "exp(a)/8"',
        {"an answer lies too close to a rounding boundary": 1},
    ),
    "inexact without digits": (
        "parameters = { a = [1, 2] }\n" + NUMBER + 'digits = "exact"\nanswer = "exp(a)"',
        {"an answer that is not rational needs 'digits'": 2},
    ),
    "no option": (
        'parameters = { a = "1..3" }\n'
        + CHOICE
        + 'option = [{ id = "x", text = "x", when = "a < 2" }, { id = "y", text = "y", when = "a > 2" }]',
        {"not exactly one option is right": 1},
    ),
    "two options": (
        'parameters = { a = "1..3" }\n'
        + CHOICE
        + 'option = [{ id = "x", text = "x", when = "a <= 2" }, { id = "y", text = "y", when = "a >= 2" }]',
        {"not exactly one option is right": 1},
    ),
    "all options": (
        'parameters = { a = "1..3" }\n'
        + CHOICE.replace("choice", "choices")
        + 'option = [{ id = "x", text = "x", when = "a > 1" }, { id = "y", text = "y", when = "a > 2" }]',
        {"no option is right, or every one is": 2},
    ),
    "no match": (
        'parameters = { a = "1..3" }\n[[item.part]]\nkind = "matching"\nask = "?"\n'
        'option = [{ id = "x", text = "x" }, { id = "y", text = "y" }]\n'
        'prompt = [{ id = "p", text = "p", match = { x = "a <= 2", y = "a == 2" } }]',
        {"a prompt does not match exactly one option": 2},
    ),
    "ties": (
        'parameters = { a = "-2..2" }\n'
        + ORDER
        + 'option = [{ id = "x", text = "x", rank = "a" }, { id = "y", text = "y", rank = "a^2" }]',
        {"two things to order rank alike": 2},
    ),
    "near ties": (
        'parameters = { a = "1..3" }\n'
        + ORDER
        + 'option = [{ id = "x", text = "x", rank = "log(a^2)" }, { id = "y", text = "y", rank = "2*log(a)" }]',
        {"two things to order rank alike": 3},
    ),
    "ties of the last": (
        'parameters = { a = "1..3" }\n'
        + ORDER
        + 'option = [{ id = "x", text = "x", rank = "0" }, { id = "y", text = "y", rank = "a" }, '
        '{ id = "z", text = "z", rank = "2" }]',
        {"two things to order rank alike": 1},
    ),
    "read alike": (
        'parameters = { a = "1..3" }\n' + CHOICE + 'option = [{ id = "x", text = "It is ${{a}}$.", when = "a < 3" }, '
        '{ id = "y", text = "It is ${{a^2}}$.", when = "a == 3" }]',
        {"two options or prompts of 'answer' read alike": 1},
    ),
    "read alike as rounded": (
        # 1/3 and 0.33 are both 0.33 to two decimals
        "parameters = { a = ['1/3', '1/2'] }\n" + CHOICE + 'option = [{ id = "x", text = "{{a:2}}", when = "a > 0" }, '
        '{ id = "y", text = "{{0.33:2}}", when = "a < 0" }]',
        {"two options or prompts of 'answer' read alike": 1},
    ),
    "wrong is right": (
        'parameters = { a = "0..2" }\n' + NUMBER + 'answer = "2*a"\nwrong = [{ misconception = "NO_2", value = "a" }]',
        {"a wrong answer meets the key (NO_2)": 1},
    ),
    "wrong within what is accepted": (
        # to two decimals the key 1/2 accepts 0.49 to 0.51, and 1/2 + 1/25 is less than five units away
        "parameters = { a = ['1/25', '1/20', '1/2'] }\n"
        + NUMBER
        + 'digits = 2\nanswer = "1/2"\nwrong = [{ misconception = "NO_2", value = "1/2 + a" }]',
        {"a wrong answer meets the key (NO_2)": 1},
    ),
    "wrong twice": (
        'parameters = { a = "1..3" }\n' + NUMBER + 'answer = "7"\nwrong = [{ misconception = "NO_2", value = "2*a" }, '
        '{ misconception = "SIGN", value = "a + 2" }]',
        {"two wrong answers meet (NO_2, SIGN)": 1},
    ),
    "wrong without a value": (
        'parameters = { a = "0..2" }\n' + NUMBER + 'answer = "7"\nwrong = [{ misconception = "NO_2", value = "1/a" }]',
        {"a wrong answer does not exist (NO_2)": 1},
    ),
    "wrong in two minds": (
        'parameters = { a = "0..2" }\n'
        + NUMBER
        + 'answer = "7"\nwrong = [{ misconception = "NO_2", value = "if(1/a > 3/4, 1, 2)" }]',
        {"a wrong answer does not exist (NO_2)": 1},
    ),
    "few to choose from": (
        'parameters = { a = "1..3" }\n'
        + CHOICE
        + 'answer = "a"\ndistractors = 2\nwrong = [{ misconception = "NO_2", value = "2*a" }, '
        '{ misconception = "SIGN", value = "a + 2", optional = true }]',
        {"too few different wrong values to choose from": 1},
    ),
    "follow": (
        'parameters = { a = "1..3" }\n'
        + NUMBER.replace("kind", 'id = "first"\nkind')
        + 'answer = "a"\n'
        + NUMBER
        + 'answer = "a^2"\nfollow = "2*first"',
        {"follow-through of 'answer' misses the key": 2},
    ),
    "kink": (
        'parameters = { a = "-1..1" }\nloss = { formula = "abs(w)", variables = ["w"] }\npoints = { p = ["a"] }\n'
        + NUMBER
        + 'answer = "grad_at_p"',
        {"on a kink of the loss": 1},
    ),
    "figure": (
        'parameters = { a = "-1..1" }\nloss = { formula = "w^2", variables = ["w"] }\n'
        + NUMBER
        + 'answer = "a"\n[item.figure]\nkind = "curve"\nx_range = ["a", "1"]\nalt = "x"\nkey_alt = "y"',
        {"the figure cannot be drawn": 1},
    ),
    "formula with a number that is not rational": (
        'parameters = { a = [1, 2] }\ndefine = { r = "exp(a)" }\nloss = { formula = "r*w^2", variables = ["w"] }\n'
        '[[item.part]]\nkind = "formula"\nask = "?"\nderivative = "w"',
        {"'r' in the formula is not rational": 2},
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_row_is_refused_for_a_reason(name: str) -> None:
    body, expected = REFUSED[name]
    assert refusals(body) == {reason: count for reason, count in expected.items() if count}


def test_a_slot_without_a_value_refuses_its_row() -> None:
    body = 'parameters = { a = "0..2" }\n' + NUMBER + 'answer = "a"'
    assert refusals(body, stem="{{1/a}}") == {"the slot '{{1/a}}' has no value": 1}
    assert refusals(body, stem="{{~ 1/a}}") == {"the slot '{{~ 1/a}}' has no value": 1}
    assert refusals(body, stem="{{log(a)}}") == {"the slot '{{log(a)}}' has no value": 1}
    assert refusals(body, stem="{{= 1/a}}") == {}  # nothing is computed there: it reads 1/0, as the author wants it


def test_optional_wrong_answers_are_dropped_and_not_the_row() -> None:
    model = item(
        'parameters = { a = "0..2" }\n' + NUMBER + 'answer = "2*a"\n'
        'wrong = [{ misconception = "NO_2", value = "a", optional = true }, '
        '{ misconception = "INV", value = "1/a", optional = true }]'
    )
    population = populate(model)
    assert (population.size, dict(population.refusals)) == (3, {})
    found = [[answer.misconception for answer in question.parts[0].wrong] for _, question in solved(population)]
    # a = 0: both drop out (0 is the key, 1/0 does not exist); a = 1: both say 1, the later one goes; a = 2: 2 and 1/2
    assert found == [[], ["NO_2"], ["NO_2", "INV"]]


def test_of_two_that_meet_the_optional_one_goes_even_if_it_comes_first() -> None:
    model = item(
        'parameters = { a = "1..2" }\n' + NUMBER + 'answer = "7"\n'
        'wrong = [{ misconception = "NO_2", value = "a", optional = true }, { misconception = "INV", value = "1/a" }]'
    )
    found = [[answer.misconception for answer in question.parts[0].wrong] for _, question in solved(populate(model))]
    assert found == [["INV"], ["NO_2", "INV"]]


def test_a_mistaken_run_that_meets_a_kink_is_no_answer() -> None:
    # |x - 6| + x/2 has the slope -1/2 on the left of 6 and 3/2 on the right.  The rate 6 leads from 3 down to the kink
    # at 6, from 9 to 0 and from 2 to 5
    body = 'loss = { formula = "abs(x - 6) + x/2", variables = ["x"] }\n' + NUMBER + 'answer = "x[1]"\n'
    wrong = 'wrong = [{ misconception = "SIGN" }]\n'
    run = 'run = { start = ["x0"], rate = "6", steps = 1 }\n'
    assert refusals(f"parameters = {{ x0 = [3, 9, 2] }}\n{run}{body}{wrong}") == {"on a kink of the loss": 1}
    # climbing, it is who goes the wrong way that meets the kink from 3
    climb = run.replace("steps = 1", "steps = 1, ascend = true")
    expected = {"a wrong answer does not exist (SIGN)": 1}
    assert refusals(f"parameters = {{ x0 = [3, 9, 2] }}\n{climb}{body}{wrong}") == expected


def test_several_mistakes_may_lead_to_one_option() -> None:
    model = item(
        'parameters = { a = "1..2" }\n' + CHOICE
        + 'option = [{ id = "x", text = "x", when = "a > 0" }, { id = "y", text = "y", when = "a < 0" }]\n'
        'wrong = [{ misconception = "NO_2", chooses = "y" }, { misconception = "SIGN", chooses = "y" }]'
    )  # fmt: skip
    assert populate(model).size == 2


# --- two routes ----------------------------------------------------------------------------------------------------


def stepped() -> ItemModel:
    return item("parameters = { a = [1, 2], w0 = [1, 3] }\n" + STEP + NUMBER + 'answer = "w[2]"')


def test_a_wrong_compiled_gradient_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    model = stepped()
    calculus = calculus_of(model.cases[0])
    monkeypatch.setitem(calculus.__dict__, "gradient_function", lambda *columns: [3 * columns[0] * columns[1]])
    population = populate(model)
    assert (population.size, dict(population.refusals)) == (0, {"the two routes disagree": 4})
    assert population.disagreements == 4


def test_a_wrong_derivation_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both routes step with a gradient that is wrong in the same way: the loss alone tells."""
    model = stepped()
    calculus = calculus_of(model.cases[0])
    slipped = (calculus.gradient[0].__class__("*", (calculus.gradient[0], calculus.gradient[0])),)
    monkeypatch.setitem(calculus.__dict__, "gradient", slipped)
    monkeypatch.setitem(calculus.__dict__, "gradient_function", lambda w, a: [4 * a * a * w * w])
    assert dict(populate(model).refusals) == {"the gradient disagrees with finite differences": 4}


@pytest.mark.parametrize("answer", ["grad_at_p", "curvature_at_p"])
def test_derivatives_are_measured_without_a_run_too(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body = 'parameters = { a = [1, 2] }\nloss = { formula = "a*w^3", variables = ["w"] }\npoints = { p = ["a"] }\n'
    model = item(f'{body}{NUMBER}answer = "{answer}"')
    assert populate(model).size == 2
    calculus = calculus_of(model.cases[0])
    if answer == "grad_at_p":
        monkeypatch.setitem(calculus.__dict__, "gradient", (calculus.loss,))
        monkeypatch.setitem(calculus.__dict__, "gradient_function", lambda w, a: [a * w**3])
        expected = {"the gradient disagrees with finite differences": 2}
    else:
        monkeypatch.setitem(calculus.__dict__, "hessian", ((calculus.loss,),))
        monkeypatch.setitem(calculus.__dict__, "hessian_function", lambda w, a: [[a * w**3]])
        expected = {"the second derivatives disagree with finite differences": 2}
    assert dict(populate(model).refusals) == expected


def test_a_derivative_as_formula_is_measured_at_sample_points(monkeypatch: pytest.MonkeyPatch) -> None:
    model = item(
        'parameters = { a = [1, 2] }\nloss = { formula = "a*w^3 + relu(w)", variables = ["w"] }\n'
        '[[item.part]]\nkind = "formula"\nask = "?"\nderivative = "w"'
    )
    assert populate(model).size == 2
    calculus = calculus_of(model.cases[0])
    monkeypatch.setitem(calculus.__dict__, "gradient", (calculus.loss,))
    assert dict(populate(model).refusals) == {"the gradient disagrees with finite differences": 2}


def test_examples_that_do_not_make_up_the_loss_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    model = item(
        'parameters = { y = [1, 2] }\ndata = { x = ["1", "2"], z = ["y", "0"] }\n'
        'loss = { formula = "mean((w*x - z)^2)", variables = ["w"] }\n'
        'run = { start = ["1"], rate = "1/4", steps = 2, method = "sgd", order = [2, 1] }\n'
        + NUMBER
        + 'answer = "w[2]"'
    )
    assert populate(model).size == 2
    term = term_calculus_of(model.cases[0])
    monkeypatch.setitem(term.__dict__, "gradient", (term.loss,))
    assert dict(populate(model).refusals) == {"the two routes disagree": 2}


def test_a_wrong_minimizer_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    body = 'parameters = { a = [1, 2] }\nloss = { formula = "a*w^2 - w", variables = ["w"] }\n'
    model = item(f'{body}{NUMBER}answer = "minimizer_w"')
    assert [numbers["a"] for numbers, _ in solved(populate(model))] == [1, 2]
    calculus = calculus_of(model.cases[0])
    twice = parse("1/a", names=("a",), language=Language.FORMULA)  # where 1/(2a) is right
    monkeypatch.setitem(calculus.__dict__, "stationary", (twice,))
    population = populate(model)
    assert dict(population.refusals) == {"the derivatives do not vanish at the minimizer": 2}
    assert population.disagreements == 2


def test_agreement_is_relative_for_large_numbers() -> None:
    exact = Rationals.of([F(1), F(10**6), F(1), F(1, 3)])
    floating = np.array([1 + 9e-10, 10**6 * (1 + 9e-10), 1 + 2e-9, np.nan])
    assert agree(exact, floating).tolist() == [True, True, False, False]
    nothing = exact / Rationals.of([F(0)] * 4)
    assert agree(nothing, np.full(4, np.nan)).all()


def test_measured_derivatives() -> None:
    points = (np.array([0.5, -2.0, 30.0]), np.array([1.0, 1.0, 1.0]))

    def loss(point):
        return point[0] ** 3 * point[1]

    right = 3 * points[0] ** 2
    assert not derivative_misses(right, loss, points, 0).any()
    assert not derivative_misses(points[0] ** 3, loss, points, 1).any()
    assert derivative_misses(right * 1.0001, loss, points, 0).all()
    assert derivative_misses(np.full(3, np.nan), loss, points, 0).all()


# --- work ----------------------------------------------------------------------------------------------------


def test_every_row_has_a_work_and_harder_numbers_are_harder() -> None:
    model = item("parameters = { a = [1, 12, 345] }\n" + NUMBER + 'answer = "a + 1"')
    found = populate(model).work.tolist()
    assert found == sorted(set(found)) and found[0] > 0


def test_populations_of_the_test_bank_lose_no_row_uncounted() -> None:
    for name in ("vector", "several", "pairs", "order", "slope", "kinked", "degrees"):
        population = populated("kinds.toml", name)
        assert population.enumerated == population.size + sum(population.refusals.values())
        assert population.disagreements == 0
        assert Counter(block.case.id for block in population.blocks) == {"only": 1}
