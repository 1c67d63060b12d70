"""A bias that is subtracted again."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import CONVOLUTIONS
from shapecheck.rules._paths import activation
from shapecheck.rules._view import Call, Rule


class BiasBeforeNorm(Rule):
    """A bias for each channel in front of a BatchNormalization over the channels, which subtracts it with the mean.

    (x + b) - mean(x + b) = x - mean(x): the bias changes nothing and is trained for nothing. A GroupNormalization with
    one channel a group subtracts it as well. A layer that is not trained keeps its moving mean, and is passed over.
    """

    code = "SC718"
    kinds = ("Dense", *CONVOLUTIONS)

    def check(self, call: Call) -> Iterator[Diagnostic]:
        layer, norm, y = call.layer, call.reader, call.y
        if not layer.use_bias or norm is None or y is None or norm.layer is None or activation(call) != "linear":
            return
        channels = y[-1] if call.kind == "Dense" else layer.last(y)[-1]
        axis = len(y) - 1 if call.kind == "Dense" else layer.channel_axis
        subtracts = norm.kind == "BatchNormalization" or (
            norm.kind == "GroupNormalization" and norm.layer.groups in (-1, channels)
        )
        if not subtracts or norm.y is None or norm.layer.axes(len(y)) != (axis,):
            return
        if not (layer.trainable and norm.layer.trainable):
            return
        count = f"{channels:,}" if isinstance(channels, int) else str(channels)
        yield call.finding(
            self.code,
            "use_bias",
            norm=norm.name,
            count=count,
            labels=norm.mark("subtracts the mean, and with it the bias"),
            label=f"{count} values that change nothing",
            help=["write `use_bias: false`"],
        )
