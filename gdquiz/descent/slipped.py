"""Gradients computed with a slip: a small differentiator whose rules can be broken by name.

It works on the loss as its author wrote it, so that a broken rule meets the same products, powers and inner functions
a learner sees, and with no rule broken it agrees with ``calculus.derive``, which it shares no rule with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath

from gdquiz.descent.calculus import compiled, derive, multiplied_out, symbolic, without_kinks, written
from gdquiz.descent.slips import SLIPS
from gdquiz.formulas.expressions import Apply, Name, Node, Number, names_of
from gdquiz.formulas.symbolic import by_falling_powers

ZERO = Number(Fraction(0))
ONE = Number(Fraction(1))
TWO = Number(Fraction(2))


@lru_cache(maxsize=2048)
def slipped_gradient(
    loss: Node, variables: tuple[str, ...], parameters: tuple[str, ...] = (), slip: str | None = None
) -> tuple[Node, ...]:
    """The gradient with one rule broken everywhere; without a slip, the gradient by the rules of this module.

    A slip that makes no difference to this loss returns the true gradient, the same nodes ``derive`` gives.
    Raises ``ValueError`` for an unknown slip, and ``InputError`` as ``derive`` does.
    """
    if slip is not None and slip not in SLIPS:
        raise ValueError(f"there is no slip '{slip}'; there are {', '.join(SLIPS)}")
    calculus = derive(loss, variables, parameters)
    names = (*variables, *parameters)
    result = []
    for place, variable in enumerate(variables):
        if slip == "second":
            rules = _Rules(variable, frozenset(variables), None)
            node = rules.of(rules.of(loss))
        else:
            node = _Rules(variable, frozenset(variables), slip).of_loss(loss)
        wrong, right = symbolic(node, names), calculus.symbolic_gradient[place]
        alike = _equal(wrong, right, names)
        result.append(calculus.gradient[place] if alike else by_falling_powers(written(wrong), variables))
    return tuple(result)


def _equal(first: Any, second: Any, names: tuple[str, ...]) -> bool:
    """Whether two SymPy expressions have the same values: by expansion, else at points, to 30 digits.

    Functions with kinks are taken for unknowns, since points might all lie on one side of a kink.
    """
    if multiplied_out(first - second) == 0:
        return True
    (first, second), unknowns = without_kinks([first, second])
    names = (*names, *unknowns)
    function = compiled(names, [first, second], "mpmath")
    seen = 0
    with mpmath.workdps(40):
        for start in range(1, 13):
            point = [3 * mpmath.sin(5 * start + 7 * place * place + 1) for place in range(len(names))]
            try:
                a, b = function(*point)
                close = abs(a - b) <= mpmath.mpf(10) ** -30 * max(1, abs(a), abs(b))
            except (ZeroDivisionError, ValueError, TypeError, OverflowError):
                continue
            if not close:
                return False
            seen += 1
    return seen >= 3


# --- building expressions ------------------------------------------------------------------------------------------


def _plus(*terms: Node) -> Node:
    left = tuple(term for term in terms if term != ZERO)
    return ZERO if not left else left[0] if len(left) == 1 else Apply("+", left)


def _times(*factors: Node) -> Node:
    if ZERO in factors:
        return ZERO
    left = tuple(factor for factor in factors if factor != ONE)
    return ONE if not left else left[0] if len(left) == 1 else Apply("*", left)


def _minus(term: Node) -> Node:
    return ZERO if term == ZERO else Apply("-", (term,))


def _over(numerator: Node, denominator: Node) -> Node:
    return ZERO if numerator == ZERO else Apply("/", (numerator, denominator))


def _power(base: Node, exponent: Node) -> Node:
    if isinstance(exponent, Number) and isinstance(base, Number | Name | Apply):
        if exponent.value == 1:
            return base
        if exponent.value == 0:
            return ONE
    return Apply("^", (base, exponent))


def _of(function: str, *arguments: Node) -> Node:
    return Apply(function, arguments)


# --- differentiating -----------------------------------------------------------------------------------------------

_OUTER: dict[str, Callable[[Node], Node]] = {
    "exp": lambda u: _of("exp", u),
    "log": lambda u: _over(ONE, u),
    "sin": lambda u: _of("cos", u),
    "cos": lambda u: _minus(_of("sin", u)),
    "tan": lambda u: _plus(ONE, _power(_of("tan", u), TWO)),
    "tanh": lambda u: _plus(ONE, _minus(_power(_of("tanh", u), TWO))),
    "sigmoid": lambda u: _times(_of("sigmoid", u), _plus(ONE, _minus(_of("sigmoid", u)))),
    "relu": lambda u: _of("step", u),
    "abs": lambda u: _of("sign", u),
    "sign": lambda u: ZERO,
    "step": lambda u: ZERO,
}
"""The derivative of each function of one argument with respect to it."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules for the derivative with respect to ``variable``, with one of them broken."""

    variable: str
    variables: frozenset[str]
    slip: str | None

    def of_loss(self, node: Node) -> Node:
        """The derivative of a term of the loss; the slips that concern terms act here and not inside of functions."""
        if self.slip == "constant-kept" and not self._varies(node):
            return node
        match node:
            case Name(name) if name == self.variable and self.slip == "linear-dropped":
                return ZERO
            case Apply("+", terms):
                return _plus(*map(self.of_loss, terms))
            case Apply("-", (term,)):
                return _minus(self.of_loss(term))
            case Apply("/", (numerator, denominator)) if not self._varies(denominator):
                return _over(self.of_loss(numerator), denominator)
            case Apply("*", factors):
                varying = [factor for factor in factors if self._varies(factor)]
                if len(varying) == 1:
                    return _times(*(f for f in factors if f is not varying[0]), self.of_loss(varying[0]))
        return self.of(node)

    def of(self, node: Node) -> Node:
        """The derivative of any expression."""
        if not self._depends(node):
            return ZERO
        match node:
            case Name():
                return ONE
            case Apply("+", terms):
                return _plus(*map(self.of, terms))
            case Apply("-", (term,)):
                return _minus(self.of(term))
            case Apply("*", factors):
                return self._of_product(factors)
            case Apply("/", (numerator, denominator)):
                return self._of_quotient(numerator, denominator)
            case Apply("^", (base, exponent)):
                return self._of_power(base, exponent)
            case Apply("sqrt", (inner,)):
                return self._of_root(inner)
            case Apply("relu", (inner,)) if self.slip == "no-mask":
                return self.of(inner)
            case Apply("min" | "max" as function, arguments):
                return self._of_extreme(function, arguments)
            case Apply(function, (inner,)):
                return self._chain(_OUTER[function], inner)
        raise ValueError(f"no rule differentiates {node!r}")

    def _chain(self, outer: Callable[[Node], Node], inner: Node) -> Node:
        at = Name(self.variable) if self.slip == "outer-at-x" else inner
        return _times(outer(at), ONE if self.slip == "no-inner" else self.of(inner))

    def _of_product(self, factors: tuple[Node, ...]) -> Node:
        if self.slip == "cross-dropped" and self._crosses(factors):
            return ZERO
        fixed = [factor for factor in factors if not self._depends(factor)]
        moving = [factor for factor in factors if self._depends(factor)]
        if self.slip == "product-of-derivatives":
            return _times(*fixed, *map(self.of, moving))
        terms = (
            _times(*(self.of(factor) if place == at else factor for place, factor in enumerate(moving)))
            for at in range(len(moving))
        )
        return _times(*fixed, _plus(*terms))

    def _of_quotient(self, numerator: Node, denominator: Node) -> Node:
        if self.slip == "cross-dropped" and self._crosses((numerator, denominator)):
            return ZERO
        if not self._depends(denominator):
            return _over(self.of(numerator), denominator)
        if not self._depends(numerator):
            return _times(numerator, self._chain(lambda u: _minus(_over(ONE, _power(u, TWO))), denominator))
        if self.slip == "product-of-derivatives":
            return _over(self.of(numerator), self.of(denominator))
        top = _plus(_times(self.of(numerator), denominator), _minus(_times(numerator, self.of(denominator))))
        return _over(top, _power(denominator, TWO))

    def _of_power(self, base: Node, exponent: Node) -> Node:
        if not self._depends(exponent):
            lowered = _lowered(exponent)
            if lowered == ZERO:
                return self.of(base)
            factor = ONE if self.slip == "no-factor" else exponent
            left = exponent if self.slip == "power-kept" else lowered
            return self._chain(lambda u: _times(factor, _power(u, left)), base)
        growth = _of("log", base)
        if not self._depends(base):
            return self._chain(lambda u: _times(_power(base, u), growth), exponent)
        rate = _plus(_times(self.of(exponent), growth), _over(_times(exponent, self.of(base)), base))
        return _times(_power(base, exponent), rate)

    def _of_root(self, inner: Node) -> Node:
        half = ONE if self.slip == "no-factor" else Number(Fraction(1, 2))
        if self.slip == "power-kept":
            return self._chain(lambda u: _times(half, _of("sqrt", u)), inner)
        return self._chain(lambda u: _over(half, _of("sqrt", u)), inner)

    def _of_extreme(self, function: str, arguments: tuple[Node, ...]) -> Node:
        first, *rest = arguments
        if not rest:
            return self.of(first)
        second = rest[0] if len(rest) == 1 else Apply(function, tuple(rest))
        above = _of("step", _plus(first, _minus(second)))
        below = _plus(ONE, _minus(above))
        chosen = (above, below) if function == "max" else (below, above)
        return _plus(_times(chosen[0], self.of(first)), _times(chosen[1], self.of(second)))

    def _varies(self, node: Node) -> bool:
        return bool(names_of(node) & self.variables)

    def _depends(self, node: Node) -> bool:
        return self.variable in names_of(node)

    def _crosses(self, factors: tuple[Node, ...]) -> bool:
        sets = [names_of(factor) & self.variables for factor in factors]
        return any(a and b and not a & b for at, a in enumerate(sets) for b in sets[:at])


def _lowered(exponent: Node) -> Node:
    if isinstance(exponent, Number):
        return Number(exponent.value - 1)
    return _plus(exponent, Number(Fraction(-1)))
