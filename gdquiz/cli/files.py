"""Reading and writing files: the only code that opens any.

What is written appears whole or not at all.  A new folder is built under a hidden name beside its place and renamed
at the end.  In a folder that exists, the new files are built in a hidden subfolder and then moved to their places; if
anything stops the work before the last move, Ctrl-C included, every move is undone.

A folder remembers in ``.gdquiz-files`` which files were written by ``write_folder``.  Only those are ever replaced or
removed; whatever else lies in the folder, or was put into its subfolders, stays.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from secrets import token_hex

from gdquiz.errors import Fault, InputError

MOST_BYTES = 20_000_000
MOST_OF_AN_EXAM = 1_000_000_000
"""An exam of thousands of forms is larger than what people write by hand."""
RECORD = ".gdquiz-files"
_FIRST_LINE = "gdquiz wrote these files; it replaces them, and no others, when told to (--force)"


def read_text(path: Path, *, most: int = MOST_BYTES) -> str:
    """The text of a UTF-8 file, with ``\\n`` newlines and without a byte order mark.

    Raises ``InputError`` for a file that can not be read, is larger than ``most`` bytes, or is not UTF-8; then
    with the line.
    """
    with _told(path, "read"), path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise InputError(Fault("the file is too large", expected=f"at most {most:,} bytes", file=str(path)))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            Fault(
                f"byte 0x{data[error.start]:02x} is not UTF-8",
                expected="a text file in UTF-8",
                hint="save the file again with the encoding UTF-8",
                file=str(path),
                line=data.count(b"\n", 0, error.start) + 1,
            )
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def write_text(path: Path, text: str | bytes, *, force: bool = False) -> None:
    """Write one file (text as UTF-8 with ``\\n`` newlines), whole or not at all.

    Raises ``InputError`` if the file exists and ``force`` is off, or if it can not be written.
    """
    check_file(path, force=force)
    target = path.resolve()
    part = target.parent / f".{target.name}.{token_hex(4)}"
    with _told(path, "write"):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(_bytes(text))
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def check_file(path: Path, *, force: bool) -> None:
    """Refuse a file that ``write_text`` would refuse, before the work of making its text is begun."""
    if path.is_dir():
        raise InputError(Fault("this is a folder", expected="the name of a file", file=str(path)))
    if path.exists() and not force:
        raise InputError(Fault("the file exists", hint="--force replaces it", file=str(path)))


def check_target(target: Path, *, force: bool) -> None:
    """Refuse a target that ``write_folder`` would refuse, before the work of making the files is begun."""
    if target.exists() and not target.is_dir():
        raise InputError(Fault("this is a file", expected="the name of a folder", file=str(target)))
    if not force and (target / RECORD).exists():
        raise InputError(Fault("there is an earlier exam in this folder", hint="--force replaces it", file=str(target)))


def write_folder(target: Path, files: Iterable[tuple[PurePosixPath, str | bytes]], *, force: bool = False) -> int:
    """Write files, given by their paths inside of the folder ``target``; return how many were written.

    The files are taken one at a time, so that they need not all be in memory; a path that comes again continues its
    file.  Either all are written or none is.  With ``force`` they replace what ``write_folder`` wrote there earlier:
    all of it, also files that the new ones have no counterpart of.

    Raises ``InputError`` if there is an earlier output and ``force`` is off, if a file that gdquiz did not write is
    in the way of a new one, and if the folder can not be written.
    """
    check_target(target, force=force)
    with _told(target, "write"):
        if target.exists():
            return _into_folder(target, files)
        target.parent.mkdir(parents=True, exist_ok=True)
        with _hidden_folder(target.parent, target.name) as stage:
            written = _staged(stage, files, target, frozenset())
            _record(stage, written)
            stage.rename(target)
        return len(written)


def _into_folder(target: Path, files: Iterable[tuple[PurePosixPath, str | bytes]]) -> int:
    earlier = _recorded(target)
    with _hidden_folder(target, "gdquiz") as stage:
        fresh, old = stage / "new", stage / "old"
        fresh.mkdir()
        written = _staged(fresh, files, target, frozenset(earlier))
        _record(fresh, written)
        leaving = [path for path in (*earlier, PurePosixPath(RECORD)) if _is_there(target / path)]
        moves = [(target / path, old / path) for path in leaving]
        moves += [(fresh / path, target / path) for path in (*written, PurePosixPath(RECORD))]
        _move_all(moves)
        for folder in sorted({target / parent for path in leaving for parent in path.parents}, reverse=True):
            if folder != target:
                with suppress(OSError):
                    folder.rmdir()  # goes away only if it is empty
    return len(written)


def _staged(
    stage: Path, files: Iterable[tuple[PurePosixPath, str | bytes]], target: Path, replaceable: frozenset[PurePosixPath]
) -> list[PurePosixPath]:
    """Write the files below ``stage``; refuse one whose place in ``target`` is taken by something foreign."""
    written: dict[PurePosixPath, None] = {}
    for path, content in files:
        if path.is_absolute() or ".." in path.parts or path == PurePosixPath(RECORD):
            raise ValueError(f"not a path for a file of a folder: {path}")
        if path not in replaceable and _is_there(target / path):
            raise InputError(
                Fault(
                    f"'{path}' is in the way, and gdquiz did not write it",
                    hint="choose another folder, or move that file away",
                    file=str(target),
                )
            )
        place = stage / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("ab" if path in written else "wb") as file:
            file.write(_bytes(content))
        written[path] = None
    return list(written)


def _move_all(moves: list[tuple[Path, Path]]) -> None:
    """Make every move; if one fails or the user interrupts, undo those that were made."""
    done: list[tuple[Path, Path]] = []
    made: list[Path] = []
    try:
        for source, place in moves:
            made += [folder for folder in reversed(place.parents) if not folder.exists()]
            place.parent.mkdir(parents=True, exist_ok=True)
            done.append((source, place))
            source.rename(place)
    except BaseException:
        for source, place in reversed(done):
            if not _is_there(source) and _is_there(place):
                place.rename(source)
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()  # goes away only if it is empty
        raise


def _record(folder: Path, written: Iterable[PurePosixPath]) -> None:
    (folder / RECORD).write_bytes("".join(f"{line}\n" for line in (_FIRST_LINE, *written)).encode())


def _recorded(target: Path) -> list[PurePosixPath]:
    """The files written earlier that lie inside of the folder, whatever the record may claim beyond that."""
    record = target / RECORD
    if not record.is_file():
        return []
    lines = read_text(record).splitlines()
    if not lines or lines[0] != _FIRST_LINE:
        raise InputError(Fault("this is no record of gdquiz", hint="remove it", file=str(record)))
    home = target.resolve()
    paths = [PurePosixPath(line) for line in lines[1:] if line]
    return [
        path
        for path in paths
        if not path.is_absolute()
        and ".." not in path.parts
        and (home / path).parent.resolve().is_relative_to(home)
        and not (home / path).is_dir()
    ]


@contextmanager
def _hidden_folder(parent: Path, name: str) -> Iterator[Path]:
    """A new hidden folder that is removed in the end, unless earlier files could not be moved back out of it."""
    folder = parent / f".{name}.{token_hex(4)}"
    folder.mkdir()
    done = False
    try:
        yield folder
        done = True
    finally:
        if done or not any(path.is_file() for path in (folder / "old").rglob("*")):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _told(path: Path, verb: str) -> Iterator[None]:
    """Tell of an error of the file system as of any other fault of the input."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(Fault(f"can not {verb} this: {reason}", file=str(path))) from error


def _bytes(content: str | bytes) -> bytes:
    if isinstance(content, bytes):
        return content
    return content.replace("\r\n", "\n").encode()


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()
