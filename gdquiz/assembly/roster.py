"""The roster of students: a CSV file of names and ids, as people write it or as a learning platform exports it.

Which columns hold names and ids is read off the header, by the tables below.  A platform's own rows that are nobody
(Canvas' points, its test student) are left out, and that is said.  What a spreadsheet or a wrong encoding has spoilt
is refused: a sheet with the wrong name or id is worse than none.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gdquiz.assembly.seating import Student, canonical
from gdquiz.assembly.students import COLUMNS
from gdquiz.errors import Fault, InputError
from gdquiz.texts.cells import unkept
from gdquiz.texts.reading import unprintable

MOST_FORMS = 10_000
MOST_OF_A_NAME, MOST_OF_AN_ID = 200, 100

CANVAS = ("student", "students", "schüler/in", "schüler", "student/in", "studierende", "studierende/r", "étudiant",
          "étudiant(e)", "élève", "estudiante", "alumno", "estudant", "studente", "estudante", "aluno", "学生",
          "學生")  # fmt: skip
"""Headers of the column with whole names of a gradebook of Canvas."""
WHOLE = ("name", "full name", "fullname", "student name", *CANVAS, "display name", "姓名", "氏名",
         "vollständiger name", "nom complet", "nombre completo", "nome completo", "volledige naam")  # fmt: skip
"""Headers of columns with whole names, the best first."""
ENGLISH = ("first name", "firstname", "given name", "given names", "forename")
FIRST = (*ENGLISH, "vorname", "prénom", "prenom", "nombre",
         "nome", "nom", "voornaam", "fornavn", "förnamn", "etunimi", "imię", "jméno", "křestní jméno", "keresztnév",
         "ad", "adı", "имя", "ім'я", "όνομα", "名", "名字", "الاسم الأول")  # fmt: skip
LAST = ("last name", "lastname", "surname", "family name", "nachname", "familienname", "nom de famille", "nom",
        "apellido(s)", "apellidos", "apellido", "cognome", "cognoms", "sobrenome", "apelido", "achternaam", "efternavn",
        "etternavn", "efternamn", "sukunimi", "nazwisko", "příjmení", "vezetéknév", "soyad", "soyadı", "фамилия",
        "прізвище", "επώνυμο", "姓", "姓氏", "اسم العائلة")  # fmt: skip
"""Headers of the two halves of a name, as Moodle and Blackboard write them in other languages."""
ALONE = ("nombre", "nome", "nom")
"""Of these, which hold the whole name where there is no other half."""
IDS = ("id", "student id", "studentid", "student number", "id number", "idnumber", "id-nummer", "matrikelnummer",
       "matriculation number", "numéro d'identification", "numéro d’identification", "número de id",
       "número de identificación", "número de identificação", "codice identificativo", "numero di matricola",
       "matricola", "numer id", "numer indeksu", "identifikační číslo", "id-numero", "opiskelijanumero",
       "индивидуальный номер", "ідентифікаційний номер", "学号", "id号", "id号码", "学生id", "idナンバー",
       "رقم التعريف", "orgdefinedid", "sis user id",
       "sis login id", "integration id", "login id", "username", "user name", "userid", "user id", "benutzername",
       "anmeldename", "anmeldenamn", "nom d'utilisateur", "nombre de usuario", "email address", "email", "e-mail",
       "e-mail-adresse", "adresse de courriel", "dirección de correo", "indirizzo email")  # fmt: skip
"""Headers of columns with ids, the best first; a column without any entry is passed over."""
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
    text = content if isinstance(content, str) else _decoded(content, file)
    table, faults = _table(text.removeprefix("\ufeff"), file)
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


# --- from bytes to rows --------------------------------------------------------------------------------------------


def _decoded(data: bytes, file: str) -> str:
    """The text of a file in UTF-8 or UTF-16.  Raises ``InputError`` for anything else: a guess would spoil names."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError(Fault("this is a workbook, not a CSV file", hint="save it as 'CSV UTF-8'", file=file))
    encoding = "utf-8-sig"
    even, odd = data[0:2000:2].count(0), data[1:2000:2].count(0)
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        encoding = "utf-16"
    elif not data.startswith(BOM_UTF8) and max(even, odd) > len(data[:2000]) // 4:
        encoding = "utf-16-le" if odd > even else "utf-16-be"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        what = f"byte 0x{data[error.start]:02x} is not {'UTF-8' if encoding == 'utf-8-sig' else 'UTF-16'}"
        line = data[: error.start].decode(encoding, "ignore").count("\n") + 1
        raise InputError(
            Fault(what, "a text file in UTF-8 or UTF-16", "save the file again as 'CSV UTF-8'", file=file, line=line)
        ) from None


