"""A layer that does nothing."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck import dims
from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import CROPPING, DROPOUT, MERGES, PADDING, POOLING, UPSAMPLING
from shapecheck.rules._paths import activation, before
from shapecheck.rules._view import Call, Rule, Shape
from shapecheck.words import shape_text


class NoOp(Rule):
    """A layer whose output is its input, value by value and in the same dtype, in training as well.

    Passed over are Identity, which says so, a linear Activation that gives an output its name, and layers from a block,
    which may do something in another use of it.
    """

    code = "SC717"
    kinds = (
        *POOLING, *PADDING, *CROPPING, *UPSAMPLING, *DROPOUT, *MERGES, "Permute", "Reshape", "Flatten", "Concatenate",
        "Activation", "ReLU", "ActivityRegularization", "GaussianNoise", "Rescaling", "Resizing", "CenterCrop",
    )  # fmt: skip

    def check(self, call: Call) -> Iterator[Diagnostic]:
        x, y = call.x, call.y
        if x is None or y is None or call.node.spec.trail or call.called_again:
            return
        if call.inputs[0].dtype != call.outputs[0].dtype:
            return
        reason = _reason(call, x, y)
        if reason:
            param, why = reason
            yield call.finding(self.code, param, label=why)


def _reason(call: Call, x: Shape, y: Shape) -> tuple[str | None, str] | None:
    """The parameter that makes a layer do nothing, and why."""
    layer, kind = call.layer, call.kind
    keeps = call.model.found.semantics.rate_of_one_keeps_all
    if kind in POOLING and _ones(layer.pool_size) and (layer.strides is None or _ones(layer.strides)):
        return "pool_size", "each window is one value"
    if kind in PADDING and not any(map(any, layer.padding)):
        return "padding", "nothing is put around it"
    if kind in CROPPING and not any(map(any, layer.cropping)):
        return "cropping", "nothing is cut off"
    if kind in UPSAMPLING and _ones(layer.size):
        return "size", "every value stands once"
    if kind in DROPOUT and (layer.rate == 0 or (layer.rate == 1 and keeps)):
        return "rate", "nothing is dropped"
    if kind == "GaussianNoise" and layer.stddev == 0:
        return "stddev", "no noise is added"
    if kind == "Permute" and layer.dims == tuple(range(1, len(x))):
        return "dims", "every axis stays where it is"
    if kind == "Reshape" and len(x) == len(y) and all(dims.same(a, b) is True for a, b in zip(x, y, strict=True)):
        return "target_shape", f"its input is {shape_text(x)} already"
    if kind == "Flatten" and len(x) == 2:
        return None, f"its input is {shape_text(x)}, flat already"
    if kind in ("Resizing", "CenterCrop") and x == y and len(x) == 4:
        return None, f"its input is {shape_text(x)} already"
    if kind in (*MERGES, "Concatenate") and kind != "Subtract":
        return None, "a merge of a single tensor"
    if kind == "ActivityRegularization" and layer.l1 == 0 and layer.l2 == 0:
        return None, "a penalty of 0"
    if kind == "Rescaling" and layer.scale == 1 and layer.offset == 0:
        return None, "times 1, plus 0"
    return _again(call)


def _again(call: Call) -> tuple[str | None, str] | None:
    """An activation that is linear, or that finds its work done."""
    if call.kind not in ("Activation", "ReLU"):
        return None
    name, first = activation(call), before(call)
    if name == "linear":
        return None if call.is_output else ("activation", "a linear activation")
    if first is not None and (name, activation(first)) in (("relu", "relu"), ("relu", "relu6"), ("relu6", "relu6")):
        return "activation", f"`{first.name}` ends with {activation(first)} already"
    return None


def _ones(sizes: tuple[int, ...]) -> bool:
    return all(size == 1 for size in sizes)
