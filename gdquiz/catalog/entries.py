"""What the catalog tells of an item: its texts, some solved variants, and its population in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gdquiz import draws
from gdquiz.assembly.questions import QuestionWriter
from gdquiz.banks.models import ItemModel
from gdquiz.exam import frozen
from gdquiz.populations.population import populate
from gdquiz.populations.variants import HasVariants

VARIANTS = 6
"""Variants of an item that a catalog shows."""
BAR = 0.25
"""Width of a bar of the histograms of work."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The work of all variants: extremes, quartiles (nearest rank), and how many lie in each bar.

    Bar k counts the variants whose work is at least ``k * BAR`` and below ``(k + 1) * BAR``.
    """

    low: float
    lower: float
    median: float
    upper: float
    high: float
    bars: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of the catalog.

    ``questions`` are its samples; of an item without variants there are none, and no spread.  ``refused`` counts the
    combinations that are no variants, by reason, most frequent first.  ``misconceptions`` tells of those that are
    foreseen, by code.
    """

    file: str
    wording: frozen.Wording
    slot_kinds: Mapping[str, frozen.SlotKind]
    needs: tuple[str, ...]
    kinds: tuple[str, ...]
    misconceptions: Mapping[str, frozen.Misconception]
    enumerated: int
    refused: Mapping[str, int]
    spread: Spread | None
    questions: tuple[frozen.Question, ...]


def entry(model: ItemModel, variants: int = VARIANTS, solve: Callable[[ItemModel], HasVariants] = populate) -> Entry:
    """The entry of an item with so many of its variants, or all that it has where these are fewer.

    Which variants, and in which order their options stand, depends on the item's id and size alone.
    Raises ``InputError`` for an item whose population cannot be made.
    """
    population = solve(model).variants
    writer = QuestionWriter(population)
    return Entry(
        file=model.file,
        wording=writer.wording,
        slot_kinds=writer.slot_kinds,
        needs=tuple(model.source.needs),
        kinds=tuple(model.kinds),
        misconceptions=writer.variants.misconceptions,
        enumerated=population.enumerated,
        refused=population.refusals,
        spread=spread(population) if population.size else None,
        questions=tuple(
            writer.question(row, number=1, id=f"figure-{model.id}", path=("catalog", row))
            for row in rows(population, variants)
        ),
    )


def rows(source: HasVariants, variants: int) -> tuple[int, ...]:
    """The rows that are shown of a population, all different."""
    population = source.variants
    if not population.size:
        return ()
    keyed = draws.Permutation(("catalog", population.wording.item), population.size)
    return tuple(keyed(place) for place in range(min(variants, population.size)))


def spread(source: HasVariants) -> Spread:
    """How much work the variants of a population ask for.  Raises ``IndexError`` for an empty one."""
    found = sorted(round(float(value), 6) for value in source.variants.work)
    low, lower, median, upper, high = (found[(len(found) - 1) * quarter // 4] for quarter in range(5))
    return Spread(low, lower, median, upper, high, Counter(int(value / BAR) for value in found))
