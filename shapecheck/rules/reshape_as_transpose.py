"""A Reshape where a Permute was meant."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck import dims, layers
from shapecheck.apply import apply
from shapecheck.contract import TensorSpec
from shapecheck.diagnostic import Diagnostic, Refusal
from shapecheck.dims import Dim
from shapecheck.making import make
from shapecheck.rules._view import Call, Rule, Shape


class ReshapeAsTranspose(Rule):
    """The new sizes are the old ones in another order, so the values of each row end up in several rows.

    Axes of size 1 do not count: moving them changes no value's place. With names, as in (H, W) to (W, H), it is so
    wherever the two differ.
    """

    code = "SC703"
    kinds = ("Reshape",)

    def check(self, call: Call) -> Iterator[Diagnostic]:
        x, y = call.x, call.y
        if x is None or y is None:
            return
        old, new = _real(x), _real(y)
        if len(old) == len(new) and old != new and _sorted(old) == _sorted(new):
            order = _order(x[1:], y[1:])
            permutes = order is not None and _gives(call, order, y)
            yield call.finding(
                self.code,
                "target_shape",
                source=x[1:],
                target=y[1:],
                label="the values keep their order, and are only cut anew",
                help=[f"`Permute: {order}` moves the axes"] if permutes else [],
            )


def _real(shape: Shape) -> list[Dim]:
    return [size for size in shape[1:] if size != 1]


def _sorted(sizes: list[Dim]) -> list[str]:
    return sorted(map(dims.text, sizes))


def _order(old: Shape, new: Shape) -> list[int] | None:
    """The axes of `old`, counted from 1, in the order of `new`; None where sizes repeat or axes of 1 come and go."""
    places = {dims.text(size): axis for axis, size in enumerate(old, 1)}
    if len(places) < len(old) or len(old) != len(new):
        return None
    return [places[dims.text(size)] for size in new]


def _gives(call: Call, order: list[int], y: Shape) -> bool:
    """Whether a Permute makes the same shape, so that the rest of the model stays as it is."""
    semantics = call.model.found.semantics
    made, refusals = make(layers.found("Permute"), {"dims": order}, semantics)
    if refusals:
        return False
    try:
        return apply(made, [TensorSpec(call.x)], False, semantics).outputs[0].shape == y
    except Refusal:
        return False
