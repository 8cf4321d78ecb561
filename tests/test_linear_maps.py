"""Runs on quadratics against algebra by hand, and against stepping along eigenvectors of 60 digits."""

from fractions import Fraction as F
from itertools import pairwise

import mpmath
import pytest
from exact_runs import events, flag, run_of, verdict
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gdquiz.numbers.matrices import characteristic
from gdquiz.theorems.linear_maps import MOST_BITS, Count, linear_map, smallest_polynomial


def told(*arguments, **options):
    return linear_map(run_of(*arguments, **options))


# --- the stable rate, just below, on and just above ---

NEAR = F(1, 10**12)


@pytest.mark.parametrize(
    ("loss", "start", "method", "beta", "edge"),
    [
        # S/L, with S = 2, 2(1 + b), 2(1 + b)/(1 + 2b) and the largest curvature L that the start excites
        ("x^2", "x=1", "descent", None, F(1)),
        ("x^2", "x=1", "heavy-ball", 0, F(1)),
        ("x^2", "x=1", "heavy-ball", F(9, 10), F(19, 10)),
        ("x^2", "x=1", "nesterov", 0, F(1)),
        ("x^2", "x=1", "nesterov", F(9, 10), F(19, 28)),
        ("x^2 + 10y^2", "x=1 y=1", "heavy-ball", F(1, 2), F(3, 20)),
        ("2x^2 + 2x*y + 2y^2", "x=1 y=2", "descent", None, F(1, 3)),  # curvatures 6 and 2, both excited
        ("2x^2 + 2x*y + 2y^2", "x=1 y=-1", "descent", None, F(1)),  # only the curvature 2 is
        ("2x^2 + 2x*y + 2y^2", "x=1 y=2", "nesterov", F(1, 2), F(1, 4)),
        ("x^2/2 + x*y + y^2/2 + z^2", "x=1 y=1 z=1", "heavy-ball", F(1, 3), F(4, 3)),  # 2, 2 and a valley
    ],
)
def test_the_stable_rate_is_exact(loss, start, method, beta, edge):
    assert verdict(told(loss, start, edge - NEAR, method, beta)) == "converged local_min global"
    assert verdict(told(loss, start, edge, method, beta)) == "cycle 2"
    assert verdict(told(loss, start, edge + NEAR, method, beta)) == "diverged_loss_up"


@pytest.mark.parametrize("method", ["heavy-ball", "nesterov"])
def test_a_slow_momentum_run_converges(method):
    # curvatures 1 and 100 with rate 1/100: s = 1/100 and 1, far inside of 2(1 + b) and of 2(1 + b)/(1 + 2b) = 1.33..
    assert verdict(told("x^2/2+50*y^2", "x=1 y=1", "1/100", method, "99/100")) == "converged local_min global"


def test_irrational_curvatures():
    # x^2 + x y + 2y^2 has curvatures 3 +- sqrt 2: 2/L = 2/(3 + sqrt 2) = 2(3 - sqrt 2)/7 = 0.45308...
    assert verdict(told("x^2 + x*y + 2y^2", "x=1 y=1", "0.45308")) == "converged local_min global"
    assert verdict(told("x^2 + x*y + 2y^2", "x=1 y=1", "0.45309")) == "diverged_loss_up"
    # x^2/2 + x y has curvatures (1 +- sqrt 5)/2: from any rational start both move
    assert verdict(told("x^2/2 + x*y", "x=1 y=1", "1/100")) == "unbounded_below"


# --- nothing below, something to lose ---


@pytest.mark.parametrize(
    ("loss", "start", "rate", "expected"),
    [
        ("3*x+1", "x=1", "1/8", "unbounded_below"),
        ("2*x-3*y", "x=0 y=0", "5", "unbounded_below"),
        ("x^2 + y", "x=1 y=1", "1/3", "unbounded_below"),
        ("x^2 + y", "x=1 y=1", "1", "unbounded_below"),  # x keeps jumping, y goes down for ever
        ("x^2 + y", "x=1 y=1", "11/10", "diverged_loss_up"),  # x^2 outgrows y
        ("x^2 + y", "x=0 y=1", "11/10", "unbounded_below"),  # x does not move
        ("a*b", "a=1 b=2", "1/10", "unbounded_below"),  # curvature -1 along (1, -1) is excited
        ("a*b", "a=1 b=1", "1/10", "converged saddle"),  # only the curvature 1 along (1, 1) is
        ("a*b", "a=1 b=1", "2", "cycle 2"),
        ("a*b", "a=1 b=1", "9/4", "diverged_loss_up"),
        ("a*b", "a=1 b=-1", "9/4", "unbounded_below"),
        ("x^2 - y^2", "x=1 y=0", "1/4", "converged saddle"),
        ("x^2 - y^2", "x=1 y=1/1000000", "1/4", "unbounded_below"),
        ("-x^2", "x=0", "1/4", "stationary_start local_max"),
        ("x^2 - y^2", "x=0 y=0", "1/4", "stationary_start saddle"),
        ("x^2 - y^2 + 0*z", "x=1 y=0 z=3", "1/4", "converged saddle"),
        ("(x - y)^2", "x=1 y=0", "1/8", "converged local_min global"),  # a valley of minima
        ("(x - y)^2", "x=1 y=1", "1/8", "stationary_start local_min global"),
        ("-(x - y)^2 + z^2", "x=1 y=1 z=1", "1/8", "converged saddle"),
    ],
)
def test_where_a_run_of_descent_goes(loss, start, rate, expected):
    assert verdict(told(loss, start, rate)) == expected


