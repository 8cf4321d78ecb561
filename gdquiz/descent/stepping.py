r"""Step-by-step descent: the only place of gdquiz that steps.

Everything is generic over the arithmetic of a column: exact rationals (``Rationals``, ``fractions.Fraction``), float
arrays of shape (rows,), mpmath numbers, or anything else with ``+ - * /`` and unary minus.  One column holds one
variable of all rows, so that a whole family of runs is stepped at once.

Conventions (printed with every question): :math:`x_0` is the start and :math:`x_k` the point after k updates; heavy
ball is :math:`v_{k+1} = \beta v_k + \nabla f(x_k)`, :math:`x_{k+1} = x_k - \eta v_{k+1}` with :math:`v_0 = 0`;
Nesterov evaluates the gradient at the point looked ahead to, with :math:`x_{-1} = x_0`; Adam corrects its bias and
adds :math:`\varepsilon` outside of the root.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as entry
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz.numbers.exact import Rationals

Column = Any
"""One variable of every row: Rationals, a float array of shape (rows,), or a scalar Fraction, mpf or float."""

Point = tuple[Column, ...]
"""One column per variable."""

Memory = tuple[Point, ...]
"""What a rule remembers from step to step; the empty tuple before the first step."""


@dataclass(frozen=True, slots=True)
class Field:
    """A loss with its derivatives, as functions of a point.

    ``gradient(point, k)`` is the gradient that step k (0 = the first step) uses; stochastic gradients differ from
    step to step, and then ``full_gradient`` gives the gradient of the loss itself.  ``hessian(point)`` is a d x d
    nesting of columns.  ``slipped(code)`` is the same field differentiated with the slip of that code.
    """

    loss: Callable[[Point], Column]
    gradient: Callable[[Point, int], Point]
    hessian: Callable[[Point], tuple[tuple[Column, ...], ...]] | None = None
    slipped: Callable[[str], Field] | None = None
    full_gradient: Callable[[Point], Point] | None = None


Rule = Callable[["Solver", Point, int, Memory], tuple[Point, Memory]]
"""One update: (solver, x_k, k, memory) -> (x_{k+1}, memory).  A plain function, so that another can replace it."""


@dataclass(frozen=True, slots=True)
class Method:
    """A row of ``METHODS``: a rule with its name, its formula in LaTeX and the names of its parameters."""

    name: str
    title: str
    formula: str
    parameters: tuple[str, ...]
    rule: Rule


@dataclass(frozen=True, slots=True)
class Solver:
    """Everything one update needs besides the point.

    ``rate`` is one column for all steps, or a tuple of columns, one per step (a schedule).  ``ascend`` steps along
    the gradient instead of against it.  Change any part with ``dataclasses.replace``.
    """

    field: Field
    rate: Column | tuple[Column, ...]
    rule: Rule
    parameters: Mapping[str, Column] = entry(default_factory=lambda: MappingProxyType({}))
    ascend: bool = False

    def rate_at(self, step: int) -> Column:
        """The rate of step k (0 = the first).  Raises ValueError when a schedule is shorter than the run."""
        if not isinstance(self.rate, tuple):
            return self.rate
        if step >= len(self.rate):
            raise ValueError(f"the schedule has {len(self.rate)} rates but step {step} was asked for")
        return self.rate[step]

    def slope(self, point: Point, step: int) -> Point:
        """The gradient step k uses at a point, with its sign changed for ascent."""
        gradient = self.field.gradient(point, step)
        return tuple(-component for component in gradient) if self.ascend else gradient


@dataclass(frozen=True, slots=True)
class Run:
    """The record of a run of K steps.

    ``points``, ``losses`` and ``gradients`` have K + 1 entries, the start first; ``gradients`` are those of the loss
    itself (never stochastic ones, never with the sign of ascent).  ``overflowed`` is true (per row for array
    columns) where a point or a loss left the range of the arithmetic; such a row keeps its inf, nan or invalid values.
    """

    points: tuple[Point, ...]
    losses: tuple[Column, ...]
    gradients: tuple[Point, ...]
    overflowed: Any


def descent(solver: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
    r"""Plain descent, :math:`x_{k+1} = x_k - \eta\,g_k`; also stochastic when the field's gradient depends on k."""
    return _moved(point, solver.rate_at(step), solver.slope(point, step)), memory


