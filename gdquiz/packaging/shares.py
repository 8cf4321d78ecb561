"""What fields and options are worth: shares of the marks, whole weights, and the percentages that platforms know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm

from gdquiz.exam.frozen import PartWording, Question, Wording
from gdquiz.kinds.kind import kind_of
from gdquiz.kinds.platforms import AS_LETTERS, PLACES, SHARES, Field


def earned(one: Field, chosen: tuple[int, ...]) -> float:
    """The share of the marks that a choice, a matching or an order earns as it is."""
    if one.kind in ("matching", "ordering"):
        return sum(a == b for a, b in zip(chosen, one.right, strict=False)) / len(one.right)
    if one.kind != "choices":
        return 0
    hits = sum(place in one.right for place in chosen)
    return hits / max(1, len(one.right)) - (len(chosen) - hits) / max(1, one.options - len(one.right))


def percent(count: int) -> str:
    """The part of the marks for each of so many, in percent, to 5 decimals without needless zeros."""
    return f"{100 / count:.5f}".rstrip("0").rstrip(".")


@lru_cache(maxsize=32)
def equal_shares(count: int) -> tuple[str, ...]:
    """The parts of the marks for so many options, in percent; together they are all marks.

    Moodle knows no eleventh or thirteenth: of 11 to 20 options the first earn 10 % and the others 5 %.
    """
    each = percent(count) if count else "0"
    if each in SHARES or not 10 < count <= 20:
        return (each,) * count
    return ("10",) * (20 - count) + ("5",) * (2 * count - 20)


def share(wording: Wording, fields: tuple[Field, ...]) -> Fraction:
    """The part of a question's points that these fields are worth."""
    whole = sum(exactly(part.points) for part in wording.parts)
    if not whole:
        return Fraction(0)
    parts = ((wording.parts[one.part], one) for one in fields)
    return sum((exactly(part.points) / pieces_of(part, one) for part, one in parts), Fraction(0)) / whole


def worths(question: Question, wording: Wording, fields: Sequence[Field]) -> Iterator[float]:
    """The points of fields in hundredths, which add up to those of all: 0.33, 0.34 and 0.33 for a third each."""
    reached, before = Fraction(0), 0
    for one in fields:
        reached += exactly(question.points) * share(wording, (one,))
        cents = int(100 * reached + Fraction(1, 2))
        yield (cents - before) / 100
        before = cents


def exactly(points: float) -> Fraction:
    """Points as they are written: 0.1 is a tenth."""
    return Fraction(str(points))


def pieces_of(part: PartWording, one: Field) -> int:
    """How many fields the points of a part are shared by."""
    carried = {AS_LETTERS: len(part.prompts), PLACES: len(part.options)}
    return carried.get(one.carried) or kind_of(part.kind).pieces(part, one.carried)


def weights(wording: Wording, fields: tuple[Field, ...], points: float) -> tuple[int, ...]:
    """Whole numbers in the ratio of the points of fields; of a matching, of each pair.

    With them an entry is worth its points where that is possible, else the least that has this ratio.
    """
    shares = [share(wording, (one,)) / _answers(one) for one in fields]
    common = lcm(*[share.denominator for share in shares])
    whole = [int(share * common) for share in shares]
    divisor = gcd(*whole) or 1
    least = [number // divisor for number in whole]
    times = exactly(points) / (worth(fields, least) or 1)
    return tuple(number * (times.numerator if times.denominator == 1 else 1) for number in least)


def worth(fields: tuple[Field, ...], weights: Iterable[int]) -> int:
    """What an entry is worth with such weights of its fields."""
    return sum(_answers(one) * weight for one, weight in zip(fields, weights, strict=True))


def _answers(one: Field) -> int:
    """How many menus a field becomes where it stands in a text."""
    return len(one.right) if one.kind == "matching" else 1
