"""Options as they are printed: in which order, under which letters."""

from __future__ import annotations

from collections.abc import Iterable

from gdquiz.exam.frozen import LETTERS, PartKey, PartWording


def order_of(part: PartWording, key: PartKey) -> tuple[str, ...]:
    """The ids of the options as printed."""
    return key.order or tuple(option.id for option in part.options)


def printed(part: PartWording, key: PartKey) -> int:
    """How many options stand on the paper; those of a wording that this question does not print do not count."""
    return len(key.order) or len(part.options)


def letters(ids: Iterable[str], order: tuple[str, ...]) -> str:
    """The letters under which options are printed, ``A, C``; an id that is no option is shown as it is."""
    return ", ".join(LETTERS[order.index(one)] if one in order else one.capitalize() for one in ids)
