"""Numbers and formulas as LaTeX: exact expectations, and what must never be seen."""

from __future__ import annotations

import re
from fractions import Fraction
from math import exp, isclose, sin
from pathlib import Path
from shutil import which
from subprocess import run

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from latex2mathml.converter import convert

from gdquiz.formulas.expressions import Apply, Language, Name, Node, Number, names_of, parse, to_text
from gdquiz.formulas.notation import (
    Mode,
    code,
    decimal,
    number,
    plain,
    rounding_interval,
    symbol,
    tidied,
    typeset,
    typesetter,
)
from gdquiz.formulas.scanner import GREEK

_WORDS = "w x y u v w0 x_1 g0 a b c d eta beta k n theta_k rate lambda_max"
NAMES = tuple(_WORDS.split())
F = Fraction


def read(text: str) -> Node:
    return parse(text, names=NAMES, language=Language.BANK, tables=True)


def given_values(text: str) -> dict[str, Fraction | str]:
    """``a=-3/5 b='0.3'`` as values."""
    pairs = (pair.split("=") for pair in text.split())
    return {name: value.strip("'") if "'" in value else F(value) for name, value in pairs}


def mathml_words(latex: str) -> list[str]:
    return re.findall(r"<m[ion][^>]*>([^<]*)</m", convert(latex))


# --- numbers -------------------------------------------------------------------------------------------------------


def test_exact_numbers() -> None:
    assert [number(value) for value in (7, F(-3, 5), F(0), F(4, 2), -1)] == ["7", r"-\frac{3}{5}", "0", "2", "-1"]
    assert [plain(value) for value in (7, F(-3, 5), F(0))] == ["7", "-3/5", "0"]


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (F(1, 2), 0, "1"),  # halves away from zero, not to the even neighbour
        (F(-1, 2), 0, "-1"),
        (F(5, 2), 0, "3"),
        (F(1, 8), 2, "0.13"),
        (F(-1, 8), 2, "-0.13"),
        (F(1, 3), 3, "0.333"),
        (F(2, 3), 3, "0.667"),
        (F(-1, 1000), 2, "0.00"),
        (F(-1, 200), 2, "-0.01"),
        (F(1005, 1000), 2, "1.01"),  # the float 1.005 would round down
        (F(123456, 100), 1, "1234.6"),
        (F(999, 1000), 2, "1.00"),
        (3, 2, "3.00"),
    ],
)
def test_decimals_are_rounded_as_at_school(value: Fraction, places: int, text: str) -> None:
    assert decimal(value, places) == text


@given(st.fractions(-1000, 1000), st.integers(0, 8))
def test_decimal_is_within_half_a_unit(value: Fraction, places: int) -> None:
    text = decimal(value, places)
    assert abs(F(text) - value) <= F(1, 2 * 10**places)
    assert not (text.startswith("-") and F(text) == 0)
    assert len(text.partition(".")[2]) == places


def test_code_is_a_python_literal() -> None:
    values = (F(1, 10), F(-1, 2), F(1, 3), F(-7), F(3, 2**12), F(1, 2**13), F(0))
    # 3/2^12 ends after 12 places, 1/2^13 only after 13
    assert [code(value) for value in values] == ["0.1", "-0.5", "1/3", "-7", "0.000732421875", "1/8192", "0"]


def test_rounding_interval() -> None:
    assert rounding_interval(F(2, 3), None) == (F(2, 3), F(2, 3))
    assert rounding_interval(F(2, 3), 2) == (F(66, 100), F(68, 100))  # 0.67 is right, 0.66 is cut off
    assert rounding_interval(F(-1, 8), 2) == (F(-14, 100), F(-12, 100))  # -0.125 rounds to -0.13, cut off -0.12


@given(st.fractions(-100, 100), st.integers(0, 6))
def test_rounded_and_cut_off_answers_lie_in_the_interval(value: Fraction, places: int) -> None:
    low, high = rounding_interval(value, places)
    scale = 10**places
    cut = F(int(value * scale), scale)
    twice = F(decimal(F(decimal(value, places + 1)), places))
    assert all(low <= answer <= high for answer in (F(decimal(value, places)), cut, twice))


