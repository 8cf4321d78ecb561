"""The command line.  Only this package opens files, prints, exits or draws a progress bar.

Commands are rows of ``COMMANDS`` and are imported when they are called, so that ``gdquiz --help`` needs nothing but
click.  A command is a click command made with ``cls=Command``, which adds the example that its help ends with.

Exit codes: 0, all went well; 1, ``check`` found a fault; 2, the input can not be used; 130, interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click
from click.shell_completion import CompletionItem

from gdquiz import __version__
from gdquiz.errors import InputError, nearest

COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("make", "gdquiz.cli.make:make", "Make an exam: sheets, keys and exam.json, from question banks."),
    ("render", "gdquiz.cli.render:render", "Typeset or package an exam.json again."),
    ("formats", "gdquiz.cli.formats:formats", "List what exams can be typeset in and packaged for."),
    ("banks", "gdquiz.cli.banks:banks", "List the items of question banks."),
    ("catalog", "gdquiz.cli.catalog:catalog", "Make a web page of all items, to search and choose from."),
    ("show", "gdquiz.cli.show:show", "Print one variant of an item with its solution."),
    ("check", "gdquiz.cli.check:check", "Prove every variant of every item of question banks."),
    ("solve", "gdquiz.cli.solve:solve", "Derive, run and judge gradient descent on any loss."),
    ("practice", "gdquiz.cli.practice:practice", "Practise in the terminal, or make a page to practise offline."),
    ("schema", "gdquiz.cli.schema:schema", "Print a JSON Schema, for editors and other programs."),
)
"""Name, where the command is (module:function), and what it does in one line."""

INTERRUPTED = 130


class Command(click.Command):
    """A command whose help ends with an example, printed exactly as written."""

    def __init__(self, *args: Any, example: str = "", **options: Any):
        super().__init__(*args, **options)
        self.example = example.strip("\n")

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        if self.example:
            formatter.write_paragraph()
            formatter.write("Example:\n")
            formatter.write("".join(f"  {line}".rstrip() + "\n" for line in self.example.splitlines()))


class Commands(click.Group):
    """The group of all commands; tells every error the same way."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, _, _ in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for name, place, _ in COMMANDS:
            if name == cmd_name:
                module, function = place.split(":")
                command: click.Command = getattr(import_module(module), function)
                return command
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        names = self.list_commands(ctx)
        if args[0] not in names and not args[0].startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"No such command '{args[0]}'." + _hint(nearest(args[0], names)))
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args if args or ctx.resilient_parsing else ["--help"])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, _, line in COMMANDS])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        commands = [CompletionItem(name, help=line) for name, _, line in COMMANDS if name.startswith(incomplete)]
        return commands + click.Command.shell_complete(self, ctx, incomplete)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line and exit, unless ``standalone_mode`` is off: then errors are left to the caller."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except InputError as error:
            _refuse([str(fault) for fault in error.faults])
        except click.UsageError as error:
            advice = []
            if error.ctx is not None:
                advice = [f"Try '{error.ctx.command_path} --help'."]
            _refuse([error.format_message()], advice)
        except click.ClickException as error:
            _refuse([error.format_message()])
        except (click.Abort, KeyboardInterrupt):
            click.echo("gdquiz: interrupted, nothing was written", err=True)
            sys.exit(INTERRUPTED)
        sys.exit(code if isinstance(code, int) else 0)


def _refuse(problems: Sequence[str], advice: Sequence[str] = ()) -> NoReturn:
    for line in problems:
        click.echo("gdquiz: " + " ".join(line.split("\n")), err=True)
    for line in advice:
        click.echo(line, err=True)
    sys.exit(2)


def _hint(hint: str) -> str:
    return f" (hint: {hint})" if hint else ""


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gdquiz", message="%(prog)s %(version)s")
def main() -> None:
    """Randomized exam questions on gradient descent, every variant with a verified key."""
