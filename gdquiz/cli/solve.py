"""``gdquiz solve``: derive, run and judge gradient descent on any loss."""

from __future__ import annotations

import sys

import click
from click.shell_completion import CompletionItem

from gdquiz.cli import Command

EXAMPLE = """
gdquiz solve "w^4/4 - w^2/2" --start w=1/2 --rate 1/10
gdquiz solve "x^2 + 10y^2" --start x=1 --start y=1 --rate 1/11 --method momentum --beta 1/2
gdquiz solve "exp(-x) + x" --start x=2 --rate 1 --steps 5 --json
"""


class SolveCommand(Command):
    """Lets the loss begin with a minus sign."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args if "--" in args else self._with_loss_last(ctx, args))

    def _with_loss_last(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        valued = {name for option in options if not option.is_flag for name in option.opts}
        known = {name for option in options for name in option.opts}
        for place, word in enumerate(args):
            follows = place > 0 and args[place - 1] in valued
            if word.startswith("-") and not word.startswith("--") and word not in known and not follows:
                return [*args[:place], *args[place + 1 :], "--", word]
        return args


def _methods(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from gdquiz.solving.task import ALIASES, methods

    names = [*(row.name for row in methods()), *ALIASES]
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command(cls=SolveCommand, example=EXAMPLE)
@click.argument("loss")
@click.option("--start", "start", multiple=True, metavar="NAME=VALUE", help="Where a variable starts; once for each.")
@click.option("--rate", required=True, metavar="NUMBER", help="The learning rate, such as 1/10, 0.1 or sqrt(2)/2.")
@click.option("--steps", type=int, default=10, show_default=True, help="How many steps to print, up to 10000.")
@click.option(
    "--method",
    default="descent",
    show_default=True,
    metavar="NAME",
    shell_complete=_methods,
    help="descent, heavy-ball (or momentum), nesterov, adagrad, rmsprop or adam; sgd needs the data of an item.",
)
@click.option("--beta", metavar="NUMBER", help="Of heavy-ball and nesterov.  [default: 9/10]")
@click.option("--beta1", metavar="NUMBER", help="Of adam.  [default: 9/10]")
@click.option("--beta2", metavar="NUMBER", help="Of adam.  [default: 999/1000]")
@click.option("--rho", metavar="NUMBER", help="Of rmsprop.  [default: 9/10]")
@click.option("--epsilon", metavar="NUMBER", help="Of adagrad, rmsprop and adam, added to the root.  [default: 0]")
@click.option("--ascend", is_flag=True, help="Climb instead of descending.")
@click.option("--json", "json_", is_flag=True, help="Print one JSON object instead of text.")
def solve(
    loss: str,
    start: tuple[str, ...],
    rate: str,
    steps: int,
    method: str,
    ascend: bool,
    json_: bool,
    **parameters: str | None,
) -> None:
    """Derive, run and judge gradient descent on LOSS.

    LOSS is a formula such as "(w - 3)^2", "x^2 + 10y^2" or "log(1 + exp(-w))"; its variables are the names that
    --start gives.  Known are + - * / ^, exp, log, sqrt, sin, cos, tan, tanh, sigmoid, abs, relu, min and max.
    Printed are the gradient, the Hessian, the critical points and their kinds, the largest stable rate, the steps,
    and what becomes of the run.  Fractions are exact; decimals are rounded.
    """
    from gdquiz.solving.solution import solve as solved
    from gdquiz.solving.telling import as_json, as_text

    given = {name: value for name, value in parameters.items() if value is not None}
    solution = solved(loss, start, rate, steps=steps, method=method, parameters=given, ascend=ascend)
    click.echo(as_json(solution) if json_ else as_text(solution, fancy=_unicode()), nl=False)


def _unicode() -> bool:
    """Whether standard output can show the signs of formulas."""
    try:
        "⎡∂η²√·⁻".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
