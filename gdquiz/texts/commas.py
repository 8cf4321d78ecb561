r"""Formulas in a language with a decimal comma: ``(0.5, -1)`` becomes ``(0{,}5; -1)``.

A comma that stands between two numbers becomes a semicolon, since the one would be read as the other; a comma in an
index stays.  A formula is read into its tree and written again, so nothing but numbers and commas changes.
"""

from __future__ import annotations

import re
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

from gdquiz.texts.constructs import SIGNS
from gdquiz.texts.trees import Blank, Fraction, Group, Node, Number, Root, Row, Scripts, Slot, Space, Symbol, Words

_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")
_SIGNS = frozenset(("+", "-", r"\pm"))


def with_commas(row: Row, *, index: bool = False) -> Row:
    """The row with decimal commas, and with semicolons between numbers, but for an ``index``."""
    nodes = [_node(node) for node in row]
    for place, node in enumerate(nodes):
        if not index and isinstance(node, Symbol) and node.sign.tex == "," and _between_numbers(nodes, place):
            nodes[place] = Symbol(SIGNS[";"])
    return tuple(nodes)


@lru_cache(maxsize=65536)
def _node(node: Node) -> Node:
    match node:
        case Number(digits):
            return Number(digits.replace(".", ","))
        case Words(text, command):
            return Words(_POINT.sub(",", text), command)
        case Scripts():
            below = None if node.below is None else _index(node.below)
            return replace(node, base=_maybe(node.base), below=below, above=_maybe(node.above))
    changed = {field.name: _inside(getattr(node, field.name)) for field in fields(node)}
    return replace(node, **changed)


def _maybe(node: Node | None) -> Node | None:
    return None if node is None else _node(node)


def _index(node: Node) -> Node:
    return Group(with_commas(node.body, index=True)) if isinstance(node, Group) else _node(node)


def _inside(value: Any) -> Any:
    """The value of a field: a row, a table of rows, or what is no part of a formula."""
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return tuple(map(_inside, value))
    if isinstance(value, tuple):
        return with_commas(value)
    return value


def _between_numbers(nodes: list[Node], place: int) -> bool:
    before = next((node for node in reversed(nodes[:place]) if not isinstance(node, Blank | Space)), None)
    after = (node for node in nodes[place + 1 :] if not isinstance(node, Blank | Space))
    following = next((node for node in after if not (isinstance(node, Symbol) and node.sign.tex in _SIGNS)), None)
    return _is_number(before) and _is_number(following)


def _is_number(node: Node | None) -> bool:
    match node:
        case Number() | Slot():
            return True
        case Fraction(_, top, bottom):
            return all(map(_is_number, _said(top))) and all(map(_is_number, _said(bottom)))
        case Root(body, _) | Group(body):
            return all(map(_is_number, _said(body)))
        case Scripts(base, None):
            return _is_number(base)
        case Symbol(sign):
            return sign.tex == r"\infty"
    return False


def _said(row: Row) -> list[Node]:
    kept = [node for node in row if not isinstance(node, Blank | Space)]
    return [node for node in kept if not (isinstance(node, Symbol) and node.sign.tex in _SIGNS)]
