"""What lists of items, blueprints and stores need to know of an item; nothing of it has to be understood for that."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any, Protocol

from gdquiz.errors import Fault, InputError


class Listed(Protocol):
    """An item as blueprints see it: an ``Entry``, or an ``ItemTemplate``.

    ``version`` and ``digest`` change whenever the item does, the latter also with what its bank says beside its items.
    """

    @property
    def id(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def skill(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def tier(self) -> int: ...
    @property
    def kinds(self) -> tuple[str, ...]: ...
    @property
    def points(self) -> float: ...
    @property
    def version(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Defined:
    """A misconception that a bank defines; ``digest`` changes with anything of it."""

    code: str
    title: str
    digest: str
    file: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a bank that is well-formed."""

    id: str
    topic: str
    language: str
    skill: str
    outcome: str
    tier: int
    kinds: tuple[str, ...]
    points: float
    version: str
    digest: str
    file: str
    line: int | None


def digest(*parts: str | bytes) -> str:
    """A text of 32 characters that differs for different parts."""
    found = blake2b(digest_size=16)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        found.update(len(data).to_bytes(8, "little") + data)
    return found.hexdigest()


def to_text(entries: Iterable[Entry], defined: Iterable[Defined]) -> str:
    """What is kept of a bank, as JSON: its items, and the misconceptions that it defines."""
    told = [[asdict(one) for one in kept] for kept in (entries, defined)]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def from_text(text: str) -> tuple[tuple[Entry, ...], tuple[Defined, ...]]:
    """What is in a text that ``to_text`` wrote.  Raises ``InputError`` for any other."""
    try:
        items, defined = json.loads(text)
        return tuple(map(_entry, items)), tuple(Defined(**fields) for fields in defined)
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(Fault(f"this is no list of items: {error}")) from None


def _entry(fields: dict[str, Any]) -> Entry:
    return Entry(**fields | {"kinds": tuple(fields["kinds"])})
