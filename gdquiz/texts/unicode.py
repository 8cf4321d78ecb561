"""The Unicode writer: a tree as text for a terminal.

A formula is one line: ``w₁ = w₀ − η L′(w₀)``, ``1/4``, ``(a + b)/(2c)``, ``√(x² + 1)``.  Only a displayed matrix takes
several.  Nothing of the LaTeX is left standing; what Unicode has no small sign for is written with ``^`` and ``_``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gdquiz.texts.constructs import ACCENTS, SIGNS, SPACES, Sign
from gdquiz.texts.faces import faced
from gdquiz.texts.reading import read
from gdquiz.texts.trees import (
    Accented,
    Decorated,
    Fenced,
    Fraction,
    Function,
    Group,
    Large,
    Letter,
    Matrix,
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

_RAISED = dict(zip("0123456789+−-=()nkTtijmx", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿᵏᵀᵗⁱʲᵐˣ", strict=True)) | {"*": "*", "⋆": "*"}
_LOWERED = dict(zip("0123456789+−-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_PRIMES = "′″‴"
_STROKES = {"(": "⎛⎜⎝", ")": "⎞⎟⎠", "[": "⎡⎢⎣", "]": "⎤⎥⎦", "{": "⎧⎨⎩", "}": "⎫⎬⎭", "|": "│││", "‖": "‖‖‖"}
_BRACKETS = {
    "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "vmatrix": ("|", "|"), "Vmatrix": ("‖", "‖"), "Bmatrix": ("{", "}"),
    "cases": ("{", ""),
}  # fmt: skip
_KINDS = {
    "letter": "letter", "capital": "letter", "ordinary": "letter", "mark": "prefix", "binary": "operator",
    "relation": "operator", "large": "sum", "open": "open", "close": "close", "bar": "bar", "comma": "comma",
    "tight": "tight",
}  # fmt: skip
"""What a sign is to its neighbours, by its role."""


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of a formula and what it is to its neighbours: ``number``, ``letter``, ``word`` (the name of a
    function), ``fraction``, ``sum``, ``open``, ``close``, ``bar``, ``operator``, ``prefix``, ``comma``, ``tight``,
    ``matrix`` or ``space``."""

    text: str
    kind: str


@lru_cache(maxsize=4096)
def formula(latex: str) -> str:
    """The formula on one line.  Raises ``InputError`` for what cannot be read."""
    return _line(read(latex))


def displayed(latex: str) -> list[str]:
    """The lines of a displayed formula: one, or as many as its largest matrix has rows."""
    flat = list(_parts(read(latex)))
    boxes: list[list[str]] = []
    run: list[Node] = []
    for part in flat:
        if isinstance(part, tuple):
            boxes += [[_line(tuple(run))], _grid(*part)]
            run = []
        else:
            run.append(part)
    return _beside([*boxes, [_line(tuple(run))]]) if boxes else [_line(tuple(run))]


def _parts(row: Row) -> Iterator[Node | tuple[Matrix, str, str]]:
    """The nodes of a row, but for a matrix with its brackets."""
    for node in row:
        match node:
            case Matrix(environment):
                yield node, *_BRACKETS.get(environment, ("", ""))
            case Fenced(opens, (Matrix() as table,), closes):
                yield table, _shown(opens), _shown(closes)
            case Group(body):
                yield from _parts(body)
            case _:
                yield node


# --- one line ------------------------------------------------------------------------------------------------------


def _line(row: Row) -> str:
    return unicodedata.normalize("NFC", _joined(_row(row)))


def _row(row: Row) -> list[_Token]:
    return [token for node in row for token in _tokens(node)]


def _joined(tokens: Sequence[_Token]) -> str:
    tokens = _with_signs(_paired_bars(_without_matrix_brackets(tokens)))
    text = ""
    for at, token in enumerate(tokens):
        before = tokens[at - 1] if at else None
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        piece = token.text
        multiplied = (before is not None and before.kind in _FACTORS) or (after is not None and after.kind in _OPENING)
        if token.kind == "fraction" and multiplied:
            piece = f"({piece})"
        text += _gap(before, token) + piece
    return re.sub(r" {4,}", "   ", text).strip()


_FACTORS = frozenset(("number", "letter", "fraction", "close"))
_OPENING = frozenset(("number", "letter", "word", "sum", "fraction", "open"))


def _gap(before: _Token | None, token: _Token) -> str:
    """What stands between two neighbours."""
    if before is None or "space" in (before.kind, token.kind) or "tight" in (before.kind, token.kind):
        return ""
    pair = (before.kind, token.kind)
    if before.kind == "comma" or token.kind == "operator" or before.kind == "operator":
        return " "
    if before.kind in ("open", "prefix") or token.kind in ("close", "comma"):
        return ""
    if token.kind == "open":
        return "" if before.kind in ("letter", "word", "number", "close", "fraction") else " "
    return "" if pair == ("number", "letter") else " "


