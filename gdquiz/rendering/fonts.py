"""Characters that no font has: which they are, whose, and where a font is to be had."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping

from gdquiz.errors import Fault
from gdquiz.exam.frozen import Exam

_IGNORED = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))
_PACKAGES = (
    (("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "KANGXI", "IDEOGRAPHIC"), "fonts-noto-cjk"),
    (("CUNEIFORM", "EGYPTIAN", "LINEAR", "PHOENICIAN", "GOTHIC", "RUNIC"), "fonts-noto-extra"),
)
MOST_SHOWN = 8
"""Characters that a message names."""


def unusual(texts: Iterable[str]) -> set[str]:
    """The characters of texts that not every font has."""
    found = set[str]().union(*map(set, texts))
    return {one for one in found if not one.isascii() and unicodedata.category(one) not in _IGNORED}


def of_all(exam: Exam, names: Mapping[str, str]) -> set[str]:
    """The unusual characters of all that is known of an exam."""
    return unusual(text for _, text in _texts(exam, names))


def package_with(character: str) -> str:
    """The package of Debian and Ubuntu whose fonts have a character."""
    name = unicodedata.name(character, "")
    for beginnings, package in _PACKAGES:
        if name.startswith(beginnings):
            return package
    emoji = unicodedata.category(character) == "So" and ord(character) >= 0x1F000
    return "fonts-noto-color-emoji" if emoji else "fonts-noto-core"


def faults(characters: Collection[str], exam: Exam, names: Mapping[str, str]) -> list[Fault]:
    """One fault for each student, item or text of the exam that has characters which no font shows."""
    owners: dict[tuple[str, str], dict[str, None]] = {}
    left = set(characters)
    for owner, text in _texts(exam, names):
        for character in sorted(left & set(text)):
            owners.setdefault(owner, {})[character] = None
    seen = {character for found in owners.values() for character in found}
    if left - seen:
        owners["the templates", ""] = dict.fromkeys(sorted(left - seen))
    return [_fault(list(found), place, item) for (place, item), found in owners.items()]


def _fault(characters: list[str], place: str, item: str) -> Fault:
    shown = ", ".join(f"{one} (U+{ord(one):04X})" for one in characters[:MOST_SHOWN])
    shown += f" and {len(characters) - MOST_SHOWN} more" if len(characters) > MOST_SHOWN else ""
    packages = " ".join(sorted(set(map(package_with, characters))))
    hint = f"install a font that has them (Noto; Debian and Ubuntu: apt install {packages})"
    return Fault(f"no font of this machine shows {shown}{place and f', in {place}'}", hint=hint, item=item)


def _texts(exam: Exam, names: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], str]]:
    """Every text of an exam with the student, item or field whose it is."""
    for student, name in names.items():
        yield (f"the name of student {student}", ""), name
    for form in exam.forms:
        if form.student is not None:
            yield (f"the id of student {form.student}", ""), form.student
        for question in form.questions:
            yield from ((("", question.wording), text) for text in _strings(question.model_dump()))
    for name, wording in exam.wordings.items():
        yield from ((("", name), text) for text in _strings(wording.model_dump()))
    for code, told in exam.misconceptions.items():
        yield from (((f"the misconception {code}", ""), text) for text in _strings(told.model_dump()))
    for section in exam.sections:
        yield from ((("a section", ""), text) for text in _strings(section.model_dump()))
    for field in ("title", "course", "date", "instructions"):
        yield (f"the {field}", ""), getattr(exam, field)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)
