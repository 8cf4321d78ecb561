"""The referee of ``stopping.toml``: it makes the updates and tests after each of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from math import exp
from typing import Any

import mpmath

from referee.means import descend_one, slope
from referee.reading import confirm, given, loss

Row = dict[str, Any]


def three_stopping_tests(p: Row) -> dict[str, object]:
    f, tol = loss(p, "x"), given(p, "tol")
    points = descend_one(f, given(p, "x0"), given(p, "eta"), 15)
    tests: tuple[Callable[[int], Any], ...] = (
        lambda k: abs(points[k] - points[k - 1]),
        lambda k: abs(slope(f, points[k])),
        lambda k: f(points[k - 1]) - f(points[k]),
    )
    return {"answer": tuple(next(k for k in range(1, 15) if test(k) <= tol) for test in tests)}


def distance_from_the_gradient(p: Row) -> dict[str, object]:
    """The worst over the parabolas with allowed curvatures, of which the extreme ones are enough."""
    g = given(p, "g")
    curvatures = [p["mu"] + (p["big"] - p["mu"]) * Fraction(k, 40) for k in range(41)]
    return {"distance": max(g / m for m in curvatures), "excess": max((g / m) ** 2 * m / 2 for m in curvatures)}


def small_slope_on_a_flat_bottom(p: Row) -> dict[str, object]:
    """Bisection for the place at which the slope has the size of the limit."""
    f, tol = loss(p, "x"), given(p, "tol")
    low, high = Fraction(0), Fraction(2)
    for _ in range(45):
        middle = (low + high) / 2
        low, high = (middle, high) if abs(slope(f, p["c"] + middle)) <= tol else (low, middle)
    return {"answer": float(low)}


def tests_that_are_fooled(p: Row) -> dict[str, object]:
    """From the numbers as printed, which are clear of the limits; and once more from the loss, by differences."""
    start, eta = given(p, "w0"), given(p, "eta")
    parabola = "exp" not in p["slots"]["~ loss"]
    h = mpmath.mpf("1e-15")

    def f(w: Any) -> Any:
        d = w - _number(p["c"])
        bowl = d**2 if parabola else 1 - mpmath.exp(-(d**2))
        return _number(p["a"]) * bowl + _number(p["low"])

    with mpmath.workdps(50):
        w0 = _number(start)
        w1 = w0 - _number(eta) * (f(w0 + h) - f(w0 - h)) / (2 * h)
        steepness = (f(w1 + h) - f(w1 - h)) / (2 * h)
        confirm(abs(w1 - _number(given(p, "w[1]:5"))) < 1e-5, "the printed point is another")
        confirm(abs(steepness - _number(given(p, "grad[1]:5"))) < 1e-5, "the printed slope is another")
        sizes = {
            "step": abs(w1 - w0),
            "fall": f(w0) - f(w1),
            "slope": abs(steepness),
            "excess": f(w1) - _number(p["low"]),
        }
    limits = {"step": 0.01, "fall": 0.01, "slope": 0.1, "excess": 0.1}
    by_hand = {
        "step": abs(given(p, "w[1]:5") - start),
        "fall": given(p, "loss[0]:5") - given(p, "loss[1]:5"),
        "slope": abs(given(p, "grad[1]:5")),
        "excess": given(p, "loss[1]:5") - p["low"],
    }
    confirm(all((sizes[n] <= limits[n]) == (by_hand[n] <= limits[n]) for n in limits), "rounding decides")
    confirm(abs(w1 - _number(p["c"])) >= 1, "the run is near the minimiser")
    confirm(bool(re.search(r"\^|exp", p["slots"]["~ loss"])), "the loss is another")
    return {"answer": {name for name in limits if sizes[name] <= limits[name]}}


def _number(value: Fraction) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


def claims_about_small_gradients(p: Row) -> dict[str, object]:
    """Distances and slopes of the loss of each case, here and on a grid."""
    a, d, case = float(p["a"]), float(p["d"]), p["case"]
    flat = (lambda x: a * x**3, lambda x: a / 4 * x**4)
    bent = (lambda x: a * x + x**3, lambda x: a / 2 * x * x + x**4 / 4)
    level = (lambda x: 2 * a * x * exp(-x * x), lambda x: a * (1 - exp(-x * x)))
    rise, height = flat if case.startswith("small") else level if case.startswith("plateau") else bent
    confirm(abs(float(given(p, "slope:6")) - rise(d)) <= 0.000000501, "the printed slope is another one")
    confirm(abs(float(given(p, "height:6")) - height(d)) <= 0.000000501, "the printed loss is another one")
    far = abs(rise(d)) < 1 / 50 < abs(d)
    bound = all(abs(x) <= abs(rise(x)) + 1e-12 for x in (k / 20 for k in range(-200, 201)))
    much_to_gain = abs(rise(d)) < 1 / 100 and height(d) > 0.9 * a
    answers = {
        "small-slope-means-near": (not far, "right"),
        "small-slope-yet-far": (far, "right"),
        "curved-everywhere": (bound, "right"),
        "far-in-spite-of-curvature": (not bound, "right"),
        "plateau-is-the-minimum": (not much_to_gain, "right"),
        "plateau-far-from-done": (much_to_gain, "right"),
    }
    return {"answer": answers[case]}
