"""What a question bank may say: the schema of a bank file, field by field.

The descriptions here are what editors show (``gdquiz schema bank`` exports the JSON Schema) and what
``docs/banks.md`` explains.  Reading a file into this schema is ``bank.py``; understanding the expressions is
``items.py``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gdquiz.authoring.exam import Kind

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
NameOf = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=30)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=8000)]
Words = Annotated[str, StringConstraints(max_length=300)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=40)]
Bloom = Literal["remember", "understand", "apply", "analyse", "evaluate", "create"]

Domain = Annotated[
    str | list[int | str],
    Field(
        description="The finite set of values of a parameter: a list of whole numbers and exact numbers in quotes "
        "([1, 2, '1/2', '0.1']), or a range '-4..4', or '-9/5..9/5 by 1/5'.",
    ),
]


class Table(BaseModel):
    """A value of the bank language: every field is declared, nothing is coerced."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Requirement(Table):
    that: Expression
    because: Words = ""


class Loss(Table):
    """The loss of the item.  With ``[item.data]`` ``mean(...)`` and ``sum(...)`` run over the data's rows."""

    formula: Annotated[Expression, Field(description="The loss in the bank language, for example '(a*w - b)^2'.")]
    variables: Annotated[list[NameOf], Field(min_length=1, max_length=4)]
    name: Annotated[NameOf, Field(description="The letter the loss is printed with.")] = "L"


class Run(Table):
    """A run of the engine.  Its points, losses and gradients can then be used in every expression."""

    start: Annotated[list[Expression], Field(description="One expression for each variable.")]
    rate: Expression
    steps: Annotated[int, Field(ge=1, le=60)]
    method: str = "descent"
    settings: Annotated[dict[NameOf, Expression], Field(description="For example beta = '9/10' for heavy-ball.")] = {}
    order: Annotated[
        list[int | list[int]],
        Field(description="For sgd: the example, or mini-batch of examples, of each step, counted from 1."),
    ] = []
    ascend: bool = False
    barriers: Annotated[
        list[Expression],
        Field(description="In one variable: the points between two basins, for jumps_basin."),
    ] = []
    judge: Annotated[
        bool,
        Field(description="Run on and judge the outcome; makes converged, diverged, cycles, ... usable."),
    ] = False


class Fit(Table):
    """A polynomial fitted to small generated data with a training and a held-out part (see docs/banks.md)."""

    seeds: Annotated[NameOf, Field(description="The parameter that numbers the data sets.")]
    grid: Annotated[Domain, Field(description="The x values that the points of a data set are taken from.")]
    truth: Annotated[
        list[int | str], Field(min_length=1, max_length=6, description="Coefficients of the truth, constant first.")
    ]
    train: Annotated[int, Field(ge=3, le=30)]
    heldout: Annotated[int, Field(ge=2, le=30)]
    noise: Annotated[int, Field(ge=0, le=1000, description="Largest noise, in units of the last decimal of y.")]
    decimals: Annotated[int, Field(ge=0, le=3, description="Decimals of the y values.")] = 1
    degrees: Annotated[list[int], Field(description="Exact least squares for each of these degrees.")] = []
    degree: Annotated[int, Field(ge=1, le=12, description="The degree that is trained by descent, by epoch.")] = 1
    rate: str = "0.1"
    epochs: Annotated[int, Field(ge=0, le=5000)] = 0
    epochs_shown: Annotated[list[int], Field(description="The epochs whose losses are used.")] = []
    penalty: Annotated[str, Field(description="Lambda of the penalty lambda/2 |w|^2.")] = "0"
    places: Annotated[int, Field(ge=1, le=6, description="Decimals of the printed losses.")] = 3


class Option(Table):
    """One option of a choice, right-hand side of a matching, or thing to order."""

    id: Identifier
    text: Prose
    when: Annotated[Expression | None, Field(description="The option is right in the rows where this holds.")] = None
    rank: Annotated[Expression | None, Field(description="For ordering: things are in order of rising rank.")] = None
    feedback: Annotated[str, Field(max_length=2000, description="What to say to who chose it wrongly.")] = ""


class Prompt(Table):
    """The left-hand side of a matching; ``match`` is an option's id, or a table of ids with their conditions."""

    id: Identifier
    text: Prose
    match: Identifier | dict[Identifier, Expression]


