"""Critical points: where, of what kind, and whether these are all."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from gdquiz.descent.calculus import derive
from gdquiz.formulas.expressions import Language, parse
from gdquiz.landscape.convexity import Shape, nonnegative, shape
from gdquiz.landscape.critical import critical_points
from gdquiz.landscape.elimination import Dimension, count_points
from gdquiz.landscape.facts import Landscape
from gdquiz.numbers import roots
from gdquiz.numbers.matrices import characteristic, inertia, solve

F = Fraction


def landscape(loss: str, variables: str = "x") -> Landscape:
    return critical_points(parse(loss, names=set(variables), language=Language.FORMULA), tuple(variables))


def exact(of: Landscape) -> list[tuple[tuple[Fraction | None, ...], str]]:
    return [(tuple(value.exact for value in point.point), point.kind) for point in of.points]


# --- one variable -----------------------------------------------------------------------------------------------------


def test_double_well():
    # f = (x^2-1)^2, f' = 4x(x^2-1), f'' = 12x^2 - 4: 8 at the wells, so 2/8 is the local threshold
    of = landscape("(x^2-1)^2")
    assert exact(of) == [((F(-1),), "minimum"), ((F(0),), "maximum"), ((F(1),), "minimum")]
    assert of.complete and of.bounded_below and of.convex is False
    assert of.global_minima == (0, 2)
    assert [point.loss.exact for point in of.points] == [0, 1, 0]
    assert [point.stable_rate and point.stable_rate.exact for point in of.points] == [F(1, 4), None, F(1, 4)]
    assert of.largest_stable_rate is None
    assert of.note == "All real roots of the derivative, by Sturm's count and by isolating intervals, which agree."


def test_irrational_points_come_with_thirty_digits():
    of = landscape("x^4-4x^2")  # f' = 4x(x^2-2); f(+-sqrt 2) = 4 - 8
    assert [point.point[0].exact for point in of.points] == [None, 0, None]
    assert of.points[2].point[0].decimal == "1.41421356237309504880168872421"
    assert float(of.points[2].point[0]) == math.sqrt(2)
    assert float(of.points[2].loss) == -4
    assert of.global_minima == (0, 2)  # equal by the resultant, not by rounding
    assert float(of.points[0].stable_rate) == pytest.approx(2 / 16, rel=1e-14)  # f'' = 12*2 - 8


def test_equal_and_nearly_equal_wells_are_told_apart():
    even = landscape("(x^2-2)^2*(1+x^2)/4")
    assert even.complete and even.global_minima == (0, 2)
    tilted = landscape("(x^2-2)^2+x/10^25")
    assert tilted.complete and tilted.global_minima == (0,)  # the left one is lower by about 3e-25


@pytest.mark.parametrize(
    ("loss", "kind"),
    [
        ("x^3", "degenerate"),
        ("x^4", "minimum"),
        ("-x^4", "maximum"),
        ("-(x-2)^5", "degenerate"),
        ("x^6/3", "minimum"),
        ("(x-1)^4+7", "minimum"),
    ],
)
def test_first_derivative_that_is_not_zero_decides_in_one_variable(loss, kind):
    of = landscape(loss)
    assert of.complete and [point.kind for point in of.points] == [kind]
    assert of.points[0].singular and of.points[0].stable_rate is None


def test_convexity_and_bounds_in_one_variable():
    assert landscape("x^4+x").convex is True
    assert landscape("x^4-x^2").convex is False
    assert landscape("x^3").convex is False
    assert landscape("x^3").bounded_below is False and landscape("x^3").global_minima == ()
    assert landscape("1-x^4").global_minima == ()


def test_a_degree_beyond_the_bound_is_not_certified():
    of = landscape("x^64-7x^63+x^3-x^11+5x^22-x+3x^31-4x^59")
    assert not of.complete and of.global_minima is None
    assert "degree (over 40)" in of.note
    assert landscape("(x-3)^64").complete  # high, but the square-free part of its derivative is x - 3


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.fractions(min_value=-6, max_value=6, max_denominator=7), min_size=1, max_size=6),
    st.integers(-3, 3).filter(bool),
    st.integers(0, 2),
)
def test_prescribed_critical_points_are_found_exactly(places, lead, pairs):
    # f' = lead * prod (x - r) * (x^2 + 1)^pairs has exactly the given real roots, with their multiplicities.
    x = sympy.Symbol("x")
    slope = lead * sympy.prod([x - sympy.Rational(r.numerator, r.denominator) for r in places]) * (x**2 + 1) ** pairs
    coefficients = [F(int(c.p), int(c.q)) for c in sympy.Poly(slope, x).all_coeffs()]
    degree = len(coefficients) - 1
    loss = " + ".join(f"({c})*x^{degree - at + 1}/{degree - at + 1}" for at, c in enumerate(coefficients) if c)
    of = landscape(loss)
    distinct = sorted(set(places))
    assert [point.point[0].exact for point in of.points] == distinct
    assert of.complete
    for point, place in zip(of.points, distinct, strict=True):
        odd = places.count(place) % 2 == 1
        right = lead * (-1) ** sum(other > place for other in places)  # the sign of f' just right of the point
        assert point.kind == (("minimum" if right > 0 else "maximum") if odd else "degenerate")
        assert point.singular == (places.count(place) > 1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=2, max_size=8).filter(lambda c: c[0] != 0))
def test_sturm_agrees_with_eigenvalues_of_the_companion_matrix(coefficients):
    polynomial = tuple(map(F, coefficients))
    found = roots.real_roots(polynomial)
    assert found.agreed
    x = sympy.Symbol("x")
    free = [float(c) for c in sympy.Poly(coefficients, x).sqf_part().all_coeffs()]
    numeric = np.roots(free)
    real = sorted(numeric[np.abs(numeric.imag) < 1e-7].real)
    assert [float(root.value) for root in found.roots] == pytest.approx(real, abs=1e-6)
    for left, root, right in zip(found.separators, found.roots, found.separators[1:], strict=False):
        assert left < root.low <= root.high < right
        assert roots.sign_at(polynomial, left) != 0 and roots.sign_at(polynomial, right) != 0


def test_roots_that_end_the_interval_of_another():
    # x (x^2 - 2): isolating intervals (-2, 0), [0, 0], (0, 2) touch
    found = roots.real_roots((F(1), F(0), F(-2), F(0)))
    assert [root.exact for root in found.roots] == [None, 0, None]
    assert [float(root.value) for root in found.roots] == [-math.sqrt(2), 0, math.sqrt(2)]
    with pytest.raises(ValueError, match="every number is a root of the zero polynomial"):
        roots.real_roots(())


# --- quadratics -------------------------------------------------------------------------------------------------------


def test_ravine():
    # Hessian diag(2, 200): 2/L = 1/100
    of = landscape("x^2+100y^2-2x", "xy")
    assert exact(of) == [((F(1), F(0)), "minimum")]
    assert of.complete and of.convex and of.bounded_below and of.global_minima == (0,)
    assert of.largest_stable_rate is not None and of.largest_stable_rate.exact == F(1, 100)
    assert of.points[0].stable_rate == of.largest_stable_rate
    assert of.points[0].curvatures == pytest.approx((2, 200), rel=1e-15)


def test_rate_of_a_quadratic_is_exact_or_a_decimal():
    # [[2, 1], [1, 2]] has the eigenvalues 1 and 3; [[2, 1], [1, 1]] has (3 + sqrt 5)/2, and 2/L = 3 - sqrt 5
    assert landscape("x^2+x*y+y^2", "xy").largest_stable_rate.exact == F(2, 3)
    rate = landscape("x^2+x*y+y^2/2", "xy").largest_stable_rate
    assert rate.exact is None and float(rate) == pytest.approx(3 - math.sqrt(5), rel=1e-15)
    assert rate.decimal.startswith("0.7639320225002103035908263312")


def test_saddle_and_maximum_of_quadratics():
    saddle = landscape("x^2+4x*y+y^2", "xy")  # both diagonal entries positive, determinant 4 - 16 < 0
    assert exact(saddle) == [((F(0), F(0)), "saddle")]
    assert saddle.convex is False and saddle.bounded_below is False and saddle.largest_stable_rate is None
    assert exact(landscape("3-x^2-y^2", "xy")) == [((F(0), F(0)), "maximum")]


def test_flat_valley():
    of = landscape("(x+y-1)^2", "xy")
    assert of.points == () and not of.complete and of.convex and of.bounded_below
    assert of.valley is not None and of.valley.kind == "minimum"
    assert sum(of.valley.point) == 1 and of.valley.directions == ((F(-1), F(1)),)
    assert of.note.startswith("The Hessian is singular: the critical points form a flat set of dimension 1")
    assert of.largest_stable_rate.exact == F(1, 2)  # eigenvalues 0 and 4


def test_a_slope_without_critical_point():
    of = landscape("x^2+y", "xy")
    assert of.points == () and of.complete and of.valley is None and of.bounded_below is False
    assert landscape("3x").complete and landscape("3x").largest_stable_rate is None


# --- polynomials in several variables ---------------------------------------------------------------------------------


def test_all_five_points_where_solve_gives_one():
    # f_y = 0 gives x^2 = (4y^3 + 4y)/5, and then f_x = 2x(2x^2 + 5 - 10y) = 0: x = 0 = y, or 8y^3 - 42y + 25 = 0,
    # which has two positive roots, each with two signs of x: 1 + 2*2 points.
    of = landscape("x^4+2y^4+5x^2+4y^2-10x^2*y", "xy")
    assert of.complete and len(of.points) == 5
    assert [point.kind for point in of.points] == ["minimum", "saddle", "minimum", "saddle", "minimum"]
    for point in of.points:
        x, y = map(float, point.point)
        assert abs(4 * x**3 + 10 * x - 20 * x * y) < 1e-12 and abs(8 * y**3 + 8 * y - 10 * x * x) < 1e-12
        assert point.point[0].exact == 0 or abs(8 * y**3 - 42 * y + 25) < 1e-12
    assert of.convex is False


@pytest.mark.parametrize("p", [1, 2, 4])
@pytest.mark.parametrize("q", [-3, 2])
def test_cubic_valley(p, q):
    # x^3 - 3p^2 x + q y^2: f_xx = 6x, f_yy = 2q
    of = landscape(f"x^3-3*{p}^2*x+({q})*y^2", "xy")
    kinds = ("saddle", "minimum") if q > 0 else ("maximum", "saddle")
    assert exact(of) == [((F(-p), F(0)), kinds[0]), ((F(p), F(0)), kinds[1])]
    assert of.complete and of.bounded_below is False


@pytest.mark.parametrize("p", [1, 2, 5])
def test_folium(p):
    # x^3 + y^3 - 3pxy: (0,0) has the Hessian [[0,-3p],[-3p,0]], (p,p) has [[6p,-3p],[-3p,6p]] with eigenvalues 3p, 9p
    of = landscape(f"x^3+y^3-3*{p}*x*y", "xy")
    assert exact(of) == [((F(0), F(0)), "saddle"), ((F(p), F(p)), "minimum")]
    assert of.complete and of.points[1].stable_rate.exact == F(2, 9 * p)
    assert of.global_minima == () and of.convex is False


def test_nine_points_of_himmelblau():
    of = landscape("(x^2+y-11)^2+(x+y^2-7)^2", "xy")
    kinds = [point.kind for point in of.points]
    assert of.complete and [kinds.count(kind) for kind in ("minimum", "saddle", "maximum")] == [4, 4, 1]
    assert ((F(3), F(2)), "minimum") in exact(of)
    assert of.global_minima == (exact(of).index(((F(3), F(2)), "minimum")),)  # the only rational one with f = 0
    assert of.bounded_below


@pytest.mark.parametrize(
    ("loss", "kind"),
    [
        ("x^4+y^2", "minimum"),
        ("-x^4+y^2", "saddle"),
        ("x^3+y^2", "degenerate"),
        ("x^4+y^4", "minimum"),
        ("(y-x^2)*(y-3x^2)", "degenerate"),
        ("x^3-3x*y^2", "degenerate"),  # the monkey saddle
    ],
)
def test_degenerate_points(loss, kind):
    of = landscape(loss, "xy")
    assert exact(of) == [((F(0), F(0)), kind)]
    assert of.complete and of.points[0].singular


def test_curves_of_critical_points_are_never_called_complete():
    cross = landscape("x^2*y^2", "xy")
    assert cross.points == () and not cross.complete and "curves" in cross.note
    hyperbola = landscape("(x*y-1)^2", "xy")  # every point of xy = 1, and the saddle at 0
    assert exact(hyperbola) == [((F(0), F(0)), "saddle")] and not hyperbola.complete
    flat = landscape("x^4+x^2", "xy")
    assert not flat.complete and flat.note == "The loss does not depend on y: no critical point is isolated."


def test_separable_losses_combine_their_sides():
    of = landscape("x^4-2x^2+y^4-4y^2+z^2", "xyz")
    kinds = [point.kind for point in of.points]
    assert of.complete and len(kinds) == 9
    assert [kinds.count(kind) for kind in ("minimum", "saddle", "maximum")] == [4, 5, 0]  # z never has a maximum
    assert of.global_minima == tuple(at for at, kind in enumerate(kinds) if kind == "minimum")
    assert {point.loss.exact or round(float(point.loss), 12) for point in of.points if point.kind == "minimum"} == {-5}


def test_three_and_four_variables():
    three = landscape("x^4+y^4+z^4-3x*y*z+x*y-y*z+5x^2*z+x", "xyz")
    assert three.complete and len(three.points) == 3
    four = landscape("x^3+y^3+z^3+w^3-3x*y-3z*w", "wxyz")  # two folia: 2 * 2 points
    assert four.complete and len(four.points) == 4
    assert [point.kind for point in four.points] == ["saddle", "saddle", "saddle", "minimum"]


def test_points_far_out_are_found_too():
    # The eliminant of this sextic has the real roots x = -106.1, -11.97, -0.397, 1.318 and 101.0, with |y| up to 1130.
    of = landscape(
        "4y^2+497/7*y+867/997*y^5+107x^4-602/997*x^3*y+136/3*x^2*y^3+360/997*x*y^5+407x*y^4+732/7*x^5*y", "xy"
    )
    assert of.complete and len(of.points) == 5
    near = [float(point.point[0]) for point in of.points if abs(float(point.point[0])) < 10]
    assert near == pytest.approx([-0.3970959640295932, 1.3182777905510767], rel=1e-12)


@pytest.mark.parametrize(
    ("loss", "variables"), [("x^4+y^4+z^4+w^4-3x*y*z+x*y-y*w+5x^2*z+x+w*z", "xyzw"), ("(x+y+z+w)^64", "xyzw")]
)
def test_beyond_the_bounds_nothing_is_certified(loss, variables):
    assert not landscape(loss, variables).complete


def test_points_are_counted_exactly():
    x, y = sympy.symbols("x y", real=True)
    assert count_points([x**2 + y**2 - 1, x - y], [x, y]).real == 2
    assert count_points([x**2 + y**2 + 1, x - y], [x, y]) == count_points([x**2 + 3, y - x], [x, y])
    none = count_points([x**2 + 3, y], [x, y])
    assert (none.dimension, none.real, none.complex) == (Dimension.FINITE, 0, 2)
    assert count_points([x * y, x], [x, y]).dimension is Dimension.INFINITE
    assert count_points([x, x + 1], [x, y]).complex == 0
    double = count_points([x**2, y], [x, y])  # one point, counted once
    assert (double.real, double.complex) == (1, 1)


def test_linear_algebra_in_fractions():
    # t^2 - 4t + 3 = (t - 1)(t - 3); the singular matrix has the kernel (1, -1), and no solution for (3, 4)
    assert characteristic([[F(2), F(1)], [F(1), F(2)]]) == (1, -4, 3)
    assert solve([[F(2), F(1)], [F(1), F(3)]], [F(5), F(7)]) == ([F(8, 5), F(9, 5)], ())
    assert solve([[F(1), F(1)], [F(1), F(1)]], [F(3), F(3)]) == ([3, 0], ((-1, 1),))
    assert solve([[F(1), F(1)], [F(1), F(1)]], [F(3), F(4)]) == (None, ())


def test_inertia():
    assert inertia([[F(0), F(1)], [F(1), F(0)]]) == (1, 1, 0)
    assert inertia([[F(1), F(1)], [F(1), F(1)]]) == (1, 0, 1)
    assert inertia([[F(0), F(0)], [F(0), F(0)]]) == (0, 0, 2)
    assert inertia([[F(2), F(3), F(0)], [F(3), F(2), F(0)], [F(0), F(0), F(-1)]]) == (1, 2, 0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=10, max_size=10))
def test_inertia_agrees_with_eigenvalues(entries):
    matrix = np.zeros((4, 4), dtype=int)
    matrix[np.triu_indices(4)] = entries
    matrix = matrix + np.triu(matrix, 1).T
    values = np.linalg.eigvalsh(matrix)
    expected = (int((values > 1e-9).sum()), int((values < -1e-9).sum()), int((abs(values) <= 1e-9).sum()))
    assert inertia([[F(int(entry)) for entry in row] for row in matrix]) == expected


# --- other losses -----------------------------------------------------------------------------------------------------


def test_convex_losses_have_one_certified_minimum():
    of = landscape("exp(x)-x")
    assert exact(of) == [((F(0),), "minimum")]
    assert of.complete and of.convex and of.global_minima == (0,) and of.points[0].loss.exact == 1
    logistic = landscape("log(1+exp(x+y))+log(1+exp(-x))+log(1+exp(x-2y))+(x^2+y^2)/2", "xy")
    assert logistic.complete and logistic.global_minima == (0,) and logistic.points[0].point[0].exact is None


@pytest.mark.parametrize(
    ("loss", "points"),
    [
        ("exp(-x^2)", [(F(0), "maximum")]),
        ("sqrt(x^2+4)", [(F(0), "minimum")]),
        ("exp(x^3-3x)", [(F(-1), "maximum"), (F(1), "minimum")]),
        ("log(x^2+1)", [(F(0), "minimum")]),
    ],
)
def test_a_polynomial_times_something_positive_is_certified(loss, points):
    of = landscape(loss)
    assert of.complete and [(place[0], kind) for place, kind in exact(of)] == points


def test_monotone_losses_have_none():
    for loss in ("exp(x)", "sigmoid(x)"):
        of = landscape(loss)
        assert of.complete and of.points == ()


def test_what_is_known_of_a_window_is_not_called_complete():
    of = landscape("sin(x)")
    assert not of.complete and len(of.points) == 32  # odd multiples of pi/2 within 50 of 0: |2k + 1| <= 31.8
    assert of.within == (-50, 50) and of.note.startswith("All zeros of the derivative from -50 to 50, by enclosures")
    plateau = landscape("(sigmoid(3*x)-1/2)^2")
    assert exact(plateau) == [((F(0),), "minimum")] and plateau.complete and plateau.global_minima == (0,)


def test_a_kink_that_the_loss_falls_through_is_not_critical():
    of = landscape("abs(x-1)+x^2")  # slope 2x - 1 left of 1, 2x + 1 right of it: 1 and 3 at the kink
    assert exact(of) == [((F(1, 2),), "minimum")] and of.complete and not of.points[0].kink
    assert landscape("relu(x-1)").points == ()  # its minima are not isolated


def test_places_outside_of_the_domain_are_no_critical_points():
    # f' = (x - 1)/x has its zero inside of the domain.
    assert exact(landscape("x-log(x)")) == [((F(1),), "minimum")]
    assert landscape("log(x^2+2*x)").points == ()  # f' = 2(x + 1)/(x^2 + 2x) is 0 at -1, where f would be log(-1)
    of = landscape("x*log(x)")
    assert [float(point.point[0]) for point in of.points] == [pytest.approx(math.exp(-1), rel=1e-15)]


# --- shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("3", Shape.CONSTANT),
        ("2*x-y/3+1", Shape.AFFINE),
        ("(x-2*y)^4+exp(x)", Shape.CONVEX),
        ("-log(sigmoid(x+y))", Shape.CONVEX),
        ("-log(1-sigmoid(x))", Shape.CONVEX),
        ("log(1+exp(x)+2*exp(-y))", Shape.CONVEX),
        ("sqrt((x-y)^2+1)", Shape.CONVEX),
        ("max(x,x^2,-y)", Shape.CONVEX),
        ("1/exp(x)", Shape.UNKNOWN),
        ("exp(-x)", Shape.CONVEX),
        ("abs(x)*3+relu(1-x)^2", Shape.CONVEX),
        ("log(x)-x^2", Shape.CONCAVE),
        ("sqrt(x)", Shape.CONCAVE),
        ("x*y", Shape.UNKNOWN),
        ("(x-y)*(x-y)", Shape.CONVEX),
        ("x^3", Shape.UNKNOWN),
        ("exp(-x^2)", Shape.UNKNOWN),
        ("(x^2-1)^2", Shape.UNKNOWN),
    ],
)
def test_shapes(loss, expected):
    assert shape(parse(loss, names={"x", "y"}, language=Language.FORMULA)) is expected


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("x^2+(y-1)^4", True),
        ("x*x", True),
        ("x*y", False),
        ("x^2-1", False),
        ("-log(sigmoid(x))", True),
        ("x", False),
        ("log(1+exp(x))", True),
        ("exp(x)/2", True),
        ("x^3", False),
        ("0", True),
        ("-1", False),
        ("1-sigmoid(x)", True),
    ],
)
def test_nonnegative(loss, expected):
    assert nonnegative(parse(loss, names={"x", "y"}, language=Language.FORMULA)) is expected


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["exp(U)", "U^2", "abs(U)", "relu(U)", "log(1+exp(U))", "sqrt(U^2+1)", "-log(sigmoid(U))"]),
    st.integers(-3, 3).filter(bool),
    st.integers(-3, 3),
    st.floats(-2, 2),
    st.floats(-2, 2),
    st.floats(0, 1),
)
def test_convex_forms_lie_below_their_chords(atom, a, b, left, right, share):
    node = parse(atom.replace("U", f"(({a})*x+({b}))"), names={"x"}, language=Language.FORMULA)
    assert shape(node) is Shape.CONVEX
    f = derive(node, ("x",)).loss_function
    chord = (1 - share) * f(left) + share * f(right)
    assert f((1 - share) * left + share * right) <= chord + 1e-9 * (1 + abs(chord))
