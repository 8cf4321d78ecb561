"""The wording of an item, and the questions that its rows become: the last stage before an exam is frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from gdquiz.authoring import exam as frozen
from gdquiz.authoring import figures
from gdquiz.authoring.population import Block, Population
from gdquiz.authoring.solving import SolvedPart
from gdquiz.authoring.template import Part
from gdquiz.authoring.typesetting import Cell, canonical, cells, decimal_text, exact, formula, plugged, setters
from gdquiz.authoring.wording import fill, slots_of
from gdquiz.errors import Fault, InputError
from gdquiz.mathematics import draws, notation
from gdquiz.mathematics.columns import is_exact
from gdquiz.mathematics.expressions import names_of
from gdquiz.mathematics.misconceptions import CODES
from gdquiz.mathematics.notation import Mode

KEY_DIGITS = 20
"""Decimal digits of a key that is not rational, from the 50-digit computation."""


# --- wordings ------------------------------------------------------------------------------------------------------


def wording(population: Population) -> frozen.Wording:
    """What all variants of an item say."""
    template = population.template
    source = template.source
    return frozen.Wording(
        item=template.id,
        version=template.version,
        title=source.title,
        topic=template.topic,
        skill=source.skill,
        outcome=source.outcome,
        bloom=source.bloom,
        tier=source.tier,
        minutes=source.minutes,
        points=template.points,
        licence=template.licence,
        population=population.size,
        stem=source.stem.strip(),
        hints=tuple(hint.strip() for hint in source.hints),
        solution=source.solution.strip(),
        parts=tuple(_part_wording(part, population) for part in template.parts),
    )


def _part_wording(part: Part, population: Population) -> frozen.PartWording:
    source = part.source
    if part.lists_values:
        options = tuple(
            frozen.OptionText(id=f"v{k}", text=f"{{{{v{k}@{part.id}}}}}") for k in range(1 + len(part.wrong))
        )
    else:
        options = tuple(
            frozen.OptionText(id=option.id, text=option.text.strip(), feedback=option.feedback.strip())
            for option in source.option
        )
    asks_numbers = part.kind in ("number", "numbers")
    return frozen.PartWording(
        id=part.id,
        kind=source.kind,
        ask=source.ask.strip(),
        points=source.points,
        digits=source.places if asks_numbers and not _all_whole(part, population) else None,
        rounding=rounding_rule(part, population) if asks_numbers else "",
        labels=tuple(answer.label for answer in source.answers),
        options=options,
        prompts=tuple(frozen.OptionText(id=prompt.id, text=prompt.text.strip()) for prompt in source.prompt),
        variables=population.template.cases[0].variables if part.kind == "formula" else (),
        guide=tuple(frozen.GuideLine(points=line.points, text=line.text.strip()) for line in source.guide),
        follow_through=source.follow_text.strip(),
    )


def _answers(part: Part, population: Population) -> list[tuple[Any, Any]]:
    """The columns of the numbers a part asks for, each with the rows of its block that passed."""
    place = population.template.parts.index(part)
    return [
        (column, block.passed) for block in population.blocks if block.parts for column in block.parts[place].numbers
    ]


def _all_whole(part: Part, population: Population) -> bool:
    columns = _answers(part, population)
    return all(is_exact(column) and bool(np.all(column.denominator[rows] == 1)) for column, rows in columns)


def rounding_rule(part: Part, population: Population) -> str:
    """The sentence that tells a student how to give the number or the numbers of a part."""
    several = part.kind == "numbers"
    if _all_whole(part, population):
        return "Give whole numbers." if several else "Give a whole number."
    digits = part.source.places
    exact = all(is_exact(column) for column, _ in _answers(part, population))
    if digits is None and several:
        return "Give the exact values, as whole numbers, fractions or terminating decimals."
    if digits is None:
        return "Give the exact value, as a whole number, a fraction or a terminating decimal."
    rounded = f"rounded to {digits} decimal place{'s' if digits != 1 else ''}"
    if several:
        return f"Give fractions, or decimals {rounded}." if exact else f"Give decimals {rounded}."
    return f"Give a fraction, or a decimal {rounded}." if exact else f"Give a decimal {rounded}."


# --- questions -----------------------------------------------------------------------------------------------------


class Solver:
    """Makes questions of the rows of one population; everything that is common to all rows is prepared once."""

    def __init__(self, population: Population):
        self.population = population
        self.wording = wording(population)
        self.slot_kinds = _slot_kinds(population, self.wording)
        self._blocks = {
            block.case.id: _BlockSolver(block, population, self) for block in population.blocks if len(block.passed)
        }
        self._shown = tuple(_shown_slots(self.wording))

    def question(
        self,
        row: int,
        *,
        number: int,
        id: str,
        slot: int = 0,
        points: float | None = None,
        path: draws.Path | None = None,
        drawn: bool = True,
    ) -> frozen.Question:
        """The question of a row, with options shuffled along ``path`` (None keeps the order of the bank).

        Without ``drawn`` it comes without its figure, which takes longer than all the rest.
        """
        block, place = self.population.locate(row)
        solver = self._blocks[block.case.id]
        slots = solver.slots(place)
        parts = []
        for solved in solver.parts:
            key, extra = solved.key(place, path)
            slots |= extra
            parts.append(key)
        return frozen.Question(
            id=id,
            number=number,
            slot=slot,
            wording=self.population.template.id,
            row=row,
            points=self.population.template.points if points is None else points,
            difficulty=float(block.work[place]),
            slots={name: slots[name] for name in self._shown if name in slots},
            parts=tuple(parts),
            figure=figures.figure(block.world, place, slots, self.slot_kinds) if drawn else None,
        )

    def slots(self, row: int) -> dict[str, str]:
        """What fills the slots of the texts in a row, but for the values that a choice lists."""
        block, place = self.population.locate(row)
        slots = self._blocks[block.case.id].slots(place)
        return {name: slots[name] for name in self._shown if name in slots}


def _shown_slots(wording: frozen.Wording) -> Iterator[str]:
    """The slots that the texts of a wording have; others only serve feedback, which is filled in advance."""
    texts = [wording.stem, wording.solution, *wording.hints]
    for part in wording.parts:
        texts += [part.ask, part.rounding, part.follow_through, *part.labels]
        texts += [text for option in (*part.options, *part.prompts) for text in (option.text, option.feedback)]
        texts += [line.text for line in part.guide]
    yield from dict.fromkeys(name for text in texts for name in slots_of(text))


def _slot_kinds(population: Population, wording: frozen.Wording) -> dict[str, frozen.SlotKind]:
    kinds: dict[str, Any] = {key: slot.kind for key, slot in population.template.slots.items()}
    for part in population.template.parts:
        if part.lists_values:
            kinds |= {f"v{k}@{part.id}": "math" for k in range(1 + len(part.wrong))}
    return kinds


class _BlockSolver:
    def __init__(self, block: Block, population: Population, solver: Solver):
        self._setters = setters(population.template.slots, block.world)
        self.parts = [
            _PartSolver(solved, block, number, solver.wording.parts[number].digits, solver.slot_kinds, self._setters)
            for number, solved in enumerate(block.parts)
        ]

    def slots(self, place: int) -> dict[str, str]:
        return {key: render(place) for key, render in self._setters.items()}


class _PartSolver:
    """Turns the solved columns of one part into the key of one row."""

    def __init__(
        self,
        solved: SolvedPart,
        block: Block,
        number: int,
        digits: int | None,
        kinds: dict[str, frozen.SlotKind],
        texts: dict[str, Callable[[int], str]],
    ):
        self.solved, self.block, self.number, self.kinds = solved, block, number, kinds
        self.digits = digits
        self.options = tuple(option.id for option in solved.part.source.option)
        self.prompts = tuple(prompt.id for prompt in solved.part.source.prompt)
        self._named: dict[tuple[bytes, tuple[str, ...]], tuple[str, ...]] = {}
        self.texts = texts
        self._feedback = [
            wrong.wrong.source.feedback.strip()
            or next((o.feedback.strip() for o in solved.part.source.option if [o.id] == list(wrong.wrong.chooses)), "")
            or CODES[wrong.wrong.code].say
            for wrong in solved.wrong
        ]
        self._feedback_slots = [slots_of(text) for text in self._feedback]
        self._label_slots = any(slots_of(answer.label) for answer in solved.part.source.answers)
        self._keys = [cells(column) for column in solved.numbers]
        self._values_of = [[cells(column) for column in wrong.numbers] for wrong in solved.wrong]
        self._alive = [wrong.alive.tolist() for wrong in solved.wrong]
        self._said: dict[Any, frozen.WrongAnswer] = {}
        world = block.world
        variables = frozenset(world.case.variables)
        self._formulas = {
            id(node): (
                canonical(node, names_of(node) - variables, world),
                formula(node, Mode.TIDY, names_of(node) - variables, world),
            )
            for node in (solved.formula, *(wrong.formula for wrong in solved.wrong))
            if node is not None
        }

        parts = block.world.template.parts
        earlier = frozenset(part.id.replace("-", "_") for part in parts[:number])
        self._follow = None if solved.part.follow is None else plugged(solved.part.follow, earlier, world)

    def key(self, place: int, path: draws.Path | None) -> tuple[frozen.PartKey, dict[str, str]]:
        solved, part = self.solved, self.solved.part
        if part.lists_values:
            return self._listed(place, path)
        order, prompts = self._orders(path)
        kwargs: dict[str, Any] = {"order": order, "prompt_order": prompts}
        if solved.numbers:
            kwargs["numbers"] = tuple(self._number_key(k, place) for k in range(len(solved.numbers)))
        if solved.chosen is not None:
            kwargs["options"] = self._ids(solved.chosen[place], prompts)
        if solved.truth is not None:
            kwargs["truth"] = bool(solved.truth[place])
        if solved.formula is not None:
            text, typeset = self._formulas[id(solved.formula)]
            kwargs["formula"], kwargs["formula_shown"] = text(place), typeset(place)
        if self._follow is not None:
            kwargs["follow"] = self._follow(place)
        kwargs["wrong"] = tuple(self._wrong(place, prompts))
        return frozen.PartKey(**kwargs), {}

    # numbers

    def _number_key(self, which: int, place: int) -> frozen.NumberKey:
        cell = self._keys[which](place)
        if isinstance(cell, tuple):
            return exact_key(*cell, self.digits)
        (precise,) = self.block.world.precisely(place, [self.solved.part.answers[which]])
        return inexact_key(precise, self.digits if self.digits is not None else 3)

    def _value_text(self, cell: Cell) -> tuple[str, str]:
        """A wrong value as an exact string (or 12 digits, which are the same on every machine) and as LaTeX."""
        if isinstance(cell, tuple):
            return exact_texts(*cell, self.digits)
        return f"{cell:.12g}", decimal_text(cell, max(3, self.digits or 3))

    def _option_text(self, cell: Cell) -> str:
        if isinstance(cell, tuple):
            return notation.number(exact(*cell))
        return decimal_text(cell, self.solved.part.source.places or 3)

    # selections

    def _orders(self, path: draws.Path | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if path is None or not self.options or self.solved.part.source.keep_order:
            return self.options, self.prompts
        here = (*path, self.number)
        prompts = draws.shuffled((*here, "prompts"), self.prompts) if self.prompts else ()
        return draws.shuffled((*here, "options"), self.options), prompts

    def _ids(self, chosen: Any, prompts: tuple[str, ...]) -> tuple[str, ...]:
        """The options of a selection by their ids; worked out once for each selection that occurs."""
        key = (chosen.tobytes(), prompts)
        if key not in self._named:
            self._named[key] = self._ids_of(chosen, prompts)
        return self._named[key]

    def _ids_of(self, chosen: Any, prompts: tuple[str, ...]) -> tuple[str, ...]:
        kind = self.solved.part.kind
        if kind == "ordering":
            return tuple(self.options[int(k)] for k in chosen)
        if kind == "matching":
            by_prompt = {name: self.options[int(k)] for name, k in zip(self.prompts, chosen, strict=True)}
            return tuple(by_prompt[name] for name in prompts)
        return tuple(option for option, right in zip(self.options, chosen, strict=True) if right)

    def _wrong(self, place: int, prompts: tuple[str, ...]) -> Iterator[frozen.WrongAnswer]:
        for k, wrong in enumerate(self.solved.wrong):
            if not self._alive[k][place]:
                continue
            answer: dict[str, Any]
            if wrong.formula is not None:
                text, typeset = self._formulas[id(wrong.formula)]
                answer = {"formula": text(place), "shown": f"${typeset(place)}$"}
                yield self._wrong_answer(k, place, **answer)
                continue
            if wrong.numbers:
                seen: Any = tuple([read(place) for read in self._values_of[k]])
            else:
                seen = self._ids(wrong.chosen[place], prompts) if wrong.chosen is not None else ()
            said = self._said.get((k, seen))
            if said is None:
                answer = {"options": seen, "shown": ""}
                if wrong.numbers:
                    texts = [self._value_text(cell) for cell in seen]
                    answer = {"values": tuple(value for value, _ in texts), "shown": self._labelled(texts, place)}
                said = self._wrong_answer(k, place, **answer)
                if not self._feedback_slots[k] and not self._label_slots:
                    self._said[k, seen] = said
            yield said

    def _wrong_answer(self, k: int, place: int, **answer: Any) -> frozen.WrongAnswer:
        wrong = self.solved.wrong[k].wrong
        return frozen.WrongAnswer(
            misconception=wrong.code, feedback=self._filled(k, place), credit=wrong.source.credit, **answer
        )

    def _labelled(self, texts: list[tuple[str, str]], place: int) -> str:
        shown = [text for _, text in texts]
        labels = [answer.label for answer in self.solved.part.source.answers]
        if not labels:
            return f"${shown[0]}$"
        return ", ".join(
            f"{fill(label, self._values(slots_of(label), place), self.kinds)}: ${value}$"
            for label, value in zip(labels, shown, strict=True)
        )

    def _values(self, names: tuple[str, ...], place: int) -> dict[str, str]:
        return {name: self.texts[name](place) for name in names}

    def _filled(self, which: int, place: int) -> str:
        names = self._feedback_slots[which]
        text = self._feedback[which]
        return fill(text, self._values(names, place), self.kinds) if names else text

    # values to choose from

    def _listed(self, place: int, path: draws.Path | None) -> tuple[frozen.PartKey, dict[str, str]]:
        """The key among wrong values, in rising order; which wrong values decides the rank of the key, evenly."""
        part = self.solved.part
        alive = [k for k, wrong in enumerate(self.solved.wrong) if wrong.alive[place]]
        size = {k: _float(self._values_of[k][0](place)) for k in alive}
        key = self._keys[0](place)
        target = _float(key)
        chosen = self._distractors(alive, size, target, (*path, self.number) if path is not None else ("fixed",))
        ids = {f"v{k + 1}": size[k] for k in chosen} | {"v0": target}
        order = tuple(sorted(ids, key=lambda name: ids[name]))
        shown = {f"v0@{part.id}": self._option_text(key)}
        wrong = []
        for k in chosen:
            cell = self._values_of[k][0](place)
            value, text = self._value_text(cell)[0], self._option_text(cell)
            shown[f"v{k + 1}@{part.id}"] = text
            wrong.append(self._wrong_answer(k, place, shown=f"${text}$", values=(value,), options=(f"v{k + 1}",)))
        return frozen.PartKey(order=order, options=("v0",), wrong=tuple(wrong)), shown

    def _distractors(self, alive: list[int], size: dict[int, float], target: float, path: draws.Path) -> list[int]:
        """So many of the wrong values that as many lie below the key as a draw says, or as near as they allow."""
        wanted = self.solved.part.source.distractors
        keyed = draws.shuffled((*path, "values"), sorted(alive))
        below = [k for k in keyed if size[k] < target]
        above = [k for k in keyed if size[k] > target]
        rank = draws.below((*path, "rank"), wanted + 1)
        rank = min(max(rank, wanted - len(above)), len(below))
        return sorted([*below[:rank], *above[: wanted - rank]])


def _float(cell: Cell) -> float:
    return cell[0] / cell[1] if isinstance(cell, tuple) else cell


@lru_cache(maxsize=65536)
def exact_key(numerator: int, denominator: int, digits: int | None) -> frozen.NumberKey:
    """The key of a rational answer, with the interval that careful rounding can reach."""
    text, shown = exact_texts(numerator, denominator, digits)
    low, high = notation.rounding_interval(exact(numerator, denominator), digits)
    return frozen.NumberKey(value=text, shown=shown, low=notation.plain(low), high=notation.plain(high))


@lru_cache(maxsize=65536)
def exact_texts(numerator: int, denominator: int, digits: int | None) -> tuple[str, str]:
    """A rational number as exact text, and as LaTeX with its decimal where it is a fraction."""
    value = exact(numerator, denominator)
    shown = notation.number(value)
    if value.denominator != 1:
        places = 3 if digits is None else digits
        rounded = notation.decimal(value, places)
        same = (value * 10**places).denominator == 1
        shown += f" {'=' if same else chr(92) + 'approx'} {_trimmed(rounded) if same else rounded}"
    return notation.plain(value), shown


def _trimmed(decimal: str) -> str:
    return decimal.rstrip("0").rstrip(".") if "." in decimal else decimal


def inexact_key(value: Any, digits: int) -> frozen.NumberKey:
    """The key of an answer that is not rational, from its value in high precision."""
    import mpmath

    text = mpmath.nstr(value, KEY_DIGITS, strip_zeros=False, min_fixed=-30, max_fixed=30)
    if not mpmath.isfinite(value):
        raise InputError(Fault(f"an answer is {value} in high precision", hint="run 'gdquiz check'"))
    near = Fraction(text)
    low, high = notation.rounding_interval(near, digits)
    return frozen.NumberKey(
        value=text,
        shown=notation.decimal(near, digits),
        low=decimal_string(low),
        high=decimal_string(high),
    )


def decimal_string(value: Fraction) -> str:
    """A rational with a power of ten as denominator, as a decimal."""
    return notation.decimal(value, KEY_DIGITS + 4).rstrip("0").rstrip(".")