def test_ascent_is_descent_on_minus_the_loss():
    assert verdict(told("-x^2", "x=1", "1/4", ascend=True)) == "converged local_max global"
    assert verdict(told("-x^2", "x=1", "1", ascend=True)) == "cycle 2"
    assert verdict(told("x^2", "x=1", "1/4", ascend=True)) == "unbounded_below"
    assert verdict(told("2*x-3*y", "x=1 y=1", "1/8", "nesterov", "1/2", ascend=True)) == "unbounded_below"
    assert verdict(told("-(x - y)^2", "x=1 y=0", "1/8", "heavy-ball", "1/2", ascend=True)) == (
        "converged local_max global"
    )


def test_of_two_growing_directions_the_faster_one_decides():
    # descent: the factors 1 + eta and 1 - 3 eta have equal sizes at eta = 1, where 2 (1 + 1) and -2 stand
    assert verdict(told("3x^2/2 - y^2/2", "x=1 y=1", F(1) + NEAR)) == "diverged_loss_up"
    assert verdict(told("3x^2/2 - y^2/2", "x=1 y=1", F(1) - NEAR)) == "unbounded_below"
    # at eta = 1, f_k = 4^k (3x_0^2 - y_0^2)/2
    assert verdict(told("3x^2/2 - y^2/2", "x=1 y=1", "1")) == "diverged_loss_up"
    assert verdict(told("3x^2/2 - y^2/2", "x=1 y=2", "1")) == "unbounded_below"
    assert told("x^2 - y^2 + 4x*y", "x=1 y=1", "1") is not None
    # f_0 = 0 stays 0 for ever: x^2 + 2xy - y^2... has f = 0 at (1, 1 + sqrt 2) only; 2x^2 - y^2/2 has it at (1, 2)
    assert told("2x^2 - y^2/2", "x=1 y=2", "2/3") is None  # factors 1 - 8/3 = -5/3 and 1 + 2/3 = 5/3
    # heavy ball: curvatures 6 and -2 are equally fast where the rate is 2(1 + b)/(6 - 2)
    edge = F(3, 4)
    assert verdict(told("3x^2 - y^2", "x=1 y=1", edge + NEAR, "heavy-ball", "1/2")) == "diverged_loss_up"
    assert verdict(told("3x^2 - y^2", "x=1 y=1", edge - NEAR, "heavy-ball", "1/2")) == "unbounded_below"
    assert told("3x^2 - y^2", "x=1 y=1", edge, "heavy-ball", "1/2") is None


# --- flags ---


def test_landing_at_once():
    assert flag(told("x^2", "x=3", "1/2"), "one_step") == "+"
    assert flag(told("x^2", "x=3", F(1, 2) + NEAR), "one_step") == "-"
    assert flag(told("x^2 + y^2", "x=3 y=1", "1/2"), "one_step") == "+"
    assert flag(told("x^2 + 2y^2", "x=3 y=1", "1/2"), "one_step") == "-"
    assert flag(told("x^2 + 2y^2", "x=3 y=0", "1/2"), "one_step") == "+"


def test_an_unstable_limit_is_one_of_the_whole_map():
    # curvatures 6 and 2 with rate 1/2 from (1, -1): the factor of the other direction is -2
    assert flag(told("2x^2 + 2x*y + 2y^2", "x=1 y=-1", "1/2"), "unstable_limit") == "+"
    assert (
        flag(told("2x^2 + 2x*y + 2y^2", "x=1 y=-1", "1/3"), "unstable_limit") == "?"
    )  # -1: it neither pushes nor pulls
    assert flag(told("2x^2 + 2x*y + 2y^2", "x=1 y=-1", F(1, 3) - NEAR), "unstable_limit") == "-"
    assert flag(told("(x - y)^2", "x=1 y=0", "1/8"), "unstable_limit") == "-"
    assert flag(told("x^2 - y^2", "x=1 y=0", "1/4"), "unstable_limit") == "+"


