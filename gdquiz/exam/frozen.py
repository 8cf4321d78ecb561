"""The frozen artefact: an exam of solved questions, as it is written to and read from ``exam.json``.

Everything after generation (sheets, keys, LMS packages, grading) reads only this.  Texts stand once per wording and
carry slots; a question carries the values of its slots, its keys, its wrong answers and its figure.  Filling a text
is plain substitution (``gdquiz.exam.wording.fill``); nothing is computed any more.  Names of students are not here:
a form has the id of its student, and the names lie in a file of their own.

Texts are Markdown with ``$...$`` (inline) and ``$$...$$`` (display) mathematics in LaTeX.  A slot is written
``{{name}}`` or ``{{name:format}}`` or ``{{= expression}}``; its whole inside is its key in ``Question.slots``.
Numbers that are marked are exact strings: ``-3/5`` where rational, else a decimal of 20 digits.

The types here say what shape an exam has and how large each of its fields may be.  How fields have to fit one another
is told in ``gdquiz.exam.soundness``; ``exam_json`` holds a file against both.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gdquiz.exam.answers import Kind

FORMAT = "gdquiz-exam"
VERSION = 2

SlotKind = Literal["math", "text", "code"]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What options are printed under, in the order in which they stand."""
MOST_OPTIONS = len(LETTERS)
MOST_PARTS = 12
MOST_LISTED = 100
"""Of whatever else is listed in a wording or a key: wrong answers, hints, lines of a guide."""
MOST_FORMS = 100_000
MOST_DIGITS = 40
"""Of a number that is to be filled in digit by digit."""

Text = Annotated[str, StringConstraints(max_length=20_000)]
"""Markdown with slots."""
Words = Annotated[str, StringConstraints(max_length=1000)]
"""A name, a heading or a label."""
Latex = Annotated[str, StringConstraints(max_length=5000)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=100)]
"""What is printed to find something again; it stands in names of files and in XML as it is."""
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
"""What authors call items, parts and options."""
VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=30)]
Exact = Annotated[
    str, StringConstraints(pattern=r"^-?[0-9]+(/[0-9]*[1-9][0-9]*|(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?)$", max_length=200)
]
"""A number that is marked: ``-3/5``, ``7``, ``0.25``, ``1.5e-07``."""
Formula = Annotated[str, StringConstraints(max_length=500)]
"""In gdquiz' grammar."""
LanguageTag = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z]{2,8}(-[A-Za-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"
        r"(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[A-WYZa-wyz0-9](-[A-Za-z0-9]{2,8})+)*(-[xX](-[A-Za-z0-9]{1,8})+)?$",
        max_length=60,
    ),
]
"""A language by its BCP 47 tag: ``en``, ``de-CH``, ``zh-Hans-TW``."""
Number = Annotated[float, Field(ge=0, le=1_000_000)]
"""Points, minutes and the like."""


