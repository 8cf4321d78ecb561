"""Codes in the place of students' ids, so that who marks does not know whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b

from gdquiz.exam.frozen import Exam
from gdquiz.exam.people import canonical
from gdquiz.grading.by_hand import Decision
from gdquiz.grading.grade import Graded
from gdquiz.grading.responses import Problem


def code(exam: Exam, student: str) -> str:
    """What stands for a student.  Who has both the exam and the ids can work it out."""
    key = blake2b(exam.seed.encode()).digest()
    return f"S-{blake2b(canonical(student).encode(), key=key, digest_size=5).hexdigest()}"


def anonymised(
    graded: Graded, decisions: Sequence[Decision], problems: Sequence[Problem]
) -> tuple[Graded, tuple[Decision, ...], tuple[Problem, ...]]:
    """The same with codes, in the order of the codes and without forms, which tell whose they are."""
    exam = graded.exam
    students = tuple(
        sorted((replace(one, student=code(exam, one.student), form=None) for one in graded.students),
               key=lambda one: one.student)
    )  # fmt: skip
    told = tuple(replace(one, student=code(exam, one.student) if one.student else "") for one in problems)
    made = tuple(replace(one, student=_once(exam, one.student)) for one in decisions)
    return replace(graded, students=students, problems=told), made, told


def _once(exam: Exam, student: str) -> str:
    return student if student.startswith("S-") else code(exam, student)
