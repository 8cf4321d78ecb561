"""The catalog as an instructor uses it, in a real browser: search, open, draw again, choose, copy, print; no mouse."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from browsing import DESKTOP, PHONE, accessibility_faults, wider_than_the_window
from kept import variants_of
from test_catalog import content_of
from test_sheets_in_browser import features

from gdquiz.catalog.entries import entry
from gdquiz.catalog.page import catalog_page
from gdquiz.cli import main
from gdquiz.cli.loading import load_banks
from gdquiz.exam.exam_json import from_json

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog of shipped items: the topic of single steps, and items until every kind and figure is there."""
    chosen, seen = [], set[str]()
    for item in load_banks(()):
        if item.topic == "one-step" or not features(item) <= seen:
            chosen.append(item)
            seen |= features(item)
    file = tmp_path_factory.mktemp("catalog") / "catalog.html"
    file.write_text(catalog_page([entry(item, solve=variants_of) for item in chosen]), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def items(catalog: Path) -> list[dict]:
    return content_of(catalog.read_text(encoding="utf-8"))["items"]


def shown(page) -> list[str]:
    """The ids of the items shown, in order."""
    return [
        article.get_attribute("id").removeprefix("item-") for article in page.locator(".card:visible").all()
    ]  # fmt: skip


def found(page) -> str:
    return page.locator("#found").inner_text()


def test_search_asks_for_all_words_anywhere(catalog, items, browser_page):
    page = browser_page(catalog)
    assert len(shown(page)) == len(items)
    assert found(page).startswith(f"{len(items)} of {len(items)} items, ")
    page.fill("#search", "squared ERROR one-update")
    assert shown(page) == ["one-step-squared-error"]
    variants = next(item["variants"] for item in items if item["id"] == "one-step-squared-error")
    assert found(page) == f"1 of {len(items)} items, {variants:,} variants"
    page.fill("#search", "forgets the learning rate")  # a misconception that its page does not open with
    assert shown(page) == [item["id"] for item in items if "NO_ETA" in item["misconception"]] != []
    page.fill("#search", "no item says this")
    assert shown(page) == [] and page.locator("#nothing").is_visible()
    page.click("#clear-here")
    assert len(shown(page)) == len(items) and page.input_value("#search") == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [("topic", "one-step"), ("kind", "matching"), ("bloom", "apply"), ("tier", "2"), ("outcome", "L04"),
     ("misconception", "SIGN"), ("skill", "one-update")],
)  # fmt: skip
def test_filters_keep_what_they_name(catalog, items, browser_page, name, value):
    page = browser_page(catalog)
    page.select_option(f"#filter-{name}", value)
    expected = [item["id"] for item in items if value in (item[name] if isinstance(item[name], list) else [item[name]])]
    assert 0 < len(expected) < len(items)
    assert shown(page) == expected
    label = page.locator(f"#filter-{name} option:checked").inner_text()
    assert label.endswith(f"({len(expected)})"), "a filter says how many items it will leave"


def test_work_and_order(catalog, items, browser_page):
    page = browser_page(catalog)
    page.fill("#least", "7")
    page.fill("#most", "7.5")
    expected = [
        item["id"] for item in items if item["work"][2] >= 7 and item["work"][0] <= 7.5
    ]  # fmt: skip
    assert 0 < len(expected) < len(items)
    assert shown(page) == expected
    page.select_option("#order", "most")
    medians = {item["id"]: item["work"][1] for item in items}
    assert shown(page) == sorted(expected, key=lambda name: -medians[name])
    page.click("#clear")
    assert shown(page) == [item["id"] for item in items], "clearing brings back the order of the banks"


def test_another_variant_is_drawn(catalog, items, browser_page):
    page = browser_page(catalog)
    item = next(item for item in items if item["id"] == "one-step-squared-error")
    card = page.locator("#item-one-step-squared-error")
    card.locator(".opener").click()
    seen = []
    for place, row in enumerate([*item["rows"], item["rows"][0]]):
        which = card.locator(".which").inner_text()
        assert which.startswith(f"Variant {place % 6 + 1} of the 6 shown here: row {row:,}, work ")
        assert card.locator(".key math").count() and card.locator(".wrong dt").count() > 3
        seen.append(card.locator(".sample").inner_html())
        card.locator(".another").click()
    assert len(set(seen)) == 6 and seen[0] == seen[6]
    card.locator(".opener").click()
    assert not card.locator(".panel").is_visible()


def copied_exam(text: str, folder: Path):
    """The exam that the copied lines make, as a file of their own."""
    blueprint = folder / "blueprint.toml"
    blueprint.write_text(text, encoding="utf-8")
    main(["make", str(blueprint), "--seed", "1", "--to", "markdown", "--out", str(folder / "exam")],
         standalone_mode=False)  # fmt: skip
    return from_json((folder / "exam" / "exam.json").read_text(encoding="utf-8"))


WANTED = ["one-step-squared-error", "rate-of-a-step"]


