"""Grading: what comes back from paper and platforms, read, placed in the exam, marked, and told student by student."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gdquiz.exam.frozen import Exam
from gdquiz.grading.grade import Graded, grade
from gdquiz.grading.policy import Policy
from gdquiz.grading.readers import read_responses, read_rows

__all__ = ["Graded", "Policy", "grade", "grade_rows", "read_responses"]


def grade_rows(exam: Exam, rows: Iterable[Mapping[str, str]], policy: Policy | None = None) -> Graded:
    """The marks of responses given as rows with the columns of ``responses.csv`` (docs/grading.md).

    A row needs ``student`` or ``form``, ``question``, ``part`` where the question has several, and ``response``.
    What fits nothing is among ``Graded.problems``, with the number of its row as the line, from 1.
    Raises ``InputError`` for a policy that the exam cannot have.
    """
    return grade(exam, read_rows(rows, exam), policy)
