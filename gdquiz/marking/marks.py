"""Marking one response by the key of its part, and the responses to all parts of a question.

The rules, kind by kind, are the functions of ``_RULES``; docs/marking.md tells them in words and is held to the same
table of cases (tests/marking_cases.json).  A response that cannot be read is never marked wrong: it comes back with a
sentence that says what was expected.  Everything is exact; a credit is a fraction of the part's points.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from gdquiz.exam.frozen import LETTERS, Kind, PartKey, PartWording, Question, Wording, WrongAnswer
from gdquiz.formulas import notation
from gdquiz.formulas.expressions import Language, Node, parse, terminating, to_text
from gdquiz.marking import following, formulas, letters, numerals
from gdquiz.marking.numerals import Unreadable

NONE, ALL = Fraction(0), Fraction(1)
ROUNDED = Fraction(1, 1000)
"""How near a number has to be to a value that has more than three decimals where the key leaves no room."""

Fill = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Marking:
    """What a response is worth and what it shows.

    ``credit``: share of the part's points, 0 to 1.  ``right``: the response is the key.  ``understood``: how it was
    read, as plain text.  ``misconceptions``: the codes of the foreseen wrong answers it is, in the order of the key.
    ``feedback``: what to say, Markdown without slots.  ``followed``: it follows from the learner's own wrong earlier
    answer.  ``unreadable``: a sentence for the learner, where it could not be read.  ``by_hand``: a person has to mark
    it.  Where it is unreadable or has to be marked by hand, the credit is 0 for the time being.
    """

    credit: Fraction = NONE
    right: bool = False
    understood: str = ""
    misconceptions: tuple[str, ...] = ()
    feedback: str = ""
    followed: bool = False
    unreadable: str = ""
    by_hand: bool = False

    @property
    def misconception(self) -> str:
        """The first of the misconceptions, or the empty string."""
        return self.misconceptions[0] if self.misconceptions else ""


def mark(
    part: PartWording,
    key: PartKey,
    response: str,
    earlier: Mapping[str, Fraction] | None = None,
    *,
    fill: Fill = str,
) -> Marking:
    """The marking of a response.

    ``earlier`` holds the numbers that the learner gave for earlier parts, by the ids of these; what follows from them
    is marked by ``key.follow``.  ``fill`` puts the question's values into the feedback of an option.
    """
    if not response.strip():
        return Marking(unreadable=f"Nothing was answered; expected {expected(part, key)}.")
    try:
        return _RULES[part.kind](part, key, response, earlier or {}, fill)
    except Unreadable as refusal:
        return Marking(unreadable=str(refusal))


def mark_question(
    wording: Wording, question: Question, responses: Sequence[str], *, fill: Fill = str
) -> tuple[Marking, ...]:
    """The markings of the responses to all parts of a question, each with what follows from the earlier ones."""
    given: dict[str, Fraction] = {}
    markings = []
    for part, key, response in zip(wording.parts, question.parts, responses, strict=True):
        markings.append(mark(part, key, response, given, fill=fill))
        number = given_number(part, key, response)
        if number is not None:
            given[part.id] = number
    return tuple(markings)


def given_number(part: PartWording, key: PartKey, response: str) -> Fraction | None:
    """The number that a response gives, for later parts to follow from; None where it is none or cannot be read.

    In a choice among values, that of the wrong value chosen.
    """
    try:
        if part.kind == "number":
            return numerals.read_number(response)
        if part.kind == "choice" and any(wrong.values for wrong in key.wrong):
            chosen = (_order(part, key)[letters.read_choice(response, len(_order(part, key)))],)
            return next((Fraction(wrong.values[0]) for wrong in key.wrong if wrong.options == chosen), None)
    except Unreadable:
        pass
    return None


def expected(part: PartWording, key: PartKey) -> str:
    """What a part expects to be typed, in words."""
    count = len(_order(part, key))
    last = LETTERS[count - 1] if count else ""
    match part.kind:
        case "number":
            return "a number, such as 1.5, -3/4 or 2e-3"
        case "numbers":
            return f"{len(part.labels)} numbers, parted by semicolons"
        case "choice":
            return f"one letter, A to {last}"
        case "choices":
            return f"letters, such as 'a c', from A to {last}, or 'none'"
        case "truth":
            return f"'true' or 'false' and the letter of a reason, A to {last}" if count else "'true' or 'false'"
        case "matching":
            return f"a letter for each number, such as '1b 2a', from A to {last}"
        case "ordering":
            return f"the letters A to {last} in order"
        case "formula":
            names = " and ".join(part.variables)
            return f"a formula in {names}, such as '2*{part.variables[0]} - 6'"
    return "an answer in your own words"


# --- what all kinds share ------------------------------------------------------------------------------------------


def _order(part: PartWording, key: PartKey) -> tuple[str, ...]:
    """The options as printed."""
    return key.order or tuple(option.id for option in part.options)


def _judged(
    key: PartKey, share: Fraction, understood: str, is_wrong: Callable[[WrongAnswer], bool], feedback: str = ""
) -> Marking:
    """The marking of a response that is not the key and that its rule gives ``share`` for.

    If it is a foreseen wrong answer, that one's feedback is said, and its credit is earned where it is more.
    """
    met = [wrong for wrong in key.wrong if is_wrong(wrong)]
    credit = max([share, *(Fraction(str(wrong.credit)) for wrong in met)])
    codes = tuple(dict.fromkeys(wrong.misconception for wrong in met))
    return Marking(credit, False, understood, codes, met[0].feedback if met else feedback)


# --- numbers -------------------------------------------------------------------------------------------------------


def _half_width(key: PartKey, place: int) -> Fraction:
    """Half of what the key accepts."""
    return (Fraction(key.numbers[place].high) - Fraction(key.numbers[place].low)) / 2


def _is_near(number: Fraction, value: Fraction, half: Fraction) -> bool:
    """Whether a number is a value that is not the key, within the room that the key gives.

    Where the key is exact and leaves none, a value of more than three decimals may be rounded all the same.
    """
    if not half and not terminating(value, 3):
        half = ROUNDED
    return abs(number - value) <= half


def _accepts(key: PartKey, place: int, number: Fraction) -> bool:
    return Fraction(key.numbers[place].low) <= number <= Fraction(key.numbers[place].high)


def _number(part: PartWording, key: PartKey, response: str, earlier: Mapping[str, Fraction], fill: Fill) -> Marking:
    number = numerals.read_number(response)
    understood = notation.plain(number)
    if _accepts(key, 0, number):
        return Marking(ALL, True, understood)
    other = numerals.other_reading(response)
    if other is not None and _accepts(key, 0, other):
        raise Unreadable(
            f"{response.strip()} can be read as {float(number):g} or as {other}; write it without the comma."
        )
    half, feedback = _half_width(key, 0), ""
    if key.follow and earlier:
        carried = following.carried(key.follow, earlier)
        if carried is not None and _is_near(number, carried.value, half):
            same = any(abs(carried.value - value) <= half for value in earlier.values())
            if not (carried.trivial or same):
                return Marking(ALL, False, understood, followed=True, feedback="It follows from your earlier answer.")
            feedback = "It follows from your earlier answer, but that answer leaves nothing to work out here."
    value = Fraction(key.numbers[0].value)
    if not half and _is_near(number, value, half):
        feedback = "That is the right number rounded; the exact value is asked for."
    return _judged(
        key,
        NONE,
        understood,
        lambda wrong: bool(wrong.values) and _is_near(number, Fraction(wrong.values[0]), half),
        feedback,
    )


def _numbers(part: PartWording, key: PartKey, response: str, earlier: Mapping[str, Fraction], fill: Fill) -> Marking:
    numbers = numerals.read_numbers(response, part.labels)
    understood = "; ".join(map(notation.plain, numbers))
    right = [_accepts(key, place, number) for place, number in enumerate(numbers)]
    if all(right):
        return Marking(ALL, True, understood)

    def is_wrong(wrong: WrongAnswer) -> bool:
        return len(wrong.values) == len(numbers) and all(
            _is_near(number, Fraction(value), _half_width(key, place))
            for place, (number, value) in enumerate(zip(numbers, wrong.values, strict=True))
        )

    told = "" if not any(right) else f"{sum(right)} of {len(right)} numbers are right."
    return _judged(key, Fraction(sum(right), len(right)), understood, is_wrong, told)


# --- letters -------------------------------------------------------------------------------------------------------


def _choice(part: PartWording, key: PartKey, response: str, earlier: Mapping[str, Fraction], fill: Fill) -> Marking:
    order = _order(part, key)
    place = letters.read_choice(response, len(order))
    chosen = order[place]
    if chosen in key.options:
        return Marking(ALL, True, LETTERS[place])
    said = next((option.feedback for option in part.options if option.id == chosen), "")
    return _judged(key, NONE, LETTERS[place], lambda wrong: wrong.options == (chosen,), fill(said) if said else "")


def _choices(part: PartWording, key: PartKey, response: str, earlier: Mapping[str, Fraction], fill: Fill) -> Marking:
    """Right choices less wrong ones, each as a share of what there is of its kind; not below 0."""
    order = _order(part, key)
    chosen = frozenset(order[place] for place in letters.read_choices(response, len(order)))
    understood = ", ".join(LETTERS[place] for place, option in enumerate(order) if option in chosen) or "none"
    right = frozenset(key.options)
    if chosen == right:
        return Marking(ALL, True, understood)
    others = len(order) - len(right)
    share = Fraction(len(chosen & right), len(right)) - (Fraction(len(chosen - right), others) if others else NONE)
    return _judged(key, max(NONE, share), understood, lambda wrong: frozenset(wrong.options) == chosen)


def _truth(part: PartWording, key: PartKey, response: str, earlier: Mapping[str, Fraction], fill: Fill) -> Marking:
    """The verdict alone earns half where a reason is asked for as well; a reason without its verdict earns nothing."""
    order = _order(part, key)
    truth, place = letters.read_truth(response, len(order))
    verdict = truth == key.truth
    understood = "true" if truth else "false"
    if place is None:
        return Marking(ALL if verdict else NONE, verdict, understood)
    understood += f", {LETTERS[place]}"
    reason = order[place]
    if verdict and reason in key.options:
        return Marking(ALL, True, understood)
    told = "The statement is judged rightly, for another reason." if verdict else ""
    if reason in key.options:
        told = "The reason holds; what does it say of the statement?"
    share = Fraction(1, 2) if verdict else NONE
    return _judged(key, share, understood, lambda wrong: wrong.options == (reason,), told)


def _matching(part: PartWording, key: PartKey, response: str, earlier: Mapping[str, Fraction], fill: Fill) -> Marking:
    """Each prompt earns its share."""
    order = _order(part, key)
    places = letters.read_matching(response, len(key.options), len(order))
    chosen = tuple(order[place] for place in places)
    understood = ", ".join(f"{number}{LETTERS[place]}" for number, place in enumerate(places, start=1))
    if chosen == key.options:
        return Marking(ALL, True, understood)
    right = sum(one == other for one, other in zip(chosen, key.options, strict=True))
    told = f"{right} of {len(chosen)} are matched rightly." if right else ""
    return _judged(key, Fraction(right, len(chosen)), understood, lambda wrong: wrong.options == chosen, told)


def _ordering(part: PartWording, key: PartKey, response: str, earlier: Mapping[str, Fraction], fill: Fill) -> Marking:
    """Kendall's tau (Biometrika 30, 1938), not below 0: pairs in order less pairs out of order, as a share of all."""
    order = _order(part, key)
    places = letters.read_ordering(response, len(order))
    chosen = tuple(order[place] for place in places)
    understood = ", ".join(LETTERS[place] for place in places)
    if chosen == key.options:
        return Marking(ALL, True, understood)
    rank = [key.options.index(option) for option in chosen]
    pairs = [rank[i] < rank[j] for j in range(len(rank)) for i in range(j)]
    tau = Fraction(2 * sum(pairs) - len(pairs), len(pairs))
    return _judged(key, max(NONE, tau), understood, lambda wrong: wrong.options == chosen)


