"""An axis that is not that of the channels."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck import axes
from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import ELEMENTWISE, SPATIAL
from shapecheck.rules._paths import MOST, activation, axes_of
from shapecheck.rules._view import Call, Model, Rule


class AxisAndFormat(Rule):
    """Layers that take different axes for the channels of one tensor.

    A spatial layer says by its `data_format` where the channels of its output are. A normalisation over another axis, a
    layer of the other format, and a softmax or a Concatenate whose `axis` was left at -1 where that is the width,
    contradict it. An axis of a softmax or a Concatenate that is written down is meant.
    """

    code = "SC719"
    kinds = (
        "BatchNormalization",
        "GroupNormalization",
        "LayerNormalization",
        "Activation",
        "Softmax",
        "Concatenate",
        "SpatialDropout2D",
        "SpatialDropout3D",
        *SPATIAL,
    )

    def check(self, call: Call) -> Iterator[Diagnostic]:
        y = call.y
        if y is None or not 3 <= len(y) <= 5:
            return
        norm = call.kind.endswith("Normalization")
        if not call.model.memo(self, _has_channels_first) and (not norm or call.layer.axis in (-1, len(y) - 1)):
            return
        if call.kind in SPATIAL and call.layer.first and activation(call) in ("softmax", "log_softmax"):
            yield self._softmax(call, call)
        maker = _maker(call)
        if maker is None:
            return
        first, rank = maker.layer.first, len(y)
        channels = maker.layer.channel_axis
        if call.kind in SPATIAL or call.kind.startswith("SpatialDropout"):
            own = call.layer.first if call.kind in SPATIAL else call.layer.data_format == "channels_first"
            if own != first:
                yield self._finding(call, maker, "data_format", 1 if own else rank - 1, "takes the channels from")
        elif call.kind in ("Activation", "Softmax"):
            sums = activation(call) in ("softmax", "log_softmax") and axes_of(call, rank) == (rank - 1,)
            if first and sums and "axis" not in call.layer.given:
                yield self._softmax(call, maker)
        elif call.kind == "Concatenate":
            if first and "axis" not in call.layer.given and all(_first(source) for source in call.sources):
                yield self._finding(call, maker, "axis", rank - 1, "joins")
        elif isinstance(call.layer.axis, int) and call.layer.axis % rank != channels:
            axis = call.layer.axis % rank
            if call.kind != "LayerNormalization" or (first and axis == rank - 1):
                yield self._finding(call, maker, "axis", axis, "normalizes", fix=channels)

    def _finding(self, call: Call, maker: Call, param: str, axis: int, verb: str, fix: int | None = None) -> Diagnostic:
        from shapecheck.fixes.editing import Set

        channels, rank = maker.layer.channel_axis, len(call.y or ())
        edit = Set(call.node.index, {"axis": fix})
        return call.finding(
            self.code,
            param,
            verb=verb,
            axis=axes.described(axis, rank, maker.layer.first),
            maker=maker.name,
            channels=channels,
            labels=maker.mark(f"its channels are axis {channels}"),
            label=f"axis {axis}, which is not that of the channels",
            help=[f"write `axis: {fix}`"] if fix is not None and call.model.survives(edit) else [],
        )

    def _softmax(self, call: Call, maker: Call) -> Diagnostic:
        axis, channels = len(call.y or ()) - 1, maker.layer.channel_axis
        return call.finding(
            self.code,
            "activation",
            verb="takes the softmax along",
            axis=axes.described(axis, axis + 1, True),
            maker=maker.name,
            channels=channels,
            labels=maker.mark(f"its channels are axis {channels}") if maker.node is not call.node else [],
            label="along the last axis, which is not that of the channels",
            help=[f"put `Softmax: {{axis: {channels}}}` in its place"],
        )


def _has_channels_first(model: Model) -> bool:
    return any(getattr(layer, "data_format", None) == "channels_first" for layer in model.found.layers)


def _maker(call: Call) -> Call | None:
    """The spatial layer that made the tensor which a call reads first, past those that keep every value's place."""
    sources = call.sources
    at: Call | None = sources[0] if sources else None
    for _ in range(MOST):
        if at is None or at.layer is None or at.y is None:
            return None
        if at.kind in SPATIAL:
            return at if len(at.y) == at.layer.rank + 2 and len(at.y) == len(call.inputs[0].shape or ()) else None
        if at.kind not in ELEMENTWISE:
            return None
        at = at.source
    return None


def _first(source: Call) -> bool:
    if source.kind in SPATIAL:
        return bool(source.layer.first)
    maker = _maker(source) if source.kind in ELEMENTWISE and source.layer is not None else None
    return maker is not None and bool(maker.layer.first)
