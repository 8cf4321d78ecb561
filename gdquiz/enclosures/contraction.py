r"""Contraction: a ball that the updates take into itself, so that every run in it tends to one and the same point.

Let T be m updates of a method, as a map of its whole state, and let q bound the norm of the derivative of T over a
ball of radius r around c.  If q < 1 and :math:`|T(c)-c|\le(1-q)r`, then by the mean value theorem T takes the ball into
itself and brings any two of its points closer by the factor q, so that by Banach's theorem it holds exactly one fixed
point, no farther than :math:`|T(c)-c|/(1-q)` from c, to which every run in the ball tends.  The norm is
:math:`|Wz|_2` with W adapted to the derivative A at c: :math:`W^TW=P` solves Stein's equation
:math:`P-(A/\varrho)^TP(A/\varrho)=1` for a rho between the spectral radius of A and 1, for then A has norm below rho.

W and c come from floats; what is said of them is proved in balls.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdquiz.enclosures.balls import Ball, Machine, State, Uncertain, arb, arb_mat, around, ball, flattened, shaped
from gdquiz.numbers.certainty import Floats

HALVINGS = 48
"""So often a radius that is too large is made smaller."""

Matrix = list[list[Ball]]


@dataclass(frozen=True, slots=True)
class Norm:
    """The norm :math:`|Wz|_2`: W, its inverse, and the lengths of the inverse's rows; None for the size of a number."""

    forward: Any
    backward: Any
    widths: tuple[Ball, ...]

    def of(self, vector: Sequence[Ball]) -> Ball:
        """The norm of a vector of balls."""
        if self.forward is None:
            return abs(vector[0])
        image = self.forward * arb_mat([[part] for part in vector])
        return length(image[i, 0] for i in range(len(vector)))

    def bound(self, matrix: Matrix) -> Ball:
        """A number that the norm of every matrix within this one does not exceed."""
        if self.forward is None:
            return arb(matrix[0][0].abs_upper())
        return spectral_bound(self.forward * arb_mat(matrix) * self.backward)


@dataclass(frozen=True, slots=True)
class Trap:
    """A ball of states that so many updates take into itself as a contraction.

    ``boxes`` hold the images of the ball after 0, 1, ... updates, one for each of the period; ``within`` bounds the
    distance of the fixed point from the centre, in the norm.
    """

    centre: tuple[Ball, ...]
    norm: Norm
    radius: Ball
    factor: Ball
    within: Ball
    boxes: tuple[State, ...]

    def holds(self, state: State) -> bool:
        """Whether a state is certainly in it."""
        away = [a - b for a, b in zip(flattened(state), self.centre, strict=True)]
        return bool(self.norm.of(away) <= self.radius)

    def limit(self, size: int) -> tuple[Ball, ...]:
        """The box that holds the point to which runs in it tend."""
        return tuple(around(c, self.within * w) for c, w in zip(self.centre[:size], self.norm.widths, strict=False))


def length(parts: Iterable[Ball]) -> Ball:
    """The Euclidean length of a vector of balls."""
    return sum((abs(part) * abs(part) for part in parts), arb(0)).nonnegative_part().sqrt()


def spectral_bound(matrix: Any) -> Ball:
    """At least the largest singular value of every matrix within a matrix of balls."""
    size = matrix.nrows()
    middle = arb_mat([[arb(matrix[i, j].mid()) for j in range(size)] for i in range(size)])
    spread = length(arb(matrix[i, j].rad()) for i in range(size) for j in range(size))
    floats = np.array([[float(middle[i, j].mid()) for j in range(size)] for i in range(size)])
    if not np.isfinite(floats).all():
        raise Uncertain("a norm")
    guess = ball(float(np.linalg.norm(floats, 2)) * (1 + 1e-9) + 1e-12)
    square = middle.transpose() * middle
    rest = [[(guess * guess if i == j else arb(0)) - square[i, j] for j in range(size)] for i in range(size)]
    if not positive_definite(rest):
        raise Uncertain("a norm")
    return arb((guess + spread).abs_upper())


