"""``gdquiz formats``: what an exam can be typeset in."""

from __future__ import annotations

import click

from gdquiz.cli import Command


@click.command(cls=Command, example="gdquiz formats")
def formats() -> None:
    """List the formats that exams can be typeset in, and say which of them this machine lacks something for."""
    from gdquiz.rendering.formats import FORMATS, left_out

    for row in FORMATS:
        click.echo(f"{row.name:9}  {row.title}: {row.purpose}")
        if reason := left_out(row.name):
            click.echo(f"{'':9}  not on this machine: {reason}")
