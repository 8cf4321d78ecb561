"""By which rules responses become marks and grades; all of it is exact."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from gdquiz.errors import Fault, InputError

Attempts = Literal["best", "last", "first"]
ATTEMPTS: tuple[str, ...] = get_args(Attempts)


@dataclass(frozen=True, slots=True)
class Bound:
    """The least that a grade takes: points, or per cent of what can be had."""

    value: Fraction
    percent: bool = True

    def reached(self, points: Fraction, out_of: Fraction) -> bool:
        return 100 * points >= self.value * out_of if self.percent else points >= self.value

    def __str__(self) -> str:
        return f"{amount(self.value)}%" if self.percent else f"{amount(self.value)} points"


@dataclass(frozen=True, slots=True)
class Policy:
    """``best``: so many questions count, those with the most points; 0 means all.  ``passes``: what it takes to pass.
    ``grades``: names of grades with what each takes, the best first.  ``step``: marks of students are rounded to
    multiples of it, halves up; 0 means not at all.  ``both_or_nothing``: a right verdict with a wrong reason earns
    nothing."""

    attempts: Attempts = "best"
    best: int = 0
    passes: Bound | None = None
    grades: tuple[tuple[str, Bound], ...] = ()
    step: Fraction = Fraction(0)
    both_or_nothing: bool = False

    def rounded(self, points: Fraction) -> Fraction:
        """Points as they are printed and graded."""
        return points if not self.step else (points / self.step + Fraction(1, 2)).__floor__() * self.step

    def grade(self, points: Fraction, out_of: Fraction) -> str:
        """The best grade that is reached; of no table of grades ``pass`` or ``fail``."""
        for name, bound in self.grades:
            if bound.reached(points, out_of):
                return name
        if self.grades or self.passes is None:
            return ""
        return "pass" if self.passes.reached(points, out_of) else "fail"

    def told(self) -> tuple[tuple[str, str], ...]:
        """The rules that hold, as names and values."""
        return (
            ("attempts", self.attempts),
            ("best", str(self.best) if self.best else "all questions"),
            ("pass", str(self.passes) if self.passes else ""),
            ("grades", "; ".join(f"{name}={bound}" for name, bound in self.grades)),
            ("round", amount(self.step) if self.step else ""),
            ("both or nothing", "yes" if self.both_or_nothing else "no"),
        )


def number(text: str, what: str) -> Fraction:
    """A number that somebody typed, with a point or a comma.  Raises ``InputError``."""
    if not re.fullmatch(r"\s*[0-9]{1,9}(?:[.,][0-9]{1,9})?\s*", text):
        raise InputError(Fault(f"'{text[:60]}' is no number", "such as 12 or 12.5", field=what))
    return Fraction(text.strip().replace(",", "."))


def bound(text: str, what: str) -> Bound:
    """``50%`` is per cent, ``12`` are points.  Raises ``InputError``."""
    percent = text.strip().endswith("%")
    value = number(text.strip().removesuffix("%"), what)
    if percent and value > 100:
        raise InputError(Fault(f"{text.strip()} is more than there is", "at most 100%", field=what))
    return Bound(value, percent)


def grades(texts: Iterable[str]) -> tuple[tuple[str, Bound], ...]:
    """``A=90%`` for each grade, in any order.  Raises ``InputError`` for a mixture of points and per cent."""
    table: list[tuple[str, Bound]] = []
    for text in texts:
        name, sign, least = text.partition("=")
        if not sign or not name.strip():
            raise InputError(Fault(f"'{text[:60]}' is no grade", "such as A=90%", field="--grade"))
        table.append((name.strip(), bound(least, "--grade")))
    if len({one.percent for _, one in table}) > 1:
        raise InputError(Fault("some grades are in points, some in per cent", "one of both", field="--grade"))
    names = [name for name, _ in table]
    least_of = [one.value for _, one in table]
    if len(set(names)) < len(names) or len(set(least_of)) < len(least_of):
        raise InputError(Fault("a grade stands there twice", "each name and each bound once", field="--grade"))
    return tuple(sorted(table, key=lambda row: row[1].value, reverse=True))


def amount(value: Fraction, places: int = 4) -> str:
    """A number as it is printed: exact where it has at most so many decimals, else rounded, halves away from zero."""
    unit = 10**places
    scaled = (abs(value) * unit + Fraction(1, 2)).__floor__()
    whole, rest = divmod(scaled, unit)
    text = f"{whole}.{rest:0{places}d}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 and scaled else text
