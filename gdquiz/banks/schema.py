"""What a question bank may say: the schema of a bank file, field by field.

The descriptions here are what editors show (``gdquiz schema bank`` exports the JSON Schema) and what
``docs/banks.md`` explains.  Reading a file into this schema is ``bank.py``; understanding the expressions is
``items.py``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from gdquiz.banks.learning_outcomes import NONE, in_words
from gdquiz.exam.answers import Kind
from gdquiz.exam.frozen import MOST_LISTED, MOST_OPTIONS, MOST_PARTS, Identifier, LanguageTag, VariableName
from gdquiz.texts import fitness

NameOf = VariableName
Expression = Annotated[str, StringConstraints(min_length=1, max_length=500)]


def _shows_something(text: str) -> str:
    """The text.  Raises ``ValueError`` where a reader would see nothing of it."""
    if not fitness.shows(text):
        raise ValueError("the text is blank; expected words or a formula")
    return text


Text = Annotated[str, StringConstraints(min_length=1, max_length=8000)]
Prose = Annotated[Text, AfterValidator(_shows_something)]
Words = Annotated[str, StringConstraints(max_length=300)]
Title = Annotated[str, StringConstraints(max_length=300), AfterValidator(_shows_something)]
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

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Requirement(Table):
    that: Annotated[Expression, Field(description="What has to hold; rows in which it does not are refused.")]
    because: Annotated[Words, Field(description="The reason that `gdquiz check` counts such rows under.")] = ""


class Assertion(Table):
    that: Annotated[Expression, Field(description="What is true in every row; where it is not, the item is at fault.")]
    because: Annotated[Words, Field(description="Why it is true; told where it is not.")] = ""


class Loss(Table):
    """The loss of the item.  With ``[item.data]`` ``mean(...)`` and ``sum(...)`` run over the data's rows."""

    formula: Annotated[Expression, Field(description="The loss in the bank language, for example '(a*w - b)^2'.")]
    variables: Annotated[list[NameOf], Field(description="One to four names.", min_length=1, max_length=4)]
    name: Annotated[NameOf, Field(description="The letter the loss is printed with.")] = "L"


class Run(Table):
    """A run of the engine.  Its points, losses and gradients can then be used in every expression."""

    start: Annotated[list[Expression], Field(description="One expression for each variable.")]
    rate: Annotated[Expression, Field(description="The learning rate, above zero.")]
    steps: Annotated[int, Field(description="Number of updates that expressions can look at.", ge=1, le=60)]
    method: Annotated[str, Field(description="One of the methods of the engine.")] = "descent"
    settings: Annotated[dict[NameOf, Expression], Field(description="For example beta = '9/10' for heavy-ball.")] = {}
    order: Annotated[
        list[int | list[int]],
        Field(description="For sgd: the example, or mini-batch of examples, of each step, counted from 1."),
    ] = []
    ascend: Annotated[bool, Field(description="Climb instead of descend.")] = False
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
    train: Annotated[int, Field(description="Number of training points.", ge=3, le=30)]
    heldout: Annotated[int, Field(description="Number of held-out points.", ge=2, le=30)]
    noise: Annotated[int, Field(ge=0, le=1000, description="Largest noise, in units of the last decimal of y.")]
    decimals: Annotated[int, Field(ge=0, le=3, description="Decimals of the y values.")] = 1
    degrees: Annotated[list[int], Field(description="Exact least squares for each of these degrees.")] = []
    degree: Annotated[int, Field(ge=1, le=12, description="The degree that is trained by descent, by epoch.")] = 1
    rate: Annotated[str, Field(description="The learning rate of training by epoch.")] = "0.1"
    epochs: Annotated[
        int, Field(description="Number of epochs of training by descent; 0 for a fit by degree.", ge=0, le=5000)
    ] = 0
    epochs_shown: Annotated[list[int], Field(description="The epochs whose losses are used.")] = []
    penalty: Annotated[str, Field(description="Lambda of the penalty lambda/2 |w|^2.")] = "0"
    places: Annotated[int, Field(ge=1, le=6, description="Decimals of the printed losses.")] = 3


