"""A page for each student: the answers given, what each wrong one shows and what to say of it, the worked solution, and
what to practise next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath
from types import MappingProxyType
from urllib.parse import quote

from markupsafe import Markup

from gdquiz.exam.frozen import LETTERS, Form, Question
from gdquiz.grading.grade import Graded, PartMark, StudentMark
from gdquiz.grading.judged import Judged
from gdquiz.grading.policy import amount
from gdquiz.rendering import html
from gdquiz.rendering.blocks import Blocks, Place
from gdquiz.rendering.formats import Page
from gdquiz.rendering.papers import plain
from gdquiz.rendering.templating import environment, lay_out, load
from gdquiz.resources import data
from gdquiz.words.catalogue import Catalogue, find

FOLDER = PurePosixPath("students")
MOST_TO_PRACTISE = 5


@dataclass(frozen=True, slots=True)
class ShownView:
    """A misconception that an answer shows."""

    title: str
    why: str


@dataclass(frozen=True, slots=True)
class PartView:
    """``answer`` is what was read, ``remark`` what to know of the marking, ``says`` what to say of the answer."""

    letter: str
    answer: str
    points: str
    out_of: str
    remark: str
    shows: tuple[ShownView, ...]
    says: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """``worked`` is the question with its solution, laid out."""

    number: str
    title: str
    id: str
    points: str
    out_of: str
    counts: bool
    parts: tuple[PartView, ...]
    worked: str


@dataclass(frozen=True, slots=True)
class PractiseView:
    title: str
    points: str
    out_of: str


@dataclass(frozen=True, slots=True)
class PageView:
    """``open`` is how many answers are still to be marked."""

    title: str
    plain_title: str
    plain_form: str
    student: str
    form: str
    points: str
    out_of: str
    grade: str
    open: int
    practise: tuple[PractiseView, ...]
    questions: tuple[QuestionView, ...]
    exam: str
    gdquiz: str


def pages(graded: Graded, *, names: Mapping[str, str] = MappingProxyType({})) -> Iterator[Page]:
    """The page of every student, one after another; ``names`` are those of students by their ids."""
    sandbox = environment((data("templates"),), "html")
    template = load(sandbox, "grading/page.html.j2")
    blocks = Blocks(graded.exam, html.STYLE, sandbox, "html", solution="grading/worked.html.j2")
    words = blocks.also
    writer = _Writer(graded, blocks)
    for one in graded.students:
        view = writer.page(one, names.get(one.student, ""))
        yield Page(FOLDER / f"{file_name(one.student)}.html", lay_out(template, **words, returned=view, paper=view))


def file_name(student: str) -> str:
    """The name of a student's page: the id, with whatever a file system may not take as ``%2F``."""
    safe = quote(student, safe="@+=,")
    return re.sub(r"^\.|\.$", "%2E", safe)[:150]


class _Writer:
    """Makes the views; remembers what is the same for many students."""

    def __init__(self, graded: Graded, blocks: Blocks):
        self.graded = graded
        self.blocks = blocks
        self.words = find(graded.exam.language, "the pages that students get back")
        told = graded.exam.misconceptions
        self._shown = {
            code: ShownView(self._prose(one.title.rstrip(".")), self._prose(one.why)) for code, one in told.items()
        }
        self._forms = {question.id: form for form in graded.exam.forms for question in form.questions}

    def _prose(self, text: str) -> str:
        return Markup(self.blocks.prose(text)) if text else ""

    def _amount(self, points: Fraction) -> str:
        return self.words.number(amount(points))

    def page(self, one: StudentMark, name: str) -> PageView:
        exam = self.graded.exam
        rows: dict[int, list[PartMark]] = {}
        for part in one.parts:
            rows.setdefault(part.number, []).append(part)
        return PageView(
            title=exam.title,
            plain_title=plain(exam.title),
            plain_form=plain(one.form.id) if one.form is not None else "",
            student=f"{name}, {one.student}" if name else one.student,
            form=one.form.id if one.form is not None else "",
            points=self._amount(one.points),
            out_of=self._amount(one.out_of),
            grade=one.grade,
            open=one.open,
            practise=self._practise(one),
            questions=tuple(self._question(number, parts) for number, parts in rows.items()),
            exam=exam.id,
            gdquiz=exam.gdquiz,
        )

    def _question(self, number: int, parts: list[PartMark]) -> QuestionView:
        question = parts[0].question
        return QuestionView(
            number=str(number),
            title=self.graded.exam.wordings[question.wording].title if question else "",
            id=f"{self.graded.exam.id}-{question.id}" if question else "",
            points=self._amount(sum((part.points for part in parts), Fraction(0))),
            out_of=self._amount(sum((part.out_of for part in parts), Fraction(0))),
            counts=parts[0].counts,
            parts=tuple(self._part(part, len(parts)) for part in parts),
            worked=self._worked(question) if question else "",
        )

    def _worked(self, question: Question) -> str:
        form: Form = self._forms[question.id]
        return Markup(self.blocks.solution(Place(question, form)))

    def _part(self, part: PartMark, of: int) -> PartView:
        marking = part.judged.marking
        lost = part.points < part.out_of
        placed = part.question is not None or not part.response
        return PartView(
            letter=LETTERS[part.place].lower() if of > 1 else "",
            answer=part.response if placed else self.words.say("returned.not_placed"),
            points=self._amount(part.points),
            out_of=self._amount(part.out_of),
            remark=remark(part.judged, self.words),
            shows=tuple(self._shown[code] for code in marking.misconceptions if lost and code in self._shown),
            says=self._prose(marking.feedback) if part.judged.state == "marked" and not marking.right else "",
        )

    def _practise(self, one: StudentMark) -> tuple[PractiseView, ...]:
        """The skills with the most points lost, where less than all was earned."""
        exam = self.graded.exam
        earned: dict[str, tuple[Fraction, Fraction]] = {}
        for part in one.parts:
            if part.question is not None and part.counts and part.judged.state not in ("by hand", "not read"):
                skill = exam.wordings[part.question.wording].skill
                points, out_of = earned.get(skill, (Fraction(0), Fraction(0)))
                earned[skill] = (points + part.points, out_of + part.out_of)
        lost = {skill: out_of - points for skill, (points, out_of) in earned.items() if points < out_of}
        chosen = sorted(lost, key=lambda skill: (-lost[skill], skill))[:MOST_TO_PRACTISE]
        return tuple(
            PractiseView(skill.replace("-", " "), self._amount(earned[skill][0]), self._amount(earned[skill][1]))
            for skill in chosen
        )


def remark(one: Judged, words: Catalogue) -> str:
    """What is to be known of how a part was marked."""
    match one.state:
        case "not read" | "by hand":
            return words.say("returned.by_hand")
        case "by a person":
            return words.say("returned.by_person")
        case "dropped":
            return words.say("returned.dropped")
    return words.say("returned.followed") if one.marking.followed else ""
