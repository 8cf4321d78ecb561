"""Records of practice drawn at random, and their texts spoilt at random, for both of their readers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from gdquiz.practice.progress import Progress, Skill
from gdquiz.practice.record import Answer, Asked, Record, joined, to_json

STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 0.5, 3.0, -0.0, 1e-320, 10**9, 10**9 + 1, 2**53, 10**40, 1e300, "", "x", "SIGN",
    "__proto__", "constructor", "ä\u2028", "1-1", [], {}, [None], [[]], {"a": 1}, {"__proto__": {"a": 1}},
)  # fmt: skip
"""What stands in place of a value."""
SIGNS = '{}[]",:0123456789.eE+-\\ntfu \n\x00'
CODES = ("SIGN", "ASCENT", "NO_ETA")


def some_record(random: Random, sessions: int = 4) -> Record:
    """Questions of few sessions, so that several records have some in common; sums of version 1 in every other one."""
    log = [_asked(random, f"{random.randrange(sessions)}-{number}", number) for number in range(random.randrange(12))]
    sums = [_sums(random) for _ in range(random.choice((0, 0, 1, 2)))]
    return joined(Record(earlier=tuple(sums), log=tuple(log)))


def _asked(random: Random, id: str, number: int) -> Asked:
    codes = tuple(random.sample(CODES, random.randrange(3)))
    credit, chance = (
        random.choice((0.0, 1.0, 2 / 3, random.random())),
        random.choice((0.1, 0.5, random.uniform(0.1, 0.9))),
    )
    answer = Answer(skill=random.choice("abc"), credit=credit, chance=chance, codes=codes)
    return Asked(
        id=id,
        number=number + random.randrange(3),
        item=random.choice(("one", "two")),
        left=random.random() < 0.2,
        answer=random.choice((None, answer, answer)),
    )


def _sums(random: Random) -> Progress:
    def counts(names: tuple[str, ...]) -> dict[str, int]:
        return {name: random.randrange(4) for name in random.sample(names, random.randrange(len(names)))}

    def skill() -> Skill:
        questions = random.randrange(4)
        return Skill(mastery=random.random(), questions=questions, credit=questions / 2, last=random.randrange(9))

    return Progress(
        questions=random.randrange(9),
        skills={name: skill() for name in random.sample("abc", random.randrange(3))},
        items=counts(("one", "two")),
        misconceptions=counts(CODES),
        pending=random.choice(("", "SIGN")),
        pursued=random.randrange(2),
    )


def spoilt(random: Random, count: int) -> Iterator[str]:
    """Texts of records with one to three things changed: a value, a name, or a sign of the text."""
    for _ in range(count):
        record = some_record(random)
        text = to_json(record) if random.random() < 0.7 else json.dumps(_first_version(random))
        for _ in range(random.choice((1, 1, 2, 3))):
            text = _cut(random, text) if random.random() < 0.3 else _changed(random, text)
        yield text


def _first_version(random: Random) -> dict[str, Any]:
    return _sums(random).model_dump(mode="json")


def _cut(random: Random, text: str) -> str:
    at, length = random.randrange(len(text) + 1), random.choice((0, 1, 1, 3, 40))
    return text[:at] + "".join(random.choice(SIGNS) for _ in range(random.randrange(3))) + text[at + length :]


def _changed(random: Random, text: str) -> str:
    try:
        whole = json.loads(text)
    except ValueError:
        return _cut(random, text)
    places = list(_places(whole))
    if not places:
        return json.dumps(random.choice(STRANGE))
    holder, name = random.choice(places)
    match random.randrange(5):
        case 0:
            del holder[name]
        case 1 if isinstance(holder, dict):
            holder[random.choice(("__proto__", "more", "One", "constructor", "SIGN", "a", "left"))] = holder.pop(name)
        case 2:
            there, other = random.choice(places)
            holder[name] = json.loads(json.dumps(there[other])) if _has(there, other) else None
        case _:
            holder[name] = random.choice(STRANGE)
    return json.dumps(whole)


def _has(holder: Any, name: Any) -> bool:
    return name in holder if isinstance(holder, dict) else name < len(holder)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield value, name
        yield from _places(inner)
