"""The parts of the documentation that are made from the code, so that they cannot differ from it.

A generated part stands in a Markdown document between two remarks, the first of which says what it is::

    <!-- generated: names -->
    <!-- end of generated -->

``python -m gdquiz.documentation`` makes all of them anew, and the JSON Schemas in ``docs/schemas``; the tests hold
the documents against what the code gives.  Everything but ``main`` is pure.
"""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import click
from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from gdquiz import house
from gdquiz.assembly import blueprint
from gdquiz.assembly.questions import QuestionWriter
from gdquiz.banks import names, schema
from gdquiz.banks.bank import read_bank
from gdquiz.banks.items import models
from gdquiz.banks.learning_outcomes import LEARNING_OUTCOMES
from gdquiz.banks.misconceptions import shipped
from gdquiz.checking.showing import shown
from gdquiz.cli import COMMANDS
from gdquiz.cli import main as command_line
from gdquiz.cli.schema import KINDS, schema_text
from gdquiz.descent.mistakes import MISTAKES
from gdquiz.descent.slips import SLIPS
from gdquiz.descent.stepping import METHODS
from gdquiz.descent.training import TRAINING_RULES
from gdquiz.errors import InputError
from gdquiz.exam import frozen as exam
from gdquiz.formulas.expressions import FUNCTIONS
from gdquiz.judging.rules import RULES
from gdquiz.kinds.platforms import CARRIAGES, LEFT_OUT
from gdquiz.numbers.certainty import Bound, Rule
from gdquiz.packaging.targets import EVERY_KIND, TARGETS, Target, find_target
from gdquiz.populations.population import populate
from gdquiz.practice.conversation import Ask, Say, conversation
from gdquiz.practice.plan import candidates
from gdquiz.practice.record import EMPTY
from gdquiz.rendering import figures, views
from gdquiz.rendering.formats import FORMATS
from gdquiz.texts import constructs

END = "<!-- end of generated -->"
_BLOCK = re.compile(rf"<!-- generated: ([^>]*?) -->\n.*?{re.escape(END)}", re.DOTALL)


@dataclass(frozen=True)
class Material:
    """What generated parts are made from besides the code itself, as texts by name.

    ``examples`` are the files of ``docs/examples``, ``banks`` the shipped question banks, ``modules`` the sources of
    the package by dotted name, ``rooms`` what stands in the package itself, from the ground up.
    """

    examples: Mapping[str, str]
    banks: Mapping[str, str]
    modules: Mapping[str, str]
    rooms: tuple[str, ...]


def regenerated(document: str, material: Material) -> str:
    """The document with each of its generated parts made anew.  Raises ``KeyError`` for a part nobody knows."""

    def made(block: re.Match[str]) -> str:
        name, *arguments = block[1].split()
        text = PARTS[name](material, *arguments).strip("\n")
        return f"<!-- generated: {block[1]} -->\n\n{text}\n\n{END}"

    return _BLOCK.sub(made, document)


def schemas() -> dict[str, str]:
    """The JSON Schemas by file name."""
    return {f"{kind}.schema.json": schema_text(kind) for kind in KINDS}


