"""Between the tree of ``expressions`` and SymPy, for calculus.

SymPy gets numbers as pairs of integers and names as the symbols the caller hands over; no text reaches it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import sympy

from gdquiz.formulas.expressions import Apply, Index, Name, Node, Number, names_of

_TO_SYMPY: Mapping[str, Callable[..., Any]] = {
    "+": sympy.Add,
    "*": sympy.Mul,
    "-": lambda x: -x,
    "/": lambda x, y: x / y,
    "^": lambda x, n: x**n,
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "tanh": sympy.tanh,
    "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
    "abs": sympy.Abs,
    "relu": lambda x: sympy.Max(0, x),
    "sign": sympy.sign,
    "step": sympy.Heaviside,
    "min": sympy.Min,
    "max": sympy.Max,
    "floor": sympy.floor,
    "ceil": sympy.ceiling,
}

_FROM_SYMPY: Mapping[Any, str] = {
    sympy.exp: "exp",
    sympy.log: "log",
    sympy.sin: "sin",
    sympy.cos: "cos",
    sympy.tan: "tan",
    sympy.tanh: "tanh",
    sympy.Abs: "abs",
    sympy.sign: "sign",
    sympy.floor: "floor",
    sympy.ceiling: "ceil",
}


def to_sympy(node: Node, symbols: Mapping[str, Any]) -> Any:
    """The SymPy expression of a formula.

    ``symbols`` gives the ``sympy.Symbol`` of every name; declare them real, so that ``abs`` has the derivative
    ``sign``.  An ``Index`` with a literal place looks up ``"w[1]"``.  Raises ``KeyError`` for a missing symbol and
    ``ValueError`` for what has no calculus: comparisons, logic, ``mean`` and ``sum``.
    """
    match node:
        case Number(value):
            return sympy.Rational(value.numerator, value.denominator)
        case Name(name):
            return symbols[name]
        case Index(name, Number(place)):
            return symbols[f"{name}[{place}]"]
        case Apply(function, arguments) if function in _TO_SYMPY:
            return _TO_SYMPY[function](*(to_sympy(argument, symbols) for argument in arguments))
        case Index(name, _) | Apply(name, _):
            raise ValueError(f"'{name}' has no form in SymPy here")


def from_sympy(expression: Any) -> Node:
    """The tree of a SymPy expression built from numbers, symbols and the functions above.

    The derivative of ``Max`` and ``relu`` comes back as ``step``, that of ``abs`` as ``sign``; their own derivatives
    are zero away from the kinks, where alone they are to be used.  Terms come in SymPy's printing order, that is by
    falling powers.  Raises ``ValueError`` for anything else, infinities and imaginary numbers included.
    """
    return _tree(expression.replace(sympy.DiracDelta, lambda *_: sympy.Integer(0)))


def by_falling_powers(node: Node, variables: tuple[str, ...]) -> Node:
    """The formula with the terms of every polynomial in the variables by falling powers, the first variable's first.

    SymPy orders the terms by the powers of parameters as well, so that ``a*x - a*c`` becomes ``-a*c + a*x``.  Sums that
    have other terms than monomials keep their order.
    """
    if not isinstance(node, Apply):
        return node
    arguments = tuple(by_falling_powers(argument, variables) for argument in node.arguments)
    if node.function == "+":
        powers = [_powers(argument, variables) for argument in arguments]
        if None not in powers:
            order = sorted(range(len(arguments)), key=lambda k: [-power for power in powers[k] or ()])
            arguments = tuple(arguments[k] for k in order)
    return Apply(node.function, arguments)


def _powers(node: Node, variables: tuple[str, ...]) -> tuple[Fraction, ...] | None:
    """The exponent of each variable in a monomial; None for what is none."""
    match node:
        case Name(name):
            return tuple(Fraction(name == variable) for variable in variables)
        case Apply("-", (inner,)):
            return _powers(inner, variables)
        case Apply("*", factors):
            each = [_powers(factor, variables) for factor in factors]
            known = [powers for powers in each if powers is not None]
            if len(known) < len(each):
                return None
            return tuple(sum(column, Fraction(0)) for column in zip(*known, strict=True))
        case Apply("/", (top, bottom)) if not names_of(bottom) & set(variables):
            return _powers(top, variables)
        case Apply("^", (base, Number(exponent))):
            powers = _powers(base, variables)
            return None if powers is None else tuple(power * exponent for power in powers)
    return None if names_of(node) & set(variables) else (Fraction(0),) * len(variables)


def _tree(expression: Any) -> Node:
    if expression.is_Rational:
        return _number(Fraction(int(expression.p), int(expression.q)))
    if expression.is_Symbol:
        return Name(expression.name)
    if expression.is_Add:
        return _joined("+", [_tree(term) for term in expression.as_ordered_terms()])
    if expression.is_Mul:
        return _product(expression)
    if expression is sympy.E:
        return Apply("exp", (Number(Fraction(1)),))
    if expression.is_Pow:
        return _power(_tree(expression.base), expression.exp)
    if expression.func in _FROM_SYMPY:
        return Apply(_FROM_SYMPY[expression.func], (_tree(expression.args[0]),))
    if expression.func is sympy.Heaviside:
        return Apply("step", (_tree(expression.args[0]),))
    if expression.func in (sympy.Max, sympy.Min):
        return _extremum(expression)
    raise ValueError(f"SymPy's {expression.func.__name__} has no form here")


def _number(value: Fraction) -> Node:
    if value < 0:
        return _negated(_number(-value))
    if value.denominator == 1:
        return Number(value)
    return Apply("/", (Number(Fraction(value.numerator)), Number(Fraction(value.denominator))))


def _negated(node: Node) -> Node:
    return node.arguments[0] if isinstance(node, Apply) and node.function == "-" else Apply("-", (node,))


def _joined(function: str, nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Apply(function, tuple(nodes))


def _power(base: Node, exponent: Any) -> Node:
    """``base ^ exponent``, with halves as square roots and negative powers as quotients."""
    if not exponent.is_Rational:
        return Apply("^", (base, _tree(exponent)))
    if exponent < 0:
        return Apply("/", (Number(Fraction(1)), _power(base, -exponent)))
    if exponent.q == 2:
        base, exponent = Apply("sqrt", (base,)), sympy.Integer(exponent.p)
    if exponent.q != 1:
        raise ValueError("only whole powers and square roots have a form here")
    return base if exponent == 1 else Apply("^", (base, Number(Fraction(int(exponent)))))


def _product(expression: Any) -> Node:
    """A product as a quotient of products, with its sign in front."""
    coefficient, rest = expression.as_coeff_Mul()
    above: list[Node] = []
    below: list[Node] = []
    size = abs(coefficient)
    if size.p != 1:
        above.append(Number(Fraction(int(size.p))))
    if size.q != 1:
        below.append(Number(Fraction(int(size.q))))
    for factor in rest.as_ordered_factors():
        base, exponent = factor.as_base_exp()
        if factor.is_Pow and exponent.is_Rational and exponent < 0:
            below.append(_power(_tree(base), -exponent))
        else:
            above.append(_tree(factor))
    node = _joined("*", above or [Number(Fraction(1))])
    if below:
        node = Apply("/", (node, _joined("*", below)))
    return Apply("-", (node,)) if coefficient < 0 else node


def _extremum(expression: Any) -> Node:
    arguments = sorted(expression.args, key=sympy.default_sort_key)
    if expression.func is sympy.Max and len(arguments) == 2 and arguments[0] == 0:
        return Apply("relu", (_tree(arguments[1]),))
    return Apply("max" if expression.func is sympy.Max else "min", tuple(map(_tree, arguments)))
