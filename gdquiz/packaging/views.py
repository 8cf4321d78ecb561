"""What the templates of packages see: plain frozen values, texts already written in the style of the target.

``EntryView`` is one question of a platform.  A template that is run once for all questions of one layout sees marks in
the places of the texts (``gdquiz.rendering.moulds``); structure (which option is right, how many there are) is real.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """An option.  ``share`` is the part of the marks, in percent, that choosing it earns: ``33.33333``, ``-50``."""

    id: str
    letter: str
    text: str
    right: bool
    share: str
    feedback: str


@dataclass(frozen=True, slots=True)
class ValueView:
    """A number that is recognised: from ``low`` to ``high``, that is ``value`` give or take ``tolerance``."""

    value: str
    tolerance: str
    low: str
    high: str
    share: str
    feedback: str


@dataclass(frozen=True, slots=True)
class PairView:
    """A left-hand side of a matching and its option, whose ``number`` is that among all ``options``, from 1."""

    id: str
    text: str
    option: str
    number: str
    option_text: str
    options: tuple[ChoiceView, ...]


@dataclass(frozen=True, slots=True)
class GuideView:
    points: str
    text: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """A foreseen wrong answer as a whole, where no single option or number of the field shows it.

    ``chosen`` are the ids of the options chosen: in a matching one for each pair, in an ordering in their order.
    ``share`` is the part of the marks that it earns, where that is more than such a choice earns anyway; else ``0``.
    """

    answer: str
    feedback: str
    share: str
    chosen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldView:
    """One thing to answer.

    ``letter`` is that of the part, in the first of its fields only; so are ``ask`` and ``rounding``.  ``weight`` is a
    whole number, in a matching that of each pair; the weights of an entry are as its points.  ``plain`` says that the
    options are words without formulas or code.  ``key`` is the right number, ``mistakes`` the foreseen wrong ones.
    ``options`` of an ordering stand as printed, ``ranked`` are the same in the right order.
    ``all_right`` says how many options are right, ``pair_share`` what each pair earns of the marks, in percent.
    """

    id: str
    kind: str
    letter: str
    ask: str
    label: str
    rounding: str
    points: str
    weight: str
    plain: bool = True
    key: ValueView | None = None
    mistakes: tuple[ValueView, ...] = ()
    options: tuple[ChoiceView, ...] = ()
    pairs: tuple[PairView, ...] = ()
    pair_share: str = "0"
    ranked: tuple[ChoiceView, ...] = ()
    truth: bool | None = None
    all_right: int = 0
    guide: tuple[GuideView, ...] = ()
    notes: tuple[NoteView, ...] = ()


@dataclass(frozen=True, slots=True)
class FileView:
    """A drawing: ``name`` of its file, ``content`` of it (SVG), the same in base64, and what it shows in words."""

    name: str
    content: str
    base64: str
    alt: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """One question as a platform has it.

    ``id`` is the same for the same variant in every export, and can stand in XML; ``name`` is for instructors,
    ``title`` gives nothing away to students.  ``printed`` stands in small print at the end of the text, and in both:
    the ids of exam and question.  ``tags`` are plain words.
    """

    id: str
    name: str
    title: str
    printed: str
    points: str
    stem: str
    figure: FileView | None
    fields: tuple[FieldView, ...]
    hints: tuple[str, ...]
    solution: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PoolView:
    """The variants of one question of the exam, of which a platform gives each student one."""

    number: int
    id: str
    name: str
    title: str
    points: str
    entries: int
