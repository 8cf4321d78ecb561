"""The referee of ``nonsmooth.toml``: lines tested against graphs, difference quotients, simulation, grid search."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from referee.reading import confirm, formula, given

Row = dict[str, Any]


def subgradients_at_a_kink(p: Row) -> dict[str, object]:
    left, right = (formula(p["slots"][slot], "x") for slot in ("~ p*x + q", "~ r*x + t"))

    def f(x: Fraction) -> Fraction:
        return Fraction(max(left(x), right(x)))

    grid = [Fraction(k, 4) for k in range(-80, 81)]
    (kink,) = (x for x in grid if f(x - 1) + f(x + 1) - 2 * f(x) != 0 and left(x) == right(x))

    def supports(s: Fraction) -> bool:
        return all(f(kink) + s * (x - kink) <= f(x) for x in grid)

    slots = {"below": "below", "left": "p", "inside": "inside", "right": "r", "outside": "outside"}
    least = all(f(kink) <= f(x) for x in grid)
    return {
        "place": kink,
        "which": {option for option, slot in slots.items() if supports(given(p, slot))},
        "least": "least" if least else "not-least",
    }


def constant_rate_at_a_kink(p: Row) -> dict[str, object]:
    low, high = _ends(p, given(p, "eta"))
    less, more = _ends(p, given(p, "eta/3"))
    confirm(3 * (more - less) == high - low, "the smaller rate does not jump a third as far")
    return {"cycle": (low, high), "smaller-rate": "closer"}


def _ends(p: Row, eta: Fraction) -> tuple[Fraction, Fraction]:
    """The two points between which the run jumps after many steps."""
    x, points = given(p, "x0"), []
    for _ in range(400):
        confirm(x != p["c"], "a point lies on the kink")
        x -= eta * (p["a"] if x > p["c"] else -p["a"])
        points.append(x)
    confirm(points[-1] == points[-3] != points[-2], "no jumping between two points")
    return min(points[-2:]), max(points[-2:])


def where_the_derivative_exists(p: Row) -> dict[str, object]:
    """Difference quotients from both sides, ever closer."""
    k, j, power, s = (float(p[name]) for name in ("k", "j", "p", "s"))
    functions: dict[str, Callable[[float], float]] = {
        "power": lambda d: abs(d) ** power,
        "odd": lambda d: k * d * abs(d),
        "ramp": lambda d: max(0.0, d) * (d if s else 1.0),
        "kink": lambda d: k * abs(d) + d * d,
        "cubic": lambda d: abs(d**3 + j * d),
    }
    smooth = set()
    for name, f in functions.items():
        right, left = ([f(side * h) / (side * h) for h in (1e-8, 1e-10, 1e-12)] for side in (1, -1))
        if abs(right[-1] - left[-1]) < 1e-3 and max(map(abs, right + left)) < 1e3:
            smooth.add(name)
    return {"answer": smooth}


def two_steps_on_a_huber_loss(p: Row) -> dict[str, object]:
    """Slopes by differences that stay on one part of the loss."""
    c, delta, h = p["c"], p["delta"], Fraction(1, 10**6)

    def f(w: Fraction) -> Fraction:
        d = abs(w - c)
        return d * d / 2 if d <= delta else delta * (d - delta / 2)

    points = [given(p, "w0")]
    for _ in range(2):
        w = points[-1]
        confirm(abs(abs(w - c) - delta) > h, "a point lies where the parts meet")
        points.append(w - p["eta"] * (f(w + h) - f(w - h)) / (2 * h))
    return {"answer": tuple(points[1:])}


def soft_threshold(p: Row) -> dict[str, object]:
    """The best point of a fine grid; the function is convex, and its minimiser is a multiple of 1/20."""
    grid = [Fraction(k, 20) for k in range(-200, 201)]
    return {"answer": min(grid, key=lambda x: (x - p["u"]) ** 2 / 2 + p["tau"] * abs(x))}


def which_weights_become_zero(p: Row) -> dict[str, object]:
    """Both functions on a grid of twentieths and of the printed ridge values."""
    u, tau = [given(p, f"u{k}") for k in (1, 2, 3, 4)], given(p, "tau")
    grid = [Fraction(k, 20) for k in range(-200, 201)]

    def absolute(v: Fraction, strength: Fraction) -> Fraction:
        return min(grid, key=lambda x: (x - v) ** 2 / 2 + strength * abs(x))

    def ridge(v: Fraction, strength: Fraction) -> Fraction:
        here, fine = Fraction(0), Fraction(1)
        while fine > Fraction(1, 10**12):
            here = min((here - fine, here, here + fine), key=lambda x: (x - v) ** 2 + strength * x * x)
            if all(
                (here - v) ** 2 + strength * here**2 <= (x - v) ** 2 + strength * x**2
                for x in (here - fine, here + fine)
            ):
                fine /= 2
        return here

    strong = [Fraction(10**k) for k in (1, 2, 3)]
    ridge_zero = any(abs(ridge(v, strength)) < Fraction(1, 10**9) for v in u for strength in strong)
    all_zero = all(absolute(v, Fraction(10)) == 0 for v in u)
    claims = {
        "ridge-never-zero": (not ridge_zero, "divides"),
        "ridge-zero-if-strong": (ridge_zero, "divides"),
        "absolute-zero-if-strong": (all_zero, "moves"),
        "absolute-never-all": (not all_zero, "moves"),
    }
    return {
        "zeros": {f"u{k + 1}" for k, v in enumerate(u) if absolute(v, tau) == 0},
        "last": (absolute(u[3], tau), float(ridge(u[3], tau))),
        "claim": claims[p["case"]],
    }


def claims_about_kinks(p: Row) -> dict[str, object]:
    """From the printed difference quotients: whether they approach each other."""
    far, near = (abs(given(p, f"{w}_right:4") - given(p, f"{w}_left:4")) for w in ("far", "near"))
    smooth = 4 * near < far
    truth = smooth if p["case"].endswith(("-is-smooth",)) else not smooth
    falsely = p["case"] in ("cube-is-not-smooth", "square-of-a-size", "one-sided-square", "size-itself")
    confirm(smooth or p["case"].startswith("size-") or p["case"] == "one-sided-line", "another loss")
    if p["case"] == "size-itself":
        truth = smooth
    return {"answer": (truth and not (falsely and smooth), "same-limit" if smooth else "two-limits")}
