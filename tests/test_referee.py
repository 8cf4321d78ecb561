"""The keys of every shipped item against the independent referee in ``tests/referee``, row by row, as printed.

The referee never imports gdquiz; this side builds the question as an exam would have it, hands the referee what a
reader is given, and compares.  What the referee is given and what it returns is told in ``tests/referee/__init__.py``.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import random
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from referee.reading import formula as printed_formula
from referee.reading import number as printed_number

from gdquiz.assembly.questions import QuestionWriter
from gdquiz.banks.bank import read_bank
from gdquiz.banks.items import models
from gdquiz.banks.models import ItemModel
from gdquiz.exam.frozen import Figure, PartKey, PartWording, Question, Wording
from gdquiz.formulas.columns import evaluate, floats
from gdquiz.formulas.expressions import Language, parse
from gdquiz.numbers.exact import Rationals
from gdquiz.populations import fitted
from gdquiz.populations.population import Population, populate

ROOT = Path(__file__).resolve().parent.parent
BANKS = ROOT / "question_banks"
REFEREE = ROOT / "tests" / "referee"

FEW, MANY = 40, 400
"""Rows of each item that are compared in the quick and in the slow sweep."""
RELATIVE = Fraction(1, 10**9)
ROUNDING = Fraction(1, 10**12)
"""What a referee who works in floats may be off by where the answer is zero or nearly so."""

TEXT_ONLY = frozenset(
    {
        "a-check-that-passed",
        "explain-a-minimum",
        "explain-adams-first-step",
        "explain-overfitting",
        "explain-the-rate",
        "explain-the-zigzag",
        "is-momentum-to-blame",
        "maximum-of-the-error-explained",
        "parts-of-the-update-rule",
        "refute-the-falling-loss",
        "refute-the-zero-gradient",
        "small-gradient-no-proof",
    }
)
"""Items that only ask for words, which people mark: the referee has nothing to recompute."""

READER = ("case", "slots", "train", "heldout", "train_x", "train_y", "heldout_x", "heldout_y")
FIGURE = ("marks", "arrows", "curves", "series")
ALLOWED_IMPORTS = (sys.stdlib_module_names | {"numpy", "mpmath", "referee"}) - {
    "importlib", "multiprocessing", "os", "pkgutil", "runpy", "subprocess", "sys"
}  # fmt: skip


# --- the items -----------------------------------------------------------------------------------------------------


def _items() -> list[tuple[str, str]]:
    """(bank, item) of everything shipped, without the engine, so that a failing bank fails its own tests only."""
    found = []
    for path in sorted(BANKS.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        found += [(path.stem, item["id"]) for item in content.get("item", []) if "bank" in content]
    return found


ITEMS = _items()
over_items = pytest.mark.parametrize(("bank", "item"), ITEMS, ids=[f"{bank}/{item}" for bank, item in ITEMS])


@cache
def _templates(bank: str) -> dict[str, ItemModel]:
    path = BANKS / f"{bank}.toml"
    return {model.id: model for model in models(read_bank(path.read_text("utf-8"), file=path.name))}


@lru_cache(maxsize=4)
def _population(bank: str, item: str) -> Population:
    return populate(_templates(bank)[item])


@lru_cache(maxsize=4)
def _writer(bank: str, item: str) -> QuestionWriter:
    return QuestionWriter(_population(bank, item))


@cache
def _module(bank: str) -> Any:
    name = f"referee.{bank.replace('-', '_')}"
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def _referee(bank: str, item: str) -> Callable[[dict[str, Any]], Mapping[str, Any]]:
    file, name = f"tests/referee/{bank.replace('-', '_')}.py", item.replace("-", "_")
    found = getattr(_module(bank), name, None)
    if found is None:
        pytest.fail(f"the item '{item}' has no referee; write the function {name} in {file}", pytrace=False)
    return found


def spread(size: int, count: int) -> list[int]:
    """``count`` rows from the first to the last at equal distances; all of them where there are no more."""
    return list(range(size)) if size <= count else [k * (size - 1) // (count - 1) for k in range(count)]


def _question(writer: QuestionWriter, row: int) -> Question:
    """The row as an exam prints it, with its options shuffled."""
    return writer.question(row, number=1, id="q", path=("referee", row))


def _given(population: Population, row: int, question: Question) -> dict[str, Any]:
    """What a reader of the question is given."""
    block, place = population.locate(row)
    known: dict[str, Any] = {
        name: column.fraction(place) for name, column in block.world.exact_parameters.items()
    }  # fmt: skip
    assert not {*READER, *FIGURE} & set(known), "a parameter has a name that is taken"
    known |= {"case": block.case.id, "slots": question.slots}
    if population.model.source.fit is not None:
        data = fitted.data(block.world)
        for name in ("train", "heldout"):
            losses = block.world.once(fitted.curves)[name]
            places = population.model.source.fit.places
            printed = (question.slots.get(f"{name}[{k}]:{places}") for k in range(len(losses)))
            known[name] = tuple(
                printed_number(text) if text is not None else column.fraction(place)
                for text, column in zip(printed, losses, strict=True)
            )
            known |= {f"{name}_{axis}": getattr(data, f"{name}_{axis}")[place] for axis in "xy"}
    if question.figure is not None:
        marks = question.figure.marks
        known["marks"] = {mark.label: (mark.x, mark.y) for mark in marks if mark.arrow is None}
        known["arrows"] = {
            mark.label: (mark.arrow[0] - mark.x, mark.arrow[1] - mark.y) for mark in marks if mark.arrow is not None
        }
        known["curves"] = {
            role: [curve.points for curve in question.figure.curves if curve.role == role]
            for role in {curve.role for curve in question.figure.curves}
        }
        known["series"] = _named(question.figure)
    return known


def _named(figure: Figure) -> dict[str, dict[str, list[Any]]]:
    """The curves of a figure by the letter that stands beside them, or over their panel, and by role."""
    beside = [mark.label for mark in figure.marks if mark.role == "label"]
    found: dict[str, dict[str, list[Any]]] = {}
    for curve in figure.curves:
        if curve.panel is not None:
            name = figure.panels[curve.panel]
        elif curve.role == "series" and beside:
            name = beside[curve.style]
        else:
            continue
        found.setdefault(name, {}).setdefault(curve.role, []).append(curve.points)
    return found


# --- the comparison ------------------------------------------------------------------------------------------------


def _exactly(value: Any) -> tuple[Fraction, Fraction]:
    """A number of the referee as a fraction, and what it may be off by."""
    if isinstance(value, (int, Fraction, np.integer)):
        return Fraction(value), abs(Fraction(value)) * RELATIVE
    exact = Fraction(*map(int, mpmath.libmp.to_rational(mpmath.mpf(value)._mpf_)))
    return exact, abs(exact) * RELATIVE + ROUNDING


def _inside(value: Fraction, low: str, high: str, slack: Fraction | int = 0) -> bool:
    return Fraction(low) - slack <= value <= Fraction(high) + slack


def _compare_numbers(wording: PartWording, key: PartKey, slots: Mapping[str, str], expected: Any) -> Iterator[str]:
    values = tuple(expected) if isinstance(expected, (tuple, list)) else (expected,)
    if len(values) != len(key.numbers):
        yield f"has {len(key.numbers)} numbers, the referee says {len(values)}"
        return
    referee = [_exactly(value) for value in values]
    for number, (value, slack) in zip(key.numbers, referee, strict=True):
        if abs(Fraction(number.value) - value) > slack:
            yield f"has the key {number.value}, the referee says {value} = {float(value)}"
        if not _inside(value, number.low, number.high, slack if slack >= ROUNDING else 0):
            yield f"accepts {number.low} to {number.high}, the referee says {value} = {float(value)}"
    for wrong in key.wrong:
        hits = [
            _inside(Fraction(text), number.low, number.high) or abs(Fraction(text) - value) <= slack
            for text, number, (value, slack) in zip(wrong.values, key.numbers, referee, strict=True)
        ]
        if all(hits):
            yield f"takes {wrong.values} of {wrong.misconception} for wrong, which the referee finds right"


def _compare_ends(wording: PartWording, key: PartKey, slots: Mapping[str, str], expected: Any) -> Iterator[str]:
    lower, upper, brackets = expected
    told = tuple(
        "infinite" if end is None else "closed" if bracket in "[]" else "open"
        for end, bracket in zip((lower, upper), brackets, strict=True)
    )
    if key.options != told:
        yield f"has ends that are {key.options}, the referee says {told}"
        return
    ends = [end for end in (lower, upper) if end is not None]
    alike = key.model_copy(update={"wrong": tuple(wrong for wrong in key.wrong if wrong.options == told)})
    yield from _compare_numbers(wording, alike, slots, ends)


def _compare_listed(wording: PartWording, key: PartKey, slots: Mapping[str, str], expected: Any) -> Iterator[str]:
    """A choice among values: only the key is the referee's value as printed, and the values stand in rising order."""
    value, slack = _exactly(expected)
    texts = {option: slots[f"{option}@{wording.id}"] for option in key.order}
    printed = {option: printed_number(text) for option, text in texts.items()}

    def means(option: str) -> bool:
        decimals = len(texts[option].partition(".")[2])
        return abs(printed[option] - value) <= (Fraction(1, 2 * 10**decimals) if decimals else slack)

    if [option for option in key.order if means(option)] != list(key.options):
        yield f"has the key {texts[key.options[0]]} among {sorted(texts.values())}, the referee says {value}"
    if list(printed.values()) != sorted(set(printed.values())):
        yield f"lists its values as {list(texts.values())}"


