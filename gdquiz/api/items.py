"""Question banks read: their items, found by id or by what they are about, and each with its population."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, overload

from numpy import float64
from numpy.typing import NDArray

from gdquiz.api.questions import Question, question_of
from gdquiz.api.showing import table_shown, words_shown
from gdquiz.assembly.questions import QuestionWriter
from gdquiz.banks.entries import Listed
from gdquiz.cli.listing import Listing
from gdquiz.cli.store import store
from gdquiz.errors import Fault, InputError, nearest
from gdquiz.exam.answers import Kind
from gdquiz.plurals import counted
from gdquiz.populations.variants import HasVariants, Variants

Place = str | PathLike[str]
"""The name of a file or folder."""


@dataclass(frozen=True, eq=False, slots=True)
class Item:
    """A question with its numbers left open, as an author wrote it.  A notebook shows its first variant with the key.

    ``tier`` is 1 to 3, ``outcome`` the learning outcome, ``kinds`` are the kinds of answer of its parts.  ``version``
    changes whenever anything of the item does.  ``solve`` gives the variants of ``listed``, the item as blueprints see
    it.
    """

    listed: Listed = field(repr=False)
    solve: Callable[[Any], HasVariants] = field(repr=False)
    id: str
    topic: str
    skill: str
    outcome: str
    tier: int
    kinds: tuple[str, ...]
    points: float
    version: str

    def _repr_html_(self) -> str:
        return populate(self)._repr_html_()


class Items(Sequence[Item]):
    """Items of question banks, in the order of the files: a sequence whose members are also found by their ids."""

    __slots__ = ("_items",)

    def __init__(self, items: Sequence[Item]):
        self._items = {item.id: item for item in items}

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def __contains__(self, item: object) -> bool:
        return item in self._items if isinstance(item, str) else item in self._items.values()

    @overload
    def __getitem__(self, place: int | str) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> Items: ...
    def __getitem__(self, place: int | str | slice) -> Item | Items:
        """The item of an id or at a place, or those at some places.  Raises ``InputError`` for an id that is none."""
        if isinstance(place, str):
            if place not in self._items:
                raise InputError(Fault(f"there is no item '{place}'", hint=nearest(place, self._items)))
            return self._items[place]
        found = tuple(self._items.values())[place]
        return Items(found) if isinstance(found, tuple) else found

    def __repr__(self) -> str:
        return f"<{counted(len(self), 'item')}>"

    def _repr_html_(self) -> str:
        head = ("id", "topic", "skill", "kinds of answer", "points")
        rows = ((one.id, one.topic, one.skill, ", ".join(one.kinds), f"{one.points:g}") for one in self)
        return table_shown(head, rows)

    def where(
        self,
        *,
        topic: str | None = None,
        skill: str | None = None,
        outcome: str | None = None,
        tier: int | None = None,
        kind: Kind | None = None,
    ) -> Items:
        """The items that fit all that is given.  Raises ``InputError`` for a value that no item has."""
        found = list(self)
        wanted: dict[str, Any] = {"topic": topic, "skill": skill, "outcome": outcome, "tier": tier, "kind": kind}
        faults = []
        for name, value in wanted.items():
            if value is None:
                continue
            known = {one for item in self for one in _values(item, name)}
            if value not in known:
                hint = nearest(str(value), map(str, known))
                faults.append(Fault(f"no item has the {name} '{value}'", hint=hint, field=name))
            found = [item for item in found if value in _values(item, name)]
        if faults:
            raise InputError(faults)
        return Items(found)


def _values(item: Item, name: str) -> tuple[Any, ...]:
    return item.kinds if name == "kind" else (getattr(item, name),)


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Population(Sequence[Question]):
    """All variants of an item: ``population[17]`` is the question that ``gdquiz show ITEM --variant 17`` prints.

    ``enumerated`` counts all combinations of values, ``refusals`` those that were refused, by reason; ``work`` is that
    of each variant (docs/work.md), of shape (len,), not to be written to.
    """

    item: Item
    enumerated: int
    refusals: Mapping[str, int]
    work: NDArray[float64]
    variants: Variants
    _writer: QuestionWriter

    def __repr__(self) -> str:
        return f"<{counted(len(self), 'variant')} of {self.item.id}>"

    def __len__(self) -> int:
        return self.variants.size

    @overload
    def __getitem__(self, row: int) -> Question: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[Question, ...]: ...
    def __getitem__(self, row: int | slice) -> Question | tuple[Question, ...]:
        """The question of a variant, or of several.  Raises ``IndexError`` for a variant that is none."""
        if isinstance(row, slice):
            return tuple(self._question(place) for place in range(len(self))[row])
        return self._question(range(len(self))[row])

    def _question(self, row: int) -> Question:
        question = self._writer.question(row, number=1, id=f"variant-{row}", path=("show", row))
        wording, misconceptions = self._writer.wording, self.variants.misconceptions
        return question_of(question, wording, self._writer.slot_kinds, misconceptions)

    def _repr_html_(self) -> str:
        line = f"{counted(len(self), 'variant')} of {counted(self.enumerated, 'combination')}"
        return self[0].shown(line) if len(self) else words_shown(self.item.id, line)


def read_bank(file: Place) -> Items:
    """The items of a bank file.  Raises ``InputError`` with every fault of the bank."""
    return read_banks(file)


def read_banks(*files: Place) -> Items:
    """The items of bank files, or without any of the banks that come with gdquiz.

    Raises ``InputError`` with every fault of all files.  Of the shipped banks only the items that are used are
    understood.
    """
    listing = Listing(store(), [Path(file) for file in files])
    return Items([_item(listed, listing.solve) for listed in listing.items])


def _item(listed: Listed, solve: Callable[[Any], HasVariants]) -> Item:
    return Item(
        listed, solve, listed.id, listed.topic, listed.skill, listed.outcome, listed.tier, tuple(listed.kinds),
        listed.points, listed.version,
    )  # fmt: skip


def populate(item: Item) -> Population:
    """All variants of an item: each solved and proved, or found where an earlier call kept them (``gdquiz cache``).

    Raises ``InputError`` for an item that cannot be solved.
    """
    variants = item.solve(item.listed).variants
    work = variants.work.view()
    work.flags.writeable = False
    return Population(item, variants.enumerated, variants.refusals, work, variants, QuestionWriter(variants))
