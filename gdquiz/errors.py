"""What can be wrong with what a user gives us, told in a form every command prints alike.

A reader of input collects every ``Fault`` it finds and raises them together as one ``InputError``; the command
line prints one line for each and exits with code 2.  Nothing else in gdquiz is meant for the user's eyes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one place of the input.

    ``problem`` says what was found, ``expected`` what would have been right, ``hint`` what to do about it.  The
    place is as exact as is known: a file, a line (1-based), an item or a misconception, and a field.
    """

    problem: str
    expected: str = ""
    hint: str = ""
    file: str = ""
    line: int | None = None
    item: str = ""
    field: str = ""
    misconception: str = ""

    def at(
        self, *, file: str = "", line: int | None = None, item: str = "", field: str = "", misconception: str = ""
    ) -> Fault:
        """The same fault with the parts of its place filled in that were not known where it was found."""
        return replace(
            self,
            file=self.file or file,
            line=self.line if self.line is not None else line,
            item=self.item or item,
            field=".".join(part for part in (field, self.field) if part),
            misconception=self.misconception or misconception,
        )

    def __str__(self) -> str:
        place = self.file + (f":{self.line}" if self.line is not None else "")
        where = [place] if place else []
        where += [f"item {self.item}"] if self.item else []
        where += [f"misconception {self.misconception}"] if self.misconception else []
        where += [f"field {self.field}"] if self.field else []
        text = ": ".join([", ".join(where), self.problem] if where else [self.problem])
        if self.expected:
            text += f"; expected {self.expected}"
        if self.hint:
            text += f" (hint: {self.hint})"
        return text


class InputError(Exception):
    """The input cannot be used; carries every fault that was found in it."""

    def __init__(self, faults: Fault | Iterable[Fault]):
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)  # so that it comes whole out of another process

    def at(self, *, file: str = "", line: int | None = None, item: str = "", field: str = "") -> InputError:
        """The same error with the place of every fault filled in further (see ``Fault.at``)."""
        return InputError(fault.at(file=file, line=line, item=item, field=field) for fault in self.faults)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the known word nearest to ``word``, or the empty string when none is near."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else ""
