"""HTML sheets and keys as people meet them: on a phone, in the dark, by keyboard, on paper, and by axe-core's audit."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from browsing import DESKTOP, PHONE, accessibility_faults, wider_than_the_window
from kept import assemble
from sample_exam import sample

from gdquiz.assembly.blueprint import Blueprint, Section, Slot
from gdquiz.banks.models import ItemModel
from gdquiz.cli.loading import load_banks
from gdquiz.exam.frozen import Exam
from gdquiz.rendering.formats import render
from gdquiz.texts import mathml

pytestmark = pytest.mark.browser


def features(item: ItemModel) -> set[str]:
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


@pytest.mark.parametrize("name", NAMES)
def test_the_audit_finds_nothing(pages, browser_page, name):
    page = browser_page(pages[name], PHONE)
    assert accessibility_faults(page) == []
    assert wider_than_the_window(page) == []
    page.set_viewport_size({"width": DESKTOP, "height": 800})
    assert wider_than_the_window(page) == []
    assert accessibility_faults(browser_page(pages[name], dark=True), only_contrast=True) == []


def test_the_audit_would_find_something(pages, browser_page, tmp_path):
    spoiled = tmp_path / "spoiled.html"
    text = pages["sample sheets"].read_text(encoding="utf-8")
    spoiled.write_text(text.replace('<html lang="en">', "<html>").replace("--soft: #55555f", "--soft: #bbbbbb"))
    found = {fault.partition(":")[0] for fault in accessibility_faults(browser_page(spoiled))}
    assert found == {"html-has-lang", "color-contrast"}


def test_the_keyboard_reaches_what_scrolls_and_the_questions_first(pages, browser_page):
    page = browser_page(pages["broad sheets"], PHONE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the questions"
    assert page.locator(".skip").bounding_box()["x"] >= 0, "the link can be seen when it has the focus"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    scrolling = page.evaluate(
        """() => [...document.querySelectorAll('pre, .table, math[display=block]')]
          .filter((box) => box.scrollWidth > box.clientWidth + 1 && box.tabIndex < 0).length"""
    )
    assert scrolling == 0


def printed(page) -> list[str]:
    """The text of every page on paper."""
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=page.pdf(prefer_css_page_size=True), capture_output=True, check=True
    )
    return done.stdout.decode().split("\f")[:-1]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_on_paper_no_question_is_torn_apart_and_nothing_is_cut(pages, browser_page):
    page = browser_page(pages["broad sheets"])
    texts = printed(page)
    assert [re.search(rf"\b{number} of (\d+)\b", text)[1] for number, text in enumerate(texts, 1)] == [
        str(len(texts))
    ] * len(texts)  # type: ignore[index]
    heads = [re.findall(r"^\s*Question (\d+)", text, re.MULTILINE) for text in texts]
    assert [number for head in heads for number in head] == [str(k + 1) for k in range(len(broad().forms[0].questions))]
    for text in texts[:-1]:  # a page ends where a question ends: with its ids
        last = [line for line in text.splitlines() if line.strip()][-2]
        assert " · " in last, last
    page.emulate_media(media="print")
    page.set_viewport_size({"width": round((210 - 32) / 25.4 * 96), "height": 1000})  # what the margins of A4 leave
    assert wider_than_the_window(page) == []
    cut = page.evaluate(
        """() => [...document.querySelectorAll('pre, .table, math')]
          .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.outerHTML.slice(0, 200))"""
    )
    assert cut == []


def test_brackets_stand_tight(browser) -> None:
    """A browser that takes a bracket for an operator puts 5/18 em on either side of it, as it does with a plus."""
    page = browser.new_page()
    formula = mathml.math("4(x-1)y + f(x) [0, 1) |y|")
    page.set_content(f"<body style='font-size:100px'>{formula}</body>")
    gaps = page.evaluate(
        """[...document.querySelectorAll('mo')].map(one => {
            const box = one.getBoundingClientRect();
            const before = one.previousElementSibling, after = one.nextElementSibling;
            return [one.textContent, before ? box.left - before.getBoundingClientRect().right : 0,
                    after ? after.getBoundingClientRect().left - box.right : 0];
        })"""
    )
    beside = {sign: max(before, after) for sign, before, after in gaps if sign in "()[|"}
    assert set(beside) == set("()[|") and max(beside.values()) < 5, gaps
    assert min(max(before, after) for sign, before, after in gaps if sign == "+") > 15
    page.close()
