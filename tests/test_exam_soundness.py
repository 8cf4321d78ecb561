"""exam.json is not trusted: every rule of a sound exam, and exams that were changed at random.

The runs of random changes print their seed; GDQUIZ_FUZZ_SEED sets it.
"""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from exam_mutations import consumed, mutated
from sample_exam import sample

from gdquiz.cli import main
from gdquiz.errors import InputError
from gdquiz.exam import json_text
from gdquiz.exam.exam_json import from_json, to_json
from gdquiz.exam.frozen import MOST_OPTIONS

SOUND = json.loads(to_json(sample()))
SEED = os.environ.get("GDQUIZ_FUZZ_SEED", "frozen")


def faults(tree: Any) -> list[tuple[str, str, str]]:
    """Place, problem and expectation of each fault of an exam."""
    with pytest.raises(InputError) as caught:
        from_json(tree if isinstance(tree, (str, bytes)) else json.dumps(tree))
    assert all(fault.file == "exam.json" for fault in caught.value.faults)
    return [(fault.field, fault.problem, fault.expected) for fault in caught.value.faults]


def changed(change: Callable[[Any], object]) -> Any:
    tree = copy.deepcopy(SOUND)
    change(tree)
    return tree


def at(tree: Any, place: str) -> tuple[Any, Any]:
    """What holds a place that is told by a path, and its name or number there."""
    *steps, last = place.split(".")
    for step in steps:
        tree = tree[int(step) if isinstance(tree, list) else step]
    return tree, int(last) if isinstance(tree, list) else last


def put(place: str, value: Any) -> Any:
    def change(tree: Any) -> None:
        holder, step = at(tree, place)
        holder[step] = value

    return changed(change)


def test_the_sample_is_sound() -> None:
    assert to_json(from_json(to_json(sample()))) == to_json(sample())
    assert from_json(b"\xef\xbb\xbf" + to_json(sample()).encode()) == sample()  # with a byte order mark


# --- the text -------------------------------------------------------------------------------------------------------

TEXTS = {
    "": ("", "this is no JSON: expecting value (column 1)"),
    "[]": ("", "the file holds no table"),
    "[" * 100_000: ("", "the tables and lists are nested too deeply"),
    '{"version": ' + "9" * 5000 + "}": ("", "a number has too many digits"),
    '{"version": 3, "gdquiz": "9.1"}': ("version", "the version is 3"),
    '{"version": true}': ("version", "the version is True"),
    '{"version": NaN}': ("version", "the version is nan"),
    '{"format": "other"}': ("format", "the format is 'other'"),
    '{"id": 1, "id": 2}': ("", "the name 'id' stands twice in one table"),
    '{"forms": [{"id": 1}, {"a/b~": {"x": 1, "x": 1}}]}': ("forms.1.a/b~", "the name 'x' stands twice in one table"),
}


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:30])
def test_what_is_no_exam_as_a_text(text: str) -> None:
    ((field, problem, _),) = faults(text)
    assert (field, problem) == TEXTS[text]


def test_a_version_that_is_not_known_names_the_program_that_made_it() -> None:
    with pytest.raises(InputError) as caught:
        from_json('{"version": 7, "gdquiz": "3.2"}')
    assert str(caught.value) == (
        "exam.json, field version: the version is 7; expected 1 or 2 (hint: read it with the gdquiz '3.2' that made it)"
    )


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(InputError) as caught:
        from_json(b'{\n"title": "\xff"}')
    assert str(caught.value).startswith("exam.json:2: byte 0xff is not UTF-8; expected a text file in UTF-8")
    assert "JSON" in faults(to_json(sample()).replace("Gradient descent", "\\ud800", 1))[0][1]


# --- the shape ------------------------------------------------------------------------------------------------------

