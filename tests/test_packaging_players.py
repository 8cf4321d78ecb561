"""Moodle XML and GIFT, imported and marked as Moodle does: every item, against the keys of ``exam.json``.

Each key and both ends of what is accepted earn all marks; each foreseen wrong answer earns what its credit says and is
told its message; every text is after all quoting what the exam says.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from html import unescape
from itertools import chain
from typing import TypeVar
from xml.etree import ElementTree

import pytest
from platforms import gift_player, moodle_player
from platforms.marking import KNOWN, Choice, Essay, Matching, Numerical, Ordering, Truth
from platforms.marking import Question as Imported
from sample_exam import sample

from gdquiz.exam.frozen import Exam, PartKey, PartWording, Question, WrongAnswer
from gdquiz.packaging.packages import package
from gdquiz.packaging.styles import TEX
from gdquiz.packaging.targets import find_target
from gdquiz.rendering.markup import join, set_prose, set_text

Found = TypeVar("Found")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
READERS: dict[str, Callable[[str], tuple[Imported, ...]]] = {
    "moodle": moodle_player.read,
    "moodle-4.3": lambda text: moodle_player.read(text, orders=False),
    "gift": gift_player.read,
}


def packed(exam: Exam, name: str) -> tuple[str, list[str]]:
    """The one file of a package, and the report."""
    report: list[str] = []
    pages = list(package(exam, find_target(name), report))
    assert len({page.path for page in pages}) == 1
    return "".join(str(page.text) for page in pages), report


# --- which answers there are -----------------------------------------------------------------------------------------


def decimal(value: Fraction) -> str:
    """A decimal as a student types it: exact, or rounded to 13 places."""
    digits = next((n for n in range(14) if value.denominator and 10**n % value.denominator == 0), 13)
    size = round(abs(value) * 10**digits)
    text = str(size).rjust(digits + 1, "0")
    return ("-" if value < 0 else "") + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)


def floor(share: Fraction) -> float:
    """The largest part of the marks that Moodle knows and that is not more."""
    return max(known for known in KNOWN if known <= float(share) + 1e-5)


@dataclass
class Variant:
    """What Moodle has of one question of the exam, and what the exam says of it."""

    exam: Exam
    question: Question
    entries: list[Imported]
    taken: set[int] = field(default_factory=set)

    def take(self, kind: type[Found], *, types: tuple[str, ...] = (), single: bool | None = None) -> Found:
        """The next field of a kind that no part has taken."""
        for number, one in enumerate(one for entry in self.entries for one in entry.fields):
            if (
                number not in self.taken
                and isinstance(one.field, kind)
                and (not types or one.type in types)
                and (single is None or getattr(one.field, "single", None) == single)
            ):
                self.taken.add(number)
                return one.field
        raise AssertionError(f"{self.question.id} has no further {kind.__name__} {types}")

    def weight(self, taken: set[int]) -> float:
        """The part of all marks that some fields are worth.  Cloze gives an entry no points, only weights in it."""
        whole = [(entry, sum(one.weight for one in entry.fields)) for entry in self.entries]
        rest = self.question.points - sum(entry.worth for entry in self.entries if entry.type != "multianswer")
        each = [
            (rest if entry.type == "multianswer" else entry.worth) * one.weight / total
            for entry, total in whole
            for one in entry.fields
        ]
        return sum(each[number] for number in taken) / self.question.points

    def text(self, text: str) -> str:
        """An author's text as HTML, straight from the exam."""
        wording = self.question.wording
        return join(set_text(text, self.exam.slot_kinds.get(wording, {}), TEX, tight=True), self.question)

    def message(self, wrong: WrongAnswer) -> str:
        return set_prose(wrong.feedback, TEX).strip()


def variants(exam: Exam, imported: tuple[Imported, ...]) -> Iterator[Variant]:
    """Every different question of the exam with its entries, which go by its item, version and variant."""
    entries: dict[str, list[Imported]] = defaultdict(list)
    for entry in imported:
        entries[entry.id].append(entry)
    seen = set()
    for question in chain.from_iterable(form.questions for form in exam.forms):
        wording = exam.wordings[question.wording]
        name = f"{wording.item}-{wording.version}-{question.row}"
        if name in seen:
            continue
        seen.add(name)
        found = [
            one for key in (name, *(f"{name}-{letter.lower()}" for letter in LETTERS)) for one in entries.pop(key, ())
        ]
        yield Variant(exam, question, found)
    assert not entries, f"questions that are not in the exam: {sorted(entries)[:5]}"


