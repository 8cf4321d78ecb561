"""PDF by Typst: accessible, the same bytes, bounded, with a font for every character, and well cut into pages."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from functools import cache
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
import typst
from pdfua import Severity, validate
from sample_exam import NAMES, sample

from gdquiz.errors import InputError
from gdquiz.rendering import fonts, typesetting
from gdquiz.rendering.formats import left_out, render

GOLDEN = {
    "0.15.2": {"sheets/form-02.pdf": "1d31cc74f8b306e9", "keys/form-02.pdf": "3ac1f55a2e938118"},
}
"""The beginning of the SHA-256 of a file, by the version of Typst."""


@cache
def printed() -> dict[str, bytes]:
    return {page.path.as_posix(): bytes(page.text) for page in render(sample(), "pdf", names=NAMES)}  # type: ignore[arg-type]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def typeset(text: str) -> bytes:
    setter = typesetting.Typesetter("")
    try:
        return setter.compiled(text, "sheets/form-01.typ")
    finally:
        setter.end()


# --- what is in it ---


def test_every_form_is_a_file_and_all_are_one():
    forms = [f"{folder}/form-{number:02d}.pdf" for number in (1, 2, 3) for folder in ("sheets", "keys")]
    assert sorted(printed()) == sorted([*forms, "sheets/all-forms.pdf", "keys/all-forms.pdf", "keys/answer-table.pdf"])


def structure(element: pikepdf.Object) -> list[tuple[str, str]]:
    """The roles of a tagged PDF with their alternative texts, in order."""
    found = [(str(element.get("/S", "")), str(element.get("/Alt", "")))] if "/S" in element else []
    kids = element.get("/K", pikepdf.Array())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            found += structure(kid)
    return found


@pytest.mark.parametrize("name", ["sheets/form-02.pdf", "keys/form-02.pdf", "keys/answer-table.pdf"])
def test_it_is_tagged_for_screen_readers(name, tmp_path):
    file = tmp_path / "paper.pdf"
    file.write_bytes(printed()[name])
    report = validate(str(file))
    assert [one for one in report.findings if one.severity not in (Severity.INFO, Severity.SKIP)] == []
    with pikepdf.open(file) as document:
        assert document.Root.MarkInfo.Marked and document.Root.Lang == "en"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        title = str(document.docinfo["/Title"]) if "/Title" in document.docinfo else ""
        assert "Gradient descent: mid-term" in title
        roles = structure(document.Root.StructTreeRoot)
    assert all(alt for role, alt in roles if role in ("/Figure", "/Formula"))
    kinds = {role for role, _ in roles}
    assert kinds >= (
        {"/H1", "/Table", "/TH", "/TD"} if "table" in name else {"/H1", "/H2", "/H3", "/Figure", "/Formula"}
    )


def test_alternative_texts_of_a_sheet_give_no_answer_away():
    with pikepdf.open(BytesIO(printed()["sheets/form-01.pdf"])) as document:
        alts = {alt for _, alt in structure(document.Root.StructTreeRoot) if alt}
    figures = [question.figure for question in sample().forms[0].questions if question.figure]
    assert {figure.alt for figure in figures} <= alts
    assert not {figure.key_alt for figure in figures} & alts
    with pikepdf.open(BytesIO(printed()["keys/form-01.pdf"])) as document:
        alts = {alt for _, alt in structure(document.Root.StructTreeRoot) if alt}
    assert {figure.key_alt for figure in figures} <= alts
    assert "w₀ = 3" in alts


# --- the same bytes ---


@pytest.mark.skipif(typst.__version__ not in GOLDEN, reason="no golden file is known for this version of Typst")
@pytest.mark.parametrize("name", ["sheets/form-02.pdf", "keys/form-02.pdf"])
def test_golden_hash(name):
    """After a wanted change: put what is found here, once the pages were looked at."""
    assert digest(printed()[name]) == GOLDEN[typst.__version__][name]


def test_the_bytes_are_the_same_in_another_process_and_time_zone():
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\nfrom test_rendering_pdf import digest, printed\n"
        "if __name__ == '__main__': print(*[digest(data) for _, data in sorted(printed().items())])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parent)],
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == [digest(data) for _, data in sorted(printed().items())]


# --- bounds ---


def test_a_document_without_end_is_ended_and_the_next_one_is_typeset(monkeypatch):
    monkeypatch.setattr(typesetting, "SECONDS", 1)
    head = '#set document(title: "x")\n'
    setter = typesetting.Typesetter("")
    with pytest.raises(InputError) as caught:
        setter.compiled("#for a in range(1000000) { for b in range(1000000) { } }", "sheets/form-01.typ")
    assert str(caught.value).startswith("sheets/form-01.typ: Typst took more than 1 seconds and was ended")
    monkeypatch.setattr(typesetting, "SECONDS", 60)
    assert setter.compiled(f"{head}= x", "x.typ").startswith(b"%PDF")
    (process,) = setter._processes.values()
    assert process.poll() is None
    setter.end()
    assert process.poll() is not None


def test_the_process_is_begun_anew_after_so_many_characters(monkeypatch):
    document = '#set document(title: "x")\n= x'
    monkeypatch.setattr(typesetting, "REMEMBERED", 2 * len(document))
    setter, processes = typesetting.Typesetter(""), []
    for _ in range(5):
        setter.compiled(document, "x.typ")
        processes += [setter._processes[False].pid]
    setter.end()
    first, second, third = dict.fromkeys(processes)
    assert processes == [first, first, second, second, third]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('#read("/etc/passwd")', "file not found"),
        ('#image("../../etc/passwd")', "would escape"),
        ('#import "@preview/cetz:0.2.2"', "failed to download package"),
        ("#let f() = f()\n#f()", "maximum function call depth exceeded"),
        ("#panic()", "panicked"),
    ],
)
def test_a_template_reads_no_file_and_no_network_and_what_typst_says_is_passed_on(text, problem):
    with pytest.raises(InputError, match=problem) as caught:
        typeset(text)
    assert str(caught.value).startswith("sheets/form-01.typ: Typst cannot typeset it: ")


def test_documents_have_a_hundred_forms_at_most(monkeypatch):
    monkeypatch.setattr(typesetting, "FORMS", 2)
    paths = dict.fromkeys(page.path.as_posix() for page in render(sample(), "typst"))
    assert [path for path in paths if path.startswith("sheets/forms")] == [
        "sheets/forms-1-to-2.typ", "sheets/forms-3-to-3.typ",
    ]  # fmt: skip


def test_pdf_is_left_out_with_a_sentence_where_there_is_no_typst(monkeypatch):
    assert left_out("pdf") == ""
    monkeypatch.setattr(typesetting, "find_spec", lambda name: None)
    assert left_out("markdown") == ""
    assert left_out("pdf").startswith("PDF is left out because the package 'typst' is not installed")
    assert "\n" not in left_out("pdf")
    with pytest.raises(InputError, match="PDF is left out"):
        next(render(sample(), "pdf"))


# --- fonts ---

RARE = "\U00012000"
"""A cuneiform sign, which no machine of ours has a font for."""


def test_the_fonts_of_typst_cover_what_gdquiz_writes_and_latin_greek_and_cyrillic():
    text = "ÄÉñçœßŁŻžğıőűþæå ΑΒΓαβγώ АБВЖЯабвжяіїљ ✓→−…“”‘’«»€°·½²"
    setter = typesetting.Typesetter('#set document(title: "x")\n')
    assert setter.fonts_of(fonts.unusual([text])) == ([], [])
    setter.end()


def test_characters_without_a_font_are_named_with_their_owners_before_typesetting():
    exam = sample()
    student = exam.forms[1].student
    with pytest.raises(InputError) as caught:
        list(render(exam.model_copy(update={"course": f"Course {RARE}"}), "pdf", names={student: f"Ann {RARE}"}))
    assert [str(fault) for fault in caught.value.faults] == [
        f"no font of this machine shows {RARE} (U+12000), in {place} (hint: install a font that has them "
        "(Noto; Debian and Ubuntu: apt install fonts-noto-extra))"
        for place in (f"the name of student {student}", "the course")
    ]


@pytest.mark.parametrize(
    ("character", "package"),
    [("王", "fonts-noto-cjk"), ("あ", "fonts-noto-cjk"), ("한", "fonts-noto-cjk"), ("ש", "fonts-noto-core"),
     ("अ", "fonts-noto-core"), ("😀", "fonts-noto-color-emoji"), (RARE, "fonts-noto-extra")],
)  # fmt: skip
def test_the_package_that_has_a_character(character, package):
    assert fonts.package_with(character) == package


def test_fonts_of_the_machine_are_taken_where_they_have_what_is_lacking_and_that_is_said(monkeypatch):
    asked = []

    def without_font(self, characters, *, system):
        asked.append((system, sorted(characters)))
        return [] if system else sorted(set(characters) & {"ø"})

    monkeypatch.setattr(typesetting.Typesetter, "_without_font", without_font)
    notes: list[str] = []
    exam = sample().model_copy(update={"forms": sample().forms[1:2]})
    assert list(render(exam, "pdf", names=NAMES, notes=notes))
    assert (True, ["ø"]) in asked
    assert notes == ["pdf: ø: set in fonts of this machine, so that the files may differ on another machine"]


# --- pages ---


def text_of(data: bytes) -> list[str]:
    """The text of each page, by pdftotext."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


