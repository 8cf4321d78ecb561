"""The texts of one exam in one format: authors' Markdown with its slots and all else that is shown, for views.

A text with slots is parsed once for each wording; where it stands in a view there is a mark of the mould, and every
question fills in its own values.
"""

from __future__ import annotations

from typing import Literal

from gdquiz.errors import InputError
from gdquiz.exam.frozen import Exam, Text
from gdquiz.rendering.markdown import beside, indented, is_line
from gdquiz.rendering.markup import Pieces, Style, Values, join, set_prose, set_text
from gdquiz.rendering.moulds import Mould

Place = Literal["alone", "after", "enclosed"]
"""Where a text stands on its line: without any words beside it, after some, or between some."""


class Texts:
    """Sets texts of an exam in the style of a format; remembers each text it has parsed."""

    def __init__(self, exam: Exam, style: Style, mould: Mould):
        self.exam = exam
        self.style = style
        self.mould = mould
        self._known: dict[tuple[str, Text, bool, Place, str], Pieces] = {}

    def words(self, text: str) -> str:
        """Plain words."""
        return self.mould.safe(self.style.words(text))

    def prose(self, text: str, *, place: Place = "after") -> str:
        """Markdown without slots, in a list with other words beside it."""
        written = set_prose(text, self.style) if text else ""
        if not written or self.style.name != "markdown" or is_line(text):
            return written
        pieces = beside(text.replace("{{", r"\{\{"), (written,), enclosed=place == "enclosed")
        return join(indented(pieces, "  "), Values({}))

    def text(self, wording: str, text: Text, *, tight: bool = False, place: Place = "after", inside: str = "") -> str:
        """An author's text, as a string if it has no slots, else as a hole."""
        return self.mould.hole(self.pieces(wording, text, tight=tight, place=place, inside=inside))

    def pieces(self, wording: str, text: Text, *, tight: bool, place: Place = "after", inside: str = "") -> Pieces:
        """The same as pieces.  Raises ``InputError`` naming the item whose text cannot be set.

        In Markdown, ``inside`` is what the lines of a list begin with that the text stands in.
        """
        known = (wording, text, tight, place, inside)
        found = self._known.get(known)
        if found is None:
            try:
                found = set_text(text, self.exam.slot_kinds.get(wording, {}), self.style, tight=tight)
            except InputError as error:
                raise error.at(item=wording) from error
            if self.style.name == "markdown":
                if place != "alone":
                    found = beside(text, found, enclosed=place == "enclosed")
                found = indented(found, inside) if inside else found
            self._known[known] = found
        return found
