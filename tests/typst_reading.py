"""What Typst itself makes of a formula: its content, walked by a Typst program, as one line."""

from __future__ import annotations

import json
from collections.abc import Iterable

import typst

WALK = r"""
#let told(c) = {
  if c == none { "" }
  else if type(c) != content { str(c) }
  else if c.func() == math.frac { "{" + told(c.num) + "/" + told(c.denom) + "}" }
  else if c.func() == math.binom { "{" + told(c.upper) + "/" + c.lower.map(told).join(",") + "}" }
  else if c.func() == math.attach {
    told(c.base) + (("b", "bl", "br").map(k => if c.has(k) and c.at(k) != none { "_{" + told(c.at(k)) + "}" }).join("")
    ) + ("tr", "t", "tl").map(k => if c.has(k) and c.at(k) != none { "^{" + told(c.at(k)) + "}" }).join("")
  }
  else if c.func() == math.root {
    "√" + (if c.has("index") and c.index != none { "{" + told(c.index) + "}" }) + "{" + told(c.radicand) + "}"
  }
  else if c.func() == math.mat { "[" + c.rows.map(r => r.map(told).join(",")).join(";") + "]" }
  else if c.func() in (math.cases, math.vec) { "[" + c.children.map(told).join(";") + "]" }
  else if c.func() == math.primes { "′" * c.count }
  else if c.func() == math.accent { told(c.base) + c.accent }
  else if c.has("text") { told(c.text) }
  else if c.has("children") { c.children.map(told).join("") }
  else if c.has("body") { told(c.body) }
  else if c.has("child") { told(c.child) }
  else if repr(c.func()) == "space" { " " }
  else { "" }
}
"""


def read(formulas: Iterable[str], prelude: str) -> list[str]:
    """What Typst shows of each formula (what stands between dollars): signs in a row, and the structure around them."""
    lines = "".join(f"#metadata((told($ {formula} $),).flatten()) <told>\n" for formula in formulas)
    return _told(prelude + WALK + lines)


def read_texts(texts: Iterable[str], prelude: str) -> list[str]:
    """The same of markup."""
    lines = "".join(f"#metadata((told([{text}]),).flatten()) <told>\n" for text in texts)
    return _told(prelude + WALK + lines)


def _told(document: str) -> list[str]:
    rows = json.loads(typst.query(document.encode(), "<told>", field="value", format="json", ignore_system_fonts=True))
    return ["".join(_characters(row)) for row in rows]


def _characters(told: object) -> Iterable[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, list):
        for part in told:
            yield from _characters(part)
    elif isinstance(told, dict):
        yield from " " if told.get("func") == "space" else ()
        for name in ("text", "children", "body", "child"):
            yield from _characters(told.get(name))
