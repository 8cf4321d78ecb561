"""The practice page: its table of texts, that it stands alone, and its questions asked and marked in a real browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from browsing import accessibility_faults, browser, browser_page, wider_than_the_window  # noqa: F401
from sample_exam import sample

from gdquiz.authoring.exam import PartKey, PartWording
from gdquiz.marking import letters, numerals
from gdquiz.marking.following import part_name
from gdquiz.practice.grammar import grammar
from gdquiz.practice.page import practice_page
from gdquiz.practice.questions import key_of, wrong_answers
from gdquiz.practice.texts import HOLE, Texts

TABLE = json.loads((Path(__file__).resolve().parent / "marking_cases.json").read_text(encoding="utf-8"))


# --- the table of texts ----------------------------------------------------------------------------------------------


def expanded(texts: Texts, number: int) -> str:
    skeleton, *values = list(texts.entries)[number]
    literals = list(texts.skeletons)[int(skeleton)].split(HOLE)
    filled = [value if isinstance(value, str) else expanded(texts, value) for value in values]
    return literals[0] + "".join(value + literal for value, literal in zip(filled, literals[1:], strict=True))


@pytest.mark.parametrize(
    "html",
    [
        "plain words",
        "",
        "<p>Take <math><mi>w</mi><mo>=</mo><mn>3</mn></math> and <math><mn>0.5</mn></math>.</p>",
        '<p>A</p><math display="block"><mn>1</mn><mo>+</mo><mn>1</mn></math>',
        "<math><mi>x</mi></math><math><mi>x</mi></math>",
    ],
)
def test_a_text_comes_back_as_it_was(html: str) -> None:
    texts = Texts()
    texts.add("something before")
    assert expanded(texts, texts.add(html)) == html


def test_texts_that_differ_in_numbers_share_all_but_these() -> None:
    texts = Texts()
    for number in range(50):
        texts.add(f"<p>Step from <math><mi>w</mi><mo>=</mo><mn>{number}</mn></math>.</p>")
    assert len(texts.skeletons) == 2
    assert len(texts.entries) == 100  # 50 formulas and 50 paragraphs around them
    assert texts.add("<p>Step from <math><mi>w</mi><mo>=</mo><mn>7</mn></math>.</p>") == 15  # known already


def test_the_latex_beside_a_formula_is_left_out() -> None:
    texts = Texts()
    number = texts.add('<math display="block" alttext="\\frac{1}{2} &lt; 1"><mn>1</mn></math>')
    assert expanded(texts, number) == '<math display="block"><mn>1</mn></math>'


def test_a_drawing_shares_its_frame() -> None:
    texts = Texts()
    for x in range(3):
        texts.add_drawing(f'<svg><polyline class="f-line" points="0,0 {x},1"/><text>a</text></svg>')
    assert len(texts.skeletons) == 1
    assert expanded(texts, 2) == '<svg><polyline class="f-line" points="0,0 2,1"/><text>a</text></svg>'


# --- the page as a file ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def html() -> str:
    return practice_page(sample(), {})


def test_the_same_exam_gives_the_same_bytes(html: str) -> None:
    assert practice_page(sample(), {}) == html


def test_the_page_asks_for_nothing(html: str) -> None:
    assert set(re.findall(r"https?://[^\s\"'<]+", html)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(?:link|img|iframe|object|embed)\b", html)
    assert not re.search(r"\son\w+=|javascript:", html.partition('<script type="application/json"')[0])
    assert "eval(" not in html and "new Function" not in html


def test_only_its_own_script_may_run(html: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert policy and len(scripts) == 1
    hashed = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert policy[1].startswith("default-src 'none';") and f"script-src 'sha256-{hashed}'" in policy[1]


def test_data_can_not_end_their_element() -> None:
    exam = sample().model_copy(update={"title": "</script><script>alert(1)</script><!--"})
    page = practice_page(exam, {})
    assert len(re.findall(r"</script>", page)) == 2
    data = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert data and json.loads(data[1])["title"] == exam.title
    assert "<title>Practice: &lt;/script&gt;" in page


def test_a_variant_that_stands_on_two_forms_is_asked_once(html: str) -> None:
    data = json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])  # type: ignore[index]
    rows = [(question["item"], question["row"]) for question in data["questions"]]
    exam = sample()
    assert len(rows) == len(set(rows))
    assert len(rows) == len({(q.wording, q.row) for form in exam.forms for q in form.questions})


# --- in a browser ----------------------------------------------------------------------------------------------------

in_browser = pytest.mark.browser


@pytest.fixture(scope="module")
def page_file(html: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("practice") / "practice.html"
    file.write_text(html, encoding="utf-8")
    return file


def structured(part: PartWording, key: PartKey, response: str) -> Any:
    """A typed response as the page's controls give it: places of options, or one text for each number."""
    count = len(key.order or part.options)
    match part.kind:
        case "numbers":
            return [str(value) for value in numerals.read_numbers(response, part.labels)]
        case "choice":
            return letters.read_choice(response, count)
        case "choices":
            return sorted(letters.read_choices(response, count))
        case "truth":
            return dict(zip(("truth", "place"), letters.read_truth(response, count), strict=True))
        case "matching":
            return letters.read_matching(response, len(key.options), count)
        case "ordering":
            return letters.read_ordering(response, count)
    return response


