"""Answers to a question, with what each has to earn and be told, worked out from ``exam.json`` alone.

The rules are those of docs/platforms.md: every number of several its share, right options less wrong ones, a pair or a
place its share each, a statement and its reason one half each, and the credit of a foreseen wrong answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from gdquiz.exam.frozen import Exam, PartKey, PartWording, Question, Wording, WrongAnswer

Given = Mapping[tuple[int, str, int], tuple[str, ...]]
"""An answer by (part, what, which): decimals of a ``number``, ids of ``options`` (of the formula ``key`` or its wrong
answers by number), ``true`` or ``false`` as ``verdict``, the option of each prompt in ``pairs``, ids in ``order``."""


@dataclass(frozen=True)
class Probe:
    """An answer and what must come of it.  ``points`` is a share of each field that is answered, 0 to 1."""

    name: str
    given: Given
    worth: Mapping[tuple[int, str, int], Fraction]
    said: tuple[tuple[tuple[int, str, int], str], ...] = ()
    whole: bool = False
    """Whether what is said belongs to the part's answer as a whole."""
    foreseen: bool = False


@dataclass(frozen=True)
class Sheet:
    """A question with its key as an answer, from which the others differ."""

    exam: Exam
    question: Question
    places: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """Decimals that a number is asked for on the platform, where exact answers have no end: by part and number."""

    @property
    def wording(self) -> Wording:
        return self.exam.wordings[self.question.wording]

    def parts(self) -> Iterator[tuple[int, PartWording, PartKey]]:
        for at, (part, key) in enumerate(zip(self.wording.parts, self.question.parts, strict=True)):
            yield at, part, key

    def key(self) -> dict[tuple[int, str, int], tuple[str, ...]]:
        given: dict[tuple[int, str, int], tuple[str, ...]] = {}
        for at, part, key in self.parts():
            given |= {(at, *name): answer for name, answer in _key(self, at, part, key).items()}
        return given

    def typed(self, at: int, of: int, part: PartWording, value: str, *, rounds: bool = False) -> str:
        """A number as a candidate types it: exactly, or with as many decimals as are asked for."""
        exact = Fraction(value)
        text = decimal(exact)
        if text is not None and not rounds:
            return text
        return rounded(exact, part.digits if part.digits is not None else self.places.get((at, of), 12))

    # --- probes ---

    def probes(self) -> Iterator[Probe]:
        key = self.key()
        full = {name: Fraction(1) for name in key}
        yield Probe("the key", key, full)
        yield Probe("nothing", {}, {})
        for at, part, solved in self.parts():
            for probe in _PROBES[part.kind](self, at, part, solved):
                given, worth = {**key, **probe.given}, {**full, **probe.worth}
                yield replace(probe, name=f"part {at + 1}: {probe.name}", given=given, worth=worth)


def _key(sheet: Sheet, at: int, part: PartWording, key: PartKey) -> dict[tuple[str, int], tuple[str, ...]]:
    if part.kind in ("number", "numbers", "interval"):
        return {("number", of): (sheet.typed(at, of, part, one.value),) for of, one in enumerate(key.numbers)}
    if part.kind in ("choice", "choices"):
        return {("options", 0): key.options}
    if part.kind == "truth":
        verdict = {("verdict", 0): ("true" if key.truth else "false",)}
        return verdict | ({("options", 1): key.options} if part.options else {})
    if part.kind == "formula":
        return {("options", 0): ("key",)}
    return {"matching": {("pairs", 0): key.options}, "ordering": {("order", 0): key.options}}.get(part.kind, {})


def _numbers(sheet: Sheet, at: int, part: PartWording, key: PartKey) -> Iterator[Probe]:
    for of, one in enumerate(key.numbers):
        name = (at, "number", of)
        for end in ("low", "high"):
            yield Probe(f"{end} of number {of + 1}", {name: (sheet.typed(at, of, part, getattr(one, end)),)}, {})
        low, high = Fraction(one.low), Fraction(one.high)
        if low != high:
            middle = sheet.typed(at, of, part, one.value, rounds=True)
            yield Probe(f"number {of + 1}, rounded", {name: (middle,)}, {})
            beyond = decimal(high + (high - low) / 1000)
            assert beyond is not None
            yield Probe(f"number {of + 1}, just too large", {name: (beyond,)}, {name: Fraction(0)})
        far = decimal(Fraction(10**7))
        assert far is not None
        yield Probe(f"number {of + 1}, far off", {name: (far,)}, {name: Fraction(0)})
    credits: dict[tuple[int, str], Fraction] = {}
    for wrong in key.wrong:
        missed = _missed(key, wrong)
        for of in missed:
            left = Fraction(str(wrong.credit)) * len(wrong.values) - (len(wrong.values) - len(missed))
            credits[of, wrong.values[of]] = max(credits.get((of, wrong.values[of]), Fraction(0)), left / len(missed))
    for wrong in key.wrong:
        given = {(at, "number", of): (sheet.typed(at, of, part, v),) for of, v in enumerate(wrong.values)}
        missed = _missed(key, wrong)
        worth = {(at, "number", of): credits[of, wrong.values[of]] for of in missed}
        said = tuple(((at, "number", of), wrong.feedback) for of in missed)
        yield Probe(wrong.misconception, given, worth, said, foreseen=True)


def _missed(key: PartKey, wrong: WrongAnswer) -> list[int]:
    """Which of its numbers a wrong answer has wrong."""
    ends = [(Fraction(one.low), Fraction(one.high)) for one in key.numbers]
    return [of for of, value in enumerate(wrong.values) if not ends[of][0] <= Fraction(value) <= ends[of][1]]


