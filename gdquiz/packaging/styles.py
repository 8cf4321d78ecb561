"""How packages write texts: HTML with TeX between the delimiters that MathJax reads, and XHTML with MathML.

Both are the style of the HTML pages with other formulas; ``XHTML`` also leaves out what only a browser page may have.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape

from gdquiz.authoring.wording import Literal, Slot, kind_of, set_slot
from gdquiz.rendering import html
from gdquiz.rendering.markup import Filled, Kinds, Pieces

_INLINE, _DISPLAY = (r"\(", r"\)"), (r"\[", r"\]")


def _tex(latex: str, display: bool) -> str:
    opened, closed = _DISPLAY if display else _INLINE
    return f"{opened}{escape(latex, quote=False)}{closed}"


def _tex_with_slots(pieces: tuple[Literal | Slot, ...], kinds: Kinds, display: bool) -> Pieces:
    opened, closed = _DISPLAY if display else _INLINE
    parts: list[object] = [opened]
    for piece in pieces:
        if isinstance(piece, Literal):
            parts.append(escape(piece.text, quote=False))
        else:
            parts.append(_tex_slot(piece, kinds))
    return (*parts, closed)  # type: ignore[arg-type]


def _tex_slot(slot: Slot, kinds: Kinds) -> object:
    inside, kind = slot.inside, kind_of(slot.inside, kinds)

    def filled_in(filled: Filled) -> str:
        return escape(set_slot(slot, filled.slots[inside], kind), quote=False)

    return filled_in


_PLAIN_TAGS = {"fence_open": "<pre><code>", "hardbreak": "<br/>"}

TEX = replace(
    html.STYLE,
    formula=_tex,
    formula_with_slots=_tex_with_slots,
    tags={**html.STYLE.tags, **_PLAIN_TAGS},
    table=lambda alignments: "<div><table>",
)
r"""HTML with formulas as TeX in ``\(...\)`` and ``\[...\]``."""

XHTML = replace(
    html.STYLE,
    tags={
        **html.STYLE.tags,
        **_PLAIN_TAGS,
        "ordered_list_open": "<ol>",
        "th_open": "<th>",
        "td_open": "<td>",
    },
    table=lambda alignments: "<div><table>",
    tick="",
)
"""XHTML with formulas as MathML, without the attributes that QTI has no place for."""
