"""Older versions of ``exam.json``, read as what they would be today.

Version 1 called the work of a question its difficulty, told only the titles of misconceptions, had names of students
in its forms, and left it to whoever filled a text to put braces around a slot that is an argument of LaTeX.  It knew no
language (it was English), no digits of a population and no parameters; these stay unknown.
How a number has to be given was a sentence.

Nothing is checked here: what has not the shape it should have is left as it is, and the reader tells it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeGuard

from gdquiz.exam.wording import braced
from gdquiz.words.catalogue import ENGLISH

Tree = Any
"""What JSON can hold."""


def upgraded(exam: Mapping[str, Tree]) -> dict[str, Tree]:
    """An exam of version 1, as JSON has it, as one of version 2.  Any other value of JSON comes back the same."""
    return {
        **exam,
        "version": 2,
        **_with(exam, "misconceptions", lambda told: _each(told, lambda title: {"title": title}, str)),
        **_with(exam, "wordings", lambda wordings: _each(wordings, _wording, dict)),
        **_with(exam, "forms", lambda forms: _each(forms, _form, dict)),
    }


def names_in(exam: Mapping[str, Tree]) -> dict[str, str]:
    """The names of students in an exam of version 1, by id."""
    return {student["id"]: student["name"] for _, student in students_in(exam)}


def students_in(exam: Mapping[str, Tree]) -> Iterator[tuple[int, dict[str, str]]]:
    """The students in the forms of an exam of version 1, each with the place of the form."""
    forms = exam.get("forms")
    for place, form in enumerate(forms if isinstance(forms, list) else ()):
        if isinstance(form, dict) and _is_student(form.get("student")):
            yield place, form["student"]


def _with(table: Mapping[str, Tree], name: str, change: Callable[[Tree], Tree]) -> dict[str, Tree]:
    """The entry of a table, changed; nothing where there is none."""
    return {name: change(table[name])} if name in table else {}


def _each(entries: Tree, change: Callable[[Tree], Tree], kind: type) -> Tree:
    """A list or a table with those of its entries changed that are of a kind."""
    if isinstance(entries, list):
        return [change(entry) if isinstance(entry, kind) else entry for entry in entries]
    if isinstance(entries, dict):
        return {name: change(entry) if isinstance(entry, kind) else entry for name, entry in entries.items()}
    return entries


def _form(form: dict[str, Tree]) -> dict[str, Tree]:
    student = form.get("student")
    return {
        **form,
        **({"student": student["id"]} if _is_student(student) else {}),
        **_with(form, "questions", lambda questions: _each(questions, _question, dict)),
    }


def _is_student(student: Tree) -> TypeGuard[dict[str, str]]:
    return (
        isinstance(student, dict)
        and student.keys() == {"name", "id"}
        and all(isinstance(text, str) for text in student.values())
    )


def _question(question: dict[str, Tree]) -> dict[str, Tree]:
    if "work" in question:  # no field of version 1: both stay, and are told
        return question
    return {"work" if name == "difficulty" else name: value for name, value in question.items()}


# --- texts ---------------------------------------------------------------------------------------------------------


def _wording(wording: dict[str, Tree]) -> dict[str, Tree]:
    return _texts(wording, ("stem", "solution", "hints")) | _with(wording, "parts", lambda p: _each(p, _part, dict))


def _part(part: dict[str, Tree]) -> dict[str, Tree]:
    texts = _texts(part, ("ask", "rounding", "follow_through", "labels")) | _precision(part)
    for name in ("options", "prompts", "guide"):
        texts |= _with(part, name, lambda entries: _each(entries, lambda one: _texts(one, ("text", "feedback")), dict))
    return texts


def _precision(part: dict[str, Tree]) -> dict[str, Tree]:
    """How a number has to be given, where the sentence that says so is one that gdquiz wrote."""
    several = "_several" if part.get("kind") == "numbers" else ""
    digits = part.get("digits")
    for precision in ("whole", "exact", "fraction", "decimal"):
        sentence = ENGLISH.say(f"rounding.{precision}{several}", count=digits if isinstance(digits, int) else 0)
        if part.get("rounding") == sentence:
            return {"precision": precision, "rounding": ""}
    return {}


def _texts(table: dict[str, Tree], names: tuple[str, ...]) -> dict[str, Tree]:
    """A table in which these texts, or lists of texts, have the braces of their slots."""
    changed = dict(table)
    for name in names:
        value = table.get(name)
        if isinstance(value, str):
            changed[name] = braced(value)
        elif isinstance(value, list):
            changed[name] = _each(value, braced, str)
    return changed
