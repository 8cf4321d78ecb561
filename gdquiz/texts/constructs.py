r"""The closed set of constructs of a formula: one table, from which the reader reads and every writer writes.

A sign has a ``tex`` (what LaTeX is written with), a ``shown`` (the Unicode character that web pages, terminals and
other typesetters print) and a ``role`` (what it is to its neighbours).  What is not in these tables is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal[
    "letter", "capital", "ordinary", "binary", "relation", "large", "open", "close", "bar", "comma", "tight", "mark"
]


@dataclass(frozen=True, slots=True)
class Sign:
    r"""A sign of a formula: ``Sign(r"\le", "≤", "relation")``."""

    tex: str
    shown: str
    role: Role


_SIGNS: dict[Role, str] = {
    "letter": r"\alpha α \beta β \gamma γ \delta δ \epsilon ϵ \varepsilon ε \zeta ζ \eta η \theta θ \vartheta ϑ"
    r" \iota ι \kappa κ \lambda λ \mu μ \nu ν \xi ξ \pi π \rho ρ \sigma σ \tau τ \upsilon υ \phi ϕ \varphi φ \chi χ"
    r" \psi ψ \omega ω \ell ℓ",
    "capital": r"\Gamma Γ \Delta Δ \Theta Θ \Lambda Λ \Xi Ξ \Pi Π \Sigma Σ \Upsilon Υ \Phi Φ \Psi Ψ \Omega Ω",
    "ordinary": r"\infty ∞ \emptyset ∅ \forall ∀ \exists ∃ \top ⊤ \prime ′ \backslash \ \dots … \ldots … \cdots ⋯"
    r" \vdots ⋮ \ddots ⋱ ? ? \% % \$ $ \# # \& & \_ _",
    "mark": r"\nabla ∇ \partial ∂ \neg ¬ \lnot ¬",
    "binary": r"+ + - − * ∗ \cdot · \times × \div ÷ \pm ± \mp ∓ \ast ∗ \star ⋆ \circ ∘ \cup ∪ \cap ∩ \setminus ⧵"
    r" \land ∧ \lor ∨ \wedge ∧ \vee ∨",
    "relation": r"= = < < > > \to → \rightarrow → \leftarrow ← \Rightarrow ⇒ \Leftarrow ⇐ \mapsto ↦ \longrightarrow ⟶"
    r" \leftrightarrow ↔ \Leftrightarrow ⇔ \iff ⟺ \implies ⟹ \le ≤ \leq ≤ \ge ≥ \geq ≥ \ne ≠ \neq ≠ \ll ≪ \gg ≫"
    r" \approx ≈ \equiv ≡ \sim ∼ \simeq ≃ \propto ∝ \in ∈ \notin ∉ \subset ⊂ \subseteq ⊆ \perp ⟂ \parallel ∥ \mid ∣"
    r" : :",
    "large": r"\sum ∑ \prod ∏ \int ∫",
    "open": r"( ( [ [ \{ { \langle ⟨ \lvert | \lVert ‖ \lfloor ⌊ \lceil ⌈",
    "close": r") ) ] ] \} } \rangle ⟩ \rvert | \rVert ‖ \rfloor ⌋ \rceil ⌉ ! !",
    "bar": r"| | \| ‖ \vert | \Vert ‖",
    "comma": r", , ; ; \colon :",
    "tight": r"/ / . .",
}


def _signs() -> dict[str, Sign]:
    found: dict[str, Sign] = {}
    for role, listed in _SIGNS.items():
        words = listed.split()
        for tex, shown in zip(words[::2], words[1::2], strict=True):
            found[tex] = Sign(tex, shown, role)
    return found


SIGNS = _signs()
"""Every sign by its LaTeX: ``+``, ``\\eta``, ``\\{``."""

TYPED = {sign.shown: sign for sign in reversed(SIGNS.values()) if not sign.shown.isascii()}
"""The sign of a Unicode character that an author typed instead of its command: ``≤``, ``η``, ``−``."""

_DELIMITERS = (
    r"( ) [ ] \{ \} | \| / . \lvert \rvert \lVert \rVert \langle \rangle \lfloor \rfloor \lceil \rceil \vert \Vert"
)
DELIMITERS = frozenset(_DELIMITERS.split())
"""What may stand after ``\\left``, ``\\right`` and ``\\bigl``; a dot is none, and after ``\\bigl`` stands no dot."""

FUNCTIONS = frozenset(
    "exp log ln sin cos tan tanh sinh cosh min max lim sup inf det dim Pr".split()  # noqa: SIM905
)
"""Functions that are set upright by their own command."""
LIMITED = frozenset(["lim", "min", "max", "sup", "inf", "det", "Pr"])
"""Functions whose index is set below them in a display."""

SPACES = {
    r"\,": 3 / 18, r"\:": 4 / 18, r"\;": 5 / 18, r"\!": -3 / 18, r"\ ": 1 / 4, r"\quad": 1.0, r"\qquad": 2.0,
}  # fmt: skip
"""Spaces by their command, and how wide they are in em."""

FRACTIONS = frozenset(("frac", "dfrac", "tfrac", "binom"))
STACKS = frozenset(("overset", "underset", "stackrel"))
ACCENTS = {
    "hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308",
    "widehat": "\u0302", "widetilde": "\u0303", "overline": "\u0304", "underline": "\u0332",
}  # fmt: skip
"""Accents, and the combining character that stands for each in a line of text."""
DECORATIONS = frozenset(("overbrace", "underbrace", "boxed", "phantom"))
FACES = frozenset(("mathbf", "mathrm", "mathit", "mathbb", "mathcal", "mathsf", "boldsymbol"))
WORDS = frozenset(("text", "textbf", "textit"))
SIZES = frozenset(("big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr"))
MODES = frozenset(("displaystyle", "textstyle"))
_ENVIRONMENTS = "aligned gathered cases matrix pmatrix bmatrix vmatrix Vmatrix Bmatrix array smallmatrix"
ENVIRONMENTS = frozenset(_ENVIRONMENTS.split())
_STRUCTURE = frozenset(("sqrt", "left", "right", "begin", "end", "operatorname", "limits", "nolimits", "hline"))

GROUPS = {
    "functions": FUNCTIONS | {"operatorname"},
    "fractions and roots": FRACTIONS | {"sqrt"},
    "accents and braces": frozenset(ACCENTS) | DECORATIONS | STACKS,
    "faces and words": FACES | WORDS,
    "sizes": SIZES | MODES | {"left", "right", "limits", "nolimits"},
    "spaces": frozenset(command[1:] for command in SPACES if command != "\\ "),
}
"""The commands that are no signs, for people."""


def of_role(*roles: Role) -> list[str]:
    """The LaTeX of the signs of some roles, in the order of the table."""
    return [sign.tex for sign in SIGNS.values() if sign.role in roles]


COMMANDS = frozenset(
    {tex[1:] for tex in SIGNS if tex[0] == "\\" and tex[1:].isalpha()}
    | {tex[1:] for tex in SPACES if tex[1:].isalpha()}
    | FUNCTIONS | FRACTIONS | STACKS | set(ACCENTS) | DECORATIONS | FACES | WORDS | SIZES | MODES | _STRUCTURE
)  # fmt: skip
"""The control words that a formula may use, in every format."""
