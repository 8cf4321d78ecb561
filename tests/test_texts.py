"""Formulas read as TeX reads them, and written again: what is refused, what is written, and that both agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_rendering_plain import every_text

from gdquiz.errors import InputError
from gdquiz.texts import fitness
from gdquiz.texts.cells import inert, inert_html
from gdquiz.texts.latex import pieces, tex, value, value_of_words
from gdquiz.texts.reading import read, read_with_slots
from gdquiz.texts.slots import formulas

# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latex", "problem"),
    [
        ("^^5cinput{x}", "'^^' is not understood here"),
        ("x^^41", "'^^' is not understood here"),
        (r"\text{^^5cinput}", "'^' stands within '\\text'"),
        ("5%", "'%' is not understood here"),
        (r"\text{50% of x}", "'%' stands within '\\text'"),
        (r"\operatorname{a%}", "'%' stands within '\\operatorname'"),
        ("a # b", "'#' is not understood here"),
        ("a ~ b", "'~' is not understood here"),
        ("a $ b", "'$' is not understood here"),
        ("a & b", "'&' is not understood here"),
        (r"\left( a & b \right)", r"'\left' has no '\right'"),
        ('x "a', "'\"' is not understood here"),
        (r"\input{x}", r"unknown command '\input'"),
        (r"\write18{ls}", r"unknown command '\write'"),
        (r"\csname input\endcsname", r"unknown command '\csname'"),
        (r"\def\x{y}", r"unknown command '\def'"),
        (r"\catcode`\%=12", r"unknown command '\catcode'"),
        (r"\directlua{os.execute()}", r"unknown command '\directlua'"),
        (r"\href{javascript:alert(1)}{x}", r"unknown command '\href'"),
        (r"\unicode{60}", r"unknown command '\unicode'"),
        (r"\text{\input{x}}", r"'\input' stands within '\text'"),
        (r"\text{a $x$}", r"'$' stands within '\text'"),
        (r"\begin{verbatim}x\end{verbatim}", "unknown environment 'verbatim'"),
        (r"\begin{pmatrix} 1 \end{bmatrix}", "the environment 'pmatrix' ends as 'bmatrix'"),
        (r"\begin{pmatrix} 1", "the environment 'pmatrix' does not end"),
        (r"\begin{pmatrix} 1 \\[2cm] 2 \end{pmatrix}", "'[' right after a line break"),
        (r"\begin{array}{p{3cm}} 1 \end{array}", "the columns of an array are 'p3cm'"),
        (r"\begin{array}{c} 1 & 2 \end{array}", "a row of the environment 'array' has too many columns"),
        (r"a \\ b", r"a line break \\ outside of an environment"),
        (r"\end{pmatrix}", r"'\end' has no partner before it"),
        ("x^1^2", "two exponents after one another"),
        ("x_1_2", "two indices after one another"),
        ("x^2'", "a prime after an exponent"),
        ("x^", "an index or exponent is missing"),
        (r"x\limits_1", r"'\limits' has no large sign before it"),
        (r"\frac 1", r"'\frac' needs braces"),
        (r"\sqrt[3{x}", "the index of a root does not end"),
        (r"\left x", r"'\left' needs a bracket after it"),
        (r"\bigl.", r"'\bigl' needs a bracket after it"),
        ("{x", "its braces do not match"),
        ("x}", "its braces do not match"),
        ("x\x07", "the character U+0007 is not understood here"),
        ("x\u202ey", "the character U+202E is not understood here"),
        ("x\ue000", "a character of private use stands in it"),
        ("\u4e00", "'一' is not understood here"),
        ("\\", "'\\' is not understood here"),
    ],
)
def test_what_tex_would_read_as_more_than_a_formula_is_refused(latex, problem):
    with pytest.raises(InputError) as caught:
        read(latex)
    assert problem in str(caught.value)


def test_length_and_depth_are_bounded():
    assert read("x" * 4000)
    with pytest.raises(InputError, match="a formula of 4001 characters"):
        read("x" * 4001)
    assert read("{" * 39 + "x" + "}" * 39)
    for opened, closed in (("{", "}"), ("\\sqrt{", "}"), ("x^{", "}"), ("\\left(", "\\right)")):
        with pytest.raises(InputError, match="more than 40 deep"):
            read(opened * 200 + "x" + closed * 200)


# --- what is written -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latex", "written"),
    [
        (r"w_1 = w_0 - \eta \cdot (-4)", r"w_1 = w_0 - \eta \cdot (-4)"),
        (r"\frac12", r"\frac{1}{2}"),
        (r"\frac1{21}", r"\frac{1}{21}"),
        (r"x^12", "x^12"),
        (r"x^{12}", "x^{12}"),
        (r"\hat w", r"\hat{w}"),
        (r"\sqrt 2", r"\sqrt{2}"),
        (r"\sqrt[3]{27}", r"\sqrt[3]{27}"),
        (r"e^\frac{1}{2}", r"e^{\frac{1}{2}}"),
        ("a<b", "a < b"),
        ("[a](b)", "[a] (b)"),
        ("≤ η − ∇", r"\le \eta - \nabla"),
        (r"\eta{x}", r"\eta{x}"),
        ("^2", "{}^2"),
        (r"\begin{pmatrix} 1 & 2 \\ [3] & * \end{pmatrix}", r"\begin{pmatrix} 1 & 2 \\{} [3] &{} * \end{pmatrix}"),
        (r"\begin{array}{l|c} 1 & 2\\ \hline 3 & 4\end{array}", r"\begin{array}{l|c} 1 & 2\\ \hline 3 & 4\end{array}"),
        (r"\text{50\% of <x>}", r"\text{50\% of {<}x>}"),
        ("x\n\n= 1", "x = 1"),
        (r"x\ ", r"x\ {}"),
        (r"5\$", r"5\$"),
    ],
)
def test_formulas_are_written_in_one_form(latex, written):
    assert tex(latex) == written
    assert tex(written) == written


@pytest.mark.parametrize(
    ("latex", "written"),
    [("[1", "{}[1"), ("*", "{}*"), ("x]", "x]{}"), ("1:MC", "{}1:MC"), ("-3", "-3"), ("a <", "a <{}")],
)
def test_values_lean_on_nothing_around_them(latex, written):
    assert value(latex) == written


def test_values_that_are_no_formulas_are_signs_or_words():
    assert value_of_words("<") == "<{}"
    assert value_of_words("-1/3") == "-1/3"
    assert value_of_words("twice & more") == r"\text{twice \& more}"
    assert value_of_words("") == value("") == "{}"


def test_slots_get_the_braces_they_need():
    source = "x_\ue0000\ue001 + \\frac\ue0001\ue001\ue0002\ue001 \\cdot\ue0003\ue001"
    assert pieces(read_with_slots(source)) == ("x_{", 0, "} + \\frac{", 1, "}{", 2, "} \\cdot ", 3)


def test_every_shipped_formula_is_read_and_written_in_one_form_for_good():
    found = {latex for text in every_text() for latex in formulas(text)}
    assert len(found) > 1000
    for latex in found:
        if "\ue000" in latex:
            read_with_slots(latex)
        else:
            assert tex(tex(latex)) == tex(latex)
    assert [fault for text in every_text() for fault in fitness.of_prose(text)] == []


NUMERALS = st.one_of(st.integers(0, 999).map(str), st.just("0.25"), st.just("10"))
SHAPES = st.sampled_from(
    [
        r"\frac{N}{N}",
        r"\fracN",
        r"x^N",
        r"x_N^{N}",
        r"\sqrt[N]{N}",
        r"N x - N",
        r"\frac N N",
        r"x^ N",
        r"N{,}N",
        r"\text{N}",
    ]
)


@given(SHAPES, st.lists(NUMERALS, min_size=2, max_size=2))
def test_formulas_of_one_shape_are_written_as_if_alone(shape, numerals):
    source = iter(numerals)
    latex = "".join(next(source) if sign == "N" else sign for sign in shape)
    try:
        alone = "".join(map(str, pieces(read(latex)))).strip()
    except InputError:
        with pytest.raises(InputError):
            tex(latex)
        return
    assert tex(latex) == alone


@given(st.text(st.sampled_from("x1{}^_$%#&~\\ \n'<>[]()|textfracleftright"), max_size=30))
def test_whatever_is_typed_is_refused_or_written_for_good(latex):
    try:
        written = tex(latex)
    except InputError:
        return
    assert tex(written) == written
    assert "^^" not in written and "%" not in written.replace("\\%", "") and "\n" not in written


# --- texts and cells -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a\x07b", "the character U+0007 stands in the text, after 'a'"),
        ("left \u202eright", "the character U+202E stands in the text, after 'left '"),
        ("\u2066x", "the character U+2066 stands in the text"),
        ("\ufeffx", "the character U+FEFF stands in the text"),
        ("\ue000", "the character U+E000 stands in the text"),
        ("$x$5", "a dollar sign has no partner"),
        ("$ x $", "a dollar sign has no partner"),
        ("costs $5", "a dollar sign has no partner"),
        ("$\\input{x}$", "unknown command '\\input'"),
        ("- $$5%$$", "'%' is not understood here"),
        ("- a\n  - b\n    - c\n      - d", "lists stand more than 3 deep"),
        ("- 1. - + x", "lists stand more than 3 deep"),
    ],
)
def test_texts_that_are_not_fit_to_be_printed(text, problem):
    assert problem in str(next(fitness.of_prose(text)))


FIT = [r"costs \$5", "`$` and ~~~", "$x_1$ after 2", "2$x$", r"$5\$$ and $x\ $", "- 1. - x", "- a\n  - b\n    - c"]


@pytest.mark.parametrize("text", [*FIT, "שלום", "e\u0301", "soft\u00adhyphen", "a\u200db"])
def test_texts_that_are_fit(text):
    assert list(fitness.of_prose(text)) == []


@pytest.mark.parametrize(
    ("cell", "plain", "html"),
    [
        ("=1+1", "'=1+1", "&#61;1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0", "&#43;cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3", "&#45;2+3"),
        ("@SUM(A1)", "'@SUM(A1)", "&#64;SUM(A1)"),
        ("\t=1", "'\t=1", "&#9;=1"),
        ("＝1", "'＝1", "&#65309;1"),
        ("-50", "-50", "-50"),
        ("-0.5e3", "-0.5e3", "-0.5e3"),
        ("one-step", "one-step", "one-step"),
        ("", "", ""),
    ],
)
def test_no_cell_is_run_by_a_spreadsheet(cell, plain, html):
    assert inert(cell) == plain
    assert inert_html(cell) == html
