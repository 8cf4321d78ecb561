"""What the keys of an item rest on: the engine, a second route, the author's expression alone, or words.

A key rests on the *engine* where it only reads what gdquiz works out and verifies itself: a quantity of the run, of a
named place, of the data's fit or of the loss, compared with something or chosen by ``if``, ``min``, ``max``, ``abs`` or
``sign``.  Arithmetic of the author's own, even on such quantities, is a claim of the author's: ``w[0] + eta*grad[0]``
is a step uphill, and nothing in the engine says so.

Such a key has a *second route* where its part gives one as ``second``, or where an assertion of the item speaks of it:
one that holds the same expression, or the defined names that it is read from.  A key that is the same in every row of a
case is *stated* together with the words of the case, and there is nothing to compute: an option without a condition, or
the number of the line that a case spoils.  A number that is the same in all cases is none of these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import Literal

from gdquiz.banks.models import Case, ItemModel, Part
from gdquiz.banks.names import run_names
from gdquiz.formulas.expressions import Apply, Index, Name, Node, Number, names_of
from gdquiz.formulas.scanner import COMPARISONS
from gdquiz.kinds.kind import kind_of

Ground = Literal["engine", "second", "alone", "stated"]

_ORDER: tuple[Ground, ...] = ("alone", "second", "engine", "stated")
"""A part with keys of several grounds has the first of them in this order."""

_GROUPED = ("+", "*", "and", "or", "min", "max")
_UNORDERED = (*_GROUPED, "==", "!=")
_READING = frozenset({"-", "abs", "sign", "min", "max", "if", "and", "or", "not", *COMPARISONS})


def grounds(model: ItemModel) -> Mapping[str, Ground]:
    """What the key of each part rests on, by the part's id, in their order; parts answered in words have no key."""
    found: dict[str, Ground] = {}
    for part in model.parts:
        if part.kind != "text":
            all_ = {ground for case in model.cases for ground in _of_part(part, case, model)}
            found[part.id] = next(ground for ground in _ORDER if ground in all_)
    return found


@dataclass(frozen=True)
class Form:
    """An expression with definitions put in, and sums and products in one order, so that rewritten ones are equal.

    Forms of equal ``sign`` are equal.  A definition is followed once, however often it is named: twenty definitions of
    which each doubles the one before are a sum of one million terms, but one term with its count.
    """

    sign: str
    function: str = field(default="", compare=False)
    terms: tuple[tuple[str, int], ...] = field(default=(), compare=False)
    names: frozenset[str] = field(default=frozenset(), compare=False)

    @classmethod
    def of(cls, function: str, terms: Iterable[tuple[str, int]], names: frozenset[str]) -> Form:
        written = tuple(terms)
        sign = blake2b(repr((function, written)).encode(), digest_size=16).hexdigest()
        return cls(sign, function, written, names)


Following = Callable[[Node], Form]


def following(define: Mapping[str, Node]) -> Following:
    """What gives the form of an expression whose definitions are these."""

    @cache
    def form(node: Node) -> Form:
        match node:
            case Name(name) if name in define:
                return form(define[name])
            case Index(name, index):
                inner = form(index)
                return Form.of(f"{name}[]", [(inner.sign, 1)], inner.names | {name})
            case Apply(function, arguments):
                forms = [form(argument) for argument in arguments]
                names = frozenset().union(*(one.names for one in forms))
                if function in _GROUPED:
                    counts: Counter[str] = Counter()
                    for one in forms:
                        counts.update(dict(one.terms) if one.function == function else {one.sign: 1})
                    return Form.of(function, sorted(counts.items()), names)
                terms = [(one.sign, 1) for one in forms]
                return Form.of(function, sorted(terms) if function in _UNORDERED else terms, names)
        return Form.of(repr(node), (), names_of(node))

    return form


def says_nothing_new(part: Part, define: Mapping[str, Node]) -> bool:
    """Whether the second route of a part is the first one, written again."""
    return part.source.derivative is None and not any(proved for _, proved in _keys(part, following(define)))


