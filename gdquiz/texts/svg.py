"""The SVG writer: a short formula as the inside of a ``<text>``: letters slanted, indices lowered, powers raised."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape

from gdquiz.texts.constructs import ACCENTS, SIGNS
from gdquiz.texts.faces import faced
from gdquiz.texts.reading import read
from gdquiz.texts.trees import (
    Accented,
    Blank,
    Decorated,
    Fenced,
    Fraction,
    Function,
    Group,
    Large,
    Letter,
    Matrix,
    Node,
    Number,
    Root,
    Row,
    Scripts,
    Space,
    Stacked,
    Styled,
    Symbol,
    Words,
)

_SHIFTED = '<tspan dy="{dy}" font-size="75%">{text}</tspan><tspan dy="{back}">\u200b</tspan>'
_LOW, _HIGH = 4, -6
_SPACED = frozenset("=<>≤≥+−≈→")


@lru_cache(maxsize=512)
def text(latex: str) -> str:
    """A formula as SVG.  Raises ``InputError`` for what cannot be read."""
    return _row(read(latex))


@lru_cache(maxsize=512)
def length(latex: str) -> int:
    """How many characters of it take place; the thin spaces around signs do not count."""
    return len(unescape(re.sub("<[^>]*>|\u200b| ", "", text(latex))))


def _row(row: Row) -> str:
    written, operand = "", False
    for node in row:
        if isinstance(node, Blank):
            continue
        sign = node.sign if isinstance(node, Symbol) else None
        if sign is not None and sign.shown in _SPACED and (operand or sign.role == "relation"):
            written += f" {escape(sign.shown)} "
        else:
            written += _node(node)
        operand = sign.role in ("letter", "capital", "ordinary", "close") if sign is not None else bool(_node(node))
    return written


def _node(node: Node) -> str:
    match node:
        case Number(characters) | Function(characters):
            return escape(characters)
        case Words(characters):
            return escape(characters.replace(" ", "\u00a0"))
        case Letter(letter):
            return f'<tspan font-style="italic">{letter}</tspan>'
        case Symbol(sign) if sign.role in ("letter", "capital"):
            return f'<tspan font-style="italic">{sign.shown}</tspan>'
        case Symbol(sign) | Large(_, sign):
            return escape(sign.shown.replace("∗", "*"))
        case Space():
            return " "
        case Group(body) | Decorated(_, body):
            return _row(body)
        case Styled(face, body):
            return re.sub("(?<=>)[^<]+(?=<)|^[^<]+$", lambda found: faced(found[0], face), _row(body))
        case Accented(accent, body):
            return _row(body).removesuffix("</tspan>") + ACCENTS[accent] + "</tspan>" * _row(body).endswith("</tspan>")
        case Fraction(_, top, bottom):
            return f"{_row(top)}/{_row(bottom)}"
        case Root(body, _):
            return f"√{_row(body)}"
        case Fenced(opens, body, closes):
            first, last = (escape(SIGNS[sign].shown) if sign else "" for sign in (opens, closes))
            return f"{first}{_row(body)}{last}"
        case Stacked(_, small, base):
            return _row(base) + _shifted(_row(small), _HIGH)
        case Scripts():
            return _scripts(node)
        case Matrix():
            return "[" + "; ".join(" ".join(_row(cell).strip() for cell in row) for row in node.rows) + "]"
    return ""


def _scripts(node: Scripts) -> str:
    written = _node(node.base) if node.base is not None else ""
    below, above = (_row((script,)) if script is not None else "" for script in (node.below, node.above))
    above = "′" * node.primes + above
    return written + (_shifted(below, _LOW) if below else "") + (_shifted(above, _HIGH) if above else "")


def _shifted(text: str, by: int) -> str:
    return _SHIFTED.format(dy=by, back=-by, text=text)