# --- tables --------------------------------------------------------------------------------------------------------


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table; bars and line breaks in cells are escaped."""

    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(" ".join(cell.split()).replace("|", r"\|") for cell in cells) + " |"

    return "\n".join([line(head), "|" + ":--|" * len(head), *map(line, rows)])


def _code(words: str) -> str:
    """Words of a docstring as Markdown."""
    return words.replace("``", "`")


# --- fields of the files ---------------------------------------------------------------------------------------------

_WORDS: dict[StringConstraints, str] = {
    typing.get_args(alias)[1]: word
    for alias, word in (
        (exam.Identifier, "id"), (exam.Id, "id"), (exam.VariableName, "name"), (schema.Expression, "expression"),
        (schema.Prose, "text"), (schema.Words, "text"), (schema.Code, "code"), (exam.Text, "text"),
        (exam.Words, "text"), (exam.Latex, "text"), (exam.Exact, "exact number"), (exam.Formula, "expression"),
        (exam.LanguageTag, "language tag"),
    )
}  # fmt: skip
_PLAIN = {str: "text", int: "whole number", float: "number", bool: "true or false", type(None): ""}
_PLURALS = {
    "whole number": "whole numbers", "number": "numbers", "expression": "expressions", "name": "names", "id": "ids",
    "text": "texts", "exact number": "exact numbers",
}  # fmt: skip


def kind_of(annotation: Any) -> str:
    """A type of a field in words."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation == typing.get_args(schema.Domain)[0]:
        return "domain"
    if annotation == int | str:
        return "exact number"
    if origin is typing.Annotated:
        for extra in arguments[1:]:
            if isinstance(extra, StringConstraints) and extra in _WORDS:
                return _WORDS[extra]
            if isinstance(extra, StringConstraints) and extra.pattern:
                return f"text like `{extra.pattern}`"
        return kind_of(arguments[0])
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (list, tuple):
        inside = [kind_of(argument) for argument in arguments if argument is not Ellipsis]
        if len(set(inside)) == 1:
            return f"list of {_PLURALS.get(inside[0], inside[0])}"
        return "list: " + ", ".join(inside)
    if origin is dict:
        key, value = map(kind_of, arguments)
        return f"table of {key} = {value}"
    if origin in (types.UnionType, typing.Union):
        words = dict.fromkeys(word for word in map(kind_of, arguments) if word)
        return " or ".join(words)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"{annotation.__name__}"
    return _PLAIN[annotation]


def _bounds(field: FieldInfo) -> str:
    """The numbers a field is held between."""
    low = next((str(m.ge) for m in field.metadata if isinstance(m, Ge)), "")
    high = next((str(m.le) for m in field.metadata if isinstance(m, Le)), "")
    above = next((str(m.gt) for m in field.metadata if isinstance(m, Gt)), "")
    least = next((m.min_length for m in field.metadata if isinstance(m, MinLen)), 0)
    most = next((m.max_length for m in field.metadata if isinstance(m, MaxLen)), None)
    if low and high:
        return f", {low} to {high}"
    below = next((str(m.lt) for m in field.metadata if isinstance(m, Lt)), "")
    if low and below:
        return f", from {low} to below {below}"
    if above:
        return f", above {above}"
    if least and field.annotation is not str and typing.get_origin(field.annotation) is list:
        return f", {least} to {most}" if most and most != least else f", {least}" if most else ", at least one"
    return ""


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if field.is_required():
        return "**needed**"
    if value is None or value in ([], {}, (), ""):
        return ""
    return f"`{'true' if value is True else 'false' if value is False else value}`"


_MODULES = {"bank": schema, "blueprint": blueprint, "exam": exam}


def field_rows(kind: str, name: str) -> Iterator[tuple[str, str, str, str]]:
    """Name, type, default and meaning of every field of one table of a bank, blueprint or exam."""
    model = getattr(_MODULES[kind], name)
    hints = typing.get_type_hints(model, include_extras=True)
    for field_name, field in model.model_fields.items():
        words = kind_of(hints[field_name]) + _bounds(field)
        yield f"`{field_name}`", words, _default(field), field.description or ""


def _fields(_: Material, kind: str, name: str) -> str:
    rows = list(field_rows(kind, name))
    if kind == "exam":
        return table(("field", "holds", "meaning"), ((a, b, d) for a, b, _, d in rows))
    return table(("field", "holds", "default", "meaning"), rows)


# --- the language of banks -------------------------------------------------------------------------------------------


def _names(_: Material) -> str:
    written = (", ".join(f"`{name}`" for name in names_.split(", ")) for names_, _ in names.NAMES)
    return table(("name", "value"), zip(written, (meaning for _, meaning in names.NAMES), strict=True))


_MEANINGS = {
    "sigmoid": "1/(1 + exp(-x))",
    "relu": "max(0, x)",
    "step": "0 for x < 0, 1 for x > 0: the derivative of `relu`",
    "log": "the natural logarithm; also written `ln`",
    "is_square": "whether a rational number is the square of one",
    "if": "`if(condition, then, otherwise)`",
    "mean": "the mean of an expression over the rows of `data`",
    "sum": "the sum of an expression over the rows of `data`",
}
_PLACES = {"everywhere": "everywhere", "bank": "not in a loss", "tables": "only in a loss with `data`"}


