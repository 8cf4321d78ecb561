r"""Theorems on runs that leave for infinity.

- ``outward``, one variable: from an iterate on, all the way to infinity, the gradient has one sign that leads outwards.
  The iterates then move outwards for ever (with momentum, once they do), and a finite limit would be a point with the
  gradient 0.  The loss falls at every step, without bound (``unbounded_below``) or to a value that it never reaches
  (``drift``), as the integral of its derivative is infinite or finite.
- ``blow_up``, one variable: with :math:`x\,f'(x)\ge c x^2/\eta` wherever :math:`|x|\ge R`, each update beyond R
  multiplies |x| at least by c - 1 (descent, and Nesterov, where the point looked ahead to is even farther out than x)
  or c - 1 - 2 beta (heavy ball), if |x| has not been larger before.  So |x| grows for ever, and with it f, which grows
  at least like :math:`cx^2/(2\eta)`: ``diverged_loss_up``.
- ``leading_form``, any number of variables: the same for a polynomial whose form F of the highest degree m has one
  sign: :math:`|x\cdot\nabla f|\ge m\mu r^m-\sum_j jC_jr^j`, where :math:`\mu` is the least |F| on the unit sphere
  and C_j the sum of the sizes of the coefficients of degree j.  By Descartes' rule what exceeds :math:`cr^2/\eta` for
  one r does so beyond it.  The loss goes up, or down without bound, with the sign of F.

The iterates are enclosed in balls; bounds on half-lines come from ``half_lines``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import numpy as np
import sympy

from gdquiz.descent.calculus import Calculus, differentiated, multiplied_out, symbols_of, terms_bound, written
from gdquiz.descent.exact_run import StatedRun
from gdquiz.enclosures.balls import AVAILABLE, Ball, Machine, State, Uncertain, arb, ball, enclosed, precision
from gdquiz.enclosures.half_lines import bounds, growth, half_line, keeps_sign, without_complements
from gdquiz.formulas.expressions import Apply, Name, Node
from gdquiz.formulas.pointwise import as_float
from gdquiz.numbers.certainty import NO, UNSURE, YES
from gdquiz.theorems.certificates import Exact
from gdquiz.theorems.suggestion import Suggestion

BITS = 256
"""The precision at which runs are enclosed here."""
ORDERS = 6
"""So many derivatives are tried to show that a function keeps its sign."""
FACTOR = Fraction(1, 1024)
"""Iterates that blow up are shown to grow by this share in each step."""
MEMORY = ("descent", "heavy-ball", "nesterov")
"""Methods whose state is told by two iterates."""
NARROW = Fraction(1, 64)
"""Boxes on a sphere that are narrower than this are not cut any more."""
FARAWAY = ("diverged_loss_up", "unbounded_below", "drift")
"""What a float run that leaves for infinity suggests."""
LATEST = 2000
"""Steps after which an escape is not looked for any more."""


# --- one variable, monotone ----------------------------------------------------------------------------------------


def outward(run: StatedRun, hint: Suggestion) -> Exact | None:
    """A run in one variable that moves outwards for ever along a slope that never changes its sign."""
    if not AVAILABLE or len(run.calculus.variables) > 1 or run.method == "sgd":
        return None
    later = run.method in MEMORY and _far(run, hint)
    if not later and not _plausible(run):
        return None
    tries = {0} | ({2**power for power in range(11)} if later else set())
    with precision(BITS):
        try:
            machine = Machine(run)
            seen: list[State] = []
            for number, state in enumerate(machine.states(max(tries))):
                seen = [*seen, state] if number <= run.shown else seen
                way = _way(machine, state) if number in tries else 0
                if way:
                    limit = _outward_limit(machine, state[0][0], way)
                    if limit is not None:
                        return _left(machine, seen, number, limit)
        except Uncertain:
            return None
    return None


def _way(machine: Machine, state: State) -> int:
    """Where the next step of a run leads, 1 or -1, if it surely leads on in the direction of the last one; else 0."""
    slope = machine.slope(state[0])[0]
    way = -1 if slope > 0 else 1 if slope < 0 else 0
    way = -way if machine.run.ascend else way
    if state[1] and machine.run.method in MEMORY:
        remembered = state[1][0][0]
        moved = -machine.rate * remembered if machine.run.method == "heavy-ball" else state[0][0] - remembered
        way = way if moved * way > 0 else 0
    return way


def _far(run: StatedRun, hint: Suggestion) -> bool:
    """Whether a float run goes at least twice as far out as it began."""
    numbers = [abs(as_float(x)) for x in run.start if isinstance(x, Fraction)]
    return hint.limit in FARAWAY or any(abs(x) > 2 * max(1.0, *numbers) for place in hint.places for x in place)


def _plausible(run: StatedRun) -> bool:
    """Whether the slope seems to keep its sign from the start outwards, at a few points in floats."""
    numbers = [*run.start, *run.values]
    if not all(isinstance(number, Fraction) for number in numbers):
        return True
    start, *values = (as_float(number) for number in numbers if isinstance(number, Fraction))
    steps = np.array([0.0, 0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 20.0, 100.0, 1000.0])
    columns = [np.full(steps.shape, value) for value in values]
    sign = -1.0 if run.ascend else 1.0
    here = sign * float(run.calculus.gradient_function(start, *values)[0][()])
    slopes = sign * run.calculus.gradient_function(start - np.sign(here) * steps, *columns)[0]
    known = slopes[np.isfinite(slopes)]
    return bool(np.all(known * here >= 0))


def _outward_limit(machine: Machine, point: Ball, way: int) -> str | None:
    """What becomes of a run that moves on in this direction; None if the slope may change its sign on the way."""
    calculus = machine.run.calculus
    (variable,) = calculus.variables
    end = point.lower() if way > 0 else point.upper()
    names, downhill = _names(machine), way if machine.run.ascend else -way
    chains = [chain for chain in _derivatives(calculus) if keeps_sign(chain, names, variable, end, way) == downhill]
    if not chains:
        return None
    places = half_line(variable, end, way, names)
    bounds(calculus.loss, places)  # it has a value everywhere
    steep = bounds(chains[0][0], places)
    if steep.low > 0 or steep.high < 0:
        return "unbounded_below"
    values = {name: value for name, value in names.items() if isinstance(value, Fraction)}
    return "drift" if growth(chains[0][0], values, variable, way).integrable else "unbounded_below"


@lru_cache(maxsize=256)
def _derivatives(calculus: Calculus) -> tuple[tuple[Node, ...], ...]:
    """f', f'', ... of a loss in one variable as far as they can be written: as they come, and factored."""
    (symbol,) = symbols_of(calculus.variables).values()
    raw, factored = [], []
    expression = calculus.symbolic_gradient[0]
    for _ in range(ORDERS):
        if terms_bound(expression) > 300:
            break
        try:
            raw.append(without_complements(written(expression)))
            factored.append(without_complements(written(sympy.factor(expression))))
        except (ValueError, sympy.PolynomialError):
            break
        expression = differentiated(expression, symbol)
        if expression.is_polynomial(symbol):
            expression = multiplied_out(expression)
    return tuple(raw), tuple(factored)


