"""gdquiz: randomized, provably keyed questions on gradient descent.

What notebooks and build scripts use is here (docs/api.md), and is loaded when it is first asked for: the command line
starts without it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gdquiz.version import VERSION as __version__

if TYPE_CHECKING:
    from gdquiz.api.exams import Exam as Exam
    from gdquiz.api.exams import Files as Files
    from gdquiz.api.exams import assemble as assemble
    from gdquiz.api.exams import package as package
    from gdquiz.api.exams import read_blueprint as read_blueprint
    from gdquiz.api.exams import read_exam as read_exam
    from gdquiz.api.exams import read_students as read_students
    from gdquiz.api.exams import render as render
    from gdquiz.api.items import Item as Item
    from gdquiz.api.items import Items as Items
    from gdquiz.api.items import Population as Population
    from gdquiz.api.items import populate as populate
    from gdquiz.api.items import read_bank as read_bank
    from gdquiz.api.items import read_banks as read_banks
    from gdquiz.api.questions import Marked as Marked
    from gdquiz.api.questions import Question as Question
    from gdquiz.api.questions import mark as mark
    from gdquiz.api.solving import Solution as Solution
    from gdquiz.api.solving import solve as solve
    from gdquiz.assembly.blueprint import Blueprint as Blueprint
    from gdquiz.assembly.blueprint import Section as Section
    from gdquiz.assembly.blueprint import Slot as Slot
    from gdquiz.assembly.seating import Student as Student
    from gdquiz.errors import Fault as Fault
    from gdquiz.errors import InputError as InputError
    from gdquiz.kinds.marked import Marking as Marking

_HOMES = {
    "gdquiz.api.exams": (
        "Exam", "Files", "assemble", "package", "read_blueprint", "read_exam", "read_students", "render",
    ),
    "gdquiz.api.items": ("Item", "Items", "Population", "populate", "read_bank", "read_banks"),
    "gdquiz.api.questions": ("Marked", "Question", "mark"),
    "gdquiz.api.solving": ("Solution", "solve"),
    "gdquiz.assembly.blueprint": ("Blueprint", "Section", "Slot"),
    "gdquiz.assembly.seating": ("Student",),
    "gdquiz.errors": ("Fault", "InputError"),
    "gdquiz.kinds.marked": ("Marking",),
}  # fmt: skip
"""Where each name lives; the imports above tell the same to programs that check types."""

__all__ = ["__version__", *sorted(name for names in _HOMES.values() for name in names)]  # noqa: PLE0604


if not TYPE_CHECKING:  # to programs that check types, any other name is a mistake

    def __getattr__(name: str) -> Any:
        for home, names in _HOMES.items():
            if name in names:
                return getattr(import_module(home), name)
        raise AttributeError(f"module 'gdquiz' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