@in_browser
def test_page_and_python_mark_alike(browser_page: Callable[..., Any], page_file: Path) -> None:  # noqa: F811
    """Every case of the table that the page's controls can give."""
    parts = {
        name: (PartWording.model_validate(one["wording"]), PartKey.model_validate(one["key"]))
        for name, one in TABLE["parts"].items()
    }
    names = {part_name(name) for case in TABLE["cases"] for name in case.get("earlier", {})}
    cases = []
    for case in TABLE["cases"]:
        part, key = parts[case["part"]]
        try:
            response = structured(part, key, case["response"]) if case["response"].strip() else case["response"]
        except numerals.Unreadable:
            continue  # typed letters that say nothing: controls can not say that
        options = [{"id": option} for option in key.order or [option.id for option in part.options]]
        told = {**key_of(key, names), "wrong": wrong_answers(key), "options": options}
        earlier = {part_name(name): value for name, value in case.get("earlier", {}).items()}
        cases.append([{"kind": part.kind, "variables": part.variables}, told, response, earlier, case])
    assert len(cases) > 400
    samples = grammar(part.variables for part, _ in parts.values())
    page = browser_page(page_file)
    found = page.evaluate(
        """([cases, samples]) => cases.map(([part, key, response, earlier]) => {
          const told = gdquiz.mark(part, key, response, earlier, samples);
          return { credit: told.credit, right: told.right, misconception: told.misconceptions[0] ?? "",
                   unreadable: told.unreadable !== "", followed: told.followed, by_hand: told.by_hand };
        })""",
        [[case[:4] for case in cases], samples],
    )
    expected = [{name: case[4][name] for name in told} for case, told in zip(cases, found, strict=True)]
    differ = [(case[4], told) for case, told, want in zip(cases, found, expected, strict=True) if told != want]
    assert not differ


def opened(browser_page: Callable[..., Any], page_file: Path, item: str, form: int = 0, **how: Any) -> Any:  # noqa: F811
    """The page with the question of an item on a form of the sample exam."""
    question = next(q for q in sample().forms[form].questions if q.wording == item)
    page = browser_page(page_file, **how)
    page.evaluate(f"location.hash = '#practice={item}/{question.row}'")
    page.locator(".ids", has_text=f"{item}, variant {question.row}").wait_for()
    return page


def question_of(item: str, form: int = 0) -> Any:
    return next(q for q in sample().forms[form].questions if q.wording == item)
