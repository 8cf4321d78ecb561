"""The conversation of a practice session, without a screen: what to say, what to ask, when to save.

``conversation`` is a generator.  It yields ``Say``, ``Ask`` and ``Save``; whoever runs it sends the line typed in reply
to an ``Ask``, or None at the end of the input; in reply to a ``Save`` the record as it is kept now, with what other
sessions added, or None; and anything in reply to the others.  Everything else is a pure function of the items, the
record and the seed.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar

from gdquiz.assembly.questions import QuestionWriter
from gdquiz.exam.frozen import LETTERS, Misconception, PartWording, Question, Wording
from gdquiz.exam.rounding import rounding as rounding_of
from gdquiz.exam.wording import fill
from gdquiz.kinds.kind import kind_of
from gdquiz.kinds.marked import Marking
from gdquiz.marking.marks import given_number, mark
from gdquiz.practice import mastery, plan
from gdquiz.practice import record as kept
from gdquiz.practice.progress import Progress
from gdquiz.practice.record import Asked, Record, progress_of
from gdquiz.rendering.plain import one_line, plain
from gdquiz.responses.numerals import Unreadable, read_number
from gdquiz.words.catalogue import ENGLISH

T = TypeVar("T")

HELP = """Type your answer and press Enter. Besides that:
  ?               a hint, the next one each time
  !  or solution  the worked solution; the question then counts as not known
  skip            another question; nothing is counted
  quit            stop; what was done is kept
  help            this list"""
TRIES = 3
"""Answers to one part, the first of which counts."""


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    prompt: str


@dataclass(frozen=True, slots=True)
class Save:
    """A question that is over, answered or left."""

    question: Asked


Talk = Generator[Say | Ask | Save, str | Record | None, T]
"""A stretch of conversation that results in a ``T``."""


class _Left(Exception):
    """The learner leaves: the question (``skip``), or the session (``quit``, or the end of the input)."""

    def __init__(self, *, session: bool):
        self.session = session


def conversation(
    items: Sequence[plan.Candidate],
    record: Record,
    writer: Callable[[str], QuestionWriter],
    *,
    seed: str,
    session: str,
    questions: int | None = None,
    width: int = 80,
) -> Talk[Record]:
    """A session over some items, until the learner leaves or so many questions were asked; returns the record.

    ``writer`` gives the questions of an item.  ``session`` is an id that no other session has.
    """
    number, last = 0, ""
    yield Say("Type ? for a hint, ! for the solution, skip, quit, or help.")
    try:
        while questions is None or number < questions:
            progress = progress_of(record)
            step = plan.next_step(items, progress, seed, last)
            item, skill = step.candidate.item, step.candidate.skill
            own = writer(item)
            row = plan.row(item, own.size, progress, seed)
            question = own.question(row, number=1, id=f"{item}-{row}", path=(seed, "practice", item, row))
            number, last = number + 1, item
            asked = kept.asked(record, f"{session}-{number}", item)
            talk = _Talk(own.wording, question, own.slot_kinds, own.variants.misconceptions, width)
            before = progress.skill(skill).mastery
            yield Say(talk.opening(number, before, step.aimed_at))
            try:
                yield from talk.parts()
            except _Left as left:
                record = yield from _saved(record, kept.left(asked))
                if left.session:
                    raise
                yield Say("Skipped.")
                continue
            chance = mastery.guess(own.wording.parts, question.parts)
            answered = kept.answered(asked, skill, talk.credit, chance, talk.codes)
            record = yield from _saved(record, answered)
            yield Say(talk.closing())
            yield Say(_told(skill, before, progress_of(record).skill(skill).mastery))
            if talk.left_session:
                raise _Left(session=True)
            if questions is None or number < questions:
                yield from talk.pause()
    except _Left:
        pass
    yield Say(_farewell(progress_of(record), number))
    return record


def _saved(record: Record, question: Asked) -> Talk[Record]:
    """The record with a question that is over, and with what other sessions added in the meantime."""
    record = kept.added(record, question)
    reply = yield Save(question)
    return kept.joined(record, reply) if isinstance(reply, Record) else record


def _told(skill: str, before: float, now: float) -> str:
    text = f"Mastery of {skill}: {before:.0%} before, {now:.0%} now."
    return text + " That counts as mastered." if before < mastery.MASTERED <= now else text


def _farewell(progress: Progress, number: int) -> str:
    asked = "No question was asked" if not number else f"{number} question{'' if number == 1 else 's'} asked"
    practised = {name: skill for name, skill in progress.skills.items() if skill.questions}
    mastered = sum(skill.mastered for skill in practised.values())
    if not practised:
        return f"{asked}. Come back soon."
    skills = f"{len(practised)} skill{'' if len(practised) == 1 else 's'}"
    return f"{asked}. Mastered so far: {mastered} of {skills} practised. Come back soon."


@dataclass
class _Talk:
    """One question being talked about."""

    wording: Wording
    question: Question
    kinds: Mapping[str, str]
    misconceptions: Mapping[str, Misconception]
    width: int
    hints: int = 0
    markings: dict[int, Marking] = field(default_factory=dict)
    answers: dict[int, Marking] = field(default_factory=dict)
    given: dict[str, Fraction] = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    solved: bool = False
    left_session: bool = False

    # --- texts ---

    def text(self, markdown: str) -> str:
        return plain(self.filled(markdown), self.width)

    def filled(self, markdown: str) -> str:
        return fill(markdown, self.question.slots, self.kinds)

    def label(self, at: int) -> str:
        return f"({'abcdefghijkl'[at]})" if len(self.wording.parts) > 1 else ""

    def opening(self, number: int, known: float, aimed_at: str) -> str:
        points = f"{self.wording.points:g} point{'' if self.wording.points == 1 else 's'}"
        title = f"Question {number}. {self.wording.title}"
        filing = f"[{self.wording.skill}, {known:.0%} mastered, {points}]"
        gap = "  " if len(title) + len(filing) + 2 <= self.width else "\n"
        lines = ["", "─" * self.width, title + gap + filing, ""]
        if aimed_at:
            lines += [f"Again on this slip: {self.misconceptions[aimed_at].title}.", ""]
        lines.append(self.text(self.wording.stem))
        if self.question.figure is not None:
            lines += ["", plain(f"\\[Figure: {self.question.figure.alt}\\]", self.width)]
        return "\n".join(lines)

    def asking(self, at: int) -> str:
        part, key = self.wording.parts[at], self.question.parts[at]
        rounding = f" {self.filled(rounding_of(part, ENGLISH))}"
        lines = ["", plain(f"{self.label(at)} {self.filled(part.ask)}{rounding}".strip(), self.width)]
        prompts = {prompt.id: prompt.text for prompt in part.prompts}
        for place, name in enumerate(key.prompt_order or tuple(prompts), start=1):
            lines.append(self._entry(f"{place}.", prompts[name]))
        if prompts:
            lines.append("")
        options = {option.id: option.text for option in part.options}
        for place, name in enumerate(key.order or tuple(options)):
            lines.append(self._entry(f"{LETTERS[place]}.", options[name]))
        if len(part.labels) > 1 and not kind_of(part.kind).shape.ends:
            labels = [one_line(self.filled(label)) for label in part.labels]
            lines.append(plain(_escaped(f"Give {', '.join(labels[:-1])} and {labels[-1]}, in this order."), self.width))
        return "\n".join(lines)

    def _entry(self, mark: str, text: str) -> str:
        own = plain(self.filled(text), self.width - 5)
        return f"  {mark} " + own.replace("\n", "\n     ")

    def key(self, at: int) -> str:
        """The right answer of a part, on a line."""
        part, key = self.wording.parts[at], self.question.parts[at]
        order = key.order or tuple(option.id for option in part.options)
        letters = [LETTERS[order.index(name)] for name in key.options]
        if part.prompts:
            return ", ".join(f"{place}{letter}" for place, letter in enumerate(letters, start=1))
        if key.truth is not None:
            return ", ".join(["true" if key.truth else "false", *letters])
        if key.formula_shown:
            return one_line(f"${key.formula_shown}$")
        if key.numbers:
            labels = [f"{one_line(self.filled(label))} = " for label in part.labels] or [""]
            numbers = [one_line(f"${number.shown}$") for number in key.numbers]
            return ", ".join(label + number for label, number in zip(labels, numbers, strict=True))
        return ", ".join(letters)

    def closing(self) -> str:
        parts = self.wording.parts
        missed = [at for at in range(len(parts)) if not self._is_fine(at) and not kind_of(parts[at].kind).by_hand]
        lines = []
        if missed and not self.solved:
            lines += ["", "The answer:" if len(missed) == 1 else "The answers:"]
            lines += [textwrap.fill(f"{self.label(at)} {self.key(at)}".strip(), self.width) for at in missed]
            lines += ["", self.solution()]
        if len(parts) > 1 or missed:
            earned = float(sum(Fraction(str(part.points)) * self._counted(at) for at, part in enumerate(parts)))
            lines += ["", f"First answers: {earned:.3g} of {self.wording.points:g} points."]
        if self.hints and not self.solved:
            lines += ["", "You took a hint, so this question counts as not known yet."]
        return "\n".join(lines)

    def solution(self) -> str:
        return "Worked solution\n\n" + self.text(self.wording.solution)

    # --- what is counted ---

    def _is_fine(self, at: int) -> bool:
        marking = self.answers.get(at)
        return marking is not None and (marking.right or marking.credit == 1)

    def _counted(self, at: int) -> Fraction:
        marking = self.markings.get(at)
        return marking.credit if marking is not None else Fraction(0)

    @property
    def is_done(self) -> bool:
        """Whether something can be said of all of it: every part was answered, or the solution was asked for."""
        return self.solved or len(self.markings) == len(self.wording.parts)

    @property
    def credit(self) -> float:
        """The share of the points that the first answers earned; who asked for a hint did not know."""
        if self.hints:
            return 0.0
        parts = self.wording.parts
        total = sum(Fraction(str(part.points)) for part in parts)
        return float(sum(Fraction(str(part.points)) * self._counted(at) for at, part in enumerate(parts)) / total)

    # --- talking ---

    def parts(self) -> Talk[None]:
        for at in range(len(self.wording.parts)):
            yield Say(self.asking(at))
            yield from self._part(at)
            if self.solved or self.left_session:
                return

    def _part(self, at: int) -> Talk[None]:
        part, key = self.wording.parts[at], self.question.parts[at]
        prompt, tries = f"{self.label(at)}> ", 0
        while True:
            line = yield from self._line(prompt, allow_empty=tries > 0)
            if self.solved or self.left_session or not line:
                break
            marking = mark(part, key, line, self.given, fill=self.filled)
            if marking.unreadable:
                yield Say(plain(_escaped(marking.unreadable), self.width))
                continue
            if marking.by_hand:
                marking = yield from self._by_hand(at)
            self.markings.setdefault(at, marking)
            self.answers[at] = marking
            number = given_number(part, key, line)
            if number is not None:
                self.given[part.id] = number
            tries += 1
            yield Say("\n".join(self._verdict(marking, line, part)))
            if self._is_fine(at) or kind_of(part.kind).by_hand or tries == TRIES:
                break
            yield Say("Try again (? for a hint), or press Enter to go on.")
        first = self.markings.get(at)
        if first is not None and first.misconceptions:
            self.codes += tuple(code for code in first.misconceptions[:1] if code not in self.codes)
            which = "the first answer was" if self._is_fine(at) else "that is"
            yield Say(plain(f"Why {which} wrong: {self.misconceptions[first.misconception].why}", self.width))

    def _verdict(self, marking: Marking, line: str, part: PartWording) -> Iterator[str]:
        read = "" if _same(marking.understood, line) else f" (read as {marking.understood})"
        if kind_of(part.kind).by_hand:
            yield f"Noted: {float(marking.credit * Fraction(str(part.points))):.3g} of {part.points:g} points."
        elif marking.right:
            yield f"Right.{read}"
        elif marking.followed:
            yield f"Right, given your earlier answer: it follows from that.{read}"
        elif marking.credit:
            yield f"Not quite: {marking.credit} of the points.{read}"
        else:
            yield f"No.{read}"
        if marking.misconceptions:
            yield plain(f"Typical mistake: {self.misconceptions[marking.misconception].title}.", self.width)
        if marking.feedback and not marking.followed:
            yield plain(marking.feedback, self.width)

    def _by_hand(self, at: int) -> Talk[Marking]:
        """The learner marks an answer along the guide, or beside the key where no rule can tell."""
        part = self.wording.parts[at]
        guide = [f"[{line.points:g}] {self.filled(line.text)}" for line in part.guide]
        yield Say("What earns points:\n" + "\n".join(self._entry("-", line) for line in guide or [self.key(at)]))
        most = Fraction(str(part.points))
        while True:
            line = yield from self._line(f"Points you give yourself, 0 to {part.points:g}> ", allow_empty=False)
            if self.left_session or self.solved:
                return Marking(understood="-")
            try:
                points = read_number(line)
            except Unreadable as refusal:
                yield Say(str(refusal))
                continue
            if 0 <= points <= most:
                return Marking(credit=points / most, understood=line)
            yield Say(f"Expected a number from 0 to {part.points:g}.")

    def _line(self, prompt: str, *, allow_empty: bool) -> Talk[str]:
        """The next line that is no command; empty where that is allowed, and where the question is over."""
        while True:
            line = yield Ask(prompt)
            if not isinstance(line, str):
                self._leave(session=True)
                return ""
            match line.strip().lower():
                case "?" | "hint":
                    yield Say(self._hint())
                case "!" | "solution":
                    self.solved = True
                    yield Say(self.solution())
                    return ""
                case "skip":
                    self._leave(session=False)
                    return ""
                case "quit" | "exit":
                    self._leave(session=True)
                    return ""
                case "help":
                    yield Say(HELP)
                case "" if not allow_empty:
                    yield Say("Type an answer, or skip, or help.")
                case _:
                    return line

    def _leave(self, *, session: bool) -> None:
        """Leave the question; it counts if all its parts were answered and the learner leaves for good."""
        if not (session and self.is_done):
            raise _Left(session=session)
        self.left_session = True

    def _hint(self) -> str:
        if self.hints >= len(self.wording.hints):
            return "There is no further hint. Type ! for the worked solution." if self.hints else (
                "This question has no hints. Type ! for the worked solution."
            )  # fmt: skip
        self.hints += 1
        of = len(self.wording.hints)
        return plain(f"Hint {self.hints} of {of}: {self.filled(self.wording.hints[self.hints - 1])}", self.width)

    def pause(self) -> Talk[None]:
        """Wait until the learner has read; the solution can be asked for here as well."""
        while True:
            line = yield Ask("Enter for the next question, ! for the worked solution, or quit> ")
            if not isinstance(line, str) or line.strip().lower() in ("quit", "exit"):
                raise _Left(session=True)
            if line.strip().lower() not in ("!", "solution"):
                return
            yield Say(self.solution())


def _same(understood: str, typed: str) -> bool:
    return re.sub(r"\s", "", understood).lower() == re.sub(r"\s", "", typed).lower()


def _escaped(words: str) -> str:
    """Plain words as Markdown that shows exactly them."""
    return re.sub(r"([\\`*_\[\]<$|~#>])", r"\\\1", words)
