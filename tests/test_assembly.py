"""Exams: which rows stand on which form, that nothing depends on what it should not, and what is reported."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from banking import CHOICE, NUMBER, item, items, populated
from kept import assemble

from gdquiz import draws
from gdquiz.assembly.blueprint import Blueprint, Section, Slot, quick_blueprint
from gdquiz.assembly.library import Order, banded
from gdquiz.errors import InputError
from gdquiz.exam.exam_json import from_json, to_json
from gdquiz.exam.frozen import Exam

BANK = tuple(items("kinds.toml").values())
SMALL = tuple(items("small.toml").values())
NAMES = ("vector", "several", "claim", "batches", "sampled")


def blueprint(*slots: Slot, seed: str = "seed", **section: object) -> Blueprint:
    return Blueprint(title="Trial", seed=seed, section=[Section(slot=list(slots), **section)])


def exam(*slots: Slot, forms: int = 3, seed: str = "seed", models=BANK, **section: object) -> Exam:
    return assemble(blueprint(*slots, seed=seed, **section), models, forms)


def rows(made: Exam, name: str) -> list[list[int]]:
    """The rows of an item, form by form."""
    return [[question.row for question in form.questions if question.wording == name] for form in made.forms]


def content(made: Exam, form: int) -> list[object]:
    """The questions of a form without the numbers and ids that place them in their exam."""
    return [question.model_copy(update={"id": "", "number": 0, "slot": 0}) for question in made.forms[form].questions]


# --- what does not change ------------------------------------------------------------------------------------------


def test_a_form_does_not_depend_on_how_many_there_are() -> None:
    slots = [Slot(item=name) for name in NAMES] + [Slot(items=list(NAMES), count=2, each_form=True, points=1)]
    few, many = exam(*slots, forms=2), exam(*slots, forms=9)
    assert few.forms == many.forms[:2]
    assert few.id == many.id


@pytest.mark.parametrize("place", [0, 2, 5])
def test_adding_a_question_changes_no_other(place: int) -> None:
    slots = [Slot(item=name) for name in NAMES]
    more = [*slots[:place], Slot(item="order"), *slots[place:]]
    before, after = exam(*slots, forms=4), exam(*more, forms=4)
    for k in range(4):
        assert content(before, k) == [question for question in content(after, k) if question.wording != "order"]


def test_adding_a_second_question_of_an_item_does_not_change_the_first() -> None:
    one, two = exam(Slot(item="vector"), forms=5), exam(Slot(item="vector"), Slot(item="vector"), forms=5)
    assert [content(one, k)[0] for k in range(5)] == [content(two, k)[0] for k in range(5)]


def test_items_of_other_topics_do_not_matter() -> None:
    slots = [Slot(topic="kinds", count=3), Slot(item="listed")]
    alone = assemble(blueprint(*slots), BANK, 2)
    among = assemble(blueprint(*slots), (*SMALL, *BANK), 2)
    assert alone.forms == among.forms


def test_seeds_make_different_exams() -> None:
    first, second = exam(*(Slot(item=name) for name in NAMES)), exam(*(Slot(item=name) for name in NAMES), seed="other")
    assert first.id != second.id
    assert content(first, 0) != content(second, 0)


def test_nothing_is_drawn_with_the_seed_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    # whoever tries seeds against a sheet must not find one way around the stretching
    monkeypatch.setattr(draws, "stretched", lambda _: "the same key")
    slots = [Slot(item=name) for name in NAMES] + [Slot(items=list(NAMES), count=2, each_form=True, points=1)]
    first, second = (exam(*slots, seed=seed, shuffle=True) for seed in ("one", "two"))
    assert first.model_copy(update={"seed": "two"}) == second
    topics = list("abcdefgh")
    few = [quick_blueprint(title="Q", topics=topics, questions=3, seed=seed) for seed in ("one", "two")]
    assert few[0].section == few[1].section


def test_the_same_exam_has_the_same_bytes() -> None:
    slots = [Slot(item=name) for name in ("vector", "listed", "irrational", "pairs", "slope", "mapped", "degrees")]
    text = to_json(exam(*slots))
    assert to_json(exam(*slots)) == text
    assert from_json(text) == exam(*slots)


SCRIPT = """
import sys
from banking import items
from gdquiz.assembly.forms import assemble
from gdquiz.assembly.blueprint import Blueprint, Section, Slot
from gdquiz.exam.exam_json import to_json
bank = tuple(items("kinds.toml").values())
plan = Blueprint(title="Trial", seed="1", section=[Section(slot=[Slot(item=item.id) for item in bank])])
sys.stdout.write(to_json(assemble(plan, bank, 2)))
"""


def test_the_bytes_do_not_depend_on_the_order_of_sets() -> None:
    """PYTHONHASHSEED changes the order of sets of strings; of NumPy's features the last bits of exp depend."""
    found = set()
    for variables in ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2", "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX2"}):
        path = os.pathsep.join([os.path.dirname(__file__), os.getcwd()])  # noqa: PTH109, PTH120
        environment = {**os.environ, "PYTHONPATH": path, **variables}
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", SCRIPT], capture_output=True, env=environment, check=True
        )
        found.add(hashlib.sha256(done.stdout).hexdigest())
    assert len(found) == 1


