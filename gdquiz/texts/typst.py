r"""The Typst writer: a tree as Typst mathematics, in which no character of an author is ever code.

Every ASCII sign has a backslash before it, words are strings, and all else is built by the functions of this module:
``w_1 = w_0 - \eta \cdot (-4)`` is written ``w_(1)=w_(0)−η ·\(−4\)``.  White space is written only where two names would
run together, since Typst shows it beside words.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from gdquiz.texts import shapes
from gdquiz.texts.constructs import SIGNS, SPACES, Sign
from gdquiz.texts.operands import expects_after, operand_begins
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
    Space,
    Stacked,
    Styled,
    Symbol,
    Words,
)

_ACCENTS = {
    "hat": "hat", "bar": "macron", "tilde": "tilde", "vec": "arrow", "dot": "dot", "ddot": "dot.double",
    "widehat": "hat", "widetilde": "tilde", "overline": "overline", "underline": "underline",
}  # fmt: skip
_DECORATIONS = {
    "overbrace": "overbrace({})", "underbrace": "underbrace({})", "boxed": "gdboxed({})", "phantom": "gdhidden({})",
}  # fmt: skip
"""The last two are functions of the document (``PRELUDE``)."""
_FACES = {
    "mathbf": "upright(bold({}))", "mathrm": "upright({})", "mathit": "italic({})", "mathbb": "bb({})",
    "mathcal": "cal({})", "mathsf": "sans({})", "boldsymbol": "bold({})", "text": "{}", "textbf": "bold({})",
    "textit": "italic({})",
}  # fmt: skip
_FRACTIONS = {
    "frac": "frac({}, {})", "dfrac": "display(frac({}, {}))", "tfrac": "inline(frac({}, {}))", "binom": "binom({}, {})",
}  # fmt: skip
_STACKS = {
    "overset": "limits({1})^({0})", "underset": "limits({1})_({0})",
    "stackrel": 'class("relation", limits({1})^({0}))',
}  # fmt: skip
_MODES = {"displaystyle": "display({})", "textstyle": "inline({})"}
_SPACES = {r"\,": "thin", r"\:": "med", r"\;": "thick", r"\quad": "quad", r"\qquad": "wide"}
_SIZES = {"big": "1.2em", "Big": "1.8em", "bigg": "2.4em", "Bigg": "3em"}
_CLASSES = {"comma": "punctuation", "tight": "normal", "relation": "relation"}
"""The classes of signs that Typst gives another one."""
_DELIMITERS = {
    "matrix": "#none", "smallmatrix": "#none", "array": "#none", "aligned": "#none", "gathered": "#none",
    "pmatrix": '"("', "bmatrix": '"["', "vmatrix": '"|"', "Vmatrix": '"‖"', "Bmatrix": '"{"',
    "cases": '#("{", none)',
}  # fmt: skip
_LAYOUTS = {
    "cases": ", align: #left, column-gap: #1em", "aligned": ", column-gap: #0pt, row-gap: #.6em",
    "gathered": ", row-gap: #.6em",
}  # fmt: skip

PRELUDE = """\
#let gdmath(alt, body) = math.equation(alt: alt, body)
#let gddisplay(alt, body) = math.equation(alt: alt, block: true, body)
#let gdboxed(body) = box(stroke: .5pt, inset: 3pt, baseline: 3pt, math.equation(alt: " ", body))
#let gdhidden(body) = hide(body)
"""
"""What a document begins with so that formulas can stand in it."""


def string(text: str) -> str:
    r"""Any text as a Typst string: ``"say \"x\""``."""
    return f'"{inside_string(text)}"'


@lru_cache(maxsize=16384)
def inside_string(text: str) -> str:
    """The same without its quotation marks."""
    return "".join(map(_in_string, text))


def _in_string(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() or "\ue000" <= character <= "\uf8ff" else f"\\u{{{ord(character):x}}}"


@lru_cache(maxsize=16384)
def math(latex: str) -> str:
    """A formula as what stands between the dollars of Typst.  Raises ``InputError`` for what cannot be read."""
    return shapes.written(latex, written)


def written(row: Row) -> str:
    """A row without slots."""
    return _row(row, True)


def _row(row: Row, expects: bool = True) -> str:
    parts: list[str] = []
    for place, node in enumerate(row):
        if isinstance(node, Blank):
            continue
        if isinstance(node, Mode):
            parts.append(_MODES[node.command].format(_row(row[place + 1 :], expects)))
            break
        parts.append(_node(node, expects))
        expects = expects_after(node, expects)
    return _joined(parts) or '""'


def _joined(parts: Iterable[str]) -> str:
    """Parts side by side; a space keeps two names or numerals apart, a backslash two signs that would be an arrow."""
    text = ""
    for part in parts:
        last, first = text[-1:], part[:1]
        if last in _SHORT and first in _SHORT:
            text += "\\"
        elif _continues(first) and (_is_digit(first) if _is_digit(last) else _continues(last)):
            text += " "
        text += part
    return text


_SHORT = frozenset("=<>+")


def _is_digit(character: str) -> bool:
    return character.isdigit() or "\ue000" <= character <= "\uf8ff"


def _continues(character: str) -> bool:
    """Whether a character may be part of a name or numeral that began before it."""
    return bool(character) and character != "_" and (_is_digit(character) or f"a{character}".isidentifier())


def _node(node: Node, expects: bool) -> str:
    match node:
        case Number(shown) | Letter(shown):
            return shown
        case Symbol(sign):
            return _symbol(sign, expects)
        case Function(name, own):
            return name if own else f"op({string(name)})"
        case Words(text, command):
            return _FACES[command].format(string(text))
        case Space(command):
            return _SPACES.get(command) or f"#h({SPACES[command]:.4g}em)"
        case Group(body):
            return _one(body, expects)
        case Scripts():
            return _scripts(node, expects)
        case Styled(face, body):
            return _styled(face, body, expects)
    return _construct(node, expects)


def _construct(node: Node, expects: bool) -> str:
    match node:
        case Fraction(command, first, second):
            return _FRACTIONS[command].format(_row(first), _row(second))
        case Root(body, None):
            return f"sqrt({_row(body)})"
        case Root(body, index):
            return f"root({_row(index or ())}, {_row(body)})"
        case Fenced(opens, body, closes):
            inner = _row(body)
            # what stands at an open end is no bracket to be stretched
            inner = inner if opens and closes else f'class("normal", {inner})'
            return f"lr({_joined([_delimiter(opens), inner, _delimiter(closes)])})"
        case Large(size, sign):
            return _large(size, sign, expects)
        case Accented(accent, body):
            return f"{_ACCENTS[accent]}({_row(body)})"
        case Stacked(command, small, base):
            return _STACKS[command].format(_row(small), _one(base))
        case Decorated(command, body):
            return _DECORATIONS[command].format(_row(body))
        case Matrix():
            return _matrix(node)
    raise TypeError(node)


def _one(row: Row, expects: bool = True) -> str:
    """A row as one thing, which may carry an index."""
    nodes = [node for node in row if not isinstance(node, Blank)]
    if len(nodes) == 1 and isinstance(nodes[0], Group):
        return _one(nodes[0].body, expects)
    if len(nodes) == 1 and isinstance(nodes[0], Number | Letter | Function | Words | Fraction | Root | Accented):
        return _node(nodes[0], expects)
    if len(nodes) == 1 and isinstance(nodes[0], Symbol) and nodes[0].sign.role in ("letter", "capital", "ordinary"):
        return _node(nodes[0], expects)
    return f'class("normal", {_row(row, expects)})' if nodes else '""'


def _escaped(character: str) -> str:
    return character if character.isalnum() or character in _SHORT else "\\" + character


def _symbol(sign: Sign, expects: bool) -> str:
    shown = sign.shown
    if shown in "|‖" and sign.role in ("bar", "open", "close"):
        opens = sign.role == "open" or (sign.role == "bar" and expects)
        return f'class("{"opening" if opens else "closing"}", {shown})'
    if sign.role in _CLASSES and shown in ":./":
        return f'class("{_CLASSES[sign.role]}", \\{shown})'
    return _escaped(shown) if shown.isascii() or sign.role in ("open", "close") else shown


def _delimiter(tex: str) -> str:
    return "\\" + SIGNS[tex].shown if tex else ""


def _large(size: str, sign: Sign, expects: bool) -> str:
    opens = size.endswith("l") or (not size.endswith("r") and (sign.role == "open" or (sign.role == "bar" and expects)))
    role = "normal" if sign.role == "tight" else "opening" if opens else "closing"
    return f'class("{role}", lr(size: #{_SIZES[size.rstrip("lr")]}, \\{sign.shown}))'


def _scripts(node: Scripts, expects: bool) -> str:
    base = '""' if node.base is None else _base(node.base, expects)
    if node.limits:
        base = f"{'limits' if node.limits == 'limits' else 'scripts'}({base})"
    elif isinstance(node.base, Decorated) and node.base.command in ("overbrace", "underbrace"):
        base = f"limits({base})"
    above = ["′" * node.primes] if node.primes else []
    above += [_script(node.above)] if node.above is not None else []
    below = f"_({_script(node.below)})" if node.below is not None else ""
    return base + below + (f"^({_joined(above)})" if above else "")


def _script(node: Node) -> str:
    return _row(node.body if isinstance(node, Group) else (node,))


def _base(node: Node, expects: bool) -> str:
    return f'class("normal", {_node(node, expects)})' if isinstance(node, Scripts) else _node(node, expects)


def _styled(face: str, body: Row, expects: bool) -> str:
    nodes = [node for node in body if not isinstance(node, Blank)]
    if len(nodes) > 1 and all(isinstance(node, Letter | Number) for node in nodes):
        word = "".join(node.letter if isinstance(node, Letter) else node.digits for node in nodes)  # type: ignore[union-attr]
        return _FACES[face].format(string(word))
    return _FACES[face].format(_row(body, expects))


# --- matrices --------------------------------------------------------------------------------------------------------


def _matrix(node: Matrix) -> str:
    columns = node.columns.replace("|", "")
    rows = "; ".join(
        ", ".join(_cell(node, columns, place, cell) for place, cell in enumerate(row)) for row in node.rows
    )
    text = f"mat(delim: {_DELIMITERS[node.environment]}{_LAYOUTS.get(node.environment, '')}{_rules(node)}, {rows})"
    return f"inline({text})" if node.environment == "smallmatrix" else text


def _cell(node: Matrix, columns: str, place: int, cell: Row) -> str:
    """A cell, set flush by the sign of alignment on its other side."""
    inner = _row(cell, operand_begins(node, place))
    match node.environment:
        case "aligned":
            gap = "quad" if place and place % 2 == 0 else ""
            begun = _joined(['""', inner] if place % 2 else [gap, inner])
            return f"display(&{begun})" if place % 2 else f"display({begun}&)"
        case "gathered":
            return f"display({inner})"
        case "array":
            side = columns[min(place, len(columns) - 1)]
            return "&" * (side == "l") + inner + "&" * (side == "r")
    return inner


def _rules(node: Matrix) -> str:
    """The lines between columns and rows of an array."""
    upright, column = [], 0
    for sign in node.columns:
        if sign == "|":
            upright.append(column)
        else:
            column += 1
    if not (upright or node.lines):
        return ""
    return f", augment: #(hline: {_numbers(node.lines)}, vline: {_numbers(upright)})"


def _numbers(numbers: Iterable[int]) -> str:
    return "(" + "".join(f"{number}, " for number in sorted(set(numbers))).rstrip(" ") + ")"
