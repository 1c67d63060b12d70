"""An image whose axes are in the other order."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import ELEMENTWISE, PADDING, SPATIAL
from shapecheck.rules._view import Call, Rule, Shape


class LooksChannelsFirst(Rule):
    """An Input like (1, 28, 28) or (3, 480, 640) before layers that take the last axis for the channels, or reversed.

    Few and equal speak for themselves: a first size of 1, 3 or 4 and a square behind it, or 3 and two sizes of 32 and
    more; and the layer that reads it looks at more than one row, so that the few are not meant to be one.
    """

    code = "SC720"
    kinds = ("InputLayer",)

    def check(self, call: Call) -> Iterator[Diagnostic]:
        from shapecheck.fixes.editing import Set

        y = call.y
        if y is None or len(y) not in (4, 5) or not all(isinstance(size, int) for size in y[1:]):
            return
        for reader in _spatial(call):
            first = reader.layer.first
            sizes = y[1:] if not first else (y[-1], *y[1:-1])
            if reader.layer.rank == len(y) - 2 and _swapped(sizes) and _looks_at_rows(reader):
                other = "channels_last" if first else "channels_first"
                fit = (*y[2:], y[1]) if not first else (y[-1], *y[1:-1])
                turned = call.model.survives(Set(call.node.index, {"shape": list(fit)}))
                yield call.finding(
                    self.code,
                    "shape",
                    shape=y[1:],
                    looks=other,
                    reader=reader.name,
                    takes="channels_first" if first else "channels_last",
                    labels=reader.mark(f"takes {y[1] if first else y[-1]} for the number of channels"),
                    label=f"looks like {other}",
                    help=[f"write `shape: {list(fit)}` if the data are so, or `data_format: {other}`"]
                    if turned
                    else [],
                )
                return


def _swapped(sizes: Shape) -> bool:
    """Whether the first size is that of channels, and the others those of an image."""
    few, *image = sizes
    square = len({*image}) == 1 and min(image) >= 8
    large = few == 3 and min(image) >= 32
    return few in (1, 3, 4) and (square or large)


def _spatial(call: Call) -> Iterator[Call]:
    """The first spatial layers behind an Input."""
    waiting, seen = [call], 0
    while waiting and seen < 20:
        seen += 1
        for reader in waiting.pop().readers:
            if reader.kind in (*ELEMENTWISE, *PADDING) and reader.layer is not None:
                waiting.append(reader)
            elif reader.kind in SPATIAL and reader.outputs:
                yield reader


def _looks_at_rows(reader: Call) -> bool:
    """Whether a window is longer than one row."""
    layer = reader.layer
    window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    return window is None or window[0] > 1
