"""From a bank's text to item models whose every expression, slot and reference is understood.

Reading an item checks everything that can be checked without solving it: names, indices, misconceptions, options,
slots, and what each kind of part needs.  All faults of a bank are told at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

from gdquiz.banks import schema
from gdquiz.banks.bank import Bank, Path, field_name
from gdquiz.banks.consistency import Known, Read, circle, misused
from gdquiz.banks.domains import domain
from gdquiz.banks.grounds import says_nothing_new
from gdquiz.banks.misconceptions import Table, in_language, own, shipped
from gdquiz.banks.models import Case, ItemModel, Part, Series, Slot, Wrong, context_of, defined_for
from gdquiz.banks.names import STEP, TRAINING, VERDICTS, run_names
from gdquiz.banks.rewriting import flat, over_data, uses
from gdquiz.banks.shape import of_figure, of_fit, of_names, of_part, of_run, of_second, of_tables
from gdquiz.descent.misconceptions import Misconception
from gdquiz.errors import Fault, InputError, nearest
from gdquiz.formulas.expressions import Apply, Index, Language, Name, Node, Number, names_of, parse
from gdquiz.kinds.kind import kind_of
from gdquiz.texts import fitness
from gdquiz.texts.slots import SLOT

_FORMAT = re.compile(r"(.*?)(?::(\d|code|plain|signed))?", re.DOTALL)


_UNKNOWN = Misconception("UNKNOWN", "", "", "", "")
"""Stands for a misconception that is not there, so that the rest of its item can be read."""


def models(bank: Bank, only: Collection[str] | None = None, known: Table | None = None) -> tuple[ItemModel, ...]:
    """Every item of a bank, read, or ``only`` those of some ids.

    ``known`` are the misconceptions that it may name beside its own; if nothing is said, the shipped ones.  Raises
    ``InputError`` with all the faults of the misconceptions, or else of the items.
    """
    known = shipped() if known is None else known
    table = in_language({**known, **own(bank, known)}, bank.told)
    faults: list[Fault] = []
    found: list[ItemModel] = []
    for place, item in enumerate(bank.content.item):
        if only is not None and item.id not in only:
            continue
        reader = _Reader(bank, item, ("item", place), table)
        model = None
        try:
            model = reader.model()
        except RecursionError:
            reader.fault((), Fault("the definitions rest on one another too deeply"))
        faults += reader.faults
        if model is not None:
            found.append(model)
    if faults:
        raise InputError(faults)
    return tuple(found)


# --- reading -------------------------------------------------------------------------------------------------------


class _Reader:
    """Reads one item and collects its faults; a fault never hides the next."""

    def __init__(self, bank: Bank, item: schema.Item, path: Path, misconceptions: Table):
        self.bank, self.item, self.path, self.misconceptions = bank, item, path, misconceptions
        self.faults: list[Fault] = []
        self.reads: list[Read] = []
        self.slots: dict[str, Slot] = {}
        self.nodes: dict[tuple[str, Language, bool, frozenset[str]], Node] = {}
        self.variables = tuple(item.loss.variables) if item.loss else ()
        self.series, self.scalars = run_names(item)
        self.texts = set(item.case[0].text) if item.case else set()

    def fault(self, path: Path, fault: Fault) -> None:
        placed = fault.at(
            file=self.bank.file, line=self.bank.line((*self.path, *path)), item=self.item.id, field=field_name(path)
        )
        if placed not in self.faults:  # every case reads what all of them share
            self.faults.append(placed)

    def guarded(self, path: Path, read: Callable[[], Any], otherwise: Any = None) -> Any:
        try:
            return read()
        except InputError as error:
            for fault in error.faults:
                self.fault(path, fault)
            return otherwise

    # names that expressions may use

    @cached_property
    def quantities(self) -> frozenset[str]:
        item = self.item
        names = set(item.parameters) | set(item.define) | self.scalars
        for case in item.case:
            names |= set(case.parameters) | set(case.define)
        return frozenset(names)

    def expression(
        self,
        text: str,
        path: Path,
        *,
        condition: bool | None = False,
        formula: bool = False,
        tables: bool = False,
        extra: frozenset[str] = frozenset(),
        plain: bool = False,
    ) -> Node:
        """The expression, with every name checked; a number in its place if it cannot be read.

        It has to be a number, or a ``condition`` (None: either will do).  A ``formula`` may use the variables, and with
        ``tables`` the data.
        """
        known = extra | (frozenset(self.variables) if formula else frozenset(self.series))
        known |= frozenset(self.item.data) if tables else frozenset()
        language = Language.FORMULA if formula else Language.BANK
        case = path[1] if path[0] == "case" and isinstance(path[1], int) else None
        tables = tables and bool(self.item.data)

        def read() -> Node:
            key = (text, language, tables, known)  # what all cases share is parsed once
            if key not in self.nodes:
                node = parse(text, names=self.quantities | known, language=language, tables=tables)
                self._check_indices(node, formula)
                self.nodes[key] = node
            self.reads.append(Read(path, self.nodes[key], condition, case, known, plain))
            return self.nodes[key]

        node = self.guarded(path, read)
        return node if node is not None else Number(Fraction(0))

    def _check_indices(self, node: Node, formula: bool) -> None:
        match node:
            case Index(name, index):
                if name not in self.series:
                    raise InputError(Fault(f"'{name}' is a single number and takes no index"))
                last = self.series[name]
                if isinstance(index, Number) and not (index.value.denominator == 1 and 0 <= index.value <= last):
                    raise InputError(Fault(f"'{name}[{index.value}]' does not exist", f"an index from 0 to {last}"))
                self._check_indices(index, formula)
            case Name(name):
                if not formula and name in self.series and name not in self.quantities:
                    raise InputError(
                        Fault(f"'{name}' has a value at every step", hint=f"write {name}[0] for the value at the start")
                    )
            case Apply(_, arguments):
                for argument in arguments:
                    self._check_indices(argument, formula)

    # the item

    def model(self) -> ItemModel | None:
        item = self.item
        for path, fault in (*of_names(item), *of_tables(item), *of_run(item), *of_fit(item), *of_figure(item)):
            self.fault(path, fault)
        cases = tuple(self._case(source, place) for place, source in enumerate(item.case or [schema.Case(id="only")]))
        require = tuple(self._requirement(entry, ("require", place)) for place, entry in enumerate(item.require))
        assertions = tuple(self._requirement(entry, ("assert", place)) for place, entry in enumerate(item.asserted))
        start: tuple[Node, ...] = ()
        rate: Node | None = None
        settings: dict[str, Node] = {}
        order: tuple[tuple[int, ...], ...] = ()
        barriers: tuple[Node, ...] = ()
        if item.run:
            barriers = tuple(self.expression(t, ("run", "barriers", k)) for k, t in enumerate(item.run.barriers))
            start = tuple(self.expression(text, ("run", "start", k)) for k, text in enumerate(item.run.start))
            rate = self.expression(item.run.rate, ("run", "rate"))
            settings = {n: self.expression(t, ("run", "settings", n)) for n, t in item.run.settings.items()}
            order = tuple((entry,) if isinstance(entry, int) else tuple(entry) for entry in item.run.order)
        parts = tuple(self._part(part, place) for place, part in enumerate(item.part))
        self._read_texts()
        figure = self._figure()
        self._check_together(cases, (*start, *settings.values(), *([rate] if rate is not None else [])))
        if self.faults:
            return None
        for place, part in enumerate(parts):
            if part.second is not None and any(says_nothing_new(part, case.define) for case in cases):
                fault = Fault("the second route is the first one, written again", "a formula found in another way")
                self.fault(("part", place, "second"), fault)
        if self.faults:
            return None
        header = self.bank.content.bank
        return ItemModel(
            item, header.topic, header.language, header.licence, self.bank.file, self.bank.line(self.path),
            cases, require, assertions, start, rate, settings, order, barriers, parts, self.slots, figure,
            context_of(self.bank), defined_for(item, self.bank),
        )  # fmt: skip

    def _requirement(self, entry: str | schema.Requirement | schema.Assertion, at: Path) -> tuple[Node, str]:
        text, because = (entry, "") if isinstance(entry, str) else (entry.that, entry.because)
        return self.expression(text, at, condition=True), because or text

    def _case(self, source: schema.Case, place: int) -> Case:
        item = self.item
        at: Path = ("case", place) if item.case else ()
        domains: dict[str, tuple[Fraction, ...]] = {
            name: self.guarded((*(at if name in source.parameters else ()), "parameters", name),
                               partial(domain, written), (Fraction(0),))
            for name, written in {**item.parameters, **source.parameters}.items()
        }  # fmt: skip
        define = {
            name: self.expression(text, (*(at if name in source.define else ()), "define", name), condition=None)
            for name, text in {**item.define, **source.define}.items()
        }
        data = {
            name: tuple(self.expression(text, ("data", name, k)) for k, text in enumerate(column))
            for name, column in item.data.items()
        }
        loss = term = None
        averaged = False
        if item.loss:
            where: Path = (*at, "loss") if source.loss else ("loss", "formula")
            before = len(self.faults)
            written = self.expression(source.loss or item.loss.formula, where, formula=True, tables=True)
            if isinstance(written, Apply) and written.function in ("mean", "sum"):
                term, averaged = written.arguments[0], written.function == "mean"
            elif item.run and item.run.order:
                self.fault(
                    where, Fault("sgd takes one term of the loss at a time", "a loss that is a mean(...) or sum(...)")
                )
            loss = over_data(written, data)
            if len(self.faults) > before:
                pass  # what follows would only repeat them
            elif not names_of(loss) & set(self.variables):
                self.fault(where, Fault("the loss does not depend on its variables", ", ".join(self.variables)))
            elif names_of(loss) & set(data):
                column = min(names_of(loss) & set(data))
                self.fault(where, Fault(f"'{column}' is a column of data", "a name inside of mean(...) or sum(...)"))
            elif uses(loss, ("mean", "sum")):
                self.fault(where, Fault("a mean or sum stands inside of another"))
        points = {
            name: tuple(self.expression(text, ("points", name, k)) for k, text in enumerate(place_))
            for name, place_ in item.points.items()
        }
        return Case(source.id, source.text, domains, define, self.variables, loss, term, averaged, data, points)

    def _check_together(self, cases: tuple[Case, ...], stepping: tuple[Node, ...]) -> None:
        """Whether the expressions fit together: see ``consistency.py``."""
        given = frozenset(self.scalars)
        known = [Known(case.id, given | frozenset(case.parameters), case.define) for case in cases]
        for path, fault in misused(self.reads, known, given & {*VERDICTS, *TRAINING}):
            self.fault(path, fault)
        for case in cases:
            found = circle(self._needs(case, stepping))
            if found:
                where: Path = next((("define", name) for name in found if name in case.define), ("run",))
                name = found[0] if " " in found[0] else f"'{found[0]}'"
                self.fault(where, Fault(f"{name} is worked out from itself", hint=" needs ".join(found)))
                return

    def _needs(self, case: Case, stepping: tuple[Node, ...]) -> dict[str, frozenset[str]]:
        """What has to be known to work out each name; names with a space stand for parts of the item."""

        def named(nodes: Iterable[Node]) -> frozenset[str]:
            return frozenset().union(*map(names_of, nodes))

        needs = {name: names_of(node) for name, node in case.define.items()}
        loss = named([case.loss] if case.loss is not None else []) - set(self.variables)
        needs["the loss"] = loss | named(node for column in case.data.values() for node in column)
        needs["the run"] = named(stepping) | {"the loss"}
        needs |= dict.fromkeys((*self.series, *VERDICTS), frozenset({"the run"})) if self.item.run else {}
        for name in self.scalars - {*VERDICTS, *TRAINING}:
            point = case.points.get(name.rpartition("_at_")[2])
            if point is not None:
                needs[name] = named(point) | {"the run" if name.startswith("grad") and self.item.run else "the loss"}
            else:
                needs[name] = frozenset({"the run" if name.startswith("eig") else "the loss"})
        return needs

    # parts

    def _part(self, source: schema.Part, place: int) -> Part:
        at: Path = ("part", place)
        answers = tuple(self.expression(text, (*at, *path)) for path, text in kind_of(source.kind).numbers(source))
        for path, fault in of_part(source):
            self.fault((*at, *path), fault)
        formula = None
        if source.formula is not None:
            formula = self.expression(source.formula, (*at, "formula"), formula=True)
        if source.derivative is not None and source.derivative not in self.variables:
            self.fault((*at, "derivative"), Fault(f"'{source.derivative}' is no variable", ", ".join(self.variables)))
        options = [option.id for option in source.option]
        when = {
            o.id: self.expression(o.when, (*at, "option", k, "when"), condition=True)
            for k, o in enumerate(source.option) if o.when is not None
        }  # fmt: skip
        rank = {
            o.id: self.expression(o.rank, (*at, "option", k, "rank"))
            for k, o in enumerate(source.option) if o.rank is not None
        }  # fmt: skip
        match = {
            prompt.id: self._choice(prompt.match, options, (*at, "prompt", k, "match"))
            for k, prompt in enumerate(source.prompt)
        }
        earlier = frozenset(p.id.replace("-", "_") for p in self.item.part[:place] if p.answer is not None)
        follow = None
        if source.follow is not None:
            follow = self.expression(source.follow, (*at, "follow"), extra=earlier)
            self.guarded((*at, "follow"), partial(flat, follow))
            for name in sorted(names_of(follow) & earlier & (self.quantities | set(self.series))):
                self.fault((*at, "follow"), Fault(f"'{name}' is an earlier part and a quantity", "a name of its own"))
        truth = None if source.truth is None else self.expression(source.truth, (*at, "truth"), condition=True)
        wrong = tuple(self._wrong(source, w, (*at, "wrong", k)) for k, w in enumerate(source.wrong))
        part_ = Part(source, answers, truth, formula, when, rank, match, wrong, follow)
        return part_ if source.second is None else replace(part_, second=self._second(part_, (*at, "second")))

    def _second(self, part: Part, at: Path) -> Part:
        """The part with its key by the second route."""
        source, options = part.source, [option.id for option in part.source.option]
        for path, fault in of_second(source):
            self.fault((*at, *path), fault)
            return part
        written = source.second
        numbers, table = written if isinstance(written, list) else [], written if isinstance(written, dict) else {}
        bare = {part.kind: written} if isinstance(written, str) else {}
        if part.answers and bare:
            numbers, bare = [str(written)], {}
        formula = bare.get("formula")
        truth = bare.get("truth", table.get("truth") if part.kind == "truth" else None)
        table = {name: entry for name, entry in table.items() if truth is None or name != "truth"}
        read = {
            name: self.expression(str(entry), (*at, name), condition=part.kind != "ordering")
            for name, entry in table.items() if part.kind != "matching"
        }  # fmt: skip
        return replace(
            part,
            answers=tuple(self.expression(text, at) for text in numbers),
            truth=part.truth if truth is None else self.expression(str(truth), at, condition=True),
            formula=None if formula is None else self.expression(str(formula), at, formula=True),
            when=read if read and part.when else part.when,
            rank=read if read and part.rank else part.rank,
            match={name: self._choice(entry, options, (*at, name)) for name, entry in table.items()}
            if part.match else {},
            wrong=(),
        )  # fmt: skip

    def _choice(self, written: Any, options: list[str], path: Path) -> dict[str, Node | None]:
        """A choice of options: an id, ids, or ids with conditions."""
        named = (
            written if isinstance(written, dict) else dict.fromkeys([written] if isinstance(written, str) else written)
        )
        for name in named:
            if name not in options:
                self.fault(path, Fault(f"there is no option '{name}'", ", ".join(options), nearest(name, options)))
        return {n: None if text is None else self.expression(text, path, condition=True) for n, text in named.items()}

    def _misconception(self, code: str, path: Path) -> Misconception | None:
        """The misconception of that code; None, and a fault, where there is none."""
        found = self.misconceptions.get(code)
        if found is None:
            hint = nearest(code, self.misconceptions) or "a bank may define its own, as [[misconception]]"
            self.fault(path, Fault(f"unknown misconception '{code}'", hint=hint))
        return found

    def _wrong(self, part: schema.Part, source: schema.Wrong, at: Path) -> Wrong:
        options = [option.id for option in part.option]
        found = self._misconception(source.misconception, (*at, "misconception"))
        redefine = {
            name: self._redefined(name, text, (*at, "redefine", name), "there is no quantity '{}' to redefine")
            for name, text in source.redefine.items()
        }
        stated = kind_of(part.kind).wrong_numbers(part, source)
        values = tuple(self.expression(text, (*at, *path)) for path, text in stated)
        formula = None
        if source.formula is not None:
            formula = self.expression(source.formula, (*at, "formula"), formula=True)
        chooses = {} if source.chooses is None else self._choice(source.chooses, options, (*at, "chooses"))
        wrong = Wrong(source, found or _UNKNOWN, redefine, values, formula, chooses)
        if found is None or wrong.states_itself:
            return wrong
        if part.kind == "formula":
            known = part.derivative is not None and found.slip is not None
        elif redefine or found.redefine:
            known = True
            missing = f"{found.code} redefines '{{}}', and the item has no such quantity"
            redefine = redefine or {
                name: self._redefined(name, text, (*at, "misconception"), missing)
                for name, text in found.redefine.items()
            }
        else:
            known = found.mistake is not None and self.item.run is not None
        if not known:
            self.fault(
                at,
                Fault(
                    f"nothing tells what {source.misconception} answers",
                    "a value, values, formula, chooses or redefine",
                    "only mistakes in a step or derivative are executed, and only on an item with a run",
                ),
            )
        return replace(wrong, redefine=redefine)

    def _redefined(self, name: str, text: str, path: Path, missing: str) -> Node:
        """A quantity as a learner has it; ``missing`` is what is told where the item does not have it."""
        if name not in self.quantities:
            self.fault(path, Fault(missing.format(name), hint=nearest(name, self.quantities)))
        return self.expression(text, path, condition=None)

    # texts

    def _read_texts(self) -> None:
        for path, text in self._prose():
            for inside in SLOT.findall(text):
                self._slot(inside, path)
            rest = SLOT.sub("", text)
            if "{{" in rest or re.search(r"(?<!\})\}\}\s*$", rest):
                self.fault(path, Fault("a slot is not closed", "{{name}}"))
            for fault in fitness.of_prose(text):
                self.fault(path, fault)
        for gate, found in ((fitness.of_words, self._words()), (fitness.of_formula, self._labels())):
            for path, text in found:
                for fault in gate(text):
                    self.fault(path, fault)

    def _words(self) -> Iterable[tuple[Path, str]]:
        """What is printed as plain words."""
        yield ("title",), self.item.title
        for place, case in enumerate(self.item.case):
            yield from ((("case", place, "text", name), words) for name, words in case.text.items())

    def _labels(self) -> Iterable[tuple[Path, str]]:
        """What a figure prints beside its lines and points, LaTeX without dollars."""
        figure = self.item.figure
        if figure is None:
            return
        yield ("figure", "x_label"), figure.x_label
        yield ("figure", "y_label"), figure.y_label
        for name in ("points", "key_points", "arrows", "key_arrows"):
            yield from ((("figure", name, label), SLOT.sub("0", label)) for label in getattr(figure, name))
        for place, series in enumerate(figure.series):
            yield ("figure", "series", place, "label"), SLOT.sub("0", series.label)

    def _prose(self) -> Iterable[tuple[Path, str]]:
        item = self.item
        yield ("stem",), item.stem
        yield ("solution",), item.solution
        yield from ((("hints", k), text) for k, text in enumerate(item.hints))
        for place, part in enumerate(item.part):
            at: Path = ("part", place)
            yield (*at, "ask"), part.ask
            yield (*at, "follow_text"), part.follow_text
            yield from (((*at, "answers", k, "label"), answer.label) for k, answer in enumerate(part.answers))
            for k, option in enumerate(part.option):
                yield (*at, "option", k, "text"), option.text
                yield (*at, "option", k, "feedback"), option.feedback
            yield from (((*at, "prompt", k, "text"), prompt.text) for k, prompt in enumerate(part.prompt))
            yield from (((*at, "wrong", k, "feedback"), wrong.feedback) for k, wrong in enumerate(part.wrong))
            yield from (((*at, "guide", k, "text"), line.text) for k, line in enumerate(part.guide))
        if item.figure:
            yield ("figure", "alt"), item.figure.alt
            yield ("figure", "key_alt"), item.figure.key_alt

    def _slot(self, inside: str, path: Path) -> None:
        if inside in self.slots:
            return
        written = inside.strip()
        if written in self.texts:
            self.slots[inside] = Slot(inside, "text", None)
        elif written.startswith("="):
            node = self.expression(written[1:], path, condition=None, plain=True)
            self.slots[inside] = Slot(inside, "plugged", self.guarded(path, partial(flat, node), node))
        elif written.startswith("~"):
            self.slots[inside] = self._tidy(inside, written[1:].strip(), path)
        else:
            match = _FORMAT.fullmatch(written)
            assert match is not None
            self.slots[inside] = Slot(inside, "number", self.expression(match[1], path), match[2] or "")

    def _tidy(self, inside: str, written: str, path: Path) -> Slot:
        derived = ["loss", *(f"gradient_{name}" for name in self.variables)]
        if written in derived and self.item.loss:
            return Slot(inside, "derived", Name(written))
        return Slot(inside, "tidy", self.expression(written, path, formula=True))

    def _figure(self) -> Mapping[str, Any]:
        figure = self.item.figure
        if figure is None:
            return {}
        at: Path = ("figure",)

        def read(texts: Iterable[str], name: str) -> tuple[Node, ...]:
            return tuple(self.expression(text, (*at, name)) for text in texts)

        places = {
            name: {label: read(values, name) for label, values in getattr(figure, name).items()}
            for name in ("points", "key_points", "arrows", "key_arrows")
        }
        return places | {
            "x_range": read(figure.x_range, "x_range"),
            "y_range": read(figure.y_range, "y_range"),
            "level_step": read([] if figure.level_step is None else [figure.level_step], "level_step"),
            "series": tuple(self._series(source, (*at, "series", k)) for k, source in enumerate(figure.series)),
        }

    def _series(self, source: schema.Series, at: Path) -> Series:
        made = None
        if source.misconception is not None:
            made = self._misconception(source.misconception, (*at, "misconception"))
            if made is not None and made.mistake is None:
                fault = Fault(f"'{source.misconception}' is no mistake in a step or derivative")
                self.fault((*at, "misconception"), fault)
        step = frozenset({STEP})
        formula = [self.expression(text, (*at, "formula"), extra=step) for text in source.formula]
        return Series(
            source,
            made,
            None if source.letter is None else self.expression(source.letter, (*at, "letter")),
            tuple(formula),
            tuple(self.expression(text, (*at, "start")) for text in source.start),
            None if source.rate is None else self.expression(source.rate, (*at, "rate")),
            {name: self.expression(text, (*at, "settings", name)) for name, text in source.settings.items()},
        )
