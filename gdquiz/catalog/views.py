"""What the templates of the catalog see: plain frozen values, all of them text to be escaped unless said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class ChoiceView(NamedTuple):
    """A value that a filter can be set to, how it is shown, and how many items have it."""

    value: str
    shown: str
    items: str


class GroupView(NamedTuple):
    """Choices under a heading."""

    title: str
    choices: tuple[ChoiceView, ...]


@dataclass(frozen=True, slots=True)
class FilterView:
    """A filter of items by a property; ``groups`` has one group without a title, or several with titles."""

    name: str
    title: str
    groups: tuple[GroupView, ...]


class BarView(NamedTuple):
    """A bar of a histogram, in px from the top left."""

    x: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class SpreadView:
    """Work: the range and the quartiles in words, and a histogram on a scale that is the same for all items."""

    range: str
    quartiles: str
    spoken: str
    bars: tuple[BarView, ...]
    width: str


class LineView(NamedTuple):
    """A name and what belongs to it, such as a reason and how many combinations were refused for it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class CardView:
    """An item of the catalog: its head, and its facts.  ``number`` counts from 0."""

    number: str
    id: str
    title: str
    topic: str
    skill: str
    outcome: str
    bloom: str
    tier: str
    kinds: str
    points: str
    minutes: str
    needs: str
    file: str
    version: str
    licence: str
    figure: bool
    variants: str
    population: str
    refused: tuple[LineView, ...]
    spread: SpreadView | None
    misconceptions: tuple[LineView, ...]
    carried: tuple[LineView, ...]
    samples: str


@dataclass(frozen=True, slots=True)
class CatalogView:
    """The page.  ``script`` and ``content`` (JSON) are written already; ``script_hash`` is SHA-256 in base 64."""

    title: str
    gdquiz: str
    items: str
    variants: str
    files: str
    filters: tuple[FilterView, ...]
    least: str
    most: str
    cards: tuple[CardView, ...]
    script: str
    script_hash: str
    content: str
