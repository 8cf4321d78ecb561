"""exam.json of version 1 is read as what it would be today."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from exam_mutations import NASTY
from sample_exam import NAMES, sample

from gdquiz.errors import InputError
from gdquiz.exam.exam_json import from_json, read, to_json
from gdquiz.exam.frozen import Exam
from gdquiz.exam.upgrading import names_in, upgraded
from gdquiz.exam.wording import braced, fill
from gdquiz.rendering.formats import render

FILES = Path(__file__).parent / "golden" / "exam-version-1"
OLD = json.loads((FILES / "sample.json").read_text(encoding="utf-8"))


def without_what_is_new(exam: Exam) -> Any:
    """An exam as JSON, without what version 1 does not know."""
    tree = json.loads(to_json(exam))
    for told in tree["misconceptions"].values():
        told |= {"why": "", "say": ""}
    for wording in tree["wordings"].values():
        for part in wording["parts"]:
            part["grid"] = []
    for form in tree["forms"]:
        for question in form["questions"]:
            question |= {"parameters": {}, "case": ""}
    return tree


def test_version_1_of_the_sample_is_the_sample() -> None:
    reading = read(json.dumps(OLD))
    assert without_what_is_new(reading.exam) == without_what_is_new(sample())
    assert reading.names == NAMES and reading.exam.language == "en"


@pytest.mark.parametrize("name", ["markdown", "latex"])
def test_version_1_is_rendered_as_the_sample_is(name: str) -> None:
    reading = read(json.dumps(OLD))
    assert list(render(reading.exam, name, names=reading.names)) == list(render(sample(), name, names=NAMES))


@pytest.mark.parametrize("file", sorted(FILES.iterdir()), ids=lambda file: file.stem)
def test_what_was_read_is_written_in_version_2_and_read_again(file: Path) -> None:
    exam = from_json(file.read_bytes())
    assert exam.version == 2 and from_json(to_json(exam)) == exam
    assert "difficulty" not in to_json(exam) and "Lovelace" not in to_json(exam)


def test_names_in_forms_become_names_of_students() -> None:
    reading = read((FILES / "made.json").read_bytes())
    assert [form.student for form in reading.exam.forms] == ["s1", "s2", None]
    assert reading.names == {"s1": "Ada Lovelace", "s2": "Zoë Müller-Øst"}


def test_a_name_that_can_not_be_printed_is_told_with_its_place() -> None:
    tree = json.loads(json.dumps(OLD))
    tree["forms"][1]["student"]["name"] = "a\u202eb"
    with pytest.raises(InputError) as caught:
        read(json.dumps(tree))
    assert [fault.field for fault in caught.value.faults] == ["forms.1.student.name"]


def test_a_field_of_version_2_is_none_of_version_1() -> None:
    tree = json.loads(json.dumps(OLD))
    tree["forms"][0]["questions"][0]["work"] = 1
    with pytest.raises(InputError) as caught:
        read(json.dumps(tree))
    assert ("forms.0.questions.0.difficulty", "there is no such field") in [
        (fault.field, fault.problem) for fault in caught.value.faults
    ]


def test_any_table_can_be_upgraded() -> None:
    rng = random.Random("any table")
    for _ in range(300):
        tree = json.loads(json.dumps(OLD))
        here: Any = tree
        while isinstance(here, (dict, list)) and here:
            step = rng.choice(list(here) if isinstance(here, dict) else range(len(here)))
            if rng.random() < 0.3 or not isinstance(here[step], (dict, list)):
                here[step] = rng.choice(NASTY)
                break
            here = here[step]
        before = json.dumps(tree)
        assert upgraded(tree)["version"] == 2
        names_in(tree)
        assert json.dumps(tree) == before  # nothing is changed in place


BRACED = {
    "$x_{{k}}$": "$x_{{{k}}}$",
    "$x^{{k}}$ and {{k}}": "$x^{{{k}}}$ and {{k}}",
    r"$\frac{{a}}{{b}}$": r"$\frac{{{a}}}{{{b}}}$",
    r"$\sqrt{{a}}$": r"$\sqrt{{{a}}}$",
    "`x_{{k}}` x_{{k}}": "`x_{{k}}` x_{{k}}",
    "$({{a}}, {{b}})$": "$({{a}}, {{b}})$",
}


@pytest.mark.parametrize("text", BRACED)
def test_braces_are_written_once_and_filling_is_plain_substitution(text: str) -> None:
    written = braced(text)
    assert written == BRACED[text] and braced(written) == written
    values = {"k": "10", "a": "-1", "b": "w^{2}"}
    kinds = dict.fromkeys(values, "math")
    plain = written.replace(" {{k}}", " ${{k}}$") if "and" in text else written
    if "`" not in text:
        for name, value in values.items():
            plain = plain.replace(f"{{{{{name}}}}}", value)
        assert fill(written, values, kinds) == plain == fill(text, values, kinds)
