r"""The LaTeX writer: a tree as LaTeX that means the same to TeX, MathJax, KaTeX and pandoc.

Nothing is copied: signs come from the table of constructs, numbers are digits, words are escaped by the function of
the format.  A blank of the source is one space.  Signs that another reader could take for more than a formula are kept
apart: ``<`` has spaces around it, so that it never opens a tag, and no bracket follows another, so that both are never
a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from gdquiz.texts import shapes
from gdquiz.texts.reading import row_of_words
from gdquiz.texts.slots import trimmed
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

Piece = str | int
"""LaTeX, or the number of a slot."""

_ENDS_IN_WORD = re.compile(r"\\[A-Za-z]+$")
_BARE = frozenset(("letter", "capital", "ordinary", "binary", "relation", "mark", "large", "comma", "tight"))


_SIGNS_IN_WORDS = {
    "<": "{<}", "]": "{]}", "^": r"}{\wedge}\text{", "~": r"}{\sim}\text{", "\0": r"}\backslash\text{",
}  # fmt: skip


def web_words(text: str) -> str:
    r"""Words of ``\text`` for MathJax, KaTeX and pandoc: signs of TeX escaped, all else as it is."""
    shown = re.sub(r"[%$&#_{}]", lambda sign: f"\\{sign[0]}", text.replace("\\", "\0"))
    for sign, written in _SIGNS_IN_WORDS.items():
        shown = shown.replace(sign, written)
    return shown


def pieces(row: Row, words: Callable[[str], str] = web_words) -> tuple[Piece, ...]:
    """A row as LaTeX with the numbers of its slots between; ``words`` escapes what stands in ``\\text``."""
    writer = _Writer(words)
    writer.row(row)
    return writer.done()


@lru_cache(maxsize=16384)
def tex(latex: str, words: Callable[[str], str] = web_words) -> str:
    """A formula without slots, read and written again.  Raises ``InputError`` for what cannot be read."""
    written = trimmed(shapes.written(latex, _written_with(words)))
    return written + "{}" * written.endswith("\\ ")


@lru_cache(maxsize=8)
def _written_with(words: Callable[[str], str]) -> Callable[[Row], str]:
    def written(row: Row) -> str:
        return "".join(map(str, pieces(row, words)))

    return written


@lru_cache(maxsize=16384)
def value(latex: str, words: Callable[[str], str] = web_words) -> str:
    """The value of a slot, to stand in the midst of a formula.

    At its ends stands nothing that TeX would read as belonging to what stands beside it, or others as a link or tag.
    """
    return _standing(tex(latex, words))


def _standing(text: str) -> str:
    if not text:
        return "{}"  # two dollars with nothing between them would open a display
    return "{}" * bool(_BELONGS.match(text)) + text + "{}" * (text[-1:] in ("]", "<"))


_BELONGS = re.compile(r"[\[*]|[0-9]*:")


@lru_cache(maxsize=4096)
def value_of_words(text: str, words: Callable[[str], str] = web_words) -> str:
    """The value of a slot that holds no formula: words, or signs such as ``<`` and ``-1/3`` as they are."""
    return _standing(trimmed("".join(map(str, pieces(row_of_words(text), words)))))


class _Writer:
    def __init__(self, words: Callable[[str], str]):
        self.words = words
        self.parts: list[Piece] = []

    def done(self) -> tuple[Piece, ...]:
        merged: list[Piece] = []
        for part in self.parts:
            if isinstance(part, str) and merged and isinstance(merged[-1], str):
                merged[-1] += part
            else:
                merged.append(part)
        return tuple(merged)

    def put(self, text: str) -> None:
        """Text after what was written, with a space where the two would run together."""
        last = self.parts[-1] if self.parts else ""
        first = text[0]
        if isinstance(last, int):
            if first.isalpha() or first == ":":
                self.parts.append(" ")
        elif (first.isalpha() and _ENDS_IN_WORD.search(last)) or (first in "([:" and last.endswith("]")):
            self.parts.append(" ")
        self.parts.append(text)

    def braced(self, row: Row) -> None:
        self.put("{")
        self.row(row)
        self.put("}")

    def row(self, row: Row) -> None:
        for node in row:
            self.node(node)

    def node(self, node: Node) -> None:
        match node:
            case Blank():
                if self.parts and not (isinstance(self.parts[-1], str) and self.parts[-1].endswith(" ")):
                    self.parts.append(" ")
            case Number(digits) | Letter(digits):
                self.put(digits.replace(",", "{,}"))
            case Symbol(sign):
                self.sign(sign.tex)
            case Function(name, own):
                self.put(f"\\{name}" if own else f"\\operatorname{{{name}}}")
            case Words(text, command):
                self.put(f"\\{command}{{")
                self.parts.append(f"{self.words(text)}}}")
            case Space(command):
                self.put(command)
            case Slot(number):
                self.slot(number)
            case Group(body):
                self.braced(body)
            case Scripts():
                self.scripts(node)
            case Matrix():
                self.matrix(node)
            case Mode(command):
                self.put(f"\\{command}")
            case _:
                self.construct(node)

    def construct(self, node: Node) -> None:
        match node:
            case Styled(command, body) | Accented(command, body) | Decorated(command, body):
                self.put(f"\\{command}")
                self.braced(body)
            case Fraction(command, first, second) | Stacked(command, first, second):
                self.put(f"\\{command}")
                self.braced(first)
                self.braced(second)
            case Root(body, index):
                self.put("\\sqrt")
                if index is not None:
                    self.parts.append("[{" if _holds_bracket(index) else "[")
                    self.row(index)
                    self.parts.append("}]" if _holds_bracket(index) else "]")
                self.braced(body)
            case Fenced(opens, body, closes):
                self.put(f"\\left{opens or '.'}")
                self.row(body)
                self.put(f"\\right{closes or '.'}")
            case Large(size, sign):
                self.put(f"\\{size}{sign.tex}")

    def sign(self, tex: str) -> None:
        if tex == "<":
            self.node(Blank())
            self.parts.append("< ")
        else:
            self.put(tex)

    def slot(self, number: int) -> None:
        last = self.parts[-1] if self.parts else ""
        if isinstance(last, str) and (_ENDS_IN_WORD.search(last) or last.endswith("]")):
            self.parts.append(" ")
        self.parts.append(number)

    def scripts(self, node: Scripts) -> None:
        if node.base is None or isinstance(node.base, Scripts):
            self.braced(() if node.base is None else (node.base,))
        else:
            self.node(node.base)
        if node.limits:
            self.put(f"\\{node.limits}")
        self.parts += ["'"] * node.primes
        for mark, script in (("_", node.below), ("^", node.above)):
            if script is not None:
                self.parts.append(mark)
                self.script(script)

    def script(self, node: Node) -> None:
        bare = isinstance(node, Group | Letter) or (isinstance(node, Number) and len(node.digits) == 1)
        if bare or (isinstance(node, Symbol) and node.sign.role in _BARE and node.sign.tex != "<"):
            self.node(node)
        else:
            self.braced((node,))

    def matrix(self, node: Matrix) -> None:
        self.put(f"\\begin{{{node.environment}}}" + (f"{{{node.columns}}}" if node.environment == "array" else ""))
        for number, cells in enumerate(node.rows):
            if number:
                self.parts.append("\\\\")
            if number in node.lines:
                self.node(Blank())
                self.parts.append("\\hline")
            for place, cell in enumerate(cells):
                if place:
                    self.parts.append("&")
                self.cell(cell)
        if len(node.rows) in node.lines:
            self.parts.append("\\\\ \\hline")
        self.parts.append(f"\\end{{{node.environment}}}")

    def cell(self, row: Row) -> None:
        """A cell; at its head no sign stands that TeX would read as belonging to what opens the row."""
        first: Node | None = next((node for node in row if not isinstance(node, Blank)), None)
        while isinstance(first, Scripts):
            first = first.base
        if isinstance(first, Symbol) and first.sign.tex in ("[", "*"):
            self.parts.append("{}")
        self.row(row)


def _holds_bracket(row: Row) -> bool:
    return any("]" in str(piece) or isinstance(piece, int) for piece in pieces(row))
