"""What makes an exam sound: the rules that the text of ``exam.json`` and the fields of an exam have to keep.

A file is not trusted.  First its text is looked at (``json_text.check_text``): it is JSON, no name stands twice in a
table, and it is of a version that is known.  Then the types of ``gdquiz.exam.frozen`` tell what shape and size each
field has (``of_shape``).  Last come the rules of this module that bind fields together (``of_exam``): ids exist and
differ, orders are permutations, keys fit their kind, slots are filled, points add up.  Whatever is rendered, packaged
or marked relies on these rules and does not check them again.

Every fault tells its place by the names and numbers on the way to it: ``forms.0.questions.2.parts.0.order``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from math import isclose
from typing import Any

from pydantic import ValidationError

from gdquiz.errors import Fault, InputError, nearest
from gdquiz.exam import grids, legible
from gdquiz.exam.answers import ENDS, INFINITE, SHAPES, Count
from gdquiz.exam.frozen import Exam, Figure, Form, PartKey, PartWording, Question, Wording, WrongAnswer
from gdquiz.exam.json_text import HINT, MOST_FAULTS, Steps, few, path, quoted, short
from gdquiz.exam.wording import braced, slots_of
from gdquiz.formulas.expressions import Language, parse
from gdquiz.plurals import counted

MOST_POINTS = 20_000
"""Points of all curves of a figure."""
NARROWEST = 1e-9
"""A figure's range is wider than this share of its ends."""

Found = Iterator[tuple[Steps, Fault]]


# --- the shape ------------------------------------------------------------------------------------------------------

_PATTERNS = (
    ("^-?[0-9]+(/", "an exact number, such as -3/5 or 0.25"),
    ("^[a-z]", "an id of small letters, digits and hyphens"),
    ("^[A-Za-z]{2,8}", "a language tag of BCP 47, such as en or de-CH"),
    ("^[A-Za-z0-9_-]", "an id of letters, digits, hyphens and underscores"),
    ("^[A-Za-z]", "a name of letters, digits and underscores"),
)
_EXPECTED: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "string_pattern_mismatch": lambda context: next(
        (said for start, said in _PATTERNS if context["pattern"].startswith(start)), context["pattern"]
    ),
    "string_too_long": lambda context: f"at most {counted(context['max_length'], 'character')}",
    "too_long": lambda context: f"at most {context['max_length']} entries",
    "greater_than_equal": lambda context: f"at least {context['ge']:g}",
    "less_than_equal": lambda context: f"at most {context['le']:g}",
    "less_than": lambda context: f"less than {context['lt']:g}",
    "literal_error": lambda context: context["expected"],
    "finite_number": lambda _: "a finite number",
    "missing": lambda _: "",
}


def of_shape(error: ValidationError, file: str) -> tuple[Fault, ...]:
    """What pydantic found, in words: each field that has not the type or the size it should have."""
    faults = []
    for found in islice(error.errors(include_url=False), MOST_FAULTS):
        kind, context = found["type"], found.get("ctx", {})
        expected = _EXPECTED[kind](context) if kind in _EXPECTED else ""
        match kind:
            case "missing":
                problem = "the field is missing"
            case "extra_forbidden":
                problem = "there is no such field"
            case "json_invalid":
                problem = f"this is no JSON: {context['error']}"
            case _ if expected:
                problem = f"found {quoted(found['input'])}"
            case _:
                problem = f"{found['msg'][:1].lower()}{found['msg'][1:]}, found {quoted(found['input'])}"
        steps = [step for step in found["loc"] if step != "[key]"]
        faults.append(Fault(problem, expected, HINT, file=file, field=path(steps)))
    more = error.error_count() - len(faults)
    return (*faults, Fault(f"and {counted(more, 'more fault')}", file=file)) if more else tuple(faults)


# --- the exam as a whole --------------------------------------------------------------------------------------------


