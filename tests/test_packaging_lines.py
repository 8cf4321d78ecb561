"""Aiken, Blackboard's upload, Brightspace's CSV and JSON Lines, read back: every key, every option, every message."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

import jsonschema
import pytest
from platforms.line_readers import Read, read_aiken, read_blackboard, read_brightspace
from sample_exam import sample

from gdquiz.cli.schema import schema_text
from gdquiz.exam.answers import SHAPES
from gdquiz.exam.frozen import Exam, NumberKey, PartKey, PartWording, Question, WrongAnswer
from gdquiz.packaging.packages import package, pools_of
from gdquiz.packaging.styles import DOLLARS, PLAIN, TEX
from gdquiz.packaging.targets import find_target
from gdquiz.rendering import markdown
from gdquiz.rendering.markup import join, set_prose, set_text

STYLES = {"aiken": PLAIN, "blackboard": DOLLARS, "brightspace": TEX}
READERS = {"aiken": read_aiken, "blackboard": read_blackboard, "brightspace": read_brightspace}


@dataclass
class Asked:
    """What a platform should ask: ``kind``, and by kind the key: a number, options with the right ones, true or false,
    pairs, or things in order.  ``told`` has what is said of a wrong option."""

    kind: str
    number: NumberKey | None = None
    options: tuple[str, ...] = ()
    right: tuple[int, ...] = ()
    told: tuple[tuple[int, str], ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    truth: bool | None = None
    points: float = 0.0


class Expected:
    """What the exam says a platform of lines should ask for, straight from its parts."""

    def __init__(self, exam: Exam, name: str):
        self.exam, self.name, self.style = exam, name, STYLES[name]

    def text(self, question: Question, text: str) -> str:
        kinds = self.exam.slot_kinds.get(question.wording, {})
        return " ".join(join(set_text(text, kinds, self.style, tight=True), question).split())

    def fields(self, question: Question) -> Iterator[Asked]:
        wording = self.exam.wordings[question.wording]
        written = "\n".join((wording.stem, *(part.ask for part in wording.parts)))
        if question.figure is not None or (self.name == "aiken" and re.search(r"```|^\s*\|", written, re.MULTILINE)):
            return
        for part, key in zip(wording.parts, question.parts, strict=True):
            fields = list(self.of_part(question, part, key))
            for one in fields:
                one.points = part.points / wording.points * question.points / len(fields)
                if self.name != "aiken" or one.kind in ("option", "truth", "among", "formula"):
                    yield one

    def of_part(self, question: Question, part: PartWording, key: PartKey) -> Iterator[Asked]:
        order = key.order or tuple(option.id for option in part.options)
        options = {one.id: self.text(question, one.text) for one in part.options if one.id in order}
        if part.kind in ("number", "numbers") or (part.kind == "interval" and self.name == "blackboard"):
            for of, number in enumerate(key.numbers):
                yield self.number(part, key, of, number)
        elif part.kind in ("choice", "choices"):
            if self.name == "aiken" and part.kind == "choices":
                return
            yield self.choice(key, order, options, "option" if part.kind == "choice" else "several")
        elif part.kind == "truth":
            yield Asked("truth", truth=key.truth)
            if part.options:
                yield self.choice(key, order, options, "option")
        elif part.kind == "matching":
            prompts = {one.id: self.text(question, one.text) for one in part.prompts}
            names = key.prompt_order or tuple(prompts)
            plain = all(re.fullmatch(r"[^$`*_<|{]*", one.text) for one in part.options)
            if self.name == "aiken" or (
                self.name == "blackboard" and not (plain and sorted(key.options) == sorted(order))
            ):
                for place, right in enumerate(key.options):
                    told = [(wrong.options[place], wrong) for wrong in key.wrong]
                    yield self.single(order, options, right, told)
            else:
                pairs = tuple((prompts[name], options[right]) for name, right in zip(names, key.options, strict=True))
                yield Asked("matching", options=tuple(options[name] for name in order), pairs=pairs)
        elif part.kind == "ordering":
            if self.name == "aiken":
                for name in order:
                    places = tuple(str(n + 1) for n in range(len(order)))
                    yield Asked("option", options=places, right=(key.options.index(name),))
            else:
                yield Asked("ordering", options=tuple(options[name] for name in key.options))
        elif part.kind in ("formula", "interval"):
            shown = self.style.formula(key.formula_shown, False)
            if len(key.wrong) < 2:
                yield Asked("words")
            else:
                yield Asked("formula", options=(shown, *(set_prose(one.shown, self.style) for one in key.wrong)))
        else:
            yield Asked("words")

    def number(self, part: PartWording, key: PartKey, of: int, number: NumberKey) -> Asked:
        if self.name == "blackboard":
            return Asked("number", number=number)
        low, high = Fraction(number.low), Fraction(number.high)
        digits = 3 if part.digits is None else part.digits
        half = max(high - low, Fraction(0))
        apart = {
            rounded(Fraction(wrong.values[of]), digits)
            for wrong in key.wrong
            if of < len(wrong.values) and not low - half / 2 <= Fraction(wrong.values[of]) <= high + half / 2
        }
        middle = (low + high) / 2
        return Asked("among" if len(apart - {rounded(middle, digits)}) >= 2 else "words", number=number)

    def choice(self, key: PartKey, order: tuple[str, ...], options: dict[str, str], kind: str) -> Asked:
        wrong = [one for one in key.wrong if len(one.options) == 1 and one.options[0] not in key.options]
        told = tuple((order.index(one.options[0]), set_prose(one.feedback, self.style)) for one in wrong)
        right = tuple(sorted(order.index(name) for name in key.options))
        return Asked(kind, options=tuple(options[name] for name in order), right=right, told=told)

    def single(
        self, order: tuple[str, ...], options: dict[str, str], right: str, told: list[tuple[str, WrongAnswer]]
    ) -> Asked:
        messages = tuple(
            (order.index(name), set_prose(wrong.feedback, self.style)) for name, wrong in told if name != right
        )
        texts = tuple(options[name] for name in order)
        return Asked("option", options=texts, right=(order.index(right),), told=messages)


def rounded(value: Fraction, digits: int) -> Fraction:
    size = Fraction((2 * abs(value) * 10**digits + 1) // 2, 10**digits)
    return size if value >= 0 else -size


# --- comparing -------------------------------------------------------------------------------------------------------


def plain(text: str) -> str:
    return " ".join(text.split())


def check_aiken(read: Read, asked: Asked) -> None:
    (letter,) = read.rest["ANSWER"]
    right = [text for name, text in read.options if name == letter]
    texts = tuple(text for _, text in read.options)
    if asked.kind == "truth":
        assert (texts, right) == (("True", "False"), [str(asked.truth)])
    elif asked.kind == "among":
        check_among(texts, texts.index(right[0]), asked)
    elif asked.kind == "formula":
        assert (sorted(texts), right) == (sorted(asked.options), [asked.options[0]])
    else:
        assert asked.kind == "option"
        assert (texts, right) == (asked.options, [asked.options[asked.right[0]]])


def check_among(texts: tuple[str, ...], right: int, asked: Asked) -> None:
    """The right one is the key, as far as its digits go; every other number lies outside of what is accepted."""
    assert asked.number is not None
    low, high = Fraction(asked.number.low), Fraction(asked.number.high)
    numbers = [Fraction(text.removeprefix("\\(").removesuffix("\\)")) for text in texts]
    slack = Fraction(1, 1000) if low == high else Fraction(0)
    assert low - slack <= numbers[right] <= high + slack
    assert len(set(numbers)) == len(numbers) == len(texts) >= 3
    assert not any(low <= number <= high for place, number in enumerate(numbers) if place != right)


def check_blackboard(read: Read, asked: Asked) -> None:
    texts = tuple(plain(text) for text, _ in read.options)
    right = tuple(place for place, (_, mark) in enumerate(read.options) if mark == "correct")
    if asked.kind == "number":
        assert read.type == "NUM" and asked.number is not None
        middle, tolerance = map(Fraction, read.rest["key"])
        low, high = Fraction(asked.number.low), Fraction(asked.number.high)
        assert middle - tolerance <= low <= high <= middle + tolerance
        assert tolerance <= ((high - low) / 2 + Fraction(1, 1000)) * Fraction(1000001, 1000000)
    elif asked.kind in ("option", "several"):
        assert (read.type, texts, right) == ("MC" if asked.kind == "option" else "MA", asked.options, asked.right)
    elif asked.kind == "formula":
        assert (read.type, sorted(texts)) == ("MC", sorted(asked.options))
        assert [texts[place] for place in right] == [asked.options[0]]
    elif asked.kind == "truth":
        assert (read.type, read.rest["key"]) == ("TF", [str(asked.truth).lower()])
    elif asked.kind == "matching":
        assert (read.type, tuple((plain(a), plain(b)) for a, b in read.options)) == ("MAT", asked.pairs)
    elif asked.kind == "ordering":
        assert (read.type, tuple(map(plain, read.rest["key"]))) == ("ORD", asked.options)
    else:
        assert (read.type, asked.kind) == ("ESS", "words") and len(read.rest["key"][0]) > len("<ul></ul>")


def check_brightspace(read: Read, asked: Asked) -> None:
    texts = tuple(plain(text) for text, _ in read.options)
    right = tuple(place for place, (_, share) in enumerate(read.options) if share in ("100", "1"))
    assert Fraction(read.rest["Points"][0]) == pytest.approx(Fraction(asked.points).limit_denominator(1000), abs=0.011)
    if asked.kind == "among":
        assert read.type == "MC"
        check_among(texts, right[0], asked)
    elif asked.kind in ("option", "several"):
        assert (read.type, texts, right) == ("MC" if asked.kind == "option" else "M-S", asked.options, asked.right)
        assert all(message.strip() in read.feedback[place] for place, message in asked.told)
        assert not any(read.feedback[place] for place in right)
    elif asked.kind == "formula":
        assert (read.type, sorted(texts)) == ("MC", sorted(asked.options))
        assert [texts[place] for place in right] == [asked.options[0]]
        assert all(message for place, message in enumerate(read.feedback) if place not in right)
    elif asked.kind == "truth":
        assert (read.type, dict(read.options)[str(asked.truth).upper()]) == ("TF", "100")
    elif asked.kind == "matching":
        check_brightspace_matching(read, asked)
    elif asked.kind == "ordering":
        assert (read.type, tuple(map(plain, read.rest["Item"]))) == ("O", asked.options)
    else:
        assert (read.type, asked.kind) == ("WR", "words")
        assert len(read.rest["AnswerKey"][0]) > len("<ul></ul>")
        if asked.number is not None:
            assert TEX.formula(asked.number.shown, False) in read.rest["AnswerKey"][0]


def check_brightspace_matching(read: Read, asked: Asked) -> None:
    count = len(asked.options)
    numbers = [number for _, number in read.options]
    texts = [plain(text) for text, _ in read.options]
    choices = dict(zip(numbers[:count], texts[:count], strict=True))
    pairs = tuple((text, choices[number]) for text, number in zip(texts[count:], numbers[count:], strict=True))
    assert (read.type, tuple(choices.values()), pairs) == ("M", asked.options, asked.pairs)


CHECKS = {"aiken": check_aiken, "blackboard": check_blackboard, "brightspace": check_brightspace}


def check(exam: Exam, name: str) -> None:
    report: list[str] = []
    files: dict[str, str] = {}
    for page in package(exam, find_target(name), report):
        assert isinstance(page.text, str)
        files[str(page.path)] = files.get(str(page.path), "") + page.text
    read = [one for path in files for one in READERS[name](files[path])]
    expected = Expected(exam, name)
    asked = [
        (question, one) for pool in pools_of(exam) for question in pool.questions for one in expected.fields(question)
    ]
    assert len(read) == len(asked), (len(read), len(asked))
    for found, (question, one) in zip(read, asked, strict=True):
        try:
            CHECKS[name](found, one)
        except AssertionError as error:
            raise AssertionError(f"{question.wording} {question.id}: {found} is not {one}") from error
        stem = expected.text(question, exam.wordings[question.wording].stem)
        assert letters(found.text).startswith(letters(stem)), question.wording
    assert f" {len(read):,} questions of " in report[0]


def letters(text: str) -> str:
    """A text without its tags and white space."""
    return re.sub(r"<[^>]*>|\s", "", text)


@pytest.mark.parametrize("name", CHECKS)
def test_every_kind_of_part_is_carried_as_the_exam_says(name: str) -> None:
    check(sample(), name)


@pytest.mark.parametrize("name", CHECKS)
def test_every_item_is_carried_as_the_exam_says(few_of_each: Exam, name: str) -> None:
    check(few_of_each, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKS)
def test_many_variants_are_carried_as_the_exam_says(many_of_each: Exam, name: str) -> None:
    check(many_of_each, name)


# --- JSON Lines ------------------------------------------------------------------------------------------------------

SCHEMA = jsonschema.Draft202012Validator(json.loads(schema_text("line")))


def check_lines(exam: Exam) -> None:
    text = "".join(str(page.text) for page in package(exam, find_target("jsonl"), []))
    lines = [json.loads(line) for line in text.splitlines()]
    questions = [question for pool in pools_of(exam) for question in pool.questions]
    assert len({line["id"] for line in lines}) == len(lines) == len(questions)
    for line, question in zip(lines, questions, strict=True):
        assert not list(SCHEMA.iter_errors(line))
        wording = exam.wordings[question.wording]
        assert (line["item"], line["row"], line["points"]) == (wording.item, question.row, question.points)
        assert bool(line["figure"]) == (question.figure is not None)
        assert sum(part["points"] for part in line["parts"]) == pytest.approx(question.points)
        texts = [line["stem"], line["solution"], *line["hints"], *(part["ask"] for part in line["parts"])]
        assert not any("{{" in text for text in texts if "code" not in exam.slot_kinds[question.wording].values())
        for part, key in zip(line["parts"], question.parts, strict=True):
            assert part["numbers"] == [number.model_dump() for number in key.numbers]
            assert (tuple(part["right"]), part["truth"], part["formula"]) == (key.options, key.truth, key.formula)
            told = [set_prose(wrong.feedback, markdown.STYLE) for wrong in key.wrong]
            assert [wrong["feedback"] for wrong in part["wrong"]] == told
            assert [wrong["credit"] for wrong in part["wrong"]] == [wrong.credit for wrong in key.wrong]
            ends = {"open", "closed", "infinite"} if part["kind"] == "interval" else set()
            assert set(part["right"]) <= {option["id"] for option in part["options"]} | ends


def test_lines_are_what_their_schema_says() -> None:
    check_lines(sample())


def test_lines_of_every_item(few_of_each: Exam) -> None:
    check_lines(few_of_each)


def test_every_item_is_in_the_exam_that_packages_are_tried_on(few_of_each: Exam) -> None:
    kinds = set(chain.from_iterable((part.kind for part in one.parts) for one in few_of_each.wordings.values()))
    assert kinds == set(SHAPES)
    assert all(len(form.questions) == len(few_of_each.forms[0].questions) > 200 for form in few_of_each.forms)
