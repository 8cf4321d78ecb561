"""What is kept of a learner's practice: every question that was asked and what was answered, so that records merge.

Two sessions, two tabs of a browser, or a browser and a terminal add to a record without knowing of each other.  Each
question has an id that no other session gives, so the union of two records is all that was answered, none of it twice:
``joined`` is commutative, associative and idempotent, whatever is joined in whatever order, however often.  What a
record says of the learner (``progress_of``) is worked out anew from the questions in their order.

The file of version 1 kept sums without ids.  Such sums are carried along in ``earlier``.  Where one could be a later
state of another, only the later one stays; others are added up.

``templates/practice/record.js`` does the same in a browser; tests hold both to each other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError
from pydantic_core import from_json as parsed

from gdquiz.errors import Fault, InputError
from gdquiz.practice import mastery
from gdquiz.practice.progress import MOST, PURSUED, Code, Count, Kept, Name, Progress, Skill, whole

FORMAT: Final = "gdquiz-progress"
VERSION: Final = 2
MOST_FAULTS = 20
"""That are told of one file."""


class Answer(Kept):
    skill: Name
    credit: Annotated[float, Field(ge=0, le=1, description="Share of the points that the first answers earned.")]
    chance: Annotated[float, Field(gt=0, lt=1, description="Of being right by choosing blindly.")]
    codes: Annotated[tuple[Code, ...], Field(max_length=12, description="Misconceptions shown, first to last.")] = ()


class Asked(Kept):
    """A question that was asked.  One that was neither answered nor left on purpose was open when a session ended."""

    id: Annotated[
        str, StringConstraints(pattern=r"^[0-9a-z]{1,32}-[0-9]{1,10}$"), Field(description="Session and question.")
    ]
    number: Annotated[Count, Field(description="Larger than those of all questions known when it was asked.")]
    item: Name
    left: Annotated[bool, Field(description="Left without an answer.")] = False
    answer: Answer | None = None


class Record(Kept):
    """In the order of the questions' numbers, as ``joined`` makes it."""

    format: Literal["gdquiz-progress"] = FORMAT
    version: Annotated[Literal[2], BeforeValidator(whole)] = VERSION
    earlier: Annotated[tuple[Progress, ...], Field(description="Sums that version 1 kept.")]
    log: Annotated[tuple[Asked, ...], Field(description="Every question asked.")]


EMPTY = Record(earlier=(), log=())


def joined(*records: Record) -> Record:
    """All that is in some of the records.  Of the same question it is what happened last: asked, left, answered."""
    log: dict[str, Asked] = {}
    for record in records:
        for question in record.log:
            known = log.get(question.id)
            if known is None or _rank(known) < _rank(question):
                log[question.id] = question
    sums = {_key(sums): sums for record in records for sums in record.earlier if sums != Progress()}
    latest = [key for key, one in sums.items() if not any(_is_later(other, one) for other in sums.values())]
    return Record.model_construct(
        format=FORMAT,
        version=VERSION,
        earlier=tuple(sums[key] for key in sorted(latest)),
        log=tuple(sorted(log.values(), key=lambda question: (question.number, question.id))),
    )


def added(record: Record, question: Asked) -> Record:
    return joined(record, Record.model_construct(earlier=(), log=(question,)))


def asked(record: Record, id: str, item: str) -> Asked:
    """The next question after all of a record."""
    before = sum(sums.questions for sums in record.earlier)
    if record.log:
        before = max(before, record.log[-1].number)
    return Asked(id=id, number=min(before + 1, MOST), item=item)


def left(question: Asked) -> Asked:
    return question.model_copy(update={"left": True})


def answered(question: Asked, skill: str, credit: float, chance: float, codes: tuple[str, ...]) -> Asked:
    """A question that earned a share of its points, showing misconceptions (the first is pursued)."""
    return question.model_copy(update={"answer": Answer(skill=skill, credit=credit, chance=chance, codes=codes)})


def _rank(question: Asked) -> tuple[Any, ...]:
    """An order of all questions with the same id."""
    answer = question.answer
    told = (answer.skill, answer.credit, answer.chance, answer.codes) if answer else ()
    return answer is not None, question.left, question.number, question.item, told


# --- sums of version 1 ---------------------------------------------------------------------------------------------


def _key(sums: Progress) -> tuple[Any, ...]:
    """An order of all sums."""
    skills = tuple(
        (name, one.mastery, one.questions, one.credit, one.last) for name, one in sorted(sums.skills.items())
    )
    counts = tuple(tuple(sorted(counted.items())) for counted in (sums.items, sums.misconceptions))
    return sums.questions, sums.pursued, sums.pending, skills, *counts


def _is_later(later: Progress, sums: Progress) -> bool:
    """Whether some sums could be a later state of others: no count is smaller.  Of equal ones it is the larger."""
    return _covers(later, sums) and (not _covers(sums, later) or _key(sums) < _key(later))


