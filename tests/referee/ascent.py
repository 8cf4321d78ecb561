"""The referee of ``ascent.toml``."""

from __future__ import annotations

from typing import Any

from referee.means import bend, descend_one, halves, level_places, limit_of_small_steps, vertex
from referee.reading import confirm, given, loss, number

Row = dict[str, Any]


def two_ascent_steps(p: Row) -> dict[str, object]:
    """Ascent on S is descent on -S."""
    score = loss(p, "x")
    _, first, second = descend_one(lambda x: -score(x), given(p, "x0"), given(p, "eta"), 2)
    return {"first": first, "second": second}


def local_maximum_reached(p: Row) -> dict[str, object]:
    f, start = loss(p, "x"), given(p, "x0")
    levels = level_places(f, halves(-10, 12))
    confirm(len(levels) == 2, f"the slope is zero at {levels}")
    peak = limit_of_small_steps(f, start, levels, up=True)
    confirm(bend(f, peak) < 0, "the run does not end at a maximum")
    return {"place": peak, "height": f(peak)}


def climbing_and_the_error(p: Row) -> dict[str, object]:
    f, start = loss(p, "w"), given(p, "w0")
    up = any(word in p["slots"]["rule"] for word in ("adds", "ascent"))
    levels = level_places(f, halves(-9, 9))
    confirm(len(levels) == 3, f"the slope is zero at {levels}")
    end = limit_of_small_steps(f, start, levels, up=up)
    if end is None:
        return {"answer": "rises-without-end"}
    if up:
        confirm(bend(f, end) < 0 and f(end) > f(start), "climbing ended elsewhere")
        return {"answer": "rises-to-maximum"}
    near = min((levels[0], levels[2]), key=lambda w: abs(w - start))
    return {"answer": "falls-to-near-minimum" if end == near else "falls-to-far-minimum"}


def plus_sign_in_the_program(p: Row) -> dict[str, object]:
    """Run the printed program, then go on with it."""
    w, two_a, c, eta = (number(p["slots"][f"{name}:code"]) for name in ("w0", "two_a", "c", "eta"))
    f = loss(p, "w")
    confirm(vertex(f) == c and bend(f, 0) == two_a, "the line for the slope is not right")
    weights = [w]
    for _ in range(20):
        weights.append(weights[-1] + eta * (two_a * (weights[-1] - c)))
    distances = [abs(w - c) for w in weights]
    if weights[2] == weights[0]:
        outcome = "cycle"
    elif distances[20] > distances[10] > distances[0]:
        outcome = "away"
    else:
        confirm(distances[20] < distances[10] < distances[0], "the run does not approach")
        outcome = "minimum" if two_a > 0 else "maximum"
    return {"third": weights[3], "outcome": outcome}


def runs_with_the_same_path(p: Row) -> dict[str, object]:
    """Make all the runs and compare their points."""
    score, start, eta = loss(p, "x"), given(p, "x0"), given(p, "eta")
    scale, divisor, against, share = (given(p, name) for name in "pqrt")

    def climb(f: Any, x: Any, rate: Any) -> list[Any]:
        return descend_one(lambda t: -f(t), x, rate, 5)

    path = climb(score, start, eta)
    confirm(path[:3] == [given(p, f"x[{k}]") for k in range(3)], "the printed run is another one")
    runs = {
        "scaled-ascent": climb(lambda x: scale * score(x), start, eta / divisor),
        "scaled-descent": descend_one(lambda x: -against * score(x), start, eta / share, 5),
        "shifted-ascent": climb(lambda x: score(x) + scale + against, start, eta),
        "plain-descent": descend_one(score, start, eta, 5),
        "mirrored-descent": descend_one(score, -start, eta, 5),
    }
    return {"answer": {name for name, points in runs.items() if points == path}}
