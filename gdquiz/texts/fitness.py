"""Whether a text is fit to be printed: the one gate that every text passes, wherever it comes from.

``of_words``, ``of_formula`` and ``of_prose`` yield what is wrong with a text of that kind, as faults without a place;
whoever reads a file adds file, line, item and field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from gdquiz.errors import Fault, InputError
from gdquiz.texts.markdown import depth
from gdquiz.texts.markdown import read as read_markdown
from gdquiz.texts.reading import read, read_with_slots, unprintable
from gdquiz.texts.slots import HOLE, REGION, SLOT, formulas

DEEPEST_LIST = 3
"""Lists within one another that LaTeX can set inside of an option."""

_MARKER = r"(?:[-+*]|[0-9]{1,9}[.)])"
_NESTED = re.compile(rf"^ *{_MARKER} +{_MARKER}(?:\s|$)|^ {{2,}}{_MARKER}(?:\s|$)", re.MULTILINE)


_NOTHING = re.compile(
    # spaces, joiners, fillers, variation selectors and the Braille blank; TeX's and HTML's spaces
    r"\s|[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
    r"|\\(?:[,;:! ]|(?:quad|qquad|enspace|thinspace|phantom)\b)|&(?:nbsp|ensp|emsp|thinsp|zwnj|zwj|shy);|&#(?:160|173);"
    r"|[$~{}]"
)


def shows(text: str) -> bool:
    """Whether a reader sees anything of a text: blanks, characters without a look and spaces of TeX show nothing."""
    return bool(_NOTHING.sub("", text))


def of_signs(text: str) -> Iterator[Fault]:
    """Characters that have no look of their own, or turn the direction of what stands around them."""
    found = unprintable(text)
    if found:
        place = text.index(found)
        near = text[max(0, place - 12) : place].rsplit("\n", maxsplit=1)[-1]
        yield Fault(
            f"the character U+{ord(found):04X} stands in the text" + (f", after '{near}'" if near else ""),
            "characters that can be seen",
        )


def of_words(text: str) -> Iterator[Fault]:
    """Plain words, such as a title or a name.  Line breaks count as spaces."""
    yield from of_signs(text.replace("\t", " "))


def of_formula(latex: str) -> Iterator[Fault]:
    """A formula without dollars, such as the value of a slot or the label of a figure."""
    try:
        read(latex)
    except InputError as error:
        yield from error.faults


def of_prose(text: str) -> Iterator[Fault]:
    """Markdown with formulas and slots."""
    yield from of_signs(text)
    if _NESTED.search(text) and depth(read_markdown(text).blocks) > DEEPEST_LIST:
        yield Fault(f"lists stand more than {DEEPEST_LIST} deep in one another", f"at most {DEEPEST_LIST}")
    if "$" not in text:
        return
    for source in formulas(text):
        yield from _of_source(HOLE.sub("\ue0000\ue001", source))
    if "$" in SLOT.sub("", REGION.sub("", text)):
        yield Fault("a dollar sign has no partner", "$...$ or $$...$$", r"write \$ for money")


@lru_cache(maxsize=16384)
def _of_source(source: str) -> tuple[Fault, ...]:
    """A formula with holes for its slots, which are alike to the reader."""
    try:
        read_with_slots(source)
    except InputError as error:
        return error.faults
    return ()