def test_the_copied_lines_make_the_exam(catalog, browser_page, tmp_path):
    page = browser_page(catalog, permissions=["clipboard-read", "clipboard-write"])
    for name in WANTED:
        page.check(f"#item-{name} .pick")
    assert page.locator("#chosen-count").inner_text().startswith("2 items chosen, ")
    page.fill("#search", "momentum")  # what is chosen stays chosen when it is not shown
    page.click("#copy")
    page.wait_for_function("document.getElementById('copied').textContent")
    assert page.locator("#copied").inner_text().startswith("Copied.")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text == page.input_value("#lines")
    exam = copied_exam(text, tmp_path)
    assert [question.wording for question in exam.forms[0].questions] == WANTED


def test_a_pool_is_drawn_from_and_lines_go_at_the_end_of_a_blueprint(catalog, browser_page, tmp_path):
    page = browser_page(catalog)
    page.select_option("#filter-topic", "one-step")
    page.click("#choose-shown")
    page.click("#show-lines")
    page.check("#some")
    page.fill("#count", "3")
    page.locator("#count").press("Tab")
    earlier = 'title = "Mid-term"\n[[section]]\nslot = [{ item = "plus-sign-in-the-program" }]\n'
    exam = copied_exam(earlier + page.input_value("#lines"), tmp_path)
    names = [question.wording for question in exam.forms[0].questions]
    pool = tomllib.loads(page.input_value("#lines"))["section"][0]["slot"][0]["items"]
    assert names[0] == "plus-sign-in-the-program" and len(set(names)) == 4
    assert set(names[1:]) < set(pool) == set(shown(page))


def test_without_a_clipboard_the_lines_can_be_copied_by_hand(catalog, browser_page):
    page = browser_page(catalog)
    page.evaluate(
        """() => {
          Object.defineProperty(navigator, 'clipboard', { value: undefined });
          document.execCommand = () => false;
        }"""
    )
    page.check("#item-rate-of-a-step .pick")
    page.click("#copy")
    page.wait_for_function("document.getElementById('copied').textContent")
    assert "copy them with Ctrl+C" in page.locator("#copied").inner_text()
    assert page.evaluate("document.activeElement.id") == "lines"
    marked = page.evaluate("document.activeElement.value.slice(0, document.activeElement.selectionEnd)")
    assert marked == page.input_value("#lines") and 'item = "rate-of-a-step"' in marked


def test_only_the_chosen_can_be_shown_and_dropped(catalog, items, browser_page):
    page = browser_page(catalog)
    for name in WANTED:
        page.check(f"#item-{name} .pick")
    page.click("#show-chosen")
    assert shown(page) == WANTED
    page.uncheck(f"#item-{WANTED[0]} .pick")
    assert shown(page) == WANTED[1:]
    page.click("#drop")
    assert len(shown(page)) == len(items)
    assert not page.locator("#chosen").is_visible()


def focused(page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.className")


def test_all_of_it_by_keyboard(catalog, browser_page):
    page = browser_page(catalog)
    page.keyboard.press("Tab")
    assert focused(page) == "skip"
    page.keyboard.press("Tab")
    assert focused(page) == "search"
    page.keyboard.type("which learning rate was used")
    for _ in range(30):
        page.keyboard.press("Tab")
        if focused(page) == "pick":
            break
    assert shown(page) == ["rate-of-a-step"]
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    assert focused(page) == "opener"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page) == "another"
    page.keyboard.press("Enter")
    assert page.locator("#item-rate-of-a-step .which").inner_text().startswith("Variant 2 of")
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(
            """() => {
              const at = document.activeElement.getBoundingClientRect(), bar = document.getElementById('chosen');
              return bar.contains(document.activeElement) || at.top < bar.getBoundingClientRect().top;
            }"""
        ), "what has the focus is not hidden by the bar below"
        if focused(page) == "main":
            break
    page.keyboard.press("Enter")
    page.wait_for_function("document.getElementById('copied').textContent")
    assert 'item = "rate-of-a-step"' in page.input_value("#lines")


def opened(browser_page, catalog, width, **options):
    """The page with every item open and one chosen, as full as it gets."""
    page = browser_page(catalog, width, **options)
    page.check("#item-rate-of-a-step .pick")
    page.click("#show-lines")
    page.click("#open-all")
    return page


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_audit_finds_nothing(catalog, browser_page, width):
    page = opened(browser_page, catalog, width)
    assert accessibility_faults(page) == []
    assert wider_than_the_window(page) == []


def test_the_audit_finds_nothing_in_the_dark(catalog, browser_page):
    assert accessibility_faults(opened(browser_page, catalog, DESKTOP, dark=True), only_contrast=True) == []


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_on_paper_are_the_items_shown_and_what_is_open(catalog, browser_page):
    page = browser_page(catalog)
    page.select_option("#filter-topic", "one-step")
    page.click("#item-rate-of-a-step .opener")
    pdf = page.pdf(prefer_css_page_size=True)
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    for name in shown(page):
        assert name in text
    assert "first-adam-step" not in text
    assert len(re.findall(r"^\s*Solution$", text, re.MULTILINE)) == 1
    for control in ("Another variant", "Open all shown", "Clear search", "Copy blueprint lines"):
        assert control not in text
