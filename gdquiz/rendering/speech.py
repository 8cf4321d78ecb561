"""Descriptions for those who listen: what stands for a drawing is plain text, without LaTeX."""

from __future__ import annotations

import re

from gdquiz.texts.unicode import formula

_FORMULA = re.compile(r"(?<!\\)\$\$?([^$]+?)(?<!\\)\$\$?")


def spoken(text: str) -> str:
    """A description on one line, with its ``$...$`` as ``unicode.formula`` writes them: ``x₀ = −1/2``."""
    return " ".join(_FORMULA.sub(lambda found: formula(found[1]), text).replace(r"\$", "$").split())
