"""What several test modules share."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import browser, browser_page

__all__ = ["browser", "browser_page"]

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def bank_text() -> str:
    """A small bank with one item of each of three kinds, whose keys are easy to work out by hand."""
    return (ROOT / "tests" / "banks" / "small.toml").read_text(encoding="utf-8")
