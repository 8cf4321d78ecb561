"""Mastery of a skill by Bayesian Knowledge Tracing.

A. T. Corbett and J. R. Anderson, "Knowledge tracing: Modeling the acquisition of procedural knowledge", User Modeling
and User-Adapted Interaction 4 (1995), 253-278.  A learner knows a skill or does not; L is the probability that it is
known.  Who knows it answers wrongly with probability S (a slip), who does not answers rightly with probability G (a
guess).  After an answer Bayes' rule gives

    right:  L' = L (1 - S) / (L (1 - S) + (1 - L) G)
    wrong:  L' = L S / (L S + (1 - L) (1 - G))

and every question is an occasion to learn: L becomes L' + (1 - L') T.  A skill counts as mastered from L = 0.95 on,
as in the paper.

The parameters below are not fitted to data of gdquiz, of which there are none; they lie within what the literature
uses.  Two things are our own: G is what blind choosing among the options earns, and an answer that earns a share c of
the points gives the mean of both updates with the weights c and 1 - c.
"""

from __future__ import annotations

from math import prod

from gdquiz.exam.frozen import PartKey, PartWording
from gdquiz.kinds.kind import kind_of

START = 0.1
"""L before the first answer."""
LEARN = 0.1
"""T."""
SLIP = 0.1
"""S."""
LEAST_GUESS = 0.1
MASTERED = 0.95


def guess(parts: tuple[PartWording, ...], keys: tuple[PartKey, ...]) -> float:
    """G of a question: the chance of having all its parts right by choosing blindly among what is printed."""
    return max(LEAST_GUESS, prod(_guess(part, key) for part, key in zip(parts, keys, strict=True)))


def _guess(part: PartWording, key: PartKey) -> float:
    chance = kind_of(part.kind).guess(part, key)
    return LEAST_GUESS if chance is None else chance


def after(known: float, credit: float, chance: float) -> float:
    """L after an answer that earned a share ``credit`` of the points, on a question with G = ``chance``."""
    right = known * (1 - SLIP) / (known * (1 - SLIP) + (1 - known) * chance)
    wrong = known * SLIP / (known * SLIP + (1 - known) * (1 - chance))
    seen = credit * right + (1 - credit) * wrong
    return seen + (1 - seen) * LEARN
