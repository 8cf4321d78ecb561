"""How HTML is written: escaped words, MathML, one element for each Markdown token."""

from __future__ import annotations

import json
from functools import lru_cache
from html import escape
from typing import Any

from gdquiz.exam.wording import kind_of
from gdquiz.rendering.markup import Filled, Kinds, Pieces, Style
from gdquiz.texts import mathml
from gdquiz.texts.latex import pieces, value, value_of_words
from gdquiz.texts.trees import Row

_math = lru_cache(maxsize=4096)(mathml.math)


def _formula(latex: str, display: bool) -> str:
    return _math(latex, display=display)


_escaped = lru_cache(maxsize=16384)(escape)


def _formula_with_slots(row: Row, insides: tuple[str, ...], kinds: Kinds, display: bool) -> Pieces:
    """One hole: the formula written once with places for its slots, of each value its MathML and its LaTeX."""
    source, body = pieces(row), mathml.pieces(row)
    named = [insides[piece] for piece in source if isinstance(piece, int)]
    holes = [(insides[piece[0]], piece[1]) for piece in body if isinstance(piece, tuple)]
    literals = [escape(piece) if isinstance(piece, str) else "\0" for piece in source]
    literals += ['">', *(piece if isinstance(piece, str) else "\0" for piece in body), "</math>"]
    pattern = (mathml.OPEN[display] + "".join(literals)).replace("%", "%%").replace("\0", "%s")
    plain = {inside for inside in named if kind_of(inside, kinds) == "math"}

    def latex(inside: str, text: str) -> str:
        return _escaped(value(text) if inside in plain else value_of_words(text))

    def written(inside: str, text: str, expects: bool) -> str:
        return mathml.inner(text, expects) if inside in plain else mathml.inner_of_words(text, expects)

    def filled_in(filled: Filled) -> str:
        slots = filled.slots
        values = [latex(inside, slots[inside]) for inside in named]
        return pattern % (*values, *[written(inside, slots[inside], expects) for inside, expects in holes])

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


def in_script(value: Any) -> str:
    """JSON that may stand in a ``<script>`` element: no text in it can end the element or open a remark."""
    return (
        json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/").replace("<!--", "<\\u0021--")
    )