class Option(Table):
    """One option of a choice, right-hand side of a matching, or thing to order."""

    id: Annotated[Identifier, Field(description="Named by `match`, `chooses` and in exam.json.")]
    text: Annotated[Prose, Field(description="What is printed; may have slots.")]
    when: Annotated[Expression | None, Field(description="The option is right in the rows where this holds.")] = None
    rank: Annotated[Expression | None, Field(description="For ordering: things are in order of rising rank.")] = None
    feedback: Annotated[str, Field(max_length=2000, description="What to say to who chose it wrongly.")] = ""


class Prompt(Table):
    """The left-hand side of a matching; ``match`` is an option's id, or a table of ids with their conditions."""

    id: Annotated[Identifier, Field(description="Named in exam.json.")]
    text: Annotated[Prose, Field(description="What is printed; may have slots.")]
    match: Annotated[
        Identifier | dict[Identifier, Expression],
        Field(description="The id of its option, or a table: the option under which condition."),
    ]


class Answer(Table):
    """One of several numbers that a part asks for."""

    label: Annotated[Title, Field(description="What is printed before the field, such as `$u_1$`.")]
    value: Annotated[Expression, Field(description="The number.")]


class Wrong(Table):
    """A foreseen wrong answer.

    With the misconception alone the question is answered again under its mal-rule.  ``redefine`` changes named
    quantities first; ``value``, ``values``, ``formula`` or ``chooses`` state the wrong answer themselves.
    """

    misconception: Annotated[Code, Field(description="A code of docs/misconceptions.md, or of the bank's own.")]
    redefine: Annotated[
        dict[NameOf, Expression],
        Field(description="Quantities as the learner has them; everything is answered again with them."),
    ] = {}
    value: Annotated[Expression | None, Field(description="The wrong number itself.")] = None
    values: Annotated[
        list[Expression] | None, Field(description="The wrong numbers themselves, one for each answer.")
    ] = None
    formula: Annotated[Expression | None, Field(description="The wrong formula itself.")] = None
    lower: Annotated[Expression | None, Field(description="The lower end of the wrong interval, if not the key's.")] = (
        None
    )
    upper: Annotated[Expression | None, Field(description="The upper end of the wrong interval, if not the key's.")] = (
        None
    )
    closed: Annotated[
        list[Literal["lower", "upper"]] | None,
        Field(description="The ends that belong to the wrong interval, if not those of the key.", max_length=2),
    ] = None
    chooses: Annotated[
        Identifier | list[Identifier] | dict[Identifier, Expression] | None,
        Field(description="The options chosen wrongly: an id, ids, or ids with conditions."),
    ] = None
    optional: Annotated[
        bool,
        Field(description="Where it meets the key or another wrong answer, drop it instead of refusing the row."),
    ] = False
    credit: Annotated[
        float,
        Field(
            description="The share of the part's points that this slip still earns, 0 to 1, below 1.",
            ge=0,
            lt=1,
            exclude_if=lambda credit: credit == 0,
        ),
    ] = 0
    feedback: Annotated[str, Field(max_length=2000, description="Said instead of the misconception's own words.")] = ""


class Guide(Table):
    points: Annotated[float, Field(description="Marks for this line.", ge=0, le=1000)]
    text: Annotated[Prose, Field(description="What earns them; may have slots.")]