def of_exam(exam: Exam, file: str = "") -> tuple[Fault, ...]:
    """What does not fit together in an exam of the right shape; nothing where it is sound."""
    found = [replace(fault, file=file, field=path(steps), hint=fault.hint or HINT)
             for steps, fault in (*_exam_faults(exam), *legible.of_exam(exam))]  # fmt: skip
    return few(found, file)


def _amendment_faults(exam: Exam) -> Found:
    """Amendments of questions and parts that are not there, and answers that are none."""
    if not exam.amendments:
        return
    questions = {question.id: question for form in exam.forms for question in form.questions}
    for k, one in enumerate(exam.amendments):
        question = questions.get(one.question)
        wording = exam.wordings.get(question.wording) if question else None
        if question is None:
            problem = f"there is no question '{short(one.question)}'"
            yield ("amendments", k, "question"), Fault(problem, "a question of a form")
        elif wording and one.part is not None and one.part not in [part.id for part in wording.parts]:
            yield ("amendments", k, "part"), Fault(f"the question has no part '{one.part}'", "one of its parts")
        if (one.does == "accept") != bool(one.response.strip() and one.part):
            expected = "both of an answer that is accepted, of nothing else"
            yield ("amendments", k, "response"), Fault("an answer without its part, or not to be accepted", expected)


def _exam_faults(exam: Exam) -> Found:
    if not exam.forms or not exam.sections:
        yield ("sections" if exam.forms else "forms",), Fault("the list is empty", "one or more")
        return
    yield from _different((("forms", k, "id"), form.id) for k, form in enumerate(exam.forms))
    yield from _different((("forms", k, "number"), form.number) for k, form in enumerate(exam.forms))
    yield from _different((("forms", k, "student"), form.student) for k, form in enumerate(exam.forms) if form.student)
    yield from _different(
        (("forms", k, "questions", place, "id"), question.id)
        for k, form in enumerate(exam.forms)
        for place, question in enumerate(form.questions)
    )
    yield from _sections(exam)
    if set(exam.slot_kinds) != set(exam.wordings):
        other = ", ".join(sorted(set(exam.slot_kinds) ^ set(exam.wordings)))
        yield (
            ("slot_kinds",),
            Fault(f"it has not the same items as the wordings: {short(other)}", "one table for each"),
        )
    readers: dict[str, _Reader] = {}
    for name, wording in exam.wordings.items():
        readers[name] = _Reader(wording, exam.slot_kinds.get(name, {}), exam.misconceptions)
        at: Steps = ("wordings", name)
        if wording.item != name:
            yield (*at, "item"), Fault(f"the item '{wording.item}' stands under the name '{name}'", f"'{name}'")
        yield from (
            ((*at, *steps), fault.at(item=name)) for steps, fault in _wording_faults(wording, readers[name].kinds)
        )
    yield from _amendment_faults(exam)
    for k, form in enumerate(exam.forms):
        if form.student == "":
            yield ("forms", k, "student"), Fault("the id is empty", "the id of a student, or null")
        yield from ((("forms", k, *steps), fault) for steps, fault in _form_faults(form, exam, readers))


def _different(entries: Iterable[tuple[Steps, str | int]]) -> Found:
    """A fault for each entry that stands further up already."""
    seen: set[str | int] = set()
    for steps, entry in entries:
        if entry in seen:
            yield steps, Fault(f"'{short(str(entry))}' is used a second time", "one that is used once")
        seen.add(entry)


def _sections(exam: Exam) -> Found:
    """Sections follow one another and hold all questions."""
    after = 1
    for place, section in enumerate(exam.sections):
        if section.first != after:
            yield ("sections", place, "first"), Fault(f"the section begins with question {section.first}", str(after))
        if section.last < section.first:
            yield ("sections", place, "last"), Fault("the section ends before it begins", f"{section.first} or more")
        after = section.last + 1
    size = len(exam.forms[0].questions)
    if after != size + 1:
        last = ("sections", len(exam.sections) - 1, "last")
        yield last, Fault(f"the sections end with question {after - 1}", f"{size}, for so many there are on form 1")