def test_alternating():
    # descent alternates where eta lambda > 1
    assert flag(told("x^2", "x=1", F(1, 2) + NEAR), "oscillating") == "+"
    assert flag(told("x^2", "x=1", "1/2"), "oscillating") == "-"
    # heavy ball on x^2/2 with rate 17/10, b = 1/10: e = 1, -7/10, 1.1 - ... z^2 + 3/5 z + 1/10 has complex roots; the
    # errors are 1, -0.7, 0.32, -0.122, 0.0412: all alternate and shrink
    assert flag(told("x^2/2", "x=1", "17/10", "heavy-ball", "1/10"), "oscillating") == "+"
    # with b = 9/10 and rate 1: 1, 0, -0.9, -0.81, 0.081: not nearer at every step
    assert flag(told("x^2/2", "x=1", "1", "heavy-ball", "9/10"), "oscillating") == "-"
    assert flag(told("x^2/2", "x=1", "17/10", "heavy-ball", "1/10", shown=2), "oscillating") == "?"


def test_overshoot_on_the_edge_of_equal_losses():
    # at 2/L every loss is the same; beyond, every step is an overshoot; below, none is
    assert events(told("x^2", "x=1", "1"), "overshoot") == "----"
    assert events(told("x^2", "x=1", F(1) + NEAR), "overshoot") == "++++"
    assert events(told("x^2", "x=1", F(1) - NEAR), "overshoot") == "----"
    # x^2 + 4xy + y^2 from (2, 1), rate 2/5: f = 13, 24.84, ... (worked out in test_proofs)
    assert events(told("x^2 + 4x*y + y^2", "x=2 y=1", "2/5", shown=1), "overshoot") == "+"


def test_events_end_where_numbers_grow_too_long():
    # each step adds some 40 bits to a numerator that starts with 20
    run = told("x^2/2 + 3x*y/7 + y^2", "x=1 y=1/1048573", "1048573/2097143", shown=1000)
    assert run is not None
    known = events(run, "overshoot").rstrip("?")
    assert MOST_BITS // 100 < len(known) < 1000 and "?" not in known


# --- the algebra beneath ---


def test_counting_real_roots():
    # (t + 1) t^2 (t - 1)(t - 2)(t - 3) with the bound 2
    polynomial = tuple(map(F, (1, -5, 5, 5, -6, 0, 0)))
    assert Count.of(polynomial, F(2)) == Count(below=1, zero=2, inside=1, bound=1, beyond=1)
    assert Count.of(polynomial, F(2) - NEAR) == Count(1, 2, 1, 0, 2)
    assert Count.of(polynomial, F(2) + NEAR) == Count(1, 2, 2, 0, 1)


def test_the_smallest_polynomial_of_a_start():
    matrix = ((F(4), F(2)), (F(2), F(4)))
    assert smallest_polynomial(matrix, (F(1), F(2))) == characteristic(matrix) == (1, -8, 12)
    assert smallest_polynomial(matrix, (F(1), F(1))) == (1, -6)
    assert smallest_polynomial(matrix, (F(0), F(0))) == (1,)


def test_what_is_no_linear_map_is_left_alone():
    assert told("x^4", "x=1", "1/10") is None
    assert told("x^2", "x=1", "1/10", "adam") is None
    assert told("exp(1)*x^2", "x=1", "1/10") is None
    assert told("x^2", "x=1", "1/10", "heavy-ball", "1") is None


# --- against another route ---

small = st.fractions(-3, 3, max_denominator=3)


def step(method, beta, rate, slope_at, point, before):
    """One update of vectors of fractions or mpf, from the definitions."""
    moved = [x + beta * (x - b) for x, b in zip(point, before, strict=True)]
    slope = slope_at(moved if method == "nesterov" else point)
    return [x - rate * g for x, g in zip(moved, slope, strict=True)]


