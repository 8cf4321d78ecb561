"""Formulas: the tree that the rest of gdquiz works on, the grammar that reads it, and its canonical text.

``parse`` is the only way from a user's text to mathematics.  It knows a closed set of functions, reads decimals as
exact fractions, never evaluates anything, and refuses what could make later work unbounded (long texts, deep nesting,
huge numbers and powers).  Every refusal is an ``InputError`` with one ``Fault`` that gives the column, counted from 1,
in the text as the user typed it.

How formulas are read:

- ``+ - * /``, ``^`` or ``**`` (to the right: ``2^3^2`` is ``2^9``), parentheses; ``-w^2`` is ``-(w^2)``; ``2^-1``.
- A factor may follow another without ``*`` unless it is a number: ``2w``, ``2(w + 1)``, ``a w``, ``w(w + 1)``.  Such
  a product has the rank of ``*``, so that everything goes from left to right: ``1/2x`` is ``(1/2)*x``.
- ``ab`` is the product of ``a`` and ``b`` if it is no name itself and both letters are.
- ``ln`` is ``log``, the natural logarithm.  A declared name hides a function of the same name.
- ``−  ·  ×  ÷  √(...)  x²  ≤  ≥  ≠``, Greek letters and subscript digits may be typed as such: ``η`` is ``eta``.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any, NoReturn

from gdquiz.errors import Fault, InputError
from gdquiz.formulas.scanner import COMPARISONS, KEYWORDS, VALUES, Scanner, Token, listed, refuse, shown

# --- the tree ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number.  ``parse`` yields only nonnegative ones: ``-3`` is a negation and ``1/3`` a division."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """An element of a series, ``w[1]``."""

    name: str
    index: Node


@dataclass(frozen=True, slots=True)
class Apply:
    """An operation: ``+ * and or`` on two or more, ``/ ^`` and comparisons on two, ``- not`` on one, or a function.

    ``a - b`` is ``a + (-b)``.  A chain of comparisons ``0 < s < 1`` is the ``and`` of its links.
    """

    function: str
    arguments: tuple[Node, ...]


Node = Number | Name | Index | Apply


class Language(Enum):
    """FORMULA: arithmetic and elementary functions, for losses and students' answers.  BANK: also indexing,
    comparisons, logic, ``if``, whole-number functions, and names in exponents."""

    FORMULA = "formula"
    BANK = "bank"


@dataclass(frozen=True, slots=True)
class Function:
    """A row of the table of functions: how many arguments it takes, and where it may be used.

    ``exact`` are those that make fractions of fractions; of the others a fraction comes only by accident.
    """

    name: str
    least: int = 1
    most: int | None = 1
    place: str = "everywhere"
    exact: bool = False


FUNCTIONS: Mapping[str, Function] = {
    row.name: row
    for row in (
        Function("exp"),
        Function("log"),
        Function("sqrt"),
        Function("sin"),
        Function("cos"),
        Function("tan"),
        Function("tanh"),
        Function("sigmoid"),  # 1/(1 + exp(-x))
        Function("abs", exact=True),
        Function("relu", exact=True),  # max(0, x)
        Function("sign", exact=True),
        Function("step", exact=True),  # 0 for x < 0, 1 for x > 0: the derivative of relu
        Function("min", 2, None, exact=True),
        Function("max", 2, None, exact=True),
        Function("floor", place="bank", exact=True),
        Function("ceil", place="bank", exact=True),
        Function("is_square", place="bank", exact=True),  # of a rational number
        Function("if", 3, 3, place="bank", exact=True),
        Function("mean", place="tables", exact=True),
        Function("sum", place="tables", exact=True),
    )
}
"""Every function there is, by name."""


def names_of(node: Node) -> frozenset[str]:
    """The names that occur in the expression, those of indexed series included."""
    match node:
        case Number():
            return frozenset()
        case Name(name):
            return frozenset((name,))
        case Index(name, index):
            return names_of(index) | {name}
        case Apply(_, arguments):
            return frozenset().union(*map(names_of, arguments))


def substitute(node: Node, mapping: Mapping[str, Node]) -> Node:
    """The expression with names replaced, all at once.  A series can only be renamed: ``ValueError`` otherwise."""
    match node:
        case Number():
            return node
        case Name(name):
            return mapping.get(name, node)
        case Index(name, index):
            target = mapping.get(name, Name(name))
            if not isinstance(target, Name):
                raise ValueError(f"the series {name} can only be renamed")
            return Index(target.name, substitute(index, mapping))
        case Apply(function, arguments):
            return Apply(function, tuple(substitute(argument, mapping) for argument in arguments))


# --- limits --------------------------------------------------------------------------------------------------------

MAX_LENGTH = 500
MAX_DEPTH = 40
MAX_NODES = 400
MAX_DIGITS = 30
"""Of a number written out in full, before the point and after it."""
MAX_POWER = 64
"""Of a literal exponent over names."""
MAX_DEGREE = 256
"""Of nested powers: ``((w^8)^8)^8`` has degree 512."""
MAX_POWER_BITS = 512
MAX_CONSTANT_EXPONENT = 1000

# --- grammar -------------------------------------------------------------------------------------------------------

_GRAMMAR = """
?start: either
?either: both | either OR both -> logic
?both: negated | both AND negated -> logic
?negated: comparison | NOT negated -> negation
?comparison: sum | sum (COMPARISON sum)+ -> chain
?sum: signed | sum PLUS signed -> plus | sum MINUS signed -> minus
?signed: product | MINUS signed -> opposite | PLUS signed -> same
?product: power | product TIMES factor -> times | product OVER factor -> over | product follower -> juxtaposed
?factor: power | MINUS factor -> opposite | PLUS factor -> same
?power: atom | atom POWER exponent -> power
?exponent: power | MINUS exponent -> opposite | PLUS exponent -> same
?follower: opener | opener POWER exponent -> power
?atom: opener | NUMBER -> number
?opener: NAME -> name
    | NAME OPEN_INDEX either CLOSE_INDEX -> index
    | FUNCTION OPEN either (COMMA either)* CLOSE -> call
    | OPEN either CLOSE -> group