def _form_faults(form: Form, exam: Exam, readers: Mapping[str, _Reader]) -> Found:
    size = len(exam.forms[0].questions)
    if not form.questions:
        yield ("questions",), Fault("the list is empty", "one or more")
    if len(form.questions) != size:
        yield ("questions",), Fault(f"the form has {len(form.questions)} questions", f"{size}, as the first form")
    slots = [question.slot for question in form.questions]
    if any(slots) and sorted(slots) != list(range(1, len(slots) + 1)):
        yield ("questions",), Fault("its slots are not 1, 2, ..., each once", "a slot of its own for each question")
    total = sum(question.points for question in form.questions)
    if not isclose(total, exam.points, abs_tol=1e-6):
        yield ("questions",), Fault(f"the points of the form add up to {total:g}", f"{exam.points:g}, as of the exam")
    for place, question in enumerate(form.questions):
        at: Steps = ("questions", place)
        if question.number != place + 1:
            yield (*at, "number"), Fault(f"the number of the question is {question.number}", f"{place + 1}, its place")
        reader = readers.get(question.wording)
        if reader is None:
            hint = nearest(question.wording, readers)
            yield (*at, "wording"), Fault(f"there is no wording '{question.wording}'", "a key of 'wordings'", hint)
            continue
        for steps, fault in reader.faults(question):
            yield (*at, *steps), fault.at(item=question.wording)


# --- wordings -------------------------------------------------------------------------------------------------------


def _wording_faults(wording: Wording, kinds: Mapping[str, str]) -> Found:
    for steps, text in _texts(wording):
        for slot in slots_of(text):
            if slot not in kinds:
                hint = nearest(slot, kinds)
                yield steps, Fault(f"nothing is said in 'slot_kinds' of the slot '{short(slot)}'", hint=hint)
        if braced(text) != text:
            yield steps, Fault("a slot that is an argument in a formula has no braces", "braces, as in x_{{{k}}}")
    if not wording.parts:
        yield ("parts",), Fault("the list is empty", "one or more")
    yield from _different((("parts", k, "id"), part.id) for k, part in enumerate(wording.parts))
    total = sum(part.points for part in wording.parts)
    if not isclose(total, wording.points, abs_tol=1e-6):
        yield ("points",), Fault(f"the points of the parts add up to {total:g}, not {wording.points:g}")
    for place, part in enumerate(wording.parts):
        at: Steps = ("parts", place)
        for name, texts in (("options", part.options), ("prompts", part.prompts)):
            yield from _different(((*at, name, k, "id"), text.id) for k, text in enumerate(texts))
        yield from (((*at, *steps), fault) for steps, fault in _part_faults(part))


def _part_faults(part: PartWording) -> Found:
    """The fields that a kind of part has, and no others."""
    for name in ("options", "prompts", "labels", "variables"):
        count, fewest = len(getattr(part, name)), getattr(SHAPES[part.kind], name)
        if count and fewest is None:
            yield (name,), Fault(f"a part of the kind '{part.kind}' has no {name}", "an empty list")
        elif count < (fewest or 0):
            yield (name,), Fault(f"a part of the kind '{part.kind}' has {count} {name}", f"{fewest} or more")
    if part.positive and not SHAPES[part.kind].ends:
        yield ("positive",), Fault(f"a part of the kind '{part.kind}' is about no positive quantity", "false")
    yield from grids.of_part(part)
    yield from _different((("variables", k), name) for k, name in enumerate(part.variables))