class Part(Table):
    """One thing the item asks.  Which fields a kind uses is told in docs/banks.md."""

    id: Annotated[Identifier, Field(description="Names the part for `follow` and in exam.json.")] = "answer"
    kind: Annotated[Kind, Field(description="What is asked for; see the kinds of answer.")]
    ask: Annotated[Prose, Field(description="The question itself; may have slots.")]
    points: Annotated[float, Field(description="Marks of the part.", gt=0, le=1000)] = 1
    answer: Annotated[
        Expression | None,
        Field(description="The number asked for; in a choice, the value that is listed among wrong values."),
    ] = None
    answers: Annotated[list[Answer], Field(description="The numbers asked for.", max_length=MOST_OPTIONS)] = []
    digits: Annotated[
        int | Literal["exact"],
        Field(
            description="Decimals asked for, 0 to 8, where the answer is no whole number; 'exact' takes no rounding."
        ),
    ] = 3
    derivative: Annotated[NameOf | None, Field(description="Ask for the derivative with respect to this variable.")] = (
        None
    )
    formula: Annotated[Expression | None, Field(description="Ask for this formula in the variables.")] = None
    lower: Annotated[
        Expression | None,
        Field(description="The lower end of the interval asked for; '-inf' where there is none, 0 if left out."),
    ] = None
    upper: Annotated[
        Expression | None, Field(description="The upper end of the interval asked for; 'inf' where there is none.")
    ] = None
    closed: Annotated[
        list[Literal["lower", "upper"]], Field(description="The ends that belong to the interval.", max_length=2)
    ] = []
    variable: Annotated[NameOf | None, Field(description="What lies in the interval, such as `eta`.")] = None
    positive: Annotated[
        bool, Field(description="What lies in the interval is positive by nature, so that `eta < 1` begins at 0.")
    ] = False
    truth: Annotated[Expression | None, Field(description="Whether the statement of the stem is true.")] = None
    option: Annotated[
        list[Option],
        Field(description="Options, right-hand sides of a matching, or things to order.", max_length=MOST_OPTIONS),
    ] = []
    prompt: Annotated[list[Prompt], Field(description="Left-hand sides of a matching.", max_length=MOST_OPTIONS)] = []
    distractors: Annotated[int, Field(description="How many wrong values are listed beside the key.", ge=2, le=5)] = 3
    keep_order: Annotated[bool, Field(description="Print the options in the order written, on every form.")] = False
    wrong: Annotated[list[Wrong], Field(description="Foreseen wrong answers.", max_length=25)] = []
    guide: Annotated[
        list[Guide],
        Field(
            description="The marking guide of an answer in words; its points add up to those of the part.",
            max_length=MOST_LISTED,
        ),
    ] = []
    second: Annotated[
        Expression | list[Expression] | dict[Identifier, Expression | dict[Identifier, Expression]] | None,
        Field(
            description="The key by another route, which has to agree with the first in every row: an expression, a "
            "list of them for several numbers, or a table for options and prompts.",
            exclude_if=lambda second: second is None,
        ),
    ] = None
    follow: Annotated[
        Expression | None,
        Field(description="The answer as a function of earlier parts' answers, named by their ids."),
    ] = None
    follow_text: Annotated[
        str,
        Field(description="What the key says about answers that follow from a wrong earlier one.", max_length=2000),
    ] = ""

    @field_validator("digits")
    @classmethod
    def _few_digits(cls, digits: int | str) -> int | str:
        if isinstance(digits, int) and not 0 <= digits <= 8:
            raise ValueError("expected 0 to 8, or 'exact'")
        return digits

    @property
    def places(self) -> int | None:
        """Decimals asked for; None where the exact value is."""
        return self.digits if isinstance(self.digits, int) else None


class Series(Table):
    """One of several runs or curves of a figure.  Series with the same label, or the same letter, belong together."""

    label: Annotated[
        Words, Field(description="What the reader calls it, LaTeX; printed beside it, or over its panel.")
    ] = ""
    letter: Annotated[
        Expression | None,
        Field(
            description="Instead of a label: 0 is called A, 1 is called B, ..., so that letters change with the row."
        ),
    ] = None
    look: Annotated[
        Literal["run", "curve", "train", "heldout"],
        Field(description="`run`: dots joined by lines; `curve`: a smooth line; `train`, `heldout`: as of a fit."),
    ] = "run"
    formula: Annotated[
        list[Expression],
        Field(description="Its value at k, or in `contours` both coordinates; without it the series is a run."),
    ] = []
    start: Annotated[list[Expression], Field(description="The start of the run, if not that of the item's run.")] = []
    rate: Annotated[Expression | None, Field(description="The learning rate, if not that of the item's run.")] = None
    method: Annotated[str, Field(description="The method, if not that of the item's run.")] = ""
    settings: Annotated[dict[NameOf, Expression], Field(description="The settings of the method.")] = {}
    misconception: Annotated[
        Code | None, Field(description="The run of a learner who makes the steps with this misconception.")
    ] = None


