"""Landscapes with kinks, transcendental functions and sets of minima; and the run agrees with them."""

import json
import math
import random
import re
import secrets
from fractions import Fraction

import mpmath
import pytest
from click.testing import CliRunner

from gdquiz.cli import main
from gdquiz.descent.calculus import derive
from gdquiz.errors import InputError
from gdquiz.formulas.expressions import Language, parse, to_text
from gdquiz.formulas.pointwise import float_value
from gdquiz.landscape.critical import critical_points
from gdquiz.landscape.facts import Landscape
from gdquiz.landscape.intervals import enclose, ends, span
from gdquiz.solving.proofs import knowledge
from gdquiz.solving.solution import solve
from gdquiz.solving.telling import as_json, as_text

F = Fraction


def landscape(loss: str, variables: str = "x") -> Landscape:
    return critical_points(parse(loss, names=set(variables), language=Language.FORMULA), tuple(variables))


def told(of: Landscape) -> list[tuple[object, ...]]:
    """Coordinates (exact, or to 6 digits) and kinds; kinks are marked."""
    rows = []
    for point in of.points:
        at = [x.exact if x.exact is not None else round(float(x), 6) for x in point.point]
        rows.append((*at, point.kind + (" kink" if point.kink else "")))
    return rows


# --- kinks in one variable -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "points"),
    [
        # slopes at 0: 1 and -1; f' = 2x - 1 right of 0
        ("x^2-abs(x)", [(F(-1, 2), "minimum"), (0, "maximum kink"), (F(1, 2), "minimum")]),
        ("min(x,-x)+x^2", [(F(-1, 2), "minimum"), (0, "maximum kink"), (F(1, 2), "minimum")]),
        ("abs(x)-x^2", [(F(-1, 2), "maximum"), (0, "minimum kink"), (F(1, 2), "maximum")]),
        ("abs(x)+x^2", [(0, "minimum kink")]),
        # slopes -1 + sin 0 and 1 - sin 0; elsewhere 1 - |sin x| >= 0 off the kink: inflections only, which are searched
        ("abs(x)+cos(x)/2", [(0, "minimum kink")]),
        ("max(x,-x,x^2)", [(0, "minimum kink")]),
        # 2x - 2 on the left of 3, 2x + 2 on the right: -2 + 2*3 = 4 > 0, so only 1 is critical
        ("2*abs(x-3)+x^2", [(1, "minimum")]),
        # 2(x - 3) -+ 2 around 3
        ("2*abs(x-3)+(x-3)^2", [(3, "minimum kink")]),
        # |x^2 - 2|: slopes -+2 sqrt 2 at sqrt 2
        ("abs(x^2-2)", [(-1.414214, "minimum kink"), (0, "maximum"), (1.414214, "minimum kink")]),
        ("abs(abs(x)-1)", [(-1, "minimum kink"), (0, "maximum kink"), (1, "minimum kink")]),
        ("sqrt(x^2)-x/2", [(0, "minimum kink")]),
        ("sqrt(x^2-2x+1)+x/2", [(1, "minimum kink")]),
        # one-sided slopes 0 and 1: 0 is among them, and the loss falls up to 1 and rises from there
        ("relu(x-1)+(x-1)^2/2", [(1, "minimum kink")]),
        # slope 3x^2 on the left, 1 on the right: 0 and 1, and rising on both sides
        ("min(x^3,0)+relu(x)", [(0, "neither kink")]),
        ("abs(x)*x", [(0, "degenerate")]),  # slope 2|x|: no kink, and no extremum
        ("abs(x)^3", [(0, "minimum")]),
        ("sqrt(abs(x))", [(0, "minimum kink")]),  # slopes -oo and oo
        ("abs(x)+abs(x-1)*2", [(1, "minimum kink")]),  # slopes at 0: -3, -1; at 1: -1, 3
        ("relu(x)+x", []),
        ("abs(x)+2*x", []),
    ],
)
def test_kinks_are_what_their_slopes_make_them(loss, points):
    of = landscape(loss)
    assert [row for row in told(of) if row[1] != "degenerate" or loss == "abs(x)*x"] == points
    for point in of.points:
        if point.kink:
            assert point.curvatures == () and point.stable_rate is None and point.slopes is not None


