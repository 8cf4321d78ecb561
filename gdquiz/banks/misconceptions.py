"""Misconceptions read: the shipped ones, which every bank may name, and those that a bank defines itself.

A code means one thing: a bank may repeat a misconception, but not define another one under the same code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from pydantic import ValidationError

from gdquiz.banks import schema
from gdquiz.banks.bank import Bank, Path, field_name, line_of, schema_faults, spoiled, toml, toml_lines
from gdquiz.banks.translations import ToldFile
from gdquiz.descent.misconceptions import Misconception
from gdquiz.descent.mistakes import MISTAKES, STEP_NAMES
from gdquiz.descent.slips import SLIPS
from gdquiz.errors import Fault, InputError, nearest
from gdquiz.formulas.expressions import FUNCTIONS, Language, Node, parse
from gdquiz.formulas.scanner import KEYWORDS
from gdquiz.resources import MISCONCEPTIONS, data
from gdquiz.texts import fitness

TEXTS = ("title", "belief", "why", "say")
_NAME = re.compile(r"[A-Za-z_]\w*")

Table = Mapping[str, Misconception]
"""Misconceptions by their codes."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a misconception in another language."""

    title: str
    why: str
    say: str


def shipped_text() -> str:
    """The text of the shipped file."""
    return (data("question_banks") / MISCONCEPTIONS).read_text(encoding="utf-8")


@cache
def shipped() -> Table:
    """The shipped misconceptions, read once; that their texts can be printed is the business of a test."""
    content = schema.MisconceptionsFile.model_validate(toml(shipped_text(), file=MISCONCEPTIONS))
    return {row.code: _understood(row, "") for row in content.misconception}


@cache
def shipped_told(language: str) -> Mapping[str, Told]:
    """What is said of shipped misconceptions in another language; nothing where there is no file of it."""
    file = data("question_banks") / MISCONCEPTIONS.replace(".toml", f".{language}.toml")
    if not file.is_file():
        return {}
    content = ToldFile.model_validate(toml(file.read_text(encoding="utf-8"), file=file.name))
    return {row.code: Told(row.title, row.why, row.say) for row in content.misconception}


def read_misconceptions(text: str, *, file: str) -> Table:
    """The misconceptions of a file that holds nothing else.  Raises ``InputError`` with all that is wrong with it."""
    content, lines = toml(text, file=file), dict(toml_lines(text))
    faults = list(spoiled(content, lines, file))
    rows: Sequence[schema.Misconception] = ()
    try:
        rows = schema.MisconceptionsFile.model_validate(content).misconception
    except ValidationError as error:
        faults += schema_faults(error, content, lines, file, schema.MisconceptionsFile)
    faults += () if faults else _faults(rows, {}, lines, file)
    if faults:
        raise InputError(faults)
    return {row.code: _understood(row, file) for row in rows}


def own(bank: Bank, known: Table) -> Table:
    """The misconceptions that a bank defines itself, beside those ``known`` to all.

    Raises ``InputError`` with all that is wrong with them.
    """
    rows = bank.content.misconception
    faults = list(_faults(rows, known, bank.lines, bank.file))
    if faults:
        raise InputError(faults)
    return {row.code: _understood(row, bank.file) for row in rows if row.code not in known}


def in_language(table: Table, told: Mapping[str, Told]) -> Table:
    """The misconceptions with what is said of them in another language."""
    return {code: _retold(one, told[code]) if code in told else one for code, one in table.items()}


def _retold(one: Misconception, told: Told) -> Misconception:
    return replace(one, title=told.title.strip(), why=told.why.strip(), say=told.say.strip())


def _understood(row: schema.Misconception, home: str) -> Misconception:
    texts = {name: getattr(row, name).strip() for name in TEXTS}
    step = None if row.step is None else _step(row.step)
    return Misconception(row.code, **texts, executes=row.executes, step=step, redefine=dict(row.redefine), home=home)


def _step(text: str) -> Node:
    return parse(text, names=STEP_NAMES, language=Language.FORMULA)


# --- what can be wrong ---------------------------------------------------------------------------------------------


def _faults(
    rows: Sequence[schema.Misconception], known: Table, lines: Mapping[Path, int], file: str
) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for place, row in enumerate(rows):
        found = list(_own_faults(row))
        if row.code in first:
            problem = f"the code is used twice, first by misconception number {first[row.code] + 1}"
            found.append(("code", Fault(problem, "a code of its own for every misconception")))
        elif row.code in known and not found and _understood(row, "") != known[row.code]:
            problem = f"gdquiz has another misconception of this code: {known[row.code].title}"
            found.append(("code", Fault(problem, "a code of its own")))
        first.setdefault(row.code, place)
        for field, fault in found:
            yield _at(fault, row, ("misconception", place, *field.split(".")), lines, file)


def _at(fault: Fault, row: schema.Misconception, path: Path, lines: Mapping[Path, int], file: str) -> Fault:
    return fault.at(file=file, line=line_of(path, lines), misconception=row.code, field=field_name(path[2:]))


def _own_faults(row: schema.Misconception) -> Iterator[tuple[str, Fault]]:
    """What is wrong with one, each fault with its field."""
    for name in TEXTS:
        yield from ((name, fault) for fault in _text_faults(name, getattr(row, name)))
    done = [name for name in ("executes", "step", "redefine") if getattr(row, name)]
    if len(done) > 1:
        yield done[1], Fault(f"'{done[0]}' tells already what the learner does", "one of executes, step and redefine")
    if row.executes and row.executes not in MISTAKES and row.executes not in SLIPS:
        known = (*MISTAKES, *SLIPS)
        near = nearest(row.executes, known)
        problem = f"there is no mistake or slip '{row.executes}'"
        yield "executes", Fault(problem, "" if near else f"one of {', '.join(known)}", near)
    if row.step is not None:
        yield from _parsing("step", partial(_step, row.step))
    for name, text in row.redefine.items():
        names = set(_NAME.findall(text)) - set(FUNCTIONS) - set(KEYWORDS)  # which there are is told by the items
        yield from _parsing(f"redefine.{name}", partial(parse, text, names=names, language=Language.BANK))


def _parsing(field: str, read: partial[Node]) -> Iterator[tuple[str, Fault]]:
    try:
        read()
    except InputError as error:
        yield from ((field, fault) for fault in error.faults)


def _text_faults(name: str, text: str) -> Iterator[Fault]:
    if not fitness.shows(text):
        yield Fault("this is empty", "a sentence" if name != "title" else "a few words")
    if "{{" in text:
        hint = "what needs numbers can be said by the `feedback` of a wrong answer"
        yield Fault("a slot stands here, but a misconception is the same in all items", hint=hint)
        return
    if name == "title" and "\n" in text.strip():
        yield Fault("a title has more than one line", "a few words")
    yield from fitness.of_prose(text)
