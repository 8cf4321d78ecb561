"""Whether what is proved can be used: questions of an item, typeset in every format and packaged for every platform.

One question of each shape is tried, a shape being what layouts depend on: how many options there are and how many of
them are right, how many numbers and wrong answers.  What a platform has no place for at all (``NoPlace``) is no fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from gdquiz.assembly.questions import QuestionWriter
from gdquiz.errors import InputError
from gdquiz.exam import soundness
from gdquiz.exam.frozen import Exam, Form, Question, Section
from gdquiz.packaging.packages import NoPlace, package
from gdquiz.packaging.targets import TARGETS
from gdquiz.rendering.formats import FORMATS, Page, render
from gdquiz.version import VERSION

MOST_SHAPES = 2
"""Shapes that are tried of one item: the one with the fewest right options, and the one with the most."""


_TRIED = tuple({(row.writer, row.style, *row.kinds.values(), row.credit): row for row in reversed(TARGETS)}.values())
"""One of those targets that differ in the names of things only."""


def shape(question: Question) -> object:
    """What the layout of a question depends on beside its wording."""
    return tuple((len(part.order), len(part.options), len(part.numbers), len(part.wrong)) for part in question.parts)


def faults(writer: QuestionWriter, questions: Sequence[Question]) -> Iterator[str]:
    """What cannot be read back, typeset or packaged of some questions of an item."""
    ordered = sorted(questions, key=lambda question: sum(len(part.options) for part in question.parts))
    for question in ordered if len(ordered) <= MOST_SHAPES else (ordered[0], ordered[-1]):
        exam = _exam(writer, writer.question(question.row, number=1, id="check"))
        for fault in soundness.of_exam(exam):
            yield f"row {question.row}: {fault.problem} ({fault.field})"
        for title, work in _uses(exam):
            try:
                for _ in work():
                    pass
            except NoPlace:
                continue
            except InputError as error:
                yield f"row {question.row} cannot be had as {title}: {error.faults[0].problem}"


def _uses(exam: Exam) -> Iterator[tuple[str, Callable[[], Iterable[Page]]]]:
    for row in FORMATS:
        if row.name != "pdf":
            yield row.title, lambda name=row.name: render(exam, name)  # type: ignore[misc]
    for target in _TRIED:
        yield target.title, lambda target=target: package(exam, target, [])  # type: ignore[misc]


def _exam(writer: QuestionWriter, question: Question) -> Exam:
    """An exam of one question."""
    wording = writer.wording
    codes = {wrong.misconception for part in question.parts for wrong in part.wrong}
    return Exam(
        gdquiz=VERSION,
        id="check",
        title="Check",
        seed="",
        points=question.points,
        sections=(Section(first=1, last=1),),
        wordings={wording.item: wording},
        slot_kinds={wording.item: writer.slot_kinds},
        misconceptions={code: writer.variants.misconceptions[code] for code in sorted(codes)},
        forms=(Form(id="check", number=1, questions=(question,)),),
    )