def heavy_ball(solver: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
    r"""Heavy ball, :math:`v_{k+1} = \beta v_k + g_k`, :math:`x_{k+1} = x_k - \eta v_{k+1}`, :math:`v_0 = 0`."""
    velocity = solver.slope(point, step)
    if memory:
        beta = solver.parameters["beta"]
        velocity = tuple(beta * v + g for v, g in zip(memory[0], velocity, strict=True))
    return _moved(point, solver.rate_at(step), velocity), (velocity,)


def nesterov(solver: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
    r"""Nesterov, :math:`y_k = x_k + \beta(x_k - x_{k-1})`, :math:`x_{k+1} = y_k - \eta\,\nabla f(y_k)`."""
    ahead = point
    if memory:
        beta = solver.parameters["beta"]
        ahead = tuple(x + beta * (x - before) for x, before in zip(point, memory[0], strict=True))
    return _moved(ahead, solver.rate_at(step), solver.slope(ahead, step)), (point,)


def adagrad(solver: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
    r"""AdaGrad, :math:`s_{k+1} = s_k + g_k^2`, :math:`x_{k+1} = x_k - \eta\,g_k/(\sqrt{s_{k+1}} + \varepsilon)`."""
    slope = solver.slope(point, step)
    squares = tuple(g * g for g in slope)
    if memory:
        squares = tuple(s + q for s, q in zip(memory[0], squares, strict=True))
    return _moved(point, solver.rate_at(step), _scaled(solver, slope, squares)), (squares,)


def rmsprop(solver: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
    r"""RMSProp, :math:`s_{k+1} = \rho s_k + (1-\rho) g_k^2`, :math:`s_0 = 0`, then as AdaGrad."""
    slope, rho = solver.slope(point, step), solver.parameters["rho"]
    squares = _averaged(rho, memory[0] if memory else None, tuple(g * g for g in slope))
    return _moved(point, solver.rate_at(step), _scaled(solver, slope, squares)), (squares,)


def adam(solver: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
    r"""Adam, with both averages from zero and corrected for it, :math:`\varepsilon` outside of the root."""
    slope, beta1, beta2 = solver.slope(point, step), solver.parameters["beta1"], solver.parameters["beta2"]
    mean = _averaged(beta1, memory[0] if memory else None, slope)
    squares = _averaged(beta2, memory[1] if memory else None, tuple(g * g for g in slope))
    power1, power2 = beta1, beta2
    for _ in range(step):
        power1, power2 = power1 * beta1, power2 * beta2
    corrected = tuple(m / (1 - power1) for m in mean)
    spread = tuple(s / (1 - power2) for s in squares)
    return _moved(point, solver.rate_at(step), _scaled(solver, corrected, spread)), (mean, squares)


METHODS: tuple[Method, ...] = (
    Method("descent", "gradient descent", r"x_{k+1} = x_k - \eta\,\nabla f(x_k)", (), descent),
    Method(
        "heavy-ball",
        "gradient descent with momentum (heavy ball)",
        r"v_{k+1} = \beta v_k + \nabla f(x_k),\quad x_{k+1} = x_k - \eta\,v_{k+1},\quad v_0 = 0",
        ("beta",),
        heavy_ball,
    ),
    Method(
        "nesterov",
        "Nesterov's accelerated gradient",
        r"y_k = x_k + \beta\,(x_k - x_{k-1}),\quad x_{k+1} = y_k - \eta\,\nabla f(y_k),\quad x_{-1} = x_0",
        ("beta",),
        nesterov,
    ),
    Method("sgd", "stochastic gradient descent", r"x_{k+1} = x_k - \eta\,\nabla f_{i_k}(x_k)", (), descent),
    Method(
        "adagrad",
        "AdaGrad",
        r"s_{k+1} = s_k + g_k^2,\quad x_{k+1} = x_k - \eta\,\frac{g_k}{\sqrt{s_{k+1}} + \varepsilon},\quad s_0 = 0",
        ("epsilon",),
        adagrad,
    ),
    Method(
        "rmsprop",
        "RMSProp",
        r"s_{k+1} = \rho s_k + (1 - \rho)\,g_k^2,\quad "
        r"x_{k+1} = x_k - \eta\,\frac{g_k}{\sqrt{s_{k+1}} + \varepsilon},\quad s_0 = 0",
        ("rho", "epsilon"),
        rmsprop,
    ),
    Method(
        "adam",
        "Adam",
        r"m_{k+1} = \beta_1 m_k + (1 - \beta_1)\,g_k,\quad s_{k+1} = \beta_2 s_k + (1 - \beta_2)\,g_k^2,\quad "
        r"x_{k+1} = x_k - \eta\,\frac{m_{k+1}/(1 - \beta_1^{k+1})}{\sqrt{s_{k+1}/(1 - \beta_2^{k+1})} + \varepsilon}",
        ("beta1", "beta2", "epsilon"),
        adam,
    ),
)
"""Every method the engine can step with.  A missing ``epsilon`` counts as 0."""


def method(name: str) -> Method:
    """The row of ``METHODS`` of that name; raises KeyError for another name."""
    for row in METHODS:
        if row.name == name:
            return row
    raise KeyError(name)


def iterate(solver: Solver, start: Point, steps: int) -> Iterator[Point]:
    """Yield x_0, x_1, ..., x_steps without keeping them.

    Float overflow is a result, not a warning: the row goes on with inf or nan.
    """
    point: Point = start
    memory: Memory = ()
    yield point
    for step in range(steps):
        with np.errstate(all="ignore"):
            point, memory = solver.rule(solver, point, step, memory)
        yield point


def run(solver: Solver, start: Point, steps: int) -> Run:
    """Step ``steps`` times from ``start`` and record every point with its loss and its full gradient."""
    points = tuple(iterate(solver, start, steps))
    with np.errstate(all="ignore"):
        losses = tuple(solver.field.loss(point) for point in points)
        if solver.field.full_gradient is not None:
            gradients = tuple(solver.field.full_gradient(point) for point in points)
        else:
            gradients = tuple(solver.field.gradient(point, step) for step, point in enumerate(points))
    overflowed: Any = False
    for column in (*losses, *(column for point in points for column in point)):
        overflowed = overflowed | _left_range(column)
    return Run(points, losses, gradients, overflowed)


def as_arrays(record: Run) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """A run as float arrays: points (rows, K+1, d), losses (rows, K+1), gradients (rows, K+1, d).

    Exact columns become the nearest floats (NaN where invalid).  Scalar columns (of a start or rate common to all
    rows) are spread over the rows; a run of scalars has one row.
    """
    count = len(record.points)
    width = len(record.points[0])
    columns = [column for point in record.points for column in point]
    columns += record.losses
    columns += [column for gradient in record.gradients for column in gradient]
    spread = np.broadcast_arrays(*(np.atleast_1d(_floats(column)) for column in columns))
    table = np.stack(spread, axis=1)
    split = count * width
    points = table[:, :split].reshape(-1, count, width)
    losses = table[:, split : split + count].copy()
    gradients = table[:, split + count :].reshape(-1, count, width)
    for array in (points, losses, gradients):
        array.flags.writeable = False
    return points, losses, gradients


def square_root(column: Column) -> Column:
    """The square root in the arithmetic of the column.

    Arrays and floats use NumPy; other columns their own ``sqrt`` method; a Fraction must be the square of a rational
    (ValueError otherwise), for its root has to be exact.
    """
    if isinstance(column, Fraction):
        root = Fraction(math.isqrt(abs(column.numerator)), math.isqrt(column.denominator))
        if root * root != column:
            raise ValueError(f"{column} is not the square of a rational number")
        return root
    own = getattr(column, "sqrt", None)
    if own is not None:
        return own()
    return np.sqrt(column)


def _moved(point: Point, rate: Column, direction: Point) -> Point:
    return tuple(x - rate * g for x, g in zip(point, direction, strict=True))


def _scaled(solver: Solver, direction: Point, squares: Point) -> Point:
    epsilon = solver.parameters.get("epsilon")
    roots = tuple(square_root(s) if epsilon is None else square_root(s) + epsilon for s in squares)
    return tuple(g / root for g, root in zip(direction, roots, strict=True))


def _averaged(keep: Column, old: Point | None, new: Point) -> Point:
    fresh = tuple((1 - keep) * g for g in new)
    return fresh if old is None else tuple(keep * m + g for m, g in zip(old, fresh, strict=True))


def _floats(column: Column) -> NDArray[np.float64]:
    return column.floats() if isinstance(column, Rationals) else np.asarray(column, dtype=np.float64)


def _left_range(column: Column) -> Any:
    if isinstance(column, Rationals):
        return ~column.valid
    if isinstance(column, float | np.ndarray):
        return ~np.isfinite(column)
    return False
