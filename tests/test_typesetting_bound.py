"""Typesetting ends: after its bound, and with everything it started."""

from __future__ import annotations

import os
import stat
import sys
import time
from pathlib import Path

import pytest

from gdquiz.errors import InputError
from gdquiz.rendering import pdf

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fake TeX is a shell script")


def fake_tex(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A pdflatex that does what a script says."""
    tex = folder / "bin" / "pdflatex"
    tex.parent.mkdir()
    tex.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    tex.chmod(tex.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tex.parent}{os.pathsep}{os.environ['PATH']}")


def is_running(number: int) -> bool:
    """Whether a process runs; one that has ended and that nobody asked for yet does not."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{number}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] in ("Z", "X"))


def has_ended(number: int) -> bool:
    for _ in range(200):
        if not is_running(number):
            return True
        time.sleep(0.05)
    return False


def children(folder: Path) -> list[int]:
    return [int(line) for line in (folder / "children").read_text(encoding="utf-8").split()]


def test_a_tex_without_end_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = f"{tmp_path}/children"
    fake_tex(
        tmp_path, monkeypatch, f"sleep 600 & echo $! >> {own}\n(sleep 600) & echo $! >> {own}\necho $$ >> {own}\nwait"
    )
    monkeypatch.setattr(pdf, "SECONDS", 1)
    with pytest.raises(InputError) as caught:
        pdf.compiled("x", "sheets/form-01.tex")
    (fault,) = caught.value.faults
    assert (fault.file, fault.problem) == ("sheets/form-01.tex", "TeX took more than 1 seconds and was ended")
    found = children(tmp_path)
    assert len(found) == 3 and all(map(has_ended, found))


def test_children_of_a_tex_that_is_done_end_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_tex(tmp_path, monkeypatch, f"sleep 600 & echo $! > {tmp_path}/children\nprintf made > paper.pdf")
    assert pdf.compiled("x", "x.tex") == b"made"
    assert all(map(has_ended, children(tmp_path)))


def test_all_runs_of_a_document_share_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_tex(
        tmp_path,
        monkeypatch,
        f"echo run >> {tmp_path}/runs\nsleep 1.2\necho Rerun to get it right\nprintf x > paper.pdf",
    )
    monkeypatch.setattr(pdf, "SECONDS", 2)
    with pytest.raises(InputError, match="TeX took more than 2 seconds"):
        pdf.compiled("x", "x.tex")
    assert pdf.RUNS == 3 and len((tmp_path / "runs").read_text().split()) < 3


def test_a_log_without_end_is_read_from_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_tex(
        tmp_path,
        monkeypatch,
        "head -c 3000000 /dev/zero | tr '\\0' '\\n'\necho '! Undefined.'\necho 'l.7 \\\\nosuch'\nexit 1",
    )
    with pytest.raises(InputError) as caught:
        pdf.compiled("x", "x.tex")
    assert caught.value.faults[0].problem == "TeX cannot typeset it: ! Undefined. l.7 \\nosuch"
