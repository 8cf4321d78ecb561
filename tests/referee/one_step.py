"""The referee of ``one-step.toml``."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from referee.means import descend, descend_one, slope, solve_affine, vertex
from referee.reading import confirm, formula, given, loss
from referee.running import Program

Row = dict[str, Any]


def one_step_squared_error(p: Row) -> dict[str, object]:
    return {"answer": descend_one(loss(p, "w"), given(p, "w0"), given(p, "eta"), 1)[1]}


def one_step_two_variables(p: Row) -> dict[str, object]:
    start = given(p, "u0"), given(p, "v0")
    return {"answer": descend(loss(p, "u", "v"), start, given(p, "eta"), 1)[1]}


def rate_of_a_step(p: Row) -> dict[str, object]:
    """The rate for which the update, which is affine in the rate, gives the printed point."""
    f, start = loss(p, "x"), given(p, "x0")
    return {"answer": solve_affine(lambda eta: descend_one(f, start, eta, 1)[1], given(p, "x[1]"))}


def start_of_a_step(p: Row) -> dict[str, object]:
    f, eta = loss(p, "x"), given(p, "eta")
    return {"answer": solve_affine(lambda x: descend_one(f, x, eta, 1)[1], given(p, "x[1]"))}


def rate_that_lands_on_the_minimiser(p: Row) -> dict[str, object]:
    f, start = loss(p, "x"), given(p, "x0")
    confirm(vertex(f) == given(p, "c"), "the minimiser is another one")
    return {"answer": solve_affine(lambda eta: descend_one(f, start, eta, 1)[1], vertex(f))}


def wrong_line_of_a_step(p: Row) -> dict[str, object]:
    """Go through the printed lines one by one, each checked on the results of the lines above it."""
    f, start, eta = loss(p, "w"), given(p, "w0"), given(p, "eta")
    k, inner, steep, move, result = (given(p, slot) for slot in ("k", "inner", "slope", "move", "result"))
    line = formula(p["slots"]["~ a*w - b"], "w")
    right = {
        1: all(k * line(w) == slope(f, w) for w in (Fraction(-7), Fraction(1, 3), Fraction(5))),
        2: inner == line(start),
        3: steep == k * inner,
        4: move == eta * steep,
        5: result == start - move,
    }
    wrong = [name for name, holds in right.items() if not holds]
    confirm(len(wrong) == 1, f"the wrong lines are {wrong}")
    return {"line": wrong[0], "repaired": descend_one(f, start, eta, 1)[1]}


def changes_of_the_first_step(p: Row) -> dict[str, object]:
    """Make each of the changes and measure what became of the step."""
    f, start, eta, m, k = loss(p, "x"), given(p, "x0"), given(p, "eta"), given(p, "m"), given(p, "k")

    def step(g: Any, rate: Any) -> Any:
        return descend_one(g, start, rate, 1)[1] - start

    plain = step(f, eta)
    effects = {m * plain: "longer", plain: "same", plain / m: "shorter", -plain: "turned"}
    confirm(len(effects) == 4, "two effects are the same")
    longer_by_k = plain + k if plain > 0 else plain - k
    confirm(longer_by_k != m * plain, f"the step {plain} is {m} times as long and longer by {k}: both effects are true")
    changed = (
        step(lambda x: m * f(x), eta),
        step(lambda x: f(x) + k, eta),
        step(f, eta / m),
        step(lambda x: -f(x), eta),
    )
    return {"answer": tuple(effects[after] for after in changed)}


def paths_of_four_programs(p: Row) -> dict[str, object]:
    """Run the programs as printed and look where the first step of each path ends."""
    f = loss(p, "u", "v")
    functions = {
        "gu": lambda u, v: slope(lambda x: f(x, v), u),
        "gv": lambda u, v: slope(lambda y: f(u, y), v),
    }
    programs = (
        ["u, v = u - eta*gu(u, v), v - eta*gv(u, v)"],
        ["u = u - eta*gu(u, v)", "v = v - eta*gv(u, v)"],
        ["u, v = u + eta*gu(u, v), v + eta*gv(u, v)"],
        ["u, v = u - eta*gv(u, v), v - eta*gu(u, v)"],
    )
    found = []
    for lines in programs:
        start = {"u": given(p, "u0"), "v": given(p, "v0"), "eta": given(p, "eta")}
        after = Program(lines, functions, **start).variables
        hits = [
            letter.lower()
            for letter, curves in p["series"].items()
            if max(abs(a - b) for a, b in zip((after["u"], after["v"]), curves["series"][0][1], strict=True)) < 0.02
        ]
        confirm(len(hits) == 1, f"{len(hits)} paths begin like {lines}")
        found += hits
    return {"answer": tuple(found)}
