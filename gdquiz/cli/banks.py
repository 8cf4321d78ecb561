"""``gdquiz banks``: what is in the question banks."""

from __future__ import annotations

from pathlib import Path

import click

from gdquiz.cli import Command
from gdquiz.cli.loading import bank_option, load_banks
from gdquiz.cli.progress import with_progress


@click.command(cls=Command, example="gdquiz banks --topic rates")
@bank_option
@click.option("--topic", help="Only this topic.")
def banks(files: tuple[Path, ...], topic: str | None) -> None:
    """List items: id, topic, range of difficulty, number of variants and kinds of answer."""
    from gdquiz.authoring.population import populate

    items = [item for item in load_banks(files) if topic in (None, item.topic)]
    width = max((len(item.id) for item in items), default=4)
    topics = max((len(item.topic) for item in items), default=5)
    click.echo(f"{'item':{width}}  {'topic':{topics}}  {'difficulty':11}  {'variants':>8}  answers")
    total = 0
    for item in with_progress(items, label="items", total=len(items)):
        population = populate(item)
        total += population.size
        spread = "-"
        if population.size:
            spread = f"{population.difficulty.min():.1f} to {population.difficulty.max():.1f}"
        kinds = ", ".join(item.kinds)
        click.echo(f"{item.id:{width}}  {item.topic:{topics}}  {spread:11}  {population.size:8,}  {kinds}")
    click.echo(f"{len(items)} items, {total:,} variants")
