"""The package read from its sources: its rooms and their modules, and what it exports."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Mapping
from copy import deepcopy
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


def exports(modules: Modules) -> list[tuple[str, str]]:
    """What the package itself exports: functions as they are called, classes by name, with what they are."""
    imports = [node for node in ast.walk(_parsed(modules["gdquiz"])) if isinstance(node, ast.ImportFrom)]
    places = {alias.asname: modules.get(node.module or "", "") for node in imports for alias in node.names}
    nodes = [
        node for name, source in places.items() for node in _parsed(source).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
    ]  # fmt: skip
    return [(f"`{_call(node)}`", (ast.get_docstring(node) or "").split("\n\n")[0]) for node in nodes]


def _call(node: ast.FunctionDef | ast.ClassDef) -> str:
    if isinstance(node, ast.ClassDef):
        return node.name
    arguments = deepcopy(node.args)
    for argument in filter(None, (*arguments.args, arguments.vararg, *arguments.kwonlyargs)):
        argument.annotation = None
    return f"{node.name}({ast.unparse(arguments)})"


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