def _table(text: str, file: str) -> tuple[list[tuple[int, list[str]]], list[Fault]]:
    """The rows that are not empty, each with its line; a fault where the text stops being CSV."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    declared = re.match(r'\s*"?sep=(.)"?\n', text)
    head = next((line for line in text.split("\n")[1 if declared else 0 :] if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", head)
    delimiter = declared[1] if declared else max(",;\t", key=outside.count)
    spaced = f'{delimiter} ""' in re.sub(" +", " ", re.sub(r'"[^"]*"', '""', text))  # as in: Ada, "7"
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True, skipinitialspace=spaced)
    rows: list[tuple[int, list[str]]] = []
    faults: list[Fault] = []
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row) and not (declared and line == 1):
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        faults.append(Fault(f"not readable as CSV: {error}", file=file, line=reader.line_num))
    return rows, faults


def _cell(cell: str) -> str:
    """What a cell says; ``="007"`` is how some exports keep a spreadsheet from spoiling an id."""
    cell = cell.strip()
    kept = re.fullmatch(r'="([^"]*)"', cell)
    return kept[1].strip() if kept else cell


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
        return unkept(_at(row, column)) if self.own else _at(row, column)

    def id_in(self, row: Sequence[str]) -> str:
        id = self._at(row, self.id)
        return id.removeprefix("#") if self.hashed else id

    def nobody(self, row: Sequence[str]) -> str:
        """What a row of Canvas is that is no student's; in each language that of the points begins with spaces."""
        name, id = self.name_in(row), self.id_in(row)
        if not id and (row[self.names[0]].startswith("    ") or _plain(name).startswith("points possible")):
            return f"the row '{name}'"
        if not id and not name:
            return "a row without a student"
        return "the test student" if _plain(name) in _NOBODY else ""

    def told(self) -> str:
        names = " and ".join(f"'{self.header[column]}'" for column in self.names)
        return f"names from {names}, ids from '{self.header[self.id]}'"

    def is_rest_of_a_name(self, row: Sequence[str]) -> bool:
        """Whether the id looks like what follows the comma of a name that is not in quotes: `` Jane``."""
        cell = row[self.id] if self.id < len(row) else ""
        return cell.startswith(" ") and not self.header[self.id].startswith(" ") and not re.search(r"\d", cell)


def _columns(cells: Sequence[str], rows: Sequence[tuple[int, list[str]]], file: str, line: int) -> _Columns:
    """Raises ``InputError`` where there is no column for names or none for ids, or one of them stands there twice."""
    header = [_plain(cell) for cell in cells]
    if tuple(header[:2]) == COLUMNS:
        return _Columns(tuple(cells), names=(1,), id=0, plain=True, canvas=False, hashed=False, own=True)
    first = _found(FIRST, header)
    last = _found([name for name in LAST if name != first], header)  # Catalan calls first what French calls last: nom
    whole = _found(WHOLE, header)
    if whole == "name" and first not in ("", *ENGLISH) and not last:
        whole, last = "", "name"  # Name,Vorname
    names = [whole] if whole else [first, last] if first and last else [first] if first in ALONE else []
    ids = [name for name in IDS if name in header]
    filled = [name for name in ids if any(_at(row, header.index(name)) for _, row in rows)]
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


def _plain(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", cell).casefold().split())


def _at(row: Sequence[str], column: int) -> str:
    return _cell(row[column]) if column < len(row) else ""


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
