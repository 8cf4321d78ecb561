"""Letters in other faces, as the characters that Unicode has for them: ``x`` in bold is ``𝐱``."""

from __future__ import annotations

import string
from functools import cache

_LATIN = string.ascii_uppercase + string.ascii_lowercase
_FIRST = {
    "mathbf": 0x1D400, "mathit": 0x1D434, "boldsymbol": 0x1D468, "mathcal": 0x1D49C, "mathbb": 0x1D538,
    "mathsf": 0x1D5A0,
}  # fmt: skip
_DIGITS = {"mathbf": 0x1D7CE, "boldsymbol": 0x1D7CE, "mathbb": 0x1D7D8, "mathsf": 0x1D7E2}
_OLDER = {
    "mathit": {"h": "ℎ"},
    "mathcal": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "mathbb": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
}
"""Letters that Unicode had before it got the alphabets."""
_GREEK = {"mathbf": 0x1D6C2, "boldsymbol": 0x1D736}


@cache
def _table(face: str) -> dict[int, str]:
    if face not in _FIRST:
        return {}
    table = {ord(letter): chr(_FIRST[face] + place) for place, letter in enumerate(_LATIN)}
    table |= {ord(letter): other for letter, other in _OLDER.get(face, {}).items()}
    if face in _DIGITS:
        table |= {ord(str(digit)): chr(_DIGITS[face] + digit) for digit in range(10)}
    if face in _GREEK:
        table |= {0x3B1 + place: chr(_GREEK[face] + place) for place in range(25)}
    return table


def faced(text: str, face: str) -> str:
    """The text with those of its characters changed that the face has."""
    return text.translate(_table(face))
