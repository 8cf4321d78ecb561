"""Characters as Markdown that shows exactly them, to any reader of Markdown."""

from __future__ import annotations

import re
from functools import lru_cache

_ACTIVE = re.compile(
    r"[\\`*_\[\]<$|~^{}]|&(?=#|\w+;)|@(?=\w)|:(?=//|:|[\w+-]+:)|(?i:(?<![A-Za-z0-9])www)(?=\.)", re.ASCII
)
"""What begins a code span, emphasis, a link, a tag, a formula, a cell, an entity, a name or an address."""
_AT_START = re.compile(
    r"^( *)(?:(?=>|:(?:\s|$)|#{1,6}(?:\s|$)|[+-](?:\s|$)|={1,}\s*$|-[-\s]*$)|([0-9]{1,9})(?=[.)](?:\s|$)))"
)
"""What begins a quotation, a definition, a heading, a list or a rule where it begins a line."""
_FIRST = re.compile(r"^(?=[#>+=:-])")
_NUMBERED = re.compile(r"^(\d+)(?=[.)](?:\s|$))")


def running(words: str, *, starts: bool) -> str:
    """A part of a line of text; ``starts`` says that it stands at the beginning of the line."""
    shown = _ACTIVE.sub(lambda found: found[0] + "\\" if len(found[0]) > 1 else "\\" + found[0], words)
    return _AT_START.sub(lambda found: f"{found[1]}{found[2] or ''}\\", shown) if starts else shown


@lru_cache(maxsize=2048)
def escape(words: str) -> str:
    """Plain words on one line, wherever they are put; a space at either end remains."""
    shown = running(" ".join(words.split()), starts=False)
    shown = _NUMBERED.sub(r"\1\\", _FIRST.sub(r"\\", shown))
    return f"{' ' * words.startswith(' ')}{shown}{' ' * words.endswith(' ')}" if shown else ""


@lru_cache(maxsize=512)
def code_span(code: str) -> str:
    """A Markdown code span that shows exactly this line of code."""
    line = code.replace("\n", " ")
    ticks = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if line[:1] == "`" or line[-1:] == "`" or (line[:1] == line[-1:] == " " and line.strip()) else ""
    return f"{ticks}{pad}{line}{pad}{ticks}" if line else ""
