"""A matching: each prompt has its option, and earns its share."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz.errors import Fault
from gdquiz.exam.frozen import LETTERS, PartKey, PartWording, WrongAnswer
from gdquiz.kinds.choice import few_options, last_letter
from gdquiz.kinds.kind import Found, KindOfAnswer
from gdquiz.kinds.marked import ALL, Given, Marking, judged
from gdquiz.kinds.options import letters as lettered
from gdquiz.kinds.options import order_of, printed
from gdquiz.kinds.platforms import AS_LETTERS, Field, Message, alike
from gdquiz.responses import letters


class Matching(KindOfAnswer):
    name = "matching"
    title = "a matching"
    needed = ("option", "prompt")
    unfit_reason = "a prompt does not match exactly one option"
    lettered = True
    whole = True

    def faults(self, asked: Any) -> Found:
        return few_options(asked)

    def wrong_faults(self, asked: Any, wrong: Any) -> Found:
        if wrong.chooses is not None:
            chosen = wrong.chooses if isinstance(wrong.chooses, list) else []
            wanted = len(asked.prompt)
            if len(chosen) != wanted:
                problem = f"{len(chosen)} options are chosen for {wanted} places"
                yield ("chooses",), Fault(problem, "an option for each prompt, in their order")

    def unfit(self, chosen: NDArray[np.intp]) -> NDArray[np.bool_]:
        return np.any(chosen < 0, axis=1)

    def ids(
        self, chosen: Any, options: tuple[str, ...], prompts: tuple[str, ...], printed: tuple[str, ...]
    ) -> tuple[str, ...]:
        by_prompt = {name: options[int(k)] for name, k in zip(prompts, chosen, strict=True)}
        return tuple(by_prompt[name] for name in printed)

    def expected(self, part: PartWording, key: PartKey) -> str:
        return f"a letter for each number, such as '1b 2a', from A to {last_letter(part, key)}"

    def mark(self, part: PartWording, key: PartKey, response: str, given: Given) -> Marking:
        order = order_of(part, key)
        places = letters.read_matching(response, len(key.options), len(order))
        chosen = tuple(order[place] for place in places)
        understood = ", ".join(f"{number}{LETTERS[place]}" for number, place in enumerate(places, start=1))
        if chosen == key.options:
            return Marking(ALL, True, understood)
        right = sum(one == other for one, other in zip(chosen, key.options, strict=True))
        told = f"{right} of {len(chosen)} are matched rightly." if right else ""
        return judged(key, Fraction(right, len(chosen)), understood, lambda wrong: wrong.options == chosen, told)

    def blind(self, part: PartWording, key: PartKey, *, both_or_nothing: bool) -> Fraction:
        return Fraction(1, printed(part, key))

    def guess(self, part: PartWording, key: PartKey) -> float | None:
        return 1 / printed(part, key) ** len(part.prompts)

    def chosen(self, part: PartWording, key: PartKey, ids: tuple[str, ...]) -> str:
        order = order_of(part, key)
        return ", ".join(f"{number} {lettered((one,), order)}" for number, one in enumerate(ids, start=1))

    def fields(self, part: PartWording, key: PartKey, carried: str, row: tuple[str | int, ...]) -> Iterator[Field]:
        order = order_of(part, key)
        right = tuple(order.index(option) for option in key.options)
        mismatched: list[list[Message]] = []
        for prompt, place in enumerate(right):
            groups: dict[int, list[int]] = {}
            for number, wrong in enumerate(key.wrong):
                if prompt < len(wrong.options) and wrong.options[prompt] in order:
                    groups.setdefault(order.index(wrong.options[prompt]), []).append(number)
            groups.pop(place, None)
            mismatched.append([Message(tuple(numbers), at, prompt) for at, numbers in sorted(groups.items())])
        if carried == AS_LETTERS:
            for prompt, (place, messages) in enumerate(zip(right, mismatched, strict=True)):
                yield Field(0, "choice", of=prompt, options=len(order), right=(place,), messages=tuple(messages))
        else:
            every = [message for some in mismatched for message in some]
            apart = alike(key, range(len(key.wrong)), order)
            yield Field(0, "matching", options=len(order), right=right, messages=tuple(every), apart=apart)

    def anyway(self, part: PartWording, key: PartKey, wrong: WrongAnswer) -> float:
        return sum(a == b for a, b in zip(wrong.options, key.options, strict=False)) / len(key.options)


KIND = Matching()
