"""A softmax of a single value."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import ACTIVATED
from shapecheck.rules._paths import activation, axes_of
from shapecheck.rules._view import Call, Rule


class SoftmaxOfOne(Rule):
    """exp(x) / exp(x) is 1 whatever x is, and its logarithm 0; so is the softmax of attention over a single step."""

    code = "SC706"
    kinds = (*ACTIVATED, "Activation", "Softmax", "ops.Softmax", "ops.LogSoftmax")

    def check(self, call: Call) -> Iterator[Diagnostic]:
        name, y = activation(call), call.y
        if name not in ("softmax", "log_softmax") or not y:
            return
        axes = axes_of(call, len(y))
        if all(y[axis] == 1 for axis in axes):
            value = 1 if name == "softmax" else 0
            param = "axis" if "axis" in call.layer.given else "activation"
            inside = call.kind in ACTIVATED
            yield call.finding(
                self.code,
                param,
                name=name,
                value=value,
                label=f"over an axis of size 1, so the result is always {value}",
                help=["`activation: sigmoid` gives the probability of one class"] if inside and y[-1] == 1 else [],
            )
