"""Pooling: the largest value or the mean under a window."""

from typing import Any

from shapecheck import params
from shapecheck.contract import layer
from shapecheck.layers._pooled import LargestOfWindows, MeanOfWindows, Windows
from shapecheck.layers._windows import margins, padded, places, slots


class Pooling(Windows):
    """The values under a window become one. `strides` is the size of the window unless it is given.

    The size of each axis after it: valid floor((n - pool_size) / strides) + 1, same ceil(n / strides). Padding counts
    neither for the largest value nor for the mean.
    """

    pool_size: Any
    strides: Any
    padding: Any


    def window(self, i):
        """Size, stride, dilation and padding of the window along spatial axis i."""
        strides = self.pool_size if self.strides is None else self.strides
        return self.pool_size[i], strides[i], 1, self.padding

    def along(self, i, n):
        return slots(n, *self.window(i), **self.place(i))

    def pooled(self, np, x, combine, start):
        """`combine` over the window, one axis after another; `start` is what the padding holds."""
        for i, n in enumerate(x.shape[1:-1]):
            k, stride, _, _ = window = self.window(i)
            before, after = margins(n, *window)
            pairs = [(before, after) if i == j else (0, 0) for j in range(self.rank)]
            x = np.moveaxis(padded(np, x, pairs, start), i + 1, 0)
            last = (places(n, *window) - 1) * stride + 1
            y = x[: max(last, 0) : stride].copy()
            for offset in range(1, k):
                combine(y, x[offset : max(offset + last, 0) : stride], out=y)
            x = np.moveaxis(y, 0, i + 1)
        return x


class MaxPooling(LargestOfWindows, Pooling):
    """y = max over the window."""


class AveragePooling(MeanOfWindows, Pooling):
    """y = mean over the values under the window."""


@layer
class MaxPooling1D(MaxPooling):
    """The largest of `pool_size` steps, for each feature."""

    pool_size: params.Sizes1 = 2
    strides: params.Strides1 = None
    padding: params.PoolPadding = "valid"
    data_format: params.DataFormat = None

    rank = 1
    examples = (
        "| (n, t, 4) -> (n, t//2, 4)",
        "pool_size: 3, strides: 2 | (n, t, 4) -> (n, (t - 1)//2, 4)",
        "pool_size: 3, padding: same, data_format: channels_first | (n, 4, t) -> (n, 4, (t + 2)//3)",
        "pool_size: 3 | (n, 2, 4) !! SC306",
        "padding: SAME | (n, t, 4) !! SC114",
    )


@layer
class MaxPooling2D(MaxPooling):
    """The largest value of each window of an image, for each channel."""

    pool_size: params.Sizes2 = 2
    strides: params.Strides2 = None
    padding: params.PoolPadding = "valid"
    data_format: params.DataFormat = None

    rank = 2
    examples = (
        "| (n, h, w, 4) -> (n, h//2, w//2, 4)",
        "pool_size: [3, 2], strides: [2, 3], padding: same | (n, h, w, 4) -> (n, (h + 1)//2, (w + 2)//3, 4)",
        "pool_size: [1, 3], strides: 1, data_format: channels_first | (n, 4, h, w) -> (n, 4, h, w - 2)",
        "| (n, h, 1, 4) !! SC306",
        "| (n, t, 4) !! SC302",
        "pool_size: 0 | (n, h, w, 4) !! SC114",
    )


@layer
class MaxPooling3D(MaxPooling):
    """The largest value of each window of a volume, for each channel."""

    pool_size: params.Sizes3 = 2
    strides: params.Strides3 = None
    padding: params.PoolPadding = "valid"
    data_format: params.DataFormat = None

    rank = 3
    examples = (
        "pool_size: [1, 2, 3] | (n, d, h, w, 2) -> (n, d, h//2, w//3, 2)",
        "strides: [1, 2, 3], padding: same, data_format: channels_first"
        " | (n, 2, d, h, w) -> (n, 2, d, (h + 1)//2, (w + 2)//3)",
        "| (n, 1, h, w, 2) !! SC306",
    )


@layer
class AveragePooling1D(AveragePooling):
    """The mean of `pool_size` steps, for each feature."""

    pool_size: params.Sizes1
    strides: params.Strides1 = None
    padding: params.PoolPadding = "valid"
    data_format: params.DataFormat = None

    rank = 1
    examples = (
        "pool_size: 2 | (n, t, 4) -> (n, t//2, 4)",
        "pool_size: 3, strides: 2 | (n, t, 4) -> (n, (t - 1)//2, 4)",
        "pool_size: 3, padding: same, data_format: channels_first | (n, 4, t) -> (n, 4, (t + 2)//3)",
        "| (n, t, 4) !! SC112",
    )


@layer
class AveragePooling2D(AveragePooling):
    """The mean of each window of an image, for each channel."""

    pool_size: params.Sizes2
    strides: params.Strides2 = None
    padding: params.PoolPadding = "valid"
    data_format: params.DataFormat = None

    rank = 2
    examples = (
        "pool_size: 2 | (n, h, w, 4) -> (n, h//2, w//2, 4)",
        "pool_size: [3, 2], strides: [2, 3], padding: same | (n, h, w, 4) -> (n, (h + 1)//2, (w + 2)//3, 4)",
        "pool_size: [1, 3], strides: 1, data_format: channels_first | (n, 4, h, w) -> (n, 4, h, w - 2)",
        "pool_size: 2 | (n, 1, w, 4) !! SC306",
    )


@layer
class AveragePooling3D(AveragePooling):
    """The mean of each window of a volume, for each channel."""

    pool_size: params.Sizes3
    strides: params.Strides3 = None
    padding: params.PoolPadding = "valid"
    data_format: params.DataFormat = None

    rank = 3
    examples = (
        "pool_size: [1, 2, 3] | (n, d, h, w, 2) -> (n, d, h//2, w//3, 2)",
        "pool_size: 2, strides: [1, 2, 3], padding: same, data_format: channels_first"
        " | (n, 2, d, h, w) -> (n, 2, d, (h + 1)//2, (w + 2)//3)",
        "pool_size: 2 | (n, d, h, 1, 2) !! SC306",
    )
