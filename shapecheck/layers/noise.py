"""Noise: random numbers that are added or multiplied in training only."""

from typing import Any

from shapecheck import need, params
from shapecheck.contract import PASS, Layer, layer
from shapecheck.layers import dropout
from shapecheck.layers._values import kind, reader


def _stddev(value, param, keras):
    """Keras 2.2.4 takes any deviation, Keras 3 one from 0 to 1."""
    return reader(params.Rate if keras.values_are_validated else params.Number)(value, param, keras)


def _noise_shape(value, param, keras):
    """Keras does not look at it before it draws."""
    return value if keras.generation is not None else reader(params.NoiseShape)(value, param, keras)


Stddev: Any = kind("a number from 0 to 1", _stddev)
Dropout: Any = dropout.Dropout  # whose pattern has the same shape
LateNoiseShape: Any = kind("a list of sizes, None for the size of the input", _noise_shape)


class Noise(Layer):
    """The shape stays; in inference so do the values."""

    mask = PASS

    def dtype(self, x):
        return self.policy.compute

    def run(self, np, x, training, rng, keras):
        x = x if x.dtype.kind == "f" else x.astype("float32")
        return self.noisy(np, x, rng, keras).astype(x.dtype, copy=False) if training else x

    def noisy(self, np, x, rng, keras):
        """x in training."""
        raise NotImplementedError


def spreading(rate):
    """Refuse a rate of 1, which training cannot compute: nothing of the input would be left to scale up."""
    need.that(rate < 1, "SC114", "rate", expected="less than 1 in training", given=rate)


@layer
class GaussianNoise(Noise):
    """y = x + e in training, with e normal of mean 0 and deviation `stddev`."""

    stddev: Stddev
    seed: params.Seed = None

    examples = ("stddev: 0.1, seed: 1 | (n, t, 8) -> (n, t, 8)", "stddev: 2 | (n, 8) !! SC114")

    def noisy(self, np, x, rng, keras):
        return x + self.stddev * rng.standard_normal(x.shape)


@layer
class GaussianDropout(Noise):
    """y = x * e in training, with e normal of mean 1 and deviation sqrt(rate / (1 - rate))."""

    rate: params.Rate
    seed: params.Seed = None

    examples = ("rate: 0.5, seed: 1 | (n, t, 8) -> (n, t, 8)", "rate: 1.5 | (n, 8) !! SC114")

    def noisy(self, np, x, rng, keras):
        if self.rate == 1 and keras.rate_of_one_keeps_all:
            return x
        spreading(self.rate)
        return x * (1 + (self.rate / (1 - self.rate)) ** 0.5 * rng.standard_normal(x.shape))


@layer
class AlphaDropout(Noise):
    """Dropout for SELU, which keeps the mean at 0 and the variance at 1 (Klambauer et al. 2017).

    In training a random part of the values, of probability `rate`, becomes s = -alpha * scale, and then y = a x + b
    with a = ((1 - rate) (1 + rate s^2))^(-1/2) and b = -a s rate.
    """

    rate: params.Rate
    noise_shape: LateNoiseShape = None
    seed: params.Seed = None

    examples = (
        "rate: 0.5, seed: 1 | (n, t, 8) -> (n, t, 8)",
        "rate: 0.5, noise_shape: [null, 1, 8] | (n, t, 8) -> (n, t, 8)",
        "rate: 0.5, noise_shape: [null, 3] | (n, 8) !! SC313",
        "rate: -0.5 | (n, 8) !! SC114",
    )

    def shape(self, x, keras):
        return Dropout.shape(self, x) if keras.generation is None else x

    def noisy(self, np, x, rng, keras):
        if self.rate == 0 or (self.rate == 1 and keras.rate_of_one_keeps_all):
            return x
        spreading(self.rate)
        self.noise_shape = reader(params.NoiseShape)(self.noise_shape, "noise_shape", keras)
        Dropout.shape(self, x.shape)
        kept = rng.random(Dropout.noise(self, x.shape)) >= self.rate
        low = -1.6732632423543772 * 1.0507009873554805
        a = ((1 - self.rate) * (1 + self.rate * low**2)) ** -0.5
        return a * np.where(kept, x, low) - a * low * self.rate
