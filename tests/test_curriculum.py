"""What the shipped banks cover of the curriculum: outcomes, archetypes, statements, misconceptions, and the balance.

The tables below are the project's own: learning outcomes L01 to L35, the ways to ask for each (archetypes L01-a to
L35-f), statements S01 to S46, and the codes of misconceptions that have to be foreseen.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import pytest
from kept import assemble, shipped_models

from gdquiz.assembly.blueprint import Blueprint, read_blueprint
from gdquiz.banks.learning_outcomes import LEARNING_OUTCOMES
from gdquiz.banks.misconceptions import shipped
from gdquiz.cli.loading import shipped_banks
from gdquiz.descent.misconceptions import Misconception


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ARCHETYPES = {
    "L01": {
        "a": "which-weight-fits-best",
        "b": "errors-of-a-line",
        "c": "claims-about-a-lower-loss claims-about-a-minimum-of-the-loss",
        "d": "two-losses-two-winners",
    },
    "L02": {
        "a": "left-or-right",
        "b": "points-that-move-right",
        "c": "order-by-first-step",
        "d": "slope-from-readings",
    },
    "L03": {
        "a": "gradient-of-a-quadratic",
        "b": "derivative-by-the-chain-rule",
        "c": "gradient-of-a-matrix-form",
        "d": "gradient-by-its-shape",
        "e": "pick-the-gradient-by-differences",
        "f": "partial-derivatives-at-a-point",
        "g": "expressions-that-make-sense",
    },
    "L04": {
        "a": "one-step-squared-error",
        "b": "one-step-two-variables",
        "c": "rate-of-a-step",
        "d": "start-of-a-step",
        "e": "rate-that-lands-on-the-minimiser",
        "f": "wrong-line-of-a-step wrong-line-in-two-variables",
        "g": "wrong-line-of-a-loop",
        "h": "four-programs-for-one-step",
    },
    "L05": {
        "a": "three-updates two-updates-two-variables",
        "b": "closed-form",
        "c": "updates-until-close",
        "d": "start-two-updates-ago",
        "e": "claims-about-step-lengths claims-about-steps",
    },
    "L06": {
        "a": "regime-of-a-quadratic",
        "b": "largest-rate-in-one-variable",
        "c": "largest-rate-in-two-variables",
        "d": "curves-of-four-rates",
        "e": "order-rates-by-speed",
        "f": "impossible-triple",
        "g": "two-rates-for-one-speed",
        "h": "behaviour-along-each-axis",
        "i": "falling-loss-is-no-promise when-the-loss-turns",
    },
    "L07": {
        "a": "threshold-of-a-fourth-power",
        "b": "overshoot-and-crossing",
        "c": "rate-of-a-perpetual-jump",
        "d": "claims-about-rates",
        "e": "largest-rate-without-a-rise",
        "f": "name-what-happened",
    },
    "L08": {
        "a": "kind-by-hessian",
        "b": "two-stationary-points",
        "c": "when-the-test-is-silent",
        "d": "silent-second-derivative",
        "e": "how-many-stationary-points",
        "f": "starts-near-a-ridge",
    },
    "L09": {
        "a": "where-descent-ends",
        "b": "where-descent-ends",
        "c": "basin-of-a-minimum",
        "d": "step-into-another-valley",
        "e": "same-start-two-rates",
        "f": "claims-about-stationary-points",
    },
    "L10": {
        "a": "two-ascent-steps",
        "b": "plus-sign-in-the-program",
        "c": "climbing-and-the-error",
        "d": "runs-with-the-same-path",
    },
    "L11": {
        "a": "cosine-to-the-minimizer",
        "b": "starts-that-aim-at-the-minimum",
        "c": "arrows-on-a-contour-map",
        "d": "zigzag-of-exact-line-search",
        "e": "claims-about-the-gradient",
    },
    "L12": {
        "a": "slopes-along-directions",
        "b": "descent-directions",
        "c": "slopes-along-directions",
        "d": "order-by-level-spacing",
        "e": "largest-first-order-decrease",
    },
    "L13": {
        "a": "condition-number-of-a-matrix",
        "b": "best-constant-rate",
        "c": "curvature-of-a-scaled-feature",
        "d": "what-scaling-leaves-alone",
        "e": "order-by-conditioning",
    },
    "L14": {
        "a": "exact-line-search-step",
        "b": "gradient-after-an-exact-step",
        "c": "two-exact-steps",
    },
    "L15": {
        "a": "backtracking-on-a-parabola",
        "b": "which-trials-pass-armijo",
        "c": "backtracking-program wrong-line-of-a-line-search",
    },
    "L16": {
        "a": "heavy-ball-steps",
        "b": "stable-rates-with-momentum",
        "c": "two-forms-of-momentum",
        "d": "momentum-on-a-long-slope",
        "e": "zero-gradient-with-velocity",
    },
    "L17": {"a": "nesterov-steps", "b": "nesterov-steps"},
    "L18": {
        "a": "one-epoch-of-sgd",
        "b": "average-of-mini-batches",
        "c": "is-this-gradient-unbiased",
        "d": "minimum-of-the-mean-loss",
        "e": "variance-of-a-mini-batch",
        "f": "updates-per-epoch",
        "g": "stochastic-runs-in-the-long-run",
        "h": "claims-about-stochastic-steps",
    },
    "L19": {
        "a": "batch-step-of-a-line",
        "b": "sum-in-place-of-the-mean",
        "c": "line-at-the-end-of-the-run",
        "d": "largest-rate-from-the-data",
        "e": "two-copies-of-a-feature",
        "f": "stack-loss-one-update stack-loss-scaling-and-the-rate",
    },
    "L20": {
        "a": "gradient-at-zero-weights",
        "b": "gradient-with-two-features update-of-a-sigmoid-unit",
        "c": "gradient-of-softmax",
        "d": "data-that-can-be-separated",
        "e": "value-of-the-cross-entropy",
        "f": "wrong-line-of-cross-entropy",
    },
    "L21": {
        "a": "relu-network",
        "b": "whole-backward-pass",
        "c": "hidden-units-that-start-alike",
        "d": "origin-of-a-product-of-weights",
        "e": "wrong-line-of-a-backward-pass wrong-line-of-backpropagation",
    },
    "L22": {
        "a": "gradient-through-sigmoids layers-until-the-gradient-is-gone",
        "b": "saturated-under-two-losses",
        "c": "weight-that-keeps-the-gradient",
        "d": "three-reasons-for-a-flat-curve",
        "e": "dead-units",
    },
    "L23": {
        "a": "best-epoch",
        "b": "four-pairs-of-curves",
        "c": "claims-about-two-curves",
        "d": "best-epoch-by-formula",
        "e": "what-happens-here",
    },
    "L24": {
        "a": "best-degree",
        "b": "degree-that-meets-every-point",
        "c": "parabola-through-three-points",
    },
    "L25": {
        "a": "step-with-a-penalty",
        "b": "minimiser-with-a-penalty",
        "c": "decay-read-off-a-log",
        "d": "decay-inside-and-outside-of-adam",
        "e": "what-a-stronger-penalty-changes",
    },
    "L26": {
        "a": "early-stopping-with-patience",
        "b": "early-stopping-program wrong-line-of-early-stopping",
    },
    "L27": {
        "a": "three-stopping-tests",
        "b": "distance-from-the-gradient",
        "c": "small-slope-on-a-flat-bottom",
        "d": "tests-that-are-fooled",
    },
    "L28": {
        "a": "updates-for-a-guarantee",
        "b": "updates-from-the-condition-number",
        "c": "order-of-the-bounds",
        "d": "price-of-more-accuracy",
    },
    "L29": {
        "a": "subgradients-at-a-kink",
        "b": "constant-rate-at-a-kink",
        "c": "where-the-derivative-exists",
        "d": "two-steps-on-a-huber-loss",
    },
    "L30": {
        "a": "projection-onto-a-disc",
        "b": "projected-step-onto-a-box",
        "c": "projection-onto-a-half-plane",
        "d": "limit-on-an-interval",
    },
    "L31": {"a": "soft-threshold"},
    "L32": {
        "a": "one-newton-step",
        "b": "newton-on-a-hilltop",
        "c": "scaling-the-loss",
        "d": "newton-on-a-bowl",
    },
    "L33": {
        "a": "first-adam-step",
        "b": "first-rmsprop-step",
        "c": "second-adam-step",
        "d": "what-a-scaled-loss-does",
        "e": "adagrad-on-a-slope",
    },
    "L34": {
        "a": "rate-of-an-epoch stepwise-decay",
        "b": "powers-for-stochastic-descent",
        "c": "how-far-a-shrinking-rate-gets",
    },
    "L35": {
        "a": "diagnose-the-log",
        "b": "choose-the-remedy",
        "c": "rates-that-meet-all-demands",
        "d": "which-method-made-which-run",
        "e": "refute-the-falling-loss refute-the-zero-gradient explain-overfitting",
        "f": "order-the-training-loop",
    },
}
"""The items that ask each archetype.  Two are asked as one with another: L09-b as the last part of the item of L09-a,
L17-b as the first part of the item of L17-a."""

FIRST_FORTY = words(
    """
