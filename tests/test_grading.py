"""Marks of what came back: derived by hand, and the same from whatever file the answers come in."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
import returning
from sample_exam import sample

from gdquiz.errors import InputError
from gdquiz.exam.exam_json import from_json
from gdquiz.exam.frozen import Exam
from gdquiz.grading.by_hand import Decision, agreement, read_decisions
from gdquiz.grading.grade import Graded, PartMark, grade
from gdquiz.grading.judged import judged
from gdquiz.grading.policy import Bound, Policy, amount, bound, grades
from gdquiz.grading.readers import READERS, read_responses
from gdquiz.grading.responses import Where

EXAM = sample()
SAMPLES = Path(__file__).resolve().parent.parent.parent / "shared" / "samples"


def graded(
    text: str | bytes, policy: Policy | None = None, decisions: tuple[Decision, ...] = (), exam: Exam = EXAM
) -> Graded:
    data = text.encode() if isinstance(text, str) else text
    return grade(exam, read_responses([("responses.csv", data)], exam), policy, decisions)


def by_part(result: Graded, student: int = 0) -> dict[str, PartMark]:
    """The parts of a student by number and id."""
    return {f"{part.number}{part.part}": part for part in result.students[student].parts}


# --- marks derived by hand -----------------------------------------------------------------------------------------

PAPER = """form,student,1a,1b,2,3,4,5,6,7,8,9,10
F1-K3X,1001,4,1,2.4; ,D,B,false,1A 3B,A D B C,4w+2v,The held-out error rises.,
"""


def test_every_kind_of_answer_earns_what_its_rule_gives() -> None:
    """Form 1: a = 1, w0 = 3, eta = 1/4, so w1 = 3 - 2(3 - 1)/4 = 2 and the loss there is 1; the ravine ends in
    (12/5, 3/5).  Options are printed in the order o1, o2, o3, o0.

    4 climbs (0 of 2), 1 is right (1), one of two numbers is half of 3 (3/2), D is o0 and right (1); of the right o0 and
    o2 B alone is half of 2 (1); the verdict alone is half of 2 (1); two of three pairs are two thirds of 3 (2); A D B C
    has one of six pairs out of order, tau = 5/6 - 1/6 = 2/3 of 2 (4/3); half of the gradient earns nothing; the text
    waits for a person; the last is blank.
    """
    result = graded(PAPER)
    points = {name: part.points for name, part in by_part(result).items()}
    assert points == {
        "1w1": 0, "1l1": 1, "2point": Fraction(3, 2), "3what": 1, "4which": 1, "5claim": 1, "6match": 2,
        "7order": Fraction(4, 3), "8dw": 0, "9explain": 0, "10w1": 0,
    }  # fmt: skip
    student = result.students[0]
    assert (student.points, student.out_of) == (Fraction(53, 6), 23)
    assert {name: part.judged.state for name, part in by_part(result).items() if part.judged.state != "marked"} == {
        "9explain": "by hand",
        "10w1": "blank",
    }
    assert by_part(result)["1w1"].judged.marking.misconceptions == ("ASCENT",)
    assert by_part(result)["8dw"].judged.marking.misconceptions == ("HALF_GRADIENT",)
    assert student.open == 1 and not result.problems


def test_a_person_s_mark_is_added_and_the_grade_appears() -> None:
    """53/6 + 5/2 = 34/3 of 23 points are 49.28 per cent."""
    policy = Policy(passes=bound("49%", "--pass"))
    assert graded(PAPER, policy).students[0].grade == ""
    mine = Decision("1001", "Q19-T5", "explain", Fraction(5, 2), "Ada")
    student = graded(PAPER, policy, (mine,)).students[0]
    assert (student.points, student.grade, student.open) == (Fraction(34, 3), "pass", 0)
    assert graded(PAPER, Policy(passes=bound("50%", "--pass")), (mine,)).students[0].grade == "fail"


def test_two_markers_count_by_their_mean_and_each_by_the_last_mark() -> None:
    marks = [("Ada", 1), ("Ada", 2), ("Max", 3)]
    decisions = tuple(Decision("1001", "Q19-T5", "explain", Fraction(points), person) for person, points in marks)
    assert by_part(graded(PAPER, None, decisions))["9explain"].points == Fraction(5, 2)


def test_what_was_marked_is_changed_only_with_reason_person_and_date() -> None:
    bare = Decision("1001", "Q11-7F", "w1", Fraction(1), "Ada", where=Where("by-hand.csv", 3))
    result = graded(PAPER, None, (bare,))
    assert by_part(result)["1w1"].points == 0
    assert [str(one.where) for one in result.problems] == ["by-hand.csv:3"]
    told = Decision("1001", "Q11-7F", "w1", Fraction(1), "Ada", "right method", "2026-12-01")
    assert by_part(graded(PAPER, None, (told,)))["1w1"].points == 1
    lost = Decision("1001", "NOWHERE", "w1", Fraction(1), "Ada", where=Where("by-hand.csv", 4))
    assert [one.problem for one in graded(PAPER, None, (lost,)).problems] == ["this mark fits no response"]


def test_a_right_verdict_with_a_wrong_reason_earns_half_or_nothing() -> None:
    """The claim is false, because of o1, which is A; C is o3, a foreseen wrong answer."""
    text = "form,student,5\nF1-K3X,1001,false c\nF1-K3X,1002,false a\nF1-K3X,1003,true a\nF1-K3X,1004,false\n"
    assert [by_part(graded(text), k)["5claim"].points for k in range(4)] == [1, 2, 0, 1]
    strict = graded(text, Policy(both_or_nothing=True))
    assert [by_part(strict, k)["5claim"].points for k in range(4)] == [0, 2, 0, 0]


@pytest.mark.parametrize(
    ("response", "state", "points"),
    [
        ("", "blank", 0), ("  ", "blank", 0), ("2.4 0.6", "marked", 3), ("2.4;", "marked", Fraction(3, 2)),
        ("; 0.6", "marked", Fraction(3, 2)), (";", "not read", 0), ("2.4; x", "not read", 0), ("2.4", "not read", 0),
        ("; 7", "marked", 0), ("1;2;3", "not read", 0),
    ],
)  # fmt: skip
def test_incomplete_numbers_earn_what_is_there(response: str, state: str, points: Fraction) -> None:
    result = graded(f'form,student,2\nF1-K3X,1001,"{response}"\n')
    part = by_part(result)["2point"]
    assert (part.judged.state, part.points) == (state, points)


@pytest.mark.parametrize(
    ("response", "state", "points"),
    [
        ("1A 2D 3B", "marked", 3), ("2D", "marked", 1), ("1A, 3B", "marked", 2), ("1A 1B", "not read", 0),
        ("4A", "not read", 0), ("1Z", "not read", 0), ("1A 2", "not read", 0), ("AD", "not read", 0),
    ],
)  # fmt: skip
def test_incomplete_matchings_earn_what_is_there(response: str, state: str, points: Fraction) -> None:
    part = by_part(graded(f'form,student,6\nF1-K3X,1001,"{response}"\n'))["6match"]
    assert (part.judged.state, part.points) == (state, points)


# --- policies ------------------------------------------------------------------------------------------------------


def test_grades_are_the_best_that_is_reached_and_bounds_belong_to_the_better_one() -> None:
    table = grades(["C=50%", "A=90%", "B=75%"])
    assert [name for name, _ in table] == ["A", "B", "C"]
    policy = Policy(grades=table)
    assert [policy.grade(Fraction(points), Fraction(20)) for points in (20, 18, 15, 10)] == ["A", "A", "B", "C"]
    assert policy.grade(Fraction(999, 100), Fraction(20)) == ""
    assert Policy(grades=grades(["1=9.5", "2=8"])).grade(Fraction(19, 2), Fraction(20)) == "1"


@pytest.mark.parametrize("bad", [["A"], ["A=x"], ["A=90%", "B=8"], ["A=90%", "A=80%"], ["A=90%", "B=90%"], ["A=101%"]])
def test_grades_that_make_no_table_are_refused(bad: list[str]) -> None:
    with pytest.raises(InputError):
        grades(bad)


def test_marks_are_rounded_to_steps_with_halves_up() -> None:
    half = Policy(step=Fraction(1, 2))
    assert [half.rounded(Fraction(n, 12)) for n in (2, 3, 8, 9)] == [0, Fraction(1, 2), Fraction(1, 2), 1]
    assert Policy().rounded(Fraction(1, 3)) == Fraction(1, 3)


def test_amounts_are_printed_exactly_or_rounded() -> None:
    values = [Fraction(1, 3), Fraction(5, 2), Fraction(7), Fraction(1, 20000), Fraction(-1, 3), Fraction(0)]
    assert [amount(value) for value in values] == ["0.3333", "2.5", "7", "0.0001", "-0.3333", "0"]
    assert str(Bound(Fraction(50))) == "50%"


def test_of_several_attempts_the_best_the_last_or_the_first_counts() -> None:
    text = "student,question,part,response,attempt,form\n" + "".join(
        f"1001,Q13-C6,what,{letter},{attempt},F1-K3X\n" for attempt, letter in ((1, "A"), (2, "D"), (3, "B"))
    )
    found = {name: graded(text, Policy(attempts=name)).students[0] for name in ("best", "last", "first")}
    assert {name: (one.attempt, one.points) for name, one in found.items()} == {
        "best": (2, 1), "last": (3, 0), "first": (1, 0),
    }  # fmt: skip


def test_the_best_questions_count_where_all_are_worth_the_same() -> None:
    with pytest.raises(InputError, match="worth different points"):
        graded(PAPER, Policy(best=2))
    form = EXAM.forms[0]
    small = form.model_copy(update={"questions": form.questions[2:3] + form.questions[3:5] + form.questions[6:7]})
    even = small.model_copy(update={"questions": tuple(q.model_copy(update={"points": 2.0}) for q in small.questions)})
    exam = EXAM.model_copy(update={"forms": (even,)})
    text = "student,3,4,5,7\n1001,A,D B,false a,A D B C\n"
    student = graded(text, Policy(best=2), exam=exam).students[0]
    assert (student.points, student.out_of) == (4, 4)
    assert [part.counts for part in student.parts] == [False, True, True, False]
    with pytest.raises(InputError, match="a form has 4 questions"):
        graded(text, Policy(best=5), exam=exam)


# --- what fits nothing ---------------------------------------------------------------------------------------------


def test_what_fits_nothing_is_listed_by_line_and_all_else_is_marked() -> None:
    rows = [
        "exam,form,student,question,part,response,status",
        "E-2026-SAMPLE,F1-K3X,1,Q13-C6,what,D,read",
        "E-2025,F1-K3X,1,Q13-C6,what,D,read",
        "E-2026-SAMPLE,F9,2,Q13-C6,what,D,read",
        "E-2026-SAMPLE,F1-K3X,1,Q13-XX,what,D,read",
        "E-2026-SAMPLE,F1-K3X,1,Q11-7F,w3,D,read",
        "E-2026-SAMPLE,F1-K3X,1,Q11-7F,,D,read",
        "E-2026-SAMPLE,F1-K3X,1,Q23-C6,what,D,read",
        "E-2026-SAMPLE,,,Q13-C6,what,D,read",
        "E-2026-SAMPLE,F1-K3X,1,99,,D,read",
        "E-2026-SAMPLE,F1-K3X,1,Q14-C10,,B D,smudged",
    ]
    result = graded("\n".join(rows))
    told = {problem.where.line: problem.problem for problem in result.problems}
    assert told == {
        3: "this is of exam E-2025, not of E-2026-SAMPLE",
        4: "this exam has no form F9",
        5: "no question of exam E-2026-SAMPLE is named in 'Q13-XX'",
        6: "question Q11-7F has no part 'w3': its parts are w1, l1",
        7: "question Q11-7F has several parts (w1, l1), and none is named",
        8: "question Q23-C6 is of form F2-K3Y, and this student has form F1-K3X",
        9: "neither a student nor a form is named",
        10: "form F1-K3X has no question 99",
    }
    parts = by_part(result)
    assert parts["3what"].points == 1
    assert (parts["4which"].judged.state, parts["4which"].judged.why) == ("not read", "read as 'smudged'")


def test_two_answers_to_one_part_are_given_to_a_person() -> None:
    text = "form,student,question,part,response\nF1-K3X,1,Q13-C6,what,D\nF1-K3X,1,Q13-C6,what,A\nF1-K3X,1,Q14-C10,,B\n"
    result = graded(text)
    assert by_part(result)["3what"].judged.state == "not read"
    assert [one.problem for one in result.problems] == ["answered twice, also at responses.csv:2"]
    same = graded(text.replace("what,A", "what,D"))
    assert by_part(same)["3what"].points == 1 and not same.problems


def test_who_is_not_on_the_roster_and_who_is_absent_is_told() -> None:
    result = graded(PAPER)
    assert "not on the roster, and marked: 1001" in result.notes
    assert "no response from 1 student on the roster: s_1042" in result.notes
    own = graded("student,3\nS_1042,A\n")
    assert own.students[0].form == EXAM.forms[1]


# --- people's marks ------------------------------------------------------------------------------------------------


def test_marks_of_people_are_read_with_their_faults_all_at_once() -> None:
    header = "student,question,part,out_of,points,person,reason,date\n"
    good = read_decisions((header + '1,Q,p,3,"2,5",Ada,,\n1,Q,r,3,,Ada,,\n1,Q,s,3,1/3,Ada,,\n').encode(), "m.csv")
    assert [one.points for one in good] == [Fraction(5, 2), Fraction(1, 3)]
    with pytest.raises(InputError) as caught:
        read_decisions((header + "1,Q,p,3,4,Ada,,\n1,Q,r,3,much,Ada,,\n1,Q,r,3,-1,Ada,,\n").encode(), "m.csv")
    assert [fault.line for fault in caught.value.faults] == [2, 3, 4]
    with pytest.raises(InputError, match="no column question"):
        read_decisions(b"student,points\n1,2\n", "m.csv")


def test_agreement_is_told_from_twenty_responses_on() -> None:
    def marks(count: int) -> list[Decision]:
        return [
            Decision(f"s{k}", "Q", "p", Fraction(points), person)
            for k in range(count)
            for person, points in (("Ada", 2), ("Max", 2 if k % 4 else 1))
        ]

    assert agreement(marks(19)) == []
    assert agreement(marks(20)) == [
        "Ada and Max marked 20 responses both: 15 alike; on average Ada gave 0.25 points more"
    ]


# --- the same answers from every file ------------------------------------------------------------------------------


def truth_of(exam: Exam, student: returning.Student) -> dict[tuple[str, str], Fraction]:
    """The credit of every part by the rules of marking alone; a text is left to a person."""
    credits = {}
    for question in student.questions:
        wording = exam.wordings[question.wording]
        said = [
            returning.typed(part, question.parts[at], student.answers[question.id, at])
            for at, part in enumerate(wording.parts)
        ]
        for part, one in zip(wording.parts, judged(exam, question, said, [""] * len(said)), strict=True):
            credits[wording.item, part.id] = one.credit
    return credits


@pytest.mark.parametrize("make", [returning.long_file, returning.wide_file])
def test_a_class_on_paper_comes_back_with_every_mark(make) -> None:
    students = returning.a_class(EXAM, 30, drawn=False)
    result = graded(make(EXAM, students))
    assert not result.problems and len(result.students) == 30
    _compare(result, students)


def _compare(result: Graded, students: list[returning.Student]) -> None:
    found = {one.student: one for one in result.students}
    for student in students:
        marks = {
            (EXAM.wordings[part.question.wording].item, part.part): part.judged.credit
            for part in found[student.id].parts
            if part.question is not None
        }
        assert marks == truth_of(EXAM, student), student.id


@pytest.mark.parametrize("make", [returning.moodle_file, returning.canvas_file])
def test_a_class_on_a_platform_comes_back_with_every_mark(make) -> None:
    students = returning.a_class(EXAM, 30, drawn=True)
    result = graded(make(EXAM, students))
    assert not result.problems
    _compare(result, students)


# --- samples -------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of platforms are not beside the checkout")
def test_moodle_s_own_report_is_marked_as_moodle_marked_it() -> None:
    """Whoever gave the right answer of the report to a question earns all of it."""
    import csv
    import io

    exam = from_json((SAMPLES / "moodle-exam.json").read_bytes())
    data = (SAMPLES / "moodle-responses-with-questions.csv").read_bytes()
    result = graded(data, exam=exam)
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    compared = 0
    for student in result.students:
        row = [one for one in rows if one["ID number"] == student.student][student.attempt - 1]
        for part in student.parts:
            slot = part.number
            right = row[f"Right answer {slot}"]
            if part.question is not None and row[f"Response {slot}"] == right and right not in ("", "-"):
                assert part.points == part.out_of, (student.student, part)
                compared += 1
    assert compared >= 40


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of platforms are not beside the checkout")
def test_every_sample_is_recognised() -> None:
    exam = from_json((SAMPLES / "moodle-exam.json").read_bytes())
    expected = {
        "blackboard-by-user.xls.txt": "blackboard", "brightspace-attempt-details.csv": "brightspace",
        "canvas-student-analysis.csv": "canvas", "gdquiz-long.csv": "gdquiz", "gdquiz-wide.csv": "wide",
        "google-forms.csv": "google-forms", "moodle-responses-with-questions.csv": "moodle", "ms-forms.csv": "ms-forms",
        "openolat-results.xlsx": "openolat", "qti-assessmentResult.xml": "qti", "tao-results.csv": "tao",
    }  # fmt: skip
    for name, reader in expected.items():
        note = read_responses([(name, (SAMPLES / name).read_bytes())], exam).notes[0]
        assert f"read as {reader} " in note
    with pytest.raises(InputError, match="tick 'The question text'"):
        read_responses([("m.csv", (SAMPLES / "moodle-responses.csv").read_bytes())], exam)
    assert {reader.name for reader in READERS} == set(expected.values())
