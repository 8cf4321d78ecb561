"""Follow-through: what a later answer would be if the learner's own earlier answer were right.

``PartKey.follow`` is an expression in the answers to earlier parts.  It is worked out with what the learner gave, in
fractions as far as it goes, else with 50 digits.

A wrong earlier answer may leave nothing to do.  The step is *trivial* if no operation is left that the earlier answer
takes part in.  Additions of 0, products with 0, 1 or -1, quotients of 0 or by 1 or -1, powers of 0, 1 and -1 and
powers to 0 or 1 are not counted as operations; nor are signs, ``abs``, ``min``, ``max``, rounding and comparisons.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from gdquiz.formulas.columns import Evaluation, precise
from gdquiz.formulas.expressions import Apply, Language, Name, Node, Number, parse
from gdquiz.formulas.pointwise import Irrational, bits, exact_value

DIGITS = 50
MOST_BITS = 100_000
"""Numbers that grow longer are not carried on."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?!\()\b")
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_FREE = frozenset(("-", "abs", "sign", "step", "relu", "min", "max", "floor", "ceil"))
_UNITS = (Fraction(1), Fraction(-1))


@dataclass(frozen=True, slots=True)
class Carried:
    """What follows from the learner's earlier answers, and whether those left nothing to do."""

    value: Fraction
    trivial: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the expression: its value, whether earlier answers take part in it, how many operations they do."""

    value: Any
    carried: bool = False
    work: int = 0


@lru_cache(maxsize=1024)
def _read(follow: str) -> Node:
    names = frozenset(_WORD.findall(follow)) - {"and", "or", "not"}
    return parse(follow, names=names, language=Language.BANK)


def part_name(part: str) -> str:
    """The name of a part in expressions: its id with ``_`` for ``-``."""
    return part.replace("-", "_")


def carried(follow: str, earlier: Mapping[str, Fraction]) -> Carried | None:
    """What follows from earlier answers, given by the ids of their parts.

    None where one of them is missing or the result does not exist.  Raises ``InputError`` for an expression that is
    none.
    """
    known = {part_name(part): value for part, value in earlier.items()}
    try:
        result = _followed(_read(follow), known)
    except (KeyError, ArithmeticError):
        return None
    return Carried(result.value, result.work == 0)


def _followed(node: Node, known: Mapping[str, Fraction]) -> _Piece:
    match node:
        case Number(value):
            return _Piece(value)
        case Name(name):
            return _Piece(known[name], carried=True)
        case Apply("if", (condition, then, otherwise)):
            asked = _followed(condition, known)
            chosen = _followed(then if asked.value else otherwise, known)
            return _Piece(chosen.value, asked.carried or chosen.carried, asked.work + chosen.work)
        case Apply(function, arguments):
            pieces = [_followed(argument, known) for argument in arguments]
            value = _value(function, [piece.value for piece in pieces])
            work = sum(piece.work for piece in pieces) + _is_work(function, pieces)
            return _Piece(value, any(piece.carried for piece in pieces), work)
    raise KeyError("an index")


def _value(function: str, values: Sequence[Any]) -> Any:
    if function in _COMPARISONS:
        return _COMPARISONS[function](*values)
    if function in ("and", "or", "not"):
        return {"and": all(values), "or": any(values), "not": not values[0]}[function]
    if function in ("floor", "ceil"):
        return Fraction(values[0].__floor__() if function == "floor" else values[0].__ceil__())
    if function == "^" and bits(values[0]) * abs(values[1]) > MOST_BITS:
        raise OverflowError(function)
    plain = Apply(function, tuple(Number(value) for value in values))
    try:
        value = exact_value(plain, {})
    except Irrational:
        value = _precisely(plain)
    if bits(value) > MOST_BITS:
        raise OverflowError(function)
    return value


def _precisely(node: Node) -> Fraction:
    """The value of a function such as ``exp``.  Raises ``ArithmeticError`` where there is none."""
    import mpmath

    with mpmath.workdps(DIGITS):
        if any(abs(number.value) > 10**6 for number in node.arguments):  # type: ignore[union-attr]
            raise OverflowError("a function of a large number")
        value = Evaluation({}, precise)(node)
        if not mpmath.isfinite(value):
            raise ArithmeticError("no value")
        return Fraction(mpmath.nstr(value, DIGITS, min_fixed=-1000, max_fixed=1000))


def _is_work(function: str, pieces: Sequence[_Piece]) -> bool:
    """Whether there is something to work out that an earlier answer takes part in."""
    values = [piece.value for piece in pieces]
    if not any(piece.carried for piece in pieces) or function in _FREE or function in _COMPARISONS:
        return False
    match function:
        case "+":
            terms = [piece for piece in pieces if piece.value != 0]
            return len(terms) > 1 and any(term.carried for term in terms)
        case "*":
            factors = [piece for piece in pieces if piece.value not in _UNITS]
            return 0 not in values and len(factors) > 1 and any(factor.carried for factor in factors)
        case "/":
            return values[0] != 0 and values[1] not in _UNITS
        case "^":
            return values[0] not in (0, *_UNITS) and values[1] not in (0, 1)
        case "and" | "or" | "not" | "is_square":
            return False
    return values[0] not in (0, 1)
