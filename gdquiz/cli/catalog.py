"""``gdquiz catalog``: a page of all items of question banks."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from gdquiz.cli import Command
from gdquiz.cli.executors import Workers, workers_option
from gdquiz.cli.files import check_file, write_text
from gdquiz.cli.listing import Solving
from gdquiz.cli.loading import bank_option, load_banks
from gdquiz.cli.outputs import NewPath, templates_option
from gdquiz.cli.progress import with_progress
from gdquiz.cli.store import cache_option, store
from gdquiz.plurals import counted


@click.command(cls=Command, example="gdquiz catalog --out catalog.html")
@bank_option
@click.option("--topic", "topics", multiple=True, help="Only this topic; repeat for several.")
@click.option("--title", help="Title of the page.")
@click.option(
    "--variants", type=click.IntRange(1, 50), default=6, show_default=True, help="Variants to show of each item."
)
@templates_option
@click.option("--out", type=NewPath(), default=Path("catalog.html"), show_default=True, help="File to write.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@workers_option
@cache_option
def catalog(
    files: tuple[Path, ...],
    topics: tuple[str, ...],
    title: str | None,
    variants: int,
    templates: Path | None,
    out: Path,
    force: bool,
    no_cache: bool,
    workers: Workers,
) -> None:
    """Make a web page of all items of question banks, to look through, search and choose from.

    The page is one file and works without a network.  It shows of every item some variants with key, foreseen wrong
    answers, hints and solution, its population and work, and what misconceptions it foresees; and it gives the
    lines of a blueprint for the items you choose.  It holds keys: it is not for students.
    """
    from gdquiz.catalog.entries import entry
    from gdquiz.catalog.page import TITLE, catalog_page

    check_file(out, force=force)
    items = load_banks(files, topics)
    made = workers.each(partial(entry, variants=variants, solve=Solving(store(no_cache=no_cache))), items)
    entries = list(with_progress(made, label="items", total=len(items)))
    page = catalog_page(entries, [str(file) for file in files], title=title or TITLE, folder=templates)
    write_text(out, page, force=force)
    total = sum(found.wording.population for found in entries)
    size = f"{counted(len(entries), 'item')}, {counted(total, 'variant')}, {len(page.encode()) / 1000:,.0f} kB"
    click.echo(f"{out}: {size}")