class Frozen(BaseModel):
    """A value: never changed, no field beyond those declared, every number finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


# --- figures -------------------------------------------------------------------------------------------------------

Coordinate = Annotated[float, Field(ge=-1_000_000_000, le=1_000_000_000)]
Point = tuple[Coordinate, Coordinate]
Ticks = Annotated[tuple[Coordinate, ...], Field(max_length=100)]


class Curve(Frozen):
    """A polyline in data coordinates; ``role`` picks its look in every format, ``key_only`` keeps it off the sheet.

    A ``series`` is one of several; ``style`` (0, 1, 2, ...) tells it from the others by colour, dashes and dots.
    """

    role: Annotated[
        Literal["loss", "level", "path", "train", "heldout", "tangent", "series"], Field(description="What it shows.")
    ]
    points: Annotated[tuple[Point, ...], Field(description="In data coordinates.", max_length=5000)]
    label: Annotated[Words, Field(description="LaTeX.")] = ""
    key_only: Annotated[bool, Field(description="Not on the sheet.")] = False
    style: Annotated[int, Field(description="Which look of its role it has, from 0.", ge=0, le=100)] = 0
    dots: Annotated[bool, Field(description="Its points are dotted, but for those on the border.")] = False
    panel: Annotated[int | None, Field(description="The panel it is in, from 0; none means every panel.", ge=0)] = None


class Mark(Frozen):
    """A labelled point (label is LaTeX); ``arrow`` is the head of an arrow that starts at the point.

    Of the role ``label`` only the label is drawn: it names the curve beside it.
    """

    x: Coordinate
    y: Coordinate
    label: Annotated[Words, Field(description="LaTeX.")] = ""
    role: Annotated[
        Literal["start", "iterate", "minimum", "maximum", "point", "arrow", "label"],
        Field(description="What it shows."),
    ] = "point"
    arrow: Annotated[Point | None, Field(description="The head of an arrow.")] = None
    key_only: Annotated[bool, Field(description="Not on the sheet.")] = False
    panel: Annotated[int | None, Field(description="The panel it is in, from 0; none means every panel.", ge=0)] = None


class Figure(Frozen):
    """A drawing as data: formats only lay it out.  ``alt`` describes the sheet's version and gives no answer away.

    With ``panels`` there are as many drawings side by side, all with the same axes.
    """

    x_label: Annotated[Words, Field(description="LaTeX.")]
    y_label: Annotated[Words, Field(description="LaTeX.")]
    x_range: Point
    y_range: Point
    x_ticks: Ticks
    y_ticks: Ticks
    curves: Annotated[tuple[Curve, ...], Field(max_length=200)]
    marks: Annotated[tuple[Mark, ...], Field(max_length=200)] = ()
    equal_scale: Annotated[bool, Field(description="Both axes to the same scale.")] = False
    panels: Annotated[tuple[Words, ...], Field(description="The title of each panel, LaTeX.", max_length=12)] = ()
    alt: Annotated[Text, Field(description="Describes the drawing on the sheet.")]
    key_alt: Annotated[Text, Field(description="Describes the drawing on the key.")]


# --- wordings: what all variants of an item say --------------------------------------------------------------------


class OptionText(Frozen):
    """``feedback`` is for who chose the option wrongly; it stands on no sheet."""

    id: Identifier
    text: Annotated[Text, Field(description="Text with slots.")]
    feedback: Text = ""


class GuideLine(Frozen):
    """One line of a marking guide for an answer in words."""

    points: Annotated[Number, Field(description="Marks for this line.")]
    text: Annotated[Text, Field(description="Text with slots.")]


class Grid(Frozen):
    """How many digits a field for a number needs, over all variants of an item, so that it fits every one of them.

    A field has either ``whole`` digits, with ``decimals`` after the point, or a ``numerator`` and a ``denominator``.
    Keys and foreseen wrong answers count alike, so that the width tells nothing of an answer.
    """

    sign: Annotated[bool, Field(description="Whether there are negative numbers.")]
    whole: Annotated[int, Field(description="Digits before the point.", ge=0, le=MOST_DIGITS)] = 0
    decimals: Annotated[int, Field(description="Digits after the point.", ge=0, le=8)] = 0
    numerator: Annotated[int, Field(description="Digits above the line of a fraction.", ge=0, le=MOST_DIGITS)] = 0
    denominator: Annotated[int, Field(description="Digits below it.", ge=0, le=MOST_DIGITS)] = 0


class PartWording(Frozen):
    """The texts of one part.  ``options`` are the choices, the right-hand sides of a matching, the things to order;
    ``prompts`` are the left-hand sides of a matching; ``labels`` name the fields of several numbers."""

    id: Annotated[Identifier, Field(description="Name of the part in the bank.")]
    kind: Annotated[Kind, Field(description="Kind of answer.")]
    ask: Annotated[Text, Field(description="Text with slots.")]
    points: Annotated[Number, Field(description="Marks of the part.")]
    digits: Annotated[
        int | None, Field(description="Decimals asked for; none where the exact value is.", ge=0, le=8)
    ] = None
    precision: Annotated[
        Literal["", "whole", "exact", "fraction", "decimal"],
        Field(
            description="How a number has to be given: as a whole number, exactly, as a fraction or rounded to "
            "`digits`, or rounded."
        ),
    ] = ""
    rounding: Annotated[
        Text,
        Field(description="The sentence that says so, in older files only.", exclude_if=lambda sentence: not sentence),
    ] = ""
    labels: Annotated[
        tuple[Text, ...],
        Field(description="Names of the fields of several numbers, or of the ends.", max_length=MOST_OPTIONS),
    ] = ()
    grid: Annotated[
        tuple[Grid, ...],
        Field(
            description="Digits that each number needs, the same for all variants; none where that is not known.",
            max_length=MOST_OPTIONS,
        ),
    ] = ()
    options: Annotated[
        tuple[OptionText, ...],
        Field(description="Choices, right-hand sides or things to order.", max_length=MOST_OPTIONS),
    ] = ()
    prompts: Annotated[
        tuple[OptionText, ...], Field(description="Left-hand sides of a matching.", max_length=MOST_OPTIONS)
    ] = ()
    variables: Annotated[
        tuple[VariableName, ...],
        Field(description="Variables that a formula may use; of an interval what lies in it.", max_length=4),
    ] = ()
    positive: Annotated[
        bool,
        Field(
            description="Of an interval: what lies in it is positive by nature, so that 'x < 1' begins at 0.",
            exclude_if=lambda positive: not positive,
        ),
    ] = False
    guide: Annotated[tuple[GuideLine, ...], Field(description="The marking guide.", max_length=MOST_LISTED)] = ()
    follow_through: Annotated[Text, Field(description="How to mark what follows from a wrong earlier answer.")] = ""


class Wording(Frozen):
    """The texts of an item, or of one case of it, with what is known of the item for filing and reports."""

    item: Annotated[Identifier, Field(description="Id of the item.")]
    version: Annotated[Id, Field(description="Changes with everything in the item.")]
    title: Annotated[Words, Field(description="For keys and lists.")]
    topic: Annotated[Words, Field(description="Topic of the bank.")]
    skill: Annotated[Words, Field(description="Skill.")]
    outcome: Annotated[Words, Field(description="Learning outcome.")]
    bloom: Annotated[Words, Field(description="Level in Bloom's taxonomy.")]
    tier: Annotated[int, Field(description="1 to 3.", ge=1, le=3)]
    minutes: Annotated[Number, Field(description="Typical time.")]
    points: Annotated[Number, Field(description="Marks of all parts.")]
    licence: Annotated[Words, Field(description="Licence of the bank.")]
    population: Annotated[int, Field(description="Number of variants there are.", ge=0)]
    stem: Annotated[Text, Field(description="Text with slots.")]
    hints: Annotated[tuple[Text, ...], Field(description="Texts with slots.", max_length=MOST_LISTED)] = ()
    solution: Annotated[Text, Field(description="Text with slots.")]
    parts: Annotated[tuple[PartWording, ...], Field(description="One for each part.", max_length=MOST_PARTS)]


# --- questions: one solved row of a population ---------------------------------------------------------------------


class NumberKey(Frozen):
    """``value`` is exact, ``shown`` the LaTeX that the key prints; every x with low <= x <= high earns the mark."""

    value: Annotated[Exact, Field(description="Exact string.")]
    shown: Annotated[Latex, Field(description="LaTeX.")]
    low: Annotated[Exact, Field(description="Smallest number accepted.")]
    high: Annotated[Exact, Field(description="Largest number accepted.")]


class WrongAnswer(Frozen):
    """What a student with this misconception answers: ``values`` (numbers, exact strings), option ids or a formula.

    ``shown`` is Markdown without slots, ready to print.  ``feedback`` is what to say, ``misconception`` the code.
    ``credit`` is above 0 where the item says that the slip deserves part of the marks.
    """

    misconception: Annotated[Words, Field(description="Its code.")]
    shown: Annotated[Text, Field(description="Markdown without slots.")]
    values: Annotated[tuple[Exact, ...], Field(description="Numbers, exact strings.", max_length=MOST_OPTIONS)] = ()
    options: Annotated[
        tuple[Identifier, ...], Field(description="Ids of the options chosen.", max_length=MOST_OPTIONS)
    ] = ()
    formula: Annotated[Formula, Field(description="In gdquiz' grammar.")] = ""
    feedback: Annotated[Text, Field(description="What to say, Markdown without slots.")]
    credit: Annotated[
        float,
        Field(
            description="Share of the part's marks that it still earns; left out where that is 0.",
            ge=0,
            lt=1,
            exclude_if=lambda credit: credit == 0,
        ),
    ] = 0


class PartKey(Frozen):
    """The solved part of a question.

    ``order`` and ``prompt_order`` are option ids as printed.  Keys by kind: ``numbers`` (number: one; numbers: one for
    each label; interval: one for each end that is not infinite), ``options`` (choice: one id; choices: all that are
    true; ordering: ids in right order; matching: the option id of each prompt in ``prompt_order``; truth: the id of the
    right reason; interval: of both ends whether they are open, closed or infinite), ``truth``, ``formula`` (in gdquiz'
    grammar) with ``formula_shown`` (LaTeX, of an interval too).  ``follow`` is the answer as a function of the answers
    to earlier parts, in gdquiz' grammar; an earlier part goes by its id with ``_`` for ``-``.
    """

    order: Annotated[tuple[Identifier, ...], Field(description="Option ids as printed.", max_length=MOST_OPTIONS)] = ()
    prompt_order: Annotated[
        tuple[Identifier, ...], Field(description="Prompt ids as printed.", max_length=MOST_OPTIONS)
    ] = ()
    numbers: Annotated[tuple[NumberKey, ...], Field(description="Keys of numbers.", max_length=MOST_OPTIONS)] = ()
    options: Annotated[tuple[Identifier, ...], Field(description="Ids that are right.", max_length=MOST_OPTIONS)] = ()
    truth: Annotated[bool | None, Field(description="Whether the statement is true.")] = None
    formula: Annotated[Formula, Field(description="The key in gdquiz' grammar.")] = ""
    formula_shown: Annotated[Latex, Field(description="LaTeX.")] = ""
    wrong: Annotated[tuple[WrongAnswer, ...], Field(description="Foreseen wrong answers.", max_length=MOST_LISTED)] = ()
    follow: Annotated[
        Formula,
        Field(
            description="The answer that follows from those to earlier parts; left out where nothing is said of it.",
            exclude_if=lambda follow: not follow,
        ),
    ] = ""


class Question(Frozen):
    """One row of one population on one form.  ``wording`` is a key of ``Exam.wordings``; ``row`` the row's number."""

    id: Annotated[Id, Field(description="Printed on sheet and key.")]
    number: Annotated[int, Field(description="Place on the form, from 1.", ge=1)]
    slot: Annotated[int, Field(description="Number of its slot in the blueprint, from 1; 0 in older files.", ge=0)] = 0
    wording: Annotated[Identifier, Field(description="Key of `wordings`: the id of the item.")]
    row: Annotated[int, Field(description="Number of the variant in the population, from 0.", ge=0)]
    points: Annotated[Number, Field(description="Marks.")]
    case: Annotated[Words, Field(description="Which version of the item it is, where there are several.")] = ""
    parameters: Annotated[
        dict[VariableName, Exact],
        Field(description="The values of the item's parameters, by name; none where they are not known."),
    ] = {}
    work: Annotated[Number, Field(description="The work it asks for; see docs/work.md.")]
    slots: Annotated[dict[Words, Text], Field(description="What fills the slots of the texts.")]
    parts: Annotated[tuple[PartKey, ...], Field(description="Key of each part.")]
    figure: Annotated[Figure | None, Field(description="The drawing, if there is one.")] = None


