"""Whatever an author typed is inert in every output: read back by readers that are not gdquiz, it is what was typed."""

from __future__ import annotations

import csv
import html as entities
import io
import json
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from platforms import gift_player, moodle_player
from sample_exam import sample

from gdquiz.assembly.blueprint import read_blueprint
from gdquiz.banks.bank import read_bank
from gdquiz.banks.items import models
from gdquiz.errors import InputError
from gdquiz.exam.exam_json import from_json, to_json
from gdquiz.exam.frozen import Exam
from gdquiz.packaging import gift, styles
from gdquiz.packaging.packages import package
from gdquiz.packaging.targets import find_target
from gdquiz.rendering import html, latex, markdown
from gdquiz.rendering.formats import render
from gdquiz.rendering.markup import Values, join, set_prose, set_text
from gdquiz.texts import fitness
from gdquiz.texts.spoken import spoken

KINDS = {"word": "text", "number": "math", "code": "code"}


def shown(text: str, style=markdown.STYLE, **values: str) -> str:
    return join(set_text(text, KINDS, style), Values(values))


class Reader(HTMLParser):
    """The text of a page, and its elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.elements = "", list[str]()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.elements.append(tag)

    def handle_comment(self, data: str) -> None:
        self.elements.append("comment")


def read_html(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def consumer(*, formulas: bool) -> MarkdownIt:
    """A reader of Markdown that lets everything through: HTML, links, tables, headings."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    if formulas:
        dollarmath_plugin(parser, double_inline=True, allow_space=False, renderer=lambda text, _: entities.escape(text))
    return parser


# --- Markdown --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("x ```\n<script>alert(1)</script>\n``` y", "x \\`\\`\\`\n\\<script>alert(1)\\</script>\n\n```y\n\n```"),
        ("~~~ html\n<b>\n~~~", "```html\n<b>\n```"),
        ("````\n```\n<b>\n````", "````\n```\n<b>\n````"),
        ("    <script>", "\\<script>"),
        ("a\n    <script>", "a\n\\<script>"),
        ("<!-- x -->", "\\<!-- x -->"),
        ("Title\n=====", "Title\n\\====="),
        ("Title\n-----", "Title\n\\-----"),
        ("# x\n> y", "\\# x\n\\> y"),
        ("[a]: http://b.c 'd'", "\\[a\\]\\: http\\://b.c 'd'".replace("\\]\\:", "\\]:")),
        ("[x](javascript:alert(1)) ![y](z) [a][b]", "\\[x\\](javascript:alert(1)) !\\[y\\](z) \\[a\\]\\[b\\]"),
        ("<http://a.b> http://a.b www.a.b c@d.e", "\\<http\\://a.b> http\\://a.b www\\.a.b c\\@d.e"),
        ("`a`{=html} &lt;b&gt;", "`a`\\{=html\\} \\<b>"),
        ("a &amp;lt; b", "a \\&lt; b"),
        ("$a<b$ $[x](y)$", "$a < b$ $[x] (y)$"),
        ("$<img src=x onerror=y>$", "$< img src=x onerror=y>$"),
        ("2$x$", "&#50;$x$"),
        ("{{number}}5", "$3$&#53;"),
        ("{{word}}     2. x", "\\= 2\\. x"),
        ("{{word}}2. x", "\\=2\\. x"),
        ("{{word}} - x", "\\= \\- x"),
        ("{{word}}. x", "\\=\\\\. x".replace("\\\\.", "\\.")),
        ("- {{code}}\n- b", "- ``a`b``\n- b"),
        ("| {{code}} | $|x|$ |\n|--|--|\n| a | b |", "| ``a`b`` | $|x|$ |\n|---|---|\n| a | b |"),
    ],
)
def test_what_markdown_would_take_for_more_is_escaped(text, written):
    if "|x|" in text:
        written = "\\| ``a`b`` \\| $|x|$ \\|\n\\|--\\|--\\|\n\\| a \\| b \\|"
    assert shown(text, word="=", number="3", code="a`b") == written


BLOCKS = {
    "program": "```\n<b>x</b>\n```",
    "tildes": "~~~ html\n<script>\n~~~",
    "bullets": "- one\n- two",
    "numbers": "1. one\n2. two",
    "table": "a | b\n--- | ---\n<b> | d",
    "display": "$$\nx\n$$",
    "words and program": "Read this:\n\n```\n<i>\n```",
}


