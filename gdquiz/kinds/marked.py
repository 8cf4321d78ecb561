"""The marking of a response, and what the rules of all kinds of answer share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from gdquiz.exam.frozen import PartKey, WrongAnswer
from gdquiz.formulas.expressions import Node

NONE, ALL = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Marking:
    """What a response is worth and what it shows.

    ``credit``: share of the part's points, 0 to 1.  ``right``: the response is the key.  ``understood``: how it was
    read, as plain text.  ``misconceptions``: the codes of the foreseen wrong answers it is, in the order of the key.
    ``feedback``: what to say, Markdown without slots.  ``followed``: it follows from the learner's own wrong earlier
    answer.  ``unreadable``: a sentence for the learner, where it could not be read.  ``by_hand``: a person has to mark
    it.  Where it is unreadable or has to be marked by hand, the credit is 0 for the time being.
    """

    credit: Fraction = NONE
    right: bool = False
    understood: str = ""
    misconceptions: tuple[str, ...] = ()
    feedback: str = ""
    followed: bool = False
    unreadable: str = ""
    by_hand: bool = False

    @property
    def misconception(self) -> str:
        """The first of the misconceptions, or the empty string."""
        return self.misconceptions[0] if self.misconceptions else ""


class Carried(Protocol):
    """What follows from the learner's earlier answers, and whether those left nothing to do."""

    @property
    def value(self) -> Fraction: ...
    @property
    def trivial(self) -> bool: ...


class Computing(Protocol):
    """What marking computes with formulas; the kinds of answer compute nothing themselves."""

    def carried(self, follow: str, earlier: Mapping[str, Fraction]) -> Carried | None: ...
    def read_formula(self, text: str, variables: Collection[str]) -> Node: ...
    def equivalent(self, key: Node, response: Node, variables: tuple[str, ...]) -> bool | None: ...
    def near(self, key: Node, response: Node, variables: tuple[str, ...]) -> bool: ...


@dataclass(frozen=True, slots=True)
class Given:
    """What a rule is given beside the response.

    ``earlier``: the numbers that the learner gave for earlier parts, by their ids.  ``fill`` puts the question's values
    into a text.
    """

    earlier: Mapping[str, Fraction]
    fill: Callable[[str], str]
    computing: Computing


def judged(
    key: PartKey, share: Fraction, understood: str, is_wrong: Callable[[WrongAnswer], bool], feedback: str = ""
) -> Marking:
    """The marking of a response that is not the key and that its rule gives ``share`` for.

    If it is a foreseen wrong answer, that one's feedback is said, and its credit is earned where it is more.
    """
    met = [wrong for wrong in key.wrong if is_wrong(wrong)]
    credit = max([share, *(Fraction(str(wrong.credit)) for wrong in met)])
    codes = tuple(dict.fromkeys(wrong.misconception for wrong in met))
    return Marking(credit, False, understood, codes, met[0].feedback if met else feedback)
