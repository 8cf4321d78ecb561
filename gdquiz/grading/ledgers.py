"""The tables of a grading: marks, parts, what people have to mark, what fits nothing, and who passes at which mark."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from gdquiz.exam.frozen import Exam, Question
from gdquiz.exam.people import canonical
from gdquiz.grading.by_hand import COLUMNS, Decision
from gdquiz.grading.grade import Graded, PartMark, StudentMark
from gdquiz.grading.likeness import Written
from gdquiz.grading.policy import amount
from gdquiz.grading.responses import Problem
from gdquiz.kinds.kind import kind_of
from gdquiz.marking.marks import expected
from gdquiz.rendering.blocks import short
from gdquiz.texts.tables import as_csv
from gdquiz.words.catalogue import find

MARKS = ("student", "form", "points", "out_of", "percent", "grade", "blanks", "by_hand", "not_read", "attempt")
PARTS = ("student", "form", "number", "question", "part", "item", "response", "read_as", "state", "points", "out_of",
         "counts", "misconceptions", "followed", "marked_by", "reason", "date", "where")  # fmt: skip
CHANGED = ("student", "form", "points_before", "out_of_before", "percent_before", "grade_before", "points", "out_of",
           "percent", "grade", "questions")  # fmt: skip
PROBLEMS = ("file", "line", "student", "question", "part", "response", "problem")


def marks(graded: Graded) -> str:
    """``marks.csv``: a row a student.  A grade stands there once nothing is left to mark."""
    rows = ((*_who(one), amount(one.points), amount(one.out_of), amount(one.percent, 2), one.grade,
             str(one.count("blank")), str(one.count("by hand")), str(one.count("not read")), str(one.attempt))
            for one in graded.students)  # fmt: skip
    return as_csv((MARKS, *rows))


def _who(one: StudentMark) -> tuple[str, str]:
    return one.student, one.form.id if one.form is not None else ""


def parts(graded: Graded) -> str:
    """``parts.csv``: a row a part of a question of a student, with how it was read and what it shows."""
    return as_csv((PARTS, *(_part(graded.exam, one, part) for one in graded.students for part in one.parts)))


def _part(exam: Exam, one: StudentMark, part: PartMark) -> tuple[str, ...]:
    marking, last = part.judged.marking, part.decisions[-1] if part.decisions else None
    return (
        *_who(one),
        str(part.number),
        part.question.id if part.question else "",
        part.part,
        exam.wordings[part.question.wording].item if part.question else "",
        part.response,
        marking.understood,
        part.judged.state,
        amount(part.points),
        amount(part.out_of),
        "yes" if part.counts else "no",
        " ".join(marking.misconceptions),
        "yes" if marking.followed else "",
        last.person if last else "",
        last.reason if last else part.judged.why,
        last.date if last else "",
        str(part.where) if part.where else "",
    )


def by_hand(graded: Graded) -> str:
    """``by-hand.csv``: what a person has to mark, with the guide; filled in, it is given back as it is."""
    written = Written(graded.exam)
    rows = (
        (one.student, name_of(part), part.part, part.response, part.judged.why,
         guide(graded.exam, written, part.question, part.place) if part.question else "",
         amount(part.out_of), "", "", "", "")
        for one in graded.students for part in one.parts if part.judged.state in ("by hand", "not read")
    )  # fmt: skip
    return as_csv((COLUMNS, *rows))


def name_of(part: PartMark) -> str:
    """How people name the question of a part: by its id, or its number where nothing tells which it was."""
    return part.question.id if part.question else str(part.number)


def guide(exam: Exam, written: Written, question: Question, place: int) -> str:
    """What a person marks a part by: the lines of its guide, or the key."""
    wording = exam.wordings[question.wording]
    part, key = wording.parts[place], question.parts[place]
    if part.guide:
        share = Fraction(repr(question.points)) / (Fraction(repr(wording.points)) or 1)
        lines = (
            f"{amount(Fraction(repr(line.points)) * share)}: {written.text(question, line.text)}" for line in part.guide
        )
        return " | ".join(lines)
    if key.numbers:
        return "; ".join(short(number.value, part.digits) for number in key.numbers)
    return key.formula or kind_of(part.kind).answer(part, key, find(exam.language)) or expected(part, key)


def hand_marks(decisions: Iterable[Decision], graded: Graded) -> str:
    """``hand-marks.csv``: all marks that people gave, to survive the next grading."""
    worth = {(canonical(one.student), name_of(part), part.part): part for one in graded.students for part in one.parts}
    return as_csv((COLUMNS, *(_decision(graded.exam, one, worth) for one in decisions)))


def _decision(exam: Exam, one: Decision, worth: dict[tuple[str, str, str], PartMark]) -> tuple[str, ...]:
    part = worth.get((canonical(one.student), one.question, one.part))
    response, out_of = (part.response, amount(part.out_of)) if part else ("", "")
    points = amount(one.points, 12)
    return (one.student, one.question, one.part, response, "", "", out_of, points, one.person, one.reason, one.date)


def problems(found: Iterable[Problem]) -> str:
    """``problems.csv``: what fits nothing, and what else a person has to look at, each with its line."""
    rows = (
        (one.where.file, "" if one.where.line is None else str(one.where.line), one.student, one.question, one.part,
         one.response, one.problem)
        for one in found
    )  # fmt: skip
    return as_csv((PROBLEMS, *rows))


def pass_marks(graded: Graded) -> str:
    """``pass-marks.csv``: for each number of points that somebody has, how many have as many or more."""
    done = [one for one in graded.students if not one.open]
    reached = sorted({one.points for one in done})
    rows = ((amount(points), str(sum(one.points >= points for one in done)), str(len(done))) for points in reached)
    return as_csv((("pass_mark", "pass", "of"), *rows))


def changed(graded: Graded) -> str:
    """``changed.csv``: whose result changes by what was decided of questions after the exam, from what to what."""
    rows = []
    for one in graded.students:
        old = graded.before.get(one.student, one)
        was, now = _result(old), _result(one)
        if was != now:
            pairs = zip(old.parts, one.parts, strict=False)
            questions = dict.fromkeys(name_of(b) for a, b in pairs if (a.points, a.counts) != (b.points, b.counts))
            rows.append((*_who(one), *was, *now, " ".join(questions)))
    return as_csv((CHANGED, *rows))


def _result(one: StudentMark) -> tuple[str, ...]:
    return amount(one.points), amount(one.out_of), amount(one.percent, 2), one.grade


def policy(graded: Graded) -> str:
    """``policy.csv``: the exam and the rules that these marks were made by."""
    return as_csv((("rule", "value"), ("exam", graded.exam.id), *graded.policy.told()))
