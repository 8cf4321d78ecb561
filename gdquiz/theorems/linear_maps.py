r"""Runs on quadratics, decided by algebra: methods whose update is a linear map with rational coefficients.

On a quadratic with Hessian H each update of descent, heavy ball and Nesterov's method is linear, and along a curvature
:math:`\lambda` of H the slope :math:`\gamma_k` obeys a recurrence of its own.  With :math:`s = \eta\lambda` its
characteristic polynomial :math:`z^2 - Tz + D` has

* descent: :math:`T = 1 - s`, :math:`D = 0`;
* heavy ball: :math:`T = 1 + \beta - s`, :math:`D = \beta`;
* Nesterov: :math:`T = (1 + \beta)(1 - s)`, :math:`D = \beta(1 - s)`.

For :math:`0\le\beta<1` Jury's test says that its roots lie inside of the unit circle exactly for :math:`0 < s < S` with
S = 2, :math:`2(1 + \beta)` and :math:`2(1 + \beta)/(1 + 2\beta)`.  At s = S one root is -1 and the other is inside: a
cycle of period 2.  Beyond S a real root lies below -1, below s = 0 one lies above 1; at s = 0 the slope never changes.
No other root ever reaches the circle.

Which curvatures matter is said by the start: they are the roots of the smallest polynomial m with m(H) g_0 = 0.  It has
rational coefficients and only real roots, so that Descartes' rule counts exactly how many of them lie on either side of
a rational bound.  No eigenvalue is ever computed.  For ascent everything is asked of minus the loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from math import gcd, isfinite, isqrt, lcm

import numpy as np

from gdquiz.descent.exact_run import ExactRun
from gdquiz.formulas.pointwise import as_float, exact_value
from gdquiz.numbers.certainty import NO, UNSURE, YES
from gdquiz.numbers.matrices import characteristic, inertia
from gdquiz.numbers.roots import Polynomial, at, real_roots
from gdquiz.theorems.certificates import Exact

Vector = tuple[Fraction, ...]
Matrix = tuple[Vector, ...]

MOST_BITS = 8_000
"""The events of steps whose numbers are longer than this are left open."""

DIGITS = 80
"""Decimal places to which rates of growth are compared."""


def linear_map(run: ExactRun) -> Exact | None:
    """The verdict on a run on a quadratic; None for other losses and methods, and for numbers that are not rational.

    Also None where the loss rises along one growing direction and falls along another that grows equally fast, unless
    these two are all that moves a run of plain descent.
    """
    problem = _problem(run)
    if problem is None:
        return None
    moving = smallest_polynomial(problem.hessian, problem.slope)
    limit = _limit(problem, moving)
    if limit is None:
        return None
    converges = limit == "converged"
    settled = converges or limit == "stationary_start"
    whole = Count.of(characteristic(problem.hessian), problem.most)
    steps = tuple(islice(_steps(problem), run.shown))
    crossing = tuple(_crossings(problem, moving, run.shown))
    return Exact(
        decided=np.array([True]),
        limit=np.array([limit]),
        period=np.array([2 if limit == "cycle" else 0]),
        point=np.array([_kind(problem.hessian, ascend=run.ascend) if settled else "none"]),
        best=np.array([settled and whole.below == 0]),
        one_step=_told([YES if converges and len(moving) == 2 and at(moving, 1 / run.rate) == 0 else NO]),
        unstable_limit=_told([pushes_away(whole) if converges else NO]),
        oscillating=_told([_oscillating(problem, moving, steps) if converges else NO]),
        overshoot=_row((step.rises for step in steps), run.shown),
        crossing=_row(crossing, run.shown),
        basin_jump=_told([NO]),
        plateau=_told([NO]),
        place=np.array([[as_float(x) for x in _rest(problem, moving)]]) if settled else None,
        within=np.array([off_by_rounding(_rest(problem, moving))]) if settled else None,
    )


def resting_point(run: ExactRun) -> Vector | None:
    """The exact limit of a run that ``linear_map`` says converges or never moves; None for any other run."""
    problem = _problem(run)
    if problem is None:
        return None
    moving = smallest_polynomial(problem.hessian, problem.slope)
    settles = _limit(problem, moving) in ("converged", "stationary_start")
    return _rest(problem, moving) if settles else None


def off_by_rounding(point: Sequence[Fraction]) -> float:
    """A bound for the distance, in each coordinate, of a point from the floats nearest to it."""
    gap = max(abs(Fraction(as_float(x)) - x) if isfinite(as_float(x)) else Fraction(0) for x in point)
    return as_float(gap) * 1.0001


def _told(answers: Sequence[np.int8]) -> np.ndarray:
    return np.array(answers, dtype=np.int8)


def _row(answers: Iterator[bool] | tuple[bool, ...], shown: int) -> np.ndarray:
    told = [YES if answer else NO for answer in answers]
    return np.array([told + [UNSURE] * (shown - len(told))], dtype=np.int8).reshape(1, shown)


# --- the problem ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Problem:
    """Descent on a quadratic, with its sign changed for ascent: ``slope`` is the gradient at the start.

    ``momentum`` is 0 for plain descent.  ``ahead`` says that gradients are taken where momentum leads to (Nesterov).
    """

    hessian: Matrix
    slope: Vector
    start: Vector
    rate: Fraction
    momentum: Fraction
    ahead: bool

    @property
    def most(self) -> Fraction:
        """The curvature S/eta from which on a direction does not die out."""
        return largest_stable_curvature(self.rate, self.momentum, ahead=self.ahead)

    def recurrence(self, curvature: Fraction) -> tuple[Fraction, Fraction]:
        """T and D along a curvature."""
        beta, s = self.momentum, self.rate * curvature
        return ((1 + beta) * (1 - s), beta * (1 - s)) if self.ahead else (1 + beta - s, beta)


def largest_stable_curvature(rate: Fraction, momentum: Fraction, *, ahead: bool) -> Fraction:
    """S/eta: 2(1 + beta)/eta, for Nesterov's method (``ahead``) over 1 + 2 beta; momentum is 0 for plain descent."""
    return 2 * (1 + momentum) / ((1 + 2 * momentum if ahead else 1) * rate)


