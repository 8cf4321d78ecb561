"""LaTeX formulas as MathML, safely and quickly.

The conversion is latex2mathml's, behind a guard: its tree (never its string, which lets markup through) is rebuilt
from a whitelist of elements and attributes and written by ElementTree, which escapes all text.  A control word that
is not in ``COMMANDS`` is refused, so that nothing is printed that a reader of another format would not see.

Speed: formulas that differ only in their numbers share one conversion.  Every number literal is replaced by a marker
number, the result is converted once, and when each marker stands in it exactly once, inside an ``<mn>``, every
formula of that shape is a split and a substitution.  A formula with slots works alike: the slots are markers, and
the value of a slot is converted on its own and put in (``Formula``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from operator import itemgetter
from xml.etree import ElementTree

from gdquiz.errors import InputError
from gdquiz.texts.latex import Piece
from gdquiz.texts.reading import fault, read

# --- the guard ------------------------------------------------------------------------------------------------------

_ELEMENTS_NAMES = (
    "math mrow mi mn mo mtext mspace msup msub msubsup mfrac msqrt mroot munder mover munderover mtable mtr mtd"
    " mstyle mpadded mphantom"
)
_ELEMENTS = frozenset(_ELEMENTS_NAMES.split())
_ROWS = frozenset(["math", "mrow", "mtd", "mstyle", "msqrt", "mpadded", "mphantom"])
_ATTRIBUTES_NAMES = (
    "stretchy fence form accent accentunder displaystyle mathvariant width linethickness minsize maxsize lspace"
    " rspace largeop movablelimits symmetric"
)
_ATTRIBUTES = frozenset(_ATTRIBUTES_NAMES.split())
_VALUE = re.compile(r"[a-z]+|-?\d*\.?\d+(?:em|ex|pt|mu|px)?|[12](?:\.\d+)?em")
_ENTITY = re.compile(r"&#x([0-9A-Fa-f]+);")
_LIMITS = frozenset(("lim", "min", "max", "sup", "inf"))
_SIGNS = frozenset("+-−±∓")
_CLOSING = frozenset(")]}⟩⌋⌉!′|‖")
_BARS = frozenset("|‖")
_ALIGN = {"left", "right", "center"}


def tree(latex: str) -> ElementTree.Element:
    """The formula as a tree of whitelisted elements; the element ``mrow`` that holds all of it."""
    from latex2mathml.converter import convert_to_element

    read(latex)
    row = ElementTree.Element("mrow")
    if not latex.strip():
        return row
    source = re.sub(r"\\(begin|end)\s*\{(?:aligned|gathered)\}", r"\\\1{align*}", latex)
    try:
        converted = convert_to_element(source)
    except Exception as error:  # whatever the converter stumbles over, the formula is at fault
        raise fault(latex, f"it can not be read ({type(error).__name__})") from error
    row.extend(_children(converted, latex))
    return row


def _clean(element: ElementTree.Element, latex: str) -> ElementTree.Element:
    """The element rebuilt from what is allowed."""
    tag, attributes = element.tag, dict(element.attrib)
    text = _ENTITY.sub(lambda found: chr(int(found[1], 16)), element.text or "")
    if tag == "menclose":
        tag, attributes = "mrow", {"style": "border:1px solid;padding:.15em"}
    elif tag not in _ELEMENTS or (tag == "mspace" and "linebreak" in attributes):
        problem = r"a line break \\ outside of an environment" if tag == "mspace" else f"<{tag}> is not set here"
        raise fault(latex, problem)
    else:
        align = attributes.get("columnalign")
        attributes = {key: value for key, value in attributes.items() if key in _ATTRIBUTES and _VALUE.fullmatch(value)}
        if tag == "mtd" and align in _ALIGN:
            attributes["style"] = f"text-align:{align}"
    if tag == "mi" and (text == "&" or (text.startswith("\\") and text != "\\")):
        raise fault(latex, f"'{text}' is not understood here")
    if tag == "mo" and len(text) > 1 and text.replace(" ", "").isalpha():
        tag, attributes = "mi", {}
    if tag == "mi" and text == "·":
        tag, attributes = "mo", {}  # older converters take the centred dot for a name
    if tag == "mo" and text == "/":
        attributes |= {"lspace": "0", "rspace": "0"}
    if tag in ("msub", "msup", "msubsup") and len(element) and (element[0].text or "") in _LIMITS:
        tag = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}[tag]
    children = _children(element, latex) if tag in _ROWS else [_clean(child, latex) for child in element]
    if tag == "mover" and children[-1].attrib.pop("stretchy", "") == "false":
        attributes["accent"] = "true"  # how older converters write a hat
    clean = ElementTree.Element(tag, attributes)
    clean.text = text or None
    clean.extend(children)
    if tag == "mrow" and len(children) == 1 and not attributes:
        return children[0]
    return clean


def _children(row: ElementTree.Element, latex: str) -> list[ElementTree.Element]:
    """What stands in a row: a lone inner row opened, signs told apart from operators, names of functions spaced."""
    children = [_clean(child, latex) for child in row]
    if len(children) == 1 and children[0].tag == "mrow" and not children[0].attrib:
        children = list(children[0])
    spaced: list[ElementTree.Element] = []
    previous: ElementTree.Element | None = None
    for at, child in enumerate(children):
        if child.tag == "mo" and child.text in _SIGNS and _opens(_before(children, at)):
            child.set("form", "prefix")
        if child.tag == "mo" and child.text in _BARS and "form" not in child.attrib:
            child.attrib = {"form": "prefix" if _opens(previous) else "postfix", "stretchy": "false"}
        if _is_function(previous) and child.tag not in ("mo", "mspace") and not _opens_with_fence(child):
            spaced.append(ElementTree.Element("mspace", {"width": "0.167em"}))
        if _is_function(child) and previous is not None and previous.tag not in ("mo", "mspace"):
            spaced.append(ElementTree.Element("mspace", {"width": "0.167em"}))
        spaced.append(child)
        previous = child
    return spaced


def _before(row: Sequence[ElementTree.Element], at: int) -> ElementTree.Element | None:
    """What stands before a place of a row, spaces passed over."""
    return next((element for element in reversed(row[:at]) if element.tag != "mspace"), None)


def _opens(previous: ElementTree.Element | None) -> bool:
    """Whether a plus or minus after this is a sign: at the start, or after an operator that closes nothing."""
    if previous is None:
        return True
    if previous.get("form") == "prefix":
        return True
    closes = previous.text in _CLOSING or previous.get("form") == "postfix"
    return (previous.tag == "mo" and not closes) or (previous.tag == "mi" and not (previous.text or "").strip())


def _is_function(element: ElementTree.Element | None) -> bool:
    if element is None:
        return False
    head = element[0] if element.tag in ("msub", "msup", "munder") and len(element) else element
    return head.tag == "mi" and len(head.text or "") > 1 and (head.text or "").isalpha()


def _opens_with_fence(element: ElementTree.Element) -> bool:
    first = element
    while len(first) and first.tag in ("mrow", "msup", "msub"):
        first = first[0]
    return first.tag == "mo"


def _written(row: ElementTree.Element) -> str:
    return "".join(ElementTree.tostring(child, encoding="unicode", short_empty_elements=False) for child in row)


# --- shapes ---------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"((?<=[\^_])\d|\d+(?:\.\d+)?)")
_FIRST_MARKER = 9_100_001
_BLANK = "\x00"


@lru_cache(maxsize=4096)
def _shape(shape: str) -> tuple[str, Callable[[Sequence[str]], Sequence[str]] | None] | None:
    """The conversion of all formulas of one shape: a format with ``%s`` for the numbers, and their order if changed.

    ``None`` when the numbers of this shape can not be told apart from what is around them.
    """
    literals = shape.split(_BLANK)
    source = literals[0]
    for number, literal in enumerate(literals[1:]):
        braces = source.endswith(("^", "_"))
        source += ("{%d}" if braces else "%d") % (_FIRST_MARKER + number) + literal
    try:
        text = _written(tree(source))
    except InputError:
        return None
    places: list[tuple[int, int]] = []
    for number in range(len(literals) - 1):
        marker = f"<mn>{_FIRST_MARKER + number}</mn>"
        if text.count(marker) != 1 or text.count(marker[4:-5]) != 1:
            return None
        places.append((text.index(marker), number))
    pattern = re.sub(r"<mn>91\d{5}</mn>", "<mn>\x00</mn>", text).replace("%", "%%").replace("\x00", "%s")
    order = [number for _, number in sorted(places)]
    return pattern, None if order == list(range(len(order))) else itemgetter(*order)


@lru_cache(maxsize=4096)
def _direct(latex: str) -> str:
    return _written(tree(latex))


def inner(latex: str) -> str:
    """The MathML of a formula without its ``<math>``.  Raises ``InputError`` for what can not be set."""
    parts = _NUMBER.split(latex)
    found = _shape(_BLANK.join(parts[::2]))
    if found is None:
        return _direct(latex)
    pattern, order = found
    numbers = parts[1::2]
    return pattern % tuple(order(numbers) if order else numbers)


def math(latex: str, *, display: bool = False) -> str:
    """A formula as a ``<math>`` element that carries its LaTeX as ``alttext``."""
    return f'{OPEN[display]}{escape(latex)}">{inner(latex)}</math>'


OPEN = {False: '<math alttext="', True: '<math display="block" tabindex="0" alttext="'}
"""A formula up to its LaTeX, inline and displayed; what is displayed may scroll, so the keyboard has to reach it."""


# --- formulas with slots --------------------------------------------------------------------------------------------

_BREAKS = re.compile(r"&|\\\\")
_LEANS = re.compile(r"\s*(?:[\^_']|\\limits)")
_PAIRS = ((r"\left", r"\right"), (r"\begin", r"\end"), ("{", "}"))


def _stands_alone(latex: str) -> bool:
    """Whether a slot's value means the same set on its own as in the midst of a formula."""
    balanced = all(latex.count(opened) == latex.count(closed) for opened, closed in _PAIRS)
    return balanced and not _LEANS.match(latex) and (r"\begin" in latex or not _BREAKS.search(latex))


