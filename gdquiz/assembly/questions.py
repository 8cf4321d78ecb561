"""The questions that the rows of an item become: the last stage before an exam is frozen.

Everything is made of the item's variants; the engine that found them is not needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from gdquiz import draws
from gdquiz.exam import frozen
from gdquiz.exam.wording import fill, slots_of
from gdquiz.formulas import notation
from gdquiz.kinds.kind import kind_of
from gdquiz.populations.drawing import figure
from gdquiz.populations.setting import Cell, Setter, cells, decimal_text, exact, setter
from gdquiz.populations.variants import Answers, Asked, HasVariants, Rows, Variants, WrongAnswers

DECIMALS = 24
"""Places to which the ends of an interval of accepted decimals are written; it has no more."""


class QuestionWriter:
    """Makes questions of the variants of one item; everything that is common to all rows is prepared once."""

    def __init__(self, source: HasVariants):
        self.variants = source.variants
        self.wording, self.slot_kinds = self.variants.wording, self.variants.slot_kinds
        self._shown = tuple(_shown_slots(self.wording))
        self._cases = tuple(_CaseSolver(rows, self.variants, self._shown) for rows in self.variants.cases)

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
        case, place = self.variants.locate(row)
        rows, writer = self.variants.cases[case], self._cases[case]
        slots = writer.slots(place)
        parts = []
        for solved in writer.parts:
            key, extra = solved.key(place, path)
            slots |= extra
            parts.append(key)
        return frozen.Question(
            id=id,
            number=number,
            slot=slot,
            wording=self.wording.item,
            row=row,
            points=self.wording.points if points is None else points,
            case=rows.case,
            parameters=writer.parameters(place),
            work=float(self.variants.work[row]),
            slots={name: slots[name] for name in self._shown if name in slots},
            parts=tuple(parts),
            figure=figure(writer.drawing, place, slots, self.slot_kinds) if drawn and writer.drawing else None,
        )

    @property
    def size(self) -> int:
        return self.variants.size

    def slots(self, row: int) -> dict[str, str]:
        """What fills the slots of the texts in a row, but for the values that a choice lists."""
        case, place = self.variants.locate(row)
        slots = self._cases[case].slots(place)
        return {name: slots[name] for name in self._shown if name in slots}


def _shown_slots(wording: frozen.Wording) -> Iterator[str]:
    """The slots that the texts of a wording have; others only serve feedback, which is filled in advance."""
    texts = [wording.stem, wording.solution, *wording.hints]
    for part in wording.parts:
        texts += [part.ask, part.rounding, part.follow_through, *part.labels]
        texts += [text for option in (*part.options, *part.prompts) for text in (option.text, option.feedback)]
        texts += [line.text for line in part.guide]
    yield from dict.fromkeys(name for text in texts for name in slots_of(text))


class _CaseSolver:
    def __init__(self, rows: Rows, variants: Variants, shown: Sequence[str]):
        self._setters = {key: setter(text) for key, text in rows.slots.items()}
        drawn = (rows.drawing.alt, rows.drawing.key_alt) if rows.drawing else ()
        wanted = dict.fromkeys((*shown, *(name for text in drawn for name in slots_of(text))))
        self._wanted = {name: self._setters[name] for name in wanted if name in self._setters}
        self._parameters = {name: cells(numbers) for name, numbers in rows.parameters.items()}
        self.drawing = rows.drawing
        self.parts = [
            _PartSolver(answers, asked, number, variants.slot_kinds, self._setters)
            for number, (answers, asked) in enumerate(zip(rows.parts, variants.parts, strict=True))
        ]

    def slots(self, place: int) -> dict[str, str]:
        """What fills the slots that are shown, on a drawing too; those of feedback are filled as it is said."""
        return {key: render(place) for key, render in self._wanted.items()}

    def parameters(self, place: int) -> dict[str, str]:
        """The values of the item's parameters, as exact text."""
        return {name: _parameter(read(place)) for name, read in self._parameters.items()}


