"""Weights that only ever meet padding."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.layers._windows import margins, places
from shapecheck.rules._kinds import CONV, DEPTHWISE, SEPARABLE
from shapecheck.rules._view import Call, Rule


class TapsInPadding(Rule):
    """A kernel so long, or so dilated, that some of its taps lie outside of a small input wherever the window stands.

    Tap t at place o looks at value o * stride + t * dilation - before; with `padding: same` and n values it is dead
    where that is never between 0 and n - 1.
    """

    code = "SC733"
    unless = "SC720"
    kinds = (*CONV, *DEPTHWISE, *SEPARABLE)

    def check(self, call: Call) -> Iterator[Diagnostic]:
        layer = call.layer
        x = call.x if layer.padding != "valid" and max(layer.kernel_size) > 1 else None
        if x is None:
            return
        whole, alive = 1, 1
        windows = zip(layer.kernel_size, layer.strides, layer.dilation_rate, strict=True)
        for n, (k, stride, dilation) in zip(layer.last(x)[1:-1], windows, strict=True):
            whole *= k
            alive *= k - (dead_of(n, k, stride, dilation, layer.padding) if isinstance(n, int) else 0)
        if alive < whole:
            sizes = " x ".join(str(n) for n in layer.last(x)[1:-1])
            yield call.finding(
                self.code,
                "dilation_rate" if max(layer.dilation_rate) > 1 else "kernel_size",
                dead=whole - alive,
                whole=whole,
                label=f"reaches beyond its input of {sizes} from wherever it stands",
            )


def dead_of(n: int, k: int, stride: int, dilation: int, padding: str) -> int:
    """How many of k taps never see one of n values."""
    if n >= dilation * (k - 1) + 1 + stride:
        return 0
    before, _ = margins(n, k, stride, dilation, padding)  # type: ignore[no-untyped-call]
    last = places(n, k, stride, dilation, padding) - 1  # type: ignore[no-untyped-call]
    dead = 0
    for tap in range(k):
        offset = (
            tap * dilation - before
        )  # the first place whose value is not before the input, and whether it is inside
        place = max(-(offset // stride), 0)
        dead += place > last or not 0 <= place * stride + offset < n
    return dead
