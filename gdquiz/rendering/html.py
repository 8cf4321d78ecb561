"""How HTML is written: escaped words, MathML, one element for each Markdown token."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from gdquiz.authoring.wording import kind_of
from gdquiz.rendering import mathml
from gdquiz.rendering.markup import Filled, Kinds, Pieces, Style
from gdquiz.texts.latex import Piece, pieces, tex, value, value_of_words
from gdquiz.texts.trees import Row

_math = lru_cache(maxsize=4096)(mathml.math)


def _formula(latex: str, display: bool) -> str:
    return _math(tex(latex), display=display)


_escaped = lru_cache(maxsize=16384)(escape)


def _formula_with_slots(row: Row, insides: tuple[str, ...], kinds: Kinds, display: bool) -> Pieces:
    """One hole: the formula converted beforehand where its slots allow it, else converted for each question."""
    parts = pieces(row)
    slots = [piece for piece in parts if isinstance(piece, int)]
    prepared = mathml.formula(parts) if all(kind_of(insides[slot], kinds) == "math" for slot in slots) else None

    def filled_piece(piece: Piece, filled: Filled) -> str:
        if isinstance(piece, str):
            return piece
        words = filled.slots[insides[piece]]
        return value(words) if kind_of(insides[piece], kinds) == "math" else value_of_words(words)

    def directly(filled: Filled) -> str:
        return _math("".join([filled_piece(piece, filled) for piece in parts]), display=display)

    if prepared is None:
        return (directly,)
    source = "".join(escape(piece) if isinstance(piece, str) else "\0" for piece in parts)
    whole = "\0".join((mathml.OPEN[display] + source + '">' + prepared.literals[0], *prepared.literals[1:])) + "</math>"
    pattern = whole.replace("%", "%%").replace("\0", "%s")
    holes, fragment = prepared.holes, mathml.fragment

    def filled_in(filled: Filled) -> str:
        fragments = [fragment(filled.slots[insides[slot]], starts) for slot, starts in holes]
        if None in fragments:
            return directly(filled)
        return pattern % (*[_escaped(value(filled.slots[insides[slot]])) for slot in slots], *fragments)

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
