"""Probabilities that are taken for scores."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import ACTIVATED
from shapecheck.rules._paths import activation, before
from shapecheck.rules._view import Call, Rule


class SoftmaxTwice(Rule):
    """A softmax, log_softmax or sigmoid of values that a softmax or a sigmoid has brought between 0 and 1 already.

    They differ by 1 at most, so a second softmax over n classes gives none more than e / (e + n - 1), and a second
    sigmoid gives 0.5 to 0.73: the model can no longer be sure of anything.
    """

    code = "SC711"
    kinds = ("Activation", "Softmax", "ops.Softmax", "ops.LogSoftmax", "ops.Sigmoid")

    def check(self, call: Call) -> Iterator[Diagnostic]:
        name = activation(call)
        if name not in ("softmax", "log_softmax", "sigmoid"):
            return
        first = before(call, ("Flatten", "Reshape"))
        if first is None or first.kind not in (*ACTIVATED, *self.kinds):
            return
        earlier = activation(first)
        if earlier in ("softmax", "sigmoid") and (earlier, name) != ("softmax", "log_softmax"):
            yield call.finding(
                self.code,
                "activation",
                name=name,
                first=first.name,
                earlier=earlier,
                labels=first.mark(f"{earlier} here", "activation"),
                label=f"{name} again" if name == earlier else f"{name} of probabilities",
                help=[f"leave the {earlier} of `{first.name}` out"],
            )
