"""``gdquiz banks``: what is in the question banks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gdquiz.cli import Command
from gdquiz.cli.loading import bank_option, load_banks, of_topics
from gdquiz.cli.progress import with_progress

if TYPE_CHECKING:
    from gdquiz.authoring.items import ItemTemplate


@click.command(cls=Command, example="gdquiz banks --topic rates")
@bank_option
@click.option("--topic", help="Only this topic.")
@click.option("--misconceptions", is_flag=True, help="List misconceptions instead, with the items that foresee them.")
def banks(files: tuple[Path, ...], topic: str | None, misconceptions: bool) -> None:
    """List items: id, topic, range of difficulty, number of variants and kinds of answer."""
    from gdquiz.authoring.population import populate

    items = of_topics((topic,) if topic is not None else (), load_banks(files))
    if misconceptions:
        _list_misconceptions(items)
        return
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


def _list_misconceptions(items: Sequence[ItemTemplate]) -> None:
    from gdquiz.mathematics.misconceptions import MISCONCEPTIONS

    foreseen: dict[str, list[str]] = {}
    for item in items:
        for code in dict.fromkeys(wrong.code for part in item.parts for wrong in part.wrong):
            foreseen.setdefault(code, []).append(item.id)
    width = max(len(row.code) for row in MISCONCEPTIONS)
    for row in MISCONCEPTIONS:
        click.echo(f"{row.code:{width}}  {row.title}: {', '.join(foreseen.get(row.code, ['no item']))}")
    click.echo(f"{len(MISCONCEPTIONS)} misconceptions, {len(foreseen)} of them foreseen by {len(items)} items")
