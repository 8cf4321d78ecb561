"""Solving one part of an item over all rows of a population: the key, and every foreseen wrong answer.

Each kind of part reduces an answer to one of two shapes, so that "the same answer" has one meaning for keys, wrong
answers and students: a tuple of numbers, or a selection of options (a boolean matrix, or an order of them).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz.banks.models import Part, Wrong
from gdquiz.descent.slipped import slipped_gradient
from gdquiz.formulas.columns import MARGIN, Evaluation, floats, has_value, is_exact
from gdquiz.formulas.expressions import Node, names_of
from gdquiz.kinds.kind import kind_of
from gdquiz.numbers.exact import Mask, Rationals
from gdquiz.populations.routes import ROUTES_DISAGREE, SAMPLES, agree
from gdquiz.populations.world import World

Refuse = Callable[[Any, str], None]
Matrix = NDArray[np.intp]

OF_WRONG_ANSWERS = ("a wrong answer", "two wrong answers", "too few different wrong values")
"""How a reason of refusal begins that says nothing of the key."""
APART = 5
"""Wrong answers lie at least this many units of the last asked place from the key and from one another."""
ENOUGH = 3
"""A formula has to have a value at this many of the points where formulas are compared."""


@dataclass(frozen=True, eq=False)
class SolvedWrong:
    """A wrong answer over all rows; ``alive`` marks the rows in which it is different from the key and the others."""

    wrong: Wrong
    numbers: tuple[Any, ...]
    chosen: Matrix | None
    formula: Node | None
    alive: Mask


@dataclass(frozen=True, eq=False)
class SolvedPart:
    """A part over all rows.

    ``numbers``: a column for each number asked for.  ``chosen``: (rows, n) whole numbers; for choices one column an
    option (1 = right), for an ordering the options in order, for a matching the option of each prompt.  ``truth``:
    of the statement.  ``formula``: in the variables and parameters.  In rows that are refused anything may stand.
    """

    part: Part
    numbers: tuple[Any, ...]
    chosen: Matrix | None
    truth: Mask | None
    formula: Node | None
    wrong: tuple[SolvedWrong, ...]


def solve_part(part: Part, world: World, in_floats: World, refuse: Refuse) -> SolvedPart:
    """Key and wrong answers of a part; rows in which they are not fit for print are refused with a reason."""
    numbers = _numbers(part, world, in_floats, refuse)
    chosen = chosen_of(part, world)
    if chosen is not None:
        differs = np.any(
            chosen != chosen_of(part, in_floats), axis=1
        )  # where floats cannot tell, the exact route decides
        refuse(differs & ~in_floats.doubtful, f"{ROUTES_DISAGREE} on the options of '{part.id}'")
        refuse(kind_of(part.kind).unfit(chosen), kind_of(part.kind).unfit_reason)
    if kind_of(part.kind).shape.ends:
        refuse(~_rising(numbers, world.rows), "the lower end is not below the upper one")
        if part.source.positive:
            refuse(floats(numbers[0]) < 0, "an end of positive numbers is below 0")
    truth = None
    if part.truth is not None:
        truth = np.broadcast_to(world(part.truth), (world.rows,))
        differs = truth != np.broadcast_to(in_floats(part.truth), (world.rows,))
        refuse(differs & ~in_floats.doubtful, f"{ROUTES_DISAGREE} on the truth of '{part.id}'")
    formula = _key_formula(part, world)
    key = _Answer(numbers, chosen, sampled(formula, world))
    if formula is not None:
        refuse(~key.exists(part, world.rows), "the formula has no value at most of the points tried")
        for name in sorted(names_of(formula) - set(world.case.variables)):
            refuse(not is_exact(world[name]) or ~world[name].valid, f"'{name}' in the formula is not rational")
    wrong = _wrong_answers(part, world, key, refuse)
    if part.lists_values:
        alive = np.sum([entry.alive for entry in wrong], axis=0) if wrong else np.zeros(world.rows)
        refuse(alive < part.source.distractors, "too few different wrong values to choose from")
    _check_follow(part, world, numbers, refuse)
    return SolvedPart(part, numbers, chosen, truth, formula, wrong)


# --- keys ----------------------------------------------------------------------------------------------------------


def _numbers(part: Part, world: World, in_floats: World, refuse: Refuse) -> tuple[Any, ...]:
    source = world.model.source
    columns = tuple(full(world(node), world.rows) for node in part.answers)
    for column, node in zip(columns, part.answers, strict=True):
        refuse(~has_value(column), "an answer is undefined or leaves the range of exact numbers")
        refuse(~agree(column, full(in_floats(node), world.rows)), ROUTES_DISAGREE)
        size = np.abs(floats(column))
        refuse(~(size <= source.largest), f"an answer is larger than {source.largest}")
        if is_exact(column):
            refuse(column.denominator > source.denominator, f"a denominator is larger than {source.denominator}")
        else:
            refuse(part.source.places is None, "an answer that is not rational needs 'digits'")
            refuse(_near_rounding(column, part.source.places or 0), "an answer lies too close to a rounding boundary")
    return columns


def full(column: Any, rows: int) -> Any:
    """The column with an entry for each row."""
    if isinstance(column, Rationals):
        return column.broadcast(rows)
    return np.broadcast_to(np.asarray(column), (rows,))


def _whole(column: Any) -> bool:
    return is_exact(column) and bool(np.all(column.denominator[column.valid] == 1))


def _near_rounding(column: Any, digits: int) -> Mask:
    scaled = np.abs(np.asarray(column, float)) * 10.0**digits
    with np.errstate(invalid="ignore"):
        distance = np.abs(scaled - np.floor(scaled) - 0.5)
    return np.asarray(distance < 1e-6)


def chosen_of(part: Part, world: World) -> Matrix | None:
    """The selection that is right in this world."""
    fixed = kind_of(part.kind).fixed(part.source, None)
    if fixed is not None:
        return _everywhere(fixed, world)
    options = [option.id for option in part.source.option]
    if not options or part.lists_values:
        return None
    if part.match:
        columns = []
        for prompt in part.source.prompt:
            held = _conditions(part.match[prompt.id], options, world)
            columns.append(np.where(held.sum(axis=1) == 1, held.argmax(axis=1), -1))
        return np.stack(columns, axis=1).astype(np.intp)
    if part.rank:
        ranks = np.stack([floats(full(world(part.rank[option]), world.rows)) for option in options], axis=1)
        order = np.argsort(ranks, axis=1, kind="stable")
        rising = np.take_along_axis(ranks, order, axis=1)
        with np.errstate(invalid="ignore"):
            clear = np.diff(rising, axis=1) > MARGIN * np.maximum(1e-3, np.abs(rising[:, 1:]))
        return np.where(np.all(clear, axis=1, keepdims=True), order, -1)
    return _conditions(part.when, options, world).astype(np.intp)


def _everywhere(chosen: tuple[int, ...], world: World) -> Matrix:
    return np.broadcast_to(np.array(chosen, dtype=np.intp), (world.rows, len(chosen)))


def _rising(numbers: tuple[Any, ...], rows: int) -> Mask:
    """Where there is room between the ends of an interval."""
    if len(numbers) < 2:
        return np.ones(rows, bool)
    lower, upper = map(floats, numbers)
    with np.errstate(invalid="ignore"):
        return np.asarray(upper - lower > 1e-9 * np.maximum(1, np.abs(lower)))


def _conditions(conditions: Mapping[str, Node | None], options: list[str], world: World) -> Mask:
    columns = []
    for option in options:
        if option not in conditions:
            columns.append(np.zeros(world.rows, bool))
            continue
        node = conditions[option]
        held = np.bool_(True) if node is None else np.asarray(world(node), bool)
        columns.append(np.broadcast_to(held, (world.rows,)))
    return np.stack(columns, axis=1)


def _key_formula(part: Part, world: World) -> Node | None:
    if part.formula is not None:
        return part.formula
    if part.source.derivative is not None:
        return world.calculus.gradient[world.case.variables.index(part.source.derivative)]
    return None


# --- wrong answers -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Answer:
    numbers: tuple[Any, ...]
    chosen: Matrix | None
    samples: tuple[Any, ...]
    unclear: Mask | np.bool_ = field(default_factory=lambda: np.bool_(False))

    def exists(self, part: Part, rows: int) -> Mask:
        exists = np.ones(rows, bool) & ~self.unclear
        for column in self.numbers:
            exists &= has_value(column)
        if self.samples:
            exists &= np.sum([has_value(column) for column in self.samples], axis=0) >= ENOUGH
        if self.chosen is not None:
            exists &= kind_of(part.kind).is_answer(self.chosen)
        if kind_of(part.kind).shape.ends:
            exists &= _rising(self.numbers, rows)
        return exists

    def meets(self, other: _Answer, part: Part, rows: int) -> Mask:
        """Where two answers cannot be told apart as printed."""
        same = np.full(rows, len(self.numbers) == len(other.numbers))
        if not same.any():
            return same
        digits = part.source.places
        apart = APART * 10.0**-digits if digits is not None else 0.0
        if digits is None and part.lists_values and not all(map(is_exact, (*self.numbers, *other.numbers))):
            apart = APART * 1e-3  # listed with three decimals
        if digits == 0 and all(map(_whole, (*self.numbers, *other.numbers))):
            apart = 0.5  # whole numbers, which no one rounds
        for a, b in zip(self.numbers, other.numbers, strict=True):
            with np.errstate(invalid="ignore"):
                difference = np.abs(floats(a) - floats(b))
                same &= difference <= np.maximum(apart * (1 - 1e-12), 1e-9 * np.maximum(1, np.abs(floats(a))))
        for a, b in zip(self.samples, other.samples, strict=True):
            with np.errstate(invalid="ignore"):
                close = np.abs(floats(a) - floats(b)) <= 1e-9 * np.maximum(1, np.abs(floats(a)))
            same &= close | (~has_value(a) & ~has_value(b))
        if self.chosen is not None and other.chosen is not None:
            same &= np.all(self.chosen == other.chosen, axis=1)
        return same


def _wrong_answers(part: Part, world: World, key: _Answer, refuse: Refuse) -> tuple[SolvedWrong, ...]:
    solved: list[tuple[Wrong, _Answer, Node | None]] = []
    alive: list[Mask] = []
    for wrong in part.wrong:
        answer, formula = _wrong_answer(part, wrong, world)
        here = answer.exists(part, world.rows)
        if not wrong.source.optional:
            refuse(~here, f"a wrong answer does not exist ({wrong.code})")
        meets_key = here & answer.meets(key, part, world.rows)
        if not wrong.source.optional:
            refuse(meets_key, f"a wrong answer meets the key ({wrong.code})")
        here = here & ~meets_key
        for (other, earlier, _), before in zip(solved, alive, strict=True):
            if answer.chosen is not None and not answer.numbers:
                continue  # several mistakes may lead to one wrong option
            meets = here & before & answer.meets(earlier, part, world.rows)
            if not (wrong.source.optional or other.source.optional):
                refuse(meets, f"two wrong answers meet ({other.code}, {wrong.code})")
            if wrong.source.optional:
                here = here & ~meets
            else:
                np.logical_and(before, ~meets, out=before)
        solved.append((wrong, answer, formula))
        alive.append(here)
    return tuple(
        SolvedWrong(wrong, answer.numbers, answer.chosen, formula, here)
        for (wrong, answer, formula), here in zip(solved, alive, strict=True)
    )


def _wrong_answer(part: Part, wrong: Wrong, world: World) -> tuple[_Answer, Node | None]:
    """What a student with the misconception answers: stated by the item, or found by executing the mistake."""
    rows = world.rows
    if wrong.states_itself and wrong.formula is None:
        # what is stated may use redefined quantities; doubts of its own leave the row alone where it is optional
        here = world.mistaken(wrong) if wrong.redefine else world.twin()
        numbers = tuple(full(here(node), rows) for node in wrong.values)
        fixed = kind_of(part.kind).fixed(part.source, wrong.source)
        chosen = None if fixed is None else _everywhere(fixed, here)
        chosen = _stated_choice(part, wrong, here) if wrong.chooses else chosen
        return _Answer(numbers, chosen, (), _unclear(here)), None
    if kind_of(part.kind).shape.formula:
        formula = wrong.formula if wrong.formula is not None else _mistaken_formula(part, wrong, world)
        return _Answer((), None, sampled(formula, world)), formula
    mistaken = world.mistaken(wrong)
    numbers = tuple(full(mistaken(node), rows) for node in part.answers)
    return _Answer(numbers, chosen_of(part, mistaken), (), _unclear(mistaken)), None


def _unclear(world: World) -> Mask:
    """Where a mistaken student could go either way: too close to call, or on a kink of the loss."""
    return world.doubtful | world.on_kink


def _stated_choice(part: Part, wrong: Wrong, world: World) -> Matrix:
    options = [option.id for option in part.source.option]
    if kind_of(part.kind).shape.chosen in ("all", "prompts"):
        stated = [options.index(option) for option in wrong.source.chooses or ()]
        return np.broadcast_to(np.array(stated, dtype=np.intp), (world.rows, len(stated)))
    return _conditions(wrong.chooses, options, world).astype(np.intp)


def _mistaken_formula(part: Part, wrong: Wrong, world: World) -> Node:
    """The derivative as a student finds it who differentiates with the slip behind the misconception."""
    calculus = world.calculus
    assert part.source.derivative is not None
    gradient = slipped_gradient(calculus.loss, calculus.variables, calculus.parameters, wrong.misconception.slip)
    return gradient[world.case.variables.index(part.source.derivative)]


def sampled(formula: Node | None, world: World) -> tuple[Any, ...]:
    """The values of a formula at the sample points: its fingerprint in each row."""
    if formula is None:
        return ()
    variables = world.case.variables
    names = names_of(formula)
    samples = []
    for place in range(len(SAMPLES)):
        point = {v: Rationals.constant(SAMPLES[(place + k) % len(SAMPLES)]) for k, v in enumerate(variables)}
        known = {name: world[name] for name in names if name not in point}
        sample = full(Evaluation(known | point)(formula), world.rows)
        if is_exact(sample) and not np.all(sample.valid):  # large powers leave the range of exact numbers
            floating = {name: floats(column) for name, column in (known | point).items()}
            sample = full(Evaluation(floating)(formula), world.rows)
        samples.append(sample)
    return tuple(samples)


def _check_follow(part: Part, world: World, numbers: tuple[Any, ...], refuse: Refuse) -> None:
    """The rule that carries an earlier answer on must give the key when the earlier answers are right."""
    if part.follow is None:
        return
    earlier = {
        other.id.replace("-", "_"): world(other.answers[0]) for other in world.model.parts if len(other.answers) == 1
    }
    needed = {name: earlier[name] if name in earlier else world[name] for name in names_of(part.follow)}
    evaluation = Evaluation(needed)
    carried = full(evaluation(part.follow), world.rows)
    refuse(evaluation.doubtful | ~agree(carried, numbers[0]), f"follow-through of '{part.id}' misses the key")
