"""Authors' Markdown as plain text for a terminal: wrapped paragraphs, lists, code, aligned tables, Unicode formulas."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence

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
from gdquiz.texts.unicode import displayed, formula

WIDTH = 80
UNBROKEN = 34
"""A formula up to so many characters is not broken at the end of a line."""

_NO_BREAK = "\u00a0"
_BREAK, _DISPLAY = "\ue010", "\ue011"
"""Where a line ends, and around the number of a displayed formula, while a paragraph is put together."""


def plain(markdown: str, width: int = WIDTH) -> str:
    """The text of Markdown without slots, at most ``width`` columns wide where words allow it.

    Raises ``InputError`` for a formula that cannot be set.
    """
    return "\n\n".join(_block(block, width) for block in read(markdown.strip(), slots=False).blocks)


def one_line(markdown: str) -> str:
    """The text of Markdown of one paragraph, not wrapped."""
    return " ".join(plain(markdown, 10_000).split())


def columns(text: str) -> int:
    """The columns that a text takes on a terminal: signs that combine with others take none."""
    return sum(unicodedata.combining(sign) == 0 for sign in text)


def _block(block: Block, width: int) -> str:
    match block:
        case Paragraph(body):
            return _paragraph(body, width)
        case Program(_, parts):
            return textwrap.indent("".join(map(str, parts)).rstrip("\n"), "    ")
        case Display(formula, _):
            return textwrap.indent("\n".join(_displayed(formula.source, width - 4)), "    ")
        case Listing():
            return _list(block, width)
        case Table():
            return _table(block, width)


def _list(block: Listing, width: int) -> str:
    items = []
    for place, blocks in enumerate(block.items):
        mark = "- " if block.start is None else f"{block.start + place}. "
        text = "\n".join(_block(one, width - len(mark)) for one in blocks)
        items.append(mark + textwrap.indent(text, " " * len(mark)).lstrip(" "))
    return "\n".join(items)


def _table(block: Table, width: int) -> str:
    rows = [[_paragraph(cell, 10_000) for cell in cells] for cells in block.rows]
    right = [alignment == "right" for alignment in block.alignments]
    widths = [max(columns(row[place]) for row in rows if place < len(row)) for place in range(len(right))]

    def line(row: Sequence[str]) -> str:
        cells = []
        for cell, own, to_the_right in zip(row, widths, right, strict=False):
            gap = " " * (own - columns(cell))
            cells.append(gap + cell if to_the_right else cell + gap)
        return "  " + gap_between.join(cells).rstrip()

    gap_between = "   " if sum(widths) + 3 * len(widths) <= width else "  "
    rule = "  " + gap_between.join("─" * own for own in widths)
    return "\n".join([line(rows[0]), rule, *map(line, rows[1:])])


def _paragraph(nodes: Sequence[Inline], width: int) -> str:
    shown: list[list[str]] = []
    text = "".join(_inline(nodes, shown, width))
    lines: list[str] = []
    for piece in re.split(f"(?:{_BREAK})|{_DISPLAY}(\\d+){_DISPLAY}", text):
        if piece is None or not piece.strip():
            continue
        if piece.isdigit() and f"{_DISPLAY}{piece}{_DISPLAY}" in text:
            lines += ["", *("    " + line for line in shown[int(piece)]), ""]
        else:
            lines += textwrap.wrap(piece.strip(), width, break_long_words=False, break_on_hyphens=False)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines).strip("\n")).replace(_NO_BREAK, " ")


def _inline(nodes: Sequence[Inline], shown: list[list[str]], width: int) -> Iterator[str]:
    for node in nodes:
        match node:
            case Words(text):
                yield text
            case Code(parts):
                code = "".join(map(str, parts))
                yield code.replace(" ", _NO_BREAK) if len(code) <= UNBROKEN else code
            case Formula(source, False):
                line = formula(source)
                yield line.replace(" ", _NO_BREAK) if len(line) <= UNBROKEN else line
            case Formula(source, True):
                shown.append(_displayed(source, width - 4))
                yield f"{_DISPLAY}{len(shown) - 1}{_DISPLAY}"
            case Emphasis(_, _, body):
                yield from _inline(body, shown, width)
            case Break(hard):
                yield _BREAK if hard else " "


def _displayed(latex: str, width: int) -> list[str]:
    """The lines of a displayed formula; one that is too wide is broken between its statements, then anywhere."""
    lines = displayed(latex)
    if len(lines) > 1 or columns(lines[0]) <= width:
        return lines
    rows: list[str] = []
    for statement in re.split(r" {3,}", lines[0]):
        joined = f"{rows[-1]}   {statement}" if rows else statement
        if rows and columns(joined) <= width:
            rows[-1] = joined
        else:
            rows.append(statement)
    return [
        line
        for row in rows
        for line in textwrap.wrap(row, width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    ]
