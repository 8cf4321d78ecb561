"""What a platform asks of a question: the fields of its parts, as the platform carries each kind of answer.

A part of a question becomes one field or several (``gdquiz.kinds``).  A field that a platform does not know becomes the
nearest one that it does (``CARRIAGES``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from gdquiz.exam.answers import Kind
from gdquiz.exam.frozen import PartKey, PartWording, Question, Wording
from gdquiz.kinds.kind import every, kind_of
from gdquiz.kinds.options import order_of
from gdquiz.kinds.platforms import (
    AS_IS,
    AS_LETTERS,
    LEFT_OUT,
    ONE_TO_ONE,
    PLAIN,
    Field,
    known,
)
from gdquiz.texts.markdown import read
from gdquiz.texts.prose import Break, Gap, Paragraph, Words

KINDS: Mapping[str, str] = {name: kind.title for name, kind in every().items()}
"""The kinds of answer in words."""


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
        fields = kind_of(part.kind).fields(part, key, carried, row)
        found += [replace(field, part=at, carried=carried) for field in fields]
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


def loses_credit(part: PartWording, key: PartKey, fields: Iterable[Field], kinds: Collection[str]) -> bool:
    """Whether a foreseen wrong answer of a part earns less than its credit where some ``kinds`` of fields can give it.

    What its right numbers, options, pairs or places earn anyway is not lost, nor what is less than a platform knows.
    """
    kind = kind_of(part.kind)
    given = (one.kind in kinds and (one.kind == part.kind or not kind.whole) for one in fields if one.kind != "truth")
    if all(given):
        return False
    return any(float(known(wrong.credit)) > 100 * kind.anyway(part, key, wrong) + 0.001 for wrong in key.wrong)


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
