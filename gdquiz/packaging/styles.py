"""How packages write texts: HTML with TeX between the delimiters that MathJax reads, and XHTML with MathML.

Both are the style of the HTML pages with other formulas; ``XHTML`` also leaves out what only a browser page may have.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape

from gdquiz.rendering import html
from gdquiz.rendering.tex import Delimited


def _escaped(text: str) -> str:
    return escape(text, quote=False)


_TEX = Delimited((r"\(", r"\)"), (r"\[", r"\]"), _escaped).fields()
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

DOLLARS = replace(TEX, **Delimited(("$$", "$$"), ("$$", "$$"), _escaped).fields())
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
    **Delimited((r"\(", r"\)"), (r"\[", r"\]"), _one_line).fields(),
)
"""Words on one line, with formulas as TeX; for texts without tables and programs."""