def test_slopes_on_both_sides_are_exact():
    (kink,) = [point for point in landscape("x^2-3*abs(x-1)+x").points if point.kink]
    # left of 1: 2x + 1 + 3 = 6, right: 2x + 1 - 3 = 0: rising to 1, and 2x - 2 > 0 beyond
    assert kink.kind == "neither" and [slope.exact for slope in kink.slopes] == [6, 0]


def test_a_kink_is_decided_where_smooth_points_are_not():
    of = landscape("abs(x)+cos(x)")  # 1 - sin x touches 0 at pi/2 + 2 pi k; no enclosure shows that
    kink = next(point for point in of.points if float(point.point[0]) == 0)
    assert kink.kink and kink.kind == "minimum" and [slope.exact for slope in kink.slopes] == [-1, 1]
    assert not of.complete and {point.kind for point in of.points if not point.kink} == {"degenerate"}


@pytest.mark.parametrize(
    ("loss", "low", "high", "kind", "best"),
    [
        ("relu(x)^2", None, 0, "minimum", True),
        ("relu(x)", None, 0, "minimum", True),
        ("relu(1-x)", 1, None, "minimum", True),
        ("max(x,-x,1)", -1, 1, "minimum", True),
        ("abs(x)+abs(x-1)", 0, 1, "minimum", True),
        ("min(x,0)", 0, None, "maximum", False),
    ],
)
def test_flat_stretches(loss, low, high, kind, best):
    of = landscape(loss)
    (flat,) = of.flats
    assert [None if end is None else end.exact for end in (flat.low, flat.high)] == [low, high]
    assert flat.kind == kind and of.points == () and (of.global_flats == (0,)) == best


def test_a_flat_stretch_between_rising_ones_is_neither():
    of = landscape("relu(x-1)-relu(-x)")  # x, 0 from 0 to 1, x - 1
    assert [flat.kind for flat in of.flats] == ["neither"] and of.bounded_below is False


# --- kinks in several variables --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "points"),
    [
        ("y^2-abs(x)+x^2", [(F(-1, 2), 0, "minimum"), (0, 0, "saddle kink"), (F(1, 2), 0, "minimum")]),
        # on x = y: 2x^2; across it the slopes rise
        ("abs(x-y)+x^2+y^2", [(0, 0, "minimum kink")]),
        # on x = -y: -2x^2, a maximum along the kink, rising across it
        ("abs(x+y)-x^2-y^2", [(F(-1, 2), F(-1, 2), "maximum"), (0, 0, "saddle kink"), (F(1, 2), F(1, 2), "maximum")]),
        ("-abs(x-y)-x^2-y^2", [(0, 0, "maximum kink")]),
        # on x = y = t: t + 2t^2, least at -1/4
        ("max(x,y)+x^2+y^2", [(F(-1, 4), F(-1, 4), "minimum kink")]),
        ("abs(x)+abs(y)", [(0, 0, "minimum kink")]),
        ("abs(x)-abs(y)", [(0, 0, "saddle kink")]),
        ("abs(x+y)+abs(x-y)", [(0, 0, "minimum kink")]),
        # at (1, -2): slopes y/4 -+ 1 in x and x/4 -+ 1 in y; the branches x y / 4 +- x +- y have saddles at (-+4, +-4)
        (
            "abs(x-1)+abs(y+2)+x*y/4",
            [(-4, 4, "saddle"), (1, -2, "minimum kink"), (4, -4, "saddle")],
        ),
    ],
)
def test_kinks_along_lines(loss, points):
    assert told(landscape(loss, "xy")) == points


def test_three_kinks_through_a_point_are_not_decided():
    of = landscape("max(x,y,-x-y)", "xy")
    assert told(of) == [(0, 0, "not decided kink")] and not of.complete and of.global_minima is None


def test_curved_kinks_are_not_decided():
    of = landscape("abs(x*y-1)+x^2", "xy")
    assert not of.complete and "Points on kinks are not decided" in of.note
    assert not any(point.kink for point in of.points)


# --- all zeros of a derivative ---------------------------------------------------------------------------------------


