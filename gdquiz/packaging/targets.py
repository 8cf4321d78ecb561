"""The learning platforms that an exam can be packaged for: one table, read by the command, the tests and the docs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from gdquiz.errors import Fault, InputError, nearest
from gdquiz.exam.answers import SHAPES, Kind
from gdquiz.kinds.platforms import (
    AMONG,
    AS_ENDS,
    AS_IS,
    AS_LETTERS,
    CARRIAGES,
    LEFT_OUT,
    ONE_TO_ONE,
    PLACES,
    PLAIN,
    POSITIONS,
)
from gdquiz.packaging import styles
from gdquiz.packaging.fields import KINDS
from gdquiz.rendering import markdown
from gdquiz.rendering.markup import Style

EVERY_KIND: tuple[Kind, ...] = tuple(SHAPES)


IN_FILE, WHOLE = "in the file", "in the file; a whole number for each field where there are several"


@dataclass(frozen=True, slots=True)
class Target:
    """A row of ``TARGETS``.

    ``kinds`` tells how each kind of answer is carried; ``together`` are the kinds of fields that one question of the
    platform can ask for at once, so that a question of several parts stays one; others are split.  ``feedback``,
    ``hints``, ``solution``, ``figures`` and ``marks`` (the points of a question) say in a word or two where these go,
    and are empty where there is no place for them.  ``credit`` are the kinds of fields in which a foreseen wrong answer
    earns the part of the marks that its item gives it.  ``writer`` is the function that writes the package, as
    ``module:function``.
    """

    name: str
    title: str
    extension: str
    platforms: str
    style: Style
    kinds: Mapping[Kind, str]
    together: frozenset[str]
    feedback: str
    hints: str
    solution: str
    figures: str
    formulas: str
    pools: str
    writer: str
    credit: frozenset[str] = frozenset()
    marks: str = IN_FILE

    def limits(self) -> Iterator[str]:
        """What the platform does not take as it is, line by line."""
        for kind, carried in self.kinds.items():
            if carried != AS_IS:
                yield f"{KINDS[kind]}: {carried}"
        if not self.together:
            yield "a question of several parts: as one question for each part"
        for name, place in (
            ("feedback", self.feedback),
            ("hints", self.hints),
            ("solutions", self.solution),
            ("points", self.marks),
        ):
            if not place:
                yield f"{name}: left out"
        if told := self.credited():
            yield f"credit of foreseen wrong answers: {told}"

    def credited(self) -> str:
        """Where foreseen wrong answers earn no part of the marks, or only some do: in words; empty where all can."""
        if self.credit >= _MARKED:
            return ""
        kinds = ", ".join(KINDS[kind] for kind in EVERY_KIND if kind in self.credit)
        return f"of {kinds} only" if kinds else LEFT_OUT


def _kinds(**other: str) -> Mapping[Kind, str]:
    unknown = set(other) - set(EVERY_KIND) or set(other.values()) - set(CARRIAGES)
    assert not unknown, unknown
    return {kind: other.get(kind, AS_IS) for kind in EVERY_KIND}


_ALL_FIELDS = frozenset(("number", "choice", "choices", "truth", "matching", "ordering", "words"))
_CLOZE = frozenset(("number", "choice", "choices", "truth", "matching"))
_SINGLE = frozenset(("number", "choice"))
_MARKED = _ALL_FIELDS - {"words"}
"""Fields that the platform marks by itself."""

_MOODLE = Target(
    name="moodle",
    title="Moodle XML",
    extension="xml",
    platforms="Moodle 4.4 and newer",
    style=styles.TEX,
    kinds=_kinds(interval=AS_ENDS, formula=AMONG),
    together=_CLOZE,
    feedback="at each foreseen wrong answer",
    hints="hints of the interactive behaviours",
    solution="general feedback",
    figures="SVG inside of the file",
    formulas="TeX",
    pools="a category for each question",
    writer="gdquiz.packaging.moodle:pages",
    credit=_SINGLE,
    marks=WHOLE,
)
_QTI_2 = Target(
    name="qti-2.1",
    title="QTI 2.1 package",
    extension="zip",
    platforms="OpenOlat, TAO, Canvas New Quizzes, Blackboard",
    style=styles.XHTML,
    kinds=_kinds(interval=AS_ENDS, formula=AMONG),
    together=_ALL_FIELDS,
    feedback="modal feedback at each foreseen wrong answer",
    hints="",
    solution="modal feedback after the answer",
    figures="SVG files of the package",
    formulas="MathML",
    pools="a section for each question, which selects one item",
    writer="gdquiz.packaging.qti:pages",
    credit=_MARKED,
)
_QTI_1 = Target(
    name="qti-1.2",
    title="QTI 1.2 package",
    extension="zip",
    platforms="ILIAS, PrairieLearn, LibreTexts ADAPT and others",
    style=styles.TEX,
    kinds=_kinds(interval=AS_ENDS, formula=AMONG, matching=PLAIN, ordering=PLACES),
    together=frozenset(),
    feedback="at each foreseen wrong answer",
    hints="",
    solution="feedback after the answer",
    figures="SVG files of the package",
    formulas="TeX",
    pools="a section for each question, which selects one item",
    writer="gdquiz.packaging.qti1:pages",
    credit=_SINGLE | {"choices"},
)

TARGETS: tuple[Target, ...] = (
    _MOODLE,
    replace(
        _MOODLE,
        name="moodle-4.3",
        title="Moodle XML, for older versions",
        platforms="Moodle 3.9 to 4.3",
        kinds=_kinds(interval=AS_ENDS, formula=AMONG, ordering=POSITIONS),
    ),
    _QTI_2,
    replace(_QTI_2, name="qti-2.2", title="QTI 2.2 package", platforms="TAO, Inspera, OpenOlat"),
    replace(_QTI_2, name="qti-3.0", title="QTI 3.0 package", platforms="TAO 2024 and newer, QTI 3 players"),
    replace(
        _QTI_1,
        name="canvas",
        title="QTI 1.2 package for Canvas",
        platforms="Canvas, Classic Quizzes and New Quizzes",
        feedback="at each wrong option; of numbers in the general comment",
        solution="general comment",
        pools="a question group for each question, which picks one",
        credit=frozenset(),
    ),
    _QTI_1,
    Target(
        name="gift",
        title="GIFT",
        extension="txt",
        platforms="Moodle and tools that read its text format",
        style=styles.TEX,
        kinds=_kinds(interval=AS_ENDS, formula=AMONG, matching=PLAIN, ordering=PLACES),
        together=frozenset(),
        feedback="at each foreseen wrong answer",
        hints="",
        solution="general feedback",
        figures="",
        formulas="TeX",
        pools="a category for each question",
        writer="gdquiz.packaging.gift:pages",
        credit=_SINGLE,
        marks="",
    ),
    Target(
        name="aiken",
        title="Aiken",
        extension="txt",
        platforms="Moodle and many others, single choices only",
        style=styles.PLAIN,
        kinds=_kinds(
            number=AMONG,
            numbers=AMONG,
            interval=AMONG,
            choices=LEFT_OUT,
            truth=AS_IS,
            matching=AS_LETTERS,
            ordering=PLACES,
            formula=AMONG,
            text=LEFT_OUT,
        ),
        together=frozenset(),
        feedback="",
        hints="",
        solution="",
        figures="",
        formulas="TeX",
        pools="none: the questions follow one another",
        writer="gdquiz.packaging.lines:aiken",
        marks="",
    ),
    Target(
        name="blackboard",
        title="Blackboard question upload",
        extension="txt",
        platforms="Blackboard Learn, Original and Ultra",
        style=styles.DOLLARS,
        kinds=_kinds(interval=AS_ENDS, formula=AMONG, matching=ONE_TO_ONE),
        together=frozenset(),
        feedback="",
        hints="",
        solution="",
        figures="",
        formulas="TeX in double dollars",
        pools="a file for each question",
        writer="gdquiz.packaging.lines:blackboard",
        marks="",
    ),
    Target(
        name="brightspace",
        title="Brightspace question import",
        extension="csv",
        platforms="Brightspace (D2L)",
        style=styles.TEX,
        kinds=_kinds(number=AMONG, numbers=AMONG, interval=AMONG, formula=AMONG),
        together=frozenset(),
        feedback="at each foreseen wrong option",
        hints="hint of the question",
        solution="feedback of the question",
        figures="",
        formulas="TeX",
        pools="a file for each question",
        writer="gdquiz.packaging.lines:brightspace",
        credit=frozenset(("choice",)),
    ),
    Target(
        name="jsonl",
        title="JSON Lines",
        extension="jsonl",
        platforms="programs of your own; schema: gdquiz schema line",
        style=markdown.STYLE,
        kinds=_kinds(),
        together=_ALL_FIELDS,
        feedback="each foreseen wrong answer",
        hints="yes",
        solution="yes",
        figures="SVG inside of the line",
        formulas="TeX in dollars",
        pools="each line names its pool",
        writer="gdquiz.packaging.jsonl:pages",
        credit=_MARKED,
    ),
)


def find_target(name: str) -> Target:
    """The target of a name.  Raises ``InputError`` for a name that is none."""
    for row in TARGETS:
        if row.name == name:
            return row
    names = [row.name for row in TARGETS]
    raise InputError(Fault(f"unknown target '{name}'", expected=", ".join(names), hint=nearest(name, names)))
