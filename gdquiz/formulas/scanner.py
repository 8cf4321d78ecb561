"""The words and signs of formulas: cuts a text into what the grammar of ``expressions`` is made of.

Columns are those of the text as the user typed it, counted from 1.  Unicode signs are read as what they stand for;
anything else that is not in the tables below is refused with an ``InputError``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import NoReturn, Protocol

from gdquiz.errors import Fault, InputError, nearest

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
KEYWORDS = ("and", "or", "not")

_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi "
    "chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
GREEK: Mapping[str, str] = dict(zip("αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", _GREEK_NAMES.split(), strict=True))
"""The names that Greek letters stand for."""

MAX_OPEN = 40
"""Brackets open at once."""

GREEK_FORMS: Mapping[str, str] = {
    **GREEK,
    "ς": "sigma",
    "ϵ": "epsilon",
    "ϑ": "theta",
    "ϕ": "phi",
    "ϱ": "rho",
    "µ": "mu",
}
"""The same with the other forms of letters."""

_PATTERN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_₀-₉]*|[" + "".join(GREEK_FORMS) + r"](?:_[A-Za-z0-9₀-₉]+|[0-9₀-₉]*))"
    r"|(?P<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
    r"|(?P<sign>\*\*|==|!=|<=|>=|[-+*/^()\[\],<>−–·×∙⋅∗÷√≤≥≠])"
)

_PLAIN_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "01234567890123456789")

_SIGNS = {
    **dict.fromkeys("-−–", "MINUS"),
    **dict.fromkeys("*·×∙⋅∗", "TIMES"),
    **dict.fromkeys("/÷", "OVER"),
    **dict.fromkeys(("^", "**"), "POWER"),
    **dict.fromkeys(COMPARISONS, "COMPARISON"),
    **dict.fromkeys("≤≥≠", "COMPARISON"),
    "+": "PLUS",
    "(": "OPEN",
    ")": "CLOSE",
    "[": "OPEN_INDEX",
    "]": "CLOSE_INDEX",
    ",": "COMMA",
    "√": "FUNCTION",
}
_PLAIN_SIGNS = {"≤": "<=", "≥": ">=", "≠": "!=", "√": "sqrt"}
_BANK_SIGNS = ("COMPARISON", "OPEN_INDEX", "CLOSE_INDEX")

_STRAY_HINTS = {
    "=": "write == to compare; of an equation give only the right-hand side",
    "|": "write abs(...) for the absolute value",
    "{": "use parentheses ( )",
    "}": "use parentheses ( )",
    "\\": "write plain formulas, not LaTeX: (a)/(b), sqrt(x), eta",
    "'": "text in quotes is no formula",
    '"': "text in quotes is no formula",
    "%": "write a fraction, such as 1/2",
    "!": "factorials are not known here",
    ".": "a point stands only within a decimal number",
    ";": "give one formula",
}
_WORD_HINTS = {
    "e": "write exp(x) for the powers of e",
    "sgn": "did you mean 'sign'?",
    "Abs": "did you mean 'abs'?",
    "arctan": "inverse trigonometric functions are not known here",
}
VALUES = ("NUMBER", "NAME", "CLOSE", "CLOSE_INDEX")
"""The words and signs a value can end with."""


def refuse(problem: str, column: int, *, expected: str = "", hint: str = "") -> NoReturn:
    raise InputError(Fault(f"{problem} at column {column}", expected=expected, hint=hint))


def shown(text: str) -> str:
    """Text as a message can show it: short, and without signs that cannot be seen."""
    if not text.isprintable():
        return "character " + " ".join(f"U+{ord(sign):04X}" for sign in text[:3])
    return f"'{text[:30]}...'" if len(text) > 33 else f"'{text}'"


def listed(words: Collection[str]) -> str:
    return "one of " + ", ".join(sorted(words)) if 0 < len(words) <= 12 else "a declared name or a function"


class Token(Protocol):
    """A word or sign of a formula, as lark wants it; its text is ``str(token)``."""

    type: str
    column: int | None
    start_pos: int | None


class Scanner:
    """Cuts one text into the terminals of the grammar.

    ``functions`` may be used in it; those ``elsewhere`` are known but refused.  ``bank`` allows comparisons, logic
    and indices.  ``start_pos`` of a token is its place in the stream; ``open`` are the brackets not yet closed.
    """

    def __init__(
        self, text: str, names: Collection[str], functions: Collection[str], elsewhere: Collection[str], bank: bool
    ):
        self.text = text
        self.names = frozenset(names)
        self.functions = frozenset(functions)
        self.elsewhere = frozenset(elsewhere) - self.functions
        self.bank = bank
        self.tokens: list[Token] = []
        self.open: list[tuple[str, int]] = []

    def scan(self) -> list[Token]:
        place = 0
        while place < len(self.text):
            match = _PATTERN.match(self.text, place)
            if match is None:
                sign = self.text[place]
                refuse(f"unexpected {shown(sign)}", place + 1, hint=_STRAY_HINTS.get(sign, ""))
            match match.lastgroup:
                case "number":
                    self._put("NUMBER", match[0], place + 1)
                case "word":
                    self._word(match[0], place + 1)
                case "raised":
                    self._raised(match[0], place + 1)
                case "sign":
                    self._sign(match[0], place + 1)
            place = match.end()
        return self.tokens

    def _put(self, kind: str, value: str, column: int) -> None:
        import lark

        self.tokens.append(lark.Token(kind, value, start_pos=len(self.tokens), line=1, column=column))

    def _sign(self, sign: str, column: int) -> None:
        kind = _SIGNS[sign]
        if kind in _BANK_SIGNS and not self.bank:
            refuse(f"unexpected '{sign}'", column, expected="a formula without comparisons and indices")
        if kind in ("OPEN", "OPEN_INDEX"):
            self.open.append((sign, column))
            if len(self.open) > MAX_OPEN:
                refuse("parentheses nested too deeply", column, expected=f"at most {MAX_OPEN} levels")
        elif kind in ("CLOSE", "CLOSE_INDEX") and self.open:
            self.open.pop()
        self._put(kind, _PLAIN_SIGNS.get(sign, sign), column)

    def _raised(self, digits: str, column: int) -> None:
        self._put("POWER", "^", column)
        if digits[0] == "⁻":
            self._put("MINUS", "-", column)
        self._put("NUMBER", digits.lstrip("⁻").translate(_PLAIN_DIGITS), column)

    def _word(self, word: str, column: int) -> None:
        name = word.translate(_PLAIN_DIGITS)
        if name[0] in GREEK_FORMS:
            name = GREEK_FORMS[name[0]] + name[1:]
        if name in self.names:
            self._put("NAME", name, column)
        elif name == "ln" or name in self.functions:
            self._put("FUNCTION", "log" if name == "ln" else name, column)
        elif name in KEYWORDS and self.bank:
            self._put(name.upper(), name, column)
        elif all(letter in self.names for letter in word):
            for distance, letter in enumerate(word):
                self._put("NAME", letter, column + distance)
        elif name in self.elsewhere or name in KEYWORDS:
            refuse(f"misplaced '{name}'", column, expected=listed(self.names | self.functions))
        else:
            hint = nearest(word, self.names | self.functions | {"ln"}) or _WORD_HINTS.get(word, "")
            refuse(f"unknown name {shown(word)}", column, expected=listed(self.names), hint=hint)
