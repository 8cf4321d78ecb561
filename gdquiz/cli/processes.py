"""Long work on many items, done by several processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import click

A = TypeVar("A")
B = TypeVar("B")

jobs_option = click.option(
    "--jobs", type=click.IntRange(1, 64), help="Processes to use.  [default: one for each core]"
)  # fmt: skip


def worked_out(work: Callable[[A], B], things: Sequence[A], jobs: int | None) -> Iterator[B]:
    """``work`` of every thing, in the order of the things.  ``work`` is a function of a module, or a partial of one."""
    jobs = jobs or os.cpu_count() or 1
    if jobs == 1 or len(things) < 3:
        yield from map(work, things)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(min(jobs, len(things)), mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            yield from pool.map(work, things)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
