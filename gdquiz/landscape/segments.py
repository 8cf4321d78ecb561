"""A loss of one variable cut into smooth segments, and all zeros of smooth formulas on them.

``abs``, ``relu``, ``min`` and ``max`` change their form where an argument is zero; poles, and the ends of the domain of
``log`` and ``sqrt``, lie at zeros, too.  So everything rests on ``Line.zeros``, which finds *all* zeros in an interval
or raises ``Undecided``: those of polynomial factors exactly (``roots``), others by halving.  A piece without zeros is
one whose enclosure excludes 0; where that of the derivative excludes 0, the signs at both ends tell whether there is
one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

import mpmath
import sympy

from gdquiz.descent.calculus import derive, symbolic, symbols_of, terms_bound, written
from gdquiz.formulas.expressions import Apply, Node, Number, names_of
from gdquiz.landscape import convexity
from gdquiz.landscape.intervals import FINE, Interval, enclose, ends, meet, sign_of, span
from gdquiz.numbers import roots
from gdquiz.numbers.roots import Value

MOST_DEGREE = 40
"""Polynomials whose square-free part has a higher degree are not solved."""
MOST_PIECES = 2_000
"""So many intervals are looked at for one loss."""
MOST_ZEROS = 500
MOST_FACTORED = 40
"""Formulas with more terms, multiplied out, are not factored."""
TAILS = tuple(Fraction(50) * 4**power for power in range(8))
"""A half-line is given up where the formula cannot be told from 0 beyond the last of these."""

_NARROW = Fraction(1, 10**9)
_SHARP = Fraction(1, 10**55)


class Undecided(Exception):
    """What is asked cannot be proved by these means."""


@dataclass(frozen=True, slots=True)
class Place:
    """A number alone in a narrow interval with rational ends, which are equal where it is known to be rational.

    ``source`` is the formula that it is a zero of; two places with the same interval and source are the same number.
    """

    low: Fraction
    high: Fraction
    source: Any = field(default=None, hash=False)

    @classmethod
    def of(cls, exact: Fraction) -> Place:
        return cls(exact, exact)

    @property
    def exact(self) -> Fraction | None:
        return self.low if self.low == self.high else None

    @property
    def value(self) -> Value:
        if self.exact is not None:
            return Value.of(self.exact)
        middle = (self.low + self.high) / 2
        with mpmath.workdps(60):
            return Value.near(mpmath.mpf(middle.numerator) / middle.denominator)


End = Place | None
"""The end of an interval; None is infinity."""


def before(one: Place, other: Place) -> bool | None:
    """Whether one place is left of the other; None if they are the same.  Raises ``Undecided``."""
    if one.high < other.low:
        return True
    if other.high < one.low:
        return False
    if (one.low, one.high) == (other.low, other.high) and (one.exact is not None or one.source == other.source):
        return None
    raise Undecided("two places too close to tell apart")


def in_order(places: list[Place]) -> list[Place]:
    """The places from left to right, each once.  Raises ``Undecided``."""
    ordered = sorted(places, key=lambda place: (place.low, place.high))
    return [place for at, place in enumerate(ordered) if at == 0 or before(ordered[at - 1], place)]


def between(low: End, high: End) -> Fraction:
    """A short rational number strictly between two ends."""
    if low is None or high is None:
        return Fraction(0) if low is high else high.low - 1 if high is not None else low.high + 1  # type: ignore[union-attr]
    middle, width = (low.high + high.low) / 2, high.low - low.high
    short = middle.limit_denominator(max(1, int(8 / width)))
    return short if low.high < short < high.low else middle


@dataclass(frozen=True, slots=True)
class Segment:
    """An open interval on which the loss is the smooth formula ``node``."""

    low: End
    high: End
    node: Node


class _Cut(Exception):
    """The segment is to be cut at these places."""

    def __init__(self, places: list[Place]):
        super().__init__()
        self.places = places


class Line:
    """The real line, or a window of it, for formulas in one variable.  Counts the work that is done on it."""

    def __init__(self, variable: str, low: End = None, high: End = None):
        self.variable, self.low, self.high = variable, low, high
        self.work = 0
        self._known: dict[Any, list[tuple[End, End, list[Place]]]] = {}

    # --- segments ---

    def segments(self, loss: Node) -> tuple[Segment, ...]:
        """The segments of the loss from left to right; places at which it has no value are left out.

        Raises ``Undecided`` where the ends of the segments cannot all be found, and for losses that jump.
        """
        found: list[Segment] = []
        waiting: list[tuple[End, End]] = [(self.low, self.high)]
        while waiting:
            low, high = waiting.pop()
            try:
                node = self._resolved(loss, low, high)
            except _Cut as cut:
                stops = [low, *in_order(cut.places), high]
                waiting += reversed(list(pairwise(stops)))
                continue
            if node is not None:
                found.append(Segment(low, high, node))
            if len(found) + len(waiting) > MOST_ZEROS:
                raise Undecided("too many segments")
        return tuple(found)

    def _resolved(self, node: Node, low: End, high: End) -> Node | None:
        """The same formula without kinks, between the ends; None where there is no value.  Raises ``_Cut``."""
        if not isinstance(node, Apply):
            return node
        parts = [self._resolved(argument, low, high) for argument in node.arguments]
        if any(part is None for part in parts):
            return None
        arguments = tuple(part for part in parts if part is not None)
        match node.function:
            case "sign" | "step":
                raise Undecided("a loss that jumps")
            case "abs":
                return arguments[0] if self._sign(arguments[0], low, high) >= 0 else negated(arguments[0])
            case "relu":
                return arguments[0] if self._sign(arguments[0], low, high) > 0 else Number(Fraction(0))
            case "max" | "min":
                return self._best(arguments, 1 if node.function == "max" else -1, low, high)
            case "log" | "sqrt":
                return self._within_domain(node.function, arguments[0], low, high)
            case "/":
                self._sign(arguments[1], low, high)
            case "tan":
                self._sign(Apply("cos", arguments), low, high)
            case "^" if _negative(arguments[1]):
                self._sign(arguments[0], low, high)
        return Apply(node.function, arguments)

    def _best(self, arguments: tuple[Node, ...], direction: int, low: End, high: End) -> Node:
        best, *others = arguments
        for other in others:
            if direction * self._sign(Apply("+", (other, negated(best))), low, high) > 0:
                best = other
        return best

    def _within_domain(self, function: str, inner: Node, low: End, high: End) -> Node | None:
        sign = self._sign(inner, low, high)
        if sign < 0 or (sign == 0 and function == "log"):
            return None
        if function == "sqrt" and names_of(inner):
            expression = symbolic(inner, (self.variable,))
            if terms_bound(expression) <= MOST_FACTORED and expression.is_polynomial():
                plain = written(sympy.sqrt(sympy.factor(expression)))  # the root of a square is an absolute value
                if _has(plain, "abs"):
                    return self._resolved(plain, low, high)
        return Apply(function, (inner,))

    def _sign(self, node: Node, low: End, high: End) -> int:
        """The sign of a smooth formula between the ends.  Raises ``_Cut`` where it has zeros there."""
        if convexity.positive(node):
            return 1
        expression = symbolic(node, (self.variable,))
        if vanishes(expression):
            return 0
        places = self.zeros(expression, low, high)
        if places:
            raise _Cut(places)
        return self.sign_at(node, between(low, high))

    # --- zeros ---

    def sign_at(self, node: Node, x: Fraction) -> int:
        """The sign of a formula at a rational number.  Raises ``Undecided``."""
        if not names_of(node):
            node = Apply("+", (node, Number(Fraction(0))))
        sign = sign_of(enclose(node, {self.variable: span(x, x, FINE)}))
        if sign is None:
            if vanishes(self._at(symbolic(node, (self.variable,)), x)):
                return 0
            raise Undecided(f"the sign at {x}")
        return sign

    def _at(self, expression: Any, x: Fraction) -> Any:
        return expression.xreplace({self._symbol: sympy.Rational(x.numerator, x.denominator)})

    @property
    def _symbol(self) -> Any:
        return symbols_of((self.variable,))[self.variable]

    def zeros(self, expression: Any, low: End, high: End) -> list[Place]:
        """All zeros of a SymPy expression strictly between the ends, in order.  Raises ``Undecided``."""
        found: list[Place] = []
        factors = list(self._factors(expression))
        longer = sum(map(sympy.count_ops, factors)) > sympy.count_ops(expression)
        if longer and all(self._polynomial(factor) is None for factor in factors):
            factors = [expression]  # factoring only multiplied it out, which makes enclosures wide
        for factor in factors:
            polynomial = self._polynomial(factor)
            if polynomial is not None:
                found += [place for place in _roots_of(polynomial) if _inside(place, low, high)]
            else:
                found += self._recalled(factor, low, high)
        if len(found) > MOST_ZEROS:
            raise Undecided("too many zeros")
        return in_order(found)

    def _factors(self, expression: Any) -> Iterator[Any]:
        """Factors with all the zeros of the expression where it is defined; positive ones are left out."""
        whole = sympy.factor(expression) if terms_bound(expression) <= MOST_FACTORED else expression
        for part in sympy.Mul.make_args(whole):
            factor = part
            if factor.is_Pow and factor.exp.is_Rational:
                if factor.exp < 0:
                    continue
                factor = factor.base
            if factor.is_number:
                if vanishes(factor):
                    raise Undecided("a formula that is zero everywhere")
                continue
            if factor.is_positive or factor.is_negative:
                continue
            try:
                sure = convexity.positive(written(factor)) or convexity.positive(written(-factor))
            except ValueError:
                sure = False
            if not sure:
                yield factor

    def _polynomial(self, expression: Any) -> roots.Polynomial | None:
        if not expression.is_polynomial(self._symbol):
            return None
        polynomial = sympy.Poly(expression, self._symbol)
        if not (polynomial.domain.is_QQ or polynomial.domain.is_ZZ):
            return None
        if polynomial.sqf_part().degree() > MOST_DEGREE:
            raise Undecided("too high a degree")
        return tuple(roots.fraction(c) for c in polynomial.set_domain("QQ").primitive()[1].all_coeffs())

    def _recalled(self, expression: Any, low: End, high: End) -> list[Place]:
        """All zeros between the ends, looked up where they have been found in a wider interval."""
        for left, right, places in self._known.get(expression, ()):
            if _not_after(left, low) and _not_after(high, right, end=True):
                return [place for place in places if _inside(place, low, high)]
        found = self._isolated(expression, low, high)
        self._known.setdefault(expression, []).append((low, high, found))
        return found

    def _isolated(self, expression: Any, low: End, high: End) -> list[Place]:
        """All zeros between the ends of an expression that is no polynomial."""
        try:
            node = written(expression)
            slope = derive(node, (self.variable,), ()).gradient[0]
        except Exception as error:
            raise Undecided("no derivative") from error
        start, stop = self._tail(node, low, -1), self._tail(node, high, 1)
        found: list[Place] = []
        waiting = [(start, stop)] if start < stop else []
        while waiting:
            left, right = waiting.pop()
            self.work += 1
            if self.work > MOST_PIECES or len(found) > MOST_ZEROS:
                raise Undecided("too much work")
            whole = {self.variable: span(left, right)}
            value = enclose(node, whole)
            if value is None or sign_of(value) not in (None, 0):
                continue
            steep = enclose(slope, whole)
            if steep is not None and sign_of(steep) in (1, -1):
                found += self._crossing(expression, node, slope, (left, right), (low, high))
                continue
            if self._excluded(node, steep, left, right):
                continue
            if right - left < _NARROW * max(Fraction(1), abs(left)):
                raise Undecided(f"what is near {float(left):.6g}")
            middle = left + (right - left) * Fraction(517, 1024)
            middle = Fraction(round(middle * 2**40), 2**40)
            waiting += [(middle, right), (left, middle)]
        return found

    def _tail(self, node: Node, end: End, side: int) -> Fraction:
        """A number beyond which, towards the end, the formula has no zero; for an end that is a place, the place."""
        if end is not None:
            return end.high if side > 0 else end.low
        for far in TAILS:
            tail = span(far, None) if side > 0 else span(None, -far)
            if sign_of(enclose(node, {self.variable: tail})) in (1, -1):
                return side * far
        raise Undecided("the half-line")

    def _excluded(self, node: Node, steep: Interval | None, left: Fraction, right: Fraction) -> bool:
        """Whether the mean value theorem excludes a zero: h(x) lies in h(m) + h'(X)(x - m)."""
        if steep is None or None in ends(steep):
            return False
        middle = (left + right) / 2
        centre = enclose(node, {self.variable: span(middle, middle)})
        if centre is None:
            return False
        reach = span(left - middle, right - middle)
        return sign_of(centre + steep * reach) in (1, -1)

    def _crossing(
        self, expression: Any, node: Node, slope: Node, piece: tuple[Fraction, Fraction], around: tuple[End, End]
    ) -> list[Place]:
        """The zero, if there is one, of a formula that is monotone on a piece."""
        signs = []
        for x, end in zip(piece, around, strict=True):
            at = sign_of(enclose(node, {self.variable: span(x, x, FINE)}))
            if at is None:
                exact = end is None or end.exact is not None
                if not (exact and vanishes(self._at(expression, x))):
                    raise Undecided(f"the sign at {float(x):.6g}")
                at = 0
            signs.append(at)
        if 0 in signs:
            inner = [x for x, sign in zip(piece, signs, strict=True) if sign == 0]
            return [Place.of(x) for x in inner if _inside(Place.of(x), *around)]
        if signs[0] == signs[1]:
            return []
        place = self._refined(expression, node, slope, *piece)
        return [place] if _inside(place, *around) else []

    def _refined(self, expression: Any, node: Node, slope: Node, left: Fraction, right: Fraction) -> Place:
        """The zero in a piece on which the formula is monotone and changes its sign, by interval Newton steps."""
        x = span(left, right, FINE)
        for _ in range(60):
            low, high = ends(x)
            assert low is not None and high is not None
            if high - low < _SHARP * max(Fraction(1), abs(low)):
                break
            middle = (low + high) / 2
            centre = span(middle, middle, FINE)
            value, steep = enclose(node, {self.variable: centre}), enclose(slope, {self.variable: x})
            if value is None or steep is None:
                raise Undecided("a zero at the edge of the domain")
            narrowed = meet(x, centre - value / steep)
            if narrowed is None:
                raise Undecided("a zero that is none")
            x = narrowed
        low, high = ends(x)
        assert low is not None and high is not None
        guess = ((low + high) / 2).limit_denominator(10**6)
        if low <= guess <= high and vanishes(self._at(expression, guess)):
            return Place.of(guess)
        if high - low > Fraction(1, 10**30):
            raise Undecided("a zero that cannot be refined")
        return Place(low, high, expression)