def _functions(_: Material) -> str:
    plain = [row.name for row in FUNCTIONS.values() if row.place == "everywhere" and row.name not in _MEANINGS]
    rows = [(", ".join(f"`{name}`" for name in plain), "as usual", _PLACES["everywhere"])]
    for row in FUNCTIONS.values():
        if row.name not in plain:
            rows.append((f"`{row.name}`", _MEANINGS.get(row.name, "as usual"), _PLACES[row.place]))
    return table(("function", "meaning", "where"), rows)


def _constructs(_: Material) -> str:
    """What formulas of texts may be made of."""
    rows = [(name, ", ".join(f"`{one}`" for one in constructs.of_role(*roles))) for name, roles in _ROLES.items()]
    rows += [(name, ", ".join(f"`\\{one}`" for one in sorted(words))) for name, words in constructs.GROUPS.items()]
    rows.append(("environments", ", ".join(f"`{one}`" for one in sorted(constructs.ENVIRONMENTS))))
    return table(("constructs", "written"), rows)


_ROLES: Mapping[str, tuple[constructs.Role, ...]] = {
    "Greek and other letters": ("letter", "capital"),
    "operators": ("binary", "mark", "large"),
    "relations and arrows": ("relation",),
    "brackets": ("open", "close", "bar"),
    "other signs": ("ordinary", "comma", "tight"),
}


def _methods(_: Material) -> str:
    rows = ((f"`{m.name}`", m.title, f"${m.formula}$", ", ".join(f"`{p}`" for p in m.parameters)) for m in METHODS)
    return table(("method", "name", "update", "settings"), rows)


# --- examples --------------------------------------------------------------------------------------------------------


def _example(material: Material, name: str) -> str:
    return f"```{name.rpartition('.')[2]}\n{material.examples[name].strip()}\n```"


def _shown(material: Material, name: str, variant: str) -> str:
    """What ``gdquiz show`` prints of the only item of an example."""
    (item,) = models(read_bank(material.examples[name], file=name))
    command = f"$ gdquiz show {item.id} --bank docs/examples/{name} --variant {variant}"
    return f"```console\n{command}\n{shown(populate(item), int(variant))}\n```"


_TITLE = 'title = "One step on a parabola"'
FAULTS: tuple[tuple[str, str, str], ...] = (
    ("A backslash between double quotes", _TITLE, r'title = "The rate $\eta$"'),
    ("A backslash that TOML understands as something else", _TITLE, r'title = "The gradient $\nabla L$"'),
    ("A field that does not exist", "require = [", "requires = ["),
    ("A kind without what it needs", 'kind = "number"', 'kind = "numbers"'),
    ("A name that does not exist", 'answer = "w[1]"', 'answer = "ita*grad[0]"'),
    ("A series without its index", 'answer = "w[1]"', 'answer = "w"'),
    ("A step that is not run", 'answer = "w[1]"', 'answer = "w[2]"'),
    ("A key that its second route contradicts", 'answer = "w[1]"', 'answer = "w0 + eta*grad[0]"\nsecond = "w[1]"'),
    ("A range that does not meet its end", 'a = "1..4"', 'a = "1..4 by 2"'),
    ("A number that is not exact", 'a = "1..4"', "a = [0.5, 1]"),
    ("A misconception that does not exist", 'misconception = "SIGN"', 'misconception = "SIGNS"'),
    ("A misconception that nothing executes", 'misconception = "SIGN"', 'misconception = "LEN"'),
    ("A slot that is not closed", "{{w0}}$ with", "{{w0}$ with"),
    ("A dollar sign without a partner", "$w_1$.'", "$w_1.'"),
    ("Too many combinations", 'w0 = "-3..3"', 'w0 = "-3..3 by 1/200", b = "1..200"'),
)
"""Common errors: what it is, and what to put for what in ``first-item.toml`` to make it."""


