"""Overlays: a bank in another language, as a file beside it that holds nothing but texts.

``one-step.de.toml`` says the texts of ``one-step.toml`` in German.  It names items, options, prompts, cases and
misconceptions by their ids, and parts, answers, wrong answers, lines of a guide and series by their order.  Every text
has the slots, formulas and code of the original; what is computed stands in the bank alone.  An item of the overlay has
all its texts; items that it leaves out are not in that language.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from gdquiz.banks.bank import Bank, Path, field_name, line_of, schema_faults, spoiled, toml, toml_lines
from gdquiz.banks.misconceptions import Table, Told, shipped_told
from gdquiz.banks.schema import BankFile
from gdquiz.banks.translations import OverlayFile
from gdquiz.errors import Fault, InputError, nearest
from gdquiz.exam.wording import slots_of
from gdquiz.texts import fitness
from gdquiz.texts.slots import REGION


@dataclass(frozen=True, slots=True)
class _Table:
    """What may be said of a table: its ``texts``, and the tables in it, each with the field that names its rows (empty:
    their order; None: there is one)."""

    texts: tuple[str, ...] = ()
    tables: Mapping[str, tuple[str | None, str]] | None = None


_TABLES = {
    "item": _Table(
        ("title", "stem", "hints", "solution"),
        {"part": ("", "part"), "case": ("id", "case"), "figure": (None, "figure")},
    ),
    "part": _Table(
        ("ask", "follow_text"),
        {"option": ("id", "option"), "prompt": ("id", "prompt"), "answers": ("", "answer"), "wrong": ("", "wrong"),
         "guide": ("", "line")},
    ),
    "option": _Table(("text", "feedback")),
    "prompt": _Table(("text",)),
    "answer": _Table(("label",)),
    "wrong": _Table(("feedback",)),
    "line": _Table(("text",)),
    "case": _Table((), {"text": (None, "words")}),
    "words": _Table(),
    "figure": _Table(("x_label", "y_label", "alt", "key_alt"), {"series": ("", "series")}),
    "series": _Table(("label",)),
}  # fmt: skip
_LETTERS = re.compile(r"[^\W\d_]")
_WORDS = re.compile(r"\\text(?:bf|it)?\{[^{}]*\}")


def with_overlay(bank: Bank, text: str, *, file: str, known: Table) -> Bank:
    """The bank in the language of an overlay, with the items that the overlay has.

    ``known`` are the misconceptions that every bank may name.  Raises ``InputError`` with all that is wrong with the
    overlay: file, line, item and field.
    """
    content, lines = toml(text, file=file), dict(toml_lines(text))
    faults = list(spoiled(content, lines, file))
    try:
        overlay = OverlayFile.model_validate(content)
    except ValidationError as error:
        raise InputError([*faults, *schema_faults(error, content, lines, file, OverlayFile)]) from error
    original = {
        item.id: (place, item.model_dump(mode="json", by_alias=True)) for place, item in enumerate(bank.content.item)
    }
    items: list[Any] = []
    places: list[int] = []
    for number, said in enumerate(content["item"]):
        if said["id"] not in original:
            hint = nearest(said["id"], original)
            fault = Fault(f"there is no item '{said['id']}' in {bank.file}", hint=hint)
            faults.append(_at(fault, ("item", number, "id"), said["id"], lines, file))
            continue
        place, item = original[said["id"]]
        if place in places:
            fault = Fault("the item is said twice", "each item once")
            faults.append(_at(fault, ("item", number, "id"), said["id"], lines, file))
            continue
        found: list[tuple[Path, Fault]] = []
        merged = _merged("item", item, {k: v for k, v in said.items() if k != "id"}, (), found)
        faults += (_at(fault, ("item", number, *path), said["id"], lines, file) for path, fault in found)
        items.append(merged)
        places.append(place)
    own = {one.code: Told(one.title, one.why, one.say) for one in overlay.misconception}
    told = {**shipped_told(overlay.overlay.language), **own}
    table = {**known, **{row.code: row for row in bank.content.misconception}}
    for number, one in enumerate(overlay.misconception):
        faults += _misconception_faults(one.code, own[one.code], table, number, lines, file)
    for code in sorted(_named(items) - told.keys()):
        problem = f"the misconception '{code}' is not said in '{overlay.overlay.language}'"
        faults.append(Fault(problem, "a [[misconception]] with its code, title, why and say", file=file))
    if faults:
        raise InputError(faults)
    header = bank.content.bank.model_copy(
        update={"language": overlay.overlay.language, "title": overlay.overlay.title or bank.content.bank.title}
    )
    whole = bank.content.model_dump(mode="json", by_alias=True) | {"item": items}
    try:
        translated = BankFile.model_validate(whole).model_copy(update={"bank": header})
    except ValidationError as error:  # a text that is too long
        raise InputError(schema_faults(error, whole, {}, file)) from error
    return replace(bank, content=translated, lines=_lines_of(bank.lines, places), told=told)


def _named(items: list[Any]) -> set[str]:
    """The misconceptions that the wrong answers of items name."""
    return {wrong["misconception"] for item in items for part in item["part"] for wrong in part.get("wrong", ())}


def _lines_of(lines: Mapping[Path, int], places: list[int]) -> dict[Path, int]:
    """The lines of the bank's file, with the items that are left counted anew."""
    number = {place: new for new, place in enumerate(places)}
    return {
        ("item", number[path[1]], *path[2:]) if path[:1] == ("item",) and len(path) > 1 else path: line  # type: ignore[index]
        for path, line in lines.items()
        if path[:1] != ("item",) or len(path) < 2 or path[1] in number
    }


