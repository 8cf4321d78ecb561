"""Which questions a practice page has, and the command that writes the page."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from kept import shipped_models

from gdquiz.banks.bank import read_bank
from gdquiz.banks.items import models
from gdquiz.banks.models import ItemModel
from gdquiz.cli import main
from gdquiz.practice.selection import selected, skills

SMALL = Path(__file__).resolve().parent / "banks" / "small.toml"


@pytest.fixture(scope="module")
def items() -> tuple[ItemModel, ...]:
    return models(read_bank(SMALL.read_text(encoding="utf-8"), file="small.toml"))


@pytest.mark.parametrize("questions", [1, 2, 3, 7, 12])
def test_so_many_questions_spread_evenly(items: tuple[ItemModel, ...], questions: int) -> None:
    exam = selected(items, questions, "s", "Practice")
    asked = [(question.wording, question.row) for form in exam.forms for question in form.questions]
    counts = Counter(name for name, _ in asked)
    assert len(asked) == len(set(asked)) == questions
    assert max(counts.values()) - min(counts.values()) <= 1


def test_a_larger_page_begins_like_a_smaller_one(items: tuple[ItemModel, ...]) -> None:
    small, large = (selected(items, questions, "s", "Practice") for questions in (6, 12))
    rows = [[(q.wording, q.row) for form in exam.forms for q in form.questions] for exam in (small, large)]
    assert rows[1][:6] == rows[0]


def test_skills_come_after_what_they_build_on() -> None:
    found = skills(shipped_models())
    order = list(found)
    assert len(order) > 100
    late = [
        (skill, need) for skill, before in found.items() for need in before if order.index(need) > order.index(skill)
    ]
    assert late == []


def practised(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["practice", *words])
    return result.exit_code, result.output


def test_the_command_writes_a_page(tmp_path: Path) -> None:
    page = tmp_path / "p.html"
    words = ("--html", str(page), "--bank", str(SMALL), "--questions", "6", "--title", "Small & good")
    code, said = practised(*words)
    assert (code, said.split(":")[1].split(",")[0]) == (0, " 6 questions on 3 skills")
    html = page.read_text(encoding="utf-8")
    assert "<title>Practice: Small &amp; good</title>" in html
    assert len(json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])["questions"]) == 6  # type: ignore[index]
    code, said = practised(*words)
    assert code == 2 and "the file exists" in said and page.read_text(encoding="utf-8") == html
    assert practised(*words, "--force")[0] == 0 and page.read_text(encoding="utf-8") == html


def test_fewer_variants_than_asked_for_are_told(tmp_path: Path) -> None:
    code, said = practised("--html", str(tmp_path / "p.html"), "--bank", str(SMALL), "--questions", "5000")
    assert code == 0
    assert "and not 5000." in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--questions", "30000"), "a page of 30,000 questions"),
        (("--topic", "rats"), "there is no topic 'rats'"),
        (("--skill", "nothing"), "there is no skill 'nothing'"),
    ],
)
def test_what_can_not_be_is_refused(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    page = tmp_path / "p.html"
    code, said = practised("--html", str(page), "--bank", str(SMALL), *words)
    assert code == 2 and told in said and not page.exists()


def test_a_title_needs_a_page() -> None:
    code, said = practised("--title", "x")
    assert code == 2 and "--html" in said
