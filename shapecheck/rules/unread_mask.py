"""A mask that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.contract import wants
from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._paths import MOST
from shapecheck.rules._view import Call, Model, Rule


class UnreadMask(Rule):
    """A mask that ends before any layer has used it, and that no output carries to the loss.

    Padded steps then count like all others. Where a layer that wants the mask stands behind the one that drops it,
    SC401 says so.
    """

    code = "SC728"
    kinds = ("Embedding", "Masking")

    def check(self, call: Call) -> Iterator[Diagnostic]:
        found = call.model.found
        if not call.outputs or call.outputs[0].mask is None or any(one.code == "SC401" for one in found.findings):
            return
        read = call.model.memo(self, _read)
        if not read[call.node.index]:
            ends = _end(call)
            yield call.finding(
                self.code,
                "mask_zero" if call.kind == "Embedding" else None,
                labels=ends.mark("drops it") if ends is not None else [],
                label="makes the mask",
            )


def _read(model: Model) -> bytearray:
    """For each node whether the mask of its output is used: by a reader, or as that of an output of the model."""
    read = bytearray(len(model.found.graph.nodes))
    for node in reversed(model.found.graph.nodes):
        call = model.call(node.index)
        if call.is_output or any(_uses(reader) or _passes(reader, read) for reader in call.readers):
            read[node.index] = 1
    return read


def _passes(reader: Call, read: bytearray) -> bool:
    return bool(read[reader.node.index]) and any(spec.mask is not None for spec in reader.outputs)


def _uses(reader: Call) -> bool:
    """Whether a layer does anything with a mask but pass it on; one of which little is known may."""
    layer = reader.layer
    if layer is None or not reader.outputs or any(spec.shape is None for spec in reader.outputs):
        return True
    if layer.wants_mask or reader.kind == "TimeDistributed":
        return True
    if reader.kind == "Lambda":
        return getattr(layer, "mask_", None) is not None
    asked = wants(type(layer).run)
    return bool({"mask", "masks"} & {*asked.order, *asked.asks})


def _end(call: Call) -> Call | None:
    """The first layer on the way that drops the mask."""
    at: Call | None = call
    for _ in range(MOST):
        reader = at.readers[0] if at is not None and at.readers else None
        if reader is None or not any(spec.mask is not None for spec in reader.outputs):
            return reader
        at = reader
    return None
