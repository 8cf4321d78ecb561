"""A progress line for long work: on standard error, and only if a person is looking at it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click

T = TypeVar("T")


def with_progress(items: Iterable[T], *, label: str, total: int) -> Iterator[T]:
    """Yield the items, drawing how many of ``total`` are done if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(
        items, length=total, label=label, file=sys.stderr, update_min_steps=max(1, total // 200)
    ) as bar:
        yield from bar
