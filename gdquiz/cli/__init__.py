"""The command line.  Only this package opens files, prints, exits or draws a progress bar.

Commands are rows of ``COMMANDS`` and are imported when they are called, so that ``gdquiz --help`` needs nothing but
click.  A command is a click command made with ``cls=Command``, which adds the example that its help ends with.

Exit codes: 0, all went well; 1, ``check`` found a fault; 2, the input cannot be used; 3, all is written but for what
was left out and told; 130, interrupted; 143, ended by SIGTERM.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from types import FrameType
from typing import Any, NoReturn

import click
from click.shell_completion import CompletionItem

from gdquiz.errors import InputError, nearest
from gdquiz.version import VERSION

COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("make", "gdquiz.cli.make:make", "Make an exam: sheets, keys and exam.json, from question banks."),
    ("render", "gdquiz.cli.render:render", "Typeset or package an exam.json again."),
    ("grade", "gdquiz.cli.grade:grade", "Mark what came back, and tell each student what it shows."),
    ("rekey", "gdquiz.cli.rekey:rekey", "Accept other answers after an exam, or drop a question."),
    ("trace", "gdquiz.cli.trace:trace", "Tell what a printed id stands for."),
    ("formats", "gdquiz.cli.formats:formats", "List what exams can be typeset in and packaged for."),
    ("banks", "gdquiz.cli.banks:banks", "List the items of question banks."),
    ("catalog", "gdquiz.cli.catalog:catalog", "Make a web page of all items, to search and choose from."),
    ("show", "gdquiz.cli.show:show", "Print one variant of an item with its solution."),
    ("check", "gdquiz.cli.check:check", "Prove every variant of every item of question banks."),
    ("solve", "gdquiz.cli.solve:solve", "Derive, run and judge gradient descent on any loss."),
    ("practice", "gdquiz.cli.practice:practice", "Practise in the terminal, or make a page to practise offline."),
    ("cache", "gdquiz.cli.cache:cache", "Tell what is kept of solved items, and how much room it takes."),
    ("schema", "gdquiz.cli.schema:schema", "Print a JSON Schema, for editors and other programs."),
)
"""Name, where the command is (module:function), and what it does in one line."""

INTERRUPTED = 130


class Ended(KeyboardInterrupt):
    """The process was told to end by a signal, and shall leave nothing behind."""

    def __init__(self, number: int):
        super().__init__()
        self.code = 128 + number


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Within it, signals that would end the process at once end it as Ctrl-C does, so that it can tidy up."""

    def end(number: int, _: FrameType | None) -> NoReturn:
        raise Ended(number)

    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) == signal.SIG_DFL:
                before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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
        _open_streams()
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        try:
            with ended_by_signals():
                code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
            sys.stdout.flush()
        except InputError as error:
            _refuse([str(fault) for fault in error.faults])
        except click.UsageError as error:
            advice = []
            if error.ctx is not None:
                advice = [f"Try '{error.ctx.command_path} --help'."]
            _refuse([error.format_message()], advice)
        except click.ClickException as error:
            _refuse([error.format_message()])
        except (click.Abort, KeyboardInterrupt) as error:
            click.echo("gdquiz: interrupted, nothing was written", err=True)
            told = error if isinstance(error, Ended) else error.__cause__  # click raises Abort from it
            sys.exit(told.code if isinstance(told, Ended) else INTERRUPTED)
        except BrokenPipeError:  # whoever read it has seen enough
            _drop_output()
            sys.exit(1)
        except OSError as error:
            if error.filename is None:
                _drop_output()
            place = error.filename or "standard output: cannot write to it"
            _refuse([f"{place}: {(error.strerror or str(error)).lower()}"])
        sys.exit(code if isinstance(code, int) else 0)


def _open_streams() -> None:
    """Open nothing in the place of a closed stream, lest a file that is opened later takes it.

    Refuses to run without standard output: what is printed there, such as a seed, would be lost.
    """
    lost = sys.stdout is None
    for name, number, mode in (("stdin", 0, os.O_RDONLY), ("stdout", 1, os.O_WRONLY), ("stderr", 2, os.O_WRONLY)):
        if getattr(sys, name) is None:
            with suppress(OSError):
                file = os.open(os.devnull, mode)
                if file != number:
                    os.dup2(file, number)
                    os.close(file)
            if name != "stdin":
                setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
    if lost:
        _refuse(["standard output is closed (hint: > file keeps what is printed)"])


def _drop_output() -> None:
    """Forget what could not be printed; Python would try again at its end."""
    with suppress(OSError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def _refuse(problems: Sequence[str], advice: Sequence[str] = ()) -> NoReturn:
    for line in problems:
        click.echo("gdquiz: " + " ".join(line.split("\n")), err=True)
    for line in advice:
        click.echo(line, err=True)
    sys.exit(2)


def _hint(hint: str) -> str:
    return f" (hint: {hint})" if hint else ""


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="gdquiz", message="%(prog)s %(version)s")
def main() -> None:
    """Randomized exam questions on gradient descent, every variant with a verified key."""
