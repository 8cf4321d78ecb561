"""Runs that never leave a line or plane, judged by all theorems."""

from fractions import Fraction as F

import pytest
from exact_runs import events, flag, run_of, verdict

from gdquiz.descent.calculus import derive
from gdquiz.descent.exact_run import ExactRun, StatedRun
from gdquiz.formulas.expressions import Language, parse
from gdquiz.theorems import deciding
from gdquiz.theorems.foresight import foreseen
from gdquiz.theorems.subspaces import on_subspace


def told(*arguments, **options):
    return within(run_of(*arguments, **options))


def within(run: ExactRun):
    return on_subspace(run, lambda inner: deciding.decide(inner, foreseen(inner)))


@pytest.mark.parametrize(
    ("loss", "start", "rate", "expected"),
    [
        # with p = u + 2v and q = 2u - v: p^2/10 - q^2/10 + q^4, and q = 0 on the line v = 2u
        ("(u + 2*v)^2/10 - (2*u - v)^2/10 + (2*u - v)^4", "u=1/3 v=2/3", "1/7", "converged saddle"),
        ("(u + 2*v)^2/10 - (2*u - v)^2/10 + (2*u - v)^4", "u=1/5 v=2/5", "1/7", "converged saddle"),
        # along axes: y = 0 for ever
        ("x^2 - y^2 + y^4", "x=1 y=0", "1/7", "converged saddle"),
        ("x^4/4 - y^2 + x^2/2 + y^4", "x=1 y=0", "1/7", "converged saddle"),
        ("x^2*(2 - cos(y)) - y^2", "x=1 y=0", "1/7", "converged saddle"),
        ("x^2 + y^4 - y^2", "x=1 y=0", "1", "cycle 2"),
        ("x^2 + y^4 - y^2", "x=1 y=0", "11/10", "diverged_loss_up"),
        ("-x^2 + y^4 + y^2", "x=1 y=0", "1/10", "unbounded_below"),
        # the diagonal, by symmetry
        ("x*y + (x - y)^4", "x=1 y=1", "1/7", "converged saddle"),
        ("x*y + (x + y)^4", "x=1 y=-1", "1/7", "unbounded_below"),
        ("(x + y - 2)^2 - (x - y)^2 + (x - y)^6", "x=3 y=3", "1/7", "converged saddle"),
        ("x^2 + y^2 - 3*x*y/1 + (x - y)^4 + (x + y)^4", "x=1/3 y=1/3", "1/7", "converged local_min"),
        # a line that misses the origin: y = x + 1, where y - x - 1 = 0
        ("x^2 + y^2 + (y - x - 1)^3", "x=1 y=1", "1/7", "undecided"),
        ("(x + y)^2 - (y - x - 1)^2 + (y - x - 1)^4", "x=1 y=2", "1/7", "converged saddle"),
        # three variables: a plane along axes, one with directions of unequal lengths, a line
        ("x^2 + y^2 - z^2 + z^4 + x*y*z^2", "x=1 y=2 z=0", "1/7", "converged saddle"),
        ("x*y + z^2 + (x - y)^4", "x=1 y=1 z=1", "1/7", "converged saddle"),
        ("x*y + y*z + z*x + (x - y)^4 + (y - z)^4", "x=1 y=1 z=1", "1/9", "converged saddle"),
        # at rest from the beginning
        ("x^4 - x^2 + y^2", "x=0 y=0", "1/7", "stationary_start saddle"),
        ("cos(x)", "x=0", "1/7", "stationary_start local_max"),
    ],
)
def test_runs_within_a_subspace(loss, start, rate, expected):
    assert verdict(told(loss, start, rate)) == expected


def test_beside_the_subspace_nothing_is_said():
    assert told("x^2 - y^2 + y^4", "x=1 y=1/1000000000000", "1/7") is None
    assert told("x*y + (x - y)^4", "x=1 y=1000000001/1000000000", "1/7") is None
    assert told("x^2 + x*y - y^2 + y^4", "x=1 y=0", "1/7") is None  # y is not even
    # in floats the gradients stay on the axis: the slope along y is x^2/10^30
    assert told("x^2 - y^2 + y^4 + x^2*y/10^30", "x=1 y=0", "1/7") is None


def test_methods_with_memory_stay_within_too():
    saddle = "x^4/4 + x^2/2 - y^2 + y^4"
    assert verdict(told(saddle, "x=1 y=0", "1/7", "heavy-ball", "1/2")) == "converged saddle"
    assert verdict(told(saddle, "x=1 y=0", "1/7", "nesterov", "1/2")) == "converged saddle"
    assert verdict(told("x*y + (x - y)^4", "x=1 y=1", "1/7", "nesterov", "1/2")) == "converged saddle"
    # a method that divides by the root of g^2 has 0/0 in the other component, unless there is an epsilon
    assert told(saddle, "x=1 y=0", "1/7", "adagrad") is None


def test_ascent_to_a_saddle():
    assert verdict(told("y^2 - x^2 - y^4", "x=1 y=0", "1/7", ascend=True)) == "converged saddle"


def test_the_numbers_of_a_family_count():
    # a x^2 - y^2 + c y^4 with a = 1/2: e -> (1 - eta) e, at eta = 2 a cycle
    calculus = derive(
        parse("a*x^2 - y^2 + c*y^4", names=("x", "y", "a", "c"), language=Language.FORMULA), ("x", "y"), ("a", "c")
    )
    for rate, expected in ((F(1, 2), "converged saddle"), (F(2), "cycle 2"), (F(9, 4), "diverged_loss_up")):
        assert verdict(within(ExactRun(calculus, (F(1, 2), F(1)), (F(1), F(0)), rate))) == expected


def test_what_is_told_of_the_whole_space():
    saddle = told("x^2 - y^2 + y^4", "x=1 y=0", "1/2", shown=2)
    assert (flag(saddle, "one_step"), flag(saddle, "unstable_limit"), events(saddle, "overshoot")) == ("+", "+", "--")
    assert saddle.place.tolist() == [[0, 0]]
    # within the line the curvature is 2, so that 1 - 2 eta = 1/3; across it is 20, and 1 - 20/3 pushes away
    valley = told("x^2 + 10y^2 + y^4", "x=1 y=0", "1/3")
    assert (verdict(valley), flag(valley, "unstable_limit")) == ("converged local_min", "+")
    assert flag(told("x^2 + y^2/2 + y^4", "x=1 y=0", "1/3"), "unstable_limit") == "-"
    # a kink across the line is no matter of second derivatives
    assert verdict(told("x^2 + abs(y)", "x=1 y=0", "1/3")).startswith("converged")


def test_a_shipped_mistake_is_gone_in_every_precision():
    # the float run leaves the line v = 2u by rounding and ends in a minimum; the exact one cannot
    run = run_of("(u + 2*v)^2/10 - (2*u - v)^2/10 + (2*u - v)^4", "u=1/3 v=2/3", "1/7")
    stated = StatedRun(run.calculus, (), run.start, run.rate)
    assert foreseen(stated).places[0] != (0, 0)
    assert verdict(deciding.decide(stated, foreseen(stated))) == "converged saddle"
