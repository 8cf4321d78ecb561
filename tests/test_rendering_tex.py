"""The LaTeX documents compile under both engines without anything in the log that a printer would see."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from sample_exam import NAMES, sample
from test_rendering_text import attacked
from test_texts_mathml import every_command

from gdquiz.errors import InputError
from gdquiz.rendering import pdf
from gdquiz.rendering.formats import render
from gdquiz.texts import fitness

pytestmark = [
    pytest.mark.tex,
    pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex is installed"),
]

MATTERS = re.compile(r"^(?:.*(?:Warning|undefined|Missing character).*|Overfull .*)$", re.MULTILINE)


def documents(exam, *names):
    texts = {}
    for page in render(exam, "latex", names=NAMES):
        texts[page.path.as_posix()] = texts.get(page.path.as_posix(), "") + page.text
    return [texts[name] for name in names]


def complaints(text, engine, folder):
    """What an engine has to say of a document in its second run, but for boxes that are too wide by a hair."""
    source = folder / "paper.tex"
    source.write_text(text, encoding="utf-8")
    for _ in range(2):
        done = subprocess.run(
            [engine, "-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode", source.name],
            cwd=folder, capture_output=True, text=True, check=False, errors="replace",
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:]
    log = (folder / "paper.log").read_text(encoding="utf-8", errors="replace")
    found = MATTERS.findall(log)
    return [line for line in found if not (wide := re.search(r"\(([\d.]+)pt too wide", line)) or float(wide[1]) > 5]


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_no_warning_matters(engine, tmp_path):
    if shutil.which(engine) is None:
        pytest.skip(f"no {engine} is installed")
    names = ["sheets/form-02.tex", "keys/all-forms.tex", "keys/answer-table.tex"]
    for text in documents(sample(), *names):
        assert complaints(text, engine, tmp_path) == []


def test_any_text_can_be_typeset(tmp_path):
    for text in documents(attacked(), "keys/form-02.tex"):
        assert not [line for line in complaints(text, "pdflatex", tmp_path) if "Overfull" not in line]


def test_every_command_that_is_allowed_can_be_typeset(tmp_path):
    exam = sample()
    text = "\n\n".join(f"$$ {latex} $$" for latex in every_command())
    (document,) = documents(
        exam.model_copy(update={"forms": exam.forms[:1], "instructions": text}), "sheets/form-01.tex"
    )
    assert complaints(document, "pdflatex", tmp_path) == []


HARD = (
    "| \\* a | $$x$$ |\n|--|--|\n| \\[x | b |\n| \\* | $[1]$ |",
    "**$$x$$**",
    "\\\n a\\\n\\\nb",
    "- - - x",
    "999999999. x",
    "`a\n\nb`",
    "$\\begin{pmatrix} [1] & * \\\\ [2] & 3\\end{pmatrix}$",
    "$\\begin{aligned}[x] &= 1\\end{aligned}$",
    "$\\begin{cases} [1] & 2 \\\\ *3 & 4 \\end{cases}$",
    "$\\begin{array}{c|c} [1] & 2 \\\\ *3 & 4 \\\\ \\hline\\end{array}$",
    "$\\sqrt[{]}]{x}$ $\\left. x \\right|_0$ $x'^2$ $a\\!b\\ $ $_1$ $^2$",
    "- $$x$$\n- ```\n  code\n  ```",
    "$\\text{é → ≤ Ł 50\\%}$ $\\operatorname{a-b}$ $\\boldsymbol{\\eta} \\mathbf{w}$",
)
"""Texts at whose edges TeX reads more than is typed: stars and brackets after a line break, breaks at a beginning."""


def test_texts_that_are_hard_for_tex_can_be_typeset(tmp_path):
    exam = sample()
    text = "\n\n<!-- -->\n\n".join(HARD)
    assert list(fitness.of_prose(text)) == []
    (document,) = documents(
        exam.model_copy(update={"forms": exam.forms[:1], "instructions": text}), "sheets/form-01.tex"
    )
    assert complaints(document, "pdflatex", tmp_path) == []


def test_pdf_is_the_same_twice_and_holds_all_forms():
    exam = sample()
    few = exam.model_copy(update={"forms": exam.forms[:2]})
    (text,) = documents(few, "sheets/all-forms.tex")
    first, second = pdf.compiled(text, "all-forms.tex"), pdf.compiled(text, "all-forms.tex")
    assert first == second
    assert first.startswith(b"%PDF")
    if shutil.which("pdftotext"):
        done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=first, capture_output=True, check=True)
        shown = done.stdout.decode()
        assert "F1-K3X" in shown and "José O’Neill-Łukasz & Søn" in shown
        pages = [re.search(r"Form (\S+)\s+Page (\d+) of (\d+)", page) for page in shown.split("\f")]
        starts = [number for number, page in enumerate(pages, start=1) if page and page[2] == "1"]
        assert len(starts) == 2 and all(number % 2 == 1 for number in starts)  # each form begins on an odd page
        assert pages[0] is not None and pages[0][3] == str(
            len([page for page in pages if page and page[1] == "F1-K3X"])
        )


def test_what_tex_says_is_passed_on():
    with pytest.raises(InputError) as caught:
        pdf.compiled("\\documentclass{article}\\begin{document}\\nosuch\\end{document}", "sheets/form-01.tex")
    assert str(caught.value).startswith("sheets/form-01.tex: TeX cannot typeset it: ! Undefined control sequence. l.1")


def test_tex_reads_no_file_of_the_machine():
    with pytest.raises(InputError, match="TeX cannot typeset it"):
        pdf.compiled("\\documentclass{article}\\begin{document}\\input{/etc/passwd}\\end{document}", "x.tex")
