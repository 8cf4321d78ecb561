"""Question banks from files: those that are named, or the shipped ones."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path

import click

from gdquiz.banks.bank import Bank, read_bank
from gdquiz.banks.items import models
from gdquiz.banks.misconceptions import shipped
from gdquiz.banks.models import ItemModel, defined_in
from gdquiz.banks.overlays import with_overlay
from gdquiz.cli.files import read_text
from gdquiz.cli.listing import clashing, repeated, shipped_banks, unknown
from gdquiz.errors import Fault, InputError, nearest

bank_option = click.option(
    "--bank", "files", multiple=True, type=click.Path(path_type=Path), help="A bank file; repeat for several."
)


def load_banks(
    paths: Sequence[Path] = (), topics: Sequence[str] = (), skills: Sequence[str] = ()
) -> tuple[ItemModel, ...]:
    """Every item of the banks in the order of the files, or those that have one of the topics or skills.

    Raises ``InputError`` with the faults of all the files together, for an id that stands in two of them, and for
    topics and skills that no item has.  Of the shipped banks nothing more is understood than is asked for.
    """
    faults: list[Fault] = []
    banks: list[Bank] = []
    for name, text in [(str(path), None) for path in paths] if paths else shipped_banks():
        try:
            banks.append(read_bank(text if text is not None else read_text(Path(name)), file=name))
        except InputError as error:
            faults += error.faults
    unread = bool(faults)
    found: list[ItemModel] = []
    for bank in banks:
        whole = bank.content.bank.topic in topics or not (topics or skills)
        wanted = [item.id for item in bank.content.item if whole or item.skill in skills]
        try:
            found += (model for model in models(bank, None if paths else wanted) if model.id in wanted)
        except InputError as error:
            faults += error.faults
    places = [(bank, place, item.id) for bank in banks for place, item in enumerate(bank.content.item)]
    faults += repeated((id, bank.file, bank.line(("item", place))) for bank, place, id in places)
    faults += clashing(one for bank in banks for one in defined_in(bank))
    if not unread:
        faults += unknown("topic", topics, {bank.content.bank.topic for bank in banks})
        faults += unknown("skill", skills, {item.skill for bank in banks for item in bank.content.item})
    if faults:
        raise InputError(faults)
    return tuple(found)


def check_overlays(paths: Sequence[Path]) -> None:
    """Raises ``InputError`` with all that is wrong with overlays beside bank files (``NAME.de.toml``)."""
    faults: list[Fault] = []
    for path in paths:
        for overlay in sorted(path.parent.glob(f"{glob.escape(path.stem)}.*.toml")):
            try:
                bank = read_bank(read_text(path), file=str(path))
                models(with_overlay(bank, read_text(overlay), file=str(overlay), known=shipped()))
            except InputError as error:
                faults += error.faults
    if faults:
        raise InputError(faults)


def load_item(name: str, paths: Sequence[Path] = ()) -> ItemModel:
    """The item of that id.  Raises ``InputError`` as ``load_banks`` does, and with the nearest id there is."""
    if paths:
        return find_item(name, load_banks(paths))
    known: list[str] = []
    for file, text in shipped_banks():
        bank = read_bank(text, file=file)
        known += (item.id for item in bank.content.item)
        if name in known:
            return models(bank, [name])[0]
    raise _unknown_item(name, known)


def find_item(name: str, items: Sequence[ItemModel]) -> ItemModel:
    """The item of that id.  Raises ``InputError`` with the nearest id there is."""
    for model in items:
        if model.id == name:
            return model
    raise _unknown_item(name, [model.id for model in items])


def _unknown_item(name: str, known: Sequence[str]) -> InputError:
    hint = nearest(name, known) or "'gdquiz banks' lists the items"
    return InputError(Fault(f"there is no item '{name}'", hint=hint))
