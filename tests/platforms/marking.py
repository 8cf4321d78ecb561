"""How Moodle's question types mark a response: the part of the marks that it earns, and what the student is told."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from platforms import Refused

KNOWN = (
    1, 0.9, 5 / 6, 0.8, 0.75, 0.7, 2 / 3, 0.6, 0.5, 0.4, 1 / 3, 0.3, 0.25, 0.2, 1 / 6, 1 / 7, 0.125, 1 / 9,
    0.1, 0.05, 0,
    0,
)  # fmt: skip
"""Parts of the marks that Moodle knows, also below zero; another one stops the import."""


def fraction(percent: str) -> float:
    """The part of the marks that a percentage stands for."""
    found = float(percent) / 100
    for known in KNOWN:
        if abs(abs(found) - known) < 1e-5:
            return math.copysign(known, found) if known else 0.0
    raise Refused(f"Moodle knows no {percent} %")


@dataclass(frozen=True)
class Answer:
    text: str
    fraction: float
    feedback: str
    tolerance: float = 0.0


def number(response: str) -> float | None:
    """What Moodle (in English) reads: a plain decimal or one with an exponent; a comma parts thousands."""
    text = response.strip().replace(",", "")
    return float(text) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text) else None


@dataclass(frozen=True)
class Numerical:
    """The first answer whose interval holds the number counts.  Nothing is added to the tolerance here, which is
    stricter than Moodle is."""

    answers: tuple[Answer, ...]

    def __post_init__(self) -> None:
        if not any(answer.fraction == 1 for answer in self.answers):
            raise Refused("no number earns all marks")
        for answer in self.answers:
            if number(answer.text) is None:
                raise Refused(f"{answer.text!r} is not a number")
            if not answer.tolerance >= 0:
                raise Refused("a tolerance below 0")

    def mark(self, response: str) -> tuple[float, str]:
        found = number(response)
        for answer in self.answers:
            if found is not None and abs(found - float(answer.text)) <= answer.tolerance:
                return answer.fraction, answer.feedback
        return 0.0, ""


@dataclass(frozen=True)
class Choice:
    """Options of which one, or several, are chosen."""

    answers: tuple[Answer, ...]
    single: bool

    def __post_init__(self) -> None:
        if len(self.answers) < 2 or not all(answer.text.strip() for answer in self.answers):
            raise Refused("fewer than two options, or an empty one")
        above = [answer.fraction for answer in self.answers if answer.fraction > 0]
        if self.single and max(above, default=0) != 1:
            raise Refused("no option earns all marks")
        if not self.single and abs(sum(above) - 1) > 1e-6:
            raise Refused(f"the right options earn {sum(above)} of the marks together")

    def mark(self, chosen: Collection[int]) -> tuple[float, tuple[str, ...]]:
        """``chosen`` are places of options, from 0."""
        if self.single and len(chosen) != 1:
            raise ValueError("one option is chosen")
        earned = sum(self.answers[place].fraction for place in chosen)
        return min(1.0, max(0.0, earned)), tuple(self.answers[place].feedback for place in sorted(chosen))

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(answer.text for answer in self.answers)


@dataclass(frozen=True)
class Truth:
    right: bool

    def mark(self, response: bool) -> float:
        return float(response == self.right)


@dataclass(frozen=True)
class Matching:
    """``pairs`` are stems with their answers; a pair whose stem is empty only adds an answer to the menus."""

    pairs: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        if len(self.stems) < 2 or len(self.pairs) < 3:
            raise Refused("a matching has two stems and three answers at least")
        if not all(answer.strip() for _, answer in self.pairs):
            raise Refused("an empty answer")

    @property
    def stems(self) -> tuple[str, ...]:
        return tuple(stem for stem, _ in self.pairs if stem.strip())

    @property
    def menu(self) -> tuple[str, ...]:
        """What each stem is matched with; answers with the same text are one."""
        return tuple(dict.fromkeys(answer for _, answer in self.pairs))

    def mark(self, chosen: Sequence[str]) -> float:
        """``chosen`` are the answers given to the stems, in their order."""
        right = [answer for stem, answer in self.pairs if stem.strip()]
        return sum(a == b for a, b in zip(right, chosen, strict=True)) / len(right)


@dataclass(frozen=True)
class Ordering:
    """Things in the right order; each at its right place earns a share."""

    things: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.things) < 2 or not all(thing.strip() for thing in self.things):
            raise Refused("fewer than two things to order, or an empty one")

    def mark(self, order: Sequence[str]) -> float:
        return sum(a == b for a, b in zip(self.things, order, strict=True)) / len(self.things)


@dataclass(frozen=True)
class Essay:
    """An answer in words, which people mark after the guide."""

    guide: str


Field = Numerical | Choice | Truth | Matching | Ordering | Essay


@dataclass(frozen=True)
class Weighed:
    """A field of a Cloze question: its weight among the fields, its type as written, and where it stands in the text
    (``before`` is the text between it and the field before)."""

    weight: int
    type: str
    before: str
    field: Field


@dataclass(frozen=True)
class Question:
    """A question as it is imported.  ``fields`` is one, of weight 1, but for Cloze."""

    type: str
    category: str
    name: str
    id: str
    text: str
    general: str
    worth: float
    fields: tuple[Weighed, ...]
    hints: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
