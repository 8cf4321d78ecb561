"""Progress in the practice page: several tabs, records that cannot be read, files, and browsers that keep nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from browsing import accessibility_faults
from sample_exam import sample
from spoiling import some_record, spoilt
from test_practice_page import ONE_STEP, checked, html, opened, page_file, record

from gdquiz.cli.keeping import Keeper
from gdquiz.errors import InputError
from gdquiz.practice.record import EMPTY, Record, added, answered, asked, from_json, joined, progress_of, to_json

__all__ = ["html", "page_file"]

CASES = json.loads((Path(__file__).resolve().parent / "progress_cases.json").read_text(encoding="utf-8"))
REFUSED = [case for case in CASES if not case["read"]]
KEY = "gdquiz-practice"
SKILL = sample().wordings[ONE_STEP].skill

pytestmark = pytest.mark.browser


def another_tab(page: Any, page_file: Path) -> Any:
    tab = page.context.new_page()
    tab.set_default_timeout(20_000)
    tab.on("pageerror", lambda error: pytest.fail(f"error in the page: {error}"))
    tab.goto(page_file.resolve().as_uri())
    return tab


def answers(page: Any) -> None:
    """Answers the question on one step, wrongly at first, then goes on to another question."""
    question = next(q for q in sample().forms[0].questions if q.wording == ONE_STEP)
    page.bring_to_front()  # a page in the background draws seldom, and Playwright waits for that
    page.evaluate("location.hash = '#practice'")
    page.evaluate(f"location.hash = '#practice={ONE_STEP}/{question.row}'")
    page.locator(".ids", has_text=f"{ONE_STEP}, variant {question.row}").wait_for()
    page.get_by_label("Answer").nth(0).fill("4")
    page.get_by_label("Answer").nth(1).fill("0")
    checked(page)
    page.get_by_role("button", name="Next question").click()


def times_answered(page: Any) -> int:
    return progress_of(record(page)).skill(SKILL).questions


def works(page: Any) -> None:
    """The page asks and marks."""
    answers(page)
    page.locator("#practice h2").first.wait_for()


def stored(page: Any) -> dict[str, str]:
    found: dict[str, str] = page.evaluate("({ ...localStorage })")
    return found


def put(page: Any, text: str) -> None:
    """Puts a text where the record is, and opens the page anew."""
    page.evaluate("([key, text]) => { localStorage.clear(); localStorage.setItem(key, text); }", [KEY, text])
    page.reload()


# --- the page and Python read and join alike -------------------------------------------------------------------------


def readings(page: Any, texts: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("(texts) => texts.map((text) => gdquiz.read(text))", texts)
    return found


def by_python(text: str) -> Record | None:
    try:
        return from_json(text, file="p")
    except InputError:
        return None


def alike(text: str, reading: dict[str, Any]) -> bool:
    """Whether both refuse a text, or both read the same record that says the same of the learner, to the last bit."""
    kept = by_python(text)
    if kept is None:
        return reading["record"] is None and bool(reading["faults"])
    if reading["record"] is None:
        return False
    progress = progress_of(kept).model_dump(mode="json", exclude={"format", "version"})
    log = [question.model_dump(mode="json") for question in kept.log]
    sums = [one.model_dump(mode="json", exclude={"format", "version"}) for one in kept.earlier]
    return (reading["progress"], reading["record"]["log"], reading["record"]["earlier"]) == (progress, log, sums)


def test_the_table_of_texts(browser_page: Callable[..., Any], page_file: Path) -> None:
    found = readings(browser_page(page_file), [case["text"] for case in CASES])
    for case, reading in zip(CASES, found, strict=True):
        assert (not reading["faults"]) == case["read"], (case["name"], reading)
        assert alike(case["text"], reading), (case["name"], reading)
        if case["field"] and case["field"] != "version":
            assert any(fault.startswith(f"field {case['field']}") for fault in reading["faults"]), (case, reading)


def test_spoilt_texts(browser_page: Callable[..., Any], page_file: Path) -> None:
    texts = list(spoilt(Random(21), 3000))
    found = readings(browser_page(page_file), texts)
    assert [text for text, reading in zip(texts, found, strict=True) if not alike(text, reading)] == []


def test_records_are_joined_alike(browser_page: Callable[..., Any], page_file: Path) -> None:
    random = Random(22)
    groups = [[some_record(random) for _ in range(random.randrange(1, 4))] for _ in range(400)]
    texts = [[to_json(one) for one in group] for group in groups]
    found = browser_page(page_file).evaluate("(groups) => groups.map((texts) => gdquiz.join(...texts))", texts)
    for group, text in zip(groups, found, strict=True):
        assert from_json(text, file="joined by the page") == joined(*group)


# --- tabs ------------------------------------------------------------------------------------------------------------


def test_two_tabs_add_to_one_record(browser_page: Callable[..., Any], page_file: Path) -> None:
    one = browser_page(page_file)
    other = another_tab(one, page_file)
    for tab in (one, other, one, other, other):
        answers(tab)
    assert times_answered(one) == times_answered(other) == 5
    for tab in (one, other):
        tab.bring_to_front()
        tab.get_by_role("link", name="Progress").click()
        tab.locator("#progress td", has_text="of 5").wait_for()


def test_a_tab_shows_what_another_adds(browser_page: Callable[..., Any], page_file: Path) -> None:
    one = browser_page(page_file)
    one.get_by_role("link", name="Progress").click()
    answers(another_tab(one, page_file))
    one.locator("#progress td", has_text="of 1").wait_for()


def test_what_another_tab_overwrites_is_put_back(browser_page: Callable[..., Any], page_file: Path) -> None:
    """As if the other had read the record before this one wrote, and written after it."""
    one = browser_page(page_file)
    other = another_tab(one, page_file)
    answers(one)
    stale = to_json(added(EMPTY, asked(EMPTY, "0-1", "ravine")))
    other.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, stale])
    one.wait_for_function("(key) => localStorage[key].split('\"answer\"').length === 2", arg=KEY)
    assert times_answered(one) == 1 and any(question.id == "0-1" for question in record(one).log)


def test_a_reset_is_for_all_tabs(browser_page: Callable[..., Any], page_file: Path) -> None:
    one = browser_page(page_file)
    other = another_tab(one, page_file)
    answers(other)
    answers(one)
    one.get_by_role("link", name="Progress").click()
    one.get_by_role("button", name="Reset", exact=True).click()
    one.get_by_role("button", name="Yes, forget it").click()
    other.bring_to_front()
    other.get_by_role("link", name="Progress").click()
    other.locator("#progress p", has_text="0 begun").wait_for()
    answers(other)
    assert times_answered(one) == 1


# --- records that cannot be read ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", REFUSED[::8], ids=lambda case: case["name"])
def test_what_can_not_be_read_is_set_aside_and_told(
    browser_page: Callable[..., Any], page_file: Path, case: dict[str, Any], tmp_path: Path
) -> None:
    page = browser_page(page_file)
    put(page, case["text"])
    warning = page.locator("#warnings").inner_text()
    assert "cannot be read (" in warning and "set aside" in warning and "practice starts from zero" in warning
    assert stored(page)[f"{KEY}.broken"] == case["text"]
    works(page)
    assert times_answered(page) == 1
    page.get_by_role("link", name="Progress").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save what was set aside").click()
    download.value.save_as(tmp_path / "aside.json")
    assert (tmp_path / "aside.json").read_bytes() == case["text"].encode()
    page.reload()
    assert page.locator("#warnings").inner_text() == ""
    assert times_answered(page) == 1 and stored(page)[f"{KEY}.broken"] == case["text"]


def test_records_are_set_aside_one_beside_another(browser_page: Callable[..., Any], page_file: Path) -> None:
    page = browser_page(page_file)
    for text in ("first", "second", "first", "third"):
        page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, text])
        page.reload()
    found = stored(page)
    assert [found[f"{KEY}.broken{name}"] for name in ("", "-2", "-3")] == ["first", "second", "third"]
    assert accessibility_faults(page) == []
    page.get_by_role("link", name="Progress").click()
    assert page.get_by_role("button", name="Save what was set aside").count() == 3
    assert accessibility_faults(page) == []


def test_a_record_that_is_spoilt_while_the_page_is_open(browser_page: Callable[..., Any], page_file: Path) -> None:
    """All that the page knows is kept, also what was answered before it was opened."""
    page = browser_page(page_file)
    answers(page)
    page.reload()
    answers(page)
    page.evaluate('(key) => localStorage.setItem(key, \'{"format": "gdquiz-progress", "version": 3}\')', KEY)
    answers(page)
    assert times_answered(page) == 3
    assert "newer than this page" in page.locator("#warnings").inner_text()
    assert "what this page knows is kept" in page.locator("#warnings").inner_text()


def test_version_1_is_read_and_kept(browser_page: Callable[..., Any], page_file: Path) -> None:
    page = browser_page(page_file)
    skill = {"mastery": 0.5, "questions": 3, "credit": 2.0, "last": 3}
    put(page, json.dumps({"format": "gdquiz-progress", "version": 1, "questions": 3, "skills": {SKILL: skill}}))
    assert page.locator("#warnings").inner_text() == ""
    works(page)
    assert times_answered(page) == 4 and list(stored(page)) == [KEY]


@pytest.mark.parametrize("name", ["constructor", "valueof", "tostring", "hasownproperty"])
def test_names_that_every_object_has(browser_page: Callable[..., Any], page_file: Path, name: str) -> None:
    page = browser_page(page_file)
    question = answered(asked(EMPTY, "0-1", name), name, 1, 0.1, ())
    put(page, to_json(added(EMPTY, question)))
    works(page)
    assert progress_of(record(page)).skills[name].questions == 1


# --- files -----------------------------------------------------------------------------------------------------------


def test_progress_is_kept_shown_and_forgotten(
    browser_page: Callable[..., Any], page_file: Path, tmp_path: Path
) -> None:
    page = opened(browser_page, page_file, ONE_STEP)
    page.get_by_label("Answer").nth(0).fill("4")
    page.get_by_label("Answer").nth(1).fill("0")
    checked(page)
    kept = progress_of(record(page))
    page.reload()
    page.get_by_role("link", name="Progress").click()
    table = page.locator("#progress table")
    assert "0 of 1" in table.inner_text()
    assert "steps up the slope instead of down: 1 time" in page.locator("#progress").inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    saved = tmp_path / "progress.json"
    download.value.save_as(saved)
    assert progress_of(from_json(saved.read_text(encoding="utf-8"), file="saved")).skills == kept.skills

    page.get_by_role("button", name="Reset", exact=True).click()
    page.get_by_role("button", name="No, keep it").click()
    assert "0 of 1" in table.inner_text()
    page.get_by_role("button", name="Reset", exact=True).click()
    page.get_by_role("button", name="Yes, forget it").click()
    assert "0 of 1" not in table.inner_text() and progress_of(record(page)).skills == {}

    page.get_by_label("Read from a file").set_input_files(saved)
    page.locator("td", has_text="0 of 1").wait_for()
    assert progress_of(record(page)).skills == kept.skills


@pytest.mark.parametrize("case", REFUSED[3::12], ids=lambda case: case["name"])
def test_what_is_imported_is_checked_first(
    browser_page: Callable[..., Any], page_file: Path, tmp_path: Path, case: dict[str, Any]
) -> None:
    page = browser_page(page_file)
    answers(page)
    before = record(page)
    wrong = tmp_path / "wrong.json"
    wrong.write_bytes(case["text"].encode())
    page.get_by_role("link", name="Progress").click()
    page.get_by_label("Read from a file").set_input_files(wrong)
    said = page.locator("#progress p", has_text="This file holds no progress of gdquiz practice that can be read here:")
    said.wait_for()
    if case["field"] and case["field"] != "version":
        assert f"field {case['field']}" in said.inner_text()
    assert record(page) == before
    works(page)
    assert times_answered(page) == 2


def test_the_page_and_the_terminal_exchange_files(
    browser_page: Callable[..., Any], page_file: Path, tmp_path: Path
) -> None:
    """Both go on from a common beginning; each takes what the other did, and both know all of it."""
    page = browser_page(page_file)
    answers(page)
    place = tmp_path / "progress.json"
    place.write_text(page.evaluate("(key) => localStorage[key]", KEY), encoding="utf-8")
    terminal = Keeper(place, save=True)
    terminal.add(answered(asked(terminal.record, "0-1", ONE_STEP), SKILL, 1, 0.1, ()))
    answers(page)
    page.get_by_role("link", name="Progress").click()
    page.get_by_label("Read from a file").set_input_files(place)
    page.locator("#progress td", has_text="1 of 3").wait_for()
    assert times_answered(page) == 3
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    back = from_json(Path(download.value.path()).read_text(encoding="utf-8"), file="saved")
    assert joined(terminal.record, back) == back == record(page)


# --- browsers that keep nothing --------------------------------------------------------------------------------------

FORBIDDEN = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("Access is denied", "SecurityError"); } });"""
FULL = """Storage.prototype.setItem = () => { throw new DOMException("It is full", "QuotaExceededError"); };"""