# --- one table on another --------------------------------------------------------------------------------------------


def _merged(kind: str, original: Any, said: Mapping[str, Any], path: Path, faults: list[tuple[Path, Fault]]) -> Any:
    """The original table with the texts that are said of it; what does not fit is told."""
    table, merged = _TABLES[kind], dict(original)
    tables = table.tables or {}
    texts = tuple(original) if kind == "words" else table.texts
    for name in said:
        if name not in texts and name not in tables:
            hint = nearest(name, (*texts, *tables))
            faults.append(((*path, name), Fault(f"'{name}' is no text", "texts only; all else is the bank's", hint)))
    for name in texts:
        merged[name] = _text(original.get(name), said.get(name), (*path, name), faults)
    for name, (key, inner) in tables.items():
        if original.get(name):
            merged[name] = _rows(original[name], said.get(name), key, inner, (*path, name), faults)
        elif said.get(name):
            faults.append(((*path, name), Fault(f"the item has no '{name}' here")))
    return merged


def _rows(original: Any, said: Any, key: str | None, kind: str, path: Path, faults: list[tuple[Path, Fault]]) -> Any:
    if key is None:
        if not isinstance(said, dict | None):
            faults.append((path, Fault("this is no table", "a table of texts")))
        return _merged(kind, original, said if isinstance(said, dict) else {}, path, faults)
    rows: list[Any] = said if isinstance(said, list) and all(isinstance(row, dict) for row in said) else []
    if said is not None and rows is not said:
        faults.append((path, Fault("this is no list of tables", "a table of texts for each")))
        return original
    if not key:
        if len(rows) > len(original):
            faults.append((path, Fault(f"{len(rows)} are said and the item has {len(original)}", "one for each")))
        pairs = [(row, rows[k] if k < len(rows) else {}, k) for k, row in enumerate(original)]
        return [_merged(kind, row, own, (*path, k), faults) for row, own, k in pairs]
    names = [str(row.get(key)) for row in rows]
    known = [row[key] for row in original]
    for k, name in enumerate(names):
        if name not in known or name in names[:k]:
            problem = f"there is no '{name}' here" if name not in known else f"'{name}' is said twice"
            faults.append(((*path, k, key), Fault(problem, ", ".join(known), nearest(name, known))))
    merged = []
    for name, row in zip(known, original, strict=True):
        found = names.index(name) if name in names else None
        own = {} if found is None else {field: text for field, text in rows[found].items() if field != key}
        merged.append(_merged(kind, row, own, path if found is None else (*path, found), faults))
    return merged