class Answer(Table):
    """One of several numbers that a part asks for."""

    label: Words
    value: Expression


class Wrong(Table):
    """A foreseen wrong answer.

    With the misconception alone the question is answered again under its mal-rule.  ``redefine`` changes named
    quantities first; ``value``, ``values``, ``formula`` or ``chooses`` state the wrong answer themselves.
    """

    misconception: Code
    redefine: dict[NameOf, Expression] = {}
    value: Expression | None = None
    values: list[Expression] | None = None
    formula: Expression | None = None
    chooses: Identifier | list[Identifier] | dict[Identifier, Expression] | None = None
    optional: Annotated[
        bool,
        Field(description="Where it meets the key or another wrong answer, drop it instead of refusing the row."),
    ] = False
    feedback: Annotated[str, Field(max_length=2000, description="Said instead of the misconception's own words.")] = ""


class Guide(Table):
    points: float
    text: Prose


class Part(Table):
    """One thing the item asks.  Which fields a kind uses is told in docs/banks.md."""

    id: Identifier = "answer"
    kind: Kind
    ask: Prose
    points: float = 1
    answer: Expression | None = None
    answers: list[Answer] = []
    digits: Annotated[int | None, Field(ge=0, le=8)] = 3
    derivative: NameOf | None = None
    formula: Expression | None = None
    truth: Expression | None = None
    option: list[Option] = []
    prompt: list[Prompt] = []
    distractors: Annotated[int, Field(ge=2, le=5)] = 3
    keep_order: bool = False
    wrong: list[Wrong] = []
    guide: list[Guide] = []
    follow: Annotated[
        Expression | None,
        Field(description="The answer as a function of earlier parts' answers, named by their ids."),
    ] = None
    follow_text: str = ""


class Figure(Table):
    """A drawing made from the row (see docs/banks.md)."""

    kind: Literal["curve", "contours", "training", "losses"]
    x_range: list[Expression] = []
    y_range: list[Expression] = []
    x_label: str = ""
    y_label: str = ""
    points: Annotated[dict[Words, list[Expression]], Field(description="Labelled points of the curve or plane.")] = {}
    arrows: Annotated[dict[Words, list[Expression]], Field(description="Labelled directions at the start.")] = {}
    key_arrows: Annotated[dict[Words, list[Expression]], Field(description="Directions on the key only.")] = {}
    path: Literal["sheet", "key", "none"] = "key"
    alt: Prose
    key_alt: Prose


class Case(Table):
    """One version of an item: its own words, and where given its own loss and quantities."""

    id: Identifier
    text: dict[NameOf, Words] = {}
    loss: Expression | None = None
    parameters: dict[NameOf, Domain] = {}
    define: dict[NameOf, Expression] = {}


class Item(Table):
    """An item template: one question in all its variants."""

    id: Identifier
    title: Words
    skill: Identifier
    outcome: Annotated[str, StringConstraints(pattern=r"^L\d\d$")] = "L00"
    bloom: Bloom
    tier: Annotated[int, Field(ge=1, le=3)] = 1
    needs: list[Identifier] = []
    minutes: float = 3
    stem: Prose
    hints: list[Prose] = []
    solution: Prose
    draws: Annotated[
        int | None,
        Field(ge=10, le=200_000, description="Take this many keyed draws of the parameters, not every combination."),
    ] = None
    largest: Annotated[int, Field(description="No number of an answer is larger than this.")] = 10_000
    denominator: Annotated[int, Field(description="No denominator of an answer is larger than this.")] = 1_000
    require: list[Expression | Requirement] = []
    parameters: dict[NameOf, Domain] = {}
    data: Annotated[dict[NameOf, list[Expression]], Field(description="Columns of a data table.")] = {}
    loss: Loss | None = None
    run: Run | None = None
    fit: Fit | None = None
    points: Annotated[dict[NameOf, list[Expression]], Field(description="Named places of interest.")] = {}
    define: dict[NameOf, Expression] = {}
    case: list[Case] = []
    figure: Figure | None = None
    part: Annotated[list[Part], Field(min_length=1, max_length=12)]


class Header(Table):
    topic: Identifier
    title: Words
    about: str = ""
    licence: str = "CC BY 4.0"
    authors: list[str] = []


class BankFile(Table):
    """A bank file: one topic and its items."""

    bank: Header
    item: Annotated[list[Item], Field(min_length=1, max_length=500)]