def _compare_choice(wording: PartWording, key: PartKey, slots: Mapping[str, str], expected: Any) -> Iterator[str]:
    right = {expected} if isinstance(expected, str) else set(expected)
    if set(key.options) != right or len(key.options) != len(right):
        yield f"has the key {sorted(key.options)}, the referee says {sorted(right)}"
    if set(key.order) != {option.id for option in wording.options}:
        yield f"prints the options {key.order}"
    yield from _wrong_options(key, lambda options: set(options) == right)


def _compare_truth(wording: PartWording, key: PartKey, slots: Mapping[str, str], expected: Any) -> Iterator[str]:
    truth, reason = expected if isinstance(expected, tuple) else (expected, None)
    if key.truth is not bool(truth):
        yield f"has the key {key.truth}, the referee says {truth}"
    if reason is not None:
        yield from _compare_choice(wording, key, slots, reason)


def _compare_order(wording: PartWording, key: PartKey, slots: Mapping[str, str], expected: Any) -> Iterator[str]:
    if key.options != tuple(expected):
        yield f"has the key {key.options}, the referee says {tuple(expected)}"
    yield from _wrong_options(key, lambda options: options == tuple(expected))


def _compare_matches(wording: PartWording, key: PartKey, slots: Mapping[str, str], expected: Any) -> Iterator[str]:
    right = dict(zip([prompt.id for prompt in wording.prompts], tuple(expected), strict=True))
    if dict(zip(key.prompt_order, key.options, strict=True)) != right:
        yield f"has the key {dict(zip(key.prompt_order, key.options, strict=True))}, the referee says {right}"
    yield from _wrong_options(key, lambda options: dict(zip(key.prompt_order, options, strict=True)) == right)


