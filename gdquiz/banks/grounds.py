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

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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


def followed(node: Node, define: Mapping[str, Node]) -> Node:
    """The expression with definitions put in, sums and products in one order, so that rewritten ones read alike."""
    match node:
        case Name(name) if name in define:
            return followed(define[name], define)
        case Index(name, index):
            return Index(name, followed(index, define))
        case Apply(function, arguments):
            written = tuple(followed(argument, define) for argument in arguments)
            if function in _GROUPED:
                written = tuple(part for one in written for part in _terms(one, function))
            return Apply(function, tuple(sorted(written, key=repr)) if function in _UNORDERED else written)
    return node


def _terms(node: Node, function: str) -> tuple[Node, ...]:
    return node.arguments if isinstance(node, Apply) and node.function == function else (node,)


def says_nothing_new(part: Part, define: Mapping[str, Node]) -> bool:
    """Whether the second route of a part is the first one, written again."""
    return part.source.derivative is None and not any(proved for _, proved in _keys(part, define))


def _keys(part: Part, define: Mapping[str, Node]) -> Iterator[tuple[Node | None, bool]]:
    """The expressions that make the key of a part, and whether the second route says the same in another way.

    An option that is right without a condition has None.
    """
    second = part.second or part
    for first, other in zip(part.answers, second.answers, strict=True):
        yield first, followed(first, define) != followed(other, define)
    for alone, again in ((part.truth, second.truth), (part.formula, second.formula)):
        if alone is not None and again is not None:
            yield alone, followed(alone, define) != followed(again, define)
    tables = ((part.when, second.when), (part.rank, second.rank))
    for table, other_table in (*tables, *((part.match[name], second.match[name]) for name in part.match)):
        proved = _all_followed(table, define) != _all_followed(other_table, define)
        yield from ((node, proved) for node in table.values())


def _all_followed(table: Mapping[str, Node | None], define: Mapping[str, Node]) -> Mapping[str, Node | None]:
    return {name: None if node is None else followed(node, define) for name, node in table.items()}


def _of_part(part: Part, case: Case, model: ItemModel) -> Iterator[Ground]:
    proofs = _Proofs.of(model, case)
    if part.source.derivative is not None:
        yield "engine"
    for node, proved in _keys(part, case.define):
        kind = kind_of(part.kind)
        computed = kind.asks_numbers or kind.shape.formula or part.lists_values
        constant = node is not None and not names_of(followed(node, case.define))
        if node is None or (constant and (not computed or kind.shape.ends or _differs_by_case(node, model))):
            yield "second" if proved else "stated"
        elif proofs.engine.reads(node):
            yield "engine"
        else:
            yield "second" if proved or proofs.asserted.reads(node) else "alone"


def _differs_by_case(node: Node, model: ItemModel) -> bool:
    return len({followed(node, case.define) for case in model.cases}) > 1


@dataclass(frozen=True)
class _Proofs:
    """Quantities that may be read, without what the author asserts of others, and with it."""

    engine: _Readable
    asserted: _Readable

    @classmethod
    def of(cls, model: ItemModel, case: Case) -> _Proofs:
        series, scalars = run_names(model.source)
        derived = frozenset({*series, *scalars})
        nodes = [node for node, _ in model.assertions]
        named = frozenset().union(*map(names_of, nodes)) & frozenset(case.define)
        held = frozenset(followed(inner, case.define) for node in nodes for inner in _inside(node))
        return cls(
            _Readable(derived, frozenset(), case.define),
            _Readable(derived | named, held, case.define),
        )


def _inside(node: Node) -> Iterator[Node]:
    """All operations in an expression, itself included."""
    if isinstance(node, Apply):
        yield node
        for argument in node.arguments:
            yield from _inside(argument)
    elif isinstance(node, Index):
        yield from _inside(node.index)


@dataclass(frozen=True)
class _Readable:
    """What is read of ``names`` and of the expressions ``held``, with the definitions of a case followed."""

    names: frozenset[str]
    held: frozenset[Node]
    define: Mapping[str, Node]

    def reads(self, node: Node) -> bool:
        """Whether the expression only reads: a quantity, or conditions on one in each alternative."""
        if self._stands(node):
            return True
        match node:
            case Name(name):
                return name in self.define and self.reads(self.define[name])
            case Apply("and", arguments):
                return all(map(self._free, arguments)) and any(map(self.reads, arguments))
            case Apply("or", arguments):
                return all(map(self.reads, arguments))
            case Apply("if", (condition, then, otherwise)):
                return self._free(condition) and self.reads(then) and self.reads(otherwise)
            case Apply(function, arguments) if function in _READING:
                return all(map(self._free, arguments)) and any(map(self.reads, arguments))
        return False

    def _stands(self, node: Node) -> bool:
        if isinstance(node, Name | Index) and node.name in self.names:
            return True
        return bool(self.held) and followed(node, self.define) in self.held

    def _free(self, node: Node) -> bool:
        """Whether there is no arithmetic of the author's own in it; numbers and parameters are none."""
        if self._stands(node) or not names_of(node):
            return True
        match node:
            case Name(name):
                return name not in self.define or self._free(self.define[name])
            case Apply(function, arguments):
                return function in _READING and all(map(self._free, arguments))
        return isinstance(node, Number | Index)
