"""What a platform asks of a question: its fields, which of their options are right, and where each message belongs.

A part of a question becomes one field or several: a number each, a statement and its reason.  A field that a platform
does not know becomes the nearest one that it does (``CARRIAGES``).  Fields are plain values without any text, so that
questions with equal fields can share a layout.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gdquiz import draws
from gdquiz.exam.frozen import Kind, PartKey, PartWording, Question, Wording, WrongAnswer
from gdquiz.packaging.decimals import Accepted, accepted, scaled, shown
from gdquiz.texts.markdown import read
from gdquiz.texts.prose import Break, Gap, Paragraph, Words

FieldKind = Literal["number", "choice", "choices", "truth", "matching", "ordering", "words"]

AS_IS = "as it is"
AMONG = "as a choice among the right answer and the foreseen wrong ones"
PLACES = "as several choices, one for the place of each thing"
PLAIN = "as it is where its options are plain words, else as several choices, one for each pair"
ONE_TO_ONE = "as it is where its options are plain words that are each used once, else as several choices, one a pair"
POSITIONS = "as a matching of the things with their places"
AS_LETTERS = "as several choices, one for each pair"
WORDS = "as an answer in words, which people mark"
LEFT_OUT = "left out"

CARRIAGES: Mapping[str, str] = {
    AS_IS: "the platform has this kind of question",
    AMONG: "a choice; with fewer than two foreseen wrong answers it becomes an answer in words",
    POSITIONS: "each thing is matched with its place, 1 to n",
    AS_LETTERS: "each pair becomes a choice of its own, which lists the options",
    PLAIN: "menus that drop down show no formulas",
    ONE_TO_ONE: "every option belongs to one pair there: an option without a pair, or with two, has no place",
    PLACES: "each thing becomes a choice of its own among the places 1 to n",
    WORDS: "the key stands in the marking guide",
    LEFT_OUT: "the question is not in the package, and the report names it",
}
"""How a kind of answer can be carried, and what that means."""

KINDS = {
    "number": "a number",
    "numbers": "several numbers",
    "choice": "one choice",
    "choices": "several choices",
    "truth": "true or false",
    "matching": "a matching",
    "ordering": "an ordering",
    "formula": "a formula",
    "text": "an answer in words",
}
"""The kinds of answer in words."""

FEWEST_WRONG = 2
"""Foreseen wrong answers that a choice among answers needs."""


SHARES = (
    "100", "90", "83.33333", "80", "75", "70", "66.66667", "60", "50", "40", "33.33333", "30", "25", "20", "16.66667",
    "14.28571", "12.5", "11.11111", "10", "5", "0",
)  # fmt: skip
"""The parts of the marks, in percent, that Moodle knows; other platforms take any."""


@dataclass(frozen=True, slots=True)
class Message:
    """Foreseen wrong answers with the same consequence here: ``wrong`` are their places in the key's list.

    ``at`` is the option that is wrongly chosen (for a matching also the prompt), by its place as printed; None where
    the answer is a number.  A message on a whole answer has ``chosen``: the places of all options chosen, in a matching
    one for each prompt, in an ordering in their order.  ``share`` is the part of the marks that such an answer earns.
    """

    wrong: tuple[int, ...]
    at: int | None = None
    prompt: int | None = None
    chosen: tuple[int, ...] = ()
    share: str = "0"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to answer.  ``part`` is the place of its part, ``of`` the number it asks for among several.

    ``right`` are places as printed: of the right options; of the option of each prompt; of the things in right order
    (in a matching made of an ordering: the place that each thing has in the right order); of a statement (0,) where it
    is true and (1,) where it is false.  ``options`` is how many there are, and for a
    choice among formulas ``order`` tells which wrong answer each one is (-1: the key).  ``apart`` are messages that
    belong to no single option or number; ``step`` tells the statement (0) of a truth part from its reason (1).
    """

    part: int
    kind: FieldKind
    of: int = 0
    step: int = 0
    options: int = 0
    right: tuple[int, ...] = ()
    order: tuple[int, ...] = ()
    messages: tuple[Message, ...] = ()
    apart: tuple[Message, ...] = ()
    carried: str = AS_IS


