"""How a loss of several variables behaves as a whole: where it falls for ever, where it rises on all sides, where it
is zero and never less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import sympy

from gdquiz.descent.calculus import MOST_TERMS, symbolic, symbols_of, terms_bound, written
from gdquiz.formulas.expressions import Apply, Node, Number, names_of
from gdquiz.formulas.pointwise import exact_value
from gdquiz.landscape import convexity
from gdquiz.landscape.facts import Curve
from gdquiz.numbers import roots
from gdquiz.numbers.roots import fraction

Direction = tuple[Fraction, ...]

_REACH = {1: 1, 2: 3, 3: 2, 4: 1}
"""Whole numbers up to this are tried as the parts of a direction, by the number of variables."""


def falls(polynomial: Any) -> Direction | None:
    """A direction along which a polynomial tends to minus infinity, from 0 or a point near it; None if none is found.

    Along a line it is a polynomial of one variable, which falls for ever if its leading term does.
    """
    size = len(polynomial.gens)
    reach = _REACH.get(size, 1)
    directions = [d for d in product(range(-reach, reach + 1), repeat=size) if any(d)]
    directions.sort(key=lambda d: (sum(map(abs, d)), [-x for x in d]))
    for base in ((0,) * size, tuple(range(1, size + 1))):
        for direction in directions:
            if _leading(polynomial, base, direction) < 0:
                return tuple(map(Fraction, direction))
    return None


def _leading(polynomial: Any, base: tuple[int, ...], direction: tuple[int, ...]) -> Fraction:
    """The leading coefficient along a line; 0 if the polynomial is constant there."""
    t = sympy.Symbol("t")
    line = [sympy.Integer(b) + sympy.Integer(d) * t for b, d in zip(base, direction, strict=True)]
    along = sympy.Poly(polynomial.as_expr().xreplace(dict(zip(polynomial.gens, line, strict=True))), t)
    return fraction(along.LC()) if along.degree() > 0 else Fraction(0)


def coercive(polynomial: Any) -> bool:
    """Whether the leading form is shown to be positive except at 0, so that the loss rises for ever on all sides."""
    degree = polynomial.total_degree()
    size = len(polynomial.gens)
    terms = {powers: fraction(c) for powers, c in polynomial.terms() if sum(powers) == degree}
    if degree % 2:
        return False
    if size == 2:
        along = tuple(terms.get((degree - at, at), Fraction(0)) for at in range(degree + 1))
        if along[0] <= 0 or along[-1] <= 0:
            return False
        found = roots.real_roots(along)
        return found.agreed and not found.roots
    pure = all(any(powers[place] == degree and c > 0 for powers, c in terms.items()) for place in range(size))
    return pure and all(c > 0 and all(power % 2 == 0 for power in powers) for powers, c in terms.items())


def zero_set(loss: Node, variables: tuple[str, ...]) -> Curve | None:
    """The minima of a loss that is a constant plus something never negative which is zero on a curve or surface.

    What is zero there is a polynomial that takes both signs: its zeros part the plane or space, so that not all of
    them are isolated.
    """
    if len(variables) < 2:
        return None
    for constant, moving in (_split(loss), (Fraction(0), loss)):
        for equation in (_common_root(moving, variables), _joint(moving)):
            if equation is not None and _changes_sign(equation, variables):
                return Curve(equation, constant)
    return None


def _split(loss: Node) -> tuple[Fraction, Node]:
    """The numbers among the terms of a sum, and the rest of it."""
    terms = loss.arguments if isinstance(loss, Apply) and loss.function == "+" else (loss,)
    numbers = [term for term in terms if not names_of(term)]
    rest = tuple(term for term in terms if names_of(term))
    try:
        constant = sum((exact_value(number, {}) for number in numbers), Fraction(0))
    except ArithmeticError:
        return Fraction(0), loss
    return constant, rest[0] if len(rest) == 1 else Apply("+", rest)


def _common_root(loss: Node, variables: tuple[str, ...]) -> Node | None:
    """u where the loss is a positive number times an even power of u, or of its factors."""
    expression = symbolic(loss, variables)
    of = list(symbols_of(variables).values())
    if terms_bound(expression) > MOST_TERMS or not expression.is_polynomial(*of):
        return None
    polynomial = sympy.Poly(expression, *of)
    if not (polynomial.domain.is_QQ or polynomial.domain.is_ZZ):
        return None
    coefficient, factors = polynomial.factor_list()
    if coefficient <= 0 or any(power % 2 for _, power in factors):
        return None
    return written(sympy.expand(sympy.prod([factor.as_expr() for factor, _ in factors])))


def _joint(loss: Node) -> Node | None:
    """u where a formula that is never negative by its form is zero exactly where u is."""
    if not convexity.nonnegative(loss):
        return None
    match loss:
        case Apply("^", (base, Number(power))) if power.denominator == 1 and power > 0:
            return (_joint(base) or base) if power % 2 == 0 else _joint(base)
        case Apply("abs", (inner,)):
            return _joint(inner) or inner
        case Apply("sqrt", (inner,)):
            return _joint(inner)
        case Apply("/", (above, below)) if convexity.positive(below):
            return _joint(above)
        case Apply("*", factors):
            parts = [_joint(factor) for factor in factors if names_of(factor)]
            known = [part for part in parts if part is not None]
            if len(known) < len(parts):
                return None
            return known[0] if len(known) == 1 else Apply("*", tuple(known))
        case Apply("+", terms):
            sides = {_joint(term) for term in terms}
            return sides.pop() if len(sides) == 1 else None
    return None


def _changes_sign(equation: Node, variables: tuple[str, ...]) -> bool:
    expression = symbolic(equation, variables)
    if not expression.is_polynomial(*symbols_of(variables).values()):
        return False
    signs = set()
    for point in _grid(variables):
        try:
            value = exact_value(equation, point)
        except ArithmeticError:
            return False
        signs.add((value > 0) - (value < 0))
        if {1, -1} <= signs:
            return True
    return False


def _grid(variables: tuple[str, ...]) -> Iterator[Mapping[str, Fraction]]:
    numbers = [Fraction(x) for x in ("0", "2", "-2", "1/2", "-1/3", "5", "-7")]
    for place in product(numbers, repeat=len(variables)):
        yield dict(zip(variables, place, strict=True))
