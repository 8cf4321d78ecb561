"""The catalog as one HTML file that works without a network: entries of items in, the text of the page out.

The head and the facts of every item are laid out by templates.  Its variants are fragments of HTML in a table that
stands in the page as JSON, and the page's script puts one of them together when an item is opened.  The script is the
files of ``SCRIPTS`` in one function; its hash stands in the page's Content-Security-Policy, so nothing else can run.
"""

from __future__ import annotations

import re
import shlex
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from html import unescape
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from gdquiz.banks.learning_outcomes import explained
from gdquiz.catalog.carriage import carriers
from gdquiz.catalog.entries import BAR, Entry
from gdquiz.catalog.views import BarView, CardView, CatalogView, ChoiceView, FilterView, GroupView, LineView, SpreadView
from gdquiz.errors import Fault, InputError
from gdquiz.exam.frozen import Exam, Form, Misconception
from gdquiz.exam.wording import fill
from gdquiz.packaging.fields import KINDS
from gdquiz.plurals import counted
from gdquiz.rendering import html
from gdquiz.rendering.blocks import Blocks, Place, amount
from gdquiz.rendering.fragments import Fragments
from gdquiz.rendering.papers import plain
from gdquiz.rendering.saying import saying
from gdquiz.rendering.templating import environment, lay_out, load
from gdquiz.resources import data
from gdquiz.version import VERSION
from gdquiz.words.catalogue import ENGLISH

SCRIPTS = ("fragments", "search", "cards", "choosing", "app")
"""The files of the page's script (``templates/catalog/*.js``), each after those it uses when it is loaded."""

TITLE = "Catalog of questions"
BAR_WIDTH, BARS_HEIGHT = 4, 22
"""Of the histograms, in px."""
_FORM = Form(id="catalog", number=1, questions=())


def catalog_page(
    entries: Sequence[Entry],
    banks: Sequence[str] = (),
    *,
    title: str = TITLE,
    folder: Traversable | Path | None = None,
) -> str:
    """The page with these items.

    ``banks`` are the bank files to name when an exam is made of them (none: the shipped ones).  ``folder`` holds an
    author's own templates (``catalog/page.html.j2``, ...), which go before those that come with gdquiz.  The same
    entries give the same bytes everywhere.  Raises ``InputError`` for a text or a template that cannot be used, and
    where there is no item.
    """
    if not entries:
        raise InputError(Fault("there is no item to show"))
    sandbox = environment((*(() if folder is None else (folder,)), data("templates")), "html")
    fragments = Fragments()
    samples = list(_samples(entries, sandbox, fragments))
    content = {
        "items": [_searched(entry, found) for entry, found in zip(entries, samples, strict=True)],
        "skeletons": list(fragments.skeletons),
        "texts": list(fragments.entries),
        "make": _command(banks),
    }
    script = "\n(() => {\n'use strict';\n\n" + "\n".join(_source(sandbox, f"catalog/{name}.js") for name in SCRIPTS)
    script += "})();\n"
    lows = [entry.spread.low for entry in entries if entry.spread]
    highs = [entry.spread.high for entry in entries if entry.spread]
    view = CatalogView(
        title=title,
        gdquiz=VERSION,
        items=counted(len(entries), "item"),
        variants=counted(sum(entry.wording.population for entry in entries), "variant"),
        files=", ".join(dict.fromkeys(entry.file for entry in entries)),
        filters=tuple(_filters(entries)),
        least=f"{min(lows, default=0):.1f}",
        most=f"{max(highs, default=0):.1f}",
        cards=tuple(_cards(entries)),
        script=Markup(script),
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
        content=Markup(html.in_script(content)),
    )
    return lay_out(
        load(sandbox, "catalog/page.html.j2"),
        **saying(ENGLISH, html.STYLE),
        catalog=view,
        paper={"plain_title": plain(title), "plain_form": ""},
    )


def _source(sandbox: Environment, name: str) -> str:
    assert sandbox.loader is not None
    return sandbox.loader.get_source(sandbox, name)[0]


