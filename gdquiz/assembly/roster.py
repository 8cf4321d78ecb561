"""The roster of students: a CSV file of names and ids, as people write it or as a learning platform exports it.

Which columns hold names and ids is read off the header, by the tables below.  A platform's own rows that are nobody
(Canvas' points, its test student) are left out, and that is said.  What a spreadsheet or a wrong encoding has spoilt
is refused: a sheet with the wrong name or id is worse than none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gdquiz.assembly.seating import Student
from gdquiz.assembly.students import COLUMNS
from gdquiz.errors import Fault, InputError
from gdquiz.exam.people import ALONE, CANVAS, ENGLISH, FIRST, IDS, LAST, WHOLE, canonical
from gdquiz.texts.cells import unkept
from gdquiz.texts.reading import unprintable
from gdquiz.texts.tables import at, decoded, plain, rows_of

MOST_FORMS = 10_000
MOST_OF_A_NAME, MOST_OF_AN_ID = 200, 100

_NOBODY = ("student, test", "test student")

_ROUNDED = re.compile(r"[+-]?(?:\d[.,]\d+[eE][+-]?\d+|\d[eE]\+\d+)")
_DECIMAL = re.compile(r"\d+[.,]0")
_MONTH = (
    r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|mrz|mär(?:z)?|apr(?:il)?|may|mai|june?|juni|july?|juli"
    r"|aug(?:ust)?|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)\.?"
)
_DATE = re.compile(
    rf"\d{{1,2}}(?:[-/ ]|\. ?){_MONTH}(?:[- /]\d{{2,4}})?|{_MONTH}[- /]\d{{2,4}}"
    r"|\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2}/\d{1,2}/(?:\d{2}|\d{4})|\d{4}-\d{2}-\d{2}(?:[ T][\d:.]+)?",
    re.IGNORECASE,
)
_EMPTY = ("nan", "null", "none", "undefined", "<na>", "n/a")
_ERROR = re.compile(r"#+|#[^\d\s]*[!?]|#DIV/0!|#N/?[ADV]|#GETTING_DATA")
_AS_TEXT = "export the file again, and have the column read as text if you open it in a spreadsheet"


def read_roster(
    content: str | bytes, *, file: str, notes: list[str] | None = None, nameless: bool = False
) -> tuple[Student, ...]:
    """The students of a CSV file, separated by commas, semicolons or tabs, in UTF-8 or UTF-16.

    ``notes`` gets a line on which columns were used and what was left out, where that is not plain.  With ``nameless``
    students whose name was deleted are left out, and nobody may be left.
    Raises ``InputError`` with every fault: missing columns, rows with more fields than the header, empty names or ids,
    ids that stand there twice, control characters, and what a spreadsheet has spoilt.
    """
    text = content if isinstance(content, str) else decoded(content, file)
    table, faults = rows_of(text.removeprefix("\ufeff"), file)
    if not table:
        faults = faults or [_no_columns(["name", "id"], file, 1)]
        raise InputError(faults)
    (line, header), rows = table[0], table[1:]
    columns = _columns(header, rows, file, line)
    students: dict[str, tuple[int, Student]] = {}
    left_out: dict[str, None] = {}
    for line, row in rows:
        if columns.canvas and (why := columns.nobody(row)):
            left_out[why] = None
            continue
        if nameless and columns.id_in(row) and not columns.name_in(row):
            continue
        found = list(_row_faults(row, columns, file, line))
        student = Student(columns.name_in(row), columns.id_in(row), columns.more_in(row))
        known = students.get(canonical(student.id))
        if not found and known is not None:
            found.append(_twice(student.id, *known, file, line))
        faults += found
        if not found:
            students[canonical(student.id)] = (line, student)
    if not students and not faults and not nameless:
        faults.append(Fault("the roster names no student", file=file))
    if len(students) > MOST_FORMS:
        faults.append(Fault(f"the roster has {len(students)} students", f"at most {MOST_FORMS}", file=file))
    if faults:
        raise InputError(faults)
    if notes is not None and (left_out or not columns.plain):
        also = f"; left out: {', '.join(left_out)}" if left_out else ""
        notes.append(f"{file}: {columns.told()}{also}")
    return tuple(student for _, student in students.values())


# --- which columns -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Columns:
    """Where the names and ids are; ``plain`` if the header says ``name`` and ``id``, ``own`` in a ``students.csv``."""

    header: tuple[str, ...]
    names: tuple[int, ...]
    id: int
    plain: bool
    canvas: bool
    hashed: bool
    own: bool

    def name_in(self, row: Sequence[str]) -> str:
        return " ".join(filter(None, (self._at(row, column) for column in self.names)))

    def more_in(self, row: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """What the row has beside name and id, each with the header of its column."""
        taken = {*self.names, self.id}
        others = ((cell.strip(), column) for column, cell in enumerate(self.header) if column not in taken)
        return tuple((cell, self._at(row, column)) for cell, column in others if cell)

    def _at(self, row: Sequence[str], column: int) -> str:
        return unkept(at(row, column)) if self.own else at(row, column)

    def id_in(self, row: Sequence[str]) -> str:
        id = self._at(row, self.id)
        return id.removeprefix("#") if self.hashed else id

    def nobody(self, row: Sequence[str]) -> str:
        """What a row of Canvas is that is no student's; in each language that of the points begins with spaces."""
        name, id = self.name_in(row), self.id_in(row)
        if not id and (row[self.names[0]].startswith("    ") or plain(name).startswith("points possible")):
            return f"the row '{name}'"
        if not id and not name:
            return "a row without a student"
        return "the test student" if plain(name) in _NOBODY else ""

    def told(self) -> str:
        names = " and ".join(f"'{self.header[column]}'" for column in self.names)
        return f"names from {names}, ids from '{self.header[self.id]}'"

    def is_rest_of_a_name(self, row: Sequence[str]) -> bool:
        """Whether the id looks like what follows the comma of a name that is not in quotes: `` Jane``."""
        cell = row[self.id] if self.id < len(row) else ""
        return cell.startswith(" ") and not self.header[self.id].startswith(" ") and not re.search(r"\d", cell)


