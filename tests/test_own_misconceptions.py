"""Misconceptions that banks define: executed as told, carried into all that is made, and refused with their place."""

from __future__ import annotations

import json
import re
import tomllib
from fractions import Fraction as F
from pathlib import Path

import jsonschema
import pytest
from banking import CHOICE, HEAD, NUMBER, solved, told
from click.testing import CliRunner, Result

from gdquiz.banks.bank import read_bank
from gdquiz.banks.items import models
from gdquiz.banks.misconceptions import read_misconceptions, shipped, shipped_text
from gdquiz.banks.models import ItemModel
from gdquiz.cli import main
from gdquiz.cli.listing import shipped_banks
from gdquiz.cli.schema import schema_text
from gdquiz.errors import InputError
from gdquiz.populations.population import populate

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "docs" / "examples" / "own-misconceptions.toml"
A = 'parameters = { a = "1..3" }\n'
OWN = {"OUTSIDE_ONLY", "HIKER", "RATE_BELOW", "PER_CENT"}

LOSS = '[item.loss]\nformula = "a*w^2"\nvariables = ["w"]\n'
RUN = '[item.run]\nstart = ["w0"]\nrate = "1/4"\nsteps = 1\n'


def defined(code: str = "OWN", **fields: str) -> str:
    """A table of a misconception; ``fields`` are TOML values."""
    texts = {name: f"'The {name} of it.'" for name in ("title", "belief", "why", "say")}
    lines = (f"{name} = {value}\n" for name, value in ({"code": f'"{code}"'} | texts | fields).items())
    return "[[misconception]]\n" + "".join(lines)


def bank(tables: str, body: str) -> str:
    """The text of a bank with misconceptions of its own and one item."""
    head, item = HEAD.split("\n\n", 1)
    return f"{head}\n\n{tables}\n{item}stem = 'What?'\nsolution = 'That.'\n{body}"


def model_of(tables: str, body: str) -> ItemModel:
    (model,) = models(read_bank(bank(tables, body), file="trial.toml"))
    return model


def answers(tables: str, body: str) -> list[tuple[dict[str, F], dict[str, F]]]:
    """For every row the parameters, and the foreseen wrong number by code."""
    return [
        (numbers, {wrong.misconception: F(wrong.values[0]) for wrong in question.parts[0].wrong})
        for numbers, question in solved(populate(model_of(tables, body)))
    ]


# --- executed as told ------------------------------------------------------------------------------------------------


def test_the_example_answers_what_its_misconceptions_say() -> None:
    """f = (a x - b)^2 with f' = 2 a (a x - b); without the inner derivative 2 (a x - b)."""
    (model,) = models(read_bank(EXAMPLE.read_text("utf-8"), file="own.toml"))
    population = populate(model)
    seen = 0
    for v, question in solved(population):
        slope = 2 * v["a"] * (v["a"] * v["x0"] - v["b"])
        found = {wrong.misconception: wrong for wrong in question.parts[1].wrong}
        assert {code: F(wrong.values[0]) for code, wrong in found.items()} == {
            "HIKER": v["x0"] + v["eta"] * slope,
            "RATE_BELOW": v["x0"] - slope / v["eta"],
            "PER_CENT": v["x0"] - v["eta"] / 100 * slope,
            "NO_ETA": v["x0"] - slope,
        }
        assert found["HIKER"].feedback == "Draw the slope at the start and see on which side the valley lies."
        (outside,) = question.parts[0].wrong
        a, b = v["a"], v["b"]
        assert (outside.misconception, outside.formula) == ("OUTSIDE_ONLY", f"{2 * a}*x - {2 * b}")
        seen += 1
    assert seen == population.size > 50


