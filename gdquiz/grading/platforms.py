"""Reports of Moodle, Canvas, Blackboard and Brightspace: which student answered what to which question.

No report says in a column of its own which variant a student saw.  It is told from the id that is printed at the end of
a question, or from the text (``places``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gdquiz.errors import Fault, InputError
from gdquiz.exam.frozen import Question
from gdquiz.exam.people import IDS
from gdquiz.grading.answers import Way, composed, piece
from gdquiz.grading.likeness import stripped
from gdquiz.grading.opened import Opened
from gdquiz.grading.places import Found, Misfit, Places, slots_of
from gdquiz.grading.responses import Problem, Response, Where
from gdquiz.kinds.platforms import Field
from gdquiz.packaging.targets import Target, find_target
from gdquiz.texts.tables import at

Read = Iterator[Response | Problem]


@dataclass(slots=True)
class Sitting:
    """An attempt of a student while a row of a report is read: the pieces found so far, question by question."""

    places: Places
    student: str
    where: Where
    attempt: int = 1
    pieces: dict[str, dict[Field, str]] = field(default_factory=dict)
    unread: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, question: Question, fields: Sequence[Field], answers: Sequence[str], way: Way) -> None:
        """Answers to fields of a question; one that fits no option is kept for a person to look at."""
        for one, answer in zip(fields, answers, strict=True):
            try:
                said = piece(self.places, question, one, answer, way)
            except Misfit as misfit:
                said = ""
                self.unread.setdefault((question.id, one.part), (answer, str(misfit)))
            self.pieces.setdefault(question.id, {})[one] = said

    def lose(self, reason: str, question: str, answer: str) -> None:
        """An answer that belongs to no question."""
        self.problems.append(Problem(self.where, reason, self.student, question[:200], "", answer[:1000], self.attempt))

    def responses(self) -> Read:
        yield from self.problems
        for id, pieces in self.pieces.items():
            question = self.places.questions[id]
            parts = self.places.exam.wordings[question.wording].parts
            for at_, said in composed(self.places, question, pieces).items():
                raw, why = self.unread.get((id, at_), (said, ""))
                yield Response(
                    self.student, "", id, parts[at_].id, raw, self.where, self.attempt, unread=why, drawn=True
                )


def student_column(file: Opened) -> int | None:
    """The column with the ids of the students: the best of those that have entries."""
    header = file.header
    named = [header.index(name) for name in ("student", *IDS) if name in header]
    filled = [place for place in named if any(at(row, place) not in ("", "-") for _, row in file.rows[1:])]
    return next(iter(filled or named), None)


# --- Moodle --------------------------------------------------------------------------------------------------------

_GRADE = re.compile(r".+/[0-9]+(?:[.,][0-9]+)?")
_COUNTED = re.compile(r"(.+?)\s?([0-9]{1,4})")
_TICK = "tick 'The question text' under 'Display' of the report, and download it again"
MOODLE = ("moodle", "moodle-4.3")


def _groups(header: Sequence[str]) -> list[list[int]]:
    """The columns of each question of Moodle's report, which end in the number of its slot."""
    begins = next((place for place, name in enumerate(header) if _GRADE.fullmatch(name)), None)
    if begins is None:
        return []
    groups: dict[int, list[int]] = {}
    for place in range(begins + 1, len(header)):
        found = _COUNTED.fullmatch(header[place])
        if not found:
            return []
        groups.setdefault(int(found[2]), []).append(place)
    widths = {len(columns) for columns in groups.values()}
    return list(groups.values()) if len(widths) == 1 and max(widths) <= 3 else []


def is_moodle(file: Opened) -> bool:
    return bool(_groups(file.header))


def read_moodle(file: Opened, places: Places) -> Read:
    """A row an attempt; of each slot the question, the response and the right answer, of which the response is there.

    Without the questions only slots with one variant can be read.  Raises ``InputError`` for others.
    """
    groups = _groups(file.header)
    if not groups:
        raise InputError(Fault("the columns are not those of Moodle's report of responses", hint=_TICK, file=file.file))
    ids = student_column(file)
    if ids is None:
        problem = "no column has the ids of the students"
        raise InputError(Fault(problem, "'ID number' or 'Email address'", file=file.file, line=1))
    shown = len(groups[0]) == 3 or (len(groups[0]) == 2 and _are_questions(file, places, groups))
    fixed = {} if shown else _only_variants(file, places, len(groups))
    attempts: Counter[str] = Counter()
    for line, row in file.rows[1:]:
        where, student = Where(file.file, line), at(row, ids)
        cells = [[at(row, place) for place in columns] for columns in groups]
        if all(cell in ("", "-") for some in cells for cell in some):
            if student:
                yield Problem(where, "no attempt was begun", student)
            continue
        attempts[student] += 1
        if [at(row, groups[0][0] - back) for back in (2, 3)] == ["-", "-"]:
            yield Problem(where, "this attempt is not finished; what it has is marked", student)
        sitting = Sitting(places, student, where, attempts[student])
        for number, some in enumerate(cells):
            text, answer = (some[0], some[1]) if shown else ("", some[0])
            _read_slot(sitting, text, "" if answer == "-" else answer, fixed.get(number))
        yield from sitting.responses()


