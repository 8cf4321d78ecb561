"""How Markdown is written: what was read of an author's text, and nothing that another reader could take for more.

The text is written anew from its tokens, so it means to any reader of Markdown what it means to gdquiz: signs of
running text that could begin a tag, a link, a list, a heading, a table or a formula have a backslash before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from markdown_it.token import Token

from gdquiz.authoring.wording import code_span, escape, kind_of
from gdquiz.rendering.markup import Filled, Hole, Kinds, Pieces, Style, merged, set_formula, slot_hole
from gdquiz.rendering.tex import Delimited
from gdquiz.texts.slots import HOLE

_TEX = Delimited(("$", "$"), ("$$", "$$"))

# --- running text ---------------------------------------------------------------------------------------------------

_ACTIVE = re.compile(
    r"[\\`*_\[\]<$|~^{}]|&(?=#|\w+;)|@(?=\w)|:(?=//|:|[\w+-]+:)|(?i:(?<![A-Za-z0-9])www)(?=\.)", re.ASCII
)
_AT_START = re.compile(r"^(?:(?=>|:(?:\s|$)|#{1,6}(?:\s|$)|[+-](?:\s|$)|={1,}\s*$|-[-\s]*$)|(\d{1,9})(?=[.)](?:\s|$)))")


def text(words: str, *, starts: bool) -> str:
    """Running text on one line; ``starts`` says that it stands at the beginning of the line."""
    shown = _ACTIVE.sub(lambda found: found[0] + "\\" if len(found[0]) > 1 else "\\" + found[0], words)
    return _AT_START.sub(lambda found: f"{found[1]}\\" if found[1] else "\\", shown) if starts else shown


def _inline(tokens: Iterable[Token], insides: tuple[str, ...], kinds: Kinds, *, cell: bool) -> Pieces:
    """The pieces of one paragraph."""
    line = _Line(kinds, CELL if cell else STYLE)
    for token in tokens:
        match token.type:
            case "text" | "text_special":
                for number, part in enumerate(HOLE.split(token.content)):
                    if number % 2:
                        line.slot(insides[int(part)])
                    elif part:
                        line.words(part)
            case "code_inline":
                line.put("code", *_code(token.content, insides, cell=cell))
            case "math_inline" | "math_inline_double":
                display = token.type != "math_inline"
                line.put("formula", *set_formula(token.content, insides, kinds, line.style, display=display))
            case "softbreak" | "hardbreak":
                line.put("break", "\n" if token.type == "softbreak" else "\\\n")
            case "em_open" | "em_close" | "strong_open" | "strong_close":
                line.put("mark", token.markup)
    return line.pieces()


class _Line:
    """A paragraph while it is written: its parts, each with what it is."""

    def __init__(self, kinds: Kinds, style: Style):
        self.kinds, self.style = kinds, style
        self.parts: list[tuple[str, Pieces]] = []

    def put(self, kind: str, *pieces: str | Hole) -> None:
        if kind == "code" and self.parts and self.parts[-1][0] == "code":
            self.parts.append(("mark", ("&#8203;",)))  # backticks of two spans are not to run together
        self.parts.append((kind, pieces))

    def words(self, words: str) -> None:
        """Words: after a slot that begins a line stands no dot as such, which would make it a number of a list."""
        before = self.parts[-1][0] if self.parts else "break"
        shown = text(words, starts=before == "break")
        if words[0] in ".)" and before == "slot" and self._begins_with_slots():
            shown = "\\" + shown
        elif before == "break" and words.isdigit():
            shown = _entity(words[0]) + words[1:]
        self.put("words", shown)

    def _begins_with_slots(self) -> bool:
        """Whether nothing but slots stands on the line so far."""
        kinds = [kind for kind, _ in reversed(self.parts)]
        return set(kinds[: kinds.index("break")] if "break" in kinds else kinds) == {"slot"}

    def slot(self, inside: str) -> None:
        kind, style = kind_of(inside, self.kinds), self.style
        if kind == "math":
            self.put("formula", slot_hole(inside, lambda latex: style.formula(latex, False) if latex.strip() else ""))
        else:
            written = style.words if kind == "text" else style.code
            self.put("slot" if kind == "text" else "code", slot_hole(inside, written))

    def pieces(self) -> Pieces:
        """All pieces; a digit right beside a formula, where a dollar sign is taken for money, is an entity."""
        last = len(self.parts) - 1
        for place, (kind, pieces) in enumerate(self.parts):
            if kind in ("words", "slot"):
                first = place > 0 and self.parts[place - 1][0] == "formula"
                end = place < last and self.parts[place + 1][0] == "formula"
                self.parts[place] = kind, tuple(_apart(piece, first=first, end=end) for piece in pieces)
        return tuple(piece for _, pieces in self.parts for piece in pieces)


def _entity(character: str) -> str:
    return f"&#{ord(character)};"


def _apart(piece: str | Hole, *, first: bool, end: bool) -> str | Hole:
    if not (first or end):
        return piece
    if not isinstance(piece, str):
        hole = piece
        return lambda filled: str(_apart(hole(filled), first=first, end=end))
    if end and piece[-1:].isdigit():
        piece = piece[:-1] + _entity(piece[-1])
    return _entity(piece[0]) + piece[1:] if first and piece[:1].isdigit() else piece


# --- code -----------------------------------------------------------------------------------------------------------


def _code(content: str, insides: tuple[str, ...], *, cell: bool) -> Pieces:
    """A code span; where it has slots its backticks are chosen when they are filled."""

    def span(code: str) -> str:
        return code_span(code).replace("|", r"\|") if cell else code_span(code)

    parts = HOLE.split(content)
    if len(parts) == 1:
        return (span(content),)
    return (lambda filled: span(_filled(parts, insides, filled)),)


def _fence(token: Token, insides: tuple[str, ...]) -> Pieces:
    language = re.match(r"[A-Za-z0-9+#-]*", token.info.strip())
    parts = HOLE.split(token.content.removesuffix("\n"))

    def block(code: str) -> str:
        ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code)), default=0))
        return f"{ticks}{language[0] if language else ''}\n{code}\n{ticks}"

    if len(parts) == 1:
        return (block(parts[0]),)
    return (lambda filled: block(_filled(parts, insides, filled)),)


def _filled(parts: list[str], insides: tuple[str, ...], filled: Filled) -> str:
    return "".join(filled.slots[insides[int(part)]] if number % 2 else part for number, part in enumerate(parts))


# --- blocks ---------------------------------------------------------------------------------------------------------


def _own(tokens: list[Token], insides: tuple[str, ...], kinds: Kinds) -> Pieces:
    return merged(_blocks(tokens, insides, kinds, "\n\n"))


def _blocks(tokens: list[Token], insides: tuple[str, ...], kinds: Kinds, between: str) -> Iterator[str | Hole]:
    """Blocks one below the other."""
    at, first = 0, True
    while at < len(tokens):
        end = _end(tokens, at)
        if not first:
            yield between if tokens[at].type == "paragraph_open" or between == "\n\n" else "\n"
        yield from _block(tokens[at : end + 1], insides, kinds)
        at, first = end + 1, False


def _block(tokens: list[Token], insides: tuple[str, ...], kinds: Kinds) -> Iterator[str | Hole]:
    token, inside = tokens[0], tokens[1:-1]
    match token.type:
        case "paragraph_open":
            yield from _inline(inside[0].children or [], insides, kinds, cell=False)
        case "inline":
            yield from _inline(token.children or [], insides, kinds, cell=False)
        case "fence" | "code_block":
            yield from _fence(token, insides)
        case "math_block":
            opened, closed = ("\n", "\n") if token.content.startswith("\n") else ("", "")
            formula = set_formula(token.content, insides, kinds, BARE, display=True)
            yield from (f"$${opened}", *formula, f"{closed}$$")
        case "bullet_list_open" | "ordered_list_open":
            yield from _list(token, inside, insides, kinds)
        case "table_open":
            yield from _table(inside, insides, kinds)


def _end(tokens: list[Token], at: int) -> int:
    """The place of the token that closes the one at a place: itself where it opens nothing."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += tokens[place].nesting
        if depth <= 0:
            return place
    return len(tokens) - 1


