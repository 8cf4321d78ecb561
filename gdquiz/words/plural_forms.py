"""Plural forms by the rules of Unicode's CLDR (supplemental/plurals.xml), for the languages that there are words in.

A language names its rule in its catalogue; a rule gives the category of a number as it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

RULES: Mapping[str, Callable[[str], str]] = {
    # English, German, Dutch, Swedish: i = 1 and v = 0
    "one-other": lambda written: "one" if written == "1" else "other",
    # French: i = 0, 1
    "below-two-other": lambda written: "one" if written.partition(".")[0] in ("0", "1") else "other",
}
"""From a number as text with a decimal point to ``one`` or ``other``."""
