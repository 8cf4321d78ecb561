"""JSON Lines: each variant of each pool as one object on a line, with texts in Markdown and every key and message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Annotated

from pydantic import Field

from gdquiz.exam.answers import Kind
from gdquiz.exam.frozen import Frozen, NumberKey, PartWording, Question
from gdquiz.exam.rounding import rounding
from gdquiz.kinds.kind import kind_of
from gdquiz.packaging.entries import Entry, tags_of
from gdquiz.packaging.packages import Package
from gdquiz.rendering import markdown
from gdquiz.rendering.formats import Page
from gdquiz.rendering.markup import Pieces, join, set_prose, set_text
from gdquiz.words.catalogue import Catalogue

Filler = Callable[[str], str]

LINES = 500
"""Lines of a page."""


class Choice(Frozen):
    """An option, a prompt, or a thing to order.  ``right`` is null where no single option is right or wrong."""

    id: str
    text: Annotated[str, Field(description="Markdown.")]
    right: bool | None
    feedback: Annotated[str, Field(description="For who chose it wrongly.")]


class Mistake(Frozen):
    """A foreseen wrong answer: numbers, ids of options, or a formula."""

    misconception: Annotated[str, Field(description="Its code.")]
    values: tuple[str, ...]
    options: tuple[str, ...]
    formula: str
    credit: Annotated[float, Field(description="Part of the marks that it earns.")]
    feedback: Annotated[str, Field(description="Markdown.")]


class Part(Frozen):
    """One thing to answer, with its key."""

    id: str
    kind: Kind
    ask: Annotated[str, Field(description="Markdown.")]
    rounding: str
    points: float
    labels: tuple[str, ...]
    numbers: Annotated[tuple[NumberKey, ...], Field(description="Keys of numbers.")]
    options: tuple[Choice, ...]
    prompts: tuple[Choice, ...]
    right: Annotated[tuple[str, ...], Field(description="Ids of the right options; of a matching by prompt.")]
    truth: bool | None
    formula: str
    guide: Annotated[tuple[str, ...], Field(description="The marking guide.")]
    wrong: tuple[Mistake, ...]


class Line(Frozen):
    """One variant: a line of the file."""

    id: Annotated[str, Field(description="The same for the same variant in every export.")]
    pool: Annotated[int, Field(description="Number of the question that it is a variant of.")]
    item: str
    version: str
    row: int
    title: str
    tags: tuple[str, ...]
    points: float
    stem: Annotated[str, Field(description="Markdown.")]
    figure: Annotated[str, Field(description="SVG, or empty.")]
    alt: Annotated[str, Field(description="What the figure shows.")]
    parts: tuple[Part, ...]
    hints: tuple[str, ...]
    solution: Annotated[str, Field(description="Markdown.")]
    licence: str


def pages(package: Package) -> Iterator[Page]:
    """The one file, in pages."""
    lines: list[str] = []
    begun = False
    for pool in package.pools:
        for _, line in package.made(pool, lambda entry: _line(package, entry)):
            lines.append(line.model_dump_json() + "\n")
            if len(lines) == LINES:
                yield Page(package.path, "".join(lines), begun)
                lines, begun = [], True
    yield Page(package.path, "".join(lines), begun)


@lru_cache(maxsize=4096)
def _pieces(text: str, kinds: tuple[tuple[str, str], ...]) -> Pieces:
    return set_text(text, dict(kinds), markdown.STYLE)


def _said(text: str) -> str:
    """Markdown without slots, written as all other texts are."""
    return set_prose(text, markdown.STYLE) if text else ""


def _line(package: Package, entry: Entry) -> Line:
    question = entry.question
    wording = package.exam.wordings[question.wording]
    kinds = package.exam.slot_kinds.get(question.wording, {})

    def filled(text: str) -> str:
        return join(_pieces(text, tuple(kinds.items())), question)

    worth = question.points / wording.points if wording.points else 0.0
    return Line(
        id=entry.id,
        pool=entry.pool,
        item=wording.item,
        version=wording.version,
        row=question.row,
        title=wording.title,
        tags=tags_of(wording),
        points=question.points,
        stem=filled(wording.stem),
        figure=package.figure(entry) if question.figure is not None else "",
        alt=question.figure.alt if question.figure is not None else "",
        parts=tuple(
            _part(part, question, number, filled, worth, package.entries.words)
            for number, part in enumerate(wording.parts)
        ),
        hints=tuple(map(filled, wording.hints)),
        solution=filled(wording.solution),
        licence=wording.licence,
    )


def _part(part: PartWording, question: Question, number: int, filled: Filler, worth: float, words: Catalogue) -> Part:
    key = question.parts[number]
    order = key.order or tuple(option.id for option in part.options)
    options = {option.id: option for option in part.options}
    prompts = {prompt.id: prompt for prompt in part.prompts}
    single = kind_of(part.kind).ticks
    return Part(
        id=part.id,
        kind=part.kind,
        ask=filled(part.ask),
        rounding=filled(rounding(part, words)),
        points=part.points * worth,
        labels=tuple(map(filled, part.labels)),
        numbers=key.numbers,
        options=tuple(
            Choice(
                id=name,
                text=filled(options[name].text),
                right=name in key.options if single else None,
                feedback=filled(options[name].feedback),
            )
            for name in order
        ),
        prompts=tuple(
            Choice(id=name, text=filled(prompts[name].text), right=None, feedback="")
            for name in (key.prompt_order or prompts)
        ),
        right=key.options,
        truth=key.truth,
        formula=key.formula,
        guide=tuple(f"{line.points * worth:g}: {filled(line.text)}" for line in part.guide),
        wrong=tuple(
            Mistake(
                misconception=wrong.misconception,
                values=wrong.values,
                options=wrong.options,
                formula=wrong.formula,
                credit=wrong.credit,
                feedback=_said(wrong.feedback),
            )
            for wrong in key.wrong
        ),
    )
