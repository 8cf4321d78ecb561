"""Verdicts on runs: every label below is derived from theory in its comment, none from running the code."""

import warnings
from dataclasses import dataclass, field
from fractions import Fraction as F

import numpy as np
import pytest

from gdquiz.descent.stepping import Field, Solver, descent, heavy_ball, nesterov
from gdquiz.judging.observation import CHUNK, Knowledge, observe
from gdquiz.judging.rules import RULES
from gdquiz.judging.verdicts import rules, sentence
from gdquiz.judging.verdicts import suggest as judge
from gdquiz.numbers.certainty import NO, UNSURE, YES, at_least, at_most, both, either
from gdquiz.theorems.certificates import Power, Quadratic


def line(loss, slope, bend):
    """A field in one variable."""
    return Field(lambda p: loss(p[0]), lambda p, k: (slope(p[0]),), lambda p: ((bend(p[0]),),))


def quadratic(curvature):
    return line(lambda x: curvature * x * x / 2, lambda x: curvature * x, lambda x: curvature + 0 * x)


SQUARE = quadratic(1.0)
QUARTIC = line(lambda x: x**4 / 4, lambda x: x**3, lambda x: 3 * x * x)
ROOT = line(lambda x: np.sqrt(1 + x * x), lambda x: x / np.sqrt(1 + x * x), lambda x: (1 + x * x) ** -1.5)
TILTED_EXP = line(lambda x: np.exp(-x) + x, lambda x: 1 - np.exp(-x), lambda x: np.exp(-x))
EXP = line(lambda x: np.exp(-x), lambda x: -np.exp(-x), lambda x: np.exp(-x))
CUBIC = line(lambda x: x**3 + x * x, lambda x: 3 * x * x + 2 * x, lambda x: 6 * x + 2)
WELLS = line(lambda x: (x * x - 1) ** 2 / 4, lambda x: x**3 - x, lambda x: 3 * x * x - 1)
LOGISTIC = line(
    lambda x: np.log1p(np.exp(-x)), lambda x: -1 / (1 + np.exp(x)), lambda x: 1 / (2 + np.exp(x) + np.exp(-x))
)
TWO_SIDED = line(
    lambda x: np.log1p(np.exp(-x)) + np.log1p(np.exp(x)), lambda x: np.tanh(x / 2), lambda x: np.cosh(x / 2) ** -2 / 2
)
STUCK = line(
    lambda x: (1 + np.exp(x)) ** -2.0,
    lambda x: -2 * np.exp(x) * (1 + np.exp(x)) ** -3.0,
    lambda x: 2 * np.exp(x) * (2 * np.exp(x) - 1) * (1 + np.exp(x)) ** -4.0,
)
SADDLE = Field(lambda p: (p[0] ** 2 - p[1] ** 2) / 2, lambda p, k: (p[0], -p[1]), lambda p: ((1.0, 0.0), (0.0, -1.0)))
BOWL = Field(
    lambda p: (p[0] ** 2 + 4 * p[1] ** 2) / 2, lambda p, k: (p[0], 4 * p[1]), lambda p: ((1.0, 0.0), (0.0, 4.0))
)
VALLEY = Field(
    lambda p: (p[0] + p[1]) ** 2 / 2, lambda p, k: (p[0] + p[1], p[0] + p[1]), lambda p: ((1.0, 1.0), (1.0, 1.0))
)
CONVEX = Knowledge(convex=YES)
WELL_FACTS = Knowledge(
    bounded_below=YES, attained=YES, critical_values=np.array([[0.0, 0.25, 0.0]]), barriers=np.array([[0.0]])
)
UNATTAINED = Knowledge(bounded_below=YES, attained=NO, convex=YES)


@dataclass(frozen=True)
class Case:
    name: str
    field: Field
    start: tuple
    rate: float
    limit: str
    point: str = "none"
    scope: str = "local_or_unknown"
    ascend: bool = False
    rule: object = descent
    parameters: dict = field(default_factory=dict)
    knowledge: Knowledge | None = None
    exact: object = None
    flags: dict = field(default_factory=dict)
    overshoot: tuple | None = None
    crossing: tuple | None = None
    place: tuple | None = None


