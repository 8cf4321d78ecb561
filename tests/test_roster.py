"""Rosters: as people write them and platforms export them, and what is told of those that cannot be used."""

from __future__ import annotations

import random

import pytest

from gdquiz.assembly.roster import MOST_FORMS, read_roster
from gdquiz.errors import InputError


def refused(content: str | bytes) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_roster(content, file="roster.csv")
    return [str(fault) for fault in caught.value.faults]


def read(content: str | bytes) -> tuple[list[tuple[str, str]], list[str]]:
    """The students, and what is said of the columns."""
    notes: list[str] = []
    return [(one.name, one.id) for one in read_roster(content, file="r.csv", notes=notes)], notes


@pytest.mark.parametrize(
    "text",
    [
        "name,id\nAda Lovelace,1\nBlaise Pascal,2\n",
        "\ufeffid;mail;Name\n1;x;Ada Lovelace\n\n2;y; Blaise Pascal \n",
        'ID\tNAME\n1\t"Ada Lovelace"\n2\tBlaise Pascal',
    ],
)
def test_rosters_are_read_however_they_are_separated(text: str) -> None:
    assert [(student.name, student.id) for student in read_roster(text, file="r")] == [
        ("Ada Lovelace", "1"),
        ("Blaise Pascal", "2"),
    ]


def test_names_may_hold_commas_and_any_letters() -> None:
    (student,) = read_roster('name,id\n"Gauß, Carl Friedrich",Ω-1\n', file="r")
    assert (student.name, student.id) == ("Gauß, Carl Friedrich", "Ω-1")


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (
            "",
            [
                "roster.csv:1: the first line has no column name and no column id; "
                "expected a header line such as 'name,id'"
            ],
        ),
        (
            "name;mail\nA;b\n",
            ["roster.csv:1: the first line has no column id; expected a header line such as 'name,id'"],
        ),
        ("name,id\n", ["roster.csv: the roster names no student"]),
        (
            "name,id\nA,1\n,2\nB,\nC,1\n",
            [
                "roster.csv:3: a student without name or id; expected both",
                "roster.csv:4: a student without name or id; expected both",
                "roster.csv:5: the id 1 stands on line 2 already",
            ],
        ),
        ("name,id,name\nA,1,B\n", ["roster.csv:1: the column 'name' stands there twice; expected once"]),
        ('name,id\n"A,1\n', ["roster.csv:2: not readable as CSV: unexpected end of data"]),
    ],
)
def test_faults_of_a_roster_are_told_with_their_line(text: str, messages: list[str]) -> None:
    assert refused(text) == messages


def test_a_roster_has_its_limit() -> None:
    text = "name,id\n" + "".join(f"S,{k}\n" for k in range(MOST_FORMS + 1))
    assert refused(text) == ["roster.csv: the roster has 10001 students; expected at most 10000"]


# --- exports -------------------------------------------------------------------------------------------------------

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Quiz 1 (77)
,,,,,Manual Posting
    Points Possible,,,,,10
