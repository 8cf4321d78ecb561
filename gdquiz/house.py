"""The rooms of the package and their modules, read from the sources: what the page on the architecture lists."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from graphlib import TopologicalSorter

Modules = Mapping[str, str]
"""The sources of the package by dotted name."""


def layers(pyproject: str) -> tuple[str, ...]:
    """What stands in the package itself, from the ground up: the layers of the contract in ``pyproject.toml``."""
    contracts = tomllib.loads(pyproject)["tool"]["importlinter"]["contracts"]
    rows = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return tuple(name.strip() for row in reversed(rows) for name in re.split("[|:]", row))


def rooms(modules: Modules, ordered: tuple[str, ...]) -> list[tuple[str, str, list[str]]]:
    """Each room with what it is and the rooms it imports from, in order."""
    used: dict[str, set[str]] = {}
    for module in modules:
        used.setdefault(_room(module), set()).update(map(_room, _imported(module, modules)))
    return [
        (room, _said(f"gdquiz.{room}", modules), [other for other in ordered[:place] if other in used[room]])
        for place, room in enumerate(ordered)
    ]


def modules_of(room: str, modules: Modules) -> list[tuple[str, str]]:
    """The modules of a room with what they are, each after all that it imports."""
    inside = sorted(name for name in modules if name.startswith(f"gdquiz.{room}."))
    needs = {name: sorted(_imported(name, modules) & set(inside)) for name in inside}
    return [(name.removeprefix("gdquiz."), _said(name, modules)) for name in TopologicalSorter(needs).static_order()]


@cache
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


def _imported(module: str, modules: Modules) -> set[str]:
    """The modules of gdquiz that a module imports, be it at its top or on demand."""
    names: set[str] = set()
    for node in ast.walk(_parsed(modules[module])):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {name if (name := f"{node.module}.{a.name}") in modules else node.module for a in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names & set(modules) - {module, "gdquiz"}


def _room(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def _said(module: str, modules: Modules) -> str:
    """The first paragraph of a module's docstring."""
    return (ast.get_docstring(_parsed(modules[module])) or "").split("\n\n")[0]
