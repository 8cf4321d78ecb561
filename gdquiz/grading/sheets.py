"""Responses as people write them: a row for each response, a row for each student, and the forms of the web."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gdquiz.exam.frozen import Form, Question
from gdquiz.exam.people import IDS, canonical
from gdquiz.grading.answers import Way, piece
from gdquiz.grading.opened import Opened
from gdquiz.grading.places import Misfit, Places, part_at
from gdquiz.grading.responses import Problem, Response, Where
from gdquiz.kinds.platforms import AS_IS, AS_LETTERS, Field
from gdquiz.packaging.fields import fields_of
from gdquiz.packaging.targets import EVERY_KIND
from gdquiz.texts.tables import at

READ = ("", "read", "ok", "answered")
"""What the column ``status`` says of a response that was read; ``blank`` is one that is not there."""
_STUDENT = ("student", *IDS)
_NUMBER = re.compile(r"(?:question |q|frage )?0*[1-9][0-9]{0,3}\s*\(?[a-z]?\)?", re.IGNORECASE)
_ASKED = re.compile(r"0*([1-9][0-9]{0,3})\s*\(?([a-z])?\)?\s*[.:)]\s")
_FORM = re.compile(r"form\b.*|formular\b.*|sheet\b.*", re.IGNORECASE)

Read = Iterator[Response | Problem]


# --- a row for each response ---------------------------------------------------------------------------------------


def is_long(file: Opened) -> bool:
    header = file.header
    return {"question", "response"} <= set(header) and bool({"student", "form"} & set(header))


def read_long(file: Opened, places: Places) -> Read:
    """``student`` or ``form``, ``question``, ``part`` (where there are several) and ``response``; also ``exam``,
    ``status`` and ``attempt``.  Other columns are passed over."""
    header = file.header
    column = {name: header.index(name) for name in header}

    def of(row: Sequence[str], name: str) -> str:
        return at(row, column[name]) if name in column else ""

    for line, row in file.rows[1:]:
        where = Where(file.file, line)
        student, name, response = of(row, "student"), of(row, "form"), of(row, "response")
        question, part, status = of(row, "question"), of(row, "part"), of(row, "status").casefold()
        try:
            exam = of(row, "exam")
            if exam and exam != places.exam.id:
                raise Misfit(f"this is of exam {exam[:60]}, not of {places.exam.id}")
            attempt = of(row, "attempt") or "1"
            if not re.fullmatch("[1-9][0-9]{0,3}", attempt):
                raise Misfit(f"the attempt '{attempt[:60]}' is no number")
            form = _form_of(places, student, name, question)
            found, part = places.numbered(form, question, part)
            student = student or (form.student if form and form.student else "") or f"form {form.id if form else ''}"
            unread = f"read as '{status}'" if status not in (*READ, "blank") else ""
            said = "" if status == "blank" else response
            yield Response(student, form.id if form else "", found.id, part, said, where, int(attempt), unread)
        except Misfit as misfit:
            yield Problem(where, str(misfit), student, question, part, response)


def _form_of(places: Places, student: str, name: str, question: str) -> Form | None:
    """The form of a row: the one that is named, the student's own, or the one that has the question."""
    if name:
        return places.form(name)
    if not student:
        raise Misfit("neither a student nor a form is named")
    return places.own(student) or places.form_of.get(question)


# --- a row for each student ----------------------------------------------------------------------------------------


def is_wide(file: Opened) -> bool:
    header = file.header
    named = bool({"student", "form"} & set(header))
    return named and sum(bool(_NUMBER.fullmatch(name)) for name in header) >= 1


def read_wide(file: Opened, places: Places) -> Read:
    """``student`` or ``form``, then a column for each question or part: ``1a``, ``2`` or the id of a question."""
    header = file.rows[0][1]
    named = {name: place for place, name in enumerate(file.header)}
    asked = [
        (place, name.strip())
        for place, name in enumerate(header)
        if _NUMBER.fullmatch(name.strip()) or _id_of(places, name)
    ]
    for line, row in file.rows[1:]:
        student = at(row, named["student"]) if "student" in named else ""
        form = at(row, named["form"]) if "form" in named else ""
        yield from _row(places, Where(file.file, line), student, form, [(n, at(row, k)) for k, n in asked])


def _id_of(places: Places, name: str) -> bool:
    return name.strip().partition(" ")[0] in places.questions


def _row(places: Places, where: Where, student: str, name: str, said: Sequence[tuple[str, str]]) -> Read:
    """One row of a table with a column for each question."""
    try:
        if not name and not student:
            raise Misfit("neither a student nor a form is named")
        form = places.form(name) if name else places.own(student)
    except Misfit as misfit:
        yield from (Problem(where, str(misfit), student, q, "", text) for q, text in said or [("", "")])
        return
    for question, text in said:
        id, _, letter = question.partition(" ")
        try:
            found, part = places.numbered(form, id, letter) if letter else places.numbered(form, question)
        except Misfit as misfit:
            if text:
                yield Problem(where, str(misfit), student, question, "", text)
            continue
        own = form or places.form_of.get(found.id)
        who = student or (form.student if form and form.student else "") or f"form {form.id if form else ''}"
        yield Response(who, own.id if own else "", found.id, part, _typed(places, found, part, text), where)


def _typed(places: Places, question: Question, part: str, text: str) -> str:
    """An answer of a form of the web: the text of an option becomes its letter, all else stays as it is."""
    wording = places.exam.wordings[question.wording]
    place = part_at(wording, part)
    fields = fields_of(wording, question, dict.fromkeys(EVERY_KIND, AS_IS), {})
    asked: list[Field] = [one for one in fields if one.part == place]
    if len(asked) != 1 or asked[0].kind not in ("choice", "choices", "ordering") or asked[0].carried == AS_LETTERS:
        return text
    try:
        return piece(places, question, asked[0], text.rstrip("; "), Way(between=";")) if len(text) > 3 else text
    except Misfit:
        return text


# --- forms of the web ----------------------------------------------------------------------------------------------


def is_google(file: Opened) -> bool:
    return "timestamp" in file.header[:1] and _has_form(file)


def is_microsoft(file: Opened) -> bool:
    return {"id", "start time", "completion time"} <= set(file.header) and any(map(_ASKED.match, file.header))


def _has_form(file: Opened) -> bool:
    return any(map(_FORM.match, file.header)) or any(map(_ASKED.match, file.header))


def read_web_form(file: Opened, places: Places) -> Read:
    """Answers to a form of Google or Microsoft whose questions begin with the numbers of the sheet: ``1a. Compute``.

    The student is who is named by ``Email`` or ``student``; a question that begins with ``Form`` asks for the form's
    id.
    """
    header = file.header
    form = next((place for place, name in enumerate(header) if _FORM.match(name)), None)
    people = [name for name in (*_STUDENT, "email address") if name in header and name != "id"]
    filled = [name for name in people if any(at(row, header.index(name)) for _, row in file.rows[1:])]
    asked = [(place, found[1] + (found[2] or "")) for place, name in enumerate(header) if (found := _ASKED.match(name))]
    for line, row in file.rows[1:]:
        student = next((at(row, header.index(name)) for name in filled), "")
        own = at(row, form) if form is not None else ""
        if canonical(student) == "anonymous":
            student = ""
        yield from _row(places, Where(file.file, line), student, own, [(n, at(row, k)) for k, n in asked])
