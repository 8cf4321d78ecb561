"""What a float run makes one expect of a run: it chooses which theorem is tried, and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``limit`` is a value of the axis of that name; ``places`` are points, in floats, of what the run tends to.

    One place for a limit; for a cycle, and where nothing is suggested, the last point that was finite, if any.
    """

    limit: str
    places: tuple[tuple[float, ...], ...] = ()