"Doe, Jane",101,x1,jdoe,A,7
"Roe, Rick",102,x2,rroe,A,
"Student, Test",103,,d41d8cd98f,A,
"""
MOODLE = "First name,Last name,ID number,Email address\nJane,Doe,s-101,j@example.org\nRick,Roe,s-102,r@example.org\n"
BLACKBOARD = (
    '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Last Access"\t"Availability"\n'
    '"Doe"\t"Jane"\t"jdoe"\t"0101"\t"2026-01-01 10:00:00"\t"Yes"\n'
    '"Müller"\t"Ötzi"\t"omueller"\t"0102"\t""\t"Yes"\n'
)
BRIGHTSPACE = (
    "OrgDefinedId,Username,Last Name,First Name,End-of-Line Indicator\n#101,#jdoe,Doe,Jane,#\n#102,#rroe,Roe,Rick,#\n"
)


def test_a_gradebook_of_canvas() -> None:
    assert read(CANVAS) == (
        [("Doe, Jane", "101"), ("Roe, Rick", "102")],
        ["r.csv: names from 'Student', ids from 'ID'; left out: a row without a student, the row 'Points Possible', "
         "the test student"],
    )  # fmt: skip


def test_participants_of_moodle() -> None:
    assert read(MOODLE) == (
        [("Jane Doe", "s-101"), ("Rick Roe", "s-102")],
        ["r.csv: names from 'First name' and 'Last name', ids from 'ID number'"],
    )
    without = MOODLE.replace("s-101", "").replace("s-102", "")
    assert read(without) == (
        [("Jane Doe", "j@example.org"), ("Rick Roe", "r@example.org")],
        ["r.csv: names from 'First name' and 'Last name', ids from 'Email address'"],
    )
    assert refused(MOODLE.replace("s-101", "")) == ["roster.csv:2: a student without name or id; expected both"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig"])
def test_a_gradebook_of_blackboard(encoding: str) -> None:
    assert read(BLACKBOARD.replace("\n", "\r\n").encode(encoding)) == (
        [("Jane Doe", "0101"), ("Ötzi Müller", "0102")],
        ["r.csv: names from 'First Name' and 'Last Name', ids from 'Student ID'"],
    )


def test_grades_of_brightspace() -> None:
    assert read(BRIGHTSPACE)[0] == [("Jane Doe", "101"), ("Rick Roe", "102")]


@pytest.mark.parametrize(
    ("header", "used"),
    [
        ("Vorname,Nachname,ID-Nummer", "names from 'Vorname' and 'Nachname', ids from 'ID-Nummer'"),
        ("Vorname;Name;Matrikelnummer", "names from 'Vorname' and 'Name', ids from 'Matrikelnummer'"),
        ("Prénom,Nom de famille,Numéro d’identification",
         "names from 'Prénom' and 'Nom de famille', ids from 'Numéro d’identification'"),
        ("PRÉNOM;NOM;Username", "names from 'PRÉNOM' and 'NOM', ids from 'Username'"),
        ("Nom,Cognoms,ID", "names from 'Nom' and 'Cognoms', ids from 'ID'"),
        ("Nombre,Apellido(s),Número de ID", "names from 'Nombre' and 'Apellido(s)', ids from 'Número de ID'"),
        ("Nome,Cognome,Matricola", "names from 'Nome' and 'Cognome', ids from 'Matricola'"),
        ("Voornaam,Achternaam,ID-nummer", "names from 'Voornaam' and 'Achternaam', ids from 'ID-nummer'"),
        ("Imię,Nazwisko,Numer ID", "names from 'Imię' and 'Nazwisko', ids from 'Numer ID'"),
        ("Имя,Фамилия,Индивидуальный номер", "names from 'Имя' and 'Фамилия', ids from 'Индивидуальный номер'"),
        ("First  Name,SURNAME,student id", "names from 'First  Name' and 'SURNAME', ids from 'student id'"),
    ],
)  # fmt: skip
def test_headers_in_other_languages(header: str, used: str) -> None:
    separator = ";" if ";" in header else ","
    rows = separator.join(("Jane", "Doe", "1")) + "\n"
    assert read(f"{header}\n{rows}") == ([("Jane Doe", "1")], [f"r.csv: {used}"])


def test_last_names_that_come_first_are_put_last() -> None:
    assert read("姓,名,学号\n李,雷,7\n")[0] == [("雷 李", "7")]


def test_a_name_alone_is_a_whole_name() -> None:
    assert read("Nombre,ID\nJuana Pérez,7\n")[0] == [("Juana Pérez", "7")]
    assert read("name,First name,id\nJane Doe,Jane,7\n")[0] == [("Jane Doe", "7")]
    assert refused("First name,ID\nJane,7\n")[0].startswith("roster.csv:1: the first line has no column name;")


@pytest.mark.parametrize(
    "text", ["sep=;\nname;id\nJane;7\n", "sep=|\r\nname|id\r\nJane|7", "\n\nname,id\n\nJane,7,,\n,,\n"]
)
def test_what_spreadsheets_add_is_left_out(text: str) -> None:
    assert read(text) == ([("Jane", "7")], [])


def test_ids_kept_as_text_keep_their_zeros() -> None:
    assert read('name,id\nJane,="007"\nRick,"=""008"""\n')[0] == [("Jane", "007"), ("Rick", "008")]


def test_commas_in_the_header_do_not_decide_how_columns_are_separated() -> None:
    assert read('"Name";"ID";"a, b, c, d"\nJane;7;x\n')[0] == [("Jane", "7")]


# --- faults --------------------------------------------------------------------------------------------------------

