"""An exam as the text of ``exam.json``, and that text read back, if it is sound."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic import ValidationError

from gdquiz.errors import InputError
from gdquiz.exam import json_text, legible, soundness
from gdquiz.exam.frozen import VERSION, Exam, Form
from gdquiz.exam.upgrading import names_in, students_in, upgraded

VERSIONS = (1, VERSION)
"""Those that can be read."""


@dataclass(frozen=True)
class Reading:
    """An exam that was read, with the names of students that a file of version 1 holds itself, by their ids."""

    exam: Exam
    names: Mapping[str, str]


def to_json(exam: Exam) -> str:
    """The text of ``exam.json``; the same exam always gives the same bytes."""
    return "".join(in_pieces(exam, map(form_to_json, exam.forms)))


def form_to_json(form: Form) -> str:
    """A form as it stands in ``exam.json``."""
    return form.model_dump_json(indent=1).replace("\n", _APART)


def joined(forms: Iterable[str]) -> str:
    """Forms as they stand in ``exam.json``, one or more of them one after another."""
    return f",{_APART}".join(forms)


def in_pieces(exam: Exam, forms: Iterable[str]) -> Iterator[str]:
    """The text of ``exam.json``, piece by piece; of the exam all but its forms, which are given as they stand there."""
    whole = exam.model_copy(update={"forms": ()}).model_dump_json(indent=1)
    head, _, foot = whole.partition(_NO_FORMS)
    begun = False
    for form in forms:
        yield f",{_APART}{form}" if begun else f"{head}{_NO_FORMS[:-1]}{_APART}{form}"
        begun = True
    yield f"\n ]{foot}\n" if begun else f"{whole}\n"


_APART, _NO_FORMS = "\n  ", '\n "forms": []'
"""What stands between the forms of an exam, and in the place of them; no text in JSON has a line break."""


def from_json(text: str | bytes, *, file: str = "exam.json") -> Exam:
    """Read an exam back; see ``read``."""
    return read(text, file=file).exam


def read(text: str | bytes, *, file: str = "exam.json") -> Reading:
    """Read an exam back; one of an older version becomes what it would be today.

    Raises ``InputError`` with every fault of the text: what is no JSON, what is not of the shape told here, and what
    does not fit together.
    """
    plain = json_text.as_text(text, file)
    content = json_text.check_text(plain, file, versions=VERSIONS)
    old = content.get("version", 1) == 1
    names = names_in(content) if old else {}
    try:
        exam = Exam.model_validate_json(json.dumps(upgraded(content)) if old else plain, strict=True)
    except ValidationError as error:
        raise InputError(soundness.of_shape(error, file)) from None
    except RecursionError:
        raise InputError(json_text.too_deep(file)) from None
    faults = list(soundness.of_exam(exam, file))
    if old:
        faults += (
            replace(fault, file=file, field=f"forms.{place}.student.name")
            for place, student in students_in(content)
            for fault in legible.words(student["name"])
        )
    if faults:
        raise InputError(faults)
    return Reading(exam, names)
