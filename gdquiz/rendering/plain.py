"""Authors' Markdown as plain text for a terminal: wrapped paragraphs, lists, code, aligned tables, Unicode formulas."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from gdquiz.texts.markdown import parsed
from gdquiz.texts.unicode import displayed, formula

WIDTH = 80
UNBROKEN = 34
"""A formula up to so many characters is not broken at the end of a line."""

_NO_BREAK = "\u00a0"
_BREAK, _DISPLAY = "\ue010", "\ue011"
"""Where a line ends, and around the number of a displayed formula, while a paragraph is put together."""


def plain(markdown: str, width: int = WIDTH) -> str:
    """The text of Markdown without slots, at most ``width`` columns wide where words allow it.

    Raises ``InputError`` for a formula that can not be set.
    """
    tokens = parsed(markdown.strip())
    return "\n\n".join(_blocks(tokens, width))


def one_line(markdown: str) -> str:
    """The text of Markdown of one paragraph, not wrapped."""
    return " ".join(plain(markdown, 10_000).split())


def columns(text: str) -> int:
    """The columns that a text takes on a terminal: signs that combine with others take none."""
    return sum(unicodedata.combining(sign) == 0 for sign in text)


def _blocks(tokens: Sequence[Token], width: int) -> Iterator[str]:
    at = 0
    while at < len(tokens):
        token = tokens[at]
        end = _end(tokens, at)
        inside = tokens[at + 1 : end]
        match token.type:
            case "paragraph_open":
                yield _paragraph(inside[0].children or [], width)
            case "inline":
                yield _paragraph(token.children or [], width)
            case "fence" | "code_block":
                yield textwrap.indent(token.content.rstrip("\n"), "    ")
            case "math_block" | "math_inline_double":
                yield textwrap.indent("\n".join(_displayed(token.content.strip(), width - 4)), "    ")
            case "bullet_list_open" | "ordered_list_open":
                yield _list(inside, token, width)
            case "table_open":
                yield _table(inside, width)
        at = end + 1


def _end(tokens: Sequence[Token], at: int) -> int:
    """The place of the token that closes the one at a place: itself where it opens nothing."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += tokens[place].nesting
        if depth <= 0:
            return place
    return len(tokens) - 1


def _list(tokens: Sequence[Token], opening: Token, width: int) -> str:
    number, items, at = int(opening.attrs.get("start", 1)), [], 0
    while at < len(tokens):
        end = _end(tokens, at)
        mark = "- " if opening.type == "bullet_list_open" else f"{number}. "
        text = "\n".join(_blocks(tokens[at + 1 : end], width - len(mark)))
        items.append(mark + textwrap.indent(text, " " * len(mark)).lstrip(" "))
        number, at = number + 1, end + 1
    return "\n".join(items)


def _table(tokens: Sequence[Token], width: int) -> str:
    rows: list[list[str]] = []
    right: list[bool] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_paragraph(token.children or [], 10_000))
        elif token.type in ("th_open", "td_open") and len(rows) == 1:
            right.append("right" in str(token.attrs.get("style", "")))
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


def _paragraph(tokens: Sequence[Token], width: int) -> str:
    shown: list[list[str]] = []
    text = "".join(_inline(tokens, shown, width))
    lines: list[str] = []
    for piece in re.split(f"(?:{_BREAK})|{_DISPLAY}(\\d+){_DISPLAY}", text):
        if piece is None or not piece.strip():
            continue
        if piece.isdigit() and f"{_DISPLAY}{piece}{_DISPLAY}" in text:
            lines += ["", *("    " + line for line in shown[int(piece)]), ""]
        else:
            lines += textwrap.wrap(piece.strip(), width, break_long_words=False, break_on_hyphens=False)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines).strip("\n")).replace(_NO_BREAK, " ")


def _inline(tokens: Sequence[Token], shown: list[list[str]], width: int) -> Iterator[str]:
    for token in tokens:
        match token.type:
            case "text" | "text_special":
                yield token.content
            case "code_inline":
                yield token.content.replace(" ", _NO_BREAK) if len(token.content) <= UNBROKEN else token.content
            case "math_inline":
                line = formula(token.content.strip())
                yield line.replace(" ", _NO_BREAK) if len(line) <= UNBROKEN else line
            case "math_inline_double" | "math_block":
                shown.append(_displayed(token.content.strip(), width - 4))
                yield f"{_DISPLAY}{len(shown) - 1}{_DISPLAY}"
            case "softbreak":
                yield " "
            case "hardbreak":
                yield _BREAK


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