Q0, Q1, Q2, Q3, Q4, Q5, Q6, Q7 = (f"forms.0.questions.{number}" for number in range(8))
SHAPES: tuple[tuple[str, Any, str, str], ...] = (
    ("id", "../x", "found '../x'", "an id of letters, digits, hyphens and underscores"),
    ("points", "22", "input should be a valid number, found '22'", ""),
    ("forms.0.number", True, "input should be a valid integer, found True", ""),
    ("forms.0.number", 0, "found 0", "at least 1"),
    (f"{Q0}.points", -1, "found -1", "at least 0"),
    (f"{Q0}.points", float("nan"), "found nan", "a finite number"),
    (f"{Q0}.figure.x_ticks.0", float("inf"), "found inf", "a finite number"),
    (f"{Q0}.figure.curves.0.points.0.1", -1e10, "found -10000000000.0", "at least -1e+09"),
    (f"{Q0}.parts.0.numbers.0.value", "1/0", "found '1/0'", "an exact number, such as -3/5 or 0.25"),
    (f"{Q0}.parts.0.numbers.0.low", "٣", "found '٣'", "an exact number, such as -3/5 or 0.25"),
    (f"{Q0}.parts.0.numbers.0.high", "9" * 201, f"found '{'9' * 56}...", "at most 200 characters"),
    (f"{Q0}.parts.0.wrong.0.credit", 1, "found 1", "less than 1"),
    (f"{Q0}.extra", 1, "there is no such field", ""),
    (f"{Q0}.parameters.eta", "0.1.2", "found '0.1.2'", "an exact number, such as -3/5 or 0.25"),
    ("language", "e", "found 'e'", "a language tag of BCP 47, such as en or de-CH"),
    ("language", "en_GB", "found 'en_GB'", "a language tag of BCP 47, such as en or de-CH"),
    ("wordings.ravine.parts.0.grid.0.whole", 41, "found 41", "at most 40"),
    ("misconceptions.ASCENT.title", None, "input should be a valid string, found None", ""),
    ("forms.1.student", {"name": "A", "id": "1"}, "input should be a valid string, found {'name': 'A', 'id': '1'}", ""),
    ("sections.0.space", 26, "found 26", "at most 25"),
    ("wordings.ravine.parts.0.kind", "essay", "found 'essay'",
     "'number', 'numbers', 'interval', 'choice', 'choices', 'truth', 'matching', 'ordering', 'formula' or 'text'"),
    ("wordings.ravine.stem", "a" * 20_001, f"found '{'a' * 56}...", "at most 20,000 characters"),
)  # fmt: skip


@pytest.mark.parametrize(("place", "value", "problem", "expected"), SHAPES)
def test_a_field_of_the_wrong_shape(place: str, value: Any, problem: str, expected: str) -> None:
    assert faults(put(place, value)) == [(place, problem, expected)]


def test_a_missing_field() -> None:
    assert faults(changed(lambda tree: tree.pop("forms"))) == [("forms", "the field is missing", "")]


@pytest.mark.parametrize("count", [MOST_OPTIONS, MOST_OPTIONS + 1])
def test_as_many_options_as_there_are_letters(count: int) -> None:
    names = [f"o{place}" for place in range(count)]

    def change(tree: Any) -> None:
        tree["wordings"]["statements"]["parts"][0]["options"] = [
            {"id": name, "text": f"text {name}", "feedback": ""} for name in names
        ]
        for form in tree["forms"]:
            form["questions"][3]["parts"][0]["order"] = names

    tree = changed(change)
    if count == MOST_OPTIONS:
        assert len(from_json(json.dumps(tree)).wordings["statements"].parts[0].options) == count
    else:
        found = faults(tree)
        assert found[0][0] == "wordings.statements.parts.0.options" and len(found) == 4
        assert {expected for _, _, expected in found} == {"at most 26 entries"}


# --- what has to fit together ---------------------------------------------------------------------------------------

