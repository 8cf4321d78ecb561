"""Cells of tables that spreadsheets open: whatever stands in one, it is never a formula that is run."""

from __future__ import annotations

import re

_RUNS = re.compile("[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?%?")


def runs(cell: str) -> bool:
    """Whether a spreadsheet would run the cell: it begins with a sign of formulas and is no number."""
    return bool(_RUNS.match(cell)) and not _NUMBER.fullmatch(cell)


def inert(cell: str) -> str:
    """The cell for a table of plain text: an apostrophe before what would be run."""
    return f"'{cell}" if runs(cell) else cell


def kept(cell: str) -> str:
    """The cell for a table that is read again: as ``inert``, and ``unkept`` gives back any cell as it was."""
    return f"'{cell}" if runs(cell.lstrip("'")) else cell


def unkept(cell: str) -> str:
    """What ``kept`` was made of."""
    return cell[1:] if cell.startswith("'") and runs(cell.lstrip("'")) else cell


def inert_html(cell: str) -> str:
    """The same for a cell of HTML: its first sign as an entity, so that nothing is added."""
    return f"&#{ord(cell[0])};{cell[1:]}" if runs(cell) else cell
