r"""GIFT, Moodle's text format: a category line for each pool, and one question for each thing to answer.

How Moodle reads it (question/format/gift/format.php): a blank line ends a question; ``~ = # { } :`` are signs unless a
backslash stands before them; ``\n`` is a line break and ``\\`` a backslash, so that every backslash of a formula is
written twice.  Pictures have no place here: a question that shows one is left out and named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from gdquiz.errors import Fault, InputError
from gdquiz.packaging.entries import Entry
from gdquiz.packaging.packages import Package, no_figure
from gdquiz.rendering.formats import Page

_QUOTED = re.compile("\x02(.*?)\x03", re.DOTALL)
_NAME = re.compile("\x04(.*?)\x05", re.DOTALL)
_WEIGHT = re.compile(r"^(\s*)%")
_SIGNS = re.compile(r"[\\~=#{}:]")


def quoted(html: str) -> str:
    """HTML with the signs of GIFT escaped, on one line; a line break of a program is kept.

    A percent sign at its beginning would be read as the marks that an answer earns: it is written as an entity.
    """
    text = _SIGNS.sub(lambda sign: "\\" + sign[0], _WEIGHT.sub(r"\1&#37;", html))
    programs = re.split(r"(<pre>.*?</pre>)", text, flags=re.DOTALL)
    return "".join(
        part.replace("\n", "\\n") if number % 2 else " ".join(part.split("\n")) for number, part in enumerate(programs)
    )


def pages(package: Package) -> Iterator[Page]:
    """The one file."""
    template = package.template("gift/question.txt.j2")
    begun = False
    for pool in package.pools:
        category = package.category(pool).replace("\\", "\\\\")
        parts = [written for _, written in package.laid_out(template, pool, _finished)]
        if parts:
            yield Page(package.path, "".join([f"$CATEGORY: $course$/top/{category}\n\n", *parts]), begun)
            begun = True


def _finished(text: str, entry: Entry) -> str:
    """A question with the signs of GIFT escaped, and checked."""
    no_figure(entry)
    named = _NAME.sub(lambda found: quoted(unescape(found[1])), text)
    written = _QUOTED.sub(lambda found: quoted(found[1]), named)
    check(written, entry)
    return written


_KEY = re.compile(r"(?<!\\)\{(#|TRUE|FALSE|)")


def check(text: str, entry: Entry) -> None:
    """Refuse a question that would be read as more than one, or without its key."""
    body = text.strip("\n")
    problem = ""
    opened, closed = len(re.findall(r"(?<!\\)(?:\\\\)*\{", body)), len(re.findall(r"(?<!\\)(?:\\\\)*\}", body))
    if "\n\n" in body:
        problem = "there is a blank line in it"
    elif (opened, closed) != (1, 1):
        problem = f"it has {opened} opening and {closed} closing braces that are signs"
    elif not _KEY.search(body):
        problem = "it has no place for an answer"
    if problem:
        raise InputError(
            Fault(f"the question does not stand its check: {problem}", item=entry.question.wording, field=entry.id)
        )
