"""Typst: every construct has a writer, all is read by Typst as it was meant, and nothing an author types is code."""

from __future__ import annotations

import itertools
import re
import shutil
import string
import subprocess

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from test_texts_mathml import FORMULAS, every_command, shipped
from typst_reading import read, read_texts

from gdquiz.errors import InputError
from gdquiz.rendering.typst import STYLE, words
from gdquiz.texts import constructs
from gdquiz.texts.latex import tex
from gdquiz.texts.typst import PRELUDE, math

HEAD = '#set document(title: "Formulas", date: none)\n#set text(lang: "en", font: "New Computer Modern")\n' + PRELUDE


def compiled(formulas: list[str]) -> bytes:
    """A document of formulas, as accessible PDF with no fonts but those of the package."""
    body = "\n\n".join(STYLE.formula(latex, display) for latex in formulas for display in (False, True))
    return typst.compile((HEAD + body).encode(), format="pdf", pdf_standards=["ua-1"], ignore_system_fonts=True)


def every_sign() -> list[str]:
    """Each sign of the table of constructs, each accent, space, delimiter and environment between letters."""
    signs = [f"a {sign} b_{{k}}" for sign in constructs.SIGNS]
    spaces = [f"a{space} b" for space in constructs.SPACES]
    sizes = [f"\\{size}{sign} x" for size in sorted(constructs.SIZES) for sign in sorted(constructs.DELIMITERS - {"."})]
    fences = [f"\\left{sign} \\frac{{1}}{{2}} \\right{sign}" for sign in sorted(constructs.DELIMITERS)]
    scripts = [f"\\{name}_x^2 y" for name in sorted(constructs.FUNCTIONS)]
    return signs + spaces + sizes + fences + scripts


def test_every_construct_of_the_reader_has_a_writer_and_compiles():
    assert compiled(every_command() + every_sign()).startswith(b"%PDF")


def test_every_shipped_formula_compiles():
    assert len(shipped()) > 1000
    assert compiled(shipped()).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("latex", "written", "told"),
    [
        (r"w_1 = w_0 - \eta \cdot (-4)", r"w_(1)=w_(0)−η ·\(−4\)", "w_{1}=w_{0}−η·(−4)"),
        (r"x^12", "x^(1)2", "x^{1}2"),
        (r"a<=b", r"a<\=b", "a<=b"),
        (r"x \cdot y", "x · y", "x·y"),
        (r"2 x 3", "2x 3", "2x3"),
        (r"f'(x)^2", r"f^(′)\(x\)^(2)", "f^{′}(x)^{2}"),
        (r"|x - 1|", 'class("opening", |)x−1class("closing", |)', "|x−1|"),
        (r"\left. \frac12 \right|_0", r'lr(class("normal", frac(1, 2))\|)_(0)', "{1/2}|_{0}"),
        (r"\text{a 'b' \#c \$}", "\"a 'b' #c $\"", "a'b'#c$"),
        (r"\mathrm{ReLU}(x)", r'upright("ReLU")\(x\)', "ReLU(x)"),
        (r"\begin{pmatrix} 1, & 2; \\ & 4 \end{pmatrix}", 'mat(delim: "(", 1\\,, 2\\;; "", 4)', "[1,,2;;,4]"),
        (r"\overset{\text{def}}{=}", 'limits(class("normal", =))^("def")', "=^{def}"),
        (r"{x_1}^2", r'class("normal", x_(1))^(2)', "x_{1}^{2}"),
    ],
)
def test_what_is_written_and_what_typst_makes_of_it(latex, written, told):
    assert math(latex) == written
    assert [re.sub(r"\s", "", line) for line in read([math(latex)], PRELUDE)] == [told]


# --- nothing is code -------------------------------------------------------------------------------------------------

SIGNS = string.printable[:95] + "éа王א😀−“”…\u00a0\u00ad"


