"""What `gdquiz` exports: complete, typed, documented by examples that run; what notebooks show is escaped."""

from __future__ import annotations

import doctest
import inspect
import re
import shutil
import subprocess
import sys
import tomllib
import typing
from fractions import Fraction
from pathlib import Path

import grimp
import pytest
from lxml import html as lxml_html

import gdquiz
from gdquiz import documentation, house
from gdquiz.checking.showing import shown
from gdquiz.cli import main
from gdquiz.solving import telling
from gdquiz.solving.solution import solve as solve_texts

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "docs" / "examples"
FIRST, PARTS = EXAMPLES / "first-item.toml", EXAMPLES / "parts.toml"
FUNCTIONS = [name for name in gdquiz.__all__ if inspect.isfunction(getattr(gdquiz, name))]
CLASSES = [name for name in gdquiz.__all__ if inspect.isclass(getattr(gdquiz, name))]


@pytest.fixture(scope="module")
def items() -> gdquiz.Items:
    return gdquiz.read_banks(FIRST, PARTS, EXAMPLES / "choice.toml", EXAMPLES / "text.toml")


def plan_of(*items: str, **fields: typing.Any) -> gdquiz.Blueprint:
    slots = [gdquiz.Slot(item=name) for name in items]
    return gdquiz.Blueprint(**{"title": "T", "section": [gdquiz.Section(slot=slots)]} | fields)


@pytest.fixture(scope="module")
def exam(items: gdquiz.Items) -> gdquiz.Exam:
    return gdquiz.assemble(plan_of("first-step", "two-steps"), items, forms=2, seed="api")


# --- what is exported ------------------------------------------------------------------------------------------------


