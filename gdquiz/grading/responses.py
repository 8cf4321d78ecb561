"""What came back: responses, each with the place of a file where it stands, and what fits nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Where:
    """A place of a file that somebody can look up; lines are counted from 1."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Response:
    """One response to one part of one question of the exam, as gdquiz has it typed (``docs/marking.md``).

    ``student`` is the id as the file has it, ``form`` that of a form, or empty where the file names none; ``question``
    and ``part`` are ids.  ``attempt`` counts a student's attempts from 1.  ``unread`` says why a person has to look at
    the response; what was read of it stands in ``response`` all the same.  ``drawn``: the platform drew the variant,
    so the questions of a student need not be those of one form.
    """

    student: str
    form: str
    question: str
    part: str
    response: str
    where: Where
    attempt: int = 1
    unread: str = ""
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something of a file that a person has to look at: what it is, and why it fits nothing.

    ``attempt`` is above 0 for an answer of a student that could not be placed.
    """

    where: Where
    problem: str
    student: str = ""
    question: str = ""
    part: str = ""
    response: str = ""
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Returned:
    """All responses of some files, and all that could not be placed in the exam."""

    responses: tuple[Response, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
