"""Questions and solutions, laid out: a template runs once for all questions of one shape, then they are only filled.

Questions have one shape when they share the wording and have equally many options, numbers and wrong answers, so
everything a template may decide on is the same in all of them (see ``moulds``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

from jinja2 import Environment

from gdquiz.errors import Fault, InputError
from gdquiz.exam.frozen import LETTERS, Exam, Form, GuideLine, PartKey, Question, Wording
from gdquiz.exam.localized import formula, localized, localized_question
from gdquiz.exam.rounding import rounding
from gdquiz.formulas.notation import decimal, symbol
from gdquiz.kinds.kind import kind_of
from gdquiz.kinds.options import letters, order_of
from gdquiz.rendering.figures import draw
from gdquiz.rendering.markup import Pieces, Style, join
from gdquiz.rendering.moulds import Mould
from gdquiz.rendering.saying import saying
from gdquiz.rendering.templating import load
from gdquiz.rendering.texts import Texts
from gdquiz.rendering.views import (
    AskedPart,
    AskedQuestion,
    FigureView,
    GuideView,
    NumberView,
    OptionView,
    SolvedPart,
    SolvedQuestion,
    WrongView,
)
from gdquiz.texts.spoken import spoken
from gdquiz.words.catalogue import find


@dataclass(slots=True)
class Place:
    """A question where it stands: what the holes of a block are filled from.  ``name`` is that of the form's files."""

    question: Question
    form: Form
    name: str = ""
    slots: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.slots = self.question.slots


Shape = tuple[Any, ...]


