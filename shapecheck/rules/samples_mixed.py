"""Samples of a batch that run into one another."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck import dims
from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._view import Call, Rule
from shapecheck.words import shape_text


class SamplesMixed(Rule):
    """A layer whose output has the batch inside another axis, or no axis of samples any more.

    The samples of a batch have nothing to do with one another, and their number may change from call to call. Moved to
    another axis, or paired with itself, the batch is whole still; so it is in front, multiplied (steps folded into it).
    """

    code = "SC701"
    kinds = ("Lambda", "(custom)", "ops.Reshape", "ops.Transpose", "ops.Mean", "ops.Sum", "ops.Max", "ops.Min")

    def check(self, call: Call) -> Iterator[Diagnostic]:
        batch, inputs = call.model.found.symbols["B"], call.inputs
        if isinstance(batch, int) or not inputs or any(not spec.shape or spec.shape[0] != batch for spec in inputs):
            return
        for output in call.outputs:
            y = output.shape
            if y is None or len(y) < 2 or any(size is dims.UNKNOWN for size in y):
                continue
            inside = next((axis for axis, size in enumerate(y) if axis and size != batch and _holds(size, batch)), None)
            torn = _holds(y[0], batch) and dims.divides(batch, y[0]) is not True
            if inside is None and torn:
                inside = 0
            lost = not any(_holds(size, batch) for size in y)
            if inside is not None or lost:
                x = inputs[0].shape or ()
                yield call.finding(
                    self.code,
                    shape=y,
                    axis="" if inside is None else f" on axis {inside}",
                    label=f"{shape_text(x)} becomes {shape_text(y)}",
                )


def _holds(size: dims.Dim, batch: dims.Dim) -> bool:
    return not isinstance(size, int) and any(symbol.name == "B" for symbol in dims.symbols_of(size))
