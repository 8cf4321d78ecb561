r"""Enclosures: formulas and runs in ball arithmetic, where every number is an interval that surely holds the true one.

Balls come from python-flint (``arb``).  Where it is not installed ``AVAILABLE`` is false and nothing can be enclosed.
A formula is made a ``Program`` once: its parts in the order in which they are worked out, common parts only once.  The
same program also runs on exact fractions.

A part whose value is not certain, such as the slope of ``abs`` where the sign of its argument is open, becomes NaN,
and no comparison with NaN is ever certain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce
from itertools import combinations
from typing import Any, TypeVar

from gdquiz.descent.calculus import Calculus
from gdquiz.descent.exact_run import Given, StatedRun
from gdquiz.descent.stepping import Field, Memory, Point, Solver, method
from gdquiz.formulas.expressions import Apply, Index, Name, Node, Number

try:
    import flint
except ImportError:  # no wheel for this platform: nothing is enclosed, and what needs it stays undecided
    flint = None  # type: ignore[assignment]

AVAILABLE = flint is not None

arb: Any = getattr(flint, "arb", None)
arb_mat: Any = getattr(flint, "arb_mat", None)
fmpq: Any = getattr(flint, "fmpq", None)
ctx: Any = getattr(flint, "ctx", None)

PRECISIONS = (128, 512, 2048, 4096)
"""Bits with which a run is enclosed, one after another, until something is proved."""
MOST_STEPS = 4000
"""Steps for which a run is enclosed at the most."""

MOST_POWER = 1000
"""Whole powers up to this one are worked out by squaring."""
FAR = 2**1100
"""A run that has gone so far out is not followed any more."""

Told = TypeVar("Told")

Ball = Any
"""A ball of ``arb``; in programs on fractions also ``fmpq`` or ``Fraction``."""

TOTAL = frozenset({"+", "-", "*", "exp", "sin", "cos", "tanh", "sigmoid", "abs", "relu", "sign", "step", "min", "max"})
"""Functions that have a value everywhere."""


class Uncertain(ArithmeticError):
    """Something cannot be told at this precision."""


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Balls of so many bits inside of the block."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def ball(number: Fraction | int | float) -> Ball:
    """The ball around a number at the working precision; floats are taken exactly."""
    if isinstance(number, Fraction):
        return arb(number.numerator) if number.denominator == 1 else arb(fmpq(number.numerator, number.denominator))
    return arb(number)


def around(centre: Ball, radius: Ball) -> Ball:
    """The ball that holds everything within ``radius`` (a ball or a number) of ``centre``."""
    return centre + arb(0, arb(radius).abs_upper())


def enclosed(number: Given) -> Ball:
    """The ball around a number of a run at the working precision.  Raises ``Uncertain`` for what has no value."""
    if isinstance(number, Fraction):
        return ball(number)
    value = Program((number,), ())(())[0]
    if not (isinstance(value, arb) and value.is_finite()):
        raise Uncertain("a number of the run")
    return value


# --- programs ------------------------------------------------------------------------------------------------------


class Program:
    """Formulas over names as a list of operations.  Raises ``Uncertain`` for formulas with an index."""

    def __init__(self, outputs: Sequence[Node], names: Sequence[str]):
        self._places: dict[Node, int] = {Name(name): place for place, name in enumerate(names)}
        self._inputs = len(names)
        self._numbers: list[tuple[int, Fraction]] = []
        self._code: list[tuple[int, Callable[..., Any], tuple[int, ...]]] = []
        self._count = len(names)
        self._outputs = [self._place(node) for node in outputs]
        self._constants: dict[int, list[Any]] = {}

    def __call__(self, inputs: Sequence[Ball]) -> list[Any]:
        """The values of the formulas for balls, at the working precision."""
        constants = self._constants.get(ctx.prec)
        if constants is None:
            constants = self._constants.setdefault(ctx.prec, [ball(number) for _, number in self._numbers])
        return self._run(inputs, constants)

    def on_fractions(self, inputs: Sequence[Any]) -> list[Any]:
        """The values for fractions.  Raises ``ArithmeticError``, ``TypeError`` or ``AttributeError`` for others."""
        return self._run(inputs, [number for _, number in self._numbers])

    def _run(self, inputs: Sequence[Any], constants: Sequence[Any]) -> list[Any]:
        table: list[Any] = [None] * self._count
        table[: self._inputs] = inputs
        for (place, _), number in zip(self._numbers, constants, strict=True):
            table[place] = number
        for place, function, arguments in self._code:
            if len(arguments) == 2:
                table[place] = function(table[arguments[0]], table[arguments[1]])
            else:
                table[place] = function(*[table[argument] for argument in arguments])
        return [table[place] for place in self._outputs]

    def _place(self, node: Node) -> int:
        known = self._places.get(node)
        if known is not None:
            return known
        match node:
            case Number(value):
                place = self._new()
                self._numbers.append((place, value))
            case Apply("^", (base, Number(value))) if value.denominator == 1:
                exponent, inner = int(value), self._place(base)
                place = self._operation(lambda x: _whole_power(x, exponent), (inner,))
            case Apply(function, arguments):
                places = [self._place(argument) for argument in arguments]
                operation = _OPERATIONS.get(function)
                if operation is None:
                    raise Uncertain(f"'{function}' cannot be enclosed")
                if function in _JOINED and len(places) > 2:
                    place = reduce(lambda a, b: self._operation(operation, (a, b)), places)
                else:
                    place = self._operation(operation, tuple(places))
            case Name(name) | Index(name, _):
                raise Uncertain(f"'{name}' cannot be enclosed")
        self._places[node] = place
        return place

    def _operation(self, function: Callable[..., Any], arguments: tuple[int, ...]) -> int:
        place = self._new()
        self._code.append((place, function, arguments))
        return place

    def _new(self) -> int:
        self._count += 1
        return self._count - 1


def _nan() -> Ball:
    return arb("nan")


def _sigmoid(x: Ball) -> Ball:
    return 1 / (1 + (-x).exp())


def _sign(x: Ball) -> Ball:
    if isinstance(x, Fraction):
        return Fraction((x > 0) - (x < 0))
    return arb(1) if x > 0 else arb(-1) if x < 0 else _nan()


def _step(x: Ball) -> Ball:
    if isinstance(x, Fraction):
        return (1 + _sign(x)) / 2
    return arb(1) if x > 0 else arb(0) if x < 0 else _nan()


def _larger(a: Ball, b: Ball) -> Ball:
    return max(a, b) if isinstance(a, Fraction) else a.max(b)


def _smaller(a: Ball, b: Ball) -> Ball:
    return min(a, b) if isinstance(a, Fraction) else a.min(b)


def _whole_power(base: Ball, exponent: int) -> Ball:
    """A power by squaring (that of flint has no value for a ball around 0); even ones are not negative."""
    if isinstance(base, Fraction):
        return base**exponent
    if exponent < 0:
        return 1 / _whole_power(base, -exponent)
    factor, power, left = base, arb(1), exponent
    while left:
        if left & 1:
            power = power * factor
        left >>= 1
        if left:
            factor = factor * factor
    return power if exponent % 2 or power >= 0 else power.nonnegative_part()


def _power(base: Ball, exponent: Ball) -> Ball:
    if isinstance(base, Fraction):
        if exponent.denominator != 1:
            raise ArithmeticError("a root")
        return base ** int(exponent)
    if exponent.is_exact() and exponent.is_integer() and abs(exponent) < MOST_POWER:
        return _whole_power(base, int(exponent.unique_fmpz()))
    return base**exponent


def _compared(yes: Callable[[Any, Any], bool], no: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def decide(a: Any, b: Any) -> bool:
        if yes(a, b):
            return True
        if no(a, b):
            return False
        raise Uncertain("a comparison")

    return decide


_OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "-": lambda a: -a,
    "^": _power,
    "exp": lambda x: x.exp(),
    "log": lambda x: x.log(),
    "sqrt": lambda x: x.sqrt(),
    "sin": lambda x: x.sin(),
    "cos": lambda x: x.cos(),
    "tan": lambda x: x.tan(),
    "tanh": lambda x: x.tanh(),
    "sigmoid": _sigmoid,
    "abs": abs,
    "relu": lambda x: (x + abs(x)) / 2,
    "sign": _sign,
    "step": _step,
    "min": _smaller,
    "max": _larger,
    "<": _compared(lambda a, b: a < b, lambda a, b: a >= b),
    "<=": _compared(lambda a, b: a <= b, lambda a, b: a > b),
    ">": _compared(lambda a, b: a > b, lambda a, b: a <= b),
    ">=": _compared(lambda a, b: a >= b, lambda a, b: a < b),
    "==": _compared(lambda a, b: a == b, lambda a, b: a < b or a > b),
    "!=": _compared(lambda a, b: a < b or a > b, lambda a, b: a == b),
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
    "if": lambda condition, then, otherwise: then if condition else otherwise,
}
_JOINED = frozenset({"+", "*", "min", "max", "and", "or"})


def kinks(node: Node) -> Iterator[Node]:
    """The formulas whose zero is a kink of another one."""
    if isinstance(node, Apply):
        if node.function in ("relu", "abs", "sign", "step"):
            yield node.arguments[0]
        elif node.function in ("min", "max"):
            yield from (Apply("+", (a, Apply("-", (b,)))) for a, b in combinations(node.arguments, 2))
        for argument in node.arguments:
            yield from kinks(argument)


def _partial(node: Node) -> bool:
    """Whether a formula may be without a value somewhere."""
    if not isinstance(node, Apply):
        return False
    if node.function == "^":
        exponent = node.arguments[1]
        whole = isinstance(exponent, Number) and exponent.value.denominator == 1 and exponent.value >= 0
        return not whole or _partial(node.arguments[0])
    if node.function == "/" and isinstance(node.arguments[1], Number) and node.arguments[1].value:
        return _partial(node.arguments[0])
    return node.function not in TOTAL or any(map(_partial, node.arguments))


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of a loss: itself, its gradient followed by what guards it, and its Hessian row by row.

    ``guards`` is the number of kinks, whose arguments have to be different from 0; ``partial`` tells that the loss
    itself comes last, which has to have a value.
    """

    loss: Program
    slope: Program
    hessian: Program
    guards: int
    partial: bool


