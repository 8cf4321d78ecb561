"""The items of question banks as blueprints see them; of these, only those that are drawn are understood and solved.

What stands in a bank that was read once, without a fault, is kept in the store under a digest of its text, and need not
be read again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gdquiz.assembly.languages import are_alike, spoken
from gdquiz.banks.entries import Defined, Entry, Listed, digest, from_text, to_text
from gdquiz.cli.files import read_text
from gdquiz.cli.store import Store
from gdquiz.errors import Fault, InputError, nearest
from gdquiz.populations.engine import engine
from gdquiz.resources import MISCONCEPTIONS, data

MANY = 40
"""More names than this are not listed in a message."""


def shipped_banks() -> tuple[tuple[str, str], ...]:
    """Name and text of every shipped bank, by name."""
    folder = data("question_banks").iterdir()
    found = (entry for entry in folder if entry.name.endswith(".toml") and entry.name != MISCONCEPTIONS)
    banks = (entry for entry in found if entry.name.count(".") == 1)
    return tuple((entry.name, entry.read_text(encoding="utf-8")) for entry in sorted(banks, key=lambda e: e.name))


def overlay_of(bank: str, language: str, *, shipped: bool) -> tuple[str, str] | None:
    """The overlay of a bank in a language, as name and text: ``NAME.de.toml`` beside it; None where there is none."""
    tags = (language, language.partition("-")[0])
    for name in (f"{bank.removesuffix('.toml')}.{tag}.toml" for tag in dict.fromkeys(tags)):
        if shipped and (file := data("question_banks") / name).is_file():
            return name, file.read_text(encoding="utf-8")
        if not shipped and Path(name).is_file():
            return name, read_text(Path(name))
    return None


class Listing:
    """The items of some banks in the order of the files, or those of some topics.

    With a ``language``, those that are in it, by their bank or by an overlay of it.  Raises ``InputError`` as
    ``loading.load_banks`` does.  ``solve`` gives the variants of one of the ``items``.
    """

    def __init__(self, kept: Store, paths: Sequence[Path] = (), topics: Sequence[str] = (), language: str = ""):
        self._overlays: dict[str, tuple[str, str]] = {}
        self._texts: dict[str, str] = {}
        self._banks: dict[str, Any] = {}
        faults: list[Fault] = []
        found: list[Entry] = []
        defined: list[Defined] = []
        unread = False
        for name, text in [(str(path), None) for path in paths] if paths else shipped_banks():
            try:
                self._texts[name] = text if text is not None else read_text(Path(name))
                entries, here, own = self._entries(name, kept, whole=bool(paths))
                if language and not own and not are_alike(entries[0].language, language):
                    entries, here, own = self._overlaid(name, kept, language, shipped=not paths)
            except InputError as error:
                faults += error.faults
                unread = True
            else:
                faults += own
                found += entries
                defined += here
        faults += repeated((entry.id, entry.file, entry.line) for entry in found)
        faults += clashing(defined)
        if not unread:
            faults += unknown("topic", topics, {entry.topic for entry in found})
        if faults:
            raise InputError(faults)
        if language:
            spoken(found, language)
            if not found:
                raise InputError(Fault(f"no bank has items in the language '{language}'", field="language"))
        self.items = tuple(entry for entry in found if not topics or entry.topic in topics)
        self.solve = Solving(kept, self._model)

    @property
    def language(self) -> str:
        """The language of the items; of several, that of the first."""
        return self.items[0].language if self.items else "en"

    def _overlaid(
        self, name: str, kept: Store, language: str, *, shipped: bool
    ) -> tuple[tuple[Entry, ...], tuple[Defined, ...], list[Fault]]:
        """What a bank has in a language by its overlay; nothing where it has none."""
        overlay = overlay_of(name, language, shipped=shipped)
        if overlay is None:
            return (), (), []
        self._overlays[name] = overlay
        self._banks.pop(name, None)
        return self._entries(name, kept, whole=not shipped)

    def _entries(
        self, name: str, kept: Store, *, whole: bool
    ) -> tuple[tuple[Entry, ...], tuple[Defined, ...], list[Fault]]:
        """The items and misconceptions of a file, and what is wrong with them, if the ``whole`` is to be understood."""
        key = digest("entries", engine(), name, self._texts[name], *self._overlays.get(name, ()))
        text = kept.text(key)
        if text is not None:
            return *from_text(text), []
        from gdquiz.banks.items import models
        from gdquiz.banks.models import defined_in, entries_of

        faults: list[Fault] = []
        entries, defined = entries_of(self._bank(name)), defined_in(self._bank(name))
        if whole:
            try:
                models(self._bank(name))
            except InputError as error:
                faults += error.faults
        if not faults:
            kept.keep_text(key, to_text(entries, defined))
        return entries, defined, faults

    def _bank(self, name: str) -> Any:
        from gdquiz.banks.bank import read_bank

        if name not in self._banks:
            bank = read_bank(self._texts[name], file=name)
            if name in self._overlays:
                from gdquiz.banks.misconceptions import shipped
                from gdquiz.banks.overlays import with_overlay

                file, text = self._overlays[name]
                bank = with_overlay(bank, text, file=file, known=shipped())
            self._banks[name] = bank
        return self._banks[name]

    def _model(self, entry: Listed) -> Any:
        from gdquiz.banks.items import models

        return models(self._bank(entry.file), [entry.id])[0]


def _itself(item: Any) -> Any:
    return item


@dataclass(frozen=True)
class Solving:
    """The function from an item to its variants: those that are kept, or solved now and kept for the next time.

    ``model`` gives the item understood.
    """

    kept: Store
    model: Callable[[Any], Any] = _itself

    def __call__(self, item: Listed) -> Any:
        key = digest("variants", engine(), item.digest)
        found = self.kept.variants(key)
        if found is None:
            from gdquiz.populations.population import populate

            found = populate(self.model(item)).variants
            self.kept.keep_variants(key, found)
        return found


def repeated(items: Iterable[tuple[str, str, int | None]]) -> Iterator[Fault]:
    """A fault for each item (its id, file and line) whose id stands in an earlier file too."""
    homes: dict[str, str] = {}
    for id, file, line in items:
        if id in homes:
            yield Fault(
                f"the item id '{id}' is used in {homes[id]} too", "ids that differ", file=file, line=line, item=id
            )
        homes.setdefault(id, file)


def clashing(defined: Iterable[Defined]) -> Iterator[Fault]:
    """A fault for each misconception that an earlier file defines otherwise."""
    first: dict[str, Defined] = {}
    for one in defined:
        earlier = first.setdefault(one.code, one)
        if earlier.digest != one.digest:
            yield Fault(
                f"{earlier.file} defines another misconception of this code: {earlier.title}",
                "a code of its own, or the same misconception in both",
                file=one.file,
                line=one.line,
                misconception=one.code,
            )


def unknown(what: str, names: Sequence[str], known: Collection[str]) -> Iterator[Fault]:
    """A fault for each topic or skill that no item has."""
    listed = ", ".join(sorted(known)) if len(known) <= MANY else ""
    for name in dict.fromkeys(names):
        if name not in known:
            hint = nearest(name, known) or "'gdquiz banks' lists the items"
            yield Fault(f"there is no {what} '{name}'", listed, hint, field=f"--{what}")
