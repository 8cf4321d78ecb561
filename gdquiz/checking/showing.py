"""One question as plain text for a terminal: stem, options, key, wrong answers, hints and solution."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from gdquiz.assembly.questions import QuestionWriter
from gdquiz.exam.answers import SHAPES
from gdquiz.exam.frozen import LETTERS, PartKey, PartWording
from gdquiz.exam.rounding import rounding
from gdquiz.exam.wording import fill
from gdquiz.plurals import counted
from gdquiz.populations.variants import HasVariants
from gdquiz.words.catalogue import ENGLISH


def shown(source: HasVariants, row: int) -> str:
    """The question of a row with everything that is known of it, as Markdown."""
    writer = QuestionWriter(source)
    question = writer.question(row, number=1, id="-", path=("show", row))
    wording = writer.wording

    def filled(text: str) -> str:
        return fill(text, question.slots, writer.slot_kinds)

    def lines() -> Iterator[str]:
        yield f"# {wording.title}"
        yield (
            f"{wording.item}, variant {row} of {writer.size:,}; topic {wording.topic}, skill {wording.skill}, "
            f"{wording.bloom}, work {question.work}, {counted(wording.points, 'point')}, "
            f"{counted(wording.minutes, 'minute')}"
        )
        yield filled(wording.stem)
        if question.figure is not None:
            yield f"[Figure: {question.figure.alt}]"
        for number, (part, key) in enumerate(zip(wording.parts, question.parts, strict=True)):
            label = f"({'abcdefghijkl'[number]}) " if len(wording.parts) > 1 else ""
            yield f"{label}{filled(part.ask)} {rounding(part, ENGLISH)}".rstrip()
            texts = {option.id: filled(option.text) for option in part.options if option.id in key.order}
            prompts = {prompt.id: filled(prompt.text) for prompt in part.prompts}
            if prompts:
                yield "\n".join(f"- {prompts[name]}" for name in key.prompt_order)
            if key.order:
                yield "\n".join(f"{LETTERS[k]}. {texts[name]}" for k, name in enumerate(key.order))
            yield "**Key:** " + "; ".join(_key(part, key, prompts, filled))
            for wrong in key.wrong:
                letters = ", ".join(_letters(part, key, wrong.options))
                answer = ": ".join(text for text in (letters, wrong.shown) if text)
                earns = f" (earns {wrong.credit:g} of the marks)" if wrong.credit else ""
                yield f"- {wrong.misconception}: {answer}{earns}. {wrong.feedback}"
            foreseen = {wrong.options for wrong in key.wrong}
            for option in part.options:
                told = (option.id,) in foreseen or option.id in key.options
                if option.feedback and option.id in key.order and not told:
                    yield f"- {LETTERS[key.order.index(option.id)]}: {filled(option.feedback)}"
        for number, hint in enumerate(wording.hints, start=1):
            yield f"**Hint {number}:** {filled(hint)}"
        solution = filled(wording.solution)
        gap = "\n\n" if solution.startswith("|") else " "  # a table in the line of a heading would be a paragraph
        yield f"**Solution.**{gap}{solution}"

    return "\n\n".join(lines())


def _decimal(value: str) -> str:
    """A fraction as the decimal it is; as it stands where its digits would not end."""
    exact = Fraction(value)
    decimal = Decimal(exact.numerator) / Decimal(exact.denominator)
    return f"{decimal:f}" if Fraction(decimal) == exact else value


def _letters(part: PartWording, key: PartKey, options: Sequence[str]) -> list[str]:
    """The letters of the options; those of several right ones in the order of the alphabet."""
    letters = [LETTERS[key.order.index(name)] for name in options if name in key.order]
    return sorted(letters) if SHAPES[part.kind].chosen == "some" else letters


def _key(part: PartWording, key: PartKey, prompts: dict[str, str], filled: Callable[[str], str]) -> Iterator[str]:
    if key.truth is not None:
        yield "true" if key.truth else "false"
    letters = _letters(part, key, key.options)
    if part.prompts:
        yield from (f"{prompts[name]} - {letter}" for name, letter in zip(key.prompt_order, letters, strict=True))
    elif letters:
        yield ", ".join(letters)
    if key.formula_shown:
        yield f"${key.formula_shown}$"
    labels = part.labels or ("",) * len(key.numbers)
    for label, number in zip(labels, key.numbers, strict=True):
        if key.formula_shown and number.low == number.high:
            continue
        name = f"{filled(label)}: " if label else ""
        interval = f" (accepted {_decimal(number.low)} to {_decimal(number.high)})" if number.low != number.high else ""
        yield f"{name}${number.shown}${interval}"
    for line in part.guide:
        yield f"[{line.points:g}] {filled(line.text)}"