def _everywhere(text: str) -> Exam:
    """The sample with a text in every place of its wordings that takes Markdown."""
    tree = json.loads(to_json(sample()))
    for wording in tree["wordings"].values():
        wording |= {"stem": text, "solution": text, "hints": [text]}
        for part in wording["parts"]:
            part |= {"ask": text, "follow_through": text, "labels": [text for _ in part["labels"]]}
            for line in (*part["options"], *part["prompts"], *part["guide"]):
                line["text"] = text
    for form in tree["forms"]:
        for question in form["questions"]:
            for part in question["parts"]:
                for wrong in part["wrong"]:
                    wrong["feedback"] = text
    tree["instructions"] = text
    return Exam.model_validate_json(json.dumps(tree))


@pytest.mark.parametrize("text", BLOCKS.values(), ids=BLOCKS)
def test_programs_lists_and_tables_stand_on_lines_of_their_own(text):
    """After ``(a) (1 point)`` and before a tick, too: else the end of a program would begin another one."""
    plain, blocks = _everywhere("Words."), _everywhere(text)
    for page, ordinary in zip(render(blocks, "markdown"), render(plain, "markdown"), strict=True):
        if page.path.suffix != ".md":
            continue
        found = Counter(_tokens(str(page.text)))
        assert not found["html_inline"] - Counter(_tokens(str(ordinary.text)))["html_inline"]
        assert not found["html_block"]
        many = str(ordinary.text).count("Words.")
        if "`" in text or "~" in text:
            assert found["fence"] == many
        elif "|" in text:
            assert found["table_open"] == many + Counter(_tokens(str(ordinary.text)))["table_open"]


def _tokens(text: str) -> list[str]:
    waiting, found = consumer(formulas=True).parse(text), []
    for token in waiting:
        found += [token.type, *(child.type for child in token.children or ())]
    return found


def test_a_formula_in_a_table_has_no_bars():
    text = "| {{number}} | a |\n|:--|--:|\n| $\\vert x\\vert$ | `{{code}}` |"
    written = "| $\\vert x\\vert $ | a |\n|:--|--:|\n| $\\vert x\\vert$ | ``a\\|`b`` |"
    assert shown(text, number="|x|", code="a|`b").rstrip("\n") == written
    table = read_html(consumer(formulas=True).render(written))
    assert table.elements.count("td") == 2 and table.elements.count("th") == 2


_SIGNS = "a b 1 2. * _ ` ``` ~ ~~~ [ ] ( ) < <b> <script> > # - + = == | \\ $ $$ x_1 & &lt; &#35; ! : :: {{word}}"
_MORE = "{{number}} {{code}} 1. --- <!-- --> { } % ^ \" ' @ $x$ $$y$$ $a<b$ http://a.b www.a.b a@b.c |a|b|"


def test_an_empty_value_opens_no_display():
    """Two dollars with nothing between them begin a display, for TeX and for readers of Markdown."""
    for style in (markdown.STYLE, latex.STYLE, styles.DOLLARS):
        for text in ("${{number}}$ x", "${{word}}$ x"):
            assert "{}" in shown(text, style, number="", word="")
        assert "$$" not in shown("{{number}} x", style, number="", word="")


def test_a_description_is_read_as_any_text():
    text = "From $x_0 = -\\frac{1}{2}$ on, **twice**, for \\$5:\n\n- `a`\n- $$\\eta$$"
    assert spoken(text) == "From x₀ = −1/2 on, twice, for $5: a η"


def test_a_formula_in_a_table_without_slots_has_no_bars_either():
    assert set_prose("| a |\n|---|\n| $\\left\\vert x\\right\\vert$ $\\lvert x\\rvert$ |", markdown.STYLE) == (
        "| a |\n|---|\n| $\\left\\vert x\\right\\vert$ $\\lvert x\\rvert$ |"
    )


@pytest.mark.parametrize("text", ["| a | |\n|--|--|\n| | b |", "-\n- a", "1.\n\n   b", "```\n```", "", "-"])
def test_empty_cells_items_and_programs_are_written_in_every_style(text):
    for style in (markdown.STYLE, html.STYLE, latex.STYLE, styles.TEX, styles.XHTML, styles.PLAIN):
        assert "None" not in shown(text, style)
    assert shown(shown(text)) == shown(text)


