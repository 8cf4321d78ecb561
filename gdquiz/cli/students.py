"""The file ``students.csv`` beside an ``exam.json``: names found for an exam that was read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gdquiz.assembly.seating import Student
from gdquiz.assembly.students import NAME, named, nameless, of_exam
from gdquiz.cli.files import read_bytes
from gdquiz.exam.exam_json import Reading
from gdquiz.exam.frozen import Exam
from gdquiz.exam.people import canonical


def students_of(reading: Reading, exam_file: Path, given: Path | None, notes: list[str]) -> tuple[Student, ...]:
    """The students of an exam that was read from a file, as far as their names are known.

    These stand in ``given``, or else in ``students.csv`` beside the exam, or in the exam itself if it is of version 1.
    ``notes`` gets a line on names that are missing.  Raises ``InputError`` for a file that cannot be read, or is of
    other students.
    """
    from gdquiz.assembly.roster import read_roster

    exam = reading.exam
    file = given or exam_file.with_name(NAME)
    if given is None and (not of_exam(exam) or not file.exists()):
        if without := nameless(exam, reading.names):
            notes.append(f"{file} is not there: {without}")
        return tuple(Student(reading.names[id], id) for id in of_exam(exam) if id in reading.names)
    listed = read_roster(read_bytes(file), file=str(file), nameless=True)
    known = {canonical(one.id): one for one in listed}
    inside = [Student(name, id) for id, name in reading.names.items() if canonical(id) not in known]
    names = named(exam, (*listed, *inside) if listed else (), file=str(file), notes=notes)
    more = {id: known[canonical(id)].more for id in names if canonical(id) in known}
    return tuple(Student(name, id, more.get(id, ())) for id, name in names.items())


def names_of(exam: Exam, students: Iterable[Student]) -> dict[str, str]:
    """The names of students by the ids that their forms have."""
    return names_by_id(of_exam(exam), students)


def names_by_id(ids: Iterable[str], students: Iterable[Student]) -> dict[str, str]:
    """The names of students by these ids, as far as they are known."""
    names = {canonical(one.id): one.name for one in students}
    return {id: names[canonical(id)] for id in ids if canonical(id) in names}
