"""An answer in words, which a person marks by a guide."""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose
from typing import Any

from gdquiz.errors import Fault
from gdquiz.exam.frozen import PartKey, PartWording
from gdquiz.kinds.kind import Found, KindOfAnswer
from gdquiz.kinds.marked import Given, Marking
from gdquiz.kinds.platforms import Field


class Text(KindOfAnswer):
    name = "text"
    title = "an answer in words"
    needed = ("guide",)
    by_hand = True
    is_open = True

    def has_no_wrong(self, asked: Any) -> Fault | None:
        return Fault("a part of kind 'text' has no wrong answers", hint="write a marking guide")

    def faults(self, asked: Any) -> Found:
        if asked.guide and not isclose(sum(line.points for line in asked.guide), asked.points):
            yield ("guide",), Fault("the marking guide does not add up to the points of the part")

    def expected(self, part: PartWording, key: PartKey) -> str:
        return "an answer in your own words"

    def mark(self, part: PartWording, key: PartKey, response: str, given: Given) -> Marking:
        return Marking(understood=" ".join(response.split()), by_hand=True)

    def fields(self, part: PartWording, key: PartKey, carried: str, row: tuple[str | int, ...]) -> Iterator[Field]:
        yield Field(0, "words")


KIND = Text()