# --- rows ----------------------------------------------------------------------------------------------------------


def test_no_two_forms_share_a_row_while_rows_last() -> None:
    made = exam(Slot(item="batches"), forms=32)  # 32 rows
    assert sorted(row for (row,) in rows(made, "batches")) == list(range(32))
    assert not any("more than one question" in line for line in made.report)


@pytest.mark.parametrize("uses", [2, 3, 4])
def test_no_two_questions_share_a_row_while_rows_last(uses: int) -> None:
    forms = 32 // uses
    found = rows(exam(Slot(item="batches", count=uses), forms=forms), "batches")
    taken = [row for form in found for row in form]
    assert len(taken) == len(set(taken)) == forms * uses


def test_the_report_says_when_rows_do_not_last() -> None:
    made = exam(Slot(item="irrational"), forms=15)  # 11 rows
    assert len({row for (row,) in rows(made, "irrational")}) == 11
    assert made.report[-1] == (
        "irrational: 4 variants stand on more than one question, for its population of 11 is smaller than the 15 "
        "questions asked from it."
    )


def test_a_form_never_asks_the_same_row_twice_while_it_need_not() -> None:
    # two slots with different ranges of work share most of their rows
    low, high = Slot(item="batches", work=[0, 8.25]), Slot(item="batches", work=[8.2, 20])
    for form in rows(exam(low, high, Slot(item="batches", each_form=True, points=1), forms=20), "batches"):
        assert len(set(form)) == 3
    eleven = rows(exam(Slot(item="irrational", count=12), forms=2), "irrational")
    assert all(len(set(form)) == 11 for form in eleven)


@pytest.mark.parametrize("size", [1, 2, 7, 12, 60])
def test_places_of_several_uses_never_meet_while_there_are_enough(size: int) -> None:
    order = Order(((np.arange(size), draws.Permutation(("x",), size)),))
    for uses in range(1, size + 2):
        forms = size // uses
        places = [order.place(form, use) for form in range(forms) for use in range(uses)]
        assert len(places) == len(set(places))
        assert all(0 <= place < size for place in places)
    assert 0 <= order.place(10 * size, 3) < size


def test_rows_near_the_median_work_come_first() -> None:
    rows_, work = np.arange(300), np.linspace(0, 3, 300)
    order = banded(("x",), rows_, work, 1.5)
    inner = order.rings[0][0]
    # within 0.35 of 1.5 lie 70 rows, the first band with 60 or more
    assert len(inner) == 70
    assert {order[k] for k in range(70)} == set(inner.tolist())
    distances = [abs(work[order[k]] - 1.5) for k in range(300)]
    assert max(distances[:70]) <= 0.35 + 1e-9 < min(distances[70:])
    assert sorted(order[k] for k in range(300)) == list(range(300))
    with pytest.raises(IndexError):
        order[300]


def test_forms_are_about_equally_hard() -> None:
    made = exam(Slot(item="vector"), Slot(item="batches"), Slot(item="sampled"), forms=12)
    totals = [sum(question.work for question in form.questions) for form in made.forms]
    assert max(totals) - min(totals) < 1.5
    assert made.report[0].startswith("Mean work of the forms: ")
    assert made.report[0].endswith("(12 forms, 3 questions each).")