def _names(machine: Machine) -> dict[str, Fraction | Ball]:
    """The numbers in the loss: fractions, or balls where they are not rational."""
    pairs = zip(machine.run.calculus.parameters, machine.run.values, strict=True)
    return {name: value if isinstance(value, Fraction) else enclosed(value) for name, value in pairs}


def _left(machine: Machine, seen: Sequence[State], number: int, limit: str) -> Exact | None:
    """The verdict on a run that moves outwards for ever from an update on; a drift falls in every step before, too."""
    shown = machine.run.shown
    before = [_overshoots(machine, a, b) for a, b in pairwise(seen[: number + 1])]
    if limit == "drift" and (len(before) < number or any(answer != NO for answer in before)):
        return None
    crossing = [UNSURE] * number + [NO] * shown
    return _gone(machine.run, limit, (before + [NO] * shown)[:shown], crossing[:shown])


def _overshoots(machine: Machine, before: State, after: State) -> np.int8:
    change = machine.height(after[0]) - machine.height(before[0])
    return YES if change > 0 else NO if change <= 0 else UNSURE


def _gone(run: StatedRun, limit: str, overshoot: Sequence[np.int8], crossing: Sequence[np.int8]) -> Exact:
    no = np.array([NO], dtype=np.int8)
    return Exact(
        decided=np.array([True]),
        limit=np.array([limit]),
        period=np.array([0]),
        point=np.array(["none"]),
        best=np.array([False]),
        one_step=no,
        unstable_limit=no,
        oscillating=no,
        overshoot=np.array([overshoot], dtype=np.int8).reshape(1, run.shown),
        crossing=np.array([crossing], dtype=np.int8).reshape(1, run.shown),
        basin_jump=no,
        plateau=no,
    )