def _tokens(node: Node) -> list[_Token]:
    match node:
        case Number(digits):
            return [_Token(digits, "number")]
        case Letter(letter):
            return [_Token(letter, "letter")]
        case Symbol(sign):
            return [_sign(sign)]
        case Function(name, _):
            return [_Token(name, "word" if len(name) > 1 else "letter")]
        case Words(text, _):
            return [_Token(text, "letter" if text == text.strip() else "space")]
        case Space(command):
            return [_Token("   ", "space")] if SPACES[command] >= 1 else []
        case Group(body):
            return _row(body)
        case Scripts():
            return _scripted(node)
        case Styled(face, body):
            return _styled(face, body)
    return _construct(node)


def _construct(node: Node) -> list[_Token]:
    match node:
        case Fraction("binom", top, bottom):
            return [_Token("binom", "word"), _Token(f"({_line(top)}, {_line(bottom)})", "open")]
        case Fraction(_, top, bottom):
            sides = [re.sub(r"^d (?=\S+$)", "d", _line(side)) for side in (top, bottom)]
            return [_Token(f"{_wrapped(sides[0])}/{_wrapped(sides[1], divisor=True)}", "fraction")]
        case Root(body, None):
            inside = _line(body)
            return [_Token(f"√{inside}" if len(inside) == 1 or inside.isdigit() else f"√({inside})", "letter")]
        case Root(body, index):
            return [_Token(f"{_raised(_line(index or ())).lstrip('^')}√({_line(body)})", "letter")]
        case Fenced(opens, body, closes):
            first, last = _Token(_shown(opens), "open"), _Token(_shown(closes), "close")
            return [first] * bool(opens) + _row(body) + [last] * bool(closes)
        case Large(size, sign):
            kind = {"l": "open", "r": "close"}.get(size[-1], _KINDS[sign.role])
            return [_Token(sign.shown, kind)]
        case Accented(accent, body):
            return [_Token(_line(body) + ACCENTS[accent], "letter")]
        case Stacked(command, small, base):
            below = command == "underset"
            return _with_scripts(_row(base), _line(small) if below else "", "" if below else _line(small))
        case Decorated("phantom", _):
            return []
        case Decorated(_, body):
            return _row(body)
        case Matrix():
            rows = ("  ".join(_line(cell) for cell in row) for row in node.rows)
            opening, closing = _BRACKETS.get(node.environment, ("", ""))
            table = _Token(f"[{'; '.join(rows)}]", "matrix")
            if opening in ("|", "‖"):
                return [_Token(opening, "bar"), table, _Token(closing, "bar")]
            return [_Token(opening, "open")] * bool(opening) + [table] + [_Token(closing, "close")] * bool(closing)
    return []


def _shown(delimiter: str) -> str:
    return SIGNS[delimiter].shown if delimiter else ""


def _sign(sign: Sign) -> _Token:
    kind = "comma" if sign.shown == ":" else _KINDS[sign.role]
    return _Token("*" if sign.shown == "∗" else sign.shown, kind)


def _styled(face: str, body: Row) -> list[_Token]:
    """Letters in another face; upright ones side by side are one word."""
    tokens = [_Token(faced(token.text, face), token.kind) if face != "boldsymbol" else token for token in _row(body)]
    if face == "mathrm" and len(tokens) > 1 and all(token.kind in ("letter", "number") for token in tokens):
        return [_Token("".join(token.text for token in tokens), "word")]
    return tokens


def _scripted(node: Scripts) -> list[_Token]:
    primes = "′" * node.primes if node.primes > len(_PRIMES) else _PRIMES[node.primes - 1] if node.primes else ""
    base = _tokens(node.base) if node.base is not None else []
    below = _line((node.below,)) if node.below is not None else ""
    above = _line((node.above,)) if node.above is not None else ""
    return _with_scripts(base, below, above, primes)


def _with_scripts(tokens: list[_Token], below: str, above: str, primes: str = "") -> list[_Token]:
    small = (_lowered(below) if below else "") + primes + (_raised(above) if above else "")
    if not tokens:
        return [_Token(small, "letter")]
    if len(tokens) == 1:
        (token,) = tokens
        text = f"({token.text})" if token.kind == "fraction" else token.text
        kind = "letter" if token.kind in ("fraction", "number", "operator") else token.kind
        return [_Token(text + small, kind)]
    text = _joined(tokens)
    bracketed = tokens[0].kind == "open" and tokens[-1].kind == "close"
    return [_Token(f"{text if bracketed else f'({text})'}{small}", "letter")]


