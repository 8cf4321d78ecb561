"""Forms in batches: the same bytes whoever makes them, and the same faults."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from kept import assemble, variants_of
from sample_exam import sample

from gdquiz.assembly.blueprint import read_blueprint
from gdquiz.assembly.forms import begun
from gdquiz.assembly.report import added
from gdquiz.cli import main
from gdquiz.cli.batches import LARGEST, NOT_WORTH, Finished, Production, Work
from gdquiz.cli.executors import Workers
from gdquiz.cli.loading import load_banks
from gdquiz.exam.exam_json import form_to_json, from_json, in_pieces, joined, to_json
from gdquiz.rendering.formats import render

ROOT = Path(__file__).resolve().parent.parent
SMALL = ROOT / "tests" / "banks" / "small.toml"
PLAN = """
title = "In batches"
seed = "one, two, three"
[[section]]
shuffle = true
[[section.slot]]
topic = "one step"
count = 2
"""


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def run(*words: object) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a cluster of two workers on this machine."""
    distributed = pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as found:
        yield found.scheduler_address


# --- the same bytes ------------------------------------------------------------------------------------------------


def made(folder: Path, *words: object) -> dict[str, bytes]:
    """An exam, four forms more of it, and it rendered again."""
    exam, again = folder / "exam", folder / "again"
    run("make", "--bank", SMALL, "--questions", 3, "--forms", 9, "--seed", "the same bytes", "--out", exam, *words,
        "--to", "markdown", "--to", "html", "--to", "latex", "--to", "moodle")  # fmt: skip
    run("make", "--extend", exam / "exam.json", "--spare", 4, "--bank", SMALL, "--out", exam, "--force", *words)
    run("render", exam / "exam.json", "--to", "latex", "--to", "markdown", "--out", again, *words)
    return files(folder)


def test_the_same_bytes_whoever_works(tmp_path: Path, cluster: str) -> None:
    alone = made(tmp_path / "alone", "--jobs", 1)
    assert made(tmp_path / "processes", "--jobs", 2) == alone
    assert made(tmp_path / "cluster", "--scheduler", cluster) == alone
    assert len([name for name in alone if name.endswith(".md") and "form-" in name]) == 2 * (13 + 13)


def test_exam_json_is_what_pydantic_writes(tmp_path: Path) -> None:
    exam = sample()
    whole = exam.model_dump_json(indent=1) + "\n"
    assert to_json(exam) == whole
    texts = [form_to_json(form) for form in exam.forms]
    head = exam.model_copy(update={"forms": ()})
    assert "".join(in_pieces(head, [joined(texts)])) == whole, "forms may come together"
    assert "".join(in_pieces(head, [])) == head.model_dump_json(indent=1) + "\n"
    assert from_json(whole) == exam


def test_the_exam_of_batches_is_the_exam_of_assemble() -> None:
    plan, items = (
        read_blueprint(PLAN.replace("one step", load_banks([SMALL])[0].topic), file="plan"),
        load_banks([SMALL]),
    )
    frame = pickle.loads(pickle.dumps(begun(plan, items, 7, solve=variants_of).ready()))
    tallies = [frame.tally([frame.form(place)]) for place in range(7)]
    exam = assemble(plan, items, 7)
    assert tuple(frame.form(place) for place in range(7)) == exam.forms
    assert frame.finished(added(tallies)).report == exam.report
    assert added(tallies) == frame.tally(exam.forms)


@pytest.mark.parametrize("workers", [Workers(1), Workers(executor=ThreadPoolExecutor(2))])
def test_pages_come_in_the_order_of_the_forms(workers: Workers) -> None:
    exam = sample()
    work = Work(exam.model_copy(update={"forms": ()}), len(exam.forms), ("html", "latex"), None, {})
    texts: dict[str, str] = {}
    for path, text in Production(work, exam.forms, workers).files():
        assert isinstance(text, str)
        texts[str(path)] = texts.get(str(path), "") + text
    expected: dict[str, str] = {}
    for name in ("html", "latex"):
        for page in render(exam, name):
            expected[str(page.path)] = expected.get(str(page.path), "") + str(page.text)
    assert texts == expected


def test_a_practice_page_is_the_same_whoever_solves(tmp_path: Path) -> None:
    pages = []
    for jobs in (1, 2):
        page = tmp_path / f"{jobs}.html"
        run("practice", "--html", page, "--bank", SMALL, "--questions", 6, "--jobs", jobs, "--no-cache")
        pages.append(page.read_bytes())
    assert pages[0] == pages[1]
    result = CliRunner().invoke(main, ["practice", "--bank", str(SMALL), "--jobs", "2"])
    assert result.exit_code == 2 and "--jobs and --scheduler are for the page of --html" in result.stderr


def test_a_file_that_no_command_could_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Just inside of the limit nothing is told, just outside of it a warning."""
    command = ["make", "--bank", str(SMALL), "--questions", "1", "--forms", "1", "--seed", "one two three four"]
    command += ["--to", "markdown", "--force", "--out", str(tmp_path / "exam")]
    run(*command)
    size = (tmp_path / "exam" / "exam.json").stat().st_size
    for most, told in ((size, False), (size - 1, True)):
        monkeypatch.setattr("gdquiz.cli.make.MOST_OF_AN_EXAM", most)
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 0 and ("no command reads it" in result.stderr) == told


# --- who works -----------------------------------------------------------------------------------------------------


class Nobody(Executor):
    """An executor that must not be asked."""


@pytest.mark.parametrize(("forms", "few"), [(1, 2), (NOT_WORTH, 2)])
def test_small_exams_are_made_alone(forms: int, few: int) -> None:
    """One batch of LARGEST questions and less is not worth the start of a process; the command decides by the size."""
    form = SimpleNamespace(questions=(None,) * 20)
    work = Work(sample(), forms, ("markdown",), None, {})
    portions, least = Production(work, (form,) * forms, Workers())._portions()  # type: ignore[arg-type]
    assert all(isinstance(portion, Finished) and len(portion.forms) * 20 <= LARGEST for portion in portions)
    assert sum(len(portion.forms) for portion in portions if isinstance(portion, Finished)) == forms
    assert (least > len(portions)) == (forms * 20 <= NOT_WORTH)


# --- faults --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("--jobs", "1"), ("--jobs", "2")])
def test_a_template_that_is_refused_in_a_worker_leaves_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "own" / "html").mkdir(parents=True)
    (tmp_path / "own" / "html" / "sheet.html.j2").write_text("{{ paper.nothing }}\n", encoding="utf-8")
    out = tmp_path / "exam"
    command = ["make", "--bank", str(SMALL), "--questions", "2", "--forms", "8", "--out", str(out), "--to", "html"]
    result = CliRunner().invoke(main, [*command, "--templates", str(tmp_path / "own"), *words])
    assert result.exit_code == 2 and not out.exists()
    assert "html/sheet.html.j2" in result.stderr and "nothing" in result.stderr
    assert len(result.stderr.splitlines()) == 1
