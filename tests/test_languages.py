"""Languages: decimal commas and words on sheets and keys, and one more language as one more file."""

from __future__ import annotations

import re

import pytest
from sample_exam import sample

from gdquiz.errors import InputError
from gdquiz.exam.frozen import Exam
from gdquiz.exam.localized import formula, localized, prose
from gdquiz.grading.grade import grade
from gdquiz.grading.pages import pages as returned
from gdquiz.grading.readers import read_responses
from gdquiz.rendering.formats import render
from gdquiz.texts import mathml, unicode
from gdquiz.words.catalogue import USES, catalogue, find, languages


def in_language(tag: str) -> Exam:
    return sample().model_copy(update={"language": tag})


def pages(tag: str, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for page in render(in_language(tag), name):
        assert isinstance(page.text, str)
        found[page.path.as_posix()] = found.get(page.path.as_posix(), "") + page.text
    return found


# --- numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latex", "written"),
    [
        ("0.5", "0{,}5"),
        ("(0.5, -1)", "(0{,}5; -1)"),
        (r"\left(\frac{1}{2}, 3\right)", r"\left(\frac{1}{2}; 3\right)"),
        (r"[0.5, \infty)", r"[0{,}5; \infty)"),
        (r"-\frac{1}{2}, -\frac{1}{3}", r"-\frac{1}{2}; -\frac{1}{3}"),
        (r"2^{3}, \sqrt{2}, 4", r"2^{3}; \sqrt{2}; 4"),
        (r"\begin{pmatrix}0.5&1\end{pmatrix}", r"\begin{pmatrix}0{,}5&1\end{pmatrix}"),
        ("x^{0.5}", "x^{0{,}5}"),
        (r"\text{by 0.5}", r"\text{by 0,5}"),
        ("f(x, y)", "f(x, y)"),  # no numbers
        ("f(x, 2)", "f(x, 2)"),
        ("x_{1,2}", "x_{1,2}"),  # an index
        ("x, 1.5", "x, 1{,}5"),
        (r"\alpha, 2", r"\alpha, 2"),
        ("", ""),
    ],
)
def test_a_formula_has_decimal_commas_and_semicolons_between_numbers(latex: str, written: str) -> None:
    assert formula(latex) == written
    assert formula(written) == written  # once is enough


def test_a_text_keeps_its_slots_and_its_code() -> None:
    text = "Start $({{a}}, {{b}})$, `x = 0.5`, $\\eta = 0.1$ and $$x_{{{k}}} = 1.5$$ in version 1.5."
    told = "Start $({{a}}; {{b}})$, `x = 0.5`, $\\eta = 0{,}1$ and $$x_{{{k}}} = 1{,}5$$ in version 1.5."
    assert prose(text) == told


def test_a_decimal_comma_is_part_of_a_number_for_every_writer() -> None:
    assert "<mn>0,5</mn>" in mathml.math("x^{0{,}5}")
    assert unicode.formula("(0{,}5; 2)") == "(0,5; 2)"
    assert mathml.math("x^0{,}5").count("<mn>") == 2  # TeX raises the first digit only
    assert unicode.formula("(0.5, 2)") == "(0.5, 2)"


def test_english_is_left_alone() -> None:
    exam = sample()
    assert localized(exam, catalogue("en")) is exam


@pytest.mark.parametrize("tag", ["de", "de-CH", "fr"])
def test_no_number_of_a_sheet_or_key_has_a_decimal_point(tag: str) -> None:
    for path, text in pages(tag, "markdown").items():
        if path.endswith(".md"):
            shown = re.sub(r"`[^`]*`|gdquiz [0-9.\\]+", "", text)
            assert re.findall(r"[0-9]\.[0-9]", shown) == [], path
    html = pages(tag, "html")
    for text in html.values():
        assert re.findall(r"<mn>[0-9]*\.[0-9]+</mn>", text) == []


