"""Texts of an exam as platforms give them back: told by their letters, digits and signs, whatever the markup was.

A platform keeps the TeX of a formula, drops the tags, changes spaces, writes bold words in capitals and cuts what is
long.  What is left of a text, its *bones*, is the same on both sides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from html import unescape

from gdquiz.exam.frozen import Exam, Question
from gdquiz.packaging.styles import TEX
from gdquiz.rendering.markup import Pieces, join, set_prose, set_text

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_SPACE = re.compile(r"\s+")
_SIGNS = frozenset("+-=/<>^.,|'!:")
_MINUS = str.maketrans(dict.fromkeys("−–‐‑", "-") | {"’": "'", "′": "'"})
LONGEST = 20_000
"""Characters of a question text that are looked at."""


def stripped(html: str) -> str:
    """HTML without its tags and entities, with single spaces."""
    return _SPACE.sub(" ", unescape(_TAG.sub(" ", html))).strip()


@lru_cache(maxsize=65536)
def bones(text: str) -> str:
    """What is left of a text or of TeX: letters, digits and the signs of formulas."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST].translate(_MINUS)).translate(_MINUS)
    return "".join([sign for sign in plain if sign.isalnum() or sign in _SIGNS])


class Written:
    """The texts of the questions of an exam as a platform shows them: words with TeX."""

    def __init__(self, exam: Exam):
        self._exam = exam
        self._set: dict[tuple[str, str], Pieces] = {}

    def text(self, question: Question, text: str) -> str:
        """A text of the question's wording, its slots filled, without markup."""
        known = (question.wording, text)
        pieces = self._set.get(known)
        if pieces is None:
            kinds = self._exam.slot_kinds.get(question.wording, {})
            pieces = self._set[known] = set_text(text, kinds, TEX, tight=True)
        return stripped(join(pieces, question))

    def prose(self, text: str) -> str:
        """A text without slots."""
        return stripped(set_prose(text, TEX)) if text else ""


def place_of(answer: str, texts: Sequence[str]) -> int | None:
    """Which of these texts an answer is; None where none fits, or more than one."""
    clean = answer.strip()
    if clean.endswith("..."):
        start = _SPACE.sub(" ", clean[:-3])
        found = [place for place, text in enumerate(texts) if text.startswith(start)]
        return found[0] if len(found) == 1 else None
    for same in (bones, _folded):
        wanted = same(clean)
        found = [place for place, text in enumerate(texts) if same(text) == wanted]
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            exact = [place for place in found if texts[place] == _SPACE.sub(" ", clean)]
            return exact[0] if len(exact) == 1 else None
    return None


def _folded(text: str) -> str:
    return bones(text).casefold()


def segments(pieces: Sequence[str], texts: Sequence[str], between: str) -> list[int] | None:
    """The places of the texts that pieces are, where a text may itself hold what stands between them.

    None where they cannot be put together to known texts.  The work is bounded by the number of pieces.
    """
    most = 1 + max((text.count(between.strip()) for text in texts), default=0)
    known: dict[int, list[int]] = {0: []}
    for end in range(1, len(pieces) + 1):
        for start in range(max(0, end - most), end):
            if start in known and end not in known:
                place = place_of(between.join(pieces[start:end]), texts)
                if place is not None:
                    known[end] = [*known[start], place]
    return known.get(len(pieces))
