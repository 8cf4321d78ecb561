r"""Formulas read as TeX reads them, into the tree of ``trees``.

The reader cuts a formula as TeX's category codes do: an escape with its letters, braces, ``^`` and ``_``, ``&``, ``#``,
``~``, ``%`` and ``^^`` mean to it what they mean to TeX, and whatever is not in the tables of ``constructs`` is refused
with the sign that is at fault.  There are no definitions, no files, no loops: reading is linear and bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache

from gdquiz.errors import Fault, InputError, nearest
from gdquiz.texts import constructs as known
from gdquiz.texts.slots import HOLE
from gdquiz.texts.trees import (
    Accented,
    Blank,
    Decorated,
    Fenced,
    Fraction,
    Function,
    Group,
    Large,
    Letter,
    Matrix,
    Mode,
    Node,
    Number,
    Root,
    Row,
    Scripts,
    Slot,
    Space,
    Stacked,
    Styled,
    Symbol,
    Words,
)

LONGEST = 4000
"""Characters of a formula beyond which it is refused."""
DEEPEST = 40
"""Constructs within one another beyond which a formula is refused."""

FIRST_MARKER = 0xE100
"""Private characters from here on stand for numerals in the shape of a formula (see ``shapes``)."""

_TOKEN = re.compile(
    r"""
    \ue000(?P<hole>\d+)\ue001
  | (?P<marker>[\ue100-\uf8ff])
  | \\(?P<word>[A-Za-z]+)
  | \\(?P<escaped>.)
  | (?P<blank>[ \n\t]+)
  | (?P<number>[0-9]+(?:\.[0-9]+)?)
  | (?P<char>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_HINTS = {
    "%": r"for TeX the rest of the line would be a comment; write \%",
    "#": r"write \#",
    "~": r"write a space as \, or \quad, and 'about' as \sim or \approx",
    "$": r"write \$ for money",
    "&": "'&' parts the columns of a matrix, and stands nowhere else",
    "`": "formulas have no quotation marks",
    '"': "formulas have no quotation marks",
    "@": "",
    "\\": "a backslash needs a command after it",
}
_CLOSING = frozenset((("char", "}"), ("char", "&"), ("escaped", "\\"), ("word", "right"), ("word", "end")))
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 -]*")
_Token = tuple[str, str]
_Stop = Callable[[str, str], bool]


def read(latex: str) -> Row:
    """The tree of a formula.

    Raises ``InputError`` naming the formula and the sign in it that is at fault.
    """
    if _PRIVATE.search(latex):
        raise fault(_PRIVATE.sub("\ufffd", latex), "a character of private use stands in it")
    return _read(latex)


@lru_cache(maxsize=8192)
def read_with_slots(source: str) -> Row:
    """The tree of a formula whose slots are holes (see ``HOLE``)."""
    return _read(source)


def row_of_words(text: str) -> Row:
    """The value of a slot that holds no formula: signs such as ``<`` and ``-1/3`` as they are, else words."""
    line = " ".join(text.split())
    if not _WORD.search(line):
        with suppress(InputError):
            return read(line)
    return (Words(line, "text"),)


_WORD = re.compile(r"[^\W\d_]{2}|\\")


def read_shape(source: str) -> Row:
    """The tree of a formula whose numerals are marks from ``FIRST_MARKER`` on."""
    return _read(source)


def _read(latex: str) -> Row:
    if len(latex) > LONGEST:
        raise InputError(Fault(f"a formula of {len(latex)} characters", expected=f"at most {LONGEST}"))
    reader = _Reader(latex)
    row = reader.row(lambda kind, text: False)
    if reader.here[0] != "end":
        raise reader.fault(_unexpected(*reader.here))
    return row


def fault(latex: str, problem: str, hint: str = "") -> InputError:
    """What is wrong with a formula, which is shown shortened."""
    latex = " ".join(_UNPRINTABLE.sub("\ufffd", HOLE.sub("{{...}}", latex)).split())
    shown = latex if len(latex) <= 60 else latex[:57] + "..."
    return InputError(Fault(f"in the formula ${shown}$: {problem}", hint=hint))


