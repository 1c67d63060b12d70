"""A Flatten that makes a huge kernel."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck import dims
from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import QUIET
from shapecheck.rules._paths import before
from shapecheck.rules._view import Call, Model, Rule


class HugeKernel(Rule):
    """A Dense on a flattened feature map whose kernel has more values than the option `flatten-kernel`."""

    code = "SC716"
    kinds = ("Dense",)
    options = {"flatten-kernel": 10_000_000}

    def check(self, call: Call) -> Iterator[Diagnostic]:
        x = call.x
        if x is None or not isinstance(x[-1], int) or not isinstance(call.layer.units, int):
            return
        count = x[-1] * call.layer.units
        if count <= call.model.options["flatten-kernel"]:
            return
        flat = before(call, ("BatchNormalization", "Activation", *QUIET))
        shape = flat.x if flat is not None and flat.kind == "Flatten" else None
        if flat is None or shape is None or len(shape) < 3:
            return
        total = call.model.memo(self, _weights)
        notes = [f"that is {100 * count // total}% of all weights of the model"] if isinstance(total, int) else []
        help = []
        if len(shape) in (3, 4, 5) and isinstance(shape[-1], int) and flat.layer.data_format != "channels_first":
            rank = len(shape) - 2
            fewer = shape[-1] * call.layer.units
            help = [f"with `GlobalAveragePooling{rank}D` in place of `{flat.name}` it has {fewer:,}"]
        yield call.finding(
            self.code,
            "units",
            rows=f"{x[-1]:,}",
            units=f"{call.layer.units:,}",
            count=f"{count:,}",
            labels=flat.mark(f"lays out {dims.text(shape[1]) if len(shape) == 2 else _sizes(shape)}"),
            label=f"a kernel of {x[-1]:,} x {call.layer.units:,}",
            notes=notes,
            help=help,
        )


def _sizes(shape: tuple[dims.Dim, ...]) -> str:
    return " x ".join(map(dims.text, shape[1:]))


def _weights(model: Model) -> dims.Dim:
    """How many values all weights of the model have."""
    applied = (model.found.applied[node.index] for node in model.found.graph.nodes if node.owner == node.index)
    return dims.total(dims.product(weight.shape) for one in applied if one for weight in one.weights.values())
