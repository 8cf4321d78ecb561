"""A class that answers an exam, and its answers as people and platforms write them down, made from the packages."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from random import Random
from xml.etree import ElementTree

from qti_packages import packaged

from gdquiz.exam.frozen import LETTERS, Exam, PartKey, PartWording, Question
from gdquiz.kinds.platforms import Field
from gdquiz.packaging.entries import Entries
from gdquiz.packaging.packages import pools_of
from gdquiz.packaging.targets import find_target
from gdquiz.rendering.templating import environment
from gdquiz.resources import data

Given = tuple[str, ...]
"""What is answered: numbers, ids of options in their order (one for each prompt), a verdict and a reason, or words."""


@dataclass(frozen=True)
class Student:
    """A student with a question of each slot and the answers to its parts; nothing stands for a blank."""

    id: str
    questions: tuple[Question, ...]
    answers: Mapping[tuple[str, int], Given]


def order_of(part: PartWording, key: PartKey) -> tuple[str, ...]:
    return key.order or tuple(option.id for option in part.options)


def answered(part: PartWording, key: PartKey, chance: Random) -> Given:
    """The key, a foreseen wrong answer, some other answer, or nothing."""
    how = chance.choice(("key", "key", "wrong", "other", "blank"))
    wrong = chance.choice(key.wrong) if key.wrong and how == "wrong" else None
    options = order_of(part, key)
    if how == "blank":
        return ()
    match part.kind:
        case "number" | "numbers":
            values = wrong.values if wrong and wrong.values else tuple(number.value for number in key.numbers)
            return (
                tuple(f"{float(eval_(value)):.6g}" for value in values) if how != "other" else ("7.25",) * len(values)
            )
        case "formula":
            return (wrong.formula if wrong else key.formula if how == "key" else "w + v + 1",)
        case "text":
            return ('Stop at "8"; the rest, with a comma, rises.',)
        case "truth":
            verdict = str(key.truth).lower() if how != "other" else str(not key.truth).lower()
            return verdict, *(wrong.options if wrong else key.options)
        case "choice":
            return (chance.choice(options),) if how == "other" else (wrong or key).options
        case "choices":
            if how == "other":
                return tuple(option for option in options if chance.random() < 0.6) or options[:1]
            return (wrong or key).options
        case "matching":
            return tuple(chance.choice(options) for _ in key.options) if how == "other" else (wrong or key).options
    return tuple(chance.sample(options, len(options))) if how == "other" else (wrong or key).options


def eval_(value: str) -> float:
    top, _, bottom = value.partition("/")
    return float(top) / float(bottom or 1)


def a_class(exam: Exam, size: int, *, drawn: bool) -> list[Student]:
    """Students with a form each, or with ``drawn`` with questions of any form, as a platform draws them."""
    chance, students = Random(7), []
    for number in range(size):
        form = exam.forms[number % len(exam.forms)]
        questions = tuple(
            chance.choice(exam.forms).questions[place] if drawn else question
            for place, question in enumerate(form.questions)
        )
        answers = {
            (question.id, at): answered(part, question.parts[at], chance)
            for question in questions
            for at, part in enumerate(exam.wordings[question.wording].parts)
        }
        students.append(Student(f"s{1000 + number}", questions, answers))
    return students


def typed(part: PartWording, key: PartKey, given: Given) -> str:
    """An answer as somebody writes it on paper."""
    order = order_of(part, key)
    letters = [LETTERS[order.index(one)] for one in given if one in order]
    match part.kind:
        case "number" | "numbers":
            return "; ".join(given)
        case "formula" | "text":
            return given[0] if given else ""
        case "truth":
            return " ".join((*given[:1], *letters))
        case "matching":
            return " ".join(f"{number}{letter}" for number, letter in enumerate(letters, start=1))
    return " ".join(letters)


# --- gdquiz --------------------------------------------------------------------------------------------------------


def long_file(exam: Exam, students: Sequence[Student]) -> bytes:
    rows = [("exam", "form", "student", "question", "part", "response", "status", "confidence", "page")]
    for student, form in zip(students, _turns(exam, students), strict=True):
        for question in student.questions:
            for at, part in enumerate(exam.wordings[question.wording].parts):
                said = typed(part, question.parts[at], student.answers[question.id, at])
                rows.append((exam.id, form, student.id, question.id, part.id, said, "read", "0.99", "1"))
    return table(rows)


def wide_file(exam: Exam, students: Sequence[Student]) -> bytes:
    columns = [
        (question.number, at, f"{question.number}{LETTERS[at].lower() if len(question.parts) > 1 else ''}")
        for question in exam.forms[0].questions
        for at in range(len(question.parts))
    ]
    rows = [("form", "student", *(name for _, _, name in columns))]
    for student, form in zip(students, _turns(exam, students), strict=True):
        by_number = {question.number: question for question in student.questions}
        said = []
        for number, at, _ in columns:
            question = by_number[number]
            part = exam.wordings[question.wording].parts[at]
            said.append(typed(part, question.parts[at], student.answers[question.id, at]))
        rows.append((form, student.id, *said))
    return table(rows, ";").decode().encode("utf-16")


def _turns(exam: Exam, students: Sequence[Student]) -> Iterator[str]:
    return (exam.forms[number % len(exam.forms)].id for number in range(len(students)))


def table(rows: Sequence[Sequence[str]], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


# --- Moodle --------------------------------------------------------------------------------------------------------


def html_to_text(html: str) -> str:
    """As Moodle makes text of a question: bold in capitals, emphasis between lines, tags dropped."""
    html = re.sub(r"<strong>(.*?)</strong>", lambda found: found[1].upper(), html, flags=re.DOTALL)
    html = re.sub(r"<em>(.*?)</em>", r"_\1_", html, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", " ", html)).strip()


def _entries(exam: Exam, target: str) -> dict[str, tuple[Question, tuple[Field, ...]]]:
    """The entries of a package by their ids, with the fields that they ask."""
    made = Entries(exam, find_target(target), environment((data("templates"),), "html"))
    return {
        entry.id: (entry.question, entry.fields)
        for pool in pools_of(exam)
        for question in pool.questions
        for entry in made.of(question, pool.number)
    }


CLOZE = re.compile(r"\{[0-9]*:[A-Z_]+:(?:[^{}])*\}")


def moodle_file(exam: Exam, students: Sequence[Student]) -> bytes:
    """Moodle's report with the questions, of the quiz that the package makes."""
    quiz = ElementTree.fromstring(packaged(exam, "moodle"))
    asked = {node.findtext("idnumber"): node for node in quiz if node.findtext("idnumber")}
    entries = _entries(exam, "moodle")
    slots = max(len(student.questions) for student in students)
    header = ["Nachname", "Vorname", "ID-Nummer", "Status", "Begonnen", "Beendet", "Dauer", "Bewertung/10,00"]
    rows = []
    for student in students:
        cells = []
        for question in student.questions:
            for id, (of, fields) in entries.items():
                if of.wording == question.wording and of.row == question.row:
                    said = _moodle(exam, of, fields, asked[id], [_given(student, question, one) for one in fields])
                    cells += [CLOZE.sub("{..}", html_to_text(asked[id].findtext("questiontext/text") or "")), said]
        rows.append(["X", "Y", student.id, "Beendet", "1", "2", "3", "4,00", *cells])
    slots = (max(map(len, rows)) - len(header)) // 2
    header += [name for number in range(1, slots + 1) for name in (f"Frage {number}", f"Antwort {number}")]
    return b"\xef\xbb\xbf" + table([header, *rows])


