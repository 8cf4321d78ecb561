"""Templates run once and filled often.

A view holds, for whatever differs between papers or questions of one shape, a mark of two private characters around a
number.  The template lays out the marks like any string; what it gives is cut at the marks, and each paper or
question only joins the literals with its own texts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from jinja2 import Template
from markupsafe import Markup

from gdquiz.rendering.markup import Hole, Pieces, merged
from gdquiz.rendering.templating import lay_out
from gdquiz.texts.slots import HOLE


class Mould:
    """Collects the holes of one view while it is built, and casts a template with it into pieces.

    ``also`` is what every template sees beside its views.
    """

    def __init__(self, format_name: str, also: Mapping[str, object] = MappingProxyType({})):
        self._also = also
        self._safe: Callable[[str], str] = Markup if format_name == "html" else str
        self._holes: list[Pieces] = []

    def safe(self, text: str) -> str:
        """Text that is written in the format already."""
        return self._safe(text)

    def hole(self, pieces: Pieces) -> str:
        """Pieces as a string for a view: themselves where nothing in them differs, else a mark."""
        if not pieces:
            return ""
        if len(pieces) == 1 and isinstance(pieces[0], str):
            return self.safe(pieces[0])
        self._holes.append(pieces)
        return self.safe(f"\ue000{len(self._holes) - 1}\ue001")

    def read(self, read: Hole) -> str:
        """A mark for what a function reads from the paper or question."""
        return self.hole((read,))

    def cast(self, template: Template, **views: object) -> Pieces:
        """The template run with views that hold marks of this mould, whose holes are then forgotten."""
        pieces: list[Any] = []
        for number, part in enumerate(HOLE.split(lay_out(template, **self._also, **views))):
            pieces += self._holes[int(part)] if number % 2 else [part]
        self._holes.clear()
        return merged(pieces)
