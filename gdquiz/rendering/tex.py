r"""Formulas that something else will set: LaTeX between delimiters, written from the tree of the formula.

LaTeX documents, Markdown and the packages of platforms with MathJax differ in their delimiters, in how words of
``\text`` are escaped, and in how all of it is escaped once more for what is around it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gdquiz.exam.wording import kind_of
from gdquiz.rendering.markup import Filled, Hole, Kinds, Pieces
from gdquiz.texts.latex import pieces, tex, value, value_of_words, web_words
from gdquiz.texts.trees import Row

Written = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Delimited:
    r"""How a style writes formulas: its delimiters, the ``words`` of ``\text``, and the last escaping (``written``)."""

    inline: tuple[str, str]
    display: tuple[str, str]
    written: Written = str
    words: Written = web_words

    def formula(self, latex: str, display: bool) -> str:
        """A formula without slots; an empty one is nothing.  Raises ``InputError`` for what cannot be read."""
        opened, closed = self.display if display else self.inline
        text = tex(latex, self.words)
        return f"{opened}{self.written(text)}{closed}" if text else ""

    def formula_with_slots(self, row: Row, insides: tuple[str, ...], kinds: Kinds, display: bool) -> Pieces:
        """A formula with slots: literals and, for each slot, a hole."""
        opened, closed = self.display if display else self.inline
        inside = [
            self.written(piece) if isinstance(piece, str) else self._hole(insides[piece], kinds)
            for piece in pieces(row, self.words)
        ]
        return (opened, *inside, closed)

    def _hole(self, inside: str, kinds: Kinds) -> Hole:
        kind, written, words = kind_of(inside, kinds), self.written, self.words
        if kind == "math":

            def filled_in(filled: Filled) -> str:
                return written(value(filled.slots[inside], words))
        else:

            def filled_in(filled: Filled) -> str:
                return written(value_of_words(filled.slots[inside], words))

        return filled_in

    def fields(self) -> dict[str, Any]:
        """The fields of a ``Style`` that set formulas."""
        return {"formula": self.formula, "formula_with_slots": self.formula_with_slots}
