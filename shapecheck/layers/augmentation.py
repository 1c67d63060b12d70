"""Augmentation: pictures changed at random in training. The shape stays."""

from typing import Any

from shapecheck import need, params
from shapecheck.contract import DROP, layer
from shapecheck.diagnostic import Refusal
from shapecheck.layers._channels import Spatial
from shapecheck.layers._values import kind, reader
from shapecheck.layers.resizing import Sized, middle
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

    Training changes them at random. Where the change is not one of those that are worked out here, training is refused.
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
        if not training:
            return self.always(np, x)
        single = x.ndim == 3
        y = x[np.newaxis] if single else x
        y = self.changed(np, np.moveaxis(y, 1, -1) if self.first else y, rng)
        y = (np.moveaxis(y, -1, 1) if self.first else y).astype(x.dtype, copy=False)
        return y[0] if single else y

    def always(self, np, x):
        """What happens in inference."""
        return x

    def changed(self, np, x, rng):
        """Pictures (n, h, w, c) in training."""
        return need.refuse("SC504", problem="its random pictures are not worked out here; leave training off")

    def drawn(self, np, rng, x, bounds):
        """A number between two bounds for each picture."""
        return rng.uniform(*bounds, (len(x), 1, 1, 1))


SAME = "| (n, h, w, 3) -> (n, h, w, 3)"
WRONG = "| (n, 3) !! SC302"


@layer
class RandomFlip(Augmentation):
    """Each picture mirrored with probability 1/2, along each axis that `mode` names."""

    mode: Flips = "horizontal_and_vertical"
    seed: params.Seed = None

    examples = (SAME, f"mode: horizontal, seed: 1 {SAME}", "mode: x | (n, h, w, 3) !! SC114", WRONG)

    def changed(self, np, x, rng):
        for word, axis in (("vertical", 1), ("horizontal", 2)):
            if word in self.mode:
                x = np.where(rng.random((len(x), 1, 1, 1)) < 0.5, np.flip(x, axis), x)
        return x


@layer
class RandomBrightness(Augmentation):
    """One number of `factor` times the width of `value_range` added to each picture, cut off at the range."""

    factor: Around
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (f"factor: 0.2, value_range: [0, 1] {SAME}", "factor: 2 | (n, h, w, 3) !! SC114")

    def changed(self, np, x, rng):
        low, high = self.value_range
        return np.clip(x + self.drawn(np, rng, x, self.factor) * (high - low), low, high)


@layer
class RandomContrast(Augmentation):
    """(x - mean) * c + mean for each channel of a picture, c from 1 - factor to 1 + factor, cut off at the range."""

    factor: Share
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (f"factor: 0.2 {SAME}", "factor: -0.5 | (n, h, w, 3) !! SC114")

    def changed(self, np, x, rng):
        low, high = self.factor
        mean = np.mean(x, (1, 2), keepdims=True)
        return np.clip((x - mean) * self.drawn(np, rng, x, (1 - low, 1 + high)) + mean, *self.value_range)


@layer
class RandomInvert(Augmentation):
    """Each picture turned around in `value_range`, with a probability of `factor`."""

    factor: Shares = 1.0
    value_range: Values = (0, 255)
    seed: params.Seed = None

    examples = (SAME, f"factor: 0.5 {SAME}")

    def changed(self, np, x, rng):
        turned = rng.random((len(x), 1, 1, 1)) < self.drawn(np, rng, x, self.factor)
        return np.where(turned, sum(self.value_range) - x, x)


@layer
class RandomGrayscale(Augmentation):
    """Each picture in shades of grey, 0.2989 r + 0.587 g + 0.114 b, with a probability of `factor`."""

    factor: params.Rate = 0.5
    seed: params.Seed = None

    examples = (SAME, f"factor: 1 {SAME}", "factor: 2 | (n, h, w, 3) !! SC114", "| (n, h, w, 4) !! SC301")

    def shape(self, x):
        channels = self.last(super().shape(x))[-1]
        if channels != 1:
            need.equal(channels, 3, verb="takes 3 colours, and cannot take", axis=self.channel_axis)
        return x

    def changed(self, np, x, rng):
        if x.shape[-1] != 3:
            return x
        grey = np.sum(x * np.asarray([0.2989, 0.587, 0.114], x.dtype), -1, keepdims=True)
        return np.where(rng.random((len(x), 1, 1, 1)) < self.factor, grey, x)


@layer
class AutoContrast(Augmentation):
    """Each channel of a picture spread over the whole of `value_range`; one of a single value stays."""

    value_range: Values = (0, 255)

    examples = (SAME, f"value_range: [0, 1] {SAME}")

    def always(self, np, x):
        if not x.size:
            return x
        low, high = np.min(x, (1, 2), keepdims=True), np.max(x, (1, 2), keepdims=True)
        spread = np.where(high > low, high - low, 1)
        start, end = self.value_range
        return np.where(high > low, (x - low) / spread * (end - start) + start, x).astype(x.dtype)

    def run(self, np, x, training, rng):
        return self.always(np, x if x.dtype.kind == "f" else x.astype("float32"))


@layer
class MaxNumBoundingBoxes(Augmentation):
    """Pictures as they are; of their boxes, `max_number` for each."""

    max_number: params.Extent
    fill_value: params.Whole = -1

    examples = (f"max_number: 5, fill_value: 0 {SAME}", "max_number: -1 | (n, h, w, 3) !! SC114")

    def changed(self, np, x, rng):
        return x


@layer
class RandomCrop(Sized):
    """A random part (height, width) of each picture; one that is too small is resized.

    Without training it is the largest part in the middle that has the aspect ratio, resized, as Keras describes it;
    Keras 3.15 then hands back the picture as it is, and infers the size of the part.
    """

    height: params.Extent
    width: params.Extent
    seed: params.Seed = None
    data_format: params.DataFormat = None

    examples = (
        "height: 4, width: 5 | (n, h, w, 3) -> (n, 4, 5, 3)",
        "height: 4, width: 5, data_format: channels_first, seed: 1 | (3, h, w) -> (3, 4, 5)",
        "height: 4, width: -1 | (n, h, w, 3) !! SC114",
        "height: 4, width: 5 | (n, 3) !! SC302",
    )

    def dtype(self, x):
        return self.policy.compute

    def run(self, np, x, training, rng):
        x = x if x.dtype.kind == "f" else x.astype("float32")
        y = np.moveaxis(x, -3, -1) if self.first else x
        rows, columns = y.shape[-3:-1]
        if training and rows >= self.height and columns >= self.width:
            top, left = rng.integers(rows - self.height + 1), rng.integers(columns - self.width + 1)
            y = middle(y, top, left, self.height, self.width)
        else:
            y = self.resized(np, self.cut(y), "bilinear")
        return np.moveaxis(y, -1, -3) if self.first else y
