r"""A theorem on minima that are not isolated, such as those of (a*b - 1)^2/2, by a Polyak-Lojasiewicz bound.

Let :math:`f=c+\tfrac12\sum_i r_i^2` with Jacobian J of r, and let on a ball B of radius R around the iterate x_k hold:
the eigenvalues of :math:`JJ^T` lie between sigma > 0 and Lambda, and those of the Hessian are at most
:math:`L<2/\eta`.  There :math:`|\nabla f|^2=|J^Tr|^2\ge 2\sigma(f-c)`, and
:math:`|\nabla f|^2\le 2\Lambda(f-c)`.  With :math:`\varrho=1-2\sigma\eta(1-\eta L/2)` a step within B multiplies f - c
by at most rho, so that the k-th and all later steps together are at most
:math:`\eta\sqrt{2\Lambda(f(x_k)-c)}/(1-\sqrt\varrho)` long.  If that is less than R, no step ever leaves B, and the run
tends to a point of B at which f = c, its least value anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from gdquiz.descent.calculus import MOST_TERMS, Calculus, symbols_of, terms_bound, written
from gdquiz.descent.calculus import derive as derived
from gdquiz.descent.exact_run import Given
from gdquiz.enclosures.balls import Ball, Machine, Program, Uncertain, arb, arb_mat, around, ball
from gdquiz.enclosures.contraction import middles, positive_definite
from gdquiz.theorems.attraction import ARRIVING, at_growing_precision, proved
from gdquiz.theorems.certificates import Exact
from gdquiz.theorems.suggestion import Suggestion

WATCHED = frozenset({0, 1, *(2**power for power in range(2, 11)), 1500, 2000, 3000})
"""Steps after which a path that stays inside is looked for."""

CLOSE = 1e-13
"""A limit that is known this well is not looked for more closely."""


@dataclass(frozen=True, slots=True)
class Squares:
    """A loss as :math:`c+\\sum_i a_i g_i^2` with all a_i positive: the a_i, and the programs of the g_i's gradients."""

    weights: tuple[Fraction, ...]
    gradients: Program
    rest: Program


@lru_cache(maxsize=256)
def squares(calculus: Calculus, values: tuple[Given, ...], ascend: bool, least: Fraction) -> Squares | None:
    """The loss (for ascent minus the loss) as a sum of squares and a constant, if its form shows one; else None.

    ``least`` is a guess of the constant, for polynomials that have been multiplied out.
    """
    if not all(isinstance(value, Fraction) for value in values):
        return None
    names = symbols_of(calculus.parameters).values()
    at = {
        name: sympy.Rational(value.numerator, value.denominator)  # type: ignore[union-attr]
        for name, value in zip(names, values, strict=True)
    }
    loss = calculus.symbolic_loss.xreplace(at)
    loss = -loss if ascend else loss
    variables = tuple(symbols_of(calculus.variables).values())
    forms = [loss, sympy.expand_mul(loss)]
    if terms_bound(loss) <= MOST_TERMS // 10 and loss.is_polynomial(*variables):
        forms += [
            sympy.factor(loss - constant)
            for constant in dict.fromkeys((sympy.Integer(0), sympy.Rational(least.numerator, least.denominator)))
        ]
    for form in forms:
        terms = _split(form, variables)
        if terms:
            try:
                roots = [derived(written(root), calculus.variables, ()) for _, root in terms]
                rows = [component for root in roots for component in root.gradient]
                above = written(sum((weight * root**2 for weight, root in terms), sympy.Integer(0)))
            except (ValueError, ArithmeticError):
                return None
            weights = tuple(Fraction(int(weight.p), int(weight.q)) for weight, _ in terms)
            return Squares(weights, Program(rows, calculus.variables), Program((above,), calculus.variables))
    return None


