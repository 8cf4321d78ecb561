"""Expressions of a bank rewritten: sums over data written out, indices made part of a name."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gdquiz.errors import Fault, InputError
from gdquiz.formulas.expressions import Apply, Index, Name, Node, Number, substitute


def flat(node: Node) -> Node:
    """The expression with every ``w[1]`` turned into the plain name ``w[1]``, as typesetting wants it."""
    match node:
        case Index(name, Number(value)):
            return Name(f"{name}[{value}]")
        case Index(name, _):
            raise InputError(
                Fault(f"the index of '{name}' is no number here", "a number, or a quantity defined for it")
            )
        case Apply(function, arguments):
            return Apply(function, tuple(flat(argument) for argument in arguments))
    return node


def uses(node: Node, functions: tuple[str, ...]) -> bool:
    return isinstance(node, Apply) and (node.function in functions or any(uses(a, functions) for a in node.arguments))


def over_data(node: Node, data: Mapping[str, tuple[Node, ...]]) -> Node:
    """The formula with ``mean`` and ``sum`` written out over the rows of the data."""
    if not isinstance(node, Apply):
        return node
    if node.function not in ("mean", "sum"):
        return Apply(node.function, tuple(over_data(argument, data) for argument in node.arguments))
    rows = min(map(len, data.values()))
    terms = tuple(
        substitute(node.arguments[0], {name: column[row] for name, column in data.items()}) for row in range(rows)
    )
    if not rows:
        return Number(Fraction(0))
    total: Node = Apply("+", terms) if rows > 1 else terms[0]
    return Apply("/", (total, Number(Fraction(rows)))) if node.function == "mean" else total
