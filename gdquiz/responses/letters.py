"""Letters as people type them: options, matchings, orders, and true or false.

Options are told by the letters they are printed under, A, B, ..., and here by their places, 0, 1, ....  Every function
raises ``Unreadable`` with a sentence for the person who typed the response.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NoReturn

from gdquiz.exam.frozen import LETTERS
from gdquiz.formulas.scanner import shown
from gdquiz.responses.numerals import LONGEST, Unreadable

_BETWEEN = r"[\s,;:.()\[\]{}&+/|-]*"
_SAID = re.compile(rf"(?:(?:the )?(?:options?|answers?)\b|{_BETWEEN})*")
_TRUE = ("true", "t", "yes", "y")
_FALSE = ("false", "f", "no", "n")
_TRUTH = re.compile(r"(true|false|yes|no|[tfyn])\b[\s,;:.()-]*(?:(?:because|since|reason|option)\b[\s:]*)*(.*)")


def _clean(text: str) -> str:
    if len(text) > LONGEST:
        raise Unreadable(f"The response has {len(text)} characters; at most {LONGEST} are read.")
    clean = unicodedata.normalize("NFKC", text).strip().lower()
    return clean.replace("–", "-").replace("—", "-").replace("−", "-")


def _range(count: int) -> str:
    return f"A to {LETTERS[count - 1]}" if count > 2 else " or ".join(LETTERS[:count])


def _refuse(text: str, expected: str) -> NoReturn:
    raise Unreadable(f"{shown(text.strip())} is not understood; expected {expected}.")


def _places(letters: str, count: int) -> tuple[int, ...]:
    """The places of letters.  Raises ``Unreadable`` for a letter that no option has."""
    places = tuple(ord(letter) - ord("a") for letter in letters)
    for letter, place in zip(letters, places, strict=True):
        if place >= count:
            raise Unreadable(f"There is no option {letter.upper()}; the options are {_range(count)}.")
    return places


def _listed(clean: str) -> str | None:
    """The letters of a list such as ``a, c`` or ``ac``; None for anything else."""
    clean = re.sub(r"\band\b", ",", clean[_SAID.match(clean).end() :])  # type: ignore[union-attr]
    if not re.fullmatch(rf"(?:[a-z]{_BETWEEN})+", clean):
        return None
    return re.sub(r"[^a-z]", "", clean)


def read_choice(text: str, count: int) -> int:
    """One option: ``b``, ``B)``, ``(b)``, ``option B``."""
    letters = _listed(_clean(text))
    expected = f"one letter, {_range(count)}"
    if letters is None:
        _refuse(text, expected)
    if len(letters) > 1:
        raise Unreadable(f"One option is asked for and {shown(text.strip())} names more; expected {expected}.")
    return _places(letters, count)[0]


def read_choices(text: str, count: int) -> frozenset[int]:
    """Some of the options: ``a c``, ``ac``, ``A, C``, ``none``, ``all``."""
    clean = _clean(text)
    if clean in ("none", "all"):
        return frozenset(range(count) if clean == "all" else ())
    letters = _listed(clean)
    expected = f"letters such as 'a c', from {_range(count)}, or 'none'"
    if letters is None:
        _refuse(text, expected)
    return frozenset(_places(letters, count))


def read_truth(text: str, count: int) -> tuple[bool, int | None]:
    """True or false, and where there are reasons to choose from (``count`` of them), the reason: ``true b``, ``f, c``.

    The answer needs both where both are asked for.
    """
    clean = _clean(text)
    expected = f"'true' or 'false' and the letter of a reason, such as 'true b' ({_range(count)})" if count else (
        "'true' or 'false'"
    )  # fmt: skip
    if count and re.fullmatch(r"[tf][a-z]", clean):
        clean = f"{clean[0]} {clean[1]}"
    found = _TRUTH.fullmatch(clean)
    if not found:
        _refuse(text, expected)
    truth = found[1] in _TRUE
    rest = found[2].strip(" .,;:()")
    if not count:
        if rest:
            _refuse(text, expected)
        return truth, None
    if not rest:
        raise Unreadable(f"The reason is missing; expected {expected}.")
    if not re.fullmatch("[a-z]", rest):
        _refuse(text, expected)
    return truth, _places(rest, count)[0]


def read_matching(text: str, prompts: int, count: int) -> tuple[int, ...]:
    """The option of each prompt: ``1b 2a``, ``1-b, 2-a``, or the letters in the order of the prompts, ``b a``."""
    clean = re.sub(r"[\s,;:.()\[\]{}=>&+/|→↦-]+", "", _clean(text))
    letters = "bacdefgh"
    example = " ".join(f"{n + 1}{letters[n % min(count, 8)]}" for n in range(min(prompts, 3)))
    expected = f"a letter for each number from 1 to {prompts}, such as '{example}'"
    if re.fullmatch(r"[a-z]+", clean):
        if len(clean) != prompts:
            raise Unreadable(f"{prompts} letters are asked for and {len(clean)} were found; expected {expected}.")
        return _places(clean, count)
    if re.fullmatch(r"(?:[0-9]{1,2}[a-z])+", clean):
        pairs = [(int(number), letter) for number, letter in re.findall(r"([0-9]+)([a-z])", clean)]
    elif re.fullmatch(r"(?:[a-z][0-9]{1,2})+", clean):
        pairs = [(int(number), letter) for letter, number in re.findall(r"([a-z])([0-9]+)", clean)]
    else:
        _refuse(text, expected)
    numbers = [number for number, _ in pairs]
    if sorted(numbers) != list(range(1, prompts + 1)):
        raise Unreadable(f"Each number from 1 to {prompts} needs one letter; expected {expected}.")
    return _places("".join(letter for _, letter in sorted(pairs)), count)


def read_ordering(text: str, count: int) -> tuple[int, ...]:
    """All options in order: ``c a b``, ``cab``, ``c < a < b``, ``c -> a -> b``."""
    clean = re.sub(r"-+>|→|=>", ",", _clean(text))
    letters = _listed(re.sub(r"[<≤]=?", ",", clean))
    example = " ".join(LETTERS[:count][::-1]).lower()
    expected = f"every letter once, in order, such as '{example}'"
    if ">" in clean or "≥" in clean:
        raise Unreadable(f"An order written with > runs backwards; expected {expected}.")
    if letters is None:
        _refuse(text, expected)
    places = _places(letters, count)
    if sorted(places) != list(range(count)):
        raise Unreadable(f"Each of the letters {_range(count)} has to stand once; expected {expected}.")
    return places
