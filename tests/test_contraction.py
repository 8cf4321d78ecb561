"""The bounds on which contractions rest, just inside and just outside: each expected answer is derived by hand."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import numpy as np
import pytest
from exact_runs import verdict
from hypothesis import given
from hypothesis import strategies as st

from gdquiz.descent.calculus import derive
from gdquiz.descent.exact_run import StatedRun
from gdquiz.enclosures import balls, contraction
from gdquiz.enclosures.balls import Machine, Program, Uncertain, arb, arb_mat, ball, precision
from gdquiz.enclosures.contraction import adapted, positive_definite, spectral_bound, trap
from gdquiz.formulas.expressions import Language, parse
from gdquiz.theorems import attraction
from gdquiz.theorems.attraction import converges, cycles
from gdquiz.theorems.suggestion import Suggestion

pytestmark = pytest.mark.skipif(not balls.AVAILABLE, reason="python-flint is not installed")

BENT = "x^3/6 - x/2"
"""f' = (x^2 - 1)/2 and f'' = x: at rate 1 the update has the derivative 1 - x, and rests at the minimum 1."""


def stated(loss: str, start: str, rate: str, method: str = "descent", **settings: str) -> StatedRun:
    names, numbers = zip(*(part.split("=") for part in start.split()), strict=True)
    calculus = derive(parse(loss, names=names, language=Language.FORMULA), names)
    given = tuple((name, F(value)) for name, value in settings.items())
    return StatedRun(calculus, (), tuple(map(F, numbers)), F(rate), method, given, False, 4)


def trapped(loss: str, rate: str, centre: str, radius: str, halvings: int = 1) -> Any:
    with precision(128):
        machine = Machine(stated(loss, "x=0", rate))
        return trap(machine, ((ball(F(centre)),), ()), 1, ball(F(radius)), halvings=halvings)


# --- traps -----------------------------------------------------------------------------------------------------------


def test_a_trap_needs_a_factor_below_1() -> None:
    # over 1 +- r the derivative reaches from -r to r: the factor is r
    for radius, answer in (("0.99999", True), ("1", False), ("1.00005", False), ("1.5", False)):
        assert (trapped(BENT, "1", "1", radius) is not None) == answer, radius
    # half of a radius that is too large will do
    found = trapped(BENT, "1", "1", "1.00005", halvings=2)
    assert found is not None and found.radius < 0.501 and found.factor < 0.501


def test_a_trap_holds_its_fixed_point() -> None:
    # x^2/2 at rate 1/2: from c the update goes half of the way to 0, so the point at rest is |c| away
    assert trapped("x^2/2", "1/2", "1", "1.001") is not None
    assert trapped("x^2/2", "1/2", "1", "0.999") is None
    found = trapped("x^2/2", "1/2", "1", "2")
    assert found is not None and found.within >= 0.999999 and found.limit(1)[0].contains(0)


def test_a_trap_holds_what_lies_within_its_radius() -> None:
    found = trapped("x^2/2", "1/2", "0", "1")
    with precision(128):
        assert found.holds(((arb(1),), ())) and found.holds(((arb(0, 0.9),), ()))
        assert not found.holds(((arb(1) + ball(2.0**-40),), ())) and not found.holds(((arb(0, 1.5),), ()))


def test_a_trap_elsewhere_says_nothing_of_the_run() -> None:
    # x^4/4 - x^2/2 has its minima at -1 and 1; the run from 3/2 tends to 1, whatever is looked at
    for start, place, expected in (("3/2", 1.0, "converged local_min"), ("3/2", -1.0, "undecided")):
        run = stated("x^4/4 - x^2/2", f"x={start}", "1/3")
        assert verdict(converges(run, Suggestion("converged", ((place,),)))) == expected


# --- cycles ----------------------------------------------------------------------------------------------------------


def test_points_of_a_cycle_are_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    # a limit repeats itself with every period, and m updates contract there; its points are one and the same
    resting = stated("x^4/4 - x^2/2", "x=3/2", "1/3")
    with precision(128):
        machine = Machine(resting)
        for period in (2, 3, 4):
            assert attraction._cycle_at(machine, ((arb(1) + ball(2.0**-60),), ()), period) is None
    # sqrt(1 + x^2) at 5/2: 3/4 <-> -3/4; seen with period 4 its points are two, each twice
    jumping = stated("sqrt(1+x^2)", "x=7/10", "5/2")
    with precision(128):
        machine, state = Machine(jumping), ((ball(F(3, 4)),), ())
        assert attraction._cycle_at(machine, state, 2) is not None
        assert attraction._cycle_at(machine, state, 4) is None
    # and the run has to come into the ball
    monkeypatch.setattr(contraction.Trap, "holds", lambda self, state: False)
    assert cycles(jumping, Suggestion("cycle", ((0.75,),))) is None