@pytest.mark.parametrize(
    ("step", "wrong"),
    [
        # a w^2 from w0 = 2 with rate 1/4: gradient 4 a, loss 4 a
        ("x - grad", lambda a: 2 - 4 * a),
        ("x - rate*grad^2", lambda a: 2 - 4 * a * a),
        ("x - rate*loss/3", lambda a: 2 - a / F(3)),
        ("-rate*grad", lambda a: -a),
        ("x + rate*abs(-grad)", lambda a: 2 + a),
        ("x - rate*sign(grad)", lambda a: F(7, 4)),
        ("x - sqrt(grad^2)/7", lambda a: 2 - F(4, 7) * a),
        ("7 + k", lambda a: F(7)),
    ],
)
def test_a_step_is_worked_out_as_written(step, wrong) -> None:
    body = 'parameters = { a = "1..3", w0 = [2] }\n' + LOSS + RUN + NUMBER
    body += 'answer = "w[1]"\nwrong = [{ misconception = "OWN", optional = true }]'
    found = answers(defined(step=f"'{step}'"), body)
    assert {v["a"]: there.get("OWN") for v, there in found} == {
        a: None if wrong(F(a)) == 2 - a else wrong(F(a)) for a in (1, 2, 3)
    }


def test_a_step_is_carried_on_counts_steps_and_takes_each_variable_by_itself() -> None:
    # x^2 + 3 y^2 from (a, 1), two steps of rate 1/4 of the learner x - (k + 1) rate grad:
    # x: a -> a/2 -> a/2 - (1/2) a = 0; y: 1 -> -1/2 -> -1/2 + (1/2) 3 = 1
    loss = '[item.loss]\nformula = "x^2 + 3*y^2"\nvariables = ["x", "y"]\n'
    run = '[item.run]\nstart = ["a", "1"]\nrate = "1/4"\nsteps = 2\n'
    part = '[[item.part]]\nkind = "numbers"\nask = "What?"\nanswers = [{ label = "x", value = "x[2]" }, '
    part += '{ label = "y", value = "y[2]" }]\nwrong = [{ misconception = "OWN" }]'
    model = model_of(defined(step="'x - (k + 1)*rate*grad'"), 'parameters = { a = "1..5" }\n' + loss + run + part)
    for _, question in solved(populate(model)):
        (wrong,) = question.parts[0].wrong
        assert wrong.values == ("0", "1")


def test_a_step_climbs_where_the_item_does() -> None:
    # the learner divides by the rate: up from 1 by 2 a 4
    run = '[item.run]\nstart = ["1"]\nrate = "1/4"\nsteps = 1\nascend = true\n'
    body = (
        'parameters = { a = "1..3" }\n' + LOSS + run + NUMBER + 'answer = "w[1]"\nwrong = [{ misconception = "OWN" }]'
    )
    assert answers(defined(step="'x - grad/rate'"), body) == [({"a": F(a)}, {"OWN": F(1 + 8 * a)}) for a in (1, 2, 3)]


def test_a_step_that_can_not_be_told_is_no_answer() -> None:
    """At a gradient of 0 in floats the sign of it is anybody's guess: sqrt(2) w^2 - 2 sqrt(2) w at w = 1."""
    loss = '[item.loss]\nformula = "sqrt(a)*(w - 1)^2"\nvariables = ["w"]\n'
    run = '[item.run]\nstart = ["1"]\nrate = "1/4"\nsteps = 1\n'
    body = 'parameters = { a = "2..3" }\n' + loss + run + NUMBER + 'answer = "w[1] + a"\n'
    wrong = 'wrong = [{ misconception = "OWN", optional = true }]'
    assert [there for _, there in answers(defined(step="'x + 3*rate*(1 + sign(grad))'"), body + wrong)] == [{}, {}]


def test_a_figure_draws_the_run_of_a_written_step() -> None:
    # w^2 from 2 with rate 1/8: each step multiplies w by 3/4, those of the learner by 1 - k/4: 1, 3/4, 1/2
    run = '[item.run]\nstart = ["2"]\nrate = "1/8"\nsteps = 3\n'
    figure = '[item.figure]\nkind = "series"\npath = "none"\nalt = "Two."\nkey_alt = "Two."\n'
    series = 'series = [{ label = "A" }, { label = "B", misconception = "OWN" }]\n'
    body = "parameters = { a = [1] }\n" + LOSS + run + figure + series + NUMBER + 'answer = "w[1]"'
    (rows,) = populate(model_of(defined(step="'x - k*rate*grad'"), body)).variants.cases
    assert rows.drawing is not None and rows.drawing.lines is not None
    right, wrong = (line.values[0, :, 0].tolist() for line in rows.drawing.lines.lines)
    assert right == [2**2, 1.5**2, 1.125**2, 0.84375**2]
    assert wrong == [2**2, 2**2, 1.5**2, 0.75**2]
    (fault,) = told(bank(defined(redefine='{ a = "2" }'), body))
    assert "figure.series[2].misconception: 'OWN' is no mistake in a step or derivative" in fault