def test_equal_forms_have_equal_points():
    # tanh' = 1 - tanh^2 = 1/2 at tanh = 1/sqrt 2: x = +-log(1 + sqrt 2)
    at = math.log(1 + math.sqrt(2))
    of = landscape("tanh(x)-x/2")
    assert told(of) == [(round(-at, 6), "minimum"), (round(at, 6), "maximum")] and of.complete
    # s(1 - s) = 1/8: s = 1/2 -+ sqrt(1/8), x = log(s/(1 - s)) = -+2 log(1 + sqrt 2)
    forms = ["sigmoid(x)-x/8", "1/(1+exp(-x))-x/8", "exp(x)/(1+exp(x))-x/8", "(1+tanh(x/2))/2-x/8"]
    for form in forms:
        of = landscape(form)
        assert [point.kind for point in of.points] == ["minimum", "maximum"], form
        assert [float(point.point[0]) for point in of.points] == pytest.approx([-2 * at, 2 * at], rel=1e-14)
        assert of.complete or of.within is not None, form


def test_losses_with_many_points_are_enclosed_in_a_window():
    ackley = landscape("-20*exp(-sqrt(x^2)/5)-exp(cos(6.28318*x))+20")
    (best,) = ackley.global_minima
    assert ackley.points[best].point[0].exact == 0 and ackley.points[best].kink
    assert not ackley.complete and ackley.within == (-50, 50)
    steep = [point for point in ackley.points if point.kind == "minimum"]
    assert len(steep) == 99 and len(ackley.points) == 199  # 99 wells and what parts them


def test_what_touches_zero_is_not_claimed():
    of = landscape("x+sin(x)")  # 1 + cos x >= 0: no extremum, and no enclosure shows that it touches 0
    assert not of.complete and of.within is None


@pytest.mark.parametrize(
    ("loss", "points"),
    [
        ("x+1/x", [(-1, "maximum"), (1, "minimum")]),
        ("x^2/2-log(x)", [(1, "minimum")]),
        ("x*log(x)", [(0.367879, "minimum")]),  # 1/e
        ("x*exp(-x)", [(1, "maximum")]),
        ("x/(1+x^2)", [(-1, "minimum"), (1, "maximum")]),
        ("exp(x)-x", [(0, "minimum")]),
        ("log(x)", []),
        ("exp(-x)", []),
    ],
)
def test_all_points_of_the_line(loss, points):
    of = landscape(loss)
    assert told(of) == points and of.complete


@pytest.mark.parametrize("loss", ["x^4/4+cos(3*x)", "exp(sin(x))+x^2/9", "abs(sin(x))+x/3", "tanh(x)^2-x^2/50"])
def test_every_point_has_a_change_of_slope_and_none_is_missed(loss):
    node = parse(loss, names={"x"}, language=Language.FORMULA)
    of = landscape(loss)
    assert of.complete or of.within is not None
    places = [float(point.point[0]) for point in of.points]
    grid = [k / 200 for k in range(-4000, 4001)]
    heights = [float_value(node, {"x": x}) for x in grid]
    turns = [
        grid[k] for k in range(1, len(grid) - 1) if (heights[k] - heights[k - 1]) * (heights[k + 1] - heights[k]) < 0
    ]
    for turn in turns:
        assert any(abs(turn - place) <= 0.006 for place in places), turn
    inside = [p for p, point in zip(places, of.points, strict=True) if abs(p) < 19.9 and point.kind != "degenerate"]
    assert len(inside) == len([t for t in turns if abs(t) < 19.9])


def test_enclosures_contain_all_values():
    generator = random.Random(4)
    texts = "sin(x)/(2+cos(x)) x^3-x*abs(x) exp(-x^2)*x log(1+x^2) max(x,1-x,relu(x)) tanh(x)-sigmoid(x)"
    for text in texts.split():
        node = parse(text, names={"x"}, language=Language.FORMULA)
        for _ in range(40):
            a, b = sorted(F(generator.randint(-300, 300), 50) for _ in range(2))
            low, high = ends(enclose(node, {"x": span(a, b)}))
            value = float_value(node, {"x": float(a) + generator.random() * float(b - a)})
            assert low is not None and high is not None and low - F(1, 10**9) <= F(value) <= high + F(1, 10**9)
    assert ends(enclose(node, {"x": span(None, None)})) == (-2, 1)
    assert enclose(parse("log(x)", names={"x"}, language=Language.FORMULA), {"x": span(None, F(-1))}) is None


