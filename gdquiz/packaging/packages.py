"""One function packages an exam for a platform: its pools of variants, the pages of the package, and the report.

Each slot of the exam becomes a pool of the different variants that its forms have there, of which the platform gives
every student one.  Nothing is written here: pages of text or bytes come one after another, as from ``rendering``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TypeVar
from xml.etree import ElementTree

from jinja2 import Template

from gdquiz.errors import Fault, InputError
from gdquiz.exam.frozen import Exam, Question
from gdquiz.packaging.entries import Entries, Entry, shortened
from gdquiz.packaging.targets import Target
from gdquiz.plurals import counted
from gdquiz.rendering.formats import Page
from gdquiz.rendering.templating import TemplateRefused, environment, load
from gdquiz.resources import data
from gdquiz.words.catalogue import find

Progress = Callable[..., Iterable[Question]]
"""Takes questions, a label and how many there are, and gives the questions back one by one."""
Made = TypeVar("Made")

FOLDER = PurePosixPath("lms")
MANIFEST = "imsmanifest.xml"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
"""Identifiers that every platform takes: names of XML without dots."""


class NoPlace(InputError):
    """A platform has no place for a question or a part of one, as the table of targets tells."""


@dataclass(frozen=True, slots=True)
class Pool:
    """The different variants that the forms of an exam have in one slot.  ``title`` gives nothing away to students."""

    number: int
    id: str
    name: str
    title: str
    questions: tuple[Question, ...]


def pools_of(exam: Exam) -> tuple[Pool, ...]:
    """The pools of an exam, in the order of its slots; a variant that several forms share is in its pool once."""
    slots: dict[int, dict[tuple[str, int], Question]] = {}
    for form in exam.forms:
        for question in form.questions:
            variants = slots.setdefault(question.slot or question.number, {})
            variants.setdefault((question.wording, question.row), question)
    words, pools = find(exam.language, "packages"), []
    for place, (_, variants) in enumerate(sorted(slots.items()), start=1):
        questions = tuple(variants.values())
        titles = list(dict.fromkeys(exam.wordings[question.wording].title for question in questions))
        name = shortened(f"{place:02d} {titles[0]}") if len(titles) == 1 else f"{place:02d} {len(titles)} items"
        pools.append(Pool(place, f"pool-{place:02d}", name, words.say("paper.question", number=place), questions))
    return tuple(pools)


class Package:
    """What a writer of a package works with: the exam, its pools, its entries laid out by templates of the target."""

    def __init__(self, exam: Exam, target: Target, folder: Path | None, progress: Progress):
        self.exam = exam
        self.target = target
        self.pools = pools_of(exam)
        self._folders = (*(() if folder is None else (folder,)), data("templates"))
        self.entries = Entries(exam, target, environment(self._folders, "html"))
        self.written = 0
        self.left_out: list[Fault] = []
        self.strict = False
        self.files: set[PurePosixPath] = set()
        self._progress = progress

    def template(self, name: str) -> Template:
        """A template by its path, ``moodle/question.xml.j2``; XML and HTML are escaped, other text is not."""
        marked_up = name.split(".")[1] in ("xml", "html")
        return load(environment(self._folders, "html" if marked_up else "markdown"), name)

    def laid_out(
        self, template: Template, pool: Pool, finished: Callable[[str, Entry], Made], **also: object
    ) -> Iterator[tuple[Entry, Made]]:
        """Every entry of a pool with what ``finished`` makes of its text; the template also sees what is the same for
        all."""
        return self.made(pool, lambda entry: finished(self.entries.laid_out(template, entry, **also), entry))

    def made(self, pool: Pool, work: Callable[[Entry], Made]) -> Iterator[tuple[Entry, Made]]:
        """Every entry of a pool with what ``work`` makes of it.

        An entry that ``work`` raises ``InputError`` for is left out, and the report tells why; the others go on.
        ``strict`` packages raise it, unless the platform has no place for such a question.
        """
        label, total = f"{self.target.name} {pool.number}/{len(self.pools)}", len(pool.questions)
        for question in self._progress(pool.questions, label=label, total=total):
            try:
                entries = self.entries.of(question, pool.number)
            except InputError as error:
                self._leave_out(question, error)
                continue
            for reason in self.entries.without(question):
                self._leave_out(question, NoPlace(Fault(reason)))
            for entry in entries:
                try:
                    result = work(entry)
                except TemplateRefused:
                    raise
                except InputError as error:
                    self._leave_out(question, error)
                else:
                    self.written += 1
                    yield entry, result

    def _leave_out(self, question: Question, error: InputError) -> None:
        if self.strict and not isinstance(error, NoPlace):
            raise error
        for fault in error.faults[:1]:
            self.left_out.append(Fault(fault.problem, item=question.wording, field=question.id))

    def figure(self, entry: Entry) -> str:
        """The drawing of an entry's question as a file of its own (SVG)."""
        return self.entries.drawn(entry)

    def category(self, pool: Pool) -> str:
        """The path of a pool's category in Moodle; a slash in a name is written twice."""
        return "/".join(name.replace("/", "//") for name in ("gdquiz", shortened(self.exam.title), pool.name))

    @property
    def path(self) -> PurePosixPath:
        """Where the package lies beside sheets and keys."""
        return FOLDER / f"{self.target.name}.{self.target.extension}"


