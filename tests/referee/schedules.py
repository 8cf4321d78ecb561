"""The referee of ``schedules.toml``."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from referee.means import solve_affine
from referee.reading import confirm, given

Row = dict[str, Any]


def rate_of_an_epoch(p: Row) -> dict[str, object]:
    """Epoch by epoch, until the rate has become small enough."""
    first, d, k, m = given(p, "eta0"), given(p, "d"), int(given(p, "k1")), given(p, "m")
    rates = []
    denominator = Fraction(1)
    while len(rates) <= k or rates[-1] > first / m:
        rates.append(first / denominator)
        denominator += d
    hits = [epoch for epoch, rate in enumerate(rates) if rate == first / m]
    confirm(len(hits) == 1, f"the epochs with this rate are {hits}")
    return {"rate": rates[k], "epoch": hits[0]}


def stepwise_decay(p: Row) -> dict[str, object]:
    rate, kept, q = given(p, "eta0"), int(given(p, "s")), given(p, "q")
    for epoch in range(1, int(given(p, "k")) + 1):
        if epoch % kept == 0:
            rate *= q
    return {"answer": rate}


def how_far_a_shrinking_rate_gets(p: Row) -> dict[str, object]:
    """All steps together are the first one and q times all steps together."""
    longest, q, away = given(p, "eta0") * given(p, "G"), given(p, "q"), given(p, "D")
    far = solve_affine(lambda total: total - (longest + q * total))
    walked, step = 0.0, float(longest)
    for _ in range(2000):
        walked, step = walked + step, step * float(q)
    confirm(abs(walked - float(far)) < 1e-9 * float(far), "the steps add up to something else")
    confirm(away != far, "the minimiser is just at the limit")
    return {"distance": far, "reach": "impossible" if away > far else "open"}


def powers_for_stochastic_descent(p: Row) -> dict[str, object]:
    """Cauchy's condensation: the sum of k^-r behaves like the geometric series with the ratio 2^(1 - r)."""

    def infinite(r: Fraction) -> bool:
        return 2.0 ** float(1 - r) >= 1

    powers = {"first": given(p, "p1"), "second": given(p, "p2"), "third": given(p, "p3"), "half": given(p, "p4")}
    powers["one"] = given(p, "p5")
    return {"answer": frozenset(name for name, r in powers.items() if infinite(r) and not infinite(2 * r))}


def curves_of_schedules(p: Row) -> dict[str, object]:
    """Compute all four schedules from what is printed, and look for the curve with the same points."""
    start, share, decay, every = (given(p, name) for name in ("eta0", "d", "q:2", "m"))
    schedules = [
        [start for _ in range(13)],
        [start / (1 + share * k) for k in range(13)],
        [start * decay**k for k in range(13)],
        [start / 2 ** (k // int(every)) for k in range(13)],
    ]
    found = []
    for rates in schedules:
        hits = [
            letter.lower()
            for letter, curves in p["series"].items()
            if all(abs(y - rate) <= start / 300 for (_, y), rate in zip(curves["series"][0], rates, strict=True))
        ]
        confirm(len(hits) == 1, f"{len(hits)} curves show this schedule")
        found += hits
    return {"answer": tuple(found)}