Y, N, U = YES, NO, UNSURE
CASES = [
    # x^2/2: x -> (1 - eta) x.  Factors 1/2, -1/2, -3/2 in floats; 0 <= f, f'' = 1 > 0
    Case("factor 1/2", SQUARE, (3,), 0.5, "converged", "local_min", "global", knowledge=CONVEX,
         flags={"oscillating": N, "unstable_limit": N, "basin_jump": N, "one_step": N},
         overshoot=(N, N, N), crossing=(N, N, N), place=(0,)),
    Case("factor -1/2", SQUARE, (3,), 1.5, "converged", "local_min", "global", knowledge=CONVEX,
         flags={"oscillating": Y}, overshoot=(N, N, N), crossing=(Y, Y, Y)),
    Case("factor -3/2", SQUARE, (3,), 2.5, "diverged_loss_up", overshoot=(Y, Y, Y)),
    # factor 0: lands at once, but only exact arithmetic may say "exactly"
    Case("lands, floats", SQUARE, (3,), 1, "converged", "local_min", flags={"one_step": U}),
    Case("lands, exactly", SQUARE, (3,), 1, "converged", "local_min", "global", exact=Quadratic((1,), (3,), 1),
         flags={"one_step": Y, "oscillating": N}),
    # factor -1: a neutral cycle, which floats do not decide; and next to it neither "converged" nor "cycle"
    Case("2/L, floats", SQUARE, (3,), 2, "undecided"),
    Case("2/L, exactly", SQUARE, (3,), 2, "cycle", exact=Quadratic((1,), (3,), 2),
         overshoot=(N, N, N), crossing=(Y, Y, Y)),
    Case("2/L(1 - 1e-9)", SQUARE, (3,), 2 * (1 - 1e-9), "undecided"),
    # ascent on x^2/2: factor 3/2, the loss rises (the right way) for ever; on -x^2/2 it finds the maximum
    Case("ascent of a valley", SQUARE, (3,), 0.5, "unbounded_below", ascend=True, overshoot=(N, N, N)),
    Case("ascent of a hill", quadratic(-1.0), (3,), 0.5, "converged", "local_max", "global", ascend=True,
         knowledge=CONVEX, place=(0,)),
    Case("ascent of a hill, too fast", quadratic(-1.0), (3,), 2.5, "diverged_loss_up", ascend=True, overshoot=(Y, Y)),
    # x^4/4 from 2: t = eta x0^2 = 4 eta; t < 2 converges (too slowly for floats: g ~ k^-1.5), t = 2 is a cycle whose
    # multiplier (1 - 3 * 2)^2 = 25 repels, t > 2 diverges
    Case("quartic below", QUARTIC, (2,), 0.375, "slow", overshoot=(N, N)),
    Case("quartic below, exactly", QUARTIC, (2,), 0.375, "converged", "local_min", "global",
         exact=Power(F(1, 4), 4, 2, F(3, 8)), flags={"unstable_limit": N}, crossing=(Y, N, N)),
    Case("quartic at, floats", QUARTIC, (2,), 0.5, "undecided"),
    Case("quartic at, exactly", QUARTIC, (2,), 0.5, "cycle", exact=Power(F(1, 4), 4, 2, F(1, 2)), crossing=(Y, Y, Y)),
    Case("quartic above", QUARTIC, (2,), 0.625, "diverged_loss_up", overshoot=(Y, Y)),
    # sqrt(1 + x^2), eta = 5/2: x = 3/4 has h = 5/4 = eta/2, so x <-> -x; multiplier (1 - 2/h^2)^2 = 0.0784 attracts;
    # from 0.7 the cycle is approached from inside, every step raising the loss
    Case("root on the cycle", ROOT, (0.75,), 2.5, "cycle", overshoot=(N, N, N)),
    Case("root to the cycle", ROOT, (0.7,), 2.5, "cycle", overshoot=(Y, Y, Y)),
    # eta < 2 m = 2: converges from everywhere; from 5 the factor 1 - eta/h changes sign once h < 1.9
    Case("root inside", ROOT, (5,), 1.5, "converged", "local_min", "global", knowledge=CONVEX, place=(0,)),
    # e^-x + x from -2, eta = 3/2: x1 = -2 + 1.5 (e^2 - 1) = 7.58, f: 5.39 -> 7.58 rises and x* = 0 is passed; after
    # that f'' <= 1 wherever x >= 0, steps of 1.5 < 2/L fall, factor -1/2 at the end
    Case("one overshoot", TILTED_EXP, (-2,), 1.5, "converged", "local_min", "global", knowledge=CONVEX, place=(0,),
         overshoot=(Y, N, N, N, N, N), crossing=(Y, N, N, N)),
    # eta = 9/10: x1 = -2 + 0.9 * 6.389 = 3.75, f1 = 3.77 < f0: passed without a rise
    Case("crossing only", TILTED_EXP, (-2,), 0.9, "converged", "local_min", "global", knowledge=CONVEX,
         overshoot=(N, N, N), crossing=(Y, N, N)),
    # e^-x: infimum 0 is not attained, x_k ~ ln k; without knowing that, nothing is claimed
    Case("drift", EXP, (0,), 0.5, "drift", knowledge=UNATTAINED, overshoot=(N, N)),
    Case("drift unknown", EXP, (0,), 0.5, "undecided"),
    Case("flat floats", EXP, (-3.7,), 1, "undecided", knowledge=UNATTAINED),  # x1 = 36.7, gradient 1e-16, no minimum
    Case("separable logistic", LOGISTIC, (0,), 1, "drift", knowledge=UNATTAINED),
    # ln(1+e^-x) + ln(1+e^x): f' = tanh(x/2), f''(0) = 1/2, so 2/f'' = 4; the step is bounded by eta.  At eta = 5 the
    # cycle has 2x = 5 tanh(x/2), x = 1.77, multiplier (1 - 2.5 / cosh^2(0.885))^2 = 0.06; at eta = 3 it converges
    Case("logistic cycle", TWO_SIDED, (0.5,), 5, "cycle", knowledge=CONVEX),
    Case("logistic inside", TWO_SIDED, (0.5,), 3, "converged", "local_min", "global", knowledge=CONVEX,
         flags={"oscillating": Y}),
    # x^3 + x^2 from -1: f' = 1 > 0 and x < -2/3 stays: x -> -infinity and so does f
    Case("cubic", CUBIC, (-1,), 0.1, "unbounded_below", overshoot=(N, N, N)),
    Case("cubic inside", CUBIC, (1,), 0.1, "converged", "local_min", place=(0,)),
    # (x^2-1)^2/4: minima +-1 with f = 0, maximum 0; barriers at 0
    Case("well", WELLS, (0.5,), 0.1, "converged", "local_min", "global", knowledge=WELL_FACTS,
         flags={"basin_jump": N}, place=(1,)),
    # x1 = 1.9 - 0.5 (6.859 - 1.9) = -0.5795: another basin, f from 1.70 to 0.11; at -1 the factor is 1 - 0.5*2 = 0
    Case("well jump", WELLS, (1.9,), 0.5, "converged", "local_min", "global", knowledge=WELL_FACTS,
         flags={"basin_jump": Y}, overshoot=(N, N), place=(-1,)),
    Case("well, nothing known", WELLS, (0.5,), 0.1, "converged", "local_min", flags={"basin_jump": U}),
    # ascent: x -> 0.9 x + 0.1 x^3 shrinks inside (-1, 1) and grows outside
    Case("well upwards", WELLS, (0.5,), 0.1, "converged", "local_max", ascend=True, place=(0,)),
    Case("well upwards outside", WELLS, (1.5,), 0.1, "unbounded_below", ascend=True),
    Case("on the hill", WELLS, (0,), 0.1, "stationary_start", "local_max",
         knowledge=Knowledge(stationary=np.array([YES])), flags={"one_step": N}),
    Case("on the hill, floats", WELLS, (0,), 0.1, "undecided"),
    # eta = 2: x -> 3x - 2x^3 is, for x = sqrt(2) y, minus the third Chebyshev polynomial: chaotic on |x| <= sqrt(2)
    Case("chaos", WELLS, (0.3,), 2, "bounded_irregular"),
    # (x^2 - y^2)/2: with y0 = 0 the run ends at the saddle although 1 + eta > 1 pushes y away; else y grows, f falls
    Case("stable manifold", SADDLE, (1, 0), 0.5, "converged", "saddle", flags={"unstable_limit": Y}, place=(0, 0)),
    Case("stable manifold, exactly", SADDLE, (1, 0), 0.5, "converged", "saddle",
         exact=Quadratic((1, -1), (1, 0), F(1, 2)), flags={"unstable_limit": Y}),
    Case("off the manifold", SADDLE, (1, 0.001), 0.5, "unbounded_below"),
    # (x^2 + 4 y^2)/2, eta = 11/20, factors 9/20 and -6/5, from (3, 1/10): the loss rises in step k (from 0) once
    # 0.0176 * 1.44^k > 7.1775 * 0.2025^k, i.e. 7.11^k > 407.8: k = 3 gives 359.6, k = 4 gives 2557
    Case("falls first", BOWL, (3, 0.1), 0.55, "diverged_loss_up", overshoot=(N, N, N, N, Y, Y)),
    Case("falls first, exactly", BOWL, (3, 0.1), 0.55, "diverged_loss_up",
         exact=Quadratic((1, 4), (3, F(1, 10)), F(11, 20)), overshoot=(N, N, N, N, Y, Y), crossing=(Y, Y)),
    # (x+y)^2/2 has eigenvalues 2 and 0: a line of minimisers, which floats do not confirm
    Case("valley, floats", VALLEY, (1, 0), 0.25, "undecided"),
    Case("valley, exactly", VALLEY, (1, 0), 0.25, "converged", "local_min", "global",
         exact=Quadratic((2, 0), (1, 1), F(1, 4))),
    # (1 - sigma(x))^2 from -12: |f'| = 2 e^-12 = 1.2e-5, so 2000 steps of 0.1 move 0.0025 while all of f is left
    Case("plateau", STUCK, (-12,), 0.1, "slow", flags={"plateau": Y},
         knowledge=Knowledge(bounded_below=YES, attained=NO, best=np.array([0.0]))),
    Case("plateau unknown", STUCK, (-12,), 0.1, "slow", flags={"plateau": U}),
    # x^2/2 with a tiny rate: (1 - 1e-4)^2000 = 0.82, no plateau while the gradient is large
    Case("slow", SQUARE, (3,), 1e-4, "slow", flags={"plateau": N}),
    # heavy ball on curvature 1 with beta = 1/2 is stable up to 2(1 + beta) = 3; Nesterov with beta = 1/2: factors
    # solve z^2 - 1.5 r z + 0.5 r = 0 with r = 1 - eta; z = -1 at r = -1/2 ... 1 + 2r = 0, so up to eta = 3/2
    Case("heavy ball below", SQUARE, (3,), 2.9, "converged", "local_min", rule=heavy_ball, parameters={"beta": 0.5}),
    Case("heavy ball above", SQUARE, (3,), 3.1, "diverged_loss_up", rule=heavy_ball, parameters={"beta": 0.5}),
    Case("nesterov below", SQUARE, (3,), 1.4, "converged", "local_min", rule=nesterov, parameters={"beta": 0.5}),
    Case("nesterov above", SQUARE, (3,), 1.6, "diverged_loss_up", rule=nesterov, parameters={"beta": 0.5}),
]  # fmt: skip


