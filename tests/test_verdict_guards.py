"""Verdicts of populations on and beside the bounds that decide them."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from banking import item

from gdquiz.judging.verdicts import rules
from gdquiz.numbers.certainty import NO, UNSURE, YES
from gdquiz.populations.population import populate


def keys(
    ask: str, values: str, *, loss: str, start: str, rate: str, variables: str = '"x", "y"'
) -> tuple[list[str], int]:
    """The values of k in rows that are not refused, each with the answer; and how many rows are refused."""
    model = item(
        f'parameters = {{ k = [{values}] }}\nloss = {{ formula = "{loss}", variables = [{variables}] }}\n'
        f'run = {{ start = [{start}], rate = "{rate}", steps = 2, judge = true }}\n'
        f'[[item.part]]\nkind = "truth"\nask = "?"\ntruth = "{ask}"\n',
        stem="${{k}}$?",
    )
    population = populate(model)
    told = []
    for row in range(population.size):
        block, place = population.locate(row)
        column = block.world(block.world.model.parts[0].truth)
        told.append(
            f"{block.world.parameters['k'].fraction(place)} {bool(np.broadcast_to(column, block.world.rows)[place])}"
        )
    return told, sum(population.refusals.values())


def test_mixed_terms_count() -> None:
    # x^2 + k x y + y^2 has curvatures 2 + k along (1, 1) and 2 - k along (1, -1), while the diagonal alone says 2:
    # with rate 4/5 from (1, 1), 1 - (4/5)(2 + k) is -3/5, -4/5, -33/25 and -7/5
    told, _ = keys(
        "converged", '"0", "1/4", "9/10", "1"', loss="x^2 + k*x*y + y^2", start='"1", "1"', rate="4/5"
    )  # fmt: skip
    assert told == ["0 True", "1/4 True", "9/10 False", "1 False"]
    # from (1, -1), 1 - (4/5)(2 - k) is -3/5, -2/5, 3/25 and 1/5
    told, _ = keys(
        "converged", '"0", "1/4", "9/10", "1"', loss="x^2 + k*x*y + y^2", start='"1", "-1"', rate="4/5"
    )  # fmt: skip
    assert told == ["0 True", "1/4 True", "9/10 True", "1 True"]


@pytest.mark.parametrize("order", ["k*x*y + x^2 + y^2", "x^2 + y^2 + y*x*k/2 + x*y*k/2"])
def test_a_mixed_quadratic_on_the_edge_is_never_said_to_converge(order: str) -> None:
    # at k = 1/2 the factor along (1, 1) is exactly -1
    told, refused = keys("converged", '"1/4", "1/2", "3/4"', loss=order, start='"1", "1"', rate="4/5")
    assert [line for line in told if not line.startswith("1/2")] == ["1/4 True", "3/4 False"]
    assert "1/2 True" not in told and len(told) + refused == 3


@pytest.mark.parametrize(
    ("before", "after", "answer"),
    [
        (0.0, 1e-12, YES),
        (0.0, np.nextafter(1e-12, 0), UNSURE),
        (0.0, 1e-14, UNSURE),
        (0.0, np.nextafter(1e-14, 0), NO),
        (0.0, 0.0, NO),
        (0.0, -1.0, NO),
        (4096.0, 4096.0 + 2.0**-27, YES),  # 1.8e-12 of 4096: beyond 1, the change is one in units of the loss
        (4096.0, 4096.0 + 2.0**-30, UNSURE),  # 2.3e-13
        (1.0, np.inf, YES),
        (1.0, -np.inf, NO),
    ],
)
def test_the_bound_of_an_overshoot(before: float, after: float, answer: int) -> None:
    (rule,) = (rule for rule in rules("event") if rule.value == "overshoot")
    case: Any = SimpleNamespace(run=SimpleNamespace(heights=np.array([[before, after]])))
    assert rule.decide(rule, case).tolist() == [[answer]]


def test_a_run_on_the_line_into_a_saddle_is_keyed_as_one() -> None:
    # (u + 2v)^2/10 - (2u - v)^2/10 + (2u - v)^4 from (k, 2k): 2u - v is 0 for ever, and u + 2v -> 0
    loss = "(x + 2*y)^2/10 - (2*x - y)^2/10 + (2*x - y)^4"
    for ask, answer in (("reaches_saddle", True), ("reaches_minimum", False), ("converged", True)):
        told, refused = keys(ask, '"1/3", "1/5"', loss=loss, start='"k", "2*k"', rate="1/7")
        assert (told, refused) == ([f"1/3 {answer}", f"1/5 {answer}"], 0)
    # beside the line by a little it leaves the saddle
    told, _ = keys("reaches_saddle", '"1/3", "1/5"', loss=loss, start='"k", "2*k + 1/1000"', rate="1/7")
    assert "1/3 True" not in told and "1/5 True" not in told


def test_runs_that_leave_are_keyed_in_populations() -> None:
    told, refused = keys("unbounded_below", '"1", "2"', loss="-sqrt(k + x^2)", start='"1"', rate="1/7", variables='"x"')
    assert (told, refused) == (["1 True", "2 True"], 0)
    told, refused = keys("drifts", '"1", "2"', loss="exp(-k*x)", start='"1"', rate="1/7", variables='"x"')
    assert (told, refused) == (["1 True", "2 True"], 0)
    told, refused = keys("diverged", '"1", "2"', loss="x^4 + k*y^4", start='"3", "1"', rate="1")
    assert (told, refused) == (["1 True", "2 True"], 0)


@pytest.mark.parametrize(
    ("ask", "values", "loss", "rate", "told", "refused"),
    [
        # both drift, as the derivative is negative everywhere; from 5 the first 2,000 steps are too short to show it
        ("drifts", '"0", "5"', "log(1 + exp(-x))", "1/100", ["0 True"], 1),
        ("converged", '"0", "5"', "log(1 + exp(-x))", "1/100", ["0 False"], 1),
        ("unbounded_below", '"-1"', "x^3", "1/1000000", [], 1),
        ("diverged or cycles", '"-1"', "x^3", "1/1000000", [], 1),
        ("slow", '"-1"', "x^3", "1/1000000", ["-1 True"], 0),
    ],
)
def test_a_slow_run_tells_nothing_of_where_it_ends(
    ask: str, values: str, loss: str, rate: str, told: list[str], refused: int
) -> None:
    assert keys(ask, values, loss=loss, start='"k"', rate=rate, variables='"x"') == (told, refused)


def test_a_run_that_never_moves_neither_converges_nor_fails_to() -> None:
    # a question on w^2 from 0 may count the constant run as convergent or not, so that the row is refused
    assert keys("converged", '"0", "1"', loss="x^2", start='"k"', rate="1/4", variables='"x"') == (["1 True"], 1)
    assert keys("reaches_minimum", '"0"', loss="x^2", start='"k"', rate="1/4", variables='"x"') == (["0 True"], 0)