@pytest.mark.parametrize(
    ("script", "said"),
    [(FORBIDDEN, "does not let the page keep"), (FULL, "has no room left for")],
    ids=["forbidden", "full"],
)
def test_a_browser_that_keeps_nothing_is_told(
    browser_page: Callable[..., Any], page_file: Path, script: str, said: str, tmp_path: Path
) -> None:
    page = browser_page(page_file)
    page.add_init_script(script)
    page.reload()
    assert f"This browser {said} your progress" in page.locator("#warnings").inner_text()
    answers(page)
    answers(page)
    page.get_by_role("link", name="Progress").click()
    page.locator("#progress td", has_text="0 of 2").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    saved = Path(download.value.path())
    assert progress_of(from_json(saved.read_text(encoding="utf-8"), file="saved")).skills[SKILL].questions == 2
    page.get_by_label("Read from a file").set_input_files(saved)
    page.locator("#progress td", has_text="0 of 2").wait_for()
    page.get_by_role("button", name="Reset", exact=True).click()
    page.get_by_role("button", name="Yes, forget it").click()
    page.locator("#progress p", has_text="0 begun").wait_for()
    works(page)


FILL = """() => {
  for (let size = 4_000_000; size >= 1; size = Math.floor(size / 2))
    for (let i = 0; ; i++) {
      try { localStorage.setItem(`other-${size}-${i}`, "x".repeat(size)); } catch { break; }
    }
}"""


def test_what_does_not_fit_is_kept_once_there_is_room(browser_page: Callable[..., Any], page_file: Path) -> None:
    page = browser_page(page_file)
    answers(page)
    page.evaluate(FILL)
    answers(page)
    assert "has no room left" in page.locator("#warnings").inner_text()
    assert times_answered(page) == 1
    page.evaluate(
        "for (const name of Object.keys(localStorage)) if (name.startsWith('other')) localStorage.removeItem(name)"
    )
    answers(page)
    assert page.locator("#warnings").inner_text() == ""
    assert times_answered(page) == 3


def test_what_can_not_be_set_aside_stays_where_it_is(browser_page: Callable[..., Any], page_file: Path) -> None:
    page = browser_page(page_file)
    spoilt_text = "spoilt " * 20
    page.evaluate("([key, text]) => { localStorage.clear(); localStorage.setItem(key, text); }", [KEY, spoilt_text])
    page.evaluate(FILL)
    page.reload()
    assert "has no room left" in page.locator("#warnings").inner_text()
    works(page)
    assert stored(page)[KEY] == spoilt_text