def _list(opening: Token, tokens: list[Token], insides: tuple[str, ...], kinds: Kinds) -> Iterator[str | Hole]:
    number = int(opening.attrs.get("start", 1)) if opening.type == "ordered_list_open" else None
    tight = not any(token.type == "paragraph_open" and not token.hidden for token in tokens)
    at = 0
    while at < len(tokens):
        end = _end(tokens, at)
        mark = f"{opening.markup} " if number is None else f"{number}{opening.markup} "
        item = merged(_blocks(tokens[at + 1 : end], insides, kinds, "\n" if tight else "\n\n"))
        yield ("" if at == 0 else "\n" if tight else "\n\n") + (mark if item else mark.rstrip())
        yield from indented(item, " " * len(mark))
        number = None if number is None else number + 1
        at = end + 1


_RULES = {"left": ":--", "right": "--:", "center": ":-:", "": "---"}


def _table(tokens: list[Token], insides: tuple[str, ...], kinds: Kinds) -> Iterator[str | Hole]:
    rules: list[str] = []
    head = True
    for token in tokens:
        match token.type:
            case "tr_open":
                yield "|"
            case "th_open":
                rules.append(_RULES[str(token.attrs.get("style", "")).removeprefix("text-align:")])
            case "inline":
                cell = merged(_inline(token.children or [], insides, kinds, cell=True))
                yield from (" ", *cell, " |") if cell else ("  |",)
            case "tr_close" if head:
                yield f"\n|{'|'.join(rules)}|\n"
                head = False
            case "tr_close":
                yield "\n"


def indented(pieces: Pieces, by: str) -> Pieces:
    """The same text inside a list: every line but the first begins with ``by``."""

    def moved(hole: Hole) -> Hole:
        return lambda filled: _moved(hole(filled), by)

    return tuple(_moved(piece, by) if isinstance(piece, str) else moved(piece) for piece in pieces)


def _moved(text: str, by: str) -> str:
    return re.sub(r"\n(?!\n|$)", "\n" + by, text)


_BARS = re.compile(r"\\?\|")


def _in_cell(latex: str) -> str:
    """A formula without bars, which would end a cell."""
    return _BARS.sub(lambda bar: r"\Vert " if len(bar[0]) > 1 else r"\vert ", latex)


_CELL = Delimited(_TEX.inline, _TEX.display, _in_cell)


def _style(name: str, delimited: Delimited) -> Style:
    return Style(
        name=name,
        words=escape,
        **delimited.fields(),
        code=code_span,
        code_in_span=str,
        code_in_block=str,
        tags={},
        table=lambda alignments: "",
        tick=" ✓",
        cell=_in_cell,
        own=_own,
    )


STYLE = _style("markdown", _TEX)
CELL = _style("markdown", _CELL)
BARE = _style("markdown", Delimited(("", ""), ("", "")))
"""Inside of a table, and formulas without their dollars."""
