"""From a blueprint and populations to an exam: which rows stand on which form, solved and worded.

Every choice is a pure function of a path (key, item, form, ...): see ``draws.py``.  The key is the seed,
stretched once an exam, for the ids on a printed sheet would tell a guessed seed from a wrong one.
"""

from __future__ import annotations

import gc
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import blake2b
from itertools import count
from typing import Any

import numpy as np
from pydantic import ValidationError

from gdquiz import draws
from gdquiz.assembly.blueprint import Blueprint, Slot, pool
from gdquiz.assembly.library import Library, Place
from gdquiz.assembly.repetition import rows_of
from gdquiz.assembly.seating import Student, in_order, seats, who
from gdquiz.banks.entries import Listed
from gdquiz.errors import Fault, InputError
from gdquiz.exam import frozen
from gdquiz.exam.people import canonical
from gdquiz.formulas import notation
from gdquiz.marking.blind import expected
from gdquiz.plurals import counted
from gdquiz.populations.variants import HasVariants
from gdquiz.version import VERSION

LANGUAGE = "en"
"""Of an exam whose blueprint says none."""
UNEVEN = 0.3
"""Items of one slot whose median work lies further apart than this are told where forms draw their own."""


def solved(model: Any) -> HasVariants:
    """The population of an item, solved here and now."""
    from gdquiz.populations.population import populate

    return populate(model)


def assemble(
    blueprint: Blueprint,
    models: Sequence[Listed],
    forms: int,
    roster: Sequence[Student] = (),
    *,
    spare: int = 0,
    not_in: Sequence[frozen.Exam] = (),
    file: str = "",
    solve: Callable[[Any], HasVariants] = solved,
    progress: Callable[..., Iterable[int]] = lambda steps, **_: steps,
) -> frozen.Exam:
    """The exam of a blueprint with so many forms, or with one for each student of a roster and ``spare`` ones more.

    No variant of the exams ``not_in`` comes again.  ``solve`` gives the population of an item (by default it is made
    here).  Raises ``InputError`` when a slot cannot be filled.

    Form k does not depend on the number of forms.  Which student has which form depends on nothing but the key and the
    set of all ids, and the id of the exam on these, too: no two exams in which a student has another form share one.
    """
    students = in_order(roster)
    seed = str(blueprint.seed)
    library = Library(draws.stretched(seed), solve)
    library.leave_out(rows_of(not_in, _within_reach(blueprint, models), library.variants))
    frame = _frame(blueprint, models, library, students, file)
    seated = _seated(frame.key, students, 0, spare if students else forms)
    with _no_search_for_cycles():
        steps = progress(range(len(seated)), label="forms", total=len(seated))
        solved = tuple(_form(seated[step], frame) for step in steps)
    sections, first = [], 1
    for place, section in enumerate(blueprint.section):
        size = sum(one.section == place for one in frame.places)
        sections.append(
            frozen.Section(title=section.title, instructions=section.instructions, first=first,
                           last=first + size - 1, space=section.space)
        )  # fmt: skip
        first += size
    exam = frozen.Exam(
        gdquiz=VERSION,
        id=frame.exam_id,
        language=blueprint.language or LANGUAGE,
        title=blueprint.title,
        course=blueprint.course,
        date=blueprint.date,
        instructions=blueprint.instructions,
        seed=seed,
        points=sum(question.points for question in solved[0].questions),
        sections=tuple(sections),
        wordings={},
        slot_kinds={},
        misconceptions={},
        forms=(),
        origin=frozen.Origin(
            blueprint=_plan(blueprint),
            fingerprint=frame.fingerprint,
            excluded={name: tuple(sorted(rows)) for name, rows in sorted(library.excluded.items())},
        ),
    )
    return _with_forms(exam, solved, frame)


def extend(
    exam: frozen.Exam,
    models: Sequence[Listed],
    roster: Sequence[Student] = (),
    *,
    spare: int = 0,
    file: str = "",
    solve: Callable[[Any], HasVariants] = solved,
    progress: Callable[..., Iterable[int]] = lambda steps, **_: steps,
) -> frozen.Exam:
    """The exam with a form more for each student of the roster who has none, and ``spare`` ones more.

    All there was stays as it is, to the letter.  Raises ``InputError`` where the items or gdquiz have changed since the
    exam was made, so that new forms would not be of the same exam.
    """
    blueprint = planned(exam, file=file)
    known = {canonical(form.student) for form in exam.forms if form.student is not None}
    students = in_order(student for student in roster if canonical(student.id) not in known)
    library = Library(draws.stretched(exam.seed), solve)
    library.leave_out({name: frozenset(rows) for name, rows in exam.origin.excluded.items()} if exam.origin else {})
    frame = _frame(blueprint, models, library, (), file)
    frame = replace(frame, exam_id=exam.id, ids=draws.different_ids((exam.id, "questions"), 5))
    if exam.origin is None or frame.fingerprint != exam.origin.fingerprint:
        raise InputError(
            Fault("the items have changed since this exam was made", "the banks it was made from",
                  "make another exam, with --not-in this one", file=file)
        )  # fmt: skip
    seated = _seated(frame.key, students, len(exam.forms), spare)
    with _no_search_for_cycles():
        steps = progress(range(len(seated)), label="forms", total=len(seated))
        solved = tuple(_form(seated[step], frame) for step in steps)
    library.held_against(exam, file)
    return _with_forms(exam, solved, frame)


