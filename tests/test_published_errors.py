"""Errors of published questions, each as a test that gdquiz does not make it.

The sources are named in the docstrings; the facts are worked out here.  DSC 40A is the course of UC San Diego whose
exams are at practice.dsc40a.com.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
import sympy
from banking import STEP, item
from hypothesis import given
from hypothesis import strategies as st
from kept import shipped_models
from referee.means import descend_one, slope
from referee.reading import formula, number

from gdquiz.assembly.questions import QuestionWriter
from gdquiz.banks.models import ItemModel
from gdquiz.checking.proving import check
from gdquiz.cli.loading import shipped_banks
from gdquiz.descent import stepping
from gdquiz.descent.stepping import Field
from gdquiz.exam.frozen import Question
from gdquiz.formulas.expressions import Language, parse
from gdquiz.formulas.pointwise import exact_value, kink
from gdquiz.landscape.critical import critical_points
from gdquiz.populations.population import populate
from gdquiz.solving.solution import solve

F = Fraction


def node(text: str, *variables: str) -> Any:
    return parse(text, names=variables, language=Language.FORMULA)


@cache
def bank() -> dict[str, ItemModel]:
    return {model.id: model for model in shipped_models()}


@cache
def sources() -> dict[str, dict[str, Any]]:
    return {entry["id"]: entry for _, text in shipped_banks() for entry in tomllib.loads(text)["item"]}


def rows(name: str, count: int = 25) -> Iterator[tuple[dict[str, Any], Question]]:
    """Some rows of a shipped item, from the first to the last: the parameters (and the case), and the question."""
    population = populate(bank()[name])
    writer = QuestionWriter(population)
    for k in range(count):
        row = k * (population.size - 1) // (count - 1)
        block, place = population.locate(row)
        known: dict[str, Any] = {
            name: column.fraction(place) for name, column in block.world.exact_parameters.items()
        }  # fmt: skip
        yield known | {"case": block.case.id}, writer.question(row, number=1, id="q", path=("errors", row))


def truths(name: str, case: str) -> set[bool | None]:
    """The keys of the truth part of an item in the rows of one case."""
    population = populate(bank()[name])
    writer = QuestionWriter(population)
    place = next(k for k, part in enumerate(writer.wording.parts) if part.kind == "truth")
    start = 0
    for block in population.blocks:
        if block.case.id == case:
            return {
                writer.question(row, number=1, id="q", path=("errors", row)).parts[place].truth
                for row in range(start, start + min(12, len(block.passed)))
            }
        start += len(block.passed)
    raise AssertionError(f"no rows of {case}")


# --- differentiability and convexity -------------------------------------------------------------------------------


def test_a_third_power_of_a_size_is_smooth() -> None:
    """DSC 40A, fall 2022, midterm 3(e): |y - h|^3 is said not to be differentiable everywhere.

    Its derivative is -3 (y - h) |y - h|, which is 0 at h = y from both sides, and so is the second derivative.
    """
    runs = [solve("abs(2 - h)^3", [f"h={at}"], "1/10", steps=1) for at in ("2.001", "2", "1.999")]
    slopes = [run.steps[0].gradient[0].number for run in runs]
    assert slopes == pytest.approx([3e-6, 0, -3e-6], abs=1e-12)
    assert truths("claims-about-kinks", "cube-is-not-smooth") == {False}
    assert truths("claims-about-kinks", "cube-is-smooth") == {True}
    for known, question in rows("where-the-derivative-exists"):
        assert "odd" in question.parts[0].options, known  # (x - c) |x - c| has the derivative 0 at c


def test_a_size_itself_has_a_kink() -> None:
    """The other side of the same error: with the first power there is a kink."""
    assert kink(node("abs(x - 2)", "x"), lambda part: exact_value(part, {"x": F(2)})) is not None
    assert truths("claims-about-kinks", "size-itself") == {False}


@pytest.mark.parametrize("start", ["-3", "-6/5", "1/2", "2", "9/2", "7"])
def test_a_sine_is_not_convex_and_descent_finds_its_least_value(start: str) -> None:
    """DSC 40A, fall 2022, midterm 3(f): descent on sin(y - h) is "not guaranteed" to work, since it is not convex.

    Every local minimum of a sine is a global one: with rate 1 runs from everywhere reach -1.
    """
    told = solve("sin(1 - h)", [f"h={start}"], "1", steps=40)
    assert (told.limit, told.point) == ("converged", "local_min")
    assert told.steps[-1].loss.number == pytest.approx(-1, abs=1e-9)


def test_the_claim_that_convexity_is_needed_is_keyed_false() -> None:
    """The same error in the banks' own claims."""
    assert truths("claims-about-stationary-points", "not-convex-so-lost") == {False}
    assert truths("claims-about-stationary-points", "not-convex-and-fine") == {True}