def _keys(part: Part, form: Following) -> Iterator[tuple[Node | None, bool]]:
    """The expressions that make the key of a part, and whether the second route says the same in another way.

    An option that is right without a condition has None.
    """
    second = part.second or part
    for first, other in zip(part.answers, second.answers, strict=True):
        yield first, form(first) != form(other)
    for alone, again in ((part.truth, second.truth), (part.formula, second.formula)):
        if alone is not None and again is not None:
            yield alone, form(alone) != form(again)
    tables = ((part.when, second.when), (part.rank, second.rank))
    for table, other_table in (*tables, *((part.match[name], second.match[name]) for name in part.match)):
        proved = _forms(table, form) != _forms(other_table, form)
        yield from ((node, proved) for node in table.values())


def _forms(table: Mapping[str, Node | None], form: Following) -> Mapping[str, Form | None]:
    return {name: None if node is None else form(node) for name, node in table.items()}


def _of_part(part: Part, case: Case, model: ItemModel) -> Iterator[Ground]:
    form = following(case.define)
    engine, asserted = _readers(model, case, form)
    if part.source.derivative is not None:
        yield "engine"
    for node, proved in _keys(part, form):
        kind = kind_of(part.kind)
        computed = kind.asks_numbers or kind.shape.formula or part.lists_values
        constant = node is not None and not form(node).names
        if node is None or (constant and (not computed or kind.shape.ends or _differs_by_case(node, model))):
            yield "second" if proved else "stated"
        elif engine(node):
            yield "engine"
        else:
            yield "second" if proved or asserted(node) else "alone"


def _differs_by_case(node: Node, model: ItemModel) -> bool:
    return len({following(case.define)(node) for case in model.cases}) > 1


Reader = Callable[[Node], bool]


def _readers(model: ItemModel, case: Case, form: Following) -> tuple[Reader, Reader]:
    """Whether an expression only reads: without what the author asserts of quantities, and with it."""
    series, scalars = run_names(model.source)
    derived = frozenset({*series, *scalars})
    nodes = [node for node, _ in model.assertions]
    named = frozenset().union(*map(names_of, nodes)) & frozenset(case.define)
    held = frozenset(form(inner) for node in nodes for inner in _inside(node))
    return (
        _reader(derived, frozenset(), case.define, form),
        _reader(derived | named, held, case.define, form),
    )


def _inside(node: Node) -> Iterator[Node]:
    """All operations in an expression, itself included."""
    if isinstance(node, Apply):
        yield node
        for argument in node.arguments:
            yield from _inside(argument)
    elif isinstance(node, Index):
        yield from _inside(node.index)


def _reader(names: frozenset[str], held: frozenset[Form], define: Mapping[str, Node], form: Following) -> Reader:
    """Whether an expression only reads ``names`` and the expressions ``held``, with definitions followed."""

    def stands(node: Node) -> bool:
        if isinstance(node, Name | Index) and node.name in names:
            return True
        return bool(held) and form(node) in held

    @cache
    def reads(node: Node) -> bool:
        """Whether the expression only reads: a quantity, or conditions on one in each alternative."""
        if stands(node):
            return True
        match node:
            case Name(name):
                return name in define and reads(define[name])
            case Apply("and", arguments):
                return all(map(free, arguments)) and any(map(reads, arguments))
            case Apply("or", arguments):
                return all(map(reads, arguments))
            case Apply("if", (condition, then, otherwise)):
                return free(condition) and reads(then) and reads(otherwise)
            case Apply(function, arguments) if function in _READING:
                return all(map(free, arguments)) and any(map(reads, arguments))
        return False

    @cache
    def free(node: Node) -> bool:
        """Whether there is no arithmetic of the author's own in it; numbers and parameters are none."""
        if stands(node) or not names_of(node):
            return True
        match node:
            case Name(name):
                return name not in define or free(define[name])
            case Apply(function, arguments):
                return function in _READING and all(map(free, arguments))
        return isinstance(node, Number | Index)

    return reads