RULES: tuple[tuple[str, Any, str, str], ...] = (
    # ids and numbers
    ("forms.1.id", "F1-K3X", "forms.1.id", "'F1-K3X' is used a second time"),
    ("forms.1.number", 1, "forms.1.number", "'1' is used a second time"),
    (f"{Q1}.id", "Q11-7F", f"{Q1}.id", "'Q11-7F' is used a second time"),
    (f"{Q1}.number", 7, f"{Q1}.number", "the number of the question is 7"),
    (f"{Q1}.slot", 1, "forms.0.questions", "its slots are not 1, 2, ..., each once"),
    (f"{Q1}.wording", "ravines", f"{Q1}.wording", "there is no wording 'ravines'"),
    (f"{Q1}.row", 10**9, f"{Q1}.row", f"there is no row {10**9}"),
    ("wordings.ravine.item", "other", "wordings.ravine.item", "the item 'other' stands under the name 'ravine'"),
    (f"{Q2}.parts.0.wrong.0.misconception", "NO", f"{Q2}.parts.0.wrong.0.misconception", "nothing is told of 'NO'"),
    (f"{Q0}.parameters", {"a": "1"}, "forms.1.questions.0.parameters",
     "the names of the parameters differ from those of other questions: eta, w0"),
    ("forms.1.questions.0.row", 18, "forms.1.questions.0.parameters",
     "another question of row 18 has other parameters"),
    ("forms.0.student", "s_1042", "forms.1.student", "'s_1042' is used a second time"),
    ("forms.0.student", "", "forms.0.student", "the id is empty"),
    ("forms.0.student", "a\u202eb", "forms.0.student", "the character U+202E stands in the text"),
    ("misconceptions", {}, f"{Q0}.parts.0.wrong.0.misconception", "nothing is told of 'ASCENT'"),
    ("misconceptions.ASCENT.why", "$\\input{x}$", "misconceptions.ASCENT.why",
     "in the formula $\\input{x}$: unknown command"),
    # digits
    ("wordings.ravine.parts.0.grid.1", {"sign": True, "whole": 0, "decimals": 2}, "wordings.ravine.parts.0.grid.1",
     "the digits are of no number"),
    ("wordings.one-step.parts.0.grid.0.whole", 1, "wordings.one-step.parts.0.grid.0", "the digits are of no number"),
    ("wordings.one-step.parts.0.grid.0.denominator", 0, "wordings.one-step.parts.0.grid.0",
     "the digits are of no number"),
    ("wordings.ravine.parts.0.grid", [{"sign": True, "whole": 1, "decimals": 2}], "wordings.ravine.parts.0.grid",
     "1 grid for 2 numbers"),
    ("wordings.regime.parts.0.grid", [{"sign": True, "whole": 1}], "wordings.regime.parts.0.grid",
     "1 grid for 0 numbers"),
    ("wordings.ravine.parts.0.grid.0.decimals", 3, "wordings.ravine.parts.0.grid.0.decimals",
     "3 digits after the point"),
    ("wordings.one-step.parts.0.grid.0.sign", False, f"{Q0}.parts.0.wrong.1.values.0",
     "the number has more digits than its grid"),
    (f"{Q0}.parts.0.numbers.0", {"value": "100", "shown": "100", "low": "100", "high": "100"},
     f"{Q0}.parts.0.numbers.0.value", "the number has more digits than its grid"),
    (f"{Q0}.parts.0.wrong.0.values", ["1/10"], f"{Q0}.parts.0.wrong.0.values.0",
     "the number has more digits than its grid"),
    # braces
    ("wordings.regime.stem", "$x_{{c}}$", "wordings.regime.stem", "a slot that is an argument in a formula has no"),
    # sections
    ("sections.0.last", 4, "sections.1.first", "the section begins with question 6"),
    ("sections.1.last", 11, "sections.1.last", "the sections end with question 11"),
    # points
    ("points", 1, "forms.0.questions", "the points of the form add up to 23"),
    ("wordings.ravine.points", 4, "wordings.ravine.points", "the points of the parts add up to 3, not 4"),
    # slots
    (f"{Q0}.slots", {}, f"{Q0}.slots", "nothing fills the slot 'a'"),
    ("slot_kinds.ravine", {}, "wordings.ravine.stem", "nothing is said in 'slot_kinds' of the slot 'b'"),
    # orders and keys
    (f"{Q2}.parts.0.order", ["o0", "o0", "o1", "o2"], f"{Q2}.parts.0.order",
     "this is no order of the options: o0, o0, o1, o2"),
    (f"{Q2}.parts.0.options", ["o0", "o1"], f"{Q2}.parts.0.options", "a key of the kind 'choice' with 2 options"),
    (f"{Q2}.parts.0.options", ["o9"], f"{Q2}.parts.0.options.0", "no option 'o9' is printed"),
    (f"{Q2}.parts.0.truth", True, f"{Q2}.parts.0.truth", "a key of the kind 'choice' says True"),
    (f"{Q2}.parts.0.formula", "w", f"{Q2}.parts.0.formula", "a key of the kind 'choice' with a formula"),
    (f"{Q3}.parts.0.options", ["o0", "o0"], f"{Q3}.parts.0.options.1", "'o0' is used a second time"),
    (f"{Q4}.parts.0.truth", None, f"{Q4}.parts.0.truth", "a key of the kind 'truth' says None"),
    (f"{Q5}.parts.0.prompt_order", ["p0", "p1", "p1"], f"{Q5}.parts.0.prompt_order",
     "this is no order of the prompts: p0, p1, p1"),
    (f"{Q5}.parts.0.options", ["o0"], f"{Q5}.parts.0.options", "a key of the kind 'matching' with 1 options"),
    (f"{Q5}.parts.0.wrong.0.options", ["o0"], f"{Q5}.parts.0.wrong.0.options", "it has 1 options"),
    (f"{Q6}.parts.0.options", ["o0", "o1", "o2", "o2"], f"{Q6}.parts.0.options.3",
     "'o2' is used a second time"),
    (f"{Q7}.parts.0.formula", "2*", f"{Q7}.parts.0.formula", "unexpected end at column 3"),
    (f"{Q7}.parts.0.formula", "z", f"{Q7}.parts.0.formula", "unknown"),
    (f"{Q7}.parts.0.formula", "", f"{Q7}.parts.0.formula", "a key of the kind 'formula' without a formula"),
    (f"{Q7}.parts.0.formula_shown", "", f"{Q7}.parts.0.formula_shown", "a key of the kind 'formula' without a formula"),
    (f"{Q7}.parts.0.wrong.0.formula", "exp(", f"{Q7}.parts.0.wrong.0.formula", "unexpected end"),
    (f"{Q7}.parts.0.follow", "w", f"{Q7}.parts.0.follow", "an answer of the kind 'formula' follows from no other"),
    (f"{Q0}.parts.1.follow", "nosuch + 1", f"{Q0}.parts.1.follow", "unknown"),
    (f"{Q0}.parts.0.numbers", [], f"{Q0}.parts.0.numbers", "a key of the kind 'number' with 0 numbers"),
    (f"{Q0}.parts.0.numbers.0.low", "999", f"{Q0}.parts.0.numbers.0", "the key 2 is not from 999 to 2"),
    (f"{Q0}.parts.0.wrong.0.values", [], f"{Q0}.parts.0.wrong.0.values", "it has 0 values"),
    (f"{Q0}.parts", [], f"{Q0}.parts", "0 parts"),
    # wordings
    ("wordings.ravine.parts", [], "wordings.ravine.parts", "the list is empty"),
    ("wordings.regime.parts.0.options", [], "wordings.regime.parts.0.options", "a part of the kind 'choice' has 0"),
    ("wordings.ravine.parts.0.labels", [], "wordings.ravine.parts.0.labels", "a part of the kind 'numbers' has 0"),
    ("wordings.regime.parts.0.labels", ["a"], "wordings.regime.parts.0.labels", "a part of the kind 'choice' has no"),
    ("wordings.gradient.parts.0.variables", [], "wordings.gradient.parts.0.variables", "a part of"),
    ("wordings.regime.parts.0.options.1.id", "o0", "wordings.regime.parts.0.options.1.id", "'o0' is used"),
    # figures
    (f"{Q0}.figure.x_range", [1, 1], f"{Q0}.figure.x_range", "the range from 1 to 1"),
    (f"{Q0}.figure.y_range", [1, 1 + 1e-10], f"{Q0}.figure.y_range", "the range from 1 to 1"),
    (f"{Q0}.figure.curves.0.panel", 0, f"{Q0}.figure.curves.0.panel", "there is no panel 0"),
    (f"{Q0}.figure.curves.0.points", [], f"{Q0}.figure.curves.0.points", "the curve has no points"),
    (f"{Q0}.figure.curves", [{"role": "loss", "points": [[0, 0]] * 4001}] * 5, f"{Q0}.figure.curves",
     "the curves have 20005 points"),
    ("forms", [], "forms", "the list is empty"),
    ("sections", [], "sections", "the list is empty"),
)  # fmt: skip