def _wrong_options(key: PartKey, right: Callable[[tuple[str, ...]], bool]) -> Iterator[str]:
    for wrong in key.wrong:
        if wrong.options and right(wrong.options):
            yield f"takes {wrong.options} of {wrong.misconception} for wrong, which the referee finds right"


def _compare_formula(wording: PartWording, key: PartKey, slots: Mapping[str, str], expected: Any) -> Iterator[str]:
    """Both at random points with small denominators; points at which the referee has no value are left out."""
    draw = random.Random(7)
    size = range(len(wording.variables))
    points, values = [], []
    for point in ([Fraction(draw.randint(-40, 40), draw.choice((7, 9, 11))) for _ in size] for _ in range(24)):
        try:
            values.append(float(expected(*point)))
        except (ValueError, ZeroDivisionError, OverflowError):
            continue
        points.append(point)
    if len(points) < 6:
        yield "has a referee without values"
        return

    def agrees(text: str) -> bool:
        node = parse(text, names=wording.variables, language=Language.FORMULA)
        table = {name: Rationals.of([point[k] for point in points]) for k, name in enumerate(wording.variables)}
        found = np.broadcast_to(floats(evaluate(node, table)), (len(points),))
        return bool(np.allclose(found, values, rtol=1e-9, atol=1e-9))

    if not agrees(key.formula):
        yield f"has the key {key.formula}, the referee another function"
    for wrong in key.wrong:
        if wrong.formula and agrees(wrong.formula):
            yield f"takes {wrong.formula} of {wrong.misconception} for wrong, which the referee finds right"


