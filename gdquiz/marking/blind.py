"""What a blind guesser earns: the mean share of the marks of a part when all possible responses are equally likely."""

from __future__ import annotations

from fractions import Fraction

from gdquiz.exam.frozen import PartKey, PartWording
from gdquiz.kinds.kind import kind_of


def expected(part: PartWording, key: PartKey, *, both_or_nothing: bool = False) -> Fraction:
    """The expected share of the marks, by the rules of ``docs/marking.md``; 0 where an answer has to be written.

    ``both_or_nothing``: a right verdict with a wrong reason earns nothing.  What foreseen wrong answers may earn is not
    counted.
    """
    return kind_of(part.kind).blind(part, key, both_or_nothing=both_or_nothing)
