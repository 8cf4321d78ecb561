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
from functools import cached_property
from hashlib import blake2b
from itertools import count
from typing import Any

import numpy as np
from pydantic import ValidationError

from gdquiz import draws
from gdquiz.assembly.blueprint import Blueprint, Slot, pool
from gdquiz.assembly.languages import language_of, spoken
from gdquiz.assembly.library import Library, Place
from gdquiz.assembly.repetition import rows_of
from gdquiz.assembly.report import Tally, added, report, tallied
from gdquiz.assembly.seating import Student, in_order, seats, who
from gdquiz.banks.entries import Listed
from gdquiz.errors import Fault, InputError
from gdquiz.exam import frozen
from gdquiz.exam.people import canonical
from gdquiz.populations.variants import HasVariants
from gdquiz.version import VERSION

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
    frame = begun(blueprint, models, forms, roster, spare=spare, not_in=not_in, file=file, solve=solve)
    return _whole(frame, progress)


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
    frame = resumed(exam, models, roster, spare=spare, file=file, solve=solve)
    return _whole(frame, progress) if frame.seated else exam


def _whole(frame: Frame, progress: Callable[..., Iterable[int]]) -> frozen.Exam:
    """All forms of a frame made here and now."""
    with no_search_for_cycles():
        made = tuple(frame.form(step) for step in progress(range(frame.size), label="forms", total=frame.size))
    exam = frame.finished(frame.tally(made))
    return exam.model_copy(update={"forms": (*frame.exam.forms, *made)})


def begun(
    blueprint: Blueprint,
    models: Sequence[Listed],
    forms: int,
    roster: Sequence[Student] = (),
    *,
    spare: int = 0,
    not_in: Sequence[frozen.Exam] = (),
    file: str = "",
    solve: Callable[[Any], HasVariants] = solved,
) -> Frame:
    """The frame of the exam that ``assemble`` makes.  Raises ``InputError`` as it does."""
    language = language_of(blueprint, models, file=file)
    models = spoken(models, language, file=file)
    students = in_order(roster)
    seed = str(blueprint.seed)
    library = Library(draws.stretched(seed), solve)
    library.leave_out(rows_of(not_in, _within_reach(blueprint, models), library.variants))
    places, fingerprint = _placed(blueprint, models, library, file)
    excluded = {name: tuple(sorted(rows)) for name, rows in sorted(library.excluded.items())}
    assignment = [who(students)] if students else []
    repeated = [json.dumps({name: list(rows) for name, rows in excluded.items()})] if excluded else []
    exam = frozen.Exam(
        gdquiz=VERSION,
        id=draws.short_id(("exam", library.key, fingerprint, "students", *assignment, "excluded", *repeated)),
        language=language,
        title=blueprint.title,
        course=blueprint.course,
        date=blueprint.date,
        instructions=blueprint.instructions,
        seed=seed,
        points=0,
        sections=tuple(_sections(blueprint, places)),
        wordings={},
        slot_kinds={},
        misconceptions={},
        forms=(),
        origin=frozen.Origin(blueprint=_plan(blueprint), fingerprint=fingerprint, excluded=excluded),
    )
    seated = _seated(library.key, students, 0, spare if students else forms)
    frame = Frame(blueprint, places, _common_picks(library.key, places), library, exam, seated, file)
    points = sum(question.points for question in frame.form(0).questions)
    return replace(frame, exam=exam.model_copy(update={"points": float(points)}))


def resumed(
    exam: frozen.Exam,
    models: Sequence[Listed],
    roster: Sequence[Student] = (),
    *,
    spare: int = 0,
    file: str = "",
    solve: Callable[[Any], HasVariants] = solved,
) -> Frame:
    """The frame of the forms that ``extend`` adds.  Raises ``InputError`` as it does."""
    blueprint, models = planned(exam, file=file), spoken(models, exam.language, file=file)
    known = {canonical(form.student) for form in exam.forms if form.student is not None}
    students = in_order(student for student in roster if canonical(student.id) not in known)
    library = Library(draws.stretched(exam.seed), solve)
    library.leave_out({name: frozenset(rows) for name, rows in exam.origin.excluded.items()} if exam.origin else {})
    places, fingerprint = _placed(blueprint, models, library, file)
    if exam.origin is None or fingerprint != exam.origin.fingerprint:
        raise InputError(
            Fault("the items have changed since this exam was made", "the banks it was made from",
                  "make another exam, with --not-in this one", file=file)
        )  # fmt: skip
    seated = _seated(library.key, students, len(exam.forms), spare)
    return Frame(blueprint, places, _common_picks(library.key, places), library, exam, seated, file)


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


def _sections(blueprint: Blueprint, places: Sequence[Place]) -> Iterator[frozen.Section]:
    first = 1
    for place, section in enumerate(blueprint.section):
        size = sum(one.section == place for one in places)
        yield frozen.Section(
            title=section.title, instructions=section.instructions, first=first, last=first + size - 1,
            space=section.space,
        )  # fmt: skip
        first += size


