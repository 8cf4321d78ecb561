"""LaTeX formulas as Unicode text, for a terminal.

A formula is one line: ``w₁ = w₀ − η L′(w₀)``, ``1/4``, ``(a + b)/(2c)``, ``√(x² + 1)``.  Only a displayed matrix takes
several.  The tree is that of ``mathml``, so whatever gdquiz can set in a web page it can set here, and nothing of the
LaTeX is left standing.  What Unicode has no small sign for is written with ``^`` and ``_``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.etree.ElementTree import Element

from gdquiz.rendering import mathml

_RAISED = dict(zip("0123456789+−-=()nkTtijmx", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿᵏᵀᵗⁱʲᵐˣ", strict=True)) | {"*": "*", "⋆": "*"}
_LOWERED = dict(zip("0123456789+−-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_PRIMES = "′″‴"
_ACCENTS = {
    "^": "\u0302", "ˆ": "\u0302", "¯": "\u0304", "―": "\u0304", "‾": "\u0304", "_": "\u0332", "~": "\u0303",
    "˜": "\u0303", "→": "\u20d7", "˙": "\u0307", "¨": "\u0308",
}  # fmt: skip
_OPEN, _CLOSE, _BARS = frozenset("([{⟨⌊⌈"), frozenset(")]}⟩⌋⌉!"), frozenset("|‖∣∥")
_BINARY = frozenset("+−-=<>≤≥≈≠·⋅×÷±∓∝≡∼≃→←↔⇒⇐⇔⟹⟸⟺⟶↦∈∉⊂⊆∪∩∧∨≪≫∗⋆∘")
_INVISIBLE = frozenset("\u2061\u2062\u2063\u200b")
_STROKES = {"(": "⎛⎜⎝", ")": "⎞⎟⎠", "[": "⎡⎢⎣", "]": "⎤⎥⎦", "{": "⎧⎨⎩", "|": "│││", "‖": "‖‖‖"}


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of a formula and what it is to its neighbours: ``number``, ``letter``, ``word`` (the name of a
    function), ``fraction``, ``sum``, ``open``, ``close``, ``bar``, ``operator``, ``prefix``, ``comma``,
    ``tight`` or ``space``."""

    text: str
    kind: str


def formula(latex: str) -> str:
    """The formula on one line.  Raises ``InputError`` for what can not be set."""
    return _formula(latex)


@lru_cache(maxsize=4096)
def _formula(latex: str) -> str:
    return _line([mathml.tree(latex)])


def displayed(latex: str) -> list[str]:
    """The lines of a displayed formula: one, or as many as its largest matrix has rows."""
    flat = list(_flat(mathml.tree(latex)))
    if not any(element.tag == "mtable" for element in flat):
        return [_line(flat)]
    boxes: list[list[str]] = []
    run: list[Element] = []
    at = 0
    while at < len(flat):
        element = flat[at]
        if element.tag != "mtable":
            run.append(element)
            at += 1
            continue
        opening = (run.pop().text or "") if run and (run[-1].text or "") in _STROKES else ""
        closing = (flat[at + 1].text or "") if at + 1 < len(flat) and (flat[at + 1].text or "") in _STROKES else ""
        boxes += [[_line(run)], _grid(element, opening, closing)]
        run = []
        at += 2 if closing else 1
    return _beside([*boxes, [_line(run)]])


def _flat(element: Element) -> Iterable[Element]:
    """The elements of a row, inner rows opened."""
    for child in element:
        if child.tag in ("mrow", "mstyle", "mpadded") and "style" not in child.attrib:
            yield from _flat(child)
        else:
            yield child


# --- one line ------------------------------------------------------------------------------------------------------


def _line(elements: Iterable[Element]) -> str:
    return unicodedata.normalize("NFC", _joined(_row(elements)).replace("\u00a0", " "))


def _row(elements: Iterable[Element]) -> list[_Token]:
    """The tokens of a row; upright letters side by side are one word."""
    tokens: list[_Token] = []
    upright = False
    for element in elements:
        found = _tokens(element)
        if element.get("mathvariant") == "normal" and upright and found:
            found = [_Token(tokens.pop().text + found[0].text, "word")]
        upright = element.get("mathvariant") == "normal"
        tokens += found
    return tokens


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


