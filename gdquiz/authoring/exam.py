"""The frozen artefact: an exam of solved questions, as it is written to and read from ``exam.json``.

Everything after generation (sheets, keys, LMS packages, grading) reads only this.  Texts stand once per wording and
carry slots; a question carries the values of its slots, its keys, its wrong answers and its figure.  Filling a text
is plain substitution (``gdquiz.authoring.wording.fill``); nothing is computed any more.

Texts are Markdown with ``$...$`` (inline) and ``$$...$$`` (display) mathematics in LaTeX.  A slot is written
``{{name}}`` or ``{{name:format}}`` or ``{{= expression}}``; its whole inside is its key in ``Question.slots``.
Numbers that are marked are exact strings: ``-3/5`` where rational, else a decimal of 20 digits.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gdquiz.errors import Fault, InputError

FORMAT = "gdquiz-exam"
VERSION = 1

Kind = Literal["number", "numbers", "choice", "choices", "truth", "matching", "ordering", "formula", "text"]
SlotKind = Literal["math", "text", "code"]
Text = str
"""Markdown with slots."""


class Frozen(BaseModel):
    """A value: never changed, no field beyond those declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- figures -------------------------------------------------------------------------------------------------------

Point = tuple[float, float]


class Curve(Frozen):
    """A polyline in data coordinates; ``role`` picks its look in every format, ``key_only`` keeps it off the sheet."""

    role: Literal["loss", "level", "path", "train", "heldout", "tangent"]
    points: tuple[Point, ...]
    label: str = ""
    key_only: bool = False


class Mark(Frozen):
    """A labelled point (label is LaTeX); ``arrow`` is the head of an arrow that starts at the point."""

    x: float
    y: float
    label: str = ""
    role: Literal["start", "iterate", "minimum", "maximum", "point", "arrow"] = "point"
    arrow: Point | None = None
    key_only: bool = False


class Figure(Frozen):
    """A drawing as data: formats only lay it out.  ``alt`` describes the sheet's version and gives no answer away."""

    x_label: str
    y_label: str
    x_range: Point
    y_range: Point
    x_ticks: tuple[float, ...]
    y_ticks: tuple[float, ...]
    curves: tuple[Curve, ...]
    marks: tuple[Mark, ...] = ()
    equal_scale: bool = False
    alt: str
    key_alt: str


# --- wordings: what all variants of an item say --------------------------------------------------------------------


class OptionText(Frozen):
    """``feedback`` is for who chose the option wrongly; it stands on no sheet."""

    id: str
    text: Text
    feedback: Text = ""


class GuideLine(Frozen):
    """One line of a marking guide for an answer in words."""

    points: float
    text: Text


class PartWording(Frozen):
    """The texts of one part.  ``options`` are the choices, the right-hand sides of a matching, the things to order;
    ``prompts`` are the left-hand sides of a matching; ``labels`` name the fields of several numbers."""

    id: str
    kind: Kind
    ask: Text
    points: float
    digits: int | None = None
    rounding: Text = ""
    labels: tuple[str, ...] = ()
    options: tuple[OptionText, ...] = ()
    prompts: tuple[OptionText, ...] = ()
    variables: tuple[str, ...] = ()
    guide: tuple[GuideLine, ...] = ()
    follow_through: Text = ""


class Wording(Frozen):
    """The texts of an item, or of one case of it, with what is known of the item for filing and reports."""

    item: str
    version: str
    title: str
    topic: str
    skill: str
    outcome: str
    bloom: str
    tier: int
    minutes: float
    points: float
    licence: str
    population: int
    stem: Text
    hints: tuple[Text, ...] = ()
    solution: Text
    parts: tuple[PartWording, ...]


# --- questions: one solved row of a population ---------------------------------------------------------------------


class NumberKey(Frozen):
    """``value`` is exact, ``shown`` the LaTeX that the key prints; every x with low <= x <= high earns the mark."""

    value: str
    shown: str
    low: str
    high: str


class WrongAnswer(Frozen):
    """What a student with this misconception answers: ``values`` (numbers, exact strings), option ids or a formula.

    ``shown`` is Markdown without slots, ready to print.  ``feedback`` is what to say, ``misconception`` the code.
    """

    misconception: str
    shown: str
    values: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    formula: str = ""
    feedback: str


class PartKey(Frozen):
    """The solved part of a question.

    ``order`` and ``prompt_order`` are option ids as printed.  Keys by kind: ``numbers`` (number: one; numbers: one for
    each label), ``options`` (choice: one id; choices: all that are true; ordering: ids in right order; matching:
    the option id of each prompt in ``prompt_order``; truth: the id of the right reason), ``truth``, ``formula`` (in
    gdquiz' grammar) with ``formula_shown`` (LaTeX).
    """

    order: tuple[str, ...] = ()
    prompt_order: tuple[str, ...] = ()
    numbers: tuple[NumberKey, ...] = ()
    options: tuple[str, ...] = ()
    truth: bool | None = None
    formula: str = ""
    formula_shown: str = ""
    wrong: tuple[WrongAnswer, ...] = ()


class Question(Frozen):
    """One row of one population on one form.  ``wording`` is a key of ``Exam.wordings``; ``row`` the row's number."""

    id: str
    number: int
    wording: str
    row: int
    points: float
    difficulty: float
    slots: dict[str, str]
    parts: tuple[PartKey, ...]
    figure: Figure | None = None


class Student(Frozen):
    name: str
    id: str


class Form(Frozen):
    id: str
    number: int
    student: Student | None = None
    questions: tuple[Question, ...]


class Section(Frozen):
    """A run of questions, ``first`` to ``last`` by number, with its heading and the space left for an answer (cm)."""

    title: str = ""
    instructions: Text = ""
    first: int
    last: int
    space: float = 4.0


class Exam(Frozen):
    format: Literal["gdquiz-exam"] = "gdquiz-exam"
    version: Literal[1] = 1
    gdquiz: str
    id: str
    title: str
    course: str = ""
    date: str = ""
    instructions: Text = ""
    seed: str
    points: float
    sections: tuple[Section, ...]
    wordings: dict[str, Wording]
    slot_kinds: Annotated[
        dict[str, dict[str, SlotKind]],
        Field(description="for each wording, what its slots hold: LaTeX, plain words, or program text"),
    ]
    misconceptions: Annotated[dict[str, str], Field(description="title of every misconception code that occurs")]
    forms: tuple[Form, ...]
    report: tuple[str, ...] = ()


def to_json(exam: Exam) -> str:
    """The text of ``exam.json``; the same exam always gives the same bytes."""
    return exam.model_dump_json(indent=1, exclude_defaults=False) + "\n"


def from_json(text: str | bytes, *, file: str = "exam.json") -> Exam:
    """Read an exam back.  Raises ``InputError`` naming each field that is not as the schema wants it."""
    try:
        return Exam.model_validate_json(text)
    except ValidationError as error:
        raise InputError(
            Fault(
                problem=fault["msg"],
                file=file,
                field=".".join(map(str, fault["loc"])),
                hint="the file must be one that 'gdquiz make' wrote",
            )
            for fault in error.errors()
        ) from error
