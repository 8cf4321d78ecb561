"""The practice page: its table of texts, that it stands alone, and its questions asked and marked in a real browser."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import accessibility_faults, wider_than_the_window
from sample_exam import sample

from gdquiz.exam.frozen import LETTERS, Exam, PartKey, PartWording, Wording
from gdquiz.marking.following import part_name
from gdquiz.practice import mastery
from gdquiz.practice.grammar import grammar
from gdquiz.practice.page import SCRIPTS, practice_page
from gdquiz.practice.questions import key_of, wrong_answers
from gdquiz.practice.record import Record, answered, from_json, progress_of
from gdquiz.rendering.fragments import HOLE, Fragments
from gdquiz.responses import letters, numerals

ROOT = Path(__file__).resolve().parent.parent
TABLE = json.loads((ROOT / "tests" / "marking_cases.json").read_text(encoding="utf-8"))
MARKED = ("credit", "right", "misconception", "unreadable", "followed", "by_hand")
"""What is compared of a marking."""


# --- the table of texts ----------------------------------------------------------------------------------------------


def expanded(texts: Fragments, number: int) -> str:
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
    texts = Fragments()
    texts.add("something before")
    assert expanded(texts, texts.add(html)) == html


def test_texts_that_differ_in_numbers_share_all_but_these() -> None:
    texts = Fragments()
    for number in range(50):
        texts.add(f"<p>Step from <math><mi>w</mi><mo>=</mo><mn>{number}</mn></math>.</p>")
    assert len(texts.skeletons) == 2
    assert len(texts.entries) == 100  # 50 formulas and 50 paragraphs around them
    assert texts.add("<p>Step from <math><mi>w</mi><mo>=</mo><mn>7</mn></math>.</p>") == 15  # known already


def test_the_latex_beside_a_formula_is_left_out() -> None:
    texts = Fragments()
    number = texts.add('<math display="block" alttext="\\frac{1}{2} &lt; 1"><mn>1</mn></math>')
    assert expanded(texts, number) == '<math display="block"><mn>1</mn></math>'


def test_drawings_share_their_shapes() -> None:
    texts = Fragments()
    drawings = [f'<svg><path d="M0 0V9"/><polyline points="0,0 {x % 2},1"/><text>a</text></svg>' for x in range(5)]
    numbers = [texts.add_drawing(drawing) for drawing in drawings]
    assert [expanded(texts, number) for number in numbers] == drawings
    assert len(texts.skeletons) == 1 + 1 + 2 + 1  # the frame, a grid line, two curves, a name
    assert len(set(numbers)) == 2


# --- the page as a file ----------------------------------------------------------------------------------------------


def practised() -> Exam:
    """The sample exam, whose question on one step also says how the loss follows from the learner's own point."""
    exam = sample()
    forms = []
    for form in exam.forms:
        first, *others = form.questions
        assert first.wording == "one-step"
        point, loss = first.parts
        loss = loss.model_copy(update={"follow": f"(w1 - ({first.slots['a'].strip('()')}))^2"})
        forms.append(
            form.model_copy(update={"questions": (first.model_copy(update={"parts": (point, loss)}), *others)})
        )
    return exam.model_copy(update={"forms": tuple(forms)})


@pytest.fixture(scope="module")
def html() -> str:
    return practice_page(practised(), {})


def test_the_same_exam_gives_the_same_bytes(html: str) -> None:
    assert practice_page(practised(), {}) == html


def test_the_page_asks_for_nothing(html: str) -> None:
    assert set(re.findall(r"https?://[^\s\"'<\\]+", html)) == {"http://www.w3.org/2000/svg"}
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


