"""Marks that people give: the list of what they have to mark, read back, and how well several of them agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from gdquiz.errors import Fault, InputError
from gdquiz.exam.people import canonical
from gdquiz.grading.opened import opened
from gdquiz.grading.responses import Where
from gdquiz.texts.tables import at

COLUMNS = ("student", "question", "part", "response", "why", "guide", "out_of", "points", "person", "reason", "date")
"""Of ``by-hand.csv``; ``points`` and what follows is for people to fill in."""
FEWEST = 20
"""Responses marked by two people from which on their agreement is told."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The points that a person gave a response, or gave instead of what was marked, with the reason and the date."""

    student: str
    question: str
    part: str
    points: Fraction
    person: str = ""
    reason: str = ""
    date: str = ""
    where: Where = field(default_factory=lambda: Where(""))

    @property
    def explained(self) -> bool:
        """Whether it says who decided what, why and when; needed where something was marked already."""
        return bool(self.person and self.reason and self.date)


def read_decisions(data: bytes, file: str) -> tuple[Decision, ...]:
    """The marks in a file with the columns of ``by-hand.csv``; rows without points are passed over.

    Raises ``InputError`` with every fault.
    """
    table = opened(data, file)
    header = table.header
    missing = [name for name in ("student", "question", "part", "points") if name not in header]
    if missing:
        problem = f"the first line has no column {' and no column '.join(missing)}"
        raise InputError(Fault(problem, ", ".join(COLUMNS), "fill in by-hand.csv", file=file, line=1))
    column = {name: header.index(name) for name in COLUMNS if name in header}
    faults: list[Fault] = []
    found: list[Decision] = []
    for line, row in table.rows[1:]:
        cells = {name: at(row, place) for name, place in column.items()}
        if not cells["points"]:
            continue
        points, most = _number(cells["points"]), _number(cells.get("out_of", ""))
        if points is None:
            faults.append(
                Fault(f"'{cells['points'][:60]}' is no number of points", "such as 2 or 1.5", file=file, line=line)
            )
            continue
        if most is not None and points > most:
            told = f"{cells['points']} points of {cells['out_of']}"
            faults.append(Fault(told, "at most what can be had", file=file, line=line))
        found.append(
            Decision(cells["student"], cells["question"], cells["part"], points, cells.get("person", ""),
                     cells.get("reason", ""), cells.get("date", ""), Where(file, line))
        )  # fmt: skip
    if faults:
        raise InputError(faults)
    return tuple(found)


def _number(text: str) -> Fraction | None:
    found = re.fullmatch(r"\+?([0-9]{1,9})(?:[.,]([0-9]{1,12}))?(?:/([0-9]{1,9}))?", text)
    if not found or (found[3] and (found[2] or not int(found[3]))):
        return None
    return Fraction(f"{found[1]}.{found[2] or 0}") / int(found[3] or 1)


def decided(decisions: Iterable[Decision]) -> dict[str, dict[tuple[str, str], tuple[Decision, ...]]]:
    """The decisions by student, then by question and part, in their order."""
    found: dict[str, dict[tuple[str, str], tuple[Decision, ...]]] = {}
    for one in decisions:
        mine = found.setdefault(canonical(one.student), {})
        mine[one.question, one.part] = (*mine.get((one.question, one.part), ()), one)
    return found


def agreement(decisions: Sequence[Decision]) -> list[str]:
    """Of every two people who marked the same responses: how often they agree, and by how much they differ.

    Nothing is said of fewer than ``FEWEST`` such responses.
    """
    marks: dict[tuple[str, str, str], dict[str, Fraction]] = {}
    for one in decisions:
        if one.person:
            marks.setdefault((canonical(one.student), one.question, one.part), {})[one.person] = one.points
    pairs: dict[tuple[str, str], list[Fraction]] = {}
    for given in marks.values():
        people = sorted(given)
        for place, a in enumerate(people):
            for b in people[place + 1 :]:
                pairs.setdefault((a, b), []).append(given[a] - given[b])
    told = []
    for (a, b), differences in sorted(pairs.items()):
        if len(differences) >= FEWEST:
            same = sum(not one for one in differences)
            mean = sum(differences, Fraction(0)) / len(differences)
            told.append(
                f"{a} and {b} marked {len(differences)} responses both: {same} alike; on average {a} gave "
                f"{float(abs(mean)):.2f} points {'more' if mean >= 0 else 'fewer'}"
            )
    return told