class Figure(Table):
    """A drawing made from the row (see docs/banks.md)."""

    kind: Annotated[
        Literal["curve", "contours", "training", "losses", "series"],
        Field(
            description="`curve`, `contours`: a loss of 1 or 2 variables; `training`: a fit; `losses`: along the run; "
            "`series`: several runs or formulas over k."
        ),
    ]
    x_range: Annotated[list[Expression], Field(description="Two expressions: from, to.")] = []
    y_range: Annotated[
        list[Expression], Field(description="Two expressions; without it a curve takes what it needs.")
    ] = []
    x_label: Annotated[Words, Field(description="LaTeX; by default the variable.")] = ""
    y_label: Annotated[Words, Field(description="LaTeX; by default the loss or the second variable.")] = ""
    points: Annotated[dict[Words, list[Expression]], Field(description="Labelled points of the curve or plane.")] = {}
    key_points: Annotated[dict[Words, list[Expression]], Field(description="Labelled points on the key only.")] = {}
    arrows: Annotated[dict[Words, list[Expression]], Field(description="Labelled directions at the start.")] = {}
    key_arrows: Annotated[dict[Words, list[Expression]], Field(description="Directions on the key only.")] = {}
    path: Annotated[Literal["sheet", "key", "none"], Field(description="Where the steps of the run are drawn.")] = "key"
    level_step: Annotated[
        Expression | None,
        Field(description="Level lines at the whole multiples of this; without it seven, closer to one another below."),
    ] = None
    series: Annotated[
        list[Series], Field(description="For `series` and `contours`: what the reader tells apart.", max_length=12)
    ] = []
    steps: Annotated[
        Domain | None, Field(description="The values of k of the series; by default all steps of the item's run.")
    ] = None
    shows: Annotated[
        Literal["losses", "iterates"], Field(description="For `series`: what of a run is drawn over the steps.")
    ] = "losses"
    panels: Annotated[bool, Field(description="Each label in a drawing of its own, side by side.")] = False
    alt: Annotated[
        Prose,
        Field(description="Describes the drawing on the sheet for those who cannot see it; gives no answer away."),
    ]
    key_alt: Annotated[Prose, Field(description="Describes the drawing on the key.")]


class Case(Table):
    """One version of an item: its own words, and where given its own loss and quantities."""

    id: Annotated[Identifier, Field(description="A name for it.")]
    text: Annotated[
        dict[NameOf, Words], Field(description="The words that differ, plain; slots with these names print them.")
    ] = {}
    loss: Annotated[
        Expression | None, Field(description="The formula of this version, instead of that of the item.")
    ] = None
    parameters: Annotated[dict[NameOf, Domain], Field(description="Domains that this version adds or replaces.")] = {}
    define: Annotated[
        dict[NameOf, Expression], Field(description="Definitions that this version adds or replaces.")
    ] = {}


