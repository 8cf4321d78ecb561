"""What packages for all platforms share: pools, fields, numbers, archives and the report."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath

import pytest
from banking import BANKS
from kept import assemble

from gdquiz.assembly.blueprint import Blueprint, Section, Slot
from gdquiz.banks.bank import read_bank
from gdquiz.banks.items import models
from gdquiz.errors import InputError
from gdquiz.exam.frozen import Exam, NumberKey, PartKey, Question, WrongAnswer
from gdquiz.kinds.decimals import PLACES, UNIT, accepted, scaled, written
from gdquiz.kinds.platforms import (
    AMONG,
    AS_IS,
    AS_LETTERS,
    CARRIAGES,
    LEFT_OUT,
    POSITIONS,
    SHARES,
    Field,
)
from gdquiz.kinds.platforms import (
    PLACES as PLACE_EACH,
)
from gdquiz.packaging.archive import zipped
from gdquiz.packaging.entries import Entries
from gdquiz.packaging.fields import fields_of, grouped
from gdquiz.packaging.packages import package, pools_of
from gdquiz.packaging.targets import EVERY_KIND, TARGETS, find_target

ITEMS = models(read_bank((BANKS / "kinds.toml").read_text("utf-8"), file="kinds.toml"))
NAMES = [model.id for model in ITEMS]


@cache
def exam(forms: int = 3, *, shuffle: bool = False) -> Exam:
    """Every kind of answer in every form."""
    slots = [Slot(item=name) for name in NAMES]
    plan = Blueprint(title="Kinds & all", seed="packages", section=[Section(slot=slots, shuffle=shuffle)])
    return assemble(plan, ITEMS, forms)


def question(kind: str) -> tuple[str, Question]:
    """A question whose only part is of this kind, with the id of its item."""
    made = exam()
    for one in made.forms[0].questions:
        if [part.kind for part in made.wordings[one.wording].parts] == [kind]:
            return one.wording, one
    raise AssertionError(f"no item asks for nothing but a {kind}")


def fields(kind: str, carried: str = AS_IS) -> tuple[Field, ...]:
    item, one = question(kind)
    made = exam()
    return fields_of(made.wordings[item], one, dict.fromkeys(EVERY_KIND, carried), made.slot_kinds[item])


# --- the table -----------------------------------------------------------------------------------------------------


def test_every_target_says_how_it_carries_every_kind() -> None:
    for target in TARGETS:
        assert tuple(target.kinds) == EVERY_KIND
        assert set(target.kinds.values()) <= set(CARRIAGES), target.name
    assert len({target.name for target in TARGETS}) == len(TARGETS) >= 10


# --- pools ---------------------------------------------------------------------------------------------------------


def test_a_pool_has_the_variants_of_one_slot_also_where_forms_are_shuffled() -> None:
    for made in (exam(6), exam(6, shuffle=True)):
        pools = pools_of(made)
        assert [pool.number for pool in pools] == list(range(1, len(NAMES) + 1))
        for name, pool in zip(NAMES, pools, strict=True):
            assert {one.wording for one in pool.questions} == {name}


def test_a_variant_stands_in_its_pool_once() -> None:
    made = exam(40)
    for pool in pools_of(made):
        rows = [one.row for one in pool.questions]
        assert len(rows) == len(set(rows))
        there_are = made.wordings[pool.questions[0].wording].population
        assert len(rows) == min(40, there_are)


def test_the_same_variant_has_the_same_id_in_every_export() -> None:
    def ids(made: Exam) -> dict[tuple[str, int], str]:
        entries = Entries(made, find_target("qti-2.1"), None)  # type: ignore[arg-type]
        return {
            (one.wording, one.row): entry.id
            for pool in pools_of(made)
            for one in pool.questions
            for entry in entries.of(one, pool.number)
        }

    few, many = ids(exam(3)), ids(exam(6, shuffle=True))
    assert few.items() <= many.items()
    assert len(set(many.values())) == len(many)


# --- fields --------------------------------------------------------------------------------------------------------


def test_a_right_option_is_the_one_of_the_key() -> None:
    _, one = question("choice")
    (field,) = fields("choice")
    key = one.parts[0]
    assert [key.order[place] for place in field.right] == list(key.options)
    for message in field.messages:
        assert all(key.wrong[n].options == (key.order[message.at],) for n in message.wrong)  # type: ignore[index]


def test_several_numbers_are_several_fields() -> None:
    _, one = question("numbers")
    found = fields("numbers")
    assert [field.of for field in found] == list(range(len(one.parts[0].numbers)))
    for field in found:  # every foreseen vector is recognised by each number in which it differs from the key
        placed = {n for message in field.messages for n in message.wrong}
        for n, wrong in enumerate(one.parts[0].wrong):
            differs = scaled(wrong.values[field.of]) != scaled(one.parts[0].numbers[field.of].value)
            assert (n in placed) == differs


def test_an_ordering_becomes_places_in_two_ways() -> None:
    _, one = question("ordering")
    key = one.parts[0]
    (ordering,) = fields("ordering")
    assert [key.order[place] for place in ordering.right] == list(key.options)
    (matching,) = fields("ordering", POSITIONS)
    assert matching.kind == "matching"
    assert [key.options[place] for place in matching.right] == list(key.order)
    single = fields("ordering", PLACE_EACH)
    assert [field.kind for field in single] == ["choice"] * len(key.order)
    assert [field.right for field in single] == [(place,) for place in matching.right]


def test_a_matching_becomes_one_choice_for_each_pair() -> None:
    _, one = question("matching")
    (matching,) = fields("matching")
    assert [(field.kind, field.right) for field in fields("matching", AS_LETTERS)] == [
        ("choice", (place,)) for place in matching.right
    ]
    assert [one.parts[0].order[place] for place in matching.right] == list(one.parts[0].options)


def test_a_formula_becomes_a_choice_in_an_order_that_tells_nothing() -> None:
    # of the item's two formulas one has three foreseen wrong answers, the other only one: too few for a choice
    made = exam(40)
    places: Counter[int] = Counter()
    (pool,) = [
        pool for pool in pools_of(made)
        if [part.kind for part in made.wordings[pool.questions[0].wording].parts] == ["formula", "formula"]
    ]  # fmt: skip
    for one in pool.questions:
        carried = dict.fromkeys(EVERY_KIND, AMONG)
        choice, words = fields_of(made.wordings[one.wording], one, carried, made.slot_kinds[one.wording])
        assert words.kind == "words" and choice.kind == "choice"
        assert sorted(choice.order) == list(range(-1, len(one.parts[0].wrong)))
        assert choice.right == (choice.order.index(-1),)
        places[choice.right[0]] += 1
    assert len(places) >= 3  # the population has six rows


def test_what_is_left_out_has_no_field() -> None:
    assert fields("number", LEFT_OUT) == ()


def test_fields_that_stand_together_stay_in_their_order() -> None:
    one, two, three = Field(0, "number"), Field(1, "words"), Field(2, "choice")
    assert grouped((one, two, three), frozenset(("number", "choice"))) == ((one, three), (two,))
    assert grouped((one, two, three), frozenset()) == ((one,), (two,), (three,))


def test_equal_wrong_answers_are_told_of_together() -> None:
    item, one = question("number")
    made = exam()
    (wrong, *_) = one.parts[0].wrong
    again = wrong.model_copy(update={"misconception": "OTHER", "feedback": "Another reason."})
    parts = (one.parts[0].model_copy(update={"wrong": (wrong, again)}),)
    (field,) = fields_of(
        made.wordings[item], one.model_copy(update={"parts": parts}), dict.fromkeys(EVERY_KIND, AS_IS), {}
    )
    assert [message.wrong for message in field.messages] == [(0, 1)]


def test_credit_is_a_share_that_platforms_know() -> None:
    item, one = question("number")
    made = exam()
    # a third is not more than 33.33333 by less than a thousandth, 0.32 falls back on 30
    for credit, share in ((0, "0"), (0.5, "50"), (1 / 3, "33.33333"), (0.32, "30"), (0.04, "0")):
        wrong = one.parts[0].wrong[0].model_copy(update={"credit": credit})
        parts = (one.parts[0].model_copy(update={"wrong": (wrong,)}),)
        (field,) = fields_of(
            made.wordings[item], one.model_copy(update={"parts": parts}), dict.fromkeys(EVERY_KIND, AS_IS), {}
        )
        assert [message.share for message in field.messages] == [share]
    assert len(set(SHARES)) == len(SHARES)


LISTS = {"canvas", "aiken", "blackboard"}
"""Those that have no place for the credit of a number or a choice."""


SPLIT = {"moodle", "moodle-4.3", "gift", "brightspace", "qti-1.2", *LISTS}
"""Those that give whole matchings and orders no credit beyond their pairs and places."""


@pytest.mark.parametrize(
    ("kind", "credit", "without"),
    [
        ("number", 0.9, {"brightspace", *LISTS} - {"aiken"}),  # with one foreseen wrong answer, words or nothing there
        ("number", 0.03, set()),  # less than any part of the marks that platforms know
        ("numbers", 0.9, LISTS),
        ("choice", 0.9, LISTS),
        ("choices", 0.9, SPLIT - {"qti-1.2", "aiken"}),  # Aiken leaves them out
        ("truth", 0.9, LISTS),
        ("matching", 0.9, SPLIT),
        ("ordering", 0.9, SPLIT),
        ("ordering", 0.0, set()),
    ],
)
def test_the_report_tells_where_a_foreseen_wrong_answer_earns_nothing(
    kind: str, credit: float, without: set[str]
) -> None:
    assert uncredited(kind, credit) == without


@pytest.mark.parametrize(
    ("kind", "code", "share"),
    [("numbers", "SEQ", 1 / 2), ("ordering", "HEIGHT", 1 / 3)],  # one number of two is right; one place of three
)
def test_no_credit_is_lost_that_right_pieces_of_an_answer_earn_anyway(kind: str, code: str, share: float) -> None:
    assert uncredited(kind, share, only=code) == set()
    assert uncredited(kind, share + 0.3, only=code) >= {"canvas", "blackboard"}


def uncredited(kind: str, credit: float, only: str = "") -> set[str]:
    """The targets that report that foreseen wrong answers of a part earn nothing, where all of them earn so much."""
    made = exam(20)
    item, _ = question(kind)
    of_kind = [one for form in made.forms for one in form.questions if one.wording == item]
    one = next(one for one in of_kind if one.parts[0].wrong)  # not every variant of an item foresees one
    (key,) = one.parts
    wrong = tuple(each.model_copy(update={"credit": credit}) for each in key.wrong if only in ("", each.misconception))
    parts = (key.model_copy(update={"wrong": wrong}),)
    form = made.forms[0].model_copy(update={"questions": (one.model_copy(update={"parts": parts}),)})
    found = set()
    for target in TARGETS:
        report: list[str] = []
        with suppress(InputError):  # a target that has no place for this kind of answer
            list(package(made.model_copy(update={"forms": (form,)}), target, report))
        if any("without the part of the marks that a foreseen wrong answer earns" in line for line in report):
            found.add(target.name)
    return found


# --- numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [("-3/5", "-0.6"), ("7", "7"), ("0.25", "0.25"), ("-0.000001", "-0.000001"), ("0", "0"), ("1/3", "0." + "3" * 15),
     ("2/3", "0." + "6" * 14 + "7"), ("-2/3", "-0." + "6" * 14 + "7"), ("1200", "1200")],
)  # fmt: skip
def test_numbers_are_plain_decimals(value: str, text: str) -> None:
    assert written(scaled(value)) == text


def test_the_accepted_interval_is_a_middle_and_a_tolerance() -> None:
    # from 1.249 to 1.251: 1.25 give or take 0.001, and a millionth of that against the last bit of a float
    found = accepted(NumberKey(value="5/4", shown="", low="1249/1000", high="1251/1000"), 3)
    assert (written(found.middle), written(found.half), written(found.tolerance)) == ("1.25", "0.001", "0.001000001")
    assert float(written(found.low)) <= 1.249 and float(written(found.high)) >= 1.251
    assert abs(1.251 - float("1.25")) <= float(written(found.tolerance))


def test_an_exact_answer_without_end_is_asked_for_with_decimals_that_tell_wrong_ones_apart() -> None:
    third = NumberKey(value="1/3", shown="", low="1/3", high="1/3")
    # the nearest wrong answer is 1/300 away: ten units of the fourth decimal are less than that, of the third more
    found = accepted(third, None, ["101/300", "1/2"])
    assert (written(found.middle), found.places) == ("0.3333", 4)
    assert found.half == UNIT // 10**4
    assert accepted(third, None, []).places == 3
    half = NumberKey(value="1/2", shown="", low="1/2", high="1/2")
    assert accepted(half, None, ["1/3"]).places is None
    assert PLACES == 15


def test_a_number_that_is_as_near_as_rounding_is_not_told_of_as_wrong() -> None:
    item, one = question("number")
    made = exam()
    key = NumberKey(value="1", shown="1", low="999/1000", high="1001/1000")
    near = WrongAnswer(misconception="NEAR", shown="", values=("1002/1000",), feedback="x")
    far = WrongAnswer(misconception="FAR", shown="", values=("1005/1000",), feedback="y")
    parts = (PartKey(numbers=(key,), wrong=(near, far)),)
    (field,) = fields_of(
        made.wordings[item], one.model_copy(update={"parts": parts}), dict.fromkeys(EVERY_KIND, AS_IS), {}
    )
    assert [message.wrong for message in field.messages] == [(1,)]
    assert [message.wrong for message in field.apart] == [(0,)]


# --- archives ------------------------------------------------------------------------------------------------------


def test_an_archive_is_the_same_bytes_and_reads_back() -> None:
    members = [("b.txt", "text ä"), ("a/c.bin", b"\0\1"), ("empty", "")]
    path = PurePosixPath("x.zip")
    pages = list(zipped(path, members))
    assert [page.continues for page in pages] == [False, True, True, True]
    whole = b"".join(page.text for page in pages if isinstance(page.text, bytes))
    assert whole == b"".join(page.text for page in zipped(path, members) if isinstance(page.text, bytes))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["b.txt", "a/c.bin", "empty"]
        assert archive.read("b.txt").decode() == "text ä"
        for info in archive.infolist():
            assert (info.date_time, info.compress_type, info.flag_bits & 8) == ((1980, 1, 1, 0, 0, 0), 0, 0)


# --- packages ------------------------------------------------------------------------------------------------------


def whole(target: str, made: Exam) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for page in package(made, find_target(target), []):
        content = page.text if isinstance(page.text, bytes) else page.text.encode()
        files[page.path.as_posix()] = (files.get(page.path.as_posix(), b"") if page.continues else b"") + content
    return files


@pytest.mark.parametrize("target", [target.name for target in TARGETS])
def test_a_package_lies_in_its_folder_and_is_always_the_same(target: str) -> None:
    files = whole(target, exam())
    assert files and all(path.startswith(f"lms/{target}") for path in files)
    assert files == whole(target, exam())


def test_packages_are_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    from hashlib import blake2b

    from gdquiz.exam.exam_json import to_json

    (tmp_path / "exam.json").write_text(to_json(exam()), encoding="utf-8")
    program = (
        "import sys; from hashlib import blake2b; from pathlib import Path\n"
        "from gdquiz.exam.exam_json import from_json\n"
        "from gdquiz.packaging.packages import package\n"
        "from gdquiz.packaging.targets import TARGETS\n"
        "made = from_json(Path(sys.argv[1]).read_text('utf-8'))\n"
        "for t in TARGETS:\n"
        "    pages = (p.text if isinstance(p.text, bytes) else p.text.encode() for p in package(made, t, []))\n"
        "    print(t.name, blake2b(b''.join(pages)).hexdigest())\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "exam.json")],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "PATH": ""},
    )
    told = dict(line.split() for line in ran.stdout.splitlines())
    for target in TARGETS:
        pages = (p.text if isinstance(p.text, bytes) else p.text.encode() for p in package(exam(), target, []))
        assert told[target.name] == blake2b(b"".join(pages)).hexdigest(), target.name


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_no_question_goes_missing_without_a_word(target: object) -> None:
    made = exam()
    report: list[str] = []
    list(package(made, target, report))  # type: ignore[arg-type]
    entries = Entries(made, target, None)  # type: ignore[arg-type]
    left_out = {line.rpartition("(")[2].rstrip(")") for line in report[1:] if line.strip().startswith("left out")}
    named = {name for names in left_out for name in names.split(", ")}
    for one in made.forms[0].questions:
        if not entries.of(one, 1):
            assert one.wording in named or "every question" in named


def test_progress_is_told_for_every_pool() -> None:
    seen: list[tuple[str, int]] = []

    def progress(questions: tuple[Question, ...], *, label: str, total: int) -> tuple[Question, ...]:
        seen.append((label, total))
        return questions

    list(package(exam(), find_target("moodle"), [], progress=progress))
    assert seen == [(f"moodle {k}/{len(NAMES)}", len(pool.questions)) for k, pool in enumerate(pools_of(exam()), 1)]


def test_entries_of_one_layout_share_it() -> None:
    made = exam(40)
    entries = Entries(made, find_target("jsonl"), None)  # type: ignore[arg-type]
    pool = next(pool for pool in pools_of(made) if pool.questions[0].wording == question("number")[0])
    shapes = {entry.fields for one in pool.questions for entry in entries.of(one, 1)}
    assert len(shapes) < len(pool.questions)
    assert replace(next(iter(shapes))[0]) in {fields[0] for fields in shapes}
