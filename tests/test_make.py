"""The commands that make, render, list, show and check, as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from banking import BANKS
from click.testing import CliRunner

from gdquiz.cli import main

SMALL = str(BANKS / "small.toml")


def run(*arguments: object):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def written(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def quiz(tmp_path_factory):
    out = tmp_path_factory.mktemp("make") / "quiz"
    result = run("make", "--bank", SMALL, "--questions", 3, "--forms", 2, "--seed", "7", "--out", out)
    assert result.exit_code == 0, result.output
    return out, result.output


def test_make_writes_the_exam_the_sheets_and_the_keys(quiz):
    out, told = quiz
    files = set(written(out))
    assert {
        "exam.json",
        "sheets/form-01.md",
        "sheets/form-02.html",
        "keys/form-01.tex",
        "keys/answer-table.md",
    } <= files
    assert "2 forms of 3 questions" in told
    assert "Mean difficulty of the forms" in told


def test_no_sheet_holds_an_answer(quiz):
    out, _ = quiz
    exam = json.loads((out / "exam.json").read_text(encoding="utf-8"))
    secrets = {
        w["feedback"] for form in exam["forms"] for q in form["questions"] for p in q["parts"] for w in p["wrong"]
    }
    secrets |= {
        line["text"] for wording in exam["wordings"].values() for part in wording["parts"] for line in part["guide"]
    }
    secrets |= set(exam["misconceptions"]) | {"Solution", "Answer table"}
    sheets = [path.read_text(encoding="utf-8") for path in (out / "sheets").rglob("*") if path.is_file()]
    assert sheets
    assert not [secret for secret in secrets for sheet in sheets if secret in sheet]


def test_the_same_seed_gives_the_same_bytes(quiz, tmp_path):
    out, _ = quiz
    again = tmp_path / "again"
    assert run("make", "--bank", SMALL, "--questions", 3, "--forms", 2, "--seed", "7", "--out", again).exit_code == 0
    assert written(again) == written(out)


def test_rendering_the_frozen_exam_gives_the_same_pages(quiz, tmp_path):
    out, _ = quiz
    again = tmp_path / "again"
    result = run("render", out / "exam.json", "--to", "html", "--to", "markdown", "--out", again)
    assert result.exit_code == 0, result.output
    pages = {name: text for name, text in written(out).items() if name.endswith((".html", ".md"))}
    assert {name: text for name, text in written(again).items() if name.endswith((".html", ".md"))} == pages


def test_an_earlier_exam_is_kept_unless_forced(quiz):
    out, _ = quiz
    before = written(out)
    refused = run("make", "--bank", SMALL, "--questions", 1, "--seed", "8", "--out", out)
    assert refused.exit_code == 2
    assert "there is an earlier exam in this folder" in refused.output
    assert written(out) == before


def test_a_seed_that_was_drawn_is_told(tmp_path):
    result = run("make", "--bank", SMALL, "--questions", 1, "--to", "markdown", "--out", tmp_path / "quiz")
    assert result.exit_code == 0
    assert "The seed was drawn: --seed " in result.output


def test_a_blueprint_and_a_roster(tmp_path):
    (tmp_path / "plan.toml").write_text(
        f'title = "Midterm"\nseed = 3\nbanks = [{json.dumps(SMALL)}]\n'
        '[[section]]\ntitle = "Part one"\n'
        'slot = [{ item = "small-step", points = 4 }, { topic = "small", count = 2 }]\n',
        encoding="utf-8",
    )
    (tmp_path / "class.csv").write_text("id;name\n17;Zoë Ångström\n18;Li\n", encoding="utf-8")
    out = tmp_path / "midterm"
    result = run("make", tmp_path / "plan.toml", "--roster", tmp_path / "class.csv", "--to", "markdown", "--out", out)
    assert result.exit_code == 0, result.output
    sheet = (out / "sheets" / "form-01.md").read_text(encoding="utf-8")
    assert "Zoë Ångström" in sheet
    assert "Part one" in sheet
    assert "(4 points)" in sheet


def test_every_fault_of_a_roster_is_told_with_its_line(tmp_path):
    roster = tmp_path / "class.csv"
    roster.write_text("name,id\nAda,7\n,8\nEmmy,7\n", encoding="utf-8")
    result = run("make", "--bank", SMALL, "--roster", roster, "--out", tmp_path / "x")
    assert result.exit_code == 2
    assert f"{roster}:3: a student without name or id; expected both" in result.output
    assert f"{roster}:4: the id 7 stands on line 2 already" in result.output
    assert not (tmp_path / "x").exists()


def test_every_fault_of_a_blueprint_is_told_with_its_line(tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text('titel = "x"\n[[section]]\nslot = [{ item = "small-step", count = 0 }]\n', encoding="utf-8")
    result = run("make", plan, "--out", tmp_path / "x")
    assert result.exit_code == 2
    assert f"{plan}:1, field titel: unknown field 'titel' (hint: did you mean 'title'?)" in result.output
    assert "field section[1].slot[1].count" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "htm"], "unknown format 'htm'; expected markdown, html, latex, pdf (hint: did you mean 'html'?)"),
        (["--topic", "smal"], "there is no topic 'smal'; expected small (hint: did you mean 'small'?)"),
        (["--questions", "0"], "0 is not in the range 1<=x<=200"),
        (["--roster", "nobody.csv"], "nobody.csv: can not read this: no such file or directory"),
    ],
)
def test_bad_arguments_are_refused_before_anything_is_written(arguments, message, tmp_path):
    result = run("make", "--bank", SMALL, "--out", tmp_path / "x", *arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert not (tmp_path / "x").exists()


def test_banks_lists_items_and_misconceptions():
    listed = run("banks", "--bank", SMALL)
    assert listed.exit_code == 0
    assert "small-step" in listed.output
    assert "3 items, 113 variants" in listed.output  # 16 + 92 + 5
    assert "NO_ETA" in run("banks", "--bank", SMALL, "--misconceptions").output


def test_show_prints_a_variant_with_its_key():
    result = run("show", "small-step", "--variant", 3, "--bank", SMALL)
    assert result.exit_code == 0
    assert "**Key:**" in result.output
    assert "SIGN" in result.output
    beyond = run("show", "small-step", "--variant", 16, "--bank", SMALL)
    assert beyond.exit_code == 2
    assert "the item 'small-step' has no variant 16; expected 0 to 15" in beyond.output
    missing = run("show", "small-stop", "--bank", SMALL)
    assert "there is no item 'small-stop' (hint: did you mean 'small-step'?)" in missing.output


def test_check_proves_a_bank_and_fails_on_a_planted_fault(tmp_path, bank_text):
    proved = run("check", SMALL, "--jobs", 1)
    assert proved.exit_code == 0
    assert "3 items, 113 variants, all proved" in proved.output
    # a condition that holds together with another leaves no row with exactly one right option
    planted = tmp_path / "planted.toml"
    planted.write_text(bank_text.replace('when = "x[1] < x[0]"', 'when = "x[1] != x[0]"'), encoding="utf-8")
    refused = run("check", planted, "--jobs", 1)
    assert refused.exit_code == 1
    assert "FAULT  small-way" in refused.output
    assert "not exactly one option is right" in refused.output
    broken = tmp_path / "broken.toml"
    broken.write_text(bank_text.replace("answer =", "anser ="), encoding="utf-8")
    unreadable = run("check", broken, "--jobs", 1)
    assert unreadable.exit_code == 2
    assert "unknown field 'anser' (hint: did you mean 'answer'?)" in unreadable.output


def test_the_schemas_are_json():
    for kind in ("bank", "blueprint", "exam"):
        assert json.loads(run("schema", kind).output)["$schema"].startswith("https://json-schema.org/")


def test_formats_are_listed():
    assert [line.split()[0] for line in run("formats").output.splitlines() if not line.startswith(" ")] == [
        "markdown", "html", "latex", "pdf",
    ]  # fmt: skip