def verdicts_of(case, **more):
    solver = Solver(case.field, np.array([float(case.rate)]), case.rule, case.parameters, case.ascend)
    start = tuple(np.array([float(x)]) for x in case.start)
    return judge(observe(solver, start, knowledge=case.knowledge, exact=case.exact, **more))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdicts_follow_theory(case):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        verdicts = verdicts_of(case)
    assert (verdicts.limit[0], verdicts.point[0], verdicts.scope[0]) == (case.limit, case.point, case.scope)
    assert {name: getattr(verdicts, name)[0] for name in case.flags} == case.flags
    if case.limit == "cycle":
        assert verdicts.period[0] == 2
    for name in ("overshoot", "crossing"):
        expected = getattr(case, name)
        if expected is not None:
            assert tuple(getattr(verdicts, name)[0, : len(expected)]) == expected
    if case.place is not None:
        assert verdicts.place[0] == pytest.approx(np.array(case.place, dtype=float), abs=1e-9)


def test_the_labels_cover_every_limit_and_there_are_enough_of_them():
    assert {case.limit for case in CASES} == {rule.value for rule in rules("limit")} | {"undecided"}
    assert len(CASES) >= 31


def test_a_batch_gives_the_verdicts_of_its_rows():
    starts, rates = np.array([0.5, 1.9, 0.3, 0.5, -2.5, 3.0]), np.array([0.1, 0.5, 2.0, 1.1, 0.01, 1.0])
    batch = judge(observe(Solver(WELLS, rates, descent), (starts,)))
    for row in range(len(starts)):
        alone = judge(observe(Solver(WELLS, rates[row : row + 1], descent), (starts[row : row + 1],)))
        for name in ("limit", "point", "scope", "period", "one_step", "oscillating", "overshoot", "crossing", "place"):
            np.testing.assert_array_equal(getattr(batch, name)[row], getattr(alone, name)[0], err_msg=name)