PIECES = [*f"{_SIGNS} {_MORE}".split(), " ", "\n", "\n\n", "    ", "- ", "# ", "|a|\n|--|\n|c|"]
ACTIVE = {"script", "b", "img", "a", "comment", "h1", "h2", "hr", "blockquote", "s", "del"}
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map("".join)
WORDS = st.lists(st.sampled_from([one for one in PIECES if "{{" not in one and "\n" not in one]), max_size=4).map(
    "".join
)


@given(TEXTS, WORDS, st.sampled_from(["3", "-1", "|x|", "a<b", "[1", "x]", "(a)"]), WORDS)
def test_any_text_reads_the_same_in_markdown_as_in_html(text, word, number, code):
    """Another reader of the Markdown finds the characters of the page in HTML, and nothing that is active."""
    values = {"word": word, "number": number, "code": code}
    try:
        written = shown(text + " end", **values)
        page = shown(text + " end", html.STYLE, **values)
    except InputError:
        return
    page = re.sub(r'<math[^>]*alttext="([^"]*)".*?</math>', r"\1", page, flags=re.DOTALL)
    found, wanted = read_html(consumer(formulas=True).render(written)), read_html(page)
    # beside a slot, where readers differ on what is emphasis, an asterisk may be one that is seen
    left_out = str.maketrans("", "", "\u200b*_")
    assert "".join(found.text.translate(left_out).split()) == "".join(wanted.text.translate(left_out).split())
    assert not ACTIVE & set(found.elements)
    assert not ACTIVE & set(read_html(consumer(formulas=False).render(written)).elements)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), max_size=40))
def test_any_words_come_back_from_markdown_and_html(words):
    for page in (
        consumer(formulas=True).render(shown("x{{word}}x", word=words)),
        shown("{{word}}", html.STYLE, word=words),
    ):
        reader = read_html(page)
        assert "".join(reader.text.split()).strip("x") == "".join(words.split()).strip("x")
        assert set(reader.elements) <= {"p"}


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="no pandoc is installed")
def test_pandoc_finds_nothing_that_is_raw():
    texts = [
        "`<b>`{=html}",
        "\\input{x}",
        "<script>x</script>",
        "[^1] [@a] @b",
        "x ```\n<b>x</b>\n``` y",
        "$a<b>$",
        "H~2~O^2^",
    ]
    document = "\n\n".join(shown(text) for text in texts)
    for reader in ("gfm", "markdown", "commonmark_x"):
        command = ["pandoc", "-f", reader, "-t", "native"]
        native = subprocess.run(command, input=document, capture_output=True, text=True, check=True).stdout
        assert not re.search(r"\b(?:Raw|Link|Image|Note|Cite|Superscript|Subscript|Strikeout)", native)


# --- LaTeX -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("a -- b --- c", "a -{}- b -{}-{}- c"),
        ("''x'' ``y``", "'{}'x'{}' \\textasciigrave{}\\textasciigrave{}y\\textasciigrave{}\\textasciigrave{}"),
        ("?` !` ,,", "?\\textasciigrave{} !\\textasciigrave{} ,{},"),
        ("two\n\nlines", "two lines"),
        ("^^5cinput{x}", "\\textasciicircum{}\\textasciicircum{}5cinput\\{x\\}"),
        ("%\n\\end{document}", "\\% \\textbackslash{}end\\{document\\}"),
        ("[x] ~ #1", "{[}x{]} \\textasciitilde{} \\#1"),
    ],
)
def test_words_in_latex(words, written):
    assert latex.words(words) == written


@pytest.mark.tex
@pytest.mark.skipif(shutil.which("pdflatex") is None or shutil.which("pdftotext") is None, reason="no TeX is installed")
def test_tex_sets_every_character_that_was_typed(tmp_path):
    """Every sign of ASCII, alone and doubled, as a word of a title would stand, comes back from the PDF."""
    signs = [chr(code) for code in range(33, 127)]
    words = [
        *(f"x{sign}x" for sign in signs),
        *(f"x{sign}{sign}x" for sign in signs),
        "x?`x",
        "x!`x",
        "x<<>>x",
        "x---x",
    ]
    words += ["^^5cinput", "\\input{x}", "%x", "$x$", "é", "ß", "Łódź"]
    body = "\n\n".join(latex.words(word) for word in words)
    head = "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{lmodern,textcomp,amssymb}"
    (tmp_path / "x.tex").write_text(f"{head}\\begin{{document}}\n{body}\n\\end{{document}}\n", encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode", "x.tex"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    text = subprocess.run(
        ["pdftotext", "-raw", "x.pdf", "-"], cwd=tmp_path, check=True, capture_output=True
    ).stdout.decode()
    found = re.sub("[\n\f]+", "\n", text).strip().split("\n")
    typographic = str.maketrans({"’": "'", "‐": "-", "˜": "~", "ˆ": "^"})
    assert [line.translate(typographic) for line in found if not line.isdigit()] == words


