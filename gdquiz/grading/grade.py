"""From responses to marks: what each student answered, put together attempt by attempt, marked, summed and graded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain

from gdquiz.errors import Fault, InputError
from gdquiz.exam.frozen import LETTERS, Exam, Form, Question
from gdquiz.exam.people import canonical
from gdquiz.grading import codes
from gdquiz.grading.amending import amended, by_question, of_slots
from gdquiz.grading.by_hand import Decision, decided
from gdquiz.grading.judged import Judged, judged, part_points
from gdquiz.grading.places import Places, joined, slot_of
from gdquiz.grading.policy import Policy
from gdquiz.grading.responses import Problem, Response, Returned, Where
from gdquiz.kinds.marked import Marking
from gdquiz.plurals import counted


@dataclass(frozen=True, slots=True)
class PartMark:
    """A part of a question of a student.  ``place`` is that of the part; ``question`` is None where a platform drew one
    that nothing tells of, as nothing was answered.  ``counts``: whether it is summed up."""

    number: int
    question: Question | None
    place: int
    part: str
    response: str
    judged: Judged
    out_of: Fraction
    where: Where | None = None
    decisions: tuple[Decision, ...] = ()
    counts: bool = True

    @property
    def points(self) -> Fraction:
        return self.judged.credit * self.out_of


@dataclass(frozen=True, slots=True)
class StudentMark:
    """A student's marks; ``form`` is None where a platform drew the questions."""

    student: str
    form: Form | None
    attempt: int
    parts: tuple[PartMark, ...]
    points: Fraction
    out_of: Fraction
    grade: str

    def count(self, *states: str) -> int:
        """How many parts are in one of these states."""
        return sum(one.judged.state in states for one in self.parts)

    @property
    def percent(self) -> Fraction:
        return 100 * self.points / self.out_of if self.out_of else Fraction(0)

    @property
    def open(self) -> int:
        """How many parts a person has to look at."""
        return sum(one.counts and one.judged.state in ("not read", "by hand") for one in self.parts)


