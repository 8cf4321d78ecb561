"""Evaluating an expression over columns: the same expression on exact, floating or high-precision numbers.

An environment gives each name a value: a ``Rationals`` column, a float array, an mpmath number, or, for names that
are read with an index such as ``w[2]``, a tuple of those.  Arithmetic stays exact as long as every operand is;
``exp`` and its kin turn a column into floats, ``sqrt`` stays exact where all rows are squares, and ``floor`` and
``ceil`` of floats are columns of whole numbers again.

Comparisons of floats need a margin, 1e-9 relative to the larger side.  Rows inside the margin, and rows that compare a
number that does not exist (division by zero, overflow), are noted as doubtful, so that a population can refuse them.
The same goes for what jumps: ``floor`` and ``ceil`` of a float beside a whole number, ``sign`` and ``step`` beside 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz.formulas.expressions import Apply, Index, Name, Node, Number
from gdquiz.numbers.exact import Mask, Rationals, where

Column = Any
"""``Rationals`` | float array | boolean array | mpmath number | tuple of columns."""

MARGIN = 1e-9
PRECISE_MARGIN = 1e-30
"""The same for mpmath numbers, which carry 50 digits."""

_LARGEST_WHOLE = 2.0**53
"""Up to here a float holds every whole number."""


class Evaluation:
    """Evaluates expressions in one environment and remembers which rows were ``doubtful``.

    ``number`` makes a column of the numbers written in an expression; they are exact unless told otherwise.
    """

    def __init__(self, environment: Mapping[str, Column], number: Callable[[Fraction], Column] = Rationals.constant):
        self.environment, self.number = environment, number
        self.doubtful: Mask | np.bool_ = np.bool_(False)

    def __call__(self, node: Node) -> Column:
        """The value of the expression.  Raises ``KeyError`` for a name the environment does not have."""
        match node:
            case Number(value):
                return self.number(value)
            case Name(name):
                return self.environment[name]
            case Index(name, index):
                return self._indexed(self.environment[name], self(index))
            case Apply(function, arguments):
                values = [self(argument) for argument in arguments]
                if function in _COMPARISONS:
                    return self._compared(function, *values)
                if function in _DOUBTS:
                    self.doubtful = self.doubtful | _DOUBTS[function](*values)
                return _FUNCTIONS[function](*values)
        raise TypeError(f"not an expression: {node!r}")

    def _compared(self, function: str, left: Column, right: Column) -> Column:
        sign, doubtful = _sign(left, right)
        self.doubtful = self.doubtful | doubtful
        return _COMPARISONS[function](sign)

    def _indexed(self, series: tuple[Column, ...], index: Column) -> Column:
        if isinstance(index, Rationals):
            whole, unclear = index.numerator, ~index.valid | (index.denominator != 1)
        else:
            number = floats(float(index) if is_precise(index) else index)
            unclear = ~_beside_whole(number)
            whole = np.where(unclear, -1, np.rint(np.nan_to_num(number))).astype(np.int64)
        inside = (whole >= 0) & (whole < len(series))
        self.doubtful = self.doubtful | unclear | ~inside
        places = np.unique(np.where(inside, whole, 0))
        value = series[int(places[0]) if len(places) else 0]
        for place in places[1:]:
            value = choose(whole == place, series[int(place)], value)
        return value


def evaluate(node: Node, environment: Mapping[str, Column]) -> Column:
    """The value of one expression, for callers that have no use for doubts."""
    return Evaluation(environment)(node)


# --- kinds of numbers ----------------------------------------------------------------------------------------------


def floats(column: Column) -> NDArray[np.float64]:
    """The column as floats."""
    return column.floats() if isinstance(column, Rationals) else np.asarray(column, dtype=float)


def is_exact(column: Column) -> bool:
    return isinstance(column, Rationals)


def has_value(column: Column) -> Mask:
    """Where the column holds a number: valid if exact, finite if floating."""
    if isinstance(column, Rationals):
        return column.valid
    array = np.asarray(column)
    return np.ones(array.shape, bool) if array.dtype == bool else np.isfinite(array.astype(float))


def fraction(column: Column, row: int) -> Fraction | float:
    """The number in a row: exact where the column is."""
    if isinstance(column, Rationals):
        return column.fraction(row)
    array = np.asarray(column)
    return float(array[row] if array.ndim else array)


def take(column: Column, rows: Any) -> Column:
    """The column restricted to some rows; single numbers stay as they are."""
    if isinstance(column, tuple):
        return tuple(take(part, rows) for part in column)
    if isinstance(column, Rationals):
        return column.take(rows)
    array = np.asarray(column)
    return array[rows] if array.ndim else column


def choose(condition: Column, then: Column, otherwise: Column) -> Column:
    """Row by row one of two columns."""
    if isinstance(then, Rationals) and isinstance(otherwise, Rationals):
        return where(condition, then, otherwise)
    if is_precise(then) or is_precise(otherwise):
        return then if condition else otherwise
    if np.asarray(then).dtype == bool and np.asarray(otherwise).dtype == bool:
        return np.where(condition, then, otherwise)
    return np.where(condition, floats(then), floats(otherwise))


def precise(value: Column) -> Any:
    """A single number as an mpmath number at the working precision."""
    from mpmath import mpf

    if isinstance(value, Rationals):
        if not np.all(value.valid):
            return mpf("nan")
        fraction = value.fraction(0)
        return mpf(fraction.numerator) / fraction.denominator
    if isinstance(value, float):
        return mpf(value)
    if isinstance(value, Fraction):
        return mpf(value.numerator) / value.denominator
    return value


def is_precise(value: Column) -> bool:
    """Whether it is an mpmath number."""
    return type(value).__module__.startswith("mpmath")


# --- functions -----------------------------------------------------------------------------------------------------


def _joined(operation: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """An n-ary function from a two-place operation, with exact constants made precise beside mpmath numbers."""

    def apply(*values: Column) -> Column:
        if any(map(is_precise, values)):
            values = tuple(map(precise, values))
        total = values[0]
        for value in values[1:]:
            total = operation(total, value)
        return total

    return apply


def _elementary(name: str, floating: Callable[[Any], Any]) -> Callable[[Column], Column]:
    def apply(value: Column) -> Column:
        if is_precise(value):
            import mpmath

            return _PRECISE[name](mpmath.mp, value)
        with np.errstate(all="ignore"):
            return floating(floats(value))

    return apply


_PRECISE: dict[str, Callable[[Any, Any], Any]] = {
    "exp": lambda mp, x: mp.exp(x),
    "log": lambda mp, x: mp.log(x) if x > 0 else mp.nan,
    "sin": lambda mp, x: mp.sin(x),
    "cos": lambda mp, x: mp.cos(x),
    "tan": lambda mp, x: mp.tan(x),
    "tanh": lambda mp, x: mp.tanh(x),
    "sigmoid": lambda mp, x: 1 / (1 + mp.exp(-x)),
}


def _sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def _sqrt(value: Column) -> Column:
    if is_precise(value):
        import mpmath

        return mpmath.sqrt(value) if value >= 0 else mpmath.nan
    if isinstance(value, Rationals):
        return value.sqrt()
    with np.errstate(invalid="ignore"):
        return np.sqrt(floats(value))


def _is_square(value: Column) -> Column:
    return value.is_square() if isinstance(value, Rationals) else np.zeros(np.shape(value), bool)


def _sign(left: Column, right: Column) -> tuple[Any, Any]:
    """The sign of ``left - right``, and where it cannot be relied on."""
    if is_precise(left) or is_precise(right):
        a, b = precise(left), precise(right)
        equal = abs(a - b) <= PRECISE_MARGIN * max(1, abs(a), abs(b))
        return np.asarray(0 if equal else 1 if a > b else -1), np.bool_(False)
    if isinstance(left, Rationals) and isinstance(right, Rationals):
        unclear = ~(left.valid & right.valid)
        return np.where(unclear, 0, left.compared(right)), unclear
    if np.asarray(left).dtype == bool:
        return np.where(np.asarray(left) == np.asarray(right), 0, 1), np.bool_(False)
    a, b = floats(left), floats(right)
    with np.errstate(invalid="ignore"):
        difference = a - b
        scale = np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-3)
        close = ~(np.abs(difference) > MARGIN * scale)
    return np.sign(np.where(close, 0.0, difference)).astype(int), close


def _sign_of(value: Column) -> Column:
    if is_precise(value):
        return (value > 0) * 1 - (value < 0) * 1 + value * 0
    if isinstance(value, Rationals):
        ones = np.ones_like(value.denominator)
        return Rationals(np.sign(value.numerator), ones, value.valid)
    sign, _ = _sign(value, 0.0)
    return np.where(np.isnan(value), np.nan, sign)


def _beside_zero(value: Column) -> Mask:
    return np.asarray(_sign(value, Rationals.constant(0))[1])


def _on_a_kink(value: Column) -> Mask:
    sign, unclear = _sign(value, Rationals.constant(0))
    return np.asarray((sign == 0) | unclear)


def _step(value: Column) -> Column:
    """The derivative of relu: 0 left of zero, 1 right of it.  At the kink 1/2 marks a value nobody should rely on."""
    half = Rationals.constant(Fraction(1, 2))
    return (_sign_of(value) + 1) * (precise(half) if is_precise(value) else half)


def _relu(value: Column) -> Column:
    return value * _step(value)


def _larger(a: Column, b: Column) -> Column:
    return _where_both(choose(_sign(a, b)[0] >= 0, a, b), a, b)


def _smaller(a: Column, b: Column) -> Column:
    return _where_both(choose(_sign(a, b)[0] >= 0, b, a), a, b)


def _where_both(chosen: Column, a: Column, b: Column) -> Column:
    """What was chosen of two columns, in the rows where both have a value."""
    if isinstance(chosen, Rationals) and isinstance(a, Rationals) and isinstance(b, Rationals):
        valid = a.valid & b.valid
        return Rationals(np.where(valid, chosen.numerator, 0), np.where(valid, chosen.denominator, 1), valid)
    if is_precise(chosen):
        return chosen if precise(a) == precise(a) and precise(b) == precise(b) else chosen * float("nan")
    return np.where(np.isfinite(floats(a)) & np.isfinite(floats(b)), chosen, np.nan)


def _beside_whole(value: Column) -> Mask:
    """Where a float cannot be told from a whole number."""
    if isinstance(value, Rationals) or is_precise(value):
        return np.asarray(False)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(value - np.rint(value)) <= MARGIN * np.maximum(1.0, np.abs(value)))


def _floor(value: Column) -> Column:
    """The whole number below, also of floats up to 2^53; it is the right one if the float is good enough to tell."""
    if isinstance(value, Rationals):
        return value.floor()
    if is_precise(value):
        import mpmath

        return mpmath.floor(value)
    with np.errstate(invalid="ignore"):
        whole = np.asarray(np.where(_beside_whole(value), np.rint(value), np.floor(value)))
        valid = np.abs(whole) <= _LARGEST_WHOLE
    return Rationals(np.where(valid, whole, 0).astype(np.int64), np.ones(whole.shape, np.int64), valid)


def _divided(a: Column, b: Column) -> Column:
    if is_precise(b) and b == 0:
        return b * float("nan")
    with np.errstate(all="ignore"):
        return a / b


def _power(base: Column, exponent: Column) -> Column:
    if isinstance(exponent, Rationals):
        constant = exponent.numerator.ndim == 0 and exponent.denominator == 1 and bool(exponent.valid)
        if constant:
            with np.errstate(all="ignore"):
                return base ** int(exponent.numerator)
        if isinstance(base, Rationals):
            return base**exponent
        exponent = precise(exponent) if is_precise(base) else exponent.floats()
    if isinstance(base, Rationals):
        base = precise(base) if is_precise(exponent) else base.floats()
    with np.errstate(all="ignore"):
        return base**exponent


_COMPARISONS: dict[str, Callable[[Any], Any]] = {
    "==": lambda sign: sign == 0,
    "!=": lambda sign: sign != 0,
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
}

_DOUBTS: dict[str, Callable[[Any], Mask]] = {
    "floor": _beside_whole,
    "ceil": _beside_whole,
    "sign": _beside_zero,
    "step": _on_a_kink,
    "is_square": lambda value: np.asarray(not isinstance(value, Rationals)),
}
"""Where the value of a function that jumps cannot be relied on."""

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "+": _joined(lambda a, b: a + b),
    "*": _joined(lambda a, b: a * b),
    "/": _joined(_divided),
    "-": lambda a: -a,
    "^": _power,
    "exp": _elementary("exp", np.exp),
    "log": _elementary("log", np.log),
    "sin": _elementary("sin", np.sin),
    "cos": _elementary("cos", np.cos),
    "tan": _elementary("tan", np.tan),
    "tanh": _elementary("tanh", np.tanh),
    "sigmoid": _elementary("sigmoid", _sigmoid),
    "sqrt": _sqrt,
    "abs": abs,
    "sign": _sign_of,
    "step": _step,
    "relu": _relu,
    "floor": _floor,
    "ceil": lambda value: -_floor(-value),
    "min": _joined(_smaller),
    "max": _joined(_larger),
    "is_square": _is_square,
    "and": _joined(np.logical_and),
    "or": _joined(np.logical_or),
    "not": np.logical_not,
    "if": choose,
}