def test_a_redefinition_holds_where_nothing_else_is_said() -> None:
    body = 'parameters = { a = "2..4" }\ndefine = { twice = "2*a" }\n' + NUMBER + 'answer = "twice + 1"\nwrong = ['
    tables = defined(redefine='{ twice = "a^2 + 9" }') + defined("OTHERS", redefine='{ twice = "twice + 90" }')
    plain = answers(tables, body + '{ misconception = "OWN" }, { misconception = "OTHERS" }]')
    assert plain == [({"a": F(a)}, {"OWN": F(a * a + 10), "OTHERS": F(2 * a + 91)}) for a in (2, 3, 4)]
    own = answers(tables, body + '{ misconception = "OWN", redefine = { twice = "a + 50" } }]')
    assert own == [({"a": F(a)}, {"OWN": F(a + 51)}) for a in (2, 3, 4)]
    stated = answers(tables, body + '{ misconception = "OWN", value = "77" }]')
    assert stated == [({"a": F(a)}, {"OWN": F(77)}) for a in (2, 3, 4)]


def test_a_misconception_that_nothing_executes_is_stated_by_the_item() -> None:
    options = "option = [{ id = 'yes', text = 'Yes', when = 'a > 0' }, { id = 'no', text = 'No', when = 'a < 0' }]\n"
    wrong = 'wrong = [{ misconception = "OWN", chooses = "no" }]'
    model = model_of(defined(), A + CHOICE + options + wrong)
    for _, question in solved(populate(model)):
        assert [entry.misconception for entry in question.parts[0].wrong] == ["OWN"]


def test_the_version_of_an_item_changes_with_the_misconceptions_that_it_names() -> None:
    body = A + NUMBER + 'answer = "a"\nwrong = [{ misconception = "OWN", value = "a + 7" }]'
    plain, again, other, more = (
        model_of(tables, body).version
        for tables in (defined(), defined(), defined(why="'Another why.'"), defined() + defined("UNUSED"))
    )
    assert plain == again == more != other


# --- carried into everything -----------------------------------------------------------------------------------------


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), prog_name="gdquiz")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GDQUIZ_CACHE", str(tmp_path / "store"))
    (tmp_path / "plan.toml").write_text(
        'title = "Own"\nseed = "s"\nforms = 2\n[[section]]\n[[section.slot]]\nitem = "own-words"\n', encoding="utf-8"
    )
    return tmp_path


def test_own_misconceptions_stand_in_the_exam_on_keys_and_in_packages(folder: Path) -> None:
    assert run("check", str(EXAMPLE)).exit_code == 0
    formats = ["--to", "markdown", "--to", "html", "--to", "moodle", "--to", "jsonl"]
    made = run("make", "plan.toml", "--bank", str(EXAMPLE), "--out", "exam", *formats)
    assert made.exit_code == 0, made.output
    exam = json.loads((folder / "exam" / "exam.json").read_text("utf-8"))
    assert set(exam["misconceptions"]) == OWN | {"NO_ETA"}
    assert "divides by the learning rate" in json.dumps(exam["misconceptions"]["RATE_BELOW"])
    texts = {
        path: path.read_text("utf-8")
        for path in (folder / "exam").rglob("*")
        if path.suffix in (".md", ".xml", ".jsonl")
    }
    keys = [text for path, text in texts.items() if path.parent.name == "keys" and path.name.startswith("form")]
    assert keys and all("divides by the learning rate" in text for text in keys)
    packages = [text for path, text in texts.items() if path.suffix in (".xml", ".jsonl")]
    assert len(packages) >= 2
    assert all("Ask yourself what happens to your step when the rate is made smaller." in text for text in packages)
    sheets = [text for path, text in texts.items() if "sheets" in path.parts]
    assert sheets and not any("divides by" in text or "RATE_BELOW" in text for text in sheets)


