"""The house conventions: what may differ from book to book is printed in every stem that depends on it.

C1 to C13 are the conventions of the curriculum.  Each test looks at all shipped items that speak of a thing, and wants
to find the convention in what a student is given, in any of the forms in which the banks write it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from kept import shipped_models, variants_of

from gdquiz.assembly.questions import QuestionWriter
from gdquiz.banks.models import ItemModel
from gdquiz.cli.loading import shipped_banks

Item = dict[str, Any]
ITEMS: dict[str, Item] = {
    item["id"]: item for _, text in shipped_banks() for item in tomllib.loads(text)["item"]
}  # fmt: skip


def given(item: Item) -> str:
    """All that a student is given: stem, questions, options and the texts of the cases."""
    texts = [item["stem"]]
    for part in item["part"]:
        texts += [part["ask"], *(option["text"] for option in part.get("option", []))]
    texts += [text for case in item.get("case", []) for text in case.get("text", {}).values()]
    return "\n".join(texts)


def stem(item: Item) -> str:
    return item["stem"]


def speaks(of: str, where: Callable[[Item], str] = stem) -> dict[str, Item]:
    return {name: item for name, item in ITEMS.items() if re.search(of, where(item))}


# (convention, what the items speak of and where, what has to be printed then, at least so many items)
RULES: list[tuple[str, str, Callable[[Item], str], str, int]] = [
    (
        "C1: a mean squared error is written out, with what it is divided by",
        r"squared error",
        stem,
        r"\\t?frac\{1\}|\\sum|[Tt]he mean of the squared|the mean of the squares|divided by the number|loss\}\}",
        20,
    ),
    ("C3: the rule of the heavy ball", r"[Mm]omentum|[Hh]eavy ball", stem, r"_\{k\+1\} = |v = \{\{", 9),
    ("C3: its velocity at the start", r"v_\{k\+1\}", stem, r"v_0 = 0|velocity|x_\{k-1\}", 6),
    ("C4: where Nesterov's method takes the slope", "Nesterov", stem, r"y_k = x_k .*f'\(y_k\)", 1),
    ("C5: epsilon of Adam", r"\bAdam\b", given, r"\\varepsilon = 0|epsilon 0", 7),
    ("C5: bias correction of Adam", r"\bAdam\b", given, r"bias.corrected|bias correction|corrected|1 - \\beta_1\^", 7),
    ("C5: epsilon of RMSProp", "RMSProp", stem, r"\\varepsilon = 0", 3),
    ("C5: no bias correction in RMSProp", "RMSProp", stem, r"no bias correction|without( bias correction)?", 3),
    (
        "C6: the factor of an L2 penalty",
        r"L2 penalty|weight decay|[Rr]idge",
        stem,
        r"\\t?frac\{\\lambda\}\{2\}|\\tfrac\{1\}\{2\} \\cdot|loss\}\}",
        5,
    ),
    ("C7: which logarithm", r"\\ln [a-z(]|\\ln\(", stem, r"[Nn]atural", 8),
    ("C8: on which point a stopping test is made", r"[Tt]he run stops|test holds", stem, r"the new point .*counts", 1),
    (
        "C9: what epoch 0 is",
        r"\| epoch \| 0 \||validation losses of epochs 0|Epoch 0|epoch 0 ",
        stem,
        r"before training",
        5,
    ),
    ("C9: what an improvement is", r"[Pp]atience|without improvement", stem, r"strictly", 3),
    ("C10: what overshooting is", r"\bovershoots?\b", given, r"the loss rises", 1),
    ("C10: what crossing is", r"\*crosses\*|it cross", given, r"different sides", 1),
    (
        "C13: the loss that curvatures and rates belong to",
        r"eta_\{\\max\}|[Ee]igenvalue|[Cc]ondition number",
        given,
        r"loss\}\}|x\^T A x|curvatures? lie|\\t?frac\{1\}\{[234n]\}",
        8,
    ),
]


@pytest.mark.parametrize(("of", "where", "printed", "least"), [rule[1:] for rule in RULES], ids=[r[0] for r in RULES])
def test_a_convention_is_printed_where_it_matters(
    of: str, where: Callable[[Item], str], printed: str, least: int
) -> None:
    found = speaks(of, where)
    assert len(found) >= least
    assert [name for name, item in found.items() if not re.search(printed, where(item), re.DOTALL)] == []


def test_points_are_counted_from_the_start() -> None:
    """C2: an item that names a later point than the first says by what rule or after how many updates it is reached."""
    later = r"[a-z]_\{?\s?(?:[2-9]|\{\{\s?k)"
    found = {name: item for name, item in speaks(later).items() if "run" in item}
    assert len(found) >= 8
    assert [name for name, item in found.items() if not re.search(r"updat|step|visits|run", given(item))] == []


def test_no_stem_uses_a_logarithm_of_another_base() -> None:
    assert [name for name, item in ITEMS.items() if re.search(r"\\log|\\lg|\blog_", given(item))] == []


def test_what_a_run_converges_to_is_said() -> None:
    """C11: no option says only that a run converges, except beside the statement on which side or how fast."""
    loose = [
        (name, option["text"])
        for name, item in ITEMS.items()
        for part in item["part"]
        for option in part.get("option", [])
        if re.search(r"converges?\b", option["text"])
        and not re.search(
            r"converges? to|converges?, and|not converge|minimi[sz]er|learning rate converges", option["text"]
        )
    ]
    assert loose == []


# --- C12: rounding and accepted answers, in the wordings themselves ------------------------------------------------


@cache
def models() -> dict[str, ItemModel]:
    return {model.id: model for model in shipped_models()}


def numeric(sample: int) -> Iterator[str]:
    names = [
        name for name, item in ITEMS.items() if any(part["kind"] in ("number", "numbers") for part in item["part"])
    ]  # fmt: skip
    yield from names[::sample]


@pytest.mark.parametrize("name", list(numeric(9)))
def test_how_to_round_is_said_and_no_wrong_answer_is_accepted(name: str) -> None:
    population = variants_of(models()[name])
    writer = QuestionWriter(population)
    for row in range(0, population.size, max(1, population.size // 12)):
        question = writer.question(row, number=1, id="q", path=("conventions", row))
        for part, key in zip(writer.wording.parts, question.parts, strict=True):
            if part.kind not in ("number", "numbers"):
                continue
            assert part.precision
            for wrong in key.wrong:
                inside = [
                    _number(number.low) <= _number(text) <= _number(number.high)
                    for text, number in zip(wrong.values, key.numbers, strict=True)
                ]
                assert not inside or not all(inside), (row, wrong)


def _number(text: str) -> float:
    above, _, below = text.partition("/")
    return float(above) / float(below or 1)
