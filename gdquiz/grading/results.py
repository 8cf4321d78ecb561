"""Results of players of QTI: OpenOlat's workbook, TAO's table, and the standard's own XML (``assessmentResult``).

An item is told by its title, its label or its identifier, in which the id of the question stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from gdquiz.errors import Fault, InputError
from gdquiz.exam.frozen import LETTERS
from gdquiz.grading.answers import Way
from gdquiz.grading.opened import Node, Opened
from gdquiz.grading.places import Misfit, Places
from gdquiz.grading.platforms import Sitting, student_column
from gdquiz.grading.responses import Problem, Response, Where
from gdquiz.kinds.platforms import Field
from gdquiz.packaging.targets import find_target
from gdquiz.texts.tables import at, plain

Read = Iterator[Response | Problem]
WAY = Way(between="\x1f", arrow="\x1e", named=True)
"""Between several values, which stand apart in these files."""
_NOT_ANSWERS = re.compile(r"numattempts|duration|score|maxscore|completionstatus|comment|feedback.*", re.IGNORECASE)


def _add(sitting: Sitting, title: str, answers: Sequence[tuple[str, str]]) -> None:
    """The answers to an item, each with the name of its field: ``FIELD2``; where it has none, in order."""
    places = sitting.places
    try:
        found = places.named(title)
        fields = places.entry(found, find_target("qti-2.1"), "")
    except Misfit as misfit:
        for _, answer in answers or [("", "")]:
            sitting.lose(str(misfit), title, answer.replace(WAY.between, "; "))
        return
    given: dict[Field, str] = {}
    for place, (name, answer) in enumerate(answers):
        numbered = re.fullmatch(r"FIELD([0-9]{1,3})", name)
        at_ = int(numbered[1]) - 1 if numbered else place
        if 0 <= at_ < len(fields):
            given[fields[at_]] = answer
        else:
            sitting.lose(f"question {found.question.id} has no field {name or place + 1}", title, answer)
    sitting.add(found.question, list(given), list(given.values()), WAY)


# --- QTI assessmentResult ------------------------------------------------------------------------------------------


def is_qti(file: Opened) -> bool:
    return file.tree is not None


def read_qti(file: Opened, places: Places) -> Read:
    """One result or several in one file; of an item that was answered again the last responses count."""
    results = list(file.tree.all("assessmentResult")) if file.tree else []
    if not results:
        raise InputError(Fault("there is no assessmentResult in this XML", "results of QTI", file=file.file))
    attempts: Counter[str] = Counter()
    for result in results:
        context = next(result.all("context"), None)
        student = context.attributes.get("sourcedId", "") if context else ""
        where = Where(file.file, result.line)
        if not student:
            yield Problem(where, "the result names no student (sourcedId of its context)")
            continue
        attempts[student] += 1
        sitting = Sitting(places, student, where, attempts[student])
        for item in result.all("itemResult"):
            answers = [
                (variable.attributes.get("identifier", ""), _values(variable))
                for variable in item.all("responseVariable")
                if not _NOT_ANSWERS.fullmatch(variable.attributes.get("identifier", ""))
            ]
            _add(sitting, item.attributes.get("identifier", ""), answers)
        yield from sitting.responses()


def _values(variable: Node) -> str:
    """What was answered; the right answer that may stand beside it is no response."""
    given = next(variable.all("candidateResponse"), None)
    values = [value.text.strip() for value in given.all("value")] if given else []
    return WAY.between.join(value for value in values if value)


# --- TAO -----------------------------------------------------------------------------------------------------------

_VARIABLE = re.compile(r"(.+)-([A-Za-z][A-Za-z0-9_]*)")


def is_tao(file: Opened) -> bool:
    header = file.header
    return "delivery" in header and any(name.endswith("-response") or "-field" in name for name in header)


def read_tao(file: Opened, places: Places) -> Read:
    """A column for each variable of each item: ``<item>-RESPONSE``; several values stand in brackets."""
    header = [name.strip() for name in file.rows[0][1]]
    split = [(place, found) for place, name in enumerate(header) if (found := _VARIABLE.fullmatch(name))]
    columns = [(place, m[1], m[2]) for place, m in split if not _NOT_ANSWERS.fullmatch(m[2])]
    known = next((file.header.index(name) for name in ("login", "test taker id") if name in file.header), None)
    attempts: Counter[str] = Counter()
    for line, row in file.rows[1:]:
        student = at(row, known) if known is not None else ""
        where = Where(file.file, line)
        if not student:
            yield Problem(where, "the row names no student (Login)")
            continue
        attempts[student] += 1
        sitting = Sitting(places, student, where, attempts[student])
        for title, some in groupby(columns, key=lambda column: column[1]):
            said = [(name, _listed(at(row, place))) for place, _, name in some]
            if any(answer for _, answer in said):
                _add(sitting, title, said)
        yield from sitting.responses()


def _listed(text: str) -> str:
    """``['point-p'; 'point-s']`` as values; a single one as it is."""
    found = re.fullmatch(r"[\[<{](.*)[\]>}]", text, re.DOTALL)
    if not found:
        return text
    return WAY.between.join(one.strip().strip("'\"") for one in re.split(r"[;,]", found[1]) if one.strip())


# --- OpenOlat ------------------------------------------------------------------------------------------------------

_CELL = re.compile(r"[0-9]+_([A-Za-z]+)([0-9]*)")


def is_openolat(file: Opened) -> bool:
    return len(file.rows) > 1 and any(_CELL.fullmatch(name.strip()) for name in file.rows[1][1])


def read_openolat(file: Opened, places: Places) -> Read:
    """Two rows of headers: titles of items, and below them a column for each field (``1_FIB1``) or option
    (``2_C0``), where ``x`` says that it was chosen."""
    titles, header = file.rows[0][1], file.rows[1][1]
    below = Opened(file.file, file.rows[1:])
    ids = student_column(below)
    if ids is None:
        raise InputError(Fault("no column has the ids of the students", "'User name'", file=file.file, line=2))
    items = _items(titles, header)
    attempts: Counter[str] = Counter()
    for line, row in file.rows[2:]:
        student = at(row, ids)
        if not student:
            yield Problem(Where(file.file, line), "the row names no student")
            continue
        attempts[student] += 1
        sitting = Sitting(places, student, Where(file.file, line), attempts[student])
        for title, columns in items:
            if any(at(row, place) for place, _, _ in columns):
                _add(sitting, title, _cells(row, columns))
        yield from sitting.responses()


Columns = list[tuple[int, str, str]]


def _items(titles: Sequence[str], header: Sequence[str]) -> list[tuple[str, Columns]]:
    """The items with their columns: the place, the kind of the field, and its number."""
    items: list[tuple[str, Columns]] = []
    for place, name in enumerate(header):
        title = titles[place].strip() if place < len(titles) else ""
        found = _CELL.fullmatch(name.strip())
        if title and plain(title) != "test":
            items.append((title, []))
        if found and items:
            items[-1][1].append((place, found[1].upper(), found[2]))
    return [(title, columns) for title, columns in items if columns]


def _cells(row: Sequence[str], columns: Columns) -> list[tuple[str, str]]:
    """The answers to the fields of an item; columns for the options of a choice are one field."""
    answers: list[tuple[str, str]] = []
    for kind, some in groupby(columns, key=lambda column: column[1]):
        cells = [(at(row, place), number) for place, _, number in some]
        if kind == "C" and all(text.casefold() in ("", "x", "1", "0") for text, _ in cells):
            chosen = [LETTERS[at_] for at_, (text, _) in enumerate(cells) if text.casefold() in ("x", "1")]
            answers.append(("", WAY.between.join(chosen)))
        else:
            answers += [("", text) for text, _ in cells]
    return answers
