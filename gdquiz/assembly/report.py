"""What an instructor should know of an exam: how equal its forms are, and which variants are used more than once.

Forms are tallied as they are made, some at a time and perhaps elsewhere; tallies add up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

from gdquiz.exam.frozen import Form, Question, Wording
from gdquiz.formulas import notation
from gdquiz.marking.blind import expected
from gdquiz.plurals import counted

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Guessed:
    """Questions on which who answers blindly expects the same.

    ``expected`` are the points that blind answers bring to one of them, and ``strictly`` those where a right verdict
    with a wrong reason earns nothing.
    """

    count: int
    points: Fraction
    expected: Fraction
    strictly: Fraction


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted of some forms, one or more.

    ``mean`` is the range of their mean work; ``spread`` that of the work of each item, ``rows`` how often each of its
    variants is used; ``codes`` are the misconceptions that their wrong answers name.
    """

    forms: int
    questions: int
    mean: Range
    spread: Mapping[str, Range]
    rows: Mapping[str, Counter[int]]
    guessed: Mapping[Any, Guessed]
    codes: frozenset[str]


def tallied(forms: Iterable[Form], wording: Callable[[str], Wording]) -> Tally:
    """The tally of one or more forms.  ``wording`` gives that of an item."""
    means: list[float] = []
    spread: dict[str, Range] = {}
    rows: dict[str, Counter[int]] = {}
    alike: Counter[Any] = Counter()
    samples: dict[Any, Question] = {}
    codes: set[str] = set()
    for form in forms:
        means.append(sum(question.work for question in form.questions) / len(form.questions))
        for question in form.questions:
            name, work = question.wording, question.work
            low, high = spread.get(name, (work, work))
            spread[name] = min(low, work), max(high, work)
            rows.setdefault(name, Counter())[question.row] += 1
            ticked = _ticked(question)
            alike[ticked] += 1
            samples.setdefault(ticked, question)
            codes.update(wrong.misconception for part in question.parts for wrong in part.wrong)
    guessed = {ticked: _guessed(one, wording(one.wording), alike[ticked]) for ticked, one in samples.items()}
    size = len(form.questions)
    return Tally(len(means), size, (min(means), max(means)), spread, rows, guessed, frozenset(codes))


def added(tallies: Iterable[Tally]) -> Tally:
    """The tally of all the forms of one or more tallies."""
    return reduce(_sum, tallies)


def _sum(one: Tally, other: Tally) -> Tally:
    guessed = {**other.guessed, **one.guessed}
    counts = Counter({key: of.count for key, of in one.guessed.items()})
    counts.update({key: of.count for key, of in other.guessed.items()})
    return Tally(
        forms=one.forms + other.forms,
        questions=one.questions,
        mean=_both(one.mean, other.mean),
        spread={
            name: _both(one.spread.get(name, found), other.spread.get(name, found))
            for name, found in {**one.spread, **other.spread}.items()
        },
        rows={
            name: one.rows.get(name, Counter()) + other.rows.get(name, Counter())
            for name in {**one.rows, **other.rows}
        },
        guessed={
            key: Guessed(counts[key], of.points, of.expected, of.strictly) for key, of in guessed.items()
        },
        codes=one.codes | other.codes,
    )  # fmt: skip


def _both(one: Range, other: Range) -> Range:
    return min(one[0], other[0]), max(one[1], other[1])


def _ticked(question: Question) -> tuple[Any, ...]:
    """The item, its points, and how many options are printed and right."""
    return (question.wording, question.points, *((len(key.order), len(key.options)) for key in question.parts))


def _guessed(question: Question, wording: Wording, count: int) -> Guessed:
    worth = Fraction(question.points) / Fraction(wording.points)

    def earned(*, strict: bool) -> Fraction:
        parts = zip(wording.parts, question.parts, strict=True)
        points = (Fraction(part.points) * expected(part, key, both_or_nothing=strict) for part, key in parts)
        return worth * sum(points, Fraction(0))

    return Guessed(count, Fraction(question.points), earned(strict=False), earned(strict=True))


# --- in words ------------------------------------------------------------------------------------------------------


def report(
    tally: Tally, wordings: Mapping[str, Wording], earlier: Mapping[str, int], used_up: Iterable[str]
) -> Iterator[str]:
    """The report, line by line.

    ``earlier`` tells how many variants of an item stood in earlier exams; ``used_up`` are the items of which all did.
    """
    low, high = tally.mean
    yield (
        f"Mean work of the forms: {low:.2f} to {high:.2f} "
        f"({counted(tally.forms, 'form')}, {counted(tally.questions, 'question')} each)."
    )
    yield _blind(tally.guessed.values())
    for item, (low, high) in sorted(tally.spread.items()):
        used = f"{len(tally.rows[item])} of {wordings[item].population} variants used"
        gone = f", {earlier[item]} others stood in earlier exams" if earlier.get(item) else ""
        yield f"{item}: work {low:.2f} to {high:.2f}, {used}{gone}."
    for item, rows in sorted(tally.rows.items()):
        shared = sum(1 for uses in rows.values() if uses > 1)
        if shared:
            why = _shortage(wordings[item].population, earlier.get(item, 0), rows.total())
            yield f"{item}: {shared} variants stand on more than one question{why}."
    for item in used_up:
        yield f"{item}: every variant stood in an earlier exam, so that none was drawn."


def _blind(guessed: Iterable[Guessed]) -> str:
    """What somebody earns who answers blindly, over all forms; beside it under the stricter rule for reasons."""
    guessed = tuple(guessed)
    total = sum((one.count * one.points for one in guessed), Fraction(0))
    usual = notation.decimal(100 * sum((one.count * one.expected for one in guessed), Fraction(0)) / total, 1)
    both = notation.decimal(100 * sum((one.count * one.strictly for one in guessed), Fraction(0)) / total, 1)
    told = f"Who answers blindly expects {usual} % of the points"
    if usual == both:
        return f"{told}."
    return f"{told}, and {both} % where a right verdict with a wrong reason earns nothing."


def _shortage(size: int, earlier: int, asked: int) -> str:
    """Why variants of an item had to come again, where its population explains it."""
    if size - earlier >= asked:
        return ""
    what = f"the {size - earlier} variants that stood in no earlier exam" if earlier else f"its population of {size}"
    return f", for {what} {'are fewer' if earlier else 'is smaller'} than the {asked} questions asked from it"
