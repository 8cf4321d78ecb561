"""What a printed id stands for: the form and its student, or the question with its item, version, row and key."""

from __future__ import annotations

from collections.abc import Iterator

from gdquiz.errors import Fault, InputError, nearest
from gdquiz.exam.frozen import Exam, Form, Question
from gdquiz.exam.people import canonical
from gdquiz.grading.ledgers import guide
from gdquiz.grading.likeness import Written
from gdquiz.grading.places import Misfit, Places


def traced(exam: Exam, id: str) -> list[str]:
    """The lines to print on an id of a form, a student or a question, alone or after that of the exam.

    Raises ``InputError`` for one that is not in the exam.
    """
    places = Places(exam)
    id = id.strip()
    form = places.forms.get(id.casefold()) or places.students.get(canonical(id))
    if form is not None:
        return list(_form(form))
    try:
        question = places.named(id).question
    except Misfit:
        known = (
            *places.questions,
            *(one.id for one in exam.forms),
            *(one.student for one in exam.forms if one.student),
        )
        problem = f"exam {exam.id} has nothing with the id '{id[:60]}'"
        raise InputError(Fault(problem, "the id of a question, a form or a student", nearest(id, known))) from None
    return list(_question(places, question))


def _form(form: Form) -> Iterator[str]:
    whose = f", of student {form.student}" if form.student else ""
    yield f"form {form.id}, number {form.number}{whose}"
    for question in form.questions:
        yield f"  {question.number}: {question.id}, item {question.wording}, row {question.row}"


def _question(places: Places, question: Question) -> Iterator[str]:
    exam = places.exam
    wording, form = exam.wordings[question.wording], places.form_of[question.id]
    whose = f", of student {form.student}" if form.student else ""
    yield f"question {question.id}: number {question.number} on form {form.id}{whose}"
    yield f"item {wording.item}, version {wording.version}, row {question.row}: {wording.title}"
    if question.parameters:
        yield "parameters: " + ", ".join(f"{name} = {value}" for name, value in question.parameters.items())
    written = Written(exam)
    for place, part in enumerate(wording.parts):
        yield f"key of {part.id}: {guide(exam, written, question, place)}"
    for one in exam.amendments:
        if one.question == question.id:
            of = f" {one.part}" if one.part else ""
            what = f"{one.does}{of}" + (f" = {one.response}" if one.response else "")
            yield f"amended {one.date}: {what} ({one.why})"
    yield f"gdquiz show {wording.item} --variant {question.row}"