COMPARISONS: dict[str, Callable[[PartWording, PartKey, Mapping[str, str], Any], Iterator[str]]] = {
    "number": _compare_numbers,
    "numbers": _compare_numbers,
    "interval": _compare_ends,
    "choice": _compare_choice,
    "choices": _compare_choice,
    "truth": _compare_truth,
    "ordering": _compare_order,
    "matching": _compare_matches,
    "formula": _compare_formula,
}


def disagreements(wording: Wording, question: Question, verdict: Mapping[str, Any]) -> Iterator[str]:
    """Every way in which a question and the referee's verdict on it differ."""
    asked = {part.id for part in wording.parts if part.kind != "text"}
    if set(verdict) != asked:
        yield f"the referee answers {sorted(verdict)}, the question asks {sorted(asked)}"
    for part, key in zip(wording.parts, question.parts, strict=True):
        if part.id in asked & set(verdict):
            listed = part.kind == "choice" and part.options[0].id == "v0"
            compare = _compare_listed if listed else COMPARISONS[part.kind]
            for problem in compare(part, key, question.slots, verdict[part.id]):
                yield f"part '{part.id}' {problem}"


def _sweep(bank: str, item: str, count: int) -> None:
    if item in TEXT_ONLY:
        return
    referee = _referee(bank, item)
    writer = _writer(bank, item)
    problems: list[str] = []
    rows = spread(writer.size, count)
    for row in rows:
        question = _question(writer, row)
        given = _given(_population(bank, item), row, question)
        known = {name: str(value) for name, value in given.items() if name not in {*READER[1:], *FIGURE}}
        try:
            found = list(disagreements(writer.wording, question, referee(given)))
        except AssertionError as objection:
            found = [f"the referee objects: {objection}"]
        except Exception as error:
            error.add_note(f"{item}, row {row}, {known}")
            raise
        problems += [f"row {row} {known}: {problem}" for problem in found]
    told = "\n".join(problems[:5])
    assert not problems, f"{item}: {len(problems)} disagreements in {len(rows)} rows\n{told}"


# --- the tests -----------------------------------------------------------------------------------------------------


@over_items
def test_the_referee_finds_the_same_keys(bank: str, item: str) -> None:
    _sweep(bank, item, FEW)


@pytest.mark.slow
@over_items
def test_the_referee_finds_the_same_keys_in_many_rows(bank: str, item: str) -> None:
    _sweep(bank, item, MANY)


