r"""Derivatives of losses: the only differentiator of gdquiz that keys are made with.

A loss is differentiated once per family by SymPy, with its parameters kept as symbols, and everything else is made from
the result: formulas to print, functions for whole populations of rows (NumPy) and for certificates (mpmath).

Which form a derivative has: ``gradient`` and ``hessian`` keep the form of the chain rule, as one writes it by hand,
:math:`\frac{d}{dw}(aw-b)^2 = 2a(aw-b)`; ``expanded`` is the same gradient multiplied out, :math:`2a^2w - 2ab`.

Kinks: the derivative of ``relu`` is ``step`` (0 on the left, 1 on the right) and that of ``abs`` is ``sign``; the
derivatives of ``step`` and ``sign`` are 0.  Both are right off the kink only; points on a kink are refused elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from math import comb
from typing import Any

import mpmath
import numpy as np
import sympy
from numpy.typing import NDArray

from gdquiz.errors import Fault, InputError
from gdquiz.formulas.expressions import Apply, Index, Name, Node, Number, names_of, substitute
from gdquiz.formulas.symbolic import by_falling_powers, from_sympy, to_sympy

Floats = NDArray[np.float64]
Scalar = Any
"""An mpmath number, or a Fraction, int or float that is made one."""

MOST_TERMS = 5_000
"""A polynomial that could have more terms than this is not multiplied out."""

SMOOTH = frozenset({"+", "-", "*", "/", "^", "exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "sigmoid"})
KINKED = frozenset({"abs", "relu", "sign", "step", "min", "max"})


@dataclass(frozen=True, eq=False)
class Calculus:
    r"""A loss with its derivatives.  Made by ``derive``; compared by identity.

    ``gradient[i]`` is :math:`\partial f/\partial x_i`, ``hessian[i][j]`` the second derivative, all over the names of
    ``variables`` and ``parameters``.  ``quadratic`` says that f is a polynomial of degree at most 2 in the variables.
    Functions take one float array of shape (rows,), or a number, for each of ``variables + parameters``, in this order.
    What is dear to compute is computed when it is first asked for.
    """

    variables: tuple[str, ...]
    parameters: tuple[str, ...]
    loss: Node
    gradient: tuple[Node, ...]
    hessian: tuple[tuple[Node, ...], ...]
    quadratic: bool
    symbolic_loss: Any = field(repr=False)
    symbolic_gradient: tuple[Any, ...] = field(repr=False)
    symbolic_hessian: tuple[tuple[Any, ...], ...] = field(repr=False)

    # --- formulas ---

    @cached_property
    def expanded(self) -> tuple[Node, ...]:
        """The gradient multiplied out; a component that would have too many terms keeps its form."""
        return tuple(
            by_falling_powers(written(multiplied_out(component)), self.variables)
            for component in self.symbolic_gradient
        )

    @cached_property
    def determinant(self) -> Node:
        """The determinant of the Hessian."""
        return written(_factored(_determinant(self.symbolic_hessian)))

    @cached_property
    def minors(self) -> tuple[Node, ...]:
        """The leading principal minors of the Hessian, the 1 x 1 first.

        Where all are positive, the Hessian is positive definite (Sylvester).
        """
        return tuple(
            written(_factored(_determinant([row[:size] for row in self.symbolic_hessian[:size]])))
            for size in range(1, len(self.variables) + 1)
        )

    @cached_property
    def stationary(self) -> tuple[Node, ...] | None:
        r"""Where the gradient of a quadratic vanishes, :math:`x^* = -H^{-1}\nabla f(0)`, as formulas in the parameters.

        None for losses that are not quadratic, and where the determinant is identically zero.  For values of the
        parameters that make the determinant zero the formulas have no value.  It is the minimizer where all
        ``minors`` are positive.
        """
        if not self.quadratic:
            return None
        hessian = sympy.Matrix([list(row) for row in self.symbolic_hessian])
        determinant = sympy.expand(hessian.det(method="berkowitz"))
        if determinant == 0:
            return None
        origin = {symbol: sympy.Integer(0) for symbol in symbols_of(self.variables).values()}
        at_origin = sympy.Matrix([component.xreplace(origin) for component in self.symbolic_gradient])
        solution = -hessian.adjugate() * at_origin / determinant
        return tuple(written(_factored(component)) for component in solution)

    # --- functions over rows ---

    @cached_property
    def loss_function(self) -> Callable[..., Floats]:
        """f as floats of shape (rows,); NaN or inf where it has no finite value."""
        compiled = self._compiled("numpy", [self.symbolic_loss])
        return lambda *columns: _rows(compiled, columns)[0]

    @cached_property
    def gradient_function(self) -> Callable[..., list[Floats]]:
        """The gradient, one array of shape (rows,) for each variable."""
        compiled = self._compiled("numpy", self.symbolic_gradient)
        return lambda *columns: _rows(compiled, columns)

    @cached_property
    def hessian_function(self) -> Callable[..., list[list[Floats]]]:
        """The Hessian, d lists of d arrays of shape (rows,)."""
        compiled = self._compiled("numpy", [entry for row in self.symbolic_hessian for entry in row])
        return lambda *columns: _nested(_rows(compiled, columns), len(self.variables))

    @cached_property
    def precise_loss(self) -> Callable[..., Scalar]:
        """f of mpmath numbers, at mpmath's working precision; NaN where it is not real."""
        compiled = self._compiled("mpmath", [self.symbolic_loss])
        return lambda *values: _precise(compiled, values, 1)[0]

    @cached_property
    def precise_gradient(self) -> Callable[..., list[Scalar]]:
        """The gradient of mpmath numbers, at mpmath's working precision."""
        compiled = self._compiled("mpmath", self.symbolic_gradient)
        return lambda *values: _precise(compiled, values, len(self.variables))

    @cached_property
    def precise_hessian(self) -> Callable[..., list[list[Scalar]]]:
        """The Hessian of mpmath numbers, at mpmath's working precision."""
        compiled = self._compiled("mpmath", [entry for row in self.symbolic_hessian for entry in row])
        size = len(self.variables)
        return lambda *values: _nested(_precise(compiled, values, size * size), size)

    def _compiled(self, module: str, expressions: Sequence[Any]) -> Callable[..., list[Any]]:
        return compiled((*self.variables, *self.parameters), expressions, module)


