"""A table of texts for a page that holds many variants: what they have in common is stored once.

HTML is taken apart in two layers.  A text is a *skeleton* with holes for its formulas, a formula is a skeleton with
holes for its numbers, and a drawing one with holes for its lines.  Equal skeletons, and equal filled ones, stand in
the table once.  Hundreds of variants of one item so cost little more than their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

HOLE = "\ue000"
"""Where a value goes in a skeleton.  Texts of authors never hold this character (see ``authoring.wording.opaque``)."""

_SPOKEN = re.compile(r'(<math(?: display="block")?) alttext="[^"]*"')
_FORMULA = re.compile(r"(<math[ >].*?</math>)", re.DOTALL)
_NUMBER = re.compile(r"(?<=<mn>)([^<]*)(?=</mn>)")
_LINE = re.compile(r'(?<= points=")([^"]*)(?=")')

Entry = tuple[int | str, ...]
"""Number of a skeleton, then what fills its holes in order: a text of the table by its number, or a string."""


@dataclass(slots=True)
class Texts:
    """The table while it grows; ``skeletons`` and ``entries`` in the order of first use."""

    skeletons: dict[str, int] = field(default_factory=dict)
    entries: dict[Entry, int] = field(default_factory=dict)

    def add(self, html: str) -> int:
        """The number of a text of HTML.  The LaTeX beside each formula (``alttext``) is left out."""
        parts = _FORMULA.split(_SPOKEN.sub(r"\1", html))
        return self._entry(parts[::2], [self._cut(_NUMBER, formula) for formula in parts[1::2]])

    def add_drawing(self, svg: str) -> int:
        """The number of a drawing."""
        return self._cut(_LINE, svg)

    def _cut(self, holes: re.Pattern[str], text: str) -> int:
        parts = holes.split(text)
        return self._entry(parts[::2], parts[1::2])

    def _entry(self, literals: Sequence[str], values: Sequence[int | str]) -> int:
        skeleton = HOLE.join(literals)
        number = self.skeletons.setdefault(skeleton, len(self.skeletons))
        return self.entries.setdefault((number, *values), len(self.entries))
