"""``gdquiz check``: the proof that banks are right."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import click

from gdquiz.cli import Command
from gdquiz.cli.executors import Workers, workers_option
from gdquiz.cli.loading import check_overlays, find_item, load_banks
from gdquiz.cli.progress import with_progress
from gdquiz.plurals import counted

Given = TypeVar("Given")
Found = TypeVar("Found")


@click.command(cls=Command, example="gdquiz check my-bank.toml")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--item", "only", multiple=True, help="Only this item; repeat for several.")
@click.option("--strict", is_flag=True, help="Exit with 1 also where a key rests on the author's expression alone.")
@workers_option
@click.pass_context
def check(
    context: click.Context, files: tuple[Path, ...], only: tuple[str, ...], strict: bool, workers: Workers
) -> None:
    """Prove every variant of every item in the banks (without FILES: in those that come with gdquiz).

    Prints the size of each population, what was refused and why, which keys rest on the author's expression alone, and
    the time.  The exit code is 1 when anything is wrong with an item, and 2 when a bank cannot be read.
    """
    from gdquiz.checking.proving import check as check_item
    from gdquiz.checking.proving import told, verdict

    began = time.perf_counter()
    items = load_banks(files)
    check_overlays(files)
    if only:
        items = tuple(find_item(name, items) for name in only)
    found = []
    results = workers.each(partial(_timed, check_item), items)
    for result, seconds in with_progress(results, label="items", total=len(items)):
        found.append(result)
        for line in told(result, seconds):
            click.echo(line)
    size = f"{counted(len(items), 'item')}, {counted(sum(one.rows for one in found), 'variant')}"
    click.echo(f"{size}, {verdict(found)}, in {time.perf_counter() - began:.1f} s")
    context.exit(1 if any(one.faults or (strict and one.resting("alone")) for one in found) else 0)


def _timed(work: Callable[[Given], Found], given: Given) -> tuple[Found, float]:
    began = time.perf_counter()
    return work(given), time.perf_counter() - began
