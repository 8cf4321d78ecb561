"""Texts with slots: where the slots of a text stand, and a text filled with the values of a question.

A text is Markdown with ``$...$`` and ``$$...$$`` mathematics.  A slot is ``{{inside}}``; the inside holds no brace and
is, exactly as written, the slot's name.  A slot stands in one of three *places*: in running text, in mathematics or
in code, and that place together with the kind of its value decides how the value is set:

===========  ====================  =======================  ==============
kind         in text               in mathematics           in code
===========  ====================  =======================  ==============
``math``     ``$value$``           as it is                 as it is
``text``     escaped               escaped for LaTeX        as it is
``code``     a code span           escaped for LaTeX        as it is
===========  ====================  =======================  ==============

In mathematics a slot that is an argument (after ``^``, ``_``, ``\\frac``, ``\\sqrt`` ...) is put into braces, so that
``x_{{k}}`` and ``\\frac{{a}}{{b}}`` mean what they look like.  Everything here is pure; nothing is computed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal as OneOf

from gdquiz.errors import Fault, InputError, nearest
from gdquiz.texts.slots import HOLE, REGION, SLOT, hide_slots

Place = OneOf["text", "math", "code"]
SlotKind = OneOf["math", "text", "code"]

_PLACE: dict[str, Place] = {"fence": "code", "span": "code", "escape": "text", "display": "math", "inline": "math"}

ARGUMENTS = {
    "frac": 2,
    "dfrac": 2,
    "tfrac": 2,
    "binom": 2,
    "sqrt": 1,
    "hat": 1,
    "bar": 1,
    "tilde": 1,
    "vec": 1,
} | dict.fromkeys(("text", "mathbf", "mathrm", "mathbb", "mathcal", "operatorname", "overline", "boxed"), 1)
_LAST_WORD = re.compile(r"\\([A-Za-z]+)\s*$")
_SCRIPT = re.compile(r"[\^_]\s*$")


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that is the same in every question."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Slot:
    """A place to be filled; ``before`` and ``after`` are put around a value inside mathematics (braces or a space)."""

    inside: str
    place: Place
    before: str = ""
    after: str = ""


Piece = Literal | Slot


def slots_of(text: str) -> tuple[str, ...]:
    """The insides of the slots of a text, each once, in order of first occurrence."""
    return tuple(dict.fromkeys(SLOT.findall(text)))


def in_place(text: str, insides: tuple[str, ...], place: Place) -> tuple[Piece, ...]:
    """The pieces of a run of opaque text that stands in one place; ``insides`` is what ``hide_slots`` gave."""
    pieces: list[Piece] = []
    owed = 0
    for number, part in enumerate(HOLE.split(text)):
        if number % 2 == 0:
            if part.strip():
                owed = 0
            if part:
                pieces.append(Literal(part, place))
        elif place != "math":
            pieces.append(Slot(insides[int(part)], place))
        else:
            previous = pieces[-1].text if pieces and isinstance(pieces[-1], Literal) else ""
            word = _LAST_WORD.search(previous)
            owed = ARGUMENTS.get(word[1], 0) if word else owed
            braces = owed > 0 or _SCRIPT.search(previous) is not None
            before = "{" if braces else " " if word and not previous[-1].isspace() else ""
            pieces.append(Slot(insides[int(part)], place, before, "}" if braces else ""))
            owed = max(0, owed - 1)
    return tuple(pieces)


@lru_cache(maxsize=4096)
def split(text: str) -> tuple[Piece, ...]:
    """A text as literal pieces and slots, each with its place.  The literals joined with the slots are the text."""
    hidden, insides = hide_slots(text)
    pieces: list[Piece] = []
    at = 0
    for region in REGION.finditer(hidden):
        pieces += in_place(hidden[at : region.start()], insides, "text")
        pieces += in_place(region[0], insides, _PLACE[region.lastgroup or "escape"])
        at = region.end()
    return (*pieces, *in_place(hidden[at:], insides, "text"))


def fill(text: str, slots: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """The text as Markdown with every slot replaced by its value (table above).

    ``kinds`` tells of each slot whether its value is ``math``, ``text`` or ``code``.
    Raises ``InputError`` for a slot without a value or kind.
    """
    filled: list[str] = []
    for piece in split(text):
        if isinstance(piece, Literal):
            filled.append(piece.text)
        else:
            value = slots.get(piece.inside)
            if value is None:
                raise missing(piece.inside, slots)
            filled.append(set_slot(piece, value, kind_of(piece.inside, kinds)))
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


def set_slot(slot: Slot, value: str, kind: SlotKind) -> str:
    """A value as Markdown in its slot's place."""
    if slot.place == "code":
        return value
    if slot.place == "math":
        return slot.before + (value if kind == "math" else escape_math(value)) + slot.after
    if kind == "math":
        return f"${value}$" if value.strip() else ""
    return escape(value) if kind == "text" else code_span(value)


_SPECIAL = re.compile(
    r"[\\`*_\[\]<$|~^{}]|&(?=#|\w+;)|@(?=\w)|:(?=//|:|[\w+-]+:)|(?i:(?<![A-Za-z0-9])www)(?=\.)|^[#>+=:-]", re.ASCII
)
_NUMBERED = re.compile(r"^(\d+)(?=[.)](?:\s|$))")
_SPECIAL_IN_MATH = re.compile(r"[\\{}$&#%_^~]")
_IN_MATH = {"\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim "}


@lru_cache(maxsize=2048)
def escape(words: str) -> str:
    """Plain words as Markdown that shows exactly them, on one line; a space at either end remains."""
    one_line = " ".join(words.split())
    shown = _SPECIAL.sub(lambda found: found[0] + "\\" if len(found[0]) > 1 else "\\" + found[0], one_line)
    shown = _NUMBERED.sub(r"\1\\", shown)
    return f"{' ' * words.startswith(' ')}{shown}{' ' * words.endswith(' ')}" if shown else ""


def escape_math(words: str) -> str:
    """Plain words for the inside of a formula (they are best put into ``\\text{...}``)."""
    return _SPECIAL_IN_MATH.sub(lambda found: _IN_MATH.get(found[0], "\\" + found[0]), " ".join(words.split()))


@lru_cache(maxsize=512)
def code_span(code: str) -> str:
    """A Markdown code span that shows exactly this line of code."""
    line = code.replace("\n", " ")
    ticks = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if line[:1] == "`" or line[-1:] == "`" or (line[:1] == line[-1:] == " " and line.strip()) else ""
    return f"{ticks}{pad}{line}{pad}{ticks}" if line else ""
