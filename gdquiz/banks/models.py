"""What a bank's text becomes once it is understood: an item model, its cases, parts, wrong answers and slots.

These are values only.  ``items`` makes them, and everything that solves, words or lists an item works on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from hashlib import blake2b
from typing import Any

from gdquiz.banks import schema
from gdquiz.banks.bank import Bank
from gdquiz.banks.entries import Defined, Entry, digest
from gdquiz.descent.misconceptions import Misconception
from gdquiz.formulas.expressions import Node


@dataclass(frozen=True, slots=True)
class Slot:
    """A gap in a text.  ``style`` says how it is set: as ``number``, ``plugged``, ``tidy``, ``derived`` or ``text``.

    ``format`` is the number of decimals, ``code``, ``plain``, ``signed`` (in parentheses if negative) or empty.
    """

    key: str
    style: str
    expression: Node | None
    format: str = ""

    @property
    def kind(self) -> str:
        return "text" if self.style == "text" else "code" if self.format in ("code", "plain") else "math"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A foreseen wrong answer.  ``redefine`` is its own, or where it states nothing, that of its misconception."""

    source: schema.Wrong
    misconception: Misconception
    redefine: Mapping[str, Node]
    values: tuple[Node, ...]
    formula: Node | None
    chooses: Mapping[str, Node | None]

    @property
    def code(self) -> str:
        return self.source.misconception

    @property
    def states_itself(self) -> bool:
        """Whether the item gives the wrong answer, so that nothing has to be executed to know it."""
        ends = (self.source.lower, self.source.upper, self.source.closed)
        return bool(self.values or self.formula is not None or self.chooses) or any(end is not None for end in ends)


@dataclass(frozen=True, slots=True)
class Part:
    source: schema.Part
    answers: tuple[Node, ...]
    truth: Node | None
    formula: Node | None
    when: Mapping[str, Node]
    rank: Mapping[str, Node]
    match: Mapping[str, Mapping[str, Node | None]]
    wrong: tuple[Wrong, ...]
    follow: Node | None
    second: Part | None = None
    """The same part with its key by another route, if the author gives one."""

    @property
    def id(self) -> str:
        return self.source.id

    @property
    def kind(self) -> str:
        return self.source.kind

    @property
    def lists_values(self) -> bool:
        """Whether the options are the key and wrong values themselves."""
        return self.kind == "choice" and bool(self.answers)


@dataclass(frozen=True, slots=True)
class Series:
    """One of several series of a figure; its ``formula`` may use ``STEP``."""

    source: schema.Series
    misconception: Misconception | None
    letter: Node | None
    formula: tuple[Node, ...]
    start: tuple[Node, ...]
    rate: Node | None
    settings: Mapping[str, Node]


@dataclass(frozen=True)
class Case:
    """One version of the item with all its expressions read.  ``examples`` are the terms of a mean or sum over data."""

    id: str
    text: Mapping[str, str]
    parameters: Mapping[str, tuple[Fraction, ...]]
    define: Mapping[str, Node]
    variables: tuple[str, ...]
    loss: Node | None
    term: Node | None
    averaged: bool
    data: Mapping[str, tuple[Node, ...]]
    points: Mapping[str, tuple[Node, ...]]


@dataclass(frozen=True)
class ItemModel:
    """An item of a bank, read: its cases, requirements, run, parts and slots."""

    source: schema.Item
    topic: str
    language: str
    licence: str
    file: str
    line: int | None
    cases: tuple[Case, ...]
    require: tuple[tuple[Node, str], ...]
    assertions: tuple[tuple[Node, str], ...]
    start: tuple[Node, ...]
    rate: Node | None
    settings: Mapping[str, Node]
    order: tuple[tuple[int, ...], ...]
    barriers: tuple[Node, ...]
    parts: tuple[Part, ...]
    slots: Mapping[str, Slot]
    figure: Mapping[str, Any] = field(default_factory=dict)
    context: str = ""
    """What the bank says beside its items, as text."""
    defined: tuple[str, ...] = ()
    """The misconceptions of the bank's own that it names, as text."""

    @property
    def id(self) -> str:
        return self.source.id

    @property
    def skill(self) -> str:
        return self.source.skill

    @property
    def outcome(self) -> str:
        return self.source.outcome

    @property
    def tier(self) -> int:
        return self.source.tier

    @property
    def points(self) -> float:
        return points_of(self.source)

    @property
    def kinds(self) -> tuple[str, ...]:
        return kinds_of(self.source)

    @cached_property
    def foreseen(self) -> Mapping[str, Misconception]:
        """The misconceptions that its wrong answers name, by code, in the order of the parts."""
        return {wrong.code: wrong.misconception for part in self.parts for wrong in part.wrong}

    @cached_property
    def version(self) -> str:
        """Eight hexadecimal digits that change whenever anything of the item does, or of its bank's misconceptions."""
        return version_of(self.source.model_dump_json(), self.defined)

    @cached_property
    def digest(self) -> str:
        """A text that changes whenever anything of the item does, or of what its bank says beside its items."""
        return digest(self.context, self.source.model_dump_json())


def points_of(source: schema.Item) -> float:
    return sum(part.points for part in source.part)


def kinds_of(source: schema.Item) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.kind for part in source.part))


def version_of(written: str, defined: Iterable[str]) -> str:
    """The version of an item from all of it as JSON, and the misconceptions of its bank that it names."""
    return blake2b("\n".join((written, *defined)).encode(), digest_size=4).hexdigest()


def defined_for(item: schema.Item, bank: Bank) -> tuple[str, ...]:
    """The misconceptions of the bank's own that an item names, as text."""
    series = item.figure.series if item.figure else []
    named = {wrong.misconception for part in item.part for wrong in part.wrong} | {one.misconception for one in series}
    return tuple(row.model_dump_json() for row in bank.content.misconception if row.code in named)


def defined_in(bank: Bank) -> tuple[Defined, ...]:
    """The misconceptions that a bank defines."""
    return tuple(
        Defined(row.code, row.title, digest(row.model_dump_json()), bank.file, bank.line(("misconception", at, "code")))
        for at, row in enumerate(bank.content.misconception)
    )


def entries_of(bank: Bank) -> tuple[Entry, ...]:
    """The items of a bank as lists and blueprints see them."""
    context = context_of(bank)
    found = []
    for place, item in enumerate(bank.content.item):
        written = item.model_dump_json()
        found.append(
            Entry(
                id=item.id,
                topic=bank.content.bank.topic,
                language=bank.content.bank.language,
                skill=item.skill,
                outcome=item.outcome,
                tier=item.tier,
                kinds=kinds_of(item),
                points=points_of(item),
                version=version_of(written, defined_for(item, bank)),
                digest=digest(context, written),
                file=bank.file,
                line=bank.line(("item", place)),
            )
        )
    return tuple(found)


def context_of(bank: Bank) -> str:
    """What a bank says beside its items, as text."""
    told = "".join(f"\n{code}: {one}" for code, one in sorted(bank.told.items()))
    return bank.content.model_dump_json(exclude={"item"}) + told