L01-a L01-c L02-a L02-c L03-a L03-b L04-a L04-b L04-c L04-f L04-g L05-a L05-b L05-c L06-a L06-b L06-d L06-f L06-i
L07-a L07-b L08-a L08-b L09-a L09-d L10-b L10-c L11-a L12-b L16-a L18-a L19-a L20-b L21-a L23-a L23-d L25-a L26-a
L33-a L35-a
"""
)

STATEMENTS = {
    "S01": "claims-about-a-lower-loss/better-fit",
    "S02": "claims-about-a-lower-loss/new-data-lower",
    "S03": "claims-about-a-minimum-of-the-loss/small-change-raises",
    "S04": "claims-about-a-minimum-of-the-loss/no-error",
    "S05": "claims-about-a-lower-loss/absolute-lower",
    "S06": "what-one-slope-tells/short-step-lowers",
    "S07": "what-one-slope-tells/minimum-passed",
    "S08": "claims-about-the-gradient/right-angle",
    "S09": "claims-about-steps/loss-doubled",
    "S10": "claims-about-steps/constant-added",
    "S11": "claims-about-steps/first-step-longest",
    "S12": "claims-about-steps/never-longer-on-a-parabola",
    "S13": "claims-about-step-lengths/by-themselves",
    "S14": "claims-about-the-gradient/points-at-the-minimum",
    "S15": "claims-about-the-gradient/always-at-the-minimum",
    "S16": "claims-about-steps/lower-and-farther",
    "S17": "claims-about-rates/bound-on-the-bend",
    "S18": "claims-about-rates/above-the-bound-but-bounded",
    "S19": "claims-about-rates/rise-then-converges",
    "S20": "claims-about-stationary-points/level-in-a-slope",
    "S21": "claims-about-stationary-points/convex-and-level",
    "S22": "claims-about-stationary-points/exactly-one-minimiser",
    "S23": "claims-about-stationary-points/bounded-below",
    "S24": "claims-about-stationary-points/not-convex-so-lost",
    "S25": "same-start-two-rates/rate-too",
    "S26": "same-start-two-rates/never-passes",
    "S27": "starts-near-a-ridge/random-start",
    "S28": "climbing-and-the-error/climbs-from-the-left-slope",
    "S29": "plus-sign-in-the-program/valley",
    "S30": "claims-about-stochastic-steps/every-step-lowers",
    "S31": "claims-about-stochastic-steps/right-on-average",
    "S32": "claims-about-stochastic-steps/zero-means-stationary",
    "S33": "claims-about-stochastic-steps/converges-since-convex",
    "S34": "claims-about-two-curves/rate-too-large",
    "S35": "claims-about-two-curves/stop-by-the-test-set",
    "S36": "claims-about-two-curves/smallest-gap",
    "S37": "claims-about-penalties/richer-never-worse",
    "S38": "claims-about-penalties/training-error-never-falls",
    "S39": "claims-about-penalties/validation-error-always-falls",
    "S40": "claims-about-penalties/decay-is-the-penalty-in-descent",
    "S41": "claims-about-first-steps/adam-does-not-mind",
    "S42": "claims-about-newton-steps/always-downhill",
    "S43": "claims-about-momentum/stops-at-zero-gradient",
    "S44": "claims-about-scaling/least-loss-changes",
    "S45": "claims-about-small-gradients/small-slope-means-near",
    "S46": "claims-about-kinks/cube-is-not-smooth",
}
"""The case of an item that asks each statement.  S28 and S29 are asked as a choice of what happens."""

TRUE = words(
    """