# --- marking a question with all answers that are known --------------------------------------------------------------


def check_number(variant: Variant, _part: PartWording, key: PartKey) -> None:
    count = len(key.numbers)
    for of, number in enumerate(key.numbers):
        asked = variant.take(Numerical)
        low, high = Fraction(number.low), Fraction(number.high)
        for response in (number.value, number.low, number.high):
            assert asked.mark(decimal(Fraction(response))) == (1, ""), (variant.question.id, response)
        half = Fraction(asked.answers[0].tolerance)
        for beside in (low - 3 * half - Fraction(1, 10**9), high + 3 * half + Fraction(1, 10**9)):
            earned, _ = asked.mark(decimal(beside))
            assert earned < 1, (variant.question.id, decimal(beside))
        if not half:
            assert low == high
        known = [wrong for wrong in key.wrong if of < len(wrong.values)]
        for wrong in known:
            value = Fraction(wrong.values[of])
            earned, told = asked.mark(decimal(value))
            if low <= value <= high:
                assert earned == 1
                continue
            assert earned < 1, (variant.question.id, wrong.values)
            if min(abs(value - low), abs(value - high)) <= 2 * half:
                continue
            alike = [other for other in known if abs(Fraction(other.values[of]) - value) <= half]
            assert all(
                variant.message(other) in told for other in known if other.values[of] == wrong.values[of]
            ) or any(variant.message(other) in told for other in alike), (variant.question.id, wrong, told)
            same = [other for other in known if other.values[of] == wrong.values[of]]
            assert any(earned == pytest.approx(extra(other, key, count)) for other in alike), (same, earned)


def extra(wrong: WrongAnswer, key: PartKey, count: int) -> float:
    """What each wrong number of a slip earns, so that the whole part earns the credit."""
    right = sum(
        Fraction(number.low) <= Fraction(value) <= Fraction(number.high)
        for number, value in zip(key.numbers, wrong.values, strict=True)
    )
    share = (Fraction(str(wrong.credit)) * count - right) / (count - right)
    return floor(max(share, Fraction(0)))


def check_choice(variant: Variant, part: PartWording, key: PartKey) -> None:
    single = part.kind != "choices"
    types = ("multichoice", "MULTICHOICE_V", "MULTIRESPONSE")
    asked = variant.take(Choice, types=types, single=single)
    order = key.order or tuple(option.id for option in part.options)
    texts = {option.id: variant.text(option.text).strip() for option in part.options if option.id in order}
    assert [text.strip() for text in asked.texts] == [texts[name] for name in order]
    right = [order.index(name) for name in key.options]
    earned, told = asked.mark(right)
    assert earned == pytest.approx(1) and not any(told)
    for place in range(len(order)):
        if place not in right:
            assert asked.mark([place])[0] < 1
    if not single and len(right) < len(order):
        assert asked.mark(range(len(order)))[0] < 1
    for wrong in key.wrong:
        places = [order.index(name) for name in wrong.options]
        if set(places) == set(right):
            continue
        if not places:
            continue
        earned, told = asked.mark(places)
        assert earned < 1
        mistaken = [place for place in places if place not in right]
        if len(mistaken) == 1 and len(places) == 1:
            assert any(variant.message(wrong) in one for one in told), (variant.question.id, wrong, told)
            if single:
                assert earned == pytest.approx(
                    max(floor(Fraction(str(other.credit))) for other in key.wrong if other.options == wrong.options)
                )
        else:
            general = "".join(entry.general for entry in variant.entries)
            assert variant.message(wrong) in general, (variant.question.id, wrong)


def check_truth(variant: Variant, part: PartWording, key: PartKey) -> None:
    cloze = any(entry.type == "multianswer" for entry in variant.entries)
    if cloze:
        asked = variant.take(Choice, types=("MULTICHOICE_V",), single=True)
        assert asked.texts == ("True", "False")
        assert asked.mark([0 if key.truth else 1])[0] == 1 and asked.mark([1 if key.truth else 0])[0] == 0
    else:
        truth = variant.take(Truth)
        assert (truth.mark(bool(key.truth)), truth.mark(not key.truth)) == (1, 0)
    if part.options:
        check_choice(variant, part, key)


