"""Flatten: one axis for all the values of a sample."""

from shapecheck import dims, need, params
from shapecheck.contract import Layer, layer


@layer
class Flatten(Layer):
    """(n, a, b, ...) to (n, a*b*...); with channels_first, axis 1 is moved last beforehand.

    A None is refused, in the strict and the `keras: 2` semantics: a layer that follows could have no fixed weights.
    A named size is multiplied out.
    """

    data_format: params.DataFormat = None

    examples = (
        "| (n, 4, 5, 3) -> (n, 60)",
        "| (n, h, w, 3) -> (n, 3*h*w)",
        "data_format: channels_first | (n, 3, 4, 5) -> (n, 60)",
        "| () !! SC302",
    )

    def shape(self, x, keras):
        need.axes(x, "n" + " i" * (keras.flatten_least_rank - 1) + " ...")
        if keras.flatten_needs_sizes:
            for axis, size in enumerate(x[1:], 1):
                need.that(not dims.varies(size), "SC307", shape=x)
                need.at_least(size, 1, f"axis {axis}", "SC307", shape=x)
        return x[0], dims.product(x[1:])

    def run(self, np, x):
        if self.data_format == "channels_first" and x.ndim > 2:
            x = np.moveaxis(x, 1, -1)
        return np.reshape(x, (len(x), dims.product(x.shape[1:])))
