"""Exams as an enemy or a bad disk would leave them: mutations of a small exam with every kind of part.

Everything is drawn from one ``random.Random``, so a seed tells the whole run.
"""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

from sample_exam import sample

from gdquiz.errors import InputError
from gdquiz.exam.exam_json import to_json
from gdquiz.exam.frozen import Exam
from gdquiz.marking.marks import expected, mark_question
from gdquiz.packaging.packages import package
from gdquiz.packaging.targets import TARGETS
from gdquiz.rendering.formats import FORMATS, render

Tree = Any

NASTY: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 10, 26, 27, 10**6, 10**30, -(10**30), 0.0, -0.0, 1e-300, 1e300, -1e300, 1.5,
    "", " ", "a", "A", "o0", "o9", "p0", "v0", "none", "0", "-1", "1/0", "0/1", "-3/5", "1e-07", "1e999", "9" * 300,
    "9" * 150, "1." + "3" * 150, "٣", "NaN", "inf", "x", "w", "v", "eta", "exp(exp(exp(9)))", "10^100", "w^w^w",
    "first^99999",
    "(" * 60, "1/w", "log(-1)", "abs(w)^0.5", "{{a}}", "{{", "}}", "{{ }}", "{{w0}}{{w0}}", "$", "$$", "$\\frac{1}{2}$",
    "$\\input{x}$", "\\", "%", "#", "&", "~", "^", "_", "<b>", "</script>", "<!--", "]]>", "&amp;", "`", "```", "```\n",
    "~~~", "|a|b|\n|-|-|\n|c|d|", "- a\n- b", "1. a", "# a", "> a", "a\n\nb", "a\tb", "\x00", "\x07", "\x1b[0m",
    "\u2028",
    "\ufeff", "\ufffe", "\ue000", "\ue0001\ue001", "\ue0000\ue001", "\x02a\x03", "\x04", "\x1e", "\x1f", "=1+1", "+1",
    "-1+1",
    "@x", "{1:NUMERICAL:=1}", "ANSWER: A", "A. b", "\\(x\\)", "\\[x\\]", "é", "中文", "İ", "ß", "🙂", "a" * 999,
    "a" * 20_000, "*" * 5000, "`" * 4999, "$x" * 3000, "[" * 3000, "| " * 3000, "\\" * 5000, "{{a}}" * 2000,
    [], {}, [[]], [None], [1, 2], ["o0", "o0"], {"a": 1}, {"": ""},
)  # fmt: skip

SMALL_CHANGES = ("points", "difficulty", "work", "parameters", "grid", "sign", "whole", "why", "say", "student",
                 "language", "case", "row", "minutes", "shown", "feedback", "ask", "stem", "solution", "title",
                 "x", "y", "label", "alt", "key_alt", "style", "space", "course", "date", "instructions", "low",
                 "high", "digits", "text", "rounding", "credit", "formula_shown", "seed", "name", "slots", "value",
                 "follow")  # fmt: skip
"""Fields whose change an exam often stays sound under."""


def base(rng: random.Random) -> Tree:
    """One form of the sample, of this version or of version 1, with a few of its questions."""
    tree = json.loads(rng.choice(_SAMPLES))
    form = tree["forms"][rng.randrange(3)]
    chosen = sorted(rng.sample(range(10), rng.randint(1, 3)))
    form["questions"] = [form["questions"][place] for place in chosen]
    for number, question in enumerate(form["questions"], start=1):
        question["number"] = number
    names = {question["wording"] for question in form["questions"]}
    tree["forms"] = [form]
    tree["wordings"] = {name: tree["wordings"][name] for name in tree["wordings"] if name in names}
    tree["slot_kinds"] = {name: tree["slot_kinds"][name] for name in tree["slot_kinds"] if name in names}
    tree["points"] = sum(question["points"] for question in form["questions"])
    tree["sections"] = [{"title": "All", "instructions": "", "first": 1, "last": len(chosen), "space": 3.0}]
    return tree


_VERSION_1 = Path(__file__).parent / "golden" / "exam-version-1" / "sample.json"
_SAMPLES = (to_json(sample()), _VERSION_1.read_text(encoding="utf-8"))


def _places(tree: Tree) -> list[tuple[Any, Any]]:
    """Every place of a tree: what holds it, and its name or number there."""
    found, waiting = [], [tree]
    while waiting:
        here = waiting.pop()
        entries = here.items() if isinstance(here, dict) else enumerate(here)
        for step, value in entries:
            found.append((here, step))
            if isinstance(value, (dict, list)):
                waiting.append(value)
    return found


