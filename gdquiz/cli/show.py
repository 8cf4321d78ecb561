"""``gdquiz show``: one variant of an item in the terminal."""

from __future__ import annotations

from pathlib import Path

import click

from gdquiz.cli import Command
from gdquiz.cli.listing import Solving
from gdquiz.cli.loading import bank_option, load_item
from gdquiz.cli.store import cache_option, store


@click.command(cls=Command, example="gdquiz show one-step-squared-error --variant 17")
@click.argument("item")
@click.option("--variant", type=click.IntRange(0), default=0, show_default=True, help="Number of the variant, from 0.")
@bank_option
@cache_option
def show(item: str, variant: int, files: tuple[Path, ...], no_cache: bool) -> None:
    """Print one variant of an item with its key, the wrong answers it foresees, hints and solution."""
    from gdquiz.checking.showing import shown
    from gdquiz.errors import Fault, InputError

    variants = Solving(store(no_cache=no_cache))(load_item(item, files))
    if not variants.size:
        raise InputError(Fault(f"no variant of the item '{item}' is left", hint="'gdquiz check' tells why"))
    if variant >= variants.size:
        raise InputError(Fault(f"the item '{item}' has no variant {variant}", f"0 to {variants.size - 1}"))
    click.echo(shown(variants, variant))