S01 S03 S06 S08 S09 S12 S13 S15 S16 S17 S21 S25 S26 S28 S31 S37 S38 S40 S41
"""
)

BANKS = {name: tomllib.loads(text) for name, text in shipped_banks()}
ITEMS = {item["id"]: item for bank in BANKS.values() for item in bank["item"]}
COVERED = {
    f"{outcome}-{letter}": names.split() for outcome, kinds in ARCHETYPES.items() for letter, names in kinds.items()
}  # fmt: skip


def kinds(name: str) -> set[str]:
    return {part["kind"] for part in ITEMS[name]["part"]}


# --- archetypes ----------------------------------------------------------------------------------------------------


def test_the_tables_name_items_that_exist() -> None:
    assert [name for names in COVERED.values() for name in names if name not in ITEMS] == []


def test_every_outcome_has_its_archetypes() -> None:
    assert list(ARCHETYPES) == list(LEARNING_OUTCOMES)


def test_enough_archetypes_are_asked_and_all_that_come_first() -> None:
    assert len(COVERED) == 167
    assert set(COVERED) >= FIRST_FORTY
    assert len(FIRST_FORTY) == 40


def test_an_item_of_an_archetype_is_filed_under_its_outcome() -> None:
    """Or under one that the curriculum counts as its neighbour."""
    elsewhere = {
        code: [name for name in names if ITEMS[name]["outcome"] != code[:3]] for code, names in COVERED.items()
    }  # fmt: skip
    assert {code: names for code, names in elsewhere.items() if names} == {
        "L35-e": ["explain-overfitting"],
    }


@pytest.mark.parametrize("outcome", LEARNING_OUTCOMES)
def test_every_outcome_is_asked_in_at_least_two_ways(outcome: str) -> None:
    asked = {name for name, item in ITEMS.items() if item["outcome"] == outcome}
    assert len(asked) >= 2 or outcome in ("L17",), asked
    assert len({kind for name in asked for kind in kinds(name)}) >= 2


# --- balance -------------------------------------------------------------------------------------------------------


def test_the_levels_are_in_balance() -> None:
    """About 40 % compute, 40 % analyse, 20 % evaluate: each within nine points of that."""
    levels = Counter(item["bloom"] for item in ITEMS.values())
    shares = {
        "compute": levels["remember"] + levels["understand"] + levels["apply"],
        "analyse": levels["analyse"],
        "evaluate": levels["evaluate"] + levels["create"],
    }
    percent = {name: 100 * count / len(ITEMS) for name, count in shares.items()}
    wanted = {"compute": 40, "analyse": 40, "evaluate": 20}
    assert {name: share for name, share in percent.items() if abs(share - wanted[name]) > 9} == {}, percent


def test_errors_are_looked_for_steps_undone_and_real_data_used() -> None:
    errors = [name for name, item in ITEMS.items() if re.search(r"[Ee]xactly one .*wrong", item["stem"])]
    inverse = {
        "rate-of-a-step",
        "start-of-a-step",
        "rate-that-lands-on-the-minimiser",
        "start-two-updates-ago",
        "two-rates-for-one-speed",
        "decay-read-off-a-log",
        "sum-in-place-of-the-mean",
        "two-forms-of-momentum",
        "weight-that-keeps-the-gradient",
        "rate-of-a-perpetual-jump",
    }
    figures = [name for name, item in ITEMS.items() if "figure" in item]
    assert len(errors) >= 8
    assert inverse <= set(ITEMS) and len(inverse) >= 6
    assert len(BANKS["real-data.toml"]["item"]) >= 4
    assert len(figures) >= 12


# --- statements ----------------------------------------------------------------------------------------------------


def test_every_statement_is_asked() -> None:
    assert sorted(STATEMENTS) == [f"S{number:02}" for number in range(1, 47)]
    for code, place in STATEMENTS.items():
        name, case = place.split("/")
        assert case in {entry["id"] for entry in ITEMS[name]["case"]}, code


def test_the_statements_have_the_truth_value_of_the_table() -> None:
    asked = {}
    for code, place in STATEMENTS.items():
        name, case = place.split("/")
        texts = next(entry["text"] for entry in ITEMS[name]["case"] if entry["id"] == case)
        if {"claim", "verdict"} <= set(texts):
            asked[code] = texts["verdict"] == "true"
    assert set(STATEMENTS) - set(asked) == {"S28", "S29"}
    assert {code for code, truth in asked.items() if truth} == TRUE - {"S28"}


def claims() -> list[tuple[str, str, bool]]:
    """(item, claim, truth) of all claims that are asked as true or false."""
    return [
        (name, entry["text"]["claim"], entry["text"]["verdict"] == "true")
        for name, item in ITEMS.items()
        if "truth" in kinds(name)
        for entry in item.get("case", [])
        if {"claim", "verdict"} <= set(entry["text"])
    ]


def test_truth_is_no_matter_of_strong_words() -> None:
    """Among claims with an absolute word, and among those without, true and false are about equally frequent."""
    strong = r"\b(always|never|every|all|no|nothing|whatever|however|exactly|sure|any|anywhere|ever|only)\b"
    for found in (
        [truth for _, claim, truth in claims() if re.search(strong, claim, re.I)],
        [truth for _, claim, truth in claims() if not re.search(strong, claim, re.I)],
    ):
        assert len(found) >= 12
        assert 0.35 <= sum(found) / len(found) <= 0.65, (sum(found), len(found))


def test_every_item_of_claims_has_true_and_false_ones() -> None:
    truths = defaultdict(set)
    for name, _, truth in claims():
        truths[name].add(truth)
    assert {name for name, values in truths.items() if values != {True, False}} == set()


# --- misconceptions ------------------------------------------------------------------------------------------------

CODES = words(
    """
