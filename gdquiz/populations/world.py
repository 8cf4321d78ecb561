"""What is true in the rows of an item: every name an expression can use, worked out when it is first asked for.

The same world is built in three arithmetics.  *exact*: rational columns, stepped with the derived formulas; *float*:
NumPy arrays, stepped with compiled functions (the second route to every key); *precise*: one row in 50-digit
numbers (``precisely``).  A world may also be a mistaken one: the solver is then the one a misconception makes of it,
and quantities may be redefined.

What a world cannot work out from the loss and its run alone (verdicts, the losses of a fit) is worked out by the
providers that it is handed: for each such name a function of the world.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, reduce
from itertools import combinations
from operator import add
from typing import Any, Literal, TypeVar

import numpy as np

from gdquiz.banks.models import Case, ItemModel, Wrong
from gdquiz.banks.names import TRAINING, VERDICTS
from gdquiz.descent.calculus import Calculus, derive
from gdquiz.descent.slipped import slipped_gradient
from gdquiz.descent.stepping import Field, Point, Run, Solver, method, run
from gdquiz.errors import Fault, InputError
from gdquiz.formulas.columns import Column, Evaluation, floats, is_exact, precise, take
from gdquiz.formulas.expressions import FUNCTIONS, Apply, Index, Name, Node, Number, names_of
from gdquiz.numbers.exact import Mask, Rationals

Made = TypeVar("Made")
Provider = Callable[["World"], Column]
Arithmetic = Literal["exact", "float", "precise"]
PRECISION = 50
"""Decimal digits of the precise arithmetic."""


class World(Mapping[str, Column]):
    """The quantities of a case of an item over some rows.

    ``columns`` holds the parameters, exact; ``providers`` tells how names are worked out of which a world knows
    nothing itself.  ``doubtful`` marks the rows in which something was compared too closely
    or has no value.
    """

    def __init__(
        self,
        model: ItemModel,
        case: Case,
        columns: Mapping[str, Rationals],
        providers: Mapping[str, Provider],
        arithmetic: Arithmetic = "exact",
        wrong: Wrong | None = None,
    ):
        self.model, self.case, self.arithmetic, self.wrong = model, case, arithmetic, wrong
        self.providers = providers
        self.rows = max((column.rows for column in columns.values()), default=1)
        self.parameters = {name: self._as_arithmetic(column) for name, column in columns.items()}
        self.exact_parameters = columns
        self._known: dict[str, Column] = {}
        self._made: dict[Callable[[World], Any], Any] = {}
        self._floating: dict[str, bool] = {}
        self._evaluation = self._evaluating(self)

    def _as_arithmetic(self, column: Rationals) -> Column:
        if self.arithmetic == "exact":
            return column
        return column.floats() if self.arithmetic == "float" else precise(column)

    def _evaluating(self, environment: Mapping[str, Column]) -> Evaluation:
        return Evaluation(environment, self._number)

    def _number(self, value: Fraction) -> Column:
        return precise(value) if self.arithmetic == "precise" else Rationals.constant(value)

    # --- as a mapping of names ---

    def __getitem__(self, name: str) -> Column:
        if name not in self._known:
            self._known[name] = self._resolved(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __call__(self, node: Node) -> Column:
        """The value of an expression in this world."""
        return self._evaluation(node)

    @property
    def doubtful(self) -> Mask:
        return np.broadcast_to(np.asarray(self._evaluation.doubtful), (self.rows,))

    def doubt(self, rows: Mask) -> None:
        """Say that something is too close to call in these rows."""
        self._evaluation.doubtful = self._evaluation.doubtful | rows

    def once(self, work: Callable[[World], Made]) -> Made:
        """What a function makes of this world: worked out once, and handed on to its twins."""
        if work not in self._made:
            self._made[work] = work(self)
        made: Made = self._made[work]
        return made

    def _resolved(self, name: str) -> Column:
        if self.wrong is not None and name in self.wrong.redefine:
            # a redefinition may use the true value of what it redefines
            value = self.truth(self.wrong.redefine[name])
            self.doubt(self.truth.doubtful)
            return value
        if name in self.parameters:
            return self.parameters[name]
        if name in self.case.define:
            return self(self.case.define[name])
        if name in self.case.variables:
            place = self.case.variables.index(name)
            return tuple(point[place] for point in self.run.points)
        if name == "loss":
            return self.run.losses
        if name in self.providers:
            return self.providers[name](self)
        return self._derived(name)

    def _derived(self, name: str) -> Column:
        head, _, point = name.rpartition("_at_")
        if point in self.case.points:
            here = self.point(point)
            return self.field.loss(here) if head == "loss" else self._derivative(head, here)
        if name.startswith("minimizer_"):
            solution = self.calculus.stationary
            if solution is None:
                raise InputError(Fault(f"'{name}' does not exist", "a quadratic loss with one stationary point"))
            return self(solution[self.case.variables.index(name.removeprefix("minimizer_"))])
        if name in ("eig_min", "eig_max"):
            return self._eigenvalue(largest=name == "eig_max")
        return tuple(self._derivative(name, point) for point in self.run.points)

    def _derivative(self, name: str, point: Point) -> Column:
        variables = self.case.variables
        if name in ("grad", "curvature"):
            return self.full_gradient(point)[0] if name == "grad" else self.hessian(point)[0][0]
        for i, first in enumerate(variables):
            if name == f"grad_{first}":
                return self.full_gradient(point)[i]
            for j, second in enumerate(variables):
                if name == f"hess_{first}_{second}":
                    return self.hessian(point)[i][j]
        raise KeyError(name)

    def point(self, name: str) -> Point:
        """A place of interest."""
        return tuple(self(node) for node in self.case.points[name])

    def _eigenvalue(self, *, largest: bool) -> Column:
        hessian = self.hessian(self.start)
        if len(hessian) == 1:
            return hessian[0][0]
        if len(hessian) == 2:
            (a, b), (_, c) = hessian
            names = {"a": a, "b": b, "c": c}
            return self._evaluating(names)(_LARGER if largest else _SMALLER)
        if self.arithmetic == "precise":
            import mpmath

            values = mpmath.eigsy(mpmath.matrix([list(row) for row in hessian]), eigvals_only=True)
            return max(values) if largest else min(values)
        entries = [[np.broadcast_to(floats(entry), (self.rows,)) for entry in row] for row in hessian]
        matrix = np.moveaxis(np.array(entries), 2, 0)
        known = np.isfinite(matrix).all(axis=(1, 2))
        values = np.linalg.eigvalsh(np.where(known[:, None, None], matrix, 0.0))[:, -1 if largest else 0]
        return np.where(known, values, np.nan)

    # --- the loss and its derivatives ---

    @cached_property
    def calculus(self) -> Calculus:
        return calculus_of(self.case)

    @cached_property
    def term_calculus(self) -> Calculus | None:
        """The derivatives of one example's term, for a run that takes the examples in an order."""
        return term_calculus_of(self.case) if self.model.order else None

    @cached_property
    def field(self) -> Field:
        return self._field(self.calculus, self.term_calculus)

    def _field(self, calculus: Calculus, term: Calculus | None, slip: str | None = None) -> Field:
        gradient = calculus.gradient if slip is None else _slipped(calculus, slip)

        def bound(point: Point) -> dict[str, Column]:
            return dict(zip(self.case.variables, point, strict=True))

        def loss(point: Point) -> Column:
            if self.arithmetic == "float":
                return calculus.loss_function(*self._arguments(calculus, point))
            return self._at(calculus.loss, bound(point))

        def full(point: Point) -> Point:
            if self.arithmetic == "float" and slip is None:
                return tuple(calculus.gradient_function(*self._arguments(calculus, point)))
            return tuple(self._at(node, bound(point)) for node in gradient)

        def hessian(point: Point) -> tuple[tuple[Column, ...], ...]:
            if self.arithmetic == "float":
                return tuple(map(tuple, calculus.hessian_function(*self._arguments(calculus, point))))
            return tuple(tuple(self._at(node, bound(point)) for node in row) for row in calculus.hessian)

        def stochastic(point: Point, step: int) -> Point:
            assert term is not None
            nodes = term.gradient if slip is None else _slipped(term, slip)
            return self.over(self.model.order[min(step, len(self.model.order) - 1)], nodes, point)

        if term is None:
            return Field(loss, lambda point, step: full(point), hessian, self._slipped)
        return Field(loss, stochastic, hessian, self._slipped, full)

    def over(self, batch: Sequence[int], nodes: Sequence[Node], point: Point) -> Point:
        """Expressions in the columns of the data, averaged (or summed) over examples as the loss is."""
        share = self._number(Fraction(1, len(batch) if self.case.averaged else 1))
        bound = dict(zip(self.case.variables, point, strict=True))
        parts: list[list[Column]] = []
        for example in batch:
            row = {name: self(column[example - 1]) for name, column in self.case.data.items()}
            parts.append([self._at(node, bound | row) for node in nodes])
        return tuple(reduce(add, column) * share for column in zip(*parts, strict=True))

    def _slipped(self, slip: str) -> Field:
        return self._field(self.calculus, self.term_calculus, slip)

    def _at(self, node: Node, point: Mapping[str, Column]) -> Column:
        names = {name: self[name] for name in names_of(node) if name not in point}
        return self._evaluating(names | dict(point))(node)

    def _arguments(self, calculus: Calculus, point: Point) -> list[Column]:
        return [*map(floats, point), *(floats(self[name]) for name in calculus.parameters)]

    def full_gradient(self, point: Point) -> Point:
        """The gradient of the loss as this world's solver knows it."""
        field = self.solver.field if self.model.rate is not None else self.field
        return field.full_gradient(point) if field.full_gradient is not None else field.gradient(point, 0)

    def derived_gradient(self, point: Point) -> Point:
        """The true gradient of the loss at a point by the derived formulas, whatever this world's solver thinks."""
        bound = dict(zip(self.case.variables, point, strict=True))
        return tuple(self._at(node, bound) for node in self.calculus.gradient)

    def hessian(self, point: Point) -> tuple[tuple[Column, ...], ...]:
        assert self.field.hessian is not None
        return self.field.hessian(point)

    # --- the run ---

    @cached_property
    def solver(self) -> Solver:
        source = self.model.source.run
        assert source is not None and self.model.rate is not None
        settings = {name: self(node) for name, node in self.model.settings.items()}
        sizes = {len(batch) for batch in self.model.order} or {len(c) for c in self.case.data.values()}
        if self.case.averaged and len(sizes) == 1:
            # how many examples one gradient is the mean of, for who takes the sum
            settings["examples"] = self._number(Fraction(sizes.pop()))
        solver = Solver(self.field, self(self.model.rate), method(source.method).rule, settings, source.ascend)
        mistake = self.wrong.misconception.mistake if self.wrong is not None and not self.wrong.redefine else None
        try:
            return solver if mistake is None else mistake(solver)
        except ValueError as error:
            assert self.wrong is not None
            problem = f"the misconception {self.wrong.code} cannot be executed on this item: {error}"
            model = self.model
            raise InputError(Fault(problem, file=model.file, line=model.line, item=model.id)) from error

    @cached_property
    def run(self) -> Run:
        source = self.model.source.run
        assert source is not None
        return run(self.solver, self.start, source.steps)

    @cached_property
    def start(self) -> Point:
        return tuple(self(node) for node in self.model.start)

    @property
    def on_kink(self) -> Mask:
        """Rows in which a derivative has been asked for on a kink of the loss: along the run, or at a named place."""
        hit = np.zeros(self.rows, bool)
        for point in self.differentiated if self.has_kinks else ():
            hit = hit | self.near_kink(point, 1e-6)
        return hit

    @cached_property
    def has_kinks(self) -> bool:
        return self.case.loss is not None and any(True for _ in kinks(self.case.loss))

    def near_kink(self, point: Point, margin: float) -> Mask:
        """Rows in which an argument of relu, abs, min or max is zero or tied at a point (nearly so in floats)."""
        hit = np.zeros(self.rows, bool)
        for argument in kinks(self.case.loss) if self.case.loss is not None else ():
            value = self._at(argument, dict(zip(self.case.variables, point, strict=True)))
            hit = hit | (value.equals(0) if is_exact(value) else ~(np.abs(floats(value)) >= margin))
        return hit

    @property
    def differentiated(self) -> tuple[Point, ...]:
        """The points at which derivatives have been taken: all of the run, and the named places where they were."""
        asked = {name.rpartition("_at_")[2] for name in self._known if not name.startswith("loss_at_")}
        named = tuple(self.point(name) for name in self.case.points if name in asked)
        return named if self.model.rate is None else (*self.run.points, *named)

    def has_asked(self, *heads: str) -> bool:
        """Whether a quantity whose name begins like this has been worked out."""
        return any(name.startswith(heads) for name in self._known)

    # --- related worlds ---

    def mistaken(self, wrong: Wrong) -> World:
        """The world of a student with this misconception."""
        world = World(self.model, self.case, self.exact_parameters, self.providers, self.arithmetic, wrong)
        world.truth = self.twin()
        return world

    @cached_property
    def truth(self) -> World:
        """The world without the mistake, for this world to refer to."""
        return World(self.model, self.case, self.exact_parameters, self.providers, self.arithmetic)

    def twin(self) -> World:
        """The same true world with everything known of it so far, and doubts of its own."""
        other = World(self.model, self.case, self.exact_parameters, self.providers, self.arithmetic)
        if self.wrong is None:
            other._known |= self._known
            other._made |= self._made
            other.__dict__ |= {name: self.__dict__[name] for name in _SHARED if name in self.__dict__}
        return other

    def floating(self) -> World:
        """The same world by the second route."""
        other = World(self.model, self.case, self.exact_parameters, self.providers, "float", self.wrong)
        other.__dict__["exactly"] = self.exactly
        return other

    @cached_property
    def exactly(self) -> World:
        """The same world in exact arithmetic: itself, if it is one."""
        if self.arithmetic == "exact":
            return self
        return World(self.model, self.case, self.exact_parameters, self.providers, "exact", self.wrong)

    def precisely(self, row: int, nodes: Sequence[Node]) -> tuple[Any, ...]:
        """The values of numerical expressions in one row, as mpmath numbers of 50 digits."""
        import mpmath

        columns = {name: take(column, np.array([row])) for name, column in self.exact_parameters.items()}
        with mpmath.workdps(PRECISION):
            world = World(self.model, self.case, columns, self.providers, "precise", self.wrong)
            return tuple(world(node) for node in nodes)

    def rests_on_floats(self, node: Node) -> bool:
        """Whether anything that a value is made from may be a float, even if it comes out exact, as of ``floor``.

        Verdicts on runs and fits do not count: they have proofs and margins of their own.
        """
        match node:
            case Apply("^", (base, exponent)):
                whole = isinstance(exponent, Number) and exponent.value.denominator == 1
                return not whole or self.rests_on_floats(base)
            case Apply(function, arguments):
                inexact = function in FUNCTIONS and not FUNCTIONS[function].exact
                return inexact or any(map(self.rests_on_floats, arguments))
            case Name(name) | Index(name, _) if name in self.case.define:
                return self._rest_on_floats(name)
            case Name(name) | Index(name, _) if name not in VERDICTS and name not in TRAINING:
                column = self[name]
                return not all(map(is_exact, column if isinstance(column, tuple) else (column,)))
        return False

    def _rest_on_floats(self, name: str) -> bool:
        if name not in self._floating:
            self._floating[name] = self.rests_on_floats(self.case.define[name])
        return self._floating[name]


