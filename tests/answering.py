"""Answers as someone types them, for tests that answer questions."""

from __future__ import annotations

from gdquiz.exam.frozen import LETTERS, PartKey, PartWording, WrongAnswer


def typed(part: PartWording, key: PartKey, answer: PartKey | WrongAnswer) -> str:
    """The key or a foreseen wrong answer as someone types it."""
    order = key.order or tuple(option.id for option in part.options)
    values = [number.value for number in answer.numbers] if isinstance(answer, PartKey) else list(answer.values)
    if part.kind == "interval":
        return _interval(values, answer.options)
    chosen = [LETTERS[order.index(option)] for option in answer.options]
    match part.kind:
        case "number" | "numbers":
            return "; ".join(values)
        case "formula":
            return answer.formula
        case "truth":
            return f"{'true' if key.truth else 'false'} {' '.join(chosen)}"
        case "matching":
            return " ".join(f"{number}{letter}" for number, letter in enumerate(chosen, start=1))
        case "text":
            return "words"
    return " ".join(chosen)


def _interval(values: list[str], told: tuple[str, ...]) -> str:
    """An interval as someone types it, the ends separated by a semicolon."""
    rest = iter(values)
    lower, upper = (next(rest) if end != "infinite" else "inf" for end in told)
    opening, closing = "[" if told[0] == "closed" else "(", "]" if told[1] == "closed" else ")"
    return f"{opening}{'-inf' if told[0] == 'infinite' else lower}; {upper}{closing}"