def _raised(text: str) -> str:
    tight = text.replace(" ", "")
    if tight and set(tight) <= set(_PRIMES):
        return tight
    if tight and all(sign in _RAISED for sign in tight):
        return "".join(_RAISED[sign] for sign in tight)
    return f"^{tight}" if len(tight) == 1 or tight.isalnum() else f"^({text.replace(', ', ',')})"


def _lowered(text: str) -> str:
    tight = text.replace(" ", "")
    if tight and all(sign in _LOWERED for sign in tight):
        return "".join(_LOWERED[sign] for sign in tight)
    return f"_{tight}" if len(tight) == 1 or tight.isalnum() else f"_({text.replace(', ', ',')})"


_NUMERAL = re.compile(r"[0-9.]+")
_SYMBOL = re.compile(r"[∂∇]?[^\W\d_][\w′″*\u0300-\u036f₀-ₜ⁰-ⁿ]*|[∂d]²?[^\W\d_][\w₀-ₜ]*²?")
_CALL = re.compile(r"[^\W\d_][′″₀-ₜ]*\([^() ]+(?:, [^() ]+)*\)")


def _wrapped(text: str, *, divisor: bool = False) -> str:
    """A side of a fraction, in parentheses where it would not be read as one."""
    bare = text[1:] if not divisor and text[:1] in "−-" else text
    letters = sum(sign.isalpha() and sign.isascii() for sign in bare)
    if _NUMERAL.fullmatch(bare) or (_SYMBOL.fullmatch(bare) and (letters <= 1 or bare[0] in "∂∇d")):
        return text
    if _CALL.fullmatch(bare):
        return text
    return text if bare.startswith("√") and " " not in bare else f"({text})"


def _without_matrix_brackets(tokens: Sequence[_Token]) -> Sequence[_Token]:
    """A matrix on a line has brackets of its own."""
    kept: list[_Token] = []
    at = 0
    while at < len(tokens):
        inside = tokens[at : at + 3]
        if [token.kind for token in inside] == ["open", "matrix", "close"]:
            kept.append(_Token(inside[1].text, "letter"))
            at += 3
        else:
            kept.append(tokens[at])
            at += 1
    return kept


def _paired_bars(tokens: Sequence[_Token]) -> Sequence[_Token]:
    """Bars open and close in turn; one that has no other stands between two things, as in a condition."""
    places = [at for at, token in enumerate(tokens) if token.kind == "bar"]
    paired = list(tokens)
    for turn, at in enumerate(places):
        kind = ("open", "close")[turn % 2] if len(places) % 2 == 0 else "operator"
        paired[at] = _Token(tokens[at].text, kind)
    return paired


def _with_signs(tokens: Sequence[_Token]) -> Sequence[_Token]:
    """Plus and minus where an operand is expected belong to it: at the start, after an operator, a comma, a bracket."""
    signed = list(tokens)
    expected = True
    for at, token in enumerate(tokens):
        if expected and token.text in ("+", "−", "±", "∓"):
            signed[at] = _Token(token.text, "prefix")
        if token.kind != "space":
            expected = token.kind in ("operator", "comma", "open", "prefix") or token.text == "/"
    return signed


# --- several lines -------------------------------------------------------------------------------------------------


def _grid(table: Matrix, opening: str, closing: str) -> list[str]:
    """The rows of a matrix with its brackets, entries centred; columns of an array that has none are set flush."""
    cells = [[_line(cell) for cell in row] for row in table.rows]
    widths = [max(len(row[at]) if at < len(row) else 0 for row in cells) for at in range(max(map(len, cells)))]
    centred = opening in ("(", "[", "|", "‖")
    gap = "  " if centred or opening == "{" else " "
    side = "^" if centred else "<"
    lines = [gap.join(f"{cell:{side}{width}}" for cell, width in zip(row, widths, strict=False)) for row in cells]
    last = len(lines) - 1
    if not last:
        return [f"{opening}{lines[0]}{closing}"]

    def stroke(sign: str, at: int) -> str:
        return _STROKES[sign][0 if at == 0 else 2 if at == last else 1] if sign else ""

    return [f"{stroke(opening, at)}{line:<{len(lines[0])}}{stroke(closing, at)}" for at, line in enumerate(lines)]


def _beside(boxes: Sequence[list[str]]) -> list[str]:
    boxes = [box for box in boxes if any(box)]
    height = max(map(len, boxes))
    padded = []
    for box in boxes:
        above = (height - len(box) + 1) // 2
        width = max(map(len, box))
        lines = [""] * above + box + [""] * (height - len(box) - above)
        padded.append([f"{line:<{width}}" for line in lines])
    rows = (" ".join(parts) for parts in zip(*padded, strict=True))
    return [re.sub(r" ([,.])", r"\1", row).rstrip() for row in rows]
