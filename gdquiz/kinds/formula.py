"""A formula: right where it is the same function as the key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from gdquiz import draws
from gdquiz.exam.frozen import PartKey, PartWording, WrongAnswer
from gdquiz.formulas.expressions import Language, Node, parse, to_text
from gdquiz.kinds.kind import KindOfAnswer
from gdquiz.kinds.marked import ALL, NONE, Given, Marking, judged
from gdquiz.kinds.platforms import Field, among_formulas


class Formula(KindOfAnswer):
    name = "formula"
    title = "a formula"
    is_open = True

    def needs(self, asked: Any) -> tuple[str, ...]:
        return ("formula",) if asked.derivative is None else ("derivative",)

    def states(self, asked: Any) -> tuple[str, ...]:
        return ("formula",)

    def variables(self, asked: Any, of_loss: tuple[str, ...]) -> tuple[str, ...]:
        return of_loss

    def expected(self, part: PartWording, key: PartKey) -> str:
        return f"a formula in {' and '.join(part.variables)}, such as '2*{part.variables[0]} - 6'"

    def mark(self, part: PartWording, key: PartKey, response: str, given: Given) -> Marking:
        variables, computing = part.variables, given.computing
        typed, ours = computing.read_formula(response, variables), _own(key.formula, variables)
        understood = to_text(typed)
        same = computing.equivalent(ours, typed, variables)
        if same is None:
            said = "This formula has to be looked at by a person."
            return Marking(understood=understood, by_hand=True, feedback=said)
        if same:
            return Marking(ALL, True, understood)

        def is_wrong(wrong: WrongAnswer) -> bool:
            return bool(wrong.formula) and bool(computing.equivalent(_own(wrong.formula, variables), typed, variables))

        marking = judged(key, NONE, understood, is_wrong)
        if not marking.feedback and computing.near(ours, typed, variables):
            said = "That is nearly the right formula; write its numbers exactly, as fractions."
            return replace(marking, feedback=said)
        return marking

    def fields(self, part: PartWording, key: PartKey, carried: str, row: tuple[str | int, ...]) -> Iterator[Field]:
        yield among_formulas(key, carried, draws.shuffled(("formulas", *row), range(-1, len(key.wrong))))


KIND = Formula()


def _own(formula: str, variables: tuple[str, ...]) -> Node:
    return parse(formula, names=variables, language=Language.FORMULA)
