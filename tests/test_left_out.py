"""What a target cannot take is left out and told; the other questions and targets of the call are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sample_exam import sample

from gdquiz.checking.carrying import _TRIED
from gdquiz.cli import main
from gdquiz.errors import Fault, InputError
from gdquiz.exam.exam_json import to_json
from gdquiz.exam.frozen import Exam
from gdquiz.kinds.platforms import LEFT_OUT, SHARES
from gdquiz.packaging.fields import KINDS
from gdquiz.packaging.packages import package
from gdquiz.packaging.shares import equal_shares
from gdquiz.packaging.targets import TARGETS, find_target

BANK = """
[bank]
topic = "limits"
title = "Limits"
[[item]]
id = "limit"
title = "TITLE"
skill = "one-update"
bloom = "apply"
stem = 'Let $a = {{a}}$.'
solution = "See."
parameters = { a = "1..9" }
[[item.part]]
kind = "choices"
ask = "Which hold?"
option = [
OPTIONS
]
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), prog_name="gdquiz")


def bank(folder: Path, right: int, wrong: int, *, title: str = "Short", feedback: str = "") -> Path:
    lines = [
        f'  {{ id = "o{place}", text = "statement {place}", when = "a {">" if place < right else "<"} 0"'
        + (f', feedback = "{feedback}"' if feedback and place % 2 else "")
        + " },"
        for place in range(right + wrong)
    ]
    file = folder / "limit.toml"
    file.write_text(BANK.replace("OPTIONS", "\n".join(lines)).replace("TITLE", title), encoding="utf-8")
    return file


def everything() -> list[str]:
    return [word for row in TARGETS for word in ("--to", row.name)]


# --- what check calls proved can be had ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "wrong", "title", "feedback"),
    [(10, 1, "A", ""), (11, 1, "B", ""), (13, 3, "C", ""), (20, 1, "D", "no"), (2, 20, "E", ""), (2, 24, "F", "no"),
     (1, 1, "t" * 290, ""), (1, 1, "&amp; <" * 42, ""), (2, 3, "G", "partly")],
)  # fmt: skip
def test_what_is_proved_is_packaged_for_every_platform(
    tmp_path: Path, right: int, wrong: int, title: str, feedback: str
) -> None:
    file = bank(tmp_path, right, wrong, title=title, feedback=feedback)
    checked = run("check", str(file))
    assert (checked.exit_code, ", no faults, but 1 of 1 key" in checked.stdout) == (0, True), checked.output
    words = ("make", "--bank", str(file), "--questions", "1", "--pool", "2", "--seed", "left out tests")
    made = run(*words, *everything(), "--out", str(tmp_path / "out"))
    assert made.exit_code == 3, made.output  # Aiken has no place for several choices
    told = [line for line in made.stdout.splitlines() if "left out" in line]
    assert len(told) == 1 and "Aiken has no place for several choices (limit)" in told[0]
    assert len(list((tmp_path / "out" / "lms").iterdir())) == len(TARGETS) - 1


def test_what_a_platform_can_not_take_is_told_by_check_with_file_and_line(tmp_path: Path) -> None:
    file = bank(tmp_path, 21, 1)
    checked = run("check", str(file))
    assert checked.exit_code == 1
    (line,) = (line for line in checked.stdout.splitlines() if "as Moodle XML:" in line)
    assert line.startswith(
        "       fault: row 0 cannot be had as Moodle XML: the question does not stand its check: "
        "Moodle does not know all of these marks"
    )
    assert line.endswith(f" ({file}:5)")
    file = bank(tmp_path, 26, 1)
    checked = run("check", str(file))
    assert checked.exit_code == 2 and str(file) in checked.stderr and "26" in checked.stderr


def test_shares_of_right_options_are_known_and_add_up() -> None:
    for count in range(1, 21):
        shares = equal_shares(count)
        assert len(shares) == count and set(shares) <= set(SHARES)
        assert abs(sum(map(float, shares)) - 100) < 1e-4
    assert equal_shares(11) == ("10",) * 9 + ("5",) * 2  # 9 * 10 + 2 * 5 = 100
    assert equal_shares(21)[0] not in SHARES and equal_shares(0) == ()


# --- one question that is not taken ----------------------------------------------------------------------------------