def _text(original: Any, said: Any, path: Path, faults: list[tuple[Path, Fault]]) -> Any:
    if isinstance(original, list):
        texts = said if isinstance(said, list) else []
        if len(texts) != len(original):
            problem = f"{len(texts)} texts are said and the item has {len(original)}"
            faults.append((path, Fault(problem, "one for each")))
            return original
        pairs = enumerate(zip(original, texts, strict=True))
        return [_text(one, other, (*path, k), faults) for k, (one, other) in pairs]
    if not original:
        if said:
            faults.append((path, Fault("the item has no text here")))
        return original
    if said is None:
        if _has_words(original):
            faults.append((path, Fault(f"the field '{path[-1]}' is missing", f"the text that says {_short(original)}")))
        return original
    if not isinstance(said, str):
        faults.append((path, Fault("this is no text", "text in quotes")))
        return original
    faults += ((path, fault) for fault in _differences(original, said))
    return said


def _differences(original: str, said: str) -> Iterator[Fault]:
    """What a text has of slots, formulas and code that the original has not, or the other way round."""
    if not fitness.shows(said):
        yield Fault("the text is blank", "words or a formula")
    yield from fitness.of_prose(said)
    slots, others = set(slots_of(original)), set(slots_of(said))
    if slots != others:
        missing, more = sorted(slots - others), sorted(others - slots)
        told = [f"lacks {', '.join(f'{{{{{one}}}}}' for one in missing)}"] if missing else []
        told += [f"has {', '.join(f'{{{{{one}}}}}' for one in more)} besides"] if more else []
        yield Fault(
            f"the text {' and '.join(told)}", "the slots of the original", "slots are written as the bank has them"
        )
        return
    ours, theirs = _kept(original), _kept(said)
    if ours != theirs:
        missing, more = sorted((ours - theirs).elements()), sorted((theirs - ours).elements())
        problem = f"the text lacks {missing[0]}" if missing else f"the text has {more[0]} besides"
        yield Fault(problem, "the formulas and code of the original", "only words differ, also within \\text{...}")


def _kept(text: str) -> Counter[str]:
    """The formulas and the code of a text, without words in formulas and without white space."""
    regions = (found[0] for found in REGION.finditer(text.replace("{,}", ".")) if found.lastgroup != "escape")
    return Counter(re.sub(r"\s+", "", _WORDS.sub(r"\\text{}", region)) for region in regions)


def _has_words(text: str) -> bool:
    return bool(_LETTERS.search(REGION.sub("", re.sub(r"\{\{[^{}]*\}\}", "", text)))) or bool(_WORDS.search(text))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= 40 else f"{line[:37]}...")


def _misconception_faults(
    code: str, told: Told, table: Mapping[str, Any], number: int, lines: Mapping[Path, int], file: str
) -> Iterator[Fault]:
    path: Path = ("misconception", number)
    if code not in table:
        fault = Fault(f"there is no misconception '{code}'", hint=nearest(code, table))
        yield fault.at(file=file, line=line_of(path, lines), misconception=code, field="code")
        return
    for name in ("title", "why", "say"):
        original, said = getattr(table[code], name), getattr(told, name)
        for fault in (*fitness.of_prose(said), *_differences(original.strip(), said.strip())):
            yield fault.at(file=file, line=line_of((*path, name), lines), misconception=code, field=name)


def _at(fault: Fault, path: Path, item: str, lines: Mapping[Path, int], file: str) -> Fault:
    return fault.at(file=file, line=line_of(path, lines), item=item, field=field_name(path[2:]))