def package(
    exam: Exam,
    target: Target,
    report: list[str],
    folder: Path | None = None,
    *,
    progress: Progress = lambda questions, **_: questions,
    left_out: list[Fault] | None = None,
) -> Iterator[Page]:
    """The pages of a package; at the end, what was changed or left out is added to ``report``.

    A question, or a part of one, that the platform has no place for is left out.  So is a question that does not stand
    its check where ``left_out`` is given, which gets a fault for each that is left out.
    Raises ``InputError`` when nothing of the exam can be carried, when a file around the questions does not stand its
    check, and without ``left_out`` for a question that does not; the fault names the item.
    """
    made = Package(exam, target, folder, progress)
    made.strict = left_out is None
    module, function = target.writer.split(":")
    for page in getattr(import_module(module), function)(made):
        made.files.add(page.path)
        yield page
    if not made.written:
        items: dict[str, dict[str, None]] = {}
        for fault in made.left_out:
            items.setdefault(fault.problem, {})[fault.item] = None
        reasons = "; ".join(f"{problem} ({', '.join(names)})" for problem, names in items.items())
        problem = f"{target.title} can carry no question of this exam: {reasons}"
        raise NoPlace(Fault(problem, hint="choose another format"))
    report += told(made)
    if left_out is not None:
        left_out += made.left_out


def no_figure(entry: Entry) -> None:
    """Refuse a question with a figure where there is no place for one."""
    if entry.question.figure is not None:
        raise NoPlace(Fault("it shows a figure"))


def read_back(text: str, name: str) -> None:
    """Check a file of a package that is no item: it is well-formed, and its identifiers are names and differ.

    Raises ``InputError`` naming the file.
    """
    problem = ""
    try:
        nodes = list(ElementTree.fromstring(text).iter())
    except ElementTree.ParseError as error:
        problem = f"it is not well-formed ({error})"
    else:
        found = Counter(node.get("identifier") or node.get("ident") or "" for node in nodes if _is_named(node.tag))
        wrong = sorted(one for one, count in found.items() if count > 1 or not NAME.fullmatch(one))
        if wrong:
            problem = f"the identifier '{wrong[0]}' is no name, or occurs twice"
    if problem:
        hint = "look for control characters in the exam's title, and for odd ones in the ids of the exam and its items"
        raise InputError(Fault(f"the file '{name}' of the package does not stand its check: {problem}", hint=hint))


def _is_named(tag: str) -> bool:
    kinds = ("manifest", "resource", "assessment", "section", "item", "assessmentTest", "assessmentItemRef")
    return tag.rpartition("}")[2] in (*kinds, "assessmentSection")


def told(made: Package) -> Iterator[str]:
    """What an instructor should know of a package, line by line."""
    variants = sum(len(pool.questions) for pool in made.pools)
    path = f"{made.path.with_suffix('')}/" if len(made.files) > 1 else str(min(made.files))
    yield (
        f"{path}: {counted(len(made.pools), 'pool')}, {counted(variants, 'variant')}, "
        f"{counted(made.written, 'question')} of {made.target.title} "
        f"({counted(made.exam.points, 'point')} where a student gets one variant of each pool)"
    )
    forms = len(made.exam.forms)
    for pool in made.pools:
        if len(pool.questions) < forms:
            yield f"  {pool.name}: only {len(pool.questions)} different variants for {forms} forms"
    changes: dict[str, Counter[str]] = {}
    for (item, change), count in made.entries.changes.items():
        changes.setdefault(change, Counter())[item] += count
    for fault in made.left_out:
        changes.setdefault(f"left out: {fault.problem}", Counter())[fault.item] += 1
    for change, items in sorted(changes.items()):
        count = sum(items.values())
        names = "every question" if count == variants else ", ".join(sorted(items))
        yield f"  {change}: {counted(count, 'question')} ({names})"