def _split(form: Any, variables: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    """The pairs of weight and root of a sum of squares and a constant; empty where it is none."""
    terms = []
    for term in sympy.Add.make_args(form):
        if not term.has(*variables):
            continue
        weight, core = term.as_coeff_Mul()
        root = sympy.Integer(1)
        for factor in sympy.Mul.make_args(core):
            base, exponent = factor.as_base_exp()
            if not (exponent.is_Integer and exponent > 0 and exponent % 2 == 0):
                return []
            root *= base ** (exponent / 2)
        if not (weight.is_Rational and weight > 0):
            return []
        terms.append((weight, root))
    return terms


@at_growing_precision
def descends(machine: Machine, hint: Suggestion) -> Exact | None:
    """Descent on a sum of squares, once the rest of its path is certainly short enough."""
    run = machine.run
    if run.method != "descent" or machine.size == 1 or hint.limit not in ARRIVING or not machine.rate > 0:
        return None
    guess = float(machine.height(tuple(ball(x) for x in hint.places[0])).mid()) if hint.places else 0.0
    least = Fraction(guess).limit_denominator(1000) if np.isfinite(guess) else Fraction(0)
    found = squares(run.calculus, run.values, run.ascend, least)
    if found is None or len(found.weights) > machine.size:
        return None
    result: Exact | None = None
    for number, state in enumerate(machine.states(max(WATCHED))):
        point = state[0]
        if number in WATCHED:
            result = _path(machine, found, point) or result
            if result is not None and result.within is not None and result.within[0] < CLOSE:
                return result
        if not all(float(part.rad()) < 1e-9 * (1 + abs(float(part.mid()))) for part in point):
            if result is not None:
                return result
            raise Uncertain("the iterate")
    return result


def _path(machine: Machine, found: Squares, point: tuple[Ball, ...]) -> Exact | None:
    rest = found.rest(point)[0]
    if not rest.is_finite():
        return None
    height = arb(rest.abs_upper())
    centre = tuple(arb(part.mid()) for part in point)
    radius = arb(0)
    for _ in range(4):
        try:
            path = _length(machine, found, tuple(around(c, radius) for c in centre), height)
        except Uncertain:
            return None
        if path is None:
            return None
        slack = max((arb(part.rad()) for part in point), key=float)
        if path + slack < radius:
            best = "local_max" if machine.run.ascend else "local_min"
            box = tuple(around(c, path + slack) for c in centre)
            return proved(machine.run, "converged", point=best, best=True, box=box, stable=True)
        radius = arb(((path + slack) * ball(1.25) + ball(2.0**-200)).abs_upper())
    return None


def _length(machine: Machine, found: Squares, box: tuple[Ball, ...], height: Ball) -> Ball | None:
    """A bound on the length of the path from the middle of a box, as long as it stays in the box; None for no bound."""
    machine.slope(box)
    sign = -1 if machine.run.ascend else 1
    hessian = [[sign * entry for entry in row] for row in machine.hessian(box)]
    flat = found.gradients(box)
    size, count = machine.size, len(found.weights)
    if not all(entry.is_finite() for entry in flat):
        raise Uncertain("a gradient")
    scales = [(2 * ball(weight)).sqrt() for weight in found.weights]
    jacobian = arb_mat([[scales[i] * flat[i * size + j] for j in range(size)] for i in range(count)])
    product = jacobian * jacobian.transpose()
    gram = [[product[i, j] for j in range(count)] for i in range(count)]
    floats, bends = middles(gram), middles(hessian)
    if not (np.isfinite(floats).all() and np.isfinite(bends).all()):
        return None
    sigma = ball(float(np.linalg.eigvalsh(floats)[0]) * 0.75)
    most = ball(float(np.linalg.eigvalsh(floats)[-1]) * 1.25)
    rate = machine.rate
    steepest = float(np.linalg.eigvalsh(bends)[-1])
    limit = 2 / float(rate.mid())
    bound = ball(max(steepest, 0.0) + 0.25 * max(limit - steepest, 0.0))
    if not (sigma > 0 and rate * bound < 2):
        return None
    if not (
        positive_definite(_shifted(gram, -1, sigma))
        and positive_definite(_shifted(gram, 1, most))
        and positive_definite(_shifted(hessian, 1, bound))
    ):
        return None
    share = 1 - 2 * sigma * rate * (1 - rate * bound / 2)
    if not share < 1:
        return None
    root = share.sqrt() if share > 0 else arb(0)
    return arb((rate * (2 * most * height).sqrt() / (1 - root)).abs_upper())


def _shifted(matrix: list[list[Ball]], sign: int, by: Ball) -> list[list[Ball]]:
    """``by`` times the unit matrix minus a matrix (sign +1), or the other way round (-1)."""
    return [
        [(by if i == j else arb(0)) * sign - sign * entry for j, entry in enumerate(row)]
        for i, row in enumerate(matrix)
    ]
