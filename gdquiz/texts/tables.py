"""Tables as spreadsheets and platforms write them: from the bytes of a CSV file to rows of cells, with their lines."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Sequence

from gdquiz.errors import Fault, InputError
from gdquiz.texts.cells import kept

Rows = list[tuple[int, list[str]]]
"""The rows that are not empty, each with the line where it begins."""

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How workbooks begin, new and old."""


def decoded(data: bytes, file: str) -> str:
    """The text of a file in UTF-8 or UTF-16.  Raises ``InputError`` for anything else: a guess would spoil names."""
    if data.startswith(WORKBOOKS):
        raise InputError(Fault("this is a workbook, not a CSV file", hint="save it as 'CSV UTF-8'", file=file))
    encoding = encoding_of(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        what = f"byte 0x{data[error.start]:02x} is not {'UTF-8' if encoding == 'utf-8-sig' else 'UTF-16'}"
        line = data[: error.start].decode(encoding, "ignore").count("\n") + 1
        raise InputError(
            Fault(what, "a text file in UTF-8 or UTF-16", "save the file again as 'CSV UTF-8'", file=file, line=line)
        ) from None


def encoding_of(data: bytes) -> str:
    """The name of the encoding of a text, told from its mark or its zeros: UTF-16, else UTF-8."""
    even, odd = data[0:2000:2].count(0), data[1:2000:2].count(0)
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    if not data.startswith(BOM_UTF8) and max(even, odd) > len(data[:2000]) // 4:
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8-sig"


def delimiter_of(text: str) -> str:
    """What separates the cells: what a first line ``sep=;`` says, else the sign that the header has most of."""
    if declared := _DECLARED.match(text):
        return declared[1]
    head = next((line for line in text.split("\n") if line.strip()), "")
    return max(",;\t", key=re.sub(r'"[^"]*"', "", head).count)


_DECLARED = re.compile(r'\s*"?sep=([,;\t|:])"?\n')


def rows_of(text: str, file: str) -> tuple[Rows, list[Fault]]:
    """The rows of a CSV text that are not empty; a fault where the text stops being CSV."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    declared = _DECLARED.match(text)
    delimiter = delimiter_of(text)
    spaced = f'{delimiter} ""' in re.sub(" +", " ", re.sub(r'"[^"]*"', '""', text))  # as in: Ada, "7"
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True, skipinitialspace=spaced)
    rows: Rows = []
    faults: list[Fault] = []
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row) and not (declared and line == 1):
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        faults.append(Fault(f"not readable as CSV: {error}", file=file, line=reader.line_num))
    return rows, faults


def cell(text: str) -> str:
    """What a cell says; ``="007"`` is how some exports keep a spreadsheet from spoiling an id."""
    text = text.strip()
    kept = re.fullmatch(r'="([^"]*)"', text)
    return kept[1].strip() if kept else text


def plain(text: str) -> str:
    """A header so that two can be compared: neither capitals nor spaces nor the width of letters matter."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def at(row: Sequence[str], column: int) -> str:
    """What a cell of a row says; nothing where the row is too short."""
    return cell(row[column]) if column < len(row) else ""


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV; nothing in it is a formula for a spreadsheet (see ``texts.cells.kept``)."""
    return "".join(",".join(map(quoted, row)) + "\n" for row in rows)


def quoted(text: str, delimiter: str = "") -> str:
    """A cell as it stands in CSV; without a delimiter, as it stands in a file with any of them."""
    safe = kept(text)
    signs = {*'"\n\r', *(delimiter or ",;\t")}
    return '"' + safe.replace('"', '""') + '"' if not signs.isdisjoint(safe) else safe
