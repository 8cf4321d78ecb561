"""Reading and writing files: the only code that opens any.

What is written appears whole or not at all.  A folder is built anew in a hidden *workshop* beside its place, ``exam``
in ``.exam.gdquiz``, with everything foreign that the old one holds; then the old one is renamed into the workshop and
the new one to its place.  If anything stops the work, the old folder is renamed back and the workshop removed.  Where
that was impossible, because the process was killed or the power failed, the next call does it.

A folder remembers in ``.gdquiz-files`` which files were written by ``write_folder``.  Only those are ever replaced or
removed; whatever else lies in the folder, or was put into its subfolders, stays.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from secrets import token_hex

from gdquiz.errors import Fault, InputError

MOST_BYTES = 20_000_000
MOST_OF_AN_EXAM = 1_000_000_000
"""An exam of thousands of forms is larger than what people write by hand."""
RECORD = ".gdquiz-files"
Files = Iterable[tuple[PurePosixPath, str | bytes | None]]
"""Paths with what is written there; None takes a file back."""
_FIRST_LINE = "gdquiz wrote these files; it replaces them, and no others, when told to (--force)"


def read_text(path: Path, *, most: int = MOST_BYTES) -> str:
    """The text of a UTF-8 file, with ``\\n`` newlines and without a byte order mark.

    Raises ``InputError`` as ``read_bytes`` does, and for a file that is not UTF-8; then with the line.
    """
    data = read_bytes(path, most=most)
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


def read_bytes(path: Path, *, most: int = MOST_BYTES) -> bytes:
    """What is in a file.  Raises ``InputError`` for one that cannot be read or is larger than ``most`` bytes."""
    with _told(path, "read"):
        if not path.exists():
            with suppress(InputError):
                _put_right(path.parent)  # an earlier call may have been killed while it replaced the folder
        with path.open("rb") as file:
            data = file.read(most + 1)
    if len(data) > most:
        raise InputError(Fault("the file is too large", expected=f"at most {most:,} bytes", file=str(path)))
    return data


# --- single files --------------------------------------------------------------------------------------------------


def write_text(path: Path, text: str | bytes, *, force: bool = False) -> None:
    """Write one file (text as UTF-8 with ``\\n`` newlines), whole or not at all.

    Raises ``InputError`` if the file exists and ``force`` is off, or if it cannot be written.
    """
    check_file(path, force=force)
    target = _real(path)
    part = target.parent / f".gdquiz-{token_hex(4)}"
    with _told(path, "write"):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(_bytes(text))
            if target.exists():
                shutil.copymode(target, part)
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def check_file(path: Path, *, force: bool) -> None:
    """Refuse a file that ``write_text`` would refuse, before the work of making its text is begun."""
    with _told(path, "write"):
        if path.is_dir():
            raise InputError(Fault("this is a folder", expected="the name of a file", file=str(path)))
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            raise InputError(Fault("this is a device", expected="the name of a file", file=str(path)))
        if path.exists() and not force:
            raise InputError(Fault("the file exists", hint="--force replaces it", file=str(path)))
        _check_parent(path)


# --- folders -------------------------------------------------------------------------------------------------------


def check_target(target: Path, *, force: bool) -> None:
    """Refuse a target that ``write_folder`` would refuse, before the work of making the files is begun."""
    with _told(target, "write"):
        _put_right(target)
        if target.exists() and not target.is_dir():
            raise InputError(Fault("this is a file", expected="the name of a folder", file=str(target)))
        if target.exists():
            _check_place(target)
        _check_parent(target)
        if not force and (target / RECORD).exists():
            raise InputError(
                Fault("there is an earlier exam in this folder", hint="--force replaces it", file=str(target))
            )


def _check_place(target: Path) -> None:
    """Refuse a folder that cannot be replaced as a whole."""
    here = _real(Path())
    if _real(target) in (here, *here.parents):
        problem = "this is the folder you are in" if _real(target) == here else "you are inside of this folder"
        raise InputError(Fault(problem, "a folder of its own for the exam", "such as --out exam", file=str(target)))
    if _real(target).is_mount():
        hint = f"such as {target / 'exam'}"
        raise InputError(
            Fault("this folder is a file system of its own", "a folder inside of it", hint, file=str(target))
        )


def write_folder(target: Path, files: Files, *, force: bool = False) -> int:
    """Write files, given by their paths inside of the folder ``target``; return how many were written.

    The files are taken one at a time, so that they need not all be in memory; a path that comes again continues its
    file, and one that comes with None takes it back.  Either all are written or none is.  With ``force`` they replace
    what ``write_folder`` wrote there earlier: all of it, also files that the new ones have no counterpart of.

    Raises ``InputError`` if there is an earlier output and ``force`` is off, if a file that gdquiz did not write is
    in the way of a new one, and if the folder cannot be written.
    """
    check_target(target, force=force)
    place = _real(target)
    with _told(target, "write"):
        place.parent.mkdir(parents=True, exist_ok=True)
    with _workshop(place, target) as shop:
        earlier = frozenset(_recorded(target))
        new = shop / _NEW
        written = _staged(new, files, target, earlier)
        with _told(target, "write"):
            _record(new, written)
            if place.exists():
                ours = {place / path for path in (*earlier, PurePosixPath(RECORD))}
                _carry_over(place, new, ours, frozenset(folder for path in ours for folder in path.parents), target)
                place.rename(shop / _OLD)
            new.rename(place)
    return len(written)


def _staged(new: Path, files: Files, target: Path, replaceable: frozenset[PurePosixPath]) -> list[PurePosixPath]:
    """Write the files below ``new``; refuse one whose place in ``target`` is taken by something foreign."""
    written: dict[PurePosixPath, None] = {}
    with _told(target, "write"):
        new.mkdir()
    for path, content in files:
        if path.is_absolute() or ".." in path.parts or path == PurePosixPath(RECORD):
            raise ValueError(f"not a path for a file of a folder: {path}")
        with _told(target, "write"):
            if path not in replaceable and _is_there(target / path):
                raise _in_the_way(path, target)
            place = new / path
            if content is None:
                place.unlink(missing_ok=True)
                written.pop(path, None)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("ab" if path in written else "wb") as file:
                file.write(_bytes(content))
        written[path] = None
    return list(written)


def _carry_over(old: Path, new: Path, ours: set[Path], homes: frozenset[Path], target: Path) -> None:
    """Give the new folder whatever the old one holds besides ``ours``.  ``homes`` are the folders that hold ours.

    Files are linked, not copied, where the file system can do that.
    """
    for entry in sorted(old.iterdir()):
        place = new / entry.name
        if entry in ours:
            continue
        if _is_there(place) and not (_is_folder(place) and _is_folder(entry)):
            raise _in_the_way(PurePosixPath(entry.relative_to(_real(target)).as_posix()), target)
        if _is_folder(entry):
            place.mkdir(exist_ok=True)
            _carry_over(entry, place, ours, homes, target)
            if entry in homes:
                with suppress(OSError):
                    place.rmdir()  # goes away only if it is empty
        elif entry.is_symlink():
            place.symlink_to(entry.readlink())
        else:
            _link(entry, place, target)
    if new.exists():
        shutil.copystat(old, new)


def _link(entry: Path, place: Path, target: Path) -> None:
    try:
        os.link(entry, place)
    except OSError as error:
        if error.errno == errno.EXDEV:  # what is mounted there would be removed with the old folder
            problem = f"'{entry.relative_to(_real(target)).as_posix()}' is on another file system"
            raise InputError(Fault(problem, hint="choose another folder", file=str(target))) from None
        if not entry.is_file():
            raise
        shutil.copy2(entry, place)


def _in_the_way(path: PurePosixPath, target: Path) -> InputError:
    return InputError(
        Fault(
            f"'{path}' is in the way, and gdquiz did not write it",
            hint="choose another folder, or move that file away",
            file=str(target),
        )
    )


def _record(folder: Path, written: Iterable[PurePosixPath]) -> None:
    lines = (_FIRST_LINE, *sorted(path.as_posix() for path in written))
    (folder / RECORD).write_bytes("".join(f"{line}\n" for line in lines).encode())


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


# --- the workshop --------------------------------------------------------------------------------------------------

_NEW, _OLD, _GONE, _LOCK = "new", "old", "gone", "lock"
"""What a workshop holds: the folder that is built, the one it replaces, what is to be removed, and a lock."""


def _shop_of(place: Path) -> Path:
    return place.parent / f".{place.name}.gdquiz"


def _put_right(target: Path) -> None:
    """Put the folder back that a killed call has left in its workshop.  Raises ``InputError`` if that call lives."""
    place = _real(target)
    if _shop_of(place).exists():
        with _workshop(place, target):
            pass


@contextmanager
def _workshop(place: Path, target: Path) -> Iterator[Path]:
    """The workshop of a folder, for one process at a time; in the end the folder is at its place, old or new."""
    shop = _shop_of(place)
    with _told(target, "write"):
        lock = _locked(shop, target)
    try:
        with _told(target, "write"):
            _tidied(place, shop)
        yield shop
    finally:
        try:
            with _told(target, "write"):
                try:
                    _tidied(place, shop)
                except KeyboardInterrupt:
                    _tidied(place, shop)  # it is half done, and quickly finished
            if os.name != "nt":
                _removed(shop)
        finally:
            os.close(lock)
            if os.name == "nt":  # where an open file cannot be removed
                _removed(shop)


def _tidied(place: Path, shop: Path) -> None:
    """Rename the old folder back if none is at its place, and clear the workshop."""
    old, gone = shop / _OLD, shop / _GONE
    if old.exists() and not _is_there(place):
        old.rename(place)
    shutil.rmtree(gone, ignore_errors=True)
    if old.exists():
        old.rename(gone)  # half removed it must never be put back
    for folder in (gone, shop / _NEW):
        shutil.rmtree(folder, ignore_errors=True)


def _removed(shop: Path) -> None:
    with suppress(OSError, KeyboardInterrupt):
        (shop / _LOCK).unlink()
        shop.rmdir()


def _locked(shop: Path, target: Path) -> int:
    """The file that locks the workshop, open.  Raises ``InputError`` while another process has it."""
    while True:
        with suppress(FileExistsError):
            shop.mkdir(0o700)
        if shop.is_symlink():
            raise InputError(Fault("this is a link and should be a folder", hint="remove it", file=str(shop)))
        try:
            lock = os.open(shop / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            continue  # the process that had it has just removed it
        if not _lock(lock):
            os.close(lock)
            raise InputError(Fault("another gdquiz is writing this folder", hint="wait for it", file=str(target)))
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(lock), (shop / _LOCK).stat()):
                return lock
        os.close(lock)


def _lock(file: int) -> bool:
    """Whether an open file could be locked for this process; where there are no locks, it could."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True


# --- small things --------------------------------------------------------------------------------------------------


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _check_parent(path: Path) -> None:
    """Refuse a place where nothing new can be put."""
    above = next(folder for folder in _real(path).parents if _is_there(folder))
    if not above.is_dir():
        raise NotADirectoryError(20, "Not a directory")
    if not os.access(above, os.W_OK | os.X_OK):
        raise PermissionError(13, f"Permission denied in {above}")


@contextmanager
def _told(path: Path, verb: str) -> Iterator[None]:
    """Tell of an error of the file system as of any other fault of the input."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(Fault(f"cannot {verb} this: {reason}", file=str(path))) from error


def _bytes(content: str | bytes) -> bytes:
    if isinstance(content, bytes):
        return content
    return content.replace("\r\n", "\n").encode()


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