def _faults(material: Material) -> str:
    parts = []
    for what, old, new in FAULTS:
        wrong = material.examples["first-item.toml"].replace(old, new, 1)
        messages = "\n".join(f"gdquiz: {fault}" for fault in faults_of(wrong, "my-bank.toml"))
        parts.append(f"**{what}**: `{new}`\n\n```text\n{messages}\n```")
    return "\n\n".join(parts)


def faults_of(text: str, file: str) -> list[str]:
    """The messages that a bank's text is refused with, when it is read or when its items are enumerated."""
    try:
        for item in models(read_bank(text, file=file)):
            populate(item)
    except InputError as error:
        return [str(fault) for fault in error.faults]
    return []


# --- rules and misconceptions ----------------------------------------------------------------------------------------


def _bound(bound: Bound) -> str:
    sides = ("at least", "below") if bound.large else ("at most", "above")
    return f"{bound.name}: yes {sides[0]} {bound.yes:g}, no {sides[1]} {bound.no:g} ({bound.measure})"


def _rules(rules: Iterable[Rule], bounds: str, source: str) -> str:
    rules = tuple(rules)
    parts = []
    for axis in dict.fromkeys(rule.axis for rule in rules):
        rows = (
            (f"`{rule.value}`", rule.definition, "<br>".join(map(_bound, rule.bounds)), rule.source)
            for rule in rules
            if rule.axis == axis
        )
        parts.append(f"### {axis}\n\n{table(('verdict', 'definition', bounds, source), rows)}")
    return "\n\n".join(parts)


def _verdicts(_: Material) -> str:
    return _rules(RULES, "what floats suggest", "proved by")


def _verdict_names(_: Material) -> str:
    rows = [
        (f"`{name}`", f"{axis} `{value}`" if value else f"flag `{axis}`")
        for name, (axis, value) in names.VERDICTS.items()
    ]
    rows += [
        (f"`{name}`", f"generalisation `{value}` (items with a fit by epoch)") for name, value in names.TRAINING.items()
    ]
    return table(("name", "verdict"), rows)


def _training(_: Material) -> str:
    return _rules(TRAINING_RULES, "bounds", "source")


def users(banks: Mapping[str, str]) -> dict[str, list[str]]:
    """For every misconception the items that foresee it, in the order of the banks."""
    found: dict[str, list[str]] = {}
    for name, text in banks.items():
        for item in read_bank(text, file=name).content.item:
            for code in dict.fromkeys(wrong.misconception for part in item.part for wrong in part.wrong):
                found.setdefault(code, []).append(item.id)
    return found


def _learning_outcomes(material: Material) -> str:
    filed: dict[str, list[str]] = {}
    for name, text in material.banks.items():
        for item in read_bank(text, file=name).content.item:
            filed.setdefault(item.outcome, []).append(f"`{item.id}`")
    rows = ((code, words, ", ".join(filed.get(code, ()))) for code, words in LEARNING_OUTCOMES.items())
    return table(("code", "the learner can ...", "items"), rows)


def _misconceptions(material: Material) -> str:
    used = users(material.banks)
    parts = []
    for row in shipped().values():
        how = "executed by the engine" if row.mistake is not None else "stated by the item"
        items = ", ".join(f"`{name}`" for name in used.get(row.code, ())) or "no shipped item yet"
        parts.append(
            f"### {row.code}\n\n*{row.title}* ({how})\n\n"
            f"- Belief: {row.belief}\n- Why it is wrong: {row.why}\n- Feedback: {row.say}\n- Items: {items}"
        )
    return "\n\n".join(parts)


def _misconceptions_used(material: Material) -> str:
    used = users(material.banks)
    executed = sum(row.mistake is not None for row in shipped().values())
    return (
        f"The table has {len(shipped())} misconceptions; {executed} of them are executed by the engine. "
        f"The shipped items foresee {len(used)}."
    )


# --- the command line, formats and templates -------------------------------------------------------------------------


