"""Authors' texts as trees: a closed set of blocks, and of what stands in them.

Slots stand in the tree by their number; ``Prose.insides`` has what is written in each.
"""

from __future__ import annotations

from dataclasses import dataclass

from gdquiz.texts.reading import read_with_slots
from gdquiz.texts.trees import Row

Parts = tuple[str | int, ...]
"""Characters with the numbers of slots between."""

# --- in a paragraph --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Words:
    """Characters that stand for themselves."""

    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A slot in running text."""

    number: int


@dataclass(frozen=True, slots=True)
class Code:
    parts: Parts


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula by its source, in which slots are holes; ``row`` is its tree."""

    source: str
    display: bool

    @property
    def row(self) -> Row:
        """The tree.  Raises ``InputError`` for what cannot be read."""
        return read_with_slots(self.source)


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Emphasis, or ``strong`` emphasis; ``mark`` is how it was typed."""

    strong: bool
    mark: str
    body: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line, which is kept as such where it is ``hard``."""

    hard: bool


Inline = Words | Gap | Code | Formula | Emphasis | Break

# --- blocks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paragraph:
    body: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """Lines of code in a language, which may be empty."""

    language: str
    parts: Parts


@dataclass(frozen=True, slots=True)
class Display:
    """A displayed formula on lines of its own; ``apart`` says that its dollars stood on lines of theirs."""

    formula: Formula
    apart: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: numbered from ``start``, or with bullets.  In a ``tight`` one no space parts the items."""

    mark: str
    start: int | None
    tight: bool
    items: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by their alignment (``left``, ``right``, ``center`` or none); the first row is the head."""

    alignments: tuple[str, ...]
    rows: tuple[tuple[tuple[Inline, ...], ...], ...]


Block = Paragraph | Program | Display | Listing | Table


@dataclass(frozen=True, slots=True)
class Prose:
    """A text, and the insides of its slots by their numbers."""

    blocks: tuple[Block, ...]
    insides: tuple[str, ...]
