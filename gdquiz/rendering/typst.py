"""How Typst is written: every character an author types is shown as that character, and none of it is code.

Running text has a backslash before every sign that means something to Typst; code, alt texts and words of formulas are
strings.  Every call ends with a semicolon, so that nothing that follows belongs to it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gdquiz.exam.wording import kind_of
from gdquiz.rendering.markup import Filled, Kinds, Pieces, Style
from gdquiz.texts.latex import pieces, value, value_of_words
from gdquiz.texts.slots import trimmed
from gdquiz.texts.trees import Row
from gdquiz.texts.typst import inside_string, math, string
from gdquiz.texts.unicode import formula as spoken_formula

_NEEDS = re.compile(
    r"(?P<sign>[\\#$*_`<>@\[\]~=+/\"])|(?P<dash>(?<![A-Za-z])-|-(?![A-Za-z]))|(?P<dot>(?<![A-Za-z)])\.|\.(?=\.))"
)
"""Signs of markup; a hyphen but within a word, and a full stop but after one."""
_LINE_BREAK = re.compile(r"\s*[\n\r\v\f\x85\u2028\u2029]\s*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@lru_cache(maxsize=4096)
def words(text: str) -> str:
    """Plain words on one line."""
    line = _CONTROL.sub(" ", _LINE_BREAK.sub(" ", text)).replace("'", "’")
    return _NEEDS.sub(r"\\\g<0>", line)


@lru_cache(maxsize=16384)
def _formula(latex: str, display: bool) -> str:
    """A formula with its text for those who listen; an empty one is nothing."""
    inside = math(latex)
    if inside == '""':
        return ""
    alt = string(" ".join(spoken_formula(latex).split()) or " ")
    return f"#gddisplay({alt}, $ {inside} $);" if display else f"#gdmath({alt}, ${inside}$);"


def _formula_with_slots(row: Row, insides: tuple[str, ...], kinds: Kinds, display: bool) -> Pieces:
    """One hole: the text for those who listen is that of the whole formula, so it is written when it is filled."""
    source = pieces(row)
    written = {inside: value if kind_of(inside, kinds) == "math" else value_of_words for inside in insides}

    def filled_in(filled: Filled) -> str:
        slots = filled.slots
        parts = [
            piece if isinstance(piece, str) else written[insides[piece]](slots[insides[piece]]) for piece in source
        ]
        return _formula(trimmed("".join(parts)), display)

    return (filled_in,)


def _code(text: str) -> str:
    return f"#raw({string(text)});" if text else ""


STYLE = Style(
    name="typst",
    words=words,
    formula=_formula,
    formula_with_slots=_formula_with_slots,
    code=_code,
    code_in_span=inside_string,
    code_in_block=inside_string,
    tags={
        "paragraph_open": "",
        "paragraph_close": "\n\n",
        "strong_open": "#strong[",
        "strong_close": "];",
        "em_open": "#emph[",
        "em_close": "];",
        "code_open": '#raw("',
        "code_close": '");',
        "fence_open": '#gdcode("',
        "fence_close": '");\n\n',
        "softbreak": "\n",
        "hardbreak": "#linebreak();",
        "bullet_list_open": "#list(\n",
        "bullet_list_close": ");\n\n",
        "ordered_list_open": "#enum(start: START,\n",
        "ordered_list_close": ");\n\n",
        "list_item_open": "[",
        "list_item_close": "],\n",
        "thead_open": "table.header(",
        "thead_close": "),\n",
        "tbody_open": "",
        "tbody_close": "",
        "tr_open": "",
        "tr_close": ",\n",
        "next_cell": ", ",
        "th_open": "[",
        "th_close": "]",
        "td_open": "[",
        "td_close": "]",
        "table_close": ");\n\n",
    },
    table=lambda alignments: f"#gdtable(({', '.join(alignments)},),\n",
    tick=" ✓",
    label=inside_string,
)
