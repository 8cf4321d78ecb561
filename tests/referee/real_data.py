"""The referee of ``real-data.toml``: every printed value is compared with the table in ``question_banks/data``."""

from __future__ import annotations

import csv
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from referee.means import descend
from referee.reading import confirm, given

Row = dict[str, Any]
TABLE = Path(__file__).resolve().parent.parent.parent / "question_banks" / "data" / "stackloss.csv"


@cache
def _days() -> dict[int, dict[str, int]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {int(row["day"]): {name: int(value) for name, value in row.items()} for row in csv.DictReader(file)}


def _four(p: Row) -> list[tuple[Fraction, Fraction]]:
    """The scaled air flow and the stack loss of the four days of the table, compared with the data."""
    found = []
    for k in (1, 2, 3, 4):
        day = _days()[int(given(p, f"d{k}"))]
        confirm(given(p, f"a{k}") == day["airflow"], f"column {k} has another air flow")
        confirm(given(p, f"y{k}") == day["stackloss"], f"column {k} has another stack loss")
        found.append((Fraction(day["airflow"] - 60, 10), Fraction(day["stackloss"])))
    return found


def stack_loss_one_update(p: Row) -> dict[str, object]:
    data = _four(p)

    def f(w: Any, b: Any) -> Any:
        return sum((w * z + b - y) ** 2 for z, y in data) / Fraction(4)

    start = given(p, "w0"), given(p, "b0")
    after = descend(f, start, given(p, "eta"), 1)[1]
    return {"parameters": after, "losses": (f(*start), f(*after))}


def stack_loss_line_and_a_new_day(p: Row) -> dict[str, object]:
    """Least squares by NumPy; the day that was held out from the data."""
    data = _four(p)
    matrix = np.array([[float(z), 1.0] for z, _ in data])
    w, b = np.linalg.lstsq(matrix, np.array([float(y) for _, y in data]), rcond=None)[0]
    day = _days()[int(given(p, "d5"))]
    confirm(given(p, "a5") == day["airflow"] and given(p, "y5") == day["stackloss"], "the new day is another one")
    return {"line": (w, b), "prediction": w * (day["airflow"] - 60) / 10 + b}


def stack_loss_scaling_and_the_rate(p: Row) -> dict[str, object]:
    """All features of the days are made and the Hessian is built from them."""
    n = int(given(p, "n"))
    flows = [_days()[k]["airflow"] for k in range(1, n + 1)]
    confirm(p["slots"]["which"] == ("all 21 days" if n == 21 else f"the first {n} days"), "other days are named")
    confirm(given(p, "sa") == sum(flows) and given(p, "saa") == sum(a * a for a in flows), "the sums are others")
    x = [(a - given(p, "c")) / given(p, "s") for a in flows]
    design = np.array([[float(value), 1.0] for value in x])
    largest = float(np.linalg.eigvalsh(2 * design.T @ design / n)[-1])
    return {"means": (sum(x) / n, sum(value**2 for value in x) / n), "bound": 2 / largest}


def stack_loss_two_models(p: Row) -> dict[str, object]:
    columns = {"air flow": "airflow", "water temperature": "watertemp", "acid concentration": "acidconc"}
    held_out = (1, 4, 7, 9, 12, 15, 18, 20, 21)
    trained = [day for k, day in _days().items() if k not in held_out]
    models = []
    for name, factor, minus, cells, error in (
        ("first", "k1:2", "-m1:1", "f", "train1:1"),
        ("second", "k2:2", "-m2:1", "h", "train2:1"),
    ):
        column = columns[p["slots"][name]]
        w, b = given(p, factor), -given(p, minus)
        mse = sum((w * day[column] + b - day["stackloss"]) ** 2 for day in trained) / len(trained)
        confirm(abs(mse - given(p, error)) <= Fraction(1, 20), "the error on the twelve days is another one")
        best = np.linalg.lstsq(
            np.array([[day[column], 1.0] for day in trained]),
            np.array([float(day["stackloss"]) for day in trained]),
            rcond=None,
        )[0]
        confirm(abs(best[0] - float(w)) < 0.006 and abs(best[1] - float(b)) < 0.4, "the line is not the fitted one")
        total = Fraction(0)
        for k in (1, 2, 3):
            number = int(given(p, f"d{k}"))
            confirm(number in held_out, "a day was used for fitting")
            day = _days()[number]
            confirm(given(p, f"{cells}{k}") == day[column], "a measured value is another one")
            confirm(given(p, f"y{k}") == day["stackloss"], "a stack loss is another one")
            total += (w * day[column] + b - day["stackloss"]) ** 2
        models.append(total / 3)
    return {"errors": tuple(models), "better": "a" if models[0] < models[1] else "b"}


def stack_loss_exploding_run(p: Row) -> dict[str, object]:
    """The bend of the loss along w by its values, and the printed numbers by a run of two steps."""
    data = [(z * 10 + 60, y) for z, y in _four(p)]

    def f(w: Any, b: Any) -> Any:
        return sum((w * a + b - y) ** 2 for a, y in data) / Fraction(4)

    zero = Fraction(0)
    run = descend(f, (zero, zero), given(p, "eta"), 2)
    for k, point in enumerate(run[:2]):
        confirm(abs(f(*point) - given(p, f"loss[{k}]:0")) <= Fraction(1, 2), f"the printed loss {k} is another one")
    for k, places in ((1, 1), (2, 0)):
        off = abs(run[k][0] - given(p, f"w[{k}]:{places}"))
        confirm(off <= Fraction(1, 2 * 10**places), f"the printed weight {k} is another one")
    return {"curvature": f(Fraction(1), zero) - 2 * f(zero, zero) + f(Fraction(-1), zero)}