@pytest.mark.parametrize(("place", "value", "where", "problem"), RULES, ids=lambda one: str(one)[:50])
def test_what_does_not_fit_together(place: str, value: Any, where: str, problem: str) -> None:
    found = faults(put(place, value))
    assert any(field == where and said.startswith(problem) for field, said, _ in found), found


def test_just_inside_of_the_rules() -> None:
    from_json(json.dumps(put(f"{Q0}.figure.y_range", [1, 1 + 1e-8])))
    from_json(json.dumps(put(f"{Q3}.parts.0.options", [])))  # none of the statements holds
    from_json(json.dumps(put(f"{Q0}.figure.curves", [{"role": "loss", "points": [[0, 0]] * 4000}] * 5)))
    from_json(json.dumps(put(f"{Q2}.parts.0.order", [])))  # as in the wording
    from_json(json.dumps(put(f"{Q0}.parts.0.wrong.0.values", ["1.5e-07"])))


def test_just_inside_of_the_rules_on_digits_and_parameters() -> None:
    from_json(json.dumps(put("wordings.one-step.parts.0.grid", [])))  # not known
    from_json(json.dumps(put(f"{Q0}.parameters", {})))
    from_json(json.dumps(put(f"{Q0}.case", "other")))  # has names of its own
    exact = {"value": "99/9", "shown": "11", "low": "11", "high": "11"}  # in lowest terms
    from_json(json.dumps(put(f"{Q0}.parts.0.numbers.0", exact)))
    below, above = ({"value": value, "shown": "9", "low": "0", "high": "99"} for value in ("9.9949", "9.995"))
    from_json(json.dumps(put(f"{Q1}.parts.0.numbers.0", below)))
    assert faults(put(f"{Q1}.parts.0.numbers.0", above)) == [
        (f"{Q1}.parts.0.numbers.0.value", "the number has more digits than its grid",
         "no sign, 1 digit before the point")
    ]  # fmt: skip
    from_json(json.dumps(put(f"{Q0}.parts.0.wrong.0.values", ["0.125"])))  # no fraction, so it finds no place
    from_json(json.dumps(put(f"{Q1}.parts.0.wrong.0.values", ["1e40", "1"])))  # too large for any grid


