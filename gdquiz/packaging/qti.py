"""QTI 2.1 and 2.2 packages: an item for each variant, a test whose sections select one of each pool, and a manifest.

Response processing gives the points of every field, names the message of a foreseen wrong answer in the outcome
FEEDBACK, and shows the solution at the end.  Items are read back one by one, and the manifest against what was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from gdquiz.errors import Fault, InputError
from gdquiz.packaging.archive import zipped
from gdquiz.packaging.entries import Entry
from gdquiz.packaging.packages import Package
from gdquiz.rendering.formats import Page
from gdquiz.rendering.templating import lay_out

MATHML = "http://www.w3.org/1998/Math/MathML"
FOLDER = "items"


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item as the test and the manifest name it; ``files`` are its pictures."""

    id: str
    href: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionView:
    """A pool as a section of the test."""

    id: str
    title: str
    items: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True)
class TestView:
    """The test of a package."""

    id: str
    title: str
    href: str
    pools: tuple[SectionView, ...]


def pages(package: Package) -> Iterator[Page]:
    """The archive.  Raises ``InputError`` naming the item that does not stand its check."""
    return zipped(package.path, _members(package))


def _members(package: Package) -> Iterator[tuple[str, str]]:
    minor = package.target.name[-1]
    item = package.template("qti2/item.xml.j2")
    sections = []
    for pool in package.pools:
        items = []
        for entry, text in package.laid_out(item, pool, minor=minor):
            written = text.replace("<math ", f'<math xmlns="{MATHML}" ')
            files = tuple(f"{FOLDER}/{name}" for name in check(written, entry))
            yield f"{FOLDER}/{entry.id}.xml", written
            for file in files:
                yield file, package.figure(entry)
            items.append(ItemView(entry.id, f"{FOLDER}/{entry.id}.xml", files))
        sections.append(SectionView(pool.id, pool.title, tuple(items)))
    test = TestView(f"exam-{package.exam.id}", package.exam.title, "test.xml", tuple(sections))
    yield test.href, lay_out(package.template("qti2/test.xml.j2"), test=test, minor=minor)
    yield "imsmanifest.xml", lay_out(package.template("qti2/manifest.xml.j2"), test=test, minor=minor)


# --- reading back ---------------------------------------------------------------------------------------------------

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def check(text: str, entry: Entry) -> tuple[str, ...]:
    """The pictures that an item shows.  Raises ``InputError`` where the item is not sound, naming it."""
    pictures: list[str] = []
    problem = _problem(text, pictures)
    if problem:
        raise InputError(
            Fault(f"the question does not stand its check: {problem}", item=entry.question.wording, field=entry.id)
        )
    return tuple(pictures)


def _problem(text: str, pictures: list[str]) -> str:
    try:
        item = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        return f"it is not well-formed ({error})"
    space = item.tag.partition("}")[0] + "}"
    if not _NAME.fullmatch(item.get("identifier", "")):
        return "its identifier is no name"
    for declared in item.iter(f"{space}responseDeclaration"):
        name = declared.get("identifier", "")
        known = [one for one in item.iter() if one.get("responseIdentifier") == name]
        if len(known) != 1:
            return f"the response {name} is asked for {len(known)} times"
        options = {one.get("identifier") for one in known[0].iter() if one.get("identifier")}
        values = [value.text or "" for value in declared.iter(f"{space}value")]
        base = declared.get("baseType")
        if base == "float" and not all(re.fullmatch(r"-?\d+(\.\d+)?", value) for value in values):
            return f"the key of {name} is not a decimal number"
        if base in ("identifier", "directedPair"):
            if not values:
                return f"{name} has no key"
            if not {part for value in values for part in value.split()} <= options:
                return f"the key of {name} is not among its options"
    said = {one.get("identifier") for one in item.iter(f"{space}modalFeedback")}
    for outcome in item.iter(f"{space}setOutcomeValue"):
        if outcome.get("identifier") == "FEEDBACK":
            names = {one.text for one in outcome.iter(f"{space}baseValue")}
            if not names <= said:
                return f"nothing is said for {', '.join(sorted(name or '' for name in names - said))}"
    pictures += [image.get("src", "") for image in item.iter(f"{space}img")]
    return "" if all(image.get("alt") for image in item.iter(f"{space}img")) else "a picture has no text"
