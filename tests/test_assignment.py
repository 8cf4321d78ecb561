"""Whose form is whose: students, late students, spare forms, and variants of earlier exams."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest
from banking import NUMBER, item, items
from hypothesis import given, settings
from hypothesis import strategies as st
from kept import assemble, extend

from gdquiz.assembly.blueprint import Blueprint, Section, Slot
from gdquiz.assembly.seating import MOST_SEATS, Student, in_order, seats, who
from gdquiz.errors import InputError
from gdquiz.exam.exam_json import from_json, to_json
from gdquiz.exam.frozen import Exam, Question
from gdquiz.exam.people import canonical

BANK = tuple(items("kinds.toml").values())
NAMES = ("vector", "batches", "claim", "sampled")
PLAN = Blueprint(title="Trial", seed="a seed of ours", section=[Section(slot=[Slot(item=name) for name in NAMES])])
EACH = PLAN.model_copy(
    update={"section": [Section(slot=[Slot(items=list(NAMES), count=2, each_form=True, points=1)], shuffle=True)]}
)


def students(*ids: object) -> list[Student]:
    return [Student(name=f"Name of {id}", id=str(id)) for id in ids]


TWENTY = students(*(f"s{number}" for number in range(1, 21)))


def by_student(made: Exam) -> dict[str, tuple[Question, ...]]:
    return {form.student: form.questions for form in made.forms if form.student}


def refused(call: object, *arguments: object, **options: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        call(*arguments, **options)  # type: ignore[operator]
    return [str(fault) for fault in caught.value.faults]


# --- seats ---------------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.sets(st.text("abc123", min_size=1, max_size=4), max_size=30), st.randoms())
def test_seats_are_all_taken_and_belong_to_ids(ids: set[str], chance: random.Random) -> None:
    listed = sorted(ids)
    found = dict(zip(listed, seats(("key",), students(*listed)), strict=True))
    assert sorted(found.values()) == list(range(len(ids)))
    chance.shuffle(listed)
    assert dict(zip(listed, seats(("key",), students(*listed)), strict=True)) == found


@pytest.mark.parametrize("change", ["one more", "one fewer"])
def test_one_student_more_or_fewer_moves_few_others(change: str) -> None:
    # each of about 2 ln n others is expected to move; of 300 that is 11.4
    moved = []
    for trial in range(10):
        three_hundred = [f"s{number}" for number in range(300)]
        other = [*three_hundred, "late"] if change == "one more" else three_hundred[:trial] + three_hundred[trial + 1 :]
        before = dict(zip(three_hundred, seats(("key", trial), students(*three_hundred)), strict=True))
        after = dict(zip(other, seats(("key", trial), students(*other)), strict=True))
        moved.append(sum(before[id] != after[id] for id in before.keys() & after.keys()))
    assert max(moved) <= 40
    assert sum(moved) / len(moved) < 2 * math.log(300) + 4


def test_the_first_seat_goes_to_anyone() -> None:
    first = Counter(
        ids[seats((trial,), students(*ids)).index(0)] for trial in range(100) for ids in (["a", "b", "c", "d"],)
    )
    assert sorted(first) == ["a", "b", "c", "d"] and all(abs(count - 25) < 5 * 4.4 for count in first.values())


def test_there_is_a_seat_for_as_many_as_a_roster_may_have() -> None:
    many = students(*range(10_000))
    assert sorted(seats(("key",), many)) == list(range(10_000))
    with pytest.raises(ValueError, match="more than 16384 students"):
        seats(("key",), students(*range(MOST_SEATS + 1)))


def test_ids_are_the_same_in_capitals_and_with_spaces() -> None:
    assert {canonical(id) for id in ("s 1001", "S1001", " S1001 ", "ｓ１００１")} == {"s1001"}
    assert canonical("Straße") == canonical("STRASSE") != canonical("Strase")
    assert who(students("a", "b")) == who(students("B", " a")) != who(students("ab"))


def test_students_stand_in_the_order_of_their_numbers() -> None:
    mixed = students("s10", "s2", "S1", "7", "11", "s2b", "s02")
    assert [student.id for student in in_order(mixed)] == ["7", "11", "S1", "s02", "s2", "s2b", "s10"]
    assert refused(in_order, students("s1", "S 1", "s2")) == [
        "the id s1 stands there 2 times; expected an id of its own for each"
    ]


# --- forms of students ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", [PLAN, EACH])
def test_the_order_of_a_roster_means_nothing(plan: Blueprint) -> None:
    shuffled = TWENTY[:]
    random.Random(3).shuffle(shuffled)
    assert assemble(plan, BANK, 1, shuffled) == assemble(plan, BANK, 1, TWENTY)


def test_capitals_and_spaces_of_an_id_mean_nothing_to_its_form() -> None:
    first = assemble(PLAN, BANK, 1, students("Ada.L", "blaise"))
    second = assemble(PLAN, BANK, 1, students("ada.l", "Blaise "))
    assert first.id == second.id
    assert [form.questions for form in first.forms] == [form.questions for form in second.forms]


def test_the_forms_of_students_are_those_without_names() -> None:
    named, plain = assemble(PLAN, BANK, 1, TWENTY), assemble(PLAN, BANK, 20)

    def rows(made: Exam) -> set[tuple[int, ...]]:
        return {tuple(question.row for question in form.questions) for form in made.forms}

    assert rows(named) == rows(plain)
    assert [form.number for form in named.forms] == list(range(1, 21))
    assert [form.student for form in named.forms] == [student.id for student in TWENTY]


@pytest.mark.parametrize("plan", [PLAN, EACH])
def test_two_assignments_never_share_an_exam_id(plan: Blueprint) -> None:
    rosters = [
        TWENTY,
        TWENTY[1:],
        [*TWENTY[:7], *students("late"), *TWENTY[7:]],
        [*TWENTY, *students("s21")],
        TWENTY[:1],
    ]
    made = [assemble(plan, BANK, 1, roster) for roster in rosters] + [assemble(plan, BANK, 20)]
    assert len({exam.id for exam in made}) == len(made)
    ids = [(exam.id, form.id) for exam in made for form in exam.forms]
    assert len(set(ids)) == len(ids)


def test_a_late_student_moves_few_others_to_other_variants() -> None:
    before, after = assemble(PLAN, BANK, 1, TWENTY), assemble(PLAN, BANK, 1, [*students("s7b"), *TWENTY])
    old, new = by_student(before), by_student(after)
    rows = {id: [question.row for question in old[id]] for id in old}
    moved = [id for id in rows if [question.row for question in new[id]] != rows[id]]
    assert len(moved) <= 10  # 2 ln 20 is 6


def test_students_share_no_variant_while_variants_last() -> None:
    rows = Counter(form.questions[1].row for form in assemble(PLAN, BANK, 1, students(*range(32))).forms)
    assert len(rows) == 32  # all there are


# --- spare forms ---------------------------------------------------------------------------------------------------


def test_spare_forms_come_after_those_of_students_and_change_none() -> None:
    without, some, more = (assemble(PLAN, BANK, 1, TWENTY, spare=spare) for spare in (0, 3, 5))
    assert some.forms[:20] == without.forms and more.forms[:23] == some.forms
    assert [form.student for form in more.forms[20:]] == [None] * 5
    assert [form.number for form in more.forms[20:]] == [21, 22, 23, 24, 25]
    assert without.id == some.id == more.id
    rows = [form.questions[1].row for form in more.forms]
    assert len(set(rows)) == 25


# --- late students -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", [PLAN, EACH])
def test_an_exam_is_extended_and_nobody_is_moved(plan: Blueprint) -> None:
    before = assemble(plan, BANK, 1, TWENTY, spare=2)
    after = extend(before, BANK, [*students("a-late-one"), *TWENTY, *students("another")], spare=1)
    assert after.forms[:22] == before.forms and after.id == before.id
    new = after.forms[22:]
    assert [(form.number, form.student) for form in new] == [
        (23, "a-late-one"), (24, "another"), (25, None),
    ]  # fmt: skip
    for name in ("wordings", "slot_kinds", "misconceptions"):
        assert getattr(before, name).items() <= getattr(after, name).items()
    ids = [question.id for form in after.forms for question in form.questions]
    assert len(set(ids)) == len(ids) and len({form.id for form in after.forms}) == 25
    assert after.report[0].endswith(f"(25 forms, {len(before.forms[0].questions)} questions each).")
    assert from_json(to_json(after)) == after


def test_late_students_get_variants_nobody_has() -> None:
    before = assemble(PLAN, BANK, 1, students(*range(20)))
    after = extend(extend(before, BANK, students(*range(23))), BANK, students(*range(32)))
    assert len({form.questions[1].row for form in after.forms}) == 32  # all there are


def test_two_extensions_of_an_exam_never_share_a_form_id_for_two_students() -> None:
    before = assemble(PLAN, BANK, 1, TWENTY)
    one, other = (extend(before, BANK, students(name)).forms[-1] for name in ("late", "later"))
    assert one.number == other.number == 21 and one.id != other.id


def test_an_exam_without_names_is_extended_too() -> None:
    before = assemble(PLAN, BANK, 3)
    after = extend(before, BANK, spare=4)
    assert after.forms == assemble(PLAN, BANK, 7).forms
    assert extend(before, BANK, students("s1")).forms[3].student == "s1"


def test_an_extension_leaves_out_what_the_exam_left_out() -> None:
    earlier = assemble(PLAN, BANK, 10)
    before = assemble(PLAN, BANK, 1, students(*range(10)), not_in=[earlier])
    after = extend(before, BANK, students(*range(22)))
    rows = [form.questions[1].row for made in (earlier, after) for form in made.forms]
    assert len(set(rows)) == len(rows) == 32


def test_an_exam_of_changed_items_is_not_extended() -> None:
    def made(values: str) -> tuple[object, ...]:
        return (item(f'parameters = {{ a = "{values}" }}\n' + NUMBER + 'answer = "a"'),)

    plan = PLAN.model_copy(update={"section": [Section(slot=[Slot(item="one")])]})
    before = assemble(plan, made("1..9"), 2)  # type: ignore[arg-type]
    assert extend(before, made("1..9"), spare=1).forms[:2] == before.forms  # type: ignore[arg-type]
    assert refused(extend, before, made("1..8"), spare=1, file="exam.json") == [
        "exam.json: the items have changed since this exam was made; expected the banks it was made from "
        "(hint: make another exam, with --not-in this one)"
    ]


def test_an_exam_of_another_gdquiz_is_only_extended_if_its_items_are_worded_alike() -> None:
    before = assemble(PLAN, BANK, 2)
    words = before.wordings["vector"].model_copy(update={"stem": "Otherwise."})
    changed = before.model_copy(update={"gdquiz": "0.0", "wordings": before.wordings | {"vector": words}})
    (line,) = refused(extend, changed, BANK, spare=1, file="exam.json")
    assert " words or numbers the variants of vector otherwise; expected gdquiz 0.0, which made the exam" in line
    renumbered = before.forms[0].questions[1].model_copy(update={"row": before.forms[0].questions[1].row + 1})
    form = before.forms[0].model_copy(update={"questions": (renumbered,)})
    (line,) = refused(extend, before.model_copy(update={"forms": (form,)}), BANK, spare=1)
    assert "variants of batches otherwise" in line
    assert extend(before.model_copy(update={"gdquiz": "0.0"}), BANK, spare=1).forms[:2] == before.forms


def test_an_old_exam_says_that_it_can_not_be_extended() -> None:
    old = assemble(PLAN, BANK, 2).model_copy(update={"origin": None})
    assert "origin" not in to_json(old) and from_json(to_json(old)) == old
    assert refused(extend, old, BANK, spare=1, file="exam.json") == [
        "exam.json: an earlier gdquiz made this exam, and it does not say of what "
        "(hint: make another exam, with --not-in this one)"
    ]


def test_a_damaged_origin_is_told() -> None:
    made = assemble(PLAN, BANK, 2)
    assert made.origin is not None
    broken = made.model_copy(update={"origin": made.origin.model_copy(update={"blueprint": "{"})})
    assert refused(extend, broken, BANK, spare=1, file="x.json") == [
        "x.json, field origin.blueprint: this is no blueprint (hint: the file must be one that 'gdquiz make' wrote)"
    ]
    wild = made.origin.model_copy(update={"excluded": {"vector": (-1, 10**9), "nothing": (0,)}})
    assert len(extend(made.model_copy(update={"origin": wild}), BANK, spare=1).forms) == 3


# --- variants of earlier exams -------------------------------------------------------------------------------------


def asked(made: Exam, name: str) -> set[int]:
    return {question.row for form in made.forms for question in form.questions if question.wording == name}


def test_no_variant_of_an_earlier_exam_comes_again() -> None:
    first = assemble(PLAN, BANK, 1, TWENTY[:6])
    year = PLAN.model_copy(update={"seed": "another seed", "title": "Next year"})
    second = assemble(year, BANK, 1, TWENTY[:6], not_in=[first])
    third = assemble(year.model_copy(update={"seed": "a third seed"}), BANK, 8, not_in=[first, second])
    for name in NAMES:
        assert not asked(first, name) & asked(second, name)
        assert not (asked(first, name) | asked(second, name)) & asked(third, name)
    assert any(line.endswith("6 of 32 variants used, 6 others stood in earlier exams.") for line in second.report)


def test_what_is_left_out_changes_the_id_of_the_exam() -> None:
    first = assemble(PLAN, BANK, 3)
    assert len({first.id, assemble(PLAN, BANK, 3, not_in=[first]).id, assemble(PLAN, BANK, 3, not_in=[]).id}) == 2
    other = assemble(PLAN.model_copy(update={"section": [Section(slot=[Slot(item="order")])]}), BANK, 2)
    assert assemble(PLAN, BANK, 3, not_in=[other]) == first


def test_items_that_run_short_are_named() -> None:
    first = assemble(PLAN, BANK, 28)  # of the 32 rows of batches
    second = assemble(PLAN, BANK, 6, not_in=[first])
    assert not asked(first, "batches") & asked(second, "batches")
    assert (
        "batches: 2 variants stand on more than one question, for the 4 variants that stood in no earlier exam are "
        "fewer than the 6 questions asked from it."
    ) in second.report


def test_an_item_without_variants_left_is_refused_or_left_out_of_its_slot() -> None:
    all_of_it = assemble(PLAN, BANK, 32)
    assert refused(assemble, PLAN, BANK, 1, not_in=[all_of_it], file="plan.toml")[0] == (
        "plan.toml, field section[1].slot[2]: every variant that fits stood in an earlier exam (batches) "
        "(hint: name fewer exams with --not-in, or draw from other items)"
    )
    only = PLAN.model_copy(update={"section": [Section(slot=[Slot(item="batches")])]})
    gone = assemble(only, BANK, 32)
    pooled = assemble(EACH, BANK, 12, not_in=[gone])
    assert "batches" not in pooled.wordings and asked(pooled, "vector")
    assert "batches: every variant stood in an earlier exam, so that none was drawn." in pooled.report


def test_variants_are_known_again_after_their_item_was_changed() -> None:
    def made(values: str, title: str) -> tuple[object, ...]:
        numbers = f'parameters = {{ a = "{values}" }}\n'
        return (item(numbers + NUMBER + 'answer = "a"', stem=title + " {{a}}."),)

    plan = PLAN.model_copy(update={"section": [Section(slot=[Slot(item="one")])]})
    first = assemble(plan, made("1..9", "old"), 5)  # type: ignore[arg-type]
    values = {form.questions[0].slots["a"] for form in first.forms}
    second = assemble(plan, made("-3..9", "new"), 8, not_in=[first])  # type: ignore[arg-type]
    again = {form.questions[0].slots["a"] for form in second.forms}
    assert len(values) == 5 and len(again) == 8 and not values & again  # 13 values, of which 5 are gone
    assert second.forms[0].questions[0].wording == "one"
