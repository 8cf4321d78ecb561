"""How packages write texts: HTML with TeX between the delimiters that MathJax reads, and XHTML with MathML.

Both are the style of the HTML pages with other formulas; ``XHTML`` also leaves out what only a browser page may have.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape

from gdquiz.rendering import html
from gdquiz.rendering.tex import Delimited

_CLOZE = re.compile(r"\{(?=[0-9]*:)")
_DELIMITER = re.compile(r"\\(?=[()\[\]A-Za-z]|$)|\$(?=\$|$)")
_FIELD = re.compile(r"\{(?=[0-9]*(?::|$))")


def _formula(latex: str) -> str:
    """LaTeX in HTML; what Moodle would read as a field of Cloze is none."""
    return _CLOZE.sub("&#123;", escape(latex, quote=False))


def _words(text: str) -> str:
    r"""Words in HTML that MathJax looks through: a typed ``\(`` or ``$$`` opens no formula, and braces no field."""
    text = _FIELD.sub("&#123;", escape(text)).replace("@@", "&#64;@")
    return _DELIMITER.sub(lambda sign: f'<span class="tex2jax_ignore mathjax_ignore">{sign[0]}</span>', text)


def _label(text: str) -> str:
    """The same where no markup can stand."""
    text = _FIELD.sub("&#123;", escape(text)).replace("@@", "&#64;@")
    return _DELIMITER.sub(lambda sign: f"&#{ord(sign[0])};", text)


_TEX = Delimited((r"\(", r"\)"), (r"\[", r"\]"), _formula).fields()
_PLAIN_TAGS = {"fence_open": "<pre><code>", "hardbreak": "<br/>"}

TEX = replace(
    html.STYLE,
    words=_words,
    label=_label,
    code=lambda text: f"<code>{_words(text)}</code>" if text else "",
    code_in_span=_words,
    code_in_block=_words,
    tags={**html.STYLE.tags, **_PLAIN_TAGS},
    table=lambda alignments: "<div><table>",
    **_TEX,
    kept=("", ""),
)
r"""HTML with formulas as TeX in ``\(...\)`` and ``\[...\]``."""

XHTML = replace(
    html.STYLE,
    words=_words,
    label=_label,
    code=lambda text: f"<code>{_words(text)}</code>" if text else "",
    code_in_span=_words,
    code_in_block=_words,
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

DOLLARS = replace(TEX, **Delimited(("$$", "$$"), ("$$", "$$"), _formula).fields())
"""HTML with formulas as TeX between double dollars."""

_JOINED = {"paragraph_open": "", "paragraph_close": " ", "softbreak": " ", "hardbreak": " ", "list_item_open": " - "}


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def _plain_words(text: str) -> str:
    r"""Words on one line; a space of no width keeps a typed ``\(`` or ``$$`` from opening a formula."""
    return _DELIMITER.sub("\\g<0>\u200b", _one_line(text))


PLAIN = replace(
    html.STYLE,
    name="plain",
    words=_plain_words,
    label=_one_line,
    code=_plain_words,
    code_in_span=_plain_words,
    code_in_block=_plain_words,
    tags={**dict.fromkeys(html.STYLE.tags, ""), **_JOINED},
    table=lambda alignments: "",
    tick="",
    kept=("", ""),
    **Delimited((r"\(", r"\)"), (r"\[", r"\]"), _one_line).fields(),
)
"""Words on one line, with formulas as TeX; for texts without tables and programs."""
