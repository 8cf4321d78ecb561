"""Texts with slots: places, filling, escaping."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gdquiz.errors import InputError
from gdquiz.exam.wording import fill, kind_of, slots_of, split
from gdquiz.texts.escaping import code_span, escape

KINDS = {"a": "math", "b": "math", "name": "text", "prog": "code"}


def slots_by_place(text: str) -> list[tuple[str, str]]:
    return [piece for piece in split(text) if isinstance(piece, tuple)]


def test_each_slot_knows_its_place():
    text = "See {{a}} in $w = {{a}}$, in `w = {{prog}}`, in\n\n```\n{{prog}}\n```\n\n$$\n{{b}}\n$$\n\nand {{name}}."
    assert slots_by_place(text) == [
        ("a", "text"), ("a", "math"), ("prog", "code"), ("prog", "code"), ("b", "math"), ("name", "text"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["costs \\${{a}} and \\$5", "costs $5 and ${{a}}", "a $ {{a}} $", "`$` {{a}} `$`"],
)
def test_dollars_that_are_no_formula_leave_slots_in_text(text):
    assert slots_by_place(text) == [("a", "text")]


def test_pieces_joined_are_the_text():
    text = "One {{a}}, $\\frac{{{a}}}{{{b}}}$ and `{{prog}}`."
    joined = "".join(piece if isinstance(piece, str) else f"{{{{{piece[0]}}}}}" for piece in split(text))
    assert joined == text


def test_triple_braces_are_a_braced_slot():
    assert slots_of(r"\frac{{{a}}}{{{b}}} x^{{{a}}}") == ("a", "b")
    assert fill(r"$\frac{{{a}}}{{{b}}}$", {"a": "1", "b": "2"}, KINDS) == r"$\frac{1}{2}$"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"$\frac{{a}}{{b}}$", r"$\frac{-3}{10}$"),  # both are arguments
        (r"$x_{{b}}^{{a}}$", r"$x_{10}^{-3}$"),  # and so are index and exponent
        (r"$\sqrt{{b}} {{a}}$", r"$\sqrt{10} -3$"),  # one argument only
        (r"$\eta{{a}}$", r"$\eta -3$"),  # \eta and what follows stay apart
        (r"$\cdot {{a}}$", r"$\cdot -3$"),
        (r"$2{{a}}$", r"$2-3$"),
    ],
)
def test_slots_in_formulas_are_what_they_look_like(text, expected):
    assert fill(text, {"a": "-3", "b": "10"}, KINDS) == expected


def test_kinds_decide_how_a_value_is_set():
    values = {"a": r"\frac{1}{2}", "name": "R&D *now* $5_x", "prog": "a`b"}
    assert fill("{{a}} {{name}} {{prog}}", values, KINDS) == "$\\frac{1}{2}$ R&D \\*now\\* \\$5\\_x ``a`b``"
    assert fill("`{{a}} {{name}} {{prog}}`", values, KINDS) == r"`\frac{1}{2} R&D *now* $5_x a`b`"
    assert fill(r"$\text{so {{name}}}$", values, KINDS) == r"${\text{so }\text{R\&D *now* \$5\_x}}$"


def test_a_value_is_never_read_again():
    assert fill("{{name}}", {"name": "{{a}}", "a": "1"}, KINDS) == r"\{\{a\}\}"


def test_a_missing_value_is_named_with_the_nearest():
    with pytest.raises(InputError) as caught:
        fill("{{nam}}", {"name": "x"}, KINDS)
    assert str(caught.value) == "nothing fills the slot '{{nam}}' (hint: did you mean 'name'?)"
    with pytest.raises(InputError):
        kind_of("a", {"a": "number"})


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_escaped_words_are_shown_as_they_are(words):
    shown = MarkdownIt("commonmark").parse(escape(words))
    assert len(shown) in (0, 3)
    text = "".join(child.content for child in shown[1].children) if shown else ""
    assert text.split() == words.split()


def test_words_keep_their_distance_from_what_stands_beside_them():
    words = {"joint": " and ", "rest": ", as\n\ntold\n", "mark": " # x", "none": "  "}
    kinds = dict.fromkeys(words, "text")
    assert fill("$x${{joint}}$y${{rest}}.", words, kinds) == "$x$ and $y$, as told."
    assert fill("a{{mark}}{{none}}", words, kinds) == "a \\# x"


@given(st.text("ab` ", min_size=1, max_size=12).filter(lambda code: code.strip()))
def test_code_spans_show_their_code(code):
    tokens = MarkdownIt("commonmark").parse("x" + code_span(code) + "x")
    assert tokens[1].children[1].type == "code_inline"
    assert tokens[1].children[1].content.strip() == code.strip()
