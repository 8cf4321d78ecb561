"""How long PDF takes: Typst against pdflatex, in the same run, for the same forms.

    python benchmarks/typesetting.py [--forms 100] [--latex 5] [--blueprint FILE]

Typst typesets the sheets of all forms, in documents of a hundred, in one process; pdflatex typesets some of them one by
one, as gdquiz has it typeset them, in as many passes as a document with page numbers needs.  CPU times are those of the
processes that typeset, and the memory is the most that any of them took.
"""

from __future__ import annotations

import argparse
import resource
import sys
from pathlib import Path

from gdquiz.assembly.blueprint import read_blueprint
from gdquiz.assembly.forms import assemble
from gdquiz.cli.loading import load_banks
from gdquiz.populations.population import populate
from gdquiz.rendering import pdf
from gdquiz.rendering.fonts import unusual
from gdquiz.rendering.formats import render
from gdquiz.rendering.typesetting import Typesetter

LIMIT, MEMORY = 0.25, 2_000
"""Of the time of pdflatex; MB."""


def children() -> tuple[float, float]:
    """CPU seconds of all processes that have ended, and the most memory of one in MB."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> int:
    """Measure, print, and return 1 where a limit is not kept."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--forms", type=int, default=100)
    options.add_argument("--latex", type=int, default=5, help="forms that pdflatex typesets")
    options.add_argument("--blueprint", type=Path, default=Path(__file__).with_name("exam.toml"))
    chosen = options.parse_args()
    plan = read_blueprint(chosen.blueprint.read_text(encoding="utf-8"), file=str(chosen.blueprint))
    exam = assemble(plan, load_banks(), chosen.forms, solve=populate)

    documents: dict[str, list[str]] = {}
    for page in render(exam, "typst"):
        path = page.path.as_posix()
        if path.startswith(("sheets/all-forms", "sheets/forms-")):
            documents.setdefault(path, []).append(str(page.text))
    setter = Typesetter(next(iter(documents.values()))[0])
    before, _ = children()
    for path, texts in documents.items():
        text = "".join(texts)
        setter.fonts_of(unusual([text]))
        setter.compiled(text, path)
    setter.end()
    after, memory = children()
    typst = (after - before) / chosen.forms
    print(f"Typst: {1000 * typst:.0f} ms a form, {chosen.forms} forms, at most {memory:.0f} MB")
    if pdf.missing():
        print("pdflatex: not installed")
        return 0 if memory <= MEMORY else 1

    few = exam.model_copy(update={"forms": exam.forms[: chosen.latex]})
    sources = [page for page in render(few, "latex") if page.path.match("sheets/form-*.tex")]
    before, _ = children()
    for page in sources:
        pdf.compiled(str(page.text), page.path.as_posix())
    latex = (children()[0] - before) / len(sources)
    ratio = typst / latex
    print(f"pdflatex: {1000 * latex:.0f} ms a form, one process each; Typst takes {ratio:.2f} of it (limit {LIMIT:g})")
    return 0 if ratio <= LIMIT and memory <= MEMORY else 1


if __name__ == "__main__":
    sys.exit(main())
