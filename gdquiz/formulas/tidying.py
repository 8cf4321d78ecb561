"""Formulas with numbers put in, tidied as a careful person would write them.

Every part that is known exactly becomes one number; terms that are 0, factors and exponents that are 1 go; signs
meet in one place; sums within sums and products within products are opened; and a product is one coefficient, what
stands above the line, and what stands below it.  Nothing is expanded, and no like terms are collected, so that a
formula stays recognisable.

The rules are compiled, one closure for each node, and build into an ``Algebra``: expressions or LaTeX, both through
``notation``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import isqrt
from typing import Any, Protocol

from gdquiz.formulas.expressions import Apply, Index, Name, Node, Number, names_of
from gdquiz.formulas.scanner import COMPARISONS

Exact = int | Fraction
Values = Mapping[str, Fraction | str]
"""The known names: exact numbers, or decimals (as text) that stay as they are.  ``w[2]`` names a place of a series."""

_EXACT = (int, Fraction)

Setting = Callable[[Values], Any]
"""A compiled node: a function of the values."""


class Algebra(Protocol):
    """What a formula can be built into; ``Any`` is the kind of piece it builds."""

    def number(self, top: int, bottom: int) -> Any:
        """The rational number ``top/bottom``, in lowest terms."""

    def decimal(self, text: str) -> Any: ...
    def name(self, name: str) -> Any: ...
    def index(self, name: str, index: Any) -> Any: ...
    def sum(self, items: Sequence[tuple[bool, Any]]) -> Any:
        """The sum of items, each with whether it is subtracted; of a single one if there is but one."""

    def product(self, factors: Sequence[Any]) -> Any: ...
    def fraction(self, top: Any, bottom: Any) -> Any: ...
    def power(self, base: Any, exponent: Any) -> Any: ...
    def chain(self, signs: Sequence[str], sides: Sequence[Any]) -> Any:
        """``a < b <= c`` from its signs and its sides, one side more than signs."""

    def apply(self, function: str, arguments: Sequence[Any]) -> Any: ...


class Tree:
    """The algebra of expressions."""

    def number(self, top: int, bottom: int) -> Node:
        return Apply("-", (Number(Fraction(-top, bottom)),)) if top < 0 else Number(Fraction(top, bottom))

    def decimal(self, text: str) -> Node:
        return self.number(*Fraction(text).as_integer_ratio())

    def name(self, name: str) -> Node:
        return Name(name)

    def index(self, name: str, index: Node) -> Node:
        return Index(name, index)

    def sum(self, items: Sequence[tuple[bool, Node]]) -> Node:
        terms = tuple(Apply("-", (node,)) if negative else node for negative, node in items)
        return terms[0] if len(terms) == 1 else Apply("+", terms)

    def product(self, factors: Sequence[Node]) -> Node:
        return factors[0] if len(factors) == 1 else Apply("*", tuple(factors))

    def fraction(self, top: Node, bottom: Node) -> Node:
        return Apply("/", (top, bottom))

    def power(self, base: Node, exponent: Node) -> Node:
        return Apply("^", (base, exponent))

    def chain(self, signs: Sequence[str], sides: Sequence[Node]) -> Node:
        links = tuple(Apply(sign, (sides[i], sides[i + 1])) for i, sign in enumerate(signs))
        return links[0] if len(links) == 1 else Apply("and", links)

    def apply(self, function: str, arguments: Sequence[Node]) -> Node:
        return Apply(function, tuple(arguments))


def tidying(node: Node, known: frozenset[str], algebra: Algebra) -> Setting:
    """Compile the tidying of a formula into pieces of an algebra."""
    return _Tidying(known, algebra).setting(node)


def folding(node: Node, known: frozenset[str]) -> Callable[[Values], Exact | None]:
    """Compile a formula to its exact value, or None where it has none or depends on names that are not known."""
    compiled = _Tidying(known, Tree()).compiled(node)

    def fold(values: Values) -> Exact | None:
        result = compiled(values)
        return result if type(result) in _EXACT else None

    return fold


def chained(node: Apply) -> tuple[tuple[str, ...], tuple[Node, ...]] | None:
    """The signs and the sides of a comparison or of a chain of them, ``a < b < c``; None for anything else."""
    links = node.arguments if node.function == "and" else (node,)
    signs: list[str] = []
    sides: list[Node] = []
    for link in links:
        if not isinstance(link, Apply) or link.function not in COMPARISONS:
            return None
        left, right = link.arguments
        if sides and sides[-1] != left:
            return None
        signs.append(link.function)
        sides += [right] if sides else [left, right]
    return tuple(signs), tuple(sides)


def looked_up(name: str, place: Any, values: Values) -> Fraction | str | None:
    """The value of ``name[place]``, if the place is a known whole number and the values have it."""
    return values.get(f"{name}[{place}]") if type(place) in _EXACT else None


# --- exact functions -----------------------------------------------------------------------------------------------

_MAX_BITS = 4096
"""Of a power that is computed; larger ones stay as they are."""


def _whole(value: Exact) -> Exact:
    """The number as an ``int`` if it is whole."""
    return value.numerator if value.denominator == 1 else value


def _times(a: Exact, b: Exact) -> Exact:
    if type(a) is int:
        if a == 1:
            return b
        if type(b) is int:
            return a * b
    return _whole(a * b)


def _quotient(a: Exact, b: Exact) -> Exact:
    return _whole(Fraction(a, b))


def _power(base: Exact, exponent: Exact) -> Exact | None:
    if exponent.denominator != 1:
        return None
    times = exponent.numerator
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if bits * abs(times) > _MAX_BITS:
        return None
    return _whole(base**times) if times >= 0 else _quotient(1, base**-times)


def _root(x: Exact) -> Exact | None:
    if x < 0:
        return None
    top, bottom = isqrt(x.numerator), isqrt(x.denominator)
    return _quotient(top, bottom) if (top * top, bottom * bottom) == (x.numerator, x.denominator) else None


def _known_at(place: int, value: Exact) -> Callable[[Exact], Exact | None]:
    """A function with a rational value in one place only."""
    return lambda x: value if x == place else None


def _sign(x: Exact) -> int:
    return (x > 0) - (x < 0)


_FOLDS: Mapping[str, Callable[..., Exact | None]] = {
    "exp": _known_at(0, 1),
    "log": _known_at(1, 0),
    "sqrt": _root,
    "sin": _known_at(0, 0),
    "cos": _known_at(0, 1),
    "tan": _known_at(0, 0),
    "tanh": _known_at(0, 0),
    "sigmoid": _known_at(0, Fraction(1, 2)),
    "abs": abs,
    "relu": lambda x: max(x, 0),
    "sign": _sign,
    "step": lambda x: (_sign(x) + 1) // 2 if x else None,
    "min": min,
    "max": max,
    "floor": lambda x: x.numerator // x.denominator,
    "ceil": lambda x: -(-x.numerator // x.denominator),
}

_TESTS: Mapping[str, Callable[[Exact, Exact], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}

# --- the rules -----------------------------------------------------------------------------------------------------


class _Tidying:
    """Compiles nodes.  What a compiled node gives is one of three:

    - a number, an ``int`` where it is whole and else a ``Fraction``;
    - a term, the tuple (coefficient, factors above the line, factors below it), with a coefficient other than 0 and
      at least one factor; a factor is a piece of the algebra, or a sum as below;
    - a sum, the list of two or more numbers and terms.
    """

    def __init__(self, known: frozenset[str], algebra: Algebra):
        self.known = known
        self.algebra = algebra

    def setting(self, node: Node) -> Setting:
        """The function from values to the piece for the whole node."""
        compiled, piece = self.compiled(node), self.piece
        return lambda values: piece(compiled(values))

    # --- from results to pieces ---

    def piece(self, result: Any) -> Any:
        kind = type(result)
        if kind is tuple:
            negative, piece = self.unsigned(result)
            return self.algebra.sum([(True, piece)]) if negative else piece
        if kind is list:
            return self.algebra.sum([self.unsigned(item) for item in result])
        return self.algebra.number(result.numerator, result.denominator)

    def unsigned(self, item: Any) -> tuple[bool, Any]:
        """Whether a number or a term is negative, and the piece for its size."""
        algebra = self.algebra
        size, factors, below = item if type(item) is tuple else (item, (), ())
        above = [self.piece(factor) if type(factor) is list else factor for factor in factors]
        top, bottom = (size, 1) if type(size) is int else size.as_integer_ratio()
        negative = top < 0
        if negative:
            top = -top
        if below:
            below = [self.piece(factor) if type(factor) is list else factor for factor in below]
            over = [algebra.number(top, 1), *above] if top != 1 or not above else above
            under = [algebra.number(bottom, 1), *below] if bottom != 1 else below
            return negative, algebra.fraction(algebra.product(over), algebra.product(under))
        if not above:
            return negative, algebra.number(top, bottom)
        if top != 1 or bottom != 1:
            return negative, algebra.product([algebra.number(top, bottom), *above])
        return negative, above[0] if len(above) == 1 else algebra.product(above)

    # --- nodes ---

    def compiled(self, node: Node) -> Setting:
        rule = self._rule(node)
        if self.known.isdisjoint(names_of(node)):
            result = rule({})
            return lambda values: result
        return rule

    def _rule(self, node: Node) -> Setting:
        match node:
            case Number(value):
                exact = _whole(value)
                return lambda values: exact
            case Name(name):
                return self._name(name)
            case Index(name, index):
                return self._index(name, self.compiled(index))
            case Apply("+", arguments):
                return _sum([self.compiled(part) for part in arguments])
            case Apply("-", (part,)):
                return self._negation(self.compiled(part))
            case Apply("*", arguments):
                return self._product([self.compiled(part) for part in arguments])
            case Apply("/", (top, bottom)):
                return self._division(self.compiled(top), self.compiled(bottom))
            case Apply("^", (base, exponent)):
                return self._power(self.compiled(base), self.compiled(exponent))
            case Apply("if", (condition, then, otherwise)):
                return self._choice(condition, then, otherwise)
            case Apply(function, arguments):
                if (chain := chained(node)) is not None:
                    return self._chain(*chain)
                return self._function(function, [self.compiled(part) for part in arguments])

    def _value(self, value: Fraction | str) -> Any:
        if type(value) is str:
            if value[0] == "-":
                return (-1, (self.algebra.decimal(value[1:]),), ())
            return (1, (self.algebra.decimal(value),), ())
        return _whole(value)  # type: ignore[arg-type]

    def _name(self, name: str) -> Setting:
        if name in self.known:
            value = self._value
            return lambda values: value(values[name])
        term = (1, (self.algebra.name(name),), ())
        return lambda values: term

    def _index(self, name: str, index: Setting) -> Setting:
        known = name in self.known

        def rule(values: Values) -> Any:
            place = index(values)
            value = looked_up(name, place, values) if known else None
            if value is None:
                return (1, (self.algebra.index(name, self.piece(place)),), ())
            return self._value(value)

        return rule

    def _negation(self, part: Setting) -> Setting:
        def rule(values: Values) -> Any:
            result = part(values)
            kind = type(result)
            if kind is tuple:
                return _term(-result[0], result[1], result[2])
            return (-1, (result,), ()) if kind is list else -result

        return rule

    def _product(self, factors: list[Setting]) -> Setting:
        def rule(values: Values) -> Any:
            size: Exact = 1
            above: tuple[Any, ...] = ()
            below: tuple[Any, ...] = ()
            for factor in factors:
                result = factor(values)
                kind = type(result)
                if kind is tuple:
                    size = _times(size, result[0])
                    above += result[1]
                    below += result[2]
                elif kind is list:
                    above += (result,)
                else:
                    size = _times(size, result)
            return _term(size, above, below)

        return rule

    def _division(self, top: Setting, bottom: Setting) -> Setting:
        def rule(values: Values) -> Any:
            over, under = _as_term(top(values)), _as_term(bottom(values))
            return _term(_quotient(over[0], under[0]), over[1] + under[2], over[2] + under[1])

        return rule

    def _power(self, base: Setting, exponent: Setting) -> Setting:
        algebra, piece = self.algebra, self.piece

        def rule(values: Values) -> Any:
            below, raised = base(values), exponent(values)
            if raised == 1:
                return below
            if raised == 0:
                return 1
            if type(below) in _EXACT and type(raised) in _EXACT:
                value = _power(below, raised)
                if value is not None:
                    return value
            if type(raised) in _EXACT and raised < 0:
                if raised == -1 and type(below) is tuple:
                    return _term(_quotient(1, below[0]), below[2], below[1])
                under = piece(below)
                return (
                    1,
                    (),
                    (
                        under
                        if raised == -1
                        else algebra.power(under, algebra.number(-raised.numerator, raised.denominator)),
                    ),
                )
            return (1, (algebra.power(piece(below), piece(raised)),), ())

        return rule

    def _function(self, function: str, arguments: list[Setting]) -> Setting:
        algebra, piece, fold = self.algebra, self.piece, _FOLDS.get(function)

        def rule(values: Values) -> Any:
            results = [argument(values) for argument in arguments]
            if fold is not None and all(type(result) in _EXACT for result in results):
                value = fold(*results)
                if value is not None:
                    return value
            return (1, (algebra.apply(function, [piece(result) for result in results]),), ())

        return rule

    def _chain(self, signs: tuple[str, ...], nodes: tuple[Node, ...]) -> Setting:
        sides = [self.setting(node) for node in nodes]
        return lambda values: (1, (self.algebra.chain(signs, [side(values) for side in sides]),), ())

    # --- conditions ---

    def _choice(self, condition: Node, then: Node, otherwise: Node) -> Setting:
        truth = self._truth(condition)
        chosen = self.compiled(then), self.compiled(otherwise)
        settings = [self.setting(node) for node in (condition, then, otherwise)]

        def rule(values: Values) -> Any:
            match truth(values):
                case True:
                    return chosen[0](values)
                case False:
                    return chosen[1](values)
            return (1, (self.algebra.apply("if", [setting(values) for setting in settings]),), ())

        return rule

    def _truth(self, node: Node) -> Callable[[Values], bool | None]:
        """Compile a condition to whether it holds, or None where that depends on names that are not known."""
        if not isinstance(node, Apply):
            return lambda values: None
        function = node.function
        if function in _TESTS:
            left, right = map(self.compiled, node.arguments)
            test = _TESTS[function]

            def compared(values: Values) -> bool | None:
                a, b = left(values), right(values)
                return test(a, b) if type(a) in _EXACT and type(b) in _EXACT else None

            return compared
        parts = [self._truth(part) for part in node.arguments]
        if function == "not":
            return lambda values: None if (holds := parts[0](values)) is None else not holds
        if function in ("and", "or"):
            decisive = function == "or"

            def joined(values: Values) -> bool | None:
                found = [part(values) for part in parts]
                return decisive if decisive in found else None if None in found else not decisive

            return joined
        if function == "is_square":
            argument = self.compiled(node.arguments[0])

            def square(values: Values) -> bool | None:
                x = argument(values)
                return _root(x) is not None if type(x) in _EXACT else None

            return square
        return lambda values: None


def _term(size: Exact, above: tuple[Any, ...], below: tuple[Any, ...]) -> Any:
    """The product, in the plainest of the three kinds that can be."""
    if not (above or below) or not size:
        return size
    if size == 1 and not below and len(above) == 1 and type(above[0]) is list:
        return above[0]
    return size, above, below


def _as_term(result: Any) -> Any:
    """The three parts of a term for any result."""
    kind = type(result)
    return result if kind is tuple else (1, (result,), ()) if kind is list else (result, (), ())


def _sum(parts: list[Setting]) -> Setting:
    def rule(values: Values) -> Any:
        total: Exact = 0
        place = -1
        items: list[Any] = []
        for part in parts:
            result = part(values)
            for item in result if type(result) is list else (result,):
                if type(item) is tuple:
                    items.append(item)
                else:
                    if place < 0 and item:
                        place = len(items)
                    total = _whole(total + item) if total else item
        if total:
            items.insert(place, total)
        if len(items) == 1:
            return items[0]
        return items or 0

    return rule
