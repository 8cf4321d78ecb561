"""Builds the exam of a course: sheets and keys as web pages, and the same questions as pools for Moodle."""

import sys
from pathlib import Path

import gdquiz


def build(seed: str, folder: Path) -> gdquiz.Exam:
    plan = gdquiz.Blueprint(
        title="Gradient descent, week 3",
        section=[gdquiz.Section(slot=[gdquiz.Slot(item="first-step"), gdquiz.Slot(item="which-way")])],
    )
    here = Path(__file__).parent
    items = gdquiz.read_banks(here / "first-item.toml", here / "choice.toml")
    exam = gdquiz.assemble(plan, items, forms=3, seed=seed)
    files = exam.files() | gdquiz.render(exam, "html") | gdquiz.package(exam, "moodle")
    files.write(folder, force=True)
    for line in (*exam.report, *files.report):
        print(line)
    return exam


if __name__ == "__main__":
    try:
        build(seed=sys.argv[1], folder=Path(sys.argv[2]))
    except gdquiz.InputError as error:
        sys.exit(str(error))
