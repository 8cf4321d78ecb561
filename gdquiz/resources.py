"""Where the shipped templates and question banks lie: inside an installed wheel or beside the package in a checkout."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

MISCONCEPTIONS = "misconceptions.toml"
"""Among the ``question_banks`` the one file that is no bank: the misconceptions that all of them may name."""


def data(kind: str) -> Traversable:
    """The folder ``templates`` or ``question_banks``.

    Raises ``FileNotFoundError`` when neither an installed nor a checked-out copy is there.
    """
    installed = files("gdquiz") / "_data" / kind
    if installed.is_dir():
        return installed
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / kind).is_dir():
        return checkout / kind
    raise FileNotFoundError(f"gdquiz finds no folder {kind!r}; reinstall the package")