def _are_questions(file: Opened, places: Places, groups: Sequence[Sequence[int]]) -> bool:
    """Whether the first of two columns holds the questions, and not the responses."""
    for _, row in file.rows[1:20]:
        for columns in groups:
            try:
                places.by_text(at(row, columns[0]))
            except Misfit:
                continue
            return True
    return False


def _only_variants(file: Opened, places: Places, count: int) -> dict[int, Question]:
    slots = slots_of(places.exam)
    several = [slot for slot, questions in slots.items() if len(questions) > 1]
    if several or len(slots) != count:
        problem = "the report does not tell which variant a student saw"
        raise InputError(Fault(problem, "the texts of the questions", _TICK, file=file.file, line=1))
    return {place: questions[0] for place, questions in enumerate(slots.values())}


def _read_slot(sitting: Sitting, text: str, answer: str, fixed: Question | None) -> None:
    places = sitting.places
    try:
        found = Found(fixed) if fixed is not None else places.by_text(text)
        question = found.question
        for name in MOODLE:
            fields = places.entry(found, find_target(name), text)
            answers = _of_fields(answer, fields)
            if name == MOODLE[-1] or not (fields[0].kind == "ordering" and "->" in answer):
                break
    except Misfit as misfit:
        if answer or text not in ("", "-"):
            sitting.lose(str(misfit), text, answer)
        return
    sitting.add(question, fields, answers, Way())


_PART = re.compile(r"[^0-9:;]{1,40}?\s?1\s?:")


def _of_fields(answer: str, fields: Sequence[Field]) -> list[str]:
    """The answer to each field.  A matching whose options are no plain words is a menu for each of its pairs."""
    if len(fields) == 1 and not (fields[0].kind == "matching" and _PART.match(answer)):
        return [answer]
    counts = [len(one.right) if one.kind == "matching" else 1 for one in fields]
    given = iter(_cloze(answer, sum(counts)))
    answers = []
    for one, count in zip(fields, counts, strict=True):
        some = [next(given).strip() for _ in range(count)]
        pairs = (f"P{number} {text}" for number, text in enumerate(some, start=1) if text)
        answers.append("; ".join(pairs) if one.kind == "matching" else some[0])
    return answers


def _cloze(answer: str, count: int) -> list[str]:
    """The answers to the fields of a question: ``part 1: 2.5; part 2: a; b``, in the language of the site."""
    if not answer:
        return [""] * count
    found = re.match(r"([^0-9:;]{1,40}?)\s?1\s?:", answer)
    if not found:
        raise Misfit(f"'{answer[:60]}' does not answer {count} fields")
    rest, answers = answer[found.end() :], []
    for number in range(2, count + 1):
        end = re.search(rf";\s*{re.escape(found[1])}\s?{number}\s?:", rest)
        if not end:
            raise Misfit(f"'{answer[:60]}' does not answer {count} fields")
        answers.append(rest[: end.start()])
        rest = rest[end.end() :]
    return [*answers, rest]


# --- Canvas --------------------------------------------------------------------------------------------------------

_NUMBERED = re.compile(r"([0-9]+): (.*)", re.DOTALL)


def is_canvas(file: Opened) -> bool:
    return file.header[:2] == ["name", "id"] and "attempt" in file.header and "submitted" in file.header


def read_canvas(file: Opened, places: Places) -> Read:
    """Pairs of columns: a question with its text, and its points; a question that was not drawn has neither."""
    header, target = file.rows[0][1], find_target("canvas")
    asked = [(place, found[2]) for place, name in enumerate(header) if (found := _NUMBERED.fullmatch(name.strip()))]
    ids = file.header.index("sis_id") if "sis_id" in file.header else file.header.index("id")
    number = file.header.index("attempt")
    for line, row in file.rows[1:]:
        student = at(row, ids) or at(row, file.header.index("id"))
        attempt = at(row, number)
        counted = int(attempt) if re.fullmatch("[1-9][0-9]{0,3}", attempt) else 1
        sitting = Sitting(places, student, Where(file.file, line), counted)
        for place, text in asked:
            answer = at(row, place)
            if answer or at(row, place + 1):
                _read_entry(sitting, target, text, "", answer, Way(", ", "=>", escaped=True))
        yield from sitting.responses()