def test_page_and_python_mark_alike(tmp_path: Path) -> None:
    """Every case of the table that the page's controls can give, marked by its scripts in node, without a browser."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    parts = {
        name: (PartWording.model_validate(one["wording"]), PartKey.model_validate(one["key"]))
        for name, one in TABLE["parts"].items()
    }
    names = {part_name(name) for case in TABLE["cases"] for name in case.get("earlier", {})}
    cases = []
    for number, case in enumerate(TABLE["cases"]):
        part, key = parts[case["part"]]
        try:
            response = structured(part, key, case["response"]) if case["response"].strip() else case["response"]
        except numerals.Unreadable:
            continue  # typed letters that say nothing: controls cannot say that
        options = [{"id": option} for option in key.order or [option.id for option in part.options]]
        told = {**key_of(key, names), "wrong": wrong_answers(key), "options": options}
        earlier = {part_name(name): value for name, value in case.get("earlier", {}).items()}
        cases.append({
            "name": f"{number}: {case['part']}: {case['response']}",
            "part": {"kind": part.kind, "variables": part.variables, "positive": part.positive},
            "key": told, "response": response, "earlier": earlier,
            "expected": {name: case[name] for name in MARKED},
        })  # fmt: skip
    assert len(cases) > 400
    table = tmp_path / "marking.json"
    files = [ROOT / "templates" / "practice" / f"{name}.js" for name in SCRIPTS[: SCRIPTS.index("marking") + 1]]
    grammar_of = grammar(part.variables for part, _ in parts.values())
    scripts = [file.read_text(encoding="utf-8") for file in files]
    table.write_text(json.dumps({"scripts": scripts, "grammar": grammar_of, "cases": cases}), encoding="utf-8")
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", str(ROOT / "tests" / "javascript" / "marking.test.mjs")],
        capture_output=True, text=True, check=False, encoding="utf-8", env={**os.environ, "GDQUIZ_MARKING": str(table)},
    )  # fmt: skip
    assert done.returncode == 0, [line for line in done.stdout.splitlines() if "not ok" in line] or done.stderr
    assert f"# pass {len(cases)}" in done.stdout


def opened(browser_page: Callable[..., Any], page_file: Path, item: str, form: int = 0, **how: Any) -> Any:
    """The page with the question of an item on a form of the sample exam."""
    question = next(q for q in sample().forms[form].questions if q.wording == item)
    page = browser_page(page_file, **how)
    page.evaluate(f"location.hash = '#practice={item}/{question.row}'")
    page.locator(".ids", has_text=f"{item}, variant {question.row}").wait_for()
    return page


ONE_STEP = "one-step"
"""On form 1: L(w) = (w - 1)^2 from w_0 = 3 with rate 1/4.  So g = 4, w_1 = 3 - 1 = 2 and L(w_1) = 1."""


def checked(page: Any) -> list[str]:
    """Presses Check and gives what is said of each part, a line each."""
    page.get_by_role("button", name="Check").click()
    return [" ".join(text.split()) for text in page.locator(".feedback:visible").all_inner_texts()]


@in_browser
def test_right_answers_of_every_kind(browser_page: Callable[..., Any], page_file: Path) -> None:
    page = opened(browser_page, page_file, ONE_STEP)
    page.get_by_label("Answer").nth(0).fill("2")
    page.get_by_label("Answer").nth(1).fill("1,0")
    assert checked(page) == ["Right.", "Right. Read as 1"]
    assert page.evaluate("document.activeElement.textContent") == "Next question"

    page = opened(browser_page, page_file, "ravine")  # the next point is (12/5, 3/5)
    for label, value in zip(page.locator(".answer input").all(), ("12/5", "0.6"), strict=True):
        label.fill(value)
    assert checked(page) == ["Right. Read as 12/5; 3/5"]

    for item, right in (("regime", ["o0"]), ("statements", ["o0", "o2"]), ("overshoot", ["o1"])):
        page = opened(browser_page, page_file, item)
        places = shown_places(item, right)
        if item == "overshoot":
            question = next(q for q in sample().forms[0].questions if q.wording == item)
            page.get_by_label("True" if question.parts[0].truth else "False", exact=True).check()
        for place in places:
            page.locator(f"#part-0-{place}").check()
        assert checked(page) == ["Right."], item

    page = opened(browser_page, page_file, "rates")
    for number, place in enumerate(shown_places("rates", ["o1", "o0", "o2"])):
        page.locator(f"#part-0-{number}").select_option(str(place))
    assert checked(page) == ["Right."]

    page = opened(browser_page, page_file, "algorithm")
    sorted_by_buttons(page, shown_places("algorithm", ["o0", "o1", "o2", "o3"]))
    assert checked(page) == ["Right."]

    page = opened(browser_page, page_file, "gradient")
    page.get_by_label("Answer").fill("4(2w + v)")
    assert checked(page) == ["Right."]

    page = opened(browser_page, page_file, "exponential")  # rounded to what the question asks for
    page.get_by_label("Answer").fill("-0.874")
    assert checked(page) == ["Right. Read as -437/500"]


def shown_places(item: str, options: list[str]) -> list[int]:
    """The places at which options of a question on form 1 are shown."""
    exam = sample()
    question = next(q for q in exam.forms[0].questions if q.wording == item)
    order = question.parts[0].order or tuple(option.id for option in exam.wordings[item].parts[0].options)
    return [order.index(option) for option in options]


def sorted_by_buttons(page: Any, places: list[int]) -> None:
    """Brings options into an order with the buttons that move them up."""
    for at, place in enumerate(places):
        letter = LETTERS[place]
        rows = [text[0] for text in page.locator(".order li").all_inner_texts()]
        for _ in range(rows.index(letter) - at):
            page.get_by_role("button", name=f"Move {letter} up").click()
    if page.get_by_label("This is my order").count():
        page.get_by_label("This is my order").check()


@in_browser
def test_wrong_answers_say_what_they_show(browser_page: Callable[..., Any], page_file: Path) -> None:
    page = opened(browser_page, page_file, ONE_STEP)
    page.get_by_label("Answer").nth(0).fill("4")  # climbing: 3 + 1
    page.get_by_label("Answer").nth(1).fill("9")  # (4 - 1)^2
    first, second = checked(page)
    assert first.startswith("Not right. ") and "You went up the slope" in first
    assert second == "Right, from your earlier answer. It follows from your earlier answer."

    page.get_by_label("Answer").nth(0).fill("two")
    assert checked(page)[0] == (
        "'two' is not understood as a number; expected a number such as 1.5 (or 1,5), -3/4 or 2e-3."
    )
    assert page.get_by_label("Answer").nth(0).get_attribute("aria-invalid") == "true"

    page = opened(browser_page, page_file, "statements")
    for place in shown_places("statements", ["o0", "o1"]):
        page.locator(f"#part-0-{place}").check()
    assert checked(page)[0].startswith("Not right.")  # one of two right, less one of two wrong

    page = opened(browser_page, page_file, "gradient")
    page.get_by_label("Answer").fill("4w + 2v")
    assert "Not right." in checked(page)[0]

    page = opened(browser_page, page_file, "curves")
    page.get_by_label("Your answer in words").fill("The curves part.")
    assert "Compare your answer with the marking guide." in checked(page)[0]
    for box in page.locator(".feedback input").all():
        box.check()
    page.get_by_role("button", name="Note these marks").click()
    assert page.locator(".feedback button").inner_text().endswith("noted")


@in_browser
def test_nothing_answered_is_not_wrong(browser_page: Callable[..., Any], page_file: Path) -> None:
    page = opened(browser_page, page_file, "regime")
    assert checked(page) == ["Not answered yet; expected a choice."]
    assert progress_of(record(page)).skills == {}


@in_browser
def test_hints_solution_and_the_next_question(browser_page: Callable[..., Any], page_file: Path) -> None:
    page = opened(browser_page, page_file, ONE_STEP)
    page.get_by_role("button", name="Hint (1 left)").click()
    assert page.locator(".hint").count() == 1
    assert "Hint 1" in page.evaluate("document.activeElement.innerText")
    assert page.get_by_role("button", name="Hint").count() == 0
    page.get_by_role("button", name="Show the solution").click()
    solution = page.locator(".solution").inner_text()
    assert "Part a" in solution and "Part b" in solution
    assert page.locator(".solution svg.figure").count() == 1
    assert page.locator(".part input:enabled").count() == 0
    page.get_by_role("button", name="Next question").click()
    assert page.evaluate("document.activeElement.id") == "title"
    assert page.locator(".solution:visible").count() == 0


@in_browser
def test_a_slip_is_followed_up(browser_page: Callable[..., Any], page_file: Path) -> None:
    """ASCENT is foreseen by three items; the next question is one of the other two."""
    page = opened(browser_page, page_file, ONE_STEP)
    page.get_by_label("Answer").nth(0).fill("4")
    page.get_by_label("Answer").nth(1).fill("1/2")
    checked(page)
    page.get_by_role("button", name="Next question").click()
    assert page.get_by_text("Once more for who steps up the slope instead of down.").count() == 1
    assert page.locator(".ids").inner_text().split(",")[0] in ("ravine", "statements")


def record(page: Any) -> Record:
    """What the browser keeps, read as the terminal reads its own file."""
    return from_json(page.evaluate("localStorage['gdquiz-practice']"), file="the browser's record")


def chance(wording: Wording) -> float:
    question = next(one for form in sample().forms for one in form.questions if one.wording == wording.item)
    return mastery.guess(wording.parts, question.parts)


@in_browser
def test_progress_is_that_of_the_terminal(browser_page: Callable[..., Any], page_file: Path) -> None:
    """One of two parts right: 2 of 3 points, counted once, with the chance of guessing two numbers."""
    page = opened(browser_page, page_file, ONE_STEP)
    wording = sample().wordings[ONE_STEP]
    before = record(page)
    page.get_by_label("Answer").nth(0).fill("2")
    assert checked(page)[0] == "Right."
    assert record(page) == before  # the second part is still to come
    page.get_by_label("Answer").nth(1).fill("0")
    checked(page)
    *earlier, asked = before.log
    answer = answered(asked, wording.skill, 2 / 3, chance(wording), ())
    assert record(page).log == (*earlier, answer)
    page.get_by_label("Answer").nth(1).fill("1")
    checked(page)
    page.get_by_role("button", name="Next question").click()
    assert progress_of(record(page)).skill(wording.skill).questions == 1  # a second try does not count


@in_browser
def test_who_had_a_hint_did_not_know(browser_page: Callable[..., Any], page_file: Path) -> None:
    page = opened(browser_page, page_file, "exponential")
    wording = sample().wordings["exponential"]
    before = record(page)
    page.get_by_role("button", name="Hint (1 left)").click()
    page.get_by_label("Answer").fill("-0.874")
    checked(page)
    *earlier, asked = before.log
    assert record(page).log == (*earlier, answered(asked, wording.skill, 0, chance(wording), ()))


@in_browser
def test_what_is_passed_over_does_not_count(browser_page: Callable[..., Any], page_file: Path) -> None:
    page = opened(browser_page, page_file, ONE_STEP)
    before = record(page)
    page.get_by_label("Answer").nth(0).fill("4")
    checked(page)
    page.get_by_role("button", name="Next question").click()
    after = progress_of(record(page))
    assert (after.questions, after.skills) == (len(before.log) + 1, {})


@in_browser
def test_page_and_python_trace_knowledge_alike(browser_page: Callable[..., Any], page_file: Path) -> None:
    known = [0.0, 0.05, 0.2, 0.5, 0.94, 0.999]
    cases = [[a, credit, chance] for a in known for credit in (0, 0.25, 2 / 3, 1) for chance in (0.02, 0.25, 0.5)]
    found = browser_page(page_file).evaluate("(cases) => cases.map((case_) => gdquiz.after(...case_))", cases)
    assert found == pytest.approx([mastery.after(*case) for case in cases], rel=1e-12)


@in_browser
def test_the_keyboard_is_enough(browser_page: Callable[..., Any], page_file: Path) -> None:
    page = opened(browser_page, page_file, "regime")
    place = shown_places("regime", ["o0"])[0]
    page.keyboard.press("Tab")  # from the title, which has the focus, to the choices
    assert page.evaluate("document.activeElement.type") == "radio"
    page.keyboard.press("Space")
    for _ in range(place):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")  # sends the form
    assert page.locator(".feedback").inner_text().startswith("Right.")
    assert page.evaluate("document.activeElement.textContent") == "Next question"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "title"

    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
        if "Skip to the content" in reached:
            break
    assert "Skip to the content" in reached, "the focus never comes round: a trap"


@in_browser
@pytest.mark.parametrize(("width", "dark"), [(390, False), (390, True), (1280, False), (1920, True)])
def test_every_view_is_accessible(
    browser_page: Callable[..., Any],
    page_file: Path,
    width: int,
    dark: bool,
) -> None:
    page = opened(browser_page, page_file, ONE_STEP, width=width, dark=dark)
    page.get_by_label("Answer").nth(0).fill("4")
    page.get_by_label("Answer").nth(1).fill("what")
    page.get_by_role("button", name="Hint (1 left)").click()
    checked(page)
    page.get_by_role("button", name="Show the solution").click()
    assert accessibility_faults(page) == []
    assert wider_than_the_window(page) == []
    for name in ("Progress", "Explorer"):
        page.get_by_role("link", name=name, exact=True).click()
        page.locator("h2", has_text=name).wait_for()
        if name == "Explorer":
            page.get_by_role("button", name="Show without a guess").click()
            page.get_by_text("The steps as a table").click()
        assert accessibility_faults(page) == []
        assert wider_than_the_window(page) == []


@in_browser
@pytest.mark.parametrize("item", [q.wording for q in sample().forms[0].questions])
def test_every_kind_of_question_is_accessible(
    browser_page: Callable[..., Any],
    page_file: Path,
    item: str,
) -> None:
    page = opened(browser_page, page_file, item, width=390)
    assert accessibility_faults(page) == []
    assert wider_than_the_window(page) == []


@in_browser
def test_colours_follow_the_device_or_the_choice(browser_page: Callable[..., Any], page_file: Path) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    light, dark = (browser_page(page_file, dark=dark).evaluate(paper) for dark in (False, True))
    assert light == "rgb(255, 255, 255)" != dark
    page = browser_page(page_file)
    page.get_by_label("Colours").select_option("dark")
    assert page.evaluate(paper) == dark
    page.reload()
    assert page.evaluate(paper) == dark
    page.get_by_label("Colours").select_option("as the device")
    assert page.evaluate(paper) == light


@in_browser
def test_printing_leaves_out_the_controls(browser_page: Callable[..., Any], page_file: Path) -> None:
    page = opened(browser_page, page_file, ONE_STEP, dark=True)
    page.get_by_role("button", name="Show the solution").click()
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("nav").is_hidden() and page.locator(".buttons").first.is_hidden()
    assert page.locator(".solution").is_visible()
    assert page.pdf().startswith(b"%PDF-")
