"""The texts of one exam in one format: authors' Markdown with its slots and all else that is shown, for views.

A text with slots is parsed once for each wording; where it stands in a view there is a mark of the mould, and every
question fills in its own values.
"""

from __future__ import annotations

from gdquiz.errors import InputError
from gdquiz.exam.frozen import Exam, Text
from gdquiz.rendering.markdown import indented
from gdquiz.rendering.markup import Pieces, Style, set_prose, set_text
from gdquiz.rendering.moulds import Mould


class Texts:
    """Sets texts of an exam in the style of a format; remembers each text it has parsed."""

    def __init__(self, exam: Exam, style: Style, mould: Mould):
        self.exam = exam
        self.style = style
        self.mould = mould
        self._known: dict[tuple[str, Text, bool, str], Pieces] = {}

    def words(self, text: str) -> str:
        """Plain words."""
        return self.mould.safe(self.style.words(text))

    def prose(self, text: str) -> str:
        """Markdown without slots."""
        return self.mould.safe(set_prose(text, self.style)) if text else ""

    def text(self, wording: str, text: Text, *, tight: bool = False, inside: str = "") -> str:
        """An author's text, as a string if it has no slots, else as a hole."""
        return self.mould.hole(self.pieces(wording, text, tight=tight, inside=inside))

    def pieces(self, wording: str, text: Text, *, tight: bool, inside: str = "") -> Pieces:
        """The same as pieces.  Raises ``InputError`` naming the item whose text can not be set."""
        found = self._known.get((wording, text, tight, inside))
        if found is None:
            try:
                found = set_text(text, self.exam.slot_kinds.get(wording, {}), self.style, tight=tight)
            except InputError as error:
                raise error.at(item=wording) from error
            if inside and self.style.name == "markdown":
                found = indented(found, inside)
            self._known[wording, text, tight, inside] = found
        return found
