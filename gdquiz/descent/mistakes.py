r"""Steps and derivatives as a learner gets them wrong: each mistake turns a solver into a mistaken one.

A mistake is a pure function ``Solver -> Solver``.  It is generic over the arithmetic of the columns, as ``descent`` is,
and the mistaken solver is run like any other, so that an error is carried on from step to step as a learner would.

There are two kinds.  A wrong *derivative* is wrong wherever the field is asked for its gradient, and a run records it;
a wrong *step* leaves the field as it is, so that a run records the right gradients beside the wrong points.

A mistake that a solver has no room for (no curvature, no example count, another method) raises ``ValueError`` when it
is applied, before anything is run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np

from gdquiz.descent.stepping import (
    Column,
    Field,
    Memory,
    Point,
    Rule,
    Solver,
    adagrad,
    adam,
    descent,
    heavy_ball,
    nesterov,
    rmsprop,
    square_root,
)
from gdquiz.formulas.columns import Evaluation, choose, is_precise, precise
from gdquiz.formulas.expressions import Node
from gdquiz.numbers.exact import Rationals

Mistake = Callable[[Solver], Solver]
"""A solver as the learner believes it to be."""

Change = Callable[[Field, Point, Point], Point]
"""(the true field, a point, the gradient there) -> what the learner takes for the gradient."""

# --- wrong derivatives: recorded with the run ----------------------------------------------------------------------


def slip(name: str) -> Mistake:
    """The field differentiated with the slip of that name, as ``Field.slipped`` makes it."""

    def mistake(solver: Solver) -> Solver:
        if solver.field.slipped is None:
            raise ValueError(f"this loss cannot be differentiated with the slip '{name}'")
        return replace(solver, field=solver.field.slipped(name))

    return mistake


def _derivative(change: Change) -> Mistake:
    def mistake(solver: Solver) -> Solver:
        true = solver.field
        full = true.full_gradient

        def gradient(point: Point, step: int) -> Point:
            return change(true, point, true.gradient(point, step))

        def full_gradient(point: Point) -> Point:
            assert full is not None
            return change(true, point, full(point))

        wrong = replace(true, gradient=gradient, full_gradient=None if full is None else full_gradient)
        return replace(solver, field=wrong)

    return mistake


def _loss(field: Field, point: Point, gradient: Point) -> Point:
    value = field.loss(point)
    return tuple(value for _ in gradient)


def _swap(field: Field, point: Point, gradient: Point) -> Point:
    return (*gradient[1:], gradient[0])


def _half(field: Field, point: Point, gradient: Point) -> Point:
    return tuple(g / 2 for g in gradient)


def _shared(field: Field, point: Point, gradient: Point) -> Point:
    return (*gradient[:-1], gradient[0])


loss_for_slope = _derivative(_loss)
r"""The loss in place of each partial derivative, :math:`x - \eta f(x)`."""

swapped = _derivative(_swap)
r"""Each variable gets the partial derivative of the next one, the last that of the first; with two, exchanged."""

halved = _derivative(_half)
r"""Half the gradient."""

bias_as_weight = _derivative(_shared)
r"""The last variable gets the partial derivative of the first, :math:`b - \eta\,\partial f/\partial w`."""


def summed(solver: Solver) -> Solver:
    """The gradient of the sum in place of the mean: n times as long, n being the parameter ``examples``."""
    examples = _parameter(solver, "examples")
    return _derivative(lambda field, point, gradient: tuple(g * examples for g in gradient))(solver)


# --- wrong steps from the right gradient ---------------------------------------------------------------------------


def uphill(solver: Solver) -> Solver:
    r"""The other direction, :math:`x + \eta g`; where the question ascends, downhill."""
    return replace(solver, ascend=not solver.ascend)


def without_rate(solver: Solver) -> Solver:
    r"""Rate 1 in every step, :math:`x - g`."""
    rate = solver.rate
    return replace(solver, rate=tuple(map(_one, rate)) if isinstance(rate, tuple) else _one(rate))


def step_as_point(solver: Solver) -> Solver:
    r"""The step in place of the new point, :math:`-\eta g`; the next step starts from there."""
    inner = solver.rule

    def rule(current: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
        reached, memory = inner(current, point, step, memory)
        return tuple(new - old for new, old in zip(reached, point, strict=True)), memory

    return replace(solver, rule=rule)


def _stepping(change: Change) -> Mistake:
    """The method as it is, but each of its steps takes a changed gradient."""

    def mistake(solver: Solver) -> Solver:
        inner = solver.rule

        def rule(current: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
            return inner(replace(current, field=_derivative(change)(current).field), point, step, memory)

        return replace(solver, rule=rule)

    return mistake


def _unit(field: Field, point: Point, gradient: Point) -> Point:
    length = abs(gradient[0])
    if len(gradient) > 1:
        squares = gradient[0] * gradient[0]
        for g in gradient[1:]:
            squares = squares + g * g
        length = square_root(squares)
    return tuple(g / length for g in gradient)


def _by_curvature(field: Field, point: Point, gradient: Point) -> Point:
    assert field.hessian is not None
    hessian = field.hessian(point)
    return tuple(g / hessian[place][place] for place, g in enumerate(gradient))


unit_length = _stepping(_unit)
r"""A step of length :math:`\eta`: :math:`x - \eta\,g/\lVert g\rVert`.

