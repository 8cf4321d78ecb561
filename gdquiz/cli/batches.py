"""Forms made and typeset in batches, by whoever works: what one worker does, and how its results become files.

A batch comes back as it is written: pages of text, its forms as they stand in ``exam.json``, and what has to be counted
of them.  So nobody holds all forms, and an exam of thousands of them takes little memory.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import TypeAdapter

from gdquiz.assembly.forms import Frame, no_search_for_cycles
from gdquiz.assembly.report import Tally, added
from gdquiz.cli.executors import Workers
from gdquiz.cli.progress import with_progress
from gdquiz.errors import InputError
from gdquiz.exam.exam_json import form_to_json, in_pieces, joined
from gdquiz.exam.frozen import Exam, Form
from gdquiz.rendering.formats import Page, Rendering
from gdquiz.rendering.papers import Column
from gdquiz.rendering.templating import TemplateRefused

Content = str | bytes | None
"""What is written to a file; None takes the file back."""
Written = Iterator[tuple[PurePosixPath, Content]]

LARGEST = 480
"""Questions of a batch: as many as give a worker something to do, and are quickly passed on."""
NOT_WORTH = 12_000
"""Questions, counted once for each format, that this process alone has done before others have begun."""
SLOW = ("pdf",)
"""Formats in which a single form is worth a process."""
_PACKING = 1
"""The level of zlib: forms are much alike, and shrink to a tenth by the quickest one."""


@cache
def _forms() -> TypeAdapter[tuple[Form, ...]]:
    return TypeAdapter(tuple[Form, ...])


# --- what is sent to workers ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finished:
    """Forms that are made already.  They are pickled as JSON, which is the quickest way."""

    forms: tuple[Form, ...]

    def __reduce__(self) -> tuple[Any, ...]:
        return _read, (_forms().dump_json(self.forms),)


def _read(text: bytes) -> Finished:
    return Finished(_forms().validate_json(text))


Portion = Finished | range
"""Finished forms, or the places in a frame of those to be made."""


@dataclass(frozen=True)
class Work:
    """What is the same for all batches.  ``exam`` has all texts, and needs no forms; ``forms`` is their number."""

    exam: Exam
    forms: int
    formats: tuple[str, ...]
    templates: Path | None
    names: Mapping[str, str]
    frame: Frame | None = None
    engine: str = "typst"
    _renderings: dict[str, Rendering] = field(default_factory=dict)

    def rendering(self, name: str) -> Rendering:
        if name not in self._renderings:
            made = Rendering(self.exam, name, self.templates, names=self.names, forms=self.forms, engine=self.engine)
            self._renderings[name] = made
        return self._renderings[name]

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_renderings": {}}


@dataclass(frozen=True)
class Batch:
    """What became of a portion: pages and columns of the answer table by format, or what is wrong in that format.

    Of forms that were made, ``packed`` is how they stand in ``exam.json``, compressed.
    """

    forms: int
    pages: Mapping[str, tuple[Page, ...] | InputError]
    columns: Mapping[str, tuple[Column, ...]]
    packed: bytes = b""
    tally: Tally | None = None


def batch(work: Work, portion: Portion) -> Batch:
    """Make the forms of a portion, if they are to be made, and typeset them."""
    with no_search_for_cycles():
        if isinstance(portion, Finished):
            return _typeset(work, portion.forms)
        assert work.frame is not None
        forms = tuple(work.frame.form(place) for place in portion)
        packed = zlib.compress(joined(map(form_to_json, forms)).encode(), _PACKING)
        return replace(_typeset(work, forms), packed=packed, tally=work.frame.tally(forms))


def _typeset(work: Work, forms: Sequence[Form]) -> Batch:
    pages: dict[str, tuple[Page, ...] | InputError] = {}
    columns: dict[str, tuple[Column, ...]] = {}
    for name in work.formats:
        try:
            made = work.rendering(name)
            pages[name] = tuple(page for form in forms for page in made.pages(form))
            columns[name] = tuple(map(made.column, forms))
        except TemplateRefused:
            raise
        except InputError as error:
            pages[name] = error
    return Batch(len(forms), pages, columns)


# --- what is done with the results ---------------------------------------------------------------------------------


class Production:
    """The files of all forms in some formats, and what is known when they are written.

    ``failed`` are the formats that could not be made, with what is wrong; their files are taken back.  ``notes`` is
    what there is to tell of the others.
    """

    def __init__(self, work: Work, finished: Sequence[Form], workers: Workers):
        self._work, self._finished, self._workers = work, finished, workers
        self.failed: dict[str, InputError] = {}
        self.notes: list[str] = []
        self._packed: list[bytes] = []
        self._tallies: list[Tally] = []
        self._written: dict[str, dict[PurePosixPath, None]] = {name: {} for name in work.formats}
        self._columns: dict[str, list[Column]] = {name: [] for name in work.formats}

    def files(self) -> Written:
        """The sheets and keys, a batch of forms after the other.  Raises ``TemplateRefused``."""
        renderings: dict[str, Rendering] = {}
        for name in self._work.formats:
            try:
                renderings[name] = made = self._work.rendering(name)
                yield from self._pages(name, made.begin())
                self.notes += made.notes
            except TemplateRefused:
                raise
            except InputError as error:
                yield from self._take_back(name, error)
        if len(self.failed) == len(self._work.formats) and self._work.frame is None:
            return
        for found in self._batches():
            if found.tally is not None:
                self._tallies.append(found.tally)
                self._packed.append(found.packed)
            for name, pages in found.pages.items():
                if name in self.failed:
                    continue
                if isinstance(pages, InputError):
                    yield from self._take_back(name, pages)
                    continue
                self._columns[name] += found.columns[name]
                bound = (one for page in pages for one in renderings[name].bound(page))
                yield from self._pages(name, bound)
        for name in self._work.formats:
            if name not in self.failed:
                try:
                    yield from self._pages(name, renderings[name].end(self._columns[name]))
                except TemplateRefused:
                    raise
                except InputError as error:
                    yield from self._take_back(name, error)

    @property
    def tally(self) -> Tally:
        """What was counted of the forms that were made."""
        return added(self._tallies)

    def exam_json(self, exam: Exam) -> Iterator[str]:
        """The text of ``exam.json`` with the forms that the exam has and those that were made, in pieces."""
        made = (zlib.decompress(packed).decode() for packed in self._packed)
        return in_pieces(exam, (*map(form_to_json, exam.forms), *made) if exam.forms else made)

    def whole(self, exam: Exam) -> Exam:
        """The exam with the forms that were made."""
        texts = (zlib.decompress(packed) for packed in self._packed)
        forms = (form for text in texts for form in _forms().validate_json(b"[" + text + b"]"))
        return exam.model_copy(update={"forms": (*exam.forms, *forms)})

    def _pages(self, name: str, pages: Iterable[Page]) -> Written:
        for page in pages:
            self._written[name][page.path] = None
            yield page.path, page.text

    def _take_back(self, name: str, error: InputError) -> Written:
        self.failed[name] = error
        yield from ((path, None) for path in self._written[name])

    def _batches(self) -> Iterator[Batch]:
        portions, few = self._portions()
        made = self._workers.share(batch, self._work, portions, few=few, ahead=2 * self._workers.count + 2)
        label = ", ".join(self._work.formats) or "forms"
        for found in with_progress(_each_form(made), label=label, total=self._work.forms):
            if found is not None:
                yield found

    def _portions(self) -> tuple[Sequence[Portion], int]:
        """The portions, and how few of them are not worth a process."""
        work, finished = self._work, self._finished
        first = finished[0] if finished else work.frame.form(0) if work.frame is not None else None
        questions = len(first.questions) if first else 1
        slow = any(name in work.formats for name in SLOW)
        alone = self._workers.alone
        most = max(1, LARGEST // questions)
        size = most if alone else min(most, max(1, work.forms // (4 * self._workers.count)))
        portions: list[Portion] = [
            Finished(tuple(finished[start : start + size])) for start in range(0, len(finished), size)
        ]
        if work.frame is not None:
            portions += [range(start, min(start + size, work.frame.size)) for start in range(0, work.frame.size, size)]
        worth = slow or self._workers.chosen or work.forms * questions * len(work.formats) > NOT_WORTH
        return portions, 2 if worth else len(portions) + 1


def _each_form(batches: Iterable[Batch]) -> Iterator[Batch | None]:
    """A batch, and nothing for each further form of it: one step of the progress for every form."""
    for found in batches:
        yield found
        yield from (None for _ in range(found.forms - 1))
