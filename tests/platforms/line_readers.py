"""Aiken, Blackboard's tab-separated upload, and Brightspace's CSV, as their platforms read them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field

from platforms import Refused

MOST_RECORDS = 250


@dataclass
class Read:
    """A question: its type in the words of the format, its text, options with what marks them, and the rest by name."""

    type: str
    text: str
    options: list[tuple[str, str]] = field(default_factory=list)
    rest: dict[str, list[str]] = field(default_factory=dict)
    feedback: list[str] = field(default_factory=list)


def read_aiken(text: str) -> tuple[Read, ...]:
    """One line of question, lines ``A. ...``, and ``ANSWER: A``."""
    questions: list[Read] = []
    current: Read | None = None
    for line in text.split("\n"):
        if not line.strip():
            if current is not None:
                raise Refused("a blank line within a question")
        elif line.startswith("ANSWER:"):
            letter = line.removeprefix("ANSWER:").strip()
            if current is None or len(current.options) < 2 or letter not in dict(current.options):
                raise Refused(f"an answer {letter!r} that is no option, or fewer than two options")
            current.rest["ANSWER"] = [letter]
            questions.append(current)
            current = None
        elif current is not None and (found := re.fullmatch(r"([A-Z])[.)] (\S.*)", line)):
            if found[1] != "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[len(current.options)]:
                raise Refused(f"option {found[1]} is out of order")
            current.options.append((found[1], found[2]))
        elif current is None:
            if re.match(r"[A-Z][.)] ", line):
                raise Refused("an option without a question")
            current = Read("choice", line)
        else:
            raise Refused("a second line of a question")
    if current is not None:
        raise Refused("a question without an answer")
    return tuple(questions)


def read_blackboard(text: str) -> tuple[Read, ...]:
    """A record on each line; fields parted by tabs."""
    if not text.endswith("\n") or "\r" in text or "\n\n" in text:
        raise Refused("a blank line, or a last line that does not end")
    lines = text.removesuffix("\n").split("\n")
    if len(lines) > MOST_RECORDS:
        raise Refused(f"{len(lines)} records")
    return tuple(_record(line.split("\t")) for line in lines)


def _record(cells: list[str]) -> Read:
    if len(cells) < 3 or any(not cell.strip() or cell != cell.strip() for cell in cells):
        raise Refused(f"an empty field in {cells}")
    kind, text, *rest = cells
    if kind in ("MC", "MA"):
        pairs = list(zip(rest[::2], rest[1::2], strict=True))
        rights = [mark for _, mark in pairs].count("correct")
        if not {mark for _, mark in pairs} <= {"correct", "incorrect"} or len(pairs) < 2 or len(pairs) > 100:
            raise Refused(f"options are {pairs}")
        if rights < 1 or (kind == "MC" and rights != 1):
            raise Refused(f"{rights} right options")
        return Read(kind, text, pairs)
    if kind == "TF" and rest in (["true"], ["false"]):
        return Read(kind, text, rest={"key": rest})
    if kind == "NUM" and len(rest) == 2 and all(re.fullmatch(r"-?\d+(\.\d+)?", cell) for cell in rest):
        return Read(kind, text, rest={"key": rest})
    if kind == "ORD" and len(rest) >= 2:
        return Read(kind, text, rest={"key": rest})
    if kind == "MAT" and len(rest) >= 4:
        if len(set(rest[1::2])) != len(rest[1::2]) or len(set(rest[::2])) != len(rest[::2]):
            raise Refused(f"a matching that is not one to one: {rest}")
        return Read(kind, text, list(zip(rest[::2], rest[1::2], strict=True)))
    if kind == "ESS" and len(rest) == 1:
        return Read(kind, text, rest={"key": rest})
    raise Refused(f"the record {cells}")


_ROWS = {
    "MC": {"Option"},
    "M-S": {"Scoring", "Option"},
    "TF": {"TRUE", "FALSE"},
    "M": {"Scoring", "Choice", "Match"},
    "O": {"Scoring", "Item"},
    "WR": {"AnswerKey", "InitialText"},
}
_ALWAYS = {"ID", "Title", "QuestionText", "Points", "Difficulty", "Image", "Hint", "Feedback"}


def read_brightspace(text: str) -> tuple[Read, ...]:
    """Rows from ``NewQuestion`` to the next; ``rest`` has the cells behind the name of each other row."""
    questions: list[Read] = []
    for row in csv.reader(io.StringIO(text), strict=True):
        if not row:
            continue
        name, *cells = row
        if name == "NewQuestion":
            if cells[0] not in _ROWS:
                raise Refused(f"a question of type {cells[0]!r}")
            questions.append(Read(cells[0], ""))
            continue
        if not questions:
            raise Refused("a row before the first question")
        current = questions[-1]
        if name not in _ROWS[current.type] | _ALWAYS:
            raise Refused(f"a row {name!r} in a question of type {current.type}")
        if name == "QuestionText":
            current.text = cells[0]
        elif name in ("Option", "Choice", "Match", "TRUE", "FALSE"):
            current.options.append((name if name in ("TRUE", "FALSE") else cells[1], cells[0]))
            current.feedback.append(cells[3] if len(cells) > 3 else "")
            current.rest.setdefault(name, []).append(cells[0])
        else:
            current.rest.setdefault(name, []).append(cells[0])
    for question in questions:
        _stands(question)
    return tuple(questions)


def _stands(question: Read) -> None:
    if not question.text.strip() or not question.rest.get("Title") or not float(question.rest["Points"][0]) > 0:
        raise Refused("a question without text, title or points")
    shares = [share for _, share in question.options]
    if question.type == "MC" and (shares.count("100") != 1 or not all(0 <= float(share) <= 100 for share in shares)):
        raise Refused(f"shares {shares}")
    if question.type == "M-S" and (not set(shares) <= {"0", "1"} or "1" not in shares):
        raise Refused(f"options are {shares}")
    if question.type == "TF" and sorted(shares) != ["0", "100"]:
        raise Refused(f"true and false have {shares}")