def test_the_factor_of_a_cycle_is_that_of_all_its_updates() -> None:
    # x^4/4 - x^2/2 at 6/5: p^2 + q^2 = 11/6 and pq = 5/6. The derivatives 11/5 - 18/5 p^2 at the two points are -2.47
    # and 0.27, whose product is 4.84 - 7.92 * 11/6 + 12.96 * 25/36 = -0.68
    root, half = 3.5**0.5, (1 / 6) ** 0.5
    for point in ((root + half) / 2, (root - half) / 2):
        with precision(128):
            machine = Machine(stated("x^4/4 - x^2/2", "x=1", "6/5"))
            found = trap(machine, ((ball(point),), ()), 2, ball(1e-6), halvings=1)
            assert found is not None and abs(found.factor - ball(F(68, 100))) < 1e-4
            assert all(abs(found.boxes[k][0][0].mid() - x) < 1e-9 for k, x in enumerate((point, root - point)))


# --- norms -----------------------------------------------------------------------------------------------------------


def test_a_spectral_bound_counts_the_width_of_its_entries() -> None:
    with precision(128):
        wide = arb_mat([[arb(0, 1)] * 2] * 2)  # holds [[1, 1], [1, 1]], whose norm is 2
        assert spectral_bound(wide) >= 2
        assert 5 <= spectral_bound(arb_mat([[arb(3), arb(0)], [arb(0), arb(-5)]])) < 5.000001


def test_a_spectral_bound_is_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np.linalg, "norm", lambda matrix, order: 4.9)  # floats may be wrong
    with precision(128), pytest.raises(Uncertain):
        spectral_bound(arb_mat([[arb(3), arb(0)], [arb(0), arb(-5)]]))


def test_definite_means_all_pivots() -> None:
    with precision(128):
        for corner, answer in ((F(1) + F(1, 10**9), True), (F(1), False), (F(1, 2), False)):
            assert positive_definite([[arb(1), arb(1)], [arb(1), ball(corner)]]) == answer
        assert not positive_definite([[arb(0, 1), arb(0)], [arb(0), arb(1)]])


@given(
    entries=st.lists(st.integers(-9, 9), min_size=4, max_size=4),
    vector=st.lists(st.integers(-9, 9), min_size=2, max_size=2),
)
def test_norms_bound_coordinates_and_images(entries: list[int], vector: list[int]) -> None:
    matrix = np.array(entries, dtype=float).reshape(2, 2)
    matrix *= 0.9 / max(1.0, float(np.abs(np.linalg.eigvals(matrix)).max()))
    with precision(128):
        norm = adapted(matrix)
        assert norm is not None
        rows = [[ball(float(entry)) for entry in row] for row in matrix]
        image = arb_mat(rows) * arb_mat([[arb(x)] for x in vector])
        size = norm.of([arb(x) for x in vector])
        slack = ball(1e-9) * (1 + size)
        assert norm.of([image[0, 0], image[1, 0]]) <= norm.bound(rows) * size + slack
        assert norm.bound(rows) < 1
        assert all(abs(arb(x)) <= width * size + slack for x, width in zip(vector, norm.widths, strict=True))


# --- adaptive methods ------------------------------------------------------------------------------------------------


def settled(start: str, centre: str, moment: str = "0", method: str = "rmsprop") -> Any:
    """What is proved of a state of RMSProp with epsilon 1, at rate 1; at rest its updates are those of descent."""
    settings = {"epsilon": "1"} | ({"rho": "9/10"} if method == "rmsprop" else {})
    with precision(128):
        machine = Machine(stated(BENT, "x=0", "1", method, **settings))
        return attraction._settled(machine, ((ball(F(start)),), ((ball(F(moment)),),)), (ball(F(centre)),))