SIGN NO_ETA NO_X UNIT NO_INNER NO_2 POWER CONST CROSS ASYM LOSS SECOND NEWTON SWAP SEQ STALE NEWG LIN ABS OFF1 FLOOR
ONE_L TWO_MU TRACE DIAG L_FROM_COEF SMALL1 BIG1 OSC_DIV MONO FALLS_OK NO_START LOCAL_IS_GLOBAL_BOUND PTS_TO_MIN
TANGENT HEIGHT ORIGIN VALUE ZERO_MIN ZERO_GLOBAL GLOBAL NEAREST DIAG_SIGNS DET_ONLY DEGEN_SADDLE NONDIFF_ABS
NONCONVEX_FAIL HAS_MIN SUM HALF NO_BIAS MSE_CHAIN LABEL THR NO_MASK NO_V NEW_W QUARTER BIASED EPOCH_N EMA PLAIN
POSBETA CUR NO_CORR NO_SQRT GD_STEP LOWER_ALWAYS GAP RESTORE_LAST DECAY_L TWO AFTER ANY_DEC EXACT_FOR_ARMIJO LS_INV
CLIP NONE HARD SUB_ZERO SUB_DNE SUB_ENDS NEWTON_DOWN KINV KSQ SCALE_S
"""
)
"""Misconceptions that are foreseen in several archetypes."""

LOCAL_CODES = words(
    """
