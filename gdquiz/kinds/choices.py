"""Several choices: right ones count for, wrong ones against."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz.exam.frozen import LETTERS, PartKey, PartWording, WrongAnswer
from gdquiz.kinds.choice import few_options, last_letter
from gdquiz.kinds.kind import Found, KindOfAnswer
from gdquiz.kinds.marked import ALL, NONE, Given, Marking, judged
from gdquiz.kinds.options import letters as lettered
from gdquiz.kinds.options import order_of, printed
from gdquiz.kinds.platforms import Field, option_field
from gdquiz.responses import letters
from gdquiz.words.catalogue import Catalogue


class Choices(KindOfAnswer):
    name = "choices"
    title = "several choices"
    needed = ("option",)
    of_option = "when"
    unfit_reason = "no option is right, or every one is"
    lettered = True
    ticks = True
    whole = True

    def faults(self, asked: Any) -> Found:
        return few_options(asked)

    def unfit(self, chosen: NDArray[np.intp]) -> NDArray[np.bool_]:
        count = chosen.sum(axis=1)
        return np.asarray((count == 0) | (count == chosen.shape[1]))

    def is_answer(self, chosen: NDArray[np.intp]) -> NDArray[np.bool_]:
        """ "All of them" is an answer, too, "none of them" is no wrong one that is foreseen."""
        return np.asarray(chosen.any(axis=1))

    def expected(self, part: PartWording, key: PartKey) -> str:
        return f"letters, such as 'a c', from A to {last_letter(part, key)}, or 'none'"

    def mark(self, part: PartWording, key: PartKey, response: str, given: Given) -> Marking:
        """Right choices less wrong ones, each as a share of what there is of its kind; not below 0."""
        order = order_of(part, key)
        chosen = frozenset(order[place] for place in letters.read_choices(response, len(order)))
        understood = ", ".join(LETTERS[place] for place, option in enumerate(order) if option in chosen) or "none"
        right = frozenset(key.options)
        if chosen == right:
            return Marking(ALL, True, understood)
        others = len(order) - len(right)
        share = Fraction(len(chosen & right), len(right)) - (Fraction(len(chosen - right), others) if others else NONE)
        return judged(key, max(NONE, share), understood, lambda wrong: frozenset(wrong.options) == chosen)

    def blind(self, part: PartWording, key: PartKey, *, both_or_nothing: bool) -> Fraction:
        return _coins(len(key.options), printed(part, key) - len(key.options))

    def guess(self, part: PartWording, key: PartKey) -> float | None:
        return 1 / (2 ** printed(part, key) - 2)

    def chosen(self, part: PartWording, key: PartKey, ids: tuple[str, ...]) -> str:
        order = order_of(part, key)
        return lettered(sorted(ids, key=lambda one: order.index(one) if one in order else -1), order)

    def answer(self, part: PartWording, key: PartKey, words: Catalogue) -> str:
        return self.chosen(part, key, key.options) or words.say("paper.none")

    def fields(self, part: PartWording, key: PartKey, carried: str, row: tuple[str | int, ...]) -> Iterator[Field]:
        yield option_field(key, order_of(part, key), "choices")

    def anyway(self, part: PartWording, key: PartKey, wrong: WrongAnswer) -> float:
        hits = sum(option in key.options for option in wrong.options)
        others = max(1, len(part.options) - len(key.options))
        return max(0.0, hits / max(1, len(key.options)) - (len(wrong.options) - hits) / others)


KIND = Choices()


def _coins(right: int, others: int) -> Fraction:
    """E max(0, h/right - f/others), where h and f count heads of so many coins."""
    total = Fraction(0)
    for hits in range(1, right + 1):
        for false in range(others + 1):
            share = Fraction(hits, right) - (Fraction(false, others) if others else 0)
            total += comb(right, hits) * comb(others, false) * max(Fraction(0), share)
    return total / 2 ** (right + others)
