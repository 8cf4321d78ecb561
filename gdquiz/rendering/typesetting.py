"""PDF by Typst, the typesetter that comes as a package of Python, in a process of its own.

The process has a bound of time for each document and is ended with it.  It reads no file of the machine but fonts, and
no package of the network.  The same document gives the same bytes for one version of Typst and one set of fonts.
"""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from importlib.util import find_spec
from tempfile import TemporaryDirectory
from threading import Thread
from typing import IO, Literal

from gdquiz.errors import Fault, InputError
from gdquiz.texts.typst import string

SECONDS = 60
"""For one document, which has at most so many forms:"""
FORMS = 100
REMEMBERED = 800_000
"""Characters of documents after which the process is begun anew: what Typst remembers of them takes about a GB."""
STANDARD: Literal["ua-1"] = "ua-1"
_ELSEWHERE = dict.fromkeys(
    ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9"
)
"""No machine answers there."""
Process = subprocess.Popen[bytes]
_NOT_SHOWN = re.compile('the text `(".*?")` could not be displayed', re.DOTALL)


def missing() -> str:
    """What to say where there is no Typst; empty where there is."""
    if find_spec("typst") is not None:
        return ""
    return (
        "PDF is left out because the package 'typst' is not installed (there is none for Windows on Arm); "
        "run pip install typst, take --engine latex, or print the HTML sheets from a browser"
    )


class Typesetter:
    """Typst with the fonts of its package, and with those of the machine for documents that need them.

    ``head`` is what the documents begin with that chooses their fonts.  A process is begun where it is needed, and ends
    with ``end`` or when this process ends.
    """

    def __init__(self, head: str):
        self._head = head
        self._processes: dict[bool, Process] = {}
        self._folder: TemporaryDirectory[str] | None = None
        self._done = 0
        self._known: set[str] = set()
        self._foreign: set[str] = set()

    def compiled(self, text: str, name: str) -> bytes:
        """The accessible PDF of a document, whose characters have been asked for by ``fonts_of``.

        Raises ``InputError`` with Typst's own message where the document cannot be typeset, and where that takes
        longer than ``SECONDS``.
        """
        if self._done + len(text) > REMEMBERED:
            self.end()
        self._done += len(text)
        kind, answer = self._asked(text, name, bool(self._foreign.intersection(text)))
        if kind == PDF:
            return answer
        raise InputError(Fault(f"Typst cannot typeset it: {answer.decode().splitlines()[0]}", file=name))

    def fonts_of(self, characters: Iterable[str]) -> tuple[list[str], list[str]]:
        """Of some characters those that the fonts of Typst lack and the machine has, and those that no font has."""
        found = set(characters)
        new = found - self._known
        lacking = self._without_font(new, system=False)
        unknown = self._without_font(lacking, system=True)
        self._known |= new - set(unknown)
        self._foreign |= set(lacking) - set(unknown)
        return sorted(self._foreign & found), unknown

    def _without_font(self, characters: Iterable[str], *, system: bool) -> list[str]:
        """The characters that no font has, asked from Typst itself: a document that would lack one is refused."""
        left, found = sorted(characters), list[str]()
        while left:
            text = self._head + "\n\n".join(f"#{string(character)};" for character in left)
            kind, answer = self._asked(text, "fonts.typ", system)
            lacking = set("".join(_NOT_SHOWN.findall(answer.decode()))) & set(left) if kind == FAULT else set()
            if not lacking:
                break
            found += sorted(lacking)
            left = [character for character in left if character not in lacking]
        return sorted(found)

    def end(self) -> None:
        """End the processes; the next document begins another."""
        for process in self._processes.values():
            process.kill()
            process.communicate()
        self._processes.clear()
        if self._folder is not None:
            self._folder.cleanup()
        self._folder = None
        self._done = 0

    def _asked(self, text: str, name: str, system: bool) -> tuple[bytes, bytes]:
        """The kind of the answer, ``PDF`` or ``FAULT``, and the answer."""
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="gdquiz-", ignore_cleanup_errors=True)
        if system not in self._processes:
            self._processes[system] = _begun(self._folder.name, system)
        process, answers = self._processes[system], list[bytes]()
        reader = Thread(target=lambda: answers.append(_received(process.stdout)), daemon=True)
        reader.start()
        with suppress(OSError):  # if the process is gone there is no answer
            _send(process.stdin, text.encode())
        reader.join(SECONDS)
        if reader.is_alive():
            self.end()
            hint = "look for a table or a text without end, or print the HTML sheets from a browser"
            raise InputError(Fault(f"Typst took more than {SECONDS} seconds and was ended", hint=hint, file=name))
        if not answers or not answers[0]:
            self.end()
            hint = "it may need more memory than there is; print fewer forms at once"
            raise InputError(Fault("Typst ended without a word", hint=hint, file=name))
        return answers[0][:1], answers[0][1:]


# --- the process -----------------------------------------------------------------------------------------------------

PDF, FAULT = b"p", b"f"
_SIZE = struct.Struct("<Q")
_PROGRAM = "import sys; sys.path[:] = sys.argv[3:]; from gdquiz.rendering.typesetting import serve; serve()"


def _begun(folder: str, system: bool) -> Process:
    """A process that typesets; it imports what this one would, and is no part of what the terminal interrupts."""
    command = [sys.executable, "-c", _PROGRAM, folder, "system" if system else "", *sys.path]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder,
        env=os.environ | _ELSEWHERE, start_new_session=True,
    )  # fmt: skip


def _send(stream: IO[bytes] | None, message: bytes) -> None:
    assert stream is not None
    stream.write(_SIZE.pack(len(message)) + message)
    stream.flush()


def _received(stream: IO[bytes] | None) -> bytes:
    """The next message; empty where the other side is gone."""
    assert stream is not None
    size = stream.read(_SIZE.size)
    return stream.read(_SIZE.unpack(size)[0]) if len(size) == _SIZE.size else b""


def serve() -> None:
    """Typeset one document after another, until the other side is gone."""
    import typst

    folder, system = sys.argv[1:3]
    fonts = typst.Fonts(include_system_fonts=bool(system))
    compiler = typst.Compiler(root=folder, font_paths=fonts, package_path=folder, package_cache_path=folder)
    while text := _received(sys.stdin.buffer):
        try:
            pdf = compiler.compile(text, format="pdf", pdf_standards=STANDARD)
            assert isinstance(pdf, bytes)
            _send(sys.stdout.buffer, PDF + pdf)
        except typst.TypstError as error:
            _send(sys.stdout.buffer, FAULT + f"{error.message}\n{error.diagnostic}".encode())
