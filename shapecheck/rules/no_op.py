"""A layer that does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from shapecheck import dims
from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import CROPPING, DROPOUT, MERGES, PADDING, POOLING, UPSAMPLING
from shapecheck.rules._paths import activation, before
from shapecheck.rules._view import Call, Rule
from shapecheck.words import shape_text


class NoOp(Rule):
    """A layer whose output is its input, value by value and in the same dtype, in training as well.

    Passed over are Identity and a linear Activation, which say so, and layers from a block, which may do something in
    another use of it.
    """

    code = "SC717"
    kinds = (
        *POOLING, *PADDING, *CROPPING, *UPSAMPLING, *DROPOUT, *MERGES, "Permute", "Reshape", "Flatten", "Concatenate",
        "Activation", "ReLU", "ActivityRegularization", "GaussianNoise", "Rescaling", "Resizing", "CenterCrop",
    )  # fmt: skip

    def check(self, call: Call) -> Iterator[Diagnostic]:
        reason = REASONS[call.kind](call)
        if not reason:
            return
        alone = call.x is not None and not call.node.spec.trail and not call.called_again
        if alone and call.inputs[0].dtype == call.outputs[0].dtype:
            yield call.finding(self.code, reason[0], label=reason[1])


Reason = tuple[str | None, str] | None
"""The parameter that makes a layer do nothing, and why."""


def _pooling(call: Call) -> Reason:
    layer = call.layer
    ones = _ones(layer.pool_size) and (layer.strides is None or _ones(layer.strides))
    return ("pool_size", "each window is one value") if ones else None


def _padding(call: Call) -> Reason:
    return None if any(map(any, call.layer.padding)) else ("padding", "nothing is put around it")


def _cropping(call: Call) -> Reason:
    return None if any(map(any, call.layer.cropping)) else ("cropping", "nothing is cut off")


def _upsampling(call: Call) -> Reason:
    return ("size", "every value stands once") if _ones(call.layer.size) else None


def _dropout(call: Call) -> Reason:
    rate = call.layer.rate
    nothing = rate == 0 or (rate == 1 and call.model.found.semantics.rate_of_one_keeps_all)
    return ("rate", "nothing is dropped") if nothing else None


def _noise(call: Call) -> Reason:
    return ("stddev", "no noise is added") if call.layer.stddev == 0 else None


def _merge(call: Call) -> Reason:
    return (None, "a merge of a single tensor") if call.kind != "Subtract" and call.x is not None else None


def _permute(call: Call) -> Reason:
    order = call.layer.dims
    return ("dims", "every axis stays where it is") if order == tuple(range(1, len(order) + 1)) else None


def _reshape(call: Call) -> Reason:
    x, y = call.x or (), call.y or ()
    same = len(x) == len(y) and all(dims.same(a, b) is True for a, b in zip(x, y, strict=True))
    return ("target_shape", f"its input is {shape_text(x)} already") if same else None


def _flatten(call: Call) -> Reason:
    x = call.x or ()
    return (None, f"its input is {shape_text(x)}, flat already") if len(x) == 2 else None


def _resizing(call: Call) -> Reason:
    x = call.x or ()
    return (None, f"its input is {shape_text(x)} already") if x == call.y and len(x) == 4 else None


def _penalty(call: Call) -> Reason:
    return (None, "a penalty of 0") if call.layer.l1 == 0 and call.layer.l2 == 0 else None


def _rescaling(call: Call) -> Reason:
    return (None, "times 1, plus 0") if call.layer.scale == 1 and call.layer.offset == 0 else None


def _activation(call: Call) -> Reason:
    name = activation(call)
    first = before(call) if name in ("relu", "relu6") else None
    if first is not None and (name, activation(first)) in (("relu", "relu"), ("relu", "relu6"), ("relu6", "relu6")):
        return "activation", f"`{first.name}` ends with {activation(first)} already"
    return None


def _ones(sizes: tuple[int, ...]) -> bool:
    return all(size == 1 for size in sizes)


REASONS: Mapping[str, Callable[[Call], Reason]] = {
    **dict.fromkeys(POOLING, _pooling),
    **dict.fromkeys(PADDING, _padding),
    **dict.fromkeys(CROPPING, _cropping),
    **dict.fromkeys(UPSAMPLING, _upsampling),
    **dict.fromkeys(DROPOUT, _dropout),
    **dict.fromkeys((*MERGES, "Concatenate"), _merge),
    **dict.fromkeys(("Activation", "ReLU"), _activation),
    **dict.fromkeys(("Resizing", "CenterCrop"), _resizing),
    "GaussianNoise": _noise,
    "Permute": _permute,
    "Reshape": _reshape,
    "Flatten": _flatten,
    "ActivityRegularization": _penalty,
    "Rescaling": _rescaling,
}
