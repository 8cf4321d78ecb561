"""QTI packages as a whole: schemas, manifests, selection, names, bytes, golden files, and what is refused."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from lxml import etree
from platforms import Refused, archives, qti1_player, qti_player
from qti_packages import MANIFEST, NEWER, OLDER, SCHEMA, SCHEMAS, packaged
from sample_exam import sample

from gdquiz.errors import InputError
from gdquiz.exam.frozen import Exam, NumberKey, PartKey, Question

GOLDEN = Path(__file__).parent / "golden" / "packaging"

# --- whole packages ----------------------------------------------------------------------------------------------

needs_schemas = pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the official schemas are not at ../shared/schemas")


def unsound(target: str, files: Mapping[str, bytes]) -> list[str]:
    """What the official schemas say against the files of a package."""
    said = []
    for name, content in files.items():
        if name.endswith(".xml") and not name.endswith("assessment_meta.xml"):
            schema = MANIFEST[target] if name == "imsmanifest.xml" else SCHEMA[target]
            said += [f"{name}, {line}" for line in archives.against(SCHEMAS / schema, content)]
    return said


@needs_schemas
@pytest.mark.parametrize("target", SCHEMA)
def test_every_file_is_valid_by_the_official_schema(few_of_each: Exam, target: str) -> None:
    assert unsound(target, archives.members(packaged(few_of_each, target))) == []
    assert unsound(target, archives.members(packaged(sample(), target))) == []


@pytest.mark.parametrize("target", SCHEMA)
def test_a_package_holds_what_it_lists_and_lists_what_it_holds(few_of_each: Exam, target: str) -> None:
    assert list(archives.differences(archives.members(packaged(few_of_each, target)))) == []


@pytest.mark.parametrize("target", SCHEMA)
def test_a_package_has_the_same_bytes_again_and_no_date_of_its_own(target: str) -> None:
    data = packaged(sample(), target)
    assert data == packaged(sample(), target)
    assert archives.dates(data) == {(1980, 1, 1, 0, 0, 0)}


def test_packages_have_the_same_bytes_in_another_process() -> None:
    code = """
