"""One question of one student: every part marked, with what follows from earlier parts, and its state.

What is incomplete and can be told is marked as what it is: of several numbers or pairs those that are there, of a
verdict with a reason the verdict alone.  What is missing earns nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from gdquiz.exam.frozen import Exam, NumberKey, PartKey, PartWording, Question, Wording
from gdquiz.exam.wording import fill
from gdquiz.kinds.marked import Marking
from gdquiz.marking.marks import mark, mark_question
from gdquiz.responses.numerals import Unreadable, read_number, read_numbers

State = Literal["marked", "blank", "not read", "by hand", "by a person", "dropped"]
"""``blank``: nothing was answered; ``not read``: a person has to see what it says; ``by hand``: a person has to mark
it; ``by a person``: a person has marked it; ``dropped``: the question does not count."""

HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Judged:
    """``credit`` is the share of the part's points; ``why`` says why a person has to look at it."""

    state: State
    credit: Fraction
    marking: Marking
    why: str = ""


def judged(
    exam: Exam, question: Question, responses: Sequence[str], unread: Sequence[str], *, both_or_nothing: bool = False
) -> tuple[Judged, ...]:
    """The parts of a question, marked.  ``unread`` says of each response why it could not be read, or is empty."""
    wording = exam.wordings[question.wording]
    if not any(map(str.strip, responses)) and not any(unread):
        return tuple(Judged("blank", Fraction(0), Marking()) for _ in wording.parts)
    kinds = exam.slot_kinds.get(question.wording, {})
    markings = mark_question(wording, question, responses, fill=lambda text: fill(text, question.slots, kinds))
    return tuple(
        _judged(part, key, response, marking, why, both_or_nothing)
        for part, key, response, marking, why in zip(
            wording.parts, question.parts, responses, markings, unread, strict=True
        )
    )


def _judged(
    part: PartWording, key: PartKey, response: str, marking: Marking, why: str, both_or_nothing: bool
) -> Judged:
    if why:
        return Judged("not read", Fraction(0), Marking(understood=marking.understood), why)
    if not response.strip():
        return Judged("blank", Fraction(0), Marking())
    if marking.unreadable:
        found = incomplete(part, key, response)
        if found is None:
            return Judged("not read", Fraction(0), marking, marking.unreadable)
        marking = found
    if marking.by_hand:
        return Judged("by hand", Fraction(0), marking, marking.feedback or "a person has to mark this")
    if both_or_nothing and part.kind == "truth" and part.options and not marking.right:
        earned = [Fraction(str(wrong.credit)) for wrong in key.wrong if wrong.misconception in marking.misconceptions]
        marking = replace(marking, credit=max([Fraction(0), *earned]))
    return Judged("marked", marking.credit, marking)


# --- incomplete responses ------------------------------------------------------------------------------------------


def incomplete(part: PartWording, key: PartKey, response: str) -> Marking | None:
    """The marking of what is there of a response; None where it is not told what is missing."""
    match part.kind:
        case "numbers":
            return _some_numbers(part, key, response)
        case "matching":
            return _some_pairs(part, key, response)
        case "truth" if key.options:
            alone = part.model_copy(update={"options": ()})
            marking = mark(alone, key.model_copy(update={"options": (), "order": (), "wrong": ()}), response)
            return None if marking.unreadable else _share(marking, HALF, f"{marking.understood}, no reason")
    return None


def _share(marking: Marking, share: Fraction, understood: str) -> Marking:
    return Marking(credit=marking.credit * share, understood=understood)


def _some_numbers(part: PartWording, key: PartKey, response: str) -> Marking | None:
    """Numbers with a semicolon for each one that is missing: ``2.5; `` and ``; 3``."""
    pieces = [text.strip() for text in response.split(";")]
    there = [place for place, text in enumerate(pieces) if text]
    if len(pieces) != len(key.numbers) or not 0 < len(there) < len(pieces):
        return None
    markings = []
    for place in there:
        only = key.model_copy(update={"numbers": (key.numbers[place],), "wrong": (), "follow": ""})
        alone = part.model_copy(update={"kind": "number", "labels": ()})
        markings.append(mark(alone, only, pieces[place]))
    if any(marking.unreadable for marking in markings):
        return None
    read = iter(markings)
    understood = "; ".join(next(read).understood if text else "?" for text in pieces)
    return Marking(credit=sum((m.credit for m in markings), Fraction(0)) / len(pieces), understood=understood)


def _some_pairs(part: PartWording, key: PartKey, response: str) -> Marking | None:
    """Pairs, each with its number: ``1b 3a`` of three."""
    pairs = re.findall(r"([0-9]{1,2})[\s:=>-]*([A-Za-z])", response)
    rest = re.sub(r"[0-9]{1,2}[\s:=>-]*[A-Za-z]|[\s,;:.()-]", "", response)
    places = [int(number) - 1 for number, _ in pairs]
    if rest or not pairs or len(set(places)) < len(places) or not all(0 <= p < len(key.options) for p in places):
        return None
    some = key.model_copy(
        update={"options": tuple(key.options[place] for place in places), "prompt_order": (), "wrong": ()}
    )
    marking = mark(part, some, " ".join(f"{n}{letter}" for n, (_, letter) in enumerate(pairs, start=1)))
    if marking.unreadable:
        return None
    understood = ", ".join(f"{place + 1}{letter.upper()}" for place, (_, letter) in zip(places, pairs, strict=True))
    return _share(marking, Fraction(len(places), len(key.options)), understood)


# --- other answers that are accepted -------------------------------------------------------------------------------


def accepts(part: PartWording, key: PartKey, accepted: str, response: str) -> bool:
    """Whether a response is an answer that is accepted beside the key, within the width of the key."""
    if part.kind in ("number", "numbers"):
        found = with_value(part, key, accepted)
        return found is not None and mark(part, found, response).right
    if part.kind == "formula":
        return mark(part, key.model_copy(update={"formula": accepted, "wrong": ()}), response).right
    ours, theirs = mark(part, key, accepted), mark(part, key, response)
    return bool(ours.understood) and not theirs.unreadable and ours.understood == theirs.understood


def with_value(part: PartWording, key: PartKey, accepted: str) -> PartKey | None:
    """A key of numbers with other values and the same widths; None where they cannot be read."""
    marking = mark(part, key, accepted)
    if marking.unreadable:
        return None
    numbers = []
    values = accepted_numbers(part, accepted)
    if values is None:
        return None
    for old, value in zip(key.numbers, values, strict=True):
        below, above = Fraction(old.value) - Fraction(old.low), Fraction(old.high) - Fraction(old.value)
        numbers.append(NumberKey(value=str(value), shown=str(value), low=str(value - below), high=str(value + above)))
    return key.model_copy(update={"numbers": tuple(numbers), "wrong": (), "follow": ""})


def accepted_numbers(part: PartWording, text: str) -> tuple[Fraction, ...] | None:
    """The numbers in an answer to a part; None where they cannot be read."""
    try:
        return (read_number(text),) if part.kind == "number" else read_numbers(text, part.labels)
    except Unreadable:
        return None


def part_points(wording: Wording, question: Question, place: int) -> Fraction:
    """What a part of a question is worth; exact."""
    whole = exact(wording.points)
    share = exact(wording.parts[place].points) / whole if whole else Fraction(1, len(wording.parts))
    return exact(question.points) * share


def exact(value: float) -> Fraction:
    """A number of the exam as it is written there: 0.1 is one tenth."""
    return Fraction(repr(value))
