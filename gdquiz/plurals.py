"""Things with how many there are of them, for people."""

from __future__ import annotations


def counted(number: float, thing: str) -> str:
    """``1 form``, ``2.5 points``, ``1,200 variants``; things whose plural ends in s."""
    written = f"{number:,}" if isinstance(number, int) else f"{number:g}"
    return f"{written} {thing}{'' if written == '1' else 's'}"