def planned(exam: frozen.Exam, *, file: str = "exam.json") -> Blueprint:
    """The blueprint of an exam.  Raises ``InputError`` for an exam that does not say what it was made of."""
    if exam.origin is None:
        raise InputError(
            Fault("an earlier gdquiz made this exam, and it does not say of what",
                  hint="make another exam, with --not-in this one", file=file)
        )  # fmt: skip
    try:
        return Blueprint.model_validate_json(exam.origin.blueprint).model_copy(update={"seed": exam.seed})
    except ValidationError as error:
        raise InputError(
            Fault("this is no blueprint", hint="the file must be one that 'gdquiz make' wrote", file=file,
                  field="origin.blueprint")
        ) from error  # fmt: skip


def _with_forms(exam: frozen.Exam, solved: tuple[frozen.Form, ...], frame: _Frame) -> frozen.Exam:
    """The exam with these forms more, and with what all its forms need; what it has of it already stays."""
    library = frame.library
    used = {question.wording for form in solved for question in form.questions} - set(exam.wordings)
    codes = {w.misconception for form in solved for q in form.questions for part in q.parts for w in part.wrong}
    told = {code: library.told_of(code) for code in codes - set(exam.misconceptions)} | exam.misconceptions
    wordings = dict(sorted(({name: library.wording(name) for name in used} | exam.wordings).items()))
    forms = (*exam.forms, *solved)
    return exam.model_copy(
        update={
            "wordings": wordings,
            "slot_kinds": dict(sorted(({name: library.slot_kinds(name) for name in used} | exam.slot_kinds).items())),
            "misconceptions": dict(sorted(told.items())),
            "forms": forms,
            "report": (*_report(forms, wordings, library), *_uneven(frame)),
        }
    )


@dataclass(frozen=True, eq=False)
class _Frame:
    """What all forms of an exam have in common.  ``picked`` is the item of each place that has the same on all."""

    key: str
    blueprint: Blueprint
    places: tuple[Place, ...]
    picked: Mapping[int, str]
    library: Library
    fingerprint: str
    exam_id: str
    ids: Callable[[int], str]


def _frame(
    blueprint: Blueprint,
    models: Sequence[Listed],
    library: Library,
    students: Sequence[Student],
    file: str,
) -> _Frame:
    key, excluded = library.key, library.excluded
    places = tuple(_places(blueprint, models, library, file))
    fingerprint = _fingerprint(blueprint, places)
    assignment = [who(students)] if students else []
    repeated = [json.dumps({name: sorted(rows) for name, rows in sorted(excluded.items())})] if excluded else []
    exam_id = draws.short_id(("exam", key, fingerprint, "students", *assignment, "excluded", *repeated))
    ids = draws.different_ids((exam_id, "questions"), 5)
    return _Frame(key, blueprint, places, _common_picks(key, places), library, fingerprint, exam_id, ids)


@dataclass(frozen=True)
class _Seat:
    """A form to be made: its number from 0, its seat (see ``seating``), and whose it is."""

    number: int
    seat: int
    student: Student | None


def _seated(key: str, students: Sequence[Student], first: int, more: int) -> list[_Seat]:
    """The forms of the students in their order, from number ``first``, and so many ``more`` that are nobody's."""
    taken = seats((key, "seats", first), students)
    own = [_Seat(first + k, first + taken[k], student) for k, student in enumerate(students)]
    return own + [_Seat(k, k, None) for k in range(first + len(own), first + len(own) + more)]


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Python's collector off: an exam is many small values without cycles, and it would search them again and again."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


# --- which items ---------------------------------------------------------------------------------------------------