class Form(Frozen):
    id: Annotated[Id, Field(description="Printed on sheet and key.")]
    number: Annotated[int, Field(description="From 1.", ge=1)]
    student: Annotated[
        Words | None, Field(description="Id of the student whose form it is, where there is a roster.")
    ] = None
    questions: Annotated[tuple[Question, ...], Field(description="In the order printed.", max_length=1000)]


class Section(Frozen):
    """A run of questions, ``first`` to ``last`` by number, with its heading and the space left for an answer (cm)."""

    title: Annotated[Words, Field(description="Heading.")] = ""
    instructions: Annotated[Text, Field(description="Markdown.")] = ""
    first: Annotated[int, Field(description="Number of its first question.", ge=1)]
    last: Annotated[int, Field(description="Number of its last question.", ge=1)]
    space: Annotated[float, Field(description="Space for an answer, in cm.", ge=0, le=25)] = 4.0


class Origin(Frozen):
    """What an exam was made of, so that it can be extended."""

    blueprint: Annotated[str, Field(description="The blueprint, as JSON.")]
    fingerprint: Annotated[str, Field(description="Changes with the blueprint and with every item that it draws from.")]
    excluded: Annotated[
        dict[str, tuple[int, ...]], Field(description="Of each item, the variants that stood in earlier exams.")
    ] = {}


