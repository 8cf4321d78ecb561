"""The referee of ``line-search.toml``."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from referee.means import gradient, hessian, slope, solve_affine, vertex
from referee.reading import confirm, given, loss

Row = dict[str, Any]


def _searched(f: Callable[..., Any], point: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """The exact rate along the negative gradient of a quadratic, and where it leads."""
    g = gradient(f, point)
    if not any(g):
        return Fraction(0), point

    def moved(t: Any) -> tuple[Any, ...]:
        return tuple(x - t * d for x, d in zip(point, g, strict=True))

    rate = vertex(lambda t: f(*moved(t)))
    return rate, moved(rate)


def exact_line_search_step(p: Row) -> dict[str, object]:
    f, start = loss(p, "u", "v"), (given(p, "u0"), given(p, "v0"))
    rate, end = _searched(f, start)
    confirm(sum(a * b for a, b in zip(gradient(f, start), gradient(f, end), strict=True)) == 0, "no right angle")
    return {"rate": rate, "point": end}


def gradient_after_an_exact_step(p: Row) -> dict[str, object]:
    """The second component for which the loss has no slope along the line any more."""
    g1, g2, h1 = given(p, "g1"), given(p, "g2"), given(p, "h1")
    return {"answer": solve_affine(lambda h: g1 * h1 + g2 * h)}


def two_exact_steps(p: Row) -> dict[str, object]:
    f, start = loss(p, "u", "v"), (given(p, "u0"), given(p, "v0"))
    _, first = _searched(f, start)
    _, second = _searched(f, first)

    def straight(point: tuple[Any, ...]) -> bool:
        g = gradient(f, point)
        return bool(g[0] * point[1] == g[1] * point[0])

    (a, _), (_, c) = hessian(f, (0, 0))
    reasons = {"circles": a == c, "axis": a != c and 0 in start, "zigzag": not straight(start) and not straight(first)}
    holding = [name for name, holds in reasons.items() if holds]
    confirm(len(holding) == 1, f"the reasons that hold are {holding}")
    return {"answer": (second == (0, 0), holding[0])}


def backtracking_on_a_parabola(p: Row) -> dict[str, object]:
    f, start = loss(p, "x"), given(p, "x0")
    t, rho, sigma = given(p, "t0"), given(p, "rho"), given(p, "sigma")
    g, count = slope(f, start), 0
    while f(start - t * g) > f(start) - sigma * t * g * g:
        t, count = t * rho, count + 1
    confirm(count >= 2, "the text speaks of reductions")
    return {"reductions": count, "accepted": t}


def which_trials_pass_armijo(p: Row) -> dict[str, object]:
    square = given(p, "g1") ** 2 + given(p, "g2") ** 2
    here, sigma = given(p, "f0:2"), given(p, "sigma")
    names = ("one", "two", "three", "four")
    accepted = set()
    for k, name in enumerate(names, start=1):
        limit = here - sigma * given(p, f"t{k}") * square
        after = given(p, f"f{k}:2")
        confirm(abs(after - limit) > Fraction(1, 50), "the rounding of the table decides")
        if after <= limit:
            accepted.add(name)
    return {"answer": frozenset(accepted)}


# --- the program, run line by line ---------------------------------------------------------------------------------

_OPERATIONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Pow: operator.pow,
    ast.Gt: operator.gt,
}


def _value(node: ast.AST, names: dict[str, Any]) -> Any:
    """An expression of the printed program."""
    match node:
        case ast.Expression(body):
            return _value(body, names)
        case ast.Constant(value):
            return value
        case ast.Name(name):
            return names[name]
        case ast.BinOp(left, operation, right):
            return _OPERATIONS[type(operation)](_value(left, names), _value(right, names))
        case ast.Compare(left, [operation], [right]):
            return _OPERATIONS[type(operation)](_value(left, names), _value(right, names))
        case ast.Call(ast.Name(name), [argument]):
            return names[name](_value(argument, names))
    raise ValueError(f"cannot run {ast.dump(node)}")


_RIGHT = {"first": "t0", "test": "f(x - t*g) > f(x) - c*t*g**2", "shrink": "rho * t", "update": "x - t*g"}
_LINES = {"first": 3, "test": 4, "shrink": 5, "update": 6}


def _run(lines: dict[str, str], names: dict[str, Any]) -> tuple[list[Any], Any]:
    """The rates that are tested, in order, and the rate of the step that is made; None if the loop does not end."""
    code = {name: ast.parse(text, mode="eval") for name, text in lines.items()}
    names = names | {"t": _value(code["first"], names)}
    tested = [names["t"]]
    while _value(code["test"], names):
        names["t"] = _value(code["shrink"], names)
        if names["t"] == tested[-1] and len(tested) > 1:
            return tested, None
        tested.append(names["t"])
    return tested, (names["x"] - _value(code["update"], names)) / names["g"]


def backtracking_program(p: Row) -> dict[str, object]:
    """Run the program on many parabolas and see what it does that the right one does not."""
    lines = {name: p["slots"][name] for name in _RIGHT}
    wrong = [_LINES[name] for name in _RIGHT if lines[name] != _RIGHT[name]]
    confirm(len(wrong) == 1, f"the wrong lines are {wrong}")
    printed = {"t0": "t0", "rho": "rho", "c": "sigma"}
    settings = {name: Fraction(p["slots"][f"{slot}:code"]) for name, slot in printed.items()}
    seen = set()
    only_falls = True
    for k in range(1, 400):
        a = Fraction(k, 40)

        def f(x: Any, a: Fraction = a) -> Any:
            return a * x * x

        names = settings | {"f": f, "x": Fraction(3), "g": 6 * a}
        tested, used = _run(lines, names)
        if used is None:
            seen.add("stuck")
            continue
        if used != tested[-1]:
            seen.add("untested")
        if tested[0] != settings["t0"]:
            seen.add("late")
        if used == tested[-1] and f(3 - used * names["g"]) > f(Fraction(3)):
            seen.add("rise")
        only_falls &= all((f(3 - t * names["g"]) <= f(Fraction(3))) == (t == tested[-1]) for t in tested)
    if not seen and only_falls:
        seen.add("any")
    confirm(len(seen) == 1, f"the program does all of {sorted(seen)}")
    return {"line": wrong[0], "effect": seen.pop()}
