"""What the shipped banks have to offer.  That each of their rows is right is for ``gdquiz check`` and the referee."""

from __future__ import annotations

from functools import cache

import pytest

from gdquiz.authoring.items import ItemTemplate
from gdquiz.cli.loading import load_banks


@cache
def shipped() -> dict[str, ItemTemplate]:
    return {item.id: item for item in load_banks()}


NAMES = tuple(shipped())


@pytest.mark.parametrize("name", NAMES)
def test_an_item_helps_learner_and_marker(name):
    item = shipped()[name]
    source = item.source
    assert source.outcome != "L00"
    assert source.hints
    assert source.solution.strip()
    assert source.minutes > 0
    for part in item.parts:
        assert part.kind == "text" or part.wrong or any(option.feedback for option in part.source.option), part.id


@pytest.mark.parametrize(
    ("idea", "kind", "name"),
    [
        ("minimum", "number", "smallest-training-loss"),
        ("minimum", "choice", "kind-by-hessian"),
        ("minimum", "text", "explain-a-minimum"),
        ("maximum", "number", "local-maximum-reached"),
        ("maximum", "choice", "climbing-and-the-error"),
        ("maximum", "text", "maximum-of-the-error-explained"),
        ("overshoot", "number", "overshoot-and-crossing"),
        ("overshoot", "choice", "overshoot-and-crossing"),
        ("overshoot", "text", "explain-the-rate"),
        ("overfit", "number", "best-epoch"),
        ("overfit", "choice", "what-happens-here"),
        ("overfit", "text", "explain-overfitting"),
    ],
)
def test_each_idea_is_asked_as_a_number_a_choice_and_an_explanation(idea, kind, name):
    item = shipped()[name]
    assert kind in item.kinds
    assert {"overshoot": "overshoot"}.get(idea, idea) in " ".join(item.source.model_dump_json().lower().split())


def test_the_topics_of_the_seed_are_there():
    topics = {item.topic for item in shipped().values()}
    assert topics >= {
        "direction", "one-step", "several-steps", "loss", "ascent", "critical-points", "gradient-direction", "rates",
        "overfitting", "networks", "stochastic",
    }  # fmt: skip
    assert len(shipped()) >= 20


def test_every_kind_of_answer_is_used():
    kinds = {kind for item in shipped().values() for kind in item.kinds}
    assert kinds == {"number", "numbers", "choice", "choices", "truth", "matching", "ordering", "formula", "text"}