def test_second_moments_leave_a_factor_below_1() -> None:
    # the ball has twice the distance of the iterate as its radius, r = 2|x - 1|. Slopes in it are at most r(1 + r), and
    # taken twice; so weights lie between d = 1/(1 + 2r + 2r^2) and 1, derivatives between 1 - r and 1 + r. The middle
    # and the width of their product give 1 - d + r as the factor: below 1 for r(1 + 2r + 2r^2) < 1, r < 0.44061970
    edge = 1.2203098503
    for start, answer in ((1.2, True), (edge - 1e-6, True), (edge + 1e-6, False), (edge + 1e-5, False), (1.3, False)):
        assert (settled(str(start), "1") is not None) == answer, start


def test_the_limit_lies_well_inside() -> None:
    # around 21/20, which is not the minimum, a ball of radius 1/10 holds 1, but not with what runs may stray
    assert settled("1", "1.05") is None
    assert settled("1.2", "1") is not None


def test_bounds_of_second_moments() -> None:
    with precision(128):
        machine = Machine(stated(BENT, "x=0", "1", "rmsprop", rho="9/10", epsilon="1"))
        for before in ("0.04", "0.0001"):  # an average of the old one and of squares up to 1/100
            (bound,), most = attraction._moments(machine, [ball(F(before))], [ball(F(1, 10))], ball(F(1, 2)))
            assert bound.contains(0) and bound.contains(ball(F(before))) and bound.contains(ball(F(1, 100)))
            assert bound >= 0 and bound < 0.05 and most == 1
        machine = Machine(stated(BENT, "x=0", "1", "adagrad", epsilon="1"))
        # 1/100 and 9/16 of it again and again: 1/100 * 16/7 more than before, and never less
        (bound,), most = attraction._moments(machine, [arb(1)], [ball(F(1, 10))], ball(F(1, 2)))
        assert most == 0.75 and bound.contains(1) and bound.contains(1 + ball(F(16, 701)))
        assert bound > 0.99 and bound < 1.03
        assert attraction._moments(machine, [arb(1)], [ball(F(1, 10))], arb(1))[1] == 0


# --- powers of balls -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exponent", range(-5, 9))
def test_powers_hold_the_powers_of_all_points(exponent: int) -> None:
    formula = Program((parse(f"x^({exponent})", names=("x",), language=Language.FORMULA),), ("x",))
    with precision(128):
        for low, high in ((-1, 2), (-3, 1), (1, 2), (-2, -1), (0, 3), (F(1, 3), F(1, 2))):
            box = ball(F(low)).union(ball(F(high)))
            (power,) = formula((box,))
            if not power.is_finite():
                assert exponent < 0  # the inverse of what may be 0
                continue
            for share in range(9):
                x = F(low) + (F(high) - low) * share / 8
                assert power.contains(ball(x**exponent)), (low, high, x)
            assert exponent % 2 or power >= 0, (low, high)
            assert exponent < 0 or power < 100 * max(1, abs(low), abs(high)) ** exponent


def test_powers_of_narrow_boxes_keep_their_sign() -> None:
    with precision(128):
        for exponent in range(-5, 9):
            box = arb(-2, 1e-6)
            (power,) = Program((parse(f"x^({exponent})", names=("x",), language=Language.FORMULA),), ("x",))((box,))
            assert (power < 0) == bool(exponent % 2) and (power > 0) == (exponent % 2 == 0)
            assert power.contains(ball(F(-2) ** exponent)) and power.rad() < 1e-2


# --- monotone approach -----------------------------------------------------------------------------------------------


def test_an_update_is_increasing_up_to_a_rate_of_one_over_the_curvature() -> None:
    # x^2/2: the update has the derivative 1 - rate
    for rate, answer in (("999/1000", True), ("1", False), ("1001/1000", False), ("3/2", False)):
        with precision(128):
            machine = Machine(stated("x^2/2", "x=1", rate))
            assert attraction._increasing(machine, machine.rate, arb(0), arb(1)) == answer, rate


def test_a_run_that_leads_away_does_not_approach() -> None:
    # exp(-x) falls everywhere: from 1 the run goes right for ever, away from 0, though no update leads left of 0
    suggested = Suggestion("converged", ((0.0,),))
    assert attraction.approaches(stated("exp(-x)", "x=1", "1/10"), suggested) is None
    assert verdict(attraction.approaches(stated("x^2", "x=1", "1/10"), suggested)) == "converged"


def test_a_run_that_goes_on_does_not_approach() -> None:
    # exp(x) rises everywhere: from 1 the run comes to 0 and goes on to the left for ever
    suggested = Suggestion("converged", ((0.0,),))
    assert attraction.approaches(stated("exp(x)", "x=1", "1/10"), suggested) is None
