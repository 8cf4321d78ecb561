"""What is decided after an exam: written down, put into the marks, and told."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from sample_exam import sample
from test_grade_command import rows
from test_grading import PAPER, by_part, graded

from gdquiz.cli import main
from gdquiz.errors import InputError
from gdquiz.exam.exam_json import from_json, to_json
from gdquiz.exam.frozen import Exam
from gdquiz.grading.amending import rekeyed, told
from gdquiz.grading.policy import Policy, bound
from gdquiz.grading.tracing import traced

EXAM = sample()
WHY = {"date": "2026-12-01", "why": "both conventions are taught"}


def points(exam: Exam, text: str = PAPER) -> dict[str, Fraction]:
    return {name: part.points for name, part in by_part(graded(text, exam=exam)).items()}


# --- accepted answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "name", "worth"),
    [
        ("Q11-7F:w1=4", "1w1", 2), ("Q11-7F:a=4", "1w1", 2), ("E-2026-SAMPLE-Q11-7F:w1=4", "1w1", 2),
        ("Q13-C6=A", "3what", 1), ("Q14-C10=b", "4which", 2), ("Q16-C5=1A 2C 3B", "6match", 3),
        ("Q17-C9=A D B C", "7order", 2), ("Q18-G4=w*4 + v*2", "8dw", 2), ("Q15-C9=true A", "5claim", 2),
    ],
)  # fmt: skip
def test_an_accepted_answer_earns_all_points_and_nothing_else_changes(accept: str, name: str, worth: int) -> None:
    """Other answers than those of PAPER where these are incomplete or right: then the accepted one is given."""
    text = PAPER
    if name in ("3what", "6match", "5claim"):
        given = {"3what": (",D,", ",A,"), "6match": ("1A 3B", "1A 2C 3B"), "5claim": (",false,", ",true a,")}[name]
        text = PAPER.replace(*given)
    before, after = points(EXAM, text), points(rekeyed(EXAM, accept=[accept], **WHY), text)
    assert after[name] == worth and before[name] < worth
    assert {key: value for key, value in after.items() if key != name} == {
        key: value for key, value in before.items() if key != name
    }


def test_an_accepted_number_has_the_width_of_the_key() -> None:
    """The key of the loss is 1, give or take 1/200; 7 accepted means 6.995 to 7.005, both ends included."""
    exam = rekeyed(EXAM, accept=["Q11-7F:l1=7"], **WHY)
    found = {text: points(exam, PAPER.replace(",4,1,", f",4,{text},"))["1l1"] for text in
             ("6.994", "6.995", "7.005", "7.006", "1")}  # fmt: skip
    assert found == {"6.994": 0, "6.995": 1, "7.005": 1, "7.006": 0, "1": 1}


def test_both_numbers_of_an_accepted_answer_count() -> None:
    exam = rekeyed(EXAM, accept=["Q12-A2=3.6; 1.4"], **WHY)
    assert points(exam, PAPER.replace("2.4; ", "3.6; 1.4"))["2point"] == 3
    assert points(exam, PAPER.replace("2.4; ", "3.6; 0.6"))["2point"] == Fraction(3, 2)
    assert points(exam)["2point"] == Fraction(3, 2)


@pytest.mark.parametrize(
    ("option", "text", "told_"),
    [
        ("accept", "Q11-7F:w1", "names no answer"),
        ("accept", "Q11-7F=4", "has several parts"),
        ("accept", "Q11-7F:w9=4", "has no part 'w9'"),
        ("accept", "Q11-7F:w1=2", "is right for question Q11-7F already"),
        ("accept", "Q11-7F:w1=x", "is no answer to question Q11-7F; expected a number"),
        ("accept", "Q13-C6=Z", "is no answer"),
        ("accept", "Q19-T5=words", "is marked by a person"),
        ("accept", "Q11-7X:w1=4", "did you mean 'Q11-7F'?"),
        ("drop", "Q13-C6:what", "a part cannot be dropped"),
        ("drop", "Q13-C6=2", "is no question"),
        ("full_marks", "nowhere", "is named in 'nowhere'"),
    ],
)
def test_what_cannot_be_decided_is_refused(option: str, text: str, told_: str) -> None:
    with pytest.raises(InputError) as caught:
        rekeyed(EXAM, **{option: [text]}, **WHY)
    assert told_ in str(caught.value)


def test_nothing_new_is_refused() -> None:
    exam = rekeyed(EXAM, drop=["Q13-C6"], **WHY)
    with pytest.raises(InputError, match="nothing changes"):
        rekeyed(exam, drop=["Q13-C6"], **WHY)
    assert len(rekeyed(exam, drop=["Q14-C10"], **WHY).amendments) == 2


# --- dropped questions, full marks ---------------------------------------------------------------------------------


def test_a_dropped_question_leaves_the_maximum_and_the_points() -> None:
    """Without question 3 (1 of 1 point), 53/6 of 23 become 47/6 of 22."""
    student = graded(PAPER, exam=rekeyed(EXAM, drop=["Q13-C6"], **WHY)).students[0]
    assert (student.points, student.out_of) == (Fraction(47, 6), 22)
    assert by_part(graded(PAPER, exam=rekeyed(EXAM, drop=["Q13-C6"], **WHY)))["3what"].judged.state == "dropped"


def test_the_id_of_an_item_means_its_questions_on_all_forms() -> None:
    exam = rekeyed(EXAM, full_marks=["exponential"], **WHY)
    assert sorted(one.question for one in exam.amendments) == ["Q110-E9", "Q210-E9", "Q310-E9"]
    assert points(exam)["10w1"] == 2


def test_full_marks_for_a_text_leave_nothing_to_mark() -> None:
    student = graded(PAPER, Policy(passes=bound("50%", "--pass")), exam=rekeyed(EXAM, full_marks=["curves"], **WHY))
    assert student.students[0].points == Fraction(53, 6) + 3
    assert (student.students[0].open, student.students[0].grade) == (0, "pass")


def test_nobody_s_result_gets_worse_where_that_is_promised() -> None:
    """Question 3 was right: 53/6 of 23 is 38.4 per cent, 47/6 of 22 is 35.6.  Who had it wrong gains by the drop."""
    plain = rekeyed(EXAM, drop=["Q13-C6"], **WHY)
    kind = rekeyed(EXAM, drop=["Q13-C6"], never_lower=True, **WHY)
    assert graded(PAPER, exam=plain).students[0].out_of == 22
    assert graded(PAPER, exam=kind).students[0].out_of == 23
    wrong = PAPER.replace(",D,B", ",A,B")
    assert graded(wrong, exam=kind).students[0].out_of == 22


def test_what_becomes_of_maximum_and_pass_mark_is_told() -> None:
    after = rekeyed(EXAM, drop=["Q13-C6"], **WHY)
    line = "1 form: 22 points can be had instead of 23"
    assert told(EXAM, after) == [f"{line} (F1-K3X)"]
    assert told(EXAM, after, bound("50%", "")) == [f"{line}, 11 to pass instead of 11.5 (F1-K3X)"]
    assert told(EXAM, after, bound("12", "")) == [f"{line}, and 12 to pass as before (F1-K3X)"]
    all_forms = rekeyed(EXAM, drop=["regime"], **WHY)
    assert told(EXAM, all_forms) == ["3 forms: 22 points can be had instead of 23 (F1-K3X, F2-K3Y, F3-K3Z)"]


# --- the file ------------------------------------------------------------------------------------------------------


def test_an_exam_without_amendments_is_written_as_before() -> None:
    assert "amendments" not in to_json(EXAM) and "never_lower" not in to_json(EXAM)
    exam = rekeyed(EXAM, accept=["Q11-7F:w1=4"], never_lower=True, **WHY)
    assert from_json(to_json(exam)) == exam


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('"question": "Q13-C6"', '"question": "Q13-C7"', "amendments.0.question"),
        ('"part": "what"', '"part": "who"', "amendments.0.part"),
        ('"response": "A"', '"response": ""', "amendments.0.response"),
    ],
)
def test_amendments_of_nothing_are_unsound(old: str, new: str, place: str) -> None:
    text = to_json(rekeyed(EXAM, accept=["Q13-C6=A"], **WHY))
    assert text.count(old) == 1
    with pytest.raises(InputError, match=place):
        from_json(text.replace(old, new))


def test_the_commands_write_the_exam_and_what_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("exam.json").write_text(to_json(EXAM), "utf-8")
    Path("r.csv").write_text(PAPER + "F1-K3X,1002,2,1,,,,,,,,,\n", "utf-8")
    words = ["rekey", "exam.json", "--accept", "Q11-7F:w1=4", "--why", "a misprint", "--date", "2026-12-01"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0 and done.output == "rekeyed.json: 1 amendment, in all 1\n"
    assert CliRunner().invoke(main, words).exit_code == 2
    done = CliRunner().invoke(main, ["grade", "rekeyed.json", "r.csv", "--pass", "10%", "--no-pages"])
    assert done.exit_code == 0, done.output
    assert rows(Path("marks/changed.csv")) == [
        {"student": "1001", "form": "F1-K3X", "points_before": "8.8333", "out_of_before": "23",
         "percent_before": "38.41", "grade_before": "", "points": "10.8333", "out_of": "23", "percent": "47.1",
         "grade": "", "questions": "Q11-7F"}
    ]  # fmt: skip
    told_ = CliRunner().invoke(main, ["trace", "rekeyed.json", "E-2026-SAMPLE-Q11-7F"]).output.splitlines()
    assert told_ == [
        "question Q11-7F: number 1 on form F1-K3X",
        "item one-step, version 1, row 18: One update on a parabola",
        "parameters: a = 1, w0 = 3, eta = 1/4",
        "key of w1: 2",
        "key of l1: 1",
        "amended 2026-12-01: accept w1 = 4 (a misprint)",
        "gdquiz show one-step --variant 18",
    ]


def test_forms_and_students_are_traced_too() -> None:
    assert traced(EXAM, "S_1042")[0] == "form F2-K3Y, number 2, of student s_1042"
    assert traced(EXAM, "f1-k3x")[3] == "  3: Q13-C6, item regime, row 3"
    with pytest.raises(InputError, match="did you mean 'Q37-C9'"):
        traced(EXAM, "Q13-C9")


@pytest.mark.parametrize(
    ("words", "told_"),
    [
        (("--why", "x"), "say what changes"),
        (("--drop", "Q13-C6"), "Missing option '--why'"),
        (("--drop", "Q13-C7", "--why", "x"), "field --drop"),
        (("--drop", "Q13-C6", "--why", "x", "--pass", "much"), "field --pass"),
    ],
)
def test_calls_that_say_too_little_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told_: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("exam.json").write_text(to_json(EXAM), "utf-8")
    done = CliRunner().invoke(main, ["rekey", "exam.json", *words])
    assert done.exit_code == 2 and told_ in done.output
    assert not Path("rekeyed.json").exists()
