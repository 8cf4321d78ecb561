"""Authors' texts in every format: Markdown, special characters, and what must not get through."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_exam import sample
from sample_wordings import WORDINGS

from gdquiz.errors import InputError
from gdquiz.exam.frozen import Exam, Misconception, WrongAnswer
from gdquiz.rendering import html, latex, markdown
from gdquiz.rendering.formats import render
from gdquiz.rendering.markup import Values, join, set_prose, set_text

STYLES = {"markdown": markdown.STYLE, "html": html.STYLE, "latex": latex.STYLE}
KINDS = {"a": "math", "name": "text", "prog": "code"}
VALUES = Values({"a": "-3", "name": "R&D <b> 5%", "prog": "w_1 # <x>"})


def shown(text: str, style: str) -> str:
    return join(set_text(text, KINDS, STYLES[style]), VALUES)


@pytest.mark.parametrize(
    ("text", "in_html", "in_latex"),
    [
        ("**b** and *e*", "<p><strong>b</strong> and <em>e</em></p>", "\\textbf{b} and \\emph{e}\n\n"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>", "\\begin{itemize}\n\\item a\n\\item b\n\\end{itemize}\n"),
        (
            "3. a",
            '<ol start="3"><li>a</li></ol>',
            "\\begin{enumerate}\n\\gdstart{3}\n\\item a\n\\end{enumerate}\n",
        ),
        ("`a_1 {{prog}}`", "<p><code>a_1 w_1 # &lt;x&gt;</code></p>",
         "\\texttt{a\\_1\\ w\\_1\\ \\#\\ \\textless{}x\\textgreater{}}\n\n"),
        ("{{name}}", "<p>R&amp;D &lt;b&gt; 5%</p>", "R\\&D \\textless{}b\\textgreater{} 5\\%\n\n"),
        ("```\n  x\ny\n```", '<pre tabindex="0"><code>  x\ny</code></pre>',
         "\\begin{gdcode}\n\\mbox{}\\ \\ x\\\\\n\\mbox{}y\n\\end{gdcode}\n"),
        ("# no heading", "<p># no heading</p>", "\\# no heading\n\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>", "{[}x{]}(javascript:alert(1))\n\n"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>", "\\textless{}b\\textgreater{}x\\textless{}/b\\textgreater{}\n\n"),
        (
            "| a | b |\n|---|--:|\n| 1 | 2 |",
            '<div class="table" tabindex="0"><table><thead><tr><th scope="col" style="text-align:left">a</th>'
            '<th scope="col" style="text-align:right">b</th></tr></thead><tbody><tr><td style="text-align:left">1</td>'
            '<td style="text-align:right">2</td></tr></tbody></table></div>',
            "\\begin{center}\\renewcommand{\\arraystretch}{1.35}\\begin{tabular}{lr}\n"
            "\\toprule\n\\textbf{a} & \\textbf{b} \\\\\n\\midrule\n1 & 2 \\\\\n"
            "\\bottomrule\n\\end{tabular}\\end{center}\n",
        ),
    ],
)  # fmt: skip
def test_markdown_in_html_and_latex(text, in_html, in_latex):
    assert shown(text, "html") == in_html
    assert shown(text, "latex") == in_latex


def test_formulas_in_every_format():
    text = "So $x = {{a}}$, {{a}} and\n\n$$\n\\frac{{a}}{2}\n$$\n"
    assert shown(text, "latex") == "So $x = -3$, $-3$ and\n\n\\[\\frac{-3}{2}\\]"
    assert shown(text, "markdown") == "So $x = -3$, $-3$ and\n\n$$\n\\frac{-3}{2}\n$$"
    assert re.findall('alttext="([^"]*)"', shown(text, "html")) == ["x = -3", "-3", "\\frac{-3}{2}"]


def test_markdown_stays_the_authors_own_but_for_what_is_active():
    text = "## Stop\n\n*a* <script>x</script> [t](u) `<b>` $a<b$ 1 < 2 {{name}}"
    assert shown(text, "markdown") == (
        "\\## Stop\n\n*a* \\<script>x\\</script> \\[t\\](u) `<b>` $a < b$ 1 \\< 2 R&D \\<b> 5%"
    )


LATEX_SPECIALS = "\\ { } $ & # % _ ^ ~ < > | \" [x] -- 'q' José Łódź Ærø ß ễ 王 α ≤ – … “q” \u00a0\u200b\x07"


def test_every_character_is_safe_in_latex():
    text = latex.words(LATEX_SPECIALS)
    assert text == (
        r"\textbackslash{} \{ \} \$ \& \# \% \_ \textasciicircum{} \textasciitilde{} \textless{} \textgreater{} "
        r"\textbar{} \textquotedbl{} {[}x{]} -{}- 'q' Jos\'{e} Ł\'{o}d\'{z} Ærø ß \~{\^{e}} \gdcodepoint{738B} "
        r"\ensuremath{\alpha} \ensuremath{\le} -- \ldots{} ``q'' ~ "
    )


@given(st.text(max_size=40))
def test_latex_words_leave_no_special_character_alone(text):
    written = re.sub(r"\\ensuremath\{[^{}]*(\{[^{}]*\})?\}", "", latex.words(text))
    written = re.sub(r"\\[{}$&#%_\\-]|\\[a-zA-Z]+|\\[`'^~=.\"]", "", written)
    assert not re.search(r"[$&#%_^<>|\"\\]", written)
    assert all(ord(character) < 128 or character in latex._KNOWN for character in written)


def test_prose_that_differs_in_numbers_only_is_the_same_as_parsed_alone():
    for style in STYLES.values():
        for text in (
            "So $w_1 = \\frac{3}{2}$, not $-3$.",
            "**No** `x` $1$",
            "$$x$$",
            "",
            "{{a}} $5 and $6",
            r"costs \$5",
        ):
            plain = text.replace("{{", r"\{\{")
            assert set_prose(text, style) == join(set_text(plain, {}, style, tight=True), Values({}))


def test_a_formula_that_can_not_be_set_is_refused_in_every_format():
    for style in STYLES.values():
        with pytest.raises(InputError, match=r"unknown command '\\input'"):
            set_text("Read $\\input{/etc/passwd}$", {}, style)
        with pytest.raises(InputError, match=r"unknown command '\\write'"):
            set_prose("Read $\\write18{ls}$", style)


ATTACK = (
    "<script>alert(1)</script> \"'><img src=x onerror=alert(1)> \\input{/etc/passwd} {{7*7}} {% include 'x' %} <<x>>"
)
IN_TEXT = ATTACK.replace("{{7*7}}", "{ {7*7}")


def attacked() -> Exam:
    """The sample with an attack in every text that an author or a roster can supply."""
    exam = sample()
    wordings = {
        name: found.model_copy(update={
            "title": ATTACK, "item": ATTACK, "solution": IN_TEXT,
            "stem": f"{found.stem}\n\n{IN_TEXT} `{IN_TEXT}` $</math><script>alert(1)</script>$\n\n```\n{IN_TEXT}\n```",
        })
        for name, found in WORDINGS.items()
    }  # fmt: skip
    forms = []
    for form in exam.forms:
        questions = []
        for question in form.questions:
            wrong = (WrongAnswer(misconception=ATTACK, shown=ATTACK, feedback=ATTACK),)
            figure = question.figure and question.figure.model_copy(update={"alt": ATTACK, "key_alt": ATTACK})
            parts = tuple(part.model_copy(update={"wrong": wrong}) for part in question.parts)
            questions.append(question.model_copy(update={"id": ATTACK, "parts": parts, "figure": figure}))
        forms.append(form.model_copy(update={"id": ATTACK, "student": ATTACK, "questions": tuple(questions)}))
    return exam.model_copy(
        update={
            "title": ATTACK, "course": ATTACK, "date": ATTACK, "id": ATTACK, "gdquiz": ATTACK, "instructions": IN_TEXT,
            "wordings": wordings, "forms": tuple(forms), "misconceptions": {ATTACK: Misconception(title=ATTACK)},
        }
    )  # fmt: skip


def test_no_text_becomes_markup_in_html():
    for page in render(attacked(), "html"):
        assert isinstance(page.text, str)
        assert not re.search(r"<(?:script|img)|\sonerror=(?![^<>]*&gt;)", re.sub(r"&lt;.*?&gt;", "", page.text))
        assert "alert(1)" in page.text


def test_no_text_becomes_a_command_in_latex():
    for page in render(attacked(), "latex"):
        assert isinstance(page.text, str)
        assert r"\input" not in page.text


def test_no_text_becomes_a_tag_in_markdown():
    for page in render(attacked(), "markdown"):
        assert isinstance(page.text, str)
        text = re.sub(r"```.*?```|`[^`\n]*`|\$[^$\n]*\$", "", page.text, flags=re.DOTALL)
        if page.path.suffix == ".md":
            assert not re.search(r"(?<!\\)<(?:script|img)", text)
        else:
            assert "<script" not in text


def test_what_follows_a_formula_does_not_begin_a_line():
    text = "At $x = 1$, not $2$ or ${{a}}$): {{a}}. $3$"
    bare = re.sub(r"<math.*?</math>", "M", shown(text, "html"))
    kept = '<span class="kept">M{}</span>'.format
    assert bare == f"<p>At {kept(',')} not M or {kept('):')} {kept('.')} M</p>"
    assert "kept" not in shown(text, "markdown") + shown(text, "latex")
