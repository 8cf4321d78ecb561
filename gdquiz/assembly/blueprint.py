"""What an exam shall consist of: a blueprint file, or the same from command-line options."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field, ValidationError, model_validator

from gdquiz import draws
from gdquiz.assembly.roster import MOST_FORMS
from gdquiz.banks.bank import Path, field_name, line_of, schema_faults, toml, toml_lines
from gdquiz.banks.entries import Listed
from gdquiz.banks.learning_outcomes import in_words
from gdquiz.banks.schema import Table, Words
from gdquiz.errors import Fault, InputError, nearest
from gdquiz.exam.answers import Kind
from gdquiz.exam.frozen import LanguageTag
from gdquiz.texts import fitness
from gdquiz.words.catalogue import find


class Slot(Table):
    """A place for questions: one item by its id, or ``count`` items out of all that fit the constraints.

    Constraints narrow the pool; ``items`` names its members outright.  ``work`` bounds the rows (see
    docs/work.md).  With ``each_form`` every form draws its own items from the pool, otherwise all forms share
    the items and differ in their numbers.
    """

    item: Annotated[str | None, Field(description="The id of the one item.")] = None
    items: Annotated[list[str], Field(description="Ids of the items to draw from.")] = []
    topic: Annotated[str | None, Field(description="Draw from this topic.")] = None
    skill: Annotated[str | None, Field(description="Draw from this skill.")] = None
    kind: Annotated[Kind | None, Field(description="Draw from items with an answer of this kind.")] = None
    tier: Annotated[int | None, Field(description="Draw from this tier.")] = None
    outcome: Annotated[
        str | None,
        Field(description="Draw from this learning outcome (docs/learning-outcomes.md).", json_schema_extra=in_words),
    ] = None
    work: Annotated[
        list[float] | None,
        Field(description="Least and most work of a row, such as [8, 8.5].", min_length=2, max_length=2),
    ] = None
    count: Annotated[int, Field(description="How many questions.", ge=1, le=100)] = 1
    points: Annotated[
        float | None, Field(description="Marks of each question, instead of the item's own.", gt=0, le=1000)
    ] = None
    each_form: Annotated[bool, Field(description="Every form draws its own items; otherwise all forms share them.")] = (
        False
    )

    @model_validator(mode="after")
    def _one_or_many(self) -> Slot:
        if self.item is not None and (self.items or self.topic or self.skill or self.kind or self.tier or self.outcome):
            raise ValueError("a slot has either one item or a pool, not both")
        return self


class Section(Table):
    """A part of the exam: the questions of its slots, under a heading if it has one."""

    title: Annotated[Words, Field(description="Heading.")] = ""
    instructions: Annotated[str, Field(description="Markdown below the heading.", max_length=8000)] = ""
    shuffle: Annotated[bool, Field(description="Put the questions of this section in another order on each form.")] = (
        False
    )
    space: Annotated[float, Field(ge=0, le=25, description="Space for an answer on paper, in centimetres.")] = 4.0
    slot: Annotated[list[Slot], Field(description="The places for questions.", min_length=1)]


class Blueprint(Table):
    """An exam to be made.  The seed is any text; the same seed, banks and blueprint always give the same
    exam.  Without a seed one is drawn and reported."""

    title: Annotated[Words, Field(description="Title of the exam.")] = "Gradient descent"
    language: Annotated[
        LanguageTag | None,
        Field(
            description="Language of the exam, as a BCP 47 tag; by default the one that all its banks are in.",
            exclude_if=lambda language: language is None,
        ),
    ] = None
    course: Annotated[Words, Field(description="Printed below the title.")] = ""
    date: Annotated[Words, Field(description="Any text.")] = ""
    instructions: Annotated[str, Field(description="Markdown at the head of every sheet.", max_length=8000)] = ""
    seed: Annotated[
        str | int | None, Field(description="Any text or number; `--seed` goes before it. Better left out.")
    ] = None
    banks: Annotated[
        list[str], Field(description="Bank files, from the blueprint's folder; none: the shipped ones.")
    ] = []
    forms: Annotated[
        int, Field(description="Number of forms; `--forms` and `--roster` go before it.", ge=1, le=MOST_FORMS)
    ] = 1
    shuffle_options: Annotated[
        bool, Field(description="Print the options of choices in another order on each form.")
    ] = True
    section: Annotated[list[Section], Field(description="The parts of the exam, in order.", min_length=1)]


def read_blueprint(text: str, *, file: str) -> Blueprint:
    """The blueprint in a TOML text.  Raises ``InputError`` with every fault of it."""
    content = toml(text, file=file)
    lines = dict(toml_lines(text))
    try:
        blueprint = Blueprint.model_validate(content)
    except ValidationError as error:
        raise InputError(schema_faults(error, content, lines, file, Blueprint)) from error
    faults = [
        fault.at(file=file, line=line_of(path, lines), field=field_name(path)) for path, fault in _unfit(blueprint)
    ]
    if faults:
        raise InputError(faults)
    return blueprint


def _unfit(blueprint: Blueprint) -> Iterator[tuple[Path, Fault]]:
    """Texts of a blueprint that cannot be printed."""
    for name in ("title", "course", "date"):
        yield from (((name,), fault) for fault in fitness.of_words(getattr(blueprint, name)))
    yield from ((("instructions",), fault) for fault in fitness.of_prose(blueprint.instructions))
    for place, section in enumerate(blueprint.section):
        yield from ((("section", place, "title"), fault) for fault in fitness.of_words(section.title))
        yield from ((("section", place, "instructions"), fault) for fault in fitness.of_prose(section.instructions))


def quick_blueprint(
    *, title: str = "", topics: Sequence[str], questions: int, seed: str, language: str = "en"
) -> Blueprint:
    """The blueprint of a quick quiz: so many questions, spread over the topics as evenly as they go.

    Which topics get one more, or any at all where there are more topics than questions, is drawn.
    """
    topics, words = tuple(dict.fromkeys(topics)), find(language)
    each, more = divmod(questions, len(topics))
    favoured = draws.shuffled(("topics", draws.stretched(seed)), topics)[:more]
    counts = {topic: each + (topic in favoured) for topic in topics}
    return Blueprint(
        title=title or words.say("sheet.quiz_title"),
        language=None if language == "en" else language,
        seed=seed,
        instructions=words.say("sheet.quiz_instructions"),
        section=[Section(slot=[Slot(topic=topic, count=count) for topic, count in counts.items() if count])],
    )


def pool(slot: Slot, models: Sequence[Listed], *, file: str = "", where: str = "") -> tuple[Listed, ...]:
    """The items a slot may draw from.  Raises ``InputError`` for an unknown name or a pool that is too small."""
    known = {model.id: model for model in models}
    faults = []
    for name in [slot.item] if slot.item is not None else slot.items:
        if name not in known:
            faults.append(Fault(f"there is no item '{name}'", hint=nearest(name, known), file=file, field=where))
    for field, values in (
        ("topic", {model.topic for model in models}),
        ("skill", {model.skill for model in models}),
    ):
        name = getattr(slot, field)
        if name is not None and name not in values:
            expected = ", ".join(sorted(values))
            faults.append(
                Fault(f"there is no {field} '{name}'", expected, nearest(name, values), file=file, field=where)
            )
    if faults:
        raise InputError(faults)
    if slot.item is not None:
        return (known[slot.item],)
    found = tuple(model for model in models if _fits(slot, model))
    if not found:
        raise InputError(Fault("no item fits the constraints of this slot", file=file, field=where))
    return found


def _fits(slot: Slot, model: Listed) -> bool:
    return (
        (not slot.items or model.id in slot.items)
        and slot.topic in (None, model.topic)
        and slot.skill in (None, model.skill)
        and slot.tier in (None, model.tier)
        and slot.outcome in (None, model.outcome)
        and (slot.kind is None or slot.kind in model.kinds)
    )
