"""What is kept of a learner's practice from one session to the next: a small frozen value, and its JSON."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from gdquiz.authoring.exam import Frozen
from gdquiz.errors import Fault, InputError
from gdquiz.practice.mastery import MASTERED, START, after

DECIMALS = 6
"""Of a mastery in the file."""
PURSUED = 2
"""Questions in a row on one misconception."""


class Skill(Frozen):
    """``last`` is the number of the question, over all sessions, at which the skill was last practised."""

    mastery: Annotated[float, Field(ge=0, le=1, description="Probability that the skill is known.")] = START
    questions: Annotated[int, Field(ge=0, description="Questions answered.")] = 0
    credit: Annotated[float, Field(ge=0, description="Sum of the shares of the points earned.")] = 0
    last: Annotated[int, Field(ge=0, description="Number of the last of these questions.")] = 0

    @property
    def mastered(self) -> bool:
        return self.mastery >= MASTERED


class Progress(Frozen):
    """All that is kept.  ``pursued`` counts the questions in a row that were asked because of ``pending``."""

    format: Literal["gdquiz-progress"] = "gdquiz-progress"
    version: Literal[1] = 1
    questions: Annotated[int, Field(ge=0, description="Questions asked in all sessions.")] = 0
    skills: Annotated[dict[str, Skill], Field(description="By the name of the skill.")] = {}
    items: Annotated[dict[str, int], Field(description="How often each item was asked.")] = {}
    misconceptions: Annotated[dict[str, int], Field(description="How often each was shown.")] = {}
    pending: Annotated[str, Field(description="The misconception that the next question is aimed at.")] = ""
    pursued: Annotated[int, Field(ge=0)] = 0

    def skill(self, name: str) -> Skill:
        return self.skills.get(name, Skill())


def asked(progress: Progress, item: str) -> Progress:
    """After a question of an item was shown."""
    items = progress.items | {item: progress.items.get(item, 0) + 1}
    return progress.model_copy(update={"items": items, "questions": progress.questions + 1})


def answered(progress: Progress, skill: str, credit: float, chance: float, misconceptions: tuple[str, ...]) -> Progress:
    """After a question of a skill earned a share of its points, showing misconceptions (codes, the first pursued)."""
    before = progress.skill(skill)
    record = Skill(
        mastery=round(after(before.mastery, credit, chance), DECIMALS),
        questions=before.questions + 1,
        credit=round(before.credit + credit, DECIMALS),
        last=progress.questions,
    )
    counts = dict(progress.misconceptions)
    for code in misconceptions:
        counts[code] = counts.get(code, 0) + 1
    pending = misconceptions[0] if misconceptions else ""
    pursued = progress.pursued + 1 if pending and pending == progress.pending else 0
    if pursued >= PURSUED:
        pending, pursued = "", 0
    return progress.model_copy(
        update={
            "skills": progress.skills | {skill: record},
            "misconceptions": counts,
            "pending": pending,
            "pursued": pursued,
        }
    )


def skipped(progress: Progress) -> Progress:
    """After a question was left without an answer: nothing is learned about the learner from that."""
    return progress.model_copy(update={"pending": "", "pursued": 0})


# --- files ---------------------------------------------------------------------------------------------------------


def to_json(progress: Progress) -> str:
    """The text of a progress file; skills, items and misconceptions in alphabetical order."""
    ordered = {name: dict(sorted(getattr(progress, name).items())) for name in ("skills", "items", "misconceptions")}
    return progress.model_copy(update=ordered).model_dump_json(indent=1) + "\n"


def from_json(text: str, *, file: str) -> Progress:
    """Read a progress file back.  Raises ``InputError`` for a text that is none."""
    try:
        return Progress.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(Fault(first["msg"], "a file that 'gdquiz practice' wrote", file=file, field=where)) from None


def to_csv(progress: Progress) -> str:
    """The skills as a table for a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("skill", "mastery", "mastered", "questions", "credit"))
    for name, skill in sorted(progress.skills.items()):
        mastered = "yes" if skill.mastered else "no"
        writer.writerow((name, f"{skill.mastery:.3f}", mastered, skill.questions, f"{skill.credit:g}"))
    return text.getvalue()