@pytest.mark.parametrize(
    "tag", ["en", "de-CH", "zh-Hans-TW", "es-419", "sl-rozaj-biske", "de-DE-u-co-phonebk", "x" * 8]
)
def test_language_tags(tag: str) -> None:
    assert from_json(json.dumps(put("language", tag))).language == tag


@pytest.mark.parametrize(
    "tag", ["", "x", "de-", "-de", "de--CH", "de_CH", "de CH", "x" * 9, "de-CH'", 'de" onload="', None]
)
def test_what_is_no_language_tag(tag: str | None) -> None:
    ((field, _, _),) = faults(put("language", tag))
    assert field == "language"


def test_all_faults_are_told_at_once_and_only_so_many() -> None:
    def three(tree: Any) -> None:
        tree["points"] = 1
        tree["forms"][1]["id"] = tree["forms"][0]["id"]
        tree["wordings"]["ravine"]["item"] = "other"

    assert len(faults(changed(three))) == 5  # the points of each of the three forms
    points = [["x", "y"]] * json_text.MOST_FAULTS
    found = faults(put(f"{Q0}.figure.curves.0.points", points))
    assert len(found) == json_text.MOST_FAULTS + 1 and found[-1][1] == "and 100 more faults"


def test_the_command_names_file_and_place_and_writes_nothing(tmp_path: Any) -> None:
    file = tmp_path / "exam.json"
    file.write_text(json.dumps(put(f"{Q2}.parts.0.options", ["o9"])), encoding="utf-8")
    result = CliRunner().invoke(main, ["render", str(file), "--out", str(tmp_path / "out")], prog_name="gdquiz")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        f"gdquiz: {file}, item regime, field {Q2}.parts.0.options.0: no option 'o9' is printed; "
        "expected an id of the order (hint: the file must be one that 'gdquiz make' wrote)"
    ]
    assert not (tmp_path / "out").exists()


# --- random changes -------------------------------------------------------------------------------------------------


def read(text: str) -> bool:
    """Whether a text is accepted; anything but an exam or an ``InputError`` is an error of the test."""
    try:
        from_json(text)
    except InputError as error:
        assert error.faults and all(fault.problem and fault.file for fault in error.faults)
        return False
    return True


def through_the_reader(seed: str, count: int) -> int:
    print(f"GDQUIZ_FUZZ_SEED={SEED} ({seed}, {count} mutations)")
    rng = random.Random(seed)
    return sum(read(mutated(rng)) for _ in range(count))


def through_consumers(seed: str, count: int) -> None:
    print(f"GDQUIZ_FUZZ_SEED={SEED} ({seed}, {count} accepted mutations)")
    rng = random.Random(seed)
    met = 0
    while met < count:
        text = mutated(rng, gentle=True)
        if read(text):
            met += 1
            consumed(from_json(text))


def test_a_few_mutations_end_in_faults_or_in_exams() -> None:
    accepted = through_the_reader(f"{SEED}-quick", 300)
    assert 0 < accepted < 300


def test_a_few_accepted_mutations_go_through_everything() -> None:
    through_consumers(f"{SEED}-quick", 3)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(100))
def test_mutations_end_in_faults_or_in_exams(part: int) -> None:
    through_the_reader(f"{SEED}-{part}", 1000)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(100))
def test_accepted_mutations_go_through_everything(part: int) -> None:
    through_consumers(f"{SEED}-{part}", 20)
