"""The batch in the shape of a sample."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck import dims
from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import MERGES, QUIET, RECTIFIERS
from shapecheck.rules._view import Call, Rule


class BatchInShape(Rule):
    """`shape` leaves the batch out, and its first size is one all the same.

    By its name (`batch`, `batch_size`), or because it is None, another size follows, and no layer up to the outputs
    looks along it: each works on the last axis alone, so that the axis does what the batch does already.
    """

    code = "SC721"
    kinds = ("InputLayer",)

    def check(self, call: Call) -> Iterator[Diagnostic]:
        y, given = call.y, call.layer.given
        if (
            y is None
            or len(y) < 3
            or given.get("batch_shape") is not None
            or given.get("batch_input_shape") is not None
        ):
            return
        size = y[1]
        if not isinstance(size, dims.Expr):
            return
        name = dims.text(size)
        if name.lower().replace("_", "") in ("batch", "batchsize", "bs", "nbatch"):
            label = f"{name} is an axis of each sample here"
        elif len(y) == 3 and dims.varies(size) and name == "T" and _by_last_axis(call):
            label = "no layer looks along it"
        else:
            return
        from shapecheck.fixes.editing import Set

        rest = ", ".join(dims.text(size) for size in y[2:])
        fits = call.model.survives(Set(call.node.index, {"shape": list(y[2:])}))
        help = [f"without the batch it is `shape: [{rest}]`"] if fits else []
        yield call.finding(self.code, "shape", shape=y[1:], label=label, help=help)


ALONG_THE_LAST = ("Dense", "Activation", "LayerNormalization", "BatchNormalization", *QUIET, *RECTIFIERS)


def _by_last_axis(call: Call) -> bool:
    """Whether all layers behind an Input work on the last axis alone, and there is one with weights."""
    waiting, seen, weighs = [call], {call.node.index}, False
    while waiting:
        for reader in waiting.pop().readers:
            if reader.kind not in (*ALONG_THE_LAST, *MERGES) or reader.layer is None:
                return False
            if getattr(reader.layer, "axis", -1) not in (-1, 2):
                return False
            weighs = weighs or reader.kind == "Dense"
            if reader.node.index not in seen:
                seen.add(reader.node.index)
                waiting.append(reader)
    return weighs
