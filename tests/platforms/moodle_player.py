"""Moodle XML as Moodle imports and marks it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from html.entities import html5
from xml.etree import ElementTree

from platforms import Refused
from platforms.marking import (
    Answer,
    Choice,
    Essay,
    Field,
    Matching,
    Numerical,
    Ordering,
    Question,
    Truth,
    Weighed,
    fraction,
)  # fmt: skip

LONGEST = 255
"""Characters of a name."""


def read(text: str, *, orders: bool = True) -> tuple[Question, ...]:
    """The questions of a file, in order.  ``orders`` tells whether this Moodle can import an ordering (from 4.4)."""
    try:
        quiz = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise Refused(f"not well-formed: {error}") from error
    if quiz.tag != "quiz":
        raise Refused(f"<{quiz.tag}> is no <quiz>")
    category, questions, used = "", [], set()
    for element in quiz:
        if element.tag != "question":
            raise Refused(f"<{element.tag}> in a quiz")
        if element.get("type") == "category":
            category = _text(element, "category")
            if not category.startswith("$course$/top/"):
                raise Refused(f"category {category!r}")
            continue
        question = _question(element, category, orders)
        if (category, question.id) in used:
            raise Refused(f"the id {question.id} comes twice in {category}")
        used.add((category, question.id))
        questions.append(question)
    return tuple(questions)


def _text(element: ElementTree.Element, name: str) -> str:
    """The text of ``<name><text>``; elements within it would be lost."""
    found = element.find(f"{name}/text")
    if found is None:
        raise Refused(f"no <{name}> with a <text>")
    if len(found):
        raise Refused(f"an element in the text of <{name}>")
    return found.text or ""


def _question(element: ElementTree.Element, category: str, orders: bool) -> Question:
    kind, name = element.get("type", ""), _text(element, "name")
    if not 0 < len(name) <= LONGEST or re.search(r"<\w", name):
        raise Refused(f"the name {name!r} is empty, cut or stripped")
    text = _text(element, "questiontext")
    if not text.strip():
        raise Refused("no text")
    if element.find("questiontext").get("format") != "html":  # type: ignore[union-attr]
        raise Refused("the text is not declared as HTML")
    if kind == "multianswer":
        text, fields = cloze(text)
        worth = float(sum(field.weight for field in fields))
    else:
        if kind == "ordering" and not orders:
            raise Refused("this Moodle has no ordering")
        if kind not in _READERS:
            raise Refused(f"unknown type {kind!r}")
        fields = (Weighed(1, kind, "", _READERS[kind](element)),)
        worth = float(element.findtext("defaultgrade", "1"))
    return Question(
        type=kind,
        category=category,
        name=name,
        id=element.findtext("idnumber", ""),
        text=text,
        general=_text(element, "generalfeedback"),
        worth=worth,
        fields=fields,
        hints=tuple(hint.findtext("text", "") for hint in element.findall("hint")),
        tags=tuple(tag.findtext("text", "") for tag in element.findall("tags/tag")),
        files=tuple(_files(element, text)),
    )


def _files(element: ElementTree.Element, text: str) -> Iterator[tuple[str, str]]:
    """The files of the question's text, decoded; other places may have none, and every picture is to be there."""
    found = element.findall("questiontext/file")
    if len(found) != len(list(element.iter("file"))):
        raise Refused("a file outside of the text of the question")
    shown = re.findall(r'@@PLUGINFILE@@/([^"]*)"', text)
    if len(shown) != text.count("@@PLUGINFILE@@") or set(shown) != {file.get("name") for file in found}:
        raise Refused("a picture without its file, or a file without its picture")
    for file in found:
        if (file.get("encoding"), file.get("path")) != ("base64", "/"):
            raise Refused("a file that is not in base64 at the top")
        try:
            yield file.get("name", ""), base64.b64decode(file.text or "", validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Refused(f"a file that is not base64: {error}") from error


# --- the types -------------------------------------------------------------------------------------------------------


def _answers(element: ElementTree.Element) -> tuple[Answer, ...]:
    return tuple(
        Answer(
            answer.findtext("text", ""),
            fraction(answer.get("fraction", "")),
            _text(answer, "feedback"),
            float(answer.findtext("tolerance", "0")),
        )
        for answer in element.findall("answer")
    )


def _numerical(element: ElementTree.Element) -> Field:
    return Numerical(_answers(element))


def _multichoice(element: ElementTree.Element) -> Field:
    single = element.findtext("single")
    if single not in ("true", "false"):
        raise Refused("neither one nor several")
    return Choice(_answers(element), single == "true")


def _truefalse(element: ElementTree.Element) -> Field:
    answers = {answer.text: answer.fraction for answer in _answers(element)}
    if sorted(answers) != ["false", "true"] or sorted(answers.values()) != [0, 1]:
        raise Refused(f"true and false have {answers}")
    return Truth(answers["true"] == 1)


def _matching(element: ElementTree.Element) -> Field:
    return Matching(tuple((one.findtext("text", ""), _text(one, "answer")) for one in element.findall("subquestion")))


def _ordering(element: ElementTree.Element) -> Field:
    if element.find("shownumcorrect") is None:
        raise Refused("an ordering without <shownumcorrect> stops the import")
    if (element.findtext("selecttype"), element.findtext("gradingtype")) != ("ALL", "ABSOLUTE_POSITION"):
        raise Refused("an ordering of some things, or marked by another rule")
    answers = sorted(element.findall("answer"), key=lambda answer: float(answer.get("fraction", "")))
    return Ordering(tuple(answer.findtext("text", "") for answer in answers))


def _essay(element: ElementTree.Element) -> Field:
    return Essay(_text(element, "graderinfo"))


_READERS = {
    "numerical": _numerical,
    "multichoice": _multichoice,
    "truefalse": _truefalse,
    "matching": _matching,
    "ordering": _ordering,
    "essay": _essay,
}


# --- Cloze -----------------------------------------------------------------------------------------------------------

_START = re.compile(r"\{(\d*):(NUMERICAL|MULTICHOICE|MULTICHOICE_V|MULTICHOICE_H|MULTIRESPONSE):")
_SHARE = re.compile(r"=|%(-?\d+(?:[.,]\d*)?)%")
_NUMBER = r"(-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_WITH_TOLERANCE = re.compile(f"{_NUMBER}(?::{_NUMBER})?")


def cloze(text: str) -> tuple[str, tuple[Weighed, ...]]:
    """The text with ``{#1}`` in place of each field, and the fields."""
    shown, fields, at = [], [], 0
    if re.search(r"\{#\d+\}", text):
        raise Refused("the text has a mark of Moodle's own")
    while found := _START.search(text, at):
        alternatives, end = _alternatives(text, found.end())
        before = text[at : found.start()]
        fields.append(Weighed(int(found[1] or 1), found[2], before, _cloze_field(found[2], alternatives)))
        shown += [before, f"{{#{len(fields)}}}"]
        at = end
    if not fields:
        raise Refused("a Cloze question without a field")
    return "".join([*shown, text[at:]]), tuple(fields)


def _alternatives(text: str, at: int) -> tuple[list[tuple[str, str, str]], int]:
    """Share, answer and feedback (as written) of each alternative, and where the field's brace has closed."""
    found = []
    while True:
        share = _SHARE.match(text, at)
        begin = share.end() if share else at
        end = _until(text, begin + 1, "~#}", ("\\", "&", "&amp;"))
        answer, feedback, at = text[begin:end], "", end
        if text[at] == "#":
            at = _until(text, end + 1, "~}", ("\\",))
            feedback = text[end + 1 : at]
        found.append((share[0] if share else "", answer, feedback))
        if text[at] == "}":
            return found, at + 1
        at += 1


def _until(text: str, at: int, ends: str, guards: tuple[str, ...]) -> int:
    """The place of the next of some signs, but one behind a guard does not count."""
    while at < len(text):
        if text[at] in ends and not text[:at].endswith(guards):
            return at
        at += 1
    raise Refused("a field of Cloze does not end")


def decoded(text: str) -> str:
    """What Moodle makes of an answer or a feedback: entities once, then the two signs that a backslash may quote."""

    def sign(found: re.Match[str]) -> str:
        if found[1]:
            return chr(int(found[1]))
        return html5.get(found[2] + ";", found[0])

    return re.sub(r"&(?:#(\d+)|(\w+));", sign, text).replace("\\}", "}").replace("\\#", "#")


def _cloze_field(kind: str, alternatives: list[tuple[str, str, str]]) -> Field:
    answers = []
    for share, written, feedback in alternatives:
        part = fraction("100" if share == "=" else share.strip("%") or "0")
        if kind != "NUMERICAL":
            answers.append(Answer(decoded(written), part, decoded(feedback)))
            continue
        found = _WITH_TOLERANCE.fullmatch(written)
        if not found:
            raise Refused(f"{written!r} is not a number with a tolerance")
        answers.append(Answer(found[1], part, decoded(feedback), float(found[2] or 0)))
    if kind == "NUMERICAL":
        return Numerical(tuple(answers))
    return Choice(tuple(answers), single=kind != "MULTIRESPONSE")
