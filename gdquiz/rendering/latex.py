"""How LaTeX is written: every character an author types is set as that character, under pdflatex and lualatex."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from gdquiz.rendering.markup import Style
from gdquiz.rendering.tex import Delimited

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    "*": "{*}",
    '"': r"\textquotedbl{}",
    "[": "{[}",
    "]": "{]}",
    "\u00a0": "~",
    "\u00ad": r"\-",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "„": r"\quotedblbase{}",
    "–": "--",
    "—": "---",
    "…": r"\ldots{}",
    "\u2011": "-",
    "\u2009": r"\,",
    "\u202f": r"\,",
    "\u200b": "",
    "€": r"\texteuro{}",
    "°": r"\textdegree{}",
    "•": r"\textbullet{}",
}
_GREEK = "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ"
_GREEK_COMMANDS = (
    r"\alpha \beta \gamma \delta \varepsilon \zeta \eta \theta \iota \kappa \lambda \mu \nu \xi \pi \rho"
    r" \sigma \tau \upsilon \varphi \chi \psi \omega \Gamma \Delta \Theta \Lambda \Xi \Pi \Sigma \Phi \Psi"
    r" \Omega"
)
_MATHEMATICAL = dict(
    zip(
        _GREEK,
        _GREEK_COMMANDS.split(),
        strict=True,
    )
) | {
    "−": "-",
    "×": r"\times",
    "·": r"\cdot",
    "÷": r"\div",
    "±": r"\pm",
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "≈": r"\approx",
    "→": r"\to",
    "←": r"\leftarrow",
    "⇒": r"\Rightarrow",
    "∞": r"\infty",
    "∇": r"\nabla",
    "∂": r"\partial",
    "√": r"\surd",
    "∈": r"\in",
    "∑": r"\sum",
    "²": "^2",
    "³": "^3",
    "½": r"\tfrac12",
    "′": "'",
    "ℝ": r"\mathbb{R}",
}
_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0327": "c",
    "\u0328": "k",
    "\u0331": "b",
}
_KNOWN = set("ßæœøåÆŒØÅłŁđĐþÞðÐıŋŊ¡¿§£¥©®«»¶µªº")
_NEEDS = re.compile(r"[\\{}$&#%_^~<>|\"\[\]`*]|[^\x00-\x7f]|[\x01-\x08\x0b-\x1f\x7f]|--|''|,,")
_IN_CODE = {
    " ": "\\ ",
    "\t": r"\ \ \ \ ",
    "'": r"\textquotesingle{}",
    "-": "-{}",
    "*": "*",
    ",": ",{}",
}
_NEEDS_IN_CODE = re.compile(_NEEDS.pattern.partition("|--")[0] + "|[ \\t',-]")
"""Straight quotes, every space kept (a line may break there), no ligatures."""


@lru_cache(maxsize=1024)
def _character(character: str) -> str:
    """LaTeX for one character; one that no common font has is named by its code point."""
    if character in _SPECIAL:
        return _SPECIAL[character]
    if character in _MATHEMATICAL:
        return rf"\ensuremath{{{_MATHEMATICAL[character]}}}"
    if character in _KNOWN:
        return character
    if ord(character) < 32 or ord(character) == 127:
        return " "
    decomposed = unicodedata.normalize("NFD", character)
    base, marks = decomposed[0], decomposed[1:]
    if base.isascii() and base.isalpha() and marks and all(mark in _ACCENTS for mark in marks):
        written = base
        for mark in marks:
            accent = _ACCENTS[mark]
            dotless = {"i": r"\i{}", "j": r"\j{}"}.get(written, written) if accent in "`'^~=u.\"rHv" else written
            written = rf"\{accent}{{{dotless}}}"
        return written
    return rf"\gdcodepoint{{{ord(character):04X}}}"


_LIGATURE = re.compile(r"[-–—](?=[-–—])|['’”](?=['’”])|[,„](?=,)|[?!‘“](?=[‘“])")
_LINE_BREAK = re.compile(r"\s*[\n\r]\s*")


@lru_cache(maxsize=2048)
def words(text: str) -> str:
    """Plain words on one line; two signs that TeX would join to another one stay two."""
    text = _LINE_BREAK.sub(" ", text)
    if not _NEEDS.search(text):
        return text
    composed = _LIGATURE.sub(r"\g<0>\0", unicodedata.normalize("NFC", text))
    return _NEEDS.sub(lambda found: _character(found[0]), composed).replace("\0", "{}")


@lru_cache(maxsize=512)
def code_text(text: str) -> str:
    """Code for the inside of ``\\texttt``."""
    return _NEEDS_IN_CODE.sub(lambda found: _IN_CODE.get(found[0]) or _character(found[0]), text)


def _span_text(text: str) -> str:
    """Code within a paragraph, which no empty line may end."""
    return code_text(_EMPTY_LINES.sub("\n", text))


_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n)+")


def _block_text(text: str) -> str:
    """Lines of code.  ``\\mbox{}`` begins each line, so that the spaces at its start are kept."""
    return "\\\\\n\\mbox{}".join(map(code_text, text.split("\n")))


def _code(text: str) -> str:
    return f"\\texttt{{{code_text(text)}}}" if text else ""


_COLUMNS = {"left": "l", "right": "r", "center": "c"}

STYLE = Style(
    name="latex",
    words=words,
    **Delimited(("$", "$"), ("\\[", "\\]"), words=words).fields(),
    code=_code,
    code_in_span=_span_text,
    code_in_block=_block_text,
    tags={
        "paragraph_open": "",
        "paragraph_close": "\n\n",
        "strong_open": r"\textbf{",
        "strong_close": "}",
        "em_open": r"\emph{",
        "em_close": "}",
        "code_open": r"\texttt{",
        "code_close": "}",
        "fence_open": "\\begin{gdcode}\n\\mbox{}",
        "fence_close": "\n\\end{gdcode}\n",
        "softbreak": "\n",
        "hardbreak": r"\newline ",
        "bullet_list_open": "\\begin{itemize}\n",
        "bullet_list_close": "\\end{itemize}\n",
        "ordered_list_open": "\\begin{enumerate}\n\\gdstart{START}\n",
        "ordered_list_close": "\\end{enumerate}\n",
        "list_item_open": r"\item ",
        "list_item_close": "\n",
        "thead_open": "",
        "thead_close": "\\midrule\n",
        "tbody_open": "",
        "tbody_close": "",
        "tr_open": "",
        "tr_close": " \\\\\n",
        "next_cell": " & ",
        "th_open": r"\textbf{",
        "th_close": "}",
        "td_open": "",
        "td_close": "",
        "table_close": "\\bottomrule\n\\end{tabular}\\end{center}\n",
    },
    # The rows are far enough apart for fractions, one below the other.
    table=lambda alignments: (
        "\\begin{center}\\renewcommand{\\arraystretch}{1.35}\\begin{tabular}{"
        + "".join(_COLUMNS[one] for one in alignments)
        + "}\n\\toprule\n"
    ),
    tick=r" $\checkmark$",
    label=words,
)