def vanishes(expression: Any) -> bool:
    """Whether a SymPy expression is zero by the rules of arithmetic."""
    if expression.is_Rational:
        return bool(expression == 0)
    return terms_bound(expression) <= MOST_FACTORED and bool(sympy.expand(expression) == 0)


def _inside(place: Place, low: End, high: End) -> bool:
    return (low is None or bool(before(low, place))) and (high is None or bool(before(place, high)))


def _not_after(one: End, other: End, *, end: bool = False) -> bool:
    """Whether one left end is not right of the other one; the same for right ends."""
    infinite = other if end else one
    if infinite is None:
        return True
    return one is not None and other is not None and before(one, other) is not False


@lru_cache(maxsize=256)
def _roots_of(polynomial: roots.Polynomial) -> tuple[Place, ...]:
    if len(polynomial) == 1:
        return ()
    found = roots.real_roots(polynomial)
    if not found.agreed:
        raise Undecided("two counts of roots that differ")
    return tuple(Place(root.low, root.high, polynomial) for root in found.roots)


def negated(node: Node) -> Node:
    """Minus the formula."""
    return node.arguments[0] if isinstance(node, Apply) and node.function == "-" else Apply("-", (node,))


def _negative(node: Node) -> bool:
    return isinstance(node, Apply) and node.function == "-"


def _has(node: Node, function: str) -> bool:
    return isinstance(node, Apply) and (
        node.function == function or any(_has(part, function) for part in node.arguments)
    )
