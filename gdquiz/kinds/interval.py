"""An interval: all numbers between two ends, each of which belongs to it, does not, or is infinite.

What people write for one is read: ``(0, 1/2]``, ``]0; 0,5]``, ``0 < eta <= 1/2``, ``eta in (0, 1/2]``, ``1/2 >= eta``,
``eta > 0 and eta <= 1/2``, ``{eta | 0 < eta <= 1/2}``, ``[0, inf)``.  Where the quantity is positive by nature, as a
learning rate is, ``eta < 1/2`` begins at 0.  Ends are marked one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NoReturn

from gdquiz import draws
from gdquiz.errors import Fault
from gdquiz.exam.answers import ENDS, INFINITE
from gdquiz.exam.frozen import PartKey, PartWording, WrongAnswer
from gdquiz.formulas import notation
from gdquiz.formulas.scanner import shown
from gdquiz.kinds.kind import Found, KindOfAnswer
from gdquiz.kinds.marked import ALL, NONE, Given, Marking, judged
from gdquiz.kinds.number import accepts, half_width, is_apart, is_near, number_fields
from gdquiz.kinds.platforms import AMONG, WORDS, Field, among_formulas
from gdquiz.responses import numerals
from gdquiz.responses.numerals import Unreadable

OPEN, CLOSED, _ = ENDS
SIDES = ("lower", "upper")
INFINITIES = {"lower": "-inf", "upper": "inf"}
"""How a bank writes that there is no end."""


@dataclass(frozen=True, slots=True)
class Read:
    """An interval as it was read: its ends (None where there is none), and whether they belong to it."""

    ends: tuple[Fraction | None, Fraction | None]
    closed: tuple[bool, bool]

    @property
    def told(self) -> tuple[str, ...]:
        """Of each end what it is: ``open``, ``closed`` or ``infinite``."""
        return tuple(
            INFINITE if end is None else CLOSED if closed else OPEN
            for end, closed in zip(self.ends, self.closed, strict=True)
        )

    def __str__(self) -> str:
        lower, upper = ("" if end is None else notation.plain(end) for end in self.ends)
        return f"{'(['[self.closed[0]]}{lower or '-∞'}, {upper or '∞'}{')]'[self.closed[1]]}"


class Interval(KindOfAnswer):
    name = "interval"
    title = "an interval"
    optional = ("lower", "closed", "positive")
    unfit_reason = "an end is neither open nor closed nor infinite"
    is_open = True

    # --- in a bank ---

    def needs(self, asked: Any) -> tuple[str, ...]:
        return ("upper", "variable") if asked.positive else ("lower", "upper", "variable")

    def states(self, asked: Any) -> tuple[str, ...]:
        return (*SIDES, "closed")

    def faults(self, asked: Any) -> Found:
        written = {side: self._written(asked, None, side) for side in SIDES}
        for side, text in written.items():
            if text == INFINITIES["upper" if side == "lower" else "lower"]:
                yield (side,), Fault(f"the {side} end is '{text}'", f"a number, or '{INFINITIES[side]}'")
            elif text == INFINITIES[side] and side in asked.closed:
                yield ("closed",), Fault(f"the {side} end is infinite and belongs to no interval", "a finite end")
        if list(written.values()) == list(INFINITIES.values()):
            yield ("upper",), Fault("an interval without ends is no answer to find", "at least one number")
        if asked.positive and written["lower"] == INFINITIES["lower"]:
            yield ("lower",), Fault("a positive quantity has a lower end", "a number, or nothing for 0")

    def wrong_faults(self, asked: Any, wrong: Any) -> Found:
        for side in SIDES:
            text = self._written(asked, wrong, side)
            if text == INFINITIES["upper" if side == "lower" else "lower"]:
                yield (side,), Fault(f"the {side} end is '{text}'", f"a number, or '{INFINITIES[side]}'")
            elif text == INFINITIES[side] and side in (wrong.closed or ()):
                yield ("closed",), Fault(f"the {side} end is infinite and belongs to no interval", "a finite end")

    def _written(self, asked: Any, wrong: Any, side: str) -> str | None:
        """An end as the bank has it; that of the key where a wrong answer does not say another."""
        own = None if wrong is None else getattr(wrong, side)
        text: str | None = getattr(asked, side) if own is None else own
        text = "0" if text is None and side == "lower" and asked.positive else text
        return None if text is None else text.strip()

    def numbers(self, asked: Any) -> list[tuple[tuple[str | int, ...], str]]:
        return self._ends(asked, None)

    def wrong_numbers(self, asked: Any, wrong: Any) -> list[tuple[tuple[str | int, ...], str]]:
        stated = any(getattr(wrong, name) is not None for name in self.states(asked))
        return self._ends(asked, wrong) if stated else []

    def _ends(self, asked: Any, wrong: Any) -> list[tuple[tuple[str | int, ...], str]]:
        written = {side: self._written(asked, wrong, side) for side in SIDES}
        return [((side,), text) for side, text in written.items() if text and text not in INFINITIES.values()]

    def fixed(self, asked: Any, wrong: Any) -> tuple[int, ...] | None:
        closed = asked.closed if wrong is None or wrong.closed is None else wrong.closed
        told = []
        for side in SIDES:
            infinite = self._written(asked, wrong, side) == INFINITIES[side]
            told.append(INFINITE if infinite else CLOSED if side in closed else OPEN)
        return tuple(map(ENDS.index, told))

    def labels(self, asked: Any) -> tuple[str, ...]:
        """``$\\eta > \\ldots$`` and ``$\\eta \\leq \\ldots$``: each end that there is."""
        signs = {"lower": (r"\geq", ">"), "upper": (r"\leq", "<")}
        finite = [place[0] for place, _ in self.numbers(asked)]
        name = notation.symbol(asked.variable)
        return tuple(f"${name} {signs[side][side not in asked.closed]} \\ldots$" for side in SIDES if side in finite)

    # --- over all rows ---

    def is_answer(self, chosen: Any) -> Any:
        return chosen.min(axis=1) >= 0

    def unfit(self, chosen: Any) -> Any:
        return chosen.min(axis=1) < 0

    def variables(self, asked: Any, of_loss: tuple[str, ...]) -> tuple[str, ...]:
        return (asked.variable,)

    def ids(
        self, chosen: Any, options: tuple[str, ...], prompts: tuple[str, ...], printed: tuple[str, ...]
    ) -> tuple[str, ...]:
        return tuple(ENDS[int(k)] for k in chosen)

    def typeset(self, numbers: list[str], chosen: tuple[str, ...]) -> str:
        lower, upper = chosen
        rest = iter(numbers)
        below = r"-\infty" if lower == INFINITE else next(rest)
        above = r"\infty" if upper == INFINITE else next(rest)
        opening, closing = "[" if lower == CLOSED else "(", "]" if upper == CLOSED else ")"
        return rf"\left{opening}{below}, {above}\right{closing}"

    # --- marking ---

    def expected(self, part: PartWording, key: PartKey) -> str:
        name = part.variables[0]
        return f"an interval, such as (1, 3/2] or 1 < {name} <= 3/2, with inf where there is no end"

    def mark(self, part: PartWording, key: PartKey, response: str, given: Given) -> Marking:
        """The mean of both ends; the right number with the wrong bracket is half an end.

        That a positive quantity begins above 0 goes without saying, so it earns nothing.
        """
        found = read(response, positive=part.positive)
        understood = str(found)
        scores = [self._score(key, found, place) for place in range(2)]
        if all(score == 1 for score in scores):
            return Marking(ALL, True, understood)
        free = part.positive and key.options[0] == OPEN and Fraction(key.numbers[0].value) == 0 and scores[0] == 1
        counted = scores[1:] if free else scores

        def is_wrong(wrong: WrongAnswer) -> bool:
            ends = [end for end in found.ends if end is not None]
            return wrong.options == found.told and all(
                is_near(end, Fraction(value), self._room(key, place))
                for end, value, place in zip(ends, wrong.values, _finite(found.told), strict=True)
            )

        told = ""
        if all(scores):
            told = "The numbers are right; think again about which ends belong to the interval."
        elif any(score == 1 for score in counted):
            told = "One end is right."
        return judged(key, sum(counted, NONE) / len(counted), understood, is_wrong, told)

    def _score(self, key: PartKey, found: Read, place: int) -> Fraction:
        """What one end is worth: all with its bracket, half without."""
        end = found.ends[place]
        if end is None or key.options[place] == INFINITE:
            return Fraction(end is None and key.options[place] == INFINITE)
        if not accepts(key, _finite(key.options).index(place), end):
            return NONE
        return ALL if found.told[place] == key.options[place] else Fraction(1, 2)

    def _room(self, key: PartKey, place: int) -> Fraction:
        finite = _finite(key.options)
        return half_width(key, finite.index(place)) if place in finite else NONE

    def composed(self, texts: list[str], chosen: tuple[str, ...]) -> str:
        """``(0; 1/2]``, with the brackets that the fields told; without an end where its field is blank."""
        rest = iter(texts)
        lower, upper = (next(rest).strip() if told != INFINITE else "" for told in chosen)
        opening, closing = "[" if chosen[0] == CLOSED else "(", "]" if chosen[1] == CLOSED else ")"
        return f"{opening}{lower or '-inf'}; {upper or 'inf'}{closing}"

    # --- on platforms ---

    def fields(self, part: PartWording, key: PartKey, carried: str, row: tuple[str | int, ...]) -> Iterator[Field]:
        if carried in (AMONG, WORDS):
            yield among_formulas(key, carried, draws.shuffled(("intervals", *row), range(-1, len(key.wrong))))
            return
        # a wrong answer with other ends than the key is told from it by no number
        wrong = tuple(
            one if _finite(one.options) == _finite(key.options) else one.model_copy(update={"values": ()})
            for one in key.wrong
        )
        yield from number_fields(part, key.model_copy(update={"wrong": wrong}), carried)

    def pieces(self, part: PartWording, carried: str) -> int:
        return 1 if carried in (AMONG, WORDS) else len(part.labels)

    def anyway(self, part: PartWording, key: PartKey, wrong: WrongAnswer) -> float:
        if _finite(wrong.options) != _finite(key.options):
            return 0.0
        return sum(not is_apart(part, key, of, wrong.values) for of in range(len(key.numbers))) / len(key.numbers)


KIND = Interval()


def _finite(told: tuple[str, ...]) -> list[int]:
    """The places of the ends that there are."""
    return [place for place, one in enumerate(told) if one != INFINITE]


# --- reading ---------------------------------------------------------------------------------------------------------

_SIGNS = (
    (r"[≤⩽≦]|=<|<\s+=", "<="),
    (r"[≥⩾≧]|=>|>\s+=", ">="),
    ("[＜‹]", "<"),
    ("[＞›]", ">"),
    ("（", "("),
    ("）", ")"),
    ("［", "["),
    ("］", "]"),
    ("∈", " in "),
    ("∧|&&?", " and "),
    ("∪", " or "),
    (r"\+?∞|\+?\b(?:infinity|infty|inf|oo)\b", "inf"),
    (r"\s+", " "),
)
_NAME = r"[^\W\d_\u00b2-\u00be\u2070-\u2189][\w' ]{0,40}"
_SET = re.compile(rf"\{{ ?(?:{_NAME} ?[|:])?(.*)\}}")
_BRACKETS = re.compile(rf"(?:{_NAME}?\b ?(?:\bin\b|=|:) ?)?([(\[\]])([^()\[\]]*)([)\]\[])")
_COMPARISON = re.compile("(<=|>=|<|>)")
_WANTED = "an interval such as (1, 3/2] or 1 < x <= 3/2"


def read(text: str, *, positive: bool = False) -> Read:
    """The interval that a response says; of a ``positive`` quantity it begins at 0 where only its upper end is told.

    Raises ``Unreadable``.
    """
    clean = numerals.plain(text)
    for sign, plain in _SIGNS:
        clean = re.sub(sign, plain, clean, flags=re.IGNORECASE)
    clean = clean.strip().rstrip(" .")
    if "\\" in clean:
        raise Unreadable(f"{_quoted(text)} is LaTeX; write {_WANTED}.")
    if re.search(r"\bor\b", clean):
        raise Unreadable(f"{_quoted(text)} is more than one interval; write {_WANTED}.")
    within = _SET.fullmatch(clean)
    clean = within[1].strip() if within else clean
    if _COMPARISON.search(clean):
        found = _compared(clean, text, positive=positive)
    else:
        brackets = _BRACKETS.fullmatch(clean)
        if brackets is None or within:
            _refuse(text)
        lower, upper = (_end(piece, text) for piece in _split(brackets[2], text))
        found = _made(lower, upper, (brackets[1] == "[", brackets[3] == "]"), text)
    return found


def _quoted(text: str) -> str:
    """The response for a message, on one line."""
    return shown(" ".join(text.split()))


def _refuse(text: str) -> NoReturn:
    raise Unreadable(f"{_quoted(text)} is not understood as an interval; expected {_WANTED}.")


def _split(inside: str, text: str) -> tuple[str, str]:
    """What stands between brackets, as its two ends: ``0; 0,5``, ``0, 1/2``, ``0,5, 1``."""
    pieces = inside.split(";") if ";" in inside else inside.split(",")
    if len(pieces) > 2 and ";" not in inside:
        pieces = re.split(r", | ,", inside)
        if len(pieces) != 2:
            raise Unreadable(f"In {_quoted(text)} a comma can mean two things; write the ends as in (0.5; 1.5).")
    if len(pieces) != 2:
        _refuse(text)
    return pieces[0], pieces[1]


def _end(piece: str, text: str) -> Fraction | str:
    """A number, or ``inf`` or ``-inf``."""
    bare = piece.replace(" ", "")
    if bare in ("inf", "-inf"):
        return bare
    if "=" in piece or not bare:
        _refuse(text)
    return numerals.read_number(piece)


def _compared(clean: str, text: str, *, positive: bool) -> Read:
    """An interval from comparisons: ``0 < eta <= 1/2``, ``eta > 0 and eta <= 1/2``, ``1/2 >= eta``."""
    ends: dict[str, tuple[Fraction | str, bool]] = {}
    names = set()
    for piece in re.split(r"\band\b|, |;", clean):
        operands = _COMPARISON.split(piece)
        signs = operands[1::2]
        at = next((k for k, one in enumerate(operands[::2]) if _is_name(one)), None)
        if at is None or not (len(signs) == 1 or (len(signs) == 2 and at == 1 and signs[0][0] == signs[1][0])):
            _refuse(text)
        names.add(operands[2 * at].split()[-1])
        for k, sign in enumerate(signs):
            side = "lower" if (k < at) == (sign[0] == "<") else "upper"
            if side in ends:
                raise Unreadable(f"{_quoted(text)} has two {side} ends; write {_WANTED}.")
            ends[side] = (_end(operands[2 * (k if k < at else k + 1)], text), "=" in sign)
    if len(names) != 1:
        _refuse(text)
    lower = ends.get("lower", (Fraction(0) if positive else "-inf", False))
    upper = ends.get("upper", ("inf", False))
    if "lower" not in ends and positive and isinstance(upper[0], Fraction) and upper[0] <= 0:
        raise Unreadable(f"{_quoted(text)} leaves no positive number; write {_WANTED}.")
    return _made(lower[0], upper[0], (lower[1], upper[1]), text)


def _is_name(operand: str) -> bool:
    bare = operand.strip()
    return bool(re.fullmatch(_NAME, bare)) and bare != "inf"


def _made(lower: Fraction | str, upper: Fraction | str, closed: tuple[bool, bool], text: str) -> Read:
    """The interval, where there is room between its ends; an infinite end belongs to none."""
    if lower == "inf" or upper == "-inf":
        raise Unreadable(f"In {_quoted(text)} infinity stands at the wrong end; write {_WANTED}.")
    below = lower if isinstance(lower, Fraction) else None
    above = upper if isinstance(upper, Fraction) else None
    if below is not None and above is not None and below >= above:
        raise Unreadable(
            f"In {_quoted(text)} the lower end, {notation.plain(below)}, is not below the upper one, "
            f"{notation.plain(above)}; write the smaller number first."
        )
    return Read((below, above), (closed[0] and below is not None, closed[1] and above is not None))