SIGNED_SUM MAXLOSS BIG_W ABS_LOSS SIGNED_MEAN MEAN_ABS RMSE STAYS TOWARD_GLOBAL DISTANCE CURVATURE INV CROSS_HALF
OUTER_AT_X DOUBLE TRANS SIGNB TOTAL LEN FORWARD GRAD_AT_X1 BOUND DIST NO_C LOSS_EPS LOG10 ONE_STEP TWO_L DET
ONLY_SMALL RATIO OTHER_MIN START_ONLY NO_NORM ONE_MORE ONE_LESS T0 LASTONLY OTHER SAME REV SQ ODDS ACT LAST FIRST
GROW NO_REG M_ONLY NO_JUMP MIDPOINT TO_MAX SIGN_CONVENTION ONLY_GRADIENT
"""
)
"""Misconceptions of single archetypes."""

MISCONCEPTIONS_PAGE = Path(__file__).resolve().parent.parent / "docs" / "misconceptions.md"
ALIASES = dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \|", MISCONCEPTIONS_PAGE.read_text(encoding="utf-8"), re.MULTILINE))
"""Codes that the table has under another name, as the documentation tells."""


def test_every_misconception_of_the_curriculum_is_in_the_table() -> None:
    known = {entry.code for entry in shipped().values()}
    assert len(ALIASES) == 10 and known.isdisjoint(ALIASES)
    assert [code for code in [*CODES, *LOCAL_CODES, *ALIASES.values()] if code not in known] == []


@pytest.mark.parametrize("entry", shipped().values(), ids=lambda entry: entry.code)
def test_a_misconception_says_why_it_is_wrong_and_what_to_tell(entry: Misconception) -> None:
    assert entry.title[-1] not in ".?!"
    for text in (entry.belief, entry.why, entry.say):
        assert len(text) > 12 and text[-1] in ".?!", text


# --- blueprints ----------------------------------------------------------------------------------------------------

EXAMPLES = Path(__file__).resolve().parent.parent / "docs" / "examples"
BLUEPRINTS = ("intro-10.toml", "exam-60-minutes.toml", "optimisation.toml")


def planned(name: str) -> Blueprint:
    return read_blueprint((EXAMPLES / name).read_text(encoding="utf-8"), file=name)


def asked(plan: Blueprint) -> list[list[str]]:
    """The items of each slot; of these, as many as its count says are asked."""
    return [[slot.item] if slot.item else list(slot.items) for section in plan.section for slot in section.slot]


def promised(plan: Blueprint, unit: str) -> int:
    found = re.search(rf"(\d+) {unit}", plan.instructions)
    assert found, f"the instructions name no {unit}"
    return int(found[1])


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_points_and_minutes_of_a_blueprint_are_what_it_says(name: str) -> None:
    plan = planned(name)
    for unit, of in (
        ("minutes", lambda item: item.get("minutes", 3)),
        ("points", lambda item: sum(part.get("points", 1) for part in item["part"])),
    ):
        sums = [{of(ITEMS[item]) for item in slot} for slot in asked(plan)]
        assert all(len(values) == 1 for values in sums), "the items of a slot differ"
        assert sum(min(values) for values in sums) == promised(plan, unit)


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_a_blueprint_keeps_to_the_balance(name: str) -> None:
    """40 / 40 / 20 to within ten points, in each choice that a slot leaves open."""
    slots = asked(planned(name))
    levels = [{ITEMS[item]["bloom"] for item in slot} for slot in slots]
    assert all(len(of_slot) == 1 for of_slot in levels)
    counts = Counter(level for of_slot in levels for level in of_slot)
    share = {level: 100 * count / len(slots) for level, count in counts.items()}
    compute = share.get("remember", 0) + share.get("understand", 0) + share.get("apply", 0)
    assert abs(compute - 40) <= 10
    assert abs(share.get("analyse", 0) - 40) <= 10
    assert abs(share.get("evaluate", 0) - 20) <= 10


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_a_popular_always_is_wrong_in_a_blueprint(name: str) -> None:
    names = {item for slot in asked(planned(name)) for item in slot}
    assert any(item in names and not truth for item, _, truth in claims())


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_no_two_items_of_a_blueprint_hunt_for_the_same_mistakes(name: str) -> None:
    """No two items share more than two of the wrong answers that have to stand in every row."""
    names = [item for slot in asked(planned(name)) for item in slot]
    required = {
        item: {
            w["misconception"] for part in ITEMS[item]["part"] for w in part.get("wrong", []) if not w.get("optional")
        }
        for item in names
    }
    shared = {(a, b): required[a] & required[b] for a, b in combinations(names, 2)}
    assert {pair: codes for pair, codes in shared.items() if len(codes) > 2} == {}


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_a_blueprint_assembles_for_a_class(name: str) -> None:
    plan = planned(name)
    wanted = {item for slot in asked(plan) for item in slot}
    made = assemble(plan, [model for model in shipped_models() if model.id in wanted], 30)
    assert len(made.forms) == 30
    for form in made.forms:
        assert len(form.questions) == len(asked(plan))
        assert sum(question.points for question in form.questions) == promised(plan, "points") == made.points
    rows = Counter((question.wording, question.row) for form in made.forms for question in form.questions)
    assert max(rows.values()) == 1, "two forms share a variant"
