"""The layers that bring a tensor into a model, or pass it on as it is."""

from typing import Any

from shapecheck import need, params
from shapecheck.contract import PASS, Layer, layer


@layer
class InputLayer(Layer):
    """A tensor that is given from outside: `shape` without the batch, or `batch_shape` with it."""

    shape_: params.InputShape = None
    batch_size: params.BatchSize = None
    batch_shape: params.InputShape = None
    sparse: params.Flag = False
    ragged: params.Flag = False
    optional: params.Flag = False

    also = {"input_shape": "shape", "batch_input_shape": "batch_shape"}
    mask = PASS
    examples = (
        "shape: [t, 64]               -> (B, t, 64)",
        "batch_shape: [n, t, 64]      -> (n, t, 64)",
        "shape: [64], batch_size: 8   -> (8, 64)",
        "shape: [64], batch_shape: [8, 64]  !! SC118",
    )

    def check(self):
        if self.batch_shape is not None:
            need.that(self.shape_ is None, "SC118", "shape", other="batch_shape")
            need.that(self.batch_size is None, "SC118", "batch_size", other="batch_shape")
        else:
            need.that(self.shape_ is not None, "SC112", "shape")

    def shape(self):
        """The sizes as written; a None stays None until the engine gives it a name."""
        return self.batch_shape if self.batch_shape is not None else (self.batch_size, *self.shape_)

    def run(self, np, x: Any):
        return x


@layer
class Identity(Layer):
    """The input, unchanged."""

    mask = PASS
    examples = ("| (n, h, w, 3) -> (n, h, w, 3)",)
