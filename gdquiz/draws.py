"""Random choices as pure functions of a path such as ``(seed, "form", 17, "slot", 3)``.

Nothing is drawn in order from a shared stream, so adding a question changes no other and form 17 is the same in a
set of 20 and in a set of 1,000.  The bits come from BLAKE2b over the path (RFC 7693), and everything made of them is
integer arithmetic: the results are the same on every platform, Python and NumPy.

What a seed must not give away begins its paths with the stretched seed (``stretched``) instead of the seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from hashlib import blake2b
from itertools import islice
from math import isqrt
from struct import Struct
from typing import TypeVar

from gdquiz.errors import Fault, InputError

Path = tuple[str | int, ...]
T = TypeVar("T")

_EIGHT = Struct(">8Q")
_64_BITS = (1 << 64) - 1
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals without those that are misread from paper (0 O, 1 I L, U)."""

SALT = b"gdquiz exam"
"""Fixed, so that a seed makes the same exam everywhere."""
STRETCH = {"n": 2**15, "r": 8, "p": 1, "maxmem": 2**26, "dklen": 32}
"""32 MiB and about a tenth of a second for each seed that is tried."""


@lru_cache
def stretched(seed: str) -> str:
    """The key of a seed: slow to compute, so that nobody tries many seeds against a printed sheet.

    scrypt (RFC 7914) with the work of ``STRETCH``, as 64 hexadecimal digits.  Raises ``InputError`` where Python was
    built without it.
    """
    if not hasattr(hashlib, "scrypt"):
        raise InputError(
            Fault("this Python has no hashlib.scrypt, which makes the key of an exam from its seed",
                  "a Python built with OpenSSL 1.1 or newer")
        )  # fmt: skip
    return hashlib.scrypt(seed.encode("utf-8", "surrogatepass"), salt=SALT, **STRETCH).hex()


def _message(path: Path) -> bytes:
    """The path as bytes, such that different paths never give the same bytes."""
    parts = [f"{'s' if isinstance(part, str) else 'i'}{part}" for part in path]
    return "".join([f"{len(part)}:{part}" for part in parts]).encode()


def words(path: Path) -> Iterator[int]:
    """An endless sequence of independent 64-bit integers that belongs to the path alone."""
    block = blake2b(_message(path)).digest()
    while True:
        yield from _EIGHT.unpack(block)
        block = blake2b(b"next", key=block).digest()


def integers(path: Path, low: int, high: int, count: int) -> tuple[int, ...]:
    """``count`` integers, each uniform on ``low`` to ``high`` inclusive (by rejection, so without bias).

    Raises ``ValueError`` when the range is empty.
    """
    size = high - low + 1
    if size < 1:
        raise ValueError(f"no integer lies between {low} and {high}")
    limit = (1 << 64) - (1 << 64) % size
    drawn: list[int] = []
    for word in words(path) if count else ():
        if word < limit:
            drawn.append(low + word % size)
            if len(drawn) == count:
                break
    return tuple(drawn)


def below(path: Path, size: int) -> int:
    """One integer, uniform on 0 to ``size - 1``."""
    return integers(path, 0, size - 1, 1)[0]


def shuffled(path: Path, things: Sequence[T]) -> tuple[T, ...]:
    """The things in an order that is uniform over all orders (Fisher and Yates)."""
    order = list(things)
    stream = words(path)
    for last in range(len(order) - 1, 0, -1):
        size = last + 1
        limit = (1 << 64) - (1 << 64) % size
        word = next(stream)
        while word >= limit:
            word = next(stream)
        chosen = word % size
        order[last], order[chosen] = order[chosen], order[last]
    return tuple(order)


def _mixed(word: int) -> int:
    """A one-to-one scrambling of 64 bits."""
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 & _64_BITS
    word = (word ^ word >> 27) * 0x94D049BB133111EB & _64_BITS
    return word ^ word >> 31


class Permutation:
    """A keyed permutation of ``0 .. size-1`` that is evaluated at single places, without listing it.

    A place is a pair of digits in mixed radix a x b, a and b near the square root of the size.  In four rounds one
    digit is shifted by a keyed scrambling of the other (a Feistel network on Z_a x Z_b, with the finalizer of
    SplitMix64: Steele, Lea and Flood, OOPSLA 2014).  A result outside the range is permuted again until it falls
    inside (cycle walking; Black and Rogaway, CT-RSA 2002), which keeps it one-to-one.
    """

    def __init__(self, path: Path, size: int):
        if size < 1:
            raise ValueError("a permutation needs at least one element")
        self._size = size
        self._high = isqrt(size - 1) + 1
        self._low = -(-size // self._high)
        self._keys = tuple(islice(words(path), 4))

    def __call__(self, index: int) -> int:
        if not 0 <= index < self._size:
            raise ValueError(f"index {index} is outside 0 .. {self._size - 1}")
        first, second, third, fourth = self._keys
        while True:
            high, low = divmod(index, self._low)
            high = (high + _mixed(low ^ first)) % self._high
            low = (low + _mixed(high ^ second)) % self._low
            high = (high + _mixed(low ^ third)) % self._high
            low = (low + _mixed(high ^ fourth)) % self._low
            index = high * self._low + low
            if index < self._size:
                return index


def short_id(path: Path, length: int = 6) -> str:
    """A short id for people to read from paper, 30 signs to a place."""
    return "".join(_ALPHABET[digit] for digit in integers(path, 0, len(_ALPHABET) - 1, length))


def different_ids(path: Path, length: int) -> Callable[[int], str]:
    """The function from 0, 1, 2, ... to short ids of which no two are the same (for numbers below 30^length)."""
    return partial(_written, Permutation(path, len(_ALPHABET) ** length), length)


def _written(keyed: Permutation, length: int, number: int) -> str:
    rest, signs = keyed(number), ""
    for _ in range(length):
        rest, digit = divmod(rest, len(_ALPHABET))
        signs += _ALPHABET[digit]
    return signs
