"""Exams: assembled from a blueprint, read, typeset and packaged; what is made is files that wait to be written."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from gdquiz.api.items import Items, Place, read_banks
from gdquiz.api.questions import Question, question_of
from gdquiz.api.showing import exam_shown
from gdquiz.assembly import forms as assembly
from gdquiz.assembly.blueprint import Blueprint
from gdquiz.assembly.blueprint import read_blueprint as blueprint_in
from gdquiz.assembly.roster import MOST_FORMS, read_roster
from gdquiz.assembly.seating import Student
from gdquiz.assembly.students import NAME, as_csv
from gdquiz.cli.files import MOST_OF_AN_EXAM, read_bytes, read_text, write_folder
from gdquiz.cli.students import names_of
from gdquiz.errors import Fault, InputError, nearest
from gdquiz.exam import frozen
from gdquiz.exam.exam_json import from_json, to_json
from gdquiz.packaging import packages
from gdquiz.packaging.targets import find_target
from gdquiz.plurals import counted
from gdquiz.rendering import formats
from gdquiz.rendering.formats import Page


@dataclass(frozen=True, slots=True, repr=False)
class Files(Mapping[str, bytes]):
    """Files by their paths, such as ``sheets/form-01.html``; ``a | b`` are those of both.

    ``report`` is what there is to tell of them; ``left_out`` are the questions that a platform has no place for.
    """

    contents: Mapping[str, bytes]
    report: tuple[str, ...] = ()
    left_out: tuple[Fault, ...] = ()

    def __repr__(self) -> str:
        return f"<{counted(len(self), 'file')}>"

    def __getitem__(self, path: str) -> bytes:
        return self.contents[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self.contents)

    def __len__(self) -> int:
        return len(self.contents)

    def __or__(self, other: Files) -> Files:
        contents = MappingProxyType({**self.contents, **other.contents})
        return Files(contents, self.report + other.report, self.left_out + other.left_out)

    def write(self, folder: Place, *, force: bool = False) -> Path:
        """Write all into a folder, or nothing; with ``force`` in the place of what gdquiz wrote there before.

        Raises ``InputError`` where that cannot be done, and where files that are not gdquiz' own are in the way.
        """
        write_folder(Path(folder), ((PurePosixPath(path), data) for path, data in self.contents.items()), force=force)
        return Path(folder)


class Exam(frozen.Exam):
    """A frozen exam, as in ``exam.json``.  A notebook shows its first form, question by question, with the keys."""

    def questions(self, form: int = 1) -> tuple[Question, ...]:
        """The questions of a form, counted from 1.  Raises ``InputError`` for a form that is none."""
        if not 1 <= form <= len(self.forms):
            raise InputError(Fault(f"there is no form {form}", f"1 to {len(self.forms)}"))
        return tuple(self._question(one) for one in self.forms[form - 1].questions)

    def question(self, id: str) -> Question:
        """The question of the id that is printed below it.  Raises ``InputError`` for an id that is none."""
        known = {one.id: one for form in self.forms for one in form.questions}
        if id not in known:
            raise InputError(Fault(f"there is no question '{id}' in exam {self.id}", hint=nearest(id, known)))
        return self._question(known[id])

    def _question(self, one: frozen.Question) -> Question:
        wording, kinds = self.wordings[one.wording], self.slot_kinds.get(one.wording, {})
        codes = {wrong.misconception for part in one.parts for wrong in part.wrong}
        return question_of(one, wording, kinds, {code: self.misconceptions[code] for code in sorted(codes)})

    def to_json(self) -> str:
        """The text of ``exam.json``."""
        return to_json(self)

    def files(self, students: Sequence[Student] = ()) -> Files:
        """``exam.json``, and ``students.csv`` with the names that the exam itself does not hold."""
        names = {NAME: as_csv(students).encode()} if students else {}
        return Files(MappingProxyType({"exam.json": self.to_json().encode(), **names}))

    def __repr__(self) -> str:
        return f"<exam {self.id}: {counted(len(self.forms), 'form')}>"

    def _repr_html_(self) -> str:
        return exam_shown(self)


def _exam(exam: frozen.Exam) -> Exam:
    return Exam.model_construct(**dict(exam))


def read_exam(file: Place) -> Exam:
    """The exam of an ``exam.json``.  Raises ``InputError`` with every fault of the file."""
    return _exam(from_json(read_text(Path(file), most=MOST_OF_AN_EXAM), file=str(file)))


def read_blueprint(file: Place) -> Blueprint:
    """The blueprint in a TOML file.  Raises ``InputError`` with every fault of the file."""
    return blueprint_in(read_text(Path(file)), file=str(file))


def read_students(file: Place) -> tuple[Student, ...]:
    """The students of a roster: CSV with names and ids, or what a learning platform exports.

    Raises ``InputError`` with every fault of the file.
    """
    return read_roster(read_bytes(Path(file)), file=str(file))


def assemble(
    blueprint: Blueprint | Place,
    items: Items | None = None,
    *,
    forms: int | None = None,
    students: Sequence[Student] = (),
    spare: int = 0,
    seed: str | None = None,
    not_in: Sequence[frozen.Exam] = (),
) -> Exam:
    """The exam of a blueprint, which may be a file: with so many forms, or one for each student and ``spare`` more.

    Without ``items`` it draws from the banks that the blueprint names, or from the shipped ones.  The seed is this one,
    else the blueprint's, else drawn; the exam tells it (``exam.seed``).  The same blueprint, items, students and seed
    give the same exam on every machine.  No variant of the exams ``not_in`` comes again.

    Raises ``InputError`` for a blueprint that cannot be read or met, and for numbers of forms that do not go together.
    """
    plan = blueprint if isinstance(blueprint, Blueprint) else read_blueprint(blueprint)
    file = "" if isinstance(blueprint, Blueprint) else str(blueprint)
    _check_numbers(forms, students, spare)
    if items is None:
        items = read_banks(*((Path(file).parent if file else Path()) / name for name in plan.banks))
    chosen = seed if seed is not None else plan.seed if plan.seed is not None else secrets.token_hex(8)
    solve = {item.id: item.solve for item in items}
    exam = assembly.assemble(
        plan.model_copy(update={"seed": chosen}), [item.listed for item in items], forms or plan.forms, students,
        spare=spare, not_in=not_in, file=file, solve=lambda listed: solve[listed.id](listed),
    )  # fmt: skip
    return _exam(exam)


def _check_numbers(forms: int | None, students: Sequence[Student], spare: int) -> None:
    faults = []
    if forms is not None and students:
        faults.append(Fault("students and a number of forms are given", "one of them; each student gets a form"))
    if forms is not None and not 1 <= forms <= MOST_FORMS:
        faults.append(Fault(f"{forms} forms", f"1 to {MOST_FORMS}", field="forms"))
    if not 0 <= spare <= MOST_FORMS or (spare and not students):
        faults.append(Fault(f"{spare} spare forms", f"0 to {MOST_FORMS}, and none without students", field="spare"))
    if faults:
        raise InputError(faults)


def render(
    exam: frozen.Exam, format: str = "html", *, students: Sequence[Student] = (), templates: Place | None = None
) -> Files:
    """The sheets and keys of an exam in one of the formats that ``gdquiz formats`` lists.

    ``students`` have the names to print; ``templates`` is a folder of your own templates.  Raises ``InputError`` for
    an unknown format, and for what cannot be set in it.
    """
    folder = None if templates is None else Path(templates)
    return _gathered(formats.render(exam, format, folder, names=names_of(exam, tuple(students))))


def package(exam: frozen.Exam, platform: str, *, templates: Place | None = None) -> Files:
    """An exam as pools of variants for one of the platforms that ``gdquiz formats`` lists.

    What the platform has no place for is left out, and told.  Raises ``InputError`` for an unknown platform, and where
    nothing of the exam can be carried.
    """
    report: list[str] = []
    left_out: list[Fault] = []
    folder = None if templates is None else Path(templates)
    made = _gathered(packages.package(exam, find_target(platform), report, folder, left_out=left_out))
    return Files(made.contents, tuple(report), tuple(left_out))


def _gathered(pages: Iterator[Page]) -> Files:
    contents: dict[str, bytearray] = {}
    for page in pages:
        data = page.text.encode() if isinstance(page.text, str) else page.text
        contents.setdefault(page.path.as_posix(), bytearray()).extend(data)
    return Files(MappingProxyType({path: bytes(data) for path, data in contents.items()}))
