"""Words: a catalogue for each language, complete for what it is used for; every key is used, no template has words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gdquiz.errors import InputError
from gdquiz.resources import data
from gdquiz.words.catalogue import ENGLISH, SLOT, USES, catalogue, find, forms_of, languages, slots_of
from gdquiz.words.plural_forms import RULES

ROOT = Path(__file__).parent.parent
OTHERS = [tag for tag in languages() if tag != "en"]
COMPUTED = re.compile(r"rounding\.|package\.(whole|exact|rounded)")
"""Keys that are put together from a value."""


# --- catalogues ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", OTHERS)
def test_a_language_has_a_table_wholly_or_not_at_all(tag: str) -> None:
    words = catalogue(tag)
    wanted = {key for key in ENGLISH.messages if key.partition(".")[0] in words.tables}
    assert set(words.messages) == wanted


@pytest.mark.parametrize("tag", OTHERS)
def test_slots_are_those_of_the_english(tag: str) -> None:
    words = catalogue(tag)
    assert {key: slots_of(message) for key, message in words.messages.items()} == {
        key: slots_of(ENGLISH.messages[key]) for key in words.messages
    }


@pytest.mark.parametrize("tag", languages())
def test_a_message_that_counts_has_all_plural_forms_and_every_form_its_slots(tag: str) -> None:
    words = catalogue(tag)
    categories = {"one", "other"}
    for key, message in words.messages.items():
        if not isinstance(message, str):
            assert set(message) == categories, key
            assert "count" in slots_of(message)
            slots = slots_of(message) - {"count"}
            assert all(slots <= set(SLOT.findall(form)) for form in forms_of(message)), key
    assert words.plural in RULES and words.decimal in (".", ",")


@pytest.mark.parametrize("tag", languages())
def test_messages_hold_no_sign_that_a_format_would_read(tag: str) -> None:
    for key, message in catalogue(tag).messages.items():
        for form in forms_of(message):
            plain = SLOT.sub("", form)
            assert not re.search(r"[\\{}$<>*_`|#\[\]~^\n]", plain), key
            assert form == form.strip() and form, key


def test_every_use_is_served_by_english_and_german() -> None:
    for use in USES:
        assert {"en", "de"} <= set(languages(use))


def sources() -> str:
    files = [*(ROOT / "gdquiz").rglob("*.py"), *(path for path in (ROOT / "templates").rglob("*") if path.is_file())]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_every_key_is_used_and_every_key_that_is_used_is_there() -> None:
    text = sources()
    files = {"paper.tex"}
    named = set(re.findall(rf'"((?:{"|".join(ENGLISH.tables)})\.[a-z_]+)"', text)) - files
    known = set(ENGLISH.messages)
    assert named <= known
    assert {key for key in known - named if not COMPUTED.match(key)} == set()


# --- plurals and numbers ---------------------------------------------------------------------------------------------


def test_english_counts() -> None:
    assert [ENGLISH.say("paper.points", count=value) for value in (1, 1.0, 2, 2.5, 1 / 3, 0)] == [
        "1 point", "1 point", "2 points", "2.5 points", "0.33 points", "0 points",
    ]  # fmt: skip


def test_the_rules_of_plurals() -> None:
    """Samples of Unicode's CLDR: in English 1 alone is one, in French 0, 0.5, 1 and 1.5 are."""
    values = ("0", "0.5", "1", "1.5", "2", "10")
    assert [RULES["one-other"](value) for value in values] == ["other", "other", "one", "other", "other", "other"]
    assert [RULES["below-two-other"](value) for value in values] == ["one", "one", "one", "one", "other", "other"]


def test_what_is_quoted_is_shortened() -> None:
    assert ENGLISH.quoted("x" * 33) == f"'{'x' * 33}'"
    assert ENGLISH.quoted("x" * 34) == f"'{'x' * 30}...'"


# --- finding a language ----------------------------------------------------------------------------------------------


def test_a_region_has_the_words_of_its_language() -> None:
    assert find("en-GB").tag == find("EN").tag == "en"


@pytest.mark.parametrize("tag", ["tlh", "e", "xx-en", "zh-Hans-TW"])
def test_a_language_without_words_is_refused(tag: str) -> None:
    with pytest.raises(InputError, match=f"there are no words in the language '{tag}'; expected .*en"):
        find(tag)


# --- templates -------------------------------------------------------------------------------------------------------

WORDS = re.compile(r"(?<![\\{}.#&%-])\b[A-Z]?[a-z]{3,}\b")
FORMATS = ("markdown", "html", "latex", "typst", "grading")
TEMPLATES = sorted(
    f"{name}/{path.relative_to(ROOT / 'templates' / name).as_posix()}"
    for name in FORMATS
    for path in (ROOT / "templates" / name).rglob("*.j2")
    if not path.name.startswith(("figure", "style"))
)


SAID = frozenset(
    word
    for message in ENGLISH.messages.values()
    for form in forms_of(message)
    for word in re.findall("[A-Z][a-z]+", form)
)
"""What begins an English message."""


def said_in(template: str) -> list[str]:
    """The words of a template that stand outside of its statements, its tags and the commands of LaTeX; of one that is
    a program for the most part, those that begin a message of the catalogue."""
    text = (data("templates") / template).read_text(encoding="utf-8")
    angled = template.startswith(("latex", "typst"))
    marks = r"<%.*?%>|<<.*?>>|<#.*?#>" if angled else r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}"
    text = re.sub(marks, " ", text, flags=re.DOTALL)
    if template.startswith("typst") or template.endswith("document.tex.j2"):
        program = re.sub(r"(?m)^\s*(//|%).*|\\?[A-Z]?[a-z]*[A-Z][A-Za-z]+|Computer|Serif", " ", text)
        return [word for word in re.findall(r"\b[A-Z][a-z]+\b", program) if word in SAID]
    if angled:
        text = re.sub(r"\\[A-Za-z]+\*?|\{[a-z0-9-]*\}|[0-9.]+(cm|pt|em)|%.*", " ", text)
    text = re.sub(r"<[^>]*>", " ", text)
    return WORDS.findall(text)


@pytest.mark.parametrize("template", TEMPLATES)
def test_templates_have_no_words_of_their_own(template: str) -> None:
    assert [word for word in said_in(template) if word not in ("raggedright", "arraybackslash", "end", "answers")] == []


def test_the_check_would_find_a_word(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "html").mkdir()
    (tmp_path / "html/x.html.j2").write_text('<p class="soft">{{ a }} Tick one.</p>', encoding="utf-8")
    monkeypatch.setattr("test_words.data", lambda kind: tmp_path)
    assert said_in("html/x.html.j2") == ["Tick", "one"]