@dataclass(frozen=True, slots=True)
class Graded:
    """The marks of a class, by student in the order of the exam's forms, then of the files.

    ``before`` are the marks by student without the amendments of the exam, where it has any.
    """

    exam: Exam
    policy: Policy
    students: tuple[StudentMark, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    before: Mapping[str, StudentMark] = field(default_factory=dict)


def grade(exam: Exam, returned: Returned, policy: Policy | None = None, decisions: Sequence[Decision] = ()) -> Graded:
    """The marks of all students who returned something.

    ``decisions`` are the marks that people gave (``by_hand``); one that fits no part is told among the problems.
    Raises ``InputError`` for a policy that this exam cannot have.
    """
    policy = policy or Policy()
    if policy.best:
        _check_best(exam, policy)
    given = _of_ids(exam, decisions, returned)
    marked = _Class(exam, returned, policy, given)
    seats = {canonical(form.student): place for place, form in enumerate(exam.forms) if form.student}
    chosen = sorted(marked.chosen(), key=lambda one: seats.get(canonical(one.student), len(exam.forms)))
    before: dict[str, StudentMark] = {}
    if exam.amendments:
        bare = exam.model_copy(update={"amendments": ()})
        before = {one.student: one for one in _Class(bare, returned, policy, given).chosen()}
        if exam.never_lower:
            chosen = [_better(before[one.student], one) for one in chosen]
    lost = (
        Problem(one.where, "this mark fits no response", one.student, one.question, one.part)
        for one in given if one not in marked.used
    )  # fmt: skip
    notes = tuple(_told(exam, chosen, marked.by_student, returned))
    return Graded(exam, policy, tuple(chosen), (*marked.problems, *lost), notes, before)


def _better(before: StudentMark, after: StudentMark) -> StudentMark:
    """The result that is better for the student; where it is the earlier one, no amendment counts."""
    return before if before.percent > after.percent else after


class _Class:
    """A class being marked: all attempts of all students, and what was found on the way."""

    def __init__(self, exam: Exam, returned: Returned, policy: Policy, decisions: Sequence[Decision]):
        self.policy = policy
        self.places = Places(exam)
        self.amendments, self.of_slots = by_question(exam), of_slots(exam)
        self.problems = list(returned.problems)
        self.used: set[Decision] = set()
        self.by_student: dict[str, list[StudentMark]] = {}
        sittings: dict[tuple[str, int], list[Response]] = {}
        for response in returned.responses:
            sittings.setdefault((canonical(response.student), response.attempt), []).append(response)
        lost: dict[tuple[str, int], list[str]] = {}
        for problem in returned.problems:
            if problem.attempt and problem.response:
                lost.setdefault((canonical(problem.student), problem.attempt), []).append(problem.response)
        by_person = decided(decisions)
        for (student, attempt), responses in sittings.items():
            unplaced = " | ".join(lost.get((student, attempt), ()))
            made = _sitting(self, responses, unplaced, by_person.get(student, {}))
            self.by_student.setdefault(student, []).append(made)

    def chosen(self) -> list[StudentMark]:
        """Of each student the attempt that counts."""
        return [_chosen(attempts, self.policy) for attempts in self.by_student.values()]


def _of_ids(exam: Exam, decisions: Sequence[Decision], returned: Returned) -> tuple[Decision, ...]:
    """The decisions with ids in the place of codes, which stand there where marks were given anonymously."""
    if not any(one.student.startswith(codes.START) for one in decisions):
        return tuple(decisions)
    ids = {codes.code(exam, one.student): one.student for one in returned.responses}
    return tuple(replace(one, student=ids.get(one.student, one.student)) for one in decisions)


def _check_best(exam: Exam, policy: Policy) -> None:
    worths = {question.points for form in exam.forms for question in form.questions}
    fewest = min((len(form.questions) for form in exam.forms), default=0)
    if len(worths) > 1:
        listed = ", ".join(f"{worth:g}" for worth in sorted(worths)[:5])
        problem = f"the questions are worth different points ({listed}), so the best of them are not told by points"
        raise InputError(Fault(problem, "questions of equal worth", field="--best"))
    if policy.best > fewest:
        raise InputError(Fault(f"a form has {fewest} questions", f"at most {fewest}", field="--best"))


# --- one attempt ---------------------------------------------------------------------------------------------------


def _sitting(
    of: _Class, responses: Sequence[Response], unplaced: str, decisions: Mapping[tuple[str, str], tuple[Decision, ...]]
) -> StudentMark:
    places, problems = of.places, of.problems
    form = _form_of(places, responses)
    given: dict[tuple[str, str], Response] = {}
    twice: dict[tuple[str, str], str] = {}
    for one in responses:
        if form is not None and places.form_of[one.question].id != form.id and _on(form, one.question) is None:
            other = places.form_of[one.question].id
            problem = f"question {one.question} is of form {other}, and this student has form {form.id}"
            problems.append(_problem(one, problem))
            continue
        known = given.setdefault((one.question, one.part), one)
        if known is not one and known.response.strip() != one.response.strip():
            twice[one.question, one.part] = f"answered twice: '{known.response[:60]}' and '{one.response[:60]}'"
            problems.append(_problem(one, f"answered twice, also at {known.where}"))
    if form is not None:
        numbered: list[tuple[int, Question | None, Question]] = [(one.number, one, one) for one in form.questions]
    else:
        numbered = _numbered(places, _drawn(places, [id for id, _ in given]))
    parts = list(
        chain.from_iterable(
            _parts(of, number, question, given, twice, decisions)
            if question is not None
            else _missing(of, number, stands_for, unplaced, decisions)
            for number, question, stands_for in numbered
        )
    )
    parts = _best(parts, of.policy.best) if of.policy.best else parts
    return _summed(responses[0], form, parts, of.policy)


def _problem(one: Response, problem: str) -> Problem:
    return Problem(one.where, problem, one.student, one.question, one.part, one.response)


def _on(form: Form, question: str) -> Question | None:
    return next((one for one in form.questions if one.id == question), None)


def _form_of(places: Places, responses: Sequence[Response]) -> Form | None:
    """The form that most responses name, or the student's own where a platform drew none; None where it did."""
    named = Counter(one.form for one in responses if one.form)
    if named:
        return places.forms[named.most_common(1)[0][0].casefold()]
    if not any(one.drawn for one in responses):
        return places.own(responses[0].student)
    own = places.own(responses[0].student)
    if own is not None and all(_on(own, one.question) is not None for one in responses):
        return own
    return None


def _drawn(places: Places, ids: Iterable[str]) -> tuple[Question, ...]:
    return tuple(places.questions[id] for id in dict.fromkeys(ids))


def _numbered(places: Places, questions: Sequence[Question]) -> list[tuple[int, Question | None, Question]]:
    """The questions of a student in the order of the exam, with those that are missing; the last stands for these."""
    by_slot: dict[int, list[Question]] = {}
    for one in questions:
        by_slot.setdefault(slot_of(one), []).append(one)
    rows: list[tuple[int, Question | None, Question]] = []
    for number, model in enumerate(places.exam.forms[0].questions if places.exam.forms else (), start=1):
        found = by_slot.get(slot_of(model), [])
        rows.append((number, found.pop(0), model) if found else (number, None, model))
    more = [one for some in by_slot.values() for one in some]
    return rows + [(len(rows) + place, one, one) for place, one in enumerate(more, start=1)]


def _missing(
    of: _Class,
    number: int,
    model: Question,
    unplaced: str,
    decisions: Mapping[tuple[str, str], tuple[Decision, ...]],
) -> list[PartMark]:
    """The parts of a question that nothing was placed at: blank, or one of those that ``unplaced`` answers."""
    wording = of.places.exam.wordings[model.wording]
    found = Judged("blank", Fraction(0), Marking())
    if unplaced:
        found = Judged("not read", Fraction(0), Marking(), "an answer could not be placed; see problems.csv")
    does = of.of_slots.get(slot_of(model), frozenset[str]())
    if does & {"drop", "full-marks"}:
        found = Judged("dropped" if "drop" in does else "marked", Fraction("drop" not in does), Marking())
    marks = []
    for place in range(len(wording.parts)):
        worth = part_points(wording, model, place)
        letter = LETTERS[place].lower() if len(wording.parts) > 1 else ""
        by_person = decisions.get((str(number), letter), ())
        of.used.update(by_person)
        one = by_people(found, by_person, worth) if by_person else found
        counts = one.state != "dropped"
        marks.append(PartMark(number, None, place, letter, unplaced, one, worth, None, by_person, counts=counts))
    return marks


def _parts(
    of: _Class,
    number: int,
    question: Question,
    given: Mapping[tuple[str, str], Response],
    twice: Mapping[tuple[str, str], str],
    decisions: Mapping[tuple[str, str], tuple[Decision, ...]],
) -> list[PartMark]:
    exam = of.places.exam
    wording = exam.wordings[question.wording]
    rows = [given.get((question.id, part.id)) for part in wording.parts]
    responses = [row.response if row else "" for row in rows]
    unread = [
        twice.get((question.id, part.id), row.unread if row else "")
        for part, row in zip(wording.parts, rows, strict=True)
    ]
    found = judged(exam, question, responses, unread, both_or_nothing=of.policy.both_or_nothing)
    made = of.amendments.get(question.id, ())
    marks = []
    for place, (part, row, one) in enumerate(zip(wording.parts, rows, found, strict=True)):
        worth = part_points(wording, question, place)
        one = amended(exam, question, place, responses[place], one, made) if made else one  # noqa: PLW2901
        by_person = _in_force(of, one, decisions, question, part.id)
        if by_person:
            one = by_people(one, by_person, worth)  # noqa: PLW2901
        marks.append(
            PartMark(number, question, place, part.id, responses[place], one, worth, row.where if row else None,
                     by_person, counts=one.state != "dropped")
        )  # fmt: skip
    return marks


def _in_force(
    of: _Class, one: Judged, decisions: Mapping[tuple[str, str], tuple[Decision, ...]], question: Question, part: str
) -> tuple[Decision, ...]:
    """What people decided of a part.  Where it was marked already that takes a reason, a person and a date."""
    alone = decisions.get((question.id, ""), ()) if len(question.parts) == 1 else ()
    found = decisions.get((question.id, part), ()) + alone
    of.used.update(found)
    if one.state == "dropped":
        return ()
    if one.state in ("not read", "by hand"):
        return found
    for decision in found:
        if not decision.explained:
            problem = "this response is marked already, so another mark needs a person, a reason and a date"
            of.problems.append(Problem(decision.where, problem, decision.student, question.id, part))
    return tuple(decision for decision in found if decision.explained)


def by_people(one: Judged, decisions: Sequence[Decision], worth: Fraction) -> Judged:
    """What people decided: the last decision of each, and the mean of several people."""
    last = {decision.person: decision.points for decision in decisions}
    points = sum(last.values(), Fraction(0)) / len(last)
    return Judged("by a person", points / worth if worth else Fraction(0), one.marking, one.why)


def _best(parts: Sequence[PartMark], count: int) -> list[PartMark]:
    """Only so many questions count: those with the most points, of equal ones the first."""
    earned: dict[int, Fraction] = {}
    for one in parts:
        if one.counts:
            earned[one.number] = earned.get(one.number, Fraction(0)) + one.points
    kept = set(sorted(earned, key=lambda number: (-earned[number], number))[:count])
    return [one if one.number in kept else replace(one, counts=False) for one in parts]


def _summed(first: Response, form: Form | None, parts: Sequence[PartMark], policy: Policy) -> StudentMark:
    counted_ = [one for one in parts if one.counts]
    out_of = sum((one.out_of for one in counted_), Fraction(0))
    points = policy.rounded(sum((one.points for one in counted_), Fraction(0)))
    made = StudentMark(first.student, form, first.attempt, tuple(parts), points, out_of, "")
    return made if made.open else replace(made, grade=policy.grade(points, out_of))


def _chosen(attempts: Sequence[StudentMark], policy: Policy) -> StudentMark:
    """The attempt that counts."""
    in_order = sorted(attempts, key=lambda one: one.attempt)
    if policy.attempts == "first":
        return in_order[0]
    return in_order[-1] if policy.attempts == "last" else max(in_order, key=lambda one: one.percent)


def _told(
    exam: Exam, chosen: Sequence[StudentMark], by_student: Mapping[str, Sequence[StudentMark]], returned: Returned
) -> list[str]:
    """What an instructor should know."""
    notes = list(returned.notes)
    several = sum(len(attempts) > 1 for attempts in by_student.values())
    if several:
        notes.append(f"{counted(several, 'student')} with several attempts")
    roster = {canonical(form.student): form.student for form in exam.forms if form.student}
    if roster:
        strange = [one.student for one in chosen if canonical(one.student) not in roster]
        if strange:
            notes.append(f"not on the roster, and marked: {joined(strange)}")
        absent = [id for key, id in roster.items() if key not in by_student]
        if absent:
            notes.append(f"no response from {counted(len(absent), 'student')} on the roster: {joined(absent)}")
    waiting = sum(one.open for one in chosen)
    if waiting:
        notes.append(f"{counted(waiting, 'response')} for a person to mark: fill in by-hand.csv, give it as --marks")
    return notes
