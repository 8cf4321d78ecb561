"""The banks that come with gdquiz: what they cover, how they are written, and (slow) the proof of every variant."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter, defaultdict
from functools import cache

import jsonschema
import numpy as np
import pytest
from banking import solved
from kept import shipped_models, variants_of

from gdquiz.assembly.questions import QuestionWriter
from gdquiz.banks.models import ItemModel
from gdquiz.checking.proving import check
from gdquiz.checking.showing import shown
from gdquiz.cli.loading import shipped_banks
from gdquiz.cli.schema import schema_text
from gdquiz.exam.answers import SHAPES
from gdquiz.exam.wording import fill
from gdquiz.populations.population import populate

SCHEMA = jsonschema.Draft202012Validator(json.loads(schema_text("bank")))
CONTENTS = {name: tomllib.loads(text) for name, text in shipped_banks()}
IDS = [item["id"] for content in CONTENTS.values() for item in content["item"]]
BLOOM = ("remember", "understand", "apply", "analyse", "evaluate", "create")


@cache
def bank() -> dict[str, ItemModel]:
    return {model.id: model for model in shipped_models()}


def prose(model: ItemModel) -> str:
    """All that an author wrote for people in an item."""
    source = model.source
    texts = [source.stem, source.solution, *source.hints]
    for part in source.part:
        texts += [
            part.ask,
            part.follow_text,
            *(option.text for option in part.option),
            *(line.text for line in part.guide),
        ]
        texts += [option.feedback for option in part.option] + [wrong.feedback for wrong in part.wrong]
    return "\n".join(texts)


# --- quick ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CONTENTS)
def test_a_bank_is_what_its_schema_says(name: str) -> None:
    assert [error.message for error in SCHEMA.iter_errors(CONTENTS[name])] == []


def test_every_bank_has_a_topic_of_its_own() -> None:
    topics = [content["bank"]["topic"] for content in CONTENTS.values()]
    assert len(set(topics)) == len(topics)


def test_every_item_is_taught_and_filed() -> None:
    assert len(bank()) >= 20
    for model in bank().values():
        source = model.source
        assert source.bloom in BLOOM and source.outcome != "L00", model.id
        assert source.solution.strip() and source.stem.strip(), model.id
        assert source.hints, f"{model.id} has no hint"
        assert model.points > 0 and source.minutes > 0


def test_every_kind_of_answer_is_asked_for() -> None:
    kinds = Counter(kind for model in bank().values() for kind in model.kinds)
    assert set(kinds) == set(SHAPES)


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
def test_each_idea_is_asked_as_a_number_a_choice_and_an_explanation(idea: str, kind: str, name: str) -> None:
    assert kind in bank()[name].kinds
    assert idea in bank()[name].source.model_dump_json().lower()


def test_every_part_says_what_a_wrong_answer_means() -> None:
    for model in bank().values():
        for part in model.parts:
            told = part.wrong or any(option.feedback for option in part.source.option)
            assert part.kind == "text" or told, (model.id, part.id)


def test_the_seed_topics_are_covered() -> None:
    assert {model.topic for model in bank().values()} >= {
        "direction", "one-step", "several-steps", "loss", "ascent", "critical-points", "gradient-direction", "rates",
        "overfitting", "networks", "stochastic",
    }  # fmt: skip
    outcomes = {model.source.outcome for model in bank().values()}
    assert outcomes >= {
        "L01",
        "L02",
        "L03",
        "L04",
        "L05",
        "L06",
        "L07",
        "L08",
        "L09",
        "L10",
        "L11",
        "L18",
        "L21",
        "L23",
    }


def test_no_option_refers_to_the_others() -> None:
    for model in bank().values():
        for part in model.source.part:
            for option in part.option:
                words = r"\b(all|none|both|neither) of the (above|answers|others|statements)\b"
                assert not re.search(words, option.text, re.I), model.id


def test_the_words_of_a_case_hold_no_markup() -> None:
    """A slot prints the text of a case as plain words, so a formula would show its dollars."""
    marked = [
        (item["id"], case["id"], name)
        for content in CONTENTS.values()
        for item in content["item"]
        for case in item.get("case", ())
        for name, text in case.get("text", {}).items()
        if "$" in text or "`" in text
    ]
    assert not marked


def test_a_printed_loss_has_the_variables_it_is_announced_with() -> None:
    """``f(x) = {{~ loss}}`` must not print a formula in z."""
    announced = re.compile(r"(\w+)\(([\w, ]+)\)\s*&?=\s*\{\{~ loss\}\}")
    found = 0
    for model in bank().values():
        for name, variables in announced.findall(prose(model)):
            loss = model.source.loss
            assert loss is not None
            assert (name, variables.split(", ")) == (loss.name, list(loss.variables)), model.id
            found += 1
    assert found > 50


def test_plain_english_prose() -> None:
    for model in bank().values():
        text = re.sub(r"```.*?```|`[^`]*`|\{\{[^{}]*\}\}|\$[^$]*\$", "", prose(model), flags=re.DOTALL)
        assert not re.search(r"\bclick\b|\bTODO\b|\bFIXME\b|lorem", text, re.I), model.id
        american = r"\b\w*(?:minimiz|maximiz|optimiz|generaliz|normaliz|behavior|color\b|center)\w*"
        assert re.findall(american, text) == [], model.id


# --- slow: every variant -------------------------------------------------------------------------------------------


def computes(model: ItemModel) -> bool:
    """Whether a part asks for a number or formula, be it among listed values."""
    return any(
        part.source.kind in ("number", "numbers", "formula") or (part.source.kind == "choice" and part.source.answer)
        for part in model.parts
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", IDS)
def test_every_variant_is_proved(name: str) -> None:
    found = check(bank()[name])
    assert found.faults == ()
    assert found.rows - found.repeats >= (200 if computes(bank()[name]) else 12)


@pytest.mark.slow
@pytest.mark.parametrize("name", IDS)
def test_the_longest_option_does_not_give_the_key_away(name: str) -> None:
    population = populate(bank()[name])
    writer = QuestionWriter(population)
    longest: dict[str, list[bool]] = defaultdict(list)
    for _, question in solved(population):
        for part, key in zip(writer.wording.parts, question.parts, strict=True):
            if part.kind == "choice" and len(key.order) > 2:
                texts = {
                    o.id: fill(o.text, question.slots, writer.slot_kinds) for o in part.options if o.id in key.order
                }
                longest[part.id].append(max(texts, key=lambda name: len(texts[name])) == key.options[0])
    for part_id, hits in longest.items():
        assert sum(hits) <= 0.9 * len(hits), part_id


# --- work ------------------------------------------------------------------------------------------------------------


def ranked(values: list[float]) -> np.ndarray:
    """Ranks from 0, of equal values their mean."""
    found = np.array(values)
    return np.array([(np.sum(found < value) + np.sum(found <= value) - 1) / 2 for value in values])


@pytest.mark.slow
def test_work_orders_items_as_the_minutes_of_their_authors_do() -> None:
    """Spearman's correlation within topics, pooled in two ways: docs/work.md quotes both."""
    topics: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for model in bank().values():
        topics[model.topic].append((float(np.median(variants_of(model).work)), model.source.minutes))
    pairs = [np.array(rows) for rows in topics.values() if len(rows) > 1]
    ranks = [np.column_stack([ranked(list(column)) for column in rows.T]) for rows in pairs]
    within = np.concatenate([(rank - rank.mean(axis=0)) / len(rank) for rank in ranks])
    apart = np.concatenate([rows - rows.mean(axis=0) for rows in pairs])
    assert np.corrcoef(within.T)[0, 1] >= 0.7
    assert np.corrcoef(ranked(list(apart[:, 0])), ranked(list(apart[:, 1])))[0, 1] >= 0.7


