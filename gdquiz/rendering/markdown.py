"""How Markdown is written: what was read of an author's text, and nothing that another reader could take for more.

The text is written anew from its tree, so it means to any reader of Markdown what it means to gdquiz: signs of
running text that could begin a tag, a link, a list, a heading, a table or a formula have a backslash before them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from gdquiz.exam.wording import kind_of
from gdquiz.rendering.markup import Filled, Hole, Kinds, Pieces, Style, merged, set_formula, slot_hole
from gdquiz.rendering.tex import Delimited
from gdquiz.texts.escaping import code_span, escape, running
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

_TEX = Delimited(("$", "$"), ("$$", "$$"))

# --- running text ---------------------------------------------------------------------------------------------------


def _inline(nodes: Iterable[Inline], insides: tuple[str, ...], kinds: Kinds, *, cell: bool) -> Pieces:
    """The pieces of one paragraph."""
    line = _Line(insides, kinds, cell=cell)
    line.take(nodes)
    return line.pieces()


class _Line:
    """A paragraph while it is written: its parts, each with what it is."""

    def __init__(self, insides: tuple[str, ...], kinds: Kinds, *, cell: bool):
        self.insides, self.kinds, self.cell, self.style = insides, kinds, cell, CELL if cell else STYLE
        self.parts: list[tuple[str, Pieces]] = []
        self.starts = True

    def take(self, nodes: Iterable[Inline]) -> None:
        for node in nodes:
            match node:
                case Words(text):
                    self.words(text)
                case Gap(number):
                    self.slot(self.insides[number])
                case Code(parts):
                    self.put("code", *_code(parts, self.insides, cell=self.cell))
                case Formula():
                    self.put("formula", *set_formula(node, self.insides, self.kinds, self.style))
                case Break(hard):
                    self.put("break", "\\\n" if hard else "\n")
                case Emphasis(_, mark, body):
                    self.put("mark", mark)
                    self.take(body)
                    self.put("mark", mark)

    def put(self, kind: str, *pieces: str | Hole, slot: bool = False) -> None:
        if kind == "code" and self.parts and self.parts[-1][0] == "code":
            self.parts.append(("mark", ("&#8203;",)))  # backticks of two spans are not to run together
        self.parts.append((kind, pieces))
        self.starts = kind == "break" or (slot and self.starts)

    def words(self, words: str) -> None:
        """Words; at the start of a line, also after slots that may be empty, stands nothing that would begin a list."""
        words = re.sub("^ +", " ", words) if self.starts else words  # more of them would begin a program
        shown = running(words, starts=self.starts)
        if self.starts and words[0] in ".)":
            shown = "\\" + shown
        elif self.starts and words.isdigit():
            shown = _entity(words[0]) + words[1:]
        self.put("words", shown)

    def slot(self, inside: str) -> None:
        style = self.style
        match kind_of(inside, self.kinds):
            case "text":
                self.put("slot", slot_hole(inside, style.words), slot=True)
            case "code":
                self.put("code", slot_hole(inside, partial(_span, cell=self.cell)), slot=True)
            case _:
                formula = slot_hole(inside, lambda latex: style.formula(latex, False) if latex.strip() else "")
                self.put("formula", formula)

    def pieces(self) -> Pieces:
        """All pieces; a digit right beside a formula, where a dollar sign is taken for money, is an entity."""
        last = len(self.parts) - 1
        for place, (kind, pieces) in enumerate(self.parts):
            if kind in ("words", "slot"):
                first = place > 0 and self.parts[place - 1][0] == "formula"
                beside = place < last and self.parts[place + 1][0] == "formula"
                self.parts[place] = kind, tuple(_apart(piece, first=first, end=beside) for piece in pieces)
        written = [piece for _, pieces in self.parts for piece in pieces]
        if written:
            written[-1] = _ended(written[-1])
        return tuple(written)


def _ended(piece: str | Hole) -> str | Hole:
    """The last piece of a paragraph; some readers look for a backslash before its first sign, and find its last."""
    if not isinstance(piece, str):
        return lambda filled: str(_ended(piece(filled)))
    return piece[:-2] + _entity("\\") if piece.endswith("\\\\") else piece


def _entity(character: str) -> str:
    return f"&#{ord(character)};"


def _apart(piece: str | Hole, *, first: bool, end: bool) -> str | Hole:
    if not (first or end):
        return piece
    if not isinstance(piece, str):
        hole = piece
        return lambda filled: str(_apart(hole(filled), first=first, end=end))
    if end and piece[-1:].isdigit():
        piece = piece[:-1] + _entity(piece[-1])
    return _entity(piece[0]) + piece[1:] if first and piece[:1].isdigit() else piece


# --- code -----------------------------------------------------------------------------------------------------------


def _code(parts: Parts, insides: tuple[str, ...], *, cell: bool) -> Pieces:
    """A code span; where it has slots its backticks are chosen when they are filled."""
    return _filled(parts, insides, partial(_span, cell=cell))


def _span(code: str, *, cell: bool) -> str:
    return code_span(code).replace("|", r"\|") if cell else code_span(code)


def _program(block: Program, insides: tuple[str, ...]) -> Pieces:
    def written(code: str) -> str:
        ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code)), default=0))
        return f"{ticks}{block.language}\n{code}\n{ticks}"

    return _filled(block.parts, insides, written)


def _filled(parts: Parts, insides: tuple[str, ...], written: Callable[[str], str]) -> Pieces:
    """Code as a whole, written once all its slots are filled."""
    if all(isinstance(part, str) for part in parts):
        return (written("".join(map(str, parts))),)

    def whole(filled: Filled) -> str:
        return written("".join(part if isinstance(part, str) else filled.slots[insides[part]] for part in parts))

    return (whole,)


# --- blocks ---------------------------------------------------------------------------------------------------------


def _own(prose: Prose, kinds: Kinds) -> Pieces:
    return merged(_blocks(prose.blocks, prose.insides, kinds, "\n\n"))


def _blocks(blocks: Iterable[Block], insides: tuple[str, ...], kinds: Kinds, between: str) -> Iterator[str | Hole]:
    """Blocks one below the other."""
    for place, block in enumerate(blocks):
        if place:
            yield between
        yield from _block(block, insides, kinds)


def _block(block: Block, insides: tuple[str, ...], kinds: Kinds) -> Iterator[str | Hole]:
    match block:
        case Paragraph(body):
            yield from _inline(body, insides, kinds, cell=False)
        case Program():
            yield from _program(block, insides)
        case Display(formula, apart):
            end = "\n" if apart else ""
            yield from (f"$${end}", *set_formula(formula, insides, kinds, BARE), f"{end}$$")
        case Listing():
            yield from _list(block, insides, kinds)
        case Table():
            yield from _table(block, insides, kinds)


def _list(block: Listing, insides: tuple[str, ...], kinds: Kinds) -> Iterator[str | Hole]:
    between = "\n" if block.tight else "\n\n"
    for place, blocks in enumerate(block.items):
        mark = f"{block.mark} " if block.start is None else f"{block.start + place}{block.mark} "
        item = merged(_blocks(blocks, insides, kinds, between))
        yield (between if place else "") + (mark if item else mark.rstrip())
        yield from indented(item, " " * len(mark))


_RULES = {"left": ":--", "right": "--:", "center": ":-:", "": "---"}


def _table(block: Table, insides: tuple[str, ...], kinds: Kinds) -> Iterator[str | Hole]:
    for number, cells in enumerate(block.rows):
        yield "\n|" if number else "|"
        for cell in cells:
            written = _inline(cell, insides, kinds, cell=True)
            yield from (" ", *written, " |") if written else ("  |",)
        if number == 0:
            yield f"\n|{'|'.join(_RULES[one] for one in block.alignments)}|"


def beside(text: str, pieces: Pieces, *, enclosed: bool = False) -> Pieces:
    """The same text for a place where words stand before it on its line, and after it where it is ``enclosed``.

    A list, a table, a program or a displayed formula begins and ends on lines of its own, or it would not be read as
    one.  After the sign of a list no empty line may come, so a paragraph that shows nothing stands there.
    """
    blocks = read(text).blocks
    if not blocks or (isinstance(blocks[0], Paragraph) and isinstance(blocks[-1], Paragraph)):
        return pieces
    before = "" if isinstance(blocks[0], Paragraph) else f"{_NOTHING if enclosed else ''}\n\n"
    after = f"\n\n{_NOTHING}" if enclosed and not isinstance(blocks[-1], Paragraph) else ""
    return merged((before, *pieces, after))


def is_line(text: str) -> bool:
    """Whether a text is clearly one line of a paragraph: begun by a letter or a formula, without a display."""
    first = text[:1]
    begun = first == "$" or (first.isascii() and first.isalpha())
    return begun and "\n" not in text and "$$" not in text


_NOTHING = "&#8203;"
"""A space of no width: a paragraph that shows nothing."""


def indented(pieces: Pieces, by: str) -> Pieces:
    """The same text inside a list: every line but the first, and none that is empty, begins with ``by``."""

    def moved(hole: Hole) -> Hole:
        return lambda filled: _moved(hole(filled), by)

    last = len(pieces) - 1
    return tuple(
        _moved(piece, by) + by * (piece.endswith("\n") and place < last) if isinstance(piece, str) else moved(piece)
        for place, piece in enumerate(pieces)
    )


def _moved(text: str, by: str) -> str:
    if "\n" not in text:
        return text
    return re.sub(r"\n(?!\n|\Z)", "\n" + by, text)


_BARS = re.compile(r"\\?\|")


def _in_cell(latex: str) -> str:
    """A formula without bars, which would end a cell."""
    return _BARS.sub(lambda bar: r"\Vert " if len(bar[0]) > 1 else r"\vert ", latex)


_CELL = Delimited(_TEX.inline, _TEX.display, _in_cell)


def _style(name: str, delimited: Delimited) -> Style:
    return Style(
        name=name,
        words=escape,
        **delimited.fields(),
        code=code_span,
        code_in_span=str,
        code_in_block=str,
        tags={},
        table=lambda alignments: "",
        tick=" ✓",
        label=escape,
        cell=_in_cell,
        own=_own,
    )


STYLE = _style("markdown", _TEX)
CELL = _style("markdown", _CELL)
BARE = _style("markdown", Delimited(("", ""), ("", "")))
"""Inside of a table, and formulas without their dollars."""