Where the gradient is zero there is no such step: array and exact columns have nan or invalid rows there, and scalars
raise ``ZeroDivisionError``.  In several variables a ``Fraction`` needs a rational norm (``ValueError`` otherwise).
"""


def newton(solver: Solver) -> Solver:
    r"""Division by the curvature in place of the rate, :math:`x - g/f''`; in several variables by each :math:`f_{ii}`.

    Where the curvature is zero the same holds as for ``unit_length`` at a zero gradient.
    """
    if solver.field.hessian is None:
        raise ValueError("this mistake needs the second derivatives of the loss")
    return _stepping(_by_curvature)(without_rate(solver))


def one_after_another(solver: Solver) -> Solver:
    r"""Coordinates updated in turn, later ones with the new values: :math:`x_2' = x_2 - \eta\,g_2(x_1', x_2)`."""
    inner = solver.rule

    def rule(current: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
        done: Point = ()
        memories: list[Memory] = []
        for place in range(len(point)):
            reached, remembered = inner(replace(current, field=_knowing(current.field, done)), point, step, memory)
            done = (*done, reached[place])
            memories.append(remembered)
        kept = tuple(
            tuple(remembered[slot][place] for place, remembered in enumerate(memories))
            for slot in range(len(memories[0]))
        )
        return done, kept

    return replace(solver, rule=rule)


def first_gradient(solver: Solver) -> Solver:
    r"""The gradient of the first step in every step; for plain descent :math:`x_k = x_0 - k\,\eta\,g_0`."""
    inner = solver.rule

    def rule(current: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
        first = memory[0] if memory else current.field.gradient(point, step)
        wrong = replace(current, field=replace(current.field, gradient=lambda _point, _step: first))
        reached, remembered = inner(wrong, point, step, memory[1:])
        return reached, (first, *remembered)

    return replace(solver, rule=rule)


def gradients_at_start(solver: Solver) -> Solver:
    r"""Every step uses its own example, but the gradient at the start: :math:`x_{k+1} = x_k - \eta\,g_k(x_0)`."""
    inner = solver.rule

    def rule(current: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
        start = memory[0] if memory else point
        true = current.field
        wrong = replace(current, field=replace(true, gradient=lambda _point, k: true.gradient(start, k)))
        reached, remembered = inner(wrong, point, step, memory[1:])
        return reached, (start, *remembered)

    return replace(solver, rule=rule)


def first_example(solver: Solver) -> Solver:
    r"""The example (or mini-batch) of the first step in every step, :math:`x_{k+1} = x_k - \eta\,g_0(x_k)`."""
    _full_gradient(solver)
    true = solver.field
    return replace(solver, field=replace(true, gradient=lambda point, step: true.gradient(point, 0)))


def full_batch(solver: Solver) -> Solver:
    """The gradient over all examples in every step of a stochastic method."""
    full = _full_gradient(solver)
    return replace(solver, field=replace(solver.field, gradient=lambda point, step: full(point)))


def one_step_less(solver: Solver) -> Solver:
    r"""The start counted as the first update: :math:`x_{k-1}` where :math:`x_k` is asked for."""
    inner = solver.rule

    def rule(current: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
        return (point, memory) if step == 0 else inner(current, point, step - 1, memory)

    return replace(solver, rule=rule)


def one_step_more(solver: Solver) -> Solver:
    r"""One update too many: :math:`x_{k+1}` where :math:`x_k` is asked for; a schedule has to have a rate for it."""
    inner = solver.rule

    def rule(current: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
        if step == 0:
            point, memory = inner(current, point, 0, memory)
        return inner(current, point, step + 1, memory)

    return replace(solver, rule=rule)


def without_bias(solver: Solver) -> Solver:
    """The last variable, the bias, stays where it is."""
    inner = solver.rule

    def rule(current: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
        reached, memory = inner(current, point, step, memory)
        return (*reached[:-1], point[-1]), memory

    return replace(solver, rule=rule)


# --- momentum ------------------------------------------------------------------------------------------------------


def without_momentum(solver: Solver) -> Solver:
    r"""Plain descent where the method has momentum: :math:`\beta = 0`."""
    _parameter(solver, "beta")
    return replace(solver, rule=descent)


def averaged_velocity(solver: Solver) -> Solver:
    r"""The velocity as a running mean, :math:`v_{k+1} = \beta v_k + (1-\beta)\,g_k`."""
    beta = _parameter(solver, "beta")
    return _stepping(lambda field, point, gradient: tuple((1 - beta) * g for g in gradient))(solver)


def adds_old_position(solver: Solver) -> Solver:
    r""":math:`x_{k+1} = x_k - \eta g_k + \beta x_{k-1}`, with nothing to add in the first step."""
    beta = _parameter(solver, "beta")

    def rule(current: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
        reached, _ = descent(current, point, step, ())
        if memory:
            reached = tuple(new + beta * before for new, before in zip(reached, memory[0], strict=True))
        return reached, (point,)

    return replace(solver, rule=rule)


def velocity_alone(solver: Solver) -> Solver:
    r"""After the first step the gradient is left out: :math:`x_{k+1} = x_k + \beta\,(x_k - x_{k-1})`."""
    beta = _parameter(solver, "beta")

    def rule(current: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
        if not memory:
            return descent(current, point, step, ())[0], (point,)
        return tuple(x + beta * (x - before) for x, before in zip(point, memory[0], strict=True)), (point,)

    return replace(solver, rule=rule)


def gradient_before_looking_ahead(solver: Solver) -> Solver:
    r"""Nesterov with the gradient at the current point: :math:`x_{k+1} = y_k - \eta\,\nabla f(x_k)`."""
    _expect(solver, nesterov)

    def rule(current: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
        here = current.field.gradient(point, step)
        wrong = replace(current, field=replace(current.field, gradient=lambda _point, _step: here))
        return nesterov(wrong, point, step, memory)

    return replace(solver, rule=rule)


def other_momentum(solver: Solver) -> Solver:
    """The heavy ball where Nesterov's method is asked for, and the other way round."""
    _expect(solver, heavy_ball, nesterov)
    return replace(solver, rule=nesterov if solver.rule is heavy_ball else heavy_ball)


