"""Which formats and learning platforms carry an item, and how: read from the tables of both."""

from __future__ import annotations

from collections.abc import Iterator

from gdquiz.catalog.entries import Entry
from gdquiz.kinds.platforms import AS_IS, LEFT_OUT
from gdquiz.packaging.fields import KINDS, fields_of, grouped
from gdquiz.packaging.targets import TARGETS, Target
from gdquiz.rendering.formats import FORMATS


def carriers(entry: Entry) -> tuple[tuple[str, str], ...]:
    """Every format and platform, those that carry the item alike together, with how they do it."""
    found: dict[str, list[str]] = {AS_IS: [row.title for row in FORMATS]}
    for target in TARGETS:
        found.setdefault("; ".join(_ways(entry, target)) or AS_IS, []).append(target.title)
    return tuple((" · ".join(titles), how) for how, titles in found.items())


def _ways(entry: Entry, target: Target) -> Iterator[str]:
    """What a platform does to the item, judged by its first variant, in words; nothing where it takes it as it is."""
    for question in entry.questions[:1]:
        parts = entry.wording.parts
        fields = fields_of(entry.wording, question, target.kinds, entry.slot_kinds)
        ways = {part.kind: LEFT_OUT for part in parts if target.kinds[part.kind] == LEFT_OUT}
        ways |= {parts[field.part].kind: field.carried for field in fields if field.carried != AS_IS}
        yield from (f"{KINDS[kind]} {way}" for kind, way in ways.items())
        questions = len(grouped(fields, target.together))
        if questions > 1:
            yield f"split into {questions} questions"
