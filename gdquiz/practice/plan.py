"""What to ask next: a pure function of the items, the progress and the seed.

In this order:

1. The last answer showed a misconception: an item that foresees it, another one if there is one.
2. A skill that is not mastered and whose prerequisites are, as far as they are among the items: the easiest first,
   and of these the one that is nearest to being mastered.
3. All is mastered: the skill that was not practised for the longest time.

Of a skill's items the easiest comes first, and of equally easy ones the one that was asked least.  The variants of an
item come in a keyed order, none twice until all have been asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gdquiz import draws
from gdquiz.banks.models import ItemModel
from gdquiz.practice.progress import Progress


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the plan knows of an item.  ``codes`` are the misconceptions that it foresees."""

    item: str
    skill: str
    needs: tuple[str, ...]
    tier: int
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Step:
    """The item to ask next, and the misconception because of which it was chosen, if it was."""

    candidate: Candidate
    aimed_at: str = ""


def candidates(models: Iterable[ItemModel]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            item=model.id,
            skill=model.source.skill,
            needs=tuple(model.source.needs),
            tier=model.source.tier,
            codes=frozenset(wrong.code for part in model.parts for wrong in part.wrong),
        )
        for model in models
    )


def next_step(items: Sequence[Candidate], progress: Progress, seed: str, last: str = "") -> Step:
    """The item to ask next; ``last`` is the one asked before."""
    if progress.pending:
        aimed = [candidate for candidate in items if progress.pending in candidate.codes]
        others = [candidate for candidate in aimed if candidate.item != last] or aimed
        if others:
            return Step(min(others, key=lambda candidate: _rank(candidate, progress, seed)), progress.pending)
    skill = _next_skill(items, progress, seed)
    own = [candidate for candidate in items if candidate.skill == skill]
    return Step(min(own, key=lambda candidate: _rank(candidate, progress, seed)))


def _rank(candidate: Candidate, progress: Progress, seed: str) -> tuple[int, int, int]:
    times = progress.items.get(candidate.item, 0)
    return candidate.tier + times, times, draws.below((seed, "practice", candidate.item, times), 1 << 32)


def _next_skill(items: Sequence[Candidate], progress: Progress, seed: str) -> str:
    tiers: dict[str, int] = {}
    needs: dict[str, set[str]] = {}
    for candidate in items:
        tiers[candidate.skill] = min(candidate.tier, tiers.get(candidate.skill, candidate.tier))
        needs.setdefault(candidate.skill, set()).update(candidate.needs)
    unlearned = [skill for skill in tiers if not progress.skill(skill).mastered]
    if not unlearned:
        return min(tiers, key=lambda skill: (progress.skill(skill).last, skill))
    ready = [skill for skill in unlearned if not any(need in unlearned for need in needs[skill] - {skill})]

    def rank(skill: str) -> tuple[int, float, int]:
        return tiers[skill], -progress.skill(skill).mastery, draws.below((seed, "practice", "skill", skill), 1 << 32)

    return min(ready or unlearned, key=rank)


def row(item: str, size: int, progress: Progress, seed: str) -> int:
    """The variant of the next question of an item with so many."""
    times = progress.items.get(item, 0)
    return draws.Permutation((seed, "practice", "rows", item, times // size), size)(times % size)
