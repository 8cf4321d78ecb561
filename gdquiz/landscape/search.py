"""Looking for stationary points with numbers alone: Newton's method from many starts, then to 50 digits.

This is the second route beside the exact ones of ``roots`` and ``elimination`` and shares nothing with them.  What it
finds are stationary points; that it finds all of them, it cannot say.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy
from numpy.typing import NDArray

from gdquiz.descent.calculus import Calculus, symbols_of

Floats = NDArray[np.float64]
Precise = tuple[Any, ...]
"""A point of mpmath numbers."""

DIGITS = 60
_ITERATIONS = 60
_POLISHES = 100
_FAST = 10
"""Steps within which Newton's method gets to 50 digits where the Hessian is regular."""
_MOST_FAILURES = 24
_MOST_CANDIDATES = 64


def stationary_points(calculus: Calculus, radius: float) -> list[Precise]:
    """Stationary points found from starts within ``radius`` of 0, each once, sorted; at most 64."""
    size = len(calculus.variables)
    ends, lengths = _newton(calculus, _starts(size, radius), radius)
    if size == 1:
        crossings = _crossings(calculus, radius)
        ends, lengths = np.concatenate([ends, crossings]), np.concatenate([lengths, np.zeros(len(crossings))])
    reach = np.abs(ends).max(axis=1)
    near = (reach <= 100 * radius) & (lengths <= 1e-3 * (1 + reach))
    ends, lengths = ends[near], lengths[near]
    candidates: list[Floats] = []
    for place in np.argsort(lengths, kind="stable"):
        if all(np.max(np.abs(ends[place] - other)) > 1e-6 * (1 + np.max(np.abs(other))) for other in candidates):
            candidates.append(ends[place])
            if len(candidates) == _MOST_CANDIDATES:
                break
    found: list[tuple[Precise, bool]] = []
    failures = 0
    with mpmath.workdps(DIGITS):
        for candidate in candidates:
            gaps = (max(abs(float(a) - b) for a, b in zip(point, candidate, strict=True)) for point, _ in found)
            if any(gap < (1e-2 if slow else 1e-6) for gap, (_, slow) in zip(gaps, found, strict=True)):
                continue
            polished = polish(calculus, tuple(map(mpmath.mpf, map(float, candidate))))
            if polished is None:
                failures += 1
                if failures == _MOST_FAILURES:
                    break
            elif not any(_same(polished[0], point) for point, _ in found):
                found.append(polished)
    return sorted((point for point, _ in found), key=lambda point: tuple(map(float, point)))


def polish(calculus: Calculus, start: Precise) -> tuple[Precise, bool] | None:
    """Newton's method in high precision from near a stationary point, and whether it was slow (a singular Hessian).

    None when it leaves the neighbourhood or its steps do not become smaller than 1e-20.  The size of the gradient says
    nothing: on a plateau it is small everywhere.
    """
    with mpmath.workdps(DIGITS):
        point = start
        for step in range(_POLISHES):
            gradient = calculus.precise_gradient(*point)
            hessian = calculus.precise_hessian(*point)
            if not all(map(mpmath.isfinite, [*gradient, *(entry for row in hessian for entry in row)])):
                return None
            if all(component == 0 for component in gradient) and not _regular(hessian):
                exact = rational_point(calculus, point, 60, 1e-2)
                return None if exact is None else (_precise(exact), True)  # None where a function is saturated
            try:
                move = mpmath.lu_solve(mpmath.matrix(hessian), mpmath.matrix(gradient))
            except (ZeroDivisionError, ValueError, TypeError):  # the last is how mpmath meets a column of zeros
                return None
            point = tuple(x - move[place] for place, x in enumerate(point))
            length = max(map(abs, move)) / (1 + max(map(abs, point)))
            if max(abs(a - b) for a, b in zip(point, start, strict=True)) > 0.05 * (1 + max(map(abs, start))):
                return None
            if length <= mpmath.mpf(10) ** (-50 if step <= _FAST else -20):
                return point, step > _FAST
            if step % 16 == _FAST and (exact := rational_point(calculus, point, 60, 1e-2)) is not None:
                return _precise(exact), True
        return None


def _regular(hessian: list[list[Any]]) -> bool:
    """Whether a Hessian is clearly invertible and not that of a plateau."""
    return bool(abs(mpmath.det(mpmath.matrix(hessian))) > mpmath.mpf(10) ** (-20 * len(hessian)))


