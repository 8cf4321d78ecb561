"""The commands on banks as people type them: make, render, banks, show, check, schema and formats."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest
from banking import BANKS, CHOICE, NUMBER, text_of
from click.testing import CliRunner, Result

from gdquiz.cli import main
from gdquiz.cli.loading import find_item, load_banks, load_item
from gdquiz.cli.schema import KINDS, schema_text
from gdquiz.errors import InputError
from gdquiz.exam.exam_json import from_json

SMALL, ALL_KINDS = str(BANKS / "small.toml"), str(BANKS / "kinds.toml")
PLAN = """title = "Trial"
banks = ["small.toml"]
seed = "plan"
forms = 2
[[section]]
title = "Only"
slot = [{ item = "small-step" }, { item = "small-way" }, { item = "small-word" }]
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), prog_name="gdquiz")


def told(*words: str) -> list[str]:
    """What a command that is refused says, line by line."""
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    return result.stderr.splitlines()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a blueprint, a bank and a roster."""
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "small.toml").write_text((BANKS / "small.toml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "students.csv").write_text("name,id\nAda Lovelace,7\nBlaise Pascal,9\nCarl Gauß,11\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")


# --- make ----------------------------------------------------------------------------------------------------------


def test_a_blueprint_becomes_sheets_and_keys(folder: Path) -> None:
    result = run("make", "plan.toml", "--to", "markdown", "--out", "exam")
    assert result.exit_code == 0, result.output
    made = from_json((folder / "exam" / "exam.json").read_text(encoding="utf-8"))
    assert [len(form.questions) for form in made.forms] == [3, 3]
    assert (made.title, made.seed) == ("Trial", "plan")
    found = files(folder / "exam")
    assert found[0] == "exam.json" and any(name.startswith("keys/") for name in found)
    assert [name for name in found if name.startswith("sheets/")] == ["sheets/form-01.md", "sheets/form-02.md"]
    lines = result.stdout.splitlines()
    assert lines[0] == f"exam/exam.json: exam {made.id}, 2 forms of 3 questions"
    assert lines[1:3] == [
        "exam/sheets/: what the students get",
        "exam/keys/: answers, worked solutions and the answer table",
    ]
    assert "small-step: work" in result.stdout and "The seed was drawn" not in result.stdout


def test_one_form_of_one_question_is_not_called_several(folder: Path) -> None:
    result = run("make", "--bank", "small.toml", "--questions", "1", "--seed", "1", "--to", "markdown", "--out", "exam")
    assert result.exit_code == 0, result.output
    made = from_json((folder / "exam" / "exam.json").read_text(encoding="utf-8"))
    lines = result.stdout.splitlines()
    assert lines[0] == f"exam/exam.json: exam {made.id}, 1 form of 1 question"
    assert any(line.endswith("(1 form, 1 question each).") for line in lines)
    for name in ("sheets/form-01.md", "keys/form-01.md"):
        assert " · 1 question · " in (folder / "exam" / name).read_text(encoding="utf-8")


def test_the_same_words_make_the_same_files(folder: Path) -> None:
    for out in ("one", "two"):
        assert run("make", "plan.toml", "--to", "markdown", "--out", out).exit_code == 0
    for name in files(folder / "one"):
        assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes()


def test_a_roster_makes_a_form_for_each_student(folder: Path) -> None:
    assert run("make", "plan.toml", "--roster", "students.csv", "--to", "markdown", "--out", "exam").exit_code == 0
    made = from_json((folder / "exam" / "exam.json").read_text(encoding="utf-8"))
    assert [form.student for form in made.forms] == ["7", "9", "11"]
    assert (folder / "exam" / "students.csv").read_text(encoding="utf-8").splitlines() == [
        "student,name", "7,Ada Lovelace", "9,Blaise Pascal", "11,Carl Gauß",
    ]  # fmt: skip
    assert "Carl Gauß" not in (folder / "exam" / "exam.json").read_text(encoding="utf-8")
    assert "Carl Gauß" in (folder / "exam" / "sheets" / "form-03.md").read_text(encoding="utf-8")


def test_a_quick_quiz_needs_no_blueprint(folder: Path) -> None:
    words = (
        "make",
        "--bank",
        SMALL,
        "--questions",
        "3",
        "--forms",
        "2",
        "--seed",
        "7",
        "--to",
        "markdown",
        "--title",
        "Quiz",
    )
    assert run(*words, "--out", "quiz").exit_code == 0
    made = from_json((folder / "quiz" / "exam.json").read_text(encoding="utf-8"))
    assert sorted(question.wording for question in made.forms[0].questions) == ["small-step", "small-way", "small-word"]
    assert (made.title, made.seed, len(made.forms)) == ("Quiz", "7", 2)


def test_a_seed_that_is_drawn_is_told_and_makes_the_exam_again(folder: Path) -> None:
    first = run("make", "--bank", SMALL, "--questions", "2", "--to", "markdown", "--out", "one")
    (line,) = (line for line in first.stdout.splitlines() if line.startswith("The seed was drawn: --seed "))
    seed = line.split()[5]
    assert (
        run("make", "--bank", SMALL, "--questions", "2", "--to", "markdown", "--out", "two", "--seed", seed).exit_code
        == 0
    )
    assert (folder / "one" / "exam.json").read_bytes() == (folder / "two" / "exam.json").read_bytes()


def test_no_sheet_holds_an_answer(folder: Path) -> None:
    assert (
        run("make", "--bank", SMALL, "--questions", "3", "--forms", "2", "--seed", "7", "--out", "exam").exit_code == 0
    )
    made = json.loads((folder / "exam" / "exam.json").read_text(encoding="utf-8"))
    secrets = {
        w["feedback"] for form in made["forms"] for q in form["questions"] for p in q["parts"] for w in p["wrong"]
    }
    secrets |= {
        line["text"] for words in made["wordings"].values() for part in words["parts"] for line in part["guide"]
    }
    secrets |= {*made["misconceptions"], "Solution", "Answer table", "small-step"}
    sheets = [path.read_text(encoding="utf-8") for path in (folder / "exam" / "sheets").rglob("*") if path.is_file()]
    assert len(sheets) >= 6
    assert not [secret for secret in secrets for sheet in sheets if secret in sheet]


def test_points_and_titles_of_a_blueprint_are_printed(folder: Path) -> None:
    plan = PLAN.replace('{ item = "small-step" }', '{ item = "small-step", points = 4 }')
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    assert run("make", "plan.toml", "--to", "markdown", "--out", "exam").exit_code == 0
    sheet = (folder / "exam" / "sheets" / "form-01.md").read_text(encoding="utf-8")
    assert "Only" in sheet and "(4 points)" in sheet


def test_every_fault_of_a_roster_is_told_with_its_line(folder: Path) -> None:
    (folder / "students.csv").write_text("name,id\nAda,7\n,8\nEmmy,7\n", encoding="utf-8")
    assert told("make", "plan.toml", "--roster", "students.csv", "--out", "exam") == [
        "gdquiz: students.csv:3: a student without name or id; expected both",
        "gdquiz: students.csv:4: the id 7 stands on line 2 already",
    ]


def test_a_seed_on_the_command_line_comes_before_that_of_the_blueprint(folder: Path) -> None:
    run("make", "plan.toml", "--to", "markdown", "--out", "one", "--seed", "other")
    assert json.loads((folder / "one" / "exam.json").read_text(encoding="utf-8"))["seed"] == "other"


@pytest.mark.parametrize(
    ("words", "warning"),
    [
        (["plan.toml"],
         "plan.toml: who reads the seed in this file can make the keys; without one it is drawn and printed"),
        (["plan.toml", "--seed", "4711"],
         "a seed of 4 characters can be guessed, and with it the keys; take 12 or more, or none"),
        (["plan.toml", "--seed", "x"],
         "a seed of 1 character can be guessed, and with it the keys; take 12 or more, or none"),
        (["plan.toml", "--seed", "eleven sign"],
         "a seed of 11 characters can be guessed, and with it the keys; take 12 or more, or none"),
        (["plan.toml", "--seed", "twelve signs"], ""),
        (["--bank", SMALL, "--questions", "1"], ""),
    ],
)  # fmt: skip
def test_a_seed_that_is_easily_guessed_is_warned_of(folder: Path, words: list[str], warning: str) -> None:
    result = run("make", *words, "--to", "markdown", "--out", "exam")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == ([f"gdquiz: warning: {warning}"] if warning else [])


def test_an_earlier_exam_is_only_replaced_when_told_to(folder: Path) -> None:
    words = ("make", "plan.toml", "--to", "markdown", "--out", "exam")
    assert run(*words).exit_code == 0
    before = (folder / "exam" / "exam.json").read_bytes()
    (line, *_) = told(*words, "--seed", "x")
    assert line.startswith("gdquiz: ") and "--force" in line
    assert (folder / "exam" / "exam.json").read_bytes() == before
    assert run(*words, "--seed", "x", "--force").exit_code == 0
    assert (folder / "exam" / "exam.json").read_bytes() != before


def test_nothing_is_written_when_something_is_wrong(folder: Path) -> None:
    (folder / "plan.toml").write_text(PLAN.replace("small-way", "small-wey"), encoding="utf-8")
    assert told("make", "plan.toml", "--to", "markdown", "--out", "exam") == [
        "gdquiz: plan.toml, field section[1].slot[2]: there is no item 'small-wey' (hint: did you mean 'small-way'?)"
    ]
    assert not (folder / "exam").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["plan.toml", "--questions", "3"],
         "--topic, --questions and --title describe a quick quiz; a blueprint says them itself."),
        (["plan.toml", "--roster", "students.csv", "--forms", "3"],
         "--roster makes one form for each student, so --forms cannot be used with it."),
        (["--bank", SMALL, "--topic", "smal"],
         "field --topic: there is no topic 'smal'; expected small (hint: did you mean 'small'?)"),
        (["--bank", "nowhere.toml"], "nowhere.toml: cannot read this: no such file or directory"),
        (["nowhere.toml"], "nowhere.toml: cannot read this: no such file or directory"),
        (["plan.toml", "--to", "markdwon"], "unknown format 'markdwon'; expected markdown, html, latex"),
        (["--bank", SMALL, "--bank", "small.toml"],
         f"small.toml:5, item small-step: the item id 'small-step' is used in {SMALL} too; expected ids that differ"),
        (["--bank", SMALL, "--bank", SMALL],
         f"{SMALL}:5, item small-step: the item id 'small-step' is used in {SMALL} too; expected ids that differ"),
        (["--bank", SMALL, "--questions", "0"], "Invalid value for '--questions': 0 is not in the range 1<=x<=200."),
    ],
)  # fmt: skip
def test_what_make_refuses(folder: Path, words: list[str], message: str) -> None:
    (line, *_) = told("make", *words, "--out", "exam")
    assert line.startswith(f"gdquiz: {message}")
    assert not (folder / "exam").exists()


def test_faults_of_a_bank_are_told_line_by_line(folder: Path) -> None:
    (folder / "broken.toml").write_text(
        text_of(f'parameters = {{ a = "1..3" }}\n{NUMBER}answer = "b"\n', stem="{{c}}"), encoding="utf-8"
    )
    assert told("make", "--bank", "broken.toml") == [
        "gdquiz: broken.toml:17, item one, field part[1].answer: unknown name 'b' at column 1; expected one of a",
        "gdquiz: broken.toml:10, item one, field stem: unknown name 'c' at column 1; expected one of a",
    ]


# --- students, late ones, spare forms, retakes -----------------------------------------------------------------------

MADE = ("make", "plan.toml", "--roster", "students.csv", "--to", "markdown", "--out", "exam")
LATE = ("--to", "markdown", "--out", "exam", "--force")


def test_late_students_are_added_and_nobody_is_moved(folder: Path) -> None:
    assert run(*MADE, "--spare", "1").exit_code == 0
    before = {name: (folder / "exam" / name).read_bytes() for name in files(folder / "exam")}
    (folder / "late.csv").write_text("name,id\nEmmy Noether,10\nAda,7\n", encoding="utf-8")
    result = run("make", "--extend", "exam/exam.json", "--bank", "small.toml", "--roster", "late.csv", *LATE)
    assert result.exit_code == 0, result.output
    assert "New: form 5; all others are as they were." in result.stdout.splitlines()
    own = [name for name in before if re.search(r"form-\d", name)]
    assert len(own) == 8 and not [name for name in own if (folder / "exam" / name).read_bytes() != before[name]]
    assert "Emmy Noether" in (folder / "exam" / "sheets" / "form-05.md").read_text(encoding="utf-8")
    words = ("make", "--extend", "exam/exam.json", "--bank", "small.toml")
    assert "New: forms 6 to 7; all others are as they were." in run(*words, "--spare", "2", *LATE).stdout
    assert told(*words, "--roster", "late.csv", *LATE) == [
        "gdquiz: exam/exam.json: everybody on the roster has a form already (hint: --spare adds more)"
    ]


def test_what_was_read_of_an_export_is_said_in_one_line(folder: Path) -> None:
    text = 'Student,ID,Section\n    Points Possible,,\n"Doe, Jane",101,1\n'
    (folder / "canvas.csv").write_bytes(text.encode("utf-16"))
    result = run("make", "plan.toml", "--roster", "canvas.csv", "--to", "markdown", "--out", "exam")
    assert result.exit_code == 0, result.output
    said = "canvas.csv: names from 'Student', ids from 'ID'; left out: the row 'Points Possible'"
    assert said in result.stdout.splitlines()
    assert "Doe, Jane" in (folder / "exam" / "sheets" / "form-01.md").read_text(encoding="utf-8")


def test_an_exam_from_own_banks_is_extended_with_them(folder: Path) -> None:
    assert run(*MADE).exit_code == 0
    assert told("make", "--extend", "exam/exam.json", "--spare", "1", *LATE) == [
        "gdquiz: exam/exam.json: this exam was made from banks of your own (small.toml); "
        "expected its BLUEPRINT, or a --bank for each"
    ]
    result = run("make", "plan.toml", "--extend", "exam/exam.json", "--spare", "1", *LATE)
    assert (result.exit_code, result.stderr) == (0, "") and "New: form 4;" in result.stdout
    (folder / "plan.toml").write_text(PLAN.replace("Only", "Changed"), encoding="utf-8")
    assert told("make", "plan.toml", "--extend", "exam/exam.json", "--spare", "1", *LATE) == [
        "gdquiz: plan.toml: this is not the blueprint that exam/exam.json was made from, or it was changed since "
        "(hint: make another exam, with --not-in that one)"
    ]


def test_a_retake_repeats_nothing(folder: Path) -> None:
    assert run(*MADE).exit_code == 0
    assert run("make", "plan.toml", "--seed", "plan", "--not-in", "exam/exam.json", "--to", "markdown", "--out", "two")
    first, second = (
        {
            (q.wording, q.row)
            for form in from_json((folder / name / "exam.json").read_bytes()).forms
            for q in form.questions
        }
        for name in ("exam", "two")
    )
    assert len(first) == 9 and len({one for one in second if one[0] != "small-word"}) == 4 and not first & second


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--extend", "exam/exam.json"], "--extend needs a --roster, or a number of --spare forms."),
        (["plan.toml", "--extend", "exam/exam.json", "--spare", "1", "--not-in", "exam/exam.json"],
         "--extend adds to an exam as it is; it can be used with its BLUEPRINT, --roster, --spare, --bank and --out."),
        (["--extend", "exam/exam.json", "--spare", "1", "--seed", "another seed"],
         "--extend adds to an exam as it is; it can be used with its BLUEPRINT, --roster, --spare, --bank and --out."),
        (["plan.toml", "--spare", "1"],
         "--spare makes forms beside those of a --roster; without one, say how many --forms."),
        (["plan.toml", "--not-in", "nowhere.json"], "nowhere.json: cannot read this: no such file or directory"),
        (["plan.toml", "--not-in", "plan.toml"], "plan.toml:1: this is no JSON: "),
        (["--extend", "nowhere.json", "--spare", "1"], "nowhere.json: cannot read this: no such file or directory"),
    ],
)  # fmt: skip
def test_what_is_refused_of_late_students_and_retakes(folder: Path, words: list[str], message: str) -> None:
    assert told("make", *words, "--out", "new")[0].startswith(f"gdquiz: {message}")
    assert not (folder / "new").exists()


# --- render and formats --------------------------------------------------------------------------------------------


def test_rendering_needs_nothing_but_the_exam(folder: Path) -> None:
    run("make", "plan.toml", "--to", "markdown", "--out", "exam")
    (folder / "small.toml").unlink()
    result = run("render", "exam/exam.json", "--to", "markdown", "--out", "again")
    assert result.exit_code == 0
    for name in files(folder / "again"):
        assert (folder / "again" / name).read_bytes() == (folder / "exam" / name).read_bytes()


def test_what_is_no_exam_is_not_rendered(folder: Path) -> None:
    (folder / "x.json").write_text('{"format": "other"}', encoding="utf-8")
    lines = told("render", "x.json")
    assert lines[0].startswith("gdquiz: x.json, field format: ")
    assert all("the file must be one that 'gdquiz make' wrote" in line for line in lines)


def test_formats_are_listed() -> None:
    result = run("formats")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines() if line[0] != " "][:3] == [
        "markdown",
        "html",
        "latex",
    ]


# --- banks and show ------------------------------------------------------------------------------------------------


LISTED = [
    "item        topic  skill          outcome  level       tier  minutes  answers",
    "small-step  small  one-update     L04      apply          1        3  number",
    "small-way   small  sign           L02      understand     1        3  choice",
    "small-word  small  loss-as-error  -        evaluate       1        3  text",
    "3 items",
]


def test_banks_are_listed() -> None:
    result = run("banks", "--bank", SMALL)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == LISTED


def test_solved_banks_tell_work_and_variants() -> None:
    assert run("banks", "--bank", SMALL, "--variants").stdout.splitlines() == [
        LISTED[0] + "  work        variants",
        LISTED[1] + "   7.5 to 7.6        16",
        LISTED[2] + "   6.2 to 6.2        92",
        LISTED[3] + "     8.0 to 8.0         5",
        "3 items, 113 variants",
    ]


def test_learning_outcomes_are_listed_in_words() -> None:
    assert run("banks", "--bank", SMALL, "--outcomes").stdout.splitlines() == [
        "L02  read off the sign of a derivative in which direction the loss falls: small-way",
        "L04  carry out one update, work back from its result, and find the mistake in a wrong one: small-step",
        "2 learning outcomes, 2 items filed under them",
    ]
    every = run("banks", "--outcomes").stdout.splitlines()
    assert every[-1] == "35 learning outcomes, 228 items filed under them"
    assert told("banks", "--outcomes", "--variants")[0] == (
        "gdquiz: --variants, --misconceptions and --outcomes are three different lists; choose one."
    )


def test_banks_are_listed_by_topic() -> None:
    assert run("banks", "--bank", SMALL, "--bank", ALL_KINDS, "--topic", "kinds").stdout.count("\n") == 19
    both = run("banks", "--bank", SMALL, "--bank", ALL_KINDS, "--topic", "kinds", "--topic", "small")
    assert both.stdout.splitlines()[-1] == "20 items"
    assert told("banks", "--bank", SMALL, "--topic", "smalls") == [
        "gdquiz: field --topic: there is no topic 'smalls'; expected small (hint: did you mean 'small'?)"
    ]


def test_what_is_read_of_the_shipped_banks_is_what_all_of_them_say() -> None:
    everything = load_banks()
    assert load_banks(topics=["stopping"]) == tuple(item for item in everything if item.topic == "stopping")
    assert load_banks(skills=["sgd-steps"], topics=["newton"]) == tuple(
        item for item in everything if item.topic == "newton" or item.source.skill == "sgd-steps"
    )
    assert load_item("three-stopping-tests") == find_item("three-stopping-tests", everything)
    with pytest.raises(InputError, match="did you mean 'three-stopping-tests'"):
        load_item("three-stoping-tests")


def test_misconceptions_are_listed_with_the_items_that_foresee_them() -> None:
    lines = run("banks", "--bank", SMALL, "--misconceptions").stdout.splitlines()
    (sign,) = (line for line in lines if line.split()[0] == "SIGN")
    assert sign.endswith(": small-step, small-way")
    assert lines[-1].endswith("3 of them foreseen by 3 items")


def test_a_variant_is_shown_with_all_that_is_known_of_it() -> None:
    # row 1: a = 1, w0 = 3, eta = 1/10: f' = 4, w1 = 13/5, uphill 17/5, without rate -1, with the loss 3 - 4/10
    result = run("show", "small-step", "--variant", "1", "--bank", SMALL)
    assert result.exit_code == 0
    text = result.stdout
    assert text.startswith("# One step\n\nsmall-step, variant 1 of 16; topic small, skill one-update, apply, work ")
    assert "2 points, 3 minutes" in text
    assert r"**Key:** $\frac{13}{5} = 2.6$ (accepted 2.599 to 2.601)" in text
    assert r"- SIGN: $\frac{17}{5} = 3.4$. " in text
    assert "- NO_ETA: $-1$. The slope is $4$." in text
    assert "**Hint 1:** Find the derivative first." in text
    assert text.rstrip().endswith(r"= 3 - \frac{1}{10} \cdot 4 = \frac{13}{5}$.")


@pytest.mark.parametrize(
    "name", ["vector", "listed", "several", "claim", "pairs", "order", "slope", "batches", "mapped", "degrees"]
)
def test_every_kind_can_be_shown(name: str) -> None:
    result = run("show", name, "--bank", ALL_KINDS)
    assert result.exit_code == 0, result.output
    assert "{{" not in result.stdout and "**Key:** " in result.stdout


def test_shown_wrong_options_have_their_feedback_and_letters_in_order(tmp_path: Path) -> None:
    bank = tmp_path / "bank.toml"
    bank.write_text(
        """[bank]