# --- items ---------------------------------------------------------------------------------------------------------


def test_pools_repeat_no_item_while_others_are_left() -> None:
    made = exam(Slot(item="vector"), Slot(topic="kinds", count=len(BANK) - 1), forms=2)
    for form in made.forms:
        assert Counter(question.wording for question in form.questions) == Counter({item.id: 1 for item in BANK})
    again = exam(Slot(items=["vector", "claim"], count=5), forms=1)
    assert sorted(Counter(question.wording for question in again.forms[0].questions).values()) == [2, 3]


def test_a_pool_gives_the_same_items_to_all_forms_unless_each_has_its_own() -> None:
    common = exam(Slot(topic="kinds", count=2), forms=12)
    assert len({tuple(question.wording for question in form.questions) for form in common.forms}) == 1
    own = exam(Slot(items=["vector", "claim", "batches"], each_form=True, points=2), forms=30)
    found = Counter(form.questions[0].wording for form in own.forms)
    assert sorted(found) == ["batches", "claim", "vector"]
    assert own.points == 2 and {sum(question.points for question in form.questions) for form in own.forms} == {2}


def test_forms_of_different_worth_are_refused() -> None:
    model = item('parameters = { a = "1..9" }\n' + NUMBER + 'points = 3\nanswer = "a"')
    with pytest.raises(InputError) as caught:
        exam(Slot(items=["one", "sampled"], each_form=True), models=(*BANK, model))
    assert str(caught.value) == (
        "field section[1].slot[1]: forms would differ in points, for the items of this slot give 1, 3; expected "
        "'points' for the slot"
    )
    assert exam(Slot(items=["one", "sampled"], count=2), models=(*BANK, model)).points == 4


def test_work_narrows_a_pool() -> None:
    hard = exam(Slot(topic="kinds", work=[7.5, 20], count=2), forms=3)
    names = {question.wording for form in hard.forms for question in form.questions}
    assert names <= {name for name in items("kinds.toml") if populated("kinds.toml", name).work.max() >= 7.5}
    assert len(names) == 2
    assert all(question.work >= 7.5 for form in hard.forms for question in form.questions)
    with pytest.raises(InputError) as caught:
        exam(Slot(topic="kinds", work=[90, 99]))
    assert str(caught.value).startswith(
        "field section[1].slot[1]: no variant asks for work from 90 to 99; expected a range"
    )


def test_slots_whose_items_differ_in_work_are_told() -> None:
    """Medians: ``drawn`` 7.55, ``momentum`` 7.46, ``mapped`` 5.86; 0.3 is the most that is let pass."""
    drawn, mapped = (float(np.median(populated("kinds.toml", name).work)) for name in ("drawn", "mapped"))
    uneven = exam(Slot(items=["drawn", "mapped", "momentum"], each_form=True, points=1), forms=2)
    assert uneven.report[-1] == (
        f"Section 1: forms get different items for the same points, from mapped (work {mapped:.2f}) to drawn "
        f"({drawn:.2f}); 'work' narrows the slot."
    )
    even = exam(Slot(items=["drawn", "momentum"], each_form=True, points=1), forms=2)
    assert [line for line in even.report if line.startswith("Section")] == []
    same = exam(Slot(items=["drawn", "mapped"], points=1), forms=2)  # the items are the same on all forms
    assert [line for line in same.report if line.startswith("Section")] == []


def test_an_item_without_rows_is_refused() -> None:
    model = item("parameters = { a = [0] }\n" + NUMBER + 'answer = "1/a"')
    with pytest.raises(InputError) as caught:
        exam(Slot(item="one"), models=(model,))
    assert str(caught.value) == (
        "trial.toml:5, item one: no row of the item can be printed (an answer is undefined or leaves the range of "
        "exact numbers: 1) (hint: run 'gdquiz check')"
    )


def test_every_slot_that_can_not_be_filled_is_told() -> None:
    plan = Blueprint(title="T", seed="1", section=[Section(slot=[Slot(item="vektor"), Slot(topic="kind")])])
    with pytest.raises(InputError) as caught:
        assemble(plan, BANK, 1, file="plan.toml")
    assert [str(fault) for fault in caught.value.faults] == [
        "plan.toml, field section[1].slot[1]: there is no item 'vektor' (hint: did you mean 'vector'?)",
        "plan.toml, field section[1].slot[2]: there is no topic 'kind'; expected kinds (hint: did you mean 'kinds'?)",
    ]


