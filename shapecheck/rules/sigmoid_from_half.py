"""A sigmoid that never says no."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._paths import activation, before
from shapecheck.rules._view import Call, Rule


class SigmoidFromHalf(Rule):
    """A sigmoid of values that are never negative gives 0.5 or more: as an output it answers yes to everything."""

    code = "SC713"
    kinds = ("Activation", "ops.Sigmoid")

    def check(self, call: Call) -> Iterator[Diagnostic]:
        if activation(call) != "sigmoid" or not call.is_output:
            return
        first = before(call, ("Flatten", "Reshape"))
        if first is not None and activation(first) in ("relu", "relu6", "softplus", "exponential"):
            earlier = activation(first)
            yield call.finding(
                self.code,
                "activation",
                first=first.name,
                earlier=earlier,
                labels=first.mark(f"{earlier} here", "activation"),
                label="of values that are never negative",
                help=[f"leave the {earlier} of `{first.name}` out"],
            )
