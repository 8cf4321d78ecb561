"""What the key says of a wrong answer that still earns something, and of answers that follow from earlier ones."""

from __future__ import annotations

import json

import pytest
from sample_exam import sample

from gdquiz.assembly.questions import QuestionWriter
from gdquiz.banks.bank import read_bank
from gdquiz.banks.items import models
from gdquiz.errors import InputError
from gdquiz.exam.exam_json import from_json, to_json
from gdquiz.exam.frozen import Exam, Question
from gdquiz.formulas.expressions import Language, parse, to_text
from gdquiz.populations.population import Population, populate
from gdquiz.rendering.formats import render

TWO_PARTS = """
[bank]
topic = "examples"
title = "Examples"
[[item]]
id = "two-steps"
title = "Two updates"
skill = "several-updates"
bloom = "apply"
stem = 'Start ${{x0}}$.'
solution = '''$x_2 = {{x[2]}}$.'''
parameters = { a = [3], b = [2], x0 = [1], eta = ['1/4'] }
loss = { formula = "a*x^2 + b*x", variables = ["x"], name = "f" }
run = { start = ["x0"], rate = "eta", steps = 2 }
[[item.part]]
id = "first-step"
kind = "number"
ask = "Compute $x_1$."
answer = "x[1]"
wrong = [{ misconception = "SIGN", credit = 0.25 }, { misconception = "NO_ETA" }]
[[item.part]]
id = "second"
kind = "number"
ask = "Compute $x_2$."
answer = "x[2]"
follow = "first_step - eta*(2*a*first_step + b) + 0*x[0]"
"""


def question() -> tuple[Question, Population]:
    (model,) = models(read_bank(TWO_PARTS, file="two.toml"))
    population = populate(model)
    return QuestionWriter(population).question(0, number=1, id="-"), population


def test_credit_and_follow_are_frozen_with_the_question() -> None:
    # f'(x) = 6x + 2, so x1 = 1 - 8/4 = -1 and x2 = -1 + 4/4 = 0
    first, second = question()[0].parts
    assert (first.numbers[0].value, second.numbers[0].value) == ("-1", "0")
    assert [(wrong.misconception, wrong.values, wrong.credit) for wrong in first.wrong] == [
        ("SIGN", ("3",), 0.25),
        ("NO_ETA", ("-7",), 0),
    ]
    assert first.follow == ""
    assert second.follow == "first_step - 0.25*(2*3*first_step + 2) + 0*1"
    assert to_text(parse(second.follow, names=("first_step",), language=Language.BANK)) == second.follow


def test_the_fields_are_left_out_where_they_say_nothing() -> None:
    written = json.loads(question()[0].model_dump_json())
    first, second = written["parts"]
    assert "follow" not in first and "follow" in second
    assert ["credit" in wrong for wrong in first["wrong"]] == [True, False]


def test_an_item_without_credit_keeps_its_version() -> None:
    # the version is printed on keys that are out already; a new field with its default must not change it
    (with_credit,) = models(read_bank(TWO_PARTS, file="two.toml"))
    (without,) = models(read_bank(TWO_PARTS.replace(", credit = 0.25", ""), file="two.toml"))
    (with_none,) = models(read_bank(TWO_PARTS.replace("credit = 0.25", "credit = 0"), file="two.toml"))
    assert without.version == with_none.version != with_credit.version
    assert "credit" not in without.source.model_dump_json()


@pytest.mark.parametrize("credit", ["1", "1.5", "-0.5", "'half'"])
def test_credit_is_a_share_below_all(credit: str) -> None:
    with pytest.raises(InputError) as error:
        models(read_bank(TWO_PARTS.replace("credit = 0.25", f"credit = {credit}"), file="two.toml"))
    (fault,) = error.value.faults
    assert fault.field == "part[1].wrong[1].credit"


def test_follow_needs_numbers_for_its_indices() -> None:
    text = TWO_PARTS.replace("0*x[0]", "0*x[a]")
    with pytest.raises(InputError) as error:
        models(read_bank(text, file="two.toml"))
    assert [(fault.field, fault.problem) for fault in error.value.faults] == [
        ("part[2].follow", "the index of 'x' is no number here")
    ]


def with_credit() -> Exam:
    """The sample exam, its first foreseen wrong answer on form 1 earning half of the part's marks."""
    exam = sample()
    form = exam.forms[0]
    first = form.questions[0]
    part = first.parts[0]
    wrong = (part.wrong[0].model_copy(update={"credit": 0.5}), *part.wrong[1:])
    parts = (part.model_copy(update={"wrong": wrong}), *first.parts[1:])
    questions = (first.model_copy(update={"parts": parts}), *form.questions[1:])
    return exam.model_copy(update={"forms": (form.model_copy(update={"questions": questions}), *exam.forms[1:])})


@pytest.mark.parametrize("name", ["markdown", "html", "latex"])
def test_the_key_prints_what_a_slip_earns(name: str) -> None:
    exam = with_credit()
    worth = exam.wordings["one-step"].parts[0].points
    said = f"earns {worth / 2:g} of {worth:g} point"
    telling = [page.path.as_posix() for page in render(exam, name) if said in str(page.text)]
    assert telling and all("key" in path for path in telling)
    assert not any("earns" in str(page.text) for page in render(sample(), name))


def test_the_fields_come_back() -> None:
    exam = with_credit()
    assert from_json(to_json(exam)) == exam