def _tokens(element: Element) -> list[_Token]:
    text = (element.text or "").strip()
    match element.tag:
        case "mn":
            return [_Token(text, "number")]
        case "mi":
            kind = "comma" if text == ":" else "word" if len(text) > 1 and text.isalpha() else "letter"
            return [_Token(text, kind)] if text else []
        case "mo":
            return _sign(text, element.get("form", ""))
        case "mtext":
            words = element.text or ""
            return [_Token(words, "letter" if words == words.strip() else "space")]
        case "mspace":
            wide = float(re.sub("[a-z]+$", "", element.get("width", "0")) or 0) >= 1
            return [_Token("   ", "space")] if wide else []
        case "mphantom":
            return []
        case "mfrac":
            top, bottom = (re.sub(r"^d (?=\S+$)", "d", _line([part])) for part in element)
            return [_Token(f"{_wrapped(top)}/{_wrapped(bottom, divisor=True)}", "fraction")]
        case "msqrt":
            inside = _line(element)
            return [_Token(f"√{inside}" if len(inside) == 1 or inside.isdigit() else f"√({inside})", "letter")]
        case "mroot":
            inside, index = (_line([part]) for part in element)
            return [_Token(f"{_raised(index).lstrip('^')}√({inside})", "letter")]
        case "msup":
            return _scripted(element[0], None, element[1])
        case "msub" | "munder":
            return _scripted(element[0], element[1], None)
        case "msubsup" | "munderover":
            return _scripted(element[0], element[1], element[2])
        case "mover":
            base, accent = _line([element[0]]), (element[1].text or "").strip()
            if accent in _ACCENTS:
                return [_Token(base + _ACCENTS[accent], "letter")]
            return _scripted(element[0], None, element[1])
        case "mtable":
            rows = ("  ".join(_line(cell) for cell in row) for row in element)
            return [_Token(f"[{'; '.join(rows)}]", "matrix")]
    return _row(element)


def _sign(text: str, form: str) -> list[_Token]:
    if text in _INVISIBLE or not text:
        return []
    if text in _BARS:
        kind = "bar"
    elif text in _OPEN:
        kind = "open"
    elif text in _CLOSE:
        kind = "close"
    elif form == "prefix" or text in ("∂", "∇", "¬"):
        kind = "prefix"
    elif text in (",", ";", ":"):
        kind = "comma"
    elif text in ("/", ".") or set(text) <= set(_PRIMES):
        kind = "tight"
    elif text in _BINARY:
        kind = "operator"
    elif text in ("∑", "∏", "∫"):
        kind = "sum"
    else:
        kind = "letter"
    return [_Token(text.replace("⋅", "·"), kind)]


def _scripted(base: Element, lower: Element | None, upper: Element | None) -> list[_Token]:
    tokens = _tokens(base)
    below = _lowered(_line([lower])) if lower is not None else ""
    above = _raised(_line([upper])) if upper is not None else ""
    if not tokens:
        return [_Token(below + above, "letter")]
    if len(tokens) == 1:
        (token,) = tokens
        text = f"({token.text})" if token.kind == "fraction" else token.text
        kind = "letter" if token.kind in ("fraction", "number", "operator") else token.kind
        kind = "sum" if token.text in ("∑", "∏", "∫") else kind
        return [_Token(text + below + above, kind)]
    text = _joined(tokens)
    bracketed = tokens[0].kind == "open" and tokens[-1].kind == "close"
    return [_Token(f"{text if bracketed else f'({text})'}{below}{above}", "letter")]


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
        if expected and token.text in ("+", "−", "-", "±"):
            signed[at] = _Token(token.text, "prefix")
        if token.kind != "space":
            expected = token.kind in ("operator", "comma", "open", "prefix")
    return signed


# --- several lines -------------------------------------------------------------------------------------------------


def _grid(table: Element, opening: str, closing: str) -> list[str]:
    """The rows of a matrix with its brackets, entries centred; columns of an array that has none are set flush."""
    cells = [[_line(cell) for cell in row] for row in table]
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
