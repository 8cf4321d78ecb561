"""Numbers as people type them, read exactly.

One number: ``1.2`` and ``1,2`` (a decimal comma), ``1/3``, ``-.5``, ``2e-3``, ``2*10^-3``, ``½``, ``1½``, also in
parentheses and after a name and ``=``.  Several numbers: how many are asked for decides what a comma is.  ``1,2`` is
one number where one is asked for and two where two are; ``1,5; 2,5`` and ``1,5 2,5`` are two.  The table of accepted
forms is docs/marking.md.  All is exact: ``0.1`` is one tenth.  The work is bounded by the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from gdquiz.formulas.scanner import shown

LONGEST = 500
"""Characters of a response."""
MOST_DIGITS = 60
"""Of a numeral, before its point and after it."""
LARGEST_EXPONENT = 60


class Unreadable(ValueError):
    """A response that is not understood; its text is a sentence for the person who typed it."""


# --- signs that stand for others -----------------------------------------------------------------------------------

_VULGAR = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5",
    "⅙": "1/6", "⅚": "5/6", "⅐": "1/7", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8", "⅑": "1/9", "⅒": "1/10",
}  # fmt: skip
_PLAIN = str.maketrans(
    dict.fromkeys("−–—‐‑﹣－", "-")
    | dict.fromkeys("＋﹢", "+")
    | dict.fromkeys("⁄∕÷／", "/")
    | dict.fromkeys("·×∙⋅∗＊", "*")
    | dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f\u3000\t", " ")
    | dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff", "")
    | {"，": ",", "．": ".", "；": ";", "＝": "=", "≈": "=", "’": "'", "\r": "\n"}
    | dict(zip("０１２３４５６７８９", "0123456789", strict=True))
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")

_NUMERAL = r"(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?"
_NUMBER = re.compile(
    rf"(?P<sign>[+-]?)(?:(?P<top>{_NUMERAL})(?:/(?P<bottom>[+-]?{_NUMERAL}))?"
    rf"|(?P<factor>{_NUMERAL})\*10(?:\^|\*\*)(?P<paren>\()?(?P<power>[+-]?[0-9]+)(?(paren)\))"
    rf"|(?P<whole>[0-9]*)(?P<vulgar>[{''.join(_VULGAR)}]))"
)
_SCIENTIFIC = re.compile(r"(\*10)([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_WRAPPED = re.compile(r"([+-]?)\(([^()]*)\)")
_LABEL = re.compile(r"\s*(?:(?P<name>[^\W\d][^=;]{0,40}?)?\s*=|~)\s*")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+(?:\.[0-9]*)?|(?:\.[0-9]{3}){2,}|(?:\.[0-9]{3})+,[0-9]*)")
_GROUPS = re.compile(r"[+-]?[0-9]{1,3}(?:[ '][0-9]{3})+(?:[.,][0-9]*)?")
_ONE_GROUP = re.compile(r"([+-]?[1-9][0-9]{0,2}),([0-9]{3})")
_EXPECTED = "a number such as 1.5 (or 1,5), -3/4 or 2e-3"


def plain(text: str) -> str:
    """The response with look-alike signs replaced.  Raises ``Unreadable`` for one that is too long."""
    if len(text) > LONGEST:
        raise Unreadable(f"The response has {len(text)} characters; at most {LONGEST} are read.")
    return _SCIENTIFIC.sub(lambda found: f"{found[1]}^{found[2].translate(_RAISED)}", text.translate(_PLAIN)).strip()


# --- one number ----------------------------------------------------------------------------------------------------


def read_number(text: str) -> Fraction:
    """The number that a response to a question for one number says.  Raises ``Unreadable``."""
    clean = _tight(plain(text))
    clean = clean[found.end() :] if (found := _LABEL.match(clean)) else clean
    return _number(clean)


def other_reading(text: str) -> Fraction | None:
    """What ``1,250`` would be if its comma parted thousands (1250); None where it cannot be read so."""
    clean = _tight(plain(text))
    clean = clean[found.end() :] if (found := _LABEL.match(clean)) else clean
    found = _ONE_GROUP.fullmatch(clean)
    return Fraction(found[1] + found[2]) if found else None


def _tight(clean: str) -> str:
    """The text without the spaces that part nothing: around ``/ * ^ =`` and after a sign that opens a number."""
    clean = re.sub(r" *([/*^=]) *", r"\1", clean)
    return re.sub(rf"(^|[(\[{{,;=\n] *)([+-]) +(?=[0-9.,{''.join(_VULGAR)}])", r"\1\2", clean)


def _number(token: str) -> Fraction:
    found = _WRAPPED.fullmatch(token)
    if found:
        inside = found[2].strip()
        token = inside if not found[1] else found[1] + inside if inside[:1] not in ("+", "-") else token
    found = _NUMBER.fullmatch(token)
    if found is None:
        raise Unreadable(_refusal(token))
    negative = found["sign"] == "-"
    if found["vulgar"]:
        value = _numeral(found["whole"] or "0") + Fraction(_VULGAR[found["vulgar"]])
    elif found["factor"]:
        if abs(int(found["power"][:9])) > LARGEST_EXPONENT:
            raise Unreadable(f"The exponent of {shown(token)} is too large; expected {_EXPECTED}.")
        value = _numeral(found["factor"]) * Fraction(10) ** int(found["power"])
    else:
        value = _numeral(found["top"])
        if found["bottom"]:
            bottom = found["bottom"]
            below = _numeral(bottom.lstrip("+-")) * (-1 if bottom[0] == "-" else 1)
            if not below:
                raise Unreadable(f"{shown(token)} divides by zero; expected {_EXPECTED}.")
            value /= below
    return -value if negative else value


def _numeral(text: str) -> Fraction:
    digits, _, exponent = text.lower().replace(",", ".").partition("e")
    whole, _, places = digits.partition(".")
    if max(len(whole.lstrip("0")), len(places)) > MOST_DIGITS or len(exponent.lstrip("+-0")) > 2:
        raise Unreadable(f"{shown(text)} is too long; at most {MOST_DIGITS} digits are read.")
    if abs(int(exponent or 0)) > LARGEST_EXPONENT:
        raise Unreadable(f"The exponent of {shown(text)} is too large; expected {_EXPECTED}.")
    return Fraction(f"{whole or 0}.{places or 0}") * Fraction(10) ** int(exponent or 0)


def _no_thousands(token: str) -> str:
    return f"{shown(token)} seems to have thousands separators; write the number without them, for example 1250.5."


def _refusal(token: str) -> str:
    """What to say of a text that is no number."""
    if not token:
        return f"There is no number; expected {_EXPECTED}."
    if _THOUSANDS.fullmatch(token) or _GROUPS.fullmatch(token):
        return _no_thousands(token)
    if token.endswith("%"):
        return f"{shown(token)} is a percentage; write it as a fraction or a decimal, such as 0.05 for 5%."
    if "\\" in token:
        return f"{shown(token)} is LaTeX; write plain numbers such as 1/3."
    if re.fullmatch(r"[0-9]+ [0-9]+/[0-9]+", token):
        return f"{shown(token)} can be read in two ways; write it as one fraction or a decimal, such as 3/2 or 1.5."
    if re.search(r"[0-9)][ ]*[-+*/^(]", token):
        return f"{shown(token)} is a calculation; work it out and give {_EXPECTED}."
    return f"{shown(token)} is not understood as a number; expected {_EXPECTED}."


# --- several numbers -----------------------------------------------------------------------------------------------


def read_numbers(text: str, labels: Sequence[str]) -> tuple[Fraction, ...]:
    """The numbers that a response says, one for each label, in the order of the labels.

    Typed names (``v1 = 2, u1 = 3``) decide the order where they are the labels.  Raises ``Unreadable``.
    """
    count = len(labels)
    if count == 1:
        return (read_number(text),)
    clean = _tight(re.sub(r"\s+and\s+|\s*&\s*", ";", plain(text)))
    if clean.count("=") == 1:  # (u, v) = (1, 2)
        clean = clean.partition("=")[2]
    clean = re.sub(r"(?<=[)\]])\s*\^?[T⊤ᵀ]$", "", clean)
    clean = _unwrapped(clean).rstrip(" ,;")
    pieces = _pieces(clean, count)
    if len(pieces) != count:
        found = "1 was" if len(pieces) == 1 else f"{len(pieces)} were"
        raise Unreadable(
            f"{count} numbers are asked for and {found} found in {shown(clean)}; "
            "part them by semicolons, for example " + "; ".join(str(place) for place in range(1, count + 1)) + "."
        )
    names, values = [], []
    for piece in pieces:
        label = _LABEL.match(piece)
        names.append(_bare(label["name"] or "") if label else "")
        values.append(_number(piece[label.end() :] if label else piece))
    return _in_order(names, values, [_bare(label) for label in labels])


def _unwrapped(clean: str) -> str:
    """Without the brackets around all of it."""
    closing = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "<": ">"}.get(clean[:1])
    inside = clean[1:-1]
    if closing and clean.endswith(closing) and not set("()[]{}") & set(inside):
        return inside.strip()
    return clean


def _pieces(clean: str, count: int) -> list[str]:
    if ";" in clean or "\n" in clean:
        return [piece.strip().replace(" ", "") for piece in re.split(r"[;\n]", clean) if piece.strip()]
    by_space = [piece.strip(",") for piece in clean.split() if piece.strip(",")]
    if re.search(r"[0-9],[0-9]", clean) and re.search(r",\s", clean):
        return by_space  # 0,5, 1,5: with a space after some commas, the others are decimal commas
    by_comma = [piece for piece in re.split(r"[,\s]+", clean) if piece]
    return by_comma if len(by_comma) == count or len(by_space) != count else by_space


def _bare(label: str) -> str:
    """A label or a typed name, so that both can be compared: ``$u_{1}$`` and ``u_1`` are ``u1``."""
    return re.sub(r"[\s$\\{}_*]", "", label).lower()


def _in_order(names: Sequence[str], values: Sequence[Fraction], labels: Sequence[str]) -> tuple[Fraction, ...]:
    if not set(names) & set(labels) or list(names) == list(labels):
        return tuple(values)
    if sorted(names) == sorted(labels) and len(set(labels)) == len(labels):
        by_name = dict(zip(names, values, strict=True))
        return tuple(by_name[label] for label in labels)
    raise Unreadable("The names before the numbers are not those asked for; give the numbers in order, without names.")