def command(name: str) -> click.Command:
    """The click command of that name."""
    found = command_line.get_command(click.Context(command_line), name)
    assert found is not None
    return found


def _commands(_: Material) -> str:
    return table(("command", "what it does"), ((f"`gdquiz {name}`", line) for name, _, line in COMMANDS))


def _options(_: Material) -> str:
    parts = []
    for name, _place, _line in COMMANDS:
        found = command(name)
        context = click.Context(found, info_name=f"gdquiz {name}")
        usage = " ".join(found.collect_usage_pieces(context))
        rows = [record for p in found.params if isinstance(p, click.Option) and (record := p.get_help_record(context))]
        text = inspect.cleandoc((found.help or "").replace("\b", ""))
        listed = table(("option", "meaning"), ((f"`{option}`", meaning) for option, meaning in rows))
        parts.append(f"## gdquiz {name}\n\n`gdquiz {name} {usage}`\n\n{text}" + (f"\n\n{listed}" if rows else ""))
    return "\n\n".join(parts)


def _formats(_: Material) -> str:
    return table(("format", "files", "for what"), ((f"`{f.name}`", f"`.{f.extension}`", f.purpose) for f in FORMATS))


def _targets(_: Material) -> str:
    rows = ((f"`{t.name}`", t.platforms, f"`.{t.extension}`", t.formulas, t.figures or "left out") for t in TARGETS)
    return table(("name", "for", "file", "formulas", "figures"), rows)


def _carried(_: Material) -> str:
    return _carriage(TARGETS)


def _target(_: Material, *names: str) -> str:
    return _carriage(tuple(map(find_target, names)))


def _carriage(targets: tuple[Target, ...]) -> str:
    """How each kind of answer, and all that stands around it, is carried by targets."""
    head = ("kind of answer", *(f"`{target.name}`" for target in targets))
    kinds = ((f"`{kind}`", *(target.kinds[kind] for target in targets)) for kind in EVERY_KIND)
    places = (
        ("several parts in one question", *("yes" if target.together else "split" for target in targets)),
        ("feedback", *(target.feedback or LEFT_OUT for target in targets)),
        ("hints", *(target.hints or LEFT_OUT for target in targets)),
        ("worked solution", *(target.solution or LEFT_OUT for target in targets)),
        ("figures", *(target.figures or LEFT_OUT for target in targets)),
        ("points", *(target.marks or LEFT_OUT for target in targets)),
        ("credit of foreseen wrong answers", *(target.credited() or "yes" for target in targets)),
        ("pools", *(target.pools for target in targets)),
    )
    return table(head, (*kinds, *places))


def _carriages(_: Material) -> str:
    return table(("it is carried", "meaning"), CARRIAGES.items())


def _session(material: Material, name: str, *typed: str) -> str:
    """A practice session over the items of an example, as the terminal shows it; ``enter`` is an empty line."""
    items = {item.id: item for item in models(read_bank(material.examples[name], file=name))}
    chosen, writer = candidates(items.values()), lambda item: QuestionWriter(populate(items[item]))
    talk = conversation(chosen, EMPTY, writer, seed="practice", session="0", questions=1)
    lines = [f"$ gdquiz practice --bank docs/examples/{name} --questions 1"]
    replies = iter(typed)
    reply: str | None = ""
    with suppress(StopIteration):
        while True:
            step = talk.send(reply if lines[1:] else None)
            match step:
                case Say(text):
                    lines.append(text)
                case Ask(prompt):
                    word = next(replies, "quit")
                    reply = "" if word == "enter" else word
                    lines.append(f"{prompt}{reply}".rstrip())
    return "```text\n" + "\n".join(lines) + "\n```"


def _views(_: Material, name: str) -> str:
    view = getattr(views, name, None) or getattr(figures, name)
    rows = ((f"`{field}`", _view_kind(kind)) for field, kind in typing.get_type_hints(view).items())
    words = view.__doc__ or ""
    listed = table(("field", "holds"), rows)
    return f"{_code(words.strip())}\n\n{listed}" if words and not words.startswith(f"{name}(") else listed


