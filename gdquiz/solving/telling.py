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

from gdquiz.formulas.expressions import FUNCTIONS, Node, to_text
from gdquiz.formulas.scanner import GREEK
from gdquiz.landscape.facts import Landscape
from gdquiz.numbers.roots import Value
from gdquiz.plurals import counted
from gdquiz.solving.solution import Solution, Step
from gdquiz.solving.task import Quantity

WIDTH = 88
SHORT = 10
"""Exact numbers of more characters are printed as decimals."""
LISTED = 12
"""So many critical points are printed, those nearest to the limit or the start of the run."""

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
        "critical_points": _critical(solution),
        "largest_stable_rate": _number(solution.stable_rate, exact, "largest_stable_rate"),
        "steps": [_step(solution.variables, step) for step in solution.steps],
        "limit": solution.limit,
        "point": solution.point,
        "scope": solution.scope,
        "events": [{"event": event.event, "step": event.step} for event in solution.events],
        "ascent": solution.task.ascend,
    }
    if solution.landscape.falls is not None:
        told["falls"] = dict(zip(solution.variables, map(float, solution.landscape.falls), strict=True))
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
    return quantity.number + 0.0 if isfinite(quantity.number) else None  # no negative zero


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


def _critical(solution: Solution) -> list[dict[str, Any]]:
    """Isolated critical points, nearest first; sets of them: a line by its directions, an interval by its ends."""
    landscape = solution.landscape
    names = landscape.variables
    best = landscape.global_minima or ()
    rows: list[dict[str, Any]] = []
    for place in solution.nearest:
        found = landscape.points[place]
        exact: dict[str, Any] = {}
        point = _numbers(names, map(_quantity, found.point), exact, "point")
        row: dict[str, Any] = {"point": point, "kind": found.kind}
        if place in best:
            row["global"] = True
        if found.kink:
            row["kink"] = True
        if found.slopes is not None:
            row["slopes"] = [_number(_quantity(slope), {}, "") for slope in found.slopes]
        rows.append({**row, "exact": exact})
    for at, flat in enumerate(landscape.flats):
        exact = {}
        sides = [None if end is None else _quantity(end) for end in (flat.low, flat.high)]
        low, high = (_number(side, exact, name) for side, name in zip(sides, ("low", "high"), strict=True))
        row = {"low": low, "high": high, "kind": flat.kind, "global": at in landscape.global_flats, "exact": exact}
        rows.append(row)
    if landscape.curve is not None:
        rows.append({"equation": to_text(landscape.curve.equation), "kind": "minimum", "global": True})
    valley = landscape.valley
    if valley is not None:
        exact = {}
        middle = _numbers(names, map(Quantity.of, valley.point), exact, "point")
        along = [_numbers(names, map(Quantity.of, direction), {}, "") for direction in valley.directions]
        rows.append({"point": middle, "kind": valley.kind, "directions": along, "exact": exact})
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
    return f"{quantity.number + 0.0:#.6g}" if isfinite(quantity.number) else "-"


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
        curved = "curvature" if len(style.names) == 1 else "curvatures"
        order = solution.nearest[:LISTED]
        rows = [_critical_row(landscape, place) for place in order]
        lines += _table([*style.names, style.f, "kind", curved, "2/L"], rows, left=len(style.names) + 1)
        left = len(landscape.points) - len(order)
        if left:
            centre = "start" if solution.place is None else "limit"
            lines.append(f"  and {counted(left, 'point')} more, farther from the {centre} of the run.")
    lines += _sets(landscape, style)
    lines.append(f"  {_extent(landscape)}")
    lines += [f"  {line}" for line in wrap(landscape.note, WIDTH - 2)]
    lines += _unbounded(landscape, style)
    if solution.stable_rate is not None:
        optimum = "maximum" if solution.task.ascend else "minimum"
        near = "the only one" if solution.place is None else style.point(solution.place)
        where = (
            "from every start" if solution.stable_everywhere else f"near the {optimum} ({near}), not from every start"
        )
        lines += ["", f"Largest stable rate  {number(solution.stable_rate)}, {where}"]
    return lines


def _sets(landscape: Landscape, style: Style) -> list[str]:
    """Critical points that are not isolated."""
    lines = []
    if landscape.valley is not None:
        middle = style.point(map(Quantity.of, landscape.valley.point))
        ways = " and ".join(f"({', '.join(map(str, way))})" for way in landscape.valley.directions)
        lines.append(f"  {middle}, and every point that is reached from there along {ways}")
        lines.append(f"  kind: {landscape.valley.kind}, and flat along {ways}")
    for at, flat in enumerate(landscape.flats):
        kind = f"{'global ' if at in landscape.global_flats else ''}{flat.kind}"
        least = "<=" if not style.fancy else "≤"
        low = "" if flat.low is None else f"{number(_quantity(flat.low))} {least} "
        high = "" if flat.high is None else f" {least} {number(_quantity(flat.high))}"
        where = f"{low}{style.names[0]}{high}" if low or high else f"every {style.names[0]}"
        lines.append(f"  {where}: {style.f} = {number(_quantity(flat.loss))}, {kind}, and flat there")
    if landscape.curve is not None:
        value = number(Quantity.of(landscape.curve.loss))
        where = "curve" if len(style.names) == 2 else "surface"
        equation = style.formula(landscape.curve.equation)
        lines.append(f"  {equation} = 0: {style.f} = {value}, global minimum; the minima form a {where}")
    return lines


def _extent(landscape: Landscape) -> str:
    """Whether these are all."""
    nothing = not landscape.points and not landscape.flats and landscape.valley is None and landscape.curve is None
    if landscape.within is not None:
        where = f"from {landscape.within[0]} to {landscape.within[1]}"
        return f"There is none {where}." if nothing else f"These are all {where}."
    if landscape.complete:
        return "There is none." if nothing else "These are all."
    if landscape.valley is not None and not landscape.points:
        return "These are all."
    return "None was found; there may be some." if nothing else "There may be more."


def _unbounded(landscape: Landscape, style: Style) -> list[str]:
    if landscape.falls is None:
        return []
    if len(style.names) == 1:
        way = f"{style.names[0]} tends to {'' if landscape.falls[0] > 0 else '-'}infinity"
    else:
        way = f"the point moves along ({', '.join(map(str, landscape.falls))})"
    return [f"  The loss has no lower bound: it falls for ever as {way}."]


def _critical_row(landscape: Landscape, place: int) -> list[str]:
    found = landscape.points[place]
    curvatures = ", ".join(f"{value + 0.0:.6g}" for value in found.curvatures)
    rate = "" if found.stable_rate is None else number(_quantity(found.stable_rate))
    best = landscape.global_minima is not None and place in landscape.global_minima
    kind = f"{'global ' if best else ''}{found.kind}"
    if found.kink:
        kind += (
            ", a kink" if found.slopes is None else f", a kink with slopes {' and '.join(map(_slope, found.slopes))}"
        )
    return [*(number(_quantity(x)) for x in found.point), number(_quantity(found.loss)), kind, curvatures, rate]


def _slope(value: Value) -> str:
    number_ = float(value)
    return number(_quantity(value)) if isfinite(number_) else "infinity" if number_ > 0 else "-infinity"


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
