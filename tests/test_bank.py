"""Reading bank files: lines, faults of form told at once, and that nothing but ``InputError`` ever comes out."""

from __future__ import annotations

import pickle
import random
import re
from datetime import date
from pathlib import Path

import pytest
from banking import BANKS, HEAD, NUMBER, text_of, told

from gdquiz.banks.bank import LARGEST, field_name, read_bank, toml_lines
from gdquiz.banks.items import models
from gdquiz.checking.proving import check
from gdquiz.errors import Fault, InputError
from gdquiz.populations.population import populate
from gdquiz.texts.fitness import shows

GOOD = text_of(f'parameters = {{ a = "1..3" }}\n{NUMBER}answer = "a"\n')
HINT = "write LaTeX between single quotes, '...' or '''...''', where a backslash stays a backslash"


def line_of(words: str, text: str = GOOD) -> int:
    return next(k for k, line in enumerate(text.splitlines(), start=1) if words in line)


# --- what is read --------------------------------------------------------------------------------------------------


def test_a_bank_knows_the_line_of_every_field(bank_text: str) -> None:
    bank = read_bank(bank_text, file="small.toml")
    assert [item.id for item in bank.content.item] == ["small-step", "small-way", "small-word"]
    assert bank.line(("item", 1, "stem")) == line_of("A descent step with a small rate", bank_text)
    assert bank.line(("item", 1, "part", 0, "option")) == line_of('{ id = "left"', bank_text) - 1
    # what stands inside of an inline table has the line of the field around it
    assert bank.line(("item", 0, "loss", "formula")) == line_of("(w - a)^2", bank_text)
    assert bank.line(("nothing",)) is None


def test_lines_of_headers_comments_and_long_texts() -> None:
    text = '[a] # one\nx = """\n[not.a.header]\ny = 1\n"""\n[[b]]\n"q r" = 2\n[[ b ]]\n[b.c]\nz = \'#\'\n'
    assert dict(toml_lines(text)) == {
        ("a",): 1, ("a", "x"): 2, ("b", 0): 6, ("b", 0, "q r"): 7, ("b", 1): 8, ("b", 1, "c"): 9,
        ("b", 1, "c", "z"): 10,
    }  # fmt: skip


def test_places_in_lists_are_counted_from_one_for_people() -> None:
    assert field_name(("part", 1, "wrong", 0, "value")) == "part[2].wrong[1].value"


def test_an_item_changes_its_version_with_any_of_its_words() -> None:
    def version(text: str) -> str:
        return models(read_bank(text, file="x"))[0].version

    assert version(GOOD) == version(GOOD + "\n# a comment\n")
    assert version(GOOD) != version(GOOD.replace("What?", "What then?"))
    assert re.fullmatch("[0-9a-f]{8}", version(GOOD))


# --- faults of form ------------------------------------------------------------------------------------------------