def test_plain_numbers_make_a_single_row():
    assert judge(observe(Solver(SQUARE, 0.5, descent), (3.0,))).limit.tolist() == ["converged"]


@pytest.mark.parametrize("rate", [0.3, 0.9, 1.1, 2.4])
def test_scaling_shifting_and_mirroring_change_no_verdict(rate):
    # c f with eta/c has the same path; f(x - 2) + 0.5 the shifted path; f(-x) the mirrored path
    versions = [
        (WELLS, 1.4, rate),
        (line(lambda x: 4 * WELLS.loss((x,)), lambda x: 4 * (x**3 - x), lambda x: 4 * (3 * x * x - 1)), 1.4, rate / 4),
        (line(lambda x: WELLS.loss((x - 2,)) + 0.5, lambda x: (x - 2) ** 3 - x + 2, lambda x: 3 * (x - 2) ** 2 - 1),
         3.4, rate),
        (WELLS, -1.4, rate),
    ]  # fmt: skip
    limits = {judge(observe(Solver(f, np.array([eta]), descent), (np.array([x]),))).limit[0] for f, x, eta in versions}
    assert len(limits) == 1


def test_minus_the_loss_upwards_is_the_loss_downwards():
    negative = line(lambda x: -WELLS.loss((x,)), lambda x: x - x**3, lambda x: 1 - 3 * x * x)
    rates = np.array([0.1, 0.5, 1.1, 2.0, 3.0])
    down = judge(observe(Solver(WELLS, rates, descent), (np.full(5, 1.9),)))
    up = judge(observe(Solver(negative, rates, descent, ascend=True), (np.full(5, 1.9),)))
    assert down.limit.tolist() == up.limit.tolist()
    np.testing.assert_array_equal(down.overshoot, up.overshoot)
    assert [name.replace("min", "max") for name in down.point] == up.point.tolist()