@lru_cache(maxsize=256)
def amount(value: float) -> str:
    """A number of points without needless zeros: 2, 2.5, 0.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


class Blocks:
    """The questions of one exam in one format; remembers each block it has laid out by its shape.

    ``solution`` names another template for questions with their solutions than that of the format's keys; figures are
    drawn by the templates of ``drawing``, where it is not ``sandbox``.
    """

    def __init__(
        self,
        exam: Exam,
        style: Style,
        sandbox: Environment,
        extension: str,
        *,
        solution: str = "",
        drawing: Environment | None = None,
    ):
        self.catalogue = find(exam.language, "sheets and keys")
        self.exam = exam = localized(exam, self.catalogue)
        self.style = style
        self._question = load(sandbox, f"{style.name}/question.{extension}.j2")
        self._solution = load(sandbox, solution or f"{style.name}/solution.{extension}.j2")
        self._drawing = drawing or sandbox
        self._asked: dict[Shape, Pieces] = {}
        self._solved: dict[Shape, Pieces] = {}
        self.also = saying(self.catalogue, style, exam.language)
        self._mould = Mould(style.name, self.also)
        self._texts = Texts(exam, style, self._mould)
        self.words, self.prose, self.text = self._texts.words, self._texts.prose, self._texts.text
        self._titles = {c: self.prose(told.title, place="enclosed") for c, told in exam.misconceptions.items()}

    def question(self, place: Place, space: float) -> str:
        """A question as the sheet has it, with ``space`` cm for each open answer."""
        place = self.in_language(place)
        shape = (*_shape(place.question), space)
        block = self._asked.get(shape)
        if block is None:
            block = self._asked[shape] = self._mould.cast(
                self._question, question=self._asked_view(place.question, space)
            )
        return self._joined(block, place)

    def solution(self, place: Place) -> str:
        """A question as the key has it."""
        place = self.in_language(place)
        shape = _shape(place.question)
        block = self._solved.get(shape)
        if block is None:
            block = self._solved[shape] = self._mould.cast(self._solution, question=self._solved_view(place.question))
        return self._joined(block, place)

    def _joined(self, block: Pieces, place: Place) -> str:
        try:
            return join(block, place)
        except KeyError as error:
            fault = Fault(f"nothing fills the slot {error}", item=place.question.wording, field=place.question.id)
            raise InputError(fault) from error

    def points(self, value: float) -> str:
        """``1 point``, ``2.5 points``."""
        return self.style.words(self.catalogue.say("paper.points", count=value))

    def latex(self, latex: str) -> str:
        """A formula with numbers as the language of the exam writes them."""
        return latex if self.catalogue.decimal == "." else formula(latex)

    def in_language(self, place: Place) -> Place:
        """A question with numbers as the language of the exam writes them."""
        kinds = self.exam.slot_kinds.get(place.question.wording, {})
        question = localized_question(place.question, kinds, self.catalogue)
        return place if question is place.question else Place(question, place.form, place.name)

    # --- views ---

    def _asked_view(self, question: Question, space: float) -> AskedQuestion:
        wording = self.exam.wordings[question.wording]
        return AskedQuestion(
            parts=tuple(self._asked_part(question, at, space) for at in range(len(wording.parts))),
            **self._common(question, wording, key=False),
        )

    def _common(self, question: Question, wording: Wording, *, key: bool) -> dict[str, Any]:
        words = self.style.words
        return {
            "number": self._mould.read(lambda place: str(place.question.number)),
            "id": self._mould.read(lambda place: words(place.question.id)),
            "form": self._mould.read(lambda place: words(place.form.id)),
            "points": self._mould.read(lambda place: self.points(place.question.points)),
            "points_number": self._mould.read(lambda place: self.catalogue.amount(place.question.points)),
            "stem": self.text(question.wording, wording.stem, place="alone"),
            "figure": self._figure(key=key) if question.figure is not None else None,
        }

    def _figure(self, *, key: bool) -> FigureView:
        def drawing(place: Place) -> str:
            return draw(
                place.question.figure, self.style, self._drawing, place.question.id, key=key, words=self.catalogue
            )

        def alt(place: Place) -> str:
            figure = place.question.figure
            assert figure is not None
            return self.style.label(spoken(figure.key_alt or figure.alt if key else figure.alt))

        return FigureView(
            drawing="" if self.style.name == "markdown" else self._mould.read(drawing),
            path=self._mould.read(figure_path),
            alt=self._mould.read(alt),
        )

    def _part(self, question: Question, at: int) -> dict[str, Any]:
        wording = self.exam.wordings[question.wording]
        part = wording.parts[at]
        share = _share(wording, at)
        return {
            "letter": LETTERS[at].lower() if len(wording.parts) > 1 else "",
            "kind": part.kind,
            "points": self._mould.read(lambda place: self.points(place.question.points * share)),
            "points_number": self._mould.read(lambda place: self.catalogue.amount(place.question.points * share)),
            "ask": self.text(question.wording, part.ask),
            "rounding": self.text(question.wording, rounding(part, self.catalogue), tight=True),
        }

    def _asked_part(self, question: Question, at: int, space: float) -> AskedPart:
        part = self.exam.wordings[question.wording].parts[at]
        space = space if kind_of(part.kind).is_open else 0
        return AskedPart(
            labels=tuple(self._label(question, label) for label in part.labels),
            options=self._options(question, at, key=False),
            prompts=self._prompts(question, at, key=False),
            variables=tuple(self._mould.safe(self.style.formula(symbol(name), False)) for name in part.variables),
            space=amount(space),
            lines=round(space),
            **self._part(question, at),
        )

    def _label(self, question: Question, label: str) -> str:
        return self.text(question.wording, label, tight=True, place="enclosed", inside="  ")

    def _options(self, question: Question, at: int, *, key: bool) -> tuple[OptionView, ...]:
        part = self.exam.wordings[question.wording].parts[at]
        texts = {
            option.id: self._texts.pieces(question.wording, option.text, tight=True, place="enclosed", inside="  ")
            for option in part.options
        }
        fixed = tuple(texts)
        ticked = key and kind_of(part.kind).ticks

        def text(number: int) -> str:
            return self._mould.read(lambda place: join(texts[(place.question.parts[at].order or fixed)[number]], place))

        def mark(number: int) -> str:
            def tick(place: Place) -> str:
                solved = place.question.parts[at]
                return self.style.tick if (solved.order or fixed)[number] in solved.options else ""

            return self._mould.read(tick) if ticked else ""

        count = len(question.parts[at].order or fixed)
        return tuple(OptionView(LETTERS[number], text(number), mark(number)) for number in range(count))

    def _prompts(self, question: Question, at: int, *, key: bool) -> tuple[OptionView, ...]:
        part = self.exam.wordings[question.wording].parts[at]
        texts = {
            prompt.id: self._texts.pieces(question.wording, prompt.text, tight=True, place="enclosed", inside="  ")
            for prompt in part.prompts
        }
        fixed = tuple(texts)

        def text(number: int) -> str:
            return self._mould.read(
                lambda place: join(texts[(place.question.parts[at].prompt_order or fixed)[number]], place)
            )

        def mark(number: int) -> str:
            def matched(place: Place) -> str:
                solved = place.question.parts[at]
                return letters(solved.options[number : number + 1], order_of(part, solved))

            return self._mould.read(matched) if key else ""

        count = len(question.parts[at].prompt_order or fixed)
        return tuple(OptionView(str(number + 1), text(number), mark(number)) for number in range(count))

    def _solved_view(self, question: Question) -> SolvedQuestion:
        wording = self.exam.wordings[question.wording]
        return SolvedQuestion(
            parts=tuple(self._solved_part(question, at) for at in range(len(wording.parts))),
            hints=tuple(self.text(question.wording, hint, tight=True) for hint in wording.hints),
            solution=self.text(question.wording, wording.solution),
            title=self.words(wording.title),
            item=self.words(wording.item),
            version=self.words(wording.version),
            row=self._mould.read(lambda place: str(place.question.row)),
            work=self._mould.read(lambda place: self.catalogue.number(f"{place.question.work:.3g}")),
            **self._common(question, wording, key=True),
        )

    def _solved_part(self, question: Question, at: int) -> SolvedPart:
        wording = self.exam.wordings[question.wording]
        part, solved = wording.parts[at], question.parts[at]
        kind = kind_of(part.kind)
        return SolvedPart(
            answer=self._mould.read(
                lambda place: self.style.words(kind.answer(part, place.question.parts[at], self.catalogue))
            )
            if kind.lettered
            else "",
            numbers=tuple(self._number(question, at, number) for number in range(len(solved.numbers))),
            formula=self._mould.read(lambda place: self.style.formula(place.question.parts[at].formula_shown, False))
            if solved.formula_shown
            else "",
            formula_text=self._mould.read(lambda place: self.style.code(place.question.parts[at].formula))
            if solved.formula
            else "",
            options=self._options(question, at, key=True),
            prompts=self._prompts(question, at, key=True),
            guide=tuple(self._guide(question, line) for line in part.guide),
            wrong=tuple(self._wrong(question, at, number) for number in range(len(solved.wrong))),
            follow_through=self.text(question.wording, part.follow_through, tight=True),
            **self._part(question, at),
        )

    def _guide(self, question: Question, line: GuideLine) -> GuideView:
        whole = self.exam.wordings[question.wording].points
        share = line.points / whole if whole else 0
        return GuideView(
            points=self._mould.read(lambda place: self.points(place.question.points * share)),
            text=self.text(question.wording, line.text, tight=True, inside="  "),
        )

    def _number(self, question: Question, at: int, number: int) -> NumberView:
        part = self.exam.wordings[question.wording].parts[at]
        formula = self.style.formula

        def value(place: Place) -> str:
            key = place.question.parts[at].numbers[number]
            return formula(self.catalogue.latex(with_decimal(key.shown, key.value)), False)

        def low(place: Place) -> str:
            return formula(self.catalogue.latex(bound(place.question.parts[at].numbers[number].low, up=True)), False)

        def high(place: Place) -> str:
            return formula(self.catalogue.latex(bound(place.question.parts[at].numbers[number].high, up=False)), False)

        label = part.labels[number] if number < len(part.labels) else ""
        interval = part.digits is not None
        return NumberView(
            label=self._label(question, label),
            value=self._mould.read(value),
            interval=interval,
            low=self._mould.read(low) if interval else "",
            high=self._mould.read(high) if interval else "",
        )

    def _wrong(self, question: Question, at: int, number: int) -> WrongView:
        wording = self.exam.wordings[question.wording]
        part, share = wording.parts[at], _share(wording, at)
        style = self.style

        def given(place: Place) -> str:
            solved = place.question.parts[at]
            wrong = solved.wrong[number]
            if wrong.options and kind_of(part.kind).lettered:
                return style.words(kind_of(part.kind).chosen(part, solved, wrong.options))
            return (
                self.prose(wrong.shown, place="enclosed")
                if wrong.shown
                else style.words(self.catalogue.listed(wrong.values) or wrong.formula)
            )

        def code(place: Place) -> str:
            return style.words(place.question.parts[at].wrong[number].misconception)

        def title(place: Place) -> str:
            return self._titles.get(place.question.parts[at].wrong[number].misconception, "")

        def feedback(place: Place) -> str:
            return self.prose(place.question.parts[at].wrong[number].feedback)

        def credit(place: Place) -> str:
            worth = place.question.points * share
            earned = amount(worth * place.question.parts[at].wrong[number].credit)
            return style.words(self.catalogue.say("key.of_points", earned=self.catalogue.number(earned), count=worth))

        return WrongView(
            answer=self._mould.read(given),
            code=self._mould.read(code),
            title=self._mould.read(title),
            feedback=self._mould.read(feedback),
            credit=self._mould.read(credit) if question.parts[at].wrong[number].credit else "",
        )


def _share(wording: Wording, at: int) -> float:
    """The share of the question's points that a part has."""
    return wording.parts[at].points / wording.points if wording.points else 1 / len(wording.parts)