@lru_cache(maxsize=16384)
def fragment(latex: str, starts: bool) -> str | None:
    """The value of a slot as MathML to stand among others; ``None`` when it must be set with all around it.

    ``starts`` says that an operand is expected here, so that a leading minus is a sign.
    """
    if not _stands_alone(latex):
        return None
    text = inner(latex)
    if not starts and text.startswith('<mo form="prefix">'):
        text = "<mo>" + text[18:]
    return text


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula with slots, converted once: ``literals`` of MathML with a hole between each two.

    A hole is the number of its slot and whether an operand starts there (see ``fragment``).
    """

    literals: tuple[str, ...]
    holes: tuple[tuple[int, bool], ...]


def formula(pieces: Sequence[Piece]) -> Formula | None:
    """Convert a formula with slots (all of kind ``math``); ``None`` when its slots can not be told from the rest."""
    count = sum(isinstance(piece, int) for piece in pieces)
    order: list[int] = []
    source = ""
    for piece in pieces:
        if isinstance(piece, str):
            source += piece
        else:
            source += f" {_FIRST_MARKER + len(order)} "
            order.append(piece)
    row = tree(source)
    parents = {child: (parent, at) for parent in row.iter() for at, child in enumerate(parent)}
    starts: dict[int, bool] = {}
    for element, (parent, at) in parents.items():
        if element.tag != "mn" or not re.fullmatch(r"91\d{5}", element.text or ""):
            continue
        starts[int(element.text or "")] = not at or parent.tag not in _ROWS or _opens(_before(list(parent), at))
        if parent.tag not in _ROWS:
            element.tag = "mrow"
    text = _written(row)
    pieces_of = re.split(r"(?:<mn>|(?<=<mrow>))(91\d{5})(?:</mn>|(?=</mrow>))", text)
    markers = [int(marker) for marker in pieces_of[1::2]]
    if sorted(markers) != [_FIRST_MARKER + number for number in range(count)] or set(markers) != starts.keys():
        return None
    if any(re.search(r"91\d{5}", literal) for literal in pieces_of[::2]):
        return None
    return Formula(
        literals=tuple(pieces_of[::2]),
        holes=tuple((order[marker - _FIRST_MARKER], starts[marker]) for marker in markers),
    )