def _texts(wording: Wording) -> Iterator[tuple[Steps, str]]:
    """Every text with slots of a wording, with its place."""
    yield ("stem",), wording.stem
    yield ("solution",), wording.solution
    yield from ((("hints", k), hint) for k, hint in enumerate(wording.hints))
    for place, part in enumerate(wording.parts):
        at: Steps = ("parts", place)
        yield from (((*at, name), getattr(part, name)) for name in ("ask", "rounding", "follow_through"))
        yield from (((*at, "labels", k), label) for k, label in enumerate(part.labels))
        yield from (((*at, "guide", k, "text"), line.text) for k, line in enumerate(part.guide))
        for name in ("options", "prompts"):
            for k, text in enumerate(getattr(part, name)):
                yield (*at, name, k, "text"), text.text
                yield (*at, name, k, "feedback"), text.feedback


# --- questions ------------------------------------------------------------------------------------------------------


class _Reader:
    """Holds questions against their wording; what is the same for all of them is worked out once."""

    def __init__(self, wording: Wording, kinds: Mapping[str, str], misconceptions: Collection[str]):
        self.wording, self.kinds, self.misconceptions = wording, kinds, misconceptions
        self._rows: dict[int, tuple[str, Mapping[str, str]]] = {}
        self._names: dict[str, frozenset[str]] = {}
        texts = list(_texts(wording))
        own = [slot for steps, text in texts if "options" not in steps for slot in slots_of(text)]
        self._slots = dict.fromkeys(own)
        self._of_option = [
            {option.id: (*slots_of(option.text), *slots_of(option.feedback)) for option in part.options}
            for part in wording.parts
        ]
        self._earlier = [
            frozenset(one.id.replace("-", "_") for one in wording.parts[:place]) for place in range(len(wording.parts))
        ]

    def faults(self, question: Question) -> Found:
        """What is wrong with a question, with the place in it."""
        parts = self.wording.parts
        if question.row >= max(1, self.wording.population):
            yield ("row",), Fault(f"there is no row {question.row}", f"less than {self.wording.population}")
        yield from self._parameter_faults(question)
        if question.figure is not None:
            yield from ((("figure", *steps), fault) for steps, fault in _figure_faults(question.figure))
        if len(question.parts) != len(parts):
            yield ("parts",), Fault(f"{len(question.parts)} parts", f"{len(parts)}, as in its wording")
            return
        needed = dict(self._slots)
        for place, (part, key) in enumerate(zip(parts, question.parts, strict=True)):
            for steps, fault in self._key_faults(part, key, place):
                yield ("parts", place, *steps), fault
            for option in key.order or self._of_option[place]:
                needed |= dict.fromkeys(self._of_option[place].get(option, ()))
        for slot in needed:
            if slot not in question.slots:
                hint = nearest(slot, question.slots)
                yield ("slots",), Fault(f"nothing fills the slot '{short(slot)}'", "a value for every slot", hint)
        for slot in question.slots:
            if slot not in self.kinds:
                yield ("slots", slot), Fault("nothing is said in 'slot_kinds' of this slot")

    def _parameter_faults(self, question: Question) -> Found:
        """Questions of one row have one case and the same parameters; those of one case have parameters of one name.

        Where no parameters are known nothing is held against anything.
        """
        if not question.parameters:
            return
        names = frozenset(question.parameters)
        known = self._names.setdefault(question.case, names)
        if names != known:
            other = short(", ".join(sorted(names ^ known)))
            said = "the same names in every question of an item and case"
            yield (
                ("parameters",),
                Fault(f"the names of the parameters differ from those of other questions: {other}", said),
            )
        if self._rows.setdefault(question.row, (question.case, question.parameters)) != (
            question.case,
            question.parameters,
        ):
            said = "the same case and values for a row"
            yield ("parameters",), Fault(f"another question of row {question.row} has other parameters", said)

    def _key_faults(self, part: PartWording, key: PartKey, place: int) -> Found:
        yield from _order_faults(part, key)
        yield from _answer_faults(part, key)
        yield from _number_faults(key)
        yield from grids.of_key(part, key)
        order = key.order or tuple(option.id for option in part.options)
        for k, wrong in enumerate(key.wrong):
            at: Steps = ("wrong", k)
            if wrong.misconception not in self.misconceptions:
                code = short(wrong.misconception)
                hint = nearest(wrong.misconception, self.misconceptions)
                yield (*at, "misconception"), Fault(f"nothing is told of '{code}'", "a key of 'misconceptions'", hint)
            for name, size in _wrong_sizes(part, key, wrong).items():
                count = len(getattr(wrong, name))
                if count not in size:
                    yield (*at, name), Fault(f"it has {count} {name}", _range(size))
            yield from _among((*at, "options"), wrong.options, ENDS if SHAPES[part.kind].ends else order)
            yield from _ends_faults((*at, "values"), part, wrong.values, wrong.options)
            if not SHAPES[part.kind].repeats:
                yield from _different(((*at, "options", n), option) for n, option in enumerate(wrong.options))
            yield from _formula_faults((*at, "formula"), part, wrong.formula)
        yield from _formula_faults(("formula",), part, key.formula)
        if key.follow:
            if not SHAPES[part.kind].follow:
                yield ("follow",), Fault(f"an answer of the kind '{part.kind}' follows from no other", "an empty text")
            elif problem := _unreadable(key.follow, self._earlier[place], Language.BANK):
                yield ("follow",), Fault(problem, "an expression in the answers to earlier parts")