def fields_of(
    wording: Wording, question: Question, carries: Mapping[Kind, str], slot_kinds: Mapping[str, str]
) -> tuple[Field, ...]:
    """The fields of a question on a platform that carries each kind as told; parts that it leaves out have none."""
    found: list[Field] = []
    for at, (part, key) in enumerate(zip(wording.parts, question.parts, strict=True)):
        carried = carries[part.kind]
        if carried == LEFT_OUT:
            continue
        if carried == ONE_TO_ONE:
            carried = PLAIN if sorted(key.options) == sorted(order_of(part, key)) else AS_LETTERS
        if carried == PLAIN:
            carried = AS_IS if all(is_plain(option.text, slot_kinds) for option in part.options) else AS_LETTERS
        row = (wording.item, question.row, part.id)
        found += [replace(field, part=at, carried=carried) for field in _FIELDS[part.kind](part, key, carried, row)]
    return tuple(found)


def is_plain(text: str, slot_kinds: Mapping[str, str]) -> bool:
    """Whether a text is one line of words that no reader takes for more: a platform has them where no markup stands.

    A list or a table is more than words, and so are emphasis, a formula and code.  A backslash, a dollar sign and a
    bracket of a tag could begin a formula or a tag for somebody.
    """
    prose = read(text)
    if len(prose.blocks) != 1 or not isinstance(prose.blocks[0], Paragraph):
        return False
    return not any(mark in text for mark in "$\\<") and all(
        isinstance(node, Words | Break)
        or (isinstance(node, Gap) and slot_kinds.get(prose.insides[node.number]) == "text")
        for node in prose.blocks[0].body
    )


def _number(part: PartWording, key: PartKey, carried: str, _row: draws.Path) -> Iterator[Field]:
    for of in range(len(key.numbers)):
        if carried in (AMONG, WORDS):
            yield _among_numbers(part, key, of, carried)
            continue
        messages = tuple(
            Message(group, share=_number_credit(part, key, group)) for group in _wrong_numbers(part, key, of)
        )
        placed = {number for message in messages for number in message.wrong}
        apart = _alike(key, (n for n in range(len(key.wrong)) if n not in placed)) if len(key.numbers) == 1 else ()
        yield Field(0, "number", of=of, messages=messages, apart=apart)


def _among_numbers(part: PartWording, key: PartKey, of: int, carried: str) -> Field:
    """A choice among the right number and the foreseen wrong ones, in rising order as printed."""
    printed = {shown(accepted_of(part, key, of).middle, part.digits): [-1]}
    for group in _wrong_numbers(part, key, of):
        printed.setdefault(shown(scaled(key.wrong[group[0]].values[of]), part.digits), []).extend(group)
    if carried == WORDS or len(printed) <= FEWEST_WRONG:
        return Field(0, "words", of=of, apart=_alike(key, range(len(key.wrong))))
    groups = [printed[number] for number in sorted(printed, key=scaled)]
    right = next(place for place, group in enumerate(groups) if group[0] == -1)
    messages = tuple(
        Message(tuple(group), place, share=_number_credit(part, key, group))
        for place, group in enumerate(groups)
        if place != right
    )
    order = tuple(group[0] for group in groups)
    return Field(0, "choice", of=of, options=len(groups), right=(right,), order=order, messages=messages)


def _wrong_numbers(part: PartWording, key: PartKey, of: int) -> Iterator[tuple[int, ...]]:
    """The foreseen wrong answers that can be told from the key by this number, those with the same number together."""
    groups: dict[str, list[int]] = {}
    for number, wrong in enumerate(key.wrong):
        if _is_apart(part, key, of, wrong.values):
            groups.setdefault(wrong.values[of], []).append(number)
    return map(tuple, groups.values())


def _is_apart(part: PartWording, key: PartKey, of: int, values: Sequence[str]) -> bool:
    """Whether a wrong answer can be told from the key by this number."""
    right = accepted_of(part, key, of)
    return of < len(values) and abs(scaled(values[of]) - right.middle) > 2 * right.half