import hashlib, sys
sys.path.insert(0, "tests")
from sample_exam import sample
from qti_packages import SCHEMA, packaged
print([hashlib.sha256(packaged(sample(), target)).hexdigest() for target in SCHEMA])
"""
    root = Path(__file__).resolve().parent.parent
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=root, env={**os.environ, "PYTHONHASHSEED": seed}, text=True,
            capture_output=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert runs == {f"{[hashlib.sha256(packaged(sample(), target)).hexdigest() for target in SCHEMA]}\n"}


@pytest.mark.parametrize("target", NEWER)
def test_the_test_gives_one_variant_of_each_pool(target: str) -> None:
    files = archives.members(packaged(sample(), target))
    test = qti_player.named_as_in_version_2(etree.fromstring(files["test.xml"]))
    pools = [section for section in test.iter("assessmentSection") if section.find("assessmentItemRef") is not None]
    assert len(pools) == 10
    refs = [ref for pool in pools for ref in pool.findall("assessmentItemRef")]
    assert len({ref.get("identifier") for ref in refs}) == len(refs) == 30
    assert sorted(ref.get("href") for ref in refs) == sorted(
        name for name in files if name.startswith("items/") and name.endswith(".xml")
    )
    for number, pool in enumerate(pools, start=1):
        assert pool.get("title") == f"Question {number}"
        assert len(pool.findall("assessmentItemRef")) == 3
        assert [one.get("select") for one in pool.findall("selection")] == ["1"]
        for ref in pool.findall("assessmentItemRef"):
            item = qti_player.named_as_in_version_2(etree.fromstring(files[ref.get("href")]))
            assert item.get("identifier") == ref.get("identifier")
            assert re.fullmatch(rf"Question {number}, E-2026-SAMPLE-Q\d{number}-\w+", item.get("title"))


@pytest.mark.parametrize("target", OLDER)
def test_each_section_gives_one_variant(target: str) -> None:
    files = archives.members(packaged(sample(), target))
    (main,) = (content for name, content in files.items() if re.fullmatch(r"(exam-[\w-]+)/\1.xml", name))
    root = qti1_player.without_namespaces(etree.fromstring(main))
    sections = root.findall("assessment/section/section")
    names = [one.get("ident") for one in root.iter("section", "item", "assessment")]
    assert len(set(names)) == len(names)
    assert all(archives.NAME.fullmatch(name) for name in names)
    total = 0.0
    for section in sections:
        items = [qti1_player.Item(item) for item in section.findall("item")]
        assert len(items) == 3
        assert section.findtext("selection_ordering/selection/selection_number") == "1"
        assert len({item.points for item in items}) == 1
        titles = {item.node.get("title") for item in items}
        assert {title.partition(", ")[0] for title in titles} == {section.get("title")} and len(titles) == 3
        total += items[0].points
    assert total == sample().points
    if target == "canvas":
        meta = etree.fromstring(next(content for name, content in files.items() if name.endswith("_meta.xml")))
        assert float(meta.findtext("{*}points_possible")) == total


def test_nothing_of_a_key_stands_in_what_a_student_sees_before_answering(few_of_each: Exam) -> None:
    """Bodies hold no guide but one for scorers; titles are numbers."""
    for name, content in archives.members(packaged(few_of_each, "qti-2.1")).items():
        if name.startswith("items/") and name.endswith(".xml"):
            item = qti_player.named_as_in_version_2(etree.fromstring(content))
            assert re.fullmatch(r"Question \d+, [A-Z0-9]+-[A-Z0-9]+", item.get("title"))
            assert {block.get("view") for block in item.iter("rubricBlock")} <= {"scorer"}
            assert item.find("itemBody//modalFeedback") is None
            for interaction in item.iter("choiceInteraction", "orderInteraction", "matchInteraction"):
                assert interaction.get("shuffle") == "false"
                shown = interaction.find("prompt")
                assert shown is None or qti_player.words(shown)


# --- golden files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", SCHEMA)
def test_golden_packages(target: str) -> None:
    """After a wanted change: GDQUIZ_GOLDEN=write python -m pytest tests/test_packaging_qti.py, and read the diff."""
    whole = sample()
    files = archives.members(packaged(whole.model_copy(update={"forms": whole.forms[:1]}), target))
    folder = GOLDEN / target
    kept = {name: content for name, content in files.items() if name.endswith(".xml")}
    if os.environ.get("GDQUIZ_GOLDEN") == "write":
        for name, content in kept.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        (folder / "members.txt").write_text("".join(f"{name}\n" for name in files), encoding="utf-8")
    assert (folder / "members.txt").read_text(encoding="utf-8").splitlines() == list(files)
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.xml")} == set(kept)
    for name, content in kept.items():
        assert content.decode() == (folder / name).read_text(encoding="utf-8"), name


# --- what is not sound -------------------------------------------------------------------------------------------


def told(exam: Exam, target: str, folder: Path | None = None) -> str:
    with pytest.raises(InputError) as refused:
        packaged(exam, target, folder)
    return str(refused.value)


def with_question(name: str, change: Callable[[Question], Question]) -> Exam:
    """The first form of the sample with one question changed."""
    whole = sample()
    questions = tuple(change(one) if one.wording == name else one for one in whole.forms[0].questions)
    return whole.model_copy(update={"forms": (whole.forms[0].model_copy(update={"questions": questions}),)})


def own_templates(tmp_path: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A folder with one template of the project in which something is replaced."""
    text = (Path(__file__).resolve().parent.parent / "templates" / name).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


BROKEN = [
    ("<correctResponse><value>{{ field.key.value }}</value></correctResponse>", "", "one-step", "FIELD1 has no key"),
    ("{{ field.key.value }}</value>", "1/2</value>", "one-step", "the key of FIELD1 is not a decimal number"),
    ("{{ tell(\"SOLUTION\") }}", "{{ tell(\"ANSWER\") }}", "one-step", "nothing is said for ANSWER"),
    ('<simpleChoice identifier="{{ option.id }}">', '<simpleChoice identifier="A">', "regime",
     "two options of FIELD1 have one identifier"),
    ('<simpleChoice identifier="{{ option.id }}">', '<simpleChoice identifier="X{{ option.id }}">', "regime",
     "the key of FIELD1 is not among its options"),
    (' alt="{{ entry.figure.alt }}"', "", "one-step", "a picture has no text"),
    ("</itemBody>", "", "one-step", "it is not well-formed"),
    ("<p>{{ mistake.feedback }}</p>", "<p> </p>", "one-step", "a message has no words"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "item", "problem"), BROKEN)
def test_an_own_template_that_makes_an_unsound_item_is_refused(
    tmp_path: Path, old: str, new: str, item: str, problem: str
) -> None:
    said = told(sample(), "qti-2.2", own_templates(tmp_path, "qti/item.xml.j2", (old, new)))
    assert f"the question does not stand its check: {problem}" in said
    assert item in said