def check_matching(variant: Variant, part: PartWording, key: PartKey) -> None:
    prompts = key.prompt_order or tuple(prompt.id for prompt in part.prompts)
    order = key.order or tuple(option.id for option in part.options)
    options = {option.id: variant.text(option.text).strip() for option in part.options}
    stems = {prompt.id: variant.text(prompt.text).strip() for prompt in part.prompts}
    kinds = {one.type for entry in variant.entries for one in entry.fields if isinstance(one.field, Matching)}
    if kinds:
        asked = variant.take(Matching)
        assert [stem.strip() for stem in asked.stems] == [stems[name] for name in prompts]
        assert set(asked.menu) == set(options.values())
        assert asked.mark([options[name] for name in key.options]) == 1
        for wrong in key.wrong:
            shared_pairs = sum(a == b for a, b in zip(key.options, wrong.options, strict=True))
            assert asked.mark([options[name] for name in wrong.options]) == shared_pairs / len(prompts) < 1
            assert variant.message(wrong) in "".join(entry.general for entry in variant.entries)
        return
    for place, name in enumerate(prompts):
        letters = any(one.type == "MULTICHOICE" for entry in variant.entries for one in entry.fields)
        one = variant.take(Choice, types=("MULTICHOICE",) if letters else ("multichoice",), single=True)
        if letters:
            assert one.texts == tuple(LETTERS[: len(order)])
        else:
            assert [text.strip() for text in one.texts] == [options[option] for option in order]
        assert any(stems[name] in entry.text for entry in variant.entries)
        assert one.mark([order.index(key.options[place])]) == (1, ("",))
        for wrong in key.wrong:
            if wrong.options[place] != key.options[place]:
                earned, told = one.mark([order.index(wrong.options[place])])
                assert earned == 0 and variant.message(wrong) in told[0]


def check_ordering(variant: Variant, part: PartWording, key: PartKey) -> None:
    order = key.order or tuple(option.id for option in part.options)
    texts = {option.id: variant.text(option.text).strip() for option in part.options}
    general = "".join(entry.general for entry in variant.entries)
    assert all(variant.message(wrong) in general for wrong in key.wrong)
    types = {one.type for entry in variant.entries for one in entry.fields}
    if "ordering" in types:
        things = variant.take(Ordering)
        assert things.mark([texts[name] for name in key.options]) == 1
        for wrong in key.wrong:
            assert things.mark([texts[name] for name in wrong.options]) < 1
    elif "matching" in types:
        asked = variant.take(Matching)
        assert [stem.strip() for stem in asked.stems] == [texts[name] for name in order]
        assert asked.mark([str(key.options.index(name) + 1) for name in order]) == 1
        for wrong in key.wrong:
            assert asked.mark([str(wrong.options.index(name) + 1) for name in order]) < 1
    else:
        letters = "MULTICHOICE" in types
        for name in order:
            one = variant.take(Choice, types=("MULTICHOICE",) if letters else ("multichoice",), single=True)
            count = tuple(LETTERS[: len(order)]) if letters else tuple(str(n + 1) for n in range(len(order)))
            assert one.texts in (count, tuple(str(n + 1) for n in range(len(order))))
            assert one.mark([key.options.index(name)])[0] == 1


def check_formula(variant: Variant, _part: PartWording, key: PartKey) -> None:
    key_text = TEX.formula(key.formula_shown, False)
    if any(isinstance(one.field, Essay) for entry in variant.entries for one in entry.fields):
        guide = variant.take(Essay).guide + "".join(entry.general for entry in variant.entries)
        assert key_text in guide
        return
    asked = variant.take(Choice, types=("multichoice", "MULTICHOICE_V"), single=True)
    texts = [text.strip() for text in asked.texts]
    assert asked.mark([texts.index(key_text)]) == (1, ("",))
    assert sorted(texts) == sorted([key_text, *(set_prose(wrong.shown, TEX).strip() for wrong in key.wrong)])
    for wrong in key.wrong:
        earned, told = asked.mark([texts.index(set_prose(wrong.shown, TEX).strip())])
        assert earned == floor(Fraction(str(wrong.credit))) and variant.message(wrong) in told[0]


