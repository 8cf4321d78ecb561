"""The text of ``exam.json``: it is JSON, no name stands twice in a table, and it is of a version that is known.

Every fault tells its place by the names and numbers on the way to it: ``forms.0.questions.2.parts.0.order``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from gdquiz.errors import Fault, InputError
from gdquiz.exam.frozen import FORMAT
from gdquiz.plurals import counted

HINT = "the file must be one that 'gdquiz make' wrote"
MOST_FAULTS = 100
"""Faults told of one file; more are counted."""
Steps = tuple[str | int, ...]
"""The way from the root of a file to a place in it."""


def short(text: str, most: int = 100) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."


def path(steps: Iterable[str | int]) -> str:
    """A place in a file: ``forms.0.questions.2.parts.0.order``, entries counted from 0."""
    written = ".".join(map(str, steps))
    return short(written if written.isprintable() else repr(written)[1:-1], 200)


def few(faults: Sequence[Fault], file: str) -> tuple[Fault, ...]:
    """The first faults, with the number of the others."""
    shown = tuple(faults[:MOST_FAULTS])
    more = len(faults) - len(shown)
    return (*shown, Fault(f"and {counted(more, 'more fault')}", file=file)) if more else shown


def as_text(data: str | bytes, file: str) -> str:
    """A text from UTF-8, with or without a byte order mark.  Raises ``InputError`` with the line of a wrong byte."""
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise InputError(Fault(problem, "a text file in UTF-8", HINT, file=file, line=line)) from None


class _Table(dict[str, Any]):
    """A table of a JSON text in which names stand twice."""

    names: tuple[str, ...] = ()


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) == len(pairs):
        return table
    double = _Table(table)
    double.names = tuple(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
    return double


def check_text(text: str, file: str, *, versions: Collection[int]) -> dict[str, Any]:
    """The JSON table in a text; of a file that does not say its version this is 1.

    Raises ``InputError`` for a text that is no JSON table of a known version, or in which a name stands twice in one
    table.
    """
    found: list[_Table] = []

    def table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = _table(pairs)
        if made.__class__ is _Table:
            found.append(made)
        return made

    try:
        content = json.loads(text, object_pairs_hook=table)
    except json.JSONDecodeError as error:
        problem = f"this is no JSON: {error.msg[:1].lower()}{error.msg[1:]} (column {error.colno})"
        raise InputError(Fault(problem, "JSON", HINT, file=file, line=error.lineno)) from None
    except RecursionError:
        raise InputError(too_deep(file)) from None
    except ValueError:  # Python reads no whole number of more than 4300 digits
        raise InputError(Fault("a number has too many digits", hint=HINT, file=file)) from None
    if not isinstance(content, dict):
        raise InputError(Fault("the file holds no table", "an exam", HINT, file=file))
    written = content.get("format", FORMAT)
    if written != FORMAT:
        problem = f"the format is {quoted(written)}"
        raise InputError(Fault(problem, f"'{FORMAT}'", HINT, file=file, field=path(["format"])))
    version = content.get("version", 1)
    if version.__class__ is not int or version not in versions:
        maker = content.get("gdquiz")
        made = f" {quoted(maker)}" if isinstance(maker, str) else ""
        known = " or ".join(map(str, versions))
        hint = f"read it with the gdquiz{made} that made it"
        problem = f"the version is {quoted(version)}"
        raise InputError(Fault(problem, known, hint, file=file, field=path(["version"])))
    if found:
        faults = [
            Fault(f"the name {quoted(name)} stands twice in one table", "each name once", HINT, file=file,
                  field=path(steps))
            for steps, double in _doubles(content) for name in double.names
        ]  # fmt: skip
        raise InputError(few(faults, file))
    return content


def too_deep(file: str) -> Fault:
    return Fault("the tables and lists are nested too deeply", hint=HINT, file=file)


def quoted(value: object) -> str:
    """A value of a file for a message, short and on one line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _doubles(content: Any) -> Iterator[tuple[Steps, _Table]]:
    waiting: list[tuple[Steps, Any]] = [((), content)]
    while waiting:
        steps, here = waiting.pop()
        if isinstance(here, _Table):
            yield steps, here
        if isinstance(here, dict):
            waiting += [((*steps, name), value) for name, value in reversed(here.items())]
        elif isinstance(here, list):
            waiting += [((*steps, place), value) for place, value in reversed(list(enumerate(here)))]
