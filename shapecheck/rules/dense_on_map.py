"""A Dense on a feature map as the output."""

from __future__ import annotations

from collections.abc import Iterator

from shapecheck.diagnostic import Diagnostic
from shapecheck.graph import edges_of
from shapecheck.rules._paths import activation, before
from shapecheck.rules._view import Call, Rule
from shapecheck.words import shape_text


class DenseOnMap(Rule):
    """A Dense with a softmax or a sigmoid gives an output of its own at each place of a feature map, which is smaller
    than the image: too coarse to label pixels, and one answer was forgotten to be made of many.

    A convolution there is a map of classes, and meant.
    """

    code = "SC730"
    kinds = ("Dense",)

    def check(self, call: Call) -> Iterator[Diagnostic]:
        y = call.y
        if y is None or len(y) not in (4, 5) or not all(isinstance(size, int) for size in y[1:]):
            return
        last = call if call.is_output else call.reader
        if last is None or not last.is_output or activation(last) not in ("softmax", "sigmoid"):
            return
        model = call.model
        images = [model.call(index).y or () for index in model.found.graph.inputs]
        if len(model.found.graph.outputs) > 1 or any(len(image) != len(y) for image in images) or max(y[1:-1]) == 1:
            return
        if all(isinstance(n, int) and m < n for image in images for m, n in zip(y[1:-1], image[1:-1], strict=True)):
            from shapecheck.fixes.editing import Insert

            before_it, pooling = before(call), f"GlobalAveragePooling{len(y) - 2}D"
            edge = next(iter(edges_of(call.node)))
            fits = model.survives(Insert(call.node.index, edge, pooling, {}))
            yield call.finding(
                self.code,
                shape=y,
                labels=before_it.mark(f"gives {shape_text(call.x or ())}") if before_it is not None else [],
                label=f"one answer for each of {y[1]} x {y[2]} places",
                help=[f"put `{pooling}` or `Flatten` before `{call.name}`"] if fits else [],
            )
