"""Formulas as trees: a closed set of constructs, and nothing in them that was not understood.

A ``Row`` is a run of nodes.  A ``Slot`` is a place that is filled later with a row of its own.  ``Blank`` is white
space of the source: it means nothing, and only the LaTeX writer keeps it, so that what it writes is as easy to read.
"""

from __future__ import annotations

from dataclasses import dataclass

from gdquiz.texts.constructs import Sign


@dataclass(frozen=True, slots=True)
class Number:
    """An unsigned numeral: ``3``, ``0.25``, with a decimal comma ``0,25``."""

    digits: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A Latin letter."""

    letter: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """A sign of the table of constructs."""

    sign: Sign


@dataclass(frozen=True, slots=True)
class Function:
    r"""A name set upright: ``\ln`` (``own``, it has a command) or ``\operatorname{ReLU}``."""

    name: str
    own: bool


@dataclass(frozen=True, slots=True)
class Words:
    r"""Plain words in a formula; ``command`` is ``text``, ``textbf`` or ``textit``."""

    text: str
    command: str


@dataclass(frozen=True, slots=True)
class Space:
    r"""A space that is meant: ``\,``, ``\quad``."""

    command: str


@dataclass(frozen=True, slots=True)
class Blank:
    """White space of the source."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The slot of this number, by order in the source."""

    number: int


@dataclass(frozen=True, slots=True)
class Group:
    """What stands in braces of its own."""

    body: Row


@dataclass(frozen=True, slots=True)
class Styled:
    r"""``\mathbf{...}``."""

    face: str
    body: Row


@dataclass(frozen=True, slots=True)
class Fraction:
    """A fraction or binomial; ``command`` tells which and of what size."""

    command: str
    top: Row
    bottom: Row


@dataclass(frozen=True, slots=True)
class Root:
    body: Row
    index: Row | None


@dataclass(frozen=True, slots=True)
class Scripts:
    r"""Something with an index, an exponent, and primes; ``limits`` is ``limits``, ``nolimits`` or empty."""

    base: Node | None
    below: Node | None
    above: Node | None
    primes: int = 0
    limits: str = ""


@dataclass(frozen=True, slots=True)
class Fenced:
    r"""``\left( ... \right)``; an empty delimiter is a dot."""

    opens: str
    body: Row
    closes: str


@dataclass(frozen=True, slots=True)
class Large:
    r"""``\bigl(``."""

    size: str
    sign: Sign


@dataclass(frozen=True, slots=True)
class Accented:
    r"""``\hat{w}``."""

    accent: str
    body: Row


@dataclass(frozen=True, slots=True)
class Stacked:
    r"""``\overset{small}{base}``, or ``underset``, ``stackrel``."""

    command: str
    small: Row
    base: Row


@dataclass(frozen=True, slots=True)
class Decorated:
    r"""``\boxed{...}``, ``\overbrace{...}``, ``\phantom{...}``."""

    command: str
    body: Row


@dataclass(frozen=True, slots=True)
class Mode:
    r"""``\displaystyle``: how large the rest of the row is set."""

    command: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """A table of cells; ``columns`` only of an array, and the rows that a line stands above."""

    environment: str
    columns: str
    rows: tuple[tuple[Row, ...], ...]
    lines: frozenset[int] = frozenset()


Node = (
    Number | Letter | Symbol | Function | Words | Space | Blank | Slot | Group | Styled | Fraction | Root | Scripts
    | Fenced | Large | Accented | Stacked | Decorated | Mode | Matrix
)  # fmt: skip
Row = tuple[Node, ...]