def test_the_examples_of_the_page_give_what_they_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "docs" / "examples")
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "api.md").read_text("utf-8")
    examples = "\n".join(re.findall(r"^```pycon\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    test = doctest.DocTestParser().get_doctest(examples, {}, "docs/api.md", "docs/api.md", 0)
    assert len(test.examples) >= 25
    said: list[str] = []
    failed, _ = doctest.DocTestRunner().run(test, out=said.append)
    assert failed == 0, "".join(said)


def test_the_example_of_the_readme_runs() -> None:
    (example,) = re.findall(
        r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    names: dict[str, typing.Any] = {}
    exec(compile(example, "README.md", "exec"), names)  # noqa: S102
    assert (names["question"].item, names["question"].row) == ("one-step-squared-error", 17)


def test_everything_that_is_exported_is_there_for_programs_that_check_types_too() -> None:
    modules = documentation.material_of(ROOT).modules
    for_types = {re.split(r"[`(]", call)[1] for call, _ in house.exports(modules)}
    assert for_types == set(gdquiz.__all__) - {"__version__"} == set(FUNCTIONS) | set(CLASSES)
    assert set(gdquiz.__all__) <= set(dir(gdquiz))


def test_what_is_asked_for_in_issue_and_docs_is_exported() -> None:
    assert {"read_bank", "read_banks", "populate", "assemble", "render", "package", "mark", "solve"} <= set(FUNCTIONS)


def test_a_name_that_is_not_exported_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'gdquiz' has no attribute 'sovle'"):
        getattr(gdquiz, "sovle")  # noqa: B009


@pytest.mark.parametrize("name", FUNCTIONS + CLASSES)
def test_every_export_has_a_docstring_and_complete_types(name: str) -> None:
    export = getattr(gdquiz, name)
    assert len(inspect.getdoc(export) or "") > 20
    functions = [export] if name in FUNCTIONS else []
    if name in CLASSES and export.__module__.startswith("gdquiz.api."):
        members = {one: found for one, found in vars(export).items() if not one.startswith("_")}
        functions = [found.fget if isinstance(found, property) else found for found in members.values()]
        functions = [found for found in functions if inspect.isfunction(found)]
    for function in functions:
        assert function.__doc__, function
        parameters = set(inspect.signature(function).parameters) - {"self"}
        assert set(typing.get_type_hints(function, vars(sys.modules[function.__module__]))) == parameters | {"return"}


def test_a_script_that_uses_nothing_else_is_checked_by_types() -> None:
    mypy = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]
    assert mypy["strict"] is True and "docs/examples" in mypy["files"]
    script = (EXAMPLES / "course.py").read_text("utf-8")
    assert re.findall(r"gdquiz[.\w]* import|import gdquiz\.", script) == []
    assert set(re.findall(r"gdquiz\.(\w+)", script)) <= set(gdquiz.__all__)


def test_importing_gdquiz_loads_nothing_but_its_version() -> None:
    code = "import sys, gdquiz; print(sorted(m for m in sys.modules if m.split('.')[0] in {'gdquiz', *sys.argv[1:]}))"
    heavy = ["numpy", "sympy", "pydantic", "jinja2", "click"]
    done = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "['gdquiz', 'gdquiz.version']"


def test_no_module_of_the_package_imports_the_package_itself() -> None:
    graph = grimp.build_graph("gdquiz", cache_dir=None)
    assert graph.find_modules_that_directly_import("gdquiz") == set()


# --- reading ---------------------------------------------------------------------------------------------------------


def test_items_are_found_by_id_and_by_place(items: gdquiz.Items) -> None:
    assert [item.id for item in items] == ["first-step", "two-steps", "which-way", "explain-overshoot"]
    assert items["two-steps"] is items[1] is items[-3]
    assert [item.id for item in items[1:3]] == ["two-steps", "which-way"]
    assert "two-steps" in items and items[0] in items and "three-steps" not in items
    assert repr(items) == "<4 items>"


def test_items_are_found_by_what_they_are_about(items: gdquiz.Items) -> None:
    assert [item.id for item in items.where(kind="number")] == ["first-step", "two-steps"]
    assert [item.id for item in items.where(kind="number", skill=items[1].skill)] == ["two-steps"]
    assert len(items.where()) == 4
    with pytest.raises(gdquiz.InputError) as caught:
        items.where(topic="exampels", skill="nothing like it")
    assert [str(fault) for fault in caught.value.faults] == [
        "field topic: no item has the topic 'exampels' (hint: did you mean 'examples'?)",
        "field skill: no item has the skill 'nothing like it'",
    ]


def test_an_unknown_id_is_told_with_the_nearest(items: gdquiz.Items) -> None:
    with pytest.raises(gdquiz.InputError, match=r"there is no item 'two-step' \(hint: did you mean 'two-steps'\?\)"):
        items["two-step"]
    with pytest.raises(IndexError):
        items[4]


def test_all_faults_of_banks_are_told_at_once(tmp_path: Path) -> None:
    text = FIRST.read_text("utf-8")
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(text.replace("stem =", "stme ="), encoding="utf-8")
    with pytest.raises(gdquiz.InputError) as caught:
        gdquiz.read_banks(tmp_path / "a.toml", str(tmp_path / "b.toml"), tmp_path / "c.toml")
    files = {Path(fault.file).name for fault in caught.value.faults}
    assert files == {"a.toml", "b.toml", "c.toml"}


def test_the_shipped_banks_are_those_that_are_read_without_a_file() -> None:
    items = gdquiz.read_banks()
    assert len(items) >= 225
    assert len(gdquiz.populate(items["one-step-squared-error"])) > 17


# --- populations -----------------------------------------------------------------------------------------------------


def test_a_variant_is_the_one_that_is_shown(items: gdquiz.Items) -> None:
    population = gdquiz.populate(items["which-way"])
    for row in (0, 3, len(population) - 1):
        question = population[row]
        text = shown(population.variants, row)
        assert (question.row, question.item) == (row, "which-way")
        assert question.stem in text and question.solution in text
        assert "\n".join(f"{'ABCD'[k]}. {one}" for k, one in enumerate(question.options[0])) in text


def test_a_population_is_a_sequence(items: gdquiz.Items) -> None:
    population = gdquiz.populate(items["first-step"])
    assert len(population) == 78 == len(list(population))
    assert population[-1].row == 77
    assert [question.row for question in population[75:]] == [75, 76, 77]
    with pytest.raises(IndexError):
        population[78]
    with pytest.raises(ValueError, match="read-only"):
        population.work[0] = 0
    assert population.enumerated == 78 + sum(population.refusals.values())


# --- marking ---------------------------------------------------------------------------------------------------------


def test_points_are_those_of_the_question(items: gdquiz.Items) -> None:
    """The parts of ``two-steps`` are worth 1 point each; a question of 5 points gives 5/2 for one of them."""
    slot = gdquiz.Slot(item="two-steps", points=5)
    plan = gdquiz.Blueprint(title="T", section=[gdquiz.Section(slot=[slot])])
    (question,) = gdquiz.assemble(plan, items, seed="x").questions()
    right = [part.numbers[0].value for part in question.parts]
    assert gdquiz.mark(question, right) == gdquiz.Marked(Fraction(5), Fraction(5), gdquiz.mark(question, right).parts)
    worth = [Fraction(str(part.points)) for part in question.wording.parts]
    assert gdquiz.mark(question, [right[0], "12345"]).points == 5 * worth[0] / sum(worth)
    assert gdquiz.mark(question, ["", "what?"]).points == 0
    assert all(one.unreadable for one in gdquiz.mark(question, ["", "what?"]).parts)


def test_what_follows_from_a_wrong_answer_earns_its_points(items: gdquiz.Items) -> None:
    population = gdquiz.populate(items["two-steps"])
    question = next(one for one in population if one.parts[1].follow)
    assert gdquiz.mark(question, ["999", question.parts[1].numbers[0].value]).parts[1].right


@pytest.mark.parametrize("responses", ["1", ["1"], ["1", "2", "3"], []])
def test_a_response_for_each_part(items: gdquiz.Items, responses: str | list[str]) -> None:
    question = gdquiz.populate(items["two-steps"])[0]
    with pytest.raises(gdquiz.InputError, match=r"responses? to a question of 2 parts; expected one for each part"):
        gdquiz.mark(question, responses)


def test_an_answer_in_words_waits_for_a_person(items: gdquiz.Items) -> None:
    marked = gdquiz.mark(gdquiz.populate(items["explain-overshoot"])[0], "The step is too long.")
    assert marked.points == 0 and marked.parts[0].by_hand


# --- exams -----------------------------------------------------------------------------------------------------------


def test_an_exam_is_that_of_the_command(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    bank = FIRST.as_posix()
    plan.write_text(f'banks = ["{bank}"]\n[[section]]\n[[section.slot]]\nitem = "first-step"\n', encoding="utf-8")
    out = tmp_path / "made"
    made = ["make", str(plan), "--forms", "3", "--seed", "twelve letters", "--to", "html", "--out", str(out)]
    main(made, standalone_mode=False)
    exam = gdquiz.assemble(plan, forms=3, seed="twelve letters")
    files = exam.files() | gdquiz.render(exam, "html")
    assert {name: (out / name).read_bytes() for name in files} == dict(files)
    assert exam == gdquiz.read_exam(out / "exam.json")
    assert exam.to_json() == (out / "exam.json").read_text("utf-8")


def test_a_seed_is_drawn_where_none_is_given(items: gdquiz.Items) -> None:
    first, second = (gdquiz.assemble(plan_of("first-step"), items) for _ in range(2))
    assert first.seed != second.seed and len(first.seed) == 16
    assert gdquiz.assemble(plan_of("first-step"), items, seed=first.seed) == first
    assert gdquiz.assemble(plan_of("first-step", seed="the plan's"), items).seed == "the plan's"


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ({"forms": 0}, "0 forms"),
        ({"forms": 10_001}, "10001 forms"),
        ({"spare": 1}, "1 spare forms"),
        ({"spare": -1}, "-1 spare forms"),
        ({"forms": 2, "students": (gdquiz.Student("Ann", "1"),)}, "students and a number of forms are given"),
    ],
)
def test_numbers_of_forms_have_to_go_together(items: gdquiz.Items, numbers: dict[str, typing.Any], told: str) -> None:
    with pytest.raises(gdquiz.InputError, match=told):
        gdquiz.assemble(plan_of("first-step"), items, **numbers)
    assert len(gdquiz.assemble(plan_of("first-step"), items, forms=1).forms) == 1


def test_students_get_their_forms_and_names(items: gdquiz.Items, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("name,id\nAnn Ångström,s1\nBob,s2\n", encoding="utf-8")
    students = gdquiz.read_students(roster)
    exam = gdquiz.assemble(plan_of("first-step"), items, students=students, spare=1)
    assert [form.student for form in exam.forms] == ["s1", "s2", None]
    assert "Ann" not in exam.to_json()
    assert "Ann Ångström" in gdquiz.render(exam, students=students)["sheets/form-01.html"].decode()
    assert exam.files(students)["students.csv"].decode() == "student,name\ns1,Ann Ångström\ns2,Bob\n"


def test_no_variant_of_an_earlier_exam_comes_again(items: gdquiz.Items) -> None:
    plan = plan_of("first-step")
    first = gdquiz.assemble(plan, items, forms=40, seed="a")
    second = gdquiz.assemble(plan, items, forms=30, seed="b", not_in=[first])
    rows = [{one.row for n in range(len(exam.forms)) for one in exam.questions(n + 1)} for exam in (first, second)]
    assert not rows[0] & rows[1]


def test_questions_are_found_by_the_id_that_is_printed(exam: gdquiz.Exam) -> None:
    for form in (1, 2):
        for question in exam.questions(form):
            assert exam.question(question.id).row == question.row
    with pytest.raises(gdquiz.InputError, match="there is no question 'zzzzz' in exam"):
        exam.question("zzzzz")
    for form in (0, 3):
        with pytest.raises(gdquiz.InputError, match=f"there is no form {form}; expected 1 to 2"):
            exam.questions(form)


def test_unknown_formats_and_platforms_are_told_with_the_nearest(exam: gdquiz.Exam) -> None:
    with pytest.raises(gdquiz.InputError, match="did you mean 'html'"):
        gdquiz.render(exam, "htlm")
    with pytest.raises(gdquiz.InputError, match="did you mean 'moodle'"):
        gdquiz.package(exam, "moddle")


def test_files_are_written_all_or_none(exam: gdquiz.Exam, tmp_path: Path) -> None:
    files = exam.files() | gdquiz.render(exam, "markdown")
    folder = files.write(tmp_path / "exam")
    assert {path: (folder / path).read_bytes() for path in files} == dict(files)
    with pytest.raises(gdquiz.InputError, match="earlier exam"):
        files.write(folder)
    files.write(folder, force=True)
    (tmp_path / "other" / "sheets").mkdir(parents=True)
    (tmp_path / "other" / "sheets" / "form-01.md").write_text("mine")
    with pytest.raises(gdquiz.InputError, match="in the way"):
        files.write(tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").rglob("*.*")] == ["form-01.md"]


def test_what_a_platform_has_no_place_for_is_told(items: gdquiz.Items) -> None:
    exam = gdquiz.assemble(plan_of("which-way", "explain-overshoot"), items, seed="x")
    files = gdquiz.package(exam, "aiken")
    assert [fault.item for fault in files.left_out] == ["explain-overshoot"]
    assert len(files) == 1 and any("left out" in line for line in files.report)
    both = files | gdquiz.package(exam, "moodle")
    assert len(both) == 2 and both.left_out == files.left_out and repr(both) == "<2 files>"


def test_the_script_of_a_course_runs(tmp_path: Path) -> None:
    words = [sys.executable, str(EXAMPLES / "course.py"), "a seed", str(tmp_path / "out")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "lms/moodle.xml: 2 pools" in done.stdout
    exam = gdquiz.read_exam(tmp_path / "out" / "exam.json")
    assert len(exam.forms) == 3 and (tmp_path / "out" / "sheets" / "form-03.html").exists()


# --- notebooks -------------------------------------------------------------------------------------------------------


def shown_by(thing: typing.Any) -> typing.Any:
    """What a notebook shows, as the parsed elements."""
    return lxml_html.fragments_fromstring(thing._repr_html_())[0]


def test_an_item_shows_a_variant_with_options_and_key(items: gdquiz.Items) -> None:
    page = shown_by(items["which-way"])
    text = " ".join(page.text_content().split())
    question = gdquiz.populate(items["which-way"])[0]
    assert question.title in text and "which-way, variant 0, 1 point" in text
    assert len(page.xpath(".//ul[@class='options']/li")) == len(question.options[0])
    letter = "ABCD"[question.parts[0].order.index(question.parts[0].options[0])]
    assert f"Key: {letter}" in text and "Solution" in text
    assert page.get("class").split() == ["gdquiz", "tex2jax_ignore", "mathjax_ignore"]


def test_a_style_of_a_notebook_stays_inside_its_output(items: gdquiz.Items) -> None:
    style = shown_by(items[0]).xpath(".//style")[0].text
    rules = re.findall(r"([^{}]+)\{", style)
    assert rules and all(one.strip().startswith(".gdquiz") for rule in rules for one in rule.split(","))


def test_an_exam_shows_its_first_form_question_by_question(exam: gdquiz.Exam) -> None:
    page = shown_by(exam)
    text = " ".join(page.text_content().split())
    assert f"Exam {exam.id}: 2 forms of 2 questions, 3 points" in text
    assert len(page.xpath(".//details/summary")) == 2
    assert len(page.xpath(".//details//div[@class='key']")) == 3  # of one part and of two
    assert repr(exam) == f"<exam {exam.id}: 2 forms>"


def test_items_show_themselves_as_a_table(items: gdquiz.Items) -> None:
    table = shown_by(items)
    rows = [[cell.text for cell in row] for row in table.xpath(".//tbody/tr")]
    assert [row[0] for row in rows] == [item.id for item in items]
    assert len(table.xpath(".//thead//th")) == 5


@pytest.mark.parametrize("sign", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a & b </div></style>"])
def test_no_text_of_an_author_is_html(tmp_path: Path, sign: str) -> None:
    source = (EXAMPLES / "choice.toml").read_text("utf-8")
    (title,) = re.findall(r'^title = ["\'](.*)["\']$', source, re.MULTILINE)[:1]
    bank = tmp_path / "bank.toml"
    bank.write_text(source.replace(title, sign).replace('text = "', f'text = "{sign} '), encoding="utf-8")
    items = gdquiz.read_bank(bank)
    exam = gdquiz.assemble(plan_of("which-way", title=sign), items, seed="x")
    for thing in (items, items[0], gdquiz.populate(items[0]), exam, exam.questions()[0]):
        html = thing._repr_html_()
        assert sign not in html
        elements = lxml_html.fromstring(f"<div>{html}</div>").iter()
        assert not [one for one in elements if one.tag in ("script", "img") or any(k[:2] == "on" for k in one.attrib)]
    assert "&lt;" in exam._repr_html_() or "&amp;" in exam._repr_html_()


def test_an_item_without_variants_says_so(tmp_path: Path) -> None:
    text = FIRST.read_text("utf-8")
    bank = tmp_path / "none.toml"
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("require"))
    end = next(number for number in range(at, len(lines)) if lines[number].rstrip().endswith("]"))
    lines[at : end + 1] = ['require = [{ that = "eta > 100", because = "never" }]']
    bank.write_text("\n".join(lines), encoding="utf-8")
    (item,) = gdquiz.read_bank(bank)
    assert "0 variants of 84 combinations" in item._repr_html_()


# --- solving ---------------------------------------------------------------------------------------------------------


def test_numbers_are_what_they_print() -> None:
    told = [
        gdquiz.solve("w^2 - w*3", {"w": start}, rate, steps=2).to_json()
        for start, rate in ((-0.5, 0.1), (Fraction(-1, 2), Fraction(1, 10)), ("-1/2", "0.1"))
    ]
    assert told[0] == told[1] == told[2]
    assert gdquiz.solve("w^2", {"w": 1}, 1e-7, steps=1).steps[1].point[0].exact == 1 - 2 * Fraction(1, 10**7)


def test_a_solution_tells_itself() -> None:
    solution = gdquiz.solve("x^2 + 10*y^2", {"x": 1, "y": 1}, "1/11", method="momentum", parameters={"beta": 0.5})
    other = solve_texts("x^2 + 10*y^2", ["x=1", "y=1"], "1/11", method="momentum", parameters={"beta": "1/2"})
    assert str(solution) == telling.as_text(other) and solution.to_json() == telling.as_json(other)
    page = shown_by(gdquiz.solve("w^2", {"w": 1}, 2, steps=2))
    assert page.tag == "pre" and page.text == str(gdquiz.solve("w^2", {"w": 1}, 2, steps=2))


def test_all_faults_of_a_task_are_told_by_the_names_of_the_api() -> None:
    with pytest.raises(gdquiz.InputError) as caught:
        gdquiz.solve("w^2", {"w": 1}, -1, method="descend")
    assert [fault.field for fault in caught.value.faults] == ["rate", "method"]
    for value in (float("nan"), float("inf")):
        with pytest.raises(gdquiz.InputError, match=r"field w: .* is no number; expected a finite number"):
            gdquiz.solve("w^2", {"w": value}, 1)
