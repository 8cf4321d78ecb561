"""Deciding with three answers: yes, no, and too close to call.

A rule that compares a measured number with a threshold says yes only up to the threshold and no only beyond a margin;
what lies between is left open.  Answers combine by Kleene's three-valued logic: *and* is the minimum, *or* the
maximum and *not* the change of sign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Answers = NDArray[np.int8]
"""An array of ``YES``, ``NO`` and ``UNSURE``."""

NO, UNSURE, YES = np.int8(-1), np.int8(0), np.int8(1)


def answers(yes: Any, no: Any) -> Answers:
    """Yes where the first mask holds, no where the second one does, unsure where neither or both do."""
    yes, no = np.broadcast_arrays(np.asarray(yes, dtype=bool), np.asarray(no, dtype=bool))
    return np.asarray(yes.astype(np.int8) - no.astype(np.int8), dtype=np.int8)


def certain(mask: Any) -> Answers:
    """Yes where the mask holds and no elsewhere."""
    mask = np.asarray(mask, dtype=bool)
    return np.where(mask, YES, NO)


def both(*parts: Answers | np.int8) -> Answers:
    """Yes where all parts are yes, no where one is no."""
    return np.asarray(np.minimum.reduce(np.broadcast_arrays(*parts)), dtype=np.int8)


def either(*parts: Answers) -> Answers:
    """Yes where one part is yes, no where all are no."""
    return np.asarray(np.maximum.reduce(np.broadcast_arrays(*parts)), dtype=np.int8)


def choose(condition: Mask, then: Any, otherwise: Any) -> Answers:
    """Row by row ``then`` where the condition holds, else ``otherwise``."""
    return np.asarray(np.where(condition, then, otherwise), dtype=np.int8)


@dataclass(frozen=True, slots=True)
class Bound:
    """A threshold with its margin; made by ``at_most`` and ``at_least``.

    ``yes`` is the last value that counts as satisfied, ``no`` the last that does not yet count as violated; values
    between the two, and NaN, are unsure.
    """

    name: str
    yes: float
    no: float
    measure: str
    large: bool

    def judge(self, value: Any) -> Answers:
        """The answers for an array of measured values."""
        with np.errstate(invalid="ignore"):
            if self.large:
                return answers(value >= self.yes, value < self.no)
            return answers(value <= self.yes, value > self.no)


def at_most(name: str, yes: float, no: float, measure: str) -> Bound:
    """Yes up to ``yes`` and no above ``no``."""
    return Bound(name, yes, no, measure, large=False)


def at_least(name: str, yes: float, no: float, measure: str) -> Bound:
    """Yes from ``yes`` on and no below ``no``."""
    return Bound(name, yes, no, measure, large=True)


@dataclass(frozen=True, slots=True)
class Rule:
    """A value of an axis with what it means, and what decides it.

    ``definition`` is for the documentation, ``sentence`` for a learner who has just answered.  ``source`` names the
    theorem that proves a verdict on a run, or where the definition comes from.  ``decide`` is given the rule itself
    (for its bounds) and the evidence, and answers for every row; of a run this is only a suggestion.
    """

    axis: str
    value: str
    definition: str
    sentence: str
    bounds: tuple[Bound, ...]
    source: str
    decide: Callable[[Rule, Any], Answers]

    def bound(self, name: str) -> Bound:
        """The bound of that name; raises KeyError for another name."""
        for bound in self.bounds:
            if bound.name == name:
                return bound
        raise KeyError(name)

    def judge(self, name: str, value: Any) -> Answers:
        """The answers of one of the rule's bounds."""
        return self.bound(name).judge(value)


def first_that_holds(rules: tuple[Rule, ...], evidence: Any, rows: int, otherwise: str) -> NDArray[np.str_]:
    """The value, for every row, of the first rule that answers yes.

    A row at which a rule is unsure before any has said yes, or for which none does, gets ``otherwise``.
    """
    names = [rule.value for rule in rules] + [otherwise]
    chosen = np.full(rows, len(rules))
    still_open = np.ones(rows, dtype=bool)
    for place, rule in enumerate(rules):
        answer = np.broadcast_to(rule.decide(rule, evidence), (rows,))
        chosen[still_open & (answer == YES)] = place
        still_open &= answer == NO
        if not still_open.any():
            break
    return np.asarray(np.array(names)[chosen], dtype=np.str_)