@lru_cache(maxsize=1024)
def derive(loss: Node, variables: tuple[str, ...], parameters: tuple[str, ...] = ()) -> Calculus:
    """The loss with its gradient and Hessian with respect to the variables; parameters stay symbols.

    Raises ``InputError`` for a name that is neither variable nor parameter, for a function without a derivative
    (comparisons, ``floor``, indexing and the like) and for a loss that does not evaluate (such as 1/0).
    """
    _check(loss, variables, parameters)
    symbols = symbols_of((*variables, *parameters))
    of = [symbols[name] for name in variables]
    try:
        expression = symbolic(loss, (*variables, *parameters))
        gradient = tuple(differentiated(expression, symbol) for symbol in of)
        hessian = _second(gradient, of)
        if expression.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.I):
            raise InputError(Fault("the loss has no real value", hint="look for a division by zero"))
        quadratic = bool(expression.is_polynomial(*of)) and _constant(hessian, of)
        if quadratic:
            hessian = tuple(tuple(multiplied_out(entry) for entry in row) for row in hessian)
        return Calculus(
            variables,
            parameters,
            loss,
            tuple(by_falling_powers(written(component), variables) for component in gradient),
            tuple(tuple(by_falling_powers(written(entry), variables) for entry in row) for row in hessian),
            quadratic,
            expression,
            gradient,
            hessian,
        )
    except RecursionError:
        raise InputError(Fault("the loss is nested too deeply")) from None
    except ValueError as error:
        raise InputError(Fault(f"a derivative of the loss cannot be written: {error}")) from None


