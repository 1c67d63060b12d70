"""The two layers that Keras's ConvNeXt brings along, and that stand in its files."""

from shapecheck import initializers, need, params
from shapecheck.contract import PASS, Layer, Weight, layer


@layer
class LayerScale(Layer):
    """y = x * gamma, with a gamma for each of `projection_dim` features that starts at `init_values`."""

    init_values: params.Number
    projection_dim: params.Count

    mask = PASS
    examples = (
        "init_values: 0.5, projection_dim: 8 | (n, h, w, 8) -> (n, h, w, 8)",
        "init_values: 1, projection_dim: 8 | (n, 4) !! SC310",
        "init_values: 1, projection_dim: 0 | (n, 4) !! SC114",
    )

    def shape(self, x):
        need.axes(x, "n ...")
        return (*x[:-1], need.broadcast(x[-1], self.projection_dim, axis=len(x) - 1))

    def weights(self, x):
        start = initializers.get({"class_name": "Constant", "config": {"value": self.init_values}})
        yield "gamma", Weight((self.projection_dim,), start)

    def run(self, np, x, w):
        return x * w["gamma"]


@layer
class StochasticDepth(Layer):
    """y = x in inference; in training each sample is dropped with probability `drop_path_rate`, others are scaled."""

    drop_path_rate: params.Rate

    mask = PASS
    examples = (
        "drop_path_rate: 0.2 | (n, h, w, 8) -> (n, h, w, 8)",
        "drop_path_rate: 2 | (n, 8) !! SC114",
    )

    def run(self, np, x, training, rng):
        if not training or not self.drop_path_rate:
            return x
        keep = 1 - self.drop_path_rate
        kept = np.floor(keep + rng.random((len(x), *(1,) * (x.ndim - 1))))
        return (x / keep * kept).astype(x.dtype)
