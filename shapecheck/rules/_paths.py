"""Ways through a model, along layers that leave the values alone, and what a layer does to them at its end."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from shapecheck.rules._kinds import ACTIVATED, QUIET
from shapecheck.rules._view import Call

MOST = 100
"""Layers that a way is followed through."""


NAMED = {
    "Softmax": "softmax", "ops.Softmax": "softmax", "ops.LogSoftmax": "log_softmax", "ops.Sigmoid": "sigmoid",
    "ops.Relu": "relu", "ops.Relu6": "relu6", "ops.Softplus": "softplus", "ops.Exp": "exponential",
}  # fmt: skip
"""Layers that are a function and nothing else."""


def activation(call: Call) -> str:
    """The name of the last function on the values that a layer gives; `linear` where there is none."""
    layer = call.layer
    if layer is None:
        return ""
    if call.kind in NAMED:
        return NAMED[call.kind]
    if call.kind == "ReLU":
        plain = layer.max_value is None and not layer.negative_slope and not layer.threshold
        return "relu" if plain else ""
    if call.kind == "Activation" or call.kind in ACTIVATED:
        name: str = layer.activation.name if layer.activation.form is not None else ""
        return name
    return ""


def axes_of(call: Call, rank: int) -> tuple[int, ...]:
    """The axes, from 0, along which the softmax of a layer sums up."""
    layer = call.layer
    axis: Any = layer.axis if call.kind in NAMED else layer.activation.config.get("axis", -1)
    if axis is None:
        return tuple(range(rank))
    return tuple(one % rank for one in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def is_quiet(call: Call) -> bool:
    """Whether the values pass unchanged in inference."""
    return call.kind in QUIET or (call.kind == "Activation" and activation(call) == "linear")


def before(call: Call, through: Collection[str] = ()) -> Call | None:
    """The call in front, past those that leave the values alone and past layers of the kinds `through`."""
    at = call.source
    for _ in range(MOST):
        if at is None or at.layer is None or not (is_quiet(at) or at.kind in through):
            return at if at is not None and at.layer is not None else None
        at = at.source
    return None


def after(call: Call, through: Collection[str] = ()) -> Call | None:
    """The only reader, past those that leave the values alone and layers of the kinds `through`, each read once."""
    at = call.reader
    for _ in range(MOST):
        if at is None or at.layer is None or not (is_quiet(at) or at.kind in through):
            return at if at is not None and at.layer is not None else None
        at = at.reader
    return None