# --- names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("w", "w"),
        ("eta", r"\eta"),
        ("Gamma", r"\Gamma"),
        ("omicron", "o"),
        ("w0", "w_{0}"),
        ("w_1", "w_{1}"),
        ("w12", "w_{12}"),
        ("x_k", "x_{k}"),
        ("x_1_2", "x_{1,2}"),
        ("w1_0", "w_{1,0}"),
        ("theta_k", r"\theta_{k}"),
        ("eta0", r"\eta_{0}"),
        ("lambda_max", r"\lambda_{\mathrm{max}}"),
        ("loss", r"\mathrm{loss}"),
        ("loss_beta", r"\mathrm{loss}_{\beta}"),
        ("a1b", r"\mathrm{a1b}"),
        ("_a", "a"),
        ("_", r"\bullet"),
    ],
)
def test_symbols(name: str, latex: str) -> None:
    assert symbol(name) == latex


@pytest.mark.parametrize("name", [*GREEK.values(), "lambda_max", "w0", "loss", "x_1_2", "_"])
def test_symbols_are_known_to_mathml(name: str) -> None:
    assert not any("\\" in word for word in mathml_words(symbol(name)))


# --- formulas ------------------------------------------------------------------------------------------------------

TIDY = [
    ("a*w^2 + b*w + c", "a=1 b=-3 c=0", "w^{2} - 3 w"),
    ("a*w^2 + b*w + c", "a=-1 b=1 c=-2", "-w^{2} + w - 2"),
    ("a*w^2 + b*w + c", "a=0 b=0 c=0", "0"),
    ("a*w^2 + b*w + c", "a=0 b=0 c=5", "5"),
    ("a*w^2 + b*w + c", "a=0 b=2 c=0", "2 w"),
    ("(a*w - b)^2", "a=2 b=-3/5", r"\left(2 w + \frac{3}{5}\right)^{2}"),
    ("(a*w - b)^2", "a=1 b=0", "w^{2}"),
    ("(a*w - b)^2", "a=-1 b=0", r"\left(-w\right)^{2}"),
    ("a/2*w^2", "a=1", r"\frac{1}{2} w^{2}"),
    ("a*w^2/2", "a=3", r"\frac{3}{2} w^{2}"),
    ("w0 - eta*g0", "w0=3 eta=1/10 g0=-4", r"\frac{17}{5}"),  # 3 + 4/10
    ("w - eta*g0", "eta=1/10 g0=-4", r"w + \frac{2}{5}"),
    ("2 + a - w", "a=1", "3 - w"),
    ("w + 2 + a", "a=1", "w + 3"),
    ("w + 2 + a", "a=-2", "w"),
    ("w + (a + (b + x))", "a=1 b=-3", "w - 2 + x"),
    ("w - (a + x)", "a=1", r"w - \left(1 + x\right)"),
    ("w - (a*x)", "a=-2", "w + 2 x"),
    ("-(a*w)", "a=-1/2", r"\frac{1}{2} w"),
    ("--w", "", "w"),
    ("w - -(x - a)", "a=2", "w + x - 2"),
    ("w + (x + y)/a", "a=1", "w + x + y"),
    ("a*(w - b)", "a=1 b=2", "w - 2"),
    ("a*(w - b)", "a=-1 b=2", r"-\left(w - 2\right)"),
    ("a*(w - b) + x", "a=1 b=2", "w - 2 + x"),
    ("2*a*(b*w - c)*b", "a=1/2 b=3 c=1", r"3 \left(3 w - 1\right)"),
    ("w^a", "a=0", "1"),
    ("w^a", "a=1", "w"),
    ("w^a", "a=-1", r"\frac{1}{w}"),
    ("x*w^a", "a=-2", r"\frac{x}{w^{2}}"),
    ("w^a", "a=1/2", r"w^{\frac{1}{2}}"),
    ("a^k", "a=-1/2", r"\left(-\frac{1}{2}\right)^{k}"),
    ("a^k", "a=-2", "(-2)^{k}"),
    ("a^b", "a=2 b=-2", r"\frac{1}{4}"),
    ("3*2^k*w", "", r"3 \cdot 2^{k} w"),
    ("w/(1 + a*w)", "a=-1", r"\frac{w}{1 - w}"),
    ("a*w/(1 + w^2)", "a=-3/2", r"-\frac{3 w}{2 \left(1 + w^{2}\right)}"),
    ("a/w", "a=-4", r"-\frac{4}{w}"),
    ("w/x/y", "", r"\frac{w}{x y}"),
    ("w/(x/y)", "", r"\frac{w y}{x}"),
    ("w*a/b", "a=-4 b=3", r"-\frac{4}{3} w"),
    ("exp(-a*w^2)", "a=1", "e^{-w^{2}}"),
    ("exp(-a*w^2)", "a=1/2", r"\exp\left(-\frac{1}{2} w^{2}\right)"),
    ("exp(a*w)*b", "a=0 b=3", "3"),
    ("exp(a)*w", "a=1", "e w"),
    ("log(a)", "a=1", "0"),
    ("log(1 + exp(-y*w))", "y=-1", r"\ln\left(1 + e^{w}\right)"),
    ("sigmoid(a*w + b)", "a=2 b=-1", r"\sigma\left(2 w - 1\right)"),
    ("sigmoid(a)", "a=0", r"\frac{1}{2}"),
    ("sqrt(a)*w", "a=4/9", r"\frac{2}{3} w"),
    ("sqrt(a)*w", "a=2", r"\sqrt{2} w"),
    ("abs(a)*abs(w - b)", "a=-2 b=-1", r"2 \left|w + 1\right|"),
    ("relu(a)*x + relu(w)", "a=-2", r"\operatorname{ReLU}\left(w\right)"),
    ("max(a, b)", "a=1/2 b=1/3", r"\frac{1}{2}"),
    ("min(w, a, 2)", "a=1", r"\min\left(w, 1, 2\right)"),
    ("tanh(w)^2*log(w)^3*sigmoid(w)^2", "", r"\tanh^{2}\left(w\right) \ln^{3}\left(w\right) \sigma\left(w\right)^{2}"),
    ("floor(a)*w + ceil(a)", "a=-3/2", "-2 w - 1"),
    ("a*w", "a='0.333'", "0.333 w"),
    ("w + a", "a='-0.25'", "w - 0.25"),
    ("b*a", "a='-0.50' b=2", r"-2 \cdot 0.50"),
    ("w[k]^2 + w[k + 1]", "k=2", "w_{2}^{2} + w_{3}"),
    ("w[k] - w[1]", "k=0 w[0]=5 w[1]=-2", "7"),
    ("if(b < a, w, -w)", "a=1 b=0", "w"),
    ("if(b < a and not a == 1, w, -w)", "a=1 b=0", "-w"),
    ("if(is_square(a) or b == w, w, -w)", "a=9 b=0", "w"),
    ("w < a/b", "a=4 b=-6", r"w < -\frac{2}{3}"),
    ("0 <= a*w and a*w != 2", "a=1", r"0 \le w \neq 2"),
    ("rate*w*rate", "", r"\mathrm{rate} \, w \, \mathrm{rate}"),
    ("2*lambda_max", "", r"2 \lambda_{\mathrm{max}}"),
]

