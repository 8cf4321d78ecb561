"""``gdquiz cache``: the store of solved items."""

from __future__ import annotations

import click

from gdquiz.cli import Command
from gdquiz.cli.store import PLACE, SIZE, store
from gdquiz.plurals import counted


@click.command(cls=Command, example="gdquiz cache\ngdquiz cache --clear")
@click.option("--clear", is_flag=True, help="Remove all that is kept.")
def cache(clear: bool) -> None:
    """Tell where solved items are kept, and how much room they take.

    Items are solved once and kept, so that the next exam is made in less time; what is kept is never used for anything
    but the same item and the same gdquiz. Nothing is lost when it is removed.
    """
    kept = store()
    if kept.folder is None:
        click.echo(f"Nothing is kept: {PLACE} is empty, or {SIZE} is 0.")
        return
    if clear:
        count, size = kept.clear()
        click.echo(f"{kept.folder}: {_told(count, size)} removed")
    entries = kept.entries()
    if entries or not clear:
        total = sum(size for _, size, _ in entries)
        click.echo(f"{kept.folder}: {_told(len(entries), total)} of at most {kept.largest / 1e6:.0f} MB")


def _told(count: int, size: int) -> str:
    return f"{counted(count, 'result')}, {size / 1e6:.1f} MB"