def _given(student: Student, question: Question, one: Field) -> Given:
    return student.answers[question.id, one.part]


def _moodle(
    exam: Exam, question: Question, fields: Sequence[Field], node: ElementTree.Element, all_: list[Given]
) -> str:
    texts = [html_to_text(found.findtext("text") or "") for found in node.findall("answer")]
    if len(fields) > 1:
        said = [_cloze(exam, question, one, given) for one, given in zip(fields, all_, strict=True)]
        return "; ".join(f"part {number}: {text}" for number, text in enumerate(said, start=1))
    one, given = fields[0], all_[0]
    part, key = exam.wordings[question.wording].parts[one.part], question.parts[one.part]
    if not given:
        return "-"
    match one.kind:
        case "number" | "words":
            return given[one.of]
        case "choice" | "choices":
            return "; ".join(texts[order_of(part, key).index(option)] for option in given)
        case "ordering":
            cut = [text if len(text) <= 10 else text[:7] + "..." for text in texts]
            return "; ".join(cut[key.options.index(option)] for option in given)
    pairs = [
        (html_to_text(sub.findtext("text") or ""), html_to_text(sub.findtext("answer/text") or ""))
        for sub in node.findall("subquestion")
    ]
    others = [option for option in order_of(part, key) if option not in key.options]
    text_of = dict(zip((*key.options, *others), (text for _, text in pairs), strict=True))
    return "; ".join(f"{left} -> {text_of[option]}" for (left, _), option in zip(pairs, given, strict=False))


