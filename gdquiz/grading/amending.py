"""What was decided of questions after the exam: written down in the exam, and put into the marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from gdquiz.errors import Fault, InputError, nearest
from gdquiz.exam.frozen import Amendment, Exam, Form, Question
from gdquiz.grading.judged import Judged, accepts, exact
from gdquiz.grading.places import Misfit, Places, part_at, slot_of
from gdquiz.grading.policy import Bound, amount
from gdquiz.kinds.kind import kind_of
from gdquiz.marking.marks import expected, mark
from gdquiz.plurals import counted

By = Mapping[str, Sequence[Amendment]]
"""Amendments by the id of their question."""


def by_question(exam: Exam) -> By:
    found: dict[str, list[Amendment]] = {}
    for one in exam.amendments:
        found.setdefault(one.question, []).append(one)
    return found


def amended(
    exam: Exam, question: Question, place: int, response: str, one: Judged, made: Sequence[Amendment]
) -> Judged:
    """The judgement of a part of a question, with what was decided of the question."""
    part, key = exam.wordings[question.wording].parts[place], question.parts[place]
    for amendment in made:
        if amendment.part not in (None, part.id):
            continue
        match amendment.does:
            case "drop":
                return replace(one, state="dropped")
            case "full-marks":
                state = "marked" if one.state in ("not read", "by hand") else one.state
                one = replace(one, state=state, credit=Fraction(1), why="")
            case "accept" if response.strip() and one.state in ("marked", "not read"):
                if accepts(part, key, amendment.response, response):
                    marking = replace(one.marking, credit=Fraction(1), right=True, misconceptions=(), feedback="")
                    one = Judged("marked", Fraction(1), replace(marking, unreadable=""))
    return one


def of_slots(exam: Exam) -> dict[int, frozenset[str]]:
    """What was decided of all questions that a slot can draw, whole: it holds for who was drawn any of them."""
    made = by_question(exam)
    if not made:
        return {}
    slots: dict[int, list[frozenset[str]]] = {}
    for form in exam.forms:
        for question in form.questions:
            does = frozenset(one.does for one in made.get(question.id, ()) if one.part is None)
            slots.setdefault(slot_of(question), []).append(does)
    return {slot: frozenset.intersection(*some) for slot, some in slots.items()}


# --- written down --------------------------------------------------------------------------------------------------


def rekeyed(
    exam: Exam,
    *,
    accept: Iterable[str] = (),
    drop: Iterable[str] = (),
    full_marks: Iterable[str] = (),
    never_lower: bool = False,
    date: str,
    why: str,
) -> Exam:
    """The exam with further amendments.

    ``accept`` are texts ``QUESTION=VALUE`` or ``QUESTION:PART=VALUE``; ``drop`` and ``full_marks`` are questions, or
    parts of them for full marks.  A question is named by its printed id; the id of an item means all its questions.
    Raises ``InputError`` with every fault: questions that are not there, and values that the part cannot have, that are
    right anyway, or that a person has to mark.
    """
    places = Places(exam)
    faults: list[Fault] = []
    made: list[Amendment] = []

    def all_of(texts: Iterable[str], does: str, option: str) -> None:
        for text in texts:
            try:
                made.extend(_amendments(places, text, does, date, why))
            except Misfit as misfit:
                faults.append(Fault(str(misfit), field=option))

    all_of(accept, "accept", "--accept")
    all_of(drop, "drop", "--drop")
    all_of(full_marks, "full-marks", "--full-marks")
    if faults:
        raise InputError(faults)
    known = {_same(one) for one in exam.amendments}
    new = tuple({_same(one): one for one in made if _same(one) not in known}.values())
    if not new and (exam.never_lower or not never_lower):
        raise InputError(Fault("nothing changes", "--accept, --drop or --full-marks of something new"))
    return exam.model_copy(
        update={"amendments": (*exam.amendments, *new), "never_lower": exam.never_lower or never_lower}
    )


def _same(one: Amendment) -> tuple[str, str | None, str, str]:
    return one.question, one.part, one.does, one.response


def _amendments(places: Places, text: str, does: str, date: str, why: str) -> Iterator[Amendment]:
    name, sign, value = text.partition("=")
    if does == "accept" and not (sign and value.strip()):
        raise Misfit(f"'{text[:60]}' names no answer; expected QUESTION=VALUE")
    if does != "accept" and sign:
        raise Misfit(f"'{text[:60]}' is no question")
    name, _, part = name.strip().partition(":")
    if does == "drop" and part:
        raise Misfit("a part cannot be dropped; give full marks for it, or drop the whole question")
    for question in _named(places, name):
        of = places.part(question, part) if part or does == "accept" else None
        if does == "accept":
            _check_accepted(places, question, str(of), value.strip())
        yield Amendment(
            question=question.id, part=of, does=does, date=date, why=why,  # type: ignore[arg-type]
            response=value.strip() if does == "accept" else "",
        )  # fmt: skip


def _named(places: Places, name: str) -> tuple[Question, ...]:
    """The questions of a printed id, or of an item."""
    of_item = tuple(one for one in places.questions.values() if one.wording == name)
    if of_item:
        return of_item
    try:
        return (places.named(name).question,)
    except Misfit as misfit:
        hint = nearest(name, (*places.questions, *places.exam.wordings))
        raise Misfit(str(misfit) + (f" ({hint})" if hint else "")) from None


def _check_accepted(places: Places, question: Question, id: str, value: str) -> None:
    wording = places.exam.wordings[question.wording]
    place = part_at(wording, id)
    part, key = wording.parts[place], question.parts[place]
    if kind_of(part.kind).by_hand:
        raise Misfit(f"question {question.id} is marked by a person, so nothing can be accepted beforehand")
    marking = mark(part, key, value)
    if marking.unreadable:
        raise Misfit(f"'{value[:60]}' is no answer to question {question.id}; expected {expected(part, key)}")
    if marking.right:
        raise Misfit(f"'{value[:60]}' is right for question {question.id} already")
    if not accepts(part, key, value, value):
        raise Misfit(f"'{value[:60]}' cannot be told from other answers to question {question.id}")


# --- told ----------------------------------------------------------------------------------------------------------


def out_of(exam: Exam, form: Form) -> Fraction:
    """What can be had on a form, without the questions that were dropped."""
    dropped = {one.question for one in exam.amendments if one.does == "drop"}
    return sum((exact(question.points) for question in form.questions if question.id not in dropped), Fraction(0))


def told(before: Exam, after: Exam, passes: Bound | None = None) -> list[str]:
    """What becomes of the maximum and the pass mark, for all forms with the same change together."""
    changes: dict[tuple[Fraction, Fraction], list[str]] = {}
    for form in after.forms:
        old, new = out_of(before, form), out_of(after, form)
        if old != new:
            changes.setdefault((old, new), []).append(form.id)
    lines = []
    for (old, new), forms in sorted(changes.items()):
        line = f"{counted(len(forms), 'form')}: {amount(new)} points can be had instead of {amount(old)}"
        if passes is not None and passes.percent:
            share = passes.value / 100
            line += f", {amount(share * new)} to pass instead of {amount(share * old)}"
        elif passes is not None:
            line += f", and {amount(passes.value)} to pass as before"
        lines.append(f"{line} ({', '.join(forms[:20])}{', ...' if len(forms) > 20 else ''})")
    return lines
