"""From questions of an exam to the entries of a platform: which ones there are, and the view a template lays out.

Entries with equal fields of one wording share a layout: a template is run once for them, with marks in the places of
what differs, and each entry is then only filled in (see ``gdquiz.rendering.moulds``).
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from jinja2 import Environment, Template

from gdquiz.errors import Fault, InputError
from gdquiz.exam.frozen import LETTERS, Exam, PartWording, Question, Wording
from gdquiz.exam.rounding import rounding
from gdquiz.kinds.decimals import Accepted, recognised, scaled, shown, written
from gdquiz.kinds.kind import kind_of
from gdquiz.kinds.number import accepted_of
from gdquiz.kinds.options import order_of
from gdquiz.kinds.platforms import AS_IS, AS_LETTERS, LEFT_OUT, PLACES, POSITIONS, Field, Message
from gdquiz.packaging.fields import KINDS, fields_of, grouped, is_plain, loses_credit
from gdquiz.packaging.shares import earned, equal_shares, percent, pieces_of, share, weights, worth, worths
from gdquiz.packaging.targets import WHOLE, Target
from gdquiz.packaging.views import (
    ChoiceView,
    EntryView,
    FieldView,
    FileView,
    GuideView,
    NoteView,
    PairView,
    ValueView,
)
from gdquiz.rendering import markdown
from gdquiz.rendering.blocks import amount
from gdquiz.rendering.figures import draw
from gdquiz.rendering.markup import Pieces, join, set_prose
from gdquiz.rendering.moulds import Mould
from gdquiz.rendering.saying import saying
from gdquiz.rendering.texts import Texts
from gdquiz.texts.spoken import spoken
from gdquiz.words.catalogue import Catalogue, find

LISTED = ("<ul><li>", "</li><li>", "</li></ul>")
LONGEST_NAME = 250
"""Moodle takes names of 255 characters."""


@dataclass(slots=True)
class Entry:
    """One question of a platform: a question of the exam, or some fields of it.

    ``printed`` are the ids of exam and question, and the letter of the entry where there are several: who reads the
    answers again tells the variant from it.
    ``worths`` are the points of its fields.  ``pool`` is the number of its pool, ``number`` its place among the entries
    of its question, from 0.
    """

    question: Question
    pool: int
    fields: tuple[Field, ...]
    worths: tuple[float, ...]
    id: str
    name: str
    title: str
    printed: str
    number: int = 0
    slots: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.slots = self.question.slots

    @property
    def points(self) -> float:
        return sum(round(100 * worth) for worth in self.worths) / 100


class Entries:
    """The entries of one exam for one target."""

    def __init__(self, exam: Exam, target: Target, drawing: Environment):
        self.exam = exam
        self.target = target
        self.changes: Counter[tuple[str, str]] = Counter()
        """How often what was changed: (item, what)."""
        self._drawing = drawing
        self.words = find(exam.language, "packages")
        self._mould = Mould(target.style.name, saying(self.words, target.style, exam.language))
        self._texts = Texts(exam, target.style, self._mould)
        self._laid: dict[object, Pieces] = {}
        self._whole: dict[object, bool] = {}
        self._worths: dict[object, tuple[float, ...]] = {}

    # --- which entries ---

    def of(self, question: Question, pool: int) -> tuple[Entry, ...]:
        """The entries of a question.  Notes what had to be changed for the target."""
        wording = self.exam.wordings[question.wording]
        kinds = self.exam.slot_kinds.get(question.wording, {})
        fields = fields_of(wording, question, self.target.kinds, kinds)
        found = grouped(fields, self.target.together)
        self._note(wording, question, fields, found)
        printed = f"{self.exam.id}-{question.id}"
        whole = f"{wording.item}-{wording.version}-{question.row}"
        worths = iter(self._shared_points(question, wording, found))
        entries = []
        for number, some in enumerate(found):
            letter = _lettered(number) if len(found) > 1 else ""
            ids = f"{printed}-{letter}" if letter else printed
            entries.append(
                Entry(
                    question,
                    pool,
                    some,
                    worths=tuple(islice(worths, len(some))),
                    id=f"{whole}-{letter}" if letter else whole,
                    name=shortened(f"{pool:02d} {wording.title}", f" (variant {question.row}) {ids}"),
                    title=self.words.say("package.question_part", number=pool, letter=letter)
                    if letter
                    else self.words.say("paper.question", number=pool),
                    printed=ids,
                    number=number,
                )
            )
        return tuple(entries)

    def without(self, question: Question) -> Iterator[str]:
        """Why parts of a question are left out, for each such part."""
        for part in self.exam.wordings[question.wording].parts:
            if self.target.kinds[part.kind] == LEFT_OUT:
                yield f"{self.target.title} has no place for {KINDS[part.kind]}"

    def _shared_points(
        self, question: Question, wording: Wording, found: tuple[tuple[Field, ...], ...]
    ) -> tuple[float, ...]:
        """The points of all fields, entry by entry."""
        key = _outline(question, found)
        if key not in self._worths:
            self._worths[key] = tuple(worths(question, wording, [one for some in found for one in some]))
        return self._worths[key]

    def _note(
        self, wording: Wording, question: Question, fields: tuple[Field, ...], found: tuple[tuple[Field, ...], ...]
    ) -> None:
        item, target, changes = wording.item, self.target, self.changes
        asked = {one.part for one in fields}
        for carried, kind in {(one.carried, wording.parts[one.part].kind) for one in fields if one.carried != AS_IS}:
            changes[item, f"{KINDS[kind]} {carried}"] += 1
        if len(found) > 1:
            changes[item, f"asked as {len(found)} questions"] += 1
        if target.marks == WHOLE and not self._is_whole(wording, question, found):
            changes[item, "worth whole marks for each field; set the points in the quiz"] += 1
        if not target.marks:
            changes[item, "without its points"] += 1
        if wording.hints and not target.hints:
            changes[item, "without its hints"] += 1
        if not target.feedback:
            changes[item, "without feedback"] += 1
        if not target.solution:
            changes[item, "without its solution"] += 1
        if any(
            loses_credit(part, key, [one for one in fields if one.part == at], target.credit)
            for at, (part, key) in enumerate(zip(wording.parts, question.parts, strict=True))
            if at in asked
        ):
            changes[item, "without the part of the marks that a foreseen wrong answer earns"] += 1

    def _is_whole(self, wording: Wording, question: Question, found: tuple[tuple[Field, ...], ...]) -> bool:
        """Whether questions of several fields can be worth their points with whole marks for each field."""
        key = _outline(question, found)
        if key not in self._whole:
            points = {some: question.points * float(share(wording, some)) for some in found if len(some) > 1}
            self._whole[key] = all(worth(some, weights(wording, some, p)) == p for some, p in points.items())
        return self._whole[key]

    # --- layout ---

    def laid_out(self, template: Template, entry: Entry, **also: object) -> str:
        """An entry as a template writes it, which also sees what is the same for all entries."""
        question = entry.question
        said = tuple(self._says(question, one) for one in entry.fields)
        shape = (template.name, question.wording, question.figure is not None, entry.fields, said)
        pieces = self._laid.get(shape)
        if pieces is None:
            pieces = self._laid[shape] = self._mould.cast(template, entry=self._view(entry), **also)
        try:
            return join(pieces, entry)
        except KeyError as error:
            fault = Fault(f"nothing fills the slot {error}", item=question.wording, field=question.id)
            raise InputError(fault) from error

    def _view(self, entry: Entry) -> EntryView:
        wording = self.exam.wordings[entry.question.wording]
        key, label, read = entry.question.wording, self.target.style.label, self._mould.read
        lettered = len({one.part for one in entry.fields}) > 1
        weigh = lru_cache(maxsize=64)(lambda points: weights(wording, entry.fields, points))
        first: set[int] = set()
        views = []
        for number, one in enumerate(entry.fields):
            views.append(self._field(entry, number, weigh, begins=one.part not in first, lettered=lettered))
            first.add(one.part)
        return EntryView(
            id=read(lambda entry: entry.id),
            name=read(lambda entry: label(entry.name)),
            title=read(lambda entry: label(f"{entry.title}, {entry.printed}")),
            printed=read(lambda entry: label(entry.printed)),
            points=read(lambda entry: amount(entry.points)),
            stem=self._texts.text(key, wording.stem),
            figure=self._figure() if entry.question.figure is not None else None,
            fields=tuple(views),
            hints=tuple(self._texts.text(key, hint, tight=True) for hint in wording.hints),
            solution=self._texts.text(key, wording.solution),
            tags=tuple(self._mould.safe(label(shortened(tag))) for tag in tags_of(wording)),
        )

    def drawn(self, entry: Entry) -> str:
        """The figure of an entry's question, as its sheet shows it: an SVG file of its own."""
        return draw(entry.question.figure, markdown.STYLE, self._drawing, entry.id, key=False)

    def _figure(self) -> FileView:
        def alt(entry: Entry) -> str:
            assert entry.question.figure is not None
            return self.target.style.label(spoken(entry.question.figure.alt))

        read = self._mould.read
        return FileView(
            name=read(lambda entry: f"figure-{entry.id}.svg"),
            content=read(self.drawn),
            base64=read(lambda entry: b64encode(self.drawn(entry).encode()).decode()),
            alt=read(alt),
        )

    # --- fields ---

    def _listed(self, key: str, part: PartWording, one: Field) -> str:
        """All things to put in order as printed, where a question asks for the place of one of them."""
        opened, between, closed = ("", "; ", ".") if self.target.style.name == "plain" else LISTED
        things = [self._option(key, part, one, place) for place in range(one.options)]
        safe = self._mould.safe
        text = safe(opened) + things[0]
        for thing in things[1:]:
            text += safe(between) + thing
        return text + safe(closed)

    def _field(
        self, entry: Entry, number: int, weigh: Callable[[float], tuple[int, ...]], *, begins: bool, lettered: bool
    ) -> FieldView:
        one = entry.fields[number]
        wording = self.exam.wordings[entry.question.wording]
        part, key = wording.parts[one.part], entry.question.wording
        ask = self._texts.text(key, part.ask) if begins else ""
        if one.step == 1:
            ask += self._texts.text(key, self.words.say("package.reason"))
        elif one.carried == POSITIONS:
            ask += self._texts.text(key, self.words.say("package.each_place"))
        elif one.carried == PLACES:
            ask += self._listed(key, part, one) + self._texts.text(key, self.words.say("package.one_place"))
        label = ""
        if part.labels and not (kind_of(part.kind).shape.ends and one.kind != "number"):
            label = self._texts.text(key, part.labels[one.of], tight=True) if one.of < len(part.labels) else ""
        elif one.carried == AS_LETTERS:
            label = self._prompt(key, part, one, one.of)
        elif one.carried == PLACES:
            label = self._option(key, part, one, one.of)
        options = self._options(key, part, one, self._says(entry.question, one))
        return FieldView(
            id=f"FIELD{number + 1}",
            kind=one.kind,
            letter=LETTERS[one.part].lower() if lettered and begins else "",
            ask=ask,
            label=label,
            rounding=self._rounding(key, part, one) if begins else "",
            points=self._mould.read(lambda entry: amount(entry.worths[number])),
            weight=self._mould.read(lambda entry: str(weigh(entry.points)[number])),
            plain=all(is_plain(option.text, self.exam.slot_kinds.get(key, {})) for option in part.options),
            key=self._key(part, one) if one.kind == "number" else None,
            mistakes=tuple(self._mistake(part, one, message) for message in one.messages)
            if one.kind == "number"
            else (),
            options=options,
            pairs=self._pairs(key, part, one) if one.kind == "matching" else (),
            pair_share=percent(len(one.right)) if one.kind == "matching" else "0",
            ranked=tuple(options[place] for place in one.right) if one.kind == "ordering" else (),
            truth=one.right == (0,) if one.kind == "truth" else None,
            all_right=len(one.right) if one.kind in ("choice", "choices") else 0,
            guide=self._guide(key, wording, part, one) if one.kind == "words" else (),
            notes=tuple(self._noted(key, part, one, message) for message in one.apart),
        )

    def _rounding(self, key: str, part: PartWording, one: Field) -> str:
        """How a number has to be given: on a platform that takes decimals only, and where people mark it."""
        if one.kind != "number":
            return self._texts.text(key, rounding(part, self.words), tight=True) if one.kind == "words" else ""
        words = self.target.style.words

        def sentence(entry: Entry) -> str:
            solved = entry.question.parts[one.part]
            places = part.digits
            for of in range(len(solved.numbers)):
                asked = accepted_of(part, solved, of).places
                places = asked if places is None else places
            return words(rounding_sentence(part, places, self.words))

        return self._mould.read(sentence)

    def _key(self, part: PartWording, one: Field) -> ValueView:
        def value(name: str) -> str:
            return self._mould.read(lambda entry: written(getattr(_accepted(entry, part, one), name)))

        return ValueView(value("middle"), value("tolerance"), value("low"), value("high"), "100", "")

    def _mistake(self, part: PartWording, one: Field, message: Message) -> ValueView:
        def tolerance(entry: Entry) -> int:
            solved = entry.question.parts[one.part]
            values = [wrong.values[one.of] for wrong in solved.wrong if one.of < len(wrong.values)]
            return recognised(solved.wrong[message.wrong[0]].values[one.of], _accepted(entry, part, one), values)

        def number(entry: Entry) -> int:
            return scaled(entry.question.parts[one.part].wrong[message.wrong[0]].values[one.of])

        read = self._mould.read
        return ValueView(
            value=read(lambda entry: written(number(entry))),
            tolerance=read(lambda entry: written(tolerance(entry))),
            low=read(lambda entry: written(number(entry) - tolerance(entry))),
            high=read(lambda entry: written(number(entry) + tolerance(entry))),
            share=message.share,
            feedback=self._said(one, message),
        )

    def _said(self, one: Field, message: Message) -> str:
        """What is said of foreseen wrong answers; each message once."""
        style = self.target.style

        def said(entry: Entry) -> str:
            wrong = entry.question.parts[one.part].wrong
            texts = dict.fromkeys(wrong[number].feedback for number in message.wrong)
            return f" {style.words('Or:')} ".join(set_prose(text, style) for text in texts if text)

        return self._mould.read(said)

    def _says(self, question: Question, one: Field) -> tuple[bool, ...]:
        """Of each place whether the option printed there has a message of its own."""
        if one.kind not in ("choice", "choices") or one.order or one.carried == PLACES:
            return ()
        part = self.exam.wordings[question.wording].parts[one.part]
        said = {option.id for option in part.options if option.feedback}
        return tuple(option in said for option in order_of(part, question.parts[one.part])) if said else ()

    def _options(self, key: str, part: PartWording, one: Field, says: tuple[bool, ...]) -> tuple[ChoiceView, ...]:
        if one.kind in ("number", "truth", "words") or one.carried == POSITIONS:
            return ()
        messages = {message.at: message for message in one.messages} if one.kind != "matching" else {}
        own = {option.id: self._texts.pieces(key, option.feedback, tight=True) for option in part.options}

        def feedback(place: int) -> str:
            if place in messages:
                return self._said(one, messages[place])
            if place in one.right or not any(says[place : place + 1]):
                return ""
            return self._mould.read(
                lambda entry: join(own[order_of(part, entry.question.parts[one.part])[place]], entry)
            )

        return tuple(
            ChoiceView(
                id=LETTERS[place],
                letter=LETTERS[place],
                text=self._choice(key, part, one, place),
                right=place in one.right,
                share=self._choice_share(one, place, messages.get(place)),
                feedback=feedback(place),
            )
            for place in range(one.options)
        )

    def _choice_share(self, one: Field, place: int, message: Message | None) -> str:
        """All right options together earn all marks; in a choice of several, all wrong ones together lose them."""
        if one.kind not in ("choice", "choices"):
            return "0"
        if place in one.right:
            return equal_shares(len(one.right))[one.right.index(place)]
        if one.kind == "choices":
            others = [other for other in range(one.options) if other not in one.right]
            return "-" + (equal_shares(len(others))[others.index(place)] if len(others) <= 20 else "5")
        return message.share if message else "0"

    def _choice(self, key: str, part: PartWording, one: Field, place: int) -> str:
        """The text of an option: the bank's own, a place in an order, or one of the answers of a choice among them."""
        style = self.target.style
        if one.carried == PLACES:
            return self._texts.words(str(place + 1))
        if not one.order:
            return self._option(key, part, one, place)
        which = one.order[place]

        def answer(entry: Entry) -> str:
            solved = entry.question.parts[one.part]
            if not solved.formula_shown:
                number = _accepted(entry, part, one).middle if which < 0 else scaled(solved.wrong[which].values[one.of])
                return style.formula(shown(number, part.digits), False)
            if which < 0:
                return style.formula(solved.formula_shown, False)
            return set_prose(solved.wrong[which].shown, style)

        return self._mould.read(answer)

    def _prompt(self, key: str, part: PartWording, one: Field, place: int) -> str:
        texts = {prompt.id: self._texts.pieces(key, prompt.text, tight=True) for prompt in part.prompts}
        fixed = tuple(texts)

        def text(entry: Entry) -> str:
            return join(texts[(entry.question.parts[one.part].prompt_order or fixed)[place]], entry)

        return self._mould.read(text)

    def _pairs(self, key: str, part: PartWording, one: Field) -> tuple[PairView, ...]:
        """The pairs of a matching.  Where it was an ordering, things are matched with their places, 1 to n."""
        said = {(message.prompt, message.at): self._said(one, message) for message in one.messages}
        views = []
        for prompt, place in enumerate(one.right):
            if one.carried == POSITIONS:
                text, options = self._option(key, part, one, prompt), [str(k + 1) for k in range(one.options)]
            else:
                text = self._prompt(key, part, one, prompt)
                options = [self._option(key, part, one, k) for k in range(one.options)]
            choices = tuple(
                ChoiceView(
                    id=LETTERS[k],
                    letter=LETTERS[k] if one.carried != POSITIONS else str(k + 1),
                    text=option,
                    right=k == place,
                    share="100" if k == place else "0",
                    feedback=said.get((prompt, k), ""),
                )
                for k, option in enumerate(options)
            )
            views.append(PairView(f"P{prompt + 1}", text, LETTERS[place], str(place + 1), options[place], choices))
        return tuple(views)

    def _option(self, key: str, part: PartWording, one: Field, place: int) -> str:
        """The option that is printed at a place."""
        texts = {option.id: self._texts.pieces(key, option.text, tight=True) for option in part.options}

        def text(entry: Entry) -> str:
            return join(texts[order_of(part, entry.question.parts[one.part])[place]], entry)

        return self._mould.read(text)

    def _guide(self, key: str, wording: Wording, part: PartWording, one: Field) -> tuple[GuideView, ...]:
        if kind_of(part.kind).shape.shown:
            style = self.target.style
            right = self._mould.read(lambda entry: style.formula(entry.question.parts[one.part].formula_shown, False))
            return (GuideView(self._line_points(wording, part.points), right),)
        if kind_of(part.kind).asks_numbers:
            points = part.points / pieces_of(part, one)
            return (GuideView(self._line_points(wording, points), self._mould.read(self._number_guide(part, one))),)
        return tuple(
            GuideView(self._line_points(wording, line.points), self._texts.text(key, line.text, tight=True))
            for line in part.guide
        )

    def _number_guide(self, part: PartWording, one: Field) -> Callable[[Entry], str]:
        """The right number for who marks it, and what else is accepted."""
        style = self.target.style

        def right(entry: Entry) -> str:
            key = entry.question.parts[one.part].numbers[one.of]
            shown = style.formula(key.shown, False)
            if key.low == key.high:
                return shown
            return shown + style.words(f" (accepted from {written(scaled(key.low))} to {written(scaled(key.high))})")

        return right

    def _line_points(self, wording: Wording, line: float) -> str:
        share = line / wording.points if wording.points else 0
        return self._mould.read(lambda entry: amount(entry.question.points * share))

    def _noted(self, key: str, part: PartWording, one: Field, message: Message) -> NoteView:
        """A wrong answer in its own words: letters mean nothing where a platform shows none."""
        style = self.target.style
        texts = {
            option.id: self._texts.pieces(key, option.text, tight=True) for option in (*part.options, *part.prompts)
        }

        def answer(entry: Entry) -> str:
            solved = entry.question.parts[one.part]
            wrong = solved.wrong[message.wrong[0]]
            if not wrong.options or not kind_of(part.kind).lettered:
                return set_prose(wrong.shown, style) if wrong.shown else style.words(", ".join(wrong.values))
            options = [join(texts[name], entry) for name in wrong.options if name in texts]
            if part.prompts:
                prompts = solved.prompt_order or tuple(prompt.id for prompt in part.prompts)
                options = [f"{join(texts[a], entry)} → {b}" for a, b in zip(prompts, options, strict=False)]
            return "; ".join(options)

        chosen = tuple(LETTERS[place] for place in message.chosen)
        share = message.share if float(message.share) > 100 * earned(one, message.chosen) else "0"
        return NoteView(self._mould.read(answer), self._said(one, message), share, chosen)


