"""What is known about a loss: its critical points and what each is, flat sets of them, and facts about the whole."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from gdquiz.formulas.expressions import Node
from gdquiz.numbers.roots import Value

Kind = Literal["minimum", "maximum", "saddle", "degenerate", "neither", "not decided"]


@dataclass(frozen=True, slots=True)
class CriticalPoint:
    """A point where the gradient is zero, or a kink of the loss in whose one-sided slopes 0 lies.

    ``degenerate`` means: neither shown to be an extremum nor to be a saddle by the rules used here; in one variable it
    is an inflection.  ``singular`` says that the Hessian has an eigenvalue 0, so that the second derivatives alone
    say nothing about the kind.  ``curvatures`` are the eigenvalues of the Hessian, ascending.  ``stable_rate`` is
    2/(largest curvature) at a minimum: below it, and near the point, descent converges; None elsewhere.

    A point with a ``kink`` has neither curvatures nor a stable rate.  Its kind follows from the one-sided slopes: it is
    ``neither`` if the loss has no extremum there, or ``not decided``.  In one variable ``slopes`` are those on the left
    and on the right.
    """

    point: tuple[Value, ...]
    kind: Kind
    loss: Value
    singular: bool
    curvatures: tuple[float, ...]
    stable_rate: Value | None
    kink: bool = False
    slopes: tuple[Value, Value] | None = None


@dataclass(frozen=True, slots=True)
class Valley:
    """The critical points of a quadratic with a singular Hessian: ``point`` plus all multiples of ``directions``.

    ``kind`` is what each of them is, in the weak sense: along the directions the loss does not change.
    """

    point: tuple[Fraction, ...]
    directions: tuple[tuple[Fraction, ...], ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Flat:
    """In one variable: an interval on which the loss is constant, its ends included; None is an end at infinity.

    ``kind`` is what its points are, in the weak sense.
    """

    low: Value | None
    high: Value | None
    kind: Kind
    loss: Value


@dataclass(frozen=True, slots=True)
class Curve:
    """Minima that are not isolated, in two or more variables: all points at which ``equation`` is zero.

    It is ``loss`` there and larger everywhere else, so these are all its global minima.
    """

    equation: Node
    loss: Fraction


@dataclass(frozen=True, slots=True)
class Landscape:
    """What is known about a loss without parameters.

    ``points`` are sorted by their coordinates.  ``complete``: these are all critical points, shown in two ways or by
    enclosures of the whole line; ``note`` says how, or why not.  ``within``: these are all in that interval.
    ``convex`` and ``bounded_below`` are None where it is not known; ``falls`` is a direction in which the loss has
    no lower bound.
    ``global_minima`` are the places in ``points`` of the global minima where these are certified (empty: there is
    none among them), else None; ``global_flats`` those in ``flats``.
    ``largest_stable_rate`` is 2/L for a quadratic without negative curvature, where it holds from every start; None
    for all other losses, for which only the ``stable_rate`` near each minimum exists.
    """

    variables: tuple[str, ...]
    points: tuple[CriticalPoint, ...]
    complete: bool
    note: str
    valley: Valley | None = None
    convex: bool | None = None
    bounded_below: bool | None = None
    global_minima: tuple[int, ...] | None = None
    largest_stable_rate: Value | None = None
    within: tuple[Fraction, Fraction] | None = None
    flats: tuple[Flat, ...] = ()
    global_flats: tuple[int, ...] = ()
    curve: Curve | None = None
    falls: tuple[Fraction, ...] | None = None

    @property
    def lowest(self) -> Value | None:
        """The smallest value of the loss, where it is certified."""
        if self.global_minima:
            return self.points[self.global_minima[0]].loss
        if self.global_flats:
            return self.flats[self.global_flats[0]].loss
        return None if self.curve is None else Value.of(self.curve.loss)
