"""From a solved population to its variants: the wording of an item, and the columns that its questions are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from gdquiz.banks.models import Case, ItemModel, Part
from gdquiz.descent.misconceptions import Misconception
from gdquiz.errors import Fault, InputError
from gdquiz.exam import frozen
from gdquiz.exam.wording import braced
from gdquiz.formulas.columns import Column, floats, is_exact
from gdquiz.formulas.expressions import Node, names_of
from gdquiz.kinds.kind import kind_of
from gdquiz.populations.digits import grids
from gdquiz.populations.figures import drawing
from gdquiz.populations.keys import SolvedPart
from gdquiz.populations.setting import Numbers, Text
from gdquiz.populations.typesetting import follow, formula, text_of
from gdquiz.populations.variants import Answers, Asked, Foreseen, Rows, Variants, WrongAnswers
from gdquiz.populations.world import World

KEY_DIGITS = 20
"""Decimal digits of a key that is not rational, from the 50-digit computation."""


@dataclass(frozen=True, eq=False)
class Block:
    """The rows of one case: its world over all candidate rows, and which of them passed."""

    case: Case
    world: World
    passed: NDArray[np.intp]
    parts: tuple[SolvedPart, ...]
    work: NDArray[np.float64]


def variants_of(model: ItemModel, blocks: Sequence[Block], enumerated: int, refusals: Mapping[str, int]) -> Variants:
    """What the questions of a solved item are made of."""
    said = wording(model, blocks)
    kinds: dict[str, Any] = {key: slot.kind for key, slot in model.slots.items()}
    for part in model.parts:
        if part.lists_values:
            kinds |= {f"v{k}@{part.id}": "math" for k in range(1 + len(part.wrong))}
    return Variants(
        wording=said,
        slot_kinds=kinds,
        misconceptions={code: told_of(one) for code, one in model.foreseen.items()},
        enumerated=enumerated,
        refusals=refusals,
        work=np.concatenate([block.work[block.passed] for block in blocks]),
        parts=tuple(_asked(part, text.digits) for part, text in zip(model.parts, said.parts, strict=True)),
        cases=tuple(_rows(block) for block in blocks if len(block.passed)),
    )


def told_of(misconception: Misconception) -> frozen.Misconception:
    """What an exam tells of a misconception."""
    return frozen.Misconception(title=misconception.title, why=misconception.why, say=misconception.say)


# --- wordings ------------------------------------------------------------------------------------------------------


def wording(model: ItemModel, blocks: Sequence[Block]) -> frozen.Wording:
    """What all variants of an item say."""
    source = model.source
    return frozen.Wording(
        item=model.id,
        version=model.version,
        title=source.title,
        topic=model.topic,
        skill=source.skill,
        outcome=source.outcome,
        bloom=source.bloom,
        tier=source.tier,
        minutes=source.minutes,
        points=model.points,
        licence=model.licence,
        population=sum(len(block.passed) for block in blocks),
        stem=text(source.stem),
        hints=tuple(map(text, source.hints)),
        solution=text(source.solution),
        parts=tuple(_part_wording(part, place, model, blocks) for place, part in enumerate(model.parts)),
    )


def text(written: str) -> str:
    """A text of an author as an exam has it."""
    return braced(written.strip())


def _part_wording(part: Part, place: int, model: ItemModel, blocks: Sequence[Block]) -> frozen.PartWording:
    source = part.source
    answers = _answers(place, blocks)
    if part.lists_values:
        options = tuple(
            frozen.OptionText(id=f"v{k}", text=f"{{{{v{k}@{part.id}}}}}") for k in range(1 + len(part.wrong))
        )
    else:
        options = tuple(
            frozen.OptionText(id=option.id, text=text(option.text), feedback=text(option.feedback))
            for option in source.option
        )
    kind = kind_of(part.kind)
    asks_numbers = kind.asks_numbers
    whole = asks_numbers and _all_whole(answers)
    digits = source.places if asks_numbers and not whole else None
    return frozen.PartWording(
        id=part.id,
        kind=source.kind,
        ask=text(source.ask),
        points=source.points,
        digits=digits,
        precision=precision(part, answers) if asks_numbers else "",
        labels=tuple(map(braced, kind.labels(source))),
        grid=grids([(block.parts[place], block.passed) for block in blocks if block.parts], 0 if whole else digits)
        if asks_numbers and not kind.shape.ends
        else (),
        options=options,
        prompts=tuple(frozen.OptionText(id=prompt.id, text=text(prompt.text)) for prompt in source.prompt),
        variables=kind.variables(source, model.cases[0].variables),
        positive=source.positive,
        guide=tuple(frozen.GuideLine(points=line.points, text=text(line.text)) for line in source.guide),
        follow_through=text(source.follow_text),
    )


Answered = Sequence[tuple[Column, NDArray[np.intp]]]
"""The columns of the numbers that a part asks for, each with the rows of its block that passed."""


def _answers(place: int, blocks: Sequence[Block]) -> Answered:
    return [(column, block.passed) for block in blocks if block.parts for column in block.parts[place].numbers]


def _all_whole(answers: Answered) -> bool:
    return all(is_exact(column) and bool(np.all(column.denominator[rows] == 1)) for column, rows in answers)


def precision(part: Part, answers: Answered) -> Literal["whole", "exact", "fraction", "decimal"]:
    """How a student has to give the number or the numbers of a part."""
    if _all_whole(answers):
        return "whole"
    if part.source.places is None:
        return "exact"
    return "fraction" if all(is_exact(column) for column, _ in answers) else "decimal"


# --- what all rows have in common ----------------------------------------------------------------------------------


def _asked(part: Part, digits: int | None) -> Asked:
    source = part.source
    return Asked(
        id=part.id,
        kind=part.kind,
        lists_values=part.lists_values,
        keep_order=source.keep_order,
        distractors=source.distractors,
        places=source.places,
        digits=digits,
        options=tuple(option.id for option in source.option),
        prompts=tuple(prompt.id for prompt in source.prompt),
        labels=tuple(map(braced, kind_of(part.kind).labels(source))),
        foreseen=tuple(
            Foreseen(
                wrong.code,
                wrong.source.credit,
                text(wrong.source.feedback)
                or next((text(o.feedback) for o in source.option if [o.id] == list(wrong.chooses)), "")
                or wrong.misconception.say,
            )
            for wrong in part.wrong
        ),
    )


# --- columns -------------------------------------------------------------------------------------------------------


def _rows(block: Block) -> Rows:
    read = _Reader(block.passed)
    slots = block.world.model.slots
    return Rows(
        size=len(block.passed),
        case=block.case.id if block.world.model.source.case else "",
        parameters={name: read(column) for name, column in block.world.exact_parameters.items()},
        slots={key: text_of(slot, block.world, read) for key, slot in slots.items()},
        parts=tuple(_part(solved, number, block, read) for number, solved in enumerate(block.parts)),
        drawing=drawing(block.world, block.passed),
    )


class _Reader:
    """The numbers of a column in the rows that passed; made once for each column."""

    def __init__(self, passed: NDArray[np.intp]):
        self.passed = passed
        self._read: dict[int, tuple[Column, Numbers]] = {}

    def __call__(self, column: Column) -> Numbers:
        if id(column) not in self._read:
            self._read[id(column)] = (column, self._numbers(column))  # the column is kept, and with it its id
        return self._read[id(column)][1]

    def _numbers(self, column: Column) -> Numbers:
        if is_exact(column):
            here = column.take(self.passed)
            return Numbers(np.asarray(here.numerator), np.where(here.valid, here.denominator, 0))
        array = floats(column)
        return Numbers(array[self.passed] if array.ndim else array)


def _part(solved: SolvedPart, number: int, block: Block, read: _Reader) -> Answers:
    world, passed, part = block.world, block.passed, solved.part
    variables = frozenset(world.case.variables)
    earlier = frozenset(other.id.replace("-", "_") for other in world.model.parts[:number])

    def both(node: Node | None) -> tuple[Text | None, Text | None]:
        if node is None:
            return None, None
        known = names_of(node) - variables
        return formula(node, "canonical", known, world, read), formula(node, "tidy", known, world, read)

    text, shown = both(solved.formula)
    wrong = []
    for one in solved.wrong:
        wrong_text, wrong_shown = both(one.formula)
        wrong.append(
            WrongAnswers(
                numbers=tuple(map(read, one.numbers)),
                chosen=None if one.chosen is None else one.chosen[passed],
                formula=wrong_text,
                formula_shown=wrong_shown,
                alive=np.asarray(one.alive[passed], bool),
            )
        )
    return Answers(
        numbers=tuple(map(read, solved.numbers)),
        precise=tuple(
            None if is_exact(column) or part.lists_values else _Precisely(world, passed, node)
            for node, column in zip(part.answers, solved.numbers, strict=True)
        ),
        chosen=None if solved.chosen is None else solved.chosen[passed],
        truth=None if solved.truth is None else np.asarray(solved.truth[passed], bool),
        formula=text,
        formula_shown=shown,
        follow=None if part.follow is None else follow(part.follow, earlier, world, read),
        wrong=tuple(wrong),
    )


class _Precisely(Sequence[str]):
    """The digits of an answer that is not rational, row by row, worked out for a row when they are asked for."""

    def __init__(self, world: World, passed: NDArray[np.intp], node: Node):
        self._world, self._passed, self._node = world, passed, node

    def __len__(self) -> int:
        return len(self._passed)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[str]: ...
    def __getitem__(self, row: int | slice) -> str | Sequence[str]:
        if isinstance(row, slice):
            return [self[place] for place in range(len(self))[row]]
        (value,) = self._world.precisely(int(self._passed[row]), [self._node])
        return digits_of(value)


def digits_of(value: Any) -> str:
    """The first ``KEY_DIGITS`` digits of an answer that is not rational, from its value in high precision.

    Raises ``InputError`` where it has none.
    """
    import mpmath

    if not mpmath.isfinite(value):
        raise InputError(Fault(f"an answer is {value} in high precision", hint="run 'gdquiz check'"))
    return str(mpmath.nstr(value, KEY_DIGITS, strip_zeros=False, min_fixed=-30, max_fixed=30))
