"""A solution told: as text for a terminal, and as JSON for other programs.

Text: fractions are exact, decimals are rounded to 6 digits.  Formulas are set on one line, ``w⁴/4 - w²/2``, in a form
that ``gdquiz solve`` reads back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from textwrap import wrap
from typing import Any

from gdquiz.mathematics.critical import CriticalPoint, Landscape
from gdquiz.mathematics.expressions import FUNCTIONS, Node, to_text
from gdquiz.mathematics.roots import Value
from gdquiz.mathematics.scanner import GREEK
from gdquiz.solving import Solution, Step
from gdquiz.task import Quantity

WIDTH = 88
SHORT = 10
"""Exact numbers of more characters are printed as decimals."""

# --- JSON ----------------------------------------------------------------------------------------------------------


def as_json(solution: Solution) -> str:
    """The solution as one JSON object.

    Numbers are JSON numbers, null where floating point ends; those known to be rational stand beside them under
    ``exact`` as strings such as ``-3/5``.  Formulas are in gdquiz' own grammar.
    """
    exact: dict[str, Any] = {}
    told: dict[str, Any] = {
        "loss": to_text(solution.task.loss),
        "variables": list(solution.variables),
        "gradient": dict(zip(solution.variables, map(to_text, solution.gradient), strict=True)),
        "hessian": [[to_text(entry) for entry in row] for row in solution.hessian],
        "critical_points": _critical(solution.landscape),
        "largest_stable_rate": _number(solution.stable_rate, exact, "largest_stable_rate"),
        "steps": [_step(solution.variables, step) for step in solution.steps],
        "limit": solution.limit,
        "point": solution.point,
        "scope": solution.scope,
        "events": [{"event": event.event, "step": event.step} for event in solution.events],
        "ascent": solution.task.ascend,
    }
    if solution.period:
        told["period"] = solution.period
    if exact:
        told["exact"] = exact
    return json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _number(quantity: Quantity | None, exact: dict[str, Any], name: str) -> float | None:
    """The JSON number; the exact string goes into ``exact``."""
    if quantity is None:
        return None
    if quantity.exact is not None:
        exact[name] = str(quantity.exact)
    return quantity.number if isfinite(quantity.number) else None


def _numbers(names: Sequence[str], quantities: Iterable[Quantity], exact: dict[str, Any], name: str) -> dict[str, Any]:
    strings: dict[str, Any] = {}
    numbers = {key: _number(quantity, strings, key) for key, quantity in zip(names, quantities, strict=True)}
    if strings:
        exact[name] = strings
    return numbers


def _step(names: Sequence[str], step: Step) -> dict[str, Any]:
    exact: dict[str, Any] = {}
    return {
        "step": step.step,
        "point": _numbers(names, step.point, exact, "point"),
        "loss": _number(step.loss, exact, "loss"),
        "gradient": _numbers(names, step.gradient, exact, "gradient"),
        "exact": exact,
    }


def _critical(landscape: Landscape) -> list[dict[str, Any]]:
    """Isolated critical points; a set of them as one point with the directions along which the others lie."""
    names = landscape.variables
    rows: list[dict[str, Any]] = []
    for found in landscape.points:
        exact: dict[str, Any] = {}
        point = _numbers(names, map(_quantity, found.point), exact, "point")
        rows.append({"point": point, "kind": found.kind, "exact": exact})
    valley = landscape.valley
    if valley is not None:
        exact = {}
        place = _numbers(names, map(Quantity.of, valley.point), exact, "point")
        along = [_numbers(names, map(Quantity.of, direction), {}, "") for direction in valley.directions]
        rows.append({"point": place, "kind": valley.kind, "directions": along, "exact": exact})
    return rows


def _quantity(value: Value) -> Quantity:
    return Quantity(float(value), value.exact)


# --- text ----------------------------------------------------------------------------------------------------------

WORDS: Mapping[str, str] = {
    "stationary_start": "the run never leaves its start",
    "diverged_loss_up": "diverges",
    "unbounded_below": "unbounded",
    "cycle": "cycle",
    "converged": "converges",
    "bounded_irregular": "irregular",
    "drift": "drift",
    "slow": "slow",
    "undecided": "undecided",
    "local_min": "local minimum",
    "local_max": "local maximum",
    "saddle": "saddle",
    "degenerate": "degenerate",
    "none": "none",
    "global": "global",
    "local_or_unknown": "not known to be global",
}
"""The values of the axes, as their rows in the text show them."""

EVENTS: Mapping[str, str] = {
    "overshoot": "the loss goes the wrong way",
    "crossing": "the step passes the optimum",
    "kink": "no gradient; the slope counts as 0 for abs, 1/2 for relu",
    "undefined": "the loss or its gradient has no value",
    "overflow": "too large for floating point",
    "one_step": "the first step lands on the limit",
    "oscillating": "from one side of the limit to the other",
    "basin_jump": "ends in another basin than it starts in",
    "unstable_limit": "almost every nearby start would leave the limit",
    "plateau": "a small gradient far from the best value",
}
"""What the events mean."""


def as_text(solution: Solution, *, fancy: bool = True) -> str:
    """The solution for a person at a terminal; without ``fancy`` in ASCII only."""
    style = Style(solution, fancy)
    parts = [_derivatives(solution, style), _points(solution, style), _run(solution, style), _outcome(solution, style)]
    return "\n\n".join("\n".join(line.rstrip() for line in part) for part in parts) + "\n"


class Style:
    """How names and formulas of one solution are written."""

    def __init__(self, solution: Solution, fancy: bool):
        self.fancy = fancy
        self.f = next(letter for letter in ("f", "L", "F", "J", "loss") if letter not in solution.variables)
        self.names = [_pretty_name(name) if fancy else name for name in solution.variables]
        d = "∂" if fancy else "d"
        one = len(self.names) == 1
        self.slopes = [f"{self.f}'"] if one else [f"{d}{self.f}/{d}{name}" for name in self.names]

    def formula(self, node: Node) -> str:
        return pretty(node) if self.fancy else to_text(node)

    def point(self, quantities: Iterable[Quantity]) -> str:
        return ", ".join(f"{name} = {number(x)}" for name, x in zip(self.names, quantities, strict=True))


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LETTERS = {name: letter for letter, name in GREEK.items()}


def pretty(node: Node) -> str:
    """A formula on one line with raised exponents, Greek letters and root signs; ``parse`` reads it back."""
    text = re.sub(r"[A-Za-z_]\w*", lambda match: _pretty_name(match[0]), to_text(node))
    text = re.sub(r"\^(\d+)(?![\d.])", lambda match: match[1].translate(_RAISED), text)
    text = re.sub(r"\^\((-\d+)\)", lambda match: match[1].translate(_RAISED), text)
    return text.replace("*", "·")


def _pretty_name(name: str) -> str:
    if name == "sqrt":
        return "√"
    match = re.fullmatch(r"([A-Za-z]+?)(\d*)", name)
    if match is None or match[1] in FUNCTIONS:
        return name
    return _LETTERS.get(match[1], match[1]) + match[2].translate(_LOWERED)


def number(quantity: Quantity) -> str:
    """A fraction if that is exact and short, else a decimal; a dash where there is no number."""
    if quantity.exact is not None and len(text := str(quantity.exact)) <= SHORT:
        return text
    return f"{quantity.number:#.6g}" if isfinite(quantity.number) else "-"


def _derivatives(solution: Solution, style: Style) -> list[str]:
    f, names = style.f, style.names
    lines = [f"Loss      {f}({', '.join(names)}) = {style.formula(solution.task.loss)}"]
    heads = [f"{f}'({names[0]})"] if len(names) == 1 else style.slopes
    for place, (head, part) in enumerate(zip(heads, solution.gradient, strict=True)):
        lines.append(f"{'' if place else 'Gradient':<10}{head} = {style.formula(part)}")
    entries = [[style.formula(entry) for entry in row] for row in solution.hessian]
    if len(names) == 1:
        return [*lines, f"Hessian   {f}''({names[0]}) = {entries[0][0]}"]
    widths = [max(map(len, column)) for column in zip(*entries, strict=True)]
    for place, row in enumerate(entries):
        side = 0 if place == 0 else 2 if place == len(entries) - 1 else 1
        left, right = ("⎡⎢⎣"[side], "⎤⎥⎦"[side]) if style.fancy else ("[", "]")
        inside = "   ".join(entry.rjust(width) for entry, width in zip(row, widths, strict=True))
        lines.append(f"{'' if place else 'Hessian':<10}{left} {inside} {right}")
    return lines


def _points(solution: Solution, style: Style) -> list[str]:
    landscape = solution.landscape
    lines = ["Critical points"]
    if landscape.points:
        best = landscape.global_minima or ()
        curved = "curvature" if len(style.names) == 1 else "curvatures"
        rows = [_critical_row(found, place in best) for place, found in enumerate(landscape.points)]
        lines += _table([*style.names, style.f, "kind", curved, "2/L"], rows, left=len(style.names) + 1)
        lines.append("  These are all." if landscape.complete else "  There may be more.")
    elif landscape.valley is not None:
        middle = style.point(map(Quantity.of, landscape.valley.point))
        ways = " and ".join(f"({', '.join(map(str, way))})" for way in landscape.valley.directions)
        lines.append(f"  {middle}, and every point that is reached from there along {ways}")
        lines.append(f"  kind: {landscape.valley.kind}, and flat along {ways}")
    else:
        lines.append("  There is none." if landscape.complete else "  None was found; there may be some.")
    lines += [f"  {line}" for line in wrap(landscape.note, WIDTH - 2)]
    if solution.stable_rate is not None:
        optimum = "maximum" if solution.task.ascend else "minimum"
        near = "the only one" if solution.place is None else style.point(solution.place)
        where = (
            "from every start" if solution.stable_everywhere else f"near the {optimum} ({near}), not from every start"
        )
        lines += ["", f"Largest stable rate  {number(solution.stable_rate)}, {where}"]
    return lines


def _critical_row(found: CriticalPoint, best: bool) -> list[str]:
    curvatures = ", ".join(f"{value:.6g}" for value in found.curvatures)
    rate = "" if found.stable_rate is None else number(_quantity(found.stable_rate))
    kind = f"{'global ' if best else ''}{found.kind}"
    return [*(number(_quantity(x)) for x in found.point), number(_quantity(found.loss)), kind, curvatures, rate]


def _run(solution: Solution, style: Style) -> list[str]:
    task = solution.task
    title = task.method.title
    if task.ascend:
        title = title.replace("descent", "ascent") if "descent" in title else f"{title}, climbing"
    settings = [("rate", task.rate), *task.parameters.items()]
    told = ", ".join(f"{name} {number(value)}" for name, value in settings)
    lines = [f"{title[0].upper()}{title[1:]} from {style.point(task.start)}: {told}"]
    last = next((e.step for e in solution.events if e.event in ("undefined", "overflow")), None)
    rows = []
    for step in solution.steps:
        if last is not None and step.step > last:
            break
        marks = [event.event for event in solution.events if event.step == step.step and event.event != "one_step"]
        numbers = [*step.point, step.loss, *step.gradient]
        rows.append([str(step.step), *map(number, numbers), ", ".join(marks)])
    lines += _table(["step", *style.names, style.f, *style.slopes, ""], rows, left=2 + 2 * len(style.names))
    return lines


def _outcome(solution: Solution, style: Style) -> list[str]:
    limit = WORDS[solution.limit]
    if solution.period:
        limit += f" of period {solution.period}"
    if solution.limit == "converged" and solution.place is not None:
        limit += f" to {style.point(solution.place)}"
    lines = [
        "Outcome",
        f"  limit   {limit}",
        f"  point   {WORDS[solution.point]}",
        f"  scope   {WORDS[solution.scope]}",
    ]
    named = sorted({event.event: place for place, event in reversed(list(enumerate(solution.events)))}.items())
    for place, (name, _) in enumerate(sorted(named, key=lambda entry: entry[1])):
        steps = _listed([e.step for e in solution.events if e.event == name and e.step is not None])
        lines.append(f"  {'' if place else 'events':<6}  {name}{steps}: {EVENTS[name]}")
    return [*lines, "", *(f"  {line}" for line in wrap(solution.words, WIDTH - 2))]


def _listed(steps: Sequence[int]) -> str:
    """Steps in words, those that follow on each other as a range: `` in steps 1 to 4, 7 and 9``."""
    ranges: list[list[int]] = []
    for step in steps:
        if ranges and step == ranges[-1][-1] + 1:
            ranges[-1].append(step)
        else:
            ranges.append([step])
    pieces: list[str] = []
    for group in ranges:
        pieces += [f"{group[0]} to {group[-1]}"] if len(group) > 2 else [str(step) for step in group]
    if not pieces:
        return ""
    if len(pieces) > 12:
        return f" in {len(steps)} steps, first in step {steps[0]}"
    listed = pieces[0] if len(pieces) == 1 else ", ".join(pieces[:-1]) + " and " + pieces[-1]
    return f" in step{'s' if len(steps) > 1 else ''} {listed}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int) -> list[str]:
    """Columns side by side, numbers to the right; the column ``left`` holds words and goes to the left."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        placed = [
            cell.ljust(width) if place == left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return "  " + "   ".join(placed)

    return [line(head), *map(line, rows)]
