"""The sandbox of authors' templates: what a template may do is bounded in time and in memory.

Every operation that can make something large is looked at before it is done (operators, filters, calls), every step of
a loop and every call is counted, what is printed is added up, and at each of these the time is looked at.  So a
template that would not end, or would fill the memory, is refused with its name and line.  The templates that come with
gdquiz run alone without all this; together with an author's they give the same text under it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from jinja2 import nodes, pass_eval_context
from jinja2.exceptions import SecurityError
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, markup_join, str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

SECONDS = 10.0
"""For one run of a template."""
MOST_STEPS = 5_000_000
"""Steps of loops and calls of one run."""
MOST_PRINTED = 200_000_000
"""Characters of one run."""
LONGEST = 1_000_000
"""Characters and entries of one value, with all that is in it."""
UNKNOWN = 100_000
"""What is reckoned for the entries of an iterator."""
LARGEST = 10_000
"""No number given to a filter or a function is larger, whether a width, a count or a power."""
MOST_BITS = 10_000

_WIDE = re.compile(r"[%{][^%{}]{0,20}?\d{5,}")
"""A format that asks for a field of ten thousand characters or more."""


class TooMuch(SecurityError):
    """A template that goes beyond a bound."""


class _Counted(NodeTransformer):
    """Puts what a loop runs over through a filter that counts its steps, and what it prints as it stands; pieces that
    are joined by ``~`` through one that looks at their lengths first; and lists, tuples and dictionaries that are
    written down through one that looks at their size, since lists in lists double with each step."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:
        self.generic_visit(node)
        pieces = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(pieces, "joined_pieces", [], [], None, None, lineno=node.lineno)

    def visit_For(self, node: nodes.For) -> nodes.For:
        self.generic_visit(node)
        literal = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
        cost = nodes.Const(literal, lineno=node.lineno)
        node.iter = nodes.Filter(node.iter, "counted_steps", [cost], [], None, None, lineno=node.lineno)
        return node

    def visit_List(self, node: nodes.List) -> nodes.Filter:
        self.generic_visit(node)
        return nodes.Filter(node, "of_some_size", [], [], None, None, lineno=node.lineno)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Filter:
        self.generic_visit(node)
        return nodes.Filter(node, "of_some_size", [], [], None, None, lineno=node.lineno)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Tuple | nodes.Filter:
        self.generic_visit(node)
        if node.ctx != "load":  # names that are assigned to
            return node
        return nodes.Filter(node, "of_some_size", [], [], None, None, lineno=node.lineno)


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox in which a template runs within the bounds of this module; ``start`` begins a new run."""

    intercepted_binops = frozenset(("+", "-", "*", "**", "%", "//", "/"))

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, finalize=self._printed, **options)
        self.start()
        self.filters = {name: self._bounded(work) for name, work in self.filters.items()}
        self.filters |= {"counted_steps": self._steps, "joined_pieces": _joined, "of_some_size": self._sized}

    def start(self) -> None:
        """Begin a run."""
        self._steps_left, self._characters_left = MOST_STEPS, MOST_PRINTED
        self._end = time.monotonic() + SECONDS

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        return super()._generate(_Counted().visit(source), *args, **options)

    # --- what is counted ---

    def _tick(self) -> None:
        self._steps_left -= 1
        if self._steps_left < 0:
            raise TooMuch(f"its loops and calls make more than {MOST_STEPS:,} steps")
        if self._steps_left % 16 == 0 and time.monotonic() > self._end:
            raise TooMuch(f"it takes more than {SECONDS:g} seconds")

    def _print(self, characters: int) -> None:
        self._characters_left -= characters
        if self._characters_left < 0:
            raise TooMuch(f"it prints more than {MOST_PRINTED:,} characters")

    def _printed(self, value: Any) -> Any:
        self._print(_length(value) or 100)
        return value

    def _steps(self, things: Iterable[Any], literal: int) -> Iterator[Any] | _Sized:
        """The things, each counted as a step; they still know how many they are, if they did."""
        return _Sized(self, things, literal) if hasattr(things, "__len__") else self._counted(things, literal)

    def _counted(self, things: Iterable[Any], literal: int) -> Iterator[Any]:
        for thing in things:
            self._tick()
            self._print(literal)
            yield thing

    # --- what is looked at before it is done ---

    def _sized(self, value: Any) -> Any:
        self._tick()
        return _checked(value)

    def _bounded(self, work: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(work)
        def within(*args: Any, **options: Any) -> Any:
            self._tick()
            _check_arguments((*args, *options.values()))
            return _checked(work(*args, **options))

        return within

    def call(self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """A call of a function, a macro or a method, such as ``range(5)`` or ``text.center(9)``."""
        self._tick()
        if __obj is not range and getattr(__obj, "__name__", "") != "safe_range":
            _check_arguments((getattr(__obj, "__self__", ""), *args, *kwargs.values()))
        return _checked(super().call(__context, __obj, *args, **kwargs))

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """``text.format``, once the text is looked at."""
        work = super().wrap_str_format(value)
        if work is not None:
            _check_arguments((value.__self__,))
        return work

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        self._tick()
        match operator:
            case "*":
                _check_product(left, right)
            case "+":
                _check_length(_length(left) + _length(right))
            case "%" if isinstance(left, str | bytes):
                _check_arguments((left, *(right if isinstance(right, tuple) else (right,))))
            case "**" if isinstance(left, int) and isinstance(right, int) and left.bit_length() * right > MOST_BITS:
                raise TooMuch("a power is too large")
        return _checked(super().call_binop(context, operator, left, right))


class _Sized:
    """Things whose steps are counted and whose number is known."""

    def __init__(self, sandbox: BoundedEnvironment, things: Any, literal: int):
        self._sandbox, self._things, self._literal = sandbox, things, literal

    def __iter__(self) -> Iterator[Any]:
        return self._sandbox._counted(self._things, self._literal)

    def __len__(self) -> int:
        return len(self._things)


@pass_eval_context
def _joined(context: EvalContext, pieces: list[Any]) -> str:
    """The pieces of ``a ~ b`` as one text."""
    _length(pieces)
    return markup_join(pieces) if context.autoescape else str_join(pieces)


def _length(value: Any) -> int:
    """Characters and entries of a value and of all that is in it; not larger than ``LONGEST``."""
    total, waiting = 0, [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, str | bytes | range):
            total += len(here)
        elif isinstance(here, dict):
            waiting += (*here.keys(), *here.values())
            total += len(here)
        elif isinstance(here, list | tuple | set | frozenset):
            waiting += here
            total += len(here)
        elif isinstance(here, Iterator):
            total += UNKNOWN
        _check_length(total)
    return total


def _check_length(length: int) -> None:
    if length > LONGEST:
        raise TooMuch(f"a value has more than {LONGEST:,} characters or entries")


def _check_product(left: Any, right: Any) -> None:
    for many, times in ((left, right), (right, left)):
        if isinstance(times, int):
            _check_length(_length(many) * times)
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > MOST_BITS:
        raise TooMuch("a number is too large")


def _check_arguments(values: Iterable[Any]) -> None:
    """Refuse arguments of which something large could be made at once: wide fields, many copies, texts in texts."""
    lengths = []
    for value in values:
        if isinstance(value, int | float) and abs(value) > LARGEST:
            raise TooMuch(f"a number given to a filter or a function is larger than {LARGEST:,}")
        if isinstance(value, str) and _WIDE.search(value):
            raise TooMuch("a format is too wide")
        lengths.append(_length(value))
    longest = sorted(lengths)[-2:]
    if len(longest) == 2:
        _check_length(longest[0] * longest[1] if longest[0] > 1 else 0)


def _checked(value: Any) -> Any:
    """A result that may be used further."""
    _check_length(_length(value))
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        raise TooMuch("a number is too large")
    return value