def accepted_of(part: PartWording, key: PartKey, of: int) -> Accepted:
    """What is accepted for one number of a part."""
    values = (wrong.values[of] for wrong in key.wrong if of < len(wrong.values))
    return accepted(key.numbers[of], part.digits, values)


def _choice(part: PartWording, key: PartKey, _carried: str, _row: draws.Path) -> Iterator[Field]:
    order = order_of(part, key)
    messages, apart = _chosen(key, order, single=part.kind != "choices")
    right = tuple(place for place, option in enumerate(order) if option in key.options)
    kind: FieldKind = "choices" if part.kind == "choices" else "choice"
    yield Field(0, kind, options=len(order), right=right, messages=messages, apart=apart)


def _chosen(key: PartKey, order: tuple[str, ...], *, single: bool) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """At which wrong option each message belongs; a message on several options, or with a credit among several, belongs
    to the combination.

    A combination that has exactly one wrong option is recognised by it.
    """
    at: dict[int, list[int]] = {}
    apart = []
    for number, wrong in enumerate(key.wrong):
        places = [place for place, option in enumerate(order) if option in wrong.options and option not in key.options]
        if len(places) == 1 and (single or (len(wrong.options) == 1 and not wrong.credit)):
            at.setdefault(places[0], []).append(number)
        else:
            apart.append(number)
    messages = tuple(Message(tuple(ns), place, share=_credit(key, ns)) for place, ns in sorted(at.items()))
    return messages, _alike(key, apart, order)


def _alike(key: PartKey, numbers: Iterable[int], order: tuple[str, ...] = ()) -> tuple[Message, ...]:
    """Foreseen wrong answers, those that give the same answer together."""
    groups: dict[object, list[int]] = {}
    for number in numbers:
        wrong = key.wrong[number]
        groups.setdefault((wrong.options, wrong.values, wrong.formula), []).append(number)
    return tuple(
        Message(
            tuple(group),
            chosen=tuple(order.index(option) for option in key.wrong[group[0]].options if option in order),
            share=_credit(key, group),
        )
        for group in groups.values()
    )


def _credit(key: PartKey, numbers: Iterable[int]) -> str:
    """The part of the marks that foreseen wrong answers earn: the largest known one that is not too much."""
    return _known(max(key.wrong[number].credit for number in numbers))


def _number_credit(part: PartWording, key: PartKey, numbers: Iterable[int]) -> str:
    """What one wrong number among several earns, so that with the right ones the whole slip earns its credit."""
    shares = []
    for number in numbers:
        wrong = key.wrong[number]
        if not wrong.credit:
            continue
        missed = sum(_is_apart(part, key, of, wrong.values) for of in range(len(key.numbers)))
        right = len(key.numbers) - missed
        shares.append((wrong.credit * len(key.numbers) - right) / missed)
    return _known(max((0.0, *shares)))


def _known(credit: float) -> str:
    """The largest part of the marks that platforms know and that is not more."""
    return next(share for share in SHARES if float(share) <= 100 * credit + 0.001)


def loses_credit(part: PartWording, key: PartKey, fields: Iterable[Field], kinds: Collection[str]) -> bool:
    """Whether a foreseen wrong answer of a part earns less than its credit where some ``kinds`` of fields can give it.

    What its right numbers, options, pairs or places earn anyway is not lost, nor what is less than a platform knows.
    """
    whole = part.kind in ("choices", "matching", "ordering")  # split into single choices, these lose it
    given = (one.kind in kinds and (one.kind == part.kind or not whole) for one in fields if one.kind != "truth")
    if all(given):
        return False
    return any(float(_known(wrong.credit)) > 100 * _anyway(part, key, wrong) + 0.001 for wrong in key.wrong)


def _anyway(part: PartWording, key: PartKey, wrong: WrongAnswer) -> float:
    """The share of the marks that a foreseen wrong answer earns by what is right of it."""
    if part.kind == "numbers":
        return sum(not _is_apart(part, key, of, wrong.values) for of in range(len(key.numbers))) / len(key.numbers)
    if part.kind == "choices":
        hits = sum(option in key.options for option in wrong.options)
        others = max(1, len(part.options) - len(key.options))
        return max(0.0, hits / max(1, len(key.options)) - (len(wrong.options) - hits) / others)
    if part.kind in ("matching", "ordering"):
        return sum(a == b for a, b in zip(wrong.options, key.options, strict=False)) / len(key.options)
    return 0.0