def test_no_item_says_that_descent_needs_a_derivative_everywhere() -> None:
    """A quiz of DeepLearning.AI (calculus, week 2): "gradient descent only works for differentiable functions", true.

    There are subgradient methods.  The banks ask for such a run, and key the claim as false where a kink only seems to
    be.
    """
    assert truths("claims-about-kinks", "square-of-a-size") == {False}
    assert "Subgradient descent" in sources()["constant-rate-at-a-kink"]["stem"]
    wording = r"only works? (for|on) differentiable|needs? a differentiable"
    assert [name for name, entry in sources().items() if re.search(wording, str(entry))] == []


# --- keys of choices -----------------------------------------------------------------------------------------------


OPTIONS = """
[item.parameters]
a = [1, 2]
w0 = [1, 2]
{step}
[[item.part]]
kind = "{kind}"
ask = "What suffices?"
option = [
  {{ id = "rate", text = "A.", when = "loss[1] < loss[0]" }},
  {{ id = "start", text = "B.", when = "loss[1] < loss[0]" }},
  {{ id = "none", text = "C.", when = "loss[1] > loss[0]" }},
]
"""


def test_every_option_of_several_is_judged() -> None:
    """DSC 40A, spring 2023, final 1.3: of "different rates" and "different initial predictions" only one was keyed.

    Both suffice.  In gdquiz each option has a condition of its own, and all that hold are the key.
    """
    population = populate(item(OPTIONS.format(step=STEP, kind="choices")))
    question = QuestionWriter(population).question(0, number=1, id="q", path=("errors",))
    assert set(question.parts[0].options) == {"rate", "start"}


def test_a_single_choice_with_two_right_options_is_refused() -> None:
    """The same stem as a single choice has no key, and so no row is left."""
    found = check(item(OPTIONS.format(step=STEP, kind="choice")))
    assert found.rows == 0
    assert "not exactly one option is right" in str(found)


# --- formulas ------------------------------------------------------------------------------------------------------


def test_the_gradient_is_printed_as_it_is() -> None:
    """DSC 40A, spring 2024, final 5(a): the gradient of (x1^2 - x2)^2 + (x1 - 3)^2 is printed with 4 x1 (4 x1^2 - x2).

    The derivative by x1 is 4 x1 (x1^2 - x2) + 2 x1 - 6.
    """
    by_x1 = solve("(x1^2 - x2)^2 + (x1 - 3)^2", ["x1=0", "x2=0"], "1/10").gradient[0]
    for x1 in (F(-2), F(0), F(1, 3), F(5)):
        for x2 in (F(-1), F(3, 7)):
            assert exact_value(by_x1, {"x1": x1, "x2": x2}) == 4 * x1 * (x1**2 - x2) + 2 * x1 - 6


def test_bounded_below_is_not_enough_for_a_minimum() -> None:
    """DSC 40A, spring 2024, final 5(c): "it has a global minimum because it is not negative".

    e^x is positive and has none.  The loss of that question does have one, since it also grows without bound.
    """
    told = solve("exp(x)", ["x=0"], "1/2")
    assert told.limit == "drift"
    assert critical_points(node("exp(x)", "x"), ("x",)).points == ()
    assert truths("claims-about-stationary-points", "bounded-below") == {False}
    least = critical_points(node("(a^2 - b)^2 + (a - 3)^2", "a", "b"), ("a", "b"))
    assert [[value.exact for value in least.points[k].point] for k in least.global_minima] == [[3, 9]]


# --- counting and wording ------------------------------------------------------------------------------------------