def momentum_of(run: ExactRun) -> Fraction | None:
    """beta, 0 for plain descent; None for other methods and where the theory of this module does not hold."""
    if run.method not in ("descent", "heavy-ball", "nesterov"):
        return None
    beta = Fraction(0) if run.method == "descent" else run.settings.get("beta")
    return beta if beta is not None and run.rate > 0 and 0 <= beta < 1 else None


def _problem(run: ExactRun) -> _Problem | None:
    calculus, beta = run.calculus, momentum_of(run)
    if beta is None or not calculus.quadratic:
        return None
    sign = -1 if run.ascend else 1
    numbers = dict(zip((*calculus.variables, *calculus.parameters), (*run.start, *run.values), strict=True))
    try:
        hessian = tuple(tuple(sign * exact_value(entry, numbers) for entry in row) for row in calculus.hessian)
        slope = tuple(sign * exact_value(part, numbers) for part in calculus.gradient)
    except ArithmeticError:
        return None
    return _Problem(hessian, slope, run.start, run.rate, beta, run.method == "nesterov")


def _times(matrix: Matrix, vector: Vector) -> Vector:
    return tuple(sum((a * x for a, x in zip(row, vector, strict=True)), Fraction(0)) for row in matrix)


def smallest_polynomial(matrix: Matrix, vector: Vector) -> Polynomial:
    """The monic polynomial m of the least degree with m(A) v = 0, highest power first (Krylov)."""
    known: list[tuple[int, list[Fraction], list[Fraction]]] = []
    power = vector
    while True:
        rest = list(power)
        made = [Fraction(0)] * len(known) + [Fraction(1)]  # rest = sum of made[j] A^j v
        for pivot, row, combination in known:
            factor = rest[pivot]
            if factor:
                rest = [x - factor * y for x, y in zip(rest, row, strict=True)]
                for place, part in enumerate(combination):
                    made[place] -= factor * part
        pivot = next((place for place, x in enumerate(rest) if x), -1)
        if pivot < 0:
            return tuple(reversed(made))
        known.append((pivot, [x / rest[pivot] for x in rest], [x / rest[pivot] for x in made]))
        power = _times(matrix, power)


# --- curvatures, counted -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Count:
    """How many roots of a polynomial whose roots are all real are below 0, zero, between, equal to, beyond a bound."""

    below: int
    zero: int
    inside: int
    bound: int
    beyond: int

    @classmethod
    def of(cls, polynomial: Polynomial, bound: Fraction) -> Count:
        """Count with multiplicity, for a bound above 0."""
        degree = len(polynomial) - 1
        positive, zero = _positive(polynomial)
        beyond, equal = _positive(_shifted(polynomial, bound))
        return cls(degree - positive - zero, zero, positive - beyond - equal, equal, beyond)


def _positive(polynomial: Polynomial) -> tuple[int, int]:
    """How many roots are above 0 and how many are 0, by Descartes' rule: it is exact where all roots are real."""
    signs = [x > 0 for x in polynomial if x]
    last = next(place for place, x in enumerate(reversed(polynomial)) if x)
    return sum(a != b for a, b in pairwise(signs)), last