topic = "t"
title = "T"
[[item]]
id = "which"
title = "Which"
skill = "sign"
bloom = "apply"
stem = "One."
solution = "Two."
parameters = { a = "1..20" }
[[item.part]]
id = "a"
kind = "choices"
ask = "Which?"
option = [
  { id = "one", text = "first", when = "a > 0", feedback = "Say first." },
  { id = "two", text = "second", when = "a > 0" },
  { id = "three", text = "third", when = "a > 0", feedback = "Say third." },
  { id = "four", text = "fourth", when = "a < 0", feedback = "Say fourth." },
]
wrong = [{ misconception = "SIGN", chooses = ["four"] }]
[[item.part]]
id = "b"
kind = "choice"
ask = "Which one?"
option = [
  { id = "good", text = "good", when = "a > 0", feedback = "Never printed." },
  { id = "bad", text = "bad", when = "a < 0", feedback = "Say bad." },
]
""",
        encoding="utf-8",
    )
    keys = set()
    for variant in range(20):
        text = run("show", "which", "--variant", str(variant), "--bank", bank).stdout
        letters = dict(re.findall(r"^([A-D])\. (\w+)$", text.split("(b)")[0], re.M))
        places = {word: letter for letter, word in letters.items()}
        key = ", ".join(sorted(places[word] for word in ("first", "second", "third")))
        keys.add(key)
        assert f"**Key:** {key}\n" in text
        assert "Say first." not in text and "Say third." not in text  # no one chooses a right option wrongly
        assert f"- SIGN: {places['fourth']}. Say fourth." in text and text.count("Say fourth.") == 1
        assert text.count("Say bad.") == 1 and "Never printed." not in text
    assert len(keys) > 1


def test_what_can_not_be_shown() -> None:
    assert told("show", "small-stp", "--bank", SMALL) == [
        "gdquiz: there is no item 'small-stp' (hint: did you mean 'small-step'?)"
    ]
    assert told("show", "small-step", "--variant", "16", "--bank", SMALL) == [
        "gdquiz: the item 'small-step' has no variant 16; expected 0 to 15"
    ]


# --- check ---------------------------------------------------------------------------------------------------------


def test_sound_banks_are_proved() -> None:
    result = run("check", SMALL, "--jobs", "1")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("ok     small-step: 16 variants of 18 combinations, number, work 7.5 to 7.6, ")
    assert lines[1] == "       refused 2: requirement: the start is the minimiser"
    assert lines[-1].startswith("3 items, 113 variants, all proved, in ")


WRONG = text_of(
    'parameters = { a = "1..3" }\n'
    + CHOICE
    + 'option = [{ id = "x", text = "x", when = "a > 0" }, { id = "y", text = "y", when = "a > 1" }]\n'
)


def test_a_fault_is_named_and_the_exit_code_is_1(tmp_path: Path) -> None:
    bank = tmp_path / "wrong.toml"
    bank.write_text(WRONG.replace('"a > 1"', '"a > -1"'), encoding="utf-8")
    result = run("check", str(bank), SMALL)
    assert result.exit_code == 1
    assert "FAULT  one: 0 variants of 3 combinations, choice" in result.stdout
    assert "       refused 3: not exactly one option is right\n" in result.stdout
    assert "       1 of 1 key rests on the author's expression alone: answer\n" in result.stdout
    assert f"       fault: no row is left in the population ({bank}:5)\n" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("4 items, 113 variants, 1 item with faults, in ")


def test_a_condition_that_holds_with_another_is_a_fault(tmp_path: Path, bank_text: str) -> None:
    bank = tmp_path / "planted.toml"
    bank.write_text(bank_text.replace('when = "x[1] < x[0]"', 'when = "x[1] != x[0]"'), encoding="utf-8")
    result = run("check", str(bank), "--jobs", "1")
    assert result.exit_code == 1
    # of 92 rows half go right, where both conditions hold; in the other half they hold of who goes the wrong way
    assert "FAULT  small-way: 0 variants of 100 combinations" in result.stdout
    assert "       refused 46: not exactly one option is right\n" in result.stdout
    assert "       refused 46: a wrong answer does not exist (SIGN)\n" in result.stdout


def test_one_faulty_item_does_not_hide_the_others(tmp_path: Path) -> None:
    bank = tmp_path / "large.toml"
    bank.write_text(text_of(f'parameters = {{ a = "1..500", b = "1..500" }}\n{NUMBER}answer = "a"\n'), encoding="utf-8")
    for jobs in ("1", "2"):
        result = run("check", str(bank), SMALL, "--jobs", jobs)
        assert result.exit_code == 1
        assert "the parameters have 250,000 combinations" in result.stdout
        assert "ok     small-word" in result.stdout


def test_one_item_can_be_checked_alone() -> None:
    result = run("check", SMALL, "--item", "small-word")
    assert (result.exit_code, result.stdout.count("ok ")) == (0, 1)
    assert told("check", SMALL, "--item", "small-wrd") == [
        "gdquiz: there is no item 'small-wrd' (hint: did you mean 'small-word'?)"
    ]


def test_what_can_not_be_read_has_the_exit_code_2(tmp_path: Path) -> None:
    bank = tmp_path / "bank.toml"
    bank.write_text("[bank\n", encoding="utf-8")
    assert told("check", str(bank)) == [
        f"gdquiz: {bank}:1: not valid TOML: Expected ']' at the end of a table declaration (at line 1, column 6)"
    ]


def test_the_commands_work_in_a_process_of_their_own(folder: Path) -> None:
    def typed(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gdquiz", *words],
            capture_output=True,
            encoding="utf-8",
            check=False,
            env={**os.environ, "PYTHONPATH": str(BANKS.parent.parent)},
        )

    done = typed("make", "plan.toml", "--to", "markdown", "--out", "exam", "--seed", "twelve signs")
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "exam" / "sheets" / "form-02.md").exists()
    refused = typed("check", "nowhere.toml")
    assert refused.returncode == 2 and "Traceback" not in refused.stderr


# --- schemas -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_are_json_schemas(kind: str) -> None:
    result = run("schema", kind)
    assert (result.exit_code, result.stdout) == (0, schema_text(kind))
    jsonschema.Draft202012Validator.check_schema(json.loads(result.stdout))


def test_schemas_fit_the_files_they_are_for(folder: Path) -> None:
    def validate(kind: str, content: object) -> None:
        jsonschema.validate(content, json.loads(schema_text(kind)), jsonschema.Draft202012Validator)

    for bank in (SMALL, ALL_KINDS):
        validate("bank", tomllib.loads(Path(bank).read_text(encoding="utf-8")))
    validate("blueprint", tomllib.loads(PLAN))
    run("make", "--bank", ALL_KINDS, "--questions", "17", "--seed", "1", "--to", "markdown", "--out", "exam")
    validate("exam", json.loads((folder / "exam" / "exam.json").read_text(encoding="utf-8")))
    with pytest.raises(jsonschema.ValidationError):
        validate("blueprint", tomllib.loads(PLAN.replace("forms = 2", "froms = 2")))
