"""How HTML is written: escaped words, MathML, one element for each Markdown token."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from gdquiz.authoring.wording import Literal, Slot, kind_of, set_slot
from gdquiz.rendering import mathml
from gdquiz.rendering.markup import Filled, Kinds, Pieces, Style

_math = lru_cache(maxsize=4096)(mathml.math)


def _formula(latex: str, display: bool) -> str:
    return _math(latex, display=display)


_escaped = lru_cache(maxsize=16384)(escape)


def _formula_with_slots(pieces: tuple[Literal | Slot, ...], kinds: Kinds, display: bool) -> Pieces:
    """One hole: the formula converted beforehand where its slots allow it, else converted for each question."""
    slots = tuple(piece for piece in pieces if isinstance(piece, Slot))
    insides = tuple(slot.inside for slot in slots)
    prepared = mathml.formula(pieces) if all(kind_of(inside, kinds) == "math" for inside in insides) else None

    def directly(filled: Filled) -> str:
        latex = "".join(
            piece.text
            if isinstance(piece, Literal)
            else set_slot(piece, filled.slots[piece.inside], kind_of(piece.inside, kinds))
            for piece in pieces
        )
        return _math(latex, display=display)

    if prepared is None:
        return (directly,)
    source = "".join(
        escape(piece.text if isinstance(piece, Literal) else f"{piece.before}\0{piece.after}") for piece in pieces
    )
    whole = "\0".join((mathml.OPEN[display] + source + '">' + prepared.literals[0], *prepared.literals[1:])) + "</math>"
    pattern = whole.replace("%", "%%").replace("\0", "%s")
    holes, fragment = prepared.holes, mathml.fragment

    def filled_in(filled: Filled) -> str:
        values = [filled.slots[inside] for inside in insides]
        fragments = [fragment(values[number], starts) for number, starts in holes]
        if None in fragments:
            return directly(filled)
        return pattern % (*map(_escaped, values), *fragments)

    return (filled_in,)


def _code(text: str) -> str:
    return f"<code>{escape(text, quote=False)}</code>" if text else ""


_PAIRED = {
    "paragraph": "p",
    "strong": "strong",
    "em": "em",
    "bullet_list": "ul",
    "list_item": "li",
    "thead": "thead",
    "tbody": "tbody",
    "code": "code",
}

STYLE = Style(
    name="html",
    words=escape,
    formula=_formula,
    formula_with_slots=_formula_with_slots,
    code=_code,
    code_in_span=escape,
    code_in_block=escape,
    tags={f"{token}_open": f"<{tag}>" for token, tag in _PAIRED.items()}
    | {f"{token}_close": f"</{tag}>" for token, tag in _PAIRED.items()}
    | {
        "ordered_list_open": '<ol start="START">',
        "ordered_list_close": "</ol>",
        "fence_open": '<pre tabindex="0"><code>',
        "fence_close": "</code></pre>",
        "softbreak": "\n",
        "hardbreak": "<br>",
        "table_close": "</table></div>",
        "tr_open": "<tr>",
        "tr_close": "</tr>",
        "next_cell": "",
        "th_open": '<th scope="col" style="text-align:ALIGN">',
        "th_close": "</th>",
        "td_open": '<td style="text-align:ALIGN">',
        "td_close": "</td>",
    },
    table=lambda alignments: '<div class="table" tabindex="0"><table>',
    tick=" ✓",
    kept=('<span class="kept">', "</span>"),
)
