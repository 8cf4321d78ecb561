"""Formulas that differ in their numerals only are read and written once.

The numerals of a formula are replaced by marks, the rest is its *shape*; what a writer makes of a shape is a pattern,
and every formula of that shape is a substitution.  Where a mark does not come out exactly once, as in ``\\frac12``,
whose numeral TeX cuts in two, there is no pattern, and the formula is read by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter

from gdquiz.errors import InputError
from gdquiz.texts.reading import FIRST_MARKER, LONGEST, read, read_shape
from gdquiz.texts.trees import Row

Writer = Callable[[Row], str]
Pattern = tuple[str, Callable[[Sequence[str]], Sequence[str]] | None]

_NUMERAL = re.compile(r"((?<=[\^_])[0-9]|[0-9]+(?:\.[0-9]+)?)")
_OWN = re.compile("[\x00\ue000-\uf8ff]")
_MARK = re.compile("([\ue100-\uf8ff])")
_MOST = 0xF8FF - FIRST_MARKER


def written(latex: str, writer: Writer) -> str:
    """What a writer makes of a formula.  Raises ``InputError`` for what cannot be read."""
    parts = _NUMERAL.split(latex)
    shapeless = "{,}" in latex and "." in latex  # whether a comma is of a decimal depends on the numerals beside it
    if shapeless or len(latex) > LONGEST or len(parts) > 2 * _MOST or _OWN.search(latex):
        return writer(read(latex))
    pattern = _pattern("\x00".join(parts[::2]), writer)
    if pattern is None:
        return writer(read(latex))
    text, order = pattern
    numerals = parts[1::2]
    return text % tuple(order(numerals) if order else numerals)


@lru_cache(maxsize=16384)
def _pattern(shape: str, writer: Writer) -> Pattern | None:
    """The text of a shape with ``%s`` for its numerals, and their order if it is another."""
    literals = shape.split("\x00")
    source = literals[0]
    for number, literal in enumerate(literals[1:]):
        source += chr(FIRST_MARKER + number) + literal
    try:
        text = writer(read_shape(source))
    except InputError:
        return None
    parts = _MARK.split(text)
    order = [ord(mark) - FIRST_MARKER for mark in parts[1::2]]
    if sorted(order) != list(range(len(literals) - 1)):
        return None
    pattern = "%s".join(part.replace("%", "%%") for part in parts[::2])
    return pattern, None if order == sorted(order) else _picking(order)


def _picking(order: list[int]) -> Callable[[Sequence[str]], Sequence[str]]:
    return itemgetter(*order)