def _order_faults(part: PartWording, key: PartKey) -> Found:
    for name, order, texts in (("order", key.order, part.options), ("prompt_order", key.prompt_order, part.prompts)):
        ids = [text.id for text in texts]
        listed = name == "order" and SHAPES[part.kind].listed and all("@" in text.text for text in texts)
        whole = set(order) <= set(ids) if listed else set(order) == set(ids)
        if order and not (whole and len(set(order)) == len(order)):
            said = "the ids of options, each at most once" if listed else f"the ids of all {name_of(name)}, each once"
            yield (name,), Fault(f"this is no order of the {name_of(name)}: {short(', '.join(order))}", said)


def name_of(order: str) -> str:
    """What an order is of."""
    return "prompts" if order == "prompt_order" else "options"


def _sizes(part: PartWording, order: Sequence[str]) -> Mapping[str, range]:
    """How many numbers and options a key of a kind has."""
    shape = SHAPES[part.kind]
    return {"numbers": _counted(shape.numbers, part, order), "options": _counted(shape.chosen, part, order)}


def _counted(count: Count, part: PartWording, order: Sequence[str]) -> range:
    exactly = {
        "none": 0,
        "one": 1,
        "labels": len(part.labels),
        "reason": int(bool(part.options)),
        "prompts": len(part.prompts),
        "all": len(order),
        "ends": 2,
    }
    return range(len(order) + 1) if count == "some" else range(exactly[count], exactly[count] + 1)


def _answer_faults(part: PartWording, key: PartKey) -> Found:
    order = key.order or tuple(option.id for option in part.options)
    for name, size in _sizes(part, order).items():
        count = len(getattr(key, name))
        if count not in size:
            yield (name,), Fault(f"a key of the kind '{part.kind}' with {count} {name}", _range(size))
    yield from _among(("options",), key.options, ENDS if SHAPES[part.kind].ends else order)
    yield from _ends_faults(("numbers",), part, [number.value for number in key.numbers], key.options)
    if not SHAPES[part.kind].repeats:
        yield from _different((("options", k), option) for k, option in enumerate(key.options))
    if (key.truth is not None) != SHAPES[part.kind].truth:
        yield ("truth",), Fault(f"a key of the kind '{part.kind}' says {key.truth}", "true or false for 'truth' only")
    for name, has in (("formula", SHAPES[part.kind].formula), ("formula_shown", SHAPES[part.kind].shown)):
        if bool(getattr(key, name)) != has:
            problem = f"a key of the kind '{part.kind}' with{'' if getattr(key, name) else 'out'} a formula"
            yield (name,), Fault(problem, "a formula for the kind 'formula' only")