class _PartSolver:
    """Turns the columns of one part into the key of one row."""

    def __init__(
        self,
        answers: Answers,
        asked: Asked,
        number: int,
        kinds: Mapping[str, frozen.SlotKind],
        texts: Mapping[str, Setter],
    ):
        self.kind = kind_of(asked.kind)
        self.answers, self.asked, self.number, self.kinds, self.texts = answers, asked, number, kinds, texts
        self._named: dict[tuple[bytes, tuple[str, ...]], tuple[str, ...]] = {}
        self._feedback_slots = [slots_of(wrong.feedback) for wrong in asked.foreseen]
        self._label_slots = any(slots_of(label) for label in asked.labels)
        self._keys = [cells(numbers) for numbers in answers.numbers]
        self._values_of = [[cells(numbers) for numbers in wrong.numbers] for wrong in answers.wrong]
        self._alive = [wrong.alive.tolist() for wrong in answers.wrong]
        self._said: dict[Any, frozen.WrongAnswer] = {}
        self._formula = _both(answers)
        self._formulas = [_both(wrong) for wrong in answers.wrong]
        self._follow = None if answers.follow is None else setter(answers.follow)

    def key(self, place: int, path: draws.Path | None) -> tuple[frozen.PartKey, dict[str, str]]:
        answers = self.answers
        if self.asked.lists_values:
            return self._listed(place, path)
        order, prompts = self._orders(path)
        kwargs: dict[str, Any] = {"order": order, "prompt_order": prompts}
        if answers.numbers:
            kwargs["numbers"] = tuple(self._number_key(k, place) for k in range(len(answers.numbers)))
        if answers.chosen is not None:
            kwargs["options"] = self._ids(answers.chosen[place], prompts)
        if self.kind.shape.ends:
            texts = [self._option_text(read(place)) for read in self._keys]
            kwargs["formula_shown"] = self.kind.typeset(texts, kwargs["options"])
        if answers.truth is not None:
            kwargs["truth"] = bool(answers.truth[place])
        if self._formula is not None:
            text, typeset = self._formula
            kwargs["formula"], kwargs["formula_shown"] = text(place), typeset(place)
        if self._follow is not None:
            kwargs["follow"] = self._follow(place)
        kwargs["wrong"] = tuple(self._wrong(place, prompts))
        return frozen.PartKey(**kwargs), {}

    # numbers

    def _number_key(self, which: int, place: int) -> frozen.NumberKey:
        cell = self._keys[which](place)
        if isinstance(cell, tuple):
            is_zero_end = self.kind.shape.ends and cell[0] == 0  # no rate below 0 is meant by "rates above 0"
            return exact_key(*cell, None if is_zero_end else self.asked.digits)
        precise = self.answers.precise[which]
        assert precise is not None
        return inexact_key(precise[place], self.asked.digits if self.asked.digits is not None else 3)

    def _value_text(self, cell: Cell) -> tuple[str, str]:
        """A wrong value as an exact string (or 12 digits, which are the same on every machine) and as LaTeX."""
        if isinstance(cell, tuple):
            return exact_texts(*cell, self.asked.digits)
        return f"{cell:.12g}", decimal_text(cell, max(3, self.asked.digits or 3))

    def _option_text(self, cell: Cell) -> str:
        if isinstance(cell, tuple):
            return notation.number(exact(*cell))
        return decimal_text(cell, self.asked.places or 3)

    # selections

    def _orders(self, path: draws.Path | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if path is None or not self.asked.options or self.asked.keep_order:
            return self.asked.options, self.asked.prompts
        here = (*path, self.number)
        prompts = draws.shuffled((*here, "prompts"), self.asked.prompts) if self.asked.prompts else ()
        return draws.shuffled((*here, "options"), self.asked.options), prompts

    def _ids(self, chosen: Any, prompts: tuple[str, ...]) -> tuple[str, ...]:
        """The options of a selection by their ids; worked out once for each selection that occurs."""
        key = (chosen.tobytes(), prompts)
        if key not in self._named:
            self._named[key] = self.kind.ids(chosen, self.asked.options, self.asked.prompts, prompts)
        return self._named[key]

    def _wrong(self, place: int, prompts: tuple[str, ...]) -> Iterator[frozen.WrongAnswer]:
        for k, wrong in enumerate(self.answers.wrong):
            if not self._alive[k][place]:
                continue
            answer: dict[str, Any]
            formulas = self._formulas[k]
            if formulas is not None:
                text, typeset = formulas
                answer = {"formula": text(place), "shown": f"${typeset(place)}$"}
                yield self._wrong_answer(k, place, **answer)
                continue
            cells_here = tuple([read(place) for read in self._values_of[k]])
            ids = self._ids(wrong.chosen[place], prompts) if wrong.chosen is not None else ()
            seen = (cells_here, ids)
            said = self._said.get((k, seen))
            if said is None:
                answer = {"options": ids, "shown": self._shown_wrong(cells_here, ids, place)}
                if cells_here:
                    answer["values"] = tuple(self._value_text(cell)[0] for cell in cells_here)
                said = self._wrong_answer(k, place, **answer)
                if not self._feedback_slots[k] and not self._label_slots:
                    self._said[k, seen] = said
            yield said

    def _wrong_answer(self, k: int, place: int, **answer: Any) -> frozen.WrongAnswer:
        wrong = self.asked.foreseen[k]
        return frozen.WrongAnswer(
            misconception=wrong.code, feedback=self._filled(k, place), credit=wrong.credit, **answer
        )

    def _shown_wrong(self, numbers: tuple[Cell, ...], ids: tuple[str, ...], place: int) -> str:
        """The numbers of a wrong answer, or all of it where that is how it is shown."""
        if self.kind.shape.ends:
            return f"${self.kind.typeset([self._option_text(cell) for cell in numbers], ids)}$"
        if not numbers:
            return ""
        labels = [fill(label, self._values(slots_of(label), place), self.kinds) for label in self.asked.labels]
        return self.kind.labelled(tuple(labels), [self._value_text(cell)[1] for cell in numbers])

    def _values(self, names: tuple[str, ...], place: int) -> dict[str, str]:
        return {name: self.texts[name](place) for name in names}

    def _filled(self, which: int, place: int) -> str:
        names = self._feedback_slots[which]
        text = self.asked.foreseen[which].feedback
        return fill(text, self._values(names, place), self.kinds) if names else text

    # values to choose from

    def _listed(self, place: int, path: draws.Path | None) -> tuple[frozen.PartKey, dict[str, str]]:
        """The key among wrong values, in rising order; which wrong values decides the rank of the key, evenly."""
        part = self.asked
        alive = [k for k, here in enumerate(self._alive) if here[place]]
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
        wanted = self.asked.distractors
        keyed = draws.shuffled((*path, "values"), sorted(alive))
        below = [k for k in keyed if size[k] < target]
        above = [k for k in keyed if size[k] > target]
        rank = draws.below((*path, "rank"), wanted + 1)
        rank = min(max(rank, wanted - len(above)), len(below))
        return sorted([*below[:rank], *above[: wanted - rank]])


def _both(answers: Answers | WrongAnswers) -> tuple[Setter, Setter] | None:
    """A formula in gdquiz' own grammar and as LaTeX."""
    if answers.formula is None or answers.formula_shown is None:
        return None
    return setter(answers.formula), setter(answers.formula_shown)


def _parameter(cell: Cell) -> str:
    assert isinstance(cell, tuple), "parameters are exact"
    return str(exact(*cell))


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


def inexact_key(digits: str, places: int) -> frozen.NumberKey:
    """The key of an answer that is not rational, from its digits, rounded to so many places."""
    near = Fraction(digits)
    low, high = notation.rounding_interval(near, places)
    return frozen.NumberKey(
        value=digits,
        shown=notation.decimal(near, places),
        low=decimal_string(low),
        high=decimal_string(high),
    )


def decimal_string(value: Fraction) -> str:
    """A rational with a power of ten as denominator, as a decimal."""
    return notation.decimal(value, DECIMALS).rstrip("0").rstrip(".")