def test_global_needs_every_critical_value():
    # (x^2-1)^2/4 - x/10 has its better minimum on the right; from the left the run ends in the worse one
    tilted = line(lambda x: (x * x - 1) ** 2 / 4 - x / 10, lambda x: x**3 - x - 0.1, lambda x: 3 * x * x - 1)
    roots = np.sort(np.roots([1, 0, -1, -0.1]).real)
    values = tilted.loss((roots,))
    facts = Knowledge(
        bounded_below=YES, attained=YES, critical_values=np.tile(values, (2, 1)), barriers=np.tile(roots[1:2], (2, 1))
    )
    solver = Solver(tilted, np.array([0.1, 0.1]), descent)
    verdicts = judge(observe(solver, (np.array([-0.8, 0.8]),), knowledge=facts))
    assert verdicts.point.tolist() == ["local_min", "local_min"]
    assert verdicts.scope.tolist() == ["local_or_unknown", "global"]
    incomplete = Knowledge(critical_values=facts.critical_values)
    assert set(judge(observe(solver, (np.array([-0.8, 0.8]),), knowledge=incomplete)).scope) == {"local_or_unknown"}


def test_pronounced_changes_are_those_of_five_percent():
    # factors of the loss: (1 - eta)^2 = 0.9801 for eta = 0.01 and 0.81 for eta = 0.1
    verdicts = judge(observe(Solver(SQUARE, np.array([0.01, 0.1]), descent), (np.array([3.0, 3.0]),)))
    assert verdicts.pronounced[:, 0].tolist() == [False, True]


