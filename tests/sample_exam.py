"""An exam made by hand, with every kind of part and every sort of figure; its numbers follow from the formulas here.

Form 1 and 3 are for anybody, form 2 is a student's.
"""

from __future__ import annotations

import math
from fractions import Fraction

from sample_wordings import KINDS, MISCONCEPTIONS, WORDINGS

from gdquiz.exam.frozen import (
    Curve,
    Exam,
    Figure,
    Form,
    Mark,
    NumberKey,
    PartKey,
    Question,
    Section,
    WrongAnswer,
)

NAMES = {"s_1042": "José O'Neill-Łukasz & Søn"}
"""Of the students, by their ids."""


def latex(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value)
    return f"{'-' if value < 0 else ''}\\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def exact(value: Fraction) -> NumberKey:
    return NumberKey(value=str(value), shown=latex(value), low=str(value), high=str(value))


def rounded(value: Fraction, digits: int) -> NumberKey:
    slack = Fraction(1, 2 * 10**digits)
    return NumberKey(value=str(value), shown=latex(value), low=str(value - slack), high=str(value + slack))


def one_step(number: int, form: int, a: int, w0: int, eta: Fraction) -> Question:
    g = Fraction(2 * (w0 - a))
    w1 = w0 - eta * g
    l1 = (w1 - a) ** 2
    up, bare = w0 + eta * g, w0 - g
    reach = max(abs(w0 - a), abs(w1 - a)) + 1
    xs = [a + reach * (k - 20) / 20 for k in range(41)]
    return Question(
        id=f"Q{form}{number}-7F",
        number=number,
        wording="one-step",
        row=17 * form + number,
        points=3,
        work=2.5,
        parameters={"a": str(a), "w0": str(w0), "eta": str(eta)},
        slots={
            "a": str(a) if a >= 0 else f"({a})",
            "w0": str(w0),
            "eta": latex(eta),
            "g": latex(g),
            "w1": latex(w1),
            "l1": latex(l1),
        },
        parts=(
            PartKey(
                numbers=(exact(w1),),
                wrong=(
                    WrongAnswer(
                        misconception="ASCENT",
                        shown=f"${latex(up)}$",
                        values=(str(up),),
                        feedback=f"You went up the slope: $w_1 = {latex(up)}$ has a higher loss.",
                    ),
                    WrongAnswer(
                        misconception="RATE_LEFT_OUT",
                        shown=f"${latex(bare)}$",
                        values=(str(bare),),
                        feedback="The gradient has to be multiplied by the learning rate $\\eta$.",
                    ),
                ),
            ),
            PartKey(numbers=(rounded(l1, 2),)),
        ),
        figure=Figure(
            x_label="w",
            y_label="L(w)",
            x_range=(float(a - reach), float(a + reach)),
            y_range=(0.0, float(reach**2)),
            x_ticks=tuple(float(tick) for tick in range(math.ceil(a - reach), math.floor(a + reach) + 1)),
            y_ticks=tuple(
                float(tick) for tick in range(0, math.floor(reach**2) + 1, max(1, math.floor(reach**2) // 5))
            ),
            curves=(
                Curve(role="loss", points=tuple((float(x), float((x - a) ** 2)) for x in xs)),
                Curve(role="path", points=((float(w0), float((w0 - a) ** 2)), (float(w1), float(l1))), key_only=True),
            ),
            marks=(
                Mark(x=w0, y=float((w0 - a) ** 2), label="w_0", role="start"),
                Mark(x=float(w1), y=float(l1), label="w_1", role="iterate", key_only=True),
                Mark(x=float(a), y=0.0, label=r"w^\ast", role="minimum", key_only=True),
            ),
            alt=f"The parabola of the loss with the start w0 = {w0} marked on it.",
            key_alt=f"The parabola with the step from w0 = {w0} to w1 = {w1} and the minimum at {a}.",
        ),
    )


def ravine(number: int, form: int, b: int, x0: int, y0: int, eta: Fraction) -> Question:
    gx, gy = Fraction(2 * x0), Fraction(2 * b * y0)
    x1, y1 = x0 - eta * gx, y0 - eta * gy
    levels = []
    for level in (1, 4, 9, 16):
        circle = [2 * math.pi * k / 60 for k in range(61)]
        levels.append(
            Curve(
                role="level",
                points=tuple(
                    (round(math.sqrt(level) * math.cos(t), 4), round(math.sqrt(level / b) * math.sin(t), 4))
                    for t in circle
                ),
            )
        )
    norm = math.hypot(gx, gy)
    return Question(
        id=f"Q{form}{number}-A2",
        number=number,
        wording="ravine",
        row=40 + form,
        points=3,
        work=3,
        parameters={"b": str(b), "x0": str(x0), "y0": str(y0), "eta": str(eta)},
        slots={
            "b": str(b),
            "b2": str(2 * b),
            "x0": str(x0),
            "y0": str(y0),
            "eta": latex(eta),
            "gx": latex(gx),
            "gy": latex(gy),
            "x1": latex(x1),
            "y1": latex(y1),
        },
        parts=(
            PartKey(
                numbers=(rounded(x1, 2), rounded(y1, 2)),
                wrong=(
                    WrongAnswer(
                        misconception="ASCENT",
                        shown=f"$x_1$: ${latex(x0 + eta * gx)}$, $y_1$: ${latex(y0 + eta * gy)}$",
                        values=(str(x0 + eta * gx), str(y0 + eta * gy)),
                        feedback="That step climbs: subtract the gradient.",
                    ),
                ),
            ),
        ),
        figure=Figure(
            x_label="x",
            y_label="y",
            x_range=(-4.5, 4.5),
            y_range=(-2.5, 2.5),
            equal_scale=True,
            x_ticks=(-4.0, -2.0, 0.0, 2.0, 4.0),
            y_ticks=(-2.0, -1.0, 0.0, 1.0, 2.0),
            curves=(*levels, Curve(role="path", points=((x0, y0), (float(x1), float(y1))), key_only=True)),
            marks=(
                Mark(x=x0, y=y0, label="(x_0, y_0)", role="start"),
                Mark(x=0, y=0, label="", role="point"),
                Mark(
                    x=x0,
                    y=y0,
                    label=r"-\nabla f",
                    role="arrow",
                    key_only=True,
                    arrow=(x0 - 1.2 * float(gx) / norm, y0 - 1.2 * float(gy) / norm),
                ),
                Mark(x=float(x1), y=float(y1), label="(x_1, y_1)", role="iterate", key_only=True),
            ),
            alt="Elliptic level lines around the origin, longer along x, and the start.",
            key_alt="The level lines with the step, which is at a right angle to the level line of the start.",
        ),
    )


def chosen(
    number: int,
    form: int,
    name: str,
    slots: dict[str, str],
    order: tuple[int, ...],
    right: tuple[int, ...],
    wrong: dict[str, tuple[int, ...]],
    truth: bool | None = None,
    prompts: tuple[str, ...] = (),
) -> Question:
    found = WORDINGS[name]
    answers = tuple(
        WrongAnswer(
            misconception=code,
            shown="",
            options=tuple(f"o{place}" for place in places),
            feedback=f"FEEDBACK-{code}: look at the factor $1 - \\eta c$ again.",
        )
        for code, places in wrong.items()
    )
    part = PartKey(
        order=tuple(f"o{place}" for place in order),
        options=tuple(f"o{place}" for place in right),
        wrong=answers,
        truth=truth,
        prompt_order=prompts,
    )
    return Question(
        id=f"Q{form}{number}-C{len(name)}",
        number=number,
        wording=name,
        row=3 * form,
        points=found.points,
        work=1.5,
        slots=slots,
        parts=(part,),
    )


def training(number: int, form: int, best: int) -> Question:
    epochs = range(0, 21)
    train = tuple((float(k), round(4 * math.exp(-k / 3) + 0.2, 4)) for k in epochs)
    heldout = tuple((float(k), round(4 * math.exp(-k / 3) + 0.6 + 0.08 * max(0, k - best), 4)) for k in epochs)
    lowest = min(heldout, key=lambda point: point[1])
    assert lowest[0] == best
    return Question(
        id=f"Q{form}{number}-T5",
        number=number,
        wording="curves",
        row=form,
        points=3,
        work=2,
        slots={"best": str(best)},
        parts=(
            PartKey(
                wrong=(
                    WrongAnswer(
                        misconception="ONLY_TRAINING",
                        shown="the last epoch",
                        feedback="The training error alone does not show how the model generalizes.",
                    ),
                )
            ),
        ),
        figure=Figure(
            x_label=r"\text{epoch}",
            y_label=r"\text{mean squared error}",
            x_range=(0, 20),
            y_range=(0, 6),
            x_ticks=(0, 5, 10, 15, 20),
            y_ticks=(0, 1, 2, 3, 4, 5, 6),
            curves=(
                Curve(role="train", points=train, label=r"\text{training}"),
                Curve(role="heldout", points=heldout, label=r"\text{held-out}"),
            ),
            marks=(Mark(x=best, y=lowest[1], label=r"\text{stop}", role="minimum", key_only=True),),
            alt="Two curves by epoch, of the training error and of the held-out error.",
            key_alt=f"The held-out error is lowest at epoch {best} and rises afterwards.",
        ),
    )


def exponential(number: int, form: int, w0: int, eta: Fraction) -> Question:
    value = w0 - float(eta) * (math.exp(w0) - 1)
    near = Fraction(f"{value:.3f}")
    low, high = (f"{float(near + side * Fraction(1, 2000)):.4f}" for side in (-1, 1))
    key = NumberKey(value=f"{value:.15f}", shown=f"{value:.3f}", low=low, high=high)
    return Question(
        id=f"Q{form}{number}-E9",
        number=number,
        wording="exponential",
        row=form,
        points=2,
        work=3,
        slots={"w0": str(w0), "eta": latex(eta), "w1": f"{value:.3f}"},
        parts=(PartKey(numbers=(key,)),),
    )


def form(number: int, a: int, w0: int, eta: Fraction, student: str | None = None) -> Form:
    turn = tuple((k + number) % 4 for k in range(4))
    factor = {1: Fraction(1, 2), 2: Fraction(-1), 3: Fraction(-3, 2)}[number]
    does = {1: 0, 2: 2, 3: 3}[number]
    start = Fraction(number)
    rate = Fraction(number, 2) + Fraction(1, 4)
    moved = start - rate * 2 * start
    rises = moved**2 > start**2
    c = Fraction(number + 1)
    b = number + 1
    program = "\n".join(("def step(w):", f"    g = gradient(w)  # at <w>, {number}%", "    return w - eta * g"))
    gradient = f"{2 * b * b} w + {2 * b} v"
    return Form(
        id=f"F{number}-K3{'XYZ'[number - 1]}",
        number=number,
        student=student,
        questions=(
            one_step(1, number, a, w0, eta),
            ravine(2, number, b, 3, 1, Fraction(1, 10 * number)),
            chosen(
                3,
                number,
                "regime",
                {"c": str(b), "eta": latex((1 - factor) / b), "factor": latex(factor)},
                turn,
                (does,),
                {"BIGGER_IS_FASTER": ((does + 1) % 4,)},
            ),
            chosen(4, number, "statements", {}, turn, (0, 2), {"ASCENT": (1, 3)}),
            chosen(
                5,
                number,
                "overshoot",
                {
                    "eta": latex(rate),
                    "w0": latex(start),
                    "w1": latex(moved),
                    "l0": latex(start**2),
                    "l1": latex(moved**2),
                },
                turn,
                (0 if rises else 1,),
                {"BIGGER_IS_FASTER": (3,)},
                truth=rises,
            ),
            chosen(
                6,
                number,
                "rates",
                {
                    "c": latex(c),
                    "c2": latex(2 * c),
                    "slow": latex(1 / (4 * c)),
                    "exact": latex(1 / (2 * c)),
                    "edge": latex(1 / c),
                },
                turn,
                (1, 0, 2),
                {"BIGGER_IS_FASTER": (0, 1, 3)},
                prompts=("p0", "p1", "p2"),
            ),
            chosen(
                7,
                number,
                "algorithm",
                {"program": program, "rate name": "eta_0"},
                turn,
                (0, 1, 2, 3),
                {"RATE_LEFT_OUT": (0, 2, 1, 3)},
            ),
            Question(
                id=f"Q{number}8-G4",
                number=8,
                wording="gradient",
                row=number,
                points=2,
                work=2,
                slots={"a": str(b), "gradient": gradient, "story": "50% of R&D #1, cost_a < {cost} ~ \\ ^"},
                parts=(
                    PartKey(
                        formula=f"{2 * b * b}*w + {2 * b}*v",
                        formula_shown=gradient,
                        wrong=(
                            WrongAnswer(
                                misconception="HALF_GRADIENT",
                                shown=f"${b * b} w + {b} v$",
                                formula=f"{b * b}*w + {b}*v",
                                feedback="The square gives a factor $2$.",
                            ),
                        ),
                    ),
                ),
            ),
            training(9, number, 8 + 2 * number),
            exponential(10, number, -number, Fraction(1, 5)),
        ),
    )


def sample() -> Exam:
    """The exam of three forms."""
    return Exam(
        gdquiz="0.1.0",
        id="E-2026-SAMPLE",
        title="Gradient descent: mid-term",
        course="Machine Learning 1",
        date="24 November 2026",
        instructions="Answer **all** questions; show your work. One sheet of notes is allowed.",
        seed="sample",
        points=sum(found.points for found in WORDINGS.values()),
        sections=(
            Section(
                title="Steps",
                instructions="Here $\\eta$ is the learning rate and $w_0$ the start.",
                first=1,
                last=5,
                space=3,
            ),
            Section(title="Understanding", first=6, last=10, space=4),
        ),
        wordings=WORDINGS,
        slot_kinds=KINDS,
        misconceptions=MISCONCEPTIONS,
        forms=(
            form(1, 1, 3, Fraction(1, 4)),
            form(2, -2, 1, Fraction(1, 10), "s_1042"),
            form(3, 2, -1, Fraction(2, 3)),
        ),
    )