%declare NUMBER NAME FUNCTION PLUS MINUS TIMES OVER POWER OPEN CLOSE OPEN_INDEX CLOSE_INDEX COMMA
%declare COMPARISON AND OR NOT
"""

_TERMINALS = (
    ("a value", ("NAME",)),
    ("an operator", ("TIMES", "OVER", "POWER", "COMPARISON", "AND", "OR")),
    ("'('", ("OPEN",)),
    ("')'", ("CLOSE",)),
    ("']'", ("CLOSE_INDEX",)),
    ("','", ("COMMA",)),
    ("the end", ("$END",)),
)
"""How a message tells what could have stood at a place."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A recognised piece: its node, and what the limits need to know of it without walking it again.

    ``constant`` is its value if it is a known rational number; ``degree`` grows with nested powers; ``truth`` tells
    a truth value (True) from a number (False), names being either (None); ``open`` pieces may still grow.
    """

    node: Node
    column: int
    depth: int = 1
    nodes: int = 1
    degree: int = 0
    constant: Fraction | None = None
    truth: bool | None = False
    open: bool = False


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _literal(text: str) -> Fraction | None:
    """The value of a numeral, or None for one that is too long when written out in full."""
    exponent = text.lower().partition("e")[2]
    if len(exponent) > 5 or abs(int(exponent or "0")) > 2 * MAX_DIGITS:
        return None
    value = Fraction(text)
    return value if value < 10**MAX_DIGITS and terminating(value, MAX_DIGITS) else None


class _Builder(threading.local):
    """What the parser does on each rule.  Methods are named after the rules and get tokens and parts in order.

    ``language`` is that of what is parsed; the two differ in what is refused here, and have one grammar.
    """

    language = Language.FORMULA

    def number(self, items: Sequence[Token]) -> _Part:
        (token,) = items
        column = token.column or 0
        value = _literal(str(token))
        if value is None:
            refuse("number too long", column, expected=f"at most {MAX_DIGITS} digits before and after the point")
        return _Part(Number(value), column, constant=value)

    def name(self, items: Sequence[Token]) -> _Part:
        (token,) = items
        truth = None if self.language is Language.BANK else False
        return _Part(Name(str(token)), token.column or 0, degree=1, truth=truth)

    def index(self, items: Sequence[Any]) -> _Part:
        token, _, index, _ = items
        _number(index)
        part = self._apply("[]", [index], token.column)
        return replace(part, node=Index(str(token), index.node), degree=1, constant=None, truth=None)

    def group(self, items: Sequence[Any]) -> _Part:
        opening, inside, _ = items
        grouped: _Part = replace(inside, column=opening.column, open=False)
        return grouped

    def same(self, items: Sequence[Any]) -> _Part:
        _, part = items
        _number(part)
        closed: _Part = replace(part, open=False)
        return closed

    def opposite(self, items: Sequence[Any]) -> _Part:
        sign, part = items
        _number(part)
        constant = None if part.constant is None else -part.constant
        return self._apply("-", [part], sign.column, degree=part.degree, constant=constant)

    def plus(self, items: Sequence[Any]) -> _Part:
        left, _, right = items
        return self._grown("+", left, right)

    def minus(self, items: Sequence[Any]) -> _Part:
        left, sign, right = items
        return self._grown("+", left, self.opposite((sign, right)))

    def times(self, items: Sequence[Any]) -> _Part:
        left, _, right = items
        return self._grown("*", left, right)

    def juxtaposed(self, items: Sequence[Any]) -> _Part:
        return self._grown("*", *items)

    def over(self, items: Sequence[Any]) -> _Part:
        left, sign, right = items
        _number(left)
        _number(right)
        if right.constant == 0:
            refuse("division by zero", sign.column)
        constants = left.constant is not None and right.constant is not None
        return self._apply(
            "/",
            [left, right],
            left.column,
            degree=left.degree + right.degree,
            constant=left.constant / right.constant if constants else None,
        )

    def power(self, items: Sequence[Any]) -> _Part:
        base, sign, exponent = items
        _number(base)
        _number(exponent)
        degree, constant = self._raised(base, exponent, sign.column)
        return self._apply("^", [base, exponent], base.column, degree=degree, constant=constant)

    def _raised(self, base: _Part, exponent: _Part, column: int) -> tuple[int, Fraction | None]:
        """The degree and the constant value of a power.  Refuses one that could grow beyond the limits."""
        if exponent.constant is None:
            if self.language is Language.FORMULA:
                refuse("exponent that is no number", column, expected="a whole number", hint="write exp(...)")
            return base.degree + exponent.degree, None
        if exponent.constant.denominator != 1:
            hint = "write sqrt(...) for the square root"
            refuse("exponent that is no whole number", column, expected="a whole number", hint=hint)
        times = int(exponent.constant)
        if base.constant is None:
            if abs(times) > MAX_POWER:
                refuse("exponent too large", column, expected=f"at most {MAX_POWER} over a name")
            if base.degree * abs(times) > MAX_DEGREE:
                refuse("powers nested too high", column, expected=f"a total degree of at most {MAX_DEGREE}")
            return base.degree * abs(times), None
        if base.constant == 0 and times < 0:
            refuse("division by zero", column)
        if abs(times) > MAX_CONSTANT_EXPONENT or _bits(base.constant) * abs(times) > MAX_POWER_BITS:
            refuse("power too large", column, expected=f"a number of at most {MAX_POWER_BITS} bits")
        return 0, base.constant**times

    def logic(self, items: Sequence[Any]) -> _Part:
        left, word, right = items
        return self._grown(str(word), left, right)

    def negation(self, items: Sequence[Any]) -> _Part:
        word, part = items
        _truth(part)
        return self._apply("not", [part], word.column, truth=True)

    def chain(self, items: Sequence[Any]) -> _Part:
        sides, signs = items[::2], items[1::2]
        for side in sides if len(signs) > 1 or signs[0] not in ("==", "!=") else ():
            _number(side)
        links = [
            self._apply(str(sign), [left, right], left.column, truth=True)
            for left, sign, right in zip(sides, signs, sides[1:], strict=False)
        ]
        return links[0] if len(links) == 1 else self._apply("and", links, sides[0].column, truth=True)

    def call(self, items: Sequence[Any]) -> _Part:
        token, arguments = items[0], items[2:-1:2]
        name = str(token)
        row = FUNCTIONS[name]
        if len(arguments) < row.least or (row.most is not None and len(arguments) > row.most):
            wanted = f"{row.least}{'' if row.most == row.least else ' or more'} in {name}(...)"
            refuse(f"{name} with {len(arguments)} arguments", token.column, expected=wanted)
        if name == "if":
            condition, then, otherwise = arguments
            _truth(condition)
            (_truth if then.truth else _number)(otherwise)
            return self._apply("if", arguments, token.column, truth=then.truth)
        for argument in arguments:
            _number(argument)
        constant = arguments[0].constant
        if constant is not None and (constant < 0 or (constant == 0 and name == "log")) and name in ("log", "sqrt"):
            refuse(f"{name} of a number it does not exist for", token.column)
        return self._apply(name, arguments, token.column, truth=name == "is_square")

    def _grown(self, function: str, left: _Part, right: _Part) -> _Part:
        """``left function right``, as one operation with what ``left`` already is if that is the same."""
        check = _truth if function in KEYWORDS else _number
        check(left)
        check(right)
        constant = None
        if left.constant is not None and right.constant is not None and function in "+*":
            constant = left.constant + right.constant if function == "+" else left.constant * right.constant
        degree = left.degree + right.degree if function == "*" else max(left.degree, right.degree)
        truth = function in KEYWORDS
        if left.open and isinstance(left.node, Apply) and left.node.function == function:
            return self._bounded(
                _Part(
                    Apply(function, (*left.node.arguments, right.node)),
                    left.column,
                    depth=max(left.depth, right.depth + 1),
                    nodes=left.nodes + right.nodes,
                    degree=degree,
                    constant=constant,
                    truth=truth,
                    open=True,
                )
            )
        part = self._apply(function, [left, right], left.column, degree=degree, constant=constant, truth=truth)
        return replace(part, open=True)

    def _apply(
        self,
        function: str,
        parts: Sequence[_Part],
        column: int,
        *,
        degree: int | None = None,
        constant: Fraction | None = None,
        truth: bool | None = False,
    ) -> _Part:
        return self._bounded(
            _Part(
                Apply(function, tuple(part.node for part in parts)),
                column,
                depth=1 + max(part.depth for part in parts),
                nodes=1 + sum(part.nodes for part in parts),
                degree=max(part.degree for part in parts) if degree is None else degree,
                constant=constant,
                truth=truth,
            )
        )

    @staticmethod
    def _bounded(part: _Part) -> _Part:
        if part.depth > MAX_DEPTH:
            refuse("formula nested too deeply", part.column, expected=f"at most {MAX_DEPTH} levels")
        if part.nodes > MAX_NODES:
            refuse("formula too large", part.column, expected=f"at most {MAX_NODES} operations and values")
        return part


def _number(part: _Part) -> None:
    if part.truth:
        refuse("a condition stands", part.column, expected="a number")


def _truth(part: _Part) -> None:
    if part.truth is False:
        refuse("a number stands", part.column, expected="a condition, such as a < b")


class _Stream:
    """Gives lark the tokens of the scanner as they are."""

    def __init__(self, configuration: object):
        pass

    def lex(self, tokens: Sequence[Token]) -> Iterator[Token]:
        return iter(tokens)


_builder = _Builder()


@cache
def _parser() -> Any:
    """The parser; to work its tables out takes longer than to parse all formulas of an exam."""
    from lark import Lark, lexer

    stream: Any = type("Stream", (_Stream, lexer.Lexer), {})
    builder: Any = _builder
    return Lark(_GRAMMAR, parser="lalr", lexer=stream, transformer=builder)


def parse(text: str, *, names: Collection[str], language: Language, tables: bool = False) -> Node:
    """The expression that ``text`` says, in the declared ``names``.

    ``tables`` allows ``mean`` and ``sum`` over a table of data.  Raises ``InputError`` with one fault when the text
    is not in the language or goes beyond the limits above.  The work is bounded by the length of 500 characters.
    """
    from lark import UnexpectedToken

    if len(text) > MAX_LENGTH:
        raise InputError(Fault(f"formula of {len(text)} characters", expected=f"at most {MAX_LENGTH}"))
    if not text.strip():
        raise InputError(Fault("empty formula", expected=listed(names)))
    bank = language is Language.BANK
    places = {"everywhere"} | ({"bank"} if bank else set()) | ({"tables"} if tables else set())
    functions = {name for name, row in FUNCTIONS.items() if row.place in places}
    scanner = Scanner(text, names, functions, FUNCTIONS, bank)
    tokens: Any = scanner.scan()
    _builder.language = language
    try:
        part: Any = _parser().parse(tokens)
    except UnexpectedToken as error:
        _misplaced(error.token, error.accepts or set(error.expected), scanner, language)
    if language is Language.FORMULA:
        _number(part)
    return part.node


def _misplaced(token: Token, accepted: Collection[str], scanner: Scanner, language: Language) -> NoReturn:
    """Tell what is wrong with a token the grammar does not allow where it stands."""
    bank_only = () if language is Language.BANK else ("COMPARISON", "AND", "OR", "NOT", "OPEN_INDEX")
    found = [
        said
        for said, kinds in _TERMINALS
        if any(kind in accepted and kind not in bank_only for kind in kinds)
        and not (said == "'('" and "NAME" in accepted)
    ]
    ended = token.type == "$END"
    before = scanner.tokens[-1] if ended else scanner.tokens[token.start_pos - 1] if token.start_pos else None
    hint = ""
    if before is not None and before.type == "FUNCTION":
        hint = f"write {before}(...)"
    elif ended and scanner.open:
        hint = "the '{}' at column {} is not closed".format(*scanner.open[-1])
    elif token.type == "NUMBER" and before is not None and before.type in VALUES:
        hint = "write * between the factors"
        found.remove("a value")
    elif token.type == "COMMA":
        hint = "write decimals with a point"
    elif token.type == "CLOSE" and "CLOSE" not in accepted and before is not None and before.type in VALUES:
        hint = "there is no '(' for it"
    column = len(scanner.text.rstrip()) + 1 if ended else token.column or 0
    refuse(
        "unexpected end" if ended else f"unexpected {shown(str(token))}", column, expected=" or ".join(found), hint=hint
    )


# --- canonical text ------------------------------------------------------------------------------------------------

_EITHER, _BOTH, _NEGATED, _COMPARED, _SUM, _SIGNED, _PRODUCT, _POWER, _ATOM = range(9)
"""Ranks, as the grammar has them: a piece stands without parentheses where its rank or a lower one is asked for."""


def to_text(node: Node) -> str:
    """The expression in the grammar of ``parse``, which reads it back as the same tree.

    That holds for whatever ``parse`` can yield; other trees (negative numbers, thirds) come back with the same value.
    """
    return _text(node, _EITHER)


def _text(node: Node, rank: int) -> str:
    text, own = _ranked(node)
    return text if own >= rank else f"({text})"


def _ranked(node: Node) -> tuple[str, int]:
    match node:
        case Number(value):
            return _number_text(value)
        case Name(name):
            return name, _ATOM
        case Index(name, index):
            return f"{name}[{_text(index, _EITHER)}]", _ATOM
        case Apply("+", (first, *rest)):
            return _text(first, _SIGNED) + "".join(map(_added, rest)), _SUM
        case Apply("-", (part,)):
            return "-" + _text(part, _SIGNED), _SIGNED
        case Apply("*", (first, *rest)):
            start = _text(first, _POWER if _is(first, "*") else _PRODUCT)
            return "*".join([start, *(_text(factor, _POWER) for factor in rest)]), _PRODUCT
        case Apply("/", (top, bottom)):
            return f"{_text(top, _PRODUCT)}/{_text(bottom, _POWER)}", _PRODUCT
        case Apply("^", (base, exponent)):
            return f"{_text(base, _ATOM)}^{_text(exponent, _POWER)}", _POWER
        case Apply("not", (part,)):
            return f"not {_text(part, _NEGATED)}", _NEGATED
        case Apply(("and" | "or") as word, parts):
            own = _BOTH if word == "and" else _EITHER
            return f" {word} ".join(_text(part, own + 1) for part in parts), own
        case Apply(function, (left, right)) if function in COMPARISONS:
            return f"{_text(left, _SUM)} {function} {_text(right, _SUM)}", _COMPARED
        case Apply(function, arguments):
            return f"{function}({', '.join(_text(argument, _EITHER) for argument in arguments)})", _ATOM


def _is(node: Node, function: str) -> bool:
    return isinstance(node, Apply) and node.function == function


def _added(node: Node) -> str:
    if isinstance(node, Apply) and node.function == "-":
        return " - " + _text(node.arguments[0], _SIGNED)
    return " + " + _text(node, _PRODUCT)


def _number_text(value: Fraction) -> tuple[str, int]:
    if value < 0:
        return "-" + _number_text(-value)[0], _SIGNED
    decimal = terminating(value, MAX_DIGITS)
    return (decimal, _ATOM) if decimal else (f"{value.numerator}/{value.denominator}", _PRODUCT)


def terminating(value: Fraction, places: int) -> str:
    """The decimal that ``value`` is exactly, ``0.1``, or the empty string if it has more than ``places`` places."""
    scaled = value
    for used in range(places + 1):
        if scaled.denominator == 1:
            digits = str(abs(scaled.numerator)).zfill(used + 1)
            text = f"{digits[:-used]}.{digits[-used:]}" if used else digits
            return ("-" if value < 0 else "") + text
        scaled *= 10
    return ""