@lru_cache(maxsize=256)
def programs(calculus: Calculus) -> Programs:
    """The programs of a loss over its variables and parameters."""
    names = (*calculus.variables, *calculus.parameters)
    sharp = tuple(dict.fromkeys(kinks(calculus.loss)))
    partial = _partial(calculus.loss)
    last = (calculus.loss,) if partial else ()
    return Programs(
        Program((calculus.loss,), names),
        Program((*calculus.gradient, *sharp, *last), names),
        Program(tuple(entry for row in calculus.hessian for entry in row), names),
        len(sharp),
        partial,
    )


# --- runs ----------------------------------------------------------------------------------------------------------


State = tuple[Point, Memory]
"""All that a method goes on from: the iterate, and its velocity, moments or last iterate."""


class Machine:
    """A stated run in balls of the working precision: its loss, its derivatives, and its steps.

    Raises ``Uncertain`` where a number of the run, or a derivative that is asked for, cannot be enclosed.
    """

    def __init__(self, run: StatedRun):
        self.run, self.size = run, len(run.calculus.variables)
        self._programs = programs(run.calculus)
        self._values = [enclosed(number) for number in run.values]
        self.start: Point = tuple(enclosed(number) for number in run.start)
        self.rate: Ball = enclosed(run.rate)
        settings = {name: enclosed(number) for name, number in run.settings}
        field = Field(self.loss, lambda point, _: self.slope(point))
        self.solver = Solver(field, self.rate, method(run.method).rule, settings, run.ascend)

    @property
    def downhill(self) -> Ball:
        """The rate with which the gradient is subtracted: negative for ascent."""
        return -self.rate if self.run.ascend else self.rate

    def loss(self, point: Point) -> Ball:
        """The loss on a box."""
        return self._programs.loss((*point, *self._values))[0]

    def height(self, point: Point) -> Ball:
        """The loss on a box, with its sign changed for ascent: the right way is down."""
        return -self.loss(point) if self.run.ascend else self.loss(point)

    def slope(self, point: Point) -> Point:
        """The gradient on a box that holds no kink, and on which the loss has a value everywhere."""
        if isinstance(point[0], Dual):
            return self._dual_slope(point)
        found = self._programs.slope((*point, *self._values))
        gradient, guards = tuple(found[: self.size]), found[self.size : self.size + self._programs.guards]
        if any(not (guard > 0 or guard < 0) for guard in guards):
            raise Uncertain("a kink")
        if not all(part.is_finite() for part in gradient) or (self._programs.partial and not found[-1].is_finite()):
            raise Uncertain("a gradient")
        return gradient

    def hessian(self, point: Point) -> list[list[Ball]]:
        """The Hessian on a box; only with ``slope`` on the same box does it tell how the gradient changes there."""
        found = self._programs.hessian((*point, *self._values))
        if not all(entry.is_finite() for entry in found):
            raise Uncertain("a Hessian")
        return [found[row * self.size : (row + 1) * self.size] for row in range(self.size)]

    def step(self, state: State, number: int) -> State:
        """The state after one more update; ``number`` is how many there were before."""
        return self.solver.rule(self.solver, state[0], number, state[1])

    def states(self, most: int = MOST_STEPS) -> Iterator[State]:
        """The states from the start on, one for each update.  Raises ``Uncertain`` where one cannot be told."""
        state: State = (self.start, ())
        yield state
        for number in range(most):
            try:
                state = self.step(state, number)
            except ZeroDivisionError:
                raise Uncertain("a division") from None
            if not all(abs(part) < FAR for part in state[0]):
                raise Uncertain("far out, or without a value")
            yield state

    def jacobian(self, state: State) -> list[list[Ball]]:
        """The derivatives of the next state with respect to a state on a box; of methods whose steps are all alike."""
        if self.run.method == "descent":
            self.slope(state[0])
            rate = self.downhill
            rows = self.hessian(state[0])
            return [[(1 if i == j else 0) - rate * entry for j, entry in enumerate(row)] for i, row in enumerate(rows)]
        flat = flattened(state)
        unit = [arb(0)] * len(flat)
        duals = [Dual(value, [*unit[:place], arb(1), *unit[place + 1 :]]) for place, value in enumerate(flat)]
        return [list(part.slopes) for part in flattened(self.step(shaped(duals, self.size), 1))]

    def _dual_slope(self, point: Point) -> Point:
        values = tuple(part.value for part in point)
        gradient, rows = self.slope(values), self.hessian(values)
        wide = range(len(point[0].slopes))
        return tuple(
            Dual(value, [sum((h * part.slopes[k] for h, part in zip(row, point, strict=True)), arb(0)) for k in wide])
            for value, row in zip(gradient, rows, strict=True)
        )


