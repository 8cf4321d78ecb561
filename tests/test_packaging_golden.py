"""Packages of the sample exam as they were read by eye, what is refused, and the commands as people type them."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from platforms import Refused, moodle_player
from sample_exam import sample

from gdquiz.cli import main
from gdquiz.errors import InputError
from gdquiz.exam.exam_json import to_json
from gdquiz.exam.frozen import Exam, Section
from gdquiz.packaging.entries import shortened
from gdquiz.packaging.packages import package
from gdquiz.packaging.targets import find_target

GOLDEN = Path(__file__).parent / "golden" / "packaging"
TARGETS = ("moodle", "moodle-4.3", "gift", "aiken", "blackboard", "brightspace", "jsonl")


def one_form(exam: Exam) -> Exam:
    return exam.model_copy(update={"forms": exam.forms[:1]})


@pytest.mark.parametrize("name", TARGETS)
def test_golden_packages(name: str) -> None:
    """After a wanted change: GDQUIZ_GOLDEN=write python -m pytest tests/test_packaging_golden.py, and read the diff."""
    report: list[str] = []
    parts: list[str] = []
    path = None
    for page in package(one_form(sample()), find_target(name), report):
        if page.path != path:
            path = page.path
            parts.append(f"=== {path}\n")
        parts.append(str(page.text))
    found = "".join([*parts, "=== report\n", *(f"{line}\n" for line in report)])
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("GDQUIZ_GOLDEN") == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(found.encode())
    assert found == file.read_bytes().decode()


# --- what is refused -------------------------------------------------------------------------------------------------


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), prog_name="gdquiz")


def refused(*words: str) -> list[str]:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    return result.stderr.splitlines()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the sample exam."""
    (tmp_path / "exam.json").write_text(to_json(sample()), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def only(*items: str) -> Exam:
    """The sample exam with some of its items."""
    exam = sample()
    forms = []
    for form in exam.forms:
        chosen = [one for one in form.questions if one.wording in items]
        numbered = tuple(one.model_copy(update={"number": number}) for number, one in enumerate(chosen, start=1))
        forms.append(form.model_copy(update={"questions": numbered}))
    changes = {
        "forms": tuple(forms),
        "wordings": {name: exam.wordings[name] for name in items},
        "slot_kinds": {name: exam.slot_kinds[name] for name in items},
        "sections": (Section(first=1, last=len(items)),),
        "points": sum(one.points for one in forms[0].questions),
    }
    return exam.model_copy(update=changes)


def test_an_exam_of_which_nothing_can_be_carried_writes_nothing(folder: Path) -> None:
    (folder / "words.json").write_text(to_json(only("curves", "statements")), encoding="utf-8")
    lines = refused("render", "words.json", "--to", "aiken", "--out", "out")
    reasons = "Aiken has no place for several choices (statements); Aiken has no place for an answer in words (curves)"
    assert lines == [f"gdquiz: Aiken can carry no question of this exam: {reasons} (hint: choose another format)"]
    assert not (folder / "out").exists()


def test_a_template_that_drops_the_key_is_refused(folder: Path) -> None:
    own = folder / "own" / "moodle"
    own.mkdir(parents=True)
    shipped = Path(__file__).resolve().parent.parent / "templates" / "moodle" / "question.xml.j2"
    text = shipped.read_text(encoding="utf-8")
    assert '<answer fraction="100"' in text
    (own / "question.xml.j2").write_text(
        text.replace('<answer fraction="100"', '<answer fraction="50"'), encoding="utf-8"
    )
    words = ("--to", "moodle", "--templates", "own")
    result = run("render", "exam.json", *words, "--out", "out")
    reason = "the question does not stand its check: the first answer is not the key"
    assert result.exit_code == 3 and f"  left out: {reason}: 3 questions (exponential)" in result.stdout.splitlines()
    (folder / "one.json").write_text(to_json(only("exponential")), encoding="utf-8")
    lines = refused("render", "one.json", *words, "--out", "none")
    problem = f"Moodle XML can carry no question of this exam: {reason} (exponential)"
    assert lines == [f"gdquiz: {problem} (hint: choose another format)"]
    assert not (folder / "none").exists()


def test_a_control_character_is_refused_by_name() -> None:
    exam = only("exponential")
    wording = exam.wordings["exponential"].model_copy(update={"title": "A \x01 step"})
    with pytest.raises(InputError, match="not well-formed") as raised:
        list(package(exam.model_copy(update={"wordings": {"exponential": wording}}), find_target("moodle"), []))
    assert raised.value.faults[0].item == "exponential"


def test_a_long_title_is_cut_in_names() -> None:
    exam = only("exponential")
    wording = exam.wordings["exponential"].model_copy(update={"title": "step " * 60})
    exam = exam.model_copy(update={"wordings": {"exponential": wording}})
    text = "".join(str(page.text) for page in package(exam, find_target("moodle"), []))
    names = re.findall("<name><text>(.*?)</text>", text)
    assert len(names) == 3 and all(
        len(name) <= 250 and re.search(r"\w… \(variant \d\) E-2026-SAMPLE-Q\d10-E9$", name) for name in names
    )
    assert all(
        len(part) <= 250 for path in re.findall("<category><text>(.*?)</text>", text) for part in path.split("/")
    )
    for size, cut in ((250, False), (251, True)):
        assert (shortened("x" * size) == "x" * size) is not cut
        assert len(shortened("x" * size)) == 250


def test_an_ordering_stops_an_older_moodle() -> None:
    text = "".join(str(page.text) for page in package(sample(), find_target("moodle"), []))
    with pytest.raises(Refused, match="has no ordering"):
        moodle_player.read(text, orders=False)


# --- commands --------------------------------------------------------------------------------------------------------

BANK = Path(__file__).resolve().parent / "banks" / "small.toml"


def test_pools_for_moodle(folder: Path) -> None:
    words = ("make", "--bank", str(BANK), "--questions", "2", "--pool", "5", "--seed", "7", "--to", "moodle")
    result = run(*words, "--out", "pools")
    assert result.exit_code == 0, result.output
    found = sorted(str(path.relative_to(folder / "pools")) for path in (folder / "pools").rglob("*.*"))
    assert [name for name in found if not name.startswith(".")] == ["exam.json", "lms/moodle.xml"]
    questions = moodle_player.read((folder / "pools" / "lms" / "moodle.xml").read_text(encoding="utf-8"))
    assert len({one.category for one in questions}) == 2 and len(questions) == 10
    assert "pools/lms/moodle.xml: 2 pools, 10 variants, 10 questions of Moodle XML" in result.stdout


def test_another_seed_gives_the_same_variants_the_same_ids(folder: Path) -> None:
    names = {}
    for seed in ("7", "8"):
        words = ("make", "--bank", str(BANK), "--questions", "3", "--pool", "40", "--seed", seed, "--out", seed)
        assert run(*words).exit_code == 0
        questions = moodle_player.read((folder / seed / "lms" / "moodle.xml").read_text(encoding="utf-8"))
        names[seed] = {one.id: one for one in questions}
    both = names["7"].keys() & names["8"].keys()
    assert both
    for name in both:  # (the order of options is drawn for each exam)
        one, other = names["7"][name], names["8"][name]
        assert one.general == other.general
        texts = [re.sub(r"<p><small>[A-Z0-9]+-([A-Z0-9]+)</small></p>", "", text) for text in (one.text, other.text)]
        assert texts[0] == texts[1] and len(texts[0]) < len(one.text)


def test_a_frozen_exam_for_aiken_tells_what_is_left_out(folder: Path) -> None:
    result = run("render", "exam.json", "--to", "aiken", "--out", "upload")
    assert result.exit_code == 3, result.output
    assert result.stderr == "gdquiz: something was left out, as told above; all else is written\n"
    assert (folder / "upload" / "lms" / "aiken.txt").exists()
    for line in (
        "left out: Aiken has no place for an answer in words",
        "left out: Aiken has no place for several choices",
        "left out: it shows a figure",
        "without feedback",
    ):
        assert line in result.stdout


def test_a_target_in_several_files_tells_its_folder(folder: Path) -> None:
    result = run("render", "exam.json", "--to", "brightspace", "--out", "upload")
    assert result.exit_code == 3, result.output  # two questions show figures
    assert result.stdout.startswith("upload/lms/brightspace/: ")
    assert (folder / "upload" / "lms" / "brightspace" / "pool-03.csv").exists()


def test_an_unknown_platform_is_refused_before_any_work(folder: Path) -> None:
    lines = refused("render", "exam.json", "--to", "modle", "--out", "out")
    assert lines[0].startswith("gdquiz: unknown format 'modle'; expected markdown, html, latex, typst, pdf, moodle, ")
    assert lines[0].endswith("(hint: did you mean 'moodle'?)")
    assert not (folder / "out").exists()


def test_pools_and_forms_exclude_each_other(folder: Path) -> None:
    result = run("make", "--bank", str(BANK), "--pool", "5", "--forms", "2", "--out", "out")
    assert result.exit_code == 2
    assert "--pool makes variants for a platform to choose from, not --forms or a --roster." in result.stderr
    assert not (folder / "out").exists()
