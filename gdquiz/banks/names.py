"""The names that an item's expressions may use besides its own parameters and definitions: one table, documented.

``docs/banks.md`` prints this table.  ``w`` stands for each variable, ``p`` for each named point.
"""

from __future__ import annotations

from gdquiz.banks.schema import Item

NAMES: tuple[tuple[str, str], ...] = (
    ("w[k]", "the variable w after k updates; w[0] is the start"),
    ("loss[k]", "the loss after k updates"),
    ("grad_w[k]", "the derivative of the loss with respect to w after k updates; with one variable also grad[k]"),
    ("hess_w_v[k]", "the second derivative with respect to w and v; with one variable also curvature[k]"),
    ("eig_min, eig_max", "smallest and largest eigenvalue of the Hessian at the start"),
    ("minimizer_w", "where the derivatives of a quadratic loss vanish"),
    ("loss_at_p, grad_w_at_p, hess_w_v_at_p", "the same at a point of [item.points]; with one variable also grad_at_p, "
     "curvature_at_p"),
    ("converged, cycles, diverged, unbounded_below, drifts, slow", "how a judged run ends"),
    ("reaches_minimum, reaches_maximum, reaches_saddle", "what a judged run converges to"),
    ("oscillates, jumps_basin, one_step, plateau", "what happens on the way of a judged run"),
    ("train[d], heldout[d]", "mean squared errors of the fit: by degree, or at the epochs shown, in their order"),
    ("overfits, underfits, fits_well", "the verdict on the losses of a fit by epoch, at the epochs shown"),
    ("train_exact[d], heldout_exact[d]", "the same before rounding"),
)  # fmt: skip

STEP = "k"
"""The name of the step, or of the place on the horizontal axis, in the formula of a series."""

VERDICTS: dict[str, tuple[str, str]] = {
    "converged": ("limit", "converged"),
    "cycles": ("limit", "cycle"),
    "diverged": ("limit", "diverged_loss_up"),
    "unbounded_below": ("limit", "unbounded_below"),
    "drifts": ("limit", "drift"),
    "slow": ("limit", "slow"),
    "reaches_minimum": ("point", "local_min"),
    "reaches_maximum": ("point", "local_max"),
    "reaches_saddle": ("point", "saddle"),
    "oscillates": ("oscillating", ""),
    "jumps_basin": ("basin_jump", ""),
    "one_step": ("one_step", ""),
    "plateau": ("plateau", ""),
}
"""Name in expressions -> the axis of the verdict, and the value it must have (empty: the flag itself)."""

TRAINING: dict[str, str] = {"overfits": "overfit", "underfits": "underfit", "fits_well": "good_fit"}
"""Name in expressions -> the verdict on a fit by epoch."""


CURVES = ("train", "heldout", "train_exact", "heldout_exact")
"""The losses of a fit, by degree or at the epochs shown."""


def run_names(item: Item) -> tuple[dict[str, int], set[str]]:
    """The names an item's run, loss and fit give: series with their last index, and single numbers."""
    series: dict[str, int] = {}
    scalars: set[str] = set()
    variables = item.loss.variables if item.loss else []
    alone = len(variables) == 1
    pairs = [(a, b) for a in variables for b in variables]
    if item.run:
        steps = item.run.steps
        series |= dict.fromkeys([*variables, "loss", *(f"grad_{v}" for v in variables)], steps)
        series |= {f"hess_{a}_{b}": steps for a, b in pairs}
        series |= dict.fromkeys(["grad", "curvature"] if alone else [], steps)
        scalars |= {"eig_min", "eig_max"}
        if item.run.judge:
            scalars |= set(VERDICTS)
    scalars |= {f"minimizer_{v}" for v in variables}
    for point in item.points:
        scalars |= {f"loss_at_{point}", *(f"grad_{v}_at_{point}" for v in variables)}
        scalars |= {f"hess_{a}_{b}_at_{point}" for a, b in pairs}
        scalars |= {f"grad_at_{point}", f"curvature_at_{point}"} if alone else set()
    if item.fit:
        count = len(item.fit.degrees) or len(item.fit.epochs_shown)
        scalars |= set(TRAINING) if item.fit.epochs else set()
        series |= dict.fromkeys(CURVES, count - 1)
    return series, scalars
