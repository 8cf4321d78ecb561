"""Numbers and formulas as LaTeX: the one place where either is typeset.

A formula is set in one of three modes.  SYMBOLIC keeps it as it was written.  PLUGGED puts numbers in the place of
known names and computes nothing: ``w0 - eta*g0`` becomes ``3 - \\frac{1}{10} \\cdot (-4)``.  TIDY computes what can be
computed exactly and writes the rest as a careful person would: no ``+ -3``, no factor 1, no term 0.

``typesetter`` compiles a formula once into closures, one for each node; after that a call costs a few microseconds.
The LaTeX stays within the constructs that ``gdquiz.texts`` reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from typing import Any

from gdquiz.formulas.expressions import Apply, Index, Name, Node, Number, names_of, terminating
from gdquiz.formulas.scanner import GREEK
from gdquiz.formulas.tidying import Algebra, Exact, Setting, Tree, Values, chained, folding, looked_up, tidying


class Mode(Enum):
    TIDY = "tidy"
    PLUGGED = "plugged"
    SYMBOLIC = "symbolic"


# --- numbers -------------------------------------------------------------------------------------------------------


def number(value: Exact) -> str:
    """Exact LaTeX: ``7``, ``-\\frac{3}{5}``."""
    text: str = _LATEX.number(value.numerator, value.denominator)[0]
    return text


def plain(value: Exact) -> str:
    """Exact text: ``7``, ``-3/5``."""
    return str(value)


def decimal(value: Exact, places: int) -> str:
    """The decimal with exactly so many places, halves rounded away from zero; zero never has a sign."""
    units = rounded(value.numerator * 10**places, value.denominator)
    digits = str(abs(units)).zfill(places + 1)
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if units < 0 else text


def rounded(numerator: int, denominator: int) -> int:
    """The whole number nearest to a fraction with a positive denominator, halves rounded away from zero."""
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def code(value: Exact) -> str:
    """A Python literal: ``0.1`` where the decimal ends within 12 places, else ``1/3``."""
    return terminating(Fraction(value), 12) or str(value)


def rounding_interval(value: Exact, places: int | None) -> tuple[Fraction, Fraction]:
    """The least and the greatest number that counts as ``value`` given to so many decimal places.

    With r the value rounded to so many places, every x with ``|x - r| <= 10**-places`` counts: r itself, the exact
    value (at most half a unit away), what a student gets by cutting off instead of rounding, and what rounding once
    more than needed makes of it.  None of that is a mistake in what the question asks, and both ends are decimals of
    the asked length, which a marker sees at a glance.  Exact answers (``places`` is None) leave no room.
    """
    if places is None:
        return Fraction(value), Fraction(value)
    top, bottom = value.as_integer_ratio()
    unit = 10**places
    size = (2 * abs(top) * unit + bottom) // (2 * bottom)
    rounded = size if top > 0 else -size
    return Fraction(rounded - 1, unit), Fraction(rounded + 1, unit)


# --- names ---------------------------------------------------------------------------------------------------------

_NAME = re.compile(r"([A-Za-z]+)([0-9]*)(?:_([A-Za-z0-9_]*[A-Za-z0-9]))?")
_GREEK_COMMANDS = {name: "o" if name == "omicron" else f"\\{name}" for name in GREEK.values()}


@lru_cache(maxsize=4096)
def symbol(name: str) -> str:
    """The LaTeX of a name: ``eta`` is a Greek letter, ``w0`` and ``w_1`` have subscripts, longer words are upright."""
    match = _NAME.fullmatch(name)
    if match is None:
        return _letters(name.replace("_", "")) if name.strip("_") else "\\bullet"
    word, digits, below = match.groups()
    subscripts = [part for part in (digits, *(below or "").split("_")) if part]
    return _letters(word) + (f"_{{{','.join(map(_letters, subscripts))}}}" if subscripts else "")


def _letters(word: str) -> str:
    if word in _GREEK_COMMANDS:
        return _GREEK_COMMANDS[word]
    return word if len(word) == 1 or word.isdigit() else f"\\mathrm{{{word}}}"


# --- layout --------------------------------------------------------------------------------------------------------

_LOGIC, _CHAIN, _SUM, _SIGNED, _PRODUCT, _FRACTION, _POWER, _FUNCTION, _ATOM = range(9)
"""How tightly a piece of LaTeX holds together, the loosest first."""

_LETTERS, _DIGITS, _WORD = range(3)
"""How a piece starts: before digits a product needs a dot, beside a word some space."""

Piece = tuple[str, int, int]
"""LaTeX, how tightly it holds together, how it starts."""

_SIGNS = {"==": "=", "!=": "\\neq", "<": "<", "<=": "\\le", ">": ">", ">=": "\\ge"}
_RAISED_HEADS = ("\\sin", "\\cos", "\\tan", "\\tanh", "\\ln")
_HEADS = {
    "log": "\\ln",
    "sin": "\\sin",
    "cos": "\\cos",
    "tan": "\\tan",
    "tanh": "\\tanh",
    "sigmoid": "\\sigma",
    "relu": "\\operatorname{ReLU}",
    "sign": "\\operatorname{sign}",
    "step": "\\operatorname{step}",
    "min": "\\min",
    "max": "\\max",
    "mean": "\\operatorname{mean}",
    "sum": "\\operatorname{sum}",
    "is_square": "\\operatorname{square}",
}
_SHORT = 24
"""The longest exponent, in characters of LaTeX, that is set as a power of e."""


def _bracketed(piece: Piece) -> str:
    text, rank, start = piece
    if rank == _SIGNED and start == _DIGITS and "\\" not in text:
        return f"({text})"
    return f"\\left({text}\\right)"


class _Latex:
    """Builds pieces of LaTeX."""

    def number(self, top: int, bottom: int) -> Piece:
        if bottom == 1:
            return str(top), _ATOM if top >= 0 else _SIGNED, _DIGITS
        if top >= 0:
            return f"\\frac{{{top}}}{{{bottom}}}", _FRACTION, _DIGITS
        return f"-\\frac{{{-top}}}{{{bottom}}}", _SIGNED, _DIGITS

    def decimal(self, text: str) -> Piece:
        return text, _SIGNED if text[0] == "-" else _ATOM, _DIGITS

    def name(self, name: str) -> Piece:
        text = symbol(name)
        return text, _ATOM, _WORD if text[:7] == "\\mathrm" else _LETTERS

    def index(self, name: str, index: Piece) -> Piece:
        text = symbol(name)
        text = f"{text[:-1]},{index[0]}}}" if "_{" in text else f"{text}_{{{index[0]}}}"
        return text, _ATOM, _WORD if text[:7] == "\\mathrm" else _LETTERS

    def sum(self, items: Sequence[tuple[bool, Piece]]) -> Piece:
        negative, piece = items[0]
        if len(items) == 1:
            if not negative:
                return piece
            start = piece[2] if piece[1] in (_ATOM, _FRACTION) else _LETTERS
            return "-" + (piece[0] if piece[1] > _SIGNED else _bracketed(piece)), _SIGNED, start
        text = piece[0]
        if negative:
            text = "-" + (text if piece[1] > _SIGNED else _bracketed(piece))
        for negative, piece in items[1:]:
            text += " - " if negative else " + "
            text += piece[0] if piece[1] > _SIGNED else _bracketed(piece)
        return text, _SUM, _LETTERS

    def product(self, factors: Sequence[Piece]) -> Piece:
        if len(factors) == 1:
            return factors[0]
        text, before = "", _LETTERS
        for piece in factors:
            start = piece[2]
            if text:
                if start == _DIGITS:
                    text += " \\cdot "
                else:
                    text += " \\, " if _WORD in (start, before) else " "
            text += piece[0] if piece[1] > _SIGNED else _bracketed(piece)
            before = start
        return text, _PRODUCT, factors[0][2]

    def fraction(self, top: Piece, bottom: Piece) -> Piece:
        return f"\\frac{{{top[0]}}}{{{bottom[0]}}}", _FRACTION, _DIGITS

    def power(self, base: Piece, exponent: Piece) -> Piece:
        text, rank, start = base
        if rank == _FUNCTION:
            head = text.split("\\left", 1)[0]
            if head in _RAISED_HEADS and exponent[0].isdigit():
                return f"{head}^{{{exponent[0]}}}{text[len(head) :]}", _POWER, start
        elif rank < _FUNCTION:
            start = start if rank in (_SIGNED, _FRACTION) else _LETTERS
            text = _bracketed(base)
        return f"{text}^{{{exponent[0]}}}", _POWER, start

    def chain(self, signs: Sequence[str], sides: Sequence[Piece]) -> Piece:
        text = self._side(sides[0])
        for sign, side in zip(signs, sides[1:], strict=True):
            text += f" {_SIGNS[sign]} {self._side(side)}"
        return text, _CHAIN, _LETTERS

    def _side(self, piece: Piece) -> str:
        return piece[0] if piece[1] >= _SUM else _bracketed(piece)

    def apply(self, function: str, arguments: Sequence[Piece]) -> Piece:
        first = arguments[0][0]
        match function:
            case "exp" if first == "1":
                return "e", _ATOM, _LETTERS
            case "exp":
                if len(first) <= _SHORT and "\\frac" not in first and "\\left" not in first:
                    return f"e^{{{first}}}", _POWER, _LETTERS
                return f"\\exp\\left({first}\\right)", _FUNCTION, _LETTERS
            case "sqrt":
                return f"\\sqrt{{{first}}}", _ATOM, _LETTERS
            case "abs":
                return f"\\left|{first}\\right|", _ATOM, _LETTERS
            case "floor":
                return f"\\left\\lfloor {first} \\right\\rfloor", _ATOM, _LETTERS
            case "ceil":
                return f"\\left\\lceil {first} \\right\\rceil", _ATOM, _LETTERS
            case "not":
                return f"\\neg {_bracketed(arguments[0])}", _FUNCTION, _LETTERS
            case "and" | "or":
                sign = " \\land " if function == "and" else " \\lor "
                return sign.join(p[0] if p[1] > _LOGIC else _bracketed(p) for p in arguments), _LOGIC, _LETTERS
            case "if":
                cases = f"{arguments[1][0]} & \\text{{if }} {first} \\\\ {arguments[2][0]} & \\text{{otherwise}}"
                return f"\\begin{{cases}} {cases} \\end{{cases}}", _SUM, _LETTERS
        inside = ", ".join(argument[0] for argument in arguments)
        return f"{_HEADS[function]}\\left({inside}\\right)", _FUNCTION, _LETTERS


_LATEX = _Latex()

# --- setting -------------------------------------------------------------------------------------------------------


def typesetter(node: Node, mode: Mode, known: frozenset[str] = frozenset()) -> Callable[[Values], str]:
    """Compile a formula; the function returned gives its LaTeX for values of the ``known`` names.

    Values are exact numbers, or decimals as text (of numbers that are not exact), which are printed as they stand
    and never computed with.  Every known name of the formula must have one (``KeyError``); a place of a series,
    ``w[2]``, has one if ``w`` is known and ``w[2]`` is among the values.  TIDY raises ``ZeroDivisionError`` where the
    formula divides by a number that is zero.
    """
    match mode:
        case Mode.TIDY:
            setting = tidying(node, known, _LATEX)
        case Mode.PLUGGED:
            setting = _as_it_stands(node, known, _LATEX)
        case Mode.SYMBOLIC:
            setting = _as_it_stands(node, frozenset(), _LATEX)
    return lambda values: setting(values)[0]


def typeset(node: Node, mode: Mode = Mode.SYMBOLIC, values: Values | None = None) -> str:
    """The LaTeX of a formula that is set only once."""
    values = values or {}
    return typesetter(node, mode, frozenset(name.split("[")[0] for name in values))(values)


def tidied(node: Node, values: Values) -> Node:
    """The tidied expression with these values put in, of the same value; what TIDY typesets.

    Fractions are single numbers in it.  Raises ``ZeroDivisionError`` where it divides by a number that is zero.
    """
    return tidier(node, frozenset(name.split("[")[0] for name in values))(values)


@lru_cache(maxsize=1024)
def tidier(node: Node, known: frozenset[str]) -> Callable[[Values], Node]:
    """Compile ``tidied`` for values of the known names."""
    return tidying(node, known, Tree())


@lru_cache(maxsize=1024)
def plugger(node: Node, known: frozenset[str]) -> Callable[[Values], Node]:
    """Compile the expression with numbers for the known names and nothing computed; what PLUGGED typesets."""
    return _as_it_stands(node, known, Tree())


def _as_it_stands(node: Node, known: frozenset[str], algebra: Algebra) -> Setting:
    """Compile a formula that keeps its shape, with numbers for the known names."""
    setting = _kept(node, known, algebra)
    if known.isdisjoint(names_of(node)):
        piece = setting({})
        return lambda values: piece
    return setting


def _kept(node: Node, known: frozenset[str], algebra: Algebra) -> Setting:
    def compiled(nodes: Sequence[Node]) -> list[Setting]:
        return [_as_it_stands(part, known, algebra) for part in nodes]

    def exact_or_decimal(value: Fraction | str) -> Any:
        return algebra.decimal(value) if type(value) is str else algebra.number(*value.as_integer_ratio())  # type: ignore[union-attr]

    match node:
        case Number(value):
            return lambda values: algebra.number(*value.as_integer_ratio())
        case Name(name):
            if name in known:
                return lambda values: exact_or_decimal(values[name])
            return lambda values: algebra.name(name)
        case Index(name, index):
            place = folding(index, known)
            (inside,) = compiled([index])

            def indexed(values: Values) -> Any:
                value = looked_up(name, place(values), values) if name in known else None
                return algebra.index(name, inside(values)) if value is None else exact_or_decimal(value)

            return indexed
        case Apply("+", arguments):
            signs = [isinstance(part, Apply) and part.function == "-" for part in arguments]
            terms = compiled([p.arguments[0] if isinstance(p, Apply) and p.function == "-" else p for p in arguments])
            pairs = list(zip(signs, terms, strict=True))
            return lambda values: algebra.sum([(sign, term(values)) for sign, term in pairs])
        case Apply("-", (part,)):
            (setting,) = compiled([part])
            return lambda values: algebra.sum([(True, setting(values))])
        case Apply("*", arguments):
            factors = compiled(arguments)
            return lambda values: algebra.product([factor(values) for factor in factors])
        case Apply("/", arguments):
            top, bottom = compiled(arguments)
            return lambda values: algebra.fraction(top(values), bottom(values))
        case Apply("^", arguments):
            base, exponent = compiled(arguments)
            return lambda values: algebra.power(base(values), exponent(values))
        case Apply(function, arguments):
            if (chain := chained(node)) is not None:
                comparisons, sides = chain[0], compiled(chain[1])
                return lambda values: algebra.chain(comparisons, [side(values) for side in sides])
            settings = compiled(arguments)
            return lambda values: algebra.apply(function, [setting(values) for setting in settings])
