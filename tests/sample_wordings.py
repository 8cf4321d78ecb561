"""The wordings of the sample exam: every kind of part, and texts with slots in text, mathematics and code."""

from __future__ import annotations

from gdquiz.exam.frozen import Grid, GuideLine, Misconception, OptionText, PartWording, Wording

MISCONCEPTIONS = {
    "ASCENT": Misconception(
        title="steps up the slope instead of down",
        why="The gradient points to where the loss *rises*: $-\\nabla L$ leads down.",
        say="Look at the sign in front of the gradient.",
    ),
    "RATE_LEFT_OUT": Misconception(title="leaves the learning rate out", why="The step is $-\\eta L'(w)$."),
    "HALF_GRADIENT": Misconception(title="forgets the factor 2 of the square"),
    "BIGGER_IS_FASTER": Misconception(title="takes a larger rate for a faster one", say="Try a rate that overshoots."),
    "ONLY_TRAINING": Misconception(title="judges a model by its training loss alone"),
}


def wording(item: str, title: str, stem: str, solution: str, *parts: PartWording) -> Wording:
    return Wording(
        item=item,
        version="1",
        title=title,
        topic="descent",
        skill="apply",
        outcome="L04",
        bloom="apply",
        tier=1,
        minutes=4,
        points=sum(part.points for part in parts),
        licence="CC-BY-4.0",
        population=1200,
        stem=stem,
        hints=("Write down the gradient first. HINT-ONLY",),
        solution=solution,
        parts=parts,
    )


def options(*texts: str, letter: str = "o") -> tuple[OptionText, ...]:
    return tuple(OptionText(id=f"{letter}{number}", text=text) for number, text in enumerate(texts))


