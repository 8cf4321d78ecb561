"""Banks, items and questions for tests: read from ``tests/banks``, or written in a line."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

from gdquiz.assembly.questions import QuestionWriter
from gdquiz.banks.bank import read_bank
from gdquiz.banks.items import models
from gdquiz.banks.models import ItemModel
from gdquiz.errors import InputError
from gdquiz.exam.frozen import Question
from gdquiz.populations.population import Population, populate

BANKS = Path(__file__).resolve().parent / "banks"

HEAD = """[bank]
topic = "trial"
title = "Trial"

[[item]]
id = "one"
title = "One"
skill = "trying"
bloom = "apply"
"""

NUMBER = '[[item.part]]\nkind = "number"\nask = "What?"\n'
CHOICE = '[[item.part]]\nkind = "choice"\nask = "Which?"\n'
STEP = """[item.loss]
formula = "a*w^2"
variables = ["w"]
[item.run]
start = ["w0"]
rate = "1/10"
steps = 2
"""


def text_of(body: str, *, stem: str = "What?", solution: str = "That.", top: str = "") -> str:
    """The text of a bank with one item: some fields on top, then its tables."""
    return f"{HEAD}stem = '''{stem}'''\nsolution = '''{solution}'''\n{top}\n{body}"


def item(body: str, **texts: str) -> ItemModel:
    """The item of such a bank, read."""
    (model,) = models(read_bank(text_of(body, **texts), file="trial.toml"))
    return model


def told(text: str) -> list[str]:
    """What is said against the text of a bank, line by line."""
    try:
        found = models(read_bank(text, file="trial.toml"))
    except InputError as error:
        return [str(fault) for fault in error.faults]
    raise AssertionError(f"nothing is said against it: {found}")


@cache
def items(bank: str) -> dict[str, ItemModel]:
    """The items of a bank of ``tests/banks`` by id."""
    read = read_bank((BANKS / bank).read_text(encoding="utf-8"), file=bank)
    return {model.id: model for model in models(read)}


@cache
def populated(bank: str, name: str) -> Population:
    return populate(items(bank)[name])


def solved(population: Population, path: str = "test") -> Iterator[tuple[dict[str, Fraction], Question]]:
    """Every row of a population: the values of its parameters, and the question it becomes."""
    writer = QuestionWriter(population)
    for row in range(population.size):
        block, place = population.locate(row)
        numbers = {name: column.fraction(place) for name, column in block.world.exact_parameters.items()}
        yield numbers, writer.question(row, number=1, id="id", path=(path, row))
