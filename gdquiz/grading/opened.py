"""Files that came back, opened: a table of cells, or the tree of an XML text.  They are not trusted, so all is bounded.

A workbook is a zip of XML.  Of both only what is needed is read: no entities, no links, no formulas are worked out.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from struct import error as StructError
from xml.parsers import expat

from gdquiz.errors import Fault, InputError
from gdquiz.texts.cells import unkept
from gdquiz.texts.tables import Rows, cell, decoded, plain, rows_of

MOST_BYTES = 100_000_000
MOST_NODES = 3_000_000
DEEPEST = 100
MOST_COLUMNS = 16_384
"""That workbooks have."""


@dataclass(slots=True)
class Node:
    """An element of XML: its name without a namespace, attributes, the text in it, and what is inside."""

    name: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    inside: list[Node] = field(default_factory=list)

    def all(self, name: str) -> Iterator[Node]:
        """The elements of a name, here and at any depth, in order."""
        stack = [self]
        while stack:
            node = stack.pop()
            if node.name == name:
                yield node
            stack += reversed(node.inside)

    def words(self) -> str:
        """All text in it, at any depth."""
        return self.text + "".join(node.words() for node in self.inside)


@dataclass(frozen=True, slots=True)
class Opened:
    """A file: ``rows`` of cells with their lines, the first of which is ``header``, or a ``tree``."""

    file: str
    rows: Rows
    tree: Node | None = None

    @property
    def header(self) -> list[str]:
        """The cells of the first row, as ``plain`` writes them."""
        return [plain(text) for text in self.rows[0][1]] if self.rows else []


def opened(data: bytes, file: str) -> Opened:
    """A file opened as what it is.  Raises ``InputError`` for what cannot be read, with its line where it has one."""
    if len(data) > MOST_BYTES:
        raise InputError(Fault("the file is too large", f"at most {MOST_BYTES:,} bytes", file=file))
    if data.startswith(b"PK\x03\x04"):
        return Opened(file, _workbook(data, file))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(Fault("this is a workbook of an old format", ".xlsx or CSV", file=file))
    if re.match(rb"(\xef\xbb\xbf)?\s*<(\?xml|[A-Za-z!])", data[:200]):
        return Opened(file, [], parsed(data, file))
    text = decoded(data, file).removeprefix("\ufeff").replace("\x00", "")
    rows, faults = rows_of(text, file)
    if faults:
        raise InputError(faults)
    if not rows:
        raise InputError(Fault("the file is empty", "a header and rows of responses", file=file))
    return Opened(file, [(line, [unkept(cell(text)) for text in row]) for line, row in rows])


# --- XML -----------------------------------------------------------------------------------------------------------


def parsed(data: bytes, file: str) -> Node:
    """The tree of an XML text.  Raises ``InputError`` for what is no XML, and for a document type: it can hold entities
    that grow without bound, or name other files."""
    parser = expat.ParserCreate()
    root = Node("", {}, 0)
    stack, count = [root], 0

    def refuse(reason: str) -> None:
        raise InputError(Fault(reason, file=file, line=parser.CurrentLineNumber))

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > DEEPEST or count > MOST_NODES:
            refuse("the elements are too many, or nested too deeply")
        node = Node(name.rpartition(":")[2], attributes, parser.CurrentLineNumber)
        stack[-1].inside.append(node)
        stack.append(node)

    def end(_: str) -> None:
        stack.pop()

    def words(text: str) -> None:
        stack[-1].text += text

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, words
    parser.StartDoctypeDeclHandler = lambda *_: refuse("the file has a document type, which no result needs")
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        said = expat.errors.messages.get(error.code, str(error.code))
        raise InputError(Fault(f"this is no XML: {said}", file=file, line=error.lineno)) from None
    except (LookupError, ValueError):  # an encoding that does not exist
        raise InputError(Fault("the encoding of this file is not known", "UTF-8", file=file)) from None
    return root


# --- workbooks -----------------------------------------------------------------------------------------------------

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError, RuntimeError, StructError,
           UnicodeDecodeError, ValueError, IndexError, OverflowError)  # fmt: skip
"""What a damaged zip raises."""


def _workbook(data: bytes, file: str) -> Rows:
    """The rows of the first sheet of a workbook; empty rows are left out.  Raises ``InputError``."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            sheets = sorted((n for n in names if _SHEET.fullmatch(n)), key=lambda name: (len(name), name))
            if not sheets:
                raise InputError(Fault("this workbook has no sheet", "an .xlsx file", file=file))
            shared = _member(archive, "xl/sharedStrings.xml", file) if "xl/sharedStrings.xml" in names else None
            sheet = _member(archive, sheets[0], file)
    except _BROKEN:
        raise InputError(Fault("this workbook cannot be read", "an .xlsx file", file=file)) from None
    strings = [entry.words() for entry in shared.all("si")] if shared else []
    rows = list(_rows(sheet, strings, file))
    if not rows:
        raise InputError(Fault("the workbook is empty", "a header and rows of responses", file=file))
    return rows


_SHEET = re.compile(r"xl/worksheets/sheet[0-9]+\.xml")


def _member(archive: zipfile.ZipFile, name: str, file: str) -> Node:
    with archive.open(name) as member:
        data = member.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise InputError(Fault("the workbook is too large", f"at most {MOST_BYTES:,} bytes a sheet", file=file))
    return parsed(data, file)


def _rows(sheet: Node, strings: list[str], file: str) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(sheet.all("row"), start=1):
        cells: dict[int, str] = {}
        for entry in row.inside:
            if entry.name == "c":
                column = _column(entry.attributes.get("r", ""), len(cells))
                cells[column] = unkept(cell(_value(entry, strings)))
        if any(cells.values()):
            line = row.attributes.get("r", "")
            yield (
                int(line) if re.fullmatch("[0-9]{1,7}", line) else number,
                [cells.get(column, "") for column in range(max(cells) + 1)],
            )


def _column(reference: str, otherwise: int) -> int:
    """The place of a cell from its reference, ``B7``."""
    letters = re.match("[A-Z]{1,3}", reference)
    if not letters:
        return min(otherwise, MOST_COLUMNS - 1)
    place = 0
    for letter in letters[0]:
        place = 26 * place + ord(letter) - ord("A") + 1
    return min(place, MOST_COLUMNS) - 1


def _value(entry: Node, strings: list[str]) -> str:
    kind = entry.attributes.get("t", "n")
    if kind == "inlineStr":
        return entry.words()
    value = next((node.text for node in entry.inside if node.name == "v"), "")
    if kind == "s":
        place = int(value) if re.fullmatch("[0-9]{1,9}", value) else -1
        return strings[place] if 0 <= place < len(strings) else ""
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    if kind == "n" and re.fullmatch(r"-?[0-9]{1,20}\.[0-9]{10,30}(?:[eE][+-]?[0-9]{1,3})?", value):
        return repr(float(value))  # 20.600000000000001 is how a workbook writes 20.6
    return value