def plain(text: str) -> str:
    """What Typst should tell of words: apostrophes are curly, and spaces are one."""
    return re.sub(r"[ \t\n\r\f\v]+", " ", text.replace("'", "’"))


def test_any_two_signs_in_running_text_are_these_two():
    found = [f"{before}{first}{second}{after}" for first, second in itertools.product(SIGNS, repeat=2)
             for before, after in (("x", "y"), ("1", " 2"))]  # fmt: skip
    assert read_texts(map(words, found), PRELUDE) == [plain(text) for text in found]


HARD = (
    "#import \"@preview/x:1.0.0\"", "= no heading", "- no list", "+ nor this", "/ nor: this", "1. nor this",
    "// remark", "/* remark */", "https://example.org/x", "<label> and @reference", "$x$", "`code`", "*a* _b_",
    "a -- b --- c -? d", "...", "-1", "~", "\\u{41} \\", "#{}", "]#panic()[", "] #read(\"/etc/passwd\") [",
    "#sym.alpha", "'a' \"b\"",
)  # fmt: skip


@pytest.mark.parametrize("text", HARD)
def test_what_typst_would_run_is_shown(text):
    assert read_texts([words(text), f"#emph[x];{words(text)}"], PRELUDE) == [plain(text), "x" + plain(text)]
    assert read_texts([STYLE.code(text)], PRELUDE) == [text]


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("#$*_`<>@[]~=-+/\"'\\{}().,;:!?| \t1aé\u200b"), max_size=40))
def test_running_text_is_what_was_typed(text):
    assert [line.strip() for line in read_texts([words(text)], PRELUDE)] == [plain(text).strip()]


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("x1{}^_$%#&~\\ '<>[]()|,;:\"/textfracleftright"), max_size=30))
def test_whatever_formula_is_typed_is_refused_or_read(latex):
    try:
        written = math(latex)
    except InputError:
        return
    assert read([written], PRELUDE)


# --- another converter -----------------------------------------------------------------------------------------------


def pandoc() -> str:
    """A Pandoc that writes Typst (from 3.1.2 on), of the machine or of the package; empty where there is none."""
    try:
        from pypandoc import get_pandoc_path
    except ImportError:
        return ""
    for program in (shutil.which("pandoc"), get_pandoc_path()):
        if program and "typst" in subprocess.run(
            [program, "--list-output-formats"], capture_output=True, text=True, check=True
        ).stdout.split():  # fmt: skip
            return program
    return ""


_ALIKE = str.maketrans("∗∥⋅", "*‖·")
FAULTS = {
    "x^2 + x^{10} - x^12": "reads both digits as the exponent, where TeX reads one",
    "\\begin{aligned} a &= -1\\\\ b &= 22\\end{aligned}": "has no cells",
    "\\begin{cases} 1 & x < 0\\\\ 2 & x \\ge 0\\end{cases}": "has no cells",
}
"""Where Pandoc finds something else, and what."""


def alike(line: str) -> str:
    return re.sub(r"\s|\u200b", "", line).translate(_ALIKE)


@pytest.mark.skipif(not pandoc(), reason="no pandoc that writes Typst is installed")
def test_pandoc_finds_the_same_signs_and_structure_in_every_shipped_formula():
    found = [*FORMULAS[:-1], *shipped()]
    document = "\n\n".join(f"- ${tex(latex)}$" for latex in found)
    command = [pandoc(), "-f", "markdown", "-t", "typst", "--wrap=none"]
    page = subprocess.run(command, input=document, capture_output=True, text=True, check=True).stdout
    others = [item.strip() for item in f"\n{page}".split("\n- ")[1:]]
    assert len(others) == len(found) and all(other[0] == other[-1] == "$" for other in others)
    ours = read(map(math, found), PRELUDE)
    theirs = read([other[1:-1] for other in others], PRELUDE)
    different = {latex for latex, one, other in zip(found, ours, theirs, strict=True) if alike(one) != alike(other)}
    assert different == set(FAULTS)
