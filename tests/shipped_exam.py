"""An exam with a few variants of every item that comes with gdquiz: what packages are tried on."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

from kept import listing

from gdquiz.assembly.blueprint import Blueprint
from gdquiz.assembly.forms import assemble
from gdquiz.exam.exam_json import from_json, to_json
from gdquiz.exam.frozen import Exam

FEW, MANY = 3, 40
"""Variants of each item: quick, and slow."""


@cache
def shipped(variants: int, seed: str = "packages") -> Exam:
    """One slot for each item, so many forms."""
    sections = [{"slot": [{"item": item.id} for item in listing().items]}]
    plan = Blueprint.model_validate({"title": "All & <every> item", "seed": seed, "section": sections})
    return assemble(plan, listing().items, variants, solve=listing().solve)


def shared(variants: int, folder: Path) -> Exam:
    """The same, made once for all test processes that share a folder."""
    file, lock = folder / f"shipped-{variants}.json", folder / f"shipped-{variants}.lock"
    while not file.exists():
        try:
            lock.mkdir()
        except FileExistsError:
            time.sleep(0.2)
            continue
        try:
            if not file.exists():
                made = folder / f"shipped-{variants}.making"
                made.write_text(to_json(shipped(variants)), encoding="utf-8")
                made.rename(file)
        finally:
            lock.rmdir()
    return from_json(file.read_bytes())