class Misconception(Frozen):
    """What is told of a misconception; Markdown without slots."""

    title: Annotated[Text, Field(description="What a learner does.")]
    why: Annotated[Text, Field(description="Why it is wrong; empty where that is not known.")] = ""
    say: Annotated[Text, Field(description="What to say to the learner; empty where that is not known.")] = ""


class Amendment(Frozen):
    """What was decided of a question after the exam; its printed text and its key stay as they were."""

    question: Annotated[Id, Field(description="Id of the question.")]
    part: Annotated[Identifier | None, Field(description="Id of the part; none where it is the whole question.")] = None
    does: Annotated[
        Literal["accept", "drop", "full-marks"],
        Field(description="Accept another answer as right, count the question no more, or give full marks for it."),
    ]
    response: Annotated[Text, Field(description="The other answer, as it is typed.")] = ""
    date: Annotated[Words, Field(description="When that was decided.")]
    why: Annotated[Text, Field(description="Why.")]


class Exam(Frozen):
    format: Literal["gdquiz-exam"] = "gdquiz-exam"
    version: Annotated[Literal[2], Field(description="Version of the format; see below.")] = 2
    gdquiz: Annotated[Words, Field(description="Version of the program that made it.")]
    id: Annotated[Id, Field(description="Printed on every page.")]
    language: Annotated[LanguageTag, Field(description="Language of its texts, as a BCP 47 tag.")] = "en"
    title: Words
    course: Words = ""
    date: Words = ""
    instructions: Annotated[Text, Field(description="Markdown.")] = ""
    seed: Annotated[str, Field(description="Makes the same exam again.")]
    points: Annotated[Number, Field(description="Marks of a form.")]
    sections: Annotated[
        tuple[Section, ...], Field(description="Runs of questions with their headings.", max_length=1000)
    ]
    wordings: Annotated[dict[Identifier, Wording], Field(description="The texts of each item that occurs, by its id.")]
    slot_kinds: Annotated[
        dict[Identifier, dict[str, SlotKind]],
        Field(description="for each wording, what its slots hold: LaTeX, plain words, or program text"),
    ]
    misconceptions: Annotated[
        dict[Words, Misconception], Field(description="What is told of every misconception that occurs, by its code.")
    ]
    forms: Annotated[tuple[Form, ...], Field(description="One for each form or student.", max_length=MOST_FORMS)]
    report: Annotated[tuple[str, ...], Field(description="What an instructor should know.")] = ()
    origin: Annotated[
        Origin | None,
        Field(description="What it was made of; not in older files.", exclude_if=lambda origin: origin is None),
    ] = None
    amendments: Annotated[
        tuple[Amendment, ...],
        Field(
            description="What was decided of questions after the exam; left out where nothing was.",
            max_length=1_000_000,
            exclude_if=lambda amendments: not amendments,
        ),
    ] = ()
    never_lower: Annotated[
        bool,
        Field(
            description="Nobody's result gets worse by the amendments; left out where that is not promised.",
            exclude_if=lambda never_lower: not never_lower,
        ),
    ] = False
