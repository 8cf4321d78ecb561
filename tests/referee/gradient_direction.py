"""The referee of ``gradient-direction.toml``."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import hypot
from typing import Any

import numpy as np

from referee.means import gradient, root, slope, solve_affine
from referee.reading import confirm, given, loss

Row = dict[str, Any]


def cosine_to_the_minimizer(p: Row) -> dict[str, object]:
    f = loss(p, "u", "v")
    start, best = (given(p, "u0"), given(p, "v0")), (given(p, "p"), given(p, "q"))
    confirm(gradient(f, best) == (0, 0), "the minimum is elsewhere")
    down = [-g for g in gradient(f, start)]
    aim = [b - s for b, s in zip(best, start, strict=True)]
    inner = sum(d * m for d, m in zip(down, aim, strict=True))
    return {"cosine": inner / root(sum(d * d for d in down) * sum(m * m for m in aim))}


def arrows_on_a_contour_map(p: Row) -> dict[str, object]:
    """Read the figure: compare the drawn arrows with the normal of the ellipse through the start."""
    u0, v0 = p["p"] - p["su"] * p["hu"], p["q"] - p["sv"] * p["hv"]
    normal = float(p["a"] * (u0 - p["p"])), float(p["c"] * (v0 - p["q"]))
    cosines = {
        label.lower(): (normal[0] * x + normal[1] * y) / (hypot(*normal) * hypot(x, y))
        for label, (x, y) in p["arrows"].items()
    }
    confirm(set(cosines) == set("abcd"), f"the arrows are {sorted(cosines)}")
    down, level = min(cosines, key=lambda k: cosines[k]), min(cosines, key=lambda k: abs(cosines[k]))
    confirm(cosines[down] < -0.999, "no arrow goes downhill the steepest way")
    confirm(abs(cosines[level]) < 0.005, "no arrow follows the level line")
    confirm(sum(value < -0.99 for value in cosines.values()) == 1, "two arrows look like the steepest way down")
    confirm(sum(abs(value) < 0.1 for value in cosines.values()) == 1, "two arrows look level")
    return {"descent": down, "level": level}


def descent_directions(p: Row) -> dict[str, object]:
    """Go a little way along each printed direction and the same way back, and compare the two losses."""
    f, (u, v) = loss(p, "u", "v"), (given(p, "u0"), given(p, "v0"))
    tiny = Fraction(1, 10**6)
    directions = {"along-u": (given(p, "s1"), 0), "along-v": (0, given(p, "s2"))} | {
        name: (given(p, f"d{k}u"), given(p, f"d{k}v")) for k, name in ((3, "line"), (4, "level"), (5, "mixed"))
    }
    return {
        "answer": {
            name for name, (x, y) in directions.items() if f(u + tiny * x, v + tiny * y) < f(u - tiny * x, v - tiny * y)
        }
    }


def slopes_along_directions(p: Row) -> dict[str, object]:
    f, (u, v), (x, y) = loss(p, "u", "v"), (given(p, "u0"), given(p, "v0")), (given(p, "d1"), given(p, "d2"))

    def along(dx: Any, dy: Any) -> Any:
        return slope(lambda t: f(u + t * dx, v + t * dy), Fraction(0))

    return {"slope": along(x, y) / root(x * x + y * y), "level": solve_affine(lambda t: along(1, t))}


def starts_that_aim_at_the_minimum(p: Row) -> dict[str, object]:
    f, best = loss(p, "u", "v"), (given(p, "p"), given(p, "q"))
    aiming = set()
    for k, name in enumerate(("first", "second", "third", "fourth"), 1):
        start = given(p, f"p + x{k}"), given(p, f"q + y{k}")
        down = [-g for g in gradient(f, start)]
        aim = [b - s for b, s in zip(best, start, strict=True)]
        inner = sum(d * m for d, m in zip(down, aim, strict=True))
        # the angle is zero exactly if the inner product is positive and the equality of Cauchy and Schwarz holds
        if inner > 0 and inner * inner == sum(d * d for d in down) * sum(m * m for m in aim):
            aiming.add(name)
    return {"answer": aiming}


def largest_first_order_decrease(p: Row) -> dict[str, object]:
    """The steepest step, and a look that no other direction gains more."""
    g, s = (given(p, "g1"), given(p, "g2")), given(p, "s")
    size = root(g[0] ** 2 + g[1] ** 2)
    step = tuple(-s * part / size for part in g)
    gain = -(step[0] * g[0] + step[1] * g[1])
    turns = [Fraction(k, 50) for k in range(-300, 301)]
    circle = [((1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)) for t in turns]
    confirm(all(-s * (a * g[0] + b * g[1]) <= gain for a, b in circle), "another direction gains more")
    return {"decrease": gain, "step": step}


def claims_about_the_gradient(p: Row) -> dict[str, object]:
    f, start, best = loss(p, "u", "v"), (given(p, "u0"), given(p, "v0")), (given(p, "p"), given(p, "q"))
    confirm(gradient(f, best) == (0, 0), "the minimum is elsewhere")

    def aims(at: tuple[Any, Any]) -> bool:
        g = gradient(f, at)
        return g[0] * (at[1] - best[1]) == g[1] * (at[0] - best[0])

    down, aim = [-g for g in gradient(f, start)], [b - s for b, s in zip(best, start, strict=True)]
    tangent, h = (down[1], -down[0]), Fraction(1, 10**6)
    ahead, back = (f(start[0] + way * tangent[0], start[1] + way * tangent[1]) for way in (h, -h))
    level = abs(ahead - back) / h < Fraction(1, 10**3)
    everywhere = all(aims((best[0] + x, best[1] + y)) for x in range(-4, 5) for y in range(-4, 5))
    toward = f(start[0] + h * aim[0], start[1] + h * aim[1]) < f(*start)
    answers = {
        "right-angle": (level, "level"),
        "along-the-line": (not level, "level"),
        "points-at-the-minimum": (aims(start), "unequal"),
        "points-elsewhere": (not aims(start), "unequal"),
        "always-at-the-minimum": (everywhere, "equal"),
        "never-from-most-starts": (not everywhere, "equal"),
        "only-one-way-down": (not (toward and not aims(start)), "half-plane"),
        "many-ways-down": (toward and not aims(start), "half-plane"),
    }
    return {"answer": answers[p["case"]]}


def order_by_level_spacing(p: Row) -> dict[str, object]:
    """Measure in the figure how far apart the level lines on both sides of each point are."""
    lines = [np.array(line) for line in p["curves"]["level"]]
    starts = np.concatenate([line[:-1] for line in lines])
    moves = np.concatenate([np.diff(line, axis=0) for line in lines])
    spacing = {label: _spacing(np.array(p["marks"][label]), starts, moves) for label in "ABCD"}
    order = sorted("ABCD", key=lambda label: -spacing[label])
    for wide, narrow in pairwise(order):
        confirm(spacing[wide] > 1.15 * spacing[narrow], f"the lines at {wide} and {narrow} are equally close")
    return {"answer": tuple(f"point-{label.lower()}" for label in order)}


def _spacing(point: np.ndarray, starts: np.ndarray, moves: np.ndarray) -> float:
    """The shortest way across a point from the level line behind it to the one ahead of it."""
    shortest = np.inf
    for angle in np.linspace(0, np.pi, 90, endpoint=False):
        across = np.array([np.cos(angle), np.sin(angle)])
        turned = moves[:, 0] * across[1] - moves[:, 1] * across[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            gone = starts - point
            share = (gone[:, 1] * across[0] - gone[:, 0] * across[1]) / turned
            way = (gone[:, 1] * moves[:, 0] - gone[:, 0] * moves[:, 1]) / turned
        met = way[(share >= 0) & (share <= 1) & np.isfinite(way)]
        ahead, behind = met[met > 0.03], met[met < -0.03]
        if len(ahead) and len(behind):
            passed = 2 if np.any(np.abs(met) <= 0.03) else 1  # the point may lie on a line itself
            shortest = min(shortest, float(ahead.min() - behind.max()) / passed)
    return shortest
