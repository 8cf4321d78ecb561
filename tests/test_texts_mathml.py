"""MathML: the same as two other converters find, nothing let through, brackets that stand tight, slots put in."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
from html import unescape
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_rendering_plain import every_text

from gdquiz.errors import InputError
from gdquiz.texts import constructs, mathml
from gdquiz.texts.latex import pieces, tex
from gdquiz.texts.reading import read, read_with_slots
from gdquiz.texts.slots import HOLE, formulas, hide_slots

FORMULAS = (
    "w_1 = 1 - \\frac{2}{3} \\cdot 4",
    "x^2 + x^{10} - x^12",
    "\\frac12 + \\frac{10}{21}",
    "-3 + x = -3",
    "\\left(\\frac{1}{2}\\right)^2",
    "\\sqrt[3]{27} = 3",
    "\\sqrt2",
    "0.25 \\cdot 0.5 = 0.125",
    "\\begin{aligned} a &= -1\\\\ b &= 22\\end{aligned}",
    "\\begin{cases} 1 & x < 0\\\\ 2 & x \\ge 0\\end{cases}",
    "\\begin{pmatrix} 1 & 2\\\\ 3 & 4\\end{pmatrix}^{-1}",
    "\\lim_{k\\to\\infty} x_k = 0",
    "\\sum_{i=1}^{10} (y_i - 2)^2",
    "\\text{after 3 steps}",
    "|1 - 2 \\eta| < 1",
    "\\lVert x_{12} \\rVert_2^2",
    "e^{-0.5 x} \\log 3 + \\operatorname{relu}(-2)",
    "50\\%",
    "1{,}000",
    "f'(2) = 3!",
    "x_1^2 x_{1}^{2}",
    "",
)


_ELEMENTS = "math mrow mi mn mo mtext mspace msup msub msubsup mfrac msqrt mroot munder mover munderover mtable mtr mtd"
ELEMENTS = {*_ELEMENTS.split(), "mstyle", "mphantom"}
_ATTRIBUTES = "alttext display tabindex style form stretchy lspace rspace width minsize maxsize displaystyle accent"
ATTRIBUTES = {*_ATTRIBUTES.split(), "accentunder", "mathvariant", "linethickness"}


def directly(latex: str) -> str:
    """The MathML of a formula that shares nothing with others."""
    return mathml._expecting(read(latex))


@pytest.mark.parametrize("latex", FORMULAS)
def test_by_shape_is_the_same_as_directly(latex):
    assert mathml.inner(latex) == directly(latex)


NUMBER = st.one_of(
    st.integers(0, 10**6).map(str),
    st.tuples(st.integers(0, 99), st.integers(0, 999)).map(lambda pair: f"{pair[0]}.{pair[1]:03d}"),
)


@given(st.sampled_from(FORMULAS), st.lists(NUMBER, min_size=8, max_size=8))
def test_by_shape_is_the_same_for_other_numbers(latex, numbers):
    source = itertools.cycle(numbers)
    changed = re.sub(r"(?<![\^_\d])(?<!\\frac)(?<!\\sqrt)\d+(\.\d+)?", lambda _: next(source), latex)
    assert mathml.inner(changed) == directly(changed)


def test_numbers_that_change_places_are_put_where_they_belong():
    # \\sqrt[n]{x} is <mroot>x n</mroot>: the first number of the source is the last of the MathML
    assert mathml.inner("\\sqrt[3]{27}") == "<mroot><mn>27</mn><mn>3</mn></mroot>"
    assert mathml.inner("\\sqrt[5]{32}") == "<mroot><mn>32</mn><mn>5</mn></mroot>"


@pytest.mark.parametrize("latex", FORMULAS)
def test_it_is_well_formed_and_carries_its_source(latex):
    tree = ElementTree.fromstring(mathml.math(latex, display=True))
    assert tree.get("alttext") == tex(latex)
    assert tree.get("display") == "block"


def test_signs_are_told_from_operators():
    assert mathml.inner("-3 - -2") == ('<mo form="prefix">−</mo><mn>3</mn><mo>−</mo><mo form="prefix">−</mo><mn>2</mn>')
    bars = '<mo form="{}" stretchy="false">|</mo>'
    assert mathml.inner("|-3|") == (
        bars.format("prefix") + '<mo form="prefix">−</mo><mn>3</mn>' + bars.format("postfix")
    )


def test_brackets_are_fences_wherever_they_stand():
    """A browser takes a bracket between two elements for an operator with space around it, unless its form is said."""
    assert mathml.inner("4(x-1)^2") == (
        '<mn>4</mn><mo form="prefix" stretchy="false">(</mo><mi>x</mi><mo>−</mo><mn>1</mn>'
        '<msup><mo form="postfix" stretchy="false">)</mo><mn>2</mn></msup>'
    )
    assert mathml.inner("[0, 1)") == (
        '<mo form="prefix" stretchy="false">[</mo><mn>0</mn><mo>,</mo><mn>1</mn>'
        '<mo form="postfix" stretchy="false">)</mo>'
    )
    assert mathml.inner("\\left(x\\right)") == (
        '<mrow><mo form="prefix" stretchy="true">(</mo><mi>x</mi><mo form="postfix" stretchy="true">)</mo></mrow>'
    )
    assert mathml.inner("f(x)!").endswith('<mo form="postfix" stretchy="false">!</mo>')


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{\&lt;script\&gt;}",
        "</math><script>alert(1)</script>",
        '\\text{" onload=alert(1) x="}',
        r"\text{<img src=x onerror=alert(1)>}",
    ],
)
def test_no_markup_gets_through(latex):
    text = mathml.math(latex)
    tree = ElementTree.fromstring(text)
    assert {element.tag for element in tree.iter()} <= ELEMENTS
    assert {name for element in tree.iter() for name in element.attrib} <= ATTRIBUTES
    assert not re.search(r"<(?:script|img)", text)


@given(st.text(st.sampled_from("<>&\"'ax1\\{}^_$% textfracscript/"), max_size=40))
def test_whatever_is_typed_is_refused_or_well_formed(latex):
    try:
        text = mathml.math(latex)
    except InputError:
        return
    assert {element.tag for element in ElementTree.fromstring(text).iter()} <= ELEMENTS


ONE = (
    "sqrt hat bar tilde vec dot ddot overline underline widehat widetilde overbrace underbrace boxed text textbf textit"
)
ONE += " mathbf mathrm mathit mathbb mathcal mathsf boldsymbol operatorname phantom"
TWO = "frac dfrac tfrac binom overset underset stackrel"
LARGE = "big Big bigg Bigg bigl bigr Bigl Bigr"
PARTS_OF_OTHERS = {"begin", "end", "left", "right", "hline", "limits", "nolimits"}


def every_command() -> list[str]:
    """A formula for each command and environment that authors may use."""
    arguments = (
        dict.fromkeys(ONE.split(), "{x}") | dict.fromkeys(TWO.split(), "{x}{y}") | dict.fromkeys(LARGE.split(), "(")
    )
    formulas = [f"\\{name}{arguments.get(name, '')} z" for name in sorted(constructs.COMMANDS - PARTS_OF_OTHERS)]
    for name in sorted(constructs.ENVIRONMENTS):
        columns = "{cc}" if name == "array" else ""
        body = "1 \\\\ 2" if name == "gathered" else "1 & 2\\\\ 3 & 4"
        formulas.append(f"\\begin{{{name}}}{columns} {body}\\end{{{name}}}")
    return [*formulas, "\\left( x \\right]", "\\sum\\limits_{k=1}^n x_k", "\\int\\nolimits_0^1 x"]


@pytest.mark.parametrize("latex", every_command())
def test_every_command_that_is_allowed_is_written(latex):
    tree = ElementTree.fromstring(f"<math>{mathml.inner(latex)}</math>")
    assert {element.tag for element in tree.iter()} <= ELEMENTS
    assert {name for element in tree.iter() for name in element.attrib} <= ATTRIBUTES
    assert "\\" not in words(mathml.inner(latex)) or "backslash" in latex


VALUES = ("3", "-3", r"\frac{1}{2}", r"-\frac{2}{3}", "0.25", "w^2 - 3 w", r"\left(-\frac{1}{2}\right)", "\\eta")
TEMPLATES = (
    "w_1 = {{a}} - {{b}} \\cdot {{c}}",
    "\\frac{{{a}}}{{{b}}} + x^{{{c}}}",
    "\\frac{{a}}{{b}} x_{{c}}",
    "\\begin{aligned} x &= {{a}} - {{b}}\\\\ y &= {{c}}\\end{aligned}",
    "\\sqrt{{{a}}} \\left({{b}}, {{c}}\\right)",
    "|{{a}} + {{b}}| < e^{-{{c}}}",
)


def words(text: str) -> str:
    return "".join(ElementTree.fromstring(f"<math>{text}</math>").itertext())


@pytest.mark.parametrize("template", TEMPLATES)
def test_slots_filled_read_as_the_whole_formula_does(template):
    source, insides = hide_slots(template)
    row = read_with_slots(source)
    prepared, parts = mathml.pieces(row), pieces(row)
    for values in itertools.product(VALUES, repeat=3):
        named = dict(zip("abc", values, strict=True))
        found = "".join(
            piece if isinstance(piece, str) else mathml.inner(named[insides[piece[0]]], piece[1]) for piece in prepared
        )
        whole = "".join(part if isinstance(part, str) else named[insides[part]] for part in parts)
        assert words(found) == words(directly(whole))


def test_a_minus_after_a_comma_and_a_space_is_a_sign() -> None:
    assert '<mo form="prefix">−</mo><mn>1</mn>' in mathml.math(r"2, \quad -1")
    assert '<mo form="prefix">' not in mathml.math(r"x \quad - 1")


# --- other converters ------------------------------------------------------------------------------------------------


def shipped() -> list[str]:
    """Every formula of the shipped banks, 7 in its slots."""
    return sorted({HOLE.sub("7", latex) for text in every_text() for latex in formulas(text)})


_ALIKE = str.maketrans("*⋅-‾―\u0302∥", "∗·−¯¯^‖", " \u00a0\u2009\u2061")


def characters(elements: ElementTree.Element) -> str:
    """What a formula shows, without spaces, and with one character for those that look alike."""
    return unescape("".join(elements.itertext())).translate(_ALIKE)


def ours(latex: str) -> str:
    return characters(ElementTree.fromstring(mathml.math(latex)))


def test_latex2mathml_finds_the_same_characters_in_every_shipped_formula():
    from latex2mathml.converter import convert_to_element

    assert [latex for latex in shipped() if characters(convert_to_element(tex(latex))) != ours(latex)] == []


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="no pandoc is installed")
def test_pandoc_finds_the_same_characters_in_every_shipped_formula():
    found = shipped()
    document = "\n\n".join(f"- ${tex(latex)}$" for latex in found)
    command = ["pandoc", "-f", "markdown", "-t", "html", "--mathml"]
    page = subprocess.run(command, input=document, capture_output=True, text=True, check=True).stdout
    page = re.sub('<annotation.*?</annotation>| xmlns="[^"]*"', "", page, flags=re.DOTALL)
    others = re.findall("<li>(.*?)</li>", page, flags=re.DOTALL)
    assert len(others) == len(found)
    different = {}
    for latex, other in zip(found, others, strict=True):
        if "<math" in other and characters(ElementTree.fromstring(other)) != ours(latex):
            different[latex] = characters(ElementTree.fromstring(other)), ours(latex)
    assert different == {}
    assert sum("<math" in other for other in others) > 0.99 * len(found)  # pandoc does not know all sizes of brackets
