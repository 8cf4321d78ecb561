"""What blind guessing earns: worked out, and held against the marking of every response there is."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations, product

import pytest

from gdquiz.exam.frozen import LETTERS, OptionText, PartKey, PartWording
from gdquiz.kinds.options import printed
from gdquiz.marking.blind import expected
from gdquiz.marking.marks import mark


def part(kind: str, options: int, right: tuple[int, ...], **more: object) -> tuple[PartWording, PartKey]:
    names = tuple(f"o{place}" for place in range(options))
    prompts = tuple(OptionText(id=f"p{place}", text="p") for place in range(len(right) if kind == "matching" else 0))
    wording = PartWording(
        id="answer", kind=kind, ask="?", points=1, options=tuple(OptionText(id=name, text=name) for name in names),
        prompts=prompts,
    )  # fmt: skip
    key = PartKey(
        order=names,
        options=tuple(names[place] for place in right),
        prompt_order=tuple(one.id for one in prompts),
        **more,
    )
    return wording, key


def responses(kind: str, options: int, right: tuple[int, ...]) -> list[str]:
    letters = LETTERS[:options]
    match kind:
        case "choice":
            return list(letters)
        case "choices":
            sets = [chosen for size in range(options + 1) for chosen in combinations(letters, size)]
            return [", ".join(chosen) or "none" for chosen in sets]
        case "ordering":
            return [", ".join(order) for order in permutations(letters)]
        case "matching":
            tuples = product(letters, repeat=len(right))
            return [", ".join(f"{n}{letter}" for n, letter in enumerate(one, start=1)) for one in tuples]
    verdicts = ("true", "false")
    return [f"{verdict}, {letter}" for verdict in verdicts for letter in letters] if options else list(verdicts)


@pytest.mark.parametrize(
    ("kind", "options", "right", "share"),
    [
        ("choice", 4, (2,), Fraction(1, 4)),
        ("choices", 3, (0,), Fraction(1, 4)),  # 1/2 * (1/4 * 1 + 1/2 * 1/2)
        ("choices", 4, (0, 3), Fraction(3, 16)),  # 4/16 * 1/2 + 1/16 * 1
        ("choices", 6, (1, 2, 5), Fraction(5, 32)),
        ("truth", 0, (), Fraction(1, 2)),
        ("truth", 4, (1,), Fraction(5, 16)),  # 1/2 * (1/4 + 3/4 * 1/2)
        ("ordering", 3, (2, 0, 1), Fraction(5, 18)),  # 1 + 2 * 1/3 of 6 orders
        ("ordering", 4, (0, 1, 2, 3), Fraction(7, 36)),  # 1 + 3 * 2/3 + 5 * 1/3 of 24
        ("matching", 3, (2, 2, 0), Fraction(1, 3)),
    ],
)
def test_it_is_the_mean_over_all_responses(kind: str, options: int, right: tuple[int, ...], share: Fraction) -> None:
    wording, key = part(kind, options, right, **({"truth": True} if kind == "truth" else {}))
    every = responses(kind, options, right)
    assert sum((mark(wording, key, one).credit for one in every), Fraction(0)) / len(every) == share
    assert expected(wording, key) == share


def test_a_reason_may_be_both_or_nothing() -> None:
    assert expected(*part("truth", 4, (1,), truth=True), both_or_nothing=True) == Fraction(1, 8)


def test_only_printed_options_count() -> None:
    wording, key = part("choice", 6, (0,))
    fewer = key.model_copy(update={"order": key.order[:4]})
    assert (printed(wording, fewer), expected(wording, fewer)) == (4, Fraction(1, 4))


@pytest.mark.parametrize("kind", ["number", "numbers", "formula", "text"])
def test_nothing_is_written_blindly(kind: str) -> None:
    assert expected(PartWording(id="answer", kind=kind, ask="?", points=1), PartKey()) == 0
