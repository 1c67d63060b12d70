"""A hidden layer that bends nothing itself."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import CONV, MAX_POOLING, PADDING
from shapecheck.rules._paths import activation, after
from shapecheck.rules._view import Call, Model, Rule


class ActivationMissing(Rule):
    """A convolution without activation whose output goes, by way of a MaxPooling, to the next layer with weights.

    The maximum of a window is the only thing that bends it. Other convolutions of the model have an activation, so this
    one was meant to have one as well.
    """

    code = "SC710"
    kinds = CONV

    def check(self, call: Call) -> Iterator[Diagnostic]:
        if activation(call) != "linear":
            return
        pool = after(call, ("BatchNormalization", *PADDING))
        if pool is None or pool.kind not in MAX_POOLING:
            return
        reader = after(pool, ("Flatten", *MAX_POOLING, *PADDING))
        if reader is not None and reader.kind in (*CONV, "Dense") and call.model.memo(self, _bent):
            yield call.finding(
                self.code,
                pool=pool.name,
                labels=pool.mark("takes the maximum, which is all that is not linear here"),
                label="no activation",
            )


def _bent(model: Model) -> bool:
    """Whether some convolution of the model has an activation of its own or behind it."""
    for call in model.calls:
        if call.kind in CONV:
            name = activation(call)
            following = call.reader
            if name not in ("linear", "") or (following is not None and activation(following) not in ("linear", "")):
                return True
    return False
