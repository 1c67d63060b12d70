"""Images brought to a fixed size: resized, or cut from the middle."""

from typing import Any

from shapecheck import need, params
from shapecheck.contract import layer
from shapecheck.layers._channels import Spatial
from shapecheck.layers._resampling import resampled, rounded


class Sized(Spatial):
    """Height and width become those that are asked for; an image may come alone, without a batch."""

    height: Any
    width: Any

    rank = 2

    def shape(self, x):
        need.that(len(x) in (3, 4), "SC302", expected="rank 3 or 4", rank=len(x), shape=x)
        *before, _, _, channels = self.last(x)
        return self.back((*before, self.height, self.width, channels))

    def cut(self, x):
        """The largest part in the middle of the image that has the aspect ratio of the output."""
        *_, rows, columns, _ = x.shape
        if not self.height or not self.width:
            return x
        height = max(min(rows, int(float(columns * self.height) / self.width)), 1)
        width = max(min(columns, int(float(rows * self.width) / self.height)), 1)
        return middle(x, (rows - height) // 2, (columns - width) // 2, height, width)

    def resized(self, np, x, method, antialias=False):
        for axis, count in ((-3, self.height), (-2, self.width)):
            x = resampled(np, x, axis, count, method, antialias)
        return x


def middle(x, top, left, height, width):
    """A part of the rows and columns of images with the channels last."""
    return x[..., top : top + height, left : left + width, :]


@layer
class Resizing(Sized):
    """Images resized to (height, width).

    With crop_to_aspect_ratio the middle of the image is resized, with pad_to_aspect_ratio the image with `fill_value`
    around it, so that nothing is distorted. Whole numbers stay whole: they are rounded, and cut off at the range of
    their dtype.
    """

    height: params.Extent
    width: params.Extent
    interpolation: params.Interpolation = "bilinear"
    crop_to_aspect_ratio: params.Flag = False
    pad_to_aspect_ratio: params.Flag = False
    fill_mode: params.FillMode = "constant"
    fill_value: params.Number = 0.0
    antialias: params.Flag = False
    data_format: params.DataFormat = None

    examples = (
        "height: 4, width: 5 | (n, h, w, 3) -> (n, 4, 5, 3)",
        "height: 4, width: 5, interpolation: nearest | (h, w, 3) -> (4, 5, 3)",
        "height: 4, width: 5, crop_to_aspect_ratio: true, interpolation: bicubic, data_format: channels_first"
        " | (n, 3, h, w) -> (n, 3, 4, 5)",
        "height: 4, width: 5, pad_to_aspect_ratio: true, fill_value: 1, antialias: true | (n, h, w, 3) -> (n, 4, 5, 3)",
        "height: 4, width: 5 | (n, t, h, w, 3) !! SC302",
        "height: -1, width: 5 | (n, h, w, 3) !! SC114",
        "height: 4, width: 5, crop_to_aspect_ratio: true, pad_to_aspect_ratio: true | (n, h, w, 3) !! SC118",
    )

    def check(self):
        both = self.crop_to_aspect_ratio and self.pad_to_aspect_ratio
        need.that(not both, "SC118", "crop_to_aspect_ratio", other="pad_to_aspect_ratio")

    def computed(self, np, x, w):
        y = self.cut(x) if self.crop_to_aspect_ratio else self.framed(np, x) if self.pad_to_aspect_ratio else x
        return rounded(np, self.resized(np, y, self.interpolation, self.antialias), x.dtype)

    def framed(self, np, x):
        """The image with `fill_value` above and below, or left and right, up to the aspect ratio of the output."""
        *_, rows, columns, _ = x.shape
        if not self.height or not self.width:
            return x
        above = (max(rows, int(float(columns * self.height) / self.width)) - rows) // 2
        left = (max(columns, int(float(rows * self.width) / self.height)) - columns) // 2
        pairs = [(0, 0)] * (x.ndim - 3) + [(above, above), (left, left), (0, 0)]
        return np.pad(x, pairs, constant_values=self.fill_value)


@layer
class CenterCrop(Sized):
    """The middle (height, width) of images; one that is too small is resized, after a crop to the aspect ratio."""

    height: params.Extent
    width: params.Extent
    data_format: params.DataFormat = None

    examples = (
        "height: 4, width: 5 | (n, h, w, 3) -> (n, 4, 5, 3)",
        "height: 4, width: 5, data_format: channels_first | (3, h, w) -> (3, 4, 5)",
        "height: 4, width: 5 | (n, t, h, w, 3) !! SC302",
        "height: 4, width: -1 | (n, h, w, 3) !! SC114",
    )

    def dtype(self, x):
        return self.policy.compute

    def computed(self, np, x, w):
        x = x if x.dtype.kind == "f" else x.astype("float32")
        *_, rows, columns, _ = x.shape
        if rows < self.height or columns < self.width:
            return self.resized(np, self.cut(x), "bilinear")
        return middle(x, (rows - self.height) // 2, (columns - self.width) // 2, self.height, self.width)


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
        if training:
            y = self.part(np, y, *self.corner(rng, rows, columns))
        else:
            y = self.resized(np, self.cut(y), "bilinear")
        return np.moveaxis(y, -1, -3) if self.first else y

    def corner(self, rng, rows, columns):
        """Where the part begins: anywhere, or where the largest part of the aspect ratio does if the picture is not
        larger both ways."""
        if rows > self.height and columns > self.width:
            return rng.integers(rows - self.height + 1), rng.integers(columns - self.width + 1)
        if not self.height or not self.width:
            return 0, 0
        height = max(min(rows, int(float(columns * self.height) / self.width)), 1)
        width = max(min(columns, int(float(rows * self.width) / self.height)), 1)
        return (rows - height) // 2, (columns - width) // 2

    def part(self, np, y, top, left):
        """(height, width) from a corner on; what is left of a picture that is too small is resized."""
        y = middle(y, top, left, self.height, self.width)
        return y if y.shape[-3:-1] == (self.height, self.width) else self.resized(np, y, "bilinear")
