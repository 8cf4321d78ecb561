"""The store of populations: what was found out about items, kept in the user's cache folder.

An item's variants are two files, ``KEY.json`` and ``KEY.npy``, where the key is a digest of all that they depend on:
the item with what its bank says beside the items, the sources of the engine, and the libraries that compute.  So
nothing that is kept is ever wrong, only no longer asked for; what was used longest ago goes when the store is full.
Other small texts (``KEY.json`` alone) are kept in the same way.

Whatever is damaged is thrown away and made again, and where nothing can be written, all works without the store.  Files
appear whole: each is written under another name, and renamed.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from typing import Any

import click

PLACE = "GDQUIZ_CACHE"
"""The environment variable that names the folder; if it is empty, there is no store."""
SIZE = "GDQUIZ_CACHE_SIZE"
"""The environment variable for the largest size in MB."""
LARGEST = 500
"""MB that are kept, if nothing else is said."""
PART = ".part-"
ABANDONED = 3600
"""Seconds after which a file that a writer left behind is removed."""
_SUFFIXES = (".json", ".npy")

cache_option = click.option(
    "--no-cache", is_flag=True, help="Solve all items here and now: neither read nor write the store (gdquiz cache)."
)


@dataclass(frozen=True)
class Store:
    """A store in a folder of at most ``largest`` bytes; without a folder nothing is kept and nothing found."""

    folder: Path | None
    largest: int = LARGEST * 1_000_000

    # --- small texts ---

    def text(self, key: str) -> str | None:
        """The text that is kept under a key."""
        found = self._read(key)
        return found[1] if found is not None and found[0] is None else None

    def keep_text(self, key: str, text: str) -> None:
        self._write(key, text, None)

    # --- variants ---

    def variants(self, key: str) -> Any | None:
        """The variants that are kept under a key."""
        from gdquiz.populations.packing import unpack

        found = self._read(key)
        if found is None or found[0] is None:
            return None
        try:
            return unpack(found[1], found[0])
        except ValueError:
            self._throw_away(key)
            return None

    def keep_variants(self, key: str, variants: Any) -> None:
        """Keep variants under a key, if that is possible."""
        from gdquiz.errors import InputError
        from gdquiz.populations.packing import may_be_kept, pack

        if self.folder is None or not may_be_kept(variants):
            return
        try:
            text, data = pack(variants)
        except InputError:  # an answer without a value in high precision: told when it is printed
            return
        self._write(key, text, data)

    # --- files ---

    def _read(self, key: str) -> tuple[Any | None, str] | None:
        """The array (None where there is none) and the text under a key, both whole; else both are thrown away."""
        if self.folder is None:
            return None
        path = self.folder / f"{key}.json"
        try:
            head, _, text = path.read_text(encoding="utf-8").partition("\n")
            told = json.loads(head)
            if told["check"] != _check(text.encode()):
                raise ValueError
            data = self._array(key, told["data"]) if told["data"] is not None else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, EOFError):
            self._throw_away(key)
            return None
        with suppress(OSError):
            os.utime(path)  # it was used: others go first
        return data, text

    def _array(self, key: str, told: dict[str, Any]) -> Any:
        """The bytes of an array, mapped into memory.  Raises ``ValueError`` where they are not what they were."""
        import numpy as np

        assert self.folder is not None
        path = self.folder / f"{key}.npy"
        mode: Any = "r" if told["size"] else None  # nothing cannot be mapped
        data = np.asarray(np.load(path, mmap_mode=mode, allow_pickle=False))
        if data.dtype != np.uint8 or data.shape != (told["size"],) or _check(data.data) != told["check"]:
            raise ValueError
        return data

    def _write(self, key: str, text: str, data: Any | None) -> None:
        import numpy as np

        size = len(text.encode()) + (0 if data is None else data.size)
        if self.folder is None or size > self.largest // 4:
            return
        told = None if data is None else {"size": int(data.size), "check": _check(data.data)}
        head = json.dumps({"check": _check(text.encode()), "data": told})
        parts = [self.folder / f"{PART}{token_hex(6)}{suffix}" for suffix in _SUFFIXES]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if data is not None:
                with parts[1].open("xb") as file:
                    np.save(file, data, allow_pickle=False)
                parts[1].replace(self.folder / f"{key}.npy")
            with parts[0].open("x", encoding="utf-8", newline="\n") as file:
                file.write(f"{head}\n{text}")
            parts[0].replace(self.folder / f"{key}.json")
            self._make_room()
        except OSError:
            pass
        finally:
            for part in parts:
                with suppress(OSError):
                    part.unlink(missing_ok=True)

    def _throw_away(self, key: str) -> None:
        assert self.folder is not None
        for suffix in _SUFFIXES:
            with suppress(OSError):
                (self.folder / f"{key}{suffix}").unlink(missing_ok=True)

    # --- size ---

    def entries(self) -> list[tuple[float, int, str]]:
        """When each entry was used last, its bytes and its key, the one used longest ago first."""
        used: dict[str, float] = {}
        sizes: dict[str, int] = {}
        for entry in self._own():
            with suppress(OSError):
                key, status = Path(entry.name).stem, entry.stat()
                sizes[key] = sizes.get(key, 0) + status.st_size
                if entry.name.endswith(".json") or key not in used:
                    used[key] = status.st_mtime
        return sorted((used[key], size, key) for key, size in sizes.items())

    def _own(self) -> Iterator[os.DirEntry[str]]:
        """The files of the store; nothing else in the folder is ever counted or removed."""
        if self.folder is None:
            return
        with suppress(OSError), os.scandir(self.folder) as found:
            for entry in found:
                stem, suffix = os.path.splitext(entry.name)  # noqa: PTH122
                if suffix in _SUFFIXES and (stem.startswith(PART) or (len(stem) == 32 and stem.isalnum())):
                    yield entry

    def _make_room(self) -> None:
        """Remove what was used longest ago until a tenth is free, and what writers left behind."""
        now = time.time()
        entries = self.entries()
        total = sum(size for _, size, _ in entries)
        full = total > self.largest
        for used, size, key in entries:
            abandoned = key.startswith(PART) and now - used > ABANDONED
            if abandoned or (full and total > 0.9 * self.largest and not key.startswith(PART)):
                self._throw_away(key)
                total -= size

    def clear(self) -> tuple[int, int]:
        """Remove all that is kept; how many entries and bytes that were."""
        entries = self.entries()
        for _, _, key in entries:
            self._throw_away(key)
        left = {key for _, _, key in self.entries()}
        gone = [size for _, size, key in entries if key not in left]
        return len(gone), sum(gone)


def _check(data: Any) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def store(*, no_cache: bool = False) -> Store:
    """The store of the environment; an empty one where none is wanted."""
    place = os.environ.get(PLACE)
    largest = LARGEST
    with suppress(ValueError):
        largest = max(0, int(os.environ.get(SIZE, LARGEST)))
    if no_cache or place == "" or not largest:
        return Store(None)
    if place is None:
        from platformdirs import user_cache_path

        place = str(user_cache_path("gdquiz", appauthor=False))
    return Store(Path(place).expanduser() / "populations", largest * 1_000_000)