@dataclass(frozen=True)
class _Seat:
    """A form to be made: its number from 0, its seat (see ``seating``), and whose it is."""

    number: int
    seat: int
    student: Student | None


@dataclass(frozen=True, eq=False)
class Frame:
    """What all forms of an exam have in common, with the seats of those to be made.

    ``picked`` is the item of each place that has the same on all forms.  ``exam`` is what there is of the exam: all but
    its forms and what is told of these, or an exam that gets more forms.  A frame can be pickled, and its forms be made
    elsewhere (see ``ready``).
    """

    blueprint: Blueprint
    places: tuple[Place, ...]
    picked: Mapping[int, str]
    library: Library
    exam: frozen.Exam
    seated: tuple[_Seat, ...]
    file: str

    @property
    def size(self) -> int:
        """The number of forms to be made."""
        return len(self.seated)

    @property
    def students(self) -> tuple[str, ...]:
        """The ids of all whose forms these are, also of those who have one already."""
        before = (form.student for form in self.exam.forms if form.student is not None)
        return (*before, *(seat.student.id for seat in self.seated if seat.student is not None))

    @cached_property
    def _ids(self) -> Callable[[int], str]:
        return draws.different_ids((self.exam.id, "questions"), 5)

    def form(self, place: int) -> frozen.Form:
        """The form to be made at a place, from 0."""
        return _form(self.seated[place], self, self._ids)

    def tally(self, forms: Sequence[frozen.Form]) -> Tally:
        """What is to be counted of some of these forms."""
        return tallied(forms, self.library.wording)

    def items(self) -> tuple[Listed, ...]:
        """All items that a form may have."""
        found = {
            model.id: model
            for place in self.places
            for model in place.models
            if self.picked.get(place.number, model.id) == model.id
        }
        return tuple(found.values())

    def ready(self) -> Frame:
        """The same frame with all of its items solved, and with the texts of these in its exam, which has no forms."""
        for model in self.items():
            self.library.variants(model)
        names = [model.id for model in self.items()]
        told = {code: one for name in names for code, one in self.library.told_by(name).items()}
        return replace(self, exam=self._with(names, told | self.exam.misconceptions, forms=(), report=()))

    def finished(self, tally: Tally) -> frozen.Exam:
        """The exam, but for the forms that were made: their tally tells what it needs.

        Raises ``InputError`` where an exam that gets more forms was made from other items.
        """
        self.library.held_against(self.exam, tally.spread, self.file)
        known = self.exam.misconceptions
        told = {code: self.library.told_of(code) for code in tally.codes - set(known)} | known
        exam = self._with(tally.spread, told)
        earlier = {name: len(rows) for name, rows in self.library.excluded.items()}
        whole = added([tallied(exam.forms, exam.wordings.__getitem__), tally]) if exam.forms else tally
        lines = report(whole, exam.wordings, earlier, self.library.used_up())
        return exam.model_copy(update={"report": (*lines, *_uneven(self))})

    def _with(self, names: Iterable[str], told: Mapping[str, frozen.Misconception], **also: object) -> frozen.Exam:
        """The exam with the texts of these items more; what it has of them already stays."""
        exam, library = self.exam, self.library
        wordings = {name: library.wording(name) for name in names} | exam.wordings
        kinds = {name: library.slot_kinds(name) for name in names} | exam.slot_kinds
        update = {
            "wordings": dict(sorted(wordings.items())),
            "slot_kinds": dict(sorted(kinds.items())),
            "misconceptions": dict(sorted(told.items())),
        }
        return exam.model_copy(update=update | also)


def _placed(
    blueprint: Blueprint, models: Sequence[Listed], library: Library, file: str
) -> tuple[tuple[Place, ...], str]:
    """The places of a blueprint, and the fingerprint of an exam of these."""
    places = tuple(_places(blueprint, models, library, file))
    return places, _fingerprint(blueprint, places)


def _seated(key: str, students: Sequence[Student], first: int, more: int) -> tuple[_Seat, ...]:
    """The forms of the students in their order, from number ``first``, and so many ``more`` that are nobody's."""
    taken = seats((key, "seats", first), students)
    own = [_Seat(first + k, first + taken[k], student) for k, student in enumerate(students)]
    return (*own, *(_Seat(k, k, None) for k in range(first + len(own), first + len(own) + more)))


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
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


def _form(one: _Seat, frame: Frame, ids: Callable[[int], str]) -> frozen.Form:
    k, library = one.seat, frame.library
    key = library.key
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
    form_id = f"{one.number + 1:03d}-{draws.short_id((frame.exam.id, 'form', whose), 4)}"
    numbers = count(1)
    questions = tuple(
        library.writer(model).question(
            row, number=next(numbers), id=ids(k * len(frame.places) + place.number), slot=place.number + 1,
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


# --- what to tell --------------------------------------------------------------------------------------------------


def _uneven(frame: Frame) -> Iterator[str]:
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
