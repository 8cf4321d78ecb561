"""How packages write texts: HTML with TeX between the delimiters that MathJax reads, and XHTML with MathML.

Both are the style of the HTML pages with other formulas; ``XHTML`` also leaves out what only a browser page may have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

from gdquiz.authoring.wording import Literal, Slot, kind_of, set_slot
from gdquiz.rendering import html
from gdquiz.rendering.markup import Filled, Hole, Kinds, Pieces

Written = Callable[[str], str]


def _delimited(inline: tuple[str, str], display: tuple[str, str], written: Written) -> dict[str, Any]:
    """How a style writes formulas that something else will set: LaTeX between delimiters."""

    def formula(latex: str, displayed: bool) -> str:
        opened, closed = display if displayed else inline
        return f"{opened}{written(latex)}{closed}"

    def formula_with_slots(pieces: tuple[Literal | Slot, ...], kinds: Kinds, displayed: bool) -> Pieces:
        opened, closed = display if displayed else inline
        return (opened, *(_piece(piece, kinds, written) for piece in pieces), closed)

    return {"formula": formula, "formula_with_slots": formula_with_slots}


def _piece(piece: Literal | Slot, kinds: Kinds, written: Written) -> str | Hole:
    if isinstance(piece, Literal):
        return written(piece.text)
    inside, kind = piece.inside, kind_of(piece.inside, kinds)

    def filled_in(filled: Filled) -> str:
        return written(set_slot(piece, filled.slots[inside], kind))

    return filled_in


def _escaped(text: str) -> str:
    return escape(text, quote=False)


_TEX = _delimited((r"\(", r"\)"), (r"\[", r"\]"), _escaped)
_PLAIN_TAGS = {"fence_open": "<pre><code>", "hardbreak": "<br/>"}

TEX = replace(
    html.STYLE,
    tags={**html.STYLE.tags, **_PLAIN_TAGS},
    table=lambda alignments: "<div><table>",
    **_TEX,
    kept=("", ""),
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
    kept=("", ""),
    tick="",
)
"""XHTML with formulas as MathML, without the attributes that QTI has no place for."""

DOLLARS = replace(TEX, **_delimited(("$$", "$$"), ("$$", "$$"), _escaped))
"""HTML with formulas as TeX between double dollars."""

_JOINED = {"paragraph_open": "", "paragraph_close": " ", "softbreak": " ", "hardbreak": " ", "list_item_open": " - "}


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


PLAIN = replace(
    html.STYLE,
    name="plain",
    words=_one_line,
    code=_one_line,
    code_in_span=_one_line,
    code_in_block=_one_line,
    tags={**dict.fromkeys(html.STYLE.tags, ""), **_JOINED},
    table=lambda alignments: "",
    tick="",
    kept=("", ""),
    **_delimited((r"\(", r"\)"), (r"\[", r"\]"), _one_line),
)
"""Words on one line, with formulas as TeX; for texts without tables and programs."""
