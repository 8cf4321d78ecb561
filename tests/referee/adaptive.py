"""The referee of ``adaptive.toml``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import mpmath

from referee.means import gradient, slope
from referee.reading import confirm, given, loss

Row = dict[str, Any]

DIGITS = 40


def _real(value: Any) -> Any:
    value = Fraction(value)
    return mpmath.mpf(value.numerator) / value.denominator


def _adam(slopes: Callable[[Sequence[Any]], Sequence[Any]], start: Sequence[Any], p: Row, steps: int) -> list[Any]:
    """Adam with the averages written out as weighted sums over all gradients so far."""
    with mpmath.workdps(DIGITS):
        eta, one, two = (_real(given(p, name)) for name in ("eta", "beta1", "beta2"))
        x, seen = [_real(value) for value in start], []
        for _ in range(steps):
            seen.append([_real(g) if isinstance(g, Fraction | int) else g for g in slopes(x)])
            age = len(seen)
            for place in range(len(x)):
                weights = [(one ** (age - 1 - k), two ** (age - 1 - k)) for k in range(age)]
                mean = sum(a * g[place] for (a, _), g in zip(weights, seen, strict=True)) / sum(a for a, _ in weights)
                size = sum(b * g[place] ** 2 for (_, b), g in zip(weights, seen, strict=True)) / sum(
                    b for _, b in weights
                )
                x[place] -= eta * mean / mpmath.sqrt(size)
        return x


def first_adam_step(p: Row) -> dict[str, object]:
    f, start = loss(p, "u", "v"), (given(p, "u0"), given(p, "v0"))
    g = gradient(f, start)
    return {"answer": tuple(_adam(lambda _: g, start, p, 1))}


def first_rmsprop_step(p: Row) -> dict[str, object]:
    f, start = loss(p, "u", "v"), (given(p, "u0"), given(p, "v0"))
    with mpmath.workdps(DIGITS):
        eta, rho = _real(given(p, "eta")), _real(given(p, "rho"))
        moved = []
        for x, g in zip(start, gradient(f, start), strict=True):
            average = rho * 0 + (1 - rho) * _real(g) ** 2
            moved.append(_real(x) - eta * _real(g) / mpmath.sqrt(average))
        return {"answer": tuple(moved)}


def second_adam_step(p: Row) -> dict[str, object]:
    f = loss(p, "x")

    def slopes(x: Sequence[Any]) -> Sequence[Any]:
        return [(f(x[0] + 1) - f(x[0] - 1)) / 2]  # exact for a parabola

    return {"answer": _adam(slopes, (given(p, "x0"),), p, 2)[0]}


def what_a_scaled_loss_does(p: Row) -> dict[str, object]:
    """Make the first step of all four methods before and after the change."""
    m = given(p, "m")
    eta = Fraction(3, 10)

    def f(x: Any) -> Any:
        return 2 * x * x - 5 * x

    changes: dict[str, tuple[Callable[[Any], Any], Fraction]] = {
        "the loss is multiplied by": (lambda x: m * f(x), eta),
        "the loss is divided by": (lambda x: f(x) / m, eta),
        "the learning rate is multiplied by": (f, m * eta),
        "the learning rate is divided by": (f, eta / m),
        "the loss is raised everywhere by": (lambda x: f(x) + m, eta),
    }
    changed, new_rate = changes[p["slots"]["change"]]

    def steps(function: Callable[[Any], Any], rate: Fraction) -> list[float]:
        g, r = float(slope(function, Fraction(3))), float(rate)
        heavy = 0.9 * 0 + g
        average = 0.9 * 0 + 0.1 * g * g
        mean = (0.1 * g) / (1 - 0.9)
        return [-r * g, -r * heavy, -r * g / average**0.5, -r * mean / (average / (1 - 0.9)) ** 0.5]

    effects = []
    for before, after in zip(steps(f, eta), steps(changed, new_rate), strict=True):
        ratio = after / before
        near = [
            name for name, value in (("longer", m), ("same", 1), ("shorter", 1 / m)) if abs(ratio / value - 1) < 1e-9
        ]
        confirm(len(near) == 1, f"the step becomes {ratio} times as long")
        effects += near
    return {"answer": tuple(effects)}


def adagrad_on_a_slope(p: Row) -> dict[str, object]:
    """Add up the squares one by one."""
    eta, g, k = given(p, "eta"), given(p, "g"), int(given(p, "k"))

    def length(number: int) -> float:
        total = 0.0
        for _ in range(number):
            total += float(g) ** 2
        return float(eta) * abs(float(g)) / total**0.5

    half = [number for number in range(1, 6 * k) if abs(length(number) - length(k) / 2) < 1e-12]
    confirm(len(half) == 1, f"the steps of half the length are {half}")
    return {"length": length(k), "half": half[0]}


def claims_about_first_steps(p: Row) -> dict[str, object]:
    """The three methods, written out for one step, with this derivative and with ten times as much."""
    g, eta, rho = given(p, "g"), given(p, "eta"), given(p, "rho")
    beta1, beta2 = given(p, "beta1"), given(p, "beta2")

    def lengths(g: Any) -> tuple[Any, Any, Any]:
        average, square = (1 - beta1) * g, (1 - beta2) * g * g
        adam = eta * _real(average / (1 - beta1)) / mpmath.sqrt(_real(square / (1 - beta2)))
        return abs(_real(eta * g)), abs(_real(eta * g) / mpmath.sqrt(_real((1 - rho) * g * g))), abs(adam)

    with mpmath.workdps(DIGITS):
        (descent, rms, adam), (more, _, adam_more) = lengths(g), lengths(10 * g)
        same, tenfold = abs(adam_more - adam) < 1e-20, abs(more - 10 * descent) < 1e-20
        longer = rms > _real(eta) * (1 + mpmath.mpf(10) ** -20)
    answers = {
        "adam-does-not-mind": (same, "right"),
        "adam-ten-times": (not same, "right"),
        "descent-ten-times": (tenfold, "right"),
        "descent-by-the-rate": (not tenfold, "right"),
        "rmsprop-longer": (longer, "right"),
        "rmsprop-as-adam": (not longer, "right"),
    }
    return {"answer": answers[p["case"]]}