def differentiated(expression: Any, symbol: Any) -> Any:
    """The derivative of a SymPy expression in the form of the chain rule, with kinks treated as said above."""
    derivative = sympy.diff(_frozen(expression), symbol)
    if any(power.exp.free_symbols for power in derivative.atoms(sympy.Pow)):
        derivative = sympy.powsimp(derivative)  # m*x**m/x, SymPy's form of m*x**(m - 1), has no value at 0
    return derivative


def multiplied_out(expression: Any) -> Any:
    """A SymPy expression expanded, unless it could get more than ``MOST_TERMS`` terms."""
    return sympy.expand(expression) if terms_bound(expression) <= MOST_TERMS else expression


def compiled(names: Sequence[str], expressions: Sequence[Any], module: str) -> Callable[..., list[Any]]:
    """A function of one argument a name that returns the list of values of SymPy expressions; module numpy or mpmath.

    Neutral names keep a user's names clear of those in the code that SymPy generates.
    """
    symbols = symbols_of(names).values()
    neutral = {symbol: sympy.Symbol(f"input_{place}", real=True) for place, symbol in enumerate(symbols)}
    bodies = [_frozen(expression).xreplace(neutral) for expression in expressions]
    functions = {"numpy": _NUMPY, "mpmath": _MPMATH}[module]
    function: Callable[..., list[Any]] = sympy.lambdify(
        list(neutral.values()), bodies, modules=[functions, module], cse=True
    )
    return function


def terms_bound(expression: Any) -> int:
    """At most how many terms an expression has once multiplied out."""
    if expression.is_Add:
        return sum(terms_bound(part) for part in expression.args)
    if expression.is_Mul:
        product = 1
        for part in expression.args:
            product = min(product * terms_bound(part), 10**12)
        return product
    if expression.is_Pow and expression.exp.is_Integer and expression.exp > 1:
        return min(comb(terms_bound(expression.base) + int(expression.exp) - 1, int(expression.exp)), 10**12)
    return 1


# --- checking ------------------------------------------------------------------------------------------------------


def _check(loss: Node, variables: tuple[str, ...], parameters: tuple[str, ...]) -> None:
    if not variables:
        raise InputError(Fault("a loss needs at least one variable"))
    names = (*variables, *parameters)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(Fault(f"'{twice[0]}' is named twice among variables and parameters"))
    unknown = sorted(names_of(loss) - set(names))
    if unknown:
        raise InputError(Fault(f"the loss uses '{unknown[0]}'", expected="a variable or a parameter"))
    for function in functions_of(loss):
        if function not in SMOOTH | KINKED:
            raise InputError(Fault(f"'{function}' has no derivative", expected="a loss made of smooth functions"))


def functions_of(node: Node) -> set[str]:
    match node:
        case Apply(function, arguments):
            return {function}.union(*map(functions_of, arguments))
        case Index(name, _):
            return {f"{name}[...]"}
        case Name() | Number():
            return set()


# --- symbolic parts ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _symbol(name: str) -> Any:
    return sympy.Symbol(name, real=True)


def symbols_of(names: Sequence[str]) -> dict[str, Any]:
    """The real SymPy symbols that stand for these names here."""
    return {name: _symbol(name) for name in names}


def _second(gradient: tuple[Any, ...], of: Sequence[Any]) -> tuple[tuple[Any, ...], ...]:
    upper = {(i, j): differentiated(gradient[i], of[j]) for i in range(len(of)) for j in range(len(of)) if i <= j}
    return tuple(tuple(upper[min(i, j), max(i, j)] for j in range(len(of))) for i in range(len(of)))


def _constant(hessian: tuple[tuple[Any, ...], ...], of: Sequence[Any]) -> bool:
    """Whether a Hessian of polynomials is free of the variables."""
    entries = [entry for row in hessian for entry in row if entry.has(*of)]
    if not entries:
        return True
    points = [{symbol: sympy.Integer(7 * place + start) for place, symbol in enumerate(of)} for start in (2, 5)]
    first, second = ([entry.xreplace(point) for entry in entries] for point in points)
    if any(multiplied_out(a - b) != 0 for a, b in zip(first, second, strict=True)):
        return False
    return not any(multiplied_out(entry).has(*of) for entry in entries)


