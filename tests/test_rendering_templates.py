"""Templates: an author's own, found before the shipped ones; refused when they do what templates may not."""

from __future__ import annotations

import zipfile
from dataclasses import fields
from typing import get_args

import pytest
from sample_exam import sample

from gdquiz.errors import InputError
from gdquiz.exam.answers import Kind
from gdquiz.rendering.formats import render
from gdquiz.rendering.views import AskedPart, AskedQuestion
from gdquiz.resources import data


def own(folder, name, text):
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return folder


def test_an_own_template_is_taken_first_and_the_rest_from_the_shipped_ones(tmp_path):
    own(
        tmp_path,
        "markdown/sheet.md.j2",
        "OWN {{ paper.form }}\n{% for part in paper.sections %}{{ part.questions[0] }}{% endfor %}",
    )
    pages = {page.path.as_posix(): page.text for page in render(sample(), "markdown", tmp_path)}
    assert pages["sheets/form-01.md"].startswith("OWN F1-K3X\n### Question 1 (3 points)")
    shipped = {page.path.as_posix(): page.text for page in render(sample(), "markdown")}
    assert pages["keys/form-01.md"] == shipped["keys/form-01.md"]


def test_templates_can_lie_in_an_archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "own.zip", "w") as archive:
        archive.writestr("templates/markdown/sheet.md.j2", "ZIPPED {{ paper.form }}")
    folder = zipfile.Path(tmp_path / "own.zip", "templates/")
    assert next(render(sample(), "markdown", folder)).text == "ZIPPED F1-K3X"


def test_latex_templates_write_angle_brackets(tmp_path):
    own(tmp_path, "latex/sheet.tex.j2", "<# a remark #>{{{<< paper.form >>}}}<% if paper.student %>!<% endif %>")
    pages = [page.text for page in render(sample(), "latex", tmp_path) if page.path.as_posix() == "sheets/form-02.tex"]
    assert "{{{F2-K3Y}}}!" in pages[0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{{ paper.answer }}", "has no attribute 'answer'"),
        ("{{ nothing }}", "'nothing' is undefined"),
        ("{% for x in %}", "the template cannot be read"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "does what templates may not"),
        ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", "does what templates may not"),
        ("{{ paper.__class__.__init__.__globals__ }}", "does what templates may not"),
        ("{{ paper.title.format.__globals__ }}", "does what templates may not"),
        ("{% set x = [] %}{{ x.append(1) }}", "does what templates may not"),
        ("{% include '../../pyproject.toml' %}", "there is no template"),
        ("{% include 'markdown/missing.j2' %}", "there is no template 'markdown/missing.j2'"),
        ("{{ range(10 ** 9) }}", "the template fails"),
        ("{{ 1 / 0 }}", "the template fails: division by zero"),
    ],
)
def test_what_a_template_may_not_do(tmp_path, text, problem):
    own(tmp_path, "markdown/sheet.md.j2", text)
    with pytest.raises(InputError) as caught:
        list(render(sample(), "markdown", tmp_path))
    assert problem in str(caught.value)
    assert "sheet.md.j2" in str(caught.value)


def test_a_sheets_template_is_not_given_any_answer(tmp_path):
    own(tmp_path, "markdown/question.md.j2", "{% for part in question.parts %}{{ part.answer }}{% endfor %}")
    with pytest.raises(InputError, match="has no attribute 'answer'"):
        list(render(sample(), "markdown", tmp_path))
    names = {field.name for view in (AskedPart, AskedQuestion) for field in fields(view)}
    assert not names & {
        "answer",
        "solution",
        "wrong",
        "guide",
        "formula",
        "numbers",
        "item",
        "title",
        "row",
        "work",
    }


def test_every_shipped_template_is_used():
    used = {"sheet", "key", "question", "solution", "answers", "document", "page", "style", "figure"}
    shared = {"options", "ticks", "letters", "space"}
    for format_name in FORMATS:
        for file in (data("templates") / format_name).iterdir():
            assert file.is_dir() or file.name.split(".")[0] in used | shared
            assert file.is_dir() or file.name.endswith(".j2")


FORMATS = ("markdown", "html", "latex", "typst")
KINDS = set(get_args(Kind))


@pytest.mark.parametrize("format_name", FORMATS)
def test_each_kind_of_answer_has_a_partial_on_the_sheet_and_keys_have_no_other(format_name):
    folder = data("templates") / format_name
    assert {file.name.split(".")[0] for file in (folder / "kinds").iterdir()} == KINDS
    assert {file.name.split(".")[0] for file in (folder / "keys").iterdir()} <= KINDS | {"letters"}


def test_an_own_partial_changes_one_kind_of_answer_alone(tmp_path):
    own(tmp_path, "markdown/kinds/number.md.j2", "Your number: ____\n")
    own(tmp_path, "markdown/keys/number.md.j2", "KEY {{ part.numbers[0].value }}\n\n")
    pages = {page.path.as_posix(): page.text for page in render(sample(), "markdown", tmp_path)}
    shipped = {page.path.as_posix(): page.text for page in render(sample(), "markdown")}
    sheet, before = pages["sheets/form-01.md"], shipped["sheets/form-01.md"]
    line = "Answer: `________________________________`\n"
    assert before.count(line) == sheet.count("Your number: ____\n") > 0
    assert before.replace(line, "Your number: ____\n") == sheet
    assert "KEY $" in pages["keys/form-01.md"]
