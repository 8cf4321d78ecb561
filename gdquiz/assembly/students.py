"""``students.csv``: the names of an exam's students, apart from the exam, which knows only their ids.

So an exam can be shared, and to delete a name it is deleted here.  The file has the columns ``student`` (the id) and
``name``, then whatever else the roster had.  ``roster`` reads it, as it reads any other roster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gdquiz.assembly.seating import Student
from gdquiz.errors import Fault, InputError
from gdquiz.exam.frozen import Exam
from gdquiz.exam.people import canonical
from gdquiz.plurals import counted
from gdquiz.texts import tables

NAME = "students.csv"
COLUMNS = ("student", "name")
MOST_TOLD = 5
"""Ids that are told in one line; more are counted."""


def as_csv(students: Iterable[Student]) -> str:
    """The text of ``students.csv``.  Nothing in it is a formula for a spreadsheet (see ``texts.cells.kept``)."""
    students = tuple(students)
    columns = tuple(
        dict.fromkeys(
            column for one in students for column, _ in one.more if " ".join(column.casefold().split()) not in COLUMNS
        )
    )
    rows = [(one.id, one.name, *(dict(one.more).get(column, "") for column in columns)) for one in students]
    return tables.as_csv(((*COLUMNS, *columns), *rows))


def of_exam(exam: Exam) -> tuple[str, ...]:
    """The ids of the students of an exam, in the order of its forms."""
    return tuple(form.student for form in exam.forms if form.student is not None)


def named(exam: Exam, students: Sequence[Student], *, file: str, notes: list[str]) -> dict[str, str]:
    """The names of an exam's students by their ids; ``notes`` gets a line on those who have none.

    Raises ``InputError`` where there are students, and none of the exam's among them.
    """
    names = {canonical(one.id): one.name for one in students if one.name}
    own = of_exam(exam)
    found = {id: names[canonical(id)] for id in own if canonical(id) in names}
    if not found and students:
        problem = f"none of the students of exam {exam.id} is in this file"
        raise InputError(Fault(problem, f"the {NAME} that was made with it", file=file))
    if without := nameless(exam, found):
        notes.append(f"{file}: {without}")
    return found


def nameless(exam: Exam, names: Mapping[str, str]) -> str:
    """The sentence on the students of an exam who have no name; empty where all have one."""
    ids = [id for id in of_exam(exam) if id not in names]
    if not ids:
        return ""
    listed = ", ".join(ids[:MOST_TOLD]) + (", ..." if len(ids) > MOST_TOLD else "")
    whose = "its id stands" if len(ids) == 1 else "their ids stand"
    return f"no name for {counted(len(ids), 'student')} ({listed}), so {whose} on the sheets"
