"""Critical points, values and kinks that lie closer together than floats or margins tell, and limits on curves."""

from fractions import Fraction

import pytest

from gdquiz.formulas.expressions import Language, parse
from gdquiz.landscape.critical import critical_points
from gdquiz.solving.solution import solve
from gdquiz.solving.telling import as_text


def points_of(loss, *names):
    return critical_points(parse(loss, names=names, language=Language.FORMULA), names)


@pytest.mark.parametrize(("start", "limit"), [("1/5000000", "1/10000000"), ("-1/5000000", "-1/10000000")])
def test_the_limit_is_told_from_a_critical_point_next_to_it(start, limit):
    """With y = 10^7 x it is (y^2 - 1)^2 from 2 or -2 at the rate 10^-16 10^14 = 1/100, where y tends to 1 or -1."""
    told = solve("((10000000*x)^2-1)^2", [f"x={start}"], "1/10000000000000000", steps=1)
    assert (told.limit, told.point, told.scope) == ("converged", "local_min", "global")
    assert [x.exact for x in told.place] == [Fraction(limit)]


@pytest.mark.parametrize(
    ("loss", "start", "rate", "ascend", "point", "place"),
    [
        ("(x^2+y^2-1)^2", "x=1 y=1", "1/10", False, "local_min", "0.707107 0.707107"),  # on y = x it is (2x^2 - 1)^2
        ("(x^2+y^2-1)^2", "x=3/5 y=4/5", "1/10", False, "local_min", "0.6 0.8"),  # a point of the circle
        ("1-(x^2+y^2-1)^2", "x=1 y=1", "1/10", True, "local_max", "0.707107 0.707107"),
        ("x^2*y^2", "x=1 y=1", "1/10", False, "local_min", "0 0"),  # on y = x it is x^4
        ("-x^2*y^2", "x=1 y=1", "1/10", True, "local_max", "0 0"),
        ("x^2*y^2", "x=1 y=2", "1/10", False, "local_min", "0 1.58319"),  # x y tends to 0, and y does not
        ("(a*b-2)^2/2", "a=1 b=1", "1/4", False, "local_min", "1.41421 1.41421"),
        ("(a*b-2)^2/2+3", "a=3 b=1/3", "1/10", False, "local_min", "3.03853 0.658212"),
        ("x^2*y^2", "x=1 y=-1", "1/10", False, "local_min", "0 0"),
        ("(a*b*c-1)^2/2", "a=1 b=1 c=1/2", "1/8", False, "local_min", "1.14809 1.14809 0.758658"),
    ],
)
def test_a_limit_on_the_curve_of_the_best_points_is_told_and_listed(loss, start, rate, ascend, point, place):
    """The subspaces x = y (x = -y, a = b) hold these runs; what the limit is in the full space is told of the curve."""
    told = solve(loss, start.split(), rate, ascend=ascend, steps=1)
    assert (told.point, told.scope) == (point, "global")
    assert " ".join(f"{x.number + 0.0:.6g}" for x in told.place) == place
    here = [x.number for x in told.place]
    (listed,) = [p for p in told.landscape.points if [float(x) for x in p.point] == here]
    assert listed.kind in (("maximum",) if ascend else ("minimum",)) or told.limit == "stationary_start"
    assert "e-6" not in as_text(told)


def test_a_zero_curvature_is_told_as_0():
    """The Hessian of (a b - 1)^2/2 at (2, 1/2) is ((1/4, 1), (1, 4)), of rank 1 and trace 17/4."""
    told = solve("(a*b-1)^2/2", ["a=2", "b=1/2"], "1/10", steps=1)
    (point,) = [p for p in told.landscape.points if [float(x) for x in p.point] == [2.0, 0.5]]
    assert point.curvatures == pytest.approx((0.0, 4.25))
    assert point.curvatures[0] == 0.0


def test_a_slope_at_a_kink_that_is_0_only_in_the_end_is_not_decided():
    """Across x = 0 the slope is 10^15 (y^2 - 2), 0 at the square roots of 2, where y^3/3 - 2y is stationary."""
    found = points_of("10^15*abs(x)*(y^2-2)+y^3/3-2*y", "x", "y")
    assert [point.kind for point in found.points] == ["not decided", "not decided"]
    assert not found.complete


def test_a_rational_point_next_to_a_kink_is_listed():
    """Where x > 0 the gradient (2x + y - 99/10^23, x + 2y) is 0 at (66, -33)/10^23: nearer than 10^-20 to the kink."""
    found = points_of("x^2+y^2+x*y-x/10^21+abs(x)/10^23", "x", "y")
    assert [(p.point[0].exact, p.point[1].exact, p.kind, p.kink) for p in found.points] == [
        (Fraction(66, 10**23), Fraction(-33, 10**23), "minimum", False)
    ]
    assert found.complete


@pytest.mark.parametrize(
    ("more", "best"),
    [
        ("", None),  # an even loss: its two minima are equal, which decimals do not show
        ("+x/10^27", None),  # they differ by 3e-27, less than what 25 digits show
        ("+x/10^11", (0,)),  # by 3e-11
        ("-x/10^11", (2,)),
    ],
)
def test_minima_are_compared_as_far_as_their_decimals_reach(more, best):
    assert points_of(f"x^4+y^4-4*x^2-2*x*y{more}", "x", "y").global_minima == best


def test_a_limit_is_not_taken_for_a_rational_point_next_to_it():
    """On the way u = 10^8 x, v = 10^8 y it is u^2 (u - 1)^2 + (u + v)^2 from (2, 0) at 1/100: u falls to 1, v to -1."""
    told = solve("x^2*(x-1/10^8)^2*10^32+(x+y)^2*10^16", ["x=2/10^8", "y=0"], "1/10^18", steps=1)
    assert told.limit == "converged"
    assert [x.number for x in told.place] == pytest.approx([1e-8, -1e-8], rel=1e-9)
    assert any([float(x) for x in p.point] == [x.number for x in told.place] for p in told.landscape.points)
