"""The language of an exam: the blueprint's, else the one that all items are in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from gdquiz.assembly.blueprint import Blueprint
from gdquiz.banks.entries import Listed
from gdquiz.errors import Fault, InputError
from gdquiz.words.catalogue import find

L = TypeVar("L", bound=Listed)


def language_of(blueprint: Blueprint, items: Iterable[Listed], *, file: str = "") -> str:
    """The language of an exam.

    Raises ``InputError`` where the blueprint says none and the items are in several, and for a language that there are
    no words in for sheets and keys.
    """
    known = sorted({item.language for item in items})
    if blueprint.language is None and len(known) > 1:
        hint = "say language in the blueprint, or --language"
        problem = f"the items are in several languages ({', '.join(known)})"
        raise InputError(Fault(problem, "the one of the exam", hint, file=file, field="language"))
    language = blueprint.language or (known[0] if known else "en")
    try:
        find(language, "sheets and keys")
    except InputError as error:
        raise error.at(file=file) from error
    return language


def spoken(items: Sequence[L], language: str, *, file: str = "") -> tuple[L, ...]:
    """The items that are in a language.  Raises ``InputError`` where none is."""
    found = tuple(item for item in items if are_alike(item.language, language))
    if items and not found:
        known = ", ".join(sorted({item.language for item in items}))
        hint = f"a bank says its language in its header, and NAME.{language}.toml beside it says its texts in another"
        raise InputError(Fault(f"no item is in the language '{language}'", known, hint, file=file, field="language"))
    return found


def are_alike(one: str, other: str) -> bool:
    """Whether two tags are of one language: one begins with the other, as ``de-CH`` with ``de``."""
    shorter, longer = sorted((one.lower().split("-"), other.lower().split("-")), key=len)
    return longer[: len(shorter)] == shorter
