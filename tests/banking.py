"""Banks, items and questions for tests: read from ``tests/banks``, or written in a line."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

from gdquiz.authoring.bank import read_bank
from gdquiz.authoring.exam import Question
from gdquiz.authoring.items import templates
from gdquiz.authoring.population import Population, populate
from gdquiz.authoring.template import ItemTemplate
from gdquiz.authoring.wordings import Solver
from gdquiz.errors import InputError

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


def item(body: str, **texts: str) -> ItemTemplate:
    """The item of such a bank, read."""
    (template,) = templates(read_bank(text_of(body, **texts), file="trial.toml"))
    return template


def told(text: str) -> list[str]:
    """What is said against the text of a bank, line by line."""
    try:
        found = templates(read_bank(text, file="trial.toml"))
    except InputError as error:
        return [str(fault) for fault in error.faults]
    raise AssertionError(f"nothing is said against it: {found}")


@cache
def items(bank: str) -> dict[str, ItemTemplate]:
    """The items of a bank of ``tests/banks`` by id."""
    read = read_bank((BANKS / bank).read_text(encoding="utf-8"), file=bank)
    return {template.id: template for template in templates(read)}


@cache
def populated(bank: str, name: str) -> Population:
    return populate(items(bank)[name])


def solved(population: Population, path: str = "test") -> Iterator[tuple[dict[str, Fraction], Question]]:
    """Every row of a population: the values of its parameters, and the question it becomes."""
    solver = Solver(population)
    for row in range(population.size):
        block, place = population.locate(row)
        numbers = {name: column.fraction(place) for name, column in block.world.exact_parameters.items()}
        yield numbers, solver.question(row, number=1, id="id", path=(path, row))