def test_the_answer_table_has_semicolons_between_numbers_with_commas() -> None:
    table = pages("de", "markdown")["keys/answer-table.md"]
    assert "| **2** | 12/5 = 2,40; 3/5 = 0,60 |" in table
    assert "| **10** | −0,874 |" in table


def test_a_figure_has_decimal_commas_at_its_axes() -> None:
    svg = "".join(text for path, text in pages("de", "markdown").items() if path.endswith(".svg"))
    assert re.search(r'class="f-tick"[^>]*>−?[0-9]+,[0-9]+<', svg) or not re.search(
        r'class="f-tick"[^>]*>−?[0-9]+\.[0-9]+<', svg
    )
    assert not re.search(r'class="f-tick"[^>]*>−?[0-9]*\.[0-9]', svg)
    assert "use comma" in pages("de", "latex")["sheets/form-01.tex"]
    assert "use comma" not in pages("en", "latex")["sheets/form-01.tex"]


# --- words --------------------------------------------------------------------------------------------------------


def test_a_german_sheet_and_key() -> None:
    found = pages("de", "markdown")
    sheet, key = found["sheets/form-01.md"], found["keys/form-01.md"]
    assert "Variante **F1-K3X** · 10 Aufgaben · 23 Punkte" in sheet
    assert "### Aufgabe 3 (1 Punkt)" in sheet and "Kreuzen Sie eine Antwort an." in sheet
    assert "**Antwort:** $1$, akzeptiert: von $0{,}995$ bis $1{,}005$" in key
    assert "Aufwand 2,5" in key


def test_a_third_language_is_one_file() -> None:
    """French has words for sheets and keys and nothing else; 0 and 1.5 are singular."""
    assert languages("sheets and keys") == ("de", "en", "fr")
    assert "Sujet **F1-K3X** · 10 questions · 23 points" in pages("fr", "markdown")["sheets/form-01.md"]
    assert catalogue("fr").say("paper.points", count=1.5) == "1,5 point"
    assert catalogue("de").say("paper.points", count=1.5) == "1,5 Punkte"


def test_a_language_is_refused_for_what_it_has_no_words_for() -> None:
    for use in sorted(set(USES) - {"sheets and keys"}):
        with pytest.raises(InputError, match=f"there are no words in the language 'fr' for {use}; expected de, en"):
            find("fr", use)


@pytest.mark.parametrize(("tag", "babel"), [("en", ""), ("de", "ngerman"), ("fr", "french")])
def test_pages_say_their_language(tag: str, babel: str) -> None:
    assert f'<html lang="{tag}">' in pages(tag, "html")["sheets/form-01.html"]
    latex = pages(tag, "latex")["sheets/form-01.tex"]
    assert f"pdflang={{{tag}}}" in latex
    assert (f"\\IfFileExists{{{babel}.ldf}}{{\\usepackage[{babel},shorthands=off]{{babel}}}}{{}}\n" in latex) == bool(
        babel
    )


def test_a_region_keeps_its_tag() -> None:
    assert '<html lang="de-CH">' in pages("de-CH", "html")["sheets/form-01.html"]


def test_a_page_that_a_student_gets_back_is_in_the_language_of_the_exam() -> None:
    """Of the sample, the loss after the step is asked for to two decimals: 1 is right, and 4 climbs."""
    answers = b"form,student,1a,1b\nF1-K3X,1001,4,1\n"
    exam = in_language("de")
    (page,) = returned(grade(exam, read_responses([("responses.csv", answers)], exam)))
    assert isinstance(page.text, str)
    assert '<html lang="de">' in page.text and "Ihre Antwort" in page.text and "Richtige Antwort" in page.text
    assert "0 von 2 Punkten" in page.text and "1 von 1 Punkten" in page.text
    assert "Your answer" not in page.text and " of 2 points" not in page.text
    with pytest.raises(
        InputError, match="there are no words in the language 'fr' for the pages that students get back"
    ):
        french = in_language("fr")
        list(returned(grade(french, read_responses([("responses.csv", answers)], french))))