def _ends_faults(steps: Steps, part: PartWording, numbers: Sequence[str], told: Sequence[str]) -> Found:
    """Of an interval: a number for each end that is not infinite, the lower one first, room between them."""
    if not SHAPES[part.kind].ends:
        return
    finite = sum(one != INFINITE for one in told)
    if len(numbers) != finite:
        yield steps, Fault(f"{counted(len(numbers), 'number')} for {counted(finite, 'end')}", str(finite))
    elif finite == 2 and not Fraction(numbers[0]) < Fraction(numbers[1]):
        yield steps, Fault(f"the ends {short(numbers[0])} and {short(numbers[1])}", "the lower end first")


def _wrong_sizes(part: PartWording, key: PartKey, wrong: WrongAnswer) -> Mapping[str, range]:
    """How many numbers and options a foreseen wrong answer of a kind has; for answers in words anything is said."""
    sizes = dict(_sizes(part, key.order or tuple(option.id for option in part.options)))
    if SHAPES[part.kind].ends:
        sizes["numbers"] = range(3)
    values = range(2) if SHAPES[part.kind].listed else sizes["numbers"]
    return {"values": values, "options": sizes["options"]}


def _among(steps: Steps, ids: Sequence[str], order: Sequence[str]) -> Found:
    for place, one in enumerate(ids):
        if one not in order:
            yield (*steps, place), Fault(f"no option '{one}' is printed", "an id of the order", nearest(one, order))


def _range(size: range) -> str:
    if len(size) == 1:
        return str(size[0])
    return f"{size[0]} to {size[-1]}"


def _number_faults(key: PartKey) -> Found:
    for place, number in enumerate(key.numbers):
        if not _is_within(number.low, number.value, number.high):
            problem = f"the key {short(number.value)} is not from {short(number.low)} to {short(number.high)}"
            yield ("numbers", place), Fault(problem, "low <= value <= high")


@lru_cache(maxsize=4096)
def _is_within(low: str, value: str, high: str) -> bool:
    return Fraction(low) <= Fraction(value) <= Fraction(high)


def _formula_faults(steps: Steps, part: PartWording, formula: str) -> Found:
    if formula and SHAPES[part.kind].formula:
        if problem := _unreadable(formula, frozenset(part.variables), Language.FORMULA):
            yield steps, Fault(problem, f"a formula in {', '.join(part.variables)}")
    elif formula and steps[0] == "wrong":
        yield steps, Fault(f"a wrong answer of the kind '{part.kind}' is no formula", "an empty text")


@lru_cache(maxsize=4096)
def _unreadable(formula: str, names: frozenset[str], language: Language) -> str:
    """Why an expression cannot be read; empty where it can."""
    try:
        parse(formula, names=names, language=language)
    except InputError as error:
        return re.sub(r"\s+", " ", str(error.faults[0]))
    return ""


# --- figures --------------------------------------------------------------------------------------------------------


def _figure_faults(figure: Figure) -> Found:
    for name in ("x_range", "y_range"):
        low, high = getattr(figure, name)
        if not high - low > NARROWEST * max(1e-9, abs(low), abs(high)):
            yield (name,), Fault(f"the range from {low:g} to {high:g}", "two numbers that rise")
    total = sum(len(curve.points) for curve in figure.curves)
    if total > MOST_POINTS:
        yield ("curves",), Fault(f"the curves have {total} points", f"at most {MOST_POINTS} together")
    for name in ("curves", "marks"):
        for place, drawn in enumerate(getattr(figure, name)):
            if drawn.panel is not None and drawn.panel >= len(figure.panels):
                panels = counted(len(figure.panels), "panel")
                yield (name, place, "panel"), Fault(f"there is no panel {drawn.panel}", f"one of the {panels}, or null")
    for place, curve in enumerate(figure.curves):
        if not curve.points:
            yield ("curves", place, "points"), Fault("the curve has no points", "one or more")
