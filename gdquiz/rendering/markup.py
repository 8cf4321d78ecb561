"""Authors' Markdown, parsed once for each wording and format into literal text and holes, then only joined.

``Pieces`` is what a text becomes: strings, and functions that give the string for one question.  ``Style`` is a
format as data: how words, formulas, code and every Markdown element are written in it.  HTML, links and images of an
author's text are shown as the characters they are made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Protocol

from markdown_it.token import Token

from gdquiz.authoring.wording import Place, kind_of
from gdquiz.texts.markdown import parsed
from gdquiz.texts.reading import read_with_slots
from gdquiz.texts.slots import HOLE, hide_slots
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
    markup can stand, such as a title or an attribute; ``own(tokens, insides, kinds)``: writes the tokens of a text
    where that takes more than one string for each of them.
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
    own: Callable[[list[Token], tuple[str, ...], Kinds], Pieces] | None = None


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

    Raises ``InputError`` for a slot of unknown kind and for a formula that can not be set.
    """
    hidden, insides = hide_slots(text)
    tokens = parsed(hidden)
    if style.own is not None:
        return style.own(tokens, insides, kinds)
    if tight and len(tokens) == 3 and tokens[0].type == "paragraph_open":
        tokens = tokens[1:2]
    return merged(_walk(tokens, insides, kinds, style))


def _walk(tokens: list[Token], insides: tuple[str, ...], kinds: Kinds, style: Style) -> Iterable[str | Hole]:
    first_cell = True
    for number, token in enumerate(tokens):
        match token.type:
            case "inline":
                yield from _walk(token.children or [], insides, kinds, style)
            case "text" | "text_special":
                follows = number > 0 and tokens[number - 1].type == "math_inline"
                content = token.content.removeprefix(_closing(token, style) if follows else "")
                yield from _run(content, insides, kinds, style, "text", style.words)
            case "code_inline":
                yield style.tags["code_open"]
                yield from _run(token.content, insides, kinds, style, "code", style.code_in_span)
                yield style.tags["code_close"]
            case "fence" | "code_block":
                content = token.content.removesuffix("\n")
                yield style.tags["fence_open"]
                yield from _run(content, insides, kinds, style, "code", style.code_in_block)
                yield style.tags["fence_close"]
            case "math_inline" if closing := _closing(next(iter(tokens[number + 1 :]), None), style):
                yield style.kept[0]
                yield from set_formula(token.content, insides, kinds, style, display=False)
                yield style.words(closing) + style.kept[1]
            case "math_inline" | "math_inline_double" | "math_block":
                yield from set_formula(token.content, insides, kinds, style, display=token.type != "math_inline")
            case "table_open":
                yield style.table(_alignments(tokens[number:]))
            case "tr_open":
                first_cell = True
                yield style.tags["tr_open"]
            case "th_open" | "td_open":
                if not first_cell:
                    yield style.tags["next_cell"]
                first_cell = False
                yield style.tags[token.type].replace("ALIGN", _alignment(token))
            case "ordered_list_open":
                yield style.tags[token.type].replace("START", str(token.attrs.get("start", 1)))
            case _ if not token.hidden:
                yield style.tags[token.type]


_CLOSING = re.compile(r"[,.;:?!)\]]*")


def _closing(after: Token | str | None, style: Style) -> str:
    """The marks at the head of the words after a formula that must not begin a line; none if nothing keeps them."""
    if isinstance(after, Token):
        after = after.content if after.type == "text" else None
    found = _CLOSING.match(after) if after is not None and style.kept[0] else None
    return found[0] if found else ""


def _alignment(token: Token) -> str:
    return str(token.attrs.get("style", "")).removeprefix("text-align:") or "left"


def _alignments(tokens: list[Token]) -> tuple[str, ...]:
    head: list[str] = []
    for token in tokens:
        if token.type == "tr_close":
            break
        if token.type == "th_open":
            head.append(_alignment(token))
    return tuple(head)


def _run(
    text: str, insides: tuple[str, ...], kinds: Kinds, style: Style, place: Place, written: Callable[[str], str]
) -> Iterable[str | Hole]:
    """Text of one place with its slots."""
    parts = HOLE.split(text)
    for number, part in enumerate(parts):
        if number % 2 == 0:
            yield written(part)
            continue
        inside = insides[int(part)]
        kind = kind_of(inside, kinds)
        if place == "code" or kind == "text":
            yield slot_hole(inside, written)
        elif kind == "code":
            yield slot_hole(inside, style.code)
        else:
            hole = slot_hole(inside, lambda latex: style.formula(latex, False) if latex.strip() else "")
            closing = _closing(parts[number + 1], style)
            parts[number + 1] = parts[number + 1].removeprefix(closing)
            yield from (style.kept[0], hole, written(closing) + style.kept[1]) if closing else (hole,)


def set_formula(source: str, insides: tuple[str, ...], kinds: Kinds, style: Style, *, display: bool) -> Pieces:
    """A formula, whose slots are holes, in a format."""
    if not HOLE.search(source):
        return (style.formula(source.strip(), display),)
    return style.formula_with_slots(read_with_slots(source.strip()), insides, kinds, display)


# --- text without slots that differs from question to question ------------------------------------------------------

_INLINE_MATH = re.compile(r"(?<![\\$])\$(?![\s$])([^$`\\]*(?:\\.[^$`\\]*)*)(?<![\s\\])\$(?![0-9$])", re.DOTALL)


@lru_cache(maxsize=2048)
def _sentence(text: str, formulas: int, style: Style) -> str:
    """A text with formulas for slots, as a pattern with ``%s`` for each of them in order."""
    kinds = {str(number): "math" for number in range(formulas)}
    pieces = set_text(text, kinds, style, tight=True)
    return "".join(piece.replace("%", "%%") if isinstance(piece, str) else "%s" for piece in pieces)


@lru_cache(maxsize=4096)
def set_prose(text: str, style: Style) -> str:
    """Markdown without slots, in a format.  Texts that differ in their formulas only are parsed once."""
    if "`" in text or "$$" in text:
        return _sentence(text.replace("{{", r"\{\{"), 0, style) % ()
    parts = _INLINE_MATH.split(text)
    shape = parts[0].replace("{{", r"\{\{")
    for number, part in enumerate(parts[2::2]):
        shape += f"{{{{{number}}}}}" + part.replace("{{", r"\{\{")
    return _sentence(shape, len(parts) // 2, style) % tuple([style.formula(latex, False) for latex in parts[1::2]])
