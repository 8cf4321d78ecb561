"""The rooms of the house: which modules stand in which, what each may import, and what modules do import.

``docs/architecture.md`` is made from this table, and a test holds every import against it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

ROOMS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("ground", ("gdquiz", "gdquiz.errors", "gdquiz.plurals", "gdquiz.resources"), ()),
    ("mathematics", ("gdquiz.mathematics",), ("ground",)),
    ("authoring", ("gdquiz.authoring",), ("ground", "mathematics")),
    ("rendering", ("gdquiz.rendering",), ("ground", "mathematics", "authoring")),
    ("marking", ("gdquiz.marking",), ("ground", "mathematics", "authoring")),
    ("packaging", ("gdquiz.packaging",), ("ground", "mathematics", "authoring", "rendering")),
    ("checking", ("gdquiz.checking", "gdquiz.showing"), ("ground", "mathematics", "authoring")),
    ("catalog", ("gdquiz.catalog",), ("ground", "mathematics", "authoring", "rendering", "packaging")),
    ("solving", ("gdquiz.task", "gdquiz.solving", "gdquiz.telling"), ("ground", "mathematics")),
    (
        "practice",
        ("gdquiz.practice",),
        ("ground", "mathematics", "authoring", "rendering", "marking", "solving"),
    ),
    (
        "edge",
        ("gdquiz.cli", "gdquiz.__main__", "gdquiz.documentation", "gdquiz.rooms"),
        (
            "ground",
            "mathematics",
            "authoring",
            "rendering",
            "packaging",
            "marking",
            "checking",
            "catalog",
            "solving",
            "practice",
        ),
    ),
)
"""The rooms of the house: name, modules (with all below them), and the rooms they may import from."""


def room_of(module: str) -> str:
    """The room of a module.  Raises ``KeyError`` for a module that stands in none."""
    for room, places, _ in ROOMS:
        for place in places:
            if module == place or (place != "gdquiz" and module.startswith(f"{place}.")):
                return room
    raise KeyError(module)


@cache
def parsed(source: str) -> ast.Module:
    return ast.parse(source)


def imports(source: str) -> set[str]:
    """What a module imports of gdquiz as soon as it is imported itself, not for type checking only or on demand."""
    return set(_imports(parsed(source).body))


def all_imports(source: str) -> set[str]:
    """Everything that a module imports of gdquiz anywhere, also within functions and for type checking."""
    return set(_imports(ast.walk(parsed(source))))


def _imports(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "gdquiz":
            for alias in node.names:
                yield f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "gdquiz")


def module_of(name: str, modules: Iterable[str]) -> str:
    """The module that an imported name belongs to: ``gdquiz.errors.Fault`` is of ``gdquiz.errors``."""
    known = set(modules)
    while name not in known:
        name = name.rpartition(".")[0]
    return name


def in_order(modules: Mapping[str, str]) -> list[str]:
    """The modules so that each comes after all that it imports.  Raises ``ValueError`` for a circle."""
    needs = {
        name: {module_of(other, modules) for other in imports(source)} - {name, "gdquiz"}
        for name, source in modules.items()
    }
    ordered: list[str] = []
    while len(ordered) < len(needs):
        ready = sorted(name for name in needs if name not in ordered and needs[name] <= set(ordered))
        if not ready:
            raise ValueError(f"modules import one another in a circle: {sorted(set(needs) - set(ordered))}")
        ordered += ready
    return ordered
