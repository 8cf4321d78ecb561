"""How a number has to be given: the decision as a value, and its sentence in the language of an exam."""

from __future__ import annotations

from gdquiz.exam.frozen import PartWording, Text
from gdquiz.words.catalogue import Catalogue


def rounding(part: PartWording, words: Catalogue) -> Text:
    """The sentence that tells a student how to give the number or the numbers of a part; empty where none is asked for.

    In older exams the sentence itself was kept, and stands as it is.
    """
    if part.rounding or not part.precision:
        return part.rounding
    several = "_several" if part.labels else ""
    return words.say(f"rounding.{part.precision}{several}", count=part.digits or 0)
