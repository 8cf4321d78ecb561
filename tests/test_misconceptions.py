"""Every executable mistake against values derived by hand, in every arithmetic; every text of the table as a learner
reads it."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction as F
from types import MappingProxyType

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from latex2mathml.converter import convert

from gdquiz.banks.misconceptions import shipped
from gdquiz.descent.slips import SLIPS
from gdquiz.descent.stepping import Field, Solver, method, run
from gdquiz.numbers.exact import Rationals

MISCONCEPTIONS = tuple(shipped().values())
misconception = shipped().__getitem__

# --- every arithmetic: how a number gets into it and out of it -----------------------------------------------------

ARITHMETICS = {
    "fractions": (F, F),
    "columns": (lambda value: Rationals.of([value, value]), lambda column: column.broadcast(2).fraction(1)),
    "floats": (lambda value: np.array([float(value)] * 2), lambda column: F(float(column[1])).limit_denominator(10**6)),
    "mpmath": (
        lambda value: mpmath.mpf(F(value).numerator) / F(value).denominator,
        lambda value: F(float(value)).limit_denominator(10**6),
    ),
}

# --- the worked losses, differentiated by hand ---------------------------------------------------------------------


def with_slips(field: Field, slips: dict) -> Field:
    """The field, whose slipped fields have the gradients given by name."""
    return replace(field, slipped=lambda name: replace(field, gradient=lambda point, step: slips[name](point)))


# (2w - 1)^2: derivative 4(2w - 1), second derivative 8
SQUARE = with_slips(
    Field(
        loss=lambda p: (2 * p[0] - 1) * (2 * p[0] - 1),
        gradient=lambda p, k: (4 * (2 * p[0] - 1),),
        hessian=lambda p: ((p[0] * 0 + 8,),),
    ),
    {"second": lambda p: (p[0] * 0 + 8,)},
)

# (3w - 1)^2 + 2w + 5 with u = 3w - 1: derivative 6u + 2
CHAIN = with_slips(
    Field(loss=lambda p: (3 * p[0] - 1) * (3 * p[0] - 1) + 2 * p[0] + 5, gradient=lambda p, k: (18 * p[0] - 4,)),
    {
        "no-inner": lambda p: (2 * (3 * p[0] - 1) + 2,),
        "no-factor": lambda p: (3 * (3 * p[0] - 1) + 2,),
        "power-kept": lambda p: (6 * (3 * p[0] - 1) * (3 * p[0] - 1) + 2,),
        "constant-kept": lambda p: (18 * p[0] - 4 + 5,),
        "linear-dropped": lambda p: (6 * (3 * p[0] - 1),),
        "second": lambda p: (p[0] * 0 + 18,),
        "outer-at-x": lambda p: (6 * p[0] + 2,),
    },
)

# 2x^2 + xy + y^2: gradient (4x + y, x + 2y), Hessian ((4, 1), (1, 2))
BOWL = with_slips(
    Field(
        loss=lambda p: 2 * p[0] * p[0] + p[0] * p[1] + p[1] * p[1],
        gradient=lambda p, k: (4 * p[0] + p[1], p[0] + 2 * p[1]),
        hessian=lambda p: ((p[0] * 0 + 4, p[0] * 0 + 1), (p[0] * 0 + 1, p[0] * 0 + 2)),
    ),
    {"cross-dropped": lambda p: (4 * p[0], 2 * p[1]), "second": lambda p: (p[0] * 0 + 4, p[0] * 0 + 2)},
)

# w(w + 1): derivative 2w + 1, as a product of derivatives 1
PRODUCT = with_slips(
    Field(loss=lambda p: p[0] * (p[0] + 1), gradient=lambda p, k: (2 * p[0] + 1,)),
    {"product-of-derivatives": lambda p: (p[0] * 0 + 1,)},
)

# relu(w) on its flat side: derivative 0, without the mask 1
RELU = with_slips(
    Field(loss=lambda p: p[0] * 0, gradient=lambda p, k: (p[0] * 0,)), {"no-mask": lambda p: (p[0] * 0 + 1,)}
)

# x^2: derivative 2x
PARABOLA = Field(loss=lambda p: p[0] * p[0], gradient=lambda p, k: (2 * p[0],))

# the mean of (w - y)^2 / 2 over y = 1, 2, 6, taken in this order: gradients w - y, on the whole w - 3
EXAMPLES = (1, 2, 6)
MEAN = Field(
    loss=lambda p: sum((p[0] - y) * (p[0] - y) for y in EXAMPLES) / 6,
    gradient=lambda p, k: (p[0] - EXAMPLES[k % 3],),
    full_gradient=lambda p: (p[0] - 3,),
)

# code, field, method, settings, start, rate, steps, where the learner ends
CASES = [
    # (2w - 1)^2 from 3 with rate 1/10: loss 25, gradient 20, curvature 8; the key is 3 - 2 = 1
    ("SIGN", SQUARE, "descent", {}, (3,), F(1, 10), 1, (5,)),  # 3 + 2
    ("NO_ETA", SQUARE, "descent", {}, (3,), F(1, 10), 1, (-17,)),  # 3 - 20
    ("NO_X", SQUARE, "descent", {}, (3,), F(1, 10), 1, (-2,)),
    ("UNIT", SQUARE, "descent", {}, (3,), F(1, 10), 1, (F(29, 10),)),  # 3 - 1/10
    ("UNIT", SQUARE, "descent", {}, (-3,), F(1, 10), 1, (F(-29, 10),)),  # gradient -28
    ("LOSS", SQUARE, "descent", {}, (3,), F(1, 10), 1, (F(1, 2),)),  # 3 - 25/10
    ("SECOND", SQUARE, "descent", {}, (3,), F(1, 10), 1, (F(11, 5),)),  # 3 - 8/10
    ("NEWTON", SQUARE, "descent", {}, (4,), F(1, 10), 1, (F(1, 2),)),  # 4 - 28/8
    ("HALF", SQUARE, "descent", {}, (3,), F(1, 10), 1, (2,)),  # 3 - 10/10
    ("SUM", SQUARE, "descent", {"examples": 4}, (3,), F(1, 10), 1, (-5,)),  # 3 - 80/10
    # (3w - 1)^2 + 2w + 5 from 1 with rate 1/10: u = 2, gradient 14
    ("NO_INNER", CHAIN, "descent", {}, (1,), F(1, 10), 1, (F(2, 5),)),  # 2u + 2 = 6
    ("NO_2", CHAIN, "descent", {}, (1,), F(1, 10), 1, (F(1, 5),)),  # 3u + 2 = 8
    ("POWER", CHAIN, "descent", {}, (1,), F(1, 10), 1, (F(-8, 5),)),  # 2 u^2 3 + 2 = 26
    ("CONST", CHAIN, "descent", {}, (1,), F(1, 10), 1, (F(-9, 10),)),  # 14 + 5 = 19
    ("LINEAR", CHAIN, "descent", {}, (1,), F(1, 10), 1, (F(-1, 5),)),  # 6u = 12
    ("SECOND", CHAIN, "descent", {}, (1,), F(1, 10), 1, (F(-4, 5),)),  # 18
    ("OUTER_AT_X", CHAIN, "descent", {}, (2,), F(1, 10), 1, (F(3, 5),)),  # 2 * 2 * 3 + 2 = 14
    ("PRODUCT", PRODUCT, "descent", {}, (2,), F(1, 10), 1, (F(19, 10),)),  # 2 - 1/10
    ("NO_MASK", RELU, "descent", {}, (-1,), F(1, 2), 1, (F(-3, 2),)),  # -1 - 1/2
    # 2x^2 + xy + y^2 from (1, 2) with rate 1/10: loss 8, gradient (6, 5); the key is (2/5, 3/2)
    ("SIGN", BOWL, "descent", {}, (1, 2), F(1, 10), 1, (F(8, 5), F(5, 2))),
    ("NO_ETA", BOWL, "descent", {}, (1, 2), F(1, 10), 1, (-5, -3)),
    ("NO_X", BOWL, "descent", {}, (1, 2), F(1, 10), 1, (F(-3, 5), F(-1, 2))),
    ("LOSS", BOWL, "descent", {}, (1, 2), F(1, 10), 1, (F(1, 5), F(6, 5))),  # minus 8/10 each
    ("SECOND", BOWL, "descent", {}, (1, 2), F(1, 10), 1, (F(3, 5), F(9, 5))),  # (4, 2)
    ("NEWTON", BOWL, "descent", {}, (1, 2), F(1, 10), 1, (F(-1, 2), F(-1, 2))),  # (6/4, 5/2)
    ("SWAP", BOWL, "descent", {}, (1, 2), F(1, 10), 1, (F(1, 2), F(7, 5))),  # (5, 6)
    ("CROSS", BOWL, "descent", {}, (1, 2), F(1, 10), 1, (F(3, 5), F(8, 5))),  # (4, 4)
    ("HALF", BOWL, "descent", {}, (1, 2), F(1, 10), 1, (F(7, 10), F(7, 4))),
    ("SUM", BOWL, "descent", {"examples": 3}, (1, 2), F(1, 10), 1, (F(-4, 5), F(1, 2))),
    ("NO_BIAS", BOWL, "descent", {}, (1, 2), F(1, 10), 1, (F(2, 5), 2)),
    ("BIAS_AS_WEIGHT", BOWL, "descent", {}, (1, 2), F(1, 10), 1, (F(2, 5), F(7, 5))),  # (6, 6)
    # where the gradient is (3, 4), of length 5: (2/7 - 3/50, 13/7 - 4/50)
    ("UNIT", BOWL, "descent", {}, (F(2, 7), F(13, 7)), F(1, 10), 1, (F(79, 350), F(311, 175))),
    # x' = 2/5, then g2(2/5, 2) = 22/5; next g1(2/5, 39/25) = 79/25 and g2(21/250, 39/25) = 801/250
    ("SEQ", BOWL, "descent", {}, (1, 2), F(1, 10), 1, (F(2, 5), F(39, 25))),
    ("SEQ", BOWL, "descent", {}, (1, 2), F(1, 10), 2, (F(21, 250), F(3099, 2500))),
    # velocities 6 and 22/5, then 3 + 79/25 = 154/25 and 11/5 + g2(-27/125, 39/25) = 11/5 + 363/125 = 638/125
    ("SEQ", BOWL, "heavy-ball", {"beta": F(1, 2)}, (1, 2), F(1, 10), 2, (F(-27, 125), F(656, 625))),
    # looked ahead from (2/5, 39/25) by half of (-3/5, -11/25): (1/10, 67/50) with g1 = 87/50, x = -37/500;
    # then g2(-37/500, 67/50) = 1303/500 and y = 67/50 - 1303/5000
    ("SEQ", BOWL, "nesterov", {"beta": F(1, 2)}, (1, 2), F(1, 10), 2, (F(-37, 500), F(5397, 5000))),
    # twice the first step (-3/5, -1/2)
    ("STALE", BOWL, "descent", {}, (1, 2), F(1, 10), 2, (F(-1, 5), 1)),
    # the error 4 - 1/2 of (2w - 1)^2 with 1 - k eta a = 1 - 3 * 8/20 = -1/5: 1/2 - 7/10
    ("LIN", SQUARE, "descent", {}, (4,), F(1, 20), 3, (F(-1, 5),)),
    # velocities of x^2 from 1 with the gradient 2 for ever: 2, then 1/2 + 2 = 5/2; 1 - 1/2 - 5/8
    ("STALE", PARABOLA, "heavy-ball", {"beta": F(1, 4)}, (1,), F(1, 4), 2, (F(-1, 8),)),
    # the step (-3/5, -1/2) is taken for the point; its gradient is (-29/10, -8/5)
    ("NO_X", BOWL, "descent", {}, (1, 2), F(1, 10), 2, (F(29, 100), F(4, 25))),
    # x1 = (2/5, 3/2) with gradient (31/10, 17/5), so x2 = (9/100, 29/25)
    ("OFF1", BOWL, "descent", {}, (1, 2), F(1, 10), 1, (1, 2)),
    ("OFF1", BOWL, "descent", {}, (1, 2), F(1, 10), 2, (F(2, 5), F(3, 2))),
    ("ONE_MORE", BOWL, "descent", {}, (1, 2), F(1, 10), 1, (F(9, 100), F(29, 25))),
    # x^2 from 1 with rate 1/4 and beta 1/4: x1 = 1/2; the heavy ball reaches 1/8 and Nesterov 3/16
    ("PLAIN", PARABOLA, "heavy-ball", {"beta": F(1, 4)}, (1,), F(1, 4), 2, (F(1, 4),)),
    ("PLAIN", PARABOLA, "nesterov", {"beta": F(1, 4)}, (1,), F(1, 4), 2, (F(1, 4),)),
    # velocities 3/2 and 3/8 + 15/16 = 21/16: 5/8 - 21/64
    ("EMA", PARABOLA, "heavy-ball", {"beta": F(1, 4)}, (1,), F(1, 4), 2, (F(19, 64),)),
    # x1 = 5/8, ahead 5/8 - 3/32 = 17/32, then times 1 - 3/8
    ("EMA", PARABOLA, "nesterov", {"beta": F(1, 4)}, (1,), F(1, 4), 2, (F(85, 256),)),
    ("POSBETA", PARABOLA, "heavy-ball", {"beta": F(1, 4)}, (1,), F(1, 4), 2, (F(1, 2),)),  # r^2 + beta
    ("LASTONLY", PARABOLA, "heavy-ball", {"beta": F(1, 4)}, (1,), F(1, 4), 2, (F(3, 8),)),  # r + beta(r - 1)
    ("OTHER", PARABOLA, "heavy-ball", {"beta": F(1, 4)}, (1,), F(1, 4), 2, (F(3, 16),)),
    ("OTHER", PARABOLA, "nesterov", {"beta": F(1, 4)}, (1,), F(1, 4), 2, (F(1, 8),)),
    ("CUR", PARABOLA, "nesterov", {"beta": F(1, 4)}, (1,), F(1, 4), 2, (F(1, 8),)),
    ("OFF1", PARABOLA, "heavy-ball", {"beta": F(1, 4)}, (1,), F(1, 4), 3, (F(1, 8),)),
    ("ONE_MORE", PARABOLA, "nesterov", {"beta": F(1, 4)}, (1,), F(1, 4), 1, (F(3, 16),)),
    # x^2 from 3/2 with rate 1/4: gradient 3; Adam's m = 3/2 and s = 9/16, corrected 3 and 9
    ("SIGN", PARABOLA, "adam", {"beta1": F(1, 2), "beta2": F(15, 16)}, (F(3, 2),), F(1, 4), 1, (F(7, 4),)),
    ("GD_STEP", PARABOLA, "adam", {"beta1": F(1, 2), "beta2": F(15, 16)}, (F(3, 2),), F(1, 4), 1, (F(3, 4),)),
    ("NO_CORR", PARABOLA, "adam", {"beta1": F(1, 2), "beta2": F(15, 16)}, (F(3, 2),), F(1, 4), 1, (1,)),  # 2 eta
    ("NO_SQRT", PARABOLA, "adam", {"beta1": F(1, 2), "beta2": F(15, 16)}, (F(3, 2),), F(1, 4), 1, (F(17, 12),)),
    ("M_ONLY", PARABOLA, "adam", {"beta1": F(1, 2), "beta2": F(15, 16)}, (F(3, 2),), F(1, 4), 1, (F(9, 8),)),
    # next gradient 9/4: m = 3/4 + 9/8 = 15/8, so 9/8 - 15/32
    ("M_ONLY", PARABOLA, "adam", {"beta1": F(1, 2), "beta2": F(15, 16)}, (F(3, 2),), F(1, 4), 2, (F(21, 32),)),
    # next gradient 17/6: m = 13/6, corrected 26/9; s = 2371/2304, corrected by 31/256 to 2371/279; 17/12 - 403/4742
    ("NO_SQRT", PARABOLA, "adam", {"beta1": F(1, 2), "beta2": F(15, 16)}, (F(3, 2),), F(1, 4), 2, (F(37889, 28452),)),
    # RMSProp with rho 3/4: s = 9/4; AdaGrad: s = 9, and 10 with epsilon 1
    ("NO_SQRT", PARABOLA, "rmsprop", {"rho": F(3, 4)}, (F(3, 2),), F(1, 4), 1, (F(7, 6),)),  # 3/(9/4) = 4/3
    # next gradient 7/3: s = 27/16 + 49/36 = 439/144; 7/6 - (1/4)(7/3)(144/439) = 7/6 - 84/439
    ("NO_SQRT", PARABOLA, "rmsprop", {"rho": F(3, 4)}, (F(3, 2),), F(1, 4), 2, (F(2569, 2634),)),
    ("GD_STEP", PARABOLA, "rmsprop", {"rho": F(3, 4)}, (F(3, 2),), F(1, 4), 1, (F(3, 4),)),
    ("NO_SQRT", PARABOLA, "adagrad", {}, (F(3, 2),), F(1, 4), 1, (F(17, 12),)),
    # next gradient 17/6: s = 9 + 289/36 = 613/36; 17/12 - (1/4)(17/6)(36/613) = 17/12 - 51/1226
    ("NO_SQRT", PARABOLA, "adagrad", {}, (F(3, 2),), F(1, 4), 2, (F(10115, 7356),)),
    ("NO_SQRT", PARABOLA, "adagrad", {"epsilon": 1}, (F(3, 2),), F(1, 4), 1, (F(57, 40),)),  # 3/2 - 3/40
    # the mean of (w - y)^2/2 from 9 with rate 1/2: the key goes 5, 7/2, 19/4
    ("SAME", MEAN, "sgd", {}, (9,), F(1, 2), 3, (F(15, 4),)),  # 6, 9/2, 15/4
    ("AT_START", MEAN, "sgd", {}, (9,), F(1, 2), 3, (0,)),  # minus 4, 7/2, 3/2
    ("FIRST_EXAMPLE", MEAN, "sgd", {}, (9,), F(1, 2), 3, (2,)),  # 5, 3, 2
    ("STALE", MEAN, "sgd", {}, (9,), F(1, 2), 3, (-3,)),  # minus 4 each
    ("OFF1", MEAN, "sgd", {}, (9,), F(1, 2), 3, (F(7, 2),)),
    ("ONE_MORE", MEAN, "sgd", {}, (9,), F(1, 2), 2, (F(19, 4),)),
    ("SUM", MEAN, "sgd", {"examples": 3}, (9,), F(1, 2), 3, (F(27, 4),)),  # -3, 9/2, 27/4
]


def solver_of(field, name, settings, rate, number=F):
    parameters = MappingProxyType({key: number(value) for key, value in settings.items()})
    return Solver(field, number(rate), method(name).rule, parameters)


@pytest.mark.parametrize("arithmetic", ARITHMETICS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[2]}-{case[6]}")
def test_mistake_gives_the_value_derived_by_hand(case, arithmetic):
    code, field, name, settings, start, rate, steps, expected = case
    number, fraction = ARITHMETICS[arithmetic]
    right = solver_of(field, name, settings, rate, number)
    wrong = misconception(code).mistake(right)
    with mpmath.workdps(30):
        end = run(wrong, tuple(map(number, start)), steps).points[-1]
    assert tuple(map(fraction, end)) == expected


def test_every_executable_mistake_has_a_case():
    executable = {row.code for row in MISCONCEPTIONS if row.mistake is not None}
    assert executable == {case[0] for case in CASES}


def test_rows_of_a_column_are_stepped_apart():
    # (2w - 1)^2 from 3, 1 and 1/2: gradients 20, 4 and 0; the last has no direction, so no step of length 1/10
    right = solver_of(SQUARE, "descent", {}, F(1, 10), Rationals.constant)
    start = (Rationals.of([3, 1, F(1, 2)]),)
    unit = run(misconception("UNIT").mistake(right), start, 1).points[1][0]
    assert [unit.fraction(0), unit.fraction(1), bool(unit.valid[2])] == [F(29, 10), F(9, 10), False]
    up = run(misconception("SIGN").mistake(right), start, 1).points[1][0]
    assert [up.fraction(row) for row in range(3)] == [5, F(7, 5), F(1, 2)]


def test_sign_descends_where_the_question_ascends():
    # ascent on (2w - 1)^2 from 3 reaches 3 + 2 = 5; the mistake goes to 1
    ascent = replace(solver_of(SQUARE, "descent", {}, F(1, 10)), ascend=True)
    assert run(misconception("SIGN").mistake(ascent), (F(3),), 1).points[1] == (1,)


def test_other_mistakes_keep_the_direction_of_ascent():
    # 3 + 20, 3 + 1/10 and 3 + 25/10
    ascent = replace(solver_of(SQUARE, "descent", {}, F(1, 10)), ascend=True)
    ends = [run(misconception(code).mistake(ascent), (F(3),), 1).points[1][0] for code in ("NO_ETA", "UNIT", "LOSS")]
    assert ends == [23, F(31, 10), F(11, 2)]


def test_no_eta_replaces_every_rate_of_a_schedule():
    right = replace(solver_of(PARABOLA, "descent", {}, 1), rate=(F(1, 2), F(1, 4)))
    wrong = misconception("NO_ETA").mistake(right)
    assert wrong.rate == (1, 1)
    assert run(wrong, (F(3),), 2).points == ((3,), (-3,), (3,))  # x - 2x


def test_one_more_step_needs_a_rate_of_its_own():
    right = replace(solver_of(PARABOLA, "descent", {}, 1), rate=(F(1, 2), F(1, 4)))
    with pytest.raises(ValueError, match="the schedule has 2 rates but step 2 was asked for"):
        run(misconception("ONE_MORE").mistake(right), (F(3),), 2)


@pytest.mark.parametrize(
    ("code", "recorded"),
    [
        # wrong derivatives are written down wrongly at (1, 2), where the gradient is (6, 5) and the loss 8
        ("LOSS", (8, 8)),
        ("SECOND", (4, 2)),
        ("SWAP", (5, 6)),
        ("CROSS", (4, 4)),
        ("HALF", (3, F(5, 2))),
        ("BIAS_AS_WEIGHT", (6, 6)),
        # wrong steps are made from the right gradient
        ("SIGN", (6, 5)),
        ("NO_ETA", (6, 5)),
        ("NO_X", (6, 5)),
        ("NEWTON", (6, 5)),
        ("SEQ", (6, 5)),
        ("STALE", (6, 5)),
        ("NO_BIAS", (6, 5)),
    ],
)
def test_a_run_records_the_gradient_the_learner_writes_down(code, recorded):
    wrong = misconception(code).mistake(solver_of(BOWL, "descent", {}, F(1, 10)))
    assert run(wrong, (F(1), F(2)), 1).gradients[0] == recorded


def test_a_wrong_derivative_is_recorded_for_the_whole_data_set_too():
    # at 9 the gradient over all three examples is 6, and three times as much without the division
    wrong = misconception("SUM").mistake(solver_of(MEAN, "sgd", {"examples": 3}, F(1, 2)))
    assert run(wrong, (F(9),), 1).gradients[0] == (18,)


def test_swap_of_three_components_goes_round():
    field = Field(loss=lambda p: p[0] + 2 * p[1] + 3 * p[2], gradient=lambda p, k: (F(1), F(2), F(3)))
    wrong = misconception("SWAP").mistake(solver_of(field, "descent", {}, 1))
    assert run(wrong, (F(0), F(0), F(0)), 1).points[1] == (-2, -3, -1)


rationals = st.fractions(min_value=-9, max_value=9, max_denominator=8)


@given(x=rationals, y=rationals, rate=rationals)
def test_wrong_steps_stand_in_fixed_relations_to_the_right_one(x, y, rate):
    right = solver_of(BOWL, "descent", {}, rate)
    key = run(right, (x, y), 1).points[1]
    up, step, half = (run(misconception(code).mistake(right), (x, y), 1).points[1] for code in ("SIGN", "NO_X", "HALF"))
    for place, old in enumerate((x, y)):
        assert up[place] + key[place] == 2 * old
        assert step[place] + old == key[place]
        assert 2 * half[place] == key[place] + old


@given(x=rationals, y=rationals, rate=rationals)
def test_without_interaction_of_the_variables_their_order_does_not_matter(x, y, rate):
    field = Field(loss=lambda p: p[0] ** 2 + 3 * p[1] ** 2, gradient=lambda p, k: (2 * p[0], 6 * p[1]))
    right = solver_of(field, "heavy-ball", {"beta": F(1, 2)}, rate)
    assert run(misconception("SEQ").mistake(right), (x, y), 3).points == run(right, (x, y), 3).points


def test_slips_are_those_of_the_differentiator():
    asked = set()

    def slipped(name):
        asked.add(name)
        return SQUARE

    solver = Solver(
        replace(MEAN, slipped=slipped, hessian=SQUARE.hessian), F(1), method("adam").rule, {"examples": F(3)}
    )
    for row in MISCONCEPTIONS:
        if row.mistake is not None and row.code not in {"PLAIN", "EMA", "POSBETA", "LASTONLY", "CUR", "OTHER"}:
            row.mistake(solver)
    assert asked == set(SLIPS)


@pytest.mark.parametrize(
    ("code", "field", "name", "message"),
    [
        ("NO_INNER", PARABOLA, "descent", "this loss cannot be differentiated with the slip 'no-inner'"),
        ("NEWTON", PARABOLA, "descent", "this mistake needs the second derivatives of the loss"),
        ("SUM", PARABOLA, "descent", "this mistake needs the parameter 'examples' of the method"),
        ("PLAIN", PARABOLA, "descent", "this mistake needs the parameter 'beta' of the method"),
        ("EMA", PARABOLA, "descent", "this mistake needs the parameter 'beta' of the method"),
        ("POSBETA", PARABOLA, "descent", "this mistake needs the parameter 'beta' of the method"),
        ("LASTONLY", PARABOLA, "descent", "this mistake needs the parameter 'beta' of the method"),
        ("CUR", PARABOLA, "heavy-ball", "this mistake is made with nesterov only"),
        ("OTHER", PARABOLA, "descent", "this mistake is made with heavy_ball or nesterov only"),
        ("NO_CORR", PARABOLA, "rmsprop", "this mistake is made with adam only"),
        ("NO_SQRT", PARABOLA, "descent", "this mistake is made with adagrad or rmsprop or adam only"),
        ("M_ONLY", PARABOLA, "rmsprop", "this mistake is made with adam only"),
        ("SAME", PARABOLA, "sgd", "this mistake needs a method that takes examples one by one"),
        ("FIRST_EXAMPLE", PARABOLA, "sgd", "this mistake needs a method that takes examples one by one"),
    ],
)
def test_mistake_without_room_is_refused_before_the_run(code, field, name, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        misconception(code).mistake(solver_of(field, name, {}, F(1, 10)))


# --- the table -----------------------------------------------------------------------------------------------------

# fmt: off
CATALOGUE = {
    "SIGN", "NO_ETA", "NO_X", "UNIT", "NO_INNER", "NO_2", "POWER", "CONST", "CROSS", "ASYM", "LOSS", "SECOND", "NEWTON",
    "SWAP", "SEQ", "STALE", "NEWG", "LIN", "ABS", "OFF1", "FLOOR", "ONE_L", "TWO_MU", "TRACE", "DIAG", "L_FROM_COEF",
    "SMALL1", "BIG1", "OSC_DIV", "MONO", "FALLS_OK", "NO_START", "LOCAL_IS_GLOBAL_BOUND", "PTS_TO_MIN", "TANGENT",
    "HEIGHT", "ORIGIN", "VALUE", "ZERO_MIN", "ZERO_GLOBAL", "GLOBAL", "NEAREST", "DIAG_SIGNS", "DET_ONLY",
    "DEGEN_SADDLE", "NONDIFF_ABS", "NONCONVEX_FAIL", "HAS_MIN", "SUM", "HALF", "NO_BIAS", "MSE_CHAIN", "LABEL", "THR",
    "NO_MASK", "NO_V", "NEW_W", "QUARTER", "BIASED", "EPOCH_N", "EMA", "PLAIN", "POSBETA", "CUR", "NO_CORR", "NO_SQRT",
    "GD_STEP", "LOWER_ALWAYS", "GAP", "RESTORE_LAST", "DECAY_L", "TWO", "AFTER", "ANY_DEC", "EXACT_FOR_ARMIJO",
    "LS_INV", "CLIP", "NONE", "HARD", "SUB_ZERO", "SUB_DNE", "SUB_ENDS", "NEWTON_DOWN", "KINV", "KSQ", "SCALE_S",
}
# fmt: on

# fmt: off
ITEM_CODES = {
    "SIGNED_SUM", "MAXLOSS", "BIG_W", "SIGNED_MEAN", "MEAN_ABS", "FORWARD", "INV", "DIST", "BOUND", "GAP", "FIRST",
    "LAST", "CROSS_CURVES", "TOWARD_GLOBAL", "DISTANCE", "CURVATURE", "STAYS", "REV", "SAME", "OTHER", "LASTONLY",
    "TWO_L", "ONE_MORE", "ONE_LESS", "NO_REG", "GROW", "ODDS", "ACT", "ONLY_SMALL", "OUTER_AT_X",
}
# fmt: on


def test_the_catalogue_is_complete():
    assert (CATALOGUE | ITEM_CODES) - {row.code for row in MISCONCEPTIONS} == set()


def test_rows_are_found_by_code():
    assert misconception("SEQ").title == "updates one coordinate after another"
    with pytest.raises(KeyError):
        misconception("NO_SUCH_CODE")


@pytest.mark.parametrize("part", ["code", "title", "belief", "why", "say"])
def test_nothing_is_said_twice(part):
    texts = [getattr(row, part).casefold() for row in MISCONCEPTIONS]
    assert sorted(texts) == sorted(set(texts))


@pytest.mark.parametrize("row", MISCONCEPTIONS, ids=lambda row: row.code)
def test_texts_can_be_printed_anywhere(row):
    assert re.fullmatch(r"[A-Z][A-Z0-9_]{1,39}", row.code)
    assert re.fullmatch(r"[a-z][\w ,'/-]{5,63}", row.title)
    for text in (row.belief, row.why, row.say):
        assert text[0] in "$" or text[0].isupper()
        assert text.endswith((".", "?")) and 15 <= len(text) <= 400
        assert text.count("$") % 2 == 0
        assert not re.search(r"\s\s|\s[.,;:]|\||\{\{|\}\}|\$\$|TODO", text)  # no table cells, no slots of a template
        words = text.split("$")[::2]
        assert not any(re.search(r"[\\^_<>{}]", word) for word in words)
        assert all(mathematics == mathematics.strip() != "" for mathematics in text.split("$")[1::2])


@pytest.mark.parametrize("row", MISCONCEPTIONS, ids=lambda row: row.code)
def test_mathematics_can_be_set(row):
    for text in (row.belief, row.why, row.say):
        for mathematics in text.split("$")[1::2]:
            assert "\\" not in convert(mathematics)
            assert mathematics.count("{") == mathematics.count("}")


def test_tables_are_not_to_be_changed():
    with pytest.raises(AttributeError):
        misconception("SIGN").title = "another"
