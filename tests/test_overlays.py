"""Overlays: a bank's texts in another language, held against the bank; and the language of an exam."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from gdquiz.assembly.blueprint import quick_blueprint
from gdquiz.assembly.languages import are_alike, language_of, spoken
from gdquiz.banks.bank import Bank, read_bank
from gdquiz.banks.items import models
from gdquiz.banks.misconceptions import shipped, shipped_told
from gdquiz.banks.overlays import with_overlay
from gdquiz.cli import main
from gdquiz.cli.listing import overlay_of, shipped_banks
from gdquiz.errors import InputError
from gdquiz.exam.exam_json import from_json
from gdquiz.exam.wording import slots_of
from gdquiz.populations.population import populate
from gdquiz.resources import data

BANK = """
[bank]
topic = "steps"
title = "Steps"
[[item]]
id = "one"
title = "One step"
skill = "one-step"
bloom = "apply"
stem = '''A run starts at $w_0 = {{a}}$.'''
hints = ["Look at `w`."]
solution = '''It is $w_1 = {{b}}$.'''
[item.parameters]
a = "1..20"
[item.define]
b = "a + 1"
[[item.part]]
kind = "choice"
ask = "What holds?"
option = [
  { id = "up", text = "It goes up, by $1$.", when = "b > a" },
  { id = "down", text = "$w_1 < w_0$", when = "b < a", feedback = "No." },
]
wrong = [{ misconception = "SIGN", chooses = "down" }]
[[item]]
id = "two"
title = "Two"
skill = "one-step"
bloom = "apply"
stem = "Two."
solution = "Two."
[item.parameters]
a = "1..20"
[[item.part]]
kind = "number"
ask = "Give ${{a}}$ again."
answer = "a"
wrong = [{ misconception = "SIGN", value = "-a" }]
"""

GERMAN = """
[overlay]
language = "de"
[[item]]
id = "one"
title = "Ein Schritt"
stem = '''Ein Lauf startet bei $w_0 = {{a}}$.'''
hints = ["Sehen Sie sich `w` an."]
solution = '''Es ist $w_1 = {{b}}$.'''
[[item.part]]
ask = "Was gilt?"
[[item.part.option]]
id = "up"
text = "Es geht aufwärts, um $1$."
[[item.part.option]]
id = "down"
feedback = "Nein."
"""


def overlaid(text: str = GERMAN, bank: str = BANK) -> Bank:
    return with_overlay(read_bank(bank, file="steps.toml"), text, file="steps.de.toml", known=shipped())


# --- what fits ------------------------------------------------------------------------------------------------------


def test_an_overlay_says_the_texts_and_leaves_what_is_computed() -> None:
    (item,) = overlaid().content.item
    assert (item.id, item.title, item.parameters, item.define) == ("one", "Ein Schritt", {"a": "1..20"}, {"b": "a + 1"})
    up, down = item.part[0].option
    assert (up.text, up.when) == ("Es geht aufwärts, um $1$.", "b > a")
    assert (down.text, down.feedback) == ("$w_1 < w_0$", "Nein.")  # a formula needs no words
    assert overlaid().content.bank.language == "de"


def test_items_that_are_left_out_are_not_in_the_language() -> None:
    assert [item.id for item in overlaid().content.item] == ["one"]


def test_an_item_has_the_same_variants_and_keys_in_both_languages() -> None:
    original = models(read_bank(BANK, file="steps.toml"), ["one"])[0]
    (german,) = models(overlaid())
    assert german.language == "de" and original.language == "en" and german.digest != original.digest
    ours, theirs = populate(original).variants, populate(german).variants
    assert ours.size == theirs.size == 20
    told = german.foreseen["SIGN"]
    assert told.title == "geht in die falsche Richtung" and told.executes == original.foreseen["SIGN"].executes


def test_a_fault_of_the_bank_keeps_its_line() -> None:
    bank = BANK.replace('id = "two"', 'id = "first"', 1)
    german = overlaid(bank=bank)
    place = german.line(("item", 0))
    assert place is not None and bank.splitlines()[place - 1] == "[[item]]"


# --- what does not --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{{a}}", "{{c}}", "steps.de.toml:7, item one, field stem: the text lacks {{a}} and has {{c}} besides; "
         "expected the slots of the original"),
        ("$w_0 = {{a}}$", "${{a}}$", "steps.de.toml:7, item one, field stem: the text lacks $w_0={{a}}$"),
        ("bei $w_0", "bei $x$ und $w_0", "field stem: the text has $x$ besides"),
        ("`w` an", "es an", "field hints[1]: the text lacks `w`"),
        ('["Sehen Sie sich `w` an."]', "[]", "field hints: 0 texts are said and the item has 1"),
        ('title = "Ein Schritt"\n', "", "the field 'title' is missing; expected the text that says 'One step'"),
        ('title = "Ein Schritt"', 'title = " "', "field title: the text is blank"),
        ('title = "Ein Schritt"', "title = 3", "field title: this is no text"),
        ('feedback = "Nein."', "", "the field 'feedback' is missing"),
        ('id = "one"', 'id = "ona"', "there is no item 'ona' in steps.toml (hint: did you mean 'one'?)"),
        ('id = "down"', 'id = "dawn"', "there is no 'dawn' here; expected up, down"),
        ('id = "down"', 'id = "up"', "'up' is said twice"),
        ('ask = "Was gilt?"', 'ask = "Was gilt?"\nanswer = "a"', "'answer' is no text"),
        ('ask = "Was gilt?"', 'ask = "Was gilt?"\nprompt = [{ id = "x" }]', "the item has no 'prompt' here"),
        ('ask = "Was gilt?"', 'ask = "Was gilt?"\nfollow_text = "Folge"', "the item has no text here"),
        ('ask = "Was gilt?"', 'ask = "Was kostet $ 3?"', "a dollar sign has no partner"),
        ("[[item.part]]\n", "[[item.part]]\nask = 'x'\n[[item.part]]\n", "2 are said and the item has 1"),
        ('language = "de"', 'lingo = "de"', "steps.de.toml:3, field overlay.lingo: unknown field 'lingo'"),
        ('language = "de"', 'language = "German language"', "not written as this field wants"),
        ('language = "de"', 'language = "nl"', "the misconception 'SIGN' is not said in 'nl'"),
        ("um $1$", "um $1$ \u202e", "the character U+202E stands in the text"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_its_place(old: str, new: str, told: str) -> None:
    assert old in GERMAN
    with pytest.raises(InputError) as caught:
        overlaid(GERMAN.replace(old, new, 1))
    assert told in "\n".join(map(str, caught.value.faults))


def test_all_faults_are_told_at_once() -> None:
    text = GERMAN.replace("{{a}}", "{{c}}").replace("`w` an", "es an").replace("um $1$", "um $2$")
    with pytest.raises(InputError) as caught:
        overlaid(text)
    assert len(caught.value.faults) == 3


@pytest.mark.parametrize(
    "part",
    ["3", '"x"', "[3]", "[{ option = 3 }]", "[{ option = [3] }]", "{ ask = 'x' }", "[{ option = [{ id = 3 }] }]"],
)
def test_no_shape_of_a_field_ends_in_a_traceback(part: str) -> None:
    text = GERMAN.split("[[item.part]]", maxsplit=1)[0] + f"part = {part}\n"
    with pytest.raises(InputError):
        overlaid(text)


def test_a_bank_says_its_own_misconceptions_in_the_overlay() -> None:
    own = '[[misconception]]\ncode = "MINE"\ntitle = "goes up"\nbelief = "b"\nwhy = "w"\nsay = "s"\n'
    bank = BANK.replace("[[item]]", own + "[[item]]", 1).replace('"SIGN", chooses', '"MINE", chooses')
    with pytest.raises(InputError, match="the misconception 'MINE' is not said in 'de'"):
        overlaid(bank=bank)
    said = '[[misconception]]\ncode = "MINE"\ntitle = "geht hinauf"\nwhy = "W"\nsay = "S"\n'
    (item,) = models(overlaid(GERMAN.replace("[[item]]", said + "[[item]]", 1), bank))
    assert item.foreseen["MINE"].title == "geht hinauf"


# --- the shipped ones -----------------------------------------------------------------------------------------------


def test_five_shipped_items_are_in_german() -> None:
    text = dict(shipped_banks())["one-step.toml"]
    found = overlay_of("one-step.toml", "de-AT", shipped=True)
    assert found is not None
    bank = with_overlay(read_bank(text, file="one-step.toml"), found[1], file=found[0], known=shipped())
    assert len(bank.content.item) == 5 and len(models(bank)) == 5


def test_no_overlay_is_a_bank() -> None:
    assert all(name.count(".") == 1 for name, _ in shipped_banks())


def test_german_misconceptions_have_the_formulas_of_the_english() -> None:
    told = shipped_told("de")
    assert set(told) <= set(shipped()) and len(told) == 23
    content = tomllib.loads((data("question_banks") / "misconceptions.de.toml").read_text(encoding="utf-8"))
    overlay = {"overlay": {"language": "de"}, "misconception": content["misconception"]}
    lines = "".join(
        f"[[misconception]]\ncode = {row['code']!r}\ntitle = {row['title']!r}\n"
        f"why = '''{row['why']}'''\nsay = '''{row['say']}'''\n"
        for row in overlay["misconception"]
    )
    overlaid(GERMAN.replace("[[item]]", lines + "[[item]]", 1))
    assert not any(slots_of(one.why + one.say) for one in told.values())


# --- the language of an exam ----------------------------------------------------------------------------------------


class _Listed:
    def __init__(self, id: str, language: str):
        self.id, self.language = id, language


def test_the_language_is_the_blueprints_else_the_common_one_else_refused() -> None:
    plan = quick_blueprint(topics=["a"], questions=1, seed="x")
    german, english = _Listed("a", "de"), _Listed("b", "en")
    assert language_of(plan, [german]) == "de"  # type: ignore[list-item]
    assert language_of(plan.model_copy(update={"language": "fr"}), [german, english]) == "fr"  # type: ignore[list-item]
    with pytest.raises(InputError, match=r"the items are in several languages \(de, en\)"):
        language_of(plan, [german, english])  # type: ignore[list-item]
    with pytest.raises(InputError, match="there are no words in the language 'nl'"):
        language_of(plan.model_copy(update={"language": "nl"}), [english])  # type: ignore[list-item]


def test_only_items_in_the_language_are_drawn() -> None:
    german, swiss, english = _Listed("a", "de"), _Listed("b", "de-CH"), _Listed("c", "en")
    assert spoken([german, swiss, english], "de-CH") == (german, swiss)  # type: ignore[type-var]
    with pytest.raises(InputError, match="no item is in the language 'fr'; expected de, en"):
        spoken([german, english], "fr")  # type: ignore[type-var]
    assert are_alike("de", "DE-at") and not are_alike("de-AT", "de-CH") and not are_alike("d", "de")


def run(*args: str, folder: Path, cached: bool = False) -> tuple[int, str]:
    done = CliRunner().invoke(main, [*args, *(() if cached else ("--no-cache",))], catch_exceptions=False)
    return done.exit_code, done.output + (done.stderr if done.stderr_bytes else "")


@pytest.fixture
def banks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("steps.toml").write_text(BANK, encoding="utf-8")
    Path("steps.de.toml").write_text(GERMAN, encoding="utf-8")
    return tmp_path


def test_a_german_exam_from_an_overlay(banks: Path) -> None:
    code, said = run(
        "make", "--bank", "steps.toml", "--questions", "1", "--language", "de", "--to", "markdown", folder=banks
    )
    assert code == 0, said
    exam = from_json(Path("exam/exam.json").read_text(encoding="utf-8"))
    assert exam.language == "de" and exam.title == "Gradientenabstieg" and list(exam.wordings) == ["one"]
    sheet = Path("exam/sheets/form-01.md").read_text(encoding="utf-8")
    assert "### Aufgabe 1 (1 Punkt)" in sheet and "Was gilt?" in sheet and "Kreuzen Sie eine Antwort an." in sheet


def test_a_language_that_no_bank_is_in_is_refused(banks: Path) -> None:
    code, said = run("make", "--bank", "steps.toml", "--questions", "1", "--language", "fr", folder=banks)
    assert code == 2 and "no bank has items in the language 'fr'" in said and not Path("exam").exists()


def test_faults_of_an_overlay_end_the_command(banks: Path) -> None:
    Path("steps.de.toml").write_text(GERMAN.replace("{{a}}", "{{c}}"), encoding="utf-8")
    code, said = run("make", "--bank", "steps.toml", "--questions", "1", "--language", "de", folder=banks)
    assert code == 2 and "steps.de.toml:7, item one, field stem: the text lacks {{a}}" in said
    code, said = run("check", "steps.toml", folder=banks, cached=True)
    assert code == 2 and "steps.de.toml:7, item one, field stem" in said


def test_a_bank_in_its_own_language_makes_an_exam_in_it(banks: Path) -> None:
    Path("fr.toml").write_text(BANK.replace('title = "Steps"', 'title = "Pas"\nlanguage = "fr"'), encoding="utf-8")
    code, said = run("make", "--bank", "fr.toml", "--questions", "2", "--to", "markdown", folder=banks)
    assert code == 0, said
    assert from_json(Path("exam/exam.json").read_text(encoding="utf-8")).language == "fr"
    assert "### Question 1 (1 point)" in Path("exam/sheets/form-01.md").read_text(encoding="utf-8")