# --- sections, ids, points -----------------------------------------------------------------------------------------


def test_sections_count_their_questions_even_when_shuffled() -> None:
    plan = Blueprint(
        title="T", seed="1",
        section=[
            Section(title="A", slot=[Slot(item="vector"), Slot(item="claim", count=2)], shuffle=True, space=2),
            Section(title="B", slot=[Slot(item="order"), Slot(item="pairs")]),
        ],
    )  # fmt: skip
    made = assemble(plan, BANK, 8)
    assert [(section.title, section.first, section.last, section.space) for section in made.sections] == [
        ("A", 1, 3, 2.0), ("B", 4, 5, 4.0),
    ]  # fmt: skip
    orders = set()
    for form in made.forms:
        assert [question.number for question in form.questions] == [1, 2, 3, 4, 5]
        names = [question.wording for question in form.questions]
        assert sorted(names[:3]) == ["claim", "claim", "vector"] and names[3:] == ["order", "pairs"]
        orders.add(tuple(names[:3]))
    assert len(orders) == 3


def test_options_are_shuffled_by_form_unless_told_not_to() -> None:
    shuffled = exam(Slot(item="order"), forms=30)
    assert len({form.questions[0].parts[0].order for form in shuffled.forms}) == 6
    plan = blueprint(Slot(item="order")).model_copy(update={"shuffle_options": False})
    fixed = assemble(plan, BANK, 4)
    assert {form.questions[0].parts[0].order for form in fixed.forms} == {("a", "b", "c")}


def test_parts_that_keep_their_order_are_never_shuffled() -> None:
    options = 'option = [{ id = "x", text = "x", when = "a > 2" }, { id = "y", text = "y", when = "a <= 2" }]\n'
    model = item('parameters = { a = "1..9" }\n' + CHOICE + options + "keep_order = true\n")
    made = exam(Slot(item="one"), forms=9, models=(model,))
    assert {form.questions[0].parts[0].order for form in made.forms} == {("x", "y")}


def test_ids_are_short_and_different() -> None:
    made = exam(*(Slot(item=name) for name in NAMES), forms=60)
    ids = [question.id for form in made.forms for question in form.questions]
    assert len(set(ids)) == len(ids) == 300
    assert all(len(name) == 5 and name.isalnum() for name in ids)
    assert [form.id[:4] for form in made.forms[:2]] == ["001-", "002-"]
    assert len(made.id) == 6


def test_ids_never_meet_however_many_there_are() -> None:
    name = draws.different_ids(("x",), 3)
    assert len({name(k) for k in range(27_000)}) == 27_000
    with pytest.raises(ValueError, match="outside"):
        name(27_000)


def test_the_id_of_an_exam_changes_with_its_blueprint_and_its_items() -> None:
    first = exam(Slot(item="vector"))
    assert first.id != exam(Slot(item="vector"), Slot(item="claim")).id
    changed = (
        item('parameters = { a = "1..9" }\n' + NUMBER + 'answer = "a"'),
        item('parameters = { a = "1..8" }\n' + NUMBER + 'answer = "a"'),
    )
    assert len({exam(Slot(item="one"), models=(model,)).id for model in changed}) == 2


def test_points_of_a_slot_take_the_place_of_those_of_the_item() -> None:
    made = exam(Slot(item="batches"), Slot(item="claim", points=2.5))
    assert [question.points for question in made.forms[0].questions] == [2, 2.5]
    assert made.points == 4.5


def test_an_exam_keeps_only_what_its_questions_use() -> None:
    made = exam(Slot(item="claim"), Slot(item="vector"), forms=4)
    assert sorted(made.wordings) == ["claim", "vector"] == sorted(made.slot_kinds)
    used = {
        wrong.misconception
        for form in made.forms
        for question in form.questions
        for part in question.parts
        for wrong in part.wrong
    }
    assert set(made.misconceptions) == used
    for form in made.forms:
        for question in form.questions:
            assert set(question.slots) <= set(made.slot_kinds[question.wording])
