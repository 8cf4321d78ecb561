"""The referee of ``programs.toml``: it runs the printed programs, and checks worked calculations line by line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from referee.means import descend, gradient, slope
from referee.reading import confirm, formula, given, loss
from referee.running import Program, differing, listing

Row = dict[str, Any]
TRIALS = (Fraction(-7), Fraction(1, 3), Fraction(5))


# --- a loop --------------------------------------------------------------------------------------------------------

_LOOP = """
1  a, c, eta = {{a:code}}, {{c:code}}, {{eta:code}}
2  start = {{w0:code}}
3  w = {{first}}
4  for k in {{loop}}:
5      g = {{slope}}
6      w = {{update}}
7  print({{shown}})
"""
_LOOP_RIGHT = {
    3: "w = start",
    4: "for k in range(3):",
    5: "    g = 2 * a * (w - c)",
    6: "    w = w - eta * g",
    7: "print(w)",
}
PASSES = 300


def wrong_line_of_a_loop(p: Row) -> dict[str, object]:
    shown = listing(p, _LOOP)
    meant = _repaired(shown, _LOOP_RIGHT)
    f = loss(p, "w")
    right = descend(f, (given(p, "w0"),), given(p, "eta"), 3)[-1][0]
    confirm(Program(meant).printed == [(right,)], "the repaired program is no gradient descent")
    ((printed,),) = Program(shown).printed
    confirm(printed != right, "the mistake does not show")
    last, before, earlier = (_after_passes(shown, PASSES - k) for k in (0, 1, 2))
    if not math.isfinite(last) or abs(last - float(p["w0"])) > 20:
        ending = "away"
    elif abs(last - before) > 1e-3:
        confirm(abs(last - earlier) < 1e-3, "neither a limit nor two values")
        ending = "two-values"
    else:
        ending = "minimiser" if abs(last - float(p["c"])) < 1e-3 else "elsewhere"
    return {"line": differing(shown, meant), "printed": printed, "ending": ending}


def _repaired(shown: Sequence[str], right: dict[int, str]) -> list[str]:
    return [right.get(number, line) for number, line in enumerate(shown, 1)]


def _after_passes(shown: list[str], passes: int) -> float:
    """The weight after so many passes, in floats."""
    long = [f"for k in range({passes}):" if line.startswith("for") else line for line in shown]
    return float(Program(long, number=float).variables["w"])


# --- worked calculations -------------------------------------------------------------------------------------------


def wrong_line_in_two_variables(p: Row) -> dict[str, object]:
    f, eta, start = loss(p, "u", "v"), given(p, "eta"), (given(p, "u0"), given(p, "v0"))
    by_u = formula(p["slots"]["~ k1*u + b1*v"], "u", "v")
    by_v = formula(p["slots"]["~ b2*u + k2*v"], "u", "v")
    gu, gv, u_new, v_new, s = (given(p, name) for name in ("gu", "gv", "ushown", "vshown", "s"))
    places = [(a, b) for a in TRIALS for b in TRIALS]
    right = {
        1: all(by_u(*place) == gradient(f, place)[0] for place in places),
        2: all(by_v(*place) == gradient(f, place)[1] for place in places),
        3: gu == by_u(*start),
        4: u_new == start[0] - eta * gu,
        5: gv == by_v(*start) and s == start[0],
        6: v_new == start[1] - eta * gv,
    }
    confirm(gv == by_v(s, start[1]), "line 5 is no result of its own numbers")
    return {"line": _only_wrong(right), "repaired": descend(f, start, eta, 1)[1]}


def _only_wrong(right: dict[int, bool]) -> int:
    wrong = [name for name, holds in right.items() if not holds]
    confirm(len(wrong) == 1, f"the wrong lines are {wrong}")
    return wrong[0]


def wrong_line_of_a_cross_entropy_step(p: Row) -> dict[str, object]:
    """The derivatives by difference quotients of the logarithms, in floats."""
    x, y, w0, chance, eta = (given(p, name) for name in ("x", "y", "w0", "p", "eta"))
    d1, d2, d3, d4, d5, w1 = (given(p, name) for name in ("d1", "d2", "d3", "d4", "d5", "w1"))
    z, h = math.log(chance / (1 - chance)), 1e-5

    def entropy(q: float) -> float:
        return float(-y * math.log(q) - (1 - y) * math.log(1 - q))

    def sigmoid(t: float) -> float:
        return 1 / (1 + math.exp(-t))

    by_p = (entropy(chance + h) - entropy(chance - h)) / (2 * h)
    by_z = (sigmoid(z + h) - sigmoid(z - h)) / (2 * h)
    right = {
        1: math.isclose(d1, by_p, rel_tol=1e-6),
        2: math.isclose(d2, by_z, rel_tol=1e-6),
        3: d3 == d1 * d2,
        4: d4 == x,
        5: d5 == d3 * d4,
        6: w1 == w0 - eta * d5,
    }
    whole = (entropy(sigmoid(z + h)) - entropy(sigmoid(z - h))) / (2 * h)
    step = Fraction(round(whole * 1000), 1000)  # the derivative by z is a multiple of 1/20
    confirm(abs(float(step) - whole) < 1e-6, "the derivative by z is no short decimal")
    return {"line": _only_wrong(right), "repaired": w0 - eta * step * x}


# --- other programs ------------------------------------------------------------------------------------------------

_FIT = """
1  x = np.array([{{x1:code}}, {{x2:code}}, {{x3:code}}, {{x4:code}}])
2  y = np.array([{{y1:code}}, {{y2:code}}, {{y3:code}}, {{y4:code}}])
3  w, b, eta = {{w0:code}}, {{b0:code}}, {{eta:code}}
4  error = {{error}}
5  gw = {{slope}}
6  gb = {{lift}}
7  w = {{move}}
8  b = {{shift}}
9  print(w, b)
"""
_FIT_RIGHT = {
    4: "error = w * x + b - y", 5: "gw = 2 * np.mean(error * x)", 6: "gb = 2 * np.mean(error)",
    7: "w = w - eta * gw", 8: "b = b - eta * gb",
}  # fmt: skip


def wrong_line_of_a_line_fit(p: Row) -> dict[str, object]:
    shown = listing(p, _FIT)
    meant = _repaired(shown, _FIT_RIGHT)
    xs, ys = ([given(p, f"{name}{k}:code") for k in (1, 2, 3, 4)] for name in "xy")

    def f(w: Any, b: Any) -> Any:
        return sum((w * x + b - y) ** 2 for x, y in zip(xs, ys, strict=True)) / 4

    right = descend(f, (p["w0"], p["b0"]), p["eta"], 1)[1]
    confirm(Program(meant).printed == [right], "the repaired program is no gradient descent")
    printed = Program(shown).printed[0]
    confirm(printed != right, "the mistake does not show")
    return {"line": differing(shown, meant), "printed": printed}


def four_programs_for_one_step(p: Row) -> dict[str, object]:
    f, start, eta = loss(p, "u", "v"), (p["u0"], p["v0"]), p["eta"]
    slopes = {"gu": lambda u, v: gradient(f, (u, v))[0], "gv": lambda u, v: gradient(f, (u, v))[1]}
    ends = {}
    for name in "abcd":
        run = Program([p["slots"][f"{name}1"], p["slots"][f"{name}2"]], slopes, u=start[0], v=start[1], eta=eta)
        ends[name] = run.variables["u"], run.variables["v"]
    right = descend(f, start, eta, 1)[1]
    u_first = right[0], start[1] - eta * slopes["gv"](right[0], start[1])
    v_first = start[0] - eta * slopes["gu"](start[0], right[1]), right[1]
    crossed = start[0] - eta * slopes["gv"](*start), start[1] - eta * slopes["gu"](*start)
    names = {right: "same", u_first: "u-first", v_first: "v-first", crossed: "crossed"}
    confirm(len(names) == 4, "two results are the same")
    good = [name for name, end in ends.items() if end == right]
    confirm(len(good) == 1, f"the right programs are {good}")
    return {"right-one": good[0], "results": tuple(names[ends[name]] for name in "abcd")}


_SEARCH = """
1  x, t, rho, c = {{x0:code}}, {{begin:code}}, {{rho:code}}, {{c:code}}
2  g = df(x)
3  while {{test}}:
4      t = rho * t
5  x = {{step}}
6  print(t, x)
"""


def wrong_line_of_a_line_search(p: Row) -> dict[str, object]:
    shown = listing(p, _SEARCH)
    first = f"x, t, rho, c = {p['slots']['x0:code']}, 1, {p['slots']['rho:code']}, {p['slots']['c:code']}"
    meant = _repaired(shown, {1: first, 3: "while f(x - t * g) > f(x) - c * t * g * g:", 5: "x = x - t * g"})
    f = loss(p, "x")
    functions = {"f": f, "df": lambda x: slope(f, x)}
    steepness = slope(f, p["x0"])
    tried = [p["rho"] ** k for k in range(12)]
    good = [t for t in tried if f(p["x0"] - t * steepness) <= f(p["x0"]) - p["c"] * t * steepness**2]
    confirm(
        Program(meant, functions).printed == [(good[0], p["x0"] - good[0] * steepness)],
        "the repaired program is no backtracking",
    )
    printed = Program(shown, functions).printed[0]
    return {"line": differing(shown, meant), "printed": printed}


_BACK = """
1  x, y, eta = {{x:code}}, {{y:code}}, {{eta:code}}
2  u, v = np.array([{{u10:code}}, {{u20:code}}]), np.array([{{v10:code}}, {{v20:code}}])
3  z = u * x
4  h = np.maximum(z, 0)
5  e = {{error}}
6  dv = {{outer}}
7  dz = {{inner}}
8  du = {{last}}
9  u, v = u - eta * du, v - eta * dv
"""
_BACK_RIGHT = {5: "e = v @ h - y", 6: "dv = e * h", 7: "dz = e * v * (z > 0)", 8: "du = dz * x"}


def wrong_line_of_backpropagation(p: Row) -> dict[str, object]:
    shown = listing(p, _BACK)
    meant = _repaired(shown, _BACK_RIGHT)

    def f(*weights: Any) -> Any:
        u, v = weights[:2], weights[2:]
        out = sum(b * max(a * p["x"], 0) for a, b in zip(u, v, strict=True))
        return (out - p["y"]) ** 2 / 2

    start = tuple(p[name] for name in ("u10", "u20", "v10", "v20"))
    steepness = gradient(f, start, h=Fraction(1, 1000))  # the loss is a polynomial near the start
    right = tuple(w - p["eta"] * g for w, g in zip(start, steepness, strict=True))
    confirm(_weights(meant) == right, "the repaired program is no gradient descent")
    return {"line": differing(shown, meant), "result": _weights(shown)}


def _weights(lines: list[str]) -> tuple[Any, ...]:
    run = Program(lines)
    return (*run.variables["u"], *run.variables["v"])


_STOPPING = """
1  V = [{{v0:code}}, {{v1:code}}, {{v2:code}}, {{v3:code}}, {{v4:code}}, {{v5:code}}, {{v6:code}}, \
{{v7:code}}, {{v8:code}}]
2  patience, best, kept, wait = {{patience:code}}, V[0], 0, 0
3  for k in range(1, 9):
4      if {{test}}:
5          {{reset}}
6      else:
7          wait = wait + 1
8      if {{full}}:
9          break
10 print("stopped at", k, "kept", {{told}})
"""
_STOPPING_RIGHT = {
    4: "    if V[k] < best:", 5: "        best, kept, wait = V[k], k, 0", 8: "    if wait == patience:",
    10: 'print("stopped at", k, "kept", kept)',
}  # fmt: skip


def wrong_line_of_early_stopping(p: Row) -> dict[str, object]:
    shown = listing(p, _STOPPING)
    meant = _repaired(shown, _STOPPING_RIGHT)
    losses = [given(p, f"v{k}:code") for k in range(9)]
    bests = [min(range(k + 1), key=lambda j: (losses[j], j)) for k in range(9)]
    stop = next((k for k in range(9) if k - bests[k] == p["patience"]), 8)
    confirm(Program(meant).printed[0][1::2] == (stop, bests[stop]), "the repaired program does not stop by the rule")
    printed = Program(shown).printed[0][1::2]
    confirm(printed != (stop, bests[stop]), "the mistake does not show")
    return {"line": differing(shown, meant), "printed": printed}


_MOMENTUM = """
1  a, c, beta, eta = {{a:code}}, {{c:code}}, {{beta:code}}, {{eta:code}}
2  x, v = {{x0:code}}, {{speed:code}}
3  for k in {{loop}}:
4      g = {{slope}}
5      v = {{velocity}}
6      x = {{step}}
7  print(x)
"""


def wrong_line_of_momentum(p: Row) -> dict[str, object]:
    shown = listing(p, _MOMENTUM)
    meant = _repaired(
        shown,
        {
            2: f"x, v = {p['slots']['x0:code']}, 0", 3: "for k in range(3):", 4: "    g = 2 * a * (x - c)",
            5: "    v = beta * v + g", 6: "    x = x - eta * v",
        },
    )  # fmt: skip
    f = loss(p, "x")
    points = [p["x0"], p["x0"]]
    for _ in range(3):  # the method without its velocity
        points.append(points[-1] - p["eta"] * slope(f, points[-1]) + p["beta"] * (points[-1] - points[-2]))
    confirm(Program(meant).printed == [(points[-1],)], "the repaired program is not the method")
    ((printed,),) = Program(shown).printed
    confirm(printed != points[-1], "the mistake does not show")
    return {"line": differing(shown, meant), "printed": printed}
