"""``gdquiz check``: the proof that banks are right."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gdquiz.cli import Command
from gdquiz.cli.loading import find_item, load_banks
from gdquiz.cli.processes import jobs_option, worked_out
from gdquiz.cli.progress import with_progress
from gdquiz.plurals import counted

if TYPE_CHECKING:
    from gdquiz.authoring.template import ItemTemplate
    from gdquiz.checking import ItemCheck


@click.command(cls=Command, example="gdquiz check my-bank.toml")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--item", "only", multiple=True, help="Only this item; repeat for several.")
@jobs_option
@click.pass_context
def check(context: click.Context, files: tuple[Path, ...], only: tuple[str, ...], jobs: int | None) -> None:
    """Prove every variant of every item in the banks (without FILES: in those that come with gdquiz).

    Prints the size of each population, what was refused and why, and the time.  The exit code is 1 when anything is
    wrong with an item, and 2 when a bank can not be read.
    """
    began = time.perf_counter()
    items = load_banks(files)
    if only:
        items = tuple(find_item(name, items) for name in only)
    total, faulty = 0, 0
    results = worked_out(_timed, items, jobs)
    for result, seconds in with_progress(results, label="items", total=len(items)):
        total += result.rows
        faulty += bool(result.faults)
        _print(result, seconds)
    verdict = "all proved" if not faulty else f"{counted(faulty, 'item')} with faults"
    size = f"{counted(len(items), 'item')}, {counted(total, 'variant')}"
    click.echo(f"{size}, {verdict}, in {time.perf_counter() - began:.1f} s")
    context.exit(1 if faulty else 0)


def _print(result: ItemCheck, seconds: float) -> None:
    state = "FAULT" if result.faults else "ok"
    low, high = result.difficulty
    click.echo(
        f"{state:5}  {result.item}: {result.rows:,} variants of {result.enumerated:,} combinations, "
        f"{', '.join(result.kinds)}, difficulty {low:.1f} to {high:.1f}, {seconds:.2f} s"
    )
    for reason, count in result.refusals.items():
        click.echo(f"       refused {count:,}: {reason}")
    if result.repeats:
        click.echo(f"       {result.repeats:,} variants read like another one")
    for fault in result.faults:
        click.echo(f"       fault: {fault}")


def _timed(item: ItemTemplate) -> tuple[ItemCheck, float]:
    from gdquiz.checking import check as check_item

    began = time.perf_counter()
    return check_item(item), time.perf_counter() - began
