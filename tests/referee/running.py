"""Runs the short programs that questions print: a small interpreter of their part of Python, in exact fractions.

Numbers are ``Fraction`` (or what ``number`` makes of them), arrays are NumPy arrays of such numbers.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.MatMult: operator.matmul, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.Eq: operator.eq,
}  # fmt: skip
_LIMIT = 100_000
"""More passes of loops than any printed program makes."""


class _Break(Exception):
    pass


class Program:
    """A run of a program: ``variables`` after it, and what it has ``printed``, an entry for each call of print."""

    def __init__(
        self,
        lines: Sequence[str],
        functions: Mapping[str, Callable[..., Any]] = {},
        number: Callable[[str], Any] = Fraction,
        **variables: Any,
    ):
        self.number = number
        self.variables: dict[str, Any] = dict(variables)
        self.printed: list[tuple[Any, ...]] = []
        self._passes = 0
        self._functions: dict[str, Callable[..., Any]] = {
            "range": range,
            "len": len,
            "print": lambda *values: self.printed.append(values),
            "array": lambda values: np.array(values, dtype=object),
            "mean": lambda values: number("1") * sum(values) / len(values),
            "sum": sum,
            "maximum": lambda values, least: np.array([max(v, least) for v in values], dtype=object),
            **functions,
        }
        self._block(ast.parse("\n".join(lines)).body)

    def _block(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            self._do(statement)

    def _do(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assign([target], value):
                self._store(target, self._value(value))
            case ast.For(target, values, body):
                for entry in self._counted(self._value(values)):
                    self._store(target, entry)
                    try:
                        self._block(body)
                    except _Break:
                        break
            case ast.While(test, body):
                for _ in self._counted(iter(lambda: bool(self._value(test)), False)):
                    self._block(body)
            case ast.If(test, body, orelse):
                self._block(body if self._value(test) else orelse)
            case ast.Break():
                raise _Break
            case ast.Expr(value):
                self._value(value)
            case _:
                raise ValueError(f"not understood: {ast.unparse(statement)}")

    def _counted(self, entries: Any) -> Iterator[Any]:
        for entry in entries:
            self._passes += 1
            if self._passes > _LIMIT:
                raise ValueError("the program does not come to an end")
            yield entry

    def _store(self, target: ast.expr, value: Any) -> None:
        match target:
            case ast.Name(name):
                self.variables[name] = value
            case ast.Tuple(targets):
                for part, entry in zip(targets, value, strict=True):
                    self._store(part, entry)
            case _:
                raise ValueError(f"not understood: {ast.unparse(target)}")

    def _value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(str() as text):
                return text
            case ast.Constant(value):
                return self.number(repr(value)) if isinstance(value, float) else value
            case ast.Name(name):
                return self.variables[name]
            case ast.Tuple(entries):
                return tuple(map(self._value, entries))
            case ast.List(entries):
                return list(map(self._value, entries))
            case ast.UnaryOp(ast.USub(), operand):
                return -self._value(operand)
            case ast.BinOp(left, ast.Div(), right):
                return self.number("1") * self._value(left) / self._value(right)
            case ast.BinOp(left, sign, right):
                return _OPERATORS[type(sign)](self._value(left), self._value(right))
            case ast.Compare(left, [sign], [right]):
                return _OPERATORS[type(sign)](self._value(left), self._value(right))
            case ast.Subscript(value, index):
                return self._value(value)[self._value(index)]
            case ast.Call(ast.Name(name), arguments):
                return self._functions[name](*map(self._value, arguments))
            case ast.Call(ast.Attribute(ast.Name("np"), name), arguments):
                return self._functions[name](*map(self._value, arguments))
        raise ValueError(f"not understood: {ast.unparse(node)}")


def listing(p: dict[str, Any], text: str) -> list[str]:
    """The lines of a printed program without their numbers, every slot filled as the question has it."""
    filled = re.sub(r"\{\{(.+?)\}\}", lambda slot: p["slots"][slot[1]], text)
    return [re.sub(r"^ ?\d+ {1,2}", "", line) for line in filled.strip("\n").splitlines()]


def differing(shown: Sequence[str], meant: Sequence[str]) -> int:
    """The number, from 1, of the only line in which two programs differ.  Raises ``AssertionError`` otherwise."""
    places = [k for k, (a, b) in enumerate(zip(shown, meant, strict=True), 1) if a != b]
    if len(places) != 1:
        raise AssertionError(f"lines {places} differ")
    return places[0]
