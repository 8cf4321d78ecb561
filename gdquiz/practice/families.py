"""The losses of the explorer: one family for each kind of behaviour, with all that the page must know to judge a run.

A family is written down as a bank would: a formula in gdquiz' grammar.  Its derivatives, critical points, what can be
proved of its runs, and its contours are worked out here, so that the page only evaluates formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import contourpy
import numpy as np

from gdquiz.descent.calculus import Calculus, derive
from gdquiz.descent.stepping import METHODS
from gdquiz.formulas.expressions import Language, Node, parse, to_text
from gdquiz.formulas.notation import typeset
from gdquiz.judging.rules import RULES
from gdquiz.judging.verdicts import UNDECIDED
from gdquiz.landscape.critical import critical_points
from gdquiz.landscape.facts import Landscape
from gdquiz.solving.proofs import certificate, kind_name, knowledge
from gdquiz.solving.solution import LONG, STABLE
from gdquiz.solving.telling import WORDS
from gdquiz.theorems.certificates import Absolute, Power, Quadratic


@dataclass(frozen=True, slots=True)
class Family:
    """A row of ``FAMILIES``.

    ``ranges`` are the windows that are drawn and that a start is chosen from, in steps of ``grid``; ``start`` and
    ``rate`` come first; rates run from ``rates[0]`` to ``rates[1]``.  ``show`` says what there is to be seen; questions
    of the ``topics`` point here.
    """

    id: str
    title: str
    show: str
    loss: str
    variables: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...]
    grid: str
    start: tuple[str, ...]
    rate: str
    rates: tuple[str, str]
    topics: tuple[str, ...]


FAMILIES: tuple[Family, ...] = (
    Family(
        "parabola",
        "Parabola",
        "The curvature is the same everywhere, so one number decides what a rate does.",
        "(w - 1)^2",
        ("w",),
        ((-4, 6),),
        "1/10",
        ("-3",),
        "1/5",
        ("1/100", "2"),
        (
            "loss",
            "direction",
            "one-step",
            "several-steps",
            "rates",
            "diagnosis",
            "ascent",
            "schedules",
            "convergence-rates",
            "stopping",
            "newton",
            "line-search",
            "linear-regression",
            "regularization",
        ),
    ),
    Family(
        "double-well",
        "Two valleys",
        "Where the run ends depends on the start and on the rate; a long step can leave the valley it began in.",
        "w^4/4 + w^3/6 - 3*w^2/4",
        ("w",),
        ((-3, 3),),
        "1/20",
        ("2",),
        "1/10",
        ("1/100", "2"),
        ("critical-points",),
    ),
    Family(
        "quartic",
        "Flat at the bottom",
        "The curvature grows with the distance, so the same rate can be safe near the minimum and too large far out.",
        "w^4/4",
        ("w",),
        ((-3, 3),),
        "1/20",
        ("2",),
        "1/10",
        ("1/100", "2"),
        ("plateaus",),
    ),
    Family(
        "corner",
        "A corner",
        "The slope does not shrink near the minimum, so the steps do not shrink either.",
        "abs(w)",
        ("w",),
        ((-4, 4),),
        "1/20",
        ("3",),
        "7/10",
        ("1/100", "4"),
        ("nonsmooth",),
    ),
    Family(
        "no-minimum",
        "A loss without a minimum",
        "The loss falls for ever towards a value that it never reaches.",
        "log(1 + exp(-w))",
        ("w",),
        ((-6, 8),),
        "1/10",
        ("-2",),
        "1",
        ("1/100", "10"),
        ("logistic-regression",),
    ),
    Family(
        "bowl",
        "A long narrow bowl",
        "The steep direction limits the rate, and the flat direction then needs many steps.",
        "u^2/2 + 5*v^2",
        ("u", "v"),
        ((-6, 6), (-4, 4)),
        "1/10",
        ("-5", "3/2"),
        "3/20",
        ("1/100", "1"),
        (
            "gradients",
            "gradient-direction",
            "conditioning",
            "momentum",
            "adaptive-rates",
        ),
    ),
    Family(
        "saddle",
        "Two minima and a saddle",
        "The gradient is zero at three points, and a run may come to rest at any of them.",
        "u^4/4 - u^2/2 + v^2",
        ("u", "v"),
        ((-3, 3), (-2, 2)),
        "1/20",
        ("-1/5", "3/2"),
        "1/10",
        ("1/100", "2"),
        (
            "backpropagation",
            "networks",
        ),
    ),
)
"""The families, in the order of the page."""

EXPLORED = ("descent", "heavy-ball", "nesterov")
"""The methods of the explorer, by the names of ``METHODS``."""
BETA = "9/10"
MANTISSAS = (100, 110, 120, 130, 140, 150, 160, 180, 200, 220, 240, 250, 270, 300, 330, 360, 400, 430, 470, 500,
             560, 600, 620, 680, 700, 750, 800, 820, 900, 910, 950, 990)  # fmt: skip
"""What the rates of the slider begin with, in hundredths."""
LEVELS = 14


def explorer() -> dict[str, Any]:
    """Everything the explorer needs beside its script: families, methods, rules and words, as plain JSON values."""
    methods = [row for row in METHODS if row.name in EXPLORED]
    return {
        "families": [_described(family) for family in FAMILIES],
        "methods": [
            {"name": row.name, "title": row.title, "formula": row.formula, "beta": bool(row.parameters)}
            for row in methods
        ],
        "beta": BETA,
        "stable": {name: _linear(name) for name in EXPLORED},
        "steps": LONG,
        "rules": [
            {
                "axis": rule.axis,
                "value": rule.value,
                "sentence": rule.sentence,
                "bounds": {bound.name: [bound.yes, bound.no, bound.large] for bound in rule.bounds},
            }
            for rule in RULES
        ],
        "words": dict(WORDS),
        "undecided": UNDECIDED,
    }


def _linear(method: str) -> str:
    """The largest stable rate in units of 2/L for the one momentum the explorer offers, as an exact string."""
    return str(Fraction(STABLE[method](Fraction(BETA))))


def parsed(family: Family) -> Node:
    return parse(family.loss, names=family.variables, language=Language.FORMULA)


def _described(family: Family) -> dict[str, Any]:
    loss = parsed(family)
    calculus = derive(loss, family.variables, ())
    landscape = critical_points(loss, family.variables)
    start = tuple(map(Fraction, family.start))
    known = knowledge(landscape, calculus, None, ascend=False)
    best = landscape.global_minima or ()
    stable = landscape.largest_stable_rate
    return {
        "id": family.id,
        "title": family.title,
        "show": family.show,
        "topics": list(family.topics),
        "shown": typeset(loss),
        "variables": list(family.variables),
        "loss": to_text(loss),
        "gradient": [to_text(part) for part in calculus.gradient],
        "hessian": [[to_text(entry) for entry in row] for row in calculus.hessian],
        "ranges": [list(pair) for pair in family.ranges],
        "grid": family.grid,
        "start": list(family.start),
        "rate": family.rate,
        "rates": rates(family, landscape),
        "stable": None if stable is None or stable.exact is None else str(stable.exact),
        "critical": [
            {
                "point": [float(x) for x in found.point],
                "exact": None if any(x.exact is None for x in found.point) else [str(x.exact) for x in found.point],
                "kind": kind_name(found, mirror=False),
                "loss": float(found.loss),
                "curvatures": list(found.curvatures),
                "global": place in best,
            }
            for place, found in enumerate(landscape.points)
        ],
        "knowledge": {
            "bounded_below": int(known.bounded_below),
            "attained": int(known.attained),
            "convex": int(known.convex),
            "best": None if known.best is None else float(known.best[0]),
            "critical_values": _numbers(known.critical_values),
            "barriers": _numbers(known.barriers),
            "target": _numbers(known.target),
        },
        "proof": _proof(calculus, landscape, start),
        "contours": contours(family, calculus) if len(family.variables) == 2 else [],
    }


def _numbers(row: Any) -> list[float] | None:
    return None if row is None else [float(x) for x in row[0] if not np.isnan(x)]


def _proof(calculus: Calculus, landscape: Landscape, start: Sequence[Fraction]) -> dict[str, Any] | None:
    """What exact arithmetic needs to know of the family: its certificate without start and rate, or None."""
    found = certificate(landscape, calculus, Fraction(1, 1000), (tuple(start),), ascend=False)
    match found:
        case Quadratic():
            curvatures = [calculus.symbolic_hessian[i][i] for i in range(len(start))]
            centre = landscape.points[0].point
            return {
                "kind": "quadratic",
                "curvatures": list(map(str, curvatures)),
                "centre": [str(x.exact) for x in centre],
            }
        case Power(size, exponent, error, _):
            return {
                "kind": "power",
                "size": str(size),
                "exponent": exponent,
                "centre": [str(start[0] - _fraction(error))],
            }
        case Absolute(size, error, _):
            return {"kind": "absolute", "size": str(size), "centre": [str(start[0] - _fraction(error))]}
    return None


def _fraction(value: Any) -> Fraction:
    return Fraction(value)


def rates(family: Family, landscape: Landscape) -> list[str]:
    """The rates of the slider, ascending: evenly spread on a logarithmic scale, with those at which something changes.

    For a quadratic these are 1/L and 2/L, for other losses 2/L at each minimum.
    """
    low, high = map(Fraction, family.rates)
    found = {Fraction(mantissa, 100) * Fraction(10) ** power for mantissa, power in product(MANTISSAS, range(-4, 3))}
    found.add(Fraction(family.rate))
    for point in landscape.points:
        if point.stable_rate is not None and point.stable_rate.exact is not None:
            found |= {point.stable_rate.exact, point.stable_rate.exact / 2}
    return [str(rate) for rate in sorted(found) if low <= rate <= high]


def contours(family: Family, calculus: Calculus) -> list[list[float]]:
    """Level curves in data coordinates, each a flat list x, y, x, y, ...: evenly spaced in the root of the height."""
    (x0, x1), (y0, y1) = family.ranges
    x, y = np.meshgrid(np.linspace(x0, x1, 121), np.linspace(y0, y1, 121))
    heights = calculus.loss_function(x, y)
    low, high = float(heights.min()), float(heights.max())
    levels = low + (high - low) * (np.arange(1, LEVELS + 1) / (LEVELS + 1)) ** 2.2
    generator = contourpy.contour_generator(x, y, heights)
    curves: list[Any] = [curve for level in levels for curve in generator.lines(float(level))]
    return [[round(float(number), 3) for point in (*curve[:-1:2], curve[-1]) for number in point] for curve in curves]
