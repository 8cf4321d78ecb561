"""The referee of ``convergence-rates.toml``: it counts up until a bound is reached."""

from __future__ import annotations

from fractions import Fraction
from itertools import count
from math import sqrt
from typing import Any

from mpmath import mp, mpf

from referee.means import gradient, vertex
from referee.reading import confirm, given, loss

Row = dict[str, Any]


def updates_for_a_guarantee(p: Row) -> dict[str, object]:
    big, r, eps = given(p, "big"), given(p, "r"), given(p, "eps")
    return {"answer": next(k for k in count(1) if big * r * r / (2 * k) <= eps)}


def updates_from_the_condition_number(p: Row) -> dict[str, object]:
    kappa, left, k = given(p, "big") / given(p, "mu"), Fraction(1), 0
    while left > given(p, "eps"):
        left, k = left * (kappa - 1) / (kappa + 1), k + 1
    return {"answer": k}


def order_of_the_bounds(p: Row) -> dict[str, object]:
    """By the sizes at two very large k, where the order no longer changes."""
    orders = []
    for exponent in (40, 50):
        k = mpf(2) ** exponent
        mp.prec = 200
        logs = {  # logarithms, as the numbers themselves are too small
            "root": mp.log(_mp(p["c1"])) - mp.log(k) / 2,
            "one": mp.log(_mp(p["c2"])) - mp.log(k),
            "two": mp.log(_mp(p["c3"])) - 2 * mp.log(k),
            "power": mp.log(_mp(p["c4"])) + k * mp.log(_mp(p["q"])),
            "newton": mp.mpf(2) ** 100 * mp.log(_mp(p["s"])),  # 2^k is larger still
        }
        orders.append(tuple(sorted(logs, key=lambda name: logs[name])))
    confirm(orders[0] == orders[1], "the order still changes")
    return {"answer": orders[0]}


def _mp(value: Fraction) -> Any:
    return mpf(value.numerator) / value.denominator


def price_of_more_accuracy(p: Row) -> dict[str, object]:
    """Search for the first k at which each guarantee is small enough."""
    k, gain, q = int(p["k"]), p["gain"], p["q"]

    def first(small: Any) -> int:
        low, high = k, 2 * k
        while not small(high):
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if small(middle) else (middle, high)
        return high

    more, left = 0, Fraction(1)
    while left > 1 / gain:
        more, left = more + 1, left * q
    return {
        "answer": (
            first(lambda n: n >= k * gain**2),  # 1/sqrt(n) <= 1/(gain sqrt(k)), squared
            first(lambda n: Fraction(k, n) <= 1 / gain),
            first(lambda n: Fraction(k * k, n * n) <= 1 / gain),
            k + more,
        )
    }


def zigzag_of_exact_line_search(p: Row) -> dict[str, object]:
    """Steps to the vertex of the loss along the gradient, until it is small enough."""
    f, here = loss(p, "x", "y"), (given(p, "x0"), given(p, "y0"))
    start, ratio, steps, eps = f(*here), None, 0, given(p, "eps")
    while f(*here) > eps * start:
        g = gradient(f, here)
        t = vertex(lambda t, here=here, g=g: f(here[0] - t * g[0], here[1] - t * g[1]))
        ahead = here[0] - t * g[0], here[1] - t * g[1]
        ratio, here, steps = f(*ahead) / f(*here) if ratio is None else ratio, ahead, steps + 1
    confirm(sqrt(f(*here)) > 0, "the minimum is reached")
    return {"ratio": ratio, "steps": steps}
