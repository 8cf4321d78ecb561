"""What a kind of answer is: all that the rooms above ask of it, with what most kinds answer.

A kind computes nothing and opens nothing.  What a bank says of a part (``asked``) and of a foreseen wrong answer
(``wrong``) comes as the tables of ``gdquiz.banks.schema``, which know the kinds and not the other way round.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz.errors import Fault
from gdquiz.exam.answers import SHAPES, Kind, Shape
from gdquiz.exam.frozen import PartKey, PartWording, WrongAnswer
from gdquiz.kinds.marked import Given, Marking
from gdquiz.kinds.options import letters, order_of
from gdquiz.kinds.platforms import Field
from gdquiz.words.catalogue import Catalogue

Found = Iterator[tuple[tuple[str | int, ...], Fault]]
"""Faults with their places in the table of a part."""


class KindOfAnswer(ABC):
    """A kind of answer; those of most kinds are the defaults."""

    name: Kind
    title: str
    """In words, as in "a number"."""

    @property
    def shape(self) -> Shape:
        """What its parts and keys hold in ``exam.json``."""
        return SHAPES[self.name]

    @property
    def asks_numbers(self) -> bool:
        return self.shape.numbers != "none"

    # --- in a bank ---

    needed: tuple[str, ...] = ()
    """The fields of a part that it needs."""
    optional: tuple[str, ...] = ()
    """Fields that it may have beside those."""
    of_option: str = ""
    """The field that tells which options are right."""

    def needs(self, asked: Any) -> tuple[str, ...]:
        """The fields that a part needs, given the others that it has."""
        return self.needed

    def states(self, asked: Any) -> tuple[str, ...]:
        """The fields in which a foreseen wrong answer states itself."""
        return ("chooses",)

    def labels(self, asked: Any) -> tuple[str, ...]:
        """The names of the fields of several numbers."""
        return tuple(answer.label for answer in asked.answers)

    def fixed(self, asked: Any, wrong: Any) -> tuple[int, ...] | None:
        """The selection that the key, or a wrong answer, has in all rows alike; None where conditions tell it."""
        return None

    def has_no_wrong(self, asked: Any) -> Fault | None:
        """Why a part has no foreseen wrong answers; None where it may have some."""
        return None

    def faults(self, asked: Any) -> Found:
        """What else is wrong with the fields of a part."""
        return iter(())

    def wrong_faults(self, asked: Any, wrong: Any) -> Found:
        """What else is wrong with a foreseen wrong answer."""
        return iter(())

    def numbers(self, asked: Any) -> list[tuple[tuple[str | int, ...], str]]:
        """The expressions of the numbers asked for, each with its place."""
        if asked.answer is not None:
            return [(("answer",), asked.answer)]
        return [(("answers", k, "value"), answer.value) for k, answer in enumerate(asked.answers)]

    def wrong_numbers(self, asked: Any, wrong: Any) -> list[tuple[tuple[str | int, ...], str]]:
        """The expressions of the numbers that a foreseen wrong answer states."""
        return [(("value",), text) for text in ([wrong.value] if wrong.value is not None else wrong.values or [])]

    # --- over all rows ---

    unfit_reason: str = ""

    def unfit(self, chosen: NDArray[np.intp]) -> NDArray[np.bool_]:
        """In which rows a selection cannot be the key; (rows, options) of 0 and 1, or (rows, places) of options."""
        return np.asarray(chosen.sum(axis=1) != 1)

    def is_answer(self, chosen: NDArray[np.intp]) -> NDArray[np.bool_]:
        """In which rows a selection is an answer that could be given."""
        return ~self.unfit(chosen)

    def variables(self, asked: Any, of_loss: tuple[str, ...]) -> tuple[str, ...]:
        """The variables that an answer may use."""
        return ()

    def ids(
        self, chosen: Any, options: tuple[str, ...], prompts: tuple[str, ...], printed: tuple[str, ...]
    ) -> tuple[str, ...]:
        """A selection of one row as ids of options; ``prompts`` as the bank has them, and as they are printed."""
        return tuple(option for option, right in zip(options, chosen, strict=True) if right)

    def typeset(self, numbers: list[str], chosen: tuple[str, ...]) -> str:
        """An answer as a whole, LaTeX, from its numbers; empty where it is shown by them alone."""
        return ""

    # --- marking ---

    by_hand: bool = False
    """A person marks it."""

    @abstractmethod
    def expected(self, part: PartWording, key: PartKey) -> str:
        """What is expected to be typed, in words."""

    @abstractmethod
    def mark(self, part: PartWording, key: PartKey, response: str, given: Given) -> Marking:
        """The marking of a response.  Raises ``Unreadable`` for one that is not understood."""

    def number(self, part: PartWording, key: PartKey, response: str) -> Fraction | None:
        """The number that a response gives, for later parts to follow from.  Raises ``Unreadable``."""
        return None

    def blind(self, part: PartWording, key: PartKey, *, both_or_nothing: bool) -> Fraction:
        """The share of the marks that all possible responses earn in the mean; 0 where an answer has to be written."""
        return Fraction(0)

    def guess(self, part: PartWording, key: PartKey) -> float | None:
        """The chance of choosing the key blindly; None where an answer has to be written."""
        return None

    def composed(self, texts: list[str], chosen: tuple[str, ...]) -> str:
        """The response that says these numbers, as they were typed into fields of their own; blank where it was."""
        return "; ".join(texts)

    # --- on paper ---

    is_open: bool = False
    """A student writes an answer, and is given space for it."""
    lettered: bool = False
    """It is answered with the letters of printed options."""
    ticks: bool = False
    """Each option is right or wrong by itself."""

    def chosen(self, part: PartWording, key: PartKey, ids: tuple[str, ...]) -> str:
        """Options as a student would write them: ``B``; ``A, C``; ``1 C, 2 A``; ``C, A, B``."""
        return letters(ids, order_of(part, key))

    def answer(self, part: PartWording, key: PartKey, words: Catalogue) -> str:
        """The right answer in letters or words; empty where it is none of these."""
        return self.chosen(part, key, key.options)

    def labelled(self, labels: tuple[str, ...], shown: list[str]) -> str:
        """The numbers of a foreseen wrong answer, LaTeX, as Markdown."""
        if not labels:
            return f"${shown[0]}$"
        return ", ".join(f"{label}: ${number}$" for label, number in zip(labels, shown, strict=True))

    # --- on platforms ---

    whole: bool = False
    """Where it is split into single choices, a wrong answer as a whole earns nothing."""

    @abstractmethod
    def fields(self, part: PartWording, key: PartKey, carried: str, row: tuple[str | int, ...]) -> Iterator[Field]:
        """The fields that a platform asks, which carries this kind as told."""

    def pieces(self, part: PartWording, carried: str) -> int:
        """How many fields the points of a part are shared by."""
        return 1

    def anyway(self, part: PartWording, key: PartKey, wrong: WrongAnswer) -> float:
        """The share of the marks that a foreseen wrong answer earns by what is right of it."""
        return 0.0


@cache
def kind_of(name: str) -> KindOfAnswer:
    """The kind of a name of ``SHAPES``: ``KIND`` of the module that is called like it."""
    assert name in SHAPES, name
    kind = import_module(f"gdquiz.kinds.{name}").KIND
    assert isinstance(kind, KindOfAnswer)
    return kind


def every() -> Mapping[Kind, KindOfAnswer]:
    """All kinds, by name."""
    return {name: kind_of(name) for name in SHAPES}
