"""A size of 1 that is repeated by accident."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck import dims
from shapecheck.diagnostic import Diagnostic
from shapecheck.rules._kinds import ELEMENTWISE, MERGES
from shapecheck.rules._paths import before
from shapecheck.rules._view import Call, Rule, Shape
from shapecheck.words import listing, shape_text


class Broadcast(Rule):
    """A merge that repeats an axis of size 1 which nobody made to be repeated.

    Two cases are shown. Inputs of different ranks, none of which has the shape of the result: (B, T) and (B, T, 1) are
    (B, T, T), all pairs of steps. And a sum, mean or maximum of features with an Input of a single one: the one is
    added to all. A single value that a layer works out (attention, gates, the value of a state) is meant.
    """

    code = "SC704"
    kinds = (*MERGES, "ops.Add", "ops.Subtract", "ops.Multiply", "ops.Divide", "ops.Maximum", "ops.Minimum")

    def check(self, call: Call) -> Iterator[Diagnostic]:
        shapes, y = [spec.shape or () for spec in call.inputs], call.y
        if len(shapes) < 2 or y is None:
            return
        if len({*map(len, shapes)}) > 1 and all(_grows(shape, y) for shape in shapes):
            yield self._finding(call, shapes, y, "each of them is repeated along an axis of the other")
        elif call.kind in ("Add", "Average", "Maximum", "Minimum"):
            for source, shape in zip(call.sources, shapes, strict=True):
                if (
                    shape[-1] == 1
                    and y[-1] != 1
                    and len(shape) == len(y)
                    and shape[:-1] == y[:-1]
                    and _is_input(source)
                ):
                    label = f"the single value of `{source.name}` is taken {dims.text(y[-1])} times"
                    yield self._finding(call, shapes, y, label)
                    return

    def _finding(self, call: Call, shapes: list[Shape], y: Shape, label: str) -> Diagnostic:
        read = listing(f"`{source.name}` {shape_text(s)}" for source, s in zip(call.sources, shapes, strict=True))
        return call.finding(self.code, read=read, shape=y, label=label)


def _grows(shape: Shape, y: Shape) -> bool:
    """Whether a result is larger than this input by more than axes of size 1, for certain."""
    wide = (*(1,) * (len(y) - len(shape)), *shape[1:]) if len(shape) < len(y) else shape[1:]
    new = y[1:] if len(wide) < len(y) else y
    return any(a == 1 and b != 1 and dims.at_least(b, 2) is not False for a, b in zip(wide, new, strict=True))


def _is_input(call: Call) -> bool:
    if call.kind in ELEMENTWISE:
        first = before(call, ELEMENTWISE)
        return first is not None and first.kind == "InputLayer"
    return call.kind == "InputLayer"
