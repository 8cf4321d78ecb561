"""Random choices as pure functions of a path such as ``(seed, "form", 17, "slot", 3)``.

Nothing is drawn in order from a shared stream, so adding a question changes no other and form 17 is the same in a
set of 20 and in a set of 1,000.  The bits come from BLAKE2b over the path (RFC 7693), and everything made of them is
integer arithmetic: the results are the same on every platform, Python and NumPy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TypeVar

Path = tuple[str | int, ...]
T = TypeVar("T")

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals without those that are misread from paper (0 O, 1 I L, U)."""


def _message(path: Path) -> bytes:
    """The path as bytes, such that different paths never give the same bytes."""
    parts = (f"{'s' if isinstance(part, str) else 'i'}{part}".encode() for part in path)
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def words(path: Path) -> Iterator[int]:
    """An endless sequence of independent 64-bit integers that belongs to the path alone."""
    start = blake2b(_message(path), digest_size=32).digest()
    block = 0
    while True:
        digest = blake2b(block.to_bytes(8, "big"), key=start).digest()
        for place in range(0, 64, 8):
            yield int.from_bytes(digest[place : place + 8], "big")
        block += 1


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
        limit = (1 << 64) - (1 << 64) % (last + 1)
        word = next(word for word in stream if word < limit)
        chosen = word % (last + 1)
        order[last], order[chosen] = order[chosen], order[last]
    return tuple(order)


class Permutation:
    """A keyed permutation of ``0 .. size-1`` that is evaluated at single places, without listing it.

    Four Feistel rounds on the next even number of bits; a result outside the range is permuted again until it falls
    inside (cycle walking; Black and Rogaway, CT-RSA 2002), which keeps it one-to-one.
    """

    def __init__(self, path: Path, size: int):
        if size < 1:
            raise ValueError("a permutation needs at least one element")
        self._size = size
        self._half = max(1, ((size - 1).bit_length() + 1) // 2)
        self._mask = (1 << self._half) - 1
        self._keys = [word.to_bytes(8, "big") for word, _ in zip(words(path), range(4), strict=False)]

    def __call__(self, index: int) -> int:
        if not 0 <= index < self._size:
            raise ValueError(f"index {index} is outside 0 .. {self._size - 1}")
        while True:
            left, right = index >> self._half, index & self._mask
            for key in self._keys:
                digest = blake2b(right.to_bytes(8, "big"), key=key, digest_size=8).digest()
                left, right = right, left ^ (int.from_bytes(digest, "big") & self._mask)
            index = left << self._half | right
            if index < self._size:
                return index


def short_id(path: Path, length: int = 6) -> str:
    """A short id for people to read from paper, 30 signs to a place."""
    return "".join(_ALPHABET[digit] for digit in integers(path, 0, len(_ALPHABET) - 1, length))
