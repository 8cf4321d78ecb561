"""The project's benchmark: ratios against a straight-line program, measured in the same run on one core.

    python benchmarks/run.py [--forms 1000] [--blueprint FILE] [--rounds 3] [--seeds 20]

The baseline does what the simplest program for the job would do: for each question it draws four numbers with NumPy
and renders two small Jinja templates, a question and its answer.  Against its time stand, for the same number of
questions, sheets and keys: making the forms from the populations and rendering them in one format, the texts thrown
away; and packaging them as Moodle XML, each question read back and checked.  Solving the populations themselves is
shown apart, for it is done once and does not grow with the number of forms, and so is the total with it.

Then so many quick quizzes are made from the command line, without the store of populations, with an empty one, and with
a full one, against the time that importing SymPy and NumPy takes.

Every round runs all of these, one after another, and of each the least CPU time counts: a machine that is slow for a
while then slows the baseline and what stands against it alike.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import jinja2
import numpy as np

from gdquiz.assembly.blueprint import read_blueprint
from gdquiz.assembly.forms import assemble
from gdquiz.cli.loading import load_banks
from gdquiz.exam.exam_json import to_json
from gdquiz.exam.frozen import Exam
from gdquiz.packaging.packages import package
from gdquiz.packaging.targets import find_target
from gdquiz.populations.population import populate
from gdquiz.rendering.formats import render

QUESTIONS = 10
MOODLE_LIMIT = 15.0
QUIZ_LIMITS = {"cold": 4.5, "warm": 2.0}
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


def timed(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The least CPU time of each work over some rounds of all of them, in seconds."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            gc.collect()
            began = time.process_time()
            work()
            times[name].append(time.process_time() - began)
    return {name: min(found) for name, found in times.items()}


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


def cpu_of(command: list[str]) -> float:
    """The CPU time of a command, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def quick_quizzes(seeds: int) -> dict[str, float]:
    """The CPU time of a quick quiz against ``import sympy, numpy``, medians over some seeds.

    ``without`` the store, with an empty one (``cold``) and with one that the same quiz has filled (``warm``); the
    imports are timed before and after each, and the less counts.
    """
    ratios: dict[str, list[float]] = {"without": [], "cold": [], "warm": []}
    imports = [sys.executable, "-c", "import sympy, numpy"]
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(seeds):
            os.environ["GDQUIZ_CACHE"] = str(Path(folder) / f"cache-{seed}")
            command = [sys.executable, "-m", "gdquiz", "make", "--questions", "10", "--forms", "3"]
            command += ["--to", "markdown", "--seed", f"benchmark, number {seed}", "--out", f"{folder}/quiz", "--force"]
            before = cpu_of(imports)
            times = {"without": cpu_of([*command, "--no-cache"]), "cold": cpu_of(command), "warm": cpu_of(command)}
            base = min(before, cpu_of(imports))
            for name, seconds in times.items():
                ratios[name].append(seconds / base)
    return {name: statistics.median(found) for name, found in ratios.items()}


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
    options.add_argument("--seeds", type=int, default=20, help="quick quizzes that are made")
    options.add_argument("--blueprint", type=Path, default=Path(__file__).with_name("exam.toml"))
    chosen = options.parse_args()
    forms, rounds = chosen.forms, chosen.rounds
    items = load_banks()
    plan = read_blueprint(chosen.blueprint.read_text(encoding="utf-8"), file=str(chosen.blueprint))
    count = forms * QUESTIONS

    named = [slot.item for section in plan.section for slot in section.slot if slot.item]
    used = [item for item in items if item.id in named]
    solved = {item.id: populate(item) for item in used}  # derivatives and parsers are made once in a process
    made = assemble(plan, items, forms, solve=lambda item: solved[item.id])
    small = assemble(plan, items, max(1, forms // 10), solve=lambda item: solved[item.id])
    for warm_up in (*(partial(consume, small, name) for name in LIMITS), partial(packaged, small)):
        warm_up()
    gc.collect()
    gc.freeze()  # what is kept for the measuring is no garbage to look through while the baseline runs
    seconds = timed(
        {
            "baseline": partial(baseline, forms),
            "populations": lambda: [populate(item) for item in used],
            "making": lambda: assemble(plan, items, forms, solve=lambda item: solved[item.id]),
            **{name: partial(consume, made, name) for name in LIMITS},
            "moodle": partial(packaged, made),
        },
        rounds,
    )
    base, making, populations = (seconds[name] for name in ("baseline", "making", "populations"))
    print(f"baseline: {count:,} questions in {base:.2f} s, {count / base:,.0f} a second")
    print(f"populations of {len(used)} items: {populations:.2f} s")
    print(
        f"making {forms:,} forms: {making:.2f} s ({making / base:.2f} x), exam.json {len(to_json(made)) / 1e6:.1f} MB"
    )
    kept = True
    for name, limit in LIMITS.items():
        ratio = (making + seconds[name]) / base
        kept &= ratio <= limit
        whole = (making + seconds[name] + populations) / base
        print(
            f"{name}: rendering {seconds[name]:.2f} s; making and rendering {ratio:.2f} x the baseline "
            f"(limit {limit:g}), with the populations {whole:.2f} x"
        )
    ratio = seconds["moodle"] / base
    kept &= ratio <= MOODLE_LIMIT
    print(
        f"moodle: packaging {count:,} questions {seconds['moodle']:.2f} s, {count / seconds['moodle']:,.0f} a second, "
        f"{ratio:.2f} x the baseline (limit {MOODLE_LIMIT:g})"
    )

    help_time = start_up([sys.executable, "-m", "gdquiz", "--help"])
    click_time = start_up([sys.executable, "-c", "import click"])
    ratio = help_time / click_time
    kept &= ratio <= 3
    print(f"gdquiz --help: {help_time * 1000:.0f} ms, {ratio:.2f} x 'import click' (limit 3)")

    for name, ratio in quick_quizzes(chosen.seeds).items():
        limit = QUIZ_LIMITS.get(name)
        kept &= limit is None or ratio <= limit
        told = f" (limit {limit:g})" if limit is not None else ""
        print(f"a quick quiz, store {name}: {ratio:.2f} x 'import sympy, numpy'{told}")

    for what, work in (("rendering", lambda exam: consume(exam, "markdown")), ("packaging", packaged)):
        few, many = peak_of(lambda work=work: work(small)), peak_of(lambda work=work: work(made))
        print(f"memory while {what}: {few / 1e6:.1f} MB for {forms // 10} forms, {many / 1e6:.1f} MB for {forms}")
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
