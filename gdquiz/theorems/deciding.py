"""The theorems on single runs, tried one after another: the only place that decides what vectorised certificates leave.

A theorem is a pure function from a run to what it proves of it, or None where its conditions do not hold or cannot be
shown.  Those of ``EXACT`` work in exact arithmetic on ``ExactRun`` and go first; those of ``ENCLOSED`` enclose the run
in balls and are told what a float run suggests, which only chooses what is worth trying.  What no theorem decides is
undecided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import numpy as np

from gdquiz.descent.exact_run import ExactRun, StatedRun
from gdquiz.theorems.attraction import approaches, converges, cycles, settles
from gdquiz.theorems.certificates import Exact
from gdquiz.theorems.escape import blow_up, leading_form, outward
from gdquiz.theorems.foresight import foreseen
from gdquiz.theorems.linear_maps import linear_map
from gdquiz.theorems.orbits import begins_at_rest, comes_back
from gdquiz.theorems.subspaces import on_subspace, on_the_best_set
from gdquiz.theorems.suggestion import Suggestion
from gdquiz.theorems.unfinished import drifts, lingers
from gdquiz.theorems.valleys import descends

ExactTheorem = Callable[[ExactRun], Exact | None]
EnclosedTheorem = Callable[[StatedRun, Suggestion], Exact | None]


def _within(run: ExactRun) -> Exact | None:
    """What all theorems prove of a run in an invariant line or plane."""

    def judged(inner: StatedRun) -> Exact | None:
        told = None if inner.exact is None else linear_map(inner.exact)
        return decide(inner, foreseen(inner)) if told is None else told

    return on_subspace(run, judged)


EXACT: tuple[ExactTheorem, ...] = (linear_map, begins_at_rest, comes_back, _within)
"""Theorems in exact arithmetic, in the order in which they are tried; each returns an ``Exact`` of one row."""

ENCLOSED: tuple[EnclosedTheorem, ...] = (
    lingers,
    converges,
    settles,
    cycles,
    descends,
    approaches,
    drifts,
    leading_form,
    blow_up,
    outward,
)
"""Theorems on enclosures, in the order in which they are tried."""


@lru_cache(maxsize=8192)
def decide(run: StatedRun, hint: Suggestion) -> Exact | None:
    """What the first theorem that applies proves of a run, as an ``Exact`` of one row; None if no theorem does."""
    exact = run.exact
    if exact is not None:
        for theorem in EXACT:
            proved = theorem(exact)
            if proved is not None and bool(proved.decided.all()):
                return _completed(run, hint, proved)
    for enclosed in ENCLOSED:
        proved = enclosed(run, hint)
        if proved is not None and bool(proved.decided.all()):
            return proved
    return None


def _completed(run: StatedRun, hint: Suggestion, proved: Exact) -> Exact:
    """What exact arithmetic proves of a run, with what is known of sets of minima where it leaves the point open."""
    if proved.point[0] not in ("none", "degenerate"):
        return proved
    if proved.limit[0] == "stationary_start" and run.exact is not None:
        found = on_the_best_set(run.exact, run.exact.start)
        return proved if found is None else replace(proved, point=np.array([found[0]]), best=np.array([found[1]]))
    least = descends(run, hint) if proved.limit[0] == "converged" else None
    if least is None or proved.place is None:
        return least or proved
    return replace(proved, point=least.point, best=least.best)
