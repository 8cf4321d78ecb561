"""A misconception: what a learner gets wrong, what is said of it, and where that is known, how it is executed.

Which there are is told by banks (``banks.misconceptions``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gdquiz.descent.mistakes import MISTAKES, Mistake, slip, written_step
from gdquiz.descent.slips import SLIPS
from gdquiz.formulas.expressions import Node


@dataclass(frozen=True, slots=True)
class Misconception:
    """What is believed, and what the learner does who believes it.

    ``title`` is for a marker, ``belief`` is what the learner thinks, ``why`` says why that is wrong, ``say`` is said
    to the learner who shows it and does not give the answer away.

    At most one of these tells what is done: ``executes`` names a mistake or a slip; ``step`` is the new value of a
    variable as the learner works it out (see ``mistakes.written_step``); ``redefine`` has quantities of an item as
    the learner takes them, as expressions of the bank language.  Where none does, or where its ``redefine`` does not
    fit, the item says what the learner answers.

    ``home`` is the file of the bank that defines it, empty for the shipped ones.
    """

    code: str
    title: str
    belief: str
    why: str
    say: str
    executes: str = ""
    step: Node | None = None
    redefine: Mapping[str, str] = field(default_factory=dict)
    home: str = field(default="", compare=False, repr=False)

    @property
    def slip(self) -> str | None:
        """The name of the slip in differentiating that it consists of, if it is one."""
        return self.executes if self.executes in SLIPS else None

    @property
    def mistake(self) -> Mistake | None:
        """What makes the learner's solver of a right one, if it is about steps or derivatives."""
        if self.step is not None:
            return written_step(self.step)
        return slip(self.executes) if self.executes in SLIPS else MISTAKES.get(self.executes)