def _truth(part: PartWording, key: PartKey, carried: str, row: draws.Path) -> Iterator[Field]:
    yield Field(0, "truth", options=2, right=(0 if key.truth else 1,))
    if part.options:
        for field in _choice(part, key, carried, row):
            yield replace(field, step=1)


def _matching(part: PartWording, key: PartKey, carried: str, _row: draws.Path) -> Iterator[Field]:
    order = order_of(part, key)
    right = tuple(order.index(option) for option in key.options)
    mismatched: list[list[Message]] = []
    for prompt, place in enumerate(right):
        groups: dict[int, list[int]] = {}
        for number, wrong in enumerate(key.wrong):
            if prompt < len(wrong.options) and wrong.options[prompt] in order:
                groups.setdefault(order.index(wrong.options[prompt]), []).append(number)
        groups.pop(place, None)
        mismatched.append([Message(tuple(numbers), at, prompt) for at, numbers in sorted(groups.items())])
    if carried == AS_LETTERS:
        for prompt, (place, messages) in enumerate(zip(right, mismatched, strict=True)):
            yield Field(0, "choice", of=prompt, options=len(order), right=(place,), messages=tuple(messages))
    else:
        messages = [message for some in mismatched for message in some]
        apart = _alike(key, range(len(key.wrong)), order)
        yield Field(0, "matching", options=len(order), right=right, messages=tuple(messages), apart=apart)


def _ordering(part: PartWording, key: PartKey, carried: str, _row: draws.Path) -> Iterator[Field]:
    order = order_of(part, key)
    apart = _alike(key, range(len(key.wrong)), order)
    places = tuple(key.options.index(option) for option in order)
    if carried == PLACES:
        for thing, place in enumerate(places):
            notes = apart if thing == 0 else ()
            yield Field(0, "choice", of=thing, options=len(order), right=(place,), apart=notes)
    elif carried == POSITIONS:
        yield Field(0, "matching", options=len(order), right=places, apart=apart)
    else:
        right = tuple(order.index(option) for option in key.options)
        yield Field(0, "ordering", options=len(order), right=right, apart=apart)


def _formula(part: PartWording, key: PartKey, carried: str, row: draws.Path) -> Iterator[Field]:
    if carried == WORDS or len(key.wrong) < FEWEST_WRONG:
        yield Field(0, "words", apart=_alike(key, range(len(key.wrong))))
        return
    order = draws.shuffled(("formulas", *row), range(-1, len(key.wrong)))
    messages = tuple(
        Message((number,), place, share=_credit(key, (number,))) for place, number in enumerate(order) if number >= 0
    )
    yield Field(0, "choice", options=len(order), right=(order.index(-1),), order=order, messages=messages)


def _words(_part: PartWording, _key: PartKey, _carried: str, _row: draws.Path) -> Iterator[Field]:
    yield Field(0, "words")


_FIELDS = {
    "number": _number,
    "numbers": _number,
    "choice": _choice,
    "choices": _choice,
    "truth": _truth,
    "matching": _matching,
    "ordering": _ordering,
    "formula": _formula,
    "text": _words,
}


def order_of(part: PartWording, key: PartKey) -> tuple[str, ...]:
    """The ids of the options as printed."""
    return key.order or tuple(option.id for option in part.options)


def grouped(fields: Iterable[Field], together: frozenset[str]) -> tuple[tuple[Field, ...], ...]:
    """The fields as a platform's questions: those of the kinds ``together`` in one, every other one on its own."""
    fields = tuple(fields)
    joined = tuple(field for field in fields if field.kind in together)
    questions: list[tuple[Field, ...]] = []
    for field in fields:
        if field.kind not in together:
            questions.append((field,))
        elif joined and field is joined[0]:
            questions.append(joined)
    return tuple(questions)
