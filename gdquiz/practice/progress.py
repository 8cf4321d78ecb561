"""What is known of a learner: mastery of each skill, what was asked how often, and the slip to come back to.

It is worked out from the record of what was answered (``gdquiz.practice.record``); nothing of it is kept by itself.
The first version of the progress file kept nothing else, so its text is that of a ``Progress``.
"""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from gdquiz.practice.mastery import MASTERED, START
from gdquiz.texts.cells import inert

PURSUED = 2
"""Questions in a row on one misconception."""
MOST = 1_000_000_000
"""The largest count in a file."""


class Kept(BaseModel):
    """What is read from files and browsers: no field beyond those declared, and no value of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def whole(value: Any) -> Any:
    """JSON has one kind of number, so 3.0 is as whole as 3; Python's true is a number and JSON's is none."""
    if isinstance(value, bool):
        raise ValueError("a truth value is no number")
    return int(value) if isinstance(value, float) and value.is_integer() else value


Count = Annotated[int, Field(ge=0, le=MOST), BeforeValidator(whole)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
"""Of an item or a skill."""
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]
"""Of a misconception."""


class Skill(Kept):
    """``last`` is the number of the question, over all sessions, at which the skill was last practised."""

    mastery: Annotated[float, Field(ge=0, le=1, description="Probability that the skill is known.")] = START
    questions: Annotated[Count, Field(description="Questions answered.")] = 0
    credit: Annotated[float, Field(ge=0, le=MOST, description="Sum of the shares of the points earned.")] = 0
    last: Annotated[Count, Field(description="Number of the last of these questions.")] = 0

    @property
    def mastered(self) -> bool:
        return self.mastery >= MASTERED


class Progress(Kept):
    """``pursued`` counts the questions in a row that were asked because of ``pending``."""

    format: Literal["gdquiz-progress"] = "gdquiz-progress"
    version: Annotated[Literal[1], BeforeValidator(whole)] = 1
    questions: Annotated[Count, Field(description="Questions asked in all sessions.")] = 0
    skills: Annotated[dict[Name, Skill], Field(description="By the name of the skill.")] = {}
    items: Annotated[dict[Name, Count], Field(description="How often each item was asked.")] = {}
    misconceptions: Annotated[dict[Code, Count], Field(description="How often each was shown.")] = {}
    pending: Annotated[Code | Literal[""], Field(description="The misconception the next question is aimed at.")] = ""
    pursued: Count = 0

    def skill(self, name: str) -> Skill:
        return self.skills.get(name, Skill())


def to_csv(progress: Progress) -> str:
    """The skills as a table for a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("skill", "mastery", "mastered", "questions", "credit"))
    for name, skill in sorted(progress.skills.items()):
        mastered = "yes" if skill.mastered else "no"
        writer.writerow((inert(name), f"{skill.mastery:.3f}", mastered, skill.questions, f"{skill.credit:g}"))
    return text.getvalue()