BROKEN_1 = [
    ('<setvar action="Set" varname="SCORE">100</setvar>', "", "one-step", "nothing earns marks"),
    ("{{ field.key.value }}</varequal>", "1/2</varequal>", "one-step", "'1/2' is not a decimal number"),
    ('<response_label ident="{{ option.id }}">{{', '<response_label ident="A">{{', "regime",
     "two options of FIELD1 have one identifier"),
    ('alt="{{ file.alt }}"', 'alt=""', "one-step", "a picture has no text"),
    ('{{ feedback("general_fb", general) }}', "", "one-step", "nothing is said for general_fb"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "item", "problem"), BROKEN_1)
def test_an_own_template_of_qti_1_that_makes_an_unsound_item_is_refused(
    tmp_path: Path, old: str, new: str, item: str, problem: str
) -> None:
    said = told(sample(), "canvas", own_templates(tmp_path, "qti1/item.xml.j2", (old, new)))
    assert f"the question does not stand its check: {problem}" in said
    assert item in said


@pytest.mark.parametrize("target", SCHEMA)
def test_options_that_read_alike_are_refused(target: str) -> None:
    whole = sample()
    wording = whole.wordings["regime"]
    (part,) = wording.parts
    alike = tuple(option.model_copy(update={"text": "the same"}) for option in part.options)
    changed = wording.model_copy(update={"parts": (part.model_copy(update={"options": alike}),)})
    said = told(whole.model_copy(update={"wordings": {**whole.wordings, "regime": changed}}), target)
    assert "two options of FIELD1 read alike" in said
    assert "regime" in said


@pytest.mark.parametrize("target", SCHEMA)
def test_a_picture_without_words_is_refused(target: str) -> None:
    def bare(question: Question) -> Question:
        assert question.figure is not None
        return question.model_copy(update={"figure": question.figure.model_copy(update={"alt": ""})})

    said = told(with_question("one-step", bare), target)
    assert "a picture has no text" in said
    assert "one-step" in said


@pytest.mark.parametrize("target", SCHEMA)
def test_control_characters_are_refused(target: str) -> None:
    whole = sample()
    assert "not well-formed" in told(whole.model_copy(update={"title": "Mid\x01term"}), target)
    stem = whole.wordings["regime"].model_copy(update={"stem": "A\x02B"})
    said = told(whole.model_copy(update={"wordings": {**whole.wordings, "regime": stem}}), target)
    assert "not well-formed" in said
    assert "regime" in said


@pytest.mark.parametrize("target", SCHEMA)
def test_an_id_that_is_no_name_is_refused(target: str) -> None:
    whole = sample()
    assert "'exam-E 1.0'" in told(whole.model_copy(update={"id": "E 1.0"}), target)


def test_a_number_that_canvas_takes_for_zero_is_refused() -> None:
    tiny = NumberKey(value="1/20000", shown="5e-5", low="1/20000", high="1/20000")

    def change(question: Question) -> Question:
        return question.model_copy(update={"parts": (PartKey(numbers=(tiny,)), *question.parts[1:])})

    said = told(with_question("one-step", change), "canvas")
    assert "Canvas would take the key 0.00005 for 0" in said
    assert "one-step" in said


# --- the players themselves --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"<sum>", b"<power>", "unknown expression power"),
        (b'toleranceMode="absolute"', b'toleranceMode="significant"', "unknown tolerance mode"),
        (b"<responseElseIf>", b"<responseOtherwise>", "a condition of"),
    ],
)
def test_a_player_refuses_what_it_does_not_know(old: bytes, new: bytes, problem: str) -> None:
    item = archives.members(packaged(sample(), "qti-2.1"))["items/one-step-1-18.xml"]
    changed = item.replace(old, new).replace(old.replace(b"<", b"</"), new.replace(b"<", b"</"))
    assert changed != item
    with pytest.raises(Refused, match=problem):
        qti_player.Player(changed).answer({"FIELD1": "2"})


def test_a_player_tells_a_wrong_key() -> None:
    """The interpreter would see a key that response processing does not accept: 2 is right in this item."""
    item = archives.members(packaged(sample(), "qti-2.1"))["items/one-step-1-18.xml"]
    assert qti_player.Player(item).answer({"FIELD1": "2"}).number("SCORE") == 2
    wrong = item.replace(
        b'<baseValue baseType="float">2</baseValue></equal>', b'<baseValue baseType="float">3</baseValue></equal>'
    )
    assert qti_player.Player(wrong).answer({"FIELD1": "2"}).number("SCORE") == 0