@st.composite
def problems(draw):
    size = draw(st.integers(1, 3))
    hessian = [[F(0)] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            hessian[i][j] = hessian[j][i] = draw(small)
    method = draw(st.sampled_from(["descent", "heavy-ball", "nesterov"]))
    beta = draw(st.sampled_from([F(0), F(1, 3), F(1, 2), F(4, 5)])) if method != "descent" else F(0)
    start = [draw(small) for _ in range(size)]
    tilt = [draw(st.sampled_from([F(0), F(0), F(1), F(-1, 2)])) for _ in range(size)]
    return hessian, tilt, start, draw(st.fractions(F(1, 8), 2, max_denominator=8)), method, beta, draw(st.booleans())


@settings(max_examples=150, deadline=None)
@given(problems())
def test_against_stepping(problem):
    hessian, tilt, start, rate, method, beta, ascend = problem
    size, names = len(start), "xyz"
    sign = -1 if ascend else 1

    def slope_at(point):
        return [sum(h * x for h, x in zip(row, point, strict=True)) + t for row, t in zip(hessian, tilt, strict=True)]

    def loss_at(point):
        return sum((g + t) * x for g, t, x in zip(slope_at(point), tilt, point, strict=True)) / 2

    terms = [f"({hessian[i][j]})/2*{names[i]}*{names[j]}" for i in range(size) for j in range(size)]
    terms += [f"({t})*{name}" for t, name in zip(tilt, names, strict=False)]
    line = " ".join(f"{name}={x}" for name, x in zip(names, start, strict=False))
    told = linear_map(run_of(" + ".join(terms), line, rate, method, beta, ascend, shown=5))
    points = [start, step(method, beta, sign * rate, slope_at, start, start)]
    for _ in range(4):
        points.append(step(method, beta, sign * rate, slope_at, points[-1], points[-2]))
    losses = [sign * loss_at(point) for point in points]
    limit, crossed = along_eigenvectors(hessian, slope_at(start), rate * sign, method, beta)
    assume(limit != "close")
    if told is None:
        assert limit == "race"
        return
    if limit != "race":
        assert told.limit[0] == limit
    assert events(told, "overshoot") == "".join("+" if b > a else "-" for a, b in pairwise(losses))
    if told.limit[0] == "converged":
        with mpmath.workdps(60):
            matrix, lean = [[mp(h) for h in row] for row in hessian], [mp(t) for t in tilt]

            def precise(point):
                return [
                    sum(h * x for h, x in zip(row, point, strict=True)) + t for row, t in zip(matrix, lean, strict=True)
                ]

            here = before = [mp(x) for x in start]
            for _ in range(1500):
                here, before = step(method, mp(beta), mp(sign * rate), precise, here, before), here
            assert max(abs(a - b) for a, b in zip(told.place[0], here, strict=True)) < 1e-9
        assert (flag(told, "one_step") == "+") == (slope_at(points[1]) == [0] * size and points[1] != start)
    assert events(told, "crossing") == crossed


def mp(x):
    return mpmath.mpf(x.numerator) / x.denominator


def along_eigenvectors(hessian, slope, rate, method, beta):
    """The limit by 600 steps of every slope along an eigenvector of 60 digits, and the crossings of the first five.

    The limit is ``race`` where the loss grows along one and falls along another, ``close`` where 600 steps do not tell.
    """
    with mpmath.workdps(60):
        values, vectors = mpmath.eigsy(mpmath.matrix([[mp(h) for h in row] for row in hessian]))
        up = down = cycles = moves = drifts = False
        crossed = [False] * 5
        for place, value in enumerate(values):
            part = sum(vectors[i, place] * mp(slope[i]) for i in range(len(slope)))
            if abs(part) < mpmath.mpf(10) ** -40:
                continue
            moves = True
            if abs(value) < mpmath.mpf(10) ** -40:
                down, drifts = True, True
                continue
            now = before = [part]
            sizes = []
            for k in range(600):
                now, before = step(method, mp(beta), mp(rate), lambda p, v=value: [v * p[0]], now, before), now
                sizes.append(abs(now[0]))
                if k < 5 and now[0] * before[0] < -(mpmath.mpf(10) ** -40):
                    crossed[k] = True
            if sizes[-1] > 1e4 * abs(part):
                up, down = up or value * mp(rate) > 0, down or value * mp(rate) < 0
            elif abs(sizes[-1] - sizes[-2]) < mpmath.mpf(10) ** -12 * sizes[-1] and sizes[-1] > 1e-6 * abs(part):
                cycles = True
            elif sizes[-1] > 1e-4 * abs(part):
                return "close", ""
    told = "".join("+" if passed and not drifts else "-" for passed in crossed)  # no optimum to pass
    if not moves:
        return "stationary_start", told
    if up and down:
        return "race", told
    return "diverged_loss_up" if up else "unbounded_below" if down else "cycle" if cycles else "converged", told
