"""``gdquiz formats``: what an exam can be typeset in, and the platforms it can be packaged for."""

from __future__ import annotations

import click

from gdquiz.cli import Command


@click.command(cls=Command, example="gdquiz formats")
def formats() -> None:
    """List what exams can be typeset in and packaged for, and what each platform cannot take as it is."""
    from gdquiz.packaging.targets import TARGETS
    from gdquiz.rendering.formats import FORMATS, left_out

    for row in FORMATS:
        click.echo(f"{row.name:9}  {row.title}: {row.purpose}")
        if reason := left_out(row.name):
            click.echo(f"{'':9}  not on this machine: {reason}")
    for target in TARGETS:
        click.echo(f"{target.name:9}  {target.title}: {target.platforms}")
        for line in target.limits():
            click.echo(f"{'':9}    {line}")