def _view_kind(annotation: Any) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is tuple:
        return f"list of {_view_kind(arguments[0])}"
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_view_kind(argument) for argument in arguments)
    return {str: "text", int: "whole number", bool: "true or false", type(None): "none"}.get(
        annotation, annotation.__name__
    )


# --- rooms and their modules ---------------------------------------------------------------------------------------


def _rooms(material: Material) -> str:
    rows = house.rooms(material.modules, material.rooms)
    head = ("room", "what it is", "imports from")
    return table(head, ((f"`{room}`", _code(said), ", ".join(below)) for room, said, below in rows))


def _modules(material: Material) -> str:
    parts = []
    for room in material.rooms:
        rows = house.modules_of(room, material.modules)
        listed = table(("module", "what it is"), ((f"`{name}`", _code(said)) for name, said in rows))
        parts += [f"### {room}\n\n{listed}"] if rows else []
    return "\n\n".join(parts)


def _executed(_: Material) -> str:
    """What ``executes`` may name, with the misconceptions that do it."""
    done: dict[str, list[str]] = {}
    for row in shipped().values():
        done.setdefault(row.executes, []).append(f"`{row.code}`: {row.title}")
    kinds = dict.fromkeys(MISTAKES, "mistake") | dict.fromkeys(SLIPS, "slip")
    rows = ((f"`{name}`", kind, "; ".join(done.get(name, ()))) for name, kind in kinds.items())
    return table(("`executes`", "is a", "as in"), rows)


PARTS: Mapping[str, Callable[..., str]] = {
    "fields": _fields,
    "names": _names,
    "functions": _functions,
    "constructs": _constructs,
    "methods": _methods,
    "example": _example,
    "shown": _shown,
    "faults": _faults,
    "verdicts": _verdicts,
    "training": _training,
    "verdict-names": _verdict_names,
    "learning-outcomes": _learning_outcomes,
    "executed": _executed,
    "misconceptions": _misconceptions,
    "misconceptions-used": _misconceptions_used,
    "commands": _commands,
    "options": _options,
    "formats": _formats,
    "session": _session,
    "targets": _targets,
    "carried": _carried,
    "target": _target,
    "carriages": _carriages,
    "views": _views,
    "modules": _modules,
    "rooms": _rooms,
    "exports": lambda material: _code(table(("name", "what it is"), house.exports(material.modules))),
}
"""What a generated part can be; words after the name are handed on as arguments."""


# --- the documents of a checkout -------------------------------------------------------------------------------------


def documents(root: Path) -> tuple[Path, ...]:
    """The Markdown documents of a checkout."""
    return (root / "README.md", root / "CHANGELOG.md", *sorted((root / "docs").rglob("*.md")))


def material_of(root: Path) -> Material:
    """What the documents of a checkout are generated from."""
    from gdquiz.cli.files import read_text
    from gdquiz.cli.listing import shipped_banks

    sources = sorted((root / "gdquiz").rglob("*.py"))
    modules = {".".join(path.relative_to(root).with_suffix("").parts): read_text(path) for path in sources}
    return Material(
        examples={path.name: read_text(path) for path in sorted((root / "docs" / "examples").iterdir())},
        banks=dict(shipped_banks()),
        modules={name.removesuffix(".__init__"): text for name, text in modules.items()},
        rooms=house.layers(read_text(root / "pyproject.toml")),
    )


def main() -> None:
    """Make the generated parts of this checkout's documents, and the JSON Schemas, anew."""
    from gdquiz.cli.files import read_text, write_text

    root = Path(__file__).resolve().parent.parent
    if not (root / "docs" / "examples").is_dir():
        raise SystemExit("gdquiz.documentation: there are no documents here; run it in a checkout")
    material = material_of(root)
    wanted = {path: regenerated(read_text(path), material) for path in documents(root)}
    wanted |= {root / "docs" / "schemas" / name: text for name, text in schemas().items()}
    for path, text in wanted.items():
        if not path.exists() or read_text(path) != text:
            write_text(path, text, force=True)
            click.echo(f"rewritten: {path.relative_to(root)}")


if __name__ == "__main__":
    main()