def _command(banks: Sequence[str]) -> str:
    """How an exam is made of a blueprint on these banks, as one printable line."""
    words = ["gdquiz", "make", "blueprint.toml", *(word for bank in banks for word in ("--bank", bank))]
    return "".join(sign if sign.isprintable() else "?" for sign in shlex.join(words))


# --- variants --------------------------------------------------------------------------------------------------------


def _samples(entries: Sequence[Entry], sandbox: Environment, fragments: Fragments) -> Iterator[list[int]]:
    """The variants of each item as numbers of fragments."""
    exam = Exam(
        gdquiz=VERSION, id="catalog", title=TITLE, seed="", points=0, sections=(), forms=(),
        wordings={entry.wording.item: entry.wording for entry in entries},
        slot_kinds={entry.wording.item: dict(entry.slot_kinds) for entry in entries},
        misconceptions=_told(entries),
    )  # fmt: skip
    blocks = Blocks(exam, html.STYLE, sandbox, "html", solution="catalog/sample.html.j2")
    for entry in entries:
        yield [fragments.add(_trimmed(blocks.solution(Place(question, _FORM)))) for question in entry.questions]


def _told(entries: Iterable[Entry]) -> dict[str, Misconception]:
    """All misconceptions that are foreseen, by code."""
    return dict(sorted({code: told for entry in entries for code, told in entry.misconceptions.items()}.items()))


def _trimmed(text: str) -> str:
    """The same HTML without the line breaks between elements that only templates need; program text keeps its own."""
    parts = re.split(r"(<pre.*?</pre>)", text, flags=re.DOTALL)
    return "".join(part if part.startswith("<pre") else re.sub(r">\n+(?=<)", ">", part) for part in parts)


_TAG, _SPACE = re.compile(r"<[^>]*>"), re.compile(r"\s+")


def _searched(entry: Entry, samples: list[int]) -> dict[str, Any]:
    """What the script knows of an item: what it can be found by, and its variants."""
    wording, spread = entry.wording, entry.spread
    texts = [wording.item, wording.title, wording.topic, wording.skill, wording.outcome, wording.bloom]
    for code, told in entry.misconceptions.items():
        texts += [code, told.title]
    for question in entry.questions[:1]:
        asked = (wording.stem, *(part.ask for part in wording.parts))
        texts += [fill(text, question.slots, entry.slot_kinds) for text in asked]
    return {
        "id": wording.item,
        "title": wording.title,
        "words": _SPACE.sub(" ", unescape(_TAG.sub(" ", " ".join(texts)))).lower(),
        "topic": wording.topic,
        "skill": wording.skill,
        "outcome": wording.outcome,
        "bloom": wording.bloom,
        "tier": str(wording.tier),
        "kind": entry.kinds,
        "misconception": list(entry.misconceptions),
        "points": wording.points,
        "variants": wording.population,
        "work": [round(value, 3) for value in (spread.low, spread.median, spread.high)] if spread else [],
        "rows": [question.row for question in entry.questions],
        "levels": [f"{question.work:.3g}" for question in entry.questions],
        "samples": samples,
    }


# --- filters ---------------------------------------------------------------------------------------------------------


def _filters(entries: Sequence[Entry]) -> Iterator[FilterView]:
    def of(name: str, title: str, values: Callable[[Entry], Iterable[str]], shown: Mapping[str, str]) -> FilterView:
        found = Counter(value for entry in entries for value in dict.fromkeys(values(entry)))
        ordered = [value for value in shown if value in found] or sorted(found)
        choices = tuple(ChoiceView(value, shown.get(value, value), f"{found[value]}") for value in ordered)
        return FilterView(name, title, (GroupView("", choices),))

    topics = dict.fromkeys(entry.wording.topic for entry in entries)
    yield of("topic", "Topic", lambda entry: [entry.wording.topic], {topic: topic for topic in sorted(topics)})
    yield FilterView("skill", "Skill", tuple(_skills(entries, topic) for topic in sorted(topics)))
    yield of("kind", "Kind of answer", lambda entry: entry.kinds, KINDS)
    filed = sorted({entry.wording.outcome for entry in entries})
    in_words = {code: _outcome(code) for code in filed}
    yield of("outcome", "Learning outcome", lambda entry: [entry.wording.outcome], in_words)
    yield of("bloom", "Bloom level", lambda entry: [entry.wording.bloom], BLOOM)
    yield of("tier", "Tier", lambda entry: [str(entry.wording.tier)], TIERS)
    codes = {code: f"{code}: {told.title}" for code, told in _told(entries).items()}
    yield of("misconception", "Misconception", lambda entry: tuple(entry.misconceptions), codes)


