"""Several numbers, each of which earns its share."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from gdquiz.errors import Fault
from gdquiz.exam.frozen import PartKey, PartWording, WrongAnswer
from gdquiz.formulas import notation
from gdquiz.kinds.kind import Found, KindOfAnswer
from gdquiz.kinds.marked import ALL, Given, Marking, judged
from gdquiz.kinds.number import accepts, half_width, is_apart, is_near, number_fields
from gdquiz.kinds.platforms import Field
from gdquiz.responses import numerals


class Numbers(KindOfAnswer):
    name = "numbers"
    title = "several numbers"
    needed = ("answers",)
    is_open = True

    def states(self, asked: Any) -> tuple[str, ...]:
        return ("values",)

    def wrong_faults(self, asked: Any, wrong: Any) -> Found:
        if wrong.values and len(wrong.values) != len(asked.answers):
            yield ("values",), Fault(f"{len(wrong.values)} wrong values for {len(asked.answers)} answers")

    def expected(self, part: PartWording, key: PartKey) -> str:
        return f"{len(part.labels)} numbers, separated by semicolons"

    def mark(self, part: PartWording, key: PartKey, response: str, given: Given) -> Marking:
        numbers = numerals.read_numbers(response, part.labels)
        understood = "; ".join(map(notation.plain, numbers))
        right = [accepts(key, place, number) for place, number in enumerate(numbers)]
        if all(right):
            return Marking(ALL, True, understood)

        def is_wrong(wrong: WrongAnswer) -> bool:
            return len(wrong.values) == len(numbers) and all(
                is_near(number, Fraction(value), half_width(key, place))
                for place, (number, value) in enumerate(zip(numbers, wrong.values, strict=True))
            )

        told = "" if not any(right) else f"{sum(right)} of {len(right)} numbers are right."
        return judged(key, Fraction(sum(right), len(right)), understood, is_wrong, told)

    def fields(self, part: PartWording, key: PartKey, carried: str, row: tuple[str | int, ...]) -> Iterator[Field]:
        return number_fields(part, key, carried)

    def pieces(self, part: PartWording, carried: str) -> int:
        return len(part.labels)

    def anyway(self, part: PartWording, key: PartKey, wrong: WrongAnswer) -> float:
        return sum(not is_apart(part, key, of, wrong.values) for of in range(len(key.numbers))) / len(key.numbers)


KIND = Numbers()