def _cloze(exam: Exam, question: Question, one: Field, given: Given) -> str:
    """An answer to a field of Cloze; of options their texts are those of the wording, which have no slots here."""
    part = exam.wordings[question.wording].parts[one.part]
    if not given:
        return ""
    if one.kind == "number":
        return given[one.of]
    if one.kind == "truth":
        return given[0].capitalize()
    text = next(option.text for option in part.options if option.id == given[-1])
    return re.sub(r"\$([^$]*)\$", r"\\(\1\\)", text)


# --- Canvas --------------------------------------------------------------------------------------------------------


def canvas_file(exam: Exam, students: Sequence[Student]) -> bytes:
    """Canvas' Student Analysis: a column for each question of the bank, two blanks where it was not drawn."""
    with zipfile.ZipFile(io.BytesIO(packaged(exam, "canvas"))) as archive:
        name = next(one for one in archive.namelist() if re.search(r"/exam-[^/]*\.xml$", one))
        tree = ElementTree.fromstring(archive.read(name))
    items = {node.get("ident"): node for node in tree.iter() if node.tag.endswith("}item") or node.tag == "item"}
    columns = []
    for id, (question, fields) in _entries(exam, "canvas").items():
        text = html_to_text(next(node.text for node in items[id].iter() if node.tag.endswith("mattext")) or "")
        columns.append((question, fields[0], items[id], text))
    header = ["name", "id", "sis_id", "section", "section_id", "section_sis_id", "submitted", "attempt"]
    for number, (_, _, _, text) in enumerate(columns):
        header += [f"{4711 + number}: {text}", "1.0"]
    rows = []
    for number, student in enumerate(students):
        row = ["N", str(number), student.id, "A", "1", "A-1", "2026-11-30 10:31:05 UTC", "1"]
        drawn = {(question.wording, question.row): question for question in student.questions}
        for question, one, item, _ in columns:
            mine = drawn.get((question.wording, question.row))
            row += ["", ""] if mine is None else [_canvas(exam, question, one, item, _given(student, mine, one)), "0.0"]
        rows.append([*row, "0", "0", "0.0"])
    return table([[*header, "n correct", "n incorrect", "score"], *rows])


def _canvas(exam: Exam, question: Question, one: Field, item: ElementTree.Element, given: Given) -> str:
    part, key = exam.wordings[question.wording].parts[one.part], question.parts[one.part]
    order = order_of(part, key)
    if not given:
        return ""
    if one.kind in ("number", "words"):
        return given[one.of]
    if one.kind == "truth":
        return given[0].capitalize()
    labels = [node for node in item.iter() if node.tag.endswith("response_label")]
    texts = [html_to_text("".join(node.itertext())) for node in labels][: one.options]
    if part.kind == "ordering":
        return str(given.index(order[one.of]) + 1)
    if one.kind == "matching":
        lists = [node for node in item.iter() if node.tag.endswith("response_lid")]
        lefts = [html_to_text(next(n.text for n in node.iter() if n.tag.endswith("mattext")) or "") for node in lists]
        pairs = (f"{left}=>{texts[order.index(option)]}" for left, option in zip(lefts, given, strict=True))
        return ",".join(pair.replace(",", "\\,") for pair in pairs)
    if part.kind == "truth":
        given = given[1:]
    return ",".join(texts[order.index(option)].replace(",", "\\,") for option in given)