# --- titles ----------------------------------------------------------------------------------------------------------

TITLE = "Quiz\n\n::evil::Injected question{=yes ~no}\n\n$CATEGORY: x\n# y\n\\end{document}"
ONE_LINE = " ".join(TITLE.split())


def titled() -> Exam:
    """The sample with a title of many lines at every place that has one."""
    exam = sample()
    wordings = {name: one.model_copy(update={"title": TITLE, "topic": TITLE}) for name, one in exam.wordings.items()}
    sections = tuple(one.model_copy(update={"title": TITLE}) for one in exam.sections)
    return exam.model_copy(
        update={"title": TITLE, "course": TITLE, "date": TITLE, "wordings": wordings, "sections": sections}
    )


def packaged(exam: Exam, target: str) -> str:
    return "".join(str(page.text) for page in package(exam, find_target(target), []))


def test_a_title_of_many_lines_is_one_line_of_gift_and_moodle():
    before, after = gift_player.read(packaged(sample(), "gift")), gift_player.read(packaged(titled(), "gift"))
    assert len(before) == len(after)
    assert all(ONE_LINE in question.name and ONE_LINE.replace("/", "//") in question.category for question in after)
    for question in moodle_player.read(packaged(titled(), "moodle")):
        assert ONE_LINE in question.name


def test_a_title_of_many_lines_is_one_line_of_sheets_and_keys():
    for page in render(titled(), "markdown"):
        text = str(page.text)
        assert not re.search(r"^(?:::evil|\$CATEGORY|# y)", text, re.MULTILINE)
    for page in render(titled(), "latex"):
        assert str(page.text).count("\\end{document}") <= 1


# --- platforms -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("%10% of runs", "&\\#37;10% of runs"), (" %-50%x", " &\\#37;-50%x"), ("=25%", "\\=25%"), ("a%10%", "a%10%")],
)
def test_an_option_earns_no_marks_by_its_words(text, quoted):
    assert gift.quoted(text) == quoted
    (question,) = gift_player.read(f"::n::[html]x{{\n=yes\n~{gift.quoted(text)}\n}}")
    answer = question.fields[0].field.answers[1]
    assert (entities.unescape(answer.text), answer.fraction) == (text.strip(), 0)


@pytest.mark.parametrize(
    "text", [r"\\(x\\)", r"\\[x\\]", r"\$\$x\$\$", r"\\begin{x}", "{1:NUMERICAL:=1}", "@@PLUGINFILE@@/x", "`{:MC:=a}`"]
)
def test_words_open_no_formula_and_no_field_on_a_platform(text):
    """MathJax and Moodle look for these signs in the text of a page; they come back from it as they were typed."""
    plain = read_html(shown(text, html.STYLE)).text
    for style in (styles.TEX, styles.DOLLARS):
        page = shown(text, style)
        assert not re.search(r"\\[(\[a-z]|\$\$|\{\d*:[A-Z]|@@", page)
        assert read_html(page).text == plain
        label = style.label(plain)
        assert not re.search(r"\\[(\[a-z]|\$\$|\{\d*:[A-Z]|@@|<", label) and entities.unescape(label) == plain
    aiken = shown(text, styles.PLAIN)
    assert not re.search(r"\\[(\[a-z]|\$\$", aiken) and aiken.replace("\u200b", "").strip() == plain


def test_a_formula_is_no_field_of_cloze():
    for text, value in (
        ("$\\sqrt{1:MC:=a}$", ""),
        ("$\\sqrt{{number}}$", "1:MC:=a"),
        ("$\\sqrt{1{{number}}}$", ":MC:=a"),
    ):
        assert not re.search(r"\{\d*:MC", shown(text, styles.TEX, number=value))


