"""What an author says of every row, held against every row: assertions, and keys by a second route.

A row that contradicts its author is nothing to throw out silently: either the key is wrong, or what is said of it, and
nothing of the item may be printed before it is known which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from gdquiz.banks.models import Part
from gdquiz.errors import Fault
from gdquiz.formulas.columns import MARGIN, floats, fraction, has_value, is_exact
from gdquiz.formulas.expressions import Apply, Name, Node
from gdquiz.formulas.scanner import COMPARISONS
from gdquiz.numbers.exact import Mask
from gdquiz.populations.keys import SolvedPart, chosen_of, full, sampled
from gdquiz.populations.routes import agree
from gdquiz.populations.world import World

Refuse = Callable[[Any, str], None]


def contradictions(parts: Iterable[SolvedPart], world: World, in_floats: World, passing: Mask) -> Iterator[Fault]:
    """A fault for each assertion and each second route that is not true in all of the passing rows.

    These are the rows that have a key: a wrong key often meets a foreseen wrong answer, and is told all the same.
    """
    holding = _Holding(world.twin(), in_floats)
    for place, (node, because) in enumerate(world.model.assertions):
        fails = passing & ~holding.both(node)[0]
        if fails.any():
            written = world.model.source.asserted[place]
            text = written if isinstance(written, str) else written.that
            problem = f"the assertion '{text}' does not hold in {_where(fails, passing, world)}"
            yield Fault(problem, hint="" if because == text else because, field=f"assert[{place + 1}]")
    for place, solved in enumerate(parts):
        if solved.part.second is None:
            continue
        differs, told = _differs(solved, solved.part.second, world.twin(), in_floats)
        if (differs & passing).any():
            said = told(int(np.flatnonzero(differs & passing)[0]))
            where = _where(differs & passing, passing, world)
            problem = f"the second route to the key of '{solved.part.id}' {said} in {where}"
            yield Fault(problem, "the same key by both routes", field=f"part[{place + 1}].second")


def _where(failing: Mask, passing: Mask, world: World) -> str:
    """How many rows those are, and the numbers of the first."""
    row = int(np.flatnonzero(failing)[0])
    numbers = [f"{name} = {column.fraction(row)}" for name, column in world.exact_parameters.items()]
    numbers = [f"case '{world.case.id}'"] * (len(world.model.cases) > 1) + numbers
    first = f", first where {', '.join(numbers)}" if numbers else ""
    return f"{int(failing.sum()):,} of {int(passing.sum()):,} rows{first}"


# --- assertions ------------------------------------------------------------------------------------------------------


class _Holding:
    """Where a condition certainly holds, and where it certainly does not; where a number is missing, neither.

    Exact numbers are compared exactly.  Others are equal within 1e-9 of the larger, which is what two routes through
    floats can be expected to give.
    """

    def __init__(self, world: World, in_floats: World):
        self.world, self.in_floats = world, in_floats

    def both(self, node: Node) -> tuple[Mask, Mask]:
        """Where it holds, and where it does not."""
        match node:
            case Name(name) if name in self.world.case.define:
                return self.both(self.world.case.define[name])
            case Apply("not", (inner,)):
                holds, fails = self.both(inner)
                return fails, holds
            case Apply(("and" | "or") as word, arguments):
                both = [self.both(argument) for argument in arguments]
                every, some = np.logical_and.reduce, np.logical_or.reduce
                of_holds, of_fails = (every, some) if word == "and" else (some, every)
                return of_holds([holds for holds, _ in both]), of_fails([fails for _, fails in both])
            case Apply("if", (condition, then, otherwise)):
                (c, not_c), (t, not_t), (o, not_o) = map(self.both, (condition, then, otherwise))
                return (c & t) | (not_c & o), (c & not_t) | (not_c & not_o)
            case Apply(("==" | "!=") as sign, (left, right)) if self._is_condition(left):
                (a, not_a), (b, not_b) = self.both(left), self.both(right)
                same, other = (a & b) | (not_a & not_b), (a & not_b) | (not_a & b)
                return (same, other) if sign == "==" else (other, same)
            case Apply(sign, (left, right)) if sign in COMPARISONS:
                return self._compared(sign, left, right)
        holds = np.broadcast_to(np.asarray(self.world(node), bool), (self.world.rows,))
        return holds, ~holds

    def _is_condition(self, node: Node) -> bool:
        value = self.world(node)
        return not is_exact(value) and np.asarray(value).dtype == bool

    def _compared(self, sign: str, left: Node, right: Node) -> tuple[Mask, Mask]:
        a, b = (self.number(side) for side in (left, right))
        if is_exact(a) and is_exact(b):
            known, difference = a.valid & b.valid, a.compared(b)
        else:
            a, b = floats(a), floats(b)
            known = np.isfinite(a) & np.isfinite(b)
            with np.errstate(invalid="ignore"):
                close = np.abs(a - b) <= MARGIN * np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-3)
                difference = np.where(close, 0, np.sign(a - b))
        holds = _SIGNS[sign](difference)
        return np.asarray(known & holds), np.asarray(known & ~holds)

    def number(self, node: Node) -> Any:
        """The number in each row: exact, or in floats where one of them leaves the range of exact numbers."""
        value = full(self.world(node), self.world.rows)
        if has_value(value).all():
            return value
        return np.where(has_value(value), floats(value), floats(full(self.in_floats(node), self.world.rows)))


_SIGNS: Mapping[str, Callable[[Any], Any]] = {
    "==": lambda sign: sign == 0,
    "!=": lambda sign: sign != 0,
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
}


# --- second routes ---------------------------------------------------------------------------------------------------


def _differs(solved: SolvedPart, second: Part, world: World, in_floats: World) -> tuple[Mask, Callable[[int], str]]:
    """Where the key by the second route is another one, and how that is told of a row."""
    rows = world.rows
    holding = _Holding(world, in_floats)
    for first, node in zip(solved.numbers, second.answers, strict=True):
        other = holding.number(node)
        differs = ~agree(first, other) | ~has_value(other)
        if differs.any():
            return differs, lambda row: f"gives {_told(other, row)} and the first {_told(first, row)}"  # noqa: B023
    differs = np.zeros(rows, bool)
    if solved.truth is not None and second.truth is not None:
        holds, fails = holding.both(second.truth)
        differs |= ~np.where(solved.truth, holds, fails)
    if solved.chosen is not None:
        differs |= np.any(solved.chosen != chosen_of(second, world), axis=1) | world.doubtful
    if solved.formula is not None and second.formula is not None:
        pairs = zip(sampled(solved.formula, world), sampled(second.formula, world), strict=True)
        for first, other in pairs:
            differs |= has_value(first) & ~agree(first, other)
    return differs, lambda row: "gives another key"


def _told(column: Any, row: int) -> str:
    value = fraction(column, row)
    return f"{value:.10g}" if isinstance(value, float) else str(value)
