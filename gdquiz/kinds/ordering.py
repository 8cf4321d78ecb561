"""An ordering: pairs in the right order count for, pairs out of order against."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb, factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz.errors import Fault
from gdquiz.exam.frozen import LETTERS, PartKey, PartWording, WrongAnswer
from gdquiz.kinds.choice import few_options, last_letter
from gdquiz.kinds.kind import Found, KindOfAnswer
from gdquiz.kinds.marked import ALL, NONE, Given, Marking, judged
from gdquiz.kinds.options import order_of, printed
from gdquiz.kinds.platforms import PLACES, POSITIONS, Field, alike
from gdquiz.responses import letters


class Ordering(KindOfAnswer):
    name = "ordering"
    title = "an ordering"
    needed = ("option",)
    of_option = "rank"
    unfit_reason = "two things to order rank alike"
    lettered = True
    whole = True

    def faults(self, asked: Any) -> Found:
        return few_options(asked)

    def wrong_faults(self, asked: Any, wrong: Any) -> Found:
        if wrong.chooses is not None:
            chosen = wrong.chooses if isinstance(wrong.chooses, list) else []
            wanted = len(asked.option)
            if len(chosen) != wanted or len(set(chosen)) != wanted:
                problem = f"{len(chosen)} options are chosen for {wanted} places"
                yield ("chooses",), Fault(problem, "all options in order")

    def unfit(self, chosen: NDArray[np.intp]) -> NDArray[np.bool_]:
        return np.any(chosen < 0, axis=1)

    def ids(
        self, chosen: Any, options: tuple[str, ...], prompts: tuple[str, ...], printed: tuple[str, ...]
    ) -> tuple[str, ...]:
        return tuple(options[int(k)] for k in chosen)

    def expected(self, part: PartWording, key: PartKey) -> str:
        return f"the letters A to {last_letter(part, key)} in order"

    def mark(self, part: PartWording, key: PartKey, response: str, given: Given) -> Marking:
        """Kendall's tau (Biometrika 30, 1938), not below 0: pairs in order less pairs out of order, as a share."""
        order = order_of(part, key)
        places = letters.read_ordering(response, len(order))
        chosen = tuple(order[place] for place in places)
        understood = ", ".join(LETTERS[place] for place in places)
        if chosen == key.options:
            return Marking(ALL, True, understood)
        rank = [key.options.index(option) for option in chosen]
        pairs = [rank[i] < rank[j] for j in range(len(rank)) for i in range(j)]
        tau = Fraction(2 * sum(pairs) - len(pairs), len(pairs))
        return judged(key, max(NONE, tau), understood, lambda wrong: wrong.options == chosen)

    def blind(self, part: PartWording, key: PartKey, *, both_or_nothing: bool) -> Fraction:
        return _shuffled(printed(part, key))

    def guess(self, part: PartWording, key: PartKey) -> float | None:
        return 1 / factorial(printed(part, key))

    def fields(self, part: PartWording, key: PartKey, carried: str, row: tuple[str | int, ...]) -> Iterator[Field]:
        order = order_of(part, key)
        apart = alike(key, range(len(key.wrong)), order)
        places = tuple(key.options.index(option) for option in order)
        if carried == PLACES:
            for thing, place in enumerate(places):
                notes = apart if thing == 0 else ()
                yield Field(0, "choice", of=thing, options=len(order), right=(place,), apart=notes)
        elif carried == POSITIONS:
            yield Field(0, "matching", options=len(order), right=places, apart=apart)
        else:
            right = tuple(order.index(option) for option in key.options)
            yield Field(0, "ordering", options=len(order), right=right, apart=apart)

    def anyway(self, part: PartWording, key: PartKey, wrong: WrongAnswer) -> float:
        return sum(a == b for a, b in zip(wrong.options, key.options, strict=False)) / len(key.options)


KIND = Ordering()


def _shuffled(things: int) -> Fraction:
    """E max(0, tau) of a random order: of the orders of n things, so many have k pairs out of order (MacMahon 1913)."""
    orders = [1]
    for size in range(2, things + 1):
        longer = [0] * (len(orders) + size - 1)
        for out, number in enumerate(orders):
            for step in range(size):
                longer[out + step] += number
        orders = longer
    pairs = comb(things, 2)
    earned = sum(number * max(0, pairs - 2 * out) for out, number in enumerate(orders))
    return Fraction(earned, pairs * factorial(things)) if pairs else Fraction(1)
