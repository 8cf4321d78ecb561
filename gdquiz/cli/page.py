"""The practice page as a file, for ``gdquiz practice --html``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gdquiz.banks.models import ItemModel
from gdquiz.cli.executors import Workers
from gdquiz.cli.listing import Solving
from gdquiz.errors import Fault, InputError

if TYPE_CHECKING:
    from gdquiz.populations.variants import Variants

QUESTIONS, TITLE = 500, "Gradient descent"
"""Of a page for which nothing else is said."""
MOST_QUESTIONS = 20_000
"""A page with more would be too much for a phone."""


def check_page(path: Path, questions: int | None, *, force: bool) -> None:
    """Refuse a file that could not be written, or a page that is too large, before the work is begun."""
    from gdquiz.cli.files import check_file

    check_file(path, force=force)
    if questions is not None and questions > MOST_QUESTIONS:
        raise InputError(
            Fault(f"a page of {questions:,} questions", f"at most {MOST_QUESTIONS:,}", field="--questions")
        )


def write_page(
    path: Path,
    items: Sequence[ItemModel],
    *,
    questions: int,
    seed: str,
    title: str,
    force: bool,
    solve: Solving,
    workers: Workers,
) -> None:
    """Write the page and say what is in it."""
    from gdquiz.cli.files import write_text
    from gdquiz.cli.progress import with_progress
    from gdquiz.practice.page import practice_page
    from gdquiz.practice.selection import selected, skills

    def solve_all(chosen: Sequence[ItemModel]) -> Iterator[Variants]:
        return with_progress(workers.each(solve, chosen), label="items", total=len(chosen))

    exam = selected(items, questions, seed, title, solve_all)
    html = practice_page(exam, skills(items))
    write_text(path, html, force=force)
    count = len({(question.wording, question.row) for form in exam.forms for question in form.questions})
    trained = len({wording.skill for wording in exam.wordings.values()})
    click.echo(
        f"{path}: {count} questions on {trained} skills, {len(html.encode()) / 1e6:.1f} MB; open it in a browser"
    )
    if count < questions:
        click.echo(f"The items have no more variants, so there are {count} questions and not {questions}.")
