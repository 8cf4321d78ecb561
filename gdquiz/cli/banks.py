"""``gdquiz banks``: what is in the question banks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from gdquiz.banks.learning_outcomes import LEARNING_OUTCOMES, NONE, explained
from gdquiz.banks.models import ItemModel
from gdquiz.cli import Command
from gdquiz.cli.executors import Workers, workers_option
from gdquiz.cli.listing import Solving
from gdquiz.cli.loading import bank_option, load_banks
from gdquiz.cli.progress import with_progress
from gdquiz.cli.store import cache_option, store
from gdquiz.plurals import counted

COLUMNS = ("item", "topic", "skill", "outcome", "level", "tier", "minutes", "answers")
SOLVED_COLUMNS = ("work", "variants")
"""Those that can be told only of items that are solved."""
NUMBERS = ("tier", "minutes", "variants")

EXAMPLE = """
gdquiz banks --topic rates
gdquiz banks --topic rates --variants
gdquiz banks --outcomes
"""


@click.command(cls=Command, example=EXAMPLE)
@bank_option
@click.option("--topic", "topics", multiple=True, help="Only this topic; repeat for several.")
@click.option("--variants", is_flag=True, help="Solve the items, and tell their work and number of variants too.")
@click.option("--misconceptions", is_flag=True, help="List misconceptions instead, with the items that foresee them.")
@click.option("--outcomes", is_flag=True, help="List learning outcomes instead, in words, with their items.")
@workers_option
@cache_option
def banks(
    files: tuple[Path, ...],
    topics: tuple[str, ...],
    variants: bool,
    misconceptions: bool,
    outcomes: bool,
    no_cache: bool,
    workers: Workers,
) -> None:
    """List items: id, topic, skill, learning outcome, level, tier, minutes and kinds of answer.

    To solve all the shipped items takes up to a minute.
    """
    if sum((variants, misconceptions, outcomes)) > 1:
        raise click.UsageError("--variants, --misconceptions and --outcomes are three different lists; choose one.")
    if workers.chosen and not variants:
        raise click.UsageError("--jobs and --scheduler are for --variants; without it nothing is solved.")
    items = load_banks(files, topics)
    if misconceptions:
        _list_misconceptions(items, every=not (files or topics))
        return
    if outcomes:
        _list_outcomes(items, every=not (files or topics))
        return
    rows = [_described(item) for item in items]
    told = counted(len(items), "item")
    if variants:
        solved = list(
            with_progress(
                workers.each(partial(_solved, solve=Solving(store(no_cache=no_cache))), items),
                label="items",
                total=len(items),
            )
        )
        rows = [(*row, spread, f"{size:,}") for row, (spread, size) in zip(rows, solved, strict=True)]
        told += f", {counted(sum(size for _, size in solved), 'variant')}"
    _print_table((*COLUMNS, *SOLVED_COLUMNS) if variants else COLUMNS, rows)
    click.echo(told)


def _described(item: ItemModel) -> tuple[str, ...]:
    source = item.source
    outcome = "-" if source.outcome == NONE else source.outcome
    facts = (item.topic, source.skill, outcome, source.bloom, str(source.tier), f"{source.minutes:g}")
    return (item.id, *facts, ", ".join(item.kinds))


def _solved(item: ItemModel, solve: Solving) -> tuple[str, int]:
    """The range of work and the number of variants."""
    population = solve(item)
    if not population.size:
        return "-", 0
    return f"{population.work.min():.1f} to {population.work.max():.1f}", population.size


def _print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = (
            f"{cell:{'>' if name in NUMBERS else '<'}{width}}"
            for name, cell, width in zip(head, row, widths, strict=True)
        )
        click.echo("  ".join(cells).rstrip())


def _list_misconceptions(items: Sequence[ItemModel], *, every: bool) -> None:
    """Misconceptions with the items that foresee them; ``every`` shipped one, or those that some item foresees."""
    from gdquiz.banks.misconceptions import shipped

    foreseen: dict[str, list[str]] = {}
    known = dict(shipped())
    for item in items:
        known |= item.foreseen
        for code in item.foreseen:
            foreseen.setdefault(code, []).append(item.id)
    listed = [row for code, row in known.items() if every or code in foreseen]
    width = max((len(row.code) for row in listed), default=0)
    for row in listed:
        click.echo(f"{row.code:{width}}  {row.title}: {', '.join(foreseen.get(row.code, ['no item']))}")
    click.echo(f"{len(known)} misconceptions, {len(foreseen)} of them foreseen by {counted(len(items), 'item')}")


def _list_outcomes(items: Sequence[ItemModel], *, every: bool) -> None:
    """Learning outcomes in words with their items; ``every`` one, or those that some item is filed under."""
    filed: dict[str, list[str]] = {code: [] for code in LEARNING_OUTCOMES} if every else {}
    for item in items:
        if item.source.outcome != NONE:
            filed.setdefault(item.source.outcome, []).append(item.id)
    for code, names in sorted(filed.items()):
        click.echo(f"{code}  {explained(code)}: {', '.join(names) or 'no item'}")
    told = sum(map(len, filed.values()))
    click.echo(f"{counted(len(filed), 'learning outcome')}, {counted(told, 'item')} filed under them")