def test_a_run_too_short_for_a_limit_is_undecided_unless_exact():
    short = observe(Solver(SQUARE, 1.0, descent), (3.0,), steps=20, shown=4)
    assert judge(short).limit[0] == "undecided"
    sure = observe(Solver(SQUARE, 1.0, descent), (3.0,), steps=20, shown=4, exact=Quadratic((1,), (3,), 1))
    assert judge(sure).limit[0] == "converged"
    with pytest.raises(ValueError, match=r"^12 steps cannot be shown of a run of 5$"):
        observe(Solver(SQUARE, 1.0, descent), (3.0,), steps=5)


def test_slowly_fading_oscillation_is_not_taken_for_irregular_motion():
    # heavy ball with beta = 0.99 on x^2/2: complex factors of size sqrt(0.99), the loss goes up and down all the way
    # although the run converges; 200 or 2000 steps are too few to see that
    solver = Solver(SQUARE, np.array([0.1, 1.0]), heavy_ball, {"beta": 0.99})
    for steps in (200, 2000):
        assert judge(observe(solver, (np.array([1.0, 1.0]),), steps=steps)).limit.tolist() == ["undecided"] * 2
    assert judge(observe(solver, (np.array([1.0, 1.0]),), steps=8000)).limit.tolist() == ["converged"] * 2


def test_more_rows_than_a_chunk_holds():
    starts = np.linspace(-3.0, 3.0, CHUNK + 5)
    verdicts = judge(observe(Solver(SQUARE, np.where(starts < 0, 0.5, 2.5), descent), (starts,), steps=400))
    assert set(verdicts.limit[starts < 0]) == {"converged"}
    assert set(verdicts.limit[starts > 0.1]) == {"diverged_loss_up"}


def test_without_a_hessian_nothing_converges_for_certain():
    bare = Field(SQUARE.loss, SQUARE.gradient)
    assert judge(observe(Solver(bare, 0.5, descent), (3.0,))).limit[0] == "undecided"


def test_sentences_name_what_is_certain():
    certain_case = next(case for case in CASES if case.name == "one overshoot")
    text = sentence(verdicts_of(certain_case), 0)
    assert text.startswith("The iterates converge. The point is a local minimum. No point of the loss is better.")
    assert "The loss goes the wrong way in step 1." in text
    unsure = next(case for case in CASES if case.name == "2/L, floats")
    assert sentence(verdicts_of(unsure), 0) == "What becomes of this run cannot be decided reliably."
    cycle = next(case for case in CASES if case.name == "2/L, exactly")
    text = sentence(verdicts_of(cycle, shown=2), 0)
    assert text == (
        "The iterates end up in a cycle of period 2 and never settle. The iterates pass the optimum in steps 1 and 2."
    )


def test_rules_are_complete_and_distinct():
    assert len({(rule.axis, rule.value) for rule in RULES}) == len(RULES)
    assert [rule.axis for rule in RULES] == sorted(
        (rule.axis for rule in RULES), key=["limit", "point", "scope", "flag", "event"].index
    )
    for rule in RULES:
        assert rule.bounds
        assert rule.source
        assert rule.definition.endswith(".")
        assert rule.sentence.endswith(".")
        for bound in rule.bounds:
            assert bound.yes >= bound.no if bound.large else bound.yes <= bound.no


def test_bounds_leave_a_margin_and_never_decide_nan():
    values = np.array([0.5, 1.5, 2.5, np.nan])
    assert at_most("m", 1, 2, "").judge(values).tolist() == [YES, UNSURE, NO, UNSURE]
    assert at_least("m", 2, 1, "").judge(values).tolist() == [NO, UNSURE, YES, UNSURE]
    truth = np.array([YES, UNSURE, NO])
    assert both(truth[:, None], truth).tolist() == [[1, 0, -1], [0, 0, -1], [-1, -1, -1]]
    assert either(truth[:, None], truth).tolist() == [[1, 1, 1], [1, 0, 0], [1, 0, -1]]
