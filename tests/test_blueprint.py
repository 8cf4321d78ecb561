"""Blueprints: what is read, and what is told of those that cannot be used."""

from __future__ import annotations

import pytest
from banking import items

from gdquiz.assembly.blueprint import MOST_FORMS, Slot, pool, quick_blueprint, read_blueprint
from gdquiz.errors import InputError

TEXT = """title = "Midterm"
course = "ML 101"
date = "May 2026"
seed = 2026
forms = 4

[[section]]
title = "Warm-up"
shuffle = true
space = 2.5
slot = [{ item = "vector" }, { topic = "kinds", count = 2, points = 1.5 }]

[[section]]
slot = [{ items = ["claim", "order"], each_form = true, points = 2, work = [1, 9.5] }]
"""


def told(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_blueprint(text, file="plan.toml")
    return [str(fault) for fault in caught.value.faults]


# --- blueprints ----------------------------------------------------------------------------------------------------


def test_a_blueprint_is_read() -> None:
    plan = read_blueprint(TEXT, file="plan.toml")
    assert (plan.title, plan.course, plan.date, plan.seed, plan.forms, plan.banks) == (
        "Midterm",
        "ML 101",
        "May 2026",
        2026,
        4,
        [],
    )
    assert [section.title for section in plan.section] == ["Warm-up", ""]
    assert plan.section[0].slot[1] == Slot(topic="kinds", count=2, points=1.5)
    assert plan.section[1].slot[0].work == [1, 9.5]
    assert plan.shuffle_options


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("course =", "cuorse =", "plan.toml:2, field cuorse: unknown field 'cuorse' (hint: did you mean 'course'?)"),
        ("forms = 4", "forms = 0", "plan.toml:5, field forms: input should be greater than or equal to 1"),
        (
            "forms = 4",
            f"forms = {MOST_FORMS + 1}",
            "plan.toml:5, field forms: input should be less than or equal to 10000",
        ),
        (
            "seed = 2026",
            "seed = 1.5",
            "plan.toml:4, field seed: 1.5 stands here; expected text in quotes or a whole number",
        ),
        (
            "count = 2",
            "count = 0",
            "plan.toml:11, field section[1].slot[2].count: input should be greater than or equal to 1",
        ),
        (
            "points = 1.5",
            "points = nan",
            "plan.toml:11, field section[1].slot[2].points: input should be a finite number",
        ),
        (
            'item = "vector"',
            'item = "vector", topic = "kinds"',
            "plan.toml:11, field section[1].slot[1]: a slot has either one item or a pool, not both",
        ),
        (
            "[1, 9.5]",
            "[1]",
            "plan.toml:14, field section[2].slot[1].work: list should have at least 2 items after validation, not 1",
        ),
        ("space = 2.5", "space = 99", "plan.toml:10, field section[1].space: input should be less than or equal to 25"),
    ],
)
def test_faults_of_a_blueprint_are_told_with_their_place(old: str, new: str, message: str) -> None:
    assert TEXT.count(old) == 1
    assert told(TEXT.replace(old, new)) == [message]


def test_a_blueprint_needs_sections_with_slots() -> None:
    assert told('title = "T"\n') == ["plan.toml, field section: the field 'section' is missing"]
    assert told("section = []\n") == [
        "plan.toml:1, field section: list should have at least 1 item after validation, not 0"
    ]


def test_a_quick_quiz_spreads_its_questions_over_the_topics() -> None:
    plan = quick_blueprint(title="Q", topics=["a", "b", "c"], questions=7, seed="1")
    counts = {slot.topic: slot.count for slot in plan.section[0].slot}
    assert sorted(counts.values()) == [2, 2, 3] and set(counts) == {"a", "b", "c"}
    few = quick_blueprint(title="Q", topics=["a", "b", "c"], questions=2, seed="1")
    assert sum(slot.count for slot in few.section[0].slot) == 2


def test_a_topic_that_is_named_twice_counts_once() -> None:
    plan = quick_blueprint(title="Q", topics=["a", "a", "b"], questions=6, seed="1")
    assert [(slot.topic, slot.count) for slot in plan.section[0].slot] == [("a", 3), ("b", 3)]


# --- pools ---------------------------------------------------------------------------------------------------------

BANK = tuple(items("kinds.toml").values())


@pytest.mark.parametrize(
    ("slot", "names"),
    [
        (Slot(item="claim"), {"claim"}),
        (Slot(items=["claim", "order"]), {"claim", "order"}),
        (Slot(topic="kinds", kind="ordering"), {"order"}),
        (Slot(skill="rates"), {"claim", "pairs", "ends"}),
        (Slot(kind="number", skill="sgd"), {"batches"}),
        (Slot(tier=1), {model.id for model in BANK}),
    ],
)
def test_constraints_narrow_a_pool(slot: Slot, names: set[str]) -> None:
    assert {model.id for model in pool(slot, BANK)} == names


@pytest.mark.parametrize(
    ("slot", "message"),
    [
        (Slot(item="clam"), "there is no item 'clam' (hint: did you mean 'claim'?)"),
        (Slot(topic="kindss"), "there is no topic 'kindss'; expected kinds (hint: did you mean 'kinds'?)"),
        (Slot(skill="nothing", topic="kinds", tier=1), "there is no skill 'nothing'; expected "),
        (Slot(tier=3), "no item fits the constraints of this slot"),
        (Slot(items=["claim"], kind="number"), "no item fits the constraints of this slot"),
    ],
)
def test_pools_that_are_empty_are_refused(slot: Slot, message: str) -> None:
    with pytest.raises(InputError) as caught:
        pool(slot, BANK)
    assert str(caught.value).startswith(message)
