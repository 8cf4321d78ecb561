"""An exam as the text of ``exam.json``, and that text read back, if it is sound."""

from __future__ import annotations

from pydantic import ValidationError

from gdquiz.errors import InputError
from gdquiz.exam import soundness
from gdquiz.exam.frozen import VERSION, Exam


def to_json(exam: Exam) -> str:
    """The text of ``exam.json``; the same exam always gives the same bytes."""
    return exam.model_dump_json(indent=1, exclude_defaults=False) + "\n"


def from_json(text: str | bytes, *, file: str = "exam.json") -> Exam:
    """Read an exam back.

    Raises ``InputError`` with every fault of the text: what is no JSON, what is not of the shape told here, and what
    does not fit together.
    """
    plain = soundness.as_text(text, file)
    soundness.check_text(plain, file, versions=(VERSION,))
    try:
        exam = Exam.model_validate_json(plain, strict=True)
    except ValidationError as error:
        raise InputError(soundness.of_shape(error, file)) from None
    if faults := soundness.of_exam(exam, file):
        raise InputError(faults)
    return exam
