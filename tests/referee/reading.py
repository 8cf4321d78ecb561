"""Reads what is printed: numbers and formulas in LaTeX, as a student would."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Any

Reader = Callable[[dict[str, Any]], Any]

_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|\\[a-zA-Z]+|[a-zA-Z]|[-+/^*(){}])")
_SILENT = re.compile(r"\\left|\\right|\\cdot|\\,|\\;|\\ ")


def confirm(holds: object, complaint: str) -> None:
    """Object to a question that contradicts itself: raises ``AssertionError`` with the complaint."""
    if not holds:
        raise AssertionError(complaint)


def number(text: str) -> Fraction:
    """The number that a text prints: ``-3``, ``0.25``, ``1/3``, ``-\\frac{1}{2}``, ``\\left(-2\\right)``."""
    return Fraction(formula(text)())


def given(p: dict[str, Any], slot: str) -> Fraction:
    """The number that is printed in a slot of the question."""
    return number(p["slots"][slot])


def loss(p: dict[str, Any], *variables: str) -> Callable[..., Any]:
    """The loss as it is printed, a function of its variables."""
    return formula(p["slots"]["~ loss"], *variables)


@lru_cache(maxsize=4096)
def formula(text: str, *variables: str) -> Callable[..., Any]:
    """A printed formula (sums, products, fractions, whole powers) as a function of the named letters, in that order.

    Raises ``ValueError`` for anything else.
    """
    tokens = _tokens(text)
    read, rest = _sum(tokens, 0)
    if rest != len(tokens):
        raise ValueError(f"cannot read {text!r} from {tokens[rest:]}")
    return lambda *values: read(dict(zip(variables, values, strict=True)))


def _tokens(text: str) -> list[str]:
    text = _SILENT.sub(" ", text).strip()
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"cannot read {text!r} from {text[place:]!r}")
        found.append(match[1])
        place = match.end()
    return found


def _sum(tokens: list[str], at: int) -> tuple[Reader, int]:
    terms: list[tuple[int, Reader]] = []
    while True:
        sign = 1
        while at < len(tokens) and tokens[at] in "+-":
            sign = -sign if tokens[at] == "-" else sign
            at += 1
        term, at = _product(tokens, at)
        terms.append((sign, term))
        if at == len(tokens) or tokens[at] not in "+-":
            return lambda env: sum(sign * term(env) for sign, term in terms), at


def _product(tokens: list[str], at: int) -> tuple[Reader, int]:
    factors, divisors = [], []
    factor, at = _power(tokens, at)
    factors.append(factor)
    while at < len(tokens) and tokens[at] not in ("+", "-", ")", "}"):
        if tokens[at] == "/":
            factor, at = _power(tokens, at + 1)
            divisors.append(factor)
        else:
            factor, at = _power(tokens, at + (tokens[at] == "*"))
            factors.append(factor)
    if not divisors:
        return lambda env: prod(factor(env) for factor in factors), at
    return lambda env: _over(prod(factor(env) for factor in factors), prod(factor(env) for factor in divisors)), at


def _power(tokens: list[str], at: int) -> tuple[Reader, int]:
    base, at = _atom(tokens, at)
    if at < len(tokens) and tokens[at] == "^":
        exponent, at = _group(tokens, at + 1) if tokens[at + 1] == "{" else _atom(tokens, at + 1)
        return lambda env: base(env) ** int(exponent(env)), at
    return base, at


def _atom(tokens: list[str], at: int) -> tuple[Reader, int]:
    if at == len(tokens):
        raise ValueError("the formula ends too early")
    token = tokens[at]
    if token[0].isdigit():
        value = int(token) if token.isdigit() else Fraction(token)
        return lambda env: value, at + 1
    if token in {"(", "{"}:
        return _group(tokens, at)
    if token == "\\frac":
        above, at = _group(tokens, at + 1)
        below, at = _group(tokens, at)
        return lambda env: _over(above(env), below(env)), at
    if token.isalpha():
        return lambda env: env[token], at + 1
    raise ValueError(f"cannot read {token!r}")


def _over(above: Any, below: Any) -> Any:
    return Fraction(above, below) if isinstance(above, int) and isinstance(below, int) else above / below


def _group(tokens: list[str], at: int) -> tuple[Reader, int]:
    inner, at = _sum(tokens, at + 1)
    if at == len(tokens) or tokens[at] not in (")", "}"):
        raise ValueError("a bracket is not closed")
    return inner, at + 1