def _unexpected(kind: str, text: str) -> str:
    if kind == "char" and text == "}":
        return "its braces do not match"
    if kind == "word":
        return f"'\\{text}' has no partner before it" if text in ("right", "end") else f"'\\{text}' is out of place"
    if kind == "escaped":
        return r"a line break \\ outside of an environment" if text == "\\" else f"'\\{text}' is out of place"
    return f"'{text}' is not understood here"


class _Reader:
    """Reads tokens one after another; ``here`` is the next one."""

    def __init__(self, latex: str):
        self.latex = latex
        self.tokens: list[_Token] = [
            (found.lastgroup or "", found[found.lastgroup or 0]) for found in _TOKEN.finditer(latex)
        ]
        self.tokens.append(("end", ""))
        self.at = 0
        self.depth = 0

    @property
    def here(self) -> _Token:
        return self.tokens[self.at]

    def fault(self, problem: str, hint: str = "") -> InputError:
        return fault(self.latex, problem, hint)

    def skip(self) -> None:
        while self.here[0] == "blank":
            self.at += 1

    def taken(self, kind: str, text: str) -> bool:
        """Whether this is the next token, which is then passed."""
        if self.here == (kind, text):
            self.at += 1
            return True
        return False

    # rows

    def row(self, stop: _Stop) -> Row:
        """Nodes up to a token that ends the row, or the end; that token is not passed."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.fault(f"braces nested more than {DEEPEST} deep")
        nodes: list[Node] = []
        while self.here[0] != "end" and not stop(*self.here):
            kind, text = self.here
            if kind == "blank":
                self.at += 1
                nodes.append(Blank())
            elif kind == "char" and text in "^_'":
                self._attach(nodes)
            elif (
                (kind == "char" and text in "}&")
                or (kind == "escaped" and text == "\\")
                or (kind == "word" and text in ("right", "end"))
            ):
                break
            elif kind == "word" and text in ("limits", "nolimits"):
                self._limits(nodes)
            else:
                nodes.append(self.node())
        self.depth -= 1
        return tuple(nodes)

    def _base(self, nodes: list[Node]) -> Node | None:
        """The node that a script belongs to, taken from the end of a row; spaces before the script do not matter."""
        while nodes and isinstance(nodes[-1], Blank):
            nodes.pop()
        return nodes.pop() if nodes and not isinstance(nodes[-1], Space | Mode) else None

    def _attach(self, nodes: list[Node]) -> None:
        """Primes and scripts: each goes to the node before it."""
        base = self._base(nodes)
        scripts = base if isinstance(base, Scripts) else Scripts(base, None, None)
        below, above, primes = scripts.below, scripts.above, scripts.primes
        _, sign = self.here
        self.at += 1
        if sign == "'":
            if above is not None:
                raise self.fault("a prime after an exponent", "write the prime first: f'^2")
            primes += 1
        elif self.here == ("char", "^") and sign == "^":
            raise self.fault("'^^' is not understood here", "TeX reads '^^' as the code of another character")
        elif sign == "^":
            if above is not None:
                raise self.fault("two exponents after one another", "use braces: {x^1}^2")
            above = self.script()
        else:
            if below is not None:
                raise self.fault("two indices after one another", "use braces: {x_1}_2")
            below = self.script()
        nodes.append(Scripts(scripts.base, below, above, primes, scripts.limits))

    def _limits(self, nodes: list[Node]) -> None:
        command = self.here[1]
        base = self._base(nodes)
        inner = base.base if isinstance(base, Scripts) else base
        large = (isinstance(inner, Symbol) and inner.sign.role == "large") or isinstance(inner, Function)
        if base is None or not large or (isinstance(base, Scripts) and base.limits):
            raise self.fault(f"'\\{command}' has no large sign before it")
        self.at += 1
        scripts = base if isinstance(base, Scripts) else Scripts(base, None, None)
        nodes.append(Scripts(scripts.base, scripts.below, scripts.above, scripts.primes, command))

    def script(self) -> Node:
        """What stands after ``^`` or ``_``: braces, one sign, or one construct."""
        apart = self.here[0] == "blank"
        self.skip()
        kind, text = self.here
        if kind == "end" or (kind == "char" and text in "^_'}&") or (kind, text) == ("escaped", "\\"):
            raise self.fault("an index or exponent is missing")
        if kind == "marker" and apart:
            raise self.fault("TeX takes the first digit only")  # so this is no shape, see ``shapes``
        if kind == "number" and len(text) > 1:
            return self._first_digit()
        if kind == "word" and text in ("left", "right", "begin", "end", "limits", "nolimits", "displaystyle", "hline"):
            raise self.fault(f"'\\{text}' needs braces around it here")
        if kind in ("number", "marker"):
            self.at += 1
            return Number(text)
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.fault(f"braces nested more than {DEEPEST} deep")
        node = self.node()
        self.depth -= 1
        return node

    def _first_digit(self) -> Number:
        """TeX takes one digit where no braces stand; what is left of the numeral follows."""
        text = self.here[1]
        rest = text[1:]
        self.tokens[self.at] = ("number", rest) if rest[0] != "." else ("char", ".")
        if rest[0] == ".":
            self.tokens.insert(self.at + 1, ("number", rest[1:]))
        return Number(text[0])

    def argument(self, command: str) -> Row:
        """The argument of a command: a group, or one sign."""
        self.skip()
        kind, text = self.here
        if (kind, text) == ("char", "{"):
            return self.group()
        if kind == "number" and len(text) > 1:
            return (self._first_digit(),)
        if kind == "number":
            self.at += 1
            return (Number(text),)
        if kind == "hole" or (kind == "char" and text.isalpha() and text.isascii()):
            return (self.node(),)
        sign = known.SIGNS.get(f"\\{text}") if kind == "word" else None
        if sign is not None:
            return (self.node(),)
        raise self.fault(f"'\\{command}' needs braces", f"\\{command}{{...}}")

    def group(self) -> Row:
        """What stands between braces; the opening one is here."""
        self.at += 1
        row = self.row(lambda kind, text: kind == "char" and text == "}")
        if not self.taken("char", "}"):
            if self.here[0] == "end":
                raise self.fault("its braces do not match")
            raise self.fault(_unexpected(*self.here), _HINTS.get(self.here[1], ""))
        return row

    # nodes

    def node(self) -> Node:
        kind, text = self.here
        if kind == "word":
            return self.command(text)
        if kind == "char" and text == "{":
            return Group(self.group())
        self.at += 1
        match kind:
            case "number" | "marker":
                return Number(text + self._decimals(text))
            case "hole":
                return Slot(int(text))
            case "escaped":
                return self._escaped(text)
        if text.isascii() and text.isalpha():
            return Letter(text)
        sign = known.SIGNS.get(text) or known.TYPED.get(text)
        if sign is None:
            raise self.fault(f"{_named(text)} is not understood here", _HINTS.get(text, ""))
        return Symbol(sign)

    def _decimals(self, whole: str) -> str:
        r"""What follows a whole number after a decimal comma, as in ``0{,}5``; empty where there is none."""
        follows = self.tokens[self.at : self.at + 4]
        if "." in whole or [text for _, text in follows[:3]] != ["{", ",", "}"] or len(follows) < 4:
            return ""
        kind, digits = follows[3]
        if kind not in ("number", "marker") or "." in digits:
            return ""
        self.at += 4
        return f",{digits}"

    def _escaped(self, text: str) -> Node:
        if text in " \n\t":
            return Space("\\ ")
        if f"\\{text}" in known.SPACES:
            return Space(f"\\{text}")
        sign = known.SIGNS.get(f"\\{text}")
        if sign is None:
            raise self.fault(f"unknown command '\\{text}'")
        return Symbol(sign)

    def command(self, word: str) -> Node:
        if word not in known.COMMANDS:
            raise self.fault(f"unknown command '\\{word}'", nearest(word, known.COMMANDS))
        self.at += 1
        sign = known.SIGNS.get(f"\\{word}")
        if sign is not None:
            return Symbol(sign)
        if word in known.FUNCTIONS:
            return Function(word, own=True)
        if f"\\{word}" in known.SPACES:
            return Space(f"\\{word}")
        if word in known.MODES:
            return Mode(word)
        if word in known.FRACTIONS:
            return Fraction(word, self.argument(word), self.argument(word))
        if word in known.STACKS:
            return Stacked(word, self.argument(word), self.argument(word))
        if word in known.ACCENTS:
            return Accented(word, self.argument(word))
        if word in known.DECORATIONS:
            return Decorated(word, self.argument(word))
        if word in known.FACES:
            return Styled(word, self.argument(word))
        if word in known.WORDS:
            return self._text(word)
        if word in known.SIZES:
            return Large(word, self._delimiter(word, dot=False) or known.SIGNS["|"])
        return self._structure(word)

    def _structure(self, word: str) -> Node:
        match word:
            case "sqrt":
                return self._root()
            case "left":
                return self._fenced()
            case "begin":
                return self._matrix()
            case "operatorname":
                name = self._words(word).strip()
                if not _NAME.fullmatch(name):
                    raise self.fault(f"the name of an operator is '{name}'", "letters, digits, spaces and hyphens")
                return Function(name, own=False)
        raise self.fault(f"'\\{word}' is out of place")

    def _root(self) -> Root:
        self.skip()
        index = None
        if self.taken("char", "["):
            index = self.row(lambda kind, text: kind == "char" and text == "]")
            if not self.taken("char", "]"):
                raise self.fault("the index of a root does not end", r"\sqrt[3]{x}")
        return Root(self.argument("sqrt"), index)

    def _delimiter(self, command: str, *, dot: bool = True) -> known.Sign | None:
        """The sign after ``\\left`` and the like; none for a dot."""
        self.skip()
        kind, text = self.here
        tex = f"\\{text}" if kind in ("word", "escaped") else text
        if tex not in known.DELIMITERS or (tex == "." and not dot):
            raise self.fault(f"'\\{command}' needs a bracket after it", r"for example \left(")
        self.at += 1
        return None if tex == "." else known.SIGNS[tex]

    def _fenced(self) -> Fenced:
        opens = self._delimiter("left")
        body = self.row(lambda kind, text: kind == "word" and text == "right")
        if not self.taken("word", "right"):
            raise self.fault(r"'\left' has no '\right'")
        closes = self._delimiter("right")
        return Fenced(opens.tex if opens else "", body, closes.tex if closes else "")

    def _text(self, command: str) -> Node:
        """Words in a formula; a slot among them is a formula of its own between words."""
        self.skip()
        if self.here[0] == "hole":
            return self.node()
        parts = HOLE.split(self._words(command, slots=True))
        nodes = [Slot(int(part)) if number % 2 else Words(part, command) for number, part in enumerate(parts) if part]
        return nodes[0] if len(nodes) == 1 else Group(tuple(nodes))

    def _words(self, command: str, *, slots: bool = False) -> str:
        """Plain words between braces: what TeX would read as more is refused, or written with a backslash."""
        self.skip()
        if not self.taken("char", "{"):
            raise self.fault(f"'\\{command}' needs braces", f"\\{command}{{...}}")
        words, open_braces = "", 1
        while open_braces:
            kind, text = self.here
            if kind == "char" and text in "{}":
                open_braces += 1 if text == "{" else -1
                self.at += 1
                continue
            if kind == "end":
                raise self.fault("its braces do not match")
            if kind == "word" or (kind == "escaped" and text not in "%$&#_{} "):
                raise self.fault(f"'\\{text}' stands within '\\{command}'", "only plain words do")
            if kind == "char" and text in "$&#%^_~\\":
                raise self.fault(f"'{text}' stands within '\\{command}'", _HINTS.get(text, "only plain words do"))
            if (kind == "char" and unprintable(text)) or (kind in ("hole", "marker") and not slots):
                raise self.fault(f"{_named(text)} is not understood here")
            words += " " if kind == "blank" else f"\ue000{text}\ue001" if kind == "hole" else text
            self.at += 1
        return words

    # environments

    def _environment(self, command: str) -> str:
        self.skip()
        name = ""
        if self.taken("char", "{"):
            while self.here[0] == "char" and self.here[1].isalpha():
                name += self.here[1]
                self.at += 1
            if not self.taken("char", "}"):
                name = f"{name}{self.here[1]}"
                raise self.fault(f"unknown environment '{name}'", nearest(name, known.ENVIRONMENTS))
        if name not in known.ENVIRONMENTS:
            raise self.fault(f"unknown environment '{name}'", nearest(name, known.ENVIRONMENTS))
        return name

    def _matrix(self) -> Matrix:
        name = self._environment("begin")
        columns = ""
        if name == "array":
            columns = self._words("begin{array}").replace(" ", "")
            if not re.fullmatch(r"\|?(?:[lcr]\|?)+", columns):
                raise self.fault(f"the columns of an array are '{columns}'", "letters l, c, r and bars, as in {l|c}")
        rows: list[tuple[Row, ...]] = []
        lines: set[int] = set()
        while True:
            self._lines(name, lines, len(rows))
            cells = [self.row(_never)]
            while self.taken("char", "&"):
                cells.append(self.row(_never))
            rows.append(tuple(cells))
            if not self.taken("escaped", "\\"):
                break
            if self.here in (("char", "["), ("char", "*")):
                raise self.fault(
                    f"'{self.here[1]}' right after a line break", "TeX reads it as a length; put a space before it"
                )
        if not self.taken("word", "end"):
            if self.here[0] == "end":
                raise self.fault(f"the environment '{name}' does not end")
            raise self.fault(_unexpected(*self.here), _HINTS.get(self.here[1], ""))
        ended = self._environment("end")
        if ended != name:
            raise self.fault(f"the environment '{name}' ends as '{ended}'")
        if len(rows) > 1 and not any(map(_meant, rows[-1])):
            rows.pop()
        most = columns.count("l") + columns.count("c") + columns.count("r")
        if (name == "array" and max(map(len, rows)) > most) or (name == "cases" and max(map(len, rows)) > 2):
            raise self.fault(f"a row of the environment '{name}' has too many columns")
        return Matrix(name, columns, tuple(rows), frozenset(lines))

    def _lines(self, name: str, lines: set[int], row: int) -> None:
        at = self.at
        self.skip()
        while self.here == ("word", "hline"):
            if name != "array":
                raise self.fault(r"'\hline' stands in an array only")
            self.at += 1
            lines.add(row)
            at = self.at
            self.skip()
        self.at = at


def _never(kind: str, text: str) -> bool:
    return False


def _meant(cell: Row) -> bool:
    return any(not isinstance(node, Blank) for node in cell)


def unprintable(text: str) -> str:
    """The first character of a text that has no look of its own, or turns what stands around it; else nothing.

    Control characters but for the line break, the marks that change the direction of writing, characters of private
    use, halves of surrogate pairs and those that Unicode says are none.  The list is our own, so that it is the same
    under every version of Python.
    """
    found = _UNPRINTABLE.search(text)
    return found[0] if found else ""


_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\uf8ff\ufdd0-\ufdef\ufeff"
    "\ufff0-\ufffb\ufffe\uffff\U0001fffe\U0001ffff\U000e0000-\U0010ffff]"
)


def _named(character: str) -> str:
    """A character as one can see it."""
    return f"the character U+{ord(character):04X}" if unprintable(character) else f"'{character}'"
