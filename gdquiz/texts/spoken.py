"""The writer for those who listen: a text as plain words on one line, its formulas as Unicode: ``x₀ = −1/2``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gdquiz.texts.markdown import read
from gdquiz.texts.prose import (
    Block,
    Break,
    Code,
    Display,
    Emphasis,
    Formula,
    Inline,
    Listing,
    Paragraph,
    Program,
    Table,
    Words,
)
from gdquiz.texts.unicode import formula


def spoken(text: str) -> str:
    """A text without slots on one line.  Raises ``InputError`` for a formula that cannot be read."""
    return " ".join("".join(_blocks(read(text, slots=False).blocks)).split())


def _blocks(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Paragraph(body):
                yield from _line(body)
            case Program(_, parts):
                yield "".join(map(str, parts))
            case Display(shown, _):
                yield formula(shown.source)
            case Listing():
                for item in block.items:
                    yield from _blocks(item)
            case Table(_, rows):
                for cell in (cell for row in rows for cell in row):
                    yield from (*_line(cell), ", ")
        yield " "


def _line(nodes: Iterable[Inline]) -> Iterator[str]:
    for node in nodes:
        match node:
            case Words(text):
                yield text
            case Code(parts):
                yield "".join(map(str, parts))
            case Formula(source, _):
                yield formula(source)
            case Emphasis(_, _, body):
                yield from _line(body)
            case Break():
                yield " "
