r"""How many real points a system of polynomials has, exactly.

A Groebner basis of the system gives the algebra of polynomials modulo the system.  If it has finite dimension N, the
quadratic form :math:`Q(p, q) = \operatorname{trace}(r \mapsto pqr)` on it has as its rank the number of distinct
complex points and as its signature the number of distinct real ones (Hermite; Pedersen, Roy and Szpirglas 1993).
Everything is exact, and the work is bounded by counts, never by a clock, so that a result is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from heapq import heappop, heappush
from itertools import product
from typing import Any

import sympy
from sympy.polys.orderings import grevlex
from sympy.polys.rings import ring

from gdquiz.numbers.matrices import inertia

MOST_WORK = 60_000
MOST_MEMBERS = 60
MOST_DEGREE = 12
MOST_POINTS = 30
"""Bounds: words of coefficients touched by reductions, members of a basis, degree, points with multiplicity."""

Monomial = tuple[int, ...]
Vector = dict[int, Any]


class Dimension(Enum):
    """What the critical set looks like over the complex numbers; the value is the sentence told to people."""

    FINITE = "the system has finitely many points"
    INFINITE = "the critical points may be curves or surfaces, not isolated points"
    UNKNOWN = "the system is too large to be solved exactly here"


@dataclass(frozen=True, slots=True)
class Count:
    """The numbers of distinct real and complex points; zero unless the dimension is FINITE."""

    dimension: Dimension
    real: int = 0
    complex: int = 0


def count_points(equations: Sequence[Any], symbols: Sequence[Any]) -> Count:
    """The number of points at which all equations, SymPy polynomials with rational coefficients, vanish.

    Their number of terms is for the caller to bound.
    """
    polynomials, *_ = ring([f"v{place}" for place in range(len(symbols))], sympy.QQ, grevlex)
    system = []
    for equation in equations:
        terms = sympy.Poly(equation, *symbols, domain="QQ").as_dict()
        if terms:
            system.append(polynomials.from_dict(_rational(terms)))
    basis = _groebner(system)
    if basis is None:
        return Count(Dimension.UNKNOWN)
    leading = [g.LM for g in basis]
    if any(sum(monomial) == 0 for monomial in leading):
        return Count(Dimension.FINITE)
    sides = []
    for place in range(len(symbols)):
        pure = [m[place] for m in leading if sum(m) == m[place]]
        if not pure:
            return Count(Dimension.INFINITE)
        sides.append(min(pure))
    standard = sorted(
        (m for m in product(*map(range, sides)) if not any(_divides(lead, m) for lead in leading)),
        key=lambda m: (sum(m), m),
    )
    if len(standard) > MOST_POINTS:
        return Count(Dimension.UNKNOWN)
    positive, negative, _ = inertia(_trace_form(polynomials, basis, standard))
    return Count(Dimension.FINITE, positive - negative, positive + negative)


def _rational(terms: dict[Monomial, Any]) -> dict[Monomial, Any]:
    return {monomial: sympy.QQ(int(c.p), int(c.q)) for monomial, c in terms.items()}


def _divides(a: Monomial, b: Monomial) -> bool:
    return all(x <= y for x, y in zip(a, b, strict=True))


def _groebner(system: list[Any]) -> list[Any] | None:
    """A Groebner basis in graded reverse order (Buchberger, nearest pairs first), or None beyond the bounds."""
    basis: list[Any] = []
    queue: list[tuple[int, Monomial, int, int]] = []
    done: set[tuple[int, int]] = set()

    def joint(a: Monomial, b: Monomial) -> Monomial:
        return tuple(map(max, a, b))

    def admit(g: Any) -> None:
        g = g.monic()
        for place, other in enumerate(basis):
            least = joint(g.LM, other.LM)
            heappush(queue, (sum(least), least, place, len(basis)))
        basis.append(g)

    work = 0
    for polynomial in sorted(system, key=lambda p: sum(p.LM)):
        remainder, spent = _remainder(polynomial, basis, MOST_WORK - work)
        work += spent
        if remainder:
            admit(remainder)
    while queue:
        degree, least, i, j = heappop(queue)
        done.add((i, j))
        f, g = basis[i], basis[j]
        if degree == sum(f.LM) + sum(g.LM):
            continue  # coprime leading monomials
        if any(
            k not in (i, j)
            and _divides(basis[k].LM, least)
            and (min(i, k), max(i, k)) in done
            and (min(j, k), max(j, k)) in done
            for k in range(len(basis))
        ):
            continue  # the chain criterion
        if degree > MOST_DEGREE:
            return None
        up = [tuple(a - b for a, b in zip(least, p.LM, strict=True)) for p in (f, g)]
        remainder, spent = _remainder(f.mul_monom(up[0]) - g.mul_monom(up[1]), basis, MOST_WORK - work)
        work += spent
        if work > MOST_WORK or len(basis) > MOST_MEMBERS:
            return None
        if remainder:
            admit(remainder)
    return [
        g
        for place, g in enumerate(basis)
        if not any(
            _divides(other.LM, g.LM) and (other.LM != g.LM or at < place)
            for at, other in enumerate(basis)
            if at != place
        )
    ]


def _remainder(polynomial: Any, basis: list[Any], budget: int) -> tuple[Any, int]:
    """What division by the basis leaves, and the work it took; the remainder means nothing beyond the budget."""
    left, rest, work = polynomial, polynomial.ring.zero, 0
    while left and work <= budget:
        top, coefficient = left.LM, left.LC
        divisor = next((g for g in basis if _divides(g.LM, top)), None)
        if divisor is None:
            rest[top] = coefficient
            left = left - left.ring.from_dict({top: coefficient})
            continue
        up = tuple(a - b for a, b in zip(top, divisor.LM, strict=True))
        left = left - divisor.mul_monom(up).mul_ground(coefficient / divisor.LC)
        work += len(divisor) * (1 + _bits(coefficient) // 64) + len(left)
    return rest, work


def _bits(number: Any) -> int:
    return max(int(number.numerator).bit_length(), int(number.denominator).bit_length())


def _trace_form(polynomials: Any, basis: list[Any], standard: list[Monomial]) -> list[list[Fraction]]:
    place_of = {monomial: place for place, monomial in enumerate(standard)}
    one = polynomials.domain.one

    def vector(monomial: Monomial) -> Vector:
        if monomial in place_of:
            return {place_of[monomial]: one}
        remainder = polynomials.from_dict({monomial: one}).rem(basis)
        return {place_of[m]: c for m, c in remainder.terms()}

    def raised(monomial: Monomial, axis: int, by: int = 1) -> Monomial:
        return (*monomial[:axis], monomial[axis] + by, *monomial[axis + 1 :])

    axes = range(len(standard[0]))
    times = [[vector(raised(monomial, axis)) for monomial in standard] for axis in axes]
    products: list[list[Vector]] = []  # products[i][j] is standard[i] * standard[j] modulo the system
    for monomial in standard:
        axis = next((axis for axis in axes if monomial[axis]), None)
        if axis is None:
            products.append([{place: one} for place in range(len(standard))])
            continue
        row = []
        for before in products[place_of[raised(monomial, axis, -1)]]:
            total: Vector = {}
            for at, coefficient in before.items():
                for to, entry in times[axis][at].items():
                    total[to] = total.get(to, 0) + coefficient * entry
            row.append(total)
        products.append(row)
    traces = [sum(column.get(place, 0) for place, column in enumerate(row)) for row in products]
    return [
        [_exact(sum(coefficient * traces[at] for at, coefficient in column.items())) for column in row]
        for row in products
    ]


def _exact(number: Any) -> Fraction:
    return Fraction(int(number.numerator), int(number.denominator)) if number else Fraction(0)
