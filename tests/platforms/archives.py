"""Packages of IMS Content Packaging, opened: what is in them, what the manifest lists, and where the two differ."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from lxml import etree, html

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
"""An NCName without dots, which OpenOlat does not take."""


def members(data: bytes) -> dict[str, bytes]:
    """The files of an archive.  Raises ``ValueError`` for one that holds a name twice or is damaged."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if archive.testzip() is not None or len(set(names)) != len(names):
            raise ValueError("a damaged archive, or one that holds a name twice")
        return {name: archive.read(name) for name in names}


def dates(data: bytes) -> set[tuple[int, ...]]:
    """The dates of the files of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.date_time for info in archive.infolist()}


@cache
def schema(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(path))


def against(path: Path, source: bytes) -> list[str]:
    """What a schema says against a file."""
    found = schema(path)
    found.validate(etree.fromstring(source))
    return [f"line {error.line}: {error.message}" for error in found.error_log]


def differences(files: Mapping[str, bytes]) -> Iterator[str]:
    """Where the manifest and the files differ, line by line."""
    manifest = etree.fromstring(files["imsmanifest.xml"])
    resources = manifest.findall(".//{*}resource")
    names = [node.get("identifier") for node in (manifest, *resources)]
    yield from (f"the identifier {name} occurs twice" for name in names if names.count(name) > 1)
    yield from (f"the identifier {name} is no name" for name in names if not NAME.fullmatch(name))
    listed = [file.get("href") for file in manifest.findall(".//{*}file")]
    yield from (f"{name} is listed and not there" for name in listed if name not in files)
    yield from (f"{name} is there and not listed" for name in files if name not in (*listed, "imsmanifest.xml"))
    depended = {node.get("identifierref") for node in manifest.findall(".//{*}dependency")}
    yield from (f"a dependency on {name}, which is no resource" for name in depended - set(names))
    for resource in resources:
        own = [file.get("href") for file in resource.findall("{*}file")]
        if resource.get("href") not in own:
            yield f"{resource.get('identifier')} does not list its own file"
    by_file = {file.get("href"): resource for resource in resources for file in resource.findall("{*}file")}
    for name, content in files.items():
        if name.endswith(".xml"):
            for picture, alt in pictures(content):
                path = posixpath.normpath(posixpath.join(posixpath.dirname(name), picture))
                if picture.startswith("$IMS-CC-FILEBASE$/"):
                    path = unquote(picture.removeprefix("$IMS-CC-FILEBASE$/"))
                if path not in by_file:
                    yield f"{name} shows {picture}, which is not listed"
                elif by_file[path] is not by_file[name] and by_file[path].get("identifier") not in {
                    node.get("identifierref") for node in by_file[name].findall("{*}dependency")
                }:
                    yield f"{name} shows {picture} and does not depend on it"
                if not alt:
                    yield f"{picture} in {name} has no text"
    shown = {
        posixpath.basename(picture)
        for name, content in files.items()
        if name.endswith(".xml")
        for picture, _ in pictures(content)
    }
    yield from (
        f"{name} is shown nowhere" for name in files if name.endswith(".svg") and name.split("/")[-1] not in shown
    )


def pictures(source: bytes) -> list[tuple[str, str | None]]:
    """The pictures of a file with their texts, also those in HTML that it holds as text."""
    root = etree.fromstring(source)
    found = [(node.get("src"), node.get("alt")) for node in root.iterfind(".//{*}img")]
    for text in root.iterfind(".//{*}mattext"):
        if "<img" in (text.text or ""):
            found += [(node.get("src"), node.get("alt")) for node in html.fromstring(text.text).iter("img")]
    return found
