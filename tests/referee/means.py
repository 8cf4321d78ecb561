"""The other means: exact difference quotients, plain simulation and exhaustive search, on functions of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import isqrt
from typing import Any

Loss = Callable[..., Any]


def slope(f: Loss, x: Any, h: Any = 1) -> Any:
    """f'(x) by seven equidistant values; exact for polynomials up to degree 6, whatever h is."""
    total = 45 * (f(x + h) - f(x - h)) - 9 * (f(x + 2 * h) - f(x - 2 * h)) + f(x + 3 * h) - f(x - 3 * h)
    return total * (Fraction(1, 60) / h)


def bend(f: Loss, x: Any, h: Any = 1) -> Any:
    """f''(x) by seven equidistant values; exact for polynomials up to degree 7."""
    pairs = [f(x + k * h) + f(x - k * h) for k in (1, 2, 3)]
    return (270 * pairs[0] - 27 * pairs[1] + 2 * pairs[2] - 490 * f(x)) * (Fraction(1, 180) / h / h)


def gradient(f: Loss, point: Sequence[Any], h: Any = 1) -> tuple[Any, ...]:
    """The slopes of f along each coordinate."""
    return tuple(slope(_along(f, point, k), point[k], h) for k in range(len(point)))


def _along(f: Loss, point: Sequence[Any], k: int) -> Loss:
    return lambda t: f(*point[:k], t, *point[k + 1 :])


def hessian(f: Loss, point: Sequence[Any]) -> list[list[Any]]:
    """The bends along each coordinate, and the slopes of the slopes."""
    size = range(len(point))

    def entry(row: int, column: int) -> Any:
        if row == column:
            return bend(_along(f, point, row), point[row])
        return slope(_along(lambda *q: slope(_along(f, q, row), q[row]), point, column), point[column])

    return [[entry(row, column) for column in size] for row in size]


def descend(f: Loss, start: Sequence[Any], eta: Any, steps: int) -> list[tuple[Any, ...]]:
    """The points of gradient descent, the start included; a negative rate climbs."""
    points = [tuple(start)]
    for _ in range(steps):
        here = points[-1]
        points.append(tuple(x - eta * g for x, g in zip(here, gradient(f, here), strict=True)))
    return points


def descend_one(f: Loss, start: Any, eta: Any, steps: int) -> list[Any]:
    """The same for one variable."""
    return [point[0] for point in descend(f, (start,), eta, steps)]


def solve_affine(g: Loss, target: Any = 0) -> Any:
    """The x with g(x) = target, for a function whose graph is a straight line."""
    at_zero, at_one = g(Fraction(0)), g(Fraction(1))
    return (target - at_zero) / (at_one - at_zero)


def vertex(f: Loss) -> Any:
    """Where a quadratic function of one variable has its slope zero, by three of its values."""
    left, middle, right = f(Fraction(-1)), f(Fraction(0)), f(Fraction(1))
    return -((right - left) / 2) / (2 * ((right + left) / 2 - middle))


def level_places(f: Loss, candidates: Iterable[Any]) -> list[Any]:
    """Those of the candidates at which the slope is exactly zero, in rising order."""
    return [x for x in sorted(candidates) if slope(f, x) == 0]


def limit_of_small_steps(f: Loss, start: Any, levels: Sequence[Any], *, up: bool = False) -> Any:
    """Where a run ends that follows the slope and cannot pass a place of slope zero; None if nowhere."""
    g = slope(f, start)
    if g == 0:
        return start
    right = (g > 0) == up
    ahead = [x for x in levels if (x > start if right else x < start)]
    if not ahead:
        return None
    return min(ahead) if right else max(ahead)


def root(value: Fraction) -> Fraction:
    """The square root of the square of a rational number.  Raises ``ValueError`` for any other number."""
    value = Fraction(value)
    above, below = isqrt(value.numerator), isqrt(value.denominator)
    if above * above != value.numerator or below * below != value.denominator:
        raise ValueError(f"{value} is not a square")
    return Fraction(above, below)


def sign(value: Any) -> int:
    return (value > 0) - (value < 0)


def halves(low: int, high: int) -> list[Fraction]:
    """Every multiple of one half from low to high: the places where the items put what is to be found."""
    return [Fraction(k, 2) for k in range(2 * low, 2 * high + 1)]
