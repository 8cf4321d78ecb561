"""What a writer has to know of a node's neighbours: whether an operand is expected, and where indices stand."""

from __future__ import annotations

from gdquiz.texts.constructs import LIMITED
from gdquiz.texts.trees import Decorated, Function, Large, Matrix, Node, Scripts, Space, Symbol, Words


def limited(node: Scripts) -> bool:
    """Whether indices stand below and above: always where it is said, else of sums and limits."""
    if node.limits:
        return node.limits == "limits"
    base = node.base
    if isinstance(base, Symbol):
        return base.sign.role == "large" and base.sign.shown != "∫"
    return (isinstance(base, Function) and base.own and base.name in LIMITED) or (
        isinstance(base, Decorated) and base.command in ("overbrace", "underbrace")
    )


def head(node: Node) -> Node | None:
    """What carries the indices and exponents of a node; none where these stand alone."""
    while isinstance(node, Scripts):
        if node.base is None:
            return None
        node = node.base
    return node


def expects_after(node: Node, expects: bool) -> bool:
    """Whether an operand is expected after a node."""
    match head(node):
        case Space():
            return expects
        case Words() | Function():
            return True
        case Symbol(sign):
            if sign.role == "bar":
                return expects
            return sign.role in ("binary", "relation", "open", "comma", "large", "mark") or sign.tex == "/"
        case Large(size, sign):
            return size.endswith("l") or (not size.endswith("r") and sign.role == "open")
    return False


def operand_begins(node: Matrix, place: int) -> bool:
    """Whether a cell of a matrix begins an expression; the right-hand cells of aligned lines go on."""
    return node.environment != "aligned" or place % 2 == 0
