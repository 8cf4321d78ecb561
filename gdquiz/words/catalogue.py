"""The catalogue of one language: its messages by key, filled with values; and how it writes numbers and lists.

A message is text with slots in braces, ``Question {number}``; one that depends on how many there are has a form for
each plural category of its language, chosen by ``count``.  Keys are names of tables and fields of the file ``TAG.toml``
beside this module: ``paper.question``.  English has every key.  Another language has a table wholly or not
at all, and it can be used for what it has all tables of (``USES``); it never falls back to English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from gdquiz.errors import Fault, InputError
from gdquiz.words.plural_forms import RULES

USES: Mapping[str, tuple[str, ...]] = {
    "sheets and keys": ("paper", "sheet", "key", "answers", "rounding"),
    "the pages that students get back": ("paper", "sheet", "key", "answers", "rounding", "returned"),
    "packages": ("paper", "key", "rounding", "package"),
}
"""What a language is used for, and the tables of messages that it needs for that."""

SLOT = re.compile(r"\{([a-z_]+)\}")

Message = str | Mapping[str, str]
"""A text, or a text for each plural category."""


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """``decimal`` is the decimal sign, ``between`` stands between numbers in a list, ``quotes`` around what is quoted;
    ``plural`` names a rule of ``plural_forms.RULES``, ``babel`` the language for TeX's package babel (none: English).
    """

    tag: str
    name: str
    decimal: str
    between: str
    quotes: tuple[str, str]
    plural: str
    babel: str
    messages: Mapping[str, Message]

    def say(self, key: str, written: Callable[[str], str] = str, **values: object) -> str:
        """A message with its slots filled; ``written`` writes what stands between them in a format.

        ``count`` is a number, which chooses the form and is written as the language writes it; all other values stand
        as they are.  Raises ``KeyError`` for a key or slot that is not there.
        """
        message = self.messages[key]
        if not isinstance(message, str):
            message = message[RULES[self.plural](_plain(values["count"]))]
        if "count" in values:
            values = {**values, "count": self.amount(values["count"])}
        parts = SLOT.split(message)
        return "".join(str(values[part]) if place % 2 else written(part) for place, part in enumerate(parts) if part)

    def amount(self, number: object) -> str:
        """A number as it is printed: ``2``, ``2.5`` or ``2,5``, ``0.33``."""
        return self.number(_plain(number))

    def number(self, text: str) -> str:
        """Plain text of a number with the decimal sign of the language."""
        return text if self.decimal == "." else _POINT.sub(self.decimal, text)

    def latex(self, latex: str) -> str:
        """LaTeX of numbers with the decimal sign of the language; a comma that is no punctuation stands in braces."""
        return latex if self.decimal == "." else _POINT.sub(f"{{{self.decimal}}}", latex)

    def listed(self, numbers: Iterable[str]) -> str:
        """Numbers as plain text, one after another; ``0.5, 2``, or with a decimal comma ``0,5; 2``."""
        return (", " if self.decimal == "." else self.between).join(map(self.number, numbers))

    def quoted(self, text: str) -> str:
        """What somebody typed, in quotes, and shortened where it is long."""
        shown = text if len(text) <= MOST_QUOTED else f"{text[: MOST_QUOTED - 3]}..."
        return f"{self.quotes[0]}{shown}{self.quotes[1]}"

    def fit_for(self, use: str) -> bool:
        """Whether the language has all words for a use."""
        return all(table in self.tables for table in USES[use])

    @property
    def tables(self) -> frozenset[str]:
        """The tables of messages that the language has."""
        return frozenset(key.partition(".")[0] for key in self.messages)


MOST_QUOTED = 33
_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")


@lru_cache(maxsize=1024)
def _plain(number: object) -> str:
    """A number with a decimal point and without needless zeros."""
    return str(number) if isinstance(number, int | str) else f"{number:.2f}".rstrip("0").rstrip(".")


def languages(use: str = "") -> tuple[str, ...]:
    """The tags of all languages that there are words in, or of those that are fit for a use."""
    found = sorted(entry.name.removesuffix(".toml") for entry in _folder().iterdir() if entry.name.endswith(".toml"))
    return tuple(tag for tag in found if not use or catalogue(tag).fit_for(use))


def find(tag: str, use: str = "") -> Catalogue:
    """The words of a language by its BCP 47 tag; those of ``de`` serve ``de-CH``, too.

    Raises ``InputError`` for a language that there are no words in, or none for that use.
    """
    known = {one.lower(): one for one in languages()}
    name = next((known[part] for part in _shorter(tag.lower()) if part in known), None)
    if name is None or (use and not catalogue(name).fit_for(use)):
        fit = languages(use)
        what = f"there are no words in the language '{tag}'" + (f" for {use}" if use else "")
        hint = "a language is one file in gdquiz/words (docs/languages.md)"
        raise InputError(Fault(what, ", ".join(fit), hint, field="language"))
    return catalogue(name)


def _shorter(tag: str) -> Iterator[str]:
    subtags = tag.split("-")
    yield from ("-".join(subtags[:length]) for length in range(len(subtags), 0, -1))


@cache
def catalogue(tag: str) -> Catalogue:
    """The catalogue in the file of that name."""
    content = tomllib.loads((_folder() / f"{tag}.toml").read_text(encoding="utf-8"))
    about = content.pop("language")
    return Catalogue(
        tag=tag,
        name=about["name"],
        decimal=about["decimal"],
        between=about["between"],
        quotes=tuple(about["quotes"]),
        plural=about["plural"],
        babel=about["babel"],
        messages=dict(_messages(content)),
    )


def _messages(content: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Message]]:
    for table, fields in content.items():
        for name, message in fields.items():
            yield f"{table}.{name}", message


def forms_of(message: Message) -> Sequence[str]:
    """The texts of a message: one, or one for each plural category."""
    return (message,) if isinstance(message, str) else tuple(message.values())


def slots_of(message: Message) -> frozenset[str]:
    """The slots of a message; of a form for one number the count may be left out."""
    return frozenset(name for form in forms_of(message) for name in SLOT.findall(form))


def _folder() -> Any:
    return files("gdquiz.words")


ENGLISH = catalogue("en")
