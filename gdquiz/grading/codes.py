"""Codes that stand for students."""

from __future__ import annotations

from hashlib import blake2b

from gdquiz.exam.frozen import Exam
from gdquiz.exam.people import canonical

START = "S-"


def code(exam: Exam, student: str) -> str:
    """What stands for a student.  Who has both the exam and the ids can work it out."""
    key = blake2b(exam.seed.encode()).digest()
    return f"{START}{blake2b(canonical(student).encode(), key=key, digest_size=5).hexdigest()}"
