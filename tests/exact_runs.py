"""What the tests of theorems on runs share: runs made from a line of text, and their verdicts as a line of text."""

from fractions import Fraction

from gdquiz.descent.calculus import derive
from gdquiz.descent.exact_run import ExactRun
from gdquiz.formulas.expressions import Language, parse
from gdquiz.numbers.certainty import NO, UNSURE, YES
from gdquiz.theorems.certificates import Exact

F = Fraction
SIGNS = {YES: "+", NO: "-", UNSURE: "?"}


def run_of(
    loss: str,
    start: str,
    rate: str | Fraction,
    method: str = "descent",
    beta: str | Fraction | None = None,
    ascend: bool = False,
    shown: int = 4,
) -> ExactRun:
    """A run from a start such as ``x=1 y=1/2``, whose names are the variables in their order."""
    names, numbers = zip(*(part.split("=") for part in start.split()), strict=True)
    calculus = derive(parse(loss, names=names, language=Language.FORMULA), names)
    settings = {} if beta is None else {"beta": F(beta)}
    return ExactRun(calculus, (), tuple(map(F, numbers)), F(rate), method, settings, ascend, shown)


def verdict(told: Exact | None) -> str:
    """Limit, kind of the point and scope of a run, such as ``converged local_min global`` or ``cycle 2``."""
    if told is None:
        return "undecided"
    assert told.decided.tolist() == [True]
    parts = [str(told.limit[0])]
    if told.period[0]:
        parts.append(str(told.period[0]))
    if told.point[0] != "none":
        parts.append(str(told.point[0]))
    return " ".join([*parts, "global"] if told.best[0] else parts)


def events(told: Exact | None, name: str) -> str:
    """An event of the shown steps, ``+-?`` for yes, no and open."""
    assert told is not None
    return "".join(SIGNS[answer] for answer in getattr(told, name)[0])


def flag(told: Exact | None, name: str) -> str:
    assert told is not None
    return SIGNS[getattr(told, name)[0]]
