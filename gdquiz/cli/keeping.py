"""Progress files: read, added to, put aside.

Sessions that go on at the same time share a file.  Each adds what was answered in it to what the file holds by then,
under a lock, and the file is replaced at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from gdquiz.cli.files import read_text, write_text
from gdquiz.errors import Fault, InputError
from gdquiz.practice.record import EMPTY, Asked, Record, added, from_json, joined, to_json

WAITING = 10
"""Seconds for which another session may hold the file; it needs a fraction of one."""


class Keeper:
    """Keeps a session's record in a file.  ``record`` is all that is known of it."""

    def __init__(self, place: Path, *, save: bool):
        self.place, self._save = place, save
        self._own, self._told = EMPTY, False
        self.record = _opened(place) if save else _glanced(place)

    def add(self, question: Asked) -> Record:
        """The record with a question and what other sessions added; where it cannot be saved, that is told once.

        What could not be saved is tried again with the next question.
        """
        self._own, self.record = added(self._own, question), added(self.record, question)
        if not self._save:
            return self.record
        try:
            self.record = _merged(self.place, self._own, self.record)
        except InputError as error:
            if not self._told:
                click.echo(f"gdquiz: {error.faults[0]}; your progress is not saved", err=True)
            self._told = True
        else:
            if self._told:
                click.echo("gdquiz: now your progress is saved again, with all of this session", err=True)
            self._told = False
        return self.record


def _opened(place: Path) -> Record:
    """The record in a file at the beginning of a session."""
    check_place(place)
    try:
        return read(place)
    except InputError:
        with _locked(place):
            return _recovered(place, EMPTY)


def _glanced(place: Path) -> Record:
    """The record in a file that is left alone, whatever is in it."""
    try:
        return read(place)
    except InputError:
        return EMPTY


def read(place: Path) -> Record:
    """The record in a file; an empty one where there is none.  Raises ``InputError`` for what is no progress file."""
    check_place(place)
    return from_json(read_text(place), file=str(place)) if place.exists() else EMPTY


def _recovered(place: Path, known: Record) -> Record:
    """The record in a file; where it cannot be read, the file is put aside, that is told, and it is what is known."""
    check_place(place)
    try:
        return read(place)
    except InputError as error:
        aside = put_aside(place, "broken")
        for fault in error.faults:
            click.echo(f"gdquiz: {fault}", err=True)
        begins = "what this session knows is kept" if known.log else "progress starts from zero"
        click.echo(f"gdquiz: the file is kept as {aside}; {begins}", err=True)
        return known


def merged(place: Path, own: Record) -> Record:
    """Add a record to a file.  Raises ``InputError`` where that cannot be done, and then leaves the file alone."""
    with _locked(place):
        whole = joined(read(place), own)
        write_text(place, to_json(whole), force=True)
    return whole


def _merged(place: Path, own: Record, known: Record) -> Record:
    """Add what was answered in a session to a file, also if something spoilt the file in the meantime."""
    with _locked(place):
        whole = joined(_recovered(place, known), own)
        write_text(place, to_json(whole), force=True)
    return whole


def put_aside(place: Path, why: str) -> Path:
    """Rename a file to the first free name with an addition, such as ``progress.json.broken``."""
    number = 1
    while (aside := place.with_name(f"{place.name}.{why}{'' if number == 1 else f'-{number}'}")).exists():
        number += 1
    try:
        place.rename(aside)
    except OSError as error:
        raise InputError(Fault(f"cannot be put aside: {error.strerror}", file=str(place))) from None
    return aside


def check_place(place: Path) -> None:
    """Refuse what is no place for a progress file: it would be renamed if it cannot be read."""
    try:
        strange = place.exists() and not place.is_file()
    except OSError as error:
        raise InputError(Fault(f"cannot read this: {(error.strerror or '').lower()}", file=str(place))) from None
    if strange:
        what = "a folder" if place.is_dir() else "not an ordinary file"
        raise InputError(Fault(f"this is {what}", expected="the name of a progress file", file=str(place)))


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """Keep other sessions away from a file.  Raises ``InputError`` if one holds it for long."""
    from filelock import FileLock, Timeout

    lock = FileLock(place.with_name(f".{place.name}.lock"), timeout=WAITING)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise InputError(Fault("another session holds this file", file=str(place))) from None
    except OSError as error:
        raise InputError(Fault(f"cannot write this: {(error.strerror or '').lower()}", file=str(place))) from None
    try:
        yield
    finally:
        lock.release()