def _shape(question: Question) -> Shape:
    """What the layout of a question depends on, beside its wording's own texts."""
    return (
        question.wording,
        question.figure is not None,
        *[
            (len(part.order), len(part.prompt_order), len(part.numbers), not part.formula_shown, _earning(part))
            for part in question.parts
        ],
    )


def _earning(part: PartKey) -> tuple[bool, ...]:
    """Of each foreseen wrong answer whether it earns anything."""
    return tuple([wrong.credit > 0 for wrong in part.wrong])


def figure_path(place: Place) -> str:
    """Where the figure of a question lies beside its sheet or key."""
    return f"figures/{place.name}-question-{place.question.number:02d}.svg"


def form_name(number: int, forms: int) -> str:
    """The name of a form's files, so that they sort as they are counted: at least two digits, or as many as needed."""
    return f"form-{number:0{max(2, len(str(forms)))}d}"


# --- answers in digits ----------------------------------------------------------------------------------------------


def _ratio(value: str) -> tuple[int, int]:
    """An exact number as numerator and denominator: ``-3/5``, ``7``, ``0.25``."""
    if "." in value or "e" in value or "E" in value:
        return Fraction(value).as_integer_ratio()
    numerator, _, denominator = value.partition("/")
    return int(numerator), int(denominator or 1)


