"""How Markdown is written: the author's own text with its slots filled, and nothing in it that is HTML or a link."""

from __future__ import annotations

import re

from gdquiz.authoring.wording import Literal, Slot, code_span, escape, formulas, kind_of, set_slot, split
from gdquiz.rendering.markup import Hole, Kinds, Pieces, Style, merged, slot_hole
from gdquiz.rendering.mathml import check, checked

_ACTIVE = re.compile(r"<(?=[A-Za-z/!?])|\](?=[(\[:])|^(?=#{1,6}\s|>|={2,}\s*$|-{2,}\s*$)", re.MULTILINE)


def _text(text: str) -> str:
    """Running text of an author without what would be a tag, a link, a heading or a quotation."""
    return _ACTIVE.sub(lambda found: "\\" + found[0], text)


def _formula(latex: str, display: bool) -> str:
    checked(latex)
    return f"$${latex}$$" if display else f"${latex}$"


def _formula_with_slots(pieces: tuple[Literal | Slot, ...], kinds: Kinds, display: bool) -> Pieces:
    mark = "$$" if display else "$"
    inside = (piece.text if isinstance(piece, Literal) else _slot(piece, kinds) for piece in pieces)
    return (mark, *inside, mark)


def _slot(slot: Slot, kinds: Kinds) -> Hole:
    kind = kind_of(slot.inside, kinds)
    if slot.place == "math" and kind == "math" and not slot.before:
        return lambda filled: filled.slots[slot.inside]
    return slot_hole(slot.inside, lambda value: set_slot(slot, value, kind))


def _own(text: str, kinds: Kinds) -> Pieces:
    for latex in formulas(text):
        check(latex)
    return merged(
        _slot(piece, kinds) if isinstance(piece, Slot) else _text(piece.text) if piece.place == "text" else piece.text
        for piece in split(text.strip())
    )


def indented(pieces: Pieces, by: str) -> Pieces:
    """The same text inside a list: every line but the first begins with ``by``."""

    def moved(hole: Hole) -> Hole:
        return lambda filled: hole(filled).replace("\n", "\n" + by)

    return tuple(piece.replace("\n", "\n" + by) if isinstance(piece, str) else moved(piece) for piece in pieces)


STYLE = Style(
    name="markdown",
    words=escape,
    formula=_formula,
    formula_with_slots=_formula_with_slots,
    code=code_span,
    code_in_span=str,
    code_in_block=str,
    tags={},
    table=lambda alignments: "",
    tick=" ✓",
    own=_own,
)