PLUGGED = [
    ("w0 - eta*g0", "w0=3 eta=1/10 g0=-4", r"3 - \frac{1}{10} \cdot (-4)"),
    ("w0 - eta*g0", "w0=-3 eta=1/10 g0=-1/4", r"-3 - \frac{1}{10} \cdot \left(-\frac{1}{4}\right)"),
    ("w0 - eta*g0", "w0='0.33' eta='0.1' g0='-0.667'", r"0.33 - 0.1 \cdot (-0.667)"),
    ("(a*w0 - b)^2", "a=2 w0=3 b=1", r"\left(2 \cdot 3 - 1\right)^{2}"),
    ("2*a*(a*w0 - b)", "a=2 w0=3 b=-1", r"2 \cdot 2 \left(2 \cdot 3 - (-1)\right)"),
    ("a^2 + b^2", "a=-3 b=1/2", r"(-3)^{2} + \left(\frac{1}{2}\right)^{2}"),
    ("a + b", "a=1 b=-2", "1 + (-2)"),
    ("-a", "a=-2", "-(-2)"),
    ("-a^2", "a=-2", "-(-2)^{2}"),
    ("a/b", "a=-1 b=-2", r"\frac{-1}{-2}"),
    ("w*a", "a=3", r"w \cdot 3"),
    ("a*w", "a=3", "3 w"),
    ("w*a^2", "a=3", r"w \cdot 3^{2}"),
    ("exp(a)", "a=-2", "e^{-2}"),
    ("exp(a*w)", "a=1/2", r"\exp\left(\frac{1}{2} w\right)"),
    ("abs(a)", "a=-2", r"\left|-2\right|"),
    ("w[k + 1] - eta*g0", "w[3]=-1/2 w[1]=0 k=2 eta=1/10 g0=1", r"-\frac{1}{2} - \frac{1}{10} \cdot 1"),
    ("eta < 2/a", "eta=1/10 a=4", r"\frac{1}{10} < \frac{2}{4}"),
]

