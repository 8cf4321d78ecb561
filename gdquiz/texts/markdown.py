"""Authors' Markdown, read: paragraphs, lists, tables, code, emphasis and formulas, and nothing else.

HTML, links, images, headings, quotations and indented code are no constructs here: they are read as the characters
they are made of.  A dollar sign opens a formula where no space follows it, and closes one where no space stands before
it and no digit follows; the reader of regions (``slots.REGION``) follows the same rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import dropwhile

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath.index import math_block_dollar

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
from gdquiz.texts.slots import HOLE, PRIVATE, hide_slots, trimmed

_DISABLED = (
    "heading", "lheading", "hr", "blockquote", "code", "html_block", "html_inline", "link", "image", "autolink",
    "reference",
)  # fmt: skip
_DISPLAY = re.compile(r"\$\$((?:[^$\\]|\\.)+)\$\$", re.DOTALL)
_INLINE = re.compile(r"\$(?![\s$])((?:[^$\\]|\\.)*?)(?:(?<!\s)|(?<=\\\s))\$(?!\d)", re.DOTALL)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable("table")
    parser.disable(list(_DISABLED))
    parser.inline.ruler.before("escape", "math_inline", _formula)
    blocks = math_block_dollar(allow_labels=False, label_normalizer=None, allow_blank_lines=False)
    parser.block.ruler.before("fence", "math_block", blocks)
    return parser


def _formula(state: StateInline, silent: bool) -> bool:
    """A formula in running text: ``$...$`` or, displayed, ``$$...$$``."""
    if state.src[state.pos] != "$":
        return False
    for kind, pattern in (("math_inline_double", _DISPLAY), ("math_inline", _INLINE)):
        found = pattern.match(state.src, state.pos)
        if found and found[1].strip():
            if not silent:
                state.push(kind, "math", 0).content = found[1]
            state.pos = found.end()
            return True
    return False


# --- trees -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def read(text: str, *, slots: bool = True) -> Prose:
    """The tree of a text; without ``slots`` double braces stand for themselves."""
    hidden, insides = hide_slots(text) if slots else (PRIVATE.sub("\ufffd", text.replace("\r\n", "\n")), ())
    return Prose(tuple(_blocks(_parser().parse(hidden))), insides)


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    at = 0
    while at < len(tokens):
        end = _end(tokens, at)
        yield _block(tokens[at], tokens[at + 1 : end])
        at = end + 1


def _end(tokens: list[Token], at: int) -> int:
    """The place of the token that closes the one at a place: itself where it opens nothing."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += tokens[place].nesting
        if depth <= 0:
            return place
    return len(tokens) - 1


def _block(token: Token, inside: list[Token]) -> Block:
    match token.type:
        case "paragraph_open":
            return Paragraph(tuple(dropwhile(_is_break, _inlines(inside[0].children or []))))
        case "fence":
            language = re.match("[A-Za-z0-9+#-]*", token.info.strip())
            return Program(language[0] if language else "", _parts(token.content.removesuffix("\n")))
        case "math_block":
            return Display(Formula(trimmed(token.content), display=True), token.content.startswith("\n"))
        case "table_open":
            return _table(inside)
        case "bullet_list_open" | "ordered_list_open":
            start = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None
            tight = not any(one.type == "paragraph_open" and not one.hidden for one in inside)
            return Listing(token.markup, start, tight, tuple(_items(inside)))
    raise AssertionError(token.type)  # the parser knows no other block


def _items(tokens: list[Token]) -> Iterator[tuple[Block, ...]]:
    at = 0
    while at < len(tokens):
        end = _end(tokens, at)
        yield tuple(_blocks(tokens[at + 1 : end]))
        at = end + 1


def _table(tokens: list[Token]) -> Table:
    alignments: list[str] = []
    rows: list[list[tuple[Inline, ...]]] = []
    for token in tokens:
        match token.type:
            case "tr_open":
                rows.append([])
            case "th_open":
                alignments.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
            case "inline":
                rows[-1].append(tuple(_inlines(token.children or [], cell=True)))
    return Table(tuple(alignments), tuple(map(tuple, rows)))


def _parts(text: str) -> Parts:
    split = HOLE.split(text)
    return tuple(int(part) if number % 2 else part for number, part in enumerate(split) if part or number % 2)


def _is_break(node: Inline) -> bool:
    return isinstance(node, Break)


def _inlines(tokens: list[Token], *, cell: bool = False) -> Iterator[Inline]:
    """What stands in a paragraph, or in the ``cell`` of a table, where no formula is displayed."""
    at = 0
    while at < len(tokens):
        token, end = tokens[at], _end(tokens, at)
        match token.type:
            case "text" | "text_special":
                yield from (Words(part) if isinstance(part, str) else Gap(part) for part in _parts(token.content))
            case "code_inline":
                yield Code(_parts(token.content))
            case "math_inline" | "math_inline_double":
                yield Formula(trimmed(token.content), display=token.type != "math_inline" and not cell)
            case "softbreak" | "hardbreak":
                yield Break(token.type == "hardbreak")
            case "em_open" | "strong_open":
                yield Emphasis(
                    token.type == "strong_open", token.markup, tuple(_inlines(tokens[at + 1 : end], cell=cell))
                )
            case unknown:
                raise AssertionError(unknown)  # the parser knows nothing else
        at = end + 1


def depth(blocks: tuple[Block, ...]) -> int:
    """How many lists stand within one another."""
    lists = (block for block in blocks if isinstance(block, Listing))
    return max((1 + max(map(depth, block.items), default=0) for block in lists), default=0)
