"""How much work a row asks for, counted for the person who answers it.

    work = log2(1 + reading + thinking + computing + writing)

The unit is the reading of one word, so one more point is twice the work.

- *Reading*: a unit for each word of the question and 5 for each formula.
- *Thinking*: 6 for each formula and each number of the worked solution, 25 for each part, 150 for each tier above the
  first, 50 where the item asks to evaluate or to create.
- *Computing*, of parts that ask for numbers or a formula: 25 log2(1 + operations * figures).  ``operations`` counts the
  arithmetic that a solver carries out by hand (that of the answer's expression with its definitions, and for every step
  of the run that of the gradient plus two for each variable), ``figures`` is the mean cost of the numbers in play
  (parameters and answers): 1, plus 1/2 for each digit after the first, plus 1 for a fraction, plus 1/4 for a minus
  sign.
- *Writing*: 25 for each of several numbers, 80 for each line of a marking guide.

Conditions that only check an answer count for nothing.  The weights were chosen so that, within topics, the order
agrees with the minutes that authors gave (docs/work.md tells how well); the minutes themselves do not enter.  Until
classes have calibrated it, it says nothing of how many succeed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz.banks.models import Case, ItemModel, Part
from gdquiz.formulas.columns import floats, is_exact
from gdquiz.formulas.expressions import Apply, Index, Name, Node, Number
from gdquiz.kinds.kind import kind_of
from gdquiz.populations.keys import SolvedPart
from gdquiz.populations.world import World
from gdquiz.texts.slots import SLOT

EIGENVALUE = 6
"""Operations counted for the roots of the characteristic polynomial of a 2 x 2 matrix."""

FORMULA_READ, FORMULA_WORKED, PART, TIER, DECISION = 5, 6, 25, 150, 50
COMPUTING, NUMBER_WRITTEN, LINE_WRITTEN = 25, 25, 80
DECIDING = ("evaluate", "create")
"""The levels of Bloom's taxonomy at which something has to be decided or made."""

_FORMULA = re.compile(r"\$[^$]+\$")
_WORD = re.compile(r"[^\W\d_]+")


def works(model: ItemModel, world: World, parts: Iterable[SolvedPart]) -> NDArray[np.float64]:
    """The work of every row, rounded to two decimals, shape (rows,)."""
    parts = tuple(parts)
    fixed = _reading(model, world.case) + _thinking(model, world.case) + sum(_writing(one.part) for one in parts)
    operations = sum(_counted(solved, model, world) for solved in parts)
    columns = [*world.exact_parameters.values(), *(number for solved in parts for number in solved.numbers)]
    figures = np.mean([_figures(column, world.rows) for column in columns], axis=0) if columns else np.ones(world.rows)
    return np.asarray(np.round(np.log2(1 + fixed + COMPUTING * np.log2(1 + operations * figures)), 2))


# --- words and formulas ----------------------------------------------------------------------------------------------


def _reading(model: ItemModel, case: Case) -> float:
    """What has to be read: the stem, what is asked, the options and prompts."""
    texts = [model.source.stem]
    for part in model.source.part:
        texts += [part.ask, *(option.text for option in part.option), *(prompt.text for prompt in part.prompt)]
    words, formulas = _counts(texts, case)
    return words + FORMULA_READ * formulas


def _thinking(model: ItemModel, case: Case) -> float:
    """The steps of the worked solution, and how demanding the item is."""
    source = model.source
    formulas = _counts([source.solution], case)[1] + len(SLOT.findall(_told(source.solution, case)))
    demand = PART * len(source.part) + TIER * (source.tier - 1) + DECISION * (source.bloom in DECIDING)
    return FORMULA_WORKED * formulas + demand


def _counts(texts: Iterable[str], case: Case) -> tuple[int, int]:
    """How many words and formulas stand in texts, with the words of the case put in."""
    told = "\n".join(_told(text, case) for text in texts)
    return len(_WORD.findall(SLOT.sub(" ", _FORMULA.sub(" ", told)))), len(_FORMULA.findall(told))


def _told(text: str, case: Case) -> str:
    return SLOT.sub(lambda slot: case.text.get(slot.group(1).strip(), slot.group()), text)


def _writing(part: Part) -> float:
    return NUMBER_WRITTEN * len(part.source.answers) + LINE_WRITTEN * len(part.source.guide)


# --- numbers ---------------------------------------------------------------------------------------------------------


def _counted(solved: SolvedPart, model: ItemModel, world: World) -> float:
    """The operations of a part that asks for numbers or a formula; 0 for all others."""
    kind = kind_of(solved.part.kind)
    if not kind.asks_numbers and not kind.shape.formula:
        return 0
    nodes = [*solved.part.answers, *([solved.formula] if solved.formula is not None else [])]
    seen: set[str] = set()
    return sum(_operations_of(node, model, world, seen) for node in nodes)


def _figures(column: Any, rows: int) -> NDArray[np.float64]:
    """The cost of working with the number in each row."""
    if not is_exact(column):
        return np.broadcast_to(3.0 + 0.25 * (np.nan_to_num(floats(column)) < 0), (rows,))
    top, bottom = np.abs(column.numerator), column.denominator
    digits = _digits(top) + np.where(bottom > 1, _digits(bottom), 0)
    cost = 1 + 0.5 * (digits - 1) + 1.0 * (bottom > 1) + 0.25 * (column.numerator < 0)
    return np.broadcast_to(cost, (rows,))


def _digits(values: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.searchsorted(10 ** np.arange(1, 19, dtype=np.int64), values, side="right") + 1


def _operations_of(node: Node, model: ItemModel, world: World, seen: set[str]) -> float:
    """Operations of an expression, with each definition counted once and every step of the run."""
    match node:
        case Number():
            return 0
        case Name(name):
            if name in world.case.define and name not in seen:
                seen.add(name)
                return _operations_of(world.case.define[name], model, world, seen)
            return _derived(name, world)
        case Index() if model.rate is None:
            return 1  # a printed loss of a fit is read off
        case Index(_, index):
            steps = float(index.value) if isinstance(index, Number) else float(len(world.run.points) - 1)
            return steps * _step(world) + _operations(world.calculus.loss if world.case.loss else node)
        case Apply(function, arguments):
            own = 0 if function in ("and", "or", "not", "if") else max(1, len(arguments) - 1)
            return own + sum(_operations_of(argument, model, world, seen) for argument in arguments)
    raise TypeError(f"not an expression: {node!r}")


def _derived(name: str, world: World) -> float:
    """Operations behind a quantity that the engine derives: a minimizer, an eigenvalue, a derivative at a point."""
    calculus = world.calculus if world.case.loss is not None else None
    if calculus is None:
        return 0
    if name.startswith("minimizer_") and calculus.stationary is not None:
        return _operations(calculus.stationary[world.case.variables.index(name.removeprefix("minimizer_"))])
    if name in ("eig_min", "eig_max"):
        return sum(_operations(node) for row in calculus.hessian for node in row) + EIGENVALUE * (
            len(calculus.hessian) > 1
        )
    head = name.partition("_at_")[0] if "_at_" in name else ""
    if head == "loss":
        return _operations(calculus.loss)
    if head.startswith("grad"):
        return sum(map(_operations, calculus.gradient)) / len(calculus.gradient)
    return max(map(_operations, calculus.hessian[0])) if head else 0


def _step(world: World) -> float:
    return sum(_operations(node) for node in world.calculus.gradient) + 2 * len(world.case.variables)


def _operations(node: Node) -> float:
    if not isinstance(node, Apply):
        return 0
    return max(1, len(node.arguments) - 1) + sum(map(_operations, node.arguments))
