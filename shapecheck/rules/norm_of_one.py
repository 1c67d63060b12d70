"""A normalisation of single values."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.dims import product
from shapecheck.rules._kinds import NORMS
from shapecheck.rules._view import Call, Rule, Shape


class NormOfOne(Rule):
    """The mean of a single value is that value, so less its mean it is 0, and over its own size it is 1 or -1.

    Counted are the values that share a mean: those along `axis`, for groups those of a group in a sample, and for a
    BatchNormalization, in training, those along all other axes, the batch included.
    """

    code = "SC708"
    kinds = NORMS

    def check(self, call: Call) -> Iterator[Diagnostic]:
        x = call.x
        if x is not None and call.kind == "BatchNormalization" and x[0] != 1:
            return
        if x is None or _together(call, x) != 1:
            return
        result = "1 or -1" if call.kind in ("RMSNormalization", "UnitNormalization") else "0"
        when = " in training" if call.kind == "BatchNormalization" else ""
        yield call.finding(
            self.code, "axis", when=when, result=result, shape=x, label=f"one value at a time, which gives {result}"
        )


def _together(call: Call, x: Shape) -> object:
    """How many values share a mean."""
    layer = call.layer
    if getattr(layer, "rms_scaling", False):
        return None
    axes = layer.axes(len(x))
    if call.kind == "BatchNormalization":
        return product(size for i, size in enumerate(x) if i not in axes)
    if call.kind == "GroupNormalization":
        groups = x[axes[0]] if layer.groups == -1 else layer.groups
        rest = product(size for i, size in enumerate(x) if i != axes[0] and i > 0)
        return rest * (x[axes[0]] // groups) if axes[0] else None
    return product(x[axis] for axis in axes)