class Item(Table):
    """An item: one question in all its variants."""

    id: Annotated[Identifier, Field(description="Unique among all banks that are used together.")]
    title: Annotated[Title, Field(description="Printed on keys and in lists, not on sheets.")]
    skill: Annotated[Identifier, Field(description="What is practised; blueprints choose by it.")]
    outcome: Annotated[
        str,
        StringConstraints(pattern=r"^L\d\d$"),
        Field(
            description="Code of a learning outcome (docs/learning-outcomes.md); blueprints choose by it.",
            json_schema_extra=in_words,
        ),
    ] = NONE
    bloom: Annotated[Bloom, Field(description="Level in Bloom's taxonomy.")]
    tier: Annotated[int, Field(description="1 basic, 2 standard, 3 demanding.", ge=1, le=3)] = 1
    needs: Annotated[list[Identifier], Field(description="Skills to have before.")] = []
    minutes: Annotated[float, Field(description="Typical time for an answer.", gt=0, le=1000)] = 3
    stem: Annotated[Prose, Field(description="What is given, once for all parts; may have slots.")]
    hints: Annotated[list[Prose], Field(description="From a nudge to the first step.", max_length=MOST_LISTED)] = []
    solution: Annotated[Prose, Field(description="The worked solution, with the numbers of the row; may have slots.")]
    draws: Annotated[
        int | None,
        Field(ge=10, le=200_000, description="Take this many keyed draws of the parameters, not every combination."),
    ] = None
    largest: Annotated[int, Field(description="No number of an answer is larger than this.")] = 10_000
    denominator: Annotated[int, Field(description="No denominator of an answer is larger than this.")] = 1_000
    require: Annotated[list[Expression | Requirement], Field(description="What has to hold in every row.")] = []
    asserted: Annotated[
        list[Expression | Assertion],
        Field(
            alias="assert",
            description="What is true in every row; where it is not, the item is at fault.",
            exclude_if=lambda asserted: not asserted,
        ),
    ] = []
    parameters: Annotated[
        dict[NameOf, Domain], Field(description="What differs between rows: every combination is a row.")
    ] = {}
    data: Annotated[dict[NameOf, list[Expression]], Field(description="Columns of a data table.")] = {}
    loss: Annotated[Loss | None, Field(description="The loss.")] = None
    run: Annotated[Run | None, Field(description="A run on the loss.")] = None
    fit: Annotated[Fit | None, Field(description="A fit to generated data.")] = None
    points: Annotated[dict[NameOf, list[Expression]], Field(description="Named places of interest.")] = {}
    define: Annotated[
        dict[NameOf, Expression], Field(description="Named expressions; may use parameters, the run and one another.")
    ] = {}
    case: Annotated[list[Case], Field(description="Versions of the item; without any there is one.")] = []
    figure: Annotated[Figure | None, Field(description="A drawing.")] = None
    part: Annotated[list[Part], Field(description="What is asked.", min_length=1, max_length=MOST_PARTS)]


class Header(Table):
    topic: Annotated[Identifier, Field(description="Blueprints and `--topic` choose by it.")]
    title: Annotated[Title, Field(description="The topic in words.")]
    about: Annotated[str, Field(description="What the items are about.")] = ""
    language: Annotated[LanguageTag, Field(description="Language of the texts, as a BCP 47 tag.")] = "en"
    licence: Annotated[Words, Field(description="Printed in exam.json.")] = "CC BY 4.0"
    authors: Annotated[list[str], Field(description="Who wrote the items.")] = []


class Misconception(Table):
    """What learners get wrong.  Texts are Markdown without slots, the title plain words.

    At most one of ``executes``, ``step`` and ``redefine`` tells what the learner does; without them the items say it.
    """

    code: Annotated[Code, Field(description="Named by wrong answers; it means the same in all banks.")]
    title: Annotated[
        Words,
        Field(min_length=1, description="What the learner does: 'forgets the learning rate'; for a marker."),
    ]
    belief: Annotated[Text, Field(max_length=2000, description="What the learner thinks.")]
    why: Annotated[Text, Field(max_length=2000, description="Why that is wrong.")]
    say: Annotated[
        Text, Field(max_length=2000, description="What to say to the learner; does not give the answer away.")
    ]
    executes: Annotated[
        str, Field(max_length=60, description="The name of a mistake in a step, or of a slip in a derivative.")
    ] = ""
    step: Annotated[
        Expression | None,
        Field(description="The learner's new value of a variable, from x, grad, rate, loss and k: 'x - grad/rate'."),
    ] = None
    redefine: Annotated[
        dict[NameOf, Expression],
        Field(description="Quantities as the learner has them, in every item where the code is used."),
    ] = {}


class MisconceptionsFile(Table):
    """The file of the misconceptions that all banks may name."""

    misconception: Annotated[list[Misconception], Field(description="The misconceptions.", min_length=1)]


class BankFile(Table):
    """A bank file: one topic and its items."""

    bank: Annotated[Header, Field(description="What is common to all items.")]
    misconception: Annotated[
        list[Misconception],
        Field(description="Misconceptions of the bank's own, beside the shipped ones.", max_length=500),
    ] = []
    item: Annotated[list[Item], Field(description="The items.", min_length=1, max_length=500)]