def _shifted(polynomial: Polynomial, by: Fraction) -> Polynomial:
    """The polynomial p(t + by)."""
    shifted = list(polynomial)
    for end in range(len(shifted), 1, -1):
        for place in range(1, end):
            shifted[place] += by * shifted[place - 1]
    return tuple(shifted)


def _limit(problem: _Problem, moving: Polynomial) -> str | None:
    """What becomes of the run: f rises along what grows beyond S, and falls along what grows below 0 or stays at 0."""
    count = Count.of(moving, problem.most)
    if len(moving) == 1:
        return "stationary_start"
    if not (count.below or count.zero or count.beyond):
        return "cycle" if count.bound else "converged"
    if not count.beyond:
        return "unbounded_below"
    if not count.below:
        return "diverged_loss_up"  # what grows by a factor outgrows what changes at a constant pace
    return _race(problem, moving)


def _race(problem: _Problem, moving: Polynomial) -> str | None:
    """Which of two growing directions is faster: growth rises with the distance of a curvature from 0 and from S."""
    found = real_roots(moving)
    if not found.agreed:
        return None
    least, greatest = found.roots[0], found.roots[-1]
    falling = _growth(problem, least.high)[0], _growth(problem, least.low)[1]
    rising = _growth(problem, greatest.low)[0], _growth(problem, greatest.high)[1]
    if falling[0] > rising[1]:
        return "unbounded_below"
    if rising[0] > falling[1]:
        return "diverged_loss_up"
    if problem.momentum or len(moving) != 3 or -moving[1] != problem.most:
        return None
    # Two curvatures whose sum is 2/eta have factors r and -r: f_k - f* = r^(2k) (f_0 - f*), with the sign of g H^-1 g
    height = sum((g * h for g, h in zip(problem.slope, _inverse(problem, moving), strict=True)), Fraction(0))
    return None if height == 0 else "diverged_loss_up" if height > 0 else "unbounded_below"


