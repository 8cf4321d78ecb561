"""What a blind guesser earns: the mean share of the marks of a part when all possible responses are equally likely."""

from __future__ import annotations

from fractions import Fraction
from math import comb, factorial

from gdquiz.exam.frozen import PartKey, PartWording


def printed(part: PartWording, key: PartKey) -> int:
    """How many options stand on the paper; those of a wording that this question does not print do not count."""
    return len(key.order) or len(part.options)


def expected(part: PartWording, key: PartKey, *, both_or_nothing: bool = False) -> Fraction:
    """The expected share of the marks, by the rules of ``docs/marking.md``; 0 where an answer has to be written.

    ``both_or_nothing``: a right verdict with a wrong reason earns nothing.  What foreseen wrong answers may earn is not
    counted.
    """
    count = printed(part, key)
    match part.kind:
        case "choice" | "matching":
            return Fraction(1, count)
        case "choices":
            return _coins(len(key.options), count - len(key.options))
        case "truth" if not count:
            return Fraction(1, 2)
        case "truth":
            reason = Fraction(1, count)
            return (reason + (0 if both_or_nothing else (1 - reason) / 2)) / 2
        case "ordering":
            return _shuffled(count)
    return Fraction(0)


def _coins(right: int, others: int) -> Fraction:
    """E max(0, h/right - f/others), where h and f count heads of so many coins."""
    total = Fraction(0)
    for hits in range(1, right + 1):
        for false in range(others + 1):
            share = Fraction(hits, right) - (Fraction(false, others) if others else 0)
            total += comb(right, hits) * comb(others, false) * max(Fraction(0), share)
    return total / 2 ** (right + others)


def _shuffled(things: int) -> Fraction:
    """E max(0, tau) of a random order: of the orders of n things, so many have k pairs out of order (MacMahon 1913)."""
    orders = [1]
    for size in range(2, things + 1):
        longer = [0] * (len(orders) + size - 1)
        for out, number in enumerate(orders):
            for step in range(size):
                longer[out + step] += number
        orders = longer
    pairs = comb(things, 2)
    earned = sum(number * max(0, pairs - 2 * out) for out, number in enumerate(orders))
    return Fraction(earned, pairs * factorial(things)) if pairs else Fraction(1)
