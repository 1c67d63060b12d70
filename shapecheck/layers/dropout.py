"""Dropout and its spatial variants: one random pattern, drawn in training only."""

from shapecheck import dims, need, params
from shapecheck.contract import PASS, Layer, layer


class Dropped(Layer):
    """y = x * m / (1 - rate) in training, where m is 0 with probability `rate`; y = x in inference.

    m is drawn once along each axis on which the noise is 1.
    """

    rate: params.Rate

    mask = PASS
    each_of_a_list = True

    def noise(self, shape):
        """The shape of the pattern m for inputs of this shape."""
        return shape

    def run(self, np, x, training, rng, keras):
        if not training or self.rate == 0 or (self.rate == 1 and keras.rate_of_one_keeps_all):
            return x
        if self.rate == 1:
            return np.zeros_like(x)
        need.that(x.dtype.kind == "f", "SC504", problem=f"values of {x.dtype} cannot be scaled by 1 / (1 - rate)")
        kept = rng.random(self.noise(x.shape)) >= self.rate
        return np.where(kept, x / (1 - self.rate), 0).astype(x.dtype)


@layer
class Dropout(Dropped):
    """Zero a random part of the values in training, and scale the others by 1 / (1 - rate).

    `noise_shape` includes the batch; 1 shares one draw along an axis, None stands for the size of the input.
    """

    rate: params.Rate
    noise_shape: params.NoiseShape = None
    seed: params.Seed = None

    examples = (
        "rate: 0.5 | (n, t, 8) -> (n, t, 8)",
        "rate: 0.5, noise_shape: [null, 1, 8], seed: 3 | (n, t, 8) -> (n, t, 8)",
        "rate: 1.5 | (n, 8) !! SC114",
        "rate: 0.5, noise_shape: [null, 3] | (n, 8) !! SC313",
    )

    def shape(self, x):
        if self.noise_shape is not None:
            facts = {"given": self.noise_shape, "shape": x}
            problem = f"it has {len(self.noise_shape)} entries, and the input has rank {len(x)}"
            need.that(len(self.noise_shape) == len(x), "SC313", "noise_shape", problem=problem, **facts)
            for axis, (size, drawn) in enumerate(zip(x, self.noise_shape, strict=True)):
                if drawn not in (None, 1):
                    problem = f"entry {axis} is {drawn}, and the size there is {dims.text(size)}"
                    need.equal(size, drawn, "SC313", "noise_shape", axis=axis, item=axis, problem=problem, **facts)
        return x

    def noise(self, shape):
        if self.noise_shape is None:
            return shape
        return tuple(size if drawn is None else drawn for size, drawn in zip(shape, self.noise_shape, strict=True))


class SpatialDropout(Dropped):
    """Drop whole channels: one draw for each sample and channel, shared along every spatial axis."""

    rank = 3


    def shape(self, x):
        need.axes(x, "n" + " i" * (self.rank - 1))
        return x

    def noise(self, shape):
        batch, *middle, channels = shape
        if getattr(self, "data_format", "channels_last") == "channels_first":
            return batch, shape[1], *(1 for _ in shape[2:])
        return batch, *(1 for _ in middle), channels


@layer
class SpatialDropout1D(SpatialDropout):
    """Drop whole features of a sequence: noise (n, 1, c)."""

    rate: params.Rate
    seed: params.Seed = None

    rank = 3
    examples = (
        "rate: 0.5 | (n, t, 8) -> (n, t, 8)",
        "rate: 0.5, seed: 1 | (n, 8) !! SC302",
    )


@layer
class SpatialDropout2D(SpatialDropout):
    """Drop whole feature maps: noise (n, 1, 1, c), or (n, c, 1, 1) with channels_first."""

    rate: params.Rate
    data_format: params.DataFormat = None
    seed: params.Seed = None

    rank = 4
    examples = (
        "rate: 0.5 | (n, h, w, 8) -> (n, h, w, 8)",
        "rate: 0.5, data_format: channels_first, seed: 1 | (n, 8, h, w) -> (n, 8, h, w)",
        "rate: 0.5 | (n, t, 8) !! SC302",
    )


@layer
class SpatialDropout3D(SpatialDropout):
    """Drop whole feature volumes: noise (n, 1, 1, 1, c), or (n, c, 1, 1, 1) with channels_first."""

    rate: params.Rate
    data_format: params.DataFormat = None
    seed: params.Seed = None

    rank = 5
    examples = (
        "rate: 0.5 | (n, d, h, w, 8) -> (n, d, h, w, 8)",
        "rate: 0.5, data_format: channels_first, seed: 1 | (n, 8, d, h, w) -> (n, 8, d, h, w)",
        "rate: 0.5 | (n, h, w, 8) !! SC302",
    )