# --- the whole -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "variables", "falls"),
    [
        ("3*x+1", "x", (-3,)),
        ("2*x-3*y", "xy", (-2, 3)),
        ("-sqrt(1+x^2)", "x", (1,)),
        ("x+1/x", "x", (-1,)),
        ("tanh(x)-x/2", "x", (1,)),
        ("sigmoid(x)-x/8", "x", (1,)),
        ("log(x)", "x", (-1,)),  # towards 0, where it has no value
        ("abs(x)-x^2", "x", (-1,)),
        ("x^3-x", "x", (-1,)),
        ("x^2-y^2", "xy", (0, 1)),
        ("x^2*y-y", "xy", None),
        ("x^2+2*x*y+y^2+x", "xy", None),
    ],
)
def test_losses_without_a_lower_bound(loss, variables, falls):
    of = landscape(loss, variables)
    assert of.bounded_below is False and of.global_minima == ()
    assert of.falls is not None and (falls is None or of.falls == falls)
    node = parse(loss, names=set(variables), language=Language.FORMULA)
    if loss != "log(x)":  # far along the direction the loss is far down
        far = [
            float_value(node, {x: t * float(d) for x, d in zip(variables, of.falls, strict=True)}) for t in (1e3, 1e6)
        ]
        assert far[1] < far[0] < -30


@pytest.mark.parametrize("loss", ["sqrt(1+x^2)", "x^2+1/x^2", "exp(x)", "x^4-x^3", "cos(x)", "abs(x)-x/2", "abs(x)-x"])
def test_losses_with_a_lower_bound(loss):
    of = landscape(loss)
    assert of.bounded_below is True and of.falls is None


def test_a_slope_just_short_of_the_kink_keeps_the_bound():
    assert landscape("abs(x)-999*x/1000").bounded_below is True
    assert landscape("abs(x)-x").global_flats == (0,)
    assert landscape("abs(x)-1001*x/1000").falls == (1,)


@pytest.mark.parametrize(
    ("loss", "variables", "equation", "least"),
    [
        ("(a*b-1)^2/2", "ab", "a*b - 1", 0),
        ("a^2*b^2-2*a*b+1", "ab", "a*b - 1", 0),
        ("x^2*y^2", "xy", "x*y", 0),
        ("(x^2+y^2-1)^2", "xy", "x^2 + y^2 - 1", 0),
        ("(x^2+y^2-1)^2/3+7", "xy", "x^2 + y^2 - 1", 7),
        ("(a*b*c-1)^2/2", "abc", "a*b*c - 1", 0),
    ],
)
def test_minima_that_form_a_curve(loss, variables, equation, least):
    of = landscape(loss, variables)
    assert of.curve is not None and to_text(of.curve.equation) == equation and of.curve.loss == least
    assert of.bounded_below is True and not of.complete
    node = parse(loss, names=set(variables), language=Language.FORMULA)
    known = knowledge(of, derive(node, tuple(variables)), None, ascend=False)
    assert known.attained == 1 and known.best == [least]


@pytest.mark.parametrize("loss", ["(x^2+y^2+1)^2", "(x^2+y^2)^2", "x^2+y^4", "-(x*y-1)^2", "(x*y-1)^2*x", "(x*y-1)^3"])
def test_minima_that_are_isolated_or_none_form_no_curve(loss):
    assert landscape(loss, "xy").curve is None


def test_global_only_from_a_proof():
    even = landscape("x^4+y^4-4*x*y", "xy")  # its leading form is positive
    assert even.global_minima == (0, 2)
    assert landscape("x^4-4*x*y+y^2*x^2", "xy").global_minima is None  # the leading form is 0 along y
    assert landscape("sin(x)+x^2/1000").global_minima is not None
    assert landscape("sin(x)").global_minima is None  # infinitely many, of which those beyond 50 are not looked at


# --- the run agrees --------------------------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["solve", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_limit_stands_first():
    lines = run("tanh(x)-x/2", "--start", "x=-1/2", "--rate", "1/2").splitlines()
    at = lines.index("Critical points")
    assert lines[at + 2].split()[:4] == ["-0.881374", "-0.266420", "minimum", "0.707107"]
    assert "These are all." in lines[at + 4]
    assert any("converges to x = -0.881374" in line for line in lines)


