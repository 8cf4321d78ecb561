"""GIFT as Moodle imports it."""

from __future__ import annotations

import re

from platforms import Refused
from platforms.marking import Answer, Choice, Essay, Field, Matching, Numerical, Question, Truth, Weighed, fraction

_ESCAPED = {":": "\ue03a", "#": "\ue023", "=": "\ue03d", "{": "\ue07b", "}": "\ue07d", "~": "\ue07e", "n": "\ue00a"}
_SIGNS = {mark: "\n" if sign == "n" else sign for sign, mark in _ESCAPED.items()}
_WEIGHT = re.compile(r"%(-*\d{1,2}\.?\d*)%")
_ID = re.compile(r"// \[id:([^\]]+)\].*")
LONGEST = 255


def read(text: str) -> tuple[Question, ...]:
    """The questions of a file, in order; a blank line ends each."""
    if "\r" in text:
        raise Refused("a carriage return")
    category, questions, names = "", [], set()
    for block in re.split(r"\n[ \t]*\n", text.strip("\n")):
        lines = block.split("\n")
        if lines[0].startswith("$CATEGORY:"):
            if len(lines) != 1:
                raise Refused("a question right behind its category is lost")
            category = _escaped(lines[0].removeprefix("$CATEGORY:").strip())
            continue
        note = "".join(found[1] for line in lines if (found := _ID.fullmatch(line)))
        body = "\n".join(" " if line.strip().startswith("//") else line for line in lines).strip()
        if not body:
            continue
        question = _question(_escaped(body), category, note)
        if (category, question.name) in names:
            raise Refused(f"the name {question.name} comes twice")
        names.add((category, question.name))
        questions.append(question)
    return tuple(questions)


def _escaped(text: str) -> str:
    """Signs behind a backslash as marks, and two backslashes as one."""
    parts = text.split("\\\\")
    return "\\".join(re.sub(r"\\([:#={}~n])", lambda sign: _ESCAPED[sign[1]], part) for part in parts)


def shown(text: str) -> str:
    """A text as it is kept: marks as their signs, without white space around it."""
    return "".join(_SIGNS.get(sign, sign) for sign in text.removeprefix("[html]")).strip()


def _question(text: str, category: str, note: str) -> Question:
    if not text.startswith("::") or "::" not in text[2:]:
        raise Refused("a question without a name")
    name, text = text[2:].split("::", 1)
    name = shown(name)
    if not 0 < len(name) <= LONGEST:
        raise Refused(f"the name {name!r} is empty or cut")
    text = text.strip()
    if not text.startswith("[html]"):
        raise Refused("the text is not declared as HTML")
    begin, end = text.find("{"), text.find("}")
    if not 0 <= begin < end:
        raise Refused("no place to answer")
    if text[end + 1 :] or "{" in text[begin + 1 : end]:
        raise Refused("something stands behind the place to answer, or a brace in it is loose")
    answers, general = text[begin + 1 : end].strip(), ""
    if "####" in answers:
        answers, general = answers[: answers.rindex("####")].strip(), answers[answers.rindex("####") + 4 :]
    kind, field = _field(answers)
    return Question(
        kind, category, name, note, shown(text[:begin]), shown(general), 1.0, (Weighed(1, kind, "", field),)
    )


def _field(answers: str) -> tuple[str, Field]:
    if not answers:
        return "essay", Essay("")
    if answers.startswith("#"):
        return "numerical", Numerical(tuple(_number(one) for one in _split(answers[1:], "=")))
    if "~" in answers:
        several = "=" not in answers
        ones = _split(answers.replace("=", "~="), "~")
        return "multichoice", Choice(tuple(_option(one) for one in ones), single=not several)
    if "=" in answers and "->" in answers:
        return "matching", Matching(tuple(_pair(one) for one in _split(answers, "=")))
    if answers in ("T", "TRUE", "F", "FALSE"):
        return "truefalse", Truth(answers in ("T", "TRUE"))
    raise Refused(f"a short answer: {answers!r}")


def _split(answers: str, sign: str) -> list[str]:
    ones = [one.strip() for one in answers.split(sign)]
    if ones[0]:
        raise Refused(f"{ones[0]!r} stands before the first answer")
    return ones[1:]


def _weighed(one: str) -> tuple[float | None, str]:
    found = _WEIGHT.match(one)
    return (fraction(found[1]), one[found.end() :]) if found else (None, one)


def _number(one: str) -> Answer:
    share, rest = _weighed(one)
    value, _, feedback = rest.partition("#")
    middle, _, tolerance = value.strip().partition(":")
    return Answer(middle.strip(), 1.0 if share is None else share, shown(feedback.strip()), float(tolerance or 0))


def _option(one: str) -> Answer:
    share, rest = (1.0, one[1:]) if one.startswith("=") else _weighed(one)
    text, _, feedback = rest.partition("#")
    return Answer(shown(text.strip()), share or 0.0, shown(feedback.strip()))


def _pair(one: str) -> tuple[str, str]:
    if "->" not in one:
        raise Refused(f"{one!r} has no arrow")
    stem, answer = one.split("->", 1)
    return shown(stem.strip()), shown(answer.strip())
