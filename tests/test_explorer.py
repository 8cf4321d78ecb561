"""The explorer of the practice page: its judge against the engine, and its controls in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

import pytest
from sample_exam import sample

from gdquiz.judging.rules import RULES
from gdquiz.practice.families import BETA, EXPLORED, FAMILIES, Family, explorer
from gdquiz.practice.page import practice_page
from gdquiz.solving.solution import FLAGS, solve

SHOWN = 12
STARTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "parabola": (("-3",), ("1",), ("5/2",)),
    "double-well": (("2",), ("-3",), ("1/2",), ("0",), ("-1/4",)),
    "quartic": (("2",), ("-3",), ("1/10",)),
    "corner": (("3",), ("-7/4",), ("7/10",)),
    "no-minimum": (("-2",), ("5",)),
    "bowl": (("-5", "3/2"), ("0", "1"), ("2", "0"), ("3", "-4")),
    "saddle": (("-1/5", "3/2"), ("0", "1"), ("2", "0"), ("3", "2"), ("-1", "0")),
}
EDGES = ("1/2", "8/15", "4/5", "1", "2")
"""Rates at which something changes for one family or another."""


def rates(family: dict[str, Any], every: int) -> list[str]:
    """Some rates of the slider, and those at which something changes."""
    found = [*family["rates"][::every], *(rate for rate in (family["stable"], *EDGES) if rate in family["rates"])]
    return list(dict.fromkeys(found))


def grid(every: int) -> Iterator[tuple[str, tuple[str, ...], str, str]]:
    for family in explorer()["families"]:
        for start in STARTS[family["id"]]:
            for rate in rates(family, every):
                for method in EXPLORED:
                    yield family["id"], start, rate, method


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("explorer") / "practice.html"
    file.write_text(practice_page(sample(), {}), encoding="utf-8")
    return file


def by_python(family: Family, start: tuple[str, ...], rate: str, method: str) -> dict[str, Any]:
    solution = solve(
        family.loss,
        [f"{name}={value}" for name, value in zip(family.variables, start, strict=True)],
        rate,
        steps=SHOWN,
        method=method,
        parameters={} if method == "descent" else {"beta": BETA},
    )
    events = [(event.event, event.step) for event in solution.events]
    return {
        "limit": solution.limit,
        "point": solution.point,
        "scope": solution.scope,
        "period": solution.period,
        "words": solution.words,
        "flags": sorted(name for name, _ in events if name in FLAGS),
        "overshoot": [step for name, step in events if name == "overshoot"],
        "crossing": [step for name, step in events if name == "crossing"],
    }


def compared(page: Any, cases: list[tuple[str, tuple[str, ...], str, str]]) -> list[str]:
    """Where the page contradicts the engine.  It may say that something is too close to call."""
    found = page.evaluate(
        "([cases, shown]) => cases.map((run) => gdquiz.judge(...run, shown))",
        [cases, SHOWN],
    )
    families = {family.id: family for family in FAMILIES}
    faults, undecided = [], 0
    for case, page_says in zip(cases, found, strict=True):
        engine = by_python(families[case[0]], *case[1:])
        flags = sorted(name for name in FLAGS if page_says[name] == 1)
        if page_says["limit"] == "undecided":
            undecided += engine["limit"] != "undecided"
            continue
        told = {name: page_says[name] for name in ("limit", "point", "scope", "period")}
        if told != {name: engine[name] for name in told} or not set(flags) <= set(engine["flags"]):
            faults.append(f"{case}: the page says {told} {flags}, the engine {engine}")
        if flags == engine["flags"] and not engine["words"].startswith(page_says["words"]):
            faults.append(f"{case}: the page says {page_says['words']!r}, the engine {engine['words']!r}")
        for event in ("overshoot", "crossing"):
            steps = {place + 1 for place, answer in enumerate(page_says[event]) if answer == 1}
            never = {place + 1 for place, answer in enumerate(page_says[event]) if answer == -1}
            if not steps <= set(engine[event]) or never & set(engine[event]):
                faults.append(f"{case}: {event} in {steps} and not in {never}, the engine {engine[event]}")
    assert undecided <= len(cases) // 50  # the theorems of the engine know more than the page, but seldom
    return faults


@pytest.mark.browser
def test_the_page_judges_as_the_engine_does(browser_page: Callable[..., Any], page_file: Path) -> None:
    cases = list(grid(1000))  # the lowest rate and the edges
    picked = cases[::5]
    assert {case[0] for case in picked} == set(STARTS) and {case[3] for case in picked} == set(EXPLORED)
    assert compared(browser_page(page_file), picked) == []


@pytest.mark.browser
@pytest.mark.slow
def test_the_page_judges_as_the_engine_does_on_a_fine_grid(
    browser_page: Callable[..., Any],
    page_file: Path,
) -> None:
    cases = list(grid(12))
    assert len(cases) > 600
    assert compared(browser_page(page_file), cases) == []


# --- what is embedded ------------------------------------------------------------------------------------------------


def test_every_family_shows_something_of_its_own() -> None:
    assert [family.id for family in FAMILIES] == list(STARTS)
    ends = {by_python(family, family.start, family.rate, "descent")["limit"] for family in FAMILIES}
    assert ends >= {"converged", "cycle", "drift"}


def test_rates_of_the_slider_ascend_and_hold_those_that_matter() -> None:
    for family in explorer()["families"]:
        exact = [Fraction(rate) for rate in family["rates"]]
        assert exact == sorted(set(exact)) and 50 < len(exact) < 130
        assert family["rate"] in family["rates"]
        if family["stable"]:
            assert family["stable"] in family["rates"]


def test_the_settings_are_as_many_as_the_docs_say() -> None:
    """Why no table of verdicts is in the page: there are too many settings to judge when it is made."""
    settings = 0
    for family in explorer()["families"]:
        starts = prod(int((high - low) / Fraction(family["grid"])) + 1 for low, high in family["ranges"])
        settings += starts * len(family["rates"]) * len(EXPLORED)
    page = Path(__file__).resolve().parent.parent / "docs" / "practice-page.md"
    assert f"{settings:,} settings" in page.read_text(encoding="utf-8")


def test_rules_and_sentences_are_those_of_the_table() -> None:
    told = explorer()["rules"]
    assert [(rule["axis"], rule["value"], rule["sentence"]) for rule in told] == [
        (rule.axis, rule.value, rule.sentence) for rule in RULES
    ]
    assert all(
        rule["bounds"][bound.name] == [bound.yes, bound.no, bound.large]
        for rule, row in zip(told, RULES, strict=True)
        for bound in row.bounds
    )


def test_contours_lie_on_level_curves() -> None:
    bowl = next(family for family in explorer()["families"] if family["id"] == "bowl")
    assert len(bowl["contours"]) >= 14
    for line in bowl["contours"]:
        heights = [u * u / 2 + 5 * v * v for u, v in zip(line[::2], line[1::2], strict=True)]
        assert max(heights) - min(heights) < 0.02 * max(heights) + 0.2  # rounding, and chords of the ellipse


# --- its controls ----------------------------------------------------------------------------------------------------


def explored(browser_page: Callable[..., Any], page_file: Path, family: str) -> Any:
    page = browser_page(page_file)
    page.evaluate(f"location.hash = '#explore={family}'")
    page.locator(".ground .handle").wait_for()
    return page


@pytest.mark.browser
def test_first_a_guess_then_the_run(browser_page: Callable[..., Any], page_file: Path) -> None:
    """(w - 1)^2 with rate 1/5: each step multiplies the distance by 1 - 2/5 = 0.6, from one side."""
    page = explored(browser_page, page_file, "parabola")
    assert page.locator(".ground .iterate").count() == 0 and page.locator(".verdict").is_hidden()
    page.get_by_label("The iterates converge.").check()
    page.get_by_label("no", exact=True).check()
    page.get_by_role("button", name="Show the run").click()
    verdict = page.locator(".verdict").inner_text()
    assert "You said it all." in verdict
    assert "The iterates converge. The point is a local minimum. No point of the loss is better." in verdict
    assert "1 − (0.2) · 2 = 0.6, so the distance shrinks on one side" in verdict
    assert page.locator(".ground .iterate").count() == 12
    page.get_by_role("button", name="Hide the run and ask again").click()
    page.get_by_label("The iterates run away").check()
    page.get_by_label("yes", exact=True).check()
    page.get_by_role("button", name="Show the run").click()
    assert "Neither guess was right." in page.locator(".verdict").inner_text()


@pytest.mark.browser
def test_sliders_keys_and_dragging_move_the_run(browser_page: Callable[..., Any], page_file: Path) -> None:
    page = explored(browser_page, page_file, "parabola")
    page.get_by_role("button", name="Show without a guess").click()
    rate = page.get_by_label("Learning rate")
    rate.focus()
    while page.locator("output[for=rate]").inner_text() != "1":
        page.keyboard.press("ArrowRight")
    assert "The iterates end up in a cycle of period 2 and never settle." in page.locator(".verdict").inner_text()
    page.keyboard.press("ArrowRight")  # beyond 2/L = 1
    assert "the run diverges" in page.locator(".verdict").inner_text()

    handle = page.locator(".handle")
    before = page.locator("output[for=start-w]").inner_text()
    handle.focus()
    page.keyboard.press("ArrowRight")
    assert (before, page.locator("output[for=start-w]").inner_text()) == ("−3", "−2.9")
    assert handle.get_attribute("aria-valuetext") == "w = −2.9"

    box = page.locator(".ground").bounding_box()
    middle = (box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.4)
    x, y = (handle.bounding_box()[name] + 8 for name in ("x", "y"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(*middle, steps=3)
    page.mouse.up()
    assert 1 < float(page.locator("output[for=start-w]").inner_text()) < 3


@pytest.mark.browser
def test_what_is_too_large_for_floats_is_said(browser_page: Callable[..., Any], page_file: Path) -> None:
    """u^3 - u from 3 with rate 2: the iterates cube in size, so a float holds only a few of them."""
    page = explored(browser_page, page_file, "saddle")
    page.get_by_role("button", name="Show without a guess").click()
    page.get_by_label("Start u").press("End")
    page.get_by_label("Learning rate").press("End")
    verdict = page.locator(".verdict").inner_text()
    assert "the run diverges" in verdict and "the numbers are too large for floating point" in verdict
    assert "NaN" not in page.locator("#explore").inner_text()


@pytest.mark.browser
@pytest.mark.parametrize("family", [family.id for family in FAMILIES])
def test_every_family_is_drawn_and_explained(
    browser_page: Callable[..., Any],
    page_file: Path,
    family: str,
) -> None:
    page = explored(browser_page, page_file, family)
    page.get_by_role("button", name="Show without a guess").click()
    assert page.locator(".verdict p").count() >= 3
    assert not any(word in page.locator("#explore").inner_text() for word in ("NaN", "undefined", "Infinity"))
    assert page.locator(".ground .iterate").count() > 0
    page.get_by_text("The steps as a table").click()
    assert page.locator(".values tbody tr").count() == 13
    for _ in range(5):
        page.get_by_role("button", name="Ask me another").click()
        page.get_by_role("button", name="Show without a guess").click()
        assert "NaN" not in page.locator("#explore").inner_text()