def _determinant(rows: Sequence[Sequence[Any]]) -> Any:
    return sympy.Matrix([list(row) for row in rows]).det(method="berkowitz")


def _factored(expression: Any) -> Any:
    """A rational expression in lowest terms and factored; anything too large, or not rational, as it is."""
    if terms_bound(expression) > MOST_TERMS or expression.atoms(sympy.Function):
        return expression
    numerator, denominator = map(sympy.factor, sympy.fraction(sympy.cancel(sympy.together(expression))))
    if numerator.is_Mul and numerator.args[0] == -1 and len(numerator.args) == 2:
        numerator = sympy.expand_mul(numerator)  # -(b*p - a*q) reads better as a*q - b*p
    return numerator / denominator


# --- functions of our own ------------------------------------------------------------------------------------------
# Inside of this module relu, abs and their kin stand as functions with the derivatives we mean, and sigmoid as itself.


class _Sigmoid(sympy.Function):  # type: ignore[misc]
    nargs = 1

    @classmethod
    def eval(cls, inner: Any) -> Any:
        return sympy.Rational(1, 2) if inner.is_zero else None

    def fdiff(self, argindex: int = 1) -> Any:
        return self * (1 - self)


class _Step(sympy.Function):  # type: ignore[misc]
    nargs = 1

    @classmethod
    def eval(cls, inner: Any) -> Any:
        return (sympy.sign(inner) + 1) / 2 if inner.is_Rational else None

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.Integer(0)

    def _eval_power(self, exponent: Any) -> Any:
        return self if exponent.is_Integer and exponent.is_positive else None


class _Sign(sympy.Function):  # type: ignore[misc]
    nargs = 1

    @classmethod
    def eval(cls, inner: Any) -> Any:
        return sympy.sign(inner) if inner.is_Rational else None

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.Integer(0)


class _Relu(sympy.Function):  # type: ignore[misc]
    nargs = 1

    @classmethod
    def eval(cls, inner: Any) -> Any:
        return sympy.Max(0, inner) if inner.is_Rational else None

    def fdiff(self, argindex: int = 1) -> Any:
        return _Step(self.args[0])


class _Absolute(sympy.Function):  # type: ignore[misc]
    nargs = 1

    @classmethod
    def eval(cls, inner: Any) -> Any:
        return abs(inner) if inner.is_Rational else None

    def fdiff(self, argindex: int = 1) -> Any:
        return _Sign(self.args[0])


_OWN = {sympy.Abs: _Absolute, sympy.sign: _Sign, sympy.Heaviside: _Step}
_THEIRS: dict[Any, Callable[[Any], Any]] = {
    _Absolute: sympy.Abs,
    _Sign: sympy.sign,
    _Step: sympy.Heaviside,
    _Relu: lambda inner: sympy.Max(0, inner),
}


def _frozen(expression: Any) -> Any:
    def own(part: Any) -> Any:
        if part.func in _OWN:
            return _OWN[part.func](part.args[0])
        if part.func is sympy.Max and len(part.args) == 2 and 0 in part.args:
            return _Relu(next(argument for argument in part.args if argument != 0))
        return _extreme(1 if part.func is sympy.Max else -1, part.args)

    return expression.replace(lambda part: part.func in _OWN or part.func in (sympy.Max, sympy.Min), own)


def _extreme(sign: int, arguments: Sequence[Any]) -> Any:
    """Max (sign +1) or Min (-1) as whichever argument a step selects."""
    first, *rest = arguments
    if not rest:
        return first
    others = (sympy.Max if sign > 0 else sympy.Min)(*rest)
    chosen = _Step(sign * (first - others))
    return first * chosen + _extreme(sign, rest) * (1 - chosen)


