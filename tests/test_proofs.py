"""What is proved of a single run: exact certificates, and what the judge may rely on."""

from fractions import Fraction

import pytest

from gdquiz.descent.calculus import Calculus, derive
from gdquiz.formulas.expressions import Language, parse, to_text
from gdquiz.judging.observation import Knowledge
from gdquiz.landscape.convexity import mirrored
from gdquiz.landscape.critical import critical_points
from gdquiz.landscape.facts import Landscape
from gdquiz.numbers.certainty import NO, UNSURE, YES
from gdquiz.solving.proofs import certificate, knowledge
from gdquiz.theorems.certificates import Exact

F = Fraction


def known(loss: str, names: str, *, ascend: bool = False) -> tuple[Landscape, Calculus]:
    node = parse(loss, names=tuple(names), language=Language.FORMULA)
    downhill = mirrored(node) if ascend else node
    return critical_points(downhill, tuple(names)), derive(node, tuple(names))


def decided(
    loss: str, names: str, rate: str, *points: tuple[int | str, ...], ascend: bool = False, shown: int = 0
) -> Exact | None:
    landscape, calculus = known(loss, names, ascend=ascend)
    run = tuple(tuple(map(F, point)) for point in points)
    found = certificate(landscape, calculus, F(rate), run, ascend=ascend)
    return None if found is None else found.decide(ascend, shown)


def verdict(told: Exact | None) -> tuple[str, str, int]:
    assert told is not None
    return str(told.limit[0]), str(told.point[0]), int(told.period[0])


@pytest.mark.parametrize(
    ("rate", "limit"),
    [("1/4", "converged"), ("1/3", "cycle"), ("2/5", "diverged_loss_up")],
)
def test_a_quadratic_with_mixed_terms_is_decided_exactly(rate: str, limit: str) -> None:
    # H = [[4, 2], [2, 4]] has curvature 6 along (1, 1) and 2 along (1, -1): the largest stable rate is 2/6
    told = decided("2x^2 + 2xy + 2y^2", "xy", rate, (1, 2))
    assert verdict(told)[0] == limit


def test_only_the_error_along_a_direction_counts() -> None:
    # from (1, -1) there is no error along (1, 1), so that only the curvature 2 matters: 1 - 2/2 lands in one step
    told = decided("2x^2 + 2xy + 2y^2", "xy", "1/2", (1, -1))
    assert verdict(told) == ("converged", "local_min", 0)
    assert told is not None and told.one_step[0] == YES and told.unstable_limit[0] == YES


def test_overshoot_of_a_mixed_quadratic() -> None:
    # x^2 + 4xy + y^2: curvatures 6 along (1, 1), -2 along (1, -1); from (2, 1) with rate 2/5 the factors are
    # 1 - 12/5 = -7/5 and 9/5.  e^2 along (1, 1)/sqrt 2 is 9/2, along (1, -1)/sqrt 2 it is 1/2:
    # f_0 = (6*9/2 - 2*1/2)/2 = 13, f_1 = (27*49/25 - 81/25)/2 = 24.84 > 13
    told = decided("x^2 + 4xy + y^2", "xy", "2/5", (2, 1), shown=1)
    assert told is not None and told.overshoot.tolist() == [[YES]]
    assert verdict(told)[0] == "unbounded_below"  # 9/5 > 7/5: the saddle's downhill direction wins in the end


def test_irrational_curvatures_or_centres_are_left_to_floats() -> None:
    assert decided("x^2 + xy + 2y^2", "xy", "1/10", (1, 1)) is None  # eigenvalues 3 +- sqrt 2
    assert decided("x^2 - 2*exp(1)*x", "x", "1/10", (1,)) is None


