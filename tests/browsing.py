"""Pages in a real browser: headless Chromium of the machine, driven by Playwright, and audits by axe-core.

A page is opened from a file, as by a double click, without a network.  Whatever it asks the network for, and every
error it reports, fails the test that opened it.  Tests that use the fixtures are marked ``browser`` by hand and are
skipped, with the reason, where Chromium or Playwright is missing.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PHONE, DESKTOP = 390, 1280
"""Widths in CSS pixels."""

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
AUDIT = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""The tags of axe-core's rules: WCAG 2.2 at the levels A and AA, and what its authors advise beyond."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The browser, started once for all tests of a process, with a fresh profile."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, headless=True, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def browser_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """A function that opens an HTML file in a window so wide, as in a dark room or not, and gives its page."""
    contexts, complaints = [], list[str]()

    def opened(html: Path, width: int = DESKTOP, *, dark: bool = False, height: int = 844, **options: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", offline=True,
            locale="en-GB", reduced_motion="reduce", **options,
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: complaints.append(f"error in the page: {error}"))
        page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}") if said.type == "error" else 0)
        page.on("request", lambda asked: complaints.extend(_asked_for(asked.url)))
        page.goto(html.resolve().as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _asked_for(url: str) -> Iterator[str]:
    if not url.startswith(("file:", "data:", "blob:")):
        yield f"the page asks the network for {url}"


def accessibility_faults(page: Any, *, only_contrast: bool = False) -> list[str]:
    """What axe-core finds wrong with a page as it stands: a rule, what is expected, and the element, each.

    ``only_contrast`` asks for the one rule whose result depends on the colours, and so on light and dark.  What is
    inside of formulas is not looked at one by one: it has the colours of the formula and no roles.
    """
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")
    rules = {"type": "rule", "values": ["color-contrast"]} if only_contrast else {"type": "tag", "values": AUDIT}
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    results = axe.Axe().run(page, context={"exclude": [["math > *"]]}, options=options)
    return [
        f"{fault['id']}: {fault['help']}: {node['html'][:160]} ({' '.join((node.get('failureSummary') or '').split())})"
        for fault in results.response["violations"]
        for node in fault["nodes"]
    ]


def wider_than_the_window(page: Any) -> list[str]:
    """The elements that make a page scroll sideways; those inside of a box that scrolls by itself do not."""
    found: list[str] = page.evaluate(
        """() => {
          const room = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= room) return [];
          const holds = (element) => ['auto', 'scroll', 'hidden'].includes(getComputedStyle(element).overflowX);
          const scrolls = (element) => element && element !== document.body &&
            (holds(element) || scrolls(element.parentElement));
          return [...document.body.querySelectorAll('*')]
            .filter((element) => element.getBoundingClientRect().right > room + 1 && !scrolls(element))
            .map((element) => element.outerHTML.slice(0, 120));
        }"""
    )
    return found
