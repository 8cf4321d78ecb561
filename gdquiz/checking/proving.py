"""Proving an item: every row of its population is solved, verified, worded and held against its own wrong answers.

Solving and verifying is the population's business (``populations/population.py``); what is added here is that every
row becomes a question without loss, that keys which rest on floats agree with 50-digit arithmetic, that keys and wrong
answers are different as printed, that questions which read the same have the same key, and that neither the place nor
the rank of a key gives it away.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from hashlib import blake2b

import numpy as np

from gdquiz.assembly.questions import QuestionWriter
from gdquiz.banks.grounds import Ground, grounds
from gdquiz.banks.models import ItemModel
from gdquiz.checking import carrying
from gdquiz.errors import InputError
from gdquiz.exam import frozen
from gdquiz.exam.answers import SHAPES
from gdquiz.exam.rounding import rounding
from gdquiz.exam.wording import fill, slots_of
from gdquiz.formulas.columns import floats, is_exact
from gdquiz.plurals import counted
from gdquiz.populations.population import Population, populate
from gdquiz.populations.routes import DISAGREEMENTS
from gdquiz.words.catalogue import ENGLISH

LARGEST_SHARE = 0.5
"""No rank of a key among listed values may be taken in more than this share of the rows (of four or more options)."""
FEW = 40
"""Populations smaller than this are too small to test for balance."""
DRAWN = 40
"""Of so many rows of an item, evenly spread, the figure is drawn too; it decides nothing."""
MOST_FAULTS = 5
"""Faults told of one item; more are counted."""

ALONE = "{} on the author's expression alone"

_SPOILED = re.compile(r"\+\s*-|-\s*-|(?<![\d.\\{])-0(?![\d.])|\bnan\b|\binf\b|\{\{|\}\}\}\}|\bNone\b")


@dataclass(frozen=True, slots=True)
class ItemCheck:
    """What checking an item found.  ``faults`` empty means that every row of its population is proved.

    ``repeats`` counts the rows that read like one before them; ``place`` is file and line of the item.  ``grounds``
    tells what the key of each part rests on (see ``banks.grounds``).
    """

    item: str
    kinds: tuple[str, ...]
    rows: int
    enumerated: int
    refusals: Mapping[str, int]
    work: tuple[float, float]
    faults: tuple[str, ...]
    repeats: int = 0
    place: str = ""
    grounds: Mapping[str, Ground] = field(default_factory=dict)

    def resting(self, ground: Ground) -> tuple[str, ...]:
        """The parts whose keys rest on that."""
        return tuple(part for part, found in self.grounds.items() if found == ground)


def check(model: ItemModel) -> ItemCheck:
    """Check every row of an item."""
    try:
        population = populate(model)
    except InputError as error:
        told = tuple(str(replace(fault, file="", line=None, item="")) for fault in error.faults)
        return ItemCheck(model.id, model.kinds, 0, 0, {}, (0.0, 0.0), told, place=_place(model), grounds=grounds(model))
    seen = _Seen()
    faults = list(_faults(population, seen))
    shown = faults[:MOST_FAULTS]
    if len(faults) > len(shown):
        shown.append(f"and {len(faults) - len(shown)} more faults")
    work = population.work
    return ItemCheck(
        item=model.id,
        kinds=model.kinds,
        rows=population.size,
        enumerated=population.enumerated,
        refusals=population.refusals,
        work=(float(work.min()), float(work.max())) if population.size else (0.0, 0.0),
        faults=tuple(shown),
        repeats=seen.repeats,
        place=_place(model),
        grounds=grounds(model),
    )


def _place(model: ItemModel) -> str:
    return f"{model.file}:{model.line}" if model.line else model.file


def told(found: ItemCheck, seconds: float) -> Iterator[str]:
    """What checking an item found, line by line."""
    state = "FAULT" if found.faults else "ok"
    low, high = found.work
    yield (
        f"{state:5}  {found.item}: {found.rows:,} variants of {found.enumerated:,} combinations, "
        f"{', '.join(found.kinds)}, work {low:.1f} to {high:.1f}, {seconds:.2f} s"
    )
    yield from (f"       refused {count:,}: {reason}" for reason, count in found.refusals.items())
    if found.repeats:
        yield f"       {found.repeats:,} variants read like another one"
    alone = found.resting("alone")
    if alone:
        keys = f"{len(alone)} of {counted(len(found.grounds), 'key')}"
        yield f"       {keys} {ALONE.format('rests' if len(alone) == 1 else 'rest')}: {', '.join(alone)}"
    at = f" ({found.place})" if found.place else ""
    yield from (f"       fault: {fault}{at}" for fault in found.faults)


class _Seen:
    """The questions met so far, as printed, and what was right in them."""

    def __init__(self) -> None:
        self._keys: dict[bytes, tuple[int, str]] = {}
        self.repeats = 0

    def add(self, row: int, question: frozen.Question, writer: QuestionWriter) -> Iterator[str]:
        """Note a question; a fault where it reads like one before it and something else is right."""
        asked, right = _read(question, writer)
        first, before = self._keys.setdefault(blake2b(asked.encode(), digest_size=16).digest(), (row, right))
        if first != row:
            self.repeats += 1
            if right != before:
                yield f"rows {first} and {row} read the same, but their keys differ: what decides is not printed"


def _read(question: frozen.Question, writer: QuestionWriter) -> tuple[str, str]:
    """A question as its students see it, in the order of the bank, and as its marker does."""

    def filled(text: str) -> str:
        return fill(text, question.slots, writer.slot_kinds)

    asked, right = [filled(writer.wording.stem)], []
    for part, key in zip(writer.wording.parts, question.parts, strict=True):
        options = {option.id: filled(option.text) for option in part.options if option.id in key.order}
        listed = any("@" in name for option in part.options for name in slots_of(option.text))
        asked += [filled(text) for text in (part.ask, rounding(part, ENGLISH), *part.labels)]
        asked += [] if listed else options.values()
        asked += [filled(prompt.text) for prompt in part.prompts]
        right += [number.value for number in key.numbers] + [key.formula, str(key.truth)]
        chosen = sorted(zip(key.prompt_order, key.options, strict=False)) if key.prompt_order else key.options
        right += [options[name] for name in key.options] if listed else [str(chosen)]
    figure = question.figure
    if figure is not None:
        shown = [*(c for c in figure.curves if not c.key_only), *(m for m in figure.marks if not m.key_only)]
        asked += [figure.alt, str(figure.x_range), str(figure.y_range), *map(str, shown)]
    return "\n".join(asked), "\n".join(right)


def _faults(population: Population, seen: _Seen) -> Iterator[str]:
    for reason, count in population.refusals.items():
        if reason.startswith(DISAGREEMENTS):
            yield f"{count} rows: {reason}"
    if not population.size:
        yield "no row is left in the population"
        return
    writer = QuestionWriter(population)
    shapes: dict[object, frozen.Question] = {}
    places: dict[str, Counter[int]] = {}
    widths: dict[str, int] = {}
    for row in range(population.size):
        try:
            question = writer.question(row, number=1, id="check", path=("check", row))
        except (InputError, ArithmeticError, ValueError) as error:
            yield f"row {row} cannot be printed: {error}"
            continue
        found = [f"row {row}: {fault}" for fault in _question_faults(question, writer)]
        yield from found or seen.add(row, question, writer)
        if not found:
            shapes.setdefault(carrying.shape(question), question)
        for part, key in zip(writer.wording.parts, question.parts, strict=True):
            if SHAPES[part.kind].chosen == "one":
                places.setdefault(part.id, Counter())[key.order.index(key.options[0])] += 1
                widths[part.id] = len(key.order)
    yield from carrying.faults(writer, tuple(shapes.values()))
    yield from _empty_faults(population)
    yield from _idle_faults(population)
    yield from _inexact_faults(population)
    for part, model_part in zip(writer.wording.parts, population.model.parts, strict=True):
        if part.id in places and not model_part.source.keep_order:
            yield from _balance_faults(part.id, places[part.id], widths[part.id], listed=model_part.lists_values)


# --- one question --------------------------------------------------------------------------------------------------


def _question_faults(question: frozen.Question, writer: QuestionWriter) -> Iterator[str]:
    for name, value in question.slots.items():
        if _SPOILED.search(value):
            yield f"the slot '{name}' reads {value!r}"
    wording = writer.wording
    for text in _texts(wording, question):
        missing = [name for name in slots_of(text) if name not in question.slots]
        if missing:
            yield f"nothing fills the slot '{missing[0]}'"
        elif "{{" in fill(text, question.slots, writer.slot_kinds):
            yield f"a slot of {text[:40]!r} is left open"
    for part, key in zip(wording.parts, question.parts, strict=True):
        yield from (f"part '{part.id}': {fault}" for fault in _key_faults(part, key))
        for name, texts in (("options", part.options), ("prompts", part.prompts)):
            printed = [fill(text.text, question.slots, writer.slot_kinds) for text in texts if _is_printed(text, key)]
            twice = next((text for text in printed if printed.count(text) > 1), None)
            if twice is not None:
                yield f"part '{part.id}': two {name} read {twice!r}"


def _texts(wording: frozen.Wording, question: frozen.Question) -> Iterator[str]:
    """The texts that are printed of this question."""
    yield from (wording.stem, wording.solution, *wording.hints)
    for part, key in zip(wording.parts, question.parts, strict=True):
        yield from (part.ask, part.follow_through, *part.labels)
        printed = [option for option in part.options if option.id in key.order]
        yield from (text for option in printed for text in (option.text, option.feedback))
        yield from (prompt.text for prompt in part.prompts)
        yield from (line.text for line in part.guide)


def _is_printed(text: frozen.OptionText, key: frozen.PartKey) -> bool:
    return text.id in key.order or text.id in key.prompt_order


def _key_faults(part: frozen.PartWording, key: frozen.PartKey) -> Iterator[str]:
    has_key = key.numbers or key.options or key.formula or key.truth is not None or part.guide
    if not has_key:
        yield "there is no key"
    ends = SHAPES[part.kind].ends
    if not ends and not set(key.options) <= set(key.order):
        yield "a key is not among the options printed"
    accepted = [(Fraction(number.low), Fraction(number.high)) for number in key.numbers]
    for number, (low, high) in zip(key.numbers, accepted, strict=True):
        if not low <= Fraction(number.value) <= high:
            yield f"the key {number.value} is outside of what is accepted"
    for wrong in key.wrong:
        within = zip(wrong.values, accepted, strict=False)
        alike = wrong.values and key.numbers and wrong.options == key.options
        if alike and all(low <= Fraction(value) <= high for value, (low, high) in within):
            yield f"the wrong answer of {wrong.misconception} would be accepted"
        if not ends and not set(wrong.options) <= set(key.order):
            yield f"the wrong answer of {wrong.misconception} is not among the options printed"
        if wrong.options and wrong.options == key.options and not ends:
            yield f"the wrong answer of {wrong.misconception} is the key"
        if wrong.formula and wrong.formula == key.formula:
            yield f"the wrong formula of {wrong.misconception} is the key"


# --- the whole population ------------------------------------------------------------------------------------------


def _empty_faults(population: Population) -> Iterator[str]:
    """Cases that are never printed, for every row of theirs is refused."""
    yield from (f"no row of the case '{block.case.id}' is left" for block in population.blocks if not len(block.passed))


def _idle_faults(population: Population) -> Iterator[str]:
    """Optional wrong answers that are never used, for they always meet the key or another wrong answer."""
    for place, part in enumerate(population.model.parts):
        for k, wrong in enumerate(part.wrong):
            blocks = [block for block in population.blocks if len(block.passed)]
            if not any(block.parts[place].wrong[k].alive[block.passed].any() for block in blocks):
                yield f"part '{part.id}': the wrong answer of {wrong.code} is dropped in every row"


def _inexact_faults(population: Population) -> Iterator[str]:
    """Keys that are not rational, or were rounded or chosen by floats, against 50-digit arithmetic, row by row."""
    for block in population.blocks:
        for solved in block.parts:
            answers = list(zip(solved.part.answers, solved.numbers, strict=False))
            inexact = [pair for pair in answers if not is_exact(pair[1]) or block.world.rests_on_floats(pair[0])]
            for place in block.passed if inexact else ():
                exactly = block.world.precisely(int(place), [node for node, _ in inexact])
                for (_, column), value in zip(inexact, exactly, strict=True):
                    here, there = float(floats(column)[place]), float(value)
                    if not np.isclose(here, there, rtol=1e-10, atol=1e-12):
                        yield f"part '{solved.part.id}': {here!r} in floats but {there!r} in high precision"


def _balance_faults(part: str, places: Counter[int], width: int, *, listed: bool) -> Iterator[str]:
    rows = places.total()
    if rows < FEW:
        return
    if listed:
        rank, most = places.most_common(1)[0]
        if width >= 4 and most > LARGEST_SHARE * rows:
            yield f"part '{part}': the key is number {rank + 1} by size in {most} of {rows} rows"
        return
    expected = rows / width
    chi_square = sum((places[k] - expected) ** 2 / expected for k in range(width))
    degrees = width - 1
    # the Wilson-Hilferty approximation of the 1e-6 quantile of chi square
    limit = degrees * (1 - 2 / (9 * degrees) + 4.753 * (2 / (9 * degrees)) ** 0.5) ** 3
    if chi_square > limit:
        yield f"part '{part}': the key's place is unbalanced: {[places[k] for k in range(width)]} of {rows} rows"


# --- all items -----------------------------------------------------------------------------------------------------


def verdict(found: Sequence[ItemCheck]) -> str:
    """What checking some items comes to, in a few words; only what has a second route is called proved."""
    faulty = sum(bool(one.faults) for one in found)
    keys = sum(len(one.grounds) for one in found)
    alone, stated = (sum(len(one.resting(ground)) for one in found) for ground in ("alone", "stated"))
    if faulty:
        return f"{counted(faulty, 'item')} with faults"
    words = f"{stated} of {counted(keys, 'key')} stated in words" if stated else ""
    if alone:
        return f"no faults, but {alone} of {counted(keys, 'key')} {ALONE.format('rests' if alone == 1 else 'rest')}" + (
            f", {words}" if words else ""
        )
    return f"all proved ({words})" if words else "all proved"
