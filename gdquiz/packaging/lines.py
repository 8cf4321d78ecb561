"""Packages of lines: Aiken, Blackboard's tab-separated upload and Brightspace's CSV.

They have no place for pictures; Aiken and Blackboard none for feedback and solutions either.  What a line cannot hold
is left out, and the report names it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from gdquiz.errors import Fault, InputError
from gdquiz.packaging.entries import Entry
from gdquiz.packaging.packages import FOLDER, NoPlace, Package, no_figure
from gdquiz.rendering.formats import Page
from gdquiz.texts.cells import inert_html

MOST_RECORDS = 250
"""Of one Blackboard file."""


_LOOKS_LIKE_A_LINE = re.compile(r"[A-Z]+\s*[.):]")
"""Words of a question that would be read as an option or the answer; a space of no width keeps them from it."""


def aiken(package: Package) -> Iterator[Page]:
    """One text file of single choices."""
    template = package.template("aiken/question.txt.j2")
    wordings = package.exam.wordings

    def finished(text: str, entry: Entry) -> str:
        wording = wordings[entry.question.wording]
        texts = (wording.stem, *(part.ask for part in wording.parts))
        no_figure(entry)
        if any("```" in text or re.search(r"^\s*\|", text, re.MULTILINE) for text in texts):
            raise NoPlace(Fault("its text has a table or a program"))
        if entry.fields[0].kind not in ("choice", "truth"):
            raise NoPlace(Fault("it has no list to choose from"))
        lines = [" ".join(line.split()) for line in text.strip().split("\n")]
        if _LOOKS_LIKE_A_LINE.match(lines[0]):
            lines[0] = "\u200b" + lines[0]
        answers = [line for line in lines[1:-1] if re.match(r"[A-Z]\. \S", line)]
        key = lines[-1].removeprefix("ANSWER: ")
        _stands(entry, len(answers) == len(lines) - 2 >= 2 and any(line.startswith(f"{key}. ") for line in answers))
        return "\n".join(lines) + "\n\n"

    begun = False
    for pool in package.pools:
        parts = [text for _, text in package.laid_out(template, pool, finished)]
        yield Page(package.path, "".join(parts), begun)
        begun = True


def blackboard(package: Package) -> Iterator[Page]:
    """A tab-separated file for each pool, and further ones where a pool has more records than one may hold."""
    template = package.template("blackboard/question.txt.j2")

    def finished(text: str, entry: Entry) -> str:
        no_figure(entry)
        cells = [inert_html(_on_one_line(cell)) for cell in text.split("\x1f")]
        _stands(entry, len(cells) >= 3 and all(cells))
        return "\t".join(cells) + "\n"

    for pool in package.pools:
        records = [record for _, record in package.laid_out(template, pool, finished)]
        for first in range(0, len(records), MOST_RECORDS):
            number = first // MOST_RECORDS + 1
            name = f"{pool.id}-{number}.txt" if len(records) > MOST_RECORDS else f"{pool.id}.txt"
            yield Page(_beside(package, name), "".join(records[first : first + MOST_RECORDS]))


def brightspace(package: Package) -> Iterator[Page]:
    """A CSV file for each pool, to be imported into a section of the question library."""
    template = package.template("brightspace/question.txt.j2")

    def finished(text: str, entry: Entry) -> list[list[str]]:
        no_figure(entry)
        kept = [row for row in text.strip("\n").split("\x1e") if row.strip()]
        made = [[inert_html(cell) for cell in row.split("\x1f")] for row in kept]
        names = [row[0] for row in made]
        _stands(entry, names[0] == "NewQuestion" and names.count("QuestionText") == 1 and len(made) >= 6)
        return [*made, []]

    for pool in package.pools:
        rows = [row for _, made in package.laid_out(template, pool, finished) for row in made]
        if rows:
            table = io.StringIO()
            csv.writer(table, lineterminator="\n").writerows(rows)
            yield Page(_beside(package, f"{pool.id}.csv"), table.getvalue())


def _on_one_line(cell: str) -> str:
    """The text of a cell without line breaks and tabs; those of a program become breaks of HTML."""
    parts = re.split(r"(<pre>.*?</pre>)", cell, flags=re.DOTALL)
    return "".join(
        part.replace("\n", "<br/>") if number % 2 else re.sub(r"\s+", " ", part) for number, part in enumerate(parts)
    ).strip()


def _beside(package: Package, name: str) -> PurePosixPath:
    return FOLDER / package.target.name / name


def _stands(entry: Entry, sound: bool) -> None:
    if not sound:
        raise InputError(
            Fault("the question does not stand its check: its lines or key are not in order",
                  item=entry.question.wording, field=entry.id)
        )  # fmt: skip
