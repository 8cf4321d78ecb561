"""Where a response belongs: forms by student, questions by id, by number, or by the text that a platform shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gdquiz.errors import nearest
from gdquiz.exam.frozen import LETTERS, Exam, Form, PartKey, PartWording, Question, Wording
from gdquiz.exam.people import canonical
from gdquiz.grading.likeness import Written, bones
from gdquiz.kinds.kind import kind_of
from gdquiz.kinds.options import order_of
from gdquiz.kinds.platforms import AS_LETTERS, PLACES, Field
from gdquiz.packaging.fields import fields_of, grouped
from gdquiz.packaging.targets import Target
from gdquiz.words.catalogue import find

_WORDS = re.compile(r"[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*")
_NUMBERED = re.compile(r"(?:question|q|frage)?\s*0*([1-9][0-9]{0,3})\s*[.(:]?\s*\(?([a-z])?\)?\s*[.:)]?", re.IGNORECASE)


class Misfit(Exception):
    """Why something belongs nowhere; its text is a sentence."""


@dataclass(frozen=True, slots=True)
class Found:
    """A question, and the letter of the entry of it that a platform made, where one is named."""

    question: Question
    letter: str = ""


class Places:
    """An exam, looked up."""

    def __init__(self, exam: Exam):
        self.exam = exam
        self._words = find(exam.language)
        self.written = Written(exam)
        self.forms = {form.id.casefold(): form for form in exam.forms}
        self.students = {canonical(form.student): form for form in exam.forms if form.student is not None}
        self.questions: dict[str, Question] = {}
        self.form_of: dict[str, Form] = {}
        self._named: dict[str, Found] = {}
        for form in exam.forms:
            for question in form.questions:
                self.questions.setdefault(question.id, question)
                self.form_of.setdefault(question.id, form)
                wording = exam.wordings[question.wording]
                self._named.setdefault(f"{wording.item}-{wording.version}-{question.row}", Found(question))
        self._stems: dict[int, dict[str, list[Question]]] | None = None
        self._entries: dict[tuple[str, str], tuple[tuple[Field, ...], ...]] = {}
        self.by_text = lru_cache(maxsize=65536)(self._by_text)

    # --- forms ---

    def form(self, name: str) -> Form:
        """The form of an id.  Raises ``Misfit``."""
        found = self.forms.get(name.casefold())
        if found is None:
            hint = nearest(name, (form.id for form in self.exam.forms))
            raise Misfit(f"this exam has no form {name[:100]}" + (f" ({hint})" if hint else ""))
        return found

    def own(self, student: str) -> Form | None:
        """The form of a student: the one with this id, or the only one there is."""
        if not self.students and len(self.exam.forms) == 1:
            return self.exam.forms[0]
        return self.students.get(canonical(student))

    # --- questions and parts as people name them ---

    def numbered(self, form: Form | None, name: str, part: str = "") -> tuple[Question, str]:
        """A question by its id, or by its number on a form, and the id of a part; ``3b`` names both.

        Raises ``Misfit`` where there is none, or where nothing tells which.
        """
        name, letter = name.strip(), ""
        question = self.questions.get(name) or self.questions.get(name.upper())
        if question is None:
            found = _NUMBERED.fullmatch(name)
            if not found:
                named = self.named(name)
                question, letter = named.question, named.letter
            elif form is None:
                raise Misfit(f"question {name} needs a form, or a student who has one")
            else:
                number, letter = int(found[1]), (found[2] or "").lower()
                question = next((one for one in form.questions if one.number == number), None)
                if question is None:
                    raise Misfit(f"form {form.id} has no question {number}")
        return question, self.part(question, part or letter)

    def part(self, question: Question, name: str) -> str:
        """The id of a part from its id or letter; of the only part from nothing.  Raises ``Misfit``."""
        parts = self.exam.wordings[question.wording].parts
        name = name.strip().strip("().").lower()
        for place, part in enumerate(parts):
            if name in (part.id, LETTERS[place].lower()) or (not name and len(parts) == 1):
                return part.id
        ids = ", ".join(part.id for part in parts)
        raise Misfit(f"question {question.id} has no part '{name[:60]}': its parts are {ids}" if name else
                     f"question {question.id} has several parts ({ids}), and none is named")  # fmt: skip

    # --- questions as platforms name them ---

    def named(self, title: str) -> Found:
        """The question whose id stands in a title, a label or an identifier.  Raises ``Misfit``."""
        if found := self._in_title(title):
            return found
        raise Misfit(f"no question of exam {self.exam.id} is named in '{title[:60]}'")

    def _in_title(self, title: str) -> Found | None:
        """The question that a word of a title names: an identifier of an item, a printed id alone, or both ids."""
        for word in _WORDS.findall(title[:500]):
            bare, _, end = word.rpartition("-")
            if (whole := self._named.get(word)) is not None:
                return whole
            if bare in self._named and re.fullmatch("[a-z]{1,2}", end):
                return Found(self._named[bare].question, end)
            if found := self._printed(word) or self._by_id(word) or self._by_id(word.removeprefix("q-")):
                return found
        return None

    def _by_id(self, id: str) -> Found | None:
        """The question of an id, after which the letter of an entry may stand."""
        if id in self.questions:
            return Found(self.questions[id])
        bare, _, letter = id.rpartition("-")
        return Found(self.questions[bare], letter) if bare in self.questions and len(letter) < 3 else None

    def _printed(self, word: str) -> Found | None:
        """The question of ``EXAM-QUESTION``, both ids as they are printed."""
        before = f"{self.exam.id}-"
        return self._by_id(word.removeprefix(before)) if word.startswith(before) else None

    def _by_text(self, text: str, title: str = "") -> Found:
        """The question that a platform shows: its id in the title or at the end of the text, else the text itself.

        Raises ``Misfit`` where it is none, or could be several.
        """
        if title and (found := self._in_title(title)):
            return found
        if found := self._marked(text):
            return found
        candidates = self._alike(bones(text))
        if not candidates:
            raise Misfit(f"no question of exam {self.exam.id} has the text '{' '.join(text.split())[:60]}'")
        different = {(one.wording, *sorted(one.slots.items())): one for one in candidates}
        if len(different) > 1:
            raise Misfit(f"the question text fits {len(different)} variants, and none is named in it")
        return Found(candidates[0])

    def _marked(self, text: str) -> Found | None:
        """The question whose two ids stand at the end of a text."""
        found = (self._printed(word) for word in reversed(_WORDS.findall(text[-150:])))
        return next((one for one in found if one is not None), None)

    def _alike(self, shown: str) -> list[Question]:
        """The questions whose stem a text begins with and whose parts it asks; the longest stem wins."""
        if self._stems is None:
            self._stems = {}
            for question in self.questions.values():
                stem = bones(self.written.text(question, self.exam.wordings[question.wording].stem))
                self._stems.setdefault(len(stem), {}).setdefault(stem, []).append(question)
        for length in sorted(self._stems, reverse=True):
            if found := self._stems[length].get(shown[:length]):
                rest = shown[length:].casefold()
                asked = [one for one in found if self._asks(one, rest)]
                if asked:
                    listed = [one for one in asked if self._lists(one, rest)]
                    return listed or asked
        return []

    def _asks(self, question: Question, rest: str) -> bool:
        """Whether a part of the question is asked in a text."""
        parts = self.exam.wordings[question.wording].parts
        return any(bones(self.written.text(question, part.ask)).casefold() in rest for part in parts)

    def _lists(self, question: Question, rest: str) -> bool:
        """Whether all that the question lets choose from stands in a text."""
        parts = self.exam.wordings[question.wording].parts
        return all(
            bones(text).casefold() in rest
            for place in range(len(parts))
            for text in (*self.options(question, place), *self.prompts(question, place))
        )

    # --- what a question lets choose from ---

    def options(self, question: Question, place: int) -> list[str]:
        """The texts of the options of a part, as printed."""
        part, key = self._part(question, place)
        texts = {option.id: option.text for option in part.options}
        return [self.written.text(question, texts[id]) for id in order_of(part, key)]

    def prompts(self, question: Question, place: int) -> list[str]:
        """The texts of the left-hand sides of a matching, as printed."""
        part, key = self._part(question, place)
        texts = {prompt.id: prompt.text for prompt in part.prompts}
        return [self.written.text(question, texts[id]) for id in key.prompt_order or tuple(texts)]

    def _part(self, question: Question, place: int) -> tuple[PartWording, PartKey]:
        return self.exam.wordings[question.wording].parts[place], question.parts[place]

    # --- entries of platforms ---

    def entries(self, question: Question, target: Target) -> tuple[tuple[Field, ...], ...]:
        """The fields of a question, entry by entry of a platform."""
        known = (question.id, target.name)
        if known not in self._entries:
            kinds = self.exam.slot_kinds.get(question.wording, {})
            fields = fields_of(self.exam.wordings[question.wording], question, target.kinds, kinds)
            self._entries[known] = grouped(fields, target.together)
        return self._entries[known]

    def entry(self, found: Found, target: Target, text: str) -> tuple[Field, ...]:
        """The fields of the entry that is named by its letter, or asked in a text.  Raises ``Misfit``."""
        entries = self.entries(found.question, target)
        if len(entries) == 1:
            return entries[0]
        if found.letter:
            place = LETTERS.lower().find(found.letter)
            if 0 <= place < len(entries):
                return entries[place]
        shown = bones(text).casefold()
        asked = [fields for fields in entries if shown and self._is_asked(found.question, fields[0], shown)]
        if len(asked) != 1:
            raise Misfit(f"nothing tells which part of question {found.question.id} is answered here")
        return asked[0]

    def _is_asked(self, question: Question, one: Field, shown: str) -> bool:
        """Whether a text asks for a field: what its part asks, and right after it what tells the field from others."""
        asked = "".join(bones(text) for text in self._said_of(question, one)).casefold()
        return asked in shown and (one.step == 1 or bones(self._words.say("package.reason")).casefold() not in shown)

    def _said_of(self, question: Question, one: Field) -> Iterator[str]:
        part: PartWording = self.exam.wordings[question.wording].parts[one.part]
        if one.carried == PLACES:
            yield from (self._words.say("package.one_place"), self.options(question, one.part)[one.of])
            return
        yield self.written.text(question, part.ask)
        if one.step == 1:
            yield self._words.say("package.reason")
        elif part.labels and not (kind_of(part.kind).shape.ends and one.kind != "number"):
            yield self.written.text(question, part.labels[one.of])
        elif one.carried == AS_LETTERS:
            yield self.prompts(question, one.part)[one.of]


def part_at(wording: Wording, id: str) -> int:
    """The place of a part by its id."""
    return next(place for place, part in enumerate(wording.parts) if part.id == id)


def slots_of(exam: Exam) -> dict[int, tuple[Question, ...]]:
    """The questions that forms have in each slot, by its number; each variant once."""
    slots: dict[int, dict[tuple[str, int], Question]] = {}
    for form in exam.forms:
        for question in form.questions:
            slots.setdefault(slot_of(question), {}).setdefault((question.wording, question.row), question)
    return {slot: tuple(slots[slot].values()) for slot in sorted(slots)}


def slot_of(question: Question) -> int:
    return question.slot or question.number


def joined(words: Sequence[str]) -> str:
    """Words in a list that a person reads."""
    return ", ".join(words[:5]) + (f" and {len(words) - 5} more" if len(words) > 5 else "")