def _precise(point: tuple[Fraction, ...]) -> Precise:
    return tuple(mpmath.mpf(x.numerator) / x.denominator for x in point)


def rational_point(
    calculus: Calculus, point: Precise, denominator: int, tolerance: float
) -> tuple[Fraction, ...] | None:
    """The rational point within the tolerance at which the gradient is exactly zero, if one has such denominators."""
    symbols = symbols_of(calculus.variables).values()
    guess = []
    with mpmath.workdps(DIGITS):
        for x in point:
            near = Fraction(int(mpmath.nint(x * mpmath.mpf(2) ** 180)), 2**180).limit_denominator(denominator)
            if abs(x - mpmath.mpf(near.numerator) / near.denominator) > tolerance:
                return None
            guess.append(near)
    at = {s: sympy.Rational(x.numerator, x.denominator) for s, x in zip(symbols, guess, strict=True)}
    exact = all(component.xreplace(at) == 0 for component in calculus.symbolic_gradient)
    return tuple(guess) if exact else None


def _same(a: Precise, b: Precise) -> bool:
    return all(abs(x - y) <= mpmath.mpf(10) ** -12 * (1 + abs(x)) for x, y in zip(a, b, strict=True))


def _starts(size: int, radius: float) -> Floats:
    """1089 points, denser near 0: a 33 x 33 grid in two dimensions, an additive recurrence in others."""
    if size == 2:
        line = np.linspace(-1, 1, 33)
        spread = np.stack([side.ravel() for side in np.meshgrid(line, line)], axis=1)
    else:
        root = 2.0  # of t^(d+1) = t + 1; the fractional parts of its powers fill the cube evenly (Roberts 2018)
        for _ in range(60):
            root = (1 + root) ** (1 / (size + 1))
        steps = root ** -np.arange(1.0, size + 1)
        spread = 2 * ((0.5 + np.outer(np.arange(1089), steps)) % 1) - 1
    return np.asarray(radius * (0.2 * spread + 0.8 * spread**3))


def _newton(calculus: Calculus, points: Floats, radius: float) -> tuple[Floats, Floats]:
    """Where Newton's method ends from each start, and the length of its last step; none is longer than the radius."""
    size = points.shape[1]
    usable, length = np.ones(len(points), dtype=bool), np.zeros(len(points))
    tiny = 1e-14 * np.eye(size)
    with np.errstate(all="ignore"):
        for _ in range(_ITERATIONS):
            gradient = np.stack(calculus.gradient_function(*points.T), axis=1)
            hessian = np.array(calculus.hessian_function(*points.T)).transpose(2, 0, 1)
            usable = np.isfinite(gradient).all(axis=1) & np.isfinite(hessian).all(axis=(1, 2))
            hessian = np.where(usable[:, None, None], hessian, np.eye(size))
            gradient = np.where(usable[:, None], gradient, 0)
            scale = np.maximum(np.abs(hessian).max(axis=(1, 2)), 1e-300)
            try:
                move = np.linalg.solve(hessian / scale[:, None, None] + tiny, (gradient / scale[:, None])[..., None])
            except np.linalg.LinAlgError:
                move = np.linalg.pinv(hessian / scale[:, None, None]) @ (gradient / scale[:, None])[..., None]
            step = np.nan_to_num(move[..., 0], nan=0.0, posinf=0.0, neginf=0.0)
            length = np.abs(step).max(axis=1)
            points = points - step * np.minimum(1, radius / np.maximum(length, 1e-300))[:, None]
    sound = np.isfinite(points).all(axis=1) & usable
    return points[sound], length[sound]


def _crossings(calculus: Calculus, radius: float) -> Floats:
    """In one dimension also the places where the derivative changes its sign, by halving."""
    grid = radius * np.sinh(np.linspace(-5, 5, 4002)) / np.sinh(5)
    slope = calculus.gradient_function(grid)[0]
    here = np.nonzero(np.sign(slope[:-1]) * np.sign(slope[1:]) < 0)[0]
    if not len(here):
        return np.empty((0, 1))
    low, high = grid[here], grid[here + 1]
    start = np.sign(slope[here])
    for _ in range(60):
        middle = (low + high) / 2
        left = np.sign(calculus.gradient_function(middle)[0]) == start
        low, high = np.where(left, middle, low), np.where(left, high, middle)
    return np.asarray((low + high)[:, None] / 2, dtype=float)