needs_pdftotext = pytest.mark.skipif(not Path("/usr/bin/pdftotext").exists(), reason="no pdftotext is installed")


@needs_pdftotext
@pytest.mark.parametrize("name", ["sheets/all-forms.pdf", "keys/all-forms.pdf"])
def test_each_form_begins_on_an_odd_page_and_pages_are_counted(name):
    pages = [re.search(r"orm (\S+)\s+Page (\d+) of (\d+)", page) for page in text_of(printed()[name])]
    starts = [number for number, page in enumerate(pages, start=1) if page and page[2] == "1"]
    assert len(starts) == 3 and all(number % 2 == 1 for number in starts)
    for form in ("F1-K3X", "F2-K3Y", "F3-K3Z"):
        own = [page for page in pages if page and page[1] == form]
        assert [int(page[2]) for page in own] == list(range(1, len(own) + 1))
        assert {int(page[3]) for page in own} == {len(own)}


@needs_pdftotext
def test_no_heading_stands_alone_and_no_question_that_fits_is_cut():
    for page in text_of(printed()["sheets/all-forms.pdf"]):
        lines = [line.strip() for line in page.splitlines() if line.strip()]
        if not lines:
            continue
        first, last = lines[1], lines[-2]  # without the line at the head and the one at the foot
        assert not re.match(r"Question \d+|Steps$|Understanding$", last), last
        assert re.match(r"Question \d+|Form|Steps|Understanding|Gradient|Machine", first), first


@needs_pdftotext
def test_a_question_longer_than_a_page_breaks_between_its_parts():
    exam = sample()
    sections = tuple(section.model_copy(update={"space": 14}) for section in exam.sections)
    long = exam.model_copy(update={"sections": sections, "forms": exam.forms[:1]})
    pages = text_of({page.path.as_posix(): page.text for page in render(long, "pdf")}["sheets/form-01.pdf"])
    (begun,) = [number for number, page in enumerate(pages) if "Question 1 " in page]
    assert "(a)" in pages[begun] and "(b)" not in pages[begun]
    assert re.search(r"\(b\)\s+\(1 point\) Compute the loss", pages[begun + 1])
