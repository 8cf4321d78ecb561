"""Exact rational numbers, a whole column at a time.

A population has thousands of rows, and each is solved exactly.  ``Rationals`` keeps a column as two ``int64``
arrays, always in lowest terms with a positive denominator, and carries out ``+ - * /``, whole powers and comparisons
on all rows at once.  A row whose true result does not fit, or that divides by zero, becomes *invalid* and stays so:
nothing is ever rounded, and nothing overflows unseen.  Together with a float array it gives floats.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

Floats = np.ndarray | np.floating | float
"""What makes a result inexact: an operation with one of these gives floats."""

_SAFE = float(2**62)
"""A product or sum estimated below this in floating point (relative error under 1e-15) fits an int64."""


class Rationals:
    """A column of exact rationals; ``valid`` marks the rows that have a value.

    The arrays have one shape, (rows,) or () for a single number that broadcasts.  Invalid rows hold 0/1.
    """

    __array_ufunc__ = None  # NumPy arrays leave mixed operations to this class
    __slots__ = ("denominator", "numerator", "valid")

    def __init__(self, numerator: Integers, denominator: Integers, valid: Mask):
        self.numerator = numerator
        self.denominator = denominator
        self.valid = valid

    # --- making ---

    @classmethod
    def of(cls, values: Iterable[Fraction | int]) -> Rationals:
        """The column of these values.  Raises ``OverflowError`` for one that does not fit in 64 bits."""
        fractions = [Fraction(value) for value in values]
        if any(max(abs(fraction.numerator), fraction.denominator) >= 2**62 for fraction in fractions):
            raise OverflowError("a value of an exact column needs more than 62 bits")
        numerator = np.array([fraction.numerator for fraction in fractions], dtype=np.int64)
        denominator = np.array([fraction.denominator for fraction in fractions], dtype=np.int64)
        return cls(numerator, denominator, np.ones(len(fractions), dtype=bool))

    @classmethod
    def constant(cls, value: Fraction | int) -> Rationals:
        """A single number, of shape (); one that does not fit in 62 bits has no value."""
        fraction = Fraction(value)
        if max(abs(fraction.numerator), fraction.denominator) >= 2**62:
            return cls(np.array(0, dtype=np.int64), np.array(1, dtype=np.int64), np.array(False))
        return cls(
            np.array(fraction.numerator, dtype=np.int64),
            np.array(fraction.denominator, dtype=np.int64),
            np.array(True),
        )

    @staticmethod
    def _reduced(numerator: Integers, denominator: Integers, valid: Mask) -> Rationals:
        valid = valid & (denominator != 0)
        numerator = np.where(valid, numerator, 0)
        denominator = np.where(valid, denominator, 1)
        divisor = np.gcd(numerator, denominator)
        divisor = np.where(denominator < 0, -divisor, divisor)
        return Rationals(numerator // divisor, denominator // divisor, valid)

    # --- reading ---

    @property
    def rows(self) -> int:
        return self.numerator.size

    def __len__(self) -> int:
        return len(self.numerator)

    def fraction(self, row: int) -> Fraction:
        """The value in a row.  Raises ``ValueError`` where the row is invalid."""
        at = () if self.numerator.ndim == 0 else row
        if not self.valid[at]:
            raise ValueError(f"row {row} has no exact value")
        return Fraction(int(self.numerator[at]), int(self.denominator[at]))

    def floats(self) -> NDArray[np.float64]:
        """The nearest floats, NaN where invalid."""
        quotient = self.numerator / self.denominator
        return np.where(self.valid, quotient, np.nan)

    def take(self, rows: Any) -> Rationals:
        """The column restricted to rows given by a mask or an index array."""
        if self.numerator.ndim == 0:
            return self
        return Rationals(self.numerator[rows], self.denominator[rows], self.valid[rows])

    def broadcast(self, rows: int) -> Rationals:
        """The column with one value a row, a single number repeated."""
        if self.numerator.ndim:
            return self
        shape = (rows,)
        return Rationals(
            np.broadcast_to(self.numerator, shape),
            np.broadcast_to(self.denominator, shape),
            np.broadcast_to(self.valid, shape),
        )

    # --- arithmetic ---

    @staticmethod
    def _other(value: Any) -> Rationals | None:
        if isinstance(value, Rationals):
            return value
        if isinstance(value, int | Fraction) and not isinstance(value, bool):
            return Rationals.constant(value)
        return None

    def __neg__(self) -> Rationals:
        return Rationals(-self.numerator, self.denominator, self.valid)

    def __pos__(self) -> Rationals:
        return self

    def __abs__(self) -> Rationals:
        return Rationals(np.abs(self.numerator), self.denominator, self.valid)

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Floats):
            return self.floats() + other
        b = self._other(other)
        if b is None:
            return NotImplemented
        common = np.gcd(self.denominator, b.denominator)
        p, q = b.denominator // common, self.denominator // common
        size = np.abs(self.numerator.astype(float)) * p + np.abs(b.numerator.astype(float)) * q
        fits = (size < _SAFE) & (self.denominator.astype(float) * p < _SAFE)
        valid = self.valid & b.valid & fits
        with np.errstate(over="ignore"):
            numerator = self.numerator * p + b.numerator * q
            denominator = self.denominator * p
        return self._reduced(numerator, denominator, valid)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Floats):
            return self.floats() - other
        b = self._other(other)
        return NotImplemented if b is None else self + (-b)

    def __rsub__(self, other: Any) -> Any:
        return (-self) + other

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Floats):
            return self.floats() * other
        b = self._other(other)
        if b is None:
            return NotImplemented
        across, back = np.gcd(self.numerator, b.denominator), np.gcd(b.numerator, self.denominator)
        across, back = np.maximum(across, 1), np.maximum(back, 1)
        n1, d2 = self.numerator // across, b.denominator // across
        n2, d1 = b.numerator // back, self.denominator // back
        fits = (np.abs(n1.astype(float)) * np.abs(n2.astype(float)) < _SAFE) & (d1.astype(float) * d2 < _SAFE)
        valid = self.valid & b.valid & fits
        with np.errstate(over="ignore"):
            numerator, denominator = n1 * n2, d1 * d2
        return Rationals(np.where(valid, numerator, 0), np.where(valid, denominator, 1), valid)

    __rmul__ = __mul__

    def inverse(self) -> Rationals:
        """One over the column; rows that are zero become invalid."""
        return self._reduced(self.denominator, self.numerator, self.valid & (self.numerator != 0))

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Floats):
            return self.floats() / other
        b = self._other(other)
        return NotImplemented if b is None else self * b.inverse()

    def __rtruediv__(self, other: Any) -> Any:
        if isinstance(other, Floats):
            return other / self.floats()
        b = self._other(other)
        return NotImplemented if b is None else b * self.inverse()

    def __pow__(self, exponent: Any) -> Rationals:
        """A whole power, the same for every row (``int``) or row by row (a column of whole numbers).

        Rows with an exponent that is not whole, or is beyond 64 in size, become invalid, and so does 0^0 or less.
        """
        if isinstance(exponent, int):
            return self._whole_power(exponent)
        powers = self._other(exponent)
        if powers is None:
            return NotImplemented
        whole = powers.valid & (powers.denominator == 1) & (np.abs(powers.numerator) <= 64)
        shape = np.broadcast_shapes(self.numerator.shape, powers.numerator.shape)
        numerator, denominator = np.zeros(shape, np.int64), np.ones(shape, np.int64)
        valid = np.zeros(shape, bool)
        for power in np.unique(powers.numerator[whole]):
            result = self._whole_power(int(power))
            here = np.broadcast_to(whole & (powers.numerator == power), shape)
            numerator = np.where(here, result.numerator, numerator)
            denominator = np.where(here, result.denominator, denominator)
            valid = np.where(here, result.valid, valid)
        return Rationals(numerator, denominator, valid)

    def _whole_power(self, exponent: int) -> Rationals:
        if exponent <= 0:
            known = Rationals(self.numerator, self.denominator, self.valid & (self.numerator != 0))
            if exponent < 0:
                return known.inverse()._whole_power(-exponent)
            return Rationals(np.where(known.valid, 1, 0), np.ones_like(self.denominator), known.valid)
        result: Rationals | None = None
        square = self
        while True:
            if exponent & 1:
                result = square if result is None else result * square
            exponent >>= 1
            if not exponent:
                return result if result is not None else self
            square = square * square

    # --- comparing (False where either side is invalid) ---

    def compared(self, other: Rationals) -> Integers:
        """The sign of ``self - other``, row by row; meaningless where either is invalid."""
        left = self.numerator.astype(float) * other.denominator
        right = other.numerator.astype(float) * self.denominator
        large = (np.abs(left) >= _SAFE) | (np.abs(right) >= _SAFE)
        with np.errstate(over="ignore"):
            sign = np.sign(self.numerator * other.denominator - other.numerator * self.denominator)
        if np.any(large):
            # floating point decides large numbers, and Python's long integers those too close for it
            sign = np.array(np.where(large, np.sign(left - right).astype(np.int64), sign))
            close = large & (np.abs(left - right) <= 1e-12 * (np.abs(left) + np.abs(right)))
            n1, d1, n2, d2 = np.broadcast_arrays(self.numerator, self.denominator, other.numerator, other.denominator)
            for row in map(tuple, np.argwhere(close)):
                difference = int(n1[row]) * int(d2[row]) - int(n2[row]) * int(d1[row])
                sign[row] = (difference > 0) - (difference < 0)
        return sign

    def __lt__(self, other: Any) -> Mask:
        return self._compare(other, lambda sign: sign < 0)

    def __le__(self, other: Any) -> Mask:
        return self._compare(other, lambda sign: sign <= 0)

    def __gt__(self, other: Any) -> Mask:
        return self._compare(other, lambda sign: sign > 0)

    def __ge__(self, other: Any) -> Mask:
        return self._compare(other, lambda sign: sign >= 0)

    def _compare(self, other: Any, holds: Any) -> Any:
        b = self._other(other)
        if b is None:
            return NotImplemented
        return np.asarray(holds(self.compared(b))) & self.valid & b.valid

    def equals(self, other: Any) -> Mask:
        """Row by row: both valid and equal.  (``==`` is left to Python's identity so columns stay hashable.)"""
        b = self._other(other)
        if b is None:
            raise TypeError(f"an exact column cannot be compared with {type(other).__name__}")
        same = (self.numerator == b.numerator) & (self.denominator == b.denominator)
        return same & self.valid & b.valid

    # --- roots ---

    def is_square(self) -> Mask:
        """Where the value is the square of a rational."""
        return self.valid & (self.numerator >= 0) & _square(self.numerator)[1] & _square(self.denominator)[1]

    def sqrt(self) -> Any:
        """The square roots: exact where every row with a value is the square of a rational, else all of them floats."""
        square = self.is_square()
        if not np.all(square | ~self.valid):
            with np.errstate(invalid="ignore"):
                return np.sqrt(self.floats())
        top, bottom = _square(self.numerator)[0], _square(self.denominator)[0]
        return Rationals(np.where(square, top, 0), np.where(square, bottom, 1), square)

    def floor(self) -> Rationals:
        return Rationals(self.numerator // self.denominator, np.ones_like(self.denominator), self.valid)

    def __repr__(self) -> str:
        shown = [str(self.fraction(row)) if self.valid[row] else "invalid" for row in range(min(self.rows, 6))]
        return f"Rationals({', '.join(shown)}{', ...' if self.rows > 6 else ''})"


def _square(values: Integers) -> tuple[Integers, Mask]:
    """Whole square roots rounded down, and where they are exact; right for every int64 that is not negative."""
    safe = np.maximum(values, 0)
    root = np.sqrt(safe.astype(float)).astype(np.int64)
    root = np.where(root * root > safe, root - 1, root)
    root = np.where((root + 1) * (root + 1) <= safe, root + 1, root)
    return root, root * root == safe


def where(condition: Mask, then: Rationals, otherwise: Rationals) -> Rationals:
    """Row by row ``then`` where the condition holds, else ``otherwise``."""
    return Rationals(
        np.where(condition, then.numerator, otherwise.numerator),
        np.where(condition, then.denominator, otherwise.denominator),
        np.where(condition, then.valid, otherwise.valid),
    )