def claims_with_reasons() -> list[tuple[str, str, dict[str, str]]]:
    """(item, case, texts) of the claims whose reasons are written for each claim."""
    return [
        (item["id"], case["id"], case["text"])
        for content in CONTENTS.values()
        for item in content["item"]
        for case in item.get("case", ())
        if {"claim", "right", "tempting", "beside"} <= case.get("text", {}).keys()
    ]


def given_away(texts: dict[str, str]) -> set[str]:
    """The words of a claim that occur in the right reason and in no other."""
    claim, right, tempting, beside = (
        set(re.findall(r"[a-z]{5,}", texts[name].lower())) for name in ("claim", "right", "tempting", "beside")
    )
    return (claim & right) - tempting - beside - {"which", "there", "where", "these", "those", "before", "after"}


def test_no_word_of_a_claim_stands_in_the_right_reason_alone() -> None:
    claims = claims_with_reasons()
    assert len(claims) >= 34
    assert not [(item, case, given_away(texts)) for item, case, texts in claims if given_away(texts)]
    # the test notices a word that gives the key away
    spoiled = {"claim": "Momentum helps.", "right": "Momentum.", "tempting": "The rate.", "beside": "The loss."}
    assert given_away(spoiled) == {"momentum"}


def test_a_table_at_the_beginning_of_a_solution_is_a_table() -> None:
    """In the line of the heading it would be a paragraph of bars."""
    begins_with_a_table = [model.id for model in bank().values() if model.source.solution.lstrip().startswith("|")]
    assert "errors-of-a-line" in begins_with_a_table
    text = shown(variants_of(bank()["errors-of-a-line"]), 0)
    assert "**Solution.**\n\n| $x$ | 1 | 2 | 3 | 4 |\n|---|" in text
