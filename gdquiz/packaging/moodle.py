"""Moodle XML: a category for each pool, in it one question for each variant, read back and checked one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from gdquiz.errors import Fault, InputError
from gdquiz.kinds.platforms import SHARES
from gdquiz.packaging import cloze
from gdquiz.packaging.entries import Entry
from gdquiz.packaging.packages import Package
from gdquiz.rendering.formats import Page
from gdquiz.rendering.templating import lay_out

CHUNK = 200_000
"""Characters of a page; the file is written page by page."""
HEAD, FOOT = '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n', "</quiz>\n"

_QUOTED = re.compile("\x02(.*?)\x03", re.DOTALL)


def pages(package: Package) -> Iterator[Page]:
    """The one file, in pages."""
    question, category = package.template("moodle/question.xml.j2"), package.template("moodle/category.xml.j2")
    parts, size, begun = [HEAD], 0, False
    for pool in package.pools:
        parts.append(
            lay_out(
                category,
                category=package.category(pool),
                about=f"Variants: {len(pool.questions)}. Use it for one random question.",
                id=f"{package.exam.id}-{pool.id}",
            )
        )
        for _, written in package.laid_out(question, pool, _finished):
            parts.append(written)
            size += len(written)
            if size > CHUNK:
                yield Page(package.path, "".join(parts), begun)
                parts, size, begun = [], 0, True
    parts.append(FOOT)
    yield Page(package.path, "".join(parts), begun)


def _finished(text: str, entry: Entry) -> str:
    """A question with its Cloze fields quoted, and checked."""
    written = _QUOTED.sub(lambda found: cloze.quoted(found[1]), text) if "\x02" in text else text
    check(written, entry)
    return written


# --- reading back ---------------------------------------------------------------------------------------------------

_TYPES = frozenset(("numerical", "multichoice", "truefalse", "matching", "ordering", "essay", "multianswer"))
_LONGEST_NAME, _LONGEST_ID = 255, 100


def check(text: str, entry: Entry) -> None:
    """Refuse a question that Moodle would refuse, cut, or mark otherwise than the key says.

    Raises ``InputError`` naming the item, the question and what is wrong with it.
    """
    problem = _problem(text)
    if problem:
        raise InputError(
            Fault(f"the question does not stand its check: {problem}", item=entry.question.wording, field=entry.id)
        )


def _problem(text: str) -> str:
    try:
        question = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        return f"it is not well-formed ({error})"
    kind = question.get("type", "")
    if kind not in _TYPES:
        return f"unknown type '{kind}'"
    if not 0 < len(question.findtext("name/text", "")) <= _LONGEST_NAME:
        return f"its name is not of 1 to {_LONGEST_NAME} characters"
    if len(question.findtext("idnumber", "")) > _LONGEST_ID:
        return f"its id is longer than {_LONGEST_ID} characters"
    if not question.findtext("questiontext/text", "").strip():
        return "its text is empty"
    shown = question.findtext("questiontext/text", "")
    files = {file.get("name") for file in question.iter("file")}
    if set(re.findall(r'@@PLUGINFILE@@/([^"]+)"', shown)) != files:
        return "a picture is missing, or is not shown"
    if kind == "multianswer":
        return cloze.problem(shown)
    shares = [answer.get("fraction", "") for answer in question.findall("answer")]
    if kind != "ordering" and not all(share.lstrip("-") in SHARES for share in shares):
        return f"Moodle does not know all of these marks: {', '.join(shares)} %"
    return _CHECKS[kind](question, shares) if kind in _CHECKS else ""


def _numerical(question: ElementTree.Element, shares: list[str]) -> str:
    if shares[:1] != ["100"]:
        return "the first answer is not the key"
    intervals = []
    for answer in question.findall("answer"):
        try:
            value, tolerance = float(answer.findtext("text", "")), float(answer.findtext("tolerance", ""))
        except ValueError:
            return "an answer or tolerance is not a number"
        if tolerance < 0:
            return "a tolerance is below 0"
        intervals.append((value - tolerance, value + tolerance))
    low, high = intervals[0]
    if any(low <= bottom + (top - bottom) / 2 <= high for bottom, top in intervals[1:]):
        return "a wrong answer lies among those that are accepted"
    return ""


def _multichoice(question: ElementTree.Element, shares: list[str]) -> str:
    texts = [answer.findtext("text", "") for answer in question.findall("answer")]
    if len(set(texts)) != len(texts) or len(texts) < 2 or not all(text.strip() for text in texts):
        return "its options are fewer than two, empty or alike"
    if question.findtext("single") == "true":
        if shares.count("100") != 1:
            return "not exactly one option earns all marks"
    elif abs(sum(max(0.0, float(share)) for share in shares) - 100) > 0.01:
        return "the right options together do not earn all marks"
    return ""


def _truefalse(question: ElementTree.Element, shares: list[str]) -> str:
    return "" if sorted(shares) == ["0", "100"] else "not exactly one of true and false is right"


def _matching(question: ElementTree.Element, _shares: list[str]) -> str:
    pairs = [(one.findtext("text", ""), one.findtext("answer/text", "")) for one in question.iter("subquestion")]
    if len([stem for stem, _ in pairs if stem.strip()]) < 2 or len(pairs) < 3:
        return "it has fewer than two things to match or three answers"
    return "" if all(answer.strip() for _, answer in pairs) else "an answer is empty"


def _ordering(question: ElementTree.Element, shares: list[str]) -> str:
    texts = [answer.findtext("text", "") for answer in question.findall("answer")]
    return "" if len(set(texts)) == len(texts) >= 2 else "its things are fewer than two or alike"


_CHECKS = {
    "numerical": _numerical,
    "multichoice": _multichoice,
    "truefalse": _truefalse,
    "matching": _matching,
    "ordering": _ordering,
}
