"""Facts about a loss read off its form: convex, concave, affine; never negative.

The rules are those of disciplined convex programming (Grant, Boyd and Ye 2006): sums of convex functions are convex,
a convex increasing function of a convex one is convex, and so on.  They prove what they say; "unknown" says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from gdquiz.formulas.expressions import Apply, Name, Node, Number, names_of


class Shape(Enum):
    CONSTANT = "constant"
    AFFINE = "affine"
    CONVEX = "convex"
    CONCAVE = "concave"
    UNKNOWN = "unknown"


_STRAIGHT = (Shape.CONSTANT, Shape.AFFINE)
_UP = (*_STRAIGHT, Shape.CONVEX)
_DOWN = (*_STRAIGHT, Shape.CONCAVE)


@dataclass(frozen=True, slots=True)
class _Bend:
    """A function of one argument: its shape, and whether it rises (+1), falls (-1) or neither (0) everywhere."""

    shape: Shape
    slope: int


_BENDS = {
    "exp": _Bend(Shape.CONVEX, 1),
    "log": _Bend(Shape.CONCAVE, 1),
    "sqrt": _Bend(Shape.CONCAVE, 1),
    "relu": _Bend(Shape.CONVEX, 1),
    "abs": _Bend(Shape.CONVEX, 0),
}


def shape(node: Node) -> Shape:
    """The shape of a loss as a function of all names in it."""
    if not names_of(node):
        return Shape.CONSTANT
    match node:
        case Name():
            return Shape.AFFINE
        case Apply("+", terms):
            return _summed([shape(term) for term in terms])
        case Apply("-", (term,)):
            return _scaled(shape(term), -1)
        case Apply("*", factors):
            return _product(factors)
        case Apply("/", (numerator, denominator)) if not names_of(denominator):
            return _scaled(shape(numerator), sign(denominator))
        case Apply("/", (numerator, denominator)) if not names_of(numerator) and positive(denominator):
            return _scaled(_composed(_Bend(Shape.CONVEX, -1), denominator), sign(numerator))
        case Apply("^", (base, exponent)) if (power := _number(exponent)) is not None:
            return _powered(base, power)
        case Apply("log", (inner,)):
            return _logarithm(inner)
        case Apply("sqrt", (inner,)) if _sum_of_squares(inner):
            return Shape.CONVEX
        case Apply("max", arguments) if all(shape(argument) in _UP for argument in arguments):
            return Shape.CONVEX
        case Apply("min", arguments) if all(shape(argument) in _DOWN for argument in arguments):
            return Shape.CONCAVE
        case Apply("abs", (inner,)) if shape(inner) is Shape.CONVEX and nonnegative(inner):
            return Shape.CONVEX
        case Apply(function, (inner,)) if function in _BENDS:
            return _composed(_BENDS[function], inner)
    return Shape.UNKNOWN


def mirrored(loss: Node) -> Node:
    """Minus the loss: to climb the one is to descend the other."""
    match loss:
        case Apply("-", (inner,)):
            return inner
    return Apply("-", (loss,))


def nonnegative(node: Node) -> bool:
    """Whether the form shows that the value is never below 0 (where it exists)."""
    if sign(node) >= 0 and _is_number(node):
        return True
    match node:
        case Apply("+", terms):
            return all(map(nonnegative, terms)) or _complement(terms)
        case Apply("*", factors):
            return _paired(factors)
        case Apply("/", (numerator, denominator)):
            return nonnegative(numerator) and nonnegative(denominator)
        case Apply("^", (base, exponent)) if (power := _number(exponent)) is not None:
            return (power.denominator == 1 and power % 2 == 0) or nonnegative(base)
        case Apply("-", (Apply("log", (inner,)),)):
            return _at_most_one(inner)
        case Apply("log", (inner,)):
            return _at_least_one(inner)
        case Apply("exp" | "sqrt" | "abs" | "relu" | "sigmoid", _):
            return True
        case Apply("max", arguments):
            return any(map(nonnegative, arguments))
        case Apply("min", arguments):
            return all(map(nonnegative, arguments))
    return False


def positive(node: Node) -> bool:
    """Whether the form shows that the value is above 0."""
    if _is_number(node):
        return sign(node) > 0
    match node:
        case Apply("+", terms):
            return _complement(terms) or (all(map(nonnegative, terms)) and any(map(positive, terms)))
        case Apply("*" | "/", factors):
            return all(map(positive, factors))
        case Apply("exp" | "sigmoid", _):
            return True
        case Apply("sqrt", (inner,)) | Apply("^", (inner, _)):
            return positive(inner)
    return False


def sign(node: Node) -> int:
    """The sign of a number written with + - * / ^; 0 also for anything else."""
    value = _number(node)
    return 0 if value is None else (value > 0) - (value < 0)


def _is_number(node: Node) -> bool:
    return _number(node) is not None


def _number(node: Node) -> Fraction | None:
    match node:
        case Number(value):
            return value
        case Apply("-", (inner,)):
            value_of = _number(inner)
            return None if value_of is None else -value_of
        case Apply("+" | "*" | "/" as function, arguments):
            total, *rest = map(_number, arguments)
            for part in rest:
                if total is None or part is None or (function == "/" and part == 0):
                    return None
                total = total + part if function == "+" else total * part if function == "*" else total / part
            return total
        case Apply("^", (base, exponent)):
            base_of, exponent_of = _number(base), _number(exponent)
            if base_of is None or exponent_of is None or exponent_of.denominator != 1:
                return None
            if abs(exponent_of) > 64 or (base_of == 0 and exponent_of < 0):
                return None
            return Fraction(base_of ** int(exponent_of))
    return None


def _summed(shapes: list[Shape]) -> Shape:
    for group, result in (((Shape.CONSTANT,), Shape.CONSTANT), (_STRAIGHT, Shape.AFFINE)):
        if all(shape in group for shape in shapes):
            return result
    if all(shape in _UP for shape in shapes):
        return Shape.CONVEX
    return Shape.CONCAVE if all(shape in _DOWN for shape in shapes) else Shape.UNKNOWN


def _scaled(of: Shape, factor: int) -> Shape:
    if factor == 0:
        return Shape.UNKNOWN
    if factor < 0 and of in (Shape.CONVEX, Shape.CONCAVE):
        return Shape.CONCAVE if of is Shape.CONVEX else Shape.CONVEX
    return of


def _product(factors: tuple[Node, ...]) -> Shape:
    moving = [factor for factor in factors if names_of(factor)]
    signs = 1
    for factor in factors:
        if not names_of(factor):
            signs *= sign(factor)
    if len(moving) == 1:
        return _scaled(shape(moving[0]), signs)
    if len(set(moving)) == 1 and len(moving) % 2 == 0:
        return _scaled(_powered(moving[0], Fraction(len(moving))), signs)
    return Shape.UNKNOWN


def _composed(outer: _Bend, inner: Node) -> Shape:
    of = shape(inner)
    if of in _STRAIGHT:
        return outer.shape
    if outer.slope == 0:
        return Shape.UNKNOWN
    needed = Shape.CONVEX if (outer.slope > 0) == (outer.shape is Shape.CONVEX) else Shape.CONCAVE
    return outer.shape if of is needed else Shape.UNKNOWN


def _powered(base: Node, exponent: Fraction) -> Shape:
    of = shape(base)
    if exponent == 1:
        return of
    if exponent.denominator == 1 and exponent > 1 and exponent % 2 == 0 and of in _STRAIGHT:
        return Shape.CONVEX
    if exponent > 1 and of in _UP and nonnegative(base):
        return Shape.CONVEX
    if exponent < 0 and of in _DOWN and positive(base):
        return Shape.CONVEX
    return Shape.UNKNOWN


def _logarithm(inner: Node) -> Shape:
    """The log of a sum of exp of convex functions is convex; log(sigmoid) and log(1 - sigmoid) are concave."""
    match inner:
        case Apply("+", terms) if all(_is_exponential(term) for term in terms):
            return Shape.CONVEX
        case Apply("+", terms) if _complement(terms):
            moving = next(term for term in terms if names_of(term))
            match moving:
                case Apply("-", (Apply("sigmoid", (argument,)),)) if shape(argument) in _STRAIGHT:
                    return Shape.CONCAVE
        case Apply("exp", (argument,)):
            return shape(argument)
        case Apply("sigmoid", (argument,)) if shape(argument) in _DOWN:
            return Shape.CONCAVE
    return _composed(_BENDS["log"], inner)


def _is_exponential(term: Node) -> bool:
    match term:
        case Apply("exp", (argument,)):
            return shape(argument) in _UP
        case Apply("*", factors):
            moving = [factor for factor in factors if names_of(factor)]
            return (
                len(moving) == 1
                and _is_exponential(moving[0])
                and all(sign(factor) > 0 for factor in factors if factor is not moving[0])
            )
    return sign(term) > 0


def _sum_of_squares(node: Node) -> bool:
    terms = node.arguments if isinstance(node, Apply) and node.function == "+" else (node,)
    for term in terms:
        match term:
            case Apply("^", (base, Number(exponent))) if exponent == 2 and shape(base) in _STRAIGHT:
                continue
        if sign(term) > 0:
            continue
        return False
    return True


def _complement(terms: tuple[Node, ...]) -> bool:
    """Whether a sum is 1 - sigmoid(...)."""
    if len(terms) != 2:
        return False
    for one, other in (terms, terms[::-1]):
        match other:
            case Apply("-", (Apply("sigmoid", _),)) if one == Number(Fraction(1)):
                return True
    return False


def _paired(factors: tuple[Node, ...]) -> bool:
    """Whether factors come in equal pairs, apart from nonnegative ones."""
    left = [factor for factor in factors if not nonnegative(factor)]
    return all(left.count(factor) % 2 == 0 for factor in left)


def _at_most_one(node: Node) -> bool:
    match node:
        case Apply("sigmoid", _):
            return True
        case Apply("+", terms):
            return _complement(terms)
    value = _number(node)
    return value is not None and 0 < value <= 1


def _at_least_one(node: Node) -> bool:
    match node:
        case Apply("+", terms):
            values = [_number(term) for term in terms]
            return all(map(nonnegative, terms)) and sum(value for value in values if value is not None) >= 1
    value = _number(node)
    return value is not None and value >= 1