@lru_cache(maxsize=8192)
def with_decimal(shown: str, value: str) -> str:
    """The LaTeX of a number with its decimal beside it, unless it shows one already or is whole."""
    if "=" in shown or "approx" in shown or "/" not in value:
        return shown
    numerator, denominator = _ratio(value)
    places = next((places for places in range(1, 7) if 10**places % denominator == 0), None)
    sign = "=" if places else "\\approx"
    return f"{shown} {sign} {decimal(Fraction(numerator, denominator), places or 4)}"


@lru_cache(maxsize=8192)
def bound(value: str, *, up: bool) -> str:
    """An end of an accepted interval as a short decimal, rounded inwards so that what is printed is accepted."""
    numerator, denominator = _ratio(value)
    scaled = numerator * 10**8
    text = decimal(Fraction(-(-scaled // denominator) if up else scaled // denominator, 10**8), 8)
    return text.rstrip("0").rstrip(".")


@lru_cache(maxsize=8192)
def short(value: str, digits: int | None) -> str:
    """A number for the answer table: whole, a fraction (with its decimal where digits are asked for) or a decimal."""
    numerator, denominator = _ratio(value)
    if denominator == 1:
        text = str(numerator)
    elif "/" in value:
        text = value if digits is None else f"{value} = {decimal(Fraction(numerator, denominator), digits)}"
    else:
        text = decimal(Fraction(numerator, denominator), 4 if digits is None else digits)
    return text.replace("-", "−")