# --- blowing up ----------------------------------------------------------------------------------------------------


def blow_up(run: StatedRun, hint: Suggestion) -> Exact | None:
    """A run in one variable that is thrown farther and farther out, from one side or from side to side."""
    if not AVAILABLE or len(run.calculus.variables) > 1 or hint.limit != "diverged_loss_up":
        return None
    return _far_out(run, lambda machine, radius: "diverged_loss_up" if _throws(machine, radius) else None)


def _far_out(run: StatedRun, beyond: Callable[[Machine, Ball], str | None]) -> Exact | None:
    """The verdict that ``beyond(machine, R)`` gives for an iterate of the size R, not smaller than the one before."""
    if run.method not in MEMORY:
        return None
    with precision(BITS):
        try:
            machine = Machine(run)
            seen: list[State] = []
            tried, last = arb(0), arb(0)
            for number, state in enumerate(machine.states(LATEST)):
                seen = [*seen, state] if number <= run.shown else seen
                size = _norm(state[0])
                if size > 2 * tried and size >= last:
                    tried = arb(size.lower())
                    limit = beyond(machine, tried)
                    if limit is not None:
                        return _gone(run, limit, _events(machine, seen), [UNSURE] * run.shown)
                last = size
        except Uncertain:
            return None
    return None


def _events(machine: Machine, seen: Sequence[State]) -> list[np.int8]:
    """The overshoots of the shown steps, as far as the run can be enclosed."""
    states = list(seen)
    number = len(states) - 1
    try:
        while number < machine.run.shown:
            states.append(machine.step(states[-1], number))
            number += 1
    except (Uncertain, ZeroDivisionError):
        pass
    told = [_overshoots(machine, a, b) for a, b in pairwise(states)]
    return told + [UNSURE] * (machine.run.shown - len(told))


def _norm(point: Sequence[Ball]) -> Ball:
    return sum((x * x for x in point), arb(0)).sqrt()


def _pull(machine: Machine) -> Fraction | Ball:
    """c, so that x f'(x) >= c x^2/eta beyond some radius makes |x| grow."""
    beta = dict(machine.run.settings)["beta"] if machine.run.method == "heavy-ball" else Fraction(0)
    return 2 + FACTOR + 2 * beta if isinstance(beta, Fraction) else ball(2 + FACTOR) + 2 * enclosed(beta)


def _as_ball(number: Fraction | Ball) -> Ball:
    return ball(number) if isinstance(number, Fraction) else number


def _throws(machine: Machine, radius: Ball) -> bool:
    """Whether sign(x) (eta f'(x) - c x) is positive for all |x| of at least the radius."""
    variable = machine.run.calculus.variables[0]
    rate, pull = Name("the rate"), Name("the pull")
    given = machine.run.rate
    speed = machine.downhill if not isinstance(given, Fraction) else -given if machine.run.ascend else given
    names = _names(machine) | {"the rate": speed, "the pull": _pull(machine)}
    taken: list[Node] = [Apply("-", (Apply("*", (pull, Name(variable))),)), Apply("-", (pull,))]
    for chain in _derivatives(machine.run.calculus):
        derivatives: list[Node] = [Apply("*", (rate, part)) for part in chain]
        derivatives[:2] = [Apply("+", (a, b)) for a, b in zip(derivatives, taken, strict=False)]
        if all(keeps_sign(derivatives, names, variable, way * radius, way) == way for way in (1, -1)):
            return True
    return False


# --- leading forms -------------------------------------------------------------------------------------------------

