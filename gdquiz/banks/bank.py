"""Reading a bank file: TOML text in, a checked ``BankFile`` with the line of every field out.

All faults of a file are told at once.  What a field *means* (expressions, slots, misconceptions) is the business of
``items.py``; here it is only well-formed text of the right shape.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from gdquiz.banks.schema import BankFile
from gdquiz.errors import Fault, InputError, nearest
from gdquiz.texts import fitness

LARGEST = 5_000_000
"""Characters in a bank file."""

LITERAL_HINT = "write LaTeX between single quotes, '...' or '''...''', where a backslash stays a backslash"
_SPOILED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\t]|\n(?=(?:abla|eq|ot|u)\b|e\b(?!\.))")
_HEADER = re.compile(r"\s*(\[\[?)([A-Za-z0-9_.\-\"' ]+)\]\]?\s*(?:#.*)?$")
_FIELD = re.compile(r"\s*([A-Za-z0-9_\-]+|\"[^\"]*\"|'[^']*')\s*=")

Path = tuple[str | int, ...]

_NO_VALID = "Input should be a valid "
_KINDS = {
    "string": "text in quotes",
    "integer": "a whole number",
    "boolean": "true or false",
    "list": "a list",
    "dictionary": "a table",
}
"""How the schema's words for a type are told to people."""


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank file as read: its name, its content, and the line of each of its tables and fields."""

    file: str
    content: BankFile
    lines: Mapping[Path, int]
    told: Mapping[str, Any] = field(default_factory=dict)
    """What an overlay says of misconceptions in its language, by their codes (``misconceptions.Told``)."""

    def line(self, path: Path) -> int | None:
        """The line of a field, or of the nearest table around it."""
        return line_of(path, self.lines)


def line_of(path: Path, lines: Mapping[Path, int]) -> int | None:
    """The line of a field, or of the nearest table around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


def read_bank(text: str, *, file: str) -> Bank:
    """The bank that a file's text holds.  Raises ``InputError`` with every fault of its form."""
    content = toml(text, file=file)
    lines = dict(toml_lines(text))
    try:
        faults = list(spoiled(content, lines, file))
    except RecursionError:
        raise InputError(Fault("the file nests too deeply", "plain tables and lists", file=file)) from None
    bank: BankFile | None = None
    try:
        bank = BankFile.model_validate(content)
    except ValidationError as error:
        faults += schema_faults(error, content, lines, file)
    if bank is not None:
        faults += _repeated(bank, lines, file)
    if faults or bank is None:
        raise InputError(faults)
    return Bank(file, bank, lines)


def toml(text: str, *, file: str) -> dict[str, Any]:
    """The tables of a TOML text.  Raises ``InputError`` with line and hint."""
    if len(text) > LARGEST:
        raise InputError(Fault(f"the file has {len(text)} characters", f"at most {LARGEST}", file=file))
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        where = re.search(r"\(at line (\d+), column (\d+)\)", message)
        escape = "escape" in message.lower() or "backslash" in message.lower()
        raise InputError(
            Fault(
                f"not valid TOML: {message}",
                hint=LITERAL_HINT if escape else "",
                file=file,
                line=int(where[1]) if where else None,
            )
        ) from error
    except RecursionError:
        raise InputError(Fault("the file nests too deeply", "plain tables and lists", file=file)) from None
    except ValueError as error:  # such as a number of more than 4,300 digits, which Python does not read
        raise InputError(Fault(f"not valid TOML: {error}", file=file)) from error


def schema_faults(
    error: ValidationError, content: Any, lines: Mapping[Path, int], file: str, root: type[BaseModel] = BankFile
) -> Iterator[Fault]:
    """What a schema found wrong, as faults with their line, item and field."""
    seen: set[tuple[Path, str]] = set()
    errors = [(_known_path(found["loc"], content), found) for found in error.errors()]
    deepest = {path[:-1] for path, _ in errors}  # of the members of a union, the one that got furthest tells
    types: dict[Path, list[str]] = {}
    for path, found in errors:
        if path not in deepest and found["msg"].startswith(_NO_VALID):
            types.setdefault(path, []).append(found["msg"].removeprefix(_NO_VALID))
    for path, found in errors:
        kind = found["type"] if path not in types else "type"
        if (path, kind) in seen or (path in deepest and found["msg"].startswith(_NO_VALID)):
            continue
        seen.add((path, kind))
        problem, expected, hint = found["msg"].removeprefix("Value error, "), "", ""
        if kind == "type":
            problem = f"{_shown(found['input'])} stands here"
            expected = " or ".join(dict.fromkeys(_KINDS.get(name.split()[0], f"a {name}") for name in types[path]))
        elif kind == "extra_forbidden":
            problem = f"unknown field '{path[-1]}'"
            hint = nearest(str(path[-1]), _known_fields(path, root))
        elif kind == "missing":
            problem = f"the field '{path[-1]}' is missing"
        elif kind == "literal_error":
            expected = found["ctx"]["expected"]
            problem = f"{found['input']!r} is not known here"
            hint = nearest(str(found["input"]), re.findall(r"'([^']*)'", expected))
        elif kind == "string_pattern_mismatch":
            problem = f"{found['input']!r} is not written as this field wants"
            expected = f"text that matches {found['ctx']['pattern']}"
        else:
            problem = f"{problem[0].lower()}{problem[1:]}"
        yield _placed(Fault(problem, expected, hint, file=file), path, content, lines)