def edited(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


BROKEN = {
    "unknown field": (
        edited('title = "One"', 'title = "One"\nhnits = []'),
        'trial.toml:8, item one, field hnits: unknown field \'hnits\' (hint: did you mean \'hints\'?)',
    ),
    "missing field": (
        edited('bloom = "apply"\n', ""),
        "trial.toml:5, item one, field bloom: the field 'bloom' is missing",
    ),
    "unknown kind": (
        edited('kind = "number"', 'kind = "numbr"'),
        f"trial.toml:{line_of('kind =')}, item one, field part[1].kind: 'numbr' is not known here; expected 'number', "
        "'numbers', 'interval', 'choice', 'choices', 'truth', 'matching', 'ordering', 'formula' or 'text' "
        "(hint: did you mean 'number'?)",
    ),
    "bad id": (
        edited('id = "one"', 'id = "One"'),
        "trial.toml:6, item One, field id: 'One' is not written as this field wants; expected text that matches "
        "^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
    ),
    "wrong type": (
        edited('title = "One"', "title = 1"),
        "trial.toml:7, item one, field title: 1 stands here; expected text in quotes",
    ),
    "float in a domain": (
        edited('"1..3"', "[1, 0.5]"),
        f"trial.toml:{line_of('parameters')}, item one, field parameters.a[2]: 0.5 stands here; expected a whole "
        "number or text in quotes",
    ),
    "no items": (
        'item = []\n[bank]\ntopic = "t"\ntitle = "T"\n',
        "trial.toml:1, field item: list should have at least 1 item after validation, not 0",
    ),
    "points": (
        edited('kind = "number"', 'kind = "number"\npoints = inf'),
        f"trial.toml:{line_of('kind =') + 1}, item one, field part[1].points: input should be a finite number",
    ),
    "used twice": (
        GOOD + GOOD.split("\n\n", 1)[1],
        f"trial.toml:{len(GOOD.splitlines()) + 2}, item one, field id: the id is used twice, first by item number 1; "
        "expected an id of its own for every item",
    ),
    "tab": (
        edited("stem = '''What?'''", 'stem = "\\theta"'),
        f"trial.toml:{line_of('stem')}, item one, field stem: a tab stands in the text, before 'heta' (hint: {HINT})",
    ),
    "line break": (
        edited("stem = '''What?'''", 'stem = "$\\nabla f$"'),
        f"trial.toml:{line_of('stem')}, item one, field stem: a line break stands in the text, before 'abla f$' "
        f"(hint: {HINT})",
    ),
    "carriage return": (
        edited("stem = '''What?'''", 'stem = "\\rho"'),
        f"trial.toml:{line_of('stem')}, item one, field stem: a carriage return stands in the text, before 'ho' "
        f"(hint: {HINT})",
    ),
    "escape": (
        edited("stem = '''What?'''", 'stem = "$\\eta$"'),
        f"trial.toml:{line_of('stem')}: not valid TOML: Unescaped '\\' in a string "
        f"(at line {line_of('stem')}, column 12) (hint: {HINT})",
    ),
    "no table": ("bank = 1\nitem = 2\n", "trial.toml:1, field bank: 1 stands here; expected a table"),
    "not TOML": (
        "[bank",
        "trial.toml: not valid TOML: Expected ']' at the end of a table declaration (at end of document)",
    ),
    "deep": (
        "x = " + "[" * 3000 + "]" * 3000,
        "trial.toml: the file nests too deeply; expected plain tables and lists",
    ),
    "dotted": (
        GOOD + ".".join(["a"] * 3000) + " = 1\n",
        "trial.toml: the file nests too deeply; expected plain tables and lists",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_of_form_is_told_with_its_place(name: str) -> None:
    text, message = BROKEN[name]
    assert told(text)[0] == message


def test_python_versions_tell_an_unknown_escape_alike() -> None:
    (message,) = told(edited("stem = '''What?'''", 'stem = "\\q"'))
    assert HINT in message


def test_all_faults_of_a_file_are_told_at_once() -> None:
    text = (
        edited('bloom = "apply"', 'bloom = "aply"').replace('answer = "a"', "answer = 3").replace('title = "One"\n', "")
    )
    assert [line.split(": ", 1)[0] for line in told(text)] == [
        "trial.toml:5, item one, field title",
        "trial.toml:8, item one, field bloom",
        "trial.toml:16, item one, field part[1].answer",
    ]


def test_a_line_may_begin_with_a_short_word() -> None:
    # only a backslash that became a line break is meant: \nu, \ne, \not, \neq, \nabla
    read_bank(GOOD.replace("'''What?'''", "'''Some text,\ne.g. this\nnot that\nunder way'''"), file="x")
    assert "before 'e $'" in told(edited("stem = '''What?'''", 'stem = "$a \\ne $"'))[0]


def test_huge_files_and_numbers_are_refused() -> None:
    assert told("#" * (LARGEST + 1)) == [
        f"trial.toml: the file has {LARGEST + 1} characters; expected at most {LARGEST}"
    ]
    (message,) = told(edited('kind = "number"', f'kind = "number"\npoints = {"9" * 5000}'))
    assert message.startswith("trial.toml: not valid TOML: Exceeds the limit (4300 digits)")


@pytest.mark.parametrize("line", ["[" + " " * 30_000 + "x", "x = 1 " + "\t " * 20_000, "a" * 60_000 + "="])
def test_long_lines_are_read_in_no_time(line: str) -> None:
    assert len(list(toml_lines("\n".join([line] * 20)))) <= 20


# --- nothing but InputError ----------------------------------------------------------------------------------------

VALUES = (
    '""', '"x"', "'{{'", "'{{}}'", "'{{a'", "'$'", '"1/0"', '"a/0"', '"w[9]"', '"w[-1]"', '"w"', '"w0 < 1"',
    '"a and 1"', '"not a"', '"mean(a)"', '"sum(x)"', '"if(a < 1, 2, 3)"', '"9**9**9"', '"((((((((((a))))))))))"',
    '"é∑"', '"\\u0000"', '"\\U0001F600"', "0", "-1", "3.5", "inf", "nan", "true", "[]", "[1]", '["a", "a"]',
    "[[1], []]", "{}", "{ a = 1 }", '{ a = "a" }', '{ step = "1" }', "1979-05-27", "10000000000000000000000",
    '"1..0"', '"0..1 by 0"', '"1..99999999"', '"is_square(a)"', '"converged"', '"grad[0]"', '"minimizer_w"',
    '"eig_max"', '"loss"', '"exp(exp(exp(exp(9))))"', '"log(0 - 1 - a^2)"', '"a^a^a"', '"sqrt(0-a)"', "'SIGN'",
    "'NOSUCH'", '"number"', '"choice"', '"matching"',
)  # fmt: skip
FIELDS = (
    "answer", "answers", "kind", "digits", "derivative", "formula", "truth", "option", "prompt", "wrong", "guide",
    "follow", "distractors", "loss", "run", "fit", "data", "define", "parameters", "points", "case", "figure",
    "require", "draws", "stem", "hints", "id", "start", "rate", "steps", "method", "order", "judge", "settings",
    "barriers", "variables", "value", "chooses", "redefine", "misconception", "when", "rank", "match", "text",
    "x_range", "alt", "largest", "denominator",
)  # fmt: skip


def mutated(text: str, chance: random.Random) -> str:
    """The text of a bank with a few of its fields changed, left out, doubled, moved or added."""
    lines = text.splitlines()
    expressions = re.findall(r"\"[^\"]*\"", text)
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(len(lines))
        match chance.randrange(16):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[chance.randrange(len(lines))])
            case 2:
                lines.insert(at, f"{chance.choice(FIELDS)} = {chance.choice(VALUES)}")
            case 3 | 4:
                lines[at] = re.sub(r"= .*$", lambda _: f"= {chance.choice(VALUES)}", lines[at])
            case 5:
                quoted = re.findall(r"\"[^\"]*\"", lines[at]) or [lines[at]]
                lines[at] = lines[at].replace(chance.choice(quoted), chance.choice(VALUES), 1)
            case 6:
                word = chance.choice(re.findall(r"\w+", lines[at]) or ["x"])
                lines[at] = lines[at].replace(word, chance.choice(("a", "w", "x0", "step", "é", "0", "loss[1]", "")), 1)
            case 7:
                cut = chance.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:cut] + chance.choice("{}[]\"'$,=#\\|<>") + lines[at][cut:]
            case 8 | 9 | 10 | 11:
                here = re.findall(r"\"[^\"]*\"", lines[at]) or ["#"]
                lines[at] = lines[at].replace(chance.choice(here), chance.choice(expressions), 1)
            case _:
                change = chance.choice(((r"\d+", "0"), (r"\d+", "7"), (r"[+*]", "/"), ("<", "=="), (r"\[", "[-")))
                lines[at] = re.sub(*change, lines[at], count=1)
        lines = lines or ["x"]
    return "\n".join(lines) + "\n"


def items_of(text: str) -> list[str]:
    """The bank's header with each of its items alone."""
    head, *items = re.split(r"(?m)^(?=\[\[item\]\]$)", text)
    return [head + item for item in items]


SOURCES = [
    text for name in ("small.toml", "kinds.toml") for text in items_of((BANKS / name).read_text(encoding="utf-8"))
]


def survives(text: str) -> bool:
    """Whether a bank is read; whatever is wrong with it has to come as an ``InputError`` that can be printed."""
    try:
        (model, *_) = models(read_bank(text, file="x.toml"))
        if populate(model).size <= 60:
            check(model)
    except InputError as error:
        assert error.faults
        for fault in error.faults:
            assert str(fault)
            assert fault.file == "x.toml"
        return False
    return True


@pytest.mark.parametrize("seed", range(3))
def test_no_change_to_a_bank_ends_in_anything_but_input_errors(seed: int) -> None:
    chance = random.Random(seed)
    read = sum(survives(mutated(chance.choice(SOURCES), chance)) for _ in range(80))
    assert 5 < read < 75  # the changes neither break everything nor nothing


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_many_changes_to_a_bank(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(500):
        survives(mutated(chance.choice(SOURCES), chance))


def test_every_type_of_value_in_every_field(bank_text: str) -> None:
    values = (1, 1.5, True, "x", date(1979, 5, 27), [], {}, [{}], None)
    for field in FIELDS:
        for value in values:
            written = {"None": "''", "True": "true"}.get(str(value), repr(value))
            written = "1979-05-27" if isinstance(value, date) else written
            for text in (f"{HEAD}{field} = {written}\n", f"{GOOD}{field} = {written}\n"):
                survives(text)


def test_input_errors_come_whole_out_of_another_process() -> None:
    error = InputError([Fault("one", "two", "three", "file", 4, "item", "field"), Fault("five")])
    again = pickle.loads(pickle.dumps(error))
    assert (again.faults, str(again)) == (error.faults, str(error))


@pytest.mark.parametrize(
    "blank", [" ", "\u200b", " \u200d  ", "\u3164", "\u2800\ufe0f", r"$\,$", r"$\quad~$", "&nbsp;"]
)
def test_blank_texts_are_refused_with_their_place(blank: str) -> None:
    """What prints nothing would be left out of packages later; all are told at once."""
    example = (Path(__file__).parent.parent / "docs" / "examples" / "choice.toml").read_text("utf-8")
    assert read_bank(example, file="bank.toml")
    text = re.sub(r'^title = ".*"', lambda _: f"title = '{blank}'", example, flags=re.MULTILINE)
    text = text.replace('text = "To the left."', f"text = '{blank}'")
    with pytest.raises(InputError) as caught:
        read_bank(text, file="bank.toml")
    places = [(fault.item, fault.field) for fault in caught.value.faults]
    assert places == [("", "bank.title"), ("which-way", "title"), ("which-way", "part[1].option[1].text")]
    assert all("the text is blank; expected words or a formula" in str(fault) for fault in caught.value.faults)


@pytest.mark.parametrize("little", ["0", "`*`", "`{}`", r"$\cdot$", "-", "&", "\u00e9"])
def test_what_shows_little_is_not_blank(little: str) -> None:
    assert shows(little)