def test_exactly_the_items_without_a_computable_key_are_listed() -> None:
    without = set()
    for path in BANKS.glob("*.toml"):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        for item in content.get("item", []) if "bank" in content else []:
            if all(part["kind"] == "text" for part in item["part"]):
                without.add(item["id"])
    assert without == TEXT_ONLY


@pytest.mark.parametrize("bank", sorted({bank for bank, _ in ITEMS}))
def test_every_function_of_a_referee_has_its_item(bank: str) -> None:
    module = _module(bank)
    assert module is not None, f"there is no tests/referee/{bank.replace('-', '_')}.py"
    named = {
        name.replace("_", "-")
        for name, value in vars(module).items()
        if callable(value) and not name.startswith("_") and value.__module__ == module.__name__
    }
    assert named <= {item for home, item in ITEMS if home == bank}


@pytest.mark.parametrize("path", sorted(REFEREE.glob("*.py")), ids=lambda path: path.name)
def test_no_referee_imports_the_engine(path: Path) -> None:
    """Only the standard library without its back doors, NumPy, mpmath and the referee's own modules."""
    assert forbidden(path.read_text(encoding="utf-8")) == []


def forbidden(source: str) -> list[str]:
    """What a module imports, or calls by name, that a referee may not."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.append(node.module or "")
        elif isinstance(node, ast.Name) and node.id in ("__import__", "exec", "eval", "compile"):
            found.append(f"{node.id}()")
    return [name for name in found if name.partition(".")[0] not in ALLOWED_IMPORTS]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import math\nfrom numpy import linalg\nfrom .means import slope", []),
        ("import gdquiz", ["gdquiz"]),
        ("def f():\n    from gdquiz.numbers import exact", ["gdquiz.numbers"]),
        ("import importlib", ["importlib"]),
        ("m = __import__('gdquiz')", ["__import__()"]),
    ],
)
def test_an_import_of_the_engine_is_seen(source: str, expected: list[str]) -> None:
    assert forbidden(source) == expected


# --- the tests of the comparison: it notices what is wrong ---------------------------------------------------------


def _part_of(bank: str, item: str, part: str) -> tuple[PartWording, PartKey, Mapping[str, str], Any]:
    writer = _writer(bank, item)
    question = _question(writer, writer.size // 2)
    place = [part.id for part in writer.wording.parts].index(part)
    verdict = _referee(bank, item)(_given(_population(bank, item), writer.size // 2, question))
    return writer.wording.parts[place], question.parts[place], question.slots, verdict[part]


def _first_number(key: PartKey, **changes: str) -> PartKey:
    first, *others = key.numbers
    return key.model_copy(update={"numbers": (first.model_copy(update=changes), *others)})


def _other_option(key: PartKey) -> PartKey:
    return key.model_copy(update={"options": (next(option for option in key.order if option not in key.options),)})


def _wrong_is_right(key: PartKey) -> PartKey:
    if key.numbers:
        change: dict[str, Any] = {"values": tuple(number.value for number in key.numbers)}
    else:
        change = {"formula": key.formula} if key.formula else {"options": key.options}
    return key.model_copy(update={"wrong": (key.wrong[0].model_copy(update=change),)})


def _swapped(key: PartKey) -> PartKey:
    first = next(k for k, option in enumerate(key.options) if option != key.options[0])
    options = list(key.options)
    options[0], options[first] = options[first], options[0]
    return key.model_copy(update={"options": tuple(options)})


SPOILED: list[tuple[str, str, str, Callable[[PartKey], PartKey]]] = [
    ("one-step", "one-step-squared-error", "answer", lambda key: _first_number(key, value="1/7")),
    ("one-step", "one-step-squared-error", "answer", lambda key: _first_number(key, low="900", high="901")),
    ("one-step", "one-step-squared-error", "answer", _wrong_is_right),
    ("one-step", "one-step-two-variables", "answer", lambda key: _first_number(key, value="1/7")),
    ("one-step", "one-step-two-variables", "answer", _wrong_is_right),
    ("one-step", "rate-that-lands-on-the-minimiser", "answer", _other_option),
    (
        "one-step",
        "rate-that-lands-on-the-minimiser",
        "answer",
        lambda key: key.model_copy(update={"order": key.order[::-1]}),
    ),
    ("one-step", "wrong-line-of-a-step", "line", lambda key: _first_number(key, value="9")),
    ("loss", "which-weight-fits-best", "best", _wrong_is_right),
    ("one-step", "changes-of-the-first-step", "answer", _swapped),
    ("one-step", "changes-of-the-first-step", "answer", _wrong_is_right),
    ("direction", "points-that-move-right", "answer", _other_option),
    ("direction", "points-that-move-right", "answer", _wrong_is_right),
    ("direction", "order-by-first-step", "answer", _swapped),
    ("direction", "order-by-first-step", "answer", _wrong_is_right),
    (
        "direction",
        "derivative-slope-direction",
        "derivative",
        lambda key: key.model_copy(update={"formula": key.formula + " + 1/1000"}),
    ),
    ("direction", "derivative-slope-direction", "derivative", _wrong_is_right),
    (
        "direction",
        "what-one-slope-tells",
        "answer",
        lambda key: key.model_copy(update={"truth": not key.truth}),
    ),
    ("direction", "what-one-slope-tells", "answer", _other_option),
    ("direction", "what-one-slope-tells", "answer", _wrong_is_right),
]


@pytest.mark.parametrize(("bank", "item", "part", "spoil"), SPOILED)
def test_a_spoiled_key_is_noticed(bank: str, item: str, part: str, spoil: Callable[[PartKey], PartKey]) -> None:
    wording, key, slots, expected = _part_of(bank, item, part)
    listed = wording.kind == "choice" and wording.options[0].id == "v0"
    compare = _compare_listed if listed else COMPARISONS[wording.kind]
    assert list(compare(wording, key, slots, expected)) == []
    assert list(compare(wording, spoil(key), slots, expected)) != []


def test_a_part_that_the_referee_leaves_out_is_noticed() -> None:
    writer = _writer("direction", "slope-from-readings")
    question = _question(writer, 0)
    verdict = dict(
        _referee("direction", "slope-from-readings")(
            _given(_population("direction", "slope-from-readings"), 0, question)
        )
    )
    assert list(disagreements(writer.wording, question, verdict)) == []
    del verdict["direction"]
    assert list(disagreements(writer.wording, question, verdict)) == [
        "the referee answers ['slope'], the question asks ['direction', 'slope']"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-3", Fraction(-3)),
        ("0.25", Fraction(1, 4)),
        ("1/3", Fraction(1, 3)),
        (r"-\frac{5}{2}", Fraction(-5, 2)),
        (r"\left(-\frac{1}{2}\right)", Fraction(-1, 2)),
        (r"4 \cdot \left(-\frac{5}{2}\right) - (-4)", Fraction(-6)),
    ],
)
def test_the_referee_reads_printed_numbers(text: str, expected: Fraction) -> None:
    assert printed_number(text) == expected


def test_the_referee_reads_printed_formulas() -> None:
    # at u = 2, v = 3: (1/2) (2 - 1)^2 - 2*3*3 + 3^3 = 1/2 - 18 + 27
    f = printed_formula(r"\frac{1}{2} \left(u - 1\right)^{2} - 3 u v + v^{3}", "u", "v")
    assert f(Fraction(2), Fraction(3)) == Fraction(19, 2)
    with pytest.raises(ValueError, match="cannot read"):
        printed_formula(r"\sqrt{u}", "u")


def test_rows_are_spread_from_the_first_to_the_last() -> None:
    assert spread(3, 40) == [0, 1, 2]
    rows = spread(1000, 40)
    assert (rows[0], rows[-1], len(set(rows))) == (0, 999, 40)