def check_text(variant: Variant, part: PartWording, _key: PartKey) -> None:
    guide = variant.take(Essay).guide + "".join(entry.general for entry in variant.entries)
    assert part.guide
    for line in part.guide:
        assert variant.text(line.text).strip() in guide


CHECKS = {
    "number": check_number,
    "numbers": check_number,
    "interval": check_number,
    "choice": check_choice,
    "choices": check_choice,
    "truth": check_truth,
    "matching": check_matching,
    "ordering": check_ordering,
    "formula": check_formula,
    "text": check_text,
}


def check(exam: Exam, name: str) -> None:
    """Import a package and mark everything that the exam knows of."""
    written, report = packed(exam, name)
    imported = READERS[name](written)
    left_out = 0
    for variant in variants(exam, imported):
        question = variant.question
        wording = exam.wordings[question.wording]
        if name == "gift" and question.figure is not None:
            left_out += 1
            assert not variant.entries
            continue
        assert variant.entries, f"{question.id} of {wording.item} is lost"
        weights = []
        for part, key in zip(wording.parts, question.parts, strict=True):
            before = set(variant.taken)
            CHECKS[part.kind](variant, part, key)
            weights.append(variant.weight(variant.taken - before))
        assert name == "gift" or weights == pytest.approx(
            [part.points / wording.points for part in wording.parts], abs=0.005
        )
        fields = sum(len(entry.fields) for entry in variant.entries)
        assert fields == len(variant.taken), f"{wording.item}: fields that belong to no part"
        check_surroundings(variant, name)
    assert report[0].startswith(f"lms/{name}.")
    assert f" {len(imported):,} questions of " in report[0]
    assert bool(left_out) == any("left out: it shows a figure" in line for line in report)


def check_surroundings(variant: Variant, name: str) -> None:
    """Stem, solution, hints, points and figure."""
    exam, question, entries = variant.exam, variant.question, variant.entries
    wording = exam.wordings[question.wording]
    stem = join(set_text(wording.stem, exam.slot_kinds.get(question.wording, {}), TEX), question)
    solution = join(set_text(wording.solution, exam.slot_kinds.get(question.wording, {}), TEX), question)
    for entry in entries:
        assert as_kept(entry.text, name).startswith(as_kept(stem, name))
        assert as_kept(entry.general, name).startswith(as_kept(solution, name))
        printed = f"{exam.id}-{question.id}"
        assert f" (variant {question.row}) {printed}" in entry.name and printed in entry.text[-150:]
        assert wording.title in entry.name
        if name != "gift":
            assert len(entry.hints) == len(wording.hints)
        if question.figure is not None:
            ((file, drawing),) = entry.files
            assert file == f"figure-{entry.id}.svg"
            assert ElementTree.fromstring(drawing).tag == "{http://www.w3.org/2000/svg}svg"
            (alt,) = re.findall(r'<img src="@@PLUGINFILE@@/[^"]+" alt="([^"]+)"/>', entry.text)
            assert unescape(alt).startswith(" ".join(question.figure.alt.split("$")[0].split()))
            assert "$" not in alt and "\\" not in alt
    if name != "gift":
        simple = [entry for entry in entries if entry.type != "multianswer"]
        assert all(entry.worth > 0 for entry in entries)
        if len(simple) == len(entries):
            assert sum(entry.worth for entry in entries) == pytest.approx(question.points)


def as_kept(text: str, name: str) -> str:
    """A text as the platform keeps it: GIFT's lines are one line outside of programs."""
    return " ".join(text.split()) if name == "gift" else text


@pytest.mark.parametrize("name", READERS)
def test_every_kind_of_part_is_marked_as_the_exam_says(name: str) -> None:
    check(sample(), name)


@pytest.mark.parametrize("name", READERS)
def test_every_item_is_marked_as_the_exam_says(few_of_each: Exam, name: str) -> None:
    check(few_of_each, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_many_variants_are_marked_as_the_exam_says(many_of_each: Exam, name: str) -> None:
    check(many_of_each, name)