def symbolic(node: Node, names: Sequence[str]) -> Any:
    """The SymPy expression of a formula, over ``symbols_of(names)``, with functions of our own where needed."""
    symbols = symbols_of(names)
    sigmoids: dict[Any, Any] = {}

    def plain(part: Node) -> Node:
        if not isinstance(part, Apply):
            return part
        arguments = tuple(map(plain, part.arguments))
        if part.function != "sigmoid":
            return Apply(part.function, arguments)
        place = f"sigmoid {len(sigmoids)}"
        inner = to_sympy(arguments[0], symbols).xreplace(sigmoids)
        symbols[place] = sympy.Symbol(place, real=True)
        sigmoids[symbols[place]] = _Sigmoid(inner)
        return Name(place)

    return _frozen(to_sympy(plain(node), symbols).xreplace(sigmoids))


def without_kinks(expressions: Sequence[Any]) -> tuple[list[Any], list[str]]:
    """SymPy expressions with every function that has a kink replaced by an unknown, and the names of the unknowns."""
    unknowns: dict[Any, str] = {}

    def unknown(part: Any) -> Any:
        return _symbol(unknowns.setdefault(part, f"kink {len(unknowns)}"))

    replaced = [
        expression.replace(lambda part: part.func in _THEIRS or part.func in (sympy.Max, sympy.Min), unknown)
        for expression in expressions
    ]
    return replaced, list(unknowns.values())


def written(expression: Any) -> Node:
    """The formula of a SymPy expression of this module.  Raises ``ValueError`` where there is none."""
    sigmoids: dict[str, Node] = {}

    def plain(part: Any) -> Any:
        place = f"sigmoid {len(sigmoids)}"
        sigmoids[place] = Apply("sigmoid", (substitute(from_sympy(part), sigmoids),))
        return sympy.Symbol(place, real=True)

    for own, theirs in _THEIRS.items():
        if expression.has(own):
            expression = expression.replace(own, theirs)
    if expression.has(_Sigmoid):
        expression = expression.replace(_Sigmoid, plain)
    return substitute(from_sympy(expression), sigmoids)


# --- compiled functions --------------------------------------------------------------------------------------------


def _sigmoid(x: Any) -> Any:
    small = np.exp(-np.abs(x))
    return np.where(np.asarray(x) >= 0, 1 / (1 + small), small / (1 + small))


_NUMPY = {
    "_Sigmoid": _sigmoid,
    "_Step": lambda x: (np.sign(x) + 1) / 2,
    "_Sign": np.sign,
    "_Relu": lambda x: np.maximum(x, 0),
    "_Absolute": np.abs,
}
_MPMATH = {
    "_Sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "_Step": lambda x: (mpmath.sign(x) + 1) / 2,
    "_Sign": mpmath.sign,
    "_Relu": lambda x: x if x > 0 else x * 0,
    "_Absolute": abs,
}


def _rows(compiled: Callable[..., list[Any]], columns: Sequence[Any]) -> list[Floats]:
    inputs = [np.asarray(column, dtype=float) for column in columns]
    shape = np.broadcast_shapes(*(column.shape for column in inputs))
    with np.errstate(all="ignore"):
        values = compiled(*inputs)
    arrays = [np.asarray(value, dtype=float) for value in values]
    return [array if array.shape == shape else np.broadcast_to(array, shape).copy() for array in arrays]


def _precise(compiled: Callable[..., list[Any]], values: Sequence[Any], count: int) -> list[Scalar]:
    inputs = [
        mpmath.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else mpmath.mpf(value)
        for value in values
    ]
    try:
        results = [mpmath.mpmathify(value) for value in compiled(*inputs)]
    except (ZeroDivisionError, ValueError, OverflowError):
        results = [mpmath.nan] * count
    return [mpmath.nan if isinstance(value, mpmath.mpc) else value for value in results]


def _nested(flat: list[Any], size: int) -> list[list[Any]]:
    return [flat[row * size : (row + 1) * size] for row in range(size)]
