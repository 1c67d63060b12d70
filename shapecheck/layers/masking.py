"""Masking: leave out the time steps that hold nothing but one value."""

from shapecheck import need, params
from shapecheck.contract import Layer, layer


@layer
class Masking(Layer):
    """Zero the steps in which every feature equals `mask_value`, and mask them for the layers that follow.

    y = x * m, m = any(x != mask_value, last axis); the mask emitted is m, whatever mask came in.
    """

    mask_value: params.MaskValue = 0.0

    emits_mask = True
    examples = (
        "| (n, t, 8) -> (n, t, 8)",
        "mask_value: -1.0 | (n, 5) -> (n, 5)",
    )

    def shape(self, x):
        need.axes(x, "n ...")
        return x

    def mask(self, np, x):
        return np.any(x != self.mask_value, axis=-1)

    def run(self, np, x):
        kept = np.any(x != self.mask_value, axis=-1, keepdims=True)
        return x * kept.astype(x.dtype)