# --- formulas and words --------------------------------------------------------------------------------------------


def _own(formula: str, variables: tuple[str, ...]) -> Node:
    return parse(formula, names=variables, language=Language.FORMULA)


def _formula(part: PartWording, key: PartKey, response: str, earlier: Mapping[str, Fraction], fill: Fill) -> Marking:
    variables = part.variables
    given, ours = formulas.read_formula(response, variables), _own(key.formula, variables)
    understood = to_text(given)
    same = formulas.equivalent(ours, given, variables)
    if same is None:
        return Marking(understood=understood, by_hand=True, feedback="This formula has to be looked at by a person.")
    if same:
        return Marking(ALL, True, understood)

    def is_wrong(wrong: WrongAnswer) -> bool:
        return bool(wrong.formula) and bool(formulas.equivalent(_own(wrong.formula, variables), given, variables))

    marking = _judged(key, NONE, understood, is_wrong)
    if not marking.feedback and formulas.near(ours, given, variables):
        return replace(marking, feedback="That is nearly the right formula; write its numbers exactly, as fractions.")
    return marking


def _text(part: PartWording, key: PartKey, response: str, earlier: Mapping[str, Fraction], fill: Fill) -> Marking:
    return Marking(understood=" ".join(response.split()), by_hand=True)


_Rule = Callable[[PartWording, PartKey, str, Mapping[str, Fraction], Fill], Marking]
_RULES: Mapping[Kind, _Rule] = {
    "number": _number,
    "numbers": _numbers,
    "choice": _choice,
    "choices": _choices,
    "truth": _truth,
    "matching": _matching,
    "ordering": _ordering,
    "formula": _formula,
    "text": _text,
}
"""How each kind of part is marked."""