def _walked(rng: random.Random, tree: Tree) -> tuple[Any, Any]:
    """A place that is met on a way down from the root; so the few places near it come as often as the many points."""
    here = tree
    while True:
        steps = list(here) if isinstance(here, dict) else list(range(len(here)))
        step = rng.choice(steps)
        if not (isinstance(here[step], (dict, list)) and here[step]) or rng.random() < 0.15:
            return here, step
        here = here[step]


def mutated(rng: random.Random, *, gentle: bool = False) -> str:
    """The text of an exam in which one thing or a few are wrong; ``gentle`` prefers what may well be accepted."""
    tree = base(rng)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if gentle:
            places = [place for place in _places(tree) if place[1] in SMALL_CHANGES]
            _change(rng, tree, *rng.choice(places))
        else:
            _change(rng, tree, *_walked(rng, tree))
    text = json.dumps(tree, ensure_ascii=rng.random() < 0.5)
    return text if gentle or rng.random() < 0.8 else _spoiled(rng, text)


def _change(rng: random.Random, tree: Tree, holder: Any, step: Any) -> None:
    value = holder[step]
    match rng.randrange(9):
        case 0 | 1 | 2:
            holder[step] = copy.deepcopy(rng.choice(NASTY))
        case 3:
            del holder[step]
        case 4 if isinstance(value, list):
            rng.shuffle(value)
        case 4 if isinstance(value, str) and value:
            at = rng.randrange(len(value))
            holder[step] = value[:at] + str(rng.choice(NASTY)) + value[at:]
        case 5 if isinstance(value, list) and value:
            value.append(copy.deepcopy(rng.choice(value)))
        case 6 if isinstance(value, (int, float)) and not isinstance(value, bool):
            holder[step] = value * rng.choice((-1, 0, 2, 1e6, 1e15, 1e-15, 0.1)) + rng.choice((0, 1, -1))
        case 7:
            other, where = rng.choice(_places(tree))
            holder[step] = copy.deepcopy(other[where])
        case 8 if isinstance(holder, dict):
            holder[str(rng.choice(NASTY))[:50]] = copy.deepcopy(value)
        case _:
            holder[step] = copy.deepcopy(rng.choice(NASTY))


def _spoiled(rng: random.Random, text: str) -> str:
    """A text that is damaged as text."""
    at = rng.randrange(len(text))
    match rng.randrange(8):
        case 0:
            return text[:at]
        case 1:
            return (
                text[:at]
                + rng.choice(('"', "}", "]", ",", ":", "\\", "\\ud800", "\x00", "NaN", "-Infinity"))
                + text[at:]
            )
        case 2:
            return "[" * rng.choice((50, 500, 100_000)) + text
        case 3:
            return text.replace(
                ": ", f': {rng.choice(("NaN", "Infinity", "-Infinity", "1e999", "9" * 5000))}, "x": ', 1
            )
        case 4:
            return text.replace('"title":', '"title": "double", "title":')
        case 5:
            return text.replace('"title": "', '"title": "\\ud800', 1)
        case 6:
            return text[:at] + text[at + rng.randint(1, 40) :]
        case _:
            return rng.choice(("", " ", "null", "[]", "{}", "1", '"a"', text + text, "\ufeff" + text))


RESPONSES = ("", "1", "-3/5; 2", "a", "b", "1a 2b 3c", "a b c d", "true a", "w", "w^9999", "1/w", "x" * 600, "9" * 59,
             "1e60", "-1e-60", "none", "🙂", "{{a}}", "w + v", "exp(exp(w))")  # fmt: skip


def consumed(exam: Exam) -> int:
    """Put an exam through everything that reads one; return how many of these refused it with an ``InputError``."""
    refused = 0
    for row in FORMATS:
        if row.name != "pdf":
            refused += _is_refused(lambda name=row.name: [len(page.text) for page in render(exam, name)])
    for target in TARGETS:
        refused += _is_refused(lambda target=target: [len(page.text) for page in package(exam, target, [])])
    for form in exam.forms:
        for question in form.questions:
            wording = exam.wordings[question.wording]
            for response in RESPONSES:
                mark_question(wording, question, [response] * len(question.parts))
            for part, key in zip(wording.parts, question.parts, strict=True):
                assert expected(part, key)
    return refused


def _is_refused(work: Any) -> bool:
    try:
        work()
    except InputError as error:
        assert error.faults and all(fault.problem for fault in error.faults)
        return True
    return False