def _choice(sheet: Sheet, at: int, part: PartWording, key: PartKey) -> Iterator[Probe]:
    name = (at, "options", 1 if part.kind == "truth" else 0)
    foreseen = {wrong.options[0]: wrong for wrong in reversed(key.wrong) if wrong.options}
    for option in key.order or [option.id for option in part.options]:
        if option in key.options:
            continue
        wrong = foreseen.get(option)
        credit = Fraction(str(wrong.credit)) if wrong else Fraction(0)
        said = tuple((name, one.feedback) for one in key.wrong if option in one.options)
        text = wrong.misconception if wrong else f"option {option}"
        yield Probe(text, {name: (option,)}, {name: credit}, said, foreseen=wrong is not None)


def _choices(sheet: Sheet, at: int, part: PartWording, key: PartKey) -> Iterator[Probe]:
    name = (at, "options", 0)
    ids = list(key.order or [option.id for option in part.options])
    wrong_ids = [option for option in ids if option not in key.options]

    def share(chosen: tuple[str, ...]) -> Fraction:
        hits = sum(option in key.options for option in chosen)
        loss = Fraction(len(chosen) - hits, len(wrong_ids)) if wrong_ids else Fraction(0)
        return max(Fraction(0), Fraction(hits, len(key.options)) - loss)

    subsets = {tuple(ids), key.options[:1], tuple(wrong_ids), *((one,) for one in ids)}
    subsets |= {(*key.options, one) for one in wrong_ids} | {key.options[1:]}
    for chosen in sorted(subsets - {()}):
        if set(chosen) != set(key.options):
            yield Probe(f"options {chosen}", {name: chosen}, {name: share(chosen)})
    for wrong in key.wrong:
        worth = max(share(wrong.options), Fraction(str(wrong.credit)))
        said = ((name, wrong.feedback),)
        yield Probe(wrong.misconception, {name: wrong.options}, {name: worth}, said, whole=True, foreseen=True)


def _truth(sheet: Sheet, at: int, part: PartWording, key: PartKey) -> Iterator[Probe]:
    name = (at, "verdict", 0)
    yield Probe("the other verdict", {name: ("false" if key.truth else "true",)}, {name: Fraction(0)})
    if part.options:
        yield from _choice(sheet, at, part, key)


def _matching(sheet: Sheet, at: int, part: PartWording, key: PartKey) -> Iterator[Probe]:
    name = (at, "pairs", 0)
    ids = [option.id for option in part.options]

    def probe(text: str, given: tuple[str, ...], said: tuple[str, ...] = ()) -> Probe:
        hits = sum(a == b for a, b in zip(given, key.options, strict=True))
        told = tuple((name, one) for one in said)
        return Probe(text, {name: given}, {name: Fraction(hits, len(given))}, told, bool(said), bool(said))

    for prompt in range(len(key.options)):
        other = next(option for option in ids if option != key.options[prompt])
        given = (*key.options[:prompt], other, *key.options[prompt + 1 :])
        yield probe(f"pair {prompt + 1} wrong", given)
    for wrong in key.wrong:
        yield probe(wrong.misconception, wrong.options, (wrong.feedback,))


def _ordering(sheet: Sheet, at: int, part: PartWording, key: PartKey) -> Iterator[Probe]:
    name = (at, "order", 0)

    def probe(text: str, given: tuple[str, ...], said: tuple[str, ...] = ()) -> Probe:
        hits = sum(a == b for a, b in zip(given, key.options, strict=True))
        told = tuple((name, one) for one in said)
        return Probe(text, {name: given}, {name: Fraction(hits, len(given))}, told, bool(said), bool(said))

    yield probe("reversed", tuple(reversed(key.options)))
    yield probe("first two exchanged", (key.options[1], key.options[0], *key.options[2:]))
    for wrong in key.wrong:
        yield probe(wrong.misconception, wrong.options, (wrong.feedback,))


def _formula(sheet: Sheet, at: int, part: PartWording, key: PartKey) -> Iterator[Probe]:
    name = (at, "options", 0)
    for number, wrong in enumerate(key.wrong):
        credit = Fraction(str(wrong.credit))
        said = ((name, wrong.feedback),)
        yield Probe(wrong.misconception, {name: (str(number),)}, {name: credit}, said, foreseen=True)


def _words(sheet: Sheet, at: int, part: PartWording, key: PartKey) -> Iterator[Probe]:
    yield Probe("some words", {(at, "words", 0): ("Some words.",)}, {})


_PROBES = {
    "number": _numbers,
    "numbers": _numbers,
    "interval": _numbers,
    "choice": _choice,
    "choices": _choices,
    "truth": _truth,
    "matching": _matching,
    "ordering": _ordering,
    "formula": _formula,
    "text": _words,
}


def decimal(value: Fraction) -> str | None:
    """A number as a decimal of at most 15 places, if it has an end."""
    if 10**15 % value.denominator:
        return None
    return rounded(value, 15)


def rounded(value: Fraction, places: int) -> str:
    """A number with so many decimals, half away from zero, without needless zeros."""
    size = (2 * abs(value.numerator) * 10**places + value.denominator) // (2 * value.denominator)
    digits = str(size).rjust(places + 1, "0")
    text = digits[: len(digits) - places] + ("." + digits[len(digits) - places :] if places else "")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"-{text}" if value < 0 and size else text
