"""Which rows of which populations the places of an exam take: each made when first needed, and kept.

A place takes rows of nearly equal work: those within a narrow band around the median of what it may draw from come
first, in a keyed order, and only when they are used up do the others follow, nearest first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from gdquiz import draws
from gdquiz.assembly.blueprint import Slot
from gdquiz.assembly.questions import QuestionWriter
from gdquiz.assembly.repetition import is_variant
from gdquiz.banks.entries import Listed
from gdquiz.errors import Fault, InputError
from gdquiz.exam import frozen
from gdquiz.populations.variants import HasVariants, Variants
from gdquiz.version import VERSION

BANDS = (0.1, 0.2, 0.35, 0.5)
"""Half-widths of the band of work that are tried, narrowest first ..."""
ENOUGH = 60
"""... until a band holds so many rows (or half of all there are)."""


@dataclass(frozen=True, eq=False)
class Place:
    """One question of the blueprint: where its items come from and how their rows are ordered.

    ``terms`` is the slot as text, and ``turn`` counts the places of the same terms before this one: what is drawn for a
    place depends on these, and so does not change when other slots come or go.
    """

    section: int
    slot: Slot
    models: tuple[Listed, ...]
    number: int
    terms: str
    turn: int


class Library:
    """Populations, wordings and row orders, each made when first needed and kept."""

    def __init__(self, key: str, solve: Callable[[Any], HasVariants]):
        self.key, self._solve = key, solve
        self.excluded: Mapping[str, frozenset[int]] = {}
        self._variants: dict[str, Variants] = {}
        self._solvers: dict[str, QuestionWriter] = {}
        self._orders: dict[tuple[str, str], Order] = {}

    def __getstate__(self) -> dict[str, Any]:
        """All but what cannot be pickled, and is made again where it is needed."""
        return self.__dict__ | {"_solve": _solved_before, "_solvers": {}}

    def variants(self, model: Listed) -> Variants:
        if model.id not in self._variants:
            variants = self._solve(model).variants
            if not variants.size:
                reasons = "; ".join(f"{reason}: {n}" for reason, n in list(variants.refusals.items())[:3])
                raise InputError(
                    Fault(f"no row of the item can be printed ({reasons})", hint="run 'gdquiz check'",
                          file=model.file, line=model.line, item=model.id)
                )  # fmt: skip
            self._variants[model.id] = variants
        return self._variants[model.id]

    def writer(self, model: Listed) -> QuestionWriter:
        self.variants(model)
        return self._writer(model.id)

    def _writer(self, item: str) -> QuestionWriter:
        if item not in self._solvers:
            self._solvers[item] = QuestionWriter(self._variants[item])
        return self._solvers[item]

    def wording(self, item: str) -> frozen.Wording:
        return self._variants[item].wording

    def slot_kinds(self, item: str) -> dict[str, frozen.SlotKind]:
        return self._variants[item].slot_kinds

    def told_by(self, item: str) -> Mapping[str, frozen.Misconception]:
        """What is told of the misconceptions that an item foresees."""
        return self._variants[item].misconceptions

    def told_of(self, code: str) -> frozen.Misconception:
        """What is told of a misconception that one of the items foresees."""
        return next(one.misconceptions[code] for one in self._variants.values() if code in one.misconceptions)

    def leave_out(self, rows: Mapping[str, frozenset[int]]) -> None:
        """Use none of these rows from now on."""
        self.excluded = rows

    def used_up(self) -> list[str]:
        """The items all of whose rows are left out."""
        return sorted(
            name for name, rows in self.excluded.items()
            if name in self._variants and len(rows) >= self._variants[name].size
        )  # fmt: skip

    def fitting(self, slot: Slot, models: tuple[Listed, ...]) -> tuple[Listed, ...]:
        """The items that have a row for the slot.  Raises ``InputError`` where none has."""
        if slot.work is not None:
            models = self._within(slot.work, models)
        found = tuple(t for t in models if t.id not in self.excluded or len(self._rows(t, slot)))
        if not found:
            names = ", ".join(model.id for model in models)
            hint = "name fewer exams with --not-in, or draw from other items"
            raise InputError(Fault(f"every variant that fits stood in an earlier exam ({names})", hint=hint))
        return found

    def _within(self, work: Sequence[float], models: tuple[Listed, ...]) -> tuple[Listed, ...]:
        low, high = work
        all_rows = [self.variants(model).work for model in models]
        found = tuple(t for t, rows in zip(models, all_rows, strict=True) if np.any((rows >= low) & (rows <= high)))
        if not found:
            least, most = min(rows.min() for rows in all_rows), max(rows.max() for rows in all_rows)
            expected = f"a range that meets {least:.2f} to {most:.2f}"
            raise InputError(Fault(f"no variant asks for work from {low:g} to {high:g}", expected))
        return found

    def _rows(self, model: Listed, slot: Slot) -> NDArray[np.intp]:
        work = self.variants(model).work
        low, high = slot.work or (-np.inf, np.inf)
        fits = (work >= low) & (work <= high)
        fits[[row for row in self.excluded.get(model.id, ()) if 0 <= row < len(fits)]] = False
        return np.flatnonzero(fits)

    def held_against(self, exam: frozen.Exam, items: Iterable[str], file: str) -> None:
        """Raises ``InputError`` where one of these items, which were solved here, is not what it was in the exam."""
        first = {question.wording: question for form in reversed(exam.forms) for question in form.questions}
        changed = [
            name
            for name in sorted(set(items) & set(exam.wordings))
            if not (
                exam.wordings[name] == as_known(self.wording(name), exam.wordings[name])
                and exam.slot_kinds.get(name) == self.slot_kinds(name)
                and (name not in first or is_variant(self._writer(name), first[name]))
            )
        ]
        if changed:
            problem = f"gdquiz {VERSION} words or numbers the variants of {', '.join(changed)} otherwise"
            raise InputError(
                Fault(problem, f"gdquiz {exam.gdquiz}, which made the exam", "or make another, with --not-in this one",
                      file=file)
            )  # fmt: skip

    def row(self, model: Listed, place: Place, form: int, taken: Sequence[int]) -> int:
        """The row for the next question from this item on a form that has the rows ``taken`` from it already."""
        order = self._order(model, place)
        at = order.place(form, len(taken))
        first = order[at]
        if first not in taken:
            return first
        rows = (order[(at + step) % len(order)] for step in range(1, len(order)))
        return next((row for row in rows if row not in taken), first)

    def _order(self, model: Listed, place: Place) -> Order:
        key, slot, models = (model.id, place.terms), place.slot, place.models
        if key not in self._orders:
            work = self.variants(model).work
            rows = self._rows(model, slot)
            if slot.each_form:  # forms differ in their items: all aim at the same work
                aim = float(np.median([np.median(self.variants(other).work) for other in models]))
            else:
                aim = float(np.median(work[rows]))
            self._orders[key] = banded(("rows", self.key, model.id), rows, work[rows], aim)
        return self._orders[key]


def _solved_before(model: Listed) -> NoReturn:
    raise AssertionError(f"{model.id} is to be solved before forms are made elsewhere")


def as_known(wording: frozen.Wording, known: frozen.Wording) -> frozen.Wording:
    """The wording without what an older exam does not know of it: the digits that its numbers need."""
    if any(part.grid for part in known.parts):
        return wording
    return wording.model_copy(update={"parts": tuple(p.model_copy(update={"grid": ()}) for p in wording.parts)})


@dataclass(frozen=True, eq=False)
class Order:
    """All rows in the order in which forms take them: ring by ring around the aim, in keyed order within a ring."""

    rings: tuple[tuple[NDArray[np.intp], draws.Permutation], ...]
    _places: list[NDArray[np.intp]] = field(default_factory=list)

    def __len__(self) -> int:
        return sum(len(members) for members, _ in self.rings)

    def place(self, form: int, use: int) -> int:
        """The place of the row for the ``use``-th question that a form has from these rows.

        No two pairs of form and use share a place as long as all of them together need no more places than there are:
        of n places, use u gets the first n // (u + 1) that no earlier use of so many forms has.  After that, places
        come again.  No place depends on how many forms or uses there are.
        """
        size = len(self)
        while len(self._places) <= use:
            count = size // (len(self._places) + 1)
            free = np.ones(size, bool)
            for earlier in self._places:
                free[earlier[:count]] = False
            self._places.append(np.flatnonzero(free)[:count])
        own = self._places[use]
        return int(own[form % len(own)]) if len(own) else (form + use) % size

    def __getitem__(self, place: int) -> int:
        for members, keyed in self.rings:
            if place < len(members):
                return int(members[keyed(place)])
            place -= len(members)
        raise IndexError(place)


def banded(path: draws.Path, rows: NDArray[np.intp], work: NDArray[np.float64], aim: float) -> Order:
    distance = np.abs(work - aim)
    wanted = min(ENOUGH, max(1, len(rows) // 2))
    nearest = distance.min()
    width = next((w for w in BANDS if np.count_nonzero(distance <= nearest + w) >= wanted), BANDS[-1])
    ring = np.ceil(np.maximum(0, distance - nearest - width) / BANDS[-1] - 1e-9).astype(int)
    members = {int(step): rows[ring == step] for step in np.unique(ring)}
    return Order(tuple((rows, draws.Permutation((*path, step), len(rows))) for step, rows in members.items()))