@pytest.mark.parametrize(
    ("loss", "start", "rate"),
    [
        ("-20*exp(-sqrt(x^2)/5)-exp(cos(6.28318*x))+20", "17/5", "1/500"),
        ("sin(3.14159*(1+(x-1)/4))^2+((x-1)/4)^2*(1+sin(6.28318*(1+(x-1)/4))^2)", "7/2", "1/20"),
        ("sin(x)", "100", "1/2"),
        ("sin(x)+x^2/200", "40", "1/2"),
    ],
)
def test_among_many_points_the_nearest_are_listed(loss, start, rate):
    solution = solve(loss, [f"x={start}"], rate, steps=2)
    assert solution.limit == "converged"
    nearest = solution.landscape.points[solution.nearest[0]]
    assert float(nearest.point[0]) == solution.place[0].number
    text = as_text(solution)
    count = len(solution.landscape.points)
    assert f"and {count - 12} points more, farther from the limit of the run." in text
    assert len(json.loads(as_json(solution))["critical_points"]) == count


def test_a_kink_has_neither_curvature_nor_rate():
    text = run("x^2-abs(x)", "--start", "x=1", "--rate", "1/10")
    (row,) = [line for line in text.splitlines() if "kink with" in line]
    assert row.split() == ["0", "0", "maximum,", "a", "kink", "with", "slopes", "1", "and", "-1"]
    row = json.loads(run("x^2-abs(x)", "--start", "x=1", "--rate", "1/10", "--json"))["critical_points"][1]
    assert row == {
        "point": {"x": 0.0}, "kind": "maximum", "kink": True, "slopes": [1.0, -1.0], "exact": {"point": {"x": "0"}}
    }  # fmt: skip


def test_sets_of_minima_are_told():
    flat = run("relu(x)^2", "--start", "x=1", "--rate", "1/10")
    assert "  x ≤ 0: f = 0, global minimum, and flat there\n" in flat
    curve = run("(a*b-1)^2/2", "--start", "a=2", "--start", "b=0", "--rate", "1/10")
    assert "  a·b - 1 = 0: f = 0, global minimum; the minima form a curve\n" in curve
    line = run("3*x+1", "--start", "x=1", "--rate", "1/10")
    assert "  The loss has no lower bound: it falls for ever as x tends to -infinity.\n" in line


@pytest.mark.parametrize(
    ("loss", "start", "rate"),
    [
        ("(a*b*c-1)^2/2", ["a=1", "b=1", "c=1/2"], "1/8"),
        ("(a*b*c-1)^2/2", ["a=0", "b=0", "c=1/2"], "1/8"),
        ("(a*b*c)^2", ["a=1", "b=1", "c=0"], "1/8"),
        ("w^2*exp(w)", ["w=1/2"], "1/10"),
        ("tanh(w)^2", ["w=1/2"], "1/10"),
        ("1-exp(-w^2)", ["w=1/2"], "1/10"),
        ("1-cos(w)", ["w=1/2"], "1"),
        ("w*sin(w)", ["w=1/2"], "1/10"),
    ],
)
def test_numbers_that_are_zero_are_told_as_zero(loss, start, rate):
    _sound(solve(loss, start, rate, steps=3))


def _sound(solution) -> None:
    """What holds for every solution: the limit is among the points, and no number is what rounding leaves of 0."""
    text, told = as_text(solution), json.loads(as_json(solution))
    landscape = solution.landscape
    numbers = re.findall(r"(?<![\w.])-0(?:\.0+)?(?![\d./])", text)
    assert not numbers, text
    outcome = (
        text[text.index("Outcome") :]
        + text[text.index("Critical points") : text.index("Outcome")].partition(" from ")[0]
    )
    assert not re.search(r"e-(3\d|[4-9]\d|\d{3})", outcome), text
    assert "-0.0," not in json.dumps(told)
    if solution.place is not None:
        here = [x.number for x in solution.place]
        isolated = any([float(x) for x in point.point] == here for point in landscape.points)
        flat = any(
            (f.low is None or float(f.low) <= here[0] + 1e-9) and (f.high is None or here[0] - 1e-9 <= float(f.high))
            for f in landscape.flats
        )
        along = (
            landscape.curve is not None
            and abs(float_value(landscape.curve.equation, dict(zip(solution.variables, here, strict=True)))) < 1e-5
        )
        assert isolated or flat or along or landscape.valley is not None, text
        if isolated:
            first = landscape.points[solution.nearest[0]]
            assert [float(x) for x in first.point] == here


# --- a fuzz ----------------------------------------------------------------------------------------------------------

