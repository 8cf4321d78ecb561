"""The files that can be read, one row of a table each, and the one function that reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from gdquiz.errors import Fault, InputError, nearest
from gdquiz.exam.frozen import Exam
from gdquiz.grading import platforms, results, sheets
from gdquiz.grading.opened import Opened, opened
from gdquiz.grading.places import Places
from gdquiz.grading.responses import Problem, Response, Returned


@dataclass(frozen=True, slots=True)
class Reader:
    """A row of ``READERS``: ``file`` is what a platform calls it, ``students`` where their ids are."""

    name: str
    title: str
    file: str
    students: str
    recognises: Callable[[Opened], bool]
    read: Callable[[Opened, Places], Iterator[Response | Problem]]


READERS = (
    Reader("gdquiz", "a row a response", "responses.csv", "student", sheets.is_long, sheets.read_long),
    Reader("moodle", "Moodle", "quiz report 'Responses', with the question text, as CSV",
           "ID number, else the email address", platforms.is_moodle, platforms.read_moodle),
    Reader("canvas", "Canvas, Classic Quizzes", "'Student Analysis' of the quiz statistics, CSV",
           "sis_id, else id", platforms.is_canvas, platforms.read_canvas),
    Reader("blackboard", "Blackboard", "'Download Results' of a test, by user",
           "Student ID, else Username", platforms.is_blackboard, platforms.read_blackboard),
    Reader("brightspace", "Brightspace", "'Attempt Details' of a quiz, CSV",
           "Org Defined ID, else Username", platforms.is_brightspace, platforms.read_brightspace),
    Reader("openolat", "OpenOlat", "results of a test, XLSX", "User name", results.is_openolat, results.read_openolat),
    Reader("tao", "TAO", "results of a delivery, CSV", "Login", results.is_tao, results.read_tao),
    Reader("qti", "QTI assessmentResult", "XML, 2.1 to 3.0", "sourcedId of the context", results.is_qti,
           results.read_qti),
    Reader("google-forms", "Google Forms", "responses as CSV; questions begin with the numbers of the sheet",
           "Email Address", sheets.is_google, sheets.read_web_form),
    Reader("ms-forms", "Microsoft Forms", "responses as CSV or XLSX, as with Google Forms", "Email",
           sheets.is_microsoft, sheets.read_web_form),
    Reader("wide", "a row a student", "a column for each question or part: 1a, 1b, 2", "student", sheets.is_wide,
           sheets.read_wide),
)  # fmt: skip


def read_responses(files: Iterable[tuple[str, bytes]], exam: Exam, *, source: str = "") -> Returned:
    """The responses in files, given by their names and bytes; ``source`` names a row of ``READERS``.

    Without it the row is found by the header.  Raises ``InputError`` with the faults of all files that cannot be read.
    """
    places = Places(exam)
    responses: list[Response] = []
    problems: list[Problem] = []
    faults: list[Fault] = []
    notes: list[str] = []
    for name, data in files:
        try:
            file = opened(data, name)
            reader = _reader(file, source)
            found = list(reader.read(file, places))
        except InputError as error:
            faults += error.faults
            continue
        own = [one for one in found if isinstance(one, Response)]
        responses += own
        problems += [one for one in found if isinstance(one, Problem)]
        notes.append(f"{name}: read as {reader.name} ({reader.title}): {len(own)} responses")
    if faults:
        raise InputError(faults)
    return Returned(tuple(responses), tuple(problems), tuple(notes))


def read_rows(rows: Iterable[Mapping[str, str]], exam: Exam, *, name: str = "rows") -> Returned:
    """Responses given as rows with the columns of ``responses.csv``; a row's number, from 1, stands for its line."""
    taken = [{str(key): str(value) for key, value in row.items()} for row in rows]
    columns = list(dict.fromkeys(column for row in taken for column in row))
    cells = [(number, [row.get(column, "") for column in columns]) for number, row in enumerate(taken, start=1)]
    found = list(sheets.read_long(Opened(name, [(0, columns), *cells]), Places(exam)))
    return Returned(
        tuple(one for one in found if isinstance(one, Response)),
        tuple(one for one in found if isinstance(one, Problem)),
    )


def _reader(file: Opened, source: str) -> Reader:
    names = [reader.name for reader in READERS]
    if source:
        found = next((reader for reader in READERS if reader.name == source), None)
        if found is None:
            raise InputError(Fault(f"unknown source '{source}'", ", ".join(names), nearest(source, names)))
        if not found.recognises(file):
            problem = f"this is no file of {found.title}: its header is another"
            raise InputError(Fault(problem, found.file, file=file.file, line=1))
        return found
    for reader in READERS:
        if reader.recognises(file):
            return reader
    header = ", ".join(file.header)[:80]
    hint = "the files that are read are listed in docs/grading.md"
    raise InputError(Fault(f"nothing is known that has the header '{header}'", hint=hint, file=file.file, line=1))