def test_own_misconceptions_are_listed_and_stand_in_the_catalog(folder: Path) -> None:
    lines = run("banks", "--misconceptions", "--bank", str(EXAMPLE)).stdout.splitlines()
    assert {line.split()[0] for line in lines[:-1]} == OWN | {"NO_ETA"}
    assert "PER_CENT      takes the learning rate for a percentage: own-words" in lines
    assert lines[-1] == f"{len(shipped()) + 4} misconceptions, 5 of them foreseen by 1 item"
    assert run("catalog", "--bank", str(EXAMPLE), "--out", "catalog.html").exit_code == 0
    page = (folder / "catalog.html").read_text("utf-8")
    assert "RATE_BELOW: divides by the learning rate" in page


def test_a_learner_is_told_of_an_own_misconception(folder: Path) -> None:
    shown = run("show", "own-words", "--bank", str(EXAMPLE), "--variant", "3").stdout
    assert "- RATE_BELOW: $78$. Ask yourself what happens to your step" in shown
    words = ["practice", "--bank", str(EXAMPLE), "--seed", "1", "--questions", "1", "--no-save"]

    def talk(answer: str) -> str:
        result = CliRunner().invoke(main, words, input=f"{answer}\n\n\n\n\n", prog_name="gdquiz")
        assert result.exit_code == 0, result.output
        return " ".join(result.output.split())

    found = re.search(r"f\(x\) = \((\d) ?x − (\d)\)²", talk(""))
    assert found is not None
    said = talk(f"2*({found[1]}*x - {found[2]})")  # without the inner derivative
    assert "Typical mistake: differentiates the outside only." in said
    assert "Multiply the square out and differentiate again." in said
    assert "wrong: The bracket changes with x as well, and how fast it does is a factor of its own." in said


# --- refused, with a place -------------------------------------------------------------------------------------------

USES = A + NUMBER + 'answer = "a"\nwrong = [{ misconception = "OWN", value = "a + 7" }]'