def test_powers_and_their_mirror_image() -> None:
    # 2(x - 1)^4 + 3: t = 4*2*(1/2)^2*rate = 2 rate at x_0 = 3/2
    assert verdict(decided("2(x - 1)^4 + 3", "x", "9/10", ("3/2",))) == ("converged", "local_min", 0)
    assert verdict(decided("2(x - 1)^4 + 3", "x", "1", ("3/2",))) == ("cycle", "none", 2)
    assert verdict(decided("-x^4", "x", "1/10", (1,), ascend=True)) == ("converged", "local_max", 0)
    assert verdict(decided("x^4", "x", "1/10", (1,), ascend=True)) == ("unbounded_below", "none", 0)
    assert decided("x^4 + x^3", "x", "1/10", (1,)) is None


def test_absolute_values() -> None:
    # steps of 3/10 * 2 = 3/5 from the distance 6/5: two steps land on the kink
    assert verdict(decided("2*abs(x - 1) + 5", "x", "3/10", ("11/5",))) == ("converged", "local_min", 0)
    assert verdict(decided("abs(2x - 2)", "x", "3/10", (2,))) == ("cycle", "none", 2)
    assert decided("abs(x) + x", "x", "3/10", (2,)) is None


def test_a_run_that_lands_on_a_maximum_rests_there() -> None:
    # x - (x^3 - x)/3 = 0 at x = 2
    told = decided("x^4/4 - x^2/2", "x", "1/3", (2,), (0,), (0,))
    assert verdict(told) == ("converged", "local_max", 0)
    assert told is not None and told.one_step[0] == YES and told.unstable_limit[0] == YES and not told.best[0]


def test_a_run_that_comes_back_is_a_cycle() -> None:
    # x^4/4 - x^2 with rate 1 maps x to 3x - x^3: 1, 2, -2, 2, ...  Floats would leave it: it repels.
    told = decided("x^4/4 - x^2", "x", "1", (1,), (2,), (-2,), (2,))
    assert verdict(told) == ("cycle", "none", 2)
    assert decided("x^4/4 - x^2", "x", "1", (1,), (2,), (-2,)) is None  # not seen to come back


def facts(loss: str, names: str, start: tuple[int, ...] | None = None, *, ascend: bool = False) -> Knowledge:
    landscape, calculus = known(loss, names, ascend=ascend)
    return knowledge(landscape, calculus, None if start is None else tuple(map(F, start)), ascend=ascend)


def test_knowledge_of_a_double_well() -> None:
    told = facts("x^4/4 - x^2/2", "x", (0,))
    assert (told.bounded_below, told.attained, told.convex) == (YES, YES, NO)
    assert told.best is not None and told.best.tolist() == [-0.25]
    assert told.barriers is not None and told.barriers.tolist() == [[0.0]]
    assert told.target is None  # two minima: no single optimum to pass
    assert told.stationary is not None and told.stationary.tolist() == [YES]


def test_knowledge_for_ascent_is_that_of_minus_the_loss() -> None:
    told = facts("x^3 - 3x", "x", (2,), ascend=True)
    assert told.bounded_below == NO
    assert told.barriers is not None and told.barriers.tolist() == [[1.0]]  # the minimum of the loss
    assert told.target is not None and told.target.tolist() == [[-1.0]]  # its maximum
    assert told.stationary is not None and told.stationary.tolist() == [NO]


def test_a_bound_that_is_not_attained() -> None:
    told = facts("log(1 + exp(-x))", "x")
    assert (told.bounded_below, told.attained) == (YES, NO)
    assert facts("sqrt(x)", "x").attained == UNSURE  # 0 is attained at the edge, without a gradient
    assert facts("exp(-x) + x", "x").attained == YES


def test_a_zero_gradient_has_to_be_exact() -> None:
    told = facts("cos(x)", "x", (0,)).stationary
    assert told is not None and told.tolist() == [YES]
    told = facts("exp(x) - x*exp(1)", "x", (1,)).stationary
    assert told is not None and told.tolist() == [YES]
    assert facts("cos(x)", "x", None).stationary is None


def test_mirroring_twice_gives_the_loss_back() -> None:
    node = parse("x^2", names=("x",), language=Language.FORMULA)
    assert to_text(mirrored(node)) == "-x^2"
    assert mirrored(mirrored(node)) == node