def positive_definite(matrix: Matrix) -> bool:
    """Whether every symmetric matrix within a matrix of balls is certainly positive definite: Gauss, all pivots > 0."""
    rows = [list(row) for row in matrix]
    for k, pivot_row in enumerate(rows):
        if not pivot_row[k] > 0:
            return False
        for i in range(k + 1, len(rows)):
            share = rows[i][k] / pivot_row[k]
            rows[i] = [a - share * b for a, b in zip(rows[i], pivot_row, strict=True)]
    return True


def middles(matrix: Matrix) -> Floats:
    """The middles of a matrix of balls as floats."""
    return np.array([[float(entry.mid()) for entry in row] for row in matrix])


def adapted(matrix: Floats) -> Norm | None:
    """A norm in which a matrix contracts, or None where its spectral radius is not clearly below 1."""
    size = len(matrix)
    if not np.isfinite(matrix).all():
        return None
    spread = float(np.abs(np.linalg.eigvals(matrix)).max())
    if not spread < 1 - 1e-12:
        return None
    if size == 1:
        return Norm(None, None, (arb(1),))
    scaled = matrix / ((1 + spread) / 2)
    kron = np.kron(scaled.T, scaled.T)
    shape = np.linalg.solve(np.eye(size * size) - kron, np.eye(size).ravel()).reshape(size, size)
    try:
        lower = np.linalg.cholesky((shape + shape.T) / 2 / np.trace(shape))
    except np.linalg.LinAlgError:
        return None
    forward = arb_mat([[ball(float(lower[j, i])) for j in range(size)] for i in range(size)])
    try:
        backward = forward.inv()
    except ZeroDivisionError:
        return None
    widths = tuple(length(backward[i, j] for j in range(size)) for i in range(size))
    return Norm(forward, backward, widths)


def trap(machine: Machine, state: State, period: int, radius: Ball, *, halvings: int = HALVINGS) -> Trap | None:
    """The largest ball around the middle of a state, of that radius or halved some times, that traps runs; or None.

    ``radius`` is measured in the norm that is found.
    """
    centre = tuple(arb(part.mid()) for part in flattened(state))
    orbit = [shaped(centre, machine.size)]
    try:
        derivative: Floats | None = None
        for _ in range(period):
            here = middles(machine.jacobian(orbit[-1]))
            derivative = here if derivative is None else here @ derivative
            orbit.append(machine.step(orbit[-1], 1))
        assert derivative is not None
        norm = adapted(derivative)
    except (Uncertain, ZeroDivisionError, OverflowError, ValueError):
        return None
    if norm is None:
        return None
    moved = [a - b for a, b in zip(flattened(orbit[-1]), centre, strict=True)]
    drift = arb(norm.of(moved).abs_upper())
    for _ in range(halvings):
        try:
            factor, boxes = _over(machine, orbit, norm, radius)
            if factor < 1:
                within = arb((drift / (1 - factor)).abs_upper())
                if within <= radius:
                    return Trap(centre, norm, radius, factor, within, boxes)
        except (Uncertain, ZeroDivisionError):
            pass
        radius = radius / 2
        if not radius > drift:
            return None
    return None


def _over(machine: Machine, orbit: list[State], norm: Norm, radius: Ball) -> tuple[Ball, tuple[State, ...]]:
    """A bound on the norm of the derivative over the ball, and boxes around the images of the ball."""
    away = [arb(0, (radius * width).abs_upper()) for width in norm.widths]
    product: Any = None
    boxes: list[State] = []
    for centre in orbit[:-1]:
        if product is None:
            offsets = away
        else:
            image = product * arb_mat([[part] for part in away])
            offsets = [image[i, 0] for i in range(len(away))]
        box = shaped([c + part for c, part in zip(flattened(centre), offsets, strict=True)], machine.size)
        here = arb_mat(machine.jacobian(box))
        product = here if product is None else here * product
        boxes.append(box)
    size = len(away)
    return norm.bound([[product[i, j] for j in range(size)] for i in range(size)]), tuple(boxes)
