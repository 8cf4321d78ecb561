"""Whatever a text holds, Moodle reads it back as it was: properties of the quoting of Cloze and GIFT, and numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from platforms import Refused, gift_player, moodle_player
from platforms.marking import Choice, Numerical

from gdquiz.exam.frozen import NumberKey
from gdquiz.kinds.decimals import UNIT, accepted, recognised, scaled, written
from gdquiz.packaging import cloze, gift
from gdquiz.packaging.fields import is_plain

SIGNS = ["{", "}", "~", "#", "=", "%", ":", "\\", "\\\\", "\\}", "\\#", "\\{", "\\n", "\\nabla", "\\(", "\\)", "&amp;",
         "−", "&lt;", "&gt;", "&#x27;", "->", "//", "::", "####", "%50%", "{1:NUMERICAL:=1}",
         "<b>", "</b>", '"', " ", "w", "1",
         "é"]  # fmt: skip
HTML = st.lists(st.sampled_from(SIGNS), min_size=1, max_size=12).map("".join).filter(str.strip)
"""HTML as the styles write it (an ampersand only begins an entity), full of signs of both formats."""


@given(HTML, HTML, HTML, HTML)
def test_cloze_gives_every_text_back(right: str, wrong: str, told: str, also: str) -> None:
    text = f"<p>{{2:MULTICHOICE_V:%100%{cloze.quoted(right)}~%0%{cloze.quoted(wrong)}#{cloze.quoted(told)}}}</p>"
    after = f"{{1:NUMERICAL:=1.5:0.01~%0%2:0#{cloze.quoted(also)}}}"
    shown, (choice, number) = moodle_player.cloze(text + after)
    assert shown == "<p>{#1}</p>{#2}" and choice.weight == 2
    assert isinstance(choice.field, Choice) and isinstance(number.field, Numerical)
    first, second = choice.field.answers
    assert (first.text.rstrip(" "), first.fraction) == (right.rstrip(" "), 1)
    assert (second.text.rstrip(" "), second.fraction) == (wrong.rstrip(" "), 0)
    assert second.feedback.rstrip(" ") == told.rstrip(" ")
    assert number.field.answers[1].feedback.rstrip(" ") == also.rstrip(" ")


def percent(html: str) -> str:
    """HTML with a percent sign for its entity, which GIFT needs at the beginning of a text."""
    return html.replace("&#37;", "%")


@given(HTML, HTML, HTML, HTML)
def test_gift_gives_every_text_back(text: str, right: str, wrong: str, told: str) -> None:
    q = gift.quoted
    file = (
        f"$CATEGORY: $course$/top/x\n\n// [id:a-1] [tag:t]\n::{q('name ' + text)}::[html]<p>{q(text)}{{\n"
        f"=<p>{q(right)}\n~<p>{q(wrong)}#<p>{q(told)}\n####<p>{q(text)}}}\n\n"
    )
    (question,) = gift_player.read(file)
    field = question.fields[0].field
    assert isinstance(field, Choice)
    assert percent(question.text) == f"<p>{text}".strip() and percent(question.general) == f"<p>{text}".strip()
    assert question.name == f"name {text}".strip() and question.id == "a-1"
    assert [percent(answer.text) for answer in field.answers] == [f"<p>{right}".strip(), f"<p>{wrong}".strip()]
    assert [percent(answer.feedback) for answer in field.answers] == ["", f"<p>{told}".strip()]


@given(st.integers(-(10**9), 10**9), st.integers(0, 6))
def test_both_ends_of_an_interval_earn_the_mark_in_binary_floats(size: int, digits: int) -> None:
    value = Fraction(size, 10**6)
    half = Fraction(1, 2 * 10**digits)
    low, high = str(value - half), str(value + half)
    found = accepted(NumberKey(value=str(value), shown="", low=low, high=high), digits)
    middle, tolerance = float(written(found.middle)), float(written(found.tolerance))
    for end in (value - half, value, value + half):
        assert abs(float(end) - middle) <= tolerance
    assert Fraction(written(found.tolerance)) <= half * Fraction(1000001, 1000000) + Fraction(2, UNIT)


@given(st.integers(-(10**20), 10**20))
def test_numbers_are_written_and_read_exactly(number: int) -> None:
    text = written(number)
    assert scaled(text) == number and "e" not in text and not text.endswith(".")
    assert Fraction(text) == Fraction(number, UNIT)


def test_a_wrong_fraction_is_known_by_its_rounded_decimals() -> None:
    """-4/3 typed as -1.33 is told its message; 7/5 is a decimal, and has to be typed as it is."""
    key = accepted(NumberKey(value="2", shown="2", low="2", high="2"), None)
    assert recognised("-4/3", key, ["-4/3", "5"]) == UNIT // 100
    assert recognised("-4/3", key, ["-4/3", "-1.3"]) == UNIT // 1000
    assert recognised("1.4", key, []) == 0
    rounded = accepted(NumberKey(value="2", shown="2", low="1.9995", high="2.0005"), 3)
    assert recognised("-4/3", rounded, []) == rounded.tolerance


# --- what the platforms refuse ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("::n::[html]x{=a ~%42%b}", "Moodle knows no 42 %"),
        ("::n::[html]x{~%50%a ~%-50%b}", "the right options earn 0.5 of the marks together"),
        ("::n::[html]x{#=a:1}", "'a' is not a number"),
        ("::n::[html]x{#=1:0.1", "no place to answer"),
        ("::n::[html]x {=a ~b} y", "something stands behind the place to answer"),
        (f"::{'n' * 256}::[html]x{{=a ~b}}", "is empty or cut"),
        ("::n::[html]x\n\n{=a ~b}", "no place to answer"),
        ("::n::[html]{=a ~b}\n\n::n::[html]{=a ~b}", "the name n comes twice"),
    ],
)
def test_the_gift_player_refuses_what_moodle_would_not_take(text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        gift_player.read(text)


def test_tex_that_is_not_quoted_is_lost_in_gift() -> None:
    """Without quoting the gradient sign becomes a line break; that is why every backslash is written twice."""
    (question,) = gift_player.read(r"::n::[html]\(\nabla f\){=a ~b}")
    assert question.text == "\\(\nabla f\\)"
    (question,) = gift_player.read(rf"::n::[html]{gift.quoted(chr(92) + '(' + chr(92) + 'nabla f)')}{{=a ~b}}")
    assert question.text == "\\(\\nabla f)"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{1:NUMERICAL:=1:0.1", "does not end"),
        ("{1:NUMERICAL:%50%1:0.1}", "no number earns all marks"),
        ("{1:NUMERICAL:=x}", "is not a number with a tolerance"),
        ("{1:MULTICHOICE:=a}", "fewer than two options"),
        ("{1:MULTIRESPONSE:%50%a~%-50%b}", "the right options earn 0.5"),
        ("{#1} {1:NUMERICAL:=1:0}", "a mark of Moodle's own"),
    ],
)
def test_the_cloze_reader_refuses_what_moodle_would_misread(text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        moodle_player.cloze(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("It closes in from one side.", True), ("a_b and 5 * 3 | x", True), ("{{shape}} \nis", True),
        (r"\input{x}", False), ("- one\n- two", False), ("1. one", False), ("+ one", False),
        ("a | b\n--- | ---\nc | d", False), ("one\n\ntwo", False), ("*so*", False), ("`x`", False), ("$x$", False),
        (r"\$5", False), ("<b>", False), ("{{a}}", False),
    ],
)  # fmt: skip
def test_only_one_line_of_words_stands_where_a_platform_has_no_markup(text: str, plain: bool) -> None:
    """A list or a sign that MathJax might take was written with tags, and the question then lost as an empty answer."""
    assert is_plain(text, {"shape": "text", "a": "math"}) is plain
