"""True or false, with a reason to choose where there are any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from gdquiz.errors import Fault
from gdquiz.exam.frozen import LETTERS, PartKey, PartWording
from gdquiz.kinds.choice import last_letter
from gdquiz.kinds.kind import KindOfAnswer
from gdquiz.kinds.marked import ALL, NONE, Given, Marking, judged
from gdquiz.kinds.options import order_of, printed
from gdquiz.kinds.platforms import Field, option_field
from gdquiz.responses import letters
from gdquiz.words.catalogue import Catalogue


class Truth(KindOfAnswer):
    name = "truth"
    title = "true or false"
    needed = ("truth",)
    optional = ("option",)
    of_option = "when"
    unfit_reason = "not exactly one reason is right"
    lettered = True
    ticks = True

    def has_no_wrong(self, asked: Any) -> Fault | None:
        return None if asked.option else Fault("a part of kind 'truth' without reasons has no wrong answers")

    def expected(self, part: PartWording, key: PartKey) -> str:
        last = last_letter(part, key)
        return f"'true' or 'false' and the letter of a reason, A to {last}" if last else "'true' or 'false'"

    def mark(self, part: PartWording, key: PartKey, response: str, given: Given) -> Marking:
        """The verdict alone earns half where a reason is asked for, too; a reason without its verdict earns nothing."""
        order = order_of(part, key)
        truth, place = letters.read_truth(response, len(order))
        verdict = truth == key.truth
        understood = "true" if truth else "false"
        if place is None:
            return Marking(ALL if verdict else NONE, verdict, understood)
        understood += f", {LETTERS[place]}"
        reason = order[place]
        if verdict and reason in key.options:
            return Marking(ALL, True, understood)
        told = "The statement is judged rightly, for another reason." if verdict else ""
        if reason in key.options:
            told = "The reason holds; what does it say of the statement?"
        share = Fraction(1, 2) if verdict else NONE
        return judged(key, share, understood, lambda wrong: wrong.options == (reason,), told)

    def blind(self, part: PartWording, key: PartKey, *, both_or_nothing: bool) -> Fraction:
        count = printed(part, key)
        if not count:
            return Fraction(1, 2)
        reason = Fraction(1, count)
        return (reason + (0 if both_or_nothing else (1 - reason) / 2)) / 2

    def guess(self, part: PartWording, key: PartKey) -> float | None:
        return 1 / (2 * max(1, printed(part, key)))

    def answer(self, part: PartWording, key: PartKey, words: Catalogue) -> str:
        text = self.chosen(part, key, key.options)
        verdict = words.say("paper.true" if key.truth else "paper.false")
        return f"{verdict}, {text}" if text else verdict

    def fields(self, part: PartWording, key: PartKey, carried: str, row: tuple[str | int, ...]) -> Iterator[Field]:
        yield Field(0, "truth", options=2, right=(0 if key.truth else 1,))
        if part.options:
            yield replace(option_field(key, order_of(part, key), "choice"), step=1)

    def pieces(self, part: PartWording, carried: str) -> int:
        return 2 if part.options else 1


KIND = Truth()
