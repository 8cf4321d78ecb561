"""The learning outcomes that items are filed under: what somebody can do who has understood."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

NONE = "L00"
"""The code of an item that is filed under no outcome."""

LEARNING_OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "L01": "say what a loss measures, compute it, and tell what a lower loss promises and what it does not",
        "L02": "read off the sign of a derivative in which direction the loss falls",
        "L03": "derive gradients (partial derivatives, chain rule, matrix form) and check them by differences",
        "L04": "carry out one update, work back from its result, and find the mistake in a wrong one",
        "L05": "follow several updates, and use the closed form on a quadratic",
        "L06": "tell how gradient descent on a quadratic behaves at each learning rate, along each axis",
        "L07": "predict when a step raises a loss that is not quadratic, and how that depends on the start",
        "L08": "classify stationary points by the Hessian: minimum, maximum, saddle, or not decided by it",
        "L09": "tell local from global minima, and in which one a run ends from its start and rate",
        "L10": "relate ascent and descent, and predict what a wrong sign does",
        "L11": "tell the steepest direction from the direction to the minimizer",
        "L12": "use contour lines, directional derivatives and descent directions",
        "L13": "compute condition numbers, and predict what scaling the features changes",
        "L14": "compute an exact line search, and say why its steps are orthogonal",
        "L15": "carry out backtracking with the Armijo condition",
        "L16": "run heavy-ball momentum, in its different conventions, and find the rates at which it is stable",
        "L17": "run Nesterov's method with its look-ahead",
        "L18": "compute stochastic and mini-batch updates, and reason about bias and noise",
        "L19": "fit a line or a linear model by gradient descent on the mean squared error",
        "L20": "run gradient descent on logistic and softmax regression with the cross-entropy",
        "L21": "back-propagate through a small network",
        "L22": "explain plateaus, saturation, vanishing gradients and dead units",
        "L23": "read training and held-out curves, and tell overfitting from underfitting",
        "L24": "choose the capacity of a model by its held-out loss",
        "L25": "apply an L2 penalty and weight decay, and say how they shrink the weights",
        "L26": "apply early stopping with patience",
        "L27": "apply stopping tests, and say how each can be fooled",
        "L28": "use bounds on the rate of convergence",
        "L29": "step at a kink with a subgradient",
        "L30": "take projected-gradient steps",
        "L31": "take proximal steps by soft-thresholding",
        "L32": "take Newton steps, and say when they fail",
        "L33": "take AdaGrad, RMSProp and Adam steps, and say what they make independent of scale",
        "L34": "use schedules of the learning rate",
        "L35": "diagnose a training run, and choose the remedy",
    }
)
"""Code -> what the learner can do.  Grown from the curriculum that the shipped banks are written for."""


def explained(code: str) -> str:
    """The outcome in words; for a code of somebody's own, the code.  Nothing for ``NONE``."""
    return "" if code == NONE else LEARNING_OUTCOMES.get(code, code)


def in_words(schema: dict[str, Any]) -> None:
    """Tell editors what each code means, in the JSON Schema of a field; other codes stay possible."""
    known = [{"const": code, "description": words} for code, words in LEARNING_OUTCOMES.items()]
    others = schema.pop("anyOf", None) or [{key: schema.pop(key) for key in ("type", "pattern") if key in schema}]
    schema["anyOf"] = [*known, *others]
