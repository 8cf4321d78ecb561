r"""Moodle's Cloze: answer fields that stand in the text of a question, ``{1:NUMERICAL:=1.5:0.001#well done}``.

How Moodle reads them (question/type/multianswer/questiontype.php): alternatives end at ``~``, feedback begins at
``#``, the field ends at ``}``; then entities are decoded once, ``\}`` becomes ``}`` and ``\#`` becomes ``#``.  So
whatever could end a text is written as an entity, and a backslash that stands before ``}`` or ``#`` is doubled.
"""

from __future__ import annotations

import re

_ENTITIES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "{": "&#123;", "}": "&#125;", "~": "&#126;", "#": "&#35;"}
)


def quoted(html: str) -> str:
    """HTML as an answer or a feedback of a Cloze field."""
    text = html.replace("\\}", "\\\\}").replace("\\#", "\\\\#").translate(_ENTITIES)
    return text + " " if text.endswith(("\\", "&amp;")) else text


_FIELD = re.compile(r"\{(\d*):(NUMERICAL|MULTICHOICE|MULTICHOICE_V|MULTIRESPONSE):([^{}]*)\}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?:\d+(\.\d+)?")
_SHARE = re.compile(r"=|%(-?\d+(?:\.\d+)?)%")


def problem(text: str) -> str:
    """What is wrong with the fields of a Cloze text, or nothing: how many there are, keys, numbers, and loose signs."""
    fields = _FIELD.findall(text)
    if not fields:
        return "it has no field to answer"
    if len(fields) != len(re.findall(r"\{\d*:[A-Z_]+:", text)):
        return "a field does not end, or a brace in it is loose"
    for _, kind, inside in fields:
        alternatives = inside.split("~")
        shares, bodies = [], []
        for alternative in alternatives:
            answer = alternative.split("#")[0] if kind == "NUMERICAL" else re.split(r"(?<!&)#", alternative)[0]
            share = _SHARE.match(answer)
            shares.append(100.0 if share and share[0] == "=" else float(share[1]) if share else 0.0)
            bodies.append(answer[share.end() :] if share else answer)
        if not all(body.strip() for body in bodies) or len(set(bodies)) != len(bodies):
            return "its options are empty or alike"
        if kind == "NUMERICAL" and not all(_NUMBER.fullmatch(body) for body in bodies):
            return "an answer is not a number with a tolerance"
        if kind == "MULTIRESPONSE":
            if abs(sum(share for share in shares if share > 0) - 100) > 0.01:
                return "the right options together do not earn all marks"
        elif shares.count(100) != 1:
            return "not exactly one alternative earns all marks"
    return ""
