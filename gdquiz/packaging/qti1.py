"""QTI 1.2 packages, plain and as Canvas reads them: one assessment whose sections select one item of each pool.

These platforms ask one thing in a question, so a question of several parts becomes several, each with the whole stem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from gdquiz.errors import Fault, InputError
from gdquiz.packaging.archive import zipped
from gdquiz.packaging.entries import Entry
from gdquiz.packaging.packages import MANIFEST, Package, read_back
from gdquiz.rendering.blocks import amount
from gdquiz.rendering.formats import Page
from gdquiz.rendering.templating import lay_out

SMALLEST = 1e-4
"""Canvas takes numbers that are closer to zero for zero."""


@dataclass(frozen=True, slots=True)
class FileView:
    """A picture of the package."""

    id: str
    href: str


@dataclass(frozen=True, slots=True)
class ExamView:
    """The exam of a package; ``files`` are its pictures."""

    id: str
    title: str
    about: str
    points: str
    href: str
    meta: str
    files: tuple[FileView, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section that gives each student one of its items."""

    id: str
    title: str
    points: str


def pages(package: Package) -> Iterator[Page]:
    """The archive."""
    return zipped(package.path, _members(package))


def _members(package: Package) -> Iterator[tuple[str, str]]:
    canvas = package.target.name == "canvas"
    folder = f"exam-{package.exam.id}"
    exam = ExamView(
        id=folder,
        title=package.exam.title,
        about=f"gdquiz exam {package.exam.id}",
        points=amount(package.exam.points),
        href=f"{folder}/{folder}.xml",
        meta=f"{folder}/assessment_meta.xml",
    )
    pictures = f"$IMS-CC-FILEBASE$/{folder}/" if canvas else ""
    item, section = package.template("qti1/item.xml.j2"), package.template("qti1/section.xml.j2")
    body = [lay_out(package.template("qti1/head.xml.j2"), exam=exam, canvas=canvas)]
    files: list[FileView] = []

    def finished(text: str, entry: Entry) -> tuple[str, dict[str, str]]:
        """An item and its pictures."""
        return text, {f"{folder}/{name}": package.figure(entry) for name in check(text, entry, canvas=canvas)}

    for pool in package.pools:
        sections: dict[int, list[str]] = {}
        for entry, (text, drawn) in package.laid_out(item, pool, finished, canvas=canvas, pictures=pictures):
            for href, drawing in drawn.items():
                if all(file.href != href for file in files):
                    files.append(FileView(f"picture-{entry.id}", href))
                    yield href, drawing
            if entry.number not in sections:
                view = SectionView(f"{pool.id}-{entry.number + 1}", entry.title, amount(entry.points))
                sections[entry.number] = [lay_out(section, section=view, canvas=canvas)]
            sections[entry.number].append(text)
        body += [text for texts in sections.values() for text in (*texts, "</section>\n")]
    body.append("</section>\n</assessment>\n</questestinterop>\n")
    exam = ExamView(exam.id, exam.title, exam.about, exam.points, exam.href, exam.meta, tuple(files))
    manifest = lay_out(package.template("qti1/manifest.xml.j2"), exam=exam, canvas=canvas)
    meta = lay_out(package.template("qti1/meta.xml.j2"), exam=exam) if canvas else ""
    read_back("".join(body), exam.href)
    read_back(manifest, MANIFEST)
    yield exam.href, "".join(body)
    if canvas:
        read_back(meta, exam.meta)
        yield exam.meta, meta
    yield MANIFEST, manifest


# --- reading back ---------------------------------------------------------------------------------------------------


def check(text: str, entry: Entry, *, canvas: bool) -> tuple[str, ...]:
    """The pictures that an item shows.  Raises ``InputError`` where the item is not sound, naming it."""
    problem = _problem(text, entry, canvas=canvas)
    if problem:
        raise InputError(
            Fault(f"the question does not stand its check: {problem}", item=entry.question.wording, field=entry.id)
        )
    return tuple(dict.fromkeys(re.findall(r'<img src="(?:[^"]*/)?([^"/]+)"', text)))


def _problem(text: str, entry: Entry, *, canvas: bool) -> str:
    try:
        item = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        return f"it is not well-formed ({error})"
    for picture in re.findall("<img [^>]*>", text):
        if not re.search(' alt="[^"]+"', picture):
            return "a picture has no text"
    said = {one.get("ident") for one in item.iter("itemfeedback")}
    linked = {one.get("linkrefid") for one in item.iter("displayfeedback")}
    if not linked <= said:
        return f"nothing is said for {', '.join(sorted(str(name) for name in linked - said))}"
    asked = {one.get("ident"): one for one in (*item.iter("response_lid"), *item.iter("response_str"))}
    for one in asked.values():
        labels = [(label.get("ident"), "".join(label.itertext())) for label in one.iter("response_label")]
        if len({name for name, _ in labels}) < len(labels):
            return f"two options of {one.get('ident')} have one identifier"
        if len({text for _, text in labels}) < len(labels):
            return f"two options of {one.get('ident')} read alike"
    numeric = item.find(".//render_fib[@fibtype='Decimal']") is not None
    for test in (*item.iter("varequal"), *item.iter("vargte"), *item.iter("varlte")):
        field = asked.get(test.get("respident"))
        if field is None:
            return "a test names no response"
        value = test.text or ""
        if numeric:
            if not re.fullmatch(r"-?\d+(\.\d+)?", value):
                return f"'{value}' is not a decimal number"
            if canvas and test.tag == "varequal" and 0 < abs(float(value)) < SMALLEST:
                return f"Canvas would take the key {value} for 0"
        elif value not in {label.get("ident") for label in field.iter("response_label")}:
            return f"the key '{value}' is not among the options"
    if item.find(".//setvar") is None and entry.fields[0].kind != "words":
        return "nothing earns marks"
    return ""