def _places(blueprint: Blueprint, models: Sequence[Listed], library: Library, file: str) -> Iterator[Place]:
    faults: list[Fault] = []
    places: list[Place] = []
    turns: Counter[str] = Counter()
    for s, section in enumerate(blueprint.section):
        for k, slot in enumerate(section.slot):
            where = f"section[{s + 1}].slot[{k + 1}]"
            try:
                found = library.fitting(slot, pool(slot, models, file=file, where=where))
                _equal_points(slot, found)
            except InputError as error:
                faults += error.at(file=file, field=where).faults if not error.faults[0].field else error.faults
                continue
            terms = slot.model_dump_json()
            for _ in range(slot.count):
                places.append(Place(s, slot, found, len(places), terms, turns[terms]))
                turns[terms] += 1
    if faults:
        raise InputError(faults)
    yield from places


def _within_reach(blueprint: Blueprint, models: Sequence[Listed]) -> list[Listed]:
    """The items that some slot may draw from."""
    found: set[str] = set()
    for section in blueprint.section:
        for slot in section.slot:
            with suppress(InputError):  # told when the places are made
                found |= {model.id for model in pool(slot, models)}
    return [model for model in models if model.id in found]


def _equal_points(slot: Slot, found: Iterable[Listed]) -> None:
    """Forms whose items differ have to be worth the same.  Raises ``InputError`` otherwise."""
    points = sorted({model.points for model in found})
    if slot.each_form and slot.points is None and len(points) > 1:
        listed = ", ".join(f"{value:g}" for value in points)
        raise InputError(
            Fault(f"forms would differ in points, for the items of this slot give {listed}", "'points' for the slot")
        )


def _plan(blueprint: Blueprint) -> str:
    return blueprint.model_dump_json(exclude={"forms", "seed"})


def _fingerprint(blueprint: Blueprint, places: Iterable[Place]) -> str:
    """What makes two exams of one key different, whoever sits them: the blueprint and the texts of the items."""
    versions = sorted({f"{model.id}:{model.version}" for place in places for model in place.models})
    return blake2b("\n".join([_plan(blueprint), *versions]).encode(), digest_size=16).hexdigest()


def _common_picks(key: str, places: Sequence[Place]) -> dict[int, str]:
    """The item of each place whose items are the same on every form; no item twice while others are left."""
    picked: dict[int, str] = {}
    uses: Counter[str] = Counter()
    for place in places:  # named items first, so that pools avoid them
        if len(place.models) == 1:
            picked[place.number] = place.models[0].id
            uses[place.models[0].id] += 1
    for place in places:
        if place.number not in picked and not place.slot.each_form:
            picked[place.number] = _pick(("items", key, place.terms, place.turn), place, uses)
    return picked


def _pick(path: draws.Path, place: Place, uses: Counter[str]) -> str:
    names = sorted(model.id for model in place.models)
    least = min(uses[name] for name in names)
    fresh = [name for name in names if uses[name] == least]
    name = fresh[draws.below(path, len(fresh))]
    uses[name] += 1
    return name


# --- forms ---------------------------------------------------------------------------------------------------------

_Chosen = tuple[Place, Listed, int, int]
"""A question of a form: its place, item and row, and how many questions before it are from the same item."""


def _form(one: _Seat, frame: _Frame) -> frozen.Form:
    key, k, library = frame.key, one.seat, frame.library
    uses: Counter[str] = Counter(frame.picked.values())
    rows_taken: dict[str, list[int]] = {}
    chosen: list[_Chosen] = []
    for place in frame.places:
        name = frame.picked.get(place.number) or _pick(("items", key, place.terms, place.turn, k), place, uses)
        model = next(one for one in place.models if one.id == name)
        taken = rows_taken.setdefault(name, [])
        row = library.row(model, place, k, taken)
        chosen.append((place, model, row, len(taken)))
        taken.append(row)
    ordered = _ordered(("order", key, k), frame.blueprint, chosen)
    whose = canonical(one.student.id) if one.student else k
    form_id = f"{one.number + 1:03d}-{draws.short_id((frame.exam_id, 'form', whose), 4)}"
    numbers = count(1)
    questions = tuple(
        library.writer(model).question(
            row, number=next(numbers), id=frame.ids(k * len(frame.places) + place.number), slot=place.number + 1,
            points=place.slot.points,
            path=(key, k, model.id, use) if frame.blueprint.shuffle_options else None,
        )
        for place, model, row, use in ordered
    )  # fmt: skip
    return frozen.Form(
        id=form_id, number=one.number + 1, student=one.student.id if one.student else None, questions=questions
    )