def _outcome(code: str) -> str:
    """A learning outcome as its code and its words; of somebody's own code, or of none, the code alone."""
    words = explained(code)
    return f"{code}: {words}" if words not in ("", code) else code


BLOOM = {level: level for level in ("remember", "understand", "apply", "analyse", "evaluate", "create")}
TIERS = {"1": "1, basic", "2": "2, standard", "3": "3, demanding"}


def _skills(entries: Sequence[Entry], topic: str) -> GroupView:
    found = Counter(entry.wording.skill for entry in entries)
    here = sorted({entry.wording.skill for entry in entries if entry.wording.topic == topic})
    return GroupView(topic, tuple(ChoiceView(skill, skill, f"{found[skill]}") for skill in here))


# --- cards -----------------------------------------------------------------------------------------------------------


def _cards(entries: Sequence[Entry]) -> Iterator[CardView]:
    bars = [bar for entry in entries if entry.spread for bar in entry.spread.bars]
    scale = range(min(bars, default=0), max(bars, default=0) + 1)
    for number, entry in enumerate(entries):
        wording = entry.wording
        yield CardView(
            number=str(number),
            id=wording.item,
            title=wording.title,
            topic=wording.topic,
            skill=wording.skill,
            outcome=_outcome(wording.outcome),
            bloom=wording.bloom,
            tier=TIERS.get(str(wording.tier), str(wording.tier)),
            kinds=", ".join(KINDS[kind] for kind in entry.kinds),
            points=f"{amount(wording.points)} {'point' if wording.points == 1 else 'points'}",
            minutes=f"{amount(wording.minutes)} min",
            needs=", ".join(entry.needs),
            file=entry.file,
            version=wording.version,
            licence=wording.licence,
            figure=any(question.figure is not None for question in entry.questions),
            variants=counted(wording.population, "variant"),
            population=_population(entry),
            refused=tuple(LineView(reason, f"{count:,}") for reason, count in entry.refused.items()),
            spread=_spread(entry, scale),
            misconceptions=tuple(LineView(code, told.title) for code, told in entry.misconceptions.items()),
            carried=tuple(LineView(titles, how) for titles, how in carriers(entry)),
            samples=str(len(entry.questions)),
        )


def _population(entry: Entry) -> str:
    size, refused = entry.wording.population, sum(entry.refused.values())
    combinations = counted(entry.enumerated, "combination")
    if not refused:
        return f"All of {combinations} verified on two routes; none refused"
    return f"{size:,} of {combinations} verified on two routes; {refused:,} refused"


def _spread(entry: Entry, scale: range) -> SpreadView | None:
    spread = entry.spread
    if spread is None:
        return None
    most = max(spread.bars.values())
    bars = []
    for bar, count in sorted(spread.bars.items()):
        height = max(1, round(BARS_HEIGHT * count / most))
        bars.append(BarView(str((bar - scale.start) * BAR_WIDTH), str(BARS_HEIGHT - height), str(height)))
    low, lower, median, upper, high = (
        f"{value:.1f}" for value in (spread.low, spread.lower, spread.median, spread.upper, spread.high)
    )
    whole = low if low == high else f"{low} to {high}"
    return SpreadView(
        range=whole,
        quartiles=f"half of the variants from {lower} to {upper}, median {median}",
        spoken=f"Histogram of work on a scale from {scale.start * BAR:g} to {scale.stop * BAR:g}: {whole}",
        bars=tuple(bars),
        width=str(len(scale) * BAR_WIDTH),
    )