def _growth(problem: _Problem, curvature: Fraction) -> tuple[Fraction, Fraction]:
    """Bounds for the larger size of the two real roots z along a curvature outside of the stable range."""
    trace, determinant = problem.recurrence(curvature)
    square = trace * trace - 4 * determinant
    scale = 10**DIGITS
    root = Fraction(isqrt(square.numerator * scale * scale // square.denominator), scale)
    return (abs(trace) + root) / 2, (abs(trace) + root + Fraction(2, scale)) / 2


def _inverse(problem: _Problem, moving: Polynomial) -> Vector:
    """The h with H h = g_0 among the combinations of g_0, H g_0, ..., for curvatures that are not 0.

    m(H) g_0 = 0 gives h = -(m_1 g_0 + m_2 H g_0 + ...)/m_0.
    """
    total: Vector = tuple(Fraction(0) for _ in problem.slope)
    for coefficient in moving[:-1]:
        total = tuple(x + coefficient * g for x, g in zip(_times(problem.hessian, total), problem.slope, strict=True))
    return tuple(-x / moving[-1] for x in total)


def _rest(problem: _Problem, moving: Polynomial) -> Vector:
    """The limit: no step leaves the start plus the combinations of g_0, H g_0, ..."""
    if len(moving) == 1:
        return problem.start
    return tuple(x - h for x, h in zip(problem.start, _inverse(problem, moving), strict=True))


def _kind(hessian: Matrix, *, ascend: bool) -> str:
    """The kind of every critical point of the loss; a valley of minima, all equally low, consists of minima."""
    up, down, _ = inertia(hessian)
    if up and down:
        return "saddle"
    if not up and not down:
        return "degenerate"
    return "local_min" if bool(up) != ascend else "local_max"


def pushes_away(curvatures: Count) -> np.int8:
    """Whether an update with these curvatures, counted up to S/eta, pushes away from a critical point.

    Too close to call where it neither pushes nor pulls in some direction.
    """
    return YES if curvatures.below or curvatures.beyond else UNSURE if curvatures.bound else NO


# --- events --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Step:
    """One step: whether the loss rises, and in one variable whether it passes the optimum and gets nearer to it."""

    rises: bool
    passes: bool
    nearer: bool


def _steps(problem: _Problem) -> Iterator[_Step]:
    """The steps from the first on, in whole numbers, until these get too long.

    With the move d_k = x_(k+1) - x_k, f_(k+1) - f_k = (g_k + g_(k+1)) d_k/2; only signs are asked for, so that g and d
    may be multiplied by any common factor.
    """
    share = lcm(*(entry.denominator for row in problem.hessian for entry in row))
    hessian = [[int(entry * share) for entry in row] for row in problem.hessian]
    rate, beta = problem.rate, problem.momentum
    whole = lcm(rate.denominator, (rate * beta).denominator, beta.denominator)
    slope_part, momentum_part = int(rate * whole), int(beta * whole)
    ahead_part = int(rate * beta * whole)
    scale = lcm(*(g.denominator for g in problem.slope))
    slope, move = [int(g * scale) for g in problem.slope], [0] * len(problem.slope)

    def bent(vector: list[int]) -> list[int]:
        return [sum(a * x for a, x in zip(row, vector, strict=True)) for row in hessian]

    while max(map(int.bit_length, (*slope, *move))) <= MOST_BITS:
        # all that follows is multiplied by share * whole, the slopes by share once more
        lead = bent(move) if problem.ahead else [0] * len(move)
        move = [
            share * (momentum_part * d - slope_part * g) - ahead_part * b
            for d, g, b in zip(move, slope, lead, strict=True)
        ]
        old = [share * share * whole * g for g in slope]
        slope = [g + b for g, b in zip(old, bent(move), strict=True)]
        move = [share * d for d in move]
        change = sum((a + b) * d for a, b, d in zip(old, slope, move, strict=True))
        yield _Step(change > 0, old[0] * slope[0] < 0, abs(slope[0]) < abs(old[0]))
        common = gcd(*slope, *move) or 1
        slope, move = [g // common for g in slope], [d // common for d in move]


def _crossings(problem: _Problem, moving: Polynomial, shown: int) -> Iterator[bool]:
    """Whether a step passes the optimum along some eigen-direction in which the run moves.

    The slope along a curvature is p_k(lambda) times the first one, with rational polynomials p_k, and those in
    question are the eigenvalues of p_k(C) p_(k+1)(C) for the companion matrix C of m: all are real, so that Descartes'
    rule tells whether one is negative.
    """
    if len(moving) == 1 or not moving[-1]:  # at rest, or no critical point that could be passed
        yield from [False] * shown
        return
    if not problem.momentum:  # p_k = (1 - eta lambda)^k
        yield from [Count.of(moving, 1 / problem.rate).beyond > 0] * shown
        return
    before = now = (*(Fraction(0) for _ in moving[2:]), Fraction(1))
    for _ in range(shown):
        if max(max(abs(x.numerator), x.denominator).bit_length() for x in now) > MOST_BITS:
            return
        before, now = now, _advanced(problem, moving, before, now)
        values = characteristic(_multiplication(_product(before, now, moving), moving))
        positive, zero = _positive(values)
        yield positive + zero < len(values) - 1


def _advanced(problem: _Problem, moving: Polynomial, before: Vector, now: Vector) -> Vector:
    """p_(k+1) from p_(k-1) and p_k, modulo m."""
    beta, rate = problem.momentum, problem.rate
    ahead = tuple((1 + beta) * x - beta * y for x, y in zip(now, before, strict=True))
    bent = _raised(ahead if problem.ahead else now, moving)
    return tuple(x - rate * y for x, y in zip(ahead, bent, strict=True))


def _raised(element: Vector, moving: Polynomial) -> Vector:
    """An element of Q[t]/m, highest power first, times t."""
    return tuple(x - element[0] * m for x, m in zip((*element[1:], Fraction(0)), moving[1:], strict=True))


def _multiplication(element: Vector, moving: Polynomial) -> Matrix:
    """Multiplication by an element of Q[t]/m as a matrix: the images of the powers of t, the highest first."""
    images = [element]
    for _ in element[1:]:
        images.append(_raised(images[-1], moving))
    return tuple(reversed(images))


def _product(left: Vector, right: Vector, moving: Polynomial) -> Vector:
    total: Vector = tuple(Fraction(0) for _ in left)
    for x, image in zip(right, _multiplication(left, moving), strict=True):
        total = tuple(a + x * b for a, b in zip(total, image, strict=True))
    return total


def _oscillating(problem: _Problem, moving: Polynomial, steps: Sequence[_Step]) -> np.int8:
    """Whether a converging run alternates: for descent, whether some direction has a factor below 0.

    With momentum, in one variable: whether 90% of at least three shown steps pass the optimum and all get nearer.
    """
    if not problem.momentum:
        return YES if Count.of(moving, 1 / problem.rate).beyond else NO
    if len(problem.slope) > 1 or len(steps) < 3:
        return UNSURE
    share = Fraction(sum(step.passes for step in steps), len(steps))
    if not all(step.nearer for step in steps) or share < Fraction(3, 4):
        return NO
    return YES if share >= Fraction(9, 10) else UNSURE