# --- scaled steps --------------------------------------------------------------------------------------------------


def plain_step(solver: Solver) -> Solver:
    r"""The plain step :math:`x - \eta g` where the method scales it."""
    return replace(solver, rule=descent)


def without_correction(solver: Solver) -> Solver:
    r"""Adam with :math:`m_{k+1}` and :math:`s_{k+1}` as they are, not divided by :math:`1 - \beta^{k+1}`."""
    _expect(solver, adam)

    def rule(current: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
        mean, squares = _adam_averages(current, point, step, memory)
        return _divided(current, point, step, mean, tuple(map(square_root, squares))), (mean, squares)

    return replace(solver, rule=rule)


def without_root(solver: Solver) -> Solver:
    r"""AdaGrad, RMSProp or Adam dividing by the (corrected) squares themselves and not by their root."""
    _expect(solver, adagrad, rmsprop, adam)
    method = solver.rule

    def rule(current: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
        if method is adam:
            mean, squares = _adam_averages(current, point, step, memory)
            direction = _corrected(mean, current.parameters["beta1"], step)
            divisor = _corrected(squares, current.parameters["beta2"], step)
            return _divided(current, point, step, direction, divisor), (mean, squares)
        slope = current.slope(point, step)
        squares = tuple(g * g for g in slope)
        if method is rmsprop:
            squares = _averaged(current.parameters["rho"], memory[:1], squares)
        elif memory:
            squares = tuple(s + q for s, q in zip(memory[0], squares, strict=True))
        return _divided(current, point, step, slope, squares), (squares,)

    return replace(solver, rule=rule)


def mean_alone(solver: Solver) -> Solver:
    r"""Adam without any scaling, :math:`x_{k+1} = x_k - \eta\,m_{k+1}`."""
    _expect(solver, adam)

    def rule(current: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
        mean, squares = _adam_averages(current, point, step, memory)
        rate = current.rate_at(step)
        return tuple(x - rate * m for x, m in zip(point, mean, strict=True)), (mean, squares)

    return replace(solver, rule=rule)


MISTAKES: Mapping[str, Mistake] = {
    "loss-for-slope": loss_for_slope,
    "swapped": swapped,
    "halved": halved,
    "bias-as-weight": bias_as_weight,
    "summed": summed,
    "uphill": uphill,
    "without-rate": without_rate,
    "step-as-point": step_as_point,
    "unit-length": unit_length,
    "newton": newton,
    "one-after-another": one_after_another,
    "first-gradient": first_gradient,
    "gradients-at-start": gradients_at_start,
    "first-example": first_example,
    "full-batch": full_batch,
    "one-step-less": one_step_less,
    "one-step-more": one_step_more,
    "without-bias": without_bias,
    "without-momentum": without_momentum,
    "averaged-velocity": averaged_velocity,
    "adds-old-position": adds_old_position,
    "velocity-alone": velocity_alone,
    "gradient-before-looking-ahead": gradient_before_looking_ahead,
    "other-momentum": other_momentum,
    "plain-step": plain_step,
    "without-correction": without_correction,
    "without-root": without_root,
    "mean-alone": mean_alone,
}
"""Every mistake in a step or derivative that a misconception may execute, by name; slips stand in ``slips``."""


# --- steps that a bank writes down ---------------------------------------------------------------------------------

STEP_NAMES = ("x", "grad", "rate", "loss", "k")
"""What the expression of a step may use; see ``written_step``."""


def written_step(formula: Node) -> Mistake:
    r"""Every variable gets the value of an expression, such as ``x - grad/rate``.

    In it ``x`` is the variable, ``grad`` the partial derivative for it (with the other sign where the question
    ascends, so that ``x - rate*grad`` is the right step of plain descent), ``rate`` the rate of the step, ``loss`` the
    loss at the point, and ``k`` the number of the step, from 0.  Where the expression jumps (``sign``, ``step``) and a
    float is too close to tell, the step has no value.
    """

    def mistake(solver: Solver) -> Solver:
        def rule(current: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Memory]:
            rate, slope = current.rate_at(step), current.slope(point, step)
            number = precise if is_precise(rate) else Rationals.constant
            shared = {"rate": rate, "loss": current.field.loss(point), "k": number(Fraction(step))}
            return tuple(
                _sure(Evaluation({**shared, "x": x, "grad": g}, number), formula)
                for x, g in zip(point, slope, strict=True)
            ), memory

        return replace(solver, rule=rule)

    return mistake


def _sure(evaluation: Evaluation, formula: Node) -> Column:
    """The value of a formula, and none in the rows in which it is too close to call."""
    value = evaluation(formula)
    if not np.any(evaluation.doubtful):
        return value
    with np.errstate(invalid="ignore"):
        nothing = value * 0 / 0
    return choose(evaluation.doubtful, nothing, value)


# --- parts ---------------------------------------------------------------------------------------------------------


def _one(rate: Column) -> Column:
    return rate * 0 + 1


def _knowing(field: Field, done: Point) -> Field:
    """The field with its gradient taken where the first coordinates have these values, wherever it is asked for."""

    def gradient(point: Point, step: int) -> Point:
        return field.gradient((*done, *point[len(done) :]), step)

    return replace(field, gradient=gradient)


def _parameter(solver: Solver, name: str) -> Column:
    if name not in solver.parameters:
        raise ValueError(f"this mistake needs the parameter '{name}' of the method")
    return solver.parameters[name]


def _expect(solver: Solver, *rules: Rule) -> None:
    if solver.rule not in rules:
        names = " or ".join(rule.__name__ for rule in rules)
        raise ValueError(f"this mistake is made with {names} only")


def _full_gradient(solver: Solver) -> Callable[[Point], Point]:
    if solver.field.full_gradient is None:
        raise ValueError("this mistake needs a method that takes examples one by one")
    return solver.field.full_gradient


def _adam_averages(solver: Solver, point: Point, step: int, memory: Memory) -> tuple[Point, Point]:
    slope = solver.slope(point, step)
    mean = _averaged(solver.parameters["beta1"], memory[:1], slope)
    return mean, _averaged(solver.parameters["beta2"], memory[1:], tuple(g * g for g in slope))


def _averaged(keep: Column, old: Memory, new: Point) -> Point:
    """Running means from zero; no root is taken here, so that they stay exact where the true step would not."""
    fresh = tuple((1 - keep) * value for value in new)
    return tuple(keep * mean + value for mean, value in zip(old[0], fresh, strict=True)) if old else fresh


def _corrected(means: Point, keep: Column, step: int) -> Point:
    power = keep
    for _ in range(step):
        power = power * keep
    return tuple(mean / (1 - power) for mean in means)


def _divided(solver: Solver, point: Point, step: int, direction: Point, sizes: Point) -> Point:
    rate, epsilon = solver.rate_at(step), solver.parameters.get("epsilon")
    if epsilon is not None:
        sizes = tuple(size + epsilon for size in sizes)
    return tuple(x - rate * (d / size) for x, d, size in zip(point, direction, sizes, strict=True))
