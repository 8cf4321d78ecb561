"""A formula at one point: its exact value, whether it has a kink there, and whether it has a value at all.

For whole populations there are ``columns`` and ``calculus``; this is the slow and unbounded way for a single run, whose
fractions may grow beyond any machine word.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from gdquiz.formulas.expressions import Apply, Name, Node, Number

KINKED = frozenset({"abs", "relu", "sign", "step"})
"""Functions with a kink, or a jump, where their argument is zero."""

Value = Fraction | float


class Irrational(ArithmeticError):
    """The value is not known to be rational."""


def exact_value(node: Node, point: Mapping[str, Fraction]) -> Fraction:
    """The value in fractions.  At a kink ``sign`` is 0 and ``step`` 1/2, as in ``calculus``.

    Raises ``Irrational`` where a function such as ``exp`` is asked for, or the root of a number that is no square;
    ``ZeroDivisionError`` for a division by zero; ``KeyError`` for a name that is not in the point.
    """
    match node:
        case Number(value):
            return value
        case Name(name):
            return point[name]
        case Apply("^", (base, exponent)):
            power = exact_value(exponent, point)
            if power.denominator != 1:
                raise Irrational(f"a power with the exponent {power}")
            return Fraction(exact_value(base, point) ** power.numerator)
        case Apply(function, arguments) if function in _RATIONAL:
            return _RATIONAL[function](*(exact_value(argument, point) for argument in arguments))
        case Apply(function, _):
            raise Irrational(function)
    raise Irrational("an indexed name")


def _quotient(top: Fraction, bottom: Fraction) -> Fraction:
    return top / bottom


def _root(square: Fraction) -> Fraction:
    if square >= 0:
        root = Fraction(math.isqrt(square.numerator), math.isqrt(square.denominator))
        if root * root == square:
            return root
    raise Irrational("sqrt")


def _sign(x: Fraction) -> Fraction:
    return Fraction((x > 0) - (x < 0))


_RATIONAL: Mapping[str, Callable[..., Fraction]] = {
    "+": lambda *terms: sum(terms, Fraction(0)),
    "*": lambda *factors: math.prod(factors, start=Fraction(1)),
    "-": lambda x: -x,
    "/": _quotient,
    "sqrt": _root,
    "abs": abs,
    "sign": _sign,
    "step": lambda x: (_sign(x) + 1) / 2,
    "relu": lambda x: max(x, Fraction(0)),
    "min": min,
    "max": max,
}


def float_value(node: Node, point: Mapping[str, float]) -> float:
    """The value in floating point: inf where it is too large, NaN where there is none.  ``KeyError`` as above."""
    match node:
        case Number(value):
            return as_float(value)
        case Name(name):
            return float(point[name])
        case Apply(function, arguments) if function in _FLOATING:
            with np.errstate(all="ignore"):
                values = [np.float64(float_value(argument, point)) for argument in arguments]
                return float(_FLOATING[function](*values))
    return math.nan


def as_float(value: Fraction) -> float:
    """The nearest float; inf where the fraction is too large for one."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


_FLOATING: Mapping[str, Callable[..., Any]] = {
    "+": lambda *terms: sum(terms),
    "*": lambda *factors: math.prod(factors),
    "-": lambda x: -x,
    "/": lambda x, y: x / y,
    "^": lambda x, y: x**y,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "abs": abs,
    "sign": np.sign,
    "step": lambda x: (np.sign(x) + 1) / 2,
    "relu": lambda x: np.maximum(x, 0),
    "min": lambda *values: np.min(values),
    "max": lambda *values: np.max(values),
}


def kink(node: Node, value: Callable[[Node], Value]) -> Node | None:
    """The first part of the formula that has a kink where ``value`` evaluates, or None.

    ``abs`` and its kin have one where their argument is zero, ``min`` and ``max`` where the best two are equal.  But a
    power above 1 takes the kink of its base away where that is zero, and so do two factors that are both zero: the
    whole is of second order in the distance then, so that the derivative exists and is 0.
    """
    if not isinstance(node, Apply) or _second_order(node, value):
        return None
    for argument in node.arguments:
        if (found := kink(argument, value)) is not None:
            return found
    match node:
        case Apply(function, (inner,)) if function in KINKED:
            return node if value(inner) == 0 else None
        case Apply(("min" | "max") as function, arguments):
            values = sorted((value(argument) for argument in arguments), reverse=function == "max")
            return node if values[0] == values[1] else None
    return None


def _second_order(node: Apply, value: Callable[[Node], Value]) -> bool:
    """Whether an operation is zero to second order, for being a power or product of things that are zero themselves.

    Only parts of bounded steepness count: the square of ``sqrt(abs(x))`` has the kink of ``abs(x)``, and ``sign(x)``
    jumps.
    """
    match node:
        case Apply("^", (base, Number(exponent))):
            return exponent > 1 and _lipschitz(base) and value(base) == 0
        case Apply("*", factors):
            return sum(_lipschitz(factor) and value(factor) == 0 for factor in factors) >= 2
    return False


def _lipschitz(node: Node) -> bool:
    """Whether a formula has a bounded steepness close to every point, as its operations tell."""
    match node:
        case Apply("^", (base, Number(exponent))):
            return exponent >= 1 and _lipschitz(base)
        case Apply(function, arguments):
            return function in _STEADY and all(map(_lipschitz, arguments))
    return True


_STEADY = frozenset({"+", "*", "-", "exp", "sin", "cos", "tanh", "sigmoid", "abs", "relu", "min", "max"})


def undefined(node: Node, value: Callable[[Node], Value]) -> Node | None:
    """The first part of the formula that has no real value where ``value`` evaluates, or None.

    A logarithm of a number that is not positive, the root of a negative one, a division by zero.  Numbers too large for
    floating point are none of these.
    """
    for part in _parts(node):
        match part:
            case Apply("log", (inner,)):
                missing = value(inner) <= 0
            case Apply("sqrt", (inner,)):
                missing = value(inner) < 0
            case Apply("/", (_, below)):
                missing = value(below) == 0
            case Apply("^", (base, Apply("-", _))):
                missing = value(base) == 0
            case _:
                missing = False
        if missing:
            return part
    return None


def _parts(node: Node) -> Iterator[Apply]:
    """Every operation in the formula, the innermost first."""
    if isinstance(node, Apply):
        for argument in node.arguments:
            yield from _parts(argument)
        yield node


def bits(value: Fraction) -> int:
    """The length of the longer of numerator and denominator."""
    return max(value.numerator.bit_length(), value.denominator.bit_length())