BROKEN = {
    "a name of no mistake or slip": (
        defined(executes='"uphil"'),
        "trial.toml:11, misconception OWN, field executes: there is no mistake or slip 'uphil' "
        "(hint: did you mean 'uphill'?)",
    ),
    "a name of no mistake that is near": (
        defined(executes='"no-iner"'),
        "field executes: there is no mistake or slip 'no-iner' (hint: did you mean 'no-inner'?)",
    ),
    "two that tell what is done": (
        defined(executes='"uphill"', step='"x - grad"'),
        "field step: 'executes' tells already what the learner does; expected one of executes, step and redefine",
    ),
    "a step with a name of the item": (
        defined(step='"x - eta*grad"'),
        "trial.toml:11, misconception OWN, field step: unknown name 'eta'",
    ),
    "a step that is a condition": (defined(step='"x < grad"'), "misconception OWN, field step: "),
    "a step that is no formula": (defined(step='"x - - "'), "misconception OWN, field step: "),
    "a step that would run": (defined(step="\"__import__('os')\""), "misconception OWN, field step: "),
    "a redefinition that is no expression": (
        defined(redefine='{ a = "2*" }'),
        "trial.toml:11, misconception OWN, field redefine.a: ",
    ),
    "a shipped code": (
        defined("SIGN"),
        "trial.toml:6, misconception SIGN, field code: gdquiz has another misconception of this code: "
        "moves in the wrong direction; expected a code of its own",
    ),
    "a code twice": (
        defined() + defined(),
        "trial.toml:12, misconception OWN, field code: the code is used twice, first by misconception number 1",
    ),
    "a slot": (
        defined(say="'Look at {{a}}.'"),
        "trial.toml:10, misconception OWN, field say: a slot stands here, but a misconception is the same in all items "
        "(hint: what needs numbers can be said by the `feedback` of a wrong answer)",
    ),
    "a formula that cannot be set": (defined(why=r"'It is $\foo x$.'"), ":9, misconception OWN, field why: "),
    "a dollar without a partner": (
        defined(belief="'It costs $2.'"),
        "trial.toml:8, misconception OWN, field belief: a dollar sign has no partner",
    ),
    "a backslash between double quotes": (
        defined(why=r'"The rate $\nabla f$."'),
        "trial.toml:9, misconception OWN, field why: a line break stands in the text",
    ),
    "an empty text": (defined(say="'  '"), ":10, misconception OWN, field say: this is empty; expected a sentence"),
    "a title of two lines": (defined(title="'''one\n\ntwo'''"), "field title: a title has more than one line"),
    "a field that is not there": (
        defined(reason="'x'"),
        "trial.toml:11, misconception OWN, field reason: unknown field 'reason'",
    ),
    "a field that is missing": (
        defined().replace("say = 'The say of it.'\n", ""),
        "trial.toml:5, misconception OWN, field say: the field 'say' is missing",
    ),
    "a code in small letters": (defined("own"), "trial.toml:6, misconception own, field code: 'own' is not written as"),
    "a text that is a number": (defined(why="7"), ":9, misconception OWN, field why: 7 stands here; expected text"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_broken_misconceptions_are_refused_with_their_place(what: str) -> None:
    tables, message = BROKEN[what]
    (fault,) = told(bank(tables, USES if what != "a shipped code" else USES.replace("OWN", "NO_2")))
    assert message in fault


def test_all_that_is_wrong_is_told_at_once() -> None:
    tables = defined(why="' '", executes='"upp"') + defined("SIGN")
    found = told(bank(tables, USES))
    assert [line.split(": ")[0] for line in found] == [
        "trial.toml:9, misconception OWN, field why",
        "trial.toml:11, misconception OWN, field executes",
        "trial.toml:13, misconception SIGN, field code",
    ]


def test_a_shipped_misconception_may_be_repeated() -> None:
    row = next(row for row in tomllib.loads(shipped_text())["misconception"] if row["code"] == "SIGN")
    table = defined("SIGN", **{name: f"'''{value}'''" for name, value in row.items() if name != "code"})
    body = A + NUMBER + 'answer = "a"\nwrong = [{ misconception = "SIGN", value = "-a" }]'
    assert model_of(table, body).foreseen["SIGN"] == shipped()["SIGN"]


@pytest.mark.parametrize(
    ("tables", "body", "message"),
    [
        (
            defined(redefine='{ b = "2" }'),
            A + NUMBER + 'answer = "a"\nwrong = [{ misconception = "OWN" }]',
            "item one, field part[1].wrong[1].misconception: OWN redefines 'b', and the item has no such quantity",
        ),
        (
            defined(redefine='{ a = "2*c" }'),
            A + NUMBER + 'answer = "a"\nwrong = [{ misconception = "OWN" }]',
            "item one, field part[1].wrong[1].misconception: unknown name 'c'",
        ),
        (
            defined(step='"x - grad"'),
            A + NUMBER + 'answer = "a"\nwrong = [{ misconception = "OWN" }]',
            "item one, field part[1].wrong[1]: nothing tells what OWN answers",
        ),
        (
            defined(),
            A + NUMBER + 'answer = "a"\nwrong = [{ misconception = "OWN" }]',
            "item one, field part[1].wrong[1]: nothing tells what OWN answers",
        ),
        (
            defined(),
            A + NUMBER + 'answer = "a"\nwrong = [{ misconception = "OWNN", value = "a + 7" }]',
            "field part[1].wrong[1].misconception: unknown misconception 'OWNN' (hint: did you mean 'OWN'?)",
        ),
        (
            defined(),
            A + NUMBER + 'answer = "a"\nwrong = [{ misconception = "XQZ", value = "a + 7" }]',
            "unknown misconception 'XQZ' (hint: a bank may define its own, as [[misconception]])",
        ),
        (
            defined(step='"x - grad"'),
            A + LOSS + RUN.replace("w0", "a") + '[[item.part]]\nkind = "formula"\nask = "What?"\nderivative = "w"\n'
            'wrong = [{ misconception = "OWN" }]',
            "item one, field part[1].wrong[1]: nothing tells what OWN answers",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_item_is_told_there(tables: str, body: str, message: str) -> None:
    assert any(message in fault for fault in told(bank(tables, body)))


def test_a_mistake_that_the_item_has_no_room_for_is_told_when_it_is_made() -> None:
    body = A + LOSS + RUN.replace("w0", "a") + NUMBER + 'answer = "w[1]"\nwrong = [{ misconception = "OWN" }]'
    with pytest.raises(InputError, match="the misconception OWN cannot be executed on this item: this mistake is made"):
        populate(model_of(defined(executes='"without-correction"'), body))


def test_two_banks_can_not_mean_two_things_by_a_code(folder: Path) -> None:
    other = EXAMPLE.read_text("utf-8").replace('"own-words"', '"other-words"')
    (folder / "same.toml").write_text(other, encoding="utf-8")
    (folder / "other.toml").write_text(other.replace("x - grad/rate", "x - grad/rate/2"), encoding="utf-8")
    line = 1 + other[: other.index('code = "RATE_BELOW"')].count("\n")
    for words in (
        ["check", str(EXAMPLE), "{}"],
        ["banks", "--bank", str(EXAMPLE), "--bank", "{}"],
        ["make", "plan.toml", "--bank", str(EXAMPLE), "--bank", "{}", "--out", "exam"],
        ["make", "plan.toml", "--bank", str(EXAMPLE), "--bank", "{}", "--out", "exam2"],  # now from the store
    ):
        refused = run(*(word.format("other.toml") for word in words))
        assert (refused.exit_code, refused.stderr) == (
            2,
            f"gdquiz: other.toml:{line}, misconception RATE_BELOW: "
            f"{EXAMPLE} defines another misconception of this code: "
            "divides by the learning rate; expected a code of its own, or the same misconception in both\n",
        )
        assert run(*(word.format("same.toml") for word in words)).exit_code == 0


# --- the shipped file ------------------------------------------------------------------------------------------------


def test_the_shipped_file_passes_every_gate() -> None:
    assert read_misconceptions(shipped_text(), file="misconceptions.toml") == shipped()
    schema = json.loads(schema_text("misconceptions"))
    jsonschema.Draft202012Validator(schema).validate(tomllib.loads(shipped_text()))


def test_the_shipped_file_is_no_bank() -> None:
    assert "misconceptions.toml" not in dict(shipped_banks())
    assert "one-step.toml" in dict(shipped_banks())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "m.toml, field misconception: the field 'misconception' is missing"),
        (defined(say="'{{a}}'"), "m.toml:6, misconception OWN, field say: a slot stands here"),
        (defined() + defined(), "m.toml:8, misconception OWN, field code: the code is used twice"),
        (defined(executes='"up"'), "m.toml:7, misconception OWN, field executes: there is no mistake or slip 'up'"),
        (defined().replace("why", "wy"), "misconception OWN, field wy: unknown field 'wy' (hint: did you mean 'why'?)"),
    ],
)
def test_a_broken_file_of_misconceptions_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(InputError) as raised:
        read_misconceptions(text, file="m.toml")
    assert any(message in str(fault) for fault in raised.value.faults)


def test_a_bank_may_be_read_with_other_misconceptions_than_the_shipped() -> None:
    known = read_misconceptions(defined("ELSEWHERE"), file="m.toml")
    text = bank("", A + NUMBER + 'answer = "a"\nwrong = [{ misconception = "ELSEWHERE", value = "a + 7" }]')
    (model,) = models(read_bank(text, file="trial.toml"), known=known)
    assert list(model.foreseen) == ["ELSEWHERE"]
    with pytest.raises(InputError, match="unknown misconception 'SIGN'"):
        models(read_bank(text.replace("ELSEWHERE", "SIGN"), file="trial.toml"), known=known)