Form = tuple[tuple[tuple[int, ...], Fraction], ...]
"""A polynomial as pairs of exponents and coefficients."""


def leading_form(run: StatedRun, hint: Suggestion) -> Exact | None:
    """A run on a polynomial of degree 3 or more whose terms of the highest degree have one sign together."""
    if not AVAILABLE or hint.limit not in FARAWAY:
        return None
    form = _polynomial(run)
    degree = max((sum(exponents) for exponents, _ in form or ()), default=0)
    if form is None or degree < 3 or degree % 2:
        return None
    with precision(BITS):
        least = _least(tuple(term for term in form if sum(term[0]) == degree))
        if least is None:
            return None
        upward = (least > 0) != run.ascend
        sizes = [sum((abs(c) for e, c in form if sum(e) == j), Fraction(0)) for j in range(degree)]

        def beyond(machine: Machine, radius: Ball) -> str | None:
            pull = (
                ball(FACTOR)
                if machine.run.method == "descent" and not upward
                else _as_ball(_pull(machine)) / machine.rate
            )
            left = degree * ball(abs(least)) * radius**degree - pull * radius**2
            for j, size in enumerate(sizes):
                left -= j * ball(size) * radius**j
            return ("diverged_loss_up" if upward else "unbounded_below") if left > 0 else None

        return _far_out(run, beyond)


def _polynomial(run: StatedRun) -> Form | None:
    """The loss as a polynomial with rational coefficients."""
    calculus = run.calculus
    symbols = symbols_of(calculus.variables)
    if not calculus.symbolic_loss.is_polynomial(*symbols.values()) or terms_bound(calculus.symbolic_loss) > 500:
        return None
    if not all(isinstance(value, Fraction) for value in run.values):
        return None
    numbers = {
        symbol: sympy.Rational(value.numerator, value.denominator)  # type: ignore[union-attr]
        for symbol, value in zip(symbols_of(calculus.parameters).values(), run.values, strict=True)
    }
    polynomial = sympy.Poly(calculus.symbolic_loss.xreplace(numbers), *symbols.values())
    if not (polynomial.domain.is_QQ or polynomial.domain.is_ZZ):
        return None
    return tuple((exponents, Fraction(int(c.p), int(c.q))) for exponents, c in polynomial.terms())


@lru_cache(maxsize=1024)
def _least(form: Form) -> Fraction | None:
    """A number below |F|/|x|^m of a form that has one sign, with that sign; None if that cannot be shown.

    Each x has a multiple on a face x_i = 1 of the cube, as m is even: there the other coordinates run from -1 to 1.
    """
    size, degree = len(form[0][0]), sum(form[0][0])
    if size == 1:
        return form[0][1]
    boxes = [(i, tuple((Fraction(-1), Fraction(1)) for _ in range(size - 1))) for i in range(size)]
    sign, least = 0, arb(1)
    while boxes:
        face, sides = boxes.pop()
        spans = [ball((low + high) / 2) + arb(0, float(high - low) / 2) for low, high in sides]
        point = [*spans[:face], arb(1), *spans[face:]]
        value = _value(form, point)
        middle = _value(form, [arb(x.mid()) for x in point])
        here = 1 if middle > 0 else -1 if middle < 0 else 0
        if not here or here == -sign:
            return None
        sign = here
        if value * sign > 0:
            bound = arb((abs(value).lower() / _norm(point).upper() ** degree).lower())
            least = bound if bound < least else least
            continue
        wide = max(range(size - 1), key=lambda place: sides[place][1] - sides[place][0])
        low, high = sides[wide]
        if high - low < NARROW:
            return None
        for half in ((low, (low + high) / 2), ((low + high) / 2, high)):
            boxes.append((face, (*sides[:wide], half, *sides[wide + 1 :])))
    return sign * Fraction(float(least)) * Fraction(999, 1000)


def _value(form: Form, point: Sequence[Ball]) -> Ball:
    total = arb(0)
    for exponents, coefficient in form:
        term = ball(coefficient)
        for x, power in zip(point, exponents, strict=True):
            factor = abs(x) if power % 2 == 0 else x  # an even power is never negative
            for _ in range(power):
                term = term * factor
        total += term
    return total
