"""The referee of ``gradients.toml``."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath

from referee.means import gradient, slope
from referee.reading import confirm, formula, given, loss

Row = dict[str, Any]

DIGITS = 40


def _measured(f: Callable[..., Any], *place: int) -> Callable[..., Any]:
    """The partial derivative whose order in each variable is given, measured in many digits."""

    def derivative(*point: Any) -> Any:
        with mpmath.workdps(DIGITS):
            return mpmath.diff(f, tuple(mpmath.mpmathify(x) for x in point), place)

    return derivative


def gradient_of_a_quadratic(p: Row) -> dict[str, object]:
    f = loss(p, "u", "v")

    def along(place: int) -> Callable[..., Any]:
        return lambda u, v: gradient(f, (u, v))[place]

    return {"by-u": along(0), "by-v": along(1)}


def derivative_by_the_chain_rule(p: Row) -> dict[str, object]:
    """Read the outer function off the print, and measure the derivative of the whole."""
    text = p["slots"]["~ loss"]
    for head, tail, outer in (
        ("e^{", "}", mpmath.exp),
        (r"\ln\left(", r"\right)", mpmath.log),
        (r"\sigma\left(", r"\right)", lambda z: 1 / (1 + mpmath.exp(-z))),
        (r"\sqrt{", "}", mpmath.sqrt),
    ):
        if text.startswith(head) and text.endswith(tail):
            inside = formula(text.removeprefix(head).removesuffix(tail), "w")
            return {"answer": _measured(lambda w, outer=outer, inside=inside: outer(inside(w)), 1)}
    return {"answer": _measured(formula(text, "w"), 1)}


def derivative_by_the_product_rule(p: Row) -> dict[str, object]:
    """Read both factors off the print, and measure the derivative of their product."""
    first, mark, exponent = p["slots"]["~ loss"].rpartition(r"\right) e^{")
    confirm(mark != "" and exponent.endswith("}"), "the loss is no polynomial times a power of e")
    factor = formula(first.removeprefix(r"\left("), "w")
    power = formula(exponent.removesuffix("}"), "w")
    return {"answer": _measured(lambda w: factor(w) * mpmath.exp(power(w)), 1)}


def partial_derivatives_at_a_point(p: Row) -> dict[str, object]:
    f, point = loss(p, "u", "v"), (given(p, "u0"), given(p, "v0"))
    floating = tuple(mpmath.mpf(x.numerator) / x.denominator for x in point)
    return {"answer": (_measured(f, 1, 0)(*floating), _measured(f, 0, 1)(*floating))}


def gradient_of_a_matrix_form(p: Row) -> dict[str, object]:
    """Multiply the quadratic form out from the printed entries, and take difference quotients."""
    matrix = [[given(p, "p"), given(p, "q")], [given(p, "r"), given(p, "s")]]
    right = given(p, "b1"), given(p, "b2")

    def f(*x: Any) -> Any:
        form = sum(x[i] * matrix[i][j] * x[j] for i in range(2) for j in range(2))
        return form / Fraction(2) - sum(b * y for b, y in zip(right, x, strict=True))

    return {"answer": gradient(f, (given(p, "u0"), given(p, "v0")))}


def gradient_by_its_shape(p: Row) -> dict[str, object]:
    """Invent a matrix of the printed shape, and compare each product that is defined with the measured gradient."""
    n, d, f = int(given(p, "n")), int(given(p, "d")), given(p, "f")
    rows, columns = int(given(p, "rows")), int(given(p, "columns"))
    x = [[Fraction((3 * i + 5 * j + i * j) % 7 - 3) for j in range(columns)] for i in range(rows)]
    turned = [list(column) for column in zip(*x, strict=True)]
    examples = {"row": x, "column": turned}[p["slots"]["line"]]
    confirm((len(examples), len(examples[0])) == (n, d), "the matrix has another shape than the words say")
    targets, weights = [Fraction(i % 4 - 1) for i in range(n)], [Fraction(2 * j - 1) for j in range(d)]

    def residuals(w: Any) -> list[Any]:
        return [sum(a * b for a, b in zip(line, w, strict=True)) - y for line, y in zip(examples, targets, strict=True)]

    def value(*w: Any) -> Any:
        return f * sum(r * r for r in residuals(w))

    r, right = residuals(weights), list(gradient(value, weights))
    options = {
        "transposed": (2 * f, turned),
        "straight": (2 * f, x),
        "transposed-without-two": (f, turned),
        "straight-without-two": (f, x),
        "residual": (2 * f, [[Fraction(i == j) for j in range(n)] for i in range(n)]),
    }
    fitting = [
        name
        for name, (factor, matrix) in options.items()
        if len(matrix[0]) == n
        and [factor * sum(a * b for a, b in zip(line, r, strict=True)) for line in matrix] == right
    ]
    confirm(len(fitting) == 1, f"the products that fit are {fitting}")
    return {"answer": fitting[0]}


def expressions_that_make_sense(p: Row) -> dict[str, object]:
    """Shapes only: (n,) is a vector, () a number, None what is not defined."""
    n, m = int(given(p, "n")), int(given(p, "m"))
    vector: tuple[int, ...] = (n,)
    image: tuple[int, ...] = (m,)

    def added(a: Any, b: Any) -> Any:
        return a if a == b else None

    def value(a: Any) -> Any:
        return () if a == vector else None

    shapes = {
        "step": added(vector, vector),
        "number-minus-vector": added((), vector),
        "number-plus-number": added((), ()),
        "value-at-gradient": value(vector),
        "value-at-image": value(image),
        "gradient-plus-image": added(vector, image),
        "image-of-gradient": image,
    }
    return {"answer": frozenset(name for name, shape in shapes.items() if shape is not None)}


def pick_the_gradient_by_differences(p: Row) -> dict[str, object]:
    """Put both points into each of the printed pairs and cross out what misses the table."""
    slots = p["slots"]
    pairs = {
        "first": ("~ 3*a*u^2 + b*v", "~ b*u + 2*c*v"),
        "second": ("~ 3*a*u^2", "~ 2*c*v"),
        "third": ("~ 3*a*u^3 + b*v", "~ b*u + 2*c*v^2"),
        "fourth": ("~ a*u^2 + b*v", "~ b*u + c*v"),
    }
    table = [
        ((given(p, "u0"), given(p, "v0")), (given(p, "dpu:4"), given(p, "dpv:4"))),
        ((given(p, "u1"), given(p, "v1")), (given(p, "dqu:4"), given(p, "dqv:4"))),
    ]
    passing = [
        name
        for name, texts in pairs.items()
        if all(
            abs(formula(slots[text], "u", "v")(*point) - seen) <= Fraction(1, 100)
            for point, measured in table
            for text, seen in zip(texts, measured, strict=True)
        )
    ]
    confirm(len(passing) == 1, f"the pairs that pass are {passing}")
    return {"answer": passing[0]}


def graph_of_the_derivative(p: Row) -> dict[str, object]:
    """The graph whose points are the slopes of the printed loss."""
    f = loss(p, "x")
    hits = [
        letter.lower()
        for letter, curves in p["series"].items()
        if all(
            abs(y - slope(f, Fraction(x).limit_denominator(10**6))) < 0.03
            for piece in curves["series"]
            for x, y in piece
        )
    ]
    confirm(len(hits) == 1, f"{len(hits)} graphs show the slopes of the loss")
    return {"answer": hits[0]}
