"""Reading what an instructor types for ``gdquiz solve``: text in, a checked ``Task`` out."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite, nan
from typing import Any

from gdquiz.descent.stepping import METHODS, Method
from gdquiz.errors import Fault, InputError, nearest
from gdquiz.formulas.expressions import FUNCTIONS, Language, Node, names_of, parse
from gdquiz.formulas.pointwise import Irrational, as_float, exact_value, float_value
from gdquiz.formulas.scanner import GREEK

MOST_STEPS = 10_000
MOST_VARIABLES = 4

ALIASES: Mapping[str, str] = {"momentum": "heavy-ball"}
DEFAULTS: Mapping[str, Fraction] = {
    "beta": Fraction(9, 10),
    "beta1": Fraction(9, 10),
    "beta2": Fraction(999, 1000),
    "rho": Fraction(9, 10),
    "epsilon": Fraction(0),
}
"""The parameters of methods that are not given."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as a float (inf or nan where floats end), and exactly where it is known to be this fraction.

    ``formula`` is how it was typed, for numbers that are not rational.
    """

    number: float
    exact: Fraction | None = None
    formula: Node | None = None

    @classmethod
    def of(cls, exact: Fraction) -> Quantity:
        return cls(as_float(exact), exact)


@dataclass(frozen=True, slots=True)
class Task:
    """A loss and a run on it; ``start`` in the order of ``variables``, that of their first place in the text.

    ``parameters`` are those of the method; an epsilon of 0 is left out.
    """

    loss: Node
    variables: tuple[str, ...]
    start: tuple[Quantity, ...]
    rate: Quantity
    steps: int
    method: Method
    parameters: Mapping[str, Quantity]
    ascend: bool


def methods() -> tuple[Method, ...]:
    """The methods that a single loss can be run with: all but those that need data."""
    return tuple(row for row in METHODS if row.name != "sgd")


def read(
    loss: str,
    start: Sequence[str],
    rate: str,
    steps: int,
    method: str,
    parameters: Mapping[str, str],
    ascend: bool,
) -> Task:
    """Read and check everything; ``start`` are texts ``NAME=VALUE``, ``parameters`` name those of the method.

    Raises ``InputError`` with all faults at once: of the loss, its names, the numbers, the method.
    """
    faults: list[Fault] = []

    def tried(read: Callable[[], Any]) -> Any:
        try:
            return read()
        except InputError as error:
            faults.extend(error.faults)
            return None

    starts = tried(lambda: _starts(start))
    names = [name for text in start if (name := _name(text.partition("=")[0].strip()))]
    node = tried(lambda: _loss(loss, names))
    speed = tried(lambda: _rate(rate))
    row = tried(lambda: _method(method))
    settings = {} if row is None else tried(lambda: _parameters(row, parameters))
    if not 0 <= steps <= MOST_STEPS:
        faults.append(Fault(f"{steps} steps", expected=f"a number from 0 to {MOST_STEPS}", field="--steps"))
    if faults:
        raise InputError(faults)
    variables = _in_order(loss, names_of(node), names)
    return Task(node, variables, tuple(starts[name] for name in variables), speed, steps, row, settings, ascend)


def _starts(texts: Sequence[str]) -> dict[str, Quantity]:
    faults: list[Fault] = []
    values: dict[str, Quantity] = {}
    for text in texts:
        written, equals, value = text.partition("=")
        name = _name(written.strip())
        if not equals or not name:
            faults.append(Fault(f"'{text[:40]}' is no start", expected="NAME=VALUE, such as w=1/2", field="--start"))
        elif name in FUNCTIONS or name == "ln":
            faults.append(Fault(f"'{name}' is a function, not a variable", field="--start"))
        elif name in values:
            faults.append(Fault(f"'{name}' is given twice", field="--start"))
        else:
            try:
                values[name] = _constant(value)
            except InputError as error:
                faults.extend(error.at(field=f"--start {name}").faults)
                values[name] = Quantity(nan)
    if len(values) > MOST_VARIABLES:
        faults.append(Fault(f"{len(values)} variables", expected=f"at most {MOST_VARIABLES}", field="--start"))
    if faults:
        raise InputError(faults)
    return values


_WORD = re.compile(r"[^\W\d]\w*")
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def _name(word: str) -> str:
    """The name that a word stands for (``η₁`` is ``eta1``), or nothing if it is none."""
    plain = (GREEK.get(word[:1], word[:1]) + word[1:]).translate(_DIGITS)
    return plain if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", plain) and len(plain) <= 30 else ""


def _loss(text: str, names: Sequence[str]) -> Node:
    """The loss, in exactly the names given.  Raises ``InputError`` otherwise, with what to do about a name."""
    try:
        node = parse(text, names=names, language=Language.FORMULA)
    except InputError as error:
        missing = _missing(text, names)
        raise InputError(missing) if missing else error.at(field="LOSS") from None
    used = names_of(node)
    if not used:
        raise InputError(Fault("the loss has no variable", hint="start with something like (w - 3)^2", field="LOSS"))
    extra = [name for name in names if name not in used]
    if extra:
        raise InputError(
            Fault(
                f"the loss has no variable '{name}'",
                expected=f"a start for {_listed(sorted(used))}",
                hint=nearest(name, used - set(names)),
                field="--start",
            )
            for name in extra
        )
    return node


def _missing(text: str, names: Sequence[str]) -> list[Fault]:
    """Faults for the names in the loss that have no start, if having one is all that they lack."""
    words = {name for word in _WORD.findall(text[:1000]) if (name := _name(word))}
    words -= {*FUNCTIONS, "ln"} - set(names)
    try:
        node = parse(text, names=words | set(names), language=Language.FORMULA)
    except InputError:
        return []
    unknown = sorted(names_of(node) - set(names))
    known = [*names, *FUNCTIONS, "ln"]
    return [
        Fault(
            f"the loss uses '{name}', which has no start",
            hint=nearest(name, known) or f"add --start {name}=1",
            field="LOSS",
        )
        for name in unknown
    ]


def _in_order(text: str, used: Collection[str], names: Sequence[str]) -> tuple[str, ...]:
    """The variables by their first place in the text."""
    places: dict[str, int] = {}
    for match in _WORD.finditer(text):
        name = _name(match[0])
        found = {name: 0} if name in used else {letter: match[0].find(letter) for letter in match[0] if letter in used}
        for part, at in found.items():
            places.setdefault(part, match.start() + at)
    return tuple(sorted(used, key=lambda name: (places.get(name, len(text)), names.index(name))))


def _rate(text: str) -> Quantity:
    try:
        rate = _constant(text)
        if not rate.number > 0:
            raise InputError(Fault("the rate is not positive", hint="--ascend climbs instead of descending"))
    except InputError as error:
        raise error.at(field="--rate") from None
    return rate


def _method(name: str) -> Method:
    wanted = ALIASES.get(name, name)
    rows = {row.name: row for row in methods()}
    if wanted not in rows:
        expected = "one of " + ", ".join(rows)
        hint = nearest(name, [*rows, *ALIASES])
        raise InputError(Fault(f"unknown method '{name}'", expected, hint, field="--method"))
    return rows[wanted]


def _parameters(method: Method, texts: Mapping[str, str]) -> dict[str, Quantity]:
    faults: list[Fault] = []
    values = {name: Quantity.of(DEFAULTS[name]) for name in method.parameters}
    for name, text in texts.items():
        if name not in method.parameters:
            has = _listed([f"--{own}" for own in method.parameters]) or "none"
            faults.append(Fault(f"{method.title} has no such parameter", expected=has, field=f"--{name}"))
            continue
        try:
            values[name] = _constant(text)
            if name != "epsilon" and not 0 <= values[name].number < 1:
                raise InputError(Fault(f"{text.strip()} is out of range", expected="a number from 0 to below 1"))
            if name == "epsilon" and not values[name].number >= 0:
                raise InputError(Fault(f"{text.strip()} is out of range", expected="0 or a positive number"))
        except InputError as error:
            faults.extend(error.at(field=f"--{name}").faults)
    if faults:
        raise InputError(faults)
    if "epsilon" in values and values["epsilon"].number == 0:
        del values["epsilon"]
    return values


def _constant(text: str) -> Quantity:
    """A number written as a formula without names.  Raises ``InputError`` for anything else."""
    try:
        node = parse(text, names=(), language=Language.FORMULA)
    except InputError as error:
        raise InputError(replace(fault, expected="a number, such as 1/10") for fault in error.faults) from None
    try:
        exact = exact_value(node, {})
        return Quantity.of(exact)
    except Irrational:
        value = float_value(node, {})
    except ZeroDivisionError:
        value = nan
    if not isfinite(value):
        raise InputError(Fault(f"'{text.strip()[:40]}' has no finite value"))
    return Quantity(value, None, node)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""
