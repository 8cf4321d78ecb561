"""The finite sets of exact numbers that the parameters of an item run through."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

from gdquiz.errors import Fault, InputError

LARGEST = 2_000
"""No single parameter has more values than this."""

_NUMBER = r"[+-]?(?:\d{1,12}(?:/\d{1,12})?|\d{0,12}\.\d{1,12})"
_RANGE = re.compile(rf"\s*({_NUMBER})\s*\.\.\s*({_NUMBER})(?:\s+by\s+({_NUMBER}))?\s*")


def number(text: str | int) -> Fraction:
    """An exact number written as ``-3``, ``2/5`` or ``0.25``.  Raises ``InputError`` for anything else."""
    written = str(text).strip()
    if isinstance(text, bool) or not re.fullmatch(_NUMBER, written):
        raise InputError(Fault(f"{text!r} is not an exact number", "one such as -3, '2/5' or '0.25'"))
    try:
        return Fraction(written)
    except ZeroDivisionError:
        raise InputError(Fault(f"{text!r} divides by zero")) from None


def domain(written: str | list[int | str]) -> tuple[Fraction, ...]:
    """The values of a domain in the order written.

    A list ``[1, '1/2']``, or a range ``'-4..4'`` or ``'0..1 by 1/8'`` with both ends included.  Raises ``InputError``
    for an empty or oversized domain, a value that comes twice, or a range that misses its end.
    """
    values = _range(written) if isinstance(written, str) else tuple(map(number, written))
    if not values:
        raise InputError(Fault("the domain is empty", "at least one value"))
    if len(values) > LARGEST:
        raise InputError(Fault(f"the domain has {len(values)} values", f"at most {LARGEST}"))
    twice = sorted(str(value) for value, times in Counter(values).items() if times > 1)
    if twice:
        raise InputError(Fault(f"the domain has {', '.join(twice)} twice", "different values"))
    return values


def _range(written: str) -> tuple[Fraction, ...]:
    match = _RANGE.fullmatch(written)
    if not match:
        raise InputError(
            Fault(f"{written!r} is not a range", "'low..high' or 'low..high by step'", "a list is written [1, '1/2']")
        )
    low, high = number(match[1]), number(match[2])
    step = number(match[3]) if match[3] else Fraction(1)
    if step <= 0 or high < low:
        raise InputError(Fault(f"the range {written!r} is empty", "low <= high and a step above zero"))
    count, rest = divmod(high - low, step)
    if rest:
        raise InputError(Fault(f"the range {written!r} does not meet its upper end", hint="choose a step that does"))
    if count >= LARGEST:
        raise InputError(Fault(f"the range {written!r} has {count + 1} values", f"at most {LARGEST}"))
    return tuple(low + step * place for place in range(int(count) + 1))
