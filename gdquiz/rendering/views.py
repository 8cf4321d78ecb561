"""What templates see: plain frozen values, every string already written in the format of the template.

A sheet's template is given ``Asked...`` views, which know no answer; a key's template is given ``Solved...`` views.
So no template can put an answer on a sheet.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OptionView:
    """``letter`` is A, B, ... for options and 1, 2, ... for prompts; ``mark`` is a tick or empty, and only on keys."""

    letter: str
    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class FigureView:
    """``drawing`` is the figure in the format's own language, ``path`` where a file of it lies beside the page."""

    drawing: str
    path: str
    alt: str


@dataclass(frozen=True, slots=True)
class AskedPart:
    """``letter`` is empty in a question of one part.  ``space`` is in cm, ``lines`` the same as lines to write on."""

    letter: str
    kind: str
    points: str
    points_number: str
    ask: str
    rounding: str
    labels: tuple[str, ...]
    options: tuple[OptionView, ...]
    prompts: tuple[OptionView, ...]
    variables: tuple[str, ...]
    space: str
    lines: int


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """``parts`` has one part with an empty letter, or several with letters."""

    number: str
    id: str
    form: str
    points: str
    points_number: str
    stem: str
    figure: FigureView | None
    parts: tuple[AskedPart, ...]


@dataclass(frozen=True, slots=True)
class NumberView:
    """``low`` and ``high`` are given where the question states to how many digits (``interval``)."""

    label: str
    value: str
    interval: bool
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class WrongView:
    """``credit`` says what the answer still earns, ``0.5 of 1 point``; empty where it earns nothing."""

    answer: str
    code: str
    title: str
    feedback: str
    credit: str


@dataclass(frozen=True, slots=True)
class GuideView:
    points: str
    text: str


@dataclass(frozen=True, slots=True)
class SolvedPart:
    """``answer`` is the answer in letters or words where the kind has one."""

    letter: str
    kind: str
    points: str
    points_number: str
    ask: str
    rounding: str
    answer: str
    numbers: tuple[NumberView, ...]
    formula: str
    formula_text: str
    options: tuple[OptionView, ...]
    prompts: tuple[OptionView, ...]
    guide: tuple[GuideView, ...]
    wrong: tuple[WrongView, ...]
    follow_through: str


@dataclass(frozen=True, slots=True)
class SolvedQuestion:
    number: str
    id: str
    form: str
    points: str
    points_number: str
    stem: str
    figure: FigureView | None
    parts: tuple[SolvedPart, ...]
    hints: tuple[str, ...]
    solution: str
    title: str
    item: str
    version: str
    row: str
    work: str


@dataclass(frozen=True, slots=True)
class SectionView:
    """``questions`` are laid out already (by the templates ``question`` or ``solution``)."""

    title: str
    instructions: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StudentView:
    name: str
    id: str


@dataclass(frozen=True, slots=True)
class PaperView:
    """One form: a sheet or a key.  ``plain_title`` and ``plain_form`` are ASCII, for the properties of a file."""

    title: str
    plain_title: str
    plain_form: str
    course: str
    date: str
    instructions: str
    exam: str
    form: str
    number: str
    forms: str
    student: StudentView | None
    points: str
    questions: str
    sections: tuple[SectionView, ...]
    gdquiz: str


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of the answer table: a question, or a part of one, and its answers by form."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableView:
    forms: tuple[str, ...]
    rows: tuple[RowView, ...]
