"""A table of texts for a page that holds many variants: what several of them have in common is stored once.

A text of HTML is taken apart in layers: it is a *skeleton* with holes for its paragraphs, options and the like, each
of them is one with holes for its formulas, a formula one with holes for its numbers, and a drawing one with holes for
its shapes.  Equal skeletons, and equal filled ones, stand in the table once, so further variants of an item cost little
more than their numbers.  Where a text is cut decides how much is shared, never what comes out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

HOLE = "\ue000"
"""Where a value goes in a skeleton.  No text of an author holds this character (see ``exam.wording.opaque``)."""

_ALTERNATIVE = re.compile(r'(<math[^>]*?) alttext="[^"]*"')
_BLOCK = re.compile(r'<(p|pre|dt|dd|li|svg|table)[ >].*?</\1>|<div class="text">.*?</div>', re.DOTALL)
_FORMULA = re.compile(r"<math[ >].*?</math>", re.DOTALL)
_NUMBER = re.compile(r"(?<=<mn>)[^<]*(?=</mn>)")
_SHAPE = re.compile(r"<(?:path|polyline|circle|rect)\b[^>]*/>|<text\b.*?</text>", re.DOTALL)

Entry = tuple[int | str, ...]
"""Number of a skeleton, then what fills its holes in order: an entry by its number, or a string."""


@dataclass(slots=True)
class Fragments:
    """The table while it grows; ``skeletons`` and ``entries`` in the order of first use."""

    skeletons: dict[str, int] = field(default_factory=dict)
    entries: dict[Entry, int] = field(default_factory=dict)

    def add(self, html: str) -> int:
        """The number of a text.  The LaTeX beside its formulas (``alttext``) is left out: their MathML is enough."""
        return self._cut(_ALTERNATIVE.sub(r"\1", html), _BLOCK, _FORMULA, _NUMBER)

    def add_drawing(self, svg: str) -> int:
        """The number of a drawing."""
        return self._cut(svg, _SHAPE)

    def _cut(self, text: str, pattern: re.Pattern[str], *deeper: re.Pattern[str]) -> int:
        literals, values = list[str](), list[int | str]()
        end = 0
        for found in pattern.finditer(text):
            literals.append(text[end : found.start()])
            end = found.end()
            if found[0].startswith("<svg"):
                values.append(self.add_drawing(found[0]))
            elif pattern is _SHAPE:  # grid lines, names and curves are the same in many drawings
                values.append(self._entry(found[0]))
            else:
                values.append(self._cut(found[0], *deeper) if deeper else found[0])
        literals.append(text[end:])
        if deeper and literals == ["", ""]:  # all of it is one piece
            return int(values[0])
        return self._entry(HOLE.join(literals), *values)

    def _entry(self, skeleton: str, *values: int | str) -> int:
        number = self.skeletons.setdefault(skeleton, len(self.skeletons))
        return self.entries.setdefault((number, *values), len(self.entries))