def test_lines_of_aiken_are_what_they_stand_for():
    exam = sample()
    wordings = {name: one.model_copy(update={"stem": "B. ANSWER: C"}) for name, one in exam.wordings.items()}
    text = packaged(exam.model_copy(update={"wordings": wordings}), "aiken")
    questions = text.strip().split("\n\n")
    assert len(questions) > 1
    for question in questions:
        first, *options, answer = question.split("\n")
        assert first.startswith("\u200bB. ANSWER: C") and answer.startswith("ANSWER: ")
        assert all(re.match(r"[A-Z]\. ", option) for option in options)


def test_no_cell_of_a_package_is_run():
    exam = sample()
    wordings = {}
    for name, one in exam.wordings.items():
        parts = []
        for part in one.parts:
            options = (o.model_copy(update={"text": f"=HYPERLINK({k})"}) for k, o in enumerate(part.options))
            parts.append(part.model_copy(update={"options": tuple(options)}))
        wordings[name] = one.model_copy(update={"parts": tuple(parts)})
    exam = exam.model_copy(update={"wordings": wordings})
    rows = list(csv.reader(io.StringIO(packaged(exam, "brightspace"))))
    cells = [cell for row in rows for cell in row]
    cells += [cell for line in packaged(exam, "blackboard").split("\n") for cell in line.split("\t")]
    assert sum("&#61;HYPERLINK" in cell for cell in cells) > 4
    assert not [cell for cell in cells if re.match(r"[=+@\t\r]|-(?![\d.]+$)", cell)]


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_blueprint_tells_the_line_of_what_can_not_be_printed():
    text = 'title = "a\\u202eb"\ninstructions = "Read $5%$"\n[[section]]\ntitle = "x\\u0007"\nslot = [{ item = "x" }]\n'
    with pytest.raises(InputError) as caught:
        read_blueprint(text, file="exam.toml")
    told = str(caught.value).split("\n")
    assert told[0].startswith("exam.toml:1, field title: the character U+202E stands in the text, after 'a'")
    assert told[1].startswith("exam.toml:2, field instructions: in the formula $5%$: '%' is not understood here")
    assert told[2].startswith("exam.toml:4, field section[1].title: the character U+0007 stands in the text")


@pytest.mark.parametrize("text", ["$x_1$ after 2", "2 $x$ 2", "$x$, 2", "$x_1$ and $x_2$ of 12"])
def test_a_digit_at_the_end_of_a_text_leaves_formulas_formulas(text):
    """A reader that looks one character before the first finds the last."""
    for style in (html.STYLE, styles.TEX, styles.PLAIN, latex.STYLE):
        assert "x_1$ after" not in shown(text, style) or style is latex.STYLE
    assert shown(text, html.STYLE).count("<math") == text.count("$") // 2
    assert set_prose(text, html.STYLE).count("<math") == text.count("$") // 2


BANK = """[bank]
topic = "t"
title = "T"
[[item]]
id = "evil"
title = "A title"
skill = "s"
bloom = "apply"
stem = 'Given ${{a}}$.'
solution = "None."
parameters = { a = [1, 2, 3], w0 = [1, 2] }
loss = { formula = "a*w^2", variables = ["w"] }
run = { start = ["w0"], rate = "1/10", steps = 1 }
[item.figure]
kind = "curve"
x_range = ["-3", "3"]
alt = "A curve."
key_alt = "A curve."
[item.figure.points]
"w_0" = ["w0"]
[[item.part]]
kind = "number"
ask = 'What is $w_0$?'
answer = "w0*a"
wrong = [{ misconception = "SIGN", value = "-w0*a", feedback = "No." }]
"""


