"""A department's own file, filled in: its rows, order, separator, quotes, encoding and decimal sign stay."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gdquiz.errors import Fault, InputError, nearest
from gdquiz.exam.people import canonical
from gdquiz.grading.grade import Graded, StudentMark
from gdquiz.grading.policy import amount
from gdquiz.grading.responses import Problem, Where
from gdquiz.texts.tables import WORKBOOKS, cell, delimiter_of, encoding_of, plain, quoted

HEADERS_WITHIN = 20
"""Rows among which the header is looked for: some files begin with lines about the course."""

VALUES: Mapping[str, Callable[[StudentMark], str]] = {
    "grade": lambda one: one.grade,
    "points": lambda one: amount(one.points),
    "percent": lambda one: amount(one.percent, 2),
    "out_of": lambda one: amount(one.out_of),
    "form": lambda one: one.form.id if one.form is not None else "",
}
"""What a column can be filled with."""


@dataclass(slots=True)
class _Line:
    """A row as it is written: its cells with their quotes, and what ends it.  ``number`` is its line."""

    number: int
    cells: list[str]
    end: str


def filled(
    data: bytes, file: str, graded: Graded, key: str, columns: Mapping[str, str]
) -> tuple[bytes, tuple[Problem, ...]]:
    """The file with what each student got, and the rows and students that have no counterpart.

    ``key`` is the header of the column with the students' ids, ``columns`` tell what to put in which column.  A student
    whose marks are not complete gets no grade.  Raises ``InputError`` for a column that is not there.
    """
    text, encoding, mark = _decoded(data, file)
    delimiter = delimiter_of(text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = _lines(text, delimiter)
    head, place, targets = _header(lines, file, key, columns)
    comma = _has_decimal_commas(lines[head + 1 :], delimiter)
    known = {canonical(one.student): one for one in graded.students}
    seen: set[str] = set()
    problems: list[Problem] = []
    for line in lines[head + 1 :]:
        id = _said(line.cells[place]) if place < len(line.cells) else ""
        if not id:
            continue
        student = known.get(canonical(id))
        if student is None:
            problems.append(Problem(Where(file, line.number), "no marks for this student", id))
            continue
        seen.add(canonical(id))
        for column, value in targets:
            said = VALUES[value](student)
            if value == "grade" and not said and student.open:
                problems.append(Problem(Where(file, line.number), "no grade yet: something is left to mark", id))
            said = said.replace(".", ",") if comma and value != "form" else said
            line.cells += [""] * (column + 1 - len(line.cells))
            line.cells[column] = quoted(said, delimiter)
    problems += (
        Problem(Where(file), "this student is not in the file", one.student)
        for id, one in known.items()
        if id not in seen
    )
    whole = "".join(delimiter.join(line.cells) + line.end for line in lines)
    return mark + whole.encode(encoding), tuple(problems)


def _decoded(data: bytes, file: str) -> tuple[str, str, bytes]:
    """The text, how to write it again, and the mark before it.  What is neither UTF-8 nor UTF-16 is taken byte by byte,
    so that it comes back as it was."""
    if data.startswith(WORKBOOKS):
        raise InputError(Fault("this is a workbook, not a CSV file", hint="save it as CSV", file=file))
    encoding, mark = encoding_of(data), b""
    for sign, name in ((BOM_UTF8, "utf-8"), (BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(sign):
            encoding, mark = name, sign
            break
    encoding = "utf-8" if encoding == "utf-8-sig" else encoding
    try:
        return data[len(mark) :].decode(encoding), encoding, mark
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1", b""


_CELL = '"(?:[^"]|"")*"?[^{0}\r\n]*|[^{0}\r\n]*'


def _lines(text: str, delimiter: str) -> list[_Line]:
    """The rows as they are written, with every sign of them."""
    pattern = re.compile(f"({_CELL.format(re.escape(delimiter))})({re.escape(delimiter)}|\r\n|\r|\n|$)")
    lines: list[_Line] = []
    at, number = 0, 1
    cells: list[str] = []
    begun = 1
    while at < len(text):
        found = pattern.match(text, at)
        assert found is not None  # the pattern matches an empty cell
        cells.append(found[1])
        number += found[1].count("\n") + (found[2] in ("\n", "\r\n", "\r"))
        at = found.end()
        if found[2] != delimiter:
            lines.append(_Line(begun, cells, found[2]))
            cells, begun = [], number
        elif at == len(text):
            cells.append("")
    if cells:
        lines.append(_Line(begun, cells, ""))
    return lines


def _said(raw: str) -> str:
    raw = raw.strip()
    return cell(raw[1:-1].replace('""', '"') if len(raw) > 1 and raw[0] == raw[-1] == '"' else raw)


def _header(
    lines: Sequence[_Line], file: str, key: str, columns: Mapping[str, str]
) -> tuple[int, int, list[tuple[int, str]]]:
    """The row of the header, the place of the key, and of each column to fill its place and what goes there."""
    unknown = [value for value in columns.values() if value not in VALUES]
    if unknown:
        raise InputError(
            Fault(
                f"nothing is called '{unknown[0][:60]}'", ", ".join(VALUES), nearest(unknown[0], VALUES), field="--set"
            )
        )
    wanted = [plain(key), *map(plain, columns)]
    for row, line in enumerate(lines[:HEADERS_WITHIN]):
        names = [plain(_said(text)) for text in line.cells]
        if wanted[0] in names:
            missing = [name for name in columns if plain(name) not in names]
            if missing:
                hint = nearest(plain(missing[0]), names)
                problem = f"there is no column '{missing[0][:60]}'"
                raise InputError(Fault(problem, "a column of the file", hint, file=file, line=line.number))
            return row, names.index(wanted[0]), [(names.index(plain(name)), v) for name, v in columns.items()]
    first = [_said(text) for text in lines[0].cells] if lines else []
    raise InputError(
        Fault(f"there is no column '{key[:60]}'", "a column of the file", nearest(key, first), file=file, line=1)
    )


def _has_decimal_commas(lines: Sequence[_Line], delimiter: str) -> bool:
    """Whether the file writes 1,5: some of its numbers do, or it is separated by semicolons and none has a point."""
    cells = [_said(text) for line in lines for text in line.cells]
    if any(re.fullmatch(r"[0-9]+,[0-9]+", text) for text in cells):
        return True
    return delimiter == ";" and not any(re.fullmatch(r"[0-9]+\.[0-9]+", text) for text in cells)