SYMBOLIC = [
    ("w0 - eta*g0", r"w_{0} - \eta g_{0}"),
    ("(a*w - b)^2", r"\left(a w - b\right)^{2}"),
    ("a - (b - c)", r"a - \left(b - c\right)"),
    ("a*(b + c)*d", r"a \left(b + c\right) d"),
    ("a*(-b)", r"a \left(-b\right)"),
    ("a/2*w^2", r"\frac{a}{2} w^{2}"),
    ("0.5*w", r"\frac{1}{2} w"),
    ("w*2", r"w \cdot 2"),
    ("(-2)^k", "(-2)^{k}"),
    ("(a/b)^2", r"\left(\frac{a}{b}\right)^{2}"),
    ("(w^2)^3", r"\left(w^{2}\right)^{3}"),
    ("w^2^k", "w^{2^{k}}"),
    ("x_1^2", "x_{1}^{2}"),
    ("w0[k]", "w_{0,k}"),
    ("mean((w*x - y)^2)", r"\operatorname{mean}\left(\left(w x - y\right)^{2}\right)"),
    ("sum(x*y)/n", r"\frac{\operatorname{sum}\left(x y\right)}{n}"),
    ("0 < eta and eta < 2/a", r"0 < \eta < \frac{2}{a}"),
    ("a >= b", r"a \ge b"),
    ("a == b or not a > b", r"a = b \lor \neg \left(a > b\right)"),
    ("(a or b) and is_square(c)", r"\left(a \lor b\right) \land \operatorname{square}\left(c\right)"),
    ("if(w < a, w, -w)", r"\begin{cases} w & \text{if } w < a \\ -w & \text{otherwise} \end{cases}"),
    ("step(w) + sign(w)", r"\operatorname{step}\left(w\right) + \operatorname{sign}\left(w\right)"),
    ("floor(w)^2 - ceil(w)", r"\left\lfloor w \right\rfloor^{2} - \left\lceil w \right\rceil"),
    ("sin(w)^2 + cos(w)*tan(w)", r"\sin^{2}\left(w\right) + \cos\left(w\right) \tan\left(w\right)"),
    ("max(a, b)*min(a, b)", r"\max\left(a, b\right) \min\left(a, b\right)"),
]


@pytest.mark.parametrize(("text", "values", "latex"), TIDY)
def test_tidy(text: str, values: str, latex: str) -> None:
    assert typeset(read(text), Mode.TIDY, given_values(values)) == latex


@pytest.mark.parametrize(("text", "values", "latex"), PLUGGED)
def test_plugged(text: str, values: str, latex: str) -> None:
    assert typeset(read(text), Mode.PLUGGED, given_values(values)) == latex


@pytest.mark.parametrize(("text", "latex"), SYMBOLIC)
def test_symbolic(text: str, latex: str) -> None:
    assert typeset(read(text)) == latex
    assert typesetter(read(text), Mode.SYMBOLIC, frozenset(NAMES))({}) == latex


_ALL = sorted({row[-1] for row in (*TIDY, *PLUGGED, *SYMBOLIC)})


@pytest.mark.parametrize("latex", _ALL)
def test_mathml_understands_every_form(latex: str) -> None:
    assert not any("\\" in word for word in mathml_words(latex))