def test_the_update_that_passes_the_stopping_test_counts() -> None:
    """DSC 40A, winter 2024, final 3(c): 2 and 3 further steps were both accepted.

    It depends on whether the step that passes the test counts.  The stem says so, and the key is the first k that
    passes: k - 1 fails.
    """
    stem = sources()["three-stopping-tests"]["stem"]
    assert "applied to the new point $x_k$" in stem and "update $k$ counts" in stem
    for _, question in rows("three-stopping-tests", 12):
        f = formula(question.slots["~ loss"], "x")
        x0, eta, tol = (number(question.slots[name]) for name in ("x0", "eta", "tol"))
        points = descend_one(f, x0, eta, 16)
        tests = (
            lambda k, points=points, tol=tol: abs(points[k] - points[k - 1]) <= tol,
            lambda k, points=points, tol=tol, f=f: abs(slope(f, points[k])) <= tol,
            lambda k, points=points, tol=tol, f=f: f(points[k - 1]) - f(points[k]) <= tol,
        )
        for key, passes in zip(question.parts[0].numbers, tests, strict=True):
            k = int(F(key.value))
            assert passes(k) and not passes(k - 1)


def test_a_printed_item_names_its_version() -> None:
    """Circulating copies of a Coursera quiz key one stem in three ways: variants of the stem were mixed.

    Every question of an exam carries the version of its item, which changes with everything in it.
    """
    one = item('[[item.part]]\nkind = "number"\nask = "What?"\nanswer = "a"\n[item.parameters]\na = [1, 2]\n')
    other = item('[[item.part]]\nkind = "number"\nask = "What?"\nanswer = "a + 1"\n[item.parameters]\na = [1, 2]\n')
    assert one.version != other.version
    wording = QuestionWriter(populate(one)).wording
    assert wording.version == one.version


def test_a_negative_slope_is_no_sign_of_a_minimum_passed_or_ahead() -> None:
    """A course quiz on GitHub: "a negative derivative indicates movement toward a minimum", true.

    The sign tells in which direction the loss falls, and not whether there is a minimum: e^(-x) falls for ever.
    """
    assert truths("what-one-slope-tells", "minimum-passed") == {False}
    assert truths("what-one-slope-tells", "minimum-to-the-left") == {False}
    told = solve("exp(-x)", ["x=0"], "1")
    assert told.steps[0].gradient[0].number < 0 and told.limit == "drift"


# --- methods -------------------------------------------------------------------------------------------------------


@given(
    curvature=st.fractions(F(1, 4), 3, max_denominator=4),
    start=st.fractions(-4, 4, max_denominator=3),
    eta=st.fractions(F(1, 20), F(1, 2), max_denominator=20),
    beta=st.fractions(F(1, 10), F(9, 10), max_denominator=10),
)
def test_nesterov_takes_the_slope_of_this_step(curvature: F, start: F, eta: F, beta: F) -> None:
    """The documentation of torch 1.10 writes g_(t-1) in the line for Nesterov momentum; later pages write g_t + mu b_t.

    In that form the stored point is the look-ahead point p: b = mu b + g(p), p = p - eta (g(p) + mu b).  Its points are
    the look-ahead points of x_(k+1) = y_k - eta f'(y_k); with the earlier slope they are not.
    """
    field = Field(lambda p: curvature * p[0] * p[0] / 2, lambda p, k: (curvature * p[0],))
    rule = stepping.method("nesterov").rule
    points = [p[0] for p in stepping.run(stepping.Solver(field, eta, rule, {"beta": beta}), (start,), 3).points]
    ahead = [start] + [new + beta * (new - old) for old, new in pairwise(points)]
    p, b = start, F(0)
    for k in range(3):
        assert p == ahead[k]
        g = curvature * p
        b = beta * b + g
        p = p - eta * (g + beta * b)


def test_nesterov_items_print_where_the_slope_is_taken() -> None:
    """The same error in a stem: the rule is printed with y_k, and the key of the first part is y_1, not x_1."""
    assert "x_{k+1} = y_k - \\eta f'(y_k)" in sources()["nesterov-steps"]["stem"]


