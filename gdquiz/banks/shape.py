"""What the fields of an item have to do with one another, before any expression of it is read.

Each function looks at a part of an item as the schema gives it, and yields what is wrong with its place in the item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from gdquiz.banks import schema
from gdquiz.banks.bank import Path
from gdquiz.banks.datasets import spec
from gdquiz.banks.domains import domain, number
from gdquiz.banks.names import CURVES, STEP, TRAINING, VERDICTS
from gdquiz.descent.stepping import METHODS
from gdquiz.errors import Fault, InputError, nearest
from gdquiz.formulas.expressions import FUNCTIONS
from gdquiz.formulas.scanner import KEYWORDS
from gdquiz.kinds.kind import kind_of

Found = Iterator[tuple[Path, Fault]]

RESERVED = frozenset({*FUNCTIONS, *KEYWORDS, "ln"})
"""Words of the language of expressions, which no quantity may be named."""

MOST_PANELS = 6
MOST_STEPS = 200

_DERIVED = ("loss", "grad", "curvature", "eig_min", "eig_max", *CURVES)
_METHODS = {row.name: row for row in METHODS}
_ANSWERS = (
    "answer", "answers", "option", "prompt", "truth", "formula", "derivative", "guide",
    "lower", "upper", "closed", "variable", "positive",
)  # fmt: skip
"""The fields of a part that say what is right."""
_STATED = ("value", "values", "formula", "chooses", "lower", "upper", "closed")
"""The fields of a wrong answer that state it."""


# --- names ---------------------------------------------------------------------------------------------------------


def of_names(item: schema.Item) -> Found:
    """Names and ids that already stand for something else."""
    for path, name in _given(item):
        if name in RESERVED:
            yield path, Fault(f"'{name}' is a word of the language of expressions", "a name of its own")
    for path, name in _taken(item):
        yield path, Fault(f"the name '{name}' is already taken", "a name of its own")
    for kind, entries in (("part", item.part), ("case", item.case)):
        ids = [entry.id for entry in entries]
        for place, name in enumerate(ids):
            if ids.index(name) != place:
                yield (kind, place, "id"), Fault(f"the {kind} id '{name}' is used twice")


def _given(item: schema.Item) -> Iterator[tuple[Path, str]]:
    """Every name that an item gives, with its place."""
    yield from ((("loss", "variables", k), name) for k, name in enumerate(item.loss.variables if item.loss else []))
    for field in ("parameters", "define", "data"):
        yield from (((field, name), name) for name in getattr(item, field))
    for place, case in enumerate(item.case):
        for field in ("parameters", "define"):
            yield from ((("case", place, field, name), name) for name in getattr(case, field))


def _taken(item: schema.Item) -> Iterator[tuple[Path, str]]:
    variables = item.loss.variables if item.loss else []
    derived = {*_DERIVED, *VERDICTS, *TRAINING, *(name for case in item.case for name in case.text)}
    derived |= {f"{head}_{v}" for head in ("grad", "minimizer") for v in variables}
    derived |= {f"hess_{v}_{w}" for v in variables for w in variables}
    ends = tuple(f"_at_{point}" for point in item.points)
    homes: dict[str, Any] = {}
    for path, name in _given(item):
        home = path if path[0] == "loss" else path[-2]  # a case may give a parameter or a definition anew
        if name in derived or (ends and name.endswith(ends)) or homes.get(name, home) != home:
            yield path, name
        homes.setdefault(name, home)


# --- tables --------------------------------------------------------------------------------------------------------


def of_tables(item: schema.Item) -> Found:
    """Data, places of interest and cases."""
    variables = item.loss.variables if item.loss else []
    if len({len(column) for column in item.data.values()} | {0}) != (2 if item.data else 1):
        yield ("data",), Fault("the columns of the data differ in length, or are empty")
    if item.points and not item.loss:
        yield ("points",), Fault("named points need a loss", "a table [item.loss]")
    for name, coordinates in item.points.items():
        if len(coordinates) != len(variables):
            yield ("points", name), Fault(f"{len(coordinates)} coordinates, not {len(variables)}")
    texts = set(item.case[0].text) if item.case else set()
    for place, case in enumerate(item.case):
        if set(case.text) != texts:
            differing = ", ".join(sorted(set(case.text) ^ texts))
            yield ("case", place, "text"), Fault(f"the cases do not have the same texts: {differing}")
        for name, words in case.text.items():
            if any(sign in words for sign in "$`\\"):
                problem = "the words of a case are printed as they are, so they hold no mathematics and no code spans"
                hint = "put the formula into the text around the slot"
                yield ("case", place, "text", name), Fault(problem, "plain words", hint)
        if case.loss is not None and item.loss is None:
            yield ("case", place, "loss"), Fault("a loss needs its variables", "a table [item.loss]")


def of_run(item: schema.Item) -> Found:
    """The run."""
    run, variables = item.run, item.loss.variables if item.loss else []
    if run is None:
        return
    if item.loss is None:
        yield ("run",), Fault("a run needs a loss", "a table [item.loss]")
    elif len(run.start) != len(variables):
        problem = f"{len(run.start)} values for {len(variables)} variables"
        yield ("run", "start"), Fault(problem, "one for each variable")
    if run.method not in _METHODS:
        problem = f"unknown method '{run.method}'"
        yield ("run", "method"), Fault(problem, ", ".join(_METHODS), nearest(run.method, _METHODS))
    else:
        known = set(_METHODS[run.method].parameters)
        wanted = known - {"epsilon"}
        if not wanted <= set(run.settings) <= known:
            problem = f"the method {run.method} is set by {', '.join(sorted(wanted)) or 'nothing'}"
            yield ("run", "settings"), Fault(problem)
    rows = min(map(len, item.data.values()), default=0)
    if (run.method == "sgd") != bool(run.order):
        yield ("run", "order"), Fault("an order of examples belongs to the method sgd, and sgd needs one")
    elif run.order:
        batches = [[entry] if isinstance(entry, int) else entry for entry in run.order]
        if len(batches) != run.steps or not all(batch and all(1 <= k <= rows for k in batch) for batch in batches):
            yield ("run", "order"), Fault(f"expected {run.steps} entries of examples between 1 and {rows}")


def of_fit(item: schema.Item) -> Found:
    """The fit."""
    fit = item.fit
    if fit is None:
        return
    if fit.seeds not in item.parameters:
        hint = nearest(fit.seeds, item.parameters)
        yield ("fit", "seeds"), Fault(f"there is no parameter '{fit.seeds}'", hint=hint)
    domains = [item.parameters.get(fit.seeds, []), *(case.parameters.get(fit.seeds, []) for case in item.case)]
    if any(value.denominator != 1 for written in domains for value in _values(written)):
        yield ("parameters", fit.seeds), Fault("the numbers of data sets are not whole", "whole numbers")
    if bool(fit.degrees) == bool(fit.epochs):
        yield ("fit",), Fault("a fit is either by degree or by epoch", "'degrees', or 'epochs'")
    for name, listed in (("degrees", fit.degrees), ("epochs_shown", fit.epochs_shown)):
        if listed != sorted(set(listed)):
            yield ("fit", name), Fault("the list does not rise", "each number larger than the one before")
    if fit.degrees and not 0 <= min(fit.degrees) <= max(fit.degrees) < fit.train:
        yield ("fit", "degrees"), Fault("a degree needs more training points than it has powers")
    if fit.epochs and not (fit.epochs_shown and 0 <= min(fit.epochs_shown) <= max(fit.epochs_shown) <= fit.epochs):
        yield ("fit", "epochs_shown"), Fault(f"expected epochs between 0 and {fit.epochs}")
    for name, written in (("rate", fit.rate), ("penalty", fit.penalty)):
        try:
            number(written)
        except InputError as error:
            yield from ((("fit", name), fault) for fault in error.faults)
    try:
        spec(fit)
    except InputError as error:
        yield from ((("fit",), fault) for fault in error.faults)
    except ValueError as error:
        yield ("fit",), Fault(str(error))


def _values(written: str | list[int | str]) -> tuple[Fraction, ...]:
    """The values of a domain; none where it cannot be read, which is told elsewhere."""
    try:
        return domain(written)
    except InputError:
        return ()


def of_figure(item: schema.Item) -> Found:
    """The figure."""
    figure, size = item.figure, len(item.loss.variables) if item.loss else 0
    if figure is None:
        return
    drawn = figure.kind in ("curve", "contours")
    if drawn and item.loss is None:
        yield ("figure",), Fault(f"a figure of kind '{figure.kind}' needs a loss")
    elif drawn and size != (1 if figure.kind == "curve" else 2):
        yield ("figure",), Fault(f"a figure of kind '{figure.kind}' cannot show {size} variables")
    if figure.kind == "losses" and item.run is None:
        yield ("figure",), Fault("a figure of kind 'losses' needs a run")
    if figure.kind == "training" and item.fit is None:
        yield ("figure",), Fault("a figure of kind 'training' needs a table [item.fit]")
    elif figure.kind == "training" and item.fit and len(item.fit.degrees or item.fit.epochs_shown) < 2:
        yield ("figure",), Fault("a curve needs two points", "two degrees, or two epochs shown")
    yield from _of_series(item, figure)
    both = 1 if figure.kind == "curve" else 2
    for name in ("points", "key_points"):
        for values in getattr(figure, name).values():
            if len(values) != both:
                yield ("figure", name), Fault(f"{len(values)} numbers", str(both))
    if figure.level_step is not None and figure.kind != "contours":
        yield ("figure", "level_step"), Fault("only a figure of kind 'contours' has contour lines")
    if len(figure.y_range) not in (0, 2):
        yield ("figure", "y_range"), Fault(f"{len(figure.y_range)} numbers", "2")
    if not drawn:
        return
    if len(figure.x_range) != 2:
        yield ("figure", "x_range"), Fault(f"{len(figure.x_range)} numbers", "2")
    if not figure.y_range and figure.kind == "contours":
        yield ("figure", "y_range"), Fault("0 numbers", "2")
    for name in ("arrows", "key_arrows"):
        for values in getattr(figure, name).values():
            if len(values) != size:
                yield ("figure", name), Fault(f"{len(values)} numbers", str(size))
        if getattr(figure, name) and (item.run is None or figure.kind != "contours"):
            yield ("figure", name), Fault("arrows start where a run starts", "a figure of kind 'contours', and a run")


def _of_series(item: schema.Item, figure: schema.Figure) -> Found:
    """The series of a figure."""
    at: Path = ("figure", "series")
    if figure.series and figure.kind not in ("series", "contours"):
        yield at, Fault(f"a figure of kind '{figure.kind}' has no series", "'series' or 'contours'")
    if figure.kind == "series" and not figure.series:
        yield at, Fault("a figure of kind 'series' needs series", "a table [[item.figure.series]]")
    labels = {series.label or series.letter for series in figure.series}
    if figure.panels and not 2 <= len(labels) <= MOST_PANELS:
        yield ("figure", "panels"), Fault(f"{len(labels)} panels", f"2 to {MOST_PANELS} different labels of series")
    elif len(labels) > MOST_PANELS:
        yield at, Fault(f"{len(labels)} different labels", f"at most {MOST_PANELS}")
    steps = _values(figure.steps) if figure.steps is not None else None
    if steps is not None and (list(steps) != sorted(steps) or not 2 <= len(steps) <= MOST_STEPS):
        yield ("figure", "steps"), Fault("expected 2 to 200 values of k that rise")
    formulas = [series for series in figure.series if series.formula]
    named = {*item.parameters, *item.define, *(name for c in item.case for name in (*c.parameters, *c.define))}
    if formulas and STEP in named:
        yield at, Fault(f"'{STEP}' is the step in a formula of a series", "another name for the quantity")
    size = 2 if figure.kind == "contours" else 1
    for place, series in enumerate(figure.series):
        here: Path = (*at, place)
        if bool(series.label) == bool(series.letter):
            yield here, Fault("a series has either a label or a letter")
        running = (series.start, series.rate, series.method, series.settings, series.misconception)
        if series.formula and any(running):
            yield here, Fault("a series is either a formula or a run")
        elif series.formula and len(series.formula) != size:
            yield (*here, "formula"), Fault(f"{len(series.formula)} expressions", str(size))
        elif not series.formula:
            yield from _of_running_series(item, figure, series, here, steps)


def _of_running_series(
    item: schema.Item, figure: schema.Figure, series: schema.Series, here: Path, steps: tuple[Fraction, ...] | None
) -> Found:
    variables = item.loss.variables if item.loss else []
    if item.run is None:
        yield here, Fault("a series without formula is a run", "a table [item.run], or a formula in k")
        return
    if steps is not None and not all(step.denominator == 1 and 0 <= step <= MOST_STEPS for step in steps):
        yield ("figure", "steps"), Fault("a run has whole steps", f"whole numbers from 0 to {MOST_STEPS}")
    if series.start and len(series.start) != len(variables):
        yield (*here, "start"), Fault(f"{len(series.start)} values for {len(variables)} variables")
    if figure.kind == "series" and figure.shows == "iterates" and len(variables) != 1:
        yield ("figure", "shows"), Fault("only iterates of one variable can be drawn over the steps", "'losses'")
    name = series.method or item.run.method
    if name not in _METHODS:
        yield (*here, "method"), Fault(f"unknown method '{name}'", ", ".join(_METHODS), nearest(name, _METHODS))
        return
    known = set(_METHODS[name].parameters)
    given = set(series.settings) if series.method else {*item.run.settings, *series.settings}
    if not known - {"epsilon"} <= given <= known:
        wanted = ", ".join(sorted(known - {"epsilon"})) or "nothing"
        yield (*here, "settings"), Fault(f"the method {name} is set by {wanted}")
    if name == "sgd" and not item.run.order:
        yield (*here, "method"), Fault("sgd needs the order of the item's run")


# --- parts ---------------------------------------------------------------------------------------------------------


def of_part(part: schema.Part) -> Found:
    """A part: each kind has the fields it needs and no others."""
    kind = kind_of(part.kind)
    needs = kind.needs(part)
    for name in _ANSWERS:
        value = getattr(part, name)
        given = value not in (None, []) and value is not False
        if name in needs and not given:
            yield (name,), Fault(f"a part of kind '{part.kind}' needs the field '{name}'")
        elif given and name not in (*needs, *kind.optional):
            yield (name,), Fault(f"a part of kind '{part.kind}' has no field '{name}'")
    if part.follow is not None and not kind.shape.follow:
        yield ("follow",), Fault("only a part of kind 'number' can follow from earlier ones")
    yield from _of_options(part)
    yield from kind.faults(part)
    for place, wrong in enumerate(part.wrong):
        yield from ((("wrong", place, *path), fault) for path, fault in _of_wrong(part, wrong))


def of_second(part: schema.Part) -> Found:
    """A second route gives what the key of its kind of part is made of; paths begin at the field."""
    written, kind = part.second, kind_of(part.kind)
    count = len(kind.numbers(part))
    if kind.by_hand:
        yield (), Fault(f"a part of kind '{part.kind}' has no key", hint="write a marking guide")
    elif kind.shape.numbers == "labels" and (count > 1 or not isinstance(written, str)):
        if not isinstance(written, list) or len(written) != count:
            yield (), Fault("a second route to several numbers is a list", f"{count} expressions")
    elif count or kind.shape.formula or (kind.shape.truth and not part.option):
        if not isinstance(written, str):
            yield (), Fault("there is one key here", "one expression")
    elif kind.shape.truth and isinstance(written, str):
        return
    elif not isinstance(written, dict):
        yield (), Fault("a second route to options is a table", 'id = "condition" for each option that can be right')
    else:
        yield from _of_table(part, written)


def _of_table(part: schema.Part, written: Mapping[str, object]) -> Found:
    options, prompts = [option.id for option in part.option], [prompt.id for prompt in part.prompt]
    shape = kind_of(part.kind).shape
    known = prompts if shape.chosen == "prompts" else [*options, *(["truth"] if shape.truth else [])]
    for name, entry in written.items():
        if name not in known:
            yield (name,), Fault(f"there is nothing called '{name}' here", ", ".join(known), nearest(name, known))
        elif isinstance(entry, dict) and shape.chosen != "prompts":
            yield (name,), Fault("a table stands here", "an expression")
    wanted = {"prompts": prompts, "all": options}.get(shape.chosen, [])
    for name in wanted:
        if name not in written:
            yield (), Fault(f"the second route says nothing of '{name}'", ", ".join(wanted))


def _of_options(part: schema.Part) -> Found:
    wanted = kind_of(part.kind).of_option
    ids = [option.id for option in part.option]
    for place, option in enumerate(part.option):
        if ids.index(option.id) != place:
            yield ("option", place, "id"), Fault(f"the option id '{option.id}' is used twice")
        for name in ("when", "rank"):
            given = getattr(option, name) is not None
            if name == wanted and not given:
                yield ("option", place), Fault(f"the option needs the field '{name}'")
            elif name != wanted and given:
                yield ("option", place, name), Fault(f"an option of kind '{part.kind}' has no field '{name}'")
    prompts = [prompt.id for prompt in part.prompt]
    for place, name in enumerate(prompts):
        if prompts.index(name) != place:
            yield ("prompt", place, "id"), Fault(f"the prompt id '{name}' is used twice")


def _of_wrong(part: schema.Part, wrong: schema.Wrong) -> Found:
    """A wrong answer states what its kind of part asks for, and all of it."""
    kind = kind_of(part.kind)
    none = kind.has_no_wrong(part)
    if none is not None:
        yield (), none
        return
    fitting = kind.states(part)
    for name in _STATED:
        stated = getattr(wrong, name)
        if stated is not None and name not in fitting:
            expected = " or ".join(f"'{field}'" for field in fitting)
            yield (name,), Fault(f"a wrong answer has no field '{name}' here", expected)
        elif stated in ([], {}) and name != "closed":
            yield (name,), Fault("the wrong answer is empty")
    yield from kind.wrong_faults(part, wrong)