def _shown(value: Any) -> str:
    """A value of the wrong type, shortly."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    text = repr(value) if isinstance(value, str) else str(value).lower()
    return text if len(text) <= 40 else f"{text[:37]}..."


def _named(path: Path, content: Any, by: str) -> str:
    """What people call the item or misconception of a path: by that field, else by its number."""
    try:
        name = str(content[path[0]][path[1]].get(by, ""))
    except (KeyError, IndexError, TypeError, AttributeError):
        name = ""
    return name or f"number {int(path[1]) + 1}"


def field_name(path: Path) -> str:
    """``part[2].wrong[1].value``: places in lists counted from 1."""
    name = ""
    for step in path:
        name += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if name else step
    return name


def _placed(fault: Fault, path: Path, content: Any, lines: Mapping[Path, int]) -> Fault:
    line, item, misconception = line_of(path, lines), "", ""
    if len(path) >= 2 and isinstance(path[1], int):
        item = _named(path, content, "id") if path[0] == "item" else ""
        misconception = _named(path, content, "code") if path[0] == "misconception" else ""
    return fault.at(
        line=line, item=item, misconception=misconception, field=field_name(path[2:] if item or misconception else path)
    )


def _known_path(location: tuple[Any, ...], content: Any) -> Path:
    """A schema's location without the names of union members, which are no part of the file."""
    path: list[str | int] = []
    here = content
    for index, step in enumerate(location):
        last = index == len(location) - 1
        if isinstance(here, dict) and (step in here or (last and isinstance(step, str) and step.isidentifier())):
            path.append(step)
            here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            path.append(step)
            here = here[step]
    return tuple(path)


def _known_fields(path: Path, root: type[BaseModel]) -> list[str]:
    """The fields that the table around a field may have, found by walking the schema along the path."""
    schema = _json_schema(root)
    here: Any = schema
    for step in path[:-1]:
        here = _resolved(here, schema)
        here = here.get("items", {}) if isinstance(step, int) else here.get("properties", {}).get(step, {})
    return list(_resolved(here, schema).get("properties", {}))


@cache
def _json_schema(root: type[BaseModel]) -> dict[str, Any]:
    return root.model_json_schema()


def _resolved(node: Any, schema: Any) -> Any:
    for member in node.get("anyOf", ()):
        if "$ref" in member:
            node = member
    if "$ref" in node:
        return schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
    return node


def spoiled(content: Any, lines: Mapping[Path, int], file: str) -> Iterator[Fault]:
    """Texts in which a double-quoted backslash became a control character."""

    def walk(node: Any, path: Path) -> Iterator[tuple[Path, str]]:
        if isinstance(node, dict):
            for name, value in node.items():
                yield from walk(value, (*path, name))
        elif isinstance(node, list):
            for place, value in enumerate(node):
                yield from walk(value, (*path, place))
        elif isinstance(node, str):
            yield path, node

    for path, text in walk(content, ()):
        found = _SPOILED.search(text)
        if found:
            character = {"\n": "line break", "\t": "tab", "\r": "carriage return"}.get(found[0], "control character")
            yield _placed(
                Fault(
                    f"a {character} stands in the text, before {text[found.end() : found.end() + 8]!r}",
                    hint=LITERAL_HINT,
                    file=file,
                ),
                path,
                content,
                lines,
            )
            continue
        yield from (_placed(fault.at(file=file), path, content, lines) for fault in fitness.of_signs(text))


def _repeated(bank: BankFile, lines: Mapping[Path, int], file: str) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for place, item in enumerate(bank.item):
        if item.id in first:
            yield Fault(
                f"the id is used twice, first by item number {first[item.id] + 1}",
                "an id of its own for every item",
                file=file,
                line=lines.get(("item", place, "id")),
                item=item.id,
                field="id",
            )
        first.setdefault(item.id, place)


def toml_lines(text: str) -> Iterator[tuple[Path, int]]:
    """The line (from 1) of every table header and of every field that starts a line."""
    counts: dict[Path, int] = {}
    table: Path = ()
    quotes = ""
    for line_number, line in enumerate(text.splitlines(), start=1):
        inside = bool(quotes)
        quotes = _open_quotes(line, quotes)
        if inside:
            continue
        header = _HEADER.match(line)
        if header:
            names = [name.strip().strip("\"'") for name in header[2].split(".")]
            path: Path = ()
            for depth, name in enumerate(names):
                path = (*path, name)
                last = depth == len(names) - 1
                if last and header[1] == "[[":
                    counts[path] = counts.get(path, -1) + 1
                if path in counts:
                    path = (*path, counts[path])
            table = path
            yield table, line_number
            continue
        field = _FIELD.match(line)
        if field:
            yield (*table, field[1].strip("\"'")), line_number


def _open_quotes(line: str, quotes: str) -> str:
    """Which triple quotes are still open at the end of a line."""
    if quotes not in line if quotes else "'''" not in line and '"""' not in line:
        return quotes
    place = 0
    while place < len(line):
        if quotes:
            end = line.find(quotes, place)
            if end < 0:
                return quotes
            place, quotes = end + 3, ""
        elif line.startswith(("'''", '"""'), place):
            quotes, place = line[place : place + 3], place + 3
        elif line[place] == "#":
            return ""
        elif line[place] in "'\"":
            end = line.find(line[place], place + 1)
            if end < 0:
                return ""
            place = end + 1
        else:
            place += 1
    return quotes
