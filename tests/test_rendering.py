"""Whole exams: golden pages, no leak, determinism, order and names of pages, accessibility of HTML."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import pytest
from sample_exam import NAMES, sample

from gdquiz.errors import InputError
from gdquiz.exam.frozen import (
    Exam,
    Form,
    GuideLine,
    Misconception,
    NumberKey,
    PartKey,
    PartWording,
    Question,
    Wording,
    WrongAnswer,
)
from gdquiz.formulas.notation import decimal
from gdquiz.rendering.blocks import bound, form_name, short, with_decimal
from gdquiz.rendering.formats import FORMATS, Page, find_format, left_out, render

GOLDEN = Path(__file__).parent / "golden" / "rendering"
TEXTUAL = ("markdown", "html", "latex", "typst")


def whole(pages: Iterator[Page]) -> dict[str, str]:
    """The files that the pages make."""
    files: dict[str, str] = {}
    for page in pages:
        name = page.path.as_posix()
        assert isinstance(page.text, str)
        assert (name in files) == page.continues
        files[name] = files.get(name, "") + page.text
    return files


@pytest.fixture(scope="module")
def rendered() -> dict[str, dict[str, str]]:
    return {name: whole(render(sample(), name, names=NAMES)) for name in TEXTUAL}


# --- golden pages ---

GOLDEN_PAGES = [
    f"{folder}/{name}"
    for folder, names in (
        ("sheets", ("form-02.md", "form-02.html", "form-02.tex", "form-02.typ", "figures/form-02-question-01.svg")),
        (
            "keys",
            ("form-02.md", "form-02.html", "form-02.tex", "form-02.typ", "answer-table.md", "answer-table.html",
             "answer-table.tex", "answer-table.typ", "figures/form-02-question-02.svg"),
        ),
    )
    for name in names
]  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN_PAGES)
def test_golden_pages(rendered, name):
    """After a wanted change: GDQUIZ_GOLDEN=write python -m pytest tests/test_rendering.py, and read the diff."""
    found = next(files[name] for files in rendered.values() if name in files)
    file = GOLDEN / name
    if os.environ.get("GDQUIZ_GOLDEN") == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")


# --- no answer on a sheet ---


def other_key(part: PartKey) -> PartKey:
    return part.model_copy(
        update={
            "numbers": tuple(
                NumberKey(value="-987/7", shown="SECRET987", low="-988", high="-986") for _ in part.numbers
            ),
            "options": tuple(reversed(part.options)) if len(part.options) > 1 else part.order[-1:] or part.options,
            "truth": None if part.truth is None else not part.truth,
            "formula": part.formula and "SECRET987",
            "formula_shown": part.formula_shown and "SECRET987",
            "wrong": (WrongAnswer(misconception="SECRET987", shown="SECRET987", feedback="SECRET987"),),
        }
    )


def other_question(question: Question) -> Question:
    figure = question.figure
    if figure is not None:
        figure = figure.model_copy(
            update={
                "curves": tuple(curve for curve in figure.curves if not curve.key_only),
                "marks": tuple(mark for mark in figure.marks if not mark.key_only),
                "key_alt": "SECRET987",
            }
        )
    parts = tuple(other_key(part) for part in question.parts)
    return question.model_copy(update={"parts": parts, "figure": figure, "row": 987987, "work": 987987.0})


def other_part(part: PartWording) -> PartWording:
    guide = tuple(GuideLine(points=line.points, text="SECRET987") for line in part.guide)
    return part.model_copy(update={"guide": guide, "follow_through": "SECRET987"})


def other_wording(wording: Wording) -> Wording:
    changed = dict.fromkeys(("item", "version", "title", "topic", "skill", "outcome", "bloom", "solution"), "SECRET987")
    return wording.model_copy(
        update={**changed, "hints": ("SECRET987",), "parts": tuple(other_part(part) for part in wording.parts)}
    )


def other_answers(exam: Exam) -> Exam:
    """The same questions with all that belongs to a key replaced."""

    def form(one: Form) -> Form:
        return one.model_copy(update={"questions": tuple(map(other_question, one.questions))})

    return exam.model_copy(
        update={
            "forms": tuple(map(form, exam.forms)),
            "wordings": {name: other_wording(wording) for name, wording in exam.wordings.items()},
            "misconceptions": {"SECRET987": Misconception(title="SECRET987")},
            "seed": "SECRET987",
            "report": ("SECRET987",),
        }
    )


@pytest.mark.parametrize("name", TEXTUAL)
def test_sheets_do_not_depend_on_any_answer(rendered, name):
    other = whole(render(other_answers(sample()), name, names=NAMES))
    assert other.keys() == rendered[name].keys()
    for path, text in other.items():
        if path.startswith("sheets/"):
            assert text == rendered[name][path]
            assert "SECRET987" not in text
        elif path.startswith("keys/form-"):
            assert "SECRET987" in text


@pytest.mark.parametrize("name", TEXTUAL)
def test_slots_of_solutions_are_not_on_sheets(name):
    exam = sample()
    asked = {
        key: found.stem + "".join(
            part.ask + "".join(option.text for option in (*part.options, *part.prompts))
            for part in found.parts
        )
        for key, found in exam.wordings.items()
    }  # fmt: skip
    forms = []
    for form in exam.forms:
        questions = []
        for question in form.questions:
            slots = {
                inside: value if f"{{{{{inside}}}}}" in asked[question.wording] else "987987"
                for inside, value in question.slots.items()
            }
            questions.append(question.model_copy(update={"slots": slots}))
        forms.append(form.model_copy(update={"questions": tuple(questions)}))
    files = whole(render(exam.model_copy(update={"forms": tuple(forms)}), name))
    assert not [path for path, text in files.items() if path.startswith("sheets/") and "987987" in text]
    assert [path for path, text in files.items() if path.startswith("keys/form") and "987987" in text]


# --- what a key says ---


def test_a_key_says_all_that_a_marker_needs(rendered):
    key = rendered["markdown"]["keys/form-02.md"]
    for text in (
        r"**Answer:** $\frac{2}{5} = 0.4$",  # 1 - 1/10 * 2 * (1 + 2) = 2/5
        r"**Answer:** $\frac{144}{25} = 5.76$, accepted: from $5.755$ to $5.765$",  # (2/5 + 2)^2 = (12/5)^2
        r"- **$\frac{8}{5}$** (ASCENT: steps up the slope instead of down). You went up the slope: $w_1 = \frac{8}{5}$",
        "**Follow-through:** With a wrong $w_1$, full marks for $(w_1 - (-2))^2$ of that value.",
        r"- $x_1$: $\frac{27}{10} = 2.7$, accepted: from $2.695$ to $2.705$",  # 3 - 1/20 * 6
        "**Answer:** A, C",
        "**Answer:** True, C",  # from 2 with rate 5/4: 2 - 5/4 * 4 = -3, and 9 > 4
        "**Answer:** 1 D, 2 C, 3 A",
        "**Answer:** C, D, A, B",
        "**Answer:** $18 w + 6 v$, typed `18*w + 6*v`",  # d/dw (3w + v)^2 = 6 (3w + v)
        "- 1 point: Names epoch $12$, or one beside it.",
        "**Answer:** $-1.827$, accepted: from $-1.8275$ to $-1.8265$",  # -2 - (e^-2 - 1)/5 = -1.82706...
        "F2-K3Y · Q21-7F · item one-step version 1, row 35 · work 2.5",
    ):
        assert text in key


def test_the_answer_table_has_every_form_and_part(rendered):
    table = rendered["markdown"]["keys/answer-table.md"]
    assert "| Question | F1-K3X | F2-K3Y | F3-K3Z |" in table
    assert "| **1 (b)** | 1 | 144/25 = 5.76 | 1 |" in table
    assert "| **6** | 1 A, 2 D, 3 B | 1 D, 2 C, 3 A | 1 C, 2 B, 3 D |" in table


def test_many_forms_make_further_tables():
    exam = sample()
    forms = tuple(exam.forms[k % 3].model_copy(update={"number": k + 1, "id": f"F{k + 1}"}) for k in range(14))
    files = whole(render(exam.model_copy(update={"forms": forms}), "markdown"))
    heads = re.findall(r"^\| Question .*$", files["keys/answer-table.md"], re.MULTILINE)
    assert heads == [
        "| Question | F1 | F2 | F3 | F4 | F5 | F6 |",
        "| Question | F7 | F8 | F9 | F10 | F11 | F12 |",
        "| Question | F13 | F14 |",
    ]


def test_a_form_is_the_same_whatever_the_others_are(rendered):
    exam = sample()
    alone = exam.model_copy(update={"forms": exam.forms[2:]})
    for name in TEXTUAL:
        path = f"sheets/form-03.{find_format(name).extension}"
        assert whole(render(alone, name))[path] == rendered[name][path]


# --- numbers ---


@pytest.mark.parametrize(
    ("shown", "value", "expected"),
    [
        ("3", "3", "3"),
        (r"\frac{3}{5}", "3/5", r"\frac{3}{5} = 0.6"),
        (r"-\frac{1}{3}", "-1/3", r"-\frac{1}{3} \approx -0.3333"),
        (r"\frac{1}{3} \approx 0.33", "1/3", r"\frac{1}{3} \approx 0.33"),
        ("0.718", "0.71828", "0.718"),
    ],
)
def test_a_fraction_has_its_decimal_beside_it(shown, value, expected):
    assert with_decimal(shown, value) == expected


def test_ends_of_intervals_are_rounded_inwards():
    assert bound("1/3", up=True) == "0.33333334"
    assert bound("1/3", up=False) == "0.33333333"
    assert bound("-1/3", up=True) == "-0.33333333"
    assert bound("1151/200", up=True) == "5.755"
    assert bound("-0.8745", up=True) == "-0.8745"
    assert bound("4", up=False) == "4"


def test_decimals_are_rounded_half_away_from_zero():
    assert [decimal(Fraction(n, 8), 2) for n in (1, -1, 3, 0)] == ["0.13", "-0.13", "0.38", "0.00"]
    assert decimal(Fraction(-1, 1000), 2) == "0.00"  # never -0.00
    assert decimal(Fraction(5, 2), 0) == "3"


def test_short_numbers():
    assert [short("7", 2), short("-3/5", None), short("-3/5", 2), short("0.123456", 3), short("0.123456", None)] == [
        "7", "−3/5", "−3/5 = −0.60", "0.123", "0.1235",
    ]  # fmt: skip


# --- names, order, determinism ---


def test_formats_and_their_pages(rendered):
    assert [row.name for row in FORMATS] == ["markdown", "html", "latex", "typst", "pdf"]
    assert sorted(rendered["html"]) == [
        "keys/answer-table.html", "keys/form-01.html", "keys/form-02.html", "keys/form-03.html",
        "sheets/form-01.html", "sheets/form-02.html", "sheets/form-03.html",
    ]  # fmt: skip
    assert {"sheets/all-forms.tex", "keys/all-forms.tex", "keys/answer-table.tex"} <= rendered["latex"].keys()
    for path in re.findall(r"!\[[^]]*\]\(([^)]*)\)", rendered["markdown"]["sheets/form-01.md"]):
        assert f"sheets/{path}" in rendered["markdown"]


def test_an_unknown_format_is_named():
    with pytest.raises(InputError) as caught:
        render(sample(), "latx")
    expected = "unknown format 'latx'; expected markdown, html, latex, typst, pdf (hint: did you mean 'latex'?)"
    assert str(caught.value) == expected


def test_pdf_by_tex_is_left_out_with_a_sentence_where_there_is_no_tex(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert left_out("markdown", "latex") == ""
    assert left_out("pdf", "latex").startswith("PDF is left out because no 'pdflatex' was found; install TeX Live (")
    with pytest.raises(InputError, match="PDF is left out"):
        next(render(sample(), "pdf", engine="latex"))


def test_pages_come_one_form_at_a_time():
    pages = render(sample(), "html")
    first = [next(pages).path for _ in range(4)]
    assert first == [PurePosixPath(f"{folder}/form-{k:02d}.html") for k in (1, 2) for folder in ("sheets", "keys")]


def digest(files: dict[str, str]) -> str:
    return hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()


def test_the_bytes_are_the_same_in_every_process(rendered):
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_rendering import digest, whole\nfrom sample_exam import NAMES, sample\n"
        "from gdquiz.rendering.formats import render\n"
        f"print(*[digest(whole(render(sample(), name, names=NAMES))) for name in {TEXTUAL!r}])"
    )
    expected = [digest(rendered[name]) for name in TEXTUAL]
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program, str(Path(__file__).parent)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.split() == expected


# --- HTML ---

VOID = {"meta", "br", "hr"}


class Outline(HTMLParser):
    """Checks nesting and collects what a reader of the page's structure needs."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id"]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("path", ["sheets/form-01.html", "keys/form-02.html", "keys/answer-table.html"])