QUOTES = '(hint: put names with commas in quotes: "Doe, Jane")'


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("name,id\nDoe, Jane,1001\nRoe,2,,\n",
         [f"roster.csv:2: 3 fields, and the header has 2; expected a field for each column {QUOTES}"]),
        ("id,name\n1001,Doe, Jane\n",
         [f"roster.csv:2: 3 fields, and the header has 2; expected a field for each column {QUOTES}"]),
        ("name,id,\nDoe, Jane,1001\n",
         [f"roster.csv:2: 3 fields, and the header has 2; expected a field for each column {QUOTES}"]),
        ("name,id,group\nDoe, Jane,1001,A\nRoe,2\n",
         [f"roster.csv:2: 4 fields, and the header has 3; expected a field for each column {QUOTES}"]),
        ("name,id,group\nDoe, Jane,1001\nRoe,2,A\n",
         [f"roster.csv:2: the id 'Jane' looks like a part of the name; expected an id {QUOTES}"]),
        ("Student,ID\nDoe, Jane,101\n    Points Possible,,,\n",
         [f"roster.csv:2: 3 fields, and the header has 2; expected a field for each column {QUOTES}"]),
    ],
)  # fmt: skip
def test_names_with_commas_that_are_not_in_quotes(text: str, messages: list[str]) -> None:
    assert refused(text) == messages


def test_ids_may_have_a_space_before_them() -> None:
    assert read("name,id\nJane, s7\nRick, 8\n")[0] == [("Jane", "s7"), ("Rick", "8")]
    assert read("name, id\nJane, jdoe\n")[0] == [("Jane", "jdoe")]


@pytest.mark.parametrize(
    ("name", "id", "told"),
    [
        ("A\0da", "1", "the name has a control character (U+0000) in it"),
        ("Ada", "1\x1b[2J", "the id has a control character (U+001B) in it"),
        ("A\x85da", "1", "the name has a control character (U+0085) in it"),
        ('"Ada\nLovelace"', "1", "the name has a line break in it"),
        ("A\u2028da", "1", "the name has a control character (U+2028) in it"),
        ('"Ada\tL"', "1", "the name has a control character (U+0009) in it"),
        ("Ada", "1\u200b2", "the id has an invisible character (U+200B) in it"),
        ("Ren\ufffd", "1", "the name Ren\ufffd has lost a letter (U+FFFD) to a wrong encoding"),
        ("Ada", "1.23E+11", "a spreadsheet has rounded this id: 1.23E+11"),
        ("Ada", '"1,23E+11"', "a spreadsheet has rounded this id: 1,23E+11"),
        ("Ada", "2e+15", "a spreadsheet has rounded this id: 2e+15"),
        ("Ada", "1.5E11", "a spreadsheet has rounded this id: 1.5E11"),
        ("Ada", "1001.0", "a spreadsheet has made a decimal number of this id: 1001.0"),
        ("Ada", "#REF!", "a spreadsheet has put an error here: #REF!"),
        ("Ada", "#BEZUG!", "a spreadsheet has put an error here: #BEZUG!"),
        ("Ada", "#DIV/0!", "a spreadsheet has put an error here: #DIV/0!"),
        ("Ada", "#N/A", "a spreadsheet has put an error here: #N/A"),
        ("#NAME?", "1", "a spreadsheet has put an error here: #NAME?"),
        ("#¿NOMBRE?", "1", "a spreadsheet has put an error here: #¿NOMBRE?"),
        ("Ada", "########", "a spreadsheet has put an error here: ########"),
        ("A" * 201, "1", "the name has 201 characters; expected at most 200"),
        ("Ada", "1" * 101, "the id has 101 characters; expected at most 100"),
    ],
)  # fmt: skip
def test_what_is_spoilt_is_refused_with_the_reason(name: str, id: str, told: str) -> None:
    (line,) = refused(f"name,id\n{name},{id}\n")
    assert line.startswith(f"roster.csv:2: {told}")


def test_what_only_looks_spoilt_is_taken() -> None:
    names = ["A" * 200, "Ann ‌Persian", "#1 Fan", "1.5E+3"]
    ids = ["5E3", "12E5", "E+11", "1001.05", "#7", "s1.0", "2024.10", "1" * 100, "3e-x"]
    text = "name,id\n" + "".join(f'"{names[k % len(names)]}",{id}\n' for k, id in enumerate(ids))
    assert [id for _, id in read(text)[0]] == ids


@pytest.mark.parametrize(
    ("first", "second"), [("S1001", "s1001"), ("s 1001", "s1001"), ("ｓ1001", "S1001"), ("STRASSE", "straße")]
)
def test_ids_that_differ_in_capitals_or_spaces_are_one(first: str, second: str) -> None:
    assert refused(f"name,id\nA,{first}\nB,x\nC,{second}\n") == [
        f"roster.csv:4: the id {second} is {first} of line 2 but for capitals or spaces; "
        "expected an id of its own for each student"
    ]