@pytest.mark.parametrize(
    ("typed", "instead", "told"),
    [
        ("Given ${{a}}$.", "Given $^^5cinput{x}$.", "evil.toml:9, item evil, field stem: "
         "in the formula $^^5cinput{x}$: '^^' is not understood here "
         "(hint: TeX reads '^^' as the code of another character)"),
        ("Given ${{a}}$.", "${{a}}%$", "evil.toml:9, item evil, field stem: in the formula ${{...}}%$: "
         "'%' is not understood here (hint: for TeX the rest of the line would be a comment; write \\%)"),
        ('"w_0" = ["w0"]', '\'\\input{x}\' = ["w0"]', "evil.toml:20, item evil, field figure.points.\\input{x}: "
         "in the formula $\\input{x}$: unknown command '\\input' (hint: did you mean 'int'?)"),
        ('x_range = ["-3", "3"]', 'x_range = ["-3", "3"]\nx_label = "5%"', "evil.toml:17, item evil, "
         "field figure.x_label: in the formula $5%$: '%' is not understood here"),
        ("'What is $w_0$?'", "'What is $w_0$5?'", "evil.toml:23, item evil, field part[1].ask: "
         "a dollar sign has no partner; expected $...$ or $$...$$ (hint: write \\$ for money)"),
        ('feedback = "No."', 'feedback = "$~$"', "evil.toml:25, item evil, field part[1].wrong[1].feedback: "
         "in the formula $~$: '~' is not understood here"),
        ('title = "A title"', 'title = "A\\u202etitle"', "evil.toml:6, item evil, field title: "
         "the character U+202E stands in the text, after 'A'; expected characters that can be seen"),
        ('solution = "None."', 'solution = "- - - - a"', "evil.toml:10, item evil, field solution: "
         "lists stand more than 3 deep in one another; expected at most 3"),
    ],
)  # fmt: skip
def test_a_bank_tells_the_line_of_what_can_not_be_printed(typed, instead, told):
    assert BANK.count(typed) == 1
    assert models(read_bank(BANK, file="evil.toml"))
    with pytest.raises(InputError) as caught:
        models(read_bank(BANK.replace(typed, instead), file="evil.toml"))
    assert str(caught.value).startswith(told)


def changed(exam: Exam, **updates: object) -> Exam:
    """An exam whose first question is another."""
    form = exam.forms[0]
    question = form.questions[0].model_copy(update=updates)
    form = form.model_copy(update={"questions": (question, *form.questions[1:])})
    return exam.model_copy(update={"forms": (form, *exam.forms[1:])})


def refused_exam(exam: Exam) -> str:
    with pytest.raises(InputError) as caught:
        from_json(to_json(exam))
    return str(caught.value)


def test_an_exam_tells_the_place_of_what_can_not_be_printed():
    exam = sample()
    question = exam.forms[0].questions[0]
    at = f"exam.json, item {question.wording}, field forms.0.questions.0"
    name = next(name for name, kind in exam.slot_kinds[question.wording].items() if kind == "math")
    told = refused_exam(changed(exam, slots={**question.slots, name: "^^5cinput{x}"}))
    assert f"{at}.slots.{name}: in the formula $^^5cinput{{x}}$: '^^' is not understood here" in told
    part = question.parts[0]
    number = part.numbers[0].model_copy(update={"shown": "5%"})
    told = refused_exam(changed(exam, parts=(part.model_copy(update={"numbers": (number,)}), *question.parts[1:])))
    assert f"{at}.parts.0.numbers.0.shown: in the formula $5%$: '%' is not understood here" in told
    wrong = part.wrong[0].model_copy(update={"feedback": "$\\input{x}$", "shown": "$#$"})
    told = refused_exam(changed(exam, parts=(part.model_copy(update={"wrong": (wrong,)}), *question.parts[1:])))
    assert f"{at}.parts.0.wrong.0.shown: in the formula $#$" in told and ".feedback: in the formula $\\input" in told
    place = next(k for k, one in enumerate(exam.forms[0].questions) if one.figure is not None)
    figure = exam.forms[0].questions[place].figure
    marks = (figure.marks[0].model_copy(update={"label": "\\input{x}"}), *figure.marks[1:])
    drawn = exam.forms[0].questions[place].model_copy(update={"figure": figure.model_copy(update={"marks": marks})})
    questions = tuple(drawn if k == place else one for k, one in enumerate(exam.forms[0].questions))
    forms = (exam.forms[0].model_copy(update={"questions": questions}), *exam.forms[1:])
    told = refused_exam(exam.model_copy(update={"forms": forms}))
    assert f"field forms.0.questions.{place}.figure.marks.0.label: in the formula $\\input{{x}}$" in told
    assert "field title: the character U+202E stands in the text" in refused_exam(
        exam.model_copy(update={"title": "\u202ex"})
    )
    told = refused_exam(exam.model_copy(update={"instructions": "$x"}))
    assert "field instructions: a dollar sign has no partner" in told


def test_time_is_bounded_by_the_size_of_a_text():
    """Texts at which a reader that goes back would take years."""
    for text in (
        "```x\n" * 3000,
        "`" + "``a" * 5000,
        "$" * 15000,
        "\\" * 15000,
        "- " * 7000,
        "*a_" * 5000,
        "[" * 15000,
    ):
        list(fitness.of_prose(text))
        set_prose(text[:8000].replace("$", ""), html.STYLE)