def test_html_is_well_built(rendered, path):
    text = rendered["html"][path]
    outline = Outline()
    outline.feed(text)
    outline.close()
    assert not outline.open
    assert outline.headings[0] == 1 and outline.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert {"header", "main", "footer", "title", "math" if "form" in path else "table"} <= outline.tags
    assert not outline.tags & {"script", "img", "link", "iframe", "object"}
    targets = [value for name, value in outline.attributes if name in ("href", "src", "action")]
    assert all(value and value.startswith("#") for value in targets)
    assert '<html lang="en">' in text and "<!--" not in text
    references = [value for name, value in outline.attributes if name == "aria-labelledby"]
    assert set(references) <= set(outline.ids)


def test_mathml_and_svg_of_html_are_well_formed(rendered):
    for text in rendered["html"].values():
        for found in re.findall(r"<(?:math|svg)\b.*?</(?:math|svg)>", text, re.DOTALL):
            ElementTree.fromstring(found)
    for path, text in rendered["markdown"].items():
        if path.endswith(".svg"):
            title = ElementTree.fromstring(text).find("{http://www.w3.org/2000/svg}title")
            assert title is not None and title.text


def luminance(colour: str) -> float:
    """Relative luminance of sRGB as WCAG 2 defines it."""
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_colours_have_the_contrast_of_wcag_aa(rendered):
    schemes = re.findall(r":root \{(.*?)\}", rendered["html"]["sheets/form-01.html"], re.DOTALL)
    assert len(schemes) == 3  # light, dark, print
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+): (#\w+);", scheme))
        for ground in ("paper", "panel"):
            for text in ("ink", "soft", "good", "accent", "second"):
                assert contrast(colours[text], colours[ground]) >= 4.5
        assert contrast(colours["line"], colours["paper"]) >= 3  # lines and boxes


# --- Markdown elsewhere ---


@pytest.mark.parametrize("flavour", ["markdown", "gfm+tex_math_dollars"])
def test_pandoc_reads_every_formula(rendered, flavour):
    pandoc = shutil.which("pandoc")
    if pandoc is None:
        pytest.skip("pandoc is not installed")
    for path in ("sheets/form-02.md", "keys/form-02.md"):
        source = rendered["markdown"][path]
        done = subprocess.run(
            [pandoc, "-f", flavour, "-t", "html", "--mathml"], input=source, capture_output=True, text=True, check=True
        )
        assert "$" not in re.sub(r"<annotation.*?</annotation>", "", done.stdout, flags=re.DOTALL)
        formulas = source.replace(r"\$", "").replace("$$", "$").count("$") // 2
        assert done.stdout.count("<math") == formulas
        assert "<script" not in done.stdout and done.stderr == ""


@pytest.mark.parametrize(
    ("number", "forms", "name"),
    [(1, 1, "form-01"), (9, 99, "form-09"), (9, 100, "form-009"), (100, 100, "form-100"), (7, 1000, "form-0007")],
)
def test_files_of_forms_sort_as_they_are_counted(number: int, forms: int, name: str) -> None:
    assert form_name(number, forms) == name
    assert sorted(form_name(one, forms) for one in range(1, forms + 1)) == [
        form_name(one, forms) for one in range(1, forms + 1)
    ]