def _covers(later: Progress, sums: Progress) -> bool:
    def no_less(now: Mapping[str, int], then: Mapping[str, int]) -> bool:
        return all(name in now and now[name] >= count for name, count in then.items())

    def skills() -> bool:
        return all(
            name in later.skills
            and later.skills[name].questions >= one.questions
            and later.skills[name].credit >= one.credit
            and later.skills[name].last >= one.last
            for name, one in sums.skills.items()
        )

    return (
        later.questions >= sums.questions
        and no_less(later.items, sums.items)
        and no_less(later.misconceptions, sums.misconceptions)
        and skills()
    )


def _total(earlier: Iterable[Progress]) -> tuple[dict[str, Skill], Counter[str], Counter[str]]:
    skills: dict[str, Skill] = {}
    items, misconceptions = Counter[str](), Counter[str]()
    for sums in earlier:
        items.update(sums.items)
        misconceptions.update(sums.misconceptions)
        for name, one in sums.skills.items():
            other = skills.get(name)
            skills[name] = one if other is None else _skill(
                max(other.mastery, one.mastery),
                other.questions + one.questions,
                other.credit + one.credit,
                max(other.last, one.last),
            )  # fmt: skip
    return skills, items, misconceptions


def _skill(known: float, questions: int, credit: float, last: int) -> Skill:
    return Skill.model_construct(mastery=known, questions=questions, credit=credit, last=last)


# --- what a record says --------------------------------------------------------------------------------------------


def progress_of(record: Record) -> Progress:
    """Mastery traced through all answers in their order, and the counts."""
    skills, items, misconceptions = _total(record.earlier)
    pending, pursued = (record.earlier[-1].pending, record.earlier[-1].pursued) if record.earlier else ("", 0)
    for question in record.log:
        items[question.item] += 1
        answer = question.answer
        if answer is not None:
            before = skills.get(answer.skill, Skill())
            skills[answer.skill] = _skill(
                mastery.after(before.mastery, answer.credit, answer.chance),
                before.questions + 1,
                before.credit + answer.credit,
                question.number,
            )
            misconceptions.update(answer.codes)
            slip = answer.codes[0] if answer.codes else ""
            pursued = pursued + 1 if slip and slip == pending else 0
            pending = slip
            if pursued >= PURSUED:
                pending, pursued = "", 0
        elif question.left:
            pending, pursued = "", 0
    return Progress.model_construct(
        questions=sum(sums.questions for sums in record.earlier) + len(record.log),
        skills=skills,
        items=dict(items),
        misconceptions=dict(misconceptions),
        pending=pending,
        pursued=pursued,
    )


# --- files ---------------------------------------------------------------------------------------------------------


def to_json(record: Record) -> str:
    """The text of a progress file, a line for each question; equal records give equal texts."""
    lists = {
        "earlier": [json.dumps(_dumped(sums), sort_keys=True) for sums in record.earlier],
        "log": [json.dumps(_dumped(question)) for question in record.log],
    }
    fields = [f'"format": "{FORMAT}"', f'"version": {VERSION}']
    for name, lines in lists.items():
        fields.append(f'"{name}": ' + ("[\n" + ",\n".join(lines) + "\n]" if lines else "[]"))
    return "{\n" + ",\n".join(fields) + "\n}\n"


def _dumped(value: Kept) -> dict[str, Any]:
    dumped: dict[str, Any] = value.model_dump(mode="json", exclude_defaults=True)
    return dumped


def from_json(text: str, *, file: str) -> Record:
    """Read a progress file back, of this version or of the first.

    Raises ``InputError`` for a text that is none, naming each field that is not as it should be.
    """

    def refused(problem: str, expected: str = "", field: str = "") -> InputError:
        return InputError(Fault(problem, expected or "a file that 'gdquiz practice' wrote", file=file, field=field))

    try:
        found = parsed(text)
    except ValueError as error:
        raise refused(f"this is not JSON: {error}") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise refused("this holds no progress")
    version = found.get("version")
    if version not in (1, VERSION) or isinstance(version, bool):
        newer = isinstance(version, int | float) and version > VERSION
        raise refused(
            "the version is newer than this gdquiz" if newer else "there is no such version",
            f"a file that 'gdquiz practice' wrote, of version 1 or {VERSION}",
            field="version",
        )
    try:
        if version == 1:
            return joined(Record(earlier=(Progress.model_validate_json(text),), log=()))
        return joined(Record.model_validate_json(text))
    except ValidationError as error:
        faults = [refused(one["msg"], field=".".join(map(str, one["loc"]))).faults[0] for one in error.errors()]
        raise InputError(faults[:MOST_FAULTS]) from None


def schemas() -> dict[int, dict[str, Any]]:
    """The JSON Schema of every version, by which the practice page checks what it reads."""
    return {1: Progress.model_json_schema(), VERSION: Record.model_json_schema()}