def _columns(cells: Sequence[str], rows: Sequence[tuple[int, list[str]]], file: str, line: int) -> _Columns:
    """Raises ``InputError`` where there is no column for names or none for ids, or one of them stands there twice."""
    header = [plain(cell) for cell in cells]
    if tuple(header[:2]) == COLUMNS:
        return _Columns(tuple(cells), names=(1,), id=0, plain=True, canvas=False, hashed=False, own=True)
    first = _found(FIRST, header)
    last = _found([name for name in LAST if name != first], header)  # Catalan calls first what French calls last: nom
    whole = _found(WHOLE, header)
    if whole == "name" and first not in ("", *ENGLISH) and not last:
        whole, last = "", "name"  # Name,Vorname
    names = [whole] if whole else [first, last] if first and last else [first] if first in ALONE else []
    ids = [name for name in IDS if name in header]
    filled = [name for name in ids if any(at(row, header.index(name)) for _, row in rows)]
    id = (filled or ids or [""])[0]
    missing = [what for what, found in (("name", names), ("id", id)) if not found]
    if missing:
        raise InputError(_no_columns(missing, file, line))
    twice = [name for name in (*names, id) if header.count(name) > 1]
    if twice:
        raise InputError(Fault(f"the column '{twice[0]}' stands there twice", "once", file=file, line=line))
    while not header[-1]:
        header.pop()
    return _Columns(
        header=tuple(cells[: len(header)]), names=tuple(header.index(name) for name in names), id=header.index(id),
        plain=(*names, id) == ("name", "id"), canvas=bool(names) and names[0] in CANVAS, hashed=id == "orgdefinedid",
        own=False,
    )  # fmt: skip


def _found(known: Sequence[str], header: Sequence[str]) -> str:
    return next((name for name in known if name in header), "")


def _no_columns(missing: Sequence[str], file: str, line: int) -> Fault:
    problem = f"the first line has no column {' and no column '.join(missing)}"
    return Fault(problem, "a header line such as 'name,id'", file=file, line=line)


# --- rows ----------------------------------------------------------------------------------------------------------


def _row_faults(row: Sequence[str], columns: _Columns, file: str, line: int) -> Iterator[Fault]:
    name, id = columns.name_in(row), columns.id_in(row)
    quotes = 'put names with commas in quotes: "Doe, Jane"'
    fields = len(columns.header)
    if any(cell.strip() for cell in row[fields:]):
        filled = max(place for place, cell in enumerate(row, 1) if cell.strip())
        yield Fault(f"{filled} fields, and the header has {fields}", "a field for each column", quotes, file, line)
        return
    if not name or not id:
        yield Fault("a student without name or id", expected="both", file=file, line=line)
    elif columns.is_rest_of_a_name(row):
        yield Fault(f"the id '{id}' looks like a part of the name", "an id", quotes, file, line)
    for what, cell, most in (("name", name, MOST_OF_A_NAME), ("id", id, MOST_OF_AN_ID)):
        if len(cell) > most:
            yield Fault(f"the {what} has {len(cell)} characters", expected=f"at most {most}", file=file, line=line)
        elif sign := _unprintable(cell, what):
            yield Fault(f"the {what} has {sign} in it", expected="letters that are printed", file=file, line=line)
        elif "\ufffd" in cell:
            problem = f"the {what} {cell} has lost a letter (U+FFFD) to a wrong encoding"
            yield Fault(problem, hint="export the file again, as UTF-8", file=file, line=line)
        elif why := _spoilt(cell, what):
            yield Fault(f"a spreadsheet has {why}: {cell}", f"the {what} as it was", _AS_TEXT, file, line)


def _spoilt(cell: str, what: str) -> str:
    """What a spreadsheet did to a cell that it took for a number, a date, a formula or a column that is too narrow."""
    if _ERROR.fullmatch(cell):
        return "put an error here"
    if what == "name":
        return ""
    if _ROUNDED.fullmatch(cell):
        return "rounded this id"
    if _DATE.fullmatch(cell):
        return "made a date of this id"
    if cell.lower() in _EMPTY:
        return "filled an empty cell"
    return "made a decimal number of this id" if _DECIMAL.fullmatch(cell) else ""


def _unprintable(cell: str, what: str) -> str:
    """The first sign that cannot be printed; in ids also those that are there and cannot be seen."""
    for sign in cell:
        category = unicodedata.category(sign)
        if sign == "\n":
            return "a line break"
        if category in ("Cc", "Zl", "Zp"):
            return f"a control character (U+{ord(sign):04X})"
        if unprintable(sign) or (category == "Cf" and what == "id"):
            return f"an invisible character (U+{ord(sign):04X})"
    return ""


def _twice(id: str, first: int, student: Student, file: str, line: int) -> Fault:
    if id == student.id:
        return Fault(f"the id {id} stands on line {first} already", file=file, line=line)
    problem = f"the id {id} is {student.id} of line {first} but for capitals or spaces"
    return Fault(problem, "an id of its own for each student", file=file, line=line)
