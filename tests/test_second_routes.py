"""Keys that authors write by hand: assertions, second routes, and what a key rests on."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from banking import CHOICE, HEAD, NUMBER, STEP, item, told
from click.testing import CliRunner

from gdquiz.banks.bank import read_bank
from gdquiz.banks.grounds import following, grounds
from gdquiz.banks.items import models
from gdquiz.checking.proving import check, verdict
from gdquiz.cli import main
from gdquiz.errors import InputError
from gdquiz.formulas.expressions import Language, Name, parse
from gdquiz.populations.population import populate

A = 'parameters = { a = "2..5", x0 = "1..4" }\n'
UPHILL = A + 'define = { x1 = "x0 + 2*a*x0/10" }\n'
DOWNHILL = A + 'define = { x1 = "x0 - 2*a*x0/10" }\n'
ROOT = Path(__file__).resolve().parent.parent
STEM = "$a = {{a}}$, $x_0 = {{x0}}$."
ANSWER = NUMBER + 'answer = "x1"\n'
SQUARE = '[item.loss]\nformula = "a*w^2"\nvariables = ["w"]\n'
MATCHING = (
    '[[item.part]]\nkind = "matching"\nask = "?"\noption = [{ id = "x", text = "x" }, { id = "y", text = "y" }]\n'
)
NUMBERS = '[[item.part]]\nkind = "numbers"\nask = "?"\n'


def either(up: str, down: str) -> str:
    """A choice between two options under two conditions."""
    return f'''{CHOICE}option = [
        {{ id = "up", text = "x", when = "{up}" }},
        {{ id = "down", text = "y", when = "{down}" }},
    ]\n'''


RUN = 'parameters = { a = "1..3", w0 = [1, 2] }\n' + STEP


# --- contradictions ------------------------------------------------------------------------------------------------

CONTRADICTED = {
    "assertion on a key": (
        'assert = ["x1 < x0"]\n' + UPHILL + ANSWER,
        "field assert[1]: the assertion 'x1 < x0' does not hold in 16 of 16 rows, first where a = 2, x0 = 1",
    ),
    "assertion with its reason": (
        'assert = ["a > 0", { that = "x1 < x0", because = "the loss falls towards 0" }]\n' + UPHILL + ANSWER,
        "field assert[2]: the assertion 'x1 < x0' does not hold in 16 of 16 rows, first where a = 2, x0 = 1 "
        "(hint: the loss falls towards 0)",
    ),
    "assertion that fails in some rows": (
        'assert = ["x1 != 0"]\n' + DOWNHILL + ANSWER,  # x0 (1 - a/5) is 0 where a = 5
        "field assert[1]: the assertion 'x1 != 0' does not hold in 4 of 16 rows, first where a = 5, x0 = 1",
    ),
    "assertion on what has no value": (
        'assert = ["not 1/(a - 3) > 5"]\n' + DOWNHILL + ANSWER,
        "the assertion 'not 1/(a - 3) > 5' does not hold in 4 of 16 rows, first where a = 3, x0 = 1",
    ),
    "assertion on floats": (
        'assert = ["sqrt(a) < 2"]\n' + DOWNHILL + ANSWER,
        "the assertion 'sqrt(a) < 2' does not hold in 8 of 16 rows, first where a = 4, x0 = 1",
    ),
    "second number": (
        UPHILL + ANSWER + 'second = "x0*(5 - a)/5"',
        "field part[1].second: the second route to the key of 'answer' gives 3/5 and the first 7/5 in 16 of 16 rows, "
        "first where a = 2, x0 = 1; expected the same key by both routes",
    ),
    "second of the engine": (
        RUN + NUMBER + 'answer = "w[0] + grad[0]/10"\nsecond = "w[1]"',
        "gives 4/5 and the first 6/5 in 6 of 6 rows, first where a = 1, w0 = 1",
    ),
    "second of several numbers": (
        A + '[[item.part]]\nkind = "numbers"\nask = "?"\n'
        'answers = [{ label = "p", value = "2*a" }, { label = "q", value = "2*x0" }]\nsecond = ["a + a", "x0 + 1"]',
        "gives 3 and the first 4 in 12 of 16 rows, first where a = 2, x0 = 2",
    ),
    "second conditions": (
        A + either("a > x0", "a <= x0") +
        'second = { up = "a - x0 >= 0", down = "a - x0 < 0" }',
        "the second route to the key of 'answer' gives another key in 3 of 16 rows, first where a = 2, x0 = 2",
    ),
    "second ranks": (
        A + '[[item.part]]\nkind = "ordering"\nask = "?"\n'
        'option = [{ id = "p", text = "x", rank = "a" }, { id = "q", text = "y", rank = "x0 + 1/2" }]\n'
        'second = { p = "x0 + 1/2", q = "a" }',
        "gives another key in 16 of 16 rows",
    ),
    "second matches": (
        A + MATCHING +
        'prompt = [{ id = "p", text = "p", match = { x = "a > 3", y = "a <= 3" } }]\n'
        'second = { p = { x = "a - 3 >= 0", y = "a - 3 < 0" } }',
        "gives another key in 4 of 16 rows, first where a = 3, x0 = 1",
    ),
    "second truth": (
        A + '[[item.part]]\nkind = "truth"\nask = "?"\ntruth = "a > x0"\nsecond = "a - x0 > 1"',
        "gives another key in 4 of 16 rows, first where a = 2, x0 = 1",
    ),
    "second formula": (
        A + SQUARE + '[[item.part]]\nkind = "formula"\nask = "?"\n'
        'derivative = "w"\nsecond = "a*w"',
        "gives another key in 16 of 16 rows, first where a = 2, x0 = 1",
    ),
    "in one case": (
        'assert = ["b > 1"]\n[[item.case]]\nid = "high"\nparameters = { b = "4..9" }\n[[item.case]]\nid = "low"\n'
        'parameters = { b = "1..3" }\n' + NUMBER + 'answer = "2*b"',
        "the assertion 'b > 1' does not hold in 1 of 3 rows, first where case 'low', b = 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTRADICTED)
def test_what_contradicts_its_author_is_a_fault_with_its_row(name: str) -> None:
    body, message = CONTRADICTED[name]
    (fault,) = check(item(body)).faults
    assert message in fault
    with pytest.raises(InputError):  # and nothing of it can be drawn
        populate(item(body))


def test_all_contradictions_are_told_at_once() -> None:
    body = 'assert = ["x1 < x0", "x1 < 0"]\n' + UPHILL + ANSWER + 'second = "x0*(5 - a)/5"'
    assert [fault.split(":")[0] for fault in check(item(body)).faults] == [
        "field assert[1]", "field assert[2]", "field part[1].second",
    ]  # fmt: skip


HOLDING = {
    "floats that are equal": 'assert = ["sqrt(a)*sqrt(a) == a", "exp(log(a)) <= a", "exp(log(a)) >= a"]\n'
    + DOWNHILL + ANSWER,
    "conditions that are equal": 'assert = ["(a < 3) == (2*a <= 5)", "if(a < 3, x1 > 0, x1 >= 0)"]\n'
    + DOWNHILL + ANSWER,
    "rows thrown out are not looked at": 'require = ["a != 5"]\nassert = ["x1 != 0"]\n' + DOWNHILL + ANSWER,
    "numbers beyond 62 bits": 'assert = ["(x0 + 1/7)^40*x1 >= 0"]\n' + DOWNHILL + ANSWER,
    "second in floats": A + NUMBER + 'answer = "sqrt(a + x0/100)"\nsecond = "exp(log(a + x0/100)/2)"',
    "second of the derivative": A + SQUARE + '[[item.part]]\nkind = "formula"\n'
    'ask = "?"\nderivative = "w"\nsecond = "2*a*w"',
}  # fmt: skip


@pytest.mark.parametrize("name", HOLDING)
def test_what_is_true_in_every_row_is_no_fault(name: str) -> None:
    assert check(item(HOLDING[name], stem=STEM)).faults == ()


# --- what keys rest on ---------------------------------------------------------------------------------------------

GROUNDS = {
    "step by hand": (DOWNHILL + ANSWER, "alone"),
    "constant by hand": (A + NUMBER + 'answer = "7"', "alone"),
    "parameter": (A + NUMBER + 'answer = "a"', "alone"),
    "point of the run": (RUN + NUMBER + 'answer = "w[2]"', "engine"),
    "size of a point of the run": (RUN + NUMBER + 'answer = "abs(w[2])"', "engine"),
    "step uphill on the engine's gradient": (RUN + NUMBER + 'answer = "w[0] + grad[0]/10"', "alone"),
    "asserted by name": ('assert = ["x1 == x0*(5 - a)/5"]\n' + DOWNHILL + ANSWER, "second"),
    "asserted expression": ('assert = ["x0 - x1 == a*x0/5"]\n' + DOWNHILL + NUMBER + 'answer = "x0 - x1"', "second"),
    "asserted of another name": ('assert = ["x0 > 0"]\n' + DOWNHILL + ANSWER, "alone"),
    "asserted part of the key": ('assert = ["x1 < x0"]\n' + DOWNHILL + NUMBER + 'answer = "2*x1"', "alone"),
    "second route": (DOWNHILL + ANSWER + 'second = "x0*(5 - a)/5"', "second"),
    "condition on the run": (
        RUN + CHOICE + 'option = [{ id = "x", text = "x", when = "loss[1] < loss[0]" }, { id = "y", text = "y", '
        'when = "loss[1] >= loss[0]" }]', "engine",
    ),
    "condition with arithmetic on the run": (
        RUN + CHOICE + 'option = [{ id = "x", text = "x", when = "loss[1] - loss[0] < 0" }, { id = "y", text = "y", '
        'when = "loss[1] >= loss[0]" }]', "alone",
    ),
    "condition on parameters": (
        A + either("a > 3", "a <= 3"), "alone",
    ),
    "one parameter beside the engine": (
        RUN + CHOICE + 'option = [{ id = "x", text = "x", when = "grad[0] > 0 or a > 5" }, { id = "y", text = "y", '
        'when = "grad[0] <= 0" }]', "alone",
    ),
    "number stated with its case": (
        A + 'define = { line = "1" }\n[[item.case]]\nid = "p"\ndefine = { line = "2" }\n[[item.case]]\nid = "q"\n'
        + NUMBER + 'answer = "line"', "stated",
    ),
    "number that all cases share": (
        A + '[[item.case]]\nid = "p"\n[[item.case]]\nid = "q"\n' + NUMBER + 'answer = "7"', "alone",
    ),
    "words": (A + '[[item.part]]\nkind = "truth"\nask = "?"\ntruth = "1 == 1"', "stated"),
    "derivative": (A + SQUARE + '[[item.part]]\nkind = "formula"\nask = "?"\n'
                   'derivative = "w"', "engine"),
    "verdict": (RUN.replace("steps = 2", "steps = 2\njudge = true") + '[[item.part]]\nkind = "truth"\nask = "?"\n'
                'truth = "converged and not oscillates"', "engine"),
}  # fmt: skip


@pytest.mark.parametrize("name", GROUNDS)
def test_what_a_key_rests_on(name: str) -> None:
    body, ground = GROUNDS[name]
    assert grounds(item(body)) == {"answer": ground}


def test_a_text_has_no_key() -> None:
    body = A + '[[item.part]]\nkind = "text"\nask = "?"\nguide = [{ points = 1, text = "it" }]'
    assert grounds(item(body)) == {}


# --- how it is written ---------------------------------------------------------------------------------------------

MISWRITTEN = {
    "again": (DOWNHILL + ANSWER + 'second = "x1"', "the second route is the first one, written again"),
    "definition written out": (
        DOWNHILL + ANSWER + 'second = "-2*x0*a/10 + x0"', "the second route is the first one, written again",
    ),
    "list for one number": (DOWNHILL + ANSWER + 'second = ["a"]', "there is one key here; expected one expression"),
    "one for several": (
        A + NUMBERS + 'answers = [{ label = "p", value = "a" }, { label = "q", value = "x0" }]\n'
        'second = ["a"]', "a second route to several numbers is a list; expected 2 expressions",
    ),
    "unknown option": (
        A + either("a > 3", "a <= 3") +
        'second = { op = "a > 3" }', "there is nothing called 'op' here; expected up, down",
    ),
    "prompt left out": (
        A + MATCHING +
        'prompt = [{ id = "p", text = "p", match = "x" }, { id = "q", text = "q", match = "y" }]\nsecond = { p = "x" }',
        "the second route says nothing of 'q'; expected p, q",
    ),
    "text": (
        A + '[[item.part]]\nkind = "text"\nask = "?"\nguide = [{ points = 1, text = "it" }]\nsecond = "a"',
        "a part of kind 'text' has no key",
    ),
    "number asserted": ('assert = ["a + 1"]\n' + DOWNHILL + ANSWER, "a number stands where a condition belongs"),
    "unknown name": (DOWNHILL + ANSWER + 'second = "x00"', "unknown name 'x00'"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISWRITTEN)
def test_a_miswritten_second_route_is_refused(name: str) -> None:
    body, message = MISWRITTEN[name]
    (fault,) = told(f'{HEAD}stem = "What?"\nsolution = "That."\n{body}')
    assert message in fault


# --- what is told --------------------------------------------------------------------------------------------------


def test_only_what_has_a_second_route_is_called_proved() -> None:
    alone, second = (check(item(body, stem=STEM)) for body in (DOWNHILL + ANSWER, GROUNDS["second route"][0]))
    stated = check(item(GROUNDS["words"][0]))
    assert verdict([second]) == "all proved"
    assert verdict([second, stated]) == "all proved (1 of 2 keys stated in words)"
    assert verdict([alone, second]) == "no faults, but 1 of 2 keys rests on the author's expression alone"
    assert verdict([alone, alone, stated]) == (
        "no faults, but 2 of 3 keys rest on the author's expression alone, 1 of 3 keys stated in words"
    )


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--strict",), 1)])
def test_check_says_which_keys_rest_on_one_expression(tmp_path, options: tuple[str, ...], code: int) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "bank.toml"
    path.write_text(f'{HEAD}stem = "{STEM}"\nsolution = "That."\n{UPHILL}{ANSWER}', encoding="utf-8")
    run = CliRunner().invoke(main, ["check", str(path), "--jobs", "1", *options])
    assert run.exit_code == code
    assert "       1 of 1 key rests on the author's expression alone: answer\n" in run.output
    assert "no faults, but 1 of 1 key rests on the author's expression alone, in" in run.output
    assert "proved" not in run.output


# --- what is shipped -----------------------------------------------------------------------------------------------


SHIPPED = [path for path in sorted((ROOT / "question_banks").glob("*.toml")) if path.suffixes == [".toml"]]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_no_key_of_a_shipped_item_rests_on_one_expression(path: Path) -> None:
    if path.stem == "misconceptions":
        return
    for model in models(read_bank(path.read_text("utf-8"), file=path.name)):
        assert "alone" not in grounds(model).values(), model.id


def test_definitions_that_double_one_another_are_followed_once() -> None:
    """A sum of 2^60 terms, were each definition written out."""
    read = partial(parse, names={f"d{n}" for n in range(61)}, language=Language.BANK)
    define = {f"d{n}": read(f"d{n - 1} + d{n - 1}") for n in range(1, 61)}
    form = following(define)
    assert form(Name("d60")).terms == ((form(Name("d0")).sign, 2**60),)
    assert form(read("d59 + d59")) == form(Name("d60")) != form(Name("d59"))
    assert form(Name("d60")).names == {"d0"}
