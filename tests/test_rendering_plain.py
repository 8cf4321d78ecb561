"""Texts for a terminal: formulas in Unicode, Markdown as plain text; nothing of LaTeX left in any shipped item."""

from __future__ import annotations

import re

import pytest
from kept import shipped_models

from gdquiz.banks.misconceptions import shipped
from gdquiz.errors import InputError
from gdquiz.rendering.plain import columns, one_line, plain
from gdquiz.texts.slots import HOLE, formulas
from gdquiz.texts.unicode import displayed, formula

FORMULAS = {
    r"\frac{1}{4} w^2 - 6 w": "(1/4) w² − 6w",
    r"L'(w_0) = -\frac{1}{4} \cdot (-8)": "L′(w₀) = −1/4 · (−8)",
    r"\hat y = w x": "ŷ = w x",
    r"\sum_{i=1}^{n} x_i": "∑ᵢ₌₁ⁿ xᵢ",
    r"\frac{1}{n} \sum_{i} (w x_i - y_i)^2": "(1/n) ∑ᵢ (w xᵢ − yᵢ)²",
    r"\lVert x - x^* \rVert^2": "‖x − x*‖²",
    r"\eta\lVert\nabla f(x)\rVert": "η‖∇f(x)‖",
    r"\left|x\right|": "|x|",
    r"P(x | y)": "P(x | y)",
    r"\max\left(0, x\right)": "max(0, x)",
    r"x \ln x": "x ln x",
    r"\frac{\partial L}{\partial w_1}": "∂L/∂w₁",
    r"\frac{\partial^2 L}{\partial u^2}": "∂²L/∂u²",
    r"\frac{dL}{dp}": "dL/dp",
    r"\frac{p - y}{p(1 - p)}": "(p − y)/(p(1 − p))",
    r"\frac{f(x_1, y_1)}{f(x_0, y_0)}": "f(x₁, y₁)/f(x₀, y₀)",
    r"\frac{a}{2b}": "a/(2b)",
    r"\frac{M R^2}{2k}": "(M R²)/(2k)",
    r"\frac{\frac{1}{2}}{3}": "(1/2)/3",
    r"\left(-\frac{3}{5}\right)^{2}": "(−3/5)²",
    r"\left(\frac{\kappa - 1}{\kappa + 1}\right)^2": "((κ − 1)/(κ + 1))²",
    r"\sqrt{x}": "√x",
    r"\sqrt{x^2 + 1}": "√(x² + 1)",
    r"\sqrt{s_{t+1}}": "√(sₜ₊₁)",
    r"e^{-w}": "e^(−w)",
    r"x^{\frac{1}{2}}": "x^(1/2)",
    r"2^{-3}": "2⁻³",
    r"w_{u,1}": "w_(u,1)",
    r"f_{xy}": "f_xy",
    r"\sin^{2}\left(x\right)": "sin²(x)",
    r"\lambda_{\max}": "λₘₐₓ",
    r"\mathrm{train}_3": "train₃",
    r"\text{rate} \cdot 2": "rate · 2",
    r"2, \quad 5, \quad -1": "2,   5,   −1",
    r"y_i: \quad 0": "yᵢ:   0",
    r"2 \begin{pmatrix} m_2 & 1 \\ 1 & 0 \end{pmatrix}": "2[m₂  1; 1  0]",
    r"y \in \{0, 1\}": "y ∈ {0, 1}",
    r"x_0 \to \infty": "x₀ → ∞",
    r"3 - \left(-2\right)": "3 − (−2)",
}


@pytest.mark.parametrize("latex", FORMULAS)
def test_a_formula_on_a_line(latex: str) -> None:
    assert formula(latex) == FORMULAS[latex]


def test_a_displayed_matrix_takes_several_lines() -> None:
    latex = (
        r"A = \begin{pmatrix} 1 & -\frac{1}{2} \\ 3 & 4 \end{pmatrix}, \qquad b = \begin{pmatrix} 1 \\ 2 \end{pmatrix}."
    )
    assert displayed(latex) == [
        "    ⎛1  −1/2⎞         ⎛1⎞",
        "A = ⎝3   4  ⎠,   b = ⎝2⎠.",
    ]
    cases = r"f(x) = \begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}"
    assert displayed(cases) == ["       ⎧x  if x > 0", "f(x) = ⎩0  otherwise"]
    assert displayed(r"\begin{aligned} a &= b \\ &= c \end{aligned}") == ["a = b", "  = c"]


def test_what_can_not_be_set_is_refused() -> None:
    with pytest.raises(InputError):
        formula(r"\href{x}{y}")


def every_text() -> list[str]:
    texts = [text for row in shipped().values() for text in (row.why, row.say, row.belief)]
    for template in shipped_models():
        source = template.source
        texts += [source.stem, source.solution, *source.hints]
        for part in source.part:
            texts += [part.ask, part.follow_text, *(answer.label for answer in part.answers)]
            texts += [text for option in part.option for text in (option.text, option.feedback)]
            texts += [*(prompt.text for prompt in part.prompt), *(wrong.feedback for wrong in part.wrong)]
            texts += [line.text for line in part.guide]
    return texts


def test_no_latex_is_left_in_any_shipped_formula() -> None:
    found = {HOLE.sub("0", latex) for text in every_text() for latex in formulas(text)}
    assert len(found) > 1000
    left = {latex: formula(latex) for latex in found if re.search(r"[\\$]|\{(?!.*\})|[_^]\{", formula(latex))}
    assert left == {}


MARKDOWN = r"""
A paragraph with *emphasis*, **more of it**, `code = 1` and $x_1 = x_0 - \eta f'(x_0)$, long enough to be wrapped
at the end of a line.\
A new line, and \$5.

| epoch | loss |
|:--|--:|
| 1 | $\frac{1}{4}$ |
| 10 | $\hat y$ |

1. first
2. second, which is so long that it has to be wrapped as well since no terminal is as wide as that

- one
- two

```python
for k in range(3):
    w = w - 0.1 * g
```

so $$a = b$$ and on."""


def test_markdown_as_plain_text() -> None:
    assert plain(MARKDOWN, 60).split("\n") == [
        "A paragraph with emphasis, more of it, code = 1 and",
        "x₁ = x₀ − η f′(x₀), long enough to be wrapped at the end of",
        "a line.",
        "A new line, and $5.",
        "",
        "  epoch   loss",
        "  ─────   ────",
        "  1        1/4",
        "  10         ŷ",
        "",
        "1. first",
        "2. second, which is so long that it has to be wrapped as",
        "   well since no terminal is as wide as that",
        "",
        "- one",
        "- two",
        "",
        "    for k in range(3):",
        "        w = w - 0.1 * g",
        "",
        "so",
        "",
        "    a = b",
        "",
        "and on.",
    ]


def test_a_displayed_formula_that_is_too_wide_is_broken_between_statements() -> None:
    latex = r"$$a_1 = b_1 + c_1, \qquad a_2 = b_2 + c_2, \qquad a_3 = b_3 + c_3 + d_3 + e_3 + f_3 + g_3$$"
    assert plain(latex, 40).split("\n") == [
        "    a₁ = b₁ + c₁,   a₂ = b₂ + c₂,",
        "    a₃ = b₃ + c₃ + d₃ + e₃ + f₃ + g₃",
    ]
    assert max(map(columns, plain(latex, 24).split("\n"))) <= 24


def test_one_line_is_not_wrapped() -> None:
    assert one_line("word " * 40).count("\n") == 0
