"""What several test modules share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from browsing import browser, browser_page
from hypothesis import settings
from shipped_exam import FEW, MANY, shared

from gdquiz.exam.frozen import Exam

settings.register_profile("patient", deadline=None)  # no test depends on how fast the machine is
settings.load_profile("patient")

__all__ = ["browser", "browser_page"]

ROOT = Path(__file__).resolve().parent.parent
os.environ["GDQUIZ_CACHE"] = str(ROOT / ".pytest_cache" / "gdquiz")
"""The tests of a checkout share a store; what it gives was made by these very sources (``populations/engine.py``)."""


@pytest.fixture
def bank_text() -> str:
    """A small bank with one item of each of three kinds, whose keys are easy to work out by hand."""
    return (ROOT / "tests" / "banks" / "small.toml").read_text(encoding="utf-8")


def _shared_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder of this session that its processes share."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def few_of_each(tmp_path_factory: pytest.TempPathFactory) -> Exam:
    """An exam with a few variants of every item that comes with gdquiz."""
    return shared(FEW, _shared_folder(tmp_path_factory))


@pytest.fixture(scope="session")
def many_of_each(tmp_path_factory: pytest.TempPathFactory) -> Exam:
    """The same with many variants."""
    return shared(MANY, _shared_folder(tmp_path_factory))