ATOMS = [
    "{x}",
    "{x}^2",
    "{x}^3",
    "{x}^4/4",
    "({x}-1)^2",
    "abs({x})",
    "relu({x})",
    "abs({x}-1/2)",
    "exp({x})",
    "exp(-{x})",
    "sin({x})",
    "cos({x})",
    "cos(2*{x})",
    "tanh({x})",
    "sigmoid({x})",
    "log(1+{x}^2)",
    "sqrt(1+{x}^2)",
    "1/(1+{x}^2)",
    "max({x},-{x}/2)",
    "min({x},1-{x})",
    "relu({x})^2",
    "{x}*exp(-{x}^2)",
    "log(1+exp({x}))",
]
PAIRS = ["x*y", "(x*y-1)^2/2", "abs(x-y)", "max(x,y)", "x^2*y", "(x^2+y^2-1)^2/4", "sin(x+y)", "relu(x+2*y)", "x^2*y^2"]


def _drawn(generator: random.Random) -> tuple[str, list[str], str]:
    numbers = ["1", "2", "1/2", "1/3", "3/4", "5"]
    starts = ["0", "1", "-1", "1/2", "-2/3", "3", "1/7", "-5/2"]
    names = "x" if generator.random() < 0.6 else "xy"
    parts = [generator.choice(ATOMS).replace("{x}", name) for name in names for _ in range(generator.randint(1, 2))]
    if names == "xy" and generator.random() < 0.7:
        parts.append(generator.choice(PAIRS))
    loss = " ".join(f"{generator.choice('++-')} {generator.choice(numbers)}*{part}" for part in parts)
    loss = loss.removeprefix("+ ")
    return (
        loss,
        [f"{name}={generator.choice(starts)}" for name in names],
        generator.choice(["1/10", "1/3", "1/100", "1"]),
    )


def _tried(loss: str, start: list[str], rate: str) -> None:
    try:
        solution = solve(loss, start, rate, steps=3)
    except InputError:
        return  # a start on a kink
    _sound(solution)


def test_a_few_random_losses_are_sound():
    generator = random.Random(11)
    for _ in range(12):
        _tried(*_drawn(generator))


@pytest.mark.slow
def test_random_losses_are_sound():
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    generator = random.Random(seed)
    for _ in range(300):
        loss, start, rate = _drawn(generator)
        try:
            _tried(loss, start, rate)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {loss} from {start} at {rate}") from error


@pytest.mark.slow
def test_random_equal_forms_have_equal_points():
    """f and forms of it that are equal by identities have the same points, wherever both are enclosed."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    generator = random.Random(seed)
    identities = [
        ("sigmoid({u})", "1/(1+exp(-({u})))"), ("tanh({u})", "2*sigmoid(2*({u}))-1"), ("abs({u})", "max({u},-({u}))"),
        ("relu({u})", "({u}+abs({u}))/2"), ("abs({u})", "sqrt(({u})^2)"), ("cos({u})^2", "1-sin({u})^2"),
        ("min({u},1)", "-max(-({u}),-1)"), ("exp({u})*exp(x)", "exp({u}+x)"),
    ]  # fmt: skip
    for _ in range(120):
        one, other = generator.choice(identities)
        inner = generator.choice(["x", "2*x-1", "x+1/3", "-x/2", "3*x"])
        rest = generator.choice(["-x/5", "+x^2/4", "-x^2/9", "+x/7+x^2/50"])
        first, second = (landscape(form.replace("{u}", inner) + rest) for form in (one, other))
        message = f"seed {seed}: {one} {inner} {rest}"
        if not (first.complete or first.within) or not (second.complete or second.within):
            continue
        near = [[p for p in of.points if abs(float(p.point[0])) < 5] for of in (first, second)]
        assert [p.kind for p in near[0]] == [p.kind for p in near[1]], message
        assert [float(p.point[0]) for p in near[0]] == pytest.approx([float(p.point[0]) for p in near[1]], abs=1e-12), (
            message
        )
        assert [p.kink for p in near[0]] == [p.kink for p in near[1]], message


def test_zeros_are_zeros_to_fifty_digits():
    for point in landscape("x^4/4+cos(3*x)").points:
        with mpmath.workdps(40):
            x = mpmath.mpf(point.point[0].decimal)
            assert abs(x**3 - 3 * mpmath.sin(3 * x)) < mpmath.mpf(10) ** -27