@pytest.mark.tex
@pytest.mark.skipif(which("pdflatex") is None, reason="needs pdflatex")
def test_amsmath_understands_every_form(tmp_path: Path) -> None:
    lines = [f"$ {latex} $\n" for latex in (*_ALL, *map(symbol, GREEK.values()))]
    top = "\\documentclass{article}\\usepackage{amsmath}\\begin{document}\n"
    document = "\n".join([top, *lines, "\\end{document}\n"])
    (tmp_path / "all.tex").write_text(document, "utf-8")
    done = run(
        ["pdflatex", "-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode", "all.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]


def test_a_typesetter_is_used_again_and_again() -> None:
    setting = typesetter(read("a*w + b"), Mode.TIDY, frozenset({"a", "b"}))
    assert [setting({"a": F(a), "b": F(b)}) for a, b in ((1, 0), (2, -1), (0, 3))] == ["w", "2 w - 1", "3"]
    with pytest.raises(KeyError):
        setting({"a": F(1)})


def test_division_by_a_known_zero_is_an_error() -> None:
    for text in ("w/a", "a^(-1)", "1/(a*b)"):
        with pytest.raises(ZeroDivisionError):
            typeset(read(text), Mode.TIDY, {"a": F(0), "b": F(1)})


def test_large_powers_stay_powers() -> None:
    assert typeset(read("a^b*w"), Mode.TIDY, {"a": F(3), "b": F(10**9)}) == "3^{1000000000} w"


# --- properties ----------------------------------------------------------------------------------------------------

_leaves = st.one_of(
    st.sampled_from([Name(name) for name in ("w", "x", "a", "b", "c")]),
    st.integers(0, 3).map(lambda k: Number(F(k))),
)


def _grown(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    few = st.lists(children, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        few.map(lambda parts: Apply("+", parts)),
        few.map(lambda parts: Apply("*", parts)),
        children.map(lambda part: Apply("-", (part,))),
        st.tuples(children, children).map(lambda parts: Apply("/", parts)),
        st.tuples(children, st.integers(0, 3).map(lambda k: Number(F(k)))).map(lambda parts: Apply("^", parts)),
        st.tuples(st.sampled_from(["exp", "sin", "abs", "relu"]), children).map(lambda p: Apply(p[0], (p[1],))),
        st.tuples(children, children).map(lambda parts: Apply("max", parts)),
    )


formulas = st.recursive(_leaves, _grown, max_leaves=10)
knowns = st.fixed_dictionaries(
    {},
    optional={name: st.sampled_from([F(0), F(1), F(-1), F(2), F(-3), F(1, 2), F(-3, 5)]) for name in "abc"},
)


def _value(node: Node, values: dict[str, Fraction]) -> Fraction | float:
    """Exact as far as possible."""
    match node:
        case Number(value):
            return value
        case Name(name):
            return values[name]
        case Apply(function, arguments):
            parts = [_value(argument, values) for argument in arguments]
    match function:
        case "+":
            return sum(parts, F(0))
        case "-":
            return -parts[0]
        case "/":
            return parts[0] / parts[1]
        case "^":
            return parts[0] ** int(parts[1])
        case "*":
            product: Fraction | float = F(1)
            for part in parts:
                product = product * part
            return product
        case "max":
            return max(parts)
        case "abs":
            return abs(parts[0])
        case "relu":
            return max(parts[0], F(0))
        case "exp":
            return exp(parts[0]) if parts[0] else F(1)
        case "sin":
            return sin(parts[0]) if parts[0] else F(0)
    raise AssertionError(function)


@settings(max_examples=300, deadline=None)
@given(formulas, knowns)
def test_tidying_keeps_the_value(node: Node, known: dict[str, Fraction]) -> None:
    point = {"w": F(3, 7), "x": F(-5, 3), "a": F(2, 9), "b": F(11, 4), "c": F(-7, 8)} | known
    try:
        before = _value(node, point)
        after = tidied(node, known)
    except (ZeroDivisionError, OverflowError):
        assume(False)
    assert names_of(after).isdisjoint(known)
    assert isclose(before, _value(after, point), rel_tol=1e-9, abs_tol=1e-9)


_UGLY = re.compile(r"\+ -|- -|\+ \+|--|(?<![\d.])[01] [a-z\\]|\^\{[01]\}|-0|[-+] 0|\{\}|\(\)")


@settings(max_examples=300, deadline=None)
@given(formulas, knowns)
def test_tidy_is_tidy(node: Node, known: dict[str, Fraction]) -> None:
    try:
        latex = typeset(node, Mode.TIDY, known)
    except ZeroDivisionError:
        assume(False)
    assert not _UGLY.search(latex), latex
    assert latex.count("{") == latex.count("}")
    assert latex.count("\\left") == latex.count("\\right")


@settings(max_examples=200, deadline=None)
@given(formulas, knowns)
def test_tidy_latex_is_that_of_the_tidied_formula(node: Node, known: dict[str, Fraction]) -> None:
    try:
        after = tidied(node, known)
    except ZeroDivisionError:
        assume(False)
    assert typeset(node, Mode.TIDY, known) == typeset(after)
    assert tidied(after, {}) == after, to_text(after)


@settings(max_examples=150, deadline=None)
@given(formulas, knowns)
def test_plugged_signs_never_meet_and_mathml_understands(node: Node, known: dict[str, Fraction]) -> None:
    latex = typeset(node, Mode.PLUGGED, known)
    assert not re.search(r"[-+] ?-|\\cdot -|\d \d", latex), latex
    assert not any("\\" in word for word in mathml_words(latex))