def tags_of(wording: Wording) -> tuple[str, ...]:
    """What an item is filed under."""
    named = ("gdquiz", wording.topic, wording.skill, wording.outcome, wording.bloom, f"tier {wording.tier}")
    return tuple(dict.fromkeys(named))


def rounding_sentence(part: PartWording, places: int | None, words: Catalogue) -> str:
    """How to give a number where only decimals with a point are understood, to so many places or exactly."""
    several = "_several" if part.labels else ""
    if places is None and part.precision not in ("whole", "exact"):
        return rounding(part, words)
    if places is None:
        return words.say(f"package.{part.precision}{several}")
    return words.say(f"package.{'rounded' if places else 'rounded_whole'}{several}", count=places)


def _accepted(entry: Entry, part: PartWording, one: Field) -> Accepted:
    return accepted_of(part, entry.question.parts[one.part], one.of)


def _lettered(number: int) -> str:
    """``a`` to ``z``, then ``aa``, ``ab``, ...: the letters of the entries of a question."""
    before, last = divmod(number, len(LETTERS))
    return (LETTERS[before - 1] if before else "").lower() + LETTERS[last].lower()


def shortened(name: str, end: str = "") -> str:
    """A name for instructors that platforms take: on one line, and cut where it is too long; ``end`` is kept whole."""
    most, name = LONGEST_NAME - len(end), " ".join(name.split())
    return (name if len(name) <= most else f"{name[: most - 1].rstrip()}…") + end


def _outline(question: Question, found: tuple[tuple[Field, ...], ...]) -> object:
    """What the points of a question's fields depend on."""
    return (
        question.wording,
        question.points,
        *(tuple((one.part, one.kind, len(one.right)) for one in some) for some in found),
    )
