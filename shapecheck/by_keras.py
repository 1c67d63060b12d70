"""Where Keras 3 infers another shape than a layer gives when it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shapecheck import dims, need
from shapecheck.apply import Inputs
from shapecheck.contract import Layer, TensorSpec, call, call_arguments
from shapecheck.diagnostic import Refusal
from shapecheck.modes import Semantics
from shapecheck.need import Shape


def contradiction(
    layer: Layer, inputs: Inputs, listed: bool, keras: Semantics, arguments: Mapping[str, Any],
    outputs: Sequence[TensorSpec],
) -> Refusal | None:  # fmt: skip
    """What to note (SC318) of a call under `keras: 3`, where both shapes are known to differ."""
    if keras.generation != 3 or type(layer).inferred_by_keras is Layer.inferred_by_keras:
        return None
    for theirs, ours in zip(_inferred(layer, inputs, listed, keras, arguments), outputs, strict=False):
        if ours.shape is not None and _differ(theirs, ours.shape):
            return Refusal("SC318", inferred=theirs, gives=ours.shape)
    return None


def _inferred(
    layer: Layer, inputs: Inputs, listed: bool, keras: Semantics, arguments: Mapping[str, Any]
) -> Sequence[Shape]:
    """The shapes of the outputs that Keras 3 infers; none where it is right."""
    shapes: Any = (
        {role: spec.shape for role, spec in inputs.items()}
        if isinstance(inputs, dict)
        else tuple(spec.shape for spec in inputs)
    )
    offers = {"keras": keras, "listed": listed, "call": call_arguments(type(layer), arguments, keras)}
    token = need.begin([])
    try:
        answer = call(layer.inferred_by_keras, shapes, offers)
    finally:
        need.end(token)
    return [] if answer is None else answer if isinstance(answer, list) else [answer]


def _differ(a: Shape, b: Shape) -> bool:
    return len(a) != len(b) or any(dims.same(x, y) is False for x, y in zip(a, b, strict=True))
