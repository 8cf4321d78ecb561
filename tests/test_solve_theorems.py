"""``gdquiz solve`` on runs that floats misjudge or leave open."""

import pytest

from gdquiz.solving.solution import solve

HEAVY, NESTEROV = "heavy-ball", "nesterov"
SADDLE = "(u + 2v)^2/10 - (2u - v)^2/10 + (2u - v)^4"
BOWL = "x^2/2+50*y^2"


@pytest.mark.parametrize(
    ("loss", "start", "rate", "options", "expected"),
    [
        ("3*x+1", "x=1", "1/8", (), "unbounded_below none"),
        ("2*x-3*y", "x=1 y=1", "1/8", (), "unbounded_below none"),
        ("-sqrt(1+x^2)", "x=1", "1/8", (), "unbounded_below none"),
        ("x+1/x", "x=-3", "1/8", (), "unbounded_below none"),
        ("x^2", "x=1", "1", (HEAVY, "0"), "cycle none"),
        ("x^2", "x=1", "19/10", (HEAVY, "9/10"), "cycle none"),
        ("x^2", "x=1", "19/28", (NESTEROV, "9/10"), "cycle none"),
        (BOWL, "x=1 y=1", "1/100", (HEAVY, "99/100"), "converged local_min global 0 0"),
        (BOWL, "x=1 y=1", "1/100", (NESTEROV, "99/100"), "converged local_min global 0 0"),
        ("x^2 + x*y + 2y^2", "x=1 y=1", "2/7", (), "converged local_min global 0 0"),
        ("(x - y)^2", "x=1 y=0", "1/8", (), "converged local_min global 0.5 0.5"),
        ("(3x - y)^2", "x=1 y=0", "1/100", (HEAVY, "1/2"), "converged local_min global 0.1 0.3"),
        (SADDLE, "u=1/3 v=2/3", "1/7", (), "converged saddle 0 0"),
        (SADDLE, "u=1/3 v=2/3", "1/7", (NESTEROV, "1/2"), "converged saddle 0 0"),
        ("x^2 - y^2 + y^4", "x=1 y=0", "1/7", (), "converged saddle 0 0"),
        ("x*y + z^2 + (x - y)^4", "x=1 y=1 z=1", "1/7", (), "converged saddle 0 0 0"),
        ("exp(-x)", "x=0", "1/2", (), "drift none"),
        ("x^4 + y^4 - x*y", "x=3 y=1", "1", (), "diverged_loss_up none"),
        ("exp(x) + exp(-x)", "x=4", "1", (), "diverged_loss_up none"),
    ],
)  # fmt: skip
def test_runs_that_theorems_decide(loss, start, rate, options, expected):
    more = {"method": options[0], "parameters": {"beta": options[1]}} if options else {}
    told = solve(loss, start.split(), rate, steps=2, **more)
    parts = [told.limit, told.point, *(["global"] if told.scope == "global" else [])]
    assert " ".join([*parts, *(f"{x.number:.12g}" for x in told.place or ())]) == expected
    assert told.period == (2 if told.limit == "cycle" else 0)
