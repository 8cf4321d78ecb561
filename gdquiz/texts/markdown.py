"""Authors' Markdown, read: paragraphs, lists, tables, code, emphasis and formulas, and nothing else.

HTML, links, images, headings, quotations and indented code are no constructs here: they are read as the characters
they are made of.  A dollar sign opens a formula where no space follows it, and closes one where no space stands before
it and no digit follows; the reader of regions (``slots.REGION``) follows the same rule.
"""

from __future__ import annotations

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath.index import math_block_dollar

_DISABLED = (
    "heading", "lheading", "hr", "blockquote", "code", "html_block", "html_inline", "link", "image", "autolink",
    "reference",
)  # fmt: skip
_DISPLAY = re.compile(r"\$\$((?:[^$\\]|\\.)+)\$\$", re.DOTALL)
_INLINE = re.compile(r"\$(?![\s$])((?:[^$\\]|\\.)*?)(?:(?<!\s)|(?<=\\\s))\$(?!\d)", re.DOTALL)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable("table")
    parser.disable(list(_DISABLED))
    parser.inline.ruler.before("escape", "math_inline", _formula)
    blocks = math_block_dollar(allow_labels=False, label_normalizer=None, allow_blank_lines=False)
    parser.block.ruler.before("fence", "math_block", blocks)
    return parser


def _formula(state: StateInline, silent: bool) -> bool:
    """A formula in running text: ``$...$`` or, displayed, ``$$...$$``."""
    if state.src[state.pos] != "$":
        return False
    for kind, pattern in (("math_inline_double", _DISPLAY), ("math_inline", _INLINE)):
        found = pattern.match(state.src, state.pos)
        if found and found[1].strip():
            if not silent:
                state.push(kind, "math", 0).content = found[1]
            state.pos = found.end()
            return True
    return False


def parsed(text: str) -> list[Token]:
    """The tokens of Markdown as authors may write it."""
    return _parser().parse(text)
