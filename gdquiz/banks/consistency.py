"""Whether the expressions of an item fit together: conditions where conditions belong, nothing worked out from itself.

Everything here looks at read expressions only; nothing is computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gdquiz.banks.bank import Path
from gdquiz.errors import Fault, InputError
from gdquiz.formulas.expressions import Apply, Index, Name, Node, names_of
from gdquiz.formulas.scanner import COMPARISONS, KEYWORDS


@dataclass(frozen=True, slots=True)
class Read:
    """An expression with its place.  ``condition`` is None where a number will do as well as a condition.

    ``case`` is the number of the case it belongs to, None for all; ``extra`` are names known at this place only.
    ``plain`` says that its names are printed as numbers.
    """

    path: Path
    node: Node
    condition: bool | None = False
    case: int | None = None
    extra: frozenset[str] = frozenset()
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the names of one case stand for: plain quantities, and definitions with their expressions."""

    id: str
    plain: frozenset[str]
    define: Mapping[str, Node]


# --- numbers and conditions ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Kinds:
    """Tells conditions from numbers, definitions followed."""

    define: Mapping[str, Iterable[Node]]
    conditions: frozenset[str]
    _known: dict[str, bool] = field(default_factory=dict)

    def of(self, node: Node) -> bool:
        """Whether the expression is a condition.  Raises ``InputError`` where the two are mixed up inside of it."""
        match node:
            case Name(name):
                return self._of_name(name)
            case Index(_, index):
                self._want(index, condition=False)
                return False
            case Apply("if", (condition, then, otherwise)):
                self._want(condition, condition=True)
                kind = self.of(then)
                self._want(otherwise, condition=kind)
                return kind
            case Apply(("==" | "!="), (left, right)):
                self._want(right, condition=self.of(left))
                return True
            case Apply(function, arguments):
                for argument in arguments:
                    self._want(argument, condition=function in KEYWORDS)
                return function in KEYWORDS or function in COMPARISONS or function == "is_square"
        return False

    def _want(self, node: Node, *, condition: bool) -> None:
        if self.of(node) != condition:
            raise mixed_up(condition)

    def _of_name(self, name: str) -> bool:
        if name in self.conditions:
            return True
        if name not in self._known:
            self._known[name] = False  # so that circles, which are refused elsewhere, come to an end
            kinds = {self.of(node) for node in self.define.get(name, ())}
            if len(kinds) > 1:
                raise InputError(Fault(f"'{name}' is a number in one case and a condition in another"))
            self._known[name] = kinds == {True}
        return self._known[name]


def mixed_up(condition: bool) -> InputError:
    """The error of a number where a condition belongs, or the other way round."""
    if condition:
        return InputError(Fault("a number stands where a condition belongs", "a condition, such as a < b"))
    return InputError(Fault("a condition stands where a number belongs", "a number, such as if(a < b, 1, 0)"))


def misused(reads: Iterable[Read], cases: Iterable[Known], conditions: frozenset[str]) -> Iterator[tuple[Path, Fault]]:
    """Numbers for conditions or the other way round, and names that not every case has."""
    cases = tuple(cases)
    define: dict[str, list[Node]] = {}
    for case in cases:
        for name, node in case.define.items():
            define.setdefault(name, []).append(node)
    kinds = Kinds(define, conditions)
    told: set[tuple[Path, str]] = set()
    for read in reads:
        try:
            kind = kinds.of(read.node)
            if read.condition is not None and kind != read.condition:
                raise mixed_up(read.condition)
            if read.plain and any(kinds.of(Name(name)) for name in sorted(names_of(read.node))):
                raise mixed_up(False)
        except InputError as error:
            yield from ((read.path, fault) for fault in error.faults)
        for place, case in enumerate(cases):
            if read.case not in (None, place):
                continue
            for name in sorted(names_of(read.node) - case.plain - set(case.define) - read.extra):
                if (read.path, name) not in told:
                    told.add((read.path, name))
                    yield read.path, Fault(f"the case '{case.id}' has no '{name}'", "a name that every case has")


# --- circles -------------------------------------------------------------------------------------------------------


def circle(needs: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The names of one circle of what is needed to work out what, the first name again at the end; none: ()."""
    done: set[str] = set()
    for first in needs:
        trail: list[str] = []
        waiting = [(first, iter(needs.get(first, ())))] if first not in done else []
        trail += [first] if waiting else []
        while waiting:
            name, rest = waiting[-1]
            following = next((other for other in rest if other in needs and other not in done), None)
            if following is None:
                done.add(name)
                waiting.pop()
                trail.pop()
            elif following in trail:
                return (*trail[trail.index(following) :], following)
            else:
                trail.append(following)
                waiting.append((following, iter(needs[following])))
    return ()
