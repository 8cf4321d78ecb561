"""Authors' Markdown, parsed once for each wording and format into literal text and holes, then only joined.

``Pieces`` is what a text becomes: strings, and functions that give the string for one question.  ``Style`` is a
format as data: how words, formulas, code and every Markdown element are written in it.  HTML, links and images of an
author's text are shown as the characters they are made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import zip_longest
from typing import Protocol

from gdquiz.exam.wording import kind_of
from gdquiz.texts.markdown import read
from gdquiz.texts.prose import (
    Block,
    Break,
    Code,
    Display,
    Emphasis,
    Formula,
    Gap,
    Inline,
    Listing,
    Paragraph,
    Parts,
    Program,
    Prose,
    Table,
    Words,
)
from gdquiz.texts.slots import HOLE
from gdquiz.texts.trees import Row


class Filled(Protocol):
    """Whatever carries the values of slots."""

    @property
    def slots(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Values:
    """Values of slots that belong to no question."""

    slots: Mapping[str, str]


Hole = Callable[..., str]
"""Takes the question where it stands (anything ``Filled`` for an author's text) and gives the text to put in."""
Pieces = tuple[str | Hole, ...]
Kinds = Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """How one format writes things.

    ``words``: plain words, on one line; ``formula(latex, display)``: a formula without slots; ``formula_with_slots``:
    one with slots, as pieces; ``code``: a code span; ``code_in_span`` and ``code_in_block``: what stands inside one;
    ``tags``: what is written for a Markdown token by its type; ``table(alignments)``: what opens a table; ``tick``:
    what marks a right option; ``kept``: what is written around a formula and the comma or full stop after it, where
    these could be torn apart at the end of a line; ``cell``: a formula for a cell of a table; ``label``: words where no
    markup can stand, such as a title or an attribute; ``own(prose, kinds)``: writes a
    text where that takes more than one string for each of its nodes.
    """

    name: str
    words: Callable[[str], str]
    formula: Callable[[str, bool], str]
    formula_with_slots: Callable[[Row, tuple[str, ...], Kinds, bool], Pieces]
    code: Callable[[str], str]
    code_in_span: Callable[[str], str]
    code_in_block: Callable[[str], str]
    tags: Mapping[str, str]
    table: Callable[[tuple[str, ...]], str]
    tick: str
    kept: tuple[str, str] = ("", "")
    cell: Callable[[str], str] = str
    label: Callable[[str], str] = escape
    own: Callable[[Prose, Kinds], Pieces] | None = None


def merged(pieces: Iterable[str | Hole]) -> Pieces:
    """The same pieces with neighbouring strings made one and empty ones left out."""
    result: list[str | Hole] = []
    for piece in pieces:
        if isinstance(piece, str) and result and isinstance(result[-1], str):
            result[-1] += piece
        elif piece != "":
            result.append(piece)
    return tuple(result)


def join(pieces: Pieces, filled: Filled) -> str:
    """The text of the pieces for one question."""
    if len(pieces) == 1 and isinstance(pieces[0], str):
        return pieces[0]
    return "".join([piece if piece.__class__ is str else piece(filled) for piece in pieces])  # type: ignore[operator]


def slot_hole(inside: str, written: Callable[[str], str]) -> Hole:
    """A hole for the value of a slot, written by a function of the format."""
    return lambda filled: written(filled.slots[inside])


def set_text(text: str, kinds: Kinds, style: Style, *, tight: bool = False) -> Pieces:
    """An author's text in a format.  ``tight`` leaves out the paragraph marks around a text of one paragraph.

    Raises ``InputError`` for a slot of unknown kind and for a formula that cannot be set.
    """
    prose = read(text)
    if style.own is not None:
        return style.own(prose, kinds)
    walker = _Walker(prose.insides, kinds, style)
    if tight and len(prose.blocks) == 1 and isinstance(prose.blocks[0], Paragraph):
        return merged(walker.line(prose.blocks[0].body))
    return merged(walker.blocks(prose.blocks))


_CLOSING = re.compile(r"[,.;:?!)\]]*")


@dataclass(frozen=True, slots=True)
class _Walker:
    """Writes the nodes of a text with the tags of a style."""

    insides: tuple[str, ...]
    kinds: Kinds
    style: Style

    def blocks(self, blocks: Iterable[Block], *, tight: bool = False) -> Iterator[str | Hole]:
        for block in blocks:
            if tight and isinstance(block, Paragraph):
                yield from self.line(block.body)
            else:
                yield from self.block(block)

    def block(self, block: Block) -> Iterator[str | Hole]:
        tags = self.style.tags
        match block:
            case Paragraph(body):
                yield from (tags["paragraph_open"], *self.line(body), tags["paragraph_close"])
            case Program(_, parts):
                yield from (tags["fence_open"], *self.code(parts, self.style.code_in_block), tags["fence_close"])
            case Display(formula, _):
                yield from set_formula(formula, self.insides, self.kinds, self.style)
            case Listing():
                yield from self.listing(block)
            case Table():
                yield from self.table(block)

    def listing(self, block: Listing) -> Iterator[str | Hole]:
        tags, name = self.style.tags, "bullet_list" if block.start is None else "ordered_list"
        yield tags[f"{name}_open"].replace("START", str(block.start))
        for item in block.items:
            yield from (tags["list_item_open"], *self.blocks(item, tight=block.tight), tags["list_item_close"])
        yield tags[f"{name}_close"]

    def table(self, block: Table) -> Iterator[str | Hole]:
        tags = self.style.tags
        alignments = tuple(one or "left" for one in block.alignments)
        yield self.style.table(alignments)
        for number, cells in enumerate(block.rows):
            yield tags["thead_open"] if number == 0 else tags["tbody_open"] if number == 1 else ""
            yield tags["tr_open"]
            name = "td" if number else "th"
            for place, cell in enumerate(cells):
                opened = tags[f"{name}_open"].replace("ALIGN", alignments[place])
                yield from (tags["next_cell"] if place else "", opened, *self.line(cell), tags[f"{name}_close"])
            yield tags["tr_close"] + (tags["thead_close"] if number == 0 else "")
        yield (tags["tbody_close"] if len(block.rows) > 1 else "") + tags["table_close"]

    def code(self, parts: Parts, written: Callable[[str], str]) -> Iterator[str | Hole]:
        for part in parts:
            yield written(part) if isinstance(part, str) else slot_hole(self.insides[part], written)

    def line(self, nodes: tuple[Inline, ...]) -> Iterator[str | Hole]:
        """What stands in a paragraph; the marks after a formula are kept with it where the style keeps them."""
        kept, words = self.style.kept, self.style.words
        closing = ""
        for node, after in zip_longest(nodes, nodes[1:]):
            if isinstance(node, Words):
                yield words(node.text.removeprefix(closing))
                closing = ""
                continue
            pieces = tuple(self.inline(node))
            if kept[0] and isinstance(after, Words) and self.is_formula(node):
                found = _CLOSING.match(after.text)
                closing = found[0] if found else ""
            yield from (kept[0], *pieces, words(closing) + kept[1]) if closing else pieces

    def is_formula(self, node: Inline) -> bool:
        if isinstance(node, Gap):
            return kind_of(self.insides[node.number], self.kinds) == "math"
        return isinstance(node, Formula) and not node.display

    def inline(self, node: Inline) -> Iterator[str | Hole]:
        tags = self.style.tags
        match node:
            case Words(text):
                yield self.style.words(text)
            case Gap(number):
                yield self.gap(self.insides[number])
            case Code(parts):
                yield from (tags["code_open"], *self.code(parts, self.style.code_in_span), tags["code_close"])
            case Formula():
                yield from set_formula(node, self.insides, self.kinds, self.style)
            case Emphasis(strong, _, body):
                name = "strong" if strong else "em"
                yield from (tags[f"{name}_open"], *self.line(body), tags[f"{name}_close"])
            case Break(hard):
                yield tags["hardbreak" if hard else "softbreak"]

    def gap(self, inside: str) -> Hole:
        style = self.style
        match kind_of(inside, self.kinds):
            case "text":
                return slot_hole(inside, style.words)
            case "code":
                return slot_hole(inside, style.code)
        return slot_hole(inside, lambda latex: style.formula(latex, False) if latex.strip() else "")


def set_formula(formula: Formula, insides: tuple[str, ...], kinds: Kinds, style: Style) -> Pieces:
    """A formula in a format."""
    if not HOLE.search(formula.source):
        return (style.formula(formula.source, formula.display),)
    return style.formula_with_slots(formula.row, insides, kinds, formula.display)


# --- text without slots that differs from question to question ------------------------------------------------------


@lru_cache(maxsize=2048)
def _sentence(text: str, formulas: int, style: Style) -> str | None:
    """A text with formulas for slots, as a pattern with ``%s`` for each of them; none where some are not printed."""
    kinds = {str(number): "math" for number in range(formulas)}
    pieces = set_text(text, kinds, style, tight=True)
    if sum(not isinstance(piece, str) for piece in pieces) != formulas:
        return None
    return "".join(piece.replace("%", "%%") if isinstance(piece, str) else "%s" for piece in pieces)


@lru_cache(maxsize=4096)
def set_prose(text: str, style: Style) -> str:
    """Markdown without slots, in a format.  Texts that differ in their formulas only are parsed once."""
    found = _words_and_formulas(text)
    if found is not None:
        words, formulas = found
        shape = "".join(f"{part}{{{{{number}}}}}" for number, part in enumerate(words[:-1])) + words[-1]
        pattern = _sentence(shape, len(formulas), style)
        if pattern is not None:
            return pattern % tuple([style.formula(latex, False) for latex in formulas])
    return join(set_text(text.replace("{{", r"\{\{"), {}, style, tight=True), Values({}))


def _words_and_formulas(text: str) -> tuple[list[str], list[str]] | None:
    """The words before, between and after the formulas of a simple text; none where it is more than these."""
    if any(sign in text for sign in _MORE):
        return None
    parts = _SIMPLE.split(text)
    words = parts[::2]
    return None if any("$" in part or "\\" in part for part in words) else (words, parts[1::2])


_SIMPLE = re.compile(r"\$(?![\s$])((?:[^$\\]|\\.)*)(?<!\s)\$(?!\d)", re.DOTALL)
"""A formula as ``slots.REGION`` finds it in words without a backslash."""
_MORE = ("`", "~~~", "$$", "|", "{{", "\ue000")
"""What stands in texts with code, displays, tables and braces."""
