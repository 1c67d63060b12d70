"""What the augmentation layers share: their parameters, and pictures that change at random in training."""

from typing import Any

from shapecheck import need, params
from shapecheck.contract import DROP
from shapecheck.diagnostic import Refusal
from shapecheck.layers._channels import Spatial
from shapecheck.layers._values import kind, reader
from shapecheck.making import make
from shapecheck.modes import KERAS3
from shapecheck.words import shown


def factor(low, high, only=False):
    """A number from low to high, or two of them, between which one is drawn; None is 0, unless `only` numbers go."""
    expected = f"a number from {low} to {high}, or two of them"

    def read(value, param, keras):
        if value is None and not only:
            return 0.0, 0.0
        several = value if isinstance(value, (list, tuple)) else (value,)
        if not 0 < len(several) < 3 or (len(several) == 1) == isinstance(value, (list, tuple)):
            raise Refusal("SC113", param, expected=expected, given=shown(value))
        if not all(isinstance(one, (int, float)) for one in several):
            raise Refusal("SC113", param, expected=expected, given=shown(value))
        if not all(low <= one <= high for one in several):
            raise Refusal("SC114", param, expected=expected, given=shown(value))
        size = abs(several[0])
        return tuple(sorted(several)) if len(several) == 2 else (max(-size, low), size)

    return kind(expected, read)


def _value_range(value, param, keras):
    numbers = isinstance(value, (list, tuple)) and len(value) == 2 and all(isinstance(v, (int, float)) for v in value)
    if not numbers:
        raise Refusal("SC113", param, expected="a list of two numbers", given=shown(value))
    return tuple(sorted(value))


def _kernel_size(value, param, keras):
    sizes = reader(params.Sizes2)(value, param, keras)
    if not all(size % 2 for size in sizes):
        raise Refusal("SC114", param, expected="odd numbers", given=shown(value))
    return sizes


Around: Any = factor(-1, 1)
Share: Any = factor(0, 1)
Shares: Any = factor(0, 1, only=True)
Posters: Any = factor(1, 8, only=True)
Values: Any = kind("a list of two numbers", _value_range)
OddSizes: Any = kind("odd numbers", _kernel_size)
Fill: Any = params.one_of("constant", "nearest", "wrap", "reflect")
Interpolation: Any = params.one_of("nearest", "bilinear")
AnyInterpolation: Any = params.Interpolation
Flips: Any = params.one_of("horizontal", "vertical", "horizontal_and_vertical")
MaybeAround: Any = params.optional(Around)
MaybeShare: Any = params.optional(Share)
Chains: Any = params.Positive


class Augmentation(Spatial):
    """Pictures (n, h, w, c), or one (h, w, c). In inference they stay as they are; floats come out.

    What training does to them has two parts: `drawn`, the random numbers, and `changed`, the pictures for them.
    """

    bounding_box_format: params.Anything = None
    data_format: params.DataFormat = None

    rank = 2
    mask = DROP

    def shape(self, x):
        need.that(len(x) in (3, 4), "SC302", expected="rank 3 or 4", rank=len(x), shape=x)
        return x

    def dtype(self, x):
        return self.policy.compute

    def run(self, np, x, training, rng):
        x = x if x.dtype.kind == "f" else x.astype("float32")
        if not training or not x.size:
            return x
        single = x.ndim == 3
        y = x[np.newaxis] if single else x
        y = self.at_random(np, np.moveaxis(y, 1, -1) if self.first else y, rng)
        y = (np.moveaxis(y, -1, 1) if self.first else y).astype(x.dtype, copy=False)
        return y[0] if single else y

    def as_layer(self, kind, **config):
        """A layer of another kind, for a step of this one."""
        return make(kind, config, KERAS3)[0]

    def at_random(self, np, x, rng):
        """Pictures (n, h, w, c) in training."""
        return self.changed(np, x, **self.drawn(np, rng, x))

    def drawn(self, np, rng, x):
        """The random numbers for some pictures, by name."""
        return {}

    def changed(self, np, x, **drawn):
        """Pictures (n, h, w, c) for numbers that were drawn."""
        return x


def uniform(rng, x, bounds):
    """A number between two bounds for each picture, to be multiplied with it."""
    return rng.uniform(*bounds, (len(x), 1, 1, 1))


def chance(rng, x, bounds):
    """For each picture whether it is chosen, with a probability that is itself drawn between two bounds."""
    return rng.random((len(x), 1, 1, 1)) < uniform(rng, x, bounds)


def sign(rng, x):
    """1 or -1 for each picture."""
    return 1 - 2 * (rng.random((len(x), 1, 1, 1)) > 0.5)


def scaled(x, before, after):
    """Values of one range as values of another."""
    (low, high), (start, end) = before, after
    return x if tuple(before) == tuple(after) else (x - low) / (high - low) * (end - start) + start


def colours(x, counts):
    """Refuse pictures that have another number of channels than Keras can compute with."""
    said = " or ".join(map(str, counts))
    need.that(x.shape[-1] in counts, "SC504", problem=f"its training takes {said} channels, not {x.shape[-1]}")


BYTES = (0, 255)
SAME = "| (n, h, w, 3) -> (n, h, w, 3)"
WRONG = "| (n, 3) !! SC302"