def test_all_faults_of_a_file_are_told_at_once() -> None:
    text = 'name,id\nDoe, Jane,1\nA\0da,2\nEmmy,1.2E+9\nRick,\nA,9\nB,9\n\nCarl,#REF!\n"open,10\n'
    places = [line.split(": ")[0] for line in refused(text)]
    assert places == [f"roster.csv:{line}" for line in (10, 2, 3, 4, 5, 7, 9)]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("name,id\nRen\xe9,1\n".encode("latin-1"),
         "roster.csv:2: byte 0xe9 is not UTF-8; expected a text file in UTF-8 or UTF-16 "
         "(hint: save the file again as 'CSV UTF-8')"),
        (b"PK\x03\x04rest", "roster.csv: this is a workbook, not a CSV file (hint: save it as 'CSV UTF-8')"),
        ("name,id\nA,1\n".encode("utf-16") + b"x",
         "roster.csv:3: byte 0x78 is not UTF-16; expected a text file in UTF-8 or UTF-16 "
         "(hint: save the file again as 'CSV UTF-8')"),
    ],
)  # fmt: skip
def test_other_encodings_are_not_guessed(content: bytes, told: str) -> None:
    assert refused(content) == [told]


def test_no_file_ends_in_anything_but_students_or_faults() -> None:
    chance = random.Random(7)
    pieces = ["name", "id", "Student", ",", ";", "\t", "\n", '"', "\0", "=", "#", "1.2E+3", " ", "\ufeff", "sep=", "é"]
    for trial in range(3000):
        text = "".join(chance.choices(pieces, k=chance.randrange(1, 25)))
        content = text.encode(chance.choice(["utf-8", "utf-16", "utf-16-le"])) if trial % 2 else text
        try:
            assert read_roster(content, file="r")
        except InputError as error:
            assert error.faults


@pytest.mark.parametrize(
    "id",
    ["3-Mar", "Mar-03", "3. Mär", "3. März 2024", "12-Dec-24", "01.03.2024", "3/1/2024", "2024-03-01",
     "2024-03-01 00:00:00"],
)  # fmt: skip
def test_an_id_that_became_a_date_is_refused(id: str) -> None:
    """Excel reads ``3-3`` and ``MAR3`` as days."""
    told = f"a spreadsheet has made a date of this id: {id}"
    assert [fault.partition(" (")[0] for fault in refused(f"name,id\nAda,{id}\n")] == [
        f"roster.csv:2: {told}; expected the id as it was"
    ]


@pytest.mark.parametrize("id", ["nan", "NaN", "NULL", "None", "<NA>"])
def test_an_id_that_a_program_wrote_for_nothing_is_refused(id: str) -> None:
    told = f"a spreadsheet has filled an empty cell: {id}"
    assert [fault.partition(" (")[0] for fault in refused(f"name,id\nAda,{id}\n")] == [
        f"roster.csv:2: {told}; expected the id as it was"
    ]


@pytest.mark.parametrize("id", ["mar7", "2024-03", "1.3", "01-2024", "nancy", "may", "dec123", "3-mark", "1/2024"])
def test_ids_that_only_look_like_a_date_are_taken(id: str) -> None:
    assert read(f"name,id\nAda,{id}\n")[0] == [("Ada", id)]


def test_a_space_before_quotes_is_none_of_the_id() -> None:
    assert read('name, id\n"Doe, Jane", "7"\n"Roe, ""Rick""",   "8"\n')[0] == [("Doe, Jane", "7"), ('Roe, "Rick"', "8")]


@pytest.mark.parametrize(
    ("header", "points"),
    [("Schüler/in,ID,Abschnitt", "Mögliche Punkte"), ("Étudiant,ID,Section", "Points possibles"),
     ("Estudiante,ID,Sección", "Puntos posibles"), ("学生,ID,班级", "满分")],
)  # fmt: skip
def test_canvas_in_other_languages(header: str, points: str) -> None:
    students, notes = read(f'{header}\n    {points},,\n"Doe, Jane",101,A\n')
    assert students == [("Doe, Jane", "101")]
    assert notes[0].endswith(f"left out: the row '{points}'")


@pytest.mark.parametrize("header", ["名字,姓氏,ID号", "名,姓,IDナンバー", '"sep=,"\n名,姓,学号'])
def test_moodle_in_chinese_and_japanese(header: str) -> None:
    assert read(f"{header}\n爱,达,7\n")[0] == [("爱 达", "7")]
