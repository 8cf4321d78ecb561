"""Variants as a JSON text and one array of bytes, and back: what a store keeps of an item.

The text tells what there is, and where in the array each column begins.  Nothing in either is ever executed: a closed
set of types can stand there, and whatever else does is a ``ValueError``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdquiz.exam.frozen import Misconception, Wording
from gdquiz.formulas.expressions import Apply, Index, Name, Number
from gdquiz.populations.drawing import Drawing, Labelled, Line, Lines
from gdquiz.populations.setting import Numbers, Text
from gdquiz.populations.variants import Answers, Asked, Foreseen, Rows, Variants, WrongAnswers

FORMAT = 2
"""Counts the ways in which variants have been written; one that is written otherwise is no use any more."""
MOST_PRECISE = 20_000
"""Answers in high precision that are worked out for keeping; of an item with more nothing is kept."""
ALIGNED = 8

_TYPES: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (
        Answers, Apply, Asked, Drawing, Foreseen, Index, Labelled, Line, Lines, Name, Number, Numbers, Rows, Text,
        Variants, WrongAnswers,
    )
}  # fmt: skip
_DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "float64")


def may_be_kept(variants: Variants) -> bool:
    """Whether all that has to be worked out for keeping the variants is worked out soon."""
    answers = (row for rows in variants.cases for part in rows.parts for row in part.precise if row is not None)
    return sum(map(len, answers)) <= MOST_PRECISE


def pack(variants: Variants) -> tuple[str, NDArray[np.uint8]]:
    """The text and the bytes, from which ``unpack`` makes the same again.  Equal variants give equal bytes."""
    packer = _Packer()
    text = json.dumps(packer.packed(variants), ensure_ascii=False, separators=(",", ":"))
    return text, np.frombuffer(b"".join(packer.parts), dtype=np.uint8)


def unpack(text: str, data: NDArray[np.uint8]) -> Variants:
    """The variants that were packed; their columns are views of ``data``.

    Raises ``ValueError`` for what ``pack`` did not write.
    """
    try:
        found = _unpacked(json.loads(text), data)
    except (KeyError, TypeError, AttributeError, IndexError, ZeroDivisionError, RecursionError) as error:
        raise ValueError(f"no variants: {error}") from None
    if not isinstance(found, Variants):
        raise ValueError("no variants")
    return found


class _Packer:
    """Collects the bytes of all arrays, those of one array once."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self._size = 0
        self._places: dict[tuple[str, tuple[int, ...], bytes], dict[str, Any]] = {}

    def packed(self, value: Any) -> Any:
        match value:
            case None | bool() | int() | float() | str():
                return value
            case np.ndarray():
                return self._array(value)
            case Fraction():
                return {"$": "Fraction", "value": str(value)}
            case Wording() | Misconception():
                return {"$": type(value).__name__, "value": value.model_dump(mode="json")}
            case Mapping():
                return {"$": "map", "value": [[key, self.packed(entry)] for key, entry in value.items()]}
            case Sequence():
                return [self.packed(entry) for entry in value]
        if is_dataclass(value) and type(value).__name__ in _TYPES:
            return {"$": type(value).__name__} | {
                field.name: self.packed(getattr(value, field.name)) for field in fields(value)
            }
        raise TypeError(f"no part of variants: {type(value).__name__}")

    def _array(self, array: NDArray[Any]) -> dict[str, Any]:
        narrow = _narrowed(array)
        data = narrow.tobytes()
        key = (narrow.dtype.name, narrow.shape, data)
        if key not in self._places:
            self._places[key] = {"$": "array", "type": key[0], "shape": list(key[1]), "at": self._size}
            padded = data + bytes(-len(data) % ALIGNED)
            self.parts.append(padded)
            self._size += len(padded)
        return self._places[key]


def _narrowed(array: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers in as few bytes as hold them all."""
    if array.dtype.kind not in "iu" or not array.size:
        return np.ascontiguousarray(array).reshape(array.shape)
    least, most = int(array.min()), int(array.max())
    signed = (np.iinfo(name) for name in ("int8", "int16", "int32", "int64"))
    dtype = next((kind.dtype for kind in signed if kind.min <= least and most <= kind.max), array.dtype)
    return np.ascontiguousarray(array, dtype=dtype).reshape(array.shape)


def _unpacked(value: Any, data: NDArray[np.uint8]) -> Any:
    if isinstance(value, list):
        return tuple([_unpacked(entry, data) for entry in value])
    if not isinstance(value, dict):
        return value
    match value["$"]:
        case "array":
            return _view(value, data)
        case "map":
            return {key: _unpacked(entry, data) for key, entry in value["value"]}
        case "Fraction":
            return Fraction(value["value"])
        case "Wording":
            return Wording.model_validate(value["value"])
        case "Misconception":
            return Misconception.model_validate(value["value"])
        case kind:
            own = {name: _unpacked(entry, data) for name, entry in value.items() if name != "$"}
            return _TYPES[kind](**own)


def _view(place: Mapping[str, Any], data: NDArray[np.uint8]) -> NDArray[Any]:
    if place["type"] not in _DTYPES:
        raise ValueError(f"no columns of {place['type']}")
    dtype, shape, at = np.dtype(place["type"]), tuple(place["shape"]), place["at"]
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if at < 0 or at % ALIGNED or at + size > data.size:
        raise ValueError("a column lies outside of the array")
    return data[at : at + size].view(dtype).reshape(shape)
