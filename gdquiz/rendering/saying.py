"""What templates say: messages of the exam's language by key, written in the format of the template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from markupsafe import Markup
from markupsafe import escape as escaped

from gdquiz.rendering.markup import Style
from gdquiz.words.catalogue import Catalogue


def saying(words: Catalogue, style: Style, language: str = "") -> Mapping[str, object]:
    """What every template sees beside its views: ``say``, the language of the page and that of TeX's package babel.

    ``say("sheet.tick_one")`` is a message; ``say("paper.question", number=...)`` one with a slot.
    """
    return {"say": _say(words, style), "lang": language or words.tag, "babel": words.babel, "decimal": words.decimal}


def _say(words: Catalogue, style: Style) -> Callable[..., str]:
    if style.name == "html":

        def in_html(key: str, **values: object) -> str:
            kept = {name: one if name == "count" else escaped(one) for name, one in values.items()}
            return Markup(words.say(key, escape, **kept))

        return in_html
    written = str if style.name == "markdown" else style.words  # messages hold no sign that Markdown knows

    def say(key: str, **values: object) -> str:
        return words.say(key, written, **values)

    return say
