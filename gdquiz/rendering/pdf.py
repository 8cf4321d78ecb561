"""PDF from LaTeX, by the TeX installation of the machine where there is one.

TeX runs in a folder of its own that is removed afterwards, without shell escape and without access to files outside
of it and of its own installation.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from gdquiz.errors import Fault, InputError

RUNS = 3
"""Runs of pdflatex until its page numbers no longer change."""
SECONDS = 600
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

    Raises ``InputError`` with TeX's own message where the document can not be typeset.
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
        for _ in range(RUNS):
            try:
                done = subprocess.run(
                    command, cwd=folder, env=surroundings, capture_output=True, timeout=SECONDS, check=False
                )
            except subprocess.TimeoutExpired as error:
                raise InputError(Fault(f"TeX took more than {SECONDS} seconds", file=name)) from error
            if done.returncode:
                raise InputError(Fault(f"TeX can not typeset it: {_complaint(done.stdout)}", file=name))
            if not _AGAIN.search(done.stdout):
                break
        return source.with_suffix(".pdf").read_bytes()


def _complaint(log: bytes) -> str:
    """The lines of TeX's log that say what is wrong and where."""
    lines = log.decode("utf-8", "replace").splitlines()
    at = next((number for number, line in enumerate(lines) if line.startswith("!")), len(lines) - 1)
    place = next((line for line in lines[at:] if line.startswith("l.")), "")
    return f"{lines[at]} {place}".strip() if lines else "no output"