def _ordered(path: draws.Path, blueprint: Blueprint, chosen: list[_Chosen]) -> Iterator[_Chosen]:
    """The questions section by section, each in blueprint order or shuffled for this form."""
    for s, section in enumerate(blueprint.section):
        here = [one for one in chosen if one[0].section == s]
        yield from draws.shuffled((*path, s), here) if section.shuffle else here


# --- the report ----------------------------------------------------------------------------------------------------


def _report(forms: Sequence[frozen.Form], wordings: Mapping[str, frozen.Wording], library: Library) -> Iterator[str]:
    """What an instructor should know: how equal the forms are, and which rows are used more than once."""
    totals = [sum(question.work for question in form.questions) / len(form.questions) for form in forms]
    yield (
        f"Mean work of the forms: {min(totals):.2f} to {max(totals):.2f} "
        f"({counted(len(forms), 'form')}, {counted(len(forms[0].questions), 'question')} each)."
    )
    yield _blind(forms, wordings)
    spread: dict[str, list[float]] = {}
    taken: dict[str, Counter[int]] = {}
    for form in forms:
        for question in form.questions:
            spread.setdefault(question.wording, []).append(question.work)
            taken.setdefault(question.wording, Counter())[question.row] += 1
    earlier = {name: len(rows) for name, rows in library.excluded.items()}
    for item, found in sorted(spread.items()):
        used = f"{len(taken[item])} of {wordings[item].population} variants used"
        gone = f", {earlier[item]} others stood in earlier exams" if earlier.get(item) else ""
        yield f"{item}: work {min(found):.2f} to {max(found):.2f}, {used}{gone}."
    for item, rows in sorted(taken.items()):
        shared = sum(1 for uses in rows.values() if uses > 1)
        if shared:
            why = _shortage(wordings[item].population, earlier.get(item, 0), rows.total())
            yield f"{item}: {shared} variants stand on more than one question{why}."
    for item in library.used_up():
        yield f"{item}: every variant stood in an earlier exam, so that none was drawn."


def _blind(forms: Sequence[frozen.Form], wordings: Mapping[str, frozen.Wording]) -> str:
    """What somebody earns who answers blindly, over all forms; beside it under the stricter rule for reasons."""
    questions = [question for form in forms for question in form.questions]
    alike = Counter(map(_ticked, questions))  # questions on which a blind guesser expects the same
    samples = dict(zip(map(_ticked, questions), questions, strict=True))
    total = sum((Fraction(one.points) * alike[key] for key, one in samples.items()), Fraction(0))

    def percent(strict: bool) -> str:
        guessed = (alike[key] * _guessed(one, wordings[one.wording], strict) for key, one in samples.items())
        return notation.decimal(100 * sum(guessed, Fraction(0)) / total, 1)

    usual, both = percent(strict=False), percent(strict=True)
    told = f"Who answers blindly expects {usual} % of the points"
    if usual == both:
        return f"{told}."
    return f"{told}, and {both} % where a right verdict with a wrong reason earns nothing."


def _ticked(question: frozen.Question) -> tuple[Any, ...]:
    """The item, its points, and how many options are printed and right."""
    return (question.wording, question.points, *((len(key.order), len(key.options)) for key in question.parts))


def _guessed(question: frozen.Question, wording: frozen.Wording, strict: bool) -> Fraction:
    """The points that blind answers to a question bring."""
    worth = Fraction(question.points) / Fraction(wording.points)
    parts = zip(wording.parts, question.parts, strict=True)
    earned = (Fraction(part.points) * expected(part, key, both_or_nothing=strict) for part, key in parts)
    return worth * sum(earned, Fraction(0))


def _uneven(frame: _Frame) -> Iterator[str]:
    """The slots in which forms draw items of their own that ask for clearly different work for the same points."""
    for slot in dict.fromkeys(place.terms for place in frame.places):
        place = next(place for place in frame.places if place.terms == slot)
        if not place.slot.each_form:
            continue
        medians = {one.id: float(np.median(frame.library.variants(one).work)) for one in place.models}
        least, most = min(medians, key=medians.__getitem__), max(medians, key=medians.__getitem__)
        if medians[most] - medians[least] > UNEVEN:
            yield (
                f"Section {place.section + 1}: forms get different items for the same points, from {least} "
                f"(work {medians[least]:.2f}) to {most} ({medians[most]:.2f}); 'work' narrows the slot."
            )


def _shortage(size: int, earlier: int, asked: int) -> str:
    """Why variants of an item had to come again, where its population explains it."""
    if size - earlier >= asked:
        return ""
    what = f"the {size - earlier} variants that stood in no earlier exam" if earlier else f"its population of {size}"
    return f", for {what} {'are fewer' if earlier else 'is smaller'} than the {asked} questions asked from it"
