"""The MathML writer: a tree as the children of a ``<math>`` element, escaped by construction.

Every operator says which form it has where browsers decide by place alone: brackets are fences that stand tight, a
minus where an operand is expected is a sign.  ``expects`` tells whether an operand is expected at the beginning.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

from gdquiz.texts import shapes
from gdquiz.texts.constructs import SIGNS, SPACES, Sign
from gdquiz.texts.faces import faced
from gdquiz.texts.latex import tex
from gdquiz.texts.operands import expects_after, head, limited, operand_begins
from gdquiz.texts.reading import row_of_words
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

OPEN = {False: '<math alttext="', True: '<math display="block" tabindex="0" alttext="'}
"""A formula up to its LaTeX, inline and displayed; what is displayed may scroll, so the keyboard has to reach it."""

Piece = str | tuple[int, bool]
"""MathML, or a slot: its number, and whether an operand is expected there."""

_HOLE = re.compile("\ue000(\\d+)([01])\ue001")
_ACCENTS = {
    "hat": "^", "bar": "¯", "tilde": "~", "vec": "→", "dot": "˙", "ddot": "¨", "widehat": "^", "widetilde": "~",
    "overline": "‾", "underline": "_",
}  # fmt: skip
_WIDE = frozenset(("widehat", "widetilde", "overline", "underline"))
_SIZES = {"big": "1.2em", "Big": "1.623em", "bigg": "2.047em", "Bigg": "2.47em"}
_BRACKETS = {
    "pmatrix": "()", "bmatrix": "[]", "vmatrix": "||", "Vmatrix": "‖‖", "Bmatrix": "{}", "cases": "{ ",
}  # fmt: skip
_COLUMNS = {"l": "left", "c": "center", "r": "right"}
_THIN = '<mspace width="0.167em"></mspace>'


def math(latex: str, *, display: bool = False) -> str:
    """A formula as a ``<math>`` element that carries its LaTeX as ``alttext``.

    Raises ``InputError`` for what cannot be read.
    """
    return f'{OPEN[display]}{escape(tex(latex))}">{inner(latex)}</math>'


@lru_cache(maxsize=16384)
def inner(latex: str, expects: bool = True) -> str:
    """The MathML of a formula without its ``<math>``; also that of the value of a slot, to stand among others."""
    return shapes.written(latex, _expecting if expects else _continuing)


@lru_cache(maxsize=4096)
def inner_of_words(text: str, expects: bool = True) -> str:
    """The same of the value of a slot that holds no formula."""
    return _Writer().row(row_of_words(text), expects)


def pieces(row: Row) -> tuple[Piece, ...]:
    """A row with the places of its slots between."""
    parts = _HOLE.split(_Writer().row(row, True))
    found: list[Piece] = []
    for at in range(0, len(parts), 3):
        if parts[at]:
            found.append(parts[at])
        if at + 2 < len(parts):
            found.append((int(parts[at + 1]), parts[at + 2] == "1"))
    return tuple(found)


def _expecting(row: Row) -> str:
    return _Writer().row(row, True)


def _continuing(row: Row) -> str:
    return _Writer().row(row, False)


def _element(tag: str, text: str, **attributes: str) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{written}>{escape(text, quote=False)}</{tag}>"


def _fence(sign: str, form: str, *, stretchy: bool = False, **more: str) -> str:
    return _element("mo", sign, form=form, stretchy="true" if stretchy else "false", **more) if sign.strip() else ""


class _Writer:
    """Writes rows; the methods give strings of elements."""

    def row(self, row: Row, expects: bool) -> str:
        """The elements of a row one after another."""
        written: list[str] = []
        previous: Node | None = None
        for place, node in enumerate(row):
            if isinstance(node, Blank):
                continue
            if isinstance(node, Mode):
                style = "true" if node.command == "displaystyle" else "false"
                rest = self.row(row[place + 1 :], expects)
                return "".join(written) + f'<mstyle displaystyle="{style}">{rest}</mstyle>'
            if previous is not None and _parted(previous, node):
                written.append(_THIN)
            written.append(self.node(node, expects))
            expects = expects_after(node, expects)
            previous = node
        return "".join(written)

    def one(self, row: Row, expects: bool = True) -> str:
        """A row as one element."""
        nodes = [node for node in row if not isinstance(node, Blank)]
        if len(nodes) == 1 and not isinstance(nodes[0], Slot | Mode):
            found = nodes[0]
            return self.one(found.body, expects) if isinstance(found, Group) else self.node(found, expects)
        return f"<mrow>{self.row(row, expects)}</mrow>"

    def node(self, node: Node, expects: bool) -> str:
        match node:
            case Number(digits):
                return f"<mn>{digits}</mn>"
            case Letter(letter):
                return f"<mi>{letter}</mi>"
            case Symbol(sign):
                return _symbol(sign, expects)
            case Function(name, _):
                return _element("mi", name)
            case Words(text, command):
                return _words(text, command)
            case Space(command):
                return f'<mspace width="{_em(SPACES[command])}"></mspace>'
            case Slot(number):
                return f"\ue000{number}{int(expects)}\ue001"
            case Group(body):
                return self.one(body, expects)
            case Scripts():
                return self.scripts(node, expects)
            case Styled(face, body):
                return self.styled(face, body, expects)
            case _:
                return self.construct(node, expects)

    def construct(self, node: Node, expects: bool) -> str:
        match node:
            case Fraction():
                return self.fraction(node)
            case Root(body, None):
                return f"<msqrt>{self.row(body, True)}</msqrt>"
            case Root(body, index):
                return f"<mroot>{self.one(body)}{self.one(index or ())}</mroot>"
            case Fenced(opens, body, closes):
                first = _fence(_shown(opens), "prefix", stretchy=True)
                last = _fence(_shown(closes), "postfix", stretchy=True)
                return f"<mrow>{first}{self.row(body, True)}{last}</mrow>"
            case Large(size, sign):
                return _large(size, sign, expects)
            case Accented(accent, body):
                return self.accented(accent, body)
            case Stacked(command, small, base):
                tag = "munder" if command == "underset" else "mover"
                return f"<{tag}>{self.one(base)}{self.one(small)}</{tag}>"
            case Decorated(command, body):
                return self.decorated(command, body)
            case Matrix():
                return self.matrix(node)
        raise TypeError(node)

    def fraction(self, node: Fraction) -> str:
        sides = self.one(node.top) + self.one(node.bottom)
        match node.command:
            case "binom":
                inside = f'<mfrac linethickness="0">{sides}</mfrac>'
                first, last = _fence("(", "prefix", stretchy=True), _fence(")", "postfix", stretchy=True)
                return f"<mrow>{first}{inside}{last}</mrow>"
            case "dfrac" | "tfrac":
                style = "true" if node.command == "dfrac" else "false"
                return f'<mstyle displaystyle="{style}"><mfrac>{sides}</mfrac></mstyle>'
        return f"<mfrac>{sides}</mfrac>"

    def accented(self, accent: str, body: Row) -> str:
        sign = _element("mo", _ACCENTS[accent], stretchy="true" if accent in _WIDE else "false")
        tag, name = ("munder", "accentunder") if accent == "underline" else ("mover", "accent")
        return f'<{tag} {name}="true">{self.one(body)}{sign}</{tag}>'

    def decorated(self, command: str, body: Row) -> str:
        match command:
            case "boxed":
                return f'<mrow style="border:1px solid;padding:.15em">{self.row(body, True)}</mrow>'
            case "phantom":
                return f"<mphantom>{self.row(body, True)}</mphantom>"
            case "overbrace":
                return f"<mover>{self.one(body)}<mo>⏞</mo></mover>"
        return f"<munder>{self.one(body)}<mo>⏟</mo></munder>"

    def scripts(self, node: Scripts, expects: bool) -> str:
        base = "<mrow></mrow>" if node.base is None else self.one((node.base,), expects)
        primes = _element("mo", "′″‴"[node.primes - 1] if node.primes < 4 else "′" * node.primes) if node.primes else ""
        above = self.one((node.above,)) if node.above is not None else ""
        above = f"<mrow>{primes}{above}</mrow>" if primes and above else primes or above
        below = self.one((node.below,)) if node.below is not None else ""
        if not (above or below):
            return base
        tags = ("munderover", "munder", "mover") if limited(node) else ("msubsup", "msub", "msup")
        tag = tags[0] if above and below else tags[1] if below else tags[2]
        return f"<{tag}>{base}{below}{above}</{tag}>"

    def styled(self, face: str, body: Row, expects: bool) -> str:
        nodes = [node for node in body if not isinstance(node, Blank)]
        if face == "mathrm" and nodes and all(isinstance(node, Letter | Number) for node in nodes):
            word = "".join(node.letter if isinstance(node, Letter) else node.digits for node in nodes)  # type: ignore[union-attr]
            return f"<mi>{word}</mi>" if len(word) > 1 else f'<mi mathvariant="normal">{word}</mi>'
        written = re.sub(
            "<m([in])>([^<&]*)</m[in]>", lambda found: f"<m{found[1]}>{faced(found[2], face)}</m{found[1]}>",
            self.row(body, expects),
        )  # fmt: skip
        return written if len(nodes) == 1 else f"<mrow>{written}</mrow>"

    def matrix(self, node: Matrix) -> str:
        rows = []
        for cells in node.rows:
            written = (f"<mtd{_aligned(node, place)}>{self.row(cell, operand_begins(node, place))}</mtd>"
                       for place, cell in enumerate(cells))  # fmt: skip
            rows.append(f"<mtr>{''.join(written)}</mtr>")
        display = ' displaystyle="true"' if node.environment in ("aligned", "gathered") else ""
        table = f"<mtable{display}>{''.join(rows)}</mtable>"
        brackets = _BRACKETS.get(node.environment)
        if brackets is None:
            return table
        first, last = (
            _fence(sign, form, stretchy=True) for sign, form in zip(brackets, ("prefix", "postfix"), strict=True)
        )
        return f"<mrow>{first}{table}{last}</mrow>"


def _em(width: float) -> str:
    return f"{width:.3f}".rstrip("0").rstrip(".") + "em"


def _shown(delimiter: str) -> str:
    return SIGNS[delimiter].shown if delimiter else ""


def _symbol(sign: Sign, expects: bool) -> str:
    match sign.role:
        case "letter" | "ordinary":
            return _element("mi", sign.shown)
        case "capital":
            return _element("mi", sign.shown, mathvariant="normal")
        case "mark":
            return _element("mo" if sign.shown == "¬" else "mi", sign.shown, **_UPRIGHT.get(sign.shown, {}))
        case "binary" if expects and sign.shown in "+−±∓":
            return _element("mo", sign.shown, form="prefix")
        case "open":
            return _fence(sign.shown, "prefix")
        case "close":
            return _fence(sign.shown, "postfix")
        case "bar":
            return _fence(sign.shown, "prefix" if expects else "postfix")
        case "tight":
            return _element("mo", sign.shown, lspace="0", rspace="0")
    return _element("mo", sign.shown)


_UPRIGHT = {"∇": {"mathvariant": "normal"}, "¬": {"form": "prefix"}}


def _large(size: str, sign: Sign, expects: bool) -> str:
    opens = size.endswith("l") or (not size.endswith("r") and (sign.role == "open" or (sign.role == "bar" and expects)))
    height = _SIZES[size.rstrip("lr")]
    return _fence(sign.shown, "prefix" if opens else "postfix", stretchy=True, minsize=height, maxsize=height)


def _words(text: str, command: str) -> str:
    inside = re.sub("^ +| +$|  +", lambda spaces: "\u00a0" * len(spaces[0]), text)
    faces = {"textbf": "bold", "textit": "italic"}
    return _element("mtext", inside, **({"mathvariant": faces[command]} if command in faces else {}))


def _is_function(node: Node) -> bool:
    found = head(node)
    return isinstance(found, Function) or (
        isinstance(found, Styled) and found.face == "mathrm" and len(found.body) > 1
    )  # fmt: skip


def _parted(previous: Node, node: Node) -> bool:
    """Whether a thin space parts the name of a function from what stands beside it."""
    found = head(node)
    if isinstance(found, Symbol | Fenced | Large | Space) or found is None:
        return isinstance(found, Symbol) and found.sign.role in ("letter", "capital", "mark") and _is_function(previous)
    if _is_function(previous):
        return True
    before = head(previous)
    if isinstance(before, Symbol) and before.sign.role not in ("letter", "capital", "ordinary"):
        return isinstance(before, Symbol) and before.sign.role == "close" and _is_function(node)
    return _is_function(node) and not isinstance(before, Space | Words)


def _aligned(node: Matrix, place: int) -> str:
    if node.environment == "array":
        columns = node.columns.replace("|", "")
        side = _COLUMNS[columns[min(place, len(columns) - 1)]]
    elif node.environment == "aligned":
        side = "left" if place % 2 else "right"
    elif node.environment == "cases":
        side = "left"
    else:
        return ""
    return f' style="text-align:{side}"'