def surely(run: StatedRun, asked: Callable[[Machine], Told], otherwise: Told) -> Told:
    """What is told of a run at the first precision that tells it."""
    for bits in PRECISIONS if AVAILABLE else ():
        with precision(bits):
            try:
                return asked(Machine(run))
            except (Uncertain, ZeroDivisionError):
                continue
    return otherwise


def flattened(state: State) -> list[Ball]:
    """A state as one list: the iterate first, then what is remembered."""
    return [*state[0], *(part for remembered in state[1] for part in remembered)]


def shaped(flat: Sequence[Ball], size: int) -> State:
    """The state of a list, for ``size`` variables."""
    parts = [tuple(flat[low : low + size]) for low in range(0, len(flat), size)]
    return parts[0], tuple(parts[1:])


class Dual:
    """A ball with its derivatives: forward differentiation of the steps of any method."""

    __slots__ = ("slopes", "value")

    def __init__(self, value: Ball, slopes: list[Ball]):
        self.value, self.slopes = value, slopes

    def _paired(self, other: Any) -> tuple[Ball, list[Ball]]:
        return (other.value, other.slopes) if isinstance(other, Dual) else (other, [arb(0)] * len(self.slopes))

    def __neg__(self) -> Dual:
        return Dual(-self.value, [-slope for slope in self.slopes])

    def __add__(self, other: Any) -> Dual:
        value, slopes = self._paired(other)
        return Dual(self.value + value, [a + b for a, b in zip(self.slopes, slopes, strict=True)])

    __radd__ = __add__

    def __sub__(self, other: Any) -> Dual:
        value, slopes = self._paired(other)
        return Dual(self.value - value, [a - b for a, b in zip(self.slopes, slopes, strict=True)])

    def __rsub__(self, other: Any) -> Dual:
        return -self + other

    def __mul__(self, other: Any) -> Dual:
        value, slopes = self._paired(other)
        pairs = zip(self.slopes, slopes, strict=True)
        return Dual(self.value * value, [a * value + self.value * b for a, b in pairs])

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Dual:
        value, slopes = self._paired(other)
        quotient = self.value / value
        return Dual(quotient, [(a - quotient * b) / value for a, b in zip(self.slopes, slopes, strict=True)])

    def sqrt(self) -> Dual:
        root = self.value.sqrt()
        return Dual(root, [slope / (2 * root) for slope in self.slopes])
