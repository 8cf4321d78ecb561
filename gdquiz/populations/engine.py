"""What a population depends on beside its item: the sources of the engine and the libraries that compute."""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

from gdquiz.banks.entries import digest
from gdquiz.resources import MISCONCEPTIONS, data

NOT_THE_ENGINE = ("api", "cli", "rendering", "packaging", "marking", "practice", "catalog", "solving", "checking")
"""Rooms on which no population rests; a change in them leaves populations as they are."""
LIBRARIES = ("numpy", "sympy", "mpmath", "python-flint", "gmpy2")


@cache
def engine() -> str:
    """A text that changes whenever a population might: with its sources, libraries and misconceptions."""
    return digest(
        *sources(), misconceptions(), *(f"{name} {_version(name)}" for name in LIBRARIES), sys.version, *_ground_types()
    )


def misconceptions() -> bytes:
    """The file of the misconceptions that all banks may name: what they say, and the mistakes that are executed."""
    return (data("question_banks") / MISCONCEPTIONS).read_bytes()


def sources() -> list[bytes]:
    """The sources of the engine, and the misconceptions that it executes."""
    package = Path(__file__).resolve().parent.parent
    found = sorted(path for path in package.rglob("*.py") if path.relative_to(package).parts[0] not in NOT_THE_ENGINE)
    modules = [path.relative_to(package).as_posix().encode() + b"\n" + path.read_bytes() for path in found]
    return [*modules, (data("question_banks") / MISCONCEPTIONS).read_bytes()]


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "none"


def _ground_types() -> tuple[str, ...]:
    """The settings that choose the number types of SymPy and mpmath."""
    names = ("SYMPY_GROUND_TYPES", "SYMPY_USE_CACHE", "MPMATH_NOGMPY", "MPMATH_STRICT")
    return tuple(f"{name}={os.environ.get(name, '')}" for name in names)
