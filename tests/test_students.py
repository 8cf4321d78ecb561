"""students.csv: names apart from the exam."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sample_exam import NAMES, sample

from gdquiz.assembly.roster import read_roster
from gdquiz.assembly.seating import Student
from gdquiz.assembly.students import as_csv
from gdquiz.cli import main
from gdquiz.exam.exam_json import to_json

VERSION_1 = Path(__file__).parent / "golden" / "exam-version-1" / "sample.json"
SHEET = "sheets/form-02.md"


def rendered(file: Path, *words: str) -> Result:
    out = str(file.parent / "out")
    call = ["render", str(file), "--to", "markdown", "--out", out, "--force", *words]
    return CliRunner().invoke(main, call, prog_name="gdquiz")


@pytest.fixture
def exam(tmp_path: Path) -> Path:
    file = tmp_path / "exam.json"
    file.write_text(to_json(sample()), encoding="utf-8")
    return file


def name_line(exam: Path) -> str:
    text = (exam.parent / "out" / SHEET).read_text(encoding="utf-8")
    return next(line for line in text.splitlines() if line.startswith("Name:"))


def test_names_come_from_the_file_beside_the_exam(exam: Path) -> None:
    exam.with_name("students.csv").write_text("student,name\ns_1042,Ada Lovelace\n", encoding="utf-8")
    assert rendered(exam).exit_code == 0
    assert "Ada Lovelace" in name_line(exam) and "s\\_1042" in name_line(exam)


def test_names_come_from_any_roster(exam: Path, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("Full name;Student ID\nEmmy Noether;S_1042\n", encoding="utf-8")
    assert rendered(exam, "--students", str(tmp_path / "other.csv")).exit_code == 0
    assert "Emmy Noether" in name_line(exam)


@pytest.mark.parametrize("text", ["student,name\n", "student,name\ns_1042,\n", None])
def test_the_id_stands_where_a_name_was_deleted(exam: Path, text: str | None) -> None:
    if text is not None:
        exam.with_name("students.csv").write_text(text, encoding="utf-8")
    result = rendered(exam)
    told = "no name for 1 student (s_1042), so its id stands on the sheets"
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].endswith(told)
    assert name_line(exam).count("s\\_1042") == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("student,name\nx,Somebody\n", "none of the students of exam E-2026-SAMPLE is in this file"),
        ("a,b\n1,2\n", "the first line has no column name and no column id"),
    ],
)
def test_a_foreign_file_is_refused_in_one_line(exam: Path, text: str, problem: str) -> None:
    exam.with_name("students.csv").write_text(text, encoding="utf-8")
    result = rendered(exam)
    assert result.exit_code == 2 and problem in result.stderr and len(result.stderr.splitlines()) == 1
    assert not (exam.parent / "out").exists()


def test_version_1_brings_its_names(tmp_path: Path) -> None:
    file = tmp_path / "exam.json"
    file.write_bytes(VERSION_1.read_bytes())
    assert rendered(file).exit_code == 0
    assert NAMES["s_1042"] in name_line(file)


def test_what_is_written_is_read_again() -> None:
    students = (
        Student("=1+1", "007", (("Section", "A;1"),)),
        Student("'=x", "-a"),
        Student('Doe, "Jane"', "s2", (("Group", "@b"),)),
        Student("Zoë\u00a0Müller", "s 3"),
    )
    text = as_csv(students)
    assert text.splitlines()[0] == "student,name,Section,Group"
    assert not any(cell.startswith(("=", "@")) for line in text.splitlines() for cell in line.split(","))
    again = read_roster(text, file="students.csv")
    assert [(one.name, one.id) for one in again] == [(one.name, one.id) for one in students]
    assert dict(again[0].more)["Section"] == "A;1" and dict(again[2].more)["Group"] == "@b"
    assert as_csv(again) == text
