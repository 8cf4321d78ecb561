"""HTML sheets and keys as people meet them: on a phone, in the dark, by keyboard, on paper, and by axe-core's audit."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from browsing import DESKTOP, PHONE, accessibility_faults, wider_than_the_window
from sample_exam import sample

from gdquiz.authoring.assembly import assemble
from gdquiz.authoring.blueprint import Blueprint, Section, Slot
from gdquiz.authoring.exam import Exam
from gdquiz.authoring.items import ItemTemplate
from gdquiz.cli.loading import load_banks
from gdquiz.rendering.formats import render

pytestmark = pytest.mark.browser


def features(item: ItemTemplate) -> set[str]:
    """What the page of an item has to lay out."""
    source = item.source
    words = " ".join((source.stem, source.solution, *(part.ask for part in source.part)))
    found = set(item.kinds)
    found |= {f"figure of {source.figure.kind}"} if source.figure else set()
    found |= {"several parts"} if len(source.part) > 1 else set()
    found |= {"table"} if "|--" in words or "|:-" in words or "| -" in words or "|:" in words else set()
    return found | ({"code"} if "```" in words else set())


@cache
def broad() -> Exam:
    """Shipped items until everything that any of them lays out is there, each item adding something."""
    chosen, seen = [], set[str]()
    for item in load_banks(()):
        if not features(item) <= seen:
            chosen.append(item)
            seen |= features(item)
    assert {"table", "code", "several parts", "figure of contours", "ordering", "formula"} <= seen
    slots = [Slot(item=item.id) for item in chosen]
    return assemble(Blueprint(title="Everything", seed="browser", section=[Section(slot=slots)]), chosen, 1)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("exams")
    written = {}
    for name, exam, form in (("sample", sample(), "02"), ("broad", broad(), "01")):
        for page in render(exam, "html"):
            if page.path.stem in (f"form-{form}", "answer-table"):
                file = folder / name / page.path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(page.text, encoding="utf-8")
                written[f"{name} {page.path.parent.name if page.path.stem != 'answer-table' else 'answers'}"] = file
    return written


NAMES = [f"{name} {page}" for name in ("sample", "broad") for page in ("sheets", "keys", "answers")]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_the_audit_finds_nothing(pages, browser_page, name, dark):
    for width in (DESKTOP, PHONE):
        page = browser_page(pages[name], width, dark=dark)
        assert accessibility_faults(page) == []
        assert wider_than_the_window(page) == []


def test_the_audit_would_find_something(pages, browser_page, tmp_path):
    spoiled = tmp_path / "spoiled.html"
    text = pages["sample sheets"].read_text(encoding="utf-8")
    spoiled.write_text(text.replace('<html lang="en">', "<html>").replace("--soft: #55555f", "--soft: #bbbbbb"))
    found = {fault.partition(":")[0] for fault in accessibility_faults(browser_page(spoiled))}
    assert found == {"html-has-lang", "color-contrast"}
