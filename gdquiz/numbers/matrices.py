"""Small matrices of fractions: signs of eigenvalues, linear systems, characteristic polynomials."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def inertia(matrix: Sequence[Sequence[Fraction]]) -> tuple[int, int, int]:
    """How many eigenvalues of a symmetric rational matrix are positive, negative and zero (Sylvester's law)."""
    rows = [list(row) for row in matrix]
    positive = negative = 0
    while rows:
        pivot = next((place for place in range(len(rows)) if rows[place][place] != 0), None)
        if pivot is None:
            pair = next(((i, j) for i in range(len(rows)) for j in range(i) if rows[i][j] != 0), None)
            if pair is None:
                return positive, negative, len(rows)
            i, j = pair  # adding row and column j to i makes the diagonal 2 a_ij, which is not zero
            rows[i] = [a + b for a, b in zip(rows[i], rows[j], strict=True)]
            for row in rows:
                row[i] += row[j]
            pivot = i
        line = rows.pop(pivot)
        value = line.pop(pivot)
        positive, negative = positive + (value > 0), negative + (value < 0)
        for row in rows:
            factor = row.pop(pivot) / value
            if factor:
                for place, entry in enumerate(line):
                    row[place] -= factor * entry
    return positive, negative, 0


def solve(
    matrix: Sequence[Sequence[Fraction]], right: Sequence[Fraction]
) -> tuple[list[Fraction] | None, tuple[tuple[Fraction, ...], ...]]:
    """A solution of a square linear system (None if there is none) and a basis of its kernel."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    pivots: list[int] = []
    for column in range(size):
        found = next((at for at in range(len(pivots), size) if rows[at][column] != 0), None)
        if found is None:
            continue
        at = len(pivots)
        rows[at], rows[found] = rows[found], rows[at]
        rows[at] = [entry / rows[at][column] for entry in rows[at]]
        for other in range(size):
            if other != at and rows[other][column] != 0:
                factor = rows[other][column]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[at], strict=True)]
        pivots.append(column)
    if any(rows[at][size] != 0 for at in range(len(pivots), size)):
        return None, ()
    solution = [Fraction(0)] * size
    for at, column in enumerate(pivots):
        solution[column] = rows[at][size]
    kernel = []
    for free in (column for column in range(size) if column not in pivots):
        direction = [Fraction(0)] * size
        direction[free] = Fraction(1)
        for at, column in enumerate(pivots):
            direction[column] = -rows[at][free]
        kernel.append(tuple(direction))
    return solution, tuple(kernel)


def characteristic(matrix: Sequence[Sequence[Fraction]]) -> tuple[Fraction, ...]:
    """det(t I - A), highest power first (Faddeev and Le Verrier)."""
    size = len(matrix)
    coefficients = [Fraction(1)]
    power = [[Fraction(0)] * size for _ in range(size)]
    for step in range(1, size + 1):
        for at in range(size):
            power[at][at] += coefficients[-1]
        power = [
            [sum((matrix[i][k] * power[k][j] for k in range(size)), Fraction(0)) for j in range(size)]
            for i in range(size)
        ]
        coefficients.append(-sum((power[at][at] for at in range(size)), Fraction(0)) / step)
    return tuple(coefficients)
