"""Questions as values that show themselves, and responses to them marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from gdquiz.api.showing import question_shown
from gdquiz.errors import Fault, InputError
from gdquiz.exam import frozen
from gdquiz.exam.wording import fill
from gdquiz.kinds.marked import Marking
from gdquiz.marking import marks
from gdquiz.plurals import counted


@dataclass(frozen=True, eq=False, slots=True)
class Question:
    """A solved question, with its key.  A notebook shows it: the text, the options, the key and the solution.

    ``parts`` are the keys of its parts and ``wording`` the texts of its item, as docs/exam-json.md tells.
    """

    item: str
    row: int
    id: str
    number: int
    points: float
    title: str
    parts: tuple[frozen.PartKey, ...] = field(repr=False)
    wording: frozen.Wording = field(repr=False)
    _frozen: frozen.Question = field(repr=False)
    _kinds: Mapping[str, frozen.SlotKind] = field(repr=False)
    _misconceptions: Mapping[str, frozen.Misconception] = field(repr=False)

    @property
    def stem(self) -> str:
        """What stands before the parts, as Markdown with TeX between dollars."""
        return self._filled(self.wording.stem)

    @property
    def asks(self) -> tuple[str, ...]:
        """What each part asks, as Markdown."""
        return tuple(self._filled(part.ask) for part in self.wording.parts)

    @property
    def options(self) -> tuple[tuple[str, ...], ...]:
        """The options of each part in the order printed, A, B, ..., as Markdown."""
        return tuple(
            tuple(self._filled(next(one.text for one in part.options if one.id == name)) for name in key.order)
            for part, key in zip(self.wording.parts, self.parts, strict=True)
        )

    @property
    def solution(self) -> str:
        """The worked solution, as Markdown."""
        return self._filled(self.wording.solution)

    def _filled(self, text: str) -> str:
        return fill(text, self._frozen.slots, self._kinds)

    def shown(self, *lines: str) -> str:
        """The question as HTML, below lines of plain words."""
        return question_shown(self._frozen, self.wording, self._kinds, self._misconceptions, lines)

    def _repr_html_(self) -> str:
        return self.shown()


def question_of(
    question: frozen.Question,
    wording: frozen.Wording,
    kinds: Mapping[str, frozen.SlotKind],
    misconceptions: Mapping[str, frozen.Misconception],
) -> Question:
    """A frozen question with all that its texts and messages need."""
    return Question(
        item=question.wording,
        row=question.row,
        id=question.id,
        number=question.number,
        points=question.points,
        title=wording.title,
        parts=question.parts,
        wording=wording,
        _frozen=question,
        _kinds=kinds,
        _misconceptions=misconceptions,
    )


@dataclass(frozen=True, slots=True)
class Marked:
    """What the responses to a question earn: ``points`` of ``most``, exact.

    ``parts`` has the marking of each part: its credit, how it was understood, misconceptions and feedback.  What could
    not be read or needs a person (``unreadable``, ``by_hand``) earns nothing until somebody has looked at it.
    """

    points: Fraction
    most: Fraction
    parts: tuple[Marking, ...]


def mark(question: Question, responses: str | Sequence[str]) -> Marked:
    """Mark what somebody typed: one response for each part of a question, or for its only part.

    What may be typed, and what it earns, is told in docs/marking.md.  Raises ``InputError`` for another number of
    responses than there are parts.
    """
    given = (responses,) if isinstance(responses, str) else tuple(responses)
    parts = question.wording.parts
    if len(given) != len(parts):
        problem = f"{counted(len(given), 'response')} to a question of {counted(len(parts), 'part')}"
        raise InputError(Fault(problem, "one for each part", item=question.item))
    found = marks.mark_question(question.wording, question._frozen, given, fill=question._filled)
    worth = [Fraction(str(part.points)) for part in parts]
    earned = sum((one.credit * points for one, points in zip(found, worth, strict=True)), Fraction(0))
    most = Fraction(str(question.points))
    return Marked(points=most * earned / sum(worth) if sum(worth) else Fraction(0), most=most, parts=found)
