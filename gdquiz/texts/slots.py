"""Where the slots of a text stand, and which parts of it are code or formulas."""

from __future__ import annotations

import re

HOLE = re.compile("\ue000(\\d+)\ue001")
"""How a slot is written while a text is read: two private characters around its number, opaque to every parser."""

PRIVATE = re.compile("[\ue000-\uf8ff]")
"""Characters of private use, which no text has of its own."""
SLOT = re.compile(r"\{\{(?!\{)([^{}]+)\}\}")
"""A slot of a text: its inside holds no brace."""

REGION = re.compile(
    r"""
    (?P<fence>^[ ]{0,3}(?P<ticks>`{3,}|~{3,})[^\n]*\n (?:.*?\n)?? [ ]{0,3}(?P=ticks)[`~]*[ ]*$)
  | (?P<span>(?<!`)(?P<mark>`+)(?!`) .+? (?<!`)(?P=mark)(?!`))
  | (?P<escape>\\[^\s])
  | (?P<display>\$\$ (?:[^$\\]|\\.)+ \$\$)
  | (?P<inline>\$(?![\s$]) (?:[^$\\]|\\.)*? (?:(?<!\s)|(?<=\\\s)) \$(?!\d))
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
"""The parts of a text that are not running text: code, escaped signs, formulas."""


def hide_slots(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with slot number i written as a hole (see ``HOLE``), and the insides of the slots in order."""
    insides: list[str] = []

    def hole(match: re.Match[str]) -> str:
        insides.append(match[1])
        return f"\ue000{len(insides) - 1}\ue001"

    return SLOT.sub(hole, PRIVATE.sub("\ufffd", text.replace("\r\n", "\n"))), tuple(insides)


def trimmed(latex: str) -> str:
    r"""A formula without white space at its ends; a space that follows a backslash, as in ``x\ ``, is meant."""
    return _ENDS.sub("", latex)


_ENDS = re.compile(r"\A\s+|(?<!\\)\s+\Z")


def formulas(text: str) -> tuple[str, ...]:
    """The LaTeX of every formula of a text, without its dollars, and with holes for its slots."""
    found = (region for region in REGION.finditer(hide_slots(text)[0]) if region.lastgroup in ("display", "inline"))
    return tuple(trimmed(region[0][2:-2] if region.lastgroup == "display" else region[0][1:-1]) for region in found)