_SHARED = ("calculus", "term_calculus", "field", "solver", "run", "start", "has_kinks")
"""What a world works out once and hands on to its twins."""


def _symmetric_eigenvalue(sign: int) -> Node:
    """Of the matrix [[a, b], [b, c]]: (a + c +- sqrt((a - c)^2 + 4 b^2)) / 2."""
    a, b, c, two = Name("a"), Name("b"), Name("c"), Number(Fraction(2))
    difference = Apply("+", (a, Apply("-", (c,))))
    four_b2 = Apply("^", (Apply("*", (two, b)), two))
    root = Apply("sqrt", (Apply("+", (Apply("^", (difference, two)), four_b2)),))
    return Apply("/", (Apply("+", (a, c, root if sign > 0 else Apply("-", (root,)))), two))


_LARGER, _SMALLER = _symmetric_eigenvalue(+1), _symmetric_eigenvalue(-1)


def _slipped(calculus: Calculus, slip: str) -> tuple[Node, ...]:
    return slipped_gradient(calculus.loss, calculus.variables, calculus.parameters, slip)


def calculus_of(case: Case) -> Calculus:
    """The derivatives of a case's loss, all names but the variables kept symbolic."""
    assert case.loss is not None
    return _differentiated(case.loss, case.variables)


def term_calculus_of(case: Case) -> Calculus:
    """The derivatives of one example's term, the columns of the data kept symbolic."""
    assert case.term is not None
    return _differentiated(case.term, case.variables)


def _differentiated(formula: Node, variables: tuple[str, ...]) -> Calculus:
    return derive(formula, variables, tuple(sorted(names_of(formula) - set(variables))))


def kinks(node: Node) -> Iterator[Node]:
    """The arguments whose zero is a kink of the expression."""
    if isinstance(node, Apply):
        if node.function in ("relu", "abs", "sign", "step"):
            yield node.arguments[0]
        elif node.function in ("min", "max"):
            yield from (Apply("+", (a, Apply("-", (b,)))) for a, b in combinations(node.arguments, 2))
        for argument in node.arguments:
            yield from kinks(argument)
