"""The end of an axis that no window reaches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shapecheck import dims
from shapecheck.diagnostic import Diagnostic
from shapecheck.dims import Dim
from shapecheck.rules._view import Call, Rule
from shapecheck.words import listing

NOUNS = {1: ("step",), 2: ("row", "column"), 3: ("slice", "row", "column")}


class LostRows(Rule):
    """A window of `reach` values that moves by `stride` leaves out the last (n - reach) % stride of n values.

    A stride that is longer than its window leaves gaps everywhere, which is another matter. A row of zeros that a
    padding layer in front put there is not lost.
    """

    code = "SC705"
    kinds = (
        *(f"{name}{rank}D" for rank in (1, 2, 3) for name in ("Conv", "MaxPooling", "AveragePooling")),
        "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D",
    )  # fmt: skip

    def check(self, call: Call) -> Iterator[Diagnostic]:
        layer = call.layer
        x = call.x if layer.padding == "valid" and max(strides_of(layer)) > 1 else None
        if x is None:
            return
        padded = _padding(call.source)
        lost = []
        for i, n in enumerate(layer.last(x)[1:-1]):
            count = lost_of(n, *window_of(layer, i))
            if count > (padded[i] if padded else 0):
                lost.append((count, NOUNS[layer.rank][i], n))
        if lost:
            from shapecheck.fixes.editing import Set

            said = listing(_said(*one) for one in lost)
            same = call.model.survives(Set(call.node.index, {"padding": "same"}))
            yield call.finding(
                self.code,
                lost=said,
                label=_arithmetic(layer, x),
                help=["`padding: same` takes in all of them"] if same else [],
                sizes=[count for count, _, _ in lost],
            )


def lost_of(n: Dim, reach: int, stride: int) -> int:
    """How many of the last of n values no window covers; 0 where that hangs on a size."""
    left = n - reach - stride * ((n - reach) // stride)
    return left if isinstance(left, int) and stride <= reach and dims.at_least(n, reach) is True else 0


def strides_of(layer: Any) -> tuple[int, ...]:
    """By how much a window moves along each axis; a pooling moves by its own size where nothing else is said."""
    strides: tuple[int, ...] = layer.strides if getattr(layer, "strides", None) is not None else layer.pool_size
    return strides


def window_of(layer: Any, i: int) -> tuple[int, int]:
    """The reach and the stride of a window along spatial axis i."""
    size = layer.kernel_size[i] if hasattr(layer, "kernel_size") else layer.pool_size[i]
    dilation = layer.dilation_rate[i] if hasattr(layer, "dilation_rate") else 1
    return dilation * (size - 1) + 1, strides_of(layer)[i]


def _padding(source: Call | None) -> list[int] | None:
    """How many rows of zeros a padding layer put at the end of each axis."""
    if source is None or source.layer is None or not source.kind.startswith("ZeroPadding"):
        return None
    return [after for _, after in source.layer.padding]


def _said(count: int, noun: str, n: Dim) -> str:
    return f"the last {noun if count == 1 else f'{count} {noun}s'} of {dims.text(n)}"


def _arithmetic(layer: Any, x: Any) -> str:
    windows = [window_of(layer, i) for i in range(layer.rank)]
    reach, stride = windows[0]
    return f"a window of {reach} that moves by {stride}" if len({*windows}) == 1 else "its windows end before"