def test_a_climb_is_explained_as_a_climb() -> None:
    """QuizGenerator (OtterDen), cst463/gradient_descent: the explanation subtracts the step also when it maximises.

    Here the solution of an ascent adds it, and the key lies uphill.
    """
    for _, question in rows("two-ascent-steps", 12):
        f, x0 = formula(question.slots["~ loss"], "x"), number(question.slots["x0"])
        first = F(question.parts[0].numbers[0].value)
        assert (first - x0) * slope(f, x0) > 0
    solution = sources()["two-ascent-steps"]["solution"]
    assert re.search(r"x_0 \+ \\eta", solution) or "x0 + eta*" in solution


# --- completeness --------------------------------------------------------------------------------------------------


def test_all_five_critical_points_are_found() -> None:
    """SymPy's ``solve`` loses real solutions (sympy issues 17449, 20210, 24185, 12594).

    f = x^4 + 2 y^4 + 5 x^2 + 4 y^2 - 10 x^2 y.  With x != 0 the derivative by x leaves x^2 = 5 y - 5/2, and the one by
    y then 8 y^3 - 42 y + 25 = 0.  It has the roots -2.5452.., 0.6468.. and 1.8984..; the last two have x^2 > 0.  So
    there are two pairs and the origin: five.  (``solve`` of the installed version may or may not find them; gdquiz
    does not ask it.)
    """
    of = critical_points(node("x^4 + 2*y^4 + 5*x^2 + 4*y^2 - 10*x^2*y", "x", "y"), ("x", "y"))
    assert of.complete and len(of.points) == 5
    y = sympy.Symbol("y")
    roots = [float(root) for root in sympy.Poly(8 * y**3 - 42 * y + 25).nroots()]
    wanted = sorted([(0.0, 0.0)] + [(s * math.sqrt(5 * r - 2.5), r) for r in roots if r > 0.5 for s in (-1, 1)])
    found = sorted((float(p.point[0]), float(p.point[1])) for p in of.points)
    for mine, theirs in zip(found, wanted, strict=True):
        assert mine == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("case", ["three-by-three", "two-by-three", "folium", "product-of-fourth-powers"])
def test_the_counts_that_are_asked_are_certified(case: str) -> None:
    """The same defect in an item: the number that is keyed is the one that gdquiz proves complete."""
    seen = 0
    for known, question in rows("how-many-stationary-points", 60):
        if known["case"] != case or seen >= 2:
            continue
        seen += 1
        source = sources()["how-many-stationary-points"]
        text_of_loss = next(
            entry.get("loss", source["loss"]["formula"]) for entry in source["case"] if entry["id"] == case
        )
        for name in ("a", "b", "s"):
            text_of_loss = re.sub(rf"\b{name}\b", f"({known[name]})", text_of_loss)
        of = critical_points(node(text_of_loss, "x", "y"), ("x", "y"))
        assert of.complete
        assert len(of.points) == int(question.parts[0].numbers[0].value)
    assert seen


# --- collisions ------------------------------------------------------------------------------------------------------


COLLIDING = """
[item.parameters]
a = [{a}]
w0 = [3, 5]
b = [1]
[item.loss]
formula = "(a*w - b)^2"
variables = ["w"]
[item.run]
start = ["w0"]
rate = "1/10"
steps = 1
[[item.part]]
kind = "number"
ask = "Compute the next weight."
answer = "w[1]"
wrong = [{{ misconception = "NO_INNER" }}, {{ misconception = "NO_2" }}]
"""


def test_wrong_answers_that_meet_refuse_the_row() -> None:
    """Generated quizzes: with (2w - b)^2 "forgot the 2" and "forgot the inner derivative" give the same number.

    Who gives it cannot be told apart.  With a = 2 all rows go, with a = 3 all stay.
    """
    assert check(item(COLLIDING.format(a=2))).rows == 0
    assert check(item(COLLIDING.format(a=3))).rows == 2


def test_adam_with_the_usual_constants_hides_a_missing_correction() -> None:
    """With beta1 = 0.9 and beta2 = 0.99, (1 - beta1)^2 = 1 - beta2: without correction the first step is the same.

    The banks use no such pair where the correction is a foreseen mistake.
    """
    for known, question in rows("first-adam-step", 12):
        assert (1 - known["beta1"]) ** 2 != 1 - known["beta2"]
        assert "NO_CORR" in {wrong.misconception for wrong in question.parts[0].wrong}
