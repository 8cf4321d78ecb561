"""PDF from LaTeX, by the TeX installation of the machine where there is one.

TeX runs in a folder of its own that is removed afterwards, without shell escape and without access to files outside
of it and of its own installation.  It has a bound of time for each document, and ends with all processes it started.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from gdquiz.errors import Fault, InputError

RUNS = 3
"""Runs of pdflatex until its page numbers no longer change."""
SECONDS = 60
"""For all runs of one document together."""
MOST_LOG = 1_000_000
"""Bytes of TeX's log that are read."""
_AGAIN = re.compile(rb"Rerun to get|Label\(s\) may have changed|undefined references")


def missing() -> str:
    """What to say where there is no TeX; empty where there is one."""
    if shutil.which("pdflatex"):
        return ""
    return (
        "PDF is left out because no 'pdflatex' was found; install TeX Live "
        "(Debian and Ubuntu: apt install texlive-latex-extra lmodern) or print the HTML sheets from a browser"
    )


def compiled(text: str, name: str) -> bytes:
    """The PDF of a LaTeX document; the same document always gives the same bytes on one TeX installation.

    Raises ``InputError`` with TeX's own message where the document cannot be typeset, and where that takes longer
    than ``SECONDS``.
    """
    surroundings = os.environ | {
        "SOURCE_DATE_EPOCH": "0",
        "FORCE_SOURCE_DATE": "1",
        "openin_any": "p",
        "openout_any": "p",
        "max_print_line": "1000",
    }
    with TemporaryDirectory(prefix="gdquiz-") as folder:
        source = Path(folder) / "paper.tex"
        source.write_text(text, encoding="utf-8")
        command = ["pdflatex", "-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode", source.name]
        end = time.monotonic() + SECONDS
        for _ in range(RUNS):
            try:
                code, log = _run(command, Path(folder), surroundings, end - time.monotonic())
            except subprocess.TimeoutExpired as error:
                problem = f"TeX took more than {SECONDS} seconds and was ended"
                hint = "look for a formula or a table without end, or print the HTML sheets from a browser"
                raise InputError(Fault(problem, hint=hint, file=name)) from error
            if code:
                raise InputError(Fault(f"TeX cannot typeset it: {_complaint(log)}", file=name))
            if not _AGAIN.search(log):
                break
        return source.with_suffix(".pdf").read_bytes()


def _run(command: Sequence[str], folder: Path, surroundings: Mapping[str, str], seconds: float) -> tuple[int, bytes]:
    """The exit code and the log of a command that is ended after so many seconds; whatever it started ends with it.

    Raises ``subprocess.TimeoutExpired``.
    """
    log = folder / "terminal.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=surroundings, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
        try:
            code = process.wait(max(0.0, seconds))
        finally:
            _end(process)
    with log.open("rb") as written:
        written.seek(max(0, log.stat().st_size - MOST_LOG))
        return code, written.read()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all of its group."""
    if sys.platform == "win32":
        if process.poll() is None:
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # the group of a session of its own has the number of its leader
    process.wait()


def _complaint(log: bytes) -> str:
    """The lines of TeX's log that say what is wrong and where."""
    lines = log.decode("utf-8", "replace").splitlines()
    at = next((number for number, line in enumerate(lines) if line.startswith("!")), len(lines) - 1)
    place = next((line for line in lines[at:] if line.startswith("l.")), "")
    return f"{lines[at]} {place}".strip() if lines else "no output"
