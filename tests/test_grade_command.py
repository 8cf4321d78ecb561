"""``gdquiz grade`` as a user types it: what it writes, what it keeps, what it refuses; and files that are damaged."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from random import Random

import pytest
import returning
from click.testing import CliRunner, Result
from sample_exam import sample
from test_grading import PAPER, SAMPLES, by_part, graded

from gdquiz.cli import main
from gdquiz.errors import InputError
from gdquiz.exam.exam_json import from_json, to_json
from gdquiz.grading import grade_rows
from gdquiz.grading.codes import code
from gdquiz.grading.filling import filled
from gdquiz.grading.grade import grade
from gdquiz.grading.opened import opened
from gdquiz.grading.pages import file_name
from gdquiz.grading.policy import Policy, bound
from gdquiz.grading.readers import read_responses

EXAM = sample()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an exam and responses, which commands run in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exam.json").write_text(to_json(EXAM), "utf-8")
    (tmp_path / "responses.csv").write_text(PAPER + "F2-K3Y,s_1042,0.4,5.76,,,,,,,,no idea,\n", "utf-8")
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["grade", "exam.json", *words])


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


# --- what is written -----------------------------------------------------------------------------------------------


def test_marks_and_parts_are_written(desk: Path) -> None:
    """The first student's 53/6 of 23 points are derived in test_grading; the second has both numbers right: 3 points,
    8 blanks of 11 parts and one text."""
    result = run("responses.csv", "--pass", "10%")
    assert result.exit_code == 0, result.output
    assert rows(desk / "marks" / "marks.csv") == [
        {"student": "s_1042", "form": "F2-K3Y", "points": "3", "out_of": "23", "percent": "13.04", "grade": "",
         "blanks": "8", "by_hand": "1", "not_read": "0", "attempt": "1"},
        {"student": "1001", "form": "F1-K3X", "points": "8.8333", "out_of": "23", "percent": "38.41", "grade": "",
         "blanks": "1", "by_hand": "1", "not_read": "0", "attempt": "1"},
    ]  # fmt: skip
    parts = {(row["student"], row["number"] + row["part"]): row for row in rows(desk / "marks" / "parts.csv")}
    first = parts["1001", "1w1"]
    assert (first["read_as"], first["misconceptions"], first["where"]) == ("4", "ASCENT", "responses.csv:2")
    assert parts["1001", "6match"]["read_as"] == "1A, 3B"
    assert {path.name for path in (desk / "marks").iterdir()} == {
        ".gdquiz-files", "by-hand.csv", "marks.csv", "parts.csv", "pass-marks.csv", "policy.csv", "problems.csv",
        "students",
    }  # fmt: skip
    assert "2 responses for a person to mark" in result.output


def test_the_page_of_a_student_tells_what_a_wrong_answer_shows(desk: Path) -> None:
    run("responses.csv")
    page = (desk / "marks" / "students" / "1001.html").read_text("utf-8")
    assert "steps up the slope instead of down" in page
    assert "You went up the slope" in page
    assert "8.8333 of 23 points" in page and "1 answer still to be marked" in page
    other = (desk / "marks" / "students" / "s_1042.html").read_text("utf-8")
    assert "steps up the slope instead of down" not in other


def test_marks_of_people_come_back_and_survive(desk: Path) -> None:
    """2.5 of 3 points for the text; then the mark of 1a is changed to 1, and both hold in the third grading."""
    run("responses.csv", "--pass", "49%")
    waiting = rows(desk / "marks" / "by-hand.csv")
    assert [(row["student"], row["question"], row["out_of"]) for row in waiting] == [
        ("s_1042", "Q29-T5", "3"), ("1001", "Q19-T5", "3"),
    ]  # fmt: skip
    assert waiting[1]["guide"].startswith("1: Names epoch")
    waiting[1] |= {"points": "2,5", "person": "Ada"}
    waiting[0] |= {"points": "0", "person": "Ada"}
    table = [list(waiting[0]), *(list(row.values()) for row in waiting)]
    (desk / "filled.csv").write_bytes(returning.table(table, ";"))
    assert run("responses.csv", "--pass", "49%", "--marks", "filled.csv", "--force").exit_code == 0
    marks = {row["student"]: row for row in rows(desk / "marks" / "marks.csv")}
    assert (marks["1001"]["points"], marks["1001"]["grade"]) == ("11.3333", "pass")
    assert marks["s_1042"]["grade"] == "fail"
    (desk / "more.csv").write_text(
        "student,question,part,points,person,reason,date\n1001,Q11-7F,w1,1,Max,method,2026-12-01\n", "utf-8"
    )
    for words in (("--marks", "more.csv"), ()):
        assert run("responses.csv", *words, "--force").exit_code == 0
        assert {row["student"]: row["points"] for row in rows(desk / "marks" / "marks.csv")}["1001"] == "12.3333"
    changed = next(row for row in rows(desk / "marks" / "parts.csv") if row["part"] == "w1" and row["points"] == "1")
    assert (changed["state"], changed["marked_by"], changed["reason"], changed["date"]) == (
        "by a person", "Max", "method", "2026-12-01",
    )  # fmt: skip


def test_the_same_input_gives_the_same_bytes(desk: Path) -> None:
    for name in ("one", "two"):
        run("responses.csv", "--grade", "A=90%", "--grade", "B=10%", "--out", name)
    one, two = (
        {path.relative_to(desk / name): path.read_bytes() for path in (desk / name).rglob("*") if path.is_file()}
        for name in ("one", "two")
    )
    assert one == two and len(one) == 9


def test_anonymous_files_have_codes_and_no_forms(desk: Path) -> None:
    run("responses.csv", "--anonymous")
    for path in (desk / "marks").rglob("*"):
        if path.is_file() and path.name != "policy.csv":
            text = path.read_text("utf-8")
            assert "s_1042" not in text and "F1-K3X" not in text, path
            assert path.suffix == ".html" or "1001" not in text, path
    waiting = rows(desk / "marks" / "by-hand.csv")
    assert {row["student"] for row in waiting} == {code(EXAM, "1001"), code(EXAM, "S_1042")}


def test_marks_given_by_codes_find_their_students(desk: Path) -> None:
    mine = code(EXAM, "1001")
    (desk / "filled.csv").write_text(f"student,question,part,points,person\n{mine},Q19-T5,explain,3,Ada\n", "utf-8")
    run("responses.csv", "--marks", "filled.csv")
    marks = {row["student"]: row for row in rows(desk / "marks" / "marks.csv")}
    assert marks["1001"]["points"] == "11.8333"
    assert rows(desk / "marks" / "problems.csv") == []


# --- a department's file -------------------------------------------------------------------------------------------

DEPARTMENT = 'Kurs;"Lernen; tief"\r\nMatrikel;Name;Punkte;"Note"\r\n1001;"Noether; Emmy";;"x"\r\n77;Größe;1,5;\r\n'


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b"\xef\xbb\xbf"), ("latin-1", b""), ("utf-16-le", b"\xff\xfe")]
)
def test_a_department_s_file_comes_back_as_it_was_but_for_the_cells(encoding: str, mark: bytes) -> None:
    result = graded(PAPER, Policy(passes=bound("38%", "--pass")))
    done, problems = filled(mark + DEPARTMENT.encode(encoding), "d.csv", result, "Matrikel", {"Punkte": "points"})
    assert done == mark + DEPARTMENT.replace('"Noether; Emmy";;', '"Noether; Emmy";8,8333;').encode(encoding)
    assert [(one.where.line, one.student) for one in problems] == [(4, "77")]


def test_no_grade_is_filled_in_while_something_is_left_to_mark() -> None:
    result = graded(PAPER, Policy(passes=bound("38%", "--pass")))
    done, problems = filled(b"id,grade\n1001,\n", "d.csv", result, "id", {"grade": "grade"})
    assert done == b"id,grade\n1001,\n"
    assert [one.problem for one in problems] == ["no grade yet: something is left to mark"]


def test_columns_that_are_not_there_are_refused() -> None:
    result = graded(PAPER)
    for data, key, columns in (
        (b"id,grade\n1001,\n", "number", {"grade": "grade"}),
        (b"id,grade\n1001,\n", "id", {"mark": "grade"}),
        (b"id,grade\n1001,\n", "id", {"grade": "marks"}),
        (b"", "id", {"grade": "grade"}),
    ):
        with pytest.raises(InputError):
            filled(data, "d.csv", result, key, columns)


def test_the_command_fills_a_file_and_lists_who_is_missing(desk: Path) -> None:
    (desk / "d.csv").write_text("id,points\n1001,\nx9,\n", "utf-8")
    result = run("responses.csv", "--fill", "d.csv", "--key", "id", "--set", "points=points")
    assert result.exit_code == 0
    assert (desk / "marks" / "d.csv").read_text("utf-8") == "id,points\n1001,8.8333\nx9,\n"
    told = [(row["student"], row["problem"]) for row in rows(desk / "marks" / "problems.csv")]
    assert told == [("x9", "no marks for this student"), ("s_1042", "this student is not in the file")]


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere.csv",), "nowhere.csv: cannot read this: no such file"),
        (("exam.json",), "nothing is known that has the header"),
        (("responses.csv", "--from", "moodel"), "did you mean 'moodle'?"),
        (("responses.csv", "--from", "canvas"), "responses.csv:1: this is no file of Canvas"),
        (("responses.csv", "--pass", "half"), "field --pass: 'half' is no number"),
        (("responses.csv", "--grade", "A"), "field --grade: 'A' is no grade"),
        (("responses.csv", "--round", "x"), "field --round: 'x' is no number"),
        (("responses.csv", "--best", "2"), "worth different points"),
        (("responses.csv", "--key", "id"), "name it with --fill"),
        (("responses.csv", "--fill", "d.csv"), "--fill needs the --key column"),
        (("responses.csv", "--marks", "responses.csv"), "no column question"),
    ],
)
def test_what_cannot_be_used_is_told_and_nothing_is_written(desk: Path, words: tuple[str, ...], told: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert told in result.output
    assert not (desk / "marks").exists()


def test_an_earlier_grading_is_replaced_only_by_force(desk: Path) -> None:
    assert run("responses.csv").exit_code == 0
    refused = run("responses.csv")
    assert refused.exit_code == 2 and "--force replaces it" in refused.output


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfe\x00", "is not UTF-16"),
        (b"a,b\n\xe4,1\n", "byte 0xe4 is not UTF-8"),
        (b"PK\x03\x04rubbish", "this workbook cannot be read"),
        (b"\xd0\xcf\x11\xe0", "a workbook of an old format"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "has a document type"),
        (b"<x><y></x>", "this is no XML"),
        (b"<x/>", "there is no assessmentResult"),
        (b"<?xml version='1.0' encoding='nonsense'?><x/>", "the encoding of this file is not known"),
        (b"<x>" * 200 + b"</x>" * 200, "nested too deeply"),
        (b'student,question\n"1,2\n', "not readable as CSV"),
    ],
)
def test_files_that_are_no_responses_are_refused_with_a_reason(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_responses([("f", data)], EXAM)


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(InputError, match="too large"):
        opened(b"x" * 100_000_001, "f")
    with pytest.raises(InputError, match="nothing is known"):
        read_responses([("f", b"x" * 1000)], EXAM)


def test_cells_that_a_spreadsheet_would_run_are_written_so_that_it_does_not(desk: Path) -> None:
    (desk / "responses.csv").write_text('form,student,8\nF1-K3X,"=1+2","=cmd|x"\n', "utf-8")
    run("responses.csv")
    for name in ("marks.csv", "parts.csv", "by-hand.csv"):
        text = (desk / "marks" / name).read_text("utf-8")
        assert "\n=" not in text and ",=" not in text
    assert file_name("../a/b") == "%2E./a/b".replace("/", "%2F") or "/" not in file_name("../a/b")


def test_rows_of_a_notebook_are_graded_in_one_call() -> None:
    result = grade_rows(
        EXAM, [{"form": "F1-K3X", "question": "3", "response": "D"}, {"question": "x", "response": "D"}]
    )
    assert by_part(result)["3what"].points == 1
    assert [one.where.line for one in result.problems] == [2]


# --- damaged files -------------------------------------------------------------------------------------------------


def workbook(rows_: list[list[str]]) -> bytes:
    cells = "".join(
        f'<row r="{r}">' + "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in row) + "</row>"
        for r, row in enumerate(rows_, start=1)
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{cells}</sheetData></worksheet>")
    return made.getvalue()


def files() -> dict[str, bytes]:
    """A file of every kind, of the sample exam."""
    paper, drawn = returning.a_class(EXAM, 3, drawn=False), returning.a_class(EXAM, 3, drawn=True)
    made = {
        "long": returning.long_file(EXAM, paper),
        "wide": returning.wide_file(EXAM, paper),
        "moodle": returning.moodle_file(EXAM, drawn),
        "canvas": returning.canvas_file(EXAM, drawn),
        "blackboard": "Username\tQuestion ID 1\tQuestion 1\tAnswer 1\ns1\tQ\t<p>x</p> E-2026-SAMPLE-Q13-C6\tA\n".encode(
            "utf-16"
        ),
        "brightspace": b"Org Defined ID,Attempt #,Q #,Q Title,Q Text,Answer,Answer Match\n1,1,1,Q13-C6,x,A,Checked\n",
        "tao": b"Login,Delivery,Q11-7F-FIELD1,Q11-7F-FIELD2\nada,x,2,1\n",
        "qti": b'<assessmentResult><context sourcedId="s1"/><itemResult identifier="Q11-7F"><responseVariable '
        b'identifier="FIELD1"><candidateResponse><value>2</value></candidateResponse></responseVariable></itemResult>'
        b"</assessmentResult>",
        "google": b"Timestamp,Email Address,Form id,1a. Compute,3. What\n1,a@b,F1-K3X,2,D\n",
        "ms": b"ID,Start time,Completion time,Email,1a. Compute\n1,x,y,a@b,2\n",
        "openolat": workbook([["", "Q11-7F"], ["User name", "1_FIB1", "1_FIB2"], ["ada", "2", "1"]]),
    }
    if SAMPLES.is_dir():
        made |= {path.name: path.read_bytes() for path in SAMPLES.iterdir() if path.suffix in (".csv", ".xml", ".txt")}
    return made


def test_results_of_players_of_qti_are_placed_by_id() -> None:
    """w1 = 2 and the loss 1 are right: 3 points."""
    found = files()
    for name in ("tao", "openolat"):
        result = graded(found[name])
        assert result.students[0].points == 3 and not result.problems, name
    assert graded(found["qti"]).students[0].points == 2
    assert graded(found["blackboard"]).students[0].points == 0
    assert graded(found["brightspace"]).students[0].points == 0
    web = graded(found["google"])
    assert (web.students[0].student, web.students[0].points) == ("a@b", 3)


SIGNS = [
    *(bytes([sign]) for sign in b"\",;\t\n\r\x00=\xff-<&'{A"), b"9" * 30, b"part 1: ", b"->", "é".encode(),
    b"E-2026-SAMPLE-Q13-C6", b"\\(", b"1" * 3000, b"(" * 500,
]  # fmt: skip


def mutated(data: bytes, chance: Random) -> bytes:
    """A file with a few bytes cut out, doubled, exchanged or put in."""
    for _ in range(chance.randint(1, 6)):
        at, length = chance.randrange(len(data) + 1), chance.choice((1, 1, 3, 40))
        match chance.randrange(4):
            case 0:
                data = data[:at] + data[at + length :]
            case 1:
                data = data[:at] + data[at : at + length] * 2 + data[at + length :]
            case 2:
                data = data[:at] + chance.choice(SIGNS) + data[at + 1 :]
            case _:
                data = data[:at] + chance.choice(SIGNS) + data[at:]
    return data


def survives(count: int) -> int:
    """How many of so many damaged files could be graded; all others have to be refused with a reason."""
    chance, done = Random(15), 0
    found = sorted(files().items())
    other = from_json((SAMPLES / "moodle-exam.json").read_bytes()) if SAMPLES.is_dir() else EXAM
    for number in range(count):
        name, data = found[number % len(found)]
        exam = other if "moodle-" in name else EXAM
        try:
            grade(exam, read_responses([(name, mutated(data, chance))], exam))
            done += 1
        except InputError as error:
            assert error.faults
    return done


def test_damaged_files_are_graded_or_refused() -> None:
    assert survives(300) > 30


@pytest.mark.slow
def test_a_hundred_thousand_damaged_files_are_graded_or_refused() -> None:
    assert survives(100_000) > 10_000
