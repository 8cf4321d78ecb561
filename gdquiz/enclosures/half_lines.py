r"""What a formula in one variable does on a half-line: between which bounds it stays, and how fast it grows.

A ball has no half-line, so that bounds are kept apart here, each a ball of ``arb`` or infinite: ``Range``.  ``bounds``
works them out from the inside of a formula to the outside.  ``Growth`` is the leading term of a formula at infinity,
:math:`c\,x^a(\log x)^b` or some exponential: enough to tell whether its integral is finite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce
from math import inf, isqrt

from gdquiz.enclosures.balls import Ball, Program, Uncertain, arb, ball
from gdquiz.formulas.expressions import Apply, Name, Node, Number

MOST_POWER = 1000
"""Whole powers beyond this one are not worked out."""

# --- bounds --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Range:
    """All values lie from ``low`` to ``high``; ``nonzero`` says that none is 0, even where a bound is.

    ``smooth`` is false where the values may have a kink or a jump.
    """

    low: Ball
    high: Ball
    nonzero: bool = False
    smooth: bool = True

    @classmethod
    def of(cls, low: Ball, high: Ball, *, nonzero: bool = False, smooth: bool = True) -> Range:
        return cls(low.lower(), high.upper(), nonzero or bool(low > 0 or high < 0), smooth)

    @property
    def positive(self) -> bool:
        return bool(self.low >= 0) and self.nonzero

    @property
    def negative(self) -> bool:
        return bool(self.high <= 0) and self.nonzero

    @property
    def finite(self) -> bool:
        return bool(self.low.is_finite() and self.high.is_finite())


def without_complements(node: Node) -> Node:
    """A formula with 1 - sigmoid(u) written sigmoid(-u), and 1 - tanh(u)^2 written 4 sigmoid(2u) sigmoid(-2u).

    They are never 0, which bounds for the parts of a difference do not show.
    """
    if not isinstance(node, Apply):
        return node
    arguments = tuple(map(without_complements, node.arguments))
    if node.function == "+" and len(arguments) == 2:
        for one, other in (arguments, arguments[::-1]):
            for turned in (False, True):
                unit = Apply("-", (Number(Fraction(1)),)) if turned else Number(Fraction(1))
                kept = _complement(other if turned else _minus(other)) if one == unit else None
                if kept is not None:
                    return Apply("-", (kept,)) if turned else kept
    return Apply(node.function, arguments)


def _minus(node: Node) -> Node:
    match node:
        case Apply("-", (inner,)):
            return inner
    return Apply("-", (node,))


def _complement(node: Node) -> Node | None:
    """1 minus a sigmoid or the square of a tanh, as a product."""
    match node:
        case Apply("sigmoid", (inner,)):
            return Apply("sigmoid", (_minus(inner),))
        case Apply("^", (Apply("tanh", (inner,)), Number(Fraction(numerator=2, denominator=1)))):
            twice = Apply("*", (Number(Fraction(2)), inner))
            halves = (Apply("sigmoid", (twice,)), Apply("sigmoid", (_minus(twice),)))
            return Apply("*", (Number(Fraction(4)), *halves))
    return None


def infinity() -> Ball:
    return arb(inf)


def bounds(node: Node, names: Mapping[str, Range]) -> Range:
    """Bounds of a formula where its names lie in ranges.  Raises ``Uncertain`` where it may be without a value."""
    match node:
        case Number(value):
            return Range.of(ball(value), ball(value))
        case Name(name) if name in names:
            return names[name]
        case Apply("^", (base, Number(exponent))):
            return _powered(bounds(base, names), exponent)
        case Apply("^", (base, Apply("-", (Number(exponent),)))):
            return _powered(bounds(base, names), -exponent)
        case Apply(function, arguments) if function in _BOUNDS:
            return _BOUNDS[function]([bounds(argument, names) for argument in arguments])
    raise Uncertain("a formula on a half-line")


def _sum(a: Range, b: Range) -> Range:
    one_way = (a.low >= 0 and b.low >= 0) or (a.high <= 0 and b.high <= 0)
    return Range.of(
        a.low + b.low, a.high + b.high, nonzero=one_way and (a.nonzero or b.nonzero), smooth=a.smooth and b.smooth
    )


def _negated(a: Range) -> Range:
    return Range(-a.high, -a.low, a.nonzero, a.smooth)


def _product(a: Range, b: Range) -> Range:
    corners = [_times(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return Range.of(
        reduce(lambda x, y: x.min(y), corners),
        reduce(lambda x, y: x.max(y), corners),
        nonzero=a.nonzero and b.nonzero,
        smooth=a.smooth and b.smooth,
    )


def _times(x: Ball, y: Ball) -> Ball:
    """A product of bounds: 0 times infinity is 0, as no value is infinite."""
    return arb(0) if x == 0 or y == 0 else x * y


def _inverse(a: Range) -> Range:
    if a.negative:
        return _negated(_inverse(_negated(a)))
    if not a.positive:
        raise Uncertain("a division on a half-line")
    low = arb(0) if not a.high.is_finite() else 1 / a.high
    high = infinity() if a.low == 0 else 1 / a.low
    return Range.of(low, high, nonzero=True, smooth=a.smooth)


def _powered(a: Range, exponent: Fraction) -> Range:
    if exponent < 0:
        return _inverse(_powered(a, -exponent))
    if exponent.denominator != 1:
        if not a.low >= 0:
            raise Uncertain("a root on a half-line")
        low, high = (_root_power(x, exponent) for x in (a.low, a.high))
        return Range.of(low, high, nonzero=a.nonzero, smooth=a.smooth and (a.nonzero or exponent > 1))
    power = int(exponent)
    if power > MOST_POWER:
        raise Uncertain("a high power on a half-line")
    low, high = (_whole_power(x, power) for x in (a.low, a.high))
    if power % 2 == 0 and not a.low >= 0:
        low, high = (high, low) if a.high <= 0 else (arb(0), low.max(high))
    return Range.of(low, high, nonzero=a.nonzero or power == 0, smooth=a.smooth)


def _whole_power(x: Ball, power: int) -> Ball:
    return arb(1) if power == 0 else x if power == 1 else arb(0) if x == 0 else reduce(lambda a, b: a * b, [x] * power)


def _root_power(x: Ball, exponent: Fraction) -> Ball:
    return x if x == 0 or not x.is_finite() else x ** ball(exponent)


def _rising(function: Callable[[Ball], Ball], least: float, greatest: float) -> Callable[[Sequence[Range]], Range]:
    """A function that rises everywhere, with its limits at both ends; ``least`` 0 means that it is never 0."""

    def bound(arguments: Sequence[Range]) -> Range:
        (a,) = arguments
        low = function(a.low) if a.low.is_finite() else arb(least)
        high = function(a.high) if a.high.is_finite() else arb(greatest)
        return Range.of(low, high, nonzero=a.nonzero or least == 0, smooth=a.smooth)

    return bound


def _logarithm(arguments: Sequence[Range]) -> Range:
    (a,) = arguments
    if not a.positive:
        raise Uncertain("a logarithm on a half-line")
    low = -infinity() if a.low == 0 else a.low.log() if a.low.is_finite() else infinity()
    high = a.high.log() if a.high.is_finite() else infinity()
    return Range.of(low, high, smooth=a.smooth)


def _wave(function: Callable[[Ball], Ball]) -> Callable[[Sequence[Range]], Range]:
    def bound(arguments: Sequence[Range]) -> Range:
        (a,) = arguments
        value = function(a.low.union(a.high)) if a.finite else arb(0, 1)
        return Range.of(value, value, smooth=a.smooth)

    return bound


def _sized(arguments: Sequence[Range]) -> Range:
    (a,) = arguments
    if a.low >= 0:
        return a
    if a.high <= 0:
        return _negated(a)
    return Range.of(arb(0), a.high.max(-a.low), nonzero=a.nonzero, smooth=False)


def _ramp(arguments: Sequence[Range]) -> Range:
    (a,) = arguments
    if a.positive:
        return a
    if a.negative:
        return Range.of(arb(0), arb(0), smooth=a.smooth)
    return Range.of(a.low.max(arb(0)), a.high.max(arb(0)), smooth=False)


def _jump(below: int) -> Callable[[Sequence[Range]], Range]:
    """A step from ``below`` to 1 at zero."""

    def bound(arguments: Sequence[Range]) -> Range:
        (a,) = arguments
        low, high = arb(1 if a.positive else below), arb(below if a.negative else 1)
        return Range.of(low, high, smooth=a.smooth and a.nonzero and (a.positive or a.negative))

    return bound


def _largest(arguments: Sequence[Range]) -> Range:
    low = reduce(lambda x, y: x.max(y), [a.low for a in arguments])
    high = reduce(lambda x, y: x.max(y), [a.high for a in arguments])
    return Range.of(low, high, smooth=False)


_BOUNDS: Mapping[str, Callable[[Sequence[Range]], Range]] = {
    "+": lambda terms: reduce(_sum, terms),
    "*": lambda factors: reduce(_product, factors),
    "-": lambda terms: _negated(terms[0]),
    "/": lambda parts: _product(parts[0], _inverse(parts[1])),
    "exp": _rising(lambda x: x.exp(), 0, inf),
    "tanh": _rising(lambda x: x.tanh(), -1, 1),
    "sigmoid": _rising(lambda x: 1 / (1 + (-x).exp()), 0, 1),
    "log": _logarithm,
    "sqrt": lambda a: _powered(a[0], Fraction(1, 2)),
    "sin": _wave(lambda x: x.sin()),
    "cos": _wave(lambda x: x.cos()),
    "abs": _sized,
    "relu": _ramp,
    "sign": _jump(-1),
    "step": _jump(0),
    "max": _largest,
    "min": lambda arguments: _negated(_largest([_negated(a) for a in arguments])),
}


def half_line(variable: str, end: Ball, way: int, names: Mapping[str, Fraction | Ball]) -> dict[str, Range]:
    """The ranges of a variable from an end upwards (way 1) or downwards (-1), and of the numbers beside it."""
    far = Range.of(end, infinity()) if way > 0 else Range.of(-infinity(), end)
    return {variable: far} | {name: Range.of(x, x) for name, x in _balls(names).items()}


def _balls(names: Mapping[str, Fraction | Ball]) -> dict[str, Ball]:
    return {name: ball(x) if isinstance(x, Fraction) else x for name, x in names.items()}


def keeps_sign(
    derivatives: Sequence[Node], names: Mapping[str, Fraction | Ball], variable: str, end: Ball, way: int
) -> int:
    """The sign (1, -1) that a function surely has on the half-line from ``end`` upwards (way 1) or downwards (-1).

    ``derivatives`` are the function itself and its derivatives in order; ``names`` are the numbers in them.  0 where
    the sign is not certain.  Where the bounds of the function do not tell, those of its derivative may: a function that
    rises, or falls, all the way lies between its value at the end and its limit.
    """
    if not derivatives:
        return 0
    try:
        found = bounds(derivatives[0], half_line(variable, end, way, names))
    except Uncertain:
        return 0
    # without a bound away from 0 a jump could come near 0 from one side
    if found.low > 0 or (found.positive and found.smooth):
        return 1
    if found.high < 0 or (found.negative and found.smooth):
        return -1
    if not found.smooth:
        return 0
    value = _program(derivatives[0], (variable, *names))((end, *_balls(names).values()))[0]
    here = 1 if value > 0 else -1 if value < 0 else 0
    outwards = keeps_sign(derivatives[1:], names, variable, end, way) * way if here else 0
    if not outwards or outwards == here:
        return here * abs(outwards)
    return here if _limit_sign(derivatives[0], names, variable, way) in (0, here) else 0


@lru_cache(maxsize=512)
def _program(node: Node, names: tuple[str, ...]) -> Program:
    return Program((node,), names)


def _limit_sign(node: Node, names: Mapping[str, Fraction | Ball], variable: str, way: int) -> int | None:
    """The sign of the limit of a formula at infinity, or None."""
    try:
        far = growth(node, {name: x for name, x in names.items() if isinstance(x, Fraction)}, variable, way)
    except Uncertain:
        return None
    return 0 if far.direction < 0 else far.sign


# --- growth --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Growth:
    """A function that behaves like c x^a (log x)^b as x goes to infinity: ``size`` is c if known, ``sign`` its sign.

    With p = 1 (-1) it grows (vanishes) like some exponential, and only the sign is certain beside that.
    """

    sign: int
    size: Fraction | None
    p: int = 0
    a: Fraction = Fraction(0)
    b: Fraction = Fraction(0)

    @property
    def order(self) -> tuple[int, Fraction, Fraction]:
        return self.p, self.a, self.b

    @property
    def direction(self) -> int:
        """1 if the size grows beyond all bounds, -1 if it vanishes, 0 if it tends to a number that is not 0."""
        return (self.order > (0, 0, 0)) - (self.order < (0, 0, 0))

    @property
    def integrable(self) -> bool:
        """Whether the integral up to infinity is finite."""
        return self.p < 0 or (self.p == 0 and (self.a < -1 or (self.a == -1 and self.b < -1)))


def growth(node: Node, values: Mapping[str, Fraction], variable: str, way: int) -> Growth:
    """How a formula grows as the variable goes to infinity (way 1) or minus infinity.  Raises ``Uncertain``."""

    def of(part: Node) -> Growth:
        return growth(part, values, variable, way)

    match node:
        case Number(value):
            return _constant(value)
        case Name(name) if name == variable:
            return Growth(way, Fraction(way), a=Fraction(1))
        case Name(name) if name in values:
            return _constant(values[name])
        case Apply("+", terms):
            return _dominant([of(term) for term in terms if term != Number(Fraction(0))])
        case Apply("-", (term,)):
            return _scaled(of(term), Fraction(-1))
        case Apply("*", factors):
            return reduce(_multiplied, map(of, factors))
        case Apply("/", (top, bottom)):
            return _multiplied(of(top), _grown_power(of(bottom), Fraction(-1)))
        case Apply("^", (base, Number(exponent))):
            return _grown_power(of(base), exponent)
        case Apply("^", (base, Apply("-", (Number(exponent),)))):
            return _grown_power(of(base), -exponent)
        case Apply("sqrt", (inner,)):
            return _grown_power(of(inner), Fraction(1, 2))
        case Apply("exp", (inner,)):
            return _exponential(of(inner))
        case Apply("log", (inner,)):
            return _logarithmic(of(inner))
        case Apply("tanh", (inner,)):
            grown = of(inner)
            return _constant(Fraction(grown.sign)) if grown.direction > 0 else _only_sign(grown)
        case Apply("sigmoid", (inner,)):
            grown = of(inner)
            if grown.direction > 0:
                return _constant(Fraction(1)) if grown.sign > 0 else _exponential(grown)
            return Growth(1, None)
        case Apply("abs", (inner,)):
            grown = of(inner)
            return _scaled(grown, Fraction(grown.sign))
        case Apply("sign", (inner,)):
            return _constant(Fraction(of(inner).sign))
    raise Uncertain("a growth")


def _constant(value: Fraction) -> Growth:
    if not value:
        raise Uncertain("a growth of zero")
    return Growth(1 if value > 0 else -1, value)


def _only_sign(grown: Growth) -> Growth:
    return Growth(grown.sign, None, *grown.order)


def _scaled(grown: Growth, factor: Fraction) -> Growth:
    size = None if grown.size is None else grown.size * factor
    return Growth(grown.sign if factor > 0 else -grown.sign, size, *grown.order)


def _dominant(terms: Sequence[Growth]) -> Growth:
    top = max((term.order for term in terms), default=(0, Fraction(0), Fraction(0)))
    leading = [term for term in terms if (term.p == top[0] if top[0] else term.order == top)]
    sizes = [term.size for term in leading]
    if leading and len({term.sign for term in leading}) == 1:
        known = top[0] == 0 and None not in sizes
        return Growth(leading[0].sign, sum((s for s in sizes if s), Fraction(0)) if known else None, *top)
    total = sum((size for size in sizes if size is not None), Fraction(0))
    if top[0] or None in sizes or not total:
        raise Uncertain("terms that may cancel")
    return Growth(1 if total > 0 else -1, total, *top)


def _multiplied(one: Growth, other: Growth) -> Growth:
    if one.p * other.p < 0:
        raise Uncertain("exponential factors that may cancel")
    size = None if one.size is None or other.size is None else one.size * other.size
    return Growth(one.sign * other.sign, size, one.p or other.p, one.a + other.a, one.b + other.b)


def _grown_power(grown: Growth, exponent: Fraction) -> Growth:
    if not exponent:
        return _constant(Fraction(1))
    p = grown.p if exponent > 0 else -grown.p
    if exponent.denominator != 1:
        if grown.sign < 0:
            raise Uncertain("a root of a negative number")
        return Growth(1, _root(grown.size, exponent), p, grown.a * exponent, grown.b * exponent)
    power = int(exponent)
    size = None if grown.size is None or abs(power) > MOST_POWER else grown.size**power
    return Growth(grown.sign ** abs(power), size, p, grown.a * exponent, grown.b * exponent)


def _root(size: Fraction | None, exponent: Fraction) -> Fraction | None:
    """A power of a positive number with a broken exponent, if that is known to be rational."""
    if size is None or exponent.denominator != 2 or abs(exponent) > MOST_POWER:
        return Fraction(1) if size == 1 else None
    root = Fraction(isqrt(size.numerator), isqrt(size.denominator))
    return root**exponent.numerator if root * root == size else None


def _exponential(inner: Growth) -> Growth:
    if inner.direction <= 0:
        return Growth(1, None)
    if inner.order < (0, 1, 0):
        raise Uncertain("an exponential of something slow")
    return Growth(1, None, inner.sign)


def _logarithmic(inner: Growth) -> Growth:
    if inner.sign < 0 or inner.p:
        raise Uncertain("a logarithm")
    if inner.a:
        return Growth(1 if inner.a > 0 else -1, inner.a, b=Fraction(1))
    if inner.b or inner.size is None or inner.size == 1:
        raise Uncertain("a logarithm of a slow number")
    return Growth(1 if inner.size > 1 else -1, None)
