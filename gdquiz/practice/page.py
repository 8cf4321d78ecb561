"""The practice page: one HTML file that asks, marks and explains without a network or a server.

The page is a template around three things: its style, its script and its data.  The script is the modules of
``SCRIPTS``, one after another in one function; its hash stands in the page's Content-Security-Policy, so nothing else
can run.  The data are JSON (see ``questions`` and ``families``).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from markupsafe import Markup

from gdquiz.exam.frozen import Exam
from gdquiz.practice import mastery
from gdquiz.practice.families import explorer
from gdquiz.practice.grammar import grammar
from gdquiz.practice.progress import PURSUED
from gdquiz.practice.questions import questions
from gdquiz.practice.record import schemas
from gdquiz.rendering import html
from gdquiz.rendering.templating import environment, lay_out, load
from gdquiz.resources import data
from gdquiz.version import VERSION

SCRIPTS = (
    "rationals",
    "formulas",
    "precise",
    "numerals",
    "interval",
    "marking",
    "matrices",
    "descent",
    "verdicts",
    "certificates",
    "elements",
    "texts",
    "drawing",
    "reasons",
    "explorer",
    "fields",
    "record",
    "session",
    "practice",
    "progress",
    "app",
)
"""The modules of the page's script, each after those it uses when it is loaded."""


def practice_page(exam: Exam, skills: Mapping[str, Sequence[str]]) -> str:
    """The page with every question of every form of an exam.

    ``skills`` are the skills in the order of the course, each with those it builds on; those of the exam that are left
    out come last.  The same exam gives the same bytes everywhere.
    Raises ``InputError`` for a text that cannot be set.
    """
    sandbox = environment((data("templates"),), "html")
    content = {
        "gdquiz": VERSION,
        "id": exam.id,
        "title": exam.title,
        "grammar": grammar(part.variables for wording in exam.wordings.values() for part in wording.parts),
        "records": schemas(),
        "mastery": {
            "start": mastery.START,
            "learn": mastery.LEARN,
            "slip": mastery.SLIP,
            "mastered": mastery.MASTERED,
            "pursued": PURSUED,
        },
        "skills": {**skills, **{one.skill: () for one in exam.wordings.values() if one.skill not in skills}},
        "explorer": _typeset(explorer()),
        **questions(exam, sandbox),
    }
    script = script_of((data("templates") / "practice" / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    return lay_out(
        load(sandbox, "practice/page.html.j2"),
        title=exam.title,
        count=len(content["questions"]),
        gdquiz=VERSION,
        script=Markup(script),
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
        content=Markup(html.in_script(content)),
    )


def script_of(modules: Iterable[str]) -> str:
    """The modules as one strict function."""
    return '\n(() => {\n"use strict";\n\n' + "\n".join(modules) + "})();\n"


def _typeset(explored: dict[str, Any]) -> dict[str, Any]:
    """The explorer's data with their formulas as MathML."""
    for family in explored["families"]:
        family["shown"] = html.STYLE.formula(f"f({', '.join(family['variables'])}) = {family['shown']}", False)
    for method in explored["methods"]:
        method["formula"] = html.STYLE.formula(method["formula"], False)
    return explored
