"""Codes in the place of students' ids, so that who marks does not know whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gdquiz.exam.frozen import Exam
from gdquiz.grading.by_hand import Decision
from gdquiz.grading.codes import START, code
from gdquiz.grading.grade import Graded
from gdquiz.grading.responses import Problem


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
    before = {code(exam, name): one for name, one in graded.before.items()}
    return replace(graded, students=students, problems=told, before=before), made, told


def _once(exam: Exam, student: str) -> str:
    return student if student.startswith(START) else code(exam, student)
