"""Which form a student gets: by the student's id and who else is there, never by the row of the roster.

The forms of an exam are numbered, and no two of them share a variant while variants last.  Every student has a keyed
sequence of wishes for these numbers, its *seats*, and a keyed turn; in the order of their turns each takes the first
seat wished for that is still free.  So all seats are taken, the order of the roster means nothing, and a student more
or fewer moves only a few others (of n about 2 ln n: 12 of 300).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from gdquiz import draws
from gdquiz.errors import Fault, InputError
from gdquiz.exam.people import canonical

MOST_SEATS = 1 << 14


@dataclass(frozen=True, slots=True)
class Student:
    """Somebody on a roster.  ``more`` is what else the roster has of them: columns and what stands there."""

    name: str
    id: str
    more: tuple[tuple[str, str], ...] = ()


def in_order(students: Iterable[Student]) -> tuple[Student, ...]:
    """The students by their ids, numbers in them by their size: s2 before s10.

    Raises ``InputError`` for students with the same id.
    """
    found = tuple(students)
    counts = Counter(canonical(student.id) for student in found)
    twice = [
        Fault(f"the id {id} stands there {n} times", "an id of its own for each") for id, n in counts.items() if n > 1
    ]
    if twice:
        raise InputError(twice)
    return tuple(sorted(found, key=lambda student: _natural(canonical(student.id))))


def _natural(id: str) -> tuple[tuple[int, int, str], ...]:
    parts = re.split(r"([0-9]+)", id)
    return (*((1, 0, part) if k % 2 == 0 else _size(part) for k, part in enumerate(parts)), (2, 0, id))


def _size(digits: str) -> tuple[int, int, str]:
    plain = digits.lstrip("0")
    return 0, len(plain), plain


def seats(path: draws.Path, students: Sequence[Student]) -> tuple[int, ...]:
    """The seat of each student: 0 to n - 1, each once, the same for the same students in any order.

    Raises ``ValueError`` for more than ``MOST_SEATS``.
    """
    if len(students) > MOST_SEATS:
        raise ValueError(f"more than {MOST_SEATS} students")
    ids = [canonical(student.id) for student in students]
    taken: dict[int, str] = {}
    for id in sorted(ids, key=lambda id: (next(draws.words((*path, "turn", id))), id)):
        wishes = (word % MOST_SEATS for word in draws.words((*path, "wishes", id)))
        taken[next(seat for seat in wishes if seat < len(ids) and seat not in taken)] = id
    found = {id: seat for seat, id in taken.items()}
    return tuple(found[id] for id in ids)


def who(students: Iterable[Student]) -> str:
    """A text that differs for any two sets of students."""
    ids = sorted(canonical(student.id) for student in students)
    return blake2b("\n".join(ids).encode(), digest_size=16).hexdigest()
