"""Foreseen wrong answers of shipped items against mistaken solvers that know nothing of the engine, row by row.

The solvers are in ``tests/referee/mistaken.py``, written from the titles of the misconceptions.  How many of all
foreseen wrong answers are covered is counted here, and the number may not fall.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import pytest
from referee import mistaken
from test_referee import BANKS, _exactly, _given, _population, _question, _writer, spread

from gdquiz.exam.frozen import PartKey, WrongAnswer

ROWS = 40
COVERED = 134
"""Foreseen wrong answers that the mistaken solvers recompute; 722 of the shipped ones are numbers."""


def _foreseen() -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """By item: its bank, and the part and code of each wrong answer that is a number or numbers."""
    found = {}
    for path in sorted(BANKS.glob("*.toml")):
        content = tomllib.loads(path.read_text("utf-8"))
        for item in content.get("item", []) if "bank" in content else []:
            wrong = [
                (part.get("id", "answer"), entry["misconception"])
                for part in item["part"]
                if part["kind"] in ("number", "numbers")
                for entry in part.get("wrong", [])
            ]
            found[item["id"]] = (path.stem, wrong)
    return found


FORESEEN = _foreseen()
SOLVERS = {
    name.replace("_", "-"): value
    for name, value in vars(mistaken).items()
    if callable(value) and not name.startswith("_") and getattr(value, "__module__", "") == mistaken.__name__
}


def covered(item: str) -> list[tuple[str, str]]:
    """Part and code of what is recomputed of an item, for its first variant."""
    bank, foreseen = FORESEEN[item]
    answers = SOLVERS[item](_given(_population(bank, item), 0, _question(_writer(bank, item), 0)))
    return [(part, code) for part, code in foreseen if code in answers.get(part, {})]


def _says(wrong: WrongAnswer, expected: Any) -> bool:
    values = expected if isinstance(expected, tuple) else (expected,)
    pairs = zip(wrong.values, map(_exactly, values), strict=True)
    return all(abs(Fraction(text) - value) <= slack for text, (value, slack) in pairs)


def disagreements(key: PartKey, answers: Mapping[str, Any]) -> Iterator[str]:
    """The foreseen wrong answers of a part that the mistaken solvers do not give."""
    for wrong in key.wrong:
        if wrong.misconception in answers:
            expected = answers[wrong.misconception]
            several = expected if isinstance(expected, list) else [expected]
            if not any(_says(wrong, one) for one in several if one is not None):
                yield f"{wrong.misconception} answers {wrong.values}, the referee says {several}"


@pytest.mark.parametrize("item", sorted(SOLVERS))
def test_the_referee_makes_the_same_mistakes(item: str) -> None:
    bank, _ = FORESEEN[item]
    writer, population = _writer(bank, item), _population(bank, item)
    problems = []
    for row in spread(writer.size, ROWS):
        question = _question(writer, row)
        answers = SOLVERS[item](_given(population, row, question))
        for part, key in zip(writer.wording.parts, question.parts, strict=True):
            problems += [
                f"row {row}, part '{part.id}': {told}" for told in disagreements(key, answers.get(part.id, {}))
            ]
    assert not problems, "\n".join(problems[:5])


def test_the_number_of_covered_wrong_answers_does_not_fall() -> None:
    assert set(SOLVERS) <= set(FORESEEN)
    assert sum(len(covered(item)) for item in SOLVERS) >= COVERED


def test_a_wrong_answer_that_nobody_gives_is_noticed() -> None:
    wrong = WrongAnswer(misconception="NON_STRICT", shown="", feedback="", values=("9", "8"))
    key = PartKey(wrong=(wrong,))
    assert list(disagreements(key, {"NON_STRICT": (9, 8), "SIGN": 1})) == []
    assert list(disagreements(key, {"NON_STRICT": (9, 9)})) == [
        "NON_STRICT answers ('9', '8'), the referee says [(9, 9)]"
    ]
    assert list(disagreements(key, {"NON_STRICT": [(8, 8), (9, 8)]})) == []
