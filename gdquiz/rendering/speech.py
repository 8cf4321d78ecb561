"""Formulas in words for those who listen: what stands for a drawing is plain text, without LaTeX."""

from __future__ import annotations

import re
from functools import lru_cache
from xml.etree import ElementTree

from gdquiz.rendering.mathml import tree

_FORMULA = re.compile(r"(?<!\\)\$\$?([^$]+?)(?<!\\)\$\$?")


def spoken(text: str) -> str:
    """A description with its ``$...$`` as plain characters, on one line.

    ``\\frac{1}{2}`` becomes ``1/2``, ``x^{2}`` becomes ``x^2``, ``x_{0}`` becomes ``x_0``.
    """
    return " ".join(_FORMULA.sub(lambda found: _plain(found[1]), text).replace(r"\$", "$").split())


@lru_cache(maxsize=4096)
def _plain(latex: str) -> str:
    return _said(tree(latex)).strip()


_SPACED = ("=", "<", ">", "≤", "≥", "+", "−", "≈", "→", "≠")


def _said(element: ElementTree.Element) -> str:
    children = [_said(child) for child in element]
    match element.tag:
        case "mo":
            text = element.text or ""
            return f" {text} " if text in _SPACED and element.get("form") != "prefix" else text
        case "mi":
            text = element.text or ""
            return text if len(text) == 1 else f" {text} "
        case "mspace":
            return " "
        case "mfrac":
            return "/".join(map(_grouped, children))
        case "msqrt":
            return f"√{_grouped(''.join(children))}"
        case "msup":
            return f"{children[0]}^{_grouped(children[1])}"
        case "msub":
            return f"{children[0]}_{_grouped(children[1])}"
        case "msubsup":
            return f"{children[0]}_{_grouped(children[1])}^{_grouped(children[2])}"
    return (element.text or "") + "".join(children)


def _grouped(text: str) -> str:
    text = text.strip()
    return text if re.fullmatch(r"−?[\w.]+|\(.*\)", text) else f"({text})"