def _read_entry(sitting: Sitting, target: Target, text: str, title: str, answer: str, way: Way) -> None:
    """An answer to an entry that asks for one thing."""
    try:
        found = sitting.places.by_text(text, title)
        fields = sitting.places.entry(found, target, text)
        if len(fields) != 1:
            raise Misfit(f"question {found.question.id} has several fields here, and one answer")
    except Misfit as misfit:
        sitting.lose(str(misfit), title or text, answer)
        return
    sitting.add(found.question, fields, [answer], way)


# --- Blackboard ----------------------------------------------------------------------------------------------------


def is_blackboard(file: Opened) -> bool:
    return "username" in file.header and {"question id 1", "question 1", "answer 1"} <= set(file.header)


def read_blackboard(file: Opened, places: Places) -> Read:
    """Sixes of columns: id, question, answer, and points."""
    header, target = file.header, find_target("blackboard")
    asked = [
        (header.index(f"question {n}"), header.index(f"answer {n}"))
        for n in range(1, 1 + len(header))
        if f"question {n}" in header and f"answer {n}" in header
    ]
    ids = header.index("student id") if "student id" in header else header.index("username")
    attempts: Counter[str] = Counter()
    for line, row in file.rows[1:]:
        student = at(row, ids)
        attempts[student] += 1
        sitting = Sitting(places, student, Where(file.file, line), attempts[student])
        for question, answer in asked:
            if at(row, question):
                text = at(row, answer)
                blank = "" if text == "<Unanswered>" else stripped(text)
                _read_entry(sitting, target, stripped(at(row, question)), "", blank, Way(","))
        yield from sitting.responses()


# --- Brightspace ---------------------------------------------------------------------------------------------------

_CHOSEN = ("checked", "true", "yes")


def is_brightspace(file: Opened) -> bool:
    return {"q #", "q title", "answer", "answer match"} <= set(file.header)


def read_brightspace(file: Opened, places: Places) -> Read:
    """A row an answer: of choices one for each option, with ``Checked`` for those that were chosen; of matchings one
    for each pair."""
    header, target = file.header, find_target("brightspace")
    column = {name: place for place, name in enumerate(header)}
    ids = next(column[name] for name in ("org defined id", "username", "q #") if name in column)
    grouped: dict[tuple[str, int], dict[str, list[tuple[int, Mapping[str, str]]]]] = {}
    for line, row in file.rows[1:]:
        cells = {name: at(row, place) for name, place in column.items()}
        attempt = cells.get("attempt #", "")
        counted = int(attempt) if re.fullmatch("[1-9][0-9]{0,3}", attempt) else 1
        student = at(row, ids) or cells.get("username", "")
        named = f"{cells.get('section #', '')}/{cells['q #']}/{cells['q title']}/{cells.get('q text', '')}"
        grouped.setdefault((student, counted), {}).setdefault(named, []).append((line, cells))
    for (student, attempt_), questions in grouped.items():
        for rows in questions.values():
            line, first = rows[0]
            sitting = Sitting(places, student, Where(file.file, line), attempt_)
            answer, way = _of_rows([cells for _, cells in rows])
            _read_entry(sitting, target, stripped(first.get("q text", "")), first["q title"], answer, way)
            yield from sitting.responses()


def _of_rows(rows: Sequence[Mapping[str, str]]) -> tuple[str, Way]:
    """The answer of one question in its rows."""
    way = Way(between="\x1f", arrow="\x1e")
    matched = [cells["answer match"] for cells in rows]
    if any(text.casefold() in ("checked", "unchecked") for text in matched):
        chosen = [cells["answer"] for cells in rows if cells["answer match"].casefold() in _CHOSEN]
        return way.between.join(chosen), way
    if len(rows) > 1 and all(re.fullmatch("[0-9]{1,2}", text) for text in matched):
        in_order = sorted(rows, key=lambda cells: int(cells["answer match"]))
        return way.between.join(cells["answer"] for cells in in_order), way
    if any(matched):
        return way.between.join(f"{cells['answer']}{way.arrow}{cells['answer match']}" for cells in rows), way
    return way.between.join(cells["answer"] for cells in rows if cells["answer"]), way
