"""Zip archives as pages: member after member, the same bytes everywhere.

Members are stored and not compressed, since compressors differ between versions; dates are 1980, and their order is
that in which they come.  Only one member is in memory at a time.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from gdquiz.rendering.formats import Page

_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX, _READABLE = 3, 0o644 << 16


class _Drain(io.RawIOBase):
    """A file that forgets what was taken out of it, but still knows how far it has got.

    zipfile goes back to a member's header once the member is written, never further; so whole members can be taken.
    """

    def __init__(self) -> None:
        self._kept = io.BytesIO()
        self._taken = 0

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        return self._kept.write(content)  # type: ignore[arg-type]

    def tell(self) -> int:
        return self._taken + self._kept.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_SET:
            self._kept.seek(offset - self._taken)
        else:
            self._kept.seek(offset, whence)
        return self.tell()

    def take(self) -> bytes:
        content = self._kept.getvalue()
        self._taken += len(content)
        self._kept = io.BytesIO()
        return content


def zipped(path: PurePosixPath, members: Iterable[tuple[str, str | bytes]]) -> Iterator[Page]:
    """The members, given by name and content, as the pages of one zip archive."""
    drain = _Drain()
    begun = False
    with zipfile.ZipFile(drain, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name, _DATE)
            info.create_system, info.external_attr = _UNIX, _READABLE
            archive.writestr(info, content.encode() if isinstance(content, str) else content)
            yield Page(path, drain.take(), begun)
            begun = True
    yield Page(path, drain.take(), begun)
