"""A table of texts for a page that holds many variants: what several of them have in common is stored once.

A text of HTML is taken apart in layers: it is a *skeleton* with holes for its paragraphs, options and the like, each
of them is one with holes for its formulas, and a formula one with holes for its numbers.  Equal skeletons, and equal
filled ones, stand in the table once, so further variants of an item cost little more than their numbers.  Where a text
is cut decides how much is shared, never what comes out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

HOLE = "\ue000"
"""Where a value goes in a skeleton.  No text of an author holds this character (see ``authoring.wording.opaque``)."""

_ALTERNATIVE = re.compile(r'(<math[^>]*?) alttext="[^"]*"')
_LAYERS = (
    re.compile(r'<(p|pre|dt|dd|li|svg|table)[ >].*?</\1>|<div class="text">.*?</div>', re.DOTALL),
    re.compile(r"<math[ >].*?</math>", re.DOTALL),
    re.compile(r"(?<=<mn>)[^<]*(?=</mn>)"),
)
"""What is cut out of a text of each layer; that of the last layer stays as it is."""

Text = tuple[int | str, ...]
"""Number of a skeleton, then what fills its holes in order: the number of a text, or a string."""


@dataclass(slots=True)
class Fragments:
    """The table while it grows; ``skeletons`` and ``texts`` in the order of first use."""

    skeletons: dict[str, int] = field(default_factory=dict)
    texts: dict[Text, int] = field(default_factory=dict)

    def add(self, html: str) -> int:
        """The number of a text.  The LaTeX beside its formulas (``alttext``) is left out: their MathML is enough."""
        return self._add(_ALTERNATIVE.sub(r"\1", html), 0)

    def _add(self, text: str, layer: int) -> int:
        literals, values = list[str](), list[int | str]()
        end = 0
        for found in _LAYERS[layer].finditer(text):
            literals.append(text[end : found.start()])
            values.append(found[0] if layer == len(_LAYERS) - 1 else self._add(found[0], layer + 1))
            end = found.end()
        literals.append(text[end:])
        number = self.skeletons.setdefault(HOLE.join(literals), len(self.skeletons))
        return self.texts.setdefault((number, *values), len(self.texts))
