"""MathML: the same by shapes as directly, nothing let through, slots put in."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdquiz.errors import InputError
from gdquiz.rendering import mathml
from gdquiz.texts import constructs
from gdquiz.texts.latex import pieces
from gdquiz.texts.reading import read_with_slots
from gdquiz.texts.slots import hide_slots

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


@pytest.mark.parametrize("latex", FORMULAS)
def test_by_shape_is_the_same_as_directly(latex):
    assert mathml.inner(latex) == mathml._direct(latex)


NUMBER = st.one_of(
    st.integers(0, 10**6).map(str),
    st.tuples(st.integers(0, 99), st.integers(0, 999)).map(lambda pair: f"{pair[0]}.{pair[1]:03d}"),
)


@given(st.sampled_from(FORMULAS), st.lists(NUMBER, min_size=8, max_size=8))
def test_by_shape_is_the_same_for_other_numbers(latex, numbers):
    source = itertools.cycle(numbers)
    changed = re.sub(r"(?<![\^_\d])(?<!\\frac)(?<!\\sqrt)\d+(\.\d+)?", lambda _: next(source), latex)
    assert mathml.inner(changed) == mathml._direct(changed)


def test_numbers_that_change_places_are_put_where_they_belong():
    # \sqrt[n]{x} is <mroot>x n</mroot>: the first number of the source is the last of the MathML
    assert mathml.inner("\\sqrt[3]{27}") == "<mroot><mn>27</mn><mn>3</mn></mroot>"
    assert mathml.inner("\\sqrt[5]{32}") == "<mroot><mn>32</mn><mn>5</mn></mroot>"


@pytest.mark.parametrize("latex", FORMULAS)
def test_it_is_well_formed_and_carries_its_source(latex):
    tree = ElementTree.fromstring(mathml.math(latex, display=True))
    assert tree.get("alttext") == latex
    assert tree.get("display") == "block"


def test_signs_are_told_from_operators():
    assert mathml.inner("-3 - -2") == ('<mo form="prefix">−</mo><mn>3</mn><mo>−</mo><mo form="prefix">−</mo><mn>2</mn>')
    bars = '<mo form="{}" stretchy="false">|</mo>'
    assert mathml.inner("|-3|") == (
        bars.format("prefix") + '<mo form="prefix">−</mo><mn>3</mn>' + bars.format("postfix")
    )


@pytest.mark.parametrize(
    ("latex", "problem"),
    [
        (r"\foo{1}", r"in the formula $\foo{1}$: unknown command '\foo' (hint: did you mean 'rfloor'?)"),
        (r"\href{javascript:alert(1)}{x}", r"in the formula $\href{javascript:alert(1)}{x}$: unknown command '\href'"),
        (r"\input{secret}", r"in the formula $\input{secret}$: unknown command '\input' (hint: did you mean 'int'?)"),
        ("x}", "in the formula $x}$: its braces do not match"),
        ("{x", "in the formula ${x$: its braces do not match"),
        ("a & b", "in the formula $a & b$: '&' is not understood here"),
        (r"a \\ 2", r"in the formula $a \\ 2$: a line break \\ outside of an environment"),
        (r"\left( x", r"in the formula $\left( x$: '\left' has no '\right'"),
        ("x^1^2", "in the formula $x^1^2$: two exponents after one another (hint: use braces: {x^1}^2)"),
        (r"\begin{tikz}x\end{tikz}", r"in the formula $\begin{tikz}x\end{tikz}$: unknown environment 'tikz'"),
        ("x" * 4001, "a formula of 4001 characters; expected at most 4000"),
    ],
)
def test_what_is_refused(latex, problem):
    with pytest.raises(InputError) as caught:
        mathml.math(latex)
    assert str(caught.value) == problem


def test_deep_nesting_is_refused():
    with pytest.raises(InputError, match="nested more than 40 deep"):
        mathml.math("{" * 500 + "x" + "}" * 500)


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{\&lt;script\&gt;}",
        "</math><script>alert(1)</script>",
        r"\text{\" onload=alert(1) x=\"}".replace('\\"', '"'),
        r"\text{<img src=x onerror=alert(1)>}",
    ],
)
def test_no_markup_gets_through(latex):
    text = mathml.math(latex)
    tree = ElementTree.fromstring(text)
    assert {element.tag for element in tree.iter()} <= mathml._ELEMENTS
    assert {name for element in tree.iter() for name in element.attrib} <= mathml._ATTRIBUTES | {"alttext", "style"}
    assert not re.search(r"<(?:script|img)", text)


@given(st.text(st.sampled_from("<>&\"'ax1\\{}^_$% textfracscript/"), max_size=40))
def test_whatever_is_typed_is_refused_or_well_formed(latex):
    try:
        text = mathml.math(latex)
    except InputError:
        return
    assert {element.tag for element in ElementTree.fromstring(text).iter()} <= mathml._ELEMENTS


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
def test_every_command_that_is_allowed_is_understood(latex):
    assert "\\" not in mathml.inner(latex).replace("<mi>\\</mi>", "").replace("<mo>\\</mo>", "")


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
    parts = pieces(read_with_slots(source))
    prepared = mathml.formula(parts)
    assert prepared is not None
    for values in itertools.product(VALUES, repeat=3):
        fragments = [mathml.fragment(values[number], starts) for number, starts in prepared.holes]
        found = prepared.literals[0] + "".join(map("".join, zip(fragments, prepared.literals[1:], strict=True)))
        named = dict(zip("abc", values, strict=True))
        whole = "".join(part if isinstance(part, str) else named[insides[part]] for part in parts)
        assert words(found) == words(mathml._direct(whole))


@pytest.mark.parametrize("value", ["1 & 2", "^2", "'", r"\left(", r"1 \\ 2"])
def test_values_that_lean_on_what_is_around_them_do_not_stand_alone(value):
    assert mathml.fragment(value, True) is None


def test_a_minus_after_a_comma_and_a_space_is_a_sign() -> None:
    assert '<mo form="prefix">−</mo><mn>1</mn>' in mathml.math(r"2, \quad -1")
    assert '<mo form="prefix">' not in mathml.math(r"x \quad - 1")
