"""QTI 2.1, 2.2 and 3.0: an item for each variant, a test whose sections select one of each pool, and a manifest.

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
from gdquiz.packaging.packages import MANIFEST, NAME, Package, read_back
from gdquiz.rendering.formats import Page
from gdquiz.rendering.templating import lay_out


@dataclass(frozen=True, slots=True)
class Version:
    """What differs between versions: names of schemas, types of resources, and in version 3 all names (``renamed``)."""

    name: str
    short: str
    namespace: str
    schema: str
    manifest: str
    package: str
    package_version: str


_IMS = "http://www.imsglobal.org/xsd"
VERSIONS = (
    Version(
        "qti-2.1", "v2p1", f"{_IMS}/imsqti_v2p1", f"{_IMS}/qti/qtiv2p1/imsqti_v2p1.xsd",
        f"{_IMS}/imscp_v1p1", "QTIv2.1 Package", "1.0.0",
    ),
    Version(
        "qti-2.2", "v2p2", f"{_IMS}/imsqti_v2p2", f"{_IMS}/qti/qtiv2p2/imsqti_v2p2.xsd",
        f"{_IMS}/imscp_v1p1", "QTIv2.2 Package", "1.0.0",
    ),
    Version(
        "qti-3.0", "v3p0", f"{_IMS}/imsqtiasi_v3p0",
        "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd",
        f"{_IMS}/qti/qtiv3p0/imscp_v1p1", "QTI Package", "3.0.0",
    ),
)  # fmt: skip

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
    """The archive."""
    return zipped(package.path, _members(package))


def _members(package: Package) -> Iterator[tuple[str, str]]:
    version = next(row for row in VERSIONS if row.name == package.target.name)
    named = renamed if version.short == "v3p0" else str
    item = package.template("qti/item.xml.j2")
    sections = []

    def finished(text: str, entry: Entry) -> tuple[str, dict[str, str]]:
        """An item and its pictures."""
        written = text.replace(' tabindex="0"', "").replace("<math ", f'<math xmlns="{MATHML}" ')
        return written, {f"{FOLDER}/{name}": package.figure(entry) for name in check(written, entry)}

    for pool in package.pools:
        items = []
        for entry, (written, files) in package.laid_out(item, pool, finished, version=version):
            yield f"{FOLDER}/{entry.id}.xml", named(written)
            yield from files.items()
            items.append(ItemView(entry.id, f"{FOLDER}/{entry.id}.xml", tuple(files)))
        if items:
            sections.append(SectionView(pool.id, pool.title, tuple(items)))
    test = TestView(f"exam-{package.exam.id}", package.exam.title, "test.xml", tuple(sections))
    written = lay_out(package.template("qti/test.xml.j2"), test=test, version=version)
    manifest = lay_out(package.template("qti/manifest.xml.j2"), test=test, version=version)
    read_back(written, test.href)
    read_back(manifest, MANIFEST)
    yield test.href, named(written)
    yield MANIFEST, manifest


# --- the names of version 3 -----------------------------------------------------------------------------------------

_KEPT_NAMES = "div p strong em small code pre ul ol li table thead tbody tr th td img br math"
_KEPT = frozenset(_KEPT_NAMES.split())
_TAG = re.compile(r"<(/?)([A-Za-z]+)((?:\s[^<>]*)?)>")
_ATTRIBUTE = re.compile(r"(?<=\s)([a-z]+(?:[A-Z][a-z]+)+)(?==\")")
_MATHEMATICS = re.compile(r"(<math .*?</math>)", re.DOTALL)
_CONTENTS = ("modal-feedback", "rubric-block")
"""Elements whose content stands in a content body in version 3."""


def renamed(text: str) -> str:
    """An item or test with the names of version 3: ``responseDeclaration`` becomes ``qti-response-declaration``."""
    parts = _MATHEMATICS.split(text)
    return "".join(part if number % 2 else _TAG.sub(_renamed_tag, part) for number, part in enumerate(parts))


def _renamed_tag(tag: re.Match[str]) -> str:
    slash, name, attributes = tag[1], tag[2], tag[3]
    if name in _KEPT:
        return tag[0]
    name, attributes = _kebab(name), _ATTRIBUTE.sub(lambda found: _kebab(found[1]), attributes)
    if name == "rubric-block" and not slash:
        attributes += ' use="instructions"'
    written = f"<{slash}qti-{name}{attributes}>"
    if name not in _CONTENTS:
        return written
    return f"</qti-content-body>{written}" if slash else f"{written}<qti-content-body>"


def _kebab(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: f"-{letter[0].lower()}", name)


# --- reading back ---------------------------------------------------------------------------------------------------


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
    if not NAME.fullmatch(item.get("identifier", "")):
        return "its identifier is no name"
    for declared in item.iter(f"{space}responseDeclaration"):
        name = declared.get("identifier", "")
        known = [one for one in item.iter() if one.get("responseIdentifier") == name]
        if len(known) != 1:
            return f"the response {name} is asked for {len(known)} times"
        choices = [one for one in known[0].iter() if one.get("identifier")]
        options = {one.get("identifier") for one in choices}
        if len(options) < len(choices):
            return f"two options of {name} have one identifier"
        texts = [
            (number, _content(one)) for number, holder in enumerate(known[0].iter()) for one in holder if one in choices
        ]
        if len(set(texts)) < len(texts):
            return f"two options of {name} read alike"
        values = [value.text or "" for value in declared.iter(f"{space}value")]
        base = declared.get("baseType")
        if base != "string" and not values:
            return f"{name} has no key"
        if base == "float" and not all(re.fullmatch(r"-?\d+(\.\d+)?", value) for value in values):
            return f"the key of {name} is not a decimal number"
        if base in ("identifier", "directedPair") and not {p for value in values for p in value.split()} <= options:
            return f"the key of {name} is not among its options"
        if base != "string" and name not in {
            one.get("identifier") for one in item.findall(f"./{space}responseProcessing//*")
        }:
            return f"{name} earns no marks"
    said = {one.get("identifier") for one in item.iter(f"{space}modalFeedback")}
    for outcome in item.iter(f"{space}setOutcomeValue"):
        if outcome.get("identifier") == "FEEDBACK":
            names = {one.text for one in outcome.iter(f"{space}baseValue")}
            if not names <= said:
                return f"nothing is said for {', '.join(sorted(name or '' for name in names - said))}"
    if any(not "".join(one.itertext()).strip() for one in item.iter(f"{space}modalFeedback")):
        return "a message has no words"
    pictures += [image.get("src", "") for image in item.iter(f"{space}img")]
    return "" if all(image.get("alt") for image in item.iter(f"{space}img")) else "a picture has no text"


def _content(node: ElementTree.Element) -> str:
    """What an option shows, as text."""
    return (node.text or "") + "".join(ElementTree.tostring(child, encoding="unicode") for child in node)