WORDINGS = {
    "one-step": wording(
        "one-step",
        "One update on a parabola",
        "The loss is $L(w) = (w - {{a}})^2$ and the current weight is $w_0 = {{w0}}$. One update of gradient descent "
        "with learning rate $\\eta = {{eta}}$ gives $w_1$.",
        "The derivative is $L'(w) = 2(w - {{a}})$, so $L'(w_0) = {{g}}$ and\n\n"
        "$$w_1 = w_0 - \\eta L'(w_0) = {{w0}} - {{eta}} \\cdot ({{g}}) = {{w1}}.$$\n\n"
        "There the loss is $({{w1}} - {{a}})^2 = {{l1}}$.",
        PartWording(
            id="w1",
            kind="number",
            ask="Compute $w_1$.",
            points=2,
            rounding="Give the exact value.",
            grid=(Grid(sign=True, numerator=2, denominator=1),),
        ),
        PartWording(
            id="l1",
            kind="number",
            ask="Compute the loss at $w_1$.",
            points=1,
            digits=2,
            precision="fraction",
            grid=(Grid(sign=False, whole=2, decimals=2),),
            follow_through="With a wrong $w_1$, full marks for $(w_1 - {{a}})^2$ of that value.",
        ),
    ),
    "ravine": wording(
        "ravine",
        "One step in a ravine",
        "A ravine has the loss\n\n$$f(x, y) = x^2 + {{b}} y^2.$$\n\nGradient descent starts at "
        "$(x_0, y_0) = ({{x0}}, {{y0}})$ with $\\eta = {{eta}}$; the figure shows the level lines and the start.",
        "$\\nabla f(x, y) = (2x, {{b2}} y)$. At the start it is $({{gx}}, {{gy}})$, so\n\n"
        "$$\\begin{aligned} x_1 &= {{x0}} - {{eta}} \\cdot ({{gx}}) = {{x1}}\\\\ "
        "y_1 &= {{y0}} - {{eta}} \\cdot ({{gy}}) = {{y1}}\\end{aligned}$$",
        PartWording(
            id="point",
            kind="numbers",
            ask="Where is the iterate after one step?",
            points=3,
            digits=2,
            precision="fraction",
            labels=("$x_1$", "second coordinate $y_1$"),
            grid=(Grid(sign=False, whole=1, decimals=2), Grid(sign=True, whole=1, decimals=2)),
        ),
    ),
    "regime": wording(
        "regime",
        "What a rate does",
        "Gradient descent minimizes $L(w) = \\frac{{{c}}}{2} w^2$ from $w_0 = 1$ with $\\eta = {{eta}}$.",
        "Each step multiplies $w$ by $1 - \\eta \\cdot {{c}} = {{factor}}$.",
        PartWording(
            id="what",
            kind="choice",
            ask="What do the iterates do?",
            points=1,
            options=options(
                "They approach $0$ from one side.",
                "They approach $0$ and change sides at every step.",
                "They jump to and fro between two points.",
                "They grow without bound, since $|1 - \\eta L''| > 1$.",
            ),
        ),
    ),
    "statements": wording(
        "statements",
        "What holds at a stationary point",
        "At $w^\\ast$ the derivative of a smooth loss $L$ is zero.",
        "Only the first derivative is known, so the point may be a minimum, a maximum or neither. "
        "A step from it stays, as $w - \\eta \\cdot 0 = w$.",
        PartWording(
            id="which",
            kind="choices",
            ask="Which of these must hold?",
            points=2,
            options=options(
                "A step of gradient descent from $w^\\ast$ stays at $w^\\ast$.",
                "$w^\\ast$ is a local minimum of $L$.",
                "The tangent at $w^\\ast$ is horizontal.",
                "$L(w^\\ast) = 0$.",
            ),
        ),
    ),
    "overshoot": wording(
        "overshoot",
        "Overshooting",
        "A step with $\\eta = {{eta}}$ takes the loss $L(w) = w^2$ from $w_0 = {{w0}}$ to $w_1 = {{w1}}$.",
        "$L(w_0) = {{l0}}$ and $L(w_1) = {{l1}}$; an overshoot is a step that raises the loss.",
        PartWording(
            id="claim",
            kind="truth",
            ask="*The step overshoots.* True or false, and why?",
            points=2,
            options=options("the loss rises.", "the loss falls.", "the sign of $w$ changes.", "the rate exceeds $1$."),
        ),
    ),
    "rates": wording(
        "rates",
        "Rates and what they do",
        "For $L(w) = {{c}} w^2$, what does gradient descent from $w_0 = 1$ do at each rate?",
        "A step multiplies $w$ by $1 - {{c2}}\\eta$.",
        PartWording(
            id="match",
            kind="matching",
            ask="Match each rate with a behaviour.",
            points=3,
            prompts=options("$\\eta = {{slow}}$", "$\\eta = {{exact}}$", "$\\eta = {{edge}}$", letter="p"),
            options=options(
                "one step to the minimum", "ever smaller, on one side", "to and fro for ever", "away to infinity"
            ),
        ),
    ),
    "algorithm": wording(
        "algorithm",
        "The order of the algorithm",
        "A student wrote this code, in which one line of `step` is missing:\n\n"
        "```python\n{{program}}\n```\n\nThe rate is called `{{rate name}}`.",
        "First a start, then gradient and update in turn, until the change is small: `{{program}}`.",
        PartWording(
            id="order",
            kind="ordering",
            ask="Put the lines of the algorithm in order.",
            points=2,
            options=options(
                "choose $w_0$", "compute $\\nabla L(w_k)$", "set $w_{k+1} = w_k - \\eta \\nabla L(w_k)$", "stop"
            ),
        ),
    ),
    "gradient": wording(
        "gradient",
        "A partial derivative",
        "The loss is $L(w, v) = ({{a}} w + v)^2$, for {{story}}.",
        "By the chain rule $\\frac{\\partial L}{\\partial w} = 2 \\cdot {{a}} ({{a}} w + v) = {{gradient}}$.",
        PartWording(
            id="dw",
            kind="formula",
            ask="Find $\\frac{\\partial L}{\\partial w}$.",
            points=2,
            variables=("w", "v"),
        ),
    ),
    "curves": wording(
        "curves",
        "Training and held-out loss",
        "The figure shows the mean squared error on the training data and on held-out data by epoch.",
        "The held-out error is lowest at epoch {{best}} and rises afterwards while the training error falls: "
        "the model overfits from there on.",
        PartWording(
            id="explain",
            kind="text",
            ask="At which epoch would you stop, and why?",
            points=3,
            guide=(
                GuideLine(points=1, text="Names epoch {{best}}, or one beside it."),
                GuideLine(points=2, text="Says that the **held-out** error rises while the training error falls."),
            ),
        ),
    ),
    "exponential": wording(
        "exponential",
        "A step on an exponential",
        "The loss is $L(w) = e^{w} - w$; gradient descent starts at $w_0 = {{w0}}$ with $\\eta = {{eta}}$.",
        "$L'(w) = e^{w} - 1$, so $w_1 = {{w0}} - {{eta}}(e^{{{w0}}} - 1) \\approx {{w1}}$.",
        PartWording(
            id="w1",
            kind="number",
            ask="Compute $w_1$.",
            points=2,
            digits=3,
            precision="decimal",
        ),
    ),
}

KINDS = {name: {} for name in WORDINGS} | {
    "one-step": dict.fromkeys(("a", "w0", "eta", "g", "w1", "l1"), "math"),
    "ravine": dict.fromkeys(("b", "b2", "x0", "y0", "eta", "gx", "gy", "x1", "y1"), "math"),
    "regime": dict.fromkeys(("c", "eta", "factor"), "math"),
    "overshoot": dict.fromkeys(("eta", "w0", "w1", "l0", "l1"), "math"),
    "rates": dict.fromkeys(("c", "c2", "slow", "exact", "edge"), "math"),
    "algorithm": {"program": "code", "rate name": "code"},
    "gradient": {"a": "math", "gradient": "math", "story": "text"},
    "curves": {"best": "math"},
    "exponential": dict.fromkeys(("w0", "eta", "w1"), "math"),
}
