"""Answers as platforms write them, as gdquiz has them typed: letters for options, numbers as they are.

A platform asks a part of a question by one field or several (``packaging.fields``).  What it says of each field becomes
a *piece*, and the pieces of a part become the response that ``marking`` reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gdquiz.exam.frozen import LETTERS, Question
from gdquiz.grading.likeness import place_of, segments
from gdquiz.grading.places import Misfit, Places
from gdquiz.kinds.kind import kind_of
from gdquiz.kinds.platforms import PLACES, POSITIONS, Field

TRUE = ("true", "wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar", "sant", "sann", "tosi", "prawda", "верно",
        "правда", "对", "正しい", "正确", "cert", "richtig", "igaz", "pravda", "doğru", "1", "yes")  # fmt: skip
FALSE = ("false", "falsch", "faux", "falso", "onwaar", "niet waar", "usann", "falsk", "falskt", "epätosi", "fałsz",
         "неверно", "неправда", "错", "誤り", "错误", "fals", "hamis", "nepravda", "yanlış", "0", "no")  # fmt: skip
"""How platforms say that a statement is true or false, in languages of their sites."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a platform writes several things: what stands ``between`` them, and the ``arrow`` of a pair.

    ``escaped``: a backslash before a separator that belongs to the text.  ``named``: options are told by their letters
    or ids, never by their texts.
    """

    between: str = "; "
    arrow: str = "->"
    escaped: bool = False
    named: bool = False

    def pieces(self, text: str) -> list[str]:
        if self.escaped:
            return [one.replace("\\,", ",") for one in re.split(r"(?<!\\),", text)]
        return [one.strip() for one in text.split(self.between.strip())]


def piece(places: Places, question: Question, one: Field, answer: str, way: Way) -> str:
    """What a field is answered with, as gdquiz has it typed; empty where it is not answered.

    Raises ``Misfit`` for an answer that is none of the options.
    """
    answer = answer.strip()
    if not answer or one.kind in ("number", "words"):
        return answer
    match one.kind:
        case "truth":
            return _truth(answer)
        case "choice":
            return _choice(places, question, one, answer, way)
        case "choices":
            chosen = [LETTERS[place] for place in _listed(places, question, one, answer, way)]
            return " ".join(sorted(set(chosen)))
        case "ordering":
            return " ".join(LETTERS[place] for place in _listed(places, question, one, answer, way))
    return _matching(places, question, one, answer, way)


def _truth(answer: str) -> str:
    word = answer.casefold().strip(" .")
    if word in TRUE or word in FALSE:
        return "true" if word in TRUE else "false"
    raise Misfit(f"'{answer[:60]}' is neither true nor false")


def _choice(places: Places, question: Question, one: Field, answer: str, way: Way) -> str:
    if one.carried == PLACES:
        if re.fullmatch("[0-9]{1,2}", answer) and 1 <= int(answer) <= one.options:
            return answer
        raise Misfit(f"'{answer[:60]}' is no place from 1 to {one.options}")
    if not one.order:
        return LETTERS[_option(answer, places.options(question, one.part), _ids(places, question, one), way)]
    part, key = places.exam.wordings[question.wording].parts[one.part], question.parts[one.part]
    kind = kind_of(part.kind)
    if not kind.shape.shown and not way.named:
        return answer.replace("\\(", "").replace("\\)", "").replace("$", "")
    texts = [key.formula_shown if which < 0 else places.written.prose(key.wrong[which].shown) for which in one.order]
    which = one.order[_option(answer, texts, (), way)]
    if kind.shape.ends:
        wrong = key.wrong[which]
        values = [number.value for number in key.numbers] if which < 0 else list(wrong.values)
        return kind.composed(values, key.options if which < 0 else wrong.options)
    if not kind.shape.formula:
        return key.numbers[one.of].value if which < 0 else key.wrong[which].values[one.of]
    return key.formula if which < 0 else key.wrong[which].formula


def _option(answer: str, texts: Sequence[str], ids: Sequence[str], way: Way) -> int:
    """The place of the option that an answer is: by its text, its id, or its letter."""
    place = None if way.named else place_of(answer, texts)
    if place is None and answer in ids:
        place = ids.index(answer)
    if place is None and (found := re.fullmatch(r"([A-Za-z])[.)]?", answer)):
        place = LETTERS.index(found[1].upper())
    if place is None or place >= len(texts):
        cut = answer.endswith("...")
        reason = "fits no option, or more than one" if not cut else "is cut off and fits no option, or more than one"
        raise Misfit(f"'{answer[:60]}' {reason}")
    return place


def _ids(places: Places, question: Question, one: Field) -> tuple[str, ...]:
    part, key = places.exam.wordings[question.wording].parts[one.part], question.parts[one.part]
    return key.order or tuple(option.id for option in part.options)


def _listed(places: Places, question: Question, one: Field, answer: str, way: Way) -> list[int]:
    texts, ids = places.options(question, one.part), _ids(places, question, one)
    pieces = way.pieces(answer)[:200]
    found = None if way.named else segments(pieces, texts, way.between)
    return found if found is not None else [_option(text, texts, ids, way) for text in pieces if text]


_NAMED_PAIR = re.compile(r"P([1-9][0-9]?)\s+([A-Z]|[1-9][0-9]?)")


def _matching(places: Places, question: Question, one: Field, answer: str, way: Way) -> str:
    """Pairs of a matching.  ``P1 B`` is a pair of identifiers; with positions, a thing and its place."""
    positions = one.carried == POSITIONS
    rights = [str(place + 1) for place in range(one.options)] if positions else places.options(question, one.part)
    lefts = places.options(question, one.part) if positions else places.prompts(question, one.part)
    pairs: dict[int, int] = {}
    letters = rights if positions else LETTERS[: one.options]
    for text in _pairs(answer, way):
        if (found := _NAMED_PAIR.fullmatch(text.strip())) and found[2] in letters and int(found[1]) <= len(lefts):
            pairs[int(found[1]) - 1] = letters.index(found[2])
            continue
        name, _, right = text.partition(way.arrow)
        left = _option(name.strip(), lefts, (), way)
        if right.strip():
            pairs[left] = _option(right.strip(), rights, (), way)
    if positions:
        by_place = {place: LETTERS[thing] for thing, place in pairs.items()}
        return " ".join(by_place[place] for place in sorted(by_place))
    return " ".join(f"{left + 1}{LETTERS[right]}" for left, right in sorted(pairs.items()))


def _pairs(answer: str, way: Way) -> list[str]:
    """Pairs in a text, where what stands between them may stand in one of them, too."""
    pairs: list[str] = []
    for text in way.pieces(answer)[:200]:
        if pairs and way.arrow not in text and not re.match(r"P[0-9]", text):
            pairs[-1] += way.between + text
        elif text:
            pairs.append(text)
    return pairs


# --- from pieces to responses --------------------------------------------------------------------------------------


def composed(places: Places, question: Question, pieces: Mapping[Field, str]) -> dict[int, str]:
    """The responses to the parts that these fields ask, by their places."""
    by_part: dict[int, dict[Field, str]] = {}
    for one, text in pieces.items():
        by_part.setdefault(one.part, {})[one] = text
    return {at: _response(places, question, at, some) for at, some in sorted(by_part.items())}


def _response(places: Places, question: Question, at: int, some: Mapping[Field, str]) -> str:
    part = places.exam.wordings[question.wording].parts[at]
    said = {(one.of, one.step): text for one, text in some.items()}
    if not any(said.values()):
        return ""
    kind, key = kind_of(part.kind), question.parts[at]
    if part.labels and not (kind.shape.ends and next(iter(some)).kind != "number"):
        return kind.composed([said.get((of, 0), "") for of in range(len(part.labels))], key.options)
    if part.kind == "truth":
        return " ".join(filter(None, (said.get((0, 0), ""), said.get((0, 1), ""))))
    if len(some) == 1 or part.kind not in ("matching", "ordering"):
        return said.get((0, 0), "")
    if part.kind == "matching":
        return " ".join(f"{of + 1}{text}" for (of, _), text in sorted(said.items()) if text)
    by_place = {int(text): LETTERS[of] for (of, _), text in said.items() if text}
    return " ".join(by_place[place] for place in sorted(by_place))
