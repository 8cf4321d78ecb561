"""Runs that are proved in balls, by exact orbits and by short paths: each expected verdict is derived by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction as F

import pytest
from exact_runs import flag, verdict

from gdquiz.descent.calculus import derive
from gdquiz.descent.exact_run import ExactRun, StatedRun
from gdquiz.enclosures import balls as enclosures
from gdquiz.enclosures.balls import Machine, Program, Uncertain, arb, ball, precision
from gdquiz.formulas.expressions import Language, parse
from gdquiz.numbers.certainty import NO, UNSURE, YES
from gdquiz.solving.solution import solve
from gdquiz.theorems import attraction, events
from gdquiz.theorems.attraction import approaches, converges, cycles, settles
from gdquiz.theorems.certificates import Exact
from gdquiz.theorems.deciding import decide
from gdquiz.theorems.events import crossings, overshoots, with_flags
from gdquiz.theorems.orbits import begins_at_rest, comes_back
from gdquiz.theorems.suggestion import Suggestion
from gdquiz.theorems.unfinished import drifts, lingers, plateau
from gdquiz.theorems.valleys import descends

pytestmark = pytest.mark.skipif(not enclosures.AVAILABLE, reason="python-flint is not installed")


def stated(
    loss: str, start: str, rate: str, method: str = "descent", *, ascend: bool = False, **settings: str
) -> StatedRun:
    names, numbers = zip(*(part.split("=") for part in start.split()), strict=True)
    calculus = derive(parse(loss, names=names, language=Language.FORMULA), names)
    given = tuple((name, F(value)) for name, value in settings.items())
    return StatedRun(calculus, (), tuple(map(F, numbers)), F(rate), method, given, ascend, 4)


def exact(run: StatedRun) -> ExactRun:
    found = run.exact
    assert found is not None
    return found


def near(*place: float, limit: str = "converged") -> Suggestion:
    return Suggestion(limit, (place,))


# --- balls -----------------------------------------------------------------------------------------------------------


def value(formula: str, **numbers: object) -> object:
    node = parse(formula, names=tuple(numbers), language=Language.FORMULA)
    return Program((node,), tuple(numbers))(tuple(numbers.values()))[0]


def test_balls_hold_the_true_value() -> None:
    with precision(128):
        unit = arb(0, 1)  # everything from -1 to 1
        assert value("x^2", x=unit) > -1e-6 and value("x^2", x=unit).contains(1)
        assert value("x^3", x=unit).contains(-1) and value("x^-2", x=arb(2)) == arb(1) / 4
        assert value("x/3", x=arb(1)).contains(ball(F(1, 3)))  # 1/3 is no binary fraction: its ball is not a point
        assert not value("x/3", x=arb(1)).is_exact()
        assert value("relu(x) + abs(x)", x=arb(3)) == 6
        assert not value("sign(x)", x=unit).is_finite()  # the sign of a ball around 0 is not known
        assert not value("1/x", x=unit).is_finite()


def test_a_program_on_fractions_is_exact() -> None:
    node = parse("x^2/3 + max(x, 1/2) - abs(x)", names=("x",), language=Language.FORMULA)
    assert Program((node,), ("x",)).on_fractions((F(-1, 2),)) == [F(1, 12) + F(1, 2) - F(1, 2)]


def test_a_box_with_a_kink_has_no_gradient() -> None:
    run = stated("x^2 - abs(x)", "x=1", "1/10")
    with precision(128):
        machine = Machine(run)
        assert machine.slope((arb("0.75", "0.25"),))[0].contains(1)  # 2x - 1 from 0 to 1
        with pytest.raises(Uncertain):
            machine.slope((arb(0, 1),))


# --- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "start", "rate", "place"),
    [
        ("x^4/4 - x^2/2", "x=3/2", "1/3", (1.0,)),  # f'' = 2 at 1: factor 1/3
        ("x^2 - abs(x)", "x=1", "1/10", (0.5,)),  # x^2 - x on the right of the kink
        ("exp(-x) + x", "x=-2", "3/2", (0.0,)),  # f'' = 1 at 0: factor -1/2, after a long first step
        ("(x-1)^2 + 10*(y-x^2)^2", "x=-1 y=1", "1/100", (1.0, 1.0)),
    ],
)
def test_a_contraction_that_the_iterate_comes_into(loss: str, start: str, rate: str, place: tuple[float, ...]) -> None:
    told = converges(stated(loss, start, rate), near(*place))
    assert verdict(told) == "converged local_min" and told is not None
    assert told.place is not None and told.within is not None
    assert abs(told.place[0] - place).max() <= told.within[0] + 1e-15 and told.within[0] < 1e-12


@pytest.mark.parametrize(("method", "setting"), [("heavy-ball", "9/10"), ("nesterov", "9/10")])
def test_momentum_in_a_norm_of_its_own(method: str, setting: str) -> None:
    # at the minimum 1 of x^4/4 - x^2/2, f'' = 2: heavy ball has roots of size sqrt(9/10) there, complex ones
    told = converges(stated("x^4/4 - x^2/2", "x=3/2", "1/10", method, beta=setting), near(1.0))
    assert verdict(told) == "converged local_min"


def test_just_inside_and_just_outside_of_the_largest_rate() -> None:
    # x^2/2 has 2/L = 2: the factor is -(1 - 1e-9), -1 and -(1 + 1e-9)
    for rate, expected in (("2 - e", "converged local_min"), ("2", "undecided"), ("2 + e", "undecided")):
        exactly = F(2) + {"2 - e": -F(1, 10**9), "2": F(0), "2 + e": F(1, 10**9)}[rate]
        assert verdict(converges(stated("x^2/2", "x=3", str(exactly)), near(0.0))) == expected


def test_a_critical_point_alone_proves_no_attraction() -> None:
    # Newton's method finds the saddle at 0 of x^2 - y^2 + y^4, but the update drives away from it: 1 + 2/10 along y
    run = stated("x^2 - y^2 + y^4", "x=1 y=1/1000", "1/10")
    assert converges(run, near(0.0, 0.0)) is None
    assert verdict(converges(run, near(0.0, 0.7071))) == "converged local_min"  # y = 1/sqrt 2


def test_climbing_finds_maxima() -> None:
    told = converges(stated("x^2/2 - x^4/4", "x=3/2", "1/3", ascend=True), near(1.0))
    assert verdict(told) == "converged local_max"


def test_a_start_on_the_stable_line_of_a_saddle() -> None:
    # from (1/3, 2/3) with v = 2u: 2u - v = 0 stays 0 and u + 2v = 5u falls by 1 - 2/7: to the saddle, exactly
    run = stated("(u+2*v)^2/10 - (2*u-v)^2/10 + (2*u-v)^4", "u=1/3 v=2/3", "1/7")
    assert converges(run, near(0.0, 0.0)) is None  # nearby runs end elsewhere
    assert verdict(decide(run, near(0.0, 0.0))).startswith("converged saddle")


def test_one_sided_approach_to_a_flat_minimum() -> None:
    # x^4 + x^6 from 1/2 with rate 1/10: the update x - (4x^3 + 6x^5)/10 is increasing below 1/2, and never below 0
    told = approaches(stated("x^4 + x^6", "x=1/2", "1/10"), near(0.0, limit="slow"))
    assert verdict(told) == "converged" and told is not None and told.place is not None and told.within is not None
    assert abs(told.place[0, 0]) <= told.within[0]
    assert approaches(stated("x^4 + x^6", "x=2", "1/10"), near(0.0, limit="slow")) is None  # it overshoots


@pytest.mark.parametrize(
    ("loss", "start", "rate"),
    [
        ("(a*b-1)^2/2", "a=2 b=0", "1/10"),
        ("a^2*b^2/2 - a*b + 8", "a=2 b=0", "1/10"),  # the same and 15/2 more, multiplied out
        ("x^2*y^2", "x=2 y=1", "1/10"),
        ("(x^2+y^2-1)^2", "x=2 y=1", "1/50"),
        ("(a*b*c-1)^2/2", "a=1 b=1 c=1/2", "1/8"),
        ("(a*b-1)^2 + (a*c-2)^2", "a=1 b=1 c=1/2", "1/20"),
    ],
)
def test_minima_that_are_not_isolated(loss: str, start: str, rate: str) -> None:
    run = stated(loss, start, rate)
    told = descends(run, near(*(1.0 for _ in run.start), limit="undecided"))
    assert verdict(told) == "converged local_min global" and told is not None and told.place is not None
    height = float(run.calculus.loss_function(*told.place[0])[()])
    assert height == pytest.approx({"a^2*b^2/2 - a*b + 8": 7.5}.get(loss, 0.0), abs=1e-12)


def test_a_path_needs_residuals_that_are_free() -> None:
    # x^2 y^4 at (1, 0): the residual x y^2 has no slope there, so that no bound holds near the limit
    run = stated("(x^2*y^2)^2", "x=1 y=1/2", "1/10")
    assert descends(run, near(1.0, 0.0, limit="undecided")) is None


# --- cycles ----------------------------------------------------------------------------------------------------------


def test_attracting_cycles() -> None:
    # sqrt(1 + x^2) at 5/2: x = 3/4 has h = 5/4 = rate/2, so x <-> -x, with multiplier (1 - 2/h^2)^2 = 0.0784
    assert verdict(cycles(stated("sqrt(1+x^2)", "x=7/10", "5/2"), near(0.75, limit="cycle"))) == "cycle 2"
    # x^4/4 - x^2/2 at 6/5: x^2 = 1 - 1/r +- ... : a cycle around 1, as f''(1) = 2 > 2/(6/5)
    assert verdict(cycles(stated("x^4/4 - x^2/2", "x=3/2", "6/5"), near(1.0, limit="cycle"))) == "cycle 2"
    # a limit is no cycle: its points would have to be apart
    assert cycles(stated("x^4/4 - x^2/2", "x=3/2", "1/3"), near(1.0, limit="cycle")) is None
    # -1 exactly is neutral: no ball shows it
    assert cycles(stated("x^2/2", "x=1", "2"), near(1.0, limit="cycle")) is None


@pytest.mark.parametrize("start", ["x=0", "x=1", "x=7/2"])
def test_rmsprop_jumps_across_the_minimum_for_ever(start: str) -> None:
    # with x - 3 = +-eta/2 each way, |g| = eta and s -> g^2: the step is eta g/|g|, to the other side; floats land on 3
    run = stated("(x-3)^2", start, "1/10", "rmsprop", rho="9/10", epsilon="0")
    assert verdict(decide(run, near(3.0))) == "cycle 2"
    assert solve("(x-3)^2", [start], "1/10", method="rmsprop").limit == "cycle"


def test_second_moments_within_bounds() -> None:
    # near 3 the step is eta g/(sqrt s + 1) with s towards 0: factor 1 - 2/10
    run = stated("(x-3)^2", "x=0", "1/10", "rmsprop", rho="9/10", epsilon="1")
    assert verdict(settles(run, near(3.0))) == "converged local_min"
    # AdaGrad's sum of squares stays above the first one, 36: rate/sqrt(36) * 2 is far below 2
    assert verdict(settles(stated("(x-3)^2", "x=0", "1/2", "adagrad", epsilon="0"), near(3.0))) == "converged local_min"


def test_adam_is_left_open() -> None:
    run = stated("(x-3)^2", "x=0", "1/10", "adam", beta1="9/10", beta2="999/1000")
    assert decide(run, near(3.0)) is None
    assert solve("(x-3)^2", ["x=0"], "1/10", method="adam").limit == "undecided"


def test_irregular_runs_are_never_a_verdict() -> None:
    # x^4/4 - x^2/2 at 19/10 wanders about in both valleys
    assert decide(stated("x^4/4 - x^2/2", "x=1/3", "19/10"), near(0.3, limit="bounded_irregular")) is None
    assert solve("x^4/4 - x^2/2", ["x=1/3"], "19/10").limit in ("undecided", "cycle")


# --- exact orbits ----------------------------------------------------------------------------------------------------


def test_starts_without_slope() -> None:
    kinds = {"x=0": "local_max", "x=1": "local_min", "x=-1": "local_min"}
    for start, kind in kinds.items():
        assert verdict(begins_at_rest(exact(stated("x^4/4 - x^2/2", start, "1")))) == f"stationary_start {kind}"
    assert verdict(begins_at_rest(exact(stated("exp(-x) + x", "x=0", "1")))) == "stationary_start local_min"
    assert begins_at_rest(exact(stated("x^4/4 - x^2/2", "x=1/1000000000", "1"))) is None
    assert begins_at_rest(exact(stated("x^2 + abs(x)", "x=0", "1"))) is None  # no gradient on a kink
    # RMSProp without epsilon divides 0 by 0
    assert begins_at_rest(exact(stated("x^2", "x=0", "1", "rmsprop", rho="9/10", epsilon="0"))) is None


def test_exact_returns() -> None:
    # x^2 - |x| from 3/2 with rate 1: 3/2 - (3 - 1) = -1/2, a minimum, reached in one step
    told = comes_back(exact(stated("x^2 - abs(x)", "x=3/2", "1")))
    assert verdict(told) == "converged local_min" and flag(told, "one_step") == "+"
    # x^4/4 from 2 with t = rate x^2 = 2: 2 <-> -2
    assert verdict(comes_back(exact(stated("x^4/4", "x=2", "1/2")))) == "cycle 2"
    # x^3/3 - x, rate 1: 2 -> -1, where the slope is 0 and the curvature -2: a maximum that the update drives away from
    told = comes_back(exact(stated("x^3/3 - x", "x=2", "1")))
    assert verdict(told) == "converged local_max" and flag(told, "unstable_limit") == "+"
    # 1 -> 0 lands on a kink, where nothing is decided
    assert comes_back(exact(stated("x^2 - abs(x)", "x=1", "1"))) is None


# --- what has not arrived --------------------------------------------------------------------------------------------


def test_slow_runs_and_plateaus() -> None:
    # (1 + e^x)^-2 towards its infimum 0 from -20 with rate 1: the slope is about -2 e^x, so that x stays near -20
    run = stated("(1+exp(x))^-2", "x=-20", "1")
    assert lingers(run, near(-20.0, limit="slow")) is None  # so little happens that the loss does not fall by 1e-12
    run = stated("(1+exp(x))^-2", "x=-9", "1")
    # x' = 2 e^x: in 2,000 steps e^-x falls from 8103 by 4,000, to x = -8.3; the loss from 0.99975 to 0.9995
    assert verdict(lingers(run, near(-8.3, limit="slow"))) == "slow"
    assert plateau(run, 0.0) == YES  # the slope 5e-4 is small, and nearly all of the fall is left
    assert plateau(run, 0.9) == UNSURE or plateau(run, 0.999) == YES
    assert verdict(lingers(stated("x^4/4", "x=2", "3/8"), near(0.01, limit="slow"))) == "slow"
    assert plateau(stated("x^4/4", "x=2", "3/8"), 0.0) == NO  # the loss has fallen by nearly all


def test_drift() -> None:
    # log(1 + e^-x) is positive and its slope negative everywhere: x grows for ever, and the loss falls to 0
    told = drifts(stated("log(1+exp(-x))", "x=-2", "1/10"), near(5.0, limit="drift"))
    assert verdict(told) == "drift" and told is not None and (told.overshoot == NO).all()
    assert drifts(stated("exp(-x) + x", "x=-2", "1/10"), near(5.0, limit="drift")) is None  # it has a minimum


# --- on the way ------------------------------------------------------------------------------------------------------


def told(run: StatedRun, place: float) -> Exact:
    proved = converges(run, near(place))
    assert proved is not None
    return with_flags(run, proved)


def test_events_step_by_step() -> None:
    # e^-x + x from -2 with rate 3/2: x1 = 7.58, the loss rises from 5.39 to 7.58; then steps of less than 2/L, from
    # the right until the factor -1/2 near 0
    run = stated("exp(-x) + x", "x=-2", "3/2")
    assert overshoots(run).tolist() == [YES, NO, NO, NO]
    assert crossings(run, (0.0, 0.0)).tolist()[:3] == [YES, NO, NO]
    # 2/L of a parabola: the loss stays the same, exactly, which is no rise; balls of numbers like 1/3 cannot tell
    assert overshoots(stated("x^2/2", "x=3", "2")).tolist() == [NO] * 4


def test_oscillation() -> None:
    # x^4/4 - x^2/2 near 1: factor 1 - 2 rate; 4/5 gives -3/5 and 1/5 gives 3/5
    assert told(stated("x^4/4 - x^2/2", "x=11/10", "4/5"), 1.0).oscillating.tolist() == [YES]
    assert told(stated("x^4/4 - x^2/2", "x=11/10", "1/5"), 1.0).oscillating.tolist() == [NO]


def test_leaving_the_basin() -> None:
    # 3x^4 - 6x^2 + x/10 has its hill near 0: with rate 1/24, 2 -> 2 - (96 - 24 + 1/10)/24 = -1.004
    across = told(stated("3*x^4 - 6*x^2 + x/10", "x=2", "1/24"), -1.0)
    assert across.basin_jump is not None and across.basin_jump.tolist() == [YES]
    stays = told(stated("3*x^4 - 6*x^2 + x/10", "x=2", "1/48"), 1.0)
    assert stays.basin_jump is not None and stays.basin_jump.tolist() == [NO]


# --- without flint, and with either of SymPy's number types -----------------------------------------------------------


def test_without_flint_it_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (enclosures, attraction, events):
        monkeypatch.setattr(module, "AVAILABLE", False)
    decide.cache_clear()
    assert solve("x^4/4 - x^2/2", ["x=3/2"], "1/3").limit == "undecided"
    assert solve("x^2/2", ["x=3"], "1/3").limit == "converged"  # exact arithmetic needs no balls
    decide.cache_clear()


PROGRAM = """
import json, sys
from gdquiz.solving.solution import solve
from gdquiz.solving.telling import as_text
for loss, start, rate in (("x^4/4 + x^3/6 - 3*x^2/4", "x=2", "1/10"), ("x^2 + x*y + 2*y^2", "x=1", "1/10"),
                          ("exp(-x) + x/3", "x=1/7", "2/3"), ("(a*b-1)^2/2", "a=2", "1/10")):
    names = [start, "y=1/3"] if "y" in loss else [start, "b=1/2"] if "b" in loss else [start]
    print(as_text(solve(loss, names, rate, steps=4)))
from gdquiz.cli import main
main(["check", "--jobs", "1", "--item", "where-descent-ends"], standalone_mode=False)
"""


def test_both_number_types_of_sympy_give_the_same_bytes() -> None:
    outputs = []
    for ground in ("python", "flint"):
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=os.environ | {"SYMPY_GROUND_TYPES": ground},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr[-2000:]
        outputs.append([line for line in run.stdout.splitlines() if " s" not in line[-4:]])
    assert outputs[0] == outputs[1] and len(outputs[0]) > 40
