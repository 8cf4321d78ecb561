"""Texts with slots: where the slots of a text stand, and a text filled with the values of a question.

A text is Markdown with ``$...$`` and ``$$...$$`` mathematics.  A slot is ``{{inside}}``; the inside holds no brace and
is, exactly as written, the slot's name.  A slot stands in one of three *places*: in running text, in mathematics or
in code, and that place together with the kind of its value decides how the value is set:

===========  ====================  =======================  ==============
kind         in text               in mathematics           in code
===========  ====================  =======================  ==============
``math``     ``$value$``           as it is                 as it is
``text``     escaped               words, or signs          as it is
``code``     a code span           words, or signs          as it is
===========  ====================  =======================  ==============

A value that is an argument in mathematics needs braces, and in an exam they stand in the text: ``x_{{{k}}}``.  Authors
may leave them out, as in ``x_{{k}}`` and ``\\frac{{a}}{{b}}``; ``braced`` writes them before an exam is frozen, so that
filling is plain substitution.  Everything here is pure; nothing is computed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Literal as OneOf

from gdquiz.errors import Fault, InputError, nearest
from gdquiz.texts.escaping import code_span, escape
from gdquiz.texts.latex import pieces, value_of_words
from gdquiz.texts.reading import read_with_slots
from gdquiz.texts.slots import HOLE, PRIVATE, REGION, SLOT, hide_slots, trimmed
from gdquiz.texts.trees import Row

Place = OneOf["text", "math", "code"]
SlotKind = OneOf["math", "text", "code"]
Piece = str | tuple[str, Place]
"""Text that is the same in every question, or a slot and its place."""

_PLACE: dict[str, Place] = {"fence": "code", "span": "code", "escape": "text"}


def slots_of(text: str) -> tuple[str, ...]:
    """The insides of the slots of a text, each once, in order of first occurrence."""
    return tuple(dict.fromkeys(SLOT.findall(text)))


@lru_cache(maxsize=4096)
def split(text: str) -> tuple[Piece, ...]:
    """A text as literal pieces and slots, each with its place.

    Raises ``InputError`` for a formula with slots that cannot be read.
    """
    return tuple(_split(*hide_slots(text)))


def _split(hidden: str, insides: tuple[str, ...]) -> Iterator[Piece]:
    at = 0
    for region in REGION.finditer(hidden):
        yield from _in_place(hidden[at : region.start()], insides, "text")
        mark = {"display": "$$", "inline": "$"}.get(region.lastgroup or "")
        if mark and HOLE.search(region[0]):
            row = read_with_slots(trimmed(region[0].removeprefix(mark).removesuffix(mark)))
            yield mark
            for piece in pieces(row):
                yield piece if isinstance(piece, str) else (insides[piece], "math")
            yield mark
        else:
            yield from _in_place(region[0], insides, _PLACE.get(region.lastgroup or "", "text"))
        at = region.end()
    yield from _in_place(hidden[at:], insides, "text")


def _in_place(text: str, insides: tuple[str, ...], place: Place) -> Iterator[Piece]:
    for number, part in enumerate(HOLE.split(text)):
        if number % 2:
            yield insides[int(part)], place
        elif part:
            yield part


@lru_cache(maxsize=4096)
def braced(text: str) -> str:
    """The text with its formulas with slots written so that a value can be put in the place of each slot as it is:
    with braces around every slot that is an argument.  A text that cannot be read stays as it is."""
    if "{{" not in text or PRIVATE.search(text):  # characters of private use are refused wherever they stand
        return text
    try:
        found = split(text)
    except InputError:
        return text
    return "".join(piece if isinstance(piece, str) else f"{{{{{piece[0]}}}}}" for piece in found)


def rewritten(text: str, change: Callable[[Row], Row]) -> str:
    """The text with another tree for each of its formulas; all else, and its slots, stay as they are."""
    hidden, insides = hide_slots(text)

    def other(region: re.Match[str]) -> str:
        mark = {"display": "$$", "inline": "$"}.get(region.lastgroup or "")
        if not mark:
            return region[0]
        row = change(read_with_slots(trimmed(region[0].removeprefix(mark).removesuffix(mark))))
        return (
            mark
            + "".join(piece if isinstance(piece, str) else f"{{{{{insides[piece]}}}}}" for piece in pieces(row))
            + mark
        )

    return HOLE.sub(lambda hole: f"{{{{{insides[int(hole[1])]}}}}}", REGION.sub(other, hidden))


def fill(text: str, slots: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """The text as Markdown with every slot replaced by its value (table above).

    ``kinds`` tells of each slot whether its value is ``math``, ``text`` or ``code``.
    Raises ``InputError`` for a slot without a value or kind.
    """
    filled: list[str] = []
    for piece in split(text):
        if isinstance(piece, str):
            filled.append(piece)
            continue
        inside, place = piece
        value = slots.get(inside)
        if value is None:
            raise missing(inside, slots)
        filled.append(_set(value, place, kind_of(inside, kinds)))
    return "".join(filled)


def missing(inside: str, known: Mapping[str, str]) -> InputError:
    """What to say of a slot that nothing is known of."""
    return InputError(Fault(f"nothing fills the slot '{{{{{inside}}}}}'", hint=nearest(inside, known)))


def kind_of(inside: str, kinds: Mapping[str, str]) -> SlotKind:
    """The kind of a slot's value.  Raises ``InputError`` when it is none of the three."""
    match kinds.get(inside):
        case "math":
            return "math"
        case "text":
            return "text"
        case "code":
            return "code"
        case _:
            raise missing(inside, kinds)


def _set(value: str, place: Place, kind: SlotKind) -> str:
    """A value as Markdown in its place."""
    if place == "code":
        return value
    if place == "math":
        return value if kind == "math" else value_of_words(value)
    if kind == "math":
        return f"${value}$" if value.strip() else ""
    return escape(value) if kind == "text" else code_span(value)
