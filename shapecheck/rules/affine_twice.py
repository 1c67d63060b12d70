"""Two affine layers that are one."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck import dims
from shapecheck.diagnostic import Diagnostic
from shapecheck.dims import Dim
from shapecheck.rules._kinds import AVERAGE_POOLING, CONV, PADDING
from shapecheck.rules._paths import activation, before
from shapecheck.rules._view import Call, Rule


class AffineTwice(Rule):
    """A Dense on a Dense, or a Conv on a Conv, with no function between them that is not linear.

    (x A + a) B + b = x (A B) + (a B + b): one layer computes the same. Silent, because it does not, or is meant:
    a width between that is smaller than those around it (a bottleneck: A B has that rank), before a Flatten smaller
    than that in front; convolutions in groups or of one channel each (a separable convolution); kernels that are 1
    along one axis only (a kernel taken apart); a layer that is trained next to one that is not; and whatever is read by
    others as well.
    """

    code = "SC709"
    kinds = ("Dense", *CONV)

    def check(self, call: Call) -> Iterator[Diagnostic]:
        first = before(call, THROUGH) if call.x is not None else None
        if first is None or first.x is None or first.kind != call.kind or activation(first) != "linear":
            return
        way = _between(first, call)
        if way is None or not (_whole(first) and _whole(call)) or first.layer.trainable != call.layer.trainable:
            return
        middle = _width(first)
        wide = _at_least(middle, _channels(first)) or ("Flatten" not in way and _at_least(middle, _width(call)))
        if wide:
            yield call.finding(
                self.code,
                first=first.name,
                labels=first.mark("linear"),
                label=f"of what `{first.name}` gives, with nothing in between that is not linear",
                help=[f"give `{first.name}` an `activation`, or leave one of the two out"],
            )


THROUGH = ("Flatten", *AVERAGE_POOLING, *PADDING)
"""Linear as well. A BatchNormalization is in inference only, and in front of a bottleneck it is meant."""


def _between(first: Call, last: Call) -> list[str] | None:
    """The kinds of the layers between two calls, where each is read by the next one only; else None."""
    kinds: list[str] = []
    at = last.source
    while at is not None and at.node is not first.node:
        if at.reader is None:
            return None
        kinds.append(at.kind)
        at = at.source
    return kinds if first.reader is not None else None


def _whole(call: Call) -> bool:
    """Whether each output hangs on all channels of its window, and the window is not a part of one."""
    layer = call.layer
    return call.kind == "Dense" or (layer.groups == 1 and len({size > 1 for size in layer.kernel_size}) == 1)


def _channels(call: Call) -> Dim:
    """How many features a layer reads."""
    x = call.x or (0,)
    return x[-1] if call.kind == "Dense" else call.layer.last(x)[-1]


def _width(call: Call) -> Dim:
    """How many features a layer gives."""
    width: Dim = call.layer.units if call.kind == "Dense" else call.layer.filters
    return width


def _at_least(a: Dim, b: Dim) -> bool:
    return dims.at_least(a - b, 0) is True
