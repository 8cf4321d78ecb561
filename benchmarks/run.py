"""The project's benchmark: ratios against a straight-line program, measured in the same run on one core.

    python benchmarks/run.py [--forms 1000] [--blueprint FILE] [--rounds 3]

The baseline does what the simplest program for the job would do: for each question it draws four numbers with NumPy
and renders two small Jinja templates, a question and its answer.  Against its time stand, for the same number of
questions, sheets and keys: making the forms from the populations and rendering them in one format, the texts thrown
away; and packaging them as Moodle XML, each question read back and checked.  Solving the populations themselves is
shown apart, for it is done once and does not grow with the number of forms, and so is the total with it.
"""

from __future__ import annotations

import argparse
import gc
import resource
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import jinja2
import numpy as np

from gdquiz.authoring.assembly import assemble
from gdquiz.authoring.blueprint import read_blueprint
from gdquiz.authoring.exam import Exam, to_json
from gdquiz.authoring.population import populate
from gdquiz.cli.loading import load_banks
from gdquiz.packaging.packages import package
from gdquiz.packaging.targets import find_target
from gdquiz.rendering.formats import render

QUESTIONS = 10
MOODLE_LIMIT = 15.0
LIMITS = {"markdown": 5.0, "latex": 5.0, "html": 10.0}


def baseline(forms: int) -> None:
    """Draw, compute one step and render a question and an answer, for every question."""
    environment = jinja2.Environment(autoescape=False)  # noqa: S701  (the simplest program there is)
    question = environment.from_string(
        "{{ number }}. Gradient descent on $f(x) = {{ a }} x^2 + {{ b }} x$ starts at $x_0 = {{ x }}$ with learning "
        "rate $\\eta = {{ eta }}$. Compute $x_1$.\n"
    )
    answer = environment.from_string("{{ number }}. $x_1 = {{ x }} - {{ eta }} \\cdot {{ gradient }} = {{ new }}$\n")
    generator = np.random.default_rng(1)
    for _ in range(forms):
        texts = []
        for number in range(1, QUESTIONS + 1):
            a, b, x, eta = (int(v) for v in generator.integers(1, 10, size=4))
            gradient = 2 * a * x + b
            values = {"number": number, "a": a, "b": b, "x": x, "eta": eta / 10, "gradient": gradient}
            texts.append(question.render(values))
            texts.append(answer.render(values, new=round(x - eta / 10 * gradient, 3)))
        "".join(texts)


def timed(work: Callable[[], object], rounds: int) -> float:
    """The least of some CPU times, in seconds: what the work costs when nothing disturbs it."""
    times = []
    for _ in range(rounds):
        gc.collect()
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def consume(exam: Exam, name: str) -> int:
    return sum(len(page.text) for page in render(exam, name))


def packaged(exam: Exam) -> int:
    return sum(len(page.text) for page in package(exam, find_target("moodle"), []))


def start_up(command: list[str], rounds: int = 9) -> float:
    """The median wall time of a command, in seconds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def peak_of(work: Callable[[], object]) -> int:
    """Peak bytes allocated while an exam is rendered or packaged page by page, beyond the exam itself."""
    gc.collect()
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def main() -> int:
    """Measure, print, and return 1 where a limit is not kept."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--forms", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--blueprint", type=Path, default=Path(__file__).with_name("exam.toml"))
    chosen = options.parse_args()
    forms, rounds = chosen.forms, chosen.rounds
    items = load_banks()
    plan = read_blueprint(chosen.blueprint.read_text(encoding="utf-8"), file=str(chosen.blueprint))
    count = forms * QUESTIONS

    base = timed(lambda: baseline(forms), rounds)
    print(f"baseline: {count:,} questions in {base:.2f} s, {count / base:,.0f} a second")

    named = [slot.item for section in plan.section for slot in section.slot if slot.item]
    used = [item for item in items if item.id in named]
    for item in used:  # derivatives and parsers are made once in a process
        populate(item)
    populations = timed(lambda: [populate(item) for item in used], rounds)
    print(f"populations of {len(used)} items: {populations:.2f} s")
    solved = {item.id: populate(item) for item in used}
    made = assemble(plan, items, forms, solve=lambda item: solved[item.id])
    making = timed(lambda: assemble(plan, items, forms, solve=lambda item: solved[item.id]), rounds)
    print(
        f"making {forms:,} forms: {making:.2f} s ({making / base:.2f} x), exam.json {len(to_json(made)) / 1e6:.1f} MB"
    )

    kept = True
    for name, limit in LIMITS.items():
        consume(made, name)
        seconds = timed(lambda name=name: consume(made, name), rounds)
        ratio = (making + seconds) / base
        kept &= ratio <= limit
        whole = (making + seconds + populations) / base
        print(
            f"{name}: rendering {seconds:.2f} s; making and rendering {ratio:.2f} x the baseline "
            f"(limit {limit:g}), with the populations {whole:.2f} x"
        )

    packaged(made)
    seconds = timed(lambda: packaged(made), rounds)
    ratio = seconds / base
    kept &= ratio <= MOODLE_LIMIT
    print(
        f"moodle: packaging {count:,} questions {seconds:.2f} s, {count / seconds:,.0f} a second, "
        f"{ratio:.2f} x the baseline (limit {MOODLE_LIMIT:g})"
    )

    help_time = start_up([sys.executable, "-m", "gdquiz", "--help"])
    click_time = start_up([sys.executable, "-c", "import click"])
    ratio = help_time / click_time
    kept &= ratio <= 3
    print(f"gdquiz --help: {help_time * 1000:.0f} ms, {ratio:.2f} x 'import click' (limit 3)")

    small = assemble(plan, items, max(1, forms // 10))
    for what, work in (("rendering", lambda exam: consume(exam, "markdown")), ("packaging", packaged)):
        few, many = peak_of(lambda work=work: work(small)), peak_of(lambda work=work: work(made))
        print(f"memory while {what}: {few / 1e6:.1f} MB for {forms // 10} forms, {many / 1e6:.1f} MB for {forms}")
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
