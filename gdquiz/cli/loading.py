"""Question banks from files: those that are named, or the shipped ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from gdquiz.authoring.bank import read_bank
from gdquiz.authoring.items import ItemTemplate, templates
from gdquiz.cli.files import read_text
from gdquiz.errors import Fault, InputError, nearest
from gdquiz.resources import data

bank_option = click.option(
    "--bank", "files", multiple=True, type=click.Path(path_type=Path), help="A bank file; repeat for several."
)


def shipped_banks() -> tuple[tuple[str, str], ...]:
    """Name and text of every shipped bank, by name."""
    found = (entry for entry in data("question_banks").iterdir() if entry.name.endswith(".toml"))
    return tuple((entry.name, entry.read_text(encoding="utf-8")) for entry in sorted(found, key=lambda e: e.name))


def load_banks(paths: Sequence[Path] = ()) -> tuple[ItemTemplate, ...]:
    """Every item of the banks, in the order of the files.

    Raises ``InputError`` with the faults of all the files together, and for an id that stands in two of them.
    """
    faults: list[Fault] = []
    found: list[ItemTemplate] = []
    texts = [(str(path), None) for path in paths] if paths else list(shipped_banks())
    for name, text in texts:
        try:
            found += templates(read_bank(text if text is not None else read_text(Path(name)), file=name))
        except InputError as error:
            faults += error.faults
    homes: dict[str, str] = {}
    for template in found:
        if template.id in homes:
            problem = f"the item id '{template.id}' is used in {homes[template.id]} too"
            faults.append(Fault(problem, "ids that differ", file=template.file, line=template.line, item=template.id))
        homes.setdefault(template.id, template.file)
    if faults:
        raise InputError(faults)
    return tuple(found)


def of_topics(topics: Sequence[str], items: tuple[ItemTemplate, ...]) -> tuple[ItemTemplate, ...]:
    """The items of these topics, or all where none is named.  Raises ``InputError`` for a topic that no item has."""
    known = sorted({template.topic for template in items})
    for topic in topics:
        if topic not in known:
            problem = f"there is no topic '{topic}'"
            raise InputError(Fault(problem, ", ".join(known), nearest(topic, known), field="--topic"))
    return tuple(template for template in items if not topics or template.topic in topics)


def find_item(name: str, items: Sequence[ItemTemplate]) -> ItemTemplate:
    """The item of that id.  Raises ``InputError`` with the nearest id there is."""
    for template in items:
        if template.id == name:
            return template
    hint = nearest(name, [template.id for template in items]) or "'gdquiz banks' lists the items"
    raise InputError(Fault(f"there is no item '{name}'", hint=hint))