def spoiled(wording: str, **changes: Any) -> Exam:
    """The sample with an item changed so that no platform that checks it can take it."""
    exam = sample()
    changed = exam.wordings[wording].model_copy(update=changes)
    return exam.model_copy(update={"wordings": {**exam.wordings, wording: changed}})


def packaged(exam: Exam, target: Any) -> tuple[str, list[str], list[Fault]]:
    report: list[str] = []
    lost: list[Fault] = []
    pages = [page.text for page in package(exam, target, report, left_out=lost)]
    text = "".join(page if isinstance(page, str) else page.decode("utf-8", "replace") for page in pages)
    return text, report, lost


@pytest.mark.parametrize("target", TARGETS, ids=lambda row: row.name)
@pytest.mark.parametrize("item", ["exponential", "regime", "statements", "overshoot", "rates", "algorithm", "gradient"])
def test_the_others_survive_and_the_report_names_the_item(target: Any, item: str) -> None:
    whole, _, before = packaged(sample(), target)
    kind = sample().wordings[item].parts[0].kind
    stem = sample().wordings[item].stem
    text, report, lost = packaged(spoiled(item, stem=stem + " $\\nosuchmacro{w}$ \x0b", title="odd \x0b title"), target)
    new = [fault for fault in lost if fault not in before]
    if new:
        assert {fault.item for fault in new} == {item}
        assert any("left out: " in line and item in line for line in report)
    others = [name for name in sample().wordings if name != item]
    assert [name for name in others if f"{name}-" in whole] == [name for name in others if f"{name}-" in text]
    if target.kinds[kind] == LEFT_OUT:
        assert any(f"has no place for {KINDS[kind]}" in fault.problem for fault in before if fault.item == item)


def without_words(exam: Exam) -> Exam:
    """The exam with figures that nothing is said of, which packages of QTI refuse."""
    forms = []
    for form in exam.forms:
        questions = []
        for one in form.questions:
            figure = one.figure and one.figure.model_copy(update={"alt": "", "key_alt": ""})
            questions.append(one.model_copy(update={"figure": figure}))
        forms.append(form.model_copy(update={"questions": tuple(questions)}))
    return exam.model_copy(update={"forms": tuple(forms)})


def test_without_a_list_for_them_the_first_question_that_is_not_sound_is_raised() -> None:
    target = find_target("qti-2.1")
    with pytest.raises(InputError, match="a picture has no text") as raised:
        list(package(without_words(sample()), target, []))
    assert raised.value.faults[0].item == "one-step"
    _, report, lost = packaged(without_words(sample()), target)
    assert {fault.item for fault in lost} == {"one-step", "ravine", "curves"} and len(lost) == 9
    told = (
        "left out: the question does not stand its check: a picture has no text: 9 questions (curves, one-step, ravine)"
    )
    assert any(line.strip() == told for line in report)


def test_the_other_targets_of_a_call_are_written(tmp_path: Path) -> None:
    tree = json.loads(to_json(sample()))
    for form in tree["forms"]:
        (question,) = (one for one in form["questions"] if one["wording"] == "statements")
        form["questions"] = [question | {"number": 1}]
    tree["points"] = tree["forms"][0]["questions"][0]["points"]
    tree["sections"] = [{"first": 1, "last": 1}]
    file = tmp_path / "exam.json"
    file.write_text(json.dumps(tree), encoding="utf-8")
    result = run("render", str(file), "--to", "aiken", "--to", "markdown", "--out", str(tmp_path / "out"))
    assert result.exit_code == 3, result.output
    reason = "Aiken can carry no question of this exam: Aiken has no place for several choices (statements)"
    assert f"aiken: left out: {reason} (hint: choose another format)" in result.stdout.splitlines()
    assert (tmp_path / "out" / "sheets" / "form-01.md").exists() and not (
        tmp_path / "out" / "lms" / "aiken.txt"
    ).exists()
    alone = run("render", str(file), "--to", "aiken", "--out", str(tmp_path / "alone"))
    assert (alone.exit_code, alone.stdout) == (2, "") and reason in alone.stderr
    assert not (tmp_path / "alone").exists()
    assert run("render", str(file), "--to", "markdown", "--out", str(tmp_path / "sound")).exit_code == 0


def test_check_tries_a_target_of_each_sort() -> None:
    assert {row.name for row in TARGETS} - {row.name for row in _TRIED} == {"qti-2.2", "qti-3.0"}
