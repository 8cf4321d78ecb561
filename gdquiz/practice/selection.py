"""Which questions a practice page has: so many variants of every item, as an exam."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from gdquiz import draws
from gdquiz.assembly.blueprint import Blueprint, Section, Slot
from gdquiz.assembly.forms import assemble
from gdquiz.banks.models import ItemModel
from gdquiz.exam.frozen import Exam
from gdquiz.populations.population import populate
from gdquiz.populations.variants import HasVariants


def _solved_here(items: Sequence[ItemModel]) -> Iterable[HasVariants]:
    return map(populate, items)


def selected(
    items: Sequence[ItemModel],
    questions: int,
    seed: str,
    title: str,
    solve: Callable[[Sequence[ItemModel]], Iterable[HasVariants]] = _solved_here,
) -> Exam:
    """An exam with so many questions in all, spread over the items as evenly as they go.  ``solve`` solves items.

    Each form has one variant of every item, the last one of as many as are missing.  Items that have fewer variants
    than there are forms give all they have, so the exam may hold fewer different questions than asked for.
    """
    forms = -(-questions // len(items))
    if questions < len(items):
        kept = set(draws.shuffled(("practice", seed), [item.id for item in items])[:questions])
        items = [item for item in items if item.id in kept]
    plan = Blueprint(title=title, seed=seed, section=[Section(slot=[Slot(item=item.id) for item in items])])
    populations = {item.id: population for item, population in zip(items, solve(items), strict=True)}
    exam = assemble(plan, items, forms, solve=lambda item: populations[item.id])
    left = questions - (forms - 1) * len(items)
    last = exam.forms[-1]
    return exam.model_copy(
        update={"forms": (*exam.forms[:-1], last.model_copy(update={"questions": last.questions[:left]}))}
    )


def skills(items: Iterable[ItemModel]) -> Mapping[str, tuple[str, ...]]:
    """The skills of the items with those that each builds on, every skill after what it builds on.

    Skills that build on one another in a circle, or on what no item trains, come where they would without it; among
    those that could come next, the one of the lowest tier does, then the first by its items.
    """
    tiers: dict[str, int] = {}
    before: dict[str, dict[str, None]] = {}
    for item in items:
        skill = item.source.skill
        tiers[skill] = min(item.source.tier, tiers.get(skill, item.source.tier))
        before.setdefault(skill, {}).update(dict.fromkeys(item.source.needs))
    waiting = sorted(tiers, key=tiers.__getitem__)
    ordered: list[str] = []
    while waiting:
        ready = (skill for skill in waiting if not any(need in waiting for need in before[skill] if need != skill))
        ordered.append(next(ready, waiting[0]))
        waiting.remove(ordered[-1])
    return {skill: tuple(need for need in before[skill] if need in tiers and need != skill) for skill in ordered}
